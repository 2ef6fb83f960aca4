//! Recognises secrets by the name of their property, header or parameter.

use super::declared;
use super::policy::policy;

/// The text that replaces a secret.
pub const MASK: &str = "***";

/// Words that indicate a secret in a name: `x-api-key`, `accessToken`, `token_value`.
pub(super) const SECRET_WORDS: [&str; 24] = [
    "apikey",
    "auth",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "csrf",
    "cvc",
    "cvv",
    "jwt",
    "key",
    "otp",
    "pass",
    "passcode",
    "passphrase",
    "passwd",
    "password",
    "pwd",
    "secret",
    "sessid",
    "sig",
    "signature",
    "ssn",
    "token",
];

/// Word endings that indicate a secret: `csrftoken`, `JSESSIONID`.
pub(super) const SECRET_SUFFIXES: [&str; 8] = [
    "apikey",
    "credential",
    "passwd",
    "password",
    "secret",
    "sessid",
    "sessionid",
    "token",
];

/// One of these is in every word of [`SECRET_WORDS`] and [`SECRET_SUFFIXES`], and in `session`.
const STEMS: [&str; 17] = [
    "auth", "bearer", "cookie", "credential", "csrf", "cvc", "cvv", "jwt", "key", "otp", "pass", "pwd", "secret",
    "sess", "sig", "ssn", "token",
];

/// Last words of names that refer to a secret but do not contain one: `password_updated_at`, `token_type`.
const HARMLESS: [&str; 24] = [
    "at",
    "by",
    "changed",
    "count",
    "description",
    "enabled",
    "expired",
    "expires",
    "expiry",
    "id",
    "kind",
    "label",
    "length",
    "limit",
    "name",
    "policy",
    "required",
    "set",
    "size",
    "status",
    "strength",
    "title",
    "type",
    "url",
];

/// First words of names that count secrets: `max_tokens`.
const QUANTITIES: [&str; 7] = ["count", "max", "min", "n", "num", "number", "total"];

/// Whether a property, header or parameter with this name contains a secret.
///
/// The name is split into words at `_`, `-`, `.` and changes of case. A plural `s`, digits and versions at
/// the end are ignored. `x-api-key`, `APIToken`, `api_keys`, `session_id` and `password1` are secrets;
/// `monkey`, `max_tokens` and `password_updated_at` are not. What the user says about a name takes precedence.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let said = policy().says_of(name);
    said.unwrap_or_else(|| is_secret_by_rule(name) || declared::has(name))
}

/// Masks the values with these names, too, unless the user wants to see them: a contract says that they are credentials.
pub(crate) fn declare_secrets<'n>(names: impl IntoIterator<Item = &'n String>) {
    let unknown = names.into_iter().filter(|name| !is_secret_by_rule(name));
    declared::add(unknown.map(|name| name.to_lowercase()));
}

/// The same, whatever the user and contracts say.
pub(crate) fn is_secret_by_rule(name: &str) -> bool {
    may_be_secret(name) && has_secret_word(name)
}

/// Whether a name contains the stem of a word that indicates a secret. Most names do not, and splitting them takes
/// longer.
fn may_be_secret(name: &str) -> bool {
    let starts_with = |rest: &[u8], stem: &str| {
        let start = rest.get(..stem.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(stem.as_bytes()))
    };
    let name = name.as_bytes();
    // Other letters may have the lower case of an ASCII letter.
    !name.is_ascii()
        || (0..name.len()).any(|at| {
            let is_start = matches!(name[at] | 0x20, b'a'..=b'c' | b'j' | b'k' | b'o' | b'p' | b's' | b't');
            is_start && STEMS.iter().any(|stem| starts_with(&name[at..], stem))
        })
}

pub(super) fn has_secret_word(name: &str) -> bool {
    let mut words = words_of(name);
    // `password1`, `access_key_2`, `bearer_token_v2`
    for word in &mut words {
        let kept = word.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        word.truncate(kept);
        if word.ends_with('s') && !word.ends_with("ss") {
            word.pop();
        }
    }
    words.retain(|word| !word.is_empty() && word != "v");
    let (Some(first), Some(last)) = (words.first(), words.last()) else {
        return false;
    };
    let is_secret = |word: &String| {
        SECRET_WORDS.contains(&word.as_str())
            || SECRET_SUFFIXES.iter().any(|suffix| word.ends_with(suffix))
    };
    if words.iter().any(|word| word == "session") && (words.len() == 1 || last == "id") {
        return true;
    }
    let counts = words.len() > 1 && QUANTITIES.contains(&first.as_str());
    words.iter().any(is_secret) && !counts && !HARMLESS.contains(&last.as_str())
}

/// The words of a name, in lower case: `APIToken` → `api`, `token`.
fn words_of(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words = vec![String::new()];
    for (index, character) in characters.iter().enumerate() {
        let before = index.checked_sub(1).map(|index| characters[index]);
        let after = characters.get(index + 1);
        let starts_word = character.is_uppercase()
            && (before.is_some_and(|c| c.is_lowercase() || c.is_numeric())
                || (before.is_some_and(char::is_uppercase)
                    && after.is_some_and(|c| c.is_lowercase())));
        if !character.is_alphanumeric() || starts_word {
            words.push(String::new());
        }
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
    }
    words
}
