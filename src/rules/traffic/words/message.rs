//! Facts about messages, in sentences.

use crate::contract::{ParameterPlace, SchemeKind};
use crate::limits::HOSTS;
use crate::location::{Pointer, Side};
use crate::observe::{CharsetFault, DISTINCT_KEPT, DeviationKind, TargetKey, TrafficFact};
use crate::redact::sanitised;
use crate::rules::catalogue as rules;
use crate::rules::catalogue::Rule;
use crate::rules::finding::{Finding, ParameterName};

use super::value::{allowed, seen_first};
use super::{
    VALUES_SHOWN, Words, by_operations, deviation, either, first_of, json, names, parameter_name, plural, quoted, values,
};

/// The rule that a fact falls under.
pub(crate) const fn rule_of_fact(fact: &TrafficFact) -> &'static Rule {
    match fact {
        TrafficFact::MalformedJson { .. } => &rules::MALFORMED_JSON,
        TrafficFact::DuplicateKey => &rules::DUPLICATE_KEY,
        TrafficFact::ContentLength => &rules::CONTENT_LENGTH,
        TrafficFact::ContentEncoding { .. } => &rules::CONTENT_ENCODING,
        TrafficFact::NotAcceptable { .. } => &rules::NOT_ACCEPTABLE,
        TrafficFact::StatusBody(_) => &rules::STATUS_BODY,
        TrafficFact::MissingLocation(_) => &rules::MISSING_LOCATION,
        TrafficFact::UnmatchedLink { .. } => &rules::UNMATCHED_LINK,
        TrafficFact::ProblemDetails { .. } => &rules::PROBLEM_DETAILS,
        TrafficFact::CaptureEncoding => &rules::CAPTURE_ENCODING,
        TrafficFact::UnknownOperation { .. } => &rules::UNKNOWN_OPERATION,
        TrafficFact::OtherHosts => &rules::FOREIGN_HOST,
        TrafficFact::OtherMethod { .. } => &rules::UNDECLARED_METHOD,
        TrafficFact::UndeclaredQuery(_) => &rules::UNDECLARED_QUERY_PARAMETER,
        TrafficFact::UndeclaredHeader(_) => &rules::UNDECLARED_HEADER,
        TrafficFact::ParameterValue { target, .. } if is_of_response(target) => &rules::HEADER_VALUE,
        TrafficFact::ParameterValue { .. } => &rules::PARAMETER_VALUE,
        TrafficFact::MissingParameter { target, .. } if is_of_response(target) => &rules::MISSING_HEADER,
        TrafficFact::MissingParameter { .. } => &rules::MISSING_PARAMETER,
        TrafficFact::MissingCredentials { .. } => &rules::MISSING_CREDENTIALS,
        TrafficFact::WrongCredentials { .. } => &rules::WRONG_CREDENTIALS,
        TrafficFact::Refused { .. } => &rules::REFUSED_REQUEST,
        TrafficFact::ParameterPlaceholder(_) => &rules::PLACEHOLDER,
        TrafficFact::UndeclaredStatus(_) => &rules::UNDECLARED_STATUS,
        TrafficFact::NoSchema(_) => &rules::NO_SCHEMA,
        TrafficFact::UnexpectedBody(_) => &rules::UNEXPECTED_BODY,
        TrafficFact::MissingBody(_) => &rules::MISSING_BODY,
        TrafficFact::BodyLeftOut(_) => &rules::BODY_LEFT_OUT,
        TrafficFact::MediaType { .. } | TrafficFact::PartMediaType { .. } => &rules::MEDIA_TYPE,
        TrafficFact::MalformedBody { .. } => &rules::MALFORMED_BODY,
        TrafficFact::ElementName { .. } => &rules::ELEMENT_NAME,
        TrafficFact::Charset { .. } => &rules::CHARSET,
        TrafficFact::Unmatched => &rules::UNMATCHED_PAYLOAD,
        TrafficFact::Ambiguous(_) | TrafficFact::Undecided(_) => &rules::AMBIGUOUS_OPERATION,
        TrafficFact::OtherVersion { .. } => &rules::OTHER_VERSION,
    }
}

/// Whether what is called a parameter is a header of a response.
const fn is_of_response(target: &TargetKey) -> bool {
    matches!(target.side, Some(Side::Response))
}

