//! Requirements of the specifications beyond the fields of one object.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use crate::contract::{PathTemplate, Style};

use super::Walker;
use super::version::{V2, V30, V31, V32};

/// Whether a text is a token of HTTP (RFC 9110 section 5.6.2).
pub(super) fn is_token(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(is_letter)
}

/// The first name that occurs twice in a path.
pub(super) fn repeated_name(path: &str) -> Option<String> {
    let template = PathTemplate::parse(path);
    let mut seen = BTreeSet::new();
    let mut names = template.parameters();
    names.find(|name| !seen.insert(*name)).map(str::to_owned)
}

/// Names of tags must be unique.
pub(super) fn tags<'d>(walker: &mut Walker<'_, 'd>, root: &'d Value) {
    let mut seen = FxHashSet::default();
    let tags = root.get("tags").and_then(Value::as_array);
    for (index, tag) in tags.into_iter().flatten().enumerate() {
        let name = tag.get("name").and_then(Value::as_str);
        if let Some(name) = name.filter(|name| !seen.insert(*name)) {
            walker.within("tags", |walker| {
                walker.within(&index.to_string(), |walker| {
                    walker.wrong(format!("the tag `{name}` is declared twice"));
                });
            });
        }
    }
}

/// Parents of tags must be declared, and no tag may be its own ancestor (OpenAPI 3.2).
pub(super) fn parents<'d>(walker: &mut Walker<'_, 'd>, root: &'d Value) {
    let tags: Vec<&Value> = root
        .get("tags")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .collect();
    let text = |tag: &'d Value, key: &str| tag.get(key).and_then(Value::as_str);
    for (index, tag) in tags.iter().enumerate() {
        let Some(parent) = text(tag, "parent") else {
            continue;
        };
        let mut above = Some(parent);
        let mut steps = 0;
        while let Some(name) = above.filter(|_| steps <= tags.len()) {
            steps += 1;
            let next = tags.iter().find(|tag| text(tag, "name") == Some(name));
            above = next.and_then(|tag| text(tag, "parent"));
        }
        let is_known = tags.iter().any(|tag| text(tag, "name") == Some(parent));
        let message = match (is_known, steps > tags.len()) {
            (false, _) => format!("the parent tag `{parent}` is not declared"),
            (true, true) => format!("the parent tag `{parent}` is a descendant of this tag"),
            (true, false) => continue,
        };
        walker.within("tags", |walker| {
            walker.within(&index.to_string(), |walker| {
                walker.within("parent", |walker| walker.wrong(message));
            });
        });
    }
}

/// Paths that differ only in the names of their parameters are the same path. If they share a method, this is
/// reported for the operations.
pub(super) fn paths<'d>(walker: &mut Walker<'_, 'd>, root: &'d Value) {
    let mut known: FxHashMap<String, (&str, &Value)> = FxHashMap::default();
    let paths = root.get("paths").and_then(Value::as_object);
    for (path, item) in paths.into_iter().flatten() {
        let shape = PathTemplate::parse(path).shape();
        let Some((other, with)) = known.get(&shape) else {
            known.insert(shape, (path, item));
            continue;
        };
        let shares = |key: &String| {
            with.get(key.as_str())
                .is_some_and(|other| other.get("responses").is_some())
        };
        if !item.as_object().is_some_and(|item| item.keys().any(shares)) {
            walker.within("paths", |walker| {
                walker.within(path, |walker| {
                    walker.wrong(format!(
                        "the path {path} is the same as {other}: only the names of their parameters differ"
                    ));
                });
            });
        }
    }
}

/// `host` and `basePath` of Swagger 2.0.
pub(super) fn base_path<'d>(walker: &mut Walker<'_, 'd>, root: &'d Value) {
    let text = |key: &str| root.get(key).and_then(Value::as_str);
    if let Some(base) = text("basePath").filter(|base| !base.starts_with('/')) {
        walker.within("basePath", |walker| {
            walker.wrong(format!("`basePath` {base:?} must start with `/`"));
        });
    }
    if let Some(host) = text("host").filter(|host| host.contains('/')) {
        let message = format!("`host` {host:?} must be a host without a scheme or path");
        walker.within("host", |walker| walker.wrong(message));
    }
}

