//! A combined view of a schema: with its reference targets, its `allOf` parts, and unions of one branch.

use std::sync::Arc;

use rustc_hash::FxHashSet;
use serde_json::Value;

use crate::schema::{Graph, Node, NodeId};

pub(crate) use super::contain::Kinds;
use super::contain::{canonical, listed_by};
use crate::location::Side;

/// The limit on schemas in a view.
const MOST: usize = 256;

/// The combination of several schemas for the same value.
#[derive(Debug)]
pub(crate) struct View<'g> {
    pub(crate) graph: &'g Graph,
    /// Every schema that applies, without references.
    pub(crate) parts: Vec<Part>,
    /// `anyOf` and `oneOf` with more than one branch in addition to null.
    pub(crate) unions: Vec<Union>,
    /// The values of unions whose branches only list values: an `enum` with an annotation for each.
    lists: Vec<Vec<Value>>,
}

/// A schema that applies to the value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Part {
    pub(crate) node: NodeId,
    /// Whether null is allowed regardless of the schema, because it is the only branch besides null.
    pub(crate) or_null: bool,
}

/// A union with more than one branch.
#[derive(Debug)]
pub(crate) struct Union {
    /// The schema with the union.
    pub(crate) node: NodeId,
    /// Its branches without null.
    pub(crate) branches: Vec<NodeId>,
    /// Whether null is a branch.
    pub(crate) has_null: bool,
    /// `oneOf`, not `anyOf`.
    pub(crate) is_one: bool,
}

/// The additional members that an object allows.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Extra {
    /// Anything.
    Open,
    /// Nothing.
    Closed,
    /// Anything that conforms to these schemas.
    Schemas(Vec<NodeId>),
}

impl<'g> View<'g> {
    pub(crate) fn of(graph: &'g Graph, nodes: &[NodeId]) -> Self {
        let mut view = Self {
            graph,
            parts: Vec::new(),
            unions: Vec::new(),
            lists: Vec::new(),
        };
        let mut open: Vec<Part> = nodes
            .iter()
            .rev()
            .map(|node| Part {
                node: *node,
                or_null: false,
            })
            .collect();
        while let Some(part) = open.pop() {
            if view.parts.len() >= MOST || view.parts.iter().any(|known| known.node == part.node) {
                continue;
            }
            let node = graph.node(part.node);
            if !node.is_reference() {
                view.parts.push(part);
            }
            let below = |id: &NodeId| Part { node: *id, ..part };
            open.extend(node.all_of.iter().rev().map(below));
            open.extend(node.reference.iter().map(below));
            for (branches, is_one) in [(&node.any_of, false), (&node.one_of, true)] {
                let (null, others): (Vec<NodeId>, Vec<NodeId>) =
                    branches.iter().partition(|id| is_null(graph, **id));
                match others.as_slice() {
                    [] => {}
                    [only] => open.push(Part {
                        node: *only,
                        or_null: part.or_null || !null.is_empty(),
                    }),
                    _ => match listed_by(graph, &others, is_one) {
                        Some(mut values) => {
                            if !null.is_empty() || part.or_null {
                                values.push(Value::Null);
                            }
                            view.lists.push(values);
                        }
                        None => view.unions.push(Union {
                            node: part.node,
                            branches: others,
                            has_null: !null.is_empty(),
                            is_one,
                        }),
                    },
                }
            }
        }
        view
    }

    /// The siblings of references, without the reference targets.
    pub(crate) fn of_references(graph: &'g Graph, nodes: &[NodeId]) -> Self {
        let mut parts = Vec::new();
        for &node in nodes {
            let mut node = node;
            while let Some(target) = graph.node(node).reference
                && graph.node(node).is_reference()
            {
                parts.push(Part {
                    node,
                    or_null: false,
                });
                node = target;
            }
        }
        Self {
            graph,
            parts,
            unions: Vec::new(),
            lists: Vec::new(),
        }
    }

    /// The schemas, each with its id in the graph.
    pub(crate) fn nodes(&self) -> impl Iterator<Item = (NodeId, &'g Node)> {
        let graph = self.graph;
        self.parts
            .iter()
            .map(move |part| (part.node, graph.node(part.node)))
    }

    /// The kinds of values according to `type`.
    fn typed(&self) -> Kinds {
        let mut kinds = Kinds::ALL;
        for part in &self.parts {
            let node = self.graph.node(part.node);
            if node.never {
                return Kinds::NONE;
            }
            let mut own = node.types.map_or(Kinds::ALL, Kinds::of);
            if part.or_null {
                own = own.or(Kinds::NULL);
            }
            kinds = kinds.and(own);
        }
        kinds
    }

