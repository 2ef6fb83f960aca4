//! Turns what was learnt from traffic into findings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::contract::Contract;
use crate::location::Pointer;
use crate::observe::{EVIDENCE_KEPT, Keyed, Profile, Tally, TargetKey, TrafficFact};
use crate::redact::Shown;
use crate::schema::Place;

use super::cause::{Anchor, Cause, CauseFact, hosts_without_operation};
use super::related::Family;
use super::silent::Unseen;
use crate::rules::catalogue as rules;
use crate::rules::catalogue::Level;
use crate::rules::finding::{Finding, Matter, ParameterName, Seen, Unit};
use crate::rules::key::{Key, component_of, place_in};
use crate::rules::order::in_order;
use crate::rules::places::Places;
use crate::rules::except::{Excepted, Exceptions, Suppression};
use crate::rules::policy::Policy;

/// Judges a profile. `contracts` are all known versions of the contract that was observed against.
///
/// The most serious findings come first, then those that are in most payloads.
#[must_use]
pub fn judge(profile: &Profile, contracts: &[&Contract], policy: &Policy) -> Vec<Finding> {
    judge_except(profile, contracts, policy, &Exceptions::default()).active
}

/// Judges a profile, and separates the findings that do not count.
pub(crate) fn judge_except(
    profile: &Profile,
    contracts: &[&Contract],
    policy: &Policy,
    exceptions: &Exceptions,
) -> Excepted<Finding> {
    let mut judge = Judge {
        policy,
        exceptions,
        used: BTreeSet::new(),
        family: Family::new(contracts),
        profile,
        name: contracts.first().map_or_else(String::new, |first| first.name.clone()),
        hosts: profile.hosts.keys().cloned().collect(),
        groups: BTreeMap::new(),
        counted: BTreeMap::new(),
        operations: BTreeSet::new(),
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
    judge.name_spellings();
    let mut declared = judge.declared;
    let mut places = Places::new(contracts.iter().copied());
    let mut active = Vec::new();
    let mut suppressed: BTreeMap<Suppression, Vec<Finding>> = BTreeMap::new();
    let mut differences: BTreeMap<(Arc<str>, String), Vec<Finding>> = BTreeMap::new();
    // Differences come before what they belong to.
    for (group, mut finding) in judge.groups.into_iter().rev() {
        let is_match =
            matches!(finding.matter, Matter::Traffic(TrafficFact::OtherVersion { conforms: true, .. }));
        if is_match {
            let own = (Arc::clone(&group.cause.contract), group.cause.apart.clone());
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
        finding.declarations = schemas.into_iter().collect();
        let finding = finish(finding);
        match (group.matching, group.standing) {
            (_, Standing::Off) => {}
            (Some(version), _) => {
                let whole = (group.cause.contract, version);
                differences.entry(whole).or_default().push(finding);
            }
            (None, Standing::Active) => active.push(finding),
            (None, Standing::Suppressed(suppression)) => suppressed.entry(suppression).or_default().push(finding),
        }
    }
    let suppressed = suppressed.into_iter().flat_map(|(suppression, findings)| {
        let findings = in_order(findings).into_iter();
        findings.map(move |finding| (finding, suppression.clone()))
    });
    Excepted {
        active: in_order(active),
        suppressed: suppressed.collect(),
        used: judge.used.into_iter().collect(),
    }
}

/// Where every payload that deviates is one of another version, which accepts it: that version.
fn matching(profile: &Profile) -> BTreeMap<&TargetKey, &str> {
    let mut matching: BTreeMap<&TargetKey, (BTreeSet<&str>, u64)> = BTreeMap::new();
    for (fact, subjects) in &profile.traffic {
        if let TrafficFact::OtherVersion { target, conforms: true } = fact {
            let (versions, payloads) = matching.entry(target).or_default();
            for (version, tally) in subjects_of(subjects) {
                versions.insert(version.unwrap_or_default());
                *payloads += tally.count;
            }
        }
    }
    let all = matching.into_iter().filter_map(|(target, (versions, payloads))| {
        let learnt = profile.targets.get(target)?;
        let is_all = learnt.payloads == learnt.accepted + learnt.placeholders + payloads;
        match Vec::from_iter(versions)[..] {
            [version] if is_all => Some((target, version)),
            _ => None,
        }
    });
    all.collect()
}

/// What is put together in one finding: a cause, by itself or among the differences of payloads that match
/// another version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Group {
    pub(crate) matching: Option<String>,
    pub(crate) cause: Cause,
    pub(crate) standing: Standing,
}

/// Whether a finding counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    Active,
    Suppressed(Suppression),
    /// Its level is off.
    Off,
}

pub(crate) struct Judge<'c> {
    pub(crate) policy: &'c Policy,
    pub(super) exceptions: &'c Exceptions,
    /// Positions of the ignores that covered something.
    pub(super) used: BTreeSet<usize>,
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
    /// The version that all deviating payloads match.
    matching: BTreeMap<&'c TargetKey, &'c str>,
    /// Payloads counted so far, by finding and target.
    counted: BTreeMap<(Group, Option<TargetKey>), u64>,
    /// Operations whose exchanges were added to what a finding could be in.
    operations: BTreeSet<(Group, Option<Arc<str>>)>,
}

impl<'c> Judge<'c> {
    pub(crate) fn add(&mut self, fact: CauseFact<'_>) {
        let level = self.policy.level(fact.rule, fact.side(), &fact.spot());
        let (place, _) = self.placed(&fact.anchor, fact.place.target.as_ref());
        let key = Key {
            rule: fact.rule.id,
            contract: self.name.clone(),
            place,
        };
        if level == Level::Off {
            return self.add_part(fact, key, level, Standing::Off);
        }
        for (standing, part) in self.parts(&key, fact) {
            self.add_part(part, key.clone(), level, standing);
        }
    }

