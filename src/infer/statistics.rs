//! How sure a guess is.

/// The lower end of the 95 % Wilson interval for a share, if all of `n` samples agree: how often the guess holds at least.
#[must_use]
#[expect(clippy::cast_precision_loss, reason = "a sample of 2^53 is not told apart from the next one")]
pub fn confidence(n: u64) -> f64 {
    let n = n as f64;
    // z² of the normal distribution for 95 %.
    const Z2: f64 = 3.841_458_820_694_124;
    let share = n / (n + Z2);
    (share * 1000.0).floor() / 1000.0
}
