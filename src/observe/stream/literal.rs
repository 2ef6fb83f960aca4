//! Short texts that are compared with what comes next, and sets of them.

use wide::u8x16;

use crate::json::scan::{block, specials};

/// A text that is compared in one go with what stands at a place.
#[derive(Debug)]
pub(super) struct Literal {
    /// The first 32 bytes, and a bit for each that counts.
    head: [u8x16; 2],
    mask: u32,
    length: u32,
    /// The first eight bytes, and all bits of each that counts.
    start: (u64, u64),
    text: Box<[u8]>,
}

impl Literal {
    pub(super) fn new(text: &[u8]) -> Self {
        let byte = |at: usize| text.get(at).copied().unwrap_or(0);
        let count = text.len().min(32);
        Self {
            head: [
                u8x16::new(std::array::from_fn(byte)),
                u8x16::new(std::array::from_fn(|at| byte(at + 16))),
            ],
            mask: u32::try_from((1_u64 << count) - 1).unwrap_or(u32::MAX),
            length: u32::try_from(text.len()).unwrap_or(u32::MAX),
            start: (
                u64::from_le_bytes(std::array::from_fn(byte)),
                u64::from_le_bytes(std::array::from_fn(|at| match at < text.len() {
                    true => 0xff,
                    false => 0,
                })),
            ),
            text: text.into(),
        }
    }

    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    #[inline(always)]
    pub(super) fn len(&self) -> usize {
        self.length as usize
    }

    /// Whether a text may go on with this that has these eight bytes next.
    #[inline(always)]
    pub(super) const fn may_start(&self, next: u64) -> bool {
        (next ^ self.start.0) & self.start.1 == 0
    }

    /// Whether the text goes on with this.
    #[inline(always)]
    pub(super) fn stands_at(&self, text: &[u8], at: usize) -> bool {
        let Some(rest) = text.get(at..) else {
            return false;
        };
        let Some(bytes) = rest.first_chunk::<32>() else {
            return rest.starts_with(&self.text);
        };
        let compare = |at: usize| {
            let half = bytes[at..].first_chunk().copied().unwrap_or_default();
            u8x16::new(half)
                .cmp_eq(self.head[at / 16])
                .move_mask()
                .cast_unsigned()
        };
        // Most are short.
        if self.length <= 16 {
            return !compare(0) & self.mask == 0;
        }
        let equal = compare(0) | (compare(16) << 16);
        !equal & self.mask == 0 && (self.length <= 32 || rest.starts_with(&self.text))
    }
}

/// Longest text that a set finds quickly.
const SHORT: usize = 15;

/// A set of texts, each with a counter.
#[derive(Debug, Default)]
pub(super) struct Tallied {
    /// Open addressing: a text of up to 15 bytes padded with zeros, and the number of its counter from
    /// 1; 0 where nothing stands.
    table: Box<[(u128, u32)]>,
    shift: u32,
    texts: Vec<(Box<[u8]>, u64)>,
    by_text: rustc_hash::FxHashMap<Box<[u8]>, u32>,
}

impl Tallied {
    pub(super) fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut set = Self::default();
        for text in texts {
            let number = u32::try_from(set.texts.len()).unwrap_or(u32::MAX);
            // An enum may list a string twice.
            if !set.by_text.contains_key(text.as_bytes()) {
                set.by_text.insert(text.as_bytes().into(), number);
                set.texts.push((text.as_bytes().into(), 0));
            }
        }
        let size = (set.texts.len() * 4).next_power_of_two().max(4);
        set.shift = 64 - size.trailing_zeros();
        set.table = vec![(0, 0); size].into();
        for (index, (text, _)) in set.texts.iter().enumerate() {
            // The padding would make a NUL at the end disappear.
            if text.len() > SHORT || text.contains(&0) {
                continue;
            }
            let mut padded = [0; 16];
            padded[..text.len()].copy_from_slice(text);
            let key = u128::from_le_bytes(padded);
            let mut at = place(key, set.shift);
            while set.table[at].1 != 0 {
                at = (at + 1) % size;
            }
            set.table[at] = (key, u32::try_from(index + 1).unwrap_or(u32::MAX));
        }
        set
    }

    /// Counts the string behind the quote before `start` if it is short, plain and one of the set; the
    /// offset behind its closing quote.
    #[inline(always)]
    pub(super) fn count_at(&mut self, text: &[u8], start: usize, delta: u64) -> Option<usize> {
        let bytes = block(text, start)?;
        let length = specials(bytes).trailing_zeros() as usize;
        if length > SHORT || bytes[length] != b'"' {
            return None;
        }
        let key = u128::from_le_bytes(bytes) & ((1_u128 << (8 * length)) - 1);
        let mut at = place(key, self.shift);
        loop {
            let (known, number) = *self.table.get(at)?;
            if number == 0 {
                return None;
            }
            if known == key {
                let (_, count) = self.texts.get_mut(number as usize - 1)?;
                *count = count.wrapping_add(delta);
                return Some(start + length + 1);
            }
            at = (at + 1) & (self.table.len() - 1);
        }
    }

    /// Counts a text if it is one of the set.
    pub(super) fn count(&mut self, text: &[u8], delta: u64) {
        if let Some(number) = self.by_text.get(text) {
            let (_, count) = &mut self.texts[*number as usize];
            *count = count.wrapping_add(delta);
        }
    }

    /// The texts that were counted, each with its counter.
    pub(super) fn counted(&mut self) -> impl Iterator<Item = (&[u8], &mut u64)> {
        let counted = self.texts.iter_mut().filter(|(_, count)| *count > 0);
        counted.map(|(text, count)| (&**text, count))
    }
}

/// Where a text stands in the table, if nothing else does.
#[inline]
fn place(key: u128, shift: u32) -> usize {
    let (low, high) = (key as u64, (key >> 64) as u64);
    let mixed = (low ^ high.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> shift) as usize
}
