//! What `--verbose` prints to standard error: what was read, and where each payload was routed.

use std::fmt::Write as _;

use clap::ValueEnum as _;

use crate::observe::Skipped;
use crate::redact::{Shown, printed};
use crate::report::{Report, plural};

use super::config::Config;
use super::output::Output;

/// Prints what a run read, if that was asked for.
pub(super) fn tell(report: &Report, config: &Config, output: &mut Output) {
    if !output.is_verbose() {
        return;
    }
    let mut out = String::new();
    // Writing to a `String` does not fail.
    let _ = match config.file() {
        Some(path) => writeln!(out, "configuration: {}", path.display()),
        None => writeln!(out, "configuration: none"),
    };
    for source in &report.sources {
        let format = source.format.and_then(|format| format.to_possible_value());
        let format = format.map_or_else(
            || "unknown format".to_owned(),
            |format| format.get_name().to_owned(),
        );
        let exchanges = plural(source.exchanges, "exchange");
        let _ = writeln!(out, "read {}: {format}, {exchanges}", printed(&source.file));
    }
    for Skipped { path, reason } in &report.skipped {
        let _ = writeln!(
            out,
            "skipped {}: {reason}",
            printed(&path.display().to_string())
        );
    }
    for judged in &report.judged {
        let target = match &judged.target {
            Some(target) => format!("{} {target}", target.contract),
            None => "no operation".to_owned(),
        };
        let _ = write!(
            out,
            "{} -> {}: {}",
            judged.origin,
            Shown::new(&target),
            judged.verdict.words()
        );
        if !judged.variants.is_empty() {
            let _ = write!(out, " as {}", judged.variants.join(", "));
        }
        out.push('\n');
    }
    let more = report.payloads().saturating_sub(report.judged.len() as u64);
    if more > 0 {
        let _ = writeln!(out, "and {}", plural(more, "more payload"));
    }
    for row in &report.operations {
        let count = match (row.is_exercised, row.payloads) {
            (false, _) => "no traffic".to_owned(),
            (true, 0) => "requests without a compared payload".to_owned(),
            (true, payloads) => plural(payloads, "compared payload"),
        };
        let _ = writeln!(out, "{}: {count}", Shown::new(&row.title()));
    }
    for (reason, left) in &report.unused {
        let _ = write!(
            out,
            "not compared: {} {}",
            left.count,
            reason.words(left.count)
        );
        let _ = match &left.first {
            Some(first) => writeln!(out, ", first {}", printed(&first.to_string())),
            None => writeln!(out),
        };
    }
    output.note(&out);
}
