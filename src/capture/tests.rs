use std::io::Write;
use std::path::PathBuf;

use super::format::{Head, Recognised, recognise};
use super::*;


mod bodies;
mod har;
mod places;
mod recordings;

/// Logs what the readers emit, as lines of text.
#[derive(Default)]
struct Log(String);

impl Log {
    fn body(&mut self, body: &Body<'_>) {
        let text = String::from_utf8_lossy(&body.bytes);
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown: String = text.chars().take(70).collect();
        let media_type = body.media_type.as_deref().unwrap_or("-");
        self.0
            .push_str(&format!("    body {} {media_type} {shown}\n", body.origin));
    }
}

impl Sink for Log {
    fn exchange(&mut self, exchange: Exchange<'_>) {
        let entry = exchange
            .origin
            .entry
            .map(|e| format!(" #{e}"))
            .unwrap_or_default();
        let operation = exchange.hint.operation.clone().unwrap_or_default();
        self.0.push_str(&format!(
            "exchange {}{entry} {operation}\n",
            exchange.origin
        ));
        if let Some(time) = &exchange.time {
            self.0.push_str(&format!("  time {time}\n"));
        }
        if let Some(request) = &exchange.request {
            self.0
                .push_str(&format!("  {} {}\n", request.method, request.target));
            if let Some(body) = &request.body {
                self.body(body);
            }
        }
        if let Some(response) = &exchange.response {
            self.0.push_str(&format!("  {}\n", response.status));
            if let Some(body) = &response.body {
                self.body(body);
            }
        }
        if let Some(body) = &exchange.payload {
            self.body(body);
        }
        for remark in &exchange.remarks {
            self.0
                .push_str(&format!("  {} {:?}\n", remark.origin, remark.kind));
        }
    }

    fn unused(&mut self, _: Unused, _: &crate::location::Origin) {}
    fn problem(&mut self, problem: ReadProblem) {
        self.0.push_str(&format!(
            "problem {}: {}\n",
            problem.origin, problem.message
        ));
    }

    fn source(&mut self, source: SourceRead) {
        let format = source.format.map(|f| f.to_string()).unwrap_or_default();
        self.0.push_str(&format!(
            "source {} {format} {}\n",
            source.file, source.exchanges
        ));
    }

    fn skipped(&mut self, path: PathBuf, reason: &'static str) {
        self.0
            .push_str(&format!("skipped {} {reason}\n", path.display()));
    }
}

/// Reads files from a temporary folder, whose path is removed from the log.
fn log_of(files: &[(&str, &[u8])]) -> String {
    log_with(files, &Limits::default())
}

fn log_with(files: &[(&str, &[u8])], limits: &Limits) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, content) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, content).expect("written");
    }
    let mut log = Log::default();
    let input = Input::Path(folder.path().to_owned());
    let reading = Reading {
        limits: *limits,
        ..Reading::default()
    };
    reading.read_here(&[input], &mut log);
    log.0.replace(&format!("{}/", folder.path().display()), "")
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("memory");
    encoder.finish().expect("memory")
}

fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

#[test]
fn formats_are_recognised_by_name_and_content() {
    let table: [(&str, &str, Option<Format>); 15] = [
        ("a.json", "{\"a\": 1}", Some(Format::Json)),
        ("a", "[\n1\n]", Some(Format::Json)),
        ("a.json", "{\"a\": 1}\n{\"a\": 2}\n", Some(Format::Ndjson)),
        ("a.json", "{\"a\": }\n{\"a\": 2}\n", Some(Format::Ndjson)),
        ("a.json", "nonsense", Some(Format::Json)),
        ("a.ndjson", "{", Some(Format::Ndjson)),
        ("a.jsonl", "{", Some(Format::Ndjson)),
        (
            "a",
            "{\"log\": {\"version\": \"1.2\", \"entries\": []}}",
            Some(Format::Har),
        ),
        ("a.json", "{\"log\": {\"level\": 1}}", Some(Format::Json)),
        ("a", "HTTP/2 200\r\n\r\n{}", Some(Format::Http)),
        (
            "a.txt",
            "GET /a?b=c HTTP/1.1\nHost: x\n\n",
            Some(Format::Http),
        ),
        ("a.txt", "Intro\njson\n{}\n", Some(Format::Guide)),
        ("a.md", "# Title", Some(Format::Markdown)),
        ("a.txt", "just prose", None),
        ("a.py", "import requests", None),
    ];
    for (name, content, expected) in table {
        let expected = expected.map_or(Recognised::Unknown, Recognised::Format);
        assert_eq!(
            recognise(&Head::new(name, content.as_bytes(), true), false),
            expected,
            "{name} {content}"
        );
    }
}

