//! Counts what the walk finds in a [`Shape`].

use std::cell::OnceCell;
use std::sync::Arc;

use jiff::Timestamp;

use crate::capture::Body;
use crate::redact::{MASK, is_secret_name, mask_shapes, sanitised};
use crate::json::{TapeDocument, Key, Kind, Value};
use crate::location::{Pointer, Side};
use crate::schema::{Graph, NodeId, Place, Types};

use super::deviation::{Deviation, DeviationKind};
use super::explain::shortcomings;
use crate::observe::message::placeholder::{has_brackets, is_placeholder};
use crate::observe::profile::{Lookalike, PathId, Shape};
use crate::observe::profile::spelling::Spelling;
use crate::observe::profile::tally::{Evidence, Spot};
use super::{About, Recorder, Taken};

/// Longest value or key that is kept as a subject, in characters.
const SUBJECT_LENGTH: usize = 60;

/// Records one payload.
pub(crate) struct ShapeRecorder<'s, 'd> {
    graph: &'s Graph,
    /// The side that the payload is on, if it is on one.
    side: Option<Side>,
    shape: &'s mut Shape,
    way: Way<'d>,
    at: PathId,
    /// The parent paths.
    above: Vec<PathId>,
    /// Deviations that are not due to placeholders.
    pub(crate) deviations: u64,
    /// Deviations that are due to placeholders.
    pub(crate) placeholders: u64,
    /// The variants that accepted the payload as a whole.
    pub(crate) root_variants: Vec<NodeId>,
}

impl<'s, 'd> ShapeRecorder<'s, 'd> {
    pub(crate) fn new(
        graph: &'s Graph,
        side: Option<Side>,
        shape: &'s mut Shape,
        body: &'d Body<'d>,
        document: &'d TapeDocument<'d>,
        payload: (u64, Option<Timestamp>),
    ) -> Self {
        Self {
            graph,
            side,
            shape,
            way: Way::new(body, document, payload, Vec::new()),
            at: Shape::ROOT,
            above: Vec::new(),
            deviations: 0,
            placeholders: 0,
            root_variants: Vec::new(),
        }
    }

    /// Enters a part of the payload, before anything is recorded.
    pub(crate) fn go(&mut self, step: Taken<'d>) {
        self.enter(step);
    }

    /// Records an unquoted placeholder, which violates any schema.
    fn stand_in(&mut self, value: Value<'d>, applicable: &[NodeId]) {
        let typed = applicable.iter().find_map(|id| {
            let types = self.graph.node(*id).types?;
            Some((*id, types))
        });
        let Some((node, expected)) = typed.or_else(|| Some((*applicable.first()?, Types::any())))
        else {
            return;
        };
        let deviation = Deviation {
            kind: DeviationKind::Type {
                expected,
                found: "placeholder",
            },
            schema: self.place(node),
            variant: None,
        };
        self.placeholders += 1;
        let met = self.way.meet(About::Value(value));
        let tally = self.shape.path_mut(self.at).placeholders.entry(deviation);
        tally.or_default().add(met.spot(), || met.evidence());
    }

    fn place(&self, node: NodeId) -> Arc<Place> {
        Arc::clone(&self.graph.node(node).place)
    }
}

/// The payload, and the way through it to the current value.
pub(crate) struct Way<'d> {
    body: &'d Body<'d>,
    document: &'d TapeDocument<'d>,
    payload: u64,
    time: Option<Timestamp>,
    stack: Vec<Taken<'d>>,
}

impl<'d> Way<'d> {
    pub(crate) fn new(
        body: &'d Body<'d>,
        document: &'d TapeDocument<'d>,
        (payload, time): (u64, Option<Timestamp>),
        stack: Vec<Taken<'d>>,
    ) -> Self {
        Self {
            body,
            document,
            payload,
            time,
            stack,
        }
    }

    pub(crate) fn meet(&self, about: About<'d>) -> Encounter<'_, 'd> {
        Encounter {
            way: self,
            about,
            evidence: OnceCell::new(),
        }
    }
}

/// Something found on the way; evidence is made from it if it is kept.
pub(crate) struct Encounter<'a, 'd> {
    way: &'a Way<'d>,
    about: About<'d>,
    /// Made once: several tallies may keep the same place.
    evidence: OnceCell<Evidence>,
}

impl Encounter<'_, '_> {
    fn span(&self) -> std::ops::Range<usize> {
        match self.about {
            About::Value(value) => {
                let span = value.span();
                // For an object or array, the opening bracket is enough.
                match value.kind() {
                    Kind::Object | Kind::Array => span.start..span.start + 1,
                    Kind::Null | Kind::Boolean | Kind::Number | Kind::String => span,
                }
            }
            About::Member(key, _) => key.span(),
        }
    }

