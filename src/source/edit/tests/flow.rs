//! Flow style, JSON, anchors, errors.

use super::*;

#[test]
fn flow() {
    check("a: {b: 1, c: 2}\n", "add /a/d 3", "a: {b: 1, c: 2, d: 3}\n");
    check("a: {b: 1,c: 2}\n", "add /a/d 3", "a: {b: 1,c: 2,d: 3}\n");
    check(
        "a: { b: 1 } # x\n",
        "add /a/d {\"e\":1}",
        "a: { b: 1, d: { e: 1 } } # x\n",
    );
    check("a: {b: 1}\n", "remove /a/b", "a: {}\n");
    check("a: { b: 1 }\n", "remove /a/b", "a: {}\n");
    check("a: {b: 1, c: 2}\n", "remove /a/b", "a: {c: 2}\n");
    check("a: {b: 1, c: 2}\n", "remove /a/c", "a: {b: 1}\n");
    check("a: [x, y, z]\n", "remove /a/1", "a: [x, z]\n");
    check("a: [x, y,]\n", "add /a/- 1", "a: [x, y, 1,]\n");
    check("a: [x, y,]\n", "remove /a/1", "a: [x,]\n");
    check("a: [x, y]\n", "add /a/0 \"z,\"", "a: ['z,', x, y]\n");
    check("a: [x, y]\n", "add /a/1 {\"b\":[]}", "a: [x, {b: []}, y]\n");
    check(
        "a: [\"x\", \"y\"]\n",
        "add /a/- \"z\"",
        "a: [\"x\", \"y\", \"z\"]\n",
    );
    check(
        "a: ['x', y]\n",
        "replace /a/1 [\"null\"]",
        "a: ['x', ['null']]\n",
    );
    check(
        "a: {b, c: , \"d\":1}\n",
        "replace /a/b 1\nreplace /a/c 2\nreplace /a/d 3",
        "a: {b: 1, c: 2 , \"d\":3}\n",
    );
    check("a: []\nb: 1\n", "add /a/- \"x\"", "a: [x]\nb: 1\n");
    check(
        "a: []\nb: 1\n",
        "add /a/0 {\"c\":1}",
        "a:\n  - c: 1\nb: 1\n",
    );
    check(
        "a: [\n  x, # 1\n  y # 2\n]\n",
        "add /a/- \"z\"",
        "a: [\n  x, # 1\n  y, # 2\n  z\n]\n",
    );
    check(
        "a: [\n  x, # 1\n  y, # 2\n]\n",
        "add /a/- \"z\"",
        "a: [\n  x, # 1\n  y, # 2\n  z,\n]\n",
    );
    check(
        "a: [\n  x, # 1\n  y # 2\n]\n",
        "remove /a/0",
        "a: [\n  y # 2\n]\n",
    );
    check(
        "a: [\n  x, # 1\n  y # 2\n]\n",
        "remove /a/1",
        "a: [\n  x # 1\n]\n",
    );
    check(
        "a: [\n  x,\n  y\n]\n",
        "add /a/1 \"z\"",
        "a: [\n  x,\n  z,\n  y\n]\n",
    );
    check("a: {\n  # c\n}\n", "add /a/b 1", "a: {b: 1\n  # c\n}\n");
    check("a: {b: {}}\n", "add /a/b/c \"#\"", "a: {b: {c: '#'}}\n");
    check(
        "a: [x, *y]\n".replace("x, *y", "&y x, *y").as_str(),
        "replace /a/1 1",
        "a: [&y x, 1]\n",
    );
}

