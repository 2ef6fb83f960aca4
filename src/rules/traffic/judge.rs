//! Turns what was learnt into findings.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::contract::Contract;
use crate::location::Side;
use crate::observe::{
    DISTINCT_KEPT, Deviation, DeviationKind, EVIDENCE_KEPT, Keyed, Lookalike, Profile, Spelling,
    Tally, TargetKey, TargetProfile,
};
use crate::schema::Place;

use crate::redact::Shown;

use crate::rules::catalogue as rules;
use crate::rules::catalogue::Level;
use super::words;
use super::words::{Words, subject_of};
use crate::rules::finding::{Finding, FindingPlace, SeenValue, Unit};
use crate::rules::places::Places;
use crate::rules::policy::Policy;
use super::related::Family;
use super::cause::{Cause, CauseFact, Root, hosts_without_operation};
use super::silent::Unseen;

/// Judges a profile. `contracts` are all known versions of the contract that was observed against.
///
/// Findings come in order: the gravest first, then by operation, side, status and path.
#[must_use]
pub fn judge(profile: &Profile, contracts: &[&Contract], policy: &Policy) -> Vec<Finding> {
    let mut judge = Judge {
        family: Family::new(contracts),
        hosts: profile.hosts.keys().cloned().collect(),
        exchanges: profile.exchanges,
        groups: BTreeMap::new(),
        counted: BTreeMap::new(),
        declared: BTreeMap::new(),
        without_operation: hosts_without_operation(profile),
        foreign: BTreeMap::new(),
        unseen: Unseen::default(),
    };
    for (fact, subjects) in &profile.traffic {
        judge.traffic(fact, subjects);
    }
    for (key, target) in &profile.targets {
        judge.target(key, target);
    }
    judge.foreign_hosts();
    judge.unseen_findings();
    let mut declared = judge.declared;
    let mut places = Places::new(contracts.iter().copied());
    let findings = judge.groups.into_iter().map(|(cause, mut finding)| {
        finding.level = policy.level(finding.rule, &finding.places[0]);
        if finding.level > Level::Off {
            let schemas = declared.remove(&cause).unwrap_or_default();
            finding.declared = schemas.iter().filter_map(|s| places.origin(s)).collect();
        }
        finish(finding)
    });
    in_order(
        findings
            .filter(|finding| finding.level > Level::Off)
            .collect(),
    )
}

/// Puts the gravest first, then by operation, side, status and path.
#[must_use]
pub fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_cached_key(|finding| {
        let rule = rules::CATALOGUE
            .iter()
            .position(|rule| *rule == finding.rule);
        (
            std::cmp::Reverse(finding.level),
            finding.places.clone(),
            // What is wrong with a contract itself is read along its documents.
            finding
                .evidence
                .first()
                .filter(|_| finding.unit == Unit::Place)
                .map(|evidence| evidence.origin.clone()),
            rule,
            finding.subject.clone(),
        )
    });
    findings
}

pub(crate) struct Judge<'c> {
    pub(crate) family: Family<'c>,
    /// Hosts that an operation was found for.
    pub(crate) hosts: BTreeSet<String>,
    /// Exchanges of the run.
    pub(crate) exchanges: u64,
    pub(crate) groups: BTreeMap<Cause, Finding>,
    /// What the contract's documents say, by finding.
    declared: BTreeMap<Cause, BTreeSet<Place>>,
    /// How many hosts have requests without operation.
    pub(crate) without_operation: usize,
    /// Requests to hosts for which the contract has no operation, by host, where they are one finding.
    pub(crate) foreign: BTreeMap<String, Tally>,
    /// What is declared, and whether it was seen.
    pub(crate) unseen: Unseen,
    /// Payloads counted so far, by finding and target.
    counted: BTreeMap<(Cause, Option<TargetKey>), u64>,
}

