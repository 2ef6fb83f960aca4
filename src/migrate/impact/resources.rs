//! Which resources a payload describes: the one that its request names, and the objects in it that have an id.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use sha2::{Digest as _, Sha256};

use crate::diff::{Alignment, canonical, word};
use crate::location::{PathPattern, Step};
use crate::observe::RoutedRequest;
use crate::redact::{MASK, is_secret_name, mask_shapes, masked, sanitised, shown_place};

use super::outline::Outliner;

/// Resources of one operation that are kept.
pub(super) const RESOURCES: usize = 5_000;

/// Longest name of a resource that is shown, in characters.
const LONGEST: usize = 60;

/// What the request of a payload says about the resource.
#[derive(Debug, Clone)]
pub(super) struct Requested {
    /// The values of the path parameters, or else the query; `None` if every request creates another
    /// resource, or if a value that may not be shown is needed to distinguish it.
    name: Option<String>,
    /// The same, as it may be shown.
    shown: String,
    /// Whether its path names the resource.
    is_of_path: bool,
}

impl Requested {
    pub(super) fn of(routed: &RoutedRequest<'_, '_>) -> Self {
        let mut values: Vec<(&str, &str)> = routed
            .path_values
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let is_of_path = !values.is_empty();
        let what = if is_of_path { "path" } else { "query" };
        if !is_of_path {
            let query = routed.target.query.iter();
            values.extend(query.map(|(name, value)| (name.as_str(), value.as_str())));
            values.sort_unstable();
        }
        let joined = |value: &dyn Fn(&str, &str) -> String| {
            let pairs = values
                .iter()
                .map(|(name, text)| format!("{name}={}", value(name, text)));
            pairs.collect::<Vec<_>>().join(" ")
        };
        let makes_another = !matches!(
            routed.operation.method.as_str(),
            "GET" | "HEAD" | "PUT" | "PATCH"
        );
        // A digest of what is masked could be found again by trying.
        let masked = |name: &str, text: &str| match is_secret_name(name) {
            true => MASK.to_owned(),
            false => sanitised(text),
        };
        // Credentials in the query are no part of the resource's name.
        let is_hidden = |(name, text): &(&str, &str)| match is_secret_name(name) {
            true => is_of_path,
            false => mask_shapes(text) != *text,
        };
        let is_named = !makes_another && !values.iter().any(is_hidden);
        let shown = joined(&|name, text| cut(&masked(name, text)));
        Self {
            name: is_named.then(|| format!("{what} {}", joined(&masked))),
            shown: format!("{what} {shown}").trim_end().to_owned(),
            is_of_path: is_of_path && !makes_another,
        }
    }

    /// For a payload without a request: only objects with an id can be identified in it.
    pub(super) const fn unnamed() -> Self {
        Self {
            name: None,
            shown: String::new(),
            is_of_path: false,
        }
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The first 16 hexadecimal digits of a SHA-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(super) struct Digest(u64);

impl Digest {
    fn of(texts: &[&str]) -> Self {
        let mut hash = Sha256::new();
        for text in texts {
            hash.update(text.as_bytes());
            hash.update([0]);
        }
        let first = hash.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
        Self(first)
    }
}

impl From<Digest> for String {
    fn from(Digest(digest): Digest) -> Self {
        format!("{digest:016x}")
    }
}

impl TryFrom<String> for Digest {
    type Error = std::num::ParseIntError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        u64::from_str_radix(&text, 16).map(Self)
    }
}

/// A resource in a payload, without its values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredResource", into = "StoredResource")]
pub(super) struct Resource {
    /// Where it is in the payload.
    pub(super) place: PathPattern,
    /// A digest of its path or id.
    pub(super) name: Digest,
    /// Its path or id, as it may be shown.
    pub(super) shown: String,
    /// The position of its structure.
    pub(super) outline: u32,
    /// Digests of values that may have moved to where they are, by their places in a whole payload.
    pub(super) moved: BTreeMap<PathPattern, Digest>,
}

/// The form in profiles, which have many of them: without the names of the members.
type StoredResource = (PathPattern, Digest, String, u32, BTreeMap<PathPattern, Digest>);

impl From<Resource> for StoredResource {
    fn from(Resource { place, name, shown, outline, moved }: Resource) -> Self {
        (place, name, shown, outline, moved)
    }
}

impl From<StoredResource> for Resource {
    fn from((place, name, shown, outline, moved): StoredResource) -> Self {
        Self { place, name, shown, outline, moved }
    }
}

/// Reads the resources of payloads.
#[derive(Debug)]
pub(super) struct ResourceReader {
    pub(super) outliner: Outliner,
    /// The names that values may have moved to.
    targets: HashSet<Arc<str>>,
    /// Places as they may be shown.
    places: FxHashMap<PathPattern, PathPattern>,
}

/// What is read of one payload.
struct Read<'p> {
    known: FxHashSet<(PathPattern, Digest)>,
    found: Vec<(PathPattern, Digest, String, &'p Json)>,
    /// How many resources there are, counted as often as they occur.
    mentions: u64,
}

impl<'p> Read<'p> {
    fn add(&mut self, place: PathPattern, name: &str, shown: &dyn Fn() -> String, resource: &'p Json) {
        self.mentions += 1;
        if self.found.len() >= RESOURCES {
            return;
        }
        let name = Digest::of(&[name]);
        if self.known.insert((place.clone(), name)) {
            self.found.push((place, name, shown(), resource));
        }
    }
}

impl ResourceReader {
    pub(super) fn new(alignment: &Alignment) -> Self {
        let moves = alignment.pairs.iter().flat_map(|pair| &pair.moves);
        let targets = moves.filter_map(|moved| match moved.to.last() {
            Some(Step::Key(name)) => Some(Arc::clone(name)),
            _ => None,
        });
        Self {
            outliner: Outliner::default(),
            targets: targets.collect(),
            places: FxHashMap::default(),
        }
    }

