//! Rust types of an inferred contract, for `serde` and `schemars`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::words::{pascal, snake};

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// What every type derives.
const DERIVES: &str = "#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]\n";

/// The Rust source of the types of a document: OpenAPI, or JSON Schema.
#[must_use]
pub fn rust(document: &Value) -> String {
    let schemas = document.pointer("/components/schemas").or_else(|| document.get("$defs"));
    let none = Map::new();
    let schemas = schemas.and_then(Value::as_object).unwrap_or(&none);
    let mut names = BTreeSet::new();
    let components = schemas.keys().map(|name| (name.clone(), free_name(&type_name(name), &mut names)));
    let components = components.collect();
    let mut writer = Writer {
        names,
        components,
        schemas,
        types: BTreeMap::new(),
    };
    for (name, schema) in schemas {
        writer.named(&writer.component(name), schema);
    }
    let has_operations = document.get("paths").is_some();
    let contract = has_operations.then(|| writer.contract(document));
    if !has_operations && document.get("$ref").is_none() {
        let name = free_name("Payload", &mut writer.names);
        writer.named(&name, document);
    }
    let parts: Vec<String> = writer.types.into_values().chain(contract).collect();
    let body = parts.join("\n");
    let mut out = String::from(
        "//! Types that wiredrift inferred from traffic. They are a start: check names, and which fields are required.\n\n",
    );
    if body.contains("BTreeMap<") {
        out.push_str("use std::collections::BTreeMap;\n\n");
    }
    out.push_str("use schemars::JsonSchema;\nuse serde::{Deserialize, Serialize};\n");
    if has_operations {
        out.push_str("use wiredrift::{Contract, Operation};\n");
    }
    out.push('\n');
    out.push_str(body.trim_end());
    out.push('\n');
    out
}

struct Writer<'d> {
    schemas: &'d Map<String, Value>,
    /// The names of types that are taken.
    names: BTreeSet<String>,
    /// The type of each component.
    components: BTreeMap<String, String>,
    /// The types, by name.
    types: BTreeMap<String, String>,
}

