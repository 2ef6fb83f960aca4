//! Changes around schemas.

#![expect(
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "tables of JSON literals"
)]

use serde_json::{Value as Json, json};

use super::{Counts, exchange};

/// A change around schemas, exchanges, and what they say about it.
pub(super) struct Around {
    pub(super) rule: &'static str,
    pub(super) old: Json,
    pub(super) new: Json,
    pub(super) exchanges: Vec<String>,
    pub(super) counts: Counts,
}

/// The operation with these parameters.
fn with(parameters: Json) -> Json {
    json!({
        "operationId": "create",
        "parameters": parameters,
        "responses": {"204": {"description": ""}}
    })
}

fn query(name: &str, required: bool, schema: Json) -> Json {
    json!({"name": name, "in": "query", "required": required, "schema": schema})
}

/// Requests with these queries, each answered with an empty response.
fn asking(queries: &[&str]) -> Vec<String> {
    let exchange = |query: &&str| exchange(query, ("", None), ("204 No Content", "", None));
    queries.iter().map(exchange).collect()
}

/// The operation with these responses.
fn answering(responses: Json) -> Json {
    json!({"operationId": "create", "responses": responses})
}

/// Responses with these statuses and headers.
fn answered(responses: &[(&str, &str)]) -> Vec<String> {
    let exchange =
        |(status, headers): &(&str, &str)| exchange("", ("", None), (status, headers, None));
    responses.iter().map(exchange).collect()
}

/// The operation with this request body.
fn taking(body: Json) -> Json {
    json!({"operationId": "create", "requestBody": body, "responses": {"204": {"description": ""}}})
}

fn sending(requests: &[(&str, Option<&str>)]) -> Vec<String> {
    let exchange =
        |request: &(&str, Option<&str>)| exchange("", *request, ("204 No Content", "", None));
    requests.iter().map(exchange).collect()
}

