//! The organisations API, versions 1 and 2.
//!
//! Source: the vendor's migration guide from v1 to v2, and, for what it leaves open, the vendor's
//! public v2 reference of June 2023. Later changes of the API are left out on purpose: payloads that
//! show it are drift from this contract.

mod jurisdiction;
mod timestamp;
pub mod v1;
pub mod v2;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{ShortText, some};

pub use timestamp::is_date_time;

/// The body that creates an organisation, and that v1 updates one with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "WholeFields<J>")]
#[schemars(rename = "OrganisationBody")]
pub struct WholeBody<J> {
    /// The name of the organisation, at most 255 characters.
    pub name: ShortText,
    /// The number in the company register; the outer `Option` is whether the property is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_number: Option<Option<ShortText>>,
    /// Where the company is registered; needed when `company_number` is a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<Option<J>>,
}

/// The body that updates parts of an organisation: any subset of its properties (v2 only).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "PartialFields<J>")]
#[schemars(rename = "OrganisationPatch")]
pub struct PartialBody<J> {
    /// The name of the organisation, at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<ShortText>,
    /// The number in the company register; the outer `Option` is whether the property is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_number: Option<Option<ShortText>>,
    /// Where the company is registered; needed when `company_number` is a string.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jurisdiction: Option<Option<J>>,
}

/// Removes the default that schemars derives from `serde(default)`: a property that may be absent but not
/// null has none.
fn without_default(schema: &mut schemars::Schema) {
    schema.remove("default");
}

/// [`WholeBody`] before the rule that ties its properties together is checked.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "J: Deserialize<'de>"))]
#[schemars(
    extend("if" = company_number_is_a_string(), "then" = {"required": ["jurisdiction"]})
)]
struct WholeFields<J> {
    name: ShortText,
    #[serde(default, deserialize_with = "some")]
    #[schemars(with = "Option<ShortText>")]
    company_number: Option<Option<ShortText>>,
    #[serde(default, deserialize_with = "some")]
    #[schemars(with = "Option<J>")]
    jurisdiction: Option<Option<J>>,
}

/// [`PartialBody`] before the rule that ties its properties together is checked.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, bound(deserialize = "J: Deserialize<'de>"))]
#[schemars(
    extend("if" = company_number_is_a_string(), "then" = {"required": ["jurisdiction"]})
)]
struct PartialFields<J> {
    #[serde(default, deserialize_with = "some")]
    #[schemars(with = "ShortText", transform = without_default)]
    name: Option<ShortText>,
    #[serde(default, deserialize_with = "some")]
    #[schemars(with = "Option<ShortText>")]
    company_number: Option<Option<ShortText>>,
    #[serde(default, deserialize_with = "some")]
    #[schemars(with = "Option<J>")]
    jurisdiction: Option<Option<J>>,
}

fn company_number_is_a_string() -> serde_json::Value {
    serde_json::json!({
        "properties": {"company_number": {"type": "string"}},
        "required": ["company_number"]
    })
}

const JURISDICTION_NEEDED: &str = "`jurisdiction` is needed when `company_number` is a string";

impl<J> TryFrom<WholeFields<J>> for WholeBody<J> {
    type Error = &'static str;

    fn try_from(fields: WholeFields<J>) -> Result<Self, Self::Error> {
        if matches!(fields.company_number, Some(Some(_))) && fields.jurisdiction.is_none() {
            return Err(JURISDICTION_NEEDED);
        }
        Ok(Self {
            name: fields.name,
            company_number: fields.company_number,
            jurisdiction: fields.jurisdiction,
        })
    }
}

impl<J> TryFrom<PartialFields<J>> for PartialBody<J> {
    type Error = &'static str;

    fn try_from(fields: PartialFields<J>) -> Result<Self, Self::Error> {
        if matches!(fields.company_number, Some(Some(_))) && fields.jurisdiction.is_none() {
            return Err(JURISDICTION_NEEDED);
        }
        Ok(Self {
            name: fields.name,
            company_number: fields.company_number,
            jurisdiction: fields.jurisdiction,
        })
    }
}

/// Defines a type whose only value is one string.
macro_rules! constant {
    ($(#[$doc:meta])* $name:ident = $value:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        pub enum $name {
            #[doc = concat!("`", $value, "`")]
            #[serde(rename = $value)]
            Value,
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({"type": "string", "const": $value})
            }
        }
    };
}

use constant;
