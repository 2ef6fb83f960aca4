//! Masks payloads for reports.

use super::names::{MASK, is_secret_name};
use super::policy::{is_kept, shows_values};
use super::shapes::{is_card, mask_shapes};

/// A payload with secrets masked, recognised by name or by form. Below the name of a secret, everything but
/// the structure is masked.
#[must_use]
pub fn masked(value: &serde_json::Value) -> serde_json::Value {
    fn mask(value: &serde_json::Value, is_secret: bool) -> serde_json::Value {
        match value {
            serde_json::Value::Object(members) => members
                .iter()
                .map(|(name, member)| {
                    let name = match is_secret {
                        true => MASK.to_owned(),
                        false => mask_shapes(name),
                    };
                    let below = is_secret || is_secret_name(&name);
                    match !is_secret && is_kept(&name) {
                        true => (name, member.clone()),
                        false => (name, mask(member, below)),
                    }
                })
                .collect(),
            serde_json::Value::Array(items) => {
                items.iter().map(|item| mask(item, is_secret)).collect()
            }
            // Null reveals nothing.
            serde_json::Value::Null => serde_json::Value::Null,
            _ if is_secret => MASK.into(),
            serde_json::Value::String(text) => mask_shapes(text).into(),
            serde_json::Value::Number(number) if is_card(&number.to_string()) && !shows_values() => MASK.into(),
            other => other.clone(),
        }
    }
    mask(value, false)
}
