//! Which changes to meet in the values of which schemas.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::diff::{Alignment, Difference, Edge, Fact};
use crate::location::Step;

use super::meet::Asked;

/// The changes to meet in the values of each pair.
pub(super) fn asked(alignment: &Alignment, changes: &[Difference]) -> FxHashMap<usize, Vec<Asked>> {
    let mut by_pair: FxHashMap<usize, Vec<Asked>> = FxHashMap::default();
    for (index, change) in changes.iter().enumerate() {
        // An edit of a component is met wherever a schema includes the component, too.
        for pair in change.pair.iter().chain(&change.other_pairs) {
            for (around, name) in asked_at(alignment, change, *pair) {
                let known = by_pair.entry(around).or_default();
                if !known.contains(&(index, name.clone())) {
                    known.push((index, name));
                }
            }
        }
    }
    by_pair
}

/// The pairs whose values show a change of a pair, with the member that it is about where the value is the object
/// around it.
fn asked_at(alignment: &Alignment, change: &Difference, pair: usize) -> Vec<(usize, Option<Arc<str>>)> {
    // The object around a member shows whether the member is present.
    let is_of_member = matches!(
        change.fact,
        Fact::DefaultChanged | Fact::ReadOnlyAdded | Fact::DeprecationAdded
    );
    let Some(Step::Key(name)) = change.path.steps().last().filter(|_| is_of_member) else {
        return vec![(pair, None)];
    };
    let is_it = |(edge, child): &(Edge, usize)| {
        *child == pair && matches!(edge, Edge::Property(known) if known == name)
    };
    let around: Vec<usize> = (0..alignment.pairs.len())
        .filter(|around| alignment.pairs[*around].leads.iter().any(is_it))
        .collect();
    // Or the pair is that of the object.
    let around = match around.is_empty() {
        true => vec![pair],
        false => around,
    };
    around.into_iter().map(|around| (around, Some(Arc::clone(name)))).collect()
}
