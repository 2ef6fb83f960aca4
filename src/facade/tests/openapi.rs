//! Contracts as OpenAPI documents, and back.

use crate::diff::Options;

use super::*;

/// The differences of two contracts, by the diff both ways.
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

pub(super) fn read_back(contract: &Contract) -> Contract {
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
        // Read once more, it is the same document.
        assert_eq!(
            read.to_openapi().expect("its document"),
            contract.to_openapi().expect("of types")
        );
    }
}

/// The same type may be sent in one shape and received in another.
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
        "Plain-put-400",
        "Problem_details",
    ];
    assert_eq!(names, expected);
    let details = &document["components"]["schemas"]["Problem_details"]["properties"];
    assert_eq!(
        *details,
        json!({
            "causes": {"type": "array", "items": {"$ref": "#/components/schemas/Problem_details"}},
            "kind": {"$ref": "#/components/schemas/Plain-put-400"},
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

/// What a document loses would be missed in every comparison with it.
#[test]
fn a_document_that_would_lose_a_schema_is_refused() {
    let of = |schema: Value| {
        Contract::describe("odd", "1", "Odd")
            .operation(Operation::describe("a", "GET", "/a").response_schema(200, schema))
            .build()
            .expect("builds")
    };
    let anchored = of(json!({
        "$ref": "#node",
        "$defs": {"node": {"$anchor": "node", "type": "integer"}}
    }));
    let error = anchored
        .to_openapi()
        .expect_err("loses the anchor")
        .to_string();
    assert!(error.contains("without loss"), "{error}");
    let constant = of(
        json!({"properties": {"const": {"$ref": "#/$defs/a b"}}, "$defs": {"a b": {"type": "null"}}}),
    );
    assert_eq!(differences(&constant, &read_back(&constant)), [""; 0]);
}

/// Names that components cannot have do not merge two types into one component.
#[test]
fn types_whose_names_look_alike_stay_apart() {
    #[derive(JsonSchema, Serialize)]
    #[schemars(rename = "価格")]
    struct Price {
        price: f64,
    }
    #[derive(JsonSchema, Serialize)]
    #[schemars(rename = "名前")]
    struct Name {
        name: String,
    }
    let contract = Contract::describe("billing desk", "v 1", "Büro")
        .operation(
            Operation::describe("set price", "PUT", "/price")
                .request::<(Price, Name)>()
                .response::<(Price, Name)>(200)
                .response_schema(400, json!({"title": "Problem", "type": "object"}))
                .response_schema(404, json!({"title": "Problem", "type": "object"}))
                .response_schema(500, json!({"title": "Problem", "type": "array"})),
        )
        .build()
        .expect("builds");
    assert_eq!(differences(&contract, &read_back(&contract)), [""; 0]);
    let document = contract.to_openapi().expect("of types");
    let names: Vec<&String> = document["components"]["schemas"]
        .as_object()
        .expect("an object")
        .keys()
        .collect();
    assert_eq!(
        names,
        ["Problem", "Problem-set_20price-500", "__", "__Input"]
    );
}

#[test]
fn a_contract_without_operations_is_an_empty_document() {
    let contract = Contract::describe("none", "1", "None")
        .build()
        .expect("builds");
    let document = contract.to_openapi().expect("is written");
    assert_eq!(document["paths"], json!({}));
}
