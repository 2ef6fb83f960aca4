//! What is known of a payload that does not say it itself.

use std::sync::Arc;

use crate::capture::{Exchange, Hint};

use super::observer::Observer;
use super::options::Hinted;
use super::watch::Watcher;

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
            .find(|(glob, _)| glob.fits(file));
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
