//! The report for programs: JSON of a stated version, with a schema of its own.

use schemars::JsonSchema;
use serde::Serialize;


use crate::capture::{Format, ReadProblem, Unused};
use crate::location::{Origin, Side};
use crate::observe::{Evidence, NotCompared, PayloadVerdict, Skipped, TargetKey};
use crate::report::Report;
use crate::report::document::{schema_of, version};
use crate::rules::{Finding, Level, Suppression, Seen, Unit};

use super::periods::JsonPeriods;

/// The name of the format. Its number goes up when something is removed or changes its meaning; what is new may
/// be added without.
pub const CHECK_FORMAT: &str = "check-v1";

/// A report of `wiredrift check` or `wiredrift lint`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JsonReport {
    /// The name of this format: `check-v1`.
    format: &'static str,
    /// The version of wiredrift that wrote it.
    wiredrift: String,
    /// The contract that was asked for: `name` or `name@version`, or the file.
    contract: String,
    /// Numbers.
    summary: JsonSummary,
    /// The periods of traffic that were compared, in a report of `drift`.
    #[serde(skip_serializing_if = "Option::is_none")]
    periods: Option<JsonPeriods>,
    /// What was found, the most serious first.
    findings: Vec<JsonFinding>,
    /// Findings that do not count: the baseline lists them, or they are ignored.
    suppressed: Vec<JsonSuppressed>,
    /// Keys of the baseline that did not occur.
    gone: Vec<String>,
    /// The operations of the contract, with what was found of each.
    operations: Vec<JsonOperation>,
    /// Verdicts on the first 1,000 payloads.
    payloads: Vec<JsonPayload>,
    /// The files that were read.
    sources: Vec<JsonSource>,
    /// What could not be read: the first 1,000 problems; `summary.problems` says how many there were.
    problems: Vec<JsonProblem>,
    /// Files of folders that were skipped.
    skipped: Vec<JsonSkipped>,
}

/// A finding that does not count.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonSuppressed {
    /// Why it does not count.
    by: JsonSuppression,
    finding: JsonFinding,
}

/// Why a finding or a change does not count.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum JsonSuppression {
    /// The baseline lists it.
    Baseline {
        /// The day on which it was added to the baseline: `2026-11-29`.
        first_seen: String,
    },
    /// The user ignores it.
    Ignored {
        /// The reason that the user gives.
        reason: String,
    },
}

impl From<&Suppression> for JsonSuppression {
    fn from(suppression: &Suppression) -> Self {
        match suppression.clone() {
            Suppression::Baseline { first_seen } => Self::Baseline { first_seen },
            Suppression::Ignored { reason } => Self::Ignored { reason },
        }
    }
}

impl From<&(Finding, Suppression)> for JsonSuppressed {
    fn from((finding, suppression): &(Finding, Suppression)) -> Self {
        Self {
            by: suppression.into(),
            finding: finding.into(),
        }
    }
}

