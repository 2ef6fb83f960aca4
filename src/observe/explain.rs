//! How one value breaks one schema.

use std::sync::Arc;

use crate::json::{Key, Value};
use crate::location::{Pointer, Side};
use crate::schema::{Graph, NodeId};

use super::deviation::DeviationKind;
use super::walk::{About, Recorder, Taken, Walk};

/// The first way in which a value breaks a schema, with the place in the value; `None` when the schema
/// accepts it. `side` is the side that the value is on, if it is on one.
#[must_use]
pub fn first_deviation(
    graph: &Graph,
    schema: NodeId,
    side: Option<Side>,
    value: Value<'_>,
) -> Option<(Pointer, DeviationKind)> {
    deviations(graph, schema, side, value, 1).into_iter().next()
}

/// The ways in which a value breaks a schema, in the order of the value; `most` of them at most.
#[must_use]
pub fn deviations(
    graph: &Graph,
    schema: NodeId,
    side: Option<Side>,
    value: Value<'_>,
    most: usize,
) -> Vec<(Pointer, DeviationKind)> {
    let few = Few {
        most,
        ..Few::default()
    };
    let mut walk = Walk::new(graph, side, few);
    walk.run(schema, value);
    walk.recorder.found
}

/// Keeps the first few deviations.
#[derive(Default)]
struct Few {
    most: usize,
    way: Vec<Pointer>,
    found: Vec<(Pointer, DeviationKind)>,
}

impl Few {
    fn here(&self) -> Pointer {
        self.way.last().cloned().unwrap_or_default()
    }
}

impl<'d> Recorder<'d> for Few {
    fn value(&mut self, _: Value<'d>, _: &[NodeId]) {}

    fn enter(&mut self, step: Taken<'d>) {
        let mut pointer = self.here();
        match step {
            Taken::Key(key) | Taken::Data(key) => pointer.push_key(&key.name()),
            Taken::Index(index) => pointer.push_index(index),
        }
        self.way.push(pointer);
    }

    fn leave(&mut self) {
        self.way.pop();
    }

    fn deviation(
        &mut self,
        _: NodeId,
        kind: DeviationKind,
        about: About<'d>,
        _: Option<&Arc<str>>,
    ) {
        if !self.is_done() {
            let mut pointer = self.here();
            if let About::Member(key, _) = about {
                pointer.push_key(&key.name());
            }
            self.found.push((pointer, kind));
        }
    }

    fn undeclared(&mut self, _: NodeId, _: Key<'d>, _: Value<'d>) {}

    fn beyond_enum(&mut self, _: NodeId, _: Value<'d>) {}

    fn misdirected(&mut self, _: NodeId, _: Key<'d>, _: Value<'d>) {}

    fn variant(&mut self, _: NodeId) {}

    fn is_done(&self) -> bool {
        self.found.len() >= self.most
    }
}
