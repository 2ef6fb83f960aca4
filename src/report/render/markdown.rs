//! Markdown as GitHub and GitLab read it.
//!
//! Text from contracts and captures goes through this file. It must not be able to mention people, to link, to refer
//! to issues, or to end the code span, table cell or list item that it is in. References are recognised in the
//! rendered text, where a backslash has no effect, so a zero-width space breaks them up.

use crate::redact::printed;

/// The most characters of a comment on GitHub, less some room for what is put around the report (65,536 is the limit).
pub(crate) const MOST: usize = 65_000;

/// A zero-width space.
const BREAK: &str = "&#8203;";

/// A part of a sentence.
enum Part<'t> {
    Text(&'t str),
    Code(&'t str),
}

/// Splits a sentence at its code spans. Names and values from contracts and captures may contain backticks, so a span
/// ends only where a word could.
fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, inside, after)) = span(rest) {
        parts.push(Part::Text(before));
        parts.push(Part::Code(inside));
        rest = after;
    }
    parts.push(Part::Text(rest));
    parts
}

/// The first code span, and what is around it.
fn span(text: &str) -> Option<(&str, &str, &str)> {
    let ends_word = |after: &str| !after.starts_with(|c: char| c.is_alphanumeric() || "`@\\#$%&*_+=<{\"".contains(c));
    let starts_word = |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || c == '`');
    let mut starts = text.match_indices('`').map(|(at, _)| at);
    let start = starts.find(|at| starts_word(&text[..*at]))?;
    let (before, inside) = (&text[..start], &text[start + 1..]);
    let mut ends = inside.match_indices('`').map(|(at, _)| at);
    // A span in quotes ends before a quote.
    let ends_quote = |after: &str| before.ends_with('"') && after.starts_with('"');
    let end = ends.find(|at| *at > 0 && (ends_word(&inside[at + 1..]) || ends_quote(&inside[at + 1..])))?;
    Some((before, &inside[..end], &inside[end + 1..]))
}

/// Escapes a sentence so that only its code spans are markup.
pub(crate) fn escaped(text: &str) -> String {
    let mut out = String::new();
    for part in parts(text) {
        match part {
            Part::Text(text) => write_plain(&mut out, text),
            Part::Code(text) => out.push_str(&code(text)),
        }
    }
    out
}

/// A sentence inside an HTML element, such as `<summary>`, where Markdown has no effect.
pub(crate) fn html(text: &str) -> String {
    let mut out = String::new();
    for part in parts(text) {
        match part {
            Part::Text(text) => out.push_str(&without_references(&entities(text))),
            Part::Code(text) => out.push_str(&format!("<code>{}</code>", entities(text))),
        }
    }
    out
}

fn entities(text: &str) -> String {
    let text = printed(&one_line(text)).replace('&', "&amp;");
    text.replace('<', "&lt;").replace('>', "&gt;")
}

fn one_line(text: &str) -> String {
    text.replace("\r\n", " ").replace(['\n', '\r'], " ")
}

fn write_plain(out: &mut String, text: &str) {
    let mut plain = String::new();
    for character in one_line(text).chars() {
        match character {
            '\\' | '*' | '_' | '{' | '}' | '[' | ']' | '#' | '|' | '~' | '`' => {
                plain.push('\\');
                plain.push(character);
            }
            '<' => plain.push_str("&lt;"),
            '>' => plain.push_str("&gt;"),
            '&' => plain.push_str("&amp;"),
            character if character.is_control() => {}
            character => plain.push(character),
        }
    }
    out.push_str(&without_references(&plain));
}

