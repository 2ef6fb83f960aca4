//! Lines of access logs in plain text.
//!
//! ```text
//! [vhost] host ident user [time] "method target version" status size …      Apache and nginx: common, combined
//! type time balancer client:port target:port 3 times status … "method URL version" …      AWS load balancers
//! ```
//!
//! What follows the status or the request is ignored, such as the size, the referrer and the user agent.

use std::ops::Range;

use super::log_fields::request_line;

/// A line, with the places of its parts.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct AccessLine<'t> {
    pub(super) host: Option<&'t str>,
    pub(super) time: &'t str,
    pub(super) request: Range<usize>,
    pub(super) status: Range<usize>,
}

/// What a line is.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Parsed<'t> {
    Access(AccessLine<'t>),
    /// A line of an access log without a request: `"-"`, or what was no HTTP.
    NoRequest,
    /// A line that ends within an entry.
    CutOff,
    /// Something else.
    Other,
}

pub(super) fn parse(line: &str) -> Parsed<'_> {
    match balancer(line) {
        Some(found) => Parsed::Access(found),
        None => common(line),
    }
}

fn common(line: &str) -> Parsed<'_> {
    let Some(open) = line.find('[') else {
        return Parsed::Other;
    };
    // The remote host, its identity and the user come first, and before them maybe the virtual host.
    let before: Vec<&str> = line[..open].split_ascii_whitespace().collect();
    if !(3..=4).contains(&before.len()) {
        return Parsed::Other;
    }
    let Some(close) = line[open..].find(']').map(|length| open + length) else {
        return Parsed::CutOff;
    };
    let time = &line[open + 1..close];
    let is_time = time.len() >= 16 && time.contains(':') && time.starts_with(|first: char| first.is_ascii_digit());
    if !is_time {
        return Parsed::Other;
    }
    let Some(rest) = line[close..].strip_prefix("] \"") else {
        return match "] \"".starts_with(&line[close..]) {
            true => Parsed::CutOff,
            false => Parsed::Other,
        };
    };
    let start = close + 3;
    let Some(length) = quoted(rest) else {
        return Parsed::CutOff;
    };
    let request = start..start + length;
    let after = request.end + 1;
    let blank = line.get(after..).map_or(0, |rest| rest.len() - rest.trim_start().len());
    let digits = line.get(after + blank..).unwrap_or_default();
    let digits = digits.split(' ').next().unwrap_or_default();
    if request_line(&line[request.clone()]).is_none() {
        return Parsed::NoRequest;
    }
    if !is_status(digits) {
        let is_last = after + blank + digits.len() >= line.len();
        return match is_last {
            true => Parsed::CutOff,
            false => Parsed::Other,
        };
    }
    let host = before.first().filter(|_| before.len() == 4).copied();
    Parsed::Access(AccessLine {
        host: host.map(|host| host.strip_suffix(":80").unwrap_or(host)),
        time,
        request,
        status: after + blank..after + blank + digits.len(),
    })
}

fn balancer(line: &str) -> Option<AccessLine<'_>> {
    let mut fields = line.split(' ');
    let is_balancer = matches!(fields.next()?, "http" | "https" | "h2" | "ws" | "wss");
    let time = fields.next().filter(|time| is_balancer && time.contains('T'))?;
    let status = fields.nth(6).filter(|status| is_status(status))?;
    // Eight fields come before it.
    let at = line.match_indices(' ').nth(7)?.0 + 1;
    let open = at + line.get(at..)?.find('"')? + 1;
    let length = quoted(&line[open..])?;
    request_line(&line[open..open + length])?;
    Some(AccessLine {
        host: None,
        time,
        request: open..open + length,
        status: at..at + status.len(),
    })
}

/// The length of a text up to the quote that ends it.
fn quoted(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut ends = memchr::memchr_iter(b'"', bytes);
    ends.find(|end| {
        let escapes = bytes[..*end].iter().rev().take_while(|byte| **byte == b'\\');
        escapes.count().is_multiple_of(2)
    })
}

fn is_status(text: &str) -> bool {
    text.len() == 3 && text.parse().is_ok_and(|status: u16| status >= 100)
}


#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_servers_and_balancers() {
        let request = |line: &str| match parse(line) {
            Parsed::Access(found) => {
                let host = found.host.map(|host| format!("{host} ")).unwrap_or_default();
                format!("{host}{} -> {} {}", &line[found.request.clone()], &line[found.status.clone()], found.time)
            }
            other => format!("{other:?}"),
        };
        let time = "02/Mar/2026:09:15:00 +0000";
        let table = [
            ("192.0.2.1 - - [T] \"GET /books HTTP/1.1\" 200 12", "GET /books HTTP/1.1 -> 200 T"),
            ("192.0.2.1 - ann [T] \"GET /b?q=\\\"x\\\" HTTP/2.0\" 404 - \"-\" \"curl/8\"", "GET /b?q=\\\"x\\\" HTTP/2.0 -> 404 T"),
            ("library.example:443 192.0.2.1 - - [T] \"PUT /books HTTP/1.1\" 200 1", "library.example:443 PUT /books HTTP/1.1 -> 200 T"),
            ("192.0.2.1 - - [T] \"-\" 408 0", "NoRequest"),
            ("192.0.2.1 - - [T] \"\\x16\\x03\\x01\" 400 157", "NoRequest"),
            ("192.0.2.1 - - [T] \"GET /books", "CutOff"),
            ("192.0.2.1 - - [T] \"GET /books HTTP/1.1\" 2", "CutOff"),
            ("192.0.2.1 - - [02/Mar", "CutOff"),
            ("192.0.2.1 - - [T]", "CutOff"),
            ("a [note] \"GET / HTTP/1.1\" 200", "Other"),
            ("listening on :8080", "Other"),
            ("https 2026-03-02T09:15:00.1Z app/a/1 192.0.2.1:2 10.0.0.1:80 0.0 0.1 0.0 201 201 34 366 \"POST https://library.example:443/books HTTP/2.0\" \"curl\"",
             "POST https://library.example:443/books HTTP/2.0 -> 201 2026-03-02T09:15:00.1Z"),
        ];
        for (line, expected) in table {
            let (line, expected) = (line.replace("[T]", &format!("[{time}]")), expected.replace(" T", &format!(" {time}")));
            assert_eq!(request(&line), expected, "{line}");
        }
    }
}
