//! Which fields the objects of OpenAPI have: one that is misspelled is ignored by every tool.

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
        for (field, at) in spot.members() {
            if known.contains(&field) || field.starts_with("x-") {
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
