//! Skips over text that is known to be JSON, without checking or storing anything.
//!
//! For other text the offsets are meaningless, but they stay within bounds.

use super::scan::{block, stops};
use super::skip;

/// The offset of the next byte that is not white space.
#[inline]
pub(crate) fn space(text: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\t' | b'\r') = text.get(at) {
        at += 1;
    }
    at
}

/// The offset after the string whose opening quote is at `start`, and whether it has escapes.
#[inline]
pub(crate) fn string(text: &[u8], start: usize) -> (usize, bool) {
    let mut at = start + 1;
    let mut is_escaped = false;
    loop {
        while let Some(block) = block(text, at) {
            let found = stops(block);
            if found != 0 {
                at += found.trailing_zeros() as usize;
                break;
            }
            at += 16;
        }
        match text.get(at) {
            Some(b'"') => return (at + 1, is_escaped),
            Some(b'\\') => {
                is_escaped = true;
                at += 2;
            }
            Some(_) => at += 1,
            None => return (text.len(), is_escaped),
        }
    }
}

/// The offset after the value at `start`.
#[inline]
pub(crate) fn value(text: &[u8], start: usize) -> usize {
    match text.get(start) {
        Some(b'"') => string(text, start).0,
        // The container ends where the elements after its opening bracket end.
        Some(b'{' | b'[') => skip::elements(text, start + 1).map_or(text.len(), |(end, _)| end),
        _ => scalar(text, start),
    }
}

/// The offset of the value of member `name` in the object at `start`; `None` if there is no such member or no
/// object.
pub(crate) fn member(text: &[u8], start: usize, name: &str) -> Option<usize> {
    if text.get(start) != Some(&b'{') {
        return None;
    }
    let mut at = space(text, start + 1);
    while text.get(at) == Some(&b'"') {
        let (key, is_escaped) = string(text, at);
        let quoted = &text[at..key];
        let is_it = match is_escaped {
            false => quoted.get(1..quoted.len() - 1) == Some(name.as_bytes()),
            true => serde_json::from_slice::<String>(quoted).is_ok_and(|key| key == name),
        };
        let member = space(text, space(text, key) + 1);
        if is_it {
            return Some(member);
        }
        at = space(text, space(text, value(text, member)) + 1);
    }
    None
}

/// The offset after a number or a literal.
#[inline]
pub(crate) fn scalar(text: &[u8], mut at: usize) -> usize {
    while let Some(byte) = text.get(at) {
        if matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\t' | b'\r') {
            break;
        }
        at += 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value as Json;

    use super::{member, space, string, value};

    fn json() -> impl Strategy<Value = Json> {
        let scalar = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            any::<i64>().prop_map(Json::from),
            any::<f64>().prop_map(Json::from),
            "[a-c\\\\\"{}\\[\\],äß\u{1}]{0,40}".prop_map(Json::from),
        ];
        scalar.prop_recursive(4, 32, 5, |inner| {
            let member = ("[a-c\"\\\\]{0,20}", inner.clone());
            prop_oneof![
                prop::collection::vec(inner, 0..5).prop_map(Json::from),
                prop::collection::vec(member, 0..5)
                    .prop_map(|members| members.into_iter().collect()),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_end_of_a_value_is_found(json in json(), before in "[ \n\t]{0,3}", is_pretty in any::<bool>()) {
            let text = match is_pretty {
                true => serde_json::to_string_pretty(&json),
                false => serde_json::to_string(&json),
            };
            let text = text.expect("JSON");
            for end in ["", " ", ",1", "]", "}"] {
                let whole = format!("{before}{text}{end}");
                let start = space(whole.as_bytes(), 0);
                prop_assert_eq!(start, before.len());
                prop_assert_eq!(value(whole.as_bytes(), start), before.len() + text.len());
            }
        }
    }

    #[test]
    fn members_are_found_by_their_names() {
        let text = br#" { "a" : [{"b": 1}], "\u0062":"}", "c":{"d":2} } "#;
        let found = |name: &str| {
            let at = member(text, 1, name)?;
            std::str::from_utf8(&text[at..value(text, at)]).ok()
        };
        assert_eq!(found("a"), Some(r#"[{"b": 1}]"#));
        assert_eq!(found("b"), Some(r#""}""#));
        assert_eq!(found("c"), Some(r#"{"d":2}"#));
        assert_eq!(
            (found("d"), member(b"[1]", 0, "a"), member(b"{}", 0, "a")),
            (None, None, None)
        );
    }

    #[test]
    fn strings_end_after_their_closing_quote() {
        for text in [
            r#""""#,
            r#""\"""#,
            r#""\\""#,
            r#""a longer string, with \" and \\ and ä in it, and then some more""#,
        ] {
            let (end, is_escaped) = string(format!("{text}, \"x\"").as_bytes(), 0);
            assert_eq!(
                (end, is_escaped),
                (text.len(), text.contains('\\')),
                "{text}"
            );
        }
        // Text that is not JSON ends at the end of the text.
        for text in ["\"", "\"\\", "[", "{\"a\": [1, \"", "[\"\\"] {
            assert!(value(text.as_bytes(), 0) <= text.len(), "{text}");
        }
    }
}
