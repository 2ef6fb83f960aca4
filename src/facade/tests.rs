//! The lock for wire types, and contracts of types as OpenAPI.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::compatible::{Update, compare};
use crate::contract::{Contract, Operation};
use crate::diff::Options;

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

/// Only what is derived of the types is looked at.
#[expect(dead_code, reason = "their schemas alone are used")]
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

/// A field that clients need not have sent has to be there now.
mod required {
    use super::*;

    #[derive(JsonSchema, Serialize)]
    pub struct NewInvoice {
        pub total: f64,
        pub currency: String,
        pub status: first::Status,
    }
}

/// Clients may not send a value any longer.
#[expect(dead_code, reason = "their schemas alone are used")]
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

/// Clients may meet what they could not meet before.
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

/// The lock of the first types, and what it has to say of other ones.
fn locked(contract: &Contract, update: Update) -> (Option<String>, bool) {
    let folder = tempfile::tempdir().expect("a folder");
    let name = "contracts/billing.json";
    let file = folder.path().join(name);
    let first = invoices::<first::NewInvoice, first::Invoice>();
    let of = |contract: &Contract| contract.to_openapi().expect("of types");
    let written = compare(&of(&first), &file, name, Update::Compatible).expect("is written");
    assert_eq!(written, None);
    assert_eq!(
        compare(&of(&first), &file, name, Update::Nothing).expect("is compared"),
        None,
        "what was written is what the types derive"
    );
    let before = std::fs::read(&file).expect("a file");
    let failure = compare(&of(contract), &file, name, update).expect("is compared");
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
fn only_what_breaks_nobody_is_written_without_being_told() {
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

/// The file does not change with the order in which a program describes what it has.
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
        let document = contract.build().and_then(|built| built.to_openapi());
        let document = document.expect("of types");
        compare(&document, &file, "lock.json", Update::Compatible).expect("is written");
        std::fs::read_to_string(file).expect("a file")
    };
    assert_eq!(file(["a", "b"]), file(["b", "a"]));
}

#[test]
fn a_lock_that_is_not_there_says_how_to_write_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("lock.json");
    let document = invoices::<first::NewInvoice, first::Invoice>().to_openapi();
    let document = document.expect("of types");
    let missing = compare(&document, &file, "lock.json", Update::Nothing).expect("is looked for");
    let missing = missing.expect("is missing");
    assert!(
        missing.contains("WIREDRIFT_UPDATE=1 cargo test"),
        "{missing}"
    );
    std::fs::write(&file, "{\"openapi\": ").expect("written");
    let broken = compare(&document, &file, "lock.json", Update::Everything);
    let broken = broken.expect_err("is no JSON").to_string();
    assert!(broken.contains("lock.json"), "{broken}");
}

/// What two contracts differ in, by the diff both ways.
fn differences(one: &Contract, other: &Contract) -> Vec<String> {
    let of = |old, new| {
        let found = crate::diff::compare_contracts(old, new, &Options::default());
        let changes = found.changes.into_iter().chain(found.equivalent);
        changes
            .map(|change| format!("{:?} {} {}", change.fact, change.path, change.subject))
            .collect::<Vec<_>>()
    };
    [of(one, other), of(other, one)].concat()
}

fn read_back(contract: &Contract) -> Contract {
    let document = contract.to_openapi().expect("of types");
    Contract::from_openapi(&document).expect("is OpenAPI")
}

#[test]
fn built_in_contracts_are_the_same_in_openapi() {
    for reference in ["organisations@v1", "organisations@v2", "makeleaps-clients"] {
        let contract = Contract::builtin(reference).expect("is built in");
        let read = read_back(&contract);
        assert_eq!(differences(&contract, &read), [""; 0], "{reference}");
        assert_eq!(read.reference(), contract.reference());
        assert_eq!(read.notes, contract.notes);
        let problems: Vec<String> = read.problems().collect();
        assert_eq!(problems, [""; 0], "{reference}");
        let facts = |contract: &Contract| -> Vec<_> {
            let operations = contract.operations.iter();
            let mut facts: Vec<_> = operations
                .map(|operation| {
                    (
                        operation.id.clone(),
                        operation.signature(),
                        operation.summary.clone(),
                        operation.notes.clone(),
                        operation.replaces.clone(),
                        operation.open_query,
                    )
                })
                .collect();
            facts.sort_by(|one, other| one.0.cmp(&other.0));
            facts
        };
        assert_eq!(facts(&read), facts(&contract), "{reference}");
        // Loaded once more, it is the same document.
        assert!(read.to_openapi().is_err(), "it has documents of its own");
    }
}

