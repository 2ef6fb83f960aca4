use serde_json::json;

use crate::json::Kind;
use crate::schema::KeywordCheck;

fn check(pattern: &str) -> Result<KeywordCheck, String> {
    let draft = jsonschema::Draft::Draft202012;
    KeywordCheck::new("pattern", &json!(pattern), Kind::String, draft)
}

#[test]
fn patterns_mean_what_ecma_262_says() {
    // Pattern, strings that match, strings that do not.
    let cases: &[(&str, &[&str], &[&str])] = &[
        (r"^[\w\ \%\=\`\~]+$", &["a b", "%=`~"], &["a;b"]),
        (r"^\@\;\%\ \<\>\_$", &["@;% <>_"], &["@;%_"]),
        (r"^\ä$", &["ä"], &["a"]),
        (r"^[\s-.]+$", &["-", ".", " "], &["/", "a"]),
        (r"^[a-\d]+$", &["a", "-", "7"], &["b"]),
        (r"^[+--]+$", &["+", ",", "-"], &["."]),
        (r"^[a--]$", &[], &[]),
        (r"^[&&a]+$", &["&a"], &["b"]),
        (r"^[~~a]+$", &["~a"], &["b"]),
        (r"^[[a]+$", &["[a"], &["b"]),
        (r"^a[^]b$", &["a\nb", "aäb"], &["ab"]),
        (r"^a[]b$|^c$", &["c"], &["ab", "a]b"]),
        (r"^[\b]$", &["\u{8}"], &["b"]),
        (r"^{{name}}$", &["{{name}}"], &["name"]),
        (r"^x{$", &["x{"], &["x"]),
        (r"^x{1,2$", &["x{1,2"], &["x"]),
        (r"^a{2}{,3}$", &["aa{,3}"], &["aa"]),
        (r"^a{2,}]}$", &["aa]}"], &["a]}"]),
        (r"^[\x41-\u005a]\cI\0$", &["Q\t\0"], &["q\t\0"]),
        (
            r"^[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*$",
            &["aé😀\t"],
            &["\n"],
        ),
        (
            r"^[\u0020-\uD7FF\uD800\uDBFF-\uDC00\uDFFF]+$",
            &["a"],
            &["\u{e000}", "😀"],
        ),
        (r"^[^\uD800-\uDFFF]$", &["a", "😀"], &["ab"]),
        (r"^[a-\uDBFF]$", &["b", "\u{d7ff}"], &["A", "\u{e000}"]),
        (r"^[\uDC00-\uFFFD]$", &["\u{e000}"], &["\u{d7ff}", "😀"]),
        (r"^[a\u{D800}]$", &["a"], &["b"]),
        (r"^\uD83D\uDE00[\u{1F600}-\u{1F64F}]$", &["😀🙂"], &["🙂x"]),
        (
            r"^(x)?[(](?<n>a|b)\k<n>(?!c)(?:d|e)$",
            &["(aad", "x(bbe"],
            &["(abd", "(aac"],
        ),
        (r"^(.)(.)\2\1$", &["abba"], &["abab"]),
        (r"^a\/b\-c\.d$", &["a/b-c.d"], &["a/b-cxd"]),
        (r"^\d\D\w\W\s\S$", &["1a_- x"], &["aa_- x"]),
        // Zero-width items may have a quantifier.
        (r"^(\/(?!\.)+[^/]+){1,4}$", &["/a/b"], &["/.a", "/"]),
        (r"^(?!a)*a$", &["a"], &["b"]),
        (r"^(?=a){0,3}b$", &["b"], &["a"]),
        (r"^(?=a){2}[ab]$", &["a"], &["b"]),
        (r"^(?!a)?.$", &["a", "b"], &[""]),
        (r"^(?=(a))*(.)\2$", &["aa", "bb"], &["ab"]),
        (r"^[]*a$", &["a"], &[""]),
        // Classes and boundaries are ASCII-only, with every engine.
        (r"^\d\w$", &["7a"], &["٣a", "7é", "7\u{212a}"]),
        (r"^(?=.)\d[\w-]$", &["7a", "7-"], &["٣a", "7é", "7\u{212a}"]),
        (r"^(?=.*\d)(?=.*[a-z]).{4,}$", &["abc3"], &["abc٣"]),
        (
            r"^(?=.)[\s]$",
            &["\u{feff}", "\u{3000}", "\t"],
            &["\u{85}", "\u{200b}"],
        ),
        (r"^(?=.)[^\s]$", &["\u{85}"], &["\u{feff}"]),
        (r"^(?=.)[^\D]$", &["7"], &["٣", "a"]),
        (r"^(?:\d\w?){1,70000}$", &["1a2"], &["٣"]),
        (
            r"^.$",
            &["a", "\u{85}"],
            &["\r", "\n", "\u{2028}", "\u{2029}"],
        ),
        (r"^(?!a).$", &["b"], &["\r", "\u{2028}", "a"]),
        (r"\bé", &["aé"], &["é", " é"]),
        (r"(?=.)\bé", &["aé"], &["é", " é"]),
        (r"^(?=.)a\Bb\b$", &["ab"], &["a b"]),
        // A back-reference to a group that has not matched matches the empty string.
        (r"^(a)(b)?\2$", &["a", "abb"], &["ab", "aa"]),
        (r"^\1(a)$", &["a"], &["aa"]),
        (r"^(?:(a)|b)\1$", &["b", "aa"], &["ba", "a"]),
        (r"^(?<x>a)?-\k<x>$", &["-", "a-a"], &["a-", "-a"]),
        (
            r"^(a)(b)(c)(d)(e)(f)(g)(h)(i)(j)\10\1$",
            &["abcdefghijja"],
            &["abcdefghija0"],
        ),
        (r"^\p{Lu}\P{Lu}$", &["Ää"], &["ää"]),
    ];
    for (pattern, matching, other) in cases {
        let check = match check(pattern) {
            Ok(check) => check,
            // A reversed range is invalid in every dialect.
            Err(_) if matching.is_empty() => continue,
            Err(error) => panic!("{pattern}: {error}"),
        };
        for text in *matching {
            assert!(check.accepts_text(text), "{pattern} has to match {text:?}");
        }
        for text in *other {
            assert!(
                !check.accepts_text(text),
                "{pattern} must not match {text:?}"
            );
        }
    }
}

