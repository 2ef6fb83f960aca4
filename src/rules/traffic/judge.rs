//! Turns what was learnt from traffic into findings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::contract::Contract;
use crate::location::Pointer;
use crate::observe::{DeviationKind, EVIDENCE_KEPT, Keyed, Profile, Tally, TargetKey, TrafficFact};
use crate::redact::Shown;
use crate::schema::Place;

use super::cause::{Anchor, Cause, CauseFact, hosts_without_operation};
use super::related::Family;
use super::silent::Unseen;
use crate::rules::catalogue as rules;
use crate::rules::catalogue::Level;
use crate::rules::finding::{Finding, Matter, ParameterName, Seen};
use crate::rules::key::{Key, place_in};
use crate::rules::order::in_order;
use crate::rules::places::Places;
use crate::rules::policy::Policy;

/// Judges a profile. `contracts` are all known versions of the contract that was observed against.
///
/// The most serious findings come first, then those that are in most payloads.
#[must_use]
pub fn judge(profile: &Profile, contracts: &[&Contract], policy: &Policy) -> Vec<Finding> {
    let mut judge = Judge {
        family: Family::new(contracts),
        profile,
        name: contracts.first().map_or_else(String::new, |first| first.name.clone()),
        hosts: profile.hosts.keys().cloned().collect(),
        groups: BTreeMap::new(),
        counted: BTreeMap::new(),
        declared: BTreeMap::new(),
        without_operation: hosts_without_operation(profile),
        foreign: BTreeMap::new(),
        unseen: Unseen::default(),
        matching: match policy.levels.get(rules::OTHER_VERSION.id) {
            Some(Level::Off) => BTreeMap::new(),
            _ => matching(profile),
        },
    };
    for (fact, subjects) in &profile.traffic {
        judge.traffic(fact, subjects);
    }
    for (key, target) in &profile.targets {
        judge.target(key, target);
    }
    judge.foreign_hosts();
    judge.unseen_findings();
    judge.respelt();
    let mut declared = judge.declared;
    let mut places = Places::new(contracts.iter().copied());
    let mut findings = Vec::new();
    let mut differences: BTreeMap<(Arc<str>, String), Vec<Finding>> = BTreeMap::new();
    // Differences come before what they belong to.
    for (group, mut finding) in judge.groups.into_iter().rev() {
        let levels = finding.places.iter();
        let levels = levels.map(|place| policy.level(finding.rule, place));
        finding.level = levels.max().unwrap_or(Level::Off);
        if *finding.rule == rules::OTHER_VERSION {
            let own = (Arc::clone(&group.cause.contract), group.cause.apart.trim().to_owned());
            finding.differences = in_order(differences.remove(&own).unwrap_or_default());
            if !policy.levels.contains_key(finding.rule.id) {
                let worst = finding.differences.iter().map(|difference| difference.level).max();
                finding.level = finding.level.max(worst.unwrap_or(Level::Off));
            }
        }
        if finding.level == Level::Off {
            continue;
        }
        let schemas = declared.remove(&group).unwrap_or_default();
        finding.declared = schemas.iter().filter_map(|schema| places.origin(schema)).collect();
        let finding = finish(finding);
        match group.matching {
            Some(version) => {
                let whole = (group.cause.contract, version);
                differences.entry(whole).or_default().push(finding);
            }
            None => findings.push(finding),
        }
    }
    in_order(findings)
}

/// Payloads of one operation, side and status that are those of another version.
#[derive(Debug, Clone, Copy)]
struct Matching<'p> {
    version: &'p str,
    payloads: u64,
    /// Payloads that this version accepts.
    conforming: u64,
    /// Whether they are all payloads that deviate, and that version accepts all of them.
    is_all: bool,
}

/// Where payloads are those of one other version.
fn matching(profile: &Profile) -> BTreeMap<&TargetKey, Matching<'_>> {
    let mut matching: BTreeMap<&TargetKey, Matching<'_>> = BTreeMap::new();
    let mut several = BTreeSet::new();
    for (fact, subjects) in &profile.traffic {
        let TrafficFact::OtherVersion { target, conforms } = fact else {
            continue;
        };
        for (version, tally) in subjects_of(subjects) {
            let version = version.unwrap_or_default();
            let known = matching.entry(target).or_insert(Matching {
                version,
                payloads: 0,
                conforming: 0,
                is_all: false,
            });
            if known.version != version {
                several.insert(target);
            }
            known.payloads += tally.count;
            known.conforming += u64::from(*conforms) * tally.count;
        }
    }
    matching.retain(|target, _| !several.contains(target));
    for (target, found) in &mut matching {
        let learnt = profile.targets.get(target);
        found.is_all = learnt.is_some_and(|learnt| {
            learnt.payloads == learnt.accepted + learnt.placeholders + found.conforming
        });
    }
    matching
}