    /// The same. For untyped schemas, according to their values; for unions, only whether they allow null.
    pub(crate) fn kinds(&self) -> Kinds {
        let kinds = self.typed();
        let is_untyped = self
            .parts
            .iter()
            .all(|part| self.graph.node(part.node).types.is_none());
        if is_untyped && let Some(values) = self.values() {
            return values
                .iter()
                .map(Kinds::of_value)
                .fold(Kinds::NONE, Kinds::or);
        }
        let forbids_null = self.unions.iter().any(|union| {
            !union.has_null
                && union
                    .branches
                    .iter()
                    .all(|branch| !Self::of(self.graph, &[*branch]).kinds().has(Kinds::NULL))
        });
        match forbids_null {
            true => kinds.without(Kinds::NULL),
            false => kinds,
        }
    }

    /// The kinds of values, including unions.
    pub(crate) fn all_kinds(&self, depth: u8) -> Kinds {
        let mut kinds = self.kinds();
        let Some(depth) = depth.checked_sub(1) else {
            return kinds;
        };
        for union in &self.unions {
            let mut any = match union.has_null {
                true => Kinds::NULL,
                false => Kinds::NONE,
            };
            for branch in &union.branches {
                any = any.or(Self::of(self.graph, &[*branch]).all_kinds(depth));
            }
            kinds = kinds.and(any);
        }
        kinds
    }

    /// The only kind that the keywords apply to, if there is no type.
    pub(crate) fn implied_kinds(&self) -> Option<Kinds> {
        let mut kinds = Kinds::NONE;
        for (_, node) in self.nodes() {
            let (object, array) = (&node.object, &node.array);
            let is_of_objects = !object.properties.is_empty()
                || !object.required.is_empty()
                || !object.patterns.is_empty()
                || object.additional.is_some();
            let is_of_arrays = array.items.is_some() || !array.prefix.is_empty();
            let lengths = node.lengths.iter().map(|length| length.kind);
            let checks = node.checks.iter().map(|check| check.kind);
            kinds = lengths
                .chain(checks)
                .map(Kinds::about)
                .fold(kinds, Kinds::or);
            if is_of_objects {
                kinds = kinds.or(Kinds::OBJECT);
            }
            if is_of_arrays {
                kinds = kinds.or(Kinds::ARRAY);
            }
            let says_more = node.values.is_some()
                || node.constant.is_some()
                || node.not.is_some()
                || node.conditional.is_some();
            if says_more {
                return None;
            }
        }
        let is_one = [Kinds::OBJECT, Kinds::ARRAY, Kinds::STRING, Kinds::NUMBER].contains(&kinds);
        (is_one && self.unions.is_empty()).then_some(kinds)
    }

    /// The values, if `enum` or `const` lists them.
    pub(crate) fn values(&self) -> Option<Vec<Value>> {
        let mut listed: Option<Vec<Value>> = None;
        for part in &self.parts {
            let node = self.graph.node(part.node);
            let mut own = match (&node.constant, &node.values) {
                (Some(constant), Some(values)) => {
                    both(Some(vec![Value::clone(constant)]), values.all.clone())
                }
                (Some(constant), None) => vec![Value::clone(constant)],
                (None, Some(values)) => values.all.clone(),
                (None, None) => continue,
            };
            if part.or_null && !own.contains(&Value::Null) {
                own.push(Value::Null);
            }
            listed = Some(both(listed, own));
        }
        let lists = self.lists.iter();
        let listed = lists.fold(listed, |listed, own| Some(both(listed, own.clone())));
        let kinds = self.typed();
        listed.map(|mut values| {
            values.retain(|value| Kinds::of_value(value).within(kinds));
            values
        })
    }

    /// The names that `properties` declares, in order.
    pub(crate) fn names(&self) -> Vec<Arc<str>> {
        let mut seen = FxHashSet::default();
        let names = self.nodes().flat_map(|(_, node)| node.object.properties.keys());
        names
            .filter(|name| seen.insert(Arc::clone(name)))
            .cloned()
            .collect()
    }

    /// Whether a property is declared.
    pub(crate) fn declares(&self, name: &str) -> bool {
        self.nodes()
            .any(|(_, node)| node.object.properties.contains_key(name))
    }

