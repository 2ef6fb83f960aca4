//! Properties that have another name or another place: guesses, each with its ground.

use std::sync::Arc;

use crate::contract::Contract;
use crate::location::Step;
use crate::schema::{Graph, NodeId};

use super::change::Fact;
use super::contain::Kinds;
use super::view::View;
use super::walk::{Found, Move, Question, Walk};

/// How alike two names have to be for a guess that stands on names: 1 is the same name.
const ALIKE: f64 = 0.6;

/// How deep below a removed property is looked for what moved.
const DEPTH: u8 = 3;

/// How much of their properties two objects have to share to be taken for one that moved.
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
}

/// Properties below a removed one that stand at the top of the new payload, or the reverse.
struct Group {
    /// The names from the payload down to the object that held the properties.
    way: Vec<Arc<str>>,
    /// Names in the inner object, and at the top.
    names: Vec<(Arc<str>, Arc<str>)>,
    /// What the inner object declares and the top does not have.
    left: Vec<Arc<str>>,
}

impl<'c> Walk<'c> {
    /// Takes out of what only one side declares what was moved or renamed.
    pub(super) fn moves(
        &mut self,
        at: usize,
        old: &View<'_>,
        new: &View<'_>,
        gone: Vec<Stray>,
        added: Vec<Stray>,
        found: &mut Vec<Found>,
    ) -> Strays {
        let mut strays = Strays { gone, added };
        if strays.gone.is_empty() || strays.added.is_empty() {
            return strays;
        }
        self.regrouped(at, (old, new), &mut strays, true, found);
        self.regrouped(at, (old, new), &mut strays, false, found);
        self.renamed(at, old, new, &mut strays, found);
        strays
    }

    /// Properties of an object that only one side has, which stand at the top on the other side: of a removed
    /// object, if it is flattened, else of an added one.
    fn regrouped(
        &mut self,
        at: usize,
        (old, new): (&View<'_>, &View<'_>),
        strays: &mut Strays,
        is_flattened: bool,
        found: &mut Vec<Found>,
    ) {
        let told = |walk: &Self, stray: &Stray, is_gone: bool| match is_gone {
            true => walk.property_removed(old, new, stray),
            false => walk.property_added(old, new, stray),
        };
        let (objects, others) = match is_flattened {
            true => (&mut strays.gone, &mut strays.added),
            false => (&mut strays.added, &mut strays.gone),
        };
        let contracts: (&'c Contract, &'c Contract) = match is_flattened {
            true => (self.old, self.new),
            false => (self.new, self.old),
        };
        let (inner, outer) = (&contracts.0.graph, &contracts.1.graph);
        let mut index = 0;
        while let Some(object) = objects.get(index).cloned() {
            let Some(group) = group(inner, &object, outer, others) else {
                index += 1;
                continue;
            };
            objects.remove(index);
            let whole = told(self, &object, is_flattened);
            let (mut forward, mut backward) = (whole.forward, whole.backward);
            let mut lines = (Vec::new(), Vec::new());
            for (inside, top) in &group.names {
                let Some(position) = others.iter().position(|known| known.name == *top) else {
                    continue;
                };
                let other = others.remove(position);
                let question = told(self, &other, !is_flattened);
                forward.asks.extend(question.forward.asks);
                backward.asks.extend(question.backward.asks);
                let schemas = at_way(inner, &object, &group.way, inside);
                let way: Vec<Step> = group
                    .way
                    .iter()
                    .chain([inside])
                    .cloned()
                    .map(Step::Key)
                    .collect();
                let above = vec![Step::Key(Arc::clone(top))];
                if is_flattened {
                    lines.0.push(written(&group.way, inside));
                    lines.1.push(top.to_string());
                    let moved = Move {
                        from: way,
                        to: above.clone(),
                        old: schemas,
                        new: other.schemas,
                        pair: None,
                    };
                    self.lead_away(at, moved, &above);
                } else {
                    lines.0.push(top.to_string());
                    lines.1.push(written(&group.way, inside));
                    let moved = Move {
                        from: above,
                        to: way.clone(),
                        old: other.schemas,
                        new: schemas,
                        pair: None,
                    };
                    self.lead_away(at, moved, &way);
                }
            }
            let places = (whole.old_place, whole.new_place);
            found.push(moved(&group, lines, places, (forward, backward)));
        }
    }

    /// Properties that say the same under another name.
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
            // A reference says what a property holds, and not what it is for.
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
            // Values are taken along where more than their place speaks for it.
            let is_sure = is_known || alike_names(&gone, &added);
            let removed_found = self.property_removed(old, new, &gone);
            let added_found = self.property_added(old, new, &added);
            let question = |one: Question, other: Question| {
                Question::of(one.asks.into_iter().chain(other.asks).collect())
            };
            let mut change = Found::new(Fact::PropertyRenamed, &*gone.name)
                .below(&gone.name)
                .values(Some(gone.name.to_string()), Some(added.name.to_string()))
                .places(removed_found.old_place, added_found.new_place);
            change.forward = question(removed_found.forward, added_found.forward);
            change.backward = question(removed_found.backward, added_found.backward);
            change.is_minor = !gone.is_required;
            let ground = match is_only && is_telling {
                true => {
                    "the only properties of this object that were removed and added with the same schema"
                }
                false => "the same schema and a similar name",
            };
            change.guess = Some(ground.to_owned());
            found.push(change);
            if !is_sure {
                continue;
            }
            let step = |stray: &Stray| vec![Step::Key(Arc::clone(&stray.name))];
            let moved = Move {
                from: step(&gone),
                to: step(&added),
                old: gone.schemas,
                new: added.schemas,
                pair: None,
            };
            self.lead_away(at, moved, &[]);
        }
    }
}

