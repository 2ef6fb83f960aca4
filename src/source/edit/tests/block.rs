//! Block style.

use super::*;

#[test]
fn block_mappings() {
    pets("add /info/x-a 1", "'1.0'\n", "'1.0'\n  x-a: 1\n");
    pets("add /info/title \"Cats\"", "\"Pets\"", "\"Cats\"");
    pets("replace /info/version \"2\"", "'1.0'", "'2'");
    pets("replace /openapi \"3.1.0\"", "3.0.3", "3.1.0");
    pets("remove /info/title", "  title: \"Pets\"\n", "");
    pets("remove /openapi", "openapi: 3.0.3 # version\n", "");
    pets(
        "remove /components/schemas/Pet/type",
        "      type: object # kind\n",
        "",
    );
    pets(
        "add /components/schemas/Pet/properties/tag {\"type\":[\"string\",\"null\"],\"enum\":[1]}",
        "# tail of Pet\n",
        "# tail of Pet\n        tag:\n          type:\n            - string\n            - 'null'\n          enum:\n            - 1\n",
    );
    pets("add /paths/~1 {}", "  # inner\n", "  # inner\n  /: {}\n");
    pets(
        "add /x [[1,[2]],{\"a\":{}}]",
        "# end\n",
        "# end\n\nx:\n  - - 1\n    - - 2\n  - a: {}\n",
    );
    pets(
        "replace /components/schemas/Pet/type [\"object\",\"null\"]",
        "type: object # kind",
        "type: [object, 'null'] # kind",
    );
    pets(
        "replace /components/schemas/Pet/type {\"a\":1}",
        "type: object # kind\n",
        "type: # kind\n        a: 1\n",
    );
    pets(
        "replace /components/schemas/Nothing 5",
        "Nothing:",
        "Nothing: 5",
    );
    pets(
        "replace /components/schemas/Nothing {\"type\":\"string\"}",
        "Nothing:\n",
        "Nothing:\n      type: string\n",
    );
    pets(
        "add /components/schemas/Empty/type \"null\"",
        "Empty: {}\n",
        "Empty:\n      type: 'null'\n",
    );
    pets(
        "replace /components/schemas/Pet/properties {\"a\":true}",
        "        id: {type: integer}\n        name:\n          type: string\n",
        "        a: true\n",
    );
    pets(
        "replace /components/schemas/Pet/properties [true]",
        "        id: {type: integer}\n        name:\n          type: string\n",
        "        - true\n",
    );
    pets(
        "replace /components/schemas/Pet/properties 3",
        "properties:\n        id: {type: integer}\n        name:\n          type: string\n",
        "properties: 3\n",
    );
    pets("remove /components/schemas/Empty", "    Empty: {}\n", "");
}

#[test]
fn keys() {
    let before = "'200':\n  a: 1\n\"x/y\": 2\nm~n: 3\n? q\n: 4\n";
    check(before, "add /404 null", &format!("{before}'404': null\n"));
    check(before, "replace /x~1y 5", &before.replace(": 2", ": 5"));
    check(before, "replace /m~0n 5", &before.replace(": 3", ": 5"));
    check(before, "remove /q", &before.replace("? q\n: 4\n", ""));
    check(before, "replace /q [1]", &before.replace(": 4", ": [1]"));
    check("200:\n  a: 1\n", "add /404 1", "200:\n  a: 1\n404: 1\n");
    check("\"a\": 1\n", "add /b \"x\"", "\"a\": 1\n\"b\": \"x\"\n");
    check("a: 1\n", "add /on~1 \"on\"", "a: 1\non/: 'on'\n");
    check("a: \"1\"\n", "add /on 2", "a: \"1\"\n\"on\": 2\n");
    check("a: 1\n", "add / 2", "a: 1\n'': 2\n");
    check("a: 1\n", "add /#b: 2", "a: 1\n'#b:': 2\n");
}

