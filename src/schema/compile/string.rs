//! `pattern`, `format` and the content keywords: the syntax of strings.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::json::Kind;
use crate::schema::KeywordCheck;
use super::{Compiler, Here};
use crate::schema::node::Node;
impl<'d> Compiler<'d> {
    /// Reads a string keyword.
    pub(super) fn string_keyword(
        &mut self,
        node: &mut Node,
        keyword: &'d str,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        match keyword {
            "pattern" => {
                let text = self.text(keyword, argument, here);
                if text.is_some() {
                    self.check(node, "pattern", argument, Kind::String, here);
                }
            }
            "format" if self.options.formats_annotate => {}
            "format" => {
                if let Some(name) = self.text(keyword, argument, here) {
                    match KeywordCheck::number_format(name).filter(|_| here.dialect.is_openapi()) {
                        Some(check) => node.checks.push(Arc::new(check)),
                        None => self.check(node, "format", argument, Kind::String, here),
                    }
                }
            }
            "contentEncoding" | "contentMediaType" if here.dialect.asserts(keyword) => {
                let text = self.text(keyword, argument, here);
                if text.is_some() {
                    self.content(node, members, here);
                }
            }
            "contentEncoding" | "contentMediaType" => {
                let keyword = match keyword {
                    "contentEncoding" => "contentEncoding",
                    _ => "contentMediaType",
                };
                let text = argument.as_str().map(str::to_ascii_lowercase);
                let content = text.map(|text| (keyword, text));
                node.annotations_mut().content.extend(content);
            }
            _ => {}
        }
    }

    /// Drafts 6 and 7: the crate checks both keywords together.
    fn content(&mut self, node: &mut Node, members: &Map<String, Value>, here: &Here) {
        if node
            .checks
            .iter()
            .any(|check| check.keyword.starts_with("content"))
        {
            return;
        }
        let check = KeywordCheck::of_content(
            members.get("contentEncoding"),
            members.get("contentMediaType"),
            here.dialect.draft(),
        );
        match check {
            Ok(check) => node.checks.push(Arc::new(check)),
            Err(message) => {
                self.refused("contentMediaType", &["contentMediaType"], message, here);
            }
        }
    }
}
