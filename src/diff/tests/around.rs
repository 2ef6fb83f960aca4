//! Differences outside of schemas, and rules that depend on the side of an exchange.

use serde_json::{Value, json};

use super::*;

/// An API of one operation with these members.
fn with(operation: Value) -> Value {
    let mut whole = json!({"operationId": "pets", "responses": {"200": {"description": ""}}});
    if let (Value::Object(whole), Value::Object(operation)) = (&mut whole, operation) {
        whole.extend(operation);
    }
    api(&json!({"/pets": {"post": whole}}), &json!({}))
}

fn query(schema: &Value) -> Value {
    with(json!({"parameters": [{"name": "q", "in": "query", "schema": schema}]}))
}

fn body(media: &str, schema: &Value) -> Value {
    with(json!({"requestBody": {"content": {media: {"schema": schema}}}}))
}

fn answer(status: &str, schema: &Value) -> Value {
    let response = json!({"description": "", "content": {"application/json": {"schema": schema}}});
    with(json!({"responses": {status: response}}))
}

/// The breaking changes, with the sender that each of them affects.
fn breaking(old: &Value, new: &Value) -> Vec<(Fact, Sender)> {
    let found = diff_of(old, new);
    let changes = found.changes.iter().flat_map(|change| {
        let verdicts = change.verdicts.iter();
        let breaking = verdicts.filter(|(_, verdict)| matches!(verdict, Verdict::Breaking(_)));
        breaking.map(|(sender, _)| (change.fact, *sender))
    });
    changes.collect()
}

#[test]
fn parameters_are_text_on_the_wire() {
    let string = json!({"type": "string"});
    let integer = json!({"type": "integer"});
    let list = json!({"type": "array", "items": {"type": "string"}});
    for (old, new) in [(&integer, &string), (&string, &list), (&integer, &list)] {
        let (old, new) = (query(old), query(new));
        assert_eq!(told(&old, &new), ["TypeWidened"], "{old} {new}");
        assert_eq!(breaking(&old, &new), []);
    }
    let back = breaking(&query(&string), &query(&integer));
    assert_eq!(back, [(Fact::TypeNarrowed, Sender::Client)]);
}

#[test]
fn media_types_and_statuses_are_matched_by_coverage() {
    let (text, number) = (json!({"type": "string"}), json!({"type": "integer"}));
    let same = body("application/json; charset=utf-8", &text);
    assert_eq!(told(&body("application/json", &text), &same), [""; 0]);
    let wide = body("application/*", &text);
    assert_eq!(
        told(&body("application/json", &text), &wide),
        ["MediaTypeAdded application/*"]
    );
    assert_eq!(
        told(&wide, &body("application/json", &text)),
        ["MediaTypeRemoved application/*"]
    );
    // The schemas are compared nevertheless.
    let vendor = body("application/vnd.pets+json", &number);
    let found = told(&body("application/json", &text), &vendor);
    assert!(found.contains(&"TypeChanged".to_owned()), "{found:?}");
    for (old, new) in [("404", "4XX"), ("404", "default"), ("default", "404")] {
        let (old, new) = (answer(old, &text), answer(new, &number));
        assert!(
            breaking(&old, &new).contains(&(Fact::TypeChanged, Sender::Server)),
            "{old} {new}"
        );
    }
}

#[test]
fn equivalent_notation_is_not_a_change() {
    let header = |explode: bool| {
        let schema = json!({"type": "array", "items": {"type": "string"}});
        with(
            json!({"parameters": [{"name": "X-Tags", "in": "header", "explode": explode, "schema": schema}]}),
        )
    };
    assert_eq!(told(&header(false), &header(true)), [""; 0]);
    let form = |encoding: Value| {
        with(
            json!({"requestBody": {"content": {"multipart/form-data": {"schema": {"type": "object"}, "encoding": encoding}}}}),
        )
    };
    let (a, b) = (json!({"contentType": "a/a"}), json!({"contentType": "b/b"}));
    assert_eq!(
        told(
            &form(json!({"a": a, "b": b})),
            &form(json!({"b": b, "a": a}))
        ),
        [""; 0]
    );
}

#[test]
fn read_only_properties_are_not_in_requests() {
    let pet = |id: Value| json!({"type": "object", "required": ["id"], "properties": {"id": id}});
    let (old, new) = (
        pet(json!({"type": "integer", "readOnly": true})),
        pet(json!({"type": "string", "readOnly": true})),
    );
    let both = breaking(&exchange(&old, &old), &exchange(&new, &new));
    assert_eq!(both, [(Fact::TypeChanged, Sender::Server)]);
    // Without the flag it has to be sent.
    let plain = pet(json!({"type": "integer"}));
    let sent = breaking(&exchange(&old, &json!({})), &exchange(&plain, &json!({})));
    assert_eq!(sent, [(Fact::PropertyRequired, Sender::Client)]);
}

#[test]
fn null_in_an_enum_is_reported() {
    let with_null = json!({"type": ["string", "null"], "enum": ["a", null]});
    let without = json!({"type": ["string", "null"], "enum": ["a"]});
    assert_eq!(told(&with_null, &without), ["NullRemoved"]);
    assert_eq!(told(&without, &with_null), ["NullAdded"]);
}

