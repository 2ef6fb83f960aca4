//! Capture formats: each has a row in the [`table`] and a file.

mod access_line;
mod bruno;
mod cassette;
mod curl;
mod elided;
mod form;
mod guide;
mod har;
mod hoverfly;
mod http;
mod insomnia;
mod json;
mod lines;
mod log;
mod log_fields;
mod markdown;
mod message;
mod mitmproxy;
mod mountebank;
mod ndjson;
mod nock;
mod otlp;
mod playwright;
mod postman;
mod python;
mod rest_client;
mod sniff;
mod table;
mod warc;
mod wiremock;

pub(super) use table::{Recognised, Head, Reader, Text, recognise};

/// The format of a capture.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    serde::Serialize,
    schemars::JsonSchema, serde::Deserialize)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON document: a payload.
    Json,
    /// One JSON document per line: payloads.
    Ndjson,
    /// Logs of servers and applications, in JSON or as access logs in plain text.
    Log,
    /// Raw HTTP messages.
    Http,
    /// Requests of a REST client in an editor, with the responses that it saved.
    #[serde(rename = "rest-client")]
    RestClient,
    /// The output of `curl -v`.
    Curl,
    /// HTTP Archive 1.2.
    Har,
    /// Cassettes of VCR, vcrpy, betamax, go-vcr, PHP-VCR, Schemathesis and Keploy, in YAML or JSON.
    Cassette,
    /// Flow dumps of mitmproxy.
    Mitmproxy,
    /// Web archives.
    Warc,
    /// Recordings of nock.
    Nock,
    /// Mappings of WireMock.
    Wiremock,
    /// Simulations of Hoverfly.
    Hoverfly,
    /// Imposters of Mountebank.
    Mountebank,
    /// Collections of Postman, with saved responses.
    Postman,
    /// Requests of Bruno, with examples.
    Bruno,
    /// Traces of Playwright.
    Playwright,
    /// Exports of Insomnia, which hold no responses.
    Insomnia,
    /// Spans and log records of OpenTelemetry in JSON.
    Otlp,
    /// Markdown with fenced blocks of JSON, HTTP or Python.
    Markdown,
    /// Plain text with blocks of JSON, HTTP or Python after label lines.
    Guide,
}
