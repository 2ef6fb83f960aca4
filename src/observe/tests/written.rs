//! Objects written in every possible way: the streaming walk, which learns how they are usually written,
//! learns the same as the reference walk.


use std::fmt::Write as _;

use super::mutate::{Random, judges};
use serde_json::{Map, Value, json};
use crate::capture::{Body, Exchange, Hint, Sink as _};
use crate::contract::Contract;
use crate::location::{Origin, Position, Side};
use crate::observe::{Engine, Observer, Options, PayloadVerdict};

/// What follows a brace or a comma, and what follows a colon.
const SPACES: [(&str, &str); 4] = [("", ""), (" ", " "), ("\n    ", " "), ("\t\r\n", "\n")];

/// Members of each kind; together they exceed the bits of a word.
const OF_EACH: usize = 11;

/// A schema of an object with many members of many kinds, some of them required.
fn schema() -> Value {
    let mut properties = Map::new();
    for number in 0..OF_EACH {
        let kinds = [
            ("constant", json!({"const": "fixed"})),
            ("listed", json!({"enum": ["one", "two", "three"]})),
            (
                "time",
                json!({
                    "type": "string",
                    "format": "date-time",
                    "examples": ["2026-11-22T10:00:00Z"]
                }),
            ),
            ("count", json!({"type": "integer", "minimum": 0})),
            (
                "nullable",
                json!({"anyOf": [{"type": "string", "maxLength": 12}, {"type": "null"}]}),
            ),
            (
                "a_name_of_which_the_first_bytes_are_those_of_others",
                json!({"type": "boolean"}),
            ),
            (
                "nested",
                json!({
                    "type": "object",
                    "required": ["a"],
                    "properties": {"a": {"type": "integer"}, "b": {"const": ""}}
                }),
            ),
        ];
        for (name, schema) in kinds {
            properties.insert(format!("{name}{number}"), schema);
        }
    }
    json!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": properties,
            "required": ["constant0", "time1", "nested10"],
            "patternProperties": {"^x-": {"type": "integer"}}
        }
    })
}

/// A value that the member usually accepts.
fn value(random: &mut Random, name: &str) -> String {
    let pick = |random: &mut Random, values: &[&str]| values[random.below(values.len())].to_owned();
    let kind = name.trim_end_matches(|c: char| c.is_ascii_digit());
    if random.below(150) == 0 {
        return pick(
            random,
            &[
                "null",
                "-1",
                "1.5",
                "\"\"",
                "[1]",
                "{}",
                "true",
                "\"\\u0041\"",
            ],
        );
    }
    match kind {
        "constant" => pick(random, &["\"fixed\"", "\"fixed\"", "\"f\\u0069xed\""]),
        "listed" => pick(
            random,
            &["\"one\"", "\"two\"", "\"three\"", "\"thr\\u0065e\""],
        ),
        "time" => pick(
            random,
            &[
                "\"2026-11-22T10:00:00Z\"",
                "\"2024-02-29T10:00:00+00:00\"",
                "\"2026-11-22T10:00:00.5+01:00\"",
            ],
        ),
        "count" => pick(random, &["0", "12", "1234567", "12345678901", "3.0"]),
        "nullable" => pick(random, &["null", "\"a\"", "\"twelve bytes\"", "\"é\""]),
        "nested" => pick(
            random,
            &[
                "{\"a\":1}",
                "{ \"b\": \"\", \"a\" : 2 }",
                "{\"a\":1,\"c\":[]}",
            ],
        ),
        "other" | "x-" => pick(random, &["1", "22"]),
        _ => pick(random, &["true", "false"]),
    }
}

/// Writes an object: most members, in order or shuffled, with uniform or mixed spacing, and sometimes
/// malformed.
fn object(random: &mut Random, names: &[String], text: &mut String) {
    let mut members: Vec<&str> = names
        .iter()
        .filter(|_| random.below(8) > 0)
        .map(String::as_str)
        .collect();
    if random.below(3) == 0 {
        for at in (1..members.len()).rev() {
            members.swap(at, random.below(at + 1));
        }
    }
    let extra = format!("other{}", random.below(3));
    let data = format!("x-{}", random.below(1_000));
    members.extend(
        [(4, &extra), (4, &data)]
            .iter()
            .filter_map(|(odds, name)| (random.below(*odds) == 0).then_some(name.as_str())),
    );
    if random.below(40) == 0 {
        members.push(members[random.below(members.len())]);
    }
    let (mut space, is_mixed) = (SPACES[random.below(SPACES.len())], random.below(10) == 0);
    text.push('{');
    for (number, name) in members.iter().enumerate() {
        if is_mixed {
            space = SPACES[random.below(SPACES.len())];
        }
        let comma = match (number, random.below(4_000)) {
            (0, _) => "",
            (_, 0) => "",
            (_, 1) => "{",
            (_, 2) => ",,",
            _ => ",",
        };
        let key = match random.below(200) {
            0 => name.replace('e', "\\u0065"),
            _ => (*name).to_owned(),
        };
        let value = value(random, name);
        let _ = write!(text, "{comma}{}\"{key}\":{}{value}", space.0, space.1);
    }
    text.push_str(["}", "}", "\n}"][random.below(3)]);
}

