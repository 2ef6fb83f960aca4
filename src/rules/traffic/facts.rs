//! Judges facts about exchanges.

use std::collections::BTreeMap;

use std::sync::Arc;

use crate::location::{PathPattern, Side};
use crate::observe::{DISTINCT_KEPT, Keyed, Tally, TargetKey, TrafficFact};

use crate::redact::Shown;

use super::words;
use crate::rules::finding::{FindingPlace, SeenValue, Unit};
use super::cause::{CauseFact, Root};
use super::judge::{Judge, detail, subjects_of};

/// Equally good places of a payload that are listed.
const AMBIGUOUS_LISTED: usize = 4;

/// Hosts without operations that have a finding each. More of them are one finding.
const HOSTS_TOLD_APART: usize = 5;

impl Judge<'_> {
    pub(crate) fn traffic(&mut self, fact: &TrafficFact, subjects: &Keyed) {
        let place = FindingPlace {
            target: fact.target().cloned(),
            path: PathPattern::root(),
        };
        if let TrafficFact::UnknownOperation { host } = fact
            && let Some(operations) = &subjects.keys
        {
            return self.unknown_operations(host.as_deref(), operations);
        }
        if let TrafficFact::UnexpectedBody(target) = fact
            && target.side == Some(Side::Request)
        {
            return self.unexpected_body(target, place, &subjects.all);
        }
        if fact.has_values() {
            let values = subjects.keys.iter().flatten();
            return self.add(CauseFact {
                words: words::traffic(fact, "", 0),
                root: Root::Traffic(fact.clone()),
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
        if *fact == TrafficFact::OtherHosts {
            return self.together(
                words::more_hosts(),
                "…",
                "",
                &[("other hosts", &subjects.all)],
                Vec::new(),
            );
        }
        for (subject, tally) in subjects_of(subjects) {
            let others = if subject.is_none() {
                DISTINCT_KEPT + 1
            } else {
                0
            };
            let subject = subject.unwrap_or("");
            self.add(CauseFact {
                words: words::traffic(fact, subject, others),
                root: Root::Traffic(fact.clone()),
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

    /// Requests to one host that have no operation.
    fn unknown_operations(&mut self, host: Option<&str>, operations: &BTreeMap<Box<str>, Tally>) {
        let mut without = Vec::new();
        let mut by_base: BTreeMap<(String, String), Vec<(&str, &Tally)>> = BTreeMap::new();
        for (name, tally) in operations {
            let (method, path) = name.split_once(' ').unwrap_or((name, ""));
            match self.family.other_base(method, path) {
                Some(base) => by_base.entry(base).or_default().push((&**name, tally)),
                None => without.push((&**name, tally)),
            }
        }
        for ((contract, base), found) in by_base {
            let count = found.len();
            let words = words::other_base(&contract, found[0].0, count);
            let note = format!("--base-path {} makes them match", quoted(&base));
            let host = host.unwrap_or_default();
            self.together(words, &format!("{host} {base}"), &base, &found, vec![note]);
        }
        let Some(host) = host.filter(|host| !self.hosts.contains(*host)) else {
            for (name, tally) in without {
                self.unknown_operation(name, tally);
            }
            return;
        };
        match *without {
            [] => {}
            // An archive of a browser is full of hosts that are not meant.
            _ if !self.hosts.is_empty() || self.without_operation > HOSTS_TOLD_APART => {
                let foreign = self.foreign.entry(host.to_owned()).or_default();
                for (_, tally) in &without {
                    *foreign += *tally;
                }
            }
            [(name, tally)] => self.unknown_operation(name, tally),
            _ => {
                let words = words::other_host(host, without.len());
                self.together(words, host, host, &without, Vec::new());
            }
        }
    }

    /// Requests to hosts for which the contract has no operation: one finding for all of them.
    pub(crate) fn foreign_hosts(&mut self) {
        let foreign = std::mem::take(&mut self.foreign);
        let hosts: Vec<(&str, &Tally)> = foreign
            .iter()
            .map(|(host, tally)| (&**host, tally))
            .collect();
        if !hosts.is_empty() {
            let words = match self.hosts.is_empty() {
                true => words::other_hosts(hosts.len()),
                false => words::foreign_hosts(hosts.len()),
            };
            self.together(words, "", "", &hosts, Vec::new());
        }
    }

    /// Several operations or hosts that are one finding.
    fn together(
        &mut self,
        words: words::Words,
        requests: &str,
        subject: &str,
        operations: &[(&str, &Tally)],
        notes: Vec<String>,
    ) {
        let mut all = Tally::default();
        for (_, tally) in operations {
            all += *tally;
        }
        let values = operations.iter();
        let values = values
            .map(|(name, tally)| seen_value(name, tally))
            .collect();
        self.add(CauseFact {
            words,
            root: Root::Requests(requests.to_owned()),
            subject,
            place: nowhere(),
            parameter: None,
            schema: None,
            tally: &all,
            unit: Unit::Exchange,
            of_payloads: self.exchanges,
            values,
            known_to: Vec::new(),
            notes,
        });
    }

    fn unknown_operation(&mut self, name: &str, tally: &Tally) {
        let fact = TrafficFact::UnknownOperation { host: None };
        self.add(CauseFact {
            words: words::traffic(&fact, name, 0),
            root: Root::Itself,
            subject: name,
            place: nowhere(),
            parameter: None,
            schema: None,
            tally,
            unit: Unit::Exchange,
            of_payloads: self.exchanges,
            values: Vec::new(),
            known_to: Vec::new(),
            notes: self.traffic_notes(&fact, name),
        });
    }

    /// Bodies of requests for which no operation of a method has a body: clients send them for a reason of their
    /// own, whatever the operation.
    fn unexpected_body(&mut self, target: &TargetKey, place: FindingPlace, tally: &Tally) {
        let contract = self.family.contract(&target.contract);
        let operation = contract.and_then(|contract| contract.operation(&target.operation));
        let method = operation
            .map_or("", |operation| &operation.method)
            .to_owned();
        self.add(CauseFact {
            words: words::unexpected_bodies(&method),
            root: Root::Method(Arc::clone(&target.contract), method.clone()),
            subject: &method,
            place,
            parameter: None,
            schema: None,
            tally,
            unit: Unit::Exchange,
            of_payloads: self.exchanges,
            values: Vec::new(),
            known_to: Vec::new(),
            notes: Vec::new(),
        });
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
                    format!("they are {}", words::list(&shown)),
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
            | TrafficFact::OtherHosts
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
        | TrafficFact::OtherHosts
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
        value: Shown::new(value),
        count: tally.count,
        known_to: Vec::new(),
        near: None,
    }
}

/// A finding about no operation.
fn nowhere() -> FindingPlace {
    FindingPlace {
        target: None,
        path: PathPattern::root(),
    }
}

/// A path as a shell takes it.
fn quoted(path: &str) -> String {
    match path.contains(['{', '*', ' ']) {
        true => format!("'{path}'"),
        false => path.to_owned(),
    }
}
