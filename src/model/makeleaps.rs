//! The client API of MakeLeaps, version 1: requests only.
//!
//! Source: the vendor's guide on managing clients, and the vendor's public reference for what the
//! guide leaves open. The guide does not list every property, so the bodies are open. Responses are
//! not documented here; the contract has no schema for them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::some;

/// The identifier of a partner or a client: a string of decimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mid(#[schemars(extend("pattern" = "^[0-9]+$"))] pub String);

/// Request of `create-client`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClientBody {
    /// The caller's own identifier.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "String")]
    pub client_external_id: Option<String>,
    /// The organization and the people of the client.
    pub contacts: Vec<Contact>,
    /// The URL of a client.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "String", extend("format" = "uri"))]
    pub default_client: Option<String>,
    /// The URL of a contact.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "String", extend("format" = "uri"))]
    pub default_contact: Option<String>,
}

/// Request of `modify-client`: any subset of the properties.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ClientPatch {
    /// The caller's own identifier.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "String")]
    pub client_external_id: Option<String>,
    /// The organization and the people of the client.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Vec<ContactOrUrl>")]
    pub contacts: Option<Vec<ContactOrUrl>>,
    /// The URL of a client.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "String", extend("format" = "uri"))]
    pub default_client: Option<String>,
    /// The URL of a contact.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "String", extend("format" = "uri"))]
    pub default_contact: Option<String>,
}

/// One contact of a client.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "contact_type", rename_all = "snake_case")]
pub enum Contact {
    /// A company.
    #[schemars(title = "organization")]
    Organization {
        /// Its name.
        name: String,
        /// Postal addresses; their form is not documented.
        #[serde(
            default,
            deserialize_with = "some",
            skip_serializing_if = "Option::is_none"
        )]
        #[schemars(with = "Vec<serde_json::Value>")]
        addresses: Option<Vec<serde_json::Value>>,
        /// Its mail address; the outer `Option` is whether the property is there.
        #[serde(
            default,
            deserialize_with = "some",
            skip_serializing_if = "Option::is_none"
        )]
        #[schemars(with = "Option<Mailbox>")]
        email: Option<Option<Mailbox>>,
    },
    /// A human.
    #[schemars(title = "person")]
    Person {
        /// Family name.
        family_name: String,
        /// Given name.
        #[serde(
            default,
            deserialize_with = "some",
            skip_serializing_if = "Option::is_none"
        )]
        #[schemars(with = "String")]
        given_name: Option<String>,
        /// Postal addresses; their form is not documented.
        #[serde(
            default,
            deserialize_with = "some",
            skip_serializing_if = "Option::is_none"
        )]
        #[schemars(with = "Vec<serde_json::Value>")]
        addresses: Option<Vec<serde_json::Value>>,
        /// Mail address; the outer `Option` is whether the property is there.
        #[serde(
            default,
            deserialize_with = "some",
            skip_serializing_if = "Option::is_none"
        )]
        #[schemars(with = "Option<PersonMailbox>")]
        email: Option<Option<PersonMailbox>>,
    },
}

/// The mail address of an organization; its form is not asserted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Mailbox {
    /// The address.
    pub address: String,
}

/// The mail address of a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PersonMailbox {
    /// The address.
    #[schemars(extend("format" = "email"))]
    pub address: String,
}

/// A contact in full, or the URL of one that exists.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "neither a `Contact` object nor the URL of a contact"
)]
pub enum ContactOrUrl {
    /// A contact in full.
    Contact(Contact),
    /// The URL of a contact.
    #[schemars(title = "Url")]
    Url(#[schemars(extend("format" = "uri"))] String),
}
