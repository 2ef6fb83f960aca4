//! The same exchanges in every format, whole and broken.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use super::*;

/// What was read: a line for each exchange, and the problems.
#[derive(Default)]
struct Lines {
    exchanges: Vec<String>,
    problems: Vec<String>,
    unused: Vec<(Unused, u64)>,
    formats: Vec<Option<Format>>,
    /// The host and the time of each exchange with one.
    told: Vec<(String, String)>,
}

impl Sink for Lines {
    fn exchange(&mut self, exchange: Exchange<'_>) {
        let body = |body: Option<&Body<'_>>| match body {
            Some(body) => serde_json::from_slice::<Value>(&body.bytes)
                .map_or_else(|error| format!("not JSON: {error}"), |value| value.to_string()),
            None => "-".to_owned(),
        };
        if let Some(payload) = &exchange.payload {
            return self.exchanges.push(format!("payload {}", body(Some(payload))));
        }
        let Some(request) = &exchange.request else {
            return self.exchanges.push("a response".to_owned());
        };
        let response = exchange.response.as_ref();
        if let Some(time) = &exchange.time {
            let host = request.target.split("/books").next().unwrap_or_default();
            self.told.push((host.to_owned(), time.clone()));
        }
        // Some formats have no host, or a placeholder for it.
        let target = request.target.find("/books").map_or(&*request.target, |at| &request.target[at..]);
        self.exchanges.push(format!(
            "{} {target} {} -> {} {}",
            request.method,
            body(request.body.as_ref()),
            response.map_or(0, |response| response.status),
            body(response.and_then(|response| response.body.as_ref())),
        ));
    }
    fn unused(&mut self, reason: Unused, origin: &crate::location::Origin) {
        self.unused.push((reason, origin.position.line));
    }
    fn problem(&mut self, problem: ReadProblem) {
        self.problems.push(format!("{}: {}", problem.origin, problem.message));
    }
    fn source(&mut self, source: SourceRead) {
        self.formats.push(source.format);
    }
    fn skipped(&mut self, _: PathBuf, _: &'static str) {}
}

const EXCHANGES: [&str; 4] = [
    r#"GET /books?limit=2 - -> 200 [{"id":1,"title":"The Lighthouse"},{"id":2,"title":"Café \"Nord\""}]"#,
    r#"POST /books {"title":"Winter","pages":212} -> 201 {"id":3,"title":"Winter","pages":212}"#,
    r#"GET /books/9 - -> 404 {"error":"no such book"}"#,
    "DELETE /books/1 - -> 204 -",
];

fn samples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/captures")
}

fn read(input: Input) -> Lines {
    let mut lines = Lines::default();
    Reading::default().read_here(&[input], &mut lines);
    lines
}

fn memory(name: &str, bytes: &[u8]) -> Input {
    Input::Memory {
        name: name.into(),
        bytes: bytes.into(),
    }
}

/// Every sample, with its format.
const SAMPLES: [(&str, Format); 29] = [
    ("bruno.bru", Format::Bruno),
    ("playwright/trace.network", Format::Playwright),
    ("playwright-har/library.har", Format::Har),
    ("rest-client/library.http", Format::RestClient),
    ("otlp.json", Format::Otlp),
    ("otlp.ndjson", Format::Otlp),
    ("logs/application.log", Format::Log),
    ("logs/prefixed.log", Format::Log),
    ("library.warc", Format::Warc),
    ("flows.mitm", Format::Mitmproxy),
    ("curl.txt", Format::Curl),
    ("messages.http", Format::Http),
    ("browser.har", Format::Har),
    ("vcr.yml", Format::Cassette),
    ("vcr.json", Format::Cassette),
    ("vcrpy.yaml", Format::Cassette),
    ("vcrpy.json", Format::Cassette),
    ("betamax.json", Format::Cassette),
    ("go-vcr.yaml", Format::Cassette),
    ("go-vcr-3.yaml", Format::Cassette),
    ("php-vcr.yml", Format::Cassette),
    ("schemathesis.yaml", Format::Cassette),
    ("keploy.yaml", Format::Cassette),
    ("exchanges.ndjson", Format::Cassette),
    ("nock.json", Format::Nock),
    ("wiremock/mappings/library.json", Format::Wiremock),
    ("hoverfly.json", Format::Hoverfly),
    ("mountebank.json", Format::Mountebank),
    ("postman.json", Format::Postman),
];

