//! The diff as HTML, in the frame of all reports.

use serde_json::Value;
use crate::report::render::lines::ChangeTag;

use crate::diff::{Owner, Sender, Verdict, Witness};
use crate::report::render::{Article, CHANGE, Group, Page, articles, code, details, diff_block, escape, inline, json_block, page};
use crate::rules::{Change, Level, Release};

use super::payload::witness_lines;
use super::words::{advice, counts, lines, place, reach, sides, verdict, witness_title};
use super::{DiffOptions, Changes};

/// Longest text of a contract that stands in a row.
const ROW: usize = 120;

/// Places that a change reaches, up to which all are listed.
const REACHED: usize = 40;

/// Lines of a witness that are shown.
const WITNESS_LINES: usize = 80;

/// Renders the diff as one HTML file.
#[must_use]
pub fn html(report: &Changes, options: DiffOptions) -> String {
    let operations = Operations::of(report);
    let groups: Vec<Group> = report
        .groups_by_index()
        .into_iter()
        .map(|(title, owner, indices)| {
            let changes = indices.iter().map(|index| &report.changes[*index]);
            let mut shown = None;
            Group {
                articles: changes
                    .map(|judged| article(judged, &operations, options, &mut shown))
                    .collect(),
                note: None,
                ..group(&title, owner)
            }
        })
        .collect();
    let listed = articles("Changes", CHANGE, &operations.names, false, &groups);
    let counted: Vec<String> = counts(report).into_iter().map(|(_, words)| words).collect();
    let (level, word) = match report.release() {
        Release::Major => (Level::Error, "Breaking:"),
        Release::Minor => (Level::Warning, "Compatible, with care:"),
        Release::Patch => (Level::Info, "No changes:"),
    };
    let mut sections = vec![listed.section];
    if !report.unusable.is_empty() {
        let rows = report.unusable.iter();
        let rows = rows.map(|finding| format!("<li>{}</li>", inline(&finding.headline())));
        let content = format!("<ul>{}</ul>", rows.collect::<Vec<_>>().join("\n"));
        sections.push(crate::report::render::Section::new(
            "unjudged",
            "What could not be judged",
            content,
        ));
    }
    if options.equivalent && !report.equivalent.is_empty() {
        let rows = report.equivalent.iter();
        let rows = rows.map(|judged| {
            format!(
                "<li>{} {}</li>",
                inline(&judged.message),
                code(judged.rule.id)
            )
        });
        let content = format!("<ul>{}</ul>", rows.collect::<Vec<_>>().join("\n"));
        sections.push(crate::report::render::Section::new(
            "equivalent",
            "Edits that mean the same",
            content,
        ));
    }
    page(&Page {
        kind: "Contract diff",
        title: format!("{} → {}", report.old.title, report.new.title),
        verdict: (
            level,
            word.to_owned(),
            advice(report).replace("Breaking changes: this needs", "This needs"),
        ),
        facts: vec![
            (
                "Old",
                contract(&report.old.reference, report.size.old_operations),
            ),
            (
                "New",
                contract(&report.new.reference, report.size.new_operations),
            ),
            (
                "Changes",
                match counted.is_empty() {
                    true => "none".to_owned(),
                    false => counted.join(", "),
                },
            ),
        ],
        sections,
        footer: footer(&format!(
            "{} and {}",
            code(&report.old.given),
            code(&report.new.given)
        )),
    })
}

/// `organisations@v1, 7 operations`
pub(in crate::report) fn contract(reference: &str, operations: usize) -> String {
    let noun = if operations == 1 {
        "operation"
    } else {
        "operations"
    };
    format!("{}, {operations} {noun}", code(reference))
}

pub(in crate::report) fn footer(sources: &str) -> String {
    format!(
        "Made by wiredrift {} from {sources}.",
        env!("CARGO_PKG_VERSION")
    )
}

/// The operations that changes reach: what they are called, and their numbers by the positions that the diff
/// gives them.
pub(in crate::report) struct Operations {
    pub(in crate::report) names: Vec<String>,
    positions: std::collections::BTreeMap<usize, usize>,
}

impl Operations {
    pub(in crate::report) fn of(report: &Changes) -> Self {
        let mut known = std::collections::BTreeMap::new();
        for judged in &report.changes {
            for reach in &judged.difference.reach {
                let name = match &*reach.operation.signature {
                    "(schema)" => reach.operation.id.clone(),
                    signature => signature.to_owned(),
                };
                known.insert(reach.operation.position, name);
            }
        }
        Self {
            positions: known.keys().copied().zip(0..).collect(),
            names: known.into_values().collect(),
        }
    }

