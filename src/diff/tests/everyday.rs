//! Common edits to contracts, each with the changes that are reported for it.

use super::*;
use crate::rules::{Policy, judge_changes};

/// Each change with its level: `info status-added 201`.
fn judged(old: &Value, new: &Value) -> Vec<String> {
    judged_with(old, new, &Options::default())
}

fn judged_with(old: &Value, new: &Value, options: &Options) -> Vec<String> {
    let (old, new) = (contract(old), contract(new));
    let found = compare_contracts(&old, &new, options);
    let judged = judge_changes(&found.changes, &old, &new, &Policy::default());
    let words = judged.iter().map(|judged| {
        let words = format!(
            "{} {} {} {}",
            judged.level, judged.rule.id, judged.difference.subject, judged.difference.path
        );
        words.split_whitespace().collect::<Vec<_>>().join(" ")
    });
    let mut words: Vec<String> = words.collect();
    words.sort();
    words
}

/// An operation with these responses: a status, and the schema of its body.
fn responding(responses: &[(&str, Value)]) -> Value {
    let responses = responses.iter().map(|(status, schema)| {
        let content = json!({"application/json": {"schema": schema}});
        let response = match schema.is_null() {
            true => json!({"description": ""}),
            false => json!({"description": "", "content": content}),
        };
        ((*status).to_owned(), response)
    });
    let responses: serde_json::Map<String, Value> = responses.collect();
    let operation = json!({"operationId": "pets", "responses": responses});
    api(&json!({"/pets": {"get": operation}}), &json!({}))
}

