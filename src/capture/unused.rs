//! Why an exchange, or one of its bodies, was not compared with a contract.

use super::body::Body;

/// Why an exchange, or one of its bodies, was not compared with a contract.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, schemars::JsonSchema, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "NotCompared")]
pub enum Unused {
    /// The exchange was left out, because another host, time, status, method, path, operation or side was asked
    /// for, or because it is not part of the sample.
    Filtered,
    /// The exchange was left out, because a period was asked for and the capture names no readable time.
    Untimed,
    /// An entry of the capture that is not an HTTP exchange: a WebSocket message, a TCP flow, a log line without a
    /// body, a record about the capture itself.
    NotHttp,
    /// A mock that answers any method or any path.
    AnyRequest,
    /// A request that the capture has no answer to, in a format that holds answers.
    NoResponse,
    /// A request that asks a server for its CORS rules or its methods.
    Preflight,
    /// An exchange that belongs to no operation and was answered with a redirect.
    Redirect,
    /// An exchange or a payload that belongs to no operation.
    NoOperation,
    /// The body is an HTML page.
    Html,
    /// The body is a file that a page loads: a style sheet, a script, an image, a font.
    Asset,
    /// The body is data without text.
    Binary,
    /// The body is a form: URL-encoded or in parts.
    Form,
    /// The body is XML.
    Xml,
    /// The body is a stream of events.
    Events,
    /// The body is some other text that is not JSON by its media type.
    NotJson,
    /// No operation was found for a payload, because several fit it equally well.
    Undecided,
    /// The contract has no schema for the body.
    NoSchema,
    /// The body is JSON by its media type, but is malformed.
    Malformed,
    /// The body was recorded only in part.
    Truncated,
    /// A part of the body is elided, as in documentation (`...`).
    Elided,
    /// The body was not recorded.
    LeftOut,
}

impl Unused {
    /// Whether the user asked for other exchanges.
    #[must_use]
    pub const fn is_filter(self) -> bool {
        matches!(self, Self::Filtered | Self::Untimed)
    }

    /// Whether the verdicts on payloads, or the findings, report the same.
    #[must_use]
    pub const fn is_in_verdicts(self) -> bool {
        matches!(self, Self::NoOperation | Self::Undecided | Self::NoSchema | Self::Malformed)
    }

