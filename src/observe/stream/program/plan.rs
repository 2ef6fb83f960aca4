//! What the schemas that apply to a value together require of it, computed once.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::json::{TapeDocument, Kind};
use crate::location::Side;
use crate::schema::{Dialect, Evaluated, Graph, Node, NodeId};

use crate::observe::stream::count::fault::Fault;
use crate::observe::stream::lex::literal::Literal;
use crate::observe::stream::lex::scan;

/// Members that have a bit of their own.
pub(crate) const MEMBERS: usize = 256;

/// How the schemas that apply to a value are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// They are the same for every value.
    Fixed,
    /// The value decides, because there are branches or conditions.
    Chosen,
    /// Something here cannot be streamed: the whole value is walked on a tape.
    Tape,
}

/// A fast path for the most common strings at a place. Every other string takes the slow path.
#[derive(Debug)]
pub(crate) enum Usual {
    /// Any string is accepted, and none is counted.
    Any,
    /// A constant that is written without escapes: its text with both quotes.
    Constant(Literal),
    /// One enum of strings, which are counted.
    Listed,
    /// A date-time, and whether its spelling is counted.
    Time(bool),
    /// There is no fast path.
    None,
}

/// The numbers without fraction and exponent that pass all rules about the number itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Integers {
    /// All of them, however long.
    Any,
    /// Those in this range; numbers longer than 64 bits have to be checked.
    Within(RangeInclusive<i64>),
    /// Each number has to be checked.
    Ask,
}

impl Integers {
    /// Those that both accept.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Ask, _) | (_, Self::Ask) => Self::Ask,
            (Self::Any, same) | (same, Self::Any) => same,
            (Self::Within(one), Self::Within(other)) => {
                Self::Within(*one.start().max(other.start())..=*one.end().min(other.end()))
            }
        }
    }
}

/// What a set of schemas requires of a value.
#[derive(Debug)]
pub(crate) struct Plan {
    /// The schemas, before the ones that they apply are added.
    pub(crate) given: Box<[NodeId]>,
    /// Every schema that applies, where [`Reach::Fixed`].
    pub(crate) nodes: Box<[NodeId]>,
    pub(crate) reach: Reach,
    /// By kind of value: the schemas that may reject a value of this kind itself, not its parts.
    pub(crate) asserting: [Box<[NodeId]>; 6],
    /// The numbers without fraction and exponent that are accepted without further checks.
    pub(crate) integers: Integers,
    pub(crate) usual: Usual,
    /// The schemas with an enum that holds strings.
    pub(crate) listing: Box<[NodeId]>,
    /// The schemas whose format has several spellings, with that format.
    pub(crate) spelled: Box<[(NodeId, Box<str>)]>,
    /// The required names, with the schema and the index in its list.
    pub(crate) required: Box<[(NodeId, u16, Arc<str>)]>,
    /// The names in `dependentRequired`.
    pub(crate) dependents: Box<[Arc<str>]>,
    /// The first schema that declares properties.
    pub(crate) named_by: Option<NodeId>,
    /// The number of elements that have a schema of their own.
    pub(crate) prefix: usize,
    /// The schemas with `contains`.
    pub(crate) containing: Box<[NodeId]>,
    pub(crate) leftovers: Leftovers,
}

/// `unevaluatedProperties` and `unevaluatedItems`: each with its schema, its argument, and what that schema
/// evaluates.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct Leftovers {
    pub(crate) members: Vec<(NodeId, NodeId, Evaluated)>,
    pub(crate) elements: Vec<(NodeId, NodeId, Evaluated)>,
}

impl Leftovers {
    /// Those of the schemas that apply to a value; `edges` says which schema applied which.
    pub(crate) fn of(graph: &Graph, nodes: &[NodeId], edges: &[(NodeId, NodeId)]) -> Self {
        let of = |argument: fn(&Node) -> Option<NodeId>| {
            let with = nodes
                .iter()
                .filter_map(|id| Some((*id, argument(graph.node(*id))?)));
            let with = with.map(|(id, rest)| (id, rest, Evaluated::along(id, edges)));
            with.collect()
        };
        Self {
            members: of(|node| node.object.unevaluated),
            elements: of(|node| node.array.unevaluated),
        }
    }

    /// Whether elements have to be checked to find out what evaluates them.
    fn ask_elements(&self, graph: &Graph) -> bool {
        let mut all = self.elements.iter();
        all.any(|(_, _, evaluated)| evaluated.has_contains(graph))
    }
}

/// Whether a schema has `unevaluatedProperties` or `unevaluatedItems`.
pub(crate) fn has_leftovers(node: &Node) -> bool {
    node.object.unevaluated.is_some() || node.array.unevaluated.is_some()
}

