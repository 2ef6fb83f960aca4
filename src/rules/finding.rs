//! A finding: a broken rule, or drift seen in traffic. One finding stands for one cause.

use crate::contract::ParameterPlace;
use crate::location::{Origin, PathPattern, Side};
use crate::observe::{DeviationKind, Evidence, Period, TargetKey, TrafficFact};
use crate::redact::Shown;
use crate::schema::{Place, Values};

use super::catalogue::{Level, Rule};
use super::key::Key;

/// A finding. It holds facts; its headline puts them in a sentence, and the renderers lay them out.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// How serious it is.
    pub(crate) level: Level,
    /// What identifies the cause in every run.
    pub(crate) key: Key,
    /// What is wrong.
    pub(crate) matter: Matter,
    /// The schema that is broken, or that does not declare what was seen.
    pub(crate) schema: Option<Place>,
    /// Where in the contract: one place, or several that share a component.
    pub(crate) places: Vec<FindingPlace>,
    /// The properties that it is about, most frequent first.
    pub(crate) properties: Vec<Seen>,
    /// Requests without an operation, as `GET /path`, or hosts.
    pub(crate) requests: Vec<String>,
    /// The parameter that it is about.
    pub(crate) parameter: Option<ParameterName>,
    /// The values seen, most frequent first.
    pub(crate) values: Vec<Seen>,
    /// What the contract accepts instead: the values of an enum, types, a limit.
    pub(crate) expected: Expected,
    /// The variants of a union that values were compared with.
    pub(crate) variants: Vec<String>,
    /// How often it was seen.
    pub(crate) count: u64,
    /// What the next two count.
    pub(crate) unit: Unit,
    /// In how many payloads or exchanges.
    pub(crate) payloads: u64,
    /// Whether it may be in more: facts of one cause that were counted apart can share payloads.
    pub(crate) is_at_least: bool,
    /// Payloads or exchanges that could have had it; 0 where that does not apply.
    pub(crate) of_payloads: u64,
    /// When it was seen.
    pub(crate) period: Period,
    /// The first places in the captures.
    pub(crate) evidence: Vec<Evidence>,
    /// Where the contract's own documents declare what is broken; empty for contracts without documents.
    pub(crate) declared: Vec<Origin>,
    /// The same as places in the documents: a schema, a parameter, or an operation.
    pub(crate) declarations: Vec<Place>,
    /// `name@version` of other versions that declare it.
    pub(crate) known_to: Vec<String>,
    /// Further facts and advice.
    pub(crate) notes: Vec<Shown>,
    /// Of payloads that match another version: how they differ from the version that was asked for.
    pub(crate) differences: Vec<Finding>,
}

/// What is wrong, without counts and values.
#[derive(Debug, Clone)]
pub(crate) enum Matter {
    /// Values break a schema in this way.
    Broken(DeviationKind),
    /// An open object has properties that its schema does not declare. `true`: so many that they look like data.
    Undeclared(bool),
    /// Read-only properties in requests, or write-only ones in responses.
    Misdirected(Side),
    /// Objects look like one variant, and only a looser one accepts them.
    Looser {
        /// The variant that they look like.
        variant: String,
        /// The variant that accepts them.
        accepted: String,
    },
    /// An open enum does not list a value.
    OpenEnum,
    /// Values of a format are valid, but are written differently than the contract writes them.
    Spelling {
        /// The format.
        format: String,
        /// How the contract writes its example.
        expected: String,
    },
    /// Placeholders stand for values.
    Placeholders,
    /// Declared properties were never seen.
    UnseenProperties,
    /// Declared enum values were never seen.
    UnseenValues,
    /// A fact about a message.
    Traffic(TrafficFact),
    /// Sentences that were made where the finding was.
    Said {
        /// The headline.
        message: String,
        /// What the mark under the excerpt says.
        label: String,
    },
}

