//! yaml-test-suite through the reader of contracts.

use std::path::Path;

use serde_json::Value;
use wiredrift::source::Source;

use super::{Result, Share, files};

pub(crate) fn run(suite: &Path) -> Result {
    // Valid documents that JSON can express, other valid ones, and invalid ones.
    let [mut read, mut beyond, mut refused] = [Share::default(); 3];
    for file in files(suite)? {
        let name = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let cases = Source::parse(&name, std::fs::read(&file)?)?.value;
        let mut known = serde_json::Map::new();
        for (number, case) in cases.as_array().into_iter().flatten().enumerate() {
            let case = case.as_object().cloned().unwrap_or_default();
            // A case inherits from the one before it, except for its outcome.
            known.remove("fail");
            if case.contains_key("tree") {
                known.remove("json");
            }
            known.extend(case);
            // The suite recommends not to support some documents that are formally valid.
            if known.get("skip") == Some(&Value::Bool(true)) {
                continue;
            }
            let text = |key: &str| known.get(key).and_then(Value::as_str);
            let found = Source::parse(
                "a.yaml",
                shown_as_text(text("yaml").unwrap_or_default()).into_bytes(),
            );
            let found = found.map(|parsed| parsed.value);
            let expected: Option<Vec<Value>> = text("json").and_then(|json| {
                let values = serde_json::Deserializer::from_str(json).into_iter();
                values.collect::<std::result::Result<_, _>>().ok()
            });
            let (is_right, kind) = match (known.get("fail"), expected.as_deref()) {
                (Some(Value::Bool(true)), _) => (found.is_err(), &mut refused),
                (_, Some([one])) => (
                    found.as_ref().is_ok_and(|value| equal(value, one)),
                    &mut read,
                ),
                // Several documents, none, or keys that JSON does not have: a contract is none of these.
                _ => (found.is_err(), &mut beyond),
            };
            kind.count(is_right);
            if !is_right {
                let found = found.map_or_else(|error| error.to_string(), |value| value.to_string());
                println!("{name}/{number:02}: {found:.100}");
            }
        }
    }
    println!("\nvalid, one JSON value: read right       {read}");
    println!("valid, not one JSON value: refused      {beyond}");
    println!("invalid: refused                        {refused}");
    Ok(())
}

/// Whether two values are equal, with numbers compared by value.
fn equal(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| equal(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            let same = |(key, value)| other.get(key).is_some_and(|other| equal(value, other));
            one.len() == other.len() && one.iter().all(same)
        }
        _ => one == other,
    }
}

/// The suite uses visible characters for white space and marks.
fn shown_as_text(shown: &str) -> String {
    let text = shown
        .replace('␣', " ")
        .replace('↵', "")
        .replace('←', "\r")
        .replace('⇔', "\u{feff}")
        .replace('—', "")
        .replace('»', "\t");
    match text.strip_suffix("∎\n") {
        Some(rest) => rest.to_owned(),
        None => text,
    }
}
