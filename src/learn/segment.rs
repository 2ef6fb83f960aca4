//! Segments of paths that are data.

use super::format::TextFormat;

/// What a segment of a path is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SegmentKind {
    /// A name: a part of the path of every request to the operation.
    Literal,
    /// A whole number.
    Integer,
    /// A UUID.
    Uuid,
    /// A date.
    Date,
    /// Another identifier: a hash, an object id, `cus_9s6XKzkNRiz8i3`.
    Identifier,
}

impl SegmentKind {
    /// What a segment looks like.
    #[must_use]
    pub fn of(segment: &str) -> Self {
        let digits = segment.bytes().filter(u8::is_ascii_digit).count();
        if segment.is_empty() || is_version(segment) {
            return Self::Literal;
        }
        if digits == segment.len() {
            return Self::Integer;
        }
        match TextFormat::of(segment) {
            Some(TextFormat::Uuid) => return Self::Uuid,
            Some(TextFormat::Date) => return Self::Date,
            Some(TextFormat::Email | TextFormat::DateTime | TextFormat::Ipv4) => return Self::Identifier,
            _ => {}
        }
        match is_identifier(segment, digits) {
            true => Self::Identifier,
            false => Self::Literal,
        }
    }

    /// The name under which segments of this kind are put together; `None` for literals, which are distinguished.
    #[must_use]
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Literal => None,
            Self::Integer => Some("{integer}"),
            Self::Uuid => Some("{uuid}"),
            Self::Date => Some("{date}"),
            Self::Identifier => Some("{id}"),
        }
    }
}

/// Whether the key of a path stands for segments that are data.
#[must_use]
pub fn is_parameter(key: &str) -> bool {
    key.starts_with('{') && key.ends_with('}')
}

/// `v1`, `v2.1`, `v1beta2`, `2024-01`
fn is_version(segment: &str) -> bool {
    let rest = segment.strip_prefix(['v', 'V']).unwrap_or_default();
    let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
    let suffix = rest[end..].trim_end_matches(|c: char| c.is_ascii_digit());
    rest.starts_with(|c: char| c.is_ascii_digit()) && rest.len() <= 10 && matches!(suffix, "" | "alpha" | "beta" | "rc" | "p")
}

fn is_identifier(segment: &str, digits: usize) -> bool {
    // A template or a placeholder, and what cannot be in a name.
    if segment.contains(['{', '<', '%', '@', '=', ',', ' ']) {
        return true;
    }
    let is_plain = segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    let is_hex = segment.len() >= 12 && digits >= 2 && segment.bytes().all(|byte| byte.is_ascii_hexdigit());
    // `cus_9s6XKzkNRiz8i3`, `ORD-2024-0042`
    let with_prefix = segment.split_once(['_', '-']).is_some_and(|(prefix, rest)| {
        let is_prefix = (2..=10).contains(&prefix.len()) && prefix.bytes().all(|byte| byte.is_ascii_alphabetic());
        let digits = rest.bytes().filter(u8::is_ascii_digit).count();
        let has_both_cases = rest.contains(|c: char| c.is_ascii_uppercase()) && rest.contains(|c: char| c.is_ascii_lowercase());
        is_prefix && rest.len() >= 4 && (digits == rest.len() || (digits >= 2 && (has_both_cases || digits * 2 >= rest.len() || rest.len() >= 12)))
    });
    let count = |is: fn(&u8) -> bool| segment.bytes().filter(is).count();
    let is_mixed = count(u8::is_ascii_uppercase) >= 3 && count(u8::is_ascii_lowercase) >= 3 && digits >= 2;
    is_plain && (is_hex || with_prefix || (segment.len() >= 16 && (digits >= 4 || is_mixed)))
}

#[cfg(test)]
mod tests {
    use super::SegmentKind;

    #[test]
    fn segments_are_told_apart() {
        use SegmentKind::{Date, Identifier, Integer, Literal, Uuid};
        let cases = [
            ("", Literal),
            ("pets", Literal),
            ("v1", Literal),
            ("v2.1", Literal),
            ("v1beta2", Literal),
            ("me", Literal),
            ("line-items", Literal),
            ("oauth2", Literal),
            ("mp3", Literal),
            ("utf-8", Literal),
            ("top-100", Literal),
            ("42", Integer),
            ("123e4567-e89b-12d3-a456-426614174000", Uuid),
            ("2026-05-01", Date),
            ("507f1f77bcf86cd799439011", Identifier),
            ("cus_9s6XKzkNRiz8i3", Identifier),
            ("ORD-2024-0042", Identifier),
            ("ann@example.com", Identifier),
            ("{petId}", Identifier),
            ("aGVsbG8gd29ybGQ1MjM0", Identifier),
            ("xyzXYZ67abcABCdef", Identifier),
            ("oauth2Authorizations", Literal),
        ];
        for (segment, kind) in cases {
            assert_eq!(SegmentKind::of(segment), kind, "{segment}");
        }
    }
}
