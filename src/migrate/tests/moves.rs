//! Renames that are applied or proposed, and rules of a team.

use serde_json::{Value as Json, json};

use crate::diff::{Options, compare_contracts};
use crate::location::Side;
use crate::source::Source;

use crate::migrate::Moves;
use super::{contract, of_schemas, rewritten};

#[test]
fn names_that_are_spelled_otherwise_are_done_and_other_guesses_are_proposed() {
    let (done, proposed) = (true, false);
    let table = [
        ("clientsCount", "clients_count", done),
        ("clients_count", "clientsCount", done),
        ("ClientsCount", "clients-count", done),
        ("Company Number", "company_number", done),
        ("userID", "user_id", done),
        ("is_active", "active", done),
        ("archived", "isArchived", done),
        ("has_attachments", "attachments", done),
        ("tag", "tags", done),
        ("categories", "category", done),
        ("addresses", "address", done),
        ("children", "child", done),
        ("colour", "color", done),
        ("organisation_id", "organization_id", done),
        ("licence", "license", done),
        ("cancelledAt", "canceled_at", done),
        ("centre", "center", done),
        ("line1", "line_1", done),
        ("HTTPStatus", "http_status", done),
        ("x-request-id", "xRequestId", done),
        ("enabled", "disabled", proposed),
        ("created_at", "deleted_at", proposed),
        ("created_at", "updated_at", proposed),
        ("min_price", "max_price", proposed),
        ("latitude", "longitude", proposed),
        ("timeout_ms", "timeout_s", proposed),
        ("first_name", "street_name", proposed),
        ("first_name", "given_name", proposed),
        ("per_page", "limit", proposed),
        ("start", "end", proposed),
        ("width", "height", proposed),
        ("address1", "address2", proposed),
        ("active", "inactive", proposed),
        ("is_error", "has_error", proposed),
        ("sender_id", "receiver_id", proposed),
        ("source", "target", proposed),
        ("filed_at", "filled_at", proposed),
        ("user_id", "account_id", proposed),
        ("net", "gross", proposed),
        ("opens_at", "closes_at", proposed),
    ];
    for (from, to, is_done) in table {
        let schema = |name: &str| json!({"type": "object", "properties": {name: {"type": "integer"}, "id": {}}, "required": [name]});
        let (old, new) = (contract(&schema(from)), contract(&schema(to)));
        let payload = json!({from: 7, "id": 1}).to_string();
        let done = rewritten((&old, &new), "pets", Side::Response, None, &payload);
        let names = format!("{from} {to}");
        if is_done {
            assert_eq!(done.payload, json!({"id": 1, to: 7}), "{names}");
            assert_eq!(done.lost(), Vec::<&str>::new(), "{names}");
            continue;
        }
        assert_eq!(done.payload, json!({"id": 1}), "{names}");
        assert_eq!(done.lost(), [format!("/{from}")], "{names}");
        assert_eq!(done.left, [""], "{names}");
        assert_eq!(done.proposed, [format!("/{from} → /{to}")], "{names}");
        let rule = format!("moves:\n  - move: {{from: /{from}, to: /{to}}}");
        let done = rewritten((&old, &new), "pets", Side::Response, Some(&rule), &payload);
        assert_eq!(done.payload, json!({"id": 1, to: 7}), "{names}");
        assert_eq!(done.edits, [format!("renamed /{from} → /{to}")], "{names}");
    }
}

#[test]
fn rules_may_swap_places_and_follow_each_other() {
    let integer = json!({"type": "integer"});
    let schema = |names: &[&str]| {
        let properties: serde_json::Map<String, Json> = names
            .iter()
            .map(|name| ((*name).to_owned(), integer.clone()))
            .collect();
        json!({"type": "object", "properties": properties})
    };
    let swap = "moves:\n  - move: {from: /a, to: /b}\n  - move: {from: /b, to: /a}";
    let chain = "moves:\n  - move: {from: /a, to: /b}\n  - move: {from: /b, to: /c}";
    let taken = "moves:\n  - move: {from: /a, to: /b}";
    type Row<'t> = (&'t str, &'t [&'t str], &'t str, Json, &'t [&'t str]);
    let table: [Row<'_>; 4] = [
        (
            swap,
            &["a", "b"],
            r#"{"a": 1, "b": 2}"#,
            json!({"a": 2, "b": 1}),
            &["renamed /a → /b", "renamed /b → /a"],
        ),
        (
            swap,
            &["a", "b"],
            r#"{"a": 1}"#,
            json!({"b": 1}),
            &["renamed /a → /b"],
        ),
        (
            chain,
            &["a", "b", "c"],
            r#"{"a": 1, "b": 2, "c": 3}"#,
            json!({"b": 1, "c": 2}),
            &["renamed /a → /b", "dropped /c", "renamed /b → /c"],
        ),
        (
            taken,
            &["a", "b"],
            r#"{"a": 1, "b": 2}"#,
            json!({"b": 1}),
            &["dropped /b", "renamed /a → /b"],
        ),
    ];
    for (moves, names, payload, expected, edits) in table {
        let (old, new) = (contract(&schema(names)), contract(&schema(names)));
        let done = rewritten((&old, &new), "pets", Side::Response, Some(moves), payload);
        assert_eq!(done.payload, expected, "{moves} {payload}");
        assert_eq!(done.edits, edits, "{moves} {payload}");
    }
}