    /// The schemas that `properties` declares for a name.
    pub(crate) fn property(&self, name: &str) -> Vec<NodeId> {
        let schemas = self.nodes();
        schemas
            .filter_map(|(_, node)| node.object.properties.get(name).copied())
            .collect()
    }

    /// The names in `required`, in order.
    pub(crate) fn required(&self) -> Vec<Arc<str>> {
        let mut seen = FxHashSet::default();
        let required = self.nodes().flat_map(|(_, node)| &node.object.required);
        required
            .filter(|required| seen.insert(Arc::clone(&required.name)))
            .map(|required| Arc::clone(&required.name))
            .collect()
    }

    /// The additional members that objects allow.
    pub(crate) fn extra(&self) -> Extra {
        let mut schemas = Vec::new();
        // `additionalProperties` evaluates every member that is not declared.
        let evaluates = self
            .nodes()
            .any(|(_, node)| node.object.additional.is_some());
        for (_, node) in self.nodes() {
            let unevaluated = node.object.unevaluated.filter(|_| !evaluates);
            for rest in [node.object.additional, unevaluated].into_iter().flatten() {
                let rest = self.graph.resolve(rest);
                if self.graph.node(rest).never {
                    return Extra::Closed;
                }
                if self.graph.node(rest).asserts {
                    schemas.push(rest);
                }
            }
        }
        match schemas.is_empty() {
            true => Extra::Open,
            false => Extra::Schemas(schemas),
        }
    }

    /// The number of element positions that the schemas distinguish.
    pub(crate) fn positions(&self) -> usize {
        let positions = self.nodes().map(|(_, node)| node.array.prefix.len());
        positions.max().unwrap_or(0)
    }

    /// The schemas of the element at a position, without those that have no constraints.
    pub(crate) fn element(&self, index: usize) -> Vec<NodeId> {
        self.nodes()
            .filter_map(|(_, node)| node.element_schema(index))
            .filter(|id| self.graph.node(self.graph.resolve(*id)).asserts)
            .collect()
    }

    /// The display name: a component, or its types.
    pub(crate) fn label(&self) -> String {
        if let Some(name) = self.component() {
            return name.to_string();
        }
        let kinds = self.all_kinds(3);
        let mut words = kinds.to_string();
        let format = self
            .nodes()
            .flat_map(|(_, node)| &node.checks)
            .find(|check| check.keyword == "format");
        if let Some(format) = format {
            words.push_str(&format!(" ({})", format.argument_text()));
        }
        match self.values().as_deref() {
            Some([only]) => words = only.to_string(),
            Some(values) => words.push_str(&format!(", one of {}", values.len())),
            None => {}
        }
        words
    }

    /// The component, if it is one.
    pub(crate) fn component(&self) -> Option<Arc<str>> {
        let named = |part: &Part| {
            let node = self.graph.node(part.node);
            node.name.clone().filter(|_| node.component)
        };
        self.parts.first().and_then(named)
    }
}

/// The values that both lists contain; `own` if there is no other list.
fn both(listed: Option<Vec<Value>>, own: Vec<Value>) -> Vec<Value> {
    let Some(mut known) = listed else {
        return own;
    };
    let own: FxHashSet<String> = own.iter().map(canonical).collect();
    known.retain(|value| own.contains(&canonical(value)));
    known
}

/// Whether a schema accepts null only.
fn is_null(graph: &Graph, id: NodeId) -> bool {
    let node = graph.node(graph.resolve(id));
    let is_null = |value: &Value| value.is_null();
    node.types
        .is_some_and(|types| Kinds::of(types) == Kinds::NULL)
        || node.constant.as_deref().is_some_and(is_null)
        || node
            .values
            .as_ref()
            .is_some_and(|values| !values.all.is_empty() && values.all.iter().all(is_null))
}

/// The side on which a property never occurs: requests if it is read-only, responses if it is write-only.
pub(super) fn side_without(graph: &Graph, schemas: &[NodeId]) -> Option<Side> {
    let view = View::of(graph, schemas);
    let beside = View::of_references(graph, schemas);
    let has = |flag: fn(&Node) -> bool| {
        view.nodes()
            .chain(beside.nodes())
            .any(|(_, node)| flag(node))
    };
    match (has(|node| node.read_only), has(|node| node.write_only)) {
        (true, false) => Some(Side::Request),
        (false, true) => Some(Side::Response),
        _ => None,
    }
}
