//! Text that is safe to print: without secrets, and without what a terminal would obey.
//!
//! A value looks like a secret by its name ([`is_secret_name`]: authorization, cookie, token, key, password)
//! or by its shape ([`mask_shapes`]: a JSON Web Token, a bearer token). Everything that wiredrift prints of a
//! payload, a header or a contract goes through here.

mod excerpt;
mod names;
mod payload;
mod shapes;
mod shown;

pub use excerpt::Excerpt;
pub use names::{MASK, is_secret_name};
pub use payload::masked;
pub use shapes::mask_shapes;
pub use shown::{Shown, sanitised};
pub(crate) use shown::{clipped, only_styles, printed, without_styles};

#[cfg(test)]
mod tests;
