//! Which fields of a log line hold what.

use std::borrow::Cow;
use std::sync::Arc;

use crate::json::Value;

/// The fields that the user named. The others are guessed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LogFields {
    /// The method.
    pub method: Option<LogField>,
    /// The URL or the path.
    pub url: Option<LogField>,
    /// The status.
    pub status: Option<LogField>,
    /// The time.
    pub time: Option<LogField>,
    /// The body of the response, or of the request if a line has no status.
    pub body: Option<LogField>,
    /// The body of the request.
    pub request_body: Option<LogField>,
}

impl LogFields {
    /// Whether the user named any field.
    #[must_use]
    pub const fn is_any(&self) -> bool {
        self.method.is_some()
            || self.url.is_some()
            || self.status.is_some()
            || self.time.is_some()
            || self.body.is_some()
            || self.request_body.is_some()
    }
}

/// The place of a field: a JSON Pointer (`/http/request/body`), or a name with dots (`http.request.body`), which also
/// finds a key that has the dots in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogField(Arc<str>);

impl LogField {
    /// A field with this name.
    ///
    /// # Errors
    ///
    /// If the name is empty or is no JSON Pointer although it starts with `/`.
    pub fn new(name: &str) -> Result<Self, String> {
        let is_escape_broken = name.starts_with('/') && {
            let mut parts = name.split('~').skip(1);
            parts.any(|after| !after.starts_with(['0', '1']))
        };
        if name.is_empty() || is_escape_broken {
            return Err("expected the name of a field, such as `http.response.body` or `/response/body`".to_owned());
        }
        Ok(Self(name.into()))
    }

    /// The value of the field.
    pub(crate) fn of<'d>(&self, line: Value<'d>) -> Option<Value<'d>> {
        match self.0.strip_prefix('/') {
            Some(pointer) => pointed(line, pointer),
            None => dotted(line, &self.0),
        }
    }
}

fn pointed<'d>(value: Value<'d>, pointer: &str) -> Option<Value<'d>> {
    pointer.split('/').try_fold(value, |value, key| {
        let key = match key.contains('~') {
            true => Cow::Owned(key.replace("~1", "/").replace("~0", "~")),
            false => Cow::Borrowed(key),
        };
        let element = || value.elements().nth(key.parse().ok()?);
        value.get(&key).or_else(element)
    })
}

fn dotted<'d>(value: Value<'d>, name: &str) -> Option<Value<'d>> {
    if let Some(found) = value.get(name) {
        return Some(found);
    }
    // Each split is tried only if the key is there, so this ends soon.
    let mut splits = name.match_indices('.');
    splits.find_map(|(at, _)| dotted(value.get(&name[..at])?, &name[at + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::TapeDocument;

    #[test]
    fn fields_are_found_by_pointer_and_by_dots() {
        let text = br#"{"a": {"b.c": 1, "b": {"d": 2}, "e~/": 3, "f": [4]}, "a.g": 5}"#;
        let document = TapeDocument::parse(text).expect("JSON");
        let of = |name: &str| {
            let field = LogField::new(name).expect("a field");
            field.of(document.root()).map(|value| value.raw().to_owned())
        };
        for (name, found) in [
            ("a.b.c", Some("1")),
            ("/a/b.c", Some("1")),
            ("a.b.d", Some("2")),
            ("/a/e~0~1", Some("3")),
            ("/a/f/0", Some("4")),
            ("a.g", Some("5")),
            ("/a.g", Some("5")),
            ("a.h", None),
            ("/a/f/1", None),
        ] {
            assert_eq!(of(name).as_deref(), found, "{name}");
        }
        assert!(LogField::new("").is_err() && LogField::new("/a~2").is_err());
    }
}
