//! Differences between two schemas in the members of objects.

use std::sync::Arc;

use crate::contract::Contract;
use crate::schema::{Graph, NodeId};

use super::difference::Fact;
use super::contain::{Ask, Kinds};
use super::moves::{Stray, Strays};
use super::operations::first_sentence;
use super::view::{Extra, View};
use super::walk::{Edge, Found, Walk, keyword_place, keyword_text, place_of};
use super::view::side_without;

impl Walk<'_> {
    /// `properties`, `required`, `additionalProperties` and other keywords for members.
    pub(super) fn members(
        &mut self,
        at: usize,
        old: &View<'_>,
        new: &View<'_>,
        found: &mut Vec<Found>,
    ) {
        let (old_required, new_required) = (old.required(), new.required());
        let mut strays = Strays::default();
        for name in old.names() {
            let property = old.property(&name);
            if !new.declares(&name) {
                strays.gone.push(Stray {
                    is_required: old_required.contains(&name),
                    name,
                    schemas: property,
                });
                continue;
            }
            let other = new.property(&name);
            self.reshaped(&name, &property, &other, &mut strays);
            self.wrappers(&property, &other, &name, found);
            self.lead(at, Edge::Property(name), &property, &other);
        }
        for name in new.names() {
            if !old.declares(&name) {
                strays.added.push(Stray {
                    is_required: new_required.contains(&name),
                    schemas: new.property(&name),
                    name,
                });
            }
        }
        self.required(old, new, found);
        let strays = self.moves(at, old, new, strays, found);
        for stray in strays.gone {
            found.push(self.property_removed(old, new, &stray));
        }
        for stray in strays.added {
            found.push(self.property_added(old, new, &stray));
        }
        self.extras(at, old, new, found);
        self.patterns(at, old, new, found);
        self.dependents(old, new, found);
        let names = |view: &View<'_>| -> Vec<(NodeId, NodeId)> {
            let nodes = view.nodes();
            let rules = nodes.filter_map(|(id, node)| Some((id, node.object.property_names?)));
            rules.collect()
        };
        self.compare_whole("propertyNames", &names(old), &names(new), Ask::Names, found);
    }

    /// Records a property that is an object on one side only.
    fn reshaped(&self, name: &Arc<str>, old: &[NodeId], new: &[NodeId], strays: &mut Strays) {
        let kinds = |graph, schemas: &[NodeId]| {
            let kinds = View::of(graph, schemas).all_kinds(3);
            kinds.without(Kinds::NULL)
        };
        let (left, right) = (kinds(&self.old.graph, old), kinds(&self.new.graph, new));
        if !left.and(right).is_empty() {
            return;
        }
        let stray = |schemas: &[NodeId]| Stray {
            name: Arc::clone(name),
            schemas: schemas.to_vec(),
            is_required: false,
        };
        match (left == Kinds::OBJECT, right == Kinds::OBJECT) {
            (true, _) => strays.reshaped.0.push(stray(old)),
            (_, true) => strays.reshaped.1.push(stray(new)),
            _ => {}
        }
    }

    /// `deprecated`, `readOnly` and `writeOnly` next to a `$ref` only concern the property.
    fn wrappers(&self, old: &[NodeId], new: &[NodeId], name: &Arc<str>, found: &mut Vec<Found>) {
        let beside = |graph: &Graph, nodes: &[NodeId]| {
            let all = nodes.iter();
            all.copied().any(|id| graph.node(id).is_reference())
        };
        let is_reference = beside(&self.old.graph, old) || beside(&self.new.graph, new);
        if !is_reference {
            return;
        }
        let before = found.len();
        let (old, new) = (
            View::of_references(&self.old.graph, old),
            View::of_references(&self.new.graph, new),
        );
        self.flags(&old, &new, name, found);
        for flagged in &mut found[before..] {
            flagged
                .below
                .push(crate::location::Step::Key(Arc::clone(name)));
        }
    }

    /// Names that are required on one side only and declared on both sides or neither.
    fn required(&self, old: &View<'_>, new: &View<'_>, found: &mut Vec<Found>) {
        let (old_required, new_required) = (old.required(), new.required());
        let is_told = |name: &str| old.declares(name) != new.declares(name);
        let place = |contract: &Contract, view: &View<'_>, name: &str| {
            let requires = |node: &crate::schema::Node| {
                let mut required = node.object.required.iter();
                required.any(|required| *required.name == *name)
            };
            let mut nodes = view.nodes();
            match nodes.find(|(_, node)| requires(node)) {
                Some((id, _)) => Some(keyword_place(contract, id, "required")),
                None => place_of(contract, &view.property(name))
                    .or_else(|| place_of(contract, view.parts.first().map(|p| p.node).as_slice())),
            }
        };
        let mut tell = |fact: Fact, name: &Arc<str>, forward: Vec<Ask>, backward: Vec<Ask>| {
            let text = |is_required: bool| match is_required {
                true => Some("required".to_owned()),
                false => Some("optional".to_owned()),
            };
            let mut change = Found::new(fact, &**name)
                .below(name)
                .values(
                    text(fact == Fact::PropertyOptional),
                    text(fact == Fact::PropertyRequired),
                )
                .places(place(self.old, old, name), place(self.new, new, name))
                .asking(forward, backward);
            if !old.declares(name) && !new.declares(name) {
                let note = "neither contract declares the property, so it may have any value";
                change.notes.push(note.to_owned());
            }
            found.push(change);
        };
        // A read-only property may be absent from requests even if it is required.
        let excepted = |view: &View<'_>, name: &str| {
            let required = view.nodes().flat_map(|(_, node)| &node.object.required);
            let mut own = required
                .filter(|required| *required.name == *name)
                .peekable();
            match own.peek() {
                Some(first) => {
                    let except = first.except;
                    except.filter(|_| own.all(|required| required.except == except))
                }
                None => None,
            }
        };
        let asks_more = |name: &str| {
            excepted(old, name).is_some() && excepted(new, name) != excepted(old, name)
        };
        let asks_less = |name: &str| {
            excepted(new, name).is_some() && excepted(new, name) != excepted(old, name)
        };
        for name in new_required.iter().filter(|name| !is_told(name)) {
            if !old_required.contains(name) || asks_more(name) {
                let ask = vec![Ask::Required(Arc::clone(name))];
                tell(Fact::PropertyRequired, name, ask, Vec::new());
            }
        }
        for name in old_required.iter().filter(|name| !is_told(name)) {
            if !new_required.contains(name) || asks_less(name) {
                let ask = vec![Ask::Required(Arc::clone(name))];
                tell(Fact::PropertyOptional, name, Vec::new(), ask);
            }
        }
    }

    pub(super) fn property_removed(&self, old: &View<'_>, new: &View<'_>, stray: &Stray) -> Found {
        let forward = members_asked(new, &stray.name);
        let mut backward = Vec::new();
        if stray.is_required && !new.required().contains(&stray.name) {
            backward.push(Ask::Required(Arc::clone(&stray.name)));
        }
        let mut found = Found::new(Fact::PropertyRemoved, &*stray.name)
            .below(&stray.name)
            .values(Some(describe(old, stray)), None)
            .places(
                place_of(self.old, &stray.schemas),
                place_of(self.new, counterpart(old, new, &stray.name).as_slice()),
            )
            .asking(forward, backward);
        found.is_minor = !stray.is_required;
        found.not_on = side_without(&self.old.graph, &stray.schemas);
        found
    }

    /// The description of a property in the new contract, or that of its reference target.
    fn told_of(&self, schemas: &[NodeId]) -> Option<String> {
        let graph = &self.new.graph;
        let places = schemas.iter().flat_map(|id| [*id, graph.resolve(*id)]);
        let mut texts = places.filter_map(|id| {
            let value = self.new.documents.at_place(&graph.node(id).place)?;
            let text = value.get("description").or_else(|| value.get("title"))?;
            first_sentence(text.as_str()?)
        });
        texts.next()
    }

    pub(super) fn property_added(&self, old: &View<'_>, new: &View<'_>, stray: &Stray) -> Found {
        let backward = members_asked(old, &stray.name);
        let mut forward = Vec::new();
        if stray.is_required && !old.required().contains(&stray.name) {
            forward.push(Ask::Required(Arc::clone(&stray.name)));
        }
        // The old contract may already mention such a member: in a map, by a pattern, in a variant.
        let speaks = !old.unions.is_empty()
            || old.values().is_some()
            || old.nodes().any(|(_, node)| {
                !node.object.patterns.is_empty() || !node.object.dependent_schemas.is_empty()
            });
        if speaks || matches!(old.extra(), Extra::Schemas(_)) {
            forward.extend(members_asked(new, &stray.name));
        }
        let mut found = Found::new(Fact::PropertyAdded, &*stray.name)
            .below(&stray.name)
            .values(None, Some(describe(new, stray)))
            .places(
                place_of(self.old, counterpart(new, old, &stray.name).as_slice()),
                place_of(self.new, &stray.schemas),
            )
            .asking(forward, backward);
        found.is_minor = !stray.is_required;
        found.not_on = side_without(&self.new.graph, &stray.schemas);
        found.notes.extend(self.told_of(&stray.schemas));
        found
    }

    /// `additionalProperties` and `unevaluatedProperties`.
    fn extras(&mut self, at: usize, old: &View<'_>, new: &View<'_>, found: &mut Vec<Found>) {
        let (old_extra, new_extra) = (old.extra(), new.extra());
        if let (Extra::Schemas(left), Extra::Schemas(right)) = (&old_extra, &new_extra) {
            self.lead(at, Edge::Others, left, right);
            return;
        }
        if old_extra == new_extra {
            return;
        }
        let fact = match (&old_extra, &new_extra) {
            (_, Extra::Closed) => Fact::ObjectClosed,
            (Extra::Closed, _) => Fact::ObjectOpened,
            _ => Fact::ConstraintChanged,
        };
        let keyword = |view: &View<'_>| {
            let has_unevaluated = view
                .nodes()
                .any(|(_, node)| node.object.unevaluated.is_some());
            match has_unevaluated {
                true => "unevaluatedProperties",
                false => "additionalProperties",
            }
        };
        let asks = |view: &View<'_>, extra: &Extra| -> Vec<Ask> {
            if *extra == Extra::Open {
                return Vec::new();
            }
            let evaluates = view
                .nodes()
                .any(|(_, node)| node.object.additional.is_some());
            let nodes = view.nodes().filter_map(|(id, node)| {
                match (node.object.unevaluated, node.object.additional) {
                    (Some(_), _) if !evaluates => Some(Ask::Unevaluated(id)),
                    (_, Some(_)) => Some(Ask::Others(id)),
                    (_, None) => None,
                }
            });
            nodes.collect()
        };
        let text = |graph: &Graph, extra: &Extra| match extra {
            Extra::Open => "anything".to_owned(),
            Extra::Closed => "nothing".to_owned(),
            Extra::Schemas(schemas) => View::of(graph, schemas).label(),
        };
        let says = |node: &crate::schema::Node| {
            node.object.additional.is_some() || node.object.unevaluated.is_some()
        };
        let place = |contract: &Contract, view: &View<'_>, other: &View<'_>| {
            let mut nodes = view.nodes();
            match nodes.find(|(_, node)| says(node)) {
                Some((id, _)) => Some(keyword_place(contract, id, keyword(view))),
                None => place_of(contract, counterpart_of(other, view, says).as_slice()),
            }
        };
        let subject = match old_extra {
            Extra::Open => keyword(new),
            _ => keyword(old),
        };
        let mut change = Found::new(fact, subject)
            .values(
                Some(text(&self.old.graph, &old_extra)),
                Some(text(&self.new.graph, &new_extra)),
            )
            .places(place(self.old, old, new), place(self.new, new, old))
            .asking(asks(new, &new_extra), asks(old, &old_extra));
        if fact == Fact::ObjectClosed {
            let refused = shut_out(new);
            let names: Vec<String> = refused.iter().map(|name| format!("`{name}`")).collect();
            if !names.is_empty() {
                change.notes.push(format!(
                    "it also rejects {}, which a schema next to it in `allOf` declares",
                    names.join(", ")
                ));
            }
        }
        found.push(change);
    }

    /// `patternProperties`, by pattern.
    fn patterns(&mut self, at: usize, old: &View<'_>, new: &View<'_>, found: &mut Vec<Found>) {
        type Patterns = Vec<(String, NodeId, NodeId)>;
        let patterns = |view: &View<'_>| -> Patterns {
            let patterns = view.nodes().flat_map(|(id, node)| {
                let patterns = node.object.patterns.iter();
                patterns.map(move |(pattern, schema)| (pattern.argument_text(), id, *schema))
            });
            patterns.collect()
        };
        let (old_patterns, new_patterns) = (patterns(old), patterns(new));
        let mut texts: Vec<&String> = old_patterns
            .iter()
            .chain(&new_patterns)
            .map(|(pattern, ..)| pattern)
            .collect();
        texts.sort();
        texts.dedup();
        for text in texts {
            let of = |all: &Patterns| -> Vec<(NodeId, NodeId)> {
                let own = all.iter().filter(|(pattern, ..)| pattern == text);
                own.map(|(_, owner, schema)| (*owner, *schema)).collect()
            };
            let schemas = |all: &[(NodeId, NodeId)]| -> Vec<NodeId> {
                all.iter().map(|(_, schema)| *schema).collect()
            };
            let (left, right) = (of(&old_patterns), of(&new_patterns));
            if !left.is_empty() && !right.is_empty() {
                let edge = Edge::Pattern(text.clone());
                self.lead(at, edge, &schemas(&left), &schemas(&right));
                continue;
            }
            let label = |graph: &Graph, all: &[(NodeId, NodeId)]| {
                (!all.is_empty()).then(|| View::of(graph, &schemas(all)).label())
            };
            let asks = |all: &[(NodeId, NodeId)]| -> Vec<Ask> {
                all.iter().map(|(owner, _)| Ask::Others(*owner)).collect()
            };
            found.push(
                Found::new(Fact::ConstraintChanged, format!("patternProperties/{text}"))
                    .values(
                        label(&self.old.graph, &left),
                        label(&self.new.graph, &right),
                    )
                    .places(
                        place_of(self.old, &schemas(&left)),
                        place_of(self.new, &schemas(&right)),
                    )
                    .asking(asks(&right), asks(&left)),
            );
        }
    }

    /// `dependentRequired` and `dependentSchemas`, by the member that they depend on.
    fn dependents(&self, old: &View<'_>, new: &View<'_>, found: &mut Vec<Found>) {
        let names = |view: &View<'_>| -> Vec<Arc<str>> {
            let names = view.nodes().flat_map(|(_, node)| {
                let required = node.object.dependent_required.iter().map(|(name, _)| name);
                required.chain(node.object.dependent_schemas.iter().map(|(name, _)| name))
            });
            names.cloned().collect()
        };
        let mut all = names(old);
        all.extend(names(new));
        all.sort();
        all.dedup();
        for name in all {
            let needed = |view: &View<'_>| -> Vec<Arc<str>> {
                let lists = view
                    .nodes()
                    .flat_map(|(_, node)| &node.object.dependent_required);
                let own = lists.filter(|(known, _)| *known == name);
                let mut needed: Vec<_> = own.flat_map(|(_, needed)| needed.clone()).collect();
                needed.sort();
                needed.dedup();
                needed
            };
            let schemas = |view: &View<'_>| -> Vec<NodeId> {
                let all = view
                    .nodes()
                    .flat_map(|(_, node)| &node.object.dependent_schemas);
                all.filter(|(known, _)| *known == name)
                    .map(|(_, schema)| *schema)
                    .collect()
            };
            if needed(old) == needed(new) && self.accept_the_same(&schemas(old), &schemas(new)) {
                continue;
            }
            let owner = |view: &View<'_>| {
                let mut nodes = view.nodes();
                let owner = nodes.find(|(_, node)| {
                    let object = &node.object;
                    object
                        .dependent_required
                        .iter()
                        .any(|(known, _)| *known == name)
                        || object
                            .dependent_schemas
                            .iter()
                            .any(|(known, _)| *known == name)
                });
                owner.map(|(id, node)| {
                    let has_list = node
                        .object
                        .dependent_required
                        .iter()
                        .any(|(known, _)| *known == name);
                    let keyword = match has_list {
                        true => "dependentRequired",
                        false => "dependentSchemas",
                    };
                    (id, keyword)
                })
            };
            let asks = |view: &View<'_>| -> Vec<Ask> {
                let nodes = view.nodes();
                nodes
                    .map(|(id, _)| Ask::Dependents(id, Arc::clone(&name)))
                    .collect()
            };
            let text = |contract: &Contract, view: &View<'_>| {
                let (id, keyword) = owner(view)?;
                keyword_text(contract, id, keyword)
                    .or_else(|| keyword_text(contract, id, "dependencies"))
            };
            let place = |contract: &Contract, view: &View<'_>| {
                let (id, keyword) = owner(view)?;
                Some(keyword_place(contract, id, keyword))
            };
            let subject = owner(new)
                .or_else(|| owner(old))
                .map_or("", |(_, keyword)| keyword);
            found.push(
                Found::new(Fact::ConstraintChanged, format!("{subject}/{name}"))
                    .values(text(self.old, old), text(self.new, new))
                    .places(place(self.old, old), place(self.new, new))
                    .asking(asks(new), asks(old)),
            );
        }
    }
}

