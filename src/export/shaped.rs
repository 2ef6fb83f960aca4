//! Documents, URLs and headers with stand-ins for their values.

use crate::capture::time;
use crate::json::{Key, Kind, TapeDocument, Value};
use crate::location::{PathPattern, Step};
use crate::contract::split_target;
use crate::limits::FILE_PART;
use crate::media_type::essence;
use crate::observe::{AUTHORIZATION_SCHEMES, Substitute};
use crate::redact::{is_kept, is_secret_by_rule, is_secret_name, shapes};

use super::known::Known;
use super::stand_in::{RUNGS, StandIns};

/// Puts stand-ins in the place of values.
#[derive(Debug)]
pub(super) struct Shaper<'k> {
    known: &'k Known,
    stand_ins: &'k mut StandIns,
    /// Places where closer stand-ins are needed, and how close ones.
    pub(super) closer: Vec<(PathPattern, u8)>,
    /// How close the stand-ins in URLs and headers are.
    pub(super) rung: u8,
}

impl<'k> Shaper<'k> {
    pub(super) fn new(known: &'k Known, stand_ins: &'k mut StandIns) -> Self {
        Self {
            known,
            stand_ins,
            closer: Vec::new(),
            rung: 0,
        }
    }

    /// A document with the same structure and layout.
    pub(super) fn document(&mut self, document: &TapeDocument<'_>) -> String {
        let mut out = String::new();
        let mut at = 0;
        let text = document.text();
        self.value(document.root(), &mut Vec::new(), text, &mut at, &mut out);
        out.push_str(&text[at..]);
        out
    }

    /// Copies the text up to a value, and writes its stand-in.
    fn value(&mut self, value: Value<'_>, path: &mut Vec<Step>, text: &str, at: &mut usize, out: &mut String) {
        match value.kind() {
            Kind::Object => {
                let is_map = self.known.has_names() && !value.members().any(|(key, _)| self.known.has_name(&key.name()));
                for (key, member) in value.all_members() {
                    let in_secret = path.iter().any(|step| matches!(step, Step::Key(name) if is_secret_name(name)));
                    self.key(key, in_secret || is_map, text, at, out);
                    let name = key.name();
                    if is_shown(&name) && !in_secret {
                        out.push_str(&text[*at..member.span().end]);
                        *at = member.span().end;
                        continue;
                    }
                    path.push(Step::Key(name.as_ref().into()));
                    self.value(member, path, text, at, out);
                    path.pop();
                }
            }
            Kind::Array => {
                path.push(Step::Any);
                for element in value.elements() {
                    self.value(element, path, text, at, out);
                }
                path.pop();
            }
            Kind::String => {
                let content = value.as_str().unwrap_or_default();
                if !self.is_known_value(&content) {
                    let stand_in = self.stand_ins.text(&content, self.rung_at(path));
                    replace(value.span(), &quoted(&stand_in), text, at, out);
                }
            }
            Kind::Number if !self.known.has_value(value.raw()) => {
                let stand_in = self.stand_ins.number(value.raw(), self.rung_at(path));
                replace(value.span(), &stand_in, text, at, out);
            }
            Kind::Number | Kind::Boolean | Kind::Null => {}
        }
    }

    /// A key that is data rather than a name has a stand-in, too.
    fn key(&mut self, key: Key<'_>, is_data: bool, text: &str, at: &mut usize, out: &mut String) {
        let name = key.name();
        // In a map, or below the name of a secret, keys may be anything.
        let is_name = self.known.has_name(&name) || (!is_data && self.is_name(&name));
        if !is_name {
            let stand_in = self.stand_ins.text(&name, 0);
            replace(key.span(), &quoted(&stand_in), text, at, out);
        }
    }

