//! JSON values as JSON Schema compares them: `1` and `1.0` are equal, and the order of members does not
//! matter (JSON Schema 2020-12 core, 4.2.2).

use std::fmt::Write as _;

use serde_json::Value;

use crate::json::Decimal;

/// A text that is the same for equal values only.
pub(crate) fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// Whether two values are equal.
pub(in crate::diff) fn are_equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(left), Value::Number(right)) => {
            let are_whole = !left.is_f64() && !right.is_f64();
            left == right || (!are_whole && canonical(one) == canonical(other))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && canonical(one) == canonical(other)
        }
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len() && canonical(one) == canonical(other)
        }
        _ => one == other,
    }
}

// Writing to a `String` cannot fail, so the results of `write!` are ignored.
fn write(value: &Value, out: &mut String) {
    match value {
        Value::Number(number) => {
            let _ = match Decimal::of(number) {
                Some(exact) => write!(out, "{exact}"),
                None => write!(out, "{number}"),
            };
        }
        Value::Array(elements) => {
            out.push('[');
            for element in elements {
                write(element, out);
                out.push(',');
            }
            out.push(']');
        }
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(name, _)| *name);
            out.push('{');
            for (name, member) in members {
                let _ = write!(out, "{name:?}:");
                write(member, out);
                out.push(',');
            }
            out.push('}');
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_values_have_the_same_text() {
        let text = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        let table = [
            ("1", "1.0", true),
            ("100", "1e2", true),
            ("0", "-0.0", true),
            ("0.5", "5e-1", true),
            ("[1, {\"a\": 2}]", "[1.0, {\"a\": 2.0}]", true),
            ("{\"a\": 1, \"b\": 2}", "{\"b\": 2, \"a\": 1}", true),
            ("9007199254740993", "9007199254740992", false),
            ("1", "\"1\"", false),
            ("1", "true", false),
            ("[1, 2]", "[2, 1]", false),
        ];
        for (one, other, expected) in table {
            assert_eq!(
                are_equal(&text(one), &text(other)),
                expected,
                "{one} {other}"
            );
        }
        assert!(!are_equal(
            &json!({"a": "b"}),
            &json!({"a": "b", "c": null})
        ));
    }
}
