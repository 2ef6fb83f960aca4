//! Renamed and moved properties: heuristics, each with its basis.

use std::sync::Arc;

use crate::contract::Contract;
use crate::location::Step;
use crate::schema::{Graph, NodeId};

use super::difference::Fact;
use super::contain::Kinds;
use super::names::{Variant, words};
use super::view::View;
use super::walk::{Found, Move, Question, Walk, place_of};

/// The minimum similarity of two names for a heuristic based on names; 1 means identical.
const ALIKE: f64 = 0.6;

/// The depth below a removed property at which moved properties are searched.
const DEPTH: u8 = 3;

/// The minimum share of common properties for two objects to be treated as one that moved.
const SHARED: f64 = 0.5;

/// A property that only one side declares.
#[derive(Debug, Clone)]
pub(super) struct Stray {
    pub(super) name: Arc<str>,
    pub(super) schemas: Vec<NodeId>,
    pub(super) is_required: bool,
}

/// The properties that only one side declares.
#[derive(Debug, Default)]
pub(super) struct Strays {
    pub(super) gone: Vec<Stray>,
    pub(super) added: Vec<Stray>,
    /// Properties that both sides declare but that are objects on one side only: old ones, new ones.
    pub(super) reshaped: (Vec<Stray>, Vec<Stray>),
}

/// Properties below a removed property that are now at the top of the payload, or the reverse.
struct Group {
    /// The names on the path from the payload to the inner object.
    way: Vec<Arc<str>>,
    names: Vec<Member>,
    /// Properties of the inner object that are missing at the top.
    left: Vec<Arc<str>>,
}

/// A property of a group.
#[derive(Clone)]
struct Member {
    /// Its name in the inner object.
    inside: Arc<str>,
    /// Its name at the top.
    top: Arc<str>,
    /// Whether only the type supports the match.
    is_guess: bool,
}

/// Reasons for matching two properties.
const LEFT_OVER: &str = "left over on both sides, and of the same type";
const SPELLING: &str = "the names are spelling variants of each other";
const ONLY: &str =
    "the only properties of this object that were removed and added with the same schema";
const SIMILAR: &str = "the same schema and a similar name";

impl<'c> Walk<'c> {
    /// Removes moved and renamed properties from those that only one side declares.
    pub(super) fn moves(
        &mut self,
        at: usize,
        old: &View<'_>,
        new: &View<'_>,
        mut strays: Strays,
        found: &mut Vec<Found>,
    ) -> Strays {
        if strays.gone.is_empty() && strays.added.is_empty() {
            return strays;
        }
        self.regrouped(at, (old, new), &mut strays, true, found);
        self.regrouped(at, (old, new), &mut strays, false, found);
        self.respelled(at, old, new, &mut strays, found);
        self.renamed(at, old, new, &mut strays, found);
        strays
    }

    /// Properties of an object that only one side has, which are at the top on the other side. With
    /// `is_flattened`, the object was removed, otherwise added.
    fn regrouped(
        &mut self,
        at: usize,
        (old, new): (&View<'_>, &View<'_>),
        strays: &mut Strays,
        is_flattened: bool,
        found: &mut Vec<Found>,
    ) {
        let (objects, others, reshaped) = match is_flattened {
            true => (&mut strays.gone, &mut strays.added, &strays.reshaped.0),
            false => (&mut strays.added, &mut strays.gone, &strays.reshaped.1),
        };
        let (inner, outer) = match is_flattened {
            true => (&self.old.graph, &self.new.graph),
            false => (&self.new.graph, &self.old.graph),
        };
        let mut index = 0;
        while let Some(object) = objects.get(index).cloned() {
            let Some(group) = group((inner, outer), &object, others) else {
                index += 1;
                continue;
            };
            objects.remove(index);
            let whole = match is_flattened {
                true => self.property_removed(old, new, &object),
                false => self.property_added(old, new, &object),
            };
            let mut moved = self.regroup(at, (old, new), (&object, &group), others, is_flattened);
            moved.forward.asks.splice(0..0, whole.forward.asks);
            moved.backward.asks.splice(0..0, whole.backward.asks);
            found.push(moved.places(whole.old_place, whole.new_place));
        }
        for object in reshaped {
            if let Some(group) = group((inner, outer), object, others) {
                let moved = self.regroup(at, (old, new), (object, &group), others, is_flattened);
                let places = (
                    place_of(self.old, &old.property(&object.name)),
                    place_of(self.new, &new.property(&object.name)),
                );
                found.push(moved.places(places.0, places.1));
            }
        }
    }

