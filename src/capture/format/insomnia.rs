//! Exports of Insomnia, which hold no responses: version 4 in JSON or YAML (`_type: export` with `resources`) and
//! version 5 in YAML (`type: collection.insomnia.rest/5.0` with `collection`, a tree of folders).
//!
//! Each request is counted. Workspaces, folders, environments and cookies are ignored.

use crate::capture::record::{Lists, Record, text};
use crate::capture::{Hint, Sink, Unused};
use crate::json::Value;

/// Where resources are.
pub(super) const LISTS: Lists = &[&["resources"], &["collection"]];

/// Folders in folders that are looked at.
const DEEPEST: usize = 64;

/// Counts the requests of an entry.
pub(super) fn read(record: &Record<'_>, _: &Hint, sink: &mut dyn Sink) -> u64 {
    count(record, record.root(), DEEPEST, sink);
    0
}

fn count(record: &Record<'_>, item: Value<'_>, depth: usize, sink: &mut dyn Sink) {
    let kind = text(item, "_type");
    let is_request = match kind.as_deref() {
        Some(kind) => kind == "request",
        None => item.get("method").is_some() && item.get("url").is_some(),
    };
    if is_request {
        sink.unused(Unused::NoResponse, &record.at(item));
    }
    let Some(depth) = depth.checked_sub(1) else {
        return sink.problem(record.problem(item, "folders are nested too deeply"));
    };
    for child in item.get("children").into_iter().flat_map(Value::elements) {
        count(record, child, depth, sink);
    }
}
