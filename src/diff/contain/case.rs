//! The left side of a containment, split into cases: each is one alternative with everything known about its
//! values.

use std::sync::Arc;

use serde_json::{Number, Value};

use crate::json::Kind;
use crate::location::Side;
use crate::schema::{Node, NodeId};
use crate::schema::Assertion;

use super::kinds::Kinds;
use super::listing::listed_by;
use super::range::{Range, bounds_of, common_multiple, divides, integer};
use super::value::are_equal;
use super::{Scope, accepts};

/// The limit on cases; beyond it, unions are not split.
const CASES: usize = 48;

/// The limit for the first union: a union may have hundreds of variants, which tags tell apart.
const VARIANTS: usize = 600;

/// The largest `oneOf` for which the exclusion of the other branches is recorded.
const EXCLUSIVE: usize = 8;

/// One alternative: its values satisfy every schema of `nodes` and none of `nots`. Nothing else is known
/// about them, so whatever follows from a case holds for all its values.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) nodes: Vec<NodeId>,
    pub(super) nots: Vec<NodeId>,
    /// The kinds of its values.
    pub(super) kinds: Kinds,
    /// Members known to be present, with their only value.
    pub(super) pins: Vec<(Arc<str>, Value)>,
    /// Members known to be present, and members known to be absent.
    pub(super) present: Vec<Arc<str>>,
    pub(super) absent: Vec<Arc<str>>,
    /// Known limits on the lengths of values of a kind.
    pub(super) spans: Vec<(Kind, u64, Option<u64>)>,
    /// Bounds that follow from exclusions: `not: {minimum: 2}` leaves numbers below 2.
    bounds: Vec<(&'static str, Number)>,
}

/// A case with the schemas that still have to be added to it.
struct Partial {
    case: Case,
    open: Vec<NodeId>,
}

/// Splits the conjunction of schemas into cases.
pub(super) fn cases(graph: Scope<'_>, nodes: &[NodeId]) -> Vec<Case> {
    let start = Partial {
        case: Case {
            nodes: Vec::new(),
            nots: Vec::new(),
            kinds: Kinds::ALL,
            pins: Vec::new(),
            present: Vec::new(),
            absent: Vec::new(),
            spans: Vec::new(),
            bounds: Vec::new(),
        },
        open: nodes.to_vec(),
    };
    let mut partial = vec![start];
    let mut done = Vec::new();
    while let Some(mut next) = partial.pop() {
        let Some(id) = next.open.pop() else {
            done.push(next.case);
            continue;
        };
        if next.case.nodes.contains(&id) {
            partial.push(next);
            continue;
        }
        let node = graph.node(id);
        let case = &mut next.case;
        case.nodes.push(id);
        match node.not.map(|not| graph.node(graph.resolve(not))) {
            // A double negation cancels out.
            Some(not) if not.excludes_only() => next.open.extend(not.not),
            _ => case.nots.extend(node.not),
        }
        if node.never {
            continue;
        }
        if let Some(types) = node.types {
            case.kinds = case.kinds.and(Kinds::of(types));
        }
        if case.kinds.is_empty() {
            continue;
        }
        next.open.extend(node.reference);
        next.open.extend(node.all_of.iter().copied());
        let may_split = partial.len() + done.len() < CASES;
        let mut ways = vec![next];
        let lists = union_of_lists(graph, node).is_some();
        for (branches, is_one) in [(node.any_of_branches(), false), (node.one_of_branches(), true)] {
            let is_only = ways.len() == 1 && partial.is_empty() && done.len() < CASES;
            let most = if is_only { VARIANTS } else { CASES };
            if !lists && !branches.is_empty() && may_split && ways.len() * branches.len() <= most {
                ways = ways
                    .iter()
                    .flat_map(|way| {
                        branches.iter().map(|branch| {
                            let mut open = way.open.clone();
                            open.push(*branch);
                            let mut case = way.case.clone();
                            if is_one && branches.len() <= EXCLUSIVE {
                                // Exactly one branch holds, so the others do not.
                                let others = branches.iter().filter(|other| *other != branch);
                                case.nots.extend(others);
                                let is_twice = branches.iter().filter(|b| *b == branch).count() > 1;
                                case.nots.extend(is_twice.then_some(*branch));
                            }
                            Partial { case, open }
                        })
                    })
                    .collect();
            }
        }
        if let Some(conditional) = node.conditional
            && may_split
        {
            ways = ways
                .iter()
                .flat_map(|way| {
                    let mut met = way.open.clone();
                    met.push(conditional.condition);
                    met.extend(conditional.then);
                    let mut unmet = way.open.clone();
                    unmet.extend(conditional.otherwise);
                    let mut other = way.case.clone();
                    other.nots.push(conditional.condition);
                    let case = way.case.clone();
                    [
                        Partial { case, open: met },
                        Partial {
                            case: other,
                            open: unmet,
                        },
                    ]
                })
                .collect();
        }
        partial.append(&mut ways);
    }
    for case in &mut done {
        case.tighten(graph);
    }
    done.retain(|case| !case.kinds.is_empty());
    done
}

