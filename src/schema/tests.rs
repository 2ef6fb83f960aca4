use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::json::{Document, Tape, TapeNode};

/// A schema compiled in a dialect, and what is wrong with it.
fn compiled(schema: &serde_json::Value, dialect: Dialect) -> (Graph, NodeId, Vec<Problem>) {
    let mut documents = Documents::default();
    documents.push(super::Document {
        uri: "test:/schema".into(),
        value: schema.clone(),
        dialect,
        source: None,
        repeated: Vec::new(),
    });
    let mut compiler = Compiler::new(&documents, CompileOptions::default());
    let root = compiler.entry("test:/schema").expect("is there");
    let (graph, problems) = compiler.finish();
    (graph, root, problems)
}

/// The verdict of the crate itself, on the whole schema; `None` where it panics: version 0.60.2 does
/// ("pending schema target dropped") on some recursive schemas with `unevaluatedProperties`.
pub(crate) fn oracle(
    schema: &serde_json::Value,
    draft: jsonschema::Draft,
    value: Value<'_>,
) -> Option<bool> {
    let validator = jsonschema::options_for::<Tape>()
        .with_draft(draft)
        .should_validate_formats(true)
        .build(schema)
        .expect("the oracle compiles what the graph compiles");
    let ask = || {
        let node = TapeNode::Value(value);
        let accepts = validator.is_valid(node);
        // Both ways of asking agree, or there is no verdict.
        (accepts == validator.iter_errors(node).next().is_none()).then_some(accepts)
    };
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(ask)).ok()?
}

/// Holds the graph's verdicts against the crate's; returns how many could be compared.
fn assert_same_verdict(
    schema: &serde_json::Value,
    dialect: Dialect,
    instances: &[serde_json::Value],
) -> usize {
    let (graph, root, problems) = compiled(schema, dialect);
    // What a schema means that applies itself to the same value is left open.
    if problems
        .iter()
        .any(|problem| matches!(problem.kind, ProblemKind::Cycle(_)))
    {
        return 0;
    }
    let mut compared = 0;
    for instance in instances {
        let text = instance.to_string();
        let document = Document::parse(text.as_bytes()).expect("JSON");
        if let Some(expected) = oracle(schema, dialect.draft(), document.root()) {
            let accepts = graph.accepts(root, document.root());
            assert_eq!(accepts, expected, "{dialect}: {schema} on {instance}");
            compared += 1;
        }
    }
    compared
}

