//! Which fields the objects of OpenAPI have: one that is misspelled is ignored by every tool.

use serde_json::Value;

use crate::error::closest;
use crate::schema::{Dialect, ProblemKind};

use super::Reader;
use super::spot::Spot;

/// An object of OpenAPI 3.1 (with what 3.2 adds) and its fields; then those of Swagger 2.0.
pub(super) struct Fields(
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
);

#[rustfmt::skip]
mod tables {
    use super::Fields;

    pub(crate) const ROOT: Fields = Fields("OpenAPI Object",
        &["openapi", "$self", "info", "jsonSchemaDialect", "servers", "paths", "webhooks", "components",
          "security", "tags", "externalDocs"],
        &["swagger", "info", "host", "basePath", "schemes", "consumes", "produces", "paths", "definitions",
          "parameters", "responses", "securityDefinitions", "security", "tags", "externalDocs"]);
    pub(crate) const INFO: Fields = Fields("Info Object",
        &["title", "summary", "description", "termsOfService", "contact", "license", "version"],
        &["title", "description", "termsOfService", "contact", "license", "version"]);
    pub(crate) const COMPONENTS: Fields = Fields("Components Object",
        &["schemas", "responses", "parameters", "examples", "requestBodies", "headers", "securitySchemes",
          "links", "callbacks", "pathItems", "mediaTypes"],
        &[]);
    pub(crate) const PATH_ITEM: Fields = Fields("Path Item Object",
        &["$ref", "summary", "description", "get", "put", "post", "delete", "options", "head", "patch",
          "trace", "query", "additionalOperations", "servers", "parameters"],
        &["$ref", "get", "put", "post", "delete", "options", "head", "patch", "parameters"]);
    pub(crate) const OPERATION: Fields = Fields("Operation Object",
        &["tags", "summary", "description", "externalDocs", "operationId", "parameters", "requestBody",
          "responses", "callbacks", "deprecated", "security", "servers"],
        &["tags", "summary", "description", "externalDocs", "operationId", "consumes", "produces",
          "parameters", "responses", "schemes", "deprecated", "security"]);
    pub(crate) const PARAMETER: Fields = Fields("Parameter Object",
        &["name", "in", "description", "required", "deprecated", "allowEmptyValue", "style", "explode",
          "allowReserved", "schema", "example", "examples", "content"],
        &[]);
    pub(crate) const REQUEST_BODY: Fields = Fields("Request Body Object",
        &["description", "content", "required"], &[]);
    pub(crate) const MEDIA_TYPE: Fields = Fields("Media Type Object",
        &["schema", "itemSchema", "example", "examples", "encoding", "prefixEncoding", "itemEncoding"], &[]);
    pub(crate) const RESPONSE: Fields = Fields("Response Object",
        &["summary", "description", "headers", "content", "links"],
        &["description", "schema", "headers", "examples"]);
    pub(crate) const HEADER: Fields = Fields("Header Object",
        &["description", "required", "deprecated", "allowEmptyValue", "style", "explode", "allowReserved",
          "schema", "example", "examples", "content"],
        &[]);
    pub(crate) const SERVER: Fields = Fields("Server Object",
        &["url", "name", "description", "variables"], &[]);
}

pub(super) use tables::*;

/// What a field of this name is, in every object that has it.
fn expected(field: &str) -> Option<&'static str> {
    Some(match field {
        // Objects with a table of their own say so themselves. Examples are named, those of a Swagger
        // response by media type.
        "paths"
        | "webhooks"
        | "definitions"
        | "responses"
        | "schemas"
        | "requestBodies"
        | "content"
        | "headers"
        | "callbacks"
        | "pathItems"
        | "securitySchemes"
        | "securityDefinitions"
        | "links"
        | "variables"
        | "additionalOperations"
        | "mediaTypes"
        | "examples" => "an object",
        "servers" | "parameters" | "tags" | "security" | "consumes" | "produces" => "a list",
        "operationId" | "url" | "summary" | "description" | "title" | "name" | "in" | "style"
        | "basePath" | "host" => "a string",
        "deprecated" | "explode" | "allowReserved" | "allowEmptyValue" | "required" => "a boolean",
        _ => return None,
    })
}

fn is_a(expected: &str, value: &Value) -> bool {
    match expected {
        "an object" => value.is_object(),
        "a list" => value.is_array(),
        "a string" => value.is_string(),
        _ => value.is_boolean(),
    }
}

impl<'d> Reader<'d> {
    /// Puts down the fields that an object does not have.
    pub(super) fn fields(&mut self, spot: &Spot<'d>, Fields(object, of_3, of_2): &Fields) {
        let known = match self.dialect {
            Dialect::Swagger2 => of_2,
            _ => of_3,
        };
        // What Swagger 2.0 has no table for has the keywords of a schema, too.
        if known.is_empty() {
            return;
        }
        if !spot.value.is_object() {
            let message = format!("the {object} has to be an object and is left out");
            return self.describe(spot, message);
        }
        for (field, at) in spot.members() {
            if field.starts_with("x-") {
                continue;
            }
            if known.contains(&field) {
                let is_map_of_parameters = field == "parameters"
                    && matches!(*object, "OpenAPI Object" | "Components Object");
                let expected = match is_map_of_parameters {
                    true => Some("an object"),
                    false => expected(field),
                };
                if let Some(expected) = expected.filter(|expected| !is_a(expected, at.value)) {
                    let message = format!("`{field}` has to be {expected} and is left out");
                    self.describe(&at, message);
                }
                continue;
            }
            let kind = ProblemKind::UnknownField {
                field: field.to_owned(),
                object,
                near: known
                    .iter()
                    .copied()
                    .find(|name| name.eq_ignore_ascii_case(field))
                    .or_else(|| closest(field, known.iter().copied())),
            };
            self.compiler.problem(at.place, kind);
        }
    }
}
