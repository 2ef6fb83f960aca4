//! Differences in the bodies of requests and responses.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::contract::{Content, Entry, Media, OperationKind, Payload};
use crate::location::Side;
use crate::schema::{Graph, NodeId};

use super::difference::{Difference, Fact, Owner, Reach, Sender};
use super::operations::{Both, Operations, change};
use super::view::View;
use super::walk::Written;

impl<'c> Operations<'_, 'c> {
    /// A change in a part of an operation.
    pub(super) fn of_part(
        &self,
        fact: Fact,
        subject: &str,
        both: &Both<'c>,
        sender: Sender,
        part: &str,
    ) -> Difference {
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

    /// Hands the schemas of a payload or parameter to the walk.
    pub(super) fn schemas(
        &mut self,
        both: &Both<'c>,
        (old, new): (Option<NodeId>, Option<NodeId>),
        part: &str,
        (sender, side): (Sender, Side),
        written: Option<&Written>,
    ) {
        let label = |graph: &Graph, id: NodeId| Some(View::of(graph, &[id]).label());
        match (old, new) {
            (Some(old), Some(new)) => {
                // Bare schemas belong to no side: either party may send them.
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
                    self.walk.root(old, new, reach, side, written.cloned());
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

    pub(super) fn body(
        &mut self,
        both: &Both<'c>,
        (old, new): (&Payload, &Payload),
        part: &str,
        side: Side,
    ) {
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
            self.encodings(both, left, right, sender, &part);
            let schemas = (left.schema, right.schema);
            // Schemas do not constrain binary bodies.
            if is_opaque(left) && is_opaque(right) {
                continue;
            }
            let known = self.walk.roots.len();
            self.schemas(both, schemas, &part, (sender, side), None);
            if [left, right].iter().all(|media| is_form(media)) {
                for root in &mut self.walk.roots[known..] {
                    root.is_form = true;
                }
            }
            let items = (left.items, right.items);
            self.schemas(both, items, &format!("{part} items"), (sender, side), None);
        }
        let mut tell = |fact: Fact, media: &Media| {
            let range = media.range.to_string();
            let mut change = self.of_part(fact, &range, both, sender, part);
            // A more specific response media type allows less.
            change.is_minor = side == Side::Response
                && fact == Fact::MediaTypeRemoved
                && new.media.iter().any(|new| media.range.includes(&new.range));
            let is_old = old.media.iter().any(|known| std::ptr::eq(known, media));
            let (own, other) = match is_old {
                true => (&mut change.old_place, &mut change.new_place),
                false => (&mut change.new_place, &mut change.old_place),
            };
            own.clone_from(&media.place);
            let operation = if is_old { both.new } else { both.old };
            other.clone_from(&operation.place);
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

    /// Compares the encoding of form properties that both sides have. A new property's encoding is reported
    /// with the property.
    fn encodings(&mut self, both: &Both<'c>, old: &Media, new: &Media, sender: Sender, part: &str) {
        let names = |graph: &Graph, media: &Media| {
            let view = media.schema.map(|schema| View::of(graph, &[schema]));
            let mut names = view.map(|view| view.names()).unwrap_or_default();
            let encoded = media.encoding.iter();
            for name in encoded.map(|encoding| encoding.name.as_str().into()) {
                if !names.contains(&name) {
                    names.push(name);
                }
            }
            names
        };
        let known = names(&self.walk.new.graph, new);
        let is_form = is_form(new);
        for name in names(&self.walk.old.graph, old) {
            let (was, is) = (encoding_of(old, &name), encoding_of(new, &name));
            let written = |encoding: Option<&Entry>| {
                let text = encoding.map_or("{}", |encoding| encoding.text.as_str());
                plain_encoding(text, is_form)
            };
            let (before, now) = (written(was), written(is));
            if before == now || !known.contains(&name) {
                continue;
            }
            let mut change = self.of_part(Fact::BodyEncoding, &name, both, sender, part);
            change.old = Some(encoding_words(&before));
            change.new = Some(encoding_words(&now));
            let place = |encoding: Option<&Entry>, media: &Media| match encoding {
                Some(encoding) => Some(encoding.place.clone()),
                None => media.place.clone(),
            };
            change.old_place = place(was, old);
            change.new_place = place(is, new);
            self.changes.push(change);
        }
    }
}

/// Whether bodies are neither JSON, a form nor text, so that schemas do not constrain them.
fn is_opaque(media: &Media) -> bool {
    let range = media.range.to_string();
    let has_schema = ["form", "multipart", "text/", "xml", "json", "*"];
    !media.range.may_be_json() && !has_schema.iter().any(|word| range.contains(word))
}

fn is_form(media: &Media) -> bool {
    media.range.to_string().contains("x-www-form-urlencoded")
}

fn encoding_of<'m>(media: &'m Media, property: &str) -> Option<&'m Entry> {
    media
        .encoding
        .iter()
        .find(|encoding| encoding.name == property)
}

/// An Encoding Object without default values (OpenAPI 3.1.1, Encoding Object).
fn plain_encoding(text: &str, is_form: bool) -> Map<String, Value> {
    let Ok(Value::Object(mut members)) = serde_json::from_str(text) else {
        return Map::new();
    };
    let style = members.get("style").and_then(Value::as_str);
    let explodes = style.is_none_or(|style| style == "form");
    members.retain(|key, value| match key.as_str() {
        // In forms that are not urlencoded, a style disables the content type.
        "style" => !is_form || value != "form",
        "explode" => *value != Value::Bool(explodes),
        "allowReserved" => *value != Value::Bool(false),
        "headers" => value.as_object().is_none_or(|headers| !headers.is_empty()),
        _ => true,
    });
    if let Some(Value::String(types)) = members.get_mut("contentType") {
        let mut ranges: Vec<&str> = types.split(',').map(str::trim).collect();
        ranges.sort_unstable();
        *types = ranges.join(", ");
    }
    members.sort_keys();
    members
}

/// `style deepObject, explode false`
fn encoding_words(members: &Map<String, Value>) -> String {
    let words = members.iter().map(|(key, value)| match value {
        Value::String(text) => format!("{key} {text}"),
        other => format!("{key} {other}"),
    });
    let words: Vec<String> = words.collect();
    match words.is_empty() {
        true => "the default".to_owned(),
        false => words.join(", "),
    }
}

/// Corresponding media types of both sides, best match first: the same one, one that includes the other, or
/// the only JSON media types.
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

/// A pair of corresponding media types.
struct Matched<'m> {
    old: &'m Media,
    new: &'m Media,
    /// Whether every old body still has an allowed media type.
    is_kept: bool,
    /// Whether every new body has a media type that was allowed before.
    was_there: bool,
}
