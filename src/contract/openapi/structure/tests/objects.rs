//! Fields of single objects: required ones, types, versions, names, exclusions.

use serde_json::json;

use super::{hold, operation};

#[test]
fn every_object_has_the_fields_of_its_version() {
    let ok = json!({"200": {"description": "ok"}});
    hold(vec![
        (
            "3.0",
            json!({"components": {"schemas": {"S": {"readOnly": true, "writeOnly": true}}}}),
            "/components/schemas/S/writeOnly `readOnly` and `writeOnly` exclude each other",
        ),
        (
            "3.0",
            json!({"components": {"schemas": {"S": {"required": ["a", "b", "a"]}}}}),
            "/components/schemas/S/required `required` lists `a` twice",
        ),
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
            "/paths/~1a/fetch `fetch` is not a method of a path item in OpenAPI 3.0",
        ),
        (
            "3.0",
            json!({"paths": {"/a": {"query": {"responses": ok}}}}),
            "/paths/~1a/query `query` is not a method of a path item in OpenAPI 3.0",
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
            "/paths/~1a/additionalOperations/Get `Get` has its own field, `get`, and is not allowed in `additionalOperations`",
        ),
        // Keys.
        (
            "3.0",
            json!({"components": {"schemas": {"a b": {}}}}),
            "/components/schemas/a b the component name \"a b\" may only contain letters, digits, `.`, `-` and `_`",
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
            "/paths/~1a/get/responses/2000 `2000` is not a status; expected one such as 200, a class such as 4XX, or `default`",
        ),
        (
            "3.0",
            operation("/a", json!({"responses": {"4xx": {"description": ""}}})),
            "/paths/~1a/get/responses/4xx the status class `4xx` must be written 4XX",
        ),
        (
            "2.0",
            operation("/a", json!({"responses": {"4XX": {"description": ""}}})),
            "/paths/~1a/get/responses/4XX `4XX` is not a status; expected one such as 200, or `default`",
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
            "/paths/~1a/get/responses/200/headers/Bad=Name \"Bad=Name\" is not a valid header name (RFC 9110)",
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
            "/components/securitySchemes/m/type `type` cannot be \"mutualTLS\" in OpenAPI 3.0; it is valid in OpenAPI 3.1",
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
            "/info/license `identifier` and `url` are mutually exclusive in the License Object",
        ),
        (
            "3.0",
            json!({"components": {"links": {"L": {}}}}),
            "/components/links/L the Link Object requires one of `operationRef`, `operationId`",
        ),
        (
            "3.0",
            json!({"components": {"examples": {"E": {"value": 1, "externalValue": "/e"}}}}),
            "/components/examples/E `value` and `externalValue` are mutually exclusive in the Example Object",
        ),
        (
            "3.2",
            json!({"components": {"mediaTypes": {"M": {"encoding": {}, "itemEncoding": {}}}}}),
            "/components/mediaTypes/M `encoding` and `itemEncoding` are mutually exclusive in the Media Type Object",
        ),
        (
            "3.2",
            json!({"components": {"schemas": {"S": {"xml": {"nodeType": "element", "wrapped": true}}}}}),
            "/components/schemas/S/xml `nodeType` and `wrapped` are mutually exclusive in the XML Object",
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
    ]);
}
