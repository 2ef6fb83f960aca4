//! The report of a check as HTML, in the frame of all reports.

use std::collections::BTreeMap;

use crate::location::Side;
use crate::observe::Skipped;
use crate::rules::{Finding, Level};

use super::block::{seen_list, seen_words};
use super::groups::{Group as Owner, group_of, scores};
use super::periods::{self, timeline, unsure};
use crate::report::Report;
use crate::report::diff::footer;
use crate::report::render::numbers::{plural, share, thousands};
use crate::report::render::{
    Article, FINDING, Group, Page, Section, articles, code, details, escape, excerpt_block, inline, meter, page,
    scoreboard, table,
};

/// Places in the contract that are shown.
const PLACES_SHOWN: usize = 6;

/// Renders the report as one HTML file.
#[must_use]
pub fn html(report: &Report) -> String {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for finding in &report.findings {
        for operation in finding.operation_ids() {
            names.entry(operation.to_owned()).or_default();
        }
    }
    for (number, own) in names.values_mut().enumerate() {
        *own = number;
    }
    let levels = [
        (Level::Error, "Errors"),
        (Level::Warning, "Warnings"),
        (Level::Info, "Info"),
    ];
    let groups = levels.iter().filter_map(|(level, title)| {
        let findings = report.findings.iter().filter(|finding| finding.level == *level);
        let articles: Vec<Article> = findings.map(|finding| article(report, finding, &names)).collect();
        (!articles.is_empty()).then(|| Group {
            title: (*title).to_owned(),
            short: (*title).to_owned(),
            note: None,
            articles,
        })
    });
    let groups: Vec<Group> = groups.collect();
    let operations: Vec<String> = names.into_keys().collect();
    let listed = articles("Findings", FINDING, &operations, false, &groups);
    let count = |level| report.at_level(level) as u64;
    let (errors, warnings, infos) = (
        count(Level::Error),
        count(Level::Warning),
        count(Level::Info),
    );
    let (level, word) = match report.worst() {
        Some(Level::Error) => (Level::Error, "Does not conform:"),
        Some(Level::Warning) => (Level::Warning, "Conforms, with warnings:"),
        _ if report.findings.is_empty() && report.exempt.word().is_some() => (Level::Info, "No new findings:"),
        _ => (Level::Info, "Conforms:"),
    };
    let word = match (&report.periods, report.findings.is_empty()) {
        (None, _) => word,
        (Some(_), true) => "No drift:",
        (Some(_), false) => "Drift:",
    };
    let periods = report.periods.as_ref();
    let verdict = format!(
        "{}, {}, {} info.",
        plural(errors, "error"),
        plural(warnings, "warning"),
        thousands(infos)
    );
    page(&Page {
        kind: match report.contract_checked {
            Some(_) => "Lint report",
            None if report.periods.is_some() => "Drift report",
            None => "Check report",
        },
        title: match report.contract_checked {
            Some(_) => report.contract.clone(),
            None if report.periods.is_some() => report.contract.clone(),
            None => format!(
                "{} against {}",
                plural(report.sources.len() as u64, "file"),
                report.contract
            ),
        },
        verdict: (level, word.to_owned(), verdict),
        facts: facts(report),
        sections: vec![
            Section::new("summary", "Summary", summary(report, [errors, warnings])),
            listed.section,
            Section::new("timeline", "Requests by period", periods.map_or_else(String::new, |periods| timeline(report, periods))),
            Section::new("unsure", "Too few samples to tell", periods.map_or_else(String::new, unsure)),
            Section::new("unexercised", "Operations never exercised", unexercised(report)),
            Section::new("payloads", "Payloads", payloads(report)),
            Section::new("unread", "What could not be read", unread(report)),
        ],
        footer: footer(&format!(
            "{} and {}",
            code(&report.contract),
            plural(report.sources.len() as u64, "file")
        )),
    })
}

