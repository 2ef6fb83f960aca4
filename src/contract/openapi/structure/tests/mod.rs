//! One row for each thing that a specification asks for: the version, a part of a document, and what is said.

mod allowed;

use serde_json::{Value, json};

use crate::contract::{Contract, LoadOptions};

/// What is wrong with a document: pointers and messages.
fn told(document: &Value) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("api.json");
    std::fs::write(&path, document.to_string()).expect("written");
    let contract = Contract::load(&path, &LoadOptions::default()).expect("a contract");
    let problems = contract.problems.iter();
    problems
        .map(|problem| format!("{} {}", problem.place.pointer, problem.kind))
        .collect()
}

/// A document that is as it should be, but for these members of its root.
fn document(version: &str, members: Value) -> Value {
    let mut document = match version {
        "2.0" => json!({"swagger": "2.0", "info": {"title": "T", "version": "1"}, "paths": {}}),
        _ => {
            json!({"openapi": format!("{version}.0"), "info": {"title": "T", "version": "1"}, "paths": {}})
        }
    };
    let Value::Object(members) = members else {
        panic!("an object")
    };
    for (key, value) in members {
        match value {
            Value::Null => document
                .as_object_mut()
                .expect("an object")
                .shift_remove(&key),
            value => document
                .as_object_mut()
                .expect("an object")
                .insert(key, value),
        };
    }
    document
}

fn operation(path: &str, operation: Value) -> Value {
    let mut document = json!({"paths": {path: {}}});
    document["paths"][path]["get"] = operation;
    document
}

fn parameter(parameter: Value) -> Value {
    let mut document = json!({"components": {"parameters": {}}});
    document["components"]["parameters"]["P"] = parameter;
    document
}