#[test]
fn scalars() {
    let plain = [
        "a",
        "a b",
        "#/x".trim_start_matches('#'),
        "a:b",
        "a#b",
        "^[a-z]+$",
        "3.0.3",
        "v1",
        "é",
        "12ab",
        "1 2",
    ];
    for text in plain {
        let edit = format!("add /b {}", Value::from(text));
        check("a: x\n", &edit, &format!("a: x\nb: {text}\n"));
    }
    let quoted = [
        "no",
        "On",
        "y",
        "~",
        "null",
        "TRUE",
        "1e3",
        "200",
        "0x1F",
        "0o7",
        "0b1",
        "1_000",
        "1,000",
        "12:30:45",
        "2024-01-01",
        "2001-12-14t21:59:43.10-05:00",
        ".inf",
        "-.INF",
        ".5",
        "+1",
        "-1",
        " a",
        "a ",
        "a: b",
        "a:",
        "a #b",
        "#/x",
        "-",
        "- a",
        "? a",
        "*a",
        "&a",
        "!a",
        "%a",
        "@a",
        "`a",
        "[a",
        "{a",
        "|",
        ">",
        ",",
        "",
        "<<",
        "=",
        "...",
        "---",
        "\"a\"",
        "a\\: b",
    ];
    for text in quoted {
        let edit = format!("add /b {}", Value::from(text));
        check("a: 'x: y'\n", &edit, &format!("a: 'x: y'\nb: '{text}'\n"));
    }
    check("a: x\n", "add /b \"it's\"", "a: x\nb: it's\n");
    check("a: x\n", "add /b \"it's: \"", "a: x\nb: \"it's: \"\n");
    check("a: x\n", "add /b \"a\\tb\"", "a: x\nb: \"a\\tb\"\n");
    check(
        "a: x\n",
        "add /b \"\\u0085\\u2028\\ufeff\\u007f\"",
        "a: x\nb: \"\\u0085\\u2028\\ufeff\\u007f\"\n",
    );
    check("a: x\n", "add /b \"a\\nb\\n\"", "a: x\nb: |\n  a\n  b\n");
    check(
        "a: x\n",
        "add /b \"a\\n\\n b: #\"",
        "a: x\nb: |-\n  a\n\n   b: #\n",
    );
    check("a: x\n", "add /b \" a\\n\"", "a: x\nb: \" a\\n\"\n");
    check("a: x\n", "add /b \"a\\r\\nb\"", "a: x\nb: \"a\\r\\nb\"\n");
    check("a: x\n", "add /b 1.5e300", "a: x\nb: 1.5e+300\n");
    check("a: x # c\n", "replace /a \"y\\nz\"", "a: \"y\\nz\" # c\n");
    check(
        "a: x\nb: 1\n",
        "replace /a \"y\\nz\"",
        "a: |-\n  y\n  z\nb: 1\n",
    );
    check(
        "a: \"x\"\nb: 'y'\n",
        "replace /a \"z\"\nreplace /b \"z\"",
        "a: \"z\"\nb: 'z'\n",
    );
    check(
        "a: \"x\"\nb: \"z\"\nc: 1\n",
        "replace /c \"z\"",
        "a: \"x\"\nb: \"z\"\nc: \"z\"\n",
    );
    check("a: x\n  y # c\nb: 1\n", "replace /a 1", "a: 1 # c\nb: 1\n");
    check(
        "a: 'x\n\n  y' # c\nb: 1\n",
        "replace /a \"z\"",
        "a: 'z' # c\nb: 1\n",
    );
    check("a:\tx\t# c\nb: 1\n", "replace /a 2", "a:\t2\t# c\nb: 1\n");
    check("a:   x\nb: 1\n", "replace /a 2", "a:   2\nb: 1\n");
    check("a:\n  x # c\nb: 1\n", "replace /a 2", "a:\n  2 # c\nb: 1\n");
    check(
        "a:\n  x # c\nb: 1\n",
        "replace /a {\"d\":[{\"e\":1}]}",
        "a:\n  d:\n    - e: 1 # c\nb: 1\n",
    );
    check("a:   # c\nb: 1\n", "replace /a 2", "a: 2   # c\nb: 1\n");
    check("a:  \nb: 1\n", "replace /a 2", "a: 2\nb: 1\n");
}

