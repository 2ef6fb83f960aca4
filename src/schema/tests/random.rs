//! Random schemas, compared with the `jsonschema` crate.

use proptest::prelude::*;
use serde_json::json;

use crate::schema::*;
use super::{assert_same_verdict, compiled, oracle};
use crate::json::TapeDocument;

pub(crate) fn instance() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|b| json!(b)),
        (-3..4_i64).prop_map(|n| json!(n)),
        prop::sample::select(vec![json!(1.0), json!(0.5), json!(1e300), json!(u64::MAX)]),
        prop::sample::select(vec![
            "",
            "a",
            "ab",
            "é",
            "2022-11-01T03:15:03Z",
            "a@b.c",
            "x:y"
        ])
        .prop_map(|s| json!(s)),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(|items| json!(items)),
            prop::collection::btree_map("[abc]", inner, 0..4).prop_map(|members| json!(members)),
        ]
    })
}

/// Random schemas over every keyword of the draft.
fn schema() -> impl Strategy<Value = serde_json::Value> {
    let small = 0..3_u64;
    let type_name = prop::sample::select(Types::NAMES.to_vec());
    let leaf = prop_oneof![
        Just(json!(true)),
        Just(json!(false)),
        prop::collection::btree_set(type_name, 1..3).prop_map(|types| json!({"type": types})),
        prop::collection::vec(instance(), 1..4).prop_map(|values| {
            let mut unique = Vec::new();
            for value in values {
                if !unique.contains(&value) {
                    unique.push(value);
                }
            }
            json!({"enum": unique})
        }),
        instance().prop_map(|value| json!({"const": value})),
        (
            prop::sample::select(vec![
                "minimum",
                "maximum",
                "exclusiveMinimum",
                "exclusiveMaximum"
            ]),
            -2..3_i64
        )
            .prop_map(|(keyword, limit)| json!({keyword: limit})),
        prop::sample::select(vec![json!(2), json!(0.5)]).prop_map(|n| json!({"multipleOf": n})),
        (
            prop::sample::select(vec![
                "minLength",
                "maxLength",
                "minItems",
                "maxItems",
                "minProperties",
                "maxProperties"
            ]),
            small
        )
            .prop_map(|(keyword, limit)| json!({keyword: limit})),
        prop::sample::select(vec!["^a", "b$", "."]).prop_map(|p| json!({"pattern": p})),
        prop::sample::select(vec!["date-time", "email", "uri", "uuid", "no-such-format"])
            .prop_map(|f| json!({"format": f})),
        Just(json!({"uniqueItems": true})),
        prop::collection::btree_set("[abc]", 1..3).prop_map(|names| json!({"required": names})),
        ("[abc]", prop::collection::btree_set("[abc]", 1..3))
            .prop_map(|(name, needed)| json!({"dependentRequired": {name: needed}})),
        Just(json!({"$ref": "#/$defs/x"})),
        Just(json!({"$ref": "#"})),
        Just(json!({"$dynamicRef": "#anchor"})),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        let many = prop::collection::vec(inner.clone(), 1..4);
        let named = prop::collection::btree_map("[abc]", inner.clone(), 1..4);
        prop_oneof![
            (
                prop::sample::select(vec!["allOf", "anyOf", "oneOf", "prefixItems"]),
                many
            )
                .prop_map(|(keyword, schemas)| json!({keyword: schemas})),
            (
                prop::sample::select(vec![
                    "not",
                    "items",
                    "contains",
                    "additionalProperties",
                    "propertyNames",
                    "unevaluatedProperties",
                    "unevaluatedItems"
                ]),
                inner.clone()
            )
                .prop_map(|(keyword, schema)| json!({keyword: schema})),
            (
                prop::sample::select(vec!["properties", "patternProperties", "dependentSchemas"]),
                named
            )
                .prop_map(|(keyword, schemas)| json!({keyword: schemas})),
            (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(i, t, e)| json!({"if": i, "then": t, "else": e})),
            (inner.clone(), 0..2_u64, 1..3_u64).prop_map(
                |(c, min, max)| json!({"contains": c, "minContains": min, "maxContains": max})
            ),
            // Several keywords in one schema.
            prop::collection::vec(inner, 2..5).prop_map(|schemas| {
                let mut merged = serde_json::Map::new();
                for schema in schemas {
                    if let serde_json::Value::Object(keywords) = schema {
                        merged.extend(keywords);
                    }
                }
                serde_json::Value::Object(merged)
            }),
        ]
    })
}

