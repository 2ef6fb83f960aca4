//! The tables, charts and lists after the changes.

use jiff::Timestamp;

use crate::diff::Fact;
use crate::migrate::impact::Spoken;
use crate::report::diff::words::title;
use crate::report::render::{Stack, badge, code, details, escape, excerpt_block, inline, legend, meter, slug, stack, table};
use crate::report::render::numbers::{plural, share, thousands};
use crate::rules::Level;

use crate::report::migration::rows::*;
use crate::report::migration::words::{consumer, cut, day, time};
use crate::report::migration::{MigrationReport, judged};
use super::ROWS;

pub(super) fn moved(report: &MigrationReport) -> String {
    let rows: Vec<Vec<String>> = moved_rows(report)
        .iter()
        .map(|row| {
            vec![
                code(&row.old),
                code(&row.new),
                inline(&row.ground),
                escape(&row.same),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let heads = [
        ("Old", ""),
        ("New", ""),
        ("Reason", ""),
        ("Same value in pairs", "num"),
    ];
    table("Renamed and moved", &heads, &rows)
}

pub(super) fn respelled(report: &MigrationReport) -> String {
    let rows: Vec<Vec<String>> = respelled_rows(report)
        .iter()
        .map(|row| {
            vec![
                code(&row.place),
                code(&cut(&row.before, 80)),
                code(&cut(&row.after, 80)),
                thousands(row.payloads),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let heads = [
        ("Place", ""),
        ("Before", ""),
        ("After", ""),
        ("Payloads", "num"),
    ];
    format!(
        "<p>{}</p>\n{}",
        RESPELLED,
        table("Reformatted values", &heads, &rows)
    )
}

pub(super) fn replaced(report: &MigrationReport) -> String {
    let rows: Vec<Vec<String>> = report
        .diff
        .changes
        .iter()
        .filter(|judged| judged.difference.fact == Fact::OperationReplaced)
        .map(|judged| {
            let calls = judged.difference.new.as_deref().unwrap_or_default();
            let calls: Vec<String> = calls.lines().map(code).collect();
            let notes = replaced_notes(&judged.difference);
            let notes: Vec<String> = notes.iter().map(|note| inline(note)).collect();
            vec![
                code(judged.difference.old.as_deref().unwrap_or_default()),
                calls.join("<br>"),
                notes.join("<br>"),
            ]
        })
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    table(
        "Replaced operations",
        &[("Old call", ""), ("New calls", ""), ("Notes", "")],
        &rows,
    )
}

pub(super) fn enums(report: &MigrationReport) -> String {
    let mut out = String::new();
    let mut ids: Vec<String> = Vec::new();
    for known in &report.enums {
        let mut id = format!("enum-{}", slug(&known.name));
        while ids.contains(&id) {
            id.push('x');
        }
        out.push_str(&format!(
            "<h3 id=\"{id}\">{} <span class=\"count\">{}</span></h3>\n",
            escape(&known.name),
            escape(enum_summary(known).trim_end_matches('.'))
        ));
        ids.push(id);
        let mut told: Vec<_> = known.rows.iter().filter(|row| is_told(row)).collect();
        told.sort_by_key(|row| std::cmp::Reverse(row.seen.count));
        let most = told.first().map_or(0, |row| row.seen.count);
        let rows: Vec<Vec<String>> = told
            .iter()
            .take(ROWS)
            .map(|row| {
                let new = match (row.old, row.new) {
                    (false, true) => "yes, added",
                    (true, false) => "no, removed",
                    (_, true) => "yes",
                    (_, false) => "no",
                };
                let seen = match row.seen.count {
                    0 => "never".to_owned(),
                    count => format!("{}{}×", meter(count, most), thousands(count)),
                };
                vec![
                    code(&cut(&row.value, 60)),
                    if row.old { "yes" } else { "no" }.to_owned(),
                    new.to_owned(),
                    seen,
                    day(row.seen.times.first),
                    day(row.seen.times.last),
                ]
            })
            .collect();
        let heads = [
            ("Value", ""),
            ("Old", ""),
            ("New", ""),
            ("Seen in traffic", ""),
            ("First", "date"),
            ("Last", "date"),
        ];
        if !rows.is_empty() {
            out.push_str(&table(&format!("Values of {}", known.name), &heads, &rows));
        }
        let rest: Vec<String> = known
            .rows
            .iter()
            .filter(|row| !is_told(row))
            .map(|row| code(&cut(&row.value, 60)))
            .collect();
        if !rest.is_empty() {
            let summary = format!(
                "{} in both contracts that {} not seen",
                plural(rest.len() as u64, "value"),
                if rest.len() == 1 { "was" } else { "were" }
            );
            let content = format!("<p class=\"values\">{}</p>", rest.join(" "));
            out.push_str(&details(&summary, &content));
        }
    }
    out
}

pub(super) fn consumers(report: &MigrationReport, ids: &[String]) -> String {
    let Some((by, rows)) = report
        .traffic
        .as_ref()
        .and_then(|traffic| traffic.consumers.as_ref())
    else {
        return String::new();
    };
    let at = |exchanges: &crate::migrate::impact::Exchanges, level: Level| {
        let own = exchanges.changes.iter();
        own.filter(|index| judged(report, **index).level == level)
            .count()
            .to_string()
    };
    let name = |name: &str| match name {
        "" => "unknown".to_owned(),
        name => code(&consumer(name)),
    };
    let cells: Vec<Vec<String>> = rows
        .iter()
        .map(|(own, exchanges)| {
            vec![
                name(own),
                thousands(exchanges.old),
                thousands(exchanges.touched),
                share(exchanges.touched, exchanges.old),
                thousands(exchanges.new),
                at(exchanges, Level::Error),
                at(exchanges, Level::Warning),
            ]
        })
        .collect();
    let heads = [
        ("Consumer", ""),
        ("Old version", "num"),
        ("Affected", "num"),
        ("Share", "num"),
        ("New version", "num"),
        ("Errors", "num"),
        ("Warnings", "num"),
    ];
    let mut out = format!(
        "<p>Identified by {}. Errors and warnings are the changes that affect at least one of the \
         exchanges.</p>\n{}",
        escape(by),
        table("By consumer", &heads, &cells)
    );
    for (own, exchanges) in rows.iter().filter(|(_, own)| !own.changes.is_empty()) {
        let links: Vec<String> = exchanges
            .changes
            .iter()
            .take(ROWS)
            .map(|index| {
                let judged = judged(report, *index);
                format!(
                    "<li>{} <a href=\"#{}\">{}</a></li>",
                    badge(judged.level),
                    ids[*index],
                    inline(&judged.message)
                )
            })
            .collect();
        let summary = format!(
            "Changes that affect {}: {}",
            name(own),
            exchanges.changes.len()
        );
        out.push_str(&details(
            &summary,
            &format!("<ul>{}</ul>", links.join("\n")),
        ));
    }
    out
}

/// The name of a time span, for the columns of a chart.
fn span_name(seconds: i64) -> String {
    match seconds {
        1 => "second".to_owned(),
        60 => "minute".to_owned(),
        3_600 => "hour".to_owned(),
        86_400 => "day".to_owned(),
        604_800 => "week".to_owned(),
        _ if seconds % 86_400 == 0 => format!("{} days", seconds / 86_400),
        _ if seconds % 3_600 == 0 => format!("{} hours", seconds / 3_600),
        _ if seconds % 60 == 0 => format!("{} minutes", seconds / 60),
        _ => format!("{seconds} seconds"),
    }
}

pub(super) fn timeline(report: &MigrationReport) -> String {
    let Some(traffic) = report
        .traffic
        .as_ref()
        .filter(|traffic| traffic.timeline.is_timed())
    else {
        return String::new();
    };
    let (columns, span) = traffic.timeline.columns();
    let label = |at: Timestamp| match span < 86_400 {
        true => time(at).trim_end_matches(" UTC").to_owned(),
        false => day(Some(at)),
    };
    let start = |index: usize| columns.get(index).map(|column| label(column.start));
    let first = start(0).unwrap_or_default();
    let middle = match columns.len() > 4 {
        true => start(columns.len() / 2).unwrap_or_default(),
        false => String::new(),
    };
    let last = match columns.len() > 1 {
        true => start(columns.len() - 1).unwrap_or_default(),
        false => String::new(),
    };
    let mut out = stack(
        "time-c",
        &format!(
            "Exchanges per {} by the version that they match",
            span_name(span)
        ),
        "The table below shows when each version was first and last seen.",
        &Stack {
            columns: columns.iter().map(|column| column.counts).collect(),
            labels: [&first, &middle, &last],
        },
    );
    let (old, new) = (&report.diff.old.reference, &report.diff.new.reference);
    out.push_str(&legend(&[
        ("b-old", old),
        ("b-new", new),
        ("b-none", "neither"),
    ]));
    let clock = |at: Option<Timestamp>| at.map_or("–".to_owned(), time);
    let mut rows: Vec<Vec<String>> = traffic
        .spoken
        .iter()
        .map(|(spoken, seen)| {
            let name = match spoken {
                Spoken::Old => code(old),
                Spoken::New => code(new),
                Spoken::Neither => "neither".to_owned(),
            };
            vec![
                name,
                thousands(seen.count),
                clock(seen.times.first),
                clock(seen.times.last),
            ]
        })
        .collect();
    for row in report
        .operations
        .iter()
        .filter(|row| row.exchanges.times.first.is_some())
    {
        rows.push(vec![
            code(row.signature()),
            thousands(row.exchanges.all),
            clock(row.exchanges.times.first),
            clock(row.exchanges.times.last),
        ]);
    }
    let heads = [
        ("Seen", ""),
        ("Exchanges", "num"),
        ("First", "date"),
        ("Last", "date"),
    ];
    out.push_str(&table("First and last seen", &heads, &rows));
    if traffic.timeline.untimed > 0 {
        let words = plural(traffic.timeline.untimed, "exchange");
        out.push_str(&format!(
            "<p>Not in the chart: {words} without a readable time.</p>\n"
        ));
    }
    out
}

pub(super) fn pairs(report: &MigrationReport) -> String {
    let pairs = &report.pairs;
    if pairs.pairs == 0 {
        return String::new();
    }
    let mut out = format!("<p>{}</p>\n", escape(&pairs_summary(report)));
    let contradicted = contradicted(report);
    if !contradicted.is_empty() {
        let rows = contradicted.iter().map(|(message, count)| {
            let often = plural(*count, "payload");
            format!("<li>Contradicted in {often}: {}</li>", inline(message))
        });
        out.push_str(&format!(
            "<ul>{}</ul>\n",
            rows.collect::<Vec<_>>().join("\n")
        ));
    }
    let rows: Vec<Vec<String>> = pairs
        .differences
        .iter()
        .take(ROWS)
        .map(|difference| {
            let examples: Vec<String> = difference.examples.iter().map(|own| code(own)).collect();
            vec![
                code(&format!("{} {}", difference.operation, difference.place)),
                escape(&difference_words(&difference.kind)),
                thousands(difference.pairs),
                examples.join(", "),
            ]
        })
        .collect();
    if !rows.is_empty() {
        let heads = [
            ("Place", ""),
            ("In the new payload", ""),
            ("Pairs", "num"),
            ("Examples", ""),
        ];
        out.push_str(&table("Where new payloads differ from the changes", &heads, &rows));
    }
    out
}

pub(super) fn notes(report: &MigrationReport, ids: &[String]) -> String {
    let rows: Vec<String> = report
        .diff
        .changes
        .iter()
        .zip(ids)
        .filter(|(judged, _)| judged.difference.fact == Fact::NoteChanged)
        .map(|(judged, id)| {
            let group = title(&judged.difference.owner).replace("  ", " — ");
            format!(
                "<li>{}: <a href=\"#{id}\">{}</a></li>",
                escape(&group),
                inline(&judged.message)
            )
        })
        .collect();
    match rows.is_empty() {
        true => String::new(),
        false => format!("<ul>{}</ul>", rows.join("\n")),
    }
}

pub(super) fn beyond(report: &MigrationReport) -> String {
    let mut out = String::new();
    for finding in report.beyond.iter().take(ROWS) {
        let head = format!(
            "{} {} <code>{}</code>, {}",
            badge(finding.level),
            inline(&finding.headline()),
            finding.rule.id,
            times(finding.count)
        );
        let excerpts = finding.evidence.iter().map(|evidence| {
            let line = evidence.origin.position.line;
            excerpt_block(
                &evidence.origin.to_string(),
                line,
                &evidence.excerpt,
                &finding.label(),
            )
        });
        out.push_str(&details(&head, &excerpts.collect::<String>()));
    }
    let more = report.beyond.len().saturating_sub(ROWS);
    if more > 0 {
        out.push_str(&format!("<p>And {more} more.</p>\n"));
    }
    out
}

pub(super) fn unjudged(report: &MigrationReport) -> String {
    let all = [problem_rows(report), unjudged_rows(report)].concat();
    let rows: Vec<String> = all
        .iter()
        .take(ROWS)
        .map(|row| format!("<li>{}</li>", inline(row)))
        .collect();
    let more = all.len().saturating_sub(ROWS);
    let more = if more > 0 {
        format!("\n<li>and {more} more</li>")
    } else {
        String::new()
    };
    match rows.is_empty() {
        true => String::new(),
        false => format!("<ul>{}{more}</ul>", rows.join("\n")),
    }
}

pub(super) fn coverage(report: &MigrationReport) -> String {
    if report.coverage.is_empty() {
        return String::new();
    }
    let mut out = String::new();
    let unseen = unseen_operations(report);
    if !unseen.is_empty() {
        let listed: Vec<String> = unseen.iter().map(|signature| code(signature)).collect();
        out.push_str(&format!("<p>Never called: {}.</p>\n", listed.join(", ")));
    }
    let of = |part: usize, all: usize| match all {
        0 => "–".to_owned(),
        all => format!("{}{part} of {all}", meter(part as u64, all as u64)),
    };
    let rows: Vec<Vec<String>> = report
        .coverage
        .iter()
        .map(|row| {
            let (values, met) = enum_cover(row);
            let mut listed: Vec<String> = row
                .unseen
                .iter()
                .take(8)
                .map(|place| code(&place.to_string()))
                .collect();
            if row.unseen.len() > 8 {
                listed.push(format!("and {} more", row.unseen.len() - 8));
            }
            let never = match row.payloads {
                0 => "everything".to_owned(),
                _ => listed.join(", "),
            };
            vec![
                escape(&coverage_name(row)),
                thousands(row.payloads),
                of(row.declared - row.unseen.len(), row.declared),
                of(met, values),
                never,
            ]
        })
        .collect();
    let heads = [
        ("Payload", ""),
        ("Payloads", "num"),
        ("Properties seen", ""),
        ("Enum values seen", ""),
        ("Never seen", ""),
    ];
    out.push_str(&table("Coverage of the old contract", &heads, &rows));
    out
}
