//! YAML: a tree of nodes with their positions, and the JSON value that it represents.
//!
//! Aliases are edges of the tree, so a document with nested anchors stays as small as its text. The size of
//! the expansion is limited when the tree is converted to a value.

use std::ops::Range;

use granit_parser::{ErrorKind, Event, Marker, Parser, ScalarStyle, ScanError, Span, options};
use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use crate::location::Pointer;

use super::RepeatedKey;
use super::scalar;

/// The deepest nesting, including aliases.
const DEPTH: usize = crate::limits::NESTING as usize;

/// The number of values that aliases may add to a document; 64 bytes of text count as one value.
const ALIASED: usize = crate::limits::ALIASED;

const KEY: &str = "a key must be a string or a number; quote strings that start with `{` or `[`";

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
    /// Whether the key is a plain `<<`.
    is_merge: bool,
    span: Range<usize>,
    node: usize,
}

/// Why a text is not supported as YAML.
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

/// A collection that is still open.
struct Open {
    node: usize,
    /// The key whose value comes next.
    key: Option<(String, bool, Range<usize>)>,
}

/// Records the key whose value comes next.
fn begin_member(open: &mut [Open], key: String, is_merge: bool, span: Range<usize>) {
    if let Some(open) = open.last_mut() {
        open.key = Some((key, is_merge, span));
    }
}