impl Writer<'_> {
    /// The type of a component.
    fn component(&self, name: &str) -> String {
        self.components.get(name).cloned().unwrap_or_else(|| type_name(name))
    }

    /// Writes the type of a schema under a name.
    fn named(&mut self, name: &str, schema: &Value) {
        let text = if let Some(values) = strings(schema) {
            enumeration(name, &values)
        } else if let Some(variants) = schema.get("oneOf").and_then(Value::as_array) {
            self.union(name, variants)
        } else if is_struct(schema) {
            self.structure(name, schema)
        } else {
            let inner = self.type_of(name, "Value", schema);
            format!("/// {}\npub type {name} = {inner};\n", described(schema))
        };
        self.types.insert(name.to_owned(), text);
    }

    fn structure(&mut self, name: &str, schema: &Value) -> String {
        let fields = self.fields(name, schema, "", None);
        format!("/// {}\n{DERIVES}pub struct {name} {{\n{fields}}}\n", described(schema))
    }

    /// The fields of an object, without its tag.
    fn fields(&mut self, name: &str, schema: &Value, indent: &str, tag: Option<&str>) -> String {
        let mut out = String::new();
        let required: BTreeSet<&str> =
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
        let properties = schema.get("properties").and_then(Value::as_object);
        let public = if tag.is_some() { "" } else { "pub " };
        let mut taken = BTreeSet::new();
        for (key, property) in properties.into_iter().flatten().filter(|(key, _)| Some(key.as_str()) != tag) {
            let field = field_name(key, &mut taken);
            let mut kind = self.type_of(name, key, property);
            let is_optional = !required.contains(key.as_str());
            let is_boxed = self.leads_back(name, property);
            if is_boxed {
                kind = boxed(&kind);
            }
            if is_optional && !kind.starts_with("Option<") {
                kind = format!("Option<{kind}>");
            }
            put!(out, "{indent}    /// `{}`\n", in_a_line(key));
            let mut attributes = Vec::new();
            if field.trim_start_matches("r#") != key {
                attributes.push(format!("rename = {key:?}"));
            }
            if is_optional {
                attributes.push("default, skip_serializing_if = \"Option::is_none\"".to_owned());
            }
            if !attributes.is_empty() {
                put!(out, "{indent}    #[serde({})]\n", attributes.join(", "));
            }
            put!(out, "{indent}    {public}{field}: {kind},\n");
        }
        if let Some(rest) = schema.get("additionalProperties").filter(|_| properties.is_some()) {
            let rest = self.type_of(name, "Rest", rest);
            put!(out, "{indent}    /// Members whose keys are data.\n{indent}    #[serde(flatten)]\n");
            let field = field_name("rest", &mut taken);
            put!(out, "{indent}    {public}{field}: BTreeMap<String, {rest}>,\n");
        }
        out
    }

    /// Objects that a constant property tells apart.
    fn union(&mut self, name: &str, variants: &[Value]) -> String {
        let tag_of = |variant: &Value| {
            let properties = variant.get("properties")?.as_object()?;
            let (tag, value) = properties.iter().find_map(|(key, property)| Some((key, property.get("const")?)))?;
            Some((tag.clone(), value.as_str()?.to_owned()))
        };
        let tags: Option<Vec<(String, String)>> = variants.iter().map(tag_of).collect();
        let Some((tag, _)) = tags.as_ref().and_then(|tags| tags.first()).cloned() else {
            return format!("/// One of several kinds of values.\npub type {name} = serde_json::Value;\n");
        };
        let mut out = format!("/// Objects that `{tag}` tells apart.\n{DERIVES}#[serde(tag = {tag:?})]\npub enum {name} {{\n");
        let mut taken = BTreeSet::new();
        for (variant, (_, value)) in variants.iter().zip(tags.iter().flatten()) {
            let own = variant_name(value, &mut taken);
            let fields = self.fields(&format!("{name}{own}"), variant, "    ", Some(&tag));
            put!(out, "    /// `{}`\n    #[serde(rename = {value:?})]\n    {own} {{\n{fields}    }},\n", in_a_line(value));
        }
        out.push_str("}\n");
        out
    }

    /// The type of a schema. One that needs a name gets that of its place.
    fn type_of(&mut self, owner: &str, key: &str, schema: &Value) -> String {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.component(reference.rsplit('/').next().unwrap_or_default());
        }
        if let Some([one, other]) = schema.get("anyOf").and_then(Value::as_array).map(Vec::as_slice)
            && other.get("type").and_then(Value::as_str) == Some("null")
        {
            return format!("Option<{}>", self.type_of(owner, key, one));
        }
        let types: Vec<&str> = match schema.get("type") {
            Some(Value::String(one)) => vec![one],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        };
        let is_nullable = types.contains(&"null");
        let mut others = types.iter().filter(|name| **name != "null");
        let plain = match (others.next(), others.next()) {
            (Some(one), None) => self.plain(owner, key, one, schema),
            _ => "serde_json::Value".to_owned(),
        };
        match is_nullable && plain != "serde_json::Value" {
            true => format!("Option<{plain}>"),
            false => plain,
        }
    }

    fn plain(&mut self, owner: &str, key: &str, kind: &str, schema: &Value) -> String {
        match kind {
            "boolean" => "bool".to_owned(),
            "integer" => "i64".to_owned(),
            "number" => "f64".to_owned(),
            "array" => {
                let items = schema.get("items").map(|items| self.type_of(owner, &super::words::singular(key), items));
                format!("Vec<{}>", items.unwrap_or_else(|| "serde_json::Value".to_owned()))
            }
            "object" if schema.get("oneOf").is_none() && !is_struct(schema) => match schema.get("additionalProperties") {
                Some(values) => format!("BTreeMap<String, {}>", self.type_of(owner, &super::words::singular(key), values)),
                None => "serde_json::Value".to_owned(),
            },
            "object" => self.own(owner, key, schema),
            _ if strings(schema).is_some() => self.own(owner, key, schema),
            _ => "String".to_owned(),
        }
    }

    /// A type of its own, called by its place.
    fn own(&mut self, owner: &str, key: &str, schema: &Value) -> String {
        let name = type_name(&format!("{owner}{}", pascal(key)));
        let name = free_name(&name, &mut self.names);
        self.named(&name, schema);
        name
    }

    /// Whether a value of a type may hold one of the same type without a list or map between, so that it needs a box.
    fn leads_back(&self, owner: &str, property: &Value) -> bool {
        let mut open = targets(property);
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            if self.component(name) == owner {
                return true;
            }
            if seen.insert(name) {
                open.extend(self.schemas.get(name).map(targets).unwrap_or_default());
            }
        }
        false
    }

    /// The contract of the types.
    fn contract(&mut self, document: &Value) -> String {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
        let mut operations = String::new();
        let server = text("/servers/0/url");
        let server = server.split_once("://").map_or(server, |(_, rest)| rest);
        let base = server.find('/').map_or("", |slash| &server[slash..]);
        for (path, item) in document.get("paths").and_then(Value::as_object).into_iter().flatten() {
            let path = format!("{base}{path}");
            let shared = item.get("parameters").and_then(Value::as_array);
            for (method, operation) in item.as_object().into_iter().flatten().filter(|(key, _)| *key != "parameters") {
                let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default();
                put!(
                    operations,
                    "        .operation(\n            Operation::describe({id:?}, {:?}, {path:?})",
                    method.to_ascii_uppercase()
                );
                let own = operation.get("parameters").and_then(Value::as_array);
                for parameter in shared.into_iter().chain(own).flatten() {
                    self.parameter(&mut operations, id, parameter);
                }
                if let Some(schema) = json_schema_of(operation.get("requestBody")) {
                    let kind = self.type_of(&pascal(id), "Request", schema);
                    put!(operations, "\n                .request::<{kind}>()");
                }
                for (status, response) in operation.get("responses").and_then(Value::as_object).into_iter().flatten() {
                    match json_schema_of(Some(response)) {
                        Some(schema) => {
                            let kind = self.type_of(&pascal(id), &format!("Response{status}"), schema);
                            put!(operations, "\n                .response::<{kind}>({status})");
                        }
                        None if response.get("content").is_none() => {
                            put!(operations, "\n                .empty_response({status})");
                        }
                        None => {
                            put!(operations, "\n                .undocumented_response({status})");
                        }
                    }
                }
                operations.push_str(",\n        )\n");
            }
        }
        format!(
            "/// The contract of these types: `wiredrift::check(&contract()?)` compares captures with it.\n///\n/// # Errors\n///\n/// When it contradicts itself.\n\
             pub fn contract() -> wiredrift::Result<Contract> {{\n    Contract::describe({:?}, {:?}, {:?})\n{operations}        .build()\n}}\n",
            snake(text("/info/title")).replace('_', "-"),
            text("/info/version"),
            text("/info/title"),
        )
    }

    fn parameter(&mut self, out: &mut String, id: &str, parameter: &Value) {
        let text = |key: &str| parameter.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = text("name");
        let schema = parameter.get("schema").unwrap_or(&Value::Null);
        let is_deep = text("style") == "deepObject";
        let method = match text("in") {
            "path" => "path_parameter",
            "query" if !is_deep => "query",
            _ => return,
        };
        let kind = self.type_of(&pascal(id), name, schema);
        put!(out, "\n                .{method}::<{kind}>({name:?})");
    }
}

