//! What happens as exchanges are read, and how the results of several threads are merged.

use crate::capture::{Body, Exchange};
use crate::location::Side as WireSide;
use crate::observe::{ParallelWatcher, PayloadVerdict, RoutedPayload, RoutedRequest, TargetKey, Watcher};

use super::meet::shown_word;
use super::pairs::Resource;
use super::parts::Messages;
use super::{Current, Impact, OTHERS};

impl<'c> ParallelWatcher<'c> for Impact<'c> {
    fn fork(&self) -> Self {
        let (counts, consumer_by) = (self.counts.clone(), self.consumer_by.clone());
        Self::new(self.migration, self.changes, counts, consumer_by)
    }

    fn join(&mut self, mut other: Self) {
        self.end();
        other.end();
        for (own, other) in self.usage.iter_mut().zip(other.usage) {
            *own += other;
        }
        for (id, exchanges) in &other.operations {
            *self.operations.entry(id.clone()).or_default() += exchanges;
        }
        for (name, exchanges) in &other.consumers {
            let is_told_apart = name.is_empty() || name == OTHERS;
            if !is_told_apart && !self.known_consumers.takes(name) {
                self.known_consumers.dropped.push(name.clone());
            }
            *self.consumers.entry(name.clone()).or_default() += exchanges;
        }
        self.make_room();
        self.timeline += other.timeline;
        for (spoken, seen) in &other.spoken {
            *self.spoken.entry(*spoken).or_default() += seen;
        }
        self.exchanges += &other.exchanges;
        for (verdict, count) in other.unjudged {
            *self.unjudged.entry(verdict).or_default() += count;
        }
        self.unplaced += other.unplaced;
        self.kept.merge(other.kept);
    }
}

impl<'c> Watcher<'c> for Impact<'c> {
    fn part(&mut self, number: u64) {
        self.end();
        self.at = (number, 0);
    }

    fn exchange(&mut self, exchange: &Exchange<'_>) {
        self.end();
        self.at.1 += 1;
        let time = exchange.time_text().and_then(|text| self.timeline.read(text, self.at));
        let consumer = self.consumer_by.as_ref();
        let named = consumer.and_then(|by| by.of(exchange));
        // A header that differs in every request identifies no consumer.
        let named = named.map(|name| match self.known_consumers.takes(&name) {
            true => name,
            false => OTHERS.to_owned(),
        });
        self.make_room();
        self.current = Some(Current {
            origin: exchange.origin.clone(),
            time,
            consumer: named,
            operation: None,
            resource: None,
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
        current.resource = Some(Resource::of(routed));
        for (index, how, values) in values {
            self.mets.meet(index, how);
            for value in values {
                let shown = shown_word(&self.changes[index], &value);
                self.usage[index].values.add(&shown, current.time);
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
        let resource = self
            .current
            .as_ref()
            .and_then(|current| current.resource.as_ref());
        self.kept.add(routed, is_old, (self.at, resource));
    }

    fn unjudged(&mut self, _: &Body<'_>, target: Option<&TargetKey>, verdict: PayloadVerdict, _: Option<&str>) {
        *self.unjudged.entry(verdict).or_default() += 1;
        let current = self.current.as_ref();
        let has_operation = current.is_some_and(|current| current.has_path || current.operation.is_some());
        if !has_operation && matches!(verdict, PayloadVerdict::Malformed | PayloadVerdict::Undecided) {
            self.unplaced += 1;
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
