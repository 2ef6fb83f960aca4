//! Keywords that look at a single value, most of which the `jsonschema` crate decides.

use std::borrow::Cow;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

use jsonschema::{Draft, Validator};
use serde_json::json;

use crate::json::decimal::Decimal;
use crate::json::{TapeDocument, Kind, Tape, TapeNode, Value};

use super::format;
use super::pattern::{self, Pattern};
use crate::redact::clipped;

/// One keyword that looks at a single value.
pub struct KeywordCheck {
    /// The keyword, such as `format`.
    pub keyword: &'static str,
    /// The value of the keyword in the schema.
    pub argument: serde_json::Value,
    /// The only kind of value that the keyword constrains.
    pub kind: Kind,
    decider: Decider,
}

enum Decider {
    Crate(Box<Validator<Tape>>),
    /// The same, built on first use: the first validator of a process costs milliseconds.
    Later(Later),
    /// A bound or divisor of numbers, compared digit by digit. The crate compares doubles, so it treats
    /// numbers as equal that differ beyond the 16th digit.
    Exact(Limit, Later),
    /// An integer in this range.
    Range(i128, i128),
    Pattern(Pattern),
}

type Later = (Draft, OnceLock<Option<Box<Validator<Tape>>>>);

/// The argument of a numeric keyword.
struct Limit {
    exact: Decimal,
    /// The nearest double.
    near: f64,
}

/// The most digits a decimal may have so that its double compares in the same order.
const DIGITS_OF_DOUBLE: usize = 15;

/// The number of characters of a pattern that a message shows.
const PATTERN_SHOWN: usize = 100;

impl KeywordCheck {
    /// # Errors
    ///
    /// The message of the crate, if it rejects the argument.
    pub(super) fn new(
        keyword: &'static str,
        argument: &serde_json::Value,
        kind: Kind,
        draft: Draft,
    ) -> Result<Self, String> {
        let later = || (draft, OnceLock::new());
        // The crate rejects none of these.
        if let (serde_json::Value::String(_), "format") = (argument, keyword) {
            return Ok(Self {
                keyword,
                argument: argument.clone(),
                kind,
                decider: Decider::Later(later()),
            });
        }
        let schema = match (argument, keyword) {
            (serde_json::Value::String(pattern), "pattern") => {
                let shown = clipped(pattern, PATTERN_SHOWN);
                let unread = |reason: &str| format!("`{shown}` is not a valid pattern{reason}");
                let pattern = Pattern::new(pattern).map_err(|reason| unread(&reason))?;
                return Ok(Self {
                    keyword,
                    argument: argument.clone(),
                    kind,
                    decider: Decider::Pattern(pattern),
                });
            }
            _ => json!({keyword: argument}),
        };
        Self::build(keyword, argument.clone(), kind, draft, &schema)
    }

    fn build(
        keyword: &'static str,
        argument: serde_json::Value,
        kind: Kind,
        draft: Draft,
        schema: &serde_json::Value,
    ) -> Result<Self, String> {
        Ok(Self {
            keyword,
            argument,
            kind,
            decider: Decider::Crate(validator(draft, schema)?),
        })
    }

    /// A bound of numbers or a divisor. `written` is the argument as written in the document, if it is more
    /// precise than a double.
    pub(super) fn of_number(
        keyword: &'static str,
        argument: &serde_json::Number,
        written: Option<&str>,
    ) -> Option<Self> {
        let exact = written.and_then(Decimal::parse);
        let limit = Limit {
            exact: exact.or_else(|| Decimal::of(argument))?,
            near: argument.as_f64()?,
        };
        Some(Self {
            keyword,
            argument: argument.clone().into(),
            kind: Kind::Number,
            decider: Decider::Exact(limit, (Draft::Draft202012, OnceLock::new())),
        })
    }

    /// The crate's validator, if the crate decides the keyword.
    fn validator(&self) -> Option<&Validator<Tape>> {
        match &self.decider {
            Decider::Crate(validator) => Some(validator),
            Decider::Later((draft, built)) | Decider::Exact(_, (draft, built)) => {
                let build = || {
                    let draft = match self.is_of_any_draft() {
                        true => Draft::Draft7,
                        false => *draft,
                    };
                    validator(draft, &json!({self.keyword: &self.argument})).ok()
                };
                built.get_or_init(build).as_deref()
            }
            Decider::Range(..) | Decider::Pattern(_) => None,
        }
    }

