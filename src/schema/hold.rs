//! What `type`, `const` and `enum` reveal about the values that a schema accepts.

use std::sync::Arc;

use crate::json::Kind;
use crate::media_type::ContentKind;

use super::{Graph, KeywordCheck, NodeId};

/// The depth to which schemas for the same value are followed.
const DEPTH: u8 = 8;

impl Graph {
    /// Whether a schema may accept values of this kind.
    pub(crate) fn may_hold(&self, id: NodeId, kind: Kind) -> bool {
        self.may_hold_within(id, kind, DEPTH)
    }

    fn may_hold_within(&self, id: NodeId, kind: Kind, depth: u8) -> bool {
        let Some(depth) = depth.checked_sub(1) else {
            return true;
        };
        let node = self.node(id);
        let is_kind = |value: &serde_json::Value| Kind::of(value) == kind;
        let below = |id: &NodeId| self.may_hold_within(*id, kind, depth);
        let constant = node.constant.as_deref();
        let values = node.values.as_ref();
        !node.never
            && node.types.is_none_or(|types| types.may_hold(kind))
            && constant.is_none_or(is_kind)
            && values.is_none_or(|values| values.all.iter().any(is_kind))
            && node.reference.iter().chain(&node.all_of).all(below)
            && (node.any_of.is_empty() || node.any_of.iter().any(below))
            && (node.one_of.is_empty() || node.one_of.iter().any(below))
    }

    /// Whether values of a schema are bytes and no text: `format: binary`, or a media type of them.
    pub(crate) fn is_binary(&self, id: NodeId) -> bool {
        self.parts(id).into_iter().any(|id| {
            let node = self.node(id);
            let is_format = |check: &Arc<KeywordCheck>| {
                check.keyword == "format" && check.argument.as_str() == Some("binary")
            };
            let content = node.annotations().into_iter().flat_map(|annotations| &annotations.content);
            let mut types = content.filter(|(keyword, _)| *keyword == "contentMediaType");
            node.checks.iter().any(is_format)
                || types.any(|(_, media_type)| ContentKind::of(media_type) == ContentKind::Other)
        })
    }

    /// The strings that `const` or `enum` allow for a property of an object; `None` if the schema does not
    /// fix it.
    pub(crate) fn fixed_texts(&self, id: NodeId, property: &str) -> Option<Vec<String>> {
        self.fixed_texts_within(id, property, DEPTH)
    }

    fn fixed_texts_within(&self, id: NodeId, property: &str, depth: u8) -> Option<Vec<String>> {
        let depth = depth.checked_sub(1)?;
        let node = self.node(id);
        if let Some(property) = node.object.properties.get(property) {
            let property = self.node(self.resolve(*property));
            if let Some(constant) = &property.constant {
                return constant.as_str().map(|text| vec![text.to_owned()]);
            }
            if let Some(values) = &property.values {
                return Some(values.strings().map(str::to_owned).collect());
            }
        }
        node.reference
            .iter()
            .chain(&node.all_of)
            .find_map(|next| self.fixed_texts_within(*next, property, depth))
    }
}
