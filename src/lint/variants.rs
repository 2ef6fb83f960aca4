//! Variants of a discriminated union that their schemas alone do not distinguish.

use crate::json::Kind;
use crate::schema::{Graph, Node, NodeId};

use super::{LintFact, LintKind};

pub(super) fn facts(graph: &Graph) -> Vec<LintFact> {
    let nodes = graph.iter();
    nodes
        .filter_map(|(_, node)| {
            let kind = alike(graph, node)?;
            let mut place = (*node.place).clone();
            place.pointer.push_key("discriminator");
            Some(LintFact { place, kind })
        })
        .collect()
}

/// The variants that do not fix the tag, or fix it to the same value as another one.
fn alike(graph: &Graph, node: &Node) -> Option<LintKind> {
    let discriminator = node
        .discriminator
        .as_ref()
        .filter(|known| !known.is_inherited)?;
    // A value that is not an object, such as null, has no tag.
    let branches = node.one_of.iter().chain(&node.any_of).copied();
    let branches: Vec<NodeId> = branches
        .filter(|branch| graph.may_hold(*branch, Kind::Object))
        .collect();
    let tags: Vec<Option<Vec<String>>> = branches
        .iter()
        .map(|branch| graph.fixed_texts(*branch, &discriminator.property))
        .collect();
    let is_alone = |at: usize| {
        tags[at].as_ref().is_some_and(|own| {
            let others = tags.iter().enumerate().filter(|(other, _)| *other != at);
            let others: Vec<&String> = others.filter_map(|(_, t)| t.as_ref()).flatten().collect();
            !own.iter().any(|tag| others.contains(&tag))
        })
    };
    let variants: Vec<String> = branches
        .iter()
        .enumerate()
        .filter(|(at, _)| !is_alone(*at))
        .map(|(_, branch)| graph.label(*branch))
        .collect();
    (branches.len() > 1 && !variants.is_empty()).then(|| LintKind::Untagged {
        property: discriminator.property.to_string(),
        variants,
    })
}
