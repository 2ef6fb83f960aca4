//! Bounds and divisors of numbers. In draft 4 and OpenAPI 3.0, exclusive bounds are booleans next to
//! `minimum` and `maximum`; later they are keywords of their own.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::json::decimal::Decimal;
use crate::schema::KeywordCheck;
use super::{Compiler, Here};
use crate::schema::node::Node;
impl<'d> Compiler<'d> {
    /// Reads a number keyword.
    pub(super) fn number_keyword(
        &mut self,
        node: &mut Node,
        keyword: &'d str,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        match keyword {
            "minimum" | "maximum" => self.bound(node, keyword, argument, members, here),
            "exclusiveMinimum" | "exclusiveMaximum" => {
                self.exclusive_bound(node, keyword, argument, members, here);
            }
            "multipleOf" => match argument.as_f64() {
                Some(divisor) if divisor > 0.0 => {
                    self.number_check(node, "multipleOf", "multipleOf", argument, here);
                }
                _ => self.argument(keyword, "a number greater than 0", here),
            },
            _ => {}
        }
    }

    /// `minimum` or `maximum`, with the boolean next to it in dialects that have one.
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

    /// A bound of numbers or a divisor. `written` is the keyword that the argument belongs to.
    pub(super) fn number_check(
        &mut self,
        node: &mut Node,
        keyword: &'static str,
        written: &str,
        argument: &Value,
        here: &Here,
    ) {
        let Value::Number(number) = argument else {
            return;
        };
        // A double that needs all its digits may differ from what the document says.
        let is_rounded =
            number.is_f64() && Decimal::of(number).is_none_or(|decimal| decimal.precision() > 15);
        let text = match is_rounded {
            true => self.written(&self.at(here, &[written])),
            false => None,
        };
        let shown = text.clone().unwrap_or_else(|| argument.to_string());
        let check = self
            .checks
            .entry((here.dialect, keyword, shown.clone()))
            .or_insert_with(|| {
                let check = KeywordCheck::of_number(keyword, number, text.as_deref());
                check
                    .map(Arc::new)
                    .ok_or_else(|| format!("{argument} is not a number"))
            })
            .clone();
        match check {
            Ok(check) => node.checks.push(check),
            Err(message) => self.refused(keyword, &[written], message, here),
        }
    }
}
