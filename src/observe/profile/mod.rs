//! What was learnt from traffic: counters and bounded samples that merge.

mod fact;
pub(crate) mod pairs;
pub(crate) mod period;
pub(crate) mod sighting;
pub(crate) mod spelling;
pub(crate) mod tally;
mod shape;
mod unused;
pub(crate) mod word;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::AddAssign;
use std::sync::Arc;

use crate::capture::Unused;
use crate::limits::HOSTS;
use crate::location::{Origin, Side};
use crate::schema::Place;

use super::walk::deviation::Deviation;
use spelling::Spelling;
use tally::{Keyed, Tally, merge};
pub use fact::TrafficFact;
pub use shape::{PathId, Shape};
pub use unused::NotCompared;

/// Everything learnt from captures. `a += &b` merges; the order of merging makes no difference, and
/// the profile of a whole is the merge of the profiles of its parts.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Profile {
    /// Exchanges read.
    pub exchanges: u64,
    /// Exchanges for which an operation, or at least its path, was found.
    pub matched: u64,
    /// Payloads and requests that were compared with a schema.
    pub compared: u64,
    /// What was not compared, and why.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub unused: BTreeMap<Unused, NotCompared>,
    /// Operations that requests went to: `name@version` of the contract, and the id.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub exercised: BTreeMap<(Arc<str>, Arc<str>), Count>,
    /// Requests that were taken for those of a webhook because of their content: `name@version` of the contract, and
    /// the id.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub by_content: BTreeMap<(Arc<str>, Arc<str>), Count>,
    /// Hosts of requests for which an operation of the API was found.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub hosts: BTreeMap<String, Count>,
    /// What came out for each payload.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub verdicts: BTreeMap<PayloadVerdict, Count>,
    /// What was learnt of each operation, side and status.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub targets: BTreeMap<TargetKey, TargetProfile>,
    /// Facts about exchanges rather than values, by their subject (see [`TrafficFact`]).
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub traffic: BTreeMap<TrafficFact, Keyed>,
}

impl AddAssign<&Self> for Profile {
    fn add_assign(&mut self, other: &Self) {
        self.exchanges += other.exchanges;
        self.matched += other.matched;
        self.compared += other.compared;
        merge(&mut self.unused, &other.unused);
        merge(&mut self.exercised, &other.exercised);
        merge(&mut self.by_content, &other.by_content);
        merge(&mut self.hosts, &other.hosts);
        merge(&mut self.verdicts, &other.verdicts);
        merge(&mut self.targets, &other.targets);
        merge(&mut self.traffic, &other.traffic);
        self.fold_hosts();
    }
}

impl Profile {
    /// Gives the documents of the contract other names, wherever a place in them is named.
    pub(crate) fn rename_documents(&mut self, name: &dyn Fn(&Arc<str>) -> Arc<str>) {
        for target in self.targets.values_mut() {
            target.shape.each_mut(|profile| profile.rename_documents(name));
        }
    }

    /// Counts an entry, an exchange or a body that is not compared.
    pub(crate) fn leave(&mut self, reason: Unused, origin: &Origin) {
        self.unused.entry(reason).or_default().add(origin);
    }

    /// Keeps the first hosts by name, of those that are part of the contract and of the others, and counts the rest
    /// together. What is kept is the same in any order of merging.
    pub(crate) fn fold_hosts(&mut self) {
        while self.hosts.len() > HOSTS {
            self.hosts.pop_last();
        }
        let of_host = |fact: &TrafficFact| matches!(fact, TrafficFact::UnknownOperation { .. });
        let mut hosts = self.traffic.keys().filter(|fact| of_host(fact)).count();
        while hosts > HOSTS {
            let last = self
                .traffic
                .keys()
                .rev()
                .find(|fact| of_host(fact))
                .cloned();
            let Some(found) = last.and_then(|last| self.traffic.remove(&last)) else {
                return;
            };
            let others = self.traffic.entry(TrafficFact::OtherHosts).or_default();
            others.all += &found.all;
            others.keys = None;
            hosts -= 1;
        }
    }
}

