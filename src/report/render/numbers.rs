//! Formats numbers for sentences.

/// `3 exchanges`
pub(crate) fn plural(count: u64, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        _ => match noun.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'o'])) {
            Some(stem) => format!("{} {stem}ies", thousands(count)),
            None => format!("{} {noun}s", thousands(count)),
        },
    }
}

/// A number with commas between groups of three digits: `12,345`.
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

/// `65 %`; `–` if the total is 0.
pub(crate) fn share(part: u64, all: u64) -> String {
    match all {
        0 => "–".to_owned(),
        _ => percent(part, all),
    }
}

/// A rounded percentage. A part that is not 0 is at least `<1 %`, and one that is not all is at most `>99 %`.
pub(crate) fn percent(part: u64, all: u64) -> String {
    let (wide, of) = (u128::from(part), u128::from(all.max(1)));
    match (wide * 100 + of / 2) / of {
        0 if part > 0 => "<1 %".to_owned(),
        100 if part < all => ">99 %".to_owned(),
        rounded => format!("{rounded} %"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_rounded_and_never_claim_all_or_nothing() {
        for (part, all, shown) in [
            (0, 0, "–"),
            (0, 3, "0 %"),
            (1, 1000, "<1 %"),
            (2, 3, "67 %"),
            (999, 1000, ">99 %"),
            (3, 3, "100 %"),
        ] {
            assert_eq!(share(part, all), shown, "{part} of {all}");
        }
    }
}
