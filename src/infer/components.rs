//! Objects that several payloads share, with names.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::observe::PathId;

use super::shapes::{Places, is_map, union_of};
use super::words::{pascal, singular};

/// The names of the properties of an object.
type Keys = Vec<Arc<str>>;

/// Where objects with the same properties were found.
#[derive(Debug, Default)]
struct Group {
    /// How many places.
    sites: usize,
    /// Whether one of them is a whole payload.
    is_root: bool,
    /// What they could be called, the best name first.
    names: Vec<String>,
    /// What is in all of them.
    places: Places,
}

/// The components of a document.
#[derive(Debug, Default)]
pub(super) struct Components {
    /// Where references point to.
    base: &'static str,
    groups: BTreeMap<Keys, Group>,
    /// The order in which groups were found.
    order: Vec<Keys>,
    /// Groups that were joined with others.
    joined: BTreeMap<Keys, Keys>,
    /// The name of each component.
    names: BTreeMap<Keys, String>,
}

/// What a place is called.
#[derive(Debug, Clone)]
pub(super) struct Names {
    /// The object or the list at the place.
    pub(super) own: String,
    /// What the one list or object inside is called, if the object is only around it.
    pub(super) inner: Option<String>,
}

impl Components {
    /// `base` is where references point to, such as `#/components/schemas/`.
    pub(super) fn new(base: &'static str) -> Self {
        Self {
            base,
            ..Self::default()
        }
    }

    pub(super) const fn base(&self) -> &'static str {
        self.base
    }

    /// Takes note of the objects of a payload.
    pub(super) fn add(&mut self, places: &Places, names: &Names) {
        self.visit(places, PathId::ROOT, names, true);
    }

    fn visit(&mut self, places: &Places, id: PathId, names: &Names, is_root: bool) {
        let constant = constant_tag(places, id);
        let names = &Names {
            own: constant.unwrap_or_else(|| names.own.clone()),
            inner: names.inner.clone(),
        };
        if let Some(keys) = keys_of(places, id) {
            if !self.groups.contains_key(&keys) {
                self.order.push(keys.clone());
            }
            let group = self.groups.entry(keys).or_default();
            group.sites += 1;
            group.is_root |= is_root;
            if !group.names.contains(&names.own) {
                group.names.push(names.own.clone());
            }
            group.places += &places.subtree(id);
        }
        let wrapped = names.inner.as_ref().and_then(|inner| Some((wrapped(places, id)?, inner)));
        for (key, child) in places.keys(id) {
            let below = match wrapped {
                Some((known, inner)) if known == child => inner.clone(),
                _ => pascal(&singular(key)),
            };
            let below = Names {
                own: below,
                inner: None,
            };
            self.visit(places, child, &below, false);
        }
        if let Some(any) = places.any(id) {
            let is_list = is_root && places.path(id).types.array > 0;
            let element = match (&names.inner, is_list) {
                (Some(inner), true) => inner.clone(),
                _ => names.own.clone(),
            };
            let below = Names {
                own: element,
                inner: None,
            };
            self.visit(places, any, &below, is_list);
        }
    }

    /// Chooses the components and their names: whole payloads, and objects that occur at several places.
    pub(super) fn choose(&mut self) {
        self.join_similar();
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let mut order = self.order.clone();
        // Whole payloads have the first choice of a name.
        order.sort_by_key(|keys| self.groups.get(keys).is_none_or(|group| !group.is_root));
        for keys in order {
            let Some(group) = self.groups.get(&keys) else { continue };
            if !group.is_root && group.sites < 2 {
                continue;
            }
            let names = group.names.iter().map(|name| {
                // Other characters are not allowed in the name of a component (OpenAPI 3.1.1, Components Object).
                let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
                if plain.is_empty() { "Payload".to_owned() } else { plain }
            });
            let names: Vec<String> = names.collect();
            let numbered = (2..).map(|number| format!("{}{number}", names[0]));
            let free = names.iter().cloned().chain(numbered).find(|name| !taken.contains(name));
            let Some(name) = free else { continue };
            taken.insert(name.clone());
            self.names.insert(keys, name);
        }
    }

    /// Joins objects that have most of their properties in common, more of them if they have no name in common: some
    /// properties are optional.
    fn join_similar(&mut self) {
        let order = self.order.clone();
        for (position, keys) in order.iter().enumerate() {
            for other in &order[..position] {
                let similar = {
                    let (Some(one), Some(two)) = (self.groups.get(keys), self.groups.get(other)) else { continue };
                    let shared = keys.iter().filter(|key| other.contains(key)).count();
                    let all = keys.len() + other.len() - shared;
                    let are_named_alike = one.names.iter().any(|name| two.names.contains(name));
                    match are_named_alike {
                        true => shared * 5 >= all * 3,
                        false => shared >= 4 && shared * 4 >= all * 3,
                    }
                };
                if similar {
                    self.join(other, keys);
                    break;
                }
            }
        }
    }

    /// Joins two groups into one, which stands for both.
    fn join(&mut self, into: &Keys, from: &Keys) {
        let Some(second) = self.groups.remove(from) else { return };
        self.joined.insert(from.clone(), into.clone());
        if let Some(first) = self.groups.get_mut(into) {
            first.sites += second.sites;
            first.is_root |= second.is_root;
            first.places += &second.places;
            for name in second.names {
                if !first.names.contains(&name) {
                    first.names.push(name);
                }
            }
        }
    }

    /// The component that the object at a place is.
    pub(super) fn of(&self, places: &Places, id: PathId) -> Option<&str> {
        let keys = keys_of(places, id)?;
        let group = self.joined.get(&keys).unwrap_or(&keys);
        self.names.get(group).map(String::as_str)
    }

    fn places_of(&self, keys: &Keys) -> Option<&Places> {
        self.groups.get(keys).map(|group| &group.places)
    }

    /// The components by name, each with what is in it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Places)> {
        let mut components: Vec<(&str, &Places)> = self
            .names
            .iter()
            .filter_map(|(keys, name)| Some((name.as_str(), self.places_of(keys)?)))
            .collect();
        components.sort_by_key(|(name, _)| *name);
        components.into_iter()
    }
}

