//! Generated traffic, for tests of what is learnt from it.

use proptest::prelude::*;
use serde_json::{Value, json};

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3_i64..300).prop_map(Value::from),
        Just(json!(-0.0)),
        Just(json!(4_111_111_111_111_111_u64)),
        any::<f64>().prop_filter("JSON", |number| number.is_finite()).prop_map(Value::from),
        "[a-c]{0,6}".prop_map(Value::from),
        Just(json!("2026-05-01T10:00:00Z")),
        Just(json!("ann@example.com")),
        Just(json!({"type": "a", "n": 1})),
        Just(json!({"type": "b", "m": [true]})),
        prop::collection::vec("[a-b]{1,2}".prop_map(Value::from), 0..3).prop_map(Value::from),
    ]
}

fn pet() -> impl Strategy<Value = Value> {
    let names = prop::sample::select(vec!["id", "name", "kind", "born", "tags", "type", "extra", "17", "a/b~c", "é😀", "x: y", "ann@b.example"]);
    prop::collection::btree_map(names, value(), 0..6)
        .prop_map(|members| members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

/// A line of NDJSON: an exchange, a bare payload, or no JSON at all.
pub(crate) fn line() -> impl Strategy<Value = String> {
    let target = prop::sample::select(vec!["/pets", "/pets?limit=2", "/pets?limit=x&page=1", "/pets/7", "/pets/ann", "/cats", "/c%2Fd/e", "/lone/%80", "/é😀", "/pets?filter[a]=1&filter[b]=x"]);
    let method = prop::sample::select(vec!["GET", "POST"]);
    let status = prop::sample::select(vec![200_u16, 201, 404]);
    let body = prop_oneof![pet(), prop::collection::vec(pet(), 0..3).prop_map(Value::from)];
    let day = 1_u32..28;
    let exchange = (target, method, status, body.clone(), day).prop_map(|(target, method, status, body, day)| {
        json!({
            "time": format!("2026-05-{day:02}T10:00:00Z"),
            "request": {"method": method, "url": format!("https://pets.example{target}"), "headers": {"Authorization": "Bearer x"}},
            "response": {"status": status, "headers": {"content-type": "application/json", "X-Request-Count": "3"}, "body": body},
        })
        .to_string()
    });
    prop_oneof![
        6 => exchange,
        2 => body.prop_map(|body| body.to_string()),
        1 => Just("{\"id\": 1,".to_owned()),
    ]
}
