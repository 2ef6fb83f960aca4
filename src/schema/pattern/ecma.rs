//! Translates regular expressions of JSON Schema (ECMA-262 with the browser extensions of its Annex B) into
//! the syntax of Rust's engines.

use std::borrow::Cow;

/// Why a pattern is not supported: the part that ECMA-262 does not have, and what to write instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unsupported {
    message: String,
    /// Whether the syntax is valid ECMA-262 nevertheless, but has no meaning here.
    is_ecma: bool,
}

impl Unsupported {
    fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            is_ecma: false,
        }
    }
}

impl std::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

/// Whether a text is a regular expression in the syntax of ECMA-262.
pub(crate) fn is_ecma(pattern: &str) -> bool {
    in_rust(pattern).map_or_else(|unsupported| unsupported.is_ecma, |_| true)
}

/// The engine that a pattern is translated for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// An engine without look-around: an automaton.
    Automaton,
    /// A backtracking engine.
    Backtracking,
    /// A backtracking engine that counts the iterations of counted repetitions instead of expanding them: in
    /// an automaton, `.{0,20000}` is 20,000 copies of a state.
    Steps,
}

/// Translates an ECMA-262 pattern so that Rust's automata match the same strings.
///
/// # Errors
///
/// For syntax that other languages have and ECMA-262 does not (`\A`, `(?i)`, `[[:alpha:]]`, possessive
/// quantifiers): read literally, it would not mean what its author intended.
pub(crate) fn in_rust(pattern: &str) -> Result<Cow<'_, str>, Unsupported> {
    written(pattern, Words::Automaton)
}

/// The same for any engine.
pub(super) fn written(pattern: &str, words: Words) -> Result<Cow<'_, str>, Unsupported> {
    let mut reader = Reader {
        pattern,
        rest: pattern,
        out: String::with_capacity(pattern.len()),
        has_nested_class: false,
        open_groups: Vec::new(),
        groups: None,
        words,
        atom: 0,
    };
    reader.read()?;
    Ok(match reader.out == pattern {
        true => Cow::Borrowed(pattern),
        false => Cow::Owned(reader.out),
    })
}

/// The contents of classes in ECMA-262 (sections 22.2.2.9, CharacterClassEscape, and 12.2, WhiteSpace).
const DIGITS: &str = "0-9";
const WORD: &str = "0-9A-Za-z_";
const WHITE_SPACE: &str =
    r"\t-\r \u{a0}\u{1680}\u{2000}-\u{200a}\u{2028}\u{2029}\u{202f}\u{205f}\u{3000}\u{feff}";

/// What `.` matches: anything except a line terminator (section 12.3).
const NO_LINE_TERMINATOR: &str = r"[^\n\r\u{2028}\u{2029}]";

/// One item that a pattern matches at a time.
enum Atom {
    Character(char),
    /// Half of a surrogate pair, which cannot occur in UTF-8 text.
    Surrogate(u32),
    /// A class, a back-reference or an assertion, already in Rust's syntax.
    Written(String),
}

struct Reader<'p> {
    pattern: &'p str,
    /// The unread rest of the pattern.
    rest: &'p str,
    out: String,
    /// Whether a class contained an opening bracket, as in `[[:alpha:]]`.
    has_nested_class: bool,
    /// The start of each open group in the output.
    open_groups: Vec<usize>,
    /// The names of the groups, collected when the first back-reference needs one.
    groups: Option<Vec<Option<&'p str>>>,
    words: Words,
    /// The start of the last repeatable item in the output.
    atom: usize,
}

