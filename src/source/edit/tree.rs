//! The places of every part of a document: what an edit needs to know about the text.

use std::ops::Range;
use std::slice::SliceIndex;

use granit_parser::{Event, Marker, Parser, ScalarStyle, StructureStyle, Tag, options};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use crate::source::scalar::resolve;

/// The deepest nesting, including aliases.
const DEPTH: usize = crate::limits::NESTING as usize;
/// The number of values that aliases may add; 64 bytes of text count as one.
const ALIASED: usize = crate::limits::ALIASED;

/// A byte offset and what is wrong there.
pub(super) type Fault = (usize, String);

/// A document. The root is node 0.
pub(super) struct Tree<'t> {
    pub text: &'t str,
    pub is_json: bool,
    pub nodes: Vec<Node>,
    /// The nodes that are aliases, each with its anchored node.
    pub aliases: Vec<(usize, usize)>,
}

pub(super) struct Node {
    /// The anchor and the tag. Empty, at the place where the value belongs, if there are none.
    pub properties: Range<usize>,
    pub is_tagged: bool,
    /// Where the content starts, such as the quote, the bracket, the first key.
    pub start: usize,
    /// Where the content ends, without a line break, unless that is part of a `|+` scalar.
    pub end: usize,
    pub kind: Kind,
}

pub(super) enum Kind {
    /// In JSON, the value is not kept.
    Scalar(Value, ScalarStyle),
    Alias(usize),
    Collection(Collection),
}

pub(super) struct Collection {
    pub is_mapping: bool,
    pub is_flow: bool,
    /// Whether it has brackets, unlike the pair in `[a: 1]`.
    pub has_brackets: bool,
    pub entries: Vec<Entry>,
}

/// A member of a mapping, or an element of a sequence.
pub(super) struct Entry {
    /// The key and its style; empty for elements.
    pub key: String,
    pub key_style: ScalarStyle,
    pub is_merge: bool,
    /// The start of the key, of `?`, of `-`, or of the element in flow style.
    pub start: usize,
    pub key_end: usize,
    /// After `:`, `-`, or, in flow style, before the element.
    pub slot: usize,
    pub has_colon: bool,
    pub node: usize,
}

/// A part of a text; nothing if the range is not valid.
pub(super) fn part<R: SliceIndex<str, Output = str>>(text: &str, range: R) -> &str {
    text.get(range).unwrap_or_default()
}

/// Skips white space and comments.
pub(super) fn skip(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(at) {
            Some(b' ' | b'\t' | b'\r' | b'\n') => at += 1,
            Some(b'#') => at = line_end(text, at),
            Some(0xEF) if part(text, at..).starts_with('\u{feff}') => at += 3,
            _ => return at,
        }
    }
}

pub(super) fn line_end(text: &str, at: usize) -> usize {
    let rest = text.as_bytes().get(at..).unwrap_or_default();
    let length = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
    at + length.unwrap_or(rest.len())
}

pub(super) fn line_start(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at).unwrap_or_default();
    let start = before
        .iter()
        .rposition(|byte| matches!(byte, b'\n' | b'\r'));
    match start {
        Some(start) => start + 1,
        None if text.starts_with('\u{feff}') => 3.min(at),
        None => 0,
    }
}

/// A collection that is still open.
struct Open {
    node: usize,
    /// The entry whose value comes next.
    entry: Option<Entry>,
}

impl<'t> Tree<'t> {
    fn new(text: &'t str, is_json: bool) -> Self {
        Self {
            text,
            is_json,
            nodes: Vec::new(),
            aliases: Vec::new(),
        }
    }

    fn collection_mut(&mut self, node: usize) -> Option<&mut Collection> {
        match &mut self.nodes.get_mut(node)?.kind {
            Kind::Collection(collection) => Some(collection),
            _ => None,
        }
    }

    pub fn collection(&self, node: usize) -> Option<&Collection> {
        match &self.nodes.get(node)?.kind {
            Kind::Collection(collection) => Some(collection),
            _ => None,
        }
    }

    /// The first character at an offset, or NUL.
    fn byte(&self, at: usize) -> u8 {
        self.text.as_bytes().get(at).copied().unwrap_or(0)
    }

    /// The entry that starts in the open collection, after `cursor`.
    fn entry(&self, node: usize, cursor: usize) -> Entry {
        let mut start = skip(self.text, cursor);
        let mut slot = start;
        if let Some(collection) = self.collection(node) {
            if collection.is_flow && self.byte(start) == b',' {
                start = skip(self.text, start + 1);
                slot = start;
            } else if !collection.is_flow && !collection.is_mapping && self.byte(start) == b'-' {
                slot = start + 1;
            }
        }
        Entry {
            key: String::new(),
            key_style: ScalarStyle::Plain,
            is_merge: false,
            start,
            key_end: start,
            slot,
            has_colon: false,
            node: 0,
        }
    }

