//! `type`, `enum`, `const`: the allowed values.


use serde_json::Value;

use crate::error::closest;
use crate::schema::keyword::{Types, Values};

use super::{Compiler, Here};
use crate::schema::node::Node;
use crate::schema::{Dialect, ProblemKind};

use super::keywords::{has_no_null, one_or_many};
impl<'d> Compiler<'d> {
    /// Reads a value keyword.
    pub(super) fn value_keyword(
        &mut self,
        node: &mut Node,
        keyword: &'d str,
        argument: &'d Value,
        here: &Here,
    ) {
        match keyword {
            "type" => node.types = self.types(argument, here),
            "enum" => match argument {
                Value::Array(values) => node.values = Some(Values::new(values.clone())),
                _ => self.argument(keyword, "a list of values", here),
            },
            "const" => node.constant = Some(Box::new(argument.clone())),
            _ => {}
        }
    }

    fn types(&mut self, argument: &Value, here: &Here) -> Option<Types> {
        let mut types = Types::default();
        if here.dialect == Dialect::Draft4 {
            types.count_as_written();
        }
        if argument.is_array() && matches!(here.dialect, Dialect::OpenApi30) {
            let place = self.at(here, &["type"]);
            let message = "`type` must be a single type in OpenAPI 3.0 (use `nullable` for null); the \
                           list is read as in OpenAPI 3.1";
            self.problem(place, ProblemKind::Description(message.to_owned()));
        }
        if argument == "null" && has_no_null(here.dialect) {
            let place = self.at(here, &["type"]);
            let keyword = match here.dialect {
                Dialect::Swagger2 => "x-nullable",
                _ => "nullable",
            };
            let message = format!(
                "{} has no type `null`; write `{keyword}: true`",
                here.dialect
            );
            self.problem(place, ProblemKind::Description(message));
        }
        let mut is_known = argument != &Value::Array(Vec::new());
        for name in one_or_many(argument) {
            is_known &= name.as_str().is_some_and(|name| {
                // `file` is a type of Swagger 2.0 that has no JSON equivalent.
                types.insert(name) || (name == "file" && here.dialect == Dialect::Swagger2)
            });
        }
        if !is_known {
            let is_type = |name: &&Value| {
                let name = name.as_str();
                name.is_some_and(|name| Types::NAMES.contains(&name) || name == "file")
            };
            let wrong = one_or_many(argument).iter().find(|name| !is_type(name));
            let wrong = wrong.unwrap_or(argument);
            let written = wrong.as_str().unwrap_or_default();
            let near = closest(written, Types::NAMES);
            let message = match near {
                _ if wrong.is_null() => {
                    "the type null must be written as the string \"null\", in quotes".to_owned()
                }
                Some(near) => format!("no type is called `{written}`; did you mean `{near}`?"),
                None => match written {
                    "int" | "long" | "int32" | "int64" => {
                        format!("no type is called `{written}`; did you mean `integer`?")
                    }
                    "float" | "double" | "decimal" => {
                        format!("no type is called `{written}`; did you mean `number`?")
                    }
                    "date" | "datetime" | "date-time" | "uuid" | "email" | "uri" => format!(
                        "no type is called `{written}`; write `type: string` with a `format`"
                    ),
                    "any" => "no type is called `any`; leave `type` out".to_owned(),
                    _ => {
                        let known = Types::NAMES
                            .iter()
                            .filter(|name| **name != "null" || !has_no_null(here.dialect));
                        let known: Vec<&str> = known.copied().collect();
                        format!(
                            "{wrong} is not a type; expected one of {}",
                            known.join(", ")
                        )
                    }
                },
            };
            self.refused("type", &["type"], message, here);
        }
        (!types.is_empty()).then_some(types)
    }
}