/// An operation of the contract.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonOperation {
    /// `name@version`
    contract: String,
    id: String,
    /// `GET /pets/{petId}`
    signature: String,
    /// Whether the captures exercised it.
    exercised: bool,
    /// Payloads that were compared with its schemas.
    payloads: u64,
    /// Those that its schemas reject.
    deviating: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonSummary {
    /// Exchanges read.
    exchanges: u64,
    /// Exchanges for which an operation, or at least its path, was found.
    matched: u64,
    /// Exchanges that were left out, because others were asked for.
    left_out: u64,
    /// Entries, exchanges and bodies that were not compared, by reason.
    not_compared: Vec<JsonNotCompared>,
    /// Payloads and requests that were compared with a schema.
    compared: u64,
    /// Requests that were taken for those of a webhook because of their content. `--webhook` says where the requests of
    /// a webhook are sent.
    by_content: Vec<JsonByContent>,
    /// The ids of callbacks with so many URLs in the captures that requests to some of them are not recognised.
    callbacks_cut: Vec<String>,
    /// The ids of operations that no exchange exercised; empty where the version was left open.
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

/// Requests of a webhook.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonByContent {
    /// `name@version`
    contract: String,
    /// The id of the webhook.
    operation: String,
    requests: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct VerdictCount {
    verdict: PayloadVerdict,
    count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JsonNotCompared {
    reason: Unused,
    count: u64,
    /// The first one by file and place.
    first: Option<JsonOrigin>,
}

impl From<(&Unused, &NotCompared)> for JsonNotCompared {
    fn from((reason, left): (&Unused, &NotCompared)) -> Self {
        Self {
            reason: *reason,
            count: left.count,
            first: left.first.as_ref().map(JsonOrigin::from),
        }
    }
}

#[derive(Debug, Serialize, JsonSchema)]
struct VersionCount {
    /// `name@version`
    contract: String,
    count: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JsonFinding {
    /// Identifies the cause in every run: rule, name of the contract, and JSON pointer into the contract.
    key: String,
    /// A short id made of the key: the anchor of the finding in the HTML report.
    anchor: String,
    /// The rule; `wiredrift explain RULE` describes it.
    rule: String,
    level: Level,
    /// One sentence: what is wrong, with the place, what was seen and what is expected.
    message: String,
    /// The properties that it is about: missing, undeclared, not allowed.
    properties: Vec<JsonSeen>,
    /// The parameter that it is about.
    parameter: Option<JsonParameter>,
    /// The keyword of the schema that is broken.
    keyword: Option<&'static str>,
    /// What the contract accepts: the first values of an enum, a type, a format, a limit.
    expected: Vec<String>,
    /// How many values the contract accepts, where it lists them.
    expected_count: usize,
    /// The values seen, most frequent first; for `wrong-type`, the types.
    seen: Vec<JsonSeen>,
    /// The variants of a union that values were compared with.
    variants: Vec<String>,
    /// Other versions of the contract that declare it.
    known_to: Vec<String>,
    /// The operations that it is about, and the paths in their payloads.
    operations: Vec<JsonOperationPlace>,
    /// How often it was seen.
    occurrences: u64,
    /// In how many payloads or exchanges of these operations it was seen.
    affected: JsonAffected,
    /// The first time that it was recorded (RFC 3339), where captures name times.
    first_seen: Option<String>,
    /// The last time.
    last_seen: Option<String>,
    /// The first places in the captures, or, of a check of the contract itself, in its documents: three at most.
    places: Vec<JsonEvidence>,
    /// Where the contract's documents declare it.
    declared: Vec<JsonOrigin>,
    notes: Vec<String>,
    /// Of payloads that match another version: how they differ from this one.
    differences: Vec<JsonFinding>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonParameter {
    name: String,
    /// `query`, `path`, `header`, `cookie` or `form`
    r#in: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonAffected {
    /// What is counted.
    unit: Unit,
    count: u64,
    /// Whether it may be in more: several properties or types were counted apart.
    at_least: bool,
    /// Payloads or exchanges of these operations; 0 where that does not apply.
    of: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonOperationPlace {
    #[serde(flatten)]
    target: JsonTarget,
    /// JSON pointer into the payload, in which array positions, and keys that are data, are `*`.
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
struct JsonSeen {
    /// The name or value, redacted.
    value: String,
    count: u64,
    /// Other versions of the contract that declare it.
    known_to: Vec<String>,
    /// A declared value that differs in case alone; of a missing property, the undeclared one in its place.
    near: Option<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct JsonEvidence {
    #[serde(flatten)]
    origin: JsonOrigin,
    /// The line where the place ends, from 1.
    end_line: u64,
    /// The column after the last character of the place, from 1.
    end_column: u64,
    /// JSON pointer (RFC 6901) into the payload.
    pointer: String,
    /// The line of the capture, redacted and cut.
    excerpt: JsonExcerpt,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonExcerpt {
    text: String,
    /// The column of the place in the text, from 1.
    column: usize,
    /// Columns that the place takes.
    width: usize,
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
    schema_of::<JsonReport>(CHECK_FORMAT)
}

impl From<&ReadProblem> for JsonProblem {
    fn from(problem: &ReadProblem) -> Self {
        Self {
            origin: (&problem.origin).into(),
            message: problem.message.clone(),
        }
    }
}

impl From<&Skipped> for JsonSkipped {
    fn from(Skipped { path, reason }: &Skipped) -> Self {
        Self {
            file: path.display().to_string(),
            reason: (*reason).to_owned(),
        }
    }
}

impl From<&Report> for JsonReport {
    fn from(report: &Report) -> Self {
        Self {
            format: CHECK_FORMAT,
            wiredrift: version(),
            contract: report.contract.clone(),
            summary: JsonSummary {
                exchanges: report.exchanges,
                matched: report.matched,
                left_out: report.left_out(),
                not_compared: report.unused.iter().map(JsonNotCompared::from).collect(),
                compared: report.compared,
                by_content: report
                    .by_content
                    .iter()
                    .map(|(contract, operation, requests)| JsonByContent {
                        contract: contract.clone(),
                        operation: operation.clone(),
                        requests: *requests,
                    })
                    .collect(),
                callbacks_cut: report.callbacks_cut.clone(),
                unexercised: report.unexercised().map(|row| row.id.clone()).collect(),
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
            periods: report.periods.as_ref().map(JsonPeriods::from),
            findings: report.findings.iter().map(JsonFinding::from).collect(),
            suppressed: report.suppressed.iter().map(JsonSuppressed::from).collect(),
            gone: report.exempt.gone.iter().map(|entry| entry.key.clone()).collect(),
            operations: report
                .operations
                .iter()
                .map(|row| JsonOperation {
                    contract: row.contract.clone(),
                    id: row.id.clone(),
                    signature: row.signature.clone(),
                    exercised: row.is_exercised,
                    payloads: row.payloads,
                    deviating: row.deviating,
                })
                .collect(),
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

/// A line of the report as NDJSON.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum JsonLine {
    Finding(Box<JsonFinding>),
    Problem(JsonProblem),
}

/// A line for each finding, and for each input that cannot be read.
pub(super) fn ndjson(report: &Report) -> String {
    let findings = report.findings.iter().map(|finding| JsonLine::Finding(Box::new(finding.into())));
    let problems = report.problems.iter().map(|problem| JsonLine::Problem(problem.into()));
    // Strings, numbers and JSON values always serialise.
    let lines = findings.chain(problems).map(|line| serde_json::to_string(&line).unwrap_or_default() + "\n");
    lines.collect()
}

impl From<&Finding> for JsonFinding {
    fn from(finding: &Finding) -> Self {
        Self {
            key: finding.key.to_string(),
            anchor: finding.key.anchor(),
            rule: finding.rule.id.to_owned(),
            level: finding.level,
            message: finding.headline().to_string(),
            properties: finding.properties.iter().map(JsonSeen::from).collect(),
            parameter: finding.parameter.as_ref().map(|parameter| JsonParameter {
                name: parameter.name.clone(),
                r#in: parameter.place.to_string(),
            }),
            keyword: finding.keyword(),
            expected: finding.expected.first.iter().map(ToString::to_string).collect(),
            expected_count: finding.expected.count,
            seen: finding.values.iter().map(JsonSeen::from).collect(),
            variants: finding.variants.clone(),
            known_to: finding.known_to.clone(),
            operations: finding
                .places
                .iter()
                .filter_map(|place| {
                    Some(JsonOperationPlace {
                        target: place.target.as_ref()?.into(),
                        path: place.path.to_string(),
                    })
                })
                .collect(),
            occurrences: finding.count,
            affected: JsonAffected {
                unit: finding.unit,
                count: finding.payloads,
                at_least: finding.is_at_least,
                of: finding.of_payloads,
            },
            first_seen: finding.period.ends.map(|(first, _)| first.to_string()),
            last_seen: finding.period.ends.map(|(_, last)| last.to_string()),
            places: finding.evidence.iter().map(JsonEvidence::from).collect(),
            declared: finding.declared.iter().map(JsonOrigin::from).collect(),
            notes: finding.notes.iter().map(ToString::to_string).collect(),
            differences: finding.differences.iter().map(Self::from).collect(),
        }
    }
}

impl From<&Seen> for JsonSeen {
    fn from(seen: &Seen) -> Self {
        Self {
            value: seen.value.to_string(),
            count: seen.count,
            known_to: seen.known_to.clone(),
            near: seen.near.clone(),
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
            end_line: evidence.end.line,
            end_column: evidence.end.column,
            pointer: evidence.pointer.to_string(),
            excerpt: JsonExcerpt {
                text: evidence.excerpt.text.clone(),
                column: evidence.excerpt.caret + 1,
                width: evidence.excerpt.width,
            },
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
