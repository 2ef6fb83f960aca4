//! What an exception covers, and what it leaves: ignores, levels and baselines of causes that operations share.

use std::fs;

use tempfile::TempDir;

use crate::common::{Run, folder, wiredrift};

/// Two operations share `Room`.
const CONTRACT: &str = "\
openapi: 3.1.0
info: {title: Rooms, version: '1'}
paths:
  /rooms:
    get:
      operationId: listRooms
      parameters:
        - {name: limit, in: query, schema: {type: integer, enum: [10, 20]}}
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/Room'}}
  /rooms/{id}:
    get:
      operationId: getRoom
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
      responses:
        '200':
          description: OK
          content:
            application/json:
              schema: {$ref: '#/components/schemas/Room'}
components:
  schemas:
    Room:
      type: object
      required: [status, seats]
      properties:
        status: {type: string, enum: [free, taken]}
        seats: {type: integer}
        note: {type: string}
";

/// One exchange after the other: the target and the body of the response.
fn captures(exchanges: &[(&str, &str)]) -> String {
    let one = |(target, body): &(&str, &str)| {
        format!(
            "GET {target} HTTP/1.1\r\nHost: a\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}\r\n\r\n",
            body.len()
        )
    };
    exchanges.iter().map(one).collect()
}

fn rooms(exchanges: &[(&str, &str)]) -> TempDir {
    folder(&[
        ("api.yaml", CONTRACT),
        ("traffic.http", &captures(exchanges)),
    ])
}

fn check(files: &TempDir, more: &[&str]) -> Run {
    let command = ["check", "traffic.http", "-c", "api.yaml"];
    wiredrift(files.path(), &[&command, more].concat(), "")
}

/// The findings as lines, with places.
fn lines(files: &TempDir, more: &[&str]) -> String {
    let run = check(
        files,
        &[more, &["-o", "short", "--fail-on", "never"]].concat(),
    );
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    run.stdout
}

#[test]
fn an_ignore_or_a_level_covers_what_it_names() {
    let files = rooms(&[
        (
            "/rooms?limit=15",
            r#"[{"status": "broken", "seats": 4, "floor": 1}]"#,
        ),
        (
            "/rooms/a",
            r#"{"status": "lost", "seats": "4", "floor": 1, "wing": "w"}"#,
        ),
        ("/v2/me", "{}"),
        ("/v2/you", "{}"),
    ]);
    let all = lines(&files, &[]);
    for name in [
        "floor",
        "wing",
        "broken",
        "lost",
        "/v2",
        "limit",
        "wrong-type",
    ] {
        assert!(all.contains(name), "{name}: {all}");
    }
    // What each covers, what is left, and whether the rest of the findings is untouched.
    for (rule, scope, hidden, left) in [
        ("undeclared-property", "/wing", "wing", "floor"),
        ("undeclared-property", "/*/floor", "listRooms", "wing"),
        ("undeclared-property", "/**/floor", "floor", "wing"),
        ("undeclared-property", "@getRoom", "wing", "floor"),
        ("enum-value", "/status", "lost", "broken"),
        ("enum-value", "@listRooms", "broken", "lost"),
        ("enum-value", "@listRooms/*/status", "broken", "lost"),
        ("parameter-value", "/limit", "`limit`", "lost"),
        ("parameter-value", "@listRooms", "`limit`", "lost"),
        ("unknown-operation", "/v2/me", "/v2/me", "/v2/you"),
        ("unknown-operation", "@GET /v2/you", "/v2/you", "/v2/me"),
        ("unknown-operation", "/v2/**", "/v2", "wing"),
    ] {
        let of_rule = |text: &str| -> String {
            let mut lines: Vec<&str> = text.lines().filter(|line| line.contains(rule)).collect();
            lines.sort_unstable();
            lines.join("\n")
        };
        let (operation, path) = match scope.strip_prefix('@') {
            Some(rest) if rest.starts_with("GET ") => (Some(rest), None),
            Some(rest) => match rest.split_once('/') {
                Some((operation, path)) => (Some(operation), Some(format!("/{path}"))),
                None => (Some(rest), None),
            },
            None => (None, Some(scope.to_owned())),
        };
        let mut ignore = format!("rule={rule}");
        if let Some(operation) = operation {
            ignore.push_str(&format!(",operation={operation}"));
        }
        if let Some(path) = path {
            ignore.push_str(&format!(",path={path}"));
        }
        let ignored = lines(&files, &["--ignore", &format!("{ignore},reason=known")]);
        assert!(!of_rule(&ignored).contains(hidden), "{ignore}\n{ignored}");
        assert!(ignored.contains(left), "{ignore}\n{ignored}");
        assert!(!ignored.contains("unused-ignore"), "{ignore}\n{ignored}");
        // A level does the same. A path of a request starts after the `@`.
        if !scope.starts_with("@GET") {
            let level = lines(&files, &["--level", &format!("{rule}{scope}=off")]);
            assert_eq!(of_rule(&level), of_rule(&ignored), "{rule}{scope}");
        }
    }
}

