//! Multipart bodies: parts between boundaries (RFC 2046 section 5.1), and forms of them (RFC 7578).

use std::borrow::Cow;
use std::ops::Range;

use serde_json::Value as Json;

use crate::capture::{Body, Headers};
use crate::contract::{FieldEncoding, Media, Parameter};
use crate::json::{Kind, TapeDocument};
use crate::limits::{FILE_LENGTH, FILE_PART};
use crate::location::Step;
use crate::media_type::{self, ContentKind};
use crate::observe::message::is_placeholder;
use crate::observe::message::parameter::Escapes;
use crate::schema::{Graph, NodeId};

use super::{Malformed, xml};
use super::charset::text_of;
use super::draft::{Draft, Drafted};
use super::field::{Field, Fields};

/// A part of a multipart body.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) headers: Headers,
    /// Where the part starts, with its headers.
    pub(super) start: usize,
    /// Its content.
    pub(super) content: Range<usize>,
    /// Where its `Content-Type` is, or the first line of its headers.
    media_type_at: Range<usize>,
}

impl Part {
    /// The name of the field, from `Content-Disposition`.
    pub(super) fn name(&self) -> Option<String> {
        self.names().into_iter().next()
    }

    /// What the name may be. Browsers and most libraries write quotes and line breaks percent-encoded and backslashes as
    /// they are (HTML, "Multipart form data"); others escape them with backslashes (RFC 9110). Some write `name*`.
    fn names(&self) -> Vec<String> {
        let Some(disposition) = self.headers.get("content-disposition") else {
            return Vec::new();
        };
        let unquoted = media_type::parameter(disposition, "name");
        let mut names = Vec::new();
        if let Some(unquoted) = unquoted {
            let raw = disposition.split_once("name=\"").and_then(|(_, rest)| rest.split('"').next());
            let raw = raw.filter(|raw| raw.contains('\\')).unwrap_or(&unquoted);
            let decoded = raw.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n");
            names.extend([decoded, raw.to_owned(), unquoted.clone()]);
        }
        let extended = media_type::parameter(disposition, "name*");
        names.extend(extended.as_deref().and_then(|name| name.splitn(3, '\'').nth(2)).map(|name| {
            percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned()
        }));
        names
    }

    /// The name that is declared, or the likeliest one.
    fn name_among(&self, is_declared: impl Fn(&str) -> bool) -> Option<String> {
        let names = self.names();
        let declared = names.iter().find(|name| is_declared(name)).cloned();
        declared.or_else(|| names.into_iter().next())
    }

    /// Whether it is a file: it has a file name.
    pub(super) fn is_file(&self) -> bool {
        let disposition = self.headers.get("content-disposition");
        disposition.is_some_and(|disposition| {
            ["filename", "filename*"].iter().any(|name| media_type::parameter(disposition, name).is_some())
        })
    }

    pub(super) fn media_type(&self) -> Option<&str> {
        self.headers.get("content-type").filter(|media_type| !media_type.trim().is_empty())
    }
}

/// A part whose media type is not one that the contract declares for it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongPart {
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) declared: Vec<String>,
    /// Where the media type is.
    pub(crate) at: Range<usize>,
}

/// A part whose headers the contract describes.
#[derive(Debug)]
pub(crate) struct PartHead<'m> {
    pub(crate) name: String,
    pub(crate) headers: Headers,
    pub(crate) declared: &'m [Parameter],
    /// Where its headers are.
    pub(crate) at: Range<usize>,
}

/// What is said about the parts of a form besides their values.
#[derive(Debug, Default)]
pub(super) struct About<'m> {
    pub(super) wrong: Vec<WrongPart>,
    pub(super) heads: Vec<PartHead<'m>>,
}

/// The value of a form, and what is to be said about its parts.
pub(super) fn read<'m>(
    graph: &Graph,
    schema: NodeId,
    media: Option<&'m Media>,
    body: &Body<'_>,
) -> Result<(Draft, About<'m>), Malformed> {
    let parts = parts(body)?;
    let closure = graph.closure(&[schema], |_| true);
    let mut fields = Vec::with_capacity(parts.len());
    let mut about = About::default();
    for part in &parts {
        let is_declared = |name: &str| {
            closure.iter().any(|id| graph.node(*id).object.properties.contains_key(name))
        };
        let Some(name) = part.name_among(is_declared) else {
            return Err(Malformed::new(part.start, "a part has no `Content-Disposition` with a `name`".to_owned()));
        };
        let encoding = media.and_then(|media| {
            media.fields.iter().find(|field| field.name == name || field.name == name.split('[').next().unwrap_or(""))
        });
        if let Some(encoding) = encoding {
            about.wrong.extend(wrong_media(part, &name, encoding));
            if !encoding.headers.is_empty() {
                about.heads.push(PartHead {
                    name: name.clone(),
                    headers: part.headers.clone(),
                    declared: &encoding.headers,
                    at: part.media_type_at.clone(),
                });
            }
        }
        let below = graph.part(&closure, &Step::Key(name.as_str().into()));
        fields.push(field(graph, &below, part, name, encoding, body)?);
    }
    let fields = Fields::new(graph, media, Escapes::Text, &fields);
    Ok((fields.value(schema, &(0..body.bytes.len())), about))
}

