//! The streaming walk: from the bytes of a payload to what is learnt from it, in one pass.
//!
//! The schema graph is compiled on demand, place by place, into the walk's own node table ([`slot`]). The
//! text between two values is learnt, and then compared with the input at once ([`walk`]). Findings are
//! counted directly ([`counter`]); only a place that a report may show is located again, on a tape. A value
//! whose schemas are not streamed is walked on a tape by [`super::walk`], and so is a payload that is not
//! JSON or repeats a key. That walk is the reference, and both learn the same from every payload.

mod count;
mod lex;
mod program;
mod run;
mod streamed;
mod streams;

pub(super) use count::measure::Scales;
pub use streams::Acceptor;
pub(super) use streams::{Settled, Streams};

/// The length with quotes of the date-time at the start of a text, if it has the most common form, and
/// whether its offset is `+00:00` rather than `Z`.
#[inline]
pub(crate) fn usual_time(text: &[u8]) -> Option<(usize, bool)> {
    let (length, offset) = lex::time::plain(text)?;
    Some((length, offset == lex::time::Offset::Zero))
}
