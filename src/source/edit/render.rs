//! Values as text, in the style of a document.

use granit_parser::ScalarStyle;
use serde_json::Value;

use crate::source::scalar::resolve;

use super::tree::{Collection, Kind, Tree, line_end, line_start, part, skip};

/// How a document is written. Where it has no example, the default applies.
pub(super) struct Style {
    is_json: bool,
    pub newline: &'static str,
    /// Columns from a key to the keys of its mapping, and to the `-` of its sequence.
    pub step: usize,
    pub sequence_step: usize,
    /// Columns from `-` to its content.
    pub dash: usize,
    /// The quotes for keys and values that need them, and whether others have them, too.
    keys: Quotes,
    values: Quotes,
    /// Whether keys such as `200` are plain.
    plain_numbers: bool,
    /// Whether arrays of scalars are written in one line.
    pub is_inline: bool,
    /// One level of indentation in JSON with line breaks; `None` for JSON in one line.
    pub unit: Option<String>,
    pub colon: String,
    pub comma: String,
    /// Whether spaces follow `{` and `[`.
    padding: [bool; 2],
}

/// How often strings are quoted in some way.
#[derive(Clone, Copy, Default)]
pub(super) struct Quotes {
    single: usize,
    double: usize,
    /// Strings that are quoted without need, and strings that are not quoted.
    needless: usize,
    plain: usize,
}

impl Quotes {
    fn count(&mut self, text: &str, style: ScalarStyle) {
        match style {
            ScalarStyle::SingleQuoted => self.single += 1,
            ScalarStyle::DoubleQuoted => self.double += 1,
            _ => self.plain += 1,
        }
        let is_quoted = matches!(style, ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted);
        self.needless += usize::from(is_quoted && may_be_plain(text, true));
    }

    /// Uses the statistics of the document where there is no example nearby.
    fn or(self, document: Self) -> Self {
        let mut quotes = self;
        if self.single + self.double == 0 {
            (quotes.single, quotes.double) = (document.single, document.double);
        }
        if self.plain + self.needless == 0 {
            (quotes.plain, quotes.needless) = (document.plain, document.needless);
        }
        quotes
    }
}

/// The more frequent of some values, the first one if none occurs.
fn most<T: Copy + PartialEq>(seen: &[T], default: T) -> T {
    let count = |value: T| seen.iter().filter(|other| **other == value).count();
    let mut best = default;
    for value in seen.iter().take(64) {
        if count(*value) > count(best) {
            best = *value;
        }
    }
    best
}

