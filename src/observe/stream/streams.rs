//! The interface of the streaming walk: one program for each schema of payloads.

use std::cell::OnceCell;

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use crate::capture::Body;
use crate::contract::Contract;
use crate::json::Kind;
use crate::location::{Side, Step};
use crate::schema::{Graph, NodeId};

use crate::observe::profile::{Profile, TargetKey, TargetProfile, PayloadVerdict};
use crate::observe::routing::destination::Destination;

use super::count::counter::{Counters, Sum, Walked};
use super::program::table::Program;
use super::run::scratch::Scratch;
use super::run::walk::Walk;

/// The result for one payload.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) verdict: PayloadVerdict,
    /// The named variants that accepted the payload as a whole.
    pub(crate) variants: Vec<NodeId>,
    /// Whether some comparison was cut short.
    pub(crate) is_exceeded: bool,
}

/// When payloads that agree with a schema belong to it, and to no other.
#[derive(Debug)]
pub(crate) struct Settled {
    /// What they are: non-empty arrays or objects.
    pub(crate) kind: Kind,
    /// The branches that must accept them.
    pub(crate) branches: Box<[NodeId]>,
    /// The arrays in them that must have elements.
    pub(crate) filled: Vec<Box<[Step]>>,
}

/// A doubt whether a payload belongs to a schema.
pub(crate) struct Doubt<'a> {
    /// The cases in which it does, if it agrees with the schema.
    pub(crate) cases: &'a [Settled],
    /// Decides for a payload that does not agree.
    pub(crate) belongs: &'a mut dyn FnMut() -> bool,
}

impl Doubt<'_> {
    /// For each case: the number of elements met so far in each array that must have some.
    fn elements(&self, program: &mut Program<'_>) -> Vec<Vec<u64>> {
        let of = |case: &Settled| {
            let filled = case.filled.iter();
            filled.map(|array| program.elements_of(array)).collect()
        };
        self.cases.iter().map(of).collect()
    }

    /// Whether a payload that was walked, and agrees, is one of the cases; `before` has the counts of
    /// elements before it.
    fn is_settled(&self, walk: &mut Walk<'_, '_, '_>, before: &[Vec<u64>]) -> bool {
        let kind = super::lex::scan::shown_kind(walk.text);
        let Walk {
            program, scratch, ..
        } = walk;
        self.cases.iter().zip(before).any(|(case, before)| {
            let mut filled = case.filled.iter().zip(before);
            let is_filled = filled.all(|(array, before)| program.elements_of(array) > *before);
            let mut branches = case.branches.iter();
            is_filled
                && kind == Some(case.kind)
                && branches.all(|branch| scratch.root_variants.contains(branch))
        })
    }
}

/// Tests whether texts are values of one schema.
#[derive(Debug)]
pub struct Acceptor<'c> {
    node: NodeId,
    program: Program<'c>,
    counters: Counters,
    scratch: Scratch,
}

impl<'c> Acceptor<'c> {
    /// Creates an acceptor of values on this side, if they are on one.
    #[must_use]
    pub fn new(graph: &'c Graph, side: Option<Side>, node: NodeId) -> Self {
        Self {
            node,
            program: Program::new(graph, side, node),
            counters: Counters::default(),
            scratch: Scratch::default(),
        }
    }

    /// Whether the schema accepts a text; `None` if one pass cannot tell, for example because the text is not
    /// JSON.
    pub fn accepts(&mut self, text: &[u8]) -> Option<bool> {
        u32::try_from(text.len()).ok()?;
        let Self {
            node,
            program,
            counters,
            scratch,
        } = self;
        let mut walk = Walk::new(text, program, counters, scratch, 0);
        match walk.accepts(*node, 0, 0) {
            Ok(Some(end)) => (super::lex::scan::space(text, end) == text.len()).then_some(true),
            Ok(None) => Some(false),
            Err(_) => None,
        }
    }

    /// How many required members a text lacks, if it does not violate the schema in any other way; `None` if
    /// it does, or if one pass cannot tell.
    pub fn missing(&mut self, text: &[u8]) -> Option<usize> {
        let Self {
            program,
            counters,
            scratch,
            ..
        } = self;
        let mut walk = Walk::new(text, program, counters, scratch, 0);
        if !walk.run() || !scratch.deferred.is_empty() {
            return None;
        }
        let mut deviations = scratch
            .findings
            .iter()
            .filter(|finding| finding.fault.is_deviation());
        let mut missing = 0;
        deviations
            .all(|finding| {
                missing += 1;
                matches!(finding.fault, super::count::fault::Fault::Missing(_))
            })
            .then_some(missing)
    }
}