    /// Whether the crate decides the keyword identically in all drafts from 6 on. If so, draft 7 is used: its
    /// metaschema, which the crate validates every schema against, is built in a third of the time.
    fn is_of_any_draft(&self) -> bool {
        const FORMATS: [&str; 7] = ["date", "date-time", "email", "ipv4", "ipv6", "time", "uri"];
        match &self.argument {
            serde_json::Value::String(format) => FORMATS.contains(&format.as_str()),
            _ => true,
        }
    }

    /// `contentEncoding` and `contentMediaType`, which are checked together (drafts 6 and 7).
    pub(super) fn of_content(
        encoding: Option<&serde_json::Value>,
        media_type: Option<&serde_json::Value>,
        draft: Draft,
    ) -> Result<Self, String> {
        let mut schema = serde_json::Map::new();
        let keywords = [
            ("contentEncoding", encoding),
            ("contentMediaType", media_type),
        ];
        for (keyword, argument) in keywords {
            schema.extend(argument.map(|argument| (keyword.to_owned(), argument.clone())));
        }
        let keyword = match media_type {
            Some(_) => "contentMediaType",
            None => "contentEncoding",
        };
        let argument = media_type.or(encoding).cloned().unwrap_or_default();
        Self::build(keyword, argument, Kind::String, draft, &schema.into())
    }

    /// A numeric format, which only OpenAPI has (in its format registry), such as `int32`.
    pub(super) fn number_format(name: &str) -> Option<Self> {
        let (least, most) = format::range(name)?;
        Some(Self {
            keyword: "format",
            argument: name.into(),
            kind: Kind::Number,
            decider: Decider::Range(least, most),
        })
    }

    /// Whether the keyword accepts the value.
    #[must_use]
    pub fn accepts(&self, value: Value<'_>) -> bool {
        value.kind() != self.kind
            || match &self.decider {
                Decider::Range(least, most) => fits(value, *least, *most),
                Decider::Exact(limit, _) => self
                    .accepts_number(limit, value.raw())
                    .unwrap_or_else(|| self.crate_accepts(value)),
                Decider::Pattern(pattern) => value
                    .as_str()
                    .is_none_or(|text| pattern.matches(&text) == Some(true)),
                Decider::Crate(_) | Decider::Later(_) => self.crate_accepts(value),
            }
    }

    /// Whether matching a string takes more steps than allowed. Such a string counts as rejected.
    #[must_use]
    pub fn gives_up(&self, text: &str) -> bool {
        match &self.decider {
            Decider::Pattern(pattern) => pattern.matches(text).is_none(),
            _ => false,
        }
    }

    fn crate_accepts(&self, value: Value<'_>) -> bool {
        let validator = self.validator();
        validator.is_none_or(|known| known.is_valid(TapeNode::Value(value)))
            && value.as_str().is_none_or(|text| self.crate_is_right(&text))
    }

    /// For some formats the crate accepts too much.
    fn crate_is_right(&self, text: &str) -> bool {
        self.keyword != "format"
            || format::is_more(self.argument.as_str().unwrap_or_default(), text)
    }

    /// Whether a bound or divisor accepts a number as written.
    fn accepts_number(&self, limit: &Limit, written: &str) -> Option<bool> {
        if self.keyword == "multipleOf" {
            return Decimal::parse(written)?.is_multiple_of(&limit.exact);
        }
        // At most a sign or a point in addition to the digits; an exponent could add more digits.
        let is_short = written.len() <= DIGITS_OF_DOUBLE && !written.contains(['e', 'E']);
        let order = match written.parse::<f64>() {
            Ok(near) if is_short && limit.exact.precision() <= DIGITS_OF_DOUBLE => {
                near.partial_cmp(&limit.near)?
            }
            _ => Decimal::parse(written)?.cmp(&limit.exact),
        };
        Some(match self.keyword {
            "minimum" => order.is_ge(),
            "maximum" => order.is_le(),
            "exclusiveMinimum" => order.is_gt(),
            _ => order.is_lt(),
        })
    }

    /// Whether the keyword accepts an integer; `None` if that needs the full check.
    #[must_use]
    pub fn accepts_integer(&self, integer: i64) -> Option<bool> {
        if let Some(range) = self.integer_range() {
            return Some(range.contains(&integer));
        }
        let divisor = self.argument.as_i64()?;
        (self.keyword == "multipleOf" && divisor > 0).then(|| integer % divisor == 0)
    }

