//! Parameters of operations, and how their values are serialised.

use std::fmt;

use crate::schema::{NodeId, Place};

/// A parameter of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// The name.
    pub name: String,
    /// Where it is.
    pub place: ParameterPlace,
    /// Where the contract's documents describe it.
    pub declared: Option<Place>,
    /// Whether it is required.
    pub required: bool,
    /// Whether the contract deprecates it.
    pub deprecated: bool,
    /// Whether it may be sent without a value (`allowEmptyValue`).
    pub allow_empty: bool,
    /// Whether reserved characters may appear unescaped in the value (`allowReserved`).
    pub allow_reserved: bool,
    /// How its value is serialised.
    pub encoding: Encoding,
    /// How arrays inside its array are serialised, from the outside in (Swagger 2.0).
    pub nested: Vec<Style>,
    /// The schema of its value; `None` if the contract does not declare one.
    pub schema: Option<NodeId>,
}

impl Parameter {
    /// A parameter whose value is serialised in the default way for its place.
    #[must_use]
    pub fn new(name: &str, place: ParameterPlace, schema: Option<NodeId>) -> Self {
        Self {
            name: name.to_owned(),
            place,
            declared: None,
            required: place == ParameterPlace::Path,
            deprecated: false,
            allow_empty: false,
            allow_reserved: false,
            encoding: Encoding::usual(place),
            nested: Vec::new(),
            schema,
        }
    }
}

/// Where a parameter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ParameterPlace {
    /// In the path.
    Path,
    /// In the query string.
    Query,
    /// In a header.
    Header,
    /// In a cookie.
    Cookie,
    /// In a form (`formData` of Swagger 2.0), which is the body.
    Form,
}

impl fmt::Display for ParameterPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
            Self::Cookie => "cookie",
            Self::Form => "form",
        })
    }
}

/// How the value of a parameter is serialised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As text; arrays and objects in a style of RFC 6570 or of OpenAPI's own.
    Styled {
        /// The style.
        style: Style,
        /// Whether each element or member is a separate pair.
        explode: bool,
    },
    /// As JSON text (`content` with a JSON media type).
    Json,
    /// In a media type that is not parsed.
    Other,
}

impl Encoding {
    /// The default if the contract does not declare the encoding (OpenAPI 3.1.1, Parameter Object).
    #[must_use]
    pub const fn usual(place: ParameterPlace) -> Self {
        match place {
            ParameterPlace::Path | ParameterPlace::Header => Self::Styled {
                style: Style::Simple,
                explode: false,
            },
            ParameterPlace::Query | ParameterPlace::Cookie | ParameterPlace::Form => Self::Styled {
                style: Style::Form,
                explode: true,
            },
        }
    }
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Styled { style, explode } => {
                write!(f, "style {}, explode {explode}", style.name())
            }
            Self::Json => f.write_str("JSON text"),
            Self::Other => f.write_str("another media type"),
        }
    }
}

/// The styles of OpenAPI 3.1.1, "Style Values", and the tab-separated values of Swagger 2.0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// `;color=blue`
    Matrix,
    /// `.blue`
    Label,
    /// `blue,black`
    Simple,
    /// `color=blue,black`
    Form,
    /// `color=blue%20black`
    SpaceDelimited,
    /// `color=blue|black`
    PipeDelimited,
    /// `color[R]=100`
    DeepObject,
    /// `color=blue%09black`
    TabDelimited,
}

impl Style {
    /// The style with this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "matrix" => Self::Matrix,
            "label" => Self::Label,
            "simple" => Self::Simple,
            // The cookie style of OpenAPI 3.2 differs only in percent-encoding.
            "form" | "cookie" => Self::Form,
            "spaceDelimited" => Self::SpaceDelimited,
            "pipeDelimited" => Self::PipeDelimited,
            "deepObject" => Self::DeepObject,
            _ => return None,
        })
    }

    /// The name of the style, as contracts write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Matrix => "matrix",
            Self::Label => "label",
            Self::Simple => "simple",
            Self::Form => "form",
            Self::SpaceDelimited => "spaceDelimited",
            Self::PipeDelimited => "pipeDelimited",
            Self::DeepObject => "deepObject",
            Self::TabDelimited => "tsv",
        }
    }

    /// The prefix that the style puts before a scalar, if any.
    #[must_use]
    pub const fn frames(self) -> &'static str {
        match self {
            Self::Matrix => ";",
            Self::Label => ".",
            _ => "",
        }
    }

    /// The separator of the elements of an array, decoded; `None` if each element is a separate pair.
    #[must_use]
    pub const fn separator(self, explode: bool) -> Option<&'static str> {
        match (self, explode) {
            (Self::Form | Self::SpaceDelimited | Self::PipeDelimited | Self::Matrix, true)
            | (Self::DeepObject, _) => None,
            (Self::Simple, _) | (Self::Form | Self::Matrix | Self::Label, false) => Some(","),
            (Self::Label, true) => Some("."),
            (Self::SpaceDelimited, false) => Some(" "),
            (Self::PipeDelimited, false) => Some("|"),
            (Self::TabDelimited, _) => Some("\t"),
        }
    }

    /// Whether `explode` is true if the contract does not declare it.
    #[must_use]
    pub const fn explodes(self) -> bool {
        matches!(self, Self::Form)
    }
}