/// The same type may be one shape as it is sent and another as it is received.
#[test]
fn types_with_two_shapes_become_two_components() {
    #[derive(JsonSchema, Serialize)]
    struct Inner {
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schemars(default)]
        value: Option<u8>,
        #[schemars(default)]
        #[serde(default)]
        count: u8,
    }
    #[derive(JsonSchema, Serialize)]
    struct Outer {
        inner: Inner,
        plain: Plain,
    }
    #[derive(JsonSchema, Serialize)]
    struct Plain {
        name: String,
    }
    let contract = Contract::describe("two", "1", "Two")
        .operation(
            Operation::describe("put", "PUT", "/{id}")
                .request::<Outer>()
                .response::<Outer>(200)
                .response_schema(
                    400,
                    json!({
                        "title": "Problem details",
                        "type": "object",
                        "properties": {
                            "causes": {"type": "array", "items": {"$ref": "#"}},
                            "kind": {"$ref": "#/$defs/Plain"},
                            "other": {"$ref": "#/properties/kind"},
                            "$ref": {"const": {"$ref": "#/$defs/Plain"}}
                        },
                        "$defs": {"Plain": {"enum": ["a", "b"]}}
                    }),
                )
                .undocumented_response(503)
                .undocumented_responses()
                .undocumented_queries(&["q"])
                .query::<Vec<String>>("tags")
                .open_query(),
        )
        .operation(Operation::describe("delete", "DELETE", "/{id}").empty_response(204))
        .note("Nothing is as it seems.")
        .build()
        .expect("builds");
    let read = read_back(&contract);
    assert_eq!(differences(&contract, &read), [""; 0]);
    let document = contract.to_openapi().expect("of types");
    let names: Vec<&str> = document["components"]["schemas"]
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    let expected = [
        "Inner",
        "InnerInput",
        "Outer",
        "OuterInput",
        "Plain",
        "PlainInput",
        "Problem_details",
    ];
    assert_eq!(names, expected);
    let details = &document["components"]["schemas"]["Problem_details"]["properties"];
    assert_eq!(
        *details,
        json!({
            "causes": {"type": "array", "items": {"$ref": "#/components/schemas/Problem_details"}},
            "kind": {"$ref": "#/components/schemas/PlainInput"},
            "other": {"$ref": "#/components/schemas/Problem_details/properties/kind"},
            "$ref": {"const": {"$ref": "#/$defs/Plain"}}
        })
    );
}

#[test]
fn what_openapi_cannot_hold_is_an_error() {
    let twice = Contract::describe("twice", "1", "Twice")
        .operation(Operation::describe("a", "GET", "/x").empty_response(204))
        .operation(Operation::describe("b", "get", "/x").empty_response(204))
        .build()
        .expect("builds");
    let error = twice.to_openapi().expect_err("is refused").to_string();
    assert!(error.contains("GET /x"), "{error}");
    let odd = Contract::describe("odd", "1", "Odd")
        .operation(Operation::describe("a", "BREW", "/x").empty_response(204))
        .build()
        .expect("builds");
    let error = odd.to_openapi().expect_err("is refused").to_string();
    assert!(error.contains("BREW /x"), "{error}");
    for value in [
        json!(null),
        json!({"type": "object"}),
        json!({"openapi": "4.0"}),
    ] {
        let error = Contract::from_openapi(&value).expect_err("is refused");
        assert!(
            error.to_string().to_lowercase().contains("openapi"),
            "{error}"
        );
    }
}

#[test]
fn a_derived_document_may_refer_to_nothing_beside_it() {
    let document: Value = json!({
        "openapi": "3.1.0",
        "info": {"title": "Pets", "version": "1"},
        "paths": {"/pets": {"get": {"operationId": "list-pets", "responses": {"200": {
            "description": "ok",
            "content": {"application/json": {"schema": {"$ref": "pet.json#/Pet"}}}
        }}}}}
    });
    let contract = Contract::from_openapi(&document).expect("is OpenAPI");
    assert_eq!(
        contract
            .operation("list-pets")
            .map(Operation::path)
            .as_deref(),
        Some("/pets")
    );
    let problems: Vec<String> = contract.problems().collect();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].contains("pet.json"), "{problems:?}");
}
