//! Pairs the operations of the old contract with those of the new one.

use std::collections::{BTreeMap, BTreeSet};

use crate::contract::{Contract, Operation, OperationKind, Payload};
use crate::schema::NodeId;

use super::walk::Walk;

/// A path prefix and its replacement (`--map-path /api=/api/v2`).
pub type PathMap = (String, String);

/// The operations of two contracts: pairs of indices, and the unpaired rest.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    pub(super) pairs: Vec<Paired>,
    pub(super) gone: Vec<usize>,
    pub(super) added: Vec<usize>,
}

/// An operation of the old contract and its counterpart.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paired {
    pub(super) old: usize,
    pub(super) new: usize,
    /// The basis of the match, if neither path nor id determines it.
    pub(super) guess: Option<&'static str>,
}

impl Pairing {
    pub(super) fn of(walk: &Walk<'_>, map: &[PathMap]) -> Self {
        let contracts: (&Contract, &Contract) = (walk.old, walk.new);
        let (old, new) = (&contracts.0.operations, &contracts.1.operations);
        let mut matching = Matching {
            old,
            new,
            gone: (0..old.len()).collect(),
            added: (0..new.len()).collect(),
            pairs: Vec::new(),
        };
        let kind = |operation: &Operation| (operation.kind as u8, operation.method.clone());
        let mapped_path = |operation: &Operation| mapped(&operation.path.shape(), map);
        // By method and full path, wherever the base path ends; then by the path after it.
        matching.pair(
            |operation| Some((kind(operation), routes(operation, map)?)),
            |operation| Some((kind(operation), routes(operation, &[])?)),
        );
        matching.pair(
            |operation| Some((kind(operation), mapped_path(operation))),
            |operation| Some((kind(operation), operation.path.shape())),
        );
        // A trailing slash makes no difference if only one of the two paths exists.
        matching.pair(
            |operation| Some((kind(operation), without_slash(&mapped_path(operation)))),
            |operation| Some((kind(operation), without_slash(&operation.path.shape()))),
        );
        // By operation id.
        let id = |operation: &Operation| Some((operation.kind as u8, operation.id.clone()));
        matching.pair(id, id);
        // By path, if the notation changed.
        let written = |operation: &Operation, path: String| {
            let writes = ["PUT", "PATCH", "POST"].contains(&&*operation.method);
            writes.then_some((operation.kind as u8, path))
        };
        matching.pair(
            |operation| written(operation, mapped_path(operation)),
            |operation| written(operation, operation.path.shape()),
        );
        // By path without version: `/v1/pets` and `/v2/pets`.
        let unversioned = |operation: &Operation| {
            let path = unversioned(&operation.path.shape());
            Some((kind(operation), path))
        };
        matching.pair(unversioned, unversioned);
        // If both contracts have a single schema, they correspond, whatever the file names.
        let is_schema = |operation: &Operation| operation.kind == OperationKind::Schema;
        if old.len() == 1 && new.len() == 1 {
            let only = |operation: &Operation| is_schema(operation).then_some(());
            matching.pair(only, only);
        }
        matching.guess_moves(walk);
        matching.guess_actions();
        matching.pairs.sort_by_key(|pair| pair.new);
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
    pairs: Vec<Paired>,
}

impl Matching<'_> {
    /// Pairs operations with the same key, if the key is unique on both sides.
    fn pair<K: Ord>(
        &mut self,
        old_key: impl Fn(&Operation) -> Option<K>,
        new_key: impl Fn(&Operation) -> Option<K>,
    ) {
        let mut keys = BTreeMap::<K, (Vec<usize>, Vec<usize>)>::new();
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
        let found =
            keys.into_values()
                .filter_map(|(old, new)| match (old.as_slice(), new.as_slice()) {
                    ([old], [new]) => Some((*old, *new)),
                    _ => None,
                });
        self.take(found.collect(), None);
    }

    fn take(&mut self, found: Vec<(usize, usize)>, guess: Option<&'static str>) {
        let old: BTreeSet<usize> = found.iter().map(|(old, _)| *old).collect();
        let new: BTreeSet<usize> = found.iter().map(|(_, new)| *new).collect();
        self.gone.retain(|index| !old.contains(index));
        self.added.retain(|index| !new.contains(index));
        let pairs = found
            .into_iter()
            .map(|(old, new)| Paired { old, new, guess });
        self.pairs.extend(pairs);
    }

    /// Pairs operations with a new path and the same schemas, then those with the same change of path but
    /// without schemas.
    fn guess_moves(&mut self, walk: &Walk<'_>) {
        let mut candidates: Vec<(usize, usize)> = Vec::new();
        for &old in &self.gone {
            for &new in &self.added {
                let (was, is) = (&self.old[old], &self.new[new]);
                if was.kind == is.kind
                    && was.method == is.method
                    && is_moved(&was.path.shape(), &is.path.shape())
                    && have_the_same_schemas(walk, was, is)
                {
                    candidates.push((old, new));
                }
            }
        }
        let count = |is_same: &dyn Fn(&(usize, usize)) -> bool| {
            candidates.iter().filter(|pair| is_same(pair)).count()
        };
        let is_only = |(old, new): &(usize, usize)| {
            count(&|pair| pair.0 == *old) == 1 && count(&|pair| pair.1 == *new) == 1
        };
        let found: Vec<(usize, usize)> = candidates.iter().copied().filter(is_only).collect();
        let ways: BTreeSet<(String, String)> = found
            .iter()
            .map(|(old, new)| prefixes(&self.old[*old].path.shape(), &self.new[*new].path.shape()))
            .collect();
        self.take(found, Some("the method and the schemas are the same"));
        for way in ways {
            let way = [way];
            let mut found = Vec::new();
            for &old in &self.gone {
                let was = &self.old[old];
                let path = mapped(&was.path.shape(), &way);
                let is_there = |new: &&usize| {
                    let is = &self.new[**new];
                    is.kind == was.kind && is.method == was.method && is.path.shape() == path
                };
                if path != was.path.shape()
                    && let Some(new) = self.added.iter().find(is_there)
                {
                    found.push((old, *new));
                }
            }
            self.take(
                found,
                Some("other operations moved by the same path prefix"),
            );
        }
    }

