//! What the captures leave open, which traffic counts, and what the report says.

use std::fs;

use serde_json::{Value, json};

use super::{JSON, Sent, answer, api, body, entry, expect, folder, gate, object, query};
use crate::common;

/// What was not captured, or could not be compared, is not called unused.
#[test]
fn what_cannot_be_decided_fails_the_gate() {
    let closed = |names: &[&str]| {
        let properties: Value = names
            .iter()
            .map(|name| ((*name).to_owned(), json!({"type": "string"})))
            .collect();
        json!({"type": "object", "properties": properties, "additionalProperties": false})
    };
    let of = |media_type: &str, schema: &Value| {
        json!({
        "requestBody": {"required": true, "content": {media_type: {"schema": schema}}}})
    };
    let multipart = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--X--\r\n";
    let rows: [(&str, Sent<'_>); 3] = [
        (
            "application/xml",
            Some(("application/xml", "<root><a>1</root>")),
        ),
        (JSON, Some((JSON, "{\"a\":"))),
        (JSON, None),
    ];
    for (declared, sent) in rows {
        let contracts = (
            &api("post", &of(declared, &closed(&["a", "b"]))),
            &api("post", &of(declared, &closed(&["b"]))),
        );
        let exchange = entry(("POST", "/things", sent), (200, Some((JSON, "{}"))));
        let (stdout, _) = expect(&format!("{declared} {sent:?}"), contracts, &[exchange], 1);
        let stdout = stdout.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            stdout.contains("cannot be decided from the captures"),
            "{stdout}"
        );
        assert!(
            stdout.contains("was not captured or not compared in 1 exchange"),
            "{stdout}"
        );
        // Another operation says nothing about it.
        expect(
            declared,
            contracts,
            &[entry(("GET", "/things/1", None), (200, None))],
            0,
        );
    }
    // Bodies that are read as values are decided like JSON.
    let read: [(&str, Sent<'_>); 6] = [
        (
            "application/x-www-form-urlencoded",
            Some(("application/x-www-form-urlencoded", "a=1&b=2")),
        ),
        (
            "multipart/form-data",
            Some(("multipart/form-data; boundary=X", multipart)),
        ),
        (
            "application/xml",
            Some(("application/xml", "<root><a>1</a></root>")),
        ),
        (
            "application/x-ndjson",
            Some(("application/x-ndjson", "{\"a\": \"1\"}\n{\"b\": \"2\"}\n")),
        ),
        (
            "text/event-stream",
            Some(("text/event-stream", "data: {\"a\": \"1\"}\n\n")),
        ),
        (JSON, Some(("text/plain", "{\"a\": \"1\"}"))),
    ];
    for (declared, sent) in read {
        let contracts = (
            &api("post", &of(declared, &closed(&["a", "b"]))),
            &api("post", &of(declared, &closed(&["b"]))),
        );
        let exchange = entry(("POST", "/things", sent), (200, Some((JSON, "{}"))));
        let (stdout, _) = expect(&format!("{declared} {sent:?}"), contracts, &[exchange], 1);
        assert!(
            stdout.contains("1 of 1 exchange of the old version (100 %)"),
            "{stdout}"
        );
    }
    let unused: [(&str, Sent<'_>); 3] = [
        (
            "application/x-www-form-urlencoded",
            Some(("application/x-www-form-urlencoded", "b=2")),
        ),
        (
            "application/xml",
            Some(("application/xml", "<root><b>1</b></root>")),
        ),
        (
            "application/x-ndjson",
            Some(("application/x-ndjson", "{\"b\": \"1\"}\n{\"b\": \"2\"}\n")),
        ),
    ];
    for (declared, sent) in unused {
        let contracts = (
            &api("post", &of(declared, &closed(&["a", "b"]))),
            &api("post", &of(declared, &closed(&["b"]))),
        );
        let exchange = entry(("POST", "/things", sent), (200, Some((JSON, "{}"))));
        expect(&format!("{declared} {sent:?}"), contracts, &[exchange], 0);
    }
    // A response that was not captured.
    let contracts = (
        &api("get", &answer(&object(&json!({"a": {"type": "string"}})))),
        &api("get", &answer(&object(&json!({"a": {"type": "integer"}})))),
    );
    expect(
        "no response",
        contracts,
        &[entry(("GET", "/things", None), (0, None))],
        1,
    );
    expect(
        "no body",
        contracts,
        &[entry(("GET", "/things", None), (200, None))],
        1,
    );
    // Another status has another body.
    expect(
        "404",
        contracts,
        &[entry(("GET", "/things", None), (404, Some((JSON, "{}"))))],
        0,
    );
}

/// Nobody knows which value a placeholder stands for.
#[test]
fn a_placeholder_may_stand_for_any_value() {
    let of = |values: Value| {
        let mut operation = query(&json!({"enum": values}));
        operation["requestBody"] =
            body(&object(&json!({"a": {"enum": values}})))["requestBody"].clone();
        api("post", &operation)
    };
    let contracts = (&of(json!(["x", "y"])), &of(json!(["y"])));
    for (q, a, code) in [("y", "y", 0), ("{{q}}", "y", 1), ("y", "{{a}}", 1)] {
        let text = format!("{{\"a\": \"{a}\"}}");
        let request = ("POST", &*format!("/things?q={q}"), Some((JSON, &*text)));
        expect(
            q,
            contracts,
            &[entry(request, (200, Some((JSON, "{}"))))],
            code,
        );
    }
}

/// A payload that was captured alone says nothing about its request.
#[test]
fn a_payload_alone_leaves_its_request_open() {
    let both = |values: Value| {
        let mut operation = query(&json!({"enum": values}));
        operation["responses"] =
            answer(&object(&json!({"a": {"type": "string"}})))["responses"].clone();
        operation
    };
    let folder = folder(
        &api("get", &both(json!(["x", "y"]))),
        &api("get", &both(json!(["y"]))),
        &[],
    );
    fs::write(folder.path().join("thing.200.json"), r#"{"a": "x"}"#).expect("written");
    let arguments = [
        "report",
        "old.json",
        "new.json",
        "thing.200.json",
        "--fail-on",
        "used",
    ];
    let (code, stdout, stderr) = common::run_in(folder.path(), &arguments, "");
    assert_eq!(code, 1, "{stdout}{stderr}");
}

/// Each contract decides which of its ranges a media type belongs to.
#[test]
fn media_types_are_matched_as_when_bodies_are_compared() {
    let of = |ranges: &[&str]| {
        let content: Value = ranges
            .iter()
            .map(|range| ((*range).to_owned(), json!({"schema": {}})))
            .collect();
        json!({"responses": {"200": {"description": "ok", "content": content}}})
    };
    for (old, new, sent, code) in [
        (
            &["application/json", "image/*"][..],
            &["application/json"][..],
            "image/png",
            1,
        ),
        (
            &["application/json; charset=utf-8"],
            &["application/xml"],
            "application/json; charset=utf-8",
            1,
        ),
        (
            &["application/json"],
            &["application/xml"],
            "application/json; charset=utf-8",
            1,
        ),
        (
            &["application/json"],
            &["application/xml"],
            "application/vnd.api+json",
            1,
        ),
        (
            &["application/json", "text/csv"],
            &["application/json"],
            "application/json",
            0,
        ),
    ] {
        let contracts = (&api("get", &of(old)), &api("get", &of(new)));
        let exchange = entry(("GET", "/things", None), (200, Some((sent, "{}"))));
        expect(
            &format!("{old:?} → {new:?}: {sent}"),
            contracts,
            &[exchange],
            code,
        );
    }
    let of = |range: &str| json!({"requestBody": {"content": {range: {}, "application/json": {"schema": {}}}}});
    let contracts = (&api("post", &of("image/*")), &api("post", &of("image/png")));
    for (sent, code) in [("image/gif", 1), ("image/png", 0), ("application/json", 0)] {
        let exchange = entry(
            ("POST", "/things", Some((sent, "{}"))),
            (200, Some((JSON, "{}"))),
        );
        expect(sent, contracts, &[exchange], code);
    }
}

#[test]
fn a_header_of_a_response_is_used_if_it_was_sent() {
    let of = |kind: &str, name: &str| {
        let mut answer = answer(&json!({}));
        answer["responses"]["200"]["headers"] = json!({name: {"schema": {"type": kind}}});
        answer
    };
    let read = entry(("GET", "/things", None), (200, Some((JSON, "{}"))));
    for (name, code) in [("X-A", 1), ("X-B", 0)] {
        let contracts = (
            &api("get", &of("integer", name)),
            &api("get", &of("string", name)),
        );
        expect(name, contracts, std::slice::from_ref(&read), code);
    }
}

/// A response that has drifted towards the new version does not make its request one of the new version.
#[test]
fn traffic_that_looks_new_hides_no_use() {
    let of = |values: Value, note: Value| {
        let mut operation = query(&json!({"enum": values}));
        operation["responses"] = answer(&object(&json!({"note": note})))["responses"].clone();
        operation
    };
    let contracts = (
        &api(
            "get",
            &of(json!(["asc", "desc"]), json!({"type": "string"})),
        ),
        &api(
            "get",
            &of(json!(["asc"]), json!({"type": ["string", "null"]})),
        ),
    );
    let exchange = |query: &str, note: &str| {
        entry(
            ("GET", &format!("/things{query}"), None),
            (200, Some((JSON, &format!("{{\"note\": {note}}}")))),
        )
    };
    let (stdout, stderr) = expect(
        "only that",
        contracts,
        &[exchange("?sort=asc&q=desc", "null")],
        2,
    );
    assert!(
        stderr.contains("no exchange in the captures belongs to"),
        "{stdout}{stderr}"
    );
    let (stdout, _) = expect(
        "with others",
        contracts,
        &[exchange("?q=desc", "null"), exchange("", "\"x\"")],
        1,
    );
    assert!(
        stdout.contains("query parameter `q` lost `desc`"),
        "{stdout}"
    );
    // Bounds, too, and not only values that are listed.
    let of = |most: u32, note: Value| {
        let mut operation = query(&json!({"type": "integer", "maximum": most}));
        operation["responses"] = answer(&object(&json!({"note": note})))["responses"].clone();
        operation
    };
    let contracts = (
        &api("get", &of(100, json!({"type": "integer"}))),
        &api("get", &of(50, json!({"type": "number"}))),
    );
    let others = [exchange("?q=60", "1.5"), exchange("?q=1", "1")];
    expect("bounds", contracts, &others, 1);
    // An operation that only the old version has, where the path matches another one, too.
    let special = |kind: &str, has_it: bool| {
        let mut api = api("get", &json!({}));
        api["paths"]["/things/{id}"]["get"]["responses"] =
            answer(&object(&json!({"id": {"type": "string"}})))["responses"].clone();
        if has_it {
            api["paths"]["/things/special"] = json!({"get": {
                "operationId": "special", "responses": answer(&object(&json!({"id": {"type": kind}})))["responses"]
            }});
        }
        api
    };
    let contracts = (&special("integer", true), &special("integer", false));
    let read = |path: &str, text: &str| entry(("GET", path, None), (200, Some((JSON, text))));
    let both = [
        read("/things/special", r#"{"id": "x"}"#),
        read("/things", "{}"),
    ];
    expect("shadowed", contracts, &both, 1);
}

/// Captures of the new version alone show nothing about the old one.
#[test]
fn traffic_of_the_old_version_is_needed() {
    let mut new = api("get", &json!({}));
    let paths = new["paths"].as_object_mut().expect("paths");
    let operation = paths.remove("/things").expect("a path");
    paths.insert("/v2/things".to_owned(), operation);
    let old = api("get", &json!({}));
    let read = |path: &str| entry(("GET", path, None), (200, Some((JSON, "{}"))));
    let (stdout, stderr) = expect("new", (&old, &new), &[read("/v2/things")], 2);
    assert!(
        stderr.contains("no exchange in the captures belongs to old.json"),
        "{stderr}"
    );
    assert!(!stdout.contains("None of"), "{stdout}");
    expect("old", (&old, &new), &[read("/things")], 1);
}

#[test]
fn nothing_that_can_be_read_is_no_pass() {
    let of = |values: Value| api("post", &body(&object(&json!({"a": {"enum": values}}))));
    let folder = folder(&of(json!(["x", "y"])), &of(json!(["y"])), &[]);
    fs::write(
        folder.path().join("traffic.har"),
        "{\"log\": {\"entries\": [",
    )
    .expect("written");
    for more in [&["--keep-going"][..], &[]] {
        let (code, stdout, stderr) = gate(folder.path(), more);
        assert_eq!(code, 2, "{stdout}{stderr}");
        assert!(
            stderr.contains("error: cannot read traffic.har"),
            "{stderr}"
        );
    }
    // A capture that does not exist, with a name that nearly does.
    let arguments = [
        "report",
        "old.json",
        "new.json",
        "trafic.har",
        "--fail-on",
        "used",
    ];
    let (code, stdout, stderr) = common::run_in(folder.path(), &arguments, "");
    assert_eq!(code, 2, "{stdout}{stderr}");
    let message =
        "error: cannot read trafic.har: no such file or folder; did you mean `traffic.har`?";
    assert!(stderr.contains(message), "{stderr}");
    assert!(!stdout.contains(":1:1"), "{stdout}");
}

/// A request that was already invalid, and that the server rejected, depends on nothing.
#[test]
fn a_rejected_request_that_was_already_invalid_is_no_use() {
    let of = |required: Value| {
        let mut schema =
            object(&json!({"roomId": {"type": "integer"}, "guests": {"type": "integer"}}));
        schema["required"] = required;
        let mut operation = body(&schema);
        operation["responses"] =
            json!({"200": {"description": "ok"}, "422": {"description": "no"}});
        operation
    };
    let contracts = (
        &api("post", &of(json!([]))),
        &api("post", &of(json!(["guests"]))),
    );
    let sent =
        |text: &str, status: u16| entry(("POST", "/things", Some((JSON, text))), (status, None));
    let fine = sent(r#"{"roomId": 1, "guests": 2}"#, 200);
    let invalid = |status| sent(r#"{"roomId": "one"}"#, status);
    let (stdout, _) = expect("rejected", contracts, &[fine.clone(), invalid(422)], 0);
    assert!(
        stdout.contains("Never missing in 1 payload of the old version"),
        "{stdout}"
    );
    // The server accepted it, or rejected a valid one for another reason.
    expect("accepted", contracts, &[fine.clone(), invalid(200)], 1);
    expect(
        "valid",
        contracts,
        &[fine, sent(r#"{"roomId": 1}"#, 422)],
        1,
    );
}

/// With the gate, what the traffic does not use is a warning in every format.
#[test]
fn all_formats_show_the_same_level() {
    let of = |names: Value| api("post", &body(&object(&json!({"a": {"enum": names}}))));
    let sent = |value: &str| {
        let text = format!("{{\"a\": \"{value}\"}}");
        entry(
            ("POST", "/things", Some((JSON, &text))),
            (200, Some((JSON, "{}"))),
        )
    };
    for (value, level, lowered) in [("x", "error", false), ("y", "warning", true)] {
        let folder = folder(&of(json!(["x", "y"])), &of(json!(["y"])), &[sent(value)]);
        for (format, word) in [
            ("text", format!("{level}: `/a` lost `x`")),
            ("short", format!("{level}[enum-value-removed]")),
            ("markdown", format!("{level}**: `/a` lost `x`")),
            ("github", format!("::{level} ")),
            ("html", format!("1 {level}")),
        ] {
            let (code, stdout, stderr) = gate(folder.path(), &["--output", format]);
            assert_eq!(code, i32::from(!lowered), "{format}\n{stdout}{stderr}");
            assert!(stdout.contains(&word), "{format} lacks {word}\n{stdout}");
            assert!(
                ["github", "short"].contains(&format) || stdout.contains("major version"),
                "{format}\n{stdout}"
            );
        }
        let (_, stdout, _) = gate(folder.path(), &["--output", "json"]);
        let report: Value = serde_json::from_str(&stdout).expect("JSON");
        assert_eq!(report["diff"]["changes"][0]["level"], json!(level));
        assert_eq!(
            report["impact"][0]["use"],
            json!(if lowered { "unused" } else { "used" })
        );
        assert_eq!(report["diff"]["summary"]["release"], json!("major"));
    }
}

/// What only the other side sends is not safe to ignore.
#[test]
fn the_report_says_on_which_side_a_value_was_seen() {
    let of = |values: Value| {
        let schema = json!({"$ref": "#/components/schemas/Room"});
        let mut operation = body(&schema);
        operation["responses"] = answer(&schema)["responses"].clone();
        let mut api = api("post", &operation);
        api["components"] =
            json!({"schemas": {"Room": object(&json!({"status": {"enum": values}}))}});
        api
    };
    let exchange = |sent: &str, answered: &str| {
        entry(
            ("POST", "/things", Some((JSON, sent))),
            (200, Some((JSON, answered))),
        )
    };
    let contracts = (&of(json!(["free", "maintenance"])), &of(json!(["free"])));
    let (free, maintenance) = (r#"{"status": "free"}"#, r#"{"status": "maintenance"}"#);
    let (stdout, _) = expect("response", contracts, &[exchange(free, maintenance)], 0);
    assert!(
        stdout.contains("Never seen in 1 payload of the old version; seen in 1 response"),
        "{stdout}"
    );
    assert!(!stdout.contains("safe to ignore"), "{stdout}");
    let (stdout, _) = expect("neither", contracts, &[exchange(free, free)], 0);
    assert!(stdout.contains("safe to ignore"), "{stdout}");
    expect("request", contracts, &[exchange(maintenance, free)], 1);
}
