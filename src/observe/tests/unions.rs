//! Unions: which variant is meant, and what an enum of strings in one of them means.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{observed, origin};
use crate::capture::Body;
use crate::contract::{Contract, LoadOptions};
use crate::location::Side;
use crate::observe::{Profile, PayloadVerdict};

/// An OpenAPI contract with these components, whose operation `get` responds with a schema.
fn openapi(version: &str, schema: &Value, components: &Value, options: &LoadOptions) -> Contract {
    let document = json!({
        "openapi": version, "info": {"title": "test", "version": "v1"},
        "paths": {"/": {"get": {"operationId": "get", "responses": {"200": {
            "description": "", "content": {"application/json": {"schema": schema}}}}}}},
        "components": {"schemas": components}
    });
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("api.json");
    std::fs::write(&path, document.to_string()).expect("written");
    crate::contract::read(&path, options).expect("a contract")
}

fn conforms(contract: &Contract, payload: &Value) -> bool {
    let profile = observed(contract, &[("a".to_owned(), payload.to_string())]);
    profile.verdicts.contains_key(&PayloadVerdict::Conforms)
}

/// The deviations of a payload, abbreviated.
fn told(contract: &Contract, payload: &Value) -> Vec<String> {
    let profile = observed(contract, &[("a".to_owned(), payload.to_string())]);
    all_told(&profile)
}

fn all_told(profile: &Profile) -> Vec<String> {
    let mut told = Vec::new();
    for target in profile.targets.values() {
        for (path, id) in target.shape.walk() {
            let at = target.shape.path(id);
            for deviation in at.deviations.keys() {
                let variant = deviation.variant.as_deref().unwrap_or("-");
                let kind = format!("{:?}", deviation.kind);
                let kind = kind.split([' ', '(']).next().unwrap_or_default();
                told.push(format!("{path} {kind} {variant}"));
            }
            for (like, keyed) in &at.lookalikes {
                let lacks: Vec<&str> = keyed.keys.iter().flatten().map(|(key, _)| &**key).collect();
                told.push(format!(
                    "{path} like {} not {}: {}",
                    like.variant,
                    like.accepted,
                    lacks.join("; ")
                ));
            }
            for keyed in at.undeclared.values() {
                told.extend(
                    keyed
                        .keys
                        .iter()
                        .flatten()
                        .map(|(key, _)| format!("{path} undeclared {key}")),
                );
            }
            for keyed in at.beyond_enum.values() {
                told.extend(
                    keyed
                        .keys
                        .iter()
                        .flatten()
                        .map(|(key, _)| format!("{path} beyond {key}")),
                );
            }
        }
    }
    told
}

fn pets() -> Value {
    json!({
        "Cat": {"type": "object", "required": ["kind"],
            "properties": {"kind": {"type": "string"}, "claws": {"type": "integer"}}},
        "Dog": {"type": "object", "required": ["kind"],
            "properties": {"kind": {"type": "string"}, "bark": {"type": "string"}}}
    })
}

