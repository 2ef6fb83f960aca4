//! From the keywords of one schema to its node.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::error::closest;
use crate::json::Kind;
use crate::json::decimal::Decimal;

use super::check::KeywordCheck;
use super::compile::{Compiler, Here};
use super::dialect::Role;
use super::{
    Conditional, Contains, Dialect, Length, Node, NodeId, Place, ProblemKind, Required, Types,
    Values,
};

impl<'d> Compiler<'d> {
    /// Reads every keyword of a schema into its node.
    pub(super) fn keywords(
        &mut self,
        node: &mut Node,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        let dialect = here.dialect;
        let is_reference = members.get("$ref").is_some_and(Value::is_string);
        let hides = dialect.ref_hides_siblings() && is_reference;
        node.asserts = false;
        for (keyword, argument) in members {
            let Some(role) = dialect.role(keyword) else {
                self.unknown(keyword, here);
                continue;
            };
            if !here.vocabularies.hold(keyword) {
                if role == Role::Assertion {
                    let reason = "the metaschema leaves out the vocabulary that has it";
                    self.idle(keyword, reason.to_owned(), here);
                }
                continue;
            }
            if hides && keyword != "$ref" {
                if role == Role::Assertion {
                    let mut reason = format!("{dialect} ignores everything next to `$ref`");
                    if matches!(keyword.as_str(), "nullable" | "x-nullable") {
                        if self.options.lenient_null {
                            continue;
                        }
                        reason.push_str("; --lenient-null accepts null");
                    }
                    self.idle(keyword, reason, here);
                }
                continue;
            }
            node.asserts |= role == Role::Assertion;
            self.keyword(node, keyword, argument, members, here);
        }
        let asserting = members.keys().filter(|keyword| dialect.asserts(keyword));
        node.only_refers = node.reference.is_some() && (hides || asserting.count() == 1);
        self.nullable(node, members, here);
        if hides {
            return;
        }
        if node.read_only && node.write_only && dialect == Dialect::OpenApi30 {
            let place = self.at(here, &["writeOnly"]);
            let message = "`readOnly` and `writeOnly` exclude each other".to_owned();
            self.problem(place, ProblemKind::Description(message));
        }
        let is_array = members.get("type").is_some_and(|name| name == "array");
        if is_array && !members.contains_key("items") && has_no_null(dialect) {
            let place = Place::clone(&here.place);
            let message = format!("`type: array` requires `items` in {dialect}");
            self.problem(place, ProblemKind::Description(message));
        }
        if node.conditional.is_none() {
            for keyword in ["then", "else"] {
                if members.contains_key(keyword) && dialect.role(keyword).is_some() {
                    self.idle(keyword, "there is no `if`".to_owned(), here);
                }
            }
        }
    }

