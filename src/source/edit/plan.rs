//! The changes of the text that an operation needs.

use std::ops::Range;

use super::render::{Render, Style, comment_end, end_of, has_comment};
use super::tree::{Collection, Entry, Kind, Tree, line_end, line_start, part, skip};
use super::{Change, EditError, Operation, Scope, escaped, index, place, unescaped};

/// Plans the changes of one text.
pub(super) struct Editor<'t> {
    pub tree: &'t Tree<'t>,
    pub style: &'t Style,
    pub text: &'t str,
}

/// The parent of a collection, and the collection's entry in it.
pub(super) type Outer<'t> = Option<(&'t Collection, &'t Entry)>;

type Planned = Result<(Vec<Change>, Scope), EditError>;

impl<'t> Editor<'t> {
    pub(super) fn column(&self, at: usize) -> usize {
        at - line_start(self.text, at)
    }

    pub(super) fn unsupported(&self, path: &str, at: usize, reason: &'static str) -> EditError {
        EditError::Unsupported {
            path: path.to_owned(),
            place: Some(place(self.text, at)),
            reason,
        }
    }

    pub(super) fn shared(&self, path: &str, at: usize) -> EditError {
        let place = place(self.text, at);
        let path = path.to_owned();
        EditError::Shared { path, place }
    }

    /// The entry with a key or an index.
    pub(super) fn entry(
        &self,
        collection: &'t Collection,
        step: &str,
        path: &str,
    ) -> Result<Option<(usize, &'t Entry)>, EditError> {
        if !collection.is_mapping {
            let at = index(step).filter(|at| *at < collection.entries.len());
            return Ok(at.map(|at| (at, &collection.entries[at])));
        }
        let key = unescaped(step);
        let mut own = (collection.entries.iter().enumerate())
            .filter(|(_, entry)| !entry.is_merge && entry.key == key);
        let found = own.next();
        if let Some((_, again)) = own.next() {
            return Err(self.unsupported(path, again.start, "the key is repeated"));
        }
        if found.is_none() {
            for merge in collection.entries.iter().filter(|entry| entry.is_merge) {
                if self.merges(merge.node, &key, 0) {
                    return Err(self.shared(path, merge.start));
                }
            }
        }
        Ok(found)
    }

    /// Whether a merged mapping has a key.
    pub(super) fn merges(&self, node: usize, key: &str, depth: usize) -> bool {
        depth < 8
            && match &self.tree.nodes[node].kind {
                Kind::Scalar(..) => false,
                Kind::Alias(target) => self.merges(*target, key, depth + 1),
                Kind::Collection(collection) => collection.entries.iter().any(|entry| {
                    let is_nested = entry.is_merge || !collection.is_mapping;
                    entry.key == key || (is_nested && self.merges(entry.node, key, depth + 1))
                }),
            }
    }

