//! Parameters and headers in transit, as text: an integer that became a string of digits, or a value that
//! became a list of one. What matters is which texts one side may send and the other can read.
//!
//! A text is read as JSON would write it: `5` is a number for a schema that accepts numbers, and a string for
//! one that accepts strings. No text is null, and the empty list is not sent at all (RFC 6570, 2.3).

mod asked;

use serde_json::Value;

use crate::contract::{Encoding, Style};
use crate::json::Kind;
use crate::schema::NodeId;

use super::Scope;
use super::case::{Case, cases};
use super::kinds::Kinds;
use super::pool::Pool;
use super::text::{self, Answer, Automata};

use asked::{Asked, texts};

/// The limit on questions without an automaton.
const OPAQUE: usize = 6;

/// The largest length that is tracked.
const LONGEST: u64 = 400;

/// The number of schemas from which a witness is made.
const NEAR: usize = 64;

/// The kinds of values that are a single text.
const SCALARS: Kinds = Kinds::BOOLEAN.or(Kinds::NUMBER).or(Kinds::STRING);

/// The texts that may be sent for one parameter or header.
#[derive(Debug)]
pub(in crate::diff) struct Wire<'g> {
    scope: Scope<'g>,
    shape: Shape,
    /// Whether a text may be empty; a path segment may not.
    may_be_empty: bool,
}

#[derive(Debug)]
enum Shape {
    /// One text, which is a value of these schemas.
    Scalar(Vec<NodeId>),
    List(List),
}

/// Elements, each of which is a value of the same schemas.
#[derive(Debug)]
struct List {
    items: Vec<NodeId>,
    fewest: u64,
    most: Option<u64>,
    /// The separator of elements in one text; `None` if each element is sent separately.
    separator: Option<&'static str>,
}

/// Whether the other side can read everything that one side sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::diff) enum Sent {
    Follows,
    /// These texts are sent for one value and cannot be read.
    Refuted(Vec<String>),
    Unknown,
}

impl<'g> Wire<'g> {
    /// What a schema sends with this encoding; `None` for objects, for a mix of single values and lists, and
    /// for values that are not text.
    pub(in crate::diff) fn of(
        scope: Scope<'g>,
        schema: NodeId,
        encoding: Encoding,
    ) -> Option<Self> {
        let Encoding::Styled { style, explode } = encoding else {
            return None;
        };
        if style == Style::DeepObject {
            return None;
        }
        let separator = style.separator(explode);
        let cases = cases(scope, &[schema]);
        let kinds = kinds_of(scope, &cases).without(Kinds::NULL);
        if kinds.within(SCALARS) {
            let shape = Shape::Scalar(vec![schema]);
            return (!kinds.is_empty()).then_some(Self {
                scope,
                shape,
                may_be_empty: true,
            });
        }
        let lists: Vec<_> = cases
            .iter()
            .filter(|case| case.kinds.has(Kinds::ARRAY))
            .collect();
        let ([list], true) = (lists.as_slice(), kinds == Kinds::ARRAY) else {
            return None;
        };
        let says_more = list.nodes_in(scope).any(|node| {
            node.array.contains.is_some()
                || node.array.unevaluated.is_some()
                || node.checks.iter().any(|check| check.kind == Kind::Array)
                || node.values.is_some()
                || node.constant.is_some()
        });
        if says_more || list.positions(scope) > 0 || !list.nots.is_empty() {
            return None;
        }
        let items = list.element(scope, 0);
        let of_items = super::case::cases(scope, &items);
        let are_scalars = of_items
            .iter()
            .all(|case| case.kinds.within(SCALARS.or(Kinds::NULL)));
        if !items.is_empty() && !are_scalars {
            return None;
        }
        let (fewest, most) = list.lengths(scope, Kind::Array);
        Some(Self {
            scope,
            shape: Shape::List(List {
                items,
                fewest: fewest.max(1),
                most,
                separator,
            }),
            may_be_empty: true,
        })
    }

