//! The report of a check as a list of notices.

use crate::location::Side;
use crate::report::notice::{Case, Notice, Notices, Region, file_of, name_of};
use crate::rules::{Finding, Suppression, Unit};

use super::block::fact_rows;
use super::{OperationRow, Report, TextOptions, is_about_coverage};

/// The cases of findings that are about no operation.
const CAPTURES: (&str, &str) = ("Captures", "");
const CONTRACT: (&str, &str) = ("The contract as a whole", "");

impl Report {
    /// The findings as CI systems show them.
    pub(crate) fn notices(&self, options: &TextOptions) -> Notices {
        let mut notices = Notices {
            command: match (&self.contract_checked, &self.periods) {
                (Some(_), _) => "lint",
                (None, Some(_)) => "drift",
                (None, None) => "check",
            },
            about: self.contract.clone(),
            name: self.operations.first().map_or_else(|| name_of(&self.contract), |row| name_of(&row.contract)),
            file: file_of(&self.contract),
            fail_on: options.fail_on,
            has_baseline: options.has_baseline,
            ..Notices::default()
        };
        for row in &self.operations {
            notices.cases.extend(cases(row, &self.title_of(row)));
        }
        if self.contract_checked.is_some() {
            notices.case(CONTRACT.0, CONTRACT.1);
        }
        for finding in self.shown(options.coverage) {
            self.add(&mut notices, finding, None);
        }
        for (finding, suppression) in &self.suppressed {
            if options.coverage || !is_about_coverage(finding) {
                self.add(&mut notices, finding, Some(suppression.clone()));
            }
        }
        let problems = self.problems.iter();
        notices.problems = problems.map(|problem| (problem.origin.clone(), problem.message.clone())).collect();
        notices
    }

    fn title_of(&self, row: &OperationRow) -> String {
        match self.versions_open {
            true => format!("{} ({})", row.title(), row.contract),
            false => row.title(),
        }
    }

    fn add(&self, notices: &mut Notices, finding: &Finding, suppressed: Option<Suppression>) {
        let mut at = Vec::new();
        for target in finding.targets() {
            let Some(row) = self.operations.iter().find(|row| row.is_of(target)) else {
                continue;
            };
            let case = notices.case(&self.title_of(row), side_word(target.side, row));
            if !at.contains(&case) {
                at.push(case);
            }
        }
        if at.is_empty() {
            let (group, name) = if finding.unit == Unit::Place { CONTRACT } else { CAPTURES };
            at.push(notices.case(group, name));
        }
        let mut places: Vec<(&'static str, Region)> = finding
            .evidence
            .iter()
            .map(|evidence| {
                let region = Region {
                    end: Some(evidence.end),
                    ..Region::at(&evidence.origin)
                };
                ("also here", region)
            })
            .collect();
        places.extend(finding.declared.iter().map(|origin| ("declared here", Region::at(origin))));
        let first = (!places.is_empty()).then(|| places.remove(0).1);
        notices.list.push(Notice {
            rule: finding.rule,
            level: finding.level,
            key: finding.key.clone(),
            message: finding.headline().to_string(),
            operations: finding.operation_ids().into_iter().map(str::to_owned).collect(),
            facts: fact_rows(finding, &self.contract),
            place: first,
            related: places,
            cases: at,
            suppressed,
        });
    }
}

/// The cases of an operation: both sides, or the payload of a schema.
fn cases(row: &OperationRow, title: &str) -> Vec<Case> {
    let case = |side: Option<Side>, skipped: &'static str| Case {
        group: title.to_owned(),
        name: side_word(side, row).to_owned(),
        skipped: (!row.sides.contains(&side)).then_some(skipped),
    };
    match row.is_schema() {
        true => vec![case(None, "no payload was captured")],
        false => vec![
            case(Some(Side::Request), "no request was captured"),
            case(Some(Side::Response), "no response was captured"),
        ],
    }
}

fn side_word(side: Option<Side>, row: &OperationRow) -> &'static str {
    match side {
        Some(Side::Response) => "response",
        None if row.is_schema() => "payload",
        Some(Side::Request) | None => "request",
    }
}
