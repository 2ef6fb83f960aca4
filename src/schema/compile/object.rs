//! Keywords for the members of an object.


use serde_json::Value;

use crate::json::Kind;
use crate::schema::keyword::Required;

use super::{Compiler, Here};
use crate::schema::node::Node;
use crate::schema::{Dialect, ProblemKind};

use super::keywords::one_or_many;
impl<'d> Compiler<'d> {
    /// Reads an object keyword.
    pub(super) fn object_keyword(
        &mut self,
        node: &mut Node,
        keyword: &'d str,
        argument: &'d Value,
        here: &Here,
    ) {
        match keyword {
            "required" => self.required(node, argument, here),
            "properties" => {
                for (name, schema) in self.named(keyword, argument, here) {
                    let id = self.child(here, &[keyword, name], schema);
                    let name = self.name(name);
                    node.object.properties.insert(name, id);
                }
            }
            "patternProperties" => {
                for (pattern, schema) in self.named(keyword, argument, here) {
                    let text = Value::from(pattern.as_str());
                    let check = self.compiled("pattern", &text, Kind::String, here.dialect);
                    match check {
                        Ok(check) => {
                            let id = self.child(here, &[keyword, pattern], schema);
                            node.object.patterns.push((check, id));
                        }
                        Err(message) => {
                            self.refused(keyword, &[keyword, pattern], message, here);
                        }
                    }
                }
            }
            "additionalProperties" => {
                node.object.additional = self.schema_of(keyword, argument, here);
            }
            "unevaluatedProperties" => {
                node.object.unevaluated = self.schema_of(keyword, argument, here);
            }
            "propertyNames" => node.object.property_names = self.schema_of(keyword, argument, here),
            "dependentRequired" => {
                for (name, needed) in self.named(keyword, argument, here) {
                    self.dependent_required(node, name, needed);
                }
            }
            "dependentSchemas" => {
                for (name, schema) in self.named(keyword, argument, here) {
                    let id = self.child(here, &[keyword, name], schema);
                    node.object.dependent_schemas.push((self.name(name), id));
                }
            }
            "dependencies" => {
                for (name, dependency) in self.named(keyword, argument, here) {
                    if dependency.is_array() {
                        self.dependent_required(node, name, dependency);
                    } else {
                        let id = self.child(here, &[keyword, name], dependency);
                        node.object.dependent_schemas.push((self.name(name), id));
                    }
                }
            }
            _ => {}
        }
    }

    fn required(&mut self, node: &mut Node, argument: &Value, here: &Here) {
        let Value::Array(names) = argument else {
            // A Swagger 2.0 parameter has its own boolean `required`.
            let is_of_parameter = here.dialect == Dialect::Swagger2
                && (argument.is_boolean()
                    || self
                        .value_at(&here.place)
                        .is_some_and(|it| it.get("in").is_some()));
            if !is_of_parameter {
                let expected = "a list of property names, next to the `properties`";
                self.argument("required", expected, here);
            }
            return;
        };
        let mut seen = std::collections::BTreeSet::new();
        for name in names {
            if let Some(twice) = name.as_str().filter(|name| !seen.insert(*name)) {
                let place = self.at(here, &["required"]);
                let message = format!("`required` lists `{twice}` twice");
                self.problem(place, ProblemKind::Description(message));
            }
            match name.as_str() {
                Some(name) => node.object.required.push(Required {
                    name: self.name(name),
                    except: None,
                }),
                None => self.argument("required", "a list of property names", here),
            }
        }
    }

    fn dependent_required(&mut self, node: &mut Node, name: &str, needed: &Value) {
        let needed = one_or_many(needed)
            .iter()
            .filter_map(Value::as_str)
            .map(|name| self.name(name))
            .collect();
        node.object
            .dependent_required
            .push((self.name(name), needed));
    }
}
