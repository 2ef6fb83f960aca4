//! A payload on its way to another shape: kept parts stay as they were written.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::{Key, Kind, Value};

/// A value of the payload.
#[derive(Debug, Clone)]
pub enum Tree<'d> {
    /// Kept, with everything in it.
    Kept(Value<'d>),
    /// Created.
    Made(serde_json::Value),
    /// An object, and the original one.
    Object(Vec<Member<'d>>, Option<Value<'d>>),
    /// An array, and the original one.
    Array(Vec<Tree<'d>>, Option<Value<'d>>),
}

/// A member of an object.
#[derive(Debug, Clone)]
pub struct Member<'d> {
    /// The key.
    pub name: Cow<'d, str>,
    /// The key and the text between it and the value, as written; `None` for a new member.
    pub written: Option<(&'d str, &'d str)>,
    /// The original span, from the key to the end of the value, in bytes of the document.
    pub(super) span: Option<Range<usize>>,
    /// The value.
    pub tree: Tree<'d>,
    /// Whether the object did not have it in this place.
    pub is_new: bool,
}

impl<'d> Member<'d> {
    /// A new member.
    #[must_use]
    pub fn new(name: impl Into<Cow<'d, str>>, tree: Tree<'d>) -> Self {
        Self {
            name: name.into(),
            written: None,
            span: None,
            tree,
            is_new: true,
        }
    }

    /// A member of a payload, with what became of its value.
    #[must_use]
    pub fn kept(key: Key<'d>, value: Value<'d>, tree: Tree<'d>) -> Self {
        let text = value.document_text();
        Self {
            name: key.name(),
            written: Some((&text[key.span()], &text[key.span().end..value.span().start])),
            span: Some(key.span().start..value.span().end),
            tree,
            is_new: false,
        }
    }

    /// The key as JSON text.
    #[must_use]
    pub fn key_text(&self) -> Cow<'d, str> {
        match self.written {
            Some((key, _)) => Cow::Borrowed(key),
            None => Cow::Owned(serde_json::Value::from(&*self.name).to_string()),
        }
    }
}

impl Tree<'_> {
    /// The original span, if it comes from the document.
    pub(super) fn span(&self) -> Option<Range<usize>> {
        match self {
            Self::Kept(value) | Self::Object(_, Some(value)) | Self::Array(_, Some(value)) => {
                Some(value.span())
            }
            Self::Made(_) | Self::Object(_, None) | Self::Array(_, None) => None,
        }
    }

    /// The value as `serde_json` would have parsed it.
    #[must_use]
    pub fn to_serde(&self) -> serde_json::Value {
        match self {
            Self::Kept(value) => value.to_serde(),
            Self::Made(value) => value.clone(),
            Self::Object(members, _) => serde_json::Value::Object(
                members
                    .iter()
                    .map(|member| (member.name.to_string(), member.tree.to_serde()))
                    .collect(),
            ),
            Self::Array(items, _) => items.iter().map(Tree::to_serde).collect(),
        }
    }

    /// The kind of value.
    #[must_use]
    pub fn kind(&self) -> Kind {
        match self {
            Self::Kept(value) => value.kind(),
            Self::Object(..) => Kind::Object,
            Self::Array(..) => Kind::Array,
            Self::Made(value) => Kind::of(value),
        }
    }

    /// Whether it is an empty object or array.
    #[must_use]
    pub fn is_empty_container(&self) -> bool {
        match self {
            Self::Kept(value) => {
                matches!(value.kind(), Kind::Object | Kind::Array) && value.is_empty()
            }
            Self::Made(value) => match value {
                serde_json::Value::Array(items) => items.is_empty(),
                serde_json::Value::Object(members) => members.is_empty(),
                _ => false,
            },
            Self::Object(members, _) => members.is_empty(),
            Self::Array(items, _) => items.is_empty(),
        }
    }
}

impl<'d> Tree<'d> {
    /// The text on one line, as JSON; kept parts stay as they were written.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        self.write(&mut out);
        out
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Kept(value) => out.push_str(value.raw()),
            Self::Made(value) => out.push_str(&value.to_string()),
            Self::Object(members, _) => {
                out.push('{');
                for (index, member) in members.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    out.push_str(&member.key_text());
                    out.push(':');
                    member.tree.write(out);
                }
                out.push('}');
            }
            Self::Array(items, _) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write(out);
                }
                out.push(']');
            }
        }
    }

    /// The tree with its outermost members or elements as separate trees; other values are unchanged.
    #[must_use]
    pub fn opened(self) -> Self {
        match self {
            Self::Kept(value) if value.kind() == Kind::Object => {
                let members = value
                    .members()
                    .map(|(key, member)| Member::kept(key, member, Tree::Kept(member)));
                Self::Object(members.collect(), Some(value))
            }
            Self::Kept(value) if value.kind() == Kind::Array => {
                let items: Vec<Tree<'d>> = value.elements().map(Tree::Kept).collect();
                Self::Array(items, Some(value))
            }
            Self::Made(serde_json::Value::Object(members)) => {
                let members = members
                    .into_iter()
                    .map(|(name, value)| Member::new(name, Tree::Made(value)));
                Self::Object(members.collect(), None)
            }
            Self::Made(serde_json::Value::Array(items)) => {
                Self::Array(items.into_iter().map(Tree::Made).collect(), None)
            }
            other => other,
        }
    }
}
