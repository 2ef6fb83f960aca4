//! Code in HTML: JSON with syntax highlighting, diffs, excerpts from captures.

use std::fmt::Write as _;

use crate::redact::Excerpt;

use super::escape;

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// JSON with at most this many lines is not highlighted.
const PLAIN: usize = 4;

/// A line of JSON with its tokens marked.
fn coloured(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string_end(rest),
            '-' | '0'..='9' => run(rest, |c| c.is_ascii_digit() || "+-.eE".contains(c)),
            'a'..='z' => run(rest, |c| c.is_ascii_lowercase()),
            _ => {
                let plain = |c: char| !matches!(c, '"' | '-' | '0'..='9' | 'a'..='z');
                let length = run(rest, plain);
                out.push_str(&escape(&rest[..length]));
                rest = &rest[length..];
                continue;
            }
        };
        let (token, after) = rest.split_at(length);
        let class = match first {
            '"' if after.trim_start().starts_with(':') => "k",
            '"' => "s",
            'a'..='z' if matches!(token, "true" | "false" | "null") => "l",
            'a'..='z' => "",
            _ => "n",
        };
        match class {
            "" => out.push_str(&escape(token)),
            class => {
                put!(out, "<span class=\"{class}\">{}</span>", escape(token));
            }
        }
        rest = after;
    }
    out
}

fn run(text: &str, fits: impl Fn(char) -> bool) -> usize {
    text.find(|c| !fits(c)).unwrap_or(text.len()).max(1)
}

/// The end of the string that starts here; the end of the text if the string is not terminated.
fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (index, character) in text.char_indices().skip(1) {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

/// The lines of a diff, each with its sign. Lines that start with `@@` separate hunks.
pub(in crate::report) fn diff_block(lines: &[String], is_json: bool) -> String {
    let mut out = String::from("<pre class=\"diff\" tabindex=\"0\"><code>");
    let content = |line: &str| match is_json {
        true => coloured(line),
        false => escape(line),
    };
    for line in lines {
        match line.as_bytes().first() {
            Some(b'-') => {
                put!(
                    out,
                    "<del><span class=\"sign\">-</span>{}\n</del>",
                    content(&line[1..])
                );
            }
            Some(b'+') => {
                put!(
                    out,
                    "<ins><span class=\"sign\">+</span>{}\n</ins>",
                    content(&line[1..])
                );
            }
            Some(b'@') => {
                put!(out, "<span class=\"at\">{}\n</span>", escape(line));
            }
            _ => {
                put!(out, "{}\n", content(line));
            }
        }
    }
    out.push_str("</code></pre>");
    out
}

/// Lines of JSON, with the relevant ones marked. Short ones are not highlighted.
pub(in crate::report) fn json_block(lines: &[(String, bool)]) -> String {
    let content = |line: &str| match lines.len() > PLAIN {
        true => coloured(line),
        false => escape(line),
    };
    let mut out = String::from("<pre tabindex=\"0\"><code>");
    for (line, is_marked) in lines {
        match is_marked {
            true => {
                put!(
                    out,
                    "<mark>{}<span class=\"here\">  ← here</span>\n</mark>",
                    content(line)
                );
            }
            false => {
                put!(out, "{}\n", content(line));
            }
        }
    }
    out.push_str("</code></pre>");
    out
}

/// A line of a capture with the part that a finding reports.
pub(in crate::report) fn excerpt_block(
    at: &str,
    line: u64,
    excerpt: &Excerpt,
    label: &str,
) -> String {
    let mut out = format!(
        "<figure class=\"excerpt\"><figcaption>{}</figcaption>",
        super::code(at)
    );
    if excerpt.text.is_empty() {
        out.push_str("</figure>\n");
        return out;
    }
    // Columns of the excerpt are terminal columns; most characters take one.
    let width = |text: &str| unicode_width::UnicodeWidthStr::width(text);
    let split = |from: &str, columns: usize| {
        let mut end = 0;
        for (index, character) in from.char_indices() {
            if width(&from[..index]) >= columns {
                break;
            }
            end = index + character.len_utf8();
        }
        end
    };
    let start = split(&excerpt.text, excerpt.caret);
    let (before, rest) = excerpt.text.split_at(start);
    let (marked, after) = rest.split_at(split(rest, excerpt.width.max(1)));
    put!(
        out,
        "<pre tabindex=\"0\"><code><span class=\"ln\">{line:>4} │ </span>{}<mark>{}</mark>{}\n\
         <span class=\"ln\">     │ </span>{}<span class=\"label\">{} {}</span>\n</code></pre></figure>\n",
        escape(before),
        escape(marked),
        escape(after),
        " ".repeat(width(before)),
        "^".repeat(width(marked).max(1)),
        escape(label)
    );
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_coloured_by_its_parts() {
        let line = r#"  "a\"<b": [1.5e3, true, "x: \" <", null],"#;
        assert_eq!(
            coloured(line),
            concat!(
                r#"  <span class="k">"a\"&lt;b"</span>: [<span class="n">1.5e3</span>, "#,
                r#"<span class="l">true</span>, <span class="s">"x: \" &lt;"</span>, "#,
                r#"<span class="l">null</span>],"#
            )
        );
        // An unterminated string is still a string.
        assert_eq!(coloured("\"a<"), "<span class=\"s\">\"a&lt;</span>");
    }
}
