//! How well a payload fits a schema, for payloads without method and URL.

use std::cmp::Ordering;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::{FxHashSet, FxHasher};

use crate::json::{Key, Value};
use crate::location::Side;
use crate::schema::{Graph, NodeId};

use crate::observe::walk::deviation::DeviationKind;
use crate::observe::walk::{About, Recorder, Taken, Walk};

/// Values of a payload that are considered.
pub(crate) const VALUES: u32 = crate::limits::MEASURED;

/// The same when testing which of several schemas a value was meant for: nested variants multiply.
const VALUES_OF_VARIANT: u32 = crate::limits::MEASURED_OF_VARIANT;

/// Elements of each array that are considered.
pub(crate) const ELEMENTS: u32 = crate::limits::MEASURED_ELEMENTS;

/// How much of a payload matches a schema. Each place counts once, however often it occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fit {
    /// Declared places with values that the schema accepts.
    pub(crate) recognised: usize,
    /// Mismatches: places that violate the schema, and properties that it does not declare.
    pub(crate) strange: usize,
    /// Whether any place violates the schema.
    pub(crate) is_broken: bool,
}

impl Fit {
    /// The fit of a payload that agrees with a schema.
    pub(crate) const EXACT: Self = Self {
        recognised: 1,
        strange: 0,
        is_broken: false,
    };

    /// Measures a payload against one schema, by the first elements of its arrays.
    pub(crate) fn measure(
        graph: &Graph,
        node: NodeId,
        side: Option<Side>,
        value: Value<'_>,
    ) -> Self {
        Self::within(graph, node, side, value, (ELEMENTS as usize, VALUES))
    }

    /// Measures a value against a schema that may not be the one it was meant for.
    pub(crate) fn of_variant(
        graph: &Graph,
        node: NodeId,
        side: Option<Side>,
        value: Value<'_>,
    ) -> Self {
        let most = (ELEMENTS as usize, VALUES_OF_VARIANT);
        Self::within(graph, node, side, value, most)
    }

    /// Considers at most this many elements of each array, and this many values.
    pub(crate) fn within(
        graph: &Graph,
        node: NodeId,
        side: Option<Side>,
        value: Value<'_>,
        (elements, values): (usize, u32),
    ) -> Self {
        let measure = Measure {
            most: values,
            ..Measure::default()
        };
        let mut walk = Walk::new(graph, side, measure).measuring(elements);
        walk.run(node, value);
        let Measure {
            seen,
            strange,
            broken,
            ..
        } = walk.recorder;
        Self {
            recognised: seen.difference(&broken).count(),
            strange,
            is_broken: !broken.is_empty(),
        }
    }

    /// Whether the payload may be meant for the schema at all: at least half of it matches, or the schema
    /// accepts it and recognises a few of its places, however much was added.
    pub(crate) fn is_likely(self) -> bool {
        let is_accepted = !self.is_broken && self.recognised >= 3;
        self.recognised > 0 && (self.recognised >= self.strange || is_accepted)
    }

    /// Whether everything in the payload matches.
    pub(crate) fn is_exact(self) -> bool {
        self.recognised > 0 && self.strange == 0
    }

    /// Orders fits, better ones as greater: by the share that matches, then by how much matches.
    pub(crate) fn compare(self, other: Self) -> Ordering {
        let cross = |a: Self, b: Self| a.recognised * (b.recognised + b.strange);
        cross(self, other)
            .cmp(&cross(other, self))
            .then(self.recognised.cmp(&other.recognised))
    }
}

/// Collects places, each as the hash of its path.
#[derive(Default)]
struct Measure {
    way: Vec<u64>,
    seen: FxHashSet<u64>,
    broken: FxHashSet<u64>,
    met: FxHashSet<u64>,
    strange: usize,
    values: u32,
    most: u32,
}

impl Measure {
    fn here(&self) -> u64 {
        self.way.last().copied().unwrap_or(0)
    }

    fn hash(&self, what: impl Hash) -> u64 {
        let mut hasher = FxHasher::default();
        (self.here(), what).hash(&mut hasher);
        hasher.finish()
    }

    fn strange(&mut self, what: impl Hash) {
        let hash = self.hash(what);
        if self.met.insert(hash) {
            self.strange += 1;
        }
    }
}

impl<'d> Recorder<'d> for Measure {
    fn value(&mut self, _: Value<'d>, _: &[NodeId]) {
        self.values += 1;
        if !self.way.is_empty() {
            self.seen.insert(self.here());
        }
    }

    fn enter(&mut self, step: Taken<'d>) {
        let below = match step {
            Taken::Key(key) => self.hash(("key", key.name())),
            Taken::Data(_) | Taken::Index(_) => self.hash("any"),
        };
        self.way.push(below);
    }

    fn leave(&mut self) {
        self.way.pop();
    }

    fn deviation(
        &mut self,
        node: NodeId,
        kind: DeviationKind,
        about: About<'d>,
        _: Option<&Arc<str>>,
    ) {
        self.broken.insert(self.here());
        let key = match about {
            About::Member(key, _) => Some(key.name()),
            About::Value(_) => None,
        };
        self.strange((node, std::mem::discriminant(&kind), detail(&kind), key));
    }

    fn undeclared(&mut self, _: NodeId, key: Key<'d>, _: Value<'d>) {
        self.strange(("undeclared", key.name()));
    }

    fn beyond_enum(&mut self, _: NodeId, _: Value<'d>) {}

    fn misdirected(&mut self, _: NodeId, _: Key<'d>, _: Value<'d>) {}

    fn lookalike(&mut self, _: NodeId, _: NodeId, _: Value<'d>) {}

    fn variant(&mut self, _: NodeId) {}

    fn is_done(&self) -> bool {
        self.values >= self.most
    }
}

/// Distinguishes deviations of one kind under one schema.
fn detail(kind: &DeviationKind) -> Option<&str> {
    match kind {
        DeviationKind::Missing { property, .. } => Some(property),
        DeviationKind::Bound { keyword, .. } | DeviationKind::Length { keyword, .. } => {
            Some(keyword)
        }
        _ => None,
    }
}
