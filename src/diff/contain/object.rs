//! The proof for members of objects: by classes of names (declared, each pattern, the rest).

use std::sync::Arc;

use crate::json::Kind;
use crate::schema::NodeId;

use super::accepts;
use super::case::Case;
use super::kinds::Kinds;
use super::prove::Prover;

impl Prover<'_> {
    /// Whether the members of every object of a case are as `right` asks.
    pub(super) fn members_hold(&mut self, case: &Case, right: NodeId) -> bool {
        let object = &self.new.node(right).object;
        let side = self.new.side;
        object.unevaluated.is_none()
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

    /// `dependentRequired`: whether the needed members are there where `name` is.
    pub(super) fn dependents_hold(&mut self, case: &Case, name: &str, needed: &[Arc<str>]) -> bool {
        let is_known = case.each(self.old).any(|left| {
            let mut dependencies = left.object.dependent_required.iter();
            dependencies.any(|(known, has)| {
                **known == *name && needed.iter().all(|needed| has.contains(needed))
            })
        });
        is_known
            || needed.iter().all(|needed| case.requires(self.old, needed))
            || self.is_absent(case, name)
    }

    /// Members whose name some side declares.
    fn named_hold(&mut self, case: &Case, right: NodeId) -> bool {
        let node = self.new.node(right);
        let mut names = case.names(self.old);
        for name in &node.object.names {
            if !names.contains(name) {
                names.push(Arc::clone(name));
            }
        }
        names
            .iter()
            .all(|name| self.member_holds(case, right, name))
    }

    /// Whether the member with this name, where it is there, is as `right` asks.
    pub(super) fn member_holds(&mut self, case: &Case, right: NodeId, name: &str) -> bool {
        let node = self.new.node(right);
        let mut schemas: Vec<NodeId> = node.named_schemas(name).collect();
        if schemas.is_empty() {
            schemas.extend(node.object.additional);
        }
        if schemas.is_empty() || self.is_undeclared(case, name) {
            return true;
        }
        let pin = case.pins.iter().find(|(pin, _)| **pin == *name);
        let pin = pin.map(|(_, value)| value);
        schemas.into_iter().all(|schema| match pin {
            Some(value) => accepts(self.new, schema, value),
            None => {
                let left = case.property(self.old, name);
                self.prove(&left, schema)
            }
        })
    }

    /// Whether a member is left out of account: no schema speaks of it, and others are declared.
    fn is_undeclared(&self, case: &Case, name: &str) -> bool {
        self.old.declared_only
            && case.property(self.old, name).is_empty()
            && !case.requires(self.old, name)
            && case
                .each(self.old)
                .any(|node| node.object.names_properties())
    }

    /// Members whose name no side declares: those of each pattern, and the rest.
    pub(super) fn patterns_hold(&mut self, case: &Case, right: NodeId) -> bool {
        let object = &self.new.node(right).object;
        let asked: Vec<(String, NodeId)> = object
            .patterns
            .iter()
            .map(|(pattern, schema)| (pattern.argument_text(), *schema))
            .collect();
        let rest = object.additional;
        let known: Vec<(String, NodeId)> = case
            .each(self.old)
            .flat_map(|node| &node.object.patterns)
            .map(|(pattern, schema)| (pattern.argument_text(), *schema))
            .collect();
        // A name of a left pattern may fit any right pattern, or none.
        for (pattern, schema) in &known {
            let is_same = asked.iter().any(|(other, _)| other == pattern);
            let others = asked.iter().map(|(_, schema)| *schema);
            for asked in others.chain(rest.filter(|_| !is_same)) {
                if !self.prove(&[*schema], asked) {
                    return false;
                }
            }
        }
        // A name of the rest fits no left pattern, and no right one that is also a left one.
        let left: Vec<NodeId> = case
            .each(self.old)
            .filter_map(|node| node.object.additional)
            .collect();
        let names_some = || {
            case.each(self.old)
                .any(|node| node.object.names_properties())
        };
        if self.old.declared_only && left.is_empty() && names_some() {
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

    /// Whether every name that an object of the case may have is as `propertyNames` asks.
    pub(super) fn names_hold(&mut self, case: &Case, asked: NodeId) -> bool {
        if self.is_closed(case) {
            let names = case.names(self.old);
            return names.iter().all(|name| {
                self.is_absent(case, name) || accepts(self.new, asked, &(**name).into())
            });
        }
        let known: Vec<NodeId> = case
            .each(self.old)
            .filter_map(|node| node.object.property_names)
            .collect();
        let cases = super::case::cases(self.old, &known);
        cases.iter().all(|case| {
            let case = case.only(Kinds::STRING);
            case.kinds.is_empty() || self.prove_case(&case, asked)
        })
    }

    /// Whether objects of the case have declared names only.
    fn is_closed(&self, case: &Case) -> bool {
        case.each(self.old).any(|node| {
            let object = &node.object;
            let rest = object
                .additional
                .map(|rest| self.old.node(self.old.resolve(rest)));
            object.patterns.is_empty() && rest.is_some_and(|rest| rest.never)
        })
    }

    /// Whether no object of the case has a property.
    pub(super) fn is_absent(&mut self, case: &Case, name: &str) -> bool {
        if self.is_undeclared(case, name) {
            return true;
        }
        let schemas = case.property(self.old, name);
        !case.pins.iter().any(|(pin, _)| **pin == *name)
            && schemas
                .iter()
                .any(|schema| self.old.node(self.old.resolve(*schema)).never)
    }

    /// How many members objects of the case have, as far as their names tell.
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