/// The schema of the JSON body of a request or response.
fn json_schema_of(message: Option<&Value>) -> Option<&Value> {
    let content = message?.get("content")?.as_object()?;
    let json = content.iter().find(|(media, _)| media.ends_with("json"));
    json?.1.get("schema")
}

/// The components that a value holds, without lists and maps.
fn targets(schema: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    let mut open = vec![schema];
    while let Some(schema) = open.pop() {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            found.extend(reference.rsplit('/').next());
        }
        open.extend(schema.get("properties").and_then(Value::as_object).into_iter().flatten().map(|(_, below)| below));
        for keyword in ["anyOf", "oneOf"] {
            open.extend(schema.get(keyword).and_then(Value::as_array).into_iter().flatten());
        }
    }
    found
}

fn boxed(kind: &str) -> String {
    match kind.strip_prefix("Option<").and_then(|inner| inner.strip_suffix('>')) {
        Some(inner) => format!("Option<Box<{inner}>>"),
        None if kind.starts_with("Vec<") || kind.starts_with("BTreeMap<") => kind.to_owned(),
        None => format!("Box<{kind}>"),
    }
}

/// Whether objects of a schema have fields.
fn is_struct(schema: &Value) -> bool {
    let is_object = schema.get("type").and_then(Value::as_str) == Some("object") || {
        let types = schema.get("type").and_then(Value::as_array);
        types.is_some_and(|types| types.iter().all(|name| name == "object" || name == "null"))
    };
    is_object && schema.get("properties").is_some()
}