impl<'p> Reader<'p> {
    fn read(&mut self) -> Result<(), Unsupported> {
        while let Some(next) = self.next() {
            if !matches!(next, '*' | '+' | '?' | '{' | ')') {
                self.atom = self.out.len();
            }
            match next {
                '\\' => match self.escape(false)? {
                    Atom::Character(character) => self.literal(character),
                    Atom::Surrogate(code) => return Err(half_of_pair(code)),
                    Atom::Written(text) => self.out.push_str(&text),
                },
                '.' => self.out.push_str(NO_LINE_TERMINATOR),
                '[' => self.class()?,
                '(' => self.group()?,
                ')' => {
                    let start = self.open_groups.pop();
                    self.atom = start.ok_or_else(|| Unsupported::new("unmatched `)`"))?;
                    self.out.push(')');
                }
                '*' | '+' | '?' => {
                    if self.looks_ahead() {
                        self.repeat_look(next != '+')?;
                        continue;
                    }
                    self.out.push(next);
                    self.after_quantifier()?;
                }
                '{' => match self.braced_quantifier() {
                    Some(quantifier) if self.looks_ahead() => {
                        let least = quantifier.split([',', '}']).next().unwrap_or_default();
                        self.repeat_look(least.bytes().all(|digit| digit == b'0'))?;
                    }
                    Some(quantifier) => {
                        if self.words == Words::Steps {
                            // The empty look-ahead keeps the repetition away from the automaton.
                            self.out.insert_str(self.atom, "(?:");
                            self.out.push_str("(?=))");
                        }
                        self.out.push('{');
                        self.out.push_str(quantifier);
                        self.after_quantifier()?;
                    }
                    None => {
                        self.atom = self.out.len();
                        self.literal('{');
                    }
                },
                ']' if self.has_nested_class => {
                    return Err(unknown(
                        "classes inside classes, such as `[[:alpha:]]` or `[a-z&&[^x]]`",
                    ));
                }
                ']' | '}' => self.literal(next),
                _ => self.out.push(next),
            }
        }
        match self.open_groups.is_empty() {
            true => Ok(()),
            false => Err(Unsupported::new("unclosed group `(…`")),
        }
    }

    fn next(&mut self) -> Option<char> {
        let next = self.rest.chars().next()?;
        self.rest = &self.rest[next.len_utf8()..];
        Some(next)
    }

    fn take(&mut self, expected: &str) -> bool {
        match self.rest.strip_prefix(expected) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// Takes this number of bytes, which must be ASCII.
    fn take_bytes(&mut self, count: usize) -> &'p str {
        let (taken, rest) = self.rest.split_at(count);
        self.rest = rest;
        taken
    }

    fn literal(&mut self, character: char) {
        if r"\.+*?()|[]{}^$".contains(character) {
            self.out.push('\\');
        }
        self.out.push(character);
    }

    /// Reads what follows an opening parenthesis.
    fn group(&mut self) -> Result<(), Unsupported> {
        self.open_groups.push(self.out.len());
        self.out.push('(');
        let Some(inner) = self.rest.strip_prefix('?') else {
            return Ok(());
        };
        let after_flags = inner.trim_start_matches(|c: char| c.is_ascii_alphabetic() || c == '-');
        if inner.starts_with("P<") {
            return Err(unknown("`(?P<name>…)`; write `(?<name>…)`"));
        }
        if after_flags.starts_with(')') {
            let flags = &inner[..inner.len() - after_flags.len()];
            return Err(unknown(&format!(
                "flags, here `(?{flags})`; write `[aA]` for an `a` of either case"
            )));
        }
        if inner.starts_with('>') {
            return Err(unknown("atomic groups: `(?>…)`"));
        }
        if inner.starts_with(['#', '|', '(', '\'', 'R', '&']) {
            let start: String = inner.chars().take(1).collect();
            return Err(unknown(&format!("groups that start with `(?{start}`")));
        }
        Ok(())
    }

    /// Reads a second quantifier: lazy is allowed, possessive is not.
    fn after_quantifier(&mut self) -> Result<(), Unsupported> {
        self.lazy_or_end(true)
    }

