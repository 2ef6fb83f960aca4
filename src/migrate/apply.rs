//! The rules of a file of moves, done to one payload.

use std::collections::HashSet;

use serde_json::Value as Json;

use crate::json::{Kind, Value};
use crate::location::{PathPattern, Pointer, Step};
use crate::schema::NodeId;

use super::edit::{Edit, EditKind};
use super::moves::{Action, declared, key_of};
use super::rewrite::{Here, Outcome, Rewriter, Schemas};
use super::tree::{Member, Tree};

impl Rewriter<'_> {
    /// Does what the rules say to a payload that was rewritten.
    pub(super) fn apply<'d>(
        &self,
        value: Value<'d>,
        schemas: Schemas<'_>,
        here: &Here,
        rules: &[&Action],
        outcome: &mut Outcome<'d>,
    ) {
        for rule in rules {
            match rule {
                Action::Move { from, to } => self.carry(value, schemas, here, (from, to), outcome),
                Action::Set { at, .. } | Action::Drop { at } | Action::Map { at, .. } => {
                    let edits = &mut outcome.edits;
                    let mut act = |members: &mut Vec<Member<'d>>, name: &str, at| match rule {
                        Action::Set { value, .. } => set(members, name, at, value, edits),
                        Action::Drop { .. } => leave_out(members, name, at, edits),
                        Action::Map { values, .. } => map(members, name, at, values, edits),
                        Action::Move { .. } => {}
                    };
                    let tree = &mut outcome.tree;
                    each(tree, at.steps(), &Pointer::root(), &mut act);
                }
            }
        }
    }

    /// Takes parts of the old payload to their places in the new one.
    fn carry<'d>(
        &self,
        value: Value<'d>,
        schemas: Schemas<'_>,
        here: &Here,
        (from, to): (&PathPattern, &PathPattern),
        outcome: &mut Outcome<'d>,
    ) {
        let nodes = |graph, schemas: &[NodeId], path: &PathPattern| {
            declared(graph, schemas, path.steps()).unwrap_or_default()
        };
        let old = nodes(&self.old.graph, schemas.old, from);
        let new = nodes(&self.new.graph, schemas.new, to);
        let mut carried: HashSet<Pointer> = HashSet::new();
        for (indices, at, part) in matches(value, from.steps()) {
            let Some(target) = bound(to.steps(), &indices) else {
                continue;
            };
            let place = target.iter().fold(Pointer::root(), |mut pointer, step| {
                match step {
                    Target::Key(name) => pointer.push_key(name),
                    Target::Index(index) => pointer.push_index(*index),
                }
                pointer
            });
            let schemas = Schemas {
                old: &old,
                new: &new,
            };
            let moved = self.value(&here.at(at.clone(), place.clone()), schemas, part);
            let known = at_target(&outcome.tree, &target);
            if !has_way(&outcome.tree, &target) || !put(&mut outcome.tree, &target, moved.tree) {
                continue;
            }
            // The rule wins over what stood there, which is told.
            outcome.edits.extend(known.map(|known| Edit {
                kind: EditKind::Dropped,
                from: Some(place.clone()),
                to: None,
                before: Some(known),
                after: None,
            }));
            carried.insert(at.clone());
            outcome.edits.push(Edit {
                kind: EditKind::Moved,
                from: Some(at),
                to: Some(place),
                before: None,
                after: None,
            });
            outcome.edits.extend(moved.edits);
        }
        not_lost(&mut outcome.edits, &carried);
    }
}

/// Takes back what was said to be lost and was carried over, also from within what was lost as a whole.
fn not_lost(edits: &mut Vec<Edit>, carried: &HashSet<Pointer>) {
    edits.retain_mut(|edit| {
        let (true, Some(from)) = (edit.kind.loses(), &edit.from) else {
            return true;
        };
        if carried.contains(from) {
            return false;
        }
        let start = format!("{from}/");
        let Some(Json::Object(members)) = &mut edit.before else {
            return true;
        };
        members.retain(|name, _| {
            let place = Pointer::from_escaped(from.as_str()).join(name);
            !carried.contains(&place)
        });
        let is_empty = members.is_empty();
        !(is_empty
            && carried
                .iter()
                .any(|place| place.as_str().starts_with(&start)))
    });
}

