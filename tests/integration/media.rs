//! Bodies that are not JSON, from end to end: forms, multipart, XML, text, streams.

use serde_json::{Value, json};

use crate::common::{folder, root, unwrapped, wiredrift};

/// A contract whose operation takes and answers with this media type.
fn api(version: &str, media_type: &str, media: &Value) -> String {
    json!({"openapi": "3.2.0", "info": {"title": "T", "version": version}, "paths": {"/a": {"post": {
        "operationId": "send",
        "requestBody": {"content": {media_type: media}},
        "responses": {"200": {"description": "d", "content": {media_type: media}}},
    }}}})
    .to_string()
}

/// An exchange with this body on both sides.
fn exchange(media_type: &str, body: &str) -> String {
    format!(
        "POST /a HTTP/1.1\nHost: h\nContent-Type: {media_type}\n\n{body}\n\nHTTP/1.1 200 OK\nContent-Type: {media_type}\n\n{body}\n"
    )
}

/// Rule, message, place and pointer of each finding, and the verdicts.
fn found(contract: &str, capture: &str, options: &[&str]) -> (Vec<String>, String) {
    let folder = folder(&[("api.json", contract), ("a.http", capture)]);
    let check = |engine: &str, jobs: &str| {
        let arguments = [
            "check",
            "a.http",
            "-c",
            "api.json",
            "-o",
            "json",
            "--no-config",
            "--engine",
            engine,
            "--jobs",
            jobs,
        ];
        wiredrift(folder.path(), &[&arguments[..], options].concat(), "")
    };
    let run = check("streaming", "1");
    for (engine, jobs) in [("reference", "1"), ("streaming", "3")] {
        assert_eq!(check(engine, jobs), run, "{engine} {jobs}");
    }
    let report: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr));
    let findings = report["findings"].as_array().expect("a list").iter();
    let lines = findings.map(|finding| {
        let place = &finding["places"][0];
        let pointer = place["pointer"].as_str().unwrap_or_default();
        format!(
            "{} {} {}:{} {pointer}",
            finding["rule"].as_str().expect("a rule"),
            finding["message"].as_str().expect("a message"),
            place["line"],
            place["column"],
        )
    });
    (lines.collect(), report["summary"]["verdicts"].to_string())
}

const FORM: &str = "application/x-www-form-urlencoded";

