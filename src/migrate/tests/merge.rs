//! What traffic says about changes, merged from parts.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::capture::{Input, Reading};
use crate::contract::Contract;
use crate::diff::{Diff, Options, compare_contracts};
use crate::migrate::impact::{Impact, ImpactWatcher, SideBySide};
use crate::migrate::{Migration, Moves};
use crate::observe::{Observer, Preparation};

struct Api {
    old: Contract,
    new: Contract,
    diff: Diff,
    moves: Moves,
}

fn contract(version: &str, book: &Json) -> Contract {
    let answer = |schema: Json| json!({"200": {"description": "", "content": {"application/json": {"schema": schema}}}});
    let list = json!({"type": "object", "properties": {"data": {"type": "array", "items": book}}});
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Books", "version": version},
        "paths": {
            format!("/v{version}/books"): {"get": {"operationId": "listBooks", "responses": answer(list)}},
            format!("/v{version}/books/{{id}}"): {"get": {"operationId": "showBook", "responses": answer(book.clone())}},
        },
    });
    Contract::from_openapi(&document).expect("a contract")
}

static API: LazyLock<Api> = LazyLock::new(|| {
    let old = json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "integer"},
            "writer_name": {"type": "string", "maxLength": 9, "description": "Who wrote it"},
            "state": {"enum": ["new", "used", "lost"]},
            "pages": {"type": ["integer", "null"]},
            "notes": {"type": "array", "items": {"type": "string"}},
        },
    });
    let new = json!({
        "type": "object",
        "required": ["id"],
        "properties": {
            "id": {"type": "integer"},
            "writerName": {"type": "string", "maxLength": 9, "description": "Who wrote it"},
            "state": {"enum": ["new", "used"]},
            "pages": {"type": "integer"},
            "link": {"type": "string"},
        },
    });
    let (old, new) = (contract("1", &old), contract("2", &new));
    let diff = compare_contracts(&old, &new, &Options::default());
    let moves = Moves::default();
    Api { old, new, diff, moves }
});

fn migration() -> Migration<'static> {
    let Api { old, new, diff, moves } = &*API;
    Migration { old, new, alignment: &diff.alignment, moves, accept_guesses: true }
}

/// What files say about the changes.
fn impact(files: &[(&str, &[String])]) -> Impact {
    let inputs: Vec<Input> = files
        .iter()
        .map(|(name, lines)| Input::Memory {
            name: (*name).into(),
            bytes: (lines.join("\n") + "\n").into_bytes().into(),
        })
        .collect();
    let changes = &API.diff.changes;
    let by = "header:User-Agent".parse().expect("a header");
    let watcher = ImpactWatcher::new(migration(), changes, vec![true; changes.len()], Some(by));
    let versions = vec![&API.old, &API.new];
    let observer = Observer::new(versions.clone(), versions, crate::observe::Options::default());
    let observer = observer.watched_by(watcher).read(&inputs, &Reading::default(), Preparation::default());
    observer.unwatched().1.finish()
}

/// Merged impacts, each written and read before.
fn merged(parts: &[&Impact]) -> Impact {
    let mut all = Impact::default();
    for part in parts {
        let text = serde_json::to_string(part).expect("writes");
        let read: Impact = serde_json::from_str(&text).expect("reads");
        assert_eq!(&read, *part);
        all += read;
    }
    all
}

fn assert_merges(names: [&str; 3], parts: &[Vec<String>; 3]) -> (Impact, SideBySide) {
    let files: Vec<(&str, &[String])> = names.iter().zip(parts).map(|(name, lines)| (*name, &**lines)).collect();
    let whole = impact(&files);
    let mut reversed = files.clone();
    reversed.reverse();
    assert_eq!(impact(&reversed), whole);
    let [a, b, c] = [0, 1, 2].map(|part| impact(&files[part..=part]));
    let text = serde_json::to_string(&whole).expect("writes");
    for merged in [merged(&[&a, &b, &c]), merged(&[&c, &b, &a]), merged(&[&b, &merged(&[&a, &c])])] {
        assert_eq!(merged, whole);
        assert_eq!(serde_json::to_string(&merged).expect("writes"), text);
    }
    let pairs = whole.side_by_side(migration());
    (whole, pairs)
}

fn book() -> impl Strategy<Value = Json> {
    let names = prop::sample::select(vec!["writer_name", "writerName", "state", "pages", "notes", "link", "extra", "owner"]);
    let value = prop_oneof![
        Just(Json::Null),
        (0_u32..4).prop_map(Json::from),
        prop::sample::select(vec!["new", "used", "lost", "Ann", "12345678901234567890"]).prop_map(Json::from),
        Just(json!(12_345_678_901_234_567_890_u64)),
        Just(json!(["x"])),
        (0_u32..4).prop_map(|id| json!({"id": id, "name": "Bo", "tags": [{"t": 1}]})),
    ];
    let members = prop::collection::btree_map(names, value, 0..6);
    (0_u32..6, members).prop_map(|(id, members)| {
        let mut book = json!({"id": id});
        book.as_object_mut().expect("an object").extend(members.into_iter().map(|(name, value)| (name.to_owned(), value)));
        book
    })
}