impl Style {
    pub fn of(tree: &Tree<'_>) -> Self {
        let text = tree.text;
        let column = |at: usize| at - line_start(text, at);
        let (mut steps, mut sequence_steps, mut dashes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut keys, mut values) = (Quotes::default(), Quotes::default());
        let (mut numbers, mut inline, mut block) = ([0, 0], 0, 0);
        let (mut colon, mut comma, mut unit) = (None, None, None);
        let mut padding = [None; 2];
        for node in &tree.nodes {
            let collection = match &node.kind {
                Kind::Collection(collection) => collection,
                Kind::Scalar(Value::String(string), style) => {
                    values.count(string, *style);
                    continue;
                }
                _ => continue,
            };
            let Some(first) = collection.entries.first() else {
                continue;
            };
            let has_lines = !collection.is_flow || {
                let before = part(text, node.start..first.start);
                before.trim_end_matches([' ', '\t']).ends_with(['\n', '\r'])
            };
            let is_short = collection
                .entries
                .iter()
                .all(|entry| tree.collection(entry.node).is_none());
            if !collection.is_mapping && is_short && collection.entries.len() > 1 {
                *(if has_lines { &mut block } else { &mut inline }) += 1;
            }
            for entry in &collection.entries {
                let value = &tree.nodes[entry.node];
                if collection.is_mapping && !tree.is_json && !entry.is_merge {
                    keys.count(&entry.key, entry.key_style);
                    if is_number(&entry.key) {
                        numbers[usize::from(entry.key_style == ScalarStyle::Plain)] += 1;
                    }
                }
                if collection.is_flow {
                    continue;
                }
                let (Some(nested), true) = (tree.collection(entry.node), steps.len() < 1000) else {
                    continue;
                };
                let inner = column(value.start);
                if nested.is_flow {
                } else if !collection.is_mapping {
                    dashes.push(value.start.saturating_sub(entry.start).min(9));
                } else if nested.is_mapping {
                    steps.push(inner.saturating_sub(column(entry.start)).clamp(1, 9));
                } else {
                    sequence_steps.push(inner.saturating_sub(column(entry.start)).min(9));
                }
            }
            if collection.is_flow {
                let value = &tree.nodes[first.node];
                if collection.is_mapping && first.has_colon && colon.is_none() {
                    let between = part(text, first.key_end..value.start);
                    colon = (!between.contains(['\n', '\r', '#'])).then(|| between.to_owned());
                }
                if has_lines && unit.is_none() {
                    let outer = line_start(text, node.start);
                    let outer = column(skip_blanks(text, outer));
                    unit = part(text, line_start(text, first.start)..first.start)
                        .get(outer..)
                        .map(str::to_owned);
                } else if !has_lines {
                    let pad = &mut padding[usize::from(collection.is_mapping)];
                    pad.get_or_insert(part(text, ..first.start).ends_with(' '));
                }
                if let (None, Some(second)) = (&comma, collection.entries.get(1)) {
                    let between = part(text, end_of(tree, first)..second.start);
                    comma = (!between.contains(['\n', '\r', '#'])).then(|| between.to_owned());
                }
            }
        }
        let step = most(&steps, 2);
        let is_minified =
            tree.is_json && colon.as_deref().is_some_and(|colon| !colon.ends_with(' '));
        let (colon_default, comma_default) = if is_minified {
            (":", ",")
        } else {
            (": ", ", ")
        };
        if !tree.is_json {
            colon = None;
        }
        let spread = text
            .as_bytes()
            .iter()
            .position(|byte| matches!(byte, b'\n' | b'\r'));
        Self {
            is_json: tree.is_json,
            newline: match spread.map(|at| part(text, at..)) {
                Some(rest) if rest.starts_with("\r\n") => "\r\n",
                Some(rest) if rest.starts_with('\r') => "\r",
                _ => "\n",
            },
            step,
            sequence_step: most(&sequence_steps, step),
            dash: most(&dashes, 2).max(2),
            keys: keys.or(values),
            values: values.or(keys),
            plain_numbers: numbers[1] > numbers[0],
            is_inline: inline > block,
            unit,
            colon: colon.unwrap_or_else(|| colon_default.to_owned()),
            comma: comma.unwrap_or_else(|| comma_default.to_owned()),
            padding: padding.map(|pad| pad.unwrap_or(false)),
        }
    }

