//! What became of the payloads of a run: counters that grow with the contracts, not with the traffic, and
//! that can be merged.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::AddAssign;

use crate::location::{Origin, PathPattern, Pointer, Side};
use crate::observe::{DeviationKind, RoutedPayload};

use super::edit::{Edit, EditKind, Proposal};
use super::edit::ProposalKey;

/// Distinct values that are kept for each place.
const VALUES: usize = 100;

/// Distinct items that are kept of each kind; further ones are only counted.
const KEPT: usize = 1_000;

/// Places that are kept for each item.
const PLACES: usize = 20;

/// When something was seen: the part of the captures, the payload in it, and the edit in that. Parts,
/// payloads and edits are numbered in order.
pub type Moment = (u64, u64, usize);

/// What became of all payloads.
#[derive(Debug, Clone, Default)]
pub struct Summary {
    /// What became of those that were rewritten or already have the shape of the new contract.
    pub targets: BTreeMap<Target, Outcomes>,
    /// Why others were not rewritten.
    pub refused: Tally<(Option<Target>, String)>,
}

/// What a payload belongs to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Target {
    /// The operation, as the contract of the payload calls it.
    pub operation: String,
    /// The side that it is on, if any.
    pub side: Option<Side>,
    /// The status of a response.
    pub status: Option<u16>,
}

impl Target {
    /// What a payload belongs to.
    #[must_use]
    pub fn of(routed: &RoutedPayload<'_, '_>) -> Self {
        Self {
            operation: routed.operation.id.clone(),
            side: routed.side,
            status: routed.status,
        }
    }
}

/// What became of the payloads of one operation, side and status.
#[derive(Debug, Clone, Default)]
pub struct Outcomes {
    /// Rewritten, and now valid.
    pub valid: u64,
    /// Rewritten, with something to supply by hand.
    pub incomplete: u64,
    /// Left alone, since they already have the shape of the new contract.
    pub current: u64,
    /// Rewritten payloads that lost a value.
    pub losing: u64,
    /// The first ones that were rewritten.
    pub places: Places,
    /// The edits.
    pub edits: BTreeMap<EditKey, EditUse>,
    /// How often further edits were made, for which there was no room.
    pub other_edits: u64,
    /// What has to be supplied by hand: the place, what is wrong there, and the value as JSON text if it is
    /// not in an enum.
    pub left: Tally<(PathPattern, DeviationKind, String)>,
    /// How payloads already violated the old contract.
    pub broke: Tally<(PathPattern, DeviationKind)>,
    /// Guesses that were not applied: from where to where, and the reason for them.
    pub proposals: Tally<ProposalKey>,
}

/// An edit in one place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EditKey {
    /// The place before.
    pub from: Option<PathPattern>,
    /// The place after.
    pub to: Option<PathPattern>,
    /// The kind.
    pub kind: EditKind,
}

/// How often an edit was made in one place.
#[derive(Debug, Clone, Default)]
pub struct EditUse {
    /// The number of payloads.
    pub payloads: u64,
    /// The total number.
    pub times: u64,
    /// When it was first made.
    pub first: Moment,
    /// The last payload that it was made in: its part and number.
    last: (u64, u64),
    /// The values before, each with the place where it was first seen.
    pub before: Values,
    /// The values after.
    pub after: Values,
}

/// The first distinct values of a place, as JSON text.
#[derive(Debug, Clone, Default)]
pub struct Values {
    /// Each value, where it was, and when it was first seen.
    pub kept: Vec<(String, Pointer, Moment)>,
    /// Whether there were more.
    pub has_more: bool,
}

/// The first places of something.
#[derive(Debug, Clone, Default)]
pub struct Places(Vec<(Moment, Origin)>);

/// How often each of some items was seen.
#[derive(Debug, Clone)]
pub struct Tally<K> {
    kept: BTreeMap<K, Met>,
    /// How often further items were seen, for which there was no room.
    pub others: u64,
}

/// How often something was seen.
#[derive(Debug, Clone, Default)]
pub struct Met {
    /// The number of payloads.
    pub payloads: u64,
    /// The total number.
    pub times: u64,
    /// The first payloads.
    pub places: Places,
}

impl Places {
    fn add(&mut self, moment: Moment, origin: &Origin) {
        if self.0.len() < PLACES {
            self.0.push((moment, origin.clone()));
        }
    }

    /// When the first one was seen.
    fn first(&self) -> Moment {
        self.0
            .first()
            .map_or(Moment::default(), |(moment, _)| *moment)
    }

    /// The places, in the order of the captures.
    pub fn iter(&self) -> impl Iterator<Item = &Origin> {
        self.0.iter().map(|(_, origin)| origin)
    }
}

