//! The table of `affected`, checked with traffic: each rule on each side, with counts that were made by hand.

mod around;
mod recount;
mod schemas;

use std::fmt::Write as _;

use serde_json::{Value as Json, json};

use crate::capture::{self, Reading};
use crate::contract::LoadOptions;
use crate::diff::{Difference, Fact, Options, compare_contracts};
use crate::migrate::impact::{ImpactWatcher, Usage};
use crate::migrate::{Migration, Moves};
use crate::observe::{Engine, Observer};

use around::around;
use schemas::rows;

/// What traffic of the old contract says about each change.
fn usages(old: &Json, new: &Json, traffic: &str) -> Vec<(Difference, Usage)> {
    let streamed = usages_by(Engine::Streaming, old, new, traffic);
    // The bytes give the same result as the trees.
    let shown = |usages: &[(Difference, Usage)]| {
        let usages: Vec<String> = usages
            .iter()
            .map(|(_, usage)| format!("{usage:#?}"))
            .collect();
        let text = usages.concat();
        // Each run has its own folder.
        let lines = text.lines().filter(|line| !line.contains("file:"));
        lines.collect::<Vec<_>>().join("\n")
    };
    let reference = usages_by(Engine::Reference, old, new, traffic);
    assert_eq!(shown(&streamed), shown(&reference), "{old} {new} {traffic}");
    streamed
}

fn usages_by(engine: Engine, old: &Json, new: &Json, traffic: &str) -> Vec<(Difference, Usage)> {
    let folder = tempfile::tempdir().expect("a folder");
    let load = |name: &str, document: &Json| {
        let path = folder.path().join(name);
        std::fs::write(&path, document.to_string()).expect("written");
        crate::contract::read(&path, &LoadOptions::default()).expect("loads")
    };
    let (old, new) = (load("old.json", old), load("new.json", new));
    // The version in the file name says whose traffic it is.
    let path = folder.path().join("traffic.v1.http");
    std::fs::write(&path, traffic).expect("written");
    let found = compare_contracts(&old, &new, &Options::default());
    let moves = Moves::default();
    let migration = Migration {
        old: &old,
        new: &new,
        alignment: &found.alignment,
        moves: &moves,
        accept_guesses: true,
    };
    let counts = vec![true; found.changes.len()];
    let watcher = ImpactWatcher::new(migration, &found.changes, counts, None);
    let asked = vec![&old, &new];
    let observation = crate::observe::Options {
        engine,
        ..crate::observe::Options::default()
    };
    let observer = Observer::new(asked.clone(), asked, observation);
    let mut observer = observer.watched_by(watcher);
    let inputs = [capture::Input::Path(path)];
    Reading::default().read(&inputs, &mut observer);
    assert_eq!(observer.problems.len(), 0, "{:?}", observer.problems);
    let (_, watcher) = observer.unwatched();
    let usages = watcher.finish().usage;
    let changes = found.changes.iter().cloned();
    changes.zip(usages).collect()
}

/// An API of one operation.
fn api(version: &str, operation: &Json) -> Json {
    json!({"openapi": "3.1.0", "info": {"title": "Shop", "version": version}, "paths": {"/things": {"post": operation}}})
}

fn body(schema: &Json) -> Json {
    json!({"application/json": {"schema": schema}})
}

/// The operation with the schema on one side.
fn of_side(is_request: bool, schema: &Json) -> Json {
    match is_request {
        true => json!({
            "operationId": "create",
            "requestBody": {"content": body(schema)},
            "responses": {"204": {"description": ""}}
        }),
        false => json!({
            "operationId": "create",
            "responses": {"200": {"description": "", "content": body(schema)}}
        }),
    }
}

/// An exchange: the query, headers and body of the request, and the status, headers and body of the response.
fn exchange(
    query: &str,
    request: (&str, Option<&str>),
    response: (&str, &str, Option<&str>),
) -> String {
    let message = |start: String, headers: &str, body: Option<&str>| {
        let mut text = format!("{start}\r\n{headers}");
        if let Some(body) = body {
            if !headers.to_lowercase().contains("content-type") {
                text.push_str("Content-Type: application/json\r\n");
            }
            let _ = write!(text, "Content-Length: {}\r\n", body.len());
        }
        let _ = write!(text, "\r\n{}\r\n\r\n", body.unwrap_or_default());
        text
    };
    let (headers, sent) = request;
    let (status, fields, answered) = response;
    message(
        format!("POST /things{query} HTTP/1.1"),
        &format!("Host: a\r\n{headers}"),
        sent,
    ) + &message(format!("HTTP/1.1 {status}"), fields, answered)
}

/// Payloads of one side.
fn traffic_of(is_request: bool, payloads: &[&str]) -> String {
    let exchanges = payloads.iter().map(|payload| match is_request {
        true => exchange("", ("", Some(payload)), ("204 No Content", "", None)),
        false => exchange("", ("", None), ("200 OK", "", Some(payload))),
    });
    exchanges.collect()
}

