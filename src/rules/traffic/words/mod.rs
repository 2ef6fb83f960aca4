//! Findings in sentences.

mod message;
mod value;

use std::fmt::Write as _;

use serde::de::IgnoredAny;

use crate::contract::ParameterPlace;
use crate::location::{PathPattern, Side, Step};
use crate::observe::DeviationKind;
use crate::redact::{Shown, clipped};
use crate::rules::catalogue as rules;
use crate::rules::catalogue::Rule;
use crate::rules::finding::{Finding, Matter, ParameterName, Seen};
use crate::rules::key::{component_of, dotted, schema_name};

pub(crate) use message::{
    foreign_hosts, many_operations, more_hosts, other_base, other_host, other_hosts, rule_of_fact, schemes, unknown_operation, unknown_prefix,
};
pub(crate) use value::{deviation, keyword_apart, rule_of};

/// Characters of a pattern, a constant or a value that a message shows.
pub(crate) const ARGUMENT_SHOWN: usize = 60;

/// Names that a sentence lists; of more, the first and a count.
const NAMES_SHOWN: usize = 4;

/// Values that a sentence lists.
const VALUES_SHOWN: usize = 3;

/// The sentences of a finding.
pub(crate) struct Words {
    pub(crate) rule: &'static Rule,
    /// What is wrong.
    pub(crate) message: String,
    /// What the mark under the excerpt says.
    pub(crate) label: String,
}

impl Words {
    fn new(rule: &'static Rule, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            rule,
            message: message.into(),
            label: label.into(),
        }
    }
}

impl Finding {
    /// The headline: one sentence with the place, what was seen, and what the contract accepts.
    #[must_use]
    pub(crate) fn headline(&self) -> Shown {
        Shown::new(&words_of(self).message)
    }

    /// What the mark under the excerpt says.
    #[must_use]
    pub(crate) fn label(&self) -> Shown {
        Shown::new(&words_of(self).label)
    }
}

/// The headline of a finding, and the label of its excerpt.
fn words_of(finding: &Finding) -> Words {
    let name = name_of(finding);
    let within = within(finding);
    match &finding.matter {
        Matter::Broken(kind) => value::broken(finding, kind, &name, &within),
        Matter::Undeclared(true) => Words::new(
            &rules::UNDECLARED_PROPERTY,
            format!(
                "{name} has more than {} different undeclared properties",
                crate::observe::DISTINCT_KEPT
            ),
            "not in the contract",
        ),
        Matter::Undeclared(false) => Words::new(
            &rules::UNDECLARED_PROPERTY,
            format!("{} not declared{within}", properties(finding)),
            "not in the contract",
        ),
        Matter::Misdirected(Side::Request) => Words::new(
            &rules::READ_ONLY_PROPERTY,
            format!("{} read-only and must not be sent{within}", properties(finding)),
            "not part of requests",
        ),
        Matter::Misdirected(Side::Response) => Words::new(
            &rules::WRITE_ONLY_PROPERTY,
            format!("{} write-only and must not be returned{within}", properties(finding)),
            "not part of responses",
        ),
        Matter::Looser { variant, accepted } => Words::new(
            &rules::LOOSER_VARIANT,
            format!("{name} looks like `{variant}`, but only the looser `{accepted}` accepts it"),
            format!("does not conform to `{variant}`"),
        ),
        Matter::OpenEnum => Words::new(
            &rules::OPEN_ENUM_VALUE,
            format!("{name} is {}, which its open enum does not list", values(&finding.values)),
            "not listed by the enum",
        ),
        Matter::Spelling { format, expected } => {
            let seen: Vec<String> = finding.values.iter().map(|seen| seen.value.to_string()).collect();
            let named = match finding.properties.as_slice() {
                [] => format!("{format} values"),
                some => names(some),
            };
            let verb = if finding.properties.len() == 1 { "uses" } else { "use" };
            Words::new(
                &rules::FORMAT_SPELLING,
                format!("{named} {verb} {}; the contract's examples use {expected}", either(&seen)),
                "valid, but formatted differently",
            )
        }
        Matter::Placeholders => Words::new(
            &rules::PLACEHOLDER,
            match finding.count {
                1 => format!("a placeholder replaces the value of {}", names(&finding.values)),
                count => format!("placeholders replace {count} values"),
            },
            "a placeholder",
        ),
        Matter::UnseenProperties => Words::new(
            &rules::UNSEEN_PROPERTY,
            match finding.properties.len() {
                1 => format!("declared property {} was never seen{within}", names(&finding.properties)),
                count => format!(
                    "{count} declared properties were never seen{within}: {}",
                    names(&finding.properties)
                ),
            },
            "",
        ),
        Matter::UnseenValues => Words::new(
            &rules::UNSEEN_ENUM_VALUE,
            match finding.values.len() {
                1 => format!("declared enum value {} was never seen{within}", names(&finding.values)),
                count => format!("{count} declared enum values were never seen{within}"),
            },
            "",
        ),
        Matter::Traffic(fact) => message::traffic(finding, fact),
        Matter::Said { message, label } => Words::new(finding.rule, message.clone(), label.clone()),
    }
}

