//! The migration report as HTML, in the page that all reports share.

mod tables;

use crate::report::diff::DiffOptions;
use crate::report::diff::html::{Operations, article, contract, footer, group};
use crate::report::diff::words::{reached, title};
use crate::report::render::{Article, Articles, Bar, badge, CHANGE, Group, Page, Section, articles, bars, code, details, diff_block, escape, inline, legend, page, table};
use crate::report::render::numbers::{plural, share, thousands};
use crate::rules::Level;

use super::advice::advice;
use super::words::{consumer, evidence, short_evidence, sample_lines, time, touched, values, verdict};
use super::{MigrationReport, judged, rows};
use tables::*;

/// The number of rows of a list that are shown.
const ROWS: usize = 200;

/// The number of operations in a chart.
const BARS: usize = 40;

/// Renders the report as one HTML file.
#[must_use]
pub fn html(report: &MigrationReport) -> String {
    let operations = Operations::of(&report.diff);
    let groups = report.groups();
    let rendered: Vec<Group> = groups
        .iter()
        .map(|(title, owner, indices)| {
            let (mut shown, mut sampled) = (None, None);
            let articles = indices.iter().map(|index| {
                let options = DiffOptions::default();
                let judged = judged(report, *index);
                let article = article(judged, &operations, options, &mut shown);
                with_traffic(report, *index, article, &mut sampled)
            });
            Group {
                articles: articles.collect(),
                note: note(report, indices),
                ..group(title, *owner)
            }
        })
        .collect();
    let has_traffic = report.traffic.is_some();
    let listed = articles("Changes", CHANGE, &operations.names, has_traffic, &rendered);
    let order = groups
        .iter()
        .flat_map(|(_, _, indices)| indices.iter().copied());
    let mut ids = vec![String::new(); report.diff.changes.len()];
    for (index, id) in order.zip(&listed.ids) {
        ids[index].clone_from(id);
    }
    let impact = impact(report, &groups, &listed);
    let (level, word, rest) = verdict(report);
    page(&Page {
        kind: "Migration report",
        title: format!("{} → {}", report.diff.old.given, report.diff.new.given),
        verdict: (level, word.to_owned(), rest),
        facts: facts(report),
        sections: vec![
            Section::new("first", "What to do first", first(report, &ids)),
            Section::new("impact", "Impact by operation", impact),
            listed.section,
            Section::new("moved", "Renamed and moved", moved(report)),
            Section::new("respelled", "Reformatted values", respelled(report)),
            Section::new("replaced", "Replaced operations", replaced(report)),
            Section::new("enums", "Enums", enums(report)),
            Section::new("consumers", "By consumer", consumers(report, &ids)),
            Section::new("timeline", "Timeline", timeline(report)),
            Section::new("pairs", "Old and new side by side", pairs(report)),
            Section::new("notes", "Behaviour notes", notes(report, &ids)),
            Section::new("unknown", "Unknown to both contracts", beyond(report)),
            Section::new("unjudged", "Not compared", unjudged(report)),
            Section::new("coverage", "Coverage", coverage(report)),
        ],
        footer: footer(&format!(
            "{} and {}",
            code(&report.diff.old.given),
            code(&report.diff.new.given)
        )),
    })
}

fn facts(report: &MigrationReport) -> Vec<(&'static str, String)> {
    let diff = &report.diff;
    let mut facts = vec![
        (
            "Old",
            contract(&diff.old.reference, diff.size.old_operations),
        ),
        (
            "New",
            contract(&diff.new.reference, diff.size.new_operations),
        ),
    ];
    let exempt = diff.exempt.sentences("change");
    if !exempt.is_empty() {
        facts.push(("Not listed", escape(&exempt.join(" "))));
    }
    if let Some(words) = touched(report) {
        facts.push(("Traffic", escape(&words)));
    }
    let Some(traffic) = &report.traffic else {
        return facts;
    };
    let mut read = format!(
        "{} read",
        plural(traffic.report.sources.len() as u64, "file")
    );
    if !traffic.report.problems.is_empty() {
        read.push_str(&format!(
            ", {} could not be",
            plural(traffic.report.problems.len() as u64, "input")
        ));
    }
    facts.push(("Captures", read));
    if let Some((_, rows)) = &traffic.consumers {
        let names: Vec<String> = rows
            .iter()
            .filter(|(name, _)| !name.is_empty())
            .take(8)
            .map(|(name, _)| code(&consumer(name)))
            .collect();
        facts.push(("Consumers", names.join(", ")));
    }
    if let (Some(first), Some(last)) = (traffic.exchanges.times.first, traffic.exchanges.times.last)
    {
        facts.push(("Time", format!("{} to {}", time(first), time(last))));
    }
    facts
}

/// The places that the changes of a component affect.
fn note(report: &MigrationReport, indices: &[usize]) -> Option<String> {
    let first = judged(report, *indices.first()?);
    if !matches!(first.difference.owner, crate::diff::Owner::Component(..)) {
        return None;
    }
    let mut places: Vec<String> = Vec::new();
    for index in indices {
        for reach in &judged(report, *index).difference.reach {
            let word = code(&reached(reach));
            if !places.contains(&word) {
                places.push(word);
            }
        }
    }
    let more = places.len().saturating_sub(6);
    places.truncate(6);
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    Some(format!("Affects {}{more}.", places.join(", ")))
}

