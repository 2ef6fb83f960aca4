use proptest::prelude::*;
use serde_json::json;

use super::error::{in_words, is_tolerated};
use super::*;

#[test]
fn the_tape_keeps_the_contract_of_the_validator() {
    let text = jsonschema::json::conformance::document().to_string();
    let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
    jsonschema::json::conformance::assert_conformance::<Tape>(&TapeNode::Value(document.root()));
}

#[test]
fn spans_are_those_of_the_text() {
    let text = br#" {"a": [1, "x\n"], "b": null} "#;
    let document = TapeDocument::parse(text).expect("JSON");
    let a = document.root().get("a").expect("member");
    assert_eq!(a.raw(), r#"[1, "x\n"]"#);
    let x = a.elements().nth(1).expect("element");
    assert_eq!(
        (x.raw(), &*x.as_str().expect("string")),
        (r#""x\n""#, "x\n")
    );
}

#[test]
fn the_last_of_repeated_keys_counts() {
    for filler in [0, 40] {
        let mut text = String::from(r#"{"a": 1, "\u0061": 2, "b": 3"#);
        for i in 0..filler {
            text.push_str(&format!(r#", "k{i}": 0"#));
        }
        text.push('}');
        let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
        assert_eq!(document.root().get("a").expect("member").raw(), "2");
        assert_eq!(document.root().len(), 2 + filler);
        let repeated: Vec<_> = document
            .repeated_keys()
            .map(|key| key.span().start)
            .collect();
        assert_eq!(repeated, [1]);
    }
}

#[test]
fn errors_are_those_of_serde_json_with_a_hint() {
    let error = TapeDocument::parse(b"{\n\"data\": [\n{\n{\n\"id\": 1").expect_err("malformed");
    assert_eq!(
        (error.offset, &*error.message),
        (14, "expected a key in double quotes")
    );
    assert!(error.hint.expect("hint").starts_with("two opening braces"));

    let error = TapeDocument::parse(br#"{"a": None}"#).expect_err("malformed");
    assert_eq!(error.hint, Some("`None` is Python; use `null`"));

    let error = TapeDocument::parse(b"{\"a\": \"\xff\"}").expect_err("not UTF-8");
    assert_eq!((error.offset, &*error.message), (7, "not UTF-8"));
}

#[test]
fn a_prefix_ends_where_its_value_ends() {
    let (document, end) = TapeDocument::parse_prefix(b" [1]\nINFO").expect("JSON");
    assert_eq!((document.root().len(), end), (1, 4));
}

/// Texts on the edge of what `serde_json` accepts.
const EDGES: &[&str] = &[
    "",
    " ",
    "null",
    "nul",
    "-",
    "-0",
    "-0.0",
    "0.",
    "01",
    "1e5",
    "1E+5",
    "1e",
    "1e-400",
    "18446744073709551615",
    "18446744073709551616",
    "-9223372036854775809",
    "1.0",
    ".5",
    "\u{feff}1",
    "[1,]",
    "{\"a\":1,}",
    "[",
    "]",
    "{}x",
    "1 2",
    "\"\\ud83d\\ude00\"",
    "\"\\u12\"",
    "\"\\x\"",
    "\"a\nb\"",
    "\"\u{7f}\"",
    "{\"a\" 1}",
    "{1:2}",
    "[true false]",
    "\u{a0}1",
    "\u{c}1",
    "tru",
    "\"abc",
];

#[test]
fn edges_are_decided_as_serde_json_decides_them() {
    let deep = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
    let mut texts: Vec<String> = EDGES.iter().map(|text| (*text).to_owned()).collect();
    texts.extend([deep(127), deep(128), deep(10_000)]);
    for text in texts {
        assert_same_as_serde(text.as_bytes());
    }
}

#[test]
fn valid_json_that_serde_json_rejects_is_accepted() {
    let long = "9".repeat(400);
    for number in ["1e400", "-1E400", &long, "1e999999999999999999999"] {
        let document = TapeDocument::parse(number.as_bytes()).expect("JSON");
        assert_eq!(document.root().raw(), number);
        let largest = match number.starts_with('-') {
            true => f64::MIN,
            false => f64::MAX,
        };
        assert_eq!(document.root().to_serde().as_f64(), Some(largest));
    }
    let strings = [
        (r#""\ud800""#, "\u{fffd}"),
        (r#""\udc00x""#, "\u{fffd}x"),
        (r#""\ud83dx\ude00""#, "\u{fffd}x\u{fffd}"),
        (r#""\ud83d\n""#, "\u{fffd}\n"),
        (r#""\ud83d\ud83d\ude00""#, "\u{fffd}😀"),
    ];
    for (text, expected) in strings {
        let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
        assert_eq!(
            document.root().as_str().as_deref(),
            Some(expected),
            "{text}"
        );
    }
    for text in [r#""\ud8""#, r#""\ud800\u12""#, r#""\uD80g""#] {
        assert!(TapeDocument::parse(text.as_bytes()).is_err(), "{text}");
    }
}

fn assert_same_as_serde(text: &[u8]) {
    let ours = TapeDocument::parse(text);
    let theirs = serde_json::from_slice::<serde_json::Value>(text);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => assert_eq!(ours.root().to_serde(), theirs),
        // `serde_json` does not look at the bytes of what it skips.
        (Err(ours), Err(_)) if ours.message == "not UTF-8" => assert!(std::str::from_utf8(text).is_err()),
        (Err(ours), Err(theirs)) => {
            let theirs = match is_tolerated(&theirs) {
                true => serde_json::from_slice::<serde::de::IgnoredAny>(text).expect_err("ours"),
                false => theirs,
            };
            let said = theirs.to_string();
            let said = said.split(" at line ").next().unwrap_or_default();
            assert_eq!(in_words(said), ours.message, "{theirs}");
            // `serde_json` gives a line break in a string no column. The offset is that of the control character, or
            // after the backslash of an escape.
            let is_escape = said == "invalid escape";
            if theirs.column() == 0 && (is_escape || said.starts_with("control")) {
                let mut ends = memchr::memchr_iter(b'\n', text);
                let end = ends.nth(theirs.line() - 2).expect("a line end");
                assert_eq!(ours.offset + usize::from(is_escape), end, "{ours:?}");
            }
        }
        (Ok(_), Err(theirs)) if is_tolerated(&theirs) => {}
        (ours, theirs) => {
            panic!("{:?}: {ours:?} {theirs:?}", String::from_utf8_lossy(text))
        }
    }
}

fn arbitrary_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|b| json!(b)),
        any::<i64>().prop_map(|n| json!(n)),
        any::<f64>().prop_map(|n| json!(n)),
        any::<String>().prop_map(|s| json!(s)),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(|items| json!(items)),
            prop::collection::btree_map("[a-e\"\\\\é]{0,3}", inner, 0..5)
                .prop_map(|members| json!(members)),
        ]
    })
}

/// Asserts that each array of a head has the right first elements and the right length.
fn assert_head(head: Value<'_>, whole: Value<'_>, elements: usize) {
    assert_eq!((head.raw(), head.len()), (whole.raw(), whole.len()));
    assert_eq!(
        head.elements().count(),
        whole.len().min(elements) * usize::from(whole.kind() == Kind::Array)
    );
    for (head, whole) in head.elements().zip(whole.elements()) {
        assert_head(head, whole, elements);
    }
    assert_eq!(head.members().count(), whole.members().count());
    for ((key, head), (whole_key, whole)) in head.members().zip(whole.members()) {
        assert_eq!(key.span(), whole_key.span());
        assert_head(head, whole, elements);
    }
}

/// Blocks begin and end inside strings, escapes and brackets.
#[test]
fn parts_outside_of_a_head_are_skipped() {
    let awkward = [
        r#""\\""#,
        r#""\\\"""#,
        r#""],[\"{""#,
        r#"{"]":"}","a":[[],{}]}"#,
        "[1,[2,[3]]]",
        r#""\u005d\\""#,
    ];
    for filler in 0..70 {
        let filler = format!("\"{}\"", "x".repeat(filler));
        for (index, one) in awkward.iter().enumerate() {
            let other = awkward[(index + 1) % awkward.len()];
            let text = format!("[[0,{filler},{one},{other} , {one}\n,{other}],{filler}]");
            let whole = TapeDocument::parse(text.as_bytes()).expect("JSON");
            let head = TapeDocument::head(text.as_bytes(), 1).expect("JSON");
            assert_head(head.root(), whole.root(), 1);
            for end in 0..text.len() {
                let cut = TapeDocument::head(&text.as_bytes()[..end], 1);
                assert!(cut.is_none(), "{}", &text[..end]);
            }
        }
    }
}

/// Building blocks of strings: `SOUND` valid ones, then invalid ones and ones that end the string.
const PIECES: &[&str] = &[
    "x",
    "plain text",
    "\u{e9}",
    "\u{1f600}",
    r#"\""#,
    r"\\",
    r"\/",
    r"\b",
    r"\f",
    r"\n",
    r"\r",
    r"\t",
    r"\u005c",
    r"\u00e9",
    r"\ud83d\ude00",
    r"\x",
    r"\",
    r"\ud83d",
    "\u{1}",
    "\"",
    "\", \"",
    "\n",
    "\\\n",
    "\\\u{1}",
];
const SOUND: usize = 15;

proptest! {
    /// Runs of escapes start and end at any position in a block.
    #[test]
    fn escapes_are_read_as_serde_json_reads_them(
        filler in 0_usize..140,
        mostly in 0..SOUND,
        pieces in prop::collection::vec((0..PIECES.len(), 1_usize..40, any::<bool>()), 0..12),
    ) {
        let mut text = format!("[\"{}", "x".repeat(filler));
        for (piece, times, is_usual) in pieces {
            // In half of the cases, use only one kind of valid piece.
            let piece = if is_usual { mostly } else { piece };
            let times = if piece < SOUND { times } else { 1 };
            text.push_str(&PIECES[piece].repeat(times));
        }
        text.push_str("\"]");
        assert_same_as_serde(text.as_bytes());
    }

    #[test]
    fn a_head_has_the_first_elements(value in arbitrary_json(), pretty: bool, elements in 1_u32..4) {
        let text = match pretty {
            true => serde_json::to_string_pretty(&value),
            false => serde_json::to_string(&value),
        };
        let text = text.expect("serialises");
        let whole = TapeDocument::parse(text.as_bytes()).expect("JSON");
        let head = TapeDocument::head(text.as_bytes(), elements).expect("JSON");
        assert_head(head.root(), whole.root(), elements as usize);
    }

    #[test]
    fn arbitrary_documents_read_as_serde_json_reads_them(value in arbitrary_json(), pretty: bool) {
        let text = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
        assert_same_as_serde(text.expect("serialisable").as_bytes());
    }

    #[test]
    fn mutated_documents_are_decided_as_serde_json_decides_them(
        value in arbitrary_json(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..3_u8), 1..4),
    ) {
        let mut text = value.to_string().into_bytes();
        for (at, byte, what) in edits {
            if text.is_empty() { break }
            let at = at.index(text.len());
            match what {
                0 => text[at] = byte,
                1 => { text.remove(at); }
                _ => text.insert(at, byte),
            }
        }
        assert_same_as_serde(&text);
    }
}
