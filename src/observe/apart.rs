//! Which schemas never agree with the same payload, so that one that agrees need not be measured against the
//! others.
//!
//! A payload agrees with a schema when nothing in it is strange: no deviation, and no property that the schema
//! does not name ([`Fit::is_exact`](super::fit::Fit::is_exact)).

use rustc_hash::FxHashSet;

use crate::json::Kind;
use crate::location::{Side, Step};
use crate::schema::{Graph, Node, NodeId};

use super::naming::Naming;
use super::variant::may_hold;

/// How deep two schemas are held against each other.
const DEPTH: u8 = 6;

/// Cases of one value that are looked at: for more branches it is left open which one accepts.
const CASES: usize = 16;

/// A schema of payloads on one side.
#[derive(Debug, Clone, Copy)]
pub(super) struct Described<'g> {
    pub(super) graph: &'g Graph,
    pub(super) node: NodeId,
    pub(super) side: Side,
}

/// When no payload agrees with both of two schemas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Apart {
    Always,
    /// When the array here has elements.
    Filled(Box<[Step]>),
}

/// What payloads of one kind may be that agree with a schema.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) kind: Kind,
    schemas: Schemas,
}

impl Case {
    /// The branches that accept such a payload: of each union those that are assumed to.
    pub(super) fn branches(&self) -> &[NodeId] {
        &self.schemas.branches
    }

    /// Whether a payload that agrees, and has members or elements at all, shows something of the schema.
    pub(super) fn shows(&self, graph: &Graph) -> bool {
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
pub(super) fn cases(schema: Described<'_>) -> Vec<Case> {
    let kinds = [Kind::Object, Kind::Array].into_iter();
    let kinds = kinds.filter(|kind| may_hold(schema.graph, schema.node, *kind));
    kinds
        .flat_map(|kind| {
            let cases = Schemas::cases(schema.graph, vec![schema.node], kind);
            cases.into_iter().map(move |schemas| Case { kind, schemas })
        })
        .collect()
}

/// Whether what agrees with `left`, in a case, never agrees with `right`; `None` where that is not found out.
pub(super) fn apart(left: Described<'_>, case: &Case, right: Described<'_>) -> Option<Apart> {
    if !may_hold(right.graph, right.node, case.kind) {
        return Some(Apart::Always);
    }
    let rights = Schemas::cases(right.graph, vec![right.node], case.kind);
    let mut search = Search {
        left,
        right,
        means: Means::Agree,
        way: Vec::new(),
        assumed: None,
    };
    let schemas = std::slice::from_ref(&case.schemas);
    if search.all_differ(case.kind, schemas, &rights, DEPTH) {
        return Some(Apart::Always);
    }
    search.means = Means::AgreeWhereFilled;
    match search.all_differ(case.kind, schemas, &rights, DEPTH) {
        true => search.assumed.map(Apart::Filled),
        false => None,
    }
}

/// What is known of a value.
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
}

impl Search<'_> {
    /// Whether there is no value for some schemas of the left and of the right.
    fn differ(&mut self, left: Vec<NodeId>, right: Vec<NodeId>, depth: u8) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return false;
        };
        let (l, r) = (self.left.graph, self.right.graph);
        let both = |kind: &Kind| holds(l, &left, *kind) && holds(r, &right, *kind);
        let mut kinds = Kind::ALL.into_iter().filter(both);
        let kind = match (kinds.next(), kinds.next()) {
            (None, _) => return true,
            (Some(kind), None) => kind,
            // A value of which the kind is not known says nothing.
            (Some(_), Some(_)) => return false,
        };
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
            // What agrees has nothing that its schema does not name.
            let lacks = || right.required(r).any(|name| left.never_name(l.graph, name));
            if is_strange || lacks() {
                return true;
            }
        }
        required.into_iter().any(|name| {
            let below = |graph, sure: &[NodeId]| Naming::of(graph, sure, name, Vec::new()).below;
            let (left, right) = (below(l.graph, &left.sure), below(r.graph, &right.sure));
            self.way.push(Step::Key(name.into()));
            let differ = self.differ(left, right, depth);
            self.way.pop();
            differ
        })
    }

    fn elements_differ(&mut self, left: &Schemas, right: &Schemas, depth: u8) -> bool {
        let first = |graph: &Graph, schemas: &Schemas| -> Vec<NodeId> {
            let sure = schemas.sure.iter();
            sure.filter_map(|id| graph.node(*id).element_schema(0))
                .collect()
        };
        let (l, r) = (self.left.graph, self.right.graph);
        let mut lengths = left.sure.iter().flat_map(|id| &l.node(*id).lengths);
        let is_filled = lengths.any(|length| length.kind == Kind::Array && !length.allows(0))
            || self.assumed.as_deref() == Some(&*self.way);
        if !is_filled {
            if self.means != Means::AgreeWhereFilled || self.assumed.is_some() {
                return false;
            }
            self.assumed = Some(self.way.as_slice().into());
        }
        self.way.push(Step::Any);
        let differ = self.differ(first(l, left), first(r, right), depth);
        self.way.pop();
        if !differ && !is_filled {
            self.assumed = None;
        }
        differ
    }
}

