//! Request bodies and responses (Request Body, Responses and Media Type Object).

use crate::contract::{
    Content, Media, MediaRange, Parameter, Payload, Response, Sample, StatusPattern,
};
use crate::location::Side;
use crate::schema::Dialect;

use super::Reader;
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

    /// The media types of an operation of Swagger 2.0; JSON where it does not say.
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
                encoding: Vec::new(),
            })
            .collect();
        if media.is_empty() {
            media.push(Media {
                range: MediaRange::any_json(),
                schema,
                encoding: Vec::new(),
            });
        }
        media
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
            let (payload, headers) = match self.resolve(&response) {
                Some(response) => self.response(operation, &response),
                None => (Payload::Undocumented, Vec::new()),
            };
            responses.push(Response {
                status,
                payload,
                headers,
            });
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
            // Its media type is said by `content` (Response Object).
            if !name.eq_ignore_ascii_case("content-type") {
                headers.extend(self.header(name, &header));
            }
        }
        let payload = match self.part(response, "content") {
            _ if self.dialect == Dialect::Swagger2 => self.swagger_response(operation, response),
            Some(content) => self.content(&content, true, Side::Response),
            None => Payload::Absent,
        };
        (payload, headers)
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
            let range = MediaRange::parse(range);
            if let Some(schema) = schema.filter(|_| range.may_be_json()) {
                self.samples_of(&described, schema, Some(side));
            }
            let encoding = described.get("encoding");
            let encoding = encoding.iter().flat_map(Spot::members);
            let encoding =
                encoding.map(|(name, object)| (name.to_owned(), object.value.to_string()));
            media.push(Media {
                range,
                schema,
                encoding: encoding.collect(),
            });
        }
        match media.is_empty() {
            true => Payload::Absent,
            false => Payload::Content(Content { required, media }),
        }
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