    pub(crate) fn spot(&self) -> Spot<'_> {
        Spot {
            start: &self.way.body.origin,
            offset: self.span().start,
            payload: self.way.payload,
            time: self.way.time,
        }
    }

    fn pointer(&self) -> Pointer {
        // Below the name of a secret, keys that are data may be secrets, too.
        let mut in_secret = false;
        let mut pointer = Pointer::root();
        for step in &self.way.stack {
            match step {
                Taken::Data(_) if in_secret => pointer.push_key(MASK),
                Taken::Key(key) | Taken::Data(key) => pointer.push_key(&sanitised(&key.name())),
                Taken::Index(index) => pointer.push_index(*index),
            }
            in_secret |= step.is_secret();
        }
        if let About::Member(key, _) = self.about {
            pointer.push_key(&self.key_subject(key));
        }
        pointer
    }

    pub(crate) fn evidence(&self) -> Evidence {
        let evidence = self.evidence.get_or_init(|| {
            let span = self.span();
            Evidence {
                origin: self.way.body.place(span.start),
                end: self.way.body.place(span.end).position,
                pointer: self.pointer(),
                excerpt: self.way.body.excerpt(self.way.document, span),
            }
        });
        evidence.clone()
    }

    /// The key as a subject: masked below the name of a secret, shortened if it is long.
    fn key_subject(&self, key: Key<'_>) -> String {
        if self.way.stack.iter().any(Taken::is_secret) {
            return MASK.to_owned();
        }
        shorten(&key.name())
    }

    /// The value as a subject: masked if it is secret, shortened if it is long.
    fn subject(&self, value: Value<'_>) -> String {
        let is_secret = self.way.stack.iter().any(Taken::is_secret);
        match value.as_str() {
            _ if is_secret => MASK.to_owned(),
            Some(text) => shorten(&text),
            None => shorten(value.raw()),
        }
    }
}

impl Taken<'_> {
    /// Whether the step leads into something with the name of a secret.
    fn is_secret(&self) -> bool {
        match self {
            Self::Key(key) | Self::Data(key) => is_secret_name(&key.name()),
            Self::Index(_) => false,
        }
    }
}

/// A text as a subject: shortened, and safe to print.
pub(crate) fn shorten(text: &str) -> String {
    // Masked before it is cut, because part of a token would not be recognised as one. Text far beyond the
    // cut is ignored.
    let reach = text
        .char_indices()
        .nth(SUBJECT_LENGTH * 64)
        .map_or(text.len(), |(at, _)| at);
    let masked = mask_shapes(&text[..reach]);
    let mut short: String = masked.chars().take(SUBJECT_LENGTH).collect();
    if short.len() < masked.len() || reach < text.len() {
        short.push('…');
    }
    sanitised(&short)
}

impl<'d> Recorder<'d> for ShapeRecorder<'_, 'd> {
    fn value(&mut self, value: Value<'d>, applicable: &[NodeId]) {
        let graph = self.graph;
        let profile = self.shape.path_mut(self.at);
        profile.kinds[value.kind() as usize] += 1;
        if value.is_stand_in() {
            return self.stand_in(value, applicable);
        }
        let Some(text) = value.as_str() else {
            return;
        };
        for &id in applicable {
            let node = graph.node(id);
            if let Some(values) = &node.values
                && values.has_str(&text)
            {
                if !profile.enum_values.contains_key(&node.place) {
                    profile
                        .enum_values
                        .insert(Arc::clone(&node.place), Default::default());
                }
                if let Some(seen) = profile.enum_values.get_mut(&node.place) {
                    match seen.get_mut(&*text) {
                        Some(count) => count.0 += 1,
                        None => seen.entry((*text).into()).or_default().0 = 1,
                    }
                }
            }
            if let Some((format, _)) = node.expected_spelling()
                && node.checks.iter().all(|check| check.accepts(value))
                && let Some(spelling) = Spelling::of(format, &text)
            {
                let met = self.way.meet(About::Value(value));
                if !profile.spellings.contains_key(&node.place) {
                    profile
                        .spellings
                        .insert(Arc::clone(&node.place), Default::default());
                }
                if let Some(spellings) = profile.spellings.get_mut(&node.place) {
                    let tally = spellings.entry(spelling).or_default();
                    tally.add(met.spot(), || met.evidence());
                }
            }
        }
    }

