//! What OpenAPI cannot express about a contract of Rust types, as extensions (`x-…`, OpenAPI 3.1.1,
//! "Specification Extensions"). Other tools ignore them.

/// The name of the contract, in the Info Object. The title is a description.
pub(super) const NAME: &str = "x-wiredrift-name";

/// Behaviour that no schema expresses: a list of texts, at the root and in an operation.
pub(super) const NOTES: &str = "x-wiredrift-notes";

/// Operations of another version that an operation replaces: objects with `version`, `operation` and
/// `what`.
pub(super) const REPLACES: &str = "x-wiredrift-replaces";

/// Any query parameter is allowed: `true`, in an operation.
pub(super) const OPEN_QUERY: &str = "x-wiredrift-open-query";

/// Nothing is known about a body, not even whether there is one: `true`, in a request body or a response.
pub(super) const UNDOCUMENTED: &str = "x-wiredrift-undocumented";

/// The body has this schema for any JSON media type: `true`, in a Media Type Object.
pub(super) const ANY_JSON: &str = "x-wiredrift-any-json";

/// The contract does not describe a path parameter: `true`. OpenAPI requires its declaration.
pub(super) const UNDECLARED: &str = "x-wiredrift-undeclared";

/// Nothing is known about the values of a parameter: `true`. OpenAPI requires a schema.
pub(super) const UNTYPED: &str = "x-wiredrift-untyped";