/// The strings of an enum.
fn strings(schema: &Value) -> Option<Vec<&str>> {
    let values = schema.get("enum")?.as_array()?;
    values.iter().filter(|value| !value.is_null()).map(Value::as_str).collect()
}

fn enumeration(name: &str, values: &[&str]) -> String {
    let mut out = format!("/// One of {} values.\n{DERIVES}pub enum {name} {{\n", values.len());
    let mut taken = BTreeSet::new();
    for value in values {
        let own = variant_name(value, &mut taken);
        let shown = in_a_line(value);
        put!(out, "    /// `{shown}`\n    #[serde(rename = {value:?})]\n    {own},\n");
    }
    out.push_str("}\n");
    out
}

/// What a type is, for its documentation.
fn described(schema: &Value) -> String {
    match schema.pointer("/x-wiredrift/samples") {
        Some(samples) => format!("Inferred from {samples} objects."),
        None => "Inferred from traffic.".to_owned(),
    }
}

/// A name for a type: not one that the code uses otherwise.
fn type_name(name: &str) -> String {
    const TAKEN: [&str; 12] = [
        "BTreeMap", "Box", "Contract", "Deserialize", "JsonSchema", "Operation", "Option", "Result", "Self", "Serialize",
        "String", "Vec",
    ];
    let name: String = pascal(name).chars().filter(char::is_ascii).collect();
    match name.chars().next() {
        None => "Payload".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("Type{name}"),
        Some(_) if TAKEN.contains(&name.as_str()) => format!("{name}Data"),
        Some(_) => name,
    }
}

/// The name, or the name with a number, that is not taken.
fn free_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}{number}"));
    let mut names = std::iter::once(name.to_owned()).chain(numbered);
    let free = names.find(|name| !taken.contains(name)).unwrap_or_default();
    taken.insert(free.clone());
    free
}

/// A text for a comment of one line.
fn in_a_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || c == '`' { ' ' } else { c }).collect()
}

/// A name for a field that no other one has.
fn field_name(key: &str, taken: &mut BTreeSet<String>) -> String {
    const KEYWORDS: [&str; 46] = [
        "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "do", "dyn", "else", "enum",
        "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod",
        "move", "mut", "override", "priv", "pub", "ref", "return", "static", "struct", "trait", "true", "try", "type",
        "typeof", "unsafe", "unsized", "use", "where", "while",
    ];
    let mut name: String = snake(key).chars().filter(char::is_ascii).collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name = format!("field_{name}").trim_end_matches('_').to_owned();
    }
    if matches!(name.as_str(), "self" | "super" | "crate" | "yield" | "virtual") {
        name.push('_');
    }
    let name = free_name(&name, taken);
    match KEYWORDS.contains(&name.as_str()) {
        true => format!("r#{name}"),
        false => name,
    }
}

/// A name for a variant that no other one has.
fn variant_name(value: &str, taken: &mut BTreeSet<String>) -> String {
    let mut name: String = pascal(value).chars().filter(char::is_ascii).collect();
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || name == "Self" {
        name = format!("Value{name}");
    }
    free_name(&name, taken)
}
