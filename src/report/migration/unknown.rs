//! Selects findings about what is unknown to both contracts: what violates one may be declared by the other.

use serde_json::Value as Json;

use crate::contract::{Contract, Operation, Parameter, ParameterPlace};
use crate::diff::Alignment;
use crate::diff::view::View;
use crate::json::TapeDocument;
use crate::location::{PathPattern, Side, Step};
use crate::migrate::declared;
use crate::observe::TargetKey;
use crate::rules::catalogue as rules;
use crate::rules::{Finding, FindingPlace, Seen};
use crate::schema::NodeId;

/// Both contracts, and which of their operations correspond.
#[derive(Clone, Copy)]
pub(super) struct Versions<'c> {
    pub(super) old: &'c Contract,
    pub(super) new: &'c Contract,
    pub(super) alignment: &'c Alignment,
}

impl<'c> Versions<'c> {
    /// The part of a finding that is unknown to both contracts; `None` if one of them declares all of it.
    pub(super) fn unknown_part(self, finding: &Finding) -> Option<Finding> {
        let mut part = finding.clone();
        let is_other_version = finding.rule.id == rules::OTHER_VERSION.id;
        if !finding.known_to.is_empty() || is_other_version {
            return None;
        }
        if !part.properties.is_empty() {
            part.properties.retain(|seen| {
                let is_declared = |place: &FindingPlace| {
                    let target = place.target.as_ref();
                    target.is_some_and(|target| self.declares_property(finding, &seen.value, target, &place.path))
                };
                seen.known_to.is_empty()
                    && (finding.places.is_empty() || !finding.places.iter().all(is_declared))
            });
            part.count = part.properties.iter().map(|seen| seen.count).sum();
            return (!part.properties.is_empty()).then_some(part);
        }
        let mut values = finding.values.iter();
        if !finding.values.is_empty() && values.all(|value| !value.known_to.is_empty()) {
            return None;
        }
        let mut places = finding.places.iter();
        let is_declared = |place: &FindingPlace| {
            let target = place.target.as_ref();
            target.is_some_and(|target| self.declares(finding, target, &place.path))
        };
        (finding.places.is_empty() || !places.all(is_declared)).then_some(part)
    }

    /// The other contract, and the corresponding operation there.
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

    /// The schemas of the other contract at a path of an operation; `None` if it has none.
    fn schemas(self, target: &TargetKey, path: &PathPattern) -> Option<(&'c Contract, Vec<NodeId>)> {
        let (contract, operation) = self.other(target)?;
        let side = target.side.unwrap_or(Side::Response);
        let mut schemas = match operation.payload(side, target.status) {
            Some(payload) => payload.value_schemas(&contract.graph),
            None => Vec::new(),
        };
        if schemas.is_empty() {
            schemas = operation.schemas_like(side, target.status);
        }
        let schemas = declared(&contract.graph, &schemas, path.steps())?;
        Some((contract, schemas))
    }

    /// The header that the other contract declares for the same response.
    fn header(self, target: &TargetKey, name: &str) -> Option<(&'c Contract, &'c Parameter)> {
        let (contract, operation) = self.other(target)?;
        let mut headers = operation.response(target.status?)?.headers.iter();
        let header = headers.find(|header| header.name.eq_ignore_ascii_case(name))?;
        Some((contract, header))
    }

    /// Whether the other contract declares the property, parameter or header of a finding, or does not require
    /// it.
    fn declares_property(
        self,
        finding: &Finding,
        name: &str,
        target: &TargetKey,
        path: &PathPattern,
    ) -> bool {
        let rule = finding.rule.id;
        if rule == rules::UNDECLARED_QUERY_PARAMETER.id {
            let parameters = self.other(target).into_iter();
            let mut parameters = parameters.flat_map(|(_, operation)| &operation.parameters);
            return parameters.any(|parameter| {
                parameter.place == ParameterPlace::Query && parameter.name == name
            });
        }
        if rule == rules::UNDECLARED_HEADER.id {
            return self.header(target, name).is_some();
        }
        if rule == rules::MISSING_HEADER.id {
            let status = target.status.unwrap_or_default();
            let is_status = self.other(target).is_some_and(|(_, operation)| operation.response(status).is_some());
            return is_status && self.header(target, name).is_none_or(|(_, header)| !header.required);
        }
        if rule == rules::UNDECLARED_PROPERTY.id || rule == rules::CLOSED_OBJECT.id {
            return self.schemas(target, &path.join(Step::Key(name.into()))).is_some();
        }
        if rule == rules::MISSING_PROPERTY.id {
            return self.schemas(target, path).is_some_and(|(contract, schemas)| {
                let view = View::of(&contract.graph, &schemas);
                let mut required = view.required().into_iter();
                view.declares(name) && !required.any(|required| *required == *name)
            });
        }
        false
    }

    /// Whether the other contract allows what a finding of one contract reports.
    fn declares(self, finding: &Finding, target: &TargetKey, path: &PathPattern) -> bool {
        let rule = finding.rule.id;
        if rule == rules::UNDECLARED_STATUS.id {
            let other = self.other(target);
            let status = target.status;
            return other.is_some_and(|(_, operation)| {
                status.is_some_and(|status| operation.response(status).is_some())
            });
        }
        if rule == rules::HEADER_VALUE.id {
            let header = finding.parameter.as_ref().and_then(|parameter| self.header(target, &parameter.name));
            let schema = header.and_then(|(contract, header)| Some((contract, header.schema?)));
            let mut values = finding.values.iter();
            return schema.is_some_and(|(contract, schema)| {
                !finding.values.is_empty() && values.all(|value| accepts(contract, &[schema], value))
            });
        }
        let Some((contract, schemas)) = self.schemas(target, path) else {
            return false;
        };
        let mut values = finding.values.iter();
        if rule == rules::WRONG_TYPE.id {
            let view = View::of(&contract.graph, &schemas);
            return values.all(|seen| {
                sample_of(&seen.value).is_some_and(|kind| view.all_kinds(3).has(kind))
            });
        }
        !finding.values.is_empty() && values.all(|value| accepts(contract, &schemas, value))
    }
}

/// The type of a value, from its name in a finding.
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

/// Whether the schemas accept a value from a finding, either as a string or parsed as JSON.
fn accepts(contract: &Contract, schemas: &[NodeId], value: &Seen) -> bool {
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
