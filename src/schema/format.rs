//! The known formats: where they are defined, and how they are checked.

use serde_json::Number;

use super::pattern;

/// A format with a definition.
pub(crate) struct StringFormat {
    pub(crate) name: &'static str,
    pub(crate) origin: FormatOrigin,
    pub(crate) role: FormatRole,
}

/// Where a format is defined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormatOrigin {
    /// JSON Schema, from this draft on.
    JsonSchema(&'static str),
    /// The format registry of OpenAPI.
    OpenApi,
}

/// How a format is treated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FormatRole {
    /// Values are checked against it.
    Asserted,
    /// An integer in this range, in OpenAPI documents.
    Range(i128, i128),
    /// It describes how to read or display a value, and does not constrain it.
    Annotation,
}

use FormatOrigin::{JsonSchema, OpenApi};
use FormatRole::{Annotation, Asserted, Range};

const fn format(name: &'static str, origin: FormatOrigin, role: FormatRole) -> StringFormat {
    StringFormat { name, origin, role }
}

/// Every format of JSON Schema (draft 4 to 2020-12, section 7.3) and of the OpenAPI registry.
#[rustfmt::skip]
pub(crate) const FORMATS: &[StringFormat] = &[
    format("date", JsonSchema("draft 4"), Asserted),
    format("date-time", JsonSchema("draft 4"), Asserted),
    format("duration", JsonSchema("draft 2019-09"), Asserted),
    format("email", JsonSchema("draft 4"), Asserted),
    format("hostname", JsonSchema("draft 4"), Asserted),
    format("idn-email", JsonSchema("draft 4"), Asserted),
    format("idn-hostname", JsonSchema("draft 7"), Asserted),
    format("ipv4", JsonSchema("draft 4"), Asserted),
    format("ipv6", JsonSchema("draft 4"), Asserted),
    format("iri", JsonSchema("draft 7"), Asserted),
    format("iri-reference", JsonSchema("draft 7"), Asserted),
    format("json-pointer", JsonSchema("draft 6"), Asserted),
    format("regex", JsonSchema("draft 4"), Asserted),
    format("relative-json-pointer", JsonSchema("draft 7"), Asserted),
    format("time", JsonSchema("draft 4"), Asserted),
    format("uri", JsonSchema("draft 4"), Asserted),
    format("uri-reference", JsonSchema("draft 6"), Asserted),
    format("uri-template", JsonSchema("draft 6"), Asserted),
    format("uuid", JsonSchema("draft 2019-09"), Asserted),
    format("int8", OpenApi, Range(-1 << 7, (1 << 7) - 1)),
    format("int16", OpenApi, Range(-1 << 15, (1 << 15) - 1)),
    format("int32", OpenApi, Range(-1 << 31, (1 << 31) - 1)),
    format("int64", OpenApi, Range(-1 << 63, (1 << 63) - 1)),
    format("uint8", OpenApi, Range(0, (1 << 8) - 1)),
    format("uint16", OpenApi, Range(0, (1 << 16) - 1)),
    format("uint32", OpenApi, Range(0, (1 << 32) - 1)),
    format("uint64", OpenApi, Range(0, (1 << 64) - 1)),
    format("double-int", OpenApi, Range(-(1 << 53) + 1, (1 << 53) - 1)),
    format("decimal", OpenApi, Annotation),
    format("decimal128", OpenApi, Annotation),
    format("double", OpenApi, Annotation),
    format("float", OpenApi, Annotation),
    format("base64url", OpenApi, Annotation),
    format("binary", OpenApi, Annotation),
    format("byte", OpenApi, Annotation),
    format("char", OpenApi, Annotation),
    format("commonmark", OpenApi, Annotation),
    format("date-time-local", OpenApi, Annotation),
    format("html", OpenApi, Annotation),
    format("http-date", OpenApi, Annotation),
    format("media-range", OpenApi, Annotation),
    format("password", OpenApi, Annotation),
    format("sf-binary", OpenApi, Annotation),
    format("sf-boolean", OpenApi, Annotation),
    format("sf-decimal", OpenApi, Annotation),
    format("sf-integer", OpenApi, Annotation),
    format("sf-string", OpenApi, Annotation),
    format("sf-token", OpenApi, Annotation),
    format("time-local", OpenApi, Annotation),
];

/// The format with this name.
pub(crate) fn named(name: &str) -> Option<&'static StringFormat> {
    FORMATS.iter().find(|format| format.name == name)
}

/// Whether a format is checked: it is a JSON Schema format or a numeric range.
pub(crate) fn is_asserted(name: &str) -> bool {
    named(name).is_some_and(|format| format.role != Annotation)
}

/// The integers that a format accepts in OpenAPI documents.
pub(crate) fn range(name: &str) -> Option<(i128, i128)> {
    match named(name)?.role {
        Range(least, most) => Some((least, most)),
        Asserted | Annotation => None,
    }
}

/// The same range as `minimum` and `maximum`.
pub(crate) fn bounds(name: &str) -> Option<[Number; 2]> {
    let (least, most) = range(name)?;
    Some([Number::from_i128(least)?, Number::from_i128(most)?])
}