    /// The same, without empty texts.
    pub(in crate::diff) const fn never_empty(mut self) -> Self {
        self.may_be_empty = false;
        self
    }

    pub(in crate::diff) const fn is_list(&self) -> bool {
        matches!(self.shape, Shape::List(_))
    }

    /// Whether there is at most one element, so that the separator does not matter.
    pub(in crate::diff) fn is_single(&self) -> bool {
        match &self.shape {
            Shape::Scalar(_) => true,
            Shape::List(list) => list.most.is_some_and(|most| most <= 1),
        }
    }

    /// The kinds of its texts, as its schemas read them.
    pub(in crate::diff) fn kinds(&self) -> Kinds {
        let nodes = match &self.shape {
            Shape::Scalar(nodes) => nodes,
            Shape::List(list) => &list.items,
        };
        let cases = cases(self.scope, nodes);
        kinds_of(self.scope, &cases).and(SCALARS)
    }

    /// Whether the other side can read everything that this side sends.
    pub(in crate::diff) fn within(&self, other: &Self) -> Sent {
        let found = self.compared(other, &mut Automata::default());
        match found {
            // Questions without an automaton were answered either way.
            Sent::Refuted(texts) if !self.reads(&texts) || other.reads(&texts) => {
                match self.sample(other) {
                    Some(text) => Sent::Refuted(vec![text]),
                    None => Sent::Unknown,
                }
            }
            found => found,
        }
    }

    fn compared(&self, other: &Self, automata: &mut Automata) -> Sent {
        let mut texts = |left: &[NodeId], right: &[NodeId], without: Option<&str>| {
            let sides = ((self.scope, left), (other.scope, right));
            texts(sides, (without, self.may_be_empty), automata)
        };
        match (&self.shape, &other.shape) {
            (Shape::Scalar(left), Shape::Scalar(right)) => texts(left, right, None),
            (Shape::Scalar(left), Shape::List(right)) => {
                if right.fewest > 1 || right.most == Some(0) {
                    return match self.text() {
                        Some(text) => Sent::Refuted(vec![text]),
                        None => Sent::Unknown,
                    };
                }
                match (texts(left, &right.items, right.separator), right.separator) {
                    (Sent::Follows, Some(separator)) => {
                        let taken_apart = self.text_with(Some(separator));
                        let takes_any =
                            right.most.is_none() && texts(&[], &right.items, None) == Sent::Follows;
                        match taken_apart {
                            None => Sent::Follows,
                            Some(_) if takes_any => Sent::Follows,
                            Some(text) => Sent::Refuted(vec![text]),
                        }
                    }
                    (found, _) => found,
                }
            }
            (Shape::List(left), Shape::Scalar(right)) => {
                if left.most == Some(0) {
                    return Sent::Follows;
                }
                let takes_any = texts(&[], right, None) == Sent::Follows;
                let one = match left.fewest {
                    // Separators inside an element are percent-encoded.
                    1 => texts(&left.items, right, None),
                    _ => Sent::Follows,
                };
                match (one, left.separator) {
                    (Sent::Follows, Some(_)) if takes_any => Sent::Follows,
                    (Sent::Follows, _) if left.most == Some(1) => Sent::Follows,
                    (Sent::Follows, separator) => {
                        let count = usize::try_from(left.fewest.clamp(2, 64)).unwrap_or(2);
                        let Some(text) = self.text() else {
                            return Sent::Unknown;
                        };
                        let several = vec![text; count];
                        Sent::Refuted(match separator {
                            Some(separator) => vec![several.join(separator)],
                            None => several,
                        })
                    }
                    (found, _) => found,
                }
            }
            (Shape::List(left), Shape::List(right)) => {
                let is_written_alike = left.separator == right.separator || self.is_single();
                if !is_written_alike {
                    return Sent::Unknown;
                }
                let holds_counts = right.fewest <= left.fewest
                    && right
                        .most
                        .is_none_or(|most| left.most.is_some_and(|own| own <= most));
                match texts(&left.items, &right.items, None) {
                    Sent::Follows if !holds_counts => Sent::Unknown,
                    found => found,
                }
            }
        }
    }