    fn enter(&mut self, step: Taken<'d>) {
        let below = match step {
            Taken::Key(key) => self.shape.enter_key(self.at, &key.name()),
            Taken::Data(_) | Taken::Index(_) => self.shape.enter_any(self.at),
        };
        self.above.push(self.at);
        self.way.stack.push(step);
        self.at = below;
    }

    fn leave(&mut self) {
        self.way.stack.pop();
        self.at = self.above.pop().unwrap_or(Shape::ROOT);
    }

    fn deviation(
        &mut self,
        node: NodeId,
        kind: DeviationKind,
        about: About<'d>,
        variant: Option<&Arc<str>>,
    ) {
        let value = match about {
            About::Value(value) | About::Member(_, value) => value,
        };
        let is_about_text = matches!(
            kind,
            DeviationKind::Tag { .. }
                | DeviationKind::Type { .. }
                | DeviationKind::Enum { .. }
                | DeviationKind::Constant { .. }
                | DeviationKind::Format { .. }
                | DeviationKind::Pattern { .. }
                | DeviationKind::Length { .. }
        ) && !matches!(&kind, DeviationKind::Format { format } if has_brackets(format));
        if value.is_stand_in() && matches!(about, About::Value(_)) {
            // The placeholder was reported with the value.
            return;
        }
        let is_placeholder =
            is_about_text && value.as_str().is_some_and(|text| is_placeholder(&text));
        let counts_subjects = matches!(
            kind,
            DeviationKind::Enum { .. }
                | DeviationKind::Tag { .. }
                | DeviationKind::Closed
                | DeviationKind::PropertyName
        );
        let deviation = Deviation {
            kind,
            schema: self.place(node),
            variant: variant.cloned(),
        };
        let met = self.way.meet(about);
        let profile = self.shape.path_mut(self.at);
        if is_placeholder {
            self.placeholders += 1;
            let tally = profile.placeholders.entry(deviation).or_default();
            tally.add(met.spot(), || met.evidence());
            return;
        }
        self.deviations += 1;
        if counts_subjects {
            let subject = match about {
                About::Member(_, value) if matches!(deviation.kind, DeviationKind::Tag { .. }) => {
                    met.subject(value)
                }
                About::Value(value) => met.subject(value),
                About::Member(key, _) => met.key_subject(key),
            };
            let subjects = profile.subjects.entry(deviation.clone()).or_default();
            subjects.add(&subject, met.spot(), || met.evidence());
        }
        let tally = profile.deviations.entry(deviation).or_default();
        tally.add(met.spot(), || met.evidence());
    }

    fn undeclared(&mut self, node: NodeId, key: Key<'d>, value: Value<'d>) {
        let place = self.place(node);
        let met = self.way.meet(About::Member(key, value));
        let undeclared = self
            .shape
            .path_mut(self.at)
            .undeclared
            .entry(place)
            .or_default();
        undeclared.add(&met.key_subject(key), met.spot(), || met.evidence());
    }

    fn beyond_enum(&mut self, node: NodeId, value: Value<'d>) {
        let place = self.place(node);
        let met = self.way.meet(About::Value(value));
        let beyond = self
            .shape
            .path_mut(self.at)
            .beyond_enum
            .entry(place)
            .or_default();
        beyond.add(&met.subject(value), met.spot(), || met.evidence());
    }

    fn misdirected(&mut self, node: NodeId, key: Key<'d>, value: Value<'d>) {
        let place = self.place(node);
        let met = self.way.meet(About::Member(key, value));
        let profile = self.shape.path_mut(self.at);
        let misdirected = profile.misdirected.entry(place).or_default();
        misdirected.add(&met.key_subject(key), met.spot(), || met.evidence());
    }

    fn lookalike(&mut self, node: NodeId, accepted: NodeId, value: Value<'d>) {
        let lookalike = Lookalike {
            schema: self.place(node),
            variant: self.graph.label(node).into(),
            accepted: self.graph.label(accepted).into(),
        };
        let is_secret = self.way.stack.iter().any(Taken::is_secret);
        let lacks = match is_secret {
            true => MASK.to_owned(),
            false => shortcomings(self.graph, node, self.side, value),
        };
        let met = self.way.meet(About::Value(value));
        let known = self.shape.path_mut(self.at).lookalikes.entry(lookalike);
        known
            .or_default()
            .add(&lacks, met.spot(), || met.evidence());
    }

    fn variant(&mut self, node: NodeId) {
        let place = self.place(node);
        self.shape
            .path_mut(self.at)
            .variants
            .entry(place)
            .or_default()
            .0 += 1;
        if self.at == Shape::ROOT {
            self.root_variants.push(node);
        }
    }
}
