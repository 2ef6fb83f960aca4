//! How a walk treats the counters.

/// Values are counted.
pub(crate) const COUNT: u8 = 0;
/// Counts are taken back: those of a payload that turned out not to be JSON, or of a value whose assumed
/// branch does not accept.
pub(crate) const TAKE_BACK: u8 = 1;
/// Nothing is counted: the walk tests whether the schemas accept.
pub(crate) const ASK: u8 = 2;

/// What is added for each value, with wrapping.
#[inline(always)]
pub(crate) const fn delta<const MODE: u8>() -> u64 {
    match MODE {
        COUNT => 1,
        TAKE_BACK => u64::MAX,
        _ => 0,
    }
}
