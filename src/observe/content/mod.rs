//! Bodies that are not JSON, read as JSON values.
//!
//! Each reader turns a body into the value that its schema describes, with the place of each part, so that the walks
//! compare it like any other payload. A body that holds several payloads is read as several values.

mod charset;
mod draft;
mod field;
mod form;
mod items;
mod multipart;
mod substitute;
mod text;
mod xml;

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

use crate::capture::{Body, Transcript};
use crate::contract::{ItemShape, Media};
use crate::json::TapeDocument;
use crate::location::Step;
use crate::media_type::ContentKind;
use crate::schema::{Graph, NodeId};

pub use charset::CharsetFault;
pub(crate) use substitute::{Substitute, substituted};
pub(crate) use charset::{fault as charset_fault, recoded};
pub(crate) use multipart::PartHead;
use multipart::{About, WrongPart};
use xml::WrongName;

/// Why a body cannot be read as what its media type says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed {
    /// The offset in the body.
    pub(crate) at: usize,
    pub(crate) message: String,
}

impl Malformed {
    fn new(at: usize, message: String) -> Self {
        Self { at, message }
    }

    /// The same, with the kind of content that the body looks like instead.
    fn with_resemblance(mut self, kind: ContentKind, bytes: &[u8]) -> Self {
        if let Some(found) = resemblance(kind, bytes) {
            self.message = format!("{}; the body looks like {found}", self.message);
        }
        self
    }
}

/// What a body looks like that is not of this kind.
fn resemblance(kind: ContentKind, bytes: &[u8]) -> Option<&'static str> {
    let is_multipart = matches!(kind, ContentKind::Multipart | ContentKind::Parts);
    let bytes = bytes.trim_ascii();
    match bytes.first()? {
        b'{' | b'[' => TapeDocument::parse(bytes).is_ok().then_some("JSON"),
        b'<' if kind != ContentKind::Xml => bytes.ends_with(b">").then_some("XML or HTML"),
        b'-' if !is_multipart && bytes.starts_with(b"--") => {
            memchr::memmem::find(bytes, b"Content-Disposition:").map(|_| "a multipart form")
        }
        _ => None,
    }
}

/// A body that was read as one value.
#[derive(Debug)]
pub(crate) struct Read<'b, 'm> {
    pub(crate) transcript: Transcript<'b>,
    /// Parts whose headers the contract describes.
    pub(crate) heads: Vec<PartHead<'m>>,
    /// Parts with a media type that the contract does not declare for them.
    pub(crate) parts: Vec<WrongPart>,
    /// XML elements with another name than the contract says.
    pub(crate) names: Vec<WrongName>,
}

/// Reads a body as one value of a schema. `None` if values of the schema are not written in this kind of content.
pub(crate) fn read<'b, 'm>(
    graph: &Graph,
    schema: NodeId,
    media: Option<&'m Media>,
    kind: ContentKind,
    body: &'b Body<'_>,
) -> Option<Result<Read<'b, 'm>, Malformed>> {
    let utf8 = || {
        std::str::from_utf8(&body.bytes).map_err(|error| {
            Malformed::new(error.valid_up_to(), format!("{} is not valid UTF-8, and no other charset is named", kind.words()))
        })
    };
    let (mut about, mut names, mut left_out) = (About::default(), Vec::new(), Vec::new());
    let draft = match kind {
        ContentKind::Form => utf8().and_then(|text| form::read(graph, schema, media, text)),
        ContentKind::Multipart | ContentKind::Parts => multipart::read(graph, schema, media, body).map(|(draft, said)| {
            about = said;
            draft
        }),
        ContentKind::Xml => utf8().and_then(|text| xml::read(graph, schema, text)).map(|read| {
            names = read.wrong;
            left_out = read.left_out;
            read.draft
        }),
        ContentKind::Text | ContentKind::Events | ContentKind::JsonLines | ContentKind::JsonSequence => match utf8() {
            // Bytes are no text: of them, only the length is compared.
            _ if graph.is_binary(schema) => Ok(text::bytes(graph, schema, body)?),
            Ok(text) => Ok(text::read(graph, schema, text)?),
            Err(malformed) => Err(malformed),
        },
        ContentKind::Json | ContentKind::Other => return None,
    };
    let draft = draft.map_err(|malformed| malformed.with_resemblance(kind, &body.bytes));
    Some(draft.map(|draft| Read {
        transcript: draft.transcribe(body, left_out),
        heads: about.heads,
        parts: about.wrong,
        names,
    }))
}