/// The payloads of one operation, side and status under one schema.
#[derive(Debug)]
struct Stream<'c> {
    key: TargetKey,
    program: Program<'c>,
    counters: Counters,
    target: TargetProfile,
}

/// What identifies a stream: contract and operation by address, the side, the status, the schema.
type Route = (usize, usize, Side, Option<u16>, NodeId);

/// Walks payloads, and keeps what is learnt until it is settled.
#[derive(Debug, Default)]
pub(crate) struct Streams<'c> {
    streams: Vec<Stream<'c>>,
    by_route: FxHashMap<Route, usize>,
    scratch: Scratch,
    /// When the current exchange was recorded.
    pub(crate) time: Option<Timestamp>,
}

impl<'c> Streams<'c> {
    /// Walks a payload; `None` if it is left to the reference walk, in which case nothing of it was counted.
    ///
    /// If there is a `doubt` whether the payload belongs here, full agreement with the schema may settle it.
    /// Otherwise `doubt` decides. The result is also `None` if the payload does not belong here.
    pub(crate) fn payload(
        &mut self,
        place: &Destination<'c>,
        node: NodeId,
        body: &Body<'_>,
        payload: u64,
        doubt: Option<Doubt<'_>>,
    ) -> Option<Outcome> {
        if u32::try_from(body.bytes.len()).is_err() {
            return None;
        }
        let stream = self.stream(place, node);
        let Self {
            streams,
            scratch,
            time,
            ..
        } = self;
        let Stream {
            program,
            counters,
            target,
            ..
        } = &mut streams[stream];
        counters.in_file(&body.origin.file);
        counters.time = *time;
        let before = doubt.as_ref().map(|doubt| doubt.elements(program));
        let mut walk = Walk::new(&body.bytes, program, counters, scratch, payload);
        if !walk.run() {
            return None;
        }
        if let Some(doubt) = doubt
            && !(walk.agrees() && doubt.is_settled(&mut walk, &before.unwrap_or_default()))
            && !(doubt.belongs)()
        {
            walk.take_back();
            return None;
        }
        let mut sum = Sum::default();
        let mut variants = std::mem::take(&mut scratch.root_variants);
        if !scratch.findings.is_empty() || !scratch.deferred.is_empty() {
            let mut walked = Walked {
                program,
                shape: &mut target.shape,
                body,
                payload,
                document: OnceCell::new(),
                findings: &scratch.findings,
            };
            sum = counters.add(&mut walked, scratch, &mut variants);
        }
        let verdict = PayloadVerdict::of(sum.deviations, sum.placeholders);
        target.count(verdict);
        Some(Outcome {
            verdict,
            variants,
            is_exceeded: sum.is_exceeded,
        })
    }

    fn stream(&mut self, place: &Destination<'c>, node: NodeId) -> usize {
        let route = (
            std::ptr::from_ref::<Contract>(place.contract).addr(),
            std::ptr::from_ref(place.operation).addr(),
            place.side,
            place.status,
            node,
        );
        if let Some(known) = self.by_route.get(&route) {
            return *known;
        }
        self.streams.push(Stream {
            key: place.key(),
            program: Program::new(&place.contract.graph, place.said_side(), node),
            counters: Counters::default(),
            target: TargetProfile::default(),
        });
        self.by_route.insert(route, self.streams.len() - 1);
        self.streams.len() - 1
    }

    /// The key for payloads of this place.
    pub(crate) fn key(&mut self, place: &Destination<'c>, node: NodeId) -> TargetKey {
        let stream = self.stream(place, node);
        self.streams[stream].key.clone()
    }

    /// Moves everything that was learnt to a profile.
    pub(crate) fn settle(&mut self, profile: &mut Profile) {
        for stream in &mut self.streams {
            let Stream {
                key,
                program,
                counters,
                target,
            } = stream;
            counters.settle(program, &mut target.shape);
            if target.payloads > 0 {
                *profile.targets.entry(key.clone()).or_default() += &*target;
            }
            *target = TargetProfile::default();
        }
    }
}
