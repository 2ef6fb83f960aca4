//! Determines which payloads a pair of schemas is part of.

use super::walk::Walk;

/// For each pair, the roots that lead to it, in order.
pub(super) fn reach(walk: &Walk<'_>) -> Vec<Vec<usize>> {
    let words = walk.roots.len().div_ceil(64);
    let mut sets = vec![vec![0_u64; words]; walk.pairs.len()];
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); walk.pairs.len()];
    for (id, pair) in walk.pairs.iter().enumerate() {
        for (parent, _) in &pair.parents {
            children[*parent].push(id);
        }
        for root in &pair.roots {
            sets[id][root / 64] |= 1 << (root % 64);
        }
    }
    for list in &mut children {
        list.sort_unstable();
        list.dedup();
    }
    // Propagates roots downwards until nothing changes.
    let mut open: std::collections::VecDeque<usize> = (0..walk.pairs.len()).collect();
    let mut is_open = vec![true; walk.pairs.len()];
    while let Some(id) = open.pop_front() {
        is_open[id] = false;
        let own = sets[id].clone();
        for &child in &children[id] {
            let mut has_more = false;
            for (known, new) in sets[child].iter_mut().zip(&own) {
                has_more |= *new & !*known != 0;
                *known |= new;
            }
            if has_more && !is_open[child] {
                is_open[child] = true;
                open.push_back(child);
            }
        }
    }
    let roots = |set: &Vec<u64>| {
        let has = |root: &usize| set[root / 64] >> (root % 64) & 1 == 1;
        (0..walk.roots.len()).filter(has).collect()
    };
    sets.iter().map(roots).collect()
}
