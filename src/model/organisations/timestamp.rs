//! RFC 3339 date-times.

/// Defines a date-time whose schema shows, as an example, how the version writes it.
macro_rules! timestamp {
    ($(#[$doc:meta])* $name:ident, $example:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                if $crate::model::organisations::is_date_time(&text) {
                    Ok(Self(text))
                } else {
                    Err(serde::de::Error::custom(format_args!(
                        "{text:?} is not an RFC 3339 date-time"
                    )))
                }
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn inline_schema() -> bool {
                true
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "format": "date-time",
                    "examples": [$example]
                })
            }
        }
    };
}

pub(super) use timestamp;

/// Whether the text is a date-time as RFC 3339 section 5.6 writes it.
///
/// A leap second (`:60`) is accepted at the end of a UTC day, as the JSON Schema test suite asks.
#[must_use]
pub fn is_date_time(text: &str) -> bool {
    let Some((date, time)) = text.split_once(['T', 't']) else {
        return false;
    };
    is_date(date.as_bytes()) && is_time(time)
}

fn is_date(date: &[u8]) -> bool {
    let &[y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date else {
        return false;
    };
    let (Some(century), Some(year), Some(month), Some(day)) =
        (two(y1, y2), two(y3, y4), two(m1, m2), two(d1, d2))
    else {
        return false;
    };
    let year = u32::from(century) * 100 + u32::from(year);
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return false,
    };
    (1..=last).contains(&day)
}

fn is_time(time: &str) -> bool {
    let Some((clock, rest)) = time.as_bytes().split_first_chunk::<8>() else {
        return false;
    };
    let &[h1, h2, b':', m1, m2, b':', s1, s2] = clock else {
        return false;
    };
    let (Some(hour @ 0..=23), Some(minute @ 0..=59), Some(second @ 0..=60)) =
        (two(h1, h2), two(m1, m2), two(s1, s2))
    else {
        return false;
    };
    let rest = match rest.strip_prefix(b".") {
        Some(fraction) => {
            let digits = fraction
                .iter()
                .take_while(|byte| byte.is_ascii_digit())
                .count();
            if digits == 0 {
                return false;
            }
            &fraction[digits..]
        }
        None => rest,
    };
    let offset = match *rest {
        [b'Z' | b'z'] => 0,
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] => match (two(h1, h2), two(m1, m2)) {
            (Some(hours @ 0..=23), Some(minutes @ 0..=59)) => {
                let offset = i32::from(hours) * 60 + i32::from(minutes);
                if sign == b'-' { -offset } else { offset }
            }
            _ => return false,
        },
        _ => return false,
    };
    let minute_of_day = i32::from(hour) * 60 + i32::from(minute) - offset;
    second < 60 || minute_of_day.rem_euclid(24 * 60) == 23 * 60 + 59
}

/// The number that two ASCII digits represent.
fn two(tens: u8, ones: u8) -> Option<u8> {
    (tens.is_ascii_digit() && ones.is_ascii_digit()).then(|| (tens - b'0') * 10 + (ones - b'0'))
}