    /// Removes the properties of a group from `others`.
    fn regroup(
        &mut self,
        at: usize,
        (old, new): (&View<'_>, &View<'_>),
        (object, group): (&Stray, &Group),
        others: &mut Vec<Stray>,
        is_flattened: bool,
    ) -> Found {
        let contract: &'c Contract = match is_flattened {
            true => self.old,
            false => self.new,
        };
        let mut found = Found::new(Fact::PropertiesMoved, way_words(&group.way));
        let mut lines = (Vec::new(), Vec::new());
        for Member {
            inside,
            top,
            is_guess,
        } in &group.names
        {
            let Some(position) = others.iter().position(|known| known.name == *top) else {
                continue;
            };
            let other = others.remove(position);
            let question = match is_flattened {
                true => self.property_added(old, new, &other),
                false => self.property_removed(old, new, &other),
            };
            found.forward.asks.extend(question.forward.asks);
            found.backward.asks.extend(question.backward.asks);
            let schemas = at_way(&contract.graph, object, &group.way, inside);
            let below = group.way.iter().chain([inside]).cloned().map(Step::Key);
            let (below, above) = (below.collect(), vec![Step::Key(Arc::clone(top))]);
            let (inside, top) = (written(&group.way, inside), top.to_string());
            let (from, to, old_schemas, new_schemas) = match is_flattened {
                true => {
                    lines.0.push(inside);
                    lines.1.push(top);
                    (below, above, schemas, other.schemas)
                }
                false => {
                    lines.0.push(top);
                    lines.1.push(inside);
                    (above, below, other.schemas, schemas)
                }
            };
            let place: Vec<Step> = to.clone();
            let moved = Move {
                from,
                to,
                old: old_schemas,
                new: new_schemas,
                pair: None,
                guess: is_guess.then_some(LEFT_OVER),
            };
            self.lead_away(at, moved, &place);
        }
        let (old_lines, new_lines) = (lines.0.join("\n"), lines.1.join("\n"));
        let mut found = found.values(Some(old_lines), Some(new_lines));
        found.guess = Some(ground(group));
        for name in &group.left {
            found.notes.push(format!(
                "`{}` has no counterpart",
                written(&group.way, name)
            ));
        }
        found
    }

    /// Properties whose names are spelling variants of each other.
    fn respelled(
        &mut self,
        at: usize,
        old: &View<'_>,
        new: &View<'_>,
        strays: &mut Strays,
        found: &mut Vec<Found>,
    ) {
        let kinds = |graph, stray: &Stray| {
            let kinds = View::of(graph, &stray.schemas).all_kinds(3);
            kinds.without(Kinds::NULL)
        };
        for level in [Variant::Letters, Variant::Words] {
            let mut index = 0;
            while let Some(gone) = strays.gone.get(index).cloned() {
                let is_variant = |gone: &Stray, added: &Stray| {
                    let (left, right) =
                        (kinds(&self.old.graph, gone), kinds(&self.new.graph, added));
                    Variant::of(&gone.name, &added.name) == Some(level)
                        && !left.and(right).is_empty()
                };
                let candidates: Vec<usize> = (0..strays.added.len())
                    .filter(|added| is_variant(&gone, &strays.added[*added]))
                    .collect();
                let rivals = strays.gone.iter().filter(|other| {
                    let mut candidates = candidates.iter();
                    candidates.any(|added| is_variant(other, &strays.added[*added]))
                });
                // If there are several candidates, the match is ambiguous.
                let ([chosen], 1) = (candidates.as_slice(), rivals.count()) else {
                    index += 1;
                    continue;
                };
                strays.gone.remove(index);
                let added = strays.added.remove(*chosen);
                let mut change = self.rename(old, new, &gone, &added);
                change.guess = Some(SPELLING.to_owned());
                found.push(change);
                self.lead_to_renamed(at, gone, added, None);
            }
        }
    }

    /// Properties that are equivalent under a different name, as far as heuristics can tell.
    fn renamed(
        &mut self,
        at: usize,
        old: &View<'_>,
        new: &View<'_>,
        strays: &mut Strays,
        found: &mut Vec<Found>,
    ) {
        let are_two = strays.gone.len() == 1 && strays.added.len() == 1;
        let mut index = 0;
        while let Some(gone) = strays.gone.get(index).cloned() {
            let fits = |gone: &Stray, added: &Stray| {
                gone.is_required == added.is_required
                    && self.accept_the_same(&gone.schemas, &added.schemas)
            };
            // A reference describes the type of a property but not its purpose.
            let is_reference = gone.schemas.iter().all(|id| {
                let node = self.old.graph.node(*id);
                node.is_reference() || node.component
            });
            let is_known = is_telling(&self.old.graph, &gone.schemas);
            let is_telling = !is_reference && (are_two || is_known);
            let candidates: Vec<usize> = (0..strays.added.len())
                .filter(|added| fits(&gone, &strays.added[*added]))
                .collect();
            let rivals = strays.gone.iter().filter(|other| {
                candidates
                    .iter()
                    .any(|added| fits(other, &strays.added[*added]))
            });
            let is_only = candidates.len() == 1 && rivals.count() == 1;
            let alike = |added: &Stray| likeness(&gone.name, &added.name);
            let chosen = match is_only && is_telling {
                true => candidates.first().copied(),
                false => {
                    let mut alike: Vec<(f64, usize)> = candidates
                        .iter()
                        .map(|added| (alike(&strays.added[*added]), *added))
                        .filter(|(alike, _)| *alike >= ALIKE)
                        .collect();
                    alike.sort_by(|one, other| other.0.total_cmp(&one.0));
                    alike.first().map(|(_, added)| *added)
                }
            };
            let Some(chosen) = chosen else {
                index += 1;
                continue;
            };
            strays.gone.remove(index);
            let added = strays.added.remove(chosen);
            let ground = match is_only && is_telling {
                true => ONLY,
                false => SIMILAR,
            };
            let mut change = self.rename(old, new, &gone, &added);
            change.guess = Some(ground.to_owned());
            found.push(change);
            self.lead_to_renamed(at, gone, added, Some(ground));
        }
    }

    fn rename(&self, old: &View<'_>, new: &View<'_>, gone: &Stray, added: &Stray) -> Found {
        let removed_found = self.property_removed(old, new, gone);
        let added_found = self.property_added(old, new, added);
        let question = |one: Question, other: Question| {
            Question::of(one.asks.into_iter().chain(other.asks).collect())
        };
        let mut change = Found::new(Fact::PropertyRenamed, &*gone.name)
            .below(&gone.name)
            .values(Some(gone.name.to_string()), Some(added.name.to_string()))
            .places(removed_found.old_place, added_found.new_place);
        change.forward = question(removed_found.forward, added_found.forward);
        change.backward = question(removed_found.backward, added_found.backward);
        change.is_minor = !gone.is_required && !added.is_required;
        change
    }

    fn lead_to_renamed(
        &mut self,
        at: usize,
        gone: Stray,
        added: Stray,
        guess: Option<&'static str>,
    ) {
        let step = |stray: &Stray| vec![Step::Key(Arc::clone(&stray.name))];
        let below = step(&added);
        let moved = Move {
            from: step(&gone),
            to: step(&added),
            old: gone.schemas,
            new: added.schemas,
            pair: None,
            guess,
        };
        self.lead_away(at, moved, &below);
    }
}

