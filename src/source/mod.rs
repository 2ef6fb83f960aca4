//! Source documents in JSON or YAML: the value, and the position of every part of it.
//!
//! A contract is parsed into a `serde_json::Value` and keeps its text, so that any JSON pointer into the
//! value can be mapped back to a line and a column ([`Source::locator`]).

pub(crate) mod edit;
mod scalar;
mod yaml;

use std::fmt;
use std::ops::Range;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::json::{self, Kind};
use crate::location::{Origin, Pointer, Position, STRIDE};

pub(crate) use scalar::resolve as plain_scalar;
use yaml::Tree;
pub(crate) use yaml::reason as yaml_reason;

/// The largest document that is read, in bytes.
const LARGEST: u64 = crate::limits::DOCUMENT;

/// The syntax of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Syntax {
    /// JSON (RFC 8259).
    Json,
    /// YAML 1.2, core schema, with merge keys (`<<`).
    Yaml,
}

/// The text of a document.
pub struct Source {
    /// The file name as the user would write it.
    file: Arc<str>,
    text: Box<str>,
    syntax: Syntax,
    /// The positions of one byte in every [`STRIDE`], computed on first use. Lines may be long.
    marks: OnceLock<Vec<Position>>,
}

/// The content of a document.
#[derive(Debug)]
pub struct Parsed {
    /// The value. If a key is repeated, the last occurrence counts.
    pub value: Value,
    /// Keys that occur again later in the same object.
    pub repeated: Vec<RepeatedKey>,
    /// The text it was read from.
    pub source: Source,
}

/// A key that occurs again later in the same object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepeatedKey {
    /// The key.
    pub name: String,
    /// The byte range of its first occurrence.
    pub span: Range<usize>,
}

impl Source {
    /// Changes the name of the file.
    pub(crate) fn rename(&mut self, name: impl Fn(&str) -> String) {
        self.file = name(&self.file).into();
    }

    /// Reads a file. `name` is the file name to show to the user.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is too large, or is neither JSON nor YAML. The message includes the
    /// position.
    pub fn read(path: &Path, name: &str) -> Result<Parsed> {
        let too_large = |size: u64| {
            let message = format!(
                "{name}: {} MiB is over the size limit of a contract ({} MiB)",
                size >> 20,
                LARGEST >> 20
            );
            Error::new(ErrorKind::Limit, message)
        };
        let unreadable = |error| Error::read(Path::new(name), &error);
        let metadata = std::fs::metadata(path).map_err(unreadable)?;
        if !metadata.is_file() {
            let what = if metadata.is_dir() {
                "it is a folder"
            } else {
                "it is not a regular file"
            };
            let message = match name.is_empty() {
                true => what.to_owned(),
                false => format!("{name}: {what}"),
            };
            return Err(Error::new(ErrorKind::Read, message));
        }
        let size = metadata.len();
        if size > LARGEST {
            return Err(too_large(size));
        }
        let bytes = std::fs::read(path).map_err(unreadable)?;
        Self::parse(name, bytes)
    }

