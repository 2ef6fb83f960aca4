//! Renders YAML as JSON, and keeps where each scalar was written.

use std::ops::Range;

use granit_parser::{Event, Parser, ScalarStyle, Span, options};
use rustc_hash::FxHashMap;

use crate::limits::{ALIASED, NESTING};
use crate::source::{plain_scalar, yaml_reason};

/// A scalar in the rendered JSON, and where it was written.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    /// The offset in the JSON.
    pub(super) rendered: usize,
    /// The bytes in the YAML.
    pub(super) written: Range<usize>,
    pub(super) style: ScalarStyle,
    /// Whether it has the tag `!!binary`.
    pub(super) is_binary: bool,
}

/// A document as JSON.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub(super) json: String,
    /// In the order of the JSON.
    pub(super) marks: Vec<Mark>,
}

/// Why YAML cannot be read.
#[derive(Debug)]
pub(super) struct YamlError {
    pub(super) offset: usize,
    pub(super) message: String,
}

/// What an anchor stands for: parts of what was rendered.
struct Anchored {
    json: Range<usize>,
    marks: Range<usize>,
}

/// A collection that is still open.
struct Open {
    is_mapping: bool,
    /// In a mapping, whether the next node is a key.
    awaits_key: bool,
    is_empty: bool,
    anchor: usize,
    json: usize,
    marks: usize,
}

/// Renders the first document of a text.
pub(super) fn render(text: &str) -> Result<Rendered, YamlError> {
    let depth = 2 * usize::from(NESTING);
    let options = options! { flow_nesting_limit: depth, block_nesting_limit: depth };
    let mut rendering = Rendering {
        text,
        rendered: Rendered::default(),
        open: Vec::new(),
        anchors: FxHashMap::default(),
        aliased: 0,
    };
    for event in Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| {
            let offset = error.marker().byte_offset().unwrap_or_default();
            let offset = offset.min(text.len());
            YamlError {
                offset,
                message: yaml_reason(&error, text.get(offset..).unwrap_or_default()),
            }
        })?;
        if matches!(event, Event::DocumentEnd) {
            break;
        }
        rendering.event(event, span)?;
    }
    Ok(rendering.rendered)
}

struct Rendering<'t> {
    text: &'t str,
    rendered: Rendered,
    open: Vec<Open>,
    anchors: FxHashMap<usize, Anchored>,
    /// The number of bytes rendered for aliases.
    aliased: usize,
}

impl Rendering<'_> {
    fn event(&mut self, event: Event<'_>, span: Span) -> Result<(), YamlError> {
        let offset = |marker: granit_parser::Marker| {
            let offset = marker.byte_offset().unwrap_or_default();
            offset.min(self.text.len())
        };
        let start = offset(span.start);
        let written = start..offset(span.end).max(start);
        match event {
            Event::SequenceStart(_, anchor, _) => self.begin(false, anchor, start),
            Event::MappingStart(_, anchor, _) => self.begin(true, anchor, start),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.rendered
                        .json
                        .push(if open.is_mapping { '}' } else { ']' });
                    self.anchored(open.anchor, open.json, open.marks);
                }
                Ok(())
            }
            Event::Scalar(content, style, anchor, tag) => {
                let is_plain = style == ScalarStyle::Plain;
                // For an omitted scalar, the parser returns `~`.
                let content = match written.is_empty() && is_plain {
                    true => "".into(),
                    false => content,
                };
                let suffix = tag.as_ref().map(|tag| tag.suffix());
                let is_binary = suffix == Some("binary");
                let is_text = !is_plain || tag.is_some();
                let is_key = self.separate(start)?;
                let (json, marks) = (self.rendered.json.len(), self.rendered.marks.len());
                // The lines of a block have an indentation, which the first one shows.
                let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
                let line = self.text[..start].rfind('\n').map_or(0, |end| end + 1);
                let is_indented = self.text[line..start].bytes().all(|byte| byte == b' ');
                let written = match is_block && is_indented {
                    true => line..written.end,
                    false => written,
                };
                self.rendered.marks.push(Mark {
                    rendered: json,
                    written,
                    style,
                    is_binary,
                });
                let value = match is_text || is_key {
                    true => serde_json::Value::String(content.into_owned()),
                    false => plain_scalar(&content),
                };
                self.rendered.json.push_str(&value.to_string());
                self.anchored(anchor, json, marks);
                Ok(())
            }
            Event::Alias(anchor) => self.alias(anchor, start),
            _ => Ok(()),
        }
    }

    /// Writes what comes before a node, and returns whether the node is a key.
    fn separate(&mut self, at: usize) -> Result<bool, YamlError> {
        let json = &mut self.rendered.json;
        let Some(open) = self.open.last_mut() else {
            return Ok(false);
        };
        if open.is_mapping {
            let is_key = open.awaits_key;
            open.awaits_key = !is_key;
            if !is_key {
                json.push(':');
                return Ok(false);
            }
        }
        if !std::mem::take(&mut open.is_empty) {
            json.push(',');
        }
        if json.len() > u32::MAX as usize / 2 {
            return Err(YamlError {
                offset: at,
                message: "the entry is too large".to_owned(),
            });
        }
        Ok(open.is_mapping)
    }

    fn begin(&mut self, is_mapping: bool, anchor: usize, at: usize) -> Result<(), YamlError> {
        if self.separate(at)? {
            return Err(YamlError {
                offset: at,
                message: "a key must be a scalar".to_owned(),
            });
        }
        if self.open.len() >= usize::from(NESTING) {
            return Err(YamlError {
                offset: at,
                message: format!("nested deeper than {NESTING} levels"),
            });
        }
        self.open.push(Open {
            is_mapping,
            awaits_key: is_mapping,
            is_empty: true,
            anchor,
            json: self.rendered.json.len(),
            marks: self.rendered.marks.len(),
        });
        self.rendered.json.push(if is_mapping { '{' } else { '[' });
        Ok(())
    }

    fn anchored(&mut self, anchor: usize, json: usize, marks: usize) {
        if anchor != 0 {
            let anchored = Anchored {
                json: json..self.rendered.json.len(),
                marks: marks..self.rendered.marks.len(),
            };
            self.anchors.insert(anchor, anchored);
        }
    }

    /// Repeats what an anchor stands for.
    fn alias(&mut self, anchor: usize, at: usize) -> Result<(), YamlError> {
        let is_key = self.separate(at)?;
        let failed = |message: &str| YamlError {
            offset: at,
            message: message.to_owned(),
        };
        let Some(Anchored { json, marks }) = self.anchors.get(&anchor) else {
            return Err(failed("the alias refers to a value that contains it"));
        };
        let Rendered {
            json: out,
            marks: all,
        } = &mut self.rendered;
        if is_key && !out[json.clone()].starts_with('"') {
            return Err(failed("a key must be a scalar"));
        }
        self.aliased += json.len();
        if self.aliased > 64 * ALIASED {
            return Err(failed("the aliases expand to too much text"));
        }
        let moved = out.len();
        let copies: Vec<Mark> = all[marks.clone()]
            .iter()
            .map(|mark| Mark {
                rendered: mark.rendered - json.start + moved,
                ..mark.clone()
            })
            .collect();
        all.extend(copies);
        out.extend_from_within(json.clone());
        Ok(())
    }
}
