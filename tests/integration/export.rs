//! Copies of captures that can be shared: the same findings, and no value of the original.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::anyone::{archive, entry};
use crate::common::{folder, root, wiredrift};

/// The findings of a check by rule, level and operations, and how often each was seen.
fn findings(folder: &Path, captures: &str, contract: &str) -> BTreeMap<String, Vec<u64>> {
    let arguments = [
        "check",
        captures,
        "-c",
        contract,
        "-o",
        "json",
        "--no-config",
    ];
    let run = wiredrift(folder, &arguments, "");
    let report: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let mut found: BTreeMap<String, Vec<u64>> = BTreeMap::new();
    for finding in report["findings"].as_array().expect("a list") {
        // How a capture was written is not copied.
        if ["content-length", "capture-encoding"]
            .iter()
            .any(|rule| finding["rule"] == *rule)
        {
            continue;
        }
        let operations = finding["operations"].as_array().expect("a list").iter();
        let operations: Vec<&str> = operations
            .filter_map(|operation| operation["operation"].as_str())
            .collect();
        let key = format!("{} {} {operations:?}", finding["rule"], finding["level"]);
        found
            .entry(key)
            .or_default()
            .push(finding["occurrences"].as_u64().expect("a number"));
    }
    found.values_mut().for_each(|counts| counts.sort_unstable());
    found
}

#[test]
fn copies_have_the_same_findings() {
    for (captures, contract) in [
        ("samples/petstore/captures", "samples/petstore/openapi.yaml"),
        ("samples/organisations/drift", "organisations"),
        ("samples/organisations/v1", "organisations@v2"),
        ("samples/organisations/migration", "organisations@v1"),
        ("samples/makeleaps-clients", "makeleaps-clients"),
        ("samples/captures", "samples/captures/library.yaml"),
    ] {
        let copies = tempfile::tempdir().expect("a folder");
        let copies = copies.path().join("copies");
        let export = copies.to_str().expect("UTF-8");
        let arguments = [
            "captures",
            captures,
            "-c",
            contract,
            "--export",
            export,
            "--no-config",
            "--keep-going",
            "-q",
        ];
        let run = wiredrift(root(), &arguments, "");
        assert_eq!(run.code, 0, "{captures}: {}", run.stderr);
        assert!(
            !run.stderr.contains("may differ"),
            "{captures}: {}",
            run.stderr
        );
        let original = findings(root(), captures, contract);
        assert_eq!(findings(root(), export, contract), original, "{captures}");
    }
}

/// A contract that asks for forms of values, and payloads that keep to them and that do not.
#[test]
fn stand_ins_keep_to_the_schema_where_the_value_does() {
    let schema = json!({"type": "object", "additionalProperties": false, "properties": {
        "id": {"type": "string", "format": "uuid"},
        "born": {"type": "string", "format": "date"},
        "seen": {"type": "string", "format": "date-time"},
        "mail": {"type": "string", "format": "email"},
        "site": {"type": "string", "format": "uri"},
        "code": {"type": "string", "pattern": "^[A-Z]{2}-\\d{3}$"},
        "year": {"type": "integer", "minimum": 1900, "maximum": 2100},
        "share": {"type": "number", "exclusiveMaximum": 1},
        "kind": {"enum": ["novel", "atlas"]},
        "tags": {"type": "array", "uniqueItems": true, "items": {"type": "string", "minLength": 3}},
        "short": {"type": "string", "maxLength": 4},
    }});
    let contract = json!({"openapi": "3.1.0", "info": {"title": "Library", "version": "1"}, "paths": {"/books": {
        "get": {"operationId": "book", "responses": {"200": {"description": "A book",
            "content": {"application/json": {"schema": schema}}}}}}}});
    let book = |value: Value| {
        entry(
            "GET",
            "https://library.example/books",
            "",
            200,
            "application/json",
            &value.to_string(),
        )
    };
    let fine = json!({"id": "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", "born": "1871-12-01", "seen": "2026-05-04T10:20:30Z",
        "mail": "ann@library.example", "site": "https://library.example/a?b=c", "code": "GB-042", "year": 1999,
        "share": 0.25, "kind": "novel", "tags": ["sea", "war", "sea2"], "short": "äöüß"});
    let mut entries = vec![book(fine.clone())];
    for (name, wrong) in [
        ("id", json!("17")),
        ("born", json!("1871-13-01x")),
        ("seen", json!("yesterday")),
        ("mail", json!("ann")),
        ("code", json!("gb-042")),
        ("year", json!(1066)),
        ("share", json!(3)),
        ("kind", json!("poem")),
        ("tags", json!(["sea", "sea"])),
        ("tags", json!(["ab"])),
        ("short", json!("longer")),
        ("extra", json!(1)),
    ] {
        let mut book_with = fine.clone();
        book_with[name] = wrong;
        entries.push(book(book_with));
    }
    let files = folder(&[
        ("a.har", &archive(&entries)),
        ("api.json", &contract.to_string()),
    ]);
    let arguments = [
        "captures", "a.har", "-c", "api.json", "--export", "copies", "-q",
    ];
    let run = wiredrift(files.path(), &arguments, "");
    assert_eq!(
        (run.code, run.stderr.contains("may differ")),
        (0, false),
        "{}",
        run.stderr
    );
    let original = findings(files.path(), "a.har", "api.json");
    assert!(original.len() >= 5, "{original:?}");
    assert_eq!(findings(files.path(), "copies", "api.json"), original);
    // A second copy would be mixed up with the first one.
    let run = wiredrift(files.path(), &arguments, "");
    assert!(
        run.code == 2 && run.stderr.contains("copies is not empty"),
        "{}",
        run.stderr
    );
}

