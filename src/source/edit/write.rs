//! The changes of text that replace and insert values.

use serde_json::Value;

use granit_parser::ScalarStyle;

use super::plan::{Editor, Outer, next_line, starts_line, without_newline};
use super::render::{Render, comment_end, end_of, has_entries, is_list, is_literal, skip_blanks};
use super::tree::{Collection, Entry, Kind, Node, line_end, line_start, part, skip};
use super::Change;

impl Editor<'_> {
    pub(super) fn replace_root(&self, value: &Value) -> Vec<Change> {
        let root = &self.tree.nodes[0];
        let render = self.before_comments(&Render::of(self.style), root.end, 0);
        let mut new = String::new();
        match self.tree.is_json {
            true => render.flow(value, Some(""), &mut new),
            false => {
                if self.column(root.start) > 0 {
                    new.push_str(self.style.newline);
                }
                render.block(value, 0, &mut new);
            }
        }
        let mut changes = self.without_tag(0);
        let end = without_newline(self.text, root.end);
        changes.push((root.start..end.max(root.start), new));
        changes
    }

    pub(super) fn replace(
        &self,
        parent: &Collection,
        entry: &Entry,
        value: &Value,
        render: &Render<'_>,
    ) -> Vec<Change> {
        let (tree, text) = (self.tree, self.text);
        let node = &tree.nodes[entry.node];
        let old = tree.collection(entry.node);
        let old_block = old.filter(|old| !old.is_flow);
        let is_same_kind = old.is_some_and(|old| match old.is_mapping {
            true => value.is_object(),
            false => value.is_array(),
        });
        let is_empty = !has_entries(value);
        let was_flow = old.is_some_and(|old| old.is_flow && !old.entries.is_empty());
        let is_flow =
            parent.is_flow || is_empty || was_flow || (old_block.is_none() && is_list(value));
        let mut changes = if is_same_kind {
            Vec::new()
        } else {
            self.without_tag(entry.node)
        };
        let column = self.column(entry.start);
        let render = &self.before_comments(render, node.end, column);
        let changed = match old_block {
            None if is_flow => self.set_flow(parent, entry, value, render),
            Some(old) if is_flow => self.set_block(entry.node, old, &render.scalar(value, false)),
            Some(old) => {
                let first = old.entries.first().map_or(node.start, |entry| entry.start);
                let is_own_line = self.is_first_in_line(first);
                let column = match is_same_kind || !is_own_line {
                    true => self.column(first),
                    false => column + render.step_in(parent, value),
                };
                let end = self.block_end(node.end, self.column(first) + 1);
                let start = if is_own_line {
                    line_start(text, first)
                } else {
                    first
                };
                let mut new = " ".repeat(if is_own_line { column } else { 0 });
                render.block(value, column, &mut new);
                vec![(start..without_newline(text, end).max(start), new)]
            }
            None => self.set_collection(parent, entry, value, render),
        };
        changes.extend(changed);
        changes
    }

    /// Replaces a scalar, an alias or a flow collection in its place.
    pub(super) fn set_flow(
        &self,
        parent: &Collection,
        entry: &Entry,
        value: &Value,
        render: &Render<'_>,
    ) -> Vec<Change> {
        let (node, text) = (&self.tree.nodes[entry.node], self.text);
        let mut end = without_newline(text, node.end).max(node.start);
        let mut new = String::new();
        let line = line_start(text, entry.start);
        let indent = part(text, line..skip_blanks(text, line));
        let header = self.header(node);
        let is_string =
            matches!(&node.kind, Kind::Scalar(Value::String(_), _)) || self.tree.is_json;
        match (value, &node.kind) {
            (Value::String(string), _)
                if !parent.is_flow
                    && render.has_literals
                    && is_literal(string)
                    && (header.is_some() || line_end(text, end) == end) =>
            {
                new = render.literal(string, self.column(entry.start));
            }
            (Value::String(_), Kind::Scalar(_, style)) if is_string => {
                new = render.like(*style).scalar(value, parent.is_flow);
            }
            // In the line of other entries, the new ones stay in one line, too.
            _ if has_entries(value) => {
                let indent = Some(indent).filter(|_| self.is_first_in_line(entry.start));
                render.flow(value, indent, &mut new);
            }
            _ => new = render.scalar(value, parent.is_flow),
        }
        if let (Some(header), false) = (header, new.starts_with('|')) {
            let comment = part(text, header..line_end(text, header)).trim_end();
            new.push_str(comment);
        }
        if node.start == node.end {
            // There is no value yet.
            if parent.is_mapping || !parent.is_flow {
                let colon = if parent.is_mapping && !entry.has_colon {
                    ": "
                } else {
                    " "
                };
                new.insert_str(0, colon);
            }
            if !parent.is_flow && skip_blanks(text, end) == line_end(text, end) {
                end = line_end(text, end);
            }
        }
        vec![(node.start..end, new)]
    }

    /// The end of the header of a block scalar.
    pub(super) fn header(&self, node: &Node) -> Option<usize> {
        let is_block = matches!(
            node.kind,
            Kind::Scalar(_, ScalarStyle::Literal | ScalarStyle::Folded)
        );
        let header = part(self.text, node.start..);
        let length = header.find([' ', '\t', '\r', '\n']).unwrap_or(header.len());
        is_block.then_some(node.start + length)
    }

    /// Replaces a scalar, an alias or an empty collection with a block collection.
    pub(super) fn set_collection(
        &self,
        parent: &Collection,
        entry: &Entry,
        value: &Value,
        render: &Render<'_>,
    ) -> Vec<Change> {
        let (node, text) = (&self.tree.nodes[entry.node], self.text);
        let end = without_newline(text, node.end).max(node.start);
        let mut new = String::new();
        let from = node.properties.end;
        if part(text, from..node.start).contains(['\n', '\r']) {
            // In a line of its own.
            render.block(value, self.column(node.start), &mut new);
            return vec![(node.start..end, new)];
        }
        let column = self.column(entry.start) + render.step_in(parent, value);
        let old_end = self.header(node).unwrap_or(end);
        let line = line_end(text, old_end);
        let has_comment = !part(text, old_end..line).trim().is_empty();
        match parent.is_mapping || has_comment || from > entry.slot {
            true => new.extend([self.style.newline, &" ".repeat(column)]),
            false => new.push_str(&" ".repeat(self.style.dash - 1)),
        }
        render.block(value, column, &mut new);
        match has_comment {
            false => vec![(from..line.max(end), new)],
            true => vec![(from..old_end, String::new()), (line..line.max(end), new)],
        }
    }

    /// Adds the first entry of an empty collection.
    pub(super) fn fill(
        &self,
        node: usize,
        outer: Outer<'_>,
        key: Option<String>,
        value: &Value,
        render: &Render<'_>,
    ) -> Vec<Change> {
        let (place, text) = (&self.tree.nodes[node], self.text);
        let mut new = String::new();
        if part(text, place.start..place.end).contains('#') {
            if let Some(key) = key {
                new.extend([render.key(&key, true).as_str(), &self.style.colon]);
            }
            render.flow(value, None, &mut new);
            return vec![(place.start + 1..place.start + 1, new)];
        }
        let whole = match key {
            Some(key) => Value::Object([(key, value.clone())].into_iter().collect()),
            None => Value::Array(vec![value.clone()]),
        };
        if let Some((parent, entry)) = outer {
            return self.replace(parent, entry, &whole, &Render::of(self.style));
        }
        let line = line_start(text, place.start);
        let indent = part(text, line..skip_blanks(text, line));
        render.flow(&whole, Some(indent), &mut new);
        vec![(place.start..place.end, new)]
    }

    pub(super) fn insert_block(
        &self,
        collection: &Collection,
        outer: Outer<'_>,
        at: usize,
        key: Option<&str>,
        value: &Value,
        render: &Render<'_>,
    ) -> Vec<Change> {
        let entries = &collection.entries;
        let start = entries.first().map_or(0, |entry| entry.start);
        let column = self.column(start);
        let indent = " ".repeat(column);
        let entry = |render: &Render<'_>| {
            let mut new = String::new();
            match key {
                Some(key) => render.member(key, value, column, &mut new),
                None => render.element(value, column, &mut new),
            }
            new
        };
        let Some(previous) = at.checked_sub(1).and_then(|at| entries.get(at)) else {
            let new = entry(render) + self.style.newline + &indent;
            return vec![(start..start, new)];
        };
        // Comments in the column of `-` belong to the next element, or to the next key.
        let is_indented = outer.is_none_or(|(parent, outer)| {
            parent.is_flow || !parent.is_mapping || self.column(outer.start) < column
        });
        let inner = column + usize::from(at < entries.len() || !is_indented);
        let end = self.block_end(end_of(self.tree, previous), inner);
        let new = entry(&self.before_comments(render, end, column));
        let mut lines = format!("{indent}{new}");
        // A blank line goes between entries where one is between the last two.
        if at == entries.len()
            && !starts_line(self.text, end)
            && let Some(before) = at.checked_sub(2).and_then(|at| entries.get(at))
        {
            let gap = next_line(
                self.text,
                self.block_end(end_of(self.tree, before), column + 1),
            );
            if skip_blanks(self.text, gap) == line_end(self.text, gap) {
                lines.insert_str(0, self.style.newline);
            }
        }
        vec![self.lines_at(end, &lines)]
    }

    pub(super) fn insert_flow(
        &self,
        collection: &Collection,
        at: usize,
        key: Option<&str>,
        value: &Value,
        render: &Render<'_>,
    ) -> Vec<Change> {
        let (tree, text) = (self.tree, self.text);
        let entries = &collection.entries;
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return Vec::new();
        };
        // The white space before the last entry.
        let before = part(text, ..last.start);
        let before = &before[before.trim_end_matches([' ', '\t', '\r', '\n']).len()..];
        let line = line_start(text, last.start);
        let indent = part(text, line..skip_blanks(text, line));
        let separator = match before.contains(['\n', '\r']) {
            true => format!("{}{indent}", self.style.newline),
            false if entries.len() > 1 => before.to_owned(),
            false => self.style.comma.trim_start_matches(',').to_owned(),
        };
        let end = end_of(tree, last);
        let has_lines =
            separator.contains(['\n', '\r']) || part(text, first.start..end).contains(['\n', '\r']);
        let mut new = String::new();
        if let Some(key) = key {
            new.extend([render.key(key, true).as_str(), &self.style.colon]);
        }
        render.flow(value, Some(indent).filter(|_| has_lines), &mut new);
        if let Some(next) = entries.get(at) {
            return vec![(next.start..next.start, format!("{new},{separator}"))];
        }
        let comma = skip(text, end);
        let has_comma = part(text, comma..).starts_with(',');
        let after = if has_comma { comma + 1 } else { end };
        let mut changes = Vec::new();
        let line = comment_end(text, after).filter(|line| part(text, after..*line).contains('#'));
        let at = match line {
            Some(line) if has_lines => {
                if !has_comma {
                    changes.push((end..end, ",".to_owned()));
                }
                changes.push((line..line, format!("{}{indent}{new}", self.style.newline)));
                line
            }
            _ => {
                let comma = if has_comma { "" } else { "," };
                changes.push((after..after, format!("{comma}{separator}{new}")));
                after
            }
        };
        if has_comma {
            changes.push((at..at, ",".to_owned()));
        }
        changes
    }
}
