//! Masks places in payloads.

use crate::location::{PathPattern, Step};

use super::names::{MASK, is_secret_name};
use super::shown::sanitised;

/// A place in payloads, safe to print: a key that is data below the name of a secret is masked. Keys of letters are
/// taken for names.
pub(crate) fn shown_place(pattern: &PathPattern) -> PathPattern {
    let mut in_secret = false;
    let steps = pattern.steps().iter().map(|step| match step {
        Step::Any => Step::Any,
        Step::Key(key) => {
            let shown = shown_key(key, in_secret);
            in_secret |= is_secret_name(key);
            Step::Key(shown.into())
        }
    });
    PathPattern::from_steps(steps.collect())
}

/// A key of such a place, which is below the name of a secret or not.
pub(crate) fn shown_key(key: &str, in_secret: bool) -> String {
    match is_shown_key(key, in_secret) {
        true => sanitised(key),
        false => MASK.to_owned(),
    }
}

/// Whether a key is not masked as a whole.
pub(crate) fn is_shown_key(key: &str, in_secret: bool) -> bool {
    !in_secret || key.chars().all(|c| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_are_data_are_masked_below_secrets() {
        for (place, shown) in [
            ("/items/*/name", "/items/*/name"),
            ("/api_keys/k-17/name", "/api_keys/***/name"),
            ("/api_keys/name", "/api_keys/name"),
            ("/books/b-17", "/books/b-17"),
        ] {
            let place = PathPattern::parse(place).expect("a place");
            assert_eq!(shown_place(&place).to_string(), shown);
        }
    }
}
