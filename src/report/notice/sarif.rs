//! SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), within the limits of GitHub code scanning.
//!
//! The types are our own. The crate for SARIF generates some hundred types from the schema in a build script, for
//! which it compiles a dozen crates; a report has the nine below. A test reads what is written with that crate, and
//! validates it with the published schema.

use serde::Serialize;
use serde_json::{Value, json};

use crate::location::Position;
use crate::report::{document, plural};
use crate::rules::{CATALOGUE, Level, Rule, Suppression};

use super::{Fingerprints, Notice, Notices, Region, Root};

/// The most results of a run that GitHub accepts.
const MOST_RESULTS: usize = 25_000;

/// The most bytes of results: GitHub accepts 10 MB, with some room left for the rest of the document.
const MOST_BYTES: usize = 9_500_000;

/// The name of the root folder in places.
const ROOT: &str = "SRCROOT";

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Log {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run {
    tool: Value,
    invocations: [Value; 1],
    original_uri_base_ids: Value,
    column_kind: &'static str,
    results: Vec<SarifResult>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: &'static str,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    partial_fingerprints: Value,
    #[serde(skip_serializing_if = "Option::is_none")]
    baseline_state: Option<&'static str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suppressions: Vec<Value>,
    properties: Value,
}

#[derive(Debug, Serialize)]
struct Message {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Message>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Value,
    region: SarifRegion,
}

/// Lines and columns from 1; the end is exclusive.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifRegion {
    start_line: u64,
    start_column: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end_column: Option<u64>,
}

/// The notices as a SARIF log with one run. Suppressed notices are results with a suppression.
pub(super) fn sarif(notices: &Notices, root: &Root) -> String {
    let used = |rule: &&&Rule| notices.list.iter().any(|notice| *notice.rule == ***rule);
    let rules: Vec<&Rule> = CATALOGUE.iter().filter(used).copied().collect();
    let (results, left_out) = results(notices, &rules, root);
    let log = Log {
        schema: "https://json.schemastore.org/sarif-2.1.0.json",
        version: "2.1.0",
        runs: [Run {
            tool: json!({"driver": {
                "name": "wiredrift",
                "version": document::version(),
                "semanticVersion": document::version(),
                "rules": rules.iter().map(|rule| described(rule)).collect::<Vec<_>>(),
            }}),
            invocations: [invocation(notices, left_out, root)],
            original_uri_base_ids: json!({(ROOT): {
                "uri": root.uri(),
                "description": {"text": "The folder of the repository, or the folder in which wiredrift ran."},
            }}),
            column_kind: "unicodeCodePoints",
            results,
        }],
    };
    document::written(&log)
}

/// The results that GitHub accepts, the most important first, and how many were left out.
fn results(notices: &Notices, rules: &[&Rule], root: &Root) -> (Vec<SarifResult>, usize) {
    let mut prints = Fingerprints::default();
    let mut bytes = 0;
    let mut results = Vec::new();
    for (at, notice) in notices.list.iter().enumerate() {
        let rule = rules.iter().position(|rule| **rule == *notice.rule).unwrap_or_default();
        let result = result(notices, notice, rule, &prints.of(notice), root);
        bytes += document::written(&result).len();
        if results.len() == MOST_RESULTS || bytes > MOST_BYTES {
            return (results, notices.list.len() - at);
        }
        results.push(result);
    }
    (results, 0)
}

fn result(notices: &Notices, notice: &Notice, rule_index: usize, print: &str, root: &Root) -> SarifResult {
    let mut text = notice.message.clone();
    for fact in &notice.facts {
        text.push('\n');
        text.push_str(fact);
    }
    // Code scanning shows only results in files of the repository.
    let mut places: Vec<(Option<&'static str>, &Region)> = Vec::new();
    places.extend(notice.place.iter().map(|place| (None, place)));
    places.extend(notice.related.iter().map(|(what, place)| (Some(*what), place)));
    let inside = places.iter().position(|(_, place)| root.relative(&place.file).is_some());
    // Without a place, GitHub refuses the whole file.
    let whole = Region {
        file: notices.file.clone(),
        start: Position::START,
        end: None,
    };
    let primary = places.get(inside.unwrap_or_default()).map_or(&whole, |(_, place)| *place);
    let related = places.iter().enumerate().filter(|(at, _)| *at != inside.unwrap_or_default());
    let related = related.enumerate().map(|(id, (_, (what, place)))| {
        let what = what.unwrap_or("found here");
        location(place, Some(id + 1), Some(what), root)
    });
    SarifResult {
        rule_id: notice.rule.id,
        rule_index,
        level: level_word(notice.level),
        message: Message { text },
        locations: vec![location(primary, None, None, root)],
        related_locations: related.collect(),
        // GitHub tells results apart by the first of them: by the cause instead of a hash of the line.
        partial_fingerprints: json!({
            "primaryLocationLineHash": format!("{print}:1"),
            "wiredriftKey/v1": print,
        }),
        baseline_state: notices.has_baseline.then_some(match notice.suppressed {
            Some(Suppression::Baseline { .. }) => "unchanged",
            _ => "new",
        }),
        suppressions: notice.suppressed.iter().map(suppression).collect(),
        properties: json!({"key": notice.key.to_string()}),
    }
}

fn suppression(suppressed: &Suppression) -> Value {
    json!({
        "kind": "external",
        "status": "accepted",
        "justification": suppressed.to_string(),
    })
}

const fn level_word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
        Level::Off => "none",
    }
}

fn location(place: &Region, id: Option<usize>, what: Option<&str>, root: &Root) -> Location {
    let artifact = match root.relative_uri(&place.file) {
        Some(uri) => json!({"uri": uri, "uriBaseId": ROOT}),
        // Standard input, a commit, or a file elsewhere: it has a name at best.
        None => json!({"uri": Root::named(&place.file)}),
    };
    let end = place.end.filter(|end| *end > place.start);
    Location {
        id,
        physical_location: PhysicalLocation {
            artifact_location: artifact,
            region: SarifRegion {
                start_line: place.start.line,
                start_column: place.start.column,
                end_line: end.map(|end| end.line),
                end_column: end.map(|end| end.column),
            },
        },
        message: what.map(|what| Message { text: what.to_owned() }),
    }
}

fn described(rule: &Rule) -> Value {
    let mut summary = rule.summary.to_owned();
    if let Some(first) = summary.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    json!({
        "id": rule.id,
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": rule.doc, "markdown": rule.doc},
        "defaultConfiguration": {"level": level_word(rule.request.max(rule.response))},
    })
}

/// How the run went, with what could not be read and what was cut.
fn invocation(notices: &Notices, left_out: usize, root: &Root) -> Value {
    let mut notifications: Vec<Value> = Vec::new();
    for (origin, message) in &notices.problems {
        notifications.push(json!({
            "level": "error",
            "message": {"text": format!("cannot read {}: {message}", origin.file)},
            "locations": [location(&Region::at(origin), None, None, root)],
        }));
    }
    if left_out > 0 {
        notifications.push(json!({
            "level": "warning",
            "message": {"text": format!(
                "{} more than GitHub accepts ({MOST_RESULTS} results, 10 MB) and not in this file; other formats have \
                 all of them",
                plural(left_out as u64, "result")
            )},
        }));
    }
    json!({
        "executionSuccessful": notices.problems.is_empty(),
        "toolExecutionNotifications": notifications,
    })
}