fn observers(contract: &Contract) -> [Observer<'_>; 2] {
    [Engine::Streaming, Engine::Reference].map(|engine| {
        let options = Options {
            engine,
            ..Options::default()
        };
        Observer::new(vec![contract], vec![contract], options)
    })
}

/// The payload of a line of a capture.
fn body<'t>(file: &str, text: &'t str, line: u64) -> Body<'t> {
    let origin = Origin {
        file: file.into(),
        entry: None,
        position: Position {
            byte: line * 1_000_000,
            line,
            column: 1,
        },
    };
    Body::verbatim(text.as_bytes(), origin)
}

/// Whether both walks learn the same from a capture of two files, with `finish` called after each.
fn are_seen_alike(contract: &Contract, payloads: &[&str]) -> bool {
    let [streaming, reference] = observers(contract).map(|mut observer| {
        let hint = Hint {
            folders: None,
            operation: Some("get".to_owned()),
            version: None,
            side: Some(Side::Response),
            status: Some(200),
        };
        // Not in the order of their names.
        for file in ["b", "a"] {
            for (text, line) in payloads.iter().zip(1..) {
                let body = body(file, text, line);
                observer.exchange(Exchange::bare(body, hint.clone()));
            }
            observer.finish();
        }
        observer.profile
    });
    streaming == reference
}

#[test]
fn objects_are_read_however_they_are_written() {
    let schema = schema();
    let (contract, validator) = judges(&schema);
    let members = schema["items"]["properties"].as_object();
    let names = members.into_iter().flatten().map(|(name, _)| name.clone());
    let mut names: Vec<String> = names.collect();
    let mut random = Random(5);
    let mut payloads = Vec::new();
    for number in 0..180 {
        // Another producer with another order.
        if number % 60 == 0 {
            names.rotate_left(7);
        }
        let mut text = String::from("[");
        for number in 0..1 + random.below(4) {
            text.push_str(if number > 0 { "," } else { "" });
            object(&mut random, &names, &mut text);
        }
        text.push(']');
        payloads.push(text);
    }

    // One after the other,
    let [mut streaming, mut reference] = observers(&contract);
    let mut accepted = 0;
    for (text, line) in payloads.iter().zip(1..) {
        for observer in [&mut streaming, &mut reference] {
            observer.payload(
                &contract,
                "get",
                Side::Response,
                Some(200),
                &body("a", text, line),
            );
        }
        let conforming = streaming.profile.verdicts.get(&PayloadVerdict::Conforms);
        let is_accepted = conforming.is_some_and(|count| count.0 > accepted);
        let is_valid = serde_json::from_str(text).is_ok_and(|value| validator.is_valid(&value));
        assert!(is_valid || !is_accepted, "{text}");
        assert!(streaming.profile == reference.profile, "after {text}");
        accepted += u64::from(is_accepted);
    }
    assert!((20..160).contains(&accepted), "{accepted}");

    // and all as one capture.
    let payloads: Vec<&str> = payloads.iter().map(String::as_str).collect();
    assert!(are_seen_alike(&contract, &payloads));
}

/// Counts for a text that turns out not to be JSON are taken back, even if the walk was learning while it
/// counted.
#[test]
fn what_ends_early_leaves_nothing() {
    let (contract, _) = judges(&json!({
        "type": "array",
        "items": {
            "type": "object",
            "properties": {
                "a": {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "null"}]},
                "b": {"const": "k"},
                "c": {"oneOf": [{"enum": ["x", "y"]}, {"type": "integer", "minimum": 1}]},
                "d": {
                    "type": "string",
                    "format": "date-time",
                    "examples": ["2026-11-22T10:00:00Z"]
                },
                "e": {"$ref": "#/items"}
            }
        }
    }));
    let whole = r#"[{"a":"x","b":"k","d":"2026-11-22T10:00:00Z","c":"x","e":{"b":"k","a":null}},
        {"b":"k", "d": "2026-11-22T10:00:00Z" ,"z":"k"},{"b":"k"},{"c":2}]"#;
    let mut texts = Vec::new();
    for end in 1..whole.len() {
        for tail in ["", "\u{1}", "x", " ", "}", ",", "\""] {
            texts.push(format!("{}{tail}", &whole[..end]));
        }
    }
    for text in texts {
        assert!(are_seen_alike(&contract, &[&text, "[]"]), "{text}");
        assert!(are_seen_alike(&contract, &[whole, &text, whole]), "{text}");
    }
}