pub(super) fn around() -> Vec<Around> {
    let row = |rule, (old, new): (Json, Json), exchanges, counts| Around {
        rule,
        old,
        new,
        exchanges,
        counts,
    };
    let text = || json!({"type": "string"});
    let size = |required, schema| with(json!([query("size", required, schema)]));
    let ids = |explode: bool, schema: Json| {
        let mut parameter = query("ids", false, json!({"type": "array", "items": schema}));
        parameter["explode"] = explode.into();
        with(json!([parameter]))
    };
    let no_content = || json!({"description": ""});
    let tagged = |required: bool| json!({"description": "", "headers": {"X-Tag": {"required": required, "schema": {"type": "string"}}}});
    let json_body =
        |required: bool| json!({"required": required, "content": {"application/json": {}}});
    vec![
        row(
            "parameter-removed",
            (size(false, text()), with(json!([]))),
            asking(&["?size=m", "", "?other=1"]),
            [3, 3, 1, 0],
        ),
        row(
            "parameter-added",
            (with(json!([])), size(true, text())),
            asking(&["?size=m", "", ""]),
            [3, 3, 2, 0],
        ),
        row(
            "parameter-added",
            (with(json!([])), size(false, text())),
            asking(&["?size=m", "", ""]),
            [3, 0, 0, 1],
        ),
        row(
            "parameter-required",
            (size(false, text()), size(true, text())),
            asking(&["?size=m", "", ""]),
            [3, 3, 2, 0],
        ),
        row(
            "parameter-optional",
            (size(true, text()), size(false, text())),
            asking(&["?size=m", ""]),
            [2, 0, 0, 0],
        ),
        // Clients that leave it out get another value.
        row(
            "default-changed",
            (
                size(false, json!({"type": "integer", "default": 10})),
                size(false, json!({"type": "integer", "default": 20})),
            ),
            asking(&["?size=5", "", "", ""]),
            [4, 4, 3, 0],
        ),
        // A single value is serialised the same way.
        row(
            "parameter-encoding",
            (ids(true, text()), ids(false, text())),
            asking(&["?ids=a&ids=b", "?ids=a", ""]),
            [3, 3, 1, 0],
        ),
        row(
            "enum-value-removed",
            (
                ids(true, json!({"enum": ["a", "b"]})),
                ids(true, json!({"enum": ["a"]})),
            ),
            asking(&["?ids=a&ids=b", "?ids=a", ""]),
            [3, 3, 1, 0],
        ),
        row(
            "enum-value-added",
            (
                size(false, json!({"enum": ["a"]})),
                size(false, json!({"enum": ["a", "b"]})),
            ),
            asking(&["?size=a", "?size=b"]),
            [2, 0, 0, 1],
        ),
        row(
            "bounds-narrowed",
            (
                size(false, json!({"type": "integer"})),
                size(false, json!({"type": "integer", "maximum": 10})),
            ),
            asking(&["?size=5", "?size=50", "?size=x", ""]),
            [4, 4, 1, 0],
        ),
        row(
            "status-removed",
            (
                answering(json!({"200": no_content(), "202": no_content()})),
                answering(json!({"200": no_content()})),
            ),
            answered(&[("200 OK", ""), ("202 Accepted", "")]),
            [2, 2, 1, 0],
        ),
        row(
            "status-added",
            (
                answering(json!({"200": no_content()})),
                answering(json!({"200": no_content(), "202": no_content()})),
            ),
            answered(&[("200 OK", ""), ("202 Accepted", "")]),
            [2, 0, 0, 1],
        ),
        row(
            "header-removed",
            (
                answering(json!({"200": tagged(false)})),
                answering(json!({"200": no_content()})),
            ),
            answered(&[("200 OK", ""), ("200 OK", "X-Tag: a\r\n")]),
            [2, 2, 1, 0],
        ),
        row(
            "header-added",
            (
                answering(json!({"200": no_content()})),
                answering(json!({"200": tagged(false)})),
            ),
            answered(&[("200 OK", ""), ("200 OK", "X-Tag: a\r\n")]),
            [2, 0, 0, 1],
        ),
        row(
            "header-required",
            (
                answering(json!({"200": tagged(false)})),
                answering(json!({"200": tagged(true)})),
            ),
            answered(&[("200 OK", ""), ("200 OK", "X-Tag: a\r\n")]),
            [2, 0, 0, 0],
        ),
        row(
            "header-optional",
            (
                answering(json!({"200": tagged(true)})),
                answering(json!({"200": tagged(false)})),
            ),
            answered(&[("200 OK", ""), ("200 OK", "X-Tag: a\r\n")]),
            [2, 0, 0, 0],
        ),
        row(
            "body-removed",
            (taking(json_body(false)), with(json!([]))),
            sending(&[("", Some("{}")), ("", None)]),
            [2, 2, 1, 0],
        ),
        row(
            "body-added",
            (with(json!([])), taking(json_body(true))),
            sending(&[("", Some("{}")), ("", None), ("", None)]),
            [3, 3, 2, 0],
        ),
        // One response already has it.
        row(
            "body-added",
            (
                answering(json!({"200": no_content()})),
                answering(json!({"200": {"description": "", "content": {"application/json": {}}}})),
            ),
            vec![
                exchange("", ("", None), ("200 OK", "", Some("{}"))),
                exchange("", ("", None), ("200 OK", "", None)),
            ],
            [2, 0, 0, 1],
        ),
        row(
            "body-required",
            (taking(json_body(false)), taking(json_body(true))),
            sending(&[("", Some("{}")), ("", None), ("", None)]),
            [3, 3, 2, 0],
        ),
        row(
            "body-optional",
            (taking(json_body(true)), taking(json_body(false))),
            sending(&[("", Some("{}")), ("", None)]),
            [2, 0, 0, 0],
        ),
        row(
            "media-type-removed",
            (
                taking(
                    json!({"content": {"application/json": {}, "application/x-thing+json": {}}}),
                ),
                taking(json_body(false)),
            ),
            sending(&[
                ("", Some("{}")),
                ("Content-Type: application/x-thing+json\r\n", Some("{}")),
                ("", None),
            ]),
            [2, 2, 1, 0],
        ),
        row(
            "media-type-added",
            (
                taking(json_body(false)),
                taking(
                    json!({"content": {"application/json": {}, "application/x-thing+json": {}}}),
                ),
            ),
            sending(&[
                ("", Some("{}")),
                ("Content-Type: application/x-thing+json\r\n", Some("{}")),
                ("", None),
            ]),
            [2, 0, 0, 1],
        ),
        row(
            "deprecation-added",
            (with(json!([])), {
                let mut operation = with(json!([]));
                operation["deprecated"] = true.into();
                operation
            }),
            asking(&["", ""]),
            [2, 2, 2, 0],
        ),
        row(
            "security-narrowed",
            (secured(json!([])), secured(json!([{"key": []}]))),
            asking(&["", ""]),
            [2, 2, 2, 0],
        ),
        row(
            "security-widened",
            (secured(json!([{"key": []}])), secured(json!([]))),
            asking(&["", ""]),
            [2, 0, 0, 0],
        ),
        row(
            "security-changed",
            (
                secured(json!([{"key": []}])),
                secured(json!([{"other": []}])),
            ),
            asking(&[""]),
            [1, 1, 1, 0],
        ),
        row(
            "link-removed",
            (linked(Some("one")), linked(None)),
            answered(&[("200 OK", "")]),
            [1, 1, 1, 0],
        ),
        row(
            "link-changed",
            (linked(Some("one")), linked(Some("other"))),
            answered(&[("200 OK", "")]),
            [1, 1, 1, 0],
        ),
        row(
            "link-added",
            (linked(None), linked(Some("one"))),
            answered(&[("200 OK", "")]),
            [1, 0, 0, 0],
        ),
        row(
            "body-encoding",
            (form("application/json"), form("text/plain")),
            sending(&[
                (
                    "Content-Type: multipart/form-data; boundary=b\r\n",
                    Some("--b--"),
                ),
                ("", None),
            ]),
            [2, 2, 1, 0],
        ),
    ]
}

/// The operation with these security requirements.
fn secured(requirements: Json) -> Json {
    let mut operation = with(json!([]));
    operation["security"] = requirements;
    operation
}

/// The operation with a link to this operation.
fn linked(operation: Option<&str>) -> Json {
    let links = match operation {
        Some(id) => json!({"next": {"operationId": id}}),
        None => json!({}),
    };
    answering(json!({"200": {"description": "", "links": links}}))
}

/// The operation with a form, whose part is of this media type.
fn form(media_type: &str) -> Json {
    taking(json!({"content": {"multipart/form-data": {
        "schema": {"type": "object", "properties": {"a": {"type": "string"}}},
        "encoding": {"a": {"contentType": media_type}}
    }}}))
}