#[test]
fn block_scalars() {
    for header in ["|", ">", "|-", ">2", "|1-"] {
        let before = format!("a:\n  b: {header} # c\n     x\n\n      y\n\n  # d\nc: 1\n");
        check(
            &before,
            "add /a/e 2",
            &before.replace("  # d\n", "  # d\n  e: 2\n"),
        );
        check(&before, "replace /a/b 2", "a:\n  b: 2 # c\n\n  # d\nc: 1\n");
        check(
            &before,
            "replace /a/b {\"f\":1}",
            "a:\n  b: # c\n    f: 1\n\n  # d\nc: 1\n",
        );
        check(&before, "remove /c", &before.replace("c: 1\n", ""));
        check(&before, "remove /a/b", "a: {}\n\n  # d\nc: 1\n");
    }
    check(
        "a: |\n  x\n\nb: 1\n",
        "add /c 2",
        "a: |\n  x\n\nb: 1\n\nc: 2\n",
    );
    check(
        "b: 1\na: |\n  x\n\n",
        "add /c 2",
        "b: 1\na: |\n  x\nc: 2\n\n",
    );
    check(
        "b: 1\na: |+\n  x\n\n",
        "add /c 2",
        "b: 1\na: |+\n  x\n\nc: 2\n",
    );
    check(
        "b:\n  a: |+\n    x\n\nd: 1\n",
        "add /b/c 2",
        "b:\n  a: |+\n    x\n\n  c: 2\nd: 1\n",
    );
    check(
        "b:\n  a: |+\n    x\n\nd: 1\n",
        "remove /b/a",
        "b: {}\nd: 1\n",
    );
    check(
        "b:\n  a: |+\n    x\n\n  e: 2\nd: 1\n",
        "replace /b/a \"z\"",
        "b:\n  a: z\n  e: 2\nd: 1\n",
    );
    check("- |\n x\n- |+\n\n- y\n", "remove /1", "- |\n x\n- y\n");
    check("- >-\n\n- y\n", "replace /0 1", "- 1\n\n- y\n");
    check(
        "a: |\n  x\nb: 1\n",
        "replace /a \"y\\nz\\n\"",
        "a: |\n  y\n  z\nb: 1\n",
    );
    check("b: 1\na: |\n  x\n", "add /a \"\"", "b: 1\na: ''\n");
}

