//! Valid documents that use what the specifications define.

use serde_json::{Value, json};

use super::told;

/// Documents that contain everything that their version allows, and nothing else.
#[test]
fn what_the_specifications_allow_is_not_told() {
    let full_3 = |version: &str| {
        json!({
            "openapi": format!("{version}.1"),
            "info": {
                "title": "T", "version": "1", "description": "d", "termsOfService": "https://a.b/terms",
                "contact": {"name": "n", "url": "https://a.b", "email": "a@b.c"}, "license": {"name": "MIT", "url": "https://a.b/l"}
            },
            "servers": [{"url": "https://{env}.a.b/{v}", "description": "d", "variables": {"env": {"enum": ["a", "b"], "default": "a"}, "v": {"default": "1"}}}],
            "tags": [{"name": "t", "externalDocs": {"url": "https://a.b"}}],
            "security": [{}, {"key": []}, {"oauth": ["read"], "oidc": []}],
            "externalDocs": {"url": "/docs"},
            "paths": {
                "x-any": true,
                "/a/{id}": {
                    "summary": "s", "servers": [{"url": "/"}],
                    "parameters": [{"$ref": "#/components/parameters/Id"}],
                    "get": {
                        "operationId": "get", "tags": ["t"], "deprecated": false, "security": [], "x-any": 1,
                        "parameters": [
                            {"name": "q", "in": "query", "style": "deepObject", "explode": true, "allowReserved": true, "schema": {"type": "object"}, "example": {}},
                            {"name": "X-H", "in": "header", "content": {"application/json": {"schema": {}}}},
                            {"name": "c", "in": "cookie", "schema": {}, "examples": {"e": {"value": 1}}}
                        ],
                        "requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object", "properties": {"f": {"type": "string"}}}, "encoding": {"f": {"contentType": "text/plain", "headers": {"X-E": {"schema": {}}}}}}}},
                        "responses": {
                            "200": {"description": "ok", "headers": {"X-R": {"$ref": "#/components/headers/H"}}, "content": {"application/vnd.a+json; v=1": {"schema": {"$ref": "#/components/schemas/S"}, "example": {"a": 1}}}, "links": {"next": {"operationId": "get", "parameters": {"id": "$response.body#/id"}, "requestBody": {"any": 1}}}},
                            "4XX": {"$ref": "#/components/responses/E"},
                            "default": {"description": "d"}
                        },
                        "callbacks": {"done": {"{$request.query.url}": {"post": {"responses": {"2XX": {"description": "d"}}}}}}
                    }
                }
            },
            "components": {
                "schemas": {"S": {"type": "object", "xml": {"name": "s", "wrapped": true}, "externalDocs": {"url": "/s"}, "properties": {"a": {"type": "integer", "format": "uint8"}}}},
                "parameters": {"Id": {"name": "id", "in": "path", "required": true, "style": "label", "schema": {"type": "string"}}},
                "headers": {"H": {"schema": {}, "explode": true}},
                "responses": {"E": {"description": "e"}},
                "requestBodies": {"B": {"content": {"*/*": {}}}},
                "examples": {"X": {"externalValue": "https://a.b/x"}},
                "links": {"L": {"operationRef": "#/paths/~1a~1{id}/get", "server": {"url": "/"}}},
                "callbacks": {"C": {"{$url}": {"put": {"responses": {"200": {"description": "d"}}}}}},
                "securitySchemes": {
                    "key": {"type": "apiKey", "in": "cookie", "name": "k"},
                    "oauth": {"type": "oauth2", "flows": {"authorizationCode": {"authorizationUrl": "/a", "tokenUrl": "/t", "scopes": {"read": "r"}}, "clientCredentials": {"tokenUrl": "/t", "scopes": {}}}},
                    "oidc": {"type": "openIdConnect", "openIdConnectUrl": "https://a.b/.well-known"}
                }
            }
        })
    };
    let with = |mut document: Value, more: &[(&str, Value)]| {
        for (pointer, value) in more {
            let (parent, key) = match pointer.strip_prefix("/paths/") {
                Some(path) => ("/paths", path),
                None => pointer.rsplit_once('/').expect("a pointer"),
            };
            let parent = document.pointer_mut(parent).expect("a parent");
            parent
                .as_object_mut()
                .expect("an object")
                .insert(key.to_owned(), value.clone());
        }
        document
    };
    let of_31 = [
        ("/info/summary", json!("s")),
        ("/info/license", json!({"name": "MIT", "identifier": "MIT"})),
        (
            "/jsonSchemaDialect",
            json!("https://spec.openapis.org/oas/3.1/dialect/base"),
        ),
        (
            "/webhooks",
            json!({"w": {"post": {"responses": {"200": {"description": "d"}}}}}),
        ),
        ("/components/pathItems", json!({"P": {"get": {}}})),
        (
            "/components/securitySchemes/tls",
            json!({"type": "mutualTLS"}),
        ),
        (
            "/components/responses/R",
            json!({"$ref": "#/components/responses/E", "summary": "s", "description": "d"}),
        ),
    ];
    let of_32 = [
        ("/$self", json!("https://a.b/api.json")),
        ("/tags/0/kind", json!("nav")),
        ("/tags/0/summary", json!("s")),
        ("/servers/0/name", json!("n")),
        (
            "/components/mediaTypes",
            json!({"M": {"itemSchema": {}, "prefixEncoding": [{}], "itemEncoding": {}}}),
        ),
        (
            "/components/examples/Y",
            json!({"dataValue": {"a": 1}, "serializedValue": "{\"a\":1}"}),
        ),
        (
            "/components/securitySchemes/device",
            json!({"type": "oauth2", "oauth2MetadataUrl": "/m", "flows": {"deviceAuthorization": {"deviceAuthorizationUrl": "/d", "tokenUrl": "/t", "scopes": {}}}}),
        ),
        (
            "/components/schemas/U",
            json!({"oneOf": [{"$ref": "#/components/schemas/S"}], "discriminator": {"propertyName": "a", "defaultMapping": "S"}, "xml": {"nodeType": "element"}}),
        ),
        (
            "/paths//q",
            json!({"query": {"parameters": [{"name": "any", "in": "querystring", "content": {"application/x-www-form-urlencoded": {}}}]}}),
        ),
    ];
    let of_2 = json!({
        "swagger": "2.0", "info": {"title": "T", "version": "1"}, "host": "a.b:80", "basePath": "/v1", "schemes": ["https"],
        "consumes": ["application/json"], "produces": ["application/json"],
        "securityDefinitions": {"b": {"type": "basic"}, "k": {"type": "apiKey", "in": "header", "name": "k"}, "o": {"type": "oauth2", "flow": "implicit", "authorizationUrl": "/a", "scopes": {"s": "d"}}},
        "security": [{"b": []}, {"o": ["s"]}],
        "parameters": {"L": {"name": "l", "in": "query", "type": "integer", "format": "int32", "default": 1, "minimum": 1}},
        "responses": {"E": {"description": "e"}},
        "definitions": {"S": {"type": "object", "discriminator": "t", "properties": {"t": {"type": "string"}}, "required": ["t"], "xml": {"name": "s"}}},
        "paths": {
            "/a/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": true, "type": "string"}],
                "get": {"parameters": [{"$ref": "#/parameters/L"}, {"name": "t", "in": "query", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi", "allowEmptyValue": true}], "responses": {"200": {"description": "d", "schema": {"$ref": "#/definitions/S"}, "headers": {"X-A": {"type": "integer"}}, "examples": {"application/json": {"t": "x"}}}, "default": {"$ref": "#/responses/E"}}},
                "post": {"consumes": ["multipart/form-data"], "parameters": [{"name": "f", "in": "formData", "type": "file"}], "responses": {"201": {"description": "d"}}},
                "put": {"parameters": [{"name": "b", "in": "body", "schema": {"type": "array", "items": {}}}], "responses": {"204": {"description": "d"}}}
            }
        },
        "externalDocs": {"url": "https://a.b"}
    });
    let of_31_all = with(full_3("3.1"), &of_31);
    let of_32_all = with(with(full_3("3.2"), &of_31), &of_32);
    for document in [of_2, full_3("3.0"), of_31_all, of_32_all] {
        assert_eq!(
            told(&document),
            Vec::<String>::new(),
            "{}",
            document["openapi"]
        );
    }
}
