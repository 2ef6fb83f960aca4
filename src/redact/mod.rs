//! Text that is safe to print: without secrets and terminal control sequences.
//!
//! A value is recognised as a secret by its name ([`is_secret_name`]: authorization, cookie, token, key,
//! password) or by its form ([`mask_shapes`]: a JSON Web Token, a bearer token). All text from a payload, a
//! header or a contract goes through this module before it is printed.

mod declared;
mod excerpt;
mod names;
mod payload;
mod place;
mod policy;
mod shapes;
mod shown;
mod url;

pub use excerpt::Excerpt;
pub(crate) use excerpt::secrets;
pub use names::{MASK, is_secret_name};
pub(crate) use names::{declare_secrets, is_secret_by_rule};
pub use payload::masked;
pub(crate) use place::{is_shown_key, shown_key, shown_place};
pub use policy::{NamePattern, Policy, set_policy};
pub(crate) use policy::{is_kept, shows_values};
pub(crate) use shapes::{is_card, shapes};
pub use shapes::mask_shapes;
pub use shown::{Shown, sanitised};
pub(crate) use shown::{linked, clipped, only_styles, printed, without_styles};

pub(crate) use url::{is_of_authorisation, shown_url};

#[cfg(test)]
mod tests;
