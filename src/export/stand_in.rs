//! Values that stand in for those of a capture: of the same type, in the same form, and without their content.

use std::collections::HashMap;
use std::fmt::Write as _;

use crate::observe::is_placeholder;

/// How closely stand-ins follow the form of a value. A closer one is used where a schema accepts the value and not its
/// stand-in, or the other way round.
pub(super) const RUNGS: u8 = 3;

/// Values and forms that are remembered. Beyond them, values are no longer distinguished.
const REMEMBERED: usize = 200_000;

/// The longest value that is remembered, in bytes.
const LONGEST: usize = 200;

/// The stand-ins of a run: different values get different ones, and the same value the same.
#[derive(Debug, Default)]
pub(super) struct StandIns {
    given: HashMap<(String, u8), String>,
    /// How many values had the same form.
    of_form: HashMap<String, usize>,
    /// Starts of ids that a contract names, such as `ord_`.
    prefixes: Vec<String>,
}

impl StandIns {
    /// Stand-ins that keep these starts of ids.
    pub(super) fn new(prefixes: Vec<String>) -> Self {
        Self {
            prefixes,
            ..Self::default()
        }
    }

    /// The stand-in of a string.
    pub(super) fn text(&mut self, text: &str, rung: u8) -> String {
        if text.is_empty() || is_crossed_out(text) {
            return text.to_owned();
        }
        if is_placeholder(text) {
            // Its name, or what stands next to it, may be data.
            return placeholder_like(text).to_owned();
        }
        let key = (text.to_owned(), rung);
        if let Some(known) = self.given.get(&key) {
            return known.clone();
        }
        let (start, rest) = text.split_at(self.prefix_of(text));
        let form = form_of(rest, rung);
        let stand_in = format!("{start}{}", numbered(&form, self.next(&form)));
        self.give(key, &stand_in);
        stand_in
    }

    /// How many values of a form there were before.
    fn next(&mut self, form: &str) -> usize {
        if self.of_form.len() >= REMEMBERED && !self.of_form.contains_key(form) {
            return 0;
        }
        let number = self.of_form.entry(form.to_owned()).or_default();
        *number += 1;
        *number - 1
    }

    fn give(&mut self, key: (String, u8), stand_in: &str) {
        if self.given.len() < REMEMBERED && key.0.len() <= LONGEST {
            self.given.insert(key, stand_in.to_owned());
        }
    }

    /// The length of the start that a contract names.
    fn prefix_of(&self, text: &str) -> usize {
        let mut prefixes = self.prefixes.iter();
        prefixes.find(|prefix| text.starts_with(prefix.as_str())).map_or(0, String::len)
    }

    /// The stand-in of a number, as it is written. Integers count up, so that ids stay apart.
    pub(super) fn number(&mut self, raw: &str, rung: u8) -> String {
        let is_count = rung == 0 && raw.len() <= 15 && raw.bytes().all(|byte| byte.is_ascii_digit());
        if !is_count || raw == "0" {
            return Self::sized(raw, rung);
        }
        let key = (raw.to_owned(), rung);
        if let Some(known) = self.given.get(&key) {
            return known.clone();
        }
        let least = 10_usize.pow(u32::try_from(raw.len()).unwrap_or(1) - 1);
        let number = self.next(&"9".repeat(raw.len()));
        let stand_in = (least + number % (9 * least)).to_string();
        self.give(key, &stand_in);
        stand_in
    }

    /// A number of the same size.
    fn sized(raw: &str, rung: u8) -> String {
        let kept = usize::from(rung);
        let mut digits = 0;
        let length = raw.bytes().filter(u8::is_ascii_digit).count();
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
                        1 if kept == 0 || length == 1 => '1',
                        // Some of the first digits say whether a limit is kept; all of them would be the value.
                        digits if digits <= kept && digits < length => character,
                        _ => '0',
                    });
                }
                other => shown.push(other),
            }
        }
        shown
    }
}

/// Whether a text was crossed out as a whole.
fn is_crossed_out(text: &str) -> bool {
    const WORDS: [&str; 6] = ["[FILTERED]", "[Filtered]", "[REDACTED]", "[redacted]", "REDACTED", "FILTERED"];
    WORDS.contains(&text) || (is_placeholder(text) && text.chars().all(|c| matches!(c, 'x' | 'X' | '*' | '-')))
}

/// A placeholder in the same brackets.
fn placeholder_like(text: &str) -> &'static str {
    let starts = [("{{", "{{value}}"), ("${", "${VALUE}"), ("<", "<VALUE>"), ("[", "[REDACTED]")];
    let mut starts = starts.iter().filter(|(start, _)| text.starts_with(start));
    starts.next().map_or("{value}", |(_, like)| like)
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
    if let Some(date) = date_like(text) {
        return Some(date);
    }
    let is_time = text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit() || b":.Z+-".contains(&byte));
    if is_time && is_digits(0..2) && bytes.get(2) == Some(&b':') && is_digits(3..5) {
        return Some(format!("04:05{}", by_class(text.get(5..)?, '0')));
    }
    let is_mail = text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && domain.contains('.') && !text.contains(char::is_whitespace)
    });
    if is_mail {
        return Some("user0@example.com".to_owned());
    }
    if let Some((scheme, rest)) = text.split_once("://")
        && ["http", "https", "ws", "wss", "ftp"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
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

/// A date, or a date and a time, in the same spelling.
fn date_like(text: &str) -> Option<String> {
    let pattern: String = text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let rest = pattern.strip_prefix("0000-00-00")?;
    if rest.is_empty() {
        return Some("2001-02-03".to_owned());
    }
    let time = rest.strip_prefix(['T', 't', ' '])?.strip_prefix("00:00")?;
    let (seconds, time) = match time.strip_prefix(":00") {
        Some(time) => (":06", time),
        None => ("", time),
    };
    let zone = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (fraction, zone) = time.split_at(zone);
    let is_fraction = fraction.is_empty()
        || fraction.strip_prefix(['.', ',']).is_some_and(|digits| digits.len() <= 9 && digits.chars().all(|c| c == '0'));
    let is_zone = matches!(zone, "" | "Z" | "z" | "+00:00" | "-00:00" | "+0000" | "-0000");
    // The offset says where, not who.
    let offset = &text[text.len() - zone.len()..];
    (is_fraction && is_zone).then(|| format!("2001-02-03{}04:05{seconds}{fraction}{offset}", &rest[..1]))
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
            ("{{id}}", 0, "{{value}}"),
            ("[FILTERED]", 0, "[FILTERED]"),
            ("<GITHUB_LOGIN>", 0, "<VALUE>"),
            ("token {id} of Ann", 0, "{value}"),
            ("2026-05-04 Ann Lee", 0, "1111-11-11 Aaa Aaa"),
            ("2026-05-04 10:20:30 +491701234567", 0, "1111-11-11 11:11:11 +111111111111"),
            ("secret://x/y", 0, "aaaaaa://a/a"),
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
            ("42", 1, "40"),
            ("42", 2, "40"),
            ("7", 2, "1"),
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
