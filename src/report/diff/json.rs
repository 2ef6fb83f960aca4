//! The diff as JSON. Within one version of the format, fields may be added, but not removed or changed.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::diff::{Owner, Proof, Reach, Sender, Verdict};
use crate::location::{Origin, Side};
use crate::rules::{Finding, Change, Level, Release};

use crate::report::check::json::JsonSuppression;
use crate::report::document::{schema_of, version};

use super::Changes;
use super::payload::shortened;

/// The version of the JSON report of a diff.
pub const DIFF_FORMAT: &str = "diff-v1";

/// The report of `wiredrift diff`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JsonDiff {
    /// The name of this format: `diff-v1`.
    format: &'static str,
    /// The version of wiredrift that wrote the report.
    wiredrift: String,
    old: JsonContract,
    new: JsonContract,
    summary: JsonDiffSummary,
    /// By operation and component.
    changes: Vec<JsonChange>,
    /// Changes that do not count: the baseline lists them, or they are ignored.
    suppressed: Vec<JsonSuppressedChange>,
    /// Keys of the baseline that did not occur.
    gone: Vec<String>,
    /// Edits that were proved equivalent and are therefore not changes.
    equivalent: Vec<JsonChange>,
    /// Parts of the contracts that could not be used and were not compared.
    unusable_parts: Vec<JsonUnusable>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonUnusable {
    rule: String,
    level: Level,
    message: String,
    origins: Vec<JsonPlace>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonContract {
    /// The name given on the command line.
    given: String,
    /// `name@version`
    contract: String,
    operations: usize,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonDiffSummary {
    errors: usize,
    warnings: usize,
    infos: usize,
    /// The number of parts of the contracts that could not be used and were not compared.
    unusable: usize,
    /// The number of parts of the contracts that violate the OpenAPI specification. Because of them, changes
    /// may be missing.
    structure_problems: usize,
    /// The number of changes for which neither a proof nor a counterexample was found.
    unknown: usize,
    /// The release that the changes require (Semantic Versioning).
    release: Release,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonChange {
    /// Identifies the change in every run: rule, name of the contract, and JSON Pointer into the contract.
    key: String,
    /// A short id derived from the key: the anchor of the change in the HTML report.
    anchor: String,
    rule: String,
    /// The highest of `levels`.
    level: Level,
    /// The level for what each sender sends.
    levels: Vec<JsonLevel>,
    message: String,
    /// What changed: a property, a keyword, a status.
    subject: String,
    /// `null` for the contract as a whole and for components.
    operation: Option<JsonOperation>,
    /// `null` for operations.
    component: Option<JsonComponent>,
    /// JSON Pointer into the payload of the operation or component. Array positions, and keys that are data,
    /// are written as `*`.
    path: String,
    /// The variant of a union that changed, if the path does not identify it.
    variant: Option<String>,
    /// The value in the old contract.
    old: Option<String>,
    /// The value in the new contract.
    new: Option<String>,
    /// The values that were added to or removed from an enum.
    values: Vec<String>,
    old_origin: Option<JsonPlace>,
    new_origin: Option<JsonPlace>,
    /// JSON Pointer into the old contract's document.
    old_pointer: Option<String>,
    new_pointer: Option<String>,
    /// The reason for a heuristic change; `null` for a certain one.
    guess: Option<String>,
    notes: Vec<String>,
    /// The places that it affects.
    reach: Vec<JsonReach>,
    verdicts: Vec<JsonVerdict>,
}

/// A change that does not count.
#[derive(Debug, Serialize, JsonSchema)]
struct JsonSuppressedChange {
    /// Why it does not count.
    by: JsonSuppression,
    change: JsonChange,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonLevel {
    sender: Sender,
    level: Level,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonOperation {
    id: String,
    /// `GET /pets/{id}`
    signature: String,
    /// `response 200`, `query parameter limit`; empty for the whole operation.
    part: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonComponent {
    old: String,
    new: String,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonPlace {
    file: String,
    /// From 1.
    line: u64,
    /// In characters, from 1.
    column: u64,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonReach {
    operation: String,
    part: String,
    sender: Sender,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonVerdict {
    sender: Sender,
    /// `breaking`, `compatible` or `unknown`
    verdict: &'static str,
    /// The reason for the verdict.
    reason: String,
    /// The payload that demonstrates a breaking change.
    witness: Option<JsonWitness>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct JsonWitness {
    payload: Value,
    /// Whether long lists in the payload were shortened.
    shortened: bool,
    /// Its serialised form if it is sent as text: `status=open`.
    text: Option<String>,
    /// JSON Pointer (RFC 6901) to the relevant place in the payload.
    at: String,
    /// The operation and part that the payload belongs to.
    of: JsonReach,
    side: Option<Side>,
    /// The component that the value belongs to, if it is not a whole payload.
    component: Option<String>,
}

/// Renders the diff as JSON, with a line break at the end.
#[must_use]
pub fn json(report: &Changes) -> String {
    let document = document(report);
    // Strings, numbers and JSON values always serialise.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// A line for each change.
pub(super) fn ndjson(report: &Changes) -> String {
    let changes = document(report).changes;
    // Strings, numbers and JSON values always serialise.
    let lines = changes.into_iter().map(|change| {
        let line = JsonLine::Change(Box::new(change));
        serde_json::to_string(&line).unwrap_or_default() + "\n"
    });
    lines.collect()
}

/// A line of NDJSON says what it is, as those of the other reports do.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum JsonLine {
    Change(Box<JsonChange>),
}

/// The JSON Schema of the JSON report.
#[must_use]
pub fn json_schema() -> Value {
    schema_of::<JsonDiff>(DIFF_FORMAT)
}

pub(in crate::report) fn document(report: &Changes) -> JsonDiff {
    let contract = |name: &super::ContractName, operations: usize| JsonContract {
        given: name.given.clone(),
        contract: name.reference.clone(),
        operations,
    };
    JsonDiff {
        format: DIFF_FORMAT,
        wiredrift: version(),
        old: contract(&report.old, report.size.old_operations),
        new: contract(&report.new, report.size.new_operations),
        summary: JsonDiffSummary {
            errors: report.at_level(Level::Error),
            warnings: report.at_level(Level::Warning),
            infos: report.at_level(Level::Info),
            unusable: report.size.unusable,
            structure_problems: report.size.misshapen,
            unknown: report.unknown(),
            release: report.release(),
        },
        changes: report.changes.iter().map(change).collect(),
        suppressed: report
            .suppressed
            .iter()
            .map(|(judged, suppression)| JsonSuppressedChange {
                by: suppression.into(),
                change: change(judged),
            })
            .collect(),
        gone: report.exempt.gone.iter().map(|entry| entry.key.clone()).collect(),
        equivalent: report.equivalent.iter().map(change).collect(),
        unusable_parts: report.unusable.iter().map(unusable).collect(),
    }
}

fn unusable(finding: &Finding) -> JsonUnusable {
    let evidence = finding.evidence.iter();
    JsonUnusable {
        rule: finding.rule.id.to_owned(),
        level: finding.level,
        message: finding.headline().to_string(),
        origins: evidence.map(|evidence| place(&evidence.origin)).collect(),
    }
}

fn place(origin: &Origin) -> JsonPlace {
    JsonPlace {
        file: origin.file.to_string(),
        line: origin.position.line,
        column: origin.position.column,
    }
}

fn change(judged: &Change) -> JsonChange {
    let change = &judged.difference;
    let (operation, component) = match &change.owner {
        Owner::Contract | Owner::Operations(_) => (None, None),
        Owner::Operation(name, part) => {
            let operation = JsonOperation {
                id: name.id.clone(),
                signature: name.signature.clone(),
                part: part.to_string(),
            };
            (Some(operation), None)
        }
        Owner::Component(old, new) => {
            let (old, new) = (old.to_string(), new.to_string());
            (None, Some(JsonComponent { old, new }))
        }
    };
    let levels = judged.levels.iter();
    let levels = levels.map(|(sender, level)| JsonLevel {
        sender: *sender,
        level: *level,
    });
    JsonChange {
        key: judged.key.to_string(),
        anchor: judged.key.anchor(),
        rule: judged.rule.id.to_owned(),
        level: judged.level,
        levels: levels.collect(),
        message: judged.message.clone(),
        subject: change.subject.clone(),
        operation,
        component,
        path: change.path.to_string(),
        variant: change.variant.as_ref().map(ToString::to_string),
        old: change.old.clone(),
        new: change.new.clone(),
        values: change.values.clone(),
        old_origin: judged.old.as_ref().map(place),
        new_origin: judged.new.as_ref().map(place),
        old_pointer: change
            .old_place
            .as_ref()
            .map(|place| place.pointer.to_string()),
        new_pointer: change
            .new_place
            .as_ref()
            .map(|place| place.pointer.to_string()),
        guess: change.guess.clone(),
        notes: change.notes.clone(),
        reach: change.reach.iter().map(reach).collect(),
        verdicts: change.verdicts.iter().map(verdict).collect(),
    }
}

fn reach(reach: &Reach) -> JsonReach {
    JsonReach {
        operation: reach.operation.id.clone(),
        part: reach.part.to_string(),
        sender: reach.sender,
    }
}

fn verdict((sender, verdict): &(Sender, Verdict)) -> JsonVerdict {
    let (reason, witness) = match verdict {
        Verdict::Breaking(witness) => {
            let (payload, shortened) = shortened(&witness.payload);
            let shown = JsonWitness {
                payload,
                shortened,
                text: witness.text.clone(),
                at: witness.at.to_string(),
                of: reach(&witness.of),
                side: witness.side,
                component: witness.component.as_ref().map(ToString::to_string),
            };
            (witness.why.clone(), Some(shown))
        }
        Verdict::Compatible(Proof::AsksNothing) => ("requires nothing more".to_owned(), None),
        Verdict::Compatible(Proof::NotSent) => ("never sent".to_owned(), None),
        Verdict::Compatible(Proof::Assumed(reason)) => (format!("in practice: {reason}"), None),
        Verdict::Compatible(Proof::Follows(asks)) => (format!("follows: {asks}"), None),
        Verdict::Compatible(Proof::Vacuous(asks)) => (format!("never violated: {asks}"), None),
        Verdict::Unknown(reason) => (reason.clone(), None),
    };
    JsonVerdict {
        sender: *sender,
        verdict: verdict.word(),
        reason,
        witness,
    }
}
