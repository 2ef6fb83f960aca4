//! Numbers at the edges of 32 and 64 bits and of doubles: both engines, exact arithmetic, and the
//! `jsonschema` crate.

use serde_json::{Value, json};

use super::{contract_of, observed};
use crate::observe::PayloadVerdict;
use crate::schema::tests::oracle;

/// The hundredths of a number, by integer arithmetic.
fn hundredths(text: &str) -> i128 {
    let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let power: i32 = power.parse().expect("a power");
    let digits: i128 = format!("{whole}{fraction}").parse().expect("digits");
    let shift = power + 2 - i32::try_from(fraction.len()).expect("short");
    match u32::try_from(shift) {
        Ok(zeros) => digits * 10_i128.pow(zeros),
        Err(_) => {
            let divisor = 10_i128.pow(shift.unsigned_abs());
            assert_eq!(digits % divisor, 0, "{text} has more than two decimals");
            digits / divisor
        }
    }
}

const NUMBERS: [&str; 34] = [
    "0",
    "-0",
    "0.0",
    "-0.00",
    "1",
    "-1",
    "0.25",
    "1.5",
    "15e-1",
    "1e3",
    "1E+3",
    "1000.0",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "9007199254740991",
    "9007199254740992",
    "9007199254740993",
    "9007199254740993.0",
    "-9007199254740993",
    "9223372036854775807",
    "9223372036854775807.0",
    "9223372036854775808",
    "9223372036854775809",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "18446744073709551617",
    "123456789012345678901234567890",
    "123456789012345678901234567890.5",
    "123456789012345678901234567891",
    "1e30",
];

/// The bounds that doubles, `i64` and `u64` represent exactly, because a schema made of Rust values has no
/// text.
const LIMITS: [&str; 14] = [
    "0",
    "1",
    "1.5",
    "1000",
    "2147483647",
    "-2147483648",
    "9007199254740992",
    "9007199254740993",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e30",
];

fn accepts(schema: &Value, number: &str) -> bool {
    let contract = contract_of(schema);
    let profile = observed(&contract, &[("a".to_owned(), number.to_owned())]);
    profile.verdicts.contains_key(&PayloadVerdict::Conforms)
}

#[test]
fn numbers_are_compared_exactly_by_both_engines() {
    let mut differ = Vec::new();
    let mut check = |schema: &Value, number: &str, expected: bool| {
        assert_eq!(accepts(schema, number), expected, "{schema} {number}");
        let document = crate::json::TapeDocument::parse(number.as_bytes()).expect("JSON");
        let theirs = oracle(schema, jsonschema::Draft::Draft202012, document.root());
        if theirs != Some(expected) {
            let verdict = if expected { "accepts" } else { "rejects" };
            differ.push(format!("{schema} {verdict} {number}"));
        }
    };
    for limit in LIMITS {
        let argument: Value = serde_json::from_str(limit).expect("JSON");
        let bound = hundredths(limit);
        for number in NUMBERS {
            let given = hundredths(number);
            check(&json!({"minimum": argument}), number, given >= bound);
            check(&json!({"maximum": argument}), number, given <= bound);
            check(
                &json!({"exclusiveMinimum": argument}),
                number,
                given > bound,
            );
            check(
                &json!({"exclusiveMaximum": argument}),
                number,
                given < bound,
            );
            // A listed number beyond 64 bits is a double.
            if !argument.is_f64() || bound.abs() < 1 << 60 {
                check(&json!({"const": argument}), number, given == bound);
                check(&json!({"enum": [argument]}), number, given == bound);
            }
            let both = json!({"type": "integer", "maximum": argument});
            check(&both, number, given % 100 == 0 && given <= bound);
            if bound > 0 {
                check(&json!({"multipleOf": argument}), number, given % bound == 0);
            }
        }
    }
    for number in NUMBERS {
        check(
            &json!({"type": "integer"}),
            number,
            hundredths(number) % 100 == 0,
        );
        check(&json!({"type": "number"}), number, true);
    }
    insta::assert_snapshot!(differ.join("\n"));
}

/// `int32` and `int64` are ranges in OpenAPI only, so the crate cannot confirm them.
#[test]
fn formats_of_numbers_are_ranges() {
    for (format, bits) in [("int32", 31), ("int64", 63)] {
        let range = -(1_i128 << bits) * 100..(1_i128 << bits) * 100;
        for number in NUMBERS {
            let schema = json!({"type": "number", "format": format});
            let text = json!({
                "openapi": "3.1.0", "info": {"title": "t", "version": "1"},
                "paths": {"/": {"get": {"operationId": "get", "responses": {"200": {
                    "description": "", "content": {"application/json": {"schema": schema}}}}}}}
            });
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("api.json");
            std::fs::write(&path, text.to_string()).expect("written");
            let contract = crate::contract::read(&path, &Default::default());
            let contract = contract.expect("a contract");
            let profile = observed(&contract, &[("a".to_owned(), number.to_owned())]);
            let accepted = profile.verdicts.contains_key(&PayloadVerdict::Conforms);
            assert_eq!(
                accepted,
                range.contains(&hundredths(number)),
                "{format} {number}"
            );
        }
    }
}

/// Bounds that a double would round are read from the text of the document, JSON or YAML.
#[test]
fn bounds_have_all_the_digits_that_are_written() {
    let cases = [
        (
            "maximum",
            "123456789012345678901234567890",
            "123456789012345678901234567890",
            true,
        ),
        (
            "maximum",
            "123456789012345678901234567890",
            "123456789012345678901234567891",
            false,
        ),
        (
            "minimum",
            "0.12345678901234567891",
            "0.12345678901234567890",
            false,
        ),
        (
            "minimum",
            "0.12345678901234567891",
            "0.12345678901234567891",
            true,
        ),
        (
            "exclusiveMaximum",
            "18446744073709551617",
            "18446744073709551616",
            true,
        ),
        (
            "multipleOf",
            "36893488147419103233",
            "73786976294838206466",
            true,
        ),
        (
            "multipleOf",
            "36893488147419103233",
            "73786976294838206467",
            false,
        ),
    ];
    for (keyword, limit, number, expected) in cases {
        let json = format!("{{\"type\": \"number\", \"{keyword}\": {limit}}}");
        let yaml = format!("type: number\n{keyword}: {limit}\n");
        for (name, text) in [("s.json", json), ("s.yaml", yaml)] {
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            let contract = crate::contract::read(&path, &Default::default());
            let contract = contract.expect("a contract");
            let operation = &contract.operations[0];
            let schema = operation.responses[0].payload.schema().expect("a schema");
            let document = crate::json::TapeDocument::parse(number.as_bytes()).expect("JSON");
            let accepted = contract.graph.accepts(schema, document.root());
            assert_eq!(accepted, expected, "{name} {keyword} {limit} {number}");
        }
    }
}
