//! `$ref`, `$dynamicRef`, `$recursiveRef`: the schema that a reference points to.

use serde_json::Value;

use super::{Compiler, Here};
use crate::schema::node::Node;
use crate::schema::{NodeId, ProblemKind};
impl<'d> Compiler<'d> {
    /// Reads a reference keyword.
    pub(super) fn reference_keyword(
        &mut self,
        node: &mut Node,
        keyword: &'d str,
        argument: &'d Value,
        here: &Here,
    ) {
        match keyword {
            "$ref" if argument.is_null() => {
                let message =
                    "`$ref` is empty: in YAML, `#` starts a comment; put the reference in quotes";
                self.refused(keyword, &[keyword], message.to_owned(), here);
            }
            "$ref" => {
                if let Some(reference) = self.text(keyword, argument, here) {
                    node.reference = self.referenced(keyword, reference, here, Self::reference);
                    node.asserts |= node.reference.is_some();
                }
            }
            "$dynamicRef" => {
                if let Some(reference) = self.text(keyword, argument, here) {
                    let target = self.referenced(keyword, reference, here, Self::dynamic);
                    node.all_of.extend(target);
                }
            }
            "$recursiveRef" => node.all_of.push(self.recursive(here)),
            _ => {}
        }
    }

    /// The target of a reference. A reference that cannot be resolved is recorded as a problem.
    fn referenced(
        &mut self,
        keyword: &str,
        reference: &str,
        here: &Here,
        resolve: impl FnOnce(&mut Self, &Here, &str) -> Result<NodeId, String>,
    ) -> Option<NodeId> {
        match resolve(self, here, reference) {
            Ok(id) => Some(id),
            Err(reason) => {
                let component = match reference.contains(['/', '.', '#']) {
                    true => None,
                    false => self.component_reference(here, reference),
                };
                let reason = match component {
                    Some(component) => format!("did you mean `{component}`?"),
                    None => reason,
                };
                let reference = reference.to_owned();
                let place = self.at(here, &[keyword]);
                self.problem(place, ProblemKind::Reference { reference, reason });
                None
            }
        }
    }
}
