//! The tape as a value representation for the `jsonschema` crate.

use std::borrow::Cow;

use jsonschema::JsonType;
use jsonschema::json::{Array, Json, Node, NodeIdentity, Object};

use super::{Elements, Kind, Members, Value};

/// Selects the representation: validators are built with `jsonschema::options_for::<Tape>()`.
#[derive(Debug, Clone, Copy)]
pub struct Tape;

/// A value on a tape, or a standalone string (a property name to validate).
#[derive(Debug, Clone, Copy)]
pub enum TapeNode<'a> {
    /// A value of a document.
    Value(Value<'a>),
    /// A standalone string.
    Text(&'a str),
}

impl Json for Tape {
    type Node<'a> = TapeNode<'a>;
    type PreparedKey = Box<str>;
    type StringBuffer = String;

    // Each lookup scans the members, so a single pass over them can replace many lookups.
    const KEYS_PER_LOOKUP: usize = 8;

    fn prepare_key(key: &str) -> Box<str> {
        key.into()
    }

    fn with_string_node<T>(
        buffer: &mut String,
        string: &str,
        f: impl FnOnce(TapeNode<'_>) -> T,
    ) -> T {
        buffer.clear();
        // An empty buffer may have no allocation, in which case its node has no unique address.
        buffer.reserve(string.len().max(1));
        buffer.push_str(string);
        f(TapeNode::Text(buffer))
    }
}

impl<'a> Node<'a, Tape> for TapeNode<'a> {
    type Object = Value<'a>;
    type Array = Value<'a>;
    type Number = serde_json::Number;

    fn as_object(&self) -> Option<Value<'a>> {
        self.value_of(Kind::Object)
    }

    fn as_array(&self) -> Option<Value<'a>> {
        self.value_of(Kind::Array)
    }

    fn as_string(&self) -> Option<Cow<'a, str>> {
        match self {
            Self::Value(value) => value.as_str(),
            Self::Text(text) => Some(Cow::Borrowed(text)),
        }
    }

    fn as_number(&self) -> Option<serde_json::Number> {
        self.value_of(Kind::Number).and_then(Value::as_number)
    }

    fn as_boolean(&self) -> Option<bool> {
        self.value_of(Kind::Boolean).and_then(Value::as_bool)
    }

    fn is_null(&self) -> bool {
        self.value_of(Kind::Null).is_some()
    }

    fn is_number(&self) -> bool {
        self.value_of(Kind::Number).is_some()
    }

    fn json_type(&self) -> JsonType {
        match self {
            Self::Text(_) => JsonType::String,
            Self::Value(value) => match value.kind() {
                Kind::Null => JsonType::Null,
                Kind::Boolean => JsonType::Boolean,
                Kind::Number => JsonType::Number,
                Kind::String => JsonType::String,
                Kind::Array => JsonType::Array,
                Kind::Object => JsonType::Object,
            },
        }
    }

    fn equals_value(&self, expected: &serde_json::Value) -> bool {
        match expected {
            serde_json::Value::Null => self.is_null(),
            serde_json::Value::Bool(boolean) => self.as_boolean() == Some(*boolean),
            serde_json::Value::String(string) => self.as_string().is_some_and(|s| s == *string),
            _ => jsonschema::json::cmp::equal(&self.to_value(), expected),
        }
    }

    fn to_value(&self) -> Cow<'a, serde_json::Value> {
        Cow::Owned(match self {
            Self::Value(value) => value.to_serde(),
            Self::Text(text) => (*text).into(),
        })
    }

    fn identity(&self) -> Option<NodeIdentity> {
        Some(match self {
            Self::Value(value) => NodeIdentity::new(std::ptr::from_ref(value.entry()) as usize),
            Self::Text(text) => NodeIdentity::tagged(text.as_ptr() as usize, 1),
        })
    }
}

impl<'a> TapeNode<'a> {
    fn value_of(&self, kind: Kind) -> Option<Value<'a>> {
        match self {
            Self::Value(value) if value.kind() == kind => Some(*value),
            Self::Value(_) | Self::Text(_) => None,
        }
    }
}

impl<'a> Object<'a, Tape> for Value<'a> {
    type Node = TapeNode<'a>;
    type MemberName = Cow<'a, str>;
    type MembersIter = TapeMembers<'a>;

    fn len(&self) -> usize {
        Value::len(*self)
    }

    fn get(&self, key: &Box<str>) -> Option<TapeNode<'a>> {
        Value::get(*self, key).map(TapeNode::Value)
    }

    fn members(&self) -> TapeMembers<'a> {
        TapeMembers(Value::members(*self))
    }
}

impl<'a> Array<'a, Tape> for Value<'a> {
    type Node = TapeNode<'a>;
    type ElementsIter = TapeElements<'a>;

    fn len(&self) -> usize {
        Value::len(*self)
    }

    fn elements(&self) -> TapeElements<'a> {
        TapeElements(Value::elements(*self))
    }
}

/// Iterates over the members of an object as nodes.
#[derive(Debug)]
pub struct TapeMembers<'a>(Members<'a>);

impl<'a> Iterator for TapeMembers<'a> {
    type Item = (Cow<'a, str>, TapeNode<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (key, value) = self.0.next()?;
        Some((key.name(), TapeNode::Value(value)))
    }
}

/// Iterates over the elements of an array as nodes.
#[derive(Debug)]
pub struct TapeElements<'a>(Elements<'a>);

impl<'a> Iterator for TapeElements<'a> {
    type Item = TapeNode<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(TapeNode::Value)
    }
}
