//! Every rule: its id, its levels, its documentation.

use std::fmt;

use crate::error::{Error, ErrorKind, Result, closest};
use crate::location::Side;

/// How serious a finding is.
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
    /// The contract is violated.
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

/// A rule, declared statically.
#[derive(Debug)]
pub struct Rule {
    /// The id, such as `undeclared-property`.
    pub(crate) id: &'static str,
    /// The version that introduced the rule.
    pub(crate) since: &'static str,
    /// The default level for what a client sends.
    pub(crate) request: Level,
    /// The default level for what a server sends, and for findings without a side.
    pub(crate) response: Level,
    /// What the rule reports, in one line.
    pub(crate) summary: &'static str,
    /// The documentation: Markdown with an example that a test runs.
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
    /// If there is no such rule. The message suggests the closest id.
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

/// Two rules are equal if their ids are.
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
    MALFORMED_JSON = "malformed-json", since "0.1.0", request Error, response Error, "a payload is not valid JSON";
    MALFORMED_BODY = "malformed-body", since "0.1.0", request Error, response Error, "a form, XML document or other body is not what its media type says";
    ELEMENT_NAME = "element-name", since "0.1.0", request Error, response Error, "an XML element has another name than the contract says";
    CHARSET = "charset", since "0.1.0", request Info, response Info, "a body names a charset that is unknown, or that its content cannot have";
    DUPLICATE_KEY = "duplicate-key", since "0.1.0", request Warning, response Warning, "a key is repeated in one object";
    CONTENT_LENGTH = "content-length", since "0.1.0", request Warning, response Warning, "the Content-Length header differs from the length of the body";
    CAPTURE_ENCODING = "capture-encoding", since "0.1.0", request Info, response Info, "the capture mislabels the encoding of a body";
    CONTENT_ENCODING = "content-encoding", since "0.1.0", request Info, response Info, "a message names a content coding that is unknown or that its body does not have";
    UNKNOWN_OPERATION = "unknown-operation", since "0.1.0", request Warning, response Warning, "the path of a request matches no operation";
    FOREIGN_HOST = "foreign-host", since "0.1.0", request Info, response Info, "requests go to hosts that the contract does not cover";
    UNDECLARED_METHOD = "undeclared-method", since "0.1.0", request Error, response Error, "a request uses a method that is not declared for its path";
    UNDECLARED_QUERY_PARAMETER = "undeclared-query-parameter", since "0.1.0", request Warning, response Warning, "a request has a query parameter that the operation does not declare";
    PARAMETER_VALUE = "parameter-value", since "0.1.0", request Error, response Error, "the value of a parameter violates its schema";
    MISSING_PARAMETER = "missing-parameter", since "0.1.0", request Error, response Error, "a required parameter is missing from a request";
    MISSING_CREDENTIALS = "missing-credentials", since "0.1.0", request Warning, response Warning, "a request lacks the credentials that its operation requires";
    WRONG_CREDENTIALS = "wrong-credentials", since "0.1.0", request Error, response Error, "a request has credentials of a kind that its operation does not accept";
    REFUSED_REQUEST = "refused-request", since "0.1.0", request Info, response Info, "the server rejected a request that violates the contract";
    UNDECLARED_STATUS = "undeclared-status", since "0.1.0", request Warning, response Warning, "a response has a status that the operation does not declare";
    MISSING_HEADER = "missing-header", since "0.1.0", request Error, response Error, "a required header is missing from a response";
    HEADER_VALUE = "header-value", since "0.1.0", request Error, response Error, "the value of a response header violates its schema";
    UNDECLARED_HEADER = "undeclared-header", since "0.1.0", request Info, response Info, "a response has a header of the API that the operation does not declare";
    NOT_ACCEPTABLE = "not-acceptable", since "0.1.0", request Info, response Info, "a request accepts no media type that its operation answers with";
    STATUS_BODY = "status-body", since "0.1.0", request Info, response Info, "a response has a body although its status or method allows none";
    MISSING_LOCATION = "missing-location", since "0.1.0", request Info, response Info, "a 201 response lacks the Location header that the contract declares";
    UNMATCHED_LINK = "unmatched-link", since "0.1.0", request Info, response Info, "a link in a header leads to a path that matches no operation";
    PROBLEM_DETAILS = "problem-details", since "0.1.0", request Info, response Info, "problem details without a schema violate RFC 9457";
    NO_SCHEMA = "no-schema", since "0.1.0", request Info, response Info, "the contract has no schema for a payload, so the payload is not checked";
    UNEXPECTED_BODY = "unexpected-body", since "0.1.0", request Warning, response Warning, "a message has a body, but the contract declares none";
    MISSING_BODY = "missing-body", since "0.1.0", request Error, response Warning, "a message has no body, but the contract declares one";
    BODY_LEFT_OUT = "body-left-out", since "0.1.0", request Info, response Info, "the capture does not contain a body that was sent";
    MEDIA_TYPE = "media-type", since "0.1.0", request Warning, response Warning, "a payload has a media type that the contract does not declare";
    UNMATCHED_PAYLOAD = "unmatched-payload", since "0.1.0", request Warning, response Warning, "a payload without a method and URL matches no operation";
    AMBIGUOUS_OPERATION = "ambiguous-operation", since "0.1.0", request Info, response Info, "a payload without a method and URL matches several operations equally well";
    OTHER_VERSION = "other-version", since "0.1.0", request Info, response Info, "a payload matches another version of the contract";
    MISSING_PROPERTY = "missing-property", since "0.1.0", request Error, response Error, "a required property is missing";
    UNDECLARED_PROPERTY = "undeclared-property", since "0.1.0", request Warning, response Warning, "an open object has a property that no schema declares";
    CLOSED_OBJECT = "closed-object", since "0.1.0", request Error, response Error, "an object that allows only declared properties has another property";
    READ_ONLY_PROPERTY = "read-only-property", since "0.1.0", request Warning, response Off, "a read-only property was sent in a request";
    WRITE_ONLY_PROPERTY = "write-only-property", since "0.1.0", request Off, response Warning, "a write-only property was returned in a response";
    PROPERTY_NAME = "property-name", since "0.1.0", request Error, response Error, "a key violates the schema for property names";
    UNSEEN_PROPERTY = "unseen-property", since "0.1.0", request Info, response Info, "a declared property was never seen";
    WRONG_TYPE = "wrong-type", since "0.1.0", request Error, response Error, "a value has the wrong type";
    ENUM_VALUE = "enum-value", since "0.1.0", request Error, response Error, "a value is not in its enum";
    OPEN_ENUM_VALUE = "open-enum-value", since "0.1.0", request Warning, response Warning, "a string is not one of the values that an open enum lists";
    UNSEEN_ENUM_VALUE = "unseen-enum-value", since "0.1.0", request Info, response Info, "enum values were never seen";
    CONST_VALUE = "const-value", since "0.1.0", request Error, response Error, "a value differs from the required constant";
    FORMAT_VIOLATION = "format-violation", since "0.1.0", request Error, response Error, "a string is not valid for its format";
    FORMAT_SPELLING = "format-spelling", since "0.1.0", request Info, response Info, "a value is valid for its format, but written differently than in the contract";
    UNDECIDED_PATTERN = "undecided-pattern", since "0.1.0", request Error, response Error, "matching a string against its pattern exceeded the step limit";
    PATTERN_VIOLATION = "pattern-violation", since "0.1.0", request Error, response Error, "a string does not match its pattern";
    NUMBER_BOUNDS = "number-bounds", since "0.1.0", request Error, response Error, "a number is out of bounds";
    LENGTH_BOUNDS = "length-bounds", since "0.1.0", request Error, response Error, "a string, array or object is too short or too long";
    DUPLICATE_ITEMS = "duplicate-items", since "0.1.0", request Error, response Error, "an array whose items must be unique contains duplicates";
    CONTAINS_COUNT = "contains-count", since "0.1.0", request Error, response Error, "an array contains too few or too many matching items";
    EXCLUDED_VALUE = "excluded-value", since "0.1.0", request Error, response Error, "a value is excluded by its schema";
    SEVERAL_VARIANTS = "several-variants", since "0.1.0", request Error, response Error, "a value matches several variants, but only one is allowed";
    LOOSER_VARIANT = "looser-variant", since "0.1.0", request Warning, response Warning, "only a looser variant accepts an object that looks like another variant";
    SCHEMA_VIOLATION = "schema-violation", since "0.1.0", request Error, response Error, "a value violates a keyword that has no rule of its own";
    DANGLING_REFERENCE = "dangling-reference", since "0.1.0", request Error, response Error, "a reference in the contract cannot be resolved";
    REFERENCE_CYCLE = "reference-cycle", since "0.1.0", request Error, response Error, "a schema in the contract refers to itself for the same value";
    INVALID_KEYWORD = "invalid-keyword", since "0.1.0", request Error, response Error, "a keyword in the contract has an invalid value";
    UNKNOWN_KEYWORD = "unknown-keyword", since "0.1.0", request Info, response Info, "a schema in the contract has a keyword that its dialect does not define";
    CONTRACT_STRUCTURE = "contract-structure", since "0.1.0", request Error, response Error, "a part of the contract outside its schemas is invalid";
    INDISTINGUISHABLE_OPERATIONS = "indistinguishable-operations", since "0.1.0", request Error, response Error, "two operations in the contract match the same requests";
    UNSATISFIABLE_SCHEMA = "unsatisfiable-schema", since "0.1.0", request Error, response Error, "no value can match a schema in the contract";
    UNTAGGED_VARIANTS = "untagged-variants", since "0.1.0", request Info, response Info, "only the discriminator distinguishes the variants of a union";
    EXAMPLE_MISMATCH = "example-mismatch", since "0.1.0", request Warning, response Warning, "an example or default in the contract violates its own schema";
    UNDECLARED_REQUIRED = "undeclared-required", since "0.1.0", request Warning, response Warning, "a schema in the contract requires a property that it does not declare";
    IDLE_KEYWORD = "idle-keyword", since "0.1.0", request Warning, response Warning, "a keyword in the contract has no effect";
    PLACEHOLDER = "placeholder", since "0.1.0", request Info, response Info, "a value is a placeholder";
    UNUSED_IGNORE = "unused-ignore", since "0.1.0", request Warning, response Warning, "an ignore matches nothing or has expired";
    DRIFT_OPERATION = "drift-operation", since "0.1.0", request Warning, response Warning, "an operation is requested in one period only";
    DRIFT_STATUS = "drift-status", since "0.1.0", request Warning, response Warning, "a status has another share of the responses than before";
    DRIFT_PRESENCE = "drift-presence", since "0.1.0", request Warning, response Warning, "a property, parameter or header is there more or less often than before";
    DRIFT_TYPE = "drift-type", since "0.1.0", request Warning, response Warning, "values have other types or formats than before";
    DRIFT_VALUES = "drift-values", since "0.1.0", request Warning, response Warning, "values have other shares than before";
    DRIFT_RANGE = "drift-range", since "0.1.0", request Info, response Info, "numbers or lengths are distributed differently than before";
    OPERATION_ADDED = "operation-added", since "0.1.0", request Info, response Info, "an operation was added";
    OPERATION_REMOVED = "operation-removed", since "0.1.0", request Error, response Error, "an operation was removed";
    OPERATION_REPLACED = "operation-replaced", since "0.1.0", request Error, response Error, "an operation was replaced by other operations";
    METHOD_CHANGED = "method-changed", since "0.1.0", request Error, response Error, "the method of an operation changed";
    PATH_CHANGED = "path-changed", since "0.1.0", request Error, response Error, "the path of operations changed";
    NOTE_CHANGED = "note-changed", since "0.1.0", request Warning, response Warning, "the description of behaviour that no schema expresses changed";
    DEPRECATION_ADDED = "deprecation-added", since "0.1.0", request Info, response Info, "something was marked as deprecated";
    DEPRECATION_REMOVED = "deprecation-removed", since "0.1.0", request Info, response Info, "something is no longer marked as deprecated";
    SECURITY_NARROWED = "security-narrowed", since "0.1.0", request Error, response Error, "requests need more authorization";
    SECURITY_WIDENED = "security-widened", since "0.1.0", request Info, response Info, "requests need less authorization";
    SECURITY_CHANGED = "security-changed", since "0.1.0", request Error, response Error, "requests need a different authorization";
    PARAMETER_ADDED = "parameter-added", since "0.1.0", request Error, response Error, "a parameter was added";
    PARAMETER_REMOVED = "parameter-removed", since "0.1.0", request Warning, response Warning, "a parameter was removed";
    PARAMETER_REQUIRED = "parameter-required", since "0.1.0", request Error, response Info, "a parameter became required";
    PARAMETER_OPTIONAL = "parameter-optional", since "0.1.0", request Info, response Error, "a parameter became optional";
    PARAMETER_ENCODING = "parameter-encoding", since "0.1.0", request Error, response Error, "the encoding of a parameter changed";
    BODY_ADDED = "body-added", since "0.1.0", request Error, response Info, "a body was added";
    BODY_REMOVED = "body-removed", since "0.1.0", request Warning, response Error, "a body was removed";
    BODY_REQUIRED = "body-required", since "0.1.0", request Error, response Info, "a request body became required";
    BODY_OPTIONAL = "body-optional", since "0.1.0", request Info, response Error, "a request body became optional";
    MEDIA_TYPE_ADDED = "media-type-added", since "0.1.0", request Info, response Warning, "a media type was added to a body";
    MEDIA_TYPE_REMOVED = "media-type-removed", since "0.1.0", request Error, response Error, "a media type was removed from a body";
    BODY_ENCODING = "body-encoding", since "0.1.0", request Error, response Error, "the encoding of form properties changed";
    STATUS_ADDED = "status-added", since "0.1.0", request Warning, response Warning, "a response status was added";
    STATUS_REMOVED = "status-removed", since "0.1.0", request Error, response Error, "a response status was removed";
    LINK_ADDED = "link-added", since "0.1.0", request Info, response Info, "a response link was added";
    LINK_REMOVED = "link-removed", since "0.1.0", request Warning, response Warning, "a response link was removed";
    LINK_CHANGED = "link-changed", since "0.1.0", request Warning, response Warning, "a response link changed";
    OPERATION_ID_CHANGED = "operation-id-changed", since "0.1.0", request Info, response Info, "the operationId of an operation changed";
    SERVER_ADDED = "server-added", since "0.1.0", request Info, response Info, "a server was added to the contract";
    SERVER_REMOVED = "server-removed", since "0.1.0", request Warning, response Warning, "a server was removed from the contract";
    XML_CHANGED = "xml-changed", since "0.1.0", request Error, response Error, "a value is written in another way in XML";
    CONTENT_CHANGED = "content-changed", since "0.1.0", request Warning, response Warning, "the content encoding or content media type of strings changed";
    HEADER_ADDED = "header-added", since "0.1.0", request Info, response Info, "a response header was added";
    HEADER_REMOVED = "header-removed", since "0.1.0", request Error, response Error, "a response header was removed";
    HEADER_REQUIRED = "header-required", since "0.1.0", request Error, response Info, "a response header is now always sent";
    HEADER_OPTIONAL = "header-optional", since "0.1.0", request Info, response Error, "a response header is no longer always sent";
    SCHEMA_ADDED = "schema-added", since "0.1.0", request Warning, response Info, "a schema was added where there was none";
    SCHEMA_REMOVED = "schema-removed", since "0.1.0", request Info, response Warning, "a schema was removed without a replacement";
    PROPERTY_ADDED = "property-added", since "0.1.0", request Error, response Warning, "a property was added";
    PROPERTY_REMOVED = "property-removed", since "0.1.0", request Error, response Error, "a property was removed";
    PROPERTY_RENAMED = "property-renamed", since "0.1.0", request Error, response Error, "a property was probably renamed";
    PROPERTIES_MOVED = "properties-moved", since "0.1.0", request Error, response Error, "properties probably moved to another place in the payload";
    ENVELOPE_REMOVED = "envelope-removed", since "0.1.0", request Error, response Error, "a value is probably no longer wrapped in an object";
    ENVELOPE_ADDED = "envelope-added", since "0.1.0", request Error, response Error, "a value is probably wrapped in an object now";
    PROPERTY_REQUIRED = "property-required", since "0.1.0", request Error, response Info, "a property became required";
    PROPERTY_OPTIONAL = "property-optional", since "0.1.0", request Info, response Error, "a property became optional";
    TYPE_NARROWED = "type-narrowed", since "0.1.0", request Error, response Info, "fewer types are allowed";
    TYPE_WIDENED = "type-widened", since "0.1.0", request Info, response Error, "more types are allowed";
    TYPE_CHANGED = "type-changed", since "0.1.0", request Error, response Error, "the type of a value changed";
    NULL_REMOVED = "null-removed", since "0.1.0", request Error, response Info, "null is no longer allowed";
    NULL_ADDED = "null-added", since "0.1.0", request Info, response Error, "null is now allowed";
    ENUM_VALUE_REMOVED = "enum-value-removed", since "0.1.0", request Error, response Info, "values were removed from an enum";
    ENUM_VALUE_ADDED = "enum-value-added", since "0.1.0", request Info, response Warning, "values were added to an enum";
    ENUM_ADDED = "enum-added", since "0.1.0", request Error, response Info, "values are now limited to an enum";
    ENUM_REMOVED = "enum-removed", since "0.1.0", request Info, response Warning, "values are no longer limited to an enum";
    BOUNDS_NARROWED = "bounds-narrowed", since "0.1.0", request Error, response Info, "the bounds of numbers became narrower";
    BOUNDS_WIDENED = "bounds-widened", since "0.1.0", request Info, response Warning, "the bounds of numbers became wider";
    BOUNDS_CHANGED = "bounds-changed", since "0.1.0", request Error, response Warning, "the bounds of numbers changed";
    LENGTH_NARROWED = "length-narrowed", since "0.1.0", request Error, response Info, "the limits on lengths became narrower";
    LENGTH_WIDENED = "length-widened", since "0.1.0", request Info, response Warning, "the limits on lengths became wider";
    PATTERN_NARROWED = "pattern-narrowed", since "0.1.0", request Error, response Info, "a pattern was added or became narrower";
    PATTERN_WIDENED = "pattern-widened", since "0.1.0", request Info, response Warning, "a pattern was removed or became wider";
    PATTERN_CHANGED = "pattern-changed", since "0.1.0", request Error, response Warning, "the pattern of strings changed";
    FORMAT_NARROWED = "format-narrowed", since "0.1.0", request Error, response Info, "a format was added or became narrower";
    FORMAT_WIDENED = "format-widened", since "0.1.0", request Info, response Warning, "a format was removed or became wider";
    FORMAT_CHANGED = "format-changed", since "0.1.0", request Error, response Warning, "the format of values changed";
    OBJECT_CLOSED = "object-closed", since "0.1.0", request Error, response Info, "an object no longer allows undeclared properties";
    OBJECT_OPENED = "object-opened", since "0.1.0", request Info, response Warning, "an object now allows undeclared properties";
    VARIANT_ADDED = "variant-added", since "0.1.0", request Info, response Warning, "a variant was added to a union";
    VARIANT_REMOVED = "variant-removed", since "0.1.0", request Error, response Info, "a variant was removed from a union";
    CONSTRAINT_NARROWED = "constraint-narrowed", since "0.1.0", request Error, response Info, "a keyword without a rule of its own became stricter";
    CONSTRAINT_WIDENED = "constraint-widened", since "0.1.0", request Info, response Warning, "a keyword without a rule of its own became less strict";
    CONSTRAINT_CHANGED = "constraint-changed", since "0.1.0", request Error, response Warning, "a keyword without a rule of its own changed";
    READ_ONLY_ADDED = "read-only-added", since "0.1.0", request Warning, response Info, "a property became read-only or write-only";
    READ_ONLY_REMOVED = "read-only-removed", since "0.1.0", request Info, response Info, "a property is no longer read-only or write-only";
    DEFAULT_CHANGED = "default-changed", since "0.1.0", request Warning, response Info, "the default of a value changed";
    DISCRIMINATOR_CHANGED = "discriminator-changed", since "0.1.0", request Warning, response Warning, "the discriminator property or its values changed";
}
