//! What is learnt of the values at one place of payloads, or of one parameter.

use std::collections::BTreeMap;
use std::ops::AddAssign;
use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::json::{Kind, Value};
use crate::location::Origin;
use crate::observe::{Count, merge};
use crate::redact::{is_card, is_secret_name, mask_shapes};

use super::distinct::Distinct;
use super::format::TextFormat;
use super::segment::SegmentKind;
use super::sketch::Sketch;

/// The longest text that is kept as a value, in bytes.
const LONGEST: usize = 64;

/// Values of a property that objects are distinguished by.
const TAGS: usize = 32;

/// Keys that are counted for one such value.
const KEYS: usize = 256;

/// The values at one place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlaceProfile {
    /// How many values are of each type.
    #[serde(skip_serializing_if = "Types::is_empty")]
    pub types: Types,
    /// How many booleans are `true`.
    #[serde(skip_serializing_if = "is_zero")]
    pub trues: u64,
    /// The numbers.
    #[serde(skip_serializing_if = "Range::is_empty")]
    pub numbers: Range,
    /// The lengths of the strings, in characters.
    #[serde(skip_serializing_if = "Range::is_empty")]
    pub lengths: Range,
    /// The lengths of the arrays.
    #[serde(skip_serializing_if = "Range::is_empty")]
    pub sizes: Range,
    /// How many strings have a format.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub formats: BTreeMap<TextFormat, Count>,
    /// The strings and integers.
    #[serde(skip_serializing_if = "Distinct::is_empty")]
    pub values: Distinct,
    /// Objects by the values of properties that may tell them apart: `type`, `kind` and the like.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<Box<str>, Tags>,
    /// The first and the last value, by time.
    #[serde(skip_serializing_if = "Seen::is_empty")]
    pub seen: Seen,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(value: &u64) -> bool {
    *value == 0
}

/// How many values are of each type of JSON Schema.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Types {
    /// `null`
    #[serde(skip_serializing_if = "is_zero")]
    pub null: u64,
    /// `false` and `true`
    #[serde(skip_serializing_if = "is_zero")]
    pub boolean: u64,
    /// Numbers without a fractional part.
    #[serde(skip_serializing_if = "is_zero")]
    pub integer: u64,
    /// Other numbers.
    #[serde(skip_serializing_if = "is_zero")]
    pub number: u64,
    /// Strings.
    #[serde(skip_serializing_if = "is_zero")]
    pub string: u64,
    /// Arrays.
    #[serde(skip_serializing_if = "is_zero")]
    pub array: u64,
    /// Objects.
    #[serde(skip_serializing_if = "is_zero")]
    pub object: u64,
}

impl Types {
    /// The number of values.
    #[must_use]
    pub const fn all(&self) -> u64 {
        self.null + self.boolean + self.integer + self.number + self.string + self.array + self.object
    }

    const fn is_empty(&self) -> bool {
        self.all() == 0
    }

    /// Each type by its name.
    #[must_use]
    pub const fn named(&self) -> [(&'static str, u64); 7] {
        [
            ("null", self.null),
            ("boolean", self.boolean),
            ("integer", self.integer),
            ("number", self.number),
            ("string", self.string),
            ("array", self.array),
            ("object", self.object),
        ]
    }
}

impl AddAssign<&Self> for Types {
    fn add_assign(&mut self, other: &Self) {
        self.null += other.null;
        self.boolean += other.boolean;
        self.integer += other.integer;
        self.number += other.number;
        self.string += other.string;
        self.array += other.array;
        self.object += other.object;
    }
}

/// The least and the greatest number, and how those between are distributed.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// Both; `None` if there is no number.
    pub ends: Option<(f64, f64)>,
    /// The distribution.
    pub sketch: Sketch,
}

/// No number is NaN.
impl Eq for Range {}

impl Range {
    const fn is_empty(&self) -> bool {
        self.ends.is_none()
    }

    fn add(&mut self, number: f64) {
        // Zero has one sign here. A number beyond a double is as far as doubles go.
        let number = (number + 0.0).clamp(f64::MIN, f64::MAX);
        self.widen((number, number));
        self.sketch.add(number);
    }

    fn widen(&mut self, (least, most): (f64, f64)) {
        self.ends = Some(match self.ends {
            Some((first, last)) => (first.min(least), last.max(most)),
            None => (least, most),
        });
    }
}

impl AddAssign<&Self> for Range {
    fn add_assign(&mut self, other: &Self) {
        if let Some(ends) = other.ends {
            self.widen(ends);
        }
        self.sketch += &other.sketch;
    }
}

