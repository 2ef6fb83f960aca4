//! Which operation of the old contract became which of the new one.

use std::collections::BTreeSet;

use crate::contract::{Contract, Operation, OperationKind};

/// A prefix of paths, and what became of it (`--map-path /api=/api/v2`).
pub type PathMap = (String, String);

/// The operations of two contracts: those that became each other, by their places, and the rest.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    pub(super) pairs: Vec<(usize, usize)>,
    pub(super) gone: Vec<usize>,
    pub(super) added: Vec<usize>,
}

impl Pairing {
    pub(super) fn of(old: &Contract, new: &Contract, map: &[PathMap]) -> Self {
        let (old, new) = (&old.operations, &new.operations);
        let mut matching = Matching {
            old,
            new,
            gone: (0..old.len()).collect(),
            added: (0..new.len()).collect(),
            pairs: Vec::new(),
        };
        let mapped = |operation: &Operation| mapped(&operation.path.shape(), map);
        // By method and path.
        matching.pair(
            |operation| {
                Some((
                    operation.kind as u8,
                    operation.method.clone(),
                    mapped(operation),
                ))
            },
            |operation| {
                Some((
                    operation.kind as u8,
                    operation.method.clone(),
                    operation.path.shape(),
                ))
            },
        );
        // By the name that the contract gives it.
        let id = |operation: &Operation| Some((operation.kind as u8, operation.id.clone()));
        matching.pair(id, id);
        // By path, where one way of writing became another.
        let written = |operation: &Operation, path: String| {
            let writes = ["PUT", "PATCH", "POST"].contains(&&*operation.method);
            writes.then_some((operation.kind as u8, path))
        };
        matching.pair(
            |operation| written(operation, mapped(operation)),
            |operation| written(operation, operation.path.shape()),
        );
        // By path without its version: `/v1/pets` and `/v2/pets`.
        let unversioned = |operation: &Operation| {
            let path = unversioned(&operation.path.shape());
            Some((operation.kind as u8, operation.method.clone(), path))
        };
        matching.pair(unversioned, unversioned);
        // One schema each: it is the same one, whatever its file is called.
        let is_schema = |operation: &Operation| operation.kind == OperationKind::Schema;
        if old.len() == 1 && new.len() == 1 {
            let only = |operation: &Operation| is_schema(operation).then_some(());
            matching.pair(only, only);
        }
        matching.pairs.sort_by_key(|(_, new)| *new);
        Self {
            pairs: matching.pairs,
            gone: matching.gone,
            added: matching.added,
        }
    }
}

struct Matching<'c> {
    old: &'c [Operation],
    new: &'c [Operation],
    gone: Vec<usize>,
    added: Vec<usize>,
    pairs: Vec<(usize, usize)>,
}

impl Matching<'_> {
    /// Pairs what has the same key, where it is the only one on either side.
    fn pair<K: Ord>(
        &mut self,
        old_key: impl Fn(&Operation) -> Option<K>,
        new_key: impl Fn(&Operation) -> Option<K>,
    ) {
        let mut keys = std::collections::BTreeMap::<K, (Vec<usize>, Vec<usize>)>::new();
        for &index in &self.gone {
            if let Some(key) = old_key(&self.old[index]) {
                keys.entry(key).or_default().0.push(index);
            }
        }
        for &index in &self.added {
            if let Some(key) = new_key(&self.new[index]) {
                keys.entry(key).or_default().1.push(index);
            }
        }
        let found: Vec<(usize, usize)> = keys
            .into_values()
            .filter_map(|(old, new)| match (old.as_slice(), new.as_slice()) {
                ([old], [new]) => Some((*old, *new)),
                _ => None,
            })
            .collect();
        let old: BTreeSet<usize> = found.iter().map(|(old, _)| *old).collect();
        let new: BTreeSet<usize> = found.iter().map(|(_, new)| *new).collect();
        self.gone.retain(|index| !old.contains(index));
        self.added.retain(|index| !new.contains(index));
        self.pairs.extend(found);
    }
}

/// The path that an old path is under the map: the longest prefix counts.
pub(super) fn mapped(path: &str, map: &[PathMap]) -> String {
    let fits = |prefix: &str| {
        let rest = path.strip_prefix(prefix.trim_end_matches('/'))?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    };
    let best = map
        .iter()
        .filter_map(|(from, to)| Some((from.len(), to, fits(from)?)))
        .max_by_key(|(length, ..)| *length);
    match best {
        Some((_, to, rest)) => format!("{}{rest}", to.trim_end_matches('/')),
        None => path.to_owned(),
    }
}

/// A path without segments such as `v2` or `v1.1`.
fn unversioned(path: &str) -> String {
    let is_version = |segment: &&str| {
        segment.strip_prefix(['v', 'V']).is_some_and(|rest| {
            !rest.is_empty() && rest.chars().all(|c| c.is_ascii_digit() || c == '.')
        })
    };
    let segments: Vec<&str> = path
        .split('/')
        .filter(|segment| !is_version(segment))
        .collect();
    segments.join("/")
}

/// What two paths differ in at their start: `/api/pets` and `/api/v2/pets` in `/api` and `/api/v2`.
pub(super) fn prefixes(old: &str, new: &str) -> (String, String) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.split('/').collect(), new.split('/').collect());
    let shared = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take_while(|(one, other)| one == other)
        .count();
    let start = |segments: &[&str]| {
        let end = segments.len().saturating_sub(shared).max(1);
        segments[..end].join("/")
    };
    (start(&old), start(&new))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_that_ends_at_a_segment_is_mapped() {
        let map = [
            ("/api".to_owned(), "/api/v2".to_owned()),
            ("/api/clients/".to_owned(), "/clients".to_owned()),
        ];
        let table = [
            ("/api/organisations", "/api/v2/organisations"),
            ("/api", "/api/v2"),
            ("/apiary", "/apiary"),
            ("/api/clients/{}", "/clients/{}"),
        ];
        for (path, expected) in table {
            assert_eq!(mapped(path, &map), expected);
        }
    }

    #[test]
    fn versions_in_paths_are_found() {
        assert_eq!(unversioned("/api/v2/pets/{}"), "/api/pets/{}");
        assert_eq!(unversioned("/v1.1/pets"), "/pets");
        assert_eq!(unversioned("/vets"), "/vets");
        assert_eq!(
            prefixes("/api/pets/{}", "/api/v2/pets/{}"),
            ("/api".to_owned(), "/api/v2".to_owned())
        );
        assert_eq!(
            prefixes("/pets", "/v2/pets"),
            (String::new(), "/v2".to_owned())
        );
    }
}
