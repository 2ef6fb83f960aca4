//! From the text of a parameter to its parts (OpenAPI 3.1.1, "Style Values"; RFC 6570).

use crate::contract::Style;

/// The sort of value that a parameter may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sort {
    /// A string, number, boolean or null.
    Scalar,
    /// An array.
    List,
    /// An object.
    Members,
}

/// The decoded parts of a value; their types depend on the schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Parts {
    Scalar(String),
    List(Vec<String>),
    Members(Vec<(String, String)>),
}

/// How parts are encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// Percent-encoded, as in a path.
    Percent,
    /// Percent-encoded, with `+` for a space, as in a query.
    Query,
    /// Not at all, as in a header.
    None,
    /// Not at all, and spaces count, as in a part of a multipart form.
    Text,
}

impl Escapes {
    pub(crate) fn decode(self, text: &str) -> String {
        match self {
            Self::Percent => percent_encoding::percent_decode_str(text)
                .decode_utf8_lossy()
                .into_owned(),
            Self::Query => crate::contract::decode_query(text),
            Self::None => text.trim().to_owned(),
            Self::Text => text.to_owned(),
        }
    }
}

/// Splits one text: the value of a path, header or cookie parameter, or of a query parameter that occurs
/// once. `None` if it is not written in the style.
pub(crate) fn split(
    style: Style,
    explode: bool,
    name: &str,
    text: &str,
    sort: Sort,
    escapes: Escapes,
) -> Option<Parts> {
    match style {
        Style::Matrix => matrix(explode, name, text, sort, escapes),
        Style::Label => {
            let text = text.strip_prefix('.')?;
            // OpenAPI 3.0.0 to 3.0.3 showed dots where commas were meant; both are accepted.
            let is_dotted = explode || (sort != Sort::Scalar && !text.contains(','));
            let separators: &[&str] = if is_dotted { &["."] } else { &[","] };
            delimited(separators, is_dotted && explode, text, sort, escapes)
        }
        Style::Simple => delimited(&[","], explode, text, sort, escapes),
        Style::Form => delimited(&[","], false, text, sort, escapes),
        Style::SpaceDelimited => delimited(&["%20", "+", " "], false, text, sort, escapes),
        Style::PipeDelimited => delimited(&["|", "%7C", "%7c"], false, text, sort, escapes),
        Style::TabDelimited => delimited(&["%09", "\t"], false, text, sort, escapes),
        Style::DeepObject => None,
    }
}

/// `;color=blue`, `;color=blue,black`, `;color=blue;color=black`, `;R=100;G=200`
fn matrix(explode: bool, name: &str, text: &str, sort: Sort, escapes: Escapes) -> Option<Parts> {
    let text = text.strip_prefix(';')?;
    let own = |pair: &str| -> Option<String> {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (escapes.decode(key) == name).then(|| value.to_owned())
    };
    match (sort, explode) {
        (Sort::List, true) => {
            let values: Option<Vec<String>> = text.split(';').map(own).collect();
            Some(Parts::List(
                values?.iter().map(|v| escapes.decode(v)).collect(),
            ))
        }
        (Sort::Members, true) => delimited(&[";"], true, text, sort, escapes),
        _ => delimited(&[","], false, &own(text)?, sort, escapes),
    }
}

