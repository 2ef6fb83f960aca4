//! Values that are not streamed: they are walked on a tape, and counted with the rest.

use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::json::TapeDocument;
use crate::location;
use crate::schema::NodeId;

use crate::observe::profile::{PathId, Shape};
use crate::observe::walk::record::ShapeRecorder;
use crate::observe::profile::tally::{Keyed, Tally};
use crate::observe::walk::Walk;
use super::counter::{Counters, CountedFact, MetCounts, Record, Sum, Walked, keyed_of, tally_of};
use super::place::way;
use crate::observe::stream::run::scratch::Deferred;

impl Counters {
    /// Walks values on the tape, and adds what is learnt from them.
    pub(crate) fn deferred(
        &mut self,
        walked: &mut Walked<'_, '_>,
        deferred: &[Deferred],
        sum: &mut Sum,
        variants: &mut Vec<NodeId>,
    ) {
        // The walk has read the payload, so it is valid JSON.
        let Ok(document) = &TapeDocument::parse(&walked.body.bytes) else {
            debug_assert!(false, "the tape rejects JSON that the walk accepted");
            return;
        };
        let mut learnt = Shape::default();
        let program = &*walked.program;
        for value in deferred {
            let Some(way) = way(program, document, value.slot, value.start as usize) else {
                debug_assert!(false, "a deferred value was not found on the tape");
                continue;
            };
            let mut recorder = ShapeRecorder::new(
                program.graph,
                program.side,
                &mut learnt,
                walked.body,
                document,
                (walked.payload, None),
            );
            for step in way.steps {
                recorder.go(step);
            }
            let variant = usize::from(value.variant).checked_sub(1);
            let label = variant.and_then(|at| program.labels.get(at).cloned());
            let mut walk = Walk::new(program.graph, program.side, recorder).reading_as(label);
            walk.run_all(program.plan(value.slot).given.to_vec(), way.value);
            sum.deviations += walk.recorder.deviations;
            sum.placeholders += walk.recorder.placeholders;
            sum.is_exceeded |= walk.is_exceeded();
            variants.append(&mut walk.recorder.root_variants);
        }
        self.absorb(
            walked.shape,
            Shape::ROOT,
            &learnt,
            Shape::ROOT,
            walked.payload,
        );
    }

    /// Merges what was learnt from values of this payload.
    fn absorb(
        &mut self,
        shape: &mut Shape,
        into: PathId,
        from: &Shape,
        path: PathId,
        payload: u64,
    ) {
        let learnt = from.path(path);
        let mut tallies: Vec<(Record, &Tally)> = Vec::new();
        for (deviation, tally) in &learnt.deviations {
            tallies.push((Record::Deviation(deviation.clone()), tally));
        }
        for (deviation, tally) in &learnt.placeholders {
            tallies.push((Record::Placeholder(deviation.clone()), tally));
        }
        for (place, spellings) in &learnt.spellings {
            for (spelling, tally) in spellings {
                tallies.push((Record::Spelled(Arc::clone(place), *spelling), tally));
            }
        }
        fn keyed<K: Clone>(
            known: &BTreeMap<K, Keyed>,
            record: fn(K) -> Record,
        ) -> Vec<(Record, Keyed)> {
            let each = known.iter();
            each.map(|(key, keyed)| (record(key.clone()), keyed.clone()))
                .collect()
        }
        let mut all_keyed = keyed(&learnt.undeclared, Record::Undeclared);
        all_keyed.extend(keyed(&learnt.beyond_enum, Record::BeyondEnum));
        all_keyed.extend(keyed(&learnt.misdirected, Record::Misdirected));
        all_keyed.extend(keyed(&learnt.lookalikes, Record::Lookalike));
        for (record, tally) in tallies {
            let index = self.fact(into, record);
            let fact = &mut self.facts[index as usize];
            fact.all.add(payload, tally.count, self.time);
            if let Some(known) = tally_of(shape, fact) {
                known.samples += &tally.samples;
            }
            if let Record::Deviation(deviation) = &fact.record
                && let Some(subjects) = learnt.subjects.get(deviation)
            {
                let known = shape.path_mut(into).subjects.entry(deviation.clone());
                let known = known.or_default();
                known.add_samples(subjects);
                add_subjects(fact, known, subjects, (payload, self.time));
            }
        }
        for (record, learnt) in all_keyed {
            let index = self.fact(into, record);
            let fact = &mut self.facts[index as usize];
            fact.all.add(payload, learnt.all.count, self.time);
            if let Some(known) = keyed_of(shape, fact) {
                known.add_samples(&learnt);
                add_subjects(fact, known, &learnt, (payload, self.time));
            }
        }
        let profile = shape.path_mut(into);
        for (ours, theirs) in profile.kinds.iter_mut().zip(learnt.kinds) {
            *ours += theirs;
        }
        for (place, values) in &learnt.enum_values {
            let known = profile.enum_values.entry(Arc::clone(place)).or_default();
            for (value, count) in values {
                known.entry(value.clone()).or_default().0 += count.0;
            }
        }
        for (place, count) in &learnt.variants {
            profile.variants.entry(Arc::clone(place)).or_default().0 += count.0;
        }
        for (step, child) in from.children(path) {
            let below = match step {
                location::Step::Key(key) => shape.enter_key(into, &key),
                location::Step::Any => shape.enter_any(into),
            };
            self.absorb(shape, below, from, child, payload);
        }
    }
}

/// Counts subjects, as long as they are kept apart.
fn add_subjects(fact: &mut CountedFact, known: &Keyed, learnt: &Keyed, (payload, time): (u64, Option<Timestamp>)) {
    fact.is_keyed = true;
    let told_apart = learnt.keys.iter().flatten();
    for (subject, tally) in told_apart.filter(|_| known.keys.is_some()) {
        let met = fact.subjects.entry(subject.clone());
        met.or_insert_with(MetCounts::new).add(payload, tally.count, time);
    }
}
