//! The first responses of a run: what an upgrade does to them, and which resources they describe. Their text is not
//! kept, so that they can be in profiles and merged.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};

use crate::location::{Origin, PathPattern};

use super::outline::Outlines;
use super::resources::{Digest, RESOURCES, Resource};
use super::{EditCounts, EditRow};

/// Responses of each contract that are kept; for more, the counters are enough.
const KEPT: usize = 2_000;

/// Bytes of responses that are kept.
const BYTES: u64 = 4 << 20;

/// Distinct edits of one operation that are kept, the first ones by place.
const EDITS: usize = 1_000;

/// Values that an upgrade may add to a response; a profile with more was tampered with.
const ADDED: u64 = 1 << 16;

/// Whether there is room for more responses.
pub(super) const fn has_room(kept: usize, bytes: u64) -> bool {
    kept < KEPT && bytes < BYTES
}

/// How many of some responses are kept, given their sizes in order.
pub(super) fn kept(sizes: impl Iterator<Item = u64>) -> usize {
    let mut bytes = 0;
    let mut kept = 0;
    for size in sizes {
        if !has_room(kept, bytes) {
            break;
        }
        kept += 1;
        bytes += size;
    }
    kept
}

/// The first responses of both contracts, by file and position.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub(super) struct Responses {
    pub(super) old: Side,
    pub(super) new: Side,
    /// The edits that they name by position.
    pub(super) rows: Vec<EditRow>,
    /// The structures that they name by position.
    pub(super) outlines: Outlines,
}

/// The first responses of one contract.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Side {
    /// How many there were, including those that were not kept.
    pub(super) all: u64,
    pub(super) first: Vec<Response>,
}

/// A response.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Response {
    pub(super) origin: Origin,
    pub(super) bytes: u64,
    /// The edits that an upgrade makes, by their positions. The first one of its kind may have an example: the value
    /// before and after, as JSON, redacted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) edits: Vec<(u32, Option<(String, String)>)>,
    /// What it describes in the shape of the new contract; `None` if it has no such shape.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) described: Option<Described>,
}

/// What a response describes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Described {
    /// The operation of the new contract.
    pub(super) operation: String,
    /// The variant of the new contract's schema that the whole payload matches.
    pub(super) variant: usize,
    /// The class of the status: an error is not the resource of its path.
    pub(super) class: Option<u16>,
    /// How many resources there are, counted as often as they occur.
    pub(super) mentions: u64,
    /// Those that no response before it has, as far as there is room.
    pub(super) resources: Vec<Resource>,
}

/// What distinguishes the resources of an operation: the place, the digest of the name, the variant, and the class of
/// the status.
type ResourceKey = (PathPattern, Digest, usize, Option<u16>);

/// The form in profiles.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
struct Stored {
    old: Side,
    new: Side,
    rows: Vec<EditRow>,
    outlines: Outlines,
}

impl From<Responses> for Stored {
    fn from(Responses { old, new, rows, outlines }: Responses) -> Self {
        Self { old, new, rows, outlines }
    }
}

impl TryFrom<Stored> for Responses {
    type Error = &'static str;

    fn try_from(Stored { old, new, rows, outlines }: Stored) -> Result<Self, Self::Error> {
        let all = || old.first.iter().chain(&new.first);
        let mut edits = all().flat_map(|response| &response.edits);
        let described = all().filter_map(|response| response.described.as_ref());
        let mut resources = described.flat_map(|described| &described.resources);
        let is_known = edits.all(|(row, _)| (*row as usize) < rows.len())
            && resources.all(|resource| (resource.outline as usize) < outlines.len());
        if !is_known {
            return Err("a response names an edit or a structure that is not listed");
        }
        let sizes = outlines.sizes();
        let is_possible = |response: &Response| {
            let resources = response.described.iter().flat_map(|described| &described.resources);
            let most = response.bytes.saturating_mul(16).saturating_add(ADDED);
            resources.into_iter().all(|resource| sizes[resource.outline as usize] <= most)
        };
        match all().all(is_possible) {
            true => Ok(Self { old, new, rows, outlines }),
            false => Err("a structure is larger than its response"),
        }
    }
}

