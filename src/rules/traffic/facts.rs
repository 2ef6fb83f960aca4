//! Judges facts about exchanges.

use std::collections::BTreeMap;

use crate::contract::SchemeKind;
use crate::location::{PathPattern, Pointer, Side};
use crate::observe::{DeviationKind, Keyed, Tally, TrafficFact};
use crate::redact::Shown;
use crate::schema::Values;

use super::cause::{Anchor, CauseFact};
use super::judge::{Judge, Standing, subjects_of};
use super::words::{self, quoted_path, rule_of_fact, schemes};
use crate::rules::catalogue::{Level, Rule};
use crate::rules::except::ANYTHING;
use crate::rules::key::Key;
use crate::rules::scope::Spot;
use crate::rules::finding::{Expected, FindingPlace, Matter, ParameterName, Seen, Unit};

/// Equally good places of a payload that are listed.
const AMBIGUOUS_LISTED: usize = 4;

/// What other versions know of requests that are one finding: so many notes are kept.
const KNOWN_LISTED: usize = 6;

/// Hosts without operations that have a finding each. More of them are one finding.
const HOSTS_TOLD_APART: usize = 5;

/// Methods and paths, or hosts, and what was counted of each.
type Requests<'r> = [(&'r str, &'r Tally)];

impl Judge<'_> {
    pub(crate) fn traffic(&mut self, fact: &TrafficFact, subjects: &Keyed) {
        if let TrafficFact::UnknownOperation { host } = fact
            && let Some(operations) = &subjects.keys
        {
            return self.unknown_operations(host.as_deref(), operations);
        }
        if let TrafficFact::UnknownOperation { host } = fact {
            let anchor = match host {
                Some(host) => Anchor::Words(format!("host {host}")),
                None => Anchor::Words("paths".to_owned()),
            };
            let words = |_: &Requests<'_>| (words::many_operations(host.as_deref()), Vec::new());
            return self.requests(&anchor, &[(ANYTHING, &subjects.all)], &words);
        }
        let place = FindingPlace {
            target: fact.target().cloned(),
            path: PathPattern::root(),
        };
        if *fact == TrafficFact::OtherHosts {
            let anchor = Anchor::Words("other hosts".to_owned());
            let words = |_: &Requests<'_>| (words::more_hosts(), Vec::new());
            return self.requests(&anchor, &[(ANYTHING, &subjects.all)], &words);
        }
        match parameter_named_by(fact) {
            // Each parameter is a cause of its own.
            Some(place_of) => {
                for (name, tally) in subjects_of(subjects) {
                    let parameter = ParameterName {
                        name: name.unwrap_or("…").to_owned(),
                        place: place_of,
                    };
                    self.parameter(fact, &place, &parameter, tally);
                }
            }
            None => self.message(fact, &place, subjects),
        }
    }

    /// A fact that is distinguished by the name of a parameter.
    fn parameter(
        &mut self,
        fact: &TrafficFact,
        place: &FindingPlace,
        parameter: &ParameterName,
        tally: &Tally,
    ) {
        let anchor = match fact {
            // Where it is not declared, no place in the contract is meant.
            TrafficFact::UndeclaredQuery(_) => Anchor::Words(format!("query {}", parameter.name)),
            TrafficFact::UndeclaredHeader(_) => Anchor::Words(format!("header {}", parameter.name)),
            TrafficFact::ParameterPlaceholder(_) => Anchor::Words("values".to_owned()),
            _ => Anchor::Parameter(parameter.clone(), String::new()),
        };
        let matter = match fact {
            TrafficFact::ParameterPlaceholder(_) => Matter::Placeholders,
            fact => Matter::Traffic(fact.clone()),
        };
        let mut found = CauseFact::new(rule_of_fact(fact), matter, anchor, place, tally);
        match fact {
            TrafficFact::ParameterPlaceholder(_) => {
                let name = format!("{} parameter {}", parameter.place, parameter.name);
                let name = name.replacen("path parameter", "parameter", 1).replacen("header parameter", "header", 1);
                found.values.push(Seen::new(&name, tally.count));
            }
            _ => {
                self.count_exchanges(&mut found);
                found.properties.push(Seen::new(&parameter.name, tally.count));
            }
        }
        if let (TrafficFact::UndeclaredQuery(target), false) = (fact, parameter.name == "…") {
            found.known_to = self.family.having_query(target, &parameter.name);
        }
        self.add(found);
    }

    /// A fact about a message as a whole, or about the value of one parameter.
    fn message(&mut self, fact: &TrafficFact, place: &FindingPlace, subjects: &Keyed) {
        let status = |target: &crate::observe::TargetKey| target.status.unwrap_or_default();
        // Many operations have the same cause where it is a method, a status or a media type.
        let alike = |target: &crate::observe::TargetKey| match target.side {
            Some(Side::Request) => format!("{} request", self.method(target)),
            _ => format!("response {}", status(target)),
        };
        let anchor = match fact {
            TrafficFact::MalformedJson { kind, .. } => Anchor::Words(kind.code().to_owned()),
            TrafficFact::OtherVersion { conforms: false, .. } => Anchor::Words("closer".to_owned()),
            TrafficFact::OtherMethod { path, .. } => Anchor::Words(path.clone()),
            TrafficFact::ParameterValue { place, name, kind, at, .. } => {
                let parameter = ParameterName {
                    name: name.clone(),
                    place: *place,
                };
                Anchor::Parameter(parameter, format!("{}/{}", folded(at, kind), kind.keyword()))
            }
            TrafficFact::MissingCredentials { expected, .. } | TrafficFact::WrongCredentials { expected, .. } => {
                Anchor::Words(format!("security {}", schemes(expected, ToString::to_string).join(" or ")))
            }
            TrafficFact::Refused { status, .. } => Anchor::Words(format!("status {status}")),
            TrafficFact::UndeclaredStatus(target) => Anchor::Words(format!("status {}", status(target))),
            TrafficFact::ContentEncoding { is_known: true } => Anchor::Words("not encoded".to_owned()),
            TrafficFact::ContentEncoding { is_known: false } => Anchor::Words("unknown".to_owned()),
            TrafficFact::NotAcceptable { .. } => Anchor::Words("accept".to_owned()),
            TrafficFact::UnmatchedLink { header, .. } => Anchor::Words((*header).to_owned()),
            TrafficFact::ProblemDetails { member, expected, .. } => {
                Anchor::Words(format!("{member} {expected}").trim_start().to_owned())
            }
            TrafficFact::StatusBody(target)
            | TrafficFact::UnexpectedBody(target)
            | TrafficFact::MissingBody(target)
            | TrafficFact::BodyLeftOut(target) => Anchor::Words(alike(target)),
            TrafficFact::NoSchema(target) => Anchor::Words(target.message().to_owned()),
            TrafficFact::MediaType { target, .. } => Anchor::Words(target.message().to_owned()),
            TrafficFact::PartMediaType { target, part, .. } => {
                Anchor::Words(format!("{} part {part}", target.message()))
            }
            TrafficFact::MalformedBody { target, kind } => {
                Anchor::Words(format!("{} {}", target.message(), kind.words()))
            }
            TrafficFact::ElementName { expected, .. } => Anchor::Words(format!("element {expected}")),
            TrafficFact::Ambiguous(candidates) | TrafficFact::Undecided(candidates) => {
                Anchor::Words(candidates.join(", "))
            }
            _ => Anchor::Words(String::new()),
        };
        let whole = |tally| {
            let matter = Matter::Traffic(fact.clone());
            CauseFact::new(rule_of_fact(fact), matter, anchor.clone(), place, tally)
        };
        let mut facts = match fact {
            // What the payloads of a run match is distinguished.
            TrafficFact::OtherVersion { .. }
            | TrafficFact::MediaType { .. }
            | TrafficFact::PartMediaType { .. }
            | TrafficFact::NotAcceptable { .. }
            | TrafficFact::UnmatchedLink { .. }
            | TrafficFact::OtherMethod { .. } => {
                let facts = subjects_of(subjects).map(|(subject, tally)| {
                    let mut found = whole(tally);
                    found.apart = subject.unwrap_or("…").to_owned();
                    if let (Anchor::Words(words), false) =
                        (&mut found.anchor, matches!(fact, TrafficFact::OtherVersion { .. }))
                    {
                        words.push(' ');
                        words.push_str(&found.apart);
                    }
                    found.values.push(Seen::new(&found.apart, tally.count));
                    found
                });
                facts.collect()
            }
            _ => {
                let mut found = whole(&subjects.all);
                let values = subjects.keys.iter().flatten();
                let values = values.filter(|(value, _)| !value.is_empty());
                let values = values.map(|(value, tally)| Seen::new(value, tally.count)).collect();
                match fact {
                    TrafficFact::DuplicateKey => found.properties = values,
                    _ => {
                        found.values = values;
                        let tallies = subjects.keys.iter().flatten();
                        found.value_tallies =
                            tallies.filter(|(value, _)| !value.is_empty()).map(|(_, tally)| tally).collect();
                    }
                }
                vec![found]
            }
        };
        for found in &mut facts {
            self.count_exchanges(found);
            // A message has one of them.
            found.is_disjoint = !matches!(fact, TrafficFact::ParameterValue { .. });
            found.notes.extend(self.notes(fact));
            match fact {
                TrafficFact::ParameterValue { target, place, name, kind, .. } => {
                    let values = self.family.parameter_values(target, *place, name);
                    found.expected = expected(kind, values);
                }
                TrafficFact::MediaType { declared, .. }
                | TrafficFact::PartMediaType { declared, .. }
                | TrafficFact::NotAcceptable { declared, .. } => {
                    found.expected = Expected {
                        first: declared.iter().map(|media| Shown::new(media)).collect(),
                        count: declared.len(),
                    };
                }
                TrafficFact::MissingCredentials { expected, .. } | TrafficFact::WrongCredentials { expected, .. } => {
                    found.expected = Expected {
                        first: schemes(expected, SchemeKind::words).iter().map(|set| Shown::new(set)).collect(),
                        count: expected.len(),
                    };
                }
                TrafficFact::OtherMethod { known, .. } => {
                    found.expected = Expected {
                        first: known.iter().map(|method| Shown::new(method)).collect(),
                        count: known.len(),
                    };
                }
                TrafficFact::MalformedJson { message, hint, .. } => {
                    let message = hint.unwrap_or(message);
                    found.values.push(Seen::new(message, found.tally.count));
                    found.unit = Unit::Payload;
                    found.is_of_run = true;
                    found.of_payloads = self.profile.verdicts.values().map(|count| count.0).sum();
                }
                // Payloads of a version are counted among those of the operation.
                TrafficFact::OtherVersion { target, .. } => {
                    found.unit = Unit::Payload;
                    found.is_of_run = false;
                    found.of_payloads = self.profile.targets.get(target).map_or(0, |known| known.payloads);
                }
                _ => {}
            }
        }
        for found in facts {
            self.add(found);
        }
    }

    /// Counts a fact in exchanges: of its operation, or of the run.
    fn count_exchanges(&self, found: &mut CauseFact<'_>) {
        found.unit = Unit::Exchange;
        let own = self.exchanges(found.place.target.as_ref(), found.tally.payloads);
        found.is_of_run = own.is_none();
        found.of_payloads = own.unwrap_or(self.profile.exchanges);
    }

    fn method(&self, target: &crate::observe::TargetKey) -> String {
        let contract = self.family.contract(&target.contract);
        let operation = contract.and_then(|contract| contract.operation(&target.operation));
        operation.map_or_else(String::new, |operation| operation.method.clone())
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
        for ((_, base), found) in by_base {
            let note = format!("`--base-path {}` makes them match", quoted_path(&base));
            let anchor = Anchor::Words(format!("base path {base}"));
            let words = |found: &Requests<'_>| (words::other_base(&base, found[0].0, found.len()), vec![note.clone()]);
            self.requests(&anchor, &found, &words);
        }
        let Some(host) = host.filter(|host| !self.hosts.contains(*host)) else {
            return self.unknown_paths(&without);
        };
        if without.is_empty() {
            return;
        }
        // An archive of a browser is full of hosts that are not meant.
        if !self.hosts.is_empty() || self.without_operation > HOSTS_TOLD_APART {
            let foreign = self.foreign.entry(host.to_owned()).or_default();
            for (_, tally) in &without {
                *foreign += *tally;
            }
            return;
        }
        let known: BTreeMap<&str, Vec<String>> = match *without {
            [(name, _)] => BTreeMap::from([(name, self.known_elsewhere(name))]),
            _ => BTreeMap::new(),
        };
        let words = |found: &Requests<'_>| match *found {
            [(name, _)] => (words::unknown_operation(name), known.get(name).cloned().unwrap_or_default()),
            _ => (words::other_host(host, found.len()), Vec::new()),
        };
        self.requests(&Anchor::Words(format!("host {host}")), &without, &words);
    }

    /// Paths without an operation: those that start alike are one finding.
    fn unknown_paths(&mut self, operations: &[(&str, &Tally)]) {
        let mut by_prefix: BTreeMap<String, Vec<(&str, &Tally)>> = BTreeMap::new();
        for (name, tally) in operations {
            let path = name.split_once(' ').map_or(*name, |(_, path)| path);
            let prefix = self.family.unknown_prefix(path);
            by_prefix.entry(prefix).or_default().push((name, tally));
        }
        for (prefix, found) in by_prefix {
            let known: BTreeMap<&str, Vec<String>> =
                found.iter().map(|(name, _)| (*name, self.known_elsewhere(name))).collect();
            let requests: Vec<(&str, u64)> = found.iter().map(|(name, tally)| (*name, tally.count)).collect();
            let all: u64 = requests.iter().map(|(_, count)| count).sum();
            let alias = self.family.rewrite_for(&requests);
            let alias = alias.map(|(rewrite, helped)| match helped {
                helped if helped == all => format!("`--rewrite '{rewrite}'` makes them match"),
                helped => format!("`--rewrite '{rewrite}'` makes {helped} of them match"),
            });
            let words = |found: &Requests<'_>| {
                let notes = found.iter().filter_map(|(name, _)| known.get(name)).flatten();
                let notes = alias.iter().chain(notes.take(KNOWN_LISTED)).cloned().collect();
                match *found {
                    [(name, _)] => (words::unknown_operation(name), notes),
                    _ => (words::unknown_prefix(&prefix, found.len()), notes),
                }
            };
            self.requests(&Anchor::Words(format!("path {prefix}")), &found, &words);
        }
    }

    /// What other versions know of a method and path.
    fn known_elsewhere(&self, name: &str) -> Vec<String> {
        let (method, path) = name.split_once(' ').unwrap_or((name, ""));
        self.family.having_request(method, path)
    }

    /// Requests to hosts for which the contract has no operation: one finding for all of them.
    pub(crate) fn foreign_hosts(&mut self) {
        let foreign = std::mem::take(&mut self.foreign);
        let hosts: Vec<(&str, &Tally)> = foreign
            .iter()
            .map(|(host, tally)| (&**host, tally))
            .collect();
        if !hosts.is_empty() {
            let is_foreign = !self.hosts.is_empty();
            let words = |found: &Requests<'_>| match is_foreign {
                false => (words::other_hosts(found.len()), Vec::new()),
                true => (words::foreign_hosts(found.len()), Vec::new()),
            };
            self.requests(&Anchor::Words("hosts".to_owned()), &hosts, &words);
        }
    }

    /// Requests that are one finding: to several operations or hosts, or to one. Those that count and those that
    /// do not are separate findings.
    fn requests(
        &mut self,
        anchor: &Anchor,
        requests: &Requests<'_>,
        words: &dyn Fn(&Requests<'_>) -> (words::Words, Vec<String>),
    ) {
        let nowhere = FindingPlace {
            target: None,
            path: PathPattern::root(),
        };
        let key_of = |judge: &Self, rule: &Rule| Key {
            rule: rule.id,
            contract: judge.name.clone(),
            place: judge.placed(anchor, None).0,
        };
        let mut parts: BTreeMap<(Standing, Level), Vec<(&str, &Tally)>> = BTreeMap::new();
        for request in requests {
            let rule = words(&[*request]).0.rule;
            let standing = self.standing(rule, &key_of(self, rule), request.0);
            parts.entry(standing).or_default().push(*request);
        }
        for ((standing, level), part) in parts {
            let (words, notes) = words(&part);
            let mut all = Tally::default();
            for (_, tally) in &part {
                all += *tally;
            }
            let key = key_of(self, words.rule);
            let matter = Matter::Said {
                message: words.message,
                label: words.label,
            };
            let mut found = CauseFact::new(words.rule, matter, anchor.clone(), &nowhere, &all);
            self.count_exchanges(&mut found);
            if part.len() > 1 {
                found.values = part.iter().map(|(name, tally)| Seen::new(name, tally.count)).collect();
            }
            found.requests = part.iter().map(|(name, _)| (*name).to_owned()).collect();
            found.notes = notes;
            self.add_part(found, key, level, standing);
        }
    }

    /// Whether a request without an operation counts, and its level.
    fn standing(&mut self, rule: &'static Rule, key: &Key, request: &str) -> (Standing, Level) {
        let path = request.split_once(' ').map(|(_, path)| path.to_owned());
        let spot = Spot {
            operation: Some(request),
            paths: path.into_iter().collect(),
        };
        let level = self.policy.level(rule, None, &spot);
        let ignored = self.exceptions.ignored(rule, &spot);
        self.used.extend(ignored.iter().map(|(at, _)| *at));
        let known = || self.exceptions.known(&key.to_string(), Some(request));
        let standing = match ignored.map(|(_, suppression)| suppression).or_else(known) {
            _ if level == Level::Off => Standing::Off,
            Some(suppression) => Standing::Suppressed(suppression),
            None => Standing::Active,
        };
        (standing, level)
    }

    fn notes(&self, fact: &TrafficFact) -> Vec<String> {
        match fact {
            TrafficFact::Ambiguous(candidates) | TrafficFact::Undecided(candidates) => {
                let mut shown = candidates[..candidates.len().min(AMBIGUOUS_LISTED)].to_vec();
                if candidates.len() > AMBIGUOUS_LISTED {
                    shown.push(format!("{} more", candidates.len() - AMBIGUOUS_LISTED));
                }
                vec![
                    format!("candidates: {}", words::list(&shown)),
                    "choose one with --operation, --side or --status, or in the file name \
                     (`<operation>.<version>.<status>.json`)"
                        .to_owned(),
                ]
            }
            TrafficFact::Unmatched => vec![
                "name the operation with --operation, or in the file name \
                 (`<operation>.<version>.json`)"
                    .to_owned(),
            ],
            _ => Vec::new(),
        }
    }
}