/// Whether schemas may accept values of a kind.
fn holds(graph: &Graph, schemas: &[NodeId], kind: Kind) -> bool {
    schemas.iter().all(|id| may_hold(graph, *id, kind))
}

/// The schemas of a value of one kind.
#[derive(Debug)]
struct Schemas {
    /// Those that apply.
    sure: Vec<NodeId>,
    /// Those that may apply.
    all: Vec<NodeId>,
    /// The branches of unions among the first.
    branches: Vec<NodeId>,
}

impl Schemas {
    /// What applies to a value that the given schemas accept: for each branch of a union that may be the one to
    /// accept it a case.
    fn cases(graph: &Graph, given: Vec<NodeId>, kind: Kind) -> Vec<Self> {
        let all = graph.closure(&given, |_| true);
        let mut cases = vec![Self {
            sure: given,
            all,
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

    /// Adds what applies with the schemas; the branches of a union of which it is not known which one does, if
    /// there are no more of them than there is room for.
    fn expand(&mut self, graph: &Graph, kind: Kind, room: usize) -> Option<Vec<NodeId>> {
        let mut next = 0;
        while let Some(&id) = self.sure.get(next) {
            next += 1;
            let node = graph.node(id);
            for &id in node.reference.iter().chain(&node.all_of) {
                self.add(id);
            }
            for branches in unions(node) {
                let holding = branches.iter().filter(|id| may_hold(graph, **id, kind));
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

    /// The same where a branch accepts.
    fn with(&self, branch: NodeId) -> Self {
        let added = |list: &[NodeId]| [list, &[branch]].concat();
        Self {
            sure: added(&self.sure),
            all: self.all.clone(),
            branches: added(&self.branches),
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

    /// Whether it is strange for objects to have a member with this name, whatever its value.
    fn never_name(&self, graph: &Graph, name: &str) -> bool {
        let mut all = self.all.iter();
        self.names_some(graph) && all.all(|id| !may_name(graph, *id, name))
    }

    /// Whether it is strange for objects to have members that are not named.
    fn names_some(&self, graph: &Graph) -> bool {
        self.sure.iter().map(|id| graph.node(*id)).any(|node| {
            let closed = node.object.additional.map(|rest| graph.node(rest).never);
            node.object.names_properties() || closed == Some(true)
        })
    }

    /// The strings that are accepted, if they are listed.
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

/// Whether no array or object is accepted by both of two branches.
fn never_accept_together(schema: Described<'_>, left: NodeId, right: NodeId) -> bool {
    let graph = schema.graph;
    let kinds = [Kind::Array, Kind::Object].into_iter();
    let mut kinds = kinds.filter(|kind| holds(graph, &[left, right], *kind));
    kinds.all(|kind| {
        let mut search = Search {
            left: schema,
            right: schema,
            means: Means::Accept,
            way: Vec::new(),
            assumed: None,
        };
        let cases = |branch| Schemas::cases(graph, vec![branch], kind);
        search.all_differ(kind, &cases(left), &cases(right), DEPTH)
    })
}

/// Whether a payload that a branch of a union at the root accepts, but another does not, would have a member
/// that nothing names, if that other one came to accept it.
fn would_be_strange(schema: Described<'_>, old: NodeId, new: NodeId) -> bool {
    let graph = schema.graph;
    let is_object = !holds(graph, &[old, new], Kind::Array);
    let names_some = Schemas::cases(graph, vec![old], Kind::Object)
        .iter()
        .all(|case| case.names_some(graph));
    let others = without(graph, schema.node, new);
    let has_unnamed = |case: &Schemas| {
        let mut required = case.required(schema);
        required.any(|name| others.iter().all(|id| !may_name(graph, *id, name)))
    };
    let mut cases = Schemas::cases(graph, vec![new], Kind::Object).into_iter();
    is_object && names_some && cases.all(|case| has_unnamed(&case))
}

/// Every schema that may apply to the same value as one, if a branch does not.
fn without(graph: &Graph, schema: NodeId, branch: NodeId) -> Vec<NodeId> {
    let mut found = vec![schema];
    let mut next = 0;
    while let Some(&id) = found.get(next) {
        next += 1;
        let node = graph.node(id);
        let conditional = node.conditional.iter();
        let conditional = conditional.flat_map(|of| {
            [Some(of.condition), of.then, of.otherwise]
                .into_iter()
                .flatten()
        });
        let mapped = node.discriminator.iter();
        let mapped = mapped.flat_map(|discriminator| discriminator.mapping.iter());
        let dependent = node.object.dependent_schemas.iter();
        let applied = node.reference.iter().chain(&node.all_of).copied();
        let applied = applied.chain(unions(node).flatten().copied());
        let applied = applied.chain(conditional).chain(mapped.map(|(_, id)| *id));
        for id in applied.chain(dependent.map(|(_, id)| *id)) {
            if id != branch && !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found
}

/// Whether a schema may name a member, or say something of what is not named.
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

/// Whether a payload that agrees with a schema agrees with it by the first elements of its arrays alone, too.
///
/// It might not where a schema is asked whether it accepts a value, and looks at elements to tell.
pub(super) fn agrees_by_its_head(schema: Described<'_>) -> bool {
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

/// Whether the same branches of a union accept a value that agrees and its head.
fn is_told(schema: Described<'_>, branches: &[NodeId], is_at_root: bool) -> bool {
    // Less of an array may be accepted where all of it is not.
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

/// Whether a schema looks at elements of an array anywhere in a value.
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

/// Whether an array, or what may hold one, is a constant or in an enum.
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
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::super::fit::{ELEMENTS, Fit};
    use super::super::tests::{contract_of, try_contract_of};
    use super::*;
    use crate::contract::{Contract, Payload};
    use crate::json::Document;
    use crate::schema::tests::{document, instance};

    fn described(contract: &Contract) -> Described<'_> {
        let payload = contract.operations[0].payload(Side::Response, Some(200));
        Described {
            graph: &contract.graph,
            node: payload.and_then(Payload::schema).expect("a schema"),
            side: Side::Response,
        }
    }

    fn are_apart(left: &Value, right: &Value) -> Option<Apart> {
        let (left, right) = (contract_of(left), contract_of(right));
        let (left, right) = (described(&left), described(&right));
        let cases = cases(left);
        let each: Option<Vec<Apart>> = cases.iter().map(|case| apart(left, case, right)).collect();
        let mut each = each?;
        each.sort_by_key(|apart| *apart == Apart::Always);
        each.into_iter().next()
    }

    #[test]
    fn schemas_are_told_apart_by_what_a_payload_has_to_show() {
        let named =
            |name: &str| json!({"properties": {name: {}}, "required": [name], "type": "object"});
        let tagged = |tag: &str| json!({"type": "object", "properties": {"tag": {"const": tag}}, "required": ["tag"]});
        let within = |name: &str, schema: &Value| json!({"type": "object", "properties": {name: schema}, "required": [name]});
        let list = |of: &Value| json!({"type": "array", "items": of});
        let open = json!({"type": "object"});
        let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
        let nullable = |of: &Value| json!({"anyOf": [of, {"type": "null"}]});
        let filled = |way: &[Step]| Some(Apart::Filled(way.into()));
        let data = || Step::Key("data".into());
        let table = [
            (
                json!({"type": "object"}),
                json!({"type": "array"}),
                Some(Apart::Always),
            ),
            // Each has something that the other does not name.
            (named("a"), named("b"), Some(Apart::Always)),
            // Nothing is strange to who names nothing, and anything may be a member of a map.
            (named("a"), open.clone(), None),
            (named("a"), map.clone(), None),
            (open, named("a"), None),
            (tagged("x"), tagged("y"), Some(Apart::Always)),
            (tagged("x"), tagged("x"), None),
            (
                tagged("x"),
                json!({"type": "object", "properties": {"tag": {"enum": ["y", "z"]}}}),
                Some(Apart::Always),
            ),
            (
                tagged("x"),
                json!({"type": "object", "properties": {"tag": {"enum": ["x", "z"]}}}),
                None,
            ),
            (
                within("in", &tagged("x")),
                within("in", &tagged("y")),
                Some(Apart::Always),
            ),
            (nullable(&tagged("x")), tagged("y"), Some(Apart::Always)),
            (
                nullable(&tagged("x")),
                nullable(&tagged("y")),
                Some(Apart::Always),
            ),
            (list(&tagged("x")), list(&tagged("y")), filled(&[])),
            (
                within("data", &list(&tagged("x"))),
                within("data", &list(&tagged("y"))),
                filled(&[data()]),
            ),
            (
                json!({"type": "array", "items": tagged("x"), "minItems": 1}),
                list(&tagged("y")),
                Some(Apart::Always),
            ),
            (list(&list(&tagged("x"))), list(&list(&tagged("y"))), None),
            (
                json!({"oneOf": [tagged("x"), tagged("y")]}),
                tagged("z"),
                Some(Apart::Always),
            ),
            (
                tagged("z"),
                json!({"anyOf": [tagged("x"), tagged("y")]}),
                Some(Apart::Always),
            ),
            (
                tagged("x"),
                json!({"anyOf": [tagged("x"), tagged("y")]}),
                None,
            ),
        ];
        for (left, right, expected) in table {
            assert_eq!(are_apart(&left, &right), expected, "{left} {right}");
        }
    }

    #[test]
    fn unions_that_look_at_elements_are_asked_about_whole_arrays() {
        let list = json!({"type": "array", "items": {"type": "string"}});
        let numbers = json!({"type": "array", "items": {"type": "number"}});
        let object = |name: &str, of: &Value| json!({"properties": {name: of}, "required": [name], "type": "object"});
        let table = [
            (object("a", &list), true),
            (json!({"anyOf": [list, {"type": "null"}]}), true),
            (json!({"anyOf": [list, numbers]}), false),
            // Who has both has one that nothing names.
            (
                json!({"anyOf": [object("a", &list), object("b", &list)]}),
                true,
            ),
            (
                json!({"anyOf": [object("a", &list), object("b", &list)], "properties": {"a": {}, "b": {}}}),
                false,
            ),
            (
                json!({"anyOf": [object("a", &json!({})), object("b", &json!({}))]}),
                true,
            ),
            (json!({"not": list}), false),
            (json!({"contains": {"type": "string"}}), false),
            (json!({"type": "array", "uniqueItems": true}), true),
            (json!({"const": [1, 2, 3, 4]}), false),
            (
                object("a", &json!({"if": {"items": false}, "then": {}})),
                false,
            ),
        ];
        for (schema, expected) in table {
            let contract = contract_of(&schema);
            let found = agrees_by_its_head(described(&contract));
            assert_eq!(found, expected, "{schema}");
        }
    }

    /// The same value with longer arrays.
    fn longer(value: &Value) -> Value {
        match value {
            Value::Array(elements) => {
                let elements = elements.iter().map(longer);
                let elements: Vec<Value> = elements.collect();
                json!([elements.clone(), elements.clone(), elements].concat())
            }
            Value::Object(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), longer(value)))
                .collect(),
            other => other.clone(),
        }
    }

    fn fit(contract: &Contract, document: &Document<'_>) -> Fit {
        let Described { graph, node, side } = described(contract);
        Fit::measure(graph, node, Some(side), document.root())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

        #[test]
        fn nothing_agrees_with_schemas_that_are_apart(
            schemas in (document(), document()),
            values in prop::collection::vec(instance(), 8),
        ) {
            let (Some(left), Some(right)) = (try_contract_of(&schemas.0), try_contract_of(&schemas.1)) else {
                return Ok(());
            };
            let cases = cases(described(&left));
            for value in values {
                let text = value.to_string();
                let head = Document::head(text.as_bytes(), ELEMENTS).expect("JSON");
                let mut own = cases.iter().filter(|case| case.kind == head.root().kind()).peekable();
                let are_apart = own.peek().is_some() && own.all(|case| {
                    match apart(described(&left), case, described(&right)) {
                        None => false,
                        Some(Apart::Always) => true,
                        Some(Apart::Filled(way)) => way.iter().try_fold(&value, |value, step| match step {
                            Step::Key(key) => value.get(&**key),
                            Step::Any => value.get(0),
                        }).is_some_and(|array| array.get(0).is_some()),
                    }
                });
                if are_apart {
                    let agree = [&left, &right].map(|contract| fit(contract, &head).strange == 0);
                    prop_assert_ne!(agree, [true, true], "{} {} {}", schemas.0, schemas.1, text);
                }
            }
        }

        #[test]
        fn what_agrees_agrees_by_its_head(
            schema in document(),
            values in prop::collection::vec(instance(), 8),
        ) {
            let Some(contract) = try_contract_of(&schema) else { return Ok(()) };
            let Described { graph, node, side } = described(&contract);
            if !agrees_by_its_head(described(&contract)) {
                return Ok(());
            }
            for value in values {
                let text = longer(&value).to_string();
                let whole = Document::parse(text.as_bytes()).expect("JSON");
                let head = Document::head(text.as_bytes(), ELEMENTS).expect("JSON");
                if Fit::within(graph, node, Some(side), whole.root(), (usize::MAX, u32::MAX)).strange == 0 {
                    prop_assert_eq!(fit(&contract, &head).strange, 0, "{} on {}", schema, text);
                }
            }
        }
    }
}
