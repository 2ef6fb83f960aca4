//! JUnit XML: a case for each side of each operation, also if nothing is wrong with it.

use std::fmt::Write as _;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::location::Position;
use crate::rules::Level;

use super::{Case, Notice, Notices, Region, Root};

/// One suite with all cases. A case fails if a notice about it does; other notices are its output. A cause that is
/// about several cases fails the first of them, so that the number of failures says how many there are to fix.
pub(super) fn junit(notices: &Notices, root: &Root) -> String {
    let mut suite = TestSuite::new(text(&notices.about));
    for (at, case) in notices.cases.iter().enumerate() {
        suite.add_test_case(test_case(notices, (at, case), root));
    }
    for (origin, message) in &notices.problems {
        let file = named(&origin.file, root);
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(text(&format!("cannot read {file}: {message}")));
        let mut case = TestCase::new(text(&file), status);
        case.set_classname("captures");
        case.extra.insert("file".into(), text(&file).into());
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

fn test_case(notices: &Notices, (at, case): (usize, &Case), root: &Root) -> TestCase {
    let about: Vec<&Notice> = notices.active().filter(|notice| notice.cases.contains(&at)).collect();
    let (failing, rest): (Vec<&Notice>, Vec<&Notice>) = about
        .iter()
        .copied()
        .partition(|notice| notices.fails(notice) && notice.cases.first() == Some(&at));
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
            status.set_message(text(&message)).set_type(first.rule.id);
            status.set_description(text(&listed(notices, &failing, at, root)));
            status
        }
    };
    // Readers show the name by itself, and split the class name at dots.
    let mut test_case = TestCase::new(text(&case.title()), status);
    test_case.set_classname(text(&notices.name.replace('.', "-")));
    let place = failing.first().and_then(|notice| notice.places().find(|place| root.relative(&place.file).is_some()));
    let file = place.map(|place| place.file.as_str()).or(notices.file.as_deref());
    if let Some(file) = file.and_then(|file| root.relative(file)) {
        test_case.extra.insert("file".into(), text(&file).into());
    }
    if !rest.is_empty() {
        test_case.set_system_out(text(&listed(notices, &rest, at, root)));
    }
    test_case
}

/// The notices with their facts.
fn listed(notices: &Notices, list: &[&Notice], at: usize, root: &Root) -> String {
    let mut out = String::new();
    // Writing to a `String` does not fail.
    for notice in list {
        let level = match notice.level {
            Level::Off => Level::Info,
            level => level,
        };
        let _ = writeln!(out, "{level}[{}]: {}", notice.rule.id, notice.message);
        if let Some(Region { file, start, .. }) = &notice.place {
            let Position { line, column, .. } = start;
            let _ = writeln!(out, "  at {}:{line}:{column}", named(file, root));
        }
        for fact in &notice.facts {
            let _ = writeln!(out, "  {fact}");
        }
        let first = notice.cases.first().filter(|first| **first != at);
        if let Some(case) = first.and_then(|first| notices.cases.get(*first))
            && notices.fails(notice)
        {
            let _ = writeln!(out, "  counted as a failure of {}", case.title());
        }
    }
    out
}

/// The name of a file from the root, or as it was given if it is not in there.
fn named(file: &str, root: &Root) -> String {
    root.relative(file).unwrap_or_else(|| file.to_owned())
}

/// Text that XML can hold. Other characters are escaped (XML 1.0, production 2, "Char").
fn text(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' | '\n' | '\r' | ' '..='\u{7e}' | '\u{85}' | '\u{a0}'..='\u{fffd}' | '\u{10000}'.. => out.push(character),
            other => {
                let _ = write!(out, "\\u{{{:x}}}", u32::from(other));
            }
        }
    }
    out
}
