//! Bodies with other texts in the places of their names and values.

use std::borrow::Cow;
use std::fmt::Write as _;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::capture::Body;
use crate::json::TapeDocument;
use crate::media_type::{self, ContentKind};

use super::xml::Element;
use super::{form, items, multipart, xml};

/// The boundary of multipart bodies.
const BOUNDARY: &str = "boundary";

/// What is written in place of names and values.
pub(crate) trait Substitute {
    /// In place of the name of a field or element.
    fn name(&mut self, name: &str) -> String;
    /// In place of the value of the field or element with this name.
    fn value(&mut self, name: &str, text: &str) -> String;
    /// In place of a JSON document.
    fn json(&mut self, document: &TapeDocument<'_>) -> String;
    /// In place of a file of this length.
    fn file(&mut self, length: usize) -> String;
    /// In place of the media type of a part.
    fn media_type(&mut self, media_type: &str) -> String;
}

/// Writes a body of this kind with other texts: the same fields, elements and items, without comments. `None` if it is
/// malformed, or of another kind.
pub(crate) fn substituted(kind: ContentKind, body: &Body<'_>, substitute: &mut dyn Substitute) -> Option<String> {
    let bytes: &[u8] = &body.bytes;
    match kind {
        ContentKind::Form => std::str::from_utf8(bytes).ok().map(|text| of_form(text, substitute)),
        ContentKind::Multipart | ContentKind::Parts => of_parts(kind, body, substitute),
        ContentKind::Xml => {
            let document = xml::parse(std::str::from_utf8(bytes).ok()?).ok()?;
            let mut out = String::new();
            of_element(&document.root, substitute, &mut out);
            Some(out)
        }
        ContentKind::Events => Some(of_events(bytes, substitute)),
        ContentKind::JsonLines | ContentKind::JsonSequence => {
            let (ranges, start) = match kind {
                ContentKind::JsonSequence => (items::sequence(bytes), "\u{1e}"),
                _ => (items::lines(bytes), ""),
            };
            let mut out = String::new();
            for range in ranges {
                let item = json_or_text("", &String::from_utf8_lossy(&bytes[range]), substitute);
                let _ = writeln!(out, "{start}{item}");
            }
            Some(out)
        }
        ContentKind::Json | ContentKind::Text | ContentKind::Other => None,
    }
}

fn json_or_text(name: &str, text: &str, substitute: &mut dyn Substitute) -> String {
    match TapeDocument::parse(text.as_bytes()) {
        Ok(document) => substitute.json(&document),
        Err(_) => substitute.value(name, text),
    }
}

/// A name with brackets, whose parts are names: `filter[kind]`.
fn bracketed(name: &str, substitute: &mut dyn Substitute) -> String {
    let mut parts = name.split_inclusive(['[', ']']);
    let mut out = String::new();
    for part in &mut parts {
        let end = part.len() - usize::from(part.ends_with(['[', ']']));
        if end > 0 {
            out.push_str(&substitute.name(&part[..end]));
        }
        out.push_str(&part[end..]);
    }
    out
}

/// The property that a name with brackets is about.
fn property(name: &str) -> &str {
    name.split('[').next().unwrap_or(name)
}

fn of_form(text: &str, substitute: &mut dyn Substitute) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let pairs = form::fields(text).into_iter().map(|field| {
        // Without a value, the name may be one.
        if field.at.is_empty() && field.at.start == field.name_at.end {
            return encoded(&substitute.value("", &field.name));
        }
        let name = bracketed(&field.name, substitute);
        let name: String = name.split_inclusive(['[', ']']).map(|part| match part.strip_suffix(['[', ']']) {
            Some(own) => format!("{}{}", encoded(own), &part[own.len()..]),
            None => encoded(part),
        }).collect();
        // The elements of a list have values of their own.
        let mark = [",", "|", "%2C", "%7C", "%20"].into_iter().find(|mark| field.text.contains(mark));
        let mut one = |text: &str| {
            let decoded = crate::contract::decode_query(text);
            encoded(&json_or_value(property(&field.name), &decoded, substitute))
        };
        let value = match mark {
            Some(mark) if !field.text.contains("%7B") && !field.text.contains(['{', '[']) => {
                field.text.split(mark).map(one).collect::<Vec<_>>().join(mark)
            }
            _ => one(&field.text),
        };
        format!("{name}={value}")
    });
    pairs.collect::<Vec<_>>().join("&")
}

