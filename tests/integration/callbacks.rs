//! Requests of callbacks and webhooks, which are sent to URLs that are not part of the API.

use std::fs;

use crate::common::{Run, folder, unwrapped, wiredrift};

const CONTRACT: &str = r"
openapi: 3.1.0
info: {title: Shop, version: 1.0.0}
servers: [{url: 'https://api.example/v1'}]
paths:
  /subscriptions:
    post:
      operationId: subscribe
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Subscription'}}}}
      responses: {'201': {description: subscribed}}
      callbacks:
        sold:
          '{$request.body#/callbackUrl}/sold':
            post:
              parameters:
                - {name: attempt, in: query, required: true, schema: {type: integer}}
              requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Sale'}}}}
              responses: {'204': {description: heard}}
  /pets:
    post:
      operationId: createPet
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Pet'}}}}
      responses: {'201': {description: created}}
webhooks:
  petBorn:
    post:
      parameters: [{name: X-Event, in: header, required: true, schema: {type: string}}]
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Birth'}}}}
      responses: {'204': {description: heard}}
  petFed:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Meal'}}}}
      responses: {'204': {description: heard}}
  petWalked:
    post:
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Meal'}}}}
      responses: {'204': {description: heard}}
components:
  schemas:
    Subscription: {type: object, required: [callbackUrl], properties: {callbackUrl: {type: string, format: uri}}}
    Sale:
      type: object
      required: [petId, price, soldAt]
      properties: {petId: {type: integer}, price: {type: number}, soldAt: {type: string, format: date-time}}
    Pet:
      type: object
      required: [kind, name]
      properties: {kind: {type: string}, name: {type: string}, weight: {type: number}}
    Birth:
      type: object
      required: [petId, bornAt]
      properties:
        petId: {type: integer}
        bornAt: {type: string, format: date-time}
        weight: {type: number}
        mother: {type: object, properties: {petId: {type: integer}, name: {type: string}}}
    Meal:
      type: object
      required: [petId, food, grams]
      properties: {petId: {type: integer}, food: {type: string}, grams: {type: integer}}
";

/// A request with its response.
fn exchange(target: &str, headers: &str, body: &str, status: &str) -> String {
    format!(
        "POST {target} HTTP/1.1\nHost: {headers}\nContent-Type: application/json\n\n{body}\n\nHTTP/1.1 {status}\n\n"
    )
}

fn subscribe() -> String {
    let body = r#"{"callbackUrl": "https://listener.example/hooks"}"#;
    exchange("/v1/subscriptions", "api.example", body, "201 Created")
}

