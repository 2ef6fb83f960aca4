//! Values that stand in for those of a capture: of the same type, in the same form, and without their content.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::observe::is_placeholder;

/// How closely stand-ins follow the form of a value. A closer one is used where a schema accepts the value and not its
/// stand-in, or the other way round.
pub(super) const RUNGS: u8 = 3;

/// The stand-ins of one exchange: different values get different ones, and the same value the same.
#[derive(Debug, Default)]
pub(super) struct StandIns {
    given: HashMap<(String, u8), String>,
    /// How many values had the same form.
    of_form: HashMap<String, usize>,
}

impl StandIns {
    /// The stand-in of a string.
    pub(super) fn text(&mut self, text: &str, rung: u8) -> String {
        if text.is_empty() || is_whole_placeholder(text) {
            return text.to_owned();
        }
        if is_placeholder(text) {
            // A part of it is data.
            return "{value}".to_owned();
        }
        let key = (text.to_owned(), rung);
        if let Some(known) = self.given.get(&key) {
            return known.clone();
        }
        let form = form_of(text, rung);
        let number = self.of_form.entry(form.clone()).or_default();
        let stand_in = numbered(&form, *number);
        *number += 1;
        self.given.insert(key, stand_in.clone());
        stand_in
    }

    /// The stand-in of a number, as it is written.
    pub(super) fn number(&mut self, raw: &str, rung: u8) -> String {
        let kept = usize::from(rung);
        let mut digits = 0;
        let mut in_exponent = false;
        let mut shown = String::new();
        for character in raw.chars() {
            in_exponent |= matches!(character, 'e' | 'E');
            match character {
                '0'..='9' if in_exponent => shown.push(character),
                '0' if digits == 0 => shown.push('0'),
                '0'..='9' => {
                    digits += 1;
                    shown.push(match digits {
                        1 if kept == 0 => '1',
                        // Some of the first digits say whether a limit is kept.
                        digits if digits <= kept => character,
                        _ => '0',
                    });
                }
                other => shown.push(other),
            }
        }
        shown
    }
}

/// Whether a text is nothing but a placeholder.
fn is_whole_placeholder(text: &str) -> bool {
    let text = text.trim();
    let pairs = [("{", "}"), ("${", "}"), ("<", ">"), ("[", "]")];
    let name = pairs.iter().find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    let is_name = |name: &str| {
        let name = name.trim_matches(['{', '}', ' ']);
        name.len() <= 40 && name.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '_' | '-' | ' '))
    };
    let is_crossed_out = || text.chars().all(|c| matches!(c, 'x' | 'X' | '*' | '-'));
    let is_marked = || (text.starts_with("REDACTED") || text.starts_with("YOUR_")) && is_name(text);
    is_placeholder(text) && (name.is_some_and(is_name) || is_crossed_out() || is_marked())
}

/// A text of the same form.
fn form_of(text: &str, rung: u8) -> String {
    match rung {
        0 => special(text).unwrap_or_else(|| by_class(text, '1')),
        // A leading zero, or a digit that may not be a one.
        1 => special(text).unwrap_or_else(|| by_class(text, '0')),
        // What looks like a format may be something else.
        _ => by_class(text, '1'),
    }
}

/// Letters become `a`, digits another digit; everything else stays.
fn by_class(text: &str, digit: char) -> String {
    let class = |character: char| match character {
        c if c.is_ascii_digit() => digit,
        c if c.is_uppercase() => 'A',
        c if c.is_alphanumeric() => 'a',
        c => c,
    };
    text.chars().map(class).collect()
}

/// The stand-in of a text in a well-known format.
fn special(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let is_digits = |range: std::ops::Range<usize>| {
        bytes.get(range).is_some_and(|part| !part.is_empty() && part.iter().all(u8::is_ascii_digit))
    };
    // 01234567-89ab-4def-8123-456789abcdef
    let is_uuid = bytes.len() == 36
        && [8, 13, 18, 23].iter().all(|at| bytes[*at] == b'-')
        && bytes.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-');
    if is_uuid {
        return Some("00000000-0000-4000-8000-000000000000".to_owned());
    }
    if is_digits(0..4) && bytes.get(4) == Some(&b'-') && is_digits(5..7) && bytes.get(7) == Some(&b'-') && is_digits(8..10) {
        let mut rest = text.get(10..)?.to_owned();
        // The hour, minute and second, each of two digits.
        let time: Vec<usize> = rest.match_indices(|c: char| c.is_ascii_digit()).map(|(at, _)| at).collect();
        for (at, digit) in time.iter().zip("040506".chars()) {
            rest.replace_range(*at..=*at, digit.encode_utf8(&mut [0; 4]));
        }
        let zone = rest.find(['+', 'Z', 'z']).unwrap_or(rest.len());
        for at in time.iter().skip(6).filter(|at| **at < zone) {
            rest.replace_range(*at..=*at, "0");
        }
        return Some(format!("2001-02-03{rest}"));
    }
    if is_digits(0..2) && bytes.get(2) == Some(&b':') && is_digits(3..5) {
        return Some(format!("04:05{}", by_class(text.get(5..)?, '0')));
    }
    let is_mail = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !text.contains(char::is_whitespace)
    });
    if is_mail {
        return Some("user0@example.com".to_owned());
    }
    if let Some((scheme, rest)) = text.split_once("://")
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    {
        let path = rest.find(['/', '?', '#']).map_or("", |at| &rest[at..]);
        return Some(format!("{}://host.example{}", scheme.to_ascii_lowercase(), by_class(path, '1')));
    }
    if text.parse::<std::net::Ipv4Addr>().is_ok() {
        return Some("192.0.2.10".to_owned());
    }
    if text.contains(':') && text.parse::<std::net::Ipv6Addr>().is_ok() {
        return Some("2001:db8::10".to_owned());
    }
    None
}

