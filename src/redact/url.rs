//! Credentials in URLs whose names alone do not show it.

use super::names::MASK;
use super::policy::policy;

/// Headers whose value is the URL that a client is sent to, or came from. In lower case.
const HEADERS: [&str; 4] = ["content-location", "location", "referer", "refresh"];

/// Parameters of authorisation responses (RFC 6749 section 4.1.2), which mean something else alone.
const TOGETHER: [&str; 2] = ["code", "state"];

/// Other parameters of authorisation protocols that are credentials.
const ALONE: [&str; 5] = ["client_assertion", "code_verifier", "device_code", "samlrequest", "samlresponse"];

/// Where the query or fragment starts in the value of a header that is a URL: it may have any credentials.
pub(super) fn query_in(name: &str, value: &str) -> Option<usize> {
    let is_url = HEADERS.iter().any(|known| name.trim().eq_ignore_ascii_case(known));
    if !is_url || policy().shows_values {
        return None;
    }
    let mark = value.find(['?', '#'])?;
    (mark + 1 < value.len()).then_some(mark + 1)
}

/// The value of a header without the query, if it is a URL that has one.
pub(crate) fn shown_url(name: &str, value: &str) -> Option<String> {
    query_in(name, value).map(|start| format!("{}{MASK}", &value[..start]))
}

/// Whether a parameter of a query with these names is a credential, although its name alone does not say so.
pub(crate) fn is_of_authorisation<'q, I: IntoIterator<Item = &'q str>>(name: &str, others: impl FnOnce() -> I) -> bool {
    if policy().says_of(name) == Some(false) {
        return false;
    }
    let is = |name: &str, known: &[&str]| known.iter().any(|known| name.eq_ignore_ascii_case(known));
    is(name, &ALONE)
        || is(name, &TOGETHER)
            && others().into_iter().any(|other| is(other, &TOGETHER) && !other.eq_ignore_ascii_case(name))
}
