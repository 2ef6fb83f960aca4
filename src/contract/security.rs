//! What a request has to be authorised by.

use std::fmt;

/// The ways to authorise a request: one of them is enough. None at all: the contract does not say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Security(pub Vec<Requirement>);

/// Schemes that are needed together; none: anyone may ask.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Requirement(pub Vec<Scheme>);

/// One security scheme, with the scopes that are needed (Security Requirement Object).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scheme {
    /// What it is, whatever the contract calls it: `http bearer`, `apiKey in header X-Key`.
    pub what: String,
    /// Scopes or roles, sorted.
    pub scopes: Vec<String>,
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
    /// Whether whoever meets this requirement meets another one, too.
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
    /// Whether whoever is authorised by this is authorised by another one, too.
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