#[test]
fn members_that_a_schema_mentions_count() {
    let card = json!({"card": {"type": "string"}});
    let depending = |cvv: &str| json!({"type": "object", "properties": card, "dependentSchemas": {"card": {"properties": {"cvv": {"type": cvv}}}}});
    assert_eq!(
        told(&depending("string"), &depending("integer")),
        ["ConstraintChanged dependentSchemas/card"]
    );
    let not = |also: Value| {
        let mut excluded = json!({"required": ["kind"], "properties": {"kind": {"const": "x"}}});
        if let Value::Object(also) = also {
            excluded["properties"]
                .as_object_mut()
                .expect("an object")
                .extend(also);
        }
        json!({"type": "object", "properties": {"kind": {"type": "string"}, "b": {"type": ["string", "integer"]}}, "not": excluded})
    };
    let found = told(&not(json!({"b": {"type": "integer"}})), &not(json!({})));
    assert_eq!(found, ["ConstraintNarrowed not"]);
}

#[test]
fn a_change_is_checked_against_every_affected_payload() {
    // The nearest payload is one in which another branch accepts what the component rejects.
    let document = |limit: Value, other: Value| {
        let mut status = json!({"type": "string"});
        if limit.is_number() {
            status["maxLength"] = limit;
        }
        let pet = json!({"type": "object", "required": ["st"], "properties": {"st": status}});
        let pet_at = json!({"$ref": "#/components/schemas/C"});
        let request = |schema: Value| json!({"post": {"requestBody": {"required": true, "content": {"application/json": {"schema": schema}}}, "responses": {"200": {"description": ""}}}});
        let near = json!({"anyOf": [pet_at, {"type": "object", "required": ["st"], "properties": {"st": {"type": "string"}}}]});
        let far = json!({"type": "object", "properties": {"z": other, "x": {"type": "object", "properties": {"c": pet_at}}}});
        let paths = json!({"/a": request(near), "/b": request(far)});
        api(&paths, &json!({"schemas": {"C": pet}}))
    };
    let old = document(Value::Null, json!({"type": "string"}));
    let new = document(json!(3), json!({"type": "integer"}));
    assert!(breaking(&old, &new).contains(&(Fact::LengthNarrowed, Sender::Client)));
}

#[test]
fn tags_that_change_their_schema_are_reported() {
    let document = |cat: &str, dog: &str| {
        let to = |name: &str| format!("#/components/schemas/{name}");
        let branches = json!([{"$ref": to("Cat")}, {"$ref": to("Dog")}]);
        let pet = json!({"oneOf": branches, "discriminator": {"propertyName": "kind", "mapping": {"cat": to(cat), "dog": to(dog)}}});
        let one = |name: &str| json!({"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}, name: {"type": "integer"}}});
        let response = json!({"200": {"description": "", "content": {"application/json": {"schema": {"$ref": to("Pet")}}}}});
        let schemas = json!({"Pet": pet, "Cat": one("lives"), "Dog": one("age")});
        api(
            &json!({"/pets": {"get": {"responses": response}}}),
            &json!({"schemas": schemas}),
        )
    };
    let found = told(&document("Cat", "Dog"), &document("Dog", "Cat"));
    assert_eq!(found, ["DiscriminatorChanged discriminator"]);
}

#[test]
fn a_list_in_an_envelope_is_the_same_list() {
    let list = json!({"type": "array", "items": {"type": "object", "properties": {"id": {"type": "integer"}}}});
    let page = json!({"type": "object", "required": ["data"], "properties": {"data": list, "total": {"type": "integer"}}});
    assert_eq!(told(&list, &page), ["EnvelopeAdded api"]);
    assert_eq!(told(&page, &list), ["EnvelopeRemoved api"]);
}

#[test]
fn forms_of_swagger_2_are_compared() {
    let document = |extra: Value| {
        let mut parameters = json!([{"name": "file", "in": "formData", "type": "file"}]);
        parameters
            .as_array_mut()
            .expect("a list")
            .extend(extra.is_object().then_some(extra));
        json!({
            "swagger": "2.0", "info": {"title": "Pets", "version": "1"},
            "paths": {"/upload": {"post": {"consumes": ["multipart/form-data"], "parameters": parameters, "responses": {"200": {"description": ""}}}}},
        })
    };
    let caption = json!({"name": "caption", "in": "formData", "type": "string", "required": true});
    assert_eq!(
        told(&document(Value::Null), &document(caption)),
        ["ParameterAdded caption"]
    );
}

#[test]
fn long_chains_of_references_take_linear_time() {
    let chain = |last: &str| {
        let mut schemas = serde_json::Map::new();
        for index in 0..3_000 {
            let next = json!({"$ref": format!("#/components/schemas/C{}", index + 1)});
            schemas.insert(
                format!("C{index}"),
                json!({"type": "object", "properties": {"next": next}}),
            );
        }
        schemas.insert("C3000".to_owned(), json!({"type": last}));
        let response = json!({"200": {"description": "", "content": {"application/json": {"schema": {"$ref": "#/components/schemas/C0"}}}}});
        api(
            &json!({"/c": {"get": {"responses": response}}}),
            &json!({"schemas": schemas}),
        )
    };
    let found = diff_of(&chain("integer"), &chain("string"));
    assert_eq!(facts(&found), [Fact::TypeChanged]);
}
