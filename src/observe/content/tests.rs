//! Bodies and the values that they are read as, against what independent encoders write.

use proptest::prelude::*;
use serde_json::{Value as Json, json};

use super::*;
use crate::contract::{Contract, Payload};
use crate::location::{Origin, Position};

/// A contract whose only operation takes this media type.
fn contract_of(media_type: &str, media: &Json) -> Contract {
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/": {"post": {
            "operationId": "send",
            "requestBody": {"content": {media_type: media}},
            "responses": {"200": {"description": "d"}},
        }}},
    });
    of_document(&document)
}

fn of_document(document: &Json) -> Contract {
    Contract::from_openapi(document).expect("a contract")
}

fn body_of<'b>(bytes: &'b [u8], media_type: &str) -> Body<'b> {
    let origin = Origin {
        file: "a".into(),
        entry: None,
        position: Position::START,
    };
    Body::verbatim(bytes, origin).with_media_type(Some(media_type))
}

/// What a body is read as, and the places of its parts; or what is wrong with it.
fn value(contract: &Contract, media_type: &str, bytes: &[u8]) -> String {
    let body = body_of(bytes, media_type);
    let operation = contract.operation("send").expect("the operation");
    let Some(Payload::Content(content)) = operation.payload(crate::location::Side::Request, None) else {
        return "no content".to_owned();
    };
    let media = content.covering(media_type).expect("declared");
    let schema = media.schema.expect("a schema");
    match read(&contract.graph, schema, Some(media), ContentKind::of(media_type), &body) {
        None => "not read".to_owned(),
        Some(Err(malformed)) => format!("{}: {}", malformed.at, malformed.message),
        Some(Ok(read)) => {
            let text = read.transcript.body().bytes.into_owned();
            let mut text = String::from_utf8(text).expect("UTF-8");
            for part in &read.parts {
                text.push_str(&format!(" {} is {} not {}", part.name, part.media_type, part.declared.join("|")));
            }
            for name in &read.names {
                text.push_str(&format!(" <{}> not {}", name.found, name.expected));
            }
            text
        }
    }
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Every style of OpenAPI 3.1.1 in a form, with the text that RFC 6570 and the specification give for it.
#[test]
fn every_style_is_read_in_a_form() {
    let list = json!({"type": "array", "items": {"type": "string"}});
    let numbers = json!({"type": "array", "items": {"type": "integer"}});
    let rgb = json!({"type": "object", "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}}});
    let text = json!({"type": "string"});
    let integer = json!({"type": "integer"});
    let table = [
        // Scalars.
        (&text, json!({}), "c=a+b%21", json!("a b!")),
        (&text, json!({}), "c=", json!("")),
        (&text, json!({}), "c", json!("")),
        (&text, json!({}), "c=42", json!("42")),
        (&integer, json!({}), "c=42", json!(42)),
        (&integer, json!({}), "c=x", json!("x")),
        (&integer, json!({}), "c=1&c=2", json!([1, 2])),
        // Arrays.
        (&list, json!({}), "c=a&c=b", json!(["a", "b"])),
        (&list, json!({}), "c=a", json!(["a"])),
        (&list, json!({}), "c[]=a&c[]=b", json!(["a", "b"])),
        (&list, json!({}), "c[0]=a&c[1]=b", json!(["a", "b"])),
        (&list, json!({}), "c=[\"a\",\"b\"]", json!(["a", "b"])),
        (&numbers, json!({}), "c=1&c=2", json!([1, 2])),
        (&numbers, json!({"style": "form", "explode": false}), "c=1,2", json!([1, 2])),
        (&numbers, json!({"style": "form", "explode": false}), "c=1%2C2", json!([1, 2])),
        (&numbers, json!({"style": "spaceDelimited", "explode": false}), "c=1%202", json!([1, 2])),
        (&numbers, json!({"style": "spaceDelimited", "explode": false}), "c=1+2", json!([1, 2])),
        (&numbers, json!({"style": "pipeDelimited", "explode": false}), "c=1%7C2", json!([1, 2])),
        (&numbers, json!({"style": "pipeDelimited", "explode": false}), "c=1|2", json!([1, 2])),
        // Objects.
        (&rgb, json!({"style": "deepObject", "explode": true}), "c[R]=1&c[G]=2", json!({"R": 1, "G": 2})),
        (&rgb, json!({}), "c[R]=1&c[G]=2", json!({"R": 1, "G": 2})),
        (&rgb, json!({}), "c=%7B%22R%22%3A1%7D", json!({"R": 1})),
        (&rgb, json!({"contentType": "application/json"}), "c={\"R\":1}", json!({"R": 1})),
        (&rgb, json!({"style": "form", "explode": false}), "c=R,1,G,2", json!({"R": 1, "G": 2})),
    ];
    for (schema, encoding, text, expected) in table {
        let media = json!({
            "schema": {"type": "object", "properties": {"c": schema}},
            "encoding": {"c": encoding},
        });
        let found = value(&contract_of(FORM, &media), FORM, text.as_bytes());
        assert_eq!(found, json!({"c": expected}).to_string(), "{encoding} {text}");
    }
}

#[test]
fn fields_of_a_form_are_told_apart() {
    let media = json!({"schema": {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "age": {"type": ["integer", "null"]},
            "is_new": {"type": "boolean"},
            "tags[]": {"type": "array", "items": {"type": "string"}},
            "address": {"type": "object", "properties": {
                "city": {"type": "string"},
                "floors": {"type": "array", "items": {"type": "integer"}},
            }},
        },
        "additionalProperties": {"type": "number"},
    }});
    let contract = contract_of(FORM, &media);
    let table = [
        ("name=Rex&age=4&is_new=true", r#"{"name":"Rex","age":4,"is_new":true}"#),
        ("age=&name=", r#"{"age":null,"name":""}"#),
        ("name=a%26b%3Dc&name2=1.5", r#"{"name":"a&b=c","name2":1.5}"#),
        ("tags[]=a&name=x&tags[]=b", r#"{"tags[]":["a","b"],"name":"x"}"#),
        (
            "address[city]=Bern&address[floors][]=1&address[floors][]=2",
            r#"{"address":{"city":"Bern","floors":[1,2]}}"#,
        ),
        ("&&name=x&", r#"{"name":"x"}"#),
        ("name=x\r\n", r#"{"name":"x"}"#),
        ("other[a]=1", r#"{"other":{"a":"1"}}"#),
        ("[odd=1", r#"{"[odd":1}"#),
        ("=x", r#"{"":"x"}"#),
        ("name=%ff", r#"{"name":"�"}"#),
        ("{\"name\": \"Rex\"}", "0: expected a form, such as `name=value`; the body looks like JSON"),
        ("<name>Rex</name>", "0: expected a form, such as `name=value`; the body looks like XML or HTML"),
    ];
    for (text, expected) in table {
        assert_eq!(value(&contract, FORM, text.as_bytes()), expected, "{text}");
    }
}

/// What pages and frameworks send, whatever a style says.
#[test]
fn conventions_of_forms_are_known() {
    let rgb = json!({"type": "object", "properties": {"R": {"type": "integer"}, "G": {"type": "integer"}}});
    let variants = json!({"type": "object", "oneOf": [
        {"properties": {"k": {"const": "a"}, "v": {"type": "integer"}}},
        {"properties": {"k": {"const": "b"}, "v": {"type": "string"}}},
    ]});
    let media = json!({
        "schema": {"type": "object", "properties": {
            "color": rgb, "set": {"type": "boolean"}, "o": variants, "flag": {"type": "string"},
        }},
        "encoding": {"color": {"style": "form", "explode": true}},
    });
    let contract = contract_of(FORM, &media);
    let table = [
        ("R=1&G=2", r#"{"color":{"R":1,"G":2}}"#),
        ("set=true&set=false", r#"{"set":true}"#),
        ("set=false", r#"{"set":false}"#),
        ("o[k]=b&o[v]=5", r#"{"o":{"k":"b","v":"5"}}"#),
        ("o[k]=a&o[v]=5", r#"{"o":{"k":"a","v":5}}"#),
        ("flag", r#"{"flag":""}"#),
        ("hunter2", "0: expected a form, such as `name=value`; there is no `=`"),
        ("{\"a\": \"x=1\"}", "0: expected a form, such as `name=value`; the body looks like JSON"),
        (
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B--",
            "0: expected a form, such as `name=value`; the body looks like a multipart form",
        ),
    ];
    for (text, expected) in table {
        assert_eq!(value(&contract, FORM, text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn files_and_parts_are_what_their_schema_says() {
    let media = json!({
        "schema": {"type": "object", "properties": {
            "file": {"type": "string", "format": "binary"},
            "files": {"type": "array", "items": {"type": "string", "format": "binary", "minLength": 5}},
            "data": {"type": "object", "properties": {"a": {"type": "integer"}}},
            "note": {"type": "string"},
        }},
        "encoding": {"data": {"contentType": "application/xml, application/json"}},
    });
    let contract = contract_of("multipart/form-data", &media);
    let named = |name: &str, more: &str| format!("Content-Disposition: form-data; name=\"{name}\"{more}");
    let table = [
        // A file of JSON is a file.
        (named("file", "; filename=\"a.json\"\nContent-Type: application/json"), "[1]", r#"{"file":"[1]"}"#),
        (named("data", "; filename=\"blob\"\nContent-Type: application/json"), "{\"a\": 1}", r#"{"data":{"a": 1}}"#),
        (named("data", "\nContent-Type: application/octet-stream"), "{\"a\": 1}", r#"{"data":{"a": 1}} data is application/octet-stream not application/xml|application/json"#),
        (named("data", "\nContent-Type: application/xml"), "<data><a>1</a></data>", r#"{"data":{"a":1}}"#),
        (named("data", "\nContent-Type: application/json"), "{\"a\"", "85: part `data` is not valid JSON"),
        (named("files", "; filename=\"a.png\"\nContent-Type: image/png"), "123456", r#"{"files":["123456"]}"#),
    ];
    for (headers, content, expected) in table {
        let text = multipart(&[(&headers, content)], "\r\n");
        assert_eq!(value(&contract, MULTIPART, text.as_bytes()), expected, "{text}");
    }
    let latin = [b"--b0\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\ncaf", &[0xe9][..], b"\r\n--b0--"].concat();
    assert_eq!(value(&contract, MULTIPART, &latin), "{\"note\":\"caf\u{e9}\"}");
    // The length of each file counts.
    let bytes = [b"--b0\r\nContent-Disposition: form-data; name=\"files\"; filename=\"x\"\r\n\r\n", &[0xff; 30][..], b"\r\n--b0--"].concat();
    assert_eq!(value(&contract, MULTIPART, &bytes), r#"{"files":["xxxxxx"]}"#);
}

#[test]
fn a_variant_decides_the_types_of_a_form() {
    let media = json!({"schema": {"type": "object", "oneOf": [
        {"properties": {"kind": {"const": "a"}, "value": {"type": "integer"}}, "required": ["kind", "value"]},
        {"properties": {"kind": {"const": "b"}, "value": {"type": "string"}}, "required": ["kind", "value"]},
    ]}});
    let contract = contract_of(FORM, &media);
    assert_eq!(value(&contract, FORM, b"kind=a&value=42"), r#"{"kind":"a","value":42}"#);
    assert_eq!(value(&contract, FORM, b"kind=b&value=42"), r#"{"kind":"b","value":"42"}"#);
}

#[test]
fn swagger_lists_fields_as_parameters() {
    let contract = of_document(&json!({
        "swagger": "2.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/": {"post": {
            "operationId": "send",
            "consumes": ["multipart/form-data", "application/x-www-form-urlencoded"],
            "parameters": [
                {"name": "ids", "in": "formData", "type": "array", "items": {"type": "integer"}},
                {"name": "rows", "in": "formData", "type": "array", "collectionFormat": "pipes",
                 "items": {"type": "array", "items": {"type": "integer"}}},
                {"name": "many", "in": "formData", "type": "array", "collectionFormat": "multi", "items": {"type": "string"}},
                {"name": "photo", "in": "formData", "type": "file", "required": true},
            ],
            "responses": {"200": {"description": "d"}},
        }}},
    }));
    assert_eq!(
        value(&contract, FORM, b"ids=1,2&rows=1,2|3&many=a&many=b"),
        r#"{"ids":[1,2],"rows":[[1,2],[3]],"many":["a","b"]}"#
    );
    let multipart = "--x\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a.txt\"\r\n\r\nhello\r\n--x--";
    assert_eq!(value(&contract, "multipart/form-data; boundary=x", multipart.as_bytes()), r#"{"photo":"hello"}"#);
}

/// A multipart body with these parts: headers and content.
fn multipart(parts: &[(&str, &str)], line: &str) -> String {
    let mut text = String::new();
    for (headers, content) in parts {
        let headers = headers.replace('\n', line);
        text.push_str(&format!("--b0{line}{headers}{line}{line}{content}{line}"));
    }
    text.push_str(&format!("--b0--{line}"));
    text
}

const MULTIPART: &str = "multipart/form-data; boundary=b0";

#[test]
fn parts_are_read_by_their_media_type_and_schema() {
    let media = json!({
        "schema": {"type": "object", "properties": {
            "name": {"type": "string"},
            "age": {"type": "integer"},
            "address": {"type": "object", "properties": {"city": {"type": "string"}}},
            "tags": {"type": "array", "items": {"type": "string"}},
            "photo": {"type": "string", "format": "binary", "maxLength": 10},
            "pages": {"type": "array", "items": {"type": "string", "format": "binary"}},
        }},
        "encoding": {"photo": {"contentType": "image/png, image/jpeg"}},
    });
    let contract = contract_of("multipart/form-data", &media);
    let table: [(&[(&str, &str)], &str); 12] = [
        (&[("Content-Disposition: form-data; name=\"name\"", "Rex")], r#"{"name":"Rex"}"#),
        (&[("content-disposition:form-data;name=name", " a b\r\n")], r#"{"name":" a b\r\n"}"#),
        (&[("Content-Disposition: form-data; name=\"age\"", "4")], r#"{"age":4}"#),
        (
            &[("Content-Disposition: form-data; name=\"address\"\nContent-Type: application/json", "{\"city\": \"Bern\"}")],
            r#"{"address":{"city": "Bern"}}"#,
        ),
        (&[("Content-Disposition: form-data; name=\"address\"", "{\"city\": 1}")], r#"{"address":{"city": 1}}"#),
        (
            &[("Content-Disposition: form-data; name=\"address\"\nContent-Type: application/json", "{{city}}")],
            r#"{"address":"{{city}}"}"#,
        ),
        (
            &[
                ("Content-Disposition: form-data; name=\"tags\"", "a"),
                ("Content-Disposition: form-data; name=\"tags\"", "b"),
            ],
            r#"{"tags":["a","b"]}"#,
        ),
        (&[("Content-Disposition: form-data; name=\"tags[]\"", "a")], r#"{"tags":["a"]}"#),
        (
            &[("Content-Disposition: form-data; name=\"photo\"; filename=\"a.png\"\nContent-Type: image/png", "pixels")],
            r#"{"photo":"pixels"}"#,
        ),
        (
            &[("Content-Disposition: form-data; name=\"photo\"; filename=\"a.gif\"\nContent-Type: image/gif", "pixels")],
            r#"{"photo":"pixels"} photo is image/gif not image/png|image/jpeg"#,
        ),
        (
            &[
                ("Content-Disposition: form-data; name=\"pages\"; filename=\"1\"\nContent-Type: text/plain", "one"),
                ("Content-Disposition: form-data; name=\"pages\"; filename=\"2\"\nContent-Type: text/plain", "two"),
            ],
            r#"{"pages":["one","two"]}"#,
        ),
        (&[], "{}"),
    ];
    for (parts, expected) in table {
        for line in ["\r\n", "\n"] {
            let text = multipart(parts, line);
            assert_eq!(value(&contract, MULTIPART, text.as_bytes()), expected, "{text}");
        }
    }
    // What is too long to be text is as long as the schema can tell.
    let head = "--b0\r\nContent-Disposition: form-data; name=\"photo\"; filename=\"a\"\r\n\r\n";
    let long = [head.as_bytes(), &[0xff; 200_000], b"\r\n--b0--"].concat();
    assert_eq!(value(&contract, MULTIPART, &long), format!("{{\"photo\":\"{}\"}}", "x".repeat(11)));
}

#[test]
fn what_is_wrong_with_a_multipart_body_is_said_with_its_place() {
    let contract = contract_of("multipart/form-data", &json!({"schema": {"type": "object"}}));
    let table = [
        ("--b0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1", "51: the body ends before the last boundary"),
        ("a=1", "0: no line is the boundary `--b0`"),
        ("{\"a\": 1}", "0: no line is the boundary `--b0`; the body looks like JSON"),
        ("{\"a\": 1", "0: no line is the boundary `--b0`"),
        ("<p>Error</p>", "0: no line is the boundary `--b0`; the body looks like XML or HTML"),
        ("--b0\r\n\r\n1\r\n--b0--", "6: a part has no `Content-Disposition` with a `name`"),
        ("--b0\r\nContent-Disposition: form-data\r\n\r\n1\r\n--b0--", "6: a part has no `Content-Disposition` with a `name`"),
        // Text like a boundary inside a line is content.
        (
            "preamble\r\n--b0\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx --b0\r\n--b00\r\n--b0--\r\nepilogue",
            r#"{"a":"x --b0\r\n--b00"}"#,
        ),
    ];
    for (text, expected) in table {
        assert_eq!(value(&contract, MULTIPART, text.as_bytes()), expected, "{text}");
    }
    let body = "--abc\nContent-Disposition: form-data; name=\"a\"\n\n1\n--abc--";
    assert_eq!(value(&contract, "multipart/form-data", body.as_bytes()), r#"{"a":"1"}"#);
    assert_eq!(value(&contract, "multipart/form-data", b"a=1"), "0: the media type names no boundary");
}

#[test]
fn text_has_the_type_that_its_schema_asks_for() {
    let table = [
        (json!({"type": "string"}), "text/plain", "hello\nworld\n", r#""hello\nworld\n""#),
        (json!({"type": "string", "enum": ["ok"]}), "text/plain", "ok\r\n", r#""ok""#),
        (json!({"type": "integer"}), "text/plain", "42\n", "42"),
        (json!({"type": "boolean"}), "text/plain", "true", "true"),
        (json!({"type": "integer"}), "text/plain", "many", r#""many""#),
        (json!({"type": "string"}), "text/csv", "a,b\n1,2", r#""a,b\n1,2""#),
        (json!({"type": "object"}), "text/plain", "hello", "not read"),
        (json!({"type": "string"}), "text/plain", "\u{e9}", "\"\u{e9}\""),
    ];
    for (schema, media_type, text, expected) in table {
        let contract = contract_of(media_type, &json!({"schema": schema}));
        assert_eq!(value(&contract, media_type, text.as_bytes()), expected, "{schema} {text}");
    }
    let contract = contract_of("text/plain", &json!({"schema": {"type": "string"}}));
    assert_eq!(value(&contract, "text/plain", b"a\xff"), "1: text is not valid UTF-8, and no other charset is named");
}

#[test]
fn other_charsets_are_decoded_with_their_places() {
    let table: [(&str, &[u8], Option<&str>); 13] = [
        ("text/plain; charset=iso-8859-1", b"caf\xe9 au lait", Some("caf\u{e9} au lait")),
        ("text/plain; charset=windows-1252", b"\x80 5", Some("\u{20ac} 5")),
        ("text/plain; charset=shift_jis", b"a\x83e\x83Xb", Some("a\u{30c6}\u{30b9}b")),
        ("text/plain; charset=utf-16le", b"\xff\xfea\0\xe9\0", Some("a\u{e9}")),
        ("text/plain; charset=utf-16be", b"\0a\0b", Some("ab")),
        ("application/xml", b"<?xml version=\"1.0\" encoding='ISO-8859-1'?><a>\xe9</a>",
         Some("<?xml version=\"1.0\" encoding='ISO-8859-1'?><a>\u{e9}</a>")),
        // Most captures hold text in UTF-8, whatever the media type says.
        ("text/plain; charset=iso-8859-1", "caf\u{e9}".as_bytes(), None),
        // Without a charset, text is in windows-1252, and anything else is not read.
        ("text/plain", b"caf\xe9", Some("caf\u{e9}")),
        ("application/x-www-form-urlencoded", b"caf\xe9", None),
        ("application/octet-stream; charset=iso-8859-1", b"caf\xe9", None),
        ("text/plain; charset=utf-8", b"caf\xe9", Some("caf\u{e9}")),
        ("application/xml", b"\xff\xfe<\0a\0/\0>\0", Some("<a/>")),
        ("text/plain; charset=unheard-of", b"caf\xe9", Some("caf\u{e9}")),
    ];
    for (media_type, bytes, expected) in table {
        let body = body_of(bytes, media_type);
        let found = recoded(&body, ContentKind::of(media_type));
        let text = found.as_ref().map(|found| String::from_utf8(found.0.body().bytes.into_owned()).expect("UTF-8"));
        assert_eq!(text.as_deref(), expected, "{media_type}");
    }
    let body = body_of(b"\xe9\xe9 x", "text/plain; charset=iso-8859-1");
    let found = recoded(&body, ContentKind::Text).expect("decoded");
    // Each of the two is two bytes in UTF-8.
    assert_eq!(found.0.body().place(5).position.byte, 3);
    assert_eq!(found.0.body().place(2).position.byte, 1);
}

/// The payloads of a sequence.
fn items(media_type: &str, shape: ItemShape, bytes: &[u8]) -> Vec<String> {
    let body = body_of(bytes, media_type);
    let text = |body: &Body<'_>| format!("{}@{}", String::from_utf8_lossy(&body.bytes), body.place(0).position.byte);
    let mut found = Vec::new();
    let read = each_item(ContentKind::of(media_type), shape, &body, &mut |item| match item {
        Item::Part(part) => found.push(text(&part)),
        Item::Event(fields, data) => {
            found.extend(fields.map(|fields| text(&fields.body())));
            found.extend(data.map(|data| text(&data.body())));
        }
    });
    found.extend(read.err().map(|malformed| malformed.message));
    found
}

#[test]
fn sequences_are_split_into_payloads() {
    let item = ItemShape::Item;
    let table: [(&str, ItemShape, &[u8], &[&str]); 16] = [
        ("application/jsonl", item, b"{\"a\":1}\n{\"a\":2}\n", &["{\"a\":1}@0", "{\"a\":2}@8"]),
        ("application/x-ndjson", item, b"\r\n1\r\n\r\n 2 \r\n", &["1@2", "2@8"]),
        ("application/jsonl", item, b"{\n\"a\": 1\n}", &["{\n\"a\": 1\n}@0"]),
        ("application/jsonl", item, b"{\n1", &["{@0", "1@2"]),
        ("application/json-seq", item, b"\x1e{\"a\":\n1}\n\x1e2\n", &["{\"a\":\n1}@1", "2@11"]),
        ("application/json-seq", item, b"1\n2", &["1@0", "2@2"]),
        ("text/event-stream", item, b"data: {\"a\":1}\n\ndata: 2\n\n", &["{\"a\":1}@6", "2@21"]),
        ("text/event-stream", item, b"data:{\"a\":\rdata:1}\r\r: comment\n\ndata: [DONE]\n\n", &["{\"a\":\n1}@5"]),
        // Without data, nothing is dispatched.
        ("text/event-stream", item, b"event: ping\nid: 1\n\n", &[]),
        ("text/event-stream", ItemShape::Event, b"data:\n\nretry: 3000\n\ndata: 1", &["{\"data\":\"1\"}@20", "1@26"]),
        ("text/event-stream", item, b"{\"n\": 1}", &["no line has a field, such as `data: value`; the body looks like JSON"]),
        (
            "text/event-stream",
            ItemShape::Event,
            b"event: add\r\nid: 7\r\nretry: 10\r\ndata: x\r\ndata: y\r\n\r\n",
            &["{\"event\":\"add\",\"id\":\"7\",\"retry\":10,\"data\":\"x\\ny\"}@0", "x\ny@36"],
        ),
        ("text/event-stream", item, b"\xef\xbb\xbfdata: 1", &["1@9"]),
        (
            "multipart/mixed; boundary=b",
            item,
            b"--b\r\nContent-Type: application/json\r\n\r\n{}\r\n--b\r\n\r\ntext\r\n--b--",
            &["{}@39", "text@50"],
        ),
        ("multipart/mixed; boundary=b", item, b"--b\r\n\r\ntext", &["the body ends before the last boundary"]),
        ("application/jsonl", item, b"", &[]),
    ];
    for (media_type, shape, bytes, expected) in table {
        assert_eq!(items(media_type, shape, bytes), expected, "{media_type} {}", String::from_utf8_lossy(bytes));
    }
}

proptest! {
    /// Texts survive an independent encoder, whatever they are.
    #[test]
    fn a_form_is_read_as_it_was_encoded(values in prop::collection::vec((".{1,8}", ".{0,12}"), 0..6)) {
        let mut pairs: Vec<(String, String)> = Vec::new();
        for (name, value) in values {
            // Brackets structure names.
            let name = name.replace(['[', ']'], "");
            if !name.is_empty() && !pairs.iter().any(|(known, _)| *known == name) {
                pairs.push((name, value));
            }
        }
        let media = json!({"schema": {"type": "object", "additionalProperties": {"type": "string"}}});
        let contract = contract_of(FORM, &media);
        let expected: Json = pairs.iter().cloned().collect::<std::collections::HashMap<_, _>>().into_iter()
            .map(|(name, value)| (name, Json::from(value))).collect::<serde_json::Map<_, _>>().into();
        let found = value(&contract, FORM, form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish().as_bytes());
        prop_assert_eq!(serde_json::from_str::<Json>(&found).expect("JSON"), expected);
    }

    /// No body makes a reader panic, and every place is inside the body.
    #[test]
    fn any_bytes_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..200), seed in 0..7_usize) {
        let media_types = [
            FORM, MULTIPART, "application/xml", "text/plain; charset=shift_jis", "text/event-stream",
            "application/json-seq", "multipart/mixed; boundary=b0",
        ];
        let media_type = media_types[seed];
        let contract = contract_of(media_type, &json!({"schema": {"type": ["object", "string"]}}));
        let _ = value(&contract, media_type, &bytes);
        for shape in [ItemShape::Item, ItemShape::Event] {
            let _ = items(media_type, shape, &bytes);
        }
        let body = body_of(&bytes, media_type);
        let _ = recoded(&body, ContentKind::of(media_type)).map(|found| found.0.body().place(3));
    }

    /// The same for bodies that start like real ones.
    #[test]
    fn mutilated_bodies_can_be_read(cut in 0..400_usize, flip in 0..400_usize, byte in any::<u8>(), seed in 0..3_usize) {
        let bodies = [
            (MULTIPART, multipart(&[
                ("Content-Disposition: form-data; name=\"a\"", "1"),
                ("Content-Disposition: form-data; name=\"b\"; filename=\"x\"\nContent-Type: application/json", "{\"a\": [1]}"),
            ], "\r\n")),
            ("application/xml", "<?xml version='1.0'?><a x='1'><b>1 &amp; 2</b><c><![CDATA[x]]></c><b/></a>".to_owned()),
            ("text/event-stream", "event: a\ndata: {\"a\": 1}\nid: 3\n\ndata: x\n\n".to_owned()),
        ];
        let (media_type, text) = &bodies[seed];
        let mut bytes = text.clone().into_bytes();
        bytes.truncate(cut.max(1));
        if let Some(found) = bytes.get_mut(flip) {
            *found = byte;
        }
        let contract = contract_of(media_type, &json!({"schema": {"type": ["object", "string"]}}));
        let _ = value(&contract, media_type, &bytes);
        let _ = items(media_type, ItemShape::Event, &bytes);
    }
}
