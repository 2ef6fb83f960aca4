//! What findings are listed under.

use crate::rules::catalogue::UNUSED_IGNORE;
use crate::rules::{Finding, Level, Unit, component_of, natural};

use super::{OperationRow, Report};

/// What findings are listed under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Group<'r> {
    /// One operation.
    Operation(&'r OperationRow),
    /// A component that several operations share.
    Component(String),
    /// Several operations that share no component.
    Several,
    /// The captures, whatever the operation.
    Captures,
    /// The contract itself.
    Contract,
    /// The configuration of wiredrift.
    Configuration,
}

impl Group<'_> {
    /// The heading: `GET /pets/{petId}  showPet`.
    pub(super) fn title(&self, report: &Report) -> String {
        match self {
            Self::Operation(row) => match report.versions_open {
                true => format!("{} ({})", row.title(), row.contract),
                false => row.title(),
            },
            Self::Component(name) => format!("component {name}"),
            Self::Several => "Several operations".to_owned(),
            Self::Captures => "Captures".to_owned(),
            Self::Contract => "Contract".to_owned(),
            Self::Configuration => "Configuration".to_owned(),
        }
    }
}

/// The group of a finding.
pub(super) fn group_of<'r>(report: &'r Report, finding: &Finding) -> Group<'r> {
    if *finding.rule == UNUSED_IGNORE {
        return Group::Configuration;
    }
    if finding.unit == Unit::Place {
        return Group::Contract;
    }
    let mut rows: Vec<&OperationRow> = Vec::new();
    for target in finding.targets() {
        let row = report.operations.iter().find(|row| row.is_of(target));
        if let Some(row) = row.filter(|row| !rows.contains(row)) {
            rows.push(row);
        }
    }
    match *rows {
        [row] => return Group::Operation(row),
        [] if finding.places.iter().all(|place| place.target.is_none()) => return Group::Captures,
        _ => {}
    }
    let schema = finding.schema.as_ref();
    match schema.and_then(|schema| component_of(&schema.pointer)) {
        Some(name) => Group::Component(name),
        None => Group::Several,
    }
}

/// The findings in their groups: the group with the most serious finding first, then that with the most payloads.
pub(super) fn groups<'r>(report: &'r Report, findings: &[&'r Finding]) -> Vec<(Group<'r>, Vec<&'r Finding>)> {
    let mut groups: Vec<(Group<'r>, Vec<&Finding>)> = Vec::new();
    for finding in findings {
        let group = group_of(report, finding);
        match groups.iter_mut().find(|(known, _)| *known == group) {
            Some((_, list)) => list.push(finding),
            None => groups.push((group, vec![finding])),
        }
    }
    groups.sort_by(|(one, ones), (other, others)| {
        let rank = |list: &[&Finding]| list.first().map_or((Level::Off, 0), |first| (first.level, first.payloads));
        rank(others).cmp(&rank(ones)).then_with(|| natural(&one.title(report), &other.title(report)))
    });
    groups
}

/// An operation with what was found of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Score<'r> {
    pub(super) row: &'r OperationRow,
    pub(super) errors: usize,
    pub(super) warnings: usize,
}

/// The exercised operations that have findings, the worst first.
pub(super) fn scores(report: &Report) -> Vec<Score<'_>> {
    let mut scores: Vec<Score<'_>> = Vec::new();
    for row in report.operations.iter().filter(|row| row.is_exercised) {
        let count = |level| {
            let findings = report.findings.iter().filter(|finding| finding.level == level);
            findings.filter(|finding| finding.targets().any(|target| row.is_of(target))).count()
        };
        let score = Score {
            row,
            errors: count(Level::Error),
            warnings: count(Level::Warning),
        };
        if score.errors + score.warnings > 0 {
            scores.push(score);
        }
    }
    scores.sort_by(|one, other| {
        let rank = |score: &Score<'_>| (score.errors, score.warnings, score.row.deviating);
        rank(other).cmp(&rank(one)).then_with(|| natural(&one.row.title(), &other.row.title()))
    });
    scores
}