#[test]
fn every_rule_of_the_specifications_is_told() {
    let ok = json!({"200": {"description": "ok"}});
    let id = |schema: &str| json!({"name": "id", "in": "path", "required": true, "schema": {"type": schema}});
    let swagger =
        |parameters: Value| operation("/a", json!({"parameters": parameters, "responses": ok}));
    let table: Vec<(&str, Value, &str)> = vec![
        // Required fields.
        (
            "3.0",
            json!({"info": null}),
            "the OpenAPI Object requires `info`",
        ),
        (
            "2.0",
            json!({"info": null}),
            "the Swagger Object requires `info`",
        ),
        (
            "3.0",
            json!({"info": {"title": "T"}}),
            "/info the Info Object requires `version`",
        ),
        (
            "3.1",
            json!({"info": {"version": "1"}}),
            "/info the Info Object requires `title`",
        ),
        (
            "3.0",
            json!({"paths": null}),
            "the OpenAPI Object requires `paths`",
        ),
        (
            "3.1",
            json!({"paths": null}),
            "the OpenAPI Object requires one of `paths`, `components`, `webhooks`",
        ),
        ("3.1", json!({"paths": null, "webhooks": {}}), ""),
        (
            "3.0",
            operation("/a", json!({"responses": {"200": {}}})),
            "/paths/~1a/get/responses/200 the Response Object requires `description`",
        ),
        (
            "3.2",
            operation("/a", json!({"responses": {"200": {}}})),
            "",
        ),
        (
            "3.0",
            operation("/a", json!({})),
            "/paths/~1a/get the Operation Object requires `responses`",
        ),
        ("3.1", operation("/a", json!({})), ""),
        (
            "3.0",
            operation("/a", json!({"responses": {}})),
            "/paths/~1a/get/responses `responses` requires at least one response",
        ),
        (
            "3.0",
            operation("/a", json!({"requestBody": {}, "responses": ok})),
            "/paths/~1a/get/requestBody the Request Body Object requires `content`",
        ),
        (
            "3.0",
            json!({"tags": [{"description": "d"}]}),
            "/tags/0 the Tag Object requires `name`",
        ),
        (
            "3.0",
            json!({"externalDocs": {}}),
            "/externalDocs the External Documentation Object requires `url`",
        ),
        (
            "3.0",
            json!({"info": {"title": "T", "version": "1", "license": {}}}),
            "/info/license the License Object requires `name`",
        ),
        // Types.
        (
            "3.0",
            json!({"info": {"title": "T", "version": 1.5}}),
            "/info/version `version` must be a string, not a number: write \"1.5\"",
        ),
        (
            "3.0",
            operation("/a", json!({"tags": "x", "responses": ok})),
            "/paths/~1a/get/tags `tags` must be a list, not a string",
        ),
        (
            "3.0",
            operation("/a", json!({"deprecated": "yes", "responses": ok})),
            "/paths/~1a/get/deprecated `deprecated` must be a boolean, not a string",
        ),
        (
            "3.0",
            json!({"tags": ["x"]}),
            "/tags/0 element 0 of `tags` must be an object, not a string",
        ),
        (
            "3.0",
            json!({"components": {"schemas": []}}),
            "/components/schemas `schemas` must be an object, not a list",
        ),
        (
            "3.0",
            json!({"externalDocs": {"url": "not a url"}}),
            "/externalDocs/url `url` is not a URI: \"not a url\"",
        ),
        ("3.1", json!({"components": {"schemas": {"S": null}}}), ""),
        // Fields, and the versions that have them.
        (
            "3.0",
            json!({"webhooks": {}}),
            "/webhooks `webhooks` is not a field of the OpenAPI Object in OpenAPI 3.0",
        ),
        (
            "3.1",
            json!({"$self": "/x"}),
            "/$self `$self` is not a field of the OpenAPI Object in OpenAPI 3.1",
        ),
        (
            "2.0",
            json!({"servers": []}),
            "/servers `servers` is not a field of the Swagger Object in Swagger 2.0",
        ),
        (
            "3.0",
            json!({"definitions": {}}),
            "/definitions `definitions` is not a field of the OpenAPI Object in OpenAPI 3.0",
        ),
        (
            "3.0",
            json!({"x-any": 1, "overlays": {}}),
            "/overlays `overlays` is not a field of the OpenAPI Object in OpenAPI 3.0",
        ),
        (
            "3.0",
            json!({"paths": {"/a": {"fetch": {"responses": ok}}}}),
            "/paths/~1a/fetch `fetch` is not a method that a path item has in OpenAPI 3.0",
        ),
        (
            "3.0",
            json!({"paths": {"/a": {"query": {"responses": ok}}}}),
            "/paths/~1a/query `query` is not a method that a path item has in OpenAPI 3.0",
        ),
        (
            "3.2",
            json!({"paths": {"/a": {"query": {"responses": ok}}}}),
            "",
        ),
        (
            "3.2",
            json!({"paths": {"/a": {"additionalOperations": {"COPY": {"responses": ok}}}}}),
            "",
        ),
        (
            "3.2",
            json!({"paths": {"/a": {"additionalOperations": {"Get": {"responses": ok}}}}}),
            "/paths/~1a/additionalOperations/Get `Get` has a field of its own, `get`, and cannot stand in `additionalOperations`",
        ),
        // Keys.
        (
            "3.0",
            json!({"components": {"schemas": {"a b": {}}}}),
            "/components/schemas/a b the component name \"a b\" may hold letters, digits, `.`, `-` and `_` only",
        ),
        (
            "3.0",
            json!({"paths": {"a": {}}}),
            "/paths/a the path \"a\" must start with `/`",
        ),
        ("3.0", json!({"paths": {"x-a": 1}}), ""),
        (
            "3.0",
            operation("/a", json!({"responses": {"2000": {"description": ""}}})),
            "/paths/~1a/get/responses/2000 `2000` is not a status; write one such as 200, a class such as 4XX, or `default`",
        ),
        (
            "3.0",
            operation("/a", json!({"responses": {"4xx": {"description": ""}}})),
            "/paths/~1a/get/responses/4xx the status class `4xx` must be written 4XX",
        ),
        (
            "2.0",
            operation("/a", json!({"responses": {"4XX": {"description": ""}}})),
            "/paths/~1a/get/responses/4XX `4XX` is not a status; write one such as 200, or `default`",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"responses": {"200": {"description": "", "content": {"application\\json": {}}}}}),
            ),
            "/paths/~1a/get/responses/200/content/application\\json `application\\json` is not a media type such as `application/json`",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"responses": {"200": {"description": "", "content": {"application/*": {}, "text/plain; charset=utf-8": {}}}}}),
            ),
            "",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"responses": {"200": {"description": "", "headers": {"Bad=Name": {"schema": {}}}}}}),
            ),
            "/paths/~1a/get/responses/200/headers/Bad=Name \"Bad=Name\" is not the name of a header (RFC 9110)",
        ),
        // Parameters.
        (
            "3.0",
            parameter(json!({"name": "p", "in": "qeury", "schema": {}})),
            "/components/parameters/P/in `in` cannot be \"qeury\"; did you mean \"query\"?",
        ),
        (
            "3.0",
            parameter(json!({"name": "p", "in": "querystring", "content": {"a/b": {}}})),
            "/components/parameters/P/in `in` cannot be \"querystring\" in OpenAPI 3.0; OpenAPI 3.2 has it",
        ),
        (
            "3.0",
            parameter(json!({"name": "p", "in": "path", "schema": {}})),
            "/components/parameters/P the path parameter `p` requires `required: true`",
        ),
        (
            "3.0",
            parameter(json!({"name": "p", "in": "query"})),
            "/components/parameters/P a parameter or header requires `schema` or `content`",
        ),
        (
            "3.0",
            parameter(json!({"name": "p", "in": "query", "schema": {}, "content": {"a/b": {}}})),
            "/components/parameters/P `content` and `schema` exclude each other in the Parameter Object",
        ),
        (
            "3.0",
            parameter(json!({"name": "p", "in": "query", "content": {"a/b": {}, "a/c": {}}})),
            "/components/parameters/P/content `content` of a parameter or header must hold one media type, not 2",
        ),
        (
            "3.0",
            parameter(
                json!({"name": "p", "in": "query", "schema": {}, "example": 1, "examples": {}}),
            ),
            "/components/parameters/P `example` and `examples` exclude each other in the Parameter Object",
        ),
        (
            "3.1",
            parameter(json!({"name": "p", "in": "header", "schema": {}, "allowReserved": true})),
            "/components/parameters/P/allowReserved `allowReserved` is not a field of a header parameter",
        ),
        (
            "3.1",
            parameter(json!({"name": "p", "in": "query", "schema": {}, "allowReserved": true})),
            "",
        ),
        (
            "3.2",
            parameter(
                json!({"name": "p", "in": "cookie", "style": "cookie", "schema": {}, "allowReserved": true}),
            ),
            "/components/parameters/P/allowReserved `allowReserved` cannot stand next to the style `cookie`",
        ),
        (
            "3.0",
            parameter(json!({"name": "p", "in": "header", "style": "form", "schema": {}})),
            "/components/parameters/P/style a header parameter cannot have the style `form`; expected simple",
        ),
        (
            "3.0",
            parameter(json!({"name": "p", "in": "query", "style": "deepobject", "schema": {}})),
            "/components/parameters/P/style `style` cannot be \"deepobject\"; did you mean \"deepObject\"?",
        ),
        (
            "3.0",
            parameter(json!({"name": "Bad[Name]", "in": "header", "schema": {}})),
            "/components/parameters/P/name \"Bad[Name]\" cannot be the name of a header parameter",
        ),
        (
            "3.0",
            json!({"paths": {"/a/{id}": {"parameters": [id("string"), id("string")], "get": {"responses": ok}}}}),
            "/paths/~1a~1{id}/parameters/1 the path parameter `id` is declared twice; the first counts",
        ),
        (
            "3.0",
            operation(
                "/a/{id}",
                json!({"parameters": [id("string"), id("integer")], "responses": ok}),
            ),
            "/paths/~1a~1{id}/get/parameters/1 the path parameter `id` is declared twice; the first counts",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"parameters": [{"name": "X-A", "in": "header", "schema": {}}, {"name": "x-a", "in": "header", "schema": {}}], "responses": ok}),
            ),
            "/paths/~1a/get/parameters/1 the header parameter `x-a` is declared twice; the first counts",
        ),
        (
            "3.0",
            operation(
                "/a/{id}/b/{id}",
                json!({"parameters": [id("string")], "responses": ok}),
            ),
            "/paths/~1a~1{id}~1b~1{id} the path /a/{id}/b/{id} has `{id}` twice",
        ),
        (
            "3.0",
            json!({"paths": {"/a/{x}": {"get": {"parameters": [{"name": "x", "in": "path", "required": true, "schema": {}}], "responses": ok}}, "/a/{y}": {"put": {"parameters": [{"name": "y", "in": "path", "required": true, "schema": {}}], "responses": ok}}}}),
            "/paths/~1a~1{y} the path /a/{y} is the same as /a/{x}: paths that differ only in the names of parameters are the same path",
        ),
        (
            "3.2",
            operation(
                "/a",
                json!({"parameters": [{"name": "q", "in": "querystring", "content": {"a/b": {}}}, {"name": "r", "in": "query", "schema": {}}]}),
            ),
            "/paths/~1a/get/parameters/1 parameters with `in: query` and `in: querystring` exclude each other",
        ),
        // Swagger 2.0.
        (
            "2.0",
            swagger(
                json!([{"name": "a", "in": "body", "schema": {}}, {"name": "b", "in": "body", "schema": {}}]),
            ),
            "/paths/~1a/get/parameters/1 a second parameter has `in: body`; one body is allowed",
        ),
        (
            "2.0",
            json!({"paths": {"/a": {"parameters": [{"name": "a", "in": "body", "schema": {}}], "get": {"parameters": [{"name": "b", "in": "body", "schema": {}}], "responses": ok}}}}),
            "/paths/~1a/parameters/0 a second parameter has `in: body`; one body is allowed",
        ),
        (
            "2.0",
            operation(
                "/a",
                json!({"consumes": ["multipart/form-data"], "parameters": [{"name": "a", "in": "body", "schema": {}}, {"name": "b", "in": "formData", "type": "string"}], "responses": ok}),
            ),
            "/paths/~1a/get/parameters/1 parameters with `in: body` and `in: formData` exclude each other",
        ),
        (
            "2.0",
            swagger(json!([{"name": "a", "in": "body"}])),
            "/paths/~1a/get/parameters/0 `schema` is required where `in` is \"body\" in the Parameter Object",
        ),
        (
            "2.0",
            swagger(json!([{"name": "a", "in": "query"}])),
            "/paths/~1a/get/parameters/0 the query parameter `a` requires `type`",
        ),
        (
            "2.0",
            swagger(json!([{"name": "a", "in": "query", "type": "object"}])),
            "/paths/~1a/get/parameters/0/type `type` cannot be \"object\"; expected string, number, integer, boolean, array, file",
        ),
        (
            "2.0",
            swagger(json!([{"name": "a", "in": "query", "type": "array"}])),
            "/paths/~1a/get/parameters/0 `type: array` requires `items` in Swagger 2.0",
        ),
        (
            "2.0",
            swagger(json!([{"name": "a", "in": "query", "type": "file"}])),
            "the query parameter `a` cannot be a file; only `in: formData` can",
        ),
        (
            "2.0",
            swagger(json!([{"name": "a", "in": "formData", "type": "file"}])),
            "/paths/~1a/get/parameters/0 a file requires `consumes` with `multipart/form-data`",
        ),
        (
            "2.0",
            swagger(
                json!([{"name": "a", "in": "header", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi"}]),
            ),
            "/paths/~1a/get/parameters/0 `collectionFormat: multi` cannot stand on a header parameter",
        ),
        (
            "2.0",
            json!({"basePath": "v1"}),
            "/basePath `basePath` \"v1\" must start with `/`",
        ),
        (
            "2.0",
            json!({"host": "https://a.b"}),
            "/host `host` \"https://a.b\" must be a host without scheme and path",
        ),
        (
            "2.0",
            json!({"schemes": ["ftp"]}),
            "/schemes/0 element 0 of `schemes` cannot be \"ftp\"; expected http, https, ws, wss",
        ),
        // Servers.
        (
            "3.0",
            json!({"servers": [{"url": "https://{env}.a.b"}]}),
            "/servers/0/url the variable `env` of the URL is not declared under `variables`",
        ),
        (
            "3.1",
            json!({"servers": [{"url": "/{v}", "variables": {"v": {"enum": [], "default": "a"}}}]}),
            "/servers/0/variables/v/enum `enum` requires at least one value",
        ),
        (
            "3.1",
            json!({"servers": [{"url": "/{v}", "variables": {"v": {"enum": ["b"], "default": "a"}}}]}),
            "/servers/0/variables/v/default the default \"a\" is not in the `enum`",
        ),
        (
            "3.0",
            json!({"servers": [{"url": "/{v}", "variables": {"v": {}}}]}),
            "/servers/0/variables/v the Server Variable Object requires `default`",
        ),
        // Security.
        (
            "3.0",
            json!({"security": [{"key": []}]}),
            "/security/0/key the security scheme `key` is not declared",
        ),
        (
            "3.0",
            json!({"security": [{"kye": []}], "components": {"securitySchemes": {"key": {"type": "http", "scheme": "basic"}}}}),
            "/security/0/kye the security scheme `kye` is not declared; did you mean `key`?",
        ),
        (
            "3.0",
            json!({"components": {"securitySchemes": {"key": {"type": "apiKey", "name": "k"}}}}),
            "/components/securitySchemes/key `in` is required where `type` is \"apiKey\" in the Security Scheme Object",
        ),
        (
            "3.0",
            json!({"components": {"securitySchemes": {"o": {"type": "oauth2", "flows": {"implicit": {"scopes": {}}}}}}}),
            "/components/securitySchemes/o/flows/implicit the OAuth Flow Object requires `authorizationUrl`",
        ),
        (
            "3.0",
            json!({"components": {"securitySchemes": {"m": {"type": "mutualTLS"}}}}),
            "/components/securitySchemes/m/type `type` cannot be \"mutualTLS\" in OpenAPI 3.0; OpenAPI 3.1 has it",
        ),
        (
            "2.0",
            json!({"securityDefinitions": {"o": {"type": "oauth2", "flow": "accessCode", "scopes": {}, "authorizationUrl": "/a"}}}),
            "/securityDefinitions/o `tokenUrl` is required where `flow` is \"accessCode\" in the Security Scheme Object",
        ),
        // Exclusions, links, examples, schemas.
        (
            "3.1",
            json!({"info": {"title": "T", "version": "1", "license": {"name": "MIT", "identifier": "MIT", "url": "/l"}}}),
            "/info/license `identifier` and `url` exclude each other in the License Object",
        ),
        (
            "3.0",
            json!({"components": {"links": {"L": {}}}}),
            "/components/links/L the Link Object requires one of `operationRef`, `operationId`",
        ),
        (
            "3.0",
            json!({"components": {"examples": {"E": {"value": 1, "externalValue": "/e"}}}}),
            "/components/examples/E `value` and `externalValue` exclude each other in the Example Object",
        ),
        (
            "3.2",
            json!({"components": {"mediaTypes": {"M": {"encoding": {}, "itemEncoding": {}}}}}),
            "/components/mediaTypes/M `encoding` and `itemEncoding` exclude each other in the Media Type Object",
        ),
        (
            "3.2",
            json!({"components": {"schemas": {"S": {"xml": {"nodeType": "element", "wrapped": true}}}}}),
            "/components/schemas/S/xml `nodeType` and `wrapped` exclude each other in the XML Object",
        ),
        (
            "3.0",
            json!({"components": {"schemas": {"S": {"oneOf": [{}], "discriminator": {"mapping": {}}}}}}),
            "/components/schemas/S/discriminator the Discriminator Object requires `propertyName`",
        ),
        (
            "3.0",
            json!({"components": {"schemas": {"S": {"externalDocs": {"uri": "/d"}}}}}),
            "/components/schemas/S/externalDocs the External Documentation Object requires `url`; is `uri` a misspelling of it?",
        ),
        (
            "3.0",
            json!({"components": {"schemas": {"S": {"type": "array"}}}}),
            "/components/schemas/S `type: array` requires `items` in OpenAPI 3.0",
        ),
        (
            "3.1",
            json!({"components": {"schemas": {"S": {"type": "array"}}}}),
            "",
        ),
        (
            "3.0",
            json!({"components": {"schemas": {"S": {"type": "null"}}}}),
            "/components/schemas/S/type OpenAPI 3.0 has no type `null`; write `nullable: true`",
        ),
        (
            "3.0",
            json!({"tags": [{"name": "a"}, {"name": "a"}]}),
            "/tags/1 the tag `a` is declared twice",
        ),
        // References.
        (
            "3.0",
            operation(
                "/a",
                json!({"responses": {"200": {"$ref": "#/components/schemas/S"}}}),
            ),
            "/paths/~1a/get/responses/200/$ref `#/components/schemas/S` is in `schemas`; the Response Object is expected here",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"parameters": [{"$ref": "#/components/headers/H"}], "responses": ok}),
            ),
            "/paths/~1a/get/parameters/0/$ref `#/components/headers/H` is in `headers`; the Parameter Object is expected here",
        ),
        (
            "2.0",
            operation(
                "/a",
                json!({"responses": {"200": {"$ref": "#/definitions/S"}}}),
            ),
            "/paths/~1a/get/responses/200/$ref `#/definitions/S` is in `definitions`; the Response Object is expected here",
        ),
        (
            "3.0",
            json!({"components": {"schemas": {"S": {"$ref": "#/components/headers/H"}}, "headers": {"H": {"schema": {}}}}}),
            "/components/schemas/S/$ref `#/components/headers/H` cannot be resolved: it leads to one of the `headers`, and a schema is expected here",
        ),
        (
            "3.0",
            json!({"components": {"responses": {"R": {"description": "", "headers": {"H": {"$ref": "#/components/responses/Q/headers/H"}}}, "Q": {"description": "", "headers": {"H": {"schema": {"$ref": "#/components/headers/G/schema"}}}}}, "headers": {"G": {"schema": {}}}}}),
            "",
        ),
        (
            "3.0",
            operation("/a", json!({"responses": {"200": {"$ref": null}}})),
            "/paths/~1a/get/responses/200/$ref `$ref` is empty: in YAML, `#` starts a comment; put the reference in quotes",
        ),
        (
            "3.0",
            json!({"components": {"schemas": {"S": {"$ref": null}}}}),
            "/components/schemas/S/$ref `$ref` is empty: in YAML, `#` starts a comment; put the reference in quotes",
        ),
        (
            "3.0",
            json!({"servers": [{"url": "api.example.com/v1"}]}),
            "/servers/0/url `api.example.com/v1` is relative, and its first part looks like a host; is `https://` missing?",
        ),
        (
            "3.0",
            json!({"servers": [{"url": "./v1.2"}, {"url": "../x.y"}, {"url": "https://a.b"}, {"url": "//a.b/c"}, {"url": "v1"}]}),
            "",
        ),
        (
            "3.0",
            operation("/a?b={b}", json!({"responses": ok})),
            "/paths/~1a?b={b} the path /a?b={b} holds a query; write /a, with a parameter `in: query`",
        ),
        (
            "3.0",
            operation("/a/:id", json!({"responses": ok})),
            "/paths/~1a~1:id `:id` is a literal part of the path /a/:id; a parameter is written `{id}`",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"responses": ok, "callbacks": {"c": {"post": {"responses": ok}}}}),
            ),
            "/paths/~1a/get/callbacks/c/post `post` stands where a callback has an expression such as `{$request.body#/url}`, and operations under it",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"responses": {"200": {"$ref": "#/components/responses/R", "description": "d"}}}),
            ),
            "/paths/~1a/get/responses/200/description `description` does nothing: OpenAPI 3.0 ignores it next to `$ref`",
        ),
        (
            "3.0",
            json!({"paths": {"/a": {"get": {"$ref": "#/x-get"}}}, "x-get": {"responses": {"200": {}}}}),
            "/paths/~1a/get OpenAPI 3.0 allows no `$ref` here; it is followed, and other tools may not do so",
        ),
        (
            "3.0",
            json!({"paths": {"/a": {"get": {"$ref": "#/x-get"}}}, "x-get": {"responses": {"200": {}}}}),
            "/x-get/responses/200 the Response Object requires `description`",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"responses": ok, "callbacks": {"c": {"{$request.query.url}": {"post": {"responses": {"200": {}}}}}}}),
            ),
            "/paths/~1a/get/callbacks/c/{$request.query.url}/post/responses/200 the Response Object requires `description`",
        ),
    ];
    for (version, members, expected) in table {
        let mut members = members;
        if members.to_string().contains("#/components/responses/R") {
            members["components"]["responses"]["R"] = json!({"description": "d"});
        }
        let is_null_schema = members.pointer("/components/schemas/S") == Some(&Value::Null);
        let said = told(&document(version, members.clone()));
        if is_null_schema {
            assert_eq!(
                said,
                ["/components/schemas/S a schema must be an object or a boolean, not null"]
            );
        } else if expected.is_empty() {
            assert_eq!(said, Vec::<String>::new(), "{version} {members}");
        } else {
            assert!(
                said.iter().any(|text| text.ends_with(expected)),
                "{version} {members}\n{expected}\n{said:#?}"
            );
        }
    }
}