    /// A renderer for new entries of a collection.
    pub fn within(&self, tree: &Tree<'_>, collection: &Collection) -> Render<'_> {
        let (mut keys, mut values) = (Quotes::default(), Quotes::default());
        for entry in collection
            .entries
            .iter()
            .filter(|entry| !entry.is_merge)
            .take(1000)
        {
            if collection.is_mapping {
                keys.count(&entry.key, entry.key_style);
            }
            if let Kind::Scalar(Value::String(string), style) = &tree.nodes[entry.node].kind {
                values.count(string, *style);
            }
        }
        if collection.is_mapping {
            // One value says nothing about another: `description` is quoted where `type` is not.
            (values.plain, values.needless) = (0, 0);
        }
        Render {
            style: self,
            has_literals: true,
            has_flow_objects: collection.is_mapping && has_flow_objects(tree, collection),
            keys: keys.or(self.keys),
            values: values.or(self.values),
        }
    }
}

/// Where an entry ends: its value, or its key.
pub(super) fn end_of(tree: &Tree<'_>, entry: &super::tree::Entry) -> usize {
    tree.nodes[entry.node]
        .end
        .max(entry.slot)
        .max(entry.key_end)
}

pub(super) fn skip_blanks(text: &str, at: usize) -> usize {
    let rest = part(text, at..);
    at + rest.len() - rest.trim_start_matches([' ', '\t']).len()
}

/// Whether objects in a collection are written in one line each.
fn has_flow_objects(tree: &Tree<'_>, collection: &Collection) -> bool {
    let entries = collection.entries.iter().take(1000);
    let mut objects = entries.filter_map(|entry| {
        let object = tree.collection(entry.node)?;
        let is_filled = object.is_mapping && !object.entries.is_empty();
        is_filled.then(|| &tree.nodes[entry.node])
    });
    let mut has_some = false;
    let is_flow = objects.all(|node| {
        has_some = true;
        part(tree.text, node.start..node.end).starts_with('{')
            && !part(tree.text, node.start..node.end).contains(['\n', '\r'])
    });
    has_some && is_flow
}

/// The longest object that is written in one line, as those next to it are.
const SHORT: usize = 80;

/// Writes values in a style.
#[derive(Clone, Copy)]
pub(super) struct Render<'s> {
    pub style: &'s Style,
    /// Whether a string with several lines may be written as a literal block scalar.
    pub has_literals: bool,
    /// Whether the objects next to a new one are written in one line.
    has_flow_objects: bool,
    keys: Quotes,
    values: Quotes,
}

impl<'s> Render<'s> {
    /// A renderer for a place without siblings.
    pub fn of(style: &'s Style) -> Self {
        Self {
            style,
            has_literals: true,
            has_flow_objects: false,
            keys: style.keys,
            values: style.values,
        }
    }

    /// A renderer that quotes values as an existing string is quoted.
    pub fn like(&self, style: ScalarStyle) -> Self {
        let (single, double) = match style {
            ScalarStyle::SingleQuoted => (1, 0),
            ScalarStyle::DoubleQuoted => (0, 1),
            _ => (0, 0),
        };
        let (needless, plain) = (single + double, 1 - single - double);
        let (single, double) = match plain {
            0 => (single, double),
            _ => (self.values.single, self.values.double),
        };
        let values = Quotes {
            single,
            double,
            needless,
            plain,
        };
        Self { values, ..*self }
    }

    pub fn key(&self, key: &str, is_flow: bool) -> String {
        if self.style.plain_numbers && is_number(key) && !self.style.is_json {
            return key.to_owned();
        }
        self.string(key, self.keys, is_flow)
    }

    fn string(&self, text: &str, quotes: Quotes, is_flow: bool) -> String {
        let is_quoted = quotes.needless > quotes.plain;
        if !self.style.is_json {
            if !is_quoted && may_be_plain(text, is_flow) {
                return text.to_owned();
            }
            let prefers_single = quotes.single >= quotes.double;
            let is_easy = !text.contains(['"', '\\']);
            let is_single = if prefers_single {
                !text.contains('\'') || !is_easy
            } else {
                !is_easy
            };
            if is_single && text.chars().all(is_printable) {
                return format!("'{}'", text.replace('\'', "''"));
            }
        }
        let mut quoted = String::new();
        for character in Value::from(text).to_string().chars() {
            match is_printable(character) || self.style.is_json {
                true => quoted.push(character),
                false => quoted.push_str(&format!("\\u{:04x}", u32::from(character))),
            }
        }
        quoted
    }

    /// A scalar or an empty collection.
    pub fn scalar(&self, value: &Value, is_flow: bool) -> String {
        match value {
            Value::String(text) => self.string(text, self.values, is_flow),
            other => other.to_string(),
        }
    }

