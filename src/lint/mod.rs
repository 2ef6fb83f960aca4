//! What is wrong with a contract itself: facts, without opinion.
//!
//! What reading a contract already found ([`Contract::problems`]) is joined by what only the compiled
//! schemas show: examples that break them, keywords that cannot do anything, schemas that nothing can
//! satisfy, operations that no request can tell apart.

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

/// How far below its schema the part of a keyword stands that a problem is about: `/required/0`.
const ARGUMENT_DEPTH: usize = 3;

/// Something that is wrong with a contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LintFact {
    /// Where.
    pub place: Place,
    /// What.
    pub kind: LintKind,
}

/// What can be wrong with a contract.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum LintKind {
    /// What reading found.
    Problem(ProblemKind),
    /// A value that the contract gives breaks the schema that it is given for.
    Value {
        /// `example` or `default`.
        what: &'static str,
        /// The place in the value.
        at: Pointer,
        /// How.
        deviation: DeviationKind,
    },
    /// A keyword cannot do anything beside the others.
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
        /// Whether the schema takes declared properties only, so that it accepts no object.
        is_closed: bool,
    },
    /// Values of an `enum` that `type` excludes.
    Unmatchable {
        /// The values, as JSON.
        values: Vec<String>,
        /// The types that there are.
        types: String,
    },
    /// Nothing satisfies a schema: why.
    Unsatisfiable(String),
    /// Variants of a discriminated union that fix the tag to no value of their own.
    Untagged {
        /// The property that holds the tag.
        property: String,
        /// What the variants are called.
        variants: Vec<String>,
    },
    /// A request of the operation may as well be one of another: the method and path of both.
    Indistinguishable {
        /// This one.
        operation: String,
        /// The other one.
        other: String,
    },
}

/// What cannot be used of a contract, so that nothing is compared with it.
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

/// The same of what these schemas apply: without such a part, a payload that they accept says nothing.
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
    // What is wrong is the schema itself, one of its keywords, or a part of a keyword's argument.
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

/// Everything that is wrong with a contract, in order of place.
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

/// Operations with the same method and the same path but for the names of its parameters.
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