/// What moved out of (or into) the object of a stray property, judged by names.
fn group((inner, outer): (&Graph, &Graph), stray: &Stray, others: &[Stray]) -> Option<Group> {
    let mut way = vec![Arc::clone(&stray.name)];
    let mut schemas = stray.schemas.clone();
    for _ in 0..DEPTH {
        let view = View::of(inner, &schemas);
        let names = view.names();
        let kinds = |graph, schemas: &[NodeId]| {
            let kinds = View::of(graph, schemas).all_kinds(3);
            kinds.without(Kinds::NULL)
        };
        let mut members: Vec<Member> = Vec::new();
        for inside in &names {
            let own = kinds(inner, &view.property(inside));
            let object = way.last().unwrap_or(&stray.name);
            let free = others.iter().filter(|other| {
                members.iter().all(|known| known.top != other.name)
                    && !kinds(outer, &other.schemas).and(own).is_empty()
            });
            // First the same name, then one that includes the name of the object, then a spelling variant.
            let rank = |other: &&Stray| match () {
                () if other.name == *inside => Some(0),
                () if Variant::of_parts(&other.name, object, inside).is_some() => Some(1),
                () if Variant::of(&other.name, inside).is_some() => Some(2),
                () => None,
            };
            let best = free.filter_map(|other| Some((rank(&other)?, other)));
            if let Some((_, other)) = best.min_by_key(|(rank, _)| *rank) {
                members.push(Member {
                    inside: Arc::clone(inside),
                    top: Arc::clone(&other.name),
                    is_guess: false,
                });
            }
        }
        let are_most = members.len() >= 2 && members.len() * 2 > names.len().min(others.len());
        // A single property has to include the name of the object, as `first_name` includes `name`.
        let names_it = |member: &Member| {
            let object = words(way.last().unwrap_or(&stray.name));
            let top = words(&member.top);
            top.len() > object.len() && object.iter().all(|word| top.contains(word))
        };
        if are_most || matches!(members.as_slice(), [only] if names_it(only)) {
            let is_of = |name: &Arc<str>, of: fn(&Member) -> &Arc<str>| {
                members.iter().any(|member| of(member) == name)
            };
            let mut left: Vec<Arc<str>> = names.clone();
            left.retain(|name| !is_of(name, |member| &member.inside));
            // If exactly one property of the same type is left on each side, it was probably renamed.
            let over: Vec<&Stray> = others
                .iter()
                .filter(|other| !is_of(&other.name, |member| &member.top))
                .filter(|other| {
                    let kinds = kinds(outer, &other.schemas);
                    let is_alike = |name: &Arc<str>| {
                        let inside = View::of(inner, &view.property(name)).all_kinds(3);
                        inside.without(Kinds::NULL) == kinds
                    };
                    left.iter().any(is_alike) && View::of(outer, &other.schemas).values().is_none()
                })
                .collect();
            if let ([inside], [top]) = (left.as_slice(), over.as_slice())
                && are_most
            {
                members.push(Member {
                    inside: Arc::clone(inside),
                    top: Arc::clone(&top.name),
                    is_guess: true,
                });
                left.clear();
            }
            return Some(Group {
                way,
                names: members,
                left,
            });
        }
        // An object that only wraps another object.
        let [only] = names.as_slice() else {
            return None;
        };
        schemas = view.property(only);
        way.push(Arc::clone(only));
    }
    None
}

