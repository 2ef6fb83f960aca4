//! Placeholders without quotes, in longer strings, and against every rule about text.

use serde_json::json;

use super::{contract_of, observed, target};
use crate::observe::PayloadVerdict;

#[test]
fn a_placeholder_without_quotes_is_one_and_the_rest_is_checked() {
    let contract = contract_of(&json!({
        "type": "object", "required": ["id", "name"],
        "properties": {
            "id": {"type": "integer"}, "name": {"type": "string"}, "n": {"type": "integer"},
            "list": {"type": "array", "items": {"type": "boolean"}}
        }
    }));
    // The text, the verdict, and the numbers of placeholders and deviations.
    let table = [
        (
            r#"{"id": <EVENT_ID>, "name": "a"}"#,
            PayloadVerdict::Placeholders,
            1,
            0,
        ),
        (
            r#"{"id": {{ event_id }}, "name": "a"}"#,
            PayloadVerdict::Placeholders,
            1,
            0,
        ),
        (r#"{"id": ${ID}, "name": "a"}"#, PayloadVerdict::Placeholders, 1, 0),
        (r#"{"id": %ID%, "name": "a"}"#, PayloadVerdict::Placeholders, 1, 0),
        (
            r#"{"id": ***, "name": [REDACTED]}"#,
            PayloadVerdict::Placeholders,
            2,
            0,
        ),
        (
            r#"{"id": XXXX, "name": YOUR_NAME}"#,
            PayloadVerdict::Placeholders,
            2,
            0,
        ),
        (
            r#"{"id": <id of the "thing">, "name": "a"}"#,
            PayloadVerdict::Malformed,
            0,
            0,
        ),
        // The search ends in the middle of a character.
        (r#"{"id": ‹é"#, PayloadVerdict::Malformed, 0, 0),
        (
            concat!(
                r#"{"id": <bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"#,
                "bbbbbbbbbbbbbbbbbbéééé>}"
            ),
            PayloadVerdict::Malformed,
            0,
            0,
        ),
        // A placeholder inside a string is not an unquoted one.
        (
            r#"{"id": 1, "name": "<a> \" {{b}}"}"#,
            PayloadVerdict::Conforms,
            0,
            0,
        ),
        (r#"{"id": <ID>, "n": "x"}"#, PayloadVerdict::Deviates, 1, 2),
        (
            r#"{"id": <ID>, "name": 3, "list": [true, <FLAG>, 1]}"#,
            PayloadVerdict::Deviates,
            2,
            2,
        ),
        // The value is not constrained, but the payload is not JSON without it.
        (
            r#"{"id": 1, "name": "a", "other": <OTHER>}"#,
            PayloadVerdict::Placeholders,
            0,
            0,
        ),
        (r#"<WHOLE>"#, PayloadVerdict::Placeholders, 1, 0),
        (r#"{"id": <ID>, "name": "a""#, PayloadVerdict::Malformed, 0, 0),
        (r#"{"id": <ID>, "name": nope}"#, PayloadVerdict::Malformed, 0, 0),
        (
            r#"{<key>: 1, "id": 1, "name": "a"}"#,
            PayloadVerdict::Placeholders,
            0,
            0,
        ),
    ];
    for (text, verdict, placeholders, deviations) in table {
        let media_type = Some("application/json");
        let mut observer =
            crate::observe::Observer::new(vec![&contract], vec![&contract], Default::default());
        let body = crate::capture::Body::verbatim(text.as_bytes(), super::origin("a"));
        let body = body.with_media_type(media_type);
        observer.payload(
            &contract,
            "get",
            crate::location::Side::Response,
            Some(200),
            &body,
        );
        let judged = observer.judged.first().map(|judged| judged.verdict);
        assert_eq!(judged, Some(verdict), "{text}");
        let mut found = (0, 0);
        for target in observer.profile.targets.values() {
            for (_, id) in target.shape.walk() {
                let at = target.shape.path(id);
                found.0 += at
                    .placeholders
                    .values()
                    .map(|tally| tally.count)
                    .sum::<u64>();
                found.1 += at.deviations.values().map(|tally| tally.count).sum::<u64>();
            }
        }
        assert_eq!(found, (placeholders, deviations), "{text}");
    }
}

/// The excerpt shows what the capture contains, not what was substituted for it.
#[test]
fn excerpts_show_the_placeholder_as_it_stands() {
    let contract = contract_of(&json!({"properties": {"id": {"type": "integer"}}}));
    let text = r#"{"id": <EVENT_ID>, "token": "abc"}"#;
    let profile = observed(&contract, &[("a".to_owned(), text.to_owned())]);
    let shape = &target(&profile).shape;
    let path = shape.key(crate::observe::Shape::ROOT, "id").expect("seen");
    let tally = shape.path(path).placeholders.values().next().expect("one");
    let evidence = tally.samples.iter().next().expect("a place");
    assert_eq!(
        evidence.excerpt.text,
        r#"{"id": <EVENT_ID>, "token": "***"}"#
    );
    assert_eq!((evidence.excerpt.caret, evidence.excerpt.width), (7, 10));
    assert_eq!(evidence.pointer.as_str(), "/id");
}

#[test]
fn a_placeholder_in_a_longer_string_breaks_no_rule_about_text() {
    for (schema, text) in [
        (json!({"maxLength": 10}), "<THE_LONG_PLACEHOLDER>ab"),
        (json!({"minLength": 100}), "x-{{name}}"),
        (json!({"pattern": "^[0-9]+$"}), "42-${ID}"),
        (json!({"format": "uri"}), "{base}/a b"),
        (json!({"enum": ["a"]}), "a-<KIND>"),
        (json!({"const": "a"}), "a-<KIND>"),
        (json!({"type": "integer"}), "1<DIGITS>"),
        (json!({"type": "boolean"}), "is {flag}"),
    ] {
        let contract = contract_of(&schema);
        let payload = json!(text).to_string();
        let profile = observed(&contract, &[("a".to_owned(), payload)]);
        let verdicts: Vec<_> = profile.verdicts.keys().collect();
        assert_eq!(verdicts, [&PayloadVerdict::Placeholders], "{schema} {text}");
        let plain = json!("é plain, or <b>not</b>").to_string();
        let profile = observed(&contract, &[("a".to_owned(), plain)]);
        assert!(
            profile.verdicts.contains_key(&PayloadVerdict::Deviates),
            "{schema}"
        );
    }
}
