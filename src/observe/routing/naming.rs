//! What the schemas of an object say about one of its keys.

use crate::schema::{Evaluated, Graph, NodeId};

/// What the schemas that apply to an object say about a member by its name, whatever its value.
#[derive(Debug)]
pub(crate) struct Naming {
    /// The schemas that apply to the value.
    pub(crate) below: Vec<NodeId>,
    /// Whether some schema declares the property; otherwise the key is data.
    pub(crate) is_named: bool,
    /// Whether `properties` or `patternProperties` of some schema match.
    is_matched: bool,
    /// The schemas that allow declared members only, and not this one.
    pub(crate) closed: Vec<NodeId>,
    /// The schemas whose `propertyNames` rejects the name.
    pub(crate) misnamed: Vec<NodeId>,
}

impl Naming {
    /// `below` is an empty list, which may be a reused buffer.
    pub(crate) fn of(graph: &Graph, applicable: &[NodeId], name: &str, below: Vec<NodeId>) -> Self {
        let mut naming = Self {
            below,
            is_named: false,
            is_matched: false,
            closed: Vec::new(),
            misnamed: Vec::new(),
        };
        for &id in applicable {
            let node = graph.node(id);
            let rules = &node.object;
            if let Some(names) = rules.property_names
                && !graph.accepts_name(names, name)
            {
                naming.misnamed.push(id);
            }
            naming.is_named |= rules.properties.contains_key(name)
                || rules.required.iter().any(|known| *known.name == *name);
            let mut is_matched = false;
            for target in node.named_schemas(name) {
                is_matched = true;
                naming.apply(target);
            }
            naming.is_matched |= is_matched;
            match rules.additional {
                Some(rest) if !is_matched && graph.node(rest).never => naming.closed.push(id),
                Some(rest) if !is_matched => naming.apply(rest),
                Some(_) | None => {}
            }
        }
        naming
    }

    /// Handles `unevaluatedProperties` of a schema: its argument applies if the schema does not evaluate the
    /// member.
    pub(crate) fn leave(
        &mut self,
        graph: &Graph,
        name: &str,
        id: NodeId,
        rest: NodeId,
        evaluated: &Evaluated,
    ) {
        if evaluated.has_member(graph, name) {
            return;
        }
        match graph.node(rest).never {
            true => self.closed.push(id),
            false => self.apply(rest),
        }
    }

    /// Adds a schema that applies to the value.
    pub(crate) fn apply(&mut self, schema: NodeId) {
        if !self.below.contains(&schema) {
            self.below.push(schema);
        }
    }

    /// Whether any schema declares or constrains the value.
    pub(crate) fn is_asked(&self, graph: &Graph) -> bool {
        self.is_named || self.is_matched || self.below.iter().any(|id| !graph.node(*id).is_open())
    }
}
