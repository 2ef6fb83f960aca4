//! Which schemas never agree with the same payload, so that a payload that agrees with one need not be
//! measured against the others.
//!
//! A payload agrees with a schema if it has no mismatch: no deviation, and no property that the schema does
//! not declare ([`Fit::is_exact`](super::fit::Fit::is_exact)).

use rustc_hash::FxHashSet;

use crate::json::Kind;
use crate::location::{Side, Step};
use crate::schema::{Graph, Node, NodeId};

use super::naming::Naming;

/// How deep two schemas are compared.
const DEPTH: u8 = 6;

/// Cases of one value to consider; with more branches, it stays open which one accepts.
const CASES: usize = 16;

/// Arrays and objects to inspect before two schemas are left undecided.
const STEPS: u32 = 128;

/// A schema of payloads on one side.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Described<'g> {
    pub(crate) graph: &'g Graph,
    pub(crate) node: NodeId,
    pub(crate) side: Side,
}

/// When no payload agrees with both of two schemas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Apart {
    Always,
    /// If the array at this path has elements.
    Filled(Box<[Step]>),
}

/// One case of payloads of a kind that agree with a schema.
#[derive(Debug)]
pub(crate) struct Case {
    pub(crate) kind: Kind,
    schemas: Schemas,
}

impl Case {
    /// The branches that accept such a payload: for each union, the ones that are assumed to.
    pub(crate) fn branches(&self) -> &[NodeId] {
        &self.schemas.branches
    }

    /// Whether a payload that agrees, and is not empty, shows anything specific to the schema.
    pub(crate) fn shows(&self, graph: &Graph) -> bool {
        let mut nodes = self.schemas.sure.iter().map(|id| graph.node(*id));
        nodes.any(|node| match self.kind {
            Kind::Object => {
                let rest = node.object.additional.map(|rest| graph.node(rest));
                node.object.names_properties() || rest.is_some_and(|rest| !rest.is_open())
            }
            _ => node.element_schema(0).is_some(),
        })
    }
}

/// The arrays and objects that agree with a schema, case by case.
pub(crate) fn cases(schema: Described<'_>) -> Vec<Case> {
    let kinds = [Kind::Object, Kind::Array].into_iter();
    let kinds = kinds.filter(|kind| schema.graph.may_hold(schema.node, *kind));
    kinds
        .flat_map(|kind| {
            let cases = Schemas::cases(schema.graph, Given::schema(schema.node), kind);
            cases.into_iter().map(move |schemas| Case { kind, schemas })
        })
        .collect()
}

/// Whether payloads that agree with `left`, in a case, never agree with `right`; `None` if that is not
/// certain.
pub(crate) fn apart(left: Described<'_>, case: &Case, right: Described<'_>) -> Option<Apart> {
    if !right.graph.may_hold(right.node, case.kind) {
        return Some(Apart::Always);
    }
    let rights = Schemas::cases(right.graph, Given::schema(right.node), case.kind);
    let mut search = Search::new(left, right, Means::Agree);
    let schemas = std::slice::from_ref(&case.schemas);
    if search.all_differ(case.kind, schemas, &rights, DEPTH) {
        return Some(Apart::Always);
    }
    let mut search = Search::new(left, right, Means::AgreeWhereFilled);
    match search.all_differ(case.kind, schemas, &rights, DEPTH) {
        true => search.assumed.map(Apart::Filled),
        false => None,
    }
}

/// What is known about a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Means {
    /// Both schemas accept it.
    Accept,
    /// It agrees with both.
    Agree,
    /// The same, and one array may be assumed to have elements.
    AgreeWhereFilled,
}

struct Search<'g> {
    left: Described<'g>,
    right: Described<'g>,
    means: Means,
    way: Vec<Step>,
    /// The array that is assumed to have elements.
    assumed: Option<Box<[Step]>>,
    /// Arrays and objects that may still be inspected.
    steps: u32,
}

impl<'g> Search<'g> {
    const fn new(left: Described<'g>, right: Described<'g>, means: Means) -> Self {
        Self {
            left,
            right,
            means,
            way: Vec::new(),
            assumed: None,
            steps: STEPS,
        }
    }

    /// Whether no value satisfies both `left` and `right`. With a `depth` of 0, arrays and objects are not
    /// inspected.
    fn differ(&mut self, left: Given, right: Given, depth: u8) -> bool {
        let (l, r) = (self.left.graph, self.right.graph);
        let both = |kind: &Kind| holds(l, &left.sure, *kind) && holds(r, &right.sure, *kind);
        let mut kinds = Kind::ALL.into_iter().filter(both);
        let kind = match (kinds.next(), kinds.next()) {
            (None, _) => return true,
            (Some(kind), None) => kind,
            // A value whose kind is unknown says nothing.
            (Some(_), Some(_)) => return false,
        };
        if matches!(kind, Kind::Array | Kind::Object) {
            if depth == 0 || self.steps == 0 {
                return false;
            }
            self.steps -= 1;
        }
        let depth = depth.saturating_sub(1);
        let lefts = Schemas::cases(l, left, kind);
        let rights = Schemas::cases(r, right, kind);
        self.all_differ(kind, &lefts, &rights, depth)
    }

