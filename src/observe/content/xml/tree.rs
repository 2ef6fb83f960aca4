//! XML as a tree of elements, with the place of each.

use std::ops::Range;

use quick_xml::XmlVersion;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use crate::limits::{NESTING, XML};
use crate::observe::content::Malformed;

/// An element. Prefixes of namespaces are left out of names.
#[derive(Debug, Default)]
pub(in crate::observe::content) struct Element {
    pub(in crate::observe::content) name: String,
    /// Its start tag.
    pub(in crate::observe::content) at: Range<usize>,
    /// Where its end tag ends.
    pub(in crate::observe::content) end: usize,
    pub(in crate::observe::content) attributes: Vec<Attribute>,
    pub(in crate::observe::content) children: Vec<Element>,
    /// Its text, without that of its children.
    pub(in crate::observe::content) text: String,
    /// Where the text starts and ends.
    pub(in crate::observe::content) text_at: Range<usize>,
    /// `xsi:nil="true"`
    pub(in crate::observe::content) is_nil: bool,
}

#[derive(Debug)]
pub(in crate::observe::content) struct Attribute {
    pub(in crate::observe::content) name: String,
    pub(in crate::observe::content) value: String,
    /// Where the value was written, without quotes.
    pub(in crate::observe::content) at: Range<usize>,
}

/// A document: its root element, and where its comments and instructions are.
#[derive(Debug)]
pub(in crate::observe::content) struct Document {
    pub(in crate::observe::content) root: Element,
    pub(in crate::observe::content) comments: Vec<Range<usize>>,
}

/// Reads a document.
pub(in crate::observe::content) fn parse(text: &str) -> Result<Document, Malformed> {
    if text.len() > XML {
        return Err(Malformed::new(0, format!("it is over the limit of {} MiB for XML", XML >> 20)));
    }
    // A byte order mark keeps its place.
    let start_of_text = text.len() - text.strip_prefix('\u{feff}').unwrap_or(text).len();
    let offset = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).saturating_add(start_of_text);
    let mut reader = Reader::from_str(&text[start_of_text..]);
    let mut instances = Instances::default();
    let mut comments = Vec::new();
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    loop {
        let start = offset(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            let at = offset(reader.error_position()).min(text.len());
            Malformed::new(at, said(&error))
        })?;
        let end = offset(reader.buffer_position());
        match event {
            Event::Start(tag) => {
                if root.is_some() && open.is_empty() {
                    return Err(Malformed::new(start, "there is a second root element".to_owned()));
                }
                if open.len() >= usize::from(NESTING) {
                    return Err(Malformed::new(start, format!("it is nested more than {NESTING} levels deep")));
                }
                open.push(element(text, &tag, start..end, &mut instances)?);
            }
            Event::Empty(tag) => {
                let element = element(text, &tag, start..end, &mut instances)?;
                close(element, &mut open, &mut root, start)?;
            }
            Event::End(_) => {
                if let Some(mut element) = open.pop() {
                    element.end = end;
                    close(element, &mut open, &mut root, start)?;
                }
            }
            Event::Text(found) => {
                let found = found.xml_content(XmlVersion::default()).map_err(|error| undecoded(start, &error))?;
                add_text(&mut open, &found, start..end)?;
            }
            Event::CData(found) => {
                let found = found.xml_content(XmlVersion::default()).map_err(|error| undecoded(start, &error))?;
                add_text(&mut open, &found, start..end)?;
            }
            Event::GeneralRef(reference) => {
                let found = resolved(&reference).ok_or_else(|| {
                    let name = String::from_utf8_lossy(&reference).into_owned();
                    Malformed::new(start, format!("the entity `&{name};` is not one of XML; entities of a document are not expanded"))
                })?;
                add_text(&mut open, &found, start..end)?;
            }
            // Entities that a document defines are not expanded.
            Event::Comment(_) | Event::PI(_) | Event::DocType(_) => comments.push(start..end),
            Event::Decl(_) => {}
            Event::Eof => break,
        }
    }
    if let Some(element) = open.last() {
        let message = format!("`<{}>` is not closed", element.name);
        return Err(Malformed::new(element.at.start, message));
    }
    let root = root.ok_or_else(|| Malformed::new(0, "there is no element".to_owned()))?;
    Ok(Document { root, comments })
}