/// The schemas of a property below a stray property.
fn at_way(graph: &Graph, stray: &Stray, way: &[Arc<str>], name: &Arc<str>) -> Vec<NodeId> {
    let mut schemas = stray.schemas.clone();
    for step in way.iter().skip(1).chain([name]) {
        schemas = View::of(graph, &schemas).property(step);
    }
    schemas
}

/// The basis for a group.
fn ground(group: &Group) -> String {
    let mut ground =
        "most properties of the object have the same names in the other place".to_owned();
    if let [only] = group.names.as_slice() {
        ground = format!(
            "`{}` names the object that it moved into or out of",
            only.top
        );
    }
    for Member { inside, top, .. } in group.names.iter().filter(|own| own.is_guess) {
        ground.push_str(&format!(
            "; `{inside}` and `{top}` are the only ones left over and have the same type"
        ));
    }
    ground
}

fn written(way: &[Arc<str>], name: &str) -> String {
    format!("{}.{name}", way_words(way))
}

fn way_words(way: &[Arc<str>]) -> String {
    way.join(".")
}

/// Whether a schema is specific enough to be recognised: more than a plain type.
fn is_telling(graph: &Graph, schemas: &[NodeId]) -> bool {
    let view = View::of(graph, schemas);
    let kinds = view.all_kinds(3);
    !view.names().is_empty()
        || view.values().is_some_and(|values| values.len() > 1)
        || !view.unions.is_empty()
        || kinds.has(Kinds::ARRAY)
        || view.nodes().any(|(_, node)| !node.checks.is_empty())
}

