use serde_json::json;

use super::*;

fn parse(name: &str, text: &str) -> Parsed {
    Source::parse(name, text.as_bytes().to_vec()).expect("parses")
}

fn refused(name: &str, text: &str) -> String {
    Source::parse(name, text.as_bytes().to_vec())
        .expect_err("is refused")
        .to_string()
}

#[test]
fn yaml_scalars_are_those_of_the_core_schema() {
    let table = [
        ("", json!(null)),
        ("~", json!(null)),
        ("null", json!(null)),
        ("true", json!(true)),
        ("FALSE", json!(false)),
        ("yes", json!("yes")),
        ("on", json!("on")),
        ("12", json!(12)),
        ("-7", json!(-7)),
        ("+7", json!(7)),
        ("007", json!(7)),
        ("0x1F", json!(31)),
        ("0o17", json!(15)),
        ("18446744073709551615", json!(u64::MAX)),
        ("1.0", json!(1.0)),
        (".5", json!(0.5)),
        ("1e3", json!(1000.0)),
        (".inf", json!(".inf")),
        ("1.2.3", json!("1.2.3")),
        ("2021-05-12", json!("2021-05-12")),
        ("1_000", json!("1_000")),
        ("\"12\"", json!("12")),
        ("'true'", json!("true")),
        ("!!str 12", json!("12")),
        ("! 12", json!("12")),
        ("!other 12", json!(12)),
        ("!!int \"12\"", json!(12)),
        ("e5", json!("e5")),
        ("1e", json!("1e")),
    ];
    for (text, expected) in table {
        let parsed = parse("a.yaml", &format!("x: {text}\n"));
        assert_eq!(parsed.value["x"], expected, "{text}");
    }
}

#[test]
fn keys_are_strings_and_merge_keys_add_missing_members() {
    let text = "\
base: &base {a: 1, b: 2}
200: ok
derived:
  b: 3
  <<: *base
quoted:
  '<<': 1
several:
  <<: [*base, {c: 4}]
";
    assert_eq!(
        parse("a.yaml", text).value,
        json!({
            "base": {"a": 1, "b": 2}, "200": "ok", "derived": {"b": 3, "a": 1},
            "quoted": {"<<": 1}, "several": {"a": 1, "b": 2, "c": 4}
        })
    );
}

