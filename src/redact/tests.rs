use crate::json::TapeDocument;

use super::*;

#[test]
fn secrets_are_known_by_name() {
    for name in [
        "Authorization",
        "x-api-key",
        "accessToken",
        "Set-Cookie",
        "api_key",
        "password",
        "client_secret",
        "token",
        "passwordHash",
        "X-Amz-Signature",
        "session_id",
        "bearer_token_v2",
        "JSESSIONID",
        "APIToken",
        "X-CSRFToken",
        "csrftoken",
        "AUTHTOKEN",
        "tokenValue",
        "api_keys",
        "password1",
        "access_key_2",
        "private_key_pem",
        "secret_value",
    ] {
        assert!(is_secret_name(name), "{name}");
    }
    for name in [
        "monkey",
        "keyboard",
        "name",
        "tokenise",
        "id",
        "authored_by",
        "per_page",
        "max_tokens",
        "public_key_id",
        "password_updated_at",
        "",
        "_",
    ] {
        assert!(!is_secret_name(name), "{name}");
    }
}

#[test]
fn secrets_are_known_by_shape() {
    let table = [
        (
            "see https://user:pw@h/a?api_key=1&page=2#t=3",
            "see https://***@h/a?api_key=***&page=2#t=3",
        ),
        ("username=bob&password=hunter2", "username=bob&password=***"),
        (
            "?a=1&X-Amz-Signature=abc&sig=def",
            "?a=1&X-Amz-Signature=***&sig=***",
        ),
        ("id AKIAIOSFODNN7EXAMPLE, ok", "id ***, ok"),
        ("ghp_0123456789abcdefghijklmnop", "***"),
        ("Bearer abc.def", "Bearer ***"),
        (
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----",
            "***-----END RSA PRIVATE KEY-----",
        ),
        (
            "task-skeleton-with-a-long-hyphenated-name",
            "task-skeleton-with-a-long-hyphenated-name",
        ),
        ("a@b.c and x=1", "a@b.c and x=1"),
        ("to bob.smith+x@mail.example.com, now", "to ***, now"),
        ("card 4012-8888 8888 1881.", "card ***."),
        ("card 4012888888881882", "card 4012888888881882"),
        ("order 1234567890123452", "order 1234567890123452"),
    ];
    for (text, masked) in table {
        assert_eq!(mask_shapes(text), masked);
    }
}

#[test]
fn excerpts_hide_secrets_and_keep_the_caret() {
    let show = |excerpt: Excerpt| {
        format!(
            "{}\n{}{}",
            excerpt.text,
            " ".repeat(excerpt.caret),
            "^".repeat(excerpt.width)
        )
    };
    let json = |text: &str, at: &str| {
        let start = text.find(at).expect("there");
        let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
        show(Excerpt::of_json(&document, start..start + at.len()))
    };
    let other = |text: &str, at: &str| {
        let start = text.find(at).expect("there");
        show(Excerpt::of_broken(
            text.as_bytes(),
            start..start + at.len(),
        ))
    };
    let line = |text: &str, at: &str| {
        let start = text.find(at).expect("there");
        show(Excerpt::of_line(
            text.as_bytes(),
            start..start + at.len(),
        ))
    };
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
    let long = format!(
        r#"{{"token": "{}", "id": 7, "pin": {{"key": "s"}}}}"#,
        "t".repeat(2000)
    );
    let cases = [
        json(r#"{"token": "abc", "id": 7}"#, "7"),
        json(r#"{"token": "abc", "id": 7}"#, "\"abc\""),
        json(r#"{"keys": {"key": [1, "x"]}, "id": 7}"#, "7"),
        json(&format!(r#"{{"note": "see {jwt}", "id": 7}}"#), "7"),
        json("{\"secret\": {\n  \"inner\": \"abc\", \"other\": 5}}", "5"),
        json(&long, "7"),
        json(
            &format!("[{}\"here\", {}1]", "1, ".repeat(200), "2, ".repeat(200)),
            "\"here\"",
        ),
        json(
            "{\"a\": \"x\u{202e}y\u{7f}[0m\", \"b\": \"日本\", \"c\": 1}",
            "1",
        ),
        json("{\n            \"deep\": 1}", "1"),
        json(r#"{"raw": "{\"password\":\"abc\"}", "id": 7}"#, "7"),
        line("Host: h\nAuthorization: Bearer abc.def\n", "Authorization"),
        line(
            "GET /reset/token/abc?access%5Ftoken=def&page=2 HTTP/1.1",
            "page",
        ),
        line("GET /reset/k3J9dPq2LmX8vTzR5sWn/keys/42 HTTP/1.1", "42"),
        line("GET /tokens/6f1ed002-ab5e-4c1a-9d3e-0c2b7a5f9e11/secrets/list-all HTTP/1.1", "list"),
        line("GET /t/5f4dcc3b5aa765d61d8327deb882cf99/orders/20221101000042 HTTP/1.1", "orders"),
        other("{\"token\": \"abc\", \"on\": True, \"b\": 1}", "True"),
        other("{\"token\": hunter2}", "hunter2"),
        other("{'token': 'abc', id: 7}", "7"),
        other("{\"\\u0074oken\": \"abc\", }", "}"),
        other("{\"a\": \"b\"c\", \"id\": 7, \"token\": \"abc\"}", "c\""),
        other("{\"token\": \"abc\", {", ", {"),
        other("{\"token\": {\n\"a\": \"abc\", {", ", {"),
        other(&format!("{long}}}"), "7"),
        // Two masks that overlap: what the longer one covers stays covered.
        other(
            "{\"u\": \"https://my_token:pw@host/x\", hunter2, \"id\": 7",
            "hunter2",
        ),
        other("{\"at\": \"?my_secret=a&b=https://u:p@h\", 'x', 9", "9"),
        json(
            r#"{"card": 5555555555554444, "mail": "a.b@c.example", "id": 7}"#,
            "7",
        ),
    ];
    insta::assert_snapshot!(cases.join("\n\n"));
}

proptest::proptest! {
    #[test]
    fn short_names_are_told_apart_from_secrets(
        text in proptest::prop_oneof![
            "[a-z0-9_.\"-]{0,24}",
            "(AKIA|ghp_|eyJ|sk-|4111-?1111-?1111-?1)[A-Za-z0-9_.-]{0,20}",
            "(password|token)[=:\"]{0,2}[a-z ]{0,6}",
            "[0-9 -]{0,24}",
        ]
    ) {
        proptest::prop_assert_eq!(shapes(&text), shapes::search(&text));
    }
}

proptest::proptest! {
    #[test]
    fn a_secret_word_has_a_stem(
        words in proptest::collection::vec(
            proptest::prop_oneof![
                proptest::sample::select(&names::SECRET_WORDS[..]),
                proptest::sample::select(&names::SECRET_SUFFIXES[..]),
                proptest::sample::select(&["session", "id", "user", "Key", "PASS", "\u{212a}ey", "s", "2", "max"][..]),
            ],
            0..5,
        ),
        glue in proptest::sample::select(&["", "_", "-", "x", "X"][..]),
    ) {
        let name = words.join(glue);
        proptest::prop_assert_eq!(is_secret_name(&name), names::has_secret_word(&name), "{}", name);
    }
}