impl Plan {
    /// The plan for schemas before anything is decided.
    pub(crate) fn new(graph: &Graph, side: Option<Side>, given: &[NodeId]) -> Self {
        let mut edges = Vec::new();
        let (nodes, reach) = expand(graph, given, &mut edges);
        let leftovers = match reach {
            Reach::Fixed => Leftovers::of(graph, &nodes, &edges),
            Reach::Chosen | Reach::Tape => Leftovers::default(),
        };
        Self::of(graph, side, given, nodes, reach, leftovers)
    }

    /// The plan for all schemas that apply to a value.
    pub(crate) fn chosen(
        graph: &Graph,
        side: Option<Side>,
        nodes: Vec<NodeId>,
        leftovers: Leftovers,
    ) -> Self {
        let given = nodes.clone();
        Self::of(graph, side, &given, nodes, Reach::Fixed, leftovers)
    }

    fn of(
        graph: &Graph,
        side: Option<Side>,
        given: &[NodeId],
        nodes: Vec<NodeId>,
        reach: Reach,
        leftovers: Leftovers,
    ) -> Self {
        let each = || nodes.iter().map(|id| (*id, graph.node(*id)));
        let asserting = Kind::ALL.map(|kind| {
            each()
                .filter(|(_, node)| may_reject(node, kind))
                .map(|(id, _)| id)
                .collect()
        });
        let holds_strings = |node: &Node| {
            let values = node.values.as_ref();
            values.is_some_and(|values| values.strings().next().is_some())
        };
        let listing = each().filter(|(_, node)| holds_strings(node));
        let spelled = each().filter_map(|(id, node)| {
            let (format, _) = node.expected_spelling()?;
            // Other formats have only one spelling.
            matches!(format, "date-time" | "time").then(|| (id, format.into()))
        });
        let mut required = Vec::new();
        for (id, node) in each() {
            for (index, name) in node.object.required.iter().enumerate() {
                if name.holds_on(side) {
                    required.push((id, small(index), Arc::clone(&name.name)));
                }
            }
        }
        let mut dependents: Vec<Arc<str>> = Vec::new();
        for (_, node) in each() {
            for (name, needed) in &node.object.dependent_required {
                dependents.extend([name].into_iter().chain(needed).cloned());
            }
        }
        let has_many_names = required.len() + dependents.len() > MEMBERS / 2;
        let reach = match has_many_names || leftovers.ask_elements(graph) {
            true => Reach::Tape,
            false => reach,
        };
        let containing = each().filter(|(_, node)| node.array.contains.is_some());
        let named_by = each().find(|(_, node)| node.object.names_properties());
        let prefix = each().map(|(_, node)| node.array.prefix.len());
        let integers = each().map(|(_, node)| integers_of(node));
        let integers = integers.fold(Integers::Any, Integers::and);
        let mut plan = Self {
            given: given.into(),
            reach,
            asserting,
            integers,
            usual: Usual::None,
            listing: listing.map(|(id, _)| id).collect(),
            spelled: spelled.collect(),
            required: required.into(),
            dependents: dependents.into(),
            named_by: named_by.map(|(id, _)| id),
            prefix: prefix.max().unwrap_or(0),
            containing: containing.map(|(id, _)| id).collect(),
            leftovers,
            nodes: nodes.into(),
        };
        plan.usual = plan.usual_string(graph);
        plan
    }

    fn usual_string(&self, graph: &Graph) -> Usual {
        match (&*self.asserting[Kind::String as usize], &*self.listing) {
            ([], []) if self.spelled.is_empty() => Usual::Any,
            ([only], listing) => {
                let node = graph.node(*only);
                if node.never
                    || node
                        .types
                        .is_some_and(|types| !types.may_hold(Kind::String))
                {
                    return Usual::None;
                }
                let has_lengths = node
                    .lengths
                    .iter()
                    .any(|length| length.kind == Kind::String);
                let mut checks = node.checks.iter().filter(|c| c.kind == Kind::String);
                match (&node.constant, &node.values, checks.next(), listing) {
                    (Some(constant), None, None, []) if !has_lengths => match constant.as_str() {
                        Some(text) if is_plain(text) && self.spelled.is_empty() => {
                            Usual::Constant(Literal::new(format!("\"{text}\"").as_bytes()))
                        }
                        _ => Usual::None,
                    },
                    (None, Some(_), None, [_]) if !has_lengths && self.spelled.is_empty() => {
                        Usual::Listed
                    }
                    (None, None, Some(check), []) if !has_lengths => {
                        let is_time = check.keyword == "format"
                            && check.argument.as_str() == Some("date-time")
                            && checks.next().is_none();
                        match &*self.spelled {
                            _ if !is_time => Usual::None,
                            [] => Usual::Time(false),
                            [(spelled, _)] if spelled == only => Usual::Time(true),
                            _ => Usual::None,
                        }
                    }
                    _ => Usual::None,
                }
            }
            _ => Usual::None,
        }
    }
}