    /// Adds a node to the open collection.
    fn attach(&mut self, open: Option<&mut Open>, node: Node, entry: Option<Entry>) -> usize {
        let index = self.nodes.len();
        if let (Some(open), Some(mut entry)) = (open, entry) {
            entry.node = index;
            let start = entry.start;
            let first = self.collection_mut(open.node).is_some_and(|collection| {
                collection.entries.push(entry);
                collection.entries.len() == 1 && !collection.is_flow
            });
            if first {
                self.nodes[open.node].start = start;
            }
        }
        self.nodes.push(node);
        index
    }

    /// Parses JSON that is known to be valid.
    pub fn json(text: &'t str) -> Option<Self> {
        let mut tree = Self::new(text, true);
        let mut open: Vec<Open> = Vec::new();
        let mut cursor = skip(text, 0);
        loop {
            let byte = tree.byte(cursor);
            let start = cursor;
            match byte {
                b'}' | b']' => {
                    let closed = open.pop()?;
                    cursor += 1;
                    tree.nodes[closed.node].end = cursor;
                }
                b',' => cursor += 1,
                0 if open.is_empty() && !tree.nodes.is_empty() => return Some(tree),
                0 | b':' => return None,
                _ => {
                    let awaits_key = open.last().is_some_and(|open| {
                        let mapping = tree.collection(open.node);
                        open.entry.is_none() && mapping.is_some_and(|object| object.is_mapping)
                    });
                    let is_collection = matches!(byte, b'{' | b'[');
                    cursor = match byte {
                        b'{' | b'[' => start + 1,
                        b'"' => string_end(text, start)?,
                        _ => {
                            let rest = &text.as_bytes()[start..];
                            let is_end = |byte: &u8| b" \t\r\n,]}".contains(byte);
                            start + rest.iter().position(is_end).unwrap_or(rest.len())
                        }
                    };
                    let mut entry = Entry {
                        key_style: ScalarStyle::DoubleQuoted,
                        ..tree.entry(usize::MAX, start)
                    };
                    if awaits_key {
                        entry.key = serde_json::from_str(part(text, start..cursor)).ok()?;
                        entry.key_end = cursor;
                        cursor = skip(text, cursor) + 1;
                        (entry.slot, entry.has_colon) = (cursor, true);
                        open.last_mut()?.entry = Some(entry);
                        cursor = skip(text, cursor);
                        continue;
                    }
                    let node = Node {
                        properties: start..start,
                        is_tagged: false,
                        start,
                        end: cursor,
                        kind: match is_collection {
                            false => Kind::Scalar(Value::Null, ScalarStyle::DoubleQuoted),
                            true => Kind::Collection(Collection {
                                is_mapping: byte == b'{',
                                is_flow: true,
                                has_brackets: true,
                                entries: Vec::new(),
                            }),
                        },
                    };
                    let key = open.last_mut().and_then(|open| open.entry.take());
                    let node = tree.attach(open.last_mut(), node, Some(key.unwrap_or(entry)));
                    if is_collection {
                        open.push(Open { node, entry: None });
                    }
                }
            }
            cursor = skip(text, cursor);
        }
    }

