//! One JSON document.

use crate::json;

use super::Text;
use crate::capture::{Body, Exchange, Sink};

/// Emits the whole text as one payload. The sink finds out whether it is JSON.
pub(super) fn read(text: &Text<'_>, sink: &mut dyn Sink) -> u64 {
    let Text { bytes: text, origin, hint, .. } = *text;
    let end = json::trim_end(text).len();
    let start = end - json::trim_start(&text[..end]).len();
    let place = origin.at(origin.position.after(&text[..start]));
    sink.exchange(Exchange::bare(
        Body::verbatim(&text[start..end], place),
        hint.clone(),
    ));
    1
}