fn union(keyword: &str, mapping: Option<Value>) -> Value {
    let mut discriminator = json!({"propertyName": "kind"});
    if let Some(mapping) = mapping {
        discriminator["mapping"] = mapping;
    }
    json!({keyword: [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": discriminator})
}

#[test]
fn the_tag_decides_which_variant_is_meant() {
    let mapping = json!({"feline": "#/components/schemas/Cat", "Dog": "Dog"});
    for version in ["3.0.3", "3.1.0"] {
        for keyword in ["oneOf", "anyOf"] {
            let named = openapi(
                version,
                &union(keyword, None),
                &pets(),
                &LoadOptions::default(),
            );
            let mapped = union(keyword, Some(mapping.clone()));
            let mapped = openapi(version, &mapped, &pets(), &LoadOptions::default());
            let table: [(&Contract, Value, &[&str]); 9] = [
                // The other variant accepts these, too.
                (&named, json!({"kind": "Cat", "claws": 4}), &[]),
                (&mapped, json!({"kind": "feline"}), &[]),
                // The name of a schema remains its tag next to the mapping.
                (&mapped, json!({"kind": "Cat"}), &[]),
                // Only the other variant accepts this one.
                (
                    &named,
                    json!({"kind": "Dog", "bark": 3}),
                    &["/bark Type Dog"],
                ),
                (
                    &named,
                    json!({"kind": "Cat", "claws": "x", "bark": "x"}),
                    &[" undeclared bark", "/claws Type Cat"],
                ),
                (&named, json!({"kind": "Cow"}), &[" Tag -"]),
                (&named, json!({"kind": 7}), &["/kind Type Cat"]),
                // Without a tag, the variants themselves decide.
                (&named, json!({"claws": 1}), &[" Missing Cat"]),
                (&named, json!([]), &[" Type -"]),
            ];
            for (contract, payload, expected) in table {
                assert_eq!(
                    told(contract, &payload),
                    expected,
                    "{version} {keyword} {payload}"
                );
            }
        }
    }
}

/// Tags lead to variants that wrap the schema of the mapping, and to unions inside the union. A tag whose
/// schema is not a variant is unknown to the union.
#[test]
fn tags_lead_to_what_their_schema_is_part_of() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let mut components = pets();
    components["Bird"] =
        json!({"type": "object", "required": ["kind"], "properties": {"kind": {"const": "Bird"}}});
    components["Pet"] = union("oneOf", Some(json!({"c": "Cat", "d": "Dog"})));
    let mapping = json!({"propertyName": "kind", "mapping": {"c": "Cat", "d": "Dog"}});
    let wrapped = json!({"oneOf": [{"allOf": [reference("Cat")]}, {"allOf": [reference("Dog")]}], "discriminator": mapping});
    let nested = json!({"oneOf": [reference("Pet"), reference("Bird")], "discriminator": {"propertyName": "kind"}});
    components["Kitten"] =
        json!({"allOf": [reference("Cat"), {"properties": {"age": {"type": "integer"}}}]});
    let mut young = union("oneOf", None);
    young["discriminator"]["mapping"] = json!({"kitten": "Kitten"});
    let mut dead = union("oneOf", None);
    dead["discriminator"]["mapping"] = json!({"x": "Bird"});
    for (schema, payload, expected) in [
        (&wrapped, json!({"kind": "c", "claws": 1}), true),
        (&wrapped, json!({"kind": "c", "claws": "x"}), false),
        (&wrapped, json!({"kind": "other"}), false),
        (&nested, json!({"kind": "c", "claws": 1}), true),
        (&nested, json!({"kind": "c", "claws": "x"}), false),
        (&nested, json!({"kind": "Bird"}), true),
        (&nested, json!({"kind": "other"}), false),
        (&young, json!({"kind": "kitten", "claws": 1}), true),
        (&young, json!({"kind": "kitten", "claws": "x"}), false),
        (&dead, json!({"kind": "Cat"}), true),
        (&dead, json!({"kind": "x"}), false),
        (&dead, json!({"kind": "other"}), false),
    ] {
        let contract = openapi("3.1.0", schema, &components, &LoadOptions::default());
        assert_eq!(
            conforms(&contract, &payload),
            expected,
            "{schema} {payload}"
        );
    }
}

/// Many documents write the discriminator in the base schema only, and a union of its subschemas elsewhere.
#[test]
fn a_union_of_heirs_has_the_discriminator_of_their_base() {
    let reference = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let heir = |member: &str, kind: &str| {
        let own = json!({"type": "object", "properties": {member: {"type": kind}}});
        json!({"allOf": [reference("Animal"), own]})
    };
    let components = json!({
        "Animal": {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}},
            "discriminator": {"propertyName": "kind", "mapping": {"cow": "Cow", "hen": "#/components/schemas/Hen"}}},
        "Cow": heir("milk", "integer"),
        "Hen": heir("eggs", "integer"),
        "Bee": heir("honey", "integer"),
    });
    for keyword in ["oneOf", "anyOf"] {
        let schema = json!({keyword: [reference("Cow"), reference("Hen"), {"type": "null"}]});
        let contract = openapi("3.1.0", &schema, &components, &LoadOptions::default());
        for (payload, expected) in [
            (json!({"kind": "cow", "milk": 1}), true),
            (json!({"kind": "cow", "milk": "x"}), false),
            (json!({"kind": "hen", "eggs": 3}), true),
            (json!({"kind": "Hen", "eggs": "x"}), false),
            (json!(null), true),
        ] {
            assert_eq!(
                conforms(&contract, &payload),
                expected,
                "{keyword} {payload}"
            );
        }
    }
}

