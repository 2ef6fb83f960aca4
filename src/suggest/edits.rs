//! From a finding to an edit.

use serde_json::Value;

use crate::contract::Contract;
use crate::error::closest;
use crate::observe::{DeviationKind, TrafficFact, shorten};
use crate::redact::Shown;
use crate::rules::catalogue as rules;
use crate::rules::{Finding, Level, Matter, schema_name};
use crate::schema::Place;
use crate::source::edit::Operation;

use super::at::{At, name_of};
use super::keywords::{bound, constant, length, listed, typed};
use super::messages::{of_operations, with_bodies};
use super::seen::{Seen, Topic, Values};
use super::unions::{is_tag, relaxed};
use super::worded::{Edit, Worded, file_of, is_about_traffic, none, quoted, refuse_masked, removed};

/// The longest name of a property, in characters; longer ones are probably data.
const LONGEST: usize = 60;

/// Rules with edits, where no keyword is violated.
const EDITED: [&str; 6] = [
    "missing-parameter",
    "missing-header",
    "undeclared-property",
    "open-enum-value",
    "read-only-property",
    "write-only-property",
];

/// Whether there may be an edit for a finding, by its rule.
pub(crate) fn may_edit(finding: &Finding) -> bool {
    let rules = [&rules::UNDECLARED_QUERY_PARAMETER, &rules::UNDECLARED_STATUS, &rules::UNEXPECTED_BODY];
    match &finding.matter {
        _ if finding.level < Level::Warning => false,
        Matter::Broken(kind) | Matter::Traffic(TrafficFact::ParameterValue { kind, .. }) => {
            !matches!(kind, DeviationKind::Tag { .. } | DeviationKind::Excluded)
        }
        _ => rules.contains(&finding.rule) || EDITED[..4].contains(&finding.rule.id),
    }
}

/// The edits that accept what a finding is about; else why there is none.
pub(super) fn edit(
    finding: &Finding,
    contract: &Contract,
    seen: &Seen,
) -> Result<Vec<Edit>, String> {
    if contract.documents.iter().all(|document| document.source.is_none()) {
        return Err(built_in(finding));
    }
    if [&rules::UNDECLARED_QUERY_PARAMETER, &rules::UNDECLARED_STATUS].contains(&finding.rule) {
        return of_operations(finding, contract, seen);
    }
    if *finding.rule == rules::UNEXPECTED_BODY {
        return with_bodies(finding, contract, seen);
    }
    // A parameter that is declared in several operations has a schema in each.
    let places = match &finding.schema {
        Some(schema) => std::slice::from_ref(schema),
        None => finding.declarations.as_slice(),
    };
    let edits = places.iter().map(|place| {
        let about = About {
            finding,
            contract,
            seen,
            operations: finding.operation_ids(),
        };
        about.schema(place)
    });
    let edits: Vec<Edit> = edits.collect::<Result<_, String>>()?;
    match edits.is_empty() {
        true => Err(none(finding)),
        false => Ok(edits),
    }
}

/// What to change in the source of a built-in contract.
fn built_in(finding: &Finding) -> String {
    if is_about_traffic(finding) {
        return none(finding);
    }
    let place = finding.schema.as_ref().map(|schema| &schema.pointer);
    let what = match place.and_then(schema_name).as_deref().map(|name| name.split_once('.')) {
        Some(Some((name, field))) => format!(": field `{field}` of the type `{name}`"),
        Some(None) => {
            let name = place.and_then(schema_name).unwrap_or_default();
            format!(": the type `{name}`")
        }
        None => String::new(),
    };
    format!("a built-in contract can only be changed in wiredrift's own source{what}")
}

/// A finding, with what edits are made of.
struct About<'a> {
    finding: &'a Finding,
    contract: &'a Contract,
    seen: &'a Seen,
    operations: Vec<&'a str>,
}

