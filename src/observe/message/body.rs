//! Bodies: whether a message may have one, and which of several schemas it fits.

use crate::contract::Media;
use crate::json::Value;
use crate::location::Side;
use crate::observe::routing::fit::Fit;
use crate::schema::{Graph, NodeId};

/// Why a body is not compared with a schema.
pub(crate) enum Said {
    NoSchema,
    OtherMediaType,
}

/// What a body is compared with.
pub(crate) struct Wanted<'c> {
    /// The schemas of JSON values that it may match.
    pub(crate) schemas: Vec<NodeId>,
    /// The declared media type that covers the body's.
    pub(crate) media: Option<&'c Media>,
    /// Why it is not compared, if it is not.
    pub(crate) said: Said,
}

/// The schema that a value fits best.
pub(crate) fn best_fit(graph: &Graph, schemas: &[NodeId], side: Side, value: Value<'_>) -> NodeId {
    let mut best = (schemas[0], None);
    for &schema in schemas.iter().filter(|_| schemas.len() > 1) {
        let fit = Fit::of_variant(graph, schema, Some(side), value);
        if best.1.is_none_or(|known| fit.compare(known).is_gt()) {
            best = (schema, Some(fit));
        }
    }
    best.0
}

/// Whether a message of the operation may have a body (RFC 9110 sections 6.4.1, 9.3.2 and 15.3.6).
pub(crate) fn allows_body(method: &str, status: Option<u16>) -> bool {
    let is_answer_to_head = method == "HEAD" && status.is_some();
    !is_answer_to_head && !matches!(status, Some(204 | 205 | 304 | 100..=199))
}