/// The variables of a URL must be declared.
pub(super) fn server<'d>(walker: &mut Walker<'_, 'd>, server: &'d Value) {
    let url = server
        .get("url")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let host = url.split('/').next().unwrap_or_default();
    let is_host = host.contains('.') && !host.contains([':', '{']) && !host.starts_with('.');
    if is_host {
        walker.within("url", |walker| {
            walker.tolerated(format!(
                "`{url}` is relative, and its first part looks like a host; is `https://` missing?"
            ));
        });
    }
    let mut seen = Vec::new();
    for rest in url.split('{').skip(1) {
        let Some((name, _)) = rest.split_once('}') else {
            walker.within("url", |walker| walker.wrong("the URL has an unmatched `{`"));
            continue;
        };
        let is_declared = server
            .get("variables")
            .is_some_and(|variables| variables.get(name).is_some());
        if !is_declared {
            walker.within("url", |walker| {
                walker.wrong(format!(
                    "the variable `{name}` of the URL is not declared under `variables`"
                ));
            });
        } else if seen.contains(&name) && walker.version == V32 {
            walker.within("url", |walker| {
                walker.wrong(format!("the URL contains the variable `{name}` twice"));
            });
        }
        seen.push(name);
    }
}

/// The default of a variable must be one of its values.
pub(super) fn server_variable<'d>(walker: &mut Walker<'_, 'd>, variable: &'d Value) {
    let Some(values) = variable.get("enum").and_then(Value::as_array) else {
        return;
    };
    // In OpenAPI 3.0 both are only recommended.
    if walker.version == V30 {
        return;
    }
    if values.is_empty() {
        walker.within("enum", |walker| {
            walker.wrong("`enum` requires at least one value");
        });
    } else if let Some(default) = variable
        .get("default")
        .filter(|default| !values.contains(default))
    {
        walker.within("default", |walker| {
            walker.wrong(format!("the default {default} is not in the `enum`"));
        });
    }
}

/// The target operation of a link. Links are for clients to follow: nothing here depends on them.
pub(super) fn link<'d>(walker: &mut Walker<'_, 'd>, link: &'d Value) {
    let text = |key: &str| link.get(key).and_then(Value::as_str);
    if let Some(id) = text("operationId").filter(|id| !walker.has_operation(id)) {
        walker.within("operationId", |walker| {
            walker.tolerated(format!("no operation has the operationId `{id}`"));
        });
    }
    if let Some(reference) = text("operationRef").filter(|it| it.starts_with('#'))
        && walker.compiler.follow(reference, &walker.document).is_err()
    {
        walker.within("operationRef", |walker| {
            walker.tolerated(format!(
                "`{reference}` does not refer to an operation of this document"
            ));
        });
    }
}

/// Parameters of one list must be unique and must not exclude each other.
pub(super) fn parameters<'d>(walker: &mut Walker<'_, 'd>, owner: &'d Value) {
    let list = walker.parameters_of(owner);
    let mut seen: Vec<(String, &str)> = Vec::new();
    let mut places = FxHashMap::<&str, usize>::default();
    for (index, parameter) in &list {
        let text = |key: &str| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (name, place) = (text("name"), text("in"));
        if name.is_empty() {
            continue;
        }
        *places.entry(place).or_default() += 1;
        let count = |place: &str| places.get(place).copied().unwrap_or_default();
        // Names of headers are case-insensitive.
        let key = match place {
            "header" => (name.to_ascii_lowercase(), place),
            _ => (name.to_owned(), place),
        };
        let message = match place {
            _ if seen.contains(&key) => Some(format!(
                "the {place} parameter `{name}` is declared twice; the first one is used"
            )),
            "querystring" if count("querystring") > 1 => {
                Some("a second parameter has `in: querystring`".to_owned())
            }
            "querystring" | "query" if count("query") > 0 && count("querystring") > 0 => Some(
                "parameters with `in: query` and `in: querystring` are mutually exclusive"
                    .to_owned(),
            ),
            "body" if count("body") > 1 => {
                Some("a second parameter has `in: body`; only one is allowed".to_owned())
            }
            "body" | "formData" if count("body") > 0 && count("formData") > 0 => Some(
                "parameters with `in: body` and `in: formData` are mutually exclusive".to_owned(),
            ),
            _ => None,
        };
        if let Some(message) = message {
            walker.within("parameters", |walker| {
                walker.within(&index.to_string(), |walker| walker.wrong(message));
            });
        }
        seen.push(key);
    }
    if owner.get("parameters").is_some() && owner.get("responses").is_none() {
        shared(walker, owner, &list);
    }
    if walker.version == V2 && owner.get("responses").is_some() {
        files(walker, owner, &list);
    }
}