fn facts(report: &Report) -> Vec<(&'static str, String)> {
    if let Some(periods) = &report.periods {
        return periods.facts();
    }
    let mut facts = vec![("Contract", code(&report.contract))];
    let exempt = report.exempt.sentences("finding");
    let exempt = (!exempt.is_empty()).then(|| ("Not listed", escape(&exempt.join(" "))));
    if let Some(size) = report.contract_checked {
        let size = format!(
            "{}, {}, {}",
            plural(size.operations as u64, "operation"),
            plural(size.schemas as u64, "schema"),
            plural(size.documents as u64, "document")
        );
        facts.push(("Size", size));
        facts.extend(exempt);
        return facts;
    }
    let others = report.of_no_operation();
    let mut exchanges = thousands(report.exchanges);
    if others > 0 {
        exchanges.push_str(&format!(", {} of which belong to no operation", thousands(others)));
    }
    facts.push(("Exchanges", exchanges));
    let notes = report.incoming_notes();
    facts.extend((!notes.is_empty()).then(|| ("Webhooks and callbacks", escape(&notes.join(" ")))));
    facts.extend(exempt);
    facts
}

/// What a reader sees first: four figures, and the operations with findings.
fn summary(report: &Report, [errors, warnings]: [u64; 2]) -> String {
    if report.contract_checked.is_some() {
        return String::new();
    }
    if let Some(periods) = &report.periods {
        return periods::summary(periods, [errors, warnings]);
    }
    let (payloads, conforming) = (report.payloads(), conforming(report));
    let exercised = report.operations.iter().filter(|row| row.is_exercised).count() as u64;
    let all = report.operations.len() as u64;
    let mut out = scoreboard(&[
        ("Errors", thousands(errors), String::new(), if errors > 0 { "error" } else { "" }),
        ("Warnings", thousands(warnings), String::new(), if warnings > 0 { "warning" } else { "" }),
        (
            "Payloads that conform",
            share(conforming, payloads),
            format!("{} of {}", thousands(conforming), thousands(payloads)),
            "",
        ),
        (
            "Operations exercised",
            share(exercised, all),
            format!("{} of {}", thousands(exercised), thousands(all)),
            "",
        ),
    ]);
    let rows: Vec<Vec<String>> = scores(report)
        .iter()
        .map(|score| {
            let row = score.row;
            let deviating = match row.payloads {
                0 => "–".to_owned(),
                all => format!(
                    "{}{} of {} ({})",
                    meter(row.deviating, all),
                    thousands(row.deviating),
                    thousands(all),
                    share(row.deviating, all)
                ),
            };
            let (signature, id) = (code(&row.signature), escape(&row.id));
            vec![
                match row.signature.as_str() {
                    "(schema)" => code(&row.id),
                    _ => format!("{signature} <span class=\"muted\">{id}</span>"),
                },
                score.errors.to_string(),
                score.warnings.to_string(),
                deviating,
            ]
        })
        .collect();
    if !rows.is_empty() {
        let heads = [
            ("Operation", ""),
            ("Errors", "num"),
            ("Warnings", "num"),
            ("Deviating payloads", "bar"),
        ];
        const SHOWN: usize = 15;
        let (first, rest) = rows.split_at(rows.len().min(SHOWN));
        out.push_str(&table("Operations with findings", &heads, first));
        if !rest.is_empty() {
            let more = table("More operations with findings", &heads, rest);
            out.push_str(&details(&plural(rest.len() as u64, "more operation"), &more));
        }
    }
    out
}

/// Payloads that their schemas accept, placeholders aside.
fn conforming(report: &Report) -> u64 {
    use crate::observe::PayloadVerdict;
    report.with_verdict(PayloadVerdict::Conforms) + report.with_verdict(PayloadVerdict::Placeholders)
}

fn unexercised(report: &Report) -> String {
    let rows: Vec<String> = report
        .unexercised()
        .map(|row| format!("<li>{} <span class=\"muted\">{}</span></li>", code(&row.signature), escape(&row.id)))
        .collect();
    if rows.is_empty() || report.matched == 0 {
        return String::new();
    }
    let summary = format!(
        "{} of {}",
        thousands(rows.len() as u64),
        plural(report.operations.len() as u64, "operation")
    );
    details(&summary, &format!("<ul>{}</ul>", rows.join("\n")))
}

fn payloads(report: &Report) -> String {
    let verdicts: Vec<Vec<String>> = report
        .verdicts
        .iter()
        .map(|(verdict, count)| {
            vec![
                escape(verdict.words()),
                thousands(*count),
                share(*count, report.payloads()),
            ]
        })
        .collect();
    let heads = [("A payload", ""), ("Payloads", "num"), ("Share", "num")];
    match verdicts.is_empty() {
        true => String::new(),
        false => table("Payloads", &heads, &verdicts),
    }
}

