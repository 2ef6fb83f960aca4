//! The structure of payloads: types and names, without the values.

use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::limits::REWRITTEN_NESTING;
use crate::location::{PathPattern, Step};
use crate::redact::{is_secret_name, shown_key};

/// The structure of a value. Others are named by their positions in [`Outlines`].
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outline {
    Null,
    Boolean,
    Number,
    String,
    /// The structure of the first element; `None` if there is none, or if elements have an id: they are resources of
    /// their own.
    Array(Option<u32>),
    /// The members, by name.
    Object(Vec<(Box<str>, u32)>),
}

/// Distinct structures. Children come before parents.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<Outline>", into = "Vec<Outline>")]
pub(super) struct Outlines {
    all: Vec<Outline>,
    known: FxHashMap<Outline, u32>,
}

impl PartialEq for Outlines {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl From<Outlines> for Vec<Outline> {
    fn from(outlines: Outlines) -> Self {
        outlines.all
    }
}

impl TryFrom<Vec<Outline>> for Outlines {
    type Error = &'static str;

    fn try_from(all: Vec<Outline>) -> Result<Self, Self::Error> {
        let mut depths: Vec<usize> = Vec::new();
        let mut outlines = Self::default();
        for outline in all {
            let below: Option<Vec<usize>> =
                outline.children().map(|child| depths.get(child as usize).copied()).collect();
            let depth = below.map(|below| below.into_iter().max().map_or(0, |most| most + 1));
            let depth = depth.filter(|depth| *depth <= REWRITTEN_NESTING).ok_or("a structure has no end")?;
            let id = outlines.keep(outline);
            if id as usize != depths.len() {
                return Err("a structure is listed twice");
            }
            depths.push(depth);
        }
        Ok(outlines)
    }
}

impl Outline {
    fn children(&self) -> impl Iterator<Item = u32> {
        let (element, members) = match self {
            Self::Array(element) => (*element, &[][..]),
            Self::Object(members) => (None, &members[..]),
            _ => (None, &[][..]),
        };
        element.into_iter().chain(members.iter().map(|(_, child)| *child))
    }

    /// The same with other positions.
    fn renumbered(&self, position: &mut dyn FnMut(u32) -> u32) -> Self {
        match self {
            Self::Array(element) => Self::Array(element.map(position)),
            Self::Object(members) => {
                let members = members.iter().map(|(name, child)| (name.clone(), position(*child)));
                Self::Object(members.collect())
            }
            other => other.clone(),
        }
    }

    const fn word(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Boolean => "boolean",
            Self::Number => "number",
            Self::String => "string",
            Self::Array(_) => "array",
            Self::Object(_) => "object",
        }
    }
}

/// The kinds of difference.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum PairDifferenceKind {
    /// It should be present according to the changes, but is not.
    Missing,
    /// It was removed according to the changes, but is present.
    Kept,
    /// It is present, but neither contract declares it.
    Unexpected,
    /// It has another type: the expected one, and the actual one.
    Type(&'static str, &'static str),
}

/// Reads the structure of values. Members whose names may not be shown are left out.
#[derive(Debug, Default)]
pub(super) struct Outliner {
    pub(super) outlines: Outlines,
    /// Whether a name is that of a secret.
    secrets: FxHashMap<Box<str>, bool>,
    /// Whether a name is shown as it is: here, and below the name of a secret.
    shown: FxHashMap<Box<str>, [bool; 2]>,
}

impl Outliner {
    /// The structure of a value.
    pub(super) fn of(&mut self, value: &Json) -> u32 {
        self.read(value, false)
    }

    fn read(&mut self, value: &Json, in_secret: bool) -> u32 {
        let outline = match value {
            Json::Null => Outline::Null,
            Json::Bool(_) => Outline::Boolean,
            Json::Number(_) => Outline::Number,
            Json::String(_) => Outline::String,
            Json::Array(elements) => {
                let has_ids = elements.iter().any(|element| element.get("id").is_some());
                let first = elements.first().filter(|_| !has_ids);
                Outline::Array(first.map(|first| self.read(first, in_secret)))
            }
            Json::Object(members) => {
                let mut read = Vec::new();
                for (name, member) in members {
                    if self.is_shown(name, in_secret) {
                        let in_secret = in_secret || self.is_secret(name);
                        read.push((name.as_str().into(), self.read(member, in_secret)));
                    }
                }
                read.sort();
                Outline::Object(read)
            }
        };
        self.outlines.keep(outline)
    }