#[test]
fn responses_are_compared_by_status_and_with_ranges_that_covered_them() {
    let pet = || json!({"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}}});
    let error = || json!({"type": "object", "required": ["code"], "properties": {"code": {"type": "integer"}}});
    let wider = || json!({"type": "object", "properties": {"code": {"type": "integer"}}});
    type Responses = Vec<(&'static str, Value)>;
    let table: Vec<(Responses, Responses, &[&str])> = vec![
        // A success next to `default: Error` is new: the old contract did not declare it to be an error.
        (
            vec![("200", pet()), ("default", error())],
            vec![("200", pet()), ("201", pet()), ("default", error())],
            &["warning status-added 201"],
        ),
        (
            vec![("200", pet()), ("201", pet()), ("default", error())],
            vec![("200", pet()), ("default", error())],
            &["error status-removed 201"],
        ),
        (
            vec![("204", json!(null)), ("default", error())],
            vec![("200", pet()), ("default", error())],
            &["error status-removed 204", "warning status-added 200"],
        ),
        (
            vec![("204", json!(null))],
            vec![("200", pet())],
            &["error status-removed 204", "warning status-added 200"],
        ),
        // A failure that is now listed was covered before and is compared.
        (
            vec![("200", pet()), ("default", error())],
            vec![("200", pet()), ("404", error()), ("default", error())],
            &["info status-added 404"],
        ),
        (
            vec![("200", pet()), ("default", error())],
            vec![("200", pet()), ("404", wider()), ("default", error())],
            &[
                "error property-optional code /code",
                "info status-added 404",
            ],
        ),
        (
            vec![("200", pet()), ("404", error()), ("default", error())],
            vec![("200", pet()), ("default", error())],
            &["info status-removed 404"],
        ),
        // Without a success, `default` covers successes as well.
        (
            vec![("default", pet())],
            vec![("200", pet()), ("default", error())],
            &[
                "error property-removed name /name",
                "info property-added code /code",
                "info status-added 200",
            ],
        ),
        (
            vec![("200", pet())],
            vec![("default", pet())],
            &["info status-added default", "info status-removed 200"],
        ),
        // Classes.
        (
            vec![("2XX", pet()), ("default", error())],
            vec![("2XX", pet()), ("201", pet()), ("default", error())],
            &["info status-added 201"],
        ),
        (
            vec![("200", pet()), ("4XX", error()), ("default", wider())],
            vec![
                ("200", pet()),
                ("4XX", error()),
                ("422", error()),
                ("default", wider()),
            ],
            &["info status-added 422"],
        ),
        (
            vec![("200", pet()), ("default", error())],
            vec![("200", pet()), ("4XX", error()), ("5XX", error())],
            &[
                "info status-added 4XX",
                "info status-added 5XX",
                "info status-removed default",
            ],
        ),
    ];
    for (old, new, expected) in table {
        let told = judged(&responding(&old), &responding(&new));
        assert_eq!(told, expected, "{old:?}\n{new:?}");
    }
}

#[test]
fn objects_are_open_by_default() {
    let rests = [json!(null), json!(true), json!({})];
    let object = |rest: &Value, has_more: bool| {
        let mut object = json!({"type": "object", "properties": {"a": {"type": "string"}}});
        if has_more {
            object["properties"]["b"] = json!({"type": ["integer", "null"]});
        }
        if !rest.is_null() {
            object["additionalProperties"] = rest.clone();
        }
        object
    };
    type Around = fn(Value) -> Value;
    let around: [(&str, Around); 4] = [
        ("", |inner| inner),
        (
            "/in",
            |inner| json!({"type": "object", "properties": {"in": inner}}),
        ),
        ("/*", |inner| json!({"type": "array", "items": inner})),
        (
            "",
            |inner| json!({"allOf": [inner, {"properties": {"c": {"type": "string"}}}]}),
        ),
    ];
    let senders = [vec![Sender::Client], vec![Sender::Server]];
    for old in &rests {
        for new in &rests {
            for (place, around) in around {
                let (old, new) = (around(object(old, false)), around(object(new, true)));
                let expected = [format!("info property-added b {place}/b")];
                assert_eq!(
                    judged(&exchange(&old, &old), &exchange(&new, &old)),
                    expected
                );
                assert_eq!(
                    judged(&exchange(&old, &old), &exchange(&old, &new)),
                    expected
                );
                for senders in &senders {
                    let options = Options {
                        schemas_sent_by: senders.clone(),
                        ..Options::default()
                    };
                    assert_eq!(judged_with(&old, &new, &options), expected, "{old} {new}");
                }
            }
        }
    }
    // A map is not an open object: the schema for any name also applies to the new name.
    let (old, new) = (
        object(&json!({"type": "string"}), false),
        object(&json!({"type": "string"}), true),
    );
    let told = judged(&exchange(&old, &old), &exchange(&new, &old));
    assert_eq!(told, ["error property-added b /b"]);
}

#[test]
fn a_closed_object_that_contains_itself_is_compared() {
    let tree = |value: Value, more: bool| {
        let mut node = json!({
            "type": "object",
            "additionalProperties": false,
            "required": ["value"],
            "properties": {
                "value": value,
                "left": {"$ref": "#/components/schemas/Node"},
                "right": {"anyOf": [{"$ref": "#/components/schemas/Node"}, {"type": "null"}]},
                "all": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}},
            },
        });
        if more {
            node["properties"]["weight"] = json!({"type": "integer"});
        }
        let schema = json!({"$ref": "#/components/schemas/Node"});
        let mut document = exchange(&schema, &schema);
        document["components"] = json!({"schemas": {"Node": node}});
        document
    };
    let (small, large) = (json!({"enum": [1]}), json!({"enum": [1, 2]}));
    assert_eq!(
        judged(&tree(large.clone(), false), &tree(small.clone(), false)),
        ["error enum-value-removed /value"]
    );
    assert_eq!(
        judged(&tree(small.clone(), false), &tree(small.clone(), true)),
        ["warning property-added weight /weight"]
    );
    assert!(judged(&tree(small.clone(), true), &tree(small, true)).is_empty());
}

#[test]
fn a_witness_of_thousands_of_elements_is_found_and_stays_small_if_possible() {
    let list = |most: Option<u64>| {
        let mut list = json!({"type": "array", "items": {
            "type": "object",
            "required": ["name", "digest"],
            "properties": {
                "name": {"type": "string", "minLength": 1},
                "digest": {"type": "string", "pattern": "^sha256:[a-f0-9]{64}$"},
            },
        }});
        if let Some(most) = most {
            list["maxItems"] = most.into();
        }
        json!({"type": "object", "required": ["items"], "properties": {"items": list, "more": {"type": "string"}}})
    };
    let empty = json!({"type": "object"});
    let found = diff_of(
        &exchange(&list(None), &empty),
        &exchange(&list(Some(2_000)), &empty),
    );
    let [change] = found.changes.as_slice() else {
        panic!("{:?}", facts(&found));
    };
    let Some(Verdict::Breaking(witness)) = change.verdict(Sender::Client) else {
        panic!("{change:?}");
    };
    assert_eq!(
        witness.payload["items"].as_array().map(Vec::len),
        Some(2_001)
    );
    assert_eq!(
        witness.payload.as_object().map(serde_json::Map::len),
        Some(1)
    );
}

/// A form with one property of this schema.
fn form(property: &Value, encoding: &Value) -> Value {
    let schema = json!({"type": "object", "properties": {"a": property}});
    let mut media = json!({"schema": schema});
    if !encoding.is_null() {
        media["encoding"] = json!({"a": encoding});
    }
    let operation = json!({
        "operationId": "pets",
        "requestBody": {"content": {"application/x-www-form-urlencoded": media}},
        "responses": {"200": {"description": ""}},
    });
    api(&json!({"/pets": {"post": operation}}), &json!({}))
}

#[test]
fn properties_of_a_form_are_text_on_the_wire() {
    let none = json!(null);
    let (string, integer) = (json!({"type": "string"}), json!({"type": "integer"}));
    let digits = json!({"type": "string", "pattern": "^-?[0-9]+$"});
    let list = json!({"type": "array", "items": {"type": "string"}});
    let table: [(&Value, &Value, &[&str]); 6] = [
        (&integer, &string, &["info type-widened /a"]),
        (&integer, &digits, &["info type-widened /a"]),
        (&string, &list, &["info type-widened /a"]),
        (&string, &integer, &["error type-narrowed /a"]),
        (&string, &digits, &["error pattern-narrowed pattern /a"]),
        (&list, &list, &[]),
    ];
    for (old, new, expected) in table {
        assert_eq!(
            judged(&form(old, &none), &form(new, &none)),
            expected,
            "{old} {new}"
        );
    }
    // Default values are not a change, and encodings are only compared for properties that both sides have.
    let usual = json!({"style": "form", "explode": true});
    assert!(judged(&form(&list, &none), &form(&list, &usual)).is_empty());
    let flat = json!({"explode": false});
    assert_eq!(
        judged(&form(&list, &usual), &form(&list, &flat)),
        ["error body-encoding a"]
    );
}

#[test]
fn a_base_or_variant_is_reported_once_wherever_it_is_used() {
    let base = |more: bool| {
        let mut base = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}});
        if more {
            base["properties"]["b"] = json!({"type": "string"});
        }
        base
    };
    let reference = json!({"$ref": "#/components/schemas/Base"});
    let own = |name: &str| json!({"type": "object", "properties": {name: {"type": "string"}}});
    type Use = fn(&Value, Value) -> Value;
    let uses: [Use; 6] = [
        |base, own| json!({"allOf": [base, own]}),
        |base, own| json!({"allOf": [own, {"allOf": [base]}]}),
        |base, _| json!({"anyOf": [base, {"type": "null"}]}),
        |base, own| json!({"oneOf": [{"allOf": [base, {"properties": {"k": {"const": "a"}}, "required": ["k"]}]}, {"allOf": [own, {"properties": {"k": {"const": "b"}}, "required": ["k"]}]}]}),
        |base, _| json!({"type": "array", "items": {"allOf": [base]}}),
        |base, _| json!({"type": "object", "additionalProperties": base}),
    ];
    let document = |more: bool| {
        let paths = uses.iter().enumerate().map(|(index, make)| {
            let schema = make(&reference, own(&format!("own{index}")));
            let content = json!({"application/json": {"schema": schema}});
            let operation = json!({
                "operationId": format!("get{index}"),
                "responses": {"200": {"description": "", "content": content}},
            });
            (format!("/u{index}"), json!({"get": operation}))
        });
        let paths: serde_json::Map<String, Value> = paths.collect();
        api(&paths.into(), &json!({"schemas": {"Base": base(more)}}))
    };
    let told = judged(&document(false), &document(true));
    assert_eq!(told, ["info property-added b /b"]);
    let found = diff_of(&document(false), &document(true));
    let operations: Vec<&str> = found.changes[0]
        .reach
        .iter()
        .map(|reach| reach.operation.id.as_str())
        .collect();
    assert_eq!(operations, ["get0", "get1", "get2", "get3", "get4", "get5"]);
}