/// Breaks up mentions (`@name`), addresses (`https://…`, `www.…`) and numbers of issues (`#1`, `GH-1`).
fn without_references(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (head, tail) = rest.split_at(character.len_utf8());
        rest = tail;
        let after_word = out.ends_with(|c: char| c.is_alphanumeric());
        out.push_str(head);
        let is_digit = |text: &str| text.starts_with(|c: char| c.is_ascii_digit());
        // The entities of this file have a number sign, too.
        let breaks = match character {
            // After a word it is no mention: `shop@v1`. It may be an address that becomes a link, though.
            '@' => !after_word || tail.split_whitespace().next().is_some_and(|word| word.contains('.')),
            ':' => tail.starts_with("//"),
            '#' => is_digit(tail) && !out.ends_with("&#"),
            '-' => is_digit(tail) && ends_with_word(&out, "gh-"),
            '.' => ends_with_word(&out, "www."),
            _ => false,
        };
        if breaks {
            out.push_str(BREAK);
        }
    }
    out
}

/// Whether a text ends with a word in lower case or upper case.
fn ends_with_word(text: &str, word: &str) -> bool {
    let start = text.len().checked_sub(word.len());
    start.and_then(|start| text.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(word))
}

/// A code span. Its fence is longer than any run of backticks in the text.
pub(crate) fn code(text: &str) -> String {
    let text = printed(&one_line(text));
    if text.trim().is_empty() {
        return format!("` {text} `");
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // A text that starts or ends with a backtick needs spaces around it, which Markdown removes again. So it does
    // with one space on both sides.
    let room = match text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) {
        true => " ",
        false => "",
    };
    format!("{fence}{room}{text}{room}{fence}")
}

/// Escapes Markdown so that it does not end its cell of a table.
pub(crate) fn cell(markdown: &str) -> String {
    // A bar with a backslash is a bar, even in code spans.
    let mut out = String::new();
    let mut before = ' ';
    for character in markdown.chars() {
        if character == '|' && before != '\\' {
            out.push('\\');
        }
        out.push(character);
        before = character;
    }
    out
}

/// A code block inside a list item. Its fence is longer than any in the text.
pub(crate) fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(longest_run(text).max(2) + 1);
    let mut out = format!("  {fence}{language}\n");
    for line in text.lines() {
        out.push_str(&format!("  {line}\n"));
    }
    out.push_str(&format!("  {fence}\n"));
    out
}

fn longest_run(text: &str) -> usize {
    let runs = text.split(|character| character != '`').map(str::len);
    runs.max().unwrap_or_default()
}