/// What must not be shown, wherever it stands.
const SECRETS: [&str; 14] = [
    "hunter2-body",
    "hunter2-header",
    "hunter2-url",
    "hunter2-cookie",
    "hunter2-set",
    "hunter2-form",
    "hunter2-user",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJlLW9mLWFubg",
    "ann.secret@library.example",
    "4111 1111 1111 1111",
    "4111111111111111",
    "ghp_0123456789abcdefghijABCDEFGHIJ",
    "hunter2-base64",
    "hunter2-key",
];

/// An archive that is full of secrets, in traffic that breaks the contract next to each of them.
fn full_of_secrets() -> String {
    let body = json!([{
        "id": "17", "password": SECRETS[0], "session": {"token": SECRETS[7]}, "mail": SECRETS[8], "card": SECRETS[9],
        "number": 4_111_111_111_111_111_u64, "note": format!("token {}", SECRETS[11]), "api_keys": {SECRETS[13]: 1},
    }]);
    let url = format!(
        "https://{}:x@library.example/books?api_key={}&mail={}",
        SECRETS[6], SECRETS[2], SECRETS[8]
    );
    let mut with_headers = entry("GET", &url, "", 200, "application/json", &body.to_string());
    with_headers["request"]["headers"] = json!([
        {"name": "Authorization", "value": format!("Bearer {}", SECRETS[1])},
        {"name": "X-Api-Key", "value": SECRETS[1]},
        {"name": "Cookie", "value": format!("session={}; theme=dark", SECRETS[3])},
    ]);
    with_headers["response"]["headers"] =
        json!([{"name": "Set-Cookie", "value": format!("session={}; Path=/", SECRETS[4])}]);
    let encoded = json!([{"id": "x", "secret": SECRETS[12]}]).to_string();
    let mut in_base64 = entry(
        "GET",
        "https://library.example/books",
        "",
        200,
        "application/json",
        "",
    );
    in_base64["response"]["content"] =
        json!({"mimeType": "application/json", "encoding": "base64", "text": base64(&encoded)});
    let mut form = entry(
        "POST",
        "https://library.example/login/ghp_0123456789abcdefghijABCDEFGHIJ",
        "",
        404,
        "application/json",
        "{}",
    );
    form["request"]["postData"] = json!({"mimeType": "application/x-www-form-urlencoded", "text": format!("password={}", SECRETS[5])});
    let broken = format!(
        "{{\"password\": \"{}\", \"mail\": \"{}\"",
        SECRETS[0], SECRETS[8]
    );
    let broken = entry(
        "GET",
        "https://library.example/books",
        "",
        200,
        "application/json",
        &broken,
    );
    archive(&[with_headers, in_base64, form, broken])
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    text.as_bytes()
        .chunks(3)
        .flat_map(|chunk| {
            let bits = chunk
                .iter()
                .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
                << (8 * (3 - chunk.len()));
            (0..4).map(move |at| match at <= chunk.len() {
                true => char::from(DIGITS[(bits >> (18 - 6 * at) & 63) as usize]),
                false => '=',
            })
        })
        .collect()
}

