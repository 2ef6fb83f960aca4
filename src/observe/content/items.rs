//! Bodies that hold one payload after the other: lines, sequences, events.

use std::ops::Range;

use crate::capture::{Body, Scribe, Transcript};
use crate::json::TapeDocument;

use super::draft::{Draft, Drafted, Name};

/// The lines of a body that are not blank. A body that is one JSON value over several lines is one item.
pub(super) fn lines(bytes: &[u8]) -> Vec<Range<usize>> {
    let lines = split(bytes, b'\n');
    let is_json = |range: &Range<usize>| TapeDocument::parse(&bytes[range.clone()]).is_ok();
    if lines.len() > 1 && !is_json(&lines[0]) && TapeDocument::parse(bytes).is_ok() {
        return std::iter::once(0..bytes.len()).collect();
    }
    lines
}

/// The texts of a JSON text sequence: each follows a record separator (RFC 7464). Without separators, lines.
pub(super) fn sequence(bytes: &[u8]) -> Vec<Range<usize>> {
    const SEPARATOR: u8 = 0x1e;
    match memchr::memchr(SEPARATOR, bytes) {
        Some(_) => split(bytes, SEPARATOR),
        None => lines(bytes),
    }
}

fn split(bytes: &[u8], separator: u8) -> Vec<Range<usize>> {
    let mut items = Vec::new();
    let mut start = 0;
    for end in memchr::memchr_iter(separator, bytes).chain([bytes.len()]) {
        let item = &bytes[start..end];
        let blank = item.len() - item.trim_ascii_start().len();
        let length = item.trim_ascii().len();
        if length > 0 {
            items.push(start + blank..start + blank + length);
        }
        start = (end + 1).min(bytes.len());
    }
    items
}

/// A server-sent event (HTML Living Standard, "Server-sent events").
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Event {
    /// Each field, in order: its name, and where the name and the value are.
    fields: Vec<(&'static str, Range<usize>, Range<usize>)>,
}

impl Event {
    /// Where the lines of its data are.
    fn data(&self) -> impl Iterator<Item = &Range<usize>> {
        let data = self.fields.iter().filter(|(name, ..)| *name == "data");
        data.map(|(_, _, value)| value)
    }

    /// Where it starts.
    fn start(&self) -> usize {
        self.fields.first().map_or(0, |(_, name, _)| name.start)
    }

    /// The texts of its fields by name; lines of data are joined.
    pub(super) fn texts(&self, bytes: &[u8]) -> Vec<(&'static str, String)> {
        let mut texts: Vec<(&'static str, String)> = Vec::new();
        for (name, _, at) in &self.fields {
            let text = String::from_utf8_lossy(&bytes[at.clone()]);
            match texts.iter_mut().find(|(known, _)| known == name && *name == "data") {
                Some((_, data)) => {
                    data.push('\n');
                    data.push_str(&text);
                }
                None => texts.push((name, text.into_owned())),
            }
        }
        texts
    }

    /// Its data, joined; `None` if it has none.
    pub(super) fn data_of<'b>(&self, body: &'b Body<'_>) -> Option<Transcript<'b>> {
        let mut scribe = Scribe::new(body);
        for (index, line) in self.data().enumerate() {
            if index > 0 {
                scribe.mark("\n");
            }
            scribe.verbatim(&String::from_utf8_lossy(&body.bytes[line.clone()]), line.start);
        }
        self.data().next()?;
        Some(scribe.finish())
    }

    /// Whether it marks the end of a stream of JSON, as many APIs do.
    pub(super) fn is_end(&self, bytes: &[u8]) -> bool {
        let mut data = self.data();
        matches!((data.next(), data.next()), (Some(line), None) if bytes[line.clone()].trim_ascii() == b"[DONE]")
    }

    /// The event as an object with its fields (OpenAPI 3.2.0, "Server-Sent Events").
    pub(super) fn draft(&self, bytes: &[u8]) -> Draft {
        let mut members: Vec<(Name, Draft)> = Vec::new();
        for (name, name_at, at) in &self.fields {
            let text = String::from_utf8_lossy(&bytes[at.clone()]);
            let known = members.iter_mut().find(|(known, _)| known.text == *name);
            let value = match *name {
                "retry" => match text.parse::<u64>() {
                    Ok(number) => Drafted::Value(number.into()),
                    Err(_) => Drafted::Value((*text).into()),
                },
                _ => Drafted::Value((*text).into()),
            };
            match known {
                // Lines of data are joined; of another field, the last one counts.
                Some((_, draft)) if *name == "data" => {
                    if let Drafted::Value(serde_json::Value::String(data)) = &mut draft.value {
                        data.push('\n');
                        data.push_str(&text);
                    }
                }
                Some((_, draft)) => *draft = Draft::new(at.clone(), value),
                None => {
                    let name = Name {
                        text: (*name).to_owned(),
                        at: name_at.clone(),
                    };
                    members.push((name, Draft::new(at.clone(), value)));
                }
            }
        }
        Draft::new(self.start()..self.start() + 1, Drafted::Members(members))
    }
}

/// The events of a stream that a client receives, without comments. Returns how many lines have fields.
pub(super) fn events(bytes: &[u8], each: &mut dyn FnMut(&Event)) -> usize {
    let mut fields = 0;
    let mut event = Event::default();
    let mut at = match bytes.starts_with(b"\xef\xbb\xbf") {
        true => 3,
        false => 0,
    };
    loop {
        // Lines end with LF, CR or both. The last event counts even if the capture lacks the blank line after it.
        let is_end = at >= bytes.len();
        let length = bytes.get(at..).and_then(|rest| memchr::memchr2(b'\n', b'\r', rest));
        let line = at.min(bytes.len())..length.map_or(bytes.len(), |length| at + length);
        at = line.end + 1;
        if bytes.get(line.end) == Some(&b'\r') && bytes.get(line.end + 1) == Some(&b'\n') {
            at += 1;
        }
        if line.is_empty() {
            fields += event.fields.len();
            // Without data, nothing is dispatched.
            if event.data().any(|data| !data.is_empty()) {
                each(&event);
            }
            event.fields.clear();
        }
        if is_end {
            return fields;
        }
        let text = &bytes[line.clone()];
        let colon = memchr::memchr(b':', text).unwrap_or(text.len());
        let known = ["data", "event", "id", "retry"];
        // Comments and unknown fields are ignored.
        let Some(name) = known.into_iter().find(|name| name.as_bytes() == &text[..colon]) else {
            continue;
        };
        let mut value = (line.start + colon + 1).min(line.end)..line.end;
        if bytes.get(value.start) == Some(&b' ') && !value.is_empty() {
            value.start += 1;
        }
        // The time must be digits, or it is ignored.
        if name == "retry" && !bytes[value.clone()].iter().all(u8::is_ascii_digit) {
            continue;
        }
        event.fields.push((name, line.start..line.start + colon, value));
    }
}
