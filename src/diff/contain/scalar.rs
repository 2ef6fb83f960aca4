//! Numbers and strings: every keyword that is about them is a question to the value, so a schema is a formula
//! over such questions, and containment is whether one formula follows from another.
//!
//! [`number`](super::number) and [`text`](super::text) go through every class of values that the questions
//! tell apart.

use crate::schema::{Check, Length, NodeId};

use super::Scope;
use super::case::Case;
use super::kinds::Kinds;

/// A question to a scalar.
#[derive(Debug, Clone, Copy)]
pub(super) enum Question<'g> {
    Check(&'g Check),
    Length(Length),
    Listed(&'g [serde_json::Value]),
}

/// What is asked of a case: whether its values are those of a schema, or whether it has any.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a, 'g> {
    pub(super) left: Scope<'g>,
    pub(super) case: &'a Case,
    pub(super) right: Right<'g>,
}

/// What a case is asked to be.
#[derive(Clone, Copy)]
pub(super) enum Right<'g> {
    /// Empty.
    Nothing,
    /// Values of this schema.
    Schema(Scope<'g>, NodeId),
    /// Values that keep this check.
    Check(&'g Check),
}

impl<'g> Right<'g> {
    const fn schema(self) -> Option<(Scope<'g>, NodeId)> {
        match self {
            Self::Schema(scope, node) => Some((scope, node)),
            Self::Nothing | Self::Check(_) => None,
        }
    }
}

impl<'g> Asked<'_, 'g> {
    /// Every question, once for each place that asks it.
    pub(super) fn questions(&self) -> Vec<Question<'g>> {
        let mut questions = Vec::new();
        let mut seen = rustc_hash::FxHashSet::default();
        let roots = self.case.nodes.iter().chain(&self.case.nots);
        let mut open: Vec<(Scope<'g>, bool, NodeId)> =
            roots.map(|node| (self.left, true, *node)).collect();
        open.extend(
            self.right
                .schema()
                .map(|(scope, node)| (scope, false, node)),
        );
        if let Right::Check(check) = self.right {
            questions.push(Question::Check(check));
        }
        while let Some((scope, is_left, id)) = open.pop() {
            if !seen.insert((is_left, id)) {
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
            open.extend(node.in_place().into_iter().map(|id| (scope, is_left, id)));
        }
        questions
    }

    /// Whether some schema takes for whole only what is written so (draft 4), where that can make a
    /// difference.
    pub(super) fn counts_as_written(&self) -> bool {
        let is_so = |node: &crate::schema::Node| {
            let types = node.types.filter(|types| !types.holds_fractions());
            types.is_some_and(crate::schema::Types::counts_as_written)
        };
        if self.case.each(self.left).any(is_so) {
            return false;
        }
        let mut seen = rustc_hash::FxHashSet::default();
        let mut open: Vec<(Scope<'g>, NodeId)> =
            self.case.nots.iter().map(|not| (self.left, *not)).collect();
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

    /// Whether a value with these answers, of the one kind that the case has, is one of the case and none
    /// of the right side.
    pub(super) fn is_refuted_by(&self, answer: &mut dyn FnMut(Question<'_>) -> bool) -> bool {
        let kind = self.case.kinds;
        let mut holds = |scope: Scope<'g>, id: NodeId| holds(scope, id, kind, &mut *answer);
        self.case.nodes.iter().all(|node| holds(self.left, *node))
            && !self.case.nots.iter().any(|not| holds(self.left, *not))
            && match self.right {
                Right::Nothing => true,
                Right::Schema(scope, node) => !holds(scope, node),
                Right::Check(check) => !answer(Question::Check(check)),
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
    if node.never || !node.types.is_none_or(|types| kind.within(Kinds::of(types))) {
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
        && (node.any_of.is_empty() || node.any_of.iter().any(|id| inner(*id)))
        && (node.one_of.is_empty() || node.one_of.iter().filter(|id| inner(**id)).count() == 1)
        && !node.not.is_some_and(&mut inner)
        && node.conditional.is_none_or(|conditional| {
            let branch = match inner(conditional.condition) {
                true => conditional.then,
                false => conditional.otherwise,
            };
            branch.is_none_or(&mut inner)
        })
}