/// `blue,black` or `R,100,G,200`; with pairs `R=100,G=200`.
fn delimited(
    separators: &[&str],
    pairs: bool,
    text: &str,
    sort: Sort,
    escapes: Escapes,
) -> Option<Parts> {
    if sort == Sort::Scalar {
        return Some(Parts::Scalar(escapes.decode(text)));
    }
    let mut parts = vec![text];
    for separator in separators {
        parts = parts
            .iter()
            .flat_map(|part| part.split(separator))
            .collect();
    }
    if text.is_empty() {
        parts.clear();
    }
    if sort == Sort::List {
        return Some(Parts::List(
            parts.iter().map(|part| escapes.decode(part)).collect(),
        ));
    }
    if pairs {
        let members = parts.iter().map(|part| {
            let (key, value) = part.split_once('=')?;
            Some((escapes.decode(key), escapes.decode(value)))
        });
        return members.collect::<Option<_>>().map(Parts::Members);
    }
    if parts.len() % 2 != 0 {
        return None;
    }
    let members = parts
        .chunks(2)
        .map(|pair| (escapes.decode(pair[0]), escapes.decode(pair[1])));
    Some(Parts::Members(members.collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(parts: Option<Parts>) -> String {
        match parts {
            None => "-".to_owned(),
            Some(Parts::Scalar(text)) => format!("{text:?}"),
            Some(Parts::List(list)) => format!("{list:?}"),
            Some(Parts::Members(members)) => {
                let members: Vec<_> = members.iter().map(|(k, v)| format!("{k}={v}")).collect();
                members.join("&")
            }
        }
    }

    /// Every row of the table "Style Examples" of OpenAPI 3.1.1 whose parameter is one text; rows with
    /// several query pairs are tested in the parent module.
    #[test]
    fn every_style_is_read_as_the_specification_writes_it() {
        use Sort::{List, Members, Scalar};
        let list = "[\"blue\", \"black\", \"brown\"]";
        let members = "R=100&G=200&B=150";
        let table = [
            (Style::Matrix, false, Scalar, ";color", "\"\""),
            (Style::Matrix, false, Scalar, ";color=blue", "\"blue\""),
            (Style::Matrix, false, List, ";color=blue,black,brown", list),
            (
                Style::Matrix,
                false,
                Members,
                ";color=R,100,G,200,B,150",
                members,
            ),
            (Style::Matrix, true, Scalar, ";color", "\"\""),
            (Style::Matrix, true, Scalar, ";color=blue", "\"blue\""),
            (
                Style::Matrix,
                true,
                List,
                ";color=blue;color=black;color=brown",
                list,
            ),
            (Style::Matrix, true, Members, ";R=100;G=200;B=150", members),
            (Style::Label, false, Scalar, ".", "\"\""),
            (Style::Label, false, Scalar, ".blue", "\"blue\""),
            (Style::Label, false, List, ".blue,black,brown", list),
            (Style::Label, false, Members, ".R,100,G,200,B,150", members),
            (Style::Label, true, Scalar, ".", "\"\""),
            (Style::Label, true, Scalar, ".blue", "\"blue\""),
            (Style::Label, true, List, ".blue.black.brown", list),
            (Style::Label, true, Members, ".R=100.G=200.B=150", members),
            // As in OpenAPI 3.0.3.
            (Style::Label, false, List, ".blue.black.brown", list),
            (Style::Label, false, Members, ".R.100.G.200.B.150", members),
            (Style::Simple, false, Scalar, "", "\"\""),
            (Style::Simple, false, Scalar, "blue", "\"blue\""),
            (Style::Simple, false, List, "blue,black,brown", list),
            (Style::Simple, false, Members, "R,100,G,200,B,150", members),
            (Style::Simple, true, Scalar, "blue", "\"blue\""),
            (Style::Simple, true, List, "blue,black,brown", list),
            (Style::Simple, true, Members, "R=100,G=200,B=150", members),
            (Style::Form, false, Scalar, "", "\"\""),
            (Style::Form, false, Scalar, "blue", "\"blue\""),
            (Style::Form, false, List, "blue,black,brown", list),
            (Style::Form, false, Members, "R,100,G,200,B,150", members),
            (Style::Form, true, Scalar, "blue", "\"blue\""),
            (
                Style::SpaceDelimited,
                false,
                List,
                "blue%20black%20brown",
                list,
            ),
            (Style::SpaceDelimited, false, List, "blue+black+brown", list),
            (
                Style::SpaceDelimited,
                false,
                Members,
                "R%20100%20G%20200%20B%20150",
                members,
            ),
            (
                Style::PipeDelimited,
                false,
                List,
                "blue%7Cblack%7Cbrown",
                list,
            ),
            (Style::PipeDelimited, false, List, "blue|black|brown", list),
            (
                Style::PipeDelimited,
                false,
                Members,
                "R%7C100%7CG%7C200%7CB%7C150",
                members,
            ),
            (
                Style::TabDelimited,
                false,
                List,
                "blue%09black%09brown",
                list,
            ),
            // Values that are not written in the style.
            (Style::Matrix, false, Scalar, "blue", "-"),
            (Style::Matrix, true, List, ";color=blue;size=1", "-"),
            (Style::Label, false, Scalar, "blue", "-"),
            (Style::Simple, false, Members, "R,100,G", "-"),
            (Style::Simple, true, Members, "R,100", "-"),
            // Commas in values are encoded.
            (Style::Simple, false, List, "a%2Cb,c", "[\"a,b\", \"c\"]"),
            (Style::Form, false, List, "", "[]"),
        ];
        for (style, explode, sort, text, expected) in table {
            let parts = split(style, explode, "color", text, sort, Escapes::Query);
            assert_eq!(shown(parts), expected, "{style:?} {explode} {text}");
        }
    }

    #[test]
    fn headers_are_not_percent_encoded_and_may_have_spaces() {
        let parts = split(
            Style::Simple,
            false,
            "X",
            "a%20b, c",
            Sort::List,
            Escapes::None,
        );
        assert_eq!(shown(parts), "[\"a%20b\", \"c\"]");
    }
}
