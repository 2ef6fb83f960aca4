//! Which exchanges are compared.

use std::borrow::Cow;
use std::hash::Hasher as _;
use std::num::NonZeroU64;

use globset::{GlobBuilder, GlobMatcher};
use jiff::{SignedDuration, Timestamp};
use rustc_hash::FxHasher;

use crate::capture::{Exchange, Unused, time};
use crate::contract::{RequestTarget, without_user};

/// Which exchanges are compared: those that meet every condition. The default is all.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// One of these hosts; `*.example.com` matches every host below it, and a host without a port every port.
    pub hosts: Vec<String>,
    /// At this time or later.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// One of these statuses.
    pub statuses: Vec<Statuses>,
    /// One of these methods.
    pub methods: Vec<String>,
    /// One of these paths.
    pub paths: Vec<PathGlob>,
    /// One of so many exchanges, chosen by its place.
    pub sample: Option<NonZeroU64>,
}

impl Selection {
    /// Whether nothing is left out.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.hosts.is_empty()
            && self.since.is_none()
            && self.until.is_none()
            && self.statuses.is_empty()
            && self.methods.is_empty()
            && self.paths.is_empty()
            && self.sample.is_none()
    }

    /// The status that was asked for, if it is only one.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match &*self.statuses {
            [statuses] => statuses.only(),
            _ => None,
        }
    }

    /// Why an exchange is left out; `None` if it is not.
    #[must_use]
    pub(super) fn refuses(&self, exchange: &Exchange<'_>) -> Option<Unused> {
        let is_wanted = self.allows_message(exchange) && self.allows_place(exchange);
        if !is_wanted {
            return Some(Unused::Filtered);
        }
        if self.since.is_none() && self.until.is_none() {
            return None;
        }
        let Some(read) = exchange.time_text().and_then(time::read) else {
            return Some(Unused::Untimed);
        };
        let is_in_period = self.since.is_none_or(|since| read.time >= since)
            && self.until.is_none_or(|until| read.time < until);
        (!is_in_period).then_some(Unused::Filtered)
    }

    fn allows_message(&self, exchange: &Exchange<'_>) -> bool {
        if !self.statuses.is_empty() {
            // A single code is that of payloads that belong to no message.
            let is_told = exchange.payload.is_some() && self.status().is_some();
            let status = exchange.response.as_ref().map(|response| response.status).or(exchange.hint.status);
            let is_one = |status: u16| self.statuses.iter().any(|statuses| statuses.have(status));
            if !is_told && !status.is_some_and(is_one) {
                return false;
            }
        }
        if self.hosts.is_empty() && self.methods.is_empty() && self.paths.is_empty() {
            return true;
        }
        let Some(request) = &exchange.request else { return false };
        let is_method = |method: &String| method.eq_ignore_ascii_case(&request.method);
        if !self.methods.is_empty() && !self.methods.iter().any(is_method) {
            return false;
        }
        if self.hosts.is_empty() && self.paths.is_empty() {
            return true;
        }
        let target = RequestTarget::parse(&request.target);
        if !self.paths.is_empty() && !self.paths.iter().any(|glob| glob.fits(&target.path)) {
            return false;
        }
        let host = target.host.as_deref().or_else(|| Some(without_user(request.headers.get("host")?)));
        self.hosts.is_empty()
            || host.is_some_and(|host| self.hosts.iter().any(|pattern| is_host(pattern, host)))
    }

    /// Whether the exchange is part of the sample. What decides is the file and the place in it, so that a
    /// sample is the same in every run, with any number of threads.
    fn allows_place(&self, exchange: &Exchange<'_>) -> bool {
        let Some(sample) = self.sample else { return true };
        let mut hasher = FxHasher::default();
        hasher.write(exchange.origin.file.as_bytes());
        hasher.write_u64(exchange.origin.position.byte);
        hasher.write_u64(exchange.origin.entry.unwrap_or(0));
        // The lower bits of this hash depend on little.
        (hasher.finish() >> 20).is_multiple_of(sample.get())
    }
}

