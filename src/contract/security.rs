//! The authorisation that a request needs.

use std::fmt;

use super::ParameterPlace;

/// The ways to authorise a request: one of them is enough. If empty, the contract does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Security(pub Vec<Requirement>);

/// Schemes that are required together. If empty, no authorisation is needed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Requirement(pub Vec<Scheme>);

/// One security scheme, with the required scopes (Security Requirement Object).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scheme {
    /// What it is, regardless of its name in the contract: `http bearer`, `apiKey in header X-Key`.
    pub what: String,
    /// Scopes or roles, sorted.
    pub scopes: Vec<String>,
    /// What a request must contain.
    pub kind: SchemeKind,
}

/// What a security scheme requires of a request.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SchemeKind {
    /// `Authorization: Bearer …`
    Bearer,
    /// `Authorization: Basic …`
    Basic,
    /// `Authorization` with another scheme of HTTP, in lower case.
    Http(String),
    /// A header, query parameter or cookie with this name.
    ApiKey {
        /// Where it is.
        place: ParameterPlace,
        /// Its name.
        name: String,
    },
    /// An access token of OAuth 2.
    OAuth2,
    /// An access token of an OpenID provider.
    OpenIdConnect,
    /// A certificate of the client, which requests do not show.
    MutualTls,
    /// A scheme that the contract does not define, or of an unknown type.
    Unknown,
}

impl SchemeKind {
    /// What a request contains, for messages about requests.
    #[must_use]
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Bearer => "a bearer token".to_owned(),
            Self::Basic => "HTTP Basic".to_owned(),
            Self::Http(scheme) => http_words(scheme),
            Self::ApiKey { place, name } => format!("an API key in {place} `{name}`"),
            Self::OAuth2 => "an OAuth 2 access token".to_owned(),
            Self::OpenIdConnect => "an OpenID Connect access token".to_owned(),
            Self::MutualTls => "a client certificate".to_owned(),
            Self::Unknown => "an unknown scheme".to_owned(),
        }
    }
}

/// A scheme of `Authorization` in words: `HTTP Digest`.
#[must_use]
pub(crate) fn http_words(scheme: &str) -> String {
    let mut letters = scheme.chars();
    match scheme {
        "bearer" => "a bearer token".to_owned(),
        _ => match letters.next() {
            Some(first) => format!("HTTP {}{}", first.to_ascii_uppercase(), letters.as_str()),
            None => "HTTP".to_owned(),
        },
    }
}

/// What it is, without what only a contract says of it.
impl fmt::Display for SchemeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bearer => f.write_str("http bearer"),
            Self::Basic => f.write_str("http basic"),
            Self::Http(scheme) => write!(f, "http {scheme}"),
            Self::ApiKey { place, name } => write!(f, "apiKey in {place} {name}"),
            Self::OAuth2 => f.write_str("oauth2"),
            Self::OpenIdConnect => f.write_str("openIdConnect"),
            Self::MutualTls => f.write_str("mutualTLS"),
            Self::Unknown => f.write_str("an unknown scheme"),
        }
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        for (index, scheme) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str(" and ")?;
            }
            f.write_str(&scheme.what)?;
            if !scheme.scopes.is_empty() {
                write!(f, " with {}", scheme.scopes.join(", "))?;
            }
        }
        Ok(())
    }
}

impl Requirement {
    /// Whether meeting this requirement also meets another one.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.iter().all(|asked| {
            self.0.iter().any(|known| {
                known.what == asked.what
                    && asked
                        .scopes
                        .iter()
                        .all(|scope| known.scopes.contains(scope))
            })
        })
    }
}

impl Security {
    /// Whether being authorised by this also means being authorised by another one.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other.0.is_empty()
            || other.0.iter().any(|asked| asked.0.is_empty())
            || (!self.0.is_empty()
                && self
                    .0
                    .iter()
                    .all(|known| other.0.iter().any(|asked| known.covers(asked))))
    }
}