/// A part as a field of the form.
fn field<'b>(
    graph: &Graph,
    schemas: &[NodeId],
    part: &Part,
    name: String,
    encoding: Option<&FieldEncoding>,
    body: &'b Body<'_>,
) -> Result<Field<'b>, Malformed> {
    let content = &body.bytes[part.content.clone()];
    // Of a long file, the capture may keep only the start.
    let length = usize::try_from(body.length_of(&part.content)).unwrap_or(usize::MAX);
    // Repeated parts are the elements of an array.
    let own = match schemas.iter().all(|schema| graph.may_hold(*schema, Kind::Array) && !graph.may_hold(*schema, Kind::String)) {
        true => graph.part(&graph.closure(schemas, |_| true), &Step::Any),
        false => schemas.to_vec(),
    };
    let takes = |kind| own.is_empty() || own.iter().any(|schema| graph.may_hold(*schema, kind));
    let takes_structure = takes(Kind::Object) || takes(Kind::Array);
    let declared = encoding.filter(|encoding| encoding.written.is_none()).and_then(|encoding| encoding.media.first());
    let kind = match (part.media_type(), declared) {
        (Some(media_type), _) => ContentKind::of(media_type),
        (None, Some(declared)) => ContentKind::of(&declared.to_string()),
        (None, None) if part.is_file() => ContentKind::Other,
        (None, None) => ContentKind::Text,
    };
    let is_long = length > FILE_PART;
    let text = std::str::from_utf8(content).ok();
    let json = || text.filter(|text| TapeDocument::parse(text.as_bytes()).is_ok());
    let is_structured = match kind {
        // A file of JSON is a file, unless the schema describes what is in it.
        ContentKind::Json => !part.is_file() || (takes_structure && !takes(Kind::String)),
        _ => takes_structure && !takes(Kind::String) && matches!(content.trim_ascii_start().first(), Some(b'{' | b'[')),
    };
    let is_own = part.media_type().is_some_and(|media_type| ContentKind::of(media_type) == ContentKind::Json);
    let is_empty = content.trim_ascii().is_empty();
    let value = match json().filter(|_| is_structured) {
        Some(json) => Some(Drafted::Verbatim(json.to_owned())),
        // Browsers leave out what is in a file.
        None if is_structured && part.is_file() && is_empty => Some(Drafted::Value("***".into())),
        None if is_own && is_structured && takes_structure && !takes(Kind::String) && !has_stand_ins(content) => {
            return Err(Malformed::new(part.content.start, format!("part `{name}` is not valid JSON")));
        }
        None if kind == ContentKind::Xml && takes_structure && !takes(Kind::String) => {
            let read = text.zip(own.first()).and_then(|(text, schema)| xml::read(graph, *schema, text).ok());
            read.map(|read| read.draft.shifted(part.content.start).value)
        }
        None if part.is_file() && (is_long || text.is_none() || kind != ContentKind::Text) => {
            let text = text.filter(|_| !is_long);
            Some(Drafted::Value(of_file(graph, &own, length, text)))
        }
        None if kind == ContentKind::Other && text.is_none() => Some(Drafted::Value(of_file(graph, &own, length, None))),
        None => None,
    };
    let text = match value.is_some() {
        true => Cow::Borrowed(""),
        false => match text {
            Some(text) => Cow::Borrowed(text),
            None => Cow::Owned(text_of(content, part.media_type())),
        },
    };
    Ok(Field {
        name: Cow::Owned(name),
        name_at: part.start..part.start + 1,
        text,
        at: part.content.clone(),
        value,
    })
}

/// Whether some of a part may be a placeholder.
fn has_stand_ins(content: &[u8]) -> bool {
    std::str::from_utf8(content).is_ok_and(is_placeholder)
}

/// A file as a value: its text if it is short, or else a text that is as long, as far as a schema asks for its length
/// in bytes.
pub(super) fn of_file(graph: &Graph, schemas: &[NodeId], length: usize, text: Option<&str>) -> Json {
    if let Some(text) = text {
        return text.into();
    }
    let bounds = graph.closure(schemas, |_| true).into_iter().flat_map(|id| &graph.node(id).lengths);
    let bounds = bounds.filter(|bound| bound.kind == Kind::String).map(|bound| bound.limit);
    let asked = bounds.max().and_then(|bound| usize::try_from(bound).ok()).unwrap_or_default();
    "x".repeat(length.min(asked.saturating_add(1)).min(FILE_LENGTH)).into()
}

/// What is wrong with the media type of a part.
fn wrong_media(part: &Part, name: &str, encoding: &FieldEncoding) -> Option<WrongPart> {
    let media_type = part.media_type()?;
    let is_declared = encoding.media.is_empty()
        || encoding.written.is_some()
        || encoding.media.iter().any(|range| range.takes(media_type));
    (!is_declared).then(|| WrongPart {
        name: name.to_owned(),
        media_type: media_type.to_owned(),
        declared: encoding.media.iter().map(ToString::to_string).collect(),
        at: part.media_type_at.clone(),
    })
}

