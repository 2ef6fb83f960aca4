//! Places in long files, compared with those that a scan from the start finds.

use std::fs;

use super::*;
use crate::location::{Origin, Position};

/// The lines that identify messages, the starts of bodies, and what is not compared: the text there and its place.
#[derive(Default)]
struct Found {
    texts: Vec<(String, Origin)>,
    exchanges: usize,
}

impl Sink for Found {
    fn exchange(&mut self, exchange: Exchange<'_>) {
        self.exchanges += 1;
        self.texts.push((String::new(), exchange.origin));
        let lines = [
            exchange.request.as_ref().map(|request| &request.line),
            exchange.response.as_ref().map(|response| &response.line),
        ];
        let lines = lines.into_iter().flatten();
        self.texts.extend(lines.map(|line| (line.text.clone(), line.origin.clone())));
        let body = exchange.response.and_then(|response| response.body);
        self.texts.extend(body.map(|body| (String::from_utf8_lossy(&body.bytes).into_owned(), body.origin.clone())));
    }
    fn unused(&mut self, _: Unused, origin: &Origin) {
        self.texts.push((String::new(), origin.clone()));
    }
    fn problem(&mut self, problem: ReadProblem) {
        self.texts.push((String::new(), problem.origin));
    }
    fn source(&mut self, _: SourceRead) {}
    fn skipped(&mut self, _: PathBuf, _: &'static str) {}
}

#[test]
fn places_in_long_files_are_those_of_a_scan() {
    let bruno = |number: usize| {
        format!(
            "example {{\n  name: é\n  request: {{\n    url: https://h/☃/{number}\n    method: GET\n  }}\n  response: {{\n    \
             status: {{\n      code: {}\n    }}\n    body: {{\n      type: json\n      content: '''\n        \
             {{\"é\": {number}}}\n      '''\n    }}\n  }}\n}}\n\n",
            if number % 7 == 3 { 1 } else { 200 },
        )
    };
    let rest_client = |number: usize| {
        let saved = ["<> a.200.json\n<> gone.404.json\n", "<> a.200.json\n", ""][number % 3];
        format!("### é\r\n# ☃\nGET https://h/{number}\nAccept: */*\n\n{saved}\n")
    };
    let curl = |number: usize| {
        format!("> GET /☃/{number} HTTP/1.1\n> Host: h\n> \n< HTTP/1.1 200 OK\n< Content-Type: application/json\n< \n{{\"é\": {number}}}\n")
    };
    let all = |entry: &dyn Fn(usize) -> String| (0..60).map(entry).collect::<String>();
    for (name, text, exchanges) in [
        ("a.bru", format!("meta {{\n  name: é\n}}\n\nget {{\n  url: https://h/a\n}}\n\n{}", all(&bruno)), 51),
        ("a.http", all(&rest_client), 40),
        ("a.txt", all(&curl), 60),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("a.200.json"), "{}").expect("written");
        let path = folder.path().join(name);
        fs::write(&path, &text).expect("written");
        let mut found = Found::default();
        Reading::default().read_here(&[Input::Path(path)], &mut found);
        assert_eq!(found.exchanges, exchanges, "{name}");
        for (written, origin) in found.texts.iter().filter(|(_, origin)| origin.file.ends_with(name)) {
            let offset = usize::try_from(origin.position.byte).expect("small");
            assert_eq!(origin.position, Position::START.at_offset(text.as_bytes(), offset), "{name} {written}");
            let there = text.get(offset..).unwrap_or_default();
            assert!(there.starts_with(written), "{name}: {written}, not {there:.40}");
        }
        assert!(found.texts.len() > 100, "{name}");
    }
}
