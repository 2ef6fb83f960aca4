//! Paths that a client uses under another name than the contract.

use std::fmt;

use crate::contract::split_target;

/// Replaces the start of paths: `/repositories/{id}=/repos/{owner}/{repo}` reads `/repositories/17/issues` as
/// `/repos/{owner}/{repo}/issues`.
///
/// A variable that both sides have keeps its value. One that only the right side has stays as it is, which makes it
/// a placeholder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rewrite {
    from: Vec<String>,
    to: Vec<String>,
}

/// The name of the variable that a segment of a template is.
fn variable(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').filter(|segment| !segment.is_empty()).map(str::to_owned).collect()
}

impl Rewrite {
    /// Parses `FROM=TO`, both of which are paths.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let sides = text.split_once('=');
        let sides = sides.filter(|(from, to)| from.starts_with('/') && to.starts_with('/') && from.len() > 1);
        let Some((from, to)) = sides else {
            let message = "write FROM=TO, both with a slash at the start, such as '/old/api=/v2', or '/prefix=/' to \
                           remove a prefix";
            return Err(message.to_owned());
        };
        if text.contains(['?', '#', '*']) {
            return Err("a path has no `?`, `#` or `*`; what follows FROM is kept as it is".to_owned());
        }
        Ok(Self {
            from: segments(from),
            to: segments(to),
        })
    }

    /// A rewrite of one start of paths to another one.
    #[must_use]
    pub(crate) const fn new(from: Vec<String>, to: Vec<String>) -> Self {
        Self { from, to }
    }

    /// The request target with another path; `None` if the path starts otherwise.
    #[must_use]
    pub fn apply(&self, target: &str) -> Option<String> {
        let (before, path, after) = split_target(target);
        let given: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        if given.len() < self.from.len() {
            return None;
        }
        let (start, rest) = given.split_at(self.from.len());
        let mut values: Vec<(&str, &str)> = Vec::new();
        for (pattern, segment) in self.from.iter().zip(start) {
            match variable(pattern) {
                Some(name) if !segment.is_empty() => values.push((name, segment)),
                Some(_) => return None,
                None if pattern == segment => {}
                None => return None,
            }
        }
        let mut rewritten = before.to_owned();
        for segment in &self.to {
            let value = variable(segment)
                .and_then(|name| values.iter().find(|(known, _)| *known == name))
                .map_or(segment.as_str(), |(_, value)| *value);
            rewritten.push('/');
            rewritten.push_str(value);
        }
        for segment in rest {
            rewritten.push('/');
            rewritten.push_str(segment);
        }
        if self.to.is_empty() && rest.is_empty() {
            rewritten.push('/');
        }
        rewritten.push_str(after);
        Some(rewritten)
    }
}

impl fmt::Display for Rewrite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}=/{}", self.from.join("/"), self.to.join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_start_of_a_path_is_replaced() {
        let table = [
            ("/repositories/{id}=/repos/{owner}/{repo}", "/repositories/17/issues?page=2", Some("/repos/{owner}/{repo}/issues?page=2")),
            ("/repositories/{id}=/repos/{owner}/{repo}", "https://api.example/repositories/17", Some("https://api.example/repos/{owner}/{repo}")),
            ("/repositories/{id}=/repos/{owner}/{repo}", "/repositories", None),
            ("/repositories/{id}=/repos/{owner}/{repo}", "/repositories/", None),
            ("/repositories/{id}=/repos/{owner}/{repo}", "/v1/repositories/17", None),
            ("/users/{name}/keys=/keys/{name}", "/users/ann/keys/3", Some("/keys/ann/3")),
            ("/api=/", "/api/books", Some("/books")),
            ("/api=/", "{{base}}/api", Some("{{base}}/")),
            ("/api=/", "/apiary/books", None),
            ("/proxy=/p", "/proxy/https://h/x", Some("/p/https://h/x")),
            ("/v1=/v2/api", "http://x/v1/a/", Some("http://x/v2/api/a/")),
        ];
        for (rewrite, target, expected) in table {
            let rewrite = Rewrite::parse(rewrite).expect("valid");
            assert_eq!(rewrite.apply(target).as_deref(), expected, "{rewrite} {target}");
        }
        for text in ["", "/a", "a=/b", "/a=b", "/=/a", "/a?b=/c", "/a/*=/b/*", "/a="] {
            assert!(Rewrite::parse(text).is_err(), "{text}");
        }
    }
}
