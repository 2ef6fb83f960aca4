//! Captures: files and streams that hold recorded traffic, read into exchanges.
//!
//! This module knows nothing about contracts. `input` opens each input and recognises its format; a reader in
//! `format` passes each [`Exchange`] to a [`Sink`] as it is read. Anything that cannot be read is reported to
//! the same sink as a [`ReadProblem`], so nothing is lost silently.

mod beside;
mod blocks;
mod body;
mod by_line;
mod cut;
mod exchange;
mod fields;
mod format;
mod hint;
mod input;
mod limits;
mod places;
mod progress;
mod record;
mod scalar;
mod sink;
pub(crate) mod time;
mod transcript;
mod transfer;
pub(crate) use transfer::base64;
mod unused;

pub use body::{Body, is_json_media_type};
pub use exchange::{EncodingFault, Exchange, FieldPlace, Headers, Line, Remark, RemarkKind, Request, Response, WrittenFields};
pub use fields::{LogField, LogFields};
pub use format::Format;
pub use hint::Hint;
pub use input::{Input, Part, Reading};
pub(crate) use input::decompress::Frames;
pub use limits::Limits;
pub use progress::Progress;
pub use sink::{ParallelSink, ReadProblem, Sink, SourceRead, Through};
pub(crate) use transcript::{Scribe, Transcript};
pub use unused::Unused;

#[cfg(test)]
mod tests;
