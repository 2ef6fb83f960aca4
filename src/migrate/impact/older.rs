//! Exchanges that only their payloads assign to the new contract, met as if they were of the old one.

use crate::contract::{Operation, Payload};
use crate::json::Value;
use crate::location::Side as WireSide;
use crate::observe::RoutedPayload;
use crate::schema::Memo;

use super::meet::{Meeting, Memos};
use super::usage::Met;
use super::visit::Visit;
use super::watcher::ImpactWatcher;

impl<'c> ImpactWatcher<'c> {
    /// Records the operation of the old contract that the exchange may belong to, and meets the changes around its
    /// schemas.
    pub(super) fn enter_older(&mut self, operation: &'c Operation) {
        let Some(current) = &mut self.current else {
            return;
        };
        if current.older.is_none() {
            current.older = Some(operation);
            for index in self.around.shown_by_all(operation, true) {
                // The exchange may as well be one of the new contract, so this is no proof.
                self.older_mets.meet(index, Met::Held);
            }
        }
    }

    /// Meets the changes of an old operation's schemas in a payload that was assigned to the new contract by its
    /// content alone. A drift must not hide what else is in it.
    pub(super) fn meet_older(&mut self, routed: &RoutedPayload<'_, 'c>, operation: &Operation) {
        let (old, new) = (self.migration.old, self.migration.new);
        let side = routed.side.unwrap_or(WireSide::Response);
        let schemas = |operation: &Operation| match operation.payload(side, routed.status).map(Payload::schemas) {
            Some(schemas) if !schemas.is_empty() => schemas,
            _ => operation.schemas_like(side, routed.status),
        };
        let Some(counterpart) = self.around.counterpart(operation, true) else {
            return;
        };
        let visit = Visit {
            contract: old,
            alignment: self.migration.alignment,
            is_old: true,
            memo: Memo::on(routed.side),
        };
        let meeting = Meeting {
            migration: self.migration,
            changes: self.changes,
            usage: &mut self.impact.usage,
            mets: &mut self.older_mets,
            side: routed.side,
            is_old: true,
            time: None,
            origin: &routed.body.origin,
        };
        let memos = Memos::on(routed.side);
        let mut seen = |pair: usize, value: Value<'_>, _: bool| {
            for (index, name) in self.by_pair.get(&pair).into_iter().flatten() {
                let (how, _) = meeting.look(*index, name.as_deref(), pair, value, &memos);
                meeting.mets.meet(*index, how);
            }
        };
        for was in schemas(operation) {
            for is in schemas(counterpart) {
                let resolved = (vec![old.graph.resolve(was)], vec![new.graph.resolve(is)]);
                if let Some(root) = self.migration.alignment.find(&resolved.0, &resolved.1) {
                    visit.run(root, routed.document().root(), &mut seen);
                }
            }
        }
    }
}