/// Whether a string really conforms to a format, given that the `jsonschema` crate accepts it.
pub(super) fn is_more(format: &str, text: &str) -> bool {
    match format {
        // The crate also accepts Python syntax.
        "regex" => pattern::is_ecma(text),
        "uri-template" => has_whole_names(text),
        _ => true,
    }
}

/// Whether no variable name has an empty part (`{a..b}`; RFC 6570, section 2.3).
fn has_whole_names(template: &str) -> bool {
    let expressions = template.split('{').skip(1);
    let mut inner = expressions.filter_map(|rest| rest.split('}').next());
    inner.all(|expression| {
        let variables = expression.trim_start_matches(['+', '#', '.', '/', ';', '?', '&']);
        let mut names = variables
            .split(',')
            .filter_map(|variable| variable.split([':', '*']).next());
        names.all(|name| !name.split('.').any(str::is_empty))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::json::{TapeDocument, Kind};
    use super::super::KeywordCheck;

    /// Set to `1` to update the generated parts of the documentation.
    const UPDATE: &str = "WIREDRIFT_UPDATE";

    #[test]
    fn the_documentation_lists_every_format() {
        let mut table =
            String::from("| format | from | compared with values |\n| --- | --- | --- |\n");
        for format in FORMATS {
            let origin = match format.origin {
                JsonSchema(draft) => format!("JSON Schema {draft}"),
                OpenApi => "OpenAPI registry".to_owned(),
            };
            let role = match format.role {
                Asserted => "yes".to_owned(),
                Range(least, most) => format!("in OpenAPI documents: {least} to {most}"),
                Annotation => "no".to_owned(),
            };
            table.push_str(&format!("| `{}` | {origin} | {role} |\n", format.name));
        }
        let path = "docs/CONFORMANCE.md";
        let text = std::fs::read_to_string(path).expect("readable");
        let (before, rest) = text.split_once("<!-- formats -->\n").expect("a start");
        let (_, after) = rest.split_once("<!-- end -->").expect("an end");
        let expected = format!("{before}<!-- formats -->\n{table}<!-- end -->{after}");
        if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
            std::fs::write(path, expected).expect("written");
        } else {
            assert_eq!(text, expected, "run with {UPDATE}=1 to update");
        }
    }

    #[test]
    fn strings_conform_to_a_format_or_not() {
        // Format, conforming strings, non-conforming strings.
        let table: &[(&str, &[&str], &[&str])] = &[
            (
                "uri-template",
                &["/a/{b}", "{+a.b}{?c,d*}{/e:3}", "{a%20b}", "plain", ""],
                &[
                    "{a..b}", "{.}", "{a,}", "{a.}", "{?a,,b}", "/a/{b", "{a b}", "{}",
                ],
            ),
            (
                "regex",
                &[
                    r"^\d+$",
                    "(?<year>a)\\k<year>",
                    "(?=a)",
                    r"[^]",
                    r"a{2,}",
                    "(?:a)",
                ],
                &[
                    "^(",
                    "(?P<name>x)",
                    "(?P<n>a)(?P=n)",
                    "(?>a)",
                    "a++",
                    "[a",
                    r"\Z",
                    "(?#a)",
                ],
            ),
            (
                "idn-hostname",
                &[
                    "例え.jp",
                    "straße.de",
                    "example.com",
                    "xn--ihqwcrb4cv8a8dqg056pqjye",
                ],
                &["a b.com", "-a.com", "a..b", "2962 @@ ..", "〮.com", ""],
            ),
            (
                "idn-email",
                &["실례@실례.테스트", "a@b.de", "\"a b\"@c.de"],
                &["2962 @@ ..", "a@", "@b", "a@b@c", "a b@c.de"],
            ),
            (
                "iri-reference",
                &["//ƒøø/β", "#ƒ", "/a"],
                &["\\\\WINDOWS", "#ƒräg\\mênt"],
            ),
        ];
        for (format, right, wrong) in table {
            let draft = jsonschema::Draft::Draft202012;
            let check =
                KeywordCheck::new("format", &json!(format), Kind::String, draft).expect("a format");
            for text in *right {
                assert!(check.accepts_text(text), "{text:?} is a {format}");
            }
            for text in *wrong {
                assert!(!check.accepts_text(text), "{text:?} is no {format}");
            }
        }
    }

    #[test]
    fn integer_formats_are_ranges() {
        for format in FORMATS {
            let Range(least, most) = format.role else {
                continue;
            };
            let check = KeywordCheck::number_format(format.name).expect("a format");
            let accepts = |number: &str| {
                let document = TapeDocument::parse(number.as_bytes()).expect("a number");
                check.accepts(document.root())
            };
            for (number, expected) in [
                (least - 1, false),
                (least, true),
                (0, true),
                (most, true),
                (most + 1, false),
            ] {
                assert_eq!(
                    accepts(&number.to_string()),
                    expected,
                    "{number} as {}",
                    format.name
                );
            }
            assert!(!accepts("1e40"), "{}", format.name);
            let [low, high] = bounds(format.name).expect("bounds");
            assert_eq!(
                (low.to_string(), high.to_string()),
                (least.to_string(), most.to_string())
            );
        }
    }
}
