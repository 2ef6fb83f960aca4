//! Forms whose fields a capture lists one by one, written as the body that they were.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::json::{Kind, Value};
use crate::location::Origin;
use crate::capture::Body;
use crate::media_type::{self, ContentKind};

use super::message::{first, scalar};

/// The media type of a form that names none.
const URL_ENCODED: &str = "application/x-www-form-urlencoded";

/// The boundary of forms that name none.
const BOUNDARY: &str = "form-boundary";

/// The body that a list of fields stands for, each with a `name` or `key`, a `value`, and, if it is a file, a `fileName`
/// and a `contentType`. `None` if there are no fields.
pub(super) fn body<'d>(fields: Value<'_>, media_type: Option<&str>, origin: Origin) -> Option<Body<'d>> {
    let named = media_type.unwrap_or(URL_ENCODED);
    let fields: Vec<Field> = fields.elements().filter_map(Field::of).collect();
    if fields.is_empty() {
        return None;
    }
    if ContentKind::of(named) != ContentKind::Multipart {
        let pairs: Vec<String> = fields.iter().map(Field::pair).collect();
        let body = Body::decoded(pairs.join("&").into_bytes(), origin);
        return Some(body.with_media_type(Some(named)));
    }
    let boundary = media_type::parameter(named, "boundary").filter(|boundary| !boundary.is_empty());
    let media_type = match &boundary {
        Some(_) => named.to_owned(),
        None => format!("{named}; boundary={BOUNDARY}"),
    };
    let boundary = boundary.as_deref().unwrap_or(BOUNDARY);
    let mut text = String::new();
    for field in &fields {
        text.push_str(&format!("--{boundary}\r\n{}\r\n", field.part()));
    }
    text.push_str(&format!("--{boundary}--\r\n"));
    Some(Body::decoded(text.into_bytes(), origin).with_media_type(Some(&media_type)))
}

struct Field {
    name: String,
    value: String,
    file: Option<String>,
    media_type: Option<String>,
}

impl Field {
    /// A field that was sent; Postman lists disabled ones, too.
    fn of(value: Value<'_>) -> Option<Self> {
        let is_disabled = value.get("disabled").and_then(Value::as_bool) == Some(true);
        if value.kind() != Kind::Object || is_disabled {
            return None;
        }
        let text = |keys: &[&str]| first(value, keys).and_then(scalar);
        let is_file = text(&["type"]).as_deref() == Some("file");
        let file = text(&["fileName", "src"]).filter(|name| !name.is_empty()).or_else(|| is_file.then(String::new));
        let is_named = file.is_some();
        Some(Self {
            name: text(&["name", "key"])?,
            value: text(&["value"]).unwrap_or_else(|| match is_named {
                // What was in the file is not known.
                true => "***".to_owned(),
                false => String::new(),
            }),
            file,
            media_type: text(&["contentType"]).filter(|media_type| !media_type.is_empty()),
        })
    }

    /// The field in a URL-encoded form. Some tools list texts as they were encoded.
    fn pair(&self) -> String {
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let as_sent = |text: &str| {
            let is_encoded = text.contains('%') && !text.contains([' ', '&', '='])
                && text.split('%').skip(1).all(|rest| rest.len() >= 2 && rest.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit));
            match is_encoded {
                true => text.to_owned(),
                false => encoded(text),
            }
        };
        format!("{}={}", as_sent(&self.name), as_sent(&self.value))
    }

    /// The field as a part: headers, a blank line, the content.
    fn part(&self) -> String {
        let quoted = |text: &str| text.replace(['\r', '\n'], " ").replace('\\', "\\\\").replace('"', "\\\"");
        let mut part = format!("Content-Disposition: form-data; name=\"{}\"", quoted(&self.name));
        if let Some(file) = &self.file {
            part.push_str(&format!("; filename=\"{}\"", quoted(file)));
        }
        if let Some(media_type) = &self.media_type {
            part.push_str(&format!("\r\nContent-Type: {}", media_type.replace(['\r', '\n'], " ")));
        }
        format!("{part}\r\n\r\n{}", self.value)
    }
}
