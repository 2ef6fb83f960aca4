//! Objects in another shape: which members stay, are dropped, are added, and move.

use std::borrow::Cow;
use std::sync::Arc;

use crate::diff::Move;
use crate::diff::view::{Kinds, View};
use crate::json::{Kind, Value};
use crate::location::{Pointer, Side, Step};
use crate::schema::NodeId;

use super::edit::{Edit, EditKind, Proposal};
use super::rewrite::{Rest, Here, Outcome, Rewriter, Schemas, dropped, rest};
use super::tree::{Member, Tree};

/// How deep unions are searched for a property that only a branch declares.
pub(super) const UNIONS: u8 = 3;

/// A part of an object that moves, and what became of it.
struct Arrival<'d> {
    to: Vec<Arc<str>>,
    tree: Tree<'d>,
}

/// The keys that lead to a part before and after, and its move.
type Ways<'m> = (Vec<Arc<str>>, Vec<Arc<str>>, &'m Move);

/// The schemas of an object in each contract, merged into one view.
pub(super) struct Views<'g> {
    pub(super) old: View<'g>,
    pub(super) new: View<'g>,
}

impl<'c> Rewriter<'c> {
    pub(super) fn object<'d>(
        &self,
        here: &Here,
        schemas: Schemas<'_>,
        moves: &[Move],
        value: Value<'d>,
    ) -> Outcome<'d> {
        let views = Views {
            old: View::of(&self.old.graph, schemas.old),
            new: View::of(&self.new.graph, schemas.new),
        };
        let moves = moves
            .iter()
            .filter_map(|moved| Some((keys(&moved.from)?, keys(&moved.to)?, moved)))
            .filter(|(from, to, _)| !from.is_empty() && !to.is_empty());
        let (moves, proposed): (Vec<Ways<'_>>, Vec<Ways<'_>>) =
            moves.partition(|(.., moved)| self.accept_guesses || moved.guess.is_none());
        let kinds = |name: &str| View::of(&self.new.graph, &named(&views.new, name)).all_kinds(3);
        // The value in a place that must become an object, because other members move into it.
        let makes_room = |name: &str, member: Value<'_>| {
            member.kind() != Kind::Object
                && views.old.declares(name)
                && kinds(name).without(Kinds::NULL) == Kinds::OBJECT
                && moves.iter().any(|(from, to, _)| {
                    to.len() > 1 && *to[0] == *name && follow(value, from).is_some()
                })
        };
        // An object of which only the parts that move out of it remain.
        let is_split = |name: &str, member: Value<'_>| {
            member.kind() == Kind::Object && kinds(name).and(Kinds::OBJECT).is_empty()
        };
        let mut members: Vec<Member<'d>> = Vec::new();
        let mut arrivals: Vec<Arrival<'d>> = Vec::new();
        let mut edits: Vec<Edit> = Vec::new();
        for (key, member) in value.members() {
            let name = key.name();
            let from = here.from.join(&name);
            let away: Vec<_> = moves
                .iter()
                .filter(|(from, ..)| *from[0] == *name)
                .collect();
            if makes_room(&name, member) {
                edits.push(match member.kind() {
                    Kind::Null => Edit {
                        kind: EditKind::LeftOut,
                        ..dropped(from, member)
                    },
                    _ => dropped(from, member),
                });
                continue;
            }
            if away.is_empty() || (views.new.declares(&name) && !is_split(&name, member)) {
                let outcome = self.member(here, &views, &name, member);
                edits.extend(outcome.edits);
                let tree = outcome.tree;
                members.extend(tree.map(|tree| Member::kept(key, member, tree)));
                continue;
            }
            let ways: Vec<&[Arc<str>]> = away.iter().map(|(from, ..)| &from[1..]).collect();
            for (from_way, to_way, moved) in &away {
                let Some(part) = follow(member, &from_way[1..]) else {
                    continue;
                };
                let leaves = |name: &Arc<str>| {
                    let mut moves = moves.iter();
                    !views.new.declares(name) && moves.any(|(from, ..)| from[0] == *name)
                };
                let has_room = |name: &Arc<str>| {
                    let known = value.get(name);
                    known.is_some_and(|known| makes_room(name, known))
                };
                if is_taken(value, to_way) && !leaves(&to_way[0]) && !has_room(&to_way[0]) {
                    // The value there stays: two values do not fit in one place.
                    edits.push(dropped(pointer(&here.from, from_way), part));
                    continue;
                }
                let below = here.at(pointer(&here.from, from_way), pointer(&here.to, to_way));
                let schemas = Schemas {
                    old: &moved.old,
                    new: &moved.new,
                };
                let outcome = self.value(&below, schemas, part);
                let is_renamed = from_way.len() == 1 && to_way.len() == 1;
                edits.push(Edit {
                    kind: match is_renamed {
                        true => EditKind::Renamed,
                        false => EditKind::Moved,
                    },
                    from: Some(below.from),
                    to: Some(below.to),
                    before: None,
                    after: None,
                    proposal: None,
                });
                edits.extend(outcome.edits);
                if is_renamed {
                    let name = Cow::Owned(to_way[0].to_string());
                    members.push(Member {
                        is_new: false,
                        ..Member::new(name, outcome.tree)
                    });
                } else {
                    arrivals.push(Arrival {
                        to: to_way.clone(),
                        tree: outcome.tree,
                    });
                }
            }
            leftover(&from, member, &ways, &mut edits);
        }
        for (from, to, moved) in proposed {
            let (from, to) = (pointer(&here.from, &from), pointer(&here.to, &to));
            if let Some(ground) = moved.guess {
                propose(&mut edits, from, to, ground);
            }
        }
        for arrival in arrivals {
            put(&mut members, &arrival.to, arrival.tree);
        }
        self.complete(here, &views.new, &mut members, &mut edits);
        in_order(&views.new, &mut members);
        Outcome {
            tree: match edits.is_empty() {
                true => Tree::Kept(value),
                false => Tree::Object(members, Some(value)),
            },
            edits,
        }
    }

    /// What becomes of a member that stays in its place; no tree if it does not stay.
    pub(super) fn member<'d>(
        &self,
        here: &Here,
        views: &Views<'_>,
        name: &str,
        value: Value<'d>,
    ) -> Remains<'d> {
        let old = named(&views.old, name);
        let mut new = named(&views.new, name);
        let below = here.at(here.from.join(name), here.to.join(name));
        let is_declared = views.new.declares(name) || !new.is_empty();
        if !is_declared && in_some_branch(&views.new, name, UNIONS) {
            // The branch that it is meant for is chosen where the branches are tried.
            return Remains {
                tree: Some(Tree::Kept(value)),
                edits: Vec::new(),
            };
        }
        if !is_declared {
            match rest(&views.new) {
                Rest::Schemas(schemas) => new = schemas,
                Rest::Anything if old.is_empty() => {}
                Rest::Anything | Rest::Nothing => {
                    let graph = &self.old.graph;
                    let only = View::of(graph, &old).values();
                    // A different value is lost, whatever the contract says.
                    let is_constant = only.is_some_and(|values| values.len() == 1)
                        && old.iter().all(|schema| graph.accepts(*schema, value));
                    let mut edit = dropped(below.from, value);
                    if is_constant {
                        edit.kind = EditKind::ConstantDropped;
                    }
                    return Remains {
                        tree: None,
                        edits: vec![edit],
                    };
                }
            }
        }
        let old = match (old.is_empty(), rest(&views.old)) {
            (true, Rest::Schemas(schemas)) => schemas,
            _ => old,
        };
        let schemas = Schemas {
            old: &old,
            new: &new,
        };
        let outcome = self.value(&below, schemas, value);
        let is_null = matches!(&outcome.tree, Tree::Kept(kept) if kept.raw() == "null");
        let is_required = || views.new.required().iter().any(|known| **known == *name);
        if is_null && !is_required() && !self.is_accepted(&new, &outcome.tree, here.side) {
            return Remains {
                tree: None,
                edits: vec![Edit {
                    kind: EditKind::LeftOut,
                    ..dropped(below.from, value)
                }],
            };
        }
        Remains {
            tree: Some(outcome.tree),
            edits: outcome.edits,
        }
    }

    /// Adds members that are required and can only have one value.
    fn complete(
        &self,
        here: &Here,
        view: &View<'_>,
        members: &mut Vec<Member<'_>>,
        edits: &mut Vec<Edit>,
    ) {
        let required = view.nodes().flat_map(|(_, node)| &node.object.required);
        let required = required.filter(|required| required.holds_on(here.side));
        let mut missing: Vec<&Arc<str>> = Vec::new();
        for required in required {
            let name = &required.name;
            if !members.iter().any(|member| *member.name == **name) && !missing.contains(&name) {
                missing.push(name);
            }
        }
        for name in missing {
            let schemas = view.property(name);
            let Some((kind, value)) = self.addition(view, &schemas, here.side) else {
                continue;
            };
            let tree = Tree::Made(value.clone());
            edits.push(Edit {
                kind,
                from: None,
                to: Some(here.to.join(name)),
                before: None,
                after: Some(value.to_string()),
                proposal: None,
            });
            members.push(Member::new(name.to_string(), tree));
        }
    }

    /// The value for a required member of these schemas that is missing: the only value that they accept, or
    /// else their default.
    pub(super) fn addition(
        &self,
        view: &View<'_>,
        schemas: &[NodeId],
        side: Option<Side>,
    ) -> Option<(EditKind, serde_json::Value)> {
        let property = View::of(view.graph, schemas);
        let default = property.nodes().find_map(|(_, node)| {
            let annotations = node.annotations()?;
            annotations.default.clone()
        });
        let (kind, value) = match (property.values().as_deref(), default) {
            (Some([only]), _) => (EditKind::Constant, only.clone()),
            (_, Some(default)) => (EditKind::Default, default),
            _ => return None,
        };
        let is_accepted = self.is_accepted(schemas, &Tree::Made(value.clone()), side);
        is_accepted.then_some((kind, value))
    }

    /// An envelope around a payload, with the other members that it requires.
    pub(super) fn envelope<'d>(
        &self,
        schemas: &[NodeId],
        way: &[Step],
        inner: Tree<'d>,
        (here, to): (&Here, Pointer),
        edits: &mut Vec<Edit>,
    ) -> Tree<'d> {
        let view = View::of(&self.new.graph, schemas);
        match way.split_first() {
            None => inner,
            Some((Step::Any, way)) => {
                let mut below = to;
                below.push_index(0);
                let element = view.element(0);
                let item = self.envelope(&element, way, inner, (here, below), edits);
                Tree::Array(vec![item], None)
            }
            Some((Step::Key(name), way)) => {
                let property = view.property(name);
                let below = to.join(name);
                let tree = self.envelope(&property, way, inner, (here, below), edits);
                let mut members = vec![Member::new(name.to_string(), tree)];
                let here = here.at(here.from.clone(), to);
                self.complete(&here, &view, &mut members, edits);
                in_order(&view, &mut members);
                Tree::Object(members, None)
            }
        }
    }
}

