//! Path templates: `/api/clients/{id}/organisations`.

use std::borrow::Cow;
use std::cell::Cell;
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
    /// Alternating text and parameters: `{base}...{head}`.
    Mixed(Vec<Part>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    /// A parameter, and whether its value may contain slashes.
    Parameter(String, bool),
}

/// What a segment of a template says about that of a path, at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SegmentPattern<'t> {
    /// It is this text, after decoding.
    Literal(&'t str),
    /// It is any text.
    Parameter,
    /// It starts and ends with these texts.
    Mixed(&'t str, &'t str),
    /// It and the segments after it may be anything.
    Open,
}

/// The values of the parameters of a path, by name, still percent-encoded.
pub type PathValues<'t, 'p> = Vec<(&'t str, &'p str)>;

/// Maximum number of attempts to match a path to a template.
const STEPS: u32 = crate::limits::PATH_STEPS;

impl PathTemplate {
    /// Parses a template. Braces enclose the name of a parameter; one without a name matches any text. A
    /// value of `{name+}` may contain slashes.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let segments = segments(text).map(Segment::parse).collect();
        Self {
            text: text.to_owned(),
            segments,
        }
    }

    /// The same template, in which the values of these parameters may contain slashes (`x-multi-segment`).
    #[must_use]
    pub(crate) fn taking_slashes(mut self, names: &[String]) -> Self {
        for segment in &mut self.segments {
            if let Segment::Mixed(parts) = segment {
                for part in parts {
                    if let Part::Parameter(name, takes_slashes) = part {
                        *takes_slashes |= names.contains(name);
                    }
                }
            }
        }
        self
    }

    /// The names of the parameters, in order.
    pub fn parameters(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flat_map(Segment::parameters)
    }

    /// The values of the parameters, if the path (without query) matches the template. If the text between
    /// two parameters occurs in the path more than once, the first parameter takes as little as possible.
    ///
    /// Text is percent-decoded before it is compared; a trailing slash makes no difference.
    #[must_use]
    pub fn matches<'t, 'p>(&'t self, path: &'p str) -> Option<PathValues<'t, 'p>> {
        self.splits(path, 1).pop()
    }

    /// The ways to split a path that matches the template, at most `most` of them.
    #[must_use]
    pub fn splits<'t, 'p>(&'t self, path: &'p str, most: usize) -> Vec<PathValues<'t, 'p>> {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = path.strip_suffix('/').unwrap_or(path);
        let mut found = Vec::new();
        let steps = Cell::new(STEPS);
        let mut done = |values: &mut PathValues<'t, 'p>| {
            found.push(values.clone());
            found.len() >= most
        };
        fit(
            &self.segments,
            Some(path),
            &mut Vec::new(),
            &steps,
            &mut done,
        );
        found
    }

    /// Whether a path may match the template in several ways.
    #[must_use]
    pub fn is_ambiguous(&self) -> bool {
        let takes_slashes = |segment: &Segment| segment.takes_slashes();
        self.segments
            .iter()
            .any(|segment| segment.parameters().count() > 1)
            || self
                .segments
                .iter()
                .filter(|segment| takes_slashes(segment))
                .count()
                > 1
    }

    /// The segments that a path starts with and that fit the first segments of the template, as the template
    /// writes them.
    pub(crate) fn shared_segments(&self, path: &[&str]) -> Vec<String> {
        let mut shared = Vec::new();
        for (segment, text) in self.segments.iter().zip(path) {
            let alone = Self {
                text: String::new(),
                segments: vec![segment.clone()],
            };
            if text.is_empty() || alone.matches(text).is_none() {
                break;
            }
            shared.push(segment.to_string());
        }
        shared
    }

    /// Whether some segment is literal, so that not every path of its length matches.
    #[must_use]
    pub fn has_literal(&self) -> bool {
        self.segments
            .iter()
            .any(|segment| matches!(segment, Segment::Literal(text) if !text.is_empty()))
    }

    /// What the segments say about those of a path.
    pub(super) fn patterns(&self) -> impl Iterator<Item = SegmentPattern<'_>> {
        self.segments.iter().map(Segment::pattern)
    }

    /// Orders templates that match the same path: the one with the earlier literal comes first.
    #[must_use]
    pub fn more_specific(&self, other: &Self) -> Ordering {
        let own = self.segments.iter().map(Segment::rank);
        own.cmp(other.segments.iter().map(Segment::rank))
    }

    /// Whether the template and the path agree on a trailing slash. This decides between templates that only
    /// differ in that.
    #[must_use]
    pub fn ends_like(&self, path: &str) -> bool {
        self.text.ends_with('/') == path.ends_with('/')
    }

    /// The template without the names of its parameters, which do not distinguish paths.
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
                            Part::Parameter(_, false) => shape.push_str("{}"),
                            Part::Parameter(_, true) => shape.push_str("{+}"),
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

/// Receives the values of a match; returns whether that is enough.
type Done<'d, 't, 'p> = dyn FnMut(&mut PathValues<'t, 'p>) -> bool + 'd;

