//! How the values of one payload meet the changes, and what is recorded.

use std::sync::Arc;

use jiff::Timestamp;

use crate::redact::{MASK, is_secret_name, sanitised};
use crate::contract::Contract;
use crate::diff::{AlignedPair, Difference, Sender};
use crate::json::Value;
use crate::location::{Origin, Side as WireSide, Step};
use crate::schema::Memo;

use crate::migrate::migration::Migration;
use super::touch::{Place, Version, scalar, shown};
use super::usage::{Met, Notes, Sample, Usage};

/// Largest part of a payload that is kept as a sample, in bytes.
const SAMPLE: usize = 16_384;

/// A change that is met in a value, and the member that it is about if the value is the object around it.
pub(super) type Asked = (usize, Option<Arc<str>>);

/// How each change was met in one exchange: the strongest result counts.
#[derive(Debug, Default)]
pub(super) struct Mets {
    of: Vec<State>,
    met: Vec<usize>,
}

/// How a change was met; `None` if nothing holds its place.
pub(super) type State = (Option<Met>, Notes);

impl Mets {
    pub(super) fn of(changes: usize) -> Self {
        Self {
            of: vec![(None, Notes::default()); changes],
            met: Vec::new(),
        }
    }

    #[inline]
    pub(super) fn meet(&mut self, index: usize, how: Met) {
        let Some((known, notes)) = self.of.get_mut(index) else {
            return;
        };
        notes.add(how);
        match known {
            Some(known) => *known = (*known).max(how),
            None => {
                *known = Some(how);
                self.met.push(index);
            }
        }
    }

    /// Records that what a change is about cannot be read.
    pub(super) fn doubt(&mut self, index: usize) {
        if let Some((_, notes)) = self.of.get_mut(index) {
            notes.is_undecided = true;
            self.met.push(index);
        }
    }

    /// Whether something holds the place of a change.
    pub(super) fn has(&self, index: usize) -> bool {
        self.of.get(index).is_some_and(|(met, _)| met.is_some())
    }

    /// Takes the results, in the order of the changes.
    pub(super) fn take(&mut self, into: &mut Vec<(usize, State)>) {
        into.clear();
        self.met.sort_unstable();
        self.met.dedup();
        for index in self.met.drain(..) {
            into.push((index, std::mem::take(&mut self.of[index])));
        }
    }
}

/// One payload, and where the results go.
pub(super) struct Meeting<'m, 'c> {
    pub(super) migration: Migration<'c>,
    pub(super) changes: &'c [Difference],
    pub(super) usage: &'m mut [Usage],
    pub(super) mets: &'m mut Mets,
    pub(super) side: Option<WireSide>,
    pub(super) is_old: bool,
    pub(super) time: Option<Timestamp>,
    pub(super) origin: &'m Origin,
}

/// What is already known about the values of one document, for each of the contracts.
pub(super) struct Memos {
    old: Memo,
    new: Memo,
}

impl Memos {
    pub(super) fn on(side: Option<WireSide>) -> Self {
        Self {
            old: Memo::on(side),
            new: Memo::on(side),
        }
    }
}

impl<'c> Meeting<'_, 'c> {
    /// Meets the changes of a pair in a value; `is_secret` says whether it is below the name of a secret.
    pub(super) fn all(
        &mut self,
        asked: &[Asked],
        pair: usize,
        (value, is_secret): (Value<'_>, bool),
        memos: &Memos,
    ) {
        for (index, name) in asked {
            let (how, part) = self.look(*index, name.as_deref(), pair, value, memos);
            self.mets.meet(*index, how);
            if let Some(word) = part.and_then(scalar) {
                let place = self.place(*index, &word, is_secret);
                self.usage[*index].values.count(place, self.time);
            }
            self.sample(*index, how, pair, (value, is_secret));
        }
    }

    /// How a value meets one change, and the part of it that the change is about.
    pub(super) fn look<'d>(
        &self,
        index: usize,
        name: Option<&str>,
        pair: usize,
        value: Value<'d>,
        memos: &Memos,
    ) -> (Met, Option<Value<'d>>) {
        let change = &self.changes[index];
        let aligned: &AlignedPair = &self.migration.alignment.pairs[pair];
        let place = Place {
            old: version(self.migration.old, &aligned.old, &memos.old),
            new: version(self.migration.new, &aligned.new, &memos.new),
            moves: &aligned.moves,
            sender: sender_of(change, self.side),
        };
        match self.is_old {
            true => place.in_old(change, name, value),
            false => place.in_new(change, name, value),
        }
    }

    /// The position of a value among those of a change, as it may be shown.
    pub(super) fn place(&mut self, index: usize, word: &str, is_secret: bool) -> Option<usize> {
        let shown = match is_secret {
            true => MASK.to_owned(),
            false => shown_word(&self.changes[index], word),
        };
        self.usage[index].values.place(&shown)
    }

    /// Whether a value of this size is wanted as a sample of a change that shows.
    pub(super) fn wants_sample(
        &self,
        index: usize,
        how: Met,
        (bytes, is_secret): (usize, bool),
    ) -> bool {
        let usage = &self.usage[index];
        // A value below the name of a secret is never a sample.
        self.is_old && how == Met::Shown && usage.wants_sample(self.origin) && bytes <= SAMPLE && !is_secret
    }

    /// Keeps the first value of the old contract that shows a change and is different afterwards.
    pub(super) fn sample(
        &mut self,
        index: usize,
        how: Met,
        pair: usize,
        (value, is_secret): (Value<'_>, bool),
    ) {
        if !self.wants_sample(index, how, (value.raw().len(), is_secret)) {
            return;
        }
        let aligned = &self.migration.alignment.pairs[pair];
        let rewriter = self.migration.rewriter();
        let after = rewriter.part(value, (&aligned.old, &aligned.new), self.side);
        let (before, after) = (shown(&value.to_serde()), shown(&after));
        let sample = (before != after).then(|| Sample {
            origin: self.origin.clone(),
            before,
            after,
        });
        self.usage[index].add_sample(self.origin, sample);
    }
}

fn version<'p>(
    contract: &'p Contract,
    schemas: &'p [crate::schema::NodeId],
    memo: &'p Memo,
) -> Version<'p> {
    Version {
        graph: &contract.graph,
        schemas,
        memo,
    }
}

/// The sender that a change is about, if it is about one; otherwise the sender of the payload.
pub(super) fn sender_of(change: &Difference, side: Option<WireSide>) -> Sender {
    match (change.senders().as_slice(), side) {
        ([only], _) => *only,
        (_, Some(WireSide::Request)) => Sender::Client,
        _ => Sender::Server,
    }
}

/// Whether the values of a change belong to the name of a secret.
pub(super) fn is_secret_change(change: &Difference) -> bool {
    let steps = change.path.steps().iter();
    let mut names = steps.filter_map(|step| match step {
        Step::Key(name) => Some(&**name),
        Step::Any => None,
    });
    is_secret_name(&change.subject) || names.any(is_secret_name)
}

/// A value of a change as it may be shown.
pub(super) fn shown_word(change: &Difference, word: &str) -> String {
    match is_secret_change(change) {
        true => MASK.to_owned(),
        false => sanitised(word),
    }
}
