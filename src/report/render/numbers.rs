//! Numbers in sentences.

/// `3 exchanges`
pub(crate) fn plural(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => format!("{} {noun}s", thousands(count)),
    }
}

/// A number with a narrow gap every three digits: `12,345`.
pub(crate) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `65 %`; `–` of nothing.
pub(crate) fn share(part: u64, all: u64) -> String {
    match all {
        0 => "–".to_owned(),
        _ if part > 0 && part * 100 < all => "under 1 %".to_owned(),
        _ => format!("{} %", (part * 100 + all / 2) / all),
    }
}