    /// The reason in a few words, for as many exchanges or bodies.
    #[must_use]
    pub const fn words(self, count: u64) -> &'static str {
        match (self, count) {
            (Self::Filtered, _) => "filtered out",
            (Self::Untimed, 1) => "exchange without a readable time",
            (Self::Untimed, _) => "exchanges without a readable time",
            (Self::NotHttp, 1) => "entry that is not an HTTP exchange",
            (Self::NotHttp, _) => "entries that are not HTTP exchanges",
            (Self::AnyRequest, 1) => "mock for any method or path",
            (Self::AnyRequest, _) => "mocks for any method or path",
            (Self::NoResponse, 1) => "request without a response",
            (Self::NoResponse, _) => "requests without a response",
            (Self::Preflight, 1) => "preflight request",
            (Self::Preflight, _) => "preflight requests",
            (Self::Redirect, 1) => "redirect",
            (Self::Redirect, _) => "redirects",
            (Self::NoOperation, 1) => "exchange that matches no operation",
            (Self::NoOperation, _) => "exchanges that match no operation",
            (Self::Html, 1) => "HTML page",
            (Self::Html, _) => "HTML pages",
            (Self::Asset, 1) => "page asset",
            (Self::Asset, _) => "page assets",
            (Self::Binary, 1) => "binary body",
            (Self::Binary, _) => "binary bodies",
            (Self::Form, 1) => "form",
            (Self::Form, _) => "forms",
            (Self::Xml, 1) => "XML body",
            (Self::Xml, _) => "XML bodies",
            (Self::Events, 1) => "event stream",
            (Self::Events, _) => "event streams",
            (Self::NotJson, 1) => "body that is not JSON",
            (Self::NotJson, _) => "bodies that are not JSON",
            (Self::Undecided, 1) => "payload that fits several operations",
            (Self::Undecided, _) => "payloads that fit several operations",
            (Self::NoSchema, 1) => "body without a schema",
            (Self::NoSchema, _) => "bodies without a schema",
            (Self::Malformed, 1) => "body with malformed JSON",
            (Self::Malformed, _) => "bodies with malformed JSON",
            (Self::Truncated, 1) => "truncated body",
            (Self::Truncated, _) => "truncated bodies",
            (Self::Elided, 1) => "body with an elided part",
            (Self::Elided, _) => "bodies with an elided part",
            (Self::LeftOut, 1) => "body that was not recorded",
            (Self::LeftOut, _) => "bodies that were not recorded",
        }
    }

    /// Why a body is not compared, by its media type or else by its start; `None` if it counts as JSON.
    #[must_use]
    pub fn of_body(body: &Body<'_>) -> Option<Self> {
        if body.is_json() {
            return None;
        }
        let Some(media_type) = &body.media_type else {
            // Bodies without a media type count as JSON unless they start with `<`.
            let start = body.bytes.trim_ascii_start();
            let start = start[..start.len().min(14)].to_ascii_lowercase();
            let is_html = [&b"<!doctype html"[..], b"<html"].iter().any(|tag| start.starts_with(tag));
            return Some(if is_html { Self::Html } else { Self::Xml });
        };
        let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let (kind, subtype) = essence.split_once('/').unwrap_or((&essence, ""));
        Some(match (kind, subtype) {
            (_, "html" | "xhtml+xml") => Self::Html,
            (_, "css" | "javascript" | "x-javascript" | "ecmascript" | "wasm" | "manifest+json")
            | ("image" | "font", _) => Self::Asset,
            ("application", _) if subtype.contains("font") => Self::Asset,
            ("application", "x-www-form-urlencoded") | ("multipart", _) => Self::Form,
            (_, "event-stream") => Self::Events,
            (_, "xml") => Self::Xml,
            _ if subtype.ends_with("+xml") => Self::Xml,
            ("text", _) => Self::NotJson,
            ("audio" | "video", _) => Self::Binary,
            _ if std::str::from_utf8(&body.bytes).is_ok_and(|text| !text.contains('\0')) => Self::NotJson,
            _ => Self::Binary,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::Origin;

    #[test]
    fn bodies_that_are_not_json_are_told_apart() {
        let cases: [(Option<&str>, &[u8], Option<Unused>); 16] = [
            (Some("application/json"), b"{}", None),
            (Some("application/problem+json"), b"{}", None),
            (None, b"{}", None),
            (None, b"\n<!DOCTYPE html><html>", Some(Unused::Html)),
            (None, b"<books/>", Some(Unused::Xml)),
            (Some("text/html; charset=utf-8"), b"<html>", Some(Unused::Html)),
            (Some("image/svg+xml"), b"<svg/>", Some(Unused::Asset)),
            (Some("text/javascript"), b"var a;", Some(Unused::Asset)),
            (Some("application/font-woff2"), b"w", Some(Unused::Asset)),
            (Some("application/x-www-form-urlencoded"), b"a=1", Some(Unused::Form)),
            (Some("multipart/form-data; boundary=x"), b"--x", Some(Unused::Form)),
            (Some("application/soap+xml"), b"<a/>", Some(Unused::Xml)),
            (Some("text/event-stream"), b"data: 1", Some(Unused::Events)),
            (Some("text/csv"), b"a,b", Some(Unused::NotJson)),
            (Some("application/octet-stream"), b"\xff\x00", Some(Unused::Binary)),
            (Some("application/yaml"), b"a: 1", Some(Unused::NotJson)),
        ];
        for (media_type, bytes, reason) in cases {
            let origin = Origin { file: "a".into(), entry: None, position: crate::location::Position::START };
            let body = Body::verbatim(bytes, origin).with_media_type(media_type);
            assert_eq!(Unused::of_body(&body), reason, "{media_type:?}");
        }
    }
}
