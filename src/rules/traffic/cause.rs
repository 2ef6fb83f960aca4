//! Facts on their way into findings, and what makes several of them one.

use std::borrow::Cow;
use std::sync::Arc;

use crate::location::Side;

use crate::observe::{Profile, Tally, TrafficFact};
use crate::rules::catalogue::Rule;
use crate::rules::finding::{Expected, FindingPlace, Matter, ParameterName, Seen, Unit};
use crate::rules::key::Key;
use crate::rules::scope::Spot;
use crate::schema::Place;

/// What facts have in common that are one finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cause {
    pub(crate) key: Key,
    /// `name@version` of the contract: versions are judged apart.
    pub(crate) contract: Arc<str>,
    /// What the key must not tell apart, and one sentence cannot say together.
    pub(crate) apart: String,
}

/// Where in the contract a cause is.
#[derive(Debug, Clone)]
pub(crate) enum Anchor {
    /// A schema, and the pointer from there to the keyword, such as `/maximum`, where a rule is about several.
    Schema(Arc<Place>, String),
    /// A declared parameter of the operation at the fact's place, and the pointer from there to what its value
    /// breaks.
    Parameter(ParameterName, String),
    /// No place in the contract: what it is about, in words.
    Words(String),
}

/// One fact at one place, on its way into a finding.
#[derive(Clone)]
pub(crate) struct CauseFact<'p> {
    pub(crate) rule: &'static Rule,
    pub(crate) matter: Matter,
    pub(crate) anchor: Anchor,
    pub(crate) apart: String,
    pub(crate) place: FindingPlace,
    pub(crate) tally: Cow<'p, Tally>,
    pub(crate) unit: Unit,
    pub(crate) of_payloads: u64,
    /// In how many payloads this fact or another one of the same cause is, where that is known; else what the
    /// tally counts.
    pub(crate) payloads: Option<u64>,
    /// Whether no payload has this fact and another one of the same cause.
    pub(crate) is_disjoint: bool,
    /// Whether these are all of the run, whatever the operation.
    pub(crate) is_of_run: bool,
    pub(crate) properties: Vec<Seen>,
    pub(crate) values: Vec<Seen>,
    /// What was counted of each value, where that is known, and each is another matter.
    pub(crate) value_tallies: Vec<&'p Tally>,
    /// Requests without an operation, as `GET /path`, or hosts.
    pub(crate) requests: Vec<String>,
    pub(crate) expected: Expected,
    pub(crate) variant: Option<Arc<str>>,
    pub(crate) known_to: Vec<String>,
    pub(crate) notes: Vec<String>,
}

impl<'p> CauseFact<'p> {
    /// A fact about payloads, of which nothing but the cause is known.
    pub(crate) fn new(
        rule: &'static Rule,
        matter: Matter,
        anchor: Anchor,
        place: &FindingPlace,
        tally: &'p Tally,
    ) -> Self {
        Self {
            rule,
            matter,
            anchor,
            apart: String::new(),
            place: place.clone(),
            tally: Cow::Borrowed(tally),
            unit: Unit::Payload,
            of_payloads: 0,
            payloads: None,
            is_disjoint: false,
            is_of_run: false,
            properties: Vec::new(),
            values: Vec::new(),
            value_tallies: Vec::new(),
            requests: Vec::new(),
            expected: Expected::default(),
            variant: None,
            known_to: Vec::new(),
            notes: Vec::new(),
        }
    }
}

impl CauseFact<'_> {
    /// The place that it is about, for levels and ignores.
    pub(super) fn spot(&self) -> Spot<'_> {
        let target = self.place.target.as_ref();
        let own = self.place.path.to_string();
        let mut paths = vec![own.clone()];
        if let Anchor::Parameter(ParameterName { name, .. }, _) = &self.anchor {
            paths.push(format!("/{name}"));
        } else if let [property] = &*self.properties {
            paths.push(format!("{own}/{}", property.value));
        }
        Spot {
            operation: target.map(|target| &*target.operation),
            paths,
        }
    }

    /// The side that it is on.
    pub(super) fn side(&self) -> Option<Side> {
        self.place.target.as_ref()?.side
    }
}

/// How many hosts have requests without an operation.
pub(super) fn hosts_without_operation(profile: &Profile) -> usize {
    let facts = profile.traffic.keys();
    facts
        .filter(|fact| matches!(fact, TrafficFact::UnknownOperation { host: Some(_) }))
        .count()
}
