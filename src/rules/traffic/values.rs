//! Judges facts about values in payloads.

use std::sync::Arc;

use crate::location::{Side, Step};
use crate::observe::{
    Deviation, DeviationKind, Keyed, Lookalike, Spelling, Tally, TargetKey, TargetProfile,
};
use crate::redact::{Shown, clipped};
use crate::schema::{Node, Place};

use super::cause::{Anchor, CauseFact};
use super::judge::{Judge, subjects_of};
use super::words::{self, ARGUMENT_SHOWN, rule_of};
use crate::rules::catalogue as rules;
use crate::rules::finding::{Expected, FindingPlace, Matter, Seen};
use crate::rules::key::{dotted, schema_name};

/// Tags of variants that a finding lists.
const TAGS_KEPT: usize = 8;

impl Judge<'_> {
    /// What was learnt of the payloads of one operation, side and status.
    pub(crate) fn target(&mut self, key: &TargetKey, target: &TargetProfile) {
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
                self.placeholder(&place, &deviation.schema, tally);
            }
            for (schema, subjects) in &profile.undeclared {
                self.undeclared(target, &place, schema, subjects);
            }
            for (schema, subjects) in &profile.misdirected {
                self.misdirected(target, &place, schema, subjects);
            }
            for (schema, values) in &profile.beyond_enum {
                self.open_enum(target, &place, schema, values);
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
        let kind = &deviation.kind;
        let anchor = Anchor::Schema(Arc::clone(&deviation.schema), words::keyword_apart(kind).map_or_else(String::new, |keyword| format!("/{keyword}")));
        let fact = |tally| {
            let matter = Matter::Broken(kind.clone());
            let mut fact = CauseFact::new(rule_of(kind), matter, anchor.clone(), place, tally);
            fact.of_payloads = target.payloads;
            fact.variant.clone_from(&deviation.variant);
            fact.expected = self.expected(place, deviation);
            fact
        };
        let facts = match (kind, subjects) {
            (DeviationKind::Closed, Some(subjects)) => {
                let mut facts = Vec::new();
                for (property, tally) in subjects_of(subjects) {
                    let mut fact = fact(tally);
                    fact.properties.extend(property.map(|property| self.property(place, property, tally)));
                    facts.push(fact);
                }
                facts
            }
            (DeviationKind::Missing { property, because }, _) => {
                let mut fact = fact(tally);
                fact.properties.push(Seen::new(property, tally.count));
                if let Some(because) = because {
                    fact.notes.push(format!("`{property}` is required where `{because}` is given"));
                }
                vec![fact]
            }
            (DeviationKind::Type { found, .. }, _) => {
                let mut fact = fact(tally);
                fact.values.push(Seen::new(found, tally.count));
                vec![fact]
            }
            (_, Some(subjects)) => {
                let mut fact = fact(tally);
                fact.values = self.values(place, &deviation.schema, subjects);
                fact.value_tallies = subjects.keys.iter().flatten().map(|(_, tally)| tally).collect();
                if subjects.keys.is_none() {
                    fact.notes.push("too many different values to list".to_owned());
                }
                vec![fact]
            }
            (_, None) => vec![fact(tally)],
        };
        for mut fact in facts {
            let met_null = fact.values.iter().any(|seen| &*seen.value == "null");
            if met_null && self.family.is_nullable_in_vain(place) {
                let note = "`nullable: true` does not make OpenAPI 3.0 accept null here; --lenient-null \
                            accepts it";
                fact.notes.push(note.to_owned());
            }
            self.add(fact);
        }
    }

    /// What a schema accepts in place of what broke it.
    fn expected(&self, place: &FindingPlace, deviation: &Deviation) -> Expected {
        let one = |text: String| Expected {
            first: vec![Shown::new(&text)],
            count: 1,
        };
        match &deviation.kind {
            DeviationKind::Enum { listed } => {
                let node = self.node(place, &deviation.schema);
                Expected::of_enum(node.and_then(|node| node.values.as_ref()), *listed)
            }
            DeviationKind::Tag { tags, .. } => Expected {
                first: tags.iter().take(TAGS_KEPT).map(|tag| Shown::new(tag)).collect(),
                count: tags.len(),
            },
            DeviationKind::Type { expected, .. } => one(expected.to_string()),
            DeviationKind::Constant { expected } => one(clipped(expected, ARGUMENT_SHOWN).into_owned()),
            DeviationKind::Format { format } => one(format.clone()),
            DeviationKind::Pattern { pattern } | DeviationKind::Undecided { pattern } => one(pattern.clone()),
            DeviationKind::Bound { limit, .. } => one(limit.clone()),
            DeviationKind::Length { limit, .. } => one(limit.to_string()),
            DeviationKind::Style { style } => one((*style).to_owned()),
            DeviationKind::Content { expected, .. } => one(expected.clone()),
            _ => Expected::default(),
        }
    }

    fn node(&self, place: &FindingPlace, schema: &Place) -> Option<&Node> {
        let target = place.target.as_ref()?;
        self.family.node(&target.contract, schema)
    }

    /// A property, with the versions that declare it.
    fn property(&self, place: &FindingPlace, property: &str, tally: &Tally) -> Seen {
        let known_to = place.target.as_ref().map(|key| {
            self.family.declaring_property(key, &place.path, property)
        });
        Seen {
            known_to: known_to.unwrap_or_default(),
            ..Seen::new(property, tally.count)
        }
    }

    /// The values of an enum finding, with the versions that list them.
    fn values(&self, place: &FindingPlace, schema: &Arc<Place>, subjects: &Keyed) -> Vec<Seen> {
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
                Some(Seen {
                    near: near.map(str::to_owned),
                    known_to: self
                        .family
                        .listing_value(key, &place.path, component, value),
                    ..Seen::new(value, tally.count)
                })
            })
            .collect()
    }

    /// Placeholders come from whoever prepared the capture: they are one finding, wherever they stand.
    fn placeholder(&mut self, place: &FindingPlace, schema: &Place, tally: &Tally) {
        let name = match dotted(&place.path) {
            path if path.is_empty() => schema_name(&schema.pointer).unwrap_or_else(|| "the payload".to_owned()),
            path => path,
        };
        let anchor = Anchor::Words("values".to_owned());
        let mut fact = CauseFact::new(&rules::PLACEHOLDER, Matter::Placeholders, anchor, place, tally);
        fact.values.push(Seen::new(&name, tally.count));
        self.add(fact);
    }

    fn undeclared(
        &mut self,
        target: &TargetProfile,
        place: &FindingPlace,
        schema: &Arc<Place>,
        subjects: &Keyed,
    ) {
        let is_data = subjects.keys.is_none();
        for (property, tally) in subjects_of(subjects) {
            let mut fact = CauseFact::new(
                &rules::UNDECLARED_PROPERTY,
                Matter::Undeclared(is_data),
                Anchor::Schema(Arc::clone(schema), String::new()),
                place,
                tally,
            );
            fact.of_payloads = target.payloads;
            fact.payloads = Some(subjects.all.payloads);
            match property {
                Some(property) => fact.properties.push(self.property(place, property, tally)),
                None => fact.notes.push("`additionalProperties` describes keys that are data".to_owned()),
            }
            self.add(fact);
        }
    }

    fn misdirected(
        &mut self,
        target: &TargetProfile,
        place: &FindingPlace,
        schema: &Arc<Place>,
        subjects: &Keyed,
    ) {
        let (rule, side) = match place.target.as_ref().and_then(|target| target.side) {
            Some(Side::Request) => (&rules::READ_ONLY_PROPERTY, Side::Request),
            Some(Side::Response) | None => (&rules::WRITE_ONLY_PROPERTY, Side::Response),
        };
        for (property, tally) in subjects_of(subjects) {
            let anchor = Anchor::Schema(Arc::clone(schema), String::new());
            let mut fact = CauseFact::new(rule, Matter::Misdirected(side), anchor, place, tally);
            fact.of_payloads = target.payloads;
            fact.properties
                .extend(property.map(|property| Seen::new(property, tally.count)));
            self.add(fact);
        }
    }

    fn lookalike(
        &mut self,
        target: &TargetProfile,
        place: &FindingPlace,
        lookalike: &Lookalike,
        subjects: &Keyed,
    ) {
        /// Differences that are listed.
        const LISTED: usize = 3;
        let Lookalike {
            variant, accepted, ..
        } = lookalike;
        let mut met: Vec<(&str, u64)> = subjects_of(subjects)
            .filter_map(|(lacks, tally)| Some((lacks?, tally.count)))
            .collect();
        met.sort_by(|one, other| other.1.cmp(&one.1).then(one.0.cmp(other.0)));
        let mut fact = CauseFact::new(
            &rules::LOOSER_VARIANT,
            Matter::Looser {
                variant: variant.to_string(),
                accepted: accepted.to_string(),
            },
            Anchor::Schema(Arc::clone(&lookalike.schema), String::new()),
            place,
            &subjects.all,
        );
        fact.of_payloads = target.payloads;
        fact.variant = Some(Arc::clone(variant));
        let listed = met.iter().take(LISTED);
        fact.notes = listed.map(|(lacks, _)| format!("compared with `{variant}`: {lacks}")).collect();
        if met.len() > LISTED || subjects.keys.is_none() {
            fact.notes.push(format!("there are further differences from `{variant}`"));
        }
        self.add(fact);
    }

    fn open_enum(
        &mut self,
        target: &TargetProfile,
        place: &FindingPlace,
        schema: &Arc<Place>,
        subjects: &Keyed,
    ) {
        let anchor = Anchor::Schema(Arc::clone(schema), String::new());
        let rule = &rules::OPEN_ENUM_VALUE;
        let mut fact = CauseFact::new(rule, Matter::OpenEnum, anchor, place, &subjects.all);
        fact.of_payloads = target.payloads;
        fact.values = self.values(place, schema, subjects);
        fact.value_tallies = subjects.keys.iter().flatten().map(|(_, tally)| tally).collect();
        self.add(fact);
    }

    /// Values that are written differently than the contract writes its example. Whoever writes them does so for
    /// all values of the format: they are one finding.
    fn spelling(
        &mut self,
        target: &TargetProfile,
        place: &FindingPlace,
        schema: &Arc<Place>,
        seen: Spelling,
        tally: &Tally,
    ) {
        let Some((format, example)) = self.node(place, schema).and_then(Node::expected_spelling) else {
            return;
        };
        let Some(expected) = Spelling::of(format, example).filter(|known| known.differs(seen))
        else {
            return;
        };
        let matter = Matter::Spelling {
            format: format.to_owned(),
            expected: expected.to_string(),
        };
        let anchor = Anchor::Words(format.to_owned());
        let note = format!("the contract's example is `{example}`");
        let mut fact = CauseFact::new(&rules::FORMAT_SPELLING, matter, anchor, place, tally);
        fact.of_payloads = target.payloads;
        fact.values.push(Seen::new(&seen.to_string(), tally.count));
        if let Some(Step::Key(key)) = place.path.steps().last() {
            fact.properties.push(Seen::new(key, tally.count));
        }
        fact.notes.push(note);
        self.add(fact);
    }
}
