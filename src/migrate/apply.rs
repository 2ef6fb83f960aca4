//! Applies the rules of a file of moves to one payload.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value as Json;

use crate::diff::view::View;
use crate::json::{Kind, Value};
use crate::location::{PathPattern, Pointer, Step};
use crate::schema::NodeId;

use super::edit::{Edit, EditKind};
use super::moves::{Action, declared, key_of};
use super::object::in_order;
use super::rewrite::{Here, Outcome, Rewriter, Schemas};
use super::tree::{Member, Tree};

impl Rewriter<'_> {
    /// Applies the rules to a payload that was rewritten.
    pub(super) fn apply<'d>(
        &self,
        value: Value<'d>,
        schemas: Schemas<'_>,
        here: &Here,
        rules: &[&Action],
        outcome: &mut Outcome<'d>,
    ) {
        let moves = rules.iter().filter_map(|rule| match rule {
            Action::Move { from, to } => Some((from, to)),
            _ => None,
        });
        self.carry(value, schemas, here, moves, outcome);
        for rule in rules {
            let (Action::Set { at, .. } | Action::Drop { at } | Action::Map { at, .. }) = rule
            else {
                continue;
            };
            let edits = &mut outcome.edits;
            let mut act = |members: &mut Vec<Member<'d>>, name: &str, at| match rule {
                Action::Set { value, .. } => set(members, name, at, value, edits),
                Action::Drop { .. } => leave_out(members, name, at, edits),
                Action::Map { values, .. } => map(members, name, at, values, edits),
                Action::Move { .. } => {}
            };
            let tree = &mut outcome.tree;
            visit_members(tree, at.steps(), &Pointer::root(), &mut act);
        }
        if !rules.is_empty() {
            self.sort(&mut outcome.tree, schemas.new);
        }
    }

    /// Orders new members as the contract declares them.
    fn sort(&self, tree: &mut Tree<'_>, schemas: &[NodeId]) {
        match tree {
            Tree::Object(members, _) => {
                let view = View::of(&self.new.graph, schemas);
                in_order(&view, members);
                for member in members {
                    let below = declared(view.graph, schemas, &[Step::Key((*member.name).into())]);
                    self.sort(&mut member.tree, &below.unwrap_or_default());
                }
            }
            Tree::Array(items, _) => {
                let below = declared(&self.new.graph, schemas, &[Step::Any]).unwrap_or_default();
                for item in items {
                    self.sort(item, &below);
                }
            }
            Tree::Kept(_) | Tree::Made(_) => {}
        }
    }

    /// Moves parts of the old payload to their new places, all at once, so that two may swap places.
    fn carry<'d, 'r>(
        &self,
        value: Value<'d>,
        schemas: Schemas<'_>,
        here: &Here,
        moves: impl Iterator<Item = (&'r PathPattern, &'r PathPattern)>,
        outcome: &mut Outcome<'d>,
    ) {
        let nodes = |graph, schemas: &[NodeId], path: &PathPattern| {
            declared(graph, schemas, path.steps()).unwrap_or_default()
        };
        let mut parts: Vec<Carried<'d>> = Vec::new();
        for (from, to) in moves {
            let old = nodes(&self.old.graph, schemas.old, from);
            let new = nodes(&self.new.graph, schemas.new, to);
            for (indices, from, part) in matches(value, from.steps()) {
                let Some(way) = bound(to.steps(), &indices) else {
                    continue;
                };
                if !has_way(&outcome.tree, &way) {
                    continue;
                }
                let to = place(&way);
                let schemas = Schemas {
                    old: &old,
                    new: &new,
                };
                let moved = self.value(&here.at(from.clone(), to.clone()), schemas, part);
                parts.push(Carried {
                    from,
                    to,
                    way,
                    moved,
                });
            }
        }
        if parts.is_empty() {
            return;
        }
        let sources: HashSet<Pointer> = parts.iter().map(|part| part.from.clone()).collect();
        let targets: HashSet<Pointer> = parts.iter().map(|part| part.to.clone()).collect();
        // If a part is already somewhere in the new payload, by itself or by a guess, it does not stay there.
        for source in &sources {
            let Some(known) = went(source, &outcome.edits) else {
                continue;
            };
            if !targets.contains(&known) {
                take_out(&mut outcome.tree, &known);
            }
            let is_it = |edit: &Edit| edit.from.as_ref() == Some(source) && edit.to.is_some();
            outcome.edits.retain(|edit| !is_it(edit));
        }
        for part in parts {
            let known = at_target(&outcome.tree, &part.way);
            if !put(&mut outcome.tree, &part.way, part.moved.tree) {
                continue;
            }
            if let Some(known) = known {
                let is_made =
                    |edit: &Edit| edit.from.is_none() && edit.to.as_ref() == Some(&part.to);
                let is_made_up = outcome.edits.iter().any(is_made);
                outcome.edits.retain(|edit| !is_made(edit));
                let came = came(&part.to, &outcome.edits);
                // The rule overrides the value that was there, which is reported.
                if !is_made_up && !sources.contains(&came) {
                    outcome.edits.push(Edit {
                        kind: EditKind::Dropped,
                        from: Some(came),
                        to: None,
                        before: Some(known.to_string()),
                        after: None,
                        proposal: None,
                    });
                }
            }
            let is_renamed = part.from.parent() == part.to.parent();
            outcome.edits.push(Edit {
                kind: match is_renamed {
                    true => EditKind::Renamed,
                    false => EditKind::Moved,
                },
                from: Some(part.from),
                to: Some(part.to),
                before: None,
                after: None,
                proposal: None,
            });
            outcome.edits.extend(part.moved.edits);
        }
        not_lost(&mut outcome.edits, &sources);
    }
}