#[test]
fn no_secret_is_shown_in_any_output() {
    let contract = |version: &str, id: &str| {
        json!({"openapi": "3.1.0", "info": {"title": "Library", "version": version}, "paths": {"/books": {
            "get": {"operationId": "books", "responses": {"200": {"description": "Books", "content": {"application/json": {
                "schema": {"type": "array", "items": {"type": "object", "properties": {
                    "id": {"type": id}, "password": {"type": "integer"}, "mail": {"type": "integer"},
                    "card": {"enum": ["none"]}, "note": {"const": ""}, "number": {"maximum": 1},
                    "session": {"type": "object", "additionalProperties": {"type": "integer"}},
                    "api_keys": {"type": "object", "additionalProperties": {"type": "string"}},
                    "secret": {"type": "integer"},
                }}}}}}}}}}})
        .to_string()
    };
    let files = folder(&[
        ("a.har", &full_of_secrets()),
        ("old.json", &contract("1", "integer")),
        ("new.json", &contract("2", "boolean")),
    ]);
    let mut outputs: Vec<(String, String)> = Vec::new();
    let mut run = |arguments: &[&str]| {
        let run = wiredrift(files.path(), arguments, "");
        outputs.push((arguments.join(" "), run.stdout + &run.stderr));
    };
    for format in [
        "text", "short", "json", "ndjson", "markdown", "html", "sarif", "junit", "github", "gitlab",
    ] {
        run(&[
            "check",
            "a.har",
            "-c",
            "old.json",
            "-o",
            format,
            "--verbose",
        ]);
        run(&[
            "check",
            "a.har",
            "-c",
            "old.json",
            "-o",
            format,
            "--engine",
            "reference",
        ]);
    }
    run(&["check", "a.har", "-c", "old.json", "--suggest"]);
    for format in [
        "text", "short", "json", "markdown", "html", "sarif", "junit", "github", "gitlab",
    ] {
        run(&["report", "old.json", "new.json", "a.har", "-o", format]);
    }
    for format in ["text", "json"] {
        run(&["captures", "a.har", "-c", "old.json", "-o", format]);
    }
    run(&["captures", "a.har", "-c", "old.json", "--export", "copies"]);
    run(&["captures", "a.har", "--export", "blind"]);
    for folder in ["copies", "blind"] {
        for file in fs::read_dir(files.path().join(folder)).expect("copies") {
            let text = fs::read_to_string(file.expect("a file").path()).expect("readable");
            assert!(text.lines().count() == 4, "{text}");
            outputs.push((folder.to_owned(), text));
        }
    }
    let checked = outputs
        .iter()
        .filter(|(_, text)| text.contains("wrong-type"))
        .count();
    assert!(checked > 20, "nothing was found");
    for (arguments, text) in &outputs {
        for secret in SECRETS {
            assert!(
                !text.contains(secret),
                "{arguments} shows {secret}:\n{text}"
            );
        }
    }
}

#[test]
fn any_number_of_copies_has_the_values_that_the_contract_lists() {
    let files = folder(&[(
        "a.har",
        &archive(&[entry(
            "GET",
            "https://library.example/books/b-17?sort=title",
            "",
            200,
            "application/json",
            "{\"kind\": \"novel\", \"title\": \"The Lighthouse\", \"pages\": 212, \"{{id}}\": \"<ID>\"}",
        )]),
    )]);
    let run = wiredrift(
        files.path(),
        &[
            "captures", "a.har", "--export", "copies", "--keep", "kind", "-q",
        ],
        "",
    );
    assert_eq!(run.code, 0, "{}", run.stderr);
    insta::assert_snapshot!(
        fs::read_to_string(files.path().join("copies/a.har.ndjson")).expect("readable")
    );
}

