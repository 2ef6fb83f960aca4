mod edges;

use std::fmt::Write as _;
use std::path::Path;

use super::*;
use crate::contract::{Payload, Route, RequestTarget};
use crate::json::TapeDocument;
use crate::location::Side;

/// A folder with these files; the first one is the contract.
fn loaded(files: &[(&str, &str)], options: &LoadOptions) -> (tempfile::TempDir, Contract) {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let contract = crate::contract::read(&folder.path().join(files[0].0), options).expect("loads");
    (folder, contract)
}

fn contract_of(text: &str) -> Contract {
    loaded(&[("api.yaml", text)], &LoadOptions::default()).1
}

/// Problems with file name, line and column.
fn problems(contract: &Contract) -> String {
    let mut told = String::new();
    for problem in &contract.problems {
        let document = contract.documents.document(&problem.place.document);
        let source = document.and_then(|document| document.source.as_ref());
        let origin = source.map(|source| {
            let span = source.locator().find(&problem.place.pointer);
            source.origin(span.start)
        });
        let place = origin.map_or_else(String::new, |origin| {
            let file = Path::new(&*origin.file).file_name().expect("a name");
            let position = origin.position;
            format!("{}:{}:{}", file.display(), position.line, position.column)
        });
        let _ = writeln!(told, "{place} {}", problem.kind);
    }
    told
}

fn routed(contract: &Contract, request: &str) -> String {
    let (method, target) = request.split_once(' ').expect("a method and a target");
    match contract.route(method, &RequestTarget::parse(target)) {
        Route::Operation(operation, values) => {
            let values: Vec<String> = values
                .iter()
                .filter(|(name, _)| !name.is_empty())
                .map(|(name, value)| format!(" {name}={value}"))
                .collect();
            format!("{}{}", operation.id, values.concat())
        }
        Route::OtherMethod(_) => "other method".to_owned(),
        Route::Unknown => "unknown".to_owned(),
    }
}

fn accepts(
    contract: &Contract,
    operation: &str,
    side: Side,
    status: Option<u16>,
    text: &str,
) -> bool {
    let operation = contract.operation(operation).expect("an operation");
    let payload = operation.payload(side, status).expect("a payload");
    let schema = payload.schema().expect("one schema");
    let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
    let memo = crate::schema::Memo::on(Some(side));
    contract.graph.accepts_with(schema, document.root(), &memo)
}

/// An operation that takes `schema`, in a document of this version.
fn with_body(version: &str, schema: &str) -> Contract {
    contract_of(&format!(
        "openapi: {version}\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    post:\n      \
         operationId: op\n      requestBody:\n        content:\n          application/json:\n            \
         schema: {schema}\n      responses: {{default: {{description: d}}}}\n"
    ))
}

