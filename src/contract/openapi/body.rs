//! Request bodies and responses (Request Body, Responses and Media Type Object).

use crate::contract::{
    Content, Encoding, Entry, FieldEncoding, Media, MediaRange, Parameter, Payload, Response, Sample,
    StatusPattern, Style,
};
use crate::location::{Pointer, Side};
use crate::media_type::ContentKind;
use crate::schema::Dialect;

use super::Reader;
use super::extension::{ANY_JSON, UNDOCUMENTED};
use super::parameter::Parameters;
use super::spot::Spot;

impl<'d> Reader<'d> {
    /// The body of a request.
    pub(super) fn request_body(
        &mut self,
        operation: &Spot<'d>,
        parameters: &Parameters<'d>,
    ) -> Payload {
        if self.dialect == Dialect::Swagger2 {
            return self.swagger_body(operation, parameters);
        }
        let Some(body) = operation.get("requestBody") else {
            return Payload::Absent;
        };
        let Some(body) = self.resolve(&body) else {
            return Payload::Undocumented;
        };
        self.body(&body)
    }

    /// Reads a Request Body Object.
    pub(super) fn body(&mut self, body: &Spot<'d>) -> Payload {
        if body.flag(UNDOCUMENTED) {
            return Payload::Undocumented;
        }
        match self.part(body, "content") {
            Some(content) => self.content(&content, body.flag("required"), Side::Request),
            None => Payload::Undocumented,
        }
    }

    fn swagger_body(&mut self, operation: &Spot<'d>, parameters: &Parameters<'d>) -> Payload {
        let Some(body) = &parameters.body else {
            return match parameters.form.is_empty() {
                true => Payload::Absent,
                false => Payload::Undocumented,
            };
        };
        let schema = body.get("schema");
        let schema = schema.map(|schema| self.compiler.schema(schema.place, schema.value));
        Payload::Content(Content {
            required: body.flag("required"),
            media: self.swagger_media(operation, "consumes", schema),
        })
    }

    /// The media types of an operation of Swagger 2.0; JSON if it does not declare any.
    fn swagger_media(
        &self,
        operation: &Spot<'d>,
        key: &str,
        schema: Option<crate::schema::NodeId>,
    ) -> Vec<Media> {
        let types = operation.get(key).or_else(|| self.root.get(key));
        let mut media: Vec<Media> = types
            .iter()
            .flat_map(Spot::elements)
            .filter_map(|media_type| media_type.value.as_str())
            .map(|media_type| Media {
                range: MediaRange::parse(media_type),
                schema,
                items: None,
                encoding: Vec::new(),
                fields: Vec::new(),
                place: Some(operation.place.clone()),
            })
            .collect();
        if media.is_empty() {
            media.push(Media {
                range: MediaRange::any_json(),
                schema,
                items: None,
                encoding: Vec::new(),
                fields: Vec::new(),
                place: Some(operation.place.clone()),
            });
        }
        media
    }

    /// The form of an operation of Swagger 2.0, which lists its fields as parameters.
    pub(super) fn swagger_form(&mut self, operation: &Spot<'d>, fields: &[Parameter]) -> Payload {
        if fields.is_empty() {
            return Payload::Absent;
        }
        let place = operation.place.join(&Pointer::from_escaped("/parameters".to_owned()));
        let properties = fields.iter().filter_map(|field| Some((field.name.as_str(), field.schema?)));
        let required = fields.iter().filter(|field| field.required);
        let schema = self.compiler.object(
            place.clone(),
            &properties.collect::<Vec<_>>(),
            &required.map(|field| field.name.as_str()).collect::<Vec<_>>(),
        );
        let is_form = |range: &MediaRange| {
            matches!(
                ContentKind::of(&range.to_string()),
                ContentKind::Form | ContentKind::Multipart
            )
        };
        let types = operation.get("consumes").or_else(|| self.root.get("consumes"));
        let types = types.iter().flat_map(Spot::elements);
        let types = types.filter_map(|media_type| media_type.value.as_str().map(MediaRange::parse));
        let mut ranges: Vec<MediaRange> = types.filter(is_form).collect();
        if ranges.is_empty() {
            ranges = ["application/x-www-form-urlencoded", "multipart/form-data"].map(MediaRange::parse).into();
        }
        let encodings: Vec<FieldEncoding> = fields
            .iter()
            .map(|field| FieldEncoding {
                name: field.name.clone(),
                media: Vec::new(),
                written: Some(field.encoding),
                nested: field.nested.clone(),
                headers: Vec::new(),
            })
            .collect();
        let media = ranges.into_iter().map(|range| Media {
            range,
            schema: Some(schema),
            items: None,
            encoding: Vec::new(),
            fields: encodings.clone(),
            place: Some(place.clone()),
        });
        Payload::Content(Content {
            required: fields.iter().any(|field| field.required),
            media: media.collect(),
        })
    }

    /// The responses of an operation.
    pub(super) fn responses(&mut self, operation: &Spot<'d>) -> Vec<Response> {
        let mut responses = Vec::new();
        let Some(described) = self.part(operation, "responses") else {
            return responses;
        };
        for (status, response) in described.members() {
            if status.starts_with("x-") {
                continue;
            }
            let Some(status) = status_pattern(status) else {
                continue;
            };
            let mut described = Response {
                status,
                payload: Payload::Undocumented,
                headers: Vec::new(),
                links: Vec::new(),
                place: Some(response.place.clone()),
            };
            if let Some(response) = self.resolve(&response) {
                (described.payload, described.headers) = self.response(operation, &response);
                described.links = self.links(&response);
            }
            responses.push(described);
        }
        responses
    }

