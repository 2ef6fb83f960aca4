//! Mistakes in the configuration, and what is read from it.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::path::Path;

use super::super::args::{Arguments, CheckArguments, Command};
use super::super::typed;
use super::keys::{EXCLUSIVE, arguments, is_number, is_switch, key};
use super::*;

/// The message about a file.
fn mistake(text: &str) -> String {
    match Config::read(text.as_bytes(), Path::new(FILE)) {
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
        "[check]\nstatus = \"2X\"",
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
        "jobs = 0x0",
        "jobs = 1.0",
        "contract = 3",
        "contract = \"\"",
        "captures = {a = \"b\"}",
        "captures = [\"\"]",
        "baseline = \"known.json\"",
        "fail-on = \"warn\"",
        "fail-on = \"use\"",
        "output = {pdf = \"x.pdf\"}",
        "output = {sarif = 1}",
        "side = \"req\"",
        "contracts = \"openapi.yaml\"",
        "ignore = [\"wrong-type\"]",
        "ignore = \"wrong-type\"",
        "update-baseline = true",
        "[check]\nupdate-baseline = true",
        "[check]\nsuggest = \"text\"",
        "[check]\nlevel = [\"wrong-type=off\"]",
        "[check]\nno-config = true",
        "[upgrade]\nin-place = true",
        "[upgrade]\nincomplete = true",
        "[init]\nforce = true",
        "[check.levels]\nwrong-type = \"off\"",
        "[[check.ignore]]\nrule = \"wrong-type\"",
        "[check]\nquiet = true\nverbose = true",
        "[levels]\n\"wrong-type/{a\" = \"off\"",
        "[levels]\n\"wrong-type@\" = \"off\"",
        "[levels]\n\"wrong-type/\" = \"off\"",
        "[levels]\nwrong-type = \"of\"",
        "[[ignore]]\nrule = \"wrong-type\"\nreason = \"known\"\npath = \"\"",
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

fn completed(text: &str, path: &str, arguments: &[&str]) -> Result<Arguments> {
    let arguments: Vec<OsString> = ["wiredrift"]
        .iter()
        .chain(arguments)
        .map(OsString::from)
        .collect();
    let typed = typed::parse(&arguments).expect("parses");
    Config::read(text.as_bytes(), Path::new(path))
        .expect("reads")
        .complete(&typed)
}

fn parsed(text: &str, path: &str, arguments: &[&str]) -> Arguments {
    completed(text, path, arguments).expect("complete")
}

fn check(text: &str, path: &str, arguments: &[&str]) -> CheckArguments {
    match parsed(text, path, &[&["check"], arguments].concat()).command {
        Command::Check(arguments) => arguments,
        other => panic!("{other:?}"),
    }
}

/// OLD, NEW and the captures of a command that has them.
fn pair(text: &str, path: &str, arguments: &[&str]) -> String {
    let (pair, captures) = match completed(text, path, arguments) {
        Ok(arguments) => match arguments.command {
            Command::Diff(own) => (own.pair, Vec::new()),
            Command::Report(own) => (own.pair, own.captures),
            Command::Upgrade(own) => (own.pair, own.captures),
            other => panic!("{other:?}"),
        },
        Err(error) => return error.to_string(),
    };
    let captures: Vec<String> = captures
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    format!("{} {} [{}]", pair.old, pair.new, captures.join(", "))
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
    assert_eq!(own.level, ["wrong-type=off", "missing-property=warning"]);
    // The command line adds to them, after them.
    assert_eq!(
        check(text, FILE, &["x", "-c", "y", "-l", "enum-value=info"]).level,
        [
            "wrong-type=off",
            "missing-property=warning",
            "enum-value=info"
        ]
    );
}

#[test]
fn levels_keep_the_order_of_the_file_and_the_command_line_wins() {
    let text = "[levels]\nwrong-type = \"off\"\n\"wrong-type@list*\" = \"info\"\nenum-value = \"info\"\n\
                \"wrong-type/a\" = \"error\"\n";
    let levels = |typed: &[&str]| check(text, FILE, &[&["x", "-c", "y"], typed].concat()).level;
    assert_eq!(
        levels(&[]),
        [
            "wrong-type=off",
            "wrong-type@list*=info",
            "enum-value=info",
            "wrong-type/a=error"
        ]
    );
    // A rule as a whole replaces what the file has for parts of it.
    assert_eq!(
        levels(&["-l", "wrong-type=warning"]),
        ["enum-value=info", "wrong-type=warning"]
    );
    assert_eq!(
        levels(&["-l", "wrong-type@listPets=off"])
            .last()
            .map(String::as_str),
        Some("wrong-type@listPets=off")
    );
}

#[test]
fn operands_fill_what_the_file_leaves_open() {
    let both = "old = \"o.yaml\"\nnew = \"n.yaml\"\n";
    let old = "old = \"o.yaml\"\n";
    let new = "new = \"n.yaml\"\n";
    let captures = "captures = \"c\"\n";
    let names = "[contracts]\nshop = \"shop.yaml\"\nlive = \"git:main:shop.yaml\"\n";
    let named = format!("old = \"live\"\nnew = \"shop\"\n{names}");
    for (text, arguments, expected) in [
        (both, &["diff"][..], "o.yaml n.yaml []"),
        (both, &["diff", "a"], "o.yaml a []"),
        (both, &["diff", "a", "b"], "a b []"),
        (old, &["diff", "a"], "o.yaml a []"),
        (old, &["diff", "a", "b"], "a b []"),
        (new, &["diff", "a"], "a n.yaml []"),
        (both, &["report"], "o.yaml n.yaml []"),
        (both, &["report", "a.har"], "o.yaml n.yaml [a.har]"),
        (
            both,
            &["report", "a.har", "b.har"],
            "o.yaml n.yaml [a.har, b.har]",
        ),
        (old, &["report", "a", "b.har"], "o.yaml a [b.har]"),
        (new, &["report", "a", "b.har"], "a n.yaml [b.har]"),
        (both, &["upgrade", "a.json"], "o.yaml n.yaml [a.json]"),
        (captures, &["report", "a", "b"], "a b [c]"),
        // The captures of the other commands are not rewritten.
        (captures, &["upgrade", "a", "b"], "a b []"),
        (
            "[upgrade]\ncaptures = \"c\"\n",
            &["upgrade", "a", "b"],
            "a b [c]",
        ),
        (&named, &["diff"], "git:main:shop.yaml shop.yaml []"),
        (
            &named,
            &["report", "a.har"],
            "git:main:shop.yaml shop.yaml [a.har]",
        ),
        (
            names,
            &["diff", "live", "./shop"],
            "git:main:shop.yaml ./shop []",
        ),
        (
            old,
            &["diff"],
            "the contract NEW was not given: pass OLD and NEW, or set `new` in wiredrift.toml",
        ),
        (
            "",
            &["report"],
            "no contracts were given: pass OLD and NEW, or set `old` and `new` in wiredrift.toml",
        ),
        (
            &named,
            &["report", "live", "a.har"],
            "live is a contract; wiredrift.toml sets `old` and `new`, so every operand of `report` is a capture; to \
             compare other contracts, use --no-config",
        ),
    ] {
        assert_eq!(pair(text, FILE, arguments), expected, "{text}{arguments:?}");
    }
    let below = |arguments: &[&str]| pair(&named, "../../wiredrift.toml", arguments);
    assert_eq!(
        below(&["diff"]),
        "git:main:../../shop.yaml ../../shop.yaml []"
    );
    assert_eq!(below(&["diff", "a", "shop"]), "a ../../shop.yaml []");
}

#[test]
fn names_of_contracts_come_before_files_and_built_in_contracts() {
    let text = "contract = \"v1.2\"\n[contracts]\n\"v1.2\" = \"openapi.yaml\"\nsrc = \"x.yaml\"\n\
                [lint]\ncontract = [\"src\", \"b.yaml\", \"organisations@v2\"]\n";
    assert_eq!(
        check(text, "../wiredrift.toml", &["x"]).contract,
        "../openapi.yaml"
    );
    assert_eq!(check(text, FILE, &["x"]).contract, "openapi.yaml");
    // There is a folder `src`.
    assert_eq!(
        check(text, "./wiredrift.toml", &["x", "-c", "src"]).contract,
        "./x.yaml"
    );
    let Command::Lint(lint) = parsed(text, "../wiredrift.toml", &["lint"]).command else {
        panic!("not lint")
    };
    assert_eq!(
        lint.contracts,
        ["../x.yaml", "../b.yaml", "organisations@v2"]
    );
    let Command::Contracts(own) = parsed(text, FILE, &["contracts", "v1.2"]).command else {
        panic!("not contracts")
    };
    assert_eq!(own.reference.as_deref(), Some("openapi.yaml"));
}

#[test]
fn outputs_of_the_file_stay_unless_they_are_replaced() {
    let text = "[check]\noutput = [\"short\", \"sarif=a.sarif\", \"junit=a.xml\"]\n";
    let outputs = |typed: &[&str]| -> Vec<String> {
        let own = check(text, FILE, &[&["x", "-c", "y"], typed].concat());
        let outputs = own.output.iter();
        outputs
            .map(|output| match &output.path {
                Some(path) => format!("{:?}={}", output.format, path.display()),
                None => format!("{:?}", output.format),
            })
            .collect()
    };
    for (typed, expected) in [
        (
            &[][..],
            "Notices(Short), Notices(Sarif)=a.sarif, Notices(Junit)=a.xml",
        ),
        (
            &["-o", "json"],
            "Notices(Sarif)=a.sarif, Notices(Junit)=a.xml, Json",
        ),
        (
            &["-o", "sarif=b.sarif"],
            "Notices(Short), Notices(Junit)=a.xml, Notices(Sarif)=b.sarif",
        ),
        (
            &["-o", "json=-"],
            "Notices(Sarif)=a.sarif, Notices(Junit)=a.xml, Json",
        ),
        (
            &["-o", "html=a.xml"],
            "Notices(Short), Notices(Sarif)=a.sarif, Html=a.xml",
        ),
    ] {
        assert_eq!(outputs(typed).join(", "), expected, "{typed:?}");
    }
}

#[test]
fn a_key_at_the_top_is_for_the_commands_that_accept_it() {
    let text = "output = {sarif = \"a.sarif\"}\nfail-on = \"used\"\ncontract = \"c\"\nold = \"o\"\nnew = \"n\"\n";
    assert_eq!(check(text, FILE, &["x"]).output.len(), 1);
    let Command::Report(report) = parsed(text, FILE, &["report"]).command else {
        panic!("not report")
    };
    assert_eq!(report.output.len(), 1);
    assert_eq!(report.fail_on, super::super::args::ReportFailOn::Used);
    let Command::Upgrade(upgrade) = parsed(text, FILE, &["upgrade"]).command else {
        panic!("not upgrade")
    };
    // The default.
    assert_eq!(upgrade.output[0].path, None);
}

#[test]
fn a_switch_of_the_file_can_be_turned_off() {
    let text = "contract = \"c\"\nquiet = true\nno-ci = true\n[check]\nstrict = true\n";
    let run = |typed: &[&str]| {
        let arguments = parsed(text, FILE, &[&["check", "x"], typed].concat());
        let Command::Check(check) = &arguments.command else {
            panic!("not check")
        };
        (
            check.strict,
            arguments.quiet,
            arguments.verbose,
            arguments.no_ci,
        )
    };
    assert_eq!(run(&[]), (true, true, false, true));
    assert_eq!(
        run(&["--strict=false", "--no-ci=false"]),
        (false, true, false, false)
    );
    assert_eq!(run(&["--quiet=false"]), (true, false, false, true));
    // The opposite switch turns it off, too.
    assert_eq!(run(&["--verbose"]), (true, false, true, true));
    assert_eq!(run(&["-v"]), (true, false, true, true));
}

/// Every key with a value, in every command: no key breaks another one.
#[test]
fn every_key_of_every_command_is_read() {
    for command in WITH_TABLE {
        let mut text = format!("[{command}]\n");
        let mut count = 0;
        for argument in arguments(command) {
            let id = argument.get_id().as_str();
            if EXCLUSIVE.iter().any(|(_, other)| id == *other) {
                continue;
            }
            let values = argument.get_possible_values();
            let value = match id {
                _ if is_switch(&argument) => "true".to_owned(),
                _ if is_number(&argument) => "200".to_owned(),
                "output" => "[\"json=x.json\"]".to_owned(),
                "refs" => "{\"https://a.example/x\" = \"x.json\"}".to_owned(),
                "map_path" | "rewrite" => "{\"/a\" = \"/b\"}".to_owned(),
                "path" => "[\"/a\", \"**/b\"]".to_owned(),
                "since" | "until" => "\"2026-05-01\"".to_owned(),
                "schema_for" => "{\"*.json\" = \"Pet\"}".to_owned(),
                "webhook" => "{petSold = \"/hooks/pets\"}".to_owned(),
                "consumer_by" => "\"host\"".to_owned(),
                "formats" => "\"annotate\"".to_owned(),
                _ => match values.first() {
                    Some(value) => format!("\"{}\"", value.get_name()),
                    None => "\"x\"".to_owned(),
                },
            };
            let _ = writeln!(text, "{} = {value}", key(&argument));
            count += 1;
        }
        assert!(count > 8, "{text}");
        let debug = format!("{:?}", parsed(&text, FILE, &[command]));
        assert!(debug.contains("x.json"), "{debug}");
        // Global options at the top do not break anything either.
        for (top, line) in [
            ("quiet = true", 1),
            ("verbose = true", 1),
            ("color = \"never\"", 1),
        ] {
            let config = Config::read(top.as_bytes(), Path::new(FILE)).expect("reads");
            assert_eq!(
                config.settings[command].values().next().map(|own| own.line),
                Some(line)
            );
        }
    }
}

#[test]
fn a_byte_order_mark_moves_no_place() {
    let text = "\u{feff}\n\n[[ignore]]\nrule=\"number-bounds\"\nreason=\"x\"\n";
    let config = Config::read(text.as_bytes(), Path::new(FILE)).expect("reads");
    let place = config.ignores[0]
        .place
        .as_ref()
        .map(|place| place.origin.to_string());
    assert_eq!(place.as_deref(), Some("wiredrift.toml:3:1"));
    assert_eq!(
        mistake("\u{feff}contrat = 1"),
        "wiredrift.toml:1:1: unknown key `contrat`; did you mean `contract`?"
    );
    let broken = Config::read(b"jobs = 1\nside = \"\xff\"", Path::new(FILE));
    assert_eq!(
        broken.expect_err("not UTF-8").to_string(),
        "wiredrift.toml:2:9: the file is not UTF-8 from here on; save it as UTF-8"
    );
}

#[test]
fn the_schema_accepts_what_is_read_and_names_every_key() {
    let schema = config_schema();
    let validator = jsonschema::validator_for(&schema).expect("compiles");
    // As the reader has them: dates of TOML are strings here.
    for (text, is_good) in [
        (
            "contract = \"openapi.yaml\"\ncaptures = [\"captures\"]",
            true,
        ),
        (
            "[check]\nfail-on = \"warning\"\nstrict = true\nstatus = 200",
            true,
        ),
        ("[check]\noutput = {sarif = \"x.sarif\"}", true),
        ("[check]\noutput = [\"text\", \"sarif=x.sarif\"]", true),
        ("[diff]\noutput = \"changelog\"", true),
        ("output = {changelog = \"x.md\", html = \"x.html\"}", true),
        ("output = \"changelog=x.md\"", true),
        ("fail-on = \"used\"", true),
        ("[levels]\nwrong-type = \"off\"", true),
        ("[levels]\n\"wrong-type@listOrders\" = \"off\"", true),
        ("[levels]\n\"wrong-type/data/*/name\" = \"off\"", true),
        ("[levels]\n\"wrong-type@list*/data/*/name\" = \"off\"", true),
        (
            "[[ignore]]\nrule = \"wrong-type\"\nreason = \"known\"\nuntil = \"2026-12-31\"",
            true,
        ),
        ("[contracts]\nshop = \"shop.yaml\"", true),
        (
            "[check]\nref = {\"https://a.example/x\" = \"x.json\"}\nmax-body = 4096\njobs = \"2\"",
            true,
        ),
        ("[check]\nbaseline = \"known.json\"", true),
        ("contrat = \"x\"", false),
        ("contract = 3", false),
        ("contract = \"\"", false),
        ("contract = [\"a\", \"b\"]", false),
        ("baseline = \"known.json\"", false),
        ("jobs = 0", false),
        ("status = 99", false),
        ("status = 600", false),
        ("status = [404, \"5xx\"]", true),
        ("status = [404, 600]", false),
        ("max-body = 0", false),
        ("captures = {a = \"b\"}", false),
        ("output = {sarif = 1}", false),
        ("output = {pdf = \"x.pdf\"}", false),
        ("output = \"pdf\"", false),
        ("[check]\noutput = \"changelog\"", false),
        ("[check]\nfail-on = \"used\"", false),
        ("[check]\nfail-on = \"warnin\"", false),
        ("[check]\nupdate-baseline = true", false),
        ("[check]\nstrict = \"yes\"", false),
        ("[upgrade]\nin-place = true", false),
        ("[[ignore]]\nrule = \"wrong-type\"", false),
        ("[[ignore]]\nrule = \"wrong-type\"\nreason = \"  \"", false),
        (
            "[[ignore]]\nrule = \"wrong-type\"\nreason = \"x\"\npath = \"\"",
            false,
        ),
        ("[levels]\nwrong-typ = \"off\"", false),
        ("[levels]\n\"wrong-typ@listOrders\" = \"off\"", false),
        ("[levels]\n\"wrong-type@\" = \"off\"", false),
        ("[levels]\n\"wrong-type/\" = \"off\"", false),
        ("[levels]\nwrong-type = \"warn\"", false),
        ("[contracts]\nshop = \"\"", false),
    ] {
        let file: serde_json::Value = toml::from_str(text).expect("TOML");
        let read = Config::read(text.as_bytes(), Path::new(FILE));
        let read = read.map(|_| ()).map_err(|error| error.to_string());
        assert_eq!(read.is_ok(), is_good, "{text}: {read:?}");
        assert_eq!(validator.is_valid(&file), is_good, "{text}");
    }
}
