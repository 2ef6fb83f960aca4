//! Checks a description against the specification of its version: one walk over every object, driven by one
//! [table](table).

mod keys;
mod references;
mod rules;
mod table;
mod version;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use fluent_uri::UriRef;
use rustc_hash::FxHashSet;
use serde_json::{Map, Value};

use crate::error::closest;
use crate::location::Pointer;
use crate::schema::{Compiler, Place, ProblemKind};

use table::{Field, Object, Rule, Type};
use version::{V2, V30, V31, V32, Versions};

/// Fields that inform readers and clients, and that traffic is not compared with.
const ASIDE: [&str; 13] = [
    "contact",
    "encoding",
    "examples",
    "externalDocs",
    "info",
    "license",
    "links",
    "schemes",
    "security",
    "securityDefinitions",
    "securitySchemes",
    "tags",
    "variables",
];

/// Walks the objects of a description.
pub(super) struct Walker<'w, 'd> {
    compiler: &'w mut Compiler<'d>,
    /// The version of the description: one of the set.
    version: Versions,
    root: &'d Value,
    /// The ids of operations, collected when a link first needs them.
    operations: Option<FxHashSet<&'d str>>,
    /// Names of security schemes.
    schemes: Vec<&'d str>,
    document: Arc<str>,
    at: Pointer,
    /// Whether the path leads to an element of a list.
    is_element: bool,
    /// Whether the walk is in a part that traffic is not compared with.
    is_aside: bool,
    /// Objects that were visited, by address, and the type they were read as.
    met: FxHashSet<(usize, &'static str)>,
}

/// Checks a description against the table, except for what only whole schemas show.
pub(super) fn check<'d>(compiler: &mut Compiler<'d>, uri: &str, root: &'d Value) {
    let mut walker = Walker::new(compiler, uri, root);
    walker.object(&table::ROOT, root);
}

/// Checks the objects inside schemas, once all schemas are compiled.
pub(super) fn check_schemas<'d>(compiler: &mut Compiler<'d>, uri: &str, root: &'d Value) {
    let attached = compiler.take_attached();
    let mut walker = Walker::new(compiler, uri, root);
    for (keyword, place, value) in attached {
        let object = match keyword {
            // The compiler reports values that are not objects.
            "discriminator" if walker.version == V2 || !value.is_object() => continue,
            "discriminator" => &table::DISCRIMINATOR,
            "xml" => &table::XML,
            _ => &table::EXTERNAL_DOCS,
        };
        walker.document = place.document;
        walker.at = place.pointer;
        walker.object(object, value);
    }
}

impl<'w, 'd> Walker<'w, 'd> {
    fn new(compiler: &'w mut Compiler<'d>, uri: &str, root: &'d Value) -> Self {
        let version = match root.get("openapi").map(ToString::to_string) {
            None => V2,
            Some(version) => match version.trim_matches('"').split('.').nth(1) {
                Some("1") => V31,
                Some("2") => V32,
                _ => V30,
            },
        };
        let mut walker = Self {
            compiler,
            version,
            root,
            operations: None,
            schemes: Vec::new(),
            document: uri.into(),
            at: Pointer::root(),
            is_element: false,
            is_aside: false,
            met: FxHashSet::default(),
        };
        let schemes = match version {
            V2 => walker.follow(root.get("securityDefinitions")),
            _ => {
                let components = walker.follow(root.get("components"));
                walker.follow(components.and_then(|components| components.get("securitySchemes")))
            }
        };
        let schemes = schemes.and_then(Value::as_object).into_iter().flatten();
        walker.schemes = schemes.map(|(name, _)| name.as_str()).collect();
        walker
    }