#[test]
fn awkward_schemas_are_decided_as_the_crate_decides_them() {
    let instances = [
        json!(null),
        json!(1),
        json!(1.0),
        json!(1.5),
        json!("a"),
        json!("{}"),
        json!([]),
        json!([1, "a"]),
        json!({}),
        json!({"a": 1}),
        json!({"a": {"a": {"b": 1}}}),
        json!({"a": {"a": {"a": {}}}}),
        json!({"a": 1, "b": 2}),
        json!([[1], [1]]),
        json!([1, 1.0]),
        json!([1, 2, "x"]),
    ];
    use Dialect::{Draft4, Draft6, Draft7, Draft201909, Draft202012};
    let schemas = [
        (
            Draft202012,
            json!({"properties": {"a": {"$ref": "#"}}, "additionalProperties": false}),
        ),
        (
            Draft202012,
            json!({"properties": {"a": true}, "unevaluatedProperties": false}),
        ),
        (
            Draft202012,
            json!({"anyOf": [{"properties": {"a": true}}, {"properties": {"b": true}}], "unevaluatedProperties": false}),
        ),
        (
            Draft202012,
            json!({"allOf": [{"unevaluatedProperties": true}], "unevaluatedProperties": false}),
        ),
        (
            Draft202012,
            json!({"unevaluatedProperties": {"type": "integer"}, "$ref": "#/$defs/a", "$defs": {"a": {"patternProperties": {"^a": true}}}}),
        ),
        (
            Draft202012,
            json!({"if": {"required": ["b"], "properties": {"b": true}}, "then": {"properties": {"a": true}}, "unevaluatedProperties": false}),
        ),
        (
            Draft202012,
            json!({"prefixItems": [true], "unevaluatedItems": false}),
        ),
        (
            Draft202012,
            json!({"contains": {"type": "integer"}, "unevaluatedItems": false}),
        ),
        (
            Draft201909,
            json!({"contains": {"type": "integer"}, "unevaluatedItems": false}),
        ),
        (Draft202012, json!({"dependencies": {"a": ["b"]}})),
        (
            Draft202012,
            json!({"$dynamicAnchor": "node", "properties": {"a": {"$dynamicRef": "#node"}}, "minProperties": 1}),
        ),
        (
            Draft202012,
            json!({
                "$id": "test:/extended", "$dynamicAnchor": "node", "$ref": "tree", "maxProperties": 1,
                "$defs": {"tree": {"$id": "tree", "$dynamicAnchor": "node", "properties": {"a": {"$dynamicRef": "#node"}}}}
            }),
        ),
        // The same, entered where nothing extends it.
        (
            Draft202012,
            json!({
                "properties": {"a": {"$ref": "test:/tree"}},
                "$defs": {"tree": {"$id": "test:/tree", "$dynamicAnchor": "node", "properties": {"a": {"$dynamicRef": "#node"}}, "minProperties": 1}}
            }),
        ),
        // An anchor that is not dynamic stays where it is.
        (
            Draft202012,
            json!({
                "$id": "test:/outer", "$dynamicAnchor": "node", "type": ["object", "integer"], "$ref": "inner",
                "$defs": {"inner": {"$id": "inner", "$anchor": "node", "properties": {"a": {"$dynamicRef": "#node"}}, "minProperties": 1}}
            }),
        ),
        (
            Draft201909,
            json!({
                "$id": "test:/extended", "$recursiveAnchor": true, "$ref": "tree", "maxProperties": 1,
                "$defs": {"tree": {"$id": "tree", "$recursiveAnchor": true, "properties": {"a": {"$recursiveRef": "#"}}}}
            }),
        ),
        (
            Draft201909,
            json!({
                "$id": "test:/extended", "$ref": "tree", "minProperties": 1,
                "$defs": {"tree": {"$id": "tree", "$recursiveAnchor": true, "properties": {"a": {"$recursiveRef": "#"}}}}
            }),
        ),
        (
            Draft202012,
            json!({"$defs": {"x": {"$anchor": "here", "type": "integer"}}, "properties": {"a": {"$ref": "#here"}}}),
        ),
        (
            Draft7,
            json!({"definitions": {"x": {"$id": "#here", "type": "integer"}}, "properties": {"a": {"$ref": "#here"}}}),
        ),
        (
            Draft4,
            json!({"definitions": {"x": {"id": "#here", "type": "integer"}}, "properties": {"a": {"$ref": "#here"}}}),
        ),
        (
            Draft6,
            json!({"$id": "test:/base/", "definitions": {"x": {"$id": "sub/", "definitions": {"y": {"$id": "y", "type": "integer"}}, "items": {"$ref": "y"}}}, "items": {"$ref": "sub/"}}),
        ),
        (
            Draft202012,
            json!({"$defs": {"a b/c%": {"type": "object", "unevaluatedProperties": false}}, "$ref": "#/$defs/a%20b~1c%25"}),
        ),
        (
            Draft202012,
            json!({"contains": {"type": "integer"}, "minContains": 0, "maxContains": 1}),
        ),
        (
            Draft7,
            json!({"contains": {"type": "integer"}, "minContains": 0, "maxContains": 1}),
        ),
        (Draft202012, json!({"propertyNames": {"maxLength": 0}})),
        (Draft202012, json!({"minLength": 1.0, "uniqueItems": true})),
        (Draft202012, json!({"$vocabulary": {}, "type": "integer"})),
        (Draft4, json!({"type": "integer"})),
        (Draft6, json!({"type": "integer"})),
        (Draft4, json!({"minimum": 1, "exclusiveMinimum": true})),
        (Draft4, json!({"maximum": 1, "exclusiveMaximum": false})),
        (Draft4, json!({"const": 1, "if": false, "contains": false})),
        (
            Draft7,
            json!({"$ref": "#/definitions/x", "type": "string", "definitions": {"x": {"type": "integer"}}}),
        ),
        (
            Draft7,
            json!({"items": [{"type": "integer"}], "additionalItems": {"type": "integer"}}),
        ),
        (
            Draft7,
            json!({"items": [{"type": "integer"}], "additionalItems": false}),
        ),
        (
            Draft7,
            json!({"items": {"type": "integer"}, "additionalItems": false}),
        ),
        (
            Draft201909,
            json!({"items": [{"type": "integer"}], "unevaluatedItems": {"type": "string"}}),
        ),
        (Draft7, json!({"contentMediaType": "application/json"})),
        (
            Draft7,
            json!({"contentMediaType": "application/json", "contentEncoding": "base64"}),
        ),
        (Draft201909, json!({"contentMediaType": "application/json"})),
        (
            Draft7,
            json!({"dependencies": {"a": {"required": ["b"]}, "b": ["a"]}}),
        ),
        (Draft202012, json!(false)),
        (Draft202012, json!(true)),
    ];
    for (dialect, schema) in &schemas {
        assert_eq!(
            assert_same_verdict(schema, *dialect, &instances),
            instances.len(),
            "{dialect}: {schema} has no verdict"
        );
    }
}

