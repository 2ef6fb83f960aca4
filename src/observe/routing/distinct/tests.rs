use proptest::prelude::*;
use serde_json::{Value, json};

use crate::observe::routing::fit::{ELEMENTS, Fit};
use crate::observe::tests::{contract_of, try_contract_of};
use super::*;
use crate::contract::{Contract, Payload};
use crate::json::TapeDocument;
use crate::schema::tests::{document, instance};

fn described(contract: &Contract) -> Described<'_> {
    let payload = contract.operations[0].payload(Side::Response, Some(200));
    Described {
        graph: &contract.graph,
        node: payload.and_then(Payload::schema).expect("a schema"),
        side: Side::Response,
    }
}

fn are_apart(left: &Value, right: &Value) -> Option<Apart> {
    let (left, right) = (contract_of(left), contract_of(right));
    let (left, right) = (described(&left), described(&right));
    let cases = cases(left);
    let each: Option<Vec<Apart>> = cases.iter().map(|case| apart(left, case, right)).collect();
    let mut each = each?;
    each.sort_by_key(|apart| *apart == Apart::Always);
    each.into_iter().next()
}

#[test]
fn schemas_are_told_apart_by_what_a_payload_has_to_show() {
    let named =
        |name: &str| json!({"properties": {name: {}}, "required": [name], "type": "object"});
    let tagged = |tag: &str| json!({"type": "object", "properties": {"tag": {"const": tag}}, "required": ["tag"]});
    let within = |name: &str, schema: &Value| json!({"type": "object", "properties": {name: schema}, "required": [name]});
    let list = |of: &Value| json!({"type": "array", "items": of});
    let open = json!({"type": "object"});
    let map = json!({"type": "object", "additionalProperties": {"type": "string"}});
    let nullable = |of: &Value| json!({"anyOf": [of, {"type": "null"}]});
    let filled = |way: &[Step]| Some(Apart::Filled(way.into()));
    let data = || Step::Key("data".into());
    let table = [
        (
            json!({"type": "object"}),
            json!({"type": "array"}),
            Some(Apart::Always),
        ),
        // Each requires a property that the other does not declare.
        (named("a"), named("b"), Some(Apart::Always)),
        // A schema that declares nothing has no undeclared members, and a map may have any member.
        (named("a"), open.clone(), None),
        (named("a"), map.clone(), None),
        (open, named("a"), None),
        (tagged("x"), tagged("y"), Some(Apart::Always)),
        (tagged("x"), tagged("x"), None),
        (
            tagged("x"),
            json!({"type": "object", "properties": {"tag": {"enum": ["y", "z"]}}}),
            Some(Apart::Always),
        ),
        (
            tagged("x"),
            json!({"type": "object", "properties": {"tag": {"enum": ["x", "z"]}}}),
            None,
        ),
        (
            within("in", &tagged("x")),
            within("in", &tagged("y")),
            Some(Apart::Always),
        ),
        (nullable(&tagged("x")), tagged("y"), Some(Apart::Always)),
        (
            nullable(&tagged("x")),
            nullable(&tagged("y")),
            Some(Apart::Always),
        ),
        (list(&tagged("x")), list(&tagged("y")), filled(&[])),
        (
            within("data", &list(&tagged("x"))),
            within("data", &list(&tagged("y"))),
            filled(&[data()]),
        ),
        (
            json!({"type": "array", "items": tagged("x"), "minItems": 1}),
            list(&tagged("y")),
            Some(Apart::Always),
        ),
        (list(&list(&tagged("x"))), list(&list(&tagged("y"))), None),
        (
            json!({"oneOf": [tagged("x"), tagged("y")]}),
            tagged("z"),
            Some(Apart::Always),
        ),
        (
            tagged("z"),
            json!({"anyOf": [tagged("x"), tagged("y")]}),
            Some(Apart::Always),
        ),
        (
            tagged("x"),
            json!({"anyOf": [tagged("x"), tagged("y")]}),
            None,
        ),
    ];
    for (left, right, expected) in table {
        assert_eq!(are_apart(&left, &right), expected, "{left} {right}");
    }
}

