//! What captures hold, as JSON: a versioned format with its own schema.

use schemars::JsonSchema;
use serde::Serialize;

use crate::capture::{Format, Unused};
use crate::report::check::json::{JsonNotCompared, JsonProblem, JsonSkipped};
use crate::survey::{Compared, FileSurvey};

use super::CapturesReport;
use super::stale::{Staleness, staleness};

/// The version of the format. It increases if a field is removed or changes its meaning.
pub const CAPTURES_FORMAT: &str = "captures-v1";

/// A report of `wiredrift captures`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JsonCaptures {
    /// The name of this format: `captures-v1`.
    format: &'static str,
    /// The version of wiredrift that wrote the report.
    wiredrift: String,
    /// The contract that the captures were compared with.
    contract: Option<String>,
    /// The files, in the order of their names.
    files: Vec<JsonFile>,
    /// Inputs that could not be read: the first 1,000.
    problems: Vec<JsonProblem>,
    /// How many inputs could not be read.
    problems_met: u64,
    /// Files in folders that were skipped.
    skipped: Vec<JsonSkipped>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonFile {
    file: String,
    /// The format, as `--format` takes it.
    format: Option<Format>,
    /// Exchanges, those that were filtered out included.
    exchanges: u64,
    /// Exchanges that belong to an operation of the contract.
    matched: u64,
    /// The hosts of requests.
    hosts: Vec<JsonHost>,
    /// Requests to hosts beyond the first 1,000 by name.
    other_hosts: u64,
    /// The first time that was recorded (RFC 3339).
    first: Option<String>,
    /// The last time that was recorded (RFC 3339).
    last: Option<String>,
    /// The operations that exchanges belong to.
    operations: Vec<JsonExchanges>,
    /// What came out for payloads, by version of the contract.
    versions: Vec<JsonVersion>,
    /// Whether the newest version of the contract accepts the payloads; null without a contract.
    staleness: Option<Staleness>,
    /// Entries, exchanges and bodies that are not compared, by reason.
    not_compared: Vec<JsonNotCompared>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonHost {
    host: String,
    exchanges: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonExchanges {
    /// `name@version`
    contract: String,
    operation: String,
    exchanges: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonVersion {
    /// `name@version`
    contract: String,
    /// Payloads that it accepts.
    conforming: u64,
    /// Payloads that it rejects.
    deviating: u64,
}

/// The JSON Schema of the format.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    crate::report::document::schema_of::<JsonCaptures>(CAPTURES_FORMAT)
}

pub(super) fn json(report: &CapturesReport) -> String {
    crate::report::document::written(&JsonCaptures {
        format: CAPTURES_FORMAT,
        wiredrift: crate::report::document::version(),
        contract: report.contract.clone(),
        files: report.files.iter().map(|(file, survey)| file_of(report, file, survey)).collect(),
        problems: report.problems.iter().map(JsonProblem::from).collect(),
        problems_met: report.problems_met,
        skipped: report.skipped.iter().map(JsonSkipped::from).collect(),
    })
}

fn file_of(report: &CapturesReport, file: &str, survey: &FileSurvey) -> JsonFile {
    let operations = survey.operations.iter();
    let versions = survey.versions.iter();
    JsonFile {
        file: file.to_owned(),
        format: survey.format,
        exchanges: survey.exchanges,
        matched: survey.matched(),
        hosts: survey
            .hosts
            .iter()
            .map(|(host, count)| JsonHost {
                host: host.clone(),
                exchanges: *count,
            })
            .collect(),
        other_hosts: survey.other_hosts,
        first: survey.period.ends.map(|(first, _)| first.to_string()),
        last: survey.period.ends.map(|(_, last)| last.to_string()),
        operations: operations
            .map(|((contract, operation), count)| JsonExchanges {
                contract: contract.to_string(),
                operation: operation.to_string(),
                exchanges: *count,
            })
            .collect(),
        versions: versions
            .map(|(contract, Compared { conforming, deviating })| JsonVersion {
                contract: contract.to_string(),
                conforming: *conforming,
                deviating: *deviating,
            })
            .collect(),
        staleness: report.contract.as_ref().map(|_| staleness(report, survey)),
        not_compared: survey.unused.iter().map(|left: (&Unused, _)| JsonNotCompared::from(left)).collect(),
    }
}