#[test]
fn by_the_letter_a_discriminator_is_a_hint() {
    let mut options = LoadOptions::default();
    options.compile.discriminators_hint = true;
    let contract = openapi("3.1.0", &union("oneOf", None), &pets(), &options);
    let cat = json!({"kind": "Cat", "claws": 4});
    assert_eq!(told(&contract, &cat), [" SeveralVariants -"]);
}

/// A tag that no mapping names is that of the variant that fixes the property to it. A variant that nothing
/// names may be meant by any other tag.
#[test]
fn tags_may_be_called_otherwise_than_schemas() {
    let components = json!({
        "CatModel": {"type": "object", "properties": {"kind": {"enum": ["cat"]}, "n": {"type": "integer"}}},
        "DogModel": {"type": "object", "properties": {"kind": {"const": "dog"}, "n": {"type": "integer"}}}
    });
    let models = ["CatModel", "DogModel"]
        .map(|name| json!({"$ref": format!("#/components/schemas/{name}")}));
    let discriminator = json!({"propertyName": "kind"});
    let schema = json!({"oneOf": models, "discriminator": discriminator});
    let contract = openapi("3.1.0", &schema, &components, &LoadOptions::default());
    assert_eq!(told(&contract, &json!({"kind": "dog", "n": 1})), [""; 0]);
    assert_eq!(
        told(&contract, &json!({"kind": "dog", "n": "x"})),
        ["/n Type DogModel"]
    );
    assert_eq!(told(&contract, &json!({"kind": "cow"})), [" Tag -"]);

    let open = json!({"oneOf": [models[0], {"type": "object", "required": ["other"]}, {"type": "null"}],
        "discriminator": discriminator});
    let contract = openapi("3.1.0", &open, &components, &LoadOptions::default());
    assert!(conforms(
        &contract,
        &json!({"kind": "anything", "other": 1})
    ));
    assert!(conforms(&contract, &json!(null)));
    assert!(!conforms(&contract, &json!({"kind": "anything"})));

    // A union with a branch that is the union with the tag.
    let nested = json!({"oneOf": [{"$ref": "#/components/schemas/Any"}, {"type": "string"}],
        "discriminator": {"propertyName": "kind", "mapping": {"c": "CatModel", "d": "DogModel"}}});
    let mut components = components;
    components["Any"] = json!({"oneOf": models});
    let contract = openapi("3.1.0", &nested, &components, &LoadOptions::default());
    assert!(conforms(&contract, &json!("text")));
    assert!(!conforms(&contract, &json!({"kind": "x"})));
}