impl AddAssign<Self> for Responses {
    fn add_assign(&mut self, mut other: Self) {
        for (own, side) in [(&mut self.old, &mut other.old), (&mut self.new, &mut other.new)] {
            own.all += side.all;
            own.turn_away(side);
        }
        if other.old.first.is_empty() && other.new.first.is_empty() {
            return;
        }
        let moved = self.rows.len();
        self.rows.append(&mut other.rows);
        let outlines = self.outlines.take(&other.outlines);
        for (own, side) in [(&mut self.old, other.old), (&mut self.new, other.new)] {
            own.first.extend(side.first.into_iter().map(|mut response| {
                for (row, _) in &mut response.edits {
                    *row = u32::try_from(*row as usize + moved).unwrap_or(u32::MAX);
                }
                for resource in response.described.iter_mut().flat_map(|described| &mut described.resources) {
                    resource.outline = outlines[resource.outline as usize];
                }
                response
            }));
        }
        *self = std::mem::take(self).settled();
    }
}

impl Side {
    /// Leaves out others that come after all of these, if there is no room for them.
    fn turn_away(&self, others: &mut Self) {
        let bytes = self.first.iter().map(|response| response.bytes).sum();
        if let Some(last) = self.first.last()
            && !has_room(self.first.len(), bytes)
        {
            others.first.retain(|other| other.origin < last.origin);
        }
    }
}

impl Responses {
    /// Leaves out what is not kept, and puts the rest in the order of files and positions: the same for the same
    /// responses, whoever read which of them.
    #[must_use]
    pub(super) fn settled(mut self) -> Self {
        for side in [&mut self.old, &mut self.new] {
            side.first.sort_by(|one, other| one.origin.cmp(&other.origin));
            side.first.truncate(kept(side.first.iter().map(|response| response.bytes)));
        }
        let rows = self.rows_in_use();
        let (known_rows, known_outlines) = (std::mem::take(&mut self.rows), std::mem::take(&mut self.outlines));
        let positions: Vec<Option<u32>> = known_rows
            .iter()
            .map(|row| rows.binary_search(row).ok().and_then(|at| u32::try_from(at).ok()))
            .collect();
        let mut copied = FxHashMap::default();
        for side in [&mut self.old, &mut self.new] {
            let mut shown = BTreeSet::new();
            let mut seen: BTreeMap<String, FxHashSet<ResourceKey>> = BTreeMap::new();
            for response in &mut side.first {
                response.edits.retain_mut(|(row, example)| {
                    let Some(position) = positions[*row as usize] else {
                        return false;
                    };
                    *row = position;
                    if example.is_some() && !shown.insert(position) {
                        *example = None;
                    }
                    true
                });
                response.edits.sort();
                let Some(described) = &mut response.described else {
                    continue;
                };
                let seen = seen.entry(described.operation.clone()).or_default();
                described.resources.retain_mut(|resource| {
                    let key = (resource.place.clone(), resource.name, described.variant, described.class);
                    if seen.len() >= RESOURCES || !seen.insert(key) {
                        return false;
                    }
                    resource.outline = self.outlines.copy(&known_outlines, resource.outline, &mut copied);
                    true
                });
            }
        }
        self.rows = rows;
        self
    }

    /// The edits that responses make, in order, as far as there is room for those of each operation.
    fn rows_in_use(&self) -> Vec<EditRow> {
        let responses = self.old.first.iter().chain(&self.new.first);
        let used = responses.flat_map(|response| &response.edits);
        let used: BTreeSet<&EditRow> = used.map(|(row, _)| &self.rows[*row as usize]).collect();
        let mut of_operations: BTreeMap<&str, usize> = BTreeMap::new();
        let rows = used.into_iter().filter(|row| {
            let count = of_operations.entry(&row.operation).or_default();
            *count += 1;
            *count <= EDITS
        });
        rows.cloned().collect()
    }

    /// How many responses were not kept.
    pub(super) const fn passed_over(&self) -> u64 {
        let kept = self.old.first.len() + self.new.first.len();
        (self.old.all + self.new.all).saturating_sub(kept as u64)
    }

    /// How often an upgrade makes each edit.
    pub(super) fn edits(&self) -> BTreeMap<EditRow, EditCounts> {
        let mut counts = vec![EditCounts::default(); self.rows.len()];
        for (row, example) in self.old.first.iter().flat_map(|response| &response.edits) {
            let counts = &mut counts[*row as usize];
            counts.payloads += 1;
            if counts.example.is_none() {
                counts.example.clone_from(example);
            }
        }
        self.rows.iter().cloned().zip(counts).collect()
    }
}
