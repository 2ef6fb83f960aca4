//! Changes the text of a YAML or JSON document with operations of JSON Patch (RFC 6902).
//!
//! Only the edited entries change. Comments, order, indentation, quotes, anchors, line endings and everything
//! else stay as they are, byte for byte. The result is parsed and compared with the patched value before it
//! is returned.

mod plan;
mod render;
mod tree;
mod write;

use std::fmt;
use std::ops::Range;

use serde_json::Value;

use plan::Editor;
use render::{Render, Style};
use tree::{Tree, line_start};

/// A value as a YAML document, in block style.
#[must_use]
pub fn yaml(value: &Value) -> String {
    // The style of this text is that of the document.
    let mut style = Tree::yaml("a:\n  - b\n").map(|tree| Style::of(&tree));
    let mut out = String::new();
    if let Ok(style) = &mut style {
        Render::of(style).block(value, 0, &mut out);
    }
    out.push('\n');
    out
}

/// An operation of JSON Patch. `path` is a JSON pointer (RFC 6901).
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// Adds or replaces a member of an object, or inserts an element into an array: before an index, or at
    /// the end (`-`).
    Add {
        /// Where.
        path: String,
        /// The new value.
        value: Value,
    },
    /// Replaces a value.
    Replace {
        /// Where.
        path: String,
        /// The new value.
        value: Value,
    },
    /// Removes a member or an element.
    Remove {
        /// Where.
        path: String,
    },
    /// Changes the key of a member, which keeps its place: `move` within an object.
    Rename {
        /// Where.
        path: String,
        /// The new key, which the object does not have.
        name: String,
    },
}

impl Operation {
    /// The JSON pointer.
    #[must_use]
    pub fn path(&self) -> &str {
        match self {
            Self::Add { path, .. }
            | Self::Replace { path, .. }
            | Self::Remove { path }
            | Self::Rename { path, .. } => path,
        }
    }
}

/// A line and a column, from 1. A column counts characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Line.
    pub line: usize,
    /// Column.
    pub column: usize,
}

/// Why a document was not edited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EditError {
    /// The document is not valid, or has several YAML documents.
    Document {
        /// Where.
        place: Place,
        /// What is wrong.
        reason: String,
    },
    /// The pointer does not resolve.
    NotFound {
        /// The pointer.
        path: String,
        /// The last part that exists.
        place: Option<Place>,
    },
    /// The value is part of an anchor that is used in several places: the edit would change all of them.
    Shared {
        /// The pointer.
        path: String,
        /// The alias or the merge key.
        place: Place,
    },
    /// The edit is not supported.
    Unsupported {
        /// The pointer.
        path: String,
        /// Where.
        place: Option<Place>,
        /// Why.
        reason: &'static str,
    },
    /// The edited text would not have the expected value.
    NotVerified {
        /// The pointer.
        path: String,
    },
}

/// `{:#}` leaves the place out.
impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_short = f.alternate();
        let at = |place: &Option<Place>| match place {
            Some(Place { line, column }) if !is_short => format!("{line}:{column}: "),
            _ => String::new(),
        };
        match self {
            Self::Document { place, reason } => write!(f, "{}{reason}", at(&Some(*place))),
            Self::NotFound { path, place } => write!(f, "{}`{path}` does not exist", at(place)),
            Self::Shared { path, place } => write!(
                f,
                "{}`{path}` is shared through this alias or merge key; edit the anchor by hand",
                at(&Some(*place))
            ),
            Self::Unsupported {
                path,
                place,
                reason,
            } => {
                write!(f, "{}cannot edit `{path}`: {reason}", at(place))
            }
            Self::NotVerified { path } => write!(
                f,
                "cannot edit `{path}`: the edited text does not have the expected value"
            ),
        }
    }
}

impl std::error::Error for EditError {}

