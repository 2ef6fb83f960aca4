//! Witnesses as lines, with long lists shortened: `[{…}, … 1,997 more]`.

use serde_json::Value;

use crate::diff::Witness;
use crate::location::Pointer;
use crate::report::render::numbers::thousands;

/// The maximum length of a list that is printed in full. Only the first element of a longer list is printed.
const ELEMENTS: usize = 8;

/// The number of members of an object that are printed.
const MEMBERS: usize = 60;

/// The maximum length of a line, in characters.
const LONGEST: usize = 160;

/// The lines of a witness. The line that the change is about is marked with `true`.
pub(in crate::report) fn witness_lines(witness: &Witness) -> Vec<(String, bool)> {
    if let Some(text) = &witness.text {
        return vec![(cut(text), true)];
    }
    let mut printer = Printer {
        lines: Vec::new(),
        at: witness.at.as_str(),
        marked: None,
    };
    printer.value(&witness.payload, &Pointer::root(), "", "", 0);
    let marked = printer.marked;
    let lines = printer.lines.into_iter().enumerate();
    lines
        .map(|(index, line)| (cut(&line), Some(index) == marked))
        .collect()
}

/// A witness as JSON, with a text in place of the rest of a long list, and whether anything was shortened.
pub(in crate::report) fn shortened(value: &Value) -> (Value, bool) {
    match value {
        Value::Array(elements) => {
            let is_long = elements.len() > ELEMENTS;
            let kept = if is_long { 1 } else { elements.len() };
            let mut was_cut = is_long;
            let mut short: Vec<Value> = Vec::new();
            for element in &elements[..kept] {
                let (element, is_cut) = shortened(element);
                was_cut |= is_cut;
                short.push(element);
            }
            if is_long {
                short.push(format!("… {} more", thousands(elements.len() as u64 - 1)).into());
            }
            (short.into(), was_cut)
        }
        Value::Object(members) => {
            let mut was_cut = false;
            let short = members.iter().map(|(name, member)| {
                let (member, is_cut) = shortened(member);
                was_cut |= is_cut;
                (name.clone(), member)
            });
            let short: serde_json::Map<String, Value> = short.collect();
            (short.into(), was_cut)
        }
        scalar => (scalar.clone(), false),
    }
}

struct Printer<'a> {
    lines: Vec<String>,
    /// The place that the change is about.
    at: &'a str,
    /// The line that shows it.
    marked: Option<usize>,
}

impl Printer<'_> {
    /// Prints a value. `start` precedes it on its first line, `end` follows it on its last line.
    fn value(&mut self, value: &Value, place: &Pointer, start: &str, end: &str, depth: usize) {
        let indent = "  ".repeat(depth);
        if self.at == place.as_str() {
            self.marked = Some(self.lines.len());
        }
        match value {
            Value::Array(elements) if elements.len() > ELEMENTS => {
                let is_inside = |rest: &str| rest.starts_with('/');
                if self.at.strip_prefix(place.as_str()).is_some_and(is_inside) {
                    self.marked = Some(self.lines.len());
                }
                let more = thousands(elements.len() as u64 - 1);
                let first = elements.first().map_or_else(String::new, brief);
                self.lines
                    .push(format!("{indent}{start}[{first}, … {more} more]{end}"));
            }
            Value::Array(elements) if !elements.is_empty() => {
                self.lines.push(format!("{indent}{start}["));
                for (index, element) in elements.iter().enumerate() {
                    let mut below = place.clone();
                    below.push_index(index);
                    let comma = if index + 1 < elements.len() { "," } else { "" };
                    self.value(element, &below, "", comma, depth + 1);
                }
                self.lines.push(format!("{indent}]{end}"));
            }
            Value::Object(members) if !members.is_empty() => {
                self.lines.push(format!("{indent}{start}{{"));
                let last = members.len().min(MEMBERS);
                let is_long = members.len() > MEMBERS;
                for (index, (name, member)) in members.iter().take(MEMBERS).enumerate() {
                    let below = place.join(name);
                    let comma = if index + 1 < last || is_long { "," } else { "" };
                    let key = format!("{}: ", Value::from(name.as_str()));
                    self.value(member, &below, &key, comma, depth + 1);
                }
                if is_long {
                    let more = thousands((members.len() - MEMBERS) as u64);
                    self.lines.push(format!("{indent}  … {more} more"));
                }
                self.lines.push(format!("{indent}}}{end}"));
            }
            scalar => self.lines.push(format!("{indent}{start}{scalar}{end}")),
        }
    }
}

/// A short form of a value.
fn brief(value: &Value) -> String {
    match value {
        Value::Array(elements) if elements.is_empty() => "[]".to_owned(),
        Value::Array(_) => "[…]".to_owned(),
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(_) => "{…}".to_owned(),
        scalar => scalar.to_string(),
    }
}

/// A line, truncated if it is too long.
fn cut(line: &str) -> String {
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}… ({} characters)", &line[..end], line.chars().count()),
        None => line.to_owned(),
    }
}
