//! What an impact is about: only impacts about the same can be merged.

use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result};

use super::Wanted;

/// What an impact is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basis {
    /// The changes that traffic was compared with, in their order.
    pub changes: Vec<BasisChange>,
    /// The options that decide who is affected and who is who, as on the command line, such as `--consumer-by host`.
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
        let only = |one: &[String], other: &[String]| -> Vec<String> {
            one.iter().filter(|option| !other.contains(option)).cloned().collect()
        };
        let (own, others) = (only(&self.options, &other.options), only(&other.options, &self.options));
        let (with, without) = (own.join(" "), others.join(" "));
        let it = |options: &[String]| if options.len() == 1 { "it" } else { "them" };
        match (own.as_slice(), others.as_slice()) {
            ([], []) => {}
            ([], others) => return failed(format!("it was written without {without}, and {wanted} with {}", it(others))),
            (own, []) => return failed(format!("it was written with {with}, and {wanted} without {}", it(own))),
            _ => return failed(format!("it was written with {with}, and {wanted} with {without}")),
        }
        let keys = |basis: &Self| -> Vec<String> { basis.changes.iter().map(|change| change.key.clone()).collect() };
        if keys(self) != keys(other) {
            let message = "its changes are not those that this version of wiredrift finds: read the captures again, \
                           with --profile";
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