pub(crate) fn document() -> impl Strategy<Value = serde_json::Value> {
    (schema(), schema()).prop_map(|(root, shared)| {
        let mut root = match root {
            serde_json::Value::Object(keywords) => keywords,
            other => serde_json::Map::from_iter([("allOf".to_owned(), json!([other]))]),
        };
        root.insert("$dynamicAnchor".to_owned(), json!("anchor"));
        root.insert("$defs".to_owned(), json!({"x": shared}));
        serde_json::Value::Object(root)
    })
}

/// The same schema in another dialect, as far as the dialect has its keywords.
fn translated(schema: &serde_json::Value, dialect: Dialect) -> serde_json::Value {
    let old = dialect < Dialect::Draft201909;
    let keywords = match schema {
        serde_json::Value::Object(keywords) => keywords,
        serde_json::Value::Bool(true) if dialect == Dialect::Draft4 => return json!({}),
        serde_json::Value::Bool(_) if dialect == Dialect::Draft4 => return json!({"not": {}}),
        other => return other.clone(),
    };
    let mut words = serde_json::Map::new();
    let many = |schemas: &serde_json::Value| -> serde_json::Value {
        let schemas = schemas.as_array().into_iter().flatten();
        schemas.map(|schema| translated(schema, dialect)).collect()
    };
    let named = |schemas: &serde_json::Value| -> serde_json::Value {
        let schemas = schemas.as_object().into_iter().flatten();
        let translated = schemas.map(|(name, schema)| (name.clone(), translated(schema, dialect)));
        serde_json::Value::Object(translated.collect())
    };
    for (keyword, argument) in keywords {
        let (keyword, argument) = match keyword.as_str() {
            "$defs" | "properties" | "patternProperties" => (keyword.as_str(), named(argument)),
            "dependentSchemas" if old => ("dependencies", named(argument)),
            "dependentSchemas" => (keyword.as_str(), named(argument)),
            "dependentRequired" if old => {
                // Together with `dependentSchemas`, both would become the same keyword.
                if keywords.contains_key("dependentSchemas") {
                    continue;
                }
                ("dependencies", argument.clone())
            }
            "allOf" | "anyOf" | "oneOf" => (keyword.as_str(), many(argument)),
            "prefixItems" => ("items", many(argument)),
            "items" if keywords.contains_key("prefixItems") => {
                ("additionalItems", translated(argument, dialect))
            }
            "const" if dialect == Dialect::Draft4 => ("enum", json!([argument])),
            "exclusiveMinimum" | "exclusiveMaximum" if dialect == Dialect::Draft4 => {
                let inclusive = if keyword.ends_with("Minimum") {
                    "minimum"
                } else {
                    "maximum"
                };
                words.insert(inclusive.to_owned(), argument.clone());
                (keyword.as_str(), json!(true))
            }
            "minimum" | "maximum" if words.contains_key(keyword) => continue,
            "$dynamicRef" if dialect == Dialect::Draft201909 => ("$recursiveRef", json!("#")),
            "$dynamicAnchor" if dialect == Dialect::Draft201909 => {
                ("$recursiveAnchor", json!(true))
            }
            "not"
            | "items"
            | "contains"
            | "additionalProperties"
            | "propertyNames"
            | "if"
            | "then"
            | "else"
            | "unevaluatedProperties"
            | "unevaluatedItems" => (keyword.as_str(), translated(argument, dialect)),
            _ => (keyword.as_str(), argument.clone()),
        };
        if dialect.role(keyword).is_some() || keyword == "$defs" {
            words.insert(keyword.to_owned(), argument);
        }
    }
    serde_json::Value::Object(words)
}

/// An OpenAPI 3.0 schema translated to draft 2020-12: a second opinion on the compiler.
fn upgraded(schema: &serde_json::Value) -> serde_json::Value {
    let serde_json::Value::Object(keywords) = schema else {
        return schema.clone();
    };
    if let Some(reference) = keywords.get("$ref") {
        let mut only = json!({"$ref": reference});
        if let Some(definitions) = keywords.get("$defs") {
            only["$defs"] = json!({"x": upgraded(&definitions["x"])});
        }
        return only;
    }
    let mut words = serde_json::Map::new();
    for (keyword, argument) in keywords {
        let argument = match (keyword.as_str(), argument) {
            ("properties" | "$defs", serde_json::Value::Object(schemas)) => schemas
                .iter()
                .map(|(name, schema)| (name.clone(), upgraded(schema)))
                .collect(),
            ("allOf" | "anyOf" | "oneOf", serde_json::Value::Array(schemas)) => {
                schemas.iter().map(upgraded).collect()
            }
            ("not" | "items" | "additionalProperties", schema) => upgraded(schema),
            ("type", name) if keywords.get("nullable") == Some(&json!(true)) => {
                json!([name, "null"])
            }
            ("nullable", _) => continue,
            ("minimum" | "maximum", _) => {
                let exclusive = keyword
                    .replace("min", "exclusiveMin")
                    .replace("max", "exclusiveMax");
                if keywords.get(&exclusive) == Some(&json!(true)) {
                    words.insert(exclusive, argument.clone());
                    continue;
                }
                argument.clone()
            }
            ("exclusiveMinimum" | "exclusiveMaximum", _) => continue,
            (_, argument) => argument.clone(),
        };
        words.insert(keyword.clone(), argument);
    }
    serde_json::Value::Object(words)
}

