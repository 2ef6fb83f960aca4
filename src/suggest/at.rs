//! A schema in a document, and what it is called in a sentence.

use std::path::Path;

use serde_json::Value;

use crate::contract::{Contract, Operation as Described};
use crate::location::Pointer;
use crate::rules::schema_name;
use crate::schema::{Dialect, Document, Place};
use crate::source::edit::Operation;

/// The most references that are followed to a schema.
const HOPS: usize = 16;

/// A schema in a document.
pub(super) struct At<'d> {
    pub(super) contract: &'d Contract,
    pub(super) document: &'d Document,
    pub(super) pointer: Pointer,
    pub(super) value: &'d Value,
}

impl<'d> At<'d> {
    /// The schema at a place that has a keyword; of a parameter or header, its schema. References within the document are
    /// followed where the keyword is not next to them.
    pub(super) fn schema(
        contract: &'d Contract,
        place: &Place,
        keyword: Option<&str>,
    ) -> Result<Self, String> {
        let documents = &contract.documents;
        let document = documents.document(&place.document).ok_or("the schema is in no file")?;
        let mut pointer = place.pointer.clone();
        for _ in 0..HOPS {
            let at = document.value.pointer(pointer.as_str());
            let value = at.ok_or("the schema is in no file")?;
            let is_parameter = value.get("in").is_some_and(Value::is_string) && value.get("name").is_some();
            if (is_parameter || is_header(&pointer)) && value.get("schema").is_some_and(Value::is_object) {
                pointer.push_key("schema");
                continue;
            }
            let hides_siblings = document.dialect.ref_hides_siblings();
            let is_here = keyword.is_none_or(|keyword| value.get(keyword).is_some());
            let reference = value.get("$ref").and_then(Value::as_str);
            let reference = reference.filter(|_| hides_siblings || !is_here);
            match reference.map(|target| target.strip_prefix('#')) {
                Some(Some(target)) if target.is_empty() || target.starts_with('/') => {
                    pointer = Pointer::from_escaped(target);
                }
                Some(_) => return Err("the schema is a reference to another document".to_owned()),
                None => {
                    return Ok(Self {
                        contract,
                        document,
                        pointer,
                        value,
                    });
                }
            }
        }
        Err("the references form a cycle".to_owned())
    }

    pub(super) fn dialect(&self) -> Dialect {
        self.document.dialect
    }

    pub(super) fn place(&self) -> Place {
        Place {
            document: self.document.uri.as_ref().into(),
            pointer: self.pointer.clone(),
        }
    }

    pub(super) fn path(&self, keys: &[&str]) -> String {
        let mut pointer = self.pointer.clone();
        for key in keys {
            pointer.push_key(key);
        }
        pointer.to_string()
    }

    pub(super) fn remove(&self, keyword: &str) -> Operation {
        Operation::Remove {
            path: self.path(&[keyword]),
        }
    }

    pub(super) fn set(&self, keyword: &str, value: Value) -> Operation {
        let path = self.path(&[keyword]);
        match self.value.get(keyword) {
            Some(_) => Operation::Replace { path, value },
            None => Operation::Add { path, value },
        }
    }

    /// The name of the schema in a sentence.
    pub(super) fn name(&self) -> String {
        name_of(self.contract, &self.place())
    }

    /// An error for a keyword that the schema does not have.
    pub(super) fn lacks(&self, keyword: &str) -> String {
        format!("{} has no `{keyword}` of its own", self.name())
    }
}

/// Whether a pointer leads to a Header Object: to a member of `headers`.
fn is_header(pointer: &Pointer) -> bool {
    let owner = pointer.parent();
    let last = owner.as_ref().and_then(|owner| owner.steps().last().map(std::borrow::Cow::into_owned));
    last.is_some_and(|last| last == "headers")
}