    /// Whether the quantified item is a lookahead, `(?=…)` or `(?!…)`, which Annex B allows to repeat.
    fn looks_ahead(&self) -> bool {
        let atom = &self.out[self.atom.min(self.out.len())..];
        atom.starts_with("(?=") || atom.starts_with("(?!")
    }

    /// A repeated lookahead is equivalent to the lookahead itself, or to an optional one.
    fn repeat_look(&mut self, is_optional: bool) -> Result<(), Unsupported> {
        if is_optional {
            // Its groups stay, because the groups after them are numbered.
            self.out.insert_str(self.atom, "(?:");
            self.out.push_str("|)");
        }
        self.lazy_or_end(false)
    }

    fn lazy_or_end(&mut self, is_written: bool) -> Result<(), Unsupported> {
        if self.take("?") && is_written {
            self.out.push('?');
        }
        let rest = self.rest;
        let is_another = self.take("{") && self.braced_quantifier().is_some();
        self.rest = rest;
        match is_another || rest.starts_with(['*', '+', '?']) {
            true => Err(unknown("a quantifier after a quantifier, such as `a++`")),
            false => Ok(()),
        }
    }

    /// `{2}`, `{2,}` or `{2,3}`, after the opening brace. Any other brace is literal.
    fn braced_quantifier(&mut self) -> Option<&'p str> {
        let end = self.rest.find('}')?;
        let inner = &self.rest[..end];
        let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let is_quantifier = match inner.split_once(',') {
            Some((least, most)) => is_number(least) && (most.is_empty() || is_number(most)),
            None => is_number(inner),
        };
        is_quantifier.then(|| self.take_bytes(end + 1))
    }

    /// Reads a class, after its opening bracket.
    fn class(&mut self) -> Result<(), Unsupported> {
        let is_negated = self.take("^");
        if self.take("]") {
            // `[]` matches no character, and `[^]` matches any character.
            self.out
                .push_str(if is_negated { r"[\s\S]" } else { "(?!)" });
            return Ok(());
        }
        let start = self.out.len();
        self.out.push_str(if is_negated { "[^" } else { "[" });
        let empty = self.out.len();
        let mut surrogate = None;
        let mut has_bracket = false;
        loop {
            if self.take("]") {
                match surrogate {
                    // The excluded surrogate cannot occur in any text.
                    Some(_) if self.out.len() == empty && is_negated => {
                        self.out.truncate(start);
                        self.out.push_str(r"[\s\S]");
                    }
                    // Without the `u` flag, it would match half of a pair.
                    Some(code) if self.out.len() == empty => return Err(half_of_pair(code)),
                    _ => self.out.push(']'),
                }
                return Ok(());
            }
            self.has_nested_class |= has_bracket;
            has_bracket |= self.rest.starts_with('[');
            let first = self.member()?;
            if let Atom::Surrogate(code) = first {
                surrogate = Some(code);
            }
            let is_range = self.rest.starts_with('-') && !self.rest.starts_with("-]");
            if !is_range {
                self.push_member(&first);
                continue;
            }
            self.take("-");
            let second = self.member()?;
            // Clips surrogates from the range, because no text contains them.
            let first_end = match first {
                Atom::Surrogate(_) => Atom::Character('\u{e000}'),
                other => other,
            };
            let second_end = match second {
                Atom::Surrogate(_) => Atom::Character('\u{d7ff}'),
                other => other,
            };
            let is_surrogate =
                |end: &Atom, character| matches!(end, Atom::Character(c) if *c == character);
            match (&first_end, &second_end) {
                (Atom::Character(low), Atom::Character(high))
                    if low > high
                        && (is_surrogate(&first_end, '\u{e000}')
                            || is_surrogate(&second_end, '\u{d7ff}')) =>
                {
                    continue;
                }
                (Atom::Character(_), Atom::Character(_)) => {
                    self.push_member(&first_end);
                    self.out.push('-');
                }
                // A class such as `\d` cannot end a range, so the hyphen is literal.
                _ => {
                    self.push_member(&first_end);
                    self.out.push_str(r"\-");
                }
            }
            self.push_member(&second_end);
        }
    }

    fn member(&mut self) -> Result<Atom, Unsupported> {
        match self.next() {
            Some('\\') => self.escape(true),
            Some(character) => Ok(Atom::Character(character)),
            None => Err(Unsupported::new("unclosed class `[…`")),
        }
    }

    fn push_member(&mut self, member: &Atom) {
        match member {
            Atom::Character(character) => {
                // Rust has class operators: `&&`, `~~` and `--`.
                if r"[]\^&~-".contains(*character) {
                    self.out.push('\\');
                }
                self.out.push(*character);
            }
            Atom::Surrogate(_) => {}
            Atom::Written(text) => self.out.push_str(text),
        }
    }

    /// Reads an escape, after its backslash.
    fn escape(&mut self, in_class: bool) -> Result<Atom, Unsupported> {
        let Some(next) = self.next() else {
            return Err(Unsupported::new("trailing backslash"));
        };
        let character = match next {
            'b' if in_class => '\u{8}',
            'b' | 'B' if !in_class => return Ok(Atom::Written(self.boundary(next))),
            'd' | 'D' | 's' | 'S' | 'w' | 'W' => {
                let members = match next.to_ascii_lowercase() {
                    'd' => DIGITS,
                    's' => WHITE_SPACE,
                    _ => WORD,
                };
                return Ok(Atom::Written(match (next.is_ascii_uppercase(), in_class) {
                    (true, _) => format!("[^{members}]"),
                    (false, true) => members.to_owned(),
                    (false, false) => format!("[{members}]"),
                }));
            }
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'v' => '\u{b}',
            '0' if !self.rest.starts_with(|c: char| c.is_ascii_digit()) => '\0',
            '1'..='9' if !in_class => return self.numbered_reference(next),
            'c' if self.rest.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                let letter = self.take_bytes(1).as_bytes()[0];
                char::from(letter % 32)
            }
            'x' => match self.hexadecimal(2).and_then(char::from_u32) {
                Some(character) => character,
                None => return Err(unknown(r"`\x` without two digits; write `\u{…}`")),
            },
            'u' => return self.unicode(),
            'p' | 'P' => {
                let end = self.rest.find('}').filter(|_| self.rest.starts_with('{'));
                let Some(end) = end else {
                    return Err(unknown(&format!(
                        r"`\{next}` without braces; write `\{next}{{L}}`"
                    )));
                };
                let (property, rest) = self.rest.split_at(end + 1);
                self.rest = rest;
                return Ok(Atom::Written(format!("\\{next}{property}")));
            }
            'k' if !in_class && self.take("<") => return self.named_reference(),
            'A' => return Err(unknown(r"`\A`; write `^`")),
            'z' | 'Z' => return Err(unknown(&format!(r"`\{next}`; write `$`"))),
            _ if next.is_ascii_alphanumeric() => {
                return Err(unknown(&format!(r"the escape `\{next}`")));
            }
            _ => next,
        };
        Ok(Atom::Character(character))
    }

    /// A word boundary, after its letter. Words consist of ASCII characters.
    fn boundary(&self, letter: char) -> String {
        if self.words == Words::Automaton {
            return format!(r"(?-u:\{letter})");
        }
        let (same, other) = match letter {
            'b' => ("!", "="),
            _ => ("=", "!"),
        };
        format!("(?:(?<=[{WORD}])(?{same}[{WORD}])|(?<![{WORD}])(?{other}[{WORD}]))")
    }

    /// A numbered back-reference, after its first digit.
    fn numbered_reference(&mut self, first: char) -> Result<Atom, Unsupported> {
        let pattern = self.pattern;
        let count = self.groups.get_or_insert_with(|| groups(pattern)).len();
        let mut number = first.to_digit(10).unwrap_or_default() as usize;
        while let Some(digit) = self.rest.chars().next().and_then(|next| next.to_digit(10)) {
            let longer = number * 10 + digit as usize;
            if longer > count {
                break;
            }
            number = longer;
            self.take_bytes(1);
        }
        match number <= count {
            true => Ok(Atom::Written(self.back_reference(number))),
            false => Err(Unsupported::new(format!("there is no group {number}"))),
        }
    }

    /// A back-reference to a group that has not matched matches the empty string.
    fn back_reference(&self, group: usize) -> String {
        match self.words {
            Words::Automaton => format!(r"(?:\{group})"),
            Words::Backtracking | Words::Steps => format!(r"(?:(?({group})\{group}|))"),
        }
    }

    /// A named back-reference, after `\k<`. It is translated to a number, which the crate supports.
    fn named_reference(&mut self) -> Result<Atom, Unsupported> {
        let Some((name, rest)) = self.rest.split_once('>') else {
            return Err(unknown(r"`\k<` without an end; write `\k<name>`"));
        };
        self.rest = rest;
        let pattern = self.pattern;
        let groups = self.groups.get_or_insert_with(|| groups(pattern));
        let position = groups.iter().position(|known| *known == Some(name));
        match position {
            Some(position) => Ok(Atom::Written(self.back_reference(position + 1))),
            None => Err(Unsupported::new(format!("there is no group `{name}`"))),
        }
    }

    /// Reads what follows `\u`: four digits, eight digits as a surrogate pair, or any number in braces.
    fn unicode(&mut self) -> Result<Atom, Unsupported> {
        let atom = |code| match char::from_u32(code) {
            Some(character) => Atom::Character(character),
            None => Atom::Surrogate(code),
        };
        if self.take("{") {
            let end = self.rest.find('}').unwrap_or(self.rest.len());
            let code = u32::from_str_radix(&self.rest[..end], 16).ok();
            if let Some(code) = code.filter(|code| end < self.rest.len() && *code <= 0x10_FFFF) {
                self.take_bytes(end + 1);
                return Ok(atom(code));
            }
        } else if let Some(code) = self.hexadecimal(4) {
            let rest = self.rest;
            if (0xD800..0xDC00).contains(&code) && self.take(r"\u") {
                if let Some(low @ 0xDC00..0xE000) = self.hexadecimal(4) {
                    return Ok(atom(0x1_0000 + ((code - 0xD800) << 10) + (low - 0xDC00)));
                }
                self.rest = rest;
            }
            return Ok(atom(code));
        }
        Err(unknown(r"`\u` without four digits or a number in braces"))
    }

    fn hexadecimal(&mut self, digits: usize) -> Option<u32> {
        let text = self.rest.get(..digits)?;
        let code = match text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            true => u32::from_str_radix(text, 16).ok()?,
            false => return None,
        };
        self.take_bytes(digits);
        Some(code)
    }
}

/// The names of the capture groups, in order.
fn groups(pattern: &str) -> Vec<Option<&str>> {
    let mut groups = Vec::new();
    let mut in_class = false;
    let mut is_escaped = false;
    for (at, character) in pattern.char_indices() {
        match character {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' => in_class = true,
            ']' => in_class = false,
            '(' if !in_class => {
                let inner = &pattern[at + 1..];
                let name = inner
                    .strip_prefix("?<")
                    .filter(|name| !name.starts_with(['=', '!']));
                match name {
                    Some(name) => groups.push(name.split('>').next()),
                    None if !inner.starts_with('?') => groups.push(None),
                    None => {}
                }
            }
            _ => {}
        }
    }
    groups
}

fn half_of_pair(code: u32) -> Unsupported {
    Unsupported {
        message: format!(
            r"`\u{code:04X}` is half of a surrogate pair, which cannot occur in UTF-8 text"
        ),
        is_ecma: true,
    }
}

fn unknown(what: &str) -> Unsupported {
    Unsupported::new(format!("ECMA-262 does not support {what}"))
}
