//! The walk: a payload against the schema graph, once.
//!
//! The walk follows the payload. At each value it holds the set of schemas that apply there, adds those that
//! they apply in turn (`$ref`, `allOf`, the branches that accept, …), and reports what it finds to a
//! [`Recorder`]. Because all schemas of a place are known together, a property is undeclared exactly if none
//! of them declares it.

pub(crate) mod deviation;
pub(crate) mod explain;
pub(crate) mod record;
pub(crate) mod variant;
use std::sync::Arc;

use crate::json::{Key, Kind, Value};
use crate::location::Side;
use crate::schema::{Dialect, Evaluated, Graph, Memo, Node, NodeId, Tagged};

use deviation::{DeviationKind, kind_of_check};
use super::routing::naming::Naming;
use variant::{Closest, OpenEnums};

/// A step from a value to one of its parts.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Taken<'d> {
    /// To a declared member.
    Key(Key<'d>),
    /// To a member whose key is data.
    Data(Key<'d>),
    /// To an element.
    Index(usize),
}

/// What a fact is about.
#[derive(Debug, Clone, Copy)]
pub(crate) enum About<'d> {
    /// The value itself.
    Value(Value<'d>),
    /// A member of the value.
    Member(Key<'d>, Value<'d>),
}

/// Receives what the walk finds, in the order of the payload.
pub(crate) trait Recorder<'d> {
    /// A value, and every schema that applies to it.
    fn value(&mut self, value: Value<'d>, applicable: &[NodeId]);
    /// Enters a part: what follows is about it, until [`leave`](Self::leave).
    fn enter(&mut self, step: Taken<'d>);
    /// Returns to the whole.
    fn leave(&mut self);
    /// A schema is violated.
    fn deviation(
        &mut self,
        node: NodeId,
        kind: DeviationKind,
        about: About<'d>,
        variant: Option<&Arc<str>>,
    );
    /// A member that no schema declares; `node` declares others.
    fn undeclared(&mut self, node: NodeId, key: Key<'d>, value: Value<'d>);
    /// A string that an enum does not list, while another branch accepts any string.
    fn beyond_enum(&mut self, node: NodeId, value: Value<'d>);
    /// A member that is `readOnly` in a request, or `writeOnly` in a response, according to `node`.
    fn misdirected(&mut self, node: NodeId, key: Key<'d>, value: Value<'d>);
    /// An object that a looser branch (`accepted`) accepts, but that looks like another one, which rejects
    /// it.
    fn lookalike(&mut self, node: NodeId, accepted: NodeId, value: Value<'d>);
    /// The branch of an `anyOf` or `oneOf` that accepted the value.
    fn variant(&mut self, node: NodeId);
    /// The value fits no branch, and is read as one of several: by its tag or its type (`is_certain`), or because
    /// it resembles that one most.
    fn reads_as(&mut self, node: NodeId, is_certain: bool) {
        let _ = (node, is_certain);
    }
    /// Whether the recorder has seen enough.
    fn is_done(&self) -> bool {
        false
    }
}

/// One walk over one payload.
pub(crate) struct Walk<'g, R> {
    graph: &'g Graph,
    pub(crate) recorder: R,
    /// Elements considered per array.
    elements: usize,
    /// Whether the walk only measures. If so, it does not measure again which variant fits best, which would
    /// take exponential time in nested unions.
    measures: bool,
    /// The variant that the current value was read as, if it fits none.
    assumed: Option<Arc<str>>,
    /// The rejecting branch that the current value looks like.
    lookalike: Option<NodeId>,
    /// Verdicts on the values of the payload.
    memo: Memo,
    /// Emptied sets, for reuse.
    spare: Vec<Vec<NodeId>>,
}

impl<'g, R> Walk<'g, R> {
    /// `side` is the side that the payload is on, if it is on one.
    pub(crate) fn new(graph: &'g Graph, side: Option<Side>, recorder: R) -> Self {
        Self {
            graph,
            recorder,
            elements: usize::MAX,
            measures: false,
            assumed: None,
            lookalike: None,
            memo: Memo::on(side),
            spare: Vec::new(),
        }
    }

    /// Whether some verdict is missing, because schemas asked each other too many times in a row.
    pub(crate) fn is_exceeded(&self) -> bool {
        self.memo.is_exceeded()
    }

    /// A walk that measures: it considers only the first few elements of each array.
    pub(crate) fn measuring(mut self, elements: usize) -> Self {
        self.elements = elements;
        self.measures = true;
        self
    }

    /// A walk below a value that was read as this variant, but does not fit it.
    pub(crate) fn reading_as(mut self, variant: Option<Arc<str>>) -> Self {
        self.assumed = variant;
        self
    }

    /// Walks a value under several schemas.
    pub(crate) fn run_all<'d>(&mut self, nodes: Vec<NodeId>, value: Value<'d>)
    where
        R: Recorder<'d>,
    {
        self.visit(value, nodes);
    }

    /// Walks a value under one schema. To be called once, because the verdicts in memory are those of one
    /// document.
    pub(crate) fn run<'d>(&mut self, node: NodeId, value: Value<'d>)
    where
        R: Recorder<'d>,
    {
        self.visit(value, vec![node]);
    }

    fn visit<'d>(&mut self, value: Value<'d>, mut applicable: Vec<NodeId>)
    where
        R: Recorder<'d>,
    {
        if self.recorder.is_done() {
            return;
        }
        let outer = self.assumed.clone();
        self.expand(value, &mut applicable);
        self.recorder.value(value, &applicable);
        for &id in &applicable {
            self.assertions(id, value);
        }
        match value.kind() {
            Kind::Object => self.members(value, &applicable),
            Kind::Array => self.elements(value, &applicable),
            Kind::Null | Kind::Boolean | Kind::Number | Kind::String => {}
        }
        self.assumed = outer;
        applicable.clear();
        self.spare.push(applicable);
    }

    /// Adds every schema that the schemas of the set apply to the same value.
    fn expand<'d>(&mut self, value: Value<'d>, applicable: &mut Vec<NodeId>)
    where
        R: Recorder<'d>,
    {
        let graph = self.graph;
        let mut next = 0;
        while let Some(&id) = applicable.get(next) {
            next += 1;
            let node = graph.node(id);
            let mut add = |id: NodeId| {
                if !applicable.contains(&id) {
                    applicable.push(id);
                }
            };
            node.reference.into_iter().for_each(&mut add);
            node.all_of.iter().copied().for_each(&mut add);
            if let Some(conditional) = node.conditional {
                if graph.accepts_with(conditional.condition, value, &self.memo) {
                    add(conditional.condition);
                    conditional.then.into_iter().for_each(&mut add);
                } else {
                    conditional.otherwise.into_iter().for_each(&mut add);
                }
            }
            for (name, dependent) in &node.object.dependent_schemas {
                if value.get(name).is_some() {
                    add(*dependent);
                }
            }
            self.discriminated(id, node, value, applicable);
            for (branches, exactly_one) in [(&node.any_of, false), (&node.one_of, true)] {
                if !branches.is_empty() {
                    for branch in self.branches(id, branches, exactly_one, value) {
                        if !applicable.contains(&branch) {
                            applicable.push(branch);
                        }
                    }
                }
            }
        }
    }

    /// Adds the schema that the discriminator of a base schema names. If there are branches, it only helps to
    /// choose one of them.
    fn discriminated<'d>(
        &mut self,
        id: NodeId,
        node: &Node,
        value: Value<'d>,
        applicable: &mut Vec<NodeId>,
    ) where
        R: Recorder<'d>,
    {
        let Some(discriminator) = &node.discriminator else {
            return;
        };
        if !node.any_of.is_empty() || !node.one_of.is_empty() || discriminator.mapping.is_empty() {
            return;
        }
        let named = value
            .members()
            .find(|(key, _)| key.is(&discriminator.property));
        let Some((key, member, tag)) =
            named.and_then(|(key, member)| Some((key, member, member.as_str()?)))
        else {
            return;
        };
        // From OpenAPI 3 on it is a hint: the named schema applies only if it accepts.
        let decides = node.dialect == Dialect::Swagger2;
        match discriminator.schema(&tag) {
            Some(schema) if applicable.contains(&schema) => {}
            Some(schema) => {
                if decides || self.graph.accepts_with(schema, value, &self.memo) {
                    applicable.push(schema);
                }
            }
            None if !decides => {}
            // The base itself may be meant.
            None if node.name.as_deref() == Some(&*tag) => {}
            None => {
                let kind = DeviationKind::Tag {
                    property: Arc::clone(&discriminator.property),
                    tags: discriminator.tags(),
                };
                self.deviation(id, kind, About::Member(key, member));
            }
        }
    }

    /// The branches to walk: those that accept, or else the one that fits best.
    fn branches<'d>(
        &mut self,
        id: NodeId,
        branches: &[NodeId],
        exactly_one: bool,
        value: Value<'d>,
    ) -> Vec<NodeId>
    where
        R: Recorder<'d>,
    {
        let graph = self.graph;
        match graph.tagged(graph.node(id), value) {
            Tagged::Branch(branch) if branches.contains(&branch) => {
                return self.tagged_branch(branch, branches, value);
            }
            Tagged::Unknown => {
                self.unknown_tag(id, value);
                return Vec::new();
            }
            Tagged::Branch(_) | Tagged::Silent => {}
        }
        let accepted: Vec<NodeId> = branches
            .iter()
            .copied()
            .filter(|branch| graph.accepts_with(*branch, value, &self.memo))
            .collect();
        if accepted.is_empty() {
            return match variant::closest(
                graph,
                id,
                branches,
                value,
                self.memo.side(),
                !self.measures,
            ) {
                Closest::Branch(best, is_choice) => {
                    if is_choice {
                        self.assumed = Some(graph.label(best).into());
                        let is_certain = variant::is_certain(graph, id, branches, best, value);
                        self.recorder.reads_as(best, is_certain);
                    }
                    vec![best]
                }
                Closest::NoType(expected) => {
                    let found = value.kind().name();
                    let kind = DeviationKind::Type { expected, found };
                    self.deviation(id, kind, About::Value(value));
                    Vec::new()
                }
                Closest::NoTag(key, member, tags) => {
                    let property = key.name().into();
                    let kind = DeviationKind::Tag { property, tags };
                    self.deviation(id, kind, About::Member(key, member));
                    Vec::new()
                }
            };
        }
        if exactly_one && accepted.len() > 1 {
            let names = accepted.iter().map(|branch| graph.label(*branch)).collect();
            let kind = DeviationKind::SeveralVariants { names };
            self.deviation(id, kind, About::Value(value));
        }
        if branches.len() > 1 {
            for &branch in &accepted {
                self.recorder.variant(branch);
            }
            if !self.measures && value.kind() == Kind::Object && accepted.len() < branches.len() {
                let side = self.memo.side();
                let found = variant::lookalike(graph, branches, &accepted, value, side);
                if let Some(branch) = found {
                    self.recorder.lookalike(branch, accepted[0], value);
                    self.lookalike = Some(branch);
                }
            }
            if let Some(text) = value.as_str()
                && let Some(open) = OpenEnums::of(graph, branches)
                && let Some(bypassed) = open.bypassed_by(graph, &text)
            {
                self.recorder.beyond_enum(bypassed, value);
            }
        }
        accepted
    }

    /// The branch that the tag of a value selects.
    fn tagged_branch<'d>(
        &mut self,
        branch: NodeId,
        branches: &[NodeId],
        value: Value<'d>,
    ) -> Vec<NodeId>
    where
        R: Recorder<'d>,
    {
        let graph = self.graph;
        if !graph.accepts_with(branch, value, &self.memo) {
            self.assumed = Some(graph.label(branch).into());
            self.recorder.reads_as(branch, true);
        } else if branches.len() > 1 {
            self.recorder.variant(branch);
        }
        vec![branch]
    }

    /// Reports a tag that selects no branch.
    fn unknown_tag<'d>(&mut self, union: NodeId, value: Value<'d>)
    where
        R: Recorder<'d>,
    {
        let Some(discriminator) = self.graph.node(union).deciding() else {
            return;
        };
        let property = &discriminator.property;
        let tag = value.members().find(|(key, _)| key.is(property));
        if let Some((key, member)) = tag {
            let kind = DeviationKind::Tag {
                property: Arc::clone(property),
                tags: discriminator.tags(),
            };
            self.deviation(union, kind, About::Member(key, member));
        }
    }

    fn deviation<'d>(&mut self, node: NodeId, kind: DeviationKind, about: About<'d>)
    where
        R: Recorder<'d>,
    {
        self.recorder
            .deviation(node, kind, about, self.assumed.as_ref());
    }

    /// What one schema asserts of the value itself.
    fn assertions<'d>(&mut self, id: NodeId, value: Value<'d>)
    where
        R: Recorder<'d>,
    {
        let graph = self.graph;
        let node = graph.node(id);
        let about = About::Value(value);
        if node.never
            || node
                .not
                .is_some_and(|not| graph.accepts_with(not, value, &self.memo))
        {
            self.deviation(id, DeviationKind::Excluded, about);
        }
        if let Some(expected) = node.types
            && !expected.hold(value)
        {
            let found = value.kind().name();
            self.deviation(id, DeviationKind::Type { expected, found }, about);
            // A value of another type violates the rest of the schema for the same reason.
            return;
        }
        if !node.lists(value) {
            let listed = node.values.as_ref().map_or(0, |values| values.all.len());
            self.deviation(id, DeviationKind::Enum { listed }, about);
        }
        if let Some(constant) = &node.constant
            && !node.is_constant(value)
        {
            let expected = constant.to_string();
            self.deviation(id, DeviationKind::Constant { expected }, about);
        }
        for check in &node.checks {
            if !check.accepts(value) {
                let gives_up = value.as_str().is_some_and(|text| check.gives_up(&text));
                self.deviation(id, kind_of_check(check, gives_up), about);
            }
        }
        for length in &node.lengths {
            if length.measure(value).is_some_and(|n| !length.allows(n)) {
                let (keyword, limit) = (length.keyword(), length.limit);
                self.deviation(id, DeviationKind::Length { keyword, limit }, about);
            }
        }
    }

    fn members<'d>(&mut self, value: Value<'d>, applicable: &[NodeId])
    where
        R: Recorder<'d>,
    {
        let graph = self.graph;
        let whole = About::Value(value);
        let nodes = || applicable.iter().map(|id| (*id, graph.node(*id)));
        for (id, node) in nodes() {
            self.presence(id, node, value, whole);
        }
        let named_by = nodes().find(|(_, node)| node.object.names_properties());
        // What the lookalike says about its members has been reported with it.
        let lookalike = self.lookalike.take();
        let lookalike = lookalike.map(|branch| variant::Names::of(graph, branch));
        let leftovers = self.leftovers(value, applicable, |node| node.object.unevaluated);
        for (key, member) in value.members() {
            let name = key.name();
            let below = self.spare.pop().unwrap_or_default();
            let mut naming = Naming::of(graph, applicable, &name, below);
            let about = About::Member(key, member);
            for id in &naming.misnamed {
                self.deviation(*id, DeviationKind::PropertyName, about);
            }
            for (id, rest, evaluated) in &leftovers {
                naming.leave(graph, &name, *id, *rest, evaluated);
            }
            for id in &naming.closed {
                self.deviation(*id, DeviationKind::Closed, about);
            }
            self.direction(&naming.below, key, member);
            if naming.is_asked(graph) {
                self.recorder.enter(if naming.is_named {
                    Taken::Key(key)
                } else {
                    Taken::Data(key)
                });
                self.visit(member, naming.below);
                self.recorder.leave();
            } else {
                let is_told = lookalike.as_ref().is_some_and(|it| it.has(graph, &name));
                if let Some((id, _)) = named_by
                    && naming.closed.is_empty()
                    && !is_told
                {
                    self.recorder.undeclared(id, key, member);
                }
                self.spare.push(naming.below);
            }
        }
    }

    /// The schemas with `unevaluated…`, each with its argument and what it evaluates.
    fn leftovers(
        &self,
        value: Value<'_>,
        applicable: &[NodeId],
        argument: impl Fn(&Node) -> Option<NodeId>,
    ) -> Vec<(NodeId, NodeId, Evaluated)> {
        let assumed = |id| applicable.contains(&id);
        applicable
            .iter()
            .filter_map(|id| {
                let rest = argument(self.graph.node(*id))?;
                let evaluated = self.graph.evaluated(*id, value, &self.memo, assumed);
                Some((*id, rest, evaluated))
            })
            .collect()
    }

    /// Reports a member that is on the wrong side.
    fn direction<'d>(&mut self, schemas: &[NodeId], key: Key<'d>, member: Value<'d>)
    where
        R: Recorder<'d>,
    {
        let found = self.graph.misdirected(self.memo.side(), schemas);
        if let Some(node) = found {
            self.recorder.misdirected(node, key, member);
        }
    }

    /// Reports required members that are missing.
    fn presence<'d>(&mut self, id: NodeId, node: &Node, value: Value<'d>, whole: About<'d>)
    where
        R: Recorder<'d>,
    {
        for required in &node.object.required {
            if required.holds_on(self.memo.side()) && value.get(&required.name).is_none() {
                let kind = DeviationKind::Missing {
                    property: Arc::clone(&required.name),
                    because: None,
                };
                self.deviation(id, kind, whole);
            }
        }
        for (because, needed) in &node.object.dependent_required {
            if value.get(because).is_none() {
                continue;
            }
            for property in needed.iter().filter(|name| value.get(name).is_none()) {
                let kind = DeviationKind::Missing {
                    property: Arc::clone(property),
                    because: Some(Arc::clone(because)),
                };
                self.deviation(id, kind, whole);
            }
        }
    }

    fn elements<'d>(&mut self, value: Value<'d>, applicable: &[NodeId])
    where
        R: Recorder<'d>,
    {
        let graph = self.graph;
        for &id in applicable {
            if let Some(contains) = graph.node(id).array.contains
                && !contains.allows(graph.count_contained(contains, value, &self.memo))
            {
                let kind = DeviationKind::Contains {
                    minimum: contains.minimum,
                    maximum: contains.maximum,
                };
                self.deviation(id, kind, About::Value(value));
            }
        }
        let leftovers = self.leftovers(value, applicable, |node| node.array.unevaluated);
        for (index, element) in value.elements().enumerate().take(self.elements) {
            let mut below = self.spare.pop().unwrap_or_default();
            for &id in applicable {
                let schema = graph.node(id).element_schema(index);
                below.extend(schema.filter(|schema| !below.contains(schema)));
            }
            for (_, rest, evaluated) in &leftovers {
                if !evaluated.has_element(graph, index, element, &self.memo)
                    && !below.contains(rest)
                {
                    below.push(*rest);
                }
            }
            if below.is_empty() {
                self.spare.push(below);
                continue;
            }
            self.recorder.enter(Taken::Index(index));
            self.visit(element, below);
            self.recorder.leave();
        }
    }
}
