//! How one value violates one schema.

use std::sync::Arc;

use crate::redact::sanitised;
use crate::json::{Key, Value};
use crate::location::{Pointer, Side};
use crate::schema::{Graph, NodeId};

use super::deviation::DeviationKind;
use super::{About, Recorder, Taken, Walk};

/// The first deviation of a value from a schema, with its place in the value; `None` if the schema accepts
/// it. `side` is the side that the value is on, if it is on one.
#[must_use]
pub fn first_deviation(
    graph: &Graph,
    schema: NodeId,
    side: Option<Side>,
    value: Value<'_>,
) -> Option<(Pointer, DeviationKind)> {
    deviations(graph, schema, side, value, 1).into_iter().next()
}

/// The deviations of a value from a schema, in the order of the value; at most `most` of them.
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

/// The same, and the places of undeclared members; at most `most` of each.
pub(crate) fn examined(
    graph: &Graph,
    schema: NodeId,
    side: Option<Side>,
    value: Value<'_>,
    most: usize,
) -> (Vec<(Pointer, DeviationKind)>, Vec<Pointer>) {
    let few = Few {
        most,
        names_undeclared: true,
        ..Few::default()
    };
    let mut walk = Walk::new(graph, side, few);
    walk.run(schema, value);
    (walk.recorder.found, walk.recorder.undeclared)
}

/// Summarises what is wrong with a value for a schema that it was probably meant for: deviations, and
/// undeclared members.
pub(crate) fn shortcomings(
    graph: &Graph,
    schema: NodeId,
    side: Option<Side>,
    value: Value<'_>,
) -> String {
    const MOST: usize = 3;
    let (found, undeclared) = examined(graph, schema, side, value, MOST + 1);
    let broken = found.iter().map(|(at, kind)| shortcoming(at, kind));
    let unnamed = undeclared
        .iter()
        .map(|at| format!("`{}` is not declared", dotted(at)));
    let mut words: Vec<String> = broken.chain(unnamed).collect();
    words.dedup();
    if words.len() > MOST {
        words.truncate(MOST);
        words.push("…".to_owned());
    }
    words.join(", ")
}

fn shortcoming(at: &Pointer, kind: &DeviationKind) -> String {
    let name = match at.as_str().is_empty() {
        true => "the object".to_owned(),
        false => format!("`{}`", dotted(at)),
    };
    match kind {
        DeviationKind::Missing { property, .. } => {
            format!("`{}` is missing", dotted(&at.join(property)))
        }
        DeviationKind::Type { expected, found } => format!("{name} is {found}, not {expected}"),
        DeviationKind::Enum { .. } | DeviationKind::Tag { .. } => {
            format!("{name} is not in its enum")
        }
        DeviationKind::Constant { expected } => format!("{name} is not {expected}"),
        DeviationKind::Format { format } => format!("{name} is not a valid {format}"),
        DeviationKind::Pattern { .. } => format!("{name} does not match its pattern"),
        DeviationKind::Undecided { .. } => {
            format!("{name} takes too long to match against its pattern")
        }
        DeviationKind::Bound { keyword, .. } => format!("{name} violates `{keyword}`"),
        DeviationKind::Length { keyword, .. } => format!("{name} violates `{keyword}`"),
        DeviationKind::Closed => format!("{name} is not allowed"),
        _ => format!("{name} does not conform"),
    }
}

/// A path such as `copy.id`; indexes of arrays become `[]`.
fn dotted(at: &Pointer) -> String {
    let steps = at.steps().map(
        |step| match step.bytes().all(|byte| byte.is_ascii_digit()) {
            true => "[]".to_owned(),
            false => format!(".{}", sanitised(&step)),
        },
    );
    let path: String = steps.collect();
    path.trim_start_matches('.').to_owned()
}

/// Keeps the first few deviations.
#[derive(Default)]
struct Few {
    most: usize,
    /// Whether undeclared members are kept, too.
    names_undeclared: bool,
    undeclared: Vec<Pointer>,
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
        if self.found.len() < self.most {
            let mut pointer = self.here();
            if let About::Member(key, _) = about {
                pointer.push_key(&key.name());
            }
            self.found.push((pointer, kind));
        }
    }

    fn undeclared(&mut self, _: NodeId, key: Key<'d>, _: Value<'d>) {
        if self.names_undeclared && self.undeclared.len() < self.most {
            self.undeclared.push(self.here().join(&key.name()));
        }
    }

    fn beyond_enum(&mut self, _: NodeId, _: Value<'d>) {}

    fn misdirected(&mut self, _: NodeId, _: Key<'d>, _: Value<'d>) {}

    fn lookalike(&mut self, _: NodeId, _: NodeId, _: Value<'d>) {}

    fn variant(&mut self, _: NodeId) {}

    fn is_done(&self) -> bool {
        self.found.len() >= self.most && !self.names_undeclared
    }
}
