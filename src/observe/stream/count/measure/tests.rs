use proptest::prelude::*;
use serde_json::json;

use crate::observe::tests::{contract_of, try_contract_of};
use super::*;
use crate::contract::Payload;
use crate::json::TapeDocument;
use crate::schema::tests::{document, instance};

fn root(contract: &Contract) -> NodeId {
    let payload = contract.operations[0].payload(Side::Response, Some(200));
    payload.and_then(Payload::schema).expect("a schema")
}

/// The results of both ways of measuring; measuring by slots may have none.
fn both(contract: &Contract, scale: &mut Scale<'_>, text: &str) -> (Result<Fit, Stop>, Fit) {
    let head = TapeDocument::head(text.as_bytes(), ELEMENTS).expect("JSON");
    let by_walk = Fit::measure(
        &contract.graph,
        root(contract),
        Some(Side::Response),
        head.root(),
    );
    (scale.fit(head.root(), usize::MAX), by_walk)
}

#[test]
fn plain_schemas_are_measured_by_their_slots() {
    let contract = contract_of(&json!({
        "type": "object",
        "required": ["id", "tags", "gone"],
        "properties": {
            "id": {"type": "integer", "minimum": 1, "maximum": 9},
            "tags": {"type": "array", "items": {"type": "string", "format": "date"}, "minItems": 2},
            "owner": {"anyOf": [{"$ref": "#/$defs/owner"}, {"type": "null"}]},
            "kind": {"const": "x"},
            "colour": {"enum": ["red", "blue"]},
            "sizes": {"additionalProperties": {"type": "number"}},
            "shape": {"oneOf": [
                {"type": "object", "properties": {"side": {"type": "number"}}, "required": ["side"]},
                {"type": "object", "properties": {"radius": {"type": "number"}}, "required": ["radius"]}
            ]},
            "pair": {"prefixItems": [{"type": "string"}, {"type": "null"}], "items": false}
        },
        "dependentRequired": {"id": ["name"], "tags": ["gone"]},
        "propertyNames": {"maxLength": 6},
        "$defs": {"owner": {"type": "object", "properties": {"name": {"type": "string"}},
                            "required": ["name"], "additionalProperties": false}}
    }));
    let mut scale = Scale::new(&contract.graph, root(&contract), Side::Response);
    for text in [
        r#"{"id": 1, "tags": ["2020-01-01", "2020-01-02"], "gone": 1, "name": ""}"#,
        r#"{"id": 10, "tags": ["x"], "owner": null, "kind": "y", "colour": "green"}"#,
        r#"{"id": 1.5, "tags": ["x", "y", "z", 1], "owner": {"name": 1, "x": 2, "y": []}, "kind": 1}"#,
        r#"{"tags": [], "sizes": {"a": 1, "b": "2", "cdefghi": 3}, "pair": ["a", null, 1, 2, 3]}"#,
        r#"{"id": 0, "new": {"a": 1}, "newer": 2, "n\u0065w": 3, "owner": {}, "pair": [1, 2]}"#,
        r#"{"shape": {"side": 1, "colour": 2}, "owner": {"name": "x"}}"#,
        "[1, 2]",
        "null",
    ] {
        for _ in 0..2 {
            let (by_slots, by_walk) = both(&contract, &mut scale, text);
            assert_eq!(by_slots, Ok(by_walk), "{text}");
        }
    }
    let (by_slots, by_walk) = both(
        &contract,
        &mut scale,
        r#"{"id": 10, "tags": ["x"], "owner": null, "kind": "y", "colour": "green"}"#,
    );
    let seen = Fit {
        // The owner alone.
        recognised: 1,
        // A bound, a length, a format, a constant, an enum, and the missing `gone` and `name`.
        strange: 7,
        is_broken: true,
    };
    assert_eq!((by_slots, by_walk), (Ok(seen), seen));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

    #[test]
    fn both_ways_of_measuring_agree(
        schema in document(),
        values in prop::collection::vec(instance(), 6),
    ) {
        let Some(contract) = try_contract_of(&schema) else { return Ok(()) };
        let mut scale = Scale::new(&contract.graph, root(&contract), Side::Response);
        for value in values {
            let text = value.to_string();
            let (by_slots, by_walk) = both(&contract, &mut scale, &text);
            prop_assert_eq!(by_slots.unwrap_or(by_walk), by_walk, "{} on {}", schema, text);
            let head = TapeDocument::head(text.as_bytes(), ELEMENTS).expect("JSON");
            let least = scale.strange_keys(head.root());
            let is_least = match least {
                usize::MAX => by_walk.strange > 0 && by_walk.recognised == 0,
                _ => least <= by_walk.strange,
            };
            prop_assert!(is_least, "{} on {}", schema, text);
            let within = scale.fit(head.root(), 1);
            prop_assert!(within != Err(Stop::TooStrange) || by_walk.strange > 1, "{} on {}", schema, text);
            prop_assert!(within.is_err() || within == Ok(by_walk), "{} on {}", schema, text);
        }
    }
}
