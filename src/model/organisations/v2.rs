//! Version 2: `/api/v2`.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::timestamp::timestamp;
use super::{PartialBody, WholeBody, constant};
use crate::model::{Count, Id, NonEmpty, PageLimit, present};

pub use super::jurisdiction::V2 as Jurisdiction;

timestamp! {
    /// An RFC 3339 date-time; v2 writes the offset as `Z`.
    Timestamp, "2022-11-01T03:15:03Z"
}

constant! {
    /// The value of `object` in a list.
    PaginatedListTag = "paginated_list"
}

constant! {
    /// The value of `object` in an organisation.
    OrganisationTag = "organisation"
}

/// What creates an organisation.
pub type OrganisationBody = WholeBody<Jurisdiction>;

/// What an update changes of an organisation: any subset of its properties.
pub type OrganisationPatch = PartialBody<Jurisdiction>;

/// Response of every operation that returns organisations by the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PaginatedOrganisationList {
    /// What the payload is.
    pub object: PaginatedListTag,
    /// One page of organisations.
    pub data: Vec<Organisation>,
    /// Items on all pages.
    pub total: Count,
    /// Items on this page.
    pub count: Count,
    /// Items on a full page; v1 calls it `per_page`.
    pub limit: PageLimit,
    /// This page, from 1.
    pub current_page: Count,
    /// How many pages there are.
    pub total_pages: Count,
    /// The pages around this one; `null` when there is only one.
    #[serde(deserialize_with = "present")]
    pub links: Option<PageLinks>,
}

/// URLs of the pages around this one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PageLinks {
    /// The next page.
    #[serde(deserialize_with = "present")]
    pub next: Option<String>,
    /// The page before.
    #[serde(deserialize_with = "present")]
    pub previous: Option<String>,
}

/// An organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Organisation {
    /// What the payload is.
    pub object: OrganisationTag,
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
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Response of `create-organisation`, `retrieve-organisation` and `update-organisation`.
///
/// The reference returns the bare resource; the guide prints an envelope. Both are accepted, and a
/// report says which one a payload matched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(
    untagged,
    expecting = "neither the bare `Resource` nor the `GuideEnvelope` of an organisation"
)]
pub enum SingleOrganisation {
    /// The bare resource, as the reference has it.
    #[schemars(title = "Resource")]
    Resource(Organisation),
    /// The envelope, as the guide prints it.
    #[schemars(title = "GuideEnvelope")]
    GuideEnvelope(GuideEnvelope),
}

/// The envelope that the guide prints around a single organisation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GuideEnvelope {
    /// What the payload is.
    pub object: OrganisationTag,
    /// Exactly one organisation.
    pub data: [EnvelopedOrganisation; 1],
}

/// An organisation in the guide's envelope: it has no `object` of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnvelopedOrganisation {
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
    /// When it was created.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// Request of `add-client-organisations` and `replace-client-organisations`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OrganisationIds(pub NonEmpty<Id>);

/// Response 401 and 404.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorMessage {
    /// What went wrong.
    pub error: String,
}

/// Response 422: messages by the dot-notated path of the field they are about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValidationErrors(pub BTreeMap<String, NonEmpty<String>>);
