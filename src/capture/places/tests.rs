//! Places, compared with those that a scan from the start finds.

use granit_parser::ScalarStyle;
use proptest::prelude::*;

use super::*;
use crate::json::TapeDocument;

/// The offset in a quoted JSON string of the byte `decoded` of its content.
fn escaped_offset(quoted: &str, decoded: usize) -> usize {
    let bytes = quoted.as_bytes();
    let mut at = 1;
    let mut passed = 0;
    while passed < decoded && at < bytes.len() {
        if bytes[at] != b'\\' {
            at += 1;
            passed += 1;
            continue;
        }
        let length = match bytes.get(at + 1) {
            Some(b'u') if is_surrogate_pair(&quoted[at..]) => 12,
            Some(b'u') => 6,
            _ => 2,
        };
        let end = (at + length).min(bytes.len());
        passed += content(&format!("\"{}\"", &quoted[at..end])).len();
        at = end;
    }
    at
}

fn is_surrogate_pair(escapes: &str) -> bool {
    let unit = |at: usize| {
        let digits = escapes.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    matches!((unit(0), unit(6)), (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)))
}

fn content(quoted: &str) -> String {
    let document = TapeDocument::parse(quoted.as_bytes()).expect("JSON");
    document.root().as_str().expect("a string").into_owned()
}

/// Pieces in any order, with some in long runs, so that several positions are kept.
fn text(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
    let run = (prop::sample::select(pieces), prop_oneof![3 => 1..4_usize, 1 => 1..600_usize]);
    prop::collection::vec(run, 0..40)
        .prop_map(|runs| runs.into_iter().map(|(piece, times)| piece.repeat(times)).collect())
}

fn offsets() -> impl Strategy<Value = Vec<prop::sample::Index>> {
    prop::collection::vec(any::<prop::sample::Index>(), 1..30)
}

const START: Position = Position {
    byte: 90,
    line: 3,
    column: 7,
};

/// Compares the positions of some offsets, and of the first and the last.
fn compare(
    places: Places<'_>,
    (bytes, written): (&[u8], &[u8]),
    offsets: &[prop::sample::Index],
    plain: impl Fn(usize) -> usize,
) -> Result<(), TestCaseError> {
    let known = Known::default();
    let some = offsets.iter().map(|offset| offset.index(bytes.len() + 1));
    for offset in some.chain([0, bytes.len()]) {
        let found = places.position(START, bytes, offset, &known);
        prop_assert_eq!(found, START.after(&written[..plain(offset)]), "offset {}", offset);
    }
    Ok(())
}

const PLAIN: &[&str] = &["a", "é", "☃", "😀", "\n", "\r\n", "  ", "{\"a\": 1}"];

proptest! {
    #[test]
    fn places_in_unchanged_bodies_are_those_of_a_scan(text in text(PLAIN), offsets in offsets()) {
        compare(Places::Verbatim, (text.as_bytes(), text.as_bytes()), &offsets, |offset| offset)?;
    }

    #[test]
    fn places_in_texts_are_those_of_a_scan(text in text(PLAIN), offsets in offsets()) {
        let known = Known::default();
        let length = text.len();
        let some = offsets.iter().map(|offset| offset.index(length + 1));
        for offset in some.chain([length + 5000, 0, length, length + 1]) {
            let found = known.in_text(START, text.as_bytes(), offset);
            prop_assert_eq!(found, START.at_offset(text.as_bytes(), offset), "offset {}", offset);
        }
    }

    #[test]
    fn places_in_escaped_bodies_are_those_of_a_scan(
        text in text(&[
            "a", "é", "☃", "😀", " ", "{", r#"\""#, r"\\", r"\/", r"\n", r"\r\n", r"\t", r"\u0041", r"\u00e9",
            r"\u2603", r"\ud83d\ude00", r"\ud83d", r"\uDE00", r"\u000a",
        ]),
        offsets in offsets(),
    ) {
        let quoted = format!("\"{text}\"");
        let content = content(&quoted);
        compare(Places::Escaped(&quoted), (content.as_bytes(), quoted.as_bytes()), &offsets, |offset| {
            escaped_offset(&quoted, offset)
        })?;
    }

    #[test]
    fn places_in_scalars_are_those_of_a_scan(
        text in text(&[
            "a", "é", "☃", "😀", "\n", "\n  ", "\n    ", "\r\n", "  ", "''", r#"\""#, r"\\", "\\\n  ", r"\x41",
            r"\u00e9", r"\U0001F600", r"\n",
        ]),
        header in prop::sample::select(&["", "|\n", "|-\n", ">\n  ", "|\n\n    ", "\"", "'"][..]),
        style in prop::sample::select(&[
            ScalarStyle::Literal, ScalarStyle::Folded, ScalarStyle::DoubleQuoted, ScalarStyle::SingleQuoted,
            ScalarStyle::Plain,
        ][..]),
        offsets in offsets(),
    ) {
        let written = format!("{header}{text}\"");
        let scalar = Scalar::new(&written, style);
        // The content is at most as long; what is after its end has a place, too.
        // One walk from the start: `record` tests where that leads.
        let indentation = scalar.indentation();
        let first = (0, scalar.first(indentation));
        compare(Places::Scalar(scalar), (written.as_bytes(), written.as_bytes()), &offsets, |offset| {
            scalar.after(first, offset, indentation).1.min(written.len())
        })?;
    }
}
