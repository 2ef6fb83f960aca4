//! Edits of keywords that limit a value: types, enums and limits.

use std::cmp::Ordering;

use serde_json::{Number, Value, json};

use crate::rules::Finding;
use crate::schema::Dialect;
use crate::source::edit::Operation;

use super::at::At;
use super::kinds::{Kinds, nullable, of_type};
use super::seen::{Values, shown};
use super::worded::{Worded, quoted, removed, short};

/// The longest `items` that moves into a branch, as JSON.
const MOVED: usize = 80;

/// Allows further types. `found` is the type that the finding names.
pub(super) fn typed(
    finding: &Finding,
    at: &At<'_>,
    values: &Values,
    found: &str,
) -> Result<Worded, String> {
    let name = at.name();
    let mut kinds = values.kinds;
    if kinds == Kinds::default() {
        let of_finding = finding.values.iter().map(|seen| seen.value.to_string());
        let of_finding: Vec<String> = match finding.parameter {
            // Of a parameter, these are its texts.
            Some(_) => Vec::new(),
            None => of_finding.collect(),
        };
        for found in of_finding.iter().map(String::as_str).chain([found]) {
            kinds.insert_name(found);
        }
    }
    let found = kinds.names();
    let dialect = at.dialect();
    let Some(declared) = at.value.get("type") else {
        return branched(at, &found);
    };
    let mut types: Vec<String> = match declared {
        Value::String(one) => vec![one.clone()],
        Value::Array(several) => several.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => return Err(format!("`type` of {name} is neither a string nor a list")),
    };
    let is_old = matches!(dialect, Dialect::OpenApi30 | Dialect::Swagger2);
    let is_nullable = at.value.get(nullable(dialect)) == Some(&Value::Bool(true));
    let mut operations = Vec::new();
    let mut adds_null = false;
    for found in &found {
        match *found {
            "null" if is_old => adds_null = true,
            found => {
                if found == "number" {
                    types.retain(|known| known != "integer");
                }
                if !types.iter().any(|known| known == found || known == "number" && found == "integer") {
                    types.push(found.to_owned());
                }
            }
        }
    }
    let new: Value = match types.as_slice() {
        [one] => one.as_str().into(),
        several => several.to_vec().into(),
    };
    match (dialect, new.is_array()) {
        (Dialect::Swagger2, true) => {
            return Err("OpenAPI 2.0 does not allow several types in one schema".to_owned());
        }
        (Dialect::OpenApi30, true) => {
            operations.extend(alternatives(at, &types, is_nullable || adds_null)?);
            adds_null = false;
        }
        _ if new == *declared => {}
        _ => match declared.as_array() {
            // A further item leaves the others as they are written.
            Some(known) if types.len() > known.len() && known.iter().zip(&types).all(|(known, new)| known == new) => {
                let added = types.iter().skip(known.len());
                operations.extend(added.map(|new| Operation::Add {
                    path: at.path(&["type", "-"]),
                    value: new.as_str().into(),
                }));
            }
            _ => operations.push(at.set("type", new.clone())),
        },
    }
    if adds_null && !is_nullable {
        operations.push(at.set(nullable(dialect), true.into()));
    }
    let enumerated = at.value.get("enum").and_then(Value::as_array);
    // A list of values has to list null, too.
    if found.contains(&"null") && enumerated.is_some_and(|values| !values.contains(&Value::Null)) {
        operations.push(Operation::Add {
            path: at.path(&["enum", "-"]),
            value: Value::Null,
        });
    }
    // OpenAPI 2.0 and 3.0 require `items` next to `array`.
    if is_old && new == "array" && at.value.get("items").is_none() {
        operations.push(at.set("items", json!({})));
    }
    let words = format!("allow {} for {name}", found.join(" and "));
    match operations.is_empty() {
        true => Err(format!("{name} already allows this type")),
        false => Ok((operations, words)),
    }
}

/// Several types in OpenAPI 3.0, which has no lists of types.
fn alternatives(at: &At<'_>, types: &[String], is_nullable: bool) -> Result<Vec<Operation>, String> {
    let name = at.name();
    if at.value.get("anyOf").is_some() {
        return Err(format!("{name} already has an `anyOf`"));
    }
    let mut branches: Vec<Value> = types.iter().map(|one| of_type(one, Dialect::OpenApi30)).collect();
    // In this order, the object is not empty in between and keeps its style.
    let mut operations = Vec::new();
    let mut rest = vec![at.remove("type")];
    if let Some(items) = at.value.get("items") {
        if items.to_string().len() > MOVED {
            return Err(format!(
                "in OpenAPI 3.0, several types need an `anyOf`: describe the alternatives of {name} by hand"
            ));
        }
        for branch in branches.iter_mut().filter(|branch| branch["type"] == "array") {
            branch["items"] = items.clone();
        }
        rest.push(at.remove("items"));
    }
    // Next to `anyOf`, without `type`, `nullable` has no effect.
    if let (true, Some(first)) = (is_nullable, branches.first_mut()) {
        first["nullable"] = true.into();
    }
    if at.value.get("nullable").is_some() {
        rest.push(at.remove("nullable"));
    }
    operations.push(at.set("anyOf", branches.into()));
    operations.extend(rest);
    Ok(operations)
}

/// Adds branches for types to a union.
fn branched(at: &At<'_>, found: &[&str]) -> Result<Worded, String> {
    let name = at.name();
    let keyword = ["anyOf", "oneOf"].into_iter().find(|keyword| at.value.get(keyword).is_some());
    let Some(keyword) = keyword else {
        return Err(at.lacks("type"));
    };
    let is_old = matches!(at.dialect(), Dialect::OpenApi30 | Dialect::Swagger2);
    if is_old && found.contains(&"null") {
        return Err(format!("null needs `nullable` in a branch of {name}: decide by hand in which one"));
    }
    let operations = found.iter().map(|found| Operation::Add {
        path: at.path(&[keyword, "-"]),
        value: of_type(found, at.dialect()),
    });
    Ok((
        operations.collect(),
        format!("allow {} in `{keyword}` of {name}", found.join(" and ")),
    ))
}