#[test]
fn each_version_means_schemas_in_its_own_way() {
    let table = [
        // OpenAPI 3.0: nullable, booleans next to bounds, no keywords of later drafts, ignored siblings.
        ("3.0.3", "{type: string, nullable: true}", "null", true),
        ("3.0.3", "{type: string}", "null", false),
        ("3.0.3", "{nullable: true, minLength: 1}", "null", true),
        (
            "3.0.3",
            "{type: string, nullable: true, enum: [a]}",
            "null",
            false,
        ),
        (
            "3.0.3",
            "{type: string, nullable: true, enum: [a, null]}",
            "null",
            true,
        ),
        (
            "3.0.3",
            "{type: integer, minimum: 1, exclusiveMinimum: true}",
            "1",
            false,
        ),
        (
            "3.0.3",
            "{type: integer, minimum: 1, exclusiveMinimum: false}",
            "1",
            true,
        ),
        ("3.0.3", "{const: 1}", "2", true),
        (
            "3.0.3",
            "{type: integer, format: int32}",
            "2147483648",
            false,
        ),
        (
            "3.0.3",
            "{type: integer, format: int32}",
            "-2147483648",
            true,
        ),
        (
            "3.0.3",
            "{type: integer, format: int64}",
            "9223372036854775807",
            true,
        ),
        (
            "3.0.3",
            "{type: integer, format: int64}",
            "9223372036854775808",
            false,
        ),
        ("3.0.3", "{type: string, format: password}", "\"x\"", true),
        // OpenAPI 3.1: draft 2020-12.
        ("3.1.0", "{type: [string, 'null']}", "null", true),
        ("3.1.0", "{type: string, nullable: true}", "null", false),
        ("3.1.0", "{exclusiveMinimum: 1}", "1", false),
        ("3.1.0", "{const: 1}", "2", false),
        (
            "3.1.0",
            "{prefixItems: [{type: integer}], items: false}",
            "[1, 2]",
            false,
        ),
        (
            "3.2.0",
            "{if: {type: string}, then: {minLength: 2}}",
            "\"a\"",
            false,
        ),
        (
            "3.1.0",
            "{$id: 'x:/y', $schema: 'http://json-schema.org/draft-07/schema#', items: [{type: string}]}",
            "[1]",
            false,
        ),
    ];
    for (version, schema, payload, expected) in table {
        let contract = with_body(version, schema);
        let accepted = accepts(&contract, "op", Side::Request, None, payload);
        assert_eq!(accepted, expected, "{version} {schema} {payload}");
    }
    let old = contract_of(
        "openapi: 3.1.0\ninfo: {title: T, version: '1'}\njsonSchemaDialect: 'http://json-schema.org/draft-07/schema#'\n\
         paths:\n  /a:\n    post:\n      operationId: op\n      requestBody: {content: {application/json: {schema: {items: [{type: string}]}}}}\n      \
         responses: {default: {description: d}}\n",
    );
    assert!(!accepts(&old, "op", Side::Request, None, "[1]"));
}

#[test]
fn an_enum_may_be_read_as_if_it_listed_null() {
    let text = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a:\n    post:\n      operationId: op\n      \
        requestBody: {content: {application/json: {schema: {type: string, nullable: true, enum: [a]}}}}\n      \
        responses: {default: {description: d}}\n";
    let mut options = LoadOptions::default();
    options.compile.lenient_null = true;
    let (_folder, contract) = loaded(&[("api.yaml", text)], &options);
    assert!(accepts(&contract, "op", Side::Request, None, "null"));
    assert!(!accepts(&contract, "op", Side::Request, None, "\"b\""));
    assert_eq!(problems(&contract), "");
}