/// Parameters of a path item that conflict with those of its operations.
fn shared<'d>(walker: &mut Walker<'_, 'd>, item: &'d Value, list: &[(usize, &'d Value)]) {
    const APART: [(&str, &str); 4] = [
        ("query", "querystring"),
        ("querystring", "querystring"),
        ("body", "formData"),
        ("body", "body"),
    ];
    let key = |parameter: &'d Value| {
        let text = |key: &str| {
            parameter
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        (text("name"), text("in"))
    };
    let of_item: Vec<_> = list.iter().map(|(_, parameter)| key(parameter)).collect();
    for (method, operation) in item.as_object().into_iter().flatten() {
        let Some(operation) = walker.follow(Some(operation)).filter(|it| it.is_object()) else {
            continue;
        };
        for (index, parameter) in walker.parameters_of(operation) {
            let own = key(parameter);
            let clash = of_item.iter().find(|other| {
                let is_apart = |(a, b): &(&str, &str)| {
                    (own.1, other.1) == (*a, *b) || (own.1, other.1) == (*b, *a)
                };
                // A parameter with the same name and place overrides that of the path item.
                own != **other && APART.iter().any(is_apart)
            });
            let Some((name, place)) = clash else { continue };
            let message = format!(
                "`in: {}` is not allowed next to the parameter `{name}` of the path item, which has `in: {place}`",
                own.1
            );
            walker.within(method, |walker| {
                walker.within("parameters", |walker| {
                    walker.within(&index.to_string(), |walker| walker.wrong(message));
                });
            });
        }
    }
}

/// Swagger 2.0 sends files in forms.
fn files(walker: &mut Walker<'_, '_>, operation: &Value, list: &[(usize, &Value)]) {
    let is_file = |(_, parameter): &&(usize, &Value)| {
        parameter.get("type").is_some_and(|kind| kind == "file")
    };
    let Some((index, _)) = list.iter().find(is_file) else {
        return;
    };
    let types = operation
        .get("consumes")
        .or_else(|| walker.root.get("consumes"));
    let types = types.and_then(Value::as_array).into_iter().flatten();
    let mut types = types.filter_map(Value::as_str);
    if !types.any(|name| {
        matches!(
            name,
            "multipart/form-data" | "application/x-www-form-urlencoded"
        )
    }) {
        walker.within("parameters", |walker| {
            walker.within(&index.to_string(), |walker| {
                walker.wrong("a file parameter requires `multipart/form-data` in `consumes`");
            });
        });
    }
}

/// A parameter or header of OpenAPI 3 must have a schema or one media type.
pub(super) fn described<'d>(walker: &mut Walker<'_, 'd>, parameter: &'d Value) {
    let content = parameter.get("content");
    if parameter.get("schema").is_none() && content.is_none() {
        let help = match parameter.get("type").and_then(Value::as_str) {
            Some(name) => format!("; write `schema: {{type: {name}}}` instead of `type: {name}`"),
            None => String::new(),
        };
        walker.left_out(format!(
            "a parameter or header requires `schema` or `content`{help}"
        ));
    }
    let count = content.and_then(Value::as_object).map(serde_json::Map::len);
    if let Some(count) = count.filter(|count| *count != 1) {
        walker.within("content", |walker| {
            walker.wrong(format!(
                "`content` of a parameter or header must have exactly one media type, not {count}"
            ));
        });
    }
}

