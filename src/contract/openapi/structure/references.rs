//! References between the objects of a description: where they are allowed, and what they refer to.

use std::sync::Arc;

use serde_json::Value;

use crate::schema::{NOT_FETCHED, ProblemKind};

use crate::contract::openapi::{ENDLESS, HOPS};
use super::Walker;
use super::table;
use super::table::{Object, Type};
use super::version::{V2, V31, V32};

/// The message for a reference that YAML reads as a comment.
const EMPTY_REFERENCE: &str =
    "`$ref` is empty: in YAML, `#` starts a comment; put the reference in quotes";

impl<'d> Walker<'_, 'd> {
    /// A value, or what it refers to.
    pub(super) fn follow(&self, value: Option<&'d Value>) -> Option<&'d Value> {
        let (value, _) = self.follow_from(value?, &self.document)?;
        Some(value)
    }

    /// The same for a value of a document, with the document of the target.
    pub(super) fn follow_from(
        &self,
        mut value: &'d Value,
        document: &Arc<str>,
    ) -> Option<(&'d Value, Arc<str>)> {
        let mut document = Arc::clone(document);
        for _ in 0..HOPS {
            let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
                return Some((value, document));
            };
            let (next, place) = self.compiler.follow(reference, &document).ok()?;
            value = next;
            document = place.document;
        }
        None
    }

    /// Checks a value of the wrong type, which may be a reference that the specification does not allow here.
    pub(super) fn elsewhere(
        &mut self,
        expected: &str,
        value: &'d Value,
        judge: impl FnOnce(&mut Self, &'d Value),
    ) {
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
            return self.mistyped(expected, value, true);
        };
        self.outside_specification(reference);
        self.at_target(reference, false, judge);
    }

    pub(super) fn outside_specification(&mut self, reference: &str) {
        let version = self.version_name();
        let message = match self.compiler.follow(reference, &self.document) {
            Ok(_) => format!(
                "{version} does not allow `$ref` here; it is followed, but other tools may not do so"
            ),
            Err(reason) => format!(
                "{version} does not allow `$ref` here, and this one cannot be resolved: {reason}"
            ),
        };
        self.tolerated(message);
    }

    /// Checks the target of a reference in its own document. If the specification does not allow a reference
    /// here, an unresolved one is reported by whoever follows it.
    pub(super) fn at_target(
        &mut self,
        reference: &str,
        is_allowed: bool,
        judge: impl FnOnce(&mut Self, &'d Value),
    ) {
        let target = self.compiler.follow(reference, &self.document);
        let target = target.and_then(|(mut value, mut place)| {
            for _ in 0..HOPS {
                let Some(next) = value.get("$ref").and_then(Value::as_str) else {
                    return Ok((value, place));
                };
                (value, place) = self.compiler.follow(next, &place.document)?;
            }
            Err(ENDLESS.to_owned())
        });
        let (value, place) = match target {
            Ok(target) => target,
            Err(_) if !is_allowed => return,
            // Such a document is not invalid. Whoever needs the target reports that it is missing.
            Err(reason) if reason.starts_with(NOT_FETCHED) => {
                let message = format!("`{reference}` is not compared: {reason}");
                return self.within("$ref", |walker| walker.tolerated(message));
            }
            Err(reason) => {
                let reference = reference.to_owned();
                let kind = ProblemKind::Reference { reference, reason };
                return self.within("$ref", |walker| {
                    let place = walker.place();
                    walker.compiler.problem(place, kind);
                });
            }
        };
        let document = std::mem::replace(&mut self.document, place.document);
        let at = std::mem::replace(&mut self.at, place.pointer);
        judge(self, value);
        self.document = document;
        self.at = at;
    }

    /// An object, or a reference to one.
    pub(super) fn referable(&mut self, object: &'static Object, value: &'d Value, allowed: bool) {
        let has_own = object.fields.iter().any(|field| field.name == "$ref");
        if let Some(other) = value.get("$ref").filter(|reference| !reference.is_string()) {
            return self.within("$ref", |walker| match other {
                Value::Null => walker.left_out(EMPTY_REFERENCE),
                _ => walker.mistyped("a string", other, true),
            });
        }
        let Some(reference) = value.get("$ref").and_then(Value::as_str) else {
            return self.object(object, value);
        };
        if let Some((name, section)) = self.other_component(object, reference) {
            let message = format!("`{reference}` is in `{section}`; expected the {name} here",);
            return self.within("$ref", |walker| walker.left_out(message));
        }
        if has_own {
            self.object(object, value);
        } else if allowed {
            self.reference_object(value);
        } else {
            self.outside_specification(reference);
        }
        self.at_target(reference, has_own || allowed, |walker, value| {
            walker.object(object, value);
        });
    }

    /// The title of the expected object, and the section of the components that a reference leads to instead.
    pub(super) fn other_component(
        &self,
        object: &Object,
        reference: &str,
    ) -> Option<(&'static str, &'static str)> {
        let (_, pointer) = reference.split_once('#')?;
        let (section, name) = match self.version {
            V2 => pointer.strip_prefix('/')?.split_once('/')?,
            _ => pointer.strip_prefix("/components/")?.split_once('/')?,
        };
        if name.contains('/') {
            return None;
        }
        let sections = match self.version {
            V2 => table::ROOT.fields,
            _ => table::COMPONENTS.fields,
        };
        let field = sections.iter().find(|field| field.name == section)?;
        let Type::Map(_, kind) = field.kind else {
            return None;
        };
        let is_meant = match kind {
            Type::Object(found) | Type::Referable(found, _) => found.name == object.name,
            Type::Schema => false,
            _ => true,
        };
        (!is_meant).then_some((object.name, field.name))
    }

    /// Checks the fields next to a reference.
    pub(super) fn reference_object(&mut self, value: &'d Value) {
        let others = value.as_object().into_iter().flatten();
        for (key, member) in others.filter(|(key, _)| *key != "$ref" && !key.starts_with("x-")) {
            let is_own = self.version & (V31 | V32) != 0
                && matches!(key.as_str(), "summary" | "description");
            self.within(key, |walker| match is_own {
                true => walker.value(&Type::Text, member),
                false => {
                    let place = walker.place();
                    let reason = format!("{} ignores it next to `$ref`", walker.version_name());
                    let keyword = key.clone();
                    walker
                        .compiler
                        .problem(place, ProblemKind::Idle { keyword, reason });
                }
            });
        }
    }
}