    /// Reads a Response Object: its body, and its headers.
    pub(super) fn response(
        &mut self,
        operation: &Spot<'d>,
        response: &Spot<'d>,
    ) -> (Payload, Vec<Parameter>) {
        let mut headers = Vec::new();
        for (name, header) in self
            .part(response, "headers")
            .iter()
            .flat_map(Spot::members)
        {
            // Its media type is the key in `content` (Response Object).
            if !name.eq_ignore_ascii_case("content-type") {
                headers.extend(self.header(name, &header));
            }
        }
        let payload = match self.part(response, "content") {
            _ if self.dialect == Dialect::Swagger2 => self.swagger_response(operation, response),
            _ if response.flag(UNDOCUMENTED) => Payload::Undocumented,
            Some(content) => self.content(&content, true, Side::Response),
            None => Payload::Absent,
        };
        (payload, headers)
    }

    /// The links of a response, each with its JSON text.
    fn links(&mut self, response: &Spot<'d>) -> Vec<Entry> {
        let links = self.part(response, "links");
        let links: Vec<_> = links.iter().flat_map(Spot::members).collect();
        let links = links.into_iter().filter_map(|(name, link)| {
            let link = self.resolve(&link)?;
            Some(entry(name, &link))
        });
        links.collect()
    }

    fn swagger_response(&mut self, operation: &Spot<'d>, response: &Spot<'d>) -> Payload {
        let Some(schema) = response.get("schema") else {
            return Payload::Absent;
        };
        let schema = self.compiler.schema(schema.place, schema.value);
        for (media_type, example) in response.get("examples").iter().flat_map(Spot::members) {
            if MediaRange::parse(media_type).may_be_json() {
                self.samples.push(Sample {
                    place: example.place,
                    schema,
                    side: Some(Side::Response),
                });
            }
        }
        Payload::Content(Content {
            required: true,
            media: self.swagger_media(operation, "produces", Some(schema)),
        })
    }

    fn content(&mut self, content: &Spot<'d>, required: bool, side: Side) -> Payload {
        let mut media = Vec::new();
        for (range, described) in content.members() {
            let Some(described) = self.resolve(&described) else {
                continue;
            };
            let schema = described.get("schema");
            let schema = schema.map(|schema| self.compiler.schema(schema.place, schema.value));
            let range = match described.flag(ANY_JSON) {
                true => MediaRange::any_json(),
                false => MediaRange::parse(range),
            };
            if let Some(schema) = schema.filter(|_| range.may_be_json()) {
                self.samples_of(&described, schema, Some(side));
            }
            let items = described.get("itemSchema");
            let items = items.map(|schema| self.compiler.schema(schema.place, schema.value));
            media.push(Media {
                range,
                schema,
                items,
                encoding: entries(described.get("encoding").as_ref()),
                fields: self.fields(described.get("encoding").as_ref()),
                place: Some(described.place.clone()),
            });
        }
        match media.is_empty() {
            true => Payload::Absent,
            false => Payload::Content(Content { required, media }),
        }
    }
}

impl<'d> Reader<'d> {
    /// The Encoding Objects of a form.
    fn fields(&mut self, object: Option<&Spot<'d>>) -> Vec<FieldEncoding> {
        let members: Vec<_> = object.into_iter().flat_map(Spot::members).collect();
        let fields = members.into_iter().map(|(name, encoding)| {
            let media = encoding.text("contentType").unwrap_or_default();
            let media = media.split(',').map(str::trim).filter(|range| !range.is_empty());
            let media = media.map(MediaRange::parse).collect();
            let style = encoding.text("style").map(Style::of_name);
            let explode = encoding.value.get("explode").and_then(serde_json::Value::as_bool);
            let is_styled = style.is_some() || explode.is_some() || encoding.value.get("allowReserved").is_some();
            let style = style.flatten().unwrap_or(Style::Form);
            let headers: Vec<_> = self.part(&encoding, "headers").iter().flat_map(Spot::members).collect();
            // The media type is `contentType`.
            let headers = headers.into_iter().filter(|(name, _)| !name.eq_ignore_ascii_case("content-type"));
            FieldEncoding {
                name: name.to_owned(),
                media,
                written: is_styled.then(|| Encoding::Styled {
                    style,
                    explode: explode.unwrap_or(style.explodes()),
                }),
                nested: Vec::new(),
                headers: headers.filter_map(|(name, header)| self.header(name, &header)).collect(),
            }
        });
        fields.collect()
    }
}

/// The members of an object, each with its JSON text.
fn entries(object: Option<&Spot<'_>>) -> Vec<Entry> {
    let members = object.into_iter().flat_map(Spot::members);
    members.map(|(name, member)| entry(name, &member)).collect()
}

fn entry(name: &str, spot: &Spot<'_>) -> Entry {
    let mut value = spot.value.clone();
    if let Some(members) = value.as_object_mut() {
        members.retain(|key, _| !matches!(key.as_str(), "description" | "summary"));
    }
    Entry {
        name: name.to_owned(),
        text: value.to_string(),
        place: spot.place.clone(),
    }
}

fn status_pattern(text: &str) -> Option<StatusPattern> {
    if text == "default" {
        return Some(StatusPattern::Default);
    }
    if let Some(class) = text.strip_suffix("XX").or_else(|| text.strip_suffix("xx")) {
        let class = class.parse().ok().filter(|class| (1..=5).contains(class))?;
        return Some(StatusPattern::Class(class));
    }
    let status = text
        .parse()
        .ok()
        .filter(|status| (100..=599).contains(status))?;
    Some(StatusPattern::Exact(status))
}