/// The messages that a target stands for: `DELETE requests`, `responses with status 204`.
fn messages(finding: &Finding, target: &TargetKey, is_one: bool) -> String {
    // The key tells requests apart by their method.
    let method = finding.key.place.strip_suffix(" request").unwrap_or_default();
    match (target.side, target.status, is_one) {
        (Some(Side::Request), _, true) => format!("the {method} request").replace("  ", " "),
        (Some(Side::Request), _, false) => format!("{method} requests").trim_start().to_owned(),
        (_, Some(status), true) => format!("the {status} response"),
        (_, Some(status), false) => format!("{status} responses"),
        (_, None, true) => "the response".to_owned(),
        (_, None, false) => "responses".to_owned(),
    }
}

/// The sentence of a finding about messages.
pub(super) fn traffic(finding: &Finding, fact: &TrafficFact) -> Words {
    let rule = finding.rule;
    let is_one = finding.operation_ids().len() < 2;
    let (verb_has, of) = match is_one {
        true => ("has", String::new()),
        false => ("have", format!(" of {} operations", finding.operation_ids().len())),
    };
    match fact {
        TrafficFact::MalformedJson { message, hint, .. } => {
            let words = match finding.values.as_slice() {
                [one] if finding.count > 1 => format!("{} bodies are not valid JSON: {}", finding.count, one.value),
                [] | [_] => format!("a body is not valid JSON: {message}"),
                [first, ..] => {
                    format!("{} bodies are not valid JSON; most often: {}", finding.count, first.value)
                }
            };
            // The mark belongs to the first body.
            let label = hint.filter(|_| finding.values.len() < 2);
            Words::new(rule, words, label.unwrap_or("invalid from here on"))
        }
        TrafficFact::DuplicateKey => Words::new(
            rule,
            match finding.properties.len() {
                1 => format!("key {} is repeated in one object; the last value counts", names(&finding.properties)),
                _ => format!("keys {} are repeated in one object; the last value counts", names(&finding.properties)),
            },
            "repeated later",
        ),
        TrafficFact::CaptureEncoding => Words::new(
            rule,
            format!("the capture mislabels the encoding of a body: {}", first_of(
                finding.values.iter().map(|seen| seen.value.to_string()).collect(), 2)),
            "mislabelled",
        ),
        TrafficFact::ContentLength => Words::new(
            rule,
            "Content-Length differs from the length of the body as captured",
            "not the length of the body",
        ),
        TrafficFact::ContentEncoding { is_known: false } => Words::new(
            rule,
            format!("content coding {} is not registered", names(&finding.values)),
            "unknown coding",
        ),
        TrafficFact::ContentEncoding { is_known: true } => Words::new(
            rule,
            format!("Content-Encoding names {}, but the body is not encoded", names(&finding.values)),
            "not encoded",
        ),
        TrafficFact::NotAcceptable { declared, .. } => {
            let accept = finding.values.first().map_or("", |seen| &seen.value);
            Words::new(
                rule,
                format!("Accept is {accept}; the contract declares {}", either(declared)),
                "accepts no declared media type",
            )
        }
        TrafficFact::StatusBody(target) => Words::new(
            rule,
            format!("{}{of} {verb_has} a body; HTTP allows none", messages(finding, target, is_one)),
            "no body allowed",
        ),
        TrafficFact::MissingLocation(_) => {
            Words::new(rule, "a 201 response has no Location header; the contract declares one", "no Location")
        }
        TrafficFact::UnmatchedLink { header, .. } => Words::new(
            rule,
            format!(
                "no operation matches the path `{}` in {header}",
                finding.values.first().map_or("", |seen| &seen.value)
            ),
            "no such path",
        ),
        TrafficFact::ProblemDetails { member, expected, .. } => {
            let message = match *member {
                "" => format!("problem details must be {expected} (RFC 9457)"),
                member => format!("`{member}` of problem details is not {expected} (RFC 9457)"),
            };
            Words::new(
                rule,
                message,
                format!("expected {expected}"),
            )
        }
        TrafficFact::UnknownOperation { .. } => unknown_operation("…"),
        TrafficFact::OtherHosts => more_hosts(),
        TrafficFact::OtherMethod { path, known, .. } => {
            let method = finding.values.first().map_or("", |seen| &seen.value);
            Words::new(
                rule,
                format!("method `{method}` is not declared for {path}; expected {}", either(known)),
                format!("expected {}", either(known)),
            )
        }
        TrafficFact::UndeclaredQuery(_) => Words::new(
            rule,
            format!("query parameter {} is not declared{}", names(&finding.properties), by_operations(finding)),
            "not declared",
        ),
        TrafficFact::UndeclaredHeader(_) => Words::new(
            rule,
            format!(
                "response header {} is not declared{}",
                names(&finding.properties),
                by_operations(finding)
            ),
            format!("header {} is not declared", names(&finding.properties)),
        ),
        TrafficFact::ParameterValue { .. } => parameter_value(finding, fact),
        TrafficFact::MissingCredentials { expected, .. } => {
            let expected = either(&schemes(expected, SchemeKind::words));
            // Otherwise some of the requests have none at all.
            let are_incomplete = finding.values.iter().map(|seen| seen.count).sum::<u64>() == finding.count;
            match are_incomplete {
                true => {
                    let missing = finding.values.iter().map(|seen| seen.value.to_string()).collect();
                    let missing = first_of(missing, VALUES_SHOWN);
                    Words::new(
                        rule,
                        format!("the credentials lack {missing}; expected {expected}"),
                        "incomplete credentials",
                    )
                }
                false => Words::new(
                    rule,
                    format!("credentials required{} were not sent; expected {expected}", by_operations(finding)),
                    "no credentials",
                ),
            }
        }
        TrafficFact::WrongCredentials { expected, .. } => {
            let seen = finding.values.iter().map(|seen| seen.value.to_string());
            let expected = either(&schemes(expected, SchemeKind::words));
            Words::new(
                rule,
                format!("the credentials are {}; expected {expected}", first_of(seen.collect(), VALUES_SHOWN)),
                format!("expected {expected}"),
            )
        }
        TrafficFact::Refused { status, .. } => {
            let whose = match finding.operation_ids().as_slice() {
                [one] => (*one).to_owned(),
                several => format!("{} operations", several.len()),
            };
            let message = match finding.count {
                1 => format!("a request to {whose} that violates the contract was rejected with {status}"),
                count => {
                    format!("{count} requests to {whose} that violate the contract were rejected with {status}")
                }
            };
            Words::new(rule, message, format!("rejected with {status}"))
        }
        TrafficFact::ParameterPlaceholder(_) => Words::new(rule, "placeholders replace parameters", "a placeholder"),
        TrafficFact::UndeclaredStatus(target) => Words::new(
            rule,
            format!(
                "status {} is not declared{}",
                target.status.unwrap_or_default(),
                by_operations(finding)
            ),
            "not declared",
        ),
        TrafficFact::NoSchema(target) => {
            let what = match target.side {
                Some(Side::Request) => "the request body",
                _ => "the response body",
            };
            let whose = match finding.operation_ids().as_slice() {
                [] => String::new(),
                [one] => format!(" of {one}"),
                several => format!(" of {} operations", several.len()),
            };
            Words::new(rule, format!("the contract has no schema for {what}{whose}"), "not compared")
        }
        TrafficFact::UnexpectedBody(target) => Words::new(
            rule,
            format!("{}{of} {verb_has} a body; the contract declares none", messages(finding, target, is_one)),
            "no body expected",
        ),
        TrafficFact::MissingBody(target) => Words::new(
            rule,
            format!("{}{of} {verb_has} no body; the contract declares one", messages(finding, target, is_one)),
            "no body here",
        ),
        TrafficFact::BodyLeftOut(target) => Words::new(
            rule,
            format!("the capture leaves out the body of {}{of}", messages(finding, target, is_one)),
            "not compared",
        ),
        TrafficFact::MediaType { target, declared } => {
            let what = match target.side {
                Some(Side::Request) => "request body",
                _ => "response body",
            };
            Words::new(
                rule,
                format!(
                    "the {what} is {}; expected {}",
                    finding.values.first().map_or("", |seen| &seen.value),
                    either(declared)
                ),
                "not declared",
            )
        }
        TrafficFact::PartMediaType { part, declared, .. } => Words::new(
            rule,
            format!("part `{part}` is {}; expected {}", first_value(finding), either(declared)),
            "not declared for this part",
        ),
        TrafficFact::MalformedBody { target, kind } => Words::new(
            rule,
            format!("the {} body is not {}: {}", target.message(), kind.words(), first_value(finding)),
            format!("not {}", kind.words()),
        ),
        TrafficFact::ElementName { expected, .. } => Words::new(
            rule,
            format!("element `<{}>` must be {expected}", first_value(finding)),
            format!("expected {expected}"),
        ),
        TrafficFact::Charset { target, fault } => {
            let what = format!("the {} body names the charset `{}`", target.message(), first_value(finding));
            match fault {
                CharsetFault::OfJson => {
                    Words::new(rule, format!("{what}; JSON is always UTF-8"), "JSON is always UTF-8")
                }
                CharsetFault::Unnamed => Words::new(
                    rule,
                    format!("the {} body is not UTF-8, and no charset is named", target.message()),
                    "not UTF-8",
                ),
                CharsetFault::Unknown => Words::new(rule, format!("{what}, which is not known"), "unknown charset"),
            }
        }
        TrafficFact::MissingParameter { target, .. } if is_of_response(target) => {
            let name = finding.parameter.as_ref().map_or_else(String::new, parameter_name);
            Words::new(rule, format!("required response {name} is missing"), format!("no {name}"))
        }
        TrafficFact::MissingParameter { .. } => {
            let name = finding.parameter.as_ref().map_or_else(String::new, parameter_name);
            Words::new(
                rule,
                format!("required {name} was not sent"),
                format!("no {name}"),
            )
        }
        TrafficFact::Unmatched => Words::new(
            rule,
            match finding.count {
                1 => "a payload matches no operation of the contract".to_owned(),
                count => format!("{count} payloads match no operation of the contract"),
            },
            "not compared",
        ),
        TrafficFact::Ambiguous(candidates) => Words::new(
            rule,
            format!(
                "{} {} operations equally well",
                payloads_match(finding.count),
                candidates.len()
            ),
            format!("compared as {}", candidates[0]),
        ),
        TrafficFact::Undecided(candidates) => Words::new(
            rule,
            format!(
                "{} {} operations equally well, so {} not compared",
                payloads_match(finding.count),
                candidates.len(),
                if finding.count == 1 { "it was" } else { "they were" },
            ),
            "not compared",
        ),
        TrafficFact::OtherVersion { target, conforms } => {
            let version = finding.values.first().map_or("", |seen| &seen.value);
            let asked = &*target.contract;
            let short = asked.rsplit_once('@').map_or(asked, |(_, version)| version);
            match conforms {
                true => Words::new(
                    rule,
                    format!("{} {version}, not {short}", payloads_match(finding.count)),
                    format!("matches {version}"),
                ),
                false => {
                    let verb = if finding.count == 1 { "is" } else { "are" };
                    let payloads = match finding.count {
                        1 => "1 payload".to_owned(),
                        count => format!("{count} payloads"),
                    };
                    Words::new(
                        rule,
                        format!("{payloads} {verb} closer to {version} than to {short}"),
                        format!("closer to {version}"),
                    )
                }
            }
        }
    }
}

