//! Compares YAML parsers: which valid documents they read correctly, which invalid ones they reject, and how
//! fast they are.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin yaml SUITE [DOCUMENT]`
//!
//! SUITE is the folder `src` of a checkout of the public yaml-test-suite. DOCUMENT is a large YAML file, which is
//! parsed a few times by each.

use std::path::Path;
use std::time::Instant;

use serde_json::Value;
use wiredrift::source::Source;

/// The events of a document, as the suite writes them, but without anchors, tags and styles.
type Events = Result<Vec<String>, String>;

type Parser = (&'static str, fn(&str) -> Events);

const PARSERS: [Parser; 5] = [
    ("granit-parser", granit),
    ("granit-parser, strict", granit_strict),
    ("saphyr-parser", saphyr),
    ("yaml-rust2", rust2),
    ("libyaml-safer", libyaml),
];

/// How often a large document is parsed.
const RUNS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some(suite) = arguments.first() else {
        eprintln!("usage: yaml SUITE [DOCUMENT]");
        std::process::exit(2);
    };
    let cases = cases(Path::new(suite));
    let shows = std::env::var_os("SHOW").is_some();
    println!("{} documents", cases.len());
    println!("parser                  read right   read wrong      refused   invalid ones refused");
    for (name, parse) in PARSERS {
        let [mut right, mut wrong, mut refused, mut valid] = [0; 4];
        let [mut caught, mut invalid] = [0; 2];
        for case in &cases {
            let found = std::panic::catch_unwind(|| parse(&case.text));
            let found = found.unwrap_or_else(|_| Err("it panics".to_owned()));
            let Some(expected) = &case.events else {
                invalid += 1;
                caught += usize::from(found.is_err());
                if shows && found.is_ok() {
                    println!("  {name}: {} is accepted", case.name);
                }
                continue;
            };
            valid += 1;
            match found {
                Ok(events) if events == *expected => right += 1,
                Ok(events) => {
                    wrong += 1;
                    if shows {
                        println!("  {name}: {} read as {events:?}", case.name);
                    }
                }
                Err(error) => {
                    refused += 1;
                    if shows {
                        println!("  {name}: {} refused: {error}", case.name);
                    }
                }
            }
        }
        println!("{name:22} {right:5} / {valid:3} {wrong:12} {refused:12} {caught:10} / {invalid}");
    }
    if let Some(document) = arguments.get(1) {
        time(&std::fs::read_to_string(document).expect("readable"));
    }
}

fn time(document: &str) {
    println!("\n{} bytes, the fastest of {RUNS} runs", document.len());
    for (name, parse) in PARSERS {
        let mut best = f64::MAX;
        let mut events = 0;
        for _ in 0..RUNS {
            let start = Instant::now();
            let found = parse(document);
            best = best.min(start.elapsed().as_secs_f64());
            events = match found {
                Ok(found) => found.len(),
                Err(error) => {
                    println!("{name}: {error}");
                    break;
                }
            };
        }
        println!("{name:22} {:8.1} ms {events:10} events", best * 1e3);
    }
}

struct Case {
    name: String,
    text: String,
    /// `None` when the document is invalid.
    events: Option<Vec<String>>,
}

/// Every case of the suite. In a file with several cases, each one inherits what it does not declare from the
/// one before.
fn cases(suite: &Path) -> Vec<Case> {
    let mut files: Vec<_> = std::fs::read_dir(suite)
        .expect("a folder")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .collect();
    files.sort();
    let mut cases = Vec::new();
    for path in files {
        let name = path
            .file_stem()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        let parsed = Source::parse(&name, std::fs::read(&path).expect("readable"));
        let parsed = parsed.expect("the files of the suite are plain YAML").value;
        let mut known = serde_json::Map::new();
        for (number, case) in parsed.as_array().expect("a list").iter().enumerate() {
            // Whether a case fails is not inherited.
            known.remove("fail");
            known.extend(case.as_object().expect("a case").clone());
            if known.get("skip") == Some(&Value::Bool(true)) {
                continue;
            }
            let text = |key: &str| known.get(key).and_then(Value::as_str).unwrap_or_default();
            let fails = known.get("fail") == Some(&Value::Bool(true));
            cases.push(Case {
                name: format!("{name}/{number:02}"),
                text: shown_as_text(text("yaml")),
                events: (!fails).then(|| events_of(text("tree"))),
            });
        }
    }
    cases
}

