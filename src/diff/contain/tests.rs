use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::schema::tests::{document, instance, oracle};
use crate::schema::{
    CompileOptions, Compiler, Dialect, Document as Source, Documents, ProblemKind,
};

fn documents(schema: &Value, dialect: Dialect) -> Documents {
    let mut documents = Documents::default();
    documents.push(Source {
        uri: "test:/schema".into(),
        value: schema.clone(),
        dialect,
        source: None,
        repeated: Vec::new(),
        vocabularies: crate::schema::Vocabularies::default(),
        is_referenced: true,
    });
    documents
}

/// The graph of a schema; `None` where it applies itself to the same value, which has no sure meaning.
fn compiled(schema: &Value, dialect: Dialect) -> Option<(Graph, NodeId)> {
    let documents = documents(schema, dialect);
    let mut compiler = Compiler::new(&documents, CompileOptions::default());
    let root = compiler.entry("test:/schema").expect("is there");
    let (graph, problems) = compiler.finish();
    let is_cyclic = problems
        .iter()
        .any(|problem| matches!(problem.kind, ProblemKind::Cycle(_)));
    (!is_cyclic).then_some((graph, root))
}

fn verdict(old: &Value, new: &Value) -> Containment {
    verdict_of((old, Dialect::Draft202012), (new, Dialect::Draft202012))
}

fn verdict_of(old: (&Value, Dialect), new: (&Value, Dialect)) -> Containment {
    let (old_graph, old) = compiled(old.0, old.1).expect("not cyclic");
    let (new_graph, new) = compiled(new.0, new.1).expect("not cyclic");
    contain(
        SchemaRef {
            graph: &old_graph,
            node: old,
        },
        SchemaRef {
            graph: &new_graph,
            node: new,
        },
    )
}

#[test]
fn what_is_wider_contains_what_is_narrower_and_not_the_reverse() {
    let tree = |leaf: Value| json!({"type": "object", "required": ["value"], "properties": {"value": leaf, "next": {"$ref": "#"}}, "additionalProperties": false});
    let tagged = |tags: &[&str], extra: Value| {
        let variants: Vec<Value> = tags
            .iter()
            .map(|tag| json!({"type": "object", "required": ["kind"], "properties": {"kind": {"const": tag}, "n": extra}}))
            .collect();
        json!({ "oneOf": variants })
    };
    let table = [
        (json!({"type": "integer"}), json!({"type": "number"})),
        (
            json!({"type": "integer", "minimum": 1}),
            json!({"type": "number", "exclusiveMinimum": 0}),
        ),
        (
            json!({"multipleOf": 4, "type": "number"}),
            json!({"multipleOf": 2, "type": "number"}),
        ),
        (
            json!({"enum": ["a", 1]}),
            json!({"type": ["string", "integer"]}),
        ),
        (json!({"const": "a"}), json!({"enum": ["a", "b"]})),
        (
            json!({"type": "string", "minLength": 2, "maxLength": 3}),
            json!({"maxLength": 3}),
        ),
        (
            json!({"type": "object", "required": ["a", "b"]}),
            json!({"type": "object", "required": ["a"]}),
        ),
        (
            json!({"type": "object", "properties": {"a": {"type": "integer"}}, "additionalProperties": false}),
            json!({"type": "object", "properties": {"a": {"type": "number"}, "b": {}}}),
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "integer"}}),
            json!({"additionalProperties": {"type": "number"}}),
        ),
        (
            json!({"type": "array", "items": {"type": "integer"}, "maxItems": 1}),
            json!({"type": "array", "items": {"type": "number"}, "uniqueItems": true}),
        ),
        (
            json!({"type": "array", "prefixItems": [{"type": "string"}], "items": false, "minItems": 1}),
            json!({"items": {"type": "string"}}),
        ),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            json!({"type": ["string", "null", "integer"]}),
        ),
        (
            json!({"type": ["string", "null"]}),
            json!({"anyOf": [{"type": "string"}, {"type": "null"}, {"type": "array"}]}),
        ),
        (
            json!({"allOf": [{"type": "string"}, {"minLength": 1}]}),
            json!({"type": "string"}),
        ),
        (
            json!({"not": {"type": ["string", "number"]}}),
            json!({"not": {"type": "string"}}),
        ),
        (
            json!({"if": {"type": "string"}, "then": {"minLength": 2}, "else": false}),
            json!({"type": "string", "minLength": 1}),
        ),
        (
            tree(json!({"type": "integer"})),
            tree(json!({"type": "number"})),
        ),
        (
            tagged(&["a"], json!({"type": "integer"})),
            tagged(&["a", "b"], json!({"type": "number"})),
        ),
        (
            json!({"type": "object", "patternProperties": {"^x": {"type": "integer"}}, "additionalProperties": false}),
            json!({"patternProperties": {"^x": {"type": "number"}}}),
        ),
        (
            json!({"type": "string", "pattern": "^a"}),
            json!({"type": "string"}),
        ),
    ];
    for (narrow, wide) in &table {
        assert_eq!(
            verdict(narrow, wide),
            Containment::Proved,
            "{narrow} in {wide}"
        );
        let reverse = verdict(wide, narrow);
        let Containment::Refuted(witness) = &reverse else {
            panic!("{wide} in {narrow}: {reverse:?}");
        };
        assert!(!witness.to_string().is_empty());
    }
}