/// Where and when something was seen first and last.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// The first and the last.
    pub ends: Option<(Sight, Sight)>,
}

/// A place in the captures, and its time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sight {
    /// When it was recorded; `None` if the capture does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub time: Option<Timestamp>,
    /// The start of the message.
    pub origin: Origin,
}

impl Sight {
    /// The order of sights: by time, then by place. Those without a time come before all others.
    fn rank(&self) -> (Option<Timestamp>, &Origin) {
        (self.time, &self.origin)
    }

    /// The same, but those without a time come after all others: whatever has a time is the first or the last.
    fn rank_as_first(&self) -> (bool, Option<Timestamp>, &Origin) {
        (self.time.is_none(), self.time, &self.origin)
    }
}

impl Seen {
    const fn is_empty(&self) -> bool {
        self.ends.is_none()
    }

    /// Adds a place.
    pub fn see(&mut self, sight: &Sight) {
        match &mut self.ends {
            Some((first, last)) => {
                if sight.rank_as_first() < first.rank_as_first() {
                    *first = sight.clone();
                }
                if sight.rank() > last.rank() {
                    *last = sight.clone();
                }
            }
            None => self.ends = Some((sight.clone(), sight.clone())),
        }
    }
}

impl AddAssign<&Self> for Seen {
    fn add_assign(&mut self, other: &Self) {
        if let Some((first, last)) = &other.ends {
            self.see(first);
            self.see(last);
        }
    }
}

/// Objects by the value of one property; `None` if there are too many values, so that the property is data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tags(pub Option<BTreeMap<Box<str>, Variant>>);

impl Default for Tags {
    fn default() -> Self {
        Self(Some(BTreeMap::new()))
    }
}

impl Tags {
    fn fit(&mut self) {
        self.0.take_if(|tags| tags.len() > TAGS);
    }
}

impl AddAssign<&Self> for Tags {
    fn add_assign(&mut self, other: &Self) {
        match (&mut self.0, &other.0) {
            (Some(ours), Some(theirs)) => merge(ours, theirs),
            (ours, _) => *ours = None,
        }
        self.fit();
    }
}

/// Objects with the same tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variant {
    /// How many.
    pub objects: u64,
    /// How many of them have each key; `None` if there are too many keys.
    pub keys: Option<BTreeMap<Arc<str>, Count>>,
}

impl Default for Variant {
    fn default() -> Self {
        Self {
            objects: 0,
            keys: Some(BTreeMap::new()),
        }
    }
}

impl AddAssign<&Self> for Variant {
    fn add_assign(&mut self, other: &Self) {
        self.objects += other.objects;
        match (&mut self.keys, &other.keys) {
            (Some(ours), Some(theirs)) => merge(ours, theirs),
            (ours, _) => *ours = None,
        }
        self.keys.take_if(|keys| keys.len() > KEYS);
    }
}

impl PlaceProfile {
    /// Counts a value, without what is in it. `is_secret` keeps its content out.
    pub(super) fn see(&mut self, value: Value<'_>, is_secret: bool, sight: &Sight) {
        self.seen.see(sight);
        match value.kind() {
            Kind::Null => self.types.null += 1,
            Kind::Boolean => self.see_boolean(value.raw() == "true"),
            Kind::Number => self.see_number(value.raw(), value.is_integer(), is_secret),
            Kind::String => {
                let text = value.as_str().unwrap_or_default();
                self.see_string(&text, is_secret);
            }
            Kind::Array => {
                self.types.array += 1;
                self.sizes.add(length(value.len()));
            }
            Kind::Object => {
                self.types.object += 1;
                if !is_secret {
                    self.see_tags(value);
                }
            }
        }
    }

    /// Counts the text of a parameter, as the value that it looks like.
    pub(super) fn see_text(&mut self, text: &str, is_secret: bool, sight: &Sight) {
        self.seen.see(sight);
        match text {
            "true" | "false" => self.see_boolean(text == "true"),
            _ if is_number(text) => {
                let is_integer = !text.contains(['.', 'e', 'E']);
                self.see_number(text, is_integer, is_secret);
            }
            _ => self.see_string(text, is_secret),
        }
    }

    fn see_boolean(&mut self, value: bool) {
        self.types.boolean += 1;
        self.trues += u64::from(value);
    }

