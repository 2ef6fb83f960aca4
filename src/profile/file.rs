//! The file of a profile: two lines of JSON, compressed with Zstandard. The first one says what the file is.

use std::io::{Cursor, Read as _};

use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde::{Deserialize, Serialize};

use crate::capture::Frames;
use crate::error::{Error, ErrorKind, Result};
use crate::learn::Learnt;
use crate::limits::DOCUMENT;
use crate::migrate::impact::Impact;
use crate::observe::Observation;

use super::{Basis, Compared, StoredProfile};

/// What the first line of a profile names.
pub const PROFILE_FORMAT: &str = "wiredrift-profile";

/// The version of the format that is written. Every earlier one is read.
pub const PROFILE_VERSION: u32 = 1;

/// The longest first line, in bytes.
const HEAD: u64 = 4 << 10;

/// The first bytes of a Zstandard frame (RFC 8878).
const ZSTANDARD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// The first line.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    format: String,
    version: u32,
    /// The version of wiredrift that wrote it.
    #[serde(default)]
    wiredrift: String,
}

/// The second line.
#[derive(Debug, Serialize)]
struct Content<'p> {
    #[serde(skip_serializing_if = "Option::is_none")]
    compared: &'p Option<Compared>,
    observation: &'p Observation,
    learnt: &'p Learnt,
    #[serde(skip_serializing_if = "Option::is_none")]
    impact: &'p Option<ImpactProfile>,
}

/// What captures show about the changes between two contracts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ImpactProfile {
    /// The changes, and how they were compared with the captures.
    pub basis: Basis,
    /// What the captures show.
    pub seen: Impact,
}

/// Whether JSON has an integer of more than 13 digits outside strings: no count and no position is that large, and sums
/// of such numbers might not fit in 64 bits.
fn has_huge_number(json: &[u8]) -> bool {
    let (mut is_in_string, mut is_escaped, mut is_double, mut digits) = (false, false, false, 0);
    for byte in json {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_in_string => is_escaped = true,
            b'"' => is_in_string = !is_in_string,
            _ if is_in_string => {}
            b'0'..=b'9' => digits += 1,
            // The digits of a double may be many.
            b'.' | b'e' | b'E' => is_double = true,
            _ if digits > 13 && !is_double => return true,
            _ => (digits, is_double) = (0, false),
        }
    }
    digits > 13 && !is_double
}

#[derive(Debug, Deserialize)]
struct ContentRead {
    #[serde(default)]
    compared: Option<Compared>,
    observation: Observation,
    #[serde(default)]
    learnt: Learnt,
    #[serde(default)]
    impact: Option<ImpactProfile>,
}

impl StoredProfile {
    /// The profile as a file.
    ///
    /// # Errors
    ///
    /// When it cannot be written as JSON: the name of a file is not UTF-8.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let head = Head {
            format: PROFILE_FORMAT.to_owned(),
            version: PROFILE_VERSION,
            wiredrift: env!("CARGO_PKG_VERSION").to_owned(),
        };
        let content = Content {
            compared: &self.compared,
            observation: &self.observation,
            learnt: &self.learnt,
            impact: &self.impact,
        };
        let failed =
            |error| Error::new(ErrorKind::Write, "the profile cannot be written").with_source(error);
        let mut text = serde_json::to_vec(&head).map_err(failed)?;
        text.push(b'\n');
        serde_json::to_writer(&mut text, &content).map_err(failed)?;
        text.push(b'\n');
        if text.len() as u64 > DOCUMENT {
            return Err(Error::new(ErrorKind::Limit, "the profile would be too large to be read again"));
        }
        Ok(compress_to_vec(Cursor::new(text), CompressionLevel::Fastest))
    }

    /// Whether a file is a profile of any version.
    #[must_use]
    pub fn is_profile(bytes: &[u8]) -> bool {
        let mut start = Vec::new();
        if !bytes.starts_with(&ZSTANDARD) {
            return false;
        }
        // The frame may be cut: what can be read of it counts.
        let _ = Frames::new(bytes).take(HEAD).read_to_end(&mut start);
        let head = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let head = serde_json::from_slice::<Head>(head);
        head.is_ok_and(|head| head.format == PROFILE_FORMAT)
    }

    /// Reads a profile.
    ///
    /// # Errors
    ///
    /// When it is none, is damaged, or was written by a newer wiredrift.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let failed = |message: String| Error::new(ErrorKind::Format, message);
        if !bytes.starts_with(&ZSTANDARD) {
            return Err(failed("not a profile; the option --profile of `wiredrift check`, `infer` and `report` writes one".to_owned()));
        }
        let mut text = Vec::new();
        let mut content = Frames::new(bytes).take(DOCUMENT + 1);
        let read = content.read_to_end(&mut text);
        read.map_err(|error| failed("the profile is damaged".to_owned()).with_source(error))?;
        if text.len() as u64 > DOCUMENT {
            return Err(Error::new(ErrorKind::Limit, "the profile is too large"));
        }
        let (head, rest) = text.split_at(memchr::memchr(b'\n', &text).unwrap_or(text.len()));
        let head: Head = match serde_json::from_slice::<Head>(head) {
            Ok(head) if head.format == PROFILE_FORMAT => head,
            _ => return Err(failed("not a profile; the option --profile of `wiredrift check`, `infer` and `report` writes one".to_owned())),
        };
        if head.version > PROFILE_VERSION {
            let message = format!(
                "the profile has version {} of the format, which is newer than version {PROFILE_VERSION}, the latest that \
                 wiredrift {} reads: upgrade wiredrift",
                head.version,
                env!("CARGO_PKG_VERSION"),
            );
            return Err(failed(message));
        }
        if head.version == 0 || has_huge_number(rest) {
            return Err(failed("the profile is damaged".to_owned()));
        }
        let read: ContentRead = serde_json::from_slice(rest)
            .map_err(|error| failed("the profile is damaged".to_owned()).with_source(error))?;
        let is_whole = |known: &ImpactProfile| known.seen.is_of(known.basis.changes.len());
        if !read.impact.as_ref().is_none_or(is_whole) {
            return Err(failed("the profile is damaged".to_owned()));
        }
        Ok(Self {
            compared: read.compared,
            observation: read.observation,
            learnt: read.learnt,
            impact: read.impact,
        })
    }
}