    /// Whether a text is a name that a contract declares, or that a programmer gave.
    fn is_name(&self, name: &str) -> bool {
        if self.known.has_name(name) {
            return true;
        }
        let digits = name.bytes().filter(u8::is_ascii_digit).count();
        let is_mark = |c: char| "_$@[]".contains(c) || (c == '-' && digits == 0);
        name.len() <= 40
            && digits <= 2
            && name.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '$' | '@'))
            && name.chars().all(|c| c.is_ascii_alphanumeric() || is_mark(c))
            && shapes(name).is_empty()
    }

    fn is_known_value(&self, text: &str) -> bool {
        self.known.has_value(text)
    }

    /// How close the stand-in at a place has to be.
    fn rung_at(&self, path: &[Step]) -> u8 {
        let covering = self.closer.iter().filter(|(pattern, _)| covers(pattern.steps(), path));
        covering.map(|(_, rung)| *rung).max().unwrap_or(0)
    }

    /// Asks for closer stand-ins at and below a place; false if there are none.
    pub(super) fn come_closer(&mut self, pattern: PathPattern) -> bool {
        match self.closer.iter_mut().find(|(known, _)| *known == pattern) {
            Some((_, rung)) if *rung + 1 >= RUNGS => false,
            Some((_, rung)) => {
                *rung += 1;
                true
            }
            None => {
                self.closer.push((pattern, 1));
                true
            }
        }
    }

    /// A request target: the path and query of a URL.
    pub(super) fn target(&mut self, target: &str) -> String {
        let (_, path, rest) = split_target(target);
        let segments = path.split('/').map(|segment| self.segment(segment));
        let mut shaped = segments.collect::<Vec<_>>().join("/");
        let query = rest.split('#').next().unwrap_or_default().trim_start_matches('?');
        for (index, pair) in query.split('&').filter(|pair| !pair.is_empty()).enumerate() {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            shaped.push(if index == 0 { '?' } else { '&' });
            // Without a value, the name is one.
            shaped.push_str(&match self.is_name(name) && (pair.contains('=') || self.known.has_name(name)) {
                true => name.to_owned(),
                false => self.segment_value(name),
            });
            if pair.contains('=') {
                shaped.push('=');
                shaped.push_str(&match is_shown(name) {
                    true => value.to_owned(),
                    false => self.segment_value(value),
                });
            }
        }
        shaped
    }

    /// A segment of a path: what the contract spells stays, and so does a version.
    fn segment(&mut self, segment: &str) -> String {
        let is_version = segment.len() <= 4
            && segment.starts_with('v')
            && segment[1..].bytes().all(|b| b.is_ascii_digit());
        match segment.is_empty() || is_version || self.known.has_segment(segment) {
            true => segment.to_owned(),
            false => self.segment_value(segment),
        }
    }

    /// A value in a URL, whose escapes stay escapes.
    fn segment_value(&mut self, value: &str) -> String {
        let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy().into_owned();
        if self.is_known_value(&decoded) {
            return value.to_owned();
        }
        // The elements of a list have stand-ins of their own.
        if let Some(mark) = [',', '|'].into_iter().find(|mark| value.contains(*mark)) {
            let elements = value.split(mark).map(|element| self.segment_value(element));
            return elements.collect::<Vec<_>>().join(mark.encode_utf8(&mut [0; 4]));
        }
        let is_number = !decoded.is_empty() && decoded.bytes().all(|byte| byte.is_ascii_digit());
        let stand_in = match is_number {
            true => self.stand_ins.number(&decoded, self.rung),
            false => self.stand_ins.text(&decoded, self.rung),
        };
        let is_plain = stand_in.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~{}:,@".contains(&byte));
        match is_plain {
            true => stand_in,
            false => percent_encoding::utf8_percent_encode(&stand_in, percent_encoding::NON_ALPHANUMERIC).to_string(),
        }
    }

    /// The value of a header.
    pub(super) fn header(&mut self, name: &str, value: &str) -> String {
        let name = name.to_ascii_lowercase();
        if is_shown(&name) || self.is_known_value(value) {
            return value.to_owned();
        }
        match &*name {
            "content-type" => return self.media_type(value),
            "accept" => return value.split(',').map(accepted).collect::<Vec<_>>().join(", "),
            // A link within the API is one in the copy, too.
            "location" | "content-location" if value.starts_with('/') && !value.starts_with("//") => {
                return self.target(value);
            }
            "date" if time::read(value).is_some() => return value.to_owned(),
            _ => {}
        }
        // `Bearer …` says which scheme is used.
        let scheme = value.split_once(' ').filter(|(scheme, _)| {
            name.ends_with("authorization") && AUTHORIZATION_SCHEMES.contains(&&*scheme.to_ascii_lowercase())
        });
        match scheme {
            Some((scheme, rest)) => format!("{scheme} {}", self.stand_ins.text(rest, 1)),
            None => self.stand_ins.text(value, self.rung),
        }
    }

    /// A media type without its parameters.
    fn media_type(&self, value: &str) -> String {
        let essence = essence(value);
        match self.known.has_media_type(&essence) {
            true => essence,
            false => media_type(value),
        }
    }

    /// A text that is a body of its own. What the contract lists stays.
    pub(super) fn whole(&mut self, text: &str) -> String {
        match self.is_known_value(text.trim()) {
            true => text.to_owned(),
            false => self.text(text),
        }
    }

    /// A text that a name belongs to, in a body without places: the closest stand-in that any place asks for.
    fn named_value(&mut self, name: &str, text: &str) -> String {
        let is_plain = text.trim() == text;
        if is_shown(name) || self.is_known_value(text) || matches!(text, "true" | "false" | "null") {
            return text.to_owned();
        }
        let rung = self.closer.iter().map(|(_, rung)| *rung).chain([self.rung]).max().unwrap_or(0);
        let is_number = is_plain && TapeDocument::parse(text.as_bytes()).is_ok_and(|found| found.root().kind() == Kind::Number);
        match is_number {
            true => self.stand_ins.number(text, rung),
            false => self.stand_ins.text(text, rung),
        }
    }

    /// Text that is not JSON, with the same marks between its words.
    pub(super) fn text(&mut self, text: &str) -> String {
        const LITERALS: [&str; 7] = ["true", "false", "null", "True", "False", "None", "NaN"];
        let mut out = String::new();
        let mut rest = text;
        while !rest.is_empty() {
            let is_word = |c: char| c.is_alphanumeric() || c == '_';
            let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
            let (word, behind) = rest.split_at(length);
            // The letter of an escape is syntax.
            let escape = word.chars().next().filter(|c| out.ends_with('\\') && "nrtbfu".contains(*c));
            match LITERALS.contains(&word) {
                true => out.push_str(word),
                false => {
                    out.extend(escape);
                    let own = word.chars().skip(usize::from(escape.is_some()));
                    out.extend(own.map(class));
                }
            }
            let mark = behind.chars().next();
            out.extend(mark);
            rest = &behind[mark.map_or(0, char::len_utf8)..];
        }
        out
    }
}

