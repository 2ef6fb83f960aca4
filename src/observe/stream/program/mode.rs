//! What a walk does with the counters.

/// Values are counted.
pub(crate) const COUNT: u8 = 0;
/// What was counted is taken back: of a payload that turned out not to be JSON, or of a value of which a
/// branch was assumed that does not accept.
pub(crate) const TAKE_BACK: u8 = 1;
/// Nothing is counted: the question is whether the schemas accept.
pub(crate) const ASK: u8 = 2;

/// What is added for each value; to be added so that it wraps.
#[inline(always)]
pub(crate) const fn delta<const MODE: u8>() -> u64 {
    match MODE {
        COUNT => 1,
        TAKE_BACK => u64::MAX,
        _ => 0,
    }
}