#[test]
fn full_urls_are_compared_and_moves_are_reported_once() {
    let operation = |id: &str, field: &str| {
        let schema = json!({"type": "object", "required": [field], "properties": {field: {"type": "string"}}});
        let content = json!({"application/json": {"schema": schema}});
        json!({"operationId": id, "responses": {"200": {"description": "", "content": content}}})
    };
    let served = |base: &str, paths: Value| {
        let mut document = api(&paths, &json!({}));
        document["servers"] = json!([{"url": format!("https://api.example.com{base}")}]);
        document
    };
    let get = |id: &str| json!({"get": operation(id, "name")});
    let action = json!({"operationId": "cancel", "responses": {"204": {"description": ""}}});
    let table: Vec<(Value, Value, &[&str])> = vec![
        (
            served("/v1", json!({"/pets": get("a"), "/pets/{id}": get("b")})),
            served("", json!({"/v1/pets": get("a"), "/v1/pets/{id}": get("b")})),
            &[],
        ),
        (
            served("", json!({"/pets": get("a")})),
            served("", json!({"/pets/": get("a")})),
            &["info path-changed"],
        ),
        (
            served(
                "",
                json!({"/pets": get("a"), "/pets/{id}": {"get": operation("b", "name")}}),
            ),
            served(
                "",
                json!({"/animals": get("c"), "/animals/{id}": {"get": operation("d", "name")}}),
            ),
            &["error path-changed"],
        ),
        // Different schemas: one was removed and one was added.
        (
            served("", json!({"/pets": get("a")})),
            served("", json!({"/animals": {"get": operation("c", "kind")}})),
            &["error operation-removed", "info operation-added"],
        ),
        (
            served("", json!({"/orders/{id}": {"delete": action}})),
            served("", json!({"/orders/{id}/cancel": {"post": action}})),
            &["error method-changed"],
        ),
        (
            served(
                "",
                json!({"/orders/{id}": {"delete": {"operationId": "remove", "responses": {"204": {"description": ""}}}}}),
            ),
            served("", json!({"/orders/{id}/cancel": {"post": action}})),
            &["error method-changed"],
        ),
        (
            served("/v1", json!({"/pets": get("a")})),
            served("/v2", json!({"/pets": get("a")})),
            &["error path-changed servers"],
        ),
        (
            served("", json!({"/pets": get("a")})),
            served("", json!({"/pets": get("listPets")})),
            &["info operation-id-changed"],
        ),
    ];
    for (old, new, expected) in table {
        assert_eq!(judged(&old, &new), expected, "{old}\n{new}");
    }
}

