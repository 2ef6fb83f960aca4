//! A part of an OpenAPI document, with its place.

use serde_json::Value;

use crate::location::Pointer;
use crate::schema::Place;

/// A value in a document, and its place.
#[derive(Debug, Clone)]
pub(super) struct Spot<'d> {
    pub(super) value: &'d Value,
    pub(super) place: Place,
}

impl<'d> Spot<'d> {
    /// The root of a document.
    pub(super) fn root(uri: &str, value: &'d Value) -> Self {
        Self {
            value,
            place: Place {
                document: uri.into(),
                pointer: Pointer::root(),
            },
        }
    }

    /// An absent value.
    pub(super) fn nothing() -> Self {
        Self::root("", &Value::Null)
    }

    /// The place of a member, which need not exist.
    pub(super) fn below(&self, key: &str) -> Place {
        Place {
            document: self.place.document.clone(),
            pointer: self.place.pointer.join(key),
        }
    }

    /// A member of an object.
    pub(super) fn get(&self, key: &str) -> Option<Self> {
        let value = self.value.get(key)?;
        Some(Self {
            value,
            place: self.below(key),
        })
    }

    /// The strings in a member that is a list.
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        let list = self.value.get(key).and_then(Value::as_array);
        let texts = list.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    }

    /// A member that is a string.
    pub(super) fn text(&self, key: &str) -> Option<&'d str> {
        self.value.get(key)?.as_str()
    }

    /// Whether a member is `true`.
    pub(super) fn flag(&self, key: &str) -> bool {
        self.value.get(key) == Some(&Value::Bool(true))
    }

    /// The members of an object.
    pub(super) fn members(&self) -> impl Iterator<Item = (&'d str, Self)> + use<'d> {
        let place = self.place.clone();
        let members = self.value.as_object().into_iter().flatten();
        members.map(move |(key, value)| {
            let pointer = place.pointer.join(key);
            let document = place.document.clone();
            let place = Place { document, pointer };
            (key.as_str(), Self { value, place })
        })
    }

    /// The elements of an array.
    pub(super) fn elements(&self) -> impl Iterator<Item = Self> + use<'d> {
        let place = self.place.clone();
        let elements = self.value.as_array().into_iter().flatten();
        elements.enumerate().map(move |(index, value)| {
            let mut pointer = place.pointer.clone();
            pointer.push_index(index);
            let document = place.document.clone();
            let place = Place { document, pointer };
            Self { value, place }
        })
    }
}