/// An OpenAPI 3.0 schema: at most one type, which may be nullable, and boolean exclusive bounds.
fn as_openapi_3_0(schema: &serde_json::Value, nullable: bool) -> serde_json::Value {
    // Bounds as in draft 4. Keywords that 3.0 does not have stay and are ignored.
    let mut schema = translated(schema, Dialect::Draft4);
    fn single_types(schema: &mut serde_json::Value, nullable: bool) {
        match schema {
            serde_json::Value::Object(keywords) => {
                if let Some(serde_json::Value::Array(types)) = keywords.get("type").cloned() {
                    let name = types.iter().find(|name| **name != json!("null"));
                    keywords.insert("type".to_owned(), name.unwrap_or(&json!("string")).clone());
                    if nullable {
                        keywords.insert("nullable".to_owned(), json!(true));
                    }
                }
                for (keyword, member) in keywords.iter_mut() {
                    if !matches!(keyword.as_str(), "enum" | "type") {
                        single_types(member, nullable);
                    }
                }
            }
            serde_json::Value::Array(items) => {
                items
                    .iter_mut()
                    .for_each(|item| single_types(item, nullable));
            }
            _ => {}
        }
    }
    single_types(&mut schema, nullable);
    schema
}

/// Removes the keywords that OpenAPI 3.0 does not have.
fn without_later_keywords(schema: &serde_json::Value) -> serde_json::Value {
    let kept = |keyword: &str| keyword == "$defs" || Dialect::OpenApi30.keywords().any(|known| known == keyword);
    match schema {
        serde_json::Value::Object(keywords) => keywords
            .iter()
            .filter(|(keyword, _)| kept(keyword))
            .map(|(keyword, argument)| {
                let argument = match (keyword.as_str(), argument) {
                    ("properties" | "$defs", serde_json::Value::Object(schemas)) => schemas
                        .iter()
                        .map(|(name, schema)| (name.clone(), without_later_keywords(schema)))
                        .collect(),
                    ("enum" | "required", _) => argument.clone(),
                    // OpenAPI 3.0 has no lists of schemas.
                    ("items", serde_json::Value::Array(_)) => json!({}),
                    (_, serde_json::Value::Array(schemas)) => {
                        schemas.iter().map(without_later_keywords).collect()
                    }
                    (_, argument) => without_later_keywords(argument),
                };
                (keyword.clone(), argument)
            })
            .collect(),
        other => other.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(600), ..ProptestConfig::default() })]
    #[test]
    fn random_schemas_are_decided_as_the_crate_decides_them(
        schema in document(),
        instances in prop::collection::vec(instance(), 8),
    ) {
        assert_same_verdict(&schema, Dialect::Draft202012, &instances);
    }

    #[test]
    fn older_drafts_are_decided_as_the_crate_decides_them(
        schema in document(),
        dialect in prop::sample::select(Dialect::ALL[..4].to_vec()),
        mut instances in prop::collection::vec(instance(), 8),
    ) {
        // The crate does not see how a number beyond 2^63 is written, which matters in draft 4.
        if dialect == Dialect::Draft4 {
            instances.retain(|instance| !instance.to_string().contains("1e+300"));
        }
        assert_same_verdict(&translated(&schema, dialect), dialect, &instances);
    }

    #[test]
    fn openapi_3_0_is_decided_as_the_crate_decides_its_translation(
        schema in document(),
        nullable in any::<bool>(),
        instances in prop::collection::vec(instance(), 8),
    ) {
        let schema = without_later_keywords(&as_openapi_3_0(&schema, nullable));
        let (graph, root, problems) = compiled(&schema, Dialect::OpenApi30);
        if problems.iter().any(|problem| matches!(problem.kind, ProblemKind::Cycle(_))) {
            return Ok(());
        }
        let meaning = upgraded(&schema);
        for instance in instances {
            let text = instance.to_string();
            let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
            let expected = oracle(&meaning, jsonschema::Draft::Draft202012, document.root());
            let accepts = graph.accepts(root, document.root());
            prop_assert_eq!(Some(accepts), expected, "{} meaning {} on {}", schema, meaning, instance);
        }
    }
}