    /// Adds what has one standing of a fact.
    pub(super) fn add_part(&mut self, fact: CauseFact<'_>, key: Key, level: Level, standing: Standing) {
        let target = fact.place.target.as_ref();
        // What is no place in the contract is the same in every version.
        let is_of_version =
            !matches!(fact.anchor, Anchor::Words(_)) || *fact.rule == rules::OTHER_VERSION;
        let contract = target.filter(|_| is_of_version);
        let contract = contract.map(|target| Arc::clone(&target.contract)).unwrap_or_default();
        let (_, declared) = self.placed(&fact.anchor, target);
        let group = Group {
            standing,
            matching: self.matching(&fact).map(str::to_owned),
            cause: Cause {
                key: key.clone(),
                contract,
                apart: fact.apart,
            },
        };
        // A parameter that several operations share is one component.
        let shared = declared.clone().filter(|place| component_of(&place.pointer).is_some());
        if let Some(declared) = declared {
            self.declared.entry(group.clone()).or_default().insert(declared);
        }
        // At several paths of one target the same payloads are met again: the most at one path is sure.
        let counted = self
            .counted
            .entry((group.clone(), fact.place.target.clone()))
            .or_default();
        let is_new_target = *counted == 0;
        let own = fact.payloads.unwrap_or(fact.tally.payloads);
        let more_payloads = match fact.is_disjoint {
            true => own,
            false => own.saturating_sub(*counted),
        };
        // Whether the others have it in the same payloads is not known.
        let is_counted_apart = !is_new_target && !fact.is_disjoint && fact.payloads != Some(*counted);
        *counted += more_payloads;
        // The exchanges and payloads of a run are the same for each operation.
        let is_whole_run = fact.is_of_run;
        let operation = fact.place.target.as_ref().map(|target| Arc::clone(&target.operation));
        let is_new_operation = match fact.unit {
            Unit::Exchange => self.operations.insert((group.clone(), operation)),
            Unit::Payload | Unit::Place => is_new_target,
        };
        let finding = self
            .groups
            .entry(group)
            .or_insert_with(|| Finding::new(fact.rule, key, fact.matter, fact.unit));
        if let Anchor::Schema(schema, _) = &fact.anchor {
            finding.schema = Some(Place::clone(schema));
        }
        if let Anchor::Parameter(parameter, _) = fact.anchor {
            finding.parameter = Some(parameter);
            finding.schema = shared;
        }
        finding.level = finding.level.max(level);
        finding.places.push(fact.place);
        finding.count += fact.tally.count;
        finding.payloads += more_payloads;
        finding.is_at_least |= is_counted_apart;
        if is_whole_run {
            finding.of_payloads = fact.of_payloads;
        } else if is_new_operation {
            finding.of_payloads += fact.of_payloads;
        }
        if finding.of_payloads > 0 {
            finding.payloads = finding.payloads.min(finding.of_payloads);
        }
        finding.period += &fact.tally.period;
        finding.evidence.extend(fact.tally.samples.iter().cloned());
        add_seen(&mut finding.properties, fact.properties);
        add_seen(&mut finding.values, fact.values);
        add_new(&mut finding.requests, fact.requests);
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
    pub(super) fn placed(&self, anchor: &Anchor, target: Option<&TargetKey>) -> (String, Option<Place>) {
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
                match target.and_then(|target| self.family.parameter(target, *place, name)) {
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

    /// The version that the payloads of a fact match instead, where the fact is one of their differences: every
    /// payload that deviates matches that version.
    fn matching(&self, fact: &CauseFact<'_>) -> Option<&'c str> {
        let target = fact.place.target.as_ref()?;
        let version = *self.matching.get(target)?;
        let mut seen = fact.properties.iter().chain(&fact.values);
        let knows_all = seen.all(|seen| seen.known_to.iter().any(|known| known == version));
        let is_difference = match &fact.matter {
            Matter::Broken(_) => true,
            Matter::Undeclared(false) | Matter::OpenEnum => knows_all,
            _ => false,
        };
        is_difference.then_some(version)
    }

    /// Names the undeclared property that is probably meant where a required one is missing: its name has the same
    /// letters, and it was seen as often in objects of the same schema.
    fn name_spellings(&mut self) {
        let is_missing = |group: &Group| group.cause.key.rule == rules::MISSING_PROPERTY.id;
        let missing: Vec<Group> = self.groups.keys().filter(|group| is_missing(group)).cloned().collect();
        for group in missing {
            // Whatever its level, it is a hint.
            let others = self.groups.iter().filter(|(other, _)| {
                let Key { rule, contract, place } = &other.cause.key;
                let own = &group.cause.key;
                *rule == rules::UNDECLARED_PROPERTY.id && (contract, place) == (&own.contract, &own.place)
            });
            let undeclared: Vec<Seen> = others.flat_map(|(_, finding)| finding.properties.iter().cloned()).collect();
            let Some(finding) = self.groups.get_mut(&group) else { continue };
            for property in &mut finding.properties {
                let mut likely = undeclared.iter().filter(|seen| {
                    seen.count == property.count && letters(&seen.value) == letters(&property.value)
                });
                property.near = likely.next().map(|seen| seen.value.to_string());
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
    // In all of them is in no more.
    finding.is_at_least &= finding.payloads < finding.of_payloads && finding.payloads < finding.count;
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
