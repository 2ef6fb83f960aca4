//! The streaming walk: from the bytes of a payload to what is learnt of it, in one pass.
//!
//! The schema graph is compiled, place by place as payloads show them, into the walk's own node table
//! ([`slot`]). What stands between two values is learnt and compared in one go with what comes ([`walk`]).
//! What is found is counted natively ([`counter`]); only a place that a report may show is looked for
//! again, on a tape. A value whose schemas are not streamed is walked on a tape by
//! [`super::walk`], and so is a payload that is not JSON or repeats a key: that walk is the
//! reference, and both learn the same of every payload.

mod count;
mod lex;
mod program;
mod run;
mod streamed;
mod streams;

pub(super) use count::measure::Scales;
pub use streams::Acceptor;
pub(super) use streams::{Settled, Streams};

/// The length with quotes of the date-time that a text starts with, if it is one as nearly all are written, and whether
/// its offset is `+00:00` and not `Z`.
#[inline]
pub(crate) fn usual_time(text: &[u8]) -> Option<(usize, bool)> {
    let (length, offset) = lex::time::plain(text)?;
    Some((length, offset == lex::time::Offset::Zero))
}