#[test]
fn block_sequences() {
    pets(
        "add /components/schemas/Pet/required/- \"name\"",
        "- id\n",
        "- id\n        - name\n",
    );
    pets(
        "add /components/schemas/Pet/required/0 \"a\"",
        "- id\n",
        "- a\n        - id\n",
    );
    pets(
        "add /components/schemas/Pet/required/1 \"on\"",
        "- id\n",
        "- id\n        - 'on'\n",
    );
    pets(
        "remove /components/schemas/Pet/required/0",
        "required:\n        - id\n",
        "required: []\n",
    );
    pets(
        "replace /components/schemas/Pet/required/0 \"x\"",
        "- id\n",
        "- x\n",
    );
    pets(
        "replace /components/schemas/Pet/required/0 {\"a\":1,\"b\":2}",
        "- id\n",
        "- a: 1\n          b: 2\n",
    );
    let get = "/paths/~1pets~1{id}/get";
    pets(
        &format!("add {get}/parameters/1 {{\"name\":\"x\",\"in\":\"query\"}}"),
        "required: true\n",
        "required: true\n        - name: x\n          in: query\n",
    );
    pets(
        &format!("remove {get}/parameters/0"),
        "        - name: id\n          in: path # where\n          required: true\n",
        "",
    );
    pets(
        &format!("remove {get}/parameters/1"),
        "        - {name: limit, in: query}\n",
        "",
    );
    pets(
        &format!("remove {get}/parameters/0/name"),
        "name: id\n          in: path",
        "in: path",
    );
    pets(
        &format!("add {get}/parameters/0/schema {{}}"),
        "required: true\n",
        "required: true\n          schema: {}\n",
    );
    pets(
        &format!("add {get}/parameters/1/schema {{\"a\":[1]}}"),
        "in: query}",
        "in: query, schema: {a: [1]}}",
    );
    let unindented = "a:\n- x # c\n# of a\n- y\n# of b\nb:\n- z\n";
    check(
        unindented,
        "add /a/- 1",
        &unindented.replace("- y\n", "- y\n- 1\n"),
    );
    check(
        unindented,
        "add /a/1 1",
        &unindented.replace("- x # c\n", "- x # c\n- 1\n"),
    );
    check(
        unindented,
        "remove /a/0",
        &unindented.replace("- x # c\n", ""),
    );
    check(
        unindented,
        "remove /a/0\nremove /a/0",
        "a: []\n# of a\n# of b\nb:\n- z\n",
    );
    check(
        unindented,
        "add /c [[1],{\"d\":[2]}]",
        &format!("{unindented}c:\n- - 1\n- d:\n  - 2\n"),
    );
    check("- - a\n  - b\n- c\n", "remove /0/0", "- - b\n- c\n");
    check("- - a\n- c\n", "remove /0/0", "- []\n- c\n");
    check("- - a\n- c\n", "add /0/0 1", "- - 1\n  - a\n- c\n");
    check("- - a\n- c\n", "add /0/- 1", "- - a\n  - 1\n- c\n");
    check(
        "- a: 1 # x\n  # y\n  b: 2\n",
        "remove /0/a",
        "-\n  # y\n  b: 2\n",
    );
    check("- a: 1 # x\n- 2\n", "remove /0/a", "- {}\n- 2\n");
    check("-\n  a: 1 # x\n- 2\n", "remove /0/a", "- {}\n- 2\n");
    check(
        "- # x\n  a: 1\n- 2\n",
        "add /0/b 1",
        "- # x\n  a: 1\n  b: 1\n- 2\n",
    );
    check("-\n- 2\n", "replace /0 1", "- 1\n- 2\n");
    check("- {}\n- 2\n", "add /0/a 1", "- a: 1\n- 2\n");
    check("- {} # x\n- 2\n", "add /0/a 1", "- # x\n  a: 1\n- 2\n");
    check(
        "- x # x\n- 2\n",
        "replace /0 {\"a\":{\"b\":1}}",
        "- # x\n  a:\n    b: 1\n- 2\n",
    );
    check(
        "-   a: 1\n    b: 2\n",
        "add /- {\"a\":2,\"b\":3}",
        "-   a: 1\n    b: 2\n-   a: 2\n    b: 3\n",
    );
}

#[test]
fn four_columns() {
    let before = "a:\n    b:\n        c: 1\n    d:\n        - 1\n";
    check(
        before,
        "add /a/e {\"f\":{\"g\":[1]}}",
        &format!("{before}    e:\n        f:\n            g:\n                - 1\n"),
    );
}

#[test]
fn comments_after_the_last_member() {
    let before = "a:\n  b:\n    c: 1 # x\n    # of b\n\n    # of b, too\n  # of a\n\n# of the document\nd: 1\n# end\n\n# far\n";
    check(
        before,
        "add /a/b/e 2",
        &before.replace("too\n", "too\n    e: 2\n"),
    );
    check(
        before,
        "add /a/e 2",
        &before.replace("# of a\n", "# of a\n  e: 2\n"),
    );
    check(
        before,
        "add /e 2",
        &before.replace("# end\n", "# end\n\ne: 2\n"),
    );
    check(before, "remove /d", &before.replace("d: 1\n", ""));
    check(
        before,
        "remove /a",
        "\n# of the document\nd: 1\n# end\n\n# far\n",
    );
    check("# top\n\na: 1 # x\n", "remove /a", "# top\n\n{}\n");
    check(
        "---\n# top\na: 1\n...\n",
        "add /b 1",
        "---\n# top\na: 1\nb: 1\n...\n",
    );
    check("---\na: 1\n", "replace  {\"b\":[1]}", "---\nb:\n  - 1\n");
}

