//! The diff as Markdown, for pull requests and release notes.

use std::fmt::Write as _;

use crate::report::render::lines::ChangeTag;
use crate::report::render::markdown::{MOST, beginning, code, escaped, fenced, html};

use crate::diff::{Sender, Verdict, Witness};
use crate::rules::{Change, Level};

use super::payload::witness_lines;
use super::words::{advice, counts, lines, nothing, place, reach, verdict, witness_title};
use super::{DiffOptions, Changes};

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// Renders the diff as GitHub-flavoured Markdown that fits into a comment.
#[must_use]
pub fn markdown(report: &Changes, options: DiffOptions) -> String {
    beginning(&whole(report, options), MOST)
}

fn whole(report: &Changes, options: DiffOptions) -> String {
    let mut out = String::new();
    put!(
        out,
        "# Changes from {} to {}\n\n",
        escaped(&report.old.title),
        escaped(&report.new.title)
    );
    let counts: Vec<String> = counts(report).into_iter().map(|(_, words)| words).collect();
    match counts.is_empty() {
        true => {
            put!(out, "{}\n", escaped(&nothing(report)));
        }
        false => {
            put!(out, "{}. {}\n", counts.join(", "), advice(report));
        }
    }
    for sentence in report.exempt.sentences("change") {
        put!(out, "\n{}\n", escaped(&sentence));
    }
    for finding in &report.unused_ignores {
        put!(out, "\n- {}\n", escaped(&finding.headline()));
    }
    for finding in &report.unusable {
        put!(
            out,
            "\n- could not be used: {}\n",
            escaped(&finding.headline())
        );
    }
    for (title, changes) in report.groups() {
        put!(out, "\n## {}\n", escaped(&title.replace("  ", " — ")));
        for judged in changes {
            write_change(&mut out, judged, options);
        }
    }
    if options.equivalent && !report.equivalent.is_empty() {
        out.push_str("\n## Equivalent edits\n\n");
        for judged in &report.equivalent {
            put!(
                out,
                "- {} (`{}`)\n",
                escaped(&judged.message),
                judged.rule.id
            );
        }
    }
    out
}

fn write_change(out: &mut String, judged: &Change, options: DiffOptions) {
    let mark = match judged.level {
        Level::Error => "🔴 error",
        Level::Warning => "🟡 warning",
        Level::Info | Level::Off => "🔵 info",
    };
    let change = &judged.difference;
    put!(
        out,
        "\n- **{mark}**: {} (`{}`)\n",
        escaped(&judged.message),
        judged.rule.id
    );
    let mut row = |text: &str| {
        put!(out, "  - {}\n", escaped(text));
    };
    for words in place(judged)
        .into_iter()
        .chain(reach(change, options.all_places, ""))
    {
        row(&words);
    }
    let origins = judged.old.iter().chain(&judged.new);
    let origins: Vec<String> = origins
        .map(|origin| code(&format!("{}:{}", origin.file, origin.position.line)))
        .collect();
    if !origins.is_empty() {
        put!(out, "  - {}\n", origins.join(" → "));
    }
    let mut row = |text: &str| {
        put!(out, "  - {}\n", escaped(text));
    };
    if let Some(guess) = &change.guess {
        row(&format!("heuristic: {guess}"));
    }
    change.notes.iter().for_each(|note| row(note));
    for (sender, what) in &change.verdicts {
        if let Some(words) = verdict(*sender, what, options.explain) {
            row(&words);
        }
    }
    let lines = lines(judged);
    if !lines.is_empty() {
        let text: Vec<String> = lines
            .iter()
            .map(|(tag, line)| match tag {
                ChangeTag::Delete => format!("- {line}"),
                ChangeTag::Insert => format!("+ {line}"),
                ChangeTag::Equal => format!("  {line}"),
            })
            .collect();
        put!(out, "\n{}", fenced("diff", &text.join("\n")));
    }
    for (sender, what) in &change.verdicts {
        if let Verdict::Breaking(witness) = what {
            write_witness(out, witness, *sender);
        }
    }
}

fn write_witness(out: &mut String, witness: &Witness, sender: Sender) {
    let lines: Vec<String> = witness_lines(witness)
        .into_iter()
        .map(|(line, _)| line)
        .collect();
    let language = if witness.text.is_some() {
        "text"
    } else {
        "json"
    };
    let at = match witness.at.as_str() {
        "" => String::new(),
        at => format!(" (see <code>{}</code>)", html(at)),
    };
    put!(
        out,
        "\n  <details><summary>Witness: {}{at}</summary>\n\n{}\n  </details>\n",
        html(&witness_title(witness, sender)),
        fenced(language, &lines.join("\n"))
    );
}
