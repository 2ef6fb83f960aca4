//! Parameters (Parameter Object; section "Parameter Object" of Swagger 2.0).

use crate::contract::{Encoding, MediaRange, OperationKind, Parameter, ParameterPlace, Sample, Style};
use crate::location::Side;
use crate::schema::{Dialect, NodeId};

use super::Reader;
use super::extension::{UNDECLARED, UNTYPED};
use super::spot::Spot;

/// The parameters of an operation, and what else Swagger 2.0 lists among them.
#[derive(Default)]
pub(super) struct Parameters<'d> {
    pub(super) list: Vec<Parameter>,
    /// `in: body`
    pub(super) body: Option<Spot<'d>>,
    /// `in: formData`
    pub(super) form: Vec<Parameter>,
    /// Path parameters whose values may contain slashes (`x-multi-segment`).
    pub(super) multi_segment: Vec<String>,
    /// `in: querystring` of OpenAPI 3.2 describes the query as a whole, which is not checked.
    pub(super) open_query: bool,
}

impl<'d> Reader<'d> {
    /// The parameters of an operation: its own, and those of its path item that it does not override.
    pub(super) fn parameters(
        &mut self,
        kind: OperationKind,
        operation: &Spot<'d>,
        items: &[Spot<'d>],
    ) -> Parameters<'d> {
        let mut parameters = Parameters::default();
        let mut known: Vec<(Option<String>, Option<&str>)> = Vec::new();
        for owner in std::iter::once(operation).chain(items) {
            for spot in self
                .part(owner, "parameters")
                .iter()
                .flat_map(Spot::elements)
            {
                let Some(spot) = self.resolve(&spot) else {
                    continue;
                };
                // Names of headers are case-insensitive.
                let place = spot.text("in");
                let name = spot.text("name").map(|name| match place {
                    Some("header") => name.to_ascii_lowercase(),
                    _ => name.to_owned(),
                });
                let key = (name, place);
                if !known.contains(&key) || key.0.is_none() {
                    known.push(key.clone());
                    self.any_parameter(&spot, &mut parameters);
                }
            }
        }
        self.query_keys(kind, operation, &mut parameters);
        parameters
    }

    /// Declares the API keys that are sent in the query as query parameters (Security Scheme Object).
    fn query_keys(&mut self, kind: OperationKind, operation: &Spot<'d>, parameters: &mut Parameters<'d>) {
        let schemes = self.security_schemes();
        let required = self.requirements(kind, operation);
        for requirement in required.iter().flat_map(Spot::elements) {
            for (name, _) in requirement.members() {
                let scheme = schemes.as_ref().and_then(|schemes| schemes.get(name));
                let Some(scheme) = scheme.filter(|scheme| scheme.text("in") == Some("query"))
                else {
                    continue;
                };
                if let Some(key) = scheme.text("name") {
                    parameters.list.push(Parameter {
                        declared: Some(scheme.place.clone()),
                        ..Parameter::new(key, ParameterPlace::Query, None)
                    });
                }
            }
        }
    }

    /// Reads one parameter.
    pub(super) fn any_parameter(&mut self, spot: &Spot<'d>, parameters: &mut Parameters<'d>) {
        let (Some(name), Some(place)) = (spot.text("name"), spot.text("in")) else {
            return;
        };
        if spot.flag(UNDECLARED) {
            return;
        }
        self.parameter(spot, name, place, parameters);
    }

    /// Reads the header of a response.
    pub(super) fn header(&mut self, name: &str, spot: &Spot<'d>) -> Option<Parameter> {
        let spot = self.resolve(spot)?;
        let (encoding, schema) = if self.dialect == Dialect::Swagger2 {
            let schema = self.compiler.schema(spot.place.clone(), spot.value);
            (
                collection_format(&spot, ParameterPlace::Header),
                Some(schema),
            )
        } else {
            self.written(&spot, ParameterPlace::Header)
        };
        if let Some(schema) = schema.filter(|_| self.dialect != Dialect::Swagger2) {
            self.samples_of(&spot, schema, Some(Side::Response));
        }
        Some(Parameter {
            declared: Some(spot.place.clone()),
            required: spot.flag("required"),
            deprecated: spot.flag("deprecated"),
            encoding,
            ..Parameter::new(name, ParameterPlace::Header, schema)
        })
    }

    fn parameter(
        &mut self,
        spot: &Spot<'d>,
        name: &str,
        place: &str,
        parameters: &mut Parameters<'d>,
    ) {
        let is_swagger = self.dialect == Dialect::Swagger2;
        // OpenAPI 3 describes these elsewhere, and ignores such a parameter (Parameter Object).
        let reserved = ["accept", "content-type", "authorization"];
        if !is_swagger
            && place == "header"
            && reserved.contains(&name.to_ascii_lowercase().as_str())
        {
            return;
        }
        let place = match place {
            "path" => ParameterPlace::Path,
            "query" => ParameterPlace::Query,
            "header" => ParameterPlace::Header,
            "cookie" if !is_swagger => ParameterPlace::Cookie,
            "querystring" if !is_swagger => {
                parameters.open_query = true;
                return;
            }
            "body" if is_swagger => {
                if parameters.body.is_some() {
                    // One on the operation, and one on its path item.
                    let message = "a second parameter has `in: body`; only one is allowed";
                    return self.describe(spot, message.to_owned());
                }
                parameters.body = Some(spot.clone());
                return;
            }
            "formData" if is_swagger => ParameterPlace::Form,
            _ => return,
        };
        if place == ParameterPlace::Path && spot.flag("x-multi-segment") {
            parameters.multi_segment.push(name.to_owned());
        }
        let nested = match is_swagger {
            true => nested_formats(spot.value),
            false => Vec::new(),
        };
        let (encoding, schema) = match is_swagger {
            true => {
                let schema = self.compiler.schema(spot.place.clone(), spot.value);
                (collection_format(spot, place), Some(schema))
            }
            false => self.written(spot, place),
        };
        if let Some(schema) = schema {
            self.samples_of(spot, schema, Some(Side::Request));
        }
        let list = match place {
            ParameterPlace::Form => &mut parameters.form,
            _ => &mut parameters.list,
        };
        list.push(Parameter {
            name: name.to_owned(),
            place,
            declared: Some(spot.place.clone()),
            required: spot.flag("required") || place == ParameterPlace::Path,
            deprecated: spot.flag("deprecated"),
            allow_empty: spot.flag("allowEmptyValue"),
            allow_reserved: spot.flag("allowReserved"),
            encoding,
            nested,
            schema,
        });
    }