/// Records where a dropped value would go if a guess were right.
pub(super) fn propose(edits: &mut [Edit], from: Pointer, to: Pointer, ground: &'static str) {
    let is_it = |edit: &&mut Edit| {
        let place = edit.from.as_ref().map(Pointer::as_str);
        edit.kind.loses()
            && place.is_some_and(|place| {
                let rest = from.as_str().strip_prefix(place);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            })
    };
    if let Some(edit) = edits.iter_mut().find(is_it) {
        edit.proposal = Some(Box::new(Proposal { from, to, ground }));
    }
}

/// What remains of a member.
pub(super) struct Remains<'d> {
    pub(super) tree: Option<Tree<'d>>,
    pub(super) edits: Vec<Edit>,
}

/// The schemas that a view has for a name, by name or by pattern.
pub(super) fn named(view: &View<'_>, name: &str) -> Vec<NodeId> {
    let schemas = view.nodes();
    schemas
        .flat_map(|(_, node)| node.named_schemas(name).collect::<Vec<_>>())
        .collect()
}

/// Whether a branch of a union declares a property.
pub(super) fn in_some_branch(view: &View<'_>, name: &str, depth: u8) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    let mut branches = view.unions.iter().flat_map(|union| &union.branches);
    branches.any(|branch| {
        let branch = View::of(view.graph, &[*branch]);
        !named(&branch, name).is_empty() || in_some_branch(&branch, name, depth)
    })
}

