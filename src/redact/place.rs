//! Masks places in payloads.

use crate::location::{PathPattern, Step};

use super::names::{MASK, is_secret_name};
use super::shown::sanitised;

/// A place in payloads, safe to print: a key that is data below the name of a secret is masked. Keys of letters are
/// taken for names.
pub(crate) fn shown_place(pattern: &PathPattern) -> PathPattern {
    let is_word = |key: &str| key.chars().all(|c| c.is_alphabetic() || c == '_');
    let mut in_secret = false;
    let steps = pattern.steps().iter().map(|step| match step {
        Step::Any => Step::Any,
        Step::Key(key) if in_secret && !is_word(key) => Step::Key(MASK.into()),
        Step::Key(key) => {
            in_secret |= is_secret_name(key);
            Step::Key(sanitised(key).into())
        }
    });
    PathPattern::from_steps(steps.collect())
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
