//! The lock for wire types, and contracts of types as OpenAPI.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::compatible::{Update, compare};
use crate::contract::{Contract, Operation};

mod openapi;

/// A contract in which `T` is the body of a response, and `R` that of a request.
fn invoices<R: JsonSchema, T: JsonSchema>() -> Contract {
    Contract::describe("billing", "v1", "Invoices")
        .operation(
            Operation::describe("retrieve-invoice", "GET", "/invoices/{number}")
                .path_parameter::<u32>("number")
                .response::<T>(200),
        )
        .operation(
            Operation::describe("create-invoice", "POST", "/invoices")
                .request::<R>()
                .response::<T>(201),
        )
        .build()
        .expect("builds")
}

/// Only the derived schemas are used.
#[expect(dead_code, reason = "only their schemas are used")]
mod first {
    use super::*;

    #[derive(JsonSchema, Serialize)]
    pub enum Status {
        Open,
        Paid,
        Void,
    }

    #[derive(JsonSchema, Serialize)]
    pub struct Invoice {
        pub number: u32,
        pub status: Status,
        pub note: Option<String>,
    }

    #[derive(JsonSchema, Serialize)]
    pub struct NewInvoice {
        pub total: f64,
        pub currency: Option<String>,
        pub status: Status,
    }
}

/// A field that clients did not have to send becomes required.
mod required {
    use super::*;

    #[derive(JsonSchema, Serialize)]
    pub struct NewInvoice {
        pub total: f64,
        pub currency: String,
        pub status: first::Status,
    }
}

/// Clients may no longer send a value.
#[expect(dead_code, reason = "only their schemas are used")]
mod fewer {
    use super::*;

    #[derive(JsonSchema, Serialize)]
    pub enum Status {
        Open,
        Paid,
    }

    #[derive(JsonSchema, Serialize)]
    pub struct NewInvoice {
        pub total: f64,
        pub currency: Option<String>,
        pub status: Status,
    }
}

/// Clients may receive values that they could not receive before.
mod wider {
    use super::*;

    #[derive(JsonSchema, Serialize)]
    pub struct Invoice {
        pub number: Option<u32>,
        pub status: first::Status,
        pub note: Option<String>,
    }
}

/// Clients get one more field.
mod more {
    use super::*;

    #[derive(JsonSchema, Serialize)]
    pub struct Invoice {
        pub number: u32,
        pub status: first::Status,
        pub note: Option<String>,
        pub due: Option<String>,
    }
}

/// The lock of the first types, and its message for other types.
fn locked(contract: &Contract, update: Update) -> (Option<String>, bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "contracts/billing.json";
    let file = folder.path().join(name);
    let first = invoices::<first::NewInvoice, first::Invoice>();
    let written = compare(&first, &file, name, Update::Compatible).expect("is written");
    assert_eq!(written, None);
    assert_eq!(
        compare(&first, &file, name, Update::Nothing).expect("is compared"),
        None,
        "what was written is what the types derive"
    );
    let before = std::fs::read(&file).expect("a file");
    let failure = compare(contract, &file, name, update).expect("is compared");
    let after = std::fs::read(&file).expect("a file");
    let failure =
        failure.map(|text| text.replace(&folder.path().display().to_string(), "/package"));
    (failure, before != after)
}

fn failure(contract: &Contract) -> String {
    let (failure, is_written) = locked(contract, Update::Nothing);
    assert!(!is_written);
    failure.expect("fails")
}

#[test]
fn a_field_made_required_fails_with_its_witness() {
    let contract = invoices::<required::NewInvoice, first::Invoice>();
    insta::assert_snapshot!(failure(&contract));
}

#[test]
fn an_enum_value_removed_fails_with_its_witness() {
    let contract = invoices::<fewer::NewInvoice, first::Invoice>();
    insta::assert_snapshot!(failure(&contract));
}

#[test]
fn a_type_widened_fails_with_its_witness() {
    let contract = invoices::<first::NewInvoice, wider::Invoice>();
    insta::assert_snapshot!(failure(&contract));
}

#[test]
fn an_optional_field_added_asks_for_an_update() {
    let contract = invoices::<first::NewInvoice, more::Invoice>();
    insta::assert_snapshot!(failure(&contract));
}

#[test]
fn compatible_changes_alone_are_written_by_default() {
    let more = invoices::<first::NewInvoice, more::Invoice>();
    let wider = invoices::<first::NewInvoice, wider::Invoice>();
    for (contract, update, passes) in [
        (&more, Update::Nothing, false),
        (&more, Update::Compatible, true),
        (&more, Update::Everything, true),
        (&wider, Update::Nothing, false),
        (&wider, Update::Compatible, false),
        (&wider, Update::Everything, true),
    ] {
        let (failure, is_written) = locked(contract, update);
        assert_eq!(failure.is_none(), passes, "{update:?} {failure:?}");
        assert_eq!(is_written, passes, "{update:?}");
    }
}

