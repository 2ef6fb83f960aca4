//! The names in the maps of a description: paths, statuses, media types, components.

use serde_json::{Map, Value};

use crate::contract::UrlTemplate;
use crate::error::closest;

use super::Walker;
use super::rules::{is_token, repeated_name};
use super::table;
use super::table::{Keys, Type};
use super::version::{V2, V32};

impl<'d> Walker<'_, 'd> {
    pub(super) fn map(&mut self, keys: Keys, kind: &'static Type, members: &'d Map<String, Value>) {
        for (key, member) in members {
            let takes_extensions = matches!(keys, Keys::Path | Keys::Status | Keys::Expression);
            if takes_extensions && key.starts_with("x-") {
                continue;
            }
            self.within(key, |walker| {
                if walker.key(keys, key) {
                    walker.value(kind, member);
                }
            });
        }
        if keys == Keys::Status && !members.keys().any(|key| !key.starts_with("x-")) {
            self.wrong("`responses` requires at least one response");
        }
    }

    /// Checks a key of a map; false if its value is skipped.
    fn key(&mut self, keys: Keys, key: &str) -> bool {
        match keys {
            Keys::Any => {}
            Keys::Expression => {
                let mut fields = table::PATH_ITEM.fields.iter();
                if fields.any(|field| field.name == key && matches!(field.kind, Type::Object(_))) {
                    self.left_out(format!(
                        "expected a callback expression such as `{{$request.body#/url}}`, with operations below it; \
                         found `{key}`"
                    ));
                    return false;
                }
                match UrlTemplate::parse(key) {
                    Ok(url) if url.is_address() => {}
                    Ok(_) => self.tolerated(format!(
                        "the callback URL `{key}` is neither a URL nor a runtime expression such as \
                         `{{$request.body#/url}}`; captures show its requests only if `--webhook` names their URL"
                    )),
                    // Requests are never sent to it.
                    Err(wrong) => self.left_out(wrong),
                }
            }
            Keys::Component => {
                let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b".-_".contains(&byte);
                if key.is_empty() || !key.bytes().all(is_name) {
                    self.wrong(format!(
                        "the component name {key:?} may only contain letters, digits, `.`, `-` and `_`"
                    ));
                }
            }
            Keys::Path => {
                if !key.starts_with('/') {
                    self.left_out(format!("the path {key:?} must start with `/`"));
                    return false;
                }
                if let Some((path, _)) = key.split_once('?') {
                    self.left_out(format!(
                        "the path {key} contains a query; write {path} and a parameter with `in: query`"
                    ));
                    return true;
                }
                let colon = key.split('/').find_map(|segment| segment.strip_prefix(':'));
                if let Some(name) = colon.filter(|name| !name.is_empty()) {
                    self.tolerated(format!(
                        "`:{name}` is literal text in the path {key}; write a parameter as `{{{name}}}`"
                    ));
                }
                if let Some(twice) = repeated_name(key) {
                    self.wrong(format!("the path {key} contains `{{{twice}}}` twice"));
                }
            }
            Keys::Status => return self.status(key),
            Keys::MediaType => {
                let essence = key.split(';').next().unwrap_or_default().trim();
                let is_range = essence
                    .split_once('/')
                    .is_some_and(|(main, sub)| is_token(main) && is_token(sub));
                if !is_range {
                    self.left_out(format!(
                        "`{key}` is not a media type such as `application/json`"
                    ));
                }
            }
            Keys::Header => {
                if !is_token(key) {
                    self.wrong(format!("{key:?} is not a valid header name (RFC 9110)"));
                }
            }
            Keys::Method => {
                let lower = key.to_ascii_lowercase();
                let is_field = table::PATH_ITEM
                    .fields
                    .iter()
                    .any(|field| field.name == lower && matches!(field.kind, Type::Object(_)));
                if is_field {
                    self.wrong(format!("`{key}` has its own field, `{lower}`, and is not allowed in `additionalOperations`"));
                } else if !is_token(key) {
                    self.wrong(format!("{key:?} is not an HTTP method"));
                }
            }
            Keys::Scheme => {
                // OpenAPI 3.2 also allows URIs.
                let is_uri = self.version == V32 && key.contains(['/', '#', ':', '.']);
                if !self.schemes.contains(&key) && !is_uri {
                    let near = closest(key, self.schemes.iter().copied());
                    let help =
                        near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
                    self.wrong(format!("the security scheme `{key}` is not declared{help}"));
                }
            }
        }
        true
    }

    fn status(&mut self, key: &str) -> bool {
        let bytes = key.as_bytes();
        let starts = bytes
            .first()
            .is_some_and(|first| (b'1'..=b'5').contains(first));
        let is_class = |class: &str| bytes.len() == 3 && starts && key[1..] == *class;
        let is_status = bytes.len() == 3 && starts && bytes.iter().all(u8::is_ascii_digit);
        if key == "default" || is_status || (is_class("XX") && self.version != V2) {
            return true;
        }
        if key.is_ascii() && is_class("xx") && self.version != V2 {
            self.wrong(format!(
                "the status class `{key}` must be written {}XX",
                &key[..1]
            ));
            return true;
        }
        let classes = if self.version == V2 {
            ""
        } else {
            ", a class such as 4XX"
        };
        self.left_out(format!(
            "`{key}` is not a status; expected one such as 200{classes}, or `default`"
        ));
        false
    }
}
