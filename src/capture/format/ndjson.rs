//! One JSON document per line.

use crate::capture::by_line::Context;
use crate::capture::{Body, Exchange, Sink};
use crate::location::Origin;

/// Emits a line as a payload. The sink finds out whether it is JSON.
pub(super) fn read(line: &[u8], origin: Origin, context: &Context, sink: &mut dyn Sink) -> u64 {
    let body = Body::verbatim(line, origin);
    sink.exchange(Exchange::bare(body, context.hint.clone()));
    1
}
