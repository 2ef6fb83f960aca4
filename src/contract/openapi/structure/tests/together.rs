//! Rules that involve several objects, and references.

use serde_json::{Value, json};

use super::{hold, operation, parameter};

#[test]
fn what_objects_say_together_is_told() {
    let ok = json!({"200": {"description": "ok"}});
    let swagger =
        |parameters: Value| operation("/a", json!({"parameters": parameters, "responses": ok}));
    hold(vec![
        // Rules that involve several objects.
        (
            "3.2",
            json!({"paths": {"/a": {"parameters": [{"name": "q", "in": "query", "schema": {}}], "get": {"parameters": [{"name": "s", "in": "querystring", "content": {"a/b": {}}}]}}}}),
            "/paths/~1a/get/parameters/0 `in: querystring` is not allowed next to the parameter `q` of the path item, which has `in: query`",
        ),
        (
            "2.0",
            json!({"paths": {"/a": {"parameters": [{"name": "f", "in": "formData", "type": "string"}], "post": {"parameters": [{"name": "b", "in": "body", "schema": {}}], "responses": ok}}}}),
            "/paths/~1a/post/parameters/0 `in: body` is not allowed next to the parameter `f` of the path item, which has `in: formData`",
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
            "/tags/0/parent the parent tag `b` is a descendant of this tag",
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
            "/components/links/L/operationRef `#/paths/~1gone/get` does not refer to an operation of this document",
        ),
        (
            "3.1",
            json!({"paths": {"/a": {"query": {"responses": ok}}}}),
            "/paths/~1a/query `query` is not a method of a path item in OpenAPI 3.1; it is valid in OpenAPI 3.2",
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
            "/info OpenAPI 3.0 does not allow `$ref` here, and this one cannot be resolved: the document has no `gone`",
        ),
        (
            "3.0",
            json!({"components": {"examples": {"E": {"$ref": "#/components/examples/gone"}}}}),
            "/components/examples/E/$ref `#/components/examples/gone` cannot be resolved: `/components/examples` has no `gone`",
        ),
        (
            "3.0",
            operation("/a", json!({"$ref": "#/paths/~1a/get"})),
            "/paths/~1a/get/$ref `#/paths/~1a/get` cannot be resolved: it refers back to itself, or the chain of references is too long",
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
            "/paths/~1a/get/responses/200/$ref `#/components/schemas/S` is in `schemas`; expected the Response Object here",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"parameters": [{"$ref": "#/components/headers/H"}], "responses": ok}),
            ),
            "/paths/~1a/get/parameters/0/$ref `#/components/headers/H` is in `headers`; expected the Parameter Object here",
        ),
        (
            "2.0",
            operation(
                "/a",
                json!({"responses": {"200": {"$ref": "#/definitions/S"}}}),
            ),
            "/paths/~1a/get/responses/200/$ref `#/definitions/S` is in `definitions`; expected the Response Object here",
        ),
        (
            "3.0",
            json!({"components": {"schemas": {"S": {"$ref": "#/components/headers/H"}}, "headers": {"H": {"schema": {}}}}}),
            "/components/schemas/S/$ref `#/components/headers/H` cannot be resolved: it points to an entry of `headers`, but a schema is expected here",
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
            "/paths/~1a?b={b} the path /a?b={b} contains a query; write /a and a parameter with `in: query`",
        ),
        (
            "3.0",
            operation("/a/:id", json!({"responses": ok})),
            "/paths/~1a~1:id `:id` is literal text in the path /a/:id; write a parameter as `{id}`",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"responses": ok, "callbacks": {"c": {"post": {"responses": ok}}}}),
            ),
            "/paths/~1a/get/callbacks/c/post expected a callback expression such as `{$request.body#/url}`, with operations below it; found `post`",
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
            "/paths/~1a/get OpenAPI 3.0 does not allow `$ref` here; it is followed, but other tools may not do so",
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