impl Case {
    pub(super) fn nodes_in<'g>(&self, graph: Scope<'g>) -> impl Iterator<Item = &'g Node> {
        self.nodes.iter().map(move |id| graph.node(*id))
    }

    /// The same case restricted to some kinds of values.
    pub(super) fn only(&self, kinds: Kinds) -> Self {
        Self {
            kinds: self.kinds.and(kinds),
            ..self.clone()
        }
    }

    /// Excludes the values that some other schemas accept.
    pub(super) fn exclude(&mut self, graph: Scope<'_>, nots: &[NodeId]) {
        self.nots.extend(nots);
        self.tighten(graph);
    }

    /// Removes the kinds of which an excluded type, or a divisor, leaves no value.
    fn tighten(&mut self, graph: Scope<'_>) {
        for not in &self.nots {
            let node = graph.node(graph.resolve(*not));
            if let Some(types) = node.types.filter(|_| says_type_only(node)) {
                let taken = Kinds::of(types);
                self.kinds = self.kinds.without(taken);
            }
            if node.is_open() {
                self.kinds = self.kinds.without(Kinds::ALL);
            }
        }
        for not in self.nots.clone() {
            let node = graph.node(graph.resolve(not));
            if let [check] = node.checks.as_slice()
                && says_checks_only(node)
                && let Value::Number(limit) = &check.argument
            {
                let complement = match check.keyword {
                    "minimum" => "exclusiveMaximum",
                    "maximum" => "exclusiveMinimum",
                    "exclusiveMinimum" => "maximum",
                    "exclusiveMaximum" => "minimum",
                    _ => continue,
                };
                self.kinds = self.kinds.and(Kinds::NUMBER);
                self.bounds.push((complement, limit.clone()));
            }
        }
        if self
            .divisors(graph)
            .iter()
            .any(|divisor| integer(divisor).is_some())
        {
            self.kinds = self.kinds.without(Kinds::FRACTION);
        }
    }

    /// The values, if `enum` or `const` lists them or there are only a few: those that the rest of the case
    /// accepts.
    pub(super) fn listed(&self, graph: Scope<'_>) -> Option<Vec<Value>> {
        self.listed_as(graph, |kind| self.few(graph, kind))
    }

    /// The same for values without parts; `None` if the case also has arrays or objects.
    fn listed_scalars(&self, graph: Scope<'_>) -> Option<Vec<Value>> {
        let few = |kind: Kinds| match kind {
            Kinds::ARRAY | Kinds::OBJECT => None,
            kind => self.few(graph, kind),
        };
        let has_parts = |value: &Value| value.is_object() || value.is_array();
        self.listed_as(graph, few)
            .filter(|values| !values.iter().any(has_parts))
    }

    fn listed_as(
        &self,
        graph: Scope<'_>,
        few: impl Fn(Kinds) -> Option<Vec<Value>>,
    ) -> Option<Vec<Value>> {
        let mut lists = self
            .nodes_in(graph)
            .filter_map(|node| match (&node.constant, &node.values) {
                (Some(constant), _) => Some(std::slice::from_ref(&**constant)),
                (None, Some(values)) => Some(values.all.as_slice()),
                (None, None) => None,
            });
        let unions = || {
            let mut nodes = self.nodes_in(graph);
            nodes.find_map(|node| union_of_lists(graph, node))
        };
        let list = lists.next().map(<[Value]>::to_vec).or_else(unions);
        let values: Vec<Value> = match list {
            Some(list) => list,
            None => {
                let kinds = Kinds::EACH.into_iter().filter(|kind| self.kinds.has(*kind));
                let mut values = Vec::new();
                for kind in kinds {
                    values.extend(few(kind)?);
                }
                values
            }
        };
        let is_left = |value: &Value| {
            Kinds::of_value(value).within(self.kinds)
                && self.nodes.iter().all(|node| accepts(graph, *node, value))
                && !self.nots.iter().any(|not| accepts(graph, *not, value))
                && self
                    .pins
                    .iter()
                    .all(|(name, pin)| value.get(&**name).is_some_and(|own| are_equal(own, pin)))
        };
        Some(values.into_iter().filter(is_left).collect())
    }

    /// Every value of a kind, if there are only a few. Values that the rest of the case rejects are removed
    /// later.
    fn few(&self, graph: Scope<'_>, kind: Kinds) -> Option<Vec<Value>> {
        let has_no_length = |kind| self.lengths(graph, kind).1 == Some(0);
        match kind {
            Kinds::NULL => Some(vec![Value::Null]),
            Kinds::BOOLEAN => Some(vec![true.into(), false.into()]),
            Kinds::WHOLE => self.few_integers(graph),
            Kinds::STRING => has_no_length(Kind::String).then(|| vec!["".into()]),
            Kinds::ARRAY => has_no_length(Kind::Array).then(|| vec![Value::Array(Vec::new())]),
            Kinds::OBJECT => self.small_objects(graph),
            _ => None,
        }
    }

    /// Every object of a closed case whose members are listed, if there are only a few.
    fn small_objects(&self, graph: Scope<'_>) -> Option<Vec<Value>> {
        const MOST: usize = 64;
        let is_never =
            |id: Option<NodeId>| id.is_some_and(|id| graph.node(graph.resolve(id)).never);
        // The empty object only: due to a limit on the count, or because no name is allowed.
        let has_none = self.lengths(graph, Kind::Object).1 == Some(0)
            || self
                .nodes_in(graph)
                .any(|node| is_never(node.object.property_names));
        if has_none {
            return Some(vec![Value::Object(serde_json::Map::new())]);
        }
        let is_closed = self.listed_names(graph).is_some()
            || self
                .nodes_in(graph)
                .any(|node| node.object.patterns.is_empty() && is_never(node.object.additional));
        if !is_closed {
            return None;
        }
        let mut objects = vec![serde_json::Map::new()];
        for name in self.names(graph) {
            let mut values = Vec::new();
            // Does not recurse into parts of parts, because a tree would lead back to itself.
            for case in cases(graph, &self.property(graph, &name)) {
                values.extend(case.listed_scalars(graph)?);
            }
            let without = match self.requires(graph, &name) {
                true => Vec::new(),
                false => objects.clone(),
            };
            if objects.len() * (values.len() + 1) > MOST {
                return None;
            }
            objects = objects
                .iter()
                .flat_map(|object| {
                    values.iter().map(|value| {
                        let mut larger = object.clone();
                        larger.insert(name.to_string(), value.clone());
                        larger
                    })
                })
                .collect();
            objects.extend(without);
        }
        Some(objects.into_iter().map(Value::Object).collect())
    }

    /// The integers of the case, if there are only a few. Values that the rest of the case rejects are
    /// removed later.
    fn few_integers(&self, graph: Scope<'_>) -> Option<Vec<Value>> {
        const MOST: i128 = 64;
        let (Some(lower), Some(upper)) = self.range(graph).integer_bounds() else {
            return None;
        };
        if upper - lower >= MOST {
            return None;
        }
        let integers = (lower..=upper).map(|integer| i64::try_from(integer).ok().map(Value::from));
        integers.collect()
    }

    pub(super) fn range(&self, graph: Scope<'_>) -> Range {
        let mut range = Range::default();
        for check in self.nodes_in(graph).flat_map(|node| &node.checks) {
            if let Value::Number(limit) = &check.argument {
                range.narrow(check.keyword, limit);
            }
            for (keyword, limit) in bounds_of(check).into_iter().flatten() {
                range.narrow(keyword, &limit);
            }
        }
        for (keyword, limit) in &self.bounds {
            range.narrow(keyword, limit);
        }
        range
    }

    fn divisors(&self, graph: Scope<'_>) -> Vec<Number> {
        let checks = self.nodes_in(graph).flat_map(|node| &node.checks);
        let divisors = checks.filter(|check| check.keyword == "multipleOf");
        divisors
            .filter_map(|check| match &check.argument {
                Value::Number(divisor) => Some(divisor.clone()),
                _ => None,
            })
            .collect()
    }

    /// Whether every number of the case is a multiple of `divisor`.
    pub(super) fn is_multiple(&self, graph: Scope<'_>, divisor: &Number) -> bool {
        let is_one = integer(divisor) == Some(1);
        (is_one && !self.kinds.has(Kinds::FRACTION))
            || self.divisors(graph).iter().any(|known| divides(divisor, known))
            || common_multiple(&self.divisors(graph)).is_some_and(|known| divides(divisor, &known))
            // Integers are multiples of 1, and therefore of 0.5.
            || (!self.kinds.has(Kinds::FRACTION) && divides(divisor, &Number::from(1)))
    }

    /// The allowed lengths of values of a kind.
    pub(super) fn lengths(&self, graph: Scope<'_>, kind: Kind) -> (u64, Option<u64>) {
        let lengths = || {
            let all = self.nodes_in(graph).flat_map(|node| &node.lengths);
            all.filter(move |length| length.kind == kind)
        };
        let spans = || self.spans.iter().filter(move |(of, ..)| *of == kind);
        let contains = || {
            let nodes = self.nodes_in(graph).filter(move |_| kind == Kind::Array);
            nodes.filter_map(|node| node.array.contains)
        };
        let lower = lengths().filter(|l| !l.is_maximum).map(|l| l.limit);
        let lower = lower
            .chain(spans().map(|(_, lower, _)| *lower))
            .chain(contains().map(|contains| contains.minimum))
            .max();
        let upper = lengths().filter(|l| l.is_maximum).map(|l| l.limit);
        let of_any =
            contains().filter(|contains| graph.node(graph.resolve(contains.node)).is_open());
        let upper = upper
            .chain(spans().filter_map(|(_, _, upper)| *upper))
            .chain(of_any.filter_map(|contains| contains.maximum))
            .min();
        let closed = self
            .nodes_in(graph)
            .filter(|_| kind == Kind::Array)
            .filter_map(|node| {
                // The array ends before the first element that cannot exist.
                let never = |id: &NodeId| graph.node(graph.resolve(*id)).never;
                let closed = node.array.prefix.iter().position(never);
                let rest = node
                    .array
                    .items
                    .filter(never)
                    .map(|_| node.array.prefix.len());
                closed.or(rest).map(|length| length as u64)
            });
        (lower.unwrap_or(0), upper.into_iter().chain(closed).min())
    }

    /// Whether a schema of the case has this keyword with this argument.
    pub(super) fn checks(&self, graph: Scope<'_>, keyword: &str, argument: &Value) -> bool {
        let mut checks = self.nodes_in(graph).flat_map(|node| &node.checks);
        checks.any(|check| check.keyword == keyword && check.argument == *argument)
    }

    /// The number of element positions that the schemas of the case distinguish.
    pub(super) fn positions(&self, graph: Scope<'_>) -> usize {
        let positions = self.nodes_in(graph).map(|node| node.array.prefix.len());
        positions.max().unwrap_or(0)
    }

    /// The schemas of the element at a position.
    pub(super) fn element(&self, graph: Scope<'_>, index: usize) -> Vec<NodeId> {
        self.nodes_in(graph)
            .filter_map(|node| node.element_schema(index))
            .collect()
    }

    /// Whether all objects of the case have a property.
    pub(super) fn requires(&self, graph: Scope<'_>, name: &str) -> bool {
        const DEPTH: u8 = 4;
        self.requires_within(graph, name, DEPTH)
    }

    fn requires_within(&self, graph: Scope<'_>, name: &str, depth: u8) -> bool {
        let is_known = self.pins.iter().any(|(pin, _)| **pin == *name)
            || self.present.iter().any(|present| **present == *name)
            || self.nodes_in(graph).any(|node| {
                let mut required = node.object.required.iter();
                required.any(|required| *required.name == *name && required.holds_on(graph.side))
            });
        // The dependencies of a member that is present are present too.
        is_known
            || depth > 0
                && self.nodes_in(graph).any(|node| {
                    let mut dependencies = node.object.dependent_required.iter();
                    dependencies.any(|(trigger, needed)| {
                        needed.iter().any(|needed| **needed == *name)
                            && **trigger != *name
                            && self.requires_within(graph, trigger, depth - 1)
                    })
                })
    }

    /// The schemas of a property, if it is present.
    pub(super) fn property(&self, graph: Scope<'_>, name: &str) -> Vec<NodeId> {
        let mut schemas = Vec::new();
        for node in self.nodes_in(graph) {
            let before = schemas.len();
            schemas.extend(node.named_schemas(name));
            if schemas.len() == before {
                schemas.extend(graph.rest_of(node));
            }
        }
        schemas
    }

    /// Whether a property never occurs on this side: read-only properties in requests, write-only properties
    /// in responses.
    pub(super) fn is_of_other_side(&self, graph: Scope<'_>, name: &str) -> bool {
        let Some(side) = graph.side else {
            return false;
        };
        self.property(graph, name).iter().any(|id| {
            let mut id = *id;
            loop {
                let node = graph.node(id);
                let is_other = match side {
                    Side::Request => node.read_only,
                    Side::Response => node.write_only,
                };
                match node.reference.filter(|_| node.is_reference()) {
                    _ if is_other => return true,
                    Some(target) => id = target,
                    None => return false,
                }
            }
        })
    }

    /// The property names that the schemas of the case declare.
    pub(super) fn names(&self, graph: Scope<'_>) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = Vec::new();
        for node in self.nodes_in(graph) {
            let required = &node.object.required;
            let required = required.iter().map(|required| &required.name);
            for name in node.object.properties.keys().chain(required) {
                if !names.contains(name) {
                    names.push(Arc::clone(name));
                }
            }
        }
        let listed = self.listed_names(graph).unwrap_or_default();
        for name in listed.into_iter().chain(self.present.iter().cloned()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The only allowed member names, if `propertyNames` lists them.
    pub(super) fn listed_names(&self, graph: Scope<'_>) -> Option<Vec<Arc<str>>> {
        self.nodes_in(graph).find_map(|node| {
            let mut names = Vec::new();
            for case in cases(graph, &[node.object.property_names?]) {
                let case = case.only(Kinds::STRING);
                if !case.kinds.is_empty() {
                    let values = case.listed(graph)?;
                    names.extend(values.iter().filter_map(Value::as_str).map(Arc::from));
                }
            }
            Some(names)
        })
    }
}

/// The values of a union whose branches only list values, so that it need not be split.
fn union_of_lists(graph: Scope<'_>, node: &Node) -> Option<Vec<Value>> {
    match (node.any_of_branches(), node.one_of_branches()) {
        ([], []) => None,
        (branches, []) => listed_by(graph.graph, branches, false),
        ([], branches) => listed_by(graph.graph, branches, true),
        _ => None,
    }
}

/// Whether a schema consists of `type` only.
fn says_type_only(node: &Node) -> bool {
    says_only(node, Assertion::Type)
}

/// Whether a schema only has checks of single values.
fn says_checks_only(node: &Node) -> bool {
    says_only(node, Assertion::Check)
}

fn says_only(node: &Node, assertion: Assertion) -> bool {
    node.assertions().all(|own| own == assertion) && node.applies_nothing()
}
