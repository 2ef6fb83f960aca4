//! `infer --update` adds the operations that a contract lacks.

use std::fs;

use crate::common::{Run, folder, wiredrift};

const CONTRACT: &str = "\
openapi: 3.0.3
info: {title: Pets, version: '1'}
servers:
  - url: https://pets.example/v1
security: [{key: []}]
paths: # All of them are public.
  /pets/{petId}:
    get:
      operationId: showPet
      parameters:
        - $ref: '#/components/parameters/PetId'
      responses:
        '200': {description: a pet}
components:
  parameters:
    PetId: {name: petId, in: path, required: true, schema: {type: integer, minimum: 1}}
  securitySchemes:
    key: {type: apiKey, in: header, name: X-Api-Key}
";

fn exchange(method: &str, url: &str, status: u16, body: &str) -> String {
    let key = match method {
        "DELETE" => "",
        _ => ",\"X-Api-Key\":\"abc\"",
    };
    format!(
        "{{\"request\":{{\"method\":\"{method}\",\"url\":\"{url}\",\"headers\":{{\"Accept\":\"application/json\"{key}}}}},\
         \"response\":{{\"status\":{status},\"headers\":{{\"content-type\":\"application/json\"}},\"body\":{body}}}}}\n"
    )
}

fn traffic() -> String {
    let at = |path: &str| format!("https://pets.example{path}");
    [
        exchange("GET", &at("/v1/pets/1"), 200, "{\"id\":1}"),
        exchange(
            "DELETE",
            &at("/v1/pets/1"),
            200,
            "{\"gone\":true,\"at\":null}",
        ),
        exchange(
            "DELETE",
            &at("/v1/pets/2"),
            200,
            "{\"gone\":true,\"at\":\"2026-01-02\"}",
        ),
        exchange("PUT", &at("/v1/pets/2"), 405, "{\"error\":\"no\"}"),
        exchange(
            "GET",
            &at("/v1/owners/7/pets?page=2"),
            200,
            "[{\"id\":1,\"name\":null}]",
        ),
        exchange("GET", &at("/v1/owners/8/pets"), 200, "[]"),
        exchange("GET", &at("/v1/staff"), 404, "{\"error\":\"none\"}"),
        exchange("GET", &at("/v2/pets"), 200, "[]"),
        exchange("GET", &at("/proxy/pets/9"), 200, "{\"id\":9}"),
        exchange("GET", "https://stats.example/v1/count", 200, "{}"),
    ]
    .concat()
}

fn run(folder: &std::path::Path, arguments: &[&str]) -> Run {
    wiredrift(folder, arguments, "")
}

#[test]
fn operations_that_a_contract_lacks_are_added() {
    let files = folder(&[("api.yaml", CONTRACT), ("traffic.ndjson", &traffic())]);
    let update = ["infer", "traffic.ndjson", "--update", "api.yaml"];
    let updated = run(files.path(), &update);
    assert_eq!(updated.code, 0, "{updated:?}");
    insta::assert_snapshot!(format!("{}\n{}", updated.stdout, updated.stderr));
    // Once is enough.
    let text = || fs::read_to_string(files.path().join("api.yaml")).expect("readable");
    let first = text();
    let again = run(files.path(), &update);
    assert!(!again.stdout.contains("Added"), "{again:?}");
    assert_eq!(text(), first);
    let lint = run(files.path(), &["lint", "api.yaml", "--fail-on", "error"]);
    assert_eq!(lint.code, 0, "{lint:?}");
    // What the contract requires of credentials stays.
    let own: String = traffic()
        .lines()
        .take(6)
        .filter(|line| !line.contains("405"))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(files.path().join("own.ndjson"), own).expect("written");
    let check = run(
        files.path(),
        &[
            "check",
            "own.ndjson",
            "-c",
            "api.yaml",
            "-l",
            "missing-credentials=off",
            "--fail-on",
            "warning",
        ],
    );
    assert_eq!(check.code, 0, "{check:?}");
}

