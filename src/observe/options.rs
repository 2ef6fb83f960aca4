//! What the user specifies about captures, in addition to what they contain.

use std::fmt;
use std::sync::Arc;

use globset::{Glob, GlobMatcher};

use crate::capture::Hint;
use crate::contract::{Contract, Operation, RequestTarget};

use super::callbacks::{CallbackUrls, Claimed};
use super::incoming::UrlPattern;

/// Which walk compares payloads with schemas. Both learn the same from every payload.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Engine {
    /// One pass over the bytes; what it does not support goes to the reference walk.
    #[default]
    Streaming,
    /// A tape for each payload, and a walk over it: slow and simple.
    Reference,
}

/// User options for all captures of a run.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Operation, side and status of payloads without method and URL. They override the capture's own name.
    pub hint: Hint,
    /// Operations of payloads by the path of their file. The first matching pattern decides, and overrides
    /// `hint`.
    pub by_file: Vec<(FileGlob, String)>,
    /// Which walk compares payloads with schemas.
    pub engine: Engine,
    /// Whether requests that the server rejected are checked like accepted ones.
    pub strict_requests: bool,
    /// How the names of the API's own headers start, in lower case; if empty, with `x-`.
    pub api_headers: Vec<String>,
    /// Where the requests of webhooks are sent: the ids of operations, and a URL.
    pub webhooks: Vec<(Vec<String>, UrlPattern)>,
    /// Where the requests of callbacks are sent, as far as captures show it.
    pub callbacks: Arc<CallbackUrls>,
}

impl Options {
    /// The webhooks and callbacks that a request is sent to. Those that the user names come first.
    pub(super) fn claims<'c>(
        &self,
        contract: &'c Contract,
        method: &str,
        host: Option<&str>,
        target: &RequestTarget,
    ) -> Vec<Claimed<'c>> {
        let named = self.webhooks.iter().filter(|(_, url)| url.fits(host, target));
        let named = named.flat_map(|(ids, _)| ids).filter_map(|id| contract.operation(id));
        let named = named.filter(|operation| operation.method.eq_ignore_ascii_case(method));
        let named: Vec<Claimed<'c>> = named
            .map(|operation| Claimed {
                operation,
                values: Vec::new(),
                query: None,
                is_first: true,
            })
            .collect();
        match named.is_empty() {
            true => self.callbacks.claims(contract, method, host, target),
            false => named,
        }
    }

    /// Whether it is known where the requests of a webhook or callback are sent.
    pub(super) fn has_url(&self, contract: &Contract, operation: &Operation) -> bool {
        let mut named = self.webhooks.iter().flat_map(|(ids, _)| ids);
        named.any(|id| *id == operation.id) || self.callbacks.has(contract, operation)
    }
}

/// A pattern for file paths, such as `events/sold-*.json`; `*` may match several folders.
#[derive(Debug, Clone)]
pub struct FileGlob {
    text: String,
    matcher: GlobMatcher,
}

impl FileGlob {
    /// Parses a pattern.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the pattern.
    pub fn new(text: &str) -> Result<Self, String> {
        // File names may or may not start with `./`.
        let pattern = text.strip_prefix("./").unwrap_or(text);
        let glob = Glob::new(pattern).map_err(|error| format!("`{text}`: {}", error.kind()))?;
        Ok(Self {
            text: text.to_owned(),
            matcher: glob.compile_matcher(),
        })
    }

    /// Whether the pattern matches a file: its path as given, or its name alone.
    #[must_use]
    pub fn fits(&self, file: &str) -> bool {
        let path = file.strip_prefix("./").unwrap_or(file);
        let name = file.rsplit(['/', '\\']).next().unwrap_or(file);
        self.matcher.is_match(path) || self.matcher.is_match(name)
    }
}

impl fmt::Display for FileGlob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The hint for payloads of a file without method and URL.
#[derive(Debug)]
pub(super) struct Hinted {
    pub(super) file: Arc<str>,
    pub(super) told: Hint,
    pub(super) hint: Arc<Hint>,
}
