//! Edits that the contracts determine.

use super::*;

#[test]
fn edits_that_contracts_determine() {
    let string = json!({"type": "string"});
    let object = |properties: Json, required: Json| json!({"type": "object", "properties": properties, "required": required});
    // The title, both schemas, the payload before and after, and the edits.
    type Row = (
        &'static str,
        Json,
        Json,
        &'static str,
        &'static str,
        &'static [&'static str],
    );
    let table: Vec<Row> = vec![
        (
            "a removed property",
            object(json!({"a": string, "b": string}), json!([])),
            object(json!({"a": string}), json!([])),
            r#"{"a": "x", "b": "y", "c": 1}"#,
            r#"{"a":"x","c":1}"#,
            &["dropped /b"],
        ),
        (
            "another name",
            object(
                json!({"per_page": {"type": "integer", "minimum": 1}}),
                json!(["per_page"]),
            ),
            object(
                json!({"perPage": {"type": "integer", "minimum": 1}}),
                json!(["perPage"]),
            ),
            r#"{"per_page": 25}"#,
            r#"{"perPage":25}"#,
            &["renamed /per_page → /perPage"],
        ),
        (
            "a default",
            object(json!({}), json!([])),
            object(
                json!({"kind": {"type": "string", "default": "pet"}}),
                json!(["kind"]),
            ),
            r"{}",
            r#"{"kind":"pet"}"#,
            &["default added /kind"],
        ),
        (
            "null where it is no longer allowed",
            object(json!({"a": {"type": ["string", "null"]}}), json!([])),
            object(json!({"a": string}), json!([])),
            r#"{"a": null}"#,
            r"{}",
            &["null left out /a"],
        ),
        (
            "a number that became a string",
            object(json!({"id": {"type": "integer"}}), json!(["id"])),
            object(json!({"id": string}), json!(["id"])),
            r#"{"id": 7}"#,
            r#"{"id":"7"}"#,
            &["reformatted /id"],
        ),
        (
            "a string that became a number, if it is one",
            object(json!({"id": string}), json!(["id"])),
            object(json!({"id": {"type": "integer"}}), json!(["id"])),
            r#"{"id": "007"}"#,
            r#"{"id":"007"}"#,
            &[],
        ),
        (
            "a list in an object",
            json!({"type": "array", "items": object(json!({"id": {"type": "integer"}, "name": string}), json!(["id"]))}),
            object(
                json!({
                    "object": {"const": "list"},
                    "data": {"type": "array", "items": object(json!({"id": {"type": "integer"}, "name": string}), json!(["id"]))}
                }),
                json!(["object", "data"]),
            ),
            r#"[{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]"#,
            r#"{"object":"list","data":[{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]}"#,
            &["wrapped  → /data", "constant added /object"],
        ),
        (
            "a list of one, by itself",
            json!({"type": "array", "items": object(json!({"id": {"type": "integer"}, "name": string}), json!(["id"]))}),
            object(
                json!({"id": {"type": "integer"}, "name": string}),
                json!(["id"]),
            ),
            r#"[{"id": 1, "name": "a"}]"#,
            r#"{"id":1,"name":"a"}"#,
            &["unwrapped /0 → "],
        ),
        (
            "a list of two: neither is the one",
            json!({"type": "array", "items": object(json!({"id": {"type": "integer"}, "name": string}), json!(["id"]))}),
            object(
                json!({"id": {"type": "integer"}, "name": string}),
                json!(["id"]),
            ),
            r#"[{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]"#,
            r#"[{"id":1,"name":"a"},{"id":2,"name":"b"}]"#,
            &[],
        ),
        (
            "a list of two, which may stay one",
            json!({"type": "array", "items": object(json!({"a": string, "b": string}), json!(["a"]))}),
            json!({"oneOf": [
                object(json!({"a": string}), json!(["a"])),
                {"type": "array", "items": object(json!({"a": string}), json!(["a"]))}
            ]}),
            r#"[{"a": "x", "b": "y"}, {"a": "z"}]"#,
            r#"[{"a":"x"},{"a":"z"}]"#,
            &["dropped /0/b"],
        ),
        (
            "members of a map",
            json!({"type": "object", "additionalProperties": object(json!({"a": string, "b": string}), json!(["a"]))}),
            json!({"type": "object", "additionalProperties": object(json!({"a": string}), json!(["a"]))}),
            r#"{"k": {"a": "x", "b": "y"}}"#,
            r#"{"k":{"a":"x"}}"#,
            &["dropped /k/b"],
        ),
        (
            "an object that takes declared properties only",
            object(json!({"a": string}), json!([])),
            json!({"type": "object", "properties": {"a": string}, "additionalProperties": false}),
            r#"{"a": "x", "c": 1}"#,
            r#"{"a":"x"}"#,
            &["dropped /c"],
        ),
        (
            "a member into an object whose name was that of a value",
            object(
                json!({"name": string, "first_name": string}),
                json!(["name"]),
            ),
            object(
                json!({"name": object(json!({"first_name": string}), json!([]))}),
                json!(["name"]),
            ),
            r#"{"name": "x", "first_name": "Ann"}"#,
            r#"{"name":{"first_name":"Ann"}}"#,
            &["dropped /name", "moved /first_name → /name/first_name"],
        ),
        (
            "the way back",
            object(
                json!({"name": object(json!({"first_name": string}), json!([]))}),
                json!([]),
            ),
            object(json!({"name": string, "first_name": string}), json!([])),
            r#"{"name": {"first_name": "Ann"}}"#,
            r#"{"first_name":"Ann"}"#,
            &["moved /name/first_name → /first_name"],
        ),
        (
            "several members into an object",
            object(
                json!({"street": string, "city": string, "id": {"type": "integer"}}),
                json!([]),
            ),
            object(
                json!({
                    "id": {"type": "integer"},
                    "address": object(json!({"street": string, "city": string, "zip": string, "geo": {}, "x": {}}), json!([])),
                }),
                json!([]),
            ),
            r#"{"street": "s", "city": "c", "id": 1}"#,
            r#"{"id":1,"address":{"street":"s","city":"c"}}"#,
            &[
                "moved /street → /address/street",
                "moved /city → /address/city",
            ],
        ),
        (
            "members whose names say the object's",
            object(
                json!({"addressStreet": string, "address_city": string}),
                json!([]),
            ),
            object(
                json!({"address": object(json!({"street": string, "city": string}), json!([]))}),
                json!([]),
            ),
            r#"{"addressStreet": "s", "address_city": "c"}"#,
            r#"{"address":{"street":"s","city":"c"}}"#,
            &[
                "moved /addressStreet → /address/street",
                "moved /address_city → /address/city",
            ],
        ),
        (
            "an envelope around members that changed, too",
            object(
                json!({"id": {"type": "integer"}, "name": string, "clientsCount": {"type": "integer"}, "old": string}),
                json!(["id", "name"]),
            ),
            object(
                json!({"data": object(
                    json!({"id": {"type": "integer"}, "name": string, "clients_count": {"type": "integer"}, "new": string, "more": string}),
                    json!(["id", "name"])
                )}),
                json!(["data"]),
            ),
            r#"{"id": 1, "name": "x", "clientsCount": 3, "old": "y"}"#,
            r#"{"data":{"id":1,"name":"x","clients_count":3}}"#,
            &[
                "moved /id → /data/id",
                "moved /name → /data/name",
                "moved /clientsCount → /data/clients_count",
                "dropped /old",
            ],
        ),
        (
            "a constant that the payload does not keep",
            object(json!({"k": {"const": "a"}, "l": {"const": "a"}}), json!([])),
            object(json!({}), json!([])),
            r#"{"k": "b", "l": "a"}"#,
            "{}",
            &["dropped /k", "constant dropped /l"],
        ),
    ];
    for (name, old, new, payload, expected, edits) in table {
        let done = of_schemas(&old, &new, payload);
        let (text, expected): (Json, Json) = (
            done.payload.clone(),
            serde_json::from_str(expected).expect("JSON"),
        );
        assert_eq!(
            text.to_string(),
            expected.to_string(),
            "{name}: {:?}",
            done.edits
        );
        assert_eq!(done.edits, edits, "{name}");
    }
}

