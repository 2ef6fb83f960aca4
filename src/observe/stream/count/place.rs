//! Finds places of a payload again, by the offsets that the walk recorded.

use std::ops::Range;

use crate::capture::Body;
use crate::json::{TapeDocument, Value};

use crate::observe::walk::Taken;
use super::fault::FoundFault;
use crate::observe::stream::program::NONE;
use crate::observe::stream::program::slot::SlotStep;
use crate::observe::stream::program::table::Program;

/// Bytes around a place that an excerpt may show, with some margin.
const AROUND: usize = 1_024;

/// Up to this many findings, only the parts of a large payload around them are parsed.
const FEW: usize = 64;

/// Payloads up to this size are parsed completely.
const SMALL: usize = 64 * 1_024;

/// Parses a payload onto a tape, as far as the findings need it.
pub(crate) fn tape<'a>(body: &'a Body<'a>, findings: &[FoundFault]) -> Option<TapeDocument<'a>> {
    // What is near in a transcript may be far away in what it was read from.
    if body.bytes.len() <= SMALL || findings.len() > FEW || body.is_transcript() {
        return TapeDocument::parse(&body.bytes).ok();
    }
    let text = std::str::from_utf8(&body.bytes).ok()?;
    let mut ranges: Vec<_> = Vec::new();
    for finding in findings {
        let value = finding.value.0 as usize;
        ranges.push(value..value + 1);
        let shown = if finding.key.1 == 0 {
            finding.value.0
        } else {
            finding.key.0
        } as usize;
        ranges.push(shown.saturating_sub(AROUND)..shown + AROUND);
    }
    ranges.sort_by_key(|range| (range.start, range.end));
    // Overlapping ranges are merged, so that their ends are in order, too.
    let mut joined: Vec<Range<usize>> = Vec::new();
    for range in ranges {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    TapeDocument::around(text, &joined)
}

/// A value of a document and the steps to it.
pub(crate) struct Found<'d> {
    pub(crate) value: Value<'d>,
    pub(crate) steps: Vec<Taken<'d>>,
}

/// Finds the value of a slot by its offset.
pub(crate) fn way<'d>(
    program: &Program<'_>,
    document: &'d TapeDocument<'d>,
    slot: u32,
    offset: usize,
) -> Option<Found<'d>> {
    let mut chain = Vec::new();
    let mut at = slot;
    while at != NONE {
        let found = &program.slots[at as usize];
        if found.step != SlotStep::Same {
            chain.push(&found.step);
        }
        at = found.parent;
    }
    let mut value = document.root();
    let mut steps = Vec::with_capacity(chain.len());
    for step in chain.into_iter().rev() {
        let (taken, below) = match step {
            SlotStep::Key(_) | SlotStep::Data => {
                let (key, member) = value
                    .members()
                    .find(|(_, member)| member.span().contains(&offset))?;
                match step {
                    SlotStep::Key(_) => (Taken::Key(key), member),
                    _ => (Taken::Data(key), member),
                }
            }
            SlotStep::Index | SlotStep::Same => {
                let mut elements = value.elements().enumerate();
                let (index, element) =
                    elements.find(|(_, element)| element.span().contains(&offset))?;
                (Taken::Index(index), element)
            }
        };
        steps.push(taken);
        value = below;
    }
    Some(Found { value, steps })
}