    /// The first resources of a payload, and how many mentions of resources it has.
    pub(super) fn read(&mut self, requested: &Requested, payload: &Json) -> (Vec<Resource>, u64) {
        let mut read = Read {
            known: FxHashSet::default(),
            found: Vec::new(),
            mentions: 0,
        };
        if let Some(name) = &requested.name {
            read.add(PathPattern::root(), name, &|| requested.shown.clone(), payload);
        }
        self.collect(payload, requested.is_of_path, &mut Vec::new(), &mut read);
        let resources = read.found.into_iter().map(|(place, name, shown, resource)| {
            let mut moved = BTreeMap::new();
            if place.steps().is_empty() && !self.targets.is_empty() {
                self.moved(resource, name, &mut Vec::new(), &mut moved);
            }
            Resource {
                place: self.places.entry(place).or_insert_with_key(shown_place).clone(),
                name,
                shown,
                outline: self.outliner.of(resource),
                moved,
            }
        });
        (resources.collect(), read.mentions)
    }

    /// The objects that have an id. The whole payload is not one of them if its path names it already.
    fn collect<'p>(&mut self, value: &'p Json, is_named: bool, place: &mut Vec<Step>, read: &mut Read<'p>) {
        let has_parts = |value: &Json| value.is_object() || value.is_array();
        match value {
            Json::Object(members) => {
                let id = members.get("id").filter(|id| id.is_number() || id.is_string());
                let id = id.filter(|_| !is_named).map(word);
                // An id that may not be shown identifies nothing.
                if let Some(id) = id.filter(|id| mask_shapes(id) == *id) {
                    let shown = || format!("id {}", cut(&sanitised(&id)));
                    read.add(PathPattern::from_steps(place.clone()), &format!("id {id}"), &shown, value);
                }
                for (name, member) in members.iter().filter(|(_, member)| has_parts(member)) {
                    // What stands below the name of a secret is not shown.
                    if self.outliner.is_secret(name) {
                        continue;
                    }
                    place.push(Step::Key(name.as_str().into()));
                    self.collect(member, false, place, read);
                    place.pop();
                }
            }
            Json::Array(items) => {
                place.push(Step::Any);
                for item in items.iter().filter(|item| has_parts(item)) {
                    self.collect(item, false, place, read);
                }
                place.pop();
            }
            _ => {}
        }
    }

    /// Digests of the members of nested objects whose names are those of targets.
    fn moved(&mut self, value: &Json, name: Digest, place: &mut Vec<Step>, found: &mut BTreeMap<PathPattern, Digest>) {
        for (key, member) in value.as_object().into_iter().flatten() {
            if self.outliner.is_secret(key) {
                continue;
            }
            place.push(Step::Key(key.as_str().into()));
            if self.targets.contains(key.as_str()) && masked(member) == *member {
                let digest = Digest::of(&[&String::from(name), &canonical(member)]);
                found.insert(shown_place(&PathPattern::from_steps(place.clone())), digest);
            }
            self.moved(member, name, place, found);
            place.pop();
        }
    }
}
