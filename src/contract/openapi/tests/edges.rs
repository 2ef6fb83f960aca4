//! Documents as found in the wild, and cases that reviews found.

use super::*;

#[test]
fn urls_of_servers_are_put_together_before_they_are_taken_apart() {
    let table = [
        (
            "[{url: '{base}/v1', variables: {base: {default: 'https://api.example.com'}}}]",
            "/v1/a",
        ),
        ("[{url: ./}]", "/a"),
        ("[{url: .}]", "/a"),
        ("[{url: '//host/x/../y'}]", "/y/a"),
        ("[]", "/a"),
        // More combinations than are listed: any text matches.
        (
            "[{url: 'https://h/{a}/{b}', variables: {a: {enum: [p, q, r, s, t, u, v, w, x], default: p}, b: {enum: [p, q, r, s, t, u, v, w, x], default: p}}}]",
            "/p/other/a",
        ),
    ];
    for (servers, path) in table {
        let contract = contract_of(&format!(
            "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\nservers: {servers}\npaths:\n  /a: {{get: {{operationId: a}}}}\n"
        ));
        assert_eq!(routed(&contract, &format!("GET {path}")), "a", "{servers}");
    }
}

#[test]
fn path_items_may_refer_to_others_and_add_to_them() {
    let text = "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /slash: {get: {operationId: plain}}
  /slash/: {get: {operationId: slashed}}
  /x/{id}:
    $ref: '#/components/pathItems/X'
    parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
    delete: {operationId: drop}
  /loop:
    post:
      operationId: loop
      callbacks: {again: {'{$request.body#/url}': {$ref: '#/paths/~1loop'}}}
components:
  pathItems:
    X: {get: {operationId: show}, delete: {operationId: other}}
";
    let contract = contract_of(text);
    assert_eq!(routed(&contract, "GET /slash"), "plain");
    assert_eq!(routed(&contract, "GET /slash/"), "slashed");
    assert_eq!(routed(&contract, "GET /x/7"), "show id=7");
    assert_eq!(routed(&contract, "DELETE /x/7"), "drop id=7");
    assert_eq!(
        contract.operation("show").expect("there").parameters.len(),
        1
    );
    assert_eq!(routed(&contract, "POST /loop"), "loop");
    insta::assert_snapshot!(problems(&contract), @"api.yaml:17:35 `delete` is both next to the `$ref` and in its target; the one next to it is used");
    assert!(
        crate::lint::lint(&contract).len() == 1,
        "paths with and without a slash differ"
    );
}

