//! `allOf`, `anyOf`, `oneOf`, `not`, `if`: schemas for the same value.

use serde_json::{Map, Value};

use crate::schema::keyword::Conditional;

use super::{Compiler, Here};
use crate::schema::node::Node;
impl<'d> Compiler<'d> {
    /// Reads a branch keyword.
    pub(super) fn branch_keyword(
        &mut self,
        node: &mut Node,
        keyword: &'d str,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        match keyword {
            "allOf" => node.all_of.extend(self.listed(keyword, argument, here)),
            "anyOf" => node.any_of = self.listed(keyword, argument, here),
            "oneOf" => node.one_of = self.listed(keyword, argument, here),
            "not" => node.not = self.schema_of(keyword, argument, here),
            "if" => {
                let branch = |compiler: &mut Self, keyword: &str| {
                    let schema = members.get(keyword)?;
                    compiler.schema_of(keyword, schema, here)
                };
                if let Some(condition) = self.schema_of(keyword, argument, here) {
                    node.conditional = Some(Conditional {
                        condition,
                        then: branch(self, "then"),
                        otherwise: branch(self, "else"),
                    });
                }
            }
            _ => {}
        }
    }
}