    /// Pairs `DELETE /orders/{id}` with `POST /orders/{id}/cancel`: an operation that became an action below
    /// its path, or the reverse, if nothing else was added or removed there.
    fn guess_actions(&mut self) {
        let is_action = |method: &str| matches!(method, "POST" | "PUT" | "PATCH");
        let is_below = |path: &str, above: &str| {
            let rest = path
                .strip_prefix(above)
                .and_then(|rest| rest.strip_prefix('/'));
            rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(['/', '{']))
        };
        let mut found: Vec<(usize, usize)> = Vec::new();
        for &old in &self.gone {
            for &new in &self.added {
                let (was, is) = (&self.old[old], &self.new[new]);
                let (from, to) = (was.path.shape(), is.path.shape());
                let acts = |action: &Operation, other: &Operation| {
                    is_action(&action.method)
                        && other.method == "DELETE"
                        && !action.request.is_required()
                };
                let became = acts(is, was) && is_below(&to, &from);
                let was_one = acts(was, is) && is_below(&from, &to);
                if was.kind == OperationKind::Path && was.kind == is.kind && (became || was_one) {
                    found.push((old, new));
                }
            }
        }
        let all = found.clone();
        found.retain(|(old, new)| {
            let rivals = all.iter().filter(|pair| pair.0 == *old || pair.1 == *new);
            rivals.count() == 1
        });
        self.take(found, Some("one is below the path of the other"));
    }
}

/// The full paths of an operation, in order; `None` if it has none.
fn routes(operation: &Operation, map: &[PathMap]) -> Option<Vec<String>> {
    let routes = operation.routes.iter();
    let mut routes: Vec<String> = routes.map(|route| mapped(&route.shape(), map)).collect();
    routes.sort();
    (!routes.is_empty()).then_some(routes)
}

/// Whether two operations have the same full paths, ignoring a trailing slash.
pub(super) fn have_the_same_routes(old: &Operation, new: &Operation) -> bool {
    let plain = |operation: &Operation| {
        let mut routes = routes(operation, &[])?;
        routes
            .iter_mut()
            .for_each(|route| *route = without_slash(route));
        Some(routes)
    };
    plain(old).is_some_and(|old| plain(new) == Some(old))
}

pub(super) fn without_slash(path: &str) -> String {
    match path.trim_end_matches('/') {
        "" => "/".to_owned(),
        path => path.to_owned(),
    }
}

/// Whether one path may be the other after a move: one segment was renamed, or the prefix changed.
fn is_moved(old: &str, new: &str) -> bool {
    let (was, is): (Vec<&str>, Vec<&str>) = (old.split('/').collect(), new.split('/').collect());
    let differing = was.iter().zip(&is).filter(|(one, other)| one != other);
    let is_renamed = was.len() == is.len() && differing.count() == 1;
    let shared = was
        .iter()
        .rev()
        .zip(is.iter().rev())
        .take_while(|(one, other)| one == other);
    is_renamed
        || shared
            .into_iter()
            .any(|(segment, _)| !segment.starts_with('{') && !segment.is_empty())
}

/// Whether two operations have the same bodies, at least one of which is constrained.
fn have_the_same_schemas(walk: &Walk<'_>, old: &Operation, new: &Operation) -> bool {
    let answers = |operation: &Operation| -> Vec<NodeId> {
        let responses = operation.responses.iter();
        let successes = responses.filter(|response| response.status.is_success());
        successes
            .flat_map(|response| response.payload.schemas())
            .collect()
    };
    let bodies = |operation: &Operation| -> [Vec<NodeId>; 2] {
        let request = match &operation.request {
            Payload::Content(_) => operation.request.schemas(),
            Payload::Absent | Payload::Undocumented => Vec::new(),
        };
        [request, answers(operation)]
    };
    let (was, is) = (bodies(old), bodies(new));
    let says_something = was.iter().flatten().any(|id| {
        let node = walk.old.graph.node(walk.old.graph.resolve(*id));
        node.asserts
    });
    let pairs = || was.iter().zip(&is);
    says_something
        && pairs().all(|(was, is)| was.len() == is.len() && walk.accept_the_same(was, is))
}

/// An old path after applying the path mapping; the longest prefix wins.
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

/// A path without version segments such as `v2` or `v1.1`.
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

/// The differing prefixes of two paths: `/api` and `/api/v2` for `/api/pets` and `/api/v2/pets`.
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