#[test]
fn a_discriminator_is_a_hint() {
    let pets = contract_of(
        "openapi: 3.1.0
info: {title: T, version: '1'}
paths: {}
components:
  schemas:
    Pet: {type: object, required: [t], properties: {t: {type: string}}, discriminator: {propertyName: t, mapping: {cat: '#/components/schemas/Cat'}}}
    Cat: {allOf: [{$ref: '#/components/schemas/Pet'}, {properties: {lives: {type: integer}}}]}
    Kitten: {allOf: [{$ref: '#/components/schemas/Cat'}, {properties: {age: {type: integer}}}]}
",
    );
    let pet = pets
        .graph
        .iter()
        .find(|(_, node)| node.name.as_deref() == Some("Pet"))
        .map(|(id, _)| id)
        .expect("there");
    let tags = pets
        .graph
        .node(pet)
        .discriminator
        .as_ref()
        .expect("there")
        .tags();
    assert_eq!(tags, ["Kitten", "cat"]);
    for (payload, expected) in [
        (r#"{"t": "cat", "lives": 9}"#, true),
        (r#"{"t": "Kitten", "age": 1}"#, true),
        (r#"{"t": "Pet"}"#, true),
        // The parent's schema does not constrain these.
        (r#"{"t": "dog"}"#, true),
        (r#"{"t": "cat", "lives": "nine"}"#, true),
        (r#"{"lives": 9}"#, false),
    ] {
        let document = TapeDocument::parse(payload.as_bytes()).expect("JSON");
        let deviation = crate::observe::first_deviation(&pets.graph, pet, None, document.root());
        assert_eq!(deviation.is_none(), expected, "{payload}");
    }
}

#[test]
fn what_is_declared_elsewhere_is_declared() {
    let contract = contract_of(
        "
openapi: 3.1.0
info: {title: T, version: '1'}
security: [{key: []}]
paths:
  /a:
    parameters: [{name: X-Foo, in: header, schema: {type: integer}}]
    get:
      operationId: op
      parameters:
        - {name: x-foo, in: header, schema: {type: string}}
        - {name: Accept, in: header, required: true, schema: {enum: [a]}}
      responses:
        default:
          description: d
          content:
            application/json:
              schema: {$id: 'https://e.com/q', $defs: {i: {$anchor: i, type: integer}}, $ref: '#i'}
components:
  securitySchemes: {key: {type: apiKey, in: query, name: api_key}}
",
    );
    insta::assert_snapshot!(problems(&contract), @"api.yaml:12:12 OpenAPI 3.1 ignores the header parameter `Accept`; media types and security schemes describe it");
    let operation = contract.operation("op").expect("there");
    let names: Vec<&str> = operation
        .parameters
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    assert_eq!(names, ["x-foo", "api_key"]);
    assert!(!accepts(
        &contract,
        "op",
        Side::Response,
        Some(200),
        "\"text\""
    ));
}

#[test]
fn fields_that_openapi_does_not_have_are_told() {
    let contract = contract_of(
        "
openapi: 3.1.0
info: {titel: T, version: '1', x-more: 1}
component: {}
paths:
  /a:
    GET: {operationId: op}
    post:
      operationID: op
      paramters: []
      requestBody: {contents: {}}
      responses:
        200: {descripton: d, content: {application/json: {schem: {}}}, headers: {X: {schema: {type: strin}}}}
components:
  responses: {Unused: {description: d, content: {application/json: {schema: {$ref: '#/nope'}}}}}
  parameters: {P: {$ref: '#/components/parameters/P'}}
",
    );
    insta::assert_snapshot!(problems(&contract), @r"
    api.yaml:4:1 `component` is not a field of the OpenAPI Object in OpenAPI 3.1
    api.yaml:16:20 `#/components/parameters/P` cannot be resolved: it refers back to itself, or the chain of references is too long
    api.yaml:15:78 `#/nope` cannot be resolved: the document has no `nope`
    api.yaml:3:1 the Info Object requires `title`; is `titel` a misspelling of it?
    api.yaml:7:5 `GET` is not a method of a path item in OpenAPI 3.1; did you mean `get`?
    api.yaml:9:7 `operationID` is not a field of the Operation Object in OpenAPI 3.1
    api.yaml:10:7 `paramters` is not a field of the Operation Object in OpenAPI 3.1
    api.yaml:11:7 the Request Body Object requires `content`; is `contents` a misspelling of it?
    api.yaml:13:9 the Response Object requires `description`; is `descripton` a misspelling of it?
    api.yaml:13:59 `schem` is not a field of the Media Type Object in OpenAPI 3.1
    api.yaml:13:95 no type is called `strin`; did you mean `string`?
    ");
}

#[test]
fn parts_of_the_wrong_type_are_told_and_not_passed_over() {
    let contract = contract_of(
        "
openapi: 3.1.0
info: []
servers: {url: 3}
webhooks: x
paths:
  /a: [1, 2]
  /b:
    parameters: {}
    get: 7
    post:
      parameters: [{name: q, in: query, required: 'yes', schema: 3}, 4]
      requestBody: {content: [], required: 1}
      responses: {200: text, default: {content: {application/json: []}, headers: 1}}
components: 7
",
    );
    insta::assert_snapshot!(problems(&contract), @r"
    api.yaml:15:1 `components` must be an object, not a number
    api.yaml:3:1 `info` must be an object, not a list
    api.yaml:7:3 `/a` must be an object, not a list
    api.yaml:10:5 `get` must be an object, not a number
    api.yaml:9:5 `parameters` must be a list, not an object
    api.yaml:12:41 `required` must be a boolean, not a string
    api.yaml:12:58 a schema must be an object or a boolean, not a number
    api.yaml:12:70 element 1 of `parameters` must be an object, not a number
    api.yaml:13:21 `content` must be an object, not a list
    api.yaml:13:34 `required` must be a boolean, not a number
    api.yaml:14:19 `200` must be an object, not a string
    api.yaml:14:30 the Response Object requires `description`
    api.yaml:14:50 `application/json` must be an object, not a list
    api.yaml:14:73 `headers` must be an object, not a number
    api.yaml:4:1 `servers` must be a list, not an object
    api.yaml:5:1 `webhooks` must be an object, not a string
    ");
}

#[test]
fn parts_that_cannot_be_used_are_told_and_the_rest_is_used() {
    let contract = contract_of(
        "
openapi: 3.1
info: {title: T, version: '1'}
paths:
  b: {}
  /a/{x}:
    get:
      operationId: op
      responses:
        200: {$ref: '#/components/responses/R'}
        20x: {description: d}
    post:
      operationId: op
      parameters:
        - {name: x, in: path, schema: {}}
        - {name: y, in: path, required: true, schema: {}}
        - {name: q, in: query, style: matrix, schema: {}}
        - {in: query}
        - {name: c, in: body}
      requestBody: {}
      responses: {default: {description: d}}
components:
  responses:
    R: {$ref: '#/components/responses/S'}
    S: {$ref: '#/components/responses/R'}
",
    );
    insta::assert_snapshot!(problems(&contract), @r#"
    api.yaml:24:9 `#/components/responses/S` cannot be resolved: it refers back to itself, or the chain of references is too long
    api.yaml:25:9 `#/components/responses/R` cannot be resolved: it refers back to itself, or the chain of references is too long
    api.yaml:2:1 `openapi` must be a string, not a number: write "3.1"
    api.yaml:5:3 the path "b" must start with `/`
    api.yaml:7:5 the path parameter `x` of /a/{x} is not declared
    api.yaml:10:15 `#/components/responses/R` cannot be resolved: it refers back to itself, or the chain of references is too long
    api.yaml:11:9 `20x` is not a status; expected one such as 200, a class such as 4XX, or `default`
    api.yaml:13:7 another operation has the operationId `op`; this one is reported as `op-2`
    api.yaml:15:11 the path parameter `x` requires `required: true`
    api.yaml:16:11 the path /a/{x} has no `{y}` for the path parameter `y`
    api.yaml:17:32 a query parameter cannot have the style `matrix`; expected form, spaceDelimited, pipeDelimited, deepObject
    api.yaml:18:11 the Parameter Object requires `name`
    api.yaml:18:11 a parameter or header requires `schema` or `content`
    api.yaml:19:11 a parameter or header requires `schema` or `content`
    api.yaml:19:21 `in` cannot be "body" in OpenAPI 3.1; it is valid in Swagger 2.0
    api.yaml:20:7 the Request Body Object requires `content`
    "#);
    assert_eq!(routed(&contract, "POST /a/7"), "op-2 x=7");
}

#[test]
fn every_operation_has_an_id_of_its_own() {
    let operation = |id: &str| format!("{{operationId: {id}, responses: {{}}}}");
    let (dup, second) = (operation("dup"), operation("dup-2"));
    let contract = contract_of(&format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /a: {{get: {dup}, post: {dup}}}\n  \
         /b: {{get: {second}, post: {dup}}}\n"
    ));
    let mut ids: Vec<&str> = contract
        .operations
        .iter()
        .map(|it| it.id.as_str())
        .collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!((count, ids.len()), (4, 4), "{ids:?}");
    assert!(ids.contains(&"dup") && ids.contains(&"dup-2"), "{ids:?}");
}
