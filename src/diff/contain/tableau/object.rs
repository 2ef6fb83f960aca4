//! The last step for a branch of objects: determines the members, and whether each of them is possible.

use std::sync::Arc;

use serde_json::{Map, Value};

use crate::location::Side;
use crate::schema::{Node, NodeId};

use crate::diff::contain::accepts;
use crate::diff::contain::pool::Pool;
use crate::diff::contain::text;
use super::expand::{Branch, SomeMember};
use super::{Goal, Literal, Outcome, Tableau};

/// The number of schemas from which names are collected.
const NEAR: usize = 40;

/// The limit on members that are added to reach a count.
const ADDED: u64 = 64;

impl Tableau<'_> {
    /// An object for a fully expanded branch.
    pub(super) fn object(&mut self, branch: &Branch, goal: Goal<'_>) -> Outcome {
        if !self.spend() || branch.is_closed() {
            return match branch.is_closed() {
                true => Outcome::Empty,
                false => Outcome::Unknown,
            };
        }
        let mut object = Map::new();
        let mut is_sure = true;
        for name in &branch.present {
            match self.member(branch, name) {
                Outcome::Empty => return Outcome::Empty,
                Outcome::Found(value) => {
                    object.insert(name.to_string(), value);
                }
                Outcome::Unknown => is_sure = false,
            }
        }
        if let [rest @ .., some] = branch.some_members.as_slice() {
            let mut rest_of = branch.clone();
            rest_of.some_members = rest.to_vec();
            return self.some_member(&rest_of, *some, goal);
        }
        let count = branch.present.len() as u64;
        if branch.most.is_some_and(|most| count > most) {
            return Outcome::Empty;
        }
        if count < branch.least {
            match self.fill(branch, &mut object) {
                Outcome::Empty => return Outcome::Empty,
                Outcome::Unknown => is_sure = false,
                Outcome::Found(_) => {}
            }
        }
        let object = Value::Object(object);
        match is_sure && self.satisfies(goal, &object) {
            true => Outcome::Found(object),
            false => Outcome::Unknown,
        }
    }

    /// Adds members until there are enough; returns `Empty` if there cannot be enough.
    fn fill(&mut self, branch: &Branch, object: &mut Map<String, Value>) -> Outcome {
        let mut names = self.universe(branch);
        names.retain(|name| !branch.present.contains(name) && !branch.is_absent(name));
        let mut possible = branch.present.len() as u64;
        for name in &names {
            let value = self.member(branch, name);
            if value != Outcome::Empty {
                possible += 1;
            }
            if let Outcome::Found(value) = value
                && (object.len() as u64) < branch.least
            {
                object.insert(name.to_string(), value);
            }
        }
        let takes_others = self.takes_others(branch);
        if !takes_others && possible < branch.least {
            return Outcome::Empty;
        }
        for index in 0..ADDED.min(branch.least) {
            let name: Arc<str> = format!("member{index}").into();
            if takes_others
                && (object.len() as u64) < branch.least
                && let Outcome::Found(value) = self.member(branch, &name)
            {
                object.insert(name.to_string(), value);
            }
        }
        match object.len() as u64 >= branch.least {
            true => Outcome::Found(Value::Null),
            false => Outcome::Unknown,
        }
    }

    /// The value of a member that is present.
    fn member(&mut self, branch: &Branch, name: &Arc<str>) -> Outcome {
        let text = Value::from(&**name);
        let is_named =
            |literal: &Literal| accepts(self.scope(*literal), literal.node, &text) == literal.holds;
        if !branch.names.iter().all(is_named) || self.is_left_out(branch, name) {
            return Outcome::Empty;
        }
        let mut literals: Vec<Literal> = Vec::new();
        for map in &branch.maps {
            literals.extend(self.of_map(*map, name));
        }
        let own = branch.members.iter().filter(|(known, _)| known == name);
        literals.extend(own.map(|(_, literal)| *literal));
        self.solve(literals)
    }

    /// What a schema that holds requires of a member.
    fn of_map(&self, map: Literal, name: &str) -> Vec<Literal> {
        let node = self.scope(map).node(map.node);
        let mut schemas: Vec<NodeId> = node.named_schemas(name).collect();
        if schemas.is_empty() {
            schemas.extend(node.object.additional);
        }
        if let Some(rest) = node.object.unevaluated
            && self.evaluates_by_name(map)
            && !self.is_evaluated(map, name)
        {
            schemas.push(rest);
        }
        schemas.into_iter().map(|id| map.of(id, true)).collect()
    }

    /// Whether names alone determine which members a schema with `unevaluatedProperties` evaluates.
    pub(super) fn evaluates_by_name(&self, literal: Literal) -> bool {
        let scope = self.scope(literal);
        let mut seen = vec![literal.node];
        let mut next = 0;
        while let Some(&id) = seen.get(next) {
            next += 1;
            let node = scope.node(id);
            let has_choice = !node.any_of_branches().is_empty()
                || !node.one_of_branches().is_empty()
                || node.conditional.is_some()
                || !node.object.dependent_schemas.is_empty()
                || (id != literal.node && node.object.unevaluated.is_some());
            if has_choice {
                return false;
            }
            for id in node.reference.iter().chain(&node.all_of) {
                if !seen.contains(id) {
                    seen.push(*id);
                }
            }
        }
        true
    }

    /// Whether a schema, or one that it always applies, declares a member.
    fn is_evaluated(&self, literal: Literal, name: &str) -> bool {
        let scope = self.scope(literal);
        let parts = scope.graph.sure_parts(literal.node);
        parts.iter().map(|id| scope.node(*id)).any(|node| {
            node.object.additional.is_some() || node.named_schemas(name).next().is_some()
        })
    }

    /// Whether a member is never sent: only declared members count, and no applicable schema of the old side
    /// declares it.
    fn is_left_out(&self, branch: &Branch, name: &str) -> bool {
        if !self.old.declared_only {
            return false;
        }
        let own = branch
            .done
            .iter()
            .filter(|literal| literal.is_old && literal.holds);
        let requires = |node: &Node| {
            let object = &node.object;
            let mut required = object.required.iter();
            let mut needed = object
                .dependent_required
                .iter()
                .flat_map(|(_, needed)| needed);
            required.any(|own| *own.name == *name && own.holds_on(self.old.side))
                || needed.any(|needed| **needed == *name)
        };
        let speaks = |node: &Node| {
            node.named_schemas(name).next().is_some() || self.old.rest_of(node).is_some()
        };
        let own: Vec<&Node> = own.map(|literal| self.old.node(literal.node)).collect();
        if own.iter().any(|node| requires(node)) {
            return false;
        }
        let siblings = branch.siblings.iter().filter(|literal| literal.is_old);
        let is_of_sibling = siblings
            .flat_map(|literal| self.old.graph.sure_parts(literal.node))
            .any(|id| speaks(self.old.node(id)));
        (!is_of_sibling && !own.iter().any(|node| speaks(node)))
            || self.is_of_other_side(branch, name)
    }

    /// Whether a member is read-only in a request, or write-only in a response.
    fn is_of_other_side(&self, branch: &Branch, name: &str) -> bool {
        let Some(side) = self.old.side else {
            return false;
        };
        let is_other = |mut id: NodeId| {
            loop {
                let node = self.old.node(id);
                let is_other = match side {
                    Side::Request => node.read_only,
                    Side::Response => node.write_only,
                };
                match node.reference.filter(|_| node.is_reference()) {
                    _ if is_other => return true,
                    Some(target) => id = target,
                    None => return false,
                }
            }
        };
        let mut own = branch
            .done
            .iter()
            .filter(|literal| literal.is_old && literal.holds);
        own.any(|literal| {
            let node = self.old.node(literal.node);
            node.named_schemas(name).any(is_other)
        })
    }

    /// Every name mentioned in the branch.
    fn universe(&self, branch: &Branch) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = Vec::new();
        let mut add = |name: &Arc<str>| {
            if !names.contains(name) {
                names.push(Arc::clone(name));
            }
        };
        branch.present.iter().for_each(&mut add);
        branch.members.iter().for_each(|(name, _)| add(name));
        for literal in &branch.done {
            let node = self.scope(*literal).node(literal.node);
            node.object.properties.keys().for_each(&mut add);
        }
        for literal in branch.names.iter().filter(|literal| literal.holds) {
            for name in self.listed_names(*literal).unwrap_or_default() {
                add(&name);
            }
        }
        names
    }

    /// The names that a schema for names lists.
    fn listed_names(&self, literal: Literal) -> Option<Vec<Arc<str>>> {
        let literal = literal.of(self.scope(literal).resolve(literal.node), literal.holds);
        let values = self.listed(&[literal], super::Kinds::STRING)?;
        Some(
            values
                .iter()
                .filter_map(Value::as_str)
                .map(Arc::from)
                .collect(),
        )
    }

    /// Whether members may have names that are not mentioned.
    fn takes_others(&self, branch: &Branch) -> bool {
        let is_never = |map: &Literal, id: Option<NodeId>| {
            let scope = self.scope(*map);
            id.is_some_and(|id| scope.node(scope.resolve(id)).never)
        };
        let is_closed = branch.maps.iter().any(|map| {
            let object = &self.scope(*map).node(map.node).object;
            object.patterns.is_empty()
                && (is_never(map, object.additional)
                    || (is_never(map, object.unevaluated)
                        && self.evaluates_by_name(*map)
                        && self.is_closed_by_parts(*map)))
        });
        let lists_names = branch.names.iter().any(|literal| {
            literal.holds
                && (self.listed_names(*literal).is_some() || is_never(literal, Some(literal.node)))
        });
        !is_closed && !lists_names
    }

    /// Whether the schemas that a schema always applies have neither patterns nor a schema for other members.
    fn is_closed_by_parts(&self, literal: Literal) -> bool {
        let scope = self.scope(literal);
        let parts = scope.graph.sure_parts(literal.node);
        parts
            .iter()
            .map(|id| scope.node(*id))
            .all(|node| node.object.patterns.is_empty() && node.object.additional.is_none())
    }

    /// Tries the possible names of a member.
    fn some_member(&mut self, branch: &Branch, some: SomeMember, goal: Goal<'_>) -> Outcome {
        let fits = |tableau: &Self, name: &str| match some {
            SomeMember::Matching(map, index, _) => {
                let node = tableau.scope(map).node(map.node);
                node.object.patterns[index].0.accepts_text(name)
            }
            SomeMember::Other(map, _) => {
                let node = tableau.scope(map).node(map.node);
                let is_unevaluated =
                    node.object.unevaluated.is_some() && node.object.additional.is_none();
                match is_unevaluated {
                    true => !tableau.is_evaluated(map, name),
                    false => node.named_schemas(name).next().is_none(),
                }
            }
            SomeMember::Named(_) => true,
        };
        let with = |name: &Arc<str>| {
            let mut part = branch.clone();
            part.put(name);
            match some {
                SomeMember::Matching(_, _, value) | SomeMember::Other(_, value) => {
                    part.members.push((Arc::clone(name), value));
                }
                SomeMember::Named(_) => {}
            }
            part
        };
        let mut names = self.universe(branch);
        if let SomeMember::Named(literal) = some {
            names.extend(
                self.listed_names(literal.of(literal.node, true))
                    .unwrap_or_default(),
            );
        }
        let known = names.clone();
        names.retain(|name| {
            let is_named = match some {
                SomeMember::Named(literal) => {
                    let text = Value::from(&**name);
                    accepts(self.scope(literal), literal.node, &text) == literal.holds
                }
                _ => true,
            };
            !branch.is_absent(name) && is_named && fits(self, name)
        });
        let outcome = self.any_of(names.into_iter(), |tableau, name| {
            tableau.object(&with(&name), goal)
        });
        let is_full = branch
            .most
            .is_some_and(|most| branch.present.len() as u64 >= most);
        if matches!(outcome, Outcome::Found(_)) || is_full || !self.takes_others(branch) {
            return outcome;
        }
        // A name that is not mentioned: this one, and what holds for every name.
        if let Some(name) = self.fresh_name(branch, some, &known)
            && fits(self, &name)
        {
            let found = self.object(&with(&name), goal);
            if matches!(found, Outcome::Found(_)) {
                return found;
            }
        }
        match self.is_no_other(branch, some, &known) {
            true => outcome,
            false => Outcome::Unknown,
        }
    }

    /// Whether a member with an unmentioned name is impossible.
    fn is_no_other(&mut self, branch: &Branch, some: SomeMember, known: &[Arc<str>]) -> bool {
        let mut names = branch.names.clone();
        if let SomeMember::Named(literal) = some {
            names.push(literal);
        }
        if !names.is_empty() && self.scalar(&names, super::Kinds::STRING) == Outcome::Empty {
            return true;
        }
        let value = match some {
            SomeMember::Matching(_, _, value) | SomeMember::Other(_, value) => value,
            SomeMember::Named(_) => {
                return self.old.declared_only && !self.speaks_of_others(branch);
            }
        };
        if self.old.declared_only && !self.speaks_of_others(branch) {
            return true;
        }
        let pattern = match some {
            SomeMember::Matching(map, index, _) => {
                let node = self.scope(map).node(map.node);
                Some(node.object.patterns[index].0.argument_text())
            }
            _ => None,
        };
        if pattern
            .as_ref()
            .is_some_and(|pattern| text::matches_only(pattern, known))
        {
            return true;
        }
        let others = match some {
            SomeMember::Other(map, _) => {
                let patterns = &self.scope(map).node(map.node).object.patterns;
                patterns
                    .iter()
                    .map(|(pattern, _)| pattern.argument_text())
                    .collect()
            }
            _ => Vec::new(),
        };
        let mut literals = vec![value];
        for map in &branch.maps {
            let object = &self.scope(*map).node(map.node).object;
            // A name of a narrower pattern certainly matches; a name without a pattern is one of the others.
            for (own, id) in &object.patterns {
                let own = own.argument_text();
                let fits = pattern.as_ref().is_some_and(|pattern| {
                    *pattern == own || text::matches_within(pattern, &own, &mut self.automata)
                });
                literals.extend(fits.then(|| map.of(*id, true)));
            }
            let fits_none = object
                .patterns
                .iter()
                .all(|(own, _)| others.contains(&own.argument_text()));
            if fits_none {
                literals.extend(object.additional.map(|id| map.of(id, true)));
            }
            if self.evaluates_by_name(*map) && self.is_closed_by_parts(*map) {
                literals.extend(object.unevaluated.map(|id| map.of(id, true)));
            }
        }
        self.solve(literals) == Outcome::Empty
    }

    /// Whether a schema of the old side that holds constrains members of any name.
    fn speaks_of_others(&self, branch: &Branch) -> bool {
        let mut own = branch
            .done
            .iter()
            .filter(|literal| literal.is_old && literal.holds);
        own.any(|literal| {
            let node = self.old.node(literal.node);
            self.old.rest_of(node).is_some() || !node.object.patterns.is_empty()
        })
    }

    /// A suitable name that is not mentioned.
    fn fresh_name(
        &self,
        branch: &Branch,
        some: SomeMember,
        known: &[Arc<str>],
    ) -> Option<Arc<str>> {
        let nodes = |is_old: bool| -> Vec<NodeId> {
            let own = branch.done.iter().chain(&branch.names);
            let own = own.filter(|literal| literal.is_old == is_old);
            own.map(|literal| literal.node).collect()
        };
        let mut names = branch.names.clone();
        if let SomeMember::Named(literal) = some {
            names.push(literal);
        }
        let pool = Pool::near(
            &[
                (self.old.graph, &nodes(true)),
                (self.new.graph, &nodes(false)),
            ],
            NEAR,
        );
        let usual = ["other", "another", "x-other"].map(str::to_owned);
        let texts = pool
            .scalars
            .iter()
            .filter_map(|value| value.as_str().map(str::to_owned));
        let candidates = usual
            .into_iter()
            .chain(pool.names.iter().cloned())
            .chain(texts);
        let is_good = |name: &String| {
            let text = Value::from(name.as_str());
            let is_named = |literal: &Literal| {
                accepts(self.scope(*literal), literal.node, &text) == literal.holds
            };
            let fits = match some {
                SomeMember::Matching(map, index, _) => {
                    let node = self.scope(map).node(map.node);
                    node.object.patterns[index].0.accepts_text(name)
                }
                SomeMember::Other(map, _) => {
                    let node = self.scope(map).node(map.node);
                    node.named_schemas(name).next().is_none()
                }
                SomeMember::Named(_) => true,
            };
            fits && names.iter().all(is_named) && !known.iter().any(|known| **known == **name)
        };
        candidates.into_iter().find(is_good).map(Arc::from)
    }
}
