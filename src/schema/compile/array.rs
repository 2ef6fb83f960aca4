//! Keywords for the elements of an array.

use serde_json::{Map, Value};

use crate::json::Kind;
use crate::schema::keyword::Contains;

use super::{Compiler, Here};
use crate::schema::node::Node;

use super::keywords::limit;
impl<'d> Compiler<'d> {
    /// Reads an array keyword.
    pub(super) fn array_keyword(
        &mut self,
        node: &mut Node,
        keyword: &'d str,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        match keyword {
            "items" => self.items(node, argument, members, here),
            "prefixItems" => node.array.prefix = self.listed(keyword, argument, here),
            "unevaluatedItems" => node.array.unevaluated = self.schema_of(keyword, argument, here),
            "contains" => node.array.contains = self.contains(argument, members, here),
            "minContains" | "maxContains" if !members.contains_key("contains") => {
                self.idle(keyword, "there is no `contains`".to_owned(), here);
            }
            "uniqueItems" => match argument {
                Value::Bool(true) => self.check(node, "uniqueItems", argument, Kind::Array, here),
                Value::Bool(false) => {}
                _ => self.argument(keyword, "a boolean", here),
            },
            _ => {}
        }
    }

    fn items(
        &mut self,
        node: &mut Node,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        if argument.is_array() {
            if !here.dialect.has_item_lists() {
                let message = format!(
                    "`items` must be a single schema in {}; {}",
                    here.dialect,
                    match here.dialect.role("prefixItems") {
                        Some(_) => "use `prefixItems` for a list",
                        None => "lists of schemas are not supported",
                    }
                );
                self.refused("items", &["items"], message, here);
            }
            node.array.prefix = self.listed("items", argument, here);
            if let Some(rest) = members.get("additionalItems") {
                node.array.items = self.schema_of("additionalItems", rest, here);
            }
        } else {
            node.array.items = self.schema_of("items", argument, here);
            if members.contains_key("additionalItems") && here.dialect.has_item_lists() {
                let reason = "`items` is not a list, so there are no additional ones".to_owned();
                self.idle("additionalItems", reason, here);
            }
        }
    }

    fn contains(
        &mut self,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) -> Option<Contains> {
        let node = self.schema_of("contains", argument, here)?;
        let bound = |compiler: &mut Self, keyword: &str| {
            let argument = members.get(keyword)?;
            here.dialect.role(keyword)?;
            let limit = limit(argument);
            if limit.is_none() {
                compiler.argument(keyword, "a whole number of at least 0", here);
            }
            limit
        };
        Some(Contains {
            node,
            minimum: bound(self, "minContains").unwrap_or(1),
            maximum: bound(self, "maxContains"),
        })
    }
}
