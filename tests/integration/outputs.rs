//! The outputs of `check`, and what they leave out.

use std::fmt::Write as _;
use std::fs;

use serde_json::Value;

use crate::common::{folder, root, run_in, unwrapped};

const DRIFT: [&str; 4] = [
    "check",
    "samples/petstore/captures/drifting",
    "--contract",
    "samples/petstore/openapi.yaml",
];

fn run(more: &[&str]) -> String {
    let (code, stdout, stderr) = run_in(root(), &[&DRIFT, more].concat(), "");
    assert_eq!((code, stderr.as_str()), (1, ""), "{stdout}");
    stdout
}

fn findings() -> Vec<Value> {
    let json: Value = serde_json::from_str(&run(&["--output", "json"])).expect("JSON");
    json["findings"].as_array().expect("a list").clone()
}

#[test]
fn short_has_a_line_for_each_finding() {
    let short = run(&["--output", "short"]);
    let lines: Vec<&str> = short.lines().collect();
    let findings = findings();
    assert_eq!(lines.len(), findings.len());
    for (line, finding) in lines.iter().zip(&findings) {
        let place = &finding["places"][0];
        let (file, at) = (place["file"].as_str().expect("a file"), &place["line"]);
        let (level, rule) = (&finding["level"], &finding["rule"]);
        let start = format!("{file}:{at}:{}: ", place["column"]);
        let named = format!(
            "{}[{}]: ",
            level.as_str().expect("a level"),
            rule.as_str().expect("a rule")
        );
        assert!(line.starts_with(&(start + &named)), "{line}");
        assert!(
            line.contains(finding["message"].as_str().expect("a message")),
            "{line}"
        );
    }
}

#[test]
fn statistics_count_the_findings_by_rule() {
    let text = run(&["--statistics"]);
    insta::assert_snapshot!(text);
    let rows = text.lines().skip(1).take_while(|line| !line.is_empty());
    let counted: u64 = rows
        .map(|row| {
            row.split_whitespace()
                .nth(2)
                .expect("a count")
                .parse::<u64>()
                .expect("a number")
        })
        .sum();
    assert_eq!(counted, findings().len() as u64);
}

#[test]
fn places_end_where_their_text_ends() {
    for finding in findings() {
        for place in finding["places"].as_array().expect("a list") {
            let number = |name: &str| place[name].as_u64().expect("a number");
            let start = (number("line"), number("column"));
            let end = (number("end_line"), number("end_column"));
            assert!(start <= end && start.1 > 0, "{place}");
            let file = fs::read_to_string(root().join(place["file"].as_str().expect("a file")))
                .expect("a file");
            let line = file.lines().nth(start.0 as usize - 1).expect("a line");
            let marked: String = line
                .chars()
                .skip(start.1 as usize - 1)
                .take((end.1 - start.1) as usize)
                .collect();
            let seen = &finding["seen"][0]["value"];
            let is_one_value = finding["seen"]
                .as_array()
                .is_some_and(|seen| seen.len() == 1);
            if finding["keyword"] == "enum" && is_one_value {
                // In an archive, the body is a string; forms and XML have no quotes.
                let marked = marked.replace('\\', "");
                let marked = marked
                    .strip_prefix('"')
                    .and_then(|text| text.strip_suffix('"'))
                    .unwrap_or(&marked);
                assert_eq!(marked, seen.as_str().expect("a value"), "{place}");
            }
        }
    }
}

/// Neither lines of captures nor values from them are in a report for a public log.
#[test]
fn no_excerpts_leaves_out_what_was_captured() {
    let values = [
        "bird",
        "12.50",
        "12/05/2021",
        "K7QX42",
        "Tagwell",
        "adopted",
        "limit=500",
        "is 500",
        "\"17\"",
    ];
    for output in ["text", "short", "json", "markdown", "html"] {
        let shown = run(&["--output", output]);
        assert!(shown.contains("bird"), "{output}");
        let hidden = run(&["--output", output, "--no-excerpts"]);
        for value in values {
            assert!(!hidden.contains(value), "{value} in {output}:\n{hidden}");
        }
        assert!(
            hidden.contains("limit") && hidden.contains("kind"),
            "{output}:\n{hidden}"
        );
    }
}

