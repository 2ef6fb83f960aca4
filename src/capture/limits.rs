//! Size limits for reading.

/// How large inputs may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one payload, one line, or one file that is read as a whole, after decompression.
    pub body: u64,
}

impl Default for Limits {
    /// 256 MiB.
    fn default() -> Self {
        Self {
            body: crate::limits::BODY,
        }
    }
}

impl Limits {
    pub(crate) fn too_large(&self, what: &str, bytes: u64) -> String {
        format!(
            "{what} of {bytes} bytes is over the limit of {} (raise it with --max-body)",
            self.body
        )
    }

    /// Checks the size of a file that was read as a whole.
    pub(super) fn checked(&self, text: Vec<u8>) -> Result<Vec<u8>, String> {
        match text.len() as u64 > self.body {
            true => Err(format!(
                "the file is over the limit of {} bytes for files that are read as a whole (raise it with \
                 --max-body)",
                self.body
            )),
            false => Ok(text),
        }
    }
}
