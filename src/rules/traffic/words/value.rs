//! Values that break a schema, in sentences.

use crate::limits::PATTERN_STEPS;
use crate::observe::DeviationKind;
use crate::redact::clipped;
use crate::rules::catalogue as rules;
use crate::rules::catalogue::Rule;
use crate::rules::finding::Finding;

use super::{ARGUMENT_SHOWN, Words, either, list, names, plural, shown_value, values};

/// The rule that a deviation falls under.
pub(crate) const fn rule_of(kind: &DeviationKind) -> &'static Rule {
    match kind {
        DeviationKind::Missing { .. } => &rules::MISSING_PROPERTY,
        DeviationKind::Tag { .. } | DeviationKind::Enum { .. } => &rules::ENUM_VALUE,
        DeviationKind::Type { .. } => &rules::WRONG_TYPE,
        DeviationKind::Constant { .. } => &rules::CONST_VALUE,
        DeviationKind::Format { .. } => &rules::FORMAT_VIOLATION,
        DeviationKind::Pattern { .. } => &rules::PATTERN_VIOLATION,
        DeviationKind::Undecided { .. } => &rules::UNDECIDED_PATTERN,
        DeviationKind::Bound { .. } => &rules::NUMBER_BOUNDS,
        DeviationKind::Length { .. } => &rules::LENGTH_BOUNDS,
        DeviationKind::Unique => &rules::DUPLICATE_ITEMS,
        DeviationKind::Contains { .. } => &rules::CONTAINS_COUNT,
        DeviationKind::Closed => &rules::CLOSED_OBJECT,
        DeviationKind::PropertyName => &rules::PROPERTY_NAME,
        DeviationKind::Excluded => &rules::EXCLUDED_VALUE,
        DeviationKind::SeveralVariants { .. } => &rules::SEVERAL_VARIANTS,
        DeviationKind::Repeated { .. } | DeviationKind::Style { .. } | DeviationKind::Content { .. } => {
            &rules::SCHEMA_VIOLATION
        }
    }
}

/// The keyword, where one rule is about several keywords of a schema.
pub(crate) fn keyword_apart(kind: &DeviationKind) -> Option<&'static str> {
    let rule = rule_of(kind);
    let of_several = [&rules::NUMBER_BOUNDS, &rules::LENGTH_BOUNDS, &rules::SCHEMA_VIOLATION];
    let is_of_several = of_several.contains(&rule);
    (is_of_several || matches!(kind, DeviationKind::Tag { .. })).then(|| kind.keyword())
}