/// What a schema or a parameter is called: the component and the way from there, or the operation; the pointer where
/// it has no name.
pub(super) fn name_of(contract: &Contract, place: &Place) -> String {
    let pointer = &place.pointer;
    if let Some(name) = schema_name(pointer) {
        return format!("`{name}`");
    }
    if let Some(name) = in_operation(contract, place) {
        return name;
    }
    let document = contract.documents.document(&place.document);
    let file = document.and_then(|document| document.source.as_ref());
    let file = file.map(|source| source.origin(0).file.to_string());
    let file = file.as_deref().and_then(|file| Path::new(file).file_name());
    let file = file.map(|file| file.to_string_lossy().into_owned());
    let steps: Vec<String> = pointer.steps().map(|step| step.to_string()).collect();
    match (dotted(&steps), file) {
        (Some(name), Some(file)) if name.is_empty() => format!("the root schema of {file}"),
        (Some(name), Some(file)) => format!("`{name}` of {file}"),
        _ => format!("`{pointer}`"),
    }
}

/// The name of something that an operation contains.
fn in_operation(contract: &Contract, place: &Place) -> Option<String> {
    let within = |operation: &&Described| {
        operation.place.as_ref().is_some_and(|own| {
            let rest = place.pointer.as_str().strip_prefix(own.pointer.as_str());
            own.document == place.document && rest.is_some_and(|rest| rest.starts_with('/'))
        })
    };
    let operation = contract.operations.iter().filter(within);
    let operation = operation.max_by_key(|operation| {
        let place = operation.place.as_ref();
        place.map_or(0, |place| place.pointer.as_str().len())
    })?;
    let own = operation.place.as_ref()?.pointer.steps().count();
    let steps: Vec<String> = place.pointer.steps().skip(own).map(|step| step.to_string()).collect();
    let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
    let (what, rest) = match steps.as_slice() {
        ["responses", status, "headers", name, rest @ ..] => (format!("header `{name}` of response {status}"), rest),
        ["responses", status, rest @ ..] => (format!("response {status}"), rest),
        ["requestBody", rest @ ..] => ("request".to_owned(), rest),
        ["parameters", at, rest @ ..] => {
            let document = contract.documents.document(&place.document)?;
            let operation = document.value.pointer(operation.place.as_ref()?.pointer.as_str())?;
            let parameter = operation.get("parameters")?.get(at.parse::<usize>().ok()?)?;
            let name = parameter.get("name")?.as_str()?;
            (format!("parameter `{name}`"), rest)
        }
        _ => return None,
    };
    let rest = match rest {
        ["content", _, "schema", rest @ ..] | ["schema", rest @ ..] => rest,
        [] => &[],
        _ => return None,
    };
    let rest: Vec<String> = rest.iter().map(|step| (*step).to_owned()).collect();
    let id = &operation.id;
    Some(match dotted(&rest)? {
        name if name.is_empty() => format!("{what} of `{id}`"),
        name => format!("`{name}` in {what} of `{id}`"),
    })
}

/// The way through properties and items, such as `data[].name`; `None` where it leads elsewhere.
fn dotted(steps: &[String]) -> Option<String> {
    let mut name = String::new();
    let mut steps = steps.iter();
    while let Some(step) = steps.next() {
        match step.as_str() {
            "properties" => {
                if !name.is_empty() {
                    name.push('.');
                }
                name.push_str(steps.next()?);
            }
            "items" => name.push_str("[]"),
            "additionalProperties" => name.push_str(".*"),
            "allOf" | "anyOf" | "oneOf" => _ = steps.next()?,
            _ => return None,
        }
    }
    Some(name)
}

/// The place of a response or a parameter behind references: next to `$ref`, `content` has no effect.
pub(super) fn referenced(contract: &Contract, place: &Place) -> Result<Place, String> {
    let mut place = place.clone();
    for _ in 0..HOPS {
        let document = contract.documents.document(&place.document);
        let value = document.and_then(|document| document.value.pointer(place.pointer.as_str()));
        let Some(target) = value.and_then(|value| value.get("$ref")).and_then(Value::as_str) else {
            return Ok(place);
        };
        match target.strip_prefix('#') {
            Some(target) if target.starts_with('/') => {
                place.pointer = Pointer::from_escaped(target);
            }
            _ => return Err("the response is a reference to another document".to_owned()),
        }
    }
    Err("the references form a cycle".to_owned())
}
