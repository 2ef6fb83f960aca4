//! URLs of callbacks: text with runtime expressions (OpenAPI, Callback Object).

use crate::location::Pointer;

/// The URL of a callback, such as `{$request.body#/callbackUrl}/events?kind={$request.query.kind}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UrlTemplate {
    parts: Vec<UrlPart>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum UrlPart {
    Text(String),
    Expression(RuntimeExpression),
    /// `{eventId}`: a path parameter of the callback, whose value only its requests have.
    Variable(String),
}

/// A part of an exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RuntimeExpression {
    /// `$url`
    Url,
    /// `$method`
    Method,
    /// `$statusCode`
    StatusCode,
    /// `$request.…`
    Request(MessagePart),
    /// `$response.…`
    Response(MessagePart),
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum MessagePart {
    /// A header.
    Header(String),
    /// A parameter in the query.
    Query(String),
    /// A parameter in the path.
    Path(String),
    /// A value in the body.
    Body(Pointer),
}

impl UrlTemplate {
    /// Parses the key of a callback.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        // An expression without braces is the whole URL.
        if text.starts_with('$') && !text.contains(['{', '}']) {
            let parts = vec![UrlPart::Expression(RuntimeExpression::parse(text)?)];
            return Ok(Self { parts });
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (inside, behind) = after
                .split_once('}')
                .filter(|(inside, _)| !inside.contains('{') && !before.contains('}'))
                .ok_or_else(|| unbalanced(text))?;
            push_text(&mut parts, before)?;
            parts.push(match inside.trim() {
                expression if expression.starts_with('$') => UrlPart::Expression(RuntimeExpression::parse(expression)?),
                name if ["request.", "response."].iter().any(|start| name.starts_with(start)) => {
                    return Err(format!("a runtime expression starts with `$`: write `{{${name}}}`"));
                }
                name => UrlPart::Variable(name.to_owned()),
            });
            rest = behind;
        }
        if rest.contains('}') {
            return Err(unbalanced(text));
        }
        push_text(&mut parts, rest)?;
        Ok(Self { parts })
    }

    /// Whether it starts as a URL or a path does, so that requests can be sent to it.
    pub(crate) fn is_address(&self) -> bool {
        match self.parts.first() {
            Some(UrlPart::Text(text)) => text.starts_with('/') || text.contains("://"),
            Some(UrlPart::Expression(expression)) => {
                !matches!(expression, RuntimeExpression::Method | RuntimeExpression::StatusCode)
            }
            Some(UrlPart::Variable(_)) | None => false,
        }
    }

    /// Whether it is the same for every exchange.
    pub(crate) fn is_constant(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part, UrlPart::Expression(_)))
    }

    /// Whether parts of its path are known only from the requests that are sent there.
    pub(crate) fn has_variables(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, UrlPart::Variable(_)))
    }

    /// The URL for the values of its expressions, with `{name}` for its variables; `None` if one has no value.
    pub(crate) fn with_values(&self, value_of: impl Fn(&RuntimeExpression) -> Option<String>) -> Option<String> {
        let mut url = String::new();
        let mut is_in_query = false;
        for part in &self.parts {
            match part {
                UrlPart::Text(text) => {
                    // The URL that a client sends may have a query of its own.
                    let is_joined = url.contains('?') && text.starts_with('?');
                    match is_joined {
                        true => url.extend(["&", &text[1..]]),
                        false => url.push_str(text),
                    }
                    is_in_query |= text.contains('?');
                }
                UrlPart::Variable(name) => url.extend(["{", name, "}"]),
                UrlPart::Expression(expression) => {
                    let value = value_of(expression)?;
                    match (is_in_query, self.has_variables()) {
                        (true, _) => url.extend(percent_encoding::utf8_percent_encode(
                            &value,
                            percent_encoding::NON_ALPHANUMERIC,
                        )),
                        (false, true) => url.push_str(&value.replace('{', "%7B").replace('}', "%7D")),
                        (false, false) => url.push_str(&value),
                    }
                }
            }
        }
        Some(url)
    }
}

fn unbalanced(text: &str) -> String {
    format!("the callback URL `{text}` has an unmatched brace")
}

fn push_text(parts: &mut Vec<UrlPart>, text: &str) -> Result<(), String> {
    for start in ["$request.", "$response."] {
        if text.contains(start) {
            return Err(format!("a runtime expression inside a URL is written in braces: `{{{start}…}}`"));
        }
    }
    if !text.is_empty() {
        parts.push(UrlPart::Text(text.to_owned()));
    }
    Ok(())
}

impl RuntimeExpression {
    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "$url" => return Ok(Self::Url),
            "$method" => return Ok(Self::Method),
            "$statusCode" => return Ok(Self::StatusCode),
            _ => {}
        }
        if let Some(part) = text.strip_prefix("$request.") {
            return Ok(Self::Request(MessagePart::parse(text, part)?));
        }
        let Some(part) = text.strip_prefix("$response.") else {
            return Err(format!(
                "the runtime expression `{text}` is unknown; expected `$url`, `$method`, `$statusCode`, `$request.…` or \
                 `$response.…`"
            ));
        };
        match MessagePart::parse(text, part)? {
            MessagePart::Query(_) | MessagePart::Path(_) => {
                Err(format!("`{text}` has no value: responses have only headers and a body"))
            }
            part => Ok(Self::Response(part)),
        }
    }
}