#[test]
fn blank_lines_between_siblings() {
    let before = "a:\n  b: |\n    x\n\n  # of c\n  c: 1\n\nd: 1\n";
    check(
        before,
        "add /a/e 1",
        &before.replace("c: 1\n", "c: 1\n\n  e: 1\n"),
    );
    check("- 1\n\n- 2\n", "add /- 3", "- 1\n\n- 2\n\n- 3\n");
    check("- 1\n\n- 2\n- 3\n", "add /- 4", "- 1\n\n- 2\n- 3\n- 4\n");
    check(
        "- 1\n\n- |+\n  x\n\n",
        "add /- 3",
        "- 1\n\n- |+\n  x\n\n- 3\n",
    );
}


#[test]
fn a_literal_block_scalar_does_not_swallow_the_comments_after_it() {
    for (before, edits, after) in [
        (
            "-\n  # of a\n  a: 1\n- 2\n",
            "remove /0/a\nreplace /0 \"x\\n\"",
            "- \"x\\n\"\n  # of a\n- 2\n",
        ),
        (
            "a: 1\n\n  # deeper\nb: 2\n",
            "replace /a \"x\\n\"",
            "a: \"x\\n\"\n\n  # deeper\nb: 2\n",
        ),
        (
            "a: {}\n\n  # deeper\nb: 2\n",
            "replace /a {\"c\":\"x\\n\"}",
            "a:\n  c: \"x\\n\"\n\n  # deeper\nb: 2\n",
        ),
        (
            "a: 1\n\n  # deeper\n",
            "add /b \"x\\n\"",
            "a: 1\nb: \"x\\n\"\n\n  # deeper\n",
        ),
        (
            "a: 1\n# shallow\n  # deeper\n",
            "replace /a \"x\\n\"",
            "a: |\n  x\n# shallow\n  # deeper\n",
        ),
    ] {
        check(before, edits, after);
    }
}

#[test]
fn keys_are_renamed_in_their_place() {
    for (before, edits, after) in [
        (
            "a:\n  # of x\n  - x # of x, too\nb: 1\n",
            "rename /a \"c\"",
            "c:\n  # of x\n  - x # of x, too\nb: 1\n",
        ),
        ("\"a\": 1 # one\n\"b\": 2\n", "rename /a \"c\"", "\"c\": 1 # one\n\"b\": 2\n"),
        ("x: {a: [1], b: 2}\n", "rename /x/a \"a, b\"", "x: {'a, b': [1], b: 2}\n"),
        ("{\"a\" :1}", "rename /a \"c\"", "{\"c\" :1}"),
    ] {
        check(before, edits, after);
    }
    fails("a: 1\nb: 2\n", "rename /a \"b\"", "1:1: cannot edit `/a`: the new key exists already");
    fails("- 1\n", "rename /0 \"b\"", "1:1: `/0` does not exist");
}

#[test]
fn objects_are_written_in_one_line_where_those_next_to_them_are() {
    check(
        "a: { b: 1 } # one\nc: {d: [1], e: 2}\nf: x\n",
        "add /g {\"h\":[1,2]}",
        "a: { b: 1 } # one\nc: {d: [1], e: 2}\nf: x\ng: { h: [1, 2] }\n",
    );
    check("a: {}\nc: 1\n", "add /g {\"h\":1}", "a: {}\nc: 1\ng:\n  h: 1\n");
    check(
        "a: {b: 1}\nc:\n  d: 1\n",
        "add /g {\"h\":1}",
        "a: {b: 1}\nc:\n  d: 1\ng:\n  h: 1\n",
    );
}