    /// Parses YAML. The places of `-`, `:` and `,` are found by scanning between the parser's events.
    pub fn yaml(text: &'t str) -> Result<Self, Fault> {
        let options = options! { flow_nesting_limit: DEPTH, block_nesting_limit: DEPTH };
        let mut tree = Self::new(text, false);
        let mut anchors: FxHashMap<usize, usize> = FxHashMap::default();
        let mut open: Vec<Open> = Vec::new();
        let mut cursor = 0;
        let mut documents = 0;
        let at = |marker: Marker| marker.byte_offset().unwrap_or_default().min(text.len());
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) =
                event.map_err(|error| (at(*error.marker()), error.info().to_owned()))?;
            let span = at(span.start)..at(span.end).max(at(span.start));
            let (kind, style, anchor, is_tagged) = match event {
                Event::DocumentStart(is_explicit, _) => {
                    documents += 1;
                    if documents > 1 {
                        let message = "a second YAML document starts here; only single documents can be edited";
                        return Err((span.start, message.to_owned()));
                    }
                    cursor = if is_explicit { span.end } else { 0 };
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    if let Some(closed) = open.pop() {
                        let has_brackets = tree
                            .collection(closed.node)
                            .is_some_and(|collection| collection.has_brackets);
                        if has_brackets {
                            cursor = span.end;
                        }
                        tree.nodes[closed.node].end = cursor;
                    }
                    continue;
                }
                Event::Scalar(scalar, style, anchor, tag) => {
                    // For an omitted scalar, the parser returns `~`.
                    let scalar = match span.is_empty() && style == ScalarStyle::Plain {
                        true => "".into(),
                        false => scalar,
                    };
                    let value = match is_text(tag.as_deref(), style) {
                        true => Value::String(scalar.clone().into_owned()),
                        false => resolve(&scalar),
                    };
                    let awaits_key = open.last().is_some_and(|open| {
                        let mapping = tree.collection(open.node);
                        open.entry.is_none() && mapping.is_some_and(|object| object.is_mapping)
                    });
                    let kind = Kind::Scalar(value, style);
                    if let (true, Some(open)) = (awaits_key, open.last_mut()) {
                        let mut entry = tree.entry(open.node, cursor);
                        entry.is_merge = style == ScalarStyle::Plain && scalar == "<<";
                        entry.key = scalar.into_owned();
                        entry.key_style = style;
                        // An omitted key may be reported at any place.
                        entry.key_end = match span.is_empty() {
                            true => entry.start,
                            false => span.end.max(entry.start),
                        };
                        cursor = entry.key_end;
                        open.entry = Some(entry);
                        if anchor != 0 {
                            anchors.insert(anchor, tree.nodes.len());
                            let node = Node {
                                properties: span.start..span.start,
                                is_tagged: tag.is_some(),
                                start: span.start,
                                end: span.end,
                                kind,
                            };
                            tree.nodes.push(node);
                        }
                        continue;
                    }
                    (kind, style, anchor, tag.is_some())
                }
                Event::SequenceStart(style, anchor, tag) => {
                    let kind = collection(false, style, tree.byte(span.start));
                    (kind, ScalarStyle::Plain, anchor, tag.is_some())
                }
                Event::MappingStart(style, anchor, tag) => {
                    let kind = collection(true, style, tree.byte(span.start));
                    (kind, ScalarStyle::Plain, anchor, tag.is_some())
                }
                Event::Alias(anchor) => {
                    let Some(target) = anchors.get(&anchor).copied() else {
                        return Err((span.start, "the alias has no anchor".to_owned()));
                    };
                    (Kind::Alias(target), ScalarStyle::Plain, 0, false)
                }
                _ => continue,
            };
            let mut entry = None;
            if let Some(open) = open.last_mut() {
                let is_mapping = tree
                    .collection(open.node)
                    .is_some_and(|collection| collection.is_mapping);
                let mut this = match open.entry.take() {
                    Some(entry) => entry,
                    None => tree.entry(open.node, cursor),
                };
                if is_mapping && this.node == 0 && this.key_end == this.start && !this.has_colon {
                    // Either an omitted key, or a key that is not a scalar.
                    if let Kind::Alias(target) = kind
                        && let Kind::Scalar(Value::String(key), _) = &tree.nodes[target].kind
                        && tree.byte(this.start) == b'*'
                    {
                        this.key = key.clone();
                        this.key_end = span.end;
                        cursor = span.end;
                        tree.aliases.push((tree.nodes.len(), target));
                        let properties = span.start..span.start;
                        let (start, end) = (span.start, span.end);
                        let is_tagged = false;
                        tree.nodes.push(Node {
                            properties,
                            is_tagged,
                            start,
                            end,
                            kind,
                        });
                        open.entry = Some(this);
                        continue;
                    }
                    return Err((this.start, "a key must be a string or a number".to_owned()));
                }
                if is_mapping {
                    let colon = skip(text, cursor);
                    this.has_colon = tree.byte(colon) == b':';
                    this.slot = if this.has_colon { colon + 1 } else { cursor };
                }
                cursor = this.slot;
                entry = Some(this);
            }
            let count = usize::from(anchor != 0) + usize::from(is_tagged);
            let properties = properties(text, cursor, count);
            cursor = properties.end;
            let (mut start, mut end) = (span.start, span.end);
            match (&kind, style) {
                (Kind::Scalar(..), ScalarStyle::Literal | ScalarStyle::Folded) => {
                    start = skip(text, cursor);
                    end = block_end(text, start, &span);
                }
                (Kind::Scalar(..), ScalarStyle::Plain) if span.is_empty() => {
                    (start, end) = (cursor, cursor);
                }
                (Kind::Collection(collection), _) if !collection.has_brackets => {
                    (start, end) = (cursor, cursor);
                }
                _ => {}
            }
            cursor = end;
            let index = tree.nodes.len();
            if anchor != 0 {
                anchors.insert(anchor, index);
            }
            if let Kind::Alias(target) = kind {
                tree.aliases.push((index, target));
            }
            let is_collection = matches!(kind, Kind::Collection(_));
            let node = Node {
                properties,
                is_tagged,
                start,
                end,
                kind,
            };
            tree.attach(open.last_mut(), node, entry);
            if is_collection {
                if open.len() >= DEPTH {
                    return Err((start, format!("nested deeper than {DEPTH} levels")));
                }
                open.push(Open {
                    node: index,
                    entry: None,
                });
            }
        }
        match tree.nodes.is_empty() {
            true => Err((0, "the document is empty".to_owned())),
            false => Ok(tree),
        }
    }

    /// The JSON value of a YAML document.
    pub fn value(&self) -> Result<Value, Fault> {
        self.expand(0, 0, false, &mut 0)
    }

    fn expand(
        &self,
        node: usize,
        depth: usize,
        aliased: bool,
        count: &mut usize,
    ) -> Result<Value, Fault> {
        let Node { start, kind, .. } = &self.nodes[node];
        *count += usize::from(aliased);
        if depth > DEPTH || *count > ALIASED {
            return Err((*start, "aliases expand to too many values".to_owned()));
        }
        let collection = match kind {
            Kind::Scalar(value, _) => {
                let length = value.as_str().map_or(0, str::len);
                *count += if aliased { length / 64 } else { 0 };
                return Ok(value.clone());
            }
            Kind::Alias(target) => return self.expand(*target, depth + 1, true, count),
            Kind::Collection(collection) => collection,
        };
        let (merged, own): (Vec<_>, Vec<_>) =
            collection.entries.iter().partition(|entry| entry.is_merge);
        let own = own.into_iter().map(|entry| {
            let value = self.expand(entry.node, depth + 1, aliased, count)?;
            Ok((entry.key.clone(), value))
        });
        if !collection.is_mapping {
            let elements = own.map(|element| Ok(element?.1));
            return Ok(Value::Array(elements.collect::<Result<_, Fault>>()?));
        }
        let mut object = own.collect::<Result<Map<_, _>, Fault>>()?;
        for entry in merged {
            let values = match self.expand(entry.node, depth + 1, aliased, count)? {
                Value::Array(values) => values,
                value => vec![value],
            };
            for value in values {
                let Value::Object(members) = value else {
                    return Err((entry.start, "`<<` can only merge mappings".to_owned()));
                };
                for (key, value) in members {
                    object.entry(key).or_insert(value);
                }
            }
        }
        Ok(Value::Object(object))
    }
}

