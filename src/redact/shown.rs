//! Text that is safe to print to a terminal.

use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;

use super::shapes::mask_shapes;

/// Text for output that may contain parts of a contract, a payload, a header or a file name. Control
/// characters, invisible characters and bidirectional controls are escaped. [`Shown::new`] is the only
/// constructor.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Shown(String);

impl Shown {
    /// Makes text safe to print. Text that is already safe stays unchanged.
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

/// Escapes text like [`Shown`], for sentences that are composed of several texts.
#[must_use]
pub(crate) fn printed(text: &str) -> String {
    text.chars().map(printable).collect()
}

/// Makes text from a payload safe to print: secrets are masked, and the rest is escaped.
#[must_use]
pub fn sanitised(text: &str) -> String {
    mask_shapes(text).chars().map(printable).collect()
}

/// At most `most` characters of a text, followed by an ellipsis if there are more.
#[must_use]
pub(crate) fn clipped(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

/// Text with styles that is safe to print to a terminal. Only sequences for colours, bold, dim, reset and
/// links to local files are kept. Carriage returns are removed. Other control characters except tabs and line
/// feeds are escaped in a form that is also valid in JSON.
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
        if let Some(length) = style_sequence(rest).or_else(|| link_sequence(rest)) {
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

/// Text without styles and other terminal sequences.
#[must_use]
pub(crate) fn without_styles(text: &str) -> String {
    let text = only_styles(text);
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some(at) = rest.find('\u{1b}') {
        out.push_str(&rest[..at]);
        let sequence = &rest[at..];
        let length = style_sequence(sequence).or_else(|| link_sequence(sequence)).unwrap_or(1);
        rest = &sequence[length..];
    }
    out.push_str(rest);
    out
}

/// The length in bytes of the style sequence (ECMA-48, 8.3.117) at the start of the text.
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

/// The length in bytes of the sequence at the start of the text that starts a link to a local file, or ends a
/// link (OSC 8).
fn link_sequence(text: &str) -> Option<usize> {
    let rest = text.strip_prefix("\u{1b}]8;;")?;
    let (target, _) = rest.split_once("\u{1b}\\")?;
    let is_safe = target.is_empty()
        || (target.starts_with("file://") && target.bytes().all(|byte| byte.is_ascii_graphic()));
    is_safe.then(|| "\u{1b}]8;;".len() + target.len() + "\u{1b}\\".len())
}

/// A text that links to a local file in a terminal; only the text if there is no such file.
#[must_use]
pub(crate) fn linked(text: &str, file: &str) -> String {
    use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
    const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');
    let path = std::path::absolute(file).ok().filter(|path| path.is_file());
    match path.as_ref().and_then(|path| path.to_str()) {
        Some(path) => {
            let target = utf8_percent_encode(path, KEPT);
            format!("\u{1b}]8;;file://{target}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\")
        }
        None => text.to_owned(),
    }
}

/// A character that is safe to print to a terminal.
pub(crate) fn printable(character: char) -> String {
    match character {
        '\t' => " ".to_owned(),
        '\r' => String::new(),
        // Bidirectional controls and invisible characters could hide text. Marks and joiners are part of how
        // scripts are written.
        c if c.is_control() || shows_nothing(c) => format!("\\u{{{:x}}}", u32::from(c)),
        c => c.to_string(),
    }
}

/// Whether a character is a bidirectional control, a zero-width space, an invisible operator or a tag
/// (Unicode 16, general categories Cf, Zl and Zp, without the joiners).
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
    use super::{Shown, linked, only_styles, without_styles};

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
    fn links_lead_to_local_files_alone() {
        let link = linked("the manifest", "Cargo.toml");
        assert!(link.starts_with("\u{1b}]8;;file:///") && link.contains("/Cargo.toml\u{1b}\\the manifest"));
        assert_eq!(only_styles(&link), link);
        assert_eq!(without_styles(&link), "the manifest");
        assert_eq!(linked("nothing", "no/such/file"), "nothing");
    }

    #[test]
    fn only_styles_reach_a_terminal() {
        let styled = "\u{1b}[1m\u{1b}[91merror\u{1b}[0m: a\n\tb";
        assert_eq!(only_styles(styled), styled);
        assert_eq!(without_styles(styled), "error: a\n\tb");
        for (text, left) in [
            ("\u{1b}]0;title\u{7}", r"\u001b]0;title\u0007"),
            ("\u{1b}]8;;http://x\u{1b}\\", r"\u001b]8;;http://x\u001b\"),
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