/// The parts of a multipart body.
pub(super) fn parts(body: &Body<'_>) -> Result<Vec<Part>, Malformed> {
    let bytes: &[u8] = &body.bytes;
    let named = body.media_type.as_deref().and_then(|media_type| media_type::parameter(media_type, "boundary"));
    let boundary = match named.filter(|boundary| !boundary.is_empty()) {
        Some(boundary) => boundary.into_bytes(),
        // Some captures drop the parameters of media types.
        None => {
            let line = &bytes[..memchr::memchr(b'\n', bytes).unwrap_or(bytes.len())];
            let line = line.trim_ascii().strip_prefix(b"--").filter(|boundary| !boundary.is_empty());
            line.ok_or_else(|| Malformed::new(0, "the media type names no boundary".to_owned()))?.to_vec()
        }
    };
    let delimiter = [b"--", &*boundary].concat();
    let mut parts = Vec::new();
    let mut next = delimiter_at(bytes, 0, &delimiter);
    if next.is_none() {
        let message = format!("no line is the boundary `--{}`", String::from_utf8_lossy(&boundary));
        return Err(Malformed::new(0, message));
    }
    while let Some((_, end)) = next {
        if bytes[end..].starts_with(b"--") {
            return Ok(parts);
        }
        let start = after_line(bytes, end);
        let following = delimiter_at(bytes, start, &delimiter);
        let Some((stop, _)) = following else {
            return Err(Malformed::new(bytes.len(), "the body ends before the last boundary".to_owned()));
        };
        parts.push(part(bytes, start..stop));
        next = following;
    }
    Ok(parts)
}

/// The next line that is a boundary: where the content before it ends, and where the boundary ends.
fn delimiter_at(bytes: &[u8], from: usize, delimiter: &[u8]) -> Option<(usize, usize)> {
    for at in memchr::memmem::find_iter(&bytes[from..], delimiter) {
        let at = from + at;
        if at > from && bytes[at - 1] != b'\n' {
            continue;
        }
        let end = at + delimiter.len();
        let rest = bytes[end..].strip_prefix(b"--").unwrap_or(&bytes[end..]);
        let blank = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
        if !matches!(rest.get(blank), None | Some(b'\n')) {
            continue;
        }
        // The line break before a boundary belongs to it.
        let content = match &bytes[from..at] {
            [.., b'\r', b'\n'] => at - 2,
            [.., b'\n'] => at - 1,
            _ => at,
        };
        return Some((content, end));
    }
    None
}

/// The start of the line after the one at an offset.
fn after_line(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1)
}

/// A part: its headers up to a blank line, and its content.
fn part(bytes: &[u8], range: Range<usize>) -> Part {
    let mut headers = Headers::default();
    let mut at = range.start;
    let mut media_type_at = None;
    while at < range.end {
        let start = at;
        let end = after_line(bytes, at).min(range.end.max(at));
        let line = String::from_utf8_lossy(bytes[at..end].trim_ascii_end()).into_owned();
        at = end;
        if line.is_empty() {
            break;
        }
        match (line.split_once(':'), headers.0.last_mut()) {
            // A line that starts with a space continues the one before it.
            (_, Some((_, value))) if line.starts_with([' ', '\t']) => {
                value.push(' ');
                value.push_str(line.trim());
            }
            (Some((name, value)), _) => {
                let is_type = name.trim().eq_ignore_ascii_case("content-type");
                if is_type || media_type_at.is_none() {
                    media_type_at = Some(start..start + line.len());
                }
                headers.0.push((name.trim().to_owned(), value.trim().to_owned()));
            }
            (None, _) => {}
        }
    }
    Part {
        headers,
        start: range.start,
        content: at.min(range.end)..range.end,
        media_type_at: media_type_at.unwrap_or(range.start..range.start),
    }
}

/// The texts of a form by name; the content of files is left out.
pub(super) fn texts(body: &Body<'_>) -> Vec<(String, String)> {
    let parts = parts(body).unwrap_or_default().into_iter();
    let texts = parts.filter_map(|part| {
        let text = match part.is_file() {
            true => String::new(),
            false => String::from_utf8_lossy(&body.bytes[part.content.clone()]).into_owned(),
        };
        Some((part.name()?, text))
    });
    texts.collect()
}

/// Whether all parts are JSON.
pub(super) fn are_json(body: &Body<'_>) -> bool {
    let is_json = |part: &Part| {
        part.media_type().is_some_and(|media_type| ContentKind::of(media_type) == ContentKind::Json)
    };
    // What is malformed is reported where it is read.
    parts(body).is_ok_and(|parts| parts.iter().all(is_json)) || parts(body).is_err()
}

/// Whether all parts have names.
pub(super) fn is_form(body: &Body<'_>) -> bool {
    parts(body).is_ok_and(|parts| !parts.is_empty() && parts.iter().all(|part| part.name().is_some()))
}