impl MessagePart {
    /// Parses what follows `$request.` or `$response.` in an expression.
    fn parse(expression: &str, text: &str) -> Result<Self, String> {
        let named = |make: fn(String) -> Self, name: &str| match name {
            "" => Err(format!("the runtime expression `{expression}` lacks a name")),
            name => Ok(make(name.to_owned())),
        };
        if let Some(name) = text.strip_prefix("header.") {
            return named(Self::Header, name);
        }
        if let Some(name) = text.strip_prefix("query.") {
            return named(Self::Query, name);
        }
        if let Some(name) = text.strip_prefix("path.") {
            return named(Self::Path, name);
        }
        let Some(pointer) = text.strip_prefix("body") else {
            let start = &expression[..expression.len() - text.len()];
            return Err(format!(
                "the runtime expression `{expression}` is unknown; expected `header.NAME`, `query.NAME`, `path.NAME`, \
                 `body` or `body#/POINTER` after `{start}`"
            ));
        };
        if matches!(pointer, "" | "#") {
            return Ok(Self::Body(Pointer::default()));
        }
        let Some(steps) = pointer.strip_prefix("#/") else {
            let start = &expression[..expression.len() - pointer.len()];
            let name = pointer.trim_start_matches(['#', '/', '.']);
            return Err(format!(
                "the pointer in `{expression}` must start with `#/`: write `{start}#/{name}`"
            ));
        };
        let mut tildes = steps.split('~').skip(1);
        if tildes.any(|after| !after.starts_with(['0', '1'])) {
            return Err(format!("the pointer in `{expression}` has a `~` that is not `~0` or `~1` (RFC 6901)"));
        }
        Ok(Self::Body(Pointer::from_escaped(format!("/{steps}"))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The values that the expressions of the tests have.
    fn value(expression: &RuntimeExpression) -> Option<String> {
        let text = match expression {
            RuntimeExpression::Url => "https://api.example/orders",
            RuntimeExpression::Method => "POST",
            RuntimeExpression::StatusCode => "201",
            RuntimeExpression::Request(MessagePart::Header(_)) => "https://h.example",
            RuntimeExpression::Request(MessagePart::Query(_)) => "https://q.example/hook?t=1",
            RuntimeExpression::Request(MessagePart::Path(_)) => "a{b}",
            RuntimeExpression::Request(MessagePart::Body(pointer)) if pointer.as_str() == "/a~1b" => "x+y&z",
            RuntimeExpression::Request(MessagePart::Body(pointer)) if pointer.as_str().is_empty() => return None,
            RuntimeExpression::Request(MessagePart::Body(_)) => "https://b.example/sold",
            RuntimeExpression::Response(_) => "https://r.example",
        };
        Some(text.to_owned())
    }

    #[test]
    fn urls_have_the_values_of_their_expressions() {
        for (template, url) in [
            ("{$request.body#/callbackUrl}", Some("https://b.example/sold")),
            ("$request.body#/callbackUrl", Some("https://b.example/sold")),
            ("{$request.body#/callbackUrl}/events", Some("https://b.example/sold/events")),
            ("{ $request.body#/callbackUrl }", Some("https://b.example/sold")),
            ("{$request.query.url}/done", Some("https://q.example/hook?t=1/done")),
            ("{$request.query.url}?e=1", Some("https://q.example/hook?t=1&e=1")),
            ("$request.header.x-callback", Some("https://h.example")),
            ("$response.header.location", Some("https://r.example")),
            ("{$response.body#/links/0/href}", Some("https://r.example")),
            ("{$url}/x", Some("https://api.example/orders/x")),
            ("https://fixed.example/hook", Some("https://fixed.example/hook")),
            ("https://f.example/{$request.path.id}/{$method}/{$statusCode}", Some("https://f.example/a{b}/POST/201")),
            ("https://f.example/{$request.path.id}/{event}", Some("https://f.example/a%7Bb%7D/{event}")),
            ("https://f.example?id={$request.body#/a~1b}&x={$method}", Some("https://f.example?id=x%2By%26z&x=POST")),
            ("{$request.body}", None),
        ] {
            let parsed = UrlTemplate::parse(template).expect(template);
            assert_eq!(parsed.with_values(value).as_deref(), url, "{template}");
            assert!(parsed.is_address(), "{template}");
        }
        for (template, is_constant, has_variables, is_address) in [
            ("/hooks/{id}", true, true, true),
            ("onEvent", true, false, false),
            ("{url}", true, true, false),
            ("{$method}", false, false, false),
            ("", true, false, false),
        ] {
            let parsed = UrlTemplate::parse(template).expect(template);
            let found = (parsed.is_constant(), parsed.has_variables(), parsed.is_address());
            assert_eq!(found, (is_constant, has_variables, is_address), "{template}");
        }
    }

    #[test]
    fn malformed_urls_are_explained() {
        let malformed = [
            "{$request.body#/url", "$request.body#/url}", "{{$request.body#/url}}", "{request.body#/url}",
            "{$request.body/url}", "{$request.body#url}", "$request.body.url", "{$request.body#/a~2}",
            "{$requests.body#/url}", "{$request.headers.x}", "{$request.header.}", "$response.query.url",
            "http://x/$request.body#/id", "{$}", "}{", "$",
        ];
        let told: Vec<String> = malformed
            .iter()
            .map(|text| format!("{text}\n  {}\n", UrlTemplate::parse(text).expect_err(text)))
            .collect();
        insta::assert_snapshot!(told.concat());
    }
}