/// What fills a parameter of a path is private, whatever it looks like, and copies are not made of secrets by mistake.
#[test]
fn values_in_paths_and_wishes_about_reports_do_not_get_into_copies() {
    let contract = json!({"openapi": "3.1.0", "info": {"title": "Shop", "version": "1"}, "paths": {"/v1/orders/{id}": {
        "get": {"operationId": "order", "parameters": [{"name": "id", "in": "path", "required": true,
            "schema": {"type": "string", "pattern": "^ord_[0-9]+$"}}],
            "responses": {"200": {"description": "An order"}}}}}});
    let get = |path: &str| {
        entry(
            "GET",
            &format!("https://shop.example{path}"),
            "",
            200,
            "application/json",
            "{\"name\": \"Greta\", \"access_token\": \"hunter2\"}",
        )
    };
    let entries = [
        get("/v1/orders/ord_1000"),
        get("/v1/orders/ord_2000"),
        get("/v1/orders/ord_1000"),
        get("/v1/orders/greta"),
        get("/v1/acme-corp/greta.lindqvist"),
    ];
    let files = folder(&[
        ("captures/a.har", &archive(&entries)),
        ("api.json", &contract.to_string()),
        ("wiredrift.toml", "keep = [\"access_token\", \"name\"]\n"),
    ]);
    let export = |options: &[&str]| {
        let run = wiredrift(
            files.path(),
            &[
                &["captures", "captures", "-c", "api.json", "-q", "--export"],
                options,
            ]
            .concat(),
            "",
        );
        (run.code, run.stderr)
    };
    assert_eq!(export(&["copies"]).0, 0);
    let text =
        fs::read_to_string(files.path().join("copies/captures/a.har.ndjson")).expect("readable");
    for private in ["greta", "acme", "hunter2", "shop.example"] {
        assert!(!text.contains(private), "{private}: {text}");
    }
    // The value is kept that the user wants to see, unless it is a secret.
    assert!(text.contains("Greta"), "{text}");
    let paths: Vec<&str> = text
        .lines()
        .filter_map(|line| line.split("/v1/").nth(1)?.split('"').next())
        .collect();
    assert!(
        paths[0] == paths[2] && paths[0] != paths[1] && paths[0].starts_with("orders/ord_"),
        "{paths:?}"
    );
    assert_eq!(
        findings(files.path(), "copies", "api.json"),
        findings(files.path(), "captures", "api.json")
    );
    for (options, said) in [
        (
            &["show", "--show-values"][..],
            "--show-values does not go with --export",
        ),
        (&["captures/copies"], "later runs would read the copies"),
        (&["api.json"], "api.json is a file"),
        (&["none", "--host", "gone.example"], "nothing was exported"),
    ] {
        let (code, stderr) = export(options);
        assert!(code == 2 && stderr.contains(said), "{options:?}: {stderr}");
    }
    assert!(!files.path().join("none").exists());
    let entries = fs::read_dir(files.path()).expect("listed").count();
    assert_eq!(entries, 4, "something is left behind");
}

/// The first line of a copy may be longer than the start of a file by which formats are recognised.
#[test]
fn copies_of_large_bodies_are_read_as_exchanges() {
    let books: Vec<Value> = (0..4_000)
        .map(|id| json!({"id": id, "title": "The Lighthouse"}))
        .collect();
    let body = Value::from(books).to_string();
    let contract = json!({"openapi": "3.1.0", "info": {"title": "Library", "version": "1"}, "paths": {"/books": {
        "get": {"operationId": "books", "responses": {"200": {"description": "Books", "content": {"application/json": {
            "schema": {"type": "array", "items": {"type": "object", "properties": {"title": {"type": "integer"}}}}}}}}}}}});
    let entries = [entry(
        "GET",
        "https://library.example/books",
        "",
        200,
        "application/json",
        &body,
    )];
    let files = folder(&[
        ("a.har", &archive(&entries)),
        ("api.json", &contract.to_string()),
    ]);
    let run = wiredrift(
        files.path(),
        &[
            "captures", "a.har", "-c", "api.json", "--export", "copies", "-q",
        ],
        "",
    );
    assert_eq!(
        (run.code, run.stderr.contains("may differ")),
        (0, false),
        "{}",
        run.stderr
    );
    let original = findings(files.path(), "a.har", "api.json");
    assert_eq!(
        original.values().next().map(Vec::as_slice),
        Some(&[4_000][..]),
        "{original:?}"
    );
    assert_eq!(findings(files.path(), "copies", "api.json"), original);
}
