//! What contracts declare, and whether payloads showed it.

use std::collections::{BTreeMap, BTreeSet};

use crate::limits;
use crate::rules::finding::FindingPlace;
use crate::schema::Place;

/// A schema, and a property of it. On whichever side it is seen, it is seen.
pub(super) type Declared = (Place, String);

/// What contracts declare, and whether payloads showed it.
#[derive(Default)]
pub(crate) struct Unseen {
    pub(super) properties: BTreeMap<Declared, Property>,
    pub(super) enums: BTreeMap<Declared, Enum>,
}

/// Where something was not seen.
#[derive(Default)]
pub(super) struct SilentPlaces {
    pub(super) kept: Vec<FindingPlace>,
}

impl SilentPlaces {
    pub(super) fn push(&mut self, place: impl FnOnce() -> FindingPlace) {
        if self.kept.len() < limits::UNSEEN_PLACES {
            self.kept.push(place());
        }
    }
}

/// A declared property.
#[derive(Default)]
pub(super) struct Property {
    pub(super) seen: bool,
    /// Objects that could have had it, and where they were.
    pub(super) met: u64,
    pub(super) places: SilentPlaces,
}

/// A declared enum.
#[derive(Default)]
pub(super) struct Enum {
    /// What has it, for people.
    pub(super) name: String,
    pub(super) declared: Vec<Box<str>>,
    pub(super) seen: BTreeSet<Box<str>>,
    /// Strings that could have been any of its values, and where they were.
    pub(super) met: u64,
    pub(super) places: SilentPlaces,
}
