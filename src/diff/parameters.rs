//! What differs between operations in parameters, and what response headers have in common with them.

use crate::contract::{Encoding, Parameter, ParameterPlace, PathTemplate, Style};
use crate::location::Side;
use crate::schema::{Graph, NodeId};

use super::change::{Change, Fact, Proof, Sender, Verdict};
use super::contain::Kinds;
use super::operations::{Both, Operations};
use super::view::View;

impl<'c> Operations<'_, 'c> {
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
    pub(super) fn named(
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
pub(super) fn described(graph: &Graph, parameter: &Parameter) -> String {
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
