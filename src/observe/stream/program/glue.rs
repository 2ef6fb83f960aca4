//! What was learnt of how objects are written: the bytes before the value of each member, and what mostly
//! follows it.

use crate::observe::stream::lex::literal;
use crate::observe::stream::lex::literal::Literal;
use crate::observe::stream::lex::scan::CLASSES;

use super::NONE;
use super::how::How;
use super::mode::delta;

/// What stands before the value of a member: the brace of the object or the comma behind the last
/// member, a key, a colon, white space. Where the value is a constant, glue ends behind that.
#[derive(Debug)]
#[repr(C, align(64))]
pub(crate) struct Glue {
    pub(crate) text: Literal,
    /// Values by the class of their first byte, for [`Self::slots`].
    pub(crate) counts: [u64; CLASSES],
    /// The bit of the member, if it is one of the first 64 and only walked.
    pub(crate) bit: u64,
    /// What is done with a value, by the class of its first byte.
    pub(crate) how: [How; CLASSES],
    /// The slot of a value, by the same.
    pub(crate) slots: [u32; CLASSES],
    /// The glue that is expected to follow.
    pub(crate) next: u32,
    /// What followed when that did not.
    pub(super) instead: u32,
    /// Other glue of this slot that has the same place in the table.
    pub(super) same: u32,
    pub(crate) member: u16,
    /// Whether it starts with the brace.
    pub(super) opens: bool,
}

impl Glue {
    #[inline(always)]
    pub(crate) fn count<const MODE: u8>(&mut self, class: usize) {
        let count = &mut self.counts[class];
        *count = count.wrapping_add(delta::<MODE>());
    }
}

// Found by one multiplication with a small number.
const _: () = assert!(size_of::<Glue>() == 192);

/// The glue of one slot.
#[derive(Debug)]
pub(crate) struct Learnt {
    /// The glue that is expected where an object opens.
    pub(crate) first: u32,
    /// How much there is.
    pub(super) count: u32,
    /// Bytes before a key: behind a value, and where an object opens.
    pub(super) lead: [u8; 2],
    /// The size of the table is 2 to the power of 64 less this.
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

    /// Where glue is found by its key, or by the first 16 bytes of that.
    #[inline(always)]
    pub(super) fn place(&self, key: [u8; 16]) -> usize {
        let key = literal::padded(key, literal::quote(key));
        literal::place(key, u32::from(self.shift))
    }
}