fn with_traffic(
    report: &MigrationReport,
    index: usize,
    mut article: Article,
    sampled: &mut Option<Vec<String>>,
) -> Article {
    let usage = &report.usage[index];
    let judged = judged(report, index);
    let mut facts: Vec<(&'static str, String)> = Vec::new();
    if let Some((word, rest)) = evidence(report, index) {
        let places = usage.old.places.iter();
        let places: Vec<String> = places.map(|at| code(&at.to_string())).collect();
        let such = match places.is_empty() {
            true => String::new(),
            false => format!("; such as {}", places.join(", ")),
        };
        facts.push((
            "Traffic",
            format!("<span class=\"seen\">{word}</span>{}{such}", escape(&rest)),
        ));
    }
    let (seen, more) = values(usage);
    let words: Vec<String> = seen
        .iter()
        .map(|(value, count)| format!("{} {}×", code(value), thousands(*count)))
        .collect();
    let more = more.map_or_else(String::new, |more| format!(" and {more}"));
    facts.push(("Values", words.join(", ") + &more));
    if let Some(words) = advice(judged, usage) {
        facts.push(("What to do", inline(&words)));
    }
    let names: Vec<String> = usage
        .consumers
        .keys()
        .take(8)
        .map(|name| code(&consumer(name)))
        .collect();
    facts.push(("Consumers", names.join(", ")));
    // Traffic comes after old and new, and before the reasons.
    let at = article
        .facts
        .iter()
        .take_while(|(name, _)| *name == "Old → new")
        .count();
    article.facts.splice(at..at, facts);
    if let Some(sample) = usage.sample() {
        let lines = sample_lines(sample);
        if sampled.as_ref() == Some(&lines) {
            article
                .facts
                .push(("Payload", "before and after as above".to_owned()));
        } else {
            let content = format!(
                "<p>From {}; secrets are masked.</p>\n{}",
                code(&sample.origin.to_string()),
                diff_block(&lines, true)
            );
            let block = details("Payload before and after", &content);
            article.body.push_str(&block);
            *sampled = Some(lines);
        }
    }
    article.seen = report.is_seen(index);
    article
}

fn first(report: &MigrationReport, ids: &[String]) -> String {
    let rows: Vec<String> = rows::first(report)
        .into_iter()
        .map(|index| {
            let judged = judged(report, index);
            let advice = advice(judged, &report.usage[index]).unwrap_or_default();
            let group = title(&judged.difference.owner).replace("  ", " — ");
            let traffic = short_evidence(report, index).map(|(word, rest)| {
                format!("<br><span class=\"seen\">{word}</span>{}.", escape(&rest))
            });
            let advice = match advice.as_str() {
                "" => String::new(),
                words => format!("<br>{}", inline(words)),
            };
            format!(
                "<li>{}<a href=\"#{}\">{}</a> <span class=\"muted\">({})</span>{}{advice}</li>",
                badge(judged.level),
                ids[index],
                inline(&judged.message),
                escape(&group),
                traffic.unwrap_or_default(),
            )
        })
        .collect();
    match rows.is_empty() {
        true => String::new(),
        false => format!("<ol class=\"first\">{}</ol>", rows.join("\n")),
    }
}

/// The groups of changes, as the report orders them.
type Groups<'r> = [(String, Option<&'r crate::diff::Owner>, Vec<usize>)];

fn impact(report: &MigrationReport, groups: &Groups<'_>, listed: &Articles) -> String {
    if report.operations.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    if let Some(words) = touched(report) {
        out.push_str(&format!("<p>{}.</p>\n", escape(&words)));
    }
    let name = |row: &super::OperationRow| match row.signature() {
        "(schema)" => row.id.clone(),
        signature => signature.to_owned(),
    };
    let mut charted: Vec<_> = report
        .operations
        .iter()
        .filter(|row| row.exchanges.old > 0)
        .collect();
    charted.sort_by_key(|row| std::cmp::Reverse((row.exchanges.touched, row.exchanges.old)));
    charted.truncate(BARS);
    if !charted.is_empty() {
        let rows: Vec<Bar> = charted
            .iter()
            .map(|row| Bar {
                name: name(row),
                all: row.exchanges.old,
                part: row.exchanges.touched,
            })
            .collect();
        out.push_str(&bars(
            "impact-c",
            "Exchanges of the old version by operation, and how many are affected",
            "The table below has the same figures.",
            &rows,
        ));
        out.push_str(&legend(&[
            ("b-touched", "affected by an error or a warning"),
            ("b-all", "all exchanges of the old version"),
        ]));
    }
    let link = |row: &super::OperationRow| {
        let own = groups.iter().position(|(_, owner, _)| {
            matches!(owner, Some(crate::diff::Owner::Operation(name, _)) if name.position == row.position)
        });
        match own {
            Some(index) => format!(
                "<a href=\"#{}\">{}</a>",
                listed.groups[index],
                code(&name(row))
            ),
            None => code(&name(row)),
        }
    };
    let rows: Vec<Vec<String>> = report
        .operations
        .iter()
        .map(|row| {
            let level = |level| row.at_level(&report.diff, level).to_string();
            vec![
                link(row),
                thousands(row.exchanges.old),
                thousands(row.exchanges.touched),
                share(row.exchanges.touched, row.exchanges.old),
                thousands(row.exchanges.new),
                level(Level::Error),
                level(Level::Warning),
                level(Level::Info),
            ]
        })
        .collect();
    let heads = [
        ("Operation", ""),
        ("Old version", "num"),
        ("Affected", "num"),
        ("Share", "num"),
        ("New version", "num"),
        ("Errors", "num"),
        ("Warnings", "num"),
        ("Info", "num"),
    ];
    out.push_str(&table("Impact by operation", &heads, &rows));
    out
}
