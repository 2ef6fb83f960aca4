//! What a report would say of an exchange, but for the values in it.

use std::collections::BTreeMap;

use crate::location::PathPattern;
use crate::observe::{Keyed, Profile, Tally, TrafficFact};

/// What was met at one place, and how often.
type Met = BTreeMap<String, u64>;

/// What was learnt of the traffic of one exchange.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// By operation, side and status, and by the place in the payload.
    places: BTreeMap<(String, PathPattern), Met>,
    /// About messages.
    traffic: Met,
}

impl Facts {
    pub(super) fn of(profile: &Profile) -> Self {
        let mut facts = Self::default();
        for (target, found) in &profile.targets {
            for (pattern, id) in found.shape.walk() {
                let path = found.shape.path(id);
                let mut met = Met::new();
                let mut count = |what: String, tally: &Tally| {
                    if tally.count > 0 {
                        met.insert(what, tally.count);
                    }
                };
                for (deviation, tally) in &path.deviations {
                    count(format!("{deviation:?}"), tally);
                }
                for (deviation, tally) in &path.placeholders {
                    count(format!("placeholder {deviation:?}"), tally);
                }
                for (place, keyed) in &path.undeclared {
                    count(format!("undeclared {place:?}"), &keyed.all);
                }
                for (place, keyed) in &path.misdirected {
                    count(format!("misdirected {place:?}"), &keyed.all);
                }
                for (place, keyed) in &path.beyond_enum {
                    count(format!("beyond {place:?}"), &keyed.all);
                }
                for (lookalike, keyed) in &path.lookalikes {
                    count(format!("lookalike {lookalike:?}"), &keyed.all);
                }
                if !met.is_empty() {
                    facts.places.insert((target.to_string(), pattern), met);
                }
            }
        }
        for (fact, keyed) in &profile.traffic {
            if let Some(name) = name_of(fact, keyed) {
                *facts.traffic.entry(name).or_default() += keyed.all.count;
            }
        }
        facts
    }

    /// The places in payloads about which the two differ.
    pub(super) fn different_places(&self, other: &Self) -> Vec<PathPattern> {
        let keys = self.places.keys().chain(other.places.keys());
        let different = keys.filter(|key| self.places.get(key) != other.places.get(key));
        let mut places: Vec<PathPattern> = different.map(|(_, pattern)| pattern.clone()).collect();
        places.sort();
        places.dedup();
        places
    }

    /// Whether the two say the same of messages.
    pub(super) fn has_same_traffic(&self, other: &Self) -> bool {
        self.traffic == other.traffic
    }
}

/// What identifies a fact; `None` for facts about how a capture was written, which a copy need not share.
fn name_of(fact: &TrafficFact, keyed: &Keyed) -> Option<String> {
    Some(match fact {
        TrafficFact::ContentLength | TrafficFact::CaptureEncoding | TrafficFact::ContentEncoding { .. } => return None,
        // Hosts have stand-ins.
        TrafficFact::UnknownOperation { .. } | TrafficFact::OtherHosts => "unknown operation".to_owned(),
        TrafficFact::MalformedJson { target, .. } => format!("malformed {target:?}"),
        TrafficFact::UndeclaredQuery(_) => {
            let names: Vec<&str> = keyed.keys.iter().flatten().map(|(name, _)| &**name).collect();
            format!("{fact:?} {names:?}")
        }
        other => format!("{other:?}"),
    })
}
