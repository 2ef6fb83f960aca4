//! From facts to rules and sentences.

use crate::contract::ParameterPlace;
use crate::limits::HOSTS;
use crate::limits::PATTERN_STEPS;
use crate::location::{PathPattern, Pointer, Step};
use crate::observe::{DeviationKind, TrafficFact};
use crate::redact::clipped;

use crate::rules::catalogue as rules;
use crate::rules::catalogue::Rule;

/// Characters of a pattern or a constant that a message shows.
const ARGUMENT_SHOWN: usize = 100;

/// The sentences of a finding.
pub(crate) struct Words {
    pub(crate) rule: &'static Rule,
    /// What is the matter.
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

/// What a path is called in a sentence: its last property, else the payload.
pub(crate) fn subject_of(path: &PathPattern) -> String {
    let last_key = path.steps().iter().rev().find_map(|step| match step {
        Step::Key(key) => Some(key),
        Step::Any => None,
    });
    match (last_key, path.steps().last()) {
        (Some(key), Some(Step::Any)) => format!("an entry of `{key}`"),
        (Some(key), _) => format!("`{key}`"),
        (None, Some(_)) => "an entry of the payload".to_owned(),
        (None, None) => "the payload".to_owned(),
    }
}

/// What a deviation of one value is called: the place of it, and the value itself as it may be shown.
#[must_use]
pub fn sentence(kind: &DeviationKind, place: &PathPattern, value: &str) -> String {
    let key = match place.steps().last() {
        Some(Step::Key(key)) => &**key,
        Some(Step::Any) | None => "",
    };
    match kind {
        DeviationKind::Enum { listed } if !value.is_empty() => {
            format!("{value} is none of the {listed} values of the enum")
        }
        _ => deviation(kind, &subject_of(place), key).message,
    }
}

/// What a deviation is called; `name` is that of its path and `subject` the key or value, if it
/// counts them.
pub(crate) fn deviation(kind: &DeviationKind, name: &str, subject: &str) -> Words {
    match kind {
        DeviationKind::Missing { property, because } => {
            let mut message = format!("required property `{property}` is missing");
            if let Some(because) = because {
                message.push_str(&format!(" where `{because}` is given"));
            }
            Words::new(
                &rules::MISSING_PROPERTY,
                message,
                format!("no `{property}` in here"),
            )
        }
        DeviationKind::Tag { property, tags } => {
            let quoted: Vec<String> = tags.iter().map(|tag| format!("`{tag}`")).collect();
            Words::new(
                &rules::ENUM_VALUE,
                format!(
                    "`{property}` of {name} is none of the tags {}",
                    list(&quoted)
                ),
                "no variant has this tag",
            )
        }
        DeviationKind::Type { expected, found } => Words::new(
            &rules::WRONG_TYPE,
            format!(
                "{name} is {}, not {}",
                with_article(found),
                with_article(&expected.to_string())
            ),
            format!("expected {expected}"),
        ),
        DeviationKind::Enum { listed } => Words::new(
            &rules::ENUM_VALUE,
            format!("{name} holds values outside its enum of {listed}"),
            "not in the enum",
        ),
        DeviationKind::Constant { expected } => {
            let expected = clipped(expected, ARGUMENT_SHOWN);
            Words::new(
                &rules::CONST_VALUE,
                format!("{name} is not the constant {expected}"),
                format!("expected {expected}"),
            )
        }
        DeviationKind::Format { format } => Words::new(
            &rules::FORMAT_VIOLATION,
            format!("{name} is not a valid {format}"),
            format!("not {} {format}", article(format)),
        ),
        DeviationKind::Pattern { pattern } => Words::new(
            &rules::PATTERN_VIOLATION,
            format!(
                "{name} does not match the pattern `{}`",
                clipped(pattern, ARGUMENT_SHOWN)
            ),
            "does not match",
        ),
        DeviationKind::Undecided { pattern } => Words::new(
            &rules::UNDECIDED_PATTERN,
            format!(
                "{name}: matching the pattern `{}` was stopped after {} steps",
                clipped(pattern, ARGUMENT_SHOWN),
                PATTERN_STEPS
            ),
            "counts as rejected",
        ),
        DeviationKind::Bound { keyword, limit } => {
            let label = match *keyword {
                "minimum" => format!("must be at least {limit}"),
                "maximum" => format!("must be at most {limit}"),
                "exclusiveMinimum" => format!("must be more than {limit}"),
                "exclusiveMaximum" => format!("must be less than {limit}"),
                _ => format!("must be a multiple of {limit}"),
            };
            Words::new(
                &rules::NUMBER_BOUNDS,
                format!("{name} is out of bounds: it {label}"),
                label,
            )
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
                &rules::LENGTH_BOUNDS,
                format!("{name} must have {comparison} {limit} {unit}"),
                format!("{comparison} {limit} {unit}"),
            )
        }
        DeviationKind::Unique => Words::new(
            &rules::DUPLICATE_ITEMS,
            format!("{name} holds an item twice, but its items must be unique"),
            "two items are equal",
        ),
        DeviationKind::Contains { minimum, maximum } => {
            let wanted = match maximum {
                Some(maximum) => format!("between {minimum} and {maximum}"),
                None => format!("at least {minimum}"),
            };
            Words::new(
                &rules::CONTAINS_COUNT,
                format!("{name} must contain {wanted} items of a kind"),
                format!("{wanted} expected"),
            )
        }
        DeviationKind::Closed => Words::new(
            &rules::CLOSED_OBJECT,
            format!("property `{subject}` is not allowed: the object is closed"),
            "not allowed",
        ),
        DeviationKind::PropertyName => Words::new(
            &rules::PROPERTY_NAME,
            format!("keys of {name} are not what the schema asks of keys"),
            "not a key the schema allows",
        ),
        DeviationKind::Excluded => Words::new(
            &rules::EXCLUDED_VALUE,
            format!("{name} is a value that the schema excludes"),
            "excluded",
        ),
        DeviationKind::SeveralVariants { names } => Words::new(
            &rules::SEVERAL_VARIANTS,
            format!(
                "{name} fits {} variants where it may fit one: {}",
                names.len(),
                list(names)
            ),
            format!("fits {}", list(names)),
        ),
        DeviationKind::Repeated { times } => Words::new(
            &rules::SCHEMA_VIOLATION,
            format!("{name} is given {times} times, and has one value"),
            "given again",
        ),
        DeviationKind::Style { style } => Words::new(
            &rules::SCHEMA_VIOLATION,
            format!("{name} is not written in the style `{style}`"),
            format!("not in the style `{style}`"),
        ),
        DeviationKind::Content { keyword, expected } => Words::new(
            &rules::SCHEMA_VIOLATION,
            format!("{name} does not hold what `{keyword}` asks for: {expected}"),
            format!("not {expected}"),
        ),
    }
}