#[test]
fn recordings_are_never_taken_for_payloads() {
    let exchange =
        r#"{"request": {"method": "GET", "uri": "/"}, "response": {"status": {"code": 200}}}"#;
    let postman = r#"{"info": {"name": "x", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"}, "item": []}"#;
    let read = |format| Recognised::Format(format);
    let table = [
        ("a.json", format!("{{\"http_interactions\": [{exchange}]}}"), read(Format::Cassette)),
        ("a.json", format!("{{\"version\": 1, \"interactions\": [{exchange}]}}"), read(Format::Cassette)),
        ("a.json", format!("[{exchange}]"), read(Format::Cassette)),
        ("a.json", format!("{{\"http_interactions\": [null, {exchange}]}}"), read(Format::Cassette)),
        ("a.ndjson", format!("{exchange}\n{exchange}\n"), read(Format::Cassette)),
        ("a.yml", "---\nhttp_interactions:\n- request:\n".to_owned(), read(Format::Cassette)),
        ("a.yaml", "interactions:\n- request:\n    body: null\n".to_owned(), read(Format::Cassette)),
        ("a.yml", "\n-\n    request:\n        method: GET\n".to_owned(), read(Format::Cassette)),
        ("a.yaml", "# Generated\nversion: api.keploy.io/v1beta1\nkind: Http\n".to_owned(), read(Format::Cassette)),
        ("shop.postman_collection.json", postman.to_owned(), read(Format::Postman)),
        ("a.json", r#"{"info": {"_postman_id": "1"}, "item": []}"#.to_owned(), read(Format::Postman)),
        ("a.json", r#"{"mappings": [{"request": {"method": "GET", "urlPath": "/"}, "response": {"status": 200}}]}"#.to_owned(), read(Format::Wiremock)),
        ("a.json", r#"{"request": {"method": "GET", "url": "/"}, "response": {"status": 200, "jsonBody": {}}}"#.to_owned(), read(Format::Wiremock)),
        ("a.json", r#"{"data": {"pairs": []}, "meta": {}}"#.to_owned(), read(Format::Hoverfly)),
        ("a.json", r#"{"imposters": [{"protocol": "http", "stubs": []}]}"#.to_owned(), read(Format::Mountebank)),
        ("a.json", r#"{"protocol": "http", "port": 1, "stubs": []}"#.to_owned(), read(Format::Mountebank)),
        ("a.json", r#"[{"scope": "https://x.test", "method": "GET", "path": "/", "status": 200}]"#.to_owned(), read(Format::Nock)),
        ("a.json", r#"{"_type": "export", "resources": []}"#.to_owned(), read(Format::Insomnia)),
        ("access.log", "1.2.3.4 - - [10/Oct/2024:13:55:36 -0700] \"GET / HTTP/1.1\" 200 12\n".to_owned(), read(Format::Log)),
        ("a.pcap", "\u{a}\r\r\u{a}".to_owned(), Recognised::Unread("packet capture (pcapng)")),
    ];
    for (name, content, expected) in &table {
        let found = recognise(&Head::new(name, content.as_bytes(), true), false);
        assert_eq!(found, *expected, "{name} {content}");
    }
    // Long documents are recognised by their start.
    for start in ["{\"http_interactions\"", "{\"info\": {\"name\"", "[{\"scope\""] {
        let (name, content, expected) = table
            .iter()
            .find(|(_, content, _)| content.starts_with(start))
            .expect("in the table");
        let head = content.trim_end_matches([']', '}']);
        assert_eq!(recognise(&Head::new(name, head.as_bytes(), false), false), *expected, "{content}");
    }
    // Payloads that only resemble recordings.
    let payloads = [
        r#"{"interactions": 3}"#,
        r#"{"interactions": [{"request": "a", "response": "b"}]}"#,
        r#"[{"request": 1, "response": 2}]"#,
        r#"{"request": {"method": "GET", "url": "/"}, "response": {"text": "a"}}"#,
        r#"{"info": {"version": "1"}, "item": 3}"#,
        r#"{"mappings": {"a": 1}}"#,
        r#"{"stubs": []}"#,
        r#"[{"method": "GET", "path": "/"}]"#,
    ];
    for content in payloads {
        let found = recognise(&Head::new("a.json", content.as_bytes(), true), false);
        assert_eq!(found, Recognised::Format(Format::Json), "{content}");
    }
    // If the name identifies a format, the content is not inspected.
    let found = recognise(&Head::new("a.md", b"interactions:\n", true), false);
    assert_eq!(found, Recognised::Format(Format::Markdown));
}

#[test]
fn hints_are_read_from_names() {
    let hint = Hint::parse("dir/retrieve-organisation.v2.response.404.json");
    assert_eq!(hint.operation.as_deref(), Some("retrieve-organisation"));
    assert_eq!(hint.version.as_deref(), Some("v2"));
    assert_eq!(
        (hint.side, hint.status),
        (Some(crate::location::Side::Response), Some(404))
    );
    assert_eq!(Hint::parse("capture.json").version, None);
}

#[test]
fn json_and_lines_keep_their_places() {
    insta::assert_snapshot!(log_of(&[
        ("list.v1.json", b"\n  {\"a\": 1}\n"),
        ("log.ndjson", b"{\"a\": 1}\n\n  {\"a\": \n{\"a\": 3}"),
        ("marked.json", b"\xef\xbb\xbf{\"a\": 1}"),
    ]));
}

#[test]
fn compressed_files_are_read_as_what_they_hold() {
    let lines = b"{\"a\": 1}\n{\"a\": 2}\n".repeat(200);
    let whole = gzip(&lines);
    let frames = [
        zstd(b"{\"a\": 1}\n"),
        // A skippable frame of three bytes.
        b"\x50\x2a\x4d\x18\x03\0\0\0abc".to_vec(),
        zstd(b"{\"a\": 2}\n"),
    ];
    let log = log_of(&[
        ("frames.ndjson.zst", &frames.concat()),
        ("a.json.gz", &gzip(b"{\"a\": 1}")),
        ("b.json.zst", &zstd(b"{\"a\": 1}")),
        ("c.ndjson.gz", &whole),
        ("d.ndjson.gz", &whole[..whole.len() - 9]),
        (
            "e.json.gz",
            &gzip(b"{\"a\": \"some text that is long enough to be cut\"}")[..30],
        ),
        ("f.json.gz", b"\x1f\x8b"),
    ]);
    let lines: Vec<&str> = log
        .lines()
        .filter(|line| {
            !line.starts_with("exchange c")
                && !line.starts_with("exchange d")
                && !line.contains("body c")
                && !line.contains("body d")
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn what_cannot_be_read_is_said() {
    let limits = Limits { body: 100 };
    insta::assert_snapshot!(log_with(
        &[
            ("empty.json", b""),
            ("binary.bin", b"\x00\x01\x02\x03"),
            ("blank.json", b"  \n\n  "),
            (".hidden.json", b"{}"),
            ("large.json", format!("[{}1]", "1, ".repeat(50)).as_bytes()),
            (
                "large.ndjson",
                format!("{{}}\n[{}1]\n{{}}\n", "1, ".repeat(50)).as_bytes()
            ),
            (
                "long-blank.ndjson",
                format!("{{}}\n{}\n{{}}", " ".repeat(1000)).as_bytes()
            ),
            ("notes.txt", b"nothing here"),
            ("guide.md", b"# \xff"),
            ("not-an-archive.har", b"{\"log\": 1}"),
            ("no-message.http", b"hello"),
        ],
        &limits
    ));
}

#[test]
fn http_messages_are_paired_and_measured() {
    insta::assert_snapshot!(log_of(&[
        ("pair.http", b"POST /a HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 8\r\n\r\n{\"a\": 1}\r\nHTTP/1.1 201 Created\r\nContent-Length: 4\r\n\r\n{\"b\": 12}\r\n"),
        ("curl.http", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/2 200\r\ncontent-type: application/json\r\n\r\n{\"a\":\n1}\n"),
        ("several.http", b"GET /a HTTP/1.1\nHost: h\n\nGET /b HTTP/1.1\nHost: h\n\nHTTP/1.1 204 No Content\n\n"),
        ("chunked.http", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n3\r\n 1}\r\n0\r\n\r\n"),
        ("pipelined.http", b"GET /a HTTP/1.1\n\nGET /b HTTP/1.1\n\nHTTP/1.1 200 OK\n\n{\"a\": 1}\nHTTP/1.1 404 Not Found\n\n{\"b\": 1}\n"),
        ("unequal.http", b"GET /a HTTP/1.1\n\nHTTP/1.1 200 OK\n\n1\nHTTP/1.1 404 Not Found\n\n2\n"),
        ("headers.http", b"HTTP/1.1 200 OK\nX: a\n  folded\nno header\n\n{\"a\": 1}\n"),
        ("rest.http", b"GET /a HTTP/1.1\nHost: h\n\n### next\nPATCH /b\n"),
        ("comments.http", b"# taken yesterday\nPOST /a HTTP/1.1\n\n{}\n### next\nGET /b HTTP/1.1\n"),
        ("glued.http", b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\": 1}HTTP/1.1 200 OK\r\n\r\n{\"b\": 2}HTTP/1.1 404 Not Found\r\n\r\n{\"c\": 3}"),
        ("compressed.http", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 99\r\n\r\n{\"a\": 1}\r\n"),
        ("prose.http", b"taken yesterday\nGET /a HTTP/1.1\n\n"),
    ]));
}

#[test]
fn archives_are_read_on_both_sides() {
    let har = br#"{"log": {"version": "1.2", "entries": [
  {"startedDateTime": "2024-05-01T10:00:00Z",
   "request": {"method": "POST", "url": "https://h/a?b=c", "headers": [{"name": "X", "value": "y"}],
               "postData": {"mimeType": "application/json", "text": "{\"a\": \"\u00e9\", \"b\": 1}"}},
   "response": {"status": 200, "headers": [], "content": {"mimeType": "application/json", "encoding": "base64", "text": "eyJhIjogMX0="}}},
  {"request": {"method": "GET"}},
  {"request": {"method": "GET", "url": "https://h/b"}, "response": {"status": 0, "content": {}}},
  {"request": {"method": "GET", "url": "https://h/c"}, "response": {"status": 200, "content": {"encoding": "base64", "text": "?"}}}
]}}"#;
    insta::assert_snapshot!(log_of(&[("a.har", har)]));
}

#[test]
fn guides_in_plain_text_and_markdown() {
    let plain = "Create\njson\n{\n\"a\": [\n{\n{\n\"b\": 1\n}\n}\n]\n}\nINFO\nMore {prose}\nPython\nHTTP\ndata = json.dumps({\n  'a': None,  # nothing\n  'b': [True, False,],\n})\nrequests.post(\"https://h/a/{ id }/\", data=data)\nPOST /a/1/ HTTP/1.1\nHost: h\nContent-Length: 5\n\n{\"a\": 1}\nDeleting\nDELETE /a/1/ HTTP/1.1\nContent-Length: 0";
    let markdown = "# T\n\n```json list-things.v2\n{\"a\": 1}\n```\n\n- item\n\n  ```http\n  GET /a HTTP/1.1\n  Host: h\n  ```\n\n~~~\n{\"b\": 2}\n~~~\n\n```rust\nlet a = 1;\n```\n\n```\nnot json\n```\n";
    insta::assert_snapshot!(log_of(&[
        ("plain.txt", plain.as_bytes()),
        ("marked.md", markdown.as_bytes())
    ]));
}

/// A panic in a reader must not end the whole run.
#[test]
fn a_reader_that_panics_is_a_problem_of_its_input() {
    struct Faulty(Log);
    impl Sink for Faulty {
        fn exchange(&mut self, exchange: Exchange<'_>) {
            assert!(!exchange.origin.file.ends_with("b.json"), "on purpose");
            self.0.exchange(exchange);
        }
        fn unused(&mut self, _: Unused, _: &crate::location::Origin) {}
        fn problem(&mut self, problem: ReadProblem) {
            self.0.problem(problem);
        }
        fn source(&mut self, source: SourceRead) {
            self.0.source(source);
        }
        fn skipped(&mut self, path: PathBuf, reason: &'static str) {
            self.0.skipped(path, reason);
        }
    }
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["a.json", "b.json", "c.json"] {
        std::fs::write(folder.path().join(name), "{}").expect("written");
    }
    let mut sink = Faulty(Log::default());
    let input = Input::Path(folder.path().to_owned());
    Reading::default().read_here(&[input], &mut sink);
    let log = sink
        .0
        .0
        .replace(&folder.path().display().to_string(), "DIR");
    assert!(
        log.contains("problem DIR/b.json:1:1: an internal error stopped"),
        "{log}"
    );
    for name in ["a", "c"] {
        assert!(
            log.contains(&format!("exchange DIR/{name}.json:1:1")),
            "{log}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_loop_of_folders_is_named() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(folder.path().join("a")).expect("made");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/b")).expect("linked");
    std::fs::write(folder.path().join("z.json"), "{}").expect("written");
    let mut log = Log::default();
    Reading::default().read_here(&[Input::Path(folder.path().to_owned())], &mut log);
    let log = log.0.replace(&folder.path().display().to_string(), "DIR");
    assert_eq!(
        log,
        "problem DIR/a/b:1:1: folder loop: a link leads back to DIR; remove the link, or name the files \
         to read\nexchange DIR/z.json:1:1 z\n    body DIR/z.json:1:1 - {}\nsource DIR/z.json JSON 1\n"
    );
}
