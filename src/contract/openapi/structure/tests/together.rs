//! What several objects say together, and references.

use serde_json::{Value, json};

use super::{hold, operation, parameter};

#[test]
fn what_objects_say_together_is_told() {
    let ok = json!({"200": {"description": "ok"}});
    let swagger =
        |parameters: Value| operation("/a", json!({"parameters": parameters, "responses": ok}));
    hold(vec![
        // What several objects say together.
        (
            "3.2",
            json!({"paths": {"/a": {"parameters": [{"name": "q", "in": "query", "schema": {}}], "get": {"parameters": [{"name": "s", "in": "querystring", "content": {"a/b": {}}}]}}}}),
            "/paths/~1a/get/parameters/0 `in: querystring` excludes the parameter `q` of the path item, which has `in: query`",
        ),
        (
            "2.0",
            json!({"paths": {"/a": {"parameters": [{"name": "f", "in": "formData", "type": "string"}], "post": {"parameters": [{"name": "b", "in": "body", "schema": {}}], "responses": ok}}}}),
            "/paths/~1a/post/parameters/0 `in: body` excludes the parameter `f` of the path item, which has `in: formData`",
        ),
        (
            "2.0",
            json!({"paths": {"/a": {"parameters": [{"name": "b", "in": "body", "schema": {}}], "post": {"parameters": [{"name": "b", "in": "body", "schema": {"type": "object"}}], "responses": ok}}}}),
            "",
        ),
        (
            "3.2",
            parameter(
                json!({"name": "c", "in": "query", "content": {"a/b": {}}, "examples": {"e": {"dataValue": 1}}}),
            ),
            "",
        ),
        (
            "3.0",
            parameter(json!({"name": "c", "in": "cookie", "schema": {}, "allowEmptyValue": true})),
            "/components/parameters/P/allowEmptyValue `allowEmptyValue` is only for query parameters, not for cookie parameters",
        ),
        (
            "2.0",
            swagger(
                json!([{"name": "a", "in": "query", "type": "array", "items": {"type": "object"}}]),
            ),
            "/paths/~1a/get/parameters/0 the elements of the query parameter `a` cannot be objects or references in Swagger 2.0",
        ),
        (
            "3.2",
            json!({"tags": [{"name": "a", "parent": "b"}, {"name": "b", "parent": "a"}]}),
            "/tags/0/parent the parent tag `b` has this tag as its ancestor",
        ),
        (
            "3.2",
            json!({"tags": [{"name": "a", "parent": "x"}]}),
            "/tags/0/parent the parent tag `x` is not declared",
        ),
        (
            "3.2",
            json!({"tags": [{"name": "a", "parent": "b"}, {"name": "b"}]}),
            "",
        ),
        (
            "3.0",
            json!({"components": {"links": {"L": {"operationId": "gone"}}}}),
            "/components/links/L/operationId no operation has the operationId `gone`",
        ),
        (
            "3.0",
            json!({"components": {"links": {"L": {"operationRef": "#/paths/~1gone/get"}}}}),
            "/components/links/L/operationRef `#/paths/~1gone/get` leads to no operation of this document",
        ),
        (
            "3.1",
            json!({"paths": {"/a": {"query": {"responses": ok}}}}),
            "/paths/~1a/query `query` is not a method that a path item has in OpenAPI 3.1; OpenAPI 3.2 has it",
        ),
        // References.
        (
            "3.0",
            operation("/a", json!({"parameters": [{"$ref": {}}], "responses": ok})),
            "/paths/~1a/get/parameters/0/$ref `$ref` must be a string, not an object",
        ),
        (
            "3.0",
            json!({"info": {"$ref": "#/gone"}}),
            "/info OpenAPI 3.0 allows no `$ref` here, and this one cannot be resolved: the document has no `gone`",
        ),
        (
            "3.0",
            json!({"components": {"examples": {"E": {"$ref": "#/components/examples/gone"}}}}),
            "/components/examples/E/$ref `#/components/examples/gone` cannot be resolved: `/components/examples` has no `gone`",
        ),
        (
            "3.0",
            operation("/a", json!({"$ref": "#/paths/~1a/get"})),
            "/paths/~1a/get/$ref `#/paths/~1a/get` cannot be resolved: it leads back to itself, or too many references follow each other",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"responses": {"200": {"description": "", "content": {"a/b": {"encoding": {"x": {"headers": {"H": {"$ref": "gone.json"}}}}}}}}}),
            ),
            "/H/$ref `gone.json` cannot be resolved: there is no file",
        ),
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
    ]);
}