#[test]
fn unions_that_look_at_elements_are_asked_about_whole_arrays() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    let numbers = json!({"type": "array", "items": {"type": "number"}});
    let object = |name: &str, of: &Value| json!({"properties": {name: of}, "required": [name], "type": "object"});
    let table = [
        (object("a", &list), true),
        (json!({"anyOf": [list, {"type": "null"}]}), true),
        (json!({"anyOf": [list, numbers]}), false),
        // An object with both properties has one that is undeclared.
        (
            json!({"anyOf": [object("a", &list), object("b", &list)]}),
            true,
        ),
        (
            json!({"anyOf": [object("a", &list), object("b", &list)], "properties": {"a": {}, "b": {}}}),
            false,
        ),
        (
            json!({"anyOf": [object("a", &json!({})), object("b", &json!({}))]}),
            true,
        ),
        (json!({"not": list}), false),
        (json!({"contains": {"type": "string"}}), false),
        (json!({"type": "array", "uniqueItems": true}), true),
        (json!({"const": [1, 2, 3, 4]}), false),
        (
            object("a", &json!({"if": {"items": false}, "then": {}})),
            false,
        ),
    ];
    for (schema, expected) in table {
        let contract = contract_of(&schema);
        let found = agrees_by_its_head(described(&contract));
        assert_eq!(found, expected, "{schema}");
    }
}

/// The same value with longer arrays.
fn longer(value: &Value) -> Value {
    match value {
        Value::Array(elements) => {
            let elements = elements.iter().map(longer);
            let elements: Vec<Value> = elements.collect();
            json!([elements.clone(), elements.clone(), elements].concat())
        }
        Value::Object(members) => members
            .iter()
            .map(|(key, value)| (key.clone(), longer(value)))
            .collect(),
        other => other.clone(),
    }
}

fn fit(contract: &Contract, document: &TapeDocument<'_>) -> Fit {
    let Described { graph, node, side } = described(contract);
    Fit::measure(graph, node, Some(side), document.root())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

    #[test]
    fn nothing_agrees_with_schemas_that_are_apart(
        schemas in (document(), document()),
        values in prop::collection::vec(instance(), 8),
    ) {
        let (Some(left), Some(right)) = (try_contract_of(&schemas.0), try_contract_of(&schemas.1)) else {
            return Ok(());
        };
        let cases = cases(described(&left));
        for value in values {
            let text = value.to_string();
            let head = TapeDocument::head(text.as_bytes(), ELEMENTS).expect("JSON");
            let mut own = cases.iter().filter(|case| case.kind == head.root().kind()).peekable();
            let are_apart = own.peek().is_some() && own.all(|case| {
                match apart(described(&left), case, described(&right)) {
                    None => false,
                    Some(Apart::Always) => true,
                    Some(Apart::Filled(way)) => way.iter().try_fold(&value, |value, step| match step {
                        Step::Key(key) => value.get(&**key),
                        Step::Any => value.get(0),
                    }).is_some_and(|array| array.get(0).is_some()),
                }
            });
            if are_apart {
                let agree = [&left, &right].map(|contract| fit(contract, &head).strange == 0);
                prop_assert_ne!(agree, [true, true], "{} {} {}", schemas.0, schemas.1, text);
            }
        }
    }

    #[test]
    fn what_agrees_agrees_by_its_head(
        schema in document(),
        values in prop::collection::vec(instance(), 8),
    ) {
        let Some(contract) = try_contract_of(&schema) else { return Ok(()) };
        let Described { graph, node, side } = described(&contract);
        if !agrees_by_its_head(described(&contract)) {
            return Ok(());
        }
        for value in values {
            let text = longer(&value).to_string();
            let whole = TapeDocument::parse(text.as_bytes()).expect("JSON");
            let head = TapeDocument::head(text.as_bytes(), ELEMENTS).expect("JSON");
            if Fit::within(graph, node, Some(side), whole.root(), (usize::MAX, u32::MAX)).strange == 0 {
                prop_assert_eq!(fit(&contract, &head).strange, 0, "{} on {}", schema, text);
            }
        }
    }
}
