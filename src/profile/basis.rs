//! Which changes, and which options, what traffic says about changes is for. Only with the same ones can it be merged.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

use super::Wanted;

/// The changes and options that an impact is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The changes that traffic was compared with, in their order.
    pub changes: Vec<BasisChange>,
    /// The options that decide who is affected and how clients are identified, as on the command line, such as
    /// `--consumer-by host`.
    #[serde(default)]
    pub options: Vec<String>,
}

/// A change that traffic was compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BasisChange {
    /// Its key.
    pub key: String,
    /// Whether it touches the exchanges that show it: it is an error or a warning, and not ignored.
    pub touches: bool,
}

impl Basis {
    /// Whether what was learnt about one can be taken for that about the other.
    pub(super) fn allows(&self, other: &Self, wanted: Wanted) -> Result<()> {
        let failed = |message: String| Err(Error::new(ErrorKind::Format, message));
        if let Some(difference) = wanted.difference(&self.options, &other.options) {
            return failed(difference);
        }
        let keys = |basis: &Self| -> Vec<String> { basis.changes.iter().map(|change| change.key.clone()).collect() };
        if keys(self) != keys(other) {
            let message = "it was written for other changes, by another version of wiredrift or with other options: \
                           read the captures again, with --profile";
            return failed(message.to_owned());
        }
        let mut pairs = self.changes.iter().zip(&other.changes);
        let Some((was, _)) = pairs.find(|(was, is)| was != is) else {
            return Ok(());
        };
        let [then, otherwise] = match was.touches {
            true => ["an error or a warning", "neither"],
            false => ["neither an error nor a warning", "one of them"],
        };
        let now = match wanted {
            Wanted::ForUse => format!("is {otherwise} now"),
            Wanted::ForMerge => format!("was {otherwise} for the others"),
        };
        failed(format!(
            "`{}` was {then} when it was written, and {now}: use the same --level, --ignore and --baseline",
            was.key
        ))
    }
}
