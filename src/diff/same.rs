//! Whether two schemas say the same in the same words, whatever their places and names.

use rustc_hash::FxHashSet;

use crate::schema::{Graph, Node, NodeId};

/// Compares schemas of two graphs. Pairs that are in progress are taken to be the same, so cycles end.
pub(super) struct Same<'g> {
    old: &'g Graph,
    new: &'g Graph,
    same: FxHashSet<(NodeId, NodeId)>,
    different: FxHashSet<(NodeId, NodeId)>,
}

impl<'g> Same<'g> {
    pub(super) fn new(old: &'g Graph, new: &'g Graph) -> Self {
        Self {
            old,
            new,
            same: FxHashSet::default(),
            different: FxHashSet::default(),
        }
    }

    /// Whether every part of the two is the same.
    pub(super) fn holds(&mut self, old: NodeId, new: NodeId) -> bool {
        let (old, new) = (self.old.resolve(old), self.new.resolve(new));
        if self.same.contains(&(old, new)) {
            return true;
        }
        if self.different.contains(&(old, new)) {
            return false;
        }
        // Pairs that are found on the way hold only if all of them do.
        let mut assumed = FxHashSet::default();
        let whole = (old, new);
        let mut open = vec![whole];
        while let Some((old, new)) = open.pop() {
            if self.same.contains(&(old, new)) || !assumed.insert((old, new)) {
                continue;
            }
            let (left, right) = (self.old.node(old), self.new.node(new));
            let (inner, other) = (left.inner(), right.inner());
            if self.different.contains(&(old, new))
                || inner.len() != other.len()
                || !says_the_same(left, right)
            {
                self.different.extend([(old, new), whole]);
                return false;
            }
            let pairs = inner.into_iter().zip(other);
            open.extend(pairs.map(|(old, new)| (self.old.resolve(old), self.new.resolve(new))));
        }
        self.same.extend(assumed);
        true
    }
}

/// Whether two schemas have the same keywords with the same arguments, but for the schemas in them,
/// which stand in the same places.
fn says_the_same(left: &Node, right: &Node) -> bool {
    let checks = |node: &Node| -> Vec<String> {
        let checks = node.checks.iter();
        let mut checks: Vec<String> = checks.map(|check| format!("{check:?}")).collect();
        checks.sort();
        checks
    };
    let (a, b) = (&left.object, &right.object);
    let contains = |node: &Node| node.array.contains.map(|c| (c.minimum, c.maximum));
    let conditional = |node: &Node| {
        let conditional = node.conditional.as_ref();
        conditional.map(|c| (c.then.is_some(), c.otherwise.is_some()))
    };
    let listed = |node: &Node| node.values.as_ref().map(|values| values.all.clone());
    let names = |patterns: &[(std::sync::Arc<crate::schema::Check>, NodeId)]| -> Vec<String> {
        patterns
            .iter()
            .map(|(pattern, _)| pattern.argument_text())
            .collect()
    };
    left.never == right.never
        && left.types == right.types
        && left.constant == right.constant
        && listed(left) == listed(right)
        && left.lengths == right.lengths
        && checks(left) == checks(right)
        && a.names == b.names
        && a.required == b.required
        && a.dependent_required == b.dependent_required
        && names(&a.patterns) == names(&b.patterns)
        && a.dependent_schemas
            .iter()
            .map(|(name, _)| name)
            .eq(b.dependent_schemas.iter().map(|(name, _)| name))
        && a.additional.is_some() == b.additional.is_some()
        && a.unevaluated.is_some() == b.unevaluated.is_some()
        && a.property_names.is_some() == b.property_names.is_some()
        && left.array.prefix.len() == right.array.prefix.len()
        && left.array.items.is_some() == right.array.items.is_some()
        && left.array.unevaluated.is_some() == right.array.unevaluated.is_some()
        && contains(left) == contains(right)
        && left.reference.is_some() == right.reference.is_some()
        && left.all_of.len() == right.all_of.len()
        && left.any_of.len() == right.any_of.len()
        && left.one_of.len() == right.one_of.len()
        && left.not.is_some() == right.not.is_some()
        && conditional(left) == conditional(right)
}
