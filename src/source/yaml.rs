//! YAML: a tree of nodes with their places, and the JSON value it stands for.
//!
//! Aliases are edges of the tree, so a document with nested anchors stays as small as its text; what
//! it expands to is bounded when it becomes a value.

use std::ops::Range;

use rustc_hash::FxHashMap;
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};
use serde_json::{Map, Value};

use crate::location::Pointer;

use super::RepeatedKey;
use super::scalar;

/// Deepest nesting, aliases included.
const DEPTH: usize = crate::limits::NESTING as usize;

/// Values that aliases may add to a document; of text, each 64 bytes count as one.
const ALIASED: usize = crate::limits::ALIASED;

/// A document as a tree.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
}

#[derive(Debug)]
struct Node {
    span: Range<usize>,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Scalar(Value),
    Sequence(Vec<usize>),
    Mapping(Vec<Member>),
    Alias(usize),
}

#[derive(Debug)]
struct Member {
    key: String,
    /// A plain `<<`.
    is_merge: bool,
    span: Range<usize>,
    node: usize,
}

/// Why a text is not the YAML of a contract.
#[derive(Debug)]
pub(super) struct YamlError {
    pub(super) offset: usize,
    pub(super) message: String,
}

impl YamlError {
    fn new(offset: usize, message: impl Into<String>) -> Self {
        Self {
            offset,
            message: message.into(),
        }
    }
}

/// A collection whose end has not come yet.
struct Open {
    node: usize,
    /// The key that waits for its value.
    key: Option<(String, bool, Range<usize>)>,
}

impl Tree {
    /// Parses the first document of a text; a second one is refused.
    pub(super) fn parse(text: &str) -> Result<Self, YamlError> {
        let offsets = Offsets::new(text);
        let mut tree = Self { nodes: Vec::new() };
        let mut anchors: FxHashMap<usize, usize> = FxHashMap::default();
        let mut open: Vec<Open> = Vec::new();
        let mut documents = 0;
        for event in Parser::new_from_str(text) {
            let (event, span) = event.map_err(|error| {
                YamlError::new(offsets.byte(*error.marker()), error.info().to_owned())
            })?;
            let span = offsets.span(span);
            let (kind, anchor) = match event {
                Event::DocumentStart(_) => {
                    documents += 1;
                    if documents > 1 {
                        let message = "a second YAML document starts here; a contract is one";
                        return Err(YamlError::new(span.start, message));
                    }
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    open.pop();
                    continue;
                }
                Event::Scalar(text, style, anchor, tag) => {
                    if let Some(Open {
                        node,
                        key: key @ None,
                    }) = open.last_mut()
                        && matches!(tree.nodes[*node].kind, Kind::Mapping(_))
                    {
                        let is_merge = style == ScalarStyle::Plain && text == "<<";
                        *key = Some((text.into_owned(), is_merge, span));
                        continue;
                    }
                    let tag = tag.filter(|tag| tag.is_yaml_core_schema());
                    let is_text = match tag {
                        Some(tag) => tag.suffix == "str",
                        None => style != ScalarStyle::Plain,
                    };
                    let value = if is_text {
                        text.into_owned().into()
                    } else {
                        scalar::resolve(&text)
                    };
                    (Kind::Scalar(value), anchor)
                }
                Event::SequenceStart(anchor, _) => (Kind::Sequence(Vec::new()), anchor),
                Event::MappingStart(anchor, _) => (Kind::Mapping(Vec::new()), anchor),
                Event::Alias(anchor) => match anchors.get(&anchor) {
                    Some(target) => (Kind::Alias(*target), 0),
                    None => return Err(YamlError::new(span.start, "the alias has no anchor")),
                },
                Event::Nothing | Event::StreamStart | Event::StreamEnd | Event::DocumentEnd => {
                    continue;
                }
            };
            let node = tree.nodes.len();
            let is_collection = matches!(kind, Kind::Sequence(_) | Kind::Mapping(_));
            let start = span.start;
            tree.nodes.push(Node { span, kind });
            tree.attach(open.last_mut(), node, start)?;
            if anchor != 0 {
                anchors.insert(anchor, node);
            }
            if is_collection {
                if open.len() >= DEPTH {
                    let message = format!("nested deeper than {DEPTH} levels");
                    return Err(YamlError::new(start, message));
                }
                open.push(Open { node, key: None });
            }
        }
        if tree.nodes.is_empty() {
            return Err(YamlError::new(0, "the document is empty"));
        }
        Ok(tree)
    }