/// Applies operations to the text of a document, one after another.
///
/// Operations on unrelated parts share one parse, so many operations on a large document are cheap.
///
/// # Errors
///
/// If the document is not valid, if an operation cannot be applied to it, or if the result does not have the
/// expected value.
pub fn edited(text: &str, operations: &[Operation]) -> Result<String, EditError> {
    let content = text.strip_prefix('\u{feff}').unwrap_or(text);
    let json = serde_json::from_str::<Value>(content).ok();
    let is_json = json.is_some();
    let tree = parse(text, is_json)?;
    let value = match json {
        Some(value) => value,
        None => tree
            .value()
            .map_err(|(at, reason)| fault(text, at, reason))?,
    };
    let style = Style::of(&tree);
    let mut expected = value.clone();
    let result = apply(tree, operations, &style).and_then(|result| {
        let mut operations = operations.iter();
        let failed =
            operations.find(|operation| patch(&mut expected, operation, is_json).is_none());
        failed.map_or(Ok(result), |failed| Err(not_verified(failed)))
    });
    match result {
        Ok(result) if value_of(&result, is_json).as_ref() == Some(&expected) => return Ok(result),
        // A wrong text may not even parse.
        Ok(_) | Err(EditError::NotVerified { .. } | EditError::Document { .. }) => {}
        Err(error) => return Err(error),
    }
    // One at a time, to find the operation that fails.
    let (mut result, mut expected) = (text.to_owned(), value);
    for operation in operations {
        let tree = parse(&result, is_json)?;
        let next = apply(tree, std::slice::from_ref(operation), &style)?;
        let patched = patch(&mut expected, operation, is_json);
        if patched.is_none() || value_of(&next, is_json).as_ref() != Some(&expected) {
            return Err(not_verified(operation));
        }
        result = next;
    }
    Ok(result)
}

fn not_verified(operation: &Operation) -> EditError {
    let path = operation.path().to_owned();
    EditError::NotVerified { path }
}

fn parse(text: &str, is_json: bool) -> Result<Tree<'_>, EditError> {
    match is_json {
        true => {
            Tree::json(text).ok_or_else(|| fault(text, 0, "the document is not JSON".to_owned()))
        }
        false => Tree::yaml(text).map_err(|(at, reason)| fault(text, at, reason)),
    }
}

fn fault(text: &str, at: usize, reason: String) -> EditError {
    let place = place(text, at);
    EditError::Document { place, reason }
}

fn place(text: &str, at: usize) -> Place {
    let before = text.get(..at).unwrap_or(text);
    let line = line_start(text, before.len());
    Place {
        line: 1 + before.matches('\n').count(),
        column: 1 + before.get(line..).unwrap_or_default().chars().count(),
    }
}

fn value_of(text: &str, is_json: bool) -> Option<Value> {
    match is_json {
        true => serde_json::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).ok(),
        false => Tree::yaml(text).ok()?.value().ok(),
    }
}

/// Applies an operation to a value (RFC 6902).
fn patch(value: &mut Value, operation: &Operation, is_json: bool) -> Option<()> {
    // `serde_json` may read a float as its neighbour, so it must read both sides.
    let read = |value: &Value| match is_json {
        true => serde_json::from_str(&value.to_string()).unwrap_or_else(|_| value.clone()),
        false => value.clone(),
    };
    let (path, new) = match operation {
        Operation::Add { path, value } => (path, Some((value, true))),
        Operation::Replace { path, value } => (path, Some((value, false))),
        Operation::Remove { path } => (path, None),
        Operation::Rename { path, name } => return renamed(value, path, name),
    };
    let Some((parent, last)) = path.rsplit_once('/') else {
        *value = read(new?.0);
        return Some(());
    };
    let key = unescaped(last);
    match (value.pointer_mut(parent)?, new) {
        (Value::Object(members), Some((new, is_add))) => {
            if !is_add && !members.contains_key(&key) {
                return None;
            }
            members.insert(key, read(new));
        }
        (Value::Object(members), None) => {
            members.shift_remove(&key)?;
        }
        (Value::Array(elements), Some((new, true))) => {
            let at = if key == "-" {
                elements.len()
            } else {
                index(&key)?
            };
            (at <= elements.len()).then(|| elements.insert(at, read(new)))?;
        }
        (Value::Array(elements), Some((new, false))) => {
            *elements.get_mut(index(&key)?)? = read(new);
        }
        (Value::Array(elements), None) => {
            let at = index(&key).filter(|at| *at < elements.len())?;
            elements.remove(at);
        }
        _ => return None,
    }
    Some(())
}