/// What a view requires of a member with this name, if it mentions it.
fn members_asked(view: &View<'_>, name: &Arc<str>) -> Vec<Ask> {
    let nodes = view.nodes().filter_map(|(id, node)| {
        let has_schema =
            node.named_schemas(name).next().is_some() || node.object.additional.is_some();
        if node.object.unevaluated.is_some() {
            return Some(Ask::Unevaluated(id));
        }
        has_schema.then(|| Ask::Member(id, Arc::clone(name)))
    });
    nodes.collect()
}

/// Names that one schema of a view declares and another does not allow.
fn shut_out(view: &View<'_>) -> Vec<Arc<str>> {
    let is_closed = |node: &crate::schema::Node| {
        let rest = node.object.additional;
        rest.is_some_and(|rest| view.graph.node(view.graph.resolve(rest)).never)
    };
    let closed: Vec<_> = view.nodes().filter(|(_, node)| is_closed(node)).collect();
    let names = view.names().into_iter();
    names
        .filter(|name| {
            let mut closed = closed.iter();
            closed.any(|(_, node)| node.named_schemas(name).next().is_none())
        })
        .collect()
}

/// The schema on the other side that corresponds to the one declaring a property. If several schemas apply,
/// this is the component with the same name, or else the schema at the same index.
fn counterpart(own: &View<'_>, other: &View<'_>, property: &str) -> Option<NodeId> {
    counterpart_of(own, other, |node| {
        node.object.properties.contains_key(property)
    })
}

/// The same for the schema that satisfies a condition.
fn counterpart_of(
    own: &View<'_>,
    other: &View<'_>,
    is_it: impl Fn(&crate::schema::Node) -> bool,
) -> Option<NodeId> {
    let index = own.nodes().position(|(_, node)| is_it(node))?;
    let named = |view: &View<'_>, index: usize| {
        let node = view.graph.node(view.parts.get(index)?.node);
        node.name.clone().filter(|_| node.component)
    };
    let name = named(own, index);
    let same = (0..other.parts.len()).find(|at| name.is_some() && named(other, *at) == name);
    let at = same.or_else(|| (own.parts.len() == other.parts.len()).then_some(index));
    let part = at
        .and_then(|at| other.parts.get(at))
        .or(other.parts.first())?;
    Some(part.node)
}

/// `boolean, required`
fn describe(view: &View<'_>, stray: &Stray) -> String {
    let label = View::of(view.graph, &stray.schemas).label();
    match stray.is_required {
        true => format!("{label}, required"),
        false => format!("{label}, optional"),
    }
}
