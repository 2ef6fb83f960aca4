//! What differs between operations in parameters, bodies, statuses and headers.

use std::sync::Arc;

use crate::contract::{
    Content, Encoding, Media, OperationKind, Parameter, ParameterPlace, PathTemplate, Payload,
    Response, Style,
};
use crate::location::Side;
use crate::schema::{Graph, NodeId};

use super::change::{Change, Fact, Owner, Proof, Reach, Sender, Verdict};
use super::contain::Kinds;
use super::operations::{Both, Operations, change, is_success};
use super::view::View;

impl<'c> Operations<'_, 'c> {
    /// A change of a part of an operation.
    fn of_part(
        &self,
        fact: Fact,
        subject: &str,
        both: &Both<'c>,
        sender: Sender,
        part: &str,
    ) -> Change {
        let part: Arc<str> = part.into();
        let owner = Owner::Operation(Arc::clone(&both.name), Arc::clone(&part));
        let mut change = change(fact, subject, owner);
        change.reach.push(Reach {
            operation: Arc::clone(&both.name),
            sender,
            part,
        });
        change
    }

    pub(super) fn parameters(&mut self, both: &Both<'c>) {
        let keys = |parameters: &'c [Parameter], path: &PathTemplate| {
            let keyed = parameters
                .iter()
                .map(|parameter| (key(parameter, path), parameter));
            keyed.collect::<Vec<_>>()
        };
        let mut old = keys(&both.old.parameters, &both.old.path);
        old.extend(keys(&both.old.form, &both.old.path));
        let mut new = keys(&both.new.parameters, &both.new.path);
        new.extend(keys(&both.new.form, &both.new.path));
        let sender = both.sender(Side::Request);
        for (key, parameter) in &old {
            match new.iter().find(|(other, _)| other == key) {
                Some((_, other)) => self.parameter(both, parameter, other),
                None => {
                    let part = part_of(parameter);
                    let fact = Fact::ParameterRemoved;
                    let mut change = self.of_part(fact, &parameter.name, both, sender, &part);
                    change.old = Some(described(&self.walk.old.graph, parameter));
                    change.old_place.clone_from(&parameter.declared);
                    change.new_place.clone_from(&both.new.place);
                    change.is_minor = !parameter.required;
                    self.changes.push(change);
                }
            }
        }
        for (key, parameter) in &new {
            if old.iter().any(|(other, _)| other == key) {
                continue;
            }
            let part = part_of(parameter);
            let mut change =
                self.of_part(Fact::ParameterAdded, &parameter.name, both, sender, &part);
            change.new = Some(described(&self.walk.new.graph, parameter));
            change.new_place.clone_from(&parameter.declared);
            change.old_place.clone_from(&both.old.place);
            change.is_minor = !parameter.required;
            self.changes.push(change);
        }
        if both.old.open_query != both.new.open_query {
            let fact = match both.new.open_query {
                true => Fact::ParameterAdded,
                false => Fact::ParameterRemoved,
            };
            let mut change = self.of_part(fact, "any", both, sender, "query parameters");
            let text = |is_open: bool| is_open.then(|| "any query parameter".to_owned());
            change.old = text(both.old.open_query);
            change.new = text(both.new.open_query);
            change.is_minor = true;
            self.changes.push(change);
        }
    }

    fn parameter(&mut self, both: &Both<'c>, old: &Parameter, new: &Parameter) {
        let part = part_of(new);
        let sender = both.sender(Side::Request);
        let requires = [Fact::ParameterRequired, Fact::ParameterOptional];
        self.named(both, (old, new), &part, (sender, Side::Request), requires);
        if old.allow_empty != new.allow_empty {
            let fact = Fact::ParameterEncoding;
            let mut change = self.of_part(fact, "allowEmptyValue", both, sender, &part);
            change.old = Some(old.allow_empty.to_string());
            change.new = Some(new.allow_empty.to_string());
            change.is_minor = new.allow_empty;
            self.changes.push(change);
        }
    }

    /// What parameters and response headers have in common.
    fn named(
        &mut self,
        both: &Both<'c>,
        (old, new): (&Parameter, &Parameter),
        part: &str,
        (sender, side): (Sender, Side),
        [became_required, became_optional]: [Fact; 2],
    ) {
        let mut changes = Vec::new();
        let mut tell =
            |operations: &Self, fact: Fact, subject: &str, texts: [Option<String>; 2]| {
                let mut change = operations.of_part(fact, subject, both, sender, part);
                let [was, is] = texts;
                change.old = was;
                change.new = is;
                change.old_place.clone_from(&old.declared);
                change.new_place.clone_from(&new.declared);
                changes.push(change);
            };
        let word = |is_required: bool| match is_required {
            true => Some("required".to_owned()),
            false => Some("optional".to_owned()),
        };
        match (old.required, new.required) {
            (false, true) => tell(self, became_required, &new.name, [word(false), word(true)]),
            (true, false) => tell(self, became_optional, &new.name, [word(true), word(false)]),
            _ => {}
        }
        match (old.deprecated, new.deprecated) {
            (false, true) => tell(self, Fact::DeprecationAdded, &new.name, [None, None]),
            (true, false) => tell(self, Fact::DeprecationRemoved, &new.name, [None, None]),
            _ => {}
        }
        let graphs = (&self.walk.old.graph, &self.walk.new.graph);
        let composite = Composite::of([(graphs.0, old.schema), (graphs.1, new.schema)]);
        if old.encoding != new.encoding && differs(old.encoding, new.encoding, composite) {
            let texts = [old.encoding, new.encoding].map(|encoding| Some(encoding.to_string()));
            tell(self, Fact::ParameterEncoding, &new.name, texts);
        }
        self.changes.extend(changes);
        if let (Some(left), Some(right)) = (old.schema, new.schema)
            && let Some(change) = self.on_the_wire(both, (old, left), (new, right), (sender, part))
        {
            self.changes.push(change);
            return;
        }
        self.schemas(both, (old.schema, new.schema), part, sender, side);
    }

    /// A scalar that is written as text is a string, too, and one value is a list of one.
    fn on_the_wire(
        &self,
        both: &Both<'c>,
        (old, left): (&Parameter, NodeId),
        (new, right): (&Parameter, NodeId),
        (sender, part): (Sender, &str),
    ) -> Option<Change> {
        let styled = |parameter: &Parameter| matches!(parameter.encoding, Encoding::Styled { .. });
        if !styled(old) || !styled(new) {
            return None;
        }
        let (left_graph, right_graph) = (&self.walk.old.graph, &self.walk.new.graph);
        let (was, is) = (
            View::of(left_graph, &[left]),
            View::of(right_graph, &[right]),
        );
        let composite = Kinds::ARRAY.or(Kinds::OBJECT);
        let takes_any_text = |view: &View<'_>| view.kinds() == Kinds::STRING && view.is_plain();
        if was.all_kinds(3).has(composite) || (takes_any_text(&was) && takes_any_text(&is)) {
            return None;
        }
        let item = View::of(right_graph, &is.element(0));
        let is_list = is.kinds() == Kinds::ARRAY && is.is_plain_list();
        let takes_it = takes_any_text(&is) || (is_list && takes_any_text(&item));
        if !takes_it {
            return None;
        }
        let mut change = self.of_part(Fact::TypeWidened, "", both, sender, part);
        change.old = Some(was.label());
        change.new = Some(is.label());
        change.old_place.clone_from(&old.declared);
        change.new_place.clone_from(&new.declared);
        change
            .notes
            .push("every value is text on the wire, and any text is allowed now".to_owned());
        let proof = Proof::Follows("takes any text".to_owned());
        change.verdicts.push((sender, Verdict::Compatible(proof)));
        Some(change)
    }

    /// Hands the schemas of a payload or parameter to the walk.
    fn schemas(
        &mut self,
        both: &Both<'c>,
        (old, new): (Option<NodeId>, Option<NodeId>),
        part: &str,
        sender: Sender,
        side: Side,
    ) {
        let label = |graph: &Graph, id: NodeId| Some(View::of(graph, &[id]).label());
        match (old, new) {
            (Some(old), Some(new)) => {
                // What is no side's may be sent by either.
                let (side, senders) = match both.new.kind {
                    OperationKind::Schema => (None, self.options.schemas_sent_by.clone()),
                    _ => (Some(side), vec![sender]),
                };
                for sender in senders {
                    let reach = Reach {
                        operation: Arc::clone(&both.name),
                        sender,
                        part: part.into(),
                    };
                    self.walk.root(old, new, reach, side);
                }
            }
            (None, Some(new)) => {
                let mut change = self.of_part(Fact::SchemaAdded, "", both, sender, part);
                change.new = label(&self.walk.new.graph, new);
                change.new_place = super::walk::place_of(self.walk.new, &[new]);
                self.changes.push(change);
            }
            (Some(old), None) => {
                let mut change = self.of_part(Fact::SchemaRemoved, "", both, sender, part);
                change.old = label(&self.walk.old.graph, old);
                change.old_place = super::walk::place_of(self.walk.old, &[old]);
                self.changes.push(change);
            }
            (None, None) => {}
        }
    }

    pub(super) fn bodies(&mut self, both: &Both<'c>) {
        self.body(
            both,
            (&both.old.request, &both.new.request),
            "request",
            Side::Request,
        );
        let statuses = |responses: &'c [Response]| responses.iter().map(|response| response.status);
        let sender = both.sender(Side::Response);
        for old in &both.old.responses {
            let new = both
                .new
                .responses
                .iter()
                .find(|new| new.status == old.status);
            let part = match both.new.kind {
                OperationKind::Schema => String::new(),
                _ => format!("response {}", old.status),
            };
            // A range of statuses that covers it may stand in its place.
            let covering = both
                .new
                .responses
                .iter()
                .filter(|new| new.status.includes(old.status))
                .max_by_key(|new| new.status);
            let Some(new) = new.or(covering) else {
                let subject = old.status.to_string();
                let mut change = self.of_part(Fact::StatusRemoved, &subject, both, sender, &part);
                change.old_place.clone_from(&both.old.place);
                change.new_place.clone_from(&both.new.place);
                change.is_minor = !is_success(old.status);
                self.changes.push(change);
                continue;
            };
            self.body(both, (&old.payload, &new.payload), &part, Side::Response);
            self.headers(both, old, new, &part);
        }
        let known: Vec<_> = statuses(&both.old.responses).collect();
        for status in statuses(&both.new.responses).filter(|status| !known.contains(status)) {
            let part = format!("response {status}");
            let mut change =
                self.of_part(Fact::StatusAdded, &status.to_string(), both, sender, &part);
            change.old_place.clone_from(&both.old.place);
            change.new_place.clone_from(&both.new.place);
            // A range that was declared covered it.
            let covering = both
                .old
                .responses
                .iter()
                .filter(|old| old.status.includes(status))
                .max_by_key(|old| old.status);
            let new = both.new.responses.iter().find(|new| new.status == status);
            change.is_minor = !is_success(status) || covering.is_some();
            self.changes.push(change);
            if let (Some(old), Some(new)) = (covering, new) {
                self.body(both, (&old.payload, &new.payload), &part, Side::Response);
                self.headers(both, old, new, &part);
            }
        }
    }

    fn headers(&mut self, both: &Both<'c>, old: &Response, new: &Response, part: &str) {
        let sender = both.sender(Side::Response);
        let same = |one: &Parameter, other: &Parameter| one.name.eq_ignore_ascii_case(&other.name);
        for header in &old.headers {
            let part = format!("{part} header {}", header.name);
            match new.headers.iter().find(|other| same(header, other)) {
                Some(other) => {
                    let requires = [Fact::HeaderRequired, Fact::HeaderOptional];
                    self.named(
                        both,
                        (header, other),
                        &part,
                        (sender, Side::Response),
                        requires,
                    );
                }
                None => {
                    let fact = Fact::HeaderRemoved;
                    let mut change = self.of_part(fact, &header.name, both, sender, &part);
                    change.old = Some(described(&self.walk.old.graph, header));
                    change.old_place.clone_from(&header.declared);
                    change.is_minor = !header.required;
                    self.changes.push(change);
                }
            }
        }
        for header in &new.headers {
            if !old.headers.iter().any(|other| same(header, other)) {
                let part = format!("{part} header {}", header.name);
                let mut change = self.of_part(Fact::HeaderAdded, &header.name, both, sender, &part);
                change.new = Some(described(&self.walk.new.graph, header));
                change.new_place.clone_from(&header.declared);
                change.is_minor = !header.required;
                self.changes.push(change);
            }
        }
    }

    fn body(&mut self, both: &Both<'c>, (old, new): (&Payload, &Payload), part: &str, side: Side) {
        let sender = both.sender(side);
        let mut tell = |fact: Fact, is_minor: bool| {
            let mut change = self.of_part(fact, "", both, sender, part);
            change.old_place.clone_from(&both.old.place);
            change.new_place.clone_from(&both.new.place);
            change.is_minor = is_minor;
            self.changes.push(change);
        };
        match (old, new) {
            (Payload::Content(old), Payload::Content(new)) => {
                match (old.required, new.required) {
                    (false, true) if side == Side::Request => tell(Fact::BodyRequired, false),
                    (true, false) if side == Side::Request => tell(Fact::BodyOptional, false),
                    _ => {}
                }
                self.content(both, old, new, part, side);
            }
            (Payload::Absent, Payload::Absent) | (Payload::Undocumented, Payload::Undocumented) => {
            }
            (Payload::Absent, _) => tell(Fact::BodyAdded, !new.is_required()),
            (_, Payload::Absent) => tell(Fact::BodyRemoved, !old.is_required()),
            (Payload::Undocumented, Payload::Content(_)) => tell(Fact::SchemaAdded, true),
            (Payload::Content(_), Payload::Undocumented) => tell(Fact::SchemaRemoved, true),
        }
    }

    fn content(&mut self, both: &Both<'c>, old: &Content, new: &Content, part: &str, side: Side) {
        let sender = both.sender(side);
        let matched = matched(old, new);
        let several = matched.len() > 1;
        for pair in &matched {
            let (left, right) = (pair.old, pair.new);
            let part = match several {
                true => format!("{part} {}", right.range),
                false => part.to_owned(),
            };
            let sorted = |media: &Media| {
                let mut members = media.encoding.clone();
                members.sort();
                members
            };
            if sorted(left) != sorted(right) {
                let text = |media: &Media| {
                    let members = media.encoding.iter();
                    let members: Vec<String> = members
                        .map(|(name, value)| format!("{name}: {value}"))
                        .collect();
                    Some(members.join("\n"))
                };
                let mut change = self.of_part(Fact::BodyEncoding, "encoding", both, sender, &part);
                change.old = text(left);
                change.new = text(right);
                self.changes.push(change);
            }
            self.schemas(both, (left.schema, right.schema), &part, sender, side);
        }
        let mut tell = |fact: Fact, media: &Media| {
            let range = media.range.to_string();
            let mut change = self.of_part(fact, &range, both, sender, part);
            change.old_place.clone_from(&both.old.place);
            change.new_place.clone_from(&both.new.place);
            self.changes.push(change);
        };
        for media in &old.media {
            if !matched
                .iter()
                .any(|pair| std::ptr::eq(pair.old, media) && pair.is_kept)
            {
                tell(Fact::MediaTypeRemoved, media);
            }
        }
        for media in &new.media {
            if !matched
                .iter()
                .any(|pair| std::ptr::eq(pair.new, media) && pair.was_there)
            {
                tell(Fact::MediaTypeAdded, media);
            }
        }
    }
}

