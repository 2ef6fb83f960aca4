//! How much is read at once.

/// How large things may get.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one payload, one line or one file that has to be read whole, after decompression.
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

    /// What was read whole, unless there is too much of it.
    pub(super) fn checked(&self, text: Vec<u8>) -> Result<Vec<u8>, String> {
        match text.len() as u64 > self.body {
            true => Err(format!(
                "the file is over the limit of {} bytes for what has to be read whole (raise it with \
                 --max-body)",
                self.body
            )),
            false => Ok(text),
        }
    }
}
