//! The report of a diff, and one renderer per format.

mod changelog;
pub(super) mod html;
mod json;
mod markdown;
#[cfg(feature = "cli")]
mod notices;
pub(super) mod payload;
mod text;
pub(super) mod words;

use std::collections::BTreeSet;

use crate::contract::Contract;
use crate::diff::{Diff, DiffSize, Fact, Owner, Verdict};
use crate::lint::unusable;
use crate::rules::except::{Exceptions, Looked};
use crate::rules::{
    Change, Finding, Level, Policy, Release, Suppression, judge_changes, judge_contract, release, unused_ignores, Kind,
};

pub(super) use html::footer;
pub(super) use json::document;
pub use json::{DIFF_FORMAT, JsonDiff, json_schema};
pub use text::change_text;

#[cfg(feature = "cli")]
use super::notice::{NoticeFormat, Root};
use super::render::wrap::{Columns, fitted};
use super::{Exempt, Format, Render};

use changelog::changelog;
use html::html;
use json::{json, ndjson};
use markdown::markdown;
use text::text;

/// The content of a diff report. Renderers lay it out and add nothing.
#[derive(Debug)]
#[must_use]
pub struct Changes {
    /// The names of the old contract.
    pub(crate) old: ContractName,
    /// The names of the new contract.
    pub(crate) new: ContractName,
    /// The changes, by operation and component.
    pub(crate) changes: Vec<Change>,
    /// Changes that do not count.
    pub(crate) suppressed: Vec<(Change, Suppression)>,
    /// The same in numbers, and what the baseline lists in vain.
    pub(crate) exempt: Exempt,
    /// Ignores without effect.
    pub(crate) unused_ignores: Vec<Finding>,
    /// Edits that were proved equivalent.
    pub(crate) equivalent: Vec<Change>,
    /// Parts of the contracts that could not be used and were not compared.
    pub(crate) unusable: Vec<Finding>,
    /// How much was compared.
    pub(crate) size: DiffSize,
    /// The changes whose level was lowered from error to warning.
    pub(crate) lowered: BTreeSet<usize>,
}

/// The names of a contract.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractName {
    /// What the user wrote.
    pub given: String,
    /// `name@version`
    pub reference: String,
    /// The version that it declares.
    pub version: String,
    /// Its title (`info.title`), or what the user wrote if there is none.
    pub title: String,
}

/// Layout options for a diff.
#[derive(Debug, Clone, Copy, Default)]
pub struct DiffOptions {
    /// The width of text, in columns.
    pub columns: Columns,
    /// Show every place that a change affects.
    pub all_places: bool,
    /// Show equivalent edits.
    pub equivalent: bool,
    /// Explain each verdict.
    pub explain: bool,
    /// The lowest level that fails the run; `None` if no level does.
    pub fail_on: Option<Level>,
    /// Whether changes were compared with a baseline.
    pub has_baseline: bool,
}

impl Changes {
    /// Builds the report from the differences between two contracts.
    pub(crate) fn judged(
        found: &Diff,
        (old, new): (&Contract, &Contract),
        (old_name, new_name): (ContractName, ContractName),
        policy: &Policy,
    ) -> Self {
        let unusable = [old, new].into_iter().flat_map(|contract| {
            let findings = judge_contract(contract, &unusable(contract), policy);
            findings.into_iter().filter(|finding| finding.level != Level::Off)
        });
        Self {
            old: old_name,
            new: new_name,
            changes: judge_changes(&found.changes, old, new, policy),
            suppressed: Vec::new(),
            exempt: Exempt::default(),
            unused_ignores: Vec::new(),
            equivalent: judge_changes(&found.equivalent, old, new, policy),
            unusable: unusable.collect(),
            size: found.size,
            lowered: BTreeSet::new(),
        }
    }

    /// The changes that are not ignored, known or not.
    pub(crate) fn not_ignored(&self, exceptions: &Exceptions) -> Vec<Change> {
        let ignores = Exceptions {
            baseline: None,
            ..exceptions.clone()
        };
        ignores.apply(self.changes.clone()).active
    }

    /// Separates the changes that do not count.
    pub(crate) fn except(&mut self, exceptions: &Exceptions) {
        let excepted = exceptions.apply(std::mem::take(&mut self.changes));
        let looked = Looked::default();
        let suppressed = excepted.suppressed.iter().map(|(change, _)| change);
        let all: Vec<&Change> = excepted.active.iter().chain(suppressed).collect();
        self.exempt = Exempt::new(exceptions, &excepted.suppressed, &all, &looked);
        self.unused_ignores = unused_ignores(exceptions, &excepted.used, Kind::Change, &looked);
        self.changes = excepted.active;
        self.suppressed = excepted.suppressed;
    }

    /// The number of changes with this level.
    #[must_use]
    pub(crate) fn at_level(&self, level: Level) -> usize {
        let changes = self.changes.iter();
        changes.filter(|change| change.level == level).count()
    }

    /// The highest level of the changes and of the unusable parts.
    #[must_use]
    pub(crate) fn worst(&self) -> Option<Level> {
        let changes = self.changes.iter().map(|change| change.level);
        let findings = self.unusable.iter().chain(&self.unused_ignores);
        changes.chain(findings.map(|finding| finding.level)).max()
    }

    /// The number of changes for which neither a proof nor a counterexample was found.
    #[must_use]
    pub(crate) fn unknown(&self) -> usize {
        let is_unknown = |judged: &&Change| {
            let mut verdicts = judged.difference.verdicts.iter();
            verdicts.any(|(_, verdict)| matches!(verdict, Verdict::Unknown(_)))
        };
        self.changes.iter().filter(is_unknown).count()
    }