/// Messages that contain the place, those that could show the change, those that do, and those that already
/// do what only the new contract allows.
type Counts = [u64; 4];

const fn counts(usage: &Usage) -> Counts {
    let old = &usage.old;
    [old.reached, old.telling, old.shown, old.early]
}

#[test]
fn schema_changes_affect_the_messages_that_the_table_says() {
    let mut wrong = String::new();
    for row in rows() {
        for is_request in [true, false] {
            let expected = if is_request {
                row.request
            } else {
                row.response
            };
            let (old, new) = (
                api("v1", &of_side(is_request, &row.old)),
                api("v2", &of_side(is_request, &row.new)),
            );
            let usages = usages(&old, &new, &traffic_of(is_request, row.payloads));
            let found = usages
                .iter()
                .find(|(change, _)| change.fact.rule().id == row.rule);
            let found = found.map(|(_, usage)| counts(usage));
            if found != Some(expected) {
                let all: Vec<&str> = usages
                    .iter()
                    .map(|(change, _)| change.fact.rule().id)
                    .collect();
                let _ = writeln!(
                    wrong,
                    "{} is_request={is_request}: {expected:?}, found {found:?} of {all:?}",
                    row.rule
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn changes_around_schemas_affect_the_exchanges_that_the_table_says() {
    let mut wrong = String::new();
    for row in around() {
        let (old, new) = (api("v1", &row.old), api("v2", &row.new));
        let usages = usages(&old, &new, &row.exchanges.concat());
        let mut found = usages
            .iter()
            .filter(|(change, _)| change.fact.rule().id == row.rule);
        let found = found.next().map(|(_, usage)| counts(usage));
        if found != Some(row.counts) {
            let all: Vec<&str> = usages
                .iter()
                .map(|(change, _)| change.fact.rule().id)
                .collect();
            let _ = writeln!(
                wrong,
                "{}: {:?}, found {found:?} of {all:?}",
                row.rule, row.counts
            );
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// Facts about whole operations, each with old and new paths, and what three exchanges say about it.
fn whole() -> Vec<(&'static str, Json, Json, Counts)> {
    let none = || json!({"responses": {"204": {"description": ""}}});
    let named = || json!({"operationId": "create", "responses": {"204": {"description": ""}}});
    let things = |method: &str| json!({"/things": {method: none()}});
    let both = json!({"/things": {"post": none(), "get": none()}});
    vec![
        (
            "operation-removed",
            both.clone(),
            things("get"),
            [3, 3, 3, 0],
        ),
        ("operation-added", things("post"), both, [0, 0, 0, 0]),
        (
            "method-changed",
            things("post"),
            things("put"),
            [3, 3, 3, 0],
        ),
        (
            "path-changed",
            json!({"/things": {"post": named()}}),
            json!({"/stuff": {"post": named()}}),
            [3, 3, 3, 0],
        ),
    ]
}

#[test]
fn changes_of_operations_affect_all_their_exchanges() {
    let document = |version, paths: Json| json!({"openapi": "3.1.0", "info": {"title": "Shop", "version": version}, "paths": paths});
    let traffic = exchange("", ("", None), ("204 No Content", "", None)).repeat(3);
    for (rule, old, new, expected) in whole() {
        let usages = usages(&document("v1", old), &document("v2", new), &traffic);
        let mut found = usages
            .iter()
            .filter(|(change, _)| change.fact.rule().id == rule);
        let found = found.next().map(|(_, usage)| counts(usage));
        let all: Vec<&str> = usages
            .iter()
            .map(|(change, _)| change.fact.rule().id)
            .collect();
        assert_eq!(found, Some(expected), "{rule} of {all:?}");
    }
}

/// Rules that the traffic of one operation does not show, each with the reason.
const ELSEWHERE: [(&str, &str); 11] = [
    ("xml-changed", "of contracts with XML: tests/integration/media.rs"),
    (
        "operation-replaced",
        "only in the built-in contracts: tests/integration/report.rs",
    ),
    ("note-changed", "only in the built-in contracts"),
    ("operation-id-changed", "nothing of it is on the wire"),
    ("server-added", "of a contract, not of an operation"),
    ("server-removed", "of a contract, not of an operation"),
    ("schema-added", "of contracts of JSON Schemas"),
    ("schema-removed", "of contracts of JSON Schemas"),
    ("envelope-added", "in `src/migrate/tests`"),
    ("envelope-removed", "in `src/migrate/tests`"),
    (
        "discriminator-changed",
        "of components, which these contracts do not have",
    ),
];

#[test]
fn every_rule_is_in_a_table() {
    let mut told: Vec<&str> = rows().iter().map(|row| row.rule).collect();
    told.extend(around().iter().map(|row| row.rule));
    told.extend(whole().iter().map(|row| row.0));
    told.extend(ELSEWHERE.iter().map(|(rule, _)| *rule));
    let mut missing: Vec<&str> = Fact::ALL.iter().map(|fact| fact.rule().id).collect();
    missing.retain(|rule| !told.contains(rule));
    assert_eq!(missing, Vec::<&str>::new());
}
