//! Finds the ends of arrays and values without parsing them, 64 bytes at a time.

use super::scan::{BLOCK, Escaped, is};

/// The offset after the array that contains the element at `at`, and the number of elements from that one on.
/// The elements are not validated. Returns `None` if the array does not end.
pub(super) fn elements(text: &[u8], at: usize) -> Option<(usize, u32)> {
    let mut strings = Strings::default();
    let mut depth = 0_u32;
    let mut count = 1;
    let mut next = at;
    while next < text.len() {
        let from = next;
        next += BLOCK;
        let block = block(text, from);
        let outside = !strings.inside(&block);
        let (opening, closing) = (is(&block, b'{', 0x20), is(&block, b'}', 0x20));
        let (opening, closing) = (opening & outside, closing & outside);
        if depth > 0 && opening | closing == 0 {
            continue;
        }
        if depth > closing.count_ones() {
            // The block stays within one element.
            depth = depth + opening.count_ones() - closing.count_ones();
        } else {
            let commas = is(&block, b',', 0) & outside;
            let mut brackets = opening | closing;
            let mut since = 0;
            loop {
                let at = brackets.trailing_zeros();
                if depth == 0 {
                    let between = commas & before(at) & !before(since);
                    count += between.count_ones();
                }
                if brackets == 0 {
                    break;
                }
                brackets &= brackets - 1;
                since = at;
                if opening >> at & 1 == 1 {
                    depth += 1;
                } else if depth == 0 {
                    return Some((from + at as usize + 1, count));
                } else {
                    depth -= 1;
                }
            }
        }
    }
    None
}

/// Finds the end of an array or object that is read in pieces. Nothing is validated.
#[derive(Debug, Default)]
pub(crate) struct ValueEnd {
    strings: Strings,
    depth: u32,
    /// The bytes examined so far.
    passed: usize,
}

impl ValueEnd {
    /// The offset after the array or object that `text` starts with, or `None` if it goes on. In the next call, the
    /// same text must be longer, unless it is [released](Self::release). `is_all` says that nothing follows.
    pub(crate) fn find(&mut self, text: &[u8], is_all: bool) -> Option<usize> {
        while self.passed < text.len() {
            let from = self.passed;
            if from + BLOCK > text.len() && !is_all {
                return None;
            }
            self.passed += BLOCK;
            let block = block(text, from);
            let outside = !self.strings.inside(&block);
            let opening = is(&block, b'{', 0x20) & outside;
            let closing = is(&block, b'}', 0x20) & outside;
            if self.depth > closing.count_ones() {
                // The block stays within the value.
                self.depth = self.depth + opening.count_ones() - closing.count_ones();
                continue;
            }
            let mut brackets = opening | closing;
            while brackets != 0 {
                let at = brackets.trailing_zeros();
                brackets &= brackets - 1;
                if opening >> at & 1 == 1 {
                    self.depth += 1;
                } else if self.depth <= 1 {
                    return Some(from + at as usize + 1);
                } else {
                    self.depth -= 1;
                }
            }
        }
        None
    }

    /// The number of bytes at the start of the text that need not be kept.
    pub(crate) fn release(&mut self) -> usize {
        std::mem::take(&mut self.passed)
    }
}

/// All bits below `bit`; every bit if `bit` is out of range.
const fn before(bit: u32) -> u64 {
    match 1_u64.checked_shl(bit) {
        Some(bit) => bit - 1,
        None => u64::MAX,
    }
}

/// The 64 bytes at `at`, padded with white space after the end of the text.
fn block(text: &[u8], at: usize) -> [u8; BLOCK] {
    let rest = &text[at..];
    match rest.first_chunk() {
        Some(block) => *block,
        None => {
            let mut block = [b' '; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            block
        }
    }
}

/// Carries the string state from one block to the next.
#[derive(Debug, Default)]
struct Strings {
    /// All bits set if a string continues into the next block.
    goes_on: u64,
    escaped: Escaped,
}

impl Strings {
    /// One bit per byte of a block inside a string, including its opening quote.
    fn inside(&mut self, block: &[u8; BLOCK]) -> u64 {
        let escaped = self.escaped.of(is(block, b'\\', 0));
        let quotes = is(block, b'"', 0) & !escaped;
        // Each bit is flipped by every quote up to it (prefix XOR).
        let mut inside = quotes;
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        inside ^= self.goes_on;
        self.goes_on = (inside.cast_signed() >> 63).cast_unsigned();
        inside
    }
}
