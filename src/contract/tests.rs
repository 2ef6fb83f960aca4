use super::*;

fn registry() -> Registry {
    builtin::registry().expect("the built-in contracts compile")
}

fn routed(contract: &str, method: &str, target: &str) -> String {
    let registry = registry();
    let reference = contract.parse().expect("reference");
    let contract = registry.find(&reference).expect("known")[0];
    match contract.route(method, &Target::parse(target)) {
        Route::Operation(operation, values) => {
            let values: Vec<_> = values.iter().map(|(n, v)| format!("{n}={v}")).collect();
            format!("{} {}", operation.id, values.join(","))
        }
        Route::OtherMethod(operations) => {
            let ids: Vec<_> = operations.iter().map(|o| o.signature()).collect();
            format!("other method: {}", ids.join(" | "))
        }
        Route::Unknown => "unknown".to_owned(),
    }
}

#[test]
fn requests_are_routed_by_method_and_path() {
    let table = [
        (
            "organisations@v1",
            "GET",
            "/api/organisations",
            "list-organisations ",
        ),
        (
            "organisations@v1",
            "get",
            "https://example.com/api/organisations?q=x",
            "list-organisations ",
        ),
        (
            "organisations@v1",
            "GET",
            "/api/organisations/",
            "list-organisations ",
        ),
        (
            "organisations@v1",
            "GET",
            "/api/organisations/7",
            "retrieve-organisation id=7",
        ),
        (
            "organisations@v1",
            "GET",
            "/api/v2/organisations",
            "unknown",
        ),
        ("organisations@v2", "GET", "/api/organisations", "unknown"),
        (
            "organisations@v2",
            "PUT",
            "/api/v2/organisations/7",
            "other method: GET /api/v2/organisations/{id} | PATCH /api/v2/organisations/{id}",
        ),
        (
            "organisations@v2",
            "DELETE",
            "/api/v2/clients/1/organisations/2",
            "delete-client-organisation clientId=1,organisationId=2",
        ),
        (
            "organisations@v2",
            "GET",
            "/api/v2/clients/a%2Fb/organisations",
            "list-client-organisations id=a%2Fb",
        ),
        (
            "makeleaps-clients@v1",
            "PATCH",
            "https://h/api/partner/{ mid }/client/",
            "other method: POST /api/partner/{partner_mid}/client/",
        ),
        (
            "makeleaps-clients@v1",
            "DELETE",
            "https://h/api/partner/{ mid }/client/{ c }/",
            "delete-client partner_mid={ mid },client_mid={ c }",
        ),
        ("makeleaps-clients@v1", "GET", "", "unknown"),
    ];
    for (contract, method, target, expected) in table {
        assert_eq!(
            routed(contract, method, target),
            expected,
            "{method} {target}"
        );
    }
}

#[test]
fn literal_segments_win_over_parameters() {
    let literal = PathTemplate::parse("/a/special");
    let template = PathTemplate::parse("/a/{id}");
    let suffixed = PathTemplate::parse("/a/{id}.json");
    assert!(literal.more_specific(&template).is_lt());
    assert!(suffixed.more_specific(&template).is_lt());
    assert_eq!(suffixed.matches("/a/7.json"), Some(vec![("id", "7")]));
    assert_eq!(suffixed.matches("/a/.json"), None);
}

#[test]
fn targets_are_split_and_folded() {
    let target =
        Target::parse("https://h:1/v2/orders/12/items/8f14e45fceea167a5a36?q=a+b%20c&x#top");
    assert_eq!(target.path, "/v2/orders/12/items/8f14e45fceea167a5a36");
    assert_eq!(
        target.query,
        [
            ("q".to_owned(), "a b c".to_owned()),
            ("x".to_owned(), String::new())
        ]
    );
    assert_eq!(target.folded_path(), "/v2/orders/{}/items/{}");
}

#[test]
fn references_that_lead_nowhere_say_what_there_is() {
    let registry = registry();
    let find = |text: &str| match text.parse::<ContractRef>() {
        Ok(reference) => registry
            .find(&reference)
            .map(|_| ())
            .expect_err("unknown")
            .to_string(),
        Err(error) => error.to_string(),
    };
    insta::assert_snapshot!(find("organizations@v1"), @"no contract is called `organizations`; did you mean `organisations`?");
    insta::assert_snapshot!(find("billing"), @"no contract is called `billing`; there is: organisations, makeleaps-clients");
    insta::assert_snapshot!(find("organisations@v7"), @"no version of `organisations` is called `v7`; did you mean `v1`?");
    insta::assert_snapshot!(find("organisations@"), @"`organisations@` is not a contract; write `name` or `name@version`");
}

#[test]
fn replaced_operations_exist_in_the_version_they_name() {
    let registry = registry();
    for contract in registry.iter() {
        for replacement in contract.operations.iter().flat_map(|o| &o.replaces) {
            let old = registry
                .versions(&contract.name)
                .find(|old| old.version == replacement.version)
                .expect("the version is there");
            assert!(
                old.operation(&replacement.operation).is_some(),
                "{replacement:?}"
            );
        }
    }
}

#[test]
fn descriptions_that_contradict_themselves_are_refused() {
    let twice = Contract::describe("a", "v1", "")
        .operation(Operation::describe("x", "GET", "/x"))
        .operation(Operation::describe("x", "GET", "/y"));
    assert_eq!(
        twice.build().expect_err("refused").to_string(),
        "two operations are called `x`"
    );
    let stray = Contract::describe("a", "v1", "")
        .operation(Operation::describe("x", "GET", "/x").path_parameter::<String>("id"));
    assert_eq!(
        stray.build().expect_err("refused").to_string(),
        "x: `{id}` is not in /x"
    );
}