/// A text of a form that differs from the earlier ones: its last letters and digits count up.
fn numbered(form: &str, mut number: usize) -> String {
    let mut characters: Vec<char> = form.chars().collect();
    let is_date = form.starts_with("2001-02-03");
    if is_date {
        // Days that every month has.
        let mut day = String::new();
        let _ = write!(day, "{:02}", 1 + (2 + number) % 28);
        for (at, digit) in (8..10).zip(day.chars()) {
            characters[at] = digit;
        }
        return characters.into_iter().collect();
    }
    let in_host = form.find("example").map(|at| at..at + "example.com".len());
    for (at, character) in characters.iter_mut().enumerate().rev() {
        if number == 0 {
            break;
        }
        if in_host.as_ref().is_some_and(|host| host.contains(&at)) {
            continue;
        }
        let (first, base) = match character {
            '0'..='9' => ('0', 10),
            'a'..='z' => ('a', 26),
            'A'..='Z' => ('A', 26),
            _ => continue,
        };
        let own = (*character as usize - first as usize + number) % base;
        number = (*character as usize - first as usize + number) / base;
        *character = char::from_u32(first as u32 + u32::try_from(own).unwrap_or(0)).unwrap_or(first);
    }
    characters.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stand_ins_have_the_form_of_the_value() {
        let table = [
            ("Ann Lee-Müller 42", 0, "Aaa Aaa-Aaaaaa 11"),
            ("2026-05-04", 0, "2001-02-03"),
            ("2026-05-04T10:20:30.123+02:00", 0, "2001-02-03T04:05:06.000+02:00"),
            ("2026-05-04 10:20:30", 0, "2001-02-03 04:05:06"),
            ("6f9619ff-8b86-4d01-b42d-00cf4fc964ff", 0, "00000000-0000-4000-8000-000000000000"),
            ("ann@library.example", 0, "user0@example.com"),
            ("https://library.example/a/b?c=7", 0, "https://host.example/a/a?a=1"),
            ("10.1.2.3", 0, "192.0.2.10"),
            ("GB-0042", 0, "AA-1111"),
            ("GB-0042", 1, "AA-0000"),
            ("ann@library.example", 2, "aaa@aaaaaaa.aaaaaaa"),
            ("{{id}}", 0, "{{id}}"),
            ("[FILTERED]", 0, "[FILTERED]"),
            ("<GITHUB_LOGIN>", 0, "<GITHUB_LOGIN>"),
            ("token {id} of Ann", 0, "{value}"),
            ("", 0, ""),
        ];
        for (text, rung, expected) in table {
            assert_eq!(StandIns::default().text(text, rung), expected, "{text}");
        }
    }

    #[test]
    fn different_values_have_different_stand_ins() {
        let mut own = StandIns::default();
        let given: Vec<String> = ["aa", "ab", "aa", "zz"].iter().map(|text| own.text(text, 0)).collect();
        assert_eq!(given, ["aa", "ab", "aa", "ac"]);
        let dates: Vec<String> = (1..=4).map(|day| own.text(&format!("2020-01-0{day}"), 0)).collect();
        assert_eq!(dates, ["2001-02-03", "2001-02-04", "2001-02-05", "2001-02-06"]);
        let many: std::collections::HashSet<String> = (0..600).map(|id| own.text(&format!("u{id:03}"), 0)).collect();
        assert_eq!(many.len(), 600);
    }

    #[test]
    fn numbers_keep_their_sign_and_length() {
        let table = [
            ("0", 0, "0"),
            ("7", 0, "1"),
            ("-42", 0, "-10"),
            ("1999", 0, "1000"),
            ("2024", 1, "2000"),
            ("2024", 2, "2000"),
            ("1999", 2, "1900"),
            ("0.05", 0, "0.01"),
            ("12.50", 0, "10.00"),
            ("6.02e23", 0, "1.00e23"),
        ];
        for (raw, rung, expected) in table {
            assert_eq!(StandIns::default().number(raw, rung), expected, "{raw}");
        }
    }
}