/// Matches the rest of a path with segments; it is `None` after the last one. Returns whether enough was
/// found.
fn fit<'t, 'p>(
    segments: &'t [Segment],
    path: Option<&'p str>,
    values: &mut PathValues<'t, 'p>,
    steps: &Cell<u32>,
    done: &mut Done<'_, 't, 'p>,
) -> bool {
    let Some((segment, rest)) = segments.split_first() else {
        return path.is_none() && done(values);
    };
    let Some(path) = path else { return false };
    // Where the segment may end: at the next slash, or at each one after it.
    let ends = path
        .match_indices('/')
        .map(|(at, _)| at)
        .chain([path.len()]);
    let most = match segment.takes_slashes() {
        true => usize::MAX,
        false => 1,
    };
    for end in ends.take(most) {
        if steps.get() == 0 {
            return true;
        }
        steps.set(steps.get() - 1);
        let text = &path[..end];
        let behind = path.get(end + 1..);
        let is_enough = match segment {
            Segment::Literal(literal) => {
                (*literal == *text || *literal == decoded(text))
                    && fit(rest, behind, values, steps, done)
            }
            Segment::Mixed(parts) => {
                // The parts of the segment first, then the segments after it.
                fit_parts(parts, text, values, steps, &mut |values| {
                    fit(rest, behind, values, steps, done)
                })
            }
        };
        if is_enough {
            return true;
        }
    }
    false
}

/// Matches a text with the parts of a segment: each parameter takes at least one character.
fn fit_parts<'t, 'p>(
    parts: &'t [Part],
    text: &'p str,
    values: &mut PathValues<'t, 'p>,
    steps: &Cell<u32>,
    done: &mut Done<'_, 't, 'p>,
) -> bool {
    let (name, rest) = match parts {
        [] => return text.is_empty() && done(values),
        [Part::Text(prefix), rest @ ..] => {
            let behind = text.strip_prefix(&**prefix);
            return behind.is_some_and(|behind| fit_parts(rest, behind, values, steps, done));
        }
        [Part::Parameter(name, _), rest @ ..] => (name, rest),
    };
    let ends = text
        .char_indices()
        .map(|(at, _)| at)
        .skip(1)
        .chain([text.len()]);
    for end in ends {
        let behind = &text[end..];
        let goes_on = match rest {
            [] => behind.is_empty(),
            [Part::Text(next), ..] => behind.starts_with(&**next),
            [Part::Parameter(..), ..] => true,
        };
        if !goes_on || end == 0 {
            continue;
        }
        if steps.get() == 0 {
            return true;
        }
        steps.set(steps.get() - 1);
        values.push((name, &text[..end]));
        let is_enough = fit_parts(rest, behind, values, steps, done);
        values.pop();
        if is_enough {
            return true;
        }
    }
    false
}

impl Part {
    /// The text of a part; empty for a parameter.
    fn text(part: Option<&Self>) -> &str {
        match part {
            Some(Self::Text(text)) => text,
            Some(Self::Parameter(..)) | None => "",
        }
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(text) => f.write_str(text),
            Self::Mixed(parts) => parts.iter().try_for_each(|part| match part {
                Part::Text(text) => f.write_str(text),
                Part::Parameter(name, _) => write!(f, "{{{name}}}"),
            }),
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
            // The syntax of API gateways.
            let takes_slashes = name.len() > 1 && name.ends_with('+');
            let name = name
                .strip_suffix('+')
                .filter(|_| takes_slashes)
                .unwrap_or(name);
            parts.push(Part::Parameter(name.to_owned(), takes_slashes));
            rest = behind;
        }
        if parts.is_empty() {
            return Self::Literal(decoded(text).into_owned());
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
            Part::Parameter(name, _) => Some(name.as_str()),
        })
    }

    fn takes_slashes(&self) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Mixed(parts) => parts
                .iter()
                .any(|part| matches!(part, Part::Parameter(_, true))),
        }
    }

    fn pattern(&self) -> SegmentPattern<'_> {
        match self {
            Self::Literal(text) => SegmentPattern::Literal(text),
            Self::Mixed(_) if self.takes_slashes() => SegmentPattern::Open,
            Self::Mixed(parts) => match (Part::text(parts.first()), Part::text(parts.last())) {
                ("", "") => SegmentPattern::Parameter,
                (start, end) => SegmentPattern::Mixed(start, end),
            },
        }
    }

    /// Literals before parameters; among parameters, more literal text first; those that may contain slashes
    /// last.
    fn rank(&self) -> (u8, Reverse<usize>) {
        match self {
            Self::Literal(_) => (0, Reverse(0)),
            Self::Mixed(parts) => {
                let text = parts.iter().map(|part| match part {
                    Part::Text(text) => text.len(),
                    Part::Parameter(..) => 0,
                });
                (1 + u8::from(self.takes_slashes()), Reverse(text.sum()))
            }
        }
    }
}

/// The segments of a path or a template.
pub(super) fn segments(path: &str) -> impl Iterator<Item = &str> {
    let path = path.strip_prefix('/').unwrap_or(path);
    path.strip_suffix('/').unwrap_or(path).split('/')
}

/// A segment without percent-encoding.
pub(super) fn decoded(segment: &str) -> Cow<'_, str> {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy()
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
