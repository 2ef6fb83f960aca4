//! Numbers and strings: every keyword for them is a yes/no question about the value. A schema is a formula
//! over such questions, and containment is implication between two formulas.
//!
//! [`number`](super::number) and [`text`](super::text) enumerate the classes of values that the questions
//! distinguish.

use crate::schema::{KeywordCheck, Length, Node, NodeId, Types};

use super::Scope;
use super::case::Case;
use super::kinds::Kinds;

/// A question about a scalar.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question<'g> {
    Check(&'g KeywordCheck),
    Length(Length),
    Listed(&'g [serde_json::Value]),
}

/// A requirement on values of one kind that match some schemas and do not match others.
pub(super) struct Asked<'g> {
    pub(super) kind: Kinds,
    /// Schemas, and whether the values match them.
    literals: Vec<(Scope<'g>, NodeId, bool)>,
    pub(super) right: Right<'g>,
}

/// The requirement.
#[derive(Clone, Copy)]
pub(super) enum Right<'g> {
    /// There are no such values.
    Nothing,
    /// The values match this schema.
    Schema(Scope<'g>, NodeId),
    /// The values satisfy this check.
    Check(&'g KeywordCheck),
}

impl<'g> Right<'g> {
    const fn schema(self) -> Option<(Scope<'g>, NodeId)> {
        match self {
            Self::Schema(scope, node) => Some((scope, node)),
            Self::Nothing | Self::Check(_) => None,
        }
    }
}

impl<'g> Asked<'g> {
    pub(super) fn new(
        kind: Kinds,
        literals: Vec<(Scope<'g>, NodeId, bool)>,
        right: Right<'g>,
    ) -> Self {
        Self {
            kind,
            literals,
            right,
        }
    }

    /// For the values of a case with a single kind.
    pub(super) fn of_case(left: Scope<'g>, case: &Case, right: Right<'g>) -> Self {
        let nodes = case.nodes.iter().map(|node| (left, *node, true));
        let nots = case.nots.iter().map(|not| (left, *not, false));
        Self::new(case.kinds, nodes.chain(nots).collect(), right)
    }

    /// All questions; a question that several schemas ask is repeated.
    pub(super) fn questions(&self) -> Vec<Question<'g>> {
        let mut questions = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
        let literals = self.literals.iter().map(|(scope, node, _)| (*scope, *node));
        let mut open: Vec<(Scope<'g>, NodeId)> = literals.collect();
        open.extend(self.right.schema());
        if let Right::Check(check) = self.right {
            questions.push(Question::Check(check));
        }
        while let Some((scope, id)) = open.pop() {
            if !seen.insert((std::ptr::from_ref(scope.graph), id)) {
                continue;
            }
            let node = scope.node(id);
            questions.extend(node.checks.iter().map(|check| Question::Check(check)));
            questions.extend(node.lengths.iter().map(|length| Question::Length(*length)));
            if let Some(constant) = &node.constant {
                questions.push(Question::Listed(std::slice::from_ref(constant)));
            }
            if let Some(values) = &node.values {
                questions.push(Question::Listed(&values.all));
            }
            open.extend(node.in_place().into_iter().map(|id| (scope, id)));
        }
        questions
    }

    /// Whether a schema only accepts integers written as such (draft 4), and this can make a difference.
    pub(super) fn counts_as_written(&self) -> bool {
        let is_so = |node: &Node| node.types.is_some_and(Types::is_integer_as_written);
        let holding = self.literals.iter().filter(|(.., holds)| *holds);
        if holding.map(|(scope, id, _)| scope.node(*id)).any(is_so) {
            return false;
        }
        let mut seen = rustc_hash::FxHashSet::default();
        let others = self.literals.iter().map(|(scope, id, _)| (*scope, *id));
        let mut open: Vec<(Scope<'g>, NodeId)> = others.collect();
        open.extend(self.right.schema());
        while let Some((scope, id)) = open.pop() {
            let node = scope.node(id);
            if is_so(node) {
                return true;
            }
            if seen.insert((std::ptr::from_ref(scope.graph), id)) {
                open.extend(node.in_place().into_iter().map(|id| (scope, id)));
            }
        }
        false
    }

    /// Whether a value with these answers satisfies the literals and violates the requirement.
    pub(super) fn is_refuted_by(&self, answer: &mut dyn FnMut(Question<'_>) -> bool) -> bool {
        let kind = self.kind;
        let mut literals = self.literals.iter();
        literals.all(|(scope, id, is)| holds(*scope, *id, kind, &mut *answer) == *is)
            && match self.right {
                Right::Nothing => true,
                Right::Schema(scope, node) => !holds(scope, node, kind, answer),
                Right::Check(check) => !answer(Question::Check(check)),
            }
    }

    /// The same requirement on integers written with a zero fraction.
    pub(super) fn with_fraction(&self) -> Self {
        Self {
            kind: self.kind.or(Kinds::WITH_FRACTION),
            literals: self.literals.clone(),
            right: self.right,
        }
    }

    /// The same for a concrete value.
    pub(super) fn is_refuted_at(&self, value: &serde_json::Value) -> bool {
        let mut literals = self.literals.iter();
        literals.all(|(scope, id, is)| scope.accepts(*id, value) == *is)
            && match self.right {
                Right::Nothing => true,
                Right::Schema(scope, node) => !scope.accepts(node, value),
                Right::Check(check) => !super::keeps(check, value),
            }
    }
}

/// Whether a schema accepts a value with these answers.
pub(super) fn holds(
    scope: Scope<'_>,
    id: NodeId,
    kind: Kinds,
    answer: &mut dyn FnMut(Question<'_>) -> bool,
) -> bool {
    let node = scope.node(id);
    let is_of_type = |types: Types| {
        let is_written = !kind.has(Kinds::WITH_FRACTION) || !types.is_integer_as_written();
        is_written && kind.without(Kinds::WITH_FRACTION).within(Kinds::of(types))
    };
    if node.never || !node.types.is_none_or(is_of_type) {
        return false;
    }
    let own =
        node.constant
            .as_deref()
            .is_none_or(|constant| answer(Question::Listed(std::slice::from_ref(constant))))
            && node
                .values
                .as_ref()
                .is_none_or(|values| answer(Question::Listed(&values.all)))
            && node.checks.iter().all(|check| {
                !kind.within(Kinds::about(check.kind)) || answer(Question::Check(check))
            })
            && node.lengths.iter().all(|length| {
                !kind.within(Kinds::about(length.kind)) || answer(Question::Length(*length))
            });
    if !own {
        return false;
    }
    let mut inner = |id: NodeId| holds(scope, id, kind, answer);
    node.reference.is_none_or(&mut inner)
        && node.all_of.iter().all(|id| inner(*id))
        && (node.any_of_branches().is_empty() || node.any_of_branches().iter().any(|id| inner(*id)))
        && (node.one_of_branches().is_empty() || node.one_of_branches().iter().filter(|id| inner(**id)).count() == 1)
        && !node.not.is_some_and(&mut inner)
        && node.conditional.is_none_or(|conditional| {
            let branch = match inner(conditional.condition) {
                true => conditional.then,
                false => conditional.otherwise,
            };
            branch.is_none_or(&mut inner)
        })
}
