//! Reports problems with a keyword: an invalid argument, no effect, or an unknown name.

use serde_json::Value;

use crate::error::closest;
use crate::redact::clipped;

use super::compile::{Compiler, Here};
use super::{Dialect, Place, ProblemKind};

impl Compiler<'_> {
    pub(super) fn at(&self, here: &Here, path: &[&str]) -> Place {
        let mut place = Place::clone(&here.place);
        path.iter().for_each(|key| place.pointer.push_key(key));
        place
    }

    /// Reports an invalid argument of a keyword.
    pub(super) fn argument(&mut self, keyword: &str, expected: &str, here: &Here) {
        let found = match self.value_at(&self.at(here, &[keyword])) {
            Some(found) => format!(", not {}", found_in_place(found, expected)),
            None => String::new(),
        };
        let message = format!("`{keyword}` must be {expected}{found}");
        self.refused(keyword, &[keyword], message, here);
    }

    pub(super) fn refused(&mut self, keyword: &str, path: &[&str], message: String, here: &Here) {
        let place = self.at(here, path);
        let keyword = keyword.to_owned();
        self.problem(place, ProblemKind::Argument { keyword, message });
    }

    pub(super) fn idle(&mut self, keyword: &str, reason: String, here: &Here) {
        let place = self.at(here, &[keyword]);
        let keyword = keyword.to_owned();
        self.problem(place, ProblemKind::Idle { keyword, reason });
    }

    pub(super) fn unknown(&mut self, keyword: &str, here: &Here) {
        let dialect = here.dialect;
        if keyword.starts_with("x-") {
            return;
        }
        if keyword == "nullable" && dialect != Dialect::Swagger2 {
            let reason = format!(
                "{dialect} does not have it; write `type: [\"string\", \"null\"]` or the like"
            );
            return self.idle(keyword, reason, here);
        }
        let place = self.at(here, &[keyword]);
        let kind = ProblemKind::UnknownKeyword {
            keyword: keyword.to_owned(),
            dialect,
            near: closest(keyword, dialect.keywords()),
            later: dialect.later_with(keyword),
        };
        self.problem(place, kind);
    }
}

/// The value that was found, with what to write instead if that is clear.
fn found_in_place(found: &Value, expected: &str) -> String {
    let text = match found {
        Value::Array(_) => return "a list".to_owned(),
        Value::Object(_) => return "an object".to_owned(),
        Value::String(text) => text.as_str(),
        other => return other.to_string(),
    };
    let meant = match text {
        "yes" | "on" | "True" => "true",
        "no" | "off" | "False" => "false",
        other => other,
    };
    let is_meant = (expected.contains("number") && meant.parse::<f64>().is_ok())
        || (expected.contains("boolean") && matches!(meant, "true" | "false"));
    let shown = clipped(text, 40);
    match is_meant {
        true => format!("the string \"{shown}\"; write {meant} without quotes"),
        false => format!("\"{shown}\""),
    }
}