/// What a fact about exchanges is called. The subject is empty where facts were folded.
pub(crate) fn traffic(fact: &TrafficFact, subject: &str, others: usize) -> Words {
    let fault = subject;
    let subject = &match others {
        0 => format!("`{subject}`"),
        more => format!("{more} different ones"),
    };
    match fact {
        TrafficFact::MalformedJson { message, hint, .. } => Words::new(
            &rules::MALFORMED_JSON,
            format!("a payload is not JSON: {message}"),
            hint.unwrap_or(message).to_owned(),
        ),
        TrafficFact::DuplicateKey => Words::new(
            &rules::DUPLICATE_KEY,
            format!("key {subject} stands twice in one object; the last one counts"),
            "repeated further on",
        ),
        TrafficFact::CaptureEncoding => Words::new(
            &rules::CAPTURE_ENCODING,
            format!(
                "the capture says wrongly how it encodes a body, which was read all the same: {fault}"
            ),
            fault,
        ),
        TrafficFact::ContentLength => Words::new(
            &rules::CONTENT_LENGTH,
            "Content-Length does not say the length of the body as printed",
            "not the length of the body",
        ),
        TrafficFact::UnknownOperation { .. } => Words::new(
            &rules::UNKNOWN_OPERATION,
            format!("no operation has the path of {subject}"),
            "no such path",
        ),
        TrafficFact::OtherHosts => more_hosts(),
        TrafficFact::OtherMethod {
            contract,
            path,
            known,
        } => Words::new(
            &rules::UNDECLARED_METHOD,
            format!("{contract} does not have method {subject} at {path}"),
            format!("the contract has {}", list(known)),
        ),
        TrafficFact::UndeclaredQuery(target) => Words::new(
            &rules::UNDECLARED_QUERY_PARAMETER,
            format!(
                "{} does not declare query parameter {subject}",
                target.operation
            ),
            "not declared",
        ),
        TrafficFact::ParameterValue {
            target,
            place,
            name,
            at,
            kind,
        } => {
            let path = Pointer::from_escaped(at.clone());
            let mut inside: Vec<_> = path.steps().collect();
            let is_about_member =
                matches!(kind, DeviationKind::Closed | DeviationKind::PropertyName);
            let member = inside.pop_if(|_| is_about_member).unwrap_or_default();
            let inside: String = inside.iter().map(|step| format!("[{step}]")).collect();
            let name = format!("{name}{inside}");
            let full = format!("parameter `{name}` of {}", target.operation);
            let mut words = deviation(kind, &full, &member);
            // Sentences about a member do not say of what.
            match kind {
                DeviationKind::Missing { .. } | DeviationKind::Closed => {
                    words.message = format!("{full}: {}", words.message);
                }
                DeviationKind::PropertyName => {
                    words.message = format!("{full}: key `{member}` is not a key that it may have");
                }
                _ => {}
            }
            // Of a header or cookie the excerpt shows the request line.
            let label = match place {
                ParameterPlace::Path | ParameterPlace::Query => words.label,
                ParameterPlace::Header | ParameterPlace::Cookie | ParameterPlace::Form => {
                    format!("its {place} `{name}`: {}", words.label)
                }
            };
            Words::new(&rules::PARAMETER_VALUE, words.message, label)
        }
        TrafficFact::Refused { target, status } => Words::new(
            &rules::REFUSED_REQUEST,
            format!(
                "requests of {} that break the contract were rejected by the server with {status}, as \
                 they should be",
                target.operation
            ),
            format!("rejected with {status}"),
        ),
        TrafficFact::ParameterPlaceholder(target) => Words::new(
            &rules::PLACEHOLDER,
            format!(
                "a placeholder stands for parameter {subject} of {}",
                target.operation
            ),
            "a placeholder",
        ),
        TrafficFact::UndeclaredStatus(target) => Words::new(
            &rules::UNDECLARED_STATUS,
            format!(
                "{} does not declare status {}",
                target.operation,
                target.status.unwrap_or_default()
            ),
            "not declared",
        ),
        TrafficFact::NoSchema(target) => Words::new(
            &rules::NO_SCHEMA,
            format!(
                "the contract has no schema for the {} of {}",
                target.message(),
                target.operation
            ),
            "not compared",
        ),
        TrafficFact::UnexpectedBody(target) => Words::new(
            &rules::UNEXPECTED_BODY,
            format!(
                "the {} of {} has a body, but the contract has none",
                target.message(),
                target.operation
            ),
            "no body expected",
        ),
        TrafficFact::MissingBody(target) => Words::new(
            &rules::MISSING_BODY,
            format!(
                "the {} of {} has no body, but the contract has one",
                target.message(),
                target.operation
            ),
            "no body here",
        ),
        TrafficFact::BodyLeftOut(target) => Words::new(
            &rules::BODY_LEFT_OUT,
            format!(
                "the capture leaves out the body of the {} of {}",
                target.message(),
                target.operation
            ),
            "not compared",
        ),
        TrafficFact::MediaType { target, .. } => Words::new(
            &rules::MEDIA_TYPE,
            format!(
                "the {} of {} is {subject}, which the contract does not declare",
                target.message(),
                target.operation
            ),
            "not declared",
        ),
        TrafficFact::MissingParameter { target, place } => Words::new(
            &rules::MISSING_PARAMETER,
            format!(
                "{place} parameter {subject} of {} is required and was not sent",
                target.operation
            ),
            format!("has no {place} parameter {subject}"),
        ),
        TrafficFact::Unmatched => Words::new(
            &rules::UNMATCHED_PAYLOAD,
            "a payload fits no operation of the contract",
            "not compared",
        ),
        TrafficFact::Ambiguous(candidates) => Words::new(
            &rules::AMBIGUOUS_OPERATION,
            format!(
                "a payload fits {} places of the contract equally",
                candidates.len()
            ),
            format!("compared as {}", candidates[0]),
        ),
        TrafficFact::Undecided(candidates) => Words::new(
            &rules::AMBIGUOUS_OPERATION,
            format!(
                "a payload fits {} places of the contract equally, so it was compared with none of them",
                candidates.len()
            ),
            "not compared",
        ),
        TrafficFact::OtherVersion(target) => Words::new(
            &rules::OTHER_VERSION,
            format!(
                "payloads of {} speak {subject}, not {}",
                target.operation, target.contract
            ),
            "this one",
        ),
    }
}