#[test]
fn every_format_gives_the_same_exchanges() {
    for (name, format) in SAMPLES {
        let found = read(Input::Path(samples().join(name)));
        assert_eq!(found.problems, [""; 0], "{name}");
        // curl does not print what it sends.
        let sent = r#"{"title":"Winter","pages":212} ->"#;
        let expected = EXCHANGES.map(|line| match format {
            Format::Curl => line.replace(sent, "- ->"),
            _ => line.to_owned(),
        });
        assert_eq!(found.exchanges, expected, "{name}");
        assert_eq!(found.formats, [Some(format)], "{name}");
    }
}

/// Access logs have the same requests, and no bodies.
#[test]
fn access_logs_give_the_same_requests() {
    let names = ["nginx", "nginx-request", "apache", "balancer", "kong", "envoy", "traefik", "cloudfront", "caddy", "gateway"];
    for name in names {
        let path = samples().join(format!("logs/{name}.log"));
        let found = read(Input::Path(path.clone()));
        assert_eq!(found.problems, [""; 0], "{name}");
        assert_eq!(found.formats, [Some(Format::Log)], "{name}");
        let expected = ["GET /books?limit=2 - -> 200 -", "POST /books - -> 201 -", "GET /books/9 - -> 404 -", "DELETE /books/1 - -> 204 -"];
        assert_eq!(found.exchanges, expected, "{name}");
        let unused = if name == "caddy" { vec![(Unused::NotHttp, 1)] } else { Vec::new() };
        assert_eq!(found.unused, unused, "{name}");
        let told: Vec<(&str, &str)> = found.told.iter().map(|(host, time)| (&**host, &**time)).collect();
        let host = match name {
            "apache" => "",
            "balancer" => "https://library.example:443",
            "kong" => "https://library.example",
            "cloudfront" => "https://library.example",
            _ => "http://library.example",
        };
        assert!(told.iter().all(|(found, _)| *found == host), "{name}: {told:?}");
        assert!(told[3].1.contains("09:15:03") || told[3].1.starts_with("1772442903"), "{name}: {told:?}");
    }
}

/// Lines of which something is broken, and what is said.
#[test]
fn lines_of_logs_that_are_no_exchanges_have_a_reason() {
    let good = r#"{"time":"2026-03-02T09:15:00Z","method":"GET","path":"/books","status":200}"#;
    let read_lines = |line: &str| read(memory("app.log", format!("{good}\n{good}\n{good}\n{line}\n{good}\n").as_bytes()));
    for line in [
        r#"{"time":"2026-03-02T09:15:00Z","level":"info","msg":"started"}"#,
        r#"{"level":"warn","method":"Library.GetBook","status":0}"#,
        r#"{"method":"GET","path":"/books","#,
        "Traceback (most recent call last):",
        "[1, 2]",
        r#"192.0.2.1 - - [02/Mar/2026:09:15:00 +0000] "-" 408 0"#,
        r#"192.0.2.1 - - [02/Mar/2026:09:15:00 +0000] "GET /bo"#,
    ] {
        let found = read_lines(line);
        assert_eq!(found.formats, [Some(Format::Log)], "{line}");
        assert_eq!(found.exchanges.len(), 4, "{line}");
        let is_broken = line.ends_with(',') || line.ends_with("/bo");
        match is_broken {
            true => assert!(found.problems[0].contains("app.log:4:") && found.problems[0].contains("line skipped"), "{:?}", found.problems),
            false => {
                assert_eq!(found.problems, [""; 0], "{line}");
                assert_eq!(found.unused, [(Unused::NotHttp, 4)], "{line}");
            }
        }
    }
}

