//! One line per finding, for `grep` and for editors.

use std::fmt::Write as _;

use crate::location::Position;
use crate::redact::printed;
use crate::rules::Finding;

use super::block::{shown, style_of};
use super::{Report, TextOptions};

/// `session.har:12:3: error[wrong-type]: …`, a line for each finding and each input that could not be read.
pub(super) fn short(report: &Report, options: TextOptions) -> String {
    let mut out = String::new();
    for finding in report.shown(options.coverage) {
        write_line(&mut out, finding);
    }
    for problem in &report.problems {
        let style = style_of(crate::rules::Level::Error);
        let message = printed(&problem.message);
        // Writing to a `String` does not fail.
        let origin = &problem.origin;
        // A problem at the very start is one of the file as a whole.
        let place = match origin.position == Position::START {
            true => printed(&origin.file),
            false => shown(origin),
        };
        let _ = writeln!(out, "{place}: {style}error{style:#}: cannot read: {message}");
    }
    out
}

fn write_line(out: &mut String, finding: &Finding) {
    let evidence = finding.evidence.first();
    let origin = evidence.map(|evidence| &evidence.origin).or_else(|| finding.declared.first());
    if let Some(origin) = origin {
        out.push_str(&shown(origin));
        out.push_str(": ");
    }
    let style = style_of(finding.level);
    let operations = match finding.operation_ids().as_slice() {
        [] => String::new(),
        [one] => format!(" ({one})"),
        several => format!(" ({} operations)", several.len()),
    };
    let operations = printed(&operations);
    // Writing to a `String` does not fail.
    let _ = writeln!(
        out,
        "{style}{}[{}]{style:#}: {}{operations}",
        finding.level,
        finding.rule.id,
        finding.headline()
    );
}