/// Schemas without `type` accept arrays, too, but an array is not the object that the envelope is for.
#[test]
fn a_list_is_put_into_no_other_list_and_taken_out_of_none() {
    let thing = json!({"properties": {"a": {"type": "string"}, "b": {"type": "string"}}});
    let list = json!({"items": thing});
    let is_list = json!({"type": "array", "items": thing});
    let first = json!({"prefixItems": [thing]});
    let outer = json!({"items": {"properties": {"data": thing}}});
    let numbered = json!({"properties": {"a": {"type": "integer"}, "b": {"type": "string"}}});
    // Both schemas, the payload before and after, and the edits.
    let table: [(&Json, &Json, &str, &str, &[&str]); 11] = [
        (&thing, &first, "[{}]", "[{}]", &[]),
        (&thing, &list, r#"[{"a": "x"}]"#, r#"[{"a": "x"}]"#, &[]),
        (&thing, &list, "[[{}]]", "[[{}]]", &[]),
        (&thing, &list, "[]", "[]", &[]),
        (&thing, &is_list, "[{}, {}]", "[{}, {}]", &[]),
        (&thing, &outer, r#"[{"data": {}}]"#, r#"[{"data": {}}]"#, &[]),
        (
            &numbered,
            &list,
            r#"[{"a": 1}]"#,
            r#"[{"a": "1"}]"#,
            &["reformatted /0/a"],
        ),
        (
            &thing,
            &list,
            r#"{"a": "x"}"#,
            r#"[{"a": "x"}]"#,
            &["wrapped  → /0"],
        ),
        (&list, &thing, "[[{}]]", "[[{}]]", &[]),
        (&first, &thing, "[[{}]]", "[[{}]]", &[]),
        (
            &list,
            &thing,
            r#"[{"a": "x"}]"#,
            r#"{"a": "x"}"#,
            &["unwrapped /0 → "],
        ),
    ];
    for (old, new, payload, expected, edits) in table {
        let done = of_schemas(old, new, payload);
        let about = format!("{payload} of {old} as {new}");
        assert_eq!(done.text, expected, "{about}");
        assert_eq!(done.edits, edits, "{about}");
        assert!(done.left.is_empty(), "{about}: {:?}", done.left);
        let again = of_schemas(old, new, &done.text);
        assert_eq!(again.text, expected, "{about}, again");
    }
}

/// What lost all that belongs in an envelope does not get one in a second run.
#[test]
fn what_needs_no_envelope_gets_none() {
    let thing = |a: Json| json!({"properties": {"a": a, "b": true}});
    let old = thing(json!(true));
    let new = json!({"properties": {"c": thing(json!({"type": "null"}))}});
    // The payload before and after, and the edits.
    let table: [(&str, &str, &[&str]); 6] = [
        (r#"{"a": false}"#, "{}", &["dropped /a"]),
        ("{}", "{}", &[]),
        ("3", "3", &[]),
        (r#"{"c": {}}"#, r#"{"c": {}}"#, &[]),
        (r#"{"a": null}"#, r#"{"c": {"a": null}}"#, &["wrapped  → /c"]),
        (r#"{"b": 1}"#, r#"{"c": {"b": 1}}"#, &["wrapped  → /c"]),
    ];
    for (payload, expected, edits) in table {
        let done = of_schemas(&old, &new, payload);
        assert_eq!(done.text, expected, "{payload}");
        assert_eq!(done.edits, edits, "{payload}");
        assert!(done.left.is_empty(), "{payload}: {:?}", done.left);
        let again = of_schemas(&old, &new, &done.text);
        assert_eq!(again.text, expected, "{payload}, again");
    }
    let mut required = new;
    required["required"] = json!(["c"]);
    let done = of_schemas(&old, &required, "{}");
    assert_eq!(done.text, r#"{"c":{}}"#);
}