/// The keys of a path that consists only of keys.
pub(super) fn keys(steps: &[Step]) -> Option<Vec<Arc<str>>> {
    let keys = steps.iter().map(|step| match step {
        Step::Key(name) => Some(Arc::clone(name)),
        Step::Any => None,
    });
    keys.collect()
}

fn follow<'d>(value: Value<'d>, way: &[Arc<str>]) -> Option<Value<'d>> {
    way.iter().try_fold(value, |value, name| value.get(name))
}

/// Whether a place is occupied, or the path to it is blocked.
fn is_taken(value: Value<'_>, way: &[Arc<str>]) -> bool {
    let mut at = value;
    for name in way {
        match at.get(name) {
            Some(next) => at = next,
            None => return at.kind() != Kind::Object,
        }
    }
    true
}

fn pointer(start: &Pointer, way: &[Arc<str>]) -> Pointer {
    way.iter().fold(start.clone(), |at, name| at.join(name))
}

/// Reports what is lost of an object from which the values at `ways` were taken.
pub(super) fn leftover(
    at: &Pointer,
    value: Value<'_>,
    ways: &[&[Arc<str>]],
    edits: &mut Vec<Edit>,
) {
    if ways.iter().any(|way| way.is_empty()) {
        return;
    }
    let below = |name: &str| -> Vec<&[Arc<str>]> {
        let ways = ways.iter().filter(|way| *way[0] == *name);
        ways.map(|way| &way[1..]).collect()
    };
    if value.members().next().is_none() {
        if value.is_empty() && value.kind() == Kind::Object {
            return;
        }
        edits.push(dropped(at.clone(), value));
        return;
    }
    for (key, member) in value.members() {
        let name = key.name();
        let ways = below(&name);
        match ways.is_empty() {
            true => edits.push(dropped(at.join(&name), member)),
            false => leftover(&at.join(&name), member, &ways, edits),
        }
    }
}