    /// The name of the version in messages.
    fn version_name(&self) -> &'static str {
        name_of(self.version)
    }

    /// Whether an operation of the description has this id.
    fn has_operation(&mut self, id: &str) -> bool {
        if self.operations.is_none() {
            let components = self.follow(self.root.get("components"));
            let owners = [
                self.root.get("paths"),
                self.root.get("webhooks"),
                components.and_then(|components| components.get("pathItems")),
            ];
            let items = owners.into_iter().filter_map(|owner| self.follow(owner));
            let items = items.filter_map(Value::as_object).flat_map(Map::values);
            let items = items.filter_map(|item| self.follow(Some(item)));
            let operations = items.filter_map(Value::as_object).flat_map(Map::values);
            let operations = operations.filter_map(|operation| self.follow(Some(operation)));
            let ids = operations.filter_map(|operation| operation.get("operationId")?.as_str());
            self.operations = Some(ids.collect());
        }
        self.operations.as_ref().is_some_and(|ids| ids.contains(id))
    }

    /// The parameters of an operation or a path item, with their places in the list.
    fn parameters_of(&self, owner: &'d Value) -> Vec<(usize, &'d Value)> {
        let list = owner.get("parameters");
        let list = list.and_then(|list| self.follow_from(list, &self.document));
        let Some((Value::Array(list), document)) = list else {
            return Vec::new();
        };
        let resolved = list.iter().enumerate();
        let resolved = resolved.filter_map(|(index, parameter)| {
            let (parameter, _) = self.follow_from(parameter, &document)?;
            Some((index, parameter))
        });
        resolved.collect()
    }

    /// Checks a part of the current object.
    fn within(&mut self, key: &str, judge: impl FnOnce(&mut Self)) {
        let length = self.at.as_str().len();
        let is_element = std::mem::replace(&mut self.is_element, false);
        self.at.push_key(key);
        judge(self);
        self.at.truncate(length);
        self.is_element = is_element;
    }

    fn place(&self) -> Place {
        Place {
            document: Arc::clone(&self.document),
            pointer: self.at.clone(),
        }
    }

    /// Reports something that violates the specification but is read anyway.
    fn wrong(&mut self, message: impl Into<String>) {
        let place = self.place();
        self.compiler
            .problem(place, ProblemKind::Description(message.into()));
    }

    /// Reports something that cannot be read and is skipped. If traffic is not compared with it, nothing is
    /// lost.
    fn left_out(&mut self, message: impl Into<String>) {
        if self.is_aside {
            return self.wrong(message);
        }
        let place = self.place();
        self.compiler
            .problem(place, ProblemKind::LeftOut(message.into()));
    }

    /// Reports something that the specification does not define but whose meaning is clear.
    fn tolerated(&mut self, message: impl Into<String>) {
        let place = self.place();
        self.compiler
            .problem(place, ProblemKind::Tolerated(message.into()));
    }

    /// The current value as messages name it: its key, or its place in a list.
    fn name(&self) -> String {
        let steps: Vec<_> = self.at.steps().collect();
        match steps.as_slice() {
            [.., list, index] if self.is_element => format!("element {index} of `{list}`"),
            [.., key] => format!("`{key}`"),
            [] => "the document".to_owned(),
        }
    }

    /// Reports that the current value has the wrong type.
    fn mistyped(&mut self, expected: &str, value: &Value, is_container: bool) {
        let found = kind_of(value);
        let mut message = format!("{} must be {expected}, not {found}", self.name());
        if expected == "a string" && (value.is_number() || value.is_boolean()) {
            message.push_str(&format!(": write \"{value}\""));
        }
        match is_container {
            true => self.left_out(message),
            false => self.wrong(message),
        }
    }

    fn value(&mut self, kind: &'static Type, value: &'d Value) {
        match kind {
            Type::Any => {}
            Type::Schema => {
                let place = self.place();
                self.compiler.schema(place, value);
            }
            Type::Text if value.is_string() => {}
            Type::Boolean if value.is_boolean() => {}
            Type::Text => self.mistyped("a string", value, false),
            Type::Boolean => self.mistyped("a boolean", value, false),
            Type::Uri => match value.as_str() {
                Some(text) if UriRef::parse(text).is_ok() || !text.is_ascii() => {}
                Some(text) => {
                    let message = format!("{} is not a URI: {text:?}", self.name());
                    self.wrong(message);
                }
                None => self.mistyped("a string", value, false),
            },
            Type::One(values) => self.compare_with_list(values, value),
            Type::Object(object) => {
                let allowed = object.fields.iter().any(|field| field.name == "$ref");
                self.referable(object, value, allowed);
            }
            Type::Referable(object, versions) => {
                self.referable(object, value, versions & self.version != 0);
            }
            Type::List(kind) => match value {
                Value::Array(elements) => self.list(kind, elements),
                _ => self.elsewhere("a list", value, |walker, value| match value {
                    Value::Array(elements) => walker.list(kind, elements),
                    _ => walker.mistyped("a list", value, true),
                }),
            },
            Type::Map(keys, inner) => match value {
                Value::Object(members) if !members.get("$ref").is_some_and(Value::is_string) => {
                    self.map(*keys, inner, members);
                }
                _ => self.elsewhere("an object", value, |walker, value| match value {
                    Value::Object(members) => walker.map(*keys, inner, members),
                    _ => walker.mistyped("an object", value, true),
                }),
            },
        }
    }

    fn list(&mut self, kind: &'static Type, elements: &'d [Value]) {
        for (index, element) in elements.iter().enumerate() {
            self.within(&index.to_string(), |walker| {
                walker.is_element = true;
                walker.value(kind, element);
            });
        }
    }

    /// Checks a field that takes one of a set of texts.
    fn compare_with_list(&mut self, values: &[(&'static str, Versions)], value: &Value) {
        let Some(text) = value.as_str() else {
            return self.mistyped("a string", value, false);
        };
        let known = || {
            let known = values
                .iter()
                .filter(|(_, versions)| versions & self.version != 0);
            known.map(|(name, _)| *name)
        };
        if known().any(|name| name == text) {
            return;
        }
        let others = values.iter().find(|(name, _)| *name == text);
        let near = known()
            .find(|name| name.eq_ignore_ascii_case(text))
            .or_else(|| closest(text, known()));
        let help = match (others, near) {
            (Some((_, versions)), _) => format!("it is valid in {}", name_of(first_of(*versions))),
            (None, Some(near)) => format!("did you mean \"{near}\"?"),
            (None, None) => format!("expected {}", known().collect::<Vec<_>>().join(", ")),
        };
        let version = match others {
            Some(_) => format!(" in {}", self.version_name()),
            None => String::new(),
        };
        let message = format!("{} cannot be {value}{version}; {help}", self.name());
        self.left_out(message);
    }

    fn object(&mut self, object: &'static Object, value: &'d Value) {
        let Value::Object(members) = value else {
            return self.mistyped("an object", value, true);
        };
        let address = std::ptr::from_ref(value) as usize;
        if !self.met.insert((address, object.name)) {
            return;
        }
        let version = self.version;
        let missing: Vec<(&Field, Option<&str>)> = object
            .fields
            .iter()
            .filter(|field| field.required & version != 0 && !members.contains_key(field.name))
            .map(|field| (field, misspelled(object, field.name, members)))
            .collect();
        for (key, member) in members {
            let is_told = missing.iter().any(|(_, near)| *near == Some(key.as_str()));
            if key.starts_with("x-") || is_told {
                continue;
            }
            let mut fields = object.fields.iter();
            match fields.find(|field| field.name == key && field.versions & version != 0) {
                Some(field) => self.within(key, |walker| {
                    let is_aside = walker.is_aside;
                    walker.is_aside |= ASIDE.contains(&field.name);
                    walker.value(&field.kind, member);
                    walker.is_aside = is_aside;
                }),
                None if object.open & version != 0 => {}
                None => self.unknown(object, key, member),
            }
        }
        for (field, near) in missing {
            let mut message = format!("the {} requires `{}`", self.title(object), field.name);
            if let Some(near) = near {
                message.push_str(&format!("; is `{near}` a misspelling of it?"));
            }
            self.wrong(message);
        }
        for rule in object.rules {
            self.rule(object, rule, value, members);
        }
    }

    fn rule(
        &mut self,
        object: &Object,
        rule: &Rule,
        value: &'d Value,
        members: &'d Map<String, Value>,
    ) {
        let (versions, message) = match rule {
            Rule::Custom(versions, judge) => {
                if versions & self.version != 0 {
                    judge(self, value);
                }
                return;
            }
            Rule::AnyOf(versions, fields) => {
                let is_there = fields.iter().any(|field| members.contains_key(*field));
                let names: Vec<String> = fields.iter().map(|field| format!("`{field}`")).collect();
                let message = format!(
                    "the {} requires one of {}",
                    self.title(object),
                    names.join(", ")
                );
                (versions, (!is_there).then_some(message))
            }
            Rule::Apart(versions, first, others) => {
                let first = Some(first).filter(|first| members.contains_key(**first));
                let other = others.iter().find(|other| members.contains_key(**other));
                let both = first.zip(other);
                let message = both.map(|(first, other)| {
                    format!(
                        "`{first}` and `{other}` are mutually exclusive in the {}",
                        self.title(object)
                    )
                });
                (versions, message)
            }
            Rule::Needs(versions, field, value, needed) => {
                let is_so = members.get(*field).and_then(Value::as_str) == Some(value);
                let missing = needed.iter().find(|needed| !members.contains_key(**needed));
                let missing = missing.filter(|_| is_so);
                let message = missing.map(|missing| {
                    format!(
                        "`{missing}` is required where `{field}` is \"{value}\" in the {}",
                        self.title(object)
                    )
                });
                (versions, message)
            }
        };
        if let Some(message) = message.filter(|_| versions & self.version != 0) {
            self.wrong(message);
        }
    }

    /// The name of an object in the specification of this version.
    fn title(&self, object: &Object) -> &'static str {
        match (object.name, self.version) {
            ("OpenAPI Object", V2) => "Swagger Object",
            (name, _) => name,
        }
    }

    fn unknown(&mut self, object: &'static Object, key: &str, member: &Value) {
        let version = self.version;
        let known = || {
            let known = object
                .fields
                .iter()
                .filter(|field| field.versions & version != 0);
            known.map(|field| field.name)
        };
        let near = known()
            .find(|name| name.eq_ignore_ascii_case(key))
            .or_else(|| closest(key, known()));
        let elsewhere = object.fields.iter().find(|field| field.name == key);
        let kind = ProblemKind::UnknownField {
            field: key.to_owned(),
            object: self.title(object),
            version: self.version_name(),
            near,
            other: elsewhere.map(|field| name_of(first_of(field.versions))),
        };
        self.within(key, |walker| {
            // Something that looks like an operation is lost.
            let is_operation = ["responses", "operationId", "requestBody"]
                .iter()
                .any(|field| member.get(*field).is_some());
            if object.name == table::PATH_ITEM.name && is_operation {
                let help = match (elsewhere, near) {
                    (Some(field), _) => {
                        format!("; it is valid in {}", name_of(first_of(field.versions)))
                    }
                    (None, Some(near)) => format!("; did you mean `{near}`?"),
                    (None, None) => String::new(),
                };
                let message = format!(
                    "`{key}` is not a method of a path item in {}{help}",
                    walker.version_name()
                );
                return walker.left_out(message);
            }
            let place = walker.place();
            walker.compiler.problem(place, kind);
        });
    }
}

/// The first of these versions.
fn first_of(versions: Versions) -> Versions {
    [V2, V30, V31, V32]
        .into_iter()
        .find(|version| versions & version != 0)
        .unwrap_or(V2)
}

fn name_of(version: Versions) -> &'static str {
    match version {
        V2 => "Swagger 2.0",
        V30 => "OpenAPI 3.0",
        V31 => "OpenAPI 3.1",
        _ => "OpenAPI 3.2",
    }
}

/// The key that was probably meant as this field.
fn misspelled<'m>(
    object: &Object,
    field: &str,
    members: &'m Map<String, Value>,
) -> Option<&'m str> {
    let is_known = |key: &&str| object.fields.iter().any(|field| field.name == *key);
    let unknown = || {
        members
            .keys()
            .map(String::as_str)
            .filter(|key| !is_known(key))
    };
    unknown()
        .find(|key| key.eq_ignore_ascii_case(field))
        .or_else(|| closest(field, unknown()))
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