/// Sets of schemes, each in words.
pub(crate) fn schemes(sets: &[Vec<SchemeKind>], words: impl Fn(&SchemeKind) -> String) -> Vec<String> {
    let sets = sets.iter().map(|set| set.iter().map(|kind| sanitised(&words(kind))).collect::<Vec<_>>());
    sets.map(|set| set.join(" and ")).collect()
}

/// The first value that was seen.
fn first_value(finding: &Finding) -> String {
    finding.values.first().map_or_else(String::new, |seen| seen.value.to_string())
}

fn payloads_match(count: u64) -> String {
    match count {
        1 => "1 payload matches".to_owned(),
        count => format!("{count} payloads match"),
    }
}

/// `query parameter `limit` is 500; it must be at most 100`
fn parameter_value(finding: &Finding, fact: &TrafficFact) -> Words {
    let TrafficFact::ParameterValue { target, place, name, at, kind } = fact else {
        return Words::new(finding.rule, "", "");
    };
    let pointer = Pointer::from_escaped(at.clone());
    let mut steps: Vec<String> = pointer.steps().map(std::borrow::Cow::into_owned).collect();
    let is_about_member = matches!(kind, DeviationKind::Closed | DeviationKind::PropertyName);
    let member = steps.pop_if(|_| is_about_member).unwrap_or_default();
    let is_position = |step: &str| step.bytes().all(|byte| byte.is_ascii_digit());
    let inside: String = steps
        .iter()
        .map(|step| match is_position(step) {
            true => "[]".to_owned(),
            false => format!("[{step}]"),
        })
        .collect();
    let parameter = ParameterName {
        name: format!("{name}{inside}"),
        place: *place,
    };
    let full = match is_of_response(target) {
        true => format!("response {}", parameter_name(&parameter)),
        false => parameter_name(&parameter),
    };
    let described = deviation(kind, &full, &member);
    let is_of_text = matches!(kind, DeviationKind::Format { .. } | DeviationKind::Pattern { .. });
    let value = match finding.values.as_slice() {
        [] => None,
        [one] if is_of_text => Some(quoted(&one.value)),
        [one] => Some(json(&one.value)),
        _ => Some(values(&finding.values)),
    };
    let message = match (kind, value) {
        (DeviationKind::Missing { .. } | DeviationKind::Closed, _) => format!("{full}: {}", described.message),
        (DeviationKind::PropertyName, _) => format!("key `{member}` is not allowed in {full}"),
        (DeviationKind::Enum { listed }, Some(value)) => {
            format!("{full} is {value}; expected {}", allowed(finding, *listed))
        }
        (DeviationKind::Type { expected, .. }, Some(value)) if inside.is_empty() => {
            format!("{full} is {value}; expected {expected}")
        }
        (kind, Some(value)) if inside.is_empty() => {
            seen_first(kind, &full, &value).unwrap_or_else(|| described.message.clone())
        }
        _ => described.message.clone(),
    };
    // Of a cookie, and of most headers, the excerpt shows the line that the message starts with.
    let label = match place {
        ParameterPlace::Path | ParameterPlace::Query => described.label,
        ParameterPlace::Header | ParameterPlace::Cookie | ParameterPlace::Form => {
            format!("{}: {}", parameter_name(&parameter), described.label)
        }
    };
    Words::new(finding.rule, message, label)
}

