//! The report of a diff, and one renderer per format.

mod json;
mod markdown;
mod text;
mod words;

use crate::diff::{DiffSize, Owner};
use crate::rules::{JudgedChange, Level, Release, release};

pub use json::{DIFF_REPORT_VERSION, JsonDiff, json, json_schema};
pub use markdown::markdown;
pub use text::{change_text, text};

/// Everything that a diff has to say. Renderers lay it out and add nothing.
#[derive(Debug)]
pub struct DiffReport {
    /// The old contract, as it was named.
    pub old: ContractName,
    /// The new contract, as it was named.
    pub new: ContractName,
    /// The changes, by operation and component.
    pub changes: Vec<JudgedChange>,
    /// Edits that were proved to mean the same.
    pub equivalent: Vec<JudgedChange>,
    /// How much was compared.
    pub size: DiffSize,
}

/// How a contract is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractName {
    /// What the user wrote.
    pub given: String,
    /// `name@version`
    pub reference: String,
    /// The version that it states.
    pub version: String,
}

/// How a diff is laid out.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiffOptions {
    /// Show every place that a change reaches.
    pub all_places: bool,
    /// Show edits that mean the same.
    pub equivalent: bool,
    /// Say why each verdict is what it is.
    pub explain: bool,
}

impl DiffReport {
    /// Changes of this level.
    #[must_use]
    pub fn at_level(&self, level: Level) -> usize {
        let changes = self.changes.iter();
        changes.filter(|change| change.level == level).count()
    }

    /// The gravest level among the changes.
    #[must_use]
    pub fn worst(&self) -> Option<Level> {
        self.changes.iter().map(|change| change.level).max()
    }

    /// What the next version has to be.
    #[must_use]
    pub fn release(&self) -> Release {
        release(&self.changes)
    }

    /// The changes of each owner, the gravest first.
    fn groups(&self) -> Vec<(&Owner, Vec<&JudgedChange>)> {
        let mut groups: Vec<(&Owner, Vec<&JudgedChange>)> = Vec::new();
        for judged in &self.changes {
            let owner = &judged.change.owner;
            match groups.last_mut() {
                Some((known, list)) if same_group(known, owner) => list.push(judged),
                _ => groups.push((owner, vec![judged])),
            }
        }
        for (_, list) in &mut groups {
            list.sort_by_key(|judged| std::cmp::Reverse(judged.level));
        }
        groups
    }
}

/// Parts of one operation are one group.
fn same_group(one: &Owner, other: &Owner) -> bool {
    match (one, other) {
        (Owner::Operation(one, _), Owner::Operation(other, _)) => one == other,
        (Owner::Operations(_), Owner::Operations(_)) => true,
        _ => one == other,
    }
}
