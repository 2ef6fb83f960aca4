//! How objects are written, as far as learnt: the bytes before the value of each member, and what usually
//! follows.

use crate::observe::stream::lex::literal;
use crate::observe::stream::lex::literal::Literal;
use crate::observe::stream::lex::scan::CLASSES;

use super::NONE;
use super::how::How;
use super::mode::delta;

/// The text before the value of a member: the opening brace or the comma after the last member, a key, a
/// colon, white space. If the value is a constant, the glue includes it.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Glue {
    pub(crate) text: Literal,
    /// Counts of values by the class of their first byte, for [`Self::slots`].
    pub(crate) counts: [u64; CLASSES],
    /// The bit of the member, if it is one of the first 64 and plain.
    pub(crate) bit: u64,
    /// How a value is handled, by the class of its first byte.
    pub(crate) how: [How; CLASSES],
    /// The slot of a value, by the same class.
    pub(crate) slots: [u32; CLASSES],
    /// The glue that is expected to follow.
    pub(crate) next: u32,
    /// The glue that followed instead.
    pub(super) instead: u32,
    /// Other glue of this slot with the same index in the table.
    pub(super) same: u32,
    pub(crate) member: u16,
    /// Whether it starts with the opening brace.
    pub(super) opens: bool,
}

impl Glue {
    #[inline(always)]
    pub(crate) fn count<const MODE: u8>(&mut self, class: usize) {
        let count = &mut self.counts[class];
        *count = count.wrapping_add(delta::<MODE>());
    }
}

// Indexed by one multiplication with a small number.
const _: () = assert!(size_of::<Glue>() == 192);

/// The glue of one slot.
#[derive(Debug)]
pub(crate) struct Learnt {
    /// The glue that is expected at the start of an object.
    pub(crate) first: u32,
    /// The number of glue texts.
    pub(super) count: u32,
    /// Bytes before a key: after a value, and at the start of an object.
    pub(super) lead: [u8; 2],
    /// The table has 2 to the power of (64 - `shift`) entries.
    pub(super) shift: u8,
    /// Glue by the hash of its key.
    pub(super) table: Box<[u32]>,
}

impl Learnt {
    pub(crate) fn new() -> Self {
        Self {
            first: NONE,
            count: 0,
            lead: [0; 2],
            shift: 63,
            table: Box::default(),
        }
    }

    /// The index of glue in the table, by its key or the first 16 bytes of the key.
    #[inline(always)]
    pub(super) fn place(&self, key: [u8; 16]) -> usize {
        let key = literal::padded(key, literal::quote(key));
        literal::place(key, u32::from(self.shift))
    }
}
