//! URLs of webhooks as users write them.

use std::borrow::Cow;

use crate::contract::{RequestTarget, split_target, without_usual_port};

use super::selection::{PathGlob, is_host};

/// The requests of a webhook: to this URL, or to this path on any host.
#[derive(Debug, Clone)]
pub struct UrlPattern {
    /// Without one, any host.
    host: Option<String>,
    path: PathGlob,
    /// What the query contains at least.
    query: Vec<(String, String)>,
}

impl UrlPattern {
    /// Parses a URL or a path, in which `*` and `{name}` are one segment and `**` is any number.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        // A URL without a scheme.
        let full = match text.strip_prefix("//") {
            Some(rest) => Cow::Owned(format!("https://{rest}")),
            None => Cow::Borrowed(text),
        };
        let (before, path, _) = split_target(&full);
        if before.contains(['{', '}']) {
            return Err(format!("`{text}` has a variable in its host; write * for any name below a domain, as in https://*.example.com/hooks, or only the path"));
        }
        let is_url = before.split_once("://").is_some_and(|(scheme, host)| !scheme.is_empty() && !host.is_empty());
        if !is_url && !full.starts_with(['/', '*']) {
            return Err(format!(
                "`{text}` is neither a URL such as https://example.com/hooks nor a path such as /hooks"
            ));
        }
        let target = RequestTarget::parse(&full);
        let host = target.host.filter(|_| is_url);
        Ok(Self {
            host: host.map(|host| without_usual_port(&host).to_owned()),
            path: PathGlob::parse(if path.is_empty() { "/" } else { path })?,
            query: target.query,
        })
    }

    /// Whether requests to this target are meant. `host` is the host of the request, if it is known.
    pub(in crate::observe) fn fits(&self, host: Option<&str>, target: &RequestTarget) -> bool {
        let is_host = |pattern: &String| host.is_some_and(|host| is_host(pattern, without_usual_port(host)));
        self.host.as_ref().is_none_or(is_host)
            && self.path.fits(&target.path)
            && self.query.iter().all(|pair| target.query.contains(pair))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_match_by_host_path_and_query() {
        for (pattern, host, target, fits) in [
            ("/hooks/pets", Some("a.example"), "/hooks/pets", true),
            ("/hooks/pets", None, "/hooks/pets/?x=1", true),
            ("/hooks/pets", Some("a.example"), "/hooks", false),
            ("/hooks/{id}", None, "/hooks/7", true),
            ("/hooks/**", None, "/hooks/7/8", true),
            ("**/pets", None, "/hooks/pets", true),
            ("/hooks?event=sold", None, "/hooks?a=1&event=sold", true),
            ("/hooks?event=sold", None, "/hooks?event=born", false),
            ("https://a.example/hooks", Some("a.example"), "/hooks", true),
            ("https://a.example/hooks", Some("a.example:8443"), "/hooks", true),
            ("http://a.example:81/hooks", Some("a.example:8443"), "/hooks", false),
            ("https://a.example/hooks", Some("b.example"), "/hooks", false),
            ("https://a.example/hooks", None, "/hooks", false),
            ("https://*.a.example/hooks", Some("x.a.example"), "/hooks", true),
            ("https://a.example", Some("a.example"), "/", true),
            ("https://a.example:443/hooks", Some("a.example"), "/hooks", true),
            ("https://a.example/hooks", Some("a.example:443"), "/hooks", true),
            ("http://a.example:80/hooks", Some("a.example"), "/hooks", true),
            ("https://a.example:8443/hooks", Some("a.example"), "/hooks", false),
            ("//a.example/hooks", Some("a.example"), "/hooks", true),
            ("//a.example/hooks", Some("b.example"), "/hooks", false),
            ("/hooks/pets/", None, "/hooks/pets", true),
            ("/hooks/p%65ts", None, "/hooks/pets", true),
            ("/hooks/caf\u{e9}", None, "/hooks/caf%C3%A9?x", true),
        ] {
            let pattern_of = UrlPattern::parse(pattern).expect(pattern);
            assert_eq!(pattern_of.fits(host, &RequestTarget::parse(target)), fits, "{pattern} {host:?} {target}");
        }
        for text in ["", "hooks", "example.com/hooks", "://x", "https://", "/hooks/{id", "/hooks/id}/x", "https://{host}/hooks", "//"] {
            assert!(UrlPattern::parse(text).is_err(), "{text}");
        }
    }
}