/// A structured value in JSON, or a text.
fn json_or_value(name: &str, text: &str, substitute: &mut dyn Substitute) -> String {
    match text.trim_start().starts_with(['{', '[']) {
        true => json_or_text(name, text, substitute),
        false => substitute.value(name, text),
    }
}

fn of_parts(kind: ContentKind, body: &Body<'_>, substitute: &mut dyn Substitute) -> Option<String> {
    let mut out = String::new();
    for part in multipart::parts(body).ok()? {
        let name = part.name().unwrap_or_default();
        let content = &body.bytes[part.content.clone()];
        let media_type = part.media_type().map(media_type::essence);
        let _ = write!(out, "--{BOUNDARY}\r\n");
        if kind == ContentKind::Multipart || !name.is_empty() {
            let name = bracketed(&name, substitute).replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
            let _ = write!(out, "Content-Disposition: form-data; name=\"{name}\"");
            if part.is_file() {
                out.push_str("; filename=\"file\"");
            }
            out.push_str("\r\n");
        }
        if let Some(media_type) = &media_type {
            let _ = write!(out, "Content-Type: {}\r\n", substitute.media_type(media_type));
        }
        let text = std::str::from_utf8(content).ok();
        let is_json = media_type.as_deref().is_some_and(|media_type| ContentKind::of(media_type) == ContentKind::Json);
        let content = match text.filter(|_| !part.is_file() || is_json) {
            Some(text) if is_json => json_or_text(property(&name), text, substitute),
            Some(text) => json_or_value(property(&name), text, substitute),
            None => substitute.file(content.len()),
        };
        let _ = write!(out, "\r\n{content}\r\n");
    }
    let _ = write!(out, "--{BOUNDARY}--\r\n");
    Some(out)
}

fn of_element(element: &Element, substitute: &mut dyn Substitute, out: &mut String) {
    let name = substitute.name(&element.name);
    let _ = write!(out, "<{name}");
    if element.is_nil {
        out.push_str(" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:nil=\"true\"");
    }
    for attribute in &element.attributes {
        let own = substitute.name(&attribute.name);
        let value = substitute.value(&attribute.name, &attribute.value);
        let _ = write!(out, " {own}=\"{}\"", escaped(&value));
    }
    if element.children.is_empty() && element.text.is_empty() {
        out.push_str("/>");
        return;
    }
    out.push('>');
    for child in &element.children {
        of_element(child, substitute, out);
    }
    match element.text.trim().is_empty() {
        true if element.children.is_empty() => out.push_str(&escaped(&element.text)),
        true => {}
        false => out.push_str(&escaped(&substitute.value(&element.name, &element.text))),
    }
    let _ = write!(out, "</{name}>");
}

fn escaped(text: &str) -> Cow<'_, str> {
    quick_xml::escape::escape(text)
}

fn of_events(bytes: &[u8], substitute: &mut dyn Substitute) -> String {
    let mut out = String::new();
    items::events(bytes, &mut |event| {
        for (name, text) in event.texts(bytes) {
            let text = match name {
                "data" => json_or_text(name, &text, substitute),
                // A number of milliseconds.
                "retry" if text.bytes().all(|byte| byte.is_ascii_digit()) => text,
                name => substitute.value(name, &text),
            };
            for line in text.lines() {
                let _ = writeln!(out, "{name}: {line}");
            }
        }
        out.push('\n');
    });
    out
}