#[test]
fn what_is_read_only_is_required_in_responses_only() {
    let contract = contract_of(
        "
openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /a:
    post:
      operationId: op
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
      responses:
        200: {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
components:
  schemas:
    Id: {type: integer, readOnly: true}
    Base: {type: object, properties: {id: {$ref: '#/components/schemas/Id'}, pin: {type: string, writeOnly: true}}}
    Thing:
      allOf:
        - {$ref: '#/components/schemas/Base'}
        - {required: [id, pin, name]}
",
    );
    let response = |text| accepts(&contract, "op", Side::Response, Some(200), text);
    let request = |text| accepts(&contract, "op", Side::Request, None, text);
    assert!(request(r#"{"name": 1, "pin": "x"}"#));
    assert!(!request(r#"{"name": 1}"#), "pin is required in requests");
    assert!(response(r#"{"name": 1, "id": 7}"#));
    assert!(!response(r#"{"name": 1}"#), "id is required in responses");
    assert!(!request(r#"{"pin": "x"}"#) && !response(r#"{"id": 7}"#));
}

const SERVERS: &str = "
openapi: 3.1.0
info: {title: T, version: '1'}
servers:
  - url: https://api.example.com/v1/
  - url: https://{region}.example.com/{stage}/api
    variables: {region: {default: eu}, stage: {default: live, enum: [live, test]}}
  - url: /relative
paths:
  /pets/{id}: {get: {operationId: pet, parameters: [{name: id, in: path, required: true}], responses: {}}}
  /pets/mine: {get: {operationId: mine, responses: {}}}
  /pets/{id}.json: {get: {operationId: petJson, parameters: [{name: id, in: path, required: true}], responses: {}}}
  /compare/{base}...{head}: {get: {operationId: compare, responses: {}}}
  /own: {get: {operationId: own, servers: [{url: 'https://other.example.com/{any}', variables: {any: {default: x}}}], responses: {}}}
webhooks:
  sold: {post: {requestBody: {content: {application/json: {schema: {type: object}}}}}}
  both: {post: {}, put: {}}
";

#[test]
fn requests_are_routed_by_base_path_and_template() {
    let contract = contract_of(SERVERS);
    let table = [
        ("GET https://api.example.com/v1/pets/7", "pet id=7"),
        ("GET /v1/pets/7", "pet id=7"),
        ("GET /v1/pets/7/", "pet id=7"),
        ("GET /v1/pets/mine", "mine"),
        ("GET /v1/pets/7.json", "petJson id=7"),
        ("GET /v1/pets/a%2Fb", "pet id=a%2Fb"),
        ("GET /live/api/pets/7", "pet id=7"),
        ("GET /other/api/pets/7", "unknown"),
        ("GET /relative/pets/mine", "mine"),
        ("GET /pets/7", "unknown"),
        ("DELETE /v1/pets/7", "other method"),
        ("GET /v1/compare/v1.0...main", "compare base=v1.0 head=main"),
        ("GET /v1/compare/...main", "unknown"),
        ("GET /x/own", "own"),
        ("GET /anything/own", "own"),
        ("GET /v1/own", "own"),
        ("GET /a/b/own", "unknown"),
        ("POST sold", "unknown"),
    ];
    for (request, expected) in table {
        assert_eq!(routed(&contract, request), expected, "{request}");
    }
    let options = LoadOptions {
        base_path: Some("/proxy".to_owned()),
        ..LoadOptions::default()
    };
    let (_folder, moved) = loaded(&[("api.yaml", SERVERS)], &options);
    assert_eq!(routed(&moved, "GET /proxy/pets/7"), "pet id=7");
    assert_eq!(routed(&moved, "GET /proxy/own"), "own");
    assert_eq!(routed(&moved, "GET /v1/pets/7"), "unknown");
    let ids: Vec<&str> = contract.operations.iter().map(|o| o.id.as_str()).collect();
    assert_eq!(
        ids[5..],
        ["webhook:sold", "webhook:both:PUT", "webhook:both:POST"]
    );
}

#[test]
fn the_most_specific_status_decides() {
    let contract = contract_of(
        "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: op
      responses:
        200: {description: d, content: {application/json: {schema: {const: exact}}}}
        4XX: {description: d, content: {application/json: {schema: {const: class}}}}
        '404': {description: d, content: {application/json: {schema: {const: missing}}}}
        default: {description: d, content: {application/json: {schema: {const: default}}}}
",
    );
    for (status, expected) in [
        (200, "exact"),
        (201, "default"),
        (404, "missing"),
        (422, "class"),
        (503, "default"),
    ] {
        let text = format!("{expected:?}");
        assert!(
            accepts(&contract, "op", Side::Response, Some(status), &text),
            "{status}"
        );
    }
}

#[test]
fn swagger_2_is_read_into_the_same_contract() {
    let contract = contract_of(
        "
swagger: '2.0'
info: {title: Old shop, version: '1.2'}
host: shop.example
basePath: /api
consumes: [application/json]
produces: [application/json, application/vnd.shop+json]
parameters:
  Limit: {name: limit, in: query, type: integer, maximum: 10}
paths:
  /things/{id}:
    parameters:
      - {name: id, in: path, required: true, type: integer}
    put:
      operationId: putThing
      parameters:
        - {$ref: '#/parameters/Limit'}
        - {name: tags, in: query, type: array, items: {type: string}, collectionFormat: pipes}
        - {name: thing, in: body, required: true, schema: {$ref: '#/definitions/Thing'}}
      responses:
        200: {description: d, schema: {$ref: '#/definitions/Thing'}, examples: {application/json: {name: 1}}}
        204: {description: d}
    post:
      operationId: upload
      consumes: [multipart/form-data]
      parameters: [{name: file, in: formData, type: file}]
      responses: {200: {description: d, schema: {type: file}}}
definitions:
  Thing:
    type: object
    discriminator: kind
    required: [kind]
    properties: {kind: {type: string}, note: {type: string, x-nullable: true}}
  Lamp:
    allOf: [{$ref: '#/definitions/Thing'}, {required: [watt]}]
",
    );
    assert_eq!(contract.reference(), "old-shop@1.2");
    assert_eq!(problems(&contract), "");
    assert_eq!(routed(&contract, "PUT /api/things/7"), "putThing id=7");
    let put = contract.operation("putThing").expect("there");
    let styles: Vec<String> = put
        .parameters
        .iter()
        .map(|p| format!("{} {:?} {}", p.name, p.encoding, p.required))
        .collect();
    insta::assert_snapshot!(styles.join("\n"), @"
    limit Styled { style: Form, explode: false } false
    tags Styled { style: PipeDelimited, explode: false } false
    id Styled { style: Simple, explode: false } true
    ");
    let request = |text| accepts(&contract, "putThing", Side::Request, None, text);
    assert!(request(r#"{"kind": "Thing", "note": null}"#));
    assert!(!request(r#"{"note": null}"#));
    let Some(Payload::Content(content)) = put.payload(Side::Response, Some(200)) else {
        panic!("content")
    };
    let covering = content.covering("application/vnd.shop+json");
    assert!(covering.is_some_and(|media| media.schema.is_some()));
    assert!(content.covering("text/html").is_none());
    assert_eq!(
        put.payload(Side::Response, Some(204)),
        Some(&Payload::Absent)
    );
    let upload = contract.operation("upload").expect("there");
    assert_eq!(
        upload.payload(Side::Request, None).map(|form| (form.is_required(), form.schemas().len())),
        Some((false, 0))
    );
    assert_eq!(contract.samples.len(), 1);
}

#[test]
fn parameters_of_an_operation_replace_those_of_its_path() {
    let contract = contract_of(
        "
openapi: 3.1.0
info: {title: T, version: '1'}
paths:
  /a/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: integer}}
      - {name: q, in: query, schema: {type: integer}}
      - {name: q, in: header, schema: {type: integer}}
    get:
      operationId: op
      parameters:
        - {name: q, in: query, required: true, schema: {type: string}}
        - {name: f, in: query, style: deepObject, explode: true, schema: {type: object}}
        - {name: list, in: query, style: spaceDelimited, schema: {type: array}}
        - {name: json, in: query, content: {application/json: {schema: {type: object}}}}
      responses: {default: {description: d}}
",
    );
    let operation = contract.operation("op").expect("there");
    let parameters: Vec<String> = operation
        .parameters
        .iter()
        .map(|p| {
            format!(
                "{} in {} required {} {:?}",
                p.name, p.place, p.required, p.encoding
            )
        })
        .collect();
    insta::assert_snapshot!(parameters.join("\n"), @"
    q in query required true Styled { style: Form, explode: true }
    f in query required false Styled { style: DeepObject, explode: true }
    list in query required false Styled { style: SpaceDelimited, explode: false }
    json in query required false Json
    id in path required true Styled { style: Simple, explode: false }
    q in header required false Styled { style: Simple, explode: false }
    ");
}

#[test]
fn references_lead_to_other_files_and_to_urls_that_were_given() {
    let files = [
        (
            "api/openapi.yaml",
            "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /a: {$ref: 'paths/a.yaml'}\n",
        ),
        (
            "api/paths/a.yaml",
            "get:\n  operationId: op\n  responses:\n    200:\n      description: d\n      content:\n        \
             application/json: {schema: {$ref: '../../shared/schemas.yaml#/Pet'}}\n    \
             404: {$ref: 'https://example.com/errors.yaml#/NotFound'}\n    \
             500: {$ref: 'https://example.com/other.yaml'}\n    \
             501: {$ref: '../gone.yaml'}\n    \
             502: {$ref: '../broken.json'}\n",
        ),
        (
            "shared/schemas.yaml",
            "Pet: {type: object, properties: {next: {$ref: '#/Pet'}, kind: {$ref: 'kind.json'}}, required: [kind]}\n",
        ),
        (
            "shared/kind.json",
            "{\"type\": \"string\", \"nullable\": true}",
        ),
        (
            "errors.yaml",
            "NotFound: {description: d, content: {application/json: {schema: {type: string}}}}\n",
        ),
        ("api/broken.json", "{"),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    let options = LoadOptions {
        refs: [(
            "https://example.com/errors.yaml".to_owned(),
            folder.path().join("errors.yaml"),
        )]
        .into(),
        // Not part of the folder of the contract.
        allowed: vec![folder.path().to_owned()],
        ..LoadOptions::default()
    };
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let contract = crate::contract::read(&folder.path().join(files[0].0), &options).expect("loads");
    let response = |text| accepts(&contract, "op", Side::Response, Some(200), text);
    assert!(
        response(r#"{"kind": null, "next": {"kind": "x"}}"#),
        "the dialect of the contract"
    );
    assert!(!response(r#"{"kind": "x", "next": {}}"#));
    assert!(accepts(&contract, "op", Side::Response, Some(404), "\"x\""));
    let told = problems(&contract).replace(&format!("{}/", folder.path().display()), "");
    insta::assert_snapshot!(told, @r"
    a.yaml:9:11 `https://example.com/other.yaml` cannot be resolved: nothing is fetched over the network; give the file that holds it: --ref https://example.com/other.yaml=FILE
    a.yaml:10:11 `../gone.yaml` cannot be resolved: there is no file api/gone.yaml
    a.yaml:11:11 `../broken.json` cannot be resolved: api/broken.json:1:1: the text ends inside an object
    ");
}

#[test]
fn every_operation_and_schema_has_its_line() {
    let contract = contract_of(SERVERS);
    let document = contract.documents.iter().next().expect("one");
    let source = document.source.as_ref().expect("text");
    let locator = source.locator();
    let lines: Vec<u64> = contract
        .operations
        .iter()
        .filter_map(|operation| operation.place.as_ref())
        .map(|place| {
            source
                .origin(locator.find(&place.pointer).start)
                .position
                .line
        })
        .collect();
    assert_eq!(lines, [10, 11, 12, 13, 14, 16, 17, 17]);
}

#[test]
fn documents_that_are_no_contract_are_refused() {
    let refused = |name: &str, text: &str| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("written");
        let error = crate::contract::read(&path, &LoadOptions::default()).expect_err("is refused");
        error
            .to_string()
            .replace(&format!("{}/", folder.path().display()), "")
    };
    insta::assert_snapshot!(refused("a.yaml", "openapi: 4.0.0\n"), @"a.yaml: OpenAPI 4.0.0 is not supported; supported versions: 2.0 (as `swagger`), 3.0, 3.1, 3.2");
    insta::assert_snapshot!(refused("a.yaml", "swagger: '1.2'\n"), @"a.yaml: Swagger 1.2 is not supported; supported version: 2.0");
    insta::assert_snapshot!(refused("a.yaml", "asyncapi: 2.0.0\n"), @"a.yaml: this is an AsyncAPI document; expected OpenAPI or JSON Schema");
    insta::assert_snapshot!(refused("a.json", "[1]"), @"a.json: this looks like a payload; expected an OpenAPI document or a JSON Schema");
    insta::assert_snapshot!(refused("a.yaml", "hello: world\n"), @"a.yaml: this looks like a payload; expected an OpenAPI document or a JSON Schema");
    insta::assert_snapshot!(refused("a.yaml", ""), @"a.yaml:1:1: the document is empty");
    insta::assert_snapshot!(refused("a.json", "{\"openapi\": }"), @"a.json:1:13: expected a value");
    let gone = crate::contract::read(Path::new("gone.yaml"), &LoadOptions::default());
    insta::assert_snapshot!(gone.expect_err("is refused").to_string(), @"cannot read gone.yaml: no such file or folder");
}