    fn all_differ(&mut self, kind: Kind, lefts: &[Schemas], rights: &[Schemas], depth: u8) -> bool {
        let mut pairs = lefts
            .iter()
            .flat_map(|left| rights.iter().map(move |right| (left, right)));
        pairs.all(|(left, right)| match kind {
            Kind::String => self.strings_differ(left, right),
            Kind::Object => self.members_differ(left, right, depth),
            Kind::Array => self.elements_differ(left, right, depth),
            Kind::Null | Kind::Boolean | Kind::Number => false,
        })
    }

    fn strings_differ(&self, left: &Schemas, right: &Schemas) -> bool {
        match (left.listed(self.left.graph), right.listed(self.right.graph)) {
            (Some(left), Some(right)) => !left.iter().any(|text| right.contains(text)),
            _ => false,
        }
    }

    fn members_differ(&mut self, left: &Schemas, right: &Schemas, depth: u8) -> bool {
        let (l, r) = (self.left, self.right);
        let required: Vec<_> = left.required(l).collect();
        if self.means != Means::Accept {
            let is_strange = required.iter().any(|name| right.never_name(r.graph, name));
            // A payload that agrees has no property that its schema does not declare.
            let lacks = || right.required(r).any(|name| left.never_name(l.graph, name));
            if is_strange || lacks() {
                return true;
            }
        }
        // Usually some member differs at first sight, so its siblings need not be inspected.
        [0, depth].into_iter().any(|depth| {
            required.iter().any(|name| {
                let (left, right) = (left.member(l.graph, name), right.member(r.graph, name));
                self.way.push(Step::Key((*name).into()));
                let differ = self.differ(left, right, depth);
                self.way.pop();
                differ
            })
        })
    }

    fn elements_differ(&mut self, left: &Schemas, right: &Schemas, depth: u8) -> bool {
        let (l, r) = (self.left.graph, self.right.graph);
        let mut lengths = left.sure.iter().flat_map(|id| &l.node(*id).lengths);
        let is_filled = lengths.any(|length| length.kind == Kind::Array && !length.allows(0))
            || self.assumed.as_deref() == Some(&*self.way);
        if !is_filled {
            // In nested arrays, only the first inner array would have to have elements.
            let is_only = !self.way.contains(&Step::Any) && self.assumed.is_none();
            if self.means != Means::AgreeWhereFilled || !is_only {
                return false;
            }
            self.assumed = Some(self.way.as_slice().into());
        }
        self.way.push(Step::Any);
        let differ = self.differ(left.element(l), right.element(r), depth);
        self.way.pop();
        if !differ && !is_filled {
            self.assumed = None;
        }
        differ
    }
}

/// Schemas, before the ones that they apply to the same value are added.
#[derive(Debug)]
struct Given {
    /// Those that apply.
    sure: Vec<NodeId>,
    /// Those that may apply, including the ones above.
    may: Vec<NodeId>,
}

impl Given {
    fn schema(schema: NodeId) -> Self {
        Self {
            sure: vec![schema],
            may: vec![schema],
        }
    }
}

/// Whether all of the schemas may accept values of a kind.
fn holds(graph: &Graph, schemas: &[NodeId], kind: Kind) -> bool {
    schemas.iter().all(|id| graph.may_hold(*id, kind))
}

/// The schemas of a value of one kind.
#[derive(Debug)]
struct Schemas {
    /// Those that apply.
    sure: Vec<NodeId>,
    /// Those that may apply.
    all: Vec<NodeId>,
    /// The branches of unions among `sure`.
    branches: Vec<NodeId>,
}

impl Schemas {
    /// What applies to a value that the given schemas accept, as cases: one for each branch of a union that
    /// may be the one to accept it.
    fn cases(graph: &Graph, given: Given, kind: Kind) -> Vec<Self> {
        let mut cases = vec![Self {
            sure: given.sure,
            all: graph.closure(&given.may, |_| true),
            branches: Vec::new(),
        }];
        let mut at = 0;
        while at < cases.len() {
            let room = CASES - cases.len();
            match cases[at].expand(graph, kind, room) {
                Some(branches) => {
                    let case = cases.swap_remove(at);
                    cases.extend(branches.into_iter().map(|branch| case.with(branch)));
                }
                None => at += 1,
            }
        }
        cases
    }