    /// The release that the changes require, including those that do not count here: known or not, they are in it.
    #[must_use]
    pub(crate) fn release(&self) -> Release {
        let suppressed = self.suppressed.iter().map(|(change, _)| change);
        self.release_of_listed().max(release(suppressed))
    }

    /// The release that the listed changes require.
    #[must_use]
    pub(crate) fn release_of_listed(&self) -> Release {
        match self.lowered.is_empty() {
            true => release(&self.changes),
            false => Release::Major,
        }
    }

    /// The changes by owner, most serious first. Added operations form one group, and so do removed ones.
    fn groups(&self) -> Vec<(String, Vec<&Change>)> {
        let groups = self.groups_by_index().into_iter();
        groups
            .map(|(title, _, list)| {
                let list = list.into_iter().map(|index| &self.changes[index]);
                (title, list.collect())
            })
            .collect()
    }

    /// The same groups as positions of changes, each with its operation or component if it has one.
    pub(crate) fn groups_by_index(&self) -> Vec<(String, Option<&Owner>, Vec<usize>)> {
        let mut groups: Vec<(Group<'_>, Vec<usize>)> = Vec::new();
        for (index, judged) in self.changes.iter().enumerate() {
            let group = Group::of(judged);
            match groups.iter_mut().rev().find(|(known, _)| *known == group) {
                Some((_, list)) => list.push(index),
                None => groups.push((group, vec![index])),
            }
        }
        let level = |index: &usize| std::cmp::Reverse(self.changes[*index].level);
        for (_, list) in &mut groups {
            list.sort_by_key(level);
        }
        // Stable: operations and components of the same level stay in the order of the changes.
        groups.sort_by_key(|(group, list)| (list.first().map(level), group.rank()));
        groups
            .into_iter()
            .map(|(group, list)| {
                let owner = match group {
                    Group::Owner(owner) => Some(owner),
                    _ => None,
                };
                (group.title(), owner, list)
            })
            .collect()
    }
}

/// The formats of a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DiffFormat {
    /// Text for a terminal.
    Text,
    /// JSON for programs.
    Json,
    /// Markdown for pull requests and wikis.
    Markdown,
    /// HTML for a browser.
    Html,
    /// A changelog entry, in the sections of Keep a Changelog.
    Changelog,
    /// A change per line, for programs.
    Ndjson,
    /// For CI systems and editors.
    #[cfg(feature = "cli")]
    Notices(NoticeFormat),
}

impl Format for DiffFormat {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("text", Self::Text),
        ("json", Self::Json),
        ("markdown", Self::Markdown),
        ("html", Self::Html),
        ("changelog", Self::Changelog),
        ("ndjson", Self::Ndjson),
        #[cfg(feature = "cli")]
        ("short", Self::Notices(NoticeFormat::Short)),
        #[cfg(feature = "cli")]
        ("sarif", Self::Notices(NoticeFormat::Sarif)),
        #[cfg(feature = "cli")]
        ("junit", Self::Notices(NoticeFormat::Junit)),
        #[cfg(feature = "cli")]
        ("github", Self::Notices(NoticeFormat::Github)),
        #[cfg(feature = "cli")]
        ("gitlab", Self::Notices(NoticeFormat::Gitlab)),
    ];
}

impl Render for Changes {
    type Format = DiffFormat;
    type Options = DiffOptions;

    fn render(&self, format: DiffFormat, options: DiffOptions) -> String {
        match format {
            DiffFormat::Text => fitted(&text(self, options), options.columns),
            DiffFormat::Json => json(self),
            DiffFormat::Markdown => markdown(self, options),
            DiffFormat::Html => html(self, options),
            DiffFormat::Changelog => changelog(self),
            DiffFormat::Ndjson => ndjson(self),
            #[cfg(feature = "cli")]
            DiffFormat::Notices(format) => self.notices(&options).render(format, &Root::current()),
        }
    }
}

/// The group that changes are listed under.
#[derive(Debug)]
enum Group<'r> {
    Whole,
    Several,
    Gone,
    New,
    Owner(&'r Owner),
}

impl<'r> Group<'r> {
    fn of(judged: &'r Change) -> Self {
        match (judged.difference.fact, &judged.difference.owner) {
            (Fact::OperationRemoved, _) => Self::Gone,
            (Fact::OperationAdded, _) => Self::New,
            (_, Owner::Contract) => Self::Whole,
            (_, Owner::Operations(_)) => Self::Several,
            (_, owner) => Self::Owner(owner),
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Whole => 0,
            Self::Gone => 1,
            Self::New => 2,
            Self::Several => 3,
            Self::Owner(Owner::Component(..)) => 5,
            Self::Owner(_) => 4,
        }
    }

    fn title(&self) -> String {
        match self {
            Self::Whole => "The contract as a whole".to_owned(),
            Self::Several => "Several operations".to_owned(),
            Self::Gone => "Removed operations".to_owned(),
            Self::New => "Added operations".to_owned(),
            Self::Owner(owner) => words::title(owner),
        }
    }
}

/// All parts of an operation form one group.
impl PartialEq for Group<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Owner(Owner::Operation(one, _)), Self::Owner(Owner::Operation(other, _))) => {
                one == other
            }
            (Self::Owner(one), Self::Owner(other)) => one == other,
            _ => self.rank() == other.rank() && !matches!(self, Self::Owner(_)),
        }
    }
}
