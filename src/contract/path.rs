//! Path templates: `/api/clients/{id}/organisations`.

use std::cmp::Ordering;
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
    /// `prefix{name}suffix`
    Parameter {
        prefix: String,
        name: String,
        suffix: String,
    },
}

impl PathTemplate {
    /// Reads a template. Braces enclose the name of a parameter; a segment holds at most one.
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
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Literal(_) => None,
            Segment::Parameter { name, .. } => Some(name.as_str()),
        })
    }

    /// The values of the parameters when the path (without query) fits the template.
    ///
    /// Segments are percent-decoded before they are compared; a slash at the end makes no difference.
    #[must_use]
    pub fn matches(&self, path: &str) -> Option<Vec<(&str, String)>> {
        let mut values = Vec::new();
        let mut given = segments(path);
        for segment in &self.segments {
            let text = decode(given.next()?);
            match segment {
                Segment::Literal(literal) => {
                    if *literal != text {
                        return None;
                    }
                }
                Segment::Parameter {
                    prefix,
                    name,
                    suffix,
                } => {
                    let value = text.strip_prefix(&**prefix)?.strip_suffix(&**suffix)?;
                    if value.is_empty() {
                        return None;
                    }
                    values.push((name.as_str(), value.to_owned()));
                }
            }
        }
        given.next().is_none().then_some(values)
    }

    /// Orders templates that fit the same path: the one with the earlier literal comes first.
    #[must_use]
    pub fn more_specific(&self, other: &Self) -> Ordering {
        let ranks = |template: &Self| -> Vec<(u8, std::cmp::Reverse<usize>)> {
            template.segments.iter().map(Segment::rank).collect()
        };
        ranks(self).cmp(&ranks(other))
    }
}

impl Segment {
    fn parse(text: &str) -> Self {
        match text.split_once('{').and_then(|(prefix, rest)| {
            let (name, suffix) = rest.split_once('}')?;
            Some((prefix, name, suffix))
        }) {
            Some((prefix, name, suffix)) => Self::Parameter {
                prefix: prefix.to_owned(),
                name: name.to_owned(),
                suffix: suffix.to_owned(),
            },
            None => Self::Literal(text.to_owned()),
        }
    }

    /// Literals before parameters; among parameters, more literal text first.
    fn rank(&self) -> (u8, std::cmp::Reverse<usize>) {
        match self {
            Self::Literal(_) => (0, std::cmp::Reverse(0)),
            Self::Parameter { prefix, suffix, .. } => {
                (1, std::cmp::Reverse(prefix.len() + suffix.len()))
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
