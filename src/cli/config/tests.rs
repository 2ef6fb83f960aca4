//! Mistakes in the configuration, and what is read from it.

use std::fmt::Write as _;
use std::path::Path;

use super::*;

/// The message about a file.
fn mistake(text: &str) -> String {
    match Config::read(text, Path::new(FILE)) {
        Ok(_) => "no mistake".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn mistakes_have_a_place_and_a_hint() {
    let files = [
        "contrat = \"openapi.yaml\"",
        "contract = openapi.yaml",
        "contract = 7.5",
        "contract = [\"a.yaml\", \"b.yaml\"]",
        "captures = [\"a.har\", 1.5]",
        "captures = true",
        "jobs = 0",
        "jobs = \"many\"",
        "max-body = \"9 potatoes\"",
        "formats = \"asert\"",
        "level = { wrong-type = \"off\" }",
        "[check]\nfail-on = \"warnin\"",
        "[check]\nfail_on = \"error\"",
        "[check]\nstrict = \"yes\"",
        "[check]\nstatus = \"2XX\"",
        "[check]\noutput = \"report.html\"",
        "[check]\noutput = { pdf = \"report.pdf\" }",
        "[check]\nunproven = \"error\"",
        "[check]\nmap-path = [\"/a=/b\"]",
        "[check]\nside = \"both\"",
        "[check]\nschema-for = [\"events/*.json\"]",
        "[chek]\nstrict = true",
        "check = true",
        "[diff]\nmap-path = [\"a=b\"]",
        "[diff]\nsent-by = \"nobody\"",
        "[report]\nconsumer-by = \"agent\"",
        "[report]\nfail-on = \"use\"",
        "[levels]\nwrong-typ = \"off\"",
        "[levels]\nwrong-type = \"warn\"",
        "[levels]\nwrong-type = 3",
        "levels = [\"wrong-type=off\"]",
        "[contracts]\nshop = 3",
        "[contracts]\nshop = \"\"",
        "[ignore]\nrule = \"wrong-type\"",
        "[[ignore]]\nreason = \"known\"",
        "[[ignore]]\nrule = \"wrong-type\"",
        "[[ignore]]\nrule = \"wrong-type\"\nreason = \" \"",
        "[[ignore]]\nrule = \"wrong-typ\"\nreason = \"known\"",
        "[[ignore]]\nrule = \"wrong-type\"\nreason = \"known\"\nuntil = \"tomorrow\"",
        "[[ignore]]\nrule = \"wrong-type\"\nreason = \"known\"\nuntil = 2026-02-30",
        "[[ignore]]\nrule = \"wrong-type\"\nreason = \"known\"\noperations = \"listPets\"",
        "[[ignore]]\nrule = \"wrong-type\"\nreason = \"known\"\npath = \"/data/[\"",
        "strict = true\nstrict = false",
        "[check\nstrict = true",
        "captures = [\"a.har\"\n[check]",
        "captures = \"a.har",
        "\u{1}",
    ];
    let mut table = String::new();
    for text in files {
        let message = mistake(text);
        assert!(message.starts_with("wiredrift.toml:"), "{text}: {message}");
        // Writing to a `String` does not fail.
        let _ = writeln!(table, "{}\n    {message}\n", text.escape_debug());
    }
    insta::assert_snapshot!(table);
}

fn parsed(text: &str, path: &str, arguments: &[&str]) -> Arguments {
    let config = Config::read(text, Path::new(path)).expect("reads");
    let arguments: Vec<OsString> = ["wiredrift"]
        .iter()
        .chain(arguments)
        .map(OsString::from)
        .collect();
    config.parse(&arguments).expect("parses")
}

fn check(text: &str, path: &str, arguments: &[&str]) -> super::super::args::CheckArguments {
    match parsed(text, path, &[&["check"], arguments].concat()).command {
        Command::Check(arguments) => arguments,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_command_line_wins_over_the_table_of_a_command_and_that_over_the_top() {
    let text = "contract = \"top.yaml\"\njobs = 2\nmax-body = \"1MB\"\n[check]\ncontract = \"own.yaml\"\njobs = 3\n";
    let own = check(text, FILE, &["a.har"]);
    assert_eq!(
        (&*own.contract, own.capture.jobs.map(usize::from)),
        ("own.yaml", Some(3))
    );
    assert_eq!(own.capture.max_body, 1_000_000);
    let typed = check(text, FILE, &["a.har", "-c", "typed.yaml", "-j", "4"]);
    assert_eq!(
        (&*typed.contract, typed.capture.jobs.map(usize::from)),
        ("typed.yaml", Some(4))
    );
}

#[test]
fn paths_start_at_the_folder_of_the_file() {
    let text = "contract = \"openapi.yaml\"\ncaptures = [\"captures\"]\n[check]\noutput = {sarif = \"out/x.sarif\"}\n\
                baseline = \"known.json\"\nref = {\"https://example.com/pet.json\" = \"pet.json\"}\n";
    let own = check(text, "../../wiredrift.toml", &[]);
    assert_eq!(own.contract, "../../openapi.yaml");
    assert_eq!(own.captures, [Path::new("../../captures")]);
    assert_eq!(
        own.output[0].path.as_deref(),
        Some(Path::new("../../out/x.sarif"))
    );
    assert_eq!(
        own.exceptions.baseline.as_deref(),
        Some(Path::new("../../known.json"))
    );
    assert_eq!(own.reading.refs[0].1, Path::new("../../pet.json"));
    let built_in = check(
        "contract = \"organisations@v2\"\n",
        "../wiredrift.toml",
        &["x"],
    );
    assert_eq!(built_in.contract, "organisations@v2");
}

#[test]
fn switches_lists_and_levels_are_read() {
    let text = "[check]\nstrict = true\ncoverage = false\noutput = [\"text\", \"json=a.json\"]\n\
                [levels]\nwrong-type = \"off\"\nmissing-property = \"warning\"\n";
    let own = check(text, FILE, &["x", "-c", "y"]);
    assert!(own.strict && !own.coverage);
    assert_eq!(own.output.len(), 2);
    assert_eq!(own.level, ["missing-property=warning", "wrong-type=off"]);
    // One on the command line replaces them all.
    assert_eq!(
        check(text, FILE, &["x", "-c", "y", "-l", "wrong-type=info"]).level,
        ["wrong-type=info"]
    );
}

#[test]
fn contracts_have_names() {
    let text = "[contracts]\nshop = \"api/shop.yaml\"\nold = \"git:main:api/shop.yaml\"\n";
    let config = Config::read(text, Path::new("../wiredrift.toml")).expect("reads");
    let arguments = ["wiredrift", "diff", "old", "shop"].map(OsString::from);
    let mut command = config.parse(&arguments).expect("parses").command;
    config.name_contracts(&mut command);
    let Command::Diff(arguments) = command else {
        panic!("{command:?}")
    };
    assert_eq!(
        (&*arguments.pair.old, &*arguments.pair.new),
        ("git:main:api/shop.yaml", "../api/shop.yaml")
    );
}

#[test]
fn the_schema_accepts_what_is_read_and_names_every_key() {
    let schema = config_schema();
    let validator = jsonschema::validator_for(&schema).expect("compiles");
    let good = serde_json::json!({
        "contract": "openapi.yaml",
        "captures": ["captures"],
        "check": {"fail-on": "warning", "strict": true, "output": {"sarif": "x.sarif"}, "status": 200},
        "levels": {"wrong-type": "off"},
        "ignore": [{"rule": "wrong-type", "reason": "known", "until": "2026-12-31"}],
        "contracts": {"shop": "shop.yaml"},
    });
    assert!(
        validator.is_valid(&good),
        "{:?}",
        validator
            .iter_errors(&good)
            .map(|error| error.to_string())
            .collect::<Vec<_>>()
    );
    for bad in [
        serde_json::json!({"contrat": "x"}),
        serde_json::json!({"check": {"fail-on": "warnin"}}),
        serde_json::json!({"ignore": [{"rule": "wrong-type"}]}),
        serde_json::json!({"levels": {"wrong-typ": "off"}}),
    ] {
        assert!(!validator.is_valid(&bad), "{bad}");
    }
}