#[test]
fn every_kind_of_body_is_compared_with_places() {
    let pet = json!({"type": "object", "xml": {"name": "pet"}, "required": ["kind"], "properties": {
        "kind": {"enum": ["cat", "dog"]}, "age": {"type": "integer"},
    }});
    let table = [
        (
            FORM,
            json!({"schema": pet}),
            "age=old&kind=cat",
            "wrong-type `age` is a string; expected integer 5:5 /age",
        ),
        (
            "multipart/form-data; boundary=x",
            json!({"schema": pet}),
            "--x\nContent-Disposition: form-data; name=\"kind\"\n\nbird\n--x--",
            "enum-value `kind` is \"bird\"; expected \"cat\" or \"dog\" 8:1 /kind",
        ),
        (
            "application/xml",
            json!({"schema": pet}),
            "<pet>\n  <kind>bird</kind>\n</pet>",
            "enum-value `kind` is \"bird\"; expected \"cat\" or \"dog\" 6:9 /kind",
        ),
        (
            "application/pets+xml",
            json!({"schema": pet}),
            "<animal><kind>cat</kind></animal>",
            "element-name element `<animal>` must be `<pet>` 5:1 ",
        ),
        (
            "text/plain; charset=utf-8",
            json!({"schema": {"enum": ["on", "off"]}}),
            "auto",
            "enum-value the request body is \"auto\"; expected \"on\" or \"off\" 5:1 ",
        ),
        (
            "application/jsonl",
            json!({"itemSchema": pet}),
            "{\"kind\": \"cat\"}\n{\"kind\": \"dog\", \"age\": \"x\"}",
            "wrong-type `age` is a string; expected integer 6:24 /age",
        ),
        (
            "application/x-ndjson",
            json!({"schema": pet}),
            "{\"kind\": \"cat\"}\n{}",
            "missing-property required property `kind` is missing 6:1 ",
        ),
        (
            "text/event-stream",
            json!({"schema": pet}),
            ": hello\ndata: {\"kind\":\ndata: \"bird\"}\n\ndata: [DONE]",
            "enum-value `kind` is \"bird\"; expected \"cat\" or \"dog\" 7:7 /kind",
        ),
        (
            "text/event-stream",
            json!({"itemSchema": {"type": "object", "properties": {"event": {"enum": ["add"]}, "data": {"type": "string",
                "contentMediaType": "application/json", "contentSchema": pet}}}}),
            "event: add\ndata: {\"kind\": \"bird\"}",
            "enum-value `kind` is \"bird\"; expected \"cat\" or \"dog\" 6:16 /kind",
        ),
        (
            "multipart/mixed; boundary=x",
            json!({"itemSchema": pet}),
            "--x\nContent-Type: application/json\n\n{\"kind\": \"cat\"}\n--x\nContent-Type: application/json\n\n{\"kind\": 1}\n--x--",
            "enum-value `kind` is 1; expected \"cat\" or \"dog\" 12:10 /kind",
        ),
        (
            FORM,
            json!({"schema": pet}),
            "{\"kind\": \"cat\"}",
            "malformed-body the request body is not a form: expected a form, such as `name=value`; the body looks like JSON 5:1 ",
        ),
        (
            "application/xml",
            json!({"schema": pet}),
            "{\"kind\": \"cat\"}",
            "malformed-body the request body is not XML: there is text outside the root element; the body looks like JSON 5:1 ",
        ),
        (
            "text/event-stream",
            json!({"schema": pet}),
            "<p>Error</p>",
            "malformed-body the request body is not an event stream: no line has a field, such as `data: value`; the body looks like XML or HTML 5:1 ",
        ),
        (
            "application/json; charset=utf-16",
            json!({"schema": pet}),
            "{\"kind\": \"cat\"}",
            "charset the request body names the charset `utf-16`; JSON is always UTF-8 5:1 ",
        ),
    ];
    for (media_type, media, body, expected) in table {
        let range = media_type.split(';').next().expect("a type");
        let contract = api("1", range, &media);
        let (findings, _) = found(
            &contract,
            &exchange(media_type, body),
            &["--side", "request"],
        );
        assert_eq!(findings, [expected], "{media_type} {body}");
    }
}

/// What a contract says of other media types must not be said of pages and pictures.
#[test]
fn ranges_do_not_take_pages_for_payloads() {
    let media = json!({"schema": {"type": "object", "required": ["id"]}});
    let contract = api("1", "*/*", &media);
    for (media_type, body, expected) in [
        (
            "text/html",
            "<html>An error</html>",
            r#"[{"verdict":"other-media-type","count":2}]"#,
        ),
        (
            "text/plain",
            "An error",
            r#"[{"verdict":"other-media-type","count":2}]"#,
        ),
        (
            "application/xml",
            "<error/>",
            r#"[{"verdict":"other-media-type","count":2}]"#,
        ),
        (
            "image/png",
            "pixels",
            r#"[{"verdict":"other-media-type","count":2}]"#,
        ),
        (
            "application/vnd.x+json",
            "{\"id\": 1}",
            r#"[{"verdict":"conforms","count":2}]"#,
        ),
    ] {
        let (findings, verdicts) = found(&contract, &exchange(media_type, body), &["--keep-going"]);
        assert_eq!((findings.len(), &*verdicts), (0, expected), "{media_type}");
    }
}

/// JSON with a wrong label is compared; the label is the finding.
#[test]
fn json_with_another_media_type_is_compared() {
    let contract = api(
        "1",
        "application/json",
        &json!({"schema": {"type": "object", "required": ["id"]}}),
    );
    let (findings, _) = found(
        &contract,
        &exchange("text/plain", "{\"a\": 1}"),
        &["--side", "response"],
    );
    assert_eq!(
        findings,
        [
            "missing-property required property `id` is missing 10:1 ",
            "media-type the response body is text/plain; expected application/json 10:1 ",
        ]
    );
}

