//! Whether the values of some schemas stay unchanged.

use crate::diff::Edge;
use crate::diff::view::Kinds;

use crate::migrate::object::named;
use super::compile::{Rest, has_patterns, names, others, spelled};
use super::{Plan, Schemas};

impl Plan<'_> {
    /// Whether every value of these schemas stays unchanged, unless it does not conform to the new ones.
    pub(super) fn is_clean(&mut self, schemas: &Schemas) -> bool {
        let schemas = self.resolved(schemas);
        let key = (schemas.old.clone(), schemas.new.clone());
        if let Some(known) = self.clean.get(&key) {
            return *known;
        }
        // Recursive schemas are assumed to be clean while they are examined.
        self.clean.insert(key.clone(), true);
        let is_clean = self.looks_clean(&schemas);
        if is_clean {
            return true;
        }
        // What was found clean under this assumption may not be.
        self.clean.retain(|_, is_clean| !*is_clean);
        self.clean.insert(key, false);
        false
    }

    fn looks_clean(&mut self, schemas: &Schemas) -> bool {
        let alignment = self.rewriter.alignment;
        let pair = alignment.find(&schemas.old, &schemas.new);
        let pair = pair.map(|id| &alignment.pairs[id]);
        if pair.is_some_and(|pair| !pair.moves.is_empty()) {
            return false;
        }
        // The value determines which variant it is.
        let mut leads = pair.into_iter().flat_map(|pair| &pair.leads);
        if leads.any(|(edge, _)| *edge == Edge::Same) {
            return false;
        }
        let views = self.views(schemas);
        if has_patterns(&views) {
            return false;
        }
        let (was, is) = (views.old.all_kinds(3), views.new.all_kinds(3));
        if !spelled(&views.new).is_empty() || !was.without(is).is_empty() {
            return false;
        }
        let elements = self.elements(&views);
        let names = names(&views);
        let members: Vec<(Schemas, bool)> = names
            .iter()
            .map(|name| {
                let schemas = Schemas {
                    old: named(&views.old, name),
                    new: named(&views.new, name),
                };
                let stays = views.new.declares(name) || !schemas.new.is_empty();
                (schemas, stays)
            })
            .collect();
        let was_required = views.old.required();
        let mut required = views.new.required().into_iter();
        let is_added = required.any(|name| !was_required.contains(&name));
        let others = others(&views);
        let takes_objects = is.has(Kinds::OBJECT);
        if takes_objects && (is_added || !members.iter().all(|(_, stays)| *stays)) {
            return false;
        }
        let others = match others {
            Rest::Kept => None,
            Rest::Rewritten(schemas) => Some(schemas),
            Rest::Dropped => return !takes_objects,
        };
        let Some(elements) = elements else {
            return false;
        };
        let below = members.into_iter().map(|(schemas, _)| schemas);
        let mut below = below.chain([elements]).chain(others);
        below.all(|schemas| self.is_clean(&schemas))
    }
}
