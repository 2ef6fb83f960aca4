//! Archives as written by browsers, proxies and test recorders.

use super::*;

/// The status and body read from an archive with this response, or the problem reported instead.
fn answered(response: &str) -> String {
    let text = format!(
        r#"{{"log": {{"entries": [{{"request": {{"method": "GET", "url": "https://x.test/a", "headers": []}}, "response": {response}}}]}}}}"#
    );
    read_of(&text)
}

fn read_of(text: &str) -> String {
    struct Few(Vec<String>);
    impl Sink for Few {
        fn exchange(&mut self, exchange: Exchange<'_>) {
            let Some(response) = &exchange.response else {
                return self.0.push("no answer".to_owned());
            };
            let body = match &response.body {
                Some(body) => String::from_utf8_lossy(&body.bytes).into_owned(),
                None if response.body_left_out => "left out".to_owned(),
                None => "no body".to_owned(),
            };
            let remarks: Vec<&str> = exchange
                .remarks
                .iter()
                .filter_map(|remark| match remark.kind {
                    RemarkKind::Encoding(fault) => Some(fault.words()),
                    RemarkKind::ContentLength { .. } | RemarkKind::ContentCoding(_) => None,
                })
                .collect();
            let remarks = if remarks.is_empty() {
                String::new()
            } else {
                format!(" ({})", remarks.join(", "))
            };
            self.0.push(format!("{} {body}{remarks}", response.status));
        }
        fn unused(&mut self, _: Unused, _: &crate::location::Origin) {}
        fn problem(&mut self, problem: ReadProblem) {
            self.0.push(format!(
                "{}: {}",
                problem.origin.position.column, problem.message
            ));
        }
        fn source(&mut self, _: SourceRead) {}
        fn skipped(&mut self, _: PathBuf, _: &'static str) {}
    }
    let mut few = Few(Vec::new());
    let input = Input::Memory {
        name: "a.har".into(),
        bytes: text.as_bytes().into(),
    };
    Reading::default().read_here(&[input], &mut few);
    few.0.join("\n")
}

/// The start of archives, and an entry, as tools write them.
#[test]
fn every_tool_writes_it_in_its_own_way() {
    let entry = r#"{"request": {"method": "GET", "url": "https://x.test/a"}, "response": {"status": 200, "content": {"text": "{}"}}}"#;
    // Charles writes numbers as strings, and leaves out what is not known.
    let charles = r#"{"startedDateTime": "2026-03-02T09:15:00.000+01:00", "time": "12", "request": {"method": "GET", "url": "https://x.test/a", "headersSize": "-1", "bodySize": "0"}, "response": {"status": "200", "bodySize": "2", "content": {"size": "2", "mimeType": "application/json", "text": "{}"}}}"#;
    // Playwright, and Polly, which has the parts of the body in hexadecimal.
    let polly = r#"{"_id": "1", "_order": 0, "cache": {}, "request": {"_id": "1", "method": "GET", "url": "https://x.test/a"}, "response": {"status": 200, "content": {"encoding": "base64", "mimeType": "application/json", "text": "[\"7b\",\"7d\"]"}}}"#;
    // What browsers add.
    let chrome = r#"{"_initiator": {"type": "script"}, "_priority": "High", "_resourceType": "fetch", "cache": {}, "connection": "443", "request": {"method": "GET", "url": "https://x.test/a", "httpVersion": "h2", "headers": [{"name": ":method", "value": "GET"}]}, "response": {"status": 200, "_transferSize": 9, "_error": null, "content": {"size": 2, "mimeType": "application/json", "text": "{}"}}}"#;
    let table = [
        ("Chrome", r#"{"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": [], "entries": ["#, chrome),
        ("Firefox", r#"{"log": {"version": "1.2", "creator": {"name": "Firefox", "version": "140.0"}, "browser": {"name": "Firefox"}, "entries": ["#, entry),
        ("Safari", r#"{"log": {"version": "1.2", "creator": {"name": "WebKit Web Inspector", "version": "1.0"}, "pages": [{}], "entries": ["#, entry),
        ("Charles", r#"{"log": {"version": "1.2", "creator": {"name": "Charles Proxy", "version": "5.0"}, "entries": ["#, charles),
        ("Fiddler", "\u{feff}{\"log\": {\"comment\": \"exported\", \"version\": \"1.2\", \"entries\": [", entry),
        ("Insomnia", r#"{"log": {"version": "1.2", "creator": {"name": "Insomnia REST Client", "version": "insomnia.desktop.app:v9.3.3"}, "entries": ["#, entry),
        ("Polly", r#"{"log": {"_recordingName": "library/lists books", "creator": {"comment": "persister:fs", "name": "Polly.JS", "version": "6.0.6"}, "entries": ["#, polly),
    ];
    for (name, start, entry) in table {
        let text = format!("{start}{entry}]}}}}");
        assert_eq!(read_of(&text), "200 {}", "{name}");
        // The name of the file does not matter.
        let found = recognise(&Head::new("recording", text.trim_start_matches('\u{feff}').as_bytes(), true), false);
        assert_eq!(found, Recognised::Format(Format::Har), "{name}");
    }
}

/// Most browsers leave out the events of a stream.
#[test]
fn a_stream_of_events_without_text_is_left_out() {
    for content in [r#""size": 0, "mimeType": "text/event-stream""#, r#""size": 90, "mimeType": "text/event-stream; charset=utf-8""#] {
        let found = answered(&format!(r#"{{"status": 200, "bodySize": 90, "content": {{{content}}}}}"#));
        assert_eq!(found, "200 left out", "{content}");
    }
}

#[test]
fn an_exchange_may_have_no_answer() {
    let content = r#""content": {"text": "{}", "mimeType": "application/json"}"#;
    for (status, expected) in [
        ("0", "no answer"),
        ("-1", "no answer"),
        ("\"-1\"", "no answer"),
        (
            "\"\"",
            "175: response skipped: `status` is not an HTTP status code",
        ),
        ("null", "no answer"),
        ("200", "200 {}"),
        ("200.0", "200 {}"),
        ("\"200\"", "200 {}"),
        ("2e2", "200 {}"),
        ("200.5", ""),
        ("1000", ""),
        ("true", ""),
    ] {
        let found = answered(&format!(r#"{{"status": {status}, {content}}}"#));
        match expected {
            "no answer" | "200 {}" => assert_eq!(found, expected, "{status}"),
            _ => assert!(
                found.contains("is not an HTTP status code"),
                "{status} {found}"
            ),
        }
    }
    for response in ["null", "{}", "[]", r#"{"content": {"text": "{}"}}"#] {
        assert_eq!(answered(response), "no answer", "{response}");
    }
    let without = r#"{"log": {"entries": [{"request": {"method": "GET", "url": "/a"}}]}}"#;
    assert_eq!(read_of(without), "no answer");
}

#[test]
fn a_body_that_the_archive_does_not_hold_is_left_out() {
    for (response, expected) in [
        (
            r#"{"status": 200, "content": {"size": -1, "mimeType": "x-unknown"}}"#,
            "200 left out",
        ),
        (
            r#"{"status": 200, "content": {"size": 0, "mimeType": "x-unknown"}}"#,
            "200 left out",
        ),
        (
            r#"{"status": 200, "content": {"size": 12, "mimeType": "application/json"}}"#,
            "200 left out",
        ),
        (
            r#"{"status": 200, "content": {"size": 12, "text": ""}}"#,
            "200 left out",
        ),
        (
            r#"{"status": 200, "content": {"mimeType": "application/json"}}"#,
            "200 left out",
        ),
        (
            r#"{"status": 200, "content": {"size": 0}, "_failureText": "net::ERR_ABORTED"}"#,
            "200 left out",
        ),
        (
            r#"{"status": 200, "content": {"size": 0}, "_error": "net::ERR_FAILED"}"#,
            "200 left out",
        ),
        (
            r#"{"status": 200, "content": {"size": 0}, "bodySize": 9}"#,
            "200 left out",
        ),
        (
            r#"{"status": 200, "content": {"size": 0}, "_error": null}"#,
            "200 no body",
        ),
        (
            r#"{"status": 200, "content": {"size": 0, "text": null}}"#,
            "200 no body",
        ),
        (r#"{"status": 204, "content": {"text": ""}}"#, "204 no body"),
        (r#"{"status": 204, "content": {}}"#, "204 no body"),
        (r#"{"status": 204}"#, "204 no body"),
    ] {
        assert_eq!(answered(response), expected, "{response}");
    }
}

#[test]
fn bodies_are_read_however_they_are_encoded() {
    let gzip = gzip(b"{\"n\":1}");
    let hex: String = gzip.iter().map(|byte| format!("{byte:02x}")).collect();
    let base64 = |bytes: &[u8]| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(bytes)
    };
    let (head, tail) = hex.split_at(20);
    let json = r#""mimeType": "application/json""#;
    for (content, expected) in [
        (
            format!(r#"{json}, "encoding": "base64", "text": "eyJuIjoxfQ==""#),
            "200 {\"n\":1}",
        ),
        (
            format!(r#"{json}, "encoding": "BASE64", "text": "eyJuIjoxfQ""#),
            "200 {\"n\":1}",
        ),
        // The URL-safe alphabet of base64, with `-` and `_`.
        (
            format!(r#"{json}, "encoding": "base64", "text": "eyJuIjoiPz8_PyJ9""#),
            "200 {\"n\":\"????\"}",
        ),
        (
            format!(r#"{json}, "encoding": "base64", "text": "{{\"n\":1}}""#),
            "200 {\"n\":1} (labelled base64, but plain text)",
        ),
        (
            format!(r#"{json}, "text": "eyJuIjoxfQ==""#),
            "200 {\"n\":1} (base64 without a label)",
        ),
        // A word, a number, and base64 whose content is not JSON.
        (format!(r#"{json}, "text": "true""#), "200 true"),
        (format!(r#"{json}, "text": "1234""#), "200 1234"),
        (format!(r#"{json}, "text": "aGVsbG8=""#), "200 aGVsbG8="),
        (
            r#""mimeType": "text/plain", "text": "eyJuIjoxfQ==""#.to_owned(),
            "200 eyJuIjoxfQ==",
        ),
        (
            format!(r#"{json}, "text": {{"n": 1}}"#),
            "200 {\"n\": 1} (`text` is not a string)",
        ),
        (
            format!(r#"{json}, "text": 7"#),
            "200 7 (`text` is not a string)",
        ),
        // Polly.js splits compressed bodies into parts.
        (
            format!(r#"{json}, "_isBinary": true, "text": "[\"{hex}\"]""#),
            "200 {\"n\":1}",
        ),
        (
            format!(
                r#"{json}, "_isBinary": true, "encoding": "base64", "text": "[\"{head}\",\"{tail}\"]""#
            ),
            "200 {\"n\":1}",
        ),
        (
            format!(
                r#"{json}, "encoding": "base64", "text": "[\"{}\"]""#,
                base64(&gzip)
            ),
            "200 {\"n\":1}",
        ),
        (
            format!(
                r#"{json}, "encoding": "base64", "text": "{}""#,
                base64(&gzip)
            ),
            "200 {\"n\":1}",
        ),
        (
            format!(r#"{json}, "_isBinary": true, "text": "[1, 2]""#),
            "200 [1, 2]",
        ),
        (format!(r#"{json}, "text": "[\"ab\"]""#), "200 [\"ab\"]"),
    ] {
        let headers = r#""headers": [{"name": "Content-Encoding", "value": "gzip"}]"#;
        let found = answered(&format!(
            r#"{{"status": 200, {headers}, "content": {{{content}}}}}"#
        ));
        assert_eq!(found, expected, "{content}");
    }
}

/// JSON allows half a surrogate pair, and browsers write it. Other entries are read unchanged.
#[test]
fn half_a_surrogate_pair_is_no_reason_to_refuse_an_archive() {
    let entry = |text: &str| {
        format!(
            r#"{{"request": {{"method": "GET", "url": "/"}}, "response": {{"status": 200, "content": {{"text": "{text}"}}}}}}"#
        )
    };
    let texts = [
        r#"{\"a\": \"\ud800\"}"#,
        r#"{\"a\": \"\ud83d\ude00\"}"#,
        r#"{\"a\": \"\udc00 \uD83Dx\"}"#,
        r#"{\"a\": \"\\ud800\"}"#,
    ];
    let entries: Vec<String> = texts.iter().map(|text| entry(text)).collect();
    let archive = format!(r#"{{"log": {{"entries": [{}]}}}}"#, entries.join(","));
    let expected = [
        "200 {\"a\": \"\u{fffd}\"} (half a surrogate pair)",
        "200 {\"a\": \"\u{1f600}\"}",
        "200 {\"a\": \"\u{fffd} \u{fffd}x\"} (half a surrogate pair)",
        // An escape within the payload: the payload's own parser decides whether that is JSON.
        "200 {\"a\": \"\\ud800\"}",
    ];
    assert_eq!(read_of(&archive), expected.join("\n"));
    // Only in a body: names, headers and the URL are not compared.
    let message = |key: &str, text: &str| format!(r#"{{"status": 200, "{key}": {text}, "content": {{"text": "{{}}"}}}}"#);
    for (key, text) in [
        ("statusText", r#""\ud800""#),
        ("headers", r#"[{"name": "X-Name", "value": "a \udfff"}]"#),
        ("_comment", r#"{"text": "\ud83d"}"#),
    ] {
        assert_eq!(answered(&message(key, text)), "200 {}", "{key}");
    }
    for (text, expected) in [(r"[1]", "204 no body"), (r#"[\"\ud801\"]"#, "204 no body (half a surrogate pair)")] {
        let sent = format!(
            r#"{{"log": {{"entries": [{{"request": {{"method": "POST", "url": "/\udc00", "postData": {{"mimeType": "\ud800", "text": "{text}"}}}}, "response": {{"status": 204}}}}]}}}}"#
        );
        assert_eq!(read_of(&sent), expected, "{text}");
    }
    let broken = archive.replace("]}}", "");
    assert!(
        read_of(&broken).contains("the file ends too early, after entry 4"),
        "{}",
        read_of(&broken)
    );
}
