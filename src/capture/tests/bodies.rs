//! Bodies that recorders write in odd ways, and bodies that cannot be read.

use base64::Engine as _;

use super::*;

/// What was read: a line for each exchange, and the problems.
#[derive(Default)]
struct Sides {
    exchanges: Vec<String>,
    problems: Vec<String>,
}

/// The media type and the content of a body.
fn words(body: Option<&Body<'_>>, is_left_out: bool) -> String {
    match body {
        Some(body) => format!("{} {}", body.media_type.as_deref().unwrap_or("?"), String::from_utf8_lossy(&body.bytes)),
        None if is_left_out => "left out".to_owned(),
        None => "none".to_owned(),
    }
}

impl Sink for Sides {
    fn exchange(&mut self, exchange: Exchange<'_>) {
        let sent = exchange.request.as_ref().map(|request| words(request.body.as_ref(), request.body_left_out));
        let answered = exchange.response.as_ref().map(|response| words(response.body.as_ref(), response.body_left_out));
        let sides: Vec<String> = [sent, answered].into_iter().flatten().collect();
        self.exchanges.push(sides.join(" -> "));
    }
    fn unused(&mut self, _: Unused, _: &crate::location::Origin) {}
    fn problem(&mut self, problem: ReadProblem) {
        self.problems.push(format!("{}: {}", problem.origin.position.line, problem.message));
    }
    fn source(&mut self, _: SourceRead) {}
    fn skipped(&mut self, _: PathBuf, _: &'static str) {}
}

fn read(name: &str, bytes: &[u8]) -> Sides {
    let mut sides = Sides::default();
    let input = Input::Memory {
        name: name.into(),
        bytes: bytes.into(),
    };
    Reading::default().read_here(&[input], &mut sides);
    sides
}

fn base64(bytes: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// vcrpy writes what is sent as PyYAML does, if it is an iterator or a file object.
#[test]
fn objects_of_python_in_cassettes_are_joined() {
    let packed = base64(&gzip(b"{\"a\": 1}"));
    let (head, tail) = packed.split_at(12);
    let table = [
        (r#"!!python/object/apply:builtins.iter {args: [[!!binary "eyJhIjog", !!binary "MX0="]], state: 0}"#.to_owned(), r#"{"a": 1}"#),
        ("!!python/object/apply:builtins.iter\n      args:\n      - - !!binary |\n          eyJhIjog\n        - !!binary |\n          MX0=\n      state: 2".to_owned(), r#"{"a": 1}"#),
        (r#"!!python/object/apply:builtins.iter {args: [!!python/tuple ['{"a"', ': "é', '"}']], state: 0}"#.to_owned(), r#"{"a": "é"}"#),
        (r#"!!python/object/new:_io.BytesIO {state: !!python/tuple [!!binary "eyJhIjogMX0=", 0, null]}"#.to_owned(), r#"{"a": 1}"#),
        ("!!python/object/new:_io.BytesIO\n      state: !!python/tuple\n      - !!binary |\n        eyJhIjog\n        MX0=\n      - 8\n      - {}".to_owned(), r#"{"a": 1}"#),
        (r#"!!python/object/new:_io.StringIO {state: !!python/tuple ['{"a": 1}', "\n", 0, null]}"#.to_owned(), r#"{"a": 1}"#),
        (format!(r#"!!python/object/apply:builtins.iter {{args: [[!!binary "{head}", !!binary "{tail}"]], state: 0}}"#), r#"{"a": 1}"#),
        // Nothing was sent.
        ("!!python/object/apply:builtins.iter {args: [[]], state: 0}".to_owned(), ""),
        (r#"!!python/object/new:_io.BytesIO {state: !!python/tuple [!!binary "", 0, null]}"#.to_owned(), ""),
        // JSON that a tool embeds.
        ("{args: [[a, b]]}".to_owned(), r#"{"args":[["a","b"]]}"#),
        ("{args: [[a, 1]], state: 0}".to_owned(), r#"{"args":[["a",1]],"state":0}"#),
        ("{args: [[a], [b]], state: 0}".to_owned(), r#"{"args":[["a"],["b"]],"state":0}"#),
        ("{args: [[a]], state: new}".to_owned(), r#"{"args":[["a"]],"state":"new"}"#),
        ("{args: [[a]], state: 0, more: 1}".to_owned(), r#"{"args":[["a"]],"more":1,"state":0}"#),
        ("{state: [a, 0]}".to_owned(), r#"{"state":["a",0]}"#),
        ("{state: lent}".to_owned(), r#"{"state":"lent"}"#),
        ("{state: [a, b]}".to_owned(), r#"{"state":["a","b"]}"#),
    ];
    for (body, expected) in table {
        let coding = if body.contains(head) { "\n      Content-Encoding: [gzip]" } else { "" };
        let text = format!(
            "interactions:\n- request:\n    method: POST\n    uri: https://x.test/a\n    headers:\n      Content-Type: [application/json]{coding}\n    body: {body}\n  response:\n    status: {{code: 204}}\n    headers: {{}}\n    body: {{string: ''}}\nversion: 1\n"
        );
        let found = read("a.yaml", text.as_bytes());
        assert_eq!(found.problems, [""; 0], "{text}");
        let [exchange] = &*found.exchanges else { panic!("{text}: {:?}", found.exchanges) };
        let sent = exchange.strip_suffix(" -> none").expect("no answer");
        match expected {
            "" => assert_eq!(sent, "none", "{text}"),
            // The order of members does not matter.
            _ => {
                let json = sent.strip_prefix("application/json ").expect(sent);
                let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).expect(text);
                assert_eq!(value(json), value(expected), "{text}");
            }
        }
    }
    // In JSON, such a body is what was sent.
    let json = r#"{"interactions": [{"request": {"method": "POST", "uri": "/a", "body": {"args": [["a"]], "state": 0}}, "response": {"status": 204}}]}"#;
    assert_eq!(read("a.json", json.as_bytes()).exchanges, [r#"? {"args": [["a"]], "state": 0} -> none"#]);
    let bad = "interactions:\n- request:\n    method: POST\n    uri: /a\n    body: {args: [[!!binary \"%\"]], state: 0}\n  response: {status: 204}\n";
    let found = read("a.yaml", bad.as_bytes());
    assert_eq!(found.problems, ["5: body skipped: not valid base64"]);
    assert_eq!(found.exchanges, ["left out -> none"]);
}

/// nock keeps JSON as JSON, bytes in hexadecimal, and request headers only if that is asked for.
#[test]
fn bodies_of_nock_are_what_was_sent() {
    let packed = hexadecimal(&gzip(b"{\"a\":1}"));
    let json = r#""Content-Type", "application/json""#;
    let long = r#", "Content-Length", "4""#;
    let table = [
        // What was sent, without headers.
        (r#""body": "a=b&c=d""#.to_owned(), String::new(), "application/x-www-form-urlencoded a=b&c=d -> none"),
        (r#""body": "title=Gr%C3%BC%C3%9Fe&tag=a+b&empty=""#.to_owned(), String::new(), "application/x-www-form-urlencoded title=Gr%C3%BC%C3%9Fe&tag=a+b&empty= -> none"),
        (r#""body": "items[]=1&items[]=2""#.to_owned(), String::new(), "application/x-www-form-urlencoded items[]=1&items[]=2 -> none"),
        (r#""body": "a title""#.to_owned(), String::new(), "text/plain a title -> none"),
        (r#""body": "a = b""#.to_owned(), String::new(), "text/plain a = b -> none"),
        (r#""body": "=b&c=d""#.to_owned(), String::new(), "text/plain =b&c=d -> none"),
        (r#""body": "a=b&c""#.to_owned(), String::new(), "text/plain a=b&c -> none"),
        (r#""body": "<a href='b=c'/>""#.to_owned(), String::new(), "? <a href='b=c'/> -> none"),
        (r#""body": "--p\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--p--""#.to_owned(), String::new(), "multipart/form-data --p\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nx\r\n--p-- -> none"),
        (format!(r#""body": "{}""#, hexadecimal(b"--p\nform-data\n\n\xff--p--")), String::new(), "multipart/form-data --p\nform-data\n\n\u{fffd}--p-- -> none"),
        (r#""body": "-- a note""#.to_owned(), String::new(), "text/plain -- a note -> none"),
        (r#""body": "abcd""#.to_owned(), String::new(), "text/plain abcd -> none"),
        (r#""body": {"a": 1}"#.to_owned(), String::new(), r#"? {"a": 1} -> none"#),
        (r#""body": "{\"a\": 1}""#.to_owned(), String::new(), r#"? {"a": 1} -> none"#),
        (r#""body": "42""#.to_owned(), String::new(), "? 42 -> none"),
        (r#""body": """#.to_owned(), String::new(), "none -> none"),
        // With them, they say what it is.
        (r#""reqheaders": {"content-type": "application/json"}, "body": "a=b""#.to_owned(), String::new(), "application/json a=b -> none"),
        (r#""reqheaders": {"content-type": "application/json", "content-length": "4"}, "body": null"#.to_owned(), String::new(), "application/json null -> none"),
        // Null as an answer.
        (r#""response": null"#.to_owned(), format!("{json}{long}"), "none -> application/json null"),
        (r#""response": null"#.to_owned(), r#""Content-Length", "24", "Content-Encoding", "gzip""#.to_owned(), "none -> ? null"),
        (r#""response": null"#.to_owned(), json.to_owned(), "none -> none"),
        (r#""response": null"#.to_owned(), format!(r#"{json}, "Content-Length", "0""#), "none -> none"),
        (r#""response": null"#.to_owned(), format!(r#""Content-Type", "text/html"{long}"#), "none -> left out"),
        (r#""response": null, "status": 304"#.to_owned(), format!("{json}{long}"), "none -> left out"),
        (r#""response": null, "method": "HEAD""#.to_owned(), format!("{json}{long}"), "none -> left out"),
        (r#""response": """#.to_owned(), json.to_owned(), "none -> none"),
        // Text in hexadecimal.
        (r#""response": "1f8b0800""#.to_owned(), json.to_owned(), "none -> application/json 1f8b0800"),
        (r#""response": "1f8b""#.to_owned(), json.to_owned(), "none -> application/json 1f8b"),
        (format!(r#""response": "{packed}""#), json.to_owned(), r#"none -> application/json {"a":1}"#),
        (format!(r#""response": "{packed}""#), format!(r#"{json}, "Content-Encoding", "gzip""#), r#"none -> application/json {"a":1}"#),
        (r#""response": ["abcd", "00ff"]"#.to_owned(), json.to_owned(), r#"none -> application/json ["abcd", "00ff"]"#),
    ];
    for (more, headers, expected) in table {
        let status = if more.contains("\"status\"") { "" } else { r#""status": 200, "# };
        let method = if more.contains("\"method\"") { "" } else { r#""method": "POST", "# };
        let text = format!(r#"[{{"scope": "https://x.test:443", {method}"path": "/a", {status}"rawHeaders": [{headers}], {more}}}]"#);
        let found = read("nock.json", text.as_bytes());
        assert_eq!(found.problems, [""; 0], "{text}");
        assert_eq!(found.exchanges, [expected], "{text}");
    }
    let cut = format!(r#"[{{"scope": "https://x.test:443", "method": "GET", "path": "/a", "status": 200, "rawHeaders": ["Content-Encoding", "gzip"], "response": ["{}"]}}]"#, &packed[..30]);
    let found = read("nock.json", cut.as_bytes());
    assert!(found.problems.len() == 1 && found.problems[0].contains("the compressed body is corrupt"), "{:?}", found.problems);
    assert_eq!(found.exchanges, ["none -> left out"]);
}

/// A body that cannot be read was there all the same.
#[test]
fn a_body_that_cannot_be_read_is_left_out() {
    let broken = &gzip(b"{\"a\": [1, 2, 3]}")[..24];
    let encoded = base64(broken);
    let har = |request: &str, response: &str| {
        format!(r#"{{"log": {{"entries": [{{"request": {{"method": "POST", "url": "/a", "headers": [], "postData": {request}}}, "response": {{"status": 200, "headers": [], "content": {response}}}}}]}}}}"#)
    };
    let data = format!(r#"{{"mimeType": "application/json", "encoding": "base64", "text": "{encoded}"}}"#);
    let cassette = |request: &str, response: &str| {
        format!(r#"{{"interactions": [{{"request": {{"method": "POST", "uri": "/a", "body": {request}}}, "response": {{"status": 200, "body": {response}}}}}]}}"#)
    };
    let wrapped = format!(r#"{{"base64_string": "{encoded}"}}"#);
    let field = |bytes: &[u8], kind: &str| [format!("{}:", bytes.len()).as_bytes(), bytes, kind.as_bytes()].concat();
    let fields = |members: &[(&str, Vec<u8>)]| {
        let members: Vec<Vec<u8>> = members.iter().map(|(key, value)| [field(key.as_bytes(), ";"), value.clone()].concat()).collect();
        field(&members.concat(), "}")
    };
    let text = |text: &str| field(text.as_bytes(), ",");
    let flow = |content: &[u8], answer: &[u8]| {
        let asked = fields(&[("method", text("POST")), ("path", text("/a")), ("headers", field(b"", "]")), ("content", field(content, ","))]);
        let answered = fields(&[("status_code", field(b"200", "#")), ("headers", field(b"", "]")), ("content", field(answer, ","))]);
        fields(&[("type", field(b"http", ";")), ("request", asked), ("response", answered)])
    };
    let warc = |kind: &str, start: &str, body: &[u8]| {
        let block = [format!("{start}\r\nContent-Type: application/json\r\n\r\n").as_bytes(), body].concat();
        let head = format!(
            "WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: https://x.test/a\r\nWARC-Record-ID: <urn:uuid:{kind}>\r\nWARC-Concurrent-To: <urn:uuid:other>\r\nWARC-Date: 2026-03-02T09:15:00Z\r\nContent-Type: application/http; msgtype={kind}\r\nContent-Length: {}\r\n\r\n",
            block.len()
        );
        [head.as_bytes(), &block, b"\r\n\r\n"].concat()
    };
    let table: [(&str, Vec<u8>, &str); 10] = [
        ("a.har", har("{}", &data).into(), "none -> left out"),
        ("a.har", har(&data, "{}").into(), "left out -> none"),
        ("a.har", har("{}", r#"{"_file": "gone.json"}"#).into(), "none -> left out"),
        ("a.json", cassette("\"\"", &wrapped).into(), "none -> left out"),
        ("a.json", cassette(&wrapped, "\"\"").into(), "left out -> none"),
        ("a.json", cassette(r#"{"base64_string": "%%%"}"#, "\"\"").into(), "left out -> none"),
        ("a.flows", flow(b"", broken), "none -> left out"),
        ("a.flows", flow(broken, b""), "left out -> none"),
        ("a.warc", warc("response", "HTTP/1.1 200 OK", broken), "left out"),
        (
            "wiremock.json",
            format!(r#"{{"mappings": [{{"request": {{"method": "GET", "url": "/a"}}, "response": {{"status": 200, "base64Body": "{encoded}"}}}}]}}"#).into(),
            "none -> left out",
        ),
    ];
    for (name, capture, expected) in table {
        let found = read(name, &capture);
        let shown = String::from_utf8_lossy(&capture);
        assert_eq!(found.exchanges, [expected], "{shown}: {:?}", found.problems);
        assert_eq!(found.problems.len(), 1, "{shown}: {:?}", found.problems);
    }
}

/// Some tools list the fields of a form in place of its text.
#[test]
fn a_form_may_be_listed_by_its_fields() {
    let posted = |data: &str| {
        let text = format!(
            r#"{{"log": {{"entries": [{{"request": {{"method": "POST", "url": "/a", "postData": {data}}}, "response": {{"status": 204}}}}]}}}}"#
        );
        read("a.har", text.as_bytes()).exchanges.join("\n")
    };
    let form = r#""mimeType": "application/x-www-form-urlencoded""#;
    let cases = [
        format!(r#"{{{form}, "params": [{{"name": "a b", "value": "1&2"}}, {{"name": "c", "value": "%C3%A9"}}]}}"#),
        format!(r#"{{{form}, "text": "", "params": [{{"name": "a", "value": "é"}}]}}"#),
        format!(r#"{{{form}, "text": "a=1", "params": [{{"name": "a", "value": "2"}}]}}"#),
        format!(r#"{{{form}, "params": []}}"#),
        r#"{"mimeType": "multipart/form-data; boundary=x", "params": [{"name": "f", "fileName": "a\".png", "contentType": "image/png"}]}"#.to_owned(),
        r#"{"mimeType": "multipart/form-data", "params": [{"name": "a", "value": "1"}]}"#.to_owned(),
    ];
    let found: Vec<String> = cases.iter().map(|data| posted(data)).collect();
    insta::assert_snapshot!(found.join("\n---\n"));
}