impl<'a> About<'a> {
    fn schema(&self, place: &Place) -> Result<Edit, String> {
        let finding = self.finding;
        if let Matter::Traffic(TrafficFact::ParameterValue { at: below, .. }) = &finding.matter
            && !below.is_empty()
        {
            return Err("the value is inside of the parameter".to_owned());
        }
        let document = self.contract.documents.document(&place.document);
        document.and_then(file_of).ok_or_else(|| none(finding))?;
        let kind = match &finding.matter {
            Matter::Broken(kind) | Matter::Traffic(TrafficFact::ParameterValue { kind, .. }) => {
                Some(kind)
            }
            _ => None,
        };
        if kind.is_none() && !EDITED.contains(&finding.rule.id) {
            return Err(none(finding));
        }
        if EDITED[..2].contains(&finding.rule.id) {
            let path = format!("{}/required", place.pointer);
            return Ok(Edit {
                operations: vec![Operation::Remove { path }],
                words: format!("make {} optional", name_of(self.contract, place)),
                place: place.clone(),
            });
        }
        let keyword = finding.keyword();
        let is_broken = kind.is_some() && finding.rule.id != "closed-object";
        let at = At::schema(self.contract, place, keyword.filter(|_| is_broken))?;
        let (operations, words) = self.keyword(&at, kind)?;
        Ok(Edit {
            operations,
            words,
            place: at.place(),
        })
    }

    fn keyword(&self, at: &At<'_>, kind: Option<&DeviationKind>) -> Result<Worded, String> {
        let finding = self.finding;
        match (finding.rule.id, kind) {
            ("missing-property", _) => self.optional(at),
            ("undeclared-property" | "closed-object", _) => self.declared(at),
            // Without `readOnly`, the property would be required in requests.
            ("read-only-property" | "write-only-property", _) => {
                Err("decide who sends the property".to_owned())
            }
            ("open-enum-value", _) => listed(finding, at, &self.values(at, "enum")?),
            (_, Some(kind)) => self.broken(at, kind),
            _ => Err(none(finding)),
        }
    }

    fn broken(&self, at: &At<'_>, kind: &DeviationKind) -> Result<Worded, String> {
        let values = || self.values(at, kind.keyword());
        match kind {
            DeviationKind::Tag { .. } => Err("describe the variant by hand".to_owned()),
            DeviationKind::Type { found, .. } => typed(self.finding, at, &values()?, found),
            DeviationKind::Enum { .. } => listed(self.finding, at, &values()?),
            DeviationKind::Constant { .. } if at.value.get("const").is_some() => {
                constant(at, &values()?)
            }
            DeviationKind::Constant { .. } => listed(self.finding, at, &values()?),
            DeviationKind::Bound { keyword, .. } => bound(at, keyword, &values()?),
            DeviationKind::Length { keyword, .. } => length(at, keyword, &values()?),
            DeviationKind::SeveralVariants { .. } => relaxed(at),
            DeviationKind::Repeated { .. } | DeviationKind::Style { .. } => {
                Err("decide by hand how the parameter is serialised".to_owned())
            }
            DeviationKind::Excluded => Err("decide by hand what `not` excludes".to_owned()),
            _ => {
                values()?;
                removed(at, kind.keyword(), "")
            }
        }
    }

    /// What was seen of a schema. A guess at the variant that values are meant for is no reason to change it.
    fn about(&self, at: &At<'_>, topic: &Topic) -> Result<Values, String> {
        let values = self.seen.values(&at.place(), topic, &self.operations);
        match values.guess() {
            Some(variant) => Err(guessed(&variant)),
            None => Ok(values),
        }
    }

    fn values(&self, at: &At<'_>, keyword: &'static str) -> Result<Values, String> {
        self.about(at, &Topic::Keyword(keyword))
    }

    /// Makes properties optional.
    fn optional(&self, at: &At<'_>) -> Result<Worded, String> {
        let name = at.name();
        let Some(required) = at.value.get("required").and_then(Value::as_array) else {
            return Err(match at.value.get("dependentRequired") {
                Some(_) => "decide by hand what `dependentRequired` requires".to_owned(),
                None => at.lacks("required"),
            });
        };
        let missing = |text: &&str| {
            let mut names = self.finding.properties.iter();
            names.any(|seen| *seen.value == *Shown::new(text))
        };
        let texts = required.iter().enumerate();
        let texts = texts.filter_map(|(at, value)| Some((at, value.as_str()?)));
        let texts: Vec<(usize, &str)> = texts.filter(|(_, text)| missing(text)).collect();
        if texts.is_empty() {
            return Err(format!("`required` of {name} does not list them"));
        }
        let reason = |text: &str| -> Option<String> {
            if is_tag(self.contract, &at.place(), text) {
                return Some(format!("`{text}` tells variants apart: describe the variant by hand"));
            }
            self.about(at, &Topic::Missing(text.to_owned())).err()
        };
        let (texts, refused): (Vec<_>, Vec<_>) =
            texts.into_iter().partition(|(_, text)| reason(text).is_none());
        // The others are left for the next round.
        if let (true, Some((_, text))) = (texts.is_empty(), refused.first()) {
            return Err(reason(text).unwrap_or_default());
        }
        let declared = at.value.get("properties").and_then(Value::as_object);
        let free = declared.into_iter().flat_map(|declared| declared.keys());
        let free = free.map(String::as_str).filter(|known| {
            !required.iter().any(|other| other.as_str() == Some(known))
        });
        let free: Vec<&str> = free.collect();
        let is_declared = |text: &str| declared.is_some_and(|known| known.contains_key(text));
        if let [(position, text)] = texts.as_slice()
            && !is_declared(text)
            && let Some(meant) = closest(text, free)
        {
            let position = position.to_string();
            return Ok((
                vec![Operation::Replace {
                    path: at.path(&["required", &position]),
                    value: meant.into(),
                }],
                format!("require `{meant}` instead of `{text}` in {name}"),
            ));
        }
        let operations = match texts.len() {
            // OpenAPI 3.0 does not allow an empty list.
            all if all == required.len() => vec![at.remove("required")],
            // From the end, so that positions stay valid.
            _ => texts
                .iter()
                .rev()
                .map(|(position, _)| Operation::Remove {
                    path: at.path(&["required", &position.to_string()]),
                })
                .collect(),
        };
        let names: Vec<String> = texts.iter().map(|(_, text)| (*text).to_owned()).collect();
        Ok((operations, format!("make {} optional in {name}", quoted(&names))))
    }