/// A part of the old payload, and where a rule moves it.
struct Carried<'d> {
    from: Pointer,
    to: Pointer,
    way: Vec<Target>,
    moved: Outcome<'d>,
}

fn place(way: &[Target]) -> Pointer {
    way.iter().fold(Pointer::root(), |mut pointer, step| {
        match step {
            Target::Key(name) => pointer.push_key(name),
            Target::Index(index) => pointer.push_index(*index),
        }
        pointer
    })
}

/// Rewrites a pointer by the innermost of these places that contains it.
fn through<'e>(
    pointer: &Pointer,
    places: impl Iterator<Item = (&'e Pointer, &'e Pointer)>,
) -> Pointer {
    let mut best: Option<(usize, String)> = None;
    for (from, to) in places {
        let Some(rest) = pointer.as_str().strip_prefix(from.as_str()) else {
            continue;
        };
        let is_longer = best
            .as_ref()
            .is_none_or(|(length, _)| from.as_str().len() >= *length);
        if is_longer && (rest.is_empty() || rest.starts_with('/')) {
            best = Some((from.as_str().len(), format!("{to}{rest}")));
        }
    }
    match best {
        Some((_, text)) => Pointer::from_escaped(&text),
        None => pointer.clone(),
    }
}

/// Where a part of the old payload is now; `None` if it was dropped.
fn went(source: &Pointer, edits: &[Edit]) -> Option<Pointer> {
    let is_in = |place: &Pointer| {
        let rest = source.as_str().strip_prefix(place.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let mut gone = edits.iter().filter(|edit| edit.to.is_none());
    if gone.any(|edit| edit.from.as_ref().is_some_and(is_in)) {
        return None;
    }
    let ways = edits.iter();
    let ways = ways.filter_map(|edit| Some((edit.from.as_ref()?, edit.to.as_ref()?)));
    Some(through(source, ways))
}

/// Where a part was in the old payload.
fn came(place: &Pointer, edits: &[Edit]) -> Pointer {
    let ways = edits.iter();
    through(
        place,
        ways.filter_map(|edit| Some((edit.to.as_ref()?, edit.from.as_ref()?))),
    )
}

/// Removes a member from its object.
fn take_out(tree: &mut Tree<'_>, place: &Pointer) {
    let steps: Vec<String> = place.steps().map(Cow::into_owned).collect();
    let Some((name, way)) = steps.split_last() else {
        return;
    };
    let mut at = tree;
    for step in way {
        open(at);
        let below = match at {
            Tree::Object(members, _) => members
                .iter_mut()
                .find(|member| *member.name == **step)
                .map(|member| &mut member.tree),
            Tree::Array(items, _) => step
                .parse()
                .ok()
                .and_then(|index: usize| items.get_mut(index)),
            _ => None,
        };
        match below {
            Some(below) => at = below,
            None => return,
        }
    }
    open(at);
    if let Tree::Object(members, _) = at {
        members.retain(|member| *member.name != **name);
    }
}

/// Retracts the loss of parts that were carried over, including parts of something that was lost as a whole.
fn not_lost(edits: &mut Vec<Edit>, carried: &HashSet<Pointer>) {
    edits.retain_mut(|edit| {
        let (true, Some(from)) = (edit.kind.loses(), &edit.from) else {
            return true;
        };
        if carried.contains(from) {
            return false;
        }
        let start = format!("{from}/");
        let read = edit.before.as_deref().map(serde_json::from_str);
        let Some(Ok(Json::Object(mut members))) = read else {
            return true;
        };
        let all = members.len();
        members.retain(|name, _| {
            let place = from.join(name);
            !carried.contains(&place)
        });
        let is_empty = members.is_empty();
        if members.len() < all {
            edit.before = Some(Json::Object(members).to_string());
        }
        !(is_empty
            && carried
                .iter()
                .any(|place| place.as_str().starts_with(&start)))
    });
}

/// One step of a path to a single place.
enum Target {
    Key(String),
    Index(usize),
}

/// The parts of a value that a path matches: the positions and keys that `*` stands for, the place, and the
/// part.
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

/// The place that a path denotes when each `*` stands for one of these.
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

/// The value at a place.
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

/// Whether a place can be reached by only adding members to objects.
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

/// Puts a part at a place, creating the objects on the path; false if the payload has no such place.
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

/// Visits each object that a path leads into, with the name in it that the path ends with.
fn visit_members<'d>(
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
                visit_members(&mut member.tree, way, &at.join(name), act);
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
                visit_members(&mut member.tree, way, &below, act);
            }
        }
        ([Step::Any, way @ ..], Tree::Array(items, _)) => {
            for (index, item) in items.iter_mut().enumerate() {
                let mut below = at.clone();
                below.push_index(index);
                visit_members(item, way, &below, act);
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
        after: Some(value.to_string()),
        proposal: None,
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
        before: Some(member.tree.to_text()),
        after: None,
        proposal: None,
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
    let key = key_of(&member.tree.to_serde());
    let Some((_, after)) = values.iter().find(|(from, _)| *from == key) else {
        return;
    };
    edits.push(Edit {
        kind: EditKind::Replaced,
        from: Some(at.clone()),
        to: Some(at),
        before: Some(member.tree.to_text()),
        after: Some(after.to_string()),
        proposal: None,
    });
    member.tree = Tree::Made(after.clone());
}