fn collection(is_mapping: bool, style: StructureStyle, first: u8) -> Kind {
    let is_flow = style == StructureStyle::Flow;
    Kind::Collection(Collection {
        is_mapping,
        is_flow,
        has_brackets: is_flow && first == if is_mapping { b'{' } else { b'[' },
        entries: Vec::new(),
    })
}

/// Whether a scalar is a string, whatever it looks like.
fn is_text(tag: Option<&Tag>, style: ScalarStyle) -> bool {
    match tag {
        Some(tag) if tag.is_yaml_core_schema() => tag.suffix() == "str",
        Some(tag) if tag.handle().is_empty() && tag.suffix() == "!" => true,
        _ => style != ScalarStyle::Plain,
    }
}

/// The range of `count` anchors and tags after an offset.
fn properties(text: &str, at: usize, count: usize) -> Range<usize> {
    let mut range = at..at;
    for index in 0..count {
        let start = skip(text, range.end);
        let rest = part(text, start..);
        if !rest.starts_with(['&', '!']) {
            break;
        }
        let end = match rest.starts_with("!<") {
            true => rest.find('>').map(|end| end + 1),
            false => rest.find([' ', '\t', '\r', '\n', ',', '[', ']', '{', '}']),
        };
        if index == 0 {
            range.start = start;
        }
        range.end = start + end.unwrap_or(rest.len());
    }
    range
}

/// The end of a block scalar with its header at `start` and its content in `span`.
fn block_end(text: &str, start: usize, span: &Range<usize>) -> usize {
    let header = part(text, start..);
    let header = header
        .split([' ', '\t', '\r', '\n', '#'])
        .next()
        .unwrap_or_default();
    let header_end = start + header.len();
    let mut end = span.end.max(header_end);
    let indent = span.start - line_start(text, span.start);
    if header.contains('+') {
        let line = line_start(text, end);
        let is_indent = part(text, line..end).bytes().all(|byte| byte == b' ');
        return if is_indent { line.max(header_end) } else { end };
    }
    // Trailing blank lines are not content, unless they are indented further.
    loop {
        let line = line_start(text, end);
        if line <= start {
            return header_end;
        }
        if end.saturating_sub(line) > indent
            || part(text, line..end).bytes().any(|byte| byte != b' ')
        {
            return end;
        }
        end = line - 1;
        if part(text, ..end).ends_with('\r') && part(text, end..).starts_with('\n') {
            end -= 1;
        }
    }
}

fn string_end(text: &str, start: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = start + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}
