//! Observation: one walk over each payload, and what is learnt from it.
//!
//! `route` finds the operation, `walk` compares the payload with the schema graph and tells a
//! recorder what it meets, `record` counts it in the [`Profile`]. There are no opinions here: which
//! fact is a finding, and how grave, is for [`crate::rules`] to say.

mod apart;
mod deviation;
mod exchange;
mod expectation;
mod explain;
mod fit;
mod guess;
mod merge;
mod naming;
mod observer;
mod options;
mod parameter;
mod placeholder;
mod profile;
mod record;
mod refused;
mod route;
mod sighting;
mod spelling;
mod stream;
mod streamed;
mod tally;
mod variant;
mod walk;
mod watch;

pub use deviation::{Deviation, DeviationKind};
pub use explain::{deviations, first_deviation};
pub use observer::{Judged, Observer};
pub use options::{Engine, Options, FileGlob};
pub use profile::{
    Count, Lookalike, PathId, Profile, Shape, TargetKey, TargetProfile, TrafficFact,
    Verdict,
};
pub use spelling::Spelling;
pub use stream::Acceptor;
pub(crate) use stream::usual_time;
pub use tally::{DISTINCT_KEPT, EVIDENCE_KEPT, Evidence, Keyed, Tally};
pub(crate) use variant::meant_for;
pub use watch::{
    ParallelWatcher, ParameterUse, RoutedPayload, RoutedRequest, SentParameter, Watcher,
};

#[cfg(test)]
mod tests;