    fn reached_by(&self, judged: &Change) -> Vec<usize> {
        let reach = judged.difference.reach.iter();
        let mut numbers: Vec<usize> = reach
            .filter_map(|reach| self.positions.get(&reach.operation.position).copied())
            .collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers
    }
}

/// A group without its articles.
pub(in crate::report) fn group(title: &str, owner: Option<&Owner>) -> Group {
    let (title, short) = match owner {
        Some(Owner::Operation(name, _)) if name.signature == "(schema)" => {
            let title = format!("schema {}", code(&name.id));
            (title.clone(), title)
        }
        Some(Owner::Operation(name, _)) => (
            format!(
                "{} <span class=\"muted\">{}</span>",
                code(&name.signature),
                escape(&name.id)
            ),
            code(&name.signature),
        ),
        Some(Owner::Component(old, new)) => {
            let short = format!("component {}", code(new));
            let was = match old == new {
                true => String::new(),
                false => format!(" <span class=\"muted\">(was {})</span>", code(old)),
            };
            (format!("{short}{was}"), short)
        }
        _ => (escape(title), escape(title)),
    };
    Group {
        title,
        short,
        note: None,
        articles: Vec::new(),
    }
}

/// A change without what traffic says of it; `shown` is the witness that was shown last.
pub(in crate::report) fn article(
    judged: &Change,
    operations: &Operations,
    options: DiffOptions,
    shown: &mut Option<Value>,
) -> Article {
    let change = &judged.difference;
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    let is_short = |text: &str| !text.contains('\n') && text.chars().count() <= ROW;
    let listed = lines(judged);
    if listed.is_empty()
        && [&change.old, &change.new]
            .into_iter()
            .flatten()
            .all(|text| is_short(text))
        && change.old.is_some()
        && change.new.is_some()
    {
        let word = |text: &Option<String>| match text {
            Some(text) => escape(text),
            None => "–".to_owned(),
        };
        facts.push((
            "Old → new",
            format!("{} → {}", word(&change.old), word(&change.new)),
        ));
    }
    if let Some(guess) = &change.guess {
        facts.push(("A guess", inline(guess)));
    }
    for note in &change.notes {
        facts.push(("Note", inline(note)));
    }
    for (sender, verdict_of) in &change.verdicts {
        if let Some(words) = verdict(*sender, verdict_of, options.explain) {
            facts.push(("Verdict", inline(&words)));
        }
    }
    let origins: Vec<String> = judged
        .old
        .iter()
        .chain(&judged.new)
        .map(|origin| code(&format!("{}:{}", origin.file, origin.position.line)))
        .collect();
    let mut body = String::new();
    if !listed.is_empty() {
        let lines: Vec<String> = listed
            .iter()
            .map(|(tag, line)| match tag {
                ChangeTag::Delete => format!("-{line}"),
                ChangeTag::Insert => format!("+{line}"),
                ChangeTag::Equal => format!(" {line}"),
            })
            .collect();
        body.push_str(&diff_block(&lines, false));
        body.push('\n');
    }
    for (sender, verdict) in &change.verdicts {
        if let Verdict::Breaking(witness) = verdict {
            match shown.as_ref() == Some(&witness.payload) {
                true => facts.push(("Witness", "the payload above".to_owned())),
                false => {
                    body.push_str(&witness_block(witness, *sender));
                    *shown = Some(witness.payload.clone());
                }
            }
        }
    }
    // A list that can be read is shown in full.
    let all = options.all_places || change.reach.len() <= REACHED;
    let told = place(judged).into_iter().chain(reach(change, all, ""));
    let mut told: Vec<String> = told.map(|words| escape(&words)).collect();
    if !origins.is_empty() {
        told.push(origins.join(" → "));
    }
    Article {
        key: judged.key.clone(),
        level: judged.level,
        rule: judged.rule.id,
        message: judged.message.clone(),
        place: told.join("; "),
        operations: operations.reached_by(judged),
        sides: sides(judged),
        seen: None,
        facts,
        body,
    }
}

fn witness_block(witness: &Witness, sender: Sender) -> String {
    let mut lines = witness_lines(witness);
    if lines.len() > WITNESS_LINES {
        // The line that it is about stays in view.
        let marked = lines
            .iter()
            .position(|(_, is_marked)| *is_marked)
            .unwrap_or(0);
        let start = marked
            .saturating_sub(WITNESS_LINES / 2)
            .min(lines.len() - WITNESS_LINES);
        lines = lines.split_off(start);
        lines.truncate(WITNESS_LINES);
        lines.push(("…".to_owned(), false));
    }
    let summary = format!("Witness: {}", escape(&witness_title(witness, sender)));
    details(&summary, &json_block(&lines))
}
