//! Times as captures write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::fmt::strtime;
use jiff::tz::TimeZone;

/// A time that was parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadTime {
    /// The time.
    pub time: Timestamp,
    /// Whether the text has an offset; otherwise it was taken for UTC.
    pub has_zone: bool,
}

/// Times with an offset that are neither RFC 3339 nor RFC 2822: those of access logs, of RFC 850 and of ISO
/// 8601 without a colon.
const ZONED: [&str; 4] = [
    "%d/%b/%Y:%H:%M:%S %z",
    "%Y-%m-%d %H:%M:%S%.f %z",
    "%Y-%m-%dT%H:%M:%S%.f%z",
    "%Y-%m-%d %H:%M:%S%.f%z",
];

/// Times without an offset: those of logs, and of `asctime`, which HTTP also allows and defines as UTC.
const CIVIL: [&str; 4] = [
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y%m%dT%H%M%S",
    "%d/%b/%Y:%H:%M:%S",
];

/// Parses RFC 3339, the three date formats of HTTP (RFC 9110, section 5.6.7), seconds and milliseconds since
/// 1970, and the usual formats of logs.
#[must_use]
pub fn read(text: &str) -> Option<ReadTime> {
    let text = text.trim();
    // The format of access logs.
    let inner = text
        .strip_prefix('[')
        .and_then(|text| text.strip_suffix(']'));
    let text = inner.unwrap_or(text);
    let zoned = |time: Timestamp| ReadTime {
        time,
        has_zone: true,
    };
    if let Some(civil) = compact(text) {
        return Some(ReadTime {
            time: in_utc(civil)?,
            has_zone: false,
        });
    }
    if let Some(time) = since_epoch(text) {
        return Some(zoned(time));
    }
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(zoned(time));
    }
    if let Ok(time) = jiff::fmt::rfc2822::parse(text) {
        return Some(zoned(time.timestamp()));
    }
    let rfc_850 = || strtime::parse("%A, %d-%b-%y %H:%M:%S GMT", text).ok();
    let asctime = || strtime::parse("%a %b %e %H:%M:%S %Y", text).ok();
    if let Some(broken) = rfc_850().or_else(asctime) {
        let civil = broken.to_datetime().ok()?;
        return Some(zoned(in_utc(civil)?));
    }
    // Python's logging writes a comma before the milliseconds.
    let text = text.replace(',', ".");
    let mut formats = ZONED.iter();
    let parsed = formats.find_map(|format| strtime::parse(format, &text).ok()?.to_timestamp().ok());
    if let Some(time) = parsed {
        return Some(zoned(time));
    }
    let mut formats = CIVIL.iter();
    let parsed = formats.find_map(|format| strtime::parse(format, &text).ok()?.to_datetime().ok());
    let civil = text.parse::<DateTime>().ok().or(parsed)?;
    Some(ReadTime {
        time: in_utc(civil)?,
        has_zone: false,
    })
}

fn in_utc(civil: DateTime) -> Option<Timestamp> {
    Some(civil.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

/// `20240309070502`: taken as milliseconds, it would be a time far from now.
fn compact(text: &str) -> Option<DateTime> {
    let is_one = text.len() == 14 && text.bytes().all(|byte| byte.is_ascii_digit());
    let broken = strtime::parse("%Y%m%d%H%M%S", text)
        .ok()
        .filter(|_| is_one)?;
    broken.to_datetime().ok()
}

/// A number of seconds, milliseconds, microseconds or nanoseconds. They are distinguished by size, since
/// captures are neither older than 1973 nor newer than 5138.
fn since_epoch(text: &str) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || whole.len() < 9 {
        return None;
    }
    let whole: i128 = whole.parse().ok()?;
    let unit: i128 = match whole {
        0..100_000_000_000 => 1_000_000_000,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    };
    // Digits beyond nanoseconds are ignored.
    let digits = &fraction[..fraction.len().min(9)];
    let part = digits.parse::<i128>().ok()? * unit / 10_i128.pow(u32::try_from(digits.len()).ok()?);
    Timestamp::from_nanosecond(whole.checked_mul(unit)?.checked_add(part)?).ok()
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn times_are_read_as_captures_write_them() {
        let shown = |text: &str| {
            read(text).map(|read| {
                let zone = if read.has_zone { "" } else { " (no zone)" };
                format!("{}{zone}", read.time)
            })
        };
        let moment = "2024-03-09T07:05:02Z";
        let no_zone = "2024-03-09T07:05:02Z (no zone)";
        for (text, time) in [
            ("2024-03-09T07:05:02Z", moment),
            ("2024-03-09T08:05:02+01:00", moment),
            ("2024-03-09T08:05:02+0100", moment),
            ("2024-03-09 08:05:02+01:00", moment),
            ("2024-03-09 08:05:02 +0100", moment),
            ("Sat, 09 Mar 2024 07:05:02 GMT", moment),
            ("Sat, 09 Mar 2024 08:05:02 +0100", moment),
            ("Saturday, 09-Mar-24 07:05:02 GMT", moment),
            ("Sat Mar  9 07:05:02 2024", moment),
            ("09/Mar/2024:08:05:02 +0100", moment),
            ("[09/Mar/2024:08:05:02 +0100]", moment),
            ("1709967902", moment),
            ("1709967902000", moment),
            ("1709967902000000", moment),
            ("1709967902000000000", moment),
            ("1709967902.5", "2024-03-09T07:05:02.5Z"),
            ("1709967902123", "2024-03-09T07:05:02.123Z"),
            ("2024-03-09T08:05:02+01:00[Europe/Paris]", moment),
            ("20240309070502", no_zone),
            ("20240309T070502", no_zone),
            ("2024-03-09T07:05:02", no_zone),
            ("2024-03-09 07:05:02", no_zone),
            (
                "2024-03-09 07:05:02,250",
                "2024-03-09T07:05:02.25Z (no zone)",
            ),
            ("2024/03/09 07:05:02", no_zone),
            ("2024-03-09", "2024-03-09T00:00:00Z (no zone)"),
        ] {
            assert_eq!(shown(text).as_deref(), Some(time), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "12",
            "2024-13-40T00:00:00Z",
            "9.9.2024",
            "1e12",
            "--",
            "1709967902.",
        ] {
            assert_eq!(shown(text), None, "{text}");
        }
    }
}
