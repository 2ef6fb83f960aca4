//! What is learnt of operations.

use std::collections::BTreeMap;
use std::ops::AddAssign;

use serde::{Deserialize, Serialize};

use crate::limits::{DISTINCT, HOSTS};
use crate::location::Side;
use crate::observe::{Count, Period, Shape, merge, pairs};

use super::place::{PlaceProfile, Seen};

/// Everything that traffic shows without a contract.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Learnt {
    /// The exchanges.
    pub exchanges: u64,
    /// The hosts of requests: the first ones by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub hosts: BTreeMap<String, Count>,
    /// The resources, by the segments of their paths. Segments that are data have a key such as `{integer}`.
    pub resources: Shape<Resource>,
    /// Payloads that name no method and path.
    #[serde(with = "pairs", skip_serializing_if = "BTreeMap::is_empty")]
    pub loose: BTreeMap<LooseKey, Message>,
}

impl Learnt {
    /// Whether nothing was learnt.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.exchanges == 0
    }

    /// When it was seen.
    #[must_use]
    pub fn seen(&self) -> Period {
        let resources = self.resources.walk();
        let methods = resources.iter().flat_map(|(_, id)| self.resources.path(*id).methods.values());
        let messages = methods.flat_map(|method| std::iter::once(&method.request).chain(method.responses.values()));
        let mut period = Period::default();
        for message in messages.chain(self.loose.values()) {
            for sight in message.seen.ends.iter().flat_map(|(first, last)| [first, last]) {
                period.see(sight.time);
            }
        }
        period
    }

    /// The bodies that could not be read as what they are by their media type.
    #[must_use]
    pub fn malformed(&self) -> u64 {
        let resources = self.resources.walk();
        let methods = resources.iter().flat_map(|(_, id)| self.resources.path(*id).methods.values());
        let of_operations = methods.flat_map(|method| std::iter::once(&method.request).chain(method.responses.values()));
        let messages = of_operations.chain(self.loose.values());
        messages.flat_map(|message| message.media.values()).map(|media| media.malformed).sum()
    }

    /// Counts a host.
    pub(super) fn see_host(&mut self, host: &str) {
        self.hosts.entry(host.to_owned()).or_default().0 += 1;
        self.fit();
    }

    pub(super) fn fit(&mut self) {
        while self.hosts.len() > HOSTS {
            self.hosts.pop_last();
        }
        while self.loose.len() > DISTINCT {
            self.loose.pop_last();
        }
    }
}

impl AddAssign<&Self> for Learnt {
    fn add_assign(&mut self, other: &Self) {
        self.exchanges += other.exchanges;
        merge(&mut self.hosts, &other.hosts);
        self.resources += &other.resources;
        self.resources.fold_wide(SEGMENTS);
        merge(&mut self.loose, &other.loose);
        self.fit();
    }
}

/// Literal segments that are distinguished below one path. With more, they are data.
pub(super) const SEGMENTS: usize = DISTINCT;

/// Where payloads come from that name no method and path.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LooseKey {
    /// What the name of the file says of the operation, or of the type.
    pub name: Option<String>,
    /// The side, if it is known.
    pub side: Option<Side>,
    /// The status, if it is known.
    pub status: Option<u16>,
    /// Of payloads without a name, the keys at their top, by which they are distinguished.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outline: Option<String>,
}

/// One path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Resource {
    /// The last segments of its paths, if they are data.
    #[serde(skip_serializing_if = "is_default")]
    pub segments: PlaceProfile,
    /// What was learnt of each method.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub methods: BTreeMap<String, OperationProfile>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl AddAssign<&Self> for Resource {
    fn add_assign(&mut self, other: &Self) {
        self.segments += &other.segments;
        merge(&mut self.methods, &other.methods);
        self.fit();
    }
}

impl Resource {
    /// Keeps the first methods by name.
    fn fit(&mut self) {
        while self.methods.len() > DISTINCT {
            self.methods.pop_last();
        }
    }

    /// What is learnt of a method; `None` for one that is not kept.
    pub(super) fn method(&mut self, name: &str) -> Option<&mut OperationProfile> {
        if !self.methods.contains_key(name) {
            self.methods.insert(name.to_owned(), OperationProfile::default());
            self.fit();
        }
        self.methods.get_mut(name)
    }
}

