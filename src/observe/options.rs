//! What is said of captures beside what they say themselves.

use std::sync::Arc;

use crate::capture::{Exchange, Hint};

use super::observer::Observer;
use super::watch::Watcher;

/// Which walk compares payloads with schemas. Both learn the same of every payload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Engine {
    /// One pass over the bytes; what it does not know goes to the other.
    #[default]
    Streaming,
    /// A tape for each payload, and a walk over it: slow and plain.
    Reference,
}

/// What the user said of all captures of a run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Operation, side and status of payloads that come without method and URL. They win over what
    /// the capture's own name says.
    pub hint: Hint,
    /// Operations of payloads by the path of their file; the first pattern that fits decides, and wins
    /// over `hint`.
    pub by_file: Vec<(glob::Pattern, String)>,
    /// Which walk compares payloads with schemas.
    pub engine: Engine,
    /// Requests that the server refused are held to the contract like those that it accepted.
    pub strict_requests: bool,
}

/// Whether a pattern is about a file: its path as it was given, or its name alone.
#[must_use]
pub fn fits_file(glob: &glob::Pattern, file: &str) -> bool {
    let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let plain = glob.as_str().strip_prefix("./").map(glob::Pattern::new);
    glob.matches(file)
        || glob.matches(name)
        || plain.is_some_and(|plain| plain.is_ok_and(|plain| plain.matches(file)))
}

/// What is known of the payloads of a file that do not say it themselves.
#[derive(Debug)]
pub(super) struct Hinted {
    file: Arc<str>,
    told: Hint,
    hint: Arc<Hint>,
}

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// What is known of a payload that does not say it itself.
    pub(super) fn hint_of(&mut self, exchange: &Exchange<'_>) -> Arc<Hint> {
        // Mostly it is what was known of the payload before.
        if let Some(known) = &self.hinted
            && (self.options.by_file.is_empty() || known.file == exchange.origin.file)
            && known.told == exchange.hint
        {
            return Arc::clone(&known.hint);
        }
        let user = &self.options.hint;
        let file = &*exchange.origin.file;
        let by_file = self
            .options
            .by_file
            .iter()
            .find(|(glob, _)| fits_file(glob, file));
        // Digits in a file name are a status only where the name says that it holds a response.
        let mut told = exchange.hint.clone();
        if !self.versions.names_operation(&told) && told.side.is_none() {
            told.status = None;
        }
        let hint = Arc::new(Hint {
            operation: by_file
                .map(|(_, operation)| operation.clone())
                .or_else(|| user.operation.clone())
                .or(told.operation),
            folders: told.folders,
            version: user.version.clone().or(told.version),
            side: user.side.or(told.side),
            status: user.status.or(told.status),
        });
        self.hinted = Some(Hinted {
            file: Arc::clone(&exchange.origin.file),
            told: exchange.hint.clone(),
            hint: Arc::clone(&hint),
        });
        hint
    }
}