    /// The 64-bit integers that the keyword accepts, if they form a range and the argument is an integer.
    #[must_use]
    pub fn integer_range(&self) -> Option<RangeInclusive<i64>> {
        if self.kind != Kind::Number {
            return Some(i64::MIN..=i64::MAX);
        }
        if let Decider::Range(least, most) = self.decider {
            let clamped = |bound: i128| {
                let bound = bound.clamp(i64::MIN.into(), i64::MAX.into());
                i64::try_from(bound).unwrap_or_default()
            };
            return Some(clamped(least)..=clamped(most));
        }
        let limit = match &self.argument {
            // An argument written as an integer is exact.
            serde_json::Value::Number(number) if !number.is_f64() => number.as_i64()?,
            _ => return None,
        };
        Some(match self.keyword {
            "minimum" => limit..=i64::MAX,
            "maximum" => i64::MIN..=limit,
            "exclusiveMinimum" => limit.checked_add(1)?..=i64::MAX,
            "exclusiveMaximum" => i64::MIN..=limit.checked_sub(1)?,
            _ => return None,
        })
    }

    /// Whether the keyword accepts the string.
    #[must_use]
    pub fn accepts_text(&self, text: &str) -> bool {
        if let Decider::Pattern(pattern) = &self.decider {
            return pattern.matches(text) == Some(true);
        }
        let validator = self.validator().filter(|_| self.kind == Kind::String);
        validator.is_none_or(|known| known.is_valid(TapeNode::Text(text)))
            && (self.kind != Kind::String || self.crate_is_right(text))
    }

    /// The pattern in Rust's syntax, for other validators.
    pub(super) fn portable_pattern(&self) -> Cow<'_, str> {
        pattern::portable(self.argument.as_str().unwrap_or_default())
    }

    /// The value of the keyword as text: strings without quotes, other values as JSON.
    #[must_use]
    pub fn argument_text(&self) -> String {
        match &self.argument {
            serde_json::Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

/// Whether the `jsonschema` crate itself accepts a value under a schema of draft 2020-12; `None` if it does
/// not compile the schema.
pub(crate) fn crate_accepts(schema: &serde_json::Value, value: &serde_json::Value) -> Option<bool> {
    // Uses a tape like everything else: validators for another representation would double the crate's code.
    let validator = validator(Draft::Draft202012, schema).ok()?;
    let text = value.to_string();
    let document = TapeDocument::parse(text.as_bytes()).ok()?;
    Some(validator.is_valid(TapeNode::Value(document.root())))
}

fn validator(draft: Draft, schema: &serde_json::Value) -> Result<Box<Validator<Tape>>, String> {
    jsonschema::options_for::<Tape>()
        .with_draft(draft)
        .should_validate_formats(true)
        .offline()
        .build(schema)
        .map(Box::new)
        .map_err(|error| error.to_string())
}

impl fmt::Debug for KeywordCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.keyword, self.argument)
    }
}

/// Whether a number is within a range of integers. Whether it is an integer is for `type` to decide.
fn fits(value: Value<'_>, least: i128, most: i128) -> bool {
    if let Ok(integer) = value.raw().parse::<i64>() {
        return (least..=most).contains(&integer.into());
    }
    let bound = |bound: i128| Decimal::parse(&bound.to_string());
    match (Decimal::parse(value.raw()), bound(least), bound(most + 1)) {
        (Some(number), Some(least), Some(beyond)) => number >= least && number < beyond,
        _ => true,
    }
}

/// Tells whether texts are of one format.
#[derive(Debug)]
pub(crate) struct FormatTest {
    name: &'static str,
    validator: Option<Box<Validator<Tape>>>,
}

impl FormatTest {
    /// The test for a format of JSON Schema.
    pub(crate) fn new(name: &'static str) -> Self {
        let schema = serde_json::json!({ "format": name });
        Self {
            name,
            validator: validator(Draft::Draft202012, &schema).ok(),
        }
    }

    /// Whether a text is of the format.
    pub(crate) fn accepts(&self, text: &str) -> bool {
        let accepts = |validator: &Validator<Tape>| validator.is_valid(TapeNode::Text(text));
        self.validator.as_deref().is_some_and(accepts) && format::is_more(self.name, text)
    }
}
