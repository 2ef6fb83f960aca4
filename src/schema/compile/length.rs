//! `minLength` … `maxProperties`: how long strings, arrays and objects are.

use serde_json::Value;

use crate::json::Kind;
use crate::schema::keyword::Length;

use super::{Compiler, Here};
use crate::schema::node::Node;

use super::keywords::limit;
impl<'d> Compiler<'d> {
    /// Reads a length keyword.
    pub(super) fn length_keyword(
        &mut self,
        node: &mut Node,
        keyword: &'d str,
        argument: &'d Value,
        here: &Here,
    ) {
        match keyword {
            "minLength" | "maxLength" | "minItems" | "maxItems" | "minProperties"
            | "maxProperties" => match limit(argument) {
                Some(limit) => node.lengths.push(length(keyword, limit)),
                None => self.argument(keyword, "a whole number of at least 0", here),
            },
            _ => {}
        }
    }
}

fn length(keyword: &str, limit: u64) -> Length {
    let (kind, is_maximum) = match keyword {
        "minLength" => (Kind::String, false),
        "maxLength" => (Kind::String, true),
        "minItems" => (Kind::Array, false),
        "maxItems" => (Kind::Array, true),
        "minProperties" => (Kind::Object, false),
        _ => (Kind::Object, true),
    };
    Length {
        kind,
        is_maximum,
        limit,
    }
}
