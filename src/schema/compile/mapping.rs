//! Reads discriminators (Discriminator Object).

use std::sync::Arc;

use rustc_hash::FxHashMap;
use serde_json::{Map, Value};

use crate::location::Pointer;

use super::{Compiler, Here};
use crate::schema::{Dialect, Discriminator, NodeId, ProblemKind};

impl<'d> Compiler<'d> {
    /// OpenAPI 3: an object with `propertyName` and `mapping`; Swagger 2.0: the name of the property.
    pub(in crate::schema) fn discriminator(
        &mut self,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) -> Option<Box<Discriminator>> {
        let property = match argument {
            Value::String(name) if here.dialect == Dialect::Swagger2 => name,
            Value::Object(_) if here.dialect == Dialect::Swagger2 => {
                self.argument("discriminator", "the name of a property", here);
                return None;
            }
            Value::Object(object) => match object.get("propertyName") {
                Some(Value::String(name)) => name,
                // A missing `propertyName` is reported with the Discriminator Object.
                _ => return None,
            },
            _ => {
                self.argument("discriminator", "an object with a `propertyName`", here);
                return None;
            }
        };
        let mut mapping: Vec<(Arc<str>, NodeId)> = Vec::new();
        // A tag whose schema cannot be resolved may still belong to a branch.
        let mut is_open = false;
        if let Some(Value::Object(names)) = argument.get("mapping") {
            for (tag, schema) in names {
                let Some(schema) = schema.as_str() else {
                    let message =
                        format!("the mapping of `{tag}` must be a schema name or a reference");
                    let path = ["discriminator", "mapping", tag];
                    self.refused("discriminator", &path, message, here);
                    is_open = true;
                    continue;
                };
                let target = match self.component_reference(here, schema) {
                    Some(reference) => self.reference(here, &reference),
                    None if schema.contains(['/', '.', '#']) => self.reference(here, schema),
                    None => Err("no component has this name".to_owned()),
                };
                match target {
                    Ok(id) => mapping.push((tag.as_str().into(), id)),
                    Err(reason) => {
                        is_open = true;
                        let place = self.at(here, &["discriminator", "mapping", tag]);
                        let reference = schema.to_owned();
                        self.problem(place, ProblemKind::Reference { reference, reason });
                    }
                }
            }
        }
        let explicit = mapping.len();
        // Without a mapping, the tag is the name of the schema.
        let branches = ["oneOf", "anyOf"]
            .iter()
            .filter_map(|keyword| members.get(*keyword)?.as_array())
            .flatten()
            .filter_map(|branch| branch.get("$ref")?.as_str().map(str::to_owned));
        let mut implied: Vec<String> = branches.collect();
        if implied.is_empty() {
            implied = self.heirs(here);
        }
        for reference in implied {
            let Ok(id) = self.reference(here, &reference) else {
                is_open = true;
                continue;
            };
            let name = reference.rsplit('/').next().unwrap_or_default();
            // OpenAPI does not define the name of a schema in a file of its own.
            let is_component =
                reference.contains("/schemas/") || reference.contains("/definitions/");
            is_open |= !is_component && !mapping[..explicit].iter().any(|(_, known)| *known == id);
            if !mapping.iter().any(|(tag, _)| **tag == *name) {
                mapping.push((name.into(), id));
            }
        }
        Some(Box::new(Discriminator {
            property: self.name(property),
            mapping,
            explicit,
            branches: FxHashMap::default(),
            variants: Vec::new(),
            listed: Vec::new(),
            is_open,
            is_inherited: false,
        }))
    }

    /// A reference to the component with this name, if there is one.
    pub(in crate::schema) fn component_reference(&self, here: &Here, name: &str) -> Option<String> {
        // Names refer to components of the entry document (OpenAPI 3.1.1, section 4.3.1).
        let own = self.document(&here.place.document)?;
        let place = match here.dialect {
            Dialect::Swagger2 => "definitions",
            _ => "components/schemas",
        };
        let mut pointer = Pointer::root();
        place.split('/').for_each(|key| pointer.push_key(key));
        pointer.push_key(name);
        if own.pointer(pointer.as_str()).is_some() {
            return Some(format!("#{}", pointer.to_fragment()));
        }
        let (uri, entry) = self.entry_document()?;
        entry.pointer(pointer.as_str())?;
        Some(format!("{uri}#{}", pointer.to_fragment()))
    }

    /// References to the components that extend this one by `allOf`, directly or indirectly.
    fn heirs(&self, here: &Here) -> Vec<String> {
        let Some(document) = self.document(&here.place.document) else {
            return Vec::new();
        };
        let place = match here.dialect {
            Dialect::Swagger2 => "/definitions",
            _ => "/components/schemas",
        };
        let mut ancestors = vec![format!("#{}", here.place.pointer.to_fragment())];
        let mut next = 0;
        while let Some(ancestor) = ancestors.get(next).cloned() {
            next += 1;
            let components = document.pointer(place).and_then(Value::as_object);
            for (name, schema) in components.into_iter().flatten() {
                let parts = schema.get("allOf").and_then(Value::as_array);
                let is_heir = parts.into_iter().flatten().any(|part| {
                    part.get("$ref").and_then(Value::as_str) == Some(ancestor.as_str())
                });
                if let Some(reference) = self.component_reference(here, name).filter(|_| is_heir)
                    && !ancestors.contains(&reference)
                {
                    ancestors.push(reference);
                }
            }
        }
        ancestors.split_off(1)
    }
}