    /// Adds what applies with the schemas. Returns the branches of a union if it is open which one applies,
    /// and if they fit into `room`.
    fn expand(&mut self, graph: &Graph, kind: Kind, room: usize) -> Option<Vec<NodeId>> {
        let mut next = 0;
        while let Some(&id) = self.sure.get(next) {
            next += 1;
            let node = graph.node(id);
            for &id in node.reference.iter().chain(&node.all_of) {
                self.add(id);
            }
            for branches in unions(node) {
                let holding = branches.iter().filter(|id| graph.may_hold(**id, kind));
                let holding: Vec<NodeId> = holding.copied().collect();
                match &*holding {
                    [only] => {
                        self.add(*only);
                        if branches.len() > 1 && !self.branches.contains(only) {
                            self.branches.push(*only);
                        }
                    }
                    _ if holding.iter().any(|branch| self.branches.contains(branch)) => {}
                    _ if holding.is_empty() || holding.len() > room => {}
                    _ => return Some(holding),
                }
            }
        }
        None
    }

    fn add(&mut self, id: NodeId) {
        if !self.sure.contains(&id) {
            self.sure.push(id);
        }
    }

    /// The same case, in which a branch accepts.
    fn with(&self, branch: NodeId) -> Self {
        let added = |list: &[NodeId]| [list, &[branch]].concat();
        Self {
            sure: added(&self.sure),
            all: self.all.clone(),
            branches: added(&self.branches),
        }
    }

    /// The schemas of a member.
    fn member(&self, graph: &Graph, name: &str) -> Given {
        let sure = Naming::of(graph, &self.sure, name, Vec::new()).below;
        let may = graph.part(&self.all, &Step::Key(name.into()));
        Given {
            may: [&*sure, &*may].concat(),
            sure,
        }
    }

    /// The schemas of the first element.
    fn element(&self, graph: &Graph) -> Given {
        let sure = self.sure.iter();
        let sure: Vec<NodeId> = sure
            .filter_map(|id| graph.node(*id).element_schema(0))
            .collect();
        let may = graph.part(&self.all, &Step::Any);
        Given {
            may: [&*sure, &*may].concat(),
            sure,
        }
    }

    fn required<'g>(&self, described: Described<'g>) -> impl Iterator<Item = &'g str> {
        let graph = described.graph;
        let required = self
            .sure
            .iter()
            .flat_map(|id| &graph.node(*id).object.required);
        let required = required.filter(move |name| name.holds_on(Some(described.side)));
        required.map(|required| &*required.name)
    }

    /// Whether a member with this name is a mismatch, whatever its value.
    fn never_name(&self, graph: &Graph, name: &str) -> bool {
        let mut all = self.all.iter();
        self.names_some(graph) && all.all(|id| !may_name(graph, *id, name))
    }

    /// Whether undeclared members are mismatches.
    fn names_some(&self, graph: &Graph) -> bool {
        self.sure.iter().map(|id| graph.node(*id)).any(|node| {
            let closed = node.object.additional.map(|rest| graph.node(rest).never);
            node.object.names_properties() || closed == Some(true)
        })
    }

    /// The accepted strings, if they are listed.
    fn listed<'g>(&self, graph: &'g Graph) -> Option<Vec<&'g str>> {
        self.sure.iter().find_map(|id| {
            let node = graph.node(*id);
            match (&node.constant, &node.values) {
                (Some(constant), _) => Some(constant.as_str().into_iter().collect()),
                (None, Some(values)) => Some(values.strings().collect()),
                (None, None) => None,
            }
        })
    }
}

fn unions(node: &Node) -> impl Iterator<Item = &[NodeId]> {
    let unions = [&*node.any_of, &*node.one_of].into_iter();
    unions.filter(|branches| !branches.is_empty())
}

/// Whether no array or object is accepted by both branches.
fn never_accept_together(schema: Described<'_>, left: NodeId, right: NodeId) -> bool {
    let graph = schema.graph;
    let kinds = [Kind::Array, Kind::Object].into_iter();
    let mut kinds = kinds.filter(|kind| holds(graph, &[left, right], *kind));
    kinds.all(|kind| {
        let mut search = Search::new(schema, schema, Means::Accept);
        let cases = |branch| Schemas::cases(graph, Given::schema(branch), kind);
        search.all_differ(kind, &cases(left), &cases(right), DEPTH)
    })
}

/// Whether a payload that branch `old` of a union at the root accepts, but `new` does not, would need an
/// undeclared member to be accepted by `new`.
fn would_be_strange(schema: Described<'_>, old: NodeId, new: NodeId) -> bool {
    let graph = schema.graph;
    let is_object = !holds(graph, &[old, new], Kind::Array);
    let names_some = Schemas::cases(graph, Given::schema(old), Kind::Object)
        .iter()
        .all(|case| case.names_some(graph));
    // `new` is left out as a branch, but not where it applies for another reason.
    let new_node = graph.node(new);
    let others = graph.closure(&[schema.node], |branch| !std::ptr::eq(branch, new_node));
    let has_unnamed = |case: &Schemas| {
        let mut required = case.required(schema);
        required.any(|name| others.iter().all(|id| !may_name(graph, *id, name)))
    };
    let mut cases = Schemas::cases(graph, Given::schema(new), Kind::Object).into_iter();
    is_object && names_some && cases.all(|case| has_unnamed(&case))
}