#[test]
fn a_union_of_enums_is_no_open_enum() {
    let components = json!({
        "Size": {"type": "string", "enum": ["s", "m"]},
        "Blank": {"enum": [""]},
        "Sizes": {"oneOf": [{"$ref": "#/components/schemas/Size"}, {"const": "none"}]}
    });
    let of = |name: &str| json!({"$ref": format!("#/components/schemas/{name}")});
    let closed = [
        json!({"oneOf": [of("Size"), of("Blank")]}),
        json!({"anyOf": [of("Size"), of("Blank"), {"type": "null"}]}),
        json!({"oneOf": [of("Sizes"), {"enum": ["", "xl"]}]}),
        json!({"type": "array", "items": {"oneOf": [of("Size"), {"const": ""}]}}),
    ];
    for schema in closed {
        let contract = openapi("3.1.0", &schema, &components, &LoadOptions::default());
        let is_list = schema.get("items").is_some();
        for text in ["s", "m", ""] {
            let payload = if is_list { json!([text]) } else { json!(text) };
            assert_eq!(told(&contract, &payload), [""; 0], "{schema} {text}");
        }
        let strange = if is_list { json!(["x"]) } else { json!("x") };
        assert!(!conforms(&contract, &strange), "{schema}");
    }
    let open = json!({"anyOf": [of("Size"), {"const": "none"}, {"type": "string"}]});
    let contract = openapi("3.1.0", &open, &components, &LoadOptions::default());
    for (text, expected) in [("s", &[][..]), ("none", &[]), ("xl", &[" beyond xl"])] {
        assert_eq!(told(&contract, &json!(text)), expected, "{text}");
    }
}

#[test]
fn nullable_beside_other_keywords_is_for_the_user_to_decide() {
    let components = json!({
        "Foo": {"type": "object", "properties": {"n": {"type": "integer"}}},
        "Code": {"type": "string", "enum": ["x"]}
    });
    let foo = json!({"$ref": "#/components/schemas/Foo"});
    let schemas = [
        json!({"nullable": true, "allOf": [foo]}),
        json!({"nullable": true, "oneOf": [foo]}),
        json!({"nullable": true, "anyOf": [foo, {"$ref": "#/components/schemas/Code"}]}),
        json!({"type": "object", "nullable": true, "allOf": [foo]}),
        json!({"$ref": "#/components/schemas/Foo", "nullable": true}),
        json!({"type": "string", "nullable": true, "enum": ["a"]}),
    ];
    let mut lenient = LoadOptions::default();
    lenient.compile.lenient_null = true;
    for schema in schemas {
        for (options, expected) in [(&LoadOptions::default(), false), (&lenient, true)] {
            let list = json!({"type": "object", "properties": {"v": schema}});
            let contract = openapi("3.0.3", &list, &components, options);
            assert_eq!(
                conforms(&contract, &json!({"v": null})),
                expected,
                "{schema}"
            );
            assert!(!conforms(&contract, &json!({"v": 7})), "{schema}");
            if schema.get("enum").is_none() {
                assert!(conforms(&contract, &json!({"v": {"n": 1}})), "{schema}");
                let told = told(&contract, &json!({"v": {"n": "x"}}));
                assert_eq!(told.len(), 1, "{schema} {told:?}");
            }
        }
    }
    let strict = openapi(
        "3.0.3",
        &json!({"nullable": false, "allOf": [foo]}),
        &components,
        &lenient,
    );
    assert!(!conforms(&strict, &json!(null)));
}

