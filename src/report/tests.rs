//! Every rule's example through every renderer, in 80 columns.

use textwrap::core::display_width;

use crate::contract::{Contract, builtin};
use crate::observe::{Observer, Options};
use crate::redact::without_styles;
use crate::rules::CATALOGUE;
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
        let observer = Observer::new(Vec::<&Contract>::new(), Vec::new(), Options::default());
        let report = Report::new("example@v1", observer, found);
        let options = TextOptions {
            width: NARROW,
            coverage: true,
            ..TextOptions::default()
        };
        for (name, format) in CheckFormat::NAMES {
            let rendered = report.render(*format, options);
            let shown = unwrapped(&rendered.replace(['`', '\\'], "").replace("<code>", "").replace("</code>", ""));
            for headline in &headlines {
                let plain = unwrapped(&headline.replace(['`', '\\'], ""));
                let escaped = plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                assert!(
                    shown.contains(&plain) || shown.contains(&escaped) || *name == "json",
                    "{} in {name}: {plain}\n{rendered}",
                    rule.id
                );
            }
            if *name == "text" {
                assert_eq!(too_long(&rendered), Vec::<String>::new(), "{}", rule.id);
            }
            if *name == "json" {
                let json: serde_json::Value = serde_json::from_str(&rendered).expect("JSON");
                let messages = json["findings"].as_array().expect("a list").iter();
                let messages: Vec<&str> = messages.filter_map(|finding| finding["message"].as_str()).collect();
                assert!(headlines.iter().all(|headline| messages.contains(&headline.as_str())));
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
            let shown = unwrapped(&rendered.replace(['`', '\\'], "").replace("<code>", "").replace("</code>", ""));
            for change in &report.changes {
                let plain = unwrapped(&change.message.replace(['`', '\\'], ""));
                let escaped = plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
                let is_shown = shown.contains(&plain) || shown.contains(&escaped);
                // A changelog has sentences of its own, and JSON escapes.
                assert!(
                    is_shown || matches!(*name, "changelog" | "json"),
                    "{} in {name}: {plain}\n{rendered}",
                    rule.id
                );
            }
            if *name == "text" {
                assert_eq!(too_long(&rendered), Vec::<String>::new(), "{}", rule.id);
            }
        }
    }
}
