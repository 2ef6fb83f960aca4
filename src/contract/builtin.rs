//! The built-in contracts.
//!
//! Sources: the vendors' guides, and the vendors' public references for what the guides leave open.

use crate::error::Result;
use crate::model::organisations::{v1, v2};
use crate::model::{Id, OneBased, PageLimit, makeleaps};
use crate::schema::CompileOptions;

use super::{Contract, ContractBuilder, Operation, OperationBuilder, Registry};

/// The built-in contracts: `organisations` in two versions, and `makeleaps-clients`.
///
/// # Errors
///
/// None in practice: a test builds the registry.
pub fn registry() -> Result<Registry> {
    built(
        vec![organisations_v1(), organisations_v2(), makeleaps_clients()],
        CompileOptions::default(),
    )
}

/// The versions of one built-in contract, compiled with these options; all contracts if none has this name.
///
/// # Errors
///
/// None in practice: a test builds the registry.
pub fn family(name: &str, options: CompileOptions) -> Result<Registry> {
    let builders = match name {
        "organisations" => vec![organisations_v1(), organisations_v2()],
        "makeleaps-clients" => vec![makeleaps_clients()],
        _ => vec![organisations_v1(), organisations_v2(), makeleaps_clients()],
    };
    built(builders, options)
}

fn built(builders: Vec<ContractBuilder>, options: CompileOptions) -> Result<Registry> {
    let contracts = builders
        .into_iter()
        .map(|builder| builder.build_with(options));
    Ok(Registry::new(contracts.collect::<Result<_>>()?))
}

fn organisations_v1() -> ContractBuilder {
    let single = |operation: OperationBuilder| {
        operation
            .path_parameter::<Id>("id")
            .response::<v1::SingleOrganisation>(200)
    };
    // The guide documents none of these payloads.
    let client = |operation: OperationBuilder| {
        operation
            .open_query()
            .undocumented_responses()
    };
    Contract::describe("organisations", "v1", "Organisations API, version 1")
        .operation(
            Operation::describe("list-organisations", "GET", "/api/organisations")
                .summary("List all organisations")
                .undocumented_queries(&["visibility", "status", "assignee", "q"])
                .response::<v1::OrganisationList>(200)
                .note("Without filtering, only active organisations are returned."),
        )
        .operation(
            Operation::describe("create-organisation", "POST", "/api/organisations")
                .summary("Create an organisation")
                .request::<v1::OrganisationBody>()
                .response::<v1::SingleOrganisation>(200)
                .response::<v1::SingleOrganisation>(201)
                .note(
                    "The guide does not say which of 200 and 201 is returned; both are accepted.",
                ),
        )
        .operation(single(
            Operation::describe("retrieve-organisation", "GET", "/api/organisations/{id}")
                .summary("Retrieve an organisation"),
        ))
        .operation(single(
            Operation::describe("update-organisation", "PUT", "/api/organisations/{id}")
                .summary("Update an organisation")
                .request::<v1::OrganisationBody>(),
        ))
        .operation(client(
            Operation::describe("create-client", "POST", "/api/clients")
                .summary("Create a client, optionally with an organisation")
                .undocumented_request(),
        ))
        .operation(client(
            Operation::describe("retrieve-client", "GET", "/api/clients/{id}").summary(
                "Show a client, with its organisations if a query parameter requests them",
            ),
        ))
        .operation(client(
            Operation::describe("update-client", "PUT", "/api/clients/{id}")
                .summary("Update a client, including its organisations")
                .undocumented_request(),
        ))
}

