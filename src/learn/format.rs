//! The formats that texts have.

use std::sync::OnceLock;

use serde::{Deserialize, Serialize};

use crate::schema::FormatTest;

/// A format of JSON Schema that a text shows: one that a text has by chance is not among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TextFormat {
    /// `2026-05-01`
    Date,
    /// `2026-05-01T10:00:00Z`
    DateTime,
    /// `ann@example.com`
    Email,
    /// `192.0.2.1`
    Ipv4,
    /// `2001:db8::1`
    Ipv6,
    /// `10:00:00Z`
    Time,
    /// `https://example.com/`
    Uri,
    /// `123e4567-e89b-12d3-a456-426614174000`
    Uuid,
}

impl TextFormat {
    const ALL: [Self; 8] =
        [Self::Date, Self::DateTime, Self::Email, Self::Ipv4, Self::Ipv6, Self::Time, Self::Uri, Self::Uuid];

    /// The name in JSON Schema.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::DateTime => "date-time",
            Self::Email => "email",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::Time => "time",
            Self::Uri => "uri",
            Self::Uuid => "uuid",
        }
    }

    /// The format of a text, if it has one.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let found = Self::suspected(text)?;
        found.accepts(text).then_some(found)
    }

    /// The format that a text may have by its outline.
    fn suspected(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        let at = |position: usize| bytes.get(position).copied().unwrap_or_default();
        let is_dated = bytes.len() >= 10 && at(4) == b'-' && at(7) == b'-' && at(0).is_ascii_digit();
        match bytes.len() {
            0..=2 | 2049.. => None,
            10 if is_dated => Some(Self::Date),
            20.. if is_dated && matches!(at(10), b'T' | b't' | b' ') => Some(Self::DateTime),
            9.. if at(0).is_ascii_digit() && at(2) == b':' && at(5) == b':' => Some(Self::Time),
            36 if at(8) == b'-' && at(13) == b'-' && at(18) == b'-' => Some(Self::Uuid),
            _ if text.contains("://") => Some(Self::Uri),
            _ if text.contains('@') => Some(Self::Email),
            7..=15 if at(0).is_ascii_digit() && text.matches('.').count() == 3 => Some(Self::Ipv4),
            3..=45 if text.matches(':').count() >= 2 => Some(Self::Ipv6),
            _ => None,
        }
    }

    /// Whether a text is of the format.
    pub(crate) fn accepts(self, text: &str) -> bool {
        static TESTS: OnceLock<[FormatTest; 8]> = OnceLock::new();
        let tests = TESTS.get_or_init(|| Self::ALL.map(|format| FormatTest::new(format.name())));
        let position = Self::ALL.iter().position(|format| *format == self);
        position.is_some_and(|position| tests[position].accepts(text))
    }
}

#[cfg(test)]
mod tests {
    use super::TextFormat;

    #[test]
    fn formats_are_detected() {
        let cases = [
            ("2026-05-01", Some(TextFormat::Date)),
            ("2026-13-01", None),
            ("2026-05-01T10:00:00Z", Some(TextFormat::DateTime)),
            ("2026-05-01T10:00:00.123+02:00", Some(TextFormat::DateTime)),
            ("2026-05-01T10:00:00", None),
            ("10:00:00Z", Some(TextFormat::Time)),
            ("123e4567-e89b-12d3-a456-426614174000", Some(TextFormat::Uuid)),
            ("https://example.com/a?b=c", Some(TextFormat::Uri)),
            ("see https://example.com", None),
            ("ann@example.com", Some(TextFormat::Email)),
            ("@ann", None),
            ("192.0.2.1", Some(TextFormat::Ipv4)),
            ("1.2.3.999", None),
            ("2001:db8::1", Some(TextFormat::Ipv6)),
            ("a:b:c", None),
            ("", None),
            ("active", None),
            ("2026", None),
        ];
        for (text, format) in cases {
            assert_eq!(TextFormat::of(text), format, "{text}");
        }
    }
}
