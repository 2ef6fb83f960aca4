//! Reads the keywords of a schema into its node, with one file for each family of keywords.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::json::Kind;
use crate::schema::check::KeywordCheck;
use crate::schema::dialect::{Dialect, Role};
use crate::schema::node_id::NodeId;
use crate::schema::node::Node;
use crate::schema::place::Place;
use crate::schema::problem::ProblemKind;

use super::{Compiler, Here};

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
                    let reason = "the metaschema does not include its vocabulary";
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

    /// Dispatches a keyword to its family.
    fn keyword(
        &mut self,
        node: &mut Node,
        keyword: &'d str,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        match keyword {
            "$ref" | "$dynamicRef" | "$recursiveRef" => {
                self.reference_keyword(node, keyword, argument, here);
            }
            "type" | "enum" | "const" => {
                self.value_keyword(node, keyword, argument, here);
            }
            "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum" | "multipleOf" => {
                self.number_keyword(node, keyword, argument, members, here);
            }
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties" | "maxProperties" => {
                self.length_keyword(node, keyword, argument, here);
            }
            "pattern" | "format" | "contentEncoding" | "contentMediaType" => {
                self.string_keyword(node, keyword, argument, members, here);
            }
            "uniqueItems" | "items" | "prefixItems" | "unevaluatedItems" | "contains" | "minContains" | "maxContains" => {
                self.array_keyword(node, keyword, argument, members, here);
            }
            "required" | "properties" | "patternProperties" | "additionalProperties" | "unevaluatedProperties" | "propertyNames" | "dependentRequired" | "dependentSchemas" | "dependencies" => {
                self.object_keyword(node, keyword, argument, here);
            }
            "allOf" | "anyOf" | "oneOf" | "not" | "if" => {
                self.branch_keyword(node, keyword, argument, members, here);
            }
            "discriminator" | "xml" | "externalDocs" | "readOnly" | "writeOnly" | "deprecated" | "default" | "example" | "examples" | "$schema" | "contentSchema" => {
                self.annotation_keyword(node, keyword, argument, members, here);
            }
            // Read together with another keyword, or reached by reference.
            _ => {}
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

    /// A check, compiled once for each argument.
    pub(super) fn compiled(
        &mut self,
        keyword: &'static str,
        argument: &Value,
        kind: Kind,
        dialect: Dialect,
    ) -> Result<Arc<KeywordCheck>, String> {
        // Formats differ between drafts; bounds were already converted to their latest form.
        let draft = match keyword {
            "format" => dialect.draft(),
            _ => Dialect::default().draft(),
        };
        self.checks
            .entry((dialect, keyword, argument.to_string()))
            .or_insert_with(|| KeywordCheck::new(keyword, argument, kind, draft).map(Arc::new))
            .clone()
    }

    /// The node of the schema that is a keyword's argument.
    pub(super) fn schema_of(&mut self, keyword: &str, schema: &'d Value, here: &Here) -> Option<NodeId> {
        if !schema.is_object() && !schema.is_boolean() {
            self.argument(keyword, "a schema", here);
            return None;
        }
        Some(self.child(here, &[keyword], schema))
    }

    /// The nodes of a list of schemas.
    pub(super) fn listed(&mut self, keyword: &str, argument: &'d Value, here: &Here) -> Vec<NodeId> {
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

    /// The members of a keyword's argument, which must be an object.
    pub(super) fn named(
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

    pub(super) fn text(&mut self, keyword: &str, argument: &'d Value, here: &Here) -> Option<&'d str> {
        let text = argument.as_str();
        if text.is_none() {
            self.argument(keyword, "a string", here);
        }
        text
    }
}

/// Whether the dialect is OpenAPI before 3.1, which has no type `null`.
pub(super) fn has_no_null(dialect: Dialect) -> bool {
    matches!(dialect, Dialect::Swagger2 | Dialect::OpenApi30)
}

pub(super) fn one_or_many(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        one => std::slice::from_ref(one),
    }
}

/// A non-negative integer, which may be written as `2.0`. Beyond 64 bits it saturates; no length can reach
/// that.
pub(super) fn limit(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| {
        let float = value.as_f64()?;
        (float >= 0.0 && float.fract() == 0.0).then_some(float as u64)
    })
}
