use proptest::prelude::*;
use serde_json::{Value as Json, json};

use crate::contract::{Contract, LoadOptions, builtin};
use crate::diff::{Options, compare_contracts};
use crate::json::TapeDocument;
use crate::location::{Pointer, Side};
use crate::schema::ProblemKind;
use crate::schema::tests::{document, instance, oracle};
use crate::source::Source;

use super::rewrite::Rewriter;
use super::Moves;
use super::layout::Layout;

mod affected;
mod determined;
mod merge;
mod moves;
mod plan;

/// A payload after it was rewritten.
#[derive(Debug)]
struct Done {
    payload: Json,
    text: String,
    /// `moved /a → /b`
    edits: Vec<String>,
    /// Where it still violates the other contract.
    left: Vec<String>,
    /// `/a → /b`
    proposed: Vec<String>,
}

impl Done {
    fn lost(&self) -> Vec<&str> {
        let edits = self.edits.iter();
        edits
            .filter_map(|edit| edit.strip_prefix("dropped "))
            .collect()
    }
}

fn rewritten(
    (old, new): (&Contract, &Contract),
    operation: &str,
    side: Side,
    moves: Option<&str>,
    payload: &str,
) -> Done {
    rewritten_by(
        (old, new),
        operation,
        side,
        moves.map(|text| (text, false)),
        payload,
    )
}

/// `moves` are rules, and whether they are reversed.
fn rewritten_by(
    (old, new): (&Contract, &Contract),
    operation: &str,
    side: Side,
    moves: Option<(&str, bool)>,
    payload: &str,
) -> Done {
    let found = compare_contracts(old, new, &Options::default());
    let rewriter = Rewriter {
        old,
        new,
        alignment: &found.alignment,
        accept_guesses: false,
    };
    let moves = moves.map_or_else(Moves::default, |(text, is_back)| {
        let file = Source::parse("moves.yaml", text.as_bytes().to_vec()).expect("YAML");
        Moves::read(&file, (old, new), &found.alignment, is_back).expect("rules")
    });
    let operations =
        [old, new].map(|contract| contract.operation(operation).expect("an operation"));
    let [left, right] = operations.map(|operation| {
        let payload = operation.payload(side, Some(200)).expect("a payload");
        payload.schemas()[0]
    });
    let rules = moves.of(operations[0], operations[1], Some(side), Some(200));
    let document = TapeDocument::parse(payload.as_bytes()).expect("JSON");
    let done = rewriter.rewrite(document.root(), (left, right), Some(side), &rules);
    let place = |pointer: &Option<Pointer>| match pointer {
        Some(pointer) => format!(" {pointer}"),
        None => String::new(),
    };
    let edits = done.edits.iter().map(|edit| {
        let (from, to) = (place(&edit.from), place(&edit.to));
        match from == to || to.is_empty() || from.is_empty() {
            true if from.is_empty() => format!("{}{to}", edit.kind),
            true => format!("{}{from}", edit.kind),
            false => format!("{}{from} →{to}", edit.kind),
        }
    });
    let proposed = done
        .edits
        .iter()
        .filter_map(|edit| edit.proposal.as_deref());
    Done {
        proposed: proposed
            .map(|proposal| format!("{} → {}", proposal.from, proposal.to))
            .collect(),
        payload: done.tree.to_serde(),
        text: Layout::of(&document).write(&done.tree, ""),
        edits: edits.collect(),
        left: done
            .left
            .iter()
            .map(|(pointer, _)| pointer.to_string())
            .collect(),
    }
}

/// A contract of payloads of this schema.
fn contract(schema: &Json) -> Contract {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("pets.schema.json");
    std::fs::write(&path, schema.to_string()).expect("written");
    crate::contract::read(&path, &LoadOptions::default()).expect("loads")
}

/// Whether the meaning of the schema is known: one that applies itself to the same value is cut.
fn is_meant(contract: &Contract) -> bool {
    let mut problems = contract.problems.iter();
    let is_cut = problems.any(|problem| matches!(problem.kind, ProblemKind::Cycle(_)));
    contract.operation("pets").is_some() && contract.unusable() == 0 && !is_cut
}

fn of_schemas(old: &Json, new: &Json, payload: &str) -> Done {
    let (old, new) = (contract(old), contract(new));
    rewritten((&old, &new), "pets", Side::Response, None, payload)
}

