//! Lines that fit a width.

use unicode_width::UnicodeWidthStr as _;

/// Columns of text that goes to a file or a pipe.
pub(crate) const WIDTH: usize = 100;

/// Wraps a text at spaces: what comes before the first line and before the others counts. A word that is longer
/// than a line, such as a path, is kept whole.
pub(crate) fn wrapped(text: &str, width: usize, first: &str, others: &str) -> String {
    let options = textwrap::Options::new(width.max(20))
        .initial_indent(first)
        .subsequent_indent(others)
        .break_words(false)
        .word_separator(textwrap::WordSeparator::AsciiSpace)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    textwrap::fill(text, options)
}

/// A text in at most so many columns: the end is cut.
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