/// What a value that broke its schema is called where it is not part of a finding.
#[must_use]
pub fn sentence(kind: &DeviationKind, place: &PathPattern, value: &str) -> String {
    let key = match place.steps().last() {
        Some(Step::Key(key)) => &**key,
        Some(Step::Any) | None => "",
    };
    let name = match dotted(place) {
        path if path.is_empty() => "the payload".to_owned(),
        path => format!("`{path}`"),
    };
    match kind {
        DeviationKind::Enum { listed } if !value.is_empty() => {
            format!("{name} is {value}; expected one of {listed} values")
        }
        _ => deviation(kind, &name, key).message,
    }
}

/// What the value is called that a finding is about: a parameter, the path in the payload, else the schema.
fn name_of(finding: &Finding) -> String {
    if let Some(parameter) = &finding.parameter {
        return parameter_name(parameter);
    }
    let root = match finding.side() {
        Some(Side::Request) => "the request body",
        Some(Side::Response) => "the response body",
        None => "the payload",
    };
    match located(finding) {
        Located::Root => root.to_owned(),
        Located::At(path) if path == "[]" => format!("an item of {root}"),
        Located::At(path) => format!("`{path}`"),
    }
}

/// `query parameter `limit``
fn parameter_name(parameter: &ParameterName) -> String {
    let ParameterName { name, place } = parameter;
    match place {
        ParameterPlace::Header => format!("header `{name}`"),
        ParameterPlace::Cookie => format!("cookie `{name}`"),
        place => format!("{place} parameter `{name}`"),
    }
}

/// Where a finding is, for sentences.
enum Located {
    /// The whole payload.
    Root,
    /// A path in the payload; the name of a schema, where that is at several.
    At(String),
}

fn located(finding: &Finding) -> Located {
    let mut paths = finding.places.iter().map(|place| &place.path);
    let first = paths.next();
    let is_same = paths.all(|path| Some(path) == first);
    let named = finding.schema.as_ref().and_then(|schema| schema_name(&schema.pointer));
    let path = match (first, named) {
        (Some(first), _) if is_same => dotted(first),
        (_, Some(name)) => name,
        // The shortest path stands for the others.
        (_, None) => {
            let paths = finding.places.iter().map(|place| dotted(&place.path));
            paths.min_by_key(String::len).unwrap_or_default()
        }
    };
    match path.is_empty() {
        true => Located::Root,
        false => Located::At(path),
    }
}

/// ` in `data[]``: the object whose properties a finding is about; nothing for the payload itself.
fn within(finding: &Finding) -> String {
    if matches!(finding.matter, Matter::UnseenProperties | Matter::UnseenValues) {
        let component = finding.schema.as_ref().and_then(|schema| component_of(&schema.pointer));
        return component.map_or_else(String::new, |name| format!(" in `{name}`"));
    }
    match located(finding) {
        Located::Root => String::new(),
        Located::At(path) if path == "[]" => " in items of the list".to_owned(),
        Located::At(path) => format!(" in `{path}`"),
    }
}