#[test]
fn a_schema_that_applies_itself_to_the_same_value_is_cut_and_told() {
    let told = |schema: serde_json::Value| {
        let (graph, root, problems) = compiled(&schema, Dialect::Draft202012);
        let accepts = |text: &str| {
            let document = Document::parse(text.as_bytes()).expect("JSON");
            graph.accepts(root, document.root())
        };
        let told: Vec<String> = problems
            .iter()
            .map(|problem| format!("{}: {}", problem.place, problem.kind))
            .collect();
        format!(
            "{} ({}, {})",
            told.join("; "),
            accepts("1"),
            accepts("\"a\"")
        )
    };
    insta::assert_snapshot!(told(json!({"$ref": "#"})), @"test:/schema#: a schema refers to itself for the same value:  (true, true)");
    insta::assert_snapshot!(told(json!({"anyOf": [{"type": "string"}, {"$ref": "#"}]})), @"test:/schema#/anyOf/1: a schema refers to itself for the same value:  → /anyOf/1 →  (true, true)");
    insta::assert_snapshot!(told(json!({
        "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a", "type": "string"
    })), @"test:/schema#/$defs/b: a schema refers to itself for the same value: a → b → a (false, true)");
}

#[test]
fn schemas_that_lead_to_others_in_many_ways_take_no_exponential_time() {
    // Twice to the next, forty times over; behind a union, on a scalar and on an object.
    let mut definitions = serde_json::Map::new();
    for at in 0..40 {
        let next = json!({"$ref": format!("#/$defs/s{}", at + 1)});
        definitions.insert(
            format!("s{at}"),
            json!({"allOf": [next, next], "anyOf": [next, {"type": "null"}]}),
        );
    }
    definitions.insert("s40".to_owned(), json!({"not": {"type": "string"}}));
    let schema = json!({"anyOf": [{"$ref": "#/$defs/s0"}, false], "$defs": definitions});
    let (graph, root, _) = compiled(&schema, Dialect::Draft202012);
    for (text, expected) in [("1", true), ("\"a\"", false), ("{}", true)] {
        let document = Document::parse(text.as_bytes()).expect("JSON");
        assert_eq!(graph.accepts(root, document.root()), expected, "{text}");
    }
    // Every resource has a dynamic anchor, and refers to every other.
    let mut definitions = serde_json::Map::new();
    for at in 0..16 {
        let others = (0..16).map(|to| (format!("p{to}"), json!({"$ref": format!("test:/r{to}")})));
        let others: serde_json::Map<String, serde_json::Value> = others.collect();
        definitions.insert(
            format!("r{at}"),
            json!({"$id": format!("test:/r{at}"), "$dynamicAnchor": format!("d{at}"), "properties": others, "not": {"$dynamicRef": format!("#d{at}x")}}),
        );
        definitions.insert(format!("x{at}"), json!({"$id": format!("test:/x{at}"), "$dynamicAnchor": format!("d{at}"), "items": {"$dynamicRef": format!("#d{at}")}}));
    }
    let schema = json!({"$ref": "test:/r0", "$defs": definitions});
    let (graph, _, problems) = compiled(&schema, Dialect::Draft202012);
    assert!(graph.len() < 100_000, "{}", graph.len());
    assert!(!problems.is_empty());
}