/// A step to one place.
enum Target {
    Key(String),
    Index(usize),
}

/// The parts of a value that a path leads to: the positions and keys that `*` stands for, the place, and
/// the part.
fn matches<'d>(value: Value<'d>, way: &[Step]) -> Vec<(Vec<Bound>, Pointer, Value<'d>)> {
    let mut open = vec![(Vec::new(), Pointer::root(), value)];
    for step in way {
        let mut next = Vec::new();
        for (bound, at, value) in open {
            match step {
                Step::Key(name) => {
                    if let Some(member) = value.get(name) {
                        next.push((bound, at.join(name), member));
                    }
                }
                Step::Any => {
                    for (index, element) in value.elements().enumerate() {
                        let mut below = at.clone();
                        below.push_index(index);
                        next.push((with(&bound, Bound::Index(index)), below, element));
                    }
                    for (key, member) in value.members() {
                        let name = key.name();
                        let below = at.join(&name);
                        next.push((with(&bound, Bound::Key(name.into_owned())), below, member));
                    }
                }
            }
        }
        open = next;
    }
    open
}

/// What a `*` stands for.
#[derive(Debug, Clone)]
enum Bound {
    Key(String),
    Index(usize),
}

fn with(bound: &[Bound], one: Bound) -> Vec<Bound> {
    let mut bound = bound.to_vec();
    bound.push(one);
    bound
}

/// The place that a path is when each `*` stands for this.
fn bound(way: &[Step], stars: &[Bound]) -> Option<Vec<Target>> {
    let mut stars = stars.iter();
    let steps = way.iter().map(|step| {
        Some(match step {
            Step::Key(name) => Target::Key(name.to_string()),
            Step::Any => match stars.next()? {
                Bound::Key(name) => Target::Key(name.clone()),
                Bound::Index(index) => Target::Index(*index),
            },
        })
    });
    steps.collect()
}

/// What stands at a place.
fn at_target(tree: &Tree<'_>, way: &[Target]) -> Option<Json> {
    let Some((step, way)) = way.split_first() else {
        return Some(tree.to_serde());
    };
    match (step, tree) {
        (Target::Key(name), Tree::Object(members, _)) => {
            let member = members.iter().find(|member| *member.name == **name)?;
            at_target(&member.tree, way)
        }
        (Target::Index(index), Tree::Array(items, _)) => at_target(items.get(*index)?, way),
        (Target::Key(name), Tree::Kept(value)) => at_target(&Tree::Kept(value.get(name)?), way),
        (Target::Index(index), Tree::Kept(value)) => {
            at_target(&Tree::Kept(value.elements().nth(*index)?), way)
        }
        (Target::Key(name), Tree::Made(value)) => {
            at_target(&Tree::Made(value.get(name)?.clone()), way)
        }
        (Target::Index(index), Tree::Made(value)) => {
            at_target(&Tree::Made(value.get(*index)?.clone()), way)
        }
        _ => None,
    }
}

/// Whether a place can be reached by adding members to objects alone.
fn has_way(tree: &Tree<'_>, way: &[Target]) -> bool {
    let known = (0..=way.len()).rev().find_map(|length| {
        let value = at_target(tree, &way[..length])?;
        Some((length, value))
    });
    match known {
        Some((length, _)) if length == way.len() => true,
        Some((length, Json::Object(_))) => {
            let mut rest = way[length..].iter();
            rest.all(|step| matches!(step, Target::Key(_)))
        }
        _ => false,
    }
}

fn open(tree: &mut Tree<'_>) {
    let taken = std::mem::replace(tree, Tree::Made(Json::Null));
    *tree = taken.opened();
}

