//! Variants of `oneOf` and `anyOf`, and the properties that tell them apart.

use std::collections::BTreeSet;

use crate::contract::Contract;
use crate::schema::{Graph, NodeId, Place};
use crate::source::edit::Operation;

use super::at::At;
use super::worded::Worded;

/// Lets a value match several variants.
pub(super) fn relaxed(at: &At<'_>) -> Result<Worded, String> {
    if at.value.get("oneOf").is_none() {
        return Err(at.lacks("oneOf"));
    }
    if at.value.get("anyOf").is_some() {
        return Err(format!("{} already has an `anyOf`", at.name()));
    }
    let operation = Operation::Rename {
        path: at.path(&["oneOf"]),
        name: "anyOf".to_owned(),
    };
    let words = format!(
        "replace `oneOf` of {} by `anyOf`, since values match several variants",
        at.name()
    );
    Ok((vec![operation], words))
}

/// Whether a property of a schema tells variants apart: the discriminator of a union, or fixed texts in a branch.
pub(super) fn is_tag(contract: &Contract, place: &Place, property: &str) -> bool {
    let graph = &contract.graph;
    graph.iter().any(|(id, node)| {
        let branches: Vec<NodeId> = node.any_of.iter().chain(&node.one_of).copied().collect();
        let discriminator = node.discriminator.as_deref();
        let named = discriminator.filter(|known| *known.property == *property);
        if let Some(discriminator) = named {
            let mapped = discriminator.mapping.iter().map(|(_, schema)| *schema);
            let roots = mapped.chain(branches).chain([id]);
            return roots.into_iter().any(|root| applies(graph, root, place));
        }
        branches.len() > 1
            && branches.iter().any(|branch| {
                graph.fixed_texts(*branch, property).is_some() && applies(graph, *branch, place)
            })
    })
}

/// Whether a schema applies the one at a place to the same value.
fn applies(graph: &Graph, root: NodeId, place: &Place) -> bool {
    let mut known = BTreeSet::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        if !known.insert(id) {
            continue;
        }
        let node = graph.node(id);
        if *node.place == *place {
            return true;
        }
        let in_place = node.applications().filter(|(how, _)| how.is_in_place());
        open.extend(in_place.map(|(_, id)| id));
    }
    false
}
