//! Cases in which a code change once went unnoticed, and inputs that once caused a crash.

use serde_json::{Value, json};

use super::{contract_of, deviations, observed};

fn with_keys(count: usize) -> Value {
    let members: serde_json::Map<String, Value> =
        (0..count).map(|at| (format!("k{at}"), json!(at))).collect();
    members.into()
}

#[test]
fn members_are_counted_beyond_a_word_of_bits() {
    for limit in [1, 63, 64, 65, 100, 300] {
        let at_most = json!({"type": "object", "maxProperties": limit, "additionalProperties": {"type": "integer"}});
        let at_least = json!({"minProperties": limit, "properties": {"k0": true, "k70": true}});
        for count in [limit - 1, limit, limit + 1] {
            let payload = with_keys(count);
            let told = |schema: &Value| {
                deviations(schema, &payload)
                    .iter()
                    .any(|it| it.contains("Length"))
            };
            assert_eq!(told(&at_most), count > limit, "{count} of {limit}");
            assert_eq!(told(&at_least), count < limit, "{count} of {limit}");
        }
    }
}

/// Test threads have 2 MiB of stack.
#[test]
fn deep_payloads_of_deep_schemas_need_no_deep_stack() {
    let mut schema = json!({"properties": {"a": {"$ref": "#"}, "n": {"type": "integer"}}});
    for _ in 0..20 {
        schema = json!({"allOf": [schema]});
    }
    let mut payload = json!({"n": "x"});
    for _ in 0..119 {
        payload = json!({"a": payload});
    }
    let found = deviations(&schema, &payload);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("/n Type"), "{found:?}");
    // Unions that accept anything, at each level.
    let schema = json!({"anyOf": [{"type": "null"}, {"oneOf": [{"type": "array"}, {"properties": {"a": {"$ref": "#"}}}]}]});
    let contract = contract_of(&schema);
    observed(&contract, &[("a".to_owned(), payload.to_string())]);
}
