//! Bodies by what they are: JSON, or something that is read as JSON values.

use crate::capture::{Body, Transcript};
use crate::contract::{ItemShape, Media, RequestTarget};
use crate::json::{Kind, TapeDocument};
use crate::media_type::ContentKind;
use crate::observe::content::{self, Item, Malformed, PartHead};
use crate::observe::observer::{Observer, Parsed};
use crate::observe::profile::sighting::Sighting;
use crate::observe::profile::{PayloadVerdict, TargetKey, TrafficFact};
use crate::observe::routing::destination::Destination;
use crate::observe::walk::record::shorten;
use crate::observe::watch::Watcher;
use crate::redact::{MASK, is_secret_name, sanitised};
use crate::schema::NodeId;

use super::body::{Said, Wanted};
use super::parameter::{Found, Sent};

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// A body of a message whose operation is known.
    pub(crate) fn body(&mut self, place: &Destination<'c>, body: &Body<'_>, parsed: Option<Parsed<'_>>) {
        let kind = body.kind();
        let key = place.key();
        let wanted = self.expected(place, &key, body);
        let graph = &place.contract.graph;
        let is_binary = wanted.schemas.iter().any(|schema| graph.is_binary(*schema));
        if !is_binary && (!wanted.schemas.is_empty() || wanted.media.is_some()) {
            let recoded = content::recoded(body, kind);
            let fault = content::charset_fault(body, kind);
            if let Some((fault, charset)) = fault.or_else(|| recoded.as_ref().and_then(|(_, fault)| fault.clone())) {
                let fact = TrafficFact::Charset {
                    target: key.clone(),
                    fault,
                };
                self.fact(&fact, &shorten(&charset), &Sighting::Body(body, 0));
            }
            if let Some((recoded, _)) = recoded {
                return self.wanted(place, &key, &recoded.body(), kind, wanted, None);
            }
        }
        self.wanted(place, &key, body, kind, wanted, parsed);
    }

    /// A body, and what it is compared with.
    fn wanted(
        &mut self,
        place: &Destination<'c>,
        key: &TargetKey,
        body: &Body<'_>,
        kind: ContentKind,
        wanted: Wanted<'c>,
        parsed: Option<Parsed<'_>>,
    ) {
        let graph = &place.contract.graph;
        let Wanted { schemas, media, said } = wanted;
        match (kind, media) {
            // A file of JSON is a file.
            (ContentKind::Json, Some(_)) if schemas.iter().any(|schema| graph.is_binary(*schema)) => {
                self.unjudged(body, Some(key.clone()), PayloadVerdict::OtherMediaType, None);
            }
            (ContentKind::Json, _) if !schemas.is_empty() && !is_other_kind(body, media) => {
                self.value(place, &schemas, body, parsed);
            }
            (_, Some(media)) => {
                let kind = match &body.media_type {
                    Some(_) => kind,
                    None => media.kind(),
                };
                self.content(place, key, media, kind, body);
            }
            (ContentKind::JsonLines | ContentKind::JsonSequence, None) if !schemas.is_empty() => {
                self.items(place, key, (&schemas, ItemShape::Item), kind, body);
            }
            // The media type is not declared, and its content is what the contract describes.
            (_, None) if !schemas.is_empty() && holds_json(body) => {
                let json = body.part(0..body.bytes.len(), Some("application/json"));
                self.value(place, &schemas, &json, None);
            }
            (_, None) => {
                let verdict = match said {
                    Said::NoSchema => PayloadVerdict::NoSchema,
                    Said::OtherMediaType => PayloadVerdict::OtherMediaType,
                };
                if kind != ContentKind::Json || self.is_sound(body, Some(key)) {
                    self.unjudged(body, Some(key.clone()), verdict, None);
                }
            }
        }
    }

    /// A body of a declared media type other than JSON.
    fn content(
        &mut self,
        place: &Destination<'c>,
        key: &TargetKey,
        media: &'c Media,
        kind: ContentKind,
        body: &Body<'_>,
    ) {
        let graph = &place.contract.graph;
        // A form may have any multipart media type.
        let is_form = kind == ContentKind::Parts && media.items.is_none() && content::is_form(body);
        let items = media.item_schema(graph, kind).filter(|_| kind.is_sequence() && !is_form);
        match items {
            // Parts of different kinds are no items of one schema: a contract has no way to say what each is.
            Some((_, ItemShape::Item)) if kind == ContentKind::Parts && media.items.is_none() && !content::are_json(body) => {
                return self.unjudged(body, Some(key.clone()), PayloadVerdict::OtherMediaType, None);
            }
            Some((node, ItemShape::Whole)) => return self.one(place, key, (node, Some(media)), ContentKind::Text, body),
            Some((node, shape)) => return self.items(place, key, (&[node], shape), kind, body),
            None => {}
        }
        // `*/*` stands for what a contract does not know.
        let is_named = kind != ContentKind::Xml || media.kind() == ContentKind::Xml;
        match media.schema.filter(|_| is_named) {
            Some(node) => self.one(place, key, (node, Some(media)), kind, body),
            None => self.unjudged(body, Some(key.clone()), PayloadVerdict::OtherMediaType, None),
        }
    }

    /// A body that is read as one value.
    fn one(
        &mut self,
        place: &Destination<'c>,
        key: &TargetKey,
        (node, media): (NodeId, Option<&Media>),
        kind: ContentKind,
        body: &Body<'_>,
    ) {
        match content::read(&place.contract.graph, node, media, kind, body) {
            // JSON with another label is what the schema describes.
            None if holds_json(body) && !place.contract.graph.is_binary(node) => {
                let json = body.part(0..body.bytes.len(), Some("application/json"));
                self.value(place, &[node], &json, None);
            }
            None => self.unjudged(body, Some(key.clone()), PayloadVerdict::OtherMediaType, None),
            Some(Err(malformed)) => self.malformed(key, kind, body, &malformed),
            Some(Ok(read)) => {
                for part in &read.parts {
                    let fact = TrafficFact::PartMediaType {
                        target: key.clone(),
                        part: sanitised(&part.name),
                        declared: part.declared.clone(),
                    };
                    let sighting = Sighting::Read(body, &read.transcript, part.at.clone());
                    self.fact(&fact, &shorten(&part.media_type), &sighting);
                }
                for head in &read.heads {
                    self.part_head(place, head, body, &read.transcript);
                }
                for name in &read.names {
                    let fact = TrafficFact::ElementName {
                        target: key.clone(),
                        expected: name.expected.clone(),
                    };
                    let sighting = Sighting::Read(body, &read.transcript, name.at.clone());
                    self.fact(&fact, &shorten(&name.found), &sighting);
                }
                self.value(place, &[node], &read.transcript.body(), None);
            }
        }
    }

    /// Compares the headers of a part with those that the contract describes.
    fn part_head(&mut self, place: &Destination<'c>, head: &PartHead<'_>, body: &Body<'_>, transcript: &Transcript<'_>) {
        // Headers are not read from a target.
        let target = RequestTarget::parse("");
        let sent = Sent {
            path: &[],
            target: &target,
            headers: &head.headers,
            form: &[],
        };
        for header in head.declared {
            let name = sanitised(&format!("{} (part {})", header.name, head.name));
            let sighting = Sighting::Read(body, transcript, head.at.clone());
            match sent.parameter(&place.contract.graph, place.operation, header) {
                Found::Good(_) => {}
                Found::Missing => {
                    let fact = TrafficFact::MissingParameter {
                        target: place.key(),
                        place: header.place,
                    };
                    self.fact(&fact, &name, &sighting);
                }
                Found::Bad(value, faults) => {
                    let subject = match is_secret_name(&header.name) {
                        true => MASK.to_owned(),
                        false => shorten(&value),
                    };
                    for (at, kind) in faults {
                        let fact = TrafficFact::ParameterValue {
                            target: place.key(),
                            place: header.place,
                            name: name.clone(),
                            at: sanitised(at.as_str()),
                            kind,
                        };
                        self.fact(&fact, &subject, &sighting);
                    }
                }
            }
        }
    }

    /// A body that holds one payload after the other.
    fn items(
        &mut self,
        place: &Destination<'c>,
        key: &TargetKey,
        (schemas, shape): (&[NodeId], ItemShape),
        kind: ContentKind,
        body: &Body<'_>,
    ) {
        let graph = &place.contract.graph;
        let read = content::each_item(kind, shape, body, &mut |item| match item {
            Item::Part(part) => match (part.kind(), schemas) {
                (ContentKind::Json, _) => self.value(place, schemas, &part, None),
                // What is inside a part with parts of its own is not described.
                (ContentKind::Multipart | ContentKind::Parts, _) | (_, []) => {
                    self.unjudged(&part, Some(key.clone()), PayloadVerdict::OtherMediaType, None);
                }
                (kind, [node, ..]) => self.one(place, key, (*node, None), kind, &part),
            },
            Item::Event(fields, data) => {
                let described = match (&fields, schemas) {
                    (Some(fields), [node, ..]) => {
                        let event = fields.body();
                        self.value(place, schemas, &event, None);
                        content::data_schema(graph, *node, &event)
                    }
                    _ => None,
                };
                if let Some(data) = data {
                    match (fields, described) {
                        (None, _) => self.value(place, schemas, &data.body(), None),
                        (Some(_), Some(node)) => self.value(place, &[node], &data.body(), None),
                        (Some(_), None) => {}
                    }
                }
            }
        });
        if let Err(malformed) = read {
            self.malformed(key, kind, body, &malformed);
        }
    }

    /// A body that is not what its media type says.
    fn malformed(&mut self, key: &TargetKey, kind: ContentKind, body: &Body<'_>, malformed: &Malformed) {
        self.payloads += 1;
        let fact = TrafficFact::MalformedBody {
            target: key.clone(),
            kind,
        };
        let message = sanitised(&malformed.message);
        self.fact(&fact, &message, &Sighting::Body(body, malformed.at));
        self.leave(crate::capture::Unused::Malformed, &body.origin);
        self.unjudged(body, Some(key.clone()), PayloadVerdict::Malformed, Some(&malformed.message));
    }
}

/// Whether a body without a media type is to be read as another one than JSON, the only one that is declared.
fn is_other_kind(body: &Body<'_>, media: Option<&Media>) -> bool {
    body.media_type.is_none()
        && media.is_some_and(|media| !media.range.may_be_json())
}

/// Whether a body is a JSON object or array, whatever its media type says.
fn holds_json(body: &Body<'_>) -> bool {
    matches!(body.bytes.trim_ascii_start().first(), Some(b'{' | b'['))
        && TapeDocument::parse(&body.bytes).is_ok_and(|document| {
            matches!(document.root().kind(), Kind::Object | Kind::Array)
        })
}
