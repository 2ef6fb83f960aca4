//! Witnesses made smaller.

use serde_json::{Number, Value};

/// Bytes that are validated at most while shrinking: large witnesses are asked about less often.
const BYTES: usize = 200_000;

/// A value with everything taken away that is not needed for `keeps` to hold.
pub(in crate::diff) fn shrunk(mut value: Value, mut keeps: impl FnMut(&Value) -> bool) -> Value {
    let mut left = BYTES;
    loop {
        let size = value.to_string().len();
        let smaller = parts_removed(&value).into_iter().find(|value| {
            left = left.saturating_sub(size);
            left > 0 && keeps(value)
        });
        match smaller {
            Some(smaller) => value = smaller,
            None => return value,
        }
    }
}

/// The value with one part taken away, or made simpler.
fn parts_removed(value: &Value) -> Vec<Value> {
    let mut smaller = Vec::new();
    match value {
        Value::Array(items) => {
            for index in 0..items.len() {
                let mut fewer = items.clone();
                fewer.remove(index);
                smaller.push(fewer.into());
            }
            for (index, item) in items.iter().enumerate() {
                for simpler in parts_removed(item) {
                    let mut other = items.clone();
                    other[index] = simpler;
                    smaller.push(other.into());
                }
            }
        }
        Value::Object(members) => {
            for name in members.keys() {
                let mut fewer = members.clone();
                fewer.shift_remove(name);
                smaller.push(fewer.into());
            }
            for (name, member) in members {
                for simpler in parts_removed(member) {
                    let mut other = members.clone();
                    other.insert(name.clone(), simpler);
                    smaller.push(other.into());
                }
            }
        }
        Value::String(text) if text.chars().count() > 1 => {
            let count = text.chars().count();
            for fewer in [count / 2, count - count.div_ceil(4), count - 1] {
                let start: String = text.chars().take(fewer).collect();
                smaller.push(start.into());
            }
        }
        Value::Number(number) if number.as_f64().is_some_and(|n| n.fract() != 0.0) => {
            let whole = number.as_f64().unwrap_or(0.0).trunc();
            smaller.extend(Number::from_f64(whole).map(Value::Number));
        }
        _ => {}
    }
    smaller
}
