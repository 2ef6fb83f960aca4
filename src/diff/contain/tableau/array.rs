//! The last step for a branch of arrays: determines the elements, and whether each of them is possible.

use serde_json::Value;

use crate::diff::contain::shrink::size;
use super::expand::Branch;
use super::{Goal, Literal, Outcome, Tableau};

/// The limit on elements to build.
const LONGEST: u64 = 2_000;

/// The size limit for an array, in bytes of JSON text.
const BYTES: usize = 400_000;

/// The limit on positions that are tried for an element.
const POSITIONS: usize = 16;

impl Tableau<'_> {
    /// An array for a fully expanded branch.
    pub(super) fn array(&mut self, branch: &Branch, goal: Goal<'_>) -> Outcome {
        if !self.spend() {
            return Outcome::Unknown;
        }
        if branch.is_closed() {
            return Outcome::Empty;
        }
        // The distinguished positions; the one after them represents all the others.
        let maps = branch.maps.iter();
        let prefixes = maps.map(|map| self.scope(*map).node(map.node).array.prefix.len());
        let listed = prefixes.max().unwrap_or(0);
        if let [rest @ .., (from, literal)] = branch.some_elements.as_slice() {
            let mut part = branch.clone();
            part.some_elements = rest.to_vec();
            // After the listed positions, each such element may have a position of its own or share one.
            let taken = part
                .at
                .iter()
                .map(|(index, _)| index + 1)
                .max()
                .unwrap_or(0);
            let end = listed.max(taken).max(*from);
            let positions = (*from..=end).take(POSITIONS);
            let are_all = end - *from < POSITIONS;
            let outcome = self.any_of(positions, |tableau, index| {
                let mut part = part.clone();
                part.at.push((index, *literal));
                part.least = part.least.max(index as u64 + 1);
                tableau.array(&part, goal)
            });
            return match outcome {
                Outcome::Empty if !are_all => Outcome::Unknown,
                outcome => outcome,
            };
        }
        let told_apart = branch
            .at
            .iter()
            .map(|(index, _)| index + 1)
            .max()
            .unwrap_or(0);
        let told_apart = told_apart.max(listed);
        let mut most = branch.most;
        let mut elements: Vec<Option<Value>> = Vec::new();
        for index in 0..=told_apart {
            if most.is_some_and(|most| index as u64 >= most) {
                break;
            }
            let literals = self.element(branch, index);
            match self.solve(literals) {
                Outcome::Empty if (index as u64) < branch.least => return Outcome::Empty,
                Outcome::Empty => {
                    most = Some(index as u64);
                    break;
                }
                Outcome::Found(value) => elements.push(Some(value)),
                Outcome::Unknown => elements.push(None),
            }
        }
        if branch.is_unique && self.repeats(branch, told_apart) {
            return Outcome::Empty;
        }
        if most.is_some_and(|most| branch.least > most) {
            return Outcome::Empty;
        }
        // The shortest length, and one more than the distinguished positions.
        let longer = (told_apart as u64 + 1).max(branch.least);
        let lengths = [branch.least, branch.least.max(2), longer];
        for length in lengths.into_iter().filter(|length| *length <= LONGEST) {
            if most.is_some_and(|most| length > most) {
                continue;
            }
            let at = |index: u64| {
                let index = usize::try_from(index).ok()?.min(told_apart);
                elements.get(index).cloned().flatten()
            };
            let size = |element: &Option<Value>| element.as_ref().map_or(0, size);
            let longest = elements.iter().map(size).max().unwrap_or(0);
            if longest.saturating_mul(usize::try_from(length).unwrap_or(usize::MAX)) > BYTES {
                continue;
            }
            let array: Option<Vec<Value>> = (0..length).map(at).collect();
            let Some(array) = array else { continue };
            let array = Value::Array(array);
            if self.satisfies(goal, &array) {
                return Outcome::Found(array);
            }
        }
        Outcome::Unknown
    }

    /// The literals of the element at a position.
    fn element(&self, branch: &Branch, index: usize) -> Vec<Literal> {
        let mut literals: Vec<Literal> = Vec::new();
        for map in &branch.maps {
            let array = &self.scope(*map).node(map.node).array;
            let node = self.scope(*map).node(map.node);
            literals.extend(node.element_schema(index).map(|id| map.of(id, true)));
            // If nothing else evaluates elements, the rest is unevaluated.
            if let Some(rest) = array.unevaluated
                && node.element_schema(index).is_none()
                && self.evaluates_by_position(*map)
            {
                let scope = self.scope(*map);
                let is_never = scope.node(scope.resolve(rest)).never;
                match array.contains {
                    _ if self.parts_take(*map, index) => {}
                    // Elements that match `contains` are evaluated.
                    Some(contains) if is_never => literals.push(map.of(contains.node, true)),
                    Some(_) => {}
                    None => literals.push(map.of(rest, true)),
                }
            }
        }
        let all = branch
            .all_elements
            .iter()
            .filter(|(from, _)| *from <= index);
        literals.extend(all.map(|(_, literal)| *literal));
        let own = branch.at.iter().filter(|(at, _)| *at == index);
        literals.extend(own.map(|(_, literal)| *literal));
        literals
    }

    /// Whether positions alone determine which elements a schema evaluates.
    fn evaluates_by_position(&self, literal: Literal) -> bool {
        let scope = self.scope(literal);
        let parts = scope.graph.sure_parts(literal.node);
        self.evaluates_by_name(literal)
            && parts.iter().all(|id| {
                let array = &scope.node(*id).array;
                *id == literal.node || (array.contains.is_none() && array.unevaluated.is_none())
            })
    }

    /// Whether a schema that always applies has a subschema for the element.
    fn parts_take(&self, literal: Literal, index: usize) -> bool {
        let scope = self.scope(literal);
        let parts = scope.graph.sure_parts(literal.node);
        let mut nodes = parts.iter().map(|id| scope.node(*id));
        nodes.any(|node| node.element_schema(index).is_some())
    }

    /// Whether arrays with unique elements would need more distinct values than there are.
    fn repeats(&self, branch: &Branch, told_apart: usize) -> bool {
        if branch.least < 2 || told_apart > 0 {
            return false;
        }
        let literals = self.element(branch, 0);
        !literals.is_empty()
            && self
                .few(&literals)
                .is_some_and(|values| (values.len() as u64) < branch.least)
    }
}