fn sold(attempt: &str, price: &str) -> String {
    let body = format!(r#"{{"petId": 7, "price": {price}, "soldAt": "2024-03-02T10:15:00Z"}}"#);
    exchange(
        &format!("/hooks/sold?attempt={attempt}"),
        "listener.example",
        &body,
        "204 No Content",
    )
}

fn born(host: &str, body: &str, status: &str) -> String {
    exchange("/in", &format!("{host}\nX-Event: born"), body, status)
}

const BIRTH: &str =
    r#"{"petId": 7, "bornAt": "2024-03-02T10:15:00Z", "weight": 0.1, "mother": {"petId": 3}}"#;

/// A folder with the contract and these captures.
fn project(captures: &[(&str, &str)]) -> tempfile::TempDir {
    let files = folder(captures);
    fs::write(files.path().join("api.yaml"), CONTRACT).expect("written");
    files
}

fn run(files: &tempfile::TempDir, arguments: &str) -> Run {
    run_with(files, arguments, "")
}

fn run_with(files: &tempfile::TempDir, arguments: &str, stdin: &str) -> Run {
    let arguments: Vec<&str> = arguments.split_whitespace().collect();
    wiredrift(files.path(), &arguments, stdin)
}

#[test]
fn callbacks_are_compared_wherever_their_urls_are_sent() {
    let sold = sold("1", "95") + &sold("two", r#""95""#);
    let files = project(&[
        ("t/a-sold.http", &sold),
        ("t/b-subscribe.http", &subscribe()),
    ]);
    let one = run(&files, "check t --contract api.yaml --jobs 1");
    insta::assert_snapshot!(one.stdout);
    assert_eq!(one.code, 1);
    assert_eq!(run(&files, "check t --contract api.yaml --jobs 4"), one);
    let listed = run(
        &files,
        "check t/a-sold.http t/b-subscribe.http --contract api.yaml",
    );
    assert_eq!(listed, one);
    let reversed = run(
        &files,
        "check t/b-subscribe.http t/a-sold.http --contract api.yaml",
    );
    assert_eq!(reversed, one);
    let json = |jobs: &str| {
        run(
            &files,
            &format!("check t --contract api.yaml --output json {jobs}"),
        )
        .stdout
    };
    assert_eq!(json("--jobs 1"), json("--jobs 4"));
    // The subscription counts if only the others are compared.
    let only = run(
        &files,
        "check t --contract api.yaml --host listener.example",
    );
    assert!(
        only.stdout.contains("Checked 2 payloads"),
        "{}",
        only.stdout
    );
}

#[test]
fn callbacks_can_be_selected() {
    let files = project(&[
        ("subscribe.http", &subscribe()),
        (
            "sold.http",
            &(sold("1", "95") + &born("x.example", BIRTH, "204 No Content")),
        ),
    ]);
    let selected = run(
        &files,
        "check subscribe.http sold.http --contract api.yaml --operation callback:subscribe/sold",
    );
    assert_eq!(selected.code, 0, "{}", selected.stderr);
    assert!(
        selected.stdout.contains("Checked 1 payload in 3 exchanges"),
        "{}",
        selected.stdout
    );
    // Where no URL is known, every request is one of the callback.
    let alone = run(
        &files,
        "check sold.http --contract api.yaml --operation callback:subscribe/sold",
    );
    assert!(
        alone.stdout.contains("Checked 2 payloads from 1 file"),
        "{}",
        alone.stdout
    );
}

#[test]
fn urls_in_standard_input_count_from_where_they_are_sent() {
    let files = project(&[("subscribe.http", &subscribe())]);
    let check = |captures: &str, stdin: &str, jobs: u8| {
        let run = run_with(
            &files,
            &format!("check {captures} --contract api.yaml --jobs {jobs}"),
            stdin,
        );
        let line = run.stdout.lines().find(|line| line.starts_with("Checked"));
        line.unwrap_or_default().to_owned()
    };
    for jobs in [1, 4] {
        assert_eq!(
            check("-", &(subscribe() + &sold("1", "95")), jobs),
            "Checked 2 payloads from 1 file against api.yaml: 2 conform."
        );
        assert_eq!(
            check("-", &(sold("1", "95") + &subscribe()), jobs),
            "Checked 2 payloads from 1 file against api.yaml: 1 conforms, 1 fits no operation."
        );
        assert_eq!(
            check("- subscribe.http", &sold("1", "95"), jobs),
            "Checked 2 payloads from 2 files against api.yaml: 2 conform."
        );
    }
}

#[test]
fn a_webhook_has_the_url_that_the_user_names() {
    let received = born("x.example", r#"{"petId": "7"}"#, "204 No Content");
    let files = project(&[("t.http", &received)]);
    let check = |webhook: &str| {
        run(
            &files,
            &format!("check t.http --contract api.yaml --output short {webhook}"),
        )
    };
    for webhook in [
        "--webhook petBorn=/in",
        "--webhook petBorn=/*",
        "--webhook petBorn=https://x.example/in",
        "--webhook webhook:petBorn=https://*.example/**",
        "--webhook petFed=/fed --webhook petBorn=/in",
    ] {
        let run = check(webhook);
        assert_eq!(
            run.stdout,
            "t.http:6:1: error[missing-property]: required property `bornAt` is missing (webhook:petBorn)\n\
             t.http:6:11: error[wrong-type]: `petId` is a string; expected integer (webhook:petBorn)\n",
            "{webhook}: {}",
            run.stderr
        );
    }
    for webhook in [
        "--webhook petBorn=/out",
        "--webhook petBorn=https://y.example/in",
        "--webhook petBorn=/in/*",
    ] {
        assert!(
            check(webhook)
                .stdout
                .contains("no operation matches `POST /in`"),
            "{webhook}"
        );
    }
    for (webhook, error) in [
        (
            "--webhook petborn=/in",
            "no webhook or callback of `api.yaml` is named `petborn`; did you mean `petBorn`?",
        ),
        (
            "--webhook petBorn=in",
            "`in` is neither a URL such as https://example.com/hooks nor a path such as /hooks",
        ),
        (
            "--webhook petBorn",
            "write NAME=URL-OR-PATH, such as 'petSold=/hooks/pets'",
        ),
    ] {
        let run = check(webhook);
        assert_eq!(run.code, 2);
        assert!(unwrapped(&run.stderr).contains(error), "{}", run.stderr);
    }
    // The configuration has a table.
    fs::write(
        files.path().join("wiredrift.toml"),
        "contract = \"api.yaml\"\nwebhook = {petBorn = \"/in\"}\n",
    )
    .expect("written");
    assert!(
        run(&files, "check t.http")
            .stdout
            .contains("webhook:petBorn")
    );
}

#[test]
fn a_url_wins_over_a_path_and_names_a_callback_too() {
    let pet = exchange(
        "/v1/pets",
        "x.example\nX-Event: born",
        BIRTH,
        "204 No Content",
    );
    let files = project(&[("t.http", &(pet + &sold("1", "95")))]);
    let run = run(
        &files,
        "check t.http --contract api.yaml --webhook petBorn=https://x.example/v1/pets \
         --webhook callback:subscribe/sold=/hooks/sold",
    );
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(
        run.stdout
            .contains("Never exercised: 4 of 6 operations: subscribe, createPet, webhook:petFed"),
        "{}",
        run.stdout
    );
}

#[test]
fn a_webhook_is_recognised_by_its_content() {
    let drifted = BIRTH.replace("0.1", r#""light""#);
    let captures =
        born("x.example", BIRTH, "204 No Content") + &born("x.example", &drifted, "204 No Content");
    let files = project(&[("t.http", &captures)]);
    let found = run(&files, "check t.http --contract api.yaml");
    insta::assert_snapshot!(found.stdout);
    let json = run(&files, "check t.http --contract api.yaml --output json").stdout;
    let json: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(
        json["summary"]["by_content"],
        serde_json::json!([{"contract": "shop@1.0.0", "operation": "webhook:petBorn", "requests": 2}])
    );
    // Named, it is no guess.
    let named = run(
        &files,
        "check t.http --contract api.yaml --webhook petBorn=/in",
    )
    .stdout;
    assert!(!named.contains("because of"), "{named}");
}

#[test]
fn what_is_only_like_a_webhook_is_not_compared() {
    let cases: [(&str, String); 8] = [
        (
            "a server of the API",
            born("api.example", BIRTH, "204 No Content"),
        ),
        (
            "a request that was refused",
            born("x.example", BIRTH, "404 Not Found"),
        ),
        (
            "a path of the API below another base path",
            exchange("/v2/pets", "x.example", BIRTH, "200 OK"),
        ),
        (
            "two webhooks",
            born(
                "x.example",
                r#"{"petId": 1, "food": "hay", "grams": 3}"#,
                "204 No Content",
            ),
        ),
        (
            "another operation",
            born(
                "x.example",
                r#"{"kind": "cat", "name": "Mia", "weight": 3}"#,
                "204 No Content",
            ),
        ),
        (
            "too little",
            born("x.example", r#"{"petId": 7}"#, "204 No Content"),
        ),
        (
            "too much else",
            born(
                "x.example",
                r#"{"petId": 7, "bornAt": "2024-03-02T10:15:00Z", "weight": 1, "event": 1}"#,
                "204 No Content",
            ),
        ),
        (
            "another method",
            born("x.example", BIRTH, "204 No Content").replace("POST", "PUT"),
        ),
    ];
    for (case, capture) in cases {
        let files = project(&[("t.http", &capture)]);
        let run = run(&files, "check t.http --contract api.yaml");
        assert!(
            !run.stdout.contains("webhook:pet") || run.stdout.contains("Never exercised"),
            "{case}: {}",
            run.stdout
        );
        assert!(
            run.stdout.contains("1 fits no operation"),
            "{case}: {}",
            run.stdout
        );
    }
}

/// A guess does not fail a run.
#[test]
fn a_request_to_another_api_is_no_webhook() {
    let born = |body: &str, headers: &str| {
        exchange(
            "/v1/track",
            &format!("api.segment.example{headers}"),
            body,
            "200 OK",
        )
    };
    let without = BIRTH.replace(r#""bornAt": "2024-03-02T10:15:00Z", "#, "");
    for (case, capture) in [
        (
            "without a required property",
            born(&without, "\nX-Event: born"),
        ),
        (
            "without a required header",
            born(BIRTH, "\nOrigin: https://app.example"),
        ),
    ] {
        let files = project(&[("t.http", &capture)]);
        let run = run(&files, "check t.http --contract api.yaml");
        assert!(
            run.stdout.contains("1 fits no operation") && !run.stdout.contains("error["),
            "{case}: {}",
            run.stdout
        );
    }
    // A value that the webhook fixes.
    let event = CONTRACT.replace(
        "      required: [petId, bornAt]\n      properties:\n",
        "      required: [petId, bornAt]\n      properties:\n        type: {const: born}\n",
    );
    let track = BIRTH.replacen('{', r#"{"type": "track", "#, 1);
    let files = folder(&[
        ("api.yaml", &*event),
        ("t.http", &born(&track, "\nX-Event: born")),
    ]);
    let run = run(&files, "check t.http --contract api.yaml");
    assert!(run.stdout.contains("1 fits no operation"), "{}", run.stdout);
}

#[test]
fn reports_treat_callbacks_and_webhooks_like_other_operations() {
    let captures = subscribe() + &sold("1", "95") + &born("x.example", BIRTH, "204 No Content");
    let files = project(&[("t.http", &captures)]);
    let held = run(&files, "captures t.http --contract api.yaml").stdout;
    assert!(
        unwrapped(&held)
            .contains("operations: callback:subscribe/sold, subscribe, webhook:petBorn"),
        "{held}"
    );
    let changed = CONTRACT
        .replace("version: 1.0.0", "version: 2.0.0")
        .replace("price: {type: number}", "price: {type: integer}");
    fs::write(files.path().join("new.yaml"), changed).expect("written");
    let report = run(&files, "report api.yaml new.yaml t.http").stdout;
    insta::assert_snapshot!(report);
}

#[test]
fn malformed_callback_urls_are_findings() {
    let files = folder(&[]);
    let with_url =
        |url: &str| CONTRACT.replace("'{$request.body#/callbackUrl}/sold'", &format!("'{url}'"));
    let lint = |url: &str| {
        fs::write(files.path().join("api.yaml"), with_url(url)).expect("written");
        let run = run(&files, "lint api.yaml --output short");
        format!("{url}\n{}", run.stdout)
    };
    let found: Vec<String> = [
        "{$request.body/callbackUrl}",
        "{request.body#/callbackUrl}",
        "{$request.body#/url",
        "onSold",
        "{$request.body#/url}",
    ]
    .into_iter()
    .map(lint)
    .collect();
    insta::assert_snapshot!(found.concat());
}

#[test]
fn malformed_callback_urls_are_reported_with_traffic() {
    for (url, said) in [
        (
            "'{$request.body#/callbackUrl/sold'",
            "has an unmatched brace",
        ),
        (
            "'{request.body#/callbackUrl}'",
            "a runtime expression starts with `$`",
        ),
    ] {
        let contract = CONTRACT.replace("'{$request.body#/callbackUrl}/sold'", url);
        let files = folder(&[("api.yaml", &*contract), ("t.http", &subscribe())]);
        let run = run(&files, "check t.http --contract api.yaml");
        assert!(
            unwrapped(&run.stdout).contains(said),
            "{url} {}",
            run.stdout
        );
    }
}
