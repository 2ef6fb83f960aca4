//! The operations of a contract, found by id or by path.

use std::ops::Deref;
use std::sync::OnceLock;

use super::path_index::PathIndex;
use super::{Operation, OperationKind, PathTemplate};

/// The operations of a contract, in the order of the description.
///
/// They do not change, so what is needed to find one is computed once.
#[derive(Debug)]
pub(crate) struct Operations {
    list: Vec<Operation>,
    /// Positions in the list, ordered by id.
    by_id: Vec<usize>,
    /// Positions of operations with paths, and which of its routes.
    by_route: OnceLock<PathIndex<(usize, usize)>>,
    /// Positions of operations, by their paths without a base path.
    by_path: OnceLock<PathIndex<usize>>,
}

impl Operations {
    pub(crate) fn new(list: Vec<Operation>) -> Self {
        let mut by_id: Vec<usize> = (0..list.len()).collect();
        by_id.sort_by(|left, right| list[*left].id.cmp(&list[*right].id));
        Self {
            list,
            by_id,
            by_route: OnceLock::new(),
            by_path: OnceLock::new(),
        }
    }

    /// The first operation with this id.
    pub(crate) fn with_id(&self, id: &str) -> Option<&Operation> {
        let at = self.by_id.partition_point(|at| *self.list[*at].id < *id);
        let operation = &self.list[*self.by_id.get(at)?];
        (operation.id == id).then_some(operation)
    }

    /// The position of one of these operations.
    pub(crate) fn position_of(&self, operation: &Operation) -> Option<usize> {
        let mut at = self.by_id.partition_point(|at| self.list[*at].id < operation.id);
        loop {
            let position = *self.by_id.get(at)?;
            let known = &self.list[position];
            if std::ptr::eq(known, operation) {
                return Some(position);
            }
            if known.id != operation.id {
                return None;
            }
            at += 1;
        }
    }

    /// The operations with a route that may match a path, and those routes, in order.
    pub(super) fn routed(&self, path: &str) -> impl Iterator<Item = (&Operation, &PathTemplate)> {
        let index = self.by_route.get_or_init(|| {
            let routes = self.with_paths().flat_map(|(position, operation)| {
                let routes = operation.routes.iter().enumerate();
                routes.map(move |(route, template)| ((position, route), template))
            });
            PathIndex::new(routes)
        });
        let found = index.candidates(path).into_iter();
        found.map(|(position, route)| {
            let operation = &self.list[position];
            (operation, &operation.routes[route])
        })
    }

    /// The operations whose path without a base path may match, in order.
    pub(super) fn with_path(&self, path: &str) -> impl Iterator<Item = &Operation> {
        let index = self.by_path.get_or_init(|| {
            let operations = self.with_paths();
            PathIndex::new(operations.map(|(position, operation)| (position, &operation.path)))
        });
        index.candidates(path).into_iter().map(|position| &self.list[position])
    }

    fn with_paths(&self) -> impl Iterator<Item = (usize, &Operation)> {
        let operations = self.list.iter().enumerate();
        operations.filter(|(_, operation)| operation.kind == OperationKind::Path)
    }
}

impl Deref for Operations {
    type Target = [Operation];

    fn deref(&self) -> &[Operation] {
        &self.list
    }
}

impl<'o> IntoIterator for &'o Operations {
    type Item = &'o Operation;
    type IntoIter = std::slice::Iter<'o, Operation>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

#[cfg(test)]
mod tests;