fn renamed(value: &mut Value, path: &str, name: &str) -> Option<()> {
    let (parent, last) = path.rsplit_once('/')?;
    let members = value.pointer_mut(parent)?.as_object_mut()?;
    if members.contains_key(name) {
        return None;
    }
    let member = members.shift_remove(&unescaped(last))?;
    members.insert(name.to_owned(), member);
    Some(())
}

fn unescaped(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

fn escaped(step: &str) -> String {
    step.replace('~', "~0").replace('/', "~1")
}

fn index(step: &str) -> Option<usize> {
    let is_canonical = step == "0" || !step.starts_with(['0', '+', '-']);
    step.parse().ok().filter(|_| is_canonical)
}

/// A change of the text.
type Change = (Range<usize>, String);

/// What an operation changes. Nothing outside of it changes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scope {
    /// The member or element.
    Entry,
    /// The collection that contains it.
    Parent,
    /// A member is added after the last one.
    NewMember,
    /// An element is added after the last one, as `-`.
    NewElement,
}

impl Scope {
    fn region(self, path: &str) -> &str {
        match self {
            Self::Entry => path,
            _ => path.rsplit_once('/').map_or("", |(parent, _)| parent),
        }
    }
}

/// Whether two operations can be planned in the same text.
fn are_independent(one: (Scope, &str), other: (Scope, &str)) -> bool {
    let (scope, path) = one;
    let (region, other_region) = (scope.region(path), other.0.region(other.1));
    match scope {
        Scope::NewMember if other.0 == scope && region == other_region => path != other.1,
        Scope::NewElement if other.0 == scope && region == other_region => true,
        _ => {
            let is_within = |inner: &str, outer: &str| {
                let rest = inner.strip_prefix(outer);
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
            };
            !is_within(region, other_region) && !is_within(other_region, region)
        }
    }
}

/// Applies operations. The text is parsed again where one depends on an earlier one.
fn apply(tree: Tree<'_>, operations: &[Operation], style: &Style) -> Result<String, EditError> {
    let (mut text, mut rest) = apply_some(&tree, operations, style)?;
    let is_json = tree.is_json;
    drop(tree);
    while !rest.is_empty() {
        let tree = parse(&text, is_json)?;
        let (next, others) = apply_some(&tree, rest, style)?;
        (text, rest) = (next, others);
    }
    Ok(text)
}

/// Applies the operations at the start that are independent, and returns the other ones.
fn apply_some<'o>(
    tree: &Tree<'_>,
    operations: &'o [Operation],
    style: &Style,
) -> Result<(String, &'o [Operation]), EditError> {
    let text = tree.text;
    let editor = Editor { tree, style, text };
    let mut changes: Vec<Change> = Vec::new();
    let mut planned: Vec<(Scope, &str)> = Vec::new();
    let mut rest = operations;
    while let Some((operation, others)) = rest.split_first() {
        let (new, scope) = match editor.plan(operation) {
            Ok(plan) => plan,
            Err(error) if planned.is_empty() => return Err(error),
            // An earlier operation may create the target.
            Err(_) => break,
        };
        let plan = (scope, operation.path());
        if !planned
            .iter()
            .all(|earlier| are_independent(*earlier, plan))
        {
            break;
        }
        changes.extend(new);
        planned.push(plan);
        rest = others;
    }
    changes.sort_by_key(|(range, _)| range.start);
    let mut result = String::with_capacity(text.len() + 256);
    let mut end = 0;
    for (range, new) in changes {
        let kept = text
            .get(end..range.start)
            .filter(|_| range.end >= range.start);
        let Some(kept) = kept else {
            return Err(operations
                .first()
                .map_or_else(|| fault(text, end, String::new()), not_verified));
        };
        result.extend([kept, &new]);
        end = range.end;
    }
    result.push_str(text.get(end..).unwrap_or_default());
    Ok((result, rest))
}

#[cfg(test)]
mod tests;