fn organisations_v2() -> ContractBuilder {
    let errors = |operation: OperationBuilder| {
        operation
            .response::<v2::ErrorMessage>(401)
            .response::<v2::ErrorMessage>(404)
            .response::<v2::ValidationErrors>(422)
    };
    let page =
        |operation: OperationBuilder| operation.response::<v2::PaginatedOrganisationList>(200);
    let client = "/api/v2/clients/{id}/organisations";
    let from_update_client = |operation: OperationBuilder| {
        operation.replaces(
            "v1",
            "update-client",
            "a client's organisations were changed by updating the client",
        )
    };
    Contract::describe("organisations", "v2", "Organisations API, version 2")
        .operation(errors(page(
            Operation::describe("list-organisations", "GET", "/api/v2/organisations")
                .summary("List all organisations")
                .query::<OneBased>("page")
                .query::<PageLimit>("limit")
                .note(
                    "Active and archived organisations are returned, and no property tells them apart.",
                ),
        )))
        .operation(errors(
            Operation::describe("create-organisation", "POST", "/api/v2/organisations")
                .summary("Create an organisation")
                .request::<v2::OrganisationBody>()
                .response::<v2::SingleOrganisation>(201)
                .replaces(
                    "v1",
                    "create-client",
                    "creating a client together with an organisation is now two calls: \
                     create-organisation, then add-client-organisations",
                ),
        ))
        .operation(errors(
            Operation::describe("retrieve-organisation", "GET", "/api/v2/organisations/{id}")
                .summary("Retrieve an organisation")
                .path_parameter::<Id>("id")
                .response::<v2::SingleOrganisation>(200),
        ))
        .operation(errors(
            Operation::describe("update-organisation", "PATCH", "/api/v2/organisations/{id}")
                .summary("Update an organisation")
                .path_parameter::<Id>("id")
                .request::<v2::OrganisationPatch>()
                .response::<v2::SingleOrganisation>(200),
        ))
        .operation(errors(page(
            Operation::describe("list-client-organisations", "GET", client)
                .summary("List all organisations of a client")
                .path_parameter::<Id>("id")
                .query::<OneBased>("page")
                .query::<PageLimit>("limit")
                .replaces(
                    "v1",
                    "retrieve-client",
                    "a client's organisations were shown by a query parameter",
                ),
        )))
        .operation(errors(page(from_update_client(
            Operation::describe("add-client-organisations", "PATCH", client)
                .summary("Add organisations to a client")
                .path_parameter::<Id>("id")
                .request::<v2::OrganisationIds>()
                .replaces(
                    "v1",
                    "create-client",
                    "creating a client together with an organisation is now two calls: \
                     create-organisation, then add-client-organisations",
                ),
        ))))
        .operation(errors(page(from_update_client(
            Operation::describe("replace-client-organisations", "PUT", client)
                .summary("Replace the organisations of a client")
                .path_parameter::<Id>("id")
                .request::<v2::OrganisationIds>(),
        ))))
        .operation(errors(from_update_client(
            Operation::describe("delete-client-organisations", "DELETE", client)
                .summary("Delete all organisations of a client")
                .path_parameter::<Id>("id")
                .empty_response(204),
        )))
        .operation(errors(from_update_client(
            Operation::describe(
                "delete-client-organisation",
                "DELETE",
                "/api/v2/clients/{clientId}/organisations/{organisationId}",
            )
            .summary("Delete one organisation of a client")
            .path_parameter::<Id>("clientId")
            .path_parameter::<Id>("organisationId")
            .empty_response(204),
        )))
        .note("Requests are authorised by a bearer token, as in v1.")
}

fn makeleaps_clients() -> ContractBuilder {
    let one = "/api/partner/{partner_mid}/client/{client_mid}/";
    Contract::describe("makeleaps-clients", "v1", "MakeLeaps client API")
        .operation(
            Operation::describe(
                "create-client",
                "POST",
                "/api/partner/{partner_mid}/client/",
            )
            .summary("Create a client")
            .path_parameter::<makeleaps::Mid>("partner_mid")
            .request::<makeleaps::ClientBody>()
            .undocumented_response(201),
        )
        .operation(
            Operation::describe("modify-client", "PATCH", one)
                .summary("Modify a client")
                .path_parameter::<makeleaps::Mid>("partner_mid")
                .path_parameter::<makeleaps::Mid>("client_mid")
                .request::<makeleaps::ClientPatch>()
                .undocumented_response(200),
        )
        .operation(
            Operation::describe("delete-client", "DELETE", one)
                .summary("Delete a client")
                .path_parameter::<makeleaps::Mid>("partner_mid")
                .path_parameter::<makeleaps::Mid>("client_mid")
                .empty_response(204),
        )
        .note("Every request carries a bearer token; a mid is a string of decimal digits.")
        .note("Response bodies are not documented: they have no schema and are not compared.")
}