fn line() -> impl Strategy<Value = String> {
    let body = prop_oneof![
        book().prop_map(|book| (true, book)),
        prop::collection::vec(book(), 0..4).prop_map(|books| (false, json!({"data": books}))),
    ];
    let time = prop::sample::select(vec!["2026-05-01T10:00:00Z", "2026-05-02T10:00:00", "yesterday", "today", "noon", "soon", ""]);
    let client = prop::sample::select(vec!["a", "b", ""]);
    let status = prop::sample::select(vec![200_u16, 200, 404]);
    (1_u8..4, body, time, client, status).prop_map(|(version, (is_one, body), time, client, status)| {
        let id = body["id"].as_u64().unwrap_or_default();
        let path = if is_one { format!("/books/{id}") } else { "/books".to_owned() };
        json!({
            "time": time,
            "request": {"method": "GET", "url": format!("https://books.example/v{version}{path}"), "headers": {"User-Agent": client}},
            "response": {"status": status, "headers": {"content-type": "application/json"}, "body": body},
        })
        .to_string()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn parts_in_any_order_are_the_whole(parts in prop::array::uniform3(prop::collection::vec(line(), 1..16))) {
        assert_merges(["a.ndjson", "b.ndjson", "c.ndjson"], &parts);
    }
}

/// Exchanges with a list of books each.
fn lists(version: u8, ids: impl Iterator<Item = u32>, books: u32) -> Vec<String> {
    let lists = ids.map(|id| {
        let name = if version == 1 { "writer_name" } else { "writerName" };
        let books: Vec<Json> = (0..books).map(|book| json!({"id": id * books + book, name: format!("n{}", id % 7)})).collect();
        json!({
            "request": {"method": "GET", "url": format!("/v{version}/books?page={id}")},
            "response": {"status": 200, "body": {"data": books}},
        })
        .to_string()
    });
    lists.collect()
}

#[test]
fn what_there_is_no_room_for_does_not_depend_on_the_parts() {
    // More than 2,000 responses of the old contract, and more than 5,000 resources of the new one.
    let parts = [
        [lists(1, 0..900, 1), lists(2, 0..30, 100)].concat(),
        [lists(1, 900..1_800, 1), lists(2, 20..45, 100)].concat(),
        [lists(1, 1_800..2_300, 1), lists(2, 40..90, 100)].concat(),
    ];
    let (whole, pairs) = assert_merges(["b", "a", "c"], &parts);
    assert_eq!(whole.passed_over(), 300);
    assert_eq!(whole.exchanges.all, 2_405);
    assert!(pairs.pairs > 1_900 && pairs.left_out > 3_000, "{pairs:?}");
    let edits = whole.edits();
    let counts: Vec<u64> = edits.values().map(|counts| counts.payloads).collect();
    assert_eq!(counts, [2_000], "{edits:?}");
}

#[test]
fn values_and_clients_beyond_the_limits_are_counted_together() {
    let line = |number: u32| {
        json!({
            "request": {"method": "GET", "url": "/v1/books/1", "headers": {"User-Agent": format!("client {number}")}},
            "response": {"status": 200, "body": {"id": 1, "writer_name": format!("w{number}")}},
        })
        .to_string()
    };
    let parts = [0..200, 150..400, 300..700].map(|numbers: std::ops::Range<u32>| numbers.map(line).collect::<Vec<_>>());
    let (whole, _) = assert_merges(["a", "b", "c"], &parts);
    assert_eq!(whole.consumers.len(), 257, "256, and the others");
    assert!(whole.usage.iter().any(|usage| usage.values.others > 0));
}

#[test]
fn values_that_moved_are_compared_without_keeping_them() {
    let one = |version: u8, name: &str, writer: &str, id: u32| {
        json!({
            "request": {"method": "GET", "url": format!("/v{version}/books/{id}")},
            "response": {"status": 200, "body": {"id": id, name: writer, "extra": format!("extra {id}")}},
        })
        .to_string()
    };
    let old = vec![one(1, "writer_name", "Ann Berg", 1), one(1, "writer_name", "Bo Dahl", 2), one(1, "writer_name", "Cy Eck", 3)];
    let new = vec![one(2, "writerName", "Ann Berg", 1), one(2, "writerName", "Bo D.", 2)];
    let (whole, pairs) = assert_merges(["old", "new", "none"], &[old, new, Vec::new()]);
    let (from, to) = ("/writer_name".to_owned(), "/writerName".to_owned());
    assert_eq!(pairs.moved, [(from, to, 1, 2)]);
    assert_eq!((pairs.pairs, pairs.agreeing), (2, 2));
    let text = serde_json::to_string(&whole).expect("writes");
    // The first payload is the sample of the report.
    assert!(text.contains("extra 1") && !text.contains("extra 2") && !text.contains("extra 3"), "{text}");
}
