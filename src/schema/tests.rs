use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::json::{Document, Tape, TapeNode};

fn graph(schema: &serde_json::Value) -> (Graph, NodeId) {
    let mut documents = Documents::default();
    documents.add("test:/schema", schema.clone());
    let (graph, nodes) = compile(&documents, &["test:/schema#".to_owned()]).expect("compiles");
    (graph, nodes[0])
}

/// The verdict of the crate itself, on the whole schema; `None` where it panics (see
/// `crate_check::guarded`).
pub(crate) fn oracle(schema: &serde_json::Value, value: Value<'_>) -> Option<bool> {
    let validator = jsonschema::options_for::<Tape>()
        .with_draft(jsonschema::Draft::Draft202012)
        .should_validate_formats(true)
        .build(schema)
        .expect("the oracle compiles what the graph compiles");
    let ask = || {
        let node = TapeNode::Value(value);
        let accepts = validator.is_valid(node);
        // Both ways of asking agree, or there is no verdict.
        assert_eq!(accepts, validator.iter_errors(node).next().is_none());
        accepts
    };
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(ask)).ok()
}

fn assert_same_verdict(schema: &serde_json::Value, instances: &[serde_json::Value]) {
    let (graph, root) = graph(schema);
    for instance in instances {
        let text = instance.to_string();
        let document = Document::parse(text.as_bytes()).expect("JSON");
        if let Some(expected) = oracle(schema, document.root()) {
            let accepts = graph.accepts(root, document.root());
            assert_eq!(accepts, expected, "{schema} on {instance}");
        }
    }
}

#[test]
fn a_failure_of_the_crate_is_no_panic_and_no_acceptance() {
    let schema = json!({
        "unevaluatedProperties": {"$ref": "#"}, "$ref": "#/$defs/x", "$dynamicAnchor": "anchor",
        "$defs": {"x": {"patternProperties": {"a": {"$dynamicRef": "#anchor"}}}}
    });
    let document = Document::parse(br#"{"a": null}"#).expect("JSON");
    assert_eq!(
        oracle(&schema, document.root()),
        None,
        "the crate was mended: drop the guard"
    );
    let (graph, root) = graph(&schema);
    assert!(!graph.accepts(root, document.root()));
}

#[test]
fn awkward_schemas_are_decided_as_the_crate_decides_them() {
    let instances = [
        json!(null),
        json!(1),
        json!(1.0),
        json!(1.5),
        json!("a"),
        json!([]),
        json!([1, "a"]),
        json!({}),
        json!({"a": 1}),
        json!({"a": {"a": {"b": 1}}}),
        json!({"a": 1, "b": 2}),
        json!([[1], [1]]),
        json!([1, 1.0]),
    ];
    let schemas = [
        json!({"$ref": "#"}),
        json!({"allOf": [{"$ref": "#"}]}),
        json!({"$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}, "$ref": "#/$defs/a"}),
        json!({"properties": {"a": {"$ref": "#"}}, "additionalProperties": false}),
        json!({"properties": {"a": true}, "unevaluatedProperties": false}),
        json!({"anyOf": [{"properties": {"a": true}}, {"properties": {"b": true}}], "unevaluatedProperties": false}),
        json!({"prefixItems": [true], "unevaluatedItems": false}),
        json!({"dependencies": {"a": ["b"]}}),
        json!({"$dynamicAnchor": "node", "properties": {"a": {"$dynamicRef": "#node"}}, "minProperties": 1}),
        json!({
            "$id": "test:/extended", "$dynamicAnchor": "node", "$ref": "tree", "maxProperties": 1,
            "$defs": {"tree": {"$id": "tree", "$dynamicAnchor": "node", "properties": {"a": {"$dynamicRef": "#node"}}}}
        }),
        json!({"$defs": {"x": {"$anchor": "here", "type": "integer"}}, "properties": {"a": {"$ref": "#here"}}}),
        json!({"$defs": {"a b/c%": {"type": "object", "unevaluatedProperties": false}}, "$ref": "#/$defs/a%20b~1c%25"}),
        json!({"contains": {"type": "integer"}, "minContains": 0, "maxContains": 1}),
        json!({"propertyNames": {"maxLength": 0}}),
        json!({"minLength": 1.0, "uniqueItems": true}),
        json!({"$vocabulary": {}, "type": "integer"}),
        json!(false),
        json!(true),
    ];
    for schema in &schemas {
        assert_same_verdict(schema, &instances);
    }
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
    insta::assert_snapshot!(fails(json!({"properties": {"a": {"type": "integr"}}})), @r#"test:/schema: schema cannot be compiled: "integr" is not valid under any of the schemas listed in the 'anyOf' keyword (at /properties/a/type)"#);
    insta::assert_snapshot!(fails(json!({"properties": {"a": {"$ref": "#/$defs/gone"}}})), @"reference `#/$defs/gone` leads nowhere: Pointer '/$defs/gone' does not exist");
    insta::assert_snapshot!(fails(json!({"$ref": "https://example.com/other.json"})), @"a reference leads nowhere: Resource 'https://example.com/other.json' is not present in a registry and retrieving it failed: Default retriever does not fetch resources");
    insta::assert_snapshot!(fails(json!({"properties": {"a": {"pattern": "("}}})), @r#"test:/schema#/properties/a: schema cannot be compiled: "(" is not a "regex" (at /pattern)"#);
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

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(600), ..ProptestConfig::default() })]
    #[test]
    fn random_schemas_are_decided_as_the_crate_decides_them(
        schema in document(),
        instances in prop::collection::vec(instance(), 8),
    ) {
        assert_same_verdict(&schema, &instances);
    }
}