/// A method of a path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct OperationProfile {
    /// The requests.
    pub requests: u64,
    /// The parameters of the query.
    #[serde(skip_serializing_if = "Fields::is_empty")]
    pub query: Fields,
    /// The credentials: `bearer`, `basic`, `header X-Api-Key`, `query api_key`, `cookie session`.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub credentials: BTreeMap<String, Count>,
    /// The requests, without those that were rejected as wrong.
    pub request: Message,
    /// The responses by status.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub responses: BTreeMap<u16, Message>,
}

impl OperationProfile {
    /// Keeps the first credentials by name.
    pub(super) fn fit(&mut self) {
        while self.credentials.len() > DISTINCT {
            self.credentials.pop_last();
        }
    }
}

impl AddAssign<&Self> for OperationProfile {
    fn add_assign(&mut self, other: &Self) {
        self.requests += other.requests;
        self.query += &other.query;
        merge(&mut self.credentials, &other.credentials);
        self.fit();
        self.request += &other.request;
        merge(&mut self.responses, &other.responses);
    }
}

/// The requests of an operation, or its responses with one status.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Message {
    /// How many.
    pub messages: u64,
    /// Those without a body.
    #[serde(skip_serializing_if = "is_default")]
    pub without_body: u64,
    /// Headers that belong to the API rather than to HTTP.
    #[serde(skip_serializing_if = "Fields::is_empty")]
    pub headers: Fields,
    /// The bodies by media type, without parameters.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub media: BTreeMap<String, Media>,
    /// The first and the last, by time.
    #[serde(skip_serializing_if = "is_default")]
    pub seen: Seen,
}

impl Message {
    pub(super) fn media(&mut self, name: &str) -> &mut Media {
        self.media.entry(name.to_owned()).or_default()
    }

    /// Keeps the first media types by name.
    pub(super) fn fit(&mut self) {
        while self.media.len() > DISTINCT {
            self.media.pop_last();
        }
    }
}

impl AddAssign<&Self> for Message {
    fn add_assign(&mut self, other: &Self) {
        self.messages += other.messages;
        self.without_body += other.without_body;
        self.headers += &other.headers;
        merge(&mut self.media, &other.media);
        self.fit();
        self.seen += &other.seen;
    }
}

/// Bodies of one media type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Media {
    /// How many.
    pub bodies: u64,
    /// Those that could not be read as what they are by their media type.
    #[serde(skip_serializing_if = "is_default")]
    pub malformed: u64,
    /// The values in the others, where they are JSON or a form.
    pub shape: Shape<PlaceProfile>,
}

impl AddAssign<&Self> for Media {
    fn add_assign(&mut self, other: &Self) {
        self.bodies += other.bodies;
        self.malformed += other.malformed;
        self.shape += &other.shape;
        self.shape.fold_wide(KEYS);
    }
}

/// Keys of objects that are distinguished at one place. With more, they are data.
pub(super) const KEYS: usize = DISTINCT;

/// Parameters or headers by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fields(pub BTreeMap<String, Field>);

impl Fields {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The field with a name. Of too many, the first ones by name are kept.
    pub(super) fn enter(&mut self, name: &str) -> Option<&mut Field> {
        if !self.0.contains_key(name) {
            self.0.insert(name.to_owned(), Field::default());
            self.fit();
        }
        self.0.get_mut(name)
    }

    fn fit(&mut self) {
        while self.0.len() > DISTINCT {
            self.0.pop_last();
        }
    }
}

impl AddAssign<&Self> for Fields {
    fn add_assign(&mut self, other: &Self) {
        merge(&mut self.0, &other.0);
        self.fit();
    }
}

/// A parameter or header.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Field {
    /// The name as it was written; of several spellings, the first one in the order of characters. Empty if it is the
    /// key.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The messages that have it.
    pub messages: u64,
    /// Those that have it several times.
    #[serde(skip_serializing_if = "is_default")]
    pub repeated: u64,
    /// Its values.
    pub values: PlaceProfile,
}

impl Field {
    /// Takes note of how the name is written.
    pub(super) fn spell(&mut self, name: &str) {
        if !name.is_empty() && (self.name.is_empty() || *name < *self.name) {
            name.clone_into(&mut self.name);
        }
    }
}

impl AddAssign<&Self> for Field {
    fn add_assign(&mut self, other: &Self) {
        self.spell(&other.name);
        self.messages += other.messages;
        self.repeated += other.repeated;
        self.values += &other.values;
    }
}

