//! What a name says about a payload: `retrieve-organisation.v2.response.404.json`.

use std::sync::Arc;

use crate::location::Side;

/// What the name of a file, or the info string of a block, says about a payload.
///
/// The parts are separated by dots: first a word that may be an operation id, then, in any order, a
/// version (`v2`), a side (`request`, `response`) and a status (`404`).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hint {
    /// A word that may be an operation id.
    pub operation: Option<String>,
    /// The folders that contain the file. Together with the word they may be the path of a schema, and one of
    /// them may be an operation id.
    pub folders: Option<Arc<str>>,
    /// A version.
    pub version: Option<String>,
    /// The side of the payload.
    pub side: Option<Side>,
    /// The status of the response.
    pub status: Option<u16>,
}

impl Hint {
    /// Parses the hint in the name of a file and its folders.
    #[must_use]
    pub fn parse(path: &str) -> Self {
        let (folders, name) = match path.rfind(['/', '\\']) {
            Some(end) => (Some(path[..end].into()), &path[end + 1..]),
            None => (None, path),
        };
        let mut parts = name.split('.');
        let mut hint = Self {
            folders,
            operation: parts
                .next()
                .filter(|word| !word.is_empty())
                .map(str::to_owned),
            ..Self::default()
        };
        for part in parts {
            let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            match part {
                "request" => hint.side = Some(Side::Request),
                "response" => hint.side = Some(Side::Response),
                _ if part.len() == 3 && digits(part) => {
                    hint.status = part.parse().ok();
                }
                _ if part.strip_prefix('v').is_some_and(digits) => {
                    hint.version = Some(part.to_owned());
                }
                _ => {}
            }
        }
        hint
    }
}
