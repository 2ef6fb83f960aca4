//! What the user says about secrets.

use std::sync::OnceLock;

/// What the user says about secrets. It is set once per process, before anything is read: what is secret is a matter of
/// who looks at the output, like its colours, and every text that is printed depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Names whose values are masked, too.
    pub redacted: Vec<NamePattern>,
    /// Names whose values are not masked.
    pub kept: Vec<NamePattern>,
    /// Whether nothing is masked.
    pub shows_values: bool,
}

static POLICY: OnceLock<Policy> = OnceLock::new();

/// Sets the policy of this process. Later calls have no effect.
pub fn set_policy(policy: Policy) {
    // The first policy is the one that text was masked with.
    let _: Result<(), Policy> = POLICY.set(policy);
}

/// The policy of this process.
pub(super) fn policy() -> &'static Policy {
    static DEFAULT: Policy = Policy {
        redacted: Vec::new(),
        kept: Vec::new(),
        shows_values: false,
    };
    POLICY.get().unwrap_or(&DEFAULT)
}

/// Whether nothing is masked.
pub(crate) fn shows_values() -> bool {
    policy().shows_values
}

/// Whether the user wants to see the values with this name, whatever they are.
pub(crate) fn is_kept(name: &str) -> bool {
    let policy = policy();
    (!policy.kept.is_empty() || policy.shows_values) && policy.says_of(name) == Some(false)
}

impl Policy {
    /// What the user says about values with this name: whether they are secrets, or nothing.
    pub(super) fn says_of(&self, name: &str) -> Option<bool> {
        if self.shows_values {
            return Some(false);
        }
        let has = |patterns: &[NamePattern]| patterns.iter().any(|pattern| pattern.fits(name));
        match () {
            () if has(&self.redacted) => Some(true),
            () if has(&self.kept) => Some(false),
            () => None,
        }
    }
}

/// The name of a property, header or parameter, in any case; `*` stands for any text: `x-*-id`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern(String);

impl NamePattern {
    /// Parses a pattern.
    ///
    /// # Errors
    ///
    /// Returns what is wrong.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.trim() {
            "" => Err("expected the name of a property, header or parameter".to_owned()),
            name => Ok(Self(name.to_lowercase())),
        }
    }

    fn fits(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        let mut parts = self.0.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = name.strip_prefix(first) else { return false };
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return rest.ends_with(part);
            }
            let Some(at) = rest.find(part) else { return false };
            rest = &rest[at + part.len()..];
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_compared_in_any_case() {
        for (pattern, name, fits) in [
            ("iban", "IBAN", true),
            ("iban", "ibans", false),
            ("x-*-id", "X-Client-Id", true),
            ("x-*-id", "x-id", false),
            ("*name", "last_name", true),
            ("*name*", "names", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
            ("*", "anything", true),
            ("Straße", "STRASSE", false),
        ] {
            assert_eq!(NamePattern::parse(pattern).expect("valid").fits(name), fits, "{pattern} {name}");
        }
        assert!(NamePattern::parse(" ").is_err());
    }

    #[test]
    fn what_is_redacted_wins_over_what_is_kept() {
        let names = |names: &[&str]| names.iter().map(|name| NamePattern::parse(name).expect("valid")).collect();
        let policy = Policy {
            redacted: names(&["customer_*"]),
            kept: names(&["customer_id", "token"]),
            shows_values: false,
        };
        for (name, said) in [("customer_id", Some(true)), ("token", Some(false)), ("title", None)] {
            assert_eq!(policy.says_of(name), said, "{name}");
        }
        let open = Policy {
            shows_values: true,
            ..policy
        };
        assert_eq!(open.says_of("customer_id"), Some(false));
    }
}
