//! Scalars of YAML: from offsets in the content to offsets in the text as written.

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

    /// The indentation of a block scalar: each line has the same.
    pub(crate) fn indentation(self) -> usize {
        if !self.is_block() {
            return 0;
        }
        let first = self.written[self.header()..].lines().find(|line| !line.trim().is_empty());
        first.map_or(0, spaces)
    }

    /// The offset in the written text of the first byte of the content.
    pub(crate) fn first(self, indentation: usize) -> usize {
        match self.style {
            ScalarStyle::Literal | ScalarStyle::Folded => {
                let header = self.header();
                header + indentation.min(spaces(&self.written[header..]))
            }
            ScalarStyle::DoubleQuoted | ScalarStyle::SingleQuoted => 1,
            _ => 0,
        }
    }

    /// Goes from a byte of the content to a later one: the offsets in the content and in the written text. Where
    /// lines are folded, the place may be off by the indentation.
    pub(crate) fn after(self, from: (usize, usize), offset: usize, indentation: usize) -> (usize, usize) {
        match self.style {
            ScalarStyle::Literal | ScalarStyle::Folded => self.in_block(from, offset, indentation),
            ScalarStyle::DoubleQuoted => self.in_quotes(from, offset, b'\\'),
            ScalarStyle::SingleQuoted => self.in_quotes(from, offset, b'\''),
            _ => self.in_lines(from, offset),
        }
    }

    fn is_block(self) -> bool {
        matches!(self.style, ScalarStyle::Literal | ScalarStyle::Folded)
    }

    /// Where the lines of a block scalar start.
    fn header(self) -> usize {
        let text = self.written;
        match text.starts_with(['|', '>']) {
            true => text.find('\n').map_or(text.len(), |end| end + 1),
            false => 0,
        }
    }

    /// In a block scalar, the indentation of each line is not part of the content.
    fn in_block(self, from: (usize, usize), offset: usize, indentation: usize) -> (usize, usize) {
        let text = self.written;
        let (mut passed, mut at) = from;
        while at < text.len() {
            let end = memchr::memchr(b'\n', &text.as_bytes()[at..]);
            let end = end.map_or(text.len(), |end| at + end + 1);
            if passed + (end - at) > offset {
                return (offset, at + offset - passed);
            }
            passed += end - at;
            at = end + indentation.min(spaces(&text[end..]));
        }
        (passed, at)
    }

    /// In quotes, an escape stands for a character: `\n` and `\u00e9`, or `''`.
    fn in_quotes(self, from: (usize, usize), offset: usize, escape: u8) -> (usize, usize) {
        let bytes = self.written.as_bytes();
        let (mut passed, mut at) = from;
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
        (passed, at)
    }

    /// In a plain scalar of several lines, a break is folded to a space.
    fn in_lines(self, from: (usize, usize), offset: usize) -> (usize, usize) {
        let bytes = self.written.as_bytes();
        let (mut passed, mut at) = from;
        while passed < offset && at < bytes.len() {
            passed += 1;
            at = match bytes[at] {
                b'\n' => self.after_break(at),
                _ => at + 1,
            };
        }
        (passed, at)
    }

    /// The first character after a line break and the indentation.
    fn after_break(self, at: usize) -> usize {
        let rest = &self.written[at + 1..];
        at + 1 + (rest.len() - rest.trim_start_matches([' ', '\t']).len())
    }
}

/// The number of spaces at the start of a text.
fn spaces(text: &str) -> usize {
    text.len() - text.trim_start_matches(' ').len()
}
