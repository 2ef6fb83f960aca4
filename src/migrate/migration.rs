//! From one contract to the other: which operation and schema a payload is rewritten for.

use crate::contract::{Contract, Operation, OperationKind};
use crate::diff::Alignment;
use crate::json::Value;
use crate::location::Side;
use crate::observe::RoutedPayload;
use crate::schema::NodeId;

use super::moves::Moves;
use super::plan::Plan;
use super::rewrite::{Rewriter, Rewritten};

/// Two contracts, and what the old one's operations and schemas became in the new one.
#[derive(Debug, Clone, Copy)]
pub struct Migration<'c> {
    /// Where payloads come from.
    pub old: &'c Contract,
    /// Where they go.
    pub new: &'c Contract,
    /// Which parts became which, from a diff of these two.
    pub alignment: &'c Alignment,
    /// Rules that a team adds.
    pub moves: &'c Moves,
    /// Whether guessed renames and moves are applied, too.
    pub accept_guesses: bool,
}

/// What a payload belongs to.
#[derive(Debug, Clone, Copy)]
pub struct Routed<'c> {
    /// The contract.
    pub contract: &'c Contract,
    /// The operation.
    pub operation: &'c Operation,
    /// The side that it is on, if any.
    pub side: Option<Side>,
    /// The status of a response.
    pub status: Option<u16>,
    /// The schema.
    pub schema: NodeId,
}

/// What distinguishes kinds of payloads: the operation by address, the side, the status, and the schema.
pub(super) type Route = (usize, Option<Side>, Option<u16>, NodeId);

impl<'c> Routed<'c> {
    /// What distinguishes its payloads from others.
    pub(super) fn route(&self) -> Route {
        let operation = std::ptr::from_ref(self.operation).addr();
        (operation, self.side, self.status, self.schema)
    }

    /// What a payload belongs to.
    #[must_use]
    pub const fn of(payload: &RoutedPayload<'_, 'c>) -> Self {
        Self {
            contract: payload.contract,
            operation: payload.operation,
            side: payload.side,
            status: payload.status,
            schema: payload.schema,
        }
    }
}

/// What payloads of an operation, side and status are compared with in the new contract.
#[derive(Debug, Clone)]
pub struct Counterpart<'c> {
    /// The operation.
    pub operation: &'c Operation,
    /// The schemas that they may have to conform to.
    pub schemas: Vec<NodeId>,
}

impl<'c> Migration<'c> {
    /// The operation of the new contract that an operation of the old one became.
    #[must_use]
    pub fn operation(&self, old: &Operation) -> Option<&'c Operation> {
        let position = self.old.operations.position_of(old)?;
        let mut pairs = self.alignment.operations.iter();
        let (_, new) = pairs.find(|(known, _)| *known == position)?;
        self.new.operations.get(*new)
    }

    /// The operation of the old contract that an operation of the new one was.
    #[must_use]
    pub(super) fn former(&self, new: &Operation) -> Option<&'c Operation> {
        let position = self.new.operations.position_of(new)?;
        let mut pairs = self.alignment.operations.iter();
        let (old, _) = pairs.find(|(_, known)| *known == position)?;
        self.old.operations.get(*old)
    }

    /// Where payloads of a side, with this schema, go.
    ///
    /// # Errors
    ///
    /// When there is no counterpart, with the reason in words.
    pub fn counterpart(
        &self,
        old: &Operation,
        (side, status): (Option<Side>, Option<u16>),
        schema: NodeId,
    ) -> Result<Counterpart<'c>, String> {
        let reference = self.new.reference();
        let Some(operation) = self.operation(old) else {
            let takers: Vec<&str> = self
                .new
                .operations
                .iter()
                .filter(|operation| {
                    let mut replaced = operation.replaces.iter();
                    replaced.any(|replaced| {
                        replaced.version == self.old.version && replaced.operation == old.id
                    })
                })
                .map(|operation| operation.id.as_str())
                .collect();
            return Err(match takers.as_slice() {
                [] => format!("{reference} has no counterpart of `{}`", old.id),
                takers => format!(
                    "`{}` was replaced in {reference} by other operations: {}",
                    old.id,
                    takers.join(", ")
                ),
            });
        };
        let side = side.unwrap_or(Side::Response);
        let before = old.payload(side, status);
        let own = operation.payload(side, status).map(|payload| match before {
            Some(before) => payload.corresponding(&self.new.graph, (&self.old.graph, before), schema),
            None => payload.schemas(),
        });
        let schemas = match own {
            Some(schemas) if !schemas.is_empty() => schemas,
            _ => operation.schemas_like(side, status),
        };
        if schemas.is_empty() {
            let what = match (side, status) {
                _ if operation.kind == OperationKind::Schema => "payloads".to_owned(),
                (Side::Response, Some(status)) => format!("response {status}"),
                (side, _) => format!("the {side}"),
            };
            return Err(format!(
                "{reference} has no JSON schema for {what} of `{}`",
                operation.id
            ));
        }
        Ok(Counterpart { operation, schemas })
    }

    pub(super) const fn rewriter(&self) -> Rewriter<'c> {
        Rewriter {
            old: self.old,
            new: self.new,
            alignment: self.alignment,
            accept_guesses: self.accept_guesses,
        }
    }

    /// A payload of the old contract in the shape of the new one.
    ///
    /// # Errors
    ///
    /// When the new contract has no place for it, with the reason in words.
    pub fn rewrite<'d>(
        &self,
        routed: &Routed<'_>,
        value: Value<'d>,
    ) -> Result<Rewritten<'d>, String> {
        let counterpart = self.counterpart(routed.operation, (routed.side, routed.status), routed.schema)?;
        let rewriter = self.rewriter();
        let moves = self.moves.of(
            routed.operation,
            counterpart.operation,
            routed.side,
            routed.status,
        );
        let rewritten = counterpart
            .schemas
            .iter()
            .map(|schema| rewriter.rewrite(value, (routed.schema, *schema), routed.side, &moves));
        // Of several media types, the best match.
        rewritten
            .min_by_key(|rewritten| rewritten.left.len())
            .ok_or_else(|| "there is no schema to conform to".to_owned())
    }
}

impl<'c> Migration<'c> {
    /// What is done to payloads like this one, in one pass over their bytes; `None` if there is a choice of
    /// schemas, or if a team has rules for it.
    pub(super) fn plan(&self, routed: &Routed<'_>) -> Option<Plan<'c>> {
        if !std::ptr::eq(routed.contract, self.old) {
            return None;
        }
        let (side, status) = (routed.side, routed.status);
        let counterpart = self.counterpart(routed.operation, (side, status), routed.schema).ok()?;
        let moves = self
            .moves
            .of(routed.operation, counterpart.operation, side, status);
        match counterpart.schemas.as_slice() {
            [only] if moves.is_empty() => {
                Some(Plan::new(self.rewriter(), side, (routed.schema, *only)))
            }
            _ => None,
        }
    }
}