/// A payload is never taken for a line of a log.
#[test]
fn payloads_are_no_logs() {
    let status = r#"{"status":"paid","path":"/books","method":"card"}"#;
    let error = r#"{"timestamp":"2026-03-02T09:15:00Z","status":404,"error":"Not Found","path":"/books/9"}"#;
    let mixed = format!("{{\"id\":1}}\n{}", r#"{"method":"GET","path":"/books","status":200}"#);
    for (name, text, format) in [
        ("a.ndjson", format!("{status}\n{status}\n"), Format::Ndjson),
        ("a.json", format!("{error}\n{error}\n"), Format::Ndjson),
        ("a.json", mixed, Format::Ndjson),
        ("a.json", r#"{"method":"GET","path":"/books","status":200}"#.to_owned(), Format::Json),
    ] {
        assert_eq!(read(memory(name, text.as_bytes())).formats, [Some(format)], "{text}");
    }
}

#[test]
fn fields_of_logs_can_be_named() {
    let field = |name: &str| Some(LogField::new(name).expect("a field"));
    let fields = LogFields {
        method: field("op.verb"),
        url: field("op.where"),
        status: field("/op/result"),
        body: field("op.answer"),
        request_body: field("question"),
        time: field("when"),
    };
    let line = r#"{"when":"2026-03-02","op":{"verb":"post","where":"/books","result":"201 Created","answer":"[1]"},"question":{"a":1}}"#;
    let bare = r#"{"op":{"answer":{"id":1}}}"#;
    let reading = Reading { fields, ..Reading::default() };
    let text = format!("{line}\nnothing\n{bare}\n");
    let mut lines = Lines::default();
    reading.read_here(&[memory("a.ndjson", text.as_bytes())], &mut lines);
    assert_eq!(lines.exchanges, [r#"POST /books {"a":1} -> 201 [1]"#, r#"payload {"id":1}"#]);
    assert_eq!(lines.unused, [(Unused::NotHttp, 2)]);
    assert_eq!(lines.told, [(String::new(), "2026-03-02".to_owned())]);
    // One line is enough then, and a file in another format is still read as such.
    let mut lines = Lines::default();
    let har = fs::read(samples().join("browser.har")).expect("readable");
    reading.read_here(&[memory("a.json", line.as_bytes()), memory("b.har", &har)], &mut lines);
    assert_eq!(lines.formats, [Some(Format::Log), Some(Format::Har)]);
}

#[test]
fn archives_are_read_like_folders() {
    let har = fs::read(samples().join("browser.har")).expect("readable");
    let vcr = fs::read(samples().join("vcr.yml")).expect("readable");
    let members: [(&str, &[u8]); 5] = [
        ("a/browser.har", &har),
        ("a/notes.txt", b"nothing"),
        ("__MACOSX/._browser.har", b"\0"),
        ("b/vcr.yml", &vcr),
        ("empty.json", b""),
    ];
    let zipped = zip_of(&members);
    let mut tarred = tar::Builder::new(Vec::new());
    for (name, content) in members {
        let mut header = tar::Header::new_ustar();
        header.set_size(content.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tarred.append_data(&mut header, name, content).expect("written");
    }
    let tarred = tarred.into_inner().expect("written");
    let twice: Vec<&str> = EXCHANGES.iter().chain(&EXCHANGES).copied().collect();
    for (name, bytes) in [
        ("captures.zip", zipped.clone()),
        ("captures", zipped.clone()),
        ("captures.tar", tarred.clone()),
        ("captures.tar.gz", gzip(&tarred)),
        ("captures.tgz", gzip(&tarred)),
        ("captures.tar.zst", zstd(&tarred)),
        ("captures.zhar", zipped.clone()),
    ] {
        let found = read(memory(name, &bytes));
        assert_eq!(found.exchanges, twice, "{name}");
        // A member has the name of the archive before its own.
        let [problem] = &*found.problems else {
            panic!("{name}: {:?}", found.problems);
        };
        assert!(problem.contains("/empty.json:1:1: the file is empty"), "{name}: {problem}");
    }
    // A compressed HAR.
    assert_eq!(read(memory("browser.zhar", &gzip(&har))).exchanges, EXCHANGES);
    // An archive in an archive is read; what is nested like a doll is not.
    let mut nested = zip_of(&[("inner.har", &har)]);
    for depth in 0..4 {
        nested = zip_of(&[("inner.zip", &nested)]);
        let found = read(memory("outer.zip", &nested));
        match depth {
            0 | 1 => assert_eq!(found.exchanges, EXCHANGES),
            _ => assert!(found.problems[0].contains("nested too deeply"), "{:?}", found.problems),
        }
    }
    // A broken archive gives what it can, and says where it ends.
    let broken = &zipped[..zipped.len() - 40];
    assert!(read(memory("a.zip", broken)).problems[0].contains("the zip archive is corrupt"));
    let broken = read(memory("a.tar", &tarred[..har.len() + 300]));
    let last = broken.problems.last().expect("a problem");
    assert!(last.contains("the tar archive ends too early"), "{last}");
}

/// Bodies in files of their own are read from the folder or the archive, and those files are no captures.
#[test]
fn files_that_a_capture_names_are_a_part_of_it() {
    for folder in ["playwright", "playwright-har", "rest-client"] {
        let found = read(Input::Path(samples().join(folder)));
        // A whole response in a file of its own is also read by itself.
        let own = if folder == "rest-client" { &["a response"][..] } else { &[] };
        assert_eq!(found.exchanges, [&EXCHANGES[..], own].concat(), "{folder}");
        assert_eq!(found.problems, [""; 0], "{folder}");
        let unused = if folder == "playwright" { 3 } else { 0 };
        assert_eq!(found.unused.len(), unused, "{folder}");
        let mut members = Vec::new();
        for entry in walkdir::WalkDir::new(samples().join(folder)).sort_by_file_name() {
            let path = entry.expect("readable").into_path();
            if path.is_file() {
                let name = path.strip_prefix(samples()).expect("inside").to_string_lossy().into_owned();
                members.push((name, fs::read(path).expect("readable")));
            }
        }
        // The capture may come before or after its parts, and be at the top or in a folder.
        for depth in [0, folder.len() + 1] {
            let members: Vec<(&str, &[u8])> = members.iter().rev().map(|(name, content)| (&name[depth..], &**content)).collect();
            let found = read(memory("trace.zip", &zip_of(&members)));
            match folder {
                // Its files are read from the disk only.
                "rest-client" => {
                    let mut problems = found.problems.iter();
                    assert!(problems.any(|problem| problem.contains("there is no such file")), "{:?}", found.problems);
                }
                _ => {
                    assert_eq!(found.exchanges, EXCHANGES, "{folder}");
                    assert_eq!(found.problems, [""; 0], "{folder}");
                }
            }
        }
    }
    let network = fs::read_to_string(samples().join("playwright/trace.network")).expect("readable");
    let network = network.replace("_sha1\":\"", "_sha1\":\"../");
    let found = read(memory("trace.zip", &zip_of(&[("trace.network", network.as_bytes())])));
    assert_eq!(found.exchanges.len(), 4);
    assert!(found.problems[0].contains("it must be next to the capture"), "{:?}", found.problems);
}

fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in members {
        let options = zip::write::SimpleFileOptions::default();
        writer.start_file(*name, options).expect("started");
        writer.write_all(content).expect("written");
    }
    writer.finish().expect("written").into_inner()
}

#[test]
fn a_member_over_the_limit_is_not_read() {
    let zipped = zip_of(&[("bomb.json", &vec![b' '; 3_000_000]), ("a.json", b"{}")]);
    let mut lines = Problems::default();
    let reading = Reading {
        limits: Limits { body: 1_000_000 },
        ..Reading::default()
    };
    reading.read_here(&[memory("a.zip", &zipped)], &mut lines);
    assert_eq!(lines.exchanges, 1);
    assert!(lines.problems.len() == 1 && lines.problems[0].contains("over the limit of 1000000 bytes"), "{:?}", lines.problems);
}

/// Counts exchanges, and keeps problems.
#[derive(Default)]
struct Problems {
    exchanges: usize,
    problems: Vec<String>,
}

impl Sink for Problems {
    fn exchange(&mut self, _: Exchange<'_>) {
        self.exchanges += 1;
    }
    fn unused(&mut self, _: Unused, _: &crate::location::Origin) {}
    fn problem(&mut self, problem: ReadProblem) {
        self.problems.push(format!("{}: {}", problem.origin, problem.message));
    }
    fn source(&mut self, _: SourceRead) {}
    fn skipped(&mut self, _: PathBuf, _: &'static str) {}
}

/// What is replaced in a sample, exchanges that are left, and what is said.
#[test]
fn a_broken_entry_is_reported_and_the_others_are_read() {
    let table: [(&str, &str, &str, usize, &str); 30] = [
        ("bruno.bru", "code: 404", "code: four", 3, "example skipped: `response.status.code` is missing or invalid"),
        ("bruno.bru", "get {", "gets {", 0, "a block with the request is missing, such as `get {`"),
        ("playwright/trace.network", "\"url\":\"https://library.example/books/9\"", "\"url\":9", 3, "trace.network:3:"),
        ("playwright-har/library.har", "\"_file\": \"", "\"_file\": \"gone", 4, "there is no such file next to the capture"),
        ("rest-client/library.http", "GET https://library.example/books/9", "not a request", 0, "library.http:27:1: entry skipped: expected a request line"),
        ("rest-client/library.http", "<> responses/not-found.http", "<> ../not-found.http", 0, "it must be next to the file with the request"),
        ("rest-client/library.http", "<> responses/not-found.http", "<> gone.404.json", 0, "gone.404.json: there is no such file"),
        ("rest-client/library.http", "<> responses/not-found.http", "", 0, ""),
        ("otlp.json", "\"intValue\": \"404\"", "\"intValue\": \"4\"", 4, "response skipped: its status is invalid"),
        ("otlp.ndjson", "\"intValue\":\"404\"", "\"intValue\":", 3, "otlp.ndjson:3:"),
        ("logs/application.log", "\"url.full\":\"https://library.example/books/9\"", "\"url.full\":", 3, "application.log:4:"),
        ("logs/prefixed.log", "\"statusCode\":201,", "\"statusCode\":201", 3, "line skipped: not JSON"),
        ("browser.har", "\"url\": \"https://library.example/books/9\"", "\"url\": 9", 3, "browser.har:102:20: entry skipped: `request.url` is missing"),
        ("vcr.yml", "uri: https://library.example/books/9", "uri: [9]", 3, "entry skipped: `request.url` is missing or invalid"),
        ("vcr.yml", "code: 404", "code: four", 4, "response skipped: its status is missing or invalid"),
        ("vcr.yml", "  response:\n    status:\n      code: 404", "  response:\n   status:\n      code: 404", 3, "entry skipped: not YAML"),
        ("vcr.json", "\"method\":\"delete\"", "\"method\":null", 3, "`request.method` is missing or invalid"),
        ("vcr.json", "eyJlcnJvciI6Im5vIHN1Y2ggYm9vayJ9", "%%%", 4, "body skipped: not valid base64"),
        ("vcrpy.yaml", "H4sIA", "H4sIB", 4, "compressed"),
        ("vcrpy.yaml", "method: DELETE", "method: *gone", 3, "no anchor is defined"),
        ("go-vcr.yaml", "method: POST", "verb: POST", 3, "`request.method` is missing"),
        ("keploy.yaml", "url: https://library.example/books/9", "path: /books/9", 3, "`request.url` is missing"),
        ("exchanges.ndjson", "\"status\":404", "\"status\":\"x\"", 4, "its status is missing or invalid"),
        ("nock.json", "\"path\": \"/books/9\"", "\"path\": 9", 3, "entry skipped: `path` is missing"),
        ("nock.json", "\"status\": 404", "\"status\": 9", 3, "entry skipped: `status` is missing"),
        ("wiremock/mappings/library.json", "\"books.json\"", "\"../books.json\"", 4, "it must be below `__files`"),
        ("wiremock/mappings/library.json", "\"books.json\"", "\"gone.json\"", 4, "there is no such file in a folder `__files`"),
        ("hoverfly.json", "\"status\": 404", "\"status\": []", 3, "`response.status` is missing"),
        ("postman.json", "\"code\": 404", "\"code\": null", 3, "`response.code` is missing"),
        ("postman.json", "\"raw\": \"{{base_url}}/books/9\"", "\"raw\": 1", 4, ""),
    ];
    for (name, from, to, left, said) in table {
        let text = fs::read_to_string(samples().join(name)).expect("readable");
        assert!(text.contains(from), "{name}: {from}");
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(Path::new(name).file_name().expect("a name"));
        fs::write(&path, text.replace(from, to)).expect("written");
        let found = read(Input::Path(path));
        assert_eq!(found.exchanges.len(), left, "{name} {to}: {:?} {:?}", found.exchanges, found.problems);
        if !said.is_empty() {
            let is_said = found.problems.iter().any(|problem| problem.contains(said));
            assert!(is_said, "{name} {to}: {:?}", found.problems);
        }
    }
}

/// The first line may be longer than the start of the file by which its format is recognised.
#[test]
fn an_exchange_on_a_long_line_is_one() {
    let long = "x".repeat(200_000);
    let longer = "x".repeat(2_000_000);
    let exchange = |before: &str, body: &str| {
        format!(
            r#"{{{before}"request": {{"method": "GET", "url": "https://library.example/books", "headers": []}}, "response": {{"status": 200, "body": {{"string": "{body}"}}}}}}"#
        )
    };
    for (name, first) in [
        ("a.ndjson", exchange("", &long)),
        ("a.json", exchange("", &long)),
        ("a.ndjson", exchange("", &longer)),
        ("a.ndjson", exchange("", &longer).replace("/books\"", &format!("/books?q={longer}\""))),
        ("a.ndjson", exchange(r#""id": "1", "tags": ["request", {"request": 1}], "#, &long)),
    ] {
        let found = read(memory(name, format!("{first}\n{}\n", exchange("", "[]")).as_bytes()));
        assert_eq!((&*found.formats, found.exchanges.len()), (&[Some(Format::Cassette)][..], 2), "{name} {:?}", found.problems);
    }
    // One that only holds requests somewhere is a payload, and a mapping stays one.
    let payload = format!(r#"{{"entries": [{{"request": {{"method": "GET", "url": "/a"}}}}], "x": "{long}"}}"#);
    assert_eq!(read(memory("a.json", payload.as_bytes())).formats, [Some(Format::Ndjson)]);
    let mapping = format!(r#"{{"request": {{"method": "GET", "urlPath": "/books"}}, "response": {{"status": 200, "body": "{long}"}}}}"#);
    assert_eq!(read(memory("a.json", mapping.as_bytes())).formats, [Some(Format::Wiremock)]);
    let spans = format!(r#"{{"resourceSpans": [{{"resource": {{"attributes": [{{"key": "x", "value": {{"stringValue": "{long}"}}}}]}}, "scopeSpans": []}}]}}"#);
    assert_eq!(read(memory("a.json", spans.as_bytes())).formats, [Some(Format::Otlp)]);
}

/// An entry that says nothing about the API is no error, and it is not lost.
#[test]
fn entries_that_are_no_exchanges_are_counted_with_their_reason() {
    let wiremock = r#"{"mappings": [{"request": {"method": "ANY", "urlPattern": "/.*"}, "response": {"status": 500}}]}"#;
    let mountebank = r#"{"imposters": [{"protocol": "http", "stubs": [
        {"responses": [{"is": {"statusCode": 404}}]},
        {"predicates": [{"equals": {"method": "GET", "path": "/books"}}], "responses": [{"proxy": {"to": "https://library.example"}}]}]}]}"#;
    let postman = r#"{"info": {"name": "Library", "schema": "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"},
        "item": [{"name": "books", "item": [
            {"name": "list", "request": {"method": "GET", "url": "{{base_url}}/books"}, "response": []}]}]}"#;
    /// A reason, and the line of the entry.
    type Expected<'e> = &'e [(Unused, u64)];
    let insomnia = "type: collection.insomnia.rest/5.0\nname: Library\ncollection:\n  - name: Books\n    children:\n      - name: list\n        method: GET\n        url: /books\n";
    let otlp = r#"{"resourceSpans": [{"resource": {}, "scopeSpans": [{"spans": [
        {"name": "SELECT", "attributes": [{"key": "db.system", "value": {"stringValue": "postgresql"}}]}]}]}]}"#;
    let metrics = r#"{"resourceMetrics": [{"resource": {}, "scopeMetrics": []}]}"#;
    let export = fs::read_to_string(samples().join("insomnia.json")).expect("readable");
    let har = r#"{"log": {"version": "1.2", "entries": [
        {"_resourceType": "websocket", "request": {"method": "GET", "url": "wss://library.example/live"}, "response": {"status": 101}, "_webSocketMessages": []},
        {"request": {"method": "GET", "url": "https://library.example/live"}, "response": {"status": 101}}]}}"#;
    let table: [(&str, &str, Expected<'_>); 9] = [
        ("a.bru", "meta {\n  name: list\n}\n\nget {\n  url: {{host}}/books\n}\n", &[(Unused::NoResponse, 5)]),
        ("a.yaml", insomnia, &[(Unused::NoResponse, 6)]),
        ("export.json", &export, &[(Unused::NoResponse, 11), (Unused::NoResponse, 20), (Unused::NoResponse, 32), (Unused::NoResponse, 41)]),
        ("a.json", otlp, &[(Unused::NotHttp, 2)]),
        ("b.json", metrics, &[(Unused::NotHttp, 1)]),
        ("a.har", har, &[(Unused::NotHttp, 2), (Unused::NotHttp, 3)]),
        ("any.json", wiremock, &[(Unused::AnyRequest, 1)]),
        ("imposters.json", mountebank, &[(Unused::AnyRequest, 2), (Unused::NoResponse, 3)]),
        ("collection.json", postman, &[(Unused::NoResponse, 3)]),
    ];
    for (name, text, expected) in table {
        let found = read(memory(name, text.as_bytes()));
        assert_eq!(found.problems, [""; 0], "{name}");
        assert_eq!(found.exchanges, [""; 0], "{name}");
        assert_eq!(found.unused, expected, "{name}");
    }
}