    /// Parses a document: as JSON if the file name or the first character suggests it, otherwise as YAML.
    ///
    /// # Errors
    ///
    /// If the text is neither. The message includes the position.
    pub fn parse(name: &str, bytes: Vec<u8>) -> Result<Parsed> {
        let text = String::from_utf8(bytes).map_err(|error| {
            let valid = &error.as_bytes()[..error.utf8_error().valid_up_to()];
            let place = Position::START.after(valid);
            error_at(name, place, "the document is not UTF-8")
        })?;
        let text = match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        };
        let starts_as_json = text.trim_start().starts_with(['{', '[']);
        let extension = Path::new(name)
            .extension()
            .map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        let must_be_json = extension.as_deref() == Some("json");
        if text.trim().is_empty() {
            return Err(error_at(name, Position::START, "the document is empty"));
        }
        if must_be_json || starts_as_json {
            match parse_json(&text) {
                Ok((value, repeated)) => {
                    return Ok(Parsed {
                        value,
                        repeated,
                        source: Self::new(name, text, Syntax::Json),
                    });
                }
                Err(error) if must_be_json => {
                    let place = Position::START.after(&text.as_bytes()[..error.offset]);
                    return Err(error_at(name, place, &error.to_string()));
                }
                // YAML in flow style starts like JSON.
                Err(_) => {}
            }
        }
        let (value, repeated) =
            Tree::parse(&text)
                .and_then(|tree| tree.value())
                .map_err(|error| {
                    let place = Position::START.after(&text.as_bytes()[..error.offset]);
                    error_at(name, place, &error.message)
                })?;
        Ok(Parsed {
            value,
            repeated,
            source: Self::new(name, text, Syntax::Yaml),
        })
    }

    fn new(name: &str, text: String, syntax: Syntax) -> Self {
        Self {
            file: name.into(),
            text: text.into_boxed_str(),
            syntax,
            marks: OnceLock::new(),
        }
    }

    /// The text, without a byte order mark.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The line and column of an offset in bytes.
    #[must_use]
    pub fn origin(&self, offset: usize) -> Origin {
        let text = self.text.as_bytes();
        let offset = offset.min(text.len());
        let marks = self.marks.get_or_init(|| {
            let ends = text.chunks(STRIDE).scan(Position::START, |position, chunk| {
                *position = position.after(chunk);
                Some(*position)
            });
            std::iter::once(Position::START).chain(ends).collect()
        });
        let passed = offset / STRIDE;
        Origin {
            file: Arc::clone(&self.file),
            entry: None,
            position: marks[passed].after(&text[passed * STRIDE..offset]),
        }
    }

    /// Maps pointers to positions. This parses the text again, so reuse a locator for several lookups.
    #[must_use]
    pub fn locator(&self) -> Locator<'_> {
        Locator(match self.syntax {
            Syntax::Json => {
                json::TapeDocument::parse(self.text.as_bytes()).map_or(Places::None, Places::Json)
            }
            Syntax::Yaml => Tree::parse(&self.text).map_or(Places::None, Places::Yaml),
        })
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.syntax, self.file)
    }
}

/// The positions of the parts of one document.
#[derive(Debug)]
pub struct Locator<'s>(Places<'s>);

#[derive(Debug)]
enum Places<'s> {
    Json(json::TapeDocument<'s>),
    Yaml(Tree),
    /// Unreachable: the text was parsed before.
    None,
}

impl Locator<'_> {
    /// The byte range of the value at a pointer: its key, or the start of an element. If the pointer does not
    /// resolve, the range of the last part that exists.
    #[must_use]
    pub fn find(&self, pointer: &Pointer) -> Range<usize> {
        match &self.0 {
            Places::Json(document) => find_json(document, pointer),
            Places::Yaml(tree) => tree.find(pointer),
            Places::None => 0..0,
        }
    }

    /// The byte range of the scalar at a pointer.
    pub(crate) fn scalar(&self, pointer: &Pointer) -> Option<Range<usize>> {
        match &self.0 {
            Places::Json(document) => {
                let mut value = document.root();
                for step in pointer.steps() {
                    value = match value.kind() {
                        Kind::Array => value.elements().nth(step.parse().ok()?)?,
                        _ => value.get(&step)?,
                    };
                }
                Some(value.span())
            }
            Places::Yaml(tree) => tree.scalar(pointer),
            Places::None => None,
        }
    }
}

fn find_json(document: &json::TapeDocument<'_>, pointer: &Pointer) -> Range<usize> {
    let mut value = document.root();
    let mut place = start_of(value);
    for step in pointer.steps() {
        let next = match value.kind() {
            Kind::Object => value
                .members()
                .find(|(key, _)| key.is(&step))
                .map(|(key, member)| (key.span(), member)),
            Kind::Array => step
                .parse()
                .ok()
                .and_then(|index| value.elements().nth(index))
                .map(|element| (start_of(element), element)),
            Kind::Null | Kind::Boolean | Kind::Number | Kind::String => None,
        };
        let Some((span, part)) = next else { break };
        place = span;
        value = part;
    }
    place
}

/// For an object or array, the opening bracket is enough.
fn start_of(value: json::Value<'_>) -> Range<usize> {
    let span = value.span();
    match value.kind() {
        Kind::Object | Kind::Array => span.start..span.start + 1,
        Kind::Null | Kind::Boolean | Kind::Number | Kind::String => span,
    }
}

fn parse_json(text: &str) -> Result<(Value, Vec<RepeatedKey>), json::SyntaxError> {
    let document = json::TapeDocument::parse(text.as_bytes())?;
    let repeated = document
        .repeated_keys()
        .map(|key| RepeatedKey {
            name: key.name().into_owned(),
            span: key.span(),
        })
        .collect();
    Ok((document.root().to_serde(), repeated))
}

fn error_at(name: &str, place: Position, message: &str) -> Error {
    Error::new(
        ErrorKind::Format,
        format!("{name}:{}:{}: {message}", place.line, place.column),
    )
}

#[cfg(test)]
mod tests;
