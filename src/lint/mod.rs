//! Problems of a contract itself: facts, without opinion.
//!
//! Problems that were found while reading a contract ([`Contract::problems`]), and those that only the
//! compiled schemas show: examples that violate them, keywords that have no effect, schemas that nothing can
//! satisfy, operations that no request can distinguish.

mod examples;
mod idle;
mod satisfy;
mod variants;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::contract::{Contract, OperationKind};
use crate::location::Pointer;
use crate::observe::DeviationKind;
use crate::schema::{NodeId, Place, ProblemKind};

/// How far below its schema the part of a keyword that a problem is about may be: `/required/0`.
const ARGUMENT_DEPTH: usize = 3;

/// A problem of a contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LintFact {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: LintKind,
}

/// The kinds of problems.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LintKind {
    /// A problem that was found while reading.
    Problem(ProblemKind),
    /// A value in the contract violates the schema that it is given for.
    Value {
        /// `example` or `default`.
        what: &'static str,
        /// The place in the value.
        at: Pointer,
        /// How.
        deviation: DeviationKind,
    },
    /// A keyword has no effect next to the others.
    Idle {
        /// The keyword.
        keyword: String,
        /// Why.
        reason: String,
    },
    /// `required` names a property that `properties` does not declare.
    Undeclared {
        /// The property.
        name: String,
        /// What was probably meant.
        near: Option<String>,
        /// Whether the schema only accepts declared properties, so that it accepts no object.
        is_closed: bool,
    },
    /// Values of an `enum` that `type` excludes.
    Unmatchable {
        /// The values, as JSON.
        values: Vec<String>,
        /// The allowed types.
        types: String,
    },
    /// Nothing satisfies a schema, with the reason.
    Unsatisfiable(String),
    /// Variants of a discriminated union that do not fix the tag to a value of their own.
    Untagged {
        /// The property that holds the tag.
        property: String,
        /// The names of the variants.
        variants: Vec<String>,
    },
    /// A request of the operation may also be one of another operation: the method and path of both.
    Indistinguishable {
        /// This one.
        operation: String,
        /// The other one.
        other: String,
    },
}

/// The parts of a contract that cannot be used, so that nothing is compared with them.
#[must_use]
pub fn unusable(contract: &Contract) -> Vec<LintFact> {
    let problems = contract.problems.iter();
    problems
        .filter(|problem| problem.kind.leaves_out())
        .map(|problem| LintFact {
            place: problem.place.clone(),
            kind: LintKind::Problem(problem.kind.clone()),
        })
        .collect()
}

/// The same for everything that these schemas apply: without such a part, accepting a payload proves nothing.
#[must_use]
pub(crate) fn unusable_within(contract: &Contract, schemas: &[NodeId]) -> Vec<LintFact> {
    let mut facts = unusable(contract);
    if facts.is_empty() {
        return facts;
    }
    let mut open = schemas.to_vec();
    let mut seen: BTreeSet<NodeId> = schemas.iter().copied().collect();
    let mut places = BTreeSet::new();
    while let Some(id) = open.pop() {
        let node = contract.graph.node(id);
        places.insert(node.place.clone());
        open.extend(node.inner().into_iter().filter(|id| seen.insert(*id)));
    }
    // The problem must be that of the schema itself, one of its keywords, or a part of a keyword's argument.
    facts.retain(|fact| {
        let pointer = fact.place.pointer.as_str();
        std::iter::successors(Some(pointer), |pointer| Some(pointer.rsplit_once('/')?.0))
            .take(1 + ARGUMENT_DEPTH)
            .any(|pointer| {
                places.contains(&Place {
                    document: Arc::clone(&fact.place.document),
                    pointer: Pointer::from_escaped(pointer.to_owned()),
                })
            })
    });
    facts
}

/// All problems of a contract, in order of place.
#[must_use]
pub fn lint(contract: &Contract) -> Vec<LintFact> {
    let mut facts: Vec<LintFact> = contract
        .problems
        .iter()
        .map(|problem| LintFact {
            place: problem.place.clone(),
            kind: LintKind::Problem(problem.kind.clone()),
        })
        .collect();
    facts.extend(examples::facts(contract));
    facts.extend(idle::facts(&contract.graph));
    facts.extend(satisfy::facts(&contract.graph));
    facts.extend(variants::facts(&contract.graph));
    facts.extend(indistinguishable(contract));
    facts.sort();
    facts.dedup();
    facts
}

/// Operations with the same method and the same path, except for the names of its parameters.
fn indistinguishable(contract: &Contract) -> Vec<LintFact> {
    let mut facts = Vec::new();
    let mut known: BTreeMap<(&str, String), String> = BTreeMap::new();
    let operations = contract.operations.iter();
    for operation in operations.filter(|operation| operation.kind == OperationKind::Path) {
        let signature = format!("{} ({})", operation.signature(), operation.id);
        for route in &operation.routes {
            let key = (operation.method.as_str(), route.shape());
            let Some(other) = known.get(&key) else {
                known.insert(key, signature.clone());
                continue;
            };
            if let Some(place) = operation.place.clone().filter(|_| *other != signature) {
                let kind = LintKind::Indistinguishable {
                    operation: signature.clone(),
                    other: other.clone(),
                };
                facts.push(LintFact { place, kind });
            }
        }
    }
    facts
}

#[cfg(test)]
mod tests;