/// `property `a` is`, `properties `a` and `b` are`
fn properties(finding: &Finding) -> String {
    match finding.properties.len() {
        1 => format!("property {} is", names(&finding.properties)),
        _ => format!("properties {} are", names(&finding.properties)),
    }
}

/// `` `a`, `b`, `c` and 4 more``
fn names(seen: &[Seen]) -> String {
    let quoted = seen.iter().map(|seen| format!("`{}`", seen.value));
    first_of(quoted.collect(), NAMES_SHOWN)
}

/// The values seen: `"xk"`, `"a" or 5`, `"a", "b" or 4 other values`.
fn values(seen: &[Seen]) -> String {
    let shown: Vec<String> = seen.iter().take(VALUES_SHOWN).map(|seen| json(&seen.value)).collect();
    match seen.len() {
        0 => "a value".to_owned(),
        count if count > VALUES_SHOWN => {
            format!("{} or {} other values", shown[..2].join(", "), count - 2)
        }
        _ => either(&shown),
    }
}

/// A value as JSON has it: numbers, literals and what is cut stand for themselves, everything else is a string.
fn json(value: &str) -> String {
    let is_literal = matches!(value, "null" | "true" | "false") || is_number(value);
    let is_cut = value.contains('…');
    let is_composed = value.starts_with(['{', '[']) && (is_cut || serde_json::from_str::<IgnoredAny>(value).is_ok());
    match is_literal || is_composed {
        true => value.to_owned(),
        false => quoted(value),
    }
}

/// A text in quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\\\""))
}

/// Whether a text is a number of JSON: `+1`, `007` and `NaN` are none.
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text).as_bytes();
    let is_padded = matches!(digits, [b'0', next, ..] if next.is_ascii_digit());
    let is_enclosed = [digits.first(), digits.last()].iter().all(|byte| byte.is_some_and(u8::is_ascii_digit));
    is_enclosed && !is_padded && text.parse::<f64>().is_ok()
}

/// `a`, `a or b`, `a, b or c`
fn either(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The first names, and how many there are besides.
fn first_of(mut names: Vec<String>, most: usize) -> String {
    if names.len() > most {
        let more = names.len() - (most - 1);
        names.truncate(most - 1);
        return format!("{} and {more} more", names.join(", "));
    }
    list(&names)
}

/// `a`, `a and b`, `a, b and c`
pub(crate) fn list(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

pub(crate) fn plural(count: u64, unit: &str) -> String {
    match (count, unit.strip_suffix('y')) {
        (1, _) => unit.to_owned(),
        (_, Some(stem)) => format!("{stem}ies"),
        (_, None) => format!("{unit}s"),
    }
}

/// A value that a finding's first place shows as a whole, short enough for a sentence.
fn shown_value(finding: &Finding) -> Option<&str> {
    let marked = finding.evidence.first()?.excerpt.marked()?;
    let is_short = clipped(marked, ARGUMENT_SHOWN) == marked;
    // Forms and XML write some characters in another way than they mean.
    let is_escaped = !marked.starts_with('"') && marked.contains(['%', '&', '<', '+']);
    (is_short && !is_escaped && !marked.starts_with(['{', '['])).then_some(marked)
}

/// The path as a shell takes it.
pub(crate) fn quoted_path(path: &str) -> String {
    match path.contains(['{', '*', ' ']) {
        true => format!("'{path}'"),
        false => path.to_owned(),
    }
}

/// ` by 3 operations`, where a finding is about several.
fn by_operations(finding: &Finding) -> String {
    let mut out = String::new();
    match finding.operation_ids().as_slice() {
        [] => {}
        [only] => {
            let _ = write!(out, " by {only}");
        }
        several => {
            let _ = write!(out, " by {} operations", several.len());
        }
    }
    out
}