/// Where the parameter is sent whose name a fact tells apart.
fn parameter_named_by(fact: &TrafficFact) -> Option<crate::contract::ParameterPlace> {
    use crate::contract::ParameterPlace;
    match fact {
        TrafficFact::UndeclaredQuery(_) => Some(ParameterPlace::Query),
        TrafficFact::UndeclaredHeader(_) | TrafficFact::MissingLocation(_) => Some(ParameterPlace::Header),
        TrafficFact::MissingParameter { place, .. } => Some(*place),
        TrafficFact::ParameterPlaceholder(target) if target.side == Some(Side::Response) => Some(ParameterPlace::Header),
        TrafficFact::ParameterPlaceholder(_) => Some(ParameterPlace::Path),
        _ => None,
    }
}

/// The place inside the value of a parameter, without positions, and without a member that only the request has.
fn folded(at: &str, kind: &DeviationKind) -> String {
    let mut pointer = Pointer::from_escaped(at);
    if matches!(kind, DeviationKind::Closed | DeviationKind::PropertyName) {
        pointer = pointer.parent().unwrap_or_default();
    }
    pointer.folded().to_string()
}

/// What the schema of a parameter accepts.
fn expected(kind: &DeviationKind, values: Option<&Values>) -> Expected {
    let one = match kind {
        DeviationKind::Type { expected, .. } => expected.to_string(),
        DeviationKind::Constant { expected } => expected.clone(),
        DeviationKind::Format { format } => format.clone(),
        DeviationKind::Pattern { pattern } => pattern.clone(),
        DeviationKind::Bound { limit, .. } => limit.clone(),
        DeviationKind::Length { limit, .. } => limit.to_string(),
        DeviationKind::Enum { listed } => {
            return Expected::of_enum(values, *listed);
        }
        _ => return Expected::default(),
    };
    Expected {
        first: vec![Shown::new(&one)],
        count: 1,
    }
}