    /// A value in flow style. `indent` is the indentation of the current line if the value may have lines.
    pub fn flow(&self, value: &Value, indent: Option<&str>, out: &mut String) {
        let style = self.style;
        let (is_mapping, length) = match value {
            Value::Object(members) => (true, members.len()),
            Value::Array(elements) => (false, elements.len()),
            _ => (false, 0),
        };
        if length == 0 {
            out.push_str(&self.scalar(value, true));
            return;
        }
        let lines = indent
            .zip(style.unit.as_ref())
            .filter(|_| style.is_json && !(style.is_inline && is_list(value)));
        let inner = lines.map(|(indent, unit)| format!("{indent}{unit}"));
        let pad = |out: &mut String, indent: Option<&str>| match indent {
            Some(indent) => out.extend([style.newline, indent]),
            None if style.padding[usize::from(is_mapping)] => out.push(' '),
            None => {}
        };
        out.push(if is_mapping { '{' } else { '[' });
        pad(out, inner.as_deref());
        let between = |out: &mut String, index: usize| match &inner {
            _ if index == 0 => {}
            Some(indent) => out.extend([",", style.newline, indent]),
            None => out.push_str(&style.comma),
        };
        match value {
            Value::Object(members) => {
                for (index, (key, value)) in members.iter().enumerate() {
                    between(out, index);
                    out.extend([self.key(key, true).as_str(), &style.colon]);
                    self.flow(value, inner.as_deref(), out);
                }
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    between(out, index);
                    self.flow(element, inner.as_deref(), out);
                }
            }
            _ => {}
        }
        pad(out, lines.map(|(indent, _)| indent));
        out.push(if is_mapping { '}' } else { ']' });
    }

    /// A collection in block style, at a column of the current line.
    pub fn block(&self, value: &Value, column: usize, out: &mut String) {
        let line = |out: &mut String, index: usize| {
            if index > 0 {
                out.push_str(self.style.newline);
                out.extend(std::iter::repeat_n(' ', column));
            }
        };
        match value {
            Value::Object(members) if !members.is_empty() => {
                for (index, (key, value)) in members.iter().enumerate() {
                    line(out, index);
                    self.member(key, value, column, out);
                }
            }
            Value::Array(elements) if !elements.is_empty() => {
                for (index, element) in elements.iter().enumerate() {
                    line(out, index);
                    self.element(element, column, out);
                }
            }
            _ => out.push_str(&self.scalar(value, false)),
        }
    }

    pub fn member(&self, key: &str, value: &Value, column: usize, out: &mut String) {
        out.extend([&self.key(key, false), ":"]);
        match self.inline(value, column) {
            Some(text) => out.extend([" ", &text]),
            None => {
                let column = column + self.child_step(value);
                out.push_str(self.style.newline);
                out.extend(std::iter::repeat_n(' ', column));
                self.block(value, column, out);
            }
        }
    }

    pub fn element(&self, value: &Value, column: usize, out: &mut String) {
        out.push('-');
        match self.inline(value, column) {
            Some(text) => out.extend([" ", &text]),
            None => {
                out.extend(std::iter::repeat_n(' ', self.style.dash - 1));
                self.block(value, column + self.style.dash, out);
            }
        }
    }

    fn child_step(&self, value: &Value) -> usize {
        match value {
            Value::Array(_) => self.style.sequence_step,
            _ => self.style.step,
        }
    }

    /// Columns from an entry to a nested block collection.
    pub fn step_in(&self, parent: &Collection, value: &Value) -> usize {
        match parent.is_mapping {
            true => self.child_step(value),
            false => self.style.dash,
        }
    }

    /// A value that starts in the line of its key, where it is in block style.
    fn inline(&self, value: &Value, column: usize) -> Option<String> {
        match value {
            Value::Object(members) if !members.is_empty() => {
                let mut out = String::new();
                self.flow(value, None, &mut out);
                (self.has_flow_objects && out.len() <= SHORT).then_some(out)
            }
            Value::Array(elements)
                if !(elements.is_empty() || self.style.is_inline && is_list(value)) =>
            {
                None
            }
            Value::String(text) if self.has_literals && is_literal(text) => Some(self.literal(text, column)),
            Value::Array(elements) if !elements.is_empty() => {
                let mut out = String::new();
                self.flow(value, None, &mut out);
                Some(out)
            }
            _ => Some(self.scalar(value, false)),
        }
    }

    pub fn literal(&self, text: &str, column: usize) -> String {
        let mut out = String::from(if text.ends_with('\n') { "|" } else { "|-" });
        for line in text.lines() {
            out.push_str(self.style.newline);
            if !line.is_empty() {
                out.extend(std::iter::repeat_n(' ', column + self.style.step));
                out.push_str(line);
            }
        }
        out
    }
}

