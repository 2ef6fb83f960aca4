//! The layout of a JSON document, so that a rewritten one looks as if its author had changed it.

use std::ops::Range;

use crate::json::{TapeDocument, Kind, Value};

use super::tree::Tree;

/// The white space of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Layout {
    /// The indentation of one level; `None` for documents on one line.
    indent: Option<String>,
    /// The line ending.
    newline: &'static str,
    /// The text between a key and its value, including the colon.
    colon: String,
    /// The text between two elements on one line, including the comma.
    comma: String,
}

impl Default for Layout {
    /// Two spaces, as most tools write them.
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
    /// The layout of a document on one line.
    #[must_use]
    pub const fn on_one_line(colon: String, comma: String) -> Self {
        Self {
            indent: None,
            newline: "\n",
            colon,
            comma,
        }
    }

    /// Detects the layout of a document.
    #[must_use]
    pub fn of(document: &TapeDocument<'_>) -> Self {
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
                let colon = &text[key.span().end..member.span().start];
                layout.colon = match colon.contains('\n') {
                    true => ": ".to_owned(),
                    false => colon.to_owned(),
                };
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
            Tree::Object(members, from) => {
                let spans = members.iter().map(|member| member.span.clone());
                let gaps = self.gaps(['{', '}'], &spans.collect::<Vec<_>>(), *from, outer);
                for (member, gap) in members.iter().zip(&gaps.before) {
                    out.push_str(gap);
                    out.push_str(&member.key_text());
                    out.push_str(
                        member
                            .written
                            .map_or(self.colon.as_str(), |(_, colon)| colon),
                    );
                    self.tree(&member.tree, &gaps.inner, out);
                }
                out.push_str(&gaps.last);
            }
            Tree::Array(items, from) => {
                let spans = items.iter().map(Tree::span);
                let gaps = self.gaps(['[', ']'], &spans.collect::<Vec<_>>(), *from, outer);
                for (item, gap) in items.iter().zip(&gaps.before) {
                    out.push_str(gap);
                    self.tree(item, &gaps.inner, out);
                }
                out.push_str(&gaps.last);
            }
        }
    }

    /// The text between the parts of a container: the original text if the parts were there before.
    fn gaps(
        &self,
        [open, close]: [char; 2],
        spans: &[Option<Range<usize>>],
        from: Option<Value<'_>>,
        outer: &str,
    ) -> Gaps {
        if spans.is_empty() {
            return Gaps {
                inner: outer.to_owned(),
                before: Vec::new(),
                last: format!("{open}{close}"),
            };
        }
        let first = from.and_then(|value| {
            let first = starts(value).first().copied()?;
            Some(&value.document_text()[value.span().start + 1..first])
        });
        // What was on one line stays on one line.
        let indent = match first {
            Some(gap) if !gap.contains('\n') => None,
            _ => self.indent.as_deref(),
        };
        let inner = match indent {
            Some(indent) => format!("{outer}{indent}"),
            None => outer.to_owned(),
        };
        let padding = first.filter(|gap| !gap.contains('\n')).unwrap_or_default();
        let (start, between, end) = match indent {
            Some(_) => (
                format!("{open}{}{inner}", self.newline),
                format!(",{}{inner}", self.newline),
                format!("{}{outer}{close}", self.newline),
            ),
            None => (
                format!("{open}{padding}"),
                self.comma.clone(),
                format!("{padding}{close}"),
            ),
        };
        // The white space of a container can only stay if its depth is unchanged.
        let source = from.filter(|value| {
            // A document on one line has no indentation.
            self.indent.is_none() || line_indent(value.document_text(), value.span().start) == outer
        });
        // The white space before a place in the document, after this bracket or comma.
        let kept = |place: usize, punctuation: char| {
            let text = source?.document_text().get(..place)?;
            let start = text.trim_end().len();
            let is_behind = text[..start].ends_with(punctuation);
            is_behind.then(|| format!("{punctuation}{}", &text[start..]))
        };
        let before = spans.iter().enumerate().map(|(index, span)| {
            let (punctuation, usual) = match index {
                0 => (open, &start),
                _ => (',', &between),
            };
            let gap = span.as_ref().and_then(|span| kept(span.start, punctuation));
            gap.unwrap_or_else(|| usual.clone())
        });
        let before = before.collect();
        // The last part may no longer be the last one.
        let last = source.and_then(|value| {
            let text = value.document_text();
            let bracket = value.span().end - 1;
            let start = text[..bracket].trim_end().len();
            Some(text.get(start..=bracket)?.to_owned())
        });
        Gaps {
            inner,
            before,
            last: last.unwrap_or(end),
        }
    }
}

/// The text between the parts of a container.
struct Gaps {
    /// The indentation of lines of the parts.
    inner: String,
    /// Before each part, including brackets and commas.
    before: Vec<String>,
    /// After the last part.
    last: String,
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

/// The original text of a value, with its lines indented for their new place.
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
