//! The places of payloads, with what was learnt of each.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;

use crate::location::{PathPattern, Step};

use super::PathProfile;

/// Names a path of one [`Shape`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PathId(u32);

/// The places of payloads, as a tree: array positions and keys that are data are folded.
#[derive(Debug, Clone)]
pub struct Shape {
    paths: Vec<PathNode>,
    /// Whether there were more places than are told apart.
    is_folded: bool,
}

#[derive(Debug, Clone, Default)]
struct PathNode {
    profile: PathProfile,
    keys: BTreeMap<Arc<str>, PathId>,
    any: Option<PathId>,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            paths: vec![PathNode::default()],
            is_folded: false,
        }
    }
}

impl Shape {
    /// The path of the whole payload.
    pub const ROOT: PathId = PathId(0);

    /// What was learnt of a path.
    #[must_use]
    pub fn path(&self, id: PathId) -> &PathProfile {
        &self.paths[id.0 as usize].profile
    }

    pub(crate) fn path_mut(&mut self, id: PathId) -> &mut PathProfile {
        &mut self.paths[id.0 as usize].profile
    }

    /// The path of a member, if it was seen.
    #[must_use]
    pub fn key(&self, id: PathId, key: &str) -> Option<PathId> {
        self.paths[id.0 as usize].keys.get(key).copied()
    }

    /// The paths below this one, members by name first.
    pub fn children(&self, id: PathId) -> impl Iterator<Item = (Step, PathId)> {
        let node = &self.paths[id.0 as usize];
        let keys = node
            .keys
            .iter()
            .map(|(key, id)| (Step::Key(Arc::clone(key)), *id));
        keys.chain(node.any.map(|id| (Step::Any, id)))
    }

    pub(crate) fn enter_key(&mut self, id: PathId, key: &str) -> PathId {
        if let Some(known) = self.key(id, key) {
            return known;
        }
        if self.is_full() {
            return id;
        }
        let new = self.push();
        self.paths[id.0 as usize].keys.insert(key.into(), new);
        new
    }

    pub(crate) fn enter_any(&mut self, id: PathId) -> PathId {
        if let Some(known) = self.paths[id.0 as usize].any {
            return known;
        }
        if self.is_full() {
            return id;
        }
        let new = self.push();
        self.paths[id.0 as usize].any = Some(new);
        new
    }

    /// Whether no more places are told apart: what is met in others counts for the place above.
    fn is_full(&mut self) -> bool {
        let is_full = self.paths.len() >= crate::limits::PATHS;
        self.is_folded |= is_full;
        is_full
    }

    /// Whether there were more places than are told apart.
    #[must_use]
    pub fn is_folded(&self) -> bool {
        self.is_folded
    }

    fn push(&mut self) -> PathId {
        self.paths.push(PathNode::default());
        PathId(crate::limits::index(self.paths.len() - 1))
    }

    /// Every path with its pattern, parents before children.
    #[must_use]
    pub fn walk(&self) -> Vec<(PathPattern, PathId)> {
        let mut found = Vec::new();
        let mut open = vec![(PathPattern::root(), Self::ROOT)];
        while let Some((pattern, id)) = open.pop() {
            let mut below: Vec<_> = self
                .children(id)
                .map(|(step, child)| (pattern.join(step), child))
                .collect();
            below.reverse();
            open.append(&mut below);
            found.push((pattern, id));
        }
        found
    }

    fn merge_path(&mut self, ours: PathId, other: &Self, theirs: PathId) {
        *self.path_mut(ours) += other.path(theirs);
        for (step, child) in other.children(theirs) {
            let ours = match step {
                Step::Key(key) => self.enter_key(ours, &key),
                Step::Any => self.enter_any(ours),
            };
            self.merge_path(ours, other, child);
        }
    }
}

impl AddAssign<&Self> for Shape {
    fn add_assign(&mut self, other: &Self) {
        self.is_folded = self.is_folded || other.is_folded;
        self.merge_path(Self::ROOT, other, Self::ROOT);
    }
}

/// Two shapes are equal when they have the same paths; how they are numbered makes no difference.
impl PartialEq for Shape {
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.walk(), other.walk());
        ours.len() == theirs.len()
            && ours
                .iter()
                .zip(&theirs)
                .all(|((pattern, id), (other_pattern, other_id))| {
                    pattern == other_pattern && self.path(*id) == other.path(*other_id)
                })
    }
}

impl Eq for Shape {}