/// The properties of an object that may be a component: it is nothing but an object with a fixed set of properties.
fn keys_of(places: &Places, id: PathId) -> Option<Keys> {
    let place = places.path(id);
    let is_object = place.types.object > 0 && place.types.object + place.types.null == place.types.all();
    if !is_object || is_map(places, id) || (places.key_count(id) < 2 && union_of(place).is_none()) {
        return None;
    }
    Some(places.keys(id).map(|(key, _)| Arc::clone(key)).collect())
}

/// What objects say that they are: `"object": "organisation"`.
fn constant_tag(places: &Places, id: PathId) -> Option<String> {
    const TAGS: [&str; 6] = ["@type", "_type", "kind", "object", "resourceType", "type"];
    const LISTS: [&str; 4] = ["array", "collection", "list", "page"];
    let place = places.path(id);
    let own = TAGS.iter().find_map(|tag| {
        let variants = place.tags.get(*tag)?.0.as_ref()?;
        let (value, variant) = variants.first_key_value()?;
        // One object says nothing of others.
        let is_all = variants.len() == 1 && variant.objects == place.types.object && variant.objects > 1;
        (is_all && !LISTS.contains(&&**value)).then(|| pascal(value))
    });
    own.filter(|name| !name.is_empty())
}

/// The one list of objects in an object, or else the one object in it: `data`.
fn wrapped(places: &Places, id: PathId) -> Option<PathId> {
    let children = || places.keys(id).map(|(_, child)| child);
    let only = |mut found: Vec<PathId>| found.pop().filter(|_| found.is_empty());
    let is_list = |child: &PathId| {
        let items = places.any(*child);
        places.path(*child).types.array > 0 && items.is_some_and(|items| places.path(items).types.object > 0)
    };
    only(children().filter(is_list).collect()).or_else(|| {
        let named = ["data", "result", "item", "payload", "response"];
        places.keys(id).find(|(key, child)| named.contains(&&***key) && places.path(*child).types.object > 0).map(|(_, child)| child)
    })
}