/// The suite uses visible characters for white space and marks.
fn shown_as_text(shown: &str) -> String {
    let text = shown
        .replace('␣', " ")
        .replace('↵', "")
        .replace('←', "\r")
        .replace('⇔', "\u{feff}");
    let tabs: String = text.replace('—', "").replace('»', "\t");
    match tabs.strip_suffix("∎\n") {
        Some(rest) => rest.to_owned(),
        None => tabs,
    }
}

/// `+MAP {} &a <tag>` → `+MAP`; `=VAL &a <tag> "text` → `=VAL text`
fn events_of(tree: &str) -> Vec<String> {
    let lines = tree
        .lines()
        .map(str::trim_start)
        .filter(|line| !line.is_empty());
    lines
        .map(|line| {
            let (kind, mut rest) = line.split_once(' ').unwrap_or((line, ""));
            if kind != "=VAL" {
                return kind.to_owned();
            }
            while rest.starts_with(['&', '<']) {
                rest = rest.split_once(' ').map_or("", |(_, rest)| rest);
            }
            let text = rest.get(1..).unwrap_or_default();
            format!("=VAL {}", shown_as_text(text))
        })
        .collect()
}

fn value(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('\n', "\\n")
        .replace('\t', "\\t")
        .replace('\r', "\\r")
        .replace('\u{8}', "\\b");
    format!("=VAL {text}")
}

macro_rules! events {
    ($parser:ident, $event:expr) => {
        match $event {
            $parser::Event::StreamStart => "+STR".to_owned(),
            $parser::Event::StreamEnd => "-STR".to_owned(),
            $parser::Event::DocumentStart { .. } => "+DOC".to_owned(),
            $parser::Event::DocumentEnd => "-DOC".to_owned(),
            $parser::Event::SequenceStart(..) => "+SEQ".to_owned(),
            $parser::Event::SequenceEnd => "-SEQ".to_owned(),
            $parser::Event::MappingStart(..) => "+MAP".to_owned(),
            $parser::Event::MappingEnd => "-MAP".to_owned(),
            $parser::Event::Alias(..) => "=ALI".to_owned(),
            $parser::Event::Scalar(text, ..) => value(&text),
            #[allow(unreachable_patterns)]
            _ => continue,
        }
    };
}

fn granit(text: &str) -> Events {
    granit_with(text, granit_parser::options! {})
}

fn granit_strict(text: &str) -> Events {
    granit_with(text, granit_parser::options! { strict_indentation: true })
}

fn granit_with(text: &str, options: granit_parser::Options) -> Events {
    let mut events = Vec::new();
    for event in granit_parser::Parser::new_from_str_with_options(text, options) {
        let (event, span) = event.map_err(|error| error.to_string())?;
        // It reports `~` for omitted values.
        if event.scalar().is_some() && span.start == span.end {
            events.push(value(""));
            continue;
        }
        events.push(events!(granit_parser, event));
    }
    Ok(events)
}

fn saphyr(text: &str) -> Events {
    let mut events = Vec::new();
    for event in saphyr_parser::Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| error.to_string())?;
        events.push(events!(saphyr_parser, event));
    }
    Ok(events)
}

fn rust2(text: &str) -> Events {
    use yaml_rust2::parser;
    let mut events = Vec::new();
    let mut reader = parser::Parser::new_from_str(text);
    loop {
        let (event, _) = reader.next_token().map_err(|error| error.to_string())?;
        let is_last = event == parser::Event::StreamEnd;
        events.push(events!(parser, event));
        if is_last {
            return Ok(events);
        }
    }
}

fn libyaml(text: &str) -> Events {
    use libyaml_safer::EventData;
    let mut bytes = text.as_bytes();
    let mut parser = libyaml_safer::Parser::new();
    parser.set_input_string(&mut bytes);
    let mut events = Vec::new();
    loop {
        let event = parser.parse().map_err(|error| error.to_string())?.data;
        let is_last = matches!(event, EventData::StreamEnd);
        events.push(match event {
            EventData::StreamStart { .. } => "+STR".to_owned(),
            EventData::StreamEnd => "-STR".to_owned(),
            EventData::DocumentStart { .. } => "+DOC".to_owned(),
            EventData::DocumentEnd { .. } => "-DOC".to_owned(),
            EventData::SequenceStart { .. } => "+SEQ".to_owned(),
            EventData::SequenceEnd => "-SEQ".to_owned(),
            EventData::MappingStart { .. } => "+MAP".to_owned(),
            EventData::MappingEnd => "-MAP".to_owned(),
            EventData::Alias { .. } => "=ALI".to_owned(),
            EventData::Scalar { value: text, .. } => value(&text),
        });
        if is_last {
            return Ok(events);
        }
    }
}
