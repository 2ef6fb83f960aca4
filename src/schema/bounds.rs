//! Bounds of numbers: with booleans beside them in draft 4 and OpenAPI 3.0, as keywords of their own later.

use serde_json::{Map, Value};

use super::Node;
use super::compile::{Compiler, Here};

impl<'d> Compiler<'d> {
    /// `minimum` or `maximum`, with the boolean beside it where the dialect has one.
    pub(super) fn bound(
        &mut self,
        node: &mut Node,
        keyword: &str,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        if !argument.is_number() {
            return self.argument(keyword, "a number", here);
        }
        let (inclusive, exclusive) = match keyword {
            "minimum" => ("minimum", "exclusiveMinimum"),
            _ => ("maximum", "exclusiveMaximum"),
        };
        let is_exclusive =
            here.dialect.has_boolean_bounds() && members.get(exclusive) == Some(&Value::Bool(true));
        let keyword = if is_exclusive { exclusive } else { inclusive };
        self.number_check(node, keyword, inclusive, argument, here);
    }

    pub(super) fn exclusive_bound(
        &mut self,
        node: &mut Node,
        keyword: &str,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        let (keyword, inclusive) = match keyword {
            "exclusiveMinimum" => ("exclusiveMinimum", "minimum"),
            _ => ("exclusiveMaximum", "maximum"),
        };
        match (here.dialect.has_boolean_bounds(), argument) {
            (true, Value::Bool(_)) => {
                if !members.contains_key(inclusive) {
                    self.idle(
                        keyword,
                        format!("there is no `{inclusive}` next to it"),
                        here,
                    );
                }
            }
            (false, Value::Number(_)) => {
                self.number_check(node, keyword, keyword, argument, here);
            }
            (true, _) => {
                let expected = format!("a boolean next to `{inclusive}` in {}", here.dialect);
                self.argument(keyword, &expected, here);
            }
            (false, Value::Bool(true)) if members.get(inclusive).is_some_and(Value::is_number) => {
                let limit = &members[inclusive];
                let message = format!(
                    "`{keyword}` is a number in {}; write `{keyword}: {limit}` in place of `{inclusive}: {limit}`",
                    here.dialect
                );
                self.refused(keyword, &[keyword], message, here);
            }
            (false, _) => {
                let expected = format!("a number in {}", here.dialect);
                self.argument(keyword, &expected, here);
            }
        }
    }
}