#[test]
fn a_baseline_lists_what_is_new_at_its_own_place() {
    let known = r#"[{"status": "broken", "seats": null, "floor": 1}]"#;
    let files = rooms(&[("/rooms?limit=15", known), ("/v2/me", "{}")]);
    let baseline = ["--baseline", "known.json"];
    let written = check(&files, &[&baseline[..], &["--update-baseline"]].concat());
    assert_eq!(written.code, 0, "{}", written.stderr);
    assert_eq!(lines(&files, &baseline), "");
    // Each of these is another matter under a known key.
    for (target, body, line) in [
        (
            "/rooms",
            r#"[{"status": "lost", "seats": 1}]"#,
            "traffic.http:26:13: error[enum-value]: `[].status` is \"lost\"",
        ),
        (
            "/rooms",
            r#"[{"status": "free", "seats": "4"}]"#,
            "traffic.http:26:30: error[wrong-type]: `[].seats` is a string",
        ),
        (
            "/rooms",
            r#"[{"status": "free", "seats": 1, "wing": 1}]"#,
            "property `wing` is not declared",
        ),
        (
            "/rooms?limit=25",
            "[]",
            "error[parameter-value]: query parameter `limit` is 25",
        ),
        ("/v2/you", "{}", "no operation matches `GET /v2/you`"),
    ] {
        let all = [("/rooms?limit=15", known), ("/v2/me", "{}"), (target, body)];
        fs::write(files.path().join("traffic.http"), captures(&all)).expect("written");
        let new = lines(&files, &baseline);
        assert!(
            new.lines().count() == 1 && new.contains(line),
            "{line}\n{new}"
        );
    }
    // Many new properties are not taken for the known one.
    let many: Vec<String> = (0..20).map(|number| format!("\"p{number}\": 1")).collect();
    let body = format!(r#"[{{"status": "free", "seats": 1, {}}}]"#, many.join(", "));
    fs::write(
        files.path().join("traffic.http"),
        captures(&[("/rooms?limit=15", known), ("/rooms", &body)]),
    )
    .expect("written");
    assert!(lines(&files, &baseline).contains("p19") || lines(&files, &baseline).contains("more"));
}

#[test]
fn a_run_removes_only_what_it_looked_for() {
    let both = [
        ("/rooms", r#"[{"status": "broken", "seats": 1}]"#),
        ("/rooms/a", r#"{"status": "free", "seats": 1, "wing": 1}"#),
    ];
    let files = rooms(&both);
    let update = |more: &[&str]| -> String {
        let all = [&["--baseline", "known.json", "--update-baseline"], more].concat();
        check(&files, &all).stderr
    };
    assert_eq!(
        update(&[]),
        "known.json: 2 findings in the baseline (2 added, 0 removed)\n"
    );
    let kept =
        "2 findings in the baseline (0 added, 0 removed, 1 kept that this run did not look for)";
    // Without traffic of the other operation.
    fs::write(files.path().join("traffic.http"), captures(&both[..1])).expect("written");
    assert_eq!(update(&[]), format!("known.json: {kept}\n"));
    let check_known = check(&files, &["--baseline", "known.json"]);
    assert!(
        !check_known.stdout.contains("did not occur"),
        "{}",
        check_known.stdout
    );
    // With a part of the traffic, or without a rule.
    fs::write(files.path().join("traffic.http"), captures(&both)).expect("written");
    for limits in [
        &["--operation", "listRooms"][..],
        &["--level", "undeclared-property=off"],
    ] {
        assert!(update(limits).contains(kept), "{limits:?}");
    }
    // With an unreadable file, what was found is added, and nothing is removed.
    fs::write(files.path().join("traffic.http"), captures(&both[..1])).expect("written");
    assert!(update(&["gone.har", "--keep-going"]).contains(kept));
    // It is gone.
    let fixed = [both[0], ("/rooms/a", r#"{"status": "free", "seats": 1}"#)];
    fs::write(files.path().join("traffic.http"), captures(&fixed)).expect("written");
    assert!(update(&[]).contains("1 finding in the baseline (0 added, 1 removed)"));
}

#[test]
fn a_worse_change_is_not_the_known_one() {
    let old = CONTRACT.replace(
        "seats: {type: integer}",
        "seats: {type: integer, maximum: 10}",
    );
    let with = |text: &str| CONTRACT.replace("seats: {type: integer}", text);
    for (first, second) in [
        (
            with("seats: {type: integer, maximum: 5}"),
            with("seats: {type: integer, maximum: 1}"),
        ),
        (
            with("seats: {type: string}"),
            with("seats: {type: boolean}"),
        ),
        (
            old.replace(
                "note: {type: string}",
                "note: {type: string, pattern: '^a'}",
            ),
            old.replace(
                "note: {type: string}",
                "note: {type: string, pattern: '^zzz$'}",
            ),
        ),
        (
            old.replace("note: {type: string}", "note: {type: string, enum: [a, b]}"),
            old.replace("note: {type: string}", "note: {type: string, enum: [b]}"),
        ),
        (
            old.replace("seats: {", "wing: {type: string}\n        seats: {"),
            old.replace("seats: {", "wing: {type: string}\n        seats: {")
                .replace(
                    "required: [status, seats]",
                    "required: [status, seats, wing]",
                ),
        ),
    ] {
        let files = folder(&[
            ("old.yaml", &old),
            ("first.yaml", &first),
            ("second.yaml", &second),
        ]);
        let diff = |new: &str, more: &[&str]| {
            let command = [
                "diff",
                "old.yaml",
                new,
                "--baseline",
                "known.json",
                "--fail-on",
                "info",
            ];
            wiredrift(files.path(), &[&command, more].concat(), "")
        };
        let sent = diff("first.yaml", &["--update-baseline"]);
        assert_eq!(sent.code, 0, "{}{}", sent.stdout, sent.stderr);
        assert_eq!(diff("first.yaml", &[]).code, 0, "{first}");
        let worse = diff("second.yaml", &[]);
        assert_eq!(worse.code, 1, "{second}\n{}", worse.stdout);
    }
}