#[test]
fn secrets_in_forms_and_xml_are_masked() {
    let media = json!({"schema": {"type": "object", "properties": {
        "password": {"type": "string", "maxLength": 3}, "note": {"type": "string", "maxLength": 3}, "n": {"type": "integer"},
    }}});
    let bodies = [
        (FORM, "n=x&password=hunter2-secret&note=see+password"),
        (
            "multipart/form-data; boundary=x",
            "--x\nContent-Disposition: form-data; name=\"password\"\n\nhunter2-secret\n--x\nContent-Disposition: form-data; name=\"n\"\n\nx\n--x--",
        ),
        (
            "application/xml",
            "<a><n>x</n><password>hunter2-secret</password><token>hunter2-secret</token></a>",
        ),
        (
            "text/event-stream",
            "data: {\"n\": \"x\", \"password\": \"hunter2-secret\"}\n",
        ),
    ];
    for (media_type, body) in bodies {
        let range = media_type.split(';').next().expect("a type");
        let folder = folder(&[
            ("api.json", &api("1", range, &media)),
            ("a.http", &exchange(media_type, body)),
        ]);
        for format in [
            "text", "short", "json", "ndjson", "markdown", "html", "sarif", "junit", "github",
            "gitlab",
        ] {
            let run = wiredrift(
                folder.path(),
                &[
                    "check",
                    "a.http",
                    "-c",
                    "api.json",
                    "--no-config",
                    "-o",
                    format,
                ],
                "",
            );
            assert_eq!(run.code, 1, "{media_type} {format} {}", run.stderr);
            assert!(
                !run.stdout.contains("hunter2"),
                "{media_type} {format} {}",
                run.stdout
            );
        }
    }
}

/// A report says who sends what changes, in whatever form it is sent.
#[test]
fn a_migration_report_covers_forms_and_streams() {
    let media = |kinds: &[&str]| json!({"schema": {"type": "object", "properties": {"kind": {"enum": kinds}}}});
    for (media_type, body) in [
        (FORM, "kind=dog"),
        (
            "multipart/form-data; boundary=x",
            "--x\nContent-Disposition: form-data; name=\"kind\"\n\ndog\n--x--",
        ),
        ("application/xml", "<a><kind>dog</kind></a>"),
        (
            "application/x-ndjson",
            "{\"kind\": \"cat\"}\n{\"kind\": \"dog\"}",
        ),
        ("text/event-stream", "data: {\"kind\": \"dog\"}\n"),
    ] {
        let range = media_type.split(';').next().expect("a type");
        let folder = folder(&[
            ("old.json", &api("1", range, &media(&["cat", "dog"]))),
            ("new.json", &api("2", range, &media(&["cat"]))),
            ("a.http", &exchange(media_type, body)),
            ("b.http", &exchange(media_type, &body.replace("dog", "cat"))),
        ]);
        let run = wiredrift(
            folder.path(),
            &[
                "report",
                "old.json",
                "new.json",
                "a.http",
                "b.http",
                "--no-config",
            ],
            "",
        );
        let text = unwrapped(&run.stdout);
        assert!(
            text.contains("1 of 2 exchanges of the old version (50 %)"),
            "{media_type} {text}"
        );
        assert!(text.contains("kind` lost `dog`"), "{media_type} {text}");
        let unused = [
            "report",
            "old.json",
            "new.json",
            "b.http",
            "--no-config",
            "--fail-on",
            "used",
        ];
        assert_eq!(
            wiredrift(folder.path(), &unused, "").code,
            0,
            "{media_type}"
        );
        let used = [
            "report",
            "old.json",
            "new.json",
            "a.http",
            "--no-config",
            "--fail-on",
            "used",
        ];
        assert_eq!(wiredrift(folder.path(), &used, "").code, 1, "{media_type}");
    }
}