/// Checks what depends on where a parameter is.
pub(super) fn parameter<'d>(walker: &mut Walker<'_, 'd>, parameter: &'d Value) {
    let text = |key: &str| parameter.get(key).and_then(Value::as_str);
    let (Some(name), Some(place)) = (text("name"), text("in")) else {
        return;
    };
    if place == "path" && parameter.get("required") != Some(&Value::Bool(true)) {
        walker.wrong(format!(
            "the path parameter `{name}` requires `required: true`"
        ));
    }
    let bad_name = match place {
        "path" => name.contains(['{', '}']),
        "header" => !is_token(name),
        _ => name.is_empty(),
    };
    if bad_name {
        walker.within("name", |walker| {
            walker.wrong(format!(
                "{name:?} cannot be the name of a {place} parameter"
            ));
        });
    }
    let ignored = ["accept", "content-type", "authorization"];
    if place == "header"
        && walker.version != V2
        && ignored.contains(&name.to_ascii_lowercase().as_str())
    {
        walker.within("name", |walker| {
            walker.tolerated(format!(
                "{} ignores the header parameter `{name}`; media types and security schemes describe it",
                walker.version_name()
            ));
        });
    }
    if walker.version != V2 && place != "query" && parameter.get("allowEmptyValue").is_some() {
        walker.within("allowEmptyValue", |walker| {
            walker.wrong(format!(
                "`allowEmptyValue` is only for query parameters, not for {place} parameters"
            ));
        });
    }
    let style = text("style");
    let fits = match place {
        "path" => &["matrix", "label", "simple"][..],
        "query" => &["form", "spaceDelimited", "pipeDelimited", "deepObject"],
        "header" => &["simple"],
        "cookie" if walker.version == V32 => &["form", "cookie"],
        "cookie" => &["form"],
        _ => return,
    };
    // An unknown style is reported for the field.
    let is_style = |style: &&str| *style == "cookie" || Style::of_name(style).is_some();
    if let Some(style) = style.filter(is_style).filter(|style| !fits.contains(style)) {
        walker.within("style", |walker| {
            walker.wrong(format!(
                "a {place} parameter cannot have the style `{style}`; expected {}",
                fits.join(", ")
            ));
        });
    }
    let may_reserve = match walker.version {
        V31 => place == "query",
        V32 => matches!(place, "path" | "query") || (place == "cookie" && style != Some("cookie")),
        _ => true,
    };
    if parameter.get("allowReserved").is_some() && !may_reserve {
        let message = match style {
            Some("cookie") => "`allowReserved` is not allowed with the style `cookie`".to_owned(),
            _ => format!("`allowReserved` is not a field of a {place} parameter"),
        };
        walker.within("allowReserved", |walker| walker.wrong(message));
    }
}

/// What Swagger 2.0 requires of parameters instead of a schema.
pub(super) fn swagger_parameter<'d>(walker: &mut Walker<'_, 'd>, parameter: &'d Value) {
    let text = |key: &str| parameter.get(key).and_then(Value::as_str);
    let (Some(name), Some(place)) = (text("name"), text("in")) else {
        return;
    };
    let is_form = matches!(place, "query" | "formData");
    let items = parameter.get("items");
    let message = match (place, text("type")) {
        ("body", Some(_)) => Some(format!(
            "the body parameter `{name}` has a `type`; write `schema: {{type: …}}`"
        )),
        ("body", None) => None,
        _ if items.is_some_and(|items| {
            items.get("$ref").is_some() || items.get("type").is_some_and(|name| name == "object")
        }) =>
        {
            Some(format!(
                "the elements of the {place} parameter `{name}` cannot be objects or references in Swagger 2.0"
            ))
        }
        _ if parameter.get("schema").is_some() => Some(format!(
            "the {place} parameter `{name}` has a `schema`, which is only allowed with `in: body`; write `type`"
        )),
        (_, None) if parameter.get("type").is_none() => {
            Some(format!("the {place} parameter `{name}` requires `type`"))
        }
        (_, Some("file")) if place != "formData" => Some(format!(
            "the {place} parameter `{name}` cannot be a file; only `in: formData` can"
        )),
        _ if text("collectionFormat") == Some("multi") && !is_form => Some(format!(
            "`collectionFormat: multi` is not allowed on a {place} parameter"
        )),
        _ if parameter.get("allowEmptyValue").is_some() && !is_form => Some(format!(
            "`allowEmptyValue` is not allowed on a {place} parameter"
        )),
        _ => None,
    };
    if let Some(message) = message {
        walker.wrong(message);
    }
}