/// An index as stored in a [`Fault`]. No list of a schema is too long for it.
pub(crate) fn small(index: usize) -> u16 {
    u16::try_from(index).unwrap_or(u16::MAX)
}

fn is_plain(text: &str) -> bool {
    text.bytes()
        .all(|byte| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\')
}

/// Adds every schema that the given schemas apply to the same value, whatever the value is.
fn expand(
    graph: &Graph,
    given: &[NodeId],
    edges: &mut Vec<(NodeId, NodeId)>,
) -> (Vec<NodeId>, Reach) {
    let mut nodes = given.to_vec();
    let mut reach = Reach::Fixed;
    let mut next = 0;
    while let Some(&id) = nodes.get(next) {
        next += 1;
        let node = graph.node(id);
        for &below in node.reference.iter().chain(&node.all_of) {
            edges.push((id, below));
            if !nodes.contains(&below) {
                nodes.push(below);
            }
        }
        reach = match (reach, reach_of(node)) {
            (Reach::Tape, _) | (_, Reach::Tape) => Reach::Tape,
            (Reach::Chosen, _) | (_, Reach::Chosen) => Reach::Chosen,
            (Reach::Fixed, Reach::Fixed) => Reach::Fixed,
        };
    }
    (nodes, reach)
}

/// How one schema affects finding the schemas that apply.
pub(crate) fn reach_of(node: &Node) -> Reach {
    let rules = &node.object;
    let has_branches = !node.any_of.is_empty() || !node.one_of.is_empty();
    let is_mapped = node
        .discriminator
        .as_ref()
        .is_some_and(|discriminator| !discriminator.mapping.is_empty());
    if is_mapped && (!has_branches || node.dialect == Dialect::Swagger2) {
        Reach::Tape
    } else if has_branches
        || node.conditional.is_some()
        || node.not.is_some()
        || !rules.dependent_schemas.is_empty()
    {
        Reach::Chosen
    } else {
        Reach::Fixed
    }
}

/// Whether a schema may reject a value of this kind itself, not its parts.
fn may_reject(node: &Node, kind: Kind) -> bool {
    let is_typed = node.types.is_some_and(|types| match kind {
        Kind::Number => !types.holds_fractions(),
        _ => !types.may_hold(kind),
    });
    node.never
        || is_typed
        || node.values.is_some()
        || node.constant.is_some()
        || node.checks.iter().any(|check| check.kind == kind)
        || node.lengths.iter().any(|length| length.kind == kind)
}

/// The integers that a schema accepts, if they form a range.
fn integers_of(node: &Node) -> Integers {
    if node.never
        || node
            .types
            .is_some_and(|types| !types.may_hold(Kind::Number))
        || node.values.is_some()
        || node.constant.is_some()
    {
        return Integers::Ask;
    }
    let checks = node
        .checks
        .iter()
        .filter(|check| check.kind == Kind::Number);
    let each = checks.map(|check| {
        check
            .integer_range()
            .map_or(Integers::Ask, Integers::Within)
    });
    each.fold(Integers::Any, Integers::and)
}

/// A value, as far as its own schemas have to check it.
pub(crate) enum MetValue<'t> {
    Null,
    Boolean(bool),
    /// The number as written, and whether it has neither fraction nor exponent.
    Number(&'t str, bool),
    String(&'t str),
    /// An array or object as written, and how many elements or members it has.
    Container(Kind, &'t [u8], u64),
}

impl MetValue<'_> {
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::Null => Kind::Null,
            Self::Boolean(_) => Kind::Boolean,
            Self::Number(..) => Kind::Number,
            Self::String(_) => Kind::String,
            Self::Container(kind, ..) => *kind,
        }
    }
}

