//! JUnit XML: a case for each side of each operation, also if nothing is wrong with it.

use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::rules::Level;

use super::{Case, Notice, Notices};

/// One suite with all cases. A case fails if a notice about it does; other notices are its output.
pub(super) fn junit(notices: &Notices) -> String {
    let mut suite = TestSuite::new(notices.about.as_str());
    for (at, case) in notices.cases.iter().enumerate() {
        let about: Vec<&Notice> = notices.active().filter(|notice| notice.cases.contains(&at)).collect();
        suite.add_test_case(test_case(notices, case, &about));
    }
    for (origin, message) in &notices.problems {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(format!("cannot read {}: {message}", origin.file));
        let mut case = TestCase::new(&*origin.file, status);
        case.set_classname("Captures");
        suite.add_test_case(case);
    }
    let mut report = Report::new(format!("wiredrift {}", notices.command));
    report.add_test_suite(suite);
    // Writing to a `String` does not fail.
    let mut text = report.to_string().unwrap_or_default();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn test_case(notices: &Notices, case: &Case, about: &[&Notice]) -> TestCase {
    let failing: Vec<&&Notice> = about.iter().filter(|notice| notices.fails(notice)).collect();
    let status = match failing.as_slice() {
        [] => match case.skipped {
            Some(reason) if about.is_empty() => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(reason);
                status
            }
            _ => TestCaseStatus::success(),
        },
        [first, rest @ ..] => {
            let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
            let message = match rest.len() {
                0 => first.message.clone(),
                more => format!("{} (and {more} more)", first.message),
            };
            status.set_message(message).set_type(first.rule.id);
            status.set_description(listed(failing.iter().map(|notice| **notice)));
            status
        }
    };
    let mut test_case = TestCase::new(case.name.as_str(), status);
    test_case.set_classname(case.group.as_str());
    let rest: Vec<&Notice> = about.iter().copied().filter(|notice| !notices.fails(notice)).collect();
    if !rest.is_empty() {
        test_case.set_system_out(listed(rest.into_iter()));
    }
    test_case
}

/// The notices with their facts.
fn listed<'n>(notices: impl Iterator<Item = &'n Notice>) -> String {
    let mut out = String::new();
    for notice in notices {
        let level = match notice.level {
            Level::Off => Level::Info,
            level => level,
        };
        // Writing to a `String` does not fail.
        let _ = writeln!(out, "{level}[{}]: {}", notice.rule.id, notice.message);
        if let Some(place) = &notice.place {
            let _ = writeln!(out, "  at {}:{}:{}", place.file, place.start.line, place.start.column);
        }
        for fact in &notice.facts {
            let _ = writeln!(out, "  {fact}");
        }
    }
    out
}
