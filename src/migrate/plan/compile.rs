//! From the schemas of both contracts to the edits at a place.

use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use rustc_hash::FxHashMap;

use crate::diff::view::{Extra, Kinds, View};
use crate::diff::{Edge, Move};
use crate::json::TapeDocument;
use crate::location::{Pointer, Step};
use crate::observe::{Acceptor, Spelling};
use crate::schema::NodeId;

use crate::migrate::edit::EditKind;
use crate::migrate::keys::{Keys, NONE};
use crate::migrate::object::{UNIONS, Views, in_some_branch, keys, named};
use crate::migrate::rewrite::{Here, resolved};
use crate::migrate::tree::Tree;
use super::{
    Action, Array, Guess, Member, Members, NODES, Needed, Node, Null, Object, Others, Part, Plan,
    Pointers, Schemas, Spelled, Split, Text, Variant,
};

impl Plan<'_> {
    /// The node of a place; [`NONE`] if there are too many.
    pub(super) fn node(&mut self, schemas: &Schemas, at: Pointers) -> u32 {
        if self.nodes.len() >= NODES {
            return NONE;
        }
        let schemas = Arc::new(self.resolved(schemas));
        let index = self.nodes.len();
        self.nodes.push(Node {
            at: at.clone(),
            variants: None,
            object: Object::Copy,
            array: Array::Copy,
            string: Text::Copy,
            scalars: None,
        });
        if !self.is_clean(&schemas) {
            self.nodes[index] = self.unclean(schemas, at);
        }
        crate::limits::index(index)
    }

    pub(super) fn resolved(&self, schemas: &Schemas) -> Schemas {
        Schemas {
            old: resolved(&self.rewriter.old.graph, &schemas.old),
            new: resolved(&self.rewriter.new.graph, &schemas.new),
        }
    }

    pub(super) fn views(&self, schemas: &Schemas) -> Views<'_> {
        Views {
            old: View::of(&self.rewriter.old.graph, &schemas.old),
            new: View::of(&self.rewriter.new.graph, &schemas.new),
        }
    }

    /// The moves of a pair; `None` if values are tried as several variants, or with and without an envelope.
    fn moves(&self, schemas: &Schemas) -> Option<&[Move]> {
        let alignment = self.rewriter.alignment;
        let Some(id) = alignment.find(&schemas.old, &schemas.new) else {
            return Some(&[]);
        };
        let pair = &alignment.pairs[id];
        let is_whole = |moved: &Move| {
            let is_list = |way: &[Step]| matches!(way, [Step::Any]);
            moved.from.is_empty()
                || moved.to.is_empty()
                || is_list(&moved.from)
                || is_list(&moved.to)
        };
        let is_tried = pair.leads.iter().any(|(edge, _)| *edge == Edge::Same);
        (!is_tried && !pair.moves.iter().any(is_whole)).then_some(&pair.moves)
    }

    fn unclean(&mut self, schemas: Arc<Schemas>, at: Pointers) -> Node {
        let tree = |at: Pointers, schemas: &Arc<Schemas>| Node {
            at,
            variants: None,
            object: Object::Tree(Arc::clone(schemas)),
            array: Array::Tree(Arc::clone(schemas)),
            string: Text::Tree(Arc::clone(schemas)),
            scalars: Some(Arc::clone(schemas)),
        };
        if self.moves(&schemas).is_none() {
            return Node {
                variants: self.variants(&schemas, &at),
                ..tree(at, &schemas)
            };
        }
        let views = self.views(&schemas);
        let kinds = views.new.all_kinds(3);
        let spelled = spelled(&views.new);
        let array = self.elements(&views);
        let takes = |kind: Kinds| kinds.and(kind) == kind;
        let takes_scalars = takes(Kinds::NULL)
            && takes(Kinds::BOOLEAN)
            && takes(Kinds::WHOLE)
            && takes(Kinds::FRACTION);
        let takes_objects = takes(Kinds::OBJECT);
        let (takes_arrays, takes_strings) = (takes(Kinds::ARRAY), takes(Kinds::STRING));
        let members = takes_objects.then(|| self.members(&schemas, &at)).flatten();
        let slot = match spelled.is_empty() {
            true => NONE,
            false => self.slot(EditKind::Respelled, Some(&at.0), Some(&at.1)),
        };
        Node {
            at,
            variants: None,
            object: match members {
                Some(members) => {
                    self.objects.push(members);
                    Object::Members(crate::limits::index(self.objects.len() - 1))
                }
                None => Object::Tree(Arc::clone(&schemas)),
            },
            array: match array.filter(|_| takes_arrays) {
                Some(elements) => Array::Each(NONE, Arc::new(elements)),
                None => Array::Tree(Arc::clone(&schemas)),
            },
            string: match (takes_strings, spelled) {
                (false, _) => Text::Tree(Arc::clone(&schemas)),
                (true, spelled) if spelled.is_empty() => Text::Copy,
                (true, wanted) => Text::Spelled(Arc::new(Spelled {
                    usual: self.usual(&wanted),
                    wanted,
                    slot,
                    schemas: Arc::clone(&schemas),
                })),
            },
            scalars: (!takes_scalars).then_some(schemas),
        }
    }

    /// The variants that a value may match, if there is nothing next to them.
    fn variants(&mut self, schemas: &Schemas, at: &Pointers) -> Option<Arc<[Variant]>> {
        let alignment = self.rewriter.alignment;
        let id = alignment.find(&schemas.old, &schemas.new)?;
        let pair = &alignment.pairs[id];
        let views = self.views(schemas);
        let has_names = !views.old.names().is_empty() || !views.new.names().is_empty();
        if !pair.moves.is_empty() || has_names {
            return None;
        }
        let leads = pair.leads.iter().filter(|(edge, _)| *edge == Edge::Same);
        let mut variants = Vec::new();
        for below in leads.map(|(_, below)| &alignment.pairs[*below]) {
            let ([old], [new]) = (below.old.as_slice(), below.new.as_slice()) else {
                return None;
            };
            if below.old == pair.old || below.new == pair.new {
                return None;
            }
            let schemas = Schemas {
                old: vec![*old],
                new: vec![*new],
            };
            let node = self.node(&schemas, at.clone());
            variants.push(Variant {
                old: self.acceptor(false, *old),
                new: self.acceptor(true, *new),
                node,
            });
        }
        Some(variants.into())
    }

    /// The position of the acceptor of a variant, in the old contract or the new one.
    fn acceptor(&mut self, is_new: bool, node: NodeId) -> usize {
        let contract = if is_new {
            self.rewriter.new
        } else {
            self.rewriter.old
        };
        let (side, acceptors) = (self.side, &mut self.acceptors);
        *self.acceptor_of.entry((is_new, node)).or_insert_with(|| {
            acceptors.push(Acceptor::new(&contract.graph, side, node));
            acceptors.len() - 1
        })
    }

    /// The schemas of elements, if they are the same at all positions.
    pub(super) fn elements(&self, views: &Views<'_>) -> Option<Schemas> {
        (views.old.positions() == 0 && views.new.positions() == 0).then(|| Schemas {
            old: views.old.element(0),
            new: views.new.element(0),
        })
    }

    /// The offset that date-times are written with, if nothing else is required of them.
    fn usual(&self, wanted: &[(NodeId, Box<str>, Spelling)]) -> Option<&'static str> {
        let [(node, format, spelling)] = wanted else {
            return None;
        };
        let is_sole = self.rewriter.new.graph.node(*node).checks.len() == 1;
        match spelling.usual() {
            Some(0) if is_sole && **format == *"date-time" => Some("Z"),
            Some(_) if is_sole && **format == *"date-time" => Some("+00:00"),
            _ => None,
        }
    }

    /// The value that is added for a missing required member, and its JSON text.
    fn addition(
        &self,
        view: &View<'_>,
        schemas: &[NodeId],
    ) -> Option<(EditKind, serde_json::Value)> {
        self.rewriter.addition(view, schemas, self.side)
    }

    /// What is done to the members of objects; `None` if that depends on more than their names.
    fn members(&mut self, schemas: &Arc<Schemas>, at: &Pointers) -> Option<Members> {
        let rewriter = self.rewriter;
        let views = Views {
            old: View::of(&rewriter.old.graph, &schemas.old),
            new: View::of(&rewriter.new.graph, &schemas.new),
        };
        if has_patterns(&views) || !views.old.unions.is_empty() || !views.new.unions.is_empty() {
            return None;
        }
        let alignment = rewriter.alignment;
        let known = alignment.find(&schemas.old, &schemas.new);
        let moves = known.map_or(&[][..], |id| &alignment.pairs[id].moves);
        let mut moved: Vec<Way<'_>> = Vec::new();
        let mut proposals: Vec<Guess> = Vec::new();
        for own in moves {
            let (Some(from), Some(to)) = (keys(&own.from), keys(&own.to)) else {
                continue;
            };
            match own.guess {
                Some(ground) if !rewriter.accept_guesses => proposals.push((from, to, ground)),
                _ => moved.push((from, to, own)),
            }
        }
        // Members that move into an existing object are added to it.
        let mut targets = moved.iter().map(|(_, to, _)| to);
        if targets.any(|to| to.len() > 1 && views.old.declares(&to[0])) {
            return None;
        }
        let ranks: FxHashMap<Box<[u8]>, u32> = (0..)
            .zip(views.new.names())
            .map(|(rank, name)| (name.as_bytes().into(), rank))
            .collect();
        let rank = |name: &str| ranks.get(name.as_bytes()).copied().unwrap_or(NONE);
        let needed = self.needed(&views, at, &rank)?;
        let fills = |output: &Arc<str>| {
            let position = needed.iter().position(|needed| needed.name == *output);
            position
                .and_then(|at| u32::try_from(at).ok())
                .unwrap_or(NONE)
        };
        let mut members = Vec::new();
        for name in names(&views) {
            let own: Vec<_> = moved
                .iter()
                .filter(|(from, ..)| *from[0] == *name)
                .collect();
            if !own.is_empty() && views.new.declares(&name) {
                // Only the value shows which of the two is meant.
                return None;
            }
            let before = at.0.join(&name);
            let mut null = Null::Keep;
            let (action, schemas) = match own.as_slice() {
                [] => {
                    let (action, schemas) = self.stays(&views, &name, &before, &proposals);
                    if matches!(action, Action::Keep) {
                        null = self.null(&views, &name, &before);
                    }
                    (action, schemas)
                }
                [(from, to, own)] if from.len() == 1 && to.len() == 1 => {
                    let after = at.1.join(&to[0]);
                    let slot = self.slot(EditKind::Renamed, Some(&before), Some(&after));
                    let key = serde_json::Value::from(&*to[0]).to_string();
                    let schemas = Schemas {
                        old: own.old.clone(),
                        new: own.new.clone(),
                    };
                    (
                        Action::Rename(Arc::clone(&to[0]), key.into(), slot),
                        schemas,
                    )
                }
                own => {
                    let place = |start: &Pointer, way: &[Arc<str>]| {
                        way.iter().fold(start.clone(), |at, name| at.join(name))
                    };
                    let mut parts = Vec::new();
                    for (from, to, own) in own {
                        // Two members that are added by name next to each other are left to the reference.
                        if from.len() == 1 && to.len() == 1 {
                            return None;
                        }
                        let (before, after) = (place(&at.0, from), place(&at.1, to));
                        let schemas = Schemas {
                            old: own.old.clone(),
                            new: own.new.clone(),
                        };
                        let slot = self.slot(EditKind::Moved, Some(&before), Some(&after));
                        parts.push(Part {
                            slot,
                            node: AtomicU32::new(NONE),
                            schemas: Arc::new(schemas),
                            rank: rank(&to[0]),
                            fills: fills(&to[0]),
                            key: to.last().map_or_else(String::new, |name| {
                                serde_json::Value::from(&**name).to_string()
                            }),
                            from: from.clone(),
                            to: to.clone(),
                        });
                    }
                    let mut proposals = proposals.clone();
                    proposals.retain(|(from, ..)| from[0] == name);
                    let schemas = Schemas {
                        old: Vec::new(),
                        new: Vec::new(),
                    };
                    (Action::Split(Arc::new(Split { parts, proposals })), schemas)
                }
            };
            let output = match &action {
                Action::Keep => Some(&name),
                Action::Rename(to, ..) => Some(to),
                Action::Drop(..) | Action::Split(_) => None,
            };
            let is_kept = matches!(action, Action::Keep | Action::Rename(..));
            let mut proposals = proposals.iter();
            if is_kept && proposals.any(|(from, ..)| from.len() > 1 && from[0] == name) {
                // Something in it is dropped that a guess would move.
                return None;
            }
            members.push(Member {
                rank: output.map_or(NONE, |output| rank(output)),
                fills: output.map_or(NONE, fills),
                null,
                action,
                schemas: Arc::new(schemas),
                node: NONE,
                name,
            });
        }
        // A value that is in the way is left to the reference.
        let targets = moved.iter().map(|(_, to, _)| &to[0]);
        let mut keys = Keys::default();
        for (index, member) in (0..).zip(&members) {
            keys.add(&member.name, index);
        }
        let in_the_way = targets.filter_map(|to| keys.meaning(to));
        Some(Members {
            schemas: Arc::clone(schemas),
            in_the_way: in_the_way.collect(),
            others: match others(&views) {
                Rest::Kept => Others::Copy,
                Rest::Rewritten(schemas) if self.is_clean(&schemas) => Others::Copy,
                Rest::Rewritten(schemas) => Others::Tree(Arc::new(schemas)),
                Rest::Dropped => Others::Leave,
            },
            has_splits: members
                .iter()
                .any(|member| matches!(member.action, Action::Split(_))),
            members,
            keys,
            needed,
        })
    }

    /// Whether a member stays, and the schemas of its value; see [`super::super::rewrite::Rewriter`].
    fn stays(
        &mut self,
        views: &Views<'_>,
        name: &Arc<str>,
        before: &Pointer,
        proposals: &[Guess],
    ) -> (Action, Schemas) {
        let mut schemas = Schemas {
            old: named(&views.old, name),
            new: named(&views.new, name),
        };
        if let (true, Extra::Schemas(rest)) = (schemas.old.is_empty(), views.old.extra()) {
            schemas.old = rest;
        }
        let is_declared = views.new.declares(name) || !schemas.new.is_empty();
        if is_declared || in_some_branch(&views.new, name, UNIONS) {
            return (Action::Keep, schemas);
        }
        if let Extra::Schemas(rest) = views.new.extra() {
            schemas.new = rest;
            return (Action::Keep, schemas);
        }
        let own = named(&views.old, name);
        if own.is_empty() && matches!(views.new.extra(), Extra::Open) {
            return (Action::Keep, schemas);
        }
        let values = View::of(&self.rewriter.old.graph, &own).values();
        let kind = match values.is_some_and(|values| values.len() == 1) {
            true => EditKind::ConstantDropped,
            false => EditKind::Dropped,
        };
        let slot = self.slot(kind, Some(before), None);
        let mut proposals = proposals.iter().rev();
        let proposal = proposals.find(|(from, ..)| from[0] == *name);
        let proposal = proposal.filter(|_| kind.loses()).map(|(from, to, ground)| {
            let above = before.parent().unwrap_or_default();
            let place = |way: &[Arc<str>]| way.iter().fold(above.clone(), |at, name| at.join(name));
            self.proposal((place(from).folded(), place(to).folded(), *ground))
        });
        (Action::Drop(slot, proposal), schemas)
    }

    /// The required members of the new contract that may be missing; `None` if one takes more than a scalar.
    fn needed(
        &mut self,
        views: &Views<'_>,
        at: &Pointers,
        rank: &dyn Fn(&str) -> u32,
    ) -> Option<Vec<Needed>> {
        let required = views
            .new
            .nodes()
            .flat_map(|(_, node)| &node.object.required);
        let side = self.side;
        let mut names: Vec<Arc<str>> = Vec::new();
        for required in required.filter(|required| required.holds_on(side)) {
            if !names.contains(&required.name) {
                names.push(Arc::clone(&required.name));
            }
        }
        let mut needed = Vec::new();
        for name in names {
            let schemas = views.new.property(&name);
            let added = match self.addition(&views.new, &schemas) {
                Some((_, value)) if value.is_object() || value.is_array() => return None,
                Some((kind, value)) => {
                    let place = at.1.join(&name);
                    Some((
                        self.slot(kind, None, Some(&place)),
                        value.to_string().into(),
                    ))
                }
                None => None,
            };
            needed.push(Needed {
                key: serde_json::Value::from(&*name).to_string(),
                rank: rank(&name),
                name,
                added,
            });
        }
        // One bit for each records which of them are present.
        (needed.len() <= 64).then_some(needed)
    }

    /// What is done to null as a member that stays, as in the reference.
    fn null(&mut self, views: &Views<'_>, name: &str, before: &Pointer) -> Null {
        let Ok(null) = TapeDocument::parse(b"null") else {
            return Null::Tree;
        };
        let here = Here::below(Pointer::root(), Pointer::root(), self.side, 0);
        let remains = self.rewriter.member(&here, views, name, null.root());
        match (&remains.tree, remains.edits.as_slice()) {
            (Some(Tree::Kept(_)), []) => Null::Keep,
            (None, [only]) => Null::LeaveOut(self.slot(only.kind, Some(before), None)),
            _ => Null::Tree,
        }
    }
}

