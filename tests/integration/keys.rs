//! The key of a finding and of a change is the same in every run.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::common::{folder, run_in};

const API: &str = "\
openapi: 3.0.3
info: {title: Shop, version: 1.0.0}
paths:
  /orders:
    get:
      operationId: listOrders
      parameters:
        - {name: limit, in: query, schema: {type: integer, maximum: 100}}
        - {$ref: '#/components/parameters/page'}
      responses:
        '200': {description: d, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/Order'}}}}}
  /orders/{id}:
    get:
      operationId: getOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        '200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Order'}}}}
    delete:
      operationId: dropOrder
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        '204': {description: d}
components:
  parameters:
    page: {name: page, in: query, schema: {type: integer}}
  schemas:
    Order:
      type: object
      required: [id, state, created]
      properties:
        id: {type: integer, minimum: 1}
        state: {type: string, enum: [open, closed]}
        created: {type: string, format: date-time, example: 2022-11-01T10:00:00Z}
        buyer: {$ref: '#/components/schemas/Buyer'}
    Buyer:
      type: object
      additionalProperties: false
      properties: {name: {type: string, maxLength: 8}}
";

/// One exchange for each sort of finding.
const EXCHANGES: [&str; 12] = [
    "GET /orders?limit=500 HTTP/1.1\nHost: a\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n[]\n\n",
    "GET /orders?page=x&utm=1 HTTP/1.1\nHost: a\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n[{\"id\": 0}]\n\n",
    "GET /orders HTTP/1.1\nHost: a\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n[{\"id\": 1, \"state\": \"lost\", \"created\": \"2022-11-01T10:00:00+00:00\"}]\n\n",
    "GET /orders/1 HTTP/1.1\nHost: a\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"id\": \"1\", \"state\": \"gone\", \"created\": \"now\"}\n\n",
    "GET /orders/2 HTTP/1.1\nHost: a\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"id\": 2, \"state\": \"open\", \"created\": \"2022-11-01T10:00:00Z\", \"note\": \"\"}\n\n",
    "GET /orders/3 HTTP/1.1\nHost: a\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"id\": 3, \"state\": \"open\", \"created\": \"2022-11-01T10:00:00Z\", \"buyer\": {\"name\": \"Bartholomew\", \"age\": 7}}\n\n",
    "GET /orders/4 HTTP/1.1\nHost: a\n\nHTTP/1.1 500 Oops\nContent-Type: application/json\n\n{}\n\n",
    "GET /orders/5 HTTP/1.1\nHost: a\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"id\": \n\n",
    "GET /orders/<ID> HTTP/1.1\nHost: a\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"id\": \"<ID>\", \"state\": \"open\", \"created\": \"2022-11-01T10:00:00Z\"}\n\n",
    "DELETE /orders/6 HTTP/1.1\nHost: a\nContent-Type: application/json\n\n{}\n\nHTTP/1.1 204 No Content\n\n",
    "PUT /orders/7 HTTP/1.1\nHost: a\n\nHTTP/1.1 200 OK\n\n",
    "GET /baskets/8 HTTP/1.1\nHost: a\n\nHTTP/1.1 404 Not Found\n\n",
];

/// The keys of the findings on captures, each written to a file.
fn keys(api: &str, captures: &[(&str, Vec<&str>)]) -> BTreeSet<String> {
    let folder = folder(&[("api.yaml", api)]);
    let mut arguments = vec!["check", "--contract", "api.yaml", "--output", "json"];
    for (name, exchanges) in captures {
        fs::write(folder.path().join(name), exchanges.concat()).expect("written");
        arguments.push(name);
    }
    keys_of(folder.path(), &arguments, "findings")
}

fn keys_of(folder: &Path, arguments: &[&str], list: &str) -> BTreeSet<String> {
    let (_, stdout, stderr) = run_in(folder, arguments, "");
    let report: Value =
        serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}"));
    let list = report[list].as_array().expect("a list");
    let keys: Vec<String> = list
        .iter()
        .map(|item| item["key"].as_str().expect("a key").to_owned())
        .collect();
    let unique: BTreeSet<String> = keys.iter().cloned().collect();
    assert_eq!(
        unique.len(),
        keys.len(),
        "each key is there once: {keys:#?}"
    );
    unique
}