/// The similarity of two names, ignoring case and separators.
fn likeness(one: &str, other: &str) -> f64 {
    let plain = |name: &str| -> String {
        let letters = name.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    strsim::normalized_damerau_levenshtein(&plain(one), &plain(other))
}

/// The path to an object inside a payload that is the whole payload on the other side, and its schemas.
pub(super) fn wrapped(
    graph: &Graph,
    outer: &View<'_>,
    resource: &View<'_>,
) -> Option<(Vec<Step>, Vec<NodeId>)> {
    let names = resource.names();
    // The wrapped object must not share properties with the envelope.
    if names.len() < 2 || shared(&outer.names(), &names) > 0.0 {
        return None;
    }
    let mut open: Vec<(Vec<Step>, Vec<NodeId>)> = Vec::new();
    let below = |steps: &[Step], view: &View<'_>| -> Vec<(Vec<Step>, Vec<NodeId>)> {
        let properties = view.names().into_iter().map(|name| {
            let schemas = view.property(&name);
            (Step::Key(name), schemas)
        });
        let elements = (Step::Any, view.element(view.positions()));
        let first = (Step::Any, view.element(0));
        properties
            .chain([elements, first])
            .filter(|(_, schemas)| !schemas.is_empty())
            .map(|(step, schemas)| {
                let mut steps = steps.to_vec();
                steps.push(step);
                (steps, schemas)
            })
            .collect()
    };
    open.extend(below(&[], outer));
    // Paths to the same schemas lead to the same objects.
    let mut seen = rustc_hash::FxHashSet::default();
    while !open.is_empty() {
        let mut next = Vec::new();
        for (steps, schemas) in open {
            let resolved: Vec<NodeId> = schemas.iter().map(|id| graph.resolve(*id)).collect();
            if !seen.insert(resolved) {
                continue;
            }
            let view = View::of(graph, &schemas);
            // A component with the same name is the same, however much it changed.
            let is_same = view.component().is_some() && view.component() == resource.component();
            let least = if is_same { f64::MIN_POSITIVE } else { SHARED };
            if shared(&view.names(), &names) >= least {
                return Some((steps, schemas));
            }
            if steps.len() < usize::from(DEPTH) {
                next.extend(below(&steps, &view));
            }
        }
        open = next;
    }
    None
}

/// The share of common names among all names.
pub(super) fn shared(one: &[Arc<str>], other: &[Arc<str>]) -> f64 {
    let both = one.iter().filter(|name| other.contains(name)).count();
    let all = one.len() + other.len() - both;
    if all == 0 {
        0.0
    } else {
        both as f64 / all as f64
    }
}