/// The file does not depend on the order in which a program describes its parts.
#[test]
fn the_lock_does_not_depend_on_the_order_of_operations() {
    let file = |ids: [&str; 2]| {
        let mut contract = Contract::describe("billing", "v1", "Invoices");
        for id in ids {
            let operation = Operation::describe(id, "GET", &format!("/{id}"));
            contract = contract.operation(operation.response::<first::Invoice>(200));
        }
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("lock.json");
        let contract = contract.build().expect("builds");
        compare(&contract, &file, "lock.json", Update::Compatible).expect("is written");
        std::fs::read_to_string(file).expect("a file")
    };
    assert_eq!(file(["a", "b"]), file(["b", "a"]));
}

#[test]
fn a_lock_that_is_not_there_says_how_to_write_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("lock.json");
    let contract = invoices::<first::NewInvoice, first::Invoice>();
    let missing = compare(&contract, &file, "lock.json", Update::Nothing).expect("is looked for");
    let missing = missing.expect("is missing");
    assert!(
        missing.contains("WIREDRIFT_UPDATE=1 cargo test"),
        "{missing}"
    );
    std::fs::write(&file, "{\"openapi\": ").expect("written");
    let broken = compare(&contract, &file, "lock.json", Update::Everything);
    let broken = broken.expect_err("is no JSON").to_string();
    assert!(broken.contains("lock.json"), "{broken}");
}

/// A document that a program derives is locked like types.
#[test]
fn a_derived_document_can_be_locked() {
    let types = invoices::<first::NewInvoice, first::Invoice>();
    let derived = openapi::read_back(&types);
    assert_eq!(
        derived.to_openapi().expect("is given back"),
        types.to_openapi().expect("of types")
    );
    let (failure, is_written) = locked(&derived, Update::Nothing);
    assert_eq!((failure, is_written), (None, false));
}

/// If a part of the file cannot be used, changes to it would be missed.
#[test]
fn a_lock_with_a_part_that_cannot_be_used_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("lock.json");
    let contract = invoices::<first::NewInvoice, first::Invoice>();
    compare(&contract, &file, "lock.json", Update::Compatible).expect("is written");
    let text = std::fs::read_to_string(&file).expect("a file");
    let dangling = text.replacen("schemas/Invoice\"", "schemas/Invoce\"", 1);
    assert_ne!(text, dangling);
    for (damaged, expected) in [
        (dangling.as_str(), "cannot be used"),
        (&text[..text.len() / 2], "delete it"),
        ("<<<<<<< ours", "delete it"),
        ("{}", "delete it"),
    ] {
        for update in [Update::Nothing, Update::Compatible] {
            std::fs::write(&file, damaged).expect("written");
            let error = compare(&contract, &file, "lock.json", update).expect_err("is refused");
            let error = format!("{error:?}");
            assert!(error.contains(expected), "{damaged}: {error}");
            assert!(error.contains("WIREDRIFT_UPDATE=1 cargo test"), "{error}");
            assert_eq!(std::fs::read_to_string(&file).expect("a file"), damaged);
        }
    }
}

#[test]
fn a_lock_of_another_version_asks_for_an_update() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("lock.json");
    let of = |version: &str| {
        Contract::describe("billing", version, "Invoices")
            .operation(Operation::describe("a", "GET", "/a").response::<first::Invoice>(200))
            .build()
            .expect("builds")
    };
    let lock = |contract: &Contract, update| {
        compare(contract, &file, "lock.json", update).expect("is compared")
    };
    assert_eq!(lock(&of("v1"), Update::Compatible), None);
    insta::assert_snapshot!(lock(&of("v2"), Update::Nothing).expect("fails"));
    assert_eq!(lock(&of("v2"), Update::Compatible), None);
    assert_eq!(lock(&of("v2"), Update::Nothing), None);
    assert!(lock(&of("v1"), Update::Nothing).is_some());
}

/// A change that a payload proves to be breaking is not written with the compatible changes.
#[test]
fn a_change_that_a_payload_shows_to_break_is_breaking() {
    #[derive(JsonSchema, Serialize)]
    #[expect(dead_code, reason = "only its schema is used")]
    enum Status {
        Open,
        Paid,
        Void,
        Draft,
    }
    #[derive(JsonSchema, Serialize)]
    struct Invoice {
        number: u32,
        status: Status,
        note: Option<String>,
    }
    let contract = invoices::<first::NewInvoice, Invoice>();
    let (failure, is_written) = locked(&contract, Update::Compatible);
    let failure = failure.expect("fails");
    assert!(failure.contains("1 breaking change\n"), "{failure}");
    assert!(!is_written);
}

