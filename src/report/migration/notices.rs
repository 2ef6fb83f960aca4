//! A migration report as a list of notices: the changes, with what the traffic shows for each.

use crate::report::diff::DiffOptions;
use crate::report::notice::Notices;

use super::words::evidence;
use super::{MigrationOptions, MigrationReport};

impl MigrationReport {
    /// The changes as CI systems show them.
    pub(crate) fn notices(&self, options: &MigrationOptions) -> Notices {
        let mut notices = self.diff.notices(&DiffOptions {
            fail_on: options.fail_on,
            has_baseline: self.diff.exempt.has_baseline,
            ..DiffOptions::default()
        });
        notices.command = "report";
        if let Some(traffic) = &self.traffic {
            let problems = traffic.report.problems.iter();
            notices.problems = problems.map(|problem| (problem.origin.clone(), problem.message.clone())).collect();
        }
        for notice in &mut notices.list {
            let Some(at) = self.diff.changes.iter().position(|change| change.key == notice.key) else {
                continue;
            };
            if let Some((word, rest)) = evidence(self, at) {
                notice.facts.push(format!("traffic: {word}{rest}"));
            }
        }
        notices
    }
}