/// What moved out of (or into) the object that a stray is, judged by names.
fn group(inner: &Graph, stray: &Stray, outer: &Graph, others: &[Stray]) -> Option<Group> {
    let mut way = vec![Arc::clone(&stray.name)];
    let mut schemas = stray.schemas.clone();
    for _ in 0..DEPTH {
        let view = View::of(inner, &schemas);
        let names = view.names();
        let shared: Vec<Arc<str>> = names
            .iter()
            .filter(|name| others.iter().any(|other| other.name == **name))
            .cloned()
            .collect();
        if shared.len() >= 2 && shared.len() * 2 > names.len() {
            let mut group = Group {
                way,
                left: names
                    .iter()
                    .filter(|name| !shared.contains(name))
                    .cloned()
                    .collect(),
                names: shared
                    .iter()
                    .map(|name| (name.clone(), name.clone()))
                    .collect(),
            };
            // One is left on either side, of the same kind: it probably has another name.
            let left: Vec<&Stray> = others
                .iter()
                .filter(|other| !shared.contains(&other.name))
                .filter(|other| {
                    let kinds = View::of(outer, &other.schemas).all_kinds(3);
                    group.left.iter().any(|name| {
                        let inside = View::of(inner, &view.property(name)).all_kinds(3);
                        inside.without(Kinds::NULL) == kinds.without(Kinds::NULL)
                            && View::of(outer, &other.schemas).values().is_none()
                    })
                })
                .collect();
            if let ([inside], [top]) = (group.left.as_slice(), left.as_slice()) {
                group.names.push((inside.clone(), top.name.clone()));
                group.left.clear();
            }
            return Some(group);
        }
        // An object around one object.
        let [only] = names.as_slice() else {
            return None;
        };
        schemas = view.property(only);
        way.push(Arc::clone(only));
    }
    None
}

/// The schemas of a property below a stray.
fn at_way(graph: &Graph, stray: &Stray, way: &[Arc<str>], name: &Arc<str>) -> Vec<NodeId> {
    let mut schemas = stray.schemas.clone();
    for step in way.iter().skip(1).chain([name]) {
        schemas = View::of(graph, &schemas).property(step);
    }
    schemas
}

fn moved(
    group: &Group,
    (old, new): (Vec<String>, Vec<String>),
    (old_place, new_place): (Option<crate::schema::Place>, Option<crate::schema::Place>),
    (forward, backward): (Question, Question),
) -> Found {
    let mut found = Found::new(Fact::PropertiesMoved, way_words(&group.way))
        .values(Some(old.join("\n")), Some(new.join("\n")))
        .places(old_place, new_place);
    found.forward = forward;
    found.backward = backward;
    let mut ground =
        "most of the object's properties stand in the other place by the same names".to_owned();
    for (inside, top) in group.names.iter().filter(|(inside, top)| inside != top) {
        ground.push_str(&format!(
            "; `{inside}` and `{top}` are the ones left over, and of the same type"
        ));
    }
    found.guess = Some(ground);
    for name in &group.left {
        found.notes.push(format!(
            "`{}` has no counterpart",
            written(&group.way, name)
        ));
    }
    found
}

fn written(way: &[Arc<str>], name: &str) -> String {
    format!("{}.{name}", way_words(way))
}

fn way_words(way: &[Arc<str>]) -> String {
    way.join(".")
}

/// Whether a schema says enough to be known again: more than a plain type.
fn is_telling(graph: &Graph, schemas: &[NodeId]) -> bool {
    let view = View::of(graph, schemas);
    let kinds = view.all_kinds(3);
    !view.names().is_empty()
        || view.values().is_some_and(|values| values.len() > 1)
        || !view.unions.is_empty()
        || kinds.has(Kinds::ARRAY)
        || view.nodes().any(|(_, node)| !node.checks.is_empty())
}

fn alike_names(gone: &Stray, added: &Stray) -> bool {
    likeness(&gone.name, &added.name) >= ALIKE
}

/// How alike two names are, whatever their case and their separators.
fn likeness(one: &str, other: &str) -> f64 {
    let plain = |name: &str| -> String {
        let letters = name.chars().filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    strsim::normalized_damerau_levenshtein(&plain(one), &plain(other))
}

/// Where in a payload an object stands by itself in another one: the steps down to it, and its schemas.
pub(super) fn wrapped(
    graph: &Graph,
    outer: &View<'_>,
    resource: &View<'_>,
) -> Option<(Vec<Step>, Vec<NodeId>)> {
    let names = resource.names();
    // What is in an envelope has none of the envelope's own properties.
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
    // Ways to the same schemas lead to the same objects.
    let mut seen = rustc_hash::FxHashSet::default();
    while !open.is_empty() {
        let mut next = Vec::new();
        for (steps, schemas) in open {
            let resolved: Vec<NodeId> = schemas.iter().map(|id| graph.resolve(*id)).collect();
            if !seen.insert(resolved) {
                continue;
            }
            let view = View::of(graph, &schemas);
            if shared(&view.names(), &names) >= SHARED {
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

/// The share of names that both have, of those that either has.
pub(super) fn shared(one: &[Arc<str>], other: &[Arc<str>]) -> f64 {
    let both = one.iter().filter(|name| other.contains(name)).count();
    let all = one.len() + other.len() - both;
    if all == 0 {
        0.0
    } else {
        both as f64 / all as f64
    }
}
