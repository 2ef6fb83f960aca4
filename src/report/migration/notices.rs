//! A migration report as a list of notices: the changes, with what the traffic shows for each.

use crate::report::diff::DiffOptions;
use crate::report::notice::Notices;
use crate::rules::Level;

use super::used::Use;
use super::words::evidence;
use super::{MigrationOptions, MigrationReport};

impl MigrationReport {
    /// The changes as CI systems show them. If only changes that the traffic uses fail the run, the others are
    /// warnings at most.
    pub(crate) fn notices(&self, options: &MigrationOptions) -> Notices {
        let fail_on = match options.fails_on_used {
            true => Some(Level::Error),
            false => options.fail_on,
        };
        let mut notices = self.diff.notices(&DiffOptions {
            fail_on,
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
            if options.fails_on_used && notice.level == Level::Error && self.use_of(at) != Use::Used {
                notice.level = Level::Warning;
            }
        }
        notices.list.sort_by_key(|notice| std::cmp::Reverse(notice.level));
        notices
    }
}