/// What can come out of the comparison of a payload with its schema.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Verdict")]
pub enum PayloadVerdict {
    /// The schema accepts the payload.
    Conforms,
    /// The schema would accept it but for placeholders.
    Placeholders,
    /// The schema rejects the payload.
    Deviates,
    /// The schema rejects the request, and so did the server.
    Refused,
    /// The payload is not JSON, or not what its media type says.
    Malformed,
    /// The contract has no schema for the payload.
    NoSchema,
    /// The contract has no schema for payloads of this media type.
    OtherMediaType,
    /// No operation was found for the payload.
    Unmatched,
    /// So many operations fit the payload equally well that it was compared with none of them.
    Undecided,
}

impl PayloadVerdict {
    /// The verdict on a payload that was compared with a schema.
    #[must_use]
    pub const fn of(deviations: u64, placeholders: u64) -> Self {
        match (deviations, placeholders) {
            (0, 0) => Self::Conforms,
            (0, _) => Self::Placeholders,
            _ => Self::Deviates,
        }
    }

    /// In words, for one payload.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Conforms => "conforms",
            Self::Placeholders => "conforms but for placeholders",
            Self::Deviates => "deviates",
            Self::Refused => "was rejected by the server, as it should be",
            Self::Malformed => "is malformed",
            Self::NoSchema => "has no schema",
            Self::OtherMediaType => "has a media type that is not compared",
            Self::Unmatched => "fits no operation",
            Self::Undecided => "fits several operations equally",
        }
    }
}

/// What payloads are grouped by.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct TargetKey {
    /// `name@version` of the contract they were compared with.
    pub contract: Arc<str>,
    /// The operation.
    pub operation: Arc<str>,
    /// The side; `None` for a schema that is of neither.
    pub side: Option<Side>,
    /// The status of the response.
    pub status: Option<u16>,
}

impl TargetKey {
    /// What the payloads are: `request`, `response`, or `payload` of neither side.
    #[must_use]
    pub const fn message(&self) -> &'static str {
        match self.side {
            Some(Side::Request) => "request",
            Some(Side::Response) => "response",
            None => "payload",
        }
    }
}

/// `list-organisations response 200`
impl fmt::Display for TargetKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.operation)?;
        if let Some(side) = self.side {
            write!(f, " {side}")?;
        }
        match self.status {
            Some(status) => write!(f, " {status}"),
            None => Ok(()),
        }
    }
}

/// What was learnt of the payloads of one operation, side and status.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct TargetProfile {
    /// Payloads compared with the schema.
    pub payloads: u64,
    /// Payloads that the schema accepts.
    pub accepted: u64,
    /// Payloads that it would accept but for placeholders.
    pub placeholders: u64,
    /// What was learnt of each place in them.
    pub shape: Shape,
}

impl TargetProfile {
    /// Counts a payload.
    pub(crate) fn count(&mut self, verdict: PayloadVerdict) {
        self.payloads += 1;
        match verdict {
            PayloadVerdict::Conforms => self.accepted += 1,
            PayloadVerdict::Placeholders => self.placeholders += 1,
            _ => {}
        }
    }
}

impl AddAssign<&Self> for TargetProfile {
    fn add_assign(&mut self, other: &Self) {
        self.payloads += other.payloads;
        self.accepted += other.accepted;
        self.placeholders += other.placeholders;
        self.shape += &other.shape;
    }
}