#[test]
fn patterns_of_any_size_are_matched() {
    let letters = |count: usize| "é".repeat(count);
    let words = |count: usize| "ab ".repeat(count);
    // Pattern, strings that match, strings that do not.
    let cases: Vec<(&str, Vec<String>, Vec<String>)> = vec![
        (
            r"^.{0,20000}$",
            vec![String::new(), letters(20_000)],
            vec![letters(20_001), "a\nb".into()],
        ),
        (
            r"^\p{L}{1,255}$",
            vec![letters(1), letters(255)],
            vec![String::new(), letters(256), "a1".into()],
        ),
        (
            r"^([\p{L}0-9 ]{1,255})$",
            vec!["é 1".into(), letters(255)],
            vec![letters(256), "a-".into()],
        ),
        (
            r"^[^\p{L}]{300,}$",
            vec!["1".repeat(300), "1".repeat(9_000)],
            vec!["1".repeat(299), letters(300)],
        ),
        (
            r"^(?:\p{L}{1,9} ){1,200}$",
            vec![words(1), words(200)],
            vec![words(201), "ab".into(), "a  ".into()],
        ),
        (
            r"^\p{L}{200}-\p{N}{200}$",
            vec![format!("{}-{}", letters(200), "٣".repeat(200))],
            vec![letters(401)],
        ),
        (
            r"\p{L}{500}\d",
            vec![format!("!{}7", letters(600))],
            vec![letters(600), format!("{}7", letters(499))],
        ),
        (
            r"^(?!-)[\p{L}-]{1,400}(?<!-)$",
            vec![letters(400), "a-b".into()],
            vec!["-a".into(), "a-".into(), letters(401)],
        ),
        (
            r"^(?<a>\p{L}{1,400})=\k<a>$",
            vec!["ab=ab".into()],
            vec!["ab=ac".into()],
        ),
        (
            r"^(?:a{3}){4}$",
            vec!["a".repeat(12)],
            vec!["a".repeat(11), "a".repeat(13)],
        ),
        (
            r"^(?:[\p{L}\p{N}]{1,100}(?:\.[\p{L}\p{N}]{1,100}){0,50})?$",
            vec![String::new(), "a.b.c".into()],
            vec!["a..b".into(), ".a".into()],
        ),
    ];
    for (pattern, matching, other) in &cases {
        let check = check(pattern).unwrap_or_else(|error| panic!("{error}"));
        let portable = json!({"pattern": check.portable_pattern()});
        let oracle = jsonschema::validator_for(&portable).expect("the crate takes it");
        for (text, expected) in matching
            .iter()
            .map(|text| (text, true))
            .chain(other.iter().map(|text| (text, false)))
        {
            let start: String = text.chars().take(20).collect();
            assert_eq!(check.accepts_text(text), expected, "{pattern} on {start}…");
            assert_eq!(
                oracle.is_valid(&json!(text)),
                expected,
                "{pattern} on {start}…"
            );
            assert!(!check.gives_up(text));
        }
    }
}

#[test]
fn a_pattern_that_takes_too_long_is_abandoned() {
    let check = check(r"^(?:([a-z])\1?-?)+$").expect("a pattern");
    let text = format!("{}!", "a".repeat(50));
    assert!(!check.accepts_text(&text));
    assert!(check.gives_up(&text));
    assert!(check.accepts_text("abc-def"));
    assert!(!check.accepts_text("-a"));
    assert!(!check.gives_up("-a"));
}

#[test]
fn what_other_languages_have_is_named() {
    let patterns = [
        r"\Aab\Z",
        r"^ab\z",
        r"(?i)^ab$",
        r"^(?x-s)ab$",
        r"^[[:digit:]]+$",
        r"^[a-z&&[^aeiou]]$",
        r"^(?P<year>\d{4})$",
        r"^(?>a|ab)c$",
        r"^a++b$",
        r"^a{2}*$",
        r"^a{2}{3}$",
        r"^\h+$",
        r"^\pL+$",
        r"^\x{1F600}$",
        r"^[\uD800-\uDBFF]$",
        r"^\u12$",
        r"^(?#comment)a$",
        r"^[a-z",
        "^a\\",
        r"^(ab$",
        r"^ab)$",
        r"^[z-a]$",
        r"^a{3,1}$",
        r"*a",
        r"^\p{Foo}$",
        r"(?<n>a)(?<n>b)",
        r"(a)\2",
        r"a{4294967296}",
    ];
    let said: Vec<String> = patterns
        .iter()
        .map(|pattern| match check(pattern) {
            Ok(_) => format!("{pattern}  read"),
            Err(message) => format!("{pattern}  {message}"),
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
}
