use base64::Engine as _;
use sha2::{Digest as _, Sha256};

use super::*;

/// The hash that a browser computes for the content of the element. If it differs, the browser ignores the
/// element.
fn hash_of(content: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha256::digest(content))
}

#[test]
fn the_policy_allows_the_style_and_the_script_as_they_are() {
    assert_eq!(STYLE_HASH, hash_of(STYLE), "STYLE_HASH is out of date");
    assert_eq!(SCRIPT_HASH, hash_of(SCRIPT), "SCRIPT_HASH is out of date");
}

#[test]
fn texts_are_never_markup() {
    assert_eq!(
        escape("<script>alert('x')</script> & \"y\" \u{202e}\u{7}"),
        "&lt;script&gt;alert('x')&lt;/script&gt; &amp; \"y\" \\u{202e}\\u{7}"
    );
    assert_eq!(attribute("\"><b>"), "&quot;&gt;&lt;b&gt;");
    assert_eq!(inline("`<b>` is `x"), "`&lt;b&gt;` is `x");
    assert_eq!(inline("`<b>` is"), "<code>&lt;b&gt;</code> is");
    assert_eq!(slug("GET /pets/{id}"), "get-pets-id");
}
