//! Short texts that are compared with the upcoming input, and sets of such texts.

use wide::u8x16;

/// Bytes compared at once.
pub(crate) const AT_ONCE: usize = 32;

/// A text that is compared with the input at once.
#[derive(Debug)]
pub(crate) struct Literal {
    /// The first bytes, and a mask with a bit for each byte that counts.
    head: [u8x16; 2],
    mask: u32,
    length: u32,
    text: Box<[u8]>,
}

impl Literal {
    pub(crate) fn new(text: &[u8]) -> Self {
        let byte = |at: usize| text.get(at).copied().unwrap_or(0);
        let count = text.len().min(AT_ONCE);
        Self {
            head: [
                u8x16::new(std::array::from_fn(byte)),
                u8x16::new(std::array::from_fn(|at| byte(at + 16))),
            ],
            mask: u32::try_from((1_u64 << count) - 1).unwrap_or(u32::MAX),
            length: u32::try_from(text.len()).unwrap_or(u32::MAX),
            text: text.into(),
        }
    }

    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        self.length as usize
    }

    /// Whether a text starts with this literal.
    #[inline(always)]
    pub(crate) fn starts(&self, text: &[u8]) -> bool {
        let Some(bytes) = text.first_chunk::<AT_ONCE>() else {
            return text.starts_with(&self.text);
        };
        let compare = |at: usize| {
            let half = bytes[at..].first_chunk().copied().unwrap_or_default();
            u8x16::new(half)
                .simd_eq(self.head[at / 16])
                .to_bitmask()
        };
        // Most are short.
        if self.length <= 16 {
            return !compare(0) & self.mask == 0;
        }
        let equal = compare(0) | (compare(16) << 16);
        !equal & self.mask == 0 && (self.length as usize <= AT_ONCE || text.starts_with(&self.text))
    }
}

/// Longest text in the fast table of a set.
const SHORT: usize = 15;

/// A set of texts, each with a counter.
#[derive(Debug, Default)]
pub(crate) struct Tallied {
    /// An open-addressing table of texts of up to 15 bytes that are written without escapes.
    table: Box<[Entry]>,
    shift: u32,
    texts: Vec<(Box<[u8]>, u64)>,
    by_text: rustc_hash::FxHashMap<Box<[u8]>, u32>,
}

/// A short text of a set.
#[derive(Debug, Clone, Copy, Default)]
struct Entry {
    /// The text, padded with zeros.
    key: u128,
    count: u64,
    /// The number of the text from 1; 0 for an empty entry.
    number: u32,
    length: u32,
}

impl Tallied {
    pub(crate) fn new<'t>(texts: impl Iterator<Item = &'t str>) -> Self {
        let mut set = Self::default();
        for text in texts {
            let number = crate::limits::index(set.texts.len());
            // An enum may list a string twice.
            if !set.by_text.contains_key(text.as_bytes()) {
                set.by_text.insert(text.as_bytes().into(), number);
                set.texts.push((text.as_bytes().into(), 0));
            }
        }
        let size = (set.texts.len() * 4).next_power_of_two().max(4);
        set.shift = 64 - size.trailing_zeros();
        set.table = vec![Entry::default(); size].into();
        for (text, index) in set.texts.iter().map(|(text, _)| text).zip(1..) {
            let is_plain = |byte: &u8| *byte >= b' ' && !matches!(byte, b'"' | b'\\');
            if text.len() > SHORT || !text.iter().all(is_plain) {
                continue;
            }
            let mut key = [0; 16];
            key[..text.len()].copy_from_slice(text);
            let key = u128::from_le_bytes(key);
            let mut at = place(key, set.shift);
            while set.table[at].number != 0 {
                at = (at + 1) % size;
            }
            set.table[at] = Entry {
                key,
                count: 0,
                number: index,
                length: u32::try_from(text.len()).unwrap_or(u32::MAX),
            };
        }
        set
    }

    /// Counts the string at the start of a text if it is short, plain and in the set. Returns its length with
    /// quotes.
    #[inline(always)]
    pub(crate) fn count_first(&mut self, text: &[u8], delta: u64) -> Option<usize> {
        let (_, rest) = text.split_first()?;
        let bytes = *rest.first_chunk()?;
        // A string that is not plain is not in the table, either.
        let length = quote(bytes);
        let key = padded(bytes, length);
        let mut at = place(key, self.shift);
        loop {
            let entry = self.table.get_mut(at)?;
            if entry.number == 0 {
                return None;
            }
            if entry.key == key && entry.length as usize == length {
                entry.count = entry.count.wrapping_add(delta);
                return Some(length + 2);
            }
            at = (at + 1) & (self.table.len() - 1);
        }
    }

    /// Counts a text if it is in the set.
    pub(crate) fn count(&mut self, text: &[u8], delta: u64) {
        if let Some(number) = self.by_text.get(text) {
            let (_, count) = &mut self.texts[*number as usize];
            *count = count.wrapping_add(delta);
        }
    }

    /// The texts that were counted, each with its counter.
    pub(crate) fn counted(&mut self) -> impl Iterator<Item = (&[u8], &mut u64)> {
        for entry in self.table.iter_mut().filter(|entry| entry.number != 0) {
            let (_, count) = &mut self.texts[entry.number as usize - 1];
            *count = count.wrapping_add(std::mem::take(&mut entry.count));
        }
        let counted = self.texts.iter_mut().filter(|(_, count)| *count > 0);
        counted.map(|(text, count)| (&**text, count))
    }
}

/// The index of a text in the table, unless another text occupies it.
#[inline(always)]
pub(crate) fn place(key: u128, shift: u32) -> usize {
    let (low, high) = (key as u64, (key >> 64) as u64);
    let mixed = (low ^ high.rotate_left(29)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> shift) as usize
}

/// The first bytes of a block, padded with zeros.
#[inline(always)]
pub(crate) fn padded(block: [u8; 16], length: usize) -> u128 {
    const MASKS: [u128; 17] = {
        let mut masks = [u128::MAX; 17];
        let mut length = 0;
        while length < 16 {
            masks[length] = (1 << (8 * length)) - 1;
            length += 1;
        }
        masks
    };
    u128::from_le_bytes(block) & MASKS[length.min(16)]
}

/// The number of bytes before the first quote of a block, or in the whole block.
#[inline(always)]
pub(crate) fn quote(block: [u8; 16]) -> usize {
    let quotes = u8x16::new(block).simd_eq(u8x16::splat(b'"')).to_bitmask();
    (quotes | 1 << 16).trailing_zeros() as usize
}