#[test]
fn a_payload_is_not_compared_with_what_cannot_be_used() {
    let contract = Contract::from_openapi(&json!({
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {
            "/a": {"get": {"operationId": "a", "responses": {"200": {
                "description": "",
                "content": {"application/json": {"schema": {"$ref": "#/components/schemas/A"}}}
            }}}},
            "/b": {"get": {"operationId": "b", "responses": {"200": {
                "description": "",
                "content": {"application/json": {"schema": {"type": "integer"}}}
            }}}}
        },
        "components": {"schemas": {"A": {"properties": {"sku": {"$ref": "#/components/schemas/Gone"}}}}}
    }))
    .expect("is OpenAPI");
    let whole = Contract::from_openapi(&json!({
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {"/a": {"get": {"operationId": "a", "responses": {"200": {
            "description": "",
            "content": {"application/json": {"schema": 17}}
        }}}}}
    }))
    .expect("is OpenAPI");
    let failure =
        super::payload_failure(&json!(1), &whole, "a", Some(200), crate::rules::Level::Info);
    let error = failure.expect_err("is no schema").to_string();
    assert!(error.contains("a schema must be"), "{error}");
    let of = |operation| {
        super::payload_failure(
            &json!(1),
            &contract,
            operation,
            Some(200),
            crate::rules::Level::Info,
        )
    };
    let error = of("a").expect_err("cannot be used").to_string();
    assert!(error.contains("Gone"), "{error}");
    assert_eq!(
        of("b").expect("is compared"),
        None,
        "what is wrong elsewhere does not matter"
    );
    assert!(
        crate::diff(&contract, &contract)
            .problems()
            .next()
            .is_some()
    );
}

#[test]
fn a_response_without_a_body_is_one() {
    let contract = Contract::describe("shop", "1", "Shop")
        .operation(Operation::describe("remove", "DELETE", "/a").empty_response(204))
        .build()
        .expect("builds");
    crate::assert_conforms!((), contract, "remove", response 204);
    let failure = super::payload_failure(
        &1,
        &contract,
        "remove",
        Some(204),
        crate::rules::Level::Error,
    );
    let failure = failure.expect("is compared").expect("fails");
    assert_eq!(
        failure,
        "remove of shop@1 declares the response 204 without a body, but the payload has one"
    );
}

#[test]
fn descriptions_that_contradict_themselves_do_not_build() {
    let of = |operation| {
        Contract::describe("odd", "1", "Odd")
            .operation(operation)
            .build()
    };
    let get = |path| Operation::describe("a", "GET", path);
    for (operation, expected) in [
        (
            get("/a").response::<u8>(200).empty_response(200),
            "the response 200 is described twice",
        ),
        (
            get("/a").query::<u8>("q").query::<u16>("q"),
            "the query parameter `q` is described twice",
        ),
        (get("/a").empty_response(600), "600 is not an HTTP status"),
        (get("a"), "the path `a` must start with `/`"),
        (
            Operation::describe("", "GET", "/a"),
            "the operation has no id",
        ),
        (
            Operation::describe("a", "FETCH IT", "/a"),
            "`FETCH IT` is not an HTTP method",
        ),
    ] {
        let error = of(operation).expect_err("is refused").to_string();
        assert!(error.ends_with(expected), "{error}");
    }
}

#[test]
fn requests_of_callbacks_and_webhooks_are_found() {
    let answer = json!({"default": {"description": "d"}});
    let body = json!({"content": {"application/json": {"schema": {
        "type": "object",
        "required": ["petId"],
        "properties": {"petId": {"type": "integer"}}
    }}}});
    let incoming = json!({"post": {"requestBody": body, "responses": answer}});
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {"/subs": {"post": {
            "operationId": "subscribe",
            "parameters": [{"name": "url", "in": "query", "schema": {"type": "string"}}],
            "requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}},
            "responses": answer,
            "callbacks": {"sold": {"$request.query.url": incoming}}
        }}},
        "webhooks": {"born": incoming}
    });
    let contract = Contract::from_openapi(&document).expect("a contract");
    let post =
        |target: &str| format!("POST {target} HTTP/1.1\nContent-Type: application/json\n\n{{}}\n");
    let check = || {
        crate::check(&contract)
            .bytes("a.http", post("https://l.example/sold"))
            .bytes(
                "b.http",
                post("https://api.example/subs?url=http%3A%2F%2Fl.example%2Fsold"),
            )
            .bytes("c.http", post("https://l.example/born"))
    };
    let report = check().webhook("born", "/born").run().expect("compared");
    let found: Vec<String> = report.findings().iter().map(ToString::to_string).collect();
    let missing = |file: &str| {
        format!("{file}:4:1: error[missing-property]: required property `petId` is missing")
    };
    assert_eq!(found, [missing("a.http"), missing("c.http")]);
    let error = check()
        .webhook("sold", "/born")
        .run()
        .expect_err("is a callback");
    assert_eq!(
        error.to_string(),
        "no webhook or callback of shop@1 is named `sold`; available: born, callback:subscribe/sold"
    );
    assert!(check().webhook("born", "born").run().is_err());
}
