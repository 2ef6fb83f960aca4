//! The report of a check as HTML, in the frame of all reports.

use std::collections::BTreeMap;

use crate::rules::{Finding, Level};

use crate::report::Report;
use crate::report::diff::footer;
use crate::report::render::{Article, FINDING, Group, Page, Section, articles, code, escape, excerpt_block, inline, page, table};
use crate::report::render::numbers::{plural, share, thousands};

/// Values of a finding that are shown.
const VALUES_SHOWN: usize = 20;

/// Places in the contract that are shown.
const PLACES_SHOWN: usize = 6;

/// Renders the report as one HTML file.
#[must_use]
pub fn html(report: &Report) -> String {
    let mut names: BTreeMap<String, usize> = BTreeMap::new();
    for finding in &report.findings {
        for operation in operations(finding) {
            names.entry(operation).or_default();
        }
    }
    for (number, own) in names.values_mut().enumerate() {
        *own = number;
    }
    let mut groups: Vec<Group> = Vec::new();
    for finding in &report.findings {
        let title = match operations(finding).as_slice() {
            [] => "The captures as a whole".to_owned(),
            [only] => only.clone(),
            _ => "Several operations".to_owned(),
        };
        let short = escape(&title);
        let article = article(finding, &title, &names);
        match groups.iter_mut().find(|group| group.short == short) {
            Some(group) => group.articles.push(article),
            None => groups.push(Group {
                title: short.clone(),
                short,
                note: None,
                articles: vec![article],
            }),
        }
    }
    let operations: Vec<String> = names.into_keys().collect();
    let listed = articles("Findings", FINDING, &operations, false, &groups);
    let count = |level| report.at_level(level);
    let (errors, warnings, infos) = (
        count(Level::Error),
        count(Level::Warning),
        count(Level::Info),
    );
    let (level, word) = match report.worst() {
        Some(Level::Error) => (Level::Error, "Does not conform:"),
        Some(Level::Warning) => (Level::Warning, "Conforms, but drifts:"),
        _ => (Level::Info, "Conforms:"),
    };
    let verdict = format!(
        "{}, {}, {infos} info.",
        plural(errors as u64, "error"),
        plural(warnings as u64, "warning")
    );
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
    let heads = [("Each", ""), ("Payloads", "num"), ("Share", "num")];
    let payloads = match verdicts.is_empty() {
        true => String::new(),
        false => table("Payloads", &heads, &verdicts),
    };
    page(&Page {
        kind: "Check report",
        title: format!(
            "{} against {}",
            plural(report.sources.len() as u64, "file"),
            report.contract
        ),
        verdict: (level, word.to_owned(), verdict),
        facts: vec![
            ("Contract", code(&report.contract)),
            (
                "Exchanges",
                format!(
                    "{}, of which {} belong to the contract",
                    thousands(report.exchanges),
                    thousands(report.matched)
                ),
            ),
        ],
        sections: vec![
            listed.section,
            Section::new("payloads", "Payloads", payloads),
            Section::new("unread", "What could not be read", unread(report)),
        ],
        footer: footer(&format!(
            "{} and {}",
            code(&report.contract),
            plural(report.sources.len() as u64, "file")
        )),
    })
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
    let skipped = report.skipped.iter().map(|(path, reason)| {
        format!(
            "<li>{}: passed over: {}</li>",
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

/// The operations that a finding is about.
fn operations(finding: &Finding) -> Vec<String> {
    let targets = finding
        .places
        .iter()
        .filter_map(|place| place.target.as_ref());
    let mut operations: Vec<String> = targets.map(|target| target.operation.to_string()).collect();
    operations.sort();
    operations.dedup();
    operations
}

fn article(finding: &Finding, group: &str, names: &BTreeMap<String, usize>) -> Article {
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    let of = match finding.of_payloads {
        0 => String::new(),
        of => format!(
            ", in {} of {} ({})",
            thousands(finding.payloads),
            plural(of, finding.unit.word()),
            share(finding.payloads, of)
        ),
    };
    let often = match finding.count {
        1 => "once".to_owned(),
        count => format!("{} times", thousands(count)),
    };
    facts.push(("Seen", format!("{often}{of}")));
    let values: Vec<String> = finding
        .values
        .iter()
        .take(VALUES_SHOWN)
        .map(|value| format!("{} {}×", code(&value.value), thousands(value.count)))
        .collect();
    facts.push(("Values", values.join(", ")));
    if !finding.known_to.is_empty() {
        facts.push(("Known to", escape(&finding.known_to.join(", "))));
    }
    for note in &finding.notes {
        facts.push(("Note", inline(note)));
    }
    let declared = finding
        .declared
        .iter()
        .map(|origin| code(&origin.to_string()));
    facts.push(("Contract", declared.collect::<Vec<_>>().join(", ")));
    let body = finding
        .evidence
        .iter()
        .enumerate()
        .map(|(index, evidence)| {
            let at = match evidence.pointer.as_str() {
                "" => evidence.origin.to_string(),
                pointer => format!("{} {pointer}", evidence.origin),
            };
            let label = if index == 0 { &*finding.label() } else { "" };
            excerpt_block(&at, evidence.origin.position.line, &evidence.excerpt, label)
        });
    let places: Vec<String> = finding
        .places
        .iter()
        .take(PLACES_SHOWN)
        .map(|place| {
            let target = place
                .target
                .as_ref()
                .map(ToString::to_string)
                .unwrap_or_default();
            match place.path.steps() {
                [] => escape(&target),
                _ => format!("{} at {}", escape(&target), code(&place.path.to_string())),
            }
        })
        .filter(|place| !place.is_empty())
        .collect();
    let more = finding.places.len().saturating_sub(PLACES_SHOWN);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    let sides = match finding.side() {
        Some(crate::location::Side::Request) => vec!["request"],
        Some(crate::location::Side::Response) => vec!["response"],
        None => Vec::new(),
    };
    let numbers = operations(finding).into_iter();
    Article {
        key: [
            finding.rule.id.to_owned(),
            group.to_owned(),
            finding.key.to_string(),
            String::new(),
            finding.headline().to_string(),
        ],
        level: finding.level,
        rule: finding.rule.id,
        message: finding.headline().to_string(),
        place: match places.is_empty() {
            true => String::new(),
            false => format!("in {}{more}", places.join(", ")),
        },
        operations: numbers
            .filter_map(|name| names.get(&name).copied())
            .collect(),
        sides,
        seen: Some(true),
        facts,
        body: body.collect(),
    }
}
