//! Fits lines to a width.

use textwrap::core::display_width;
use unicode_width::UnicodeWidthStr as _;

/// The width of text that is written to a file or a pipe.
pub(crate) const WIDTH: usize = 100;

/// A space at which lines are not broken; it is printed as a space.
pub(crate) const KEEP: &str = "\u{a0}";

/// Wraps a text at spaces. The width includes the indents of the first and of the other lines. A word that is
/// longer than a line, such as a path, is not split.
pub(crate) fn wrapped(text: &str, width: usize, first: &str, others: &str) -> String {
    let options = textwrap::Options::new(width.max(20))
        .initial_indent(first)
        .subsequent_indent(others)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    textwrap::fill(text, options).replace(KEEP, " ")
}

/// A text, truncated to at most `most` columns.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.width() <= most {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut columns = 1;
    for character in text.chars() {
        columns += unicode_width::UnicodeWidthChar::width(character).unwrap_or(0);
        if columns > most {
            break;
        }
        shown.push(character);
    }
    shown.push('…');
    shown
}

/// The width of a line of text, in columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Columns(pub(crate) usize);

impl Default for Columns {
    fn default() -> Self {
        Self(WIDTH)
    }
}

/// Fits the lines of a styled text to a width. Sentences are wrapped with a hanging indent. Lines that start
/// with a gutter (`|`) are quotes and are truncated.
pub(crate) fn fitted(text: &str, columns: Columns) -> String {
    let Columns(width) = columns;
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let (line, end) = match line.strip_suffix('\n') {
            Some(line) => (line, "\n"),
            None => (line, ""),
        };
        if display_width(line) <= width {
            out.push_str(line);
        } else {
            let plain = crate::redact::without_styles(line);
            let indent = plain.len() - plain.trim_start().len();
            match plain.trim_start().chars().next() {
                // Lines of YAML, to be copied.
                _ if plain.trim_start().starts_with("- {") || plain.trim_start().starts_with("# ") => {
                    out.push_str(line);
                }
                Some('|') => out.push_str(&cut_styled(line, width)),
                Some('=') => out.push_str(&wrapped_styled(line, width, indent + 4)),
                _ => out.push_str(&wrapped_styled(line, width, indent + 2)),
            }
        }
        out.push_str(end);
    }
    out
}

/// Wraps a line that may contain styles, which take no columns.
fn wrapped_styled(line: &str, width: usize, hanging: usize) -> String {
    let spaces = line.len() - line.trim_start_matches(' ').len();
    let (before, rest) = line.split_at(spaces);
    wrapped(rest, width, before, &" ".repeat(hanging))
}

/// Truncates a line that may contain styles. All styles are kept.
fn cut_styled(line: &str, width: usize) -> String {
    let mut out = String::new();
    let (mut columns, mut in_style, mut is_cut) = (1, false, false);
    for character in line.chars() {
        in_style |= character == '\u{1b}';
        if in_style {
            out.push(character);
            in_style = character != 'm';
            continue;
        }
        columns += unicode_width::UnicodeWidthChar::width(character).unwrap_or(0);
        if columns <= width {
            out.push(character);
        } else if !is_cut {
            out.push('…');
            is_cut = true;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_wrapped_and_quotes_are_cut() {
        let text = "\u{1b}[1merror\u{1b}[0m: one two three four five\n  = six seven eight nine ten\n  | quoted text that is long\nshort\n";
        let shown = fitted(text, Columns(20)).replace('\u{1b}', "");
        assert_eq!(
            shown,
            "[1merror[0m: one two three\n  four five\n  = six seven eight\n      nine ten\n  | quoted text tha…\nshort\n"
        );
    }

    #[test]
    fn a_long_word_is_kept_whole() {
        let path = "a/very/long/path/to/a/file.json:12:3";
        assert_eq!(wrapped(&format!("in {path} here"), 20, "", "  "), format!("in\n  {path}\n  here"));
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(cut("日本語です", 7), "日本語…");
        assert_eq!(cut("日本語", 6), "日本語");
    }
}