#[test]
fn a_loose_variant_does_not_hide_the_one_that_is_meant() {
    let components = json!({
        "Noted": {"type": "object", "required": ["action", "issue"], "properties": {
            "action": {"type": "string"}, "comment": {"type": "object"},
            "issue": {"type": "object", "required": ["id", "node"], "properties": {
                "id": {"type": "integer"}, "node": {"type": "string"}}}}},
        "Copied": {"type": "object", "required": ["action", "copy"], "properties": {
            "action": {"type": "string"},
            "copy": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}}},
        "Starred": {"type": "object", "required": ["action"], "properties": {"action": {"type": "string"}}},
        "Tagged": {"type": "object", "required": ["action", "tag"], "properties": {
            "action": {"const": "tag"}, "tag": {"type": "string"}}},
        "Map": {"type": "object", "additionalProperties": {"type": "string"}},
        "Closed": {"type": "object", "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
            "additionalProperties": false},
        "Any": {"type": "object"}
    });
    let of = |names: &[&str]| -> Value {
        names
            .iter()
            .map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))
            .collect()
    };
    let table: [(&[&str], Value, &[&str]); 9] = [
        (
            &["Noted", "Copied", "Any"],
            json!({"copy": {"id": "1", "extra": 1}}),
            &[
                " like Copied not Any: `action` is missing, `copy.id` is string, not integer, `copy.extra` is not declared",
            ],
        ),
        (
            &["Noted", "Copied", "Starred"],
            json!({"action": "a", "issue": {"id": 1}, "comment": {}}),
            &[" like Noted not Starred: `issue.node` is missing"],
        ),
        (
            &["Copied", "Starred"],
            json!({"action": "a", "copy": {"id": "x"}, "more": 1}),
            &[
                " like Copied not Starred: `copy.id` is string, not integer, `more` is not declared",
                " undeclared more",
            ],
        ),
        // Not meant for any other variant.
        (
            &["Copied", "Starred"],
            json!({"action": "a", "more": 1}),
            &[" undeclared more"],
        ),
        (&["Copied", "Any"], json!({"other": 1}), &[]),
        // The tag is a different one.
        (
            &["Tagged", "Starred"],
            json!({"action": "a", "tag": 1}),
            &[" undeclared tag"],
        ),
        // A map describes each of its members.
        (&["Copied", "Map"], json!({"action": "a", "copy": "b"}), &[]),
        (
            &["Closed", "Any"],
            json!({"a": "x", "b": "y", "c": "z"}),
            &[" like Closed not Any: `c` is not allowed"],
        ),
        (&["Closed", "Any"], json!({"c": "z"}), &[]),
    ];
    for keyword in ["oneOf", "anyOf"] {
        for (names, payload, expected) in &table {
            let schema = json!({keyword: of(names)});
            let contract = openapi("3.1.0", &schema, &components, &LoadOptions::default());
            assert_eq!(
                told(&contract, payload),
                *expected,
                "{keyword} {names:?} {payload}"
            );
            assert!(conforms(&contract, payload), "{names:?} {payload}");
        }
    }
}

/// A few small object schemas, which overlap.
fn variant() -> impl Strategy<Value = Value> {
    let member = prop::sample::select(vec![
        json!({"type": "string"}),
        json!({"type": "integer"}),
        json!({"type": ["integer", "null"]}),
        json!({"enum": ["a", "b"]}),
        json!({"type": "object", "required": ["a"]}),
    ]);
    let properties = prop::collection::btree_map("[ab]", member, 0..3);
    let tag = prop::sample::select(vec![
        Value::Null,
        json!({"type": "string"}),
        json!({"enum": ["t", "u"]}),
    ]);
    let rest = prop::sample::select(vec![Value::Null, json!(false)]);
    let required = prop::collection::btree_set("[abk]", 0..2);
    (properties, tag, rest, required).prop_map(|(properties, tag, rest, required)| {
        let mut schema = json!({"type": "object", "properties": properties, "required": required});
        if !tag.is_null() {
            schema["properties"]["k"] = tag;
        }
        if !rest.is_null() {
            schema["additionalProperties"] = rest;
        }
        schema
    })
}

fn payload() -> impl Strategy<Value = Value> {
    let leaf = prop::sample::select(vec![
        json!(1),
        json!("a"),
        json!("x"),
        json!(null),
        json!({"a": 1}),
        json!(1.5),
    ]);
    let tag = prop::sample::select(vec![
        Value::Null,
        json!("V0"),
        json!("V1"),
        json!("V2"),
        json!("t"),
        json!("other"),
        json!(3),
        json!("m"),
    ]);
    let members = prop::collection::btree_map("[abc]", leaf, 0..3);
    let object = (members, tag, any::<bool>()).prop_map(|(members, tag, is_first)| {
        let mut object = serde_json::Map::new();
        let tagged = |object: &mut serde_json::Map<String, Value>| {
            if !tag.is_null() {
                object.insert("k".to_owned(), tag.clone());
            }
        };
        if is_first {
            tagged(&mut object);
        }
        object.extend(members);
        if !is_first {
            tagged(&mut object);
        }
        Value::Object(object)
    });
    prop_oneof![9 => object, 1 => prop::sample::select(vec![json!(null), json!([]), json!("V0")])]
}