impl Finding {
    /// A finding of which only the cause is known.
    pub(crate) fn new(rule: &'static Rule, key: Key, matter: Matter, unit: Unit) -> Self {
        Self {
            rule,
            level: Level::Off,
            key,
            matter,
            schema: None,
            places: Vec::new(),
            properties: Vec::new(),
            requests: Vec::new(),
            parameter: None,
            values: Vec::new(),
            expected: Expected::default(),
            variants: Vec::new(),
            count: 0,
            unit,
            payloads: 0,
            is_at_least: false,
            of_payloads: 0,
            period: Period::default(),
            evidence: Vec::new(),
            declared: Vec::new(),
            declarations: Vec::new(),
            known_to: Vec::new(),
            notes: Vec::new(),
            differences: Vec::new(),
        }
    }

    /// The keyword of the schema that is broken.
    #[must_use]
    pub(crate) const fn keyword(&self) -> Option<&'static str> {
        match &self.matter {
            Matter::Broken(kind) | Matter::Traffic(TrafficFact::ParameterValue { kind, .. }) => {
                Some(kind.keyword())
            }
            Matter::OpenEnum | Matter::UnseenValues => Some("enum"),
            Matter::Undeclared(_) | Matter::UnseenProperties => Some("properties"),
            Matter::Misdirected(Side::Request) => Some("readOnly"),
            Matter::Misdirected(Side::Response) => Some("writeOnly"),
            Matter::Looser { .. } => Some("anyOf"),
            Matter::Spelling { .. } => Some("format"),
            Matter::Placeholders | Matter::Traffic(_) | Matter::Said { .. } => None,
        }
    }

    /// Whether it is about two periods of traffic rather than a contract.
    #[must_use]
    pub(crate) fn is_about_periods(&self) -> bool {
        self.key.contract == super::TRAFFIC
    }

    /// Leaves out values that come from payloads and requests.
    pub(crate) fn leave_out_values(&mut self) {
        let is_of_captures = match &self.matter {
            Matter::Broken(kind) => !matches!(kind, DeviationKind::Type { .. }),
            Matter::OpenEnum | Matter::Traffic(TrafficFact::ParameterValue { .. }) => true,
            _ => false,
        };
        if is_of_captures {
            self.values.clear();
        }
    }

    /// The side, where all places of the finding are on one.
    #[must_use]
    pub(crate) fn side(&self) -> Option<Side> {
        let mut sides = self.targets().map(|target| target.side);
        let first = sides.next()??;
        sides.all(|side| side == Some(first)).then_some(first)
    }

    /// The operations, sides and statuses that it is about.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &TargetKey> {
        self.places.iter().filter_map(|place| place.target.as_ref())
    }

    /// The ids of the operations that it is about, each once.
    #[must_use]
    pub(crate) fn operation_ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.targets().map(|target| &*target.operation).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }
}

/// What a finding is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    /// Payloads of the operations that it is about.
    Payload,
    /// Exchanges of the operations that it is about; of the run, where it is about none.
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

/// A parameter by name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ParameterName {
    /// Its name.
    pub(crate) name: String,
    /// Where it is sent.
    pub(crate) place: ParameterPlace,
}

/// A property or value that was seen, or was missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// The name or value, redacted.
    pub value: Shown,
    /// How often.
    pub count: u64,
    /// `name@version` of other versions that declare it.
    pub known_to: Vec<String>,
    /// A declared value that differs in case alone; of a missing property, the undeclared one in its place.
    pub near: Option<String>,
}

impl Seen {
    /// Seen so often, and known to no other version.
    pub(crate) fn new(value: &str, count: u64) -> Self {
        Self {
            value: Shown::new(value),
            count,
            known_to: Vec::new(),
            near: None,
        }
    }
}

/// Values of an enum that a finding lists.
const EXPECTED_KEPT: usize = 8;

impl Expected {
    /// The values of an enum that has so many.
    pub(crate) fn of_enum(values: Option<&Values>, count: usize) -> Self {
        let values = values.into_iter().flat_map(|values| &values.all);
        let first = values.take(EXPECTED_KEPT).map(|value| match value.as_str() {
            Some(text) => Shown::new(text),
            None => Shown::new(&value.to_string()),
        });
        Self {
            first: first.collect(),
            count,
        }
    }
}

/// What the contract accepts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Expected {
    /// The first of them, as JSON or in words.
    pub first: Vec<Shown>,
    /// How many there are.
    pub count: usize,
}
