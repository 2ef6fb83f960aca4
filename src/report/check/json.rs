//! The report for programs: JSON of a stated version, with a schema of its own.

use schemars::JsonSchema;
use serde::Serialize;

use std::path::PathBuf;

use crate::capture::{Format, ReadProblem};
use crate::location::{Origin, Side};
use crate::observe::{Evidence, TargetKey, PayloadVerdict};
use crate::rules::{Finding, Level, Unit};

use crate::report::Report;

/// The version of the format. It goes up when something is removed or changes its meaning; what is
/// new may be added without.
pub const REPORT_VERSION: u32 = 1;

/// A report of `wiredrift check`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JsonReport {
    /// The version of this format.
    report_version: u32,
    /// The version of wiredrift that wrote it.
    wiredrift: String,
    /// The contract that was asked for: `name` or `name@version`.
    contract: String,
    /// Numbers.
    summary: JsonSummary,
    /// What was found, the gravest first.
    findings: Vec<JsonFinding>,
    /// Verdicts on the first 1,000 payloads.
    payloads: Vec<JsonPayload>,
    /// The files that were read.
    sources: Vec<JsonSource>,
    /// What could not be read: the first 1,000 problems; `summary.problems` says how many there were.
    problems: Vec<JsonProblem>,
    /// Files of folders that were passed over.
    skipped: Vec<JsonSkipped>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonSummary {
    /// Exchanges read.
    exchanges: u64,
    /// Exchanges for which an operation, or at least its path, was found.
    matched: u64,
    /// Exchanges that were left out by `--operation`, `--side` or `--status`.
    left_out: u64,
    /// Payloads and requests that were compared with a schema.
    compared: u64,
    /// Operations of the contract; 0 where its version was left open.
    operations: usize,
    /// Those that no exchange exercised.
    unexercised: Vec<String>,
    /// Payloads with a verdict.
    payloads: u64,
    /// Payloads whose verdict is listed under `payloads` of the report.
    payloads_listed: usize,
    /// Parts of the contract that could not be used, so that nothing was compared with them.
    unusable: usize,
    /// Payloads by verdict.
    verdicts: Vec<VerdictCount>,
    /// Payloads compared, by version of the contract.
    versions: Vec<VersionCount>,
    /// Inputs that could not be read.
    problems: u64,
    /// Findings of level error.
    errors: usize,
    /// Findings of level warning.
    warnings: usize,
    /// Findings of level info.
    infos: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct VerdictCount {
    verdict: PayloadVerdict,
    count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct VersionCount {
    /// `name@version`
    contract: String,
    count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JsonFinding {
    /// What stays the same from run to run: rule, contract, operation, side, status, path
    /// and subject.
    key: String,
    /// The rule; `wiredrift explain RULE` tells more.
    rule: String,
    level: Level,
    /// What is the matter, in one line.
    message: String,
    /// What the rule is broken by: a property, a value, a method; empty where there is nothing to
    /// tell apart.
    subject: String,
    /// Where in the contract: one place, or several that share a component.
    places: Vec<JsonPlace>,
    /// How often.
    count: u64,
    /// What the next two count.
    unit: Unit,
    /// In how many payloads or exchanges.
    payloads: u64,
    /// Payloads or exchanges that could have had it; 0 where that is no question.
    of_payloads: u64,
    /// The values met, most frequent first.
    values: Vec<JsonValueCount>,
    /// The first places in the captures (of a check of the contract itself: in its documents), three
    /// at most.
    evidence: Vec<JsonEvidence>,
    /// Where the contract's documents say what is broken.
    declared: Vec<JsonOrigin>,
    /// Other versions of the contract that declare the subject.
    known_to: Vec<String>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonPlace {
    /// `null` for a payload of no operation.
    target: Option<JsonTarget>,
    /// JSON pointer in which array positions, and keys that are data, are `*`.
    path: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JsonTarget {
    /// `name@version`
    contract: String,
    operation: String,
    /// `null` for a schema that is of neither side.
    side: Option<Side>,
    /// The status of a response.
    status: Option<u16>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonValueCount {
    value: String,
    count: u64,
    /// Other versions of the contract that declare the value.
    known_to: Vec<String>,
    /// A declared value that differs in case alone.
    near: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JsonEvidence {
    #[serde(flatten)]
    origin: JsonOrigin,
    /// JSON pointer (RFC 6901) into the payload.
    pointer: String,
    /// The line, redacted and cut.
    excerpt: String,
    /// Columns of the excerpt before the place.
    excerpt_column: usize,
    /// Columns of the place.
    excerpt_width: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JsonOrigin {
    file: String,
    /// Number of the entry in a file that holds several, from 1.
    entry: Option<u64>,
    /// From 1.
    line: u64,
    /// In characters, from 1.
    column: u64,
    /// Offset in the decompressed file, from 0.
    byte: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonPayload {
    #[serde(flatten)]
    origin: JsonOrigin,
    /// What it was compared with.
    target: Option<JsonTarget>,
    verdict: PayloadVerdict,
    /// The named variants that accepted it as a whole.
    variants: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonSource {
    file: String,
    format: Option<Format>,
    /// Exchanges read from it.
    exchanges: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JsonProblem {
    #[serde(flatten)]
    origin: JsonOrigin,
    message: String,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JsonSkipped {
    file: String,
    reason: String,
}

/// Renders the report as JSON, with a newline at the end.
#[must_use]
pub fn json(report: &Report) -> String {
    let json = JsonReport::from(report);
    // Strings, numbers and lists of them: serialising does not fail.
    serde_json::to_string_pretty(&json).unwrap_or_default() + "\n"
}

/// The JSON Schema of the format.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    schema_of::<JsonReport>()
}

/// The JSON Schema of what a report is written from.
pub(crate) fn schema_of<T: JsonSchema>() -> serde_json::Value {
    schemars::generate::SchemaSettings::draft2020_12()
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<T>()
        .to_value()
}

impl From<&ReadProblem> for JsonProblem {
    fn from(problem: &ReadProblem) -> Self {
        Self {
            origin: (&problem.origin).into(),
            message: problem.message.clone(),
        }
    }
}

impl From<&(PathBuf, &'static str)> for JsonSkipped {
    fn from((path, reason): &(PathBuf, &'static str)) -> Self {
        Self {
            file: path.display().to_string(),
            reason: (*reason).to_owned(),
        }
    }
}

impl From<&Report> for JsonReport {
    fn from(report: &Report) -> Self {
        Self {
            report_version: REPORT_VERSION,
            wiredrift: env!("CARGO_PKG_VERSION").to_owned(),
            contract: report.contract.clone(),
            summary: JsonSummary {
                exchanges: report.exchanges,
                matched: report.matched,
                left_out: report.left_out,
                compared: report.compared,
                operations: report.operations,
                unexercised: report.unexercised.clone(),
                payloads: report.payloads(),
                payloads_listed: report.judged.len(),
                unusable: report.unusable,
                verdicts: report
                    .verdicts
                    .iter()
                    .map(|&(verdict, count)| VerdictCount { verdict, count })
                    .collect(),
                versions: report
                    .versions
                    .iter()
                    .map(|(contract, count)| VersionCount {
                        contract: contract.clone(),
                        count: *count,
                    })
                    .collect(),
                problems: report.problems_met,
                errors: report.at_level(Level::Error),
                warnings: report.at_level(Level::Warning),
                infos: report.at_level(Level::Info),
            },
            findings: report.findings.iter().map(JsonFinding::from).collect(),
            payloads: report
                .judged
                .iter()
                .map(|judged| JsonPayload {
                    origin: (&judged.origin).into(),
                    target: judged.target.as_ref().map(JsonTarget::from),
                    verdict: judged.verdict,
                    variants: judged.variants.clone(),
                })
                .collect(),
            sources: report
                .sources
                .iter()
                .map(|source| JsonSource {
                    file: source.file.clone(),
                    format: source.format,
                    exchanges: source.exchanges,
                })
                .collect(),
            problems: report.problems.iter().map(JsonProblem::from).collect(),
            skipped: report.skipped.iter().map(JsonSkipped::from).collect(),
        }
    }
}

impl From<&Finding> for JsonFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            key: finding.key(),
            rule: finding.rule.id.to_owned(),
            level: finding.level,
            message: finding.message.to_string(),
            subject: finding.subject.clone(),
            places: finding
                .places
                .iter()
                .map(|place| JsonPlace {
                    target: place.target.as_ref().map(JsonTarget::from),
                    path: place.path.to_string(),
                })
                .collect(),
            count: finding.count,
            unit: finding.unit,
            payloads: finding.payloads,
            of_payloads: finding.of_payloads,
            values: finding
                .values
                .iter()
                .map(|value| JsonValueCount {
                    value: value.value.to_string(),
                    count: value.count,
                    known_to: value.known_to.clone(),
                    near: value.near.clone(),
                })
                .collect(),
            evidence: finding.evidence.iter().map(JsonEvidence::from).collect(),
            declared: finding.declared.iter().map(JsonOrigin::from).collect(),
            known_to: finding.known_to.clone(),
            notes: finding.notes.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<&TargetKey> for JsonTarget {
    fn from(target: &TargetKey) -> Self {
        Self {
            contract: target.contract.to_string(),
            operation: target.operation.to_string(),
            side: target.side,
            status: target.status,
        }
    }
}

impl From<&Evidence> for JsonEvidence {
    fn from(evidence: &Evidence) -> Self {
        Self {
            origin: (&evidence.origin).into(),
            pointer: evidence.pointer.to_string(),
            excerpt: evidence.excerpt.text.clone(),
            excerpt_column: evidence.excerpt.caret,
            excerpt_width: evidence.excerpt.width,
        }
    }
}

impl From<&Origin> for JsonOrigin {
    fn from(origin: &Origin) -> Self {
        Self {
            file: origin.file.to_string(),
            entry: origin.entry,
            line: origin.position.line,
            column: origin.position.column,
            byte: origin.position.byte,
        }
    }
}