#[test]
fn json() {
    let minified = r#"{"a":{"b":[1,2]},"c":[],"d":{},"e":"x"}"#;
    check(
        minified,
        r#"add /a/f {"g":["h",null]}"#,
        &minified.replace("2]}", r#"2],"f":{"g":["h",null]}}"#),
    );
    check(minified, "add /a/b/- 3", &minified.replace("1,2", "1,2,3"));
    check(minified, "add /a/b/0 3", &minified.replace("1,2", "3,1,2"));
    check(
        minified,
        "add /c/- {\"a\":1}",
        &minified.replace("[]", "[{\"a\":1}]"),
    );
    check(
        minified,
        "add /d/no \"on\"",
        &minified.replace("{}", "{\"no\":\"on\"}"),
    );
    check(minified, "remove /a", r#"{"c":[],"d":{},"e":"x"}"#);
    check(minified, "remove /e", r#"{"a":{"b":[1,2]},"c":[],"d":{}}"#);
    check(
        minified,
        "replace /e {\"é\\n\":\"\\u2028\"}",
        &minified.replace("\"x\"", "{\"é\\n\":\"\u{2028}\"}"),
    );
    for unit in ["  ", "    ", "\t"] {
        let text = |text: &str| text.replace("  ", unit);
        let before =
            "{\n  \"a\": {\n    \"b\": 1\n  },\n  \"c\": [\n    1,\n    2\n  ],\n  \"d\": {}\n}\n";
        let change = |edits: &str, old: &str, new: &str| {
            check(&text(before), edits, &text(&before.replacen(old, new, 1)));
        };
        change(
            "add /a/e [1]",
            "\"b\": 1\n",
            "\"b\": 1,\n    \"e\": [\n      1\n    ]\n",
        );
        change(
            "add /c/- {\"x\":{}}",
            "2\n",
            "2,\n    {\n      \"x\": {}\n    }\n",
        );
        change("add /c/0 0", "1,\n", "0,\n    1,\n");
        change("add /d/x 1", "{}", "{\n    \"x\": 1\n  }");
        change("remove /a", "  \"a\": {\n    \"b\": 1\n  },\n", "");
        change("remove /d", ",\n  \"d\": {}", "");
        change("remove /a/b", "{\n    \"b\": 1\n  }", "{}");
        change("remove /c/1", ",\n    2", "");
        change("replace /d true", "{}", "true");
    }
    check("{}", "add /a 1", "{\"a\": 1}");
    check("[1, 2]", "add /- 3", "[1, 2, 3]");
    check(
        "{\n  \"a\": [\"x\", \"y\"]\n}",
        "add /b [1, 2]",
        "{\n  \"a\": [\"x\", \"y\"],\n  \"b\": [1, 2]\n}",
    );
    check(
        "{ \"a\" : 1 }",
        "add /b {\"c\":2}",
        "{ \"a\" : 1, \"b\" : { \"c\" : 2 } }",
    );
    check(
        "[{\n  \"a\": 1\n}, {\n  \"a\": 2\n}]",
        "add /- {\"a\":3}",
        "[{\n  \"a\": 1\n}, {\n  \"a\": 2\n}, {\n  \"a\": 3\n}]",
    );
    check("1", "replace  [1]", "[1]");
    check(
        "[1]",
        "add /- 1.7976931348623157e308",
        "[1, 1.7976931348623157e+308]",
    );
}

#[test]
fn anchors_and_tags() {
    let before = "a: &x\n  b: 1\nc: &y !!str 5 # d\ne: *x\nf:\n  <<: *x\n  g: !t h\n";
    check(
        before,
        "replace /c 6",
        &before.replace("&y !!str 5", "&y 6"),
    );
    check(before, "replace /e 6", &before.replace("*x\nf", "6\nf"));
    check(before, "remove /e", &before.replace("e: *x\n", ""));
    check(before, "add /f/i 1", &format!("{before}  i: 1\n"));
    check(before, "replace /f/g 1", &before.replace("!t h", "1"));
    check("a: &x\n  b: 1\nc: 1\n", "remove /a/b", "a: &x {}\nc: 1\n");
    check(
        "a: !!map {}\nc: 1\n",
        "add /a/b 2",
        "a: !!map\n  b: 2\nc: 1\n",
    );
    check("a: !!map\n  b: 2\nc: 1\n", "replace /a 5", "a: 5\nc: 1\n");
    let shared = |path: &str, place: &str| {
        format!(
            "{place}: `{path}` is shared through this alias or merge key; edit the anchor by hand"
        )
    };
    fails(before, "add /e/z 1", &shared("/e/z", "4:4"));
    fails(before, "replace /f/b 1", &shared("/f/b", "6:3"));
    fails(before, "add /a/z 1", &shared("/a/z", "4:4"));
    fails(before, "remove /a", &shared("/a", "4:4"));
}

#[test]
fn errors() {
    fails("a: 1\n", "remove /b", "1:1: `/b` does not exist");
    fails(
        "a:\n  b: 1\n",
        "replace /a/c/d 1",
        "2:3: `/a/c/d` does not exist",
    );
    fails("a: [1]\n", "add /a/2 1", "1:4: `/a/2` does not exist");
    fails("a: [1]\n", "replace /a/00 1", "1:4: `/a/00` does not exist");
    fails("a: 1\n", "add /a/b 1", "1:4: `/a/b` does not exist");
    fails("a: 1\n", "add a 1", "1:1: `a` does not exist");
    fails(
        "a: 1\n",
        "remove ",
        "1:1: cannot edit ``: the whole document cannot be removed",
    );
    fails(
        "a: 1\na: 2\n",
        "remove /a",
        "2:1: cannot edit `/a`: the key is repeated",
    );
    fails(
        "a: [b: 1]\n",
        "add /a/0/c 1",
        "1:5: cannot edit `/a/0/c`: the mapping has no braces",
    );
    let second = "2:1: a second YAML document starts here; only single documents can be edited";
    fails("a: 1\n---\nb: 1\n", "remove /a", second);
    fails(
        "? a\nb: 1\n",
        "replace /a 1",
        "1:1: cannot edit `/a`: there is no `:` after the key",
    );
    assert!(edited("a: [", &[]).is_err());
    assert!(edited("", &[]).is_err());
    // The blank lines would become part of the block scalar.
    let blank = edited("a: |+\n  x\nb: 1\n\nc: 1\n", &operations("remove /b"));
    assert!(
        matches!(blank, Err(EditError::NotVerified { .. })),
        "{blank:?}"
    );
}

#[test]
fn operations_apply_one_after_another() {
    check(
        "a:\n  b: 1\nc: 2\n",
        "add /a/d {}\nadd /a/d/e 1\nadd /a/d/f 2\nremove /a/b\nadd /c 3\nadd /g []\nadd /g/- 1\nadd /g/0 0",
        "a:\n  d:\n    e: 1\n    f: 2\nc: 3\ng: [0, 1]\n",
    );
    fails(
        "a: 1\n",
        "add /b 1\nremove /b\nremove /b",
        "1:1: `/b` does not exist",
    );
    assert_eq!(edited("a:  1", &[]).as_deref(), Ok("a:  1"));
}

#[test]
fn a_one_line_object_of_a_spread_document_stays_in_one_line() {
    check(
        "{\n  \"a\": {\"type\": \"string\", \"b\": {}},\n  \"c\": 1\n}\n",
        "replace /a/type [\"string\",\"null\"]\nadd /a/b/d {\"e\":[1]}\nreplace /c {\"f\":1}",
        "{\n  \"a\": {\"type\": [\"string\", \"null\"], \"b\": {\"d\": {\"e\": [1]}}},\n  \"c\": {\n    \"f\": 1\n  }\n}\n",
    );
}
