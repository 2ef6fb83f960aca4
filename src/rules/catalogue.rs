//! Every rule: its id, its levels, its documentation.

use std::fmt;

use crate::error::{Error, ErrorKind, Result, closest};
use crate::location::Side;

/// How grave a finding is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// Not reported.
    Off,
    /// Worth knowing.
    Info,
    /// Drift: nothing is broken yet.
    Warning,
    /// The contract is broken.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        })
    }
}

/// A rule: a static declaration.
#[derive(Debug)]
pub struct Rule {
    /// The id, such as `undeclared-property`.
    pub(crate) id: &'static str,
    /// The version that brought the rule.
    pub(crate) since: &'static str,
    /// The default level for what a client sends.
    pub(crate) request: Level,
    /// The default level for what a server sends, and for what is on no side.
    pub(crate) response: Level,
    /// What the rule is about, in one line.
    pub(crate) summary: &'static str,
    /// The documentation, Markdown with an example that a test runs.
    pub(crate) doc: &'static str,
}

impl Rule {
    /// The default level on a side.
    #[must_use]
    pub(crate) const fn level(&self, side: Option<Side>) -> Level {
        match side {
            Some(Side::Request) => self.request,
            Some(Side::Response) | None => self.response,
        }
    }

    /// The rule with this id.
    ///
    /// # Errors
    ///
    /// When there is none; the message names the closest.
    pub fn find(id: &str) -> Result<&'static Self> {
        CATALOGUE
            .iter()
            .copied()
            .find(|rule| rule.id == id)
            .ok_or_else(|| {
                let near = closest(id, CATALOGUE.iter().map(|rule| rule.id));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => "`wiredrift explain` lists the rules".to_owned(),
                };
                Error::new(
                    ErrorKind::Unknown,
                    format!("no rule is called `{id}`; {help}"),
                )
            })
    }
}

/// Two rules are the same when their ids are.
impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id
    }
}

impl Eq for Rule {}

macro_rules! rules {
    ($($name:ident = $id:literal, since $since:literal, request $request:ident, response $response:ident, $summary:literal;)*) => {
        $(
            #[doc = $summary]
            pub static $name: Rule = Rule {
                id: $id,
                since: $since,
                request: Level::$request,
                response: Level::$response,
                summary: $summary,
                doc: include_str!(concat!("../../docs/rules/", $id, ".md")),
            };
        )*

        /// Every rule, in the order of the documentation.
        pub static CATALOGUE: &[&Rule] = &[$(&$name),*];
    };
}

