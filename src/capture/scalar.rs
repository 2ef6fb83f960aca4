//! Scalars of YAML: from the offset in the content to the offset in the file.

use granit_parser::ScalarStyle;

/// A scalar as written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Scalar<'t> {
    /// Its text, with quotes or the block header.
    written: &'t str,
    style: ScalarStyle,
}

impl<'t> Scalar<'t> {
    pub(crate) const fn new(written: &'t str, style: ScalarStyle) -> Self {
        Self { written, style }
    }

    /// The scalar as written.
    pub(crate) const fn written(self) -> &'t str {
        self.written
    }

    /// The offset in the written text of the byte at `offset` of the content. Where lines are folded, the place may
    /// be off by the indentation.
    pub(crate) fn offset(self, offset: usize) -> usize {
        let found = match self.style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.in_block(offset),
            ScalarStyle::DoubleQuoted => self.in_quotes(offset, b'\\'),
            ScalarStyle::SingleQuoted => self.in_quotes(offset, b'\''),
            _ => self.in_lines(0, offset),
        };
        found.min(self.written.len())
    }

    /// In a block scalar, each line has the same indentation.
    fn in_block(self, offset: usize) -> usize {
        let text = self.written;
        let header = match text.starts_with(['|', '>']) {
            true => text.find('\n').map_or(text.len(), |end| end + 1),
            false => 0,
        };
        let first = text[header..].lines().find(|line| !line.trim().is_empty());
        let indentation = first.map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
        let mut passed = 0;
        let mut at = header;
        for line in text[header..].split_inclusive('\n') {
            let skipped = indentation.min(line.len() - line.trim_start_matches(' ').len());
            let length = line.len() - skipped;
            if passed + length > offset {
                return at + skipped + offset - passed;
            }
            passed += length;
            at += line.len();
        }
        at
    }

    /// In quotes, an escape stands for a character: `\n` and `\u00e9`, or `''`.
    fn in_quotes(self, offset: usize, escape: u8) -> usize {
        let bytes = self.written.as_bytes();
        let mut at = 1;
        let mut passed = 0;
        while passed < offset && at < bytes.len() {
            match bytes[at] {
                byte if byte == escape => {
                    let digits = match (escape, bytes.get(at + 1)) {
                        (b'\\', Some(b'x')) => 2,
                        (b'\\', Some(b'u')) => 4,
                        (b'\\', Some(b'U')) => 8,
                        (b'\\', Some(b'\n')) => {
                            // The line goes on after its indentation.
                            at = self.after_break(at + 1);
                            continue;
                        }
                        _ => 0,
                    };
                    let code = bytes.get(at + 2..at + 2 + digits).unwrap_or_default();
                    let code = std::str::from_utf8(code).ok();
                    let code = code.and_then(|code| u32::from_str_radix(code, 16).ok());
                    passed += code.and_then(char::from_u32).map_or(1, char::len_utf8);
                    at += 2 + digits;
                }
                b'\n' => {
                    passed += 1;
                    at = self.after_break(at);
                }
                _ => {
                    passed += 1;
                    at += 1;
                }
            }
        }
        at
    }

    /// In a plain scalar of several lines, a break is folded to a space.
    fn in_lines(self, start: usize, offset: usize) -> usize {
        let bytes = self.written.as_bytes();
        let mut at = start;
        let mut passed = 0;
        while passed < offset && at < bytes.len() {
            passed += 1;
            at = match bytes[at] {
                b'\n' => self.after_break(at),
                _ => at + 1,
            };
        }
        at
    }

    /// The first character after a line break and the indentation.
    fn after_break(self, at: usize) -> usize {
        let rest = &self.written[at + 1..];
        at + 1 + (rest.len() - rest.trim_start_matches([' ', '\t']).len())
    }
}
