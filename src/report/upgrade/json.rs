//! The upgrade for programs: JSON of a stated version, with a schema of its own.

use schemars::JsonSchema;
use serde::Serialize;

use crate::location::Side;
use crate::migrate::{EditKind, Fate, Upgraded};
use crate::report::json::{JsonOrigin, JsonProblem, JsonSkipped};

use super::{UpgradeReport, groups, left};

/// The version of the format. It goes up when something is removed or changes its meaning.
pub const UPGRADE_REPORT_VERSION: u32 = 1;

/// Different values that are listed of one property.
const VALUES_LISTED: usize = 100;

/// A report of `wiredrift upgrade`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JsonUpgrade {
    /// The version of this format.
    report_version: u32,
    /// The version of wiredrift that wrote it.
    wiredrift: String,
    /// Where payloads come from: `name@version`.
    from: String,
    /// Where they go.
    to: String,
    /// What became of each payload.
    payloads: Vec<JsonUpgraded>,
    /// What could not be read.
    problems: Vec<JsonProblem>,
    /// Files of folders that were passed over.
    skipped: Vec<JsonSkipped>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonUpgraded {
    origin: JsonOrigin,
    /// The operation; null where it is not known.
    operation: Option<String>,
    side: Option<Side>,
    status: Option<u16>,
    fate: JsonFate,
    /// Why it was not rewritten.
    reason: Option<String>,
    /// What was done, in the order of the payload.
    edits: Vec<JsonEdit>,
    /// What has to be done by hand, with how often.
    left: Vec<JsonLeft>,
}

/// What became of a payload.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
enum JsonFate {
    /// Rewritten, and valid.
    Valid,
    /// Rewritten, but something has to be supplied by hand.
    Incomplete,
    /// Left alone, since it is as it should be.
    Current,
    /// Not rewritten.
    NotRewritten,
}

/// The same edit of several places.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonEdit {
    kind: EditKind,
    /// Whether something of the payload is lost.
    loses: bool,
    /// The place as it was, positions folded to `*`.
    from: Option<String>,
    /// The place as it is.
    to: Option<String>,
    /// How many places.
    count: usize,
    /// Different values that stood there, as JSON text, redacted and cut.
    before: Vec<String>,
    /// Different values that stand there.
    after: Vec<String>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonLeft {
    message: String,
    count: usize,
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
    crate::report::json::schema_of::<JsonUpgrade>()
}

impl From<&UpgradeReport> for JsonUpgrade {
    fn from(report: &UpgradeReport) -> Self {
        Self {
            report_version: UPGRADE_REPORT_VERSION,
            wiredrift: env!("CARGO_PKG_VERSION").to_owned(),
            from: report.from.clone(),
            to: report.to.clone(),
            payloads: report.payloads.iter().map(JsonUpgraded::from).collect(),
            problems: report.problems.iter().map(JsonProblem::from).collect(),
            skipped: report.skipped.iter().map(JsonSkipped::from).collect(),
        }
    }
}

impl From<&Upgraded> for JsonUpgraded {
    fn from(payload: &Upgraded) -> Self {
        let (fate, reason) = match &payload.fate {
            Fate::Rewritten(upgrade) if upgrade.left.is_empty() => (JsonFate::Valid, None),
            Fate::Rewritten(_) => (JsonFate::Incomplete, None),
            Fate::Current(_) => (JsonFate::Current, None),
            Fate::Left { why, .. } => (JsonFate::NotRewritten, Some(why.clone())),
        };
        let (edits, left) = match &payload.fate {
            Fate::Rewritten(upgrade) => (groups(&upgrade.edits), left(upgrade)),
            _ => (Vec::new(), Vec::new()),
        };
        let edits = edits.iter().map(|group| JsonEdit {
            kind: group.kind,
            loses: group.kind.loses(),
            from: group.from.as_ref().map(ToString::to_string),
            to: group.to.as_ref().map(ToString::to_string),
            count: group.edits.len(),
            before: group.before(VALUES_LISTED),
            after: group.after(VALUES_LISTED),
        });
        let left = left
            .into_iter()
            .map(|(message, count)| JsonLeft { message, count });
        Self {
            origin: (&payload.origin).into(),
            operation: payload.operation.clone(),
            side: payload.side,
            status: payload.status,
            fate,
            reason,
            edits: edits.collect(),
            left: left.collect(),
        }
    }
}
