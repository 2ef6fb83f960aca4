//! SARIF 2.1.0 (OASIS, "Static Analysis Results Interchange Format"), within the limits of GitHub code scanning.
//!
//! The types are our own. The crate for SARIF generates 53 types from the schema in a build script, for which it
//! compiles a dozen crates; a report has the seven below. A test reads what is written with that crate, and validates it
//! with the published schema.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use serde::Serialize;
use serde_json::{Value, json};

use crate::report::{document, plural};
use crate::rules::{CATALOGUE, Level, Rule, Suppression};

use super::{Fingerprints, Notice, Notices, Region, Root};

/// The most results of a run that GitHub accepts.
const MOST_RESULTS: usize = 25_000;

/// The most bytes of results when compressed: GitHub accepts 10 MB of gzip, with some room left for the rest of the
/// document and for what the compressor has not written yet.
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
    // Without line breaks: in a long log, indentation is a third of the bytes.
    let mut text = serde_json::to_string(&log).unwrap_or_default();
    text.push('\n');
    text
}

/// The results that GitHub accepts, the most important first, and how many were left out.
fn results(notices: &Notices, rules: &[&Rule], root: &Root) -> (Vec<SarifResult>, usize) {
    let mut prints = Fingerprints::default();
    let mut compressed = GzEncoder::new(Counted(0), Compression::default());
    let mut results = Vec::new();
    for (at, notice) in notices.list.iter().enumerate() {
        let rule = rules.iter().position(|rule| **rule == *notice.rule).unwrap_or_default();
        let result = result(notices, notice, rule, &prints.of(notice), root);
        // Neither JSON of these types nor counting can fail.
        let _ = serde_json::to_writer(&mut compressed, &result);
        if results.len() == MOST_RESULTS || compressed.get_ref().0 > MOST_BYTES {
            return (results, notices.list.len() - at);
        }
        results.push(result);
    }
    (results, 0)
}

/// Counts what is written.
struct Counted(usize);

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
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
    let is_inside = |place: &Region| root.relative(&place.file).is_some();
    let contract = Region::whole(notices.file.as_deref().unwrap_or(&notices.about));
    let inside = places.iter().position(|(_, place)| is_inside(place));
    // Without a place, GitHub refuses the whole file. If there is none in the repository, it is the contract.
    let first = inside.or((!is_inside(&contract) && !places.is_empty()).then_some(0));
    let primary = first.and_then(|first| places.get(first)).map_or(&contract, |(_, place)| *place);
    let related = places.iter().enumerate().filter(|(at, _)| Some(*at) != first);
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
                "{} left out, because GitHub accepts at most 25,000 results and 10 MB; the other formats list all of \
                 them",
                match left_out {
                    1 => "1 result was".to_owned(),
                    count => format!("{} were", plural(count as u64, "result")),
                }
            )},
        }));
    }
    json!({
        "executionSuccessful": notices.problems.is_empty(),
        "toolExecutionNotifications": notifications,
    })
}
