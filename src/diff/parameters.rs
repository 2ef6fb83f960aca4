//! Differences in parameters, and the logic that response headers share with them.

use serde_json::Value;

use crate::contract::{Encoding, Parameter, ParameterPlace, PathTemplate, Style};
use crate::location::{Pointer, Side};
use crate::schema::{Graph, NodeId};

use super::difference::{Difference, Fact, Proof, Sender, Verdict, Witness};
use super::contain::{Kinds, Scope, Sent, Wire, text_of};
use super::operations::{Both, Operations};
use super::view::View;
use super::walk::Written;

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
        if old.allow_reserved != new.allow_reserved {
            let mut change = self.of_part(
                Fact::ParameterEncoding,
                "allowReserved",
                both,
                sender,
                &part,
            );
            change.old = Some(old.allow_reserved.to_string());
            change.new = Some(new.allow_reserved.to_string());
            change.old_place.clone_from(&old.declared);
            change.new_place.clone_from(&new.declared);
            change.is_minor = new.allow_reserved;
            self.changes.push(change);
        }
        if old.allow_empty != new.allow_empty {
            let fact = Fact::ParameterEncoding;
            let mut change = self.of_part(fact, "allowEmptyValue", both, sender, &part);
            change.old = Some(old.allow_empty.to_string());
            change.new = Some(new.allow_empty.to_string());
            change.old_place.clone_from(&old.declared);
            change.new_place.clone_from(&new.declared);
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
        let wire = |graph, parameter: &Parameter| {
            let scope = Scope {
                side: Some(side),
                ..Scope::of_graph(graph)
            };
            let wire = Wire::of(scope, parameter.schema?, parameter.encoding)?;
            Some(match parameter.place {
                ParameterPlace::Path => wire.never_empty(),
                _ => wire,
            })
        };
        let wires = (wire(graphs.0, old), wire(graphs.1, new));
        // Most styles write a single value identically.
        let is_single = |wire: &Option<Wire<'_>>| wire.as_ref().is_some_and(Wire::is_single);
        let frames = |encoding: Encoding| match encoding {
            Encoding::Styled { style, .. } => style.frames(),
            Encoding::Json | Encoding::Other => "",
        };
        let are_styled = [old.encoding, new.encoding]
            .iter()
            .all(|encoding| matches!(encoding, Encoding::Styled { .. }));
        let are_single = are_styled
            && (is_single(&wires.0) || is_single(&wires.1))
            && frames(old.encoding) == frames(new.encoding);
        let is_written_alike = old.encoding == new.encoding
            || are_single
            || !differs(old.encoding, new.encoding, composite);
        if !is_written_alike {
            let texts = [old.encoding, new.encoding].map(|encoding| Some(encoding.to_string()));
            tell(self, Fact::ParameterEncoding, &new.name, texts);
        }
        self.changes.extend(changes);
        if let (Some(was), Some(is), true) = (&wires.0, &wires.1, is_written_alike)
            && let Some(told) = self.on_the_wire(both, (old, was), (new, is), (sender, side), part)
        {
            self.changes.extend(told);
            return;
        }
        let written = matches!(new.encoding, Encoding::Styled { .. }).then(|| Written {
            name: new.name.clone(),
            place: new.place,
            encodings: (old.encoding, new.encoding),
        });
        self.schemas(
            both,
            (old.schema, new.schema),
            part,
            (sender, side),
            written.as_ref(),
        );
    }

    /// What changes in the texts that are sent, if values of a different type are written as text. `None` if
    /// the schemas are more precise. A scalar is written like a string of the same characters, and a value
    /// like a list of one.
    fn on_the_wire(
        &self,
        both: &Both<'c>,
        (old, was): (&Parameter, &Wire<'_>),
        (new, is): (&Parameter, &Wire<'_>),
        (sender, side): (Sender, Side),
        part: &str,
    ) -> Option<Option<Difference>> {
        let texts = Texts::of(was, is)?;
        // The same texts read as a list, or no longer as a list, have a different meaning.
        let is_reread = was.is_list() != is.is_list();
        let reread = is_reread.then_some(Fact::TypeWidened);
        let Some(fact) = texts.fact().or(reread) else {
            return Some(None);
        };
        let mut change = self.of_part(fact, "", both, sender, part);
        let described = |graph, parameter: &Parameter| {
            Some(View::of(graph, &[parameter.schema?]).description())
        };
        change.old = described(&self.walk.old.graph, old);
        change.new = described(&self.walk.new.graph, new);
        change.old_place.clone_from(&old.declared);
        change.new_place.clone_from(&new.declared);
        let written = Written {
            name: new.name.clone(),
            place: new.place,
            encodings: (old.encoding, new.encoding),
        };
        if is_reread {
            let (read, now) = match is.is_list() {
                true => ("one value", "a list"),
                false => ("a list", "one value"),
            };
            change
                .notes
                .push(format!("what was read as {read} is now read as {now}"));
        }
        let verdict = texts.verdict(&change, &written, (sender, Some(side)))?;
        change.verdicts.push((sender, verdict));
        Some(Some(change))
    }
}

/// Whether each side can read the texts that the other side sends.
pub(super) struct Texts {
    forward: Sent,
    backward: Sent,
}

impl Texts {
    /// `None` if both sides send values of the same types, so that their schemas are more precise.
    pub(super) fn of(was: &Wire<'_>, is: &Wire<'_>) -> Option<Self> {
        let is_alike = was.is_list() == is.is_list() && was.kinds() == is.kinds();
        (!is_alike).then(|| Self {
            forward: was.within(is),
            backward: is.within(was),
        })
    }

    /// The change; `None` if the same texts are sent.
    pub(super) fn fact(&self) -> Option<Fact> {
        match (&self.forward, &self.backward) {
            (Sent::Follows, Sent::Follows) => None,
            (Sent::Follows, _) => Some(Fact::TypeWidened),
            (_, Sent::Follows) => Some(Fact::TypeNarrowed),
            _ => Some(Fact::TypeChanged),
        }
    }

    /// The verdict for what a sender sends.
    pub(super) fn verdict(
        self,
        change: &Difference,
        written: &Written,
        (sender, side): (Sender, Option<Side>),
    ) -> Option<Verdict> {
        let (sent, met, reads) = match sender {
            Sender::Client => (self.forward, "new", &change.new),
            Sender::Server => (self.backward, "old", &change.old),
        };
        let reads = reads.clone().unwrap_or_default();
        Some(match sent {
            Sent::Follows => {
                Verdict::Compatible(Proof::Follows(format!("reads each such text as {reads}")))
            }
            Sent::Unknown => Verdict::Unknown(format!(
                "neither a proof nor a counterexample was found; the {met} contract accepts only {reads}"
            )),
            Sent::Refuted(texts) => {
                let payload = match texts.as_slice() {
                    [only] => Value::from(only.as_str()),
                    several => several.into(),
                };
                Verdict::Breaking(Box::new(Witness {
                    text: Some(written.joined(&texts)),
                    payload,
                    at: Pointer::root(),
                    of: change.reach.first().cloned()?,
                    side,
                    component: None,
                    why: format!("accepts only {reads}"),
                }))
            }
        })
    }
}

impl Written {
    /// The text of a value; `None` if its style cannot express the value.
    pub(super) fn text(&self, encoding: Encoding, value: &Value) -> Option<String> {
        let Encoding::Styled { style, explode } = encoding else {
            return Some(self.joined(&[value.to_string()]));
        };
        let parts = |values: &mut dyn Iterator<Item = &Value>| -> Option<Vec<String>> {
            values.map(text_of).collect()
        };
        match value {
            Value::Array(elements) => {
                let texts = parts(&mut elements.iter())?;
                match style.separator(explode) {
                    Some(separator) => Some(self.joined(&[texts.join(separator)])),
                    None => Some(self.joined(&texts)),
                }
            }
            Value::Object(members) if self.place == ParameterPlace::Query => {
                let texts = parts(&mut members.values())?;
                let pairs = members.keys().zip(texts);
                let pairs = pairs.map(|(name, text)| match style {
                    Style::DeepObject => format!("{}[{name}]={text}", self.name),
                    _ => format!("{name}={text}"),
                });
                (style == Style::DeepObject || explode).then(|| pairs.collect::<Vec<_>>().join("&"))
            }
            scalar => text_of(scalar).map(|text| self.joined(&[text])),
        }
    }

    /// The texts of one value as they appear in a request or response.
    pub(super) fn joined(&self, texts: &[String]) -> String {
        let name = &self.name;
        let pairs = |equals: &str, between: &str| {
            let pairs = texts.iter().map(|text| format!("{name}{equals}{text}"));
            pairs.collect::<Vec<_>>().join(between)
        };
        match self.place {
            ParameterPlace::Query | ParameterPlace::Form => pairs("=", "&"),
            ParameterPlace::Cookie => pairs("=", "; "),
            ParameterPlace::Header => pairs(": ", "\n"),
            ParameterPlace::Path => texts.join("/"),
        }
    }
}

/// The key of a parameter within its operation. Path parameters are identified by position, because their
/// names are internal to the contract.
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

/// The composite values that a parameter may have, for which the encoding of parts matters.
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

/// Whether two encodings differ for values of these kinds.
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
            // `explode` does not affect scalars, and most styles write them identically.
            composite.any() && (old.0, new.0) != (Style::Simple, Style::Simple)
                || composite.objects
                || old.0.frames() != new.0.frames()
        }
        _ => true,
    }
}
