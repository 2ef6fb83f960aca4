//! `nullable` of OpenAPI 3.0, and `x-nullable` of Swagger 2.0.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::location::Pointer;

use super::{Compiler, Here};
use crate::schema::{Dialect, Node, Types, Values};

impl Compiler<'_> {
    /// OpenAPI 3.0: `nullable` adds null to a `type` in the same schema. All other keywords must accept null
    /// themselves (OpenAPI 3.0.3, Schema Object, and its clarification of nullable). Most generators use it
    /// differently: `nullable` next to `allOf`, or an `enum` without null.
    pub(in crate::schema) fn nullable(&mut self, node: &mut Node, members: &Map<String, Value>, here: &Here) {
        let keyword = match here.dialect {
            Dialect::OpenApi30 => "nullable",
            Dialect::Swagger2 => "x-nullable",
            _ => return,
        };
        match members.get(keyword) {
            Some(Value::Bool(true)) => {}
            None | Some(Value::Bool(false)) => return,
            Some(_) => return self.argument(keyword, "a boolean", here),
        }
        if self.options.lenient_null {
            return self.accept_null(node);
        }
        let Some(types) = &mut node.types else {
            node.nullable_in_vain = true;
            return;
        };
        types.insert("null");
        let lists_null = |values: &Values| values.all.contains(&Value::Null);
        let is_beyond_enum = node
            .values
            .as_ref()
            .is_some_and(|values| !lists_null(values));
        // Whether the schemas it applies accept null is only known once the graph is finished.
        node.nullable_in_vain = is_beyond_enum || !node.applies_nothing_in_place();
    }

    /// Makes a schema accept null, regardless of its other keywords.
    fn accept_null(&mut self, node: &mut Node) {
        if let Some(types) = &mut node.types {
            types.insert("null");
        }
        if let Some(values) = &mut node.values
            && !values.all.contains(&Value::Null)
        {
            values.all.push(Value::Null);
        }
        if node.applies_nothing_in_place() {
            return;
        }
        // Moves everything into one branch, and adds a second branch for null.
        let mut outer = Node::new(Arc::clone(&node.place));
        outer.dialect = node.dialect;
        outer.name.clone_from(&node.name);
        outer.component = node.component;
        outer.asserts = true;
        outer.read_only = node.read_only;
        outer.write_only = node.write_only;
        outer.deprecated = node.deprecated;
        let mut null = Node::new(Arc::new(node.place.join(&Pointer::root().join("nullable"))));
        null.dialect = node.dialect;
        null.asserts = true;
        let mut types = Types::default();
        types.insert("null");
        null.types = Some(types);
        let mut inner = std::mem::replace(node, outer);
        inner.component = false;
        inner.is_leaf = false;
        node.any_of = vec![self.add(inner), self.add(null)];
    }
}