impl Substitute for Shaper<'_> {
    fn name(&mut self, name: &str) -> String {
        match self.is_name(name) || name.bytes().all(|byte| byte.is_ascii_digit()) {
            true => name.to_owned(),
            false => self.text(name),
        }
    }

    fn value(&mut self, name: &str, text: &str) -> String {
        self.named_value(name, text)
    }

    fn json(&mut self, document: &TapeDocument<'_>) -> String {
        self.document(document)
    }

    fn file(&mut self, length: usize) -> String {
        "x".repeat(length.min(FILE_PART))
    }

    fn media_type(&mut self, media_type: &str) -> String {
        Shaper::media_type(self, media_type)
    }
}

/// A range of `Accept` with its weight.
fn accepted(range: &str) -> String {
    if range.trim().is_empty() {
        return String::new();
    }
    let weight = range.split(';').skip(1).find_map(|part| {
        let (name, weight) = part.split_once('=')?;
        let weight = weight.trim().parse::<f32>().ok()?;
        (name.trim().eq_ignore_ascii_case("q") && (0.0..=1.0).contains(&weight)).then_some(weight)
    });
    match weight {
        Some(weight) => format!("{};q={weight}", media_type(range)),
        None => media_type(range),
    }
}

/// A media type without its parameters. Subtypes of vendors have a stand-in.
fn media_type(value: &str) -> String {
    const SUBTYPES: [&str; 28] = [
        "*", "json", "xml", "html", "plain", "csv", "css", "javascript", "x-www-form-urlencoded", "form-data", "pdf",
        "octet-stream", "event-stream", "problem+json", "ndjson", "x-ndjson", "png", "jpeg", "gif", "mixed", "related",
        "jsonl", "json-seq", "stream+json", "soap+xml", "atom+xml", "merge-patch+json", "json-patch+json",
    ];
    let essence = value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (kind, subtype) = essence.split_once('/').unwrap_or(("application", "octet-stream"));
    let kind = match kind {
        "*" | "application" | "text" | "image" | "audio" | "video" | "font" | "multipart" => kind,
        _ => "application",
    };
    let suffix = subtype.rsplit_once('+').map(|(_, suffix)| suffix);
    match SUBTYPES.contains(&subtype) {
        true => format!("{kind}/{subtype}"),
        false => match suffix {
            Some(suffix @ ("json" | "xml")) => format!("{kind}/vnd.example+{suffix}"),
            _ => format!("{kind}/x-example"),
        },
    }
}

const fn class(character: char) -> char {
    if character.is_ascii_digit() { '1' } else { 'a' }
}

fn replace(span: std::ops::Range<usize>, by: &str, text: &str, at: &mut usize, out: &mut String) {
    out.push_str(&text[*at..span.start]);
    out.push_str(by);
    *at = span.end;
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Whether a place is the one of a pattern, or below it.
fn covers(pattern: &[Step], path: &[Step]) -> bool {
    pattern.len() <= path.len()
        && pattern.iter().zip(path).all(|(step, own)| match (step, own) {
            (Step::Any, _) | (_, Step::Any) => true,
            (Step::Key(name), Step::Key(own)) => name == own,
        })
}

/// Whether the user wants the values with this name in copies. A secret does not get there by a wish that is about
/// reports.
fn is_shown(name: &str) -> bool {
    is_kept(name) && !is_secret_by_rule(name)
}
