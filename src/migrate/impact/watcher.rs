//! What happens as exchanges are read, and how the results of several threads are merged.

use rustc_hash::FxHashMap;

use crate::capture::{Body, Exchange};
use crate::diff::Difference;
use crate::location::Side as WireSide;
use crate::observe::{ParallelWatcher, PayloadVerdict, RoutedPayload, RoutedRequest, TargetKey, Watcher};

use crate::migrate::migration::{Migration, Route};
use super::Impact;
use super::around::Around;
use super::ask::{Questions, alive};
use super::asked::asked;
use super::consumer::{ConsumerBy, KnownConsumers, OTHERS};
use super::current::Current;
use super::kept::Kept;
use super::meet::{Asked, Mets, State, shown_word};
use super::parts::Messages;
use super::resources::Requested;
use super::usage::Usage;

/// Learns from traffic what changes mean for it.
#[derive(Debug)]
pub struct ImpactWatcher<'c> {
    pub(super) migration: Migration<'c>,
    pub(super) changes: &'c [Difference],
    /// Whether a change counts as touching an exchange.
    pub(super) counts: Vec<bool>,
    pub(super) consumer_by: Option<ConsumerBy>,
    /// The changes of each pair of schemas, and of each operation.
    pub(super) by_pair: FxHashMap<usize, Vec<Asked>>,
    pub(super) is_alive: Vec<bool>,
    /// The questions for each kind of payload.
    pub(super) questions: FxHashMap<Route, Questions>,
    pub(super) around: Around<'c>,
    pub(super) known_consumers: KnownConsumers,
    /// The exchange that is being read, and how it met each change.
    pub(super) current: Option<Current<'c>>,
    pub(super) mets: Mets,
    /// The same as if the exchange were one of the old contract, if only its payloads say that it is not.
    pub(super) older_mets: Mets,
    pub(super) met: Vec<(usize, State)>,
    kept: Kept<'c>,
    pub(super) impact: Impact,
}

impl<'c> ImpactWatcher<'c> {
    /// A watcher that has seen nothing. `counts` says of each change whether it touches the exchanges that it reaches.
    #[must_use]
    pub fn new(
        migration: Migration<'c>,
        changes: &'c [Difference],
        counts: Vec<bool>,
        consumer_by: Option<ConsumerBy>,
    ) -> Self {
        let by_pair = asked(migration.alignment, changes);
        Self {
            migration,
            changes,
            counts,
            consumer_by,
            is_alive: alive(migration, &by_pair),
            by_pair,
            questions: FxHashMap::default(),
            around: Around::new(migration, changes),
            known_consumers: KnownConsumers::default(),
            current: None,
            mets: Mets::of(changes.len()),
            older_mets: Mets::of(changes.len()),
            met: Vec::new(),
            kept: Kept::default(),
            impact: Impact {
                usage: vec![Usage::default(); changes.len()],
                ..Impact::default()
            },
        }
    }

    /// What was learnt, to be merged with more. The first responses are rewritten for it.
    #[must_use]
    pub fn finish(self) -> Impact {
        self.finish_with(false)
    }

    /// What was learnt, if it will not be merged: what can be compared with nothing is left out.
    #[must_use]
    pub fn finish_all(self) -> Impact {
        self.finish_with(true)
    }

    fn finish_with(mut self, is_all: bool) -> Impact {
        self.end();
        self.impact.responses = self.kept.responses(self.migration, is_all);
        self.impact
    }
}

impl<'c> ParallelWatcher<'c> for ImpactWatcher<'c> {
    fn fork(&self) -> Self {
        let (counts, consumer_by) = (self.counts.clone(), self.consumer_by.clone());
        Self::new(self.migration, self.changes, counts, consumer_by)
    }

    fn join(&mut self, mut other: Self) {
        self.end();
        other.end();
        self.impact += other.impact;
        self.known_consumers = KnownConsumers::of(self.impact.consumers.keys().map(String::as_str));
        self.kept.merge(other.kept);
    }
}