/// Whether a value is an object or array that is not empty.
pub(super) fn has_entries(value: &Value) -> bool {
    match value {
        Value::Object(members) => !members.is_empty(),
        Value::Array(elements) => !elements.is_empty(),
        _ => false,
    }
}

/// Whether a value is an array of scalars.
pub(super) fn is_list(value: &Value) -> bool {
    let is_scalar = |value: &Value| !value.is_object() && !value.is_array();
    value
        .as_array()
        .is_some_and(|elements| elements.iter().all(is_scalar))
}

/// Whether a string is best written as a literal block scalar.
pub(super) fn is_literal(text: &str) -> bool {
    text.contains('\n')
        && !text.ends_with("\n\n")
        && !text.starts_with([' ', '\t', '\n'])
        && text.chars().all(|c| c == '\n' || is_printable(c))
        && text
            .lines()
            .all(|line| line.is_empty() || !line.trim_start().is_empty())
}

/// Whether a character may be written as it is in YAML 1.1 and 1.2, in one line.
fn is_printable(c: char) -> bool {
    !c.is_control()
        && !matches!(
            c,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// Whether a string consists of digits, as a status code does.
fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a plain scalar is this string, in YAML 1.1, too.
fn may_be_plain(text: &str, is_flow: bool) -> bool {
    let is_safe = !text.is_empty()
        && !text.starts_with(|c: char| c.is_whitespace() || ",[]{}#&*!|>'\"%@`-?:=".contains(c))
        && !text.ends_with(|c: char| c.is_whitespace() || c == ':')
        && !text.starts_with("...")
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(is_printable);
    is_safe
        && !(is_flow && text.contains([',', '[', ']', '{', '}']))
        && resolve(text).is_string()
        && !is_yaml_1_1(text)
}

/// Whether a plain scalar may be something else than a string for a parser of YAML 1.1.
fn is_yaml_1_1(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "<<", ".inf", ".nan", "+.inf",
        "-.inf",
    ];
    if text.len() <= 5 && WORDS.contains(&&*text.to_ascii_lowercase()) {
        return true;
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let bytes = digits.as_bytes();
    if !digits
        .trim_start_matches('.')
        .starts_with(|c: char| c.is_ascii_digit())
    {
        return false;
    }
    let is_date = bytes.len() > 5 && bytes[..4].iter().all(u8::is_ascii_digit) && bytes[4] == b'-';
    let has_radix = bytes.len() > 2 && bytes[0] == b'0' && b"xXoObB".contains(&bytes[1]);
    is_date
        || has_radix
        || !resolve(&digits.replace(['_', ','], "")).is_string()
        || (digits.contains(':')
            && bytes
                .iter()
                .all(|b| b.is_ascii_digit() || b":._".contains(b)))
}
/// The end of the text in the line at `at`, if a comment or nothing follows.
pub(super) fn comment_end(text: &str, at: usize) -> Option<usize> {
    let next = skip_blanks(text, at);
    let end = line_end(text, at);
    (next == end || part(text, next..).starts_with('#')).then_some(end)
}

/// Whether there is a comment between two places with nothing else than indicators between them.
pub(super) fn has_comment(text: &str, from: usize, to: usize) -> bool {
    text.get(from..to)
        .is_some_and(|between| between.contains('#'))
        && skip(text, from) <= to
}
