//! Splits cases along what the branches of the right side distinguish.

use std::sync::Arc;

use serde_json::Value;

use crate::json::Kind;
use crate::schema::NodeId;

use super::case::Case;
use super::kinds::Kinds;
use super::prove::Prover;

impl Prover<'_> {
    /// The schemas of the right side that apply to a value of some branch, including those under `not` and
    /// conditions.
    fn met(&self, branches: &[NodeId]) -> Vec<NodeId> {
        const MOST: usize = 64;
        let mut met: Vec<NodeId> = branches.to_vec();
        let mut next = 0;
        while let Some(&id) = met.get(next) {
            next += 1;
            for inner in self.new.node(id).in_place() {
                if met.len() < MOST && !met.contains(&inner) {
                    met.push(inner);
                }
            }
        }
        met
    }

    /// Splits at the first length within the case where the answer of a branch changes.
    pub(super) fn split_by_length(&self, case: &Case, branches: &[NodeId]) -> Option<Vec<Case>> {
        let kind = match case.kinds {
            Kinds::ARRAY => Kind::Array,
            Kinds::OBJECT => Kind::Object,
            _ => return None,
        };
        let (lower, upper) = case.lengths(self.old, kind);
        let met = self.met(branches);
        let cuts = met.iter().flat_map(|id| {
            let node = self.new.node(*id);
            let lengths = node.lengths.iter().filter(|length| length.kind == kind);
            let lengths = lengths.map(|length| match length.is_maximum {
                true => length.limit.saturating_add(1),
                false => length.limit,
            });
            // The empty array or object, if it is listed.
            let listed = node.values.iter().flat_map(|values| &values.all);
            let mut listed = listed.chain(node.constant.as_deref());
            let empty = listed.any(|value| match value {
                Value::Array(elements) => elements.is_empty() && kind == Kind::Array,
                Value::Object(members) => members.is_empty() && kind == Kind::Object,
                _ => false,
            });
            lengths.chain(empty.then_some(1)).collect::<Vec<_>>()
        });
        let cut = cuts
            .filter(|cut| *cut > lower && upper.is_none_or(|upper| *cut <= upper))
            .min()?;
        let (mut below, mut above) = (case.clone(), case.clone());
        below.spans.push((kind, lower, Some(cut - 1)));
        above.spans.push((kind, cut, upper));
        Some(vec![below, above])
    }

    /// Splits by the presence of a member that some branch requires.
    pub(super) fn split_by_member(&self, case: &Case, branches: &[NodeId]) -> Option<Vec<Case>> {
        const MOST: usize = 4;
        if case.present.len() + case.absent.len() >= MOST {
            return None;
        }
        let met = self.met(branches);
        let asked = met.iter().flat_map(|id| {
            let object = &self.new.node(*id).object;
            let required = object.required.iter().map(|required| &required.name);
            let forbidden = object.properties.keys().filter(|name| {
                let schema = object.properties.get(*name);
                schema.is_some_and(|id| self.new.node(self.new.resolve(*id)).never)
            });
            let dependent = object.dependent_required.iter().map(|(name, _)| name);
            required.chain(dependent).chain(forbidden)
        });
        let is_open =
            |name: &&Arc<str>| !case.requires(self.old, name) && !case.absent.contains(*name);
        let name = asked.into_iter().find(is_open)?;
        let (mut with, mut without) = (case.clone(), case.clone());
        with.present.push(Arc::clone(name));
        without.absent.push(Arc::clone(name));
        Some(vec![with, without])
    }
}
