//! Hints for payloads without method and URL.

use std::sync::Arc;

use crate::capture::{Exchange, Hint};

use super::observer::Observer;
use super::options::Hinted;
use super::watch::Watcher;

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// The hint for a payload without method and URL, from the user and from the capture.
    pub(super) fn hint_of(&mut self, exchange: &Exchange<'_>) -> Arc<Hint> {
        // Usually it is the same as for the previous payload.
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
            .find(|(glob, _)| glob.fits(file));
        // Digits in a file name are a status only if the name also gives an operation or a side.
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