    /// Makes a node a part of the collection that is open.
    fn attach(&mut self, open: Option<&mut Open>, node: usize, at: usize) -> Result<(), YamlError> {
        let Some(open) = open else { return Ok(()) };
        match &mut self.nodes[open.node].kind {
            Kind::Sequence(elements) => elements.push(node),
            Kind::Mapping(members) => {
                let Some((key, is_merge, span)) = open.key.take() else {
                    return Err(YamlError::new(at, "a key has to be a scalar"));
                };
                members.push(Member {
                    key,
                    is_merge,
                    span,
                    node,
                });
            }
            Kind::Scalar(_) | Kind::Alias(_) => {}
        }
        Ok(())
    }

    /// The JSON value, and the keys that stand twice.
    pub(super) fn value(&self) -> Result<(Value, Vec<RepeatedKey>), YamlError> {
        let mut expansion = Expansion {
            tree: self,
            repeated: Vec::new(),
            aliased: 0,
        };
        let value = expansion.value(0, 0, None)?;
        Ok((value, expansion.repeated))
    }

    /// Where the value at a pointer stands: its key, or the start of an element.
    pub(super) fn find(&self, pointer: &Pointer) -> Range<usize> {
        let mut node = 0;
        let mut place = self.start(node);
        for step in pointer.steps() {
            let Some((span, next)) = self.step(node, &step, DEPTH) else {
                break;
            };
            place = span;
            node = next;
        }
        place
    }

    /// Where the scalar at a pointer stands.
    pub(super) fn scalar(&self, pointer: &Pointer) -> Option<Range<usize>> {
        let mut node = 0;
        for step in pointer.steps() {
            (_, node) = self.step(node, &step, DEPTH)?;
        }
        while let Kind::Alias(target) = &self.nodes[node].kind {
            node = *target;
        }
        match &self.nodes[node].kind {
            Kind::Scalar(_) => Some(self.nodes[node].span.clone()),
            _ => None,
        }
    }

    fn step(&self, node: usize, step: &str, depth: usize) -> Option<(Range<usize>, usize)> {
        let depth = depth.checked_sub(1)?;
        match &self.nodes[node].kind {
            Kind::Scalar(_) => None,
            Kind::Alias(target) => self.step(*target, step, depth),
            Kind::Sequence(elements) => {
                let node = *elements.get(step.parse::<usize>().ok()?)?;
                Some((self.start(node), node))
            }
            Kind::Mapping(members) => {
                let own = members
                    .iter()
                    .rev()
                    .find(|member| !member.is_merge && member.key == step);
                if let Some(member) = own {
                    return Some((member.span.clone(), member.node));
                }
                members
                    .iter()
                    .filter(|member| member.is_merge)
                    .find_map(|member| match &self.nodes[member.node].kind {
                        Kind::Sequence(merged) => {
                            merged.iter().find_map(|node| self.step(*node, step, depth))
                        }
                        _ => self.step(member.node, step, depth),
                    })
            }
        }
    }

    /// How much text a node holds itself, in bytes.
    fn text_of(&self, node: usize) -> usize {
        match &self.nodes[node].kind {
            Kind::Scalar(value) => value.as_str().map_or(0, str::len),
            Kind::Mapping(members) => members.iter().map(|member| member.key.len()).sum(),
            Kind::Sequence(_) | Kind::Alias(_) => 0,
        }
    }