/// Puts a part at a place, with the objects that lead there; false where the payload has no such place.
fn put<'d>(tree: &mut Tree<'d>, way: &[Target], part: Tree<'d>) -> bool {
    let Some((step, way)) = way.split_first() else {
        *tree = part;
        return true;
    };
    open(tree);
    match (step, tree) {
        (Target::Key(name), Tree::Object(members, _)) => {
            let known = members.iter().position(|member| *member.name == **name);
            let index = known.unwrap_or_else(|| {
                let object = Tree::Object(Vec::new(), None);
                members.push(Member::new(name.clone(), object));
                members.len() - 1
            });
            put(&mut members[index].tree, way, part)
        }
        (Target::Index(index), Tree::Array(items, _)) => match items.get_mut(*index) {
            Some(item) => put(item, way, part),
            None => false,
        },
        _ => false,
    }
}

/// Does something with each object that a path leads into, and the name in it that the path ends with.
fn each<'d>(
    tree: &mut Tree<'d>,
    way: &[Step],
    at: &Pointer,
    act: &mut dyn FnMut(&mut Vec<Member<'d>>, &str, Pointer),
) {
    if !matches!(tree.kind(), Kind::Object | Kind::Array) {
        return;
    }
    open(tree);
    match (way, tree) {
        ([Step::Key(name)], Tree::Object(members, _)) => act(members, name, at.join(name)),
        ([Step::Key(name), way @ ..], Tree::Object(members, _)) => {
            for member in members.iter_mut().filter(|member| *member.name == **name) {
                each(&mut member.tree, way, &at.join(name), act);
            }
        }
        ([Step::Any, way @ ..], Tree::Object(members, _)) => {
            if way.is_empty() {
                let names: Vec<String> = members.iter().map(|m| m.name.to_string()).collect();
                for name in names {
                    act(members, &name, at.join(&name));
                }
                return;
            }
            for member in members {
                let below = at.join(&member.name);
                each(&mut member.tree, way, &below, act);
            }
        }
        ([Step::Any, way @ ..], Tree::Array(items, _)) => {
            for (index, item) in items.iter_mut().enumerate() {
                let mut below = at.clone();
                below.push_index(index);
                each(item, way, &below, act);
            }
        }
        _ => {}
    }
}

fn set(
    members: &mut Vec<Member<'_>>,
    name: &str,
    at: Pointer,
    value: &Json,
    edits: &mut Vec<Edit>,
) {
    if members.iter().any(|member| *member.name == *name) {
        return;
    }
    edits.push(Edit {
        kind: EditKind::Supplied,
        from: None,
        to: Some(at),
        before: None,
        after: Some(value.clone()),
    });
    members.push(Member::new(name.to_owned(), Tree::Made(value.clone())));
}

fn leave_out(members: &mut Vec<Member<'_>>, name: &str, at: Pointer, edits: &mut Vec<Edit>) {
    let Some(index) = members.iter().position(|member| *member.name == *name) else {
        return;
    };
    let member = members.remove(index);
    edits.push(Edit {
        kind: EditKind::Dropped,
        from: Some(at),
        to: None,
        before: Some(member.tree.to_serde()),
        after: None,
    });
}

fn map(
    members: &mut [Member<'_>],
    name: &str,
    at: Pointer,
    values: &[(String, Json)],
    edits: &mut Vec<Edit>,
) {
    let Some(member) = members.iter_mut().find(|member| *member.name == *name) else {
        return;
    };
    let before = member.tree.to_serde();
    let key = key_of(&before);
    let Some((_, after)) = values.iter().find(|(from, _)| *from == key) else {
        return;
    };
    edits.push(Edit {
        kind: EditKind::Replaced,
        from: Some(at.clone()),
        to: Some(at),
        before: Some(before),
        after: Some(after.clone()),
    });
    member.tree = Tree::Made(after.clone());
}