impl Judge<'_> {
    pub(crate) fn add(&mut self, fact: CauseFact<'_>) {
        let target = fact.place.target.as_ref();
        let cause = Cause {
            rule: fact.words.rule.id,
            side: target.and_then(|target| target.side),
            root: fact.root,
            subject: fact.subject.to_owned(),
        };
        // At several paths of one target the same payloads are met again: the most at one path is sure.
        let counted = self
            .counted
            .entry((cause.clone(), fact.place.target.clone()))
            .or_default();
        let declared = match (fact.schema, &fact.place.target) {
            (Some(schema), _) => Some(Place::clone(&schema)),
            (None, Some(target)) => self.family.described(target, fact.parameter),
            (None, None) => None,
        };
        if let Some(declared) = declared {
            self.declared
                .entry(cause.clone())
                .or_default()
                .insert(declared);
        }
        let is_new_target = *counted == 0;
        let more_payloads = fact.tally.payloads.saturating_sub(*counted);
        *counted += more_payloads;
        // The exchanges of a run are the same for each operation.
        let is_whole_run = fact.unit == Unit::Exchange;
        let finding = self.groups.entry(cause).or_insert_with(|| Finding {
            rule: fact.words.rule,
            level: Level::Off,
            subject: fact.subject.to_owned(),
            message: Shown::new(&fact.words.message),
            label: Shown::new(&fact.words.label),
            places: Vec::new(),
            count: 0,
            unit: fact.unit,
            payloads: 0,
            of_payloads: 0,
            evidence: Vec::new(),
            declared: Vec::new(),
            values: Vec::new(),
            known_to: Vec::new(),
            notes: Vec::new(),
        });
        finding.places.push(fact.place);
        finding.count += fact.tally.count;
        finding.payloads += more_payloads;
        if is_whole_run {
            finding.of_payloads = fact.of_payloads;
        } else if is_new_target {
            finding.of_payloads += fact.of_payloads;
        }
        finding.payloads = finding.payloads.min(finding.of_payloads);
        finding.evidence.extend(fact.tally.samples.iter().cloned());
        for value in fact.values {
            match finding
                .values
                .iter_mut()
                .find(|known| known.value == value.value)
            {
                Some(known) => known.count += value.count,
                None => finding.values.push(value),
            }
        }
        for version in fact.known_to {
            if !finding.known_to.contains(&version) {
                finding.known_to.push(version);
            }
        }
        for note in &fact.notes {
            let note = Shown::new(note);
            if !finding.notes.contains(&note) {
                finding.notes.push(note);
            }
        }
    }

    fn target(&mut self, key: &TargetKey, target: &TargetProfile) {
        let shape = &target.shape;
        for (path, id) in shape.walk() {
            let profile = shape.path(id);
            let place = FindingPlace {
                target: Some(key.clone()),
                path,
            };
            for (deviation, tally) in &profile.deviations {
                let subjects = profile.subjects.get(deviation);
                self.deviation(target, &place, deviation, tally, subjects);
            }
            for (deviation, tally) in &profile.placeholders {
                let name = subject_of(&place.path);
                let expected = words::deviation(&deviation.kind, &name, "").label;
                self.add(CauseFact {
                    words: Words {
                        rule: &rules::PLACEHOLDER,
                        message: format!("a placeholder stands for {name}"),
                        label: format!("a placeholder ({expected})"),
                    },
                    root: Root::Placeholder(deviation.clone()),
                    subject: "",
                    place: place.clone(),
                    parameter: None,
                    schema: Some(Arc::clone(&deviation.schema)),
                    tally,
                    unit: Unit::Payload,
                    of_payloads: target.payloads,
                    values: Vec::new(),
                    known_to: Vec::new(),
                    notes: Vec::new(),
                });
            }
            for (schema, subjects) in &profile.undeclared {
                self.undeclared(target, &place, schema, subjects);
            }
            for (schema, subjects) in &profile.misdirected {
                self.misdirected(target, &place, schema, subjects);
            }
            for (schema, values) in &profile.beyond_enum {
                self.beyond_enum(target, &place, schema, values);
            }
            for (lookalike, subjects) in &profile.lookalikes {
                self.lookalike(target, &place, lookalike, subjects);
            }
            for (schema, spellings) in &profile.spellings {
                for (spelling, tally) in spellings {
                    self.spelling(target, &place, schema, *spelling, tally);
                }
            }
        }
        self.unseen(key, target);
    }

    fn deviation(
        &mut self,
        target: &TargetProfile,
        place: &FindingPlace,
        deviation: &Deviation,
        tally: &Tally,
        subjects: Option<&Keyed>,
    ) {
        let name = subject_of(&place.path);
        let mut notes = Vec::new();
        if let Some(variant) = &deviation.variant {
            notes.push(format!("compared with the variant `{variant}`"));
        }
        let met_null = match &deviation.kind {
            DeviationKind::Type { found, .. } => *found == "null",
            _ => subjects.is_some_and(|subjects| {
                subjects_of(subjects).any(|(value, _)| value == Some("null"))
            }),
        };
        if met_null && self.family.is_nullable_in_vain(place) {
            let note = "`nullable: true` does not make OpenAPI 3.0 accept null here; --lenient-null \
                        accepts it";
            notes.push(note.to_owned());
        }
        let root = Root::Broken(deviation.kind.clone(), Arc::clone(&deviation.schema));
        let fact = |subject, tally, values, notes| CauseFact {
            words: words::deviation(&deviation.kind, &name, subject),
            root: root.clone(),
            subject,
            place: place.clone(),
            parameter: None,
            schema: Some(Arc::clone(&deviation.schema)),
            tally,
            unit: Unit::Payload,
            of_payloads: target.payloads,
            values,
            known_to: Vec::new(),
            notes,
        };
        match (&deviation.kind, subjects) {
            // Each property that a closed object refuses is a cause of its own.
            (DeviationKind::Closed, Some(subjects)) => {
                let facts: Vec<_> = subjects_of(subjects)
                    .map(|(property, tally)| {
                        let mut fact =
                            fact(property.unwrap_or("…"), tally, Vec::new(), notes.clone());
                        if let (Some(property), Some(key)) = (property, &place.target) {
                            fact.known_to =
                                self.family.declaring_property(key, &place.path, property);
                        }
                        fact
                    })
                    .collect();
                for fact in facts {
                    self.add(fact);
                }
            }
            (kind, Some(subjects)) => {
                let values = self.values(place, &deviation.schema, subjects);
                if subjects.keys.is_none() {
                    notes.push("too many different values to list".to_owned());
                }
                self.add(fact(detail(kind), tally, values, notes));
            }
            (kind, None) => self.add(fact(detail(kind), tally, Vec::new(), notes)),
        }
    }

    /// The values of an enum finding, with the versions that list them.
    fn values(
        &self,
        place: &FindingPlace,
        schema: &Arc<Place>,
        subjects: &Keyed,
    ) -> Vec<SeenValue> {
        let Some(key) = &place.target else {
            return Vec::new();
        };
        let node = self.family.node(&key.contract, schema);
        let component = node
            .filter(|node| node.component)
            .and_then(|node| node.name.as_deref());
        subjects_of(subjects)
            .filter_map(|(value, tally)| {
                let value = value?;
                let near = node
                    .and_then(|node| node.values.as_ref())
                    .and_then(|values| {
                        values
                            .strings()
                            .find(|listed| listed.eq_ignore_ascii_case(value))
                    });
                Some(SeenValue {
                    near: near.map(str::to_owned),
                    value: Shown::new(value),
                    count: tally.count,
                    known_to: self
                        .family
                        .listing_value(key, &place.path, component, value),
                })
            })
            .collect()
    }

    fn undeclared(
        &mut self,
        target: &TargetProfile,
        place: &FindingPlace,
        schema: &Arc<Place>,
        subjects: &Keyed,
    ) {
        for (property, tally) in subjects_of(subjects) {
            let (message, known_to, notes) = match (property, &place.target) {
                (Some(property), Some(key)) => (
                    format!("property `{property}` is not declared"),
                    self.family.declaring_property(key, &place.path, property),
                    Vec::new(),
                ),
                (_, _) => (
                    format!(
                        "{} has undeclared properties whose names look like data",
                        subject_of(&place.path)
                    ),
                    Vec::new(),
                    vec![format!(
                        "more than {DISTINCT_KEPT} different names; a schema would describe them \
                         with additionalProperties"
                    )],
                ),
            };
            self.add(CauseFact {
                words: Words {
                    rule: &rules::UNDECLARED_PROPERTY,
                    message,
                    label: "not in the contract".to_owned(),
                },
                root: Root::Schema(Arc::clone(schema)),
                subject: property.unwrap_or("…"),
                place: place.clone(),
                parameter: None,
                schema: Some(Arc::clone(schema)),
                tally,
                unit: Unit::Payload,
                of_payloads: target.payloads,
                values: Vec::new(),
                known_to,
                notes,
            });
        }
    }

    fn misdirected(
        &mut self,
        target: &TargetProfile,
        place: &FindingPlace,
        schema: &Arc<Place>,
        subjects: &Keyed,
    ) {
        let is_request = place
            .target
            .as_ref()
            .is_some_and(|t| t.side == Some(Side::Request));
        for (property, tally) in subjects_of(subjects) {
            let property = property.unwrap_or("…");
            let words = match is_request {
                true => Words {
                    rule: &rules::READ_ONLY_PROPERTY,
                    message: format!("property `{property}` is read-only and was sent"),
                    label: "is not part of requests".to_owned(),
                },
                false => Words {
                    rule: &rules::WRITE_ONLY_PROPERTY,
                    message: format!("property `{property}` is write-only and was returned"),
                    label: "is not part of responses".to_owned(),
                },
            };
            self.add(CauseFact {
                words,
                root: Root::Schema(Arc::clone(schema)),
                subject: property,
                place: place.clone(),
                parameter: None,
                schema: Some(Arc::clone(schema)),
                tally,
                unit: Unit::Payload,
                of_payloads: target.payloads,
                values: Vec::new(),
                known_to: Vec::new(),
                notes: Vec::new(),
            });
        }
    }

    fn lookalike(
        &mut self,
        target: &TargetProfile,
        place: &FindingPlace,
        lookalike: &Lookalike,
        subjects: &Keyed,
    ) {
        /// Sets of shortcomings that are listed.
        const LISTED: usize = 3;
        let name = subject_of(&place.path);
        let Lookalike {
            variant, accepted, ..
        } = lookalike;
        let mut met: Vec<(&str, u64)> = subjects_of(subjects)
            .filter_map(|(lacks, tally)| Some((lacks?, tally.count)))
            .collect();
        met.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        let mut notes: Vec<String> = met
            .iter()
            .take(LISTED)
            .map(|(lacks, _)| format!("compared with `{variant}`: {lacks}"))
            .collect();
        if met.len() > LISTED || subjects.keys.is_none() {
            notes.push(format!("and differs from `{variant}` in other ways"));
        }
        self.add(CauseFact {
            words: Words {
                rule: &rules::LOOSER_VARIANT,
                message: format!(
                    "{name} looks like `{variant}`, but conforms only to the looser `{accepted}`"
                ),
                label: format!("does not conform to `{variant}`"),
            },
            root: Root::Lookalike(lookalike.clone()),
            subject: variant,
            place: place.clone(),
            parameter: None,
            schema: Some(Arc::clone(&lookalike.schema)),
            tally: &subjects.all,
            unit: Unit::Payload,
            of_payloads: target.payloads,
            values: Vec::new(),
            known_to: Vec::new(),
            notes,
        });
    }

    fn beyond_enum(
        &mut self,
        target: &TargetProfile,
        place: &FindingPlace,
        schema: &Arc<Place>,
        subjects: &Keyed,
    ) {
        let name = subject_of(&place.path);
        let values = self.values(place, schema, subjects);
        self.add(CauseFact {
            words: Words {
                rule: &rules::OPEN_ENUM_VALUE,
                message: format!("{name} holds values that its open enum does not name"),
                label: "not named by the enum".to_owned(),
            },
            root: Root::Schema(Arc::clone(schema)),
            subject: "",
            place: place.clone(),
            parameter: None,
            schema: Some(Arc::clone(schema)),
            tally: &subjects.all,
            unit: Unit::Payload,
            of_payloads: target.payloads,
            values,
            known_to: Vec::new(),
            notes: Vec::new(),
        });
    }

    fn spelling(
        &mut self,
        target: &TargetProfile,
        place: &FindingPlace,
        schema: &Arc<Place>,
        seen: Spelling,
        tally: &Tally,
    ) {
        let Some(key) = &place.target else { return };
        let node = self.family.node(&key.contract, schema);
        let Some((format, example)) = node.and_then(|node| node.expected_spelling()) else {
            return;
        };
        let Some(expected) = Spelling::of(format, example).filter(|known| known.differs(seen))
        else {
            return;
        };
        let name = subject_of(&place.path);
        let notes = vec![format!("the contract's own example is `{example}`")];
        self.add(CauseFact {
            words: Words {
                rule: &rules::FORMAT_SPELLING,
                message: format!("{name} is written with {seen}, not with {expected}"),
                label: "valid, but spelled another way".to_owned(),
            },
            root: Root::Schema(Arc::clone(schema)),
            subject: &seen.to_string(),
            place: place.clone(),
            parameter: None,
            schema: Some(Arc::clone(schema)),
            tally,
            unit: Unit::Payload,
            of_payloads: target.payloads,
            values: Vec::new(),
            known_to: Vec::new(),
            notes,
        });
    }
}

/// What tells deviations of one rule at one place apart.
pub(crate) fn detail(kind: &DeviationKind) -> &str {
    match kind {
        DeviationKind::Missing { property, .. } | DeviationKind::Tag { property, .. } => property,
        DeviationKind::Type { found, .. } => found,
        DeviationKind::Constant { expected } => expected,
        DeviationKind::Format { format } => format,
        DeviationKind::Pattern { pattern } | DeviationKind::Undecided { pattern } => pattern,
        DeviationKind::Bound { keyword, .. } | DeviationKind::Length { keyword, .. } => keyword,
        DeviationKind::Content { keyword, .. } => keyword,
        DeviationKind::Style { style } => style,
        DeviationKind::Enum { .. }
        | DeviationKind::Unique
        | DeviationKind::Repeated { .. }
        | DeviationKind::Contains { .. }
        | DeviationKind::Closed
        | DeviationKind::PropertyName
        | DeviationKind::Excluded
        | DeviationKind::SeveralVariants { .. } => "",
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
    finding
        .values
        .sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.value.cmp(&b.value)));
    finding
}
