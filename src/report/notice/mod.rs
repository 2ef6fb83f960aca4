//! Findings and changes as CI systems show them: one list of notices, and one renderer per format.
//!
//! The reports of `check`, `lint`, `diff` and `report` all have a list of notices. A new CI format is one file here
//! and one variant of [`NoticeFormat`], which the formats of each report name.

mod github;
mod gitlab;
mod junit;
mod root;
mod sarif;
mod short;

use crate::location::{Origin, Position};
use crate::rules::{Key, Level, Rule, Suppression};

pub(crate) use github::github_error;
pub(crate) use root::Root;

/// What a run says, as a flat list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notices {
    /// The command, such as `check`.
    pub(crate) command: &'static str,
    /// What was checked: a contract, or two with an arrow between them.
    pub(crate) about: String,
    /// The name of the contract.
    pub(crate) name: String,
    /// The file of the contract, which notices without a place in the repository belong to.
    pub(crate) file: Option<String>,
    /// The most important first.
    pub(crate) list: Vec<Notice>,
    /// What was checked, whether or not there is a notice about it, in the order of the contract.
    pub(crate) cases: Vec<Case>,
    /// Inputs that cannot be read, and the reasons.
    pub(crate) problems: Vec<(Origin, String)>,
    /// The lowest level that fails the run; `None` if no level does.
    pub(crate) fail_on: Option<Level>,
    /// Whether the findings were compared with a baseline.
    pub(crate) has_baseline: bool,
}

/// A finding or a change.
#[derive(Debug, Clone)]
pub(crate) struct Notice {
    pub(crate) rule: &'static Rule,
    pub(crate) level: Level,
    /// What identifies the cause in every run.
    pub(crate) key: Key,
    /// One sentence.
    pub(crate) message: String,
    /// The ids of the operations that it is about, for formats without facts.
    pub(crate) operations: Vec<String>,
    /// Further facts, a line each.
    pub(crate) facts: Vec<String>,
    /// Where it is.
    pub(crate) place: Option<Region>,
    /// Other places that have to do with it, and what they are.
    pub(crate) related: Vec<(&'static str, Region)>,
    /// The cases that it is about, as positions in [`Notices::cases`].
    pub(crate) cases: Vec<usize>,
    /// Why it does not count.
    pub(crate) suppressed: Option<Suppression>,
}

/// A part of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) file: String,
    pub(crate) start: Position,
    /// Exclusive; `None` if only the start is known.
    pub(crate) end: Option<Position>,
}

impl Region {
    /// A file as a whole.
    pub(crate) fn whole(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            start: Position::START,
            end: None,
        }
    }

    /// The place without an end.
    pub(crate) fn at(origin: &Origin) -> Self {
        Self {
            file: origin.file.to_string(),
            start: origin.position,
            end: None,
        }
    }
}

/// The file that a contract is read from, if its name is that of a file.
pub(crate) fn file_of(contract: &str) -> Option<String> {
    std::path::Path::new(contract).is_file().then(|| contract.to_owned())
}

/// The name of a contract without folder, extension and version: `openapi` of `api/openapi.yaml` and of
/// `openapi@v2`.
pub(crate) fn name_of(contract: &str) -> String {
    let name = contract.rsplit(['/', '\\', ':']).next().unwrap_or_default();
    let name = name.split('@').next().unwrap_or_default();
    let stem = [".yaml", ".yml", ".json"].iter().find_map(|end| name.strip_suffix(end));
    stem.unwrap_or(name).to_owned()
}

/// One thing that was checked: a side of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Case {
    /// The operation or component: `GET /pets  listPets`.
    pub(crate) group: String,
    /// The side, such as `response`; empty if both are meant.
    pub(crate) name: String,
    /// Why it was not checked.
    pub(crate) skipped: Option<&'static str>,
}

impl Case {
    /// `GET /pets listPets response`
    fn title(&self) -> String {
        let title = format!("{} {}", self.group.replace("  ", " "), self.name);
        title.trim_end().to_owned()
    }
}

impl Notices {
    /// The notices that count: neither known nor ignored.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Notice> {
        self.list.iter().filter(|notice| notice.suppressed.is_none())
    }

    /// Whether a notice fails the run.
    pub(crate) fn fails(&self, notice: &Notice) -> bool {
        notice.suppressed.is_none() && self.fail_on.is_some_and(|lowest| notice.level >= lowest)
    }

    /// The position of a case, which is added if there is no equal one.
    pub(crate) fn case(&mut self, group: &str, name: &str) -> usize {
        let known = |case: &Case| case.group == group && case.name == name;
        if let Some(at) = self.cases.iter().position(known) {
            return at;
        }
        self.cases.push(Case {
            group: group.to_owned(),
            name: name.to_owned(),
            skipped: None,
        });
        self.cases.len() - 1
    }

    /// Leaves out what does not count.
    pub(crate) fn without_suppressed(mut self) -> Self {
        self.list.retain(|notice| notice.suppressed.is_none());
        self
    }

    /// Renders the list. File names are written relative to the root.
    pub(crate) fn render(&self, format: NoticeFormat, root: &Root) -> String {
        match format {
            NoticeFormat::Short => short::short(self),
            NoticeFormat::Sarif => sarif::sarif(self, root),
            NoticeFormat::Junit => junit::junit(self, root),
            NoticeFormat::Github => github::github(self, root),
            NoticeFormat::Gitlab => gitlab::gitlab(self, root),
        }
    }
}

/// The formats of a list of notices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeFormat {
    /// One line per notice.
    Short,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML.
    Junit,
    /// Workflow commands of GitHub Actions.
    Github,
    /// The code quality report of GitLab.
    Gitlab,
}

impl Notice {
    /// Where it is, and the other places.
    pub(crate) fn places(&self) -> impl Iterator<Item = &Region> {
        let related = self.related.iter().map(|(_, place)| place);
        self.place.iter().chain(related)
    }

    /// 128 bits of the key as hexadecimal digits (FNV-1a), the same in every run. `repeat` counts notices with the
    /// same key from 0.
    fn fingerprint(&self, repeat: usize) -> String {
        let mut text = self.key.to_string();
        if repeat > 0 {
            text.push_str(&format!("|{repeat}"));
        }
        let mut state: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
        for byte in text.bytes() {
            state = (state ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
        }
        format!("{state:032x}")
    }
}

/// Fingerprints of notices, distinct where keys are equal: a key can occur twice if a version was left open.
#[derive(Debug, Default)]
struct Fingerprints<'n>(std::collections::BTreeMap<&'n Key, usize>);

impl<'n> Fingerprints<'n> {
    fn of(&mut self, notice: &'n Notice) -> String {
        let repeat = self.0.entry(&notice.key).or_default();
        let print = notice.fingerprint(*repeat);
        *repeat += 1;
        print
    }
}

#[cfg(test)]
mod tests;