#[test]
fn forms_are_upgraded_on_standard_output_and_left_in_files() {
    let media = |name: &str| json!({"schema": {"type": "object", "properties": {name: {"type": "integer"}}}});
    let capture = exchange(FORM, "clientsCount=3");
    let folder = folder(&[
        ("old.json", &api("1", FORM, &media("clientsCount"))),
        ("new.json", &api("2", FORM, &media("clients_count"))),
        ("a.http", &capture),
    ]);
    let upgrade = ["upgrade", "old.json", "new.json", "a.http", "--no-config"];
    let run = wiredrift(folder.path(), &upgrade, "");
    assert_eq!(
        (run.code, run.stdout.as_str()),
        (0, "{\"clients_count\":3}\n{\"clients_count\":3}\n"),
        "{}",
        run.stderr
    );
    let run = wiredrift(folder.path(), &[&upgrade[..], &["--in-place"]].concat(), "");
    assert!(
        run.stdout.contains("not rewritten: it is part of a form"),
        "{}{}",
        run.stdout,
        run.stderr
    );
    let left = std::fs::read_to_string(folder.path().join("a.http")).expect("a file");
    assert_eq!(left, capture);
}

#[test]
fn fields_of_swagger_are_compared_and_reported() {
    let api = |required: bool| {
        json!({"swagger": "2.0", "info": {"title": "T", "version": required.to_string()}, "paths": {"/a": {"post": {
            "operationId": "send", "consumes": [FORM], "responses": {"200": {"description": "d"}},
            "parameters": [
                {"name": "n", "in": "formData", "type": "integer"},
                {"name": "ids", "in": "formData", "type": "array", "items": {"type": "integer"}, "required": required},
            ]}}}})
        .to_string()
    };
    let capture =
        format!("POST /a HTTP/1.1\nHost: h\nContent-Type: {FORM}\n\nn=x\n\nHTTP/1.1 200 OK\n");
    assert_eq!(
        found(&api(true), &capture, &[]).0,
        [
            "missing-property required property `ids` is missing 5:1 ",
            "wrong-type `n` is a string; expected integer 5:3 /n",
        ]
    );
    let folder = folder(&[
        ("old.json", &api(false)),
        ("new.json", &api(true)),
        ("a.http", &capture),
    ]);
    let run = wiredrift(
        folder.path(),
        &["report", "old.json", "new.json", "a.http", "--no-config"],
        "",
    );
    let text = unwrapped(&run.stdout);
    assert!(
        text.contains("form parameter `ids` is now required"),
        "{text}"
    );
    assert!(text.contains("Missing in the only exchange"), "{text}");
}

/// Of a long file, only the length is known, and lines after it keep their numbers.
#[test]
fn an_upload_may_be_longer_than_what_is_kept() {
    let media = json!({"schema": {"type": "object", "properties": {
        "file": {"type": "string", "format": "binary", "maxLength": 100_000}, "n": {"type": "integer"}}}});
    let contract = api("1", "multipart/form-data", &media);
    let line = "0123456789\n";
    for (lines, is_long) in [(9_000, false), (20_000, true)] {
        let file = line.repeat(lines);
        let body = format!(
            "--x\nContent-Disposition: form-data; name=\"file\"; filename=\"f\"\n\n{file}\n--x\nContent-Disposition: form-data; name=\"n\"\n\ny\n--x--\n"
        );
        let capture = format!(
            "POST /a HTTP/1.1\nHost: h\nContent-Type: multipart/form-data; boundary=x\nContent-Length: {}\n\n{body}\nHTTP/1.1 200 OK\n",
            body.len()
        );
        let (findings, _) = found(&contract, &capture, &["--level", "missing-body=off"]);
        let of_number = format!(
            "wrong-type `n` is a string; expected integer {}:1 /n",
            9 + lines + 4
        );
        let of_length =
            "length-bounds `file` must have at most 100000 characters 9:1 /file".to_owned();
        let expected = match is_long {
            true => vec![of_number, of_length],
            false => vec![of_number],
        };
        assert_eq!(findings, expected);
    }
}

#[test]
fn the_samples_drift_as_their_description_says() {
    let captures = "samples/petstore/captures/drifting";
    for name in ["reserve-pet", "upload-photo", "pet-passport", "live-sales"] {
        let capture = format!("{captures}/{name}.http");
        let run = wiredrift(
            root(),
            &[
                "check",
                &capture,
                "-c",
                "samples/petstore/openapi.yaml",
                "-o",
                "short",
                "--no-config",
            ],
            "",
        );
        insta::assert_snapshot!(name, run.stdout);
    }
}

