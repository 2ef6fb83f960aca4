//! Text that does nothing to a terminal.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use super::shapes::mask_shapes;

/// Text for people, which may hold parts of a contract, a payload, a header or the name of a file, and in which
/// nothing is left that a terminal would obey: control characters, and characters that show nothing or turn the
/// direction, are written as their number. There is no other way to make one.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown(String);

impl Shown {
    /// Makes text safe to show. What is shown already stays as it is.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(printed(text))
    }
}

impl Deref for Shown {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// Text as [`Shown`] has it, for sentences that are put together of several.
#[must_use]
pub(crate) fn printed(text: &str) -> String {
    text.chars().map(printable).collect()
}

/// Makes text that comes from a payload safe to print in a sentence.
#[must_use]
pub fn sanitised(text: &str) -> String {
    mask_shapes(text).chars().map(printable).collect()
}

/// So many characters of a text at most, and an ellipsis where there are more.
#[must_use]
pub(crate) fn clipped(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Text with styles, as it may go to a terminal: of all sequences only those are left that set a colour, bold or
/// dim, or reset them. Carriage returns go; every other control character but the end of a line is written as its
/// number, in a way that means the same in JSON.
#[must_use]
pub(crate) fn only_styles(text: &str) -> String {
    let is_obeyed = |c: char| c.is_control() && !matches!(c, '\n' | '\t');
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(is_obeyed) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let character = rest.chars().next().unwrap_or_default();
        let mut taken = character.len_utf8();
        if let Some(length) = style_sequence(rest) {
            out.push_str(&rest[..length]);
            taken = length;
        } else if character != '\r' {
            out.push_str(&format!("\\u{:04x}", u32::from(character)));
        }
        rest = &rest[taken..];
    }
    out.push_str(rest);
    out
}

/// Text of which every style is gone, and everything else that a terminal would obey.
#[must_use]
pub(crate) fn without_styles(text: &str) -> String {
    let mut out = only_styles(text);
    let mut from = 0;
    while let Some(at) = out[from..].find('\u{1b}') {
        let start = from + at;
        let length = style_sequence(&out[start..]).unwrap_or(1);
        out.replace_range(start..start + length, "");
        from = start;
    }
    out
}

/// How many bytes a sequence has that the text starts with and that sets a style (ECMA-48, 8.3.117).
fn style_sequence(text: &str) -> Option<usize> {
    let inner = text.strip_prefix("\u{1b}[")?;
    let end = inner.find(|c: char| c != ';' && !c.is_ascii_digit())?;
    let is_style = |code: &str| {
        matches!(
            code.parse::<u8>(),
            Ok(0..=3 | 22 | 30..=37 | 39..=47 | 49 | 90..=97)
        )
    };
    (inner[end..].starts_with('m') && inner[..end].split(';').all(is_style))
        .then(|| end + "\u{1b}[m".len())
}

/// A character that does nothing to a terminal.
pub(crate) fn printable(character: char) -> String {
    match character {
        '\t' => " ".to_owned(),
        '\r' => String::new(),
        // Bidirectional controls and characters that show nothing could hide what stands there. Marks
        // and joiners are part of how scripts are written.
        c if c.is_control() || shows_nothing(c) => format!("\\u{{{:x}}}", u32::from(c)),
        c => c.to_string(),
    }
}

/// Bidirectional controls, spaces without width, invisible operators and tags (Unicode 16, general
/// category Cf and Zl, Zp, but for the joiners).
const fn shows_nothing(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}'
    )
}

#[cfg(test)]
mod tests {
    use super::{Shown, only_styles, without_styles};

    #[test]
    fn nothing_shown_is_obeyed_by_a_terminal() {
        for (text, shown) in [
            ("plain, ä, 🙂", "plain, ä, 🙂"),
            ("\u{1b}]0;title\u{7}x", r"\u{1b}]0;title\u{7}x"),
            ("\u{9b}31m", r"\u{9b}31m"),
            ("a\nb\tc\r", r"a\u{a}b c"),
            ("\u{202e}txt.exe", r"\u{202e}txt.exe"),
        ] {
            assert_eq!(&*Shown::new(text), shown);
            assert_eq!(Shown::new(shown).to_string(), shown, "shown twice");
        }
    }

    #[test]
    fn only_styles_reach_a_terminal() {
        let styled = "\u{1b}[1m\u{1b}[91merror\u{1b}[0m: a\n\tb";
        assert_eq!(only_styles(styled), styled);
        assert_eq!(without_styles(styled), "error: a\n\tb");
        for (text, left) in [
            ("\u{1b}]0;title\u{7}", r"\u001b]0;title\u0007"),
            ("\u{1b}[2J", r"\u001b[2J"),
            ("\u{1b}[8mhidden", r"\u001b[8mhidden"),
            ("\u{1b}[31;8m", r"\u001b[31;8m"),
            ("\u{1b}[38;5;1m", r"\u001b[38;5;1m"),
            ("\u{1b}[31", r"\u001b[31"),
            ("\u{1b}", r"\u001b"),
            ("\u{9b}2J", r"\u009b2J"),
            ("a\rb\u{8}", r"ab\u0008"),
        ] {
            assert_eq!(only_styles(text), left);
        }
    }
}
