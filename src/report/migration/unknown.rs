//! Which findings are about what neither contract knows: what one of them breaks, the other may well declare.

use serde_json::Value as Json;

use crate::contract::{Contract, Operation, ParameterPlace};
use crate::diff::Alignment;
use crate::diff::view::View;
use crate::json::TapeDocument;
use crate::location::{PathPattern, Side, Step};
use crate::migrate::declared;
use crate::observe::TargetKey;
use crate::rules::catalogue as rules;
use crate::rules::{Finding, SeenValue};
use crate::schema::NodeId;

/// Both contracts, and which operations of them belong together.
#[derive(Clone, Copy)]
pub(super) struct Versions<'c> {
    pub(super) old: &'c Contract,
    pub(super) new: &'c Contract,
    pub(super) alignment: &'c Alignment,
}

impl<'c> Versions<'c> {
    /// Whether a finding is about what neither contract knows.
    pub(super) fn is_unknown(self, finding: &Finding) -> bool {
        let is_known = |values: &[String]| !values.is_empty();
        if is_known(&finding.known_to) {
            return false;
        }
        let mut values = finding.values.iter();
        if !finding.values.is_empty() && values.all(|value| is_known(&value.known_to)) {
            return false;
        }
        let mut places = finding.places.iter();
        let is_declared = |place: &crate::rules::FindingPlace| {
            let target = place.target.as_ref();
            target.is_some_and(|target| self.other_declares(finding, target, &place.path))
        };
        finding.places.is_empty() || !places.all(is_declared)
    }

    /// The other contract, and the operation that a target has there.
    fn other(self, target: &TargetKey) -> Option<(&'c Contract, &'c Operation)> {
        let is_old = *target.contract == *self.old.reference();
        let (own, other) = match is_old {
            true => (self.old, self.new),
            false => (self.new, self.old),
        };
        let mut operations = own.operations.iter();
        let own = operations.position(|operation| *operation.id == *target.operation)?;
        let mut pairs = self.alignment.operations.iter();
        let (old, new) = pairs.find(|(old, new)| own == if is_old { *old } else { *new })?;
        let position = if is_old { *new } else { *old };
        Some((other, other.operations.get(position)?))
    }

    /// Whether the other contract declares what a finding of one contract is about.
    fn other_declares(self, finding: &Finding, target: &TargetKey, path: &PathPattern) -> bool {
        let Some((contract, operation)) = self.other(target) else {
            return false;
        };
        let rule = finding.rule.id;
        if rule == rules::UNDECLARED_QUERY_PARAMETER.id {
            let mut parameters = operation.parameters.iter();
            return parameters.any(|parameter| {
                parameter.place == ParameterPlace::Query && parameter.name == finding.subject
            });
        }
        if rule == rules::UNDECLARED_STATUS.id {
            let response = target.status.and_then(|status| operation.response(status));
            return response.is_some();
        }
        let side = target.side.unwrap_or(Side::Response);
        let mut schemas = match operation.payload(side, target.status) {
            Some(payload) => payload.schemas(),
            None => Vec::new(),
        };
        if schemas.is_empty() {
            schemas = operation.schemas_like(side, target.status);
        }
        let graph = &contract.graph;
        if rule == rules::UNDECLARED_PROPERTY.id || rule == rules::CLOSED_OBJECT.id {
            let path = path.join(Step::Key(finding.subject.as_str().into()));
            return declared(graph, &schemas, path.steps()).is_some();
        }
        let Some(schemas) = declared(graph, &schemas, path.steps()) else {
            return false;
        };
        let view = View::of(graph, &schemas);
        if rule == rules::MISSING_PROPERTY.id {
            let mut required = view.required().into_iter();
            return view.declares(&finding.subject)
                && !required.any(|name| *name == *finding.subject);
        }
        if rule == rules::WRONG_TYPE.id {
            let sample = sample_of(&finding.subject);
            return sample.is_some_and(|kind| view.all_kinds(3).has(kind));
        }
        let mut values = finding.values.iter();
        !finding.values.is_empty() && values.all(|value| accepts(contract, &schemas, value))
    }
}

/// The type that a finding names as the one that was met.
fn sample_of(word: &str) -> Option<crate::diff::view::Kinds> {
    use crate::diff::view::Kinds;
    Some(match word {
        "null" => Kinds::NULL,
        "boolean" => Kinds::BOOLEAN,
        "integer" => Kinds::WHOLE,
        "number" => Kinds::FRACTION,
        "string" => Kinds::STRING,
        "array" => Kinds::ARRAY,
        "object" => Kinds::OBJECT,
        _ => return None,
    })
}

/// Whether a value that a finding lists is one of the schemas: as the text, or as the JSON that it is.
fn accepts(contract: &Contract, schemas: &[NodeId], value: &SeenValue) -> bool {
    let text: &str = &value.value;
    [Json::from(text).to_string(), text.to_owned()]
        .iter()
        .any(|json| {
            let Ok(document) = TapeDocument::parse(json.as_bytes()) else {
                return false;
            };
            let mut schemas = schemas.iter();
            schemas.all(|schema| contract.graph.accepts(*schema, document.root()))
        })
}