#[test]
fn headers_of_parts_are_compared() {
    let media = json!({
        "schema": {"type": "object", "properties": {"image": {"type": "string"}, "note": {"type": "string"}}},
        "encoding": {"image": {"headers": {
            "X-Width": {"required": true, "schema": {"type": "integer"}},
            "X-Kind": {"schema": {"enum": ["photo", "scan"]}},
        }}},
    });
    let contract = api("1", "multipart/form-data", &media);
    for (headers, expected) in [
        ("\nX-Width: 3\nX-Kind: photo", vec![]),
        (
            "",
            vec!["missing-parameter required header `X-Width (part image)` was not sent 6:1 "],
        ),
        (
            "\nx-width: wide\nX-Kind: film",
            vec![
                "parameter-value header `X-Kind (part image)` is \"film\"; expected one of 2 values 6:1 ",
                "parameter-value header `X-Width (part image)` is \"wide\"; expected integer 6:1 ",
            ],
        ),
    ] {
        let body = format!(
            "--x\nContent-Disposition: form-data; name=\"image\"{headers}\n\npixels\n--x\nContent-Disposition: form-data; name=\"note\"\n\nn\n--x--"
        );
        let capture = exchange("multipart/form-data; boundary=x", &body);
        let (findings, _) = found(&contract, &capture, &["--side", "request"]);
        assert_eq!(findings, expected, "{headers}");
    }
}

#[test]
fn changes_of_xml_objects_are_breaking_where_xml_is_sent() {
    let api = |media_type: &str, version: &str, xml: &Value| {
        let schema =
            json!({"type": "object", "properties": {"id": {"type": "integer", "xml": xml}}});
        api(version, media_type, &json!({"schema": schema}))
    };
    let table = [
        (json!({"attribute": true}), json!({}), true),
        (json!({"name": "a"}), json!({"name": "b"}), true),
        (json!({}), json!({"name": "b"}), true),
        (
            json!({"name": "a", "prefix": "p"}),
            json!({"name": "a"}),
            false,
        ),
    ];
    for (old, new, is_change) in table {
        for (media_type, is_xml) in [("application/xml", true), ("application/json", false)] {
            let folder = folder(&[
                ("old.json", &api(media_type, "1", &old)),
                ("new.json", &api(media_type, "2", &new)),
                ("a.http", &exchange(media_type, "<a><id>1</id></a>")),
            ]);
            let run = wiredrift(
                folder.path(),
                &["diff", "old.json", "new.json", "--no-config", "-o", "short"],
                "",
            );
            assert_eq!(
                run.stdout.contains("error[xml-changed]"),
                is_change && is_xml,
                "{old} {new} {media_type} {}",
                run.stdout
            );
            assert_eq!(
                run.code,
                i32::from(is_change && is_xml),
                "{old} {new} {media_type}"
            );
        }
    }
}

/// `curl -i` prints no URL: the operation is named by an option or by the file.
#[test]
fn a_response_without_a_url_is_compared_if_its_operation_is_named() {
    let contract = api(
        "1",
        "text/plain",
        &json!({"schema": {"enum": ["UP", "DOWN"]}}),
    );
    let response = "HTTP/1.1 200 OK\nContent-Type: text/plain\n\nBROKEN\n";
    let folder = folder(&[
        ("api.json", &contract),
        ("a.http", response),
        ("send.response.http", response),
    ]);
    for arguments in [
        &[
            "check",
            "a.http",
            "-c",
            "api.json",
            "--operation",
            "send",
            "-o",
            "short",
        ][..],
        &[
            "check",
            "send.response.http",
            "-c",
            "api.json",
            "-o",
            "short",
        ],
    ] {
        let run = wiredrift(folder.path(), &[arguments, &["--no-config"]].concat(), "");
        assert!(
            run.stdout.contains("error[enum-value]"),
            "{arguments:?} {}{}",
            run.stdout,
            run.stderr
        );
    }
    let run = wiredrift(
        folder.path(),
        &[
            "check",
            "a.http",
            "-c",
            "api.json",
            "-o",
            "short",
            "--no-config",
        ],
        "",
    );
    assert_eq!(run.code, 2, "{}", run.stdout);
}
