//! Traces of Playwright: the files `*.network` and `*.trace` of a trace, usually in an archive.
//!
//! Each line is an event. A `resource-snapshot` has an entry of a HAR as its `snapshot`, whose bodies are files of the
//! folder `resources` that `_sha1` names. Other events, such as actions, snapshots of pages and messages of the console, are
//! counted.

use crate::capture::by_line::Context;
use crate::capture::record::{Record, text};
use crate::capture::{Sink, Unused};
use crate::json::Value;
use crate::location::Origin;

use super::har;

/// Reads an event.
pub(super) fn read(line: &[u8], origin: Origin, context: &Context, sink: &mut dyn Sink) -> u64 {
    let record = match Record::json(line, origin) {
        Ok(record) => record.beside(context.beside.as_ref()),
        Err(problem) => {
            sink.problem(problem);
            return 0;
        }
    };
    match snapshot(record.root()) {
        Some(entry) => har::entry(&record, entry, &context.hint, sink),
        None => {
            sink.unused(Unused::NotHttp, record.origin());
            0
        }
    }
}

fn snapshot(event: Value<'_>) -> Option<Value<'_>> {
    let is_resource = text(event, "type").as_deref() == Some("resource-snapshot");
    event.get("snapshot").filter(|_| is_resource)
}

/// Whether the first event is one of a trace.
pub(super) fn is_trace(event: Value<'_>) -> bool {
    let is_start = text(event, "type").as_deref() == Some("context-options");
    let has = |key: &str| event.get(key).is_some();
    is_start && has("version") && (has("browserName") || has("origin"))
        || snapshot(event).is_some_and(|entry| entry.get("request").is_some())
}
