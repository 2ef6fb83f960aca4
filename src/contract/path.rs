//! Path templates: `/api/clients/{id}/organisations`.

use std::cmp::{Ordering, Reverse};
use std::fmt;

/// A path with parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathTemplate {
    text: String,
    segments: Vec<Segment>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Segment {
    Literal(String),
    /// Text and parameters by turns: `{base}...{head}`.
    Mixed(Vec<Part>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Parameter(String),
}

impl PathTemplate {
    /// Reads a template. Braces enclose the name of a parameter; one without name takes any text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let segments = segments(text).map(Segment::parse).collect();
        Self {
            text: text.to_owned(),
            segments,
        }
    }

    /// The names of the parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flat_map(Segment::parameters)
    }

    /// The values of the parameters, still percent-encoded, when the path (without query) fits the
    /// template.
    ///
    /// Text is percent-decoded before it is compared; a slash at the end makes no difference.
    #[must_use]
    pub fn matches<'t, 'p>(&'t self, path: &'p str) -> Option<Vec<(&'t str, &'p str)>> {
        let mut values = Vec::new();
        let mut given = segments(path);
        for segment in &self.segments {
            let text = given.next()?;
            match segment {
                Segment::Literal(literal) => {
                    if *literal != *text && *literal != *decode(text) {
                        return None;
                    }
                }
                Segment::Mixed(parts) => fit(parts, text, &mut values)?,
            }
        }
        given.next().is_none().then_some(values)
    }

    /// Whether some segment is literal, so that not every path of its length fits.
    #[must_use]
    pub fn has_literal(&self) -> bool {
        self.segments
            .iter()
            .any(|segment| matches!(segment, Segment::Literal(text) if !text.is_empty()))
    }

    /// Orders templates that fit the same path: the one with the earlier literal comes first.
    #[must_use]
    pub fn more_specific(&self, other: &Self) -> Ordering {
        let ranks = |template: &Self| -> Vec<(u8, Reverse<usize>)> {
            template.segments.iter().map(Segment::rank).collect()
        };
        ranks(self).cmp(&ranks(other))
    }

    /// Whether the template ends in a slash as the path does. Where templates differ in that alone, it
    /// tells them apart.
    #[must_use]
    pub fn ends_like(&self, path: &str) -> bool {
        self.text.ends_with('/') == path.ends_with('/')
    }

    /// The template with the names of its parameters left out, which is what tells paths apart.
    #[must_use]
    pub fn shape(&self) -> String {
        let mut shape = String::new();
        for segment in &self.segments {
            shape.push('/');
            match segment {
                Segment::Literal(literal) => shape.push_str(literal),
                Segment::Mixed(parts) => {
                    for part in parts {
                        match part {
                            Part::Text(text) => shape.push_str(text),
                            Part::Parameter(_) => shape.push_str("{}"),
                        }
                    }
                }
            }
        }
        if self.text.len() > 1 && self.text.ends_with('/') {
            shape.push('/');
        }
        shape
    }
}

/// Fits a text to the parts of a segment: each parameter takes one character at least, and what is
/// before the next text of the template.
fn fit<'t, 'p>(
    parts: &'t [Part],
    text: &'p str,
    values: &mut Vec<(&'t str, &'p str)>,
) -> Option<()> {
    match parts {
        [] => text.is_empty().then_some(()),
        [Part::Text(prefix), rest @ ..] => fit(rest, text.strip_prefix(&**prefix)?, values),
        [Part::Parameter(name)] => {
            values.push((name, text));
            (!text.is_empty()).then_some(())
        }
        [Part::Parameter(name), Part::Text(next)] => {
            let value = text.strip_suffix(&**next)?;
            values.push((name, value));
            (!value.is_empty()).then_some(())
        }
        [Part::Parameter(name), Part::Text(next), rest @ ..] => {
            let first = text.chars().next()?.len_utf8();
            let end = first + text[first..].find(&**next)?;
            values.push((name, &text[..end]));
            fit(rest, &text[end + next.len()..], values)
        }
        // Two parameters without text between them: the first takes one character.
        [Part::Parameter(name), rest @ ..] => {
            let end = text.chars().next()?.len_utf8();
            values.push((name, &text[..end]));
            fit(rest, &text[end..], values)
        }
    }
}

impl Segment {
    fn parse(text: &str) -> Self {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, behind)) = after.split_once('}') else {
                break;
            };
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Parameter(name.to_owned()));
            rest = behind;
        }
        if parts.is_empty() {
            return Self::Literal(decode(text));
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Self::Mixed(parts)
    }

    fn parameters(&self) -> impl Iterator<Item = &str> {
        let parts = match self {
            Self::Literal(_) => &[][..],
            Self::Mixed(parts) => parts,
        };
        parts.iter().filter_map(|part| match part {
            Part::Text(_) => None,
            Part::Parameter(name) => Some(name.as_str()),
        })
    }

    /// Literals before parameters; among parameters, more literal text first.
    fn rank(&self) -> (u8, Reverse<usize>) {
        match self {
            Self::Literal(_) => (0, Reverse(0)),
            Self::Mixed(parts) => {
                let text = parts.iter().map(|part| match part {
                    Part::Text(text) => text.len(),
                    Part::Parameter(_) => 0,
                });
                (1, Reverse(text.sum()))
            }
        }
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_suffix('/').unwrap_or(path).split('/')
}

fn decode(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment)
        .decode_utf8_lossy()
        .into_owned()
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