fn organisations(from: &str, to: &str, operation: &str, payload: &str) -> Done {
    let registry = builtin::registry().expect("contracts");
    let version = |name: &str| {
        let mut versions = registry.versions("organisations");
        versions
            .find(|contract| contract.version == name)
            .expect("a version")
    };
    let pair = (version(from), version(to));
    let moves = Some((MOVES, from != "v1"));
    rewritten_by(pair, operation, Side::Response, moves, payload)
}

const LIST: &str = include_str!("../../../samples/organisations/v1/list-organisations.v1.json");
const MOVES: &str = include_str!("../../../samples/organisations.moves.yaml");
const SINGLE: &str =
    include_str!("../../../samples/organisations/v1/retrieve-organisation.v1.json");

#[test]
fn the_list_of_v1_becomes_what_v2_answers() {
    let done = organisations("v1", "v2", "list-organisations", LIST);
    assert_eq!(done.left, Vec::<String>::new());
    // The guide's own v2 list, which shows other organisations with the same ids and times.
    let v2 = include_str!("../../../samples/organisations/v2/list-organisations.v2.json");
    let mut expected: Json = serde_json::from_str(v2).expect("JSON");
    let organisations = done.payload["data"].as_array().expect("a list");
    for (own, expected) in organisations
        .iter()
        .zip(expected["data"].as_array_mut().expect("a list"))
    {
        expected["name"] = own["name"].clone();
    }
    // The same members in the same order, with the same layout.
    assert_eq!(
        done.text,
        serde_json::to_string_pretty(&expected).expect("JSON")
    );
    for name in ["archived", "clients_count", "links"] {
        let places = (0..6).map(|index| format!("/data/{index}/{name}"));
        assert_eq!(
            done.lost()
                .iter()
                .filter(|lost| lost.ends_with(name))
                .count(),
            places.count()
        );
    }
    assert_eq!(done.lost().len(), 18);
}

#[test]
fn the_way_there_and_back_loses_what_was_told() {
    for (operation, payload) in [
        ("list-organisations", LIST),
        ("retrieve-organisation", SINGLE),
    ] {
        let there = organisations("v1", "v2", operation, payload);
        let back = organisations("v2", "v1", operation, &there.text);
        let mut expected: Json = serde_json::from_str(payload).expect("JSON");
        for lost in there.lost() {
            let (object, name) = lost.rsplit_once('/').expect("a member");
            let object = expected.pointer_mut(object).and_then(Json::as_object_mut);
            object.expect("an object").remove(name);
        }
        assert_eq!(back.payload, expected, "{operation}");
        // The way back loses nothing, and reports what it cannot restore.
        assert_eq!(back.lost(), Vec::<&str>::new(), "{operation}");
        assert!(!back.left.is_empty(), "{operation}");
    }
}

