//! Proofs for members of objects, by classes of names: declared names, each pattern, and other names.

use std::rc::Rc;
use std::sync::Arc;

use crate::json::Kind;
use crate::schema::NodeId;

use super::accepts;
use super::case::Case;
use super::kinds::Kinds;
use super::prove::Prover;

impl Prover<'_> {
    /// Whether the members of every object of a case conform to `right`.
    pub(super) fn members_hold(&mut self, case: &Case, right: NodeId) -> bool {
        let object = &self.new.node(right).object;
        let side = self.new.side;
        self.unevaluated_hold(case, right)
            && object
                .required
                .iter()
                .filter(|required| required.holds_on(side))
                .all(|required| case.requires(self.old, &required.name))
            && object
                .dependent_required
                .iter()
                .all(|(name, needed)| self.dependents_hold(case, name, needed))
            && object
                .dependent_schemas
                .iter()
                .all(|(name, schema)| self.is_absent(case, name) || self.prove_case(case, *schema))
            && object
                .property_names
                .is_none_or(|names| self.names_hold(case, names))
            && self.named_hold(case, right)
            && self.patterns_hold(case, right)
    }

    /// `dependentRequired`: whether the needed members are present whenever `name` is.
    pub(super) fn dependents_hold(&mut self, case: &Case, name: &str, needed: &[Arc<str>]) -> bool {
        let is_known = case.nodes_in(self.old).any(|left| {
            let mut dependencies = left.object.dependent_required.iter();
            dependencies.any(|(known, has)| {
                **known == *name && needed.iter().all(|needed| has.contains(needed))
            })
        });
        is_known
            || needed.iter().all(|needed| case.requires(self.old, needed))
            || self.is_absent(case, name)
    }

    /// Members with a name that either side declares.
    fn named_hold(&mut self, case: &Case, right: NodeId) -> bool {
        let node = self.new.node(right);
        let mut names = case.names(self.old);
        for name in node.object.properties.keys() {
            if !names.contains(name) {
                names.push(Arc::clone(name));
            }
        }
        names
            .iter()
            .all(|name| self.member_holds(case, right, name))
    }

    /// Whether the member with this name, if present, conforms to `right`.
    pub(super) fn member_holds(&mut self, case: &Case, right: NodeId, name: &str) -> bool {
        let node = self.new.node(right);
        let mut schemas: Vec<NodeId> = node.named_schemas(name).collect();
        if schemas.is_empty() {
            schemas.extend(node.object.additional);
        }
        if schemas.is_empty() || self.is_absent(case, name) {
            return true;
        }
        let nots = self.excluded_of_member(case, name);
        let pin = case.pins.iter().find(|(pin, _)| **pin == *name);
        let pin = pin.map(|(_, value)| value);
        schemas.into_iter().all(|schema| match pin {
            Some(value) => accepts(self.new, schema, value),
            None => {
                let left = case.property(self.old, name);
                self.prove(&left, schema)
                    || (!nots.is_empty() && self.prove_without(&left, &nots, schema))
            }
        })
    }

    /// Schemas that a member cannot match because the case excludes them for the object. Such a schema
    /// constrains only this one property, so the property must be the reason for the exclusion.
    fn excluded_of_member(&self, case: &Case, name: &str) -> Vec<NodeId> {
        let nots = case.nots.iter().filter_map(|not| {
            let node = self.old.node(self.old.resolve(*not));
            let object = &node.object;
            let is_of_members = node
                .types
                .is_none_or(|types| Kinds::OBJECT.within(Kinds::of(types)))
                && !node.never
                && node.values.is_none()
                && node.constant.is_none()
                && node.in_place().is_empty()
                && !node
                    .lengths
                    .iter()
                    .any(|length| length.kind == Kind::Object)
                && object.patterns.is_empty()
                && object.additional.is_none()
                && object.unevaluated.is_none()
                && object.property_names.is_none()
                && object.dependent_required.is_empty()
                && object.properties.len() == 1;
            let required = &object.required;
            (is_of_members
                && case.requires(self.old, name)
                && required
                    .iter()
                    .all(|required| case.requires(self.old, &required.name)))
            .then(|| object.properties.get(name).copied())
            .flatten()
        });
        nots.collect()
    }

    /// Whether every value of all of `left` that matches none of `nots` is a value of `right`.
    fn prove_without(&mut self, left: &[NodeId], nots: &[NodeId], right: NodeId) -> bool {
        let cases = super::case::cases(self.old, left);
        cases.into_iter().all(|mut case| {
            case.exclude(self.old, nots);
            case.kinds.is_empty() || self.is_empty(&case, 3) || self.prove_case(&case, right)
        })
    }

    /// `unevaluatedProperties`: whether it accepts every member that is not evaluated.
    fn unevaluated_hold(&mut self, case: &Case, right: NodeId) -> bool {
        let Some(rest) = self.new.node(right).object.unevaluated else {
            return true;
        };
        let parts = self.new.graph.sure_parts(right);
        let is_evaluated = |prover: &Self, name: &str| {
            let mut nodes = parts.iter().map(|part| prover.new.node(*part));
            nodes.any(|node| {
                node.object.additional.is_some() || node.named_schemas(name).next().is_some()
            })
        };
        let names = case.names(self.old);
        let named = names.iter().all(|name| {
            is_evaluated(self, name) || self.is_absent(case, name) || {
                let left = case.property(self.old, name);
                self.prove(&left, rest)
            }
        });
        let takes_all = parts
            .iter()
            .any(|part| self.new.node(*part).object.additional.is_some());
        named && (takes_all || self.is_closed(case) || self.others_hold(case, rest))
    }

    /// Whether members that no schema of the case names conform to a schema.
    fn others_hold(&mut self, case: &Case, rest: NodeId) -> bool {
        let patterns = case.nodes_in(self.old).flat_map(|node| &node.object.patterns);
        let patterns: Vec<NodeId> = patterns.map(|(_, schema)| *schema).collect();
        let left: Vec<NodeId> = case
            .nodes_in(self.old)
            .filter_map(|node| node.object.additional)
            .collect();
        let is_left_out = self.leaves_others_out(case);
        patterns.iter().all(|schema| self.prove(&[*schema], rest))
            && (is_left_out || self.prove(&left, rest))
    }

    /// Whether a member is ignored because no schema that may apply to the object declares it.
    fn is_undeclared(&mut self, case: &Case, name: &str) -> bool {
        if self.old.declared_only && case.is_of_other_side(self.old, name) {
            return true;
        }
        self.old.declared_only
            && case.property(self.old, name).is_empty()
            && !case.requires(self.old, name)
            && !self.spoken_of(case).iter().any(|id| {
                let node = self.old.node(*id);
                self.old.rest_of(node).is_some() || node.named_schemas(name).next().is_some()
            })
    }

    /// Whether members that no schema of the case names are ignored.
    fn leaves_others_out(&mut self, case: &Case) -> bool {
        let known = case.names(self.old);
        self.old.declared_only
            && self.spoken_of(case).iter().all(|id| {
                let object = &self.old.node(*id).object;
                self.old.rest_of(self.old.node(*id)).is_none()
                    && (case.nodes.contains(id) || object.patterns.is_empty())
                    && object.properties.keys().all(|name| known.contains(name))
            })
    }

    /// The schemas that may apply to an object of the case, including `dependentSchemas` and branches that
    /// were not split. An object of one variant only has the members of that variant.
    fn spoken_of(&mut self, case: &Case) -> Rc<Vec<NodeId>> {
        if let Some(known) = self.spoken.get(&case.nodes) {
            return Rc::clone(known);
        }
        let mut spoken = case.nodes.clone();
        let mut next = 0;
        while let Some(&id) = spoken.get(next) {
            next += 1;
            let node = self.old.node(id);
            let mut inner = node.in_place();
            // A value of one branch of a `oneOf` matches no other branch; for `anyOf` it may match several.
            for branches in [node.one_of_branches()] {
                if branches.iter().any(|branch| case.nodes.contains(branch)) {
                    inner.retain(|id| !branches.contains(id));
                }
            }
            inner.retain(|id| Some(*id) != node.not);
            for id in inner {
                if !spoken.contains(&id) {
                    spoken.push(id);
                }
            }
        }
        let spoken = Rc::new(spoken);
        self.spoken.insert(case.nodes.clone(), Rc::clone(&spoken));
        spoken
    }

    /// Members with a name that neither side declares: those of each pattern, and all others.
    pub(super) fn patterns_hold(&mut self, case: &Case, right: NodeId) -> bool {
        let object = &self.new.node(right).object;
        let asked: Vec<(String, NodeId)> = object
            .patterns
            .iter()
            .map(|(pattern, schema)| (pattern.argument_text(), *schema))
            .collect();
        let rest = object.additional;
        let known: Vec<(String, NodeId)> = case
            .nodes_in(self.old)
            .flat_map(|node| &node.object.patterns)
            .map(|(pattern, schema)| (pattern.argument_text(), *schema))
            .collect();
        // A name that matches a left pattern may match any of the right patterns, or none.
        for (pattern, schema) in &known {
            let is_same = asked.iter().any(|(other, _)| other == pattern);
            let others = asked.iter().map(|(_, schema)| *schema);
            for asked in others.chain(rest.filter(|_| !is_same)) {
                if !self.prove(&[*schema], asked) {
                    return false;
                }
            }
        }
        // Other names match no left pattern, and no right pattern that is also a left one.
        let left: Vec<NodeId> = case
            .nodes_in(self.old)
            .filter_map(|node| node.object.additional)
            .collect();
        if self.is_closed(case) || self.leaves_others_out(case) {
            return true;
        }
        let others = asked
            .iter()
            .filter(|(pattern, _)| !known.iter().any(|(other, _)| other == pattern));
        for schema in others.map(|(_, schema)| *schema).chain(rest) {
            if !self.prove(&left, schema) {
                return false;
            }
        }
        true
    }

    /// Whether `propertyNames` accepts every possible member name of the case.
    pub(super) fn names_hold(&mut self, case: &Case, asked: NodeId) -> bool {
        if self.is_closed(case) {
            let names = case.names(self.old);
            return names.iter().all(|name| {
                self.is_absent(case, name) || accepts(self.new, asked, &(**name).into())
            });
        }
        let known: Vec<NodeId> = case
            .nodes_in(self.old)
            .filter_map(|node| node.object.property_names)
            .collect();
        let cases = super::case::cases(self.old, &known);
        cases.iter().all(|case| {
            let case = case.only(Kinds::STRING);
            case.kinds.is_empty() || self.prove_case(&case, asked)
        })
    }

    /// Whether objects of the case only have declared names.
    fn is_closed(&self, case: &Case) -> bool {
        case.nodes_in(self.old).any(|node| {
            let object = &node.object;
            let rest = object
                .additional
                .map(|rest| self.old.node(self.old.resolve(rest)));
            object.patterns.is_empty() && rest.is_some_and(|rest| rest.never)
        }) || case.listed_names(self.old).is_some()
    }

    /// Whether no object of the case has a property.
    pub(super) fn is_absent(&mut self, case: &Case, name: &str) -> bool {
        let is_known = |names: &[Arc<str>]| names.iter().any(|known| **known == *name);
        if self.is_undeclared(case, name) || is_known(&case.absent) {
            return true;
        }
        if case
            .listed_names(self.old)
            .is_some_and(|names| !is_known(&names))
        {
            return true;
        }
        let schemas = case.property(self.old, name);
        !case.pins.iter().any(|(pin, _)| **pin == *name)
            && schemas
                .iter()
                .any(|schema| self.old.node(self.old.resolve(*schema)).never)
    }

    /// The possible number of members, as far as their names determine it.
    pub(super) fn counts(&mut self, case: &Case) -> (u64, Option<u64>) {
        let names = case.names(self.old);
        let required = names
            .iter()
            .filter(|name| case.requires(self.old, name))
            .count();
        let most = self.is_closed(case).then(|| {
            let present = names.iter().filter(|name| !self.is_absent(case, name));
            present.count() as u64
        });
        let (lower, _) = case.lengths(self.old, Kind::Object);
        (lower.max(required as u64), most)
    }
}