#[test]
fn a_discriminator_decides_which_variant_is_meant() {
    let variant = |name: &str, kind: &str, required: bool| {
        let mut variant = json!({"type": "object", "required": ["petType"], "properties": {"petType": {"type": "string"}, name: {"type": kind}}});
        if required {
            variant["required"] = json!(["petType", name]);
        }
        variant
    };
    let pets = |tags: &[(&str, &str)], bark: &str, required: bool| {
        let reference = |name: &str| format!("#/components/schemas/{name}");
        let mut names: Vec<&str> = tags.iter().map(|(_, name)| *name).collect();
        names.dedup();
        let branches: Vec<Value> = names
            .iter()
            .map(|name| json!({"$ref": reference(name)}))
            .collect();
        let mapping: serde_json::Map<String, Value> = tags
            .iter()
            .map(|(tag, name)| ((*tag).to_owned(), reference(name).into()))
            .collect();
        let union = json!({"oneOf": branches, "discriminator": {"propertyName": "petType", "mapping": mapping}});
        let mut document = exchange(
            &json!({"$ref": reference("Pet")}),
            &json!({"type": "object"}),
        );
        document["components"]["schemas"] = json!({
            "Pet": union,
            "Cat": variant("indoor", "boolean", false),
            "Dog": variant("bark", bark, required),
            "Fish": variant("depth", "integer", false),
        });
        document
    };
    let all = [("cat", "Cat"), ("dog", "Dog"), ("fish", "Fish")];
    let renamed = [("kitty", "Cat"), ("dog", "Dog"), ("fish", "Fish")];
    let more = [
        ("cat", "Cat"),
        ("kitty", "Cat"),
        ("dog", "Dog"),
        ("fish", "Fish"),
    ];
    let old = pets(&all, "string", false);
    let table = [
        (
            pets(&all[..2], "string", false),
            "error variant-removed Fish",
        ),
        (pets(&all, "integer", false), "error type-changed /bark"),
        (
            pets(&all, "string", true),
            "error property-required bark /bark",
        ),
        (
            pets(&renamed, "string", false),
            "error discriminator-changed discriminator",
        ),
        (
            pets(&more, "string", false),
            "warning discriminator-changed discriminator",
        ),
    ];
    for (new, expected) in table {
        assert_eq!(judged(&old, &new), [expected], "{new}");
    }
    assert_eq!(
        judged(&pets(&all[..2], "string", false), &old),
        ["info variant-added Fish"]
    );
}