/// What tells a parameter from others of its operation. Names in paths are the contract's own affair, so
/// these go by their place.
fn key(parameter: &Parameter, path: &PathTemplate) -> (ParameterPlace, String) {
    let name = match parameter.place {
        ParameterPlace::Path => {
            let position = path.parameters().position(|name| name == parameter.name);
            position.map_or_else(|| parameter.name.clone(), |position| position.to_string())
        }
        ParameterPlace::Header => parameter.name.to_ascii_lowercase(),
        ParameterPlace::Query | ParameterPlace::Cookie | ParameterPlace::Form => {
            parameter.name.clone()
        }
    };
    (parameter.place, name)
}

/// `query parameter limit`
fn part_of(parameter: &Parameter) -> String {
    format!("{} parameter {}", parameter.place, parameter.name)
}

/// `integer, required`
fn described(graph: &Graph, parameter: &Parameter) -> String {
    let label = parameter.schema.map_or_else(
        || "not described".to_owned(),
        |schema| View::of(graph, &[schema]).label(),
    );
    match parameter.required {
        true => format!("{label}, required"),
        false => format!("{label}, optional"),
    }
}

/// Which composite values a parameter may have, so that it matters how their parts are written.
#[derive(Debug, Clone, Copy)]
struct Composite {
    arrays: bool,
    objects: bool,
}