#[test]
fn rules_of_a_team_are_done_and_told() {
    let old = json!({"type": "object", "properties": {"rows": {"type": "array", "items": {
        "type": "object",
        "properties": {"title": {"type": "string"}, "size": {"enum": ["s", "xl"]}, "debug": {}, "id": {"type": "integer"}}
    }}}});
    let new = json!({"type": "object", "properties": {"rows": {"type": "array", "items": {
        "type": "object",
        "properties": {
            "label": {"type": "object", "properties": {"en": {"type": "string"}}},
            "size": {"enum": ["s", "large"]}, "currency": {"type": "string"}, "debug": {}, "id": {"type": "integer"}
        },
        "required": ["currency", "label"]
    }}}});
    let (old, new) = (contract(&old), contract(&new));
    let moves = "
moves:
  - {operation: pets, side: response, move: {from: /rows/*/title, to: /rows/*/label/en}}
  - set: {at: /rows/*/currency, value: EUR}
  - map: {at: /rows/*/size, values: {xl: large}}
  - drop: /rows/*/debug
";
    let payload = r#"{"rows": [{"title": "A", "size": "xl", "debug": 1, "id": 7}, {"title": "B", "size": "s"}]}"#;
    let done = rewritten((&old, &new), "pets", Side::Response, Some(moves), payload);
    assert_eq!(
        done.payload,
        json!({"rows": [
            {"size": "large", "id": 7, "label": {"en": "A"}, "currency": "EUR"},
            {"size": "s", "label": {"en": "B"}, "currency": "EUR"}
        ]})
    );
    assert_eq!(done.left, Vec::<String>::new());
    assert_eq!(
        done.edits,
        [
            "moved /rows/0/title → /rows/0/label/en",
            "moved /rows/1/title → /rows/1/label/en",
            "supplied /rows/0/currency",
            "supplied /rows/1/currency",
            "replaced /rows/0/size",
            "dropped /rows/0/debug",
        ]
    );
}

#[test]
fn rules_that_fit_no_contract_are_refused_with_their_place() {
    let schema = |name: &str| json!({"type": "object", "properties": {name: {"type": "string", "maxLength": 3}}});
    let (old, new) = (contract(&schema("title")), contract(&schema("name")));
    let found = compare_contracts(&old, &new, &Options::default());
    let table = [
        ("moves: 1", "the list `moves` is missing"),
        ("rules: []", "unknown key `rules`"),
        (
            "moves:\n  - {}",
            "moves.yaml:2:5: a rule must have exactly one of",
        ),
        ("moves:\n  - drop: title", "`title` is not a path"),
        ("moves:\n  - remove: /title", "unknown field `remove`"),
        (
            "moves:\n  - {operation: pet, drop: /a}",
            "did you mean `pets`?",
        ),
        (
            "moves:\n  - move: {from: /titel, to: /name}",
            "does not declare `/titel`",
        ),
        (
            "moves:\n  - move: {from: /title, to: /label}",
            "does not declare `/label`",
        ),
        (
            "moves:\n  - move: {from: /title, to: /name/*}",
            "the same number of `*`",
        ),
        (
            "moves:\n  - set: {at: /name, value: 1}",
            "does not accept the value 1",
        ),
        (
            "moves:\n  - map: {at: /name, values: {a: abcd}}",
            "does not accept the value \"abcd\"",
        ),
    ];
    for (text, expected) in table {
        let file = Source::parse("moves.yaml", text.as_bytes().to_vec()).expect("YAML");
        let read = Moves::read(&file, (&old, &new), &found.alignment, false);
        let message = read.expect_err(text).to_string();
        assert!(message.contains(expected), "{text}\n{message}");
    }
}

/// A component with the same name is the same component, however much of it has changed.
#[test]
fn a_component_that_changed_a_lot_is_wrapped() {
    let root = |is_new: bool, component: Json| {
        let root = match is_new {
            false => json!({"$ref": "#/$defs/Thing"}),
            true => {
                json!({"type": "object", "properties": {"data": {"$ref": "#/$defs/Thing"}}, "required": ["data"]})
            }
        };
        let mut root = root;
        root["$defs"] = json!({"Thing": component});
        root
    };
    let old = json!({"type": "object", "properties": {
        "id": {"type": "integer"}, "one": {"type": "string"}, "two": {"type": "string"}, "three": {"type": "string"}
    }});
    let new = json!({"type": "object", "properties": {
        "id": {"type": "integer"}, "four": {"type": "array"}, "five": {"type": "array"}, "six": {"type": "array"}
    }});
    let done = of_schemas(&root(false, old), &root(true, new), r#"{"id": 1}"#);
    assert_eq!(done.text, r#"{"data": {"id": 1}}"#);
    assert_eq!(done.edits, ["wrapped  → /data"]);
}