    /// How a parameter is serialised, by `style` and `explode` or by `content`, and its schema.
    fn written(&mut self, spot: &Spot<'d>, place: ParameterPlace) -> (Encoding, Option<NodeId>) {
        if let Some(content) = spot.get("content") {
            let Some((range, media)) = content.members().next() else {
                return (Encoding::Other, None);
            };
            let schema = media.get("schema");
            let schema = schema.map(|schema| self.compiler.schema(schema.place, schema.value));
            return match MediaRange::parse(range).may_be_json() {
                true => (Encoding::Json, schema),
                false => (Encoding::Other, None),
            };
        }
        let usual = Encoding::usual(place);
        let encoding = match (spot.text("style"), usual) {
            (Some(name), _) => match Style::of_name(name).filter(|style| fits(*style, place)) {
                Some(style) => Encoding::Styled {
                    style,
                    explode: spot
                        .value
                        .get("explode")
                        .map_or(style.explodes(), |explode| {
                            explode == &serde_json::Value::Bool(true)
                        }),
                },
                None => usual,
            },
            (None, Encoding::Styled { style, explode }) => Encoding::Styled {
                style,
                explode: spot
                    .value
                    .get("explode")
                    .map_or(explode, |explode| explode == &serde_json::Value::Bool(true)),
            },
            (None, other) => other,
        };
        let schema = spot.get("schema").filter(|_| !spot.flag(UNTYPED));
        let schema = schema.map(|schema| self.compiler.schema(schema.place, schema.value));
        (encoding, schema)
    }

    /// Records the examples next to a schema, which must conform to it: `example`, and `examples` by name.
    pub(super) fn samples_of(&mut self, spot: &Spot<'d>, schema: NodeId, side: Option<Side>) {
        if let Some(example) = spot.get("example") {
            self.samples.push(Sample {
                place: example.place,
                schema,
                side,
            });
        }
        if self.dialect == Dialect::Swagger2 {
            return;
        }
        for (_, example) in self.part(spot, "examples").iter().flat_map(Spot::members) {
            let Some(example) = self.resolve(&example) else {
                continue;
            };
            // OpenAPI 3.2 calls the unserialised value `dataValue`.
            for key in ["value", "dataValue"] {
                self.samples.extend(example.get(key).map(|value| Sample {
                    place: value.place,
                    schema,
                    side,
                }));
            }
        }
    }
}

/// Whether a style is allowed in a place (Parameter Object, "Style Values").
const fn fits(style: Style, place: ParameterPlace) -> bool {
    match place {
        ParameterPlace::Path => matches!(style, Style::Matrix | Style::Label | Style::Simple),
        ParameterPlace::Query => matches!(
            style,
            Style::Form | Style::SpaceDelimited | Style::PipeDelimited | Style::DeepObject
        ),
        ParameterPlace::Header => matches!(style, Style::Simple),
        ParameterPlace::Cookie | ParameterPlace::Form => matches!(style, Style::Form),
    }
}

/// How Swagger 2.0 serialises a parameter.
fn collection_format(spot: &Spot<'_>, place: ParameterPlace) -> Encoding {
    let is_query = matches!(place, ParameterPlace::Query | ParameterPlace::Form);
    let (style, explode) = match spot.text("collectionFormat") {
        Some("multi") if is_query => (Style::Form, true),
        Some("ssv") => (Style::SpaceDelimited, false),
        Some("tsv") => (Style::TabDelimited, false),
        Some("pipes") => (Style::PipeDelimited, false),
        _ if is_query => (Style::Form, false),
        _ => (Style::Simple, false),
    };
    Encoding::Styled { style, explode }
}

/// How arrays inside the array of a parameter are serialised, from the outside in: with commas if the
/// contract does not declare it (Items Object of Swagger 2.0).
fn nested_formats(parameter: &serde_json::Value) -> Vec<Style> {
    let items = |schema: &serde_json::Value| schema.get("items").cloned();
    let mut nested = Vec::new();
    let mut at = items(parameter);
    while let Some(schema) = at {
        if schema.get("type").and_then(serde_json::Value::as_str) != Some("array") {
            break;
        }
        let format = schema.get("collectionFormat");
        nested.push(match format.and_then(serde_json::Value::as_str) {
            Some("ssv") => Style::SpaceDelimited,
            Some("tsv") => Style::TabDelimited,
            Some("pipes") => Style::PipeDelimited,
            _ => Style::Simple,
        });
        at = items(&schema);
    }
    nested
}
