//! Judges facts about exchanges.

use crate::location::PathPattern;
use crate::observe::{DISTINCT_KEPT, Keyed, Tally, TrafficFact};

use super::describe;
use super::finding::{FindingPlace, SeenValue, Unit};
use super::judge::{Fact, Judge, detail, subjects_of};

/// Equally good places of a payload that are listed.
const AMBIGUOUS_LISTED: usize = 4;

impl Judge<'_> {
    pub(super) fn traffic(&mut self, fact: &TrafficFact, subjects: &Keyed) {
        let place = FindingPlace {
            target: fact.target().cloned(),
            path: PathPattern::root(),
        };
        if let TrafficFact::UnknownOperation { host: Some(host) } = fact
            && !self.hosts.contains(host)
            && let Some(operations) = &subjects.keys
            && operations.len() > 1
        {
            let values = operations
                .iter()
                .map(|(name, tally)| seen_value(name, tally));
            return self.add(Fact {
                words: describe::other_host(host, operations.len()),
                cause: host.clone(),
                subject: host,
                place,
                parameter: parameter_of(fact, ""),
                schema: None,
                tally: &subjects.all,
                unit: Unit::Exchange,
                of_payloads: self.exchanges,
                values: values.collect(),
                known_to: Vec::new(),
                notes: Vec::new(),
            });
        }
        if fact.has_values() {
            let values = subjects.keys.iter().flatten();
            return self.add(Fact {
                words: describe::traffic(fact, "", 0),
                cause: format!("{fact:?}"),
                subject: &traffic_subject(fact, ""),
                place,
                parameter: parameter_of(fact, ""),
                schema: None,
                tally: &subjects.all,
                unit: Unit::Exchange,
                of_payloads: self.exchanges,
                values: values
                    .map(|(name, tally)| seen_value(name, tally))
                    .collect(),
                known_to: Vec::new(),
                notes: Vec::new(),
            });
        }
        for (subject, tally) in subjects_of(subjects) {
            let others = if subject.is_none() {
                DISTINCT_KEPT + 1
            } else {
                0
            };
            let subject = subject.unwrap_or("");
            self.add(Fact {
                words: describe::traffic(fact, subject, others),
                cause: format!("{fact:?}"),
                subject: &traffic_subject(fact, subject),
                place: place.clone(),
                parameter: parameter_of(fact, subject),
                schema: None,
                tally,
                unit: Unit::Exchange,
                of_payloads: self.exchanges,
                values: Vec::new(),
                known_to: match fact {
                    TrafficFact::UndeclaredQuery(target) => {
                        self.family.having_query(target, subject)
                    }
                    _ => Vec::new(),
                },
                notes: self.traffic_notes(fact, subject),
            });
        }
    }

    fn traffic_notes(&self, fact: &TrafficFact, subject: &str) -> Vec<String> {
        match fact {
            TrafficFact::UnknownOperation { .. } => {
                let (method, path) = subject.split_once(' ').unwrap_or((subject, ""));
                self.family.having_request(method, path)
            }
            TrafficFact::Ambiguous(candidates) | TrafficFact::Undecided(candidates) => {
                let mut shown = candidates[..candidates.len().min(AMBIGUOUS_LISTED)].to_vec();
                if candidates.len() > AMBIGUOUS_LISTED {
                    shown.push(format!("{} more", candidates.len() - AMBIGUOUS_LISTED));
                }
                vec![
                    format!("they are {}", describe::list(&shown)),
                    "say which is meant with --operation, --side or --status, or in the name of \
                     the file (`<operation>.<version>.<status>.json`)"
                        .to_owned(),
                ]
            }
            TrafficFact::MediaType { declared, .. } => {
                vec![format!("declared: {}", declared.join(", "))]
            }
            TrafficFact::Unmatched => vec![
                "name the operation with --operation, or in the name of the file \
                 (`<operation>.<version>.json`)"
                    .to_owned(),
            ],
            TrafficFact::MalformedJson { .. }
            | TrafficFact::DuplicateKey
            | TrafficFact::ContentLength
            | TrafficFact::CaptureEncoding
            | TrafficFact::OtherMethod { .. }
            | TrafficFact::UndeclaredQuery(_)
            | TrafficFact::ParameterValue { .. }
            | TrafficFact::ParameterPlaceholder(_)
            | TrafficFact::Refused { .. }
            | TrafficFact::UndeclaredStatus(_)
            | TrafficFact::NoSchema(_)
            | TrafficFact::UnexpectedBody(_)
            | TrafficFact::MissingBody(_)
            | TrafficFact::BodyLeftOut(_)
            | TrafficFact::MissingParameter { .. }
            | TrafficFact::OtherVersion(_) => Vec::new(),
        }
    }
}

/// What tells facts of one rule at one place apart, where that is not what is counted apart.
fn traffic_subject(fact: &TrafficFact, subject: &str) -> String {
    match fact {
        TrafficFact::ContentLength => String::new(),
        TrafficFact::Refused { status, .. } => status.to_string(),
        TrafficFact::MalformedJson { kind, .. } => kind.code().to_owned(),
        TrafficFact::ParameterValue { name, at, kind, .. } => {
            format!("{name}{at} {}", detail(kind))
        }
        TrafficFact::OtherMethod { path, .. } => format!("{subject} {path}"),
        TrafficFact::Ambiguous(candidates) | TrafficFact::Undecided(candidates) => {
            candidates[0].clone()
        }
        TrafficFact::DuplicateKey
        | TrafficFact::CaptureEncoding
        | TrafficFact::UnknownOperation { .. }
        | TrafficFact::UndeclaredQuery(_)
        | TrafficFact::ParameterPlaceholder(_)
        | TrafficFact::UndeclaredStatus(_)
        | TrafficFact::NoSchema(_)
        | TrafficFact::UnexpectedBody(_)
        | TrafficFact::MissingBody(_)
        | TrafficFact::BodyLeftOut(_)
        | TrafficFact::MediaType { .. }
        | TrafficFact::MissingParameter { .. }
        | TrafficFact::Unmatched
        | TrafficFact::OtherVersion(_) => subject.to_owned(),
    }
}

/// The name of the declared parameter that a fact is about.
fn parameter_of<'f>(fact: &'f TrafficFact, subject: &'f str) -> Option<&'f str> {
    match fact {
        TrafficFact::ParameterValue { name, .. } => Some(name),
        TrafficFact::MissingParameter { .. } | TrafficFact::ParameterPlaceholder(_) => {
            Some(subject)
        }
        _ => None,
    }
}

fn seen_value(value: &str, tally: &Tally) -> SeenValue {
    SeenValue {
        value: value.to_owned(),
        count: tally.count,
        known_to: Vec::new(),
        near: None,
    }
}