#[test]
fn findings_keep_their_keys() {
    let all = EXCHANGES.to_vec();
    let whole = keys(API, &[("a.http", all.clone())]);
    insta::assert_snapshot!(whole.iter().cloned().collect::<Vec<_>>().join("\n"));

    let mut reversed = all.clone();
    reversed.reverse();
    assert_eq!(keys(API, &[("a.http", reversed)]), whole, "another order");
    assert_eq!(
        keys(API, &[("other-name.http", all.clone())]),
        whole,
        "another file"
    );
    // With more payloads, what none of them shows is a finding, too.
    let mut more = keys(API, &[("a.http", all.repeat(3))]);
    more.retain(|key| !key.starts_with("unseen-"));
    assert_eq!(more, whole, "more of the same");
    let newer = API.replace("version: 1.0.0", "version: 2.4.1");
    assert_eq!(
        keys(&newer, &[("a.http", all.clone())]),
        whole,
        "another version"
    );
    // What is in the contract before it, and how it is laid out, makes no difference.
    let longer = API.replace("components:\n", "tags:\n  - {name: t}\n\n\ncomponents:\n");
    assert_eq!(
        keys(&longer, &[("a.http", all.clone())]),
        whole,
        "other lines"
    );

    // A host counts as that of the API where some request to it has an operation: both parts have one.
    for middle in 1..10 {
        let (first, second) = all.split_at(middle);
        let mut both = keys(API, &[("a.http", first.to_vec())]);
        both.extend(keys(API, &[("a.http", second.to_vec())]));
        assert_eq!(both, whole, "split after {middle}");
        let files = [("a.http", first.to_vec()), ("b.http", second.to_vec())];
        assert_eq!(keys(API, &files), whole, "two files, split after {middle}");
    }
}

#[test]
fn payloads_of_another_version_keep_their_keys() {
    let root = crate::common::root();
    let check = |version: &str, capture: &str| {
        let arguments = [
            "check",
            capture,
            "--contract",
            version,
            "--output",
            "json",
            "--level",
            "other-version=off",
        ];
        keys_of(root, &arguments, "findings")
    };
    let plain = check(
        "organisations@v1",
        "samples/organisations/drift/list-organisations.v1.json.gz",
    );
    assert_eq!(plain.len(), 1, "{plain:#?}");
    let newer = check(
        "organisations@v2",
        "samples/organisations/drift/list-organisations.v1.json.gz",
    );
    assert!(newer.is_superset(&plain), "{plain:#?}\n{newer:#?}");
}

#[test]
fn changes_keep_their_keys() {
    let changed = API
        .replace("maximum: 100", "maximum: 50")
        .replace("enum: [open, closed]", "enum: [open]")
        .replace(
            "required: [id, state, created]",
            "required: [id, state, created, buyer]",
        )
        .replace("'204': {description: d}", "'202': {description: d}");
    let diff = |old: &str, new: &str| {
        let folder = folder(&[("old.yaml", old), ("new.yaml", new)]);
        keys_of(
            folder.path(),
            &["diff", "old.yaml", "new.yaml", "--output", "json"],
            "changes",
        )
    };
    let keys = diff(API, &changed);
    insta::assert_snapshot!(keys.iter().cloned().collect::<Vec<_>>().join("\n"));
    let newer = changed.replace("version: 1.0.0", "version: 3.0.0");
    assert_eq!(diff(API, &newer), keys);
    let lines = format!("# a comment\n\n{changed}");
    assert_eq!(diff(API, &lines), keys);
}

#[test]
fn every_change_of_a_real_move_has_a_key_of_its_own() {
    let diff = [
        "diff",
        "organisations@v1",
        "organisations@v2",
        "--output",
        "json",
    ];
    assert!(keys_of(crate::common::root(), &diff, "changes").len() > 20);
}
