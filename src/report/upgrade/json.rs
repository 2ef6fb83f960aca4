//! The upgrade report as JSON: a versioned format with its own schema.

use schemars::JsonSchema;
use serde::Serialize;

use crate::location::Side;
use crate::migrate::{EditKind, Met, Outcomes, Target};
use crate::report::check::json::{JsonOrigin, JsonProblem, JsonSkipped};

use super::{UpgradeReport, move_line, shown_values, wrong};

/// The version of the format. It increases if a field is removed or changes its meaning.
pub const UPGRADE_FORMAT: &str = "upgrade-v1";

/// The number of distinct values that are listed per property.
const VALUES_LISTED: usize = 100;

/// A report of `wiredrift upgrade`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JsonUpgrade {
    /// The name of this format: `upgrade-v1`.
    format: &'static str,
    /// The version of wiredrift that wrote the report.
    wiredrift: String,
    /// The contract that payloads are upgraded from: `name@version`.
    from: String,
    /// The contract that payloads are upgraded to: `name@version`.
    to: String,
    /// The total number of payloads.
    payloads: u64,
    /// The result for the payloads of each operation, side and status.
    targets: Vec<JsonTarget>,
    /// Payloads that were not rewritten.
    not_rewritten: Vec<JsonRefused>,
    /// Inputs that could not be read.
    problems: Vec<JsonProblem>,
    /// Files in folders that were skipped.
    skipped: Vec<JsonSkipped>,
}

/// The payloads of one operation, side and status.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonTarget {
    operation: String,
    side: Option<Side>,
    status: Option<u16>,
    /// Payloads that were rewritten and are valid.
    valid: u64,
    /// Payloads that were rewritten but need manual changes.
    incomplete: u64,
    /// Payloads that were already up to date and were not changed.
    up_to_date: u64,
    /// Rewritten payloads that lost a value.
    lossy: u64,
    /// The places of the first payloads that were rewritten.
    places: Vec<JsonOrigin>,
    /// The edits, in the order of the payloads.
    edits: Vec<JsonEdit>,
    /// The number of further edits, beyond the limit of `edits`.
    other_edits: u64,
    /// The remaining manual changes.
    to_do: Vec<JsonLeft>,
    /// The number of further manual changes, beyond the limit of `to_do`.
    other_to_do: u64,
    /// Violations of the old contract in the original payloads.
    already_invalid: Vec<JsonLeft>,
    /// Possible moves that were not applied.
    proposals: Vec<JsonProposal>,
}

/// An edit in one place.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonEdit {
    kind: EditKind,
    /// Whether the edit loses a value of the payload.
    loses: bool,
    /// The old place, with array positions written as `*`.
    from: Option<String>,
    /// The new place.
    to: Option<String>,
    /// The number of payloads.
    payloads: u64,
    /// The total number of occurrences.
    count: u64,
    /// Distinct old values as JSON text, redacted and truncated.
    before: Vec<String>,
    /// Distinct new values as JSON text, redacted and truncated.
    after: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonLeft {
    message: String,
    /// The number of payloads.
    payloads: u64,
    /// The total number of occurrences.
    count: u64,
    /// The places of the first of these payloads.
    places: Vec<JsonOrigin>,
}

/// A possible move that was not applied.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonProposal {
    from: String,
    to: String,
    /// The reason for the proposal.
    ground: String,
    /// The number of payloads in which the move would keep a value that is now lost.
    payloads: u64,
    /// The line to add to a `--moves` file.
    rule: String,
}

/// Payloads that were not rewritten.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonRefused {
    /// The operation; `null` if it is unknown.
    operation: Option<String>,
    side: Option<Side>,
    status: Option<u16>,
    /// Why they were not rewritten.
    reason: String,
    /// The number of payloads.
    payloads: u64,
    /// The places of the first of them.
    places: Vec<JsonOrigin>,
}

/// Renders the report as JSON.
#[must_use]
pub fn json(report: &UpgradeReport) -> String {
    let report = JsonUpgrade::from(report);
    // A report always serialises.
    serde_json::to_string_pretty(&report).unwrap_or_default() + "\n"
}

/// The JSON Schema of the report.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    crate::report::document::schema_of::<JsonUpgrade>(UPGRADE_FORMAT)
}

impl From<&UpgradeReport> for JsonUpgrade {
    fn from(report: &UpgradeReport) -> Self {
        let summary = &report.summary;
        let refused = summary.refused.in_order();
        let refused = refused.into_iter().map(|((target, why), met)| {
            let target = target.as_ref();
            JsonRefused {
                operation: target.map(|target| target.operation.clone()),
                side: target.and_then(|target| target.side),
                status: target.and_then(|target| target.status),
                reason: why.clone(),
                payloads: met.payloads,
                places: met.places.iter().map(JsonOrigin::from).collect(),
            }
        });
        Self {
            format: UPGRADE_FORMAT,
            wiredrift: crate::report::document::version(),
            from: report.from.clone(),
            to: report.to.clone(),
            payloads: summary.payloads(),
            targets: summary.targets.iter().map(JsonTarget::from).collect(),
            not_rewritten: refused.collect(),
            problems: report.problems.iter().map(JsonProblem::from).collect(),
            skipped: report.skipped.iter().map(JsonSkipped::from).collect(),
        }
    }
}

impl From<(&Target, &Outcomes)> for JsonTarget {
    fn from((target, outcomes): (&Target, &Outcomes)) -> Self {
        let edits = outcomes.edits();
        let edits = edits.into_iter().map(|(key, used)| JsonEdit {
            kind: key.kind,
            loses: key.kind.loses(),
            from: key.from.as_ref().map(|place| crate::redact::shown_place(place).to_string()),
            to: key.to.as_ref().map(|place| crate::redact::shown_place(place).to_string()),
            payloads: used.payloads,
            count: used.times,
            before: shown_values(&used.before, VALUES_LISTED),
            after: shown_values(&used.after, VALUES_LISTED),
        });
        let left = |message: String, met: &Met| JsonLeft {
            message,
            payloads: met.payloads,
            count: met.times,
            places: met.places.iter().map(JsonOrigin::from).collect(),
        };
        let by_hand = outcomes.left.in_order();
        let by_hand = by_hand
            .into_iter()
            .map(|((place, kind, subject), met)| left(wrong(place, kind, subject), met));
        let broke = outcomes.broke.in_order();
        let broke = broke
            .into_iter()
            .map(|((place, kind), met)| left(wrong(place, kind, ""), met));
        let proposals = outcomes.proposals.in_order();
        let proposals = proposals
            .into_iter()
            .map(|((from, to, ground), met)| JsonProposal {
                from: from.to_string(),
                to: to.to_string(),
                ground: (*ground).to_owned(),
                payloads: met.payloads,
                rule: move_line(&target.operation, from, to),
            });
        Self {
            operation: target.operation.clone(),
            side: target.side,
            status: target.status,
            valid: outcomes.valid,
            incomplete: outcomes.incomplete,
            up_to_date: outcomes.current,
            lossy: outcomes.losing,
            places: outcomes.places.iter().map(JsonOrigin::from).collect(),
            edits: edits.collect(),
            other_edits: outcomes.other_edits,
            to_do: by_hand.collect(),
            other_to_do: outcomes.left.others,
            already_invalid: broke.collect(),
            proposals: proposals.collect(),
        }
    }
}