proptest! {
    /// The verdict of the crate on the same union, written with `if` and `then` on the tag.
    #[test]
    fn a_discriminator_is_a_choice_by_tag(
        variants in prop::collection::vec(variant(), 1..4),
        mapped in any::<bool>(),
        with_null in any::<bool>(),
        is_list in any::<bool>(),
        keyword in prop::sample::select(vec!["oneOf", "anyOf"]),
        payloads in prop::collection::vec(payload(), 1..8),
    ) {
        let names: Vec<String> = (0..variants.len()).map(|index| format!("V{index}")).collect();
        let components: serde_json::Map<String, Value> =
            names.iter().cloned().zip(variants.iter().cloned()).collect();
        let mut branches: Vec<Value> = names
            .iter()
            .map(|name| json!({"$ref": format!("#/components/schemas/{name}")}))
            .collect();
        if with_null {
            branches.push(json!({"type": "null"}));
        }
        let mut discriminator = json!({"propertyName": "k"});
        let mut tags: Vec<(String, usize)> = names.iter().cloned().zip(0..).collect();
        if mapped {
            discriminator["mapping"] = json!({"m": "V0"});
            tags.push(("m".to_owned(), 0));
        }
        // A property that only one variant fixes gives it more tags; the mapping takes precedence.
        let fixes = |index: usize| variants[index]["properties"]["k"].get("enum").is_some();
        let fixing: Vec<usize> = (0..variants.len()).filter(|index| fixes(*index)).collect();
        if let [only] = *fixing && !(mapped && only == 0) {
            tags.extend(["t", "u"].map(|tag| (tag.to_owned(), only)));
        }
        let union = json!({keyword: branches, "discriminator": discriminator});
        let schema = if is_list { json!({"type": "array", "items": union}) } else { union };
        let contract = openapi("3.1.0", &schema, &components.clone().into(), &LoadOptions::default());

        let has_tag = json!({"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}}});
        let is_tag = |tag: &str| json!({"type": "object", "required": ["k"], "properties": {"k": {"const": tag}}});
        let known: Vec<&str> = tags.iter().map(|(tag, _)| &**tag).collect();
        let mut rules: Vec<Value> = tags
            .iter()
            .map(|(tag, index)| json!({"if": is_tag(tag), "then": variants[*index]}))
            .collect();
        rules.push(json!({"if": has_tag, "then": {"properties": {"k": {"enum": known}}}}));
        let inline: Vec<Value> = variants.iter().cloned()
            .chain(with_null.then(|| json!({"type": "null"}))).collect();
        rules.push(json!({"if": {"not": has_tag}, "then": {keyword: inline}}));
        let oracle = jsonschema::options().build(&json!({"allOf": rules})).expect("compiles");

        for payload in &payloads {
            let expected = oracle.is_valid(payload);
            let payload = if is_list { json!([payload, payload]) } else { payload.clone() };
            prop_assert_eq!(conforms(&contract, &payload), expected, "{} {}", schema, payload);
        }
        // Several payloads show the streaming walk more ways.
        let texts: Vec<(String, String)> = payloads
            .iter()
            .map(|payload| if is_list { json!([payload]) } else { payload.clone() })
            .enumerate()
            .map(|(index, payload)| (format!("f{index}"), payload.to_string()))
            .collect();
        observed(&contract, &texts);
    }
}

#[test]
fn a_payload_of_a_known_operation_is_walked_with_its_discriminator() {
    let contract = openapi(
        "3.0.3",
        &union("oneOf", None),
        &pets(),
        &LoadOptions::default(),
    );
    let mut observer =
        crate::observe::Observer::new(vec![&contract], vec![&contract], Default::default());
    let text = br#"{"kind":"Cat"}"#;
    let body = Body::verbatim(text, origin("a"));
    observer.payload(&contract, "get", Side::Response, Some(200), &body);
    assert_eq!(observer.judged[0].variants, ["Cat"]);
}