impl AddAssign<Self> for Places {
    fn add_assign(&mut self, other: Self) {
        self.0.extend(other.0);
        self.0.sort_by_key(|(moment, _)| *moment);
        self.0.truncate(PLACES);
    }
}

impl Values {
    /// Whether there is room for more.
    pub(super) const fn is_open(&self) -> bool {
        !self.has_more
    }

    /// Whether a value would be kept.
    pub(super) fn wants(&self, text: &str) -> bool {
        !self.has_more && !self.kept.iter().any(|(known, ..)| known == text)
    }

    pub(super) fn add(&mut self, text: &str, place: &Pointer, moment: Moment) {
        if !self.wants(text) {
            return;
        }
        if self.kept.len() == VALUES {
            self.has_more = true;
            return;
        }
        self.kept.push((text.to_owned(), place.clone(), moment));
    }
}

impl AddAssign<Self> for Values {
    fn add_assign(&mut self, other: Self) {
        for (text, place, moment) in other.kept {
            match self.kept.iter_mut().find(|(known, ..)| *known == text) {
                Some(known) if known.2 > moment => *known = (text, place, moment),
                Some(_) => {}
                None => self.kept.push((text, place, moment)),
            }
        }
        self.kept.sort_by_key(|(.., moment)| *moment);
        self.has_more |= other.has_more || self.kept.len() > VALUES;
        self.kept.truncate(VALUES);
    }
}

impl<K> Default for Tally<K> {
    fn default() -> Self {
        Self {
            kept: BTreeMap::new(),
            others: 0,
        }
    }
}

impl<K: Ord> Tally<K> {
    /// Counts an item that was seen this many times in one payload.
    pub(super) fn add(&mut self, key: K, times: u64, moment: Moment, origin: &Origin) {
        let mut met = Met {
            payloads: 1,
            times,
            ..Met::default()
        };
        met.places.add(moment, origin);
        self.add_met(key, met);
    }

    /// The items, in the order in which they were first seen.
    #[must_use]
    pub fn in_order(&self) -> Vec<(&K, &Met)> {
        let mut all: Vec<(&K, &Met)> = self.kept.iter().collect();
        all.sort_by_key(|(_, met)| met.places.first());
        all
    }

    /// Whether nothing was seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kept.is_empty()
    }

    /// How many payloads there were.
    #[must_use]
    pub fn payloads(&self) -> u64 {
        let kept: u64 = self.kept.values().map(|met| met.payloads).sum();
        kept + self.others
    }
}

impl<K: Ord> Tally<K> {
    /// Adds the counts of an item from elsewhere.
    pub(super) fn add_met(&mut self, key: K, met: Met) {
        if met.payloads == 0 {
            return;
        }
        let known = self.kept.entry(key).or_default();
        known.payloads += met.payloads;
        known.times += met.times;
        known.places += met.places;
        // The first by their keys, so that it does not depend on the order in which threads saw them.
        if self.kept.len() > KEPT
            && let Some((_, last)) = self.kept.pop_last()
        {
            self.others += last.payloads;
        }
    }
}

impl<K: Ord> AddAssign<Self> for Tally<K> {
    fn add_assign(&mut self, other: Self) {
        self.others += other.others;
        for (key, met) in other.kept {
            self.add_met(key, met);
        }
    }
}

impl Outcomes {
    /// Payloads that were rewritten.
    #[must_use]
    pub const fn rewritten(&self) -> u64 {
        self.valid + self.incomplete
    }

    /// The edits, in the order of the payloads.
    #[must_use]
    pub fn edits(&self) -> Vec<(&EditKey, &EditUse)> {
        let mut edits: Vec<(&EditKey, &EditUse)> = self.edits.iter().collect();
        edits.sort_by_key(|(_, used)| used.first);
        edits
    }

    /// Counts a payload that was rewritten.
    pub(super) fn add(&mut self, edits: &[Edit], (part, payload): (u64, u64), origin: &Origin) {
        let whole = (part, payload, 0);
        self.start(edits.iter().any(|edit| edit.kind.loses()), whole, origin);
        for (index, edit) in edits.iter().enumerate() {
            self.add_edit(edit, (part, payload, index));
        }
        let proposals = edits.iter().filter_map(|edit| edit.proposal.as_deref());
        self.propose(proposals.map(Proposal::key).collect(), whole, origin);
    }

    /// Counts a payload that was rewritten.
    pub(super) fn start(&mut self, loses: bool, moment: Moment, origin: &Origin) {
        self.places.add(moment, origin);
        self.losing += u64::from(loses);
    }

    /// Counts an edit.
    pub(super) fn add_edit(&mut self, edit: &Edit, moment: Moment) {
        let mut used = EditUse::default();
        used.add(edit, moment);
        self.add_use(EditKey::of(edit), used);
    }

