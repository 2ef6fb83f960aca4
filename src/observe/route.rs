//! Which operation an exchange belongs to.

use std::cmp::Ordering;

use crate::capture::Hint;
use crate::contract::{Contract, Operation};
use crate::json::Value;
use crate::location::Side;
use crate::schema::NodeId;

use super::fit::Fit;

/// A place in a contract that payloads are compared with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Destination<'c> {
    pub(super) contract: &'c Contract,
    pub(super) operation: &'c Operation,
    pub(super) side: Side,
    pub(super) status: Option<u16>,
}

impl<'c> Destination<'c> {
    /// Every place of a contract that has a schema, in the order of the contract.
    fn all(contract: &'c Contract) -> impl Iterator<Item = (Self, NodeId)> {
        contract.operations.iter().flat_map(move |operation| {
            let request = operation.request.schema().map(|node| {
                let side = Side::Request;
                (
                    Self {
                        contract,
                        operation,
                        side,
                        status: None,
                    },
                    node,
                )
            });
            let responses = operation.responses.iter().filter_map(move |response| {
                let (side, status) = (Side::Response, Some(response.status.example()));
                Some((
                    Self {
                        contract,
                        operation,
                        side,
                        status,
                    },
                    response.payload.schema()?,
                ))
            });
            responses.chain(request)
        })
    }

    /// `list-organisations response 200`
    pub(super) fn label(&self) -> String {
        let status = self.status.map(|status| format!(" {status}"));
        format!(
            "{} {}{}",
            self.operation.id,
            self.side,
            status.unwrap_or_default()
        )
    }
}

/// Which contracts payloads are compared with.
#[derive(Debug, Clone)]
pub(super) struct Versions<'c> {
    /// The versions asked for, from old to new.
    pub(super) asked: Vec<&'c Contract>,
    /// Every known version of the contract.
    pub(super) family: Vec<&'c Contract>,
}

/// Where a payload without method and URL belongs.
pub(super) enum Guess<'c> {
    /// Here; the labels are those of equally good places, this one included.
    Found(Destination<'c>, Vec<String>),
    /// Nowhere.
    Unmatched,
}

impl<'c> Versions<'c> {
    /// Finds the place that the hint names and the payload fits best.
    ///
    /// All known versions are measured, so that a payload of a version that was not asked for is
    /// known for what it is; it is then compared with the same operation of the version asked for.
    pub(super) fn guess(&self, hint: &Hint, value: Value<'_>) -> Guess<'c> {
        let named =
            |operation: &Operation| hint.operation.as_deref() == Some(operation.id.as_str());
        let is_named = self
            .family
            .iter()
            .any(|contract| contract.operations.iter().any(named));
        let one_version = self.asked.len() == 1;
        let candidates = |contract: &'c Contract| {
            Destination::all(contract).filter(move |(place, _)| {
                (!is_named || named(place.operation))
                    && hint.side.is_none_or(|side| side == place.side)
                    && hint.status.is_none_or(|status| {
                        let response = place.operation.response(status);
                        place.side == Side::Response
                            && response.is_some_and(|r| place.status == Some(r.status.example()))
                    })
            })
        };
        let is_of_version = |contract: &&&'c Contract| {
            // A version in the name counts only where the run leaves the version open.
            one_version
                || hint
                    .version
                    .as_ref()
                    .is_none_or(|version| *version == contract.version)
        };
        // With a name and one version there is no need to look at the others.
        let searched = if is_named && one_version {
            &self.asked
        } else {
            &self.family
        };
        let mut measured: Vec<(Fit, Destination<'c>)> = Vec::new();
        for contract in searched.iter().filter(is_of_version) {
            let mut known: Vec<(NodeId, Fit)> = Vec::new();
            for (place, node) in candidates(contract) {
                let node = contract.graph.resolve(node);
                let fit = match known.iter().find(|(other, _)| *other == node) {
                    Some((_, fit)) => *fit,
                    None => {
                        let fit = Fit::measure(&contract.graph, node, value);
                        known.push((node, fit));
                        fit
                    }
                };
                measured.push((fit, place));
            }
        }
        let best = measured
            .iter()
            .map(|(fit, _)| *fit)
            .max_by(|a, b| a.compare(*b));
        let Some(best) = best.filter(|fit| is_named || fit.is_likely()) else {
            return Guess::Unmatched;
        };
        let equal: Vec<Destination<'c>> = measured
            .iter()
            .filter(|(fit, _)| fit.compare(best) == Ordering::Equal)
            .map(|(_, place)| *place)
            .collect();
        // Of equally good places one in a version asked for comes first.
        let first = equal
            .iter()
            .find_map(|place| self.in_asked_version(place))
            .or_else(|| equal.first().copied());
        match first {
            Some(place) if self.is_asked(place.contract) => {
                let of_version = equal
                    .iter()
                    .filter(|other| std::ptr::eq(other.contract, equal[0].contract));
                Guess::Found(place, of_version.map(Destination::label).collect())
            }
            Some(_) | None => Guess::Unmatched,
        }
    }

    fn is_asked(&self, contract: &Contract) -> bool {
        self.asked
            .iter()
            .any(|asked| std::ptr::eq(*asked, contract))
    }

    /// The same operation in a version asked for: by id, else the one that replaces it.
    fn in_asked_version(&self, place: &Destination<'c>) -> Option<Destination<'c>> {
        if self.is_asked(place.contract) {
            return Some(*place);
        }
        self.asked.iter().find_map(|contract| {
            let replaces = |operation: &&Operation| {
                operation.replaces.iter().any(|replaced| {
                    replaced.version == place.contract.version
                        && replaced.operation == place.operation.id
                })
            };
            let operation = contract
                .operation(&place.operation.id)
                .or_else(|| contract.operations.iter().find(replaces))?;
            let status = match place.side {
                Side::Request => None,
                Side::Response => {
                    let declared = place
                        .status
                        .filter(|status| operation.response(*status).is_some());
                    declared.or_else(|| {
                        let with_schema =
                            |r: &&crate::contract::Response| r.payload.schema().is_some();
                        operation
                            .responses
                            .iter()
                            .find(with_schema)
                            .map(|r| r.status.example())
                    })
                }
            };
            Some(Destination {
                contract,
                operation,
                side: place.side,
                status,
            })
        })
    }

    /// The newest other version whose same operation accepts the value.
    pub(super) fn spoken(&self, place: &Destination<'c>, value: Value<'_>) -> Option<&'c Contract> {
        self.family.iter().rev().copied().find(|contract| {
            if std::ptr::eq(*contract, place.contract) {
                return false;
            }
            let Some(operation) = contract.operation(&place.operation.id) else {
                return false;
            };
            // Another version may answer with another status.
            let success = place.status.is_some_and(|status| status < 300);
            let of_success = operation
                .responses
                .iter()
                .filter(|response| success && response.status.example() < 300)
                .filter_map(|response| response.payload.schema());
            let same = operation
                .payload(place.side, place.status)
                .and_then(crate::contract::Payload::schema);
            same.into_iter()
                .chain(of_success.filter(|_| place.side == Side::Response))
                .any(|node| contract.graph.accepts(node, value))
        })
    }
}
