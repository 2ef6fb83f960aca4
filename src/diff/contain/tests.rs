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

/// The graph of a schema; `None` if the schema applies itself to the same value, which has no defined
/// meaning.
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
fn wider_schemas_contain_narrower_ones_but_not_the_reverse() {
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
fn equivalent_rewrites_are_proved_both_ways() {
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
fn a_witness_is_as_small_as_possible() {
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

    /// No proof is contradicted by a value, and every witness is also one for the `jsonschema` crate: for
    /// unrelated schemas, and for schemas that are composed of each other.
    #[test]
    fn random_pairs_have_no_wrong_verdict(
        one in document(),
        other in document(),
        way in 0..6_usize,
        values in prop::collection::vec(instance(), 12),
    ) {
        // Keeps the references inside each schema local.
        let named = |mut schema: Value, id: &str| {
            if let Some(members) = schema.as_object_mut() {
                members.insert("$id".to_owned(), format!("https://example.com/{id}").into());
            }
            schema
        };
        let (one, other) = match way {
            0 => (one, other),
            _ => (named(one, "one"), named(other, "other")),
        };
        let (old, new) = match way {
            0 => (one, other),
            1 => (one.clone(), json!({"anyOf": [one, other]})),
            2 => (json!({"allOf": [other, one.clone()]}), one),
            3 => (json!({"oneOf": [other, one.clone()]}), one),
            4 => (json!({"not": {"anyOf": [one.clone(), {"not": other}]}}), json!({"not": one})),
            _ => (json!({"properties": {"a": one}}), json!({"properties": {"a": {"anyOf": [other, one]}}})),
        };
        assert_right(&old, &new, &values)?;
    }

    /// The same for closed objects that contain each other. No pair may abort, wherever the references lead.
    #[test]
    fn random_recursive_schemas_have_no_wrong_verdict(
        old in recursive(),
        new in recursive(),
        values in prop::collection::vec(instance(), 12),
    ) {
        assert_right(&old, &new, &values)?;
    }
}

/// Three schemas that refer to each other: objects (closed or open), lists, unions and maps.
fn recursive() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["a", "b", "c"])
            .prop_map(|name| json!({"$ref": format!("#/$defs/{name}")})),
        prop::sample::select(vec!["string", "integer", "null"])
            .prop_map(|name| json!({"type": name})),
        Just(json!({"enum": ["x", 1]})),
    ];
    let part = leaf.prop_recursive(2, 8, 3, |inner| {
        let property = prop::sample::select(vec!["a", "b", "c"]);
        let properties = prop::collection::btree_map(property.clone(), inner.clone(), 0..3);
        let required = prop::collection::btree_set(property, 0..2);
        prop_oneof![
            (properties, required, any::<bool>()).prop_map(|(properties, required, is_closed)| {
                let mut object =
                    json!({"type": "object", "properties": properties, "required": required});
                if is_closed {
                    object["additionalProperties"] = false.into();
                }
                object
            }),
            (inner.clone(), 0..3_u64).prop_map(
                |(items, least)| json!({"type": "array", "items": items, "minItems": least})
            ),
            prop::collection::vec(inner.clone(), 1..3)
                .prop_map(|branches| json!({"anyOf": branches})),
            prop::collection::vec(inner.clone(), 1..3)
                .prop_map(|branches| json!({"oneOf": branches})),
            inner.prop_map(|rest| json!({"type": "object", "additionalProperties": rest})),
        ]
    });
    prop::collection::vec(part, 3).prop_map(|parts| {
        let names = ["a", "b", "c"].into_iter().map(str::to_owned);
        let definitions: serde_json::Map<String, Value> = names.zip(parts).collect();
        json!({"$ref": "#/$defs/a", "$defs": definitions})
    })
}

/// Checks the verdict on a pair, and that of the tableau alone, against values and the crate.
fn assert_right(old: &Value, new: &Value, values: &[Value]) -> Result<(), TestCaseError> {
    let dialect = Dialect::Draft202012;
    let (Some((old_graph, old_node)), Some((new_graph, new_node))) =
        (compiled(old, dialect), compiled(new, dialect))
    else {
        return Ok(());
    };
    let (left, right) = (Scope::of_graph(&old_graph), Scope::of_graph(&new_graph));
    let partition = Partition::both(&old_graph, &new_graph).1;
    let mut tableau = Tableau::within(3_000, left, right, partition.forward());
    let alone = match tableau.difference(&[old_node], new_node) {
        Outcome::Empty => Containment::Proved,
        Outcome::Found(witness) => Containment::Refuted(witness),
        Outcome::Unknown => Containment::Unknown,
    };
    let (old_ref, new_ref) = (
        SchemaRef {
            graph: &old_graph,
            node: old_node,
        },
        SchemaRef {
            graph: &new_graph,
            node: new_node,
        },
    );
    for verdict in [alone, contain(old_ref, new_ref)] {
        match verdict {
            Containment::Proved => {
                for value in values {
                    let holds = !left.accepts(old_node, value) || right.accepts(new_node, value);
                    prop_assert!(holds, "{} in {}: {}", old, new, value);
                }
            }
            Containment::Refuted(witness) => {
                let text = witness.to_string();
                let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
                let draft = jsonschema::Draft::Draft202012;
                let is_valid = |schema| oracle(schema, draft, document.root());
                prop_assert_ne!(is_valid(old), Some(false), "{} on {}", old, witness);
                prop_assert_ne!(is_valid(new), Some(true), "{} on {}", new, witness);
            }
            Containment::Unknown => {}
        }
    }
    Ok(())
}

/// In draft 4, integers are written without a fraction: `1.0` is not an integer, although it is a multiple of
/// 1.
#[test]
fn draft_4_accepts_fewer_integers() {
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