/// Finds what the schemas of a plan reject in the value itself.
pub(crate) fn assess(
    graph: &Graph,
    plan: &Plan,
    met: &MetValue<'_>,
    mut fault: impl FnMut(NodeId, Fault),
) {
    let kind = met.kind();
    for &id in &plan.asserting[kind as usize] {
        let node = graph.node(id);
        if node.never {
            fault(id, Fault::Excluded);
        }
        if node.types.is_some_and(|types| !types_hold(types, met)) {
            fault(id, Fault::Type(kind));
            continue;
        }
        if !lists(node, met) {
            fault(id, Fault::Enum);
        }
        if node.constant.is_some() && !is_constant(node, met) {
            fault(id, Fault::Constant);
        }
        for (index, check) in node.checks.iter().enumerate() {
            let accepts = check.kind != kind
                || match met {
                    MetValue::String(text) => check.accepts_text(text),
                    MetValue::Number(text, true) => match parse_integer(text) {
                        Some(integer) => check
                            .accepts_integer(integer)
                            .unwrap_or_else(|| on_tape(met, |value| check.accepts(value))),
                        None => on_tape(met, |value| check.accepts(value)),
                    },
                    MetValue::Container(_, text, _)
                        if check.keyword == "uniqueItems" && are_unlike(text) =>
                    {
                        true
                    }
                    MetValue::Number(_, false) | MetValue::Container(..) => {
                        on_tape(met, |value| check.accepts(value))
                    }
                    MetValue::Null | MetValue::Boolean(_) => true,
                };
            if !accepts {
                let gives_up = matches!(met, MetValue::String(text) if check.gives_up(text));
                let of = if gives_up {
                    Fault::Undecided
                } else {
                    Fault::Check
                };
                fault(id, of(small(index)));
            }
        }
        for (index, length) in node.lengths.iter().enumerate() {
            let measured = match met {
                _ if length.kind != kind => continue,
                MetValue::String(text) => text.chars().count() as u64,
                MetValue::Container(_, _, measured) => *measured,
                MetValue::Null | MetValue::Boolean(_) | MetValue::Number(..) => continue,
            };
            if !length.allows(measured) {
                fault(id, Fault::Length(small(index)));
            }
        }
    }
}

fn types_hold(types: crate::schema::Types, met: &MetValue<'_>) -> bool {
    match met {
        MetValue::Number(_, true) => types.may_hold(Kind::Number),
        MetValue::Number(_, false) => {
            types.holds_fractions()
                || (types.may_hold(Kind::Number) && on_tape(met, |value| types.hold(value)))
        }
        _ => types.may_hold(met.kind()),
    }
}

fn lists(node: &Node, met: &MetValue<'_>) -> bool {
    node.values.as_ref().is_none_or(|values| match met {
        MetValue::String(text) => values.has_str(text),
        MetValue::Null => values.all.contains(&serde_json::Value::Null),
        MetValue::Boolean(boolean) => values.all.contains(&serde_json::Value::Bool(*boolean)),
        MetValue::Number(..) | MetValue::Container(..) => on_tape(met, |value| node.lists(value)),
    })
}

fn is_constant(node: &Node, met: &MetValue<'_>) -> bool {
    node.constant.as_ref().is_none_or(|constant| match met {
        MetValue::String(text) => constant.as_str() == Some(text),
        MetValue::Null => constant.is_null(),
        MetValue::Boolean(boolean) => constant.as_bool() == Some(*boolean),
        MetValue::Number(..) | MetValue::Container(..) => on_tape(met, |value| node.is_constant(value)),
    })
}

/// Whether an array contains a few strings without escapes, all of them different. False for any other array,
/// even if its elements are different.
fn are_unlike(array: &[u8]) -> bool {
    const MOST: usize = 16;
    let mut known: [&[u8]; MOST] = [&[]; MOST];
    let mut at = scan::space(array, 1);
    for count in 0..MOST {
        if array.get(at) != Some(&b'"') {
            return count == 0 && array.get(at) == Some(&b']');
        }
        let Ok(scanned) = scan::string(array, at + 1) else {
            return false;
        };
        let string = &array[at..scanned.end];
        if scanned.is_escaped || known[..count].contains(&string) {
            return false;
        }
        known[count] = string;
        at = scan::space(array, scanned.end);
        match array.get(at) {
            Some(b',') => at = scan::space(array, at + 1),
            other => return other == Some(&b']'),
        }
    }
    false
}

/// Checks a value on a tape of its own.
fn on_tape(met: &MetValue<'_>, ask: impl FnOnce(crate::json::Value<'_>) -> bool) -> bool {
    let text = match met {
        MetValue::Number(text, _) => text.as_bytes(),
        MetValue::Container(_, text, _) => text,
        MetValue::Null | MetValue::Boolean(_) | MetValue::String(_) => return true,
    };
    // The walk has read the value, so it is valid JSON.
    TapeDocument::parse(text).is_ok_and(|document| ask(document.root()))
}

/// An integer that fits into 64 bits, if it is short enough to be certain.
fn parse_integer(text: &str) -> Option<i64> {
    (text.len() <= 18).then(|| text.parse().ok()).flatten()
}

/// The branches of a union that may accept a value of this kind, judging by `type`, `const` and `enum`.
pub(crate) fn candidates(graph: &Graph, branches: &[NodeId], kind: Kind) -> Vec<NodeId> {
    let holds = |branch: &NodeId| graph.may_hold(*branch, kind);
    branches.iter().copied().filter(holds).collect()
}