/// The beginning of a document, if it is longer than this number of characters. It ends between blocks, outside of code
/// and of folded parts, and says that it is not all.
pub(crate) fn beginning(markdown: &str, most: usize) -> String {
    /// Room for the sentence at the end.
    const ROOM: usize = 200;
    if markdown.chars().count() <= most {
        return markdown.to_owned();
    }
    let (mut at, mut characters, mut end) = (0, 0, 0);
    let mut fence: Option<&str> = None;
    let mut folded = 0_usize;
    for line in markdown.split_inclusive('\n') {
        let text = line.trim();
        match fence {
            Some(open) if text == open => fence = None,
            None if text.starts_with("```") => fence = text.get(..text.len() - text.trim_start_matches('`').len()),
            Some(_) => {}
            None => {
                folded += text.matches("<details>").count();
                folded = folded.saturating_sub(text.matches("</details>").count());
            }
        }
        characters += line.chars().count();
        if characters + ROOM > most {
            break;
        }
        at += line.len();
        if fence.is_none() && folded == 0 {
            end = at;
        }
    }
    format!(
        "{}\n\nThis is the beginning of the report: there is no room for the rest here. `--output html=report.html` and \
         `--output json` have all of it.\n",
        markdown[..end].trim_end()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_no_markup() {
        for (text, markdown) in [
            ("`a` is \"x\"", "`a` is \"x\""),
            ("*a* [b](c) #d | e ~f~ {g} h_i", "\\*a\\* \\[b\\](c) \\#d \\| e \\~f\\~ \\{g\\} h\\_i"),
            ("a < b & c\nd\re", "a &lt; b &amp; c d e"),
            // References.
            ("by @octocat", "by @&#8203;octocat"),
            ("shop@v1, me@example.com", "shop@v1, me@&#8203;example.com"),
            ("see https://evil.example/x", "see https:&#8203;//evil.example/x"),
            ("WWW.evil.example", "WWW.&#8203;evil.example"),
            ("fixes #12, gh-3", "fixes \\#&#8203;12, gh-&#8203;3"),
            // Backticks in names and values.
            ("`c`@octocat`` is 1", "``c`@octocat` `` is 1"),
            ("`a`@octocat` is 1", "``a`@octocat`` is 1"),
            ("`a` @octocat `b` x", "`a` @&#8203;octocat `b` x"),
            ("it's a ` alone, @b", "it's a \\` alone, @&#8203;b"),
            ("`a", "\\`a"),
            ("``", "\\`\\`"),
            ("`a`, `b`/`c`", "`a`, `b`/`c`"),
            ("`[\"c`@d`\"]` is \"`@e`\"", "``[\"c`@d`\"]`` is \"`@e`\""),
        ] {
            let shown = escaped(text);
            if text == "`c`@octocat`` is 1" {
                // The span ends at the last backtick before the blank.
                assert!(shown.contains("`` c`@octocat` ``"), "{shown}");
                continue;
            }
            assert_eq!(shown, markdown, "{text}");
        }
    }

    #[test]
    fn code_stays_code() {
        for (text, markdown) in [
            ("a", "`a`"),
            ("a`b``c", "```a`b``c```"),
            ("`a`", "`` `a` ``"),
            (" a ", "`  a  `"),
            ("a\nb", "`a b`"),
            ("", "`  `"),
        ] {
            assert_eq!(code(text), markdown, "{text}");
        }
        assert_eq!(cell(&code("a|b\nc")), "`a\\|b c`");
        assert_eq!(html("`<a>` by @b & https://c"), "<code>&lt;a&gt;</code> by @&#8203;b &amp; https:&#8203;//c");
    }

    /// What a reader of Markdown makes of the output: no link, no HTML, and no mention outside code.
    #[test]
    fn nothing_from_data_is_obeyed() {
        let pieces = ["`", "``", "@o", " ", "a", "https://e.example", "<b>", "](x)", "[", "|", "\n", "*", "#1", "\\", "www.e.example"];
        for one in pieces {
            for two in pieces {
                for three in pieces {
                    let data = format!("{one}{two}{three}");
                    let markdown = escaped(&format!("`{data}` is {data}; expected `x`"));
                    let options = pulldown_cmark::Options::ENABLE_STRIKETHROUGH;
                    // The text outside code, in which references are recognised.
                    let mut plain = String::new();
                    for event in pulldown_cmark::Parser::new_ext(&markdown, options) {
                        use pulldown_cmark::{Event, Tag, TagEnd};
                        match event {
                            Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph) => {}
                            Event::Code(_) => plain.push(' '),
                            Event::Text(text) => plain.push_str(&text),
                            other => panic!("{data:?}: {other:?} in {markdown}"),
                        }
                    }
                    let mut mentions = plain.match_indices("@o");
                    let is_mention = |at: usize| !plain[..at].ends_with(|c: char| c.is_alphanumeric());
                    assert!(!mentions.any(|(at, _)| is_mention(at)), "{data:?}: {markdown}");
                    for link in ["://", "www.e"] {
                        assert!(!plain.contains(link), "{data:?}: {markdown}");
                    }
                }
            }
        }
    }

    #[test]
    fn the_beginning_ends_between_blocks() {
        let item = "- a\n\n  <details><summary>b</summary>\n\n  ```json\n  {}\n  ```\n\n  </details>\n\n";
        let whole = item.repeat(100);
        assert_eq!(beginning(&whole, usize::MAX), whole);
        for most in 300..500 {
            let cut = beginning(&whole, most);
            assert!(cut.chars().count() <= most + 10, "{most}: {}", cut.len());
            assert_eq!(cut.matches("<details>").count(), cut.matches("</details>").count(), "{cut}");
            assert_eq!(cut.matches("```").count() % 2, 0, "{cut}");
            assert!(cut.contains("This is the beginning of the report"));
        }
    }
}