/// Whether a host is the one that a pattern names.
pub(super) fn is_host(pattern: &str, host: &str) -> bool {
    let host = host.to_ascii_lowercase();
    let pattern = pattern.to_ascii_lowercase();
    let has_port = |name: &str| {
        let port = name.rsplit_once(':').map(|(_, port)| port);
        port.is_some_and(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let host = match host.rsplit_once(':') {
        Some((name, _)) if has_port(&host) && !has_port(&pattern) => name,
        _ => &host,
    };
    match pattern.strip_prefix("*.") {
        Some(domain) => host.strip_suffix(domain).is_some_and(|below| below.ends_with('.') && below.len() > 1),
        None => host == pattern,
    }
}

/// One status, a class such as `4xx`, or a range such as `500-504`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Statuses {
    first: u16,
    last: u16,
}

impl Statuses {
    /// Parses them.
    ///
    /// # Errors
    ///
    /// Returns what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        let status = |text: &str| text.parse().ok().filter(|status| (100..=599).contains(status));
        let class = || {
            let digit = text.strip_suffix("xx").or_else(|| text.strip_suffix("XX"))?;
            let first = digit.parse::<u16>().ok().filter(|class| (1..=5).contains(class))? * 100;
            Some((first, first + 99))
        };
        let range = || {
            let (first, last) = text.split_once('-')?;
            Some((status(first)?, status(last)?)).filter(|(first, last)| first <= last)
        };
        let found = status(text).map(|one| (one, one)).or_else(class).or_else(range);
        let (first, last) = found.ok_or_else(|| {
            "expected a status from 100 to 599, a class such as 4xx, or a range such as 500-504".to_owned()
        })?;
        Ok(Self { first, last })
    }

    /// The status, if it is only one.
    const fn only(self) -> Option<u16> {
        if self.first == self.last { Some(self.first) } else { None }
    }

    const fn have(self, status: u16) -> bool {
        self.first <= status && status <= self.last
    }
}

/// A pattern for paths of requests: `*` and `{name}` are one segment, `**` any number.
#[derive(Debug, Clone)]
pub struct PathGlob(GlobMatcher);

impl PathGlob {
    /// Parses a pattern.
    ///
    /// # Errors
    ///
    /// Returns what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with(['/', '*']) {
            return Err(format!("a path starts with a slash: write '/{text}', or '**/{text}' after any base path"));
        }
        if text.matches('{').count() != text.matches('}').count() {
            return Err(format!("`{text}` has an unmatched brace; write a variable segment as {{name}}"));
        }
        let segments = trimmed(text).split('/').map(|segment| match segment.starts_with('{') && segment.ends_with('}') {
            true => "*".to_owned(),
            // No alternatives: braces have another meaning in paths.
            false => unescaped(segment).replace('{', "[{]").replace('}', "[}]"),
        });
        let pattern = segments.collect::<Vec<_>>().join("/");
        let glob = GlobBuilder::new(&pattern).literal_separator(true).build();
        let glob = glob.map_err(|error| format!("`{text}`: {}", error.kind()))?;
        Ok(Self(glob.compile_matcher()))
    }

    pub(super) fn fits(&self, path: &str) -> bool {
        self.0.is_match(&*unescaped(trimmed(path)))
    }
}

/// A path without slashes at the end, which make no difference.
fn trimmed(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => path.get(..1).unwrap_or_default(),
        trimmed => trimmed,
    }
}

/// A path without percent-encoding, apart from that of characters that have a meaning in a path or pattern.
fn unescaped(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return Cow::Borrowed(path);
    }
    let mut kept: Vec<u8> = Vec::with_capacity(path.len());
    let bytes = path.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let digits = path.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte.filter(|byte| !b"%/*?[]{}!\\".contains(byte)) {
            Some(byte) => {
                kept.push(byte);
                at += 3;
            }
            None => {
                // The digits have no case.
                let length = if byte.is_some() { 3 } else { 1 };
                match byte {
                    Some(_) => kept.extend(bytes[at..at + length].to_ascii_uppercase()),
                    None => kept.push(bytes[at]),
                }
                at += length;
            }
        }
    }
    match String::from_utf8(kept) {
        Ok(text) => Cow::Owned(text),
        Err(_) => Cow::Borrowed(path),
    }
}

/// A time as users write it: a time, a day, or a period before now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// When it starts.
    pub start: Timestamp,
    /// When the day ends, if it is a whole day; otherwise the same.
    pub end: Timestamp,
}

