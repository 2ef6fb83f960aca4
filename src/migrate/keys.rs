//! The members of objects at one place: which keys have a meaning, and in which order they usually come.


use crate::json::skim;

/// No key.
pub(super) const NONE: u32 = u32::MAX;

/// Keys without a meaning that are still recorded; with more of them, keys are data.
const STRANGERS: u32 = 64;

/// Longest key that is recorded, in bytes.
const LONGEST: usize = 256;

/// The keys of the objects at one place.
#[derive(Debug)]
pub(super) struct Keys {
    keys: Vec<Key>,
    by_name: foldhash::HashMap<Box<[u8]>, u32>,
    /// The key that came first in the last object.
    first: u32,
    strangers: u32,
}

#[derive(Debug)]
struct Key {
    /// As JSON text.
    quoted: Box<[u8]>,
    /// The caller's number for it; [`NONE`] if it has no meaning.
    meaning: u32,
    /// The key that came after it in the last object.
    next: u32,
}

/// A key that was met.
#[derive(Debug, Clone, Copy)]
pub(super) struct Found {
    /// Its place in the order, to be passed back for the next key.
    pub(super) place: u32,
    /// The caller's number for it; [`NONE`] if it has no meaning.
    pub(super) meaning: u32,
    /// The offset after it.
    pub(super) end: usize,
}

impl Default for Keys {
    fn default() -> Self {
        Self {
            keys: Vec::new(),
            by_name: foldhash::HashMap::default(),
            first: NONE,
            strangers: 0,
        }
    }
}

impl Keys {
    /// Sets the meaning of a name.
    pub(super) fn add(&mut self, name: &str, meaning: u32) {
        let quoted = serde_json::Value::from(name).to_string();
        self.put(name.as_bytes(), quoted.as_bytes(), meaning);
    }

    /// The meaning of a name.
    pub(super) fn meaning(&self, name: &str) -> Option<u32> {
        let place = self.by_name.get(name.as_bytes())?;
        let meaning = self.keys[*place as usize].meaning;
        (meaning != NONE).then_some(meaning)
    }

    fn put(&mut self, name: &[u8], quoted: &[u8], meaning: u32) -> u32 {
        if let Some(known) = self.by_name.get(name) {
            return *known;
        }
        let place = crate::limits::index(self.keys.len());
        self.keys.push(Key {
            quoted: quoted.into(),
            meaning,
            next: NONE,
        });
        self.by_name.insert(name.into(), place);
        place
    }

    /// The key whose opening quote is at `at`, after the key at the place `last`.
    #[inline]
    pub(super) fn at(&mut self, last: u32, text: &[u8], at: usize) -> Found {
        let expected = match self.keys.get(last as usize) {
            Some(last) => last.next,
            None => self.first,
        };
        if let Some(key) = self.keys.get(expected as usize)
            && starts_with(&text[at..], &key.quoted)
        {
            return Found {
                place: expected,
                meaning: key.meaning,
                end: at + key.quoted.len(),
            };
        }
        self.look_up(last, text, at)
    }

    #[inline(never)]
    fn look_up(&mut self, last: u32, text: &[u8], at: usize) -> Found {
        let (end, is_escaped) = skim::string(text, at);
        let quoted = &text[at..end];
        let decoded: Option<String> = is_escaped
            .then(|| serde_json::from_slice(quoted).ok())
            .flatten();
        let name = decoded
            .as_deref()
            .map_or_else(|| inner(quoted), str::as_bytes);
        let place = match self.by_name.get(name) {
            Some(known) => *known,
            None if is_escaped || self.strangers >= STRANGERS || quoted.len() > LONGEST => NONE,
            None => {
                self.strangers += 1;
                self.put(name, quoted, NONE)
            }
        };
        let Some(key) = self.keys.get(place as usize) else {
            return Found {
                place: last,
                meaning: NONE,
                end,
            };
        };
        let meaning = key.meaning;
        match self.keys.get_mut(last as usize) {
            Some(last) => last.next = place,
            None => self.first = place,
        }
        Found {
            place,
            meaning,
            end,
        }
    }
}

/// A string without its quotes.
fn inner(quoted: &[u8]) -> &[u8] {
    let inner = quoted.get(1..quoted.len().saturating_sub(1));
    inner.unwrap_or_default()
}

/// Whether a text starts with another one, which is short.
#[inline(always)]
fn starts_with(text: &[u8], start: &[u8]) -> bool {
    let Some(text) = text.get(..start.len()) else {
        return false;
    };
    let (chunks, rest) = start.as_chunks::<8>();
    let (own, own_rest) = text.as_chunks::<8>();
    chunks
        .iter()
        .zip(own)
        .all(|(one, other)| u64::from_le_bytes(*one) == u64::from_le_bytes(*other))
        && rest.iter().zip(own_rest).all(|(one, other)| one == other)
}

#[cfg(test)]
mod tests {
    use super::{Keys, NONE};

    fn met(keys: &mut Keys, text: &str) -> Vec<(u32, usize)> {
        let mut last = NONE;
        let mut met = Vec::new();
        for (at, _) in text.match_indices('{').map(|(at, _)| (at + 1, ())) {
            let found = keys.at(last, text.as_bytes(), at);
            last = found.place;
            met.push((found.meaning, found.end - at));
        }
        met
    }

    #[test]
    fn keys_are_known_in_any_order_and_spelling() {
        let mut keys = Keys::default();
        keys.add("name", 7);
        keys.add("a \"quoted\" one", 8);
        assert_eq!(
            (keys.meaning("name"), keys.meaning("other")),
            (Some(7), None)
        );
        let text = r#"{"name" {"other" {"a \"quoted\" one" {"n\u0061me" {"nam" {"named" {"""#;
        let expected = [
            (7, 6),
            (NONE, 7),
            (8, 18),
            (7, 11),
            (NONE, 5),
            (NONE, 7),
            (NONE, 2),
        ];
        for _ in 0..3 {
            assert_eq!(met(&mut keys, text), expected);
        }
        let other = r#"{"a \"quoted\" one" {"name" {"other""#;
        assert_eq!(met(&mut keys, other), [(8, 18), (7, 6), (NONE, 7)]);
    }

    #[test]
    fn keys_that_are_data_are_not_all_learnt() {
        let mut keys = Keys::default();
        keys.add("known", 1);
        for number in 0..1_000 {
            let text = format!("{{\"key {number}\" {{\"known\"");
            assert_eq!(met(&mut keys, &text)[1], (1, 7));
        }
        assert!(keys.keys.len() < 100);
    }
}