    /// Whether these are the texts of one value that the schemas accept.
    fn reads(&self, texts: &[String]) -> bool {
        match (&self.shape, texts) {
            (Shape::Scalar(nodes), [text]) => reads(self.scope, nodes, text),
            (Shape::Scalar(_), _) => false,
            (Shape::List(list), texts) => {
                let elements: Vec<&str> = match (list.separator, texts) {
                    (Some(separator), [text]) => text.split(separator).collect(),
                    (Some(_), _) => return false,
                    (None, texts) => texts.iter().map(String::as_str).collect(),
                };
                let count = elements.len() as u64;
                count >= list.fewest
                    && list.most.is_none_or(|most| count <= most)
                    && elements
                        .iter()
                        .all(|text| reads(self.scope, &list.items, text))
            }
        }
    }

    /// A text that this side sends.
    fn text(&self) -> Option<String> {
        self.text_with(None)
    }

    /// A text that this side sends, containing a certain string if one is wanted.
    fn text_with(&self, wanted: Option<&str>) -> Option<String> {
        let nodes = match &self.shape {
            Shape::Scalar(nodes) => nodes,
            Shape::List(list) => &list.items,
        };
        let mut found = self.candidates().into_iter();
        let known = found.find(|text| {
            wanted.is_none_or(|wanted| text.contains(wanted)) && reads(self.scope, nodes, text)
        });
        known.or_else(|| {
            let mut automata = Automata::default();
            let wanted = wanted
                .and_then(text::holding)
                .map(|wanted| ("wanted", wanted));
            let asked = Asked::of(&[(self.scope, nodes)], &mut automata, wanted)?;
            let found = asked.search(&mut |asked, at| {
                let is_wanted = asked.index("wanted").is_none_or(|index| at.ends[index]);
                at.count > 0 && is_wanted && asked.holds(self.scope, nodes, at)
            });
            match found {
                Answer::Refuted(text) => Some(text).filter(|text| reads(self.scope, nodes, text)),
                _ => None,
            }
        })
    }

    /// What the schemas mention, as texts.
    fn candidates(&self) -> Vec<String> {
        let nodes = match &self.shape {
            Shape::Scalar(nodes) => nodes,
            Shape::List(list) => &list.items,
        };
        let pool = Pool::near(&[(self.scope.graph, nodes)], NEAR);
        let texts = pool.scalars.iter().filter_map(text_of);
        texts.filter(|text| !text.is_empty()).collect()
    }

    /// A text that this side sends and the other cannot read, made of what both mention.
    fn sample(&self, other: &Self) -> Option<String> {
        let mut texts = self.candidates();
        texts.extend(other.candidates());
        texts.into_iter().find(|text| {
            let text = std::slice::from_ref(text);
            self.reads(text) && !other.reads(text)
        })
    }
}

/// The kinds of the values of some cases; if values are listed, only their kinds.
fn kinds_of(scope: Scope<'_>, cases: &[Case]) -> Kinds {
    cases
        .iter()
        .fold(Kinds::NONE, |all, case| match case.listed(scope) {
            Some(values) => values.iter().map(Kinds::of_value).fold(all, Kinds::or),
            None => all.or(case.kinds),
        })
}

/// The text of a scalar; `None` for null and for values with parts.
pub(in crate::diff) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

/// Whether a text can be read as a value of all of these.
fn reads(scope: Scope<'_>, nodes: &[NodeId], text: &str) -> bool {
    let written = serde_json::from_str::<Value>(text).ok();
    let written = written.filter(|value| value.is_number() || value.is_boolean());
    let readings = [Some(Value::from(text)), written];
    let mut readings = readings.into_iter().flatten();
    readings.any(|value| nodes.iter().all(|node| scope.accepts(*node, &value)))
}

#[cfg(test)]
mod tests;