    /// Declares properties, with the types that were seen.
    fn declared(&self, at: &At<'_>) -> Result<Worded, String> {
        let name = at.name();
        let known = self.seen.undeclared(&at.place(), &self.operations);
        // Properties that are ignored or in the baseline are not in the finding.
        let wanted = |name: &str| {
            let shown = shorten(name);
            let mut names = self.finding.properties.iter();
            names.any(|seen| *seen.value == *shown)
        };
        let found: Vec<(&String, &Values)> = known.iter().filter(|(name, _)| wanted(name)).collect();
        if found.is_empty() {
            return Err(
                "too many different names to list: describe them by hand with `additionalProperties`"
                    .to_owned(),
            );
        }
        let reason = |name: &str, values: &Values| -> Option<String> {
            if let Err(reason) = refuse_masked(name) {
                return Some(reason);
            }
            if let Some(variant) = values.guess() {
                return Some(guessed(&variant));
            }
            if values.is_declared_elsewhere {
                let instead = match at.value.get("additionalProperties").is_some() && !at.dialect().ref_hides_siblings() {
                    true => "use `unevaluatedProperties: false` around both schemas instead",
                    false => "merge the schemas",
                };
                return Some(format!(
                    "another schema declares `{name}`, but a closed schema knows only its own properties: {instead}, by hand"
                ));
            }
            let words = "the names look like identifiers: describe them by hand with `additionalProperties`";
            is_identifier(name).then(|| words.to_owned())
        };
        let (found, refused): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|(name, values)| reason(name, values).is_none());
        // The others are left for the next round.
        if let (true, Some((name, values))) = (found.is_empty(), refused.first()) {
            return Err(reason(name, values).unwrap_or_default());
        }
        let dialect = at.dialect();
        let schemas = found.iter().map(|(name, values)| ((*name).clone(), values.kinds.schema(dialect)));
        let operations = match at.value.get("properties") {
            Some(_) => schemas
                .map(|(name, value)| Operation::Add {
                    path: at.path(&["properties", &name]),
                    value,
                })
                .collect(),
            None => {
                let properties: serde_json::Map<String, Value> = schemas.collect();
                vec![at.set("properties", properties.into())]
            }
        };
        let names: Vec<String> = found.iter().map(|(name, _)| (*name).clone()).collect();
        Ok((operations, format!("declare {} in {name}", quoted(&names))))
    }
}

/// Why values that were read as a variant change nothing.
fn guessed(variant: &str) -> String {
    format!(
        "the value fits no variant of a union; it was compared with `{variant}`, which is a guess: decide by hand"
    )
}

/// Whether a name is probably data: a UUID, a hash, a number or a date.
fn is_identifier(name: &str) -> bool {
    let digits = name.bytes().filter(u8::is_ascii_digit).count();
    let is_hexadecimal = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    let is_number = digits > 0
        && name.bytes().all(|byte| byte.is_ascii_digit() || b"-_.:/TZ+".contains(&byte));
    let is_long = name.chars().count() > LONGEST;
    is_long || is_number || (name.len() >= 16 && digits >= 4 && name.bytes().all(is_hexadecimal)) || digits >= 8
}

