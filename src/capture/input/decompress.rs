//! Compressed inputs: gzip and Zstandard, recognised by their first bytes, and Brotli by its name.

use std::io::{self, BufRead, BufReader, Read};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// Opens compressed data, and returns it with the name of its content.
pub(super) fn decompress(
    mut raw: Box<dyn BufRead + Send>,
    name: &str,
) -> io::Result<(Box<dyn BufRead + Send>, &str)> {
    let magic = raw.fill_buf()?;
    let without = |extension: &str| name.strip_suffix(extension).unwrap_or(name);
    if magic.starts_with(&[0x1f, 0x8b]) {
        let decoder = flate2::bufread::MultiGzDecoder::new(raw);
        Ok((Box::new(BufReader::new(decoder)), without(".gz")))
    } else if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        Ok((Box::new(BufReader::new(Frames::new(raw))), without(".zst")))
    } else if let Some(name) = name.strip_suffix(".br") {
        // Brotli data has no magic number.
        let decoder = brotli_decompressor::Decompressor::new(raw, BUFFER);
        Ok((Box::new(BufReader::new(decoder)), name))
    } else {
        Ok((raw, name))
    }
}

/// Bytes of compressed data that are read at once.
const BUFFER: usize = 16 * 1024;

/// Decompresses Zstandard data with any number of frames, since files are rotated and concatenated.
pub(crate) struct Frames<R: Read> {
    /// The current frame, or the data after the frames read so far.
    state: Option<Result<StreamingDecoder<R, FrameDecoder>, R>>,
}

impl<R: Read> Frames<R> {
    pub(crate) fn new(data: R) -> Self {
        Self {
            state: Some(Err(data)),
        }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.state.take() {
                None => return Ok(0),
                Some(Ok(mut frame)) => {
                    let read = frame.read(buffer)?;
                    if read > 0 {
                        self.state = Some(Ok(frame));
                        return Ok(read);
                    }
                    self.state = Some(Err(frame.into_inner()));
                }
                Some(Err(mut data)) => {
                    let start = data.fill_buf()?;
                    if start.is_empty() {
                        return Ok(0);
                    }
                    // A skippable frame (RFC 8878 section 3.1.2): a magic number, a length, bytes.
                    if matches!(start, [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..]) {
                        let mut header = [0; 8];
                        data.read_exact(&mut header)?;
                        let length =
                            u32::from_le_bytes([header[4], header[5], header[6], header[7]]);
                        io::copy(&mut data.by_ref().take(length.into()), &mut io::sink())?;
                        self.state = Some(Err(data));
                        continue;
                    }
                    let frame = StreamingDecoder::new(data).map_err(|error| {
                        io::Error::new(io::ErrorKind::InvalidData, error.to_string())
                    })?;
                    self.state = Some(Ok(frame));
                }
            }
        }
    }
}
