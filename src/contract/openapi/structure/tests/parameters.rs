//! Parameters, and what Swagger 2.0 has in place of schemas and bodies.

use serde_json::{Value, json};

use super::{hold, operation, parameter};

#[test]
fn parameters_are_as_their_version_has_them() {
    let ok = json!({"200": {"description": "ok"}});
    let id = |schema: &str| json!({"name": "id", "in": "path", "required": true, "schema": {"type": schema}});
    let swagger =
        |parameters: Value| operation("/a", json!({"parameters": parameters, "responses": ok}));
    hold(vec![
        // Parameters.
        (
            "3.0",
            parameter(json!({"name": "p", "in": "qeury", "schema": {}})),
            "/components/parameters/P/in `in` cannot be \"qeury\"; did you mean \"query\"?",
        ),
        (
            "3.0",
            parameter(json!({"name": "p", "in": "querystring", "content": {"a/b": {}}})),
            "/components/parameters/P/in `in` cannot be \"querystring\" in OpenAPI 3.0; it is valid in OpenAPI 3.2",
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
            "/components/parameters/P `content` and `schema` are mutually exclusive in the Parameter Object",
        ),
        (
            "3.0",
            parameter(json!({"name": "p", "in": "query", "content": {"a/b": {}, "a/c": {}}})),
            "/components/parameters/P/content `content` of a parameter or header must have exactly one media type, not 2",
        ),
        (
            "3.0",
            parameter(
                json!({"name": "p", "in": "query", "schema": {}, "example": 1, "examples": {}}),
            ),
            "/components/parameters/P `example` and `examples` are mutually exclusive in the Parameter Object",
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
            "/components/parameters/P/allowReserved `allowReserved` is not allowed with the style `cookie`",
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
            "/paths/~1a~1{id}/parameters/1 the path parameter `id` is declared twice; the first one is used",
        ),
        (
            "3.0",
            operation(
                "/a/{id}",
                json!({"parameters": [id("string"), id("integer")], "responses": ok}),
            ),
            "/paths/~1a~1{id}/get/parameters/1 the path parameter `id` is declared twice; the first one is used",
        ),
        (
            "3.0",
            operation(
                "/a",
                json!({"parameters": [{"name": "X-A", "in": "header", "schema": {}}, {"name": "x-a", "in": "header", "schema": {}}], "responses": ok}),
            ),
            "/paths/~1a/get/parameters/1 the header parameter `x-a` is declared twice; the first one is used",
        ),
        (
            "3.0",
            operation(
                "/a/{id}/b/{id}",
                json!({"parameters": [id("string")], "responses": ok}),
            ),
            "/paths/~1a~1{id}~1b~1{id} the path /a/{id}/b/{id} contains `{id}` twice",
        ),
        (
            "3.0",
            json!({"paths": {"/a/{x}": {"get": {"parameters": [{"name": "x", "in": "path", "required": true, "schema": {}}], "responses": ok}}, "/a/{y}": {"put": {"parameters": [{"name": "y", "in": "path", "required": true, "schema": {}}], "responses": ok}}}}),
            "/paths/~1a~1{y} the path /a/{y} is the same as /a/{x}: only the names of their parameters differ",
        ),
        (
            "3.2",
            operation(
                "/a",
                json!({"parameters": [{"name": "q", "in": "querystring", "content": {"a/b": {}}}, {"name": "r", "in": "query", "schema": {}}]}),
            ),
            "/paths/~1a/get/parameters/1 parameters with `in: query` and `in: querystring` are mutually exclusive",
        ),
        // Swagger 2.0.
        (
            "2.0",
            swagger(
                json!([{"name": "a", "in": "body", "schema": {}}, {"name": "b", "in": "body", "schema": {}}]),
            ),
            "/paths/~1a/get/parameters/1 a second parameter has `in: body`; only one is allowed",
        ),
        (
            "2.0",
            json!({"paths": {"/a": {"parameters": [{"name": "a", "in": "body", "schema": {}}], "get": {"parameters": [{"name": "b", "in": "body", "schema": {}}], "responses": ok}}}}),
            "/paths/~1a/parameters/0 a second parameter has `in: body`; only one is allowed",
        ),
        (
            "2.0",
            operation(
                "/a",
                json!({"consumes": ["multipart/form-data"], "parameters": [{"name": "a", "in": "body", "schema": {}}, {"name": "b", "in": "formData", "type": "string"}], "responses": ok}),
            ),
            "/paths/~1a/get/parameters/1 parameters with `in: body` and `in: formData` are mutually exclusive",
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
            "/paths/~1a/get/parameters/0 a file parameter requires `multipart/form-data` in `consumes`",
        ),
        (
            "2.0",
            swagger(
                json!([{"name": "a", "in": "header", "type": "array", "items": {"type": "string"}, "collectionFormat": "multi"}]),
            ),
            "/paths/~1a/get/parameters/0 `collectionFormat: multi` is not allowed on a header parameter",
        ),
        (
            "2.0",
            json!({"basePath": "v1"}),
            "/basePath `basePath` \"v1\" must start with `/`",
        ),
        (
            "2.0",
            json!({"host": "https://a.b"}),
            "/host `host` \"https://a.b\" must be a host without a scheme or path",
        ),
        (
            "2.0",
            json!({"schemes": ["ftp"]}),
            "/schemes/0 element 0 of `schemes` cannot be \"ftp\"; expected http, https, ws, wss",
        ),
    ]);
}