rules! {
    MALFORMED_JSON = "malformed-json", since "0.1.0", request Error, response Error, "a payload is not JSON";
    DUPLICATE_KEY = "duplicate-key", since "0.1.0", request Warning, response Warning, "a key stands twice in one object";
    CONTENT_LENGTH = "content-length", since "0.1.0", request Warning, response Warning, "the Content-Length header does not say the length of the body";
    CAPTURE_ENCODING = "capture-encoding", since "0.1.0", request Info, response Info, "a capture encodes a body in another way than it says";
    UNKNOWN_OPERATION = "unknown-operation", since "0.1.0", request Warning, response Warning, "a request goes to a path that no operation has";
    FOREIGN_HOST = "foreign-host", since "0.1.0", request Info, response Info, "requests go to hosts that the contract is not about";
    UNDECLARED_METHOD = "undeclared-method", since "0.1.0", request Error, response Error, "a request uses a method that its path does not have";
    UNDECLARED_QUERY_PARAMETER = "undeclared-query-parameter", since "0.1.0", request Warning, response Warning, "a request has a query parameter that the operation does not declare";
    PARAMETER_VALUE = "parameter-value", since "0.1.0", request Error, response Error, "the value of a parameter breaks its schema";
    MISSING_PARAMETER = "missing-parameter", since "0.1.0", request Error, response Error, "a request lacks a required parameter";
    REFUSED_REQUEST = "refused-request", since "0.1.0", request Info, response Info, "a request that breaks the contract was rejected by the server";
    UNDECLARED_STATUS = "undeclared-status", since "0.1.0", request Warning, response Warning, "a response has a status that the operation does not declare";
    NO_SCHEMA = "no-schema", since "0.1.0", request Info, response Info, "the contract has no schema for a payload, so nothing is said of it";
    UNEXPECTED_BODY = "unexpected-body", since "0.1.0", request Warning, response Warning, "there is a body where the contract has none";
    MISSING_BODY = "missing-body", since "0.1.0", request Error, response Warning, "there is no body where the contract has one";
    BODY_LEFT_OUT = "body-left-out", since "0.1.0", request Info, response Info, "the capture does not hold a body that was sent";
    MEDIA_TYPE = "media-type", since "0.1.0", request Warning, response Warning, "a payload has a media type that the contract does not declare";
    UNMATCHED_PAYLOAD = "unmatched-payload", since "0.1.0", request Warning, response Warning, "a payload without method and URL fits no operation";
    AMBIGUOUS_OPERATION = "ambiguous-operation", since "0.1.0", request Info, response Info, "a payload without method and URL fits several operations equally";
    OTHER_VERSION = "other-version", since "0.1.0", request Info, response Info, "a payload speaks another version of the contract";
    MISSING_PROPERTY = "missing-property", since "0.1.0", request Error, response Error, "a required property is not there";
    UNDECLARED_PROPERTY = "undeclared-property", since "0.1.0", request Warning, response Warning, "an open object has a property that no schema names";
    CLOSED_OBJECT = "closed-object", since "0.1.0", request Error, response Error, "an object that takes declared properties only has another";
    READ_ONLY_PROPERTY = "read-only-property", since "0.1.0", request Warning, response Off, "a read-only property was sent in a request";
    WRITE_ONLY_PROPERTY = "write-only-property", since "0.1.0", request Off, response Warning, "a write-only property was returned in a response";
    PROPERTY_NAME = "property-name", since "0.1.0", request Error, response Error, "a key is not what the schema asks of keys";
    UNSEEN_PROPERTY = "unseen-property", since "0.1.0", request Info, response Info, "a declared property was never seen";
    WRONG_TYPE = "wrong-type", since "0.1.0", request Error, response Error, "a value is of another type";
    ENUM_VALUE = "enum-value", since "0.1.0", request Error, response Error, "a value is none of its enum";
    OPEN_ENUM_VALUE = "open-enum-value", since "0.1.0", request Warning, response Warning, "a string is beyond what an open enum names";
    UNSEEN_ENUM_VALUE = "unseen-enum-value", since "0.1.0", request Info, response Info, "values of an enum were never seen";
    CONST_VALUE = "const-value", since "0.1.0", request Error, response Error, "a value is not the constant it has to be";
    FORMAT_VIOLATION = "format-violation", since "0.1.0", request Error, response Error, "a string is not of its format";
    FORMAT_SPELLING = "format-spelling", since "0.1.0", request Info, response Info, "values of a format are valid but spelled another way than the contract spells them";
    UNDECIDED_PATTERN = "undecided-pattern", since "0.1.0", request Error, response Error, "a string could not be compared with its pattern within bounds";
    PATTERN_VIOLATION = "pattern-violation", since "0.1.0", request Error, response Error, "a string does not match its pattern";
    NUMBER_BOUNDS = "number-bounds", since "0.1.0", request Error, response Error, "a number is out of bounds";
    LENGTH_BOUNDS = "length-bounds", since "0.1.0", request Error, response Error, "a string, array or object is too short or too long";
    DUPLICATE_ITEMS = "duplicate-items", since "0.1.0", request Error, response Error, "an array of unique items holds one twice";
    CONTAINS_COUNT = "contains-count", since "0.1.0", request Error, response Error, "an array holds too few or too many items of a kind";
    EXCLUDED_VALUE = "excluded-value", since "0.1.0", request Error, response Error, "a value is one that the schema excludes";
    SEVERAL_VARIANTS = "several-variants", since "0.1.0", request Error, response Error, "a value fits several variants where it may fit one";
    LOOSER_VARIANT = "looser-variant", since "0.1.0", request Warning, response Warning, "only a looser variant accepts an object that looks like another variant";
    SCHEMA_VIOLATION = "schema-violation", since "0.1.0", request Error, response Error, "a value breaks a keyword that has no rule of its own";
    DANGLING_REFERENCE = "dangling-reference", since "0.1.0", request Error, response Error, "a reference of the contract leads nowhere";
    REFERENCE_CYCLE = "reference-cycle", since "0.1.0", request Error, response Error, "a schema of the contract refers to itself for the same value";
    INVALID_KEYWORD = "invalid-keyword", since "0.1.0", request Error, response Error, "a keyword of the contract has an argument that it cannot have";
    UNKNOWN_KEYWORD = "unknown-keyword", since "0.1.0", request Info, response Info, "a schema of the contract has a keyword that its dialect does not know";
    CONTRACT_STRUCTURE = "contract-structure", since "0.1.0", request Error, response Error, "a part of the contract around its schemas cannot be used";
    INDISTINGUISHABLE_OPERATIONS = "indistinguishable-operations", since "0.1.0", request Error, response Error, "no request can tell two operations of the contract apart";
    UNSATISFIABLE_SCHEMA = "unsatisfiable-schema", since "0.1.0", request Error, response Error, "nothing can satisfy a schema of the contract";
    UNTAGGED_VARIANTS = "untagged-variants", since "0.1.0", request Info, response Info, "only the discriminator tells variants of a union apart";
    EXAMPLE_MISMATCH = "example-mismatch", since "0.1.0", request Warning, response Warning, "an example or default of the contract breaks its own schema";
    UNDECLARED_REQUIRED = "undeclared-required", since "0.1.0", request Warning, response Warning, "a schema of the contract requires a property that it does not declare";
    IDLE_KEYWORD = "idle-keyword", since "0.1.0", request Warning, response Warning, "a keyword of the contract cannot do anything where it stands";
    PLACEHOLDER = "placeholder", since "0.1.0", request Info, response Info, "a placeholder stands where a value should";
    OPERATION_ADDED = "operation-added", since "0.1.0", request Info, response Info, "an operation is new";
    OPERATION_REMOVED = "operation-removed", since "0.1.0", request Error, response Error, "an operation is gone";
    OPERATION_REPLACED = "operation-replaced", since "0.1.0", request Error, response Error, "other operations took over from an operation";
    METHOD_CHANGED = "method-changed", since "0.1.0", request Error, response Error, "an operation has another method";
    PATH_CHANGED = "path-changed", since "0.1.0", request Error, response Error, "operations have another path";
    NOTE_CHANGED = "note-changed", since "0.1.0", request Warning, response Warning, "behaviour that no schema shows is described another way";
    DEPRECATION_ADDED = "deprecation-added", since "0.1.0", request Info, response Info, "the contract advises against something now";
    DEPRECATION_REMOVED = "deprecation-removed", since "0.1.0", request Info, response Info, "the contract advises against something no longer";
    SECURITY_NARROWED = "security-narrowed", since "0.1.0", request Error, response Error, "requests have to be authorised by more";
    SECURITY_WIDENED = "security-widened", since "0.1.0", request Info, response Info, "requests may be authorised by less";
    SECURITY_CHANGED = "security-changed", since "0.1.0", request Error, response Error, "requests have to be authorised another way";
    PARAMETER_ADDED = "parameter-added", since "0.1.0", request Error, response Error, "a parameter is new";
    PARAMETER_REMOVED = "parameter-removed", since "0.1.0", request Warning, response Warning, "a parameter is gone";
    PARAMETER_REQUIRED = "parameter-required", since "0.1.0", request Error, response Info, "a parameter became required";
    PARAMETER_OPTIONAL = "parameter-optional", since "0.1.0", request Info, response Error, "a parameter became optional";
    PARAMETER_ENCODING = "parameter-encoding", since "0.1.0", request Error, response Error, "the encoding of a parameter changed";
    BODY_ADDED = "body-added", since "0.1.0", request Error, response Info, "there is a body where there was none";
    BODY_REMOVED = "body-removed", since "0.1.0", request Warning, response Error, "there is no body where there was one";
    BODY_REQUIRED = "body-required", since "0.1.0", request Error, response Info, "a request body became required";
    BODY_OPTIONAL = "body-optional", since "0.1.0", request Info, response Error, "a request body became optional";
    MEDIA_TYPE_ADDED = "media-type-added", since "0.1.0", request Info, response Warning, "a body may have another media type";
    MEDIA_TYPE_REMOVED = "media-type-removed", since "0.1.0", request Error, response Error, "a body may no longer have a media type";
    BODY_ENCODING = "body-encoding", since "0.1.0", request Error, response Error, "the encoding of a form's properties changed";
    STATUS_ADDED = "status-added", since "0.1.0", request Warning, response Warning, "a response may have another status";
    STATUS_REMOVED = "status-removed", since "0.1.0", request Error, response Error, "a response no longer has a status";
    LINK_ADDED = "link-added", since "0.1.0", request Info, response Info, "a link of a response is new";
    LINK_REMOVED = "link-removed", since "0.1.0", request Warning, response Warning, "a link of a response was removed";
    LINK_CHANGED = "link-changed", since "0.1.0", request Warning, response Warning, "a link of a response leads elsewhere";
    OPERATION_ID_CHANGED = "operation-id-changed", since "0.1.0", request Info, response Info, "an operation has another operationId";
    SERVER_ADDED = "server-added", since "0.1.0", request Info, response Info, "the contract names another server";
    SERVER_REMOVED = "server-removed", since "0.1.0", request Warning, response Warning, "the contract no longer names a server";
    CONTENT_CHANGED = "content-changed", since "0.1.0", request Warning, response Warning, "strings are encoded differently or hold another media type";
    HEADER_ADDED = "header-added", since "0.1.0", request Info, response Info, "a response header is new";
    HEADER_REMOVED = "header-removed", since "0.1.0", request Error, response Error, "a response header is gone";
    HEADER_REQUIRED = "header-required", since "0.1.0", request Error, response Info, "a response header is always there now";
    HEADER_OPTIONAL = "header-optional", since "0.1.0", request Info, response Error, "a response header is no longer required";
    SCHEMA_ADDED = "schema-added", since "0.1.0", request Warning, response Info, "there is a schema where there was none";
    SCHEMA_REMOVED = "schema-removed", since "0.1.0", request Info, response Warning, "there is no schema where there was one";
    PROPERTY_ADDED = "property-added", since "0.1.0", request Error, response Warning, "a property is new";
    PROPERTY_REMOVED = "property-removed", since "0.1.0", request Error, response Error, "a property is gone";
    PROPERTY_RENAMED = "property-renamed", since "0.1.0", request Error, response Error, "a property probably has another name";
    PROPERTIES_MOVED = "properties-moved", since "0.1.0", request Error, response Error, "properties probably stand in another place of the payload";
    ENVELOPE_REMOVED = "envelope-removed", since "0.1.0", request Error, response Error, "what was wrapped probably stands by itself";
    ENVELOPE_ADDED = "envelope-added", since "0.1.0", request Error, response Error, "what stood by itself is probably wrapped";
    PROPERTY_REQUIRED = "property-required", since "0.1.0", request Error, response Info, "a property became required";
    PROPERTY_OPTIONAL = "property-optional", since "0.1.0", request Info, response Error, "a property became optional";
    TYPE_NARROWED = "type-narrowed", since "0.1.0", request Error, response Info, "values are of fewer types";
    TYPE_WIDENED = "type-widened", since "0.1.0", request Info, response Error, "values are of more types";
    TYPE_CHANGED = "type-changed", since "0.1.0", request Error, response Error, "values are of another type";
    NULL_REMOVED = "null-removed", since "0.1.0", request Error, response Info, "null is no longer allowed";
    NULL_ADDED = "null-added", since "0.1.0", request Info, response Error, "null is allowed where it was not";
    ENUM_VALUE_REMOVED = "enum-value-removed", since "0.1.0", request Error, response Info, "an enum lost values";
    ENUM_VALUE_ADDED = "enum-value-added", since "0.1.0", request Info, response Warning, "an enum has new values";
    ENUM_ADDED = "enum-added", since "0.1.0", request Error, response Info, "values are listed where they were free";
    ENUM_REMOVED = "enum-removed", since "0.1.0", request Info, response Warning, "values are free where they were listed";
    BOUNDS_NARROWED = "bounds-narrowed", since "0.1.0", request Error, response Info, "numbers are held to narrower bounds";
    BOUNDS_WIDENED = "bounds-widened", since "0.1.0", request Info, response Warning, "numbers are held to wider bounds";
    BOUNDS_CHANGED = "bounds-changed", since "0.1.0", request Error, response Warning, "numbers are held to other bounds";
    LENGTH_NARROWED = "length-narrowed", since "0.1.0", request Error, response Info, "lengths are held to narrower limits";
    LENGTH_WIDENED = "length-widened", since "0.1.0", request Info, response Warning, "lengths are held to wider limits";
    PATTERN_NARROWED = "pattern-narrowed", since "0.1.0", request Error, response Info, "strings have to match more";
    PATTERN_WIDENED = "pattern-widened", since "0.1.0", request Info, response Warning, "strings have to match less";
    PATTERN_CHANGED = "pattern-changed", since "0.1.0", request Error, response Warning, "strings have to match another pattern";
    FORMAT_NARROWED = "format-narrowed", since "0.1.0", request Error, response Info, "values have to be of a format";
    FORMAT_WIDENED = "format-widened", since "0.1.0", request Info, response Warning, "values need no longer be of a format";
    FORMAT_CHANGED = "format-changed", since "0.1.0", request Error, response Warning, "values have to be of another format";
    OBJECT_CLOSED = "object-closed", since "0.1.0", request Error, response Info, "an object takes declared properties only";
    OBJECT_OPENED = "object-opened", since "0.1.0", request Info, response Warning, "an object takes more than declared properties";
    VARIANT_ADDED = "variant-added", since "0.1.0", request Info, response Warning, "a value may be of another variant";
    VARIANT_REMOVED = "variant-removed", since "0.1.0", request Error, response Info, "a value may no longer be of a variant";
    CONSTRAINT_NARROWED = "constraint-narrowed", since "0.1.0", request Error, response Info, "a keyword without rule of its own asks more";
    CONSTRAINT_WIDENED = "constraint-widened", since "0.1.0", request Info, response Warning, "a keyword without rule of its own asks less";
    CONSTRAINT_CHANGED = "constraint-changed", since "0.1.0", request Error, response Warning, "a keyword without rule of its own asks something else";
    READ_ONLY_ADDED = "read-only-added", since "0.1.0", request Warning, response Info, "a property became read-only or write-only";
    READ_ONLY_REMOVED = "read-only-removed", since "0.1.0", request Info, response Info, "a property is read-only or write-only no longer";
    DEFAULT_CHANGED = "default-changed", since "0.1.0", request Warning, response Info, "the default of a value is another";
    DISCRIMINATOR_CHANGED = "discriminator-changed", since "0.1.0", request Warning, response Warning, "the property that tells variants apart, or its values, changed";
}
