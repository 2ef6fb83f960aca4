//! A finding: a rule broken, or a drift seen, grouped by root cause.

use crate::location::{Origin, PathPattern, Side};
use crate::observe::{Evidence, TargetKey};
use crate::redact::Shown;

use super::catalogue::{Level, Rule};

/// A finding. It holds facts and the sentences made of them; how they are laid out is for the
/// renderers.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// How grave.
    pub(crate) level: Level,
    /// What the rule is broken by: a property, a value, a method; empty where there is nothing to
    /// tell apart.
    pub(crate) subject: String,
    /// What is the matter, in one line.
    pub(crate) message: Shown,
    /// What the mark under the excerpt says.
    pub(crate) label: Shown,
    /// Where in the contract: one place, or several that share a component.
    pub(crate) places: Vec<FindingPlace>,
    /// How often.
    pub(crate) count: u64,
    /// What the next two count.
    pub(crate) unit: Unit,
    /// In how many payloads or exchanges.
    pub(crate) payloads: u64,
    /// Payloads or exchanges that could have had it; 0 where that is no question.
    pub(crate) of_payloads: u64,
    /// The first places in the captures.
    pub(crate) evidence: Vec<Evidence>,
    /// Where the contract's own documents say what is broken; empty for contracts without documents.
    pub(crate) declared: Vec<Origin>,
    /// The values met, most frequent first.
    pub(crate) values: Vec<SeenValue>,
    /// `name@version` of other versions that declare the subject.
    pub(crate) known_to: Vec<String>,
    /// What else is to say.
    pub(crate) notes: Vec<Shown>,
}

impl Finding {
    /// What stays the same from run to run: rule, contract, operation, side, status, path and subject, each
    /// with a backslash before `|` and `\`.
    #[must_use]
    pub fn key(&self) -> String {
        let place = self.places.first();
        let target = place.and_then(|place| place.target.as_ref());
        let parts = [
            self.rule.id.to_owned(),
            target.map(|t| t.contract.to_string()).unwrap_or_default(),
            target.map(|t| t.operation.to_string()).unwrap_or_default(),
            target
                .and_then(|t| t.side)
                .map(|side| side.to_string())
                .unwrap_or_default(),
            target
                .and_then(|t| t.status)
                .map(|status| status.to_string())
                .unwrap_or_default(),
            place
                .map(|place| place.path.to_string())
                .unwrap_or_default(),
            self.subject.clone(),
        ];
        let escaped = parts.map(|part| part.replace('\\', r"\\").replace('|', r"\|"));
        escaped.join("|")
    }

    /// The side, where the finding is on one.
    #[must_use]
    pub(crate) fn side(&self) -> Option<Side> {
        let place = self.places.first()?;
        place.target.as_ref().and_then(|target| target.side)
    }
}

/// What a finding is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Payloads of the operations that it is about.
    Payload,
    /// All exchanges of the run.
    Exchange,
    /// Places in the contract's own documents.
    Place,
}

impl Unit {
    /// The word for one.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Payload => "payload",
            Self::Exchange => "exchange",
            Self::Place => "place",
        }
    }
}

/// Where in the contract a finding is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FindingPlace {
    /// Operation, side and status; `None` for a payload of no operation.
    pub target: Option<TargetKey>,
    /// The place in the payload.
    pub path: PathPattern,
}

/// A value that was met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeenValue {
    /// The value, redacted.
    pub value: Shown,
    /// How often.
    pub count: u64,
    /// `name@version` of other versions that declare it.
    pub known_to: Vec<String>,
    /// A declared value that differs in case alone.
    pub near: Option<String>,
}