impl Tree {
    /// Parses the first document of a text and rejects a second one.
    ///
    /// Where YAML 1.2 and common tools differ, the parser follows the tools: a closing bracket may be in the
    /// same column as its key.
    pub(super) fn parse(text: &str) -> Result<Self, YamlError> {
        // The depth is checked below, with a better message.
        let options = options! { flow_nesting_limit: 2 * DEPTH, block_nesting_limit: 2 * DEPTH };
        let mut tree = Self { nodes: Vec::new() };
        let mut anchors: FxHashMap<usize, usize> = FxHashMap::default();
        let mut open: Vec<Open> = Vec::new();
        let mut documents = 0;
        for event in Parser::new_from_str_with_options(text, options) {
            let (event, span) = event.map_err(|error| {
                let offset = offset(*error.marker(), text);
                YamlError::new(
                    offset,
                    reason(&error, text.get(offset..).unwrap_or_default()),
                )
            })?;
            let span = range(span, text);
            let awaits_key = open.last().is_some_and(|open| {
                open.key.is_none() && matches!(tree.nodes[open.node].kind, Kind::Mapping(_))
            });
            let (kind, anchor) = match event {
                Event::DocumentStart(..) => {
                    documents += 1;
                    if documents > 1 {
                        let message = "a second YAML document starts here; a contract must be a single document";
                        return Err(YamlError::new(span.start, message));
                    }
                    continue;
                }
                Event::SequenceEnd | Event::MappingEnd => {
                    open.pop();
                    continue;
                }
                Event::Scalar(scalar, style, anchor, tag) => {
                    // For an omitted scalar, the parser returns `~`.
                    let scalar = match span.is_empty() && style == ScalarStyle::Plain {
                        true => "".into(),
                        false => scalar,
                    };
                    let is_merge = style == ScalarStyle::Plain && scalar == "<<";
                    let is_text = match tag {
                        Some(tag) if tag.is_yaml_core_schema() => tag.suffix() == "str",
                        // The tag `!` prevents resolution: the scalar is a string.
                        Some(tag) if tag.handle().is_empty() && tag.suffix() == "!" => true,
                        _ => style != ScalarStyle::Plain,
                    };
                    let value = if is_text || (awaits_key && anchor == 0) {
                        Value::String(scalar.into_owned())
                    } else {
                        scalar::resolve(&scalar)
                    };
                    if !awaits_key {
                        (Kind::Scalar(value), anchor)
                    } else {
                        let text = match (&value, anchor) {
                            (Value::String(text), _) => text.clone(),
                            _ => text[span.clone()].to_owned(),
                        };
                        if anchor != 0 {
                            anchors.insert(anchor, tree.nodes.len());
                            let span = span.clone();
                            let kind = Kind::Scalar(value);
                            tree.nodes.push(Node { span, kind });
                        }
                        begin_member(&mut open, text, is_merge, span);
                        continue;
                    }
                }
                Event::SequenceStart(_, anchor, _) => (Kind::Sequence(Vec::new()), anchor),
                Event::MappingStart(_, anchor, _) => (Kind::Mapping(Vec::new()), anchor),
                Event::Alias(anchor) => {
                    let Some(target) = anchors.get(&anchor).copied() else {
                        return Err(YamlError::new(span.start, "the alias has no anchor"));
                    };
                    if awaits_key {
                        let Some(key) = tree.key(target, text) else {
                            return Err(YamlError::new(span.start, KEY));
                        };
                        begin_member(&mut open, key, false, span);
                        continue;
                    }
                    (Kind::Alias(target), 0)
                }
                // Other events only occur with options that are not set.
                _ => continue,
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

    /// The text of a scalar that is used as a key through an alias.
    fn key(&self, node: usize, text: &str) -> Option<String> {
        let Node { span, kind } = &self.nodes[node];
        match kind {
            Kind::Scalar(Value::String(text)) => Some(text.clone()),
            Kind::Scalar(_) => Some(text[span.clone()].to_owned()),
            Kind::Sequence(_) | Kind::Mapping(_) | Kind::Alias(_) => None,
        }
    }

    /// Adds a node to the open collection.
    fn attach(&mut self, open: Option<&mut Open>, node: usize, at: usize) -> Result<(), YamlError> {
        let Some(open) = open else { return Ok(()) };
        match &mut self.nodes[open.node].kind {
            Kind::Sequence(elements) => elements.push(node),
            Kind::Mapping(members) => {
                let Some((key, is_merge, span)) = open.key.take() else {
                    return Err(YamlError::new(at, KEY));
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

    /// The JSON value, and the repeated keys.
    pub(super) fn value(&self) -> Result<(Value, Vec<RepeatedKey>), YamlError> {
        let mut expansion = Expansion {
            tree: self,
            repeated: Vec::new(),
            aliased: 0,
        };
        let value = expansion.value(0, 0, None)?;
        Ok((value, expansion.repeated))
    }

    /// The position of the value at a pointer: its key, or the start of an element.
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

    /// The position of the scalar at a pointer.
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

    /// The number of bytes of text in the node itself.
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

/// The conversion of a tree to a value.
struct Expansion<'t> {
    tree: &'t Tree,
    repeated: Vec<RepeatedKey>,
    /// The number of values expanded from aliases.
    aliased: usize,
}

impl Expansion<'_> {
    /// `alias` is the position of the alias through which the node is expanded.
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
                "nested deeper than {DEPTH} levels once aliases are expanded; an anchor may contain itself"
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
                        .ok_or_else(|| YamlError::new(at, "`<<` can only merge mappings"))?;
                }
                Value::Object(object)
            }
        })
    }
}

/// Adds the members that the object does not have yet.
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

fn offset(marker: Marker, text: &str) -> usize {
    // The parser always knows the byte offset in a `&str`.
    marker.byte_offset().unwrap_or_default().min(text.len())
}

fn range(span: Span, text: &str) -> Range<usize> {
    let start = offset(span.start, text);
    start..offset(span.end, text).max(start)
}

/// A message for a YAML syntax error.
pub(crate) fn reason(error: &ScanError, rest: &str) -> String {
    let plain = match error.kind() {
        ErrorKind::UnknownAnchor => {
            let word: String = rest
                .chars()
                .take(40)
                .take_while(|c| !c.is_whitespace())
                .collect();
            return format!(
                "no anchor is defined for the alias `{word}`; quote strings that start with `*`"
            );
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => {
            "text follows the closing quote; write `''` for a quote in single quotes"
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar => "text follows the closing quote",
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInIndentation
        | ErrorKind::TabInBlockIndentation => "tabs are not allowed as indentation; use spaces",
        ErrorKind::InvalidColonPlacement => {
            "`:` is not allowed here; is a `]` or `}` missing before it, or does a string with a colon need quotes?"
        }
        ErrorKind::MappingValueNotAllowed => {
            "`:` is not allowed here; is a `:`, or a space after one, missing before it, or does a string \
             with a colon need quotes?"
        }
        ErrorKind::InvalidIndentation | ErrorKind::InvalidFlowScalarIndent => {
            "the indentation does not match any open level"
        }
        ErrorKind::UnclosedQuotedScalar => "the quoted string is not closed",
        ErrorKind::UnknownQuotedScalarEscape => {
            "unknown escape; write `\\\\` for a backslash, or use single quotes"
        }
        ErrorKind::ExpectedBlockMappingKey => "a key was expected here",
        ErrorKind::ExpectedBlockSequenceEntry => "an element of the list, `- …`, was expected here",
        ErrorKind::UnclosedFlowCollection { open } => return format!("`{open}` is not closed"),
        ErrorKind::UnexpectedCharacter { character } => {
            return match character {
                character if character.is_control() => format!(
                    "the control character U+{:04X} is not allowed; write it as an escape in double quotes",
                    u32::from(*character)
                ),
                '`' => "a plain string cannot start with a backtick; quote it".to_owned(),
                character => format!("a plain string cannot start with `{character}`; quote it"),
            };
        }
        ErrorKind::ExpectedNodeContent => "a value was expected here",
        ErrorKind::ExpectedFlowMappingSeparator => "`,` or `}` was expected here",
        ErrorKind::ExpectedFlowSequenceSeparator => "`,` or `]` was expected here",
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            "a key was expected here: `:` is missing, or the key spans several lines"
        }
        ErrorKind::RecursionLimitExceeded => {
            return format!("nested deeper than {DEPTH} levels");
        }
        ErrorKind::UnexpectedEofImplicitFlowMapping => "a value was expected here",
        ErrorKind::UnsupportedYamlMajorVersion => "only YAML 1.1 and 1.2 are supported",
        ErrorKind::MisplacedFlowCollectionEnd => "unmatched closing bracket",
        _ => {
            let info = error.info();
            let short = info
                .split_once(", ")
                .filter(|(start, _)| start.starts_with("while "));
            return short.map_or(info.as_str(), |(_, rest)| rest).to_owned();
        }
    };
    plain.to_owned()
}