    /// Counts the guesses that were not applied in one payload.
    pub(super) fn propose(&mut self, proposals: Vec<ProposalKey>, moment: Moment, origin: &Origin) {
        for (key, times) in counted(proposals) {
            self.proposals.add(key, times, moment, origin);
        }
    }

    /// Adds the counts of an edit from elsewhere.
    pub(super) fn add_use(&mut self, key: EditKey, used: EditUse) {
        match self.edits.entry(key) {
            Entry::Vacant(entry) => {
                entry.insert(used);
            }
            Entry::Occupied(mut entry) => *entry.get_mut() += used,
        }
        // As in a tally.
        if self.edits.len() > KEPT
            && let Some((_, last)) = self.edits.pop_last()
        {
            self.other_edits += last.times;
        }
    }
}

impl AddAssign<Self> for EditUse {
    fn add_assign(&mut self, other: Self) {
        // A payload that both have counted is one payload.
        let is_same = self.times > 0 && other.times > 0 && self.last == other.only();
        self.payloads += other.payloads - u64::from(is_same);
        self.times += other.times;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
        self.before += other.before;
        self.after += other.after;
    }
}

impl EditKey {
    /// The key that an edit is counted by.
    pub(super) fn of(edit: &Edit) -> Self {
        let fold = |pointer: &Option<Pointer>| pointer.as_ref().map(Pointer::folded);
        Self {
            from: fold(&edit.from),
            to: fold(&edit.to),
            kind: edit.kind,
        }
    }
}

impl EditUse {
    /// Counts an edit, with its values.
    pub(super) fn add(&mut self, edit: &Edit, moment: Moment) {
        self.count(moment);
        if let (Some(place), Some(text)) = (&edit.from, &edit.before) {
            self.before.add(text, place, moment);
        }
        if let (Some(place), Some(text)) = (&edit.to, &edit.after) {
            self.after.add(text, place, moment);
        }
    }

    /// Whether it has values.
    pub(super) const fn has_values(&self) -> bool {
        !self.before.kept.is_empty() || !self.after.kept.is_empty()
    }

    /// Keeps no further values.
    pub(super) const fn close_values(&mut self) {
        self.before.has_more = true;
        self.after.has_more = true;
    }

    /// The payload that it was made in, if there is only one.
    const fn only(&self) -> (u64, u64) {
        match self.payloads {
            1 => self.last,
            _ => (u64::MAX, u64::MAX),
        }
    }

    /// Counts an edit; returns whether it is the first one of its payload.
    pub(super) fn count(&mut self, (part, payload, index): Moment) -> bool {
        let is_first = self.times == 0 || self.last != (part, payload);
        if self.times == 0 {
            self.first = (part, payload, index);
        }
        self.times += 1;
        self.payloads += u64::from(is_first);
        self.last = (part, payload);
        is_first
    }
}

impl Met {
    /// Counts an item; `is_first` says whether it is the first one of its payload.
    pub(super) fn add(&mut self, is_first: bool, moment: Moment, origin: &Origin) {
        self.times += 1;
        if is_first {
            self.payloads += 1;
            self.places.add(moment, origin);
        }
    }
}

/// Distinct items, with the number of each.
pub(super) fn counted<K: Ord>(things: Vec<K>) -> BTreeMap<K, u64> {
    let mut counted = BTreeMap::new();
    for thing in things {
        *counted.entry(thing).or_default() += 1;
    }
    counted
}

impl AddAssign<Self> for Outcomes {
    fn add_assign(&mut self, other: Self) {
        self.valid += other.valid;
        self.incomplete += other.incomplete;
        self.current += other.current;
        self.losing += other.losing;
        self.places += other.places;
        for (key, used) in other.edits {
            self.add_use(key, used);
        }
        self.other_edits += other.other_edits;
        self.left += other.left;
        self.broke += other.broke;
        self.proposals += other.proposals;
    }
}

impl AddAssign<Self> for Summary {
    fn add_assign(&mut self, other: Self) {
        for (target, outcomes) in other.targets {
            *self.targets.entry(target).or_default() += outcomes;
        }
        self.refused += other.refused;
    }
}

impl Summary {
    /// The total number of payloads.
    #[must_use]
    pub fn payloads(&self) -> u64 {
        let known = self.targets.values();
        let known: u64 = known
            .map(|outcomes| outcomes.rewritten() + outcomes.current)
            .sum();
        known + self.refused.payloads()
    }

    /// The sum of a counter over all targets.
    #[must_use]
    pub fn sum(&self, of: fn(&Outcomes) -> u64) -> u64 {
        self.targets.values().map(of).sum()
    }

    /// Whether the captures contain no payload of either contract.
    #[must_use]
    pub fn nothing_matched(&self) -> bool {
        let refused = self.refused.in_order();
        let mut refused = refused.iter().map(|((target, _), _)| target);
        self.targets.is_empty() && !refused.any(Option::is_some)
    }
}