/// The names that lead to a part of an object before and after, and its move.
type Way<'m> = (Vec<Arc<str>>, Vec<Arc<str>>, &'m Move);

/// What is done to members that neither contract names.
pub(super) enum Rest {
    Kept,
    Rewritten(Schemas),
    Dropped,
}

pub(super) fn others(views: &Views<'_>) -> Rest {
    let old = match views.old.extra() {
        Extra::Schemas(schemas) => schemas,
        Extra::Open | Extra::Closed => Vec::new(),
    };
    match views.new.extra() {
        Extra::Open if old.is_empty() => Rest::Kept,
        Extra::Open => Rest::Rewritten(Schemas {
            old,
            new: Vec::new(),
        }),
        // A payload with such a member does not conform to the old contract.
        Extra::Closed if matches!(views.old.extra(), Extra::Closed) => Rest::Kept,
        Extra::Closed => Rest::Dropped,
        Extra::Schemas(new) => Rest::Rewritten(Schemas { old, new }),
    }
}

/// The names that one of the contracts declares, those of the old one first.
pub(super) fn names(views: &Views<'_>) -> Vec<Arc<str>> {
    let mut names = views.old.names();
    for name in views.new.names().into_iter().chain(views.new.required()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

pub(super) fn has_patterns(views: &Views<'_>) -> bool {
    let mut nodes = views.old.nodes().chain(views.new.nodes());
    nodes.any(|(_, node)| !node.object.patterns.is_empty())
}

/// How strings of the formats of a schema are spelled, if it prescribes it.
pub(super) fn spelled(view: &View<'_>) -> Vec<(NodeId, Box<str>, Spelling)> {
    let expected = view
        .nodes()
        .filter_map(|(id, node)| Some((id, node.expected_spelling()?)));
    let spelled = expected.filter_map(|(id, (format, example))| {
        let spelling = Spelling::of(format, example)?;
        Some((id, format.into(), spelling))
    });
    spelled.collect()
}