/// Puts a value at a place in an object, creating the objects on the path.
fn put<'d>(members: &mut Vec<Member<'d>>, way: &[Arc<str>], tree: Tree<'d>) {
    let Some((first, way)) = way.split_first() else {
        return;
    };
    if way.is_empty() {
        members.retain(|member| *member.name != **first);
        members.push(Member::new(first.to_string(), tree));
        return;
    }
    let position = members.iter().position(|member| *member.name == **first);
    let position = position.unwrap_or_else(|| {
        let object = Tree::Object(Vec::new(), None);
        members.push(Member::new(first.to_string(), object));
        members.len() - 1
    });
    let opened = std::mem::replace(
        &mut members[position].tree,
        Tree::Made(serde_json::Value::Null),
    );
    let mut opened = opened.opened();
    if let Tree::Object(inner, _) = &mut opened {
        put(inner, way, tree);
    }
    members[position].tree = opened;
}

/// Puts new members where the contract declares them: after the last of those that it declares before.
pub(super) fn in_order(view: &View<'_>, members: &mut Vec<Member<'_>>) {
    let names = view.names();
    let rank = |name: &str| names.iter().position(|known| **known == *name);
    let (mut new, rest): (Vec<Member<'_>>, Vec<Member<'_>>) =
        members.drain(..).partition(|member| member.is_new);
    *members = rest;
    new.sort_by_key(|member| rank(&member.name).unwrap_or(usize::MAX));
    for member in new {
        let own = rank(&member.name);
        let before = members.iter().rposition(|known| match own {
            Some(own) => rank(&known.name).is_some_and(|rank| rank < own),
            None => true,
        });
        members.insert(before.map_or(0, |before| before + 1), member);
    }
}
