//! Facts on their way into findings, and what makes several of them one.

use std::sync::Arc;

use crate::location::Side;
use crate::observe::{Deviation, DeviationKind, Lookalike, Profile, Tally, TrafficFact};
use crate::rules::finding::{FindingPlace, SeenValue, Unit};
use crate::schema::Place;

use super::words::Words;

/// What facts have in common that are one finding.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Cause {
    /// The id of the rule.
    pub(crate) rule: &'static str,
    pub(crate) side: Option<Side>,
    pub(crate) root: Root,
    pub(crate) subject: String,
}

/// Why something is so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Root {
    /// The rule and the subject say it all.
    Itself,
    /// Something about messages.
    Traffic(TrafficFact),
    /// Requests to this host and base path.
    Requests(String),
    /// No operation of the contract that has this method has a body.
    Method(Arc<str>, String),
    /// How values break a schema.
    Broken(DeviationKind, Arc<Place>),
    /// A placeholder stands where a value should.
    Placeholder(Deviation),
    /// What a schema does not say.
    Schema(Arc<Place>),
    /// Only a looser variant accepts.
    Lookalike(Lookalike),
}

/// One fact at one place, on its way into a finding.
pub(crate) struct CauseFact<'p> {
    pub(crate) words: Words,
    /// Why it is so.
    pub(crate) root: Root,
    pub(crate) subject: &'p str,
    pub(crate) place: FindingPlace,
    /// The parameter that it is about.
    pub(crate) parameter: Option<&'p str>,
    /// The schema that is broken, or the one that does not name what was met.
    pub(crate) schema: Option<Arc<Place>>,
    pub(crate) tally: &'p Tally,
    pub(crate) unit: Unit,
    pub(crate) of_payloads: u64,
    pub(crate) values: Vec<SeenValue>,
    pub(crate) known_to: Vec<String>,
    pub(crate) notes: Vec<String>,
}

/// How many hosts have requests without operation.
pub(super) fn hosts_without_operation(profile: &Profile) -> usize {
    let facts = profile.traffic.keys();
    facts
        .filter(|fact| matches!(fact, TrafficFact::UnknownOperation { host: Some(_) }))
        .count()
}