impl<'c> Watcher<'c> for ImpactWatcher<'c> {
    fn exchange(&mut self, exchange: &Exchange<'_>) {
        self.end();
        let timeline = &mut self.impact.timeline;
        let time = exchange.time_text().and_then(|text| timeline.read(text, &exchange.origin));
        let consumer = self.consumer_by.as_ref();
        let named = consumer.and_then(|by| by.of(exchange));
        // A header that differs in every request identifies no consumer.
        let named = named.map(|name| match self.known_consumers.takes(&name) {
            true => name,
            false => OTHERS.to_owned(),
        });
        self.impact.displace(self.known_consumers.dropped.drain(..));
        self.current = Some(Current {
            origin: exchange.origin.clone(),
            time,
            consumer: named,
            operation: None,
            requested: None,
            is_named: exchange.hint.version.is_some(),
            has_path: exchange.request.is_some() && !self.migration.old.is_of_schemas(),
            messages: Messages::default(),
            older: None,
        });
    }

    fn request(&mut self, routed: &RoutedRequest<'_, 'c>) {
        let is_old = self.is_old(routed.contract);
        self.enter(routed.operation, is_old);
        let older = routed.older.filter(|_| !is_old);
        if let Some(older) = older {
            self.enter_older(older.operation);
            let as_older = RoutedRequest {
                contract: older.contract,
                operation: older.operation,
                path_values: older.path_values,
                is_refused: false,
                older: None,
                ..*routed
            };
            for (index, how, _) in self.around.request(&as_older, true) {
                self.older_mets.meet(index, how);
            }
        }
        let values = self.around.request(routed, is_old);
        let Some(current) = &mut self.current else {
            return;
        };
        current.messages = Messages::of(routed, older.map_or(routed.operation, |older| older.operation));
        current.requested = Some(Requested::of(routed));
        for (index, how, values) in values {
            self.mets.meet(index, how);
            for value in values {
                let shown = shown_word(&self.changes[index], &value);
                self.impact.usage[index].values.add(&shown, current.time);
            }
        }
    }

    fn payload(&mut self, routed: &RoutedPayload<'_, 'c>) {
        let is_old = self.is_old(routed.contract);
        self.enter(routed.operation, is_old);
        // A payload without a path or a version in its name goes to the contract that it fits better.
        let is_guess = self.current.as_ref().is_some_and(|current| !is_old && !current.has_path && !current.is_named);
        if is_guess && let Some(older) = self.around.counterpart(routed.operation, false) {
            self.enter_older(older);
        }
        if let Some(current) = &mut self.current {
            current.messages.compared(routed.side, routed.status);
        }
        if let Some(older) = self.current.as_ref().and_then(|current| current.older) {
            self.meet_older(routed, older);
        }
        let is_refused = self.current.as_ref().is_some_and(|current| current.messages.is_refused);
        // A request that was already invalid and was rejected depends on nothing.
        if !(is_old && is_refused && routed.side == Some(WireSide::Request)) {
            self.meet_payload(routed, is_old);
        }
        let current = self.current.as_ref();
        let requested = current.and_then(|current| current.requested.as_ref());
        self.kept.add(routed, is_old, requested);
    }

    fn unjudged(&mut self, _: &Body<'_>, target: Option<&TargetKey>, verdict: PayloadVerdict, _: Option<&str>) {
        *self.impact.unjudged.entry(verdict).or_default() += 1;
        let current = self.current.as_ref();
        let has_operation = current.is_some_and(|current| current.has_path || current.operation.is_some());
        if !has_operation && matches!(verdict, PayloadVerdict::Malformed | PayloadVerdict::Undecided) {
            self.impact.unplaced += 1;
        }
        if let (Some(current), Some(target)) = (&mut self.current, target) {
            current.messages.uncompared(target);
        }
        // A body that is not JSON says nothing about its version; its request already did.
        let Some(target) = target.filter(|_| verdict != PayloadVerdict::Malformed) else {
            return;
        };
        let (old, new) = (self.migration.old, self.migration.new);
        let is_old = *target.contract == *old.reference();
        let contract = if is_old { old } else { new };
        if let Some(operation) = contract.operation(&target.operation) {
            self.enter(operation, is_old);
        }
    }
}
