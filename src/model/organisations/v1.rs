//! Version 1: `/api`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::WholeBody;
use super::timestamp::timestamp;
use crate::model::{Count, Id, OneBased, present, some};

pub use super::jurisdiction::V1 as Jurisdiction;

timestamp! {
    /// An RFC 3339 date-time; v1 writes the offset as `+00:00`.
    Timestamp, "2022-11-01T03:15:03+00:00"
}

/// What creates an organisation, and what an update replaces it with.
pub type OrganisationBody = WholeBody<Jurisdiction>;

/// Response of `list-organisations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationList {
    /// One page of organisations.
    pub data: Vec<ListedOrganisation>,
    /// Where the page stands among all.
    pub meta: Meta,
}

/// An organisation in a list: here `archived` and `clients_count` are always there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ListedOrganisation {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Number in the company register.
    #[serde(deserialize_with = "present")]
    pub company_number: Option<String>,
    /// Where the company is registered.
    #[serde(deserialize_with = "present")]
    pub jurisdiction: Option<Jurisdiction>,
    /// Whether the organisation is archived; v2 has no such flag.
    pub archived: bool,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// How many clients belong to it; v2 has no such number.
    pub clients_count: Count,
    /// Related URLs; v2 has none.
    pub links: OrganisationLinks,
}

/// Response of `create-organisation`, `retrieve-organisation` and `update-organisation`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SingleOrganisation {
    /// Exactly one organisation.
    pub data: [Organisation; 1],
}

/// An organisation on its own.
///
/// The guide's samples have neither `archived` nor `clients_count`, while its text lists both as
/// removed by v2: they are optional here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Organisation {
    /// Identifier.
    pub id: Id,
    /// Name.
    pub name: String,
    /// Number in the company register.
    #[serde(deserialize_with = "present")]
    pub company_number: Option<String>,
    /// Where the company is registered.
    #[serde(deserialize_with = "present")]
    pub jurisdiction: Option<Jurisdiction>,
    /// Whether the organisation is archived; v2 has no such flag.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "bool")]
    pub archived: Option<bool>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// How many clients belong to it; v2 has no such number.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "Count")]
    pub clients_count: Option<Count>,
    /// Related URLs; v2 has none.
    pub links: OrganisationLinks,
}

/// URLs of an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationLinks {
    /// The page that shows it.
    pub show: String,
    /// The API's own URLs.
    pub api: ApiLinks,
}

/// URLs of an organisation in the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ApiLinks {
    /// Where to update it.
    pub update: String,
}

/// What surrounds the data of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Meta {
    /// Where the page stands; v2 has these properties at the top.
    pub pagination: Pagination,
}

/// Where a page stands among all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Pagination {
    /// Items on all pages.
    pub total: Count,
    /// Items on this page.
    pub count: Count,
    /// Items on a full page; v2 calls it `limit`.
    pub per_page: OneBased,
    /// This page, from 1.
    pub current_page: OneBased,
    /// How many pages there are.
    pub total_pages: OneBased,
    /// The pages around this one; empty when there is only one.
    pub links: PageLinks,
}

/// URLs of the pages around this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PageLinks {
    /// The next page.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "String")]
    pub next: Option<String>,
    /// The page before.
    #[serde(
        default,
        deserialize_with = "some",
        skip_serializing_if = "Option::is_none"
    )]
    #[schemars(with = "String")]
    pub previous: Option<String>,
}