/// A value without a place is reported, and a value that is in place stays.
#[test]
fn moves_to_places_that_are_taken_lose_nothing_silently() {
    let integer = json!({"type": "integer", "minimum": 1});
    let page = json!({"type": "object", "properties": {"total": integer, "count": integer}});
    let old = json!({"type": "object", "properties": {"name": {}, "meta": page, "per_page": {"type": "string", "pattern": "^x"}}});
    let new = json!({"type": "object", "properties": {
        "name": {}, "total": integer, "count": integer, "limit": {"type": "string", "pattern": "^x"}
    }});
    let there = of_schemas(
        &old,
        &new,
        r#"{"meta": {"total": 1, "count": 2}, "per_page": "x", "limit": "xy", "total": 7}"#,
    );
    assert_eq!(
        there.payload,
        json!({"limit": "xy", "total": 7, "count": 2})
    );
    assert_eq!(there.lost(), ["/meta/total", "/per_page"]);
    let back = of_schemas(&new, &old, r#"{"total": 1, "count": 2, "meta": "oops"}"#);
    assert_eq!(back.payload, json!({"meta": "oops"}));
    assert_eq!(back.lost(), ["/total", "/count"]);
}

/// Numbers and strings keep their spelling, even if they move into something else.
#[test]
fn numbers_keep_their_digits() {
    let object = |schema: Json| json!({"type": "object", "properties": {"n": schema, "gone": {}}, "required": ["n"]});
    let after =
        |schema: Json| json!({"type": "object", "properties": {"n": schema}, "required": ["n"]});
    let (number, string) = (json!({"type": "number"}), json!({"type": "string"}));
    let list = json!({"type": "array", "items": number});
    for (old, new, payload, expected) in [
        (
            &number,
            &string,
            "12345678901234567890123",
            "\"12345678901234567890123\"",
        ),
        (&number, &string, "1.10", "\"1.10\""),
        (&list, &number, "[1.10]", "1.10"),
        (&number, &list, "1e2", "[1e2]"),
        (&string, &number, "\"1.10\"", "\"1.10\""),
    ] {
        let done = of_schemas(
            &object(old.clone()),
            &after(new.clone()),
            &format!("{{\"n\":{payload}}}"),
        );
        assert_eq!(done.text, format!("{{\"n\":{expected}}}"), "{payload}");
    }
}

#[test]
fn only_timestamps_are_written_as_timestamps() {
    let time = |example: &str| json!({"type": "object", "properties": {"t": {"type": "string", "format": "date-time", "examples": [example]}}});
    let (old, new) = (
        time("2022-11-01T03:15:03+00:00"),
        time("2022-11-01T03:15:03Z"),
    );
    for (text, expected) in [
        ("2022-11-01T03:15:03+00:00", "2022-11-01T03:15:03Z"),
        ("2022-11-01T04:45:03.250+01:30", "2022-11-01T03:15:03.250Z"),
        ("2016-12-31T23:59:60+00:00", "2016-12-31T23:59:60Z"),
        ("Note: Hello world +00:00", "Note: Hello world +00:00"),
        ("a:bcdefgh.5 Z", "a:bcdefgh.5 Z"),
    ] {
        let done = of_schemas(&old, &new, &json!({"t": text}).to_string());
        assert_eq!(done.payload, json!({"t": expected}), "{text}");
    }
}

/// Schemas next to a union count with each of its branches.
#[test]
fn properties_beside_a_union_are_rewritten_with_its_branches() {
    let schema = |base: Json, card: Json, is_new: bool| {
        let kind = |name: &str| json!({"const": name});
        json!({
            "type": "object", "properties": base, "required": ["id"],
            "oneOf": [
                {"type": "object", "properties": {"kind": kind("card"), "card": card}, "required": ["kind"]},
                {"type": "object", "properties": {"kind": kind("cash"), "note": {"maxLength": if is_new { 9 } else { 8 }}},
                 "required": ["kind"]},
            ],
        })
    };
    let old = schema(
        json!({"id": {"type": "integer"}, "old": {"type": "boolean"}}),
        json!({"type": "object", "properties": {"no": {"type": "string"}, "gone": {"type": "integer"}}}),
        false,
    );
    let new = schema(
        json!({"id": {"type": "integer"}}),
        json!({"type": "object", "properties": {"no": {"type": "string"}}}),
        true,
    );
    let payload = r#"{"id": 1, "old": true, "kind": "card", "card": {"no": "4", "gone": 1}}"#;
    let done = of_schemas(&old, &new, payload);
    assert_eq!(
        done.payload,
        json!({"id": 1, "kind": "card", "card": {"no": "4"}})
    );
    assert_eq!(done.lost(), ["/old", "/card/gone"]);
}

/// Each level has two branches that accept everything; walking them must not take exponential time.
#[test]
fn nested_unions_take_no_exponential_time() {
    let schema = |gone: &str| {
        let branch = |other: &str| {
            json!({"type": "object", "properties": {
                "c": {"$ref": "#"}, gone: {"type": "integer"}, other: {"type": "integer"}
            }})
        };
        json!({"anyOf": [branch("a"), branch("b")]})
    };
    let payload = (0..60).fold(json!({}), |inner, _| json!({"c": inner, "x": 1}));
    let done = of_schemas(&schema("x"), &schema("y"), &payload.to_string());
    assert_eq!(
        done.lost().len() + done.payload.to_string().matches("\"y\"").count(),
        60
    );
}

#[test]
fn what_nothing_determines_is_left_to_people() {
    let old = json!({"type": "object", "properties": {"size": {"enum": ["s", "m", "xl"]}}, "required": ["size"]});
    let new = json!({"type": "object", "properties": {
        "size": {"enum": ["s", "m"]}, "currency": {"type": "string"}
    }, "required": ["size", "currency"]});
    let done = of_schemas(&old, &new, r#"{"size": "xl"}"#);
    assert_eq!(done.payload, json!({"size": "xl"}));
    assert_eq!(done.edits, Vec::<String>::new());
    assert_eq!(done.left, ["", "/size"]);
}

#[test]
fn a_rewritten_payload_looks_as_its_author_would_have_written_it() {
    let point = |names: &[&str]| {
        let properties: serde_json::Map<String, Json> = names
            .iter()
            .map(|name| ((*name).to_owned(), json!({})))
            .collect();
        json!({"type": "object", "properties": properties})
    };
    let (old, new) = (
        point(&["a", "gone", "list", "o"]),
        point(&["a", "list", "o"]),
    );
    let table = [
        ("{\"gone\":1,\"a\":1.0}", "{\"a\":1.0}"),
        ("{ \"gone\": 1, \"a\": 1e2 }", "{ \"a\": 1e2 }"),
        (
            "{\n\t\"a\" : [1, 2],\n\t\"gone\" : 1\n}",
            "{\n\t\"a\" : [1, 2]\n}",
        ),
        (
            "{\r\n    \"gone\": 1,\r\n    \"a\": \"\\u00e9\\/\"\r\n}",
            "{\r\n    \"a\": \"\\u00e9\\/\"\r\n}",
        ),
        (
            "{\n  \"gone\": {},\n  \"o\": {\n    \"x\": [\n      1\n    ]\n  }\n}",
            "{\n  \"o\": {\n    \"x\": [\n      1\n    ]\n  }\n}",
        ),
        (
            "{\"gone\": 123456789012345678901234567890, \"a\": 123456789012345678901234567890}",
            "{\"a\": 123456789012345678901234567890}",
        ),
    ];
    let table = table.into_iter().chain([
        // What is next to a dropped member stays where it is: blank lines, columns, several members on a
        // line.
        (
            "{\n  \"a\":   1,\n\n  \"list\": [1,\n   2],\n  \"gone\": 1\n}",
            "{\n  \"a\":   1,\n\n  \"list\": [1,\n   2]\n}",
        ),
        (
            "{ \"a\": 1,\n \"list\":[], \"gone\": 2, \"o\" : {} }",
            "{ \"a\": 1,\n \"list\":[], \"o\" : {} }",
        ),
        (
            "{\n  \"o\":\n  {\n    \"x\": 1\n  },\n  \"gone\":\n  {\n  }\n}",
            "{\n  \"o\":\n  {\n    \"x\": 1\n  }\n}",
        ),
    ]);
    for (payload, expected) in table {
        let done = of_schemas(&old, &new, payload);
        assert_eq!(done.text, expected, "{payload}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(300), ..ProptestConfig::default() })]

    /// The `jsonschema` crate accepts exactly the payloads that are reported as valid.
    #[test]
    fn the_crate_agrees_on_what_is_left(old in document(), new in document(), payloads in prop::collection::vec(instance(), 4)) {
        let pair = (contract(&old), contract(&new));
        if !is_meant(&pair.0) || !is_meant(&pair.1) {
            return Ok(());
        }
        for payload in payloads {
            let done = rewritten((&pair.0, &pair.1), "pets", Side::Response, None, &payload.to_string());
            let text = done.payload.to_string();
            let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
            if let Some(accepts) = oracle(&new, jsonschema::Draft::Draft202012, document.root()) {
                prop_assert_eq!(accepts, done.left.is_empty(), "{} on {} → {}", new, payload, text);
            }
        }
    }

    /// A payload stays unchanged on the way to the same contract.
    #[test]
    fn what_does_not_change_stays_as_it_is(schema in document(), payload in instance()) {
        let contract = contract(&schema);
        if !is_meant(&contract) {
            return Ok(());
        }
        let text = payload.to_string();
        let done = rewritten((&contract, &contract), "pets", Side::Response, None, &text);
        let parsed = TapeDocument::parse(text.as_bytes()).expect("JSON");
        if oracle(&schema, jsonschema::Draft::Draft202012, parsed.root()) == Some(true) {
            prop_assert_eq!(done.text, text);
        }
    }
}
