//! Observation: one walk over each payload, and what is learnt from it.
//!
//! `routing` finds the operation. `walk` compares the payload with the schema graph and reports what it finds
//! to a recorder, which counts it in the [`Profile`]. This module does not judge: [`crate::rules`] decides
//! which facts are findings, and how severe they are.

mod callbacks;
mod content;
mod head;
mod hinted;
mod incoming;
mod merge;
mod observation;
mod observer;
mod options;
mod profile;
mod sink;
mod stream;
mod walk;
mod watch;
mod message;
mod routing;

pub use content::CharsetFault;
pub(crate) use content::{Substitute, recoded, substituted};
pub use incoming::{Incoming, Moment, PathGlob, Preparation, Rewrite, Selection, Statuses, UrlPattern};
pub use walk::deviation::{Deviation, DeviationKind};
pub use walk::explain::{deviations, first_deviation};
pub use observation::{Judged, Observation, Skipped};
pub use observer::Observer;
pub use options::{Engine, Options, FileGlob};
pub use profile::{
    Count, Lookalike, NotCompared, PathId, Profile, Shape, TargetKey, TargetProfile, TrafficFact,
    PayloadVerdict,
};
pub use profile::period::Period;
pub use profile::spelling::Spelling;
pub use stream::Acceptor;
pub(crate) use stream::usual_time;
pub use profile::tally::{DISTINCT_KEPT, EVIDENCE_KEPT, Evidence, Keyed, Tally};
pub(crate) use profile::tally::merge;
pub(crate) use profile::pairs;
pub(crate) use message::{AUTHORIZATION_SCHEMES, allows_body, is_placeholder};
pub(crate) use callbacks::is_server;
pub(crate) use walk::record::shorten;
pub(crate) use walk::variant::meant_for;
pub(crate) use walk::{About, Recorder, Taken, Walk};
pub use watch::{
    ParallelWatcher, ParameterUse, RoutedPayload, RoutedRequest, SentParameter, Undeclared, Watcher,
};

#[cfg(test)]
mod tests;
