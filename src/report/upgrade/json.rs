//! The upgrade for programs: JSON of a stated version, with a schema of its own.

use schemars::JsonSchema;
use serde::Serialize;

use crate::location::Side;
use crate::migrate::{EditKind, Met, Outcomes, Target};
use crate::report::check::json::{JsonOrigin, JsonProblem, JsonSkipped};

use super::{UpgradeReport, move_line, shown_values, wrong};

/// The version of the format. It goes up when something is removed or changes its meaning.
pub const UPGRADE_FORMAT: &str = "upgrade-v1";

/// Different values that are listed of one property.
const VALUES_LISTED: usize = 100;

/// A report of `wiredrift upgrade`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JsonUpgrade {
    /// The name of this format: `upgrade-v1`.
    format: &'static str,
    /// The version of wiredrift that wrote it.
    wiredrift: String,
    /// Where payloads come from: `name@version`.
    from: String,
    /// Where they go.
    to: String,
    /// How many payloads there are in all.
    payloads: u64,
    /// What became of the payloads of each operation, side and status.
    targets: Vec<JsonTarget>,
    /// Payloads that were not rewritten.
    not_rewritten: Vec<JsonRefused>,
    /// What could not be read.
    problems: Vec<JsonProblem>,
    /// Files of folders that were passed over.
    skipped: Vec<JsonSkipped>,
}

/// The payloads of one operation, side and status.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonTarget {
    operation: String,
    side: Option<Side>,
    status: Option<u16>,
    /// Rewritten, and valid.
    valid: u64,
    /// Rewritten, but something has to be supplied by hand.
    incomplete: u64,
    /// Left alone, since they are as they should be.
    up_to_date: u64,
    /// Of those that were rewritten, the ones that lost a value.
    lossy: u64,
    /// The first payloads that were rewritten.
    places: Vec<JsonOrigin>,
    /// What was done, in the order of the payloads.
    edits: Vec<JsonEdit>,
    /// How often something else was done, for which there was no room.
    other_edits: u64,
    /// What has to be done by hand.
    to_do: Vec<JsonLeft>,
    /// How often something else has to be done, for which there was no room.
    other_to_do: u64,
    /// How payloads were already invalid under the old contract.
    already_invalid: Vec<JsonLeft>,
    /// Guesses that were not acted on.
    proposals: Vec<JsonProposal>,
}

/// What was done in one place.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonEdit {
    kind: EditKind,
    /// Whether something of the payload is lost.
    loses: bool,
    /// The place as it was, positions folded to `*`.
    from: Option<String>,
    /// The place as it is.
    to: Option<String>,
    /// In how many payloads.
    payloads: u64,
    /// How often in all.
    count: u64,
    /// Different values that stood there, as JSON text, redacted and cut.
    before: Vec<String>,
    /// Different values that stand there.
    after: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonLeft {
    message: String,
    /// In how many payloads.
    payloads: u64,
    /// How often in all.
    count: u64,
    /// The first of the payloads.
    places: Vec<JsonOrigin>,
}

/// A guess that was not acted on.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonProposal {
    from: String,
    to: String,
    /// What speaks for it.
    ground: String,
    /// In how many payloads a value is lost that it would keep.
    payloads: u64,
    /// The line of a file for `--moves` that acts on it.
    rule: String,
}

/// Payloads that were not rewritten.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonRefused {
    /// The operation; null where it is not known.
    operation: Option<String>,
    side: Option<Side>,
    status: Option<u16>,
    /// Why.
    reason: String,
    /// How many payloads.
    payloads: u64,
    /// The first of them.
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
            from: key.from.as_ref().map(ToString::to_string),
            to: key.to.as_ref().map(ToString::to_string),
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
