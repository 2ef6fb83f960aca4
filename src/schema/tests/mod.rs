mod random;

use serde_json::json;

pub(crate) use random::{document, instance};
use super::*;
use crate::json::Value;
use crate::json::{TapeDocument, Tape, TapeNode};

/// A schema compiled in a dialect, and its problems.
fn compiled(schema: &serde_json::Value, dialect: Dialect) -> (Graph, NodeId, Vec<ContractProblem>) {
    let mut documents = Documents::default();
    documents.push(Document {
        uri: "test:/schema".into(),
        value: schema.clone(),
        dialect,
        source: None,
        repeated: Vec::new(),
        vocabularies: Vocabularies::default(),
        is_referenced: true,
    });
    let mut compiler = Compiler::new(&documents, CompileOptions::default());
    let root = compiler.entry("test:/schema").expect("is there");
    let (graph, problems) = compiler.finish();
    (graph, root, problems)
}

/// The crate's own verdict on the whole schema; `None` if it panics: version 0.60.2 does ("pending schema
/// target dropped") on some recursive schemas with `unevaluatedProperties`.
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
        // If the crate's two methods disagree, there is no verdict.
        (accepts == validator.iter_errors(node).next().is_none()).then_some(accepts)
    };
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(ask)).ok()?
}

/// Compares the graph's verdicts with the crate's; returns how many could be compared.
fn assert_same_verdict(
    schema: &serde_json::Value,
    dialect: Dialect,
    instances: &[serde_json::Value],
) -> usize {
    let (graph, root, problems) = compiled(schema, dialect);
    // The meaning of a schema that applies itself to the same value is undefined.
    if problems
        .iter()
        .any(|problem| matches!(problem.kind, ProblemKind::Cycle(_)))
    {
        return 0;
    }
    let mut compared = 0;
    for instance in instances {
        let text = instance.to_string();
        let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
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
        // The same, entered at a schema that nothing extends.
        (
            Draft202012,
            json!({
                "properties": {"a": {"$ref": "test:/tree"}},
                "$defs": {"tree": {"$id": "test:/tree", "$dynamicAnchor": "node", "properties": {"a": {"$dynamicRef": "#node"}}, "minProperties": 1}}
            }),
        ),
        // An anchor that is not dynamic is not overridden.
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
fn a_schema_that_applies_itself_to_the_same_value_is_cut_and_reported() {
    let told = |schema: serde_json::Value| {
        let (graph, root, problems) = compiled(&schema, Dialect::Draft202012);
        let accepts = |text: &str| {
            let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
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
fn schemas_with_many_paths_do_not_take_exponential_time() {
    // Each level refers to the next one twice, forty levels deep; behind a union, on a scalar and on an
    // object.
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
        let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
        assert_eq!(graph.accepts(root, document.root()), expected, "{text}");
    }
    // Every resource has a dynamic anchor and refers to every other resource.
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
    assert!(graph.size() < 100_000, "{}", graph.size());
    assert!(!problems.is_empty());
}

#[test]
fn schemas_that_cannot_be_compiled_say_where() {
    let fails = |schema: serde_json::Value| {
        let mut documents = Documents::default();
        documents.add("test:/schema", schema);
        compile(
            &documents,
            &["test:/schema#".to_owned()],
            CompileOptions::default(),
        )
        .expect_err("must not compile")
        .to_string()
    };
    insta::assert_snapshot!(fails(json!({"properties": {"a": {"type": "integr"}}})), @"test:/schema#/properties/a/type: no type is called `integr`; did you mean `integer`?");
    insta::assert_snapshot!(fails(json!({"properties": {"a": {"$ref": "#/$defs/gone"}}})), @"test:/schema#/properties/a/$ref: `#/$defs/gone` cannot be resolved: the document has no `$defs`");
    insta::assert_snapshot!(fails(json!({"$ref": "https://example.com/other.json"})), @"test:/schema#/$ref: `https://example.com/other.json` cannot be resolved: nothing is fetched over the network; give the file that holds it: --ref https://example.com/other.json=FILE");
    insta::assert_snapshot!(fails(json!({"properties": {"a": {"pattern": "("}}})), @"test:/schema#/properties/a/pattern: `(` is not a valid pattern: unclosed group `(…`");
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

/// "A JSON number without a fraction or exponent part" (draft 4, 3.5). The crate reads numbers as `f64` and
/// treats those beyond 2^63 as integers; here, only the text counts.
#[test]
fn draft_4_integers_are_numbers_written_as_integers() {
    for (number, is_integer) in [
        ("1", true),
        ("1.0", false),
        ("1e2", false),
        ("1e+300", false),
        ("18446744073709551616", true),
    ] {
        for types in [json!("integer"), json!(["integer"])] {
            let (graph, root, _) = compiled(&json!({"type": types}), Dialect::Draft4);
            let document = TapeDocument::parse(number.as_bytes()).expect("JSON");
            assert_eq!(graph.accepts(root, document.root()), is_integer, "{number}");
        }
    }
}