fn unread(report: &Report) -> String {
    let problems = report.problems.iter();
    let problems = problems.map(|problem| {
        format!(
            "<li>{}: {}</li>",
            code(&problem.origin.to_string()),
            escape(&problem.message)
        )
    });
    let skipped = report.skipped.iter().map(|Skipped { path, reason }| {
        format!(
            "<li>{}: skipped: {}</li>",
            code(&path.display().to_string()),
            escape(reason)
        )
    });
    let rows: Vec<String> = problems.chain(skipped).collect();
    match rows.is_empty() {
        true => String::new(),
        false => format!("<ul>{}</ul>", rows.join("\n")),
    }
}

fn article(report: &Report, finding: &Finding, names: &BTreeMap<String, usize>) -> Article {
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    if let Some(words) = seen_words(finding) {
        facts.push(("Seen", inline(&words)));
    } else if let Some(list) = seen_list(finding) {
        facts.push(("Never seen", inline(&list)));
    }
    if !finding.known_to.is_empty() {
        facts.push(("Declared by", escape(&finding.known_to.join(", "))));
    }
    if !finding.variants.is_empty() {
        let variants: Vec<String> = finding.variants.iter().map(|variant| code(variant)).collect();
        facts.push(("Compared with", variants.join(", ")));
    }
    for note in &finding.notes {
        facts.push(("Note", inline(note)));
    }
    for difference in &finding.differences {
        facts.push(("Difference", inline(&difference.headline())));
    }
    let declared = finding
        .declared
        .iter()
        .take(PLACES_SHOWN)
        .map(|origin| code(&origin.to_string()));
    facts.push(("Contract", declared.collect::<Vec<_>>().join(", ")));
    let label = finding.label();
    let blocks: Vec<String> = finding
        .evidence
        .iter()
        .enumerate()
        .map(|(index, evidence)| {
            let at = match evidence.pointer.as_str() {
                "" => evidence.origin.to_string(),
                pointer => format!("{} {pointer}", evidence.origin),
            };
            let label = if index == 0 { &*label } else { "" };
            excerpt_block(&at, evidence.origin.position.line, &evidence.excerpt, label)
        })
        .collect();
    let body = match blocks.split_first() {
        Some((first, [])) => first.clone(),
        Some((first, rest)) => {
            let summary = plural(rest.len() as u64, "more place");
            format!("{first}{}", details(&summary, &rest.concat()))
        }
        None => String::new(),
    };
    let place = match group_of(report, finding) {
        Owner::Operation(row) => format!("in {}{}", code(&row.signature), parts(finding)),
        Owner::Component(name) => format!(
            "in component {}, {}",
            code(&name),
            plural(finding.operation_ids().len() as u64, "operation")
        ),
        Owner::Several => format!("in {}", operation_list(finding)),
        Owner::Captures | Owner::Contract | Owner::Configuration => String::new(),
    };
    let sides = match finding.side() {
        Some(Side::Request) => vec!["request"],
        Some(Side::Response) => vec!["response"],
        None => Vec::new(),
    };
    Article {
        key: finding.key.clone(),
        level: finding.level,
        rule: finding.rule.id,
        message: finding.headline().to_string(),
        place,
        operations: finding
            .operation_ids()
            .into_iter()
            .filter_map(|name| names.get(name).copied())
            .collect(),
        sides,
        seen: Some(true),
        facts,
        body,
    }
}

/// ` request`, ` response 200`
fn parts(finding: &Finding) -> String {
    let mut parts: Vec<String> = Vec::new();
    for target in finding.targets() {
        let status = target.status.map(|status| format!(" {status}")).unwrap_or_default();
        let part = format!(" {}{status}", target.message());
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    escape(&parts.join(","))
}

fn operation_list(finding: &Finding) -> String {
    let ids = finding.operation_ids();
    let shown: Vec<String> = ids.iter().take(PLACES_SHOWN).map(|id| code(id)).collect();
    match ids.len().saturating_sub(PLACES_SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more operations", shown.join(", ")),
    }
}