/// Requests to a host for which no operation was found.
pub(crate) fn other_host(host: &str, operations: usize) -> Words {
    Words::new(
        &rules::UNKNOWN_OPERATION,
        format!("no operation matches the requests to {host}: {operations} different methods and paths"),
        "no such path",
    )
}

/// Requests without an operation, more than are distinguished.
pub(crate) fn many_operations(host: Option<&str>) -> Words {
    let to = host.map_or_else(String::new, |host| format!(" to {host}"));
    Words::new(
        &rules::UNKNOWN_OPERATION,
        format!("no operation matches more than {DISTINCT_KEPT} different methods and paths of requests{to}"),
        "no such path",
    )
}

/// Requests to several hosts for which no operation was found.
pub(crate) fn other_hosts(hosts: usize) -> Words {
    Words::new(
        &rules::UNKNOWN_OPERATION,
        format!("no operation matches the requests to {hosts} hosts"),
        "no such path",
    )
}

/// Requests whose paths are those of operations, but for the base path.
pub(crate) fn other_base(base: &str, first: &str, operations: usize) -> Words {
    let message = match operations {
        1 => format!("`{first}` has the base path {base}, which the contract does not declare"),
        _ => format!("{operations} paths have the base path {base}, which the contract does not declare"),
    };
    Words::new(&rules::UNKNOWN_OPERATION, message, "undeclared base path")
}

/// Hosts that are not those of the contract.
pub(crate) fn foreign_hosts(hosts: usize) -> Words {
    Words::new(
        &rules::FOREIGN_HOST,
        format!(
            "requests to {hosts} other {} were not checked: the contract has no operations there",
            plural(hosts as u64, "host")
        ),
        "another host",
    )
}

/// Hosts beyond those that are distinguished.
pub(crate) fn more_hosts() -> Words {
    Words::new(
        &rules::FOREIGN_HOST,
        format!("no operation matches requests to more than {HOSTS} hosts; only the first ones are listed"),
        "another host",
    )
}

/// A method and path without an operation.
pub(crate) fn unknown_operation(name: &str) -> Words {
    Words::new(
        &rules::UNKNOWN_OPERATION,
        format!("no operation matches `{name}`"),
        "no such path",
    )
}

/// Paths without an operation that start alike.
pub(crate) fn unknown_prefix(prefix: &str, operations: usize) -> Words {
    Words::new(
        &rules::UNKNOWN_OPERATION,
        format!("no operation matches {operations} methods and paths below {prefix}"),
        "no such path",
    )
}