/// Requests to a host for which no operation was found.
pub(crate) fn other_host(host: &str, operations: usize) -> Words {
    Words::new(
        &rules::UNKNOWN_OPERATION,
        format!("no request to {host} has an operation: {operations} different paths or methods"),
        "no such path",
    )
}

pub(crate) fn other_hosts(hosts: usize) -> Words {
    Words::new(
        &rules::UNKNOWN_OPERATION,
        format!("no request to any of {hosts} hosts has an operation"),
        "no such path",
    )
}

pub(crate) fn other_base(contract: &str, first: &str, operations: usize) -> Words {
    let message = match operations {
        1 => format!("`{first}` matches an operation of {contract}, but has another base path"),
        _ => {
            format!("{operations} paths match operations of {contract}, but have another base path")
        }
    };
    Words::new(&rules::UNKNOWN_OPERATION, message, "another base path")
}

/// Hosts that are not those of the contract.
pub(crate) fn foreign_hosts(hosts: usize) -> Words {
    let hosts = match hosts {
        1 => "another host".to_owned(),
        hosts => format!("{hosts} other hosts"),
    };
    Words::new(
        &rules::FOREIGN_HOST,
        format!("requests to {hosts} were not checked: the contract has no operations there"),
        "another host",
    )
}

/// Hosts beyond those that are told apart.
pub(crate) fn more_hosts() -> Words {
    Words::new(
        &rules::FOREIGN_HOST,
        format!(
            "requests to more than {HOSTS} hosts have no operation; only the first ones are listed"
        ),
        "another host",
    )
}

pub(crate) fn unexpected_bodies(method: &str) -> Words {
    Words::new(
        &rules::UNEXPECTED_BODY,
        format!("a {method} request has a body, but the contract declares none"),
        "no body expected",
    )
}

/// `a`, `b` and `c`
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

fn article(noun: &str) -> &'static str {
    match noun {
        "null" => "",
        noun if noun.starts_with(['a', 'e', 'i', 'o']) => "an",
        _ => "a",
    }
}

fn with_article(types: &str) -> String {
    format!("{} {types}", article(types)).trim().to_owned()
}
