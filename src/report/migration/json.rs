//! The migration report as JSON. Within one version of the format, fields may be added, but not removed or
//! changed.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::location::Side;
use crate::migrate::EditKind;
use crate::migrate::impact::{PairDifferenceKind, Exchanges, SeenTimes, Spoken, Times};
use crate::report::diff::{JsonDiff, document};
use crate::report::check::json::{JsonFinding, JsonOrigin, JsonProblem, JsonSkipped};
use crate::report::document::{schema_of, version};

use super::MigrationReport;
use super::advice::advice;
use super::words::{evidence, sample_lines};

/// The version of the format.
pub const MIGRATION_FORMAT: &str = "report-v1";

/// A report of `wiredrift report`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JsonMigration {
    /// The name of this format: `report-v1`.
    format: &'static str,
    /// The version of wiredrift that wrote the report.
    wiredrift: String,
    /// The report of `wiredrift diff`.
    diff: JsonDiff,
    /// What traffic shows for each change of `diff.changes`, in the same order.
    impact: Vec<JsonUsage>,
    operations: Vec<JsonOperationRow>,
    enums: Vec<JsonEnum>,
    /// The edits that `wiredrift upgrade` makes to the payloads in the traffic.
    edits: Vec<JsonEditUse>,
    pairs: JsonPairs,
    /// Findings about traffic that is unknown to both contracts.
    unknown_findings: Vec<JsonFinding>,
    coverage: Vec<JsonCoverage>,
    /// `null` for a report without captures.
    traffic: Option<JsonTraffic>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonUsage {
    /// The position of the change in `diff.changes`.
    change: usize,
    /// Traffic of the old contract.
    old: JsonSide,
    /// Traffic of the new contract.
    new: JsonSide,
    /// Whether the captured traffic of the old version uses what the change is about: `used`; `possible` if a message
    /// has its place and no message of the old version could show it; `undecided` if the captures do not show it;
    /// `unused`. `null` without captures.
    r#use: Option<&'static str>,
    /// The affected values, redacted, most frequent first.
    values: Vec<JsonValue>,
    /// The number of occurrences of further values, beyond the limit of `values`.
    other_values: u64,
    /// The exchanges that the change affects, by consumer.
    consumers: Vec<JsonCount>,
    /// A part of a real payload before and after.
    sample: Option<JsonSample>,
    /// What the traffic shows, in words.
    evidence: Option<String>,
    /// What users of the API must do.
    advice: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonSide {
    /// The number of payloads that contain the place of the change; exchanges for changes outside schemas.
    reached: u64,
    /// How many of them could show the change, regardless of the sender.
    could_show: u64,
    /// How many of them show the change; in traffic of the old version, how many it affects.
    affected: u64,
    /// How many messages of the old version already do what only the new one allows.
    already_there: u64,
    /// How many of them contradict the change.
    contradicted: u64,
    /// The number of exchanges in which what the change is about was not captured, or not compared.
    undecided: u64,
    first: Option<String>,
    last: Option<String>,
    /// The places of the first of them.
    places: Vec<JsonOrigin>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonValue {
    value: String,
    count: u64,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonCount {
    name: String,
    count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonSample {
    origin: JsonOrigin,
    before: Value,
    after: Value,
    /// The lines of a unified diff.
    lines: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonExchanges {
    /// The number of exchanges.
    exchanges: u64,
    /// How many of them match the old contract.
    old_version: u64,
    /// How many of them are affected by an error or a warning.
    touched: u64,
    /// How many of them match the new contract.
    new_version: u64,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonOperationRow {
    id: String,
    /// The signature in the old contract; `null` for added operations.
    old: Option<String>,
    /// The signature in the new contract, or those of the operations that replace it.
    became: Vec<String>,
    #[serde(flatten)]
    exchanges: JsonExchanges,
    /// The positions of its changes in `diff.changes`.
    changes: Vec<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonEnum {
    name: String,
    changes: Vec<usize>,
    values: Vec<JsonEnumValue>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonEnumValue {
    value: String,
    old: bool,
    new: bool,
    count: u64,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonEditUse {
    operation: String,
    kind: EditKind,
    from: Option<String>,
    to: Option<String>,
    /// The number of payloads.
    payloads: u64,
    /// A value before and after, as JSON text.
    example: Option<(String, String)>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonPairs {
    pairs: u64,
    agreeing: u64,
    left_out: u64,
    differences: Vec<JsonDifference>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonDifference {
    operation: String,
    place: String,
    /// `missing`, `kept`, `unexpected` or `type`
    kind: &'static str,
    /// The types that were expected and found.
    types: Option<(String, String)>,
    pairs: u64,
    examples: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonCoverage {
    operation: String,
    side: Option<Side>,
    status: Option<String>,
    payloads: u64,
    properties: usize,
    unseen: Vec<String>,
    enums: Vec<JsonEnumCoverage>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonEnumCoverage {
    place: String,
    values: usize,
    seen: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonTraffic {
    #[serde(flatten)]
    exchanges: JsonExchanges,
    /// Exchanges by the version that they match: `old`, `new`, `neither`.
    versions: Vec<JsonSpoken>,
    /// What identifies consumers.
    consumer_by: Option<String>,
    /// Exchanges by consumer. The name is empty for exchanges that do not identify one.
    consumers: Vec<JsonConsumer>,
    timeline: Vec<JsonColumn>,
    /// The number of files that were read.
    sources: usize,
    problems: Vec<JsonProblem>,
    skipped: Vec<JsonSkipped>,
    /// Payloads that were not compared, by reason.
    unjudged: Vec<JsonCount>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonSpoken {
    version: &'static str,
    exchanges: u64,
    first: Option<String>,
    last: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonConsumer {
    name: String,
    #[serde(flatten)]
    exchanges: JsonExchanges,
    changes: Vec<usize>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonColumn {
    start: String,
    old: u64,
    new: u64,
    neither: u64,
}

/// Renders the report as JSON, with a line break at the end.
#[must_use]
pub fn json(report: &MigrationReport) -> String {
    let report = JsonMigration::from(report);
    // Strings, numbers and JSON values always serialise.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

/// The JSON Schema of the report.
#[must_use]
pub fn json_schema() -> Value {
    schema_of::<JsonMigration>(MIGRATION_FORMAT)
}

const fn spoken_word(spoken: Spoken) -> &'static str {
    match spoken {
        Spoken::Old => "old",
        Spoken::New => "new",
        Spoken::Neither => "neither",
    }
}

fn written(times: Times) -> (Option<String>, Option<String>) {
    let text = |time: Option<jiff::Timestamp>| time.map(|time| time.to_string());
    (text(times.first), text(times.last))
}

fn exchanges(exchanges: &Exchanges) -> JsonExchanges {
    let (first, last) = written(exchanges.times);
    JsonExchanges {
        exchanges: exchanges.all,
        touched: exchanges.touched,
        old_version: exchanges.old,
        new_version: exchanges.new,
        first,
        last,
    }
}

fn side(side: &crate::migrate::impact::SideUsage) -> JsonSide {
    let (first, last) = written(side.times);
    JsonSide {
        reached: side.reached,
        could_show: side.telling,
        affected: side.shown,
        already_there: side.early,
        contradicted: side.contradicted,
        undecided: side.undecided,
        first,
        last,
        places: side.places.iter().map(JsonOrigin::from).collect(),
    }
}

impl From<&MigrationReport> for JsonMigration {
    fn from(report: &MigrationReport) -> Self {
        Self {
            format: MIGRATION_FORMAT,
            wiredrift: version(),
            diff: document(&report.diff),
            impact: (0..report.usage.len())
                .map(|index| usage(report, index))
                .collect(),
            operations: operations(report),
            enums: enums(report),
            edits: edits(report),
            pairs: pairs(report),
            unknown_findings: report.beyond.iter().map(JsonFinding::from).collect(),
            coverage: coverage(report),
            traffic: traffic(report),
        }
    }
}

fn usage(report: &MigrationReport, index: usize) -> JsonUsage {
    let usage = &report.usage[index];
    let value = |(value, seen): (&str, SeenTimes)| {
        let (first, last) = written(seen.times);
        JsonValue {
            value: value.to_owned(),
            count: seen.count,
            first,
            last,
        }
    };
    let consumers = usage.consumers.iter().map(|(name, count)| JsonCount {
        name: name.clone(),
        count: *count,
    });
    JsonUsage {
        change: index,
        old: side(&usage.old),
        new: side(&usage.new),
        r#use: report.traffic.is_some().then(|| report.use_of(index).word()),
        values: usage.values.by_count().into_iter().map(value).collect(),
        other_values: usage.values.others,
        consumers: consumers.collect(),
        sample: usage.sample().map(|sample| JsonSample {
            origin: (&sample.origin).into(),
            before: sample.before.clone(),
            after: sample.after.clone(),
            lines: sample_lines(sample),
        }),
        evidence: evidence(report, index).map(|(word, rest)| format!("{word}{rest}")),
        advice: advice(super::judged(report, index), usage),
    }
}

fn operations(report: &MigrationReport) -> Vec<JsonOperationRow> {
    let rows = report.operations.iter().map(|row| JsonOperationRow {
        id: row.id.clone(),
        old: row.old.clone(),
        became: row.new.clone(),
        exchanges: exchanges(&row.exchanges),
        changes: row.changes.clone(),
    });
    rows.collect()
}

fn enums(report: &MigrationReport) -> Vec<JsonEnum> {
    let tables = report.enums.iter().map(|table| {
        let values = table.rows.iter().map(|row| {
            let (first, last) = written(row.seen.times);
            JsonEnumValue {
                value: row.value.clone(),
                old: row.old,
                new: row.new,
                count: row.seen.count,
                first,
                last,
            }
        });
        JsonEnum {
            name: table.name.clone(),
            changes: table.changes.clone(),
            values: values.collect(),
        }
    });
    tables.collect()
}

fn edits(report: &MigrationReport) -> Vec<JsonEditUse> {
    let edits = report.edits.iter().map(|(key, known)| JsonEditUse {
        operation: key.operation.clone(),
        kind: key.kind,
        from: key.from.as_ref().map(|place| crate::redact::shown_place(place).to_string()),
        to: key.to.as_ref().map(|place| crate::redact::shown_place(place).to_string()),
        payloads: known.payloads,
        example: known.example.clone(),
    });
    edits.collect()
}

fn pairs(report: &MigrationReport) -> JsonPairs {
    let pairs = &report.pairs;
    let differences = pairs.differences.iter().map(|difference| {
        let (kind, types) = match difference.kind {
            PairDifferenceKind::Missing => ("missing", None),
            PairDifferenceKind::Kept => ("kept", None),
            PairDifferenceKind::Unexpected => ("unexpected", None),
            PairDifferenceKind::Type(expected, found) => {
                ("type", Some((expected.to_owned(), found.to_owned())))
            }
        };
        JsonDifference {
            operation: difference.operation.clone(),
            place: difference.place.to_string(),
            kind,
            types,
            pairs: difference.pairs,
            examples: difference.examples.clone(),
        }
    });
    JsonPairs {
        pairs: pairs.pairs,
        agreeing: pairs.agreeing,
        left_out: pairs.left_out,
        differences: differences.collect(),
    }
}

fn coverage(report: &MigrationReport) -> Vec<JsonCoverage> {
    let rows = report.coverage.iter().map(|row| JsonCoverage {
        operation: row.operation.clone(),
        side: row.side,
        status: row.status.clone(),
        payloads: row.payloads,
        properties: row.declared,
        unseen: row.unseen.iter().map(ToString::to_string).collect(),
        enums: row
            .enums
            .iter()
            .map(|(place, values, seen)| JsonEnumCoverage {
                place: place.to_string(),
                values: *values,
                seen: *seen,
            })
            .collect(),
    });
    rows.collect()
}

fn traffic(report: &MigrationReport) -> Option<JsonTraffic> {
    let traffic = report.traffic.as_ref()?;
    let spoken = traffic.spoken.iter().map(|(spoken, seen)| {
        let (first, last) = written(seen.times);
        JsonSpoken {
            version: spoken_word(*spoken),
            exchanges: seen.count,
            first,
            last,
        }
    });
    let (by, rows) = match &traffic.consumers {
        Some((by, rows)) => (Some(by.clone()), rows.as_slice()),
        None => (None, &[][..]),
    };
    let consumers = rows.iter().map(|(name, own)| JsonConsumer {
        name: name.clone(),
        exchanges: exchanges(own),
        changes: own.changes.iter().copied().collect(),
    });
    let (columns, _) = traffic.timeline.columns();
    let columns = columns.iter().map(|column| JsonColumn {
        start: column.start.to_string(),
        old: column.counts[0],
        new: column.counts[1],
        neither: column.counts[2],
    });
    let unjudged = traffic.unjudged.iter().map(|(verdict, count)| JsonCount {
        name: verdict.words().to_owned(),
        count: *count,
    });
    Some(JsonTraffic {
        exchanges: exchanges(&traffic.exchanges),
        versions: spoken.collect(),
        consumer_by: by,
        consumers: consumers.collect(),
        timeline: columns.collect(),
        sources: traffic.report.sources.len(),
        problems: traffic
            .report
            .problems
            .iter()
            .map(JsonProblem::from)
            .collect(),
        skipped: traffic
            .report
            .skipped
            .iter()
            .map(JsonSkipped::from)
            .collect(),
        unjudged: unjudged.collect(),
    })
}