/// The sentence of a finding: `name` is what the value is called, `within` the object that has it.
pub(super) fn broken(finding: &Finding, kind: &DeviationKind, name: &str, within: &str) -> Words {
    let message = match kind {
        DeviationKind::Missing { because, .. } => {
            let named = names(&finding.properties);
            let within = within.replacen(" in ", " from ", 1);
            let mut message = match finding.properties.len() {
                1 => format!("required property {named} is missing{within}"),
                _ => format!("required properties {named} are missing{within}"),
            };
            if let [only] = finding.properties.as_slice()
                && let Some(near) = &only.near
            {
                message.push_str(&format!("; `{near}` is not declared"));
            }
            if let (Some(because), 1) = (because, finding.properties.len()) {
                message.push_str(&format!("; `{because}` requires it"));
            }
            let label = match finding.properties.as_slice() {
                [one] => format!("`{}` is missing", one.value),
                several => format!("{} properties are missing", several.len()),
            };
            return Words::new(rule_of(kind), message, label);
        }
        DeviationKind::Closed => {
            let (named, verb) = match finding.properties.len() {
                0 => ("undeclared properties".to_owned(), "are"),
                1 => (format!("property {}", names(&finding.properties)), "is"),
                _ => (format!("properties {}", names(&finding.properties)), "are"),
            };
            let message = format!("{named} {verb} not allowed{within}: the object is closed");
            return Words::new(rule_of(kind), message, "not allowed");
        }
        DeviationKind::Type { expected, .. } => {
            let found: Vec<String> = finding.values.iter().map(|seen| with_article(&seen.value)).collect();
            format!("{name} is {}; expected {expected}", either(&found))
        }
        DeviationKind::Enum { .. } if !finding.values.is_empty() => {
            format!("{name} is {}; expected {}", values(&finding.values), allowed(finding, finding.expected.count))
        }
        DeviationKind::Enum { listed } => {
            format!("{name} is not {}", allowed(finding, *listed))
        }
        DeviationKind::Tag { property, .. } if !finding.values.is_empty() => {
            let quoted = finding.expected.first.iter().map(|tag| super::json(tag));
            let expected = either(&quoted.collect::<Vec<_>>());
            let more = finding.expected.count.saturating_sub(finding.expected.first.len());
            let more = match more {
                0 => String::new(),
                more => format!(" or {more} others"),
            };
            let met = values(&finding.values);
            format!("`{property}` of {name} is {met}; expected {expected}{more}")
        }
        DeviationKind::PropertyName if !finding.values.is_empty() => {
            let keys = names(&finding.values);
            let verb = if finding.values.len() == 1 { "is not an allowed key" } else { "are not allowed keys" };
            format!("{keys} {verb} of {name}")
        }
        kind => {
            let described = deviation(kind, name, "");
            let Some(value) = shown_value(finding) else {
                return described;
            };
            // Forms and XML write texts without quotes.
            let is_of_text = matches!(kind, DeviationKind::Format { .. } | DeviationKind::Pattern { .. });
            let value = match is_of_text && !value.starts_with('"') {
                true => format!("\"{value}\""),
                false => value.to_owned(),
            };
            match seen_first(kind, name, &value) {
                Some(message) => message,
                None => return described,
            }
        }
    };
    Words::new(rule_of(kind), message, deviation(kind, name, "").label)
}

/// The sentence that starts with the value that was seen, where that says more.
pub(super) fn seen_first(kind: &DeviationKind, name: &str, value: &str) -> Option<String> {
    Some(match kind {
        DeviationKind::Constant { expected } => {
            format!("{name} is {value}; expected {}", clipped(expected, ARGUMENT_SHOWN))
        }
        DeviationKind::Format { format } => format!("{name} is {value}, which is not a valid {format}"),
        DeviationKind::Pattern { pattern } => format!(
            "{name} is {value}, which does not match `{}`",
            clipped(pattern, ARGUMENT_SHOWN)
        ),
        DeviationKind::Bound { keyword, limit } => {
            format!("{name} is {value}; it {}", bound(keyword, limit))
        }
        DeviationKind::Excluded => format!("{name} is {value}, which the schema excludes"),
        _ => return None,
    })
}

/// `"a", "b" or "c"`, `one of 139 values`
pub(super) fn allowed(finding: &Finding, count: usize) -> String {
    let expected = &finding.expected;
    match expected.first.len() == expected.count && expected.count > 0 {
        true => {
            let shown: Vec<String> = expected.first.iter().map(|value| super::json(value)).collect();
            either(&shown)
        }
        false => format!("one of {count} values"),
    }
}

fn bound(keyword: &str, limit: &str) -> String {
    match keyword {
        "minimum" => format!("must be at least {limit}"),
        "maximum" => format!("must be at most {limit}"),
        "exclusiveMinimum" => format!("must be greater than {limit}"),
        "exclusiveMaximum" => format!("must be less than {limit}"),
        _ => format!("must be a multiple of {limit}"),
    }
}

