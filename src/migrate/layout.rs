//! How a JSON document is laid out, so that a rewritten one looks as if its author had changed it.

use crate::json::{Document, Kind, Value};

use super::tree::Tree;

/// The white space of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// What one level is indented by; `None` for documents on one line.
    indent: Option<String>,
    /// What ends a line.
    newline: &'static str,
    /// What stands between a key and its value, colon included.
    colon: String,
    /// What stands between two elements on one line, comma included.
    comma: String,
}

impl Default for Layout {
    /// Two spaces, as most tools write it.
    fn default() -> Self {
        Self {
            indent: Some("  ".to_owned()),
            newline: "\n",
            colon: ": ".to_owned(),
            comma: ", ".to_owned(),
        }
    }
}

impl Layout {
    /// Reads the layout of a document.
    #[must_use]
    pub fn of(document: &Document<'_>) -> Self {
        let text = document.text();
        let root = document.root();
        let newline = match text.contains("\r\n") {
            true => "\r\n",
            false => "\n",
        };
        let mut layout = Self {
            indent: None,
            newline,
            colon: ":".to_owned(),
            comma: ",".to_owned(),
        };
        let mut open = vec![root];
        let (mut has_colon, mut has_comma) = (false, false);
        while let Some(value) = open.pop() {
            let starts = starts(value);
            if layout.indent.is_none()
                && let Some(first) = starts.first()
            {
                let gap = &text[value.span().start + 1..*first];
                let inner = gap.rsplit_once('\n').map(|(_, inner)| inner);
                let outer = line_indent(text, value.span().start);
                layout.indent = inner.map(|inner| {
                    let own = inner.strip_prefix(outer).unwrap_or(inner);
                    own.to_owned()
                });
            }
            if !has_colon && let Some((key, member)) = value.members().next() {
                layout.colon = text[key.span().end..member.span().start]
                    .trim_end_matches(['\n', '\r'])
                    .to_owned();
                has_colon = true;
            }
            if !has_comma && let [_, second, ..] = starts.as_slice() {
                let before = text[..*second].trim_end_matches([' ', '\t', '\n', '\r']);
                let gap = &text[before.len() - 1..*second];
                if !gap.contains('\n') {
                    layout.comma = gap.to_owned();
                    has_comma = true;
                }
            }
            let parts = value.members().map(|(_, member)| member);
            let parts: Vec<Value<'_>> = parts.chain(value.elements()).collect();
            open.extend(parts.into_iter().rev().filter(|part| !part.is_empty()));
            if layout.indent.is_some() && has_colon && has_comma {
                break;
            }
        }
        if layout.indent.is_some() && !has_comma {
            layout.comma = ", ".to_owned();
        }
        layout
    }

    /// The text of a tree whose first line is indented by `outer`.
    #[must_use]
    pub fn write(&self, tree: &Tree<'_>, outer: &str) -> String {
        let mut out = String::new();
        self.tree(tree, outer, &mut out);
        out
    }

    fn tree(&self, tree: &Tree<'_>, outer: &str, out: &mut String) {
        match tree {
            Tree::Kept(value) => out.push_str(&indented(*value, outer)),
            Tree::Made(value) if value.is_object() || value.is_array() => {
                let opened = tree.clone().opened();
                self.tree(&opened, outer, out);
            }
            Tree::Made(value) => out.push_str(&value.to_string()),
            Tree::Object(members, from) => self.container(
                '{',
                '}',
                members,
                *from,
                outer,
                out,
                |member, inner, out| {
                    out.push_str(&member.key_text());
                    out.push_str(&self.colon);
                    self.tree(&member.tree, inner, out);
                },
            ),
            Tree::Array(items, from) => {
                self.container('[', ']', items, *from, outer, out, |item, inner, out| {
                    self.tree(item, inner, out);
                });
            }
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "brackets, parts and how to write one"
    )]
    fn container<T>(
        &self,
        open: char,
        close: char,
        parts: &[T],
        from: Option<Value<'_>>,
        outer: &str,
        out: &mut String,
        write: impl Fn(&T, &str, &mut String),
    ) {
        out.push(open);
        if parts.is_empty() {
            out.push(close);
            return;
        }
        let gap = from.and_then(|value| {
            let first = starts(value).first().copied()?;
            Some(&value.document_text()[value.span().start + 1..first])
        });
        // What stood on one line stays there.
        let indent = match gap {
            Some(gap) if !gap.contains('\n') => None,
            _ => self.indent.as_deref(),
        };
        let Some(indent) = indent else {
            let padding = gap.filter(|gap| !gap.contains('\n')).unwrap_or_default();
            out.push_str(padding);
            for (index, part) in parts.iter().enumerate() {
                if index > 0 {
                    out.push_str(&self.comma);
                }
                write(part, outer, out);
            }
            out.push_str(padding);
            out.push(close);
            return;
        };
        let inner = format!("{outer}{indent}");
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            out.push_str(self.newline);
            out.push_str(&inner);
            write(part, &inner, out);
        }
        out.push_str(self.newline);
        out.push_str(outer);
        out.push(close);
    }
}

/// Where the members or elements of a container start.
fn starts(value: Value<'_>) -> Vec<usize> {
    match value.kind() {
        Kind::Object => value.members().map(|(key, _)| key.span().start).collect(),
        _ => value
            .elements()
            .map(|element| element.span().start)
            .collect(),
    }
}

/// The white space at the start of the line that a place is on.
pub(super) fn line_indent(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..at];
    let end = line
        .find(|c: char| c != ' ' && c != '\t')
        .unwrap_or(line.len());
    &line[..end]
}

/// The text of a value as it was written, its lines moved to where they stand now.
fn indented(value: Value<'_>, outer: &str) -> String {
    let raw = value.raw();
    let was = line_indent(value.document_text(), value.span().start);
    if was == outer || !raw.contains('\n') {
        return raw.to_owned();
    }
    let mut lines = raw.split('\n');
    let mut out = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        out.push('\n');
        match line.strip_prefix(was) {
            Some(rest) => {
                out.push_str(outer);
                out.push_str(rest);
            }
            None => out.push_str(line),
        }
    }
    out
}