    #[expect(
        clippy::too_many_lines,
        reason = "one arm for each keyword; a reader looks one up"
    )]
    fn keyword(
        &mut self,
        node: &mut Node,
        keyword: &'d str,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        match keyword {
            "$ref" if argument.is_null() => {
                let message =
                    "`$ref` is empty: in YAML, `#` starts a comment; put the reference in quotes";
                self.refused(keyword, &[keyword], message.to_owned(), here);
            }
            "$ref" => {
                if let Some(reference) = self.text(keyword, argument, here) {
                    node.reference = self.referenced(keyword, reference, here, Self::reference);
                    node.asserts |= node.reference.is_some();
                }
            }
            "$dynamicRef" => {
                if let Some(reference) = self.text(keyword, argument, here) {
                    let target = self.referenced(keyword, reference, here, Self::dynamic);
                    node.all_of.extend(target);
                }
            }
            "$recursiveRef" => node.all_of.push(self.recursive(here)),
            "type" => node.types = self.types(argument, here),
            "enum" => match argument {
                Value::Array(values) => node.values = Some(Values::new(values.clone())),
                _ => self.argument(keyword, "a list of values", here),
            },
            "const" => node.constant = Some(Box::new(argument.clone())),
            "minimum" | "maximum" => self.bound(node, keyword, argument, members, here),
            "exclusiveMinimum" | "exclusiveMaximum" => {
                self.exclusive_bound(node, keyword, argument, members, here);
            }
            "multipleOf" => match argument.as_f64() {
                Some(divisor) if divisor > 0.0 => {
                    self.number_check(node, "multipleOf", "multipleOf", argument, here);
                }
                _ => self.argument(keyword, "a number greater than 0", here),
            },
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" => match limit(argument) {
                Some(limit) => node.lengths.push(length(keyword, limit)),
                None => self.argument(keyword, "a whole number of at least 0", here),
            },
            "pattern" => {
                let text = self.text(keyword, argument, here);
                if text.is_some() {
                    self.check(node, "pattern", argument, Kind::String, here);
                }
            }
            "format" if self.options.formats_annotate => {}
            "format" => {
                if let Some(name) = self.text(keyword, argument, here) {
                    match KeywordCheck::number_format(name).filter(|_| here.dialect.is_openapi()) {
                        Some(check) => node.checks.push(Arc::new(check)),
                        None => self.check(node, "format", argument, Kind::String, here),
                    }
                }
            }
            "uniqueItems" => match argument {
                Value::Bool(true) => self.check(node, "uniqueItems", argument, Kind::Array, here),
                Value::Bool(false) => {}
                _ => self.argument(keyword, "a boolean", here),
            },
            "contentEncoding" | "contentMediaType" if here.dialect.asserts(keyword) => {
                let text = self.text(keyword, argument, here);
                if text.is_some() {
                    self.content(node, members, here);
                }
            }
            "contentEncoding" | "contentMediaType" => {
                let keyword = match keyword {
                    "contentEncoding" => "contentEncoding",
                    _ => "contentMediaType",
                };
                let text = argument.as_str().map(str::to_ascii_lowercase);
                let content = text.map(|text| (keyword, text));
                node.annotations_mut().content.extend(content);
            }
            "required" => self.required(node, argument, here),
            "properties" => {
                for (name, schema) in self.named(keyword, argument, here) {
                    let id = self.child(here, &[keyword, name], schema);
                    let name = self.name(name);
                    node.object.names.push(Arc::clone(&name));
                    node.object.properties.insert(name, id);
                }
            }
            "patternProperties" => {
                for (pattern, schema) in self.named(keyword, argument, here) {
                    let text = Value::from(pattern.as_str());
                    let check = self.compiled("pattern", &text, Kind::String, here.dialect);
                    match check {
                        Ok(check) => {
                            let id = self.child(here, &[keyword, pattern], schema);
                            node.object.patterns.push((check, id));
                        }
                        Err(message) => {
                            self.refused(keyword, &[keyword, pattern], message, here);
                        }
                    }
                }
            }
            "additionalProperties" => {
                node.object.additional = self.schema_of(keyword, argument, here);
            }
            "unevaluatedProperties" => {
                node.object.unevaluated = self.schema_of(keyword, argument, here);
            }
            "propertyNames" => node.object.property_names = self.schema_of(keyword, argument, here),
            "dependentRequired" => {
                for (name, needed) in self.named(keyword, argument, here) {
                    self.dependent_required(node, name, needed);
                }
            }
            "dependentSchemas" => {
                for (name, schema) in self.named(keyword, argument, here) {
                    let id = self.child(here, &[keyword, name], schema);
                    node.object.dependent_schemas.push((self.name(name), id));
                }
            }
            "dependencies" => {
                for (name, dependency) in self.named(keyword, argument, here) {
                    if dependency.is_array() {
                        self.dependent_required(node, name, dependency);
                    } else {
                        let id = self.child(here, &[keyword, name], dependency);
                        node.object.dependent_schemas.push((self.name(name), id));
                    }
                }
            }
            "items" => self.items(node, argument, members, here),
            "prefixItems" => node.array.prefix = self.listed(keyword, argument, here),
            "unevaluatedItems" => node.array.unevaluated = self.schema_of(keyword, argument, here),
            "contains" => node.array.contains = self.contains(argument, members, here),
            "allOf" => node.all_of.extend(self.listed(keyword, argument, here)),
            "anyOf" => node.any_of = self.listed(keyword, argument, here),
            "oneOf" => node.one_of = self.listed(keyword, argument, here),
            "not" => node.not = self.schema_of(keyword, argument, here),
            "if" => {
                let branch = |compiler: &mut Self, keyword: &str| {
                    let schema = members.get(keyword)?;
                    compiler.schema_of(keyword, schema, here)
                };
                if let Some(condition) = self.schema_of(keyword, argument, here) {
                    node.conditional = Some(Conditional {
                        condition,
                        then: branch(self, "then"),
                        otherwise: branch(self, "else"),
                    });
                }
            }
            "discriminator" => {
                self.attach("discriminator", argument, here);
                node.discriminator = self.discriminator(argument, members, here);
            }
            "xml" => self.attach("xml", argument, here),
            "externalDocs" => self.attach("externalDocs", argument, here),
            "readOnly" => node.read_only = argument == &Value::Bool(true),
            "writeOnly" => node.write_only = argument == &Value::Bool(true),
            "deprecated" => node.deprecated = argument == &Value::Bool(true),
            "default" => node.annotations_mut().default = Some(argument.clone()),
            "example" => node.annotations_mut().example = Some(argument.clone()),
            "examples" => match argument {
                Value::Array(values) => node.annotations_mut().examples.clone_from(values),
                _ => self.argument(keyword, "a list of values", here),
            },
            "$schema" => self.dialect(argument, here),
            "minContains" | "maxContains" if !members.contains_key("contains") => {
                self.idle(keyword, "there is no `contains`".to_owned(), here);
            }
            // Read with the keyword they belong to, or found by reference.
            _ => {}
        }
    }

    /// Notes an object of OpenAPI, which the description is judged with.
    fn attach(&mut self, keyword: &'static str, argument: &'d Value, here: &Here) {
        let place = self.at(here, &[keyword]);
        self.attached.push((keyword, place, argument));
    }

    /// What `$schema` says counted when the documents were read.
    fn dialect(&mut self, argument: &Value, here: &Here) {
        let keyword = "$schema";
        let Some(uri) = argument.as_str() else {
            return self.argument(keyword, "a URI", here);
        };
        let Some(language) = self.language(uri, here) else {
            let message = format!(
                "the dialect {argument} is unknown, so the schema is read as {}; give its metaschema: --ref {uri}=FILE",
                here.dialect
            );
            return self.refused(keyword, &[keyword], message, here);
        };
        if language.dialect != here.dialect {
            let reason = "it counts at the root of a document or next to `$id`".to_owned();
            return self.idle(keyword, reason, here);
        }
        if !language.unknown.is_empty() {
            let message = format!(
                "the dialect requires vocabularies that are not supported: {}; schemas are read without them",
                language.unknown.join(", ")
            );
            self.refused(keyword, &[keyword], message, here);
        }
    }

    fn types(&mut self, argument: &Value, here: &Here) -> Option<Types> {
        let mut types = Types::default();
        if here.dialect == Dialect::Draft4 {
            types.count_as_written();
        }
        if argument.is_array() && matches!(here.dialect, Dialect::OpenApi30) {
            let place = self.at(here, &["type"]);
            let message = "`type` has to be one type in OpenAPI 3.0, with `nullable` beside it; the \
                           list is read as OpenAPI 3.1 reads it";
            self.problem(place, ProblemKind::Description(message.to_owned()));
        }
        if argument == "null" && has_no_null(here.dialect) {
            let place = self.at(here, &["type"]);
            let keyword = match here.dialect {
                Dialect::Swagger2 => "x-nullable",
                _ => "nullable",
            };
            let message = format!(
                "{} has no type `null`; write `{keyword}: true`",
                here.dialect
            );
            self.problem(place, ProblemKind::Description(message));
        }
        let mut is_known = argument != &Value::Array(Vec::new());
        for name in one_or_many(argument) {
            is_known &= name.as_str().is_some_and(|name| {
                // `file` is a type of Swagger 2.0, and says nothing of JSON.
                types.insert(name) || (name == "file" && here.dialect == Dialect::Swagger2)
            });
        }
        if !is_known {
            let is_type = |name: &&Value| {
                let name = name.as_str();
                name.is_some_and(|name| Types::NAMES.contains(&name) || name == "file")
            };
            let wrong = one_or_many(argument).iter().find(|name| !is_type(name));
            let wrong = wrong.unwrap_or(argument);
            let written = wrong.as_str().unwrap_or_default();
            let near = closest(written, Types::NAMES);
            let message = match near {
                _ if wrong.is_null() => {
                    "the type `null` is the string \"null\", in quotes".to_owned()
                }
                Some(near) => format!("no type is called `{written}`; did you mean `{near}`?"),
                None => match written {
                    "int" | "long" | "int32" | "int64" => {
                        format!("no type is called `{written}`; did you mean `integer`?")
                    }
                    "float" | "double" | "decimal" => {
                        format!("no type is called `{written}`; did you mean `number`?")
                    }
                    "date" | "datetime" | "date-time" | "uuid" | "email" | "uri" => format!(
                        "no type is called `{written}`; write `type: string` with a `format`"
                    ),
                    "any" => "no type is called `any`; leave `type` out".to_owned(),
                    _ => {
                        let known = Types::NAMES
                            .iter()
                            .filter(|name| **name != "null" || !has_no_null(here.dialect));
                        let known: Vec<&str> = known.copied().collect();
                        format!(
                            "{wrong} is not a type; expected one of {}",
                            known.join(", ")
                        )
                    }
                },
            };
            self.refused("type", &["type"], message, here);
        }
        (!types.is_empty()).then_some(types)
    }

    /// Drafts 6 and 7: both keywords together are one question to the crate.
    fn content(&mut self, node: &mut Node, members: &Map<String, Value>, here: &Here) {
        if node
            .checks
            .iter()
            .any(|check| check.keyword.starts_with("content"))
        {
            return;
        }
        let check = KeywordCheck::of_content(
            members.get("contentEncoding"),
            members.get("contentMediaType"),
            here.dialect.draft(),
        );
        match check {
            Ok(check) => node.checks.push(Arc::new(check)),
            Err(message) => {
                self.refused("contentMediaType", &["contentMediaType"], message, here);
            }
        }
    }

    fn required(&mut self, node: &mut Node, argument: &Value, here: &Here) {
        let Value::Array(names) = argument else {
            // A parameter of Swagger 2.0 has its own `required`.
            let is_of_parameter = here.dialect == Dialect::Swagger2
                && (argument.is_boolean()
                    || self
                        .value_at(&here.place)
                        .is_some_and(|it| it.get("in").is_some()));
            if !is_of_parameter {
                let expected = "a list of property names, next to the `properties`";
                self.argument("required", expected, here);
            }
            return;
        };
        let mut seen = std::collections::BTreeSet::new();
        for name in names {
            if let Some(twice) = name.as_str().filter(|name| !seen.insert(*name)) {
                let place = self.at(here, &["required"]);
                let message = format!("`required` lists `{twice}` twice");
                self.problem(place, ProblemKind::Description(message));
            }
            match name.as_str() {
                Some(name) => node.object.required.push(Required {
                    name: self.name(name),
                    except: None,
                }),
                None => self.argument("required", "a list of property names", here),
            }
        }
    }

    fn dependent_required(&mut self, node: &mut Node, name: &str, needed: &Value) {
        let needed = one_or_many(needed)
            .iter()
            .filter_map(Value::as_str)
            .map(|name| self.name(name))
            .collect();
        node.object
            .dependent_required
            .push((self.name(name), needed));
    }

    fn items(
        &mut self,
        node: &mut Node,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        if argument.is_array() {
            if !here.dialect.has_item_lists() {
                let message = format!(
                    "`items` has to be one schema in {}; {}",
                    here.dialect,
                    match here.dialect.role("prefixItems") {
                        Some(_) => "a list goes under `prefixItems`",
                        None => "it has no lists",
                    }
                );
                self.refused("items", &["items"], message, here);
            }
            node.array.prefix = self.listed("items", argument, here);
            if let Some(rest) = members.get("additionalItems") {
                node.array.items = self.schema_of("additionalItems", rest, here);
            }
        } else {
            node.array.items = self.schema_of("items", argument, here);
            if members.contains_key("additionalItems") && here.dialect.has_item_lists() {
                let reason = "`items` is not a list, so there are no additional ones".to_owned();
                self.idle("additionalItems", reason, here);
            }
        }
    }

    fn contains(
        &mut self,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) -> Option<Contains> {
        let node = self.schema_of("contains", argument, here)?;
        let bound = |compiler: &mut Self, keyword: &str| {
            let argument = members.get(keyword)?;
            here.dialect.role(keyword)?;
            let limit = limit(argument);
            if limit.is_none() {
                compiler.argument(keyword, "a whole number of at least 0", here);
            }
            limit
        };
        Some(Contains {
            node,
            minimum: bound(self, "minContains").unwrap_or(1),
            maximum: bound(self, "maxContains"),
        })
    }

    /// The target of a reference; that there is none is a problem.
    fn referenced(
        &mut self,
        keyword: &str,
        reference: &str,
        here: &Here,
        resolve: impl FnOnce(&mut Self, &Here, &str) -> Result<NodeId, String>,
    ) -> Option<NodeId> {
        match resolve(self, here, reference) {
            Ok(id) => Some(id),
            Err(reason) => {
                let component = match reference.contains(['/', '.', '#']) {
                    true => None,
                    false => self.component_reference(here, reference),
                };
                let reason = match component {
                    Some(component) => format!("did you mean `{component}`?"),
                    None => reason,
                };
                let reference = reference.to_owned();
                let place = self.at(here, &[keyword]);
                self.problem(place, ProblemKind::Reference { reference, reason });
                None
            }
        }
    }

    pub(super) fn check(
        &mut self,
        node: &mut Node,
        keyword: &'static str,
        argument: &Value,
        kind: Kind,
        here: &Here,
    ) {
        match self.compiled(keyword, argument, kind, here.dialect) {
            Ok(check) => node.checks.push(check),
            Err(message) => self.refused(keyword, &[keyword], message, here),
        }
    }

    /// A bound of numbers, or a divisor. `written` is the keyword whose argument it is.
    pub(super) fn number_check(
        &mut self,
        node: &mut Node,
        keyword: &'static str,
        written: &str,
        argument: &Value,
        here: &Here,
    ) {
        let Value::Number(number) = argument else {
            return;
        };
        // A double that needs all its digits is not always what the document says.
        let is_rounded =
            number.is_f64() && Decimal::of(number).is_none_or(|decimal| decimal.precision() > 15);
        let text = match is_rounded {
            true => self.written(&self.at(here, &[written])),
            false => None,
        };
        let shown = text.clone().unwrap_or_else(|| argument.to_string());
        let check = self
            .checks
            .entry((here.dialect, keyword, shown.clone()))
            .or_insert_with(|| {
                let check = KeywordCheck::of_number(keyword, number, text.as_deref());
                check
                    .map(Arc::new)
                    .ok_or_else(|| format!("{argument} is not a number"))
            })
            .clone();
        match check {
            Ok(check) => node.checks.push(check),
            Err(message) => self.refused(keyword, &[written], message, here),
        }
    }

    /// A check, built once for each argument.
    fn compiled(
        &mut self,
        keyword: &'static str,
        argument: &Value,
        kind: Kind,
        dialect: Dialect,
    ) -> Result<Arc<KeywordCheck>, String> {
        // Formats differ between drafts; bounds were brought into their newest form.
        let draft = match keyword {
            "format" => dialect.draft(),
            _ => Dialect::default().draft(),
        };
        self.checks
            .entry((dialect, keyword, argument.to_string()))
            .or_insert_with(|| KeywordCheck::new(keyword, argument, kind, draft).map(Arc::new))
            .clone()
    }

    /// The node of a schema that is the argument of a keyword.
    fn schema_of(&mut self, keyword: &str, schema: &'d Value, here: &Here) -> Option<NodeId> {
        if !schema.is_object() && !schema.is_boolean() {
            self.argument(keyword, "a schema", here);
            return None;
        }
        Some(self.child(here, &[keyword], schema))
    }

    /// The nodes of a list of schemas.
    fn listed(&mut self, keyword: &str, argument: &'d Value, here: &Here) -> Vec<NodeId> {
        let Value::Array(schemas) = argument else {
            self.argument(keyword, "a list of schemas", here);
            return Vec::new();
        };
        if schemas.is_empty() && keyword != "items" {
            self.argument(keyword, "a list of one schema or more", here);
        }
        schemas
            .iter()
            .enumerate()
            .map(|(index, schema)| self.child(here, &[keyword, &index.to_string()], schema))
            .collect()
    }

    /// The members of a keyword whose argument is an object.
    fn named(
        &mut self,
        keyword: &str,
        argument: &'d Value,
        here: &Here,
    ) -> impl Iterator<Item = (&'d String, &'d Value)> + use<'d> {
        if !argument.is_object() {
            self.argument(keyword, "an object", here);
        }
        argument.as_object().into_iter().flatten()
    }

    fn text(&mut self, keyword: &str, argument: &'d Value, here: &Here) -> Option<&'d str> {
        let text = argument.as_str();
        if text.is_none() {
            self.argument(keyword, "a string", here);
        }
        text
    }
}

/// Whether the dialect is one of OpenAPI before 3.1, which took JSON Schema as it is.
fn has_no_null(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Swagger2 | Dialect::OpenApi30)
}

fn length(keyword: &str, limit: u64) -> Length {
    let (kind, is_maximum) = match keyword {
        "minLength" => (Kind::String, false),
        "maxLength" => (Kind::String, true),
        "minItems" => (Kind::Array, false),
        "maxItems" => (Kind::Array, true),
        "minProperties" => (Kind::Object, false),
        _ => (Kind::Object, true),
    };
    Length {
        kind,
        is_maximum,
        limit,
    }
}

fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        one => std::slice::from_ref(one),
    }
}

/// A whole number, not negative; it may be written `2.0`. Beyond 64 bits it saturates, which no length
/// can reach.
fn limit(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let float = value.as_f64()?;
        (float >= 0.0 && float.fract() == 0.0).then_some(float as u64)
    })
}