/// What was learnt of the values at one path.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct PathProfile {
    /// Values seen, by kind: null, boolean, number, string, array, object.
    pub kinds: [u64; 6],
    /// How the values broke their schemas.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub deviations: BTreeMap<Deviation, Tally>,
    /// Keys or values met by a deviation whose kind counts them apart.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub subjects: BTreeMap<Deviation, Keyed>,
    /// Where a deviation is due to a placeholder.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub placeholders: BTreeMap<Deviation, Tally>,
    /// Undeclared properties of an object, by the schema that names the others.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub undeclared: BTreeMap<Arc<Place>, Keyed>,
    /// Read-only properties in requests and write-only ones in responses, by the schema that says so.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub misdirected: BTreeMap<Arc<Place>, Keyed>,
    /// Strings beyond the enum of one variant where another takes any.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub beyond_enum: BTreeMap<Arc<Place>, Keyed>,
    /// Objects that a looser variant accepts and that look like another one. Subject: what stands between
    /// the object and that one.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub lookalikes: BTreeMap<Lookalike, Keyed>,
    /// Declared enum values seen, by the schema of the enum.
    #[serde(default, with = "pairs::nested", skip_serializing_if = "BTreeMap::is_empty")]
    pub enum_values: BTreeMap<Arc<Place>, BTreeMap<Box<str>, Count>>,
    /// How values of a format were written, by the schema of the format.
    #[serde(default, with = "pairs::nested", skip_serializing_if = "BTreeMap::is_empty")]
    pub spellings: BTreeMap<Arc<Place>, BTreeMap<Spelling, Tally>>,
    /// Variants that accepted values, by the schema of the variant.
    #[serde(default, with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub variants: BTreeMap<Arc<Place>, Count>,
}

impl AddAssign<&Self> for PathProfile {
    fn add_assign(&mut self, other: &Self) {
        for (ours, theirs) in self.kinds.iter_mut().zip(other.kinds) {
            *ours += theirs;
        }
        merge(&mut self.deviations, &other.deviations);
        merge(&mut self.subjects, &other.subjects);
        merge(&mut self.placeholders, &other.placeholders);
        merge(&mut self.undeclared, &other.undeclared);
        merge(&mut self.misdirected, &other.misdirected);
        merge(&mut self.beyond_enum, &other.beyond_enum);
        merge(&mut self.variants, &other.variants);
        merge(&mut self.lookalikes, &other.lookalikes);
        for (place, values) in &other.enum_values {
            merge(
                self.enum_values.entry(Arc::clone(place)).or_default(),
                values,
            );
        }
        for (place, spellings) in &other.spellings {
            merge(
                self.spellings.entry(Arc::clone(place)).or_default(),
                spellings,
            );
        }
    }
}

impl PathProfile {
    fn rename_documents(&mut self, name: &dyn Fn(&Arc<str>) -> Arc<str>) {
        let of_place = |place: Arc<Place>| {
            Arc::new(Place {
                document: name(&place.document),
                pointer: place.pointer.clone(),
            })
        };
        let of_deviation = |deviation: Deviation| Deviation {
            schema: of_place(deviation.schema),
            ..deviation
        };
        renamed(&mut self.deviations, of_deviation);
        renamed(&mut self.subjects, of_deviation);
        renamed(&mut self.placeholders, of_deviation);
        renamed(&mut self.undeclared, of_place);
        renamed(&mut self.misdirected, of_place);
        renamed(&mut self.beyond_enum, of_place);
        renamed(&mut self.enum_values, of_place);
        renamed(&mut self.spellings, of_place);
        renamed(&mut self.variants, of_place);
        renamed(&mut self.lookalikes, |lookalike| Lookalike {
            schema: of_place(lookalike.schema),
            ..lookalike
        });
    }
}

fn renamed<K: Ord, V>(map: &mut BTreeMap<K, V>, name: impl Fn(K) -> K) {
    *map = std::mem::take(map).into_iter().map(|(key, value)| (name(key), value)).collect();
}

/// A variant that objects look like which only a looser one accepts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Lookalike {
    /// The schema of the variant.
    pub schema: Arc<Place>,
    /// What it is called.
    pub variant: Arc<str>,
    /// What the variant is called that accepts them.
    pub accepted: Arc<str>,
}

/// A number that merges by reference.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Count(pub u64);

impl AddAssign<&Self> for Count {
    fn add_assign(&mut self, other: &Self) {
        self.0 += other.0;
    }
}