/// Adds values to an enum.
pub(super) fn listed(finding: &Finding, at: &At<'_>, values: &Values) -> Result<Worded, String> {
    let name = at.name();
    let known = at.value.get("enum").and_then(Value::as_array).ok_or_else(|| at.lacks("enum"))?;
    let wanted = &finding.values;
    let distinct = values.distinct.iter();
    // Values that are ignored or in the baseline are not in the finding.
    let distinct = distinct.filter(|(key, _)| wanted.iter().any(|seen| *seen.value == *shown(key)));
    let distinct: Vec<Value> = distinct.map(|(_, value)| value.clone()).collect();
    all_of(values, !distinct.is_empty() && wanted.len() <= distinct.len())?;
    let new: Vec<Value> = distinct.into_iter().filter(|value| !known.contains(value)).collect();
    if new.is_empty() {
        return Err(format!("the enum of {name} already lists these values"));
    }
    let texts: Vec<String> = new.iter().map(short).collect();
    let words = format!("add {} to the enum of {name}", quoted(&texts));
    let add = |value| Operation::Add {
        path: at.path(&["enum", "-"]),
        value,
    };
    Ok((new.into_iter().map(add).collect(), words))
}

/// Refuses values that are not all known.
fn all_of(values: &Values, is_complete: bool) -> Result<(), String> {
    if values.is_masked {
        return Err("a value is masked".to_owned());
    }
    if values.has_more || !is_complete {
        return Err("too many different values to list".to_owned());
    }
    Ok(())
}

/// Lists further values next to a constant.
pub(super) fn constant(at: &At<'_>, values: &Values) -> Result<Worded, String> {
    let constant = at.value.get("const").ok_or_else(|| at.lacks("const"))?;
    all_of(values, !values.distinct.is_empty())?;
    if at.value.get("enum").is_some() {
        return Err(format!("{} has an `enum` next to `const`", at.name()));
    }
    let mut all = vec![constant.clone()];
    all.extend(values.distinct.values().filter(|value| *value != constant).cloned());
    let texts: Vec<String> = all.iter().skip(1).map(short).collect();
    let words = format!("allow {} next to the constant of {}", quoted(&texts), at.name());
    Ok((vec![at.set("enum", all.into()), at.remove("const")], words))
}

/// Moves a limit of numbers to what was seen.
pub(super) fn bound(at: &At<'_>, keyword: &str, values: &Values) -> Result<Worded, String> {
    let is_upper = keyword.ends_with("aximum");
    if keyword == "multipleOf" {
        return removed(at, keyword, "");
    }
    let Some((least, most)) = &values.extremes else {
        let reason = match values.is_masked {
            true => ", since the values are masked",
            false => "",
        };
        return removed(at, keyword, reason);
    };
    let (new, inclusive, exclusive) = match is_upper {
        true => (most, "maximum", "exclusiveMaximum"),
        false => (least, "minimum", "exclusiveMinimum"),
    };
    let limit = match at.value.get(keyword) {
        // `exclusiveMaximum: true` is about the `maximum` next to it.
        Some(Value::Bool(_)) => at.value.get(inclusive),
        limit => limit,
    };
    let limit = limit.ok_or_else(|| at.lacks(keyword))?;
    let name = at.name();
    let is_beyond = |limit: &Value| {
        let order = limit.as_f64().partial_cmp(&new.as_f64());
        order == Some(if is_upper { Ordering::Less } else { Ordering::Greater })
    };
    let verb = if is_upper { "raise" } else { "lower" };
    match at.value.get(exclusive) {
        Some(Value::Bool(true)) => {
            let mut operations = vec![at.remove(exclusive)];
            let mut words = format!("make `{inclusive}` of {name} inclusive");
            if is_beyond(limit) {
                operations.insert(0, at.set(inclusive, new.clone().into()));
                words = format!("{verb} `{inclusive}` of {name} from {limit} to {new}, inclusive");
            }
            Ok((operations, words))
        }
        Some(Value::Number(_)) if keyword == exclusive => {
            let mut operations = vec![at.remove(exclusive)];
            if at.value.get(inclusive).is_none_or(is_beyond) {
                operations.insert(0, at.set(inclusive, new.clone().into()));
            }
            let words =
                format!("replace `{exclusive}: {limit}` of {name} by `{inclusive}: {new}`");
            Ok((operations, words))
        }
        _ => moved(at, inclusive, limit, new),
    }
}

/// Moves a limit of lengths to what was seen.
pub(super) fn length(at: &At<'_>, keyword: &str, values: &Values) -> Result<Worded, String> {
    let limit = at.value.get(keyword).ok_or_else(|| at.lacks(keyword))?;
    let is_upper = keyword.starts_with("max");
    match &values.extremes {
        Some((_, most)) if is_upper => moved(at, keyword, limit, most),
        // No lower limit is the same as a limit of 0.
        Some((least, _)) if least.as_u64() != Some(0) => moved(at, keyword, limit, least),
        _ => removed(at, keyword, ""),
    }
}

fn moved(at: &At<'_>, keyword: &str, limit: &Value, new: &Number) -> Result<Worded, String> {
    let verb = match keyword.starts_with("max") {
        true => "raise",
        false => "lower",
    };
    let words = format!("{verb} `{keyword}` of {} from {} to {new}", at.name(), short(limit));
    Ok((vec![at.set(keyword, new.clone().into())], words))
}
