//! The places of payloads, with what was learnt of each.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::location::{PathPattern, Step};

use super::PathProfile;

/// Names a path of one [`Shape`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PathId(u32);

impl PathId {
    /// The path of the whole payload.
    pub const ROOT: Self = Self(0);
}

/// The places of payloads, as a tree: array positions and keys that are data are folded.
#[derive(Debug, Clone)]
pub struct Shape<T = PathProfile> {
    paths: Vec<PathNode<T>>,
    /// Places that were folded into others, and can be used again.
    free: Vec<PathId>,
    /// Whether there were more places than are distinguished.
    is_folded: bool,
}

#[derive(Debug, Clone, Default)]
struct PathNode<T> {
    profile: T,
    keys: BTreeMap<Arc<str>, PathId>,
    any: Option<PathId>,
    /// Whether its keys are data.
    is_map: bool,
}

impl<T: Default> Default for Shape<T> {
    fn default() -> Self {
        Self {
            paths: vec![PathNode::default()],
            free: Vec::new(),
            is_folded: false,
        }
    }
}

impl<T> Shape<T> {
    /// What was learnt of a path.
    #[must_use]
    pub fn path(&self, id: PathId) -> &T {
        &self.paths[id.0 as usize].profile
    }

    pub(crate) fn path_mut(&mut self, id: PathId) -> &mut T {
        &mut self.paths[id.0 as usize].profile
    }

    pub(crate) fn each_mut(&mut self, act: impl FnMut(&mut T)) {
        self.paths.iter_mut().map(|path| &mut path.profile).for_each(act);
    }

    /// The path of a member, if it was seen.
    #[must_use]
    pub fn key(&self, id: PathId, key: &str) -> Option<PathId> {
        self.paths[id.0 as usize].keys.get(key).copied()
    }

    /// The path of elements and of members whose keys are data, if there are any.
    pub(crate) fn any(&self, id: PathId) -> Option<PathId> {
        self.paths[id.0 as usize].any
    }

    /// The members of a path that are distinguished, by name.
    pub(crate) fn keys(&self, id: PathId) -> impl Iterator<Item = (&Arc<str>, PathId)> {
        self.paths[id.0 as usize].keys.iter().map(|(key, id)| (key, *id))
    }

    /// How many members of a path are distinguished.
    pub(crate) fn key_count(&self, id: PathId) -> usize {
        self.paths[id.0 as usize].keys.len()
    }