#[test]
fn edits_to_paths_and_bodies_are_reported() {
    let path = |path: &str, schema: Value| {
        let names = path
            .split('/')
            .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
        let parameters: Vec<Value> = names
            .map(|name| json!({"name": name, "in": "path", "required": true, "schema": schema}))
            .collect();
        let operation = json!({"operationId": "a", "parameters": parameters, "responses": {"200": {"description": ""}}});
        api(&json!({path: {"get": operation}}), &json!({}))
    };
    let string = json!({"type": "string"});
    let answer = |media: &str, schema: Value| {
        let content = json!({media: {"schema": schema}});
        let operation = json!({"operationId": "a", "responses": {"200": {"description": "", "content": content}}});
        api(&json!({"/a": {"get": operation}}), &json!({}))
    };
    let query = |schema: Value| {
        let parameter = json!({"name": "q", "in": "query", "explode": false, "schema": schema});
        let operation = json!({"operationId": "a", "parameters": [parameter], "responses": {"200": {"description": ""}}});
        api(&json!({"/a": {"get": operation}}), &json!({}))
    };
    let list = json!({"type": "array", "items": {"type": "string"}});
    let table: Vec<(Value, Value, &[&str])> = vec![
        // Every old URL has a different meaning.
        (
            path("/r/{org}/{repo}", string.clone()),
            path("/r/{repo}/{org}", string.clone()),
            &["error path-changed"],
        ),
        (
            path("/r/{org}", string.clone()),
            path("/r/{team}", string.clone()),
            &[],
        ),
        // A path segment is not empty.
        (
            path("/r/{id}", string.clone()),
            path("/r/{id}", json!({"type": "string", "minLength": 1})),
            &["info length-narrowed minLength"],
        ),
        (
            path("/r/{id}", string.clone()),
            path("/r/{id}", json!({"type": "string", "minLength": 2})),
            &["error length-narrowed minLength"],
        ),
        // An unchecked format.
        (
            path("/r/{id}", string.clone()),
            path("/r/{id}", json!({"type": "string", "format": "password"})),
            &["info format-narrowed format"],
        ),
        // The same texts, read differently.
        (
            query(string.clone()),
            query(list.clone()),
            &["info type-widened"],
        ),
        (query(list), query(string.clone()), &["info type-widened"]),
        (
            answer("*/*", string.clone()),
            answer("application/json", string),
            &["info media-type-removed */*"],
        ),
        (
            answer("image/png", json!({"type": "string", "format": "binary"})),
            answer("image/png", json!({})),
            &[],
        ),
    ];
    for (old, new, expected) in table {
        assert_eq!(judged(&old, &new), expected, "{old}\n{new}");
    }
}