/// What a run adds to a contract with these paths, for these requests below its server.
fn added(paths: &str, requests: &[(&str, &str)]) -> (Vec<String>, String) {
    let contract = format!(
        "openapi: 3.1.0\ninfo: {{title: Pets, version: '1'}}\nservers: [{{url: 'https://pets.example/v1'}}]\npaths:\n{paths}"
    );
    let answered = |(method, url): &(&str, &str)| match url.starts_with('/') {
        true => exchange(method, &format!("https://pets.example/v1{url}"), 200, "{}"),
        false => exchange(method, url, 200, "{}"),
    };
    let traffic: String = requests.iter().map(answered).collect();
    let files = folder(&[("api.yaml", &contract), ("traffic.ndjson", &traffic)]);
    let update = ["infer", "traffic.ndjson", "--update", "api.yaml"];
    let updated = run(files.path(), &update);
    let again = run(files.path(), &update);
    assert!(!again.stdout.contains("Added"), "{again:?}");
    let lines = updated
        .stdout
        .lines()
        .skip_while(|line| !line.starts_with("Added"))
        .skip(1);
    let added = lines
        .take_while(|line| !line.is_empty())
        .map(|line| line.trim().to_owned());
    (
        added.collect(),
        fs::read_to_string(files.path().join("api.yaml")).expect("readable"),
    )
}

/// What is tested, the paths of the contract, requests, and what is added.
type Row<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);

#[test]
fn only_what_is_missing_is_added() {
    let get = "    get:\n      responses: {'200': {description: '', content: {application/json: {schema: {type: object}}}}}\n";
    let list = format!("  /pets:\n{get}");
    let one = format!(
        "  /pets/{{id}}:\n    parameters: [{{name: id, in: path, required: true, schema: {{type: integer}}}}]\n{get}"
    );
    let rows: [Row<'_>; 8] = [
        (
            "a path below a known name",
            &list,
            &[
                ("GET", "/pets"),
                ("GET", "/owners/7/pets"),
                ("GET", "/shops/pets"),
            ],
            &["GET /owners/{ownerId}/pets", "GET /shops/pets"],
        ),
        (
            "a name where others have an id",
            &one,
            &[("GET", "/pets/1"), ("POST", "/pets/search")],
            &["POST /pets/search"],
        ),
        (
            "methods on another host",
            &one,
            &[
                ("GET", "/pets/1"),
                ("POST", "https://other.example/v1/pets/1"),
            ],
            &[],
        ),
        (
            "another host of the API",
            &list,
            &[
                ("GET", "https://eu.pets.example/v1/pets"),
                ("GET", "https://eu.pets.example/v1/owners"),
                ("POST", "/owners"),
            ],
            &["GET /owners", "POST /owners"],
        ),
        (
            "an item without methods",
            "  /owners: # kept\n    summary: Owners\n  /pets:\n    get: {responses: {'200': {description: '', content: {application/json: {}}}}}\n",
            &[("GET", "/pets"), ("GET", "/owners")],
            &["GET /owners"],
        ),
        (
            "an item elsewhere",
            &format!("  /owners: {{$ref: none.yaml}}\n{list}"),
            &[("GET", "/pets"), ("GET", "/owners")],
            &[],
        ),
        (
            "another server of a path",
            &format!("{list}    servers: [{{url: 'https://pets.example/v2'}}]\n{one}"),
            &[
                ("GET", "/pets"),
                ("GET", "/pets/1"),
                ("GET", "https://pets.example/v2/pets"),
                ("GET", "https://pets.example/v2/toys"),
            ],
            &[],
        ),
        (
            "a template that crosses another",
            &format!(
                "  /{{kind}}/list:\n    parameters: [{{name: kind, in: path, required: true, schema: {{type: string}}}}]\n{get}"
            ),
            &[
                ("GET", "/dogs/list"),
                ("GET", "/dogs/7"),
                ("GET", "/dogs/8"),
            ],
            &[],
        ),
    ];
    for (what, paths, requests, expected) in rows {
        let (added, text) = added(paths, requests);
        assert_eq!(added, expected, "{what}: {text}");
        for line in paths.lines() {
            assert!(text.contains(line), "{what}: {line} is in {text}");
        }
    }
}