/// What is put together in one finding: a cause, by itself or among the differences of payloads that match
/// another version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Group {
    pub(crate) matching: Option<String>,
    pub(crate) cause: Cause,
}

pub(crate) struct Judge<'c> {
    pub(crate) family: Family<'c>,
    pub(crate) profile: &'c Profile,
    /// The name of the contract.
    pub(crate) name: String,
    /// Hosts that an operation was found for.
    pub(crate) hosts: BTreeSet<String>,
    pub(crate) groups: BTreeMap<Group, Finding>,
    /// The places in the contract's documents, by finding.
    declared: BTreeMap<Group, BTreeSet<Place>>,
    /// How many hosts have requests without an operation.
    pub(crate) without_operation: usize,
    /// Requests to hosts for which the contract has no operation, by host, where they are one finding.
    pub(crate) foreign: BTreeMap<String, Tally>,
    /// What is declared, and whether it was seen.
    pub(crate) unseen: Unseen,
    /// Where payloads match another version.
    matching: BTreeMap<&'c TargetKey, Matching<'c>>,
    /// Payloads counted so far, by finding and target.
    counted: BTreeMap<(Group, Option<TargetKey>), u64>,
}

impl<'c> Judge<'c> {
    pub(crate) fn add(&mut self, fact: CauseFact<'_>) {
        let target = fact.place.target.as_ref();
        let contract = target.map(|target| Arc::clone(&target.contract)).unwrap_or_default();
        let (place, declared) = self.placed(&fact.anchor, target);
        let key = Key {
            rule: fact.rule.id,
            contract: self.name.clone(),
            place,
        };
        let group = Group {
            matching: self.matching(&fact).map(str::to_owned),
            cause: Cause {
                key: key.clone(),
                contract,
                apart: fact.apart,
            },
        };
        if let Some(declared) = declared {
            self.declared.entry(group.clone()).or_default().insert(declared);
        }
        // At several paths of one target the same payloads are met again: the most at one path is sure.
        let counted = self
            .counted
            .entry((group.clone(), fact.place.target.clone()))
            .or_default();
        let is_new_target = *counted == 0;
        let more_payloads = fact.tally.payloads.saturating_sub(*counted);
        *counted += more_payloads;
        // The exchanges and payloads of a run are the same for each operation.
        let is_whole_run = fact.is_of_run;
        let finding = self
            .groups
            .entry(group)
            .or_insert_with(|| Finding::new(fact.rule, key, fact.matter, fact.unit));
        if let Anchor::Schema(schema, _) = &fact.anchor {
            finding.schema = Some(Place::clone(schema));
        }
        if let Anchor::Parameter(parameter, _) = fact.anchor {
            finding.parameter = Some(parameter);
        }
        finding.places.push(fact.place);
        finding.count += fact.tally.count;
        finding.payloads += more_payloads;
        if is_whole_run {
            finding.of_payloads = fact.of_payloads;
        } else if is_new_target {
            finding.of_payloads += fact.of_payloads;
        }
        if finding.of_payloads > 0 {
            finding.payloads = finding.payloads.min(finding.of_payloads);
        }
        finding.evidence.extend(fact.tally.samples.iter().cloned());
        add_seen(&mut finding.properties, fact.properties);
        add_seen(&mut finding.values, fact.values);
        if finding.expected.count == 0 {
            finding.expected = fact.expected;
        }
        let variant = fact.variant.map(|variant| variant.to_string());
        add_new(&mut finding.variants, variant);
        add_new(&mut finding.known_to, fact.known_to);
        let notes = fact.notes.iter().map(|note| Shown::new(note));
        add_new(&mut finding.notes, notes);
    }

    /// The place of an anchor as a key has it, and in the documents.
    fn placed(&self, anchor: &Anchor, target: Option<&TargetKey>) -> (String, Option<Place>) {
        let contract = target.and_then(|target| self.family.contract(&target.contract));
        let with = |place: Place, suffix: &str| {
            let exact = place.join(&Pointer::from_escaped(suffix));
            let text = match contract {
                Some(contract) => place_in(contract, &exact),
                None => exact.pointer.to_string(),
            };
            (text, Some(place))
        };
        match anchor {
            Anchor::Schema(schema, suffix) => with(Place::clone(schema), suffix),
            Anchor::Parameter(ParameterName { name, place }, suffix) => {
                match target.and_then(|target| self.family.parameter(target, name)) {
                    Some(declared) => with(declared, suffix),
                    None => {
                        let operation = target.map_or("", |target| &*target.operation);
                        (format!("{operation} {place} {name}{suffix}"), None)
                    }
                }
            }
            Anchor::Words(words) => {
                let described = target.and_then(|target| self.family.described(target));
                (words.clone(), described)
            }
        }
    }