#[test]
fn coverage_lists_what_was_never_seen() {
    let api = "\
openapi: 3.0.3
info: {title: T, version: '1'}
paths:
  /t: {get: {operationId: t, responses: {'200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/T'}}}}}}}
components: {schemas: {T: {type: object, properties: {a: {type: integer}, b: {type: integer}, c: {type: string, enum: [x, y]}}}}}
";
    let exchange = "GET /t HTTP/1.1\nHost: h\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{\"a\": 1, \"c\": \"x\"}\n\n";
    let folder = folder(&[("api.yaml", api), ("log.http", &exchange.repeat(25))]);
    let arguments = ["check", "log.http", "--contract", "api.yaml"];
    let (code, text, _) = run_in(folder.path(), &arguments, "");
    assert_eq!(code, 0);
    let never = "Never seen: 1 declared property, 1 declared enum value (--coverage lists them).";
    assert!(
        text.contains(never) && text.contains("No findings."),
        "{text}"
    );
    let (_, text, _) = run_in(
        folder.path(),
        &[&arguments[..], &["--coverage"]].concat(),
        "",
    );
    insta::assert_snapshot!(text);
}

/// A comment on a pull request may have 65,536 characters.
#[test]
fn markdown_fits_into_a_comment() {
    let mut api = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n".to_owned();
    let (mut schemas, mut log) = (String::new(), String::new());
    for number in 0..500 {
        let name = format!("AComponentWithALongNameThatTakesPlace{number}");
        let _ = writeln!(
            api,
            "  /things/{number}: {{get: {{operationId: get{name}, responses: {{'200': {{description: d, content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}}}}}}}}}"
        );
        let _ = writeln!(
            schemas,
            "    {name}: {{type: object, properties: {{count: {{type: integer}}}}}}"
        );
        let _ = write!(
            log,
            "GET /things/{number} HTTP/1.1\nHost: h\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{{\"count\": \"many\", \"more\": 1}}\n\n"
        );
    }
    let api = format!("{api}components:\n  schemas:\n{schemas}");
    let folder = folder(&[("api.yaml", &api), ("log.http", &log)]);
    let arguments = [
        "check",
        "log.http",
        "--contract",
        "api.yaml",
        "--output",
        "markdown",
    ];
    let (code, markdown, _) = run_in(folder.path(), &arguments, "");
    assert_eq!(code, 1);
    let length = markdown.chars().count();
    assert!((40_000..=65_000).contains(&length), "{length}");
    assert!(
        markdown.contains("500 errors, 500 warnings"),
        "{}",
        &markdown[..300]
    );
    assert!(
        markdown.contains("There is no room here for"),
        "{}",
        &markdown[markdown.len() - 300..]
    );
    assert!(markdown.trim_end().ends_with("</details>"));
}

#[test]
fn bad_arguments_are_refused_before_any_work() {
    for (arguments, expected) in [
        (
            &["--status", "2X"][..],
            "expected a status from 100 to 599, a class such as 4xx, or a range such as 500-504",
        ),
        (&["--jobs", "0"], "expected a number of threads, 1 or more"),
        (
            &["--output", "report.html"],
            "to write a file, name its format, too: html=report.html",
        ),
        (
            &["--output", "summary.md"],
            "to write a file, name its format, too: markdown=summary.md",
        ),
        (
            &["--output", "html=no/such/folder/x.html"],
            "the folder no/such/folder does not exist",
        ),
        (&["--level", "enum-valu=off"], "did you mean `enum-value`?"),
        (&["--level", "enum-value"], "expected RULE=LEVEL"),
    ] {
        // The capture and the contract do not exist: nothing was read when the argument was refused.
        let arguments = [&["check", "x.har", "--contract", "y.yaml"], arguments].concat();
        let (code, stdout, stderr) = run_in(root(), &arguments, "");
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(
            unwrapped(&stderr).contains(expected),
            "{arguments:?}: {stderr}"
        );
    }
    let contract = [
        "check",
        "x.har",
        "--contract",
        "samples/petstore/openapi.yml",
    ];
    let (_, _, stderr) = run_in(root(), &contract, "");
    assert_eq!(
        stderr,
        "error: cannot read samples/petstore/openapi.yml: no such file or folder; did you mean \
         `samples/petstore/openapi.yaml`?\n"
    );
}
