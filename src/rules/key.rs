//! The key of a finding or a change: what stays the same from run to run.

use std::fmt;

use crate::contract::Contract;
use crate::location::{PathPattern, Pointer, Step};
use crate::schema::Place;

/// Identifies a cause: the rule, the contract's name, and the place in the contract.
///
/// It holds no version, no count, no line, and no name of a capture, so that it is the same for the same cause
/// in every run. Written as `rule|contract|place`, with a backslash before `|` and `\` in each part.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// The id of the rule.
    pub(crate) rule: &'static str,
    /// The name of the contract, without its version.
    pub(crate) contract: String,
    /// The place in the contract: a document and a JSON pointer such as `#/components/schemas/Pet`; where no
    /// place in it is meant, what the cause is about, such as `status 429`.
    pub(crate) place: String,
}

impl Key {
    /// A short id made of the key, for the anchors of HTML pages (FNV-1a).
    #[must_use]
    pub(crate) fn anchor(&self) -> String {
        let state = hash(self.to_string().as_bytes());
        format!("{}-{:012x}", self.rule, (state >> 16) ^ (state & 0xffff))
    }
}

/// A short hash that stays the same from run to run (FNV-1a). It is no secret.
#[must_use]
pub(crate) fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |state: u64, byte| {
        (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let escaped = |part: &str| part.replace('\\', r"\\").replace('|', r"\|");
        let (contract, place) = (escaped(&self.contract), escaped(&self.place));
        write!(f, "{}|{contract}|{place}", self.rule)
    }
}

/// A place as a key has it: the document relative to the contract, and the pointer. The name of the document
/// that an OpenAPI description starts with is left out, and so is that of a contract of one document.
#[must_use]
pub(crate) fn place_in(contract: &Contract, place: &Place) -> String {
    let mut documents = contract.documents.iter().map(|document| &*document.uri);
    let first = documents.next().unwrap_or_default();
    let is_main = first == &*place.document && !contract.is_of_schemas();
    let is_only = contract.documents.iter().nth(1).is_none();
    let name = match is_main || is_only {
        true => "",
        false => {
            let folder = documents.fold(folder_of(first), common);
            place.document.strip_prefix(folder).unwrap_or(&place.document)
        }
    };
    format!("{name}#{}", place.pointer)
}

/// The folder of a document, with the slash.
fn folder_of(uri: &str) -> &str {
    uri.rfind('/').map_or("", |at| &uri[..=at])
}

/// What a folder and the folder of a document have in common.
fn common<'u>(folder: &'u str, uri: &str) -> &'u str {
    let same = folder.char_indices().zip(uri.chars()).take_while(|((_, one), other)| one == other);
    let end = same.last().map_or(0, |((at, character), _)| at + character.len_utf8());
    folder_of(&folder[..end])
}

/// The name of the component that a pointer leads into.
#[must_use]
pub(crate) fn component_of(pointer: &Pointer) -> Option<String> {
    component(pointer).map(|(name, _)| name)
}

/// The name of the component that a pointer leads into, and how many steps lead to it.
fn component(pointer: &Pointer) -> Option<(String, usize)> {
    let steps: Vec<_> = pointer.steps().take(3).collect();
    let steps: Vec<&str> = steps.iter().map(|step| &**step).collect();
    match *steps {
        ["components", _, name] => Some((name.to_owned(), 3)),
        ["definitions" | "$defs" | "parameters" | "responses", name, ..] => Some((name.to_owned(), 2)),
        _ => None,
    }
}

/// The pointer of the component or operation that a pointer leads into, else that of the document.
#[must_use]
pub(crate) fn owner_of(pointer: &Pointer) -> Pointer {
    let taken = match component(pointer) {
        Some((_, steps)) => steps,
        None if pointer.as_str().starts_with("/paths/") => 3,
        None => 0,
    };
    let mut owner = Pointer::root();
    for step in pointer.steps().take(taken) {
        owner.push_key(&step);
    }
    owner
}

/// What a schema is called by its place: the component and the way from there, such as `Pet.owner.name`;
/// `None` outside components.
#[must_use]
pub(crate) fn schema_name(pointer: &Pointer) -> Option<String> {
    let (mut name, taken) = component(pointer)?;
    let mut steps = pointer.steps().skip(taken);
    while let Some(step) = steps.next() {
        match &*step {
            "properties" => {
                if let Some(property) = steps.next() {
                    push_name(&mut name, &property);
                }
            }
            "items" | "prefixItems" | "additionalItems" | "contains" => name.push_str("[]"),
            "additionalProperties" | "patternProperties" => name.push_str(".*"),
            _ => {}
        }
    }
    Some(name)
}

/// A path in a payload as it is said in a sentence: `data[].owner.name`; empty for the payload itself.
#[must_use]
pub(crate) fn dotted(path: &PathPattern) -> String {
    let mut name = String::new();
    for step in path.steps() {
        match step {
            Step::Any => name.push_str("[]"),
            Step::Key(key) => push_name(&mut name, key),
        }
    }
    name
}

fn push_name(name: &mut String, key: &str) {
    let is_plain = !key.is_empty() && !key.contains(['.', '[', ']', ' ', '"', '`']);
    match is_plain {
        true if name.is_empty() => name.push_str(key),
        true => {
            name.push('.');
            name.push_str(key);
        }
        false => name.push_str(&format!("[{key:?}]")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_are_named_after_their_component() {
        for (pointer, name) in [
            ("/components/schemas/Pet", Some("Pet")),
            ("/components/schemas/Pet/properties/owner/properties/name", Some("Pet.owner.name")),
            ("/components/schemas/Pet/allOf/1/properties/tags/items", Some("Pet.tags[]")),
            ("/$defs/Map/additionalProperties", Some("Map.*")),
            ("/components/parameters/limit/schema", Some("limit")),
            ("/components/schemas/A~1B/properties/a.b", Some("A/B[\"a.b\"]")),
            ("/paths/~1pets/get/responses/200", None),
            ("", None),
        ] {
            let pointer = Pointer::from_escaped(pointer);
            assert_eq!(schema_name(&pointer).as_deref(), name, "{pointer}");
        }
    }

    #[test]
    fn documents_are_named_from_their_common_folder() {
        let uris = ["file:///w/api/a/x.json", "file:///w/api/x.json", "file:///w/api/a/b/x.json"];
        let folder = uris[1..].iter().fold(folder_of(uris[0]), |folder, uri| common(folder, uri));
        assert_eq!(folder, "file:///w/api/");
        assert_eq!(common("file:///w/apis/", "file:///w/api/x.json"), "file:///w/");
        assert_eq!(common("urn:", "file:///w/x"), "");
    }

    #[test]
    fn a_key_is_read_back_part_by_part() {
        let key = Key {
            rule: "wrong-type",
            contract: r"a|b\c".to_owned(),
            place: "#/components/schemas/Pet".to_owned(),
        };
        assert_eq!(key.to_string(), r"wrong-type|a\|b\\c|#/components/schemas/Pet");
        assert!(key.anchor().starts_with("wrong-type-"));
    }
}