fn undecoded(at: usize, error: &dyn std::fmt::Display) -> Malformed {
    Malformed::new(at, said(error))
}

/// What is wrong, without the category that the parser puts before it.
fn said(error: &dyn std::fmt::Display) -> String {
    let text = error.to_string();
    let rest = ["ill-formed document: ", "syntax error: "].iter().find_map(|category| text.strip_prefix(category));
    rest.map_or_else(|| text.clone(), str::to_owned)
}

/// The text that a reference stands for.
fn resolved(reference: &BytesRef<'_>) -> Option<String> {
    if let Ok(Some(character)) = reference.resolve_char_ref() {
        return Some(character.to_string());
    }
    let name = reference.decode().ok()?;
    resolve_predefined_entity(&name).map(str::to_owned)
}

/// The prefixes of the namespace for instances of XML Schema.
#[derive(Debug)]
struct Instances(Vec<String>);

impl Default for Instances {
    /// `xsi` is usual, even where captures lack the declaration.
    fn default() -> Self {
        Self(vec!["xsi".to_owned()])
    }
}

impl Instances {
    const NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";

    /// Notes the prefixes that a tag declares.
    fn declare(&mut self, tag: &BytesStart<'_>) {
        for attribute in tag.attributes().flatten() {
            let is_declaration = attribute.key.prefix().is_some_and(|prefix| prefix.as_ref() == b"xmlns");
            if is_declaration && *attribute.value == *Self::NAMESPACE.as_bytes() {
                let prefix = String::from_utf8_lossy(attribute.key.local_name().as_ref()).into_owned();
                if !self.0.contains(&prefix) {
                    self.0.push(prefix);
                }
            }
        }
    }
}

fn element(
    text: &str,
    tag: &BytesStart<'_>,
    at: Range<usize>,
    instances: &mut Instances,
) -> Result<Element, Malformed> {
    instances.declare(tag);
    let local = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let mut element = Element {
        name: local(tag.local_name().as_ref()),
        text_at: at.end..at.end,
        end: at.end,
        at,
        ..Element::default()
    };
    for attribute in tag.attributes() {
        let attribute =
            attribute.map_err(|error| Malformed::new(element.at.start, said(&error)))?;
        let value = attribute
            .normalized_value(XmlVersion::default())
            .map_err(|error| Malformed::new(element.at.start, said(&error)))?;
        // Values are slices of the text.
        let from = (attribute.value.as_ptr() as usize).checked_sub(text.as_ptr() as usize);
        let from = from.filter(|from| from + attribute.value.len() <= text.len()).unwrap_or(element.at.start);
        let key = attribute.key;
        let prefix = key.prefix().map(|prefix| local(prefix.as_ref()));
        let name = local(key.local_name().as_ref());
        let is_namespace = name == "xmlns" || prefix.as_deref() == Some("xmlns");
        match prefix.as_deref() {
            // These say something about the document, not about its content.
            Some("xml") => {}
            Some(prefix) if instances.0.iter().any(|known| known == prefix) => {
                element.is_nil |= name == "nil" && matches!(value.trim(), "true" | "1");
            }
            _ if is_namespace => {}
            _ => element.attributes.push(Attribute {
                name,
                at: from..from + attribute.value.len(),
                value: value.into_owned(),
            }),
        }
    }
    Ok(element)
}

fn close(
    element: Element,
    open: &mut [Element],
    root: &mut Option<Element>,
    at: usize,
) -> Result<(), Malformed> {
    match (open.last_mut(), root) {
        (Some(parent), _) => parent.children.push(element),
        (None, root @ None) => *root = Some(element),
        (None, Some(_)) => {
            return Err(Malformed::new(at, "there is a second root element".to_owned()));
        }
    }
    Ok(())
}

fn add_text(open: &mut [Element], found: &str, at: Range<usize>) -> Result<(), Malformed> {
    let Some(element) = open.last_mut() else {
        return match found.trim().is_empty() {
            true => Ok(()),
            false => Err(Malformed::new(at.start, "there is text outside the root element".to_owned())),
        };
    };
    if element.text.is_empty() {
        element.text_at = at.clone();
    }
    element.text.push_str(found);
    element.text_at.end = at.end;
    Ok(())
}