#[test]
fn paths_in_other_files_get_their_methods_there() {
    let root = "{\n  \"openapi\": \"3.1.0\",\n  \"info\": {\"title\": \"Pets\", \"version\": \"1\"},\n  \"paths\": {\"/pets/{petId}\": {\"$ref\": \"pet.yaml\"}}\n}\n";
    let pet = "# One pet.\nget:\n  operationId: showPet\n  parameters:\n    - {name: petId, in: path, required: true, schema: {type: integer}}\n  responses: {'200': {description: a pet}}\n";
    let traffic = [
        exchange("GET", "/pets/1", 200, "{\"id\":1}"),
        exchange("POST", "/pets/1", 201, "{\"id\":1}"),
        exchange("GET", "/pets", 200, "[{\"id\":1}]"),
    ]
    .concat();
    let files = folder(&[
        ("api.json", root),
        ("pet.yaml", pet),
        ("traffic.ndjson", &traffic),
    ]);
    let updated = run(
        files.path(),
        &["infer", "traffic.ndjson", "--update", "api.json"],
    );
    assert_eq!(updated.code, 0, "{updated:?}");
    let text = |name: &str| fs::read_to_string(files.path().join(name)).expect("readable");
    insta::assert_snapshot!(format!("{}---\n{}", text("api.json"), text("pet.yaml")));
    let check = run(
        files.path(),
        &[
            "check",
            "traffic.ndjson",
            "-c",
            "api.json",
            "--fail-on",
            "warning",
        ],
    );
    assert_eq!(check.code, 0, "{check:?}");
}

#[test]
fn a_path_item_that_several_paths_have_gets_a_method_once() {
    let root = "openapi: 3.1.0\ninfo: {title: Pets, version: '1'}\npaths:\n  /pets/{id}: {$ref: pet.yaml}\n  /animals/{id}: {$ref: pet.yaml}\n";
    let pet = "get:\n  parameters: [{name: id, in: path, required: true, schema: {type: integer}}]\n  responses: {'200': {description: a pet, content: {application/json: {schema: {type: object}}}}}\n";
    let traffic = [
        exchange("GET", "/pets/1", 200, "{}"),
        exchange("PUT", "/pets/1", 200, "{}"),
        exchange("PUT", "/animals/1", 200, "{}"),
    ]
    .concat();
    let files = folder(&[
        ("api.yaml", root),
        ("pet.yaml", pet),
        ("traffic.ndjson", &traffic),
    ]);
    let updated = run(
        files.path(),
        &["infer", "traffic.ndjson", "--update", "api.yaml"],
    );
    assert!(
        updated.stdout.starts_with("Added 2 operations:\n"),
        "{updated:?}"
    );
    let check = run(
        files.path(),
        &[
            "check",
            "traffic.ndjson",
            "-c",
            "api.yaml",
            "--fail-on",
            "warning",
        ],
    );
    assert_eq!(check.code, 0, "{check:?}");
}

#[test]
fn hosts_that_are_not_of_the_api_are_reported_together() {
    let contract = "openapi: 3.1.0\ninfo: {title: Pets, version: '1'}\nservers: [{url: 'https://pets.example'}]\npaths:\n  /pets:\n    get: {responses: {'200': {description: '', content: {application/json: {schema: {type: array}}}}}}\n";
    let hosts =
        (0..5).map(|host| exchange("GET", &format!("https://h{host}.example/x"), 200, "{}"));
    let traffic: String = hosts
        .chain([exchange("GET", "https://pets.example/pets", 200, "[]")])
        .collect();
    let files = folder(&[("api.yaml", contract), ("traffic.ndjson", &traffic)]);
    let updated = run(
        files.path(),
        &["infer", "traffic.ndjson", "--update", "api.yaml"],
    );
    assert_eq!(
        updated.stderr,
        "warning: no operations are added for h0.example, h1.example, h2.example and 2 more hosts: the contract has no such servers, and none of its operations was called there\n"
    );
}

#[test]
fn what_cannot_be_added_is_said() {
    let swagger = "swagger: '2.0'\ninfo: {title: Pets, version: '1'}\npaths:\n  /pets:\n    get: {operationId: listPets, responses: {'200': {description: pets}}}\n";
    let files = folder(&[
        ("api.yaml", swagger),
        ("traffic.ndjson", &exchange("GET", "/owners", 200, "[]")),
    ]);
    let updated = run(
        files.path(),
        &["infer", "traffic.ndjson", "--update", "api.yaml"],
    );
    assert!(
        updated
            .stderr
            .contains("operations can only be added to OpenAPI 3"),
        "{updated:?}"
    );
    assert_eq!(
        fs::read_to_string(files.path().join("api.yaml")).expect("readable"),
        swagger
    );
}