    /// Whether a name is shown as it is, below the name of a secret or not.
    fn is_shown(&mut self, name: &str, in_secret: bool) -> bool {
        let known = match self.shown.get(name) {
            Some(known) => *known,
            None => {
                let shown = [false, true].map(|in_secret| shown_key(name, in_secret) == name);
                self.shown.insert(name.into(), shown);
                shown
            }
        };
        known[usize::from(in_secret)]
    }

    /// Whether a name is that of a secret.
    pub(super) fn is_secret(&mut self, name: &str) -> bool {
        if let Some(known) = self.secrets.get(name) {
            return *known;
        }
        let is_secret = is_secret_name(name);
        self.secrets.insert(name.into(), is_secret);
        is_secret
    }
}

impl Outlines {
    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    fn keep(&mut self, outline: Outline) -> u32 {
        if let Some(known) = self.known.get(&outline) {
            return *known;
        }
        let id = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.known.insert(outline.clone(), id);
        self.all.push(outline);
        id
    }

    /// Adds others, and returns their positions here.
    pub(super) fn take(&mut self, other: &Self) -> Vec<u32> {
        let mut positions: Vec<u32> = Vec::with_capacity(other.all.len());
        for outline in &other.all {
            let outline = outline.renumbered(&mut |child| positions[child as usize]);
            positions.push(self.keep(outline));
        }
        positions
    }

    /// Copies one of others, with what it consists of, and returns its position here. `copied` are the positions of
    /// those that were copied before.
    pub(super) fn copy(&mut self, other: &Self, id: u32, copied: &mut FxHashMap<u32, u32>) -> u32 {
        if let Some(known) = copied.get(&id) {
            return *known;
        }
        let outline = other.all[id as usize].renumbered(&mut |child| self.copy(other, child, copied));
        let position = self.keep(outline);
        copied.insert(id, position);
        position
    }

    /// How many values each structure stands for.
    pub(super) fn sizes(&self) -> Vec<u64> {
        let mut sizes: Vec<u64> = Vec::with_capacity(self.all.len());
        for outline in &self.all {
            let below = outline.children().map(|child| sizes[child as usize]);
            sizes.push(below.fold(1, u64::saturating_add));
        }
        sizes
    }

    /// Where a payload differs from the structure that is expected of it. Values belong to the resource and may change
    /// at any time.
    pub(super) fn compare(
        &self,
        (expected, found): (u32, u32),
        place: &PathPattern,
        differences: &mut Vec<(PathPattern, PairDifferenceKind)>,
    ) {
        if expected == found {
            return;
        }
        let (expected, found) = (&self.all[expected as usize], &self.all[found as usize]);
        let member = |name: &str| place.join(Step::Key(name.into()));
        match (expected, found) {
            (Outline::Object(expected), Outline::Object(found)) => {
                for (name, value) in expected {
                    match found.binary_search_by(|(known, _)| known.cmp(name)) {
                        Ok(other) => self.compare((*value, found[other].1), &member(name), differences),
                        Err(_) => differences.push((member(name), PairDifferenceKind::Missing)),
                    }
                }
                let is_expected = |name: &str| expected.binary_search_by(|(known, _)| (**known).cmp(name)).is_ok();
                let unexpected = found.iter().filter(|(name, _)| !is_expected(name));
                differences.extend(unexpected.map(|(name, _)| (member(name), PairDifferenceKind::Unexpected)));
            }
            (Outline::Array(Some(expected)), Outline::Array(Some(found))) => {
                self.compare((*expected, *found), &place.join(Step::Any), differences);
            }
            // A nullable value may be null at the moment.
            (Outline::Null, _) | (_, Outline::Null) | (Outline::Array(_), Outline::Array(_)) => {}
            (expected, found) => {
                let kind = PairDifferenceKind::Type(expected.word(), found.word());
                differences.push((place.clone(), kind));
            }
        }
    }
}