#[test]
fn rewrites_that_mean_the_same_are_proved_both_ways() {
    let table = [
        (json!({"enum": ["a"]}), json!({"const": "a"})),
        (
            json!({"type": "integer", "exclusiveMinimum": 0}),
            json!({"type": "integer", "minimum": 1}),
        ),
        (
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"type": "string"}}}),
            json!({"type": "string"}),
        ),
        (
            json!({"oneOf": [{"type": "string"}]}),
            json!({"type": "string"}),
        ),
        (
            json!({"anyOf": [{"type": "string"}, {"type": "null"}]}),
            json!({"anyOf": [{"type": "null"}, {"type": "string"}]}),
        ),
        (
            json!({"type": "object", "allOf": [{"required": ["a"]}, {"properties": {"a": {"type": "integer"}}}]}),
            json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}),
        ),
        (
            json!({"enum": [1, 2], "minimum": 0}),
            json!({"enum": [1, 2]}),
        ),
        (json!({"type": "boolean"}), json!({"enum": [true, false]})),
        (
            json!(false),
            json!({"type": "string", "minLength": 2, "maxLength": 1}),
        ),
    ];
    for (left, right) in &table {
        assert_eq!(
            verdict(left, right),
            Containment::Proved,
            "{left} in {right}"
        );
        assert_eq!(
            verdict(right, left),
            Containment::Proved,
            "{right} in {left}"
        );
    }
}

#[test]
fn a_witness_is_as_small_as_it_can_be() {
    let old = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "state": {"enum": ["open", "closed"]}}});
    let new = json!({"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}, "name": {"type": "string"}, "state": {"enum": ["open"]}}});
    let Containment::Refuted(witness) = verdict(&old, &new) else {
        panic!("not refuted");
    };
    assert_eq!(witness["state"], "closed");
    assert_eq!(
        witness.as_object().map(serde_json::Map::len),
        Some(2),
        "{witness}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(300), ..ProptestConfig::default() })]

    /// No proof is contradicted by a value, and every witness is one for the `jsonschema` crate, too.
    #[test]
    fn random_pairs_have_no_wrong_verdict(
        old in document(),
        new in document(),
        values in prop::collection::vec(instance(), 12),
    ) {
        let (Some((old_graph, old_node)), Some((new_graph, new_node))) = (compiled(&old, Dialect::Draft202012), compiled(&new, Dialect::Draft202012)) else {
            return Ok(());
        };
        let old_ref = SchemaRef { graph: &old_graph, node: old_node };
        let new_ref = SchemaRef { graph: &new_graph, node: new_node };
        match contain(old_ref, new_ref) {
            Containment::Proved => {
                for value in values {
                    prop_assert!(!accepts(Scope::whole(&old_graph), old_node, &value) || accepts(Scope::whole(&new_graph), new_node, &value), "{} in {}: {}", old, new, value);
                }
            }
            Containment::Refuted(witness) => {
                let text = witness.to_string();
                let document = Document::parse(text.as_bytes()).expect("JSON");
                let draft = jsonschema::Draft::Draft202012;
                prop_assert_ne!(oracle(&old, draft, document.root()), Some(false), "{} on {}", old, witness);
                prop_assert_ne!(oracle(&new, draft, document.root()), Some(true), "{} on {}", new, witness);
            }
            Containment::Unknown => {}
        }
    }
}

/// In draft 4 an integer is what is written without a fraction: `1.0` is none, although it is a multiple of 1.
#[test]
fn integers_of_draft_4_are_fewer() {
    let integer = json!({"type": "integer"});
    let multiple = json!({"type": "number", "multipleOf": 1});
    let (newer, older) = (Dialect::Draft202012, Dialect::Draft4);
    for (old, new, is_contained) in [
        ((&integer, older), (&integer, older), true),
        ((&integer, older), (&integer, newer), true),
        ((&integer, older), (&multiple, older), true),
        ((&integer, newer), (&integer, newer), true),
        ((&multiple, newer), (&integer, newer), true),
        ((&integer, newer), (&integer, older), false),
        ((&multiple, older), (&integer, older), false),
    ] {
        let found = verdict_of(old, new);
        let is_proved = matches!(found, Containment::Proved);
        assert_eq!(is_proved, is_contained, "{old:?} {new:?}: {found:?}");
    }
}