    pub fn plan(&self, operation: &Operation) -> Planned {
        let path = operation.path();
        let tree = self.tree;
        let not_found = |at: usize| EditError::NotFound {
            path: path.to_owned(),
            place: Some(place(self.text, at)),
        };
        let Some((parents, last)) = path.rsplit_once('/') else {
            return match operation {
                Operation::Remove { .. } | Operation::Rename { .. } => {
                    Err(self.unsupported(path, 0, "the whole document cannot be removed"))
                }
                _ if !path.is_empty() => Err(not_found(0)),
                Operation::Add { value, .. } | Operation::Replace { value, .. } => {
                    Ok((self.replace_root(value), Scope::Entry))
                }
            };
        };
        if !path.starts_with('/') {
            return Err(not_found(0));
        }
        let mut node = 0;
        // The entry of the collection in its parent.
        let mut outer: Outer<'_> = None;
        for step in parents.split('/').skip(1).map(Some).chain([None]) {
            if let Kind::Alias(_) = tree.nodes[node].kind {
                return Err(self.shared(path, tree.nodes[node].start));
            }
            self.check_aliases(path, node, None)?;
            let collection = tree
                .collection(node)
                .ok_or_else(|| not_found(tree.nodes[node].start))?;
            let Some(step) = step else { break };
            let found = self.entry(collection, step, path)?;
            let (_, entry) = found.ok_or_else(|| not_found(tree.nodes[node].start))?;
            outer = Some((collection, entry));
            node = entry.node;
        }
        let collection = tree.collection(node).ok_or_else(|| not_found(0))?;
        if collection.is_flow && !collection.has_brackets {
            return Err(self.unsupported(
                path,
                tree.nodes[node].start,
                "the mapping has no braces",
            ));
        }
        let found = self.entry(collection, last, path)?;
        if let Some(first) = collection.entries.first().filter(|_| !collection.is_flow) {
            let indent = part(self.text, line_start(self.text, first.start)..first.start);
            if indent.contains('\t') {
                return Err(self.unsupported(
                    path,
                    first.start,
                    "a tab is part of the indentation",
                ));
            }
        }
        let render = self.style.within(tree, collection);
        match (operation, found) {
            (Operation::Remove { .. }, Some((at, entry))) => {
                self.check_aliases(path, entry.node, Some(&(entry.start..end_of(tree, entry))))?;
                // The last entry stays, and so does the collection.
                let is_apart = collection.is_flow || self.is_first_in_line(entry.start);
                let scope = match collection.is_mapping && at + 1 < collection.entries.len() {
                    true if is_apart => Scope::Entry,
                    _ => Scope::Parent,
                };
                Ok((self.remove(node, collection, at, entry), scope))
            }
            (Operation::Rename { name, .. }, Some((_, entry))) if collection.is_mapping => {
                if self.entry(collection, &escaped(name), path)?.is_some() {
                    return Err(self.unsupported(path, entry.start, "the new key exists already"));
                }
                let key = entry.start..entry.key_end;
                if part(self.text, key.clone()).starts_with(['&', '*', '!', '?']) {
                    return Err(self.unsupported(path, entry.start, "the key is not plain"));
                }
                Ok((
                    vec![(key, render.key(name, collection.is_flow))],
                    Scope::Parent,
                ))
            }
            (Operation::Replace { value, .. }, Some((_, entry))) => {
                self.check_replaced(path, collection, entry)?;
                Ok((
                    self.replace(collection, entry, value, &render),
                    Scope::Entry,
                ))
            }
            (Operation::Add { value, .. }, Some((_, entry))) if collection.is_mapping => {
                self.check_replaced(path, collection, entry)?;
                Ok((
                    self.replace(collection, entry, value, &render),
                    Scope::Entry,
                ))
            }
            (Operation::Add { value, .. }, found) => {
                let count = collection.entries.len();
                let at = match found {
                    Some((at, _)) => at,
                    None if collection.is_mapping || last == "-" || index(last) == Some(count) => {
                        count
                    }
                    None => return Err(not_found(tree.nodes[node].start)),
                };
                let key = collection.is_mapping.then(|| unescaped(last));
                let changes = match count {
                    0 => self.fill(node, outer, key, value, &render),
                    _ if collection.is_flow => {
                        self.insert_flow(collection, at, key.as_deref(), value, &render)
                    }
                    _ => self.insert_block(collection, outer, at, key.as_deref(), value, &render),
                };
                let scope = match collection.is_mapping {
                    _ if count == 0 || changes.len() > 1 => Scope::Parent,
                    true => Scope::NewMember,
                    false if last == "-" => Scope::NewElement,
                    false => Scope::Parent,
                };
                Ok((changes, scope))
            }
            _ => Err(not_found(tree.nodes[node].start)),
        }
    }

    /// A replaced value takes the place of an alias, but not of an anchor that is used.
    pub(super) fn check_replaced(
        &self,
        path: &str,
        parent: &Collection,
        entry: &Entry,
    ) -> Result<(), EditError> {
        if parent.is_mapping && !parent.is_flow && !entry.has_colon {
            return Err(self.unsupported(path, entry.start, "there is no `:` after the key"));
        }
        let node = &self.tree.nodes[entry.node];
        self.check_aliases(path, entry.node, Some(&(node.properties.start..node.end)))
    }