/// Comments are no mistake where the language allows them, and what is elided is not compared.
#[test]
fn blocks_of_documentation_may_have_comments_and_elisions() {
    let block = |language: &str, text: &str| format!("# Books\n\n```{language}\n{text}\n```\n");
    let elided: &[(Unused, u64)] = &[(Unused::Elided, 4)];
    let table = [
        (block("jsonc", "{\"id\": 1, // first\n}"), "payload {\"id\":1}", &[][..]),
        (block("json5", "[1, 2,] /* two */"), "payload [1,2]", &[]),
        (block("json5", "{id: 1}"), "", &[(Unused::NotJson, 4)]),
        (block("json", "{\"id\": 1, ...}"), "", elided),
        (block("json", "{\"id\": 1, \"...\": \"...\"}"), "", elided),
        (block("jsonc", "{\"id\": 1,\n// ...\n}"), "", elided),
        (block("", "[{\"id\": 1}, \"...\"]"), "", elided),
        (
            block("http", "POST /books HTTP/1.1\nContent-Type: application/json\n\n{\"title\": \"Winter\"}\n\nHTTP/1.1 201 Created\nContent-Type: application/json\n\n{\"id\": 3, ...}"),
            "POST /books {\"title\":\"Winter\"} -> 201 -",
            &[(Unused::Elided, 12)],
        ),
    ];
    for (text, expected, unused) in table {
        for name in ["books.md", "books.mdx"] {
            let found = read(memory(name, text.as_bytes()));
            assert_eq!(found.formats, [Some(Format::Markdown)], "{text}");
            assert_eq!(found.exchanges.join("\n"), expected, "{text}");
            assert_eq!(found.unused, unused, "{text}");
            assert_eq!(found.problems, [""; 0], "{text}");
        }
    }
}