    fn start(&self, node: usize) -> Range<usize> {
        let Node { span, kind } = &self.nodes[node];
        match kind {
            Kind::Scalar(_) | Kind::Alias(_) => span.clone(),
            Kind::Sequence(_) | Kind::Mapping(_) => span.start..span.start + 1,
        }
    }
}

/// A tree on its way to a value.
struct Expansion<'t> {
    tree: &'t Tree,
    repeated: Vec<RepeatedKey>,
    /// Values that stand in place of aliases.
    aliased: usize,
}

impl Expansion<'_> {
    /// `alias` is the place of the alias that the node is expanded for.
    fn value(
        &mut self,
        node: usize,
        depth: usize,
        alias: Option<usize>,
    ) -> Result<Value, YamlError> {
        let tree = self.tree;
        let Node { span, kind } = &tree.nodes[node];
        let at = alias.unwrap_or(span.start);
        if depth > DEPTH {
            let message = format!(
                "nested deeper than {DEPTH} levels once aliases are expanded; an anchor may hold itself"
            );
            return Err(YamlError::new(at, message));
        }
        if alias.is_some() {
            self.aliased += 1 + self.tree.text_of(node) / 64;
            if self.aliased > ALIASED {
                let message = format!("aliases expand to more than {ALIASED} values");
                return Err(YamlError::new(at, message));
            }
        }
        Ok(match kind {
            Kind::Scalar(value) => value.clone(),
            Kind::Alias(target) => self.value(*target, depth + 1, Some(at))?,
            Kind::Sequence(elements) => {
                let elements = elements
                    .iter()
                    .map(|element| self.value(*element, depth + 1, alias));
                Value::Array(elements.collect::<Result<_, _>>()?)
            }
            Kind::Mapping(members) => {
                let mut object = Map::with_capacity(members.len());
                for (index, member) in members.iter().enumerate() {
                    if member.is_merge {
                        continue;
                    }
                    let value = self.value(member.node, depth + 1, alias)?;
                    if object.insert(member.key.clone(), value).is_some() && alias.is_none() {
                        let first = members[..index].iter().rev().find(|m| m.key == member.key);
                        self.repeated.extend(first.map(|first| RepeatedKey {
                            name: member.key.clone(),
                            span: first.span.clone(),
                        }));
                    }
                }
                for member in members.iter().filter(|member| member.is_merge) {
                    let merged = self.value(member.node, depth + 1, alias)?;
                    merge(&mut object, merged)
                        .ok_or_else(|| YamlError::new(at, "`<<` merges mappings only"))?;
                }
                Value::Object(object)
            }
        })
    }
}

/// Adds what the object does not have.
fn merge(object: &mut Map<String, Value>, merged: Value) -> Option<()> {
    match merged {
        Value::Object(members) => {
            for (key, value) in members {
                object.entry(key).or_insert(value);
            }
            Some(())
        }
        Value::Array(all) => all.into_iter().try_for_each(|merged| merge(object, merged)),
        _ => None,
    }
}

/// From the characters that the parser counts to bytes.
struct Offsets<'t> {
    text: &'t str,
    /// The byte of every `STRIDE`-th character; empty for ASCII, where they are the same.
    marks: Vec<usize>,
}

const STRIDE: usize = 256;

impl<'t> Offsets<'t> {
    fn new(text: &'t str) -> Self {
        let marks = if text.is_ascii() {
            Vec::new()
        } else {
            let characters = text.char_indices().map(|(byte, _)| byte);
            characters.step_by(STRIDE).collect()
        };
        Self { text, marks }
    }

    fn byte(&self, marker: Marker) -> usize {
        let index = marker.index();
        if self.marks.is_empty() {
            return index.min(self.text.len());
        }
        let Some(&from) = self.marks.get(index / STRIDE) else {
            return self.text.len();
        };
        let mut characters = self.text[from..].char_indices();
        characters
            .nth(index % STRIDE)
            .map_or(self.text.len(), |(byte, _)| from + byte)
    }

    fn span(&self, span: Span) -> Range<usize> {
        let start = self.byte(span.start);
        start..self.byte(span.end).max(start)
    }
}
