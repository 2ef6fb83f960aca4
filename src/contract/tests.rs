use super::*;

fn registry() -> Registry {
    builtin::registry().expect("the built-in contracts compile")
}

fn routed(contract: &str, method: &str, target: &str) -> String {
    let registry = registry();
    let reference = contract.parse().expect("reference");
    let contract = registry.find(&reference).expect("known")[0];
    match contract.route(method, &RequestTarget::parse(target)) {
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
        RequestTarget::parse("https://h:1/v2/orders/12/items/8f14e45fceea167a5a36?q=a+b%20c&x#top");
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
fn hosts_and_paths_are_told_by_what_comes_first() {
    for (target, host, path) in [
        ("/books", None, "/books"),
        ("books/1", None, "books/1"),
        ("https://ann:secret@H.example:8443/books?a=1#b", Some("h.example:8443"), "/books"),
        ("https://h.example", Some("h.example"), "/"),
        ("https://h.example?a=https://x.example/y", Some("h.example"), "/"),
        // A URL may stand in a path.
        ("/proxy/https://x.example/y", None, "/proxy/https://x.example/y"),
        ("https://h.example/to/http://x.example", Some("h.example"), "/to/http://x.example"),
        ("{{base_url}}/books", Some("{{base_url}}"), "/books"),
        ("{{base_url}}books", Some("{{base_url}}"), "/books"),
        ("<HOST>/books#x?y", Some("<HOST>"), "/books"),
        ("data:text/plain,x", Some("data:"), "/"),
        ("", None, ""),
    ] {
        let found = RequestTarget::parse(target);
        assert_eq!((found.host.as_deref(), &*found.path), (host, path), "{target}");
    }
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
    insta::assert_snapshot!(find("organizations@v1"), @"no contract is named `organizations`; did you mean `organisations`?");
    insta::assert_snapshot!(find("billing"), @"no contract is named `billing`; available: organisations, makeleaps-clients");
    insta::assert_snapshot!(find("organisations@v7"), @"no version of `organisations` is named `v7`; available: v1, v2");
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
        "two operations have the id `x`"
    );
    let stray = Contract::describe("a", "v1", "")
        .operation(Operation::describe("x", "GET", "/x").path_parameter::<String>("id"));
    assert_eq!(
        stray.build().expect_err("refused").to_string(),
        "x: `{id}` is not in /x"
    );
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    folder
}

fn accepts(contract: &Contract, schema: &str, text: &str) -> bool {
    let operation = contract.operation(schema).expect("a schema");
    let payload = operation.payload(Side::Response, None);
    let node = payload.expect("a payload").schema().expect("a schema");
    let document = crate::json::TapeDocument::parse(text.as_bytes()).expect("JSON");
    contract.graph.accepts(node, document.root())
}

#[test]
fn a_folder_of_schemas_of_every_draft_is_one_contract() {
    let folder = folder(&[
        (
            "a.schema.json",
            r#"{"$schema": "http://json-schema.org/draft-04/schema#", "type": "integer", "minimum": 1, "exclusiveMinimum": true}"#,
        ),
        (
            "sub/b.json",
            r#"{"$schema": "http://json-schema.org/draft-06/schema#", "items": {"$ref": "../a.schema.json"}, "contains": {}}"#,
        ),
        (
            "c.yaml",
            "$schema: http://json-schema.org/draft-07/schema#\n$id: https://example.com/c\nif: {type: string}\nthen: {minLength: 2}\n",
        ),
        (
            "d.json",
            r#"{"$schema": "https://json-schema.org/draft/2019-09/schema", "properties": {"c": {"$ref": "https://example.com/c"}}, "unevaluatedProperties": false}"#,
        ),
        (
            "tree.json",
            r##"{"$id": "https://example.com/tree", "$dynamicAnchor": "node", "properties": {"next": {"$dynamicRef": "#node"}}}"##,
        ),
        (
            "strict.json",
            r#"{"$id": "https://example.com/strict", "$dynamicAnchor": "node", "$ref": "tree", "unevaluatedProperties": false}"#,
        ),
        (
            "definitions.json",
            r#"{"$defs": {"Money": {"type": "number"}}}"#,
        ),
        ("notes.json", r#"{"hello": "world"}"#),
        ("broken.json", "{"),
        ("README.md", "no schema"),
    ]);
    let options = LoadOptions {
        schemas: vec!["definitions.json#/$defs/Money".to_owned()],
        ..LoadOptions::default()
    };
    let contract = read(folder.path(), &options).expect("loads");
    assert!(contract.is_of_schemas());
    let ids: Vec<&str> = contract.operations.iter().map(|o| o.id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "a",
            "c",
            "d",
            "strict",
            "sub/b",
            "tree",
            "definitions.json#/$defs/Money"
        ]
    );
    let table = [
        ("a", "1", false),
        ("a", "2", true),
        ("a", "2.0", false),
        ("sub/b", "[2]", true),
        ("sub/b", "[1]", false),
        ("sub/b", "[]", false),
        ("c", "\"a\"", false),
        ("d", r#"{"c": "ab"}"#, true),
        ("d", r#"{"c": "a"}"#, false),
        ("d", r#"{"e": 1}"#, false),
        ("tree", r#"{"next": {"more": 1}}"#, true),
        ("strict", r#"{"next": {"next": {}}}"#, true),
        // The inner one is as strict as the outer one.
        ("strict", r#"{"next": {"more": 1}}"#, false),
        ("definitions.json#/$defs/Money", "1.5", true),
        ("definitions.json#/$defs/Money", "true", false),
    ];
    for (schema, text, expected) in table {
        assert_eq!(
            accepts(&contract, schema, text),
            expected,
            "{schema} {text}"
        );
    }
    let told: Vec<String> = contract
        .problems
        .iter()
        .map(|p| p.kind.to_string())
        .collect();
    let told = told
        .join("\n")
        .replace(&format!("{}/", folder.path().display()), "");
    insta::assert_snapshot!(told, @r"
    notes.json is not a JSON Schema and was skipped
    skipped: broken.json:1:1: the text ends inside an object
    ");
}

#[test]
fn a_file_with_an_id_goes_by_both_of_its_names() {
    let folder = folder(&[
        ("a.json", r#"{"$ref": "b.json#y"}"#),
        (
            "b.json",
            r#"{"$id": "https://e.com/b.json", "$defs": {"y": {"$anchor": "y", "type": "integer"}}}"#,
        ),
        (
            "c.json",
            r#"{"$id": "https://e.com/s/c.json", "$ref": "item.json"}"#,
        ),
        (
            "d.json",
            r#"{"$id": "https://e.com/s/d.json", "$ref": "a.json"}"#,
        ),
        ("given/item.json", r#"{"type": "boolean"}"#),
    ]);
    let load = |file: &str, options: &LoadOptions| {
        read(&folder.path().join(file), options).expect("loads")
    };
    let plain = LoadOptions::default();
    assert!(!accepts(&load("a.json", &plain), "a", "\"text\""));
    // The author means the file next to it, although `$id` changes the base.
    assert!(!accepts(&load("d.json", &plain), "d", "\"text\""));
    let missing = load("c.json", &plain);
    insta::assert_snapshot!(missing.problems[0].kind.to_string(), @"`item.json` cannot be resolved: nothing is fetched over the network; give the file that holds it: --ref https://e.com/s/item.json=FILE");
    let given = LoadOptions {
        refs: [(
            "https://e.com/s/item.json".to_owned(),
            folder.path().join("given/item.json"),
        )]
        .into(),
        ..LoadOptions::default()
    };
    assert!(accepts(&load("c.json", &given), "c", "true"));
    assert!(!accepts(&load("c.json", &given), "c", "1"));
}

#[test]
fn a_file_of_definitions_is_a_contract_of_each() {
    let folder = folder(&[(
        "all.json",
        r##"{"definitions": {"A": {"type": "integer"}, "B": {"$ref": "#/definitions/A"}}}"##,
    )]);
    let path = folder.path().join("all.json");
    let contract = read(&path, &LoadOptions::default()).expect("loads");
    let ids: Vec<&str> = contract.operations.iter().map(|o| o.id.as_str()).collect();
    assert_eq!(ids, ["A", "B"]);
    assert!(accepts(&contract, "B", "1") && !accepts(&contract, "B", "true"));
    let options = LoadOptions {
        schemas: vec!["#/definitions/C".to_owned()],
        ..LoadOptions::default()
    };
    let error = read(&path, &options).expect_err("is refused");
    let told = error.to_string();
    let told = told.replace(&format!("{}/", folder.path().display()), "");
    insta::assert_snapshot!(told, @"all.json: no schema is named `#/definitions/C`; `/definitions` has no `C`");
}

/// A contract like large real ones: many operations over many components that refer to each other in cycles.
/// The benches measure one of GitHub's size.
#[test]
fn a_contract_of_many_operations_is_compiled_once_for_each_schema() {
    let count = 60;
    let mut text = String::from("openapi: 3.0.3\ninfo: {title: Many, version: '1'}\npaths:\n");
    for at in 0..count {
        text.push_str(&format!(
            "  /things{at}/{{id}}:\n    get:\n      operationId: op{at}\n      parameters: [{{$ref: '#/components/parameters/id'}}]\n      \
             responses: {{200: {{description: d, content: {{application/json: {{schema: {{$ref: '#/components/schemas/S{at}'}}}}}}}}}}\n"
        ));
    }
    text.push_str("components:\n  parameters: {id: {name: id, in: path, required: true, schema: {type: integer}}}\n  schemas:\n");
    for at in 0..count {
        let next = (at * 7 + 1) % count;
        text.push_str(&format!(
            "    S{at}: {{type: object, required: [id], properties: {{id: {{type: integer, minimum: 1}}, next: {{$ref: '#/components/schemas/S{next}'}}}}}}\n"
        ));
    }
    let folder = folder(&[("many.yaml", &text)]);
    let contract = read(&folder.path().join("many.yaml"), &LoadOptions::default());
    let contract = contract.expect("loads");
    assert_eq!(contract.operations.len(), count);
    assert_eq!(contract.problems, []);
    // For each component the object and its two properties; the reference of each operation; one parameter.
    assert_eq!(contract.graph.size(), count * 4 + 1);
}

/// Ways to split a path that matches a template.
fn splits(template: &str, path: &str) -> Vec<String> {
    let template = PathTemplate::parse(template);
    let splits = template.splits(path, 8);
    let shown = splits.iter().map(|split| {
        let values: Vec<String> = split
            .iter()
            .map(|(name, text)| format!("{name}={text}"))
            .collect();
        values.join(" ")
    });
    shown.collect()
}

#[test]
fn paths_are_split_in_every_way() {
    let table: [(&str, &str, &[&str]); 12] = [
        (
            "/f/{name}.{ext}",
            "/f/a.tar.gz",
            &["name=a ext=tar.gz", "name=a.tar ext=gz"],
        ),
        ("/f/{name}.{ext}", "/f/a.", &[]),
        ("/f/{name}.{ext}", "/f/.a", &[]),
        (
            "/v/{id}:{verb}",
            "/v/urn:x:go",
            &["id=urn verb=x:go", "id=urn:x verb=go"],
        ),
        ("/c/{a}...{b}", "/c/v1.0...dev", &["a=v1.0 b=dev"]),
        ("/c/{a}...{b}", "/c/a....b", &["a=a b=.b", "a=a. b=b"]),
        ("/x/{a}{b}", "/x/é1", &["a=é b=1"]),
        ("/p/{rest+}", "/p/a/b.txt", &["rest=a/b.txt"]),
        ("/p/{rest+}/raw", "/p/a/raw/raw", &["rest=a/raw"]),
        ("/p/{x}/{rest+}", "/p/a/b/c", &["x=a rest=b/c"]),
        (
            "/p/{one+}/{two+}",
            "/p/a/b/c",
            &["one=a two=b/c", "one=a/b two=c"],
        ),
        ("/p/{rest+}", "/p", &[]),
    ];
    for (template, path, expected) in table {
        assert_eq!(splits(template, path), expected, "{template} {path}");
    }
    // A path that matches in more ways than can be tried still terminates.
    let template = format!("/{}", "{a}-".repeat(12));
    let path = format!("/{}", "-".repeat(400));
    assert!(
        PathTemplate::parse(&template)
            .splits(&path, 1_000_000)
            .len()
            < 1_000_000
    );
}

/// A parameter that takes slashes comes after one that does not, and after a literal.
#[test]
fn a_path_goes_to_the_most_specific_operation() {
    let order = [
        "/files/special",
        "/files/{name}.json",
        "/files/{name}",
        "/files/{name+}",
    ];
    for pair in order.windows(2) {
        let [first, second] = [pair[0], pair[1]].map(PathTemplate::parse);
        assert_eq!(
            first.more_specific(&second),
            std::cmp::Ordering::Less,
            "{pair:?}"
        );
    }
}

#[test]
fn hosts_have_no_user_information() {
    use super::without_user;
    for (authority, host) in [
        ("host.test", "host.test"),
        ("host.test:8080", "host.test:8080"),
        ("user@host.test", "host.test"),
        ("user:pass@host.test:8080", "host.test:8080"),
        ("a@b:c@host.test", "host.test"),
        ("[::1]:80", "[::1]:80"),
        ("user:pass@[::1]", "[::1]"),
        ("user:pa", "user"),
        ("user:pa:ss", "user"),
        ("", ""),
    ] {
        assert_eq!(without_user(authority), host, "{authority}");
    }
}