#[test]
fn a_truncated_recording_gives_the_entries_before_the_end() {
    for (name, _) in SAMPLES {
        let bytes = fs::read(samples().join(name)).expect("readable");
        // The fourth exchange starts here.
        let cut = memchr::memmem::rfind(&bytes, b"/books/1").expect("there");
        let found = read(memory(name, &bytes[..cut + 4]));
        // YAML has no end. A request without a response is whole, and what follows a body is a part of it, which is not JSON then.
        let is_said = !found.problems.is_empty() || matches!(name, "curl.txt" | "messages.http" | "rest-client/library.http") || name.ends_with("ml");
        assert!(is_said, "{name}: nothing is said");
        // Some formats need a file next to it.
        let expected = match name {
            // It is one entry.
            "mountebank.json" => &[][..],
            // Two of them are in one entry.
            "otlp.json" => &EXCHANGES[..2],
            "wiremock/mappings/library.json" | "rest-client/library.http" | "curl.txt" => continue,
            "playwright/trace.network" | "playwright-har/library.har" => continue,
            "messages.http" => &EXCHANGES[..2],
            // The others are in one folder, which is one entry.
            "postman.json" => &EXCHANGES[..1],
            _ => &EXCHANGES[..3],
        };
        let first: Vec<&str> = found.exchanges.iter().take(expected.len()).map(String::as_str).collect();
        assert_eq!(first, expected, "{name}: {:?}", found.problems);
    }
}