    /// Checks that no alias refers to a node, or to something in a removed range.
    pub(super) fn check_aliases(
        &self,
        path: &str,
        node: usize,
        removed: Option<&Range<usize>>,
    ) -> Result<(), EditError> {
        for (alias, target) in &self.tree.aliases {
            let at = self.tree.nodes[*alias].start;
            let is_removed = removed.is_some_and(|removed| {
                removed.contains(&self.tree.nodes[*target].start) && !removed.contains(&at)
            });
            if *target == node || is_removed {
                return Err(self.shared(path, at));
            }
        }
        Ok(())
    }

    /// The end of what belongs to an entry in block style: its line with its comment, and the lines after it
    /// that are comments and indented at least to `column`.
    pub(super) fn block_end(&self, mut end: usize, column: usize) -> usize {
        let text = self.text;
        let mut start = end;
        if !starts_line(text, end) {
            end = line_end(text, end);
            start = next_line(text, end);
        }
        let mut is_apart = false;
        while start < text.len() {
            let line = part(text, start..line_end(text, start));
            let indent = line.len() - line.trim_start_matches([' ', '\t']).len();
            if line.len() == indent {
                is_apart = true;
            } else if line[indent..].starts_with('#')
                && indent >= column
                && !(is_apart && column == 0)
            {
                end = start + line.len();
            } else {
                break;
            }
            start = next_line(text, start + line.len());
        }
        end
    }