impl Composite {
    fn of(parts: [(&Graph, Option<NodeId>); 2]) -> Self {
        let kinds = parts.map(|(graph, schema)| match schema {
            Some(schema) => View::of(graph, &[schema]).all_kinds(3),
            None => Kinds::NONE,
        });
        let any = kinds[0].or(kinds[1]);
        Self {
            arrays: any.has(Kinds::ARRAY),
            objects: any.has(Kinds::OBJECT),
        }
    }

    const fn any(self) -> bool {
        self.arrays || self.objects
    }
}

/// Whether two ways of writing differ for values of these kinds.
fn differs(old: Encoding, new: Encoding, composite: Composite) -> bool {
    match (old, new) {
        (
            Encoding::Styled {
                style: old,
                explode: was,
            },
            Encoding::Styled {
                style: new,
                explode: is,
            },
        ) => {
            let (old, new) = ((old, was), (new, is));
            // `explode` says nothing of scalars, and most styles write these alike.
            composite.any() && (old.0, new.0) != (Style::Simple, Style::Simple)
                || composite.objects
                || old.0.frames() != new.0.frames()
        }
        _ => true,
    }
}

/// Media types of both sides that speak of the same bodies, best fit first: the same one, one that the
/// other one covers, the only JSON ones.
fn matched<'m>(old: &'m Content, new: &'m Content) -> Vec<Matched<'m>> {
    let mut pairs: Vec<Matched<'m>> = Vec::new();
    let is_free = |pairs: &[Matched<'m>], media: &Media| {
        !pairs
            .iter()
            .any(|known| std::ptr::eq(known.old, media) || std::ptr::eq(known.new, media))
    };
    let fits: [fn(&Media, &Media) -> bool; 4] = [
        |old, new| old.range.is_same(&new.range),
        |old, new| new.range.includes(&old.range),
        |old, new| old.range.includes(&new.range),
        |old, new| old.range.may_be_json() && new.range.may_be_json(),
    ];
    for (rank, fit) in fits.iter().enumerate() {
        for left in &old.media {
            let right = new
                .media
                .iter()
                .find(|right| fit(left, right) && is_free(&pairs, left) && is_free(&pairs, right));
            pairs.extend(right.map(|right| Matched {
                old: left,
                new: right,
                is_kept: rank < 2,
                was_there: rank == 0 || rank == 2,
            }));
        }
    }
    pairs
}

/// Media types that speak of the same bodies.
struct Matched<'m> {
    old: &'m Media,
    new: &'m Media,
    /// Whether every old body still has a media type that is allowed.
    is_kept: bool,
    /// Whether every new body has a media type that was allowed.
    was_there: bool,
}