    fn see_number(&mut self, written: &str, is_integer: bool, is_secret: bool) {
        match is_integer {
            true => self.types.integer += 1,
            false => self.types.number += 1,
        }
        if is_secret || is_card(written) {
            return;
        }
        if let Ok(number) = written.parse::<f64>() {
            self.numbers.add(number);
        }
        match is_integer && written.len() <= LONGEST {
            true => self.values.add(written),
            false => self.values.add_unlisted(written),
        }
    }

    fn see_string(&mut self, text: &str, is_secret: bool) {
        self.types.string += 1;
        if is_secret {
            return;
        }
        self.lengths.add(length(text.chars().count()));
        let format = TextFormat::of(text);
        if let Some(format) = format {
            self.formats.entry(format).or_default().0 += 1;
        }
        let json = serde_json::Value::from(text).to_string();
        // What is known need not be searched for secrets again.
        let is_kept = || text.len() <= LONGEST && format.is_none() && mask_shapes(text) == text;
        match self.values.add_known(&json) {
            true => {}
            false if is_kept() => self.values.add(&json),
            false => self.values.add_unlisted(&json),
        }
    }

    /// Counts the keys of an object by the values of the properties that may tell it from others.
    fn see_tags(&mut self, object: Value<'_>) {
        for (key, value) in object.members() {
            let name = key.name();
            if value.kind() != Kind::String || !is_tag_name(&name) {
                continue;
            }
            let tags = match self.tags.get_mut(&*name) {
                Some(tags) => tags,
                None => self.tags.entry((*name).into()).or_default(),
            };
            let Some(known) = &mut tags.0 else { continue };
            let tag = value.as_str().unwrap_or_default();
            if !is_tag(&tag) || is_secret_name(&name) || mask_shapes(&tag) != tag {
                tags.0 = None;
                continue;
            }
            let variant = match known.get_mut(&*tag) {
                Some(variant) => variant,
                None => known.entry((*tag).into()).or_default(),
            };
            variant.objects += 1;
            if let Some(keys) = &mut variant.keys {
                for (key, _) in object.members() {
                    let key = key.name();
                    // The key of a place that is not distinguished is no part of a variant.
                    if is_data_key(&key) {
                        continue;
                    }
                    match keys.get_mut(&*key) {
                        Some(count) => count.0 += 1,
                        None => {
                            keys.insert((*key).into(), Count(1));
                        }
                    }
                }
            }
            variant.keys.take_if(|keys| keys.len() > KEYS);
            tags.fit();
        }
    }
}

/// Whether the key of an object is data: an identifier, a date, a text with a secret, or a long text.
#[must_use]
pub(super) fn is_data_key(name: &str) -> bool {
    if name.len() > LONGEST_KEY || mask_shapes(name) != name {
        return true;
    }
    match SegmentKind::of(name) {
        SegmentKind::Literal => false,
        SegmentKind::Identifier => name.len() >= 16 || name.contains('@'),
        SegmentKind::Integer | SegmentKind::Uuid | SegmentKind::Date => true,
    }
}

/// The longest key of an object that is a name, in bytes.
const LONGEST_KEY: usize = 256;

/// A length as a number: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "no length is that long")]
const fn length(length: usize) -> f64 {
    length as f64
}

/// Whether a text is a number of JSON (RFC 8259 section 6).
fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_padded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    digits.starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && !is_padded
        && digits.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'e' | b'E' | b'-' | b'+'))
        && text.parse::<f64>().is_ok_and(f64::is_finite)
}

/// Whether a property with this name may tell the kinds of objects apart.
fn is_tag_name(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "type", "kind", "object", "event", "class", "variant", "resource", "category", "method", "mode", "action", "op",
    ];
    const ENDS: [&str; 6] = ["_type", "Type", "_kind", "Kind", "-type", "typename"];
    let plain = name.trim_start_matches(['@', '$', '_']);
    NAMES.contains(&plain) || ENDS.iter().any(|end| plain.ends_with(end))
}

/// Whether a text looks like the name of a kind of objects.
fn is_tag(text: &str) -> bool {
    text.len() <= LONGEST
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':' | b'/'))
}

impl AddAssign<&Self> for PlaceProfile {
    fn add_assign(&mut self, other: &Self) {
        self.types += &other.types;
        self.trues += other.trues;
        self.numbers += &other.numbers;
        self.lengths += &other.lengths;
        self.sizes += &other.sizes;
        merge(&mut self.formats, &other.formats);
        self.values += &other.values;
        merge(&mut self.tags, &other.tags);
        self.seen += &other.seen;
    }
}