#[test]
fn keys_may_have_anchors_and_be_aliases() {
    let text = "\
&name key: 1
value: *name
*name : again
&status 200: ok
codes: {*status : 2, &quoted \"a b\": 3}
*quoted : [*status, *quoted]
? *status
: last
";
    let parsed = parse("a.yaml", text);
    assert_eq!(
        parsed.value,
        json!({
            "key": "again", "value": "key", "200": "last",
            "codes": {"200": 2, "a b": 3}, "a b": [200, "a b"]
        })
    );
    let twice: Vec<&str> = parsed
        .repeated
        .iter()
        .map(|key| key.name.as_str())
        .collect();
    assert_eq!(twice, ["key", "200"]);
    let span = parsed
        .source
        .locator()
        .find(&Pointer::from_escaped("/codes/200"));
    assert_eq!(&parsed.source.text()[span], "*status");
    insta::assert_snapshot!(refused("a.yaml", "a: &x [1]\n*x : 2\n"), @"a.yaml:2:1: a key must be a string or a number; quote strings that start with `{` or `[`");
}

#[test]
fn yaml_that_most_tools_accept_is_accepted() {
    let table = [
        ("a:\t1\nb:\t\n  - 2\n", json!({"a": 1, "b": [2]})),
        (
            "a:\n  b: {\n    \"c\": {}\n  }\n  d: 1\n",
            json!({"a": {"b": {"c": {}}, "d": 1}}),
        ),
        (
            "a: [\n  [],\n  []\n]\nb: 1\n",
            json!({"a": [[], []], "b": 1}),
        ),
        (
            "a:\n  - b: [\n    {\"c\": {}}\n  ]\n",
            json!({"a": [{"b": [{"c": {}}]}]}),
        ),
        (
            "{\"a\":{\"b\":[]},\"c\":'d', e: ,f}",
            json!({"a": {"b": []}, "c": "d", "e": null, "f": null}),
        ),
        ("? a\n: ? b\n  : c\n", json!({"a": {"b": "c"}})),
        (": 1\n", json!({"": 1})),
        ("~: 1\n\"\": 2\n", json!({"~": 1, "": 2})),
        ("- - 1\n  - 2\n-\n  3\n", json!([[1, 2], 3])),
        ("%YAML 1.2\n---\na: 1\n...\n", json!({"a": 1})),
        (
            "a: |2-\n   b\n  c\nd: >+\n  e\n  f\n\n",
            json!({"a": " b\nc", "d": "e f\n\n"}),
        ),
        ("a: \"\\u00e9\\x41\\U0001F600\\/\"\n", json!({"a": "éA😀/"})),
        (
            "é: ü # ö\nß: {ä: [ñ]}\n",
            json!({"é": "ü", "ß": {"ä": ["ñ"]}}),
        ),
        (
            "a: &empty\nb: *empty\nc: !!str\n",
            json!({"a": null, "b": null, "c": ""}),
        ),
        ("a: !custom {b: !other 1}\n", json!({"a": {"b": 1}})),
    ];
    for (text, expected) in table {
        assert_eq!(parse("a.yaml", text).value, expected, "{text}");
    }
}

#[test]
fn every_part_of_a_document_has_a_position() {
    let json_text = "{\n  \"é\": {\"a/b\": [1, {\"c\": 2}]}\n}";
    let yaml_text = "# é\né:\n  a/b:\n    - 1\n    - c: 2\nalias: &x\n  d: 1\nuse: *x\n";
    let table = [
        ("a.json", json_text, "", (1, 1)),
        ("a.json", json_text, "/é", (2, 3)),
        ("a.json", json_text, "/é/a~1b", (2, 9)),
        ("a.json", json_text, "/é/a~1b/1", (2, 20)),
        ("a.json", json_text, "/é/a~1b/1/c", (2, 21)),
        ("a.json", json_text, "/é/gone", (2, 3)),
        ("a.yaml", yaml_text, "/é", (2, 1)),
        ("a.yaml", yaml_text, "/é/a~1b", (3, 3)),
        ("a.yaml", yaml_text, "/é/a~1b/0", (4, 7)),
        ("a.yaml", yaml_text, "/é/a~1b/1/c", (5, 7)),
        ("a.yaml", yaml_text, "/use", (8, 1)),
        ("a.yaml", yaml_text, "/use/d", (7, 3)),
        ("a.yaml", yaml_text, "/use/gone", (8, 1)),
    ];
    for (file, text, pointer, expected) in table {
        let source = parse(file, text).source;
        let span = source.locator().find(&Pointer::from_escaped(pointer));
        let position = source.origin(span.start).position;
        assert_eq!(
            (position.line, position.column),
            expected,
            "{file} {pointer}"
        );
    }
}

#[test]
fn repeated_keys_are_reported() {
    for (file, text) in [
        ("a.json", "{\"a\": 1, \"a\": 2}"),
        ("a.yaml", "a: 1\na: 2\n"),
    ] {
        let parsed = parse(file, text);
        assert_eq!(parsed.value, json!({"a": 2}), "{file}");
        assert_eq!(parsed.repeated.len(), 1, "{file}");
        assert_eq!(parsed.repeated[0].name, "a", "{file}");
    }
}

#[test]
fn errors_say_where_and_why() {
    insta::assert_snapshot!(refused("a.json", "{\"a\": }"), @"a.json:1:7: expected a value");
    insta::assert_snapshot!(refused("a.yaml", "a: [1\nb: 2\n"), @"a.yaml:2:2: `:` is not allowed here; is a `]` or `}` missing before it, or does a string with a colon need quotes?");
    insta::assert_snapshot!(refused("a.yaml", "a: *gone\n"), @"a.yaml:1:4: no anchor is defined for the alias `*gone`; quote strings that start with `*`");
    insta::assert_snapshot!(refused("a.yaml", "? [a]\n: b\n"), @"a.yaml:1:3: a key must be a string or a number; quote strings that start with `{` or `[`");
    insta::assert_snapshot!(refused("a.yaml", "a: 1\n---\nb: 1\n"), @"a.yaml:2:1: a second YAML document starts here; a contract must be a single document");
    insta::assert_snapshot!(refused("a.yaml", "a:\n\tb: 1\n"), @"a.yaml:2:2: tabs are not allowed as indentation; use spaces");
    insta::assert_snapshot!(refused("a.yaml", "a: \"b\nc: d\n"), @"a.yaml:1:4: the quoted string is not closed");
    insta::assert_snapshot!(refused("a.yaml", "a: b: c\n"), @"a.yaml:1:5: `:` is not allowed here; is a `:`, or a space after one, missing before it, or does a string with a colon need quotes?");
    insta::assert_snapshot!(refused("a.yaml", "a:\n  b: 1\n c: 2\n"), @"a.yaml:3:2: a key was expected here");
    insta::assert_snapshot!(refused("a.yaml", "a: {b: 1\n"), @"a.yaml:1:4: `{` is not closed");
    insta::assert_snapshot!(refused("a.yaml", "a: \"\\d\"\n"), @r"a.yaml:1:4: unknown escape; write `\\` for a backslash, or use single quotes");
    insta::assert_snapshot!(refused("a.yaml", "a: 1\nb\nc: 2\n"), @"a.yaml:2:1: a key was expected here: `:` is missing, or the key spans several lines");
    insta::assert_snapshot!(refused("a.yaml", "- a\nb: 1\n"), @"a.yaml:2:1: an element of the list, `- …`, was expected here");
    insta::assert_snapshot!(refused("a.yaml", "a: @b\n"), @"a.yaml:1:4: a plain string cannot start with `@`; quote it");
    insta::assert_snapshot!(refused("a.yaml", "a: [1]]\n"), @"a.yaml:1:7: unmatched closing bracket");
    insta::assert_snapshot!(refused("a.yaml", " \n"), @"a.yaml:1:1: the document is empty");
    insta::assert_snapshot!(refused("a.yaml", "a: &x [*x]\n"), @"a.yaml:1:8: nested deeper than 127 levels once aliases are expanded; an anchor may contain itself");
    let deep = format!("a: {}{}", "[".repeat(200), "]".repeat(200));
    insta::assert_snapshot!(refused("a.yaml", &deep), @"a.yaml:1:130: nested deeper than 127 levels");
    let not_utf8 = Source::parse("a.yaml", b"a: \xff".to_vec()).expect_err("is refused");
    insta::assert_snapshot!(not_utf8.to_string(), @"a.yaml:1:4: the document is not UTF-8");
}

#[test]
fn an_anchor_bomb_is_rejected_without_expansion() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let below = format!("*a{}", level - 1);
        text.push_str(&format!(
            "a{level}: &a{level} [{}]\n",
            [below.as_str(); 10].join(", ")
        ));
    }
    insta::assert_snapshot!(refused("bomb.yaml", &text), @"bomb.yaml:6:45: aliases expand to more than 1000000 values");
}

#[test]
fn positions_are_those_of_a_scan() {
    let long = "é☃😀a".repeat(700);
    for text in [
        "{}".to_owned(),
        format!("{{\"a\":\"{long}\"}}"),
        format!("{{\r\n\"a\":\n\"{long}\",\n\n\"b\": \"{long}\"}}\n"),
        // The length is a multiple of the distance between positions that are kept.
        format!("[\"{}\"]", "a".repeat(STRIDE * 2 - 4)),
        format!("[{}1]", "1,\n".repeat(1000)),
    ] {
        let source = parse("a.json", &text).source;
        for offset in 0..=text.len() + 1 {
            let expected = Position::START.at_offset(text.as_bytes(), offset);
            assert_eq!(source.origin(offset).position, expected, "offset {offset}");
        }
    }
}
