//! Lists of entries, in JSON and YAML.

use super::*;
use crate::capture::{Exchange, SourceRead, Unused};
use std::path::PathBuf;

/// What was read: the entries, and the problems.
#[derive(Default)]
struct Seen(Vec<String>);

impl Sink for Seen {
    fn exchange(&mut self, _: Exchange<'_>) {}
    fn unused(&mut self, _: Unused, _: &Origin) {}
    fn problem(&mut self, problem: ReadProblem) {
        let position = problem.origin.position;
        self.0.push(format!("{}:{}: {}", position.line, position.column, problem.message));
    }
    fn source(&mut self, _: SourceRead) {}
    fn skipped(&mut self, _: PathBuf, _: &'static str) {}
}

const LISTS: Lists = &[&["log", "entries"], &["interactions"], &[]];

/// Reads a text in pieces of this size.
fn read_in(text: &str, size: usize, limit: u64) -> Vec<String> {
    let mut seen = Seen::default();
    let origin = Origin {
        file: "a".into(),
        entry: None,
        position: crate::location::Position::START,
    };
    let mut reader = std::io::BufReader::with_capacity(size, text.as_bytes());
    let mut each = |record: &Record<'_>, sink: &mut dyn Sink| {
        let origin = record.origin();
        let position = origin.position;
        let place = format!("#{} {}:{} {}", origin.entry.unwrap_or_default(), position.line, position.column, record.root().raw());
        sink.problem(ReadProblem { origin: origin.clone(), message: place });
        1
    };
    let limits = Limits { body: limit };
    read(&mut reader, &origin, LISTS, &limits, &mut seen, &mut each);
    seen.0
}

#[test]
fn entries_are_found_in_json() {
    for (text, expected) in [
        (r#"{"log": {"version": "1.2", "pages": [{"a": "]}"}], "entries": [{"x": 1}, {"x": "\"}"}], "z": 1}, "y": []}"#, vec!["#1 1:64 {\"x\": 1}", "#2 1:74 {\"x\": \"\\\"}\"}"]),
        ("{\n \"interactions\":\n[ {} ,\n 7 ]}", vec!["#1 3:3 {}", "#2 4:2 7"]),
        (r#"[{"a": 1}, []]"#, vec!["#1 1:2 {\"a\": 1}", "#2 1:12 []"]),
        ("{\"a\": 1}\n{\"a\": 2}\n", vec!["#1 1:1 {\"a\": 1}", "#2 2:1 {\"a\": 2}"]),
        ("{\"a\": 1}\n{\"a\": {\n{\"a\": \"x}\n{\"a\": 4}\noops\n{\"a\": 5}", vec!["#1 1:1", "2:7: entry skipped: not JSON", "3:9: entry skipped: not JSON", "#4 4:1 {\"a\": 4}", "5:1: entry skipped: not JSON: expected an object", "#5 6:1 {\"a\": 5}"]),
        // The second line starts with `{`, but is not a document.
        ("{\"interactions\":[\n{\"x\": 1},\n{\"x\": 2}\n]}", vec!["#1 2:1 {\"x\": 1}", "#2 3:1 {\"x\": 2}"]),
        ("{\"v\": 1, \"interactions\": [{\"x\": 1},\n{\"x\": 2},\n{\"x\":\n{}}]}\n", vec!["#1 1:27", "#2 2:1 {\"x\": 2}", "#3 3:1 {\"x\":\n{}}"]),
        ("{\"v\": [\n{\"x\": 1}],\r\n\"log\":\r\n{\"entries\":[\r\n{\"x\": 2}]}}", vec!["#1 5:1 {\"x\": 2}"]),
        ("{\"log\":\n{\"entries\":\n[{}]}}", vec!["#1 3:2 {}"]),
        ("{\"a\":\n{\"b\": [\n{}]}}\n{\"a\": 2}\n{\"a\": 3}", vec!["#1 1:1 {\"a\":\n{\"b\": [\n{}]}}", "#2 4:1 {\"a\": 2}", "#3 5:1 {\"a\": 3}"]),
        // Lines that were cut off.
        ("{\"a\": [\n{\"a\": 2}\n{\"a\": 3}\n", vec!["1:7: entry skipped: not JSON", "#2 2:1 {\"a\": 2}", "#3 3:1 {\"a\": 3}"]),
        ("{\"a\": 1}\n{\"a\":\n{\"a\": 3}\n", vec!["#1 1:1", "2:5: entry skipped: not JSON", "#3 3:1 {\"a\": 3}"]),
        ("{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n", vec!["#1 1:1", "#2 4:1"]),
        (r#"{"log": {"entries": {"x": 1}}}"#, vec!["is missing or not an array"]),
        (r#"{"log": {"entries": []}}"#, vec!["the recording contains no entries"]),
        (r#"{"log": {"entries": [{"x": 1}, {"x": tru}, {"x": 2}]}}"#, vec!["#1 1:22", "1:41: entry skipped: not JSON", "#3 1:44"]),
        (r#"{"log": {"entries": [{"x": 1}, {"x": "#, vec!["#1 1:22", "the text ends where a value is expected"]),
        (r#"{"log": {"entries": [{"x": 1}"#, vec!["#1 1:22", "1:30: the file ends too early, after entry 1"]),
        (r#"{"log": {"entries": [{"x": 1} {"x": 2}]}}"#, vec!["#1 1:22", "1:31: not JSON: expected `,` or `]`"]),
        (r#"{"log" 1}"#, vec!["not JSON: expected `:`"]),
        (r#"{"log": }"#, vec!["not JSON: expected a value"]),
    ] {
        for size in [1, 7, 8192] {
            let found = read_in(text, size, 1000);
            assert_eq!(found.len(), expected.len(), "{text}: {found:#?}");
            for (found, expected) in found.iter().zip(&expected) {
                assert!(found.contains(expected), "{text}: {found}, not {expected}");
            }
        }
    }
}

#[test]
fn an_entry_over_the_limit_is_passed_over() {
    let long = "x".repeat(500);
    let text = format!(r#"{{"log": {{"entries": [{{"x": 1}}, {{"x": "{long}"}}, {{"x": 2}}]}}}}"#);
    let found = read_in(&text, 8192, 100);
    assert_eq!(found.len(), 3, "{found:#?}");
    assert!(found[1].contains("over the limit of 100") && found[2].contains("#3"), "{found:#?}");
}

#[test]
fn entries_are_found_in_yaml() {
    for (text, expected) in [
        ("---\ninteractions:\n- request: a\n  response: {b: [1, null]}\n- request: 'it''s'\nversion: 1\n", vec!["#1 3:1 {\"request\":\"a\",\"response\":{\"b\":[1,null]}}", "#2 5:1 {\"request\":\"it's\"}"]),
        ("interactions:\n    - id: 0\n      text: |\n        - a\n        # b\n\n        c\n    - id: 1\n", vec!["#1 2:1 {\"id\":0,\"text\":\"- a\\n# b\\n\\nc\\n\"}", "#2 8:1 {\"id\":1}"]),
        ("-\n    request: 1\n-\n    request: 2\n", vec!["#1 1:1 {\"request\":1}", "#2 3:1 {\"request\":2}"]),
        ("a: 1\nb: x\n---\na: 2\n", vec!["#1 1:1 {\"a\":1,\"b\":\"x\"}", "#2 4:1 {\"a\":2}"]),
        ("interactions:\n- a: &x {k: 1}\n  b: *x\n", vec!["{\"a\":{\"k\":1},\"b\":{\"k\":1}}"]),
        ("interactions:\n- a: [1\n- a: 2\n", vec!["entry skipped: not YAML", "#2 3:1"]),
        ("interactions: []\n", vec!["no entries"]),
        ("interactions: 3\n", vec!["must be a list", "no entries"]),
    ] {
        let found = read_in(text, 8192, 1000);
        assert_eq!(found.len(), expected.len(), "{text}: {found:#?}");
        for (found, expected) in found.iter().zip(&expected) {
            assert!(found.contains(expected), "{text}: {found}, not {expected}");
        }
    }
}

#[test]
fn places_in_scalars_are_those_of_the_file() {
    for (yaml, content) in [
        ("{\"a\": 1, \"b\": true}", "{\"a\": 1, \"b\": true}"),
        ("'{\"a\": \"it''s\", \"b\": true}'", "{\"a\": \"it's\", \"b\": true}"),
        ("\"{\\\"a\\\": \\\"\\u00e9\\x41\\\",\\n \\\"b\\\": true}\"", "{\"a\": \"éA\",\n \"b\": true}"),
        ("|\n    {\n      \"a\": 1,\n      \"b\": true\n    }", "{\n  \"a\": 1,\n  \"b\": true\n}\n"),
        ("\"{\\\"a\\\": 1,\n    \\\"b\\\": true}\"", "{\"a\": 1, \"b\": true}"),
        ("\"{\\\"a\\\": 1,\\\n    \\ \\\"b\\\": true}\"", "{\"a\": 1, \"b\": true}"),
    ] {
        let quoted = yaml.starts_with('{');
        let yaml = if quoted { format!("'{yaml}'") } else { yaml.to_owned() };
        let text = format!("  body: {yaml}\n");
        let rendered = yaml::render(&text).map_err(|error| error.message).expect(&yaml);
        let origin = Origin { file: "a".into(), entry: None, position: crate::location::Position::START };
        let record = Record::json(rendered.json.as_bytes(), origin).map_err(|problem| problem.message).expect("JSON");
        let record = record.in_yaml(text.as_bytes(), &rendered.marks);
        let value = record.root().get("body").expect("there");
        let body = record.text_body(value).expect("a string");
        assert_eq!(String::from_utf8_lossy(&body.bytes), content);
        let offset = content.find("b\"").expect("there");
        let place = body.place(offset).position;
        let at = usize::try_from(place.byte).expect("small");
        assert!(text[at..].starts_with("b\"") || text[at..].starts_with("b\\\""), "{yaml}: {}", &text[at..]);
    }
}

#[test]
fn places_of_values_are_those_of_a_scan() {
    let items: Vec<String> = (0..60).map(|number| format!("{{\"é\": \"{}\",\n \"b\": [{number}, \"☃\"]}}", "é".repeat(number * 7))).collect();
    let json = format!("[{}]", items.join(",\r\n"));
    let yaml = items.iter().map(|item| format!("- {}\n", item.replace('\n', "\n   "))).collect::<String>();
    let rendered = yaml::render(&yaml).map_err(|error| error.message).expect("YAML");
    let origin = Origin {
        file: "a".into(),
        entry: Some(2),
        position: crate::location::Position { byte: 40, line: 3, column: 9 },
    };
    let in_json = Record::json(json.as_bytes(), origin.clone()).map_err(|problem| problem.message).expect("JSON");
    let in_yaml = Record::json(rendered.json.as_bytes(), origin.clone()).map_err(|problem| problem.message).expect("JSON");
    let in_yaml = in_yaml.in_yaml(yaml.as_bytes(), &rendered.marks);
    for (record, text) in [(&in_json, &json), (&in_yaml, &yaml)] {
        let items: Vec<Value<'_>> = record.root().elements().collect();
        let values = items.iter().flat_map(|item| std::iter::once(*item).chain(item.members().map(|(_, value)| value)));
        let values: Vec<Value<'_>> = values.collect();
        assert_eq!(values.len(), 180);
        // Not in order: from both ends.
        let from_end = values.iter().rev().step_by(2);
        for value in from_end.chain(&values) {
            let offset = record.mark(*value).map_or(value.span().start, |mark| mark.written.start);
            let expected = origin.position.at_offset(text.as_bytes(), offset);
            assert_eq!(record.at(*value), origin.at(expected), "{}", value.raw());
        }
        for offset in 0..=text.len() + 1 {
            assert_eq!(record.at_offset(offset).position, origin.position.at_offset(text.as_bytes(), offset), "{offset}");
        }
    }
}
