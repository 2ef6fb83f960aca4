//! Kinds of content, by media type.

/// How a body of a media type is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ContentKind {
    /// One JSON value: `application/json` and the `+json` types (RFC 6839).
    Json,
    /// JSON values, one per line: `application/jsonl`, `application/x-ndjson`.
    JsonLines,
    /// JSON values, each after a record separator: `application/json-seq` and the `+json-seq` types (RFC 7464, RFC 8091).
    JsonSequence,
    /// Server-sent events: `text/event-stream`.
    Events,
    /// `application/x-www-form-urlencoded`
    Form,
    /// `multipart/form-data` (RFC 7578)
    Multipart,
    /// Several bodies in one: `multipart/mixed` and the other `multipart` types (RFC 2046).
    Parts,
    /// XML, and the `+xml` types (RFC 7303).
    Xml,
    /// Other text.
    Text,
    /// Anything else.
    Other,
}

impl ContentKind {
    /// The kind of content that a media type names. Parameters do not matter.
    #[must_use]
    pub fn of(media_type: &str) -> Self {
        let essence = essence(media_type);
        let (kind, subtype) = essence.split_once('/').unwrap_or((&essence, ""));
        let suffix = subtype.rsplit_once('+').map_or(subtype, |(_, suffix)| suffix);
        match (kind, suffix) {
            ("application" | "text", "x-ndjson" | "ndjson" | "jsonl" | "x-jsonl" | "jsonlines" | "x-jsonlines")
            | ("application", "x-json-stream" | "stream-json") => Self::JsonLines,
            (_, "json-seq") => Self::JsonSequence,
            // `application/stream+json` was the media type of streams before `application/x-ndjson`.
            ("application", _) if subtype == "stream+json" => Self::JsonLines,
            ("application" | "text", "json") => Self::Json,
            (_, "json") if subtype.contains('+') => Self::Json,
            ("text", "event-stream") => Self::Events,
            ("application", "x-www-form-urlencoded") => Self::Form,
            ("multipart", _) if subtype == "form-data" => Self::Multipart,
            ("multipart", _) => Self::Parts,
            // Pages and pictures are XML that no schema describes.
            (_, "xml") if matches!(subtype, "xhtml+xml" | "svg+xml") => Self::Text,
            ("application" | "text", "xml") => Self::Xml,
            (_, "xml") if subtype.contains('+') => Self::Xml,
            ("text", _) => Self::Text,
            ("application", "yaml" | "x-yaml" | "graphql" | "javascript" | "sql" | "x-sh" | "toml") => Self::Text,
            _ => Self::Other,
        }
    }

    /// What a body of this kind is called in messages.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Json => "JSON",
            Self::JsonLines => "JSON lines",
            Self::JsonSequence => "a JSON sequence",
            Self::Events => "an event stream",
            Self::Form => "a form",
            Self::Multipart => "a multipart form",
            Self::Parts => "a multipart body",
            Self::Xml => "XML",
            Self::Text => "text",
            Self::Other => "binary data",
        }
    }

    /// Whether a body holds one payload after the other.
    #[must_use]
    pub const fn is_sequence(self) -> bool {
        matches!(self, Self::JsonLines | Self::JsonSequence | Self::Events | Self::Parts)
    }
}

/// A media type without its parameters, in lower case.
#[must_use]
pub fn essence(media_type: &str) -> String {
    media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A parameter of a media type, such as `charset` or `boundary`, without quotes (RFC 9110 section 5.6.6).
#[must_use]
pub fn parameter(media_type: &str, name: &str) -> Option<String> {
    let mut rest = media_type.split_once(';')?.1;
    loop {
        rest = rest.trim_start_matches([';', ' ', '\t', '\r', '\n']);
        let (found, after) = rest.split_once('=')?;
        let (value, after) = match after.trim_start().strip_prefix('"') {
            Some(quoted) => unquoted(quoted),
            None => {
                let end = after.find(';').unwrap_or(after.len());
                (after[..end].trim().to_owned(), &after[end..])
            }
        };
        if found.trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after;
    }
}

/// The content of a quoted string, and what follows it.
fn unquoted(text: &str) -> (String, &str) {
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return (value, &text[at + 1..]),
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            other => value.push(other),
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_name_the_kind_of_content() {
        use ContentKind as K;
        let table = [
            ("application/json", K::Json),
            ("Application/JSON; charset=utf-8", K::Json),
            ("text/json", K::Json),
            ("application/problem+json", K::Json),
            ("application/vnd.api+json", K::Json),
            ("application/geo+json", K::Json),
            ("image/json", K::Other),
            ("application/jsonl", K::JsonLines),
            ("application/x-ndjson", K::JsonLines),
            ("application/stream+json", K::JsonLines),
            ("application/json-seq", K::JsonSequence),
            ("application/geo+json-seq", K::JsonSequence),
            ("text/event-stream; charset=utf-8", K::Events),
            ("application/x-www-form-urlencoded", K::Form),
            ("multipart/form-data; boundary=x", K::Multipart),
            ("multipart/mixed", K::Parts),
            ("multipart/related", K::Parts),
            ("application/xml", K::Xml),
            ("text/xml", K::Xml),
            ("application/atom+xml", K::Xml),
            ("text/plain", K::Text),
            ("text/csv", K::Text),
            ("application/yaml", K::Text),
            ("application/pdf", K::Other),
            ("application/octet-stream", K::Other),
            ("image/png", K::Other),
            ("", K::Other),
        ];
        for (media_type, expected) in table {
            assert_eq!(ContentKind::of(media_type), expected, "{media_type}");
        }
    }

    #[test]
    fn parameters_may_be_quoted() {
        let table = [
            ("multipart/form-data; boundary=abc", "boundary", Some("abc")),
            ("multipart/form-data;boundary=\"a;b\\\"c\" ; x=y", "boundary", Some("a;b\"c")),
            ("multipart/form-data; BOUNDARY = abc; charset=utf-8", "charset", Some("utf-8")),
            ("text/plain; charset=\"utf-8\"", "Charset", Some("utf-8")),
            ("text/plain; charset", "charset", None),
            ("text/plain;", "charset", None),
            ("text/plain", "charset", None),
            ("text/plain; a=\"open", "a", Some("open")),
        ];
        for (media_type, name, expected) in table {
            assert_eq!(parameter(media_type, name).as_deref(), expected, "{media_type}");
        }
    }
}