    /// A renderer for a value at `end`, of an entry in `column`. A literal block scalar would swallow comments
    /// that follow it and are indented deeper.
    pub(super) fn before_comments<'s>(
        &self,
        render: &Render<'s>,
        end: usize,
        column: usize,
    ) -> Render<'s> {
        let text = self.text;
        let mut next = match starts_line(text, end) {
            true => end,
            false => next_line(text, line_end(text, end)),
        };
        let mut line = part(text, next..line_end(text, next));
        while line.trim().is_empty() && next < text.len() {
            next = next_line(text, next + line.len());
            line = part(text, next..line_end(text, next));
        }
        let inside = line.trim_start_matches([' ', '\t']);
        let swallows = inside.starts_with('#') && line.len() - inside.len() > column;
        let mut render = *render;
        render.has_literals &= !swallows;
        render
    }

    /// The change that inserts lines at the end of a line.
    pub(super) fn lines_at(&self, at: usize, lines: &str) -> Change {
        let newline = self.style.newline;
        match starts_line(self.text, at) {
            true => (at..at, format!("{lines}{newline}")),
            false => (at..at, format!("{newline}{lines}")),
        }
    }

    /// The change that removes the lines of an entry in block style.
    pub(super) fn without_lines(&self, start: usize, end: usize) -> Change {
        let text = self.text;
        let mut from = line_start(text, start);
        let mut to = end;
        if end == text.len() && !starts_line(text, end) {
            from = without_newline(text, from);
        } else if !starts_line(text, end) {
            to = next_line(text, end);
        }
        (from..to, String::new())
    }

    pub(super) fn is_first_in_line(&self, at: usize) -> bool {
        let line = part(self.text, line_start(self.text, at)..at);
        line.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
    }

    /// Replaces a block collection with a text in the line of its key or dash.
    pub(super) fn set_block(&self, node: usize, collection: &Collection, new: &str) -> Vec<Change> {
        let place = &self.tree.nodes[node];
        let end = self.block_end(place.end, self.column(place.start) + 1);
        let first = collection
            .entries
            .first()
            .map_or(place.start, |entry| entry.start);
        if node == 0 || !self.is_first_in_line(first) {
            return vec![(first..without_newline(self.text, end), new.to_owned())];
        }
        let at = place.properties.end;
        vec![(at..at, format!(" {new}")), self.without_lines(first, end)]
    }

    /// Removes the tag of a value, but not its anchor.
    pub(super) fn without_tag(&self, node: usize) -> Vec<Change> {
        let node = &self.tree.nodes[node];
        if !node.is_tagged {
            return Vec::new();
        }
        let range = node.properties.clone();
        let start = part(self.text, ..range.start)
            .trim_end_matches([' ', '\t'])
            .len();
        let mut words = part(self.text, range.clone()).split_whitespace();
        let anchor = words.find(|word| word.starts_with('&'));
        vec![(
            start..range.end,
            anchor
                .map(|anchor| format!(" {anchor}"))
                .unwrap_or_default(),
        )]
    }

    pub(super) fn remove(
        &self,
        node: usize,
        collection: &Collection,
        at: usize,
        entry: &Entry,
    ) -> Vec<Change> {
        let (tree, text) = (self.tree, self.text);
        let entries = &collection.entries;
        let end = end_of(tree, entry);
        if !collection.is_flow {
            let end = self.block_end(end, self.column(entry.start) + 1);
            return match entries.get(1) {
                None => self.set_block(
                    node,
                    collection,
                    if collection.is_mapping { "{}" } else { "[]" },
                ),
                Some(_) if at > 0 || self.is_first_in_line(entry.start) => {
                    vec![self.without_lines(entry.start, end)]
                }
                Some(next) if !has_comment(text, end, next.start) => {
                    vec![(entry.start..next.start, String::new())]
                }
                Some(_) => {
                    let start = part(text, ..entry.start).trim_end_matches(' ').len();
                    vec![(start..end, String::new())]
                }
            };
        }
        let none = String::new;
        match (
            at.checked_sub(1).and_then(|at| entries.get(at)),
            entries.get(at + 1),
        ) {
            (None, None) => {
                let outer = &tree.nodes[node];
                let inside = outer.start + 1..outer.end.saturating_sub(1);
                if !part(text, inside.clone()).contains('#') {
                    return vec![(inside, none())];
                }
                let comma = skip(text, end);
                let comma = part(text, comma..)
                    .starts_with(',')
                    .then_some((comma..comma + 1, none()));
                std::iter::once((entry.start..end, none()))
                    .chain(comma)
                    .collect()
            }
            (_, Some(next)) => {
                let comma = skip(text, end);
                let lines = line_start(text, entry.start)..line_end(text, comma);
                let is_alone = comment_end(text, comma + 1).is_some() && next.start > lines.end;
                if is_alone && self.is_first_in_line(entry.start) && comma <= line_end(text, end) {
                    return vec![self.without_lines(entry.start, lines.end)];
                }
                let end = match is_alone && has_comment(text, end, next.start) {
                    true => lines.end,
                    false => next.start,
                };
                vec![(entry.start..end, none())]
            }
            (Some(previous), None) => {
                let start = end_of(tree, previous);
                let end = match comment_end(text, end) {
                    Some(line) if part(text, end..line).contains('#') => line,
                    _ => end,
                };
                let comma = skip(text, start);
                match has_comment(text, start, entry.start) {
                    false => vec![(start..end, none())],
                    true => {
                        let line = line_end(text, comma);
                        if line > entry.start {
                            return vec![(comma..end, none())];
                        }
                        let from = part(text, ..entry.start).trim_end().len().max(line);
                        vec![(comma..comma + 1, none()), (from..end, none())]
                    }
                }
            }
        }
    }
}

/// Whether a line starts at an offset.
pub(super) fn starts_line(text: &str, at: usize) -> bool {
    at == 0 || part(text, ..at).ends_with(['\n', '\r'])
}

/// The start of the next line, for the end of a line.
pub(super) fn next_line(text: &str, end: usize) -> usize {
    let rest = part(text, end..);
    let newline = if rest.starts_with("\r\n") { 2 } else { 1 };
    end + newline.min(rest.len())
}

/// An offset without one line break before it.
pub(super) fn without_newline(text: &str, end: usize) -> usize {
    let text = part(text, ..end);
    let line = text
        .strip_suffix("\r\n")
        .or_else(|| text.strip_suffix(['\n', '\r']));
    line.unwrap_or(text).len()
}