    /// The version that the payloads of a fact match instead, where the fact is one of their differences: no
    /// more payloads have it than match that version, and it accepts what this one does not.
    fn matching(&self, fact: &CauseFact<'_>) -> Option<&'c str> {
        let target = fact.place.target.as_ref()?;
        let Matching {
            version,
            payloads,
            is_all,
            ..
        } = *self.matching.get(target)?;
        let mut seen = fact.properties.iter().chain(&fact.values);
        let knows_all = seen.all(|seen| seen.known_to.iter().any(|known| known == version));
        let at = (version, target, &fact.place.path);
        let is_difference = match &fact.matter {
            Matter::Undeclared(false) | Matter::OpenEnum => knows_all,
            Matter::Broken(_) if is_all => true,
            Matter::Broken(DeviationKind::Enum { .. } | DeviationKind::Closed) => knows_all,
            Matter::Broken(DeviationKind::Missing { property, .. }) => !self.family.requires(at, property),
            Matter::Broken(DeviationKind::Type { found, .. }) => self.family.has_type(at, found),
            _ => false,
        };
        (is_difference && fact.tally.payloads <= payloads).then_some(version)
    }

    /// A required property that is missing exactly where one with another spelling of its name is undeclared:
    /// that is one cause, told with the property that is missing.
    fn respelt(&mut self) {
        let is_missing = |group: &Group| group.cause.key.rule == rules::MISSING_PROPERTY.id;
        let missing: Vec<Group> = self.groups.keys().filter(|group| is_missing(group)).cloned().collect();
        for group in missing {
            let mut other = group.clone();
            other.cause.key.rule = rules::UNDECLARED_PROPERTY.id;
            let Some(mut undeclared) = self.groups.remove(&other) else {
                continue;
            };
            if let Some(finding) = self.groups.get_mut(&group) {
                for property in &mut finding.properties {
                    let is_same = |seen: &Seen| {
                        seen.count == property.count && letters(&seen.value) == letters(&property.value)
                    };
                    if let Some(at) = undeclared.properties.iter().position(is_same) {
                        let seen = undeclared.properties.remove(at);
                        property.near = Some(seen.value.to_string());
                        undeclared.count -= seen.count;
                    }
                }
            }
            if !undeclared.properties.is_empty() || matches!(undeclared.matter, Matter::Undeclared(true)) {
                self.groups.insert(other, undeclared);
            }
        }
    }

    /// Exchanges that went to an operation, where these are more than some.
    pub(crate) fn exchanges(&self, target: Option<&TargetKey>, some: u64) -> Option<u64> {
        let target = target?;
        let key = (Arc::clone(&target.contract), Arc::clone(&target.operation));
        let own = self.profile.exercised.get(&key)?.0;
        // Payloads without a request are not among them.
        (own >= some).then_some(own)
    }
}

/// The letters of a name, whatever their case and what separates its words.
fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn add_seen(into: &mut Vec<Seen>, more: Vec<Seen>) {
    for seen in more {
        match into.iter_mut().find(|known| known.value == seen.value) {
            Some(known) => {
                known.count += seen.count;
                add_new(&mut known.known_to, seen.known_to);
            }
            None => into.push(seen),
        }
    }
}

fn add_new<T: PartialEq>(into: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
    for item in more {
        if !into.contains(&item) {
            into.push(item);
        }
    }
}

/// Subjects with their tallies; one without subject when they were folded.
pub(crate) fn subjects_of(keyed: &Keyed) -> impl Iterator<Item = (Option<&str>, &Tally)> {
    let folded = keyed.keys.is_none().then_some((None, &keyed.all));
    let distinct = keyed.keys.iter().flatten();
    distinct
        .map(|(subject, tally)| (Some(&**subject), tally))
        .chain(folded)
}

/// Puts what was collected in order.
fn finish(mut finding: Finding) -> Finding {
    finding.places.sort();
    finding.places.dedup();
    finding.evidence.sort();
    finding.evidence.dedup();
    finding.evidence.truncate(EVIDENCE_KEPT);
    for seen in [&mut finding.properties, &mut finding.values] {
        seen.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    }
    finding
}
