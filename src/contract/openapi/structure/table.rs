//! Every object of OpenAPI 2.0, 3.0, 3.1 and 3.2: its fields, the versions that have them, which are
//! required, what they contain, and which are mutually exclusive.
//!
//! Sources: the specifications 2.0, 3.0.4, 3.1.1 and 3.2.0, section "Schema" of each, under the name of the
//! object.

use super::Walker;
use super::rules;
use super::version::{ALL, FROM31, NONE, V2, V3, V30, V31, V32, Versions};

/// An object of OpenAPI.
pub(super) struct Object {
    /// The name in the specifications.
    pub(super) name: &'static str,
    /// Versions in which unlisted fields are checked elsewhere.
    pub(super) open: Versions,
    pub(super) fields: &'static [Field],
    pub(super) rules: &'static [Rule],
}

/// A field of an object.
pub(super) struct Field {
    pub(super) name: &'static str,
    /// The versions that have it.
    pub(super) versions: Versions,
    /// The versions that require it.
    pub(super) required: Versions,
    pub(super) kind: Type,
}

/// What a field contains.
pub(super) enum Type {
    Any,
    Text,
    Boolean,
    /// A URI reference (RFC 3986).
    Uri,
    /// One of these texts, each in these versions.
    One(&'static [(&'static str, Versions)]),
    Object(&'static Object),
    /// The object, or, in these versions, a Reference Object in its place.
    Referable(&'static Object, Versions),
    List(&'static Type),
    Map(Keys, &'static Type),
    /// A schema, which the compiler checks.
    Schema,
}

/// What the keys of a map must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    Any,
    /// Names of components: letters, digits, `.`, `-` and `_`.
    Component,
    Path,
    Status,
    MediaType,
    Header,
    /// Methods that have no field of their own.
    Method,
    /// Declared security schemes.
    Scheme,
    /// Expressions of callbacks, in addition to extensions.
    Expression,
}

/// A constraint between the fields of an object.
pub(super) enum Rule {
    /// At least one of these is required.
    AnyOf(Versions, &'static [&'static str]),
    /// The first excludes the others.
    Apart(Versions, &'static str, &'static [&'static str]),
    /// If the field has this value, these others are required.
    Needs(
        Versions,
        &'static str,
        &'static str,
        &'static [&'static str],
    ),
    /// Anything else.
    Custom(
        Versions,
        for<'w, 'd> fn(&mut Walker<'w, 'd>, &'d serde_json::Value),
    ),
}

use Rule::{Apart, Custom, Needs};
use Type::{Any, Boolean, List, Map, One, Referable, Schema, Text, Uri};

macro_rules! object {
    ($id:ident, $name:literal, open $open:expr, [$($field:literal $versions:expr, $required:expr, $kind:expr;)*], [$($rule:expr),* $(,)?]) => {
        pub(super) static $id: Object = Object {
            name: $name,
            open: $open,
            fields: &[$(Field { name: $field, versions: $versions, required: $required, kind: $kind }),*],
            rules: &[$($rule),*],
        };
    };
}

object!(ROOT, "OpenAPI Object", open NONE, [
    "swagger" V2, V2, Text;
    "openapi" V3, V3, Text;
    "$self" V32, NONE, Uri;
    "info" ALL, ALL, Type::Object(&INFO);
    "jsonSchemaDialect" FROM31, NONE, Uri;
    "servers" V3, NONE, List(&Type::Object(&SERVER));
    "host" V2, NONE, Text;
    "basePath" V2, NONE, Text;
    "schemes" V2, NONE, SCHEMES;
    "consumes" V2, NONE, List(&Text);
    "produces" V2, NONE, List(&Text);
    "paths" ALL, V2 | V30, Map(Keys::Path, &Type::Object(&PATH_ITEM));
    "webhooks" FROM31, NONE, Map(Keys::Any, &Type::Object(&PATH_ITEM));
    "components" V3, NONE, Type::Object(&COMPONENTS);
    "definitions" V2, NONE, Map(Keys::Any, &Schema);
    "parameters" V2, NONE, Map(Keys::Any, &Type::Object(&PARAMETER));
    "responses" V2, NONE, Map(Keys::Any, &Type::Object(&RESPONSE));
    "securityDefinitions" V2, NONE, Map(Keys::Any, &Type::Object(&SECURITY_SCHEME));
    "security" ALL, NONE, SECURITY;
    "tags" ALL, NONE, List(&Type::Object(&TAG));
    "externalDocs" ALL, NONE, Type::Object(&EXTERNAL_DOCS);
], [
    Rule::AnyOf(FROM31, &["paths", "components", "webhooks"]),
    Custom(ALL, rules::tags),
    Custom(V32, rules::parents),
    Custom(ALL, rules::paths),
    Custom(V2, rules::base_path),
]);

const SCHEMES: Type = List(&One(&[
    ("http", ALL),
    ("https", ALL),
    ("ws", ALL),
    ("wss", ALL),
]));
const SECURITY: Type = List(&Map(Keys::Scheme, &List(&Text)));

object!(INFO, "Info Object", open NONE, [
    "title" ALL, ALL, Text;
    "summary" FROM31, NONE, Text;
    "description" ALL, NONE, Text;
    "termsOfService" ALL, NONE, Text;
    "contact" ALL, NONE, Type::Object(&CONTACT);
    "license" ALL, NONE, Type::Object(&LICENSE);
    "version" ALL, ALL, Text;
], []);

object!(CONTACT, "Contact Object", open NONE, [
    "name" ALL, NONE, Text;
    "url" ALL, NONE, Uri;
    "email" ALL, NONE, Text;
], []);

object!(LICENSE, "License Object", open NONE, [
    "name" ALL, ALL, Text;
    "identifier" FROM31, NONE, Text;
    "url" ALL, NONE, Uri;
], [Apart(FROM31, "identifier", &["url"])]);

object!(SERVER, "Server Object", open NONE, [
    "url" V3, V3, Text;
    "description" V3, NONE, Text;
    "name" V32, NONE, Text;
    "variables" V3, NONE, Map(Keys::Any, &Type::Object(&SERVER_VARIABLE));
], [Custom(V3, rules::server)]);

object!(SERVER_VARIABLE, "Server Variable Object", open NONE, [
    "enum" V3, NONE, List(&Text);
    "default" V3, V3, Text;
    "description" V3, NONE, Text;
], [Custom(V3, rules::server_variable)]);

object!(COMPONENTS, "Components Object", open NONE, [
    "schemas" V3, NONE, Map(Keys::Component, &Schema);
    "responses" V3, NONE, Map(Keys::Component, &Referable(&RESPONSE, V3));
    "parameters" V3, NONE, Map(Keys::Component, &Referable(&PARAMETER, V3));
    "examples" V3, NONE, Map(Keys::Component, &Referable(&EXAMPLE, V3));
    "requestBodies" V3, NONE, Map(Keys::Component, &Referable(&REQUEST_BODY, V3));
    "headers" V3, NONE, Map(Keys::Component, &Referable(&HEADER, V3));
    "securitySchemes" V3, NONE, Map(Keys::Component, &Referable(&SECURITY_SCHEME, V3));
    "links" V3, NONE, Map(Keys::Component, &Referable(&LINK, V3));
    "callbacks" V3, NONE, Map(Keys::Component, &Referable(&CALLBACK, V3));
    "pathItems" FROM31, NONE, Map(Keys::Component, &Type::Object(&PATH_ITEM));
    "mediaTypes" V32, NONE, Map(Keys::Component, &Referable(&MEDIA_TYPE, V32));
], []);

object!(PATH_ITEM, "Path Item Object", open NONE, [
    "$ref" ALL, NONE, Text;
    "summary" V3, NONE, Text;
    "description" V3, NONE, Text;
    "get" ALL, NONE, Type::Object(&OPERATION);
    "put" ALL, NONE, Type::Object(&OPERATION);
    "post" ALL, NONE, Type::Object(&OPERATION);
    "delete" ALL, NONE, Type::Object(&OPERATION);
    "options" ALL, NONE, Type::Object(&OPERATION);
    "head" ALL, NONE, Type::Object(&OPERATION);
    "patch" ALL, NONE, Type::Object(&OPERATION);
    "trace" V3, NONE, Type::Object(&OPERATION);
    "query" V32, NONE, Type::Object(&OPERATION);
    "additionalOperations" V32, NONE, Map(Keys::Method, &Type::Object(&OPERATION));
    "servers" V3, NONE, List(&Type::Object(&SERVER));
    "parameters" ALL, NONE, List(&Referable(&PARAMETER, ALL));
], [Custom(ALL, rules::parameters)]);

object!(OPERATION, "Operation Object", open NONE, [
    "tags" ALL, NONE, List(&Text);
    "summary" ALL, NONE, Text;
    "description" ALL, NONE, Text;
    "externalDocs" ALL, NONE, Type::Object(&EXTERNAL_DOCS);
    "operationId" ALL, NONE, Text;
    "consumes" V2, NONE, List(&Text);
    "produces" V2, NONE, List(&Text);
    "parameters" ALL, NONE, List(&Referable(&PARAMETER, ALL));
    "requestBody" V3, NONE, Referable(&REQUEST_BODY, V3);
    "responses" ALL, V2 | V30, Map(Keys::Status, &Referable(&RESPONSE, ALL));
    "callbacks" V3, NONE, Map(Keys::Any, &Referable(&CALLBACK, V3));
    "schemes" V2, NONE, SCHEMES;
    "deprecated" ALL, NONE, Boolean;
    "security" ALL, NONE, SECURITY;
    "servers" V3, NONE, List(&Type::Object(&SERVER));
], [Custom(ALL, rules::parameters)]);

object!(EXTERNAL_DOCS, "External Documentation Object", open NONE, [
    "description" ALL, NONE, Text;
    "url" ALL, ALL, Uri;
], []);

// The compiler checks the keywords of schemas that Swagger 2.0 allows next to these.
object!(PARAMETER, "Parameter Object", open V2, [
    "name" ALL, ALL, Text;
    "in" ALL, ALL, One(&[
        ("path", ALL), ("query", ALL), ("header", ALL), ("cookie", V3), ("querystring", V32), ("body", V2),
        ("formData", V2),
    ]);
    "description" ALL, NONE, Text;
    "required" ALL, NONE, Boolean;
    "deprecated" V3, NONE, Boolean;
    "allowEmptyValue" ALL, NONE, Boolean;
    "style" V3, NONE, One(&[
        ("matrix", V3), ("label", V3), ("simple", V3), ("form", V3), ("spaceDelimited", V3), ("pipeDelimited", V3),
        ("deepObject", V3), ("cookie", V32),
    ]);
    "explode" V3, NONE, Boolean;
    "allowReserved" V3, NONE, Boolean;
    "schema" ALL, NONE, Schema;
    "example" V3, NONE, Any;
    "examples" V3, NONE, Map(Keys::Any, &Referable(&EXAMPLE, V3));
    "content" V3, NONE, Map(Keys::MediaType, &Referable(&MEDIA_TYPE, V32));
    "type" V2, NONE, One(&[
        ("string", V2), ("number", V2), ("integer", V2), ("boolean", V2), ("array", V2), ("file", V2),
    ]);
    "collectionFormat" V2, NONE, One(&[("csv", V2), ("ssv", V2), ("tsv", V2), ("pipes", V2), ("multi", V2)]);
], [
    Apart(V3, "example", &["examples"]),
    Apart(V3, "content", &["schema", "style", "explode", "allowReserved"]),
    // OpenAPI 3.2 allows these next to either.
    Apart(V30 | V31, "content", &["example", "examples"]),
    Needs(V2, "in", "body", &["schema"]),
    Needs(V32, "in", "querystring", &["content"]),
    Custom(V3, rules::described),
    Custom(ALL, rules::parameter),
    Custom(V2, rules::swagger_parameter),
]);

object!(REQUEST_BODY, "Request Body Object", open NONE, [
    "description" V3, NONE, Text;
    "content" V3, V3, Map(Keys::MediaType, &Referable(&MEDIA_TYPE, V32));
    "required" V3, NONE, Boolean;
], []);

object!(MEDIA_TYPE, "Media Type Object", open NONE, [
    "description" V32, NONE, Text;
    "schema" V3, NONE, Schema;
    "itemSchema" V32, NONE, Schema;
    "example" V3, NONE, Any;
    "examples" V3, NONE, Map(Keys::Any, &Referable(&EXAMPLE, V3));
    "encoding" V3, NONE, Map(Keys::Any, &Type::Object(&ENCODING));
    "prefixEncoding" V32, NONE, List(&Type::Object(&ENCODING));
    "itemEncoding" V32, NONE, Type::Object(&ENCODING);
], [
    Apart(V3, "example", &["examples"]),
    Apart(V32, "encoding", &["prefixEncoding", "itemEncoding"]),
]);

object!(ENCODING, "Encoding Object", open NONE, [
    "contentType" V3, NONE, Text;
    "headers" V3, NONE, Map(Keys::Header, &Referable(&HEADER, V3));
    "style" V3, NONE, One(&[("form", V3), ("spaceDelimited", V3), ("pipeDelimited", V3), ("deepObject", V3)]);
    "explode" V3, NONE, Boolean;
    "allowReserved" V3, NONE, Boolean;
    "encoding" V32, NONE, Map(Keys::Any, &Type::Object(&ENCODING));
    "prefixEncoding" V32, NONE, List(&Type::Object(&ENCODING));
    "itemEncoding" V32, NONE, Type::Object(&ENCODING);
], [Apart(V32, "encoding", &["prefixEncoding", "itemEncoding"])]);

object!(RESPONSE, "Response Object", open NONE, [
    "summary" V32, NONE, Text;
    "description" ALL, V2 | V30 | V31, Text;
    "schema" V2, NONE, Schema;
    "headers" ALL, NONE, Map(Keys::Header, &Referable(&HEADER, V3));
    "content" V3, NONE, Map(Keys::MediaType, &Referable(&MEDIA_TYPE, V32));
    "links" V3, NONE, Map(Keys::Component, &Referable(&LINK, V3));
    "examples" V2, NONE, Map(Keys::Any, &Any);
], []);

object!(CALLBACK, "Callback Object", open ALL, [], [Custom(V3, |walker, callback| walker.value(&CALLBACK_ITEMS, callback))]);

/// What a callback contains: expressions, and the requests that are sent there.
pub(super) static CALLBACK_ITEMS: Type = Map(Keys::Expression, &Type::Object(&PATH_ITEM));

object!(EXAMPLE, "Example Object", open NONE, [
    "summary" V3, NONE, Text;
    "description" V3, NONE, Text;
    "dataValue" V32, NONE, Any;
    "serializedValue" V32, NONE, Text;
    "externalValue" V3, NONE, Uri;
    "value" V3, NONE, Any;
], [
    Apart(V3, "value", &["externalValue"]),
    Apart(V32, "value", &["dataValue", "serializedValue"]),
    Apart(V32, "serializedValue", &["externalValue"]),
]);

object!(LINK, "Link Object", open NONE, [
    "operationRef" V3, NONE, Text;
    "operationId" V3, NONE, Text;
    "parameters" V3, NONE, Map(Keys::Any, &Any);
    "requestBody" V3, NONE, Any;
    "description" V3, NONE, Text;
    "server" V3, NONE, Type::Object(&SERVER);
], [
    Rule::AnyOf(V3, &["operationRef", "operationId"]),
    Apart(V3, "operationRef", &["operationId"]),
    Custom(V3, rules::link),
]);

object!(HEADER, "Header Object", open V2, [
    "description" ALL, NONE, Text;
    "required" V3, NONE, Boolean;
    "deprecated" V3, NONE, Boolean;
    "allowEmptyValue" V30, NONE, Boolean;
    "style" V3, NONE, One(&[("simple", V3)]);
    "explode" V3, NONE, Boolean;
    "allowReserved" V30, NONE, Boolean;
    "schema" V3, NONE, Schema;
    "example" V3, NONE, Any;
    "examples" V3, NONE, Map(Keys::Any, &Referable(&EXAMPLE, V3));
    "content" V3, NONE, Map(Keys::MediaType, &Referable(&MEDIA_TYPE, V32));
    "type" V2, V2, One(&[("string", V2), ("number", V2), ("integer", V2), ("boolean", V2), ("array", V2)]);
    "collectionFormat" V2, NONE, One(&[("csv", V2), ("ssv", V2), ("tsv", V2), ("pipes", V2)]);
], [
    Apart(V3, "example", &["examples"]),
    Apart(V3, "content", &["schema", "style", "explode", "allowReserved"]),
    // OpenAPI 3.2 allows these next to either.
    Apart(V30 | V31, "content", &["example", "examples"]),
    Custom(V3, rules::described),
]);

object!(TAG, "Tag Object", open NONE, [
    "name" ALL, ALL, Text;
    "summary" V32, NONE, Text;
    "description" ALL, NONE, Text;
    "externalDocs" ALL, NONE, Type::Object(&EXTERNAL_DOCS);
    "parent" V32, NONE, Text;
    "kind" V32, NONE, Text;
], []);

object!(DISCRIMINATOR, "Discriminator Object", open NONE, [
    "propertyName" V3, V3, Text;
    "mapping" V3, NONE, Map(Keys::Any, &Text);
    "defaultMapping" V32, NONE, Text;
], []);

object!(XML, "XML Object", open NONE, [
    "nodeType" V32, NONE, One(&[("element", V32), ("attribute", V32), ("text", V32), ("cdata", V32), ("none", V32)]);
    "name" ALL, NONE, Text;
    "namespace" ALL, NONE, Text;
    "prefix" ALL, NONE, Text;
    "attribute" ALL, NONE, Boolean;
    "wrapped" ALL, NONE, Boolean;
], [Apart(V32, "nodeType", &["attribute", "wrapped"])]);

object!(SECURITY_SCHEME, "Security Scheme Object", open NONE, [
    "type" ALL, ALL, One(&[
        ("basic", V2), ("apiKey", ALL), ("http", V3), ("mutualTLS", FROM31), ("oauth2", ALL), ("openIdConnect", V3),
    ]);
    "description" ALL, NONE, Text;
    "name" ALL, NONE, Text;
    "in" ALL, NONE, One(&[("query", ALL), ("header", ALL), ("cookie", V3)]);
    "scheme" V3, NONE, Text;
    "bearerFormat" V3, NONE, Text;
    "flows" V3, NONE, Type::Object(&OAUTH_FLOWS);
    "openIdConnectUrl" V3, NONE, Uri;
    "oauth2MetadataUrl" V32, NONE, Uri;
    "deprecated" V32, NONE, Boolean;
    "flow" V2, NONE, One(&[("implicit", V2), ("password", V2), ("application", V2), ("accessCode", V2)]);
    "authorizationUrl" V2, NONE, Uri;
    "tokenUrl" V2, NONE, Uri;
    "scopes" V2, NONE, Map(Keys::Any, &Text);
], [
    Needs(ALL, "type", "apiKey", &["name", "in"]),
    Needs(V3, "type", "http", &["scheme"]),
    Needs(V3, "type", "oauth2", &["flows"]),
    Needs(V3, "type", "openIdConnect", &["openIdConnectUrl"]),
    Needs(V2, "type", "oauth2", &["flow", "scopes"]),
    Needs(V2, "flow", "implicit", &["authorizationUrl"]),
    Needs(V2, "flow", "accessCode", &["authorizationUrl", "tokenUrl"]),
    Needs(V2, "flow", "password", &["tokenUrl"]),
    Needs(V2, "flow", "application", &["tokenUrl"]),
]);

object!(OAUTH_FLOWS, "OAuth Flows Object", open NONE, [
    "implicit" V3, NONE, Type::Object(&IMPLICIT_FLOW);
    "password" V3, NONE, Type::Object(&TOKEN_FLOW);
    "clientCredentials" V3, NONE, Type::Object(&TOKEN_FLOW);
    "authorizationCode" V3, NONE, Type::Object(&CODE_FLOW);
    "deviceAuthorization" V32, NONE, Type::Object(&DEVICE_FLOW);
], []);

macro_rules! flow {
    ($id:ident, $authorization:expr, $token:expr, $device:expr) => {
        object!($id, "OAuth Flow Object", open NONE, [
            "authorizationUrl" V3, $authorization, Uri;
            "tokenUrl" V3, $token, Uri;
            "deviceAuthorizationUrl" V32, $device, Uri;
            "refreshUrl" V3, NONE, Uri;
            "scopes" V3, V3, Map(Keys::Any, &Text);
        ], []);
    };
}

flow!(IMPLICIT_FLOW, V3, NONE, NONE);
flow!(TOKEN_FLOW, NONE, V3, NONE);
flow!(CODE_FLOW, V3, V3, NONE);
flow!(DEVICE_FLOW, NONE, V32, V32);