/// Whether a schema may declare a member, or constrains undeclared ones.
fn may_name(graph: &Graph, schema: NodeId, name: &str) -> bool {
    let node = graph.node(schema);
    let rules = &node.object;
    let rest = rules.additional.iter().chain(&rules.unevaluated);
    let mut rest = rest.map(|id| graph.node(*id));
    node.named_schemas(name).next().is_some()
        || rules
            .required
            .iter()
            .any(|required| *required.name == *name)
        || rest.any(|rest| !rest.never && !rest.is_open())
}

/// Whether a payload that agrees with a schema also agrees if only the first elements of its arrays are kept.
///
/// This may not hold if a schema is tested for acceptance and inspects elements.
pub(crate) fn agrees_by_its_head(schema: Described<'_>) -> bool {
    let graph = schema.graph;
    let at_root = graph.closure(&[schema.node], |_| true);
    let within = reached(graph, vec![schema.node]);
    within.into_iter().all(|id| {
        let node = graph.node(id);
        let mut checks = node.checks.iter();
        let conditional = node.conditional.iter().map(|of| of.condition);
        let mapped = node.discriminator.iter();
        let mapped = mapped.flat_map(|discriminator| discriminator.mapping.iter());
        let mapped = mapped.filter(|_| unions(node).next().is_none());
        let asked = node.not.into_iter().chain(conditional);
        let mut asked = asked.chain(mapped.map(|(_, id)| *id));
        node.array.contains.is_none()
            && node.array.unevaluated.is_none()
            && !lists_arrays(node)
            && checks.all(|check| check.kind != Kind::Array || check.keyword == "uniqueItems")
            && !asked.any(|id| looks_at_elements(graph, id))
            && unions(node).all(|branches| is_told(schema, branches, at_root.contains(&id)))
    })
}

/// Whether the same branches of a union accept a value that agrees and its head (the first elements of its
/// arrays).
fn is_told(schema: Described<'_>, branches: &[NodeId], is_at_root: bool) -> bool {
    // A shortened array may be accepted where the whole array is not.
    let looking = branches
        .iter()
        .filter(|branch| looks_at_elements(schema.graph, **branch));
    let mut pairs = looking.flat_map(|new| branches.iter().map(move |old| (*old, *new)));
    pairs.all(|(old, new)| {
        old == new
            || never_accept_together(schema, old, new)
            || (is_at_root && would_be_strange(schema, old, new))
    })
}

/// Whether a schema inspects the elements of an array anywhere in a value.
fn looks_at_elements(graph: &Graph, schema: NodeId) -> bool {
    let reached = reached(graph, vec![schema]);
    let mut nodes = reached.into_iter().map(|id| graph.node(id));
    nodes.any(|node| {
        let array = &node.array;
        !array.prefix.is_empty()
            || array.items.is_some()
            || array.unevaluated.is_some()
            || array.contains.is_some()
            || node.checks.iter().any(|check| check.kind == Kind::Array)
            || lists_arrays(node)
    })
}

/// Whether a constant or enum contains an array, or a value that may contain one.
fn lists_arrays(node: &Node) -> bool {
    let holds = |value: &serde_json::Value| value.is_array() || value.is_object();
    let mut listed = node.values.iter().flat_map(|values| &values.all);
    listed.any(holds) || node.constant.as_deref().is_some_and(holds)
}

/// Some schemas, and all that they apply to a value or to a part of it.
fn reached(graph: &Graph, mut reached: Vec<NodeId>) -> Vec<NodeId> {
    let mut known: FxHashSet<NodeId> = reached.iter().copied().collect();
    let mut next = 0;
    while let Some(&id) = reached.get(next) {
        next += 1;
        let node = graph.node(id);
        let (object, array) = (&node.object, &node.array);
        let same = graph.closure(&[id], |_| true);
        let members = object.properties.values().copied();
        let members = members.chain(object.patterns.iter().map(|(_, id)| *id));
        let members = members.chain(object.additional).chain(object.unevaluated);
        let elements = array.prefix.iter().copied().chain(array.items);
        let elements = elements.chain(array.unevaluated);
        let elements = elements.chain(array.contains.map(|contains| contains.node));
        for id in same
            .into_iter()
            .chain(node.not)
            .chain(members)
            .chain(elements)
        {
            if known.insert(id) {
                reached.push(id);
            }
        }
    }
    reached
}

#[cfg(test)]
mod tests;