    /// Whether the keys of a path are data.
    pub(crate) fn is_map(&self, id: PathId) -> bool {
        self.paths[id.0 as usize].is_map
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

    /// Whether no more places are distinguished: what is met in others counts for the place above.
    fn is_full(&mut self) -> bool {
        let is_full = self.free.is_empty() && self.paths.len() >= crate::limits::PATHS;
        self.is_folded |= is_full;
        is_full
    }

    /// Whether there were more places than are distinguished.
    #[must_use]
    pub fn is_folded(&self) -> bool {
        self.is_folded
    }

    /// Every path with its pattern, parents before children.
    #[must_use]
    pub fn walk(&self) -> Vec<(PathPattern, PathId)> {
        let mut found = Vec::new();
        let mut open = vec![(PathPattern::root(), PathId(0))];
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
}

impl<T: Clone> Shape<T> {
    /// What is at a path and below it, as a shape of its own.
    pub(crate) fn subtree(&self, id: PathId) -> Self {
        let mut tree = Self {
            paths: Vec::new(),
            free: Vec::new(),
            is_folded: self.is_folded,
        };
        tree.copy(self, id);
        tree
    }

    fn copy(&mut self, other: &Self, theirs: PathId) -> PathId {
        let node = &other.paths[theirs.0 as usize];
        let own = PathId(crate::limits::index(self.paths.len()));
        self.paths.push(PathNode {
            profile: node.profile.clone(),
            keys: BTreeMap::new(),
            any: None,
            is_map: node.is_map,
        });
        for (key, child) in &node.keys {
            let child = self.copy(other, *child);
            self.paths[own.0 as usize].keys.insert(Arc::clone(key), child);
        }
        if let Some(child) = node.any {
            let child = self.copy(other, child);
            self.paths[own.0 as usize].any = Some(child);
        }
        own
    }
}

impl Shape {
    /// The path of the whole payload.
    pub const ROOT: PathId = PathId::ROOT;
}

impl<T: Default> Shape<T> {
    pub(crate) fn enter_key(&mut self, id: PathId, key: &str) -> PathId {
        if let Some(known) = self.key(id, key) {
            return known;
        }
        if self.is_map(id) {
            return self.enter_any(id);
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

    fn push(&mut self) -> PathId {
        if let Some(free) = self.free.pop() {
            return free;
        }
        self.paths.push(PathNode::default());
        PathId(crate::limits::index(self.paths.len() - 1))
    }
}

impl<T: Default + for<'t> AddAssign<&'t T>> Shape<T> {
    fn merge_path(&mut self, ours: PathId, other: &Self, theirs: PathId) {
        if other.is_map(theirs) {
            self.fold_keys(ours);
        }
        *self.path_mut(ours) += other.path(theirs);
        for (step, child) in other.children(theirs) {
            let ours = match step {
                Step::Key(key) => self.enter_key(ours, &key),
                Step::Any => self.enter_any(ours),
            };
            self.merge_path(ours, other, child);
        }
    }

    /// Takes keys for data wherever a path has more than `most` of them.
    pub(crate) fn fold_wide(&mut self, most: usize) {
        let mut open = vec![PathId::ROOT];
        while let Some(id) = open.pop() {
            if self.key_count(id) > most {
                self.fold_keys(id);
            }
            open.extend(self.children(id).map(|(_, below)| below));
        }
    }

    /// Takes the keys of a path for data from now on.
    pub(crate) fn fold_keys(&mut self, id: PathId) {
        if std::mem::replace(&mut self.paths[id.0 as usize].is_map, true) {
            return;
        }
        for child in std::mem::take(&mut self.paths[id.0 as usize].keys).into_values() {
            match self.any(id) {
                Some(any) => self.absorb(any, child),
                None => self.paths[id.0 as usize].any = Some(child),
            }
        }
    }

    /// Adds a subtree to another one, and gives it up.
    fn absorb(&mut self, ours: PathId, theirs: PathId) {
        let node = std::mem::take(&mut self.paths[theirs.0 as usize]);
        self.free.push(theirs);
        *self.path_mut(ours) += &node.profile;
        if node.is_map {
            self.fold_keys(ours);
        }
        for (key, child) in node.keys {
            match (self.is_map(ours), self.key(ours, &key)) {
                (false, None) => {
                    self.paths[ours.0 as usize].keys.insert(key, child);
                }
                (false, Some(known)) => self.absorb(known, child),
                (true, _) => self.absorb_any(ours, child),
            }
        }
        if let Some(child) = node.any {
            self.absorb_any(ours, child);
        }
    }

    fn absorb_any(&mut self, ours: PathId, theirs: PathId) {
        match self.any(ours) {
            Some(any) => self.absorb(any, theirs),
            None => self.paths[ours.0 as usize].any = Some(theirs),
        }
    }
}

impl<T: Default + for<'t> AddAssign<&'t T>> AddAssign<&Self> for Shape<T> {
    fn add_assign(&mut self, other: &Self) {
        self.is_folded = self.is_folded || other.is_folded;
        self.merge_path(PathId::ROOT, other, PathId::ROOT);
    }
}

/// Two shapes are equal when they have the same paths; how they are numbered makes no difference.
impl<T: PartialEq> PartialEq for Shape<T> {
    fn eq(&self, other: &Self) -> bool {
        let (ours, theirs) = (self.walk(), other.walk());
        ours.len() == theirs.len()
            && self.is_folded == other.is_folded
            && ours
                .iter()
                .zip(&theirs)
                .all(|((pattern, id), (other_pattern, other_id))| {
                    pattern == other_pattern
                        && self.is_map(*id) == other.is_map(*other_id)
                        && self.path(*id) == other.path(*other_id)
                })
    }
}

impl<T: Eq> Eq for Shape<T> {}

/// How deep places may be in a file: no payload that is read is nested deeper.
const DEEPEST: usize = crate::limits::NESTING as usize + 1;

/// A shape in a file: its paths, parents before children, in the order of their names.
#[derive(Serialize, Deserialize)]
struct ShapeFile<N> {
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    folded: bool,
    paths: Vec<N>,
}

/// A path in a file.
#[derive(Serialize, Deserialize)]
struct PathFile<T> {
    /// The position of the path above in the list; none for the whole payload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    above: Option<u32>,
    /// Its key; without one it stands for elements and for members whose keys are data.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<Arc<str>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    map: bool,
    learnt: T,
}

impl<T: Serialize> Serialize for Shape<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut paths = Vec::new();
        let mut open = vec![(None, None, PathId::ROOT)];
        while let Some((above, key, id)) = open.pop() {
            let own = crate::limits::index(paths.len());
            paths.push(PathFile {
                above,
                key,
                map: self.is_map(id),
                learnt: self.path(id),
            });
            let below = open.len();
            open.extend(self.children(id).map(|(step, child)| match step {
                Step::Key(key) => (Some(own), Some(key), child),
                Step::Any => (Some(own), None, child),
            }));
            open[below..].reverse();
        }
        let folded = self.is_folded;
        ShapeFile { folded, paths }.serialize(serializer)
    }
}

impl<'de, T: Default + Deserialize<'de>> Deserialize<'de> for Shape<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let file: ShapeFile<PathFile<T>> = ShapeFile::deserialize(deserializer)?;
        if file.paths.len() > crate::limits::PATHS {
            return Err(D::Error::custom("a payload has too many places"));
        }
        let mut shape = Self {
            paths: Vec::with_capacity(file.paths.len()),
            free: Vec::new(),
            is_folded: file.folded,
        };
        let mut depths: Vec<usize> = Vec::with_capacity(file.paths.len());
        for (position, path) in file.paths.into_iter().enumerate() {
            let id = PathId(crate::limits::index(position));
            let above = path.above.map(|above| above as usize);
            let depth = above.and_then(|above| depths.get(above)).map_or(0, |above| above + 1);
            if depth > DEEPEST {
                return Err(D::Error::custom("the places of a payload are nested too deeply"));
            }
            depths.push(depth);
            match (above, shape.paths.len()) {
                (None, 0) => {}
                (Some(above), known) if above < known => {
                    let above = &mut shape.paths[above];
                    let taken = match path.key {
                        Some(key) => above.keys.insert(key, id),
                        None => above.any.replace(id),
                    };
                    if taken.is_some() {
                        return Err(D::Error::custom("a place of a payload is listed twice"));
                    }
                }
                _ => return Err(D::Error::custom("a place of a payload is not below a known one")),
            }
            shape.paths.push(PathNode {
                profile: path.learnt,
                is_map: path.map,
                ..PathNode::default()
            });
        }
        match shape.paths.is_empty() {
            true => Ok(Self::default()),
            false => Ok(shape),
        }
    }
}
