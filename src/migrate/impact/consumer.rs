//! Who sent an exchange.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use crate::capture::Exchange;
use crate::redact::{is_secret_name, sanitised};
use crate::contract::RequestTarget;

use super::usage::hash_of;

/// Consumers that are counted separately; further ones are counted as others.
const CONSUMERS: usize = 256;

/// The name of the other consumers.
pub(super) const OTHERS: &str = "(others)";

/// The consumers that are counted separately: those with the smallest hashes, so that their order does not
/// matter.
#[derive(Debug, Default)]
pub(super) struct KnownConsumers {
    known: BTreeSet<(u64, String)>,
    /// Those that were displaced by others.
    pub(super) dropped: Vec<String>,
}

impl KnownConsumers {
    /// Those among some consumers, with the rest of them as dropped.
    pub(super) fn of<'n>(names: impl IntoIterator<Item = &'n str>) -> Self {
        let mut known = Self::default();
        for name in names {
            let is_one = !name.is_empty() && name != OTHERS;
            if is_one && !known.takes(name) {
                known.dropped.push(name.to_owned());
            }
        }
        known
    }

    /// Whether a consumer is counted separately; another one may be displaced.
    pub(super) fn takes(&mut self, name: &str) -> bool {
        let hash = hash_of(name);
        let key = (hash, name.to_owned());
        if self.known.contains(&key) {
            return true;
        }
        let is_full = self.known.len() >= CONSUMERS;
        if is_full && self.known.last().is_some_and(|last| *last < key) {
            return false;
        }
        self.known.insert(key);
        if is_full && let Some((_, name)) = self.known.pop_last() {
            self.dropped.push(name);
        }
        true
    }
}

/// What identifies consumers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConsumerBy {
    /// A header field of requests, by its name.
    Header(String),
    /// The host that requests went to.
    Host,
    /// The folder that the capture is in.
    Folder,
}

impl FromStr for ConsumerBy {
    type Err = String;

    /// Reads `header:User-Agent`, `host` or `folder`.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("header", "")) | None if text.starts_with("header") => {
                Err("write the name of the header after a colon: header:User-Agent".to_owned())
            }
            Some(("header", name)) if is_secret_name(name) => Err(format!(
                "the values of `{name}` are secrets and would appear in the report; use another header, \
                 such as header:User-Agent"
            )),
            Some(("header", name)) => Ok(Self::Header(name.trim().to_owned())),
            None if text == "host" => Ok(Self::Host),
            None if text == "folder" => Ok(Self::Folder),
            _ => Err(format!(
                "`{text}` does not identify consumers; expected header:NAME, host or folder"
            )),
        }
    }
}

impl fmt::Display for ConsumerBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header {name}"),
            Self::Host => f.write_str("host"),
            Self::Folder => f.write_str("folder"),
        }
    }
}

impl ConsumerBy {
    /// The value of the option that asks for it, such as `header:User-Agent`.
    #[must_use]
    pub fn as_argument(&self) -> String {
        match self {
            Self::Header(name) => format!("header:{name}"),
            Self::Host | Self::Folder => self.to_string(),
        }
    }

    /// Who sent an exchange; `None` if it does not say.
    pub(super) fn of(&self, exchange: &Exchange<'_>) -> Option<String> {
        let name = match self {
            Self::Header(name) => {
                let request = exchange.request.as_ref()?;
                request.headers.get(name)?.trim().to_owned()
            }
            Self::Host => {
                let request = exchange.request.as_ref()?;
                let host = RequestTarget::parse(&request.target).host;
                let header = || Some(request.headers.get("host")?.to_owned());
                normalised_host(&host.or_else(header)?)
            }
            Self::Folder => {
                let file = exchange.origin.file.replace('\\', "/");
                let (folder, _) = file.rsplit_once('/')?;
                folder.to_owned()
            }
        };
        let name = sanitised(&name);
        (!name.is_empty()).then_some(name)
    }
}

/// Normalises the spelling of a host: lower case, without the trailing dot and without the default ports of
/// HTTP and HTTPS.
fn normalised_host(host: &str) -> String {
    let host = host.trim().to_ascii_lowercase();
    // `::80` is an address.
    let port = |port: &str| {
        let name = host.strip_suffix(port)?;
        (!name.ends_with(':')).then(|| name.to_owned())
    };
    let host = port(":443").or_else(|| port(":80")).unwrap_or(host.clone());
    match host.strip_suffix('.') {
        Some(name) if !name.is_empty() => name.to_owned(),
        _ => host.replace(".:", ":"),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn spellings_of_a_host_are_one() {
        for (spelled, host) in [
            ("API.example.test", "api.example.test"),
            ("api.example.test.", "api.example.test"),
            ("api.example.test:443", "api.example.test"),
            ("api.example.test.:80", "api.example.test"),
            ("api.example.test.:8080", "api.example.test:8080"),
            ("[::1]:443", "[::1]"),
            ("::80", "::80"),
        ] {
            assert_eq!(super::normalised_host(spelled), host, "{spelled}");
        }
    }
}
