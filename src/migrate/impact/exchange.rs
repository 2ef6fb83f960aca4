//! How an exchange meets the changes, and how it is counted.

use crate::contract::{Contract, Operation};
use crate::diff::Sender;
use crate::json::Value;
use crate::location::Side as WireSide;
use crate::observe::{PayloadVerdict, RoutedPayload};
use crate::schema::Memo;

use crate::migrate::migration::Routed;
use super::affected::{Affected, affected};
use super::ask::{Asking, Questions};
use super::meet::{Meeting, Memos};
use super::timeline::Spoken;
use super::usage::{Exchanges, Met};
use super::visit::Visit;
use super::watcher::ImpactWatcher;

impl<'c> ImpactWatcher<'c> {
    /// Counts the exchange that was being read.
    pub(super) fn end(&mut self) {
        let Some(current) = self.current.take() else {
            return;
        };
        let spoken = match current.operation {
            Some((_, true)) => Spoken::Old,
            Some((_, false)) => Spoken::New,
            None => Spoken::Neither,
        };
        self.impact.timeline.add(spoken, current.time);
        let seen = self.impact.spoken.entry(spoken).or_default();
        seen.count += 1;
        seen.times.add(current.time);
        let is_old = spoken == Spoken::Old;
        let mut touching = Vec::new();
        if let Some((operation, true)) = current.operation {
            for index in self.around.open(operation, &current.messages, &self.mets) {
                self.mets.doubt(index);
            }
        }
        if let Some(operation) = current.older {
            for index in self.around.open(operation, &current.messages, &self.older_mets) {
                self.older_mets.doubt(index);
            }
        }
        self.older_mets.take(&mut self.met);
        for (index, (met, notes)) in &self.met {
            let side = &mut self.impact.usage[*index].doubtful;
            side.note(*notes);
            if let Some(met) = met {
                side.add(*met, &current.origin, current.time);
            }
        }
        self.mets.take(&mut self.met);
        for (index, (met, notes)) in &self.met {
            let usage = &mut self.impact.usage[*index];
            let side = if is_old {
                &mut usage.old
            } else {
                &mut usage.new
            };
            side.note(*notes);
            let Some(met) = met else {
                continue;
            };
            side.add(*met, &current.origin, current.time);
            if is_old && *met == Met::Shown && self.counts[*index] {
                touching.push(*index);
                if let Some(consumer) = &current.consumer {
                    *usage.consumers.entry(consumer.clone()).or_default() += 1;
                }
            }
        }
        let count = |exchanges: &mut Exchanges| {
            exchanges.all += 1;
            exchanges.old += u64::from(is_old);
            exchanges.new += u64::from(spoken == Spoken::New);
            exchanges.touched += u64::from(!touching.is_empty());
            exchanges.changes.extend(&touching);
            exchanges.times.add(current.time);
        };
        count(&mut self.impact.exchanges);
        if let Some((operation, is_old)) = current.operation {
            let id = self.around.name(operation, is_old);
            count(self.impact.operations.entry(id).or_default());
        }
        if self.consumer_by.is_some() {
            let consumer = current.consumer.unwrap_or_default();
            count(self.impact.consumers.entry(consumer).or_default());
        }
    }

    /// Records the operation of the exchange, and meets the changes around its schemas.
    pub(super) fn enter(&mut self, operation: &'c Operation, is_old: bool) {
        let Some(current) = &mut self.current else {
            return;
        };
        if current.operation.is_none() {
            current.operation = Some((operation, is_old));
            for index in self.around.shown_by_all(operation, is_old) {
                let affected = affected(&self.changes[index], Sender::Client);
                let met = match (is_old, affected) {
                    (true, Affected::NotShown) => Met::Held,
                    _ => Met::Shown,
                };
                self.mets.meet(index, met);
            }
        }
    }

    pub(super) fn is_old(&self, contract: &Contract) -> bool {
        std::ptr::eq(contract, self.migration.old)
    }

    /// The pairs of schemas that a payload is a value of.
    fn roots(&self, routed: &RoutedPayload<'_, 'c>, is_old: bool) -> Vec<usize> {
        let alignment = self.migration.alignment;
        let resolved = |contract: &Contract, schema| vec![contract.graph.resolve(schema)];
        let own = resolved(routed.contract, routed.schema);
        let other = self.around.counterpart(routed.operation, is_old);
        let Some(other) = other else {
            return Vec::new();
        };
        let side = routed.side.unwrap_or(WireSide::Response);
        let graph = match is_old {
            true => &self.migration.new.graph,
            false => &self.migration.old.graph,
        };
        let own_payload = routed.operation.payload(side, routed.status);
        let schemas = other.payload(side, routed.status).map(|payload| match own_payload {
            Some(own) => payload.corresponding(graph, (&routed.contract.graph, own), routed.schema),
            None => payload.schemas(),
        });
        let schemas = match schemas {
            Some(schemas) if !schemas.is_empty() => schemas,
            _ => other.schemas_like(side, routed.status),
        };
        let pairs = schemas.into_iter().filter_map(|schema| match is_old {
            true => alignment.find(&own, &resolved(self.migration.new, schema)),
            false => alignment.find(&resolved(self.migration.old, schema), &own),
        });
        pairs.collect()
    }

    /// Meets the changes of a payload's schemas.
    pub(super) fn meet_payload(&mut self, routed: &RoutedPayload<'_, 'c>, is_old: bool) {
        let route = Routed::of(routed).route();
        let text = std::str::from_utf8(&routed.body.bytes).ok();
        let text = text.filter(|_| routed.is_plain() && routed.verdict == PayloadVerdict::Conforms);
        let roots = match text.is_some() && self.questions.contains_key(&route) {
            true => Vec::new(),
            false => self.roots(routed, is_old),
        };
        let contract = if is_old {
            self.migration.old
        } else {
            self.migration.new
        };
        let mut asking = Asking {
            by_pair: &self.by_pair,
            is_alive: &self.is_alive,
            visit: Visit {
                contract,
                alignment: self.migration.alignment,
                is_old,
                memo: Memo::on(routed.side),
            },
            meeting: Meeting {
                migration: self.migration,
                changes: self.changes,
                usage: &mut self.impact.usage,
                mets: &mut self.mets,
                side: routed.side,
                is_old,
                time: self.current.as_ref().and_then(|current| current.time),
                origin: &routed.body.origin,
            },
        };
        if let Some(text) = text {
            let questions = self.questions.entry(route);
            let new = || Questions::new(&roots, is_old, routed.side, &asking);
            questions.or_insert_with(new).ask(text, &mut asking);
            return;
        }
        let memos = Memos::on(routed.side);
        let Asking {
            meeting,
            by_pair,
            visit,
            ..
        } = &mut asking;
        let mut seen = |pair: usize, value: Value<'_>, is_secret: bool| {
            if let Some(asked) = by_pair.get(&pair) {
                meeting.all(asked, pair, (value, is_secret), &memos);
            }
        };
        for root in roots {
            visit.run(root, routed.document().root(), &mut seen);
        }
    }
}
