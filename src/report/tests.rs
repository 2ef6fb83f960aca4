//! Every rule's example through every renderer, in 80 columns.

use textwrap::core::display_width;

use crate::contract::builtin;
use crate::observe::Observation;
use crate::redact::without_styles;
use crate::rules::{CATALOGUE, Level};
use crate::rules::tests::{documented_changes, findings};

use super::check::{CheckFormat, Report, TextOptions};
use super::diff::{Changes, ContractName, DiffFormat, DiffOptions};
use super::render::wrap::Columns;
use super::{Format, Render};

/// The width of a terminal that nobody has made wider.
const NARROW: usize = 80;

/// Lines that do not fit, though they could have been broken at a space.
fn too_long(text: &str) -> Vec<String> {
    let lines = without_styles(text);
    let lines = lines.lines().filter(|line| {
        let is_one_word = !line.trim_start_matches([' ', '-', '>', '=', '|']).trim().contains(' ');
        display_width(line) > NARROW && !is_one_word
    });
    lines.map(str::to_owned).collect()
}

/// Whether a report says a sentence, in the syntax of its format.
fn says(rendered: &str, format: &str, sentence: &str) -> bool {
    let bare = |text: &str| unwrapped(&text.replace("&#8203;", "").replace(['`', '\\'], ""));
    let plain = bare(sentence);
    match format {
        "json" | "ndjson" | "sarif" | "gitlab" => {
            // The strings of JSON, without their escapes.
            let documents = match format {
                "ndjson" => rendered.lines().map(str::to_owned).collect(),
                _ => vec![rendered.to_owned()],
            };
            let values = documents.iter().map(|text| serde_json::from_str(text).expect("JSON"));
            values.into_iter().any(|value: serde_json::Value| strings(&value).iter().any(|text| bare(text).contains(&plain)))
        }
        "github" => {
            let text = rendered.replace("%0A", "\n").replace("%25", "%");
            bare(&text).contains(&plain)
        }
        "junit" => {
            let text = rendered.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            bare(&text.replace("&apos;", "'")).contains(&plain)
        }
        _ => {
            let shown = bare(&rendered.replace("<code>", "").replace("</code>", ""));
            let escaped = plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            shown.contains(&plain) || shown.contains(&escaped)
        }
    }
}

/// All strings of a JSON document.
fn strings(value: &serde_json::Value) -> Vec<&str> {
    match value {
        serde_json::Value::String(text) => vec![text],
        serde_json::Value::Array(items) => items.iter().flat_map(strings).collect(),
        serde_json::Value::Object(members) => members.values().flat_map(strings).collect(),
        _ => Vec::new(),
    }
}

fn unwrapped(text: &str) -> String {
    without_styles(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn findings_of_every_rule_are_shown_by_every_renderer() {
    let registry = builtin::registry().expect("compiles");
    for rule in CATALOGUE {
        if documented_changes(rule, &registry).is_some() {
            continue;
        }
        let found = findings(rule, &registry);
        let headlines: Vec<String> = found.iter().map(|finding| finding.headline().to_string()).collect();
        assert!(!headlines.is_empty(), "{}", rule.id);
        let report = Report::new("example@v1", &[], Observation::default(), found);
        let options = TextOptions {
            width: NARROW,
            coverage: true,
            ..TextOptions::default()
        };
        for (name, format) in CheckFormat::NAMES {
            let rendered = report.render(*format, options);
            for finding in &report.findings {
                // Annotations are for errors and warnings.
                let is_shown = *name != "github" || finding.level > Level::Info;
                let headline = finding.headline();
                assert!(!is_shown || says(&rendered, name, &headline), "{} in {name}: {headline}\n{rendered}", rule.id);
            }
            if *name == "text" {
                assert_eq!(too_long(&rendered), Vec::<String>::new(), "{}", rule.id);
            }
        }
    }
}

#[test]
fn changes_of_every_rule_are_shown_by_every_renderer() {
    let registry = builtin::registry().expect("compiles");
    for rule in CATALOGUE {
        let Some(changes) = documented_changes(rule, &registry) else {
            continue;
        };
        let name = |given: &str| ContractName {
            given: given.to_owned(),
            reference: given.to_owned(),
            version: String::new(),
            title: given.to_owned(),
        };
        let report = Changes {
            old: name("old.yaml"),
            new: name("new.yaml"),
            changes,
            suppressed: Vec::new(),
            exempt: super::Exempt::default(),
            unused_ignores: Vec::new(),
            lowered: std::collections::BTreeSet::new(),
            equivalent: Vec::new(),
            unusable: Vec::new(),
            size: crate::diff::DiffSize::default(),
        };
        let options = DiffOptions {
            columns: Columns(NARROW),
            all_places: true,
            ..DiffOptions::default()
        };
        for (name, format) in DiffFormat::NAMES {
            let rendered = report.render(*format, options);
            for change in &report.changes {
                // There are ten annotations at most, and a changelog has sentences of its own.
                let is_shown = !["changelog", "github"].contains(name);
                let message = &change.message;
                assert!(!is_shown || says(&rendered, name, message), "{} in {name}: {message}\n{rendered}", rule.id);
            }
            if *name == "text" {
                assert_eq!(too_long(&rendered), Vec::<String>::new(), "{}", rule.id);
            }
        }
    }
}
