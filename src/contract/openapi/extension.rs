//! What OpenAPI cannot say of a contract of Rust types, as extensions (`x-…`, OpenAPI 3.1.1,
//! "Specification Extensions"). Other tools pass over them.

/// The name of the contract, in the Info Object: a title is for people.
pub(super) const NAME: &str = "x-wiredrift-name";

/// Behaviour that no schema shows: a list of texts, at the root and in an operation.
pub(super) const NOTES: &str = "x-wiredrift-notes";

/// Operations of another version that an operation replaces: objects with `version`, `operation` and
/// `what`.
pub(super) const REPLACES: &str = "x-wiredrift-replaces";

/// Any query parameter may be sent: `true`, in an operation.
pub(super) const OPEN_QUERY: &str = "x-wiredrift-open-query";

/// Nothing is known of a body, not even whether there is one: `true`, in a request body or a response.
pub(super) const UNDOCUMENTED: &str = "x-wiredrift-undocumented";

/// The body has this schema whatever JSON media type it has: `true`, in a Media Type Object.
pub(super) const ANY_JSON: &str = "x-wiredrift-any-json";

/// The contract does not describe a parameter of the path: `true`. OpenAPI asks for it all the same.
pub(super) const UNDECLARED: &str = "x-wiredrift-undeclared";

/// Nothing is known of the values of a parameter: `true`. OpenAPI asks for a schema all the same.
pub(super) const UNTYPED: &str = "x-wiredrift-untyped";