impl Moment {
    /// Parses `2026-05-01`, `2026-05-01T10:00:00Z`, `90d`, `12h`, or a time as captures write it.
    ///
    /// # Errors
    ///
    /// Returns what is wrong.
    pub fn parse(text: &str, now: Timestamp) -> Result<Self, String> {
        let wrong =
            || "expected a day such as 2026-05-01, a time such as 2026-05-01T10:00:00Z, or an age such as 7d or 12h".to_owned();
        let unit = text.chars().next_back().and_then(|unit| match unit {
            'm' => Some(60),
            'h' => Some(3_600),
            'd' => Some(86_400),
            'w' => Some(604_800),
            _ => None,
        });
        if let Some(unit) = unit
            && let Ok(number) = text[..text.len() - 1].parse::<u32>()
        {
            let age = SignedDuration::from_secs(i64::from(number) * unit);
            let start = now.checked_sub(age).map_err(|_| wrong())?;
            return Ok(Self { start, end: start });
        }
        let read = time::read(text).ok_or_else(wrong)?;
        let is_day = text.len() == 10 && text.as_bytes()[4] == b'-';
        let day = SignedDuration::from_hours(if is_day { 24 } else { 0 });
        Ok(Self {
            start: read.time,
            end: read.time.checked_add(day).unwrap_or(read.time),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_match_by_name() {
        for (pattern, host, fits) in [
            ("api.example.com", "api.example.com", true),
            ("API.example.com", "api.EXAMPLE.com", true),
            ("api.example.com", "api.example.com:8443", true),
            ("api.example.com:443", "api.example.com:8443", false),
            ("api.example.com:443", "api.example.com", false),
            ("*.example.com", "api.example.com", true),
            ("*.example.com", "a.b.example.com:80", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", "badexample.com", false),
            ("[::1]", "[::1]:80", true),
        ] {
            assert_eq!(is_host(pattern, host), fits, "{pattern} {host}");
        }
    }

    #[test]
    fn paths_match_by_segment() {
        for (glob, path, fits) in [
            ("/books", "/books", true),
            ("/books", "/books/", true),
            ("/books", "/books/1", false),
            ("/books/*", "/books/1", true),
            ("/books/{id}", "/books/1", true),
            ("/books/{id}", "/books/1/pages", false),
            ("/books/**", "/books/1/pages", true),
            ("**/books", "/v1/books", true),
            ("/a{b}c", "/a{b}c", true),
            ("/books/", "/books", true),
            ("/books/", "/books/", true),
            ("/books/*/", "/books/1", true),
            ("/", "/", true),
            ("/", "/books", false),
            ("/a%20b", "/a b", true),
            ("/a b", "/a%20b", true),
            ("/h%6fok", "/hook", true),
            ("/a%2Fb", "/a%2fb", true),
            ("/a%2Fb", "/a/b", false),
            ("/a%2A", "/ab", false),
            ("/caf\u{e9}", "/caf%C3%A9", true),
            ("/a%zz", "/a%zz", true),
        ] {
            assert_eq!(PathGlob::parse(glob).expect("valid").fits(path), fits, "{glob} {path}");
        }
        for text in ["books", "/books/{id", "/books/id}"] {
            assert!(PathGlob::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn statuses_are_one_a_class_or_a_range() {
        for (text, status, fits) in [
            ("404", 404, true),
            ("404", 405, false),
            ("4xx", 499, true),
            ("5XX", 499, false),
            ("500-504", 504, true),
            ("500-504", 505, false),
        ] {
            assert_eq!(Statuses::parse(text).expect("valid").have(status), fits, "{text} {status}");
        }
        for text in ["", "0", "xx", "9xx", "600", "504-500", "4x", "-"] {
            assert!(Statuses::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn moments_are_times_days_or_ages() {
        let now: Timestamp = "2026-05-10T12:00:00Z".parse().expect("a time");
        for (text, start, end) in [
            ("7d", "2026-05-03T12:00:00Z", "2026-05-03T12:00:00Z"),
            ("90m", "2026-05-10T10:30:00Z", "2026-05-10T10:30:00Z"),
            ("2026-05-01", "2026-05-01T00:00:00Z", "2026-05-02T00:00:00Z"),
            ("2026-05-01T10:00:00+02:00", "2026-05-01T08:00:00Z", "2026-05-01T08:00:00Z"),
        ] {
            let moment = Moment::parse(text, now).expect("valid");
            assert_eq!((moment.start.to_string(), moment.end.to_string()), (start.to_owned(), end.to_owned()), "{text}");
        }
        for text in ["", "d", "yesterday", "7y", "2026-13-01", "99999999999d", "€d"] {
            assert!(Moment::parse(text, now).is_err(), "{text}");
        }
    }
}