/// The texts of a form by name, encoded as in a query: for fields that a contract declares as parameters.
pub(crate) fn form_texts(body: &Body<'_>) -> Vec<(String, String)> {
    let kind = body.media_type.as_deref().map(ContentKind::of);
    match kind {
        Some(ContentKind::Form) => {
            let text = String::from_utf8_lossy(&body.bytes);
            let fields = form::fields(&text).into_iter();
            fields.map(|field| (field.name.into_owned(), field.text.into_owned())).collect()
        }
        Some(ContentKind::Multipart) => {
            const RESERVED: &AsciiSet = &CONTROLS.add(b'%').add(b'+');
            let encoded = |text: String| utf8_percent_encode(&text, RESERVED).to_string();
            let texts = multipart::texts(body).into_iter();
            texts.map(|(name, text)| (name, encoded(text))).collect()
        }
        _ => Vec::new(),
    }
}

/// Whether all parts of a multipart body are JSON.
pub(crate) fn are_json(body: &Body<'_>) -> bool {
    multipart::are_json(body)
}

/// Whether the parts of a multipart body have names, as those of a form.
pub(crate) fn is_form(body: &Body<'_>) -> bool {
    multipart::is_form(body)
}

/// The schema of the value in the `data` of an event (`contentSchema`).
pub(crate) fn data_schema(graph: &Graph, node: NodeId, event: &Body<'_>) -> Option<NodeId> {
    let document = event.parse().ok()?;
    let mut branches = graph.unions_within(node);
    branches.reverse();
    // The branch that the event is of decides, and if there is none, the first one that describes data.
    let (mut accepted, others): (Vec<NodeId>, Vec<NodeId>) =
        branches.into_iter().partition(|branch| graph.accepts(*branch, document.root()));
    accepted.extend(others);
    let mut schemas = accepted.into_iter().filter_map(|branch| {
        let closure = graph.closure(&[branch], |_| true);
        let data = graph.part(&closure, &Step::Key("data".into()));
        let data = graph.closure(&data, |_| true);
        data.into_iter().find_map(|id| graph.node(id).annotations()?.content_schema)
    });
    schemas.next()
}

/// One payload of a sequence.
#[derive(Debug)]
pub(crate) enum Item<'b> {
    /// A part of the body.
    Part(Body<'b>),
    /// An event: its fields as an object, if asked for, and its data.
    Event(Option<Transcript<'b>>, Option<Transcript<'b>>),
}

/// Passes each payload of a sequence on.
pub(crate) fn each_item<'b>(
    kind: ContentKind,
    shape: ItemShape,
    body: &'b Body<'_>,
    each: &mut dyn FnMut(Item<'b>),
) -> Result<(), Malformed> {
    let json = Some("application/json");
    match kind {
        ContentKind::Events => {
            let fields = items::events(&body.bytes, &mut |event| {
                if !event.is_end(&body.bytes) {
                    let fields = || event.draft(&body.bytes).transcribe(body, Vec::new());
                    each(Item::Event((shape == ItemShape::Event).then(fields), event.data_of(body)));
                }
            });
            let is_comment = |line: &[u8]| line.trim_ascii().is_empty() || line.starts_with(b":");
            if fields == 0 && !body.bytes.split(|byte| *byte == b'\n').all(is_comment) {
                let message = "no line has a field, such as `data: value`".to_owned();
                return Err(Malformed::new(0, message).with_resemblance(kind, &body.bytes));
            }
        }
        ContentKind::Parts => {
            let parts = multipart::parts(body).map_err(|malformed| malformed.with_resemblance(kind, &body.bytes));
            for part in parts? {
                // Without a media type, a part is text (RFC 2046 section 5.1).
                let media_type = part.media_type().unwrap_or("text/plain").to_owned();
                each(Item::Part(body.part(part.content, Some(&media_type))));
            }
        }
        ContentKind::JsonSequence => {
            for range in items::sequence(&body.bytes) {
                each(Item::Part(body.part(range, json)));
            }
        }
        _ => {
            for range in items::lines(&body.bytes) {
                each(Item::Part(body.part(range, json)));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