/// A deviation by itself; `name` is what the value is called and `subject` the property or value that it counts.
pub(crate) fn deviation(kind: &DeviationKind, name: &str, subject: &str) -> Words {
    let rule = rule_of(kind);
    match kind {
        DeviationKind::Missing { property, because } => {
            let mut message = format!("required property `{property}` is missing");
            if let Some(because) = because {
                message.push_str(&format!("; `{because}` requires it"));
            }
            Words::new(rule, message, format!("`{property}` is missing"))
        }
        DeviationKind::Tag { property, tags } => {
            let quoted: Vec<String> = tags.iter().map(|tag| format!("`{tag}`")).collect();
            Words::new(
                rule,
                format!("`{property}` of {name} must be {}", either(&quoted)),
                "no variant has this tag",
            )
        }
        DeviationKind::Type { expected, found } => Words::new(
            rule,
            format!("{name} is {}; expected {expected}", with_article(found)),
            format!("expected {expected}"),
        ),
        DeviationKind::Enum { listed } => Words::new(
            rule,
            format!("{name} is not one of the {listed} values of its enum"),
            "not in the enum",
        ),
        DeviationKind::Constant { expected } => {
            let expected = clipped(expected, ARGUMENT_SHOWN);
            Words::new(
                rule,
                format!("{name} is not the constant {expected}"),
                format!("expected {expected}"),
            )
        }
        DeviationKind::Format { format } => Words::new(
            rule,
            format!("{name} is not a valid {format}"),
            format!("not a valid {format}"),
        ),
        DeviationKind::Pattern { pattern } => Words::new(
            rule,
            format!(
                "{name} does not match the pattern `{}`",
                clipped(pattern, ARGUMENT_SHOWN)
            ),
            "does not match",
        ),
        DeviationKind::Undecided { pattern } => Words::new(
            rule,
            format!(
                "{name} could not be matched with the pattern `{}` in {PATTERN_STEPS} steps",
                clipped(pattern, ARGUMENT_SHOWN),
            ),
            "counts as rejected",
        ),
        DeviationKind::Bound { keyword, limit } => {
            let bound = bound(keyword, limit);
            Words::new(rule, format!("{name} {bound}"), bound)
        }
        DeviationKind::Length { keyword, limit } => {
            let (comparison, unit) = match *keyword {
                "minLength" => ("at least", "character"),
                "maxLength" => ("at most", "character"),
                "minItems" => ("at least", "item"),
                "maxItems" => ("at most", "item"),
                "minProperties" => ("at least", "property"),
                _ => ("at most", "property"),
            };
            let unit = plural(*limit, unit);
            Words::new(
                rule,
                format!("{name} must have {comparison} {limit} {unit}"),
                format!("must have {comparison} {limit} {unit}"),
            )
        }
        DeviationKind::Unique => Words::new(
            rule,
            format!("items of {name} are repeated; they must be unique"),
            "two items are equal",
        ),
        DeviationKind::Contains { minimum, maximum } => {
            let wanted = match maximum {
                Some(maximum) => format!("between {minimum} and {maximum}"),
                None => format!("at least {minimum}"),
            };
            let unit = plural(maximum.unwrap_or(*minimum), "item");
            Words::new(
                rule,
                format!("{name} must have {wanted} {unit} that match `contains`"),
                format!("expected {wanted} matching {unit}"),
            )
        }
        DeviationKind::Closed => Words::new(
            rule,
            format!("property `{subject}` is not allowed: the object is closed"),
            "not allowed",
        ),
        DeviationKind::PropertyName => Words::new(
            rule,
            format!("{name} has keys that `propertyNames` does not allow"),
            "not an allowed key",
        ),
        DeviationKind::Excluded => Words::new(
            rule,
            format!("{name} is a value that the schema excludes"),
            "excluded",
        ),
        DeviationKind::SeveralVariants { names } => Words::new(
            rule,
            format!(
                "{name} matches {} variants of a `oneOf`, which allows one: {}",
                names.len(),
                list(names)
            ),
            format!("matches {}", list(names)),
        ),
        DeviationKind::Repeated { times } => Words::new(
            rule,
            format!("{name} was sent {times} times; it takes one value"),
            "sent again",
        ),
        DeviationKind::Style { style } => Words::new(
            rule,
            format!("{name} does not use the style `{style}`"),
            format!("not in the style `{style}`"),
        ),
        DeviationKind::Content { keyword, expected } => Words::new(
            rule,
            format!("{name} is not valid {expected}, as `{keyword}` requires"),
            format!("not valid {expected}"),
        ),
    }
}

fn with_article(noun: &str) -> String {
    match noun {
        "null" => noun.to_owned(),
        noun if noun.starts_with(['a', 'e', 'i', 'o']) => format!("an {noun}"),
        noun => format!("a {noun}"),
    }
}