#[test]
fn schemas_that_cannot_be_compiled_say_where() {
    let fails = |schema: serde_json::Value| {
        let mut documents = Documents::default();
        documents.add("test:/schema", schema);
        compile(&documents, &["test:/schema#".to_owned()])
            .expect_err("must not compile")
            .to_string()
    };
    insta::assert_snapshot!(fails(json!({"properties": {"a": {"type": "integr"}}})), @"test:/schema#/properties/a/type: no type is called `integr`; did you mean `integer`?");
    insta::assert_snapshot!(fails(json!({"properties": {"a": {"$ref": "#/$defs/gone"}}})), @"test:/schema#/properties/a/$ref: `#/$defs/gone` leads nowhere: the document has no `$defs`");
    insta::assert_snapshot!(fails(json!({"$ref": "https://example.com/other.json"})), @"test:/schema#/$ref: `https://example.com/other.json` leads nowhere: nothing is fetched over the network; give the file that holds it: --ref https://example.com/other.json=FILE");
    insta::assert_snapshot!(fails(json!({"properties": {"a": {"pattern": "("}}})), @r#"test:/schema#/properties/a/pattern: "(" is no regular expression, or one that is not supported here"#);
}

#[test]
fn a_component_takes_only_the_definitions_it_reaches() {
    let bundle = json!({"$defs": {
        "A": {"properties": {"b": {"$ref": "#/$defs/B"}}},
        "B": {"items": {"$ref": "#/$defs/B"}},
        "C": {"type": "null"}
    }});
    let document = emit::component(&bundle, "A").expect("there");
    assert_eq!(
        document["$defs"],
        json!({"B": {"items": {"$ref": "#/$defs/B"}}})
    );
    assert_eq!(
        emit::file_name("PaginatedOrganisationList"),
        "paginated-organisation-list.schema.json"
    );
}

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
            // Keywords side by side in one schema.
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

/// The same schema in the words of another dialect, as far as it has them.
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
                // Beside `dependentSchemas` both would be one keyword.
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

/// What a schema of OpenAPI 3.0 means, in the words of draft 2020-12: a second opinion on the compiler.
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

/// A schema of OpenAPI 3.0: one type at most, which may be nullable, and booleans beside bounds.
fn as_openapi_3_0(schema: &serde_json::Value, nullable: bool) -> serde_json::Value {
    // As draft 4 has bounds; keywords that 3.0 lacks stay, and are ignored.
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

/// Takes away the keywords that OpenAPI 3.0 does not have.
fn without_later_keywords(schema: &serde_json::Value) -> serde_json::Value {
    let kept = |keyword: &str| keyword == "$defs" || Dialect::OpenApi30.has(keyword);
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
                    // A list of schemas is none of 3.0's.
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
        instances in prop::collection::vec(instance(), 8),
    ) {
        assert_same_verdict(&translated(&schema, dialect), dialect, &instances);
    }

    #[test]
    fn openapi_3_0_is_decided_as_the_crate_decides_what_it_means(
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
            let document = Document::parse(text.as_bytes()).expect("JSON");
            let expected = oracle(&meaning, jsonschema::Draft::Draft202012, document.root());
            let accepts = graph.accepts(root, document.root());
            prop_assert_eq!(Some(accepts), expected, "{} meaning {} on {}", schema, meaning, instance);
        }
    }
}
