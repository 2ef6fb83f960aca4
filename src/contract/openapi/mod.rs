//! Contracts from OpenAPI documents (2.0, 3.0, 3.1, 3.2).
//!
//! The sections named in comments are those of OpenAPI 3.1.1 unless another version is given.

mod body;
mod extension;
mod operation;
mod parameter;
mod security;
mod server;
mod spot;
mod structure;
mod write;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use crate::error::Result;
use crate::schema::{Compiler, Dialect, Documents, Place, ProblemKind};

use super::{Contract, LoadOptions, Operation, OperationKind, Operations, Sample, schema_dir};

use spot::Spot;

/// Number of references in a chain that are followed; a longer chain is treated as a cycle.
const HOPS: usize = crate::limits::REFERENCES;

/// Why a chain of references is not followed to its end.
const ENDLESS: &str = "it refers back to itself, or the chain of references is too long";

/// Reads one OpenAPI document.
struct Reader<'d> {
    compiler: Compiler<'d>,
    dialect: Dialect,
    options: &'d LoadOptions,
    root: Spot<'d>,
    operations: Vec<Operation>,
    samples: Vec<Sample>,
    /// The path items that are being read, from the outermost callback in.
    open_items: Vec<Place>,
    /// The positions of the operations whose callbacks are being read, from the outermost in.
    callers: Vec<usize>,
}

/// The contract that the document with this URI describes.
pub(super) fn contract(
    path: &Path,
    uri: &str,
    documents: Documents,
    options: &LoadOptions,
) -> Result<Contract> {
    let empty = Value::Null;
    let document = documents.document(uri);
    let root = Spot::root(uri, document.map_or(&empty, |document| &document.value));
    let dialect = document.map_or(Dialect::OpenApi30, |document| document.dialect);
    let mut reader = Reader {
        compiler: Compiler::new(&documents, options.compile),
        dialect,
        options,
        root: root.clone(),
        operations: Vec::new(),
        samples: Vec::new(),
        open_items: Vec::new(),
        callers: Vec::new(),
    };
    structure::check(&mut reader.compiler, uri, root.value);
    reader.read();
    reader.compiler.complete();
    structure::check_schemas(&mut reader.compiler, uri, root.value);
    let keys = reader.keys();
    let Reader {
        compiler,
        operations,
        samples,
        ..
    } = reader;
    let info = root.get("info");
    // A version such as 1.2 is a number in YAML.
    let text = |key: &str| match info.as_ref().and_then(|info| info.value.get(key)) {
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    };
    let (title, version) = (text("title"), text("version"));
    let name = match (text(extension::NAME), slug(&title)) {
        (name, _) if !name.is_empty() => name,
        (_, name) if !name.is_empty() => name,
        _ => schema_dir::stem(path),
    };
    let servers = server::servers(&root, dialect);
    let (graph, problems) = compiler.finish();
    Ok(Contract {
        name,
        version,
        title,
        operations: Operations::new(operations),
        notes: root.texts(extension::NOTES),
        servers,
        graph,
        documents,
        problems,
        samples,
        keys,
    })
}

/// `Pet Shop API` → `pet-shop-api`
fn slug(title: &str) -> String {
    let mut slug = String::new();
    for character in title.chars().take(60) {
        // Combining marks belong to the letters before them.
        if character.is_alphanumeric() || (!character.is_ascii() && !character.is_whitespace()) {
            slug.extend(character.to_lowercase());
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_end_matches('-').to_owned()
}

impl<'d> Reader<'d> {
    fn read(&mut self) {
        let root = self.root.clone();
        let paths = self.part(&root, "paths");
        for (path, item) in paths.iter().flat_map(Spot::members) {
            if path.starts_with("x-") {
                continue;
            }
            if path.starts_with('/') {
                self.path_item(OperationKind::Path, path, path, &item);
            }
        }
        if let Some(dialect) = root.get("jsonSchemaDialect")
            && dialect
                .value
                .as_str()
                .is_some_and(|uri| Dialect::of_uri(uri).is_none())
        {
            let message = format!(
                "the dialect {} is unknown; schemas are read as in OpenAPI 3.1",
                dialect.value
            );
            self.describe(&dialect, message);
        }
        for (name, item) in self.part(&root, "webhooks").iter().flat_map(Spot::members) {
            let id = format!("webhook:{name}");
            self.path_item(OperationKind::Webhook, name, &id, &item);
        }
        self.components();
        self.tell_apart();
    }

    /// Also reads the components that no operation uses, to find their problems.
    fn components(&mut self) {
        let root = self.root.clone();
        let components = match self.dialect {
            Dialect::Swagger2 => None,
            _ => self.part(&root, "components"),
        };
        let schemas = match (self.dialect, &components) {
            (Dialect::Swagger2, _) => self.part(&root, "definitions"),
            (_, Some(components)) => self.part(components, "schemas"),
            (_, None) => None,
        };
        for (_, schema) in schemas.iter().flat_map(Spot::members) {
            self.compiler.schema(schema.place.clone(), schema.value);
        }
        let owner = match self.dialect {
            Dialect::Swagger2 => self.root.clone(),
            _ => match components {
                Some(components) => components,
                None => return,
            },
        };
        let mut named = |key: &str| {
            let all = self.part(&owner, key);
            all.iter().flat_map(Spot::members).collect::<Vec<_>>()
        };
        let [parameters, responses, bodies, headers] =
            ["parameters", "responses", "requestBodies", "headers"].map(&mut named);
        for (_, parameter) in parameters {
            let mut parameters = parameter::Parameters::default();
            if let Some(parameter) = self.resolve(&parameter) {
                self.any_parameter(&parameter, &mut parameters);
            }
        }
        for (_, response) in responses {
            if let Some(response) = self.resolve(&response) {
                self.response(&Spot::nothing(), &response);
            }
        }
        for (_, body) in bodies {
            if let Some(body) = self.resolve(&body) {
                self.body(&body);
            }
        }
        for (name, header) in headers {
            self.header(name, &header);
        }
    }

    /// Numbers the operations that share an id.
    fn tell_apart(&mut self) {
        let mut taken: BTreeSet<String> = BTreeSet::new();
        let declared: BTreeSet<String> = self.operations.iter().map(|op| op.id.clone()).collect();
        let mut repeated = Vec::new();
        for operation in &mut self.operations {
            if taken.insert(operation.id.clone()) {
                continue;
            }
            let id = operation.id.clone();
            // A number that gives an id that no other operation has, not even as its own.
            let free = (2..).map(|number: usize| format!("{id}-{number}"));
            let mut free = free.filter(|other| !declared.contains(other) && !taken.contains(other));
            operation.id = free.next().unwrap_or_default();
            taken.insert(operation.id.clone());
            repeated.push((operation.place.clone(), id, operation.id.clone()));
        }
        for (place, id, own) in repeated {
            let Some(mut place) = place else { continue };
            place.pointer.push_key("operationId");
            // Ids that were made from the method and the path do not appear in the document.
            let is_written = self.compiler.value_at(&place).is_some();
            if is_written {
                let message = format!(
                    "another operation has the operationId `{id}`; this one is reported as `{own}`"
                );
                self.compiler
                    .problem(place, ProblemKind::Description(message));
            }
        }
    }

    /// The target of a Reference Object, or the object itself.
    fn resolve(&mut self, spot: &Spot<'d>) -> Option<Spot<'d>> {
        let mut at = spot.clone();
        for _ in 0..HOPS {
            let Some(reference) = at.text("$ref") else {
                return Some(at);
            };
            match self.compiler.follow(reference, &at.place.document) {
                Ok((value, place)) => at = Spot { value, place },
                Err(reason) => {
                    let place = at.below("$ref");
                    let reference = reference.to_owned();
                    let kind = ProblemKind::Reference { reference, reason };
                    self.compiler.problem(place, kind);
                    return None;
                }
            }
        }
        let kind = ProblemKind::Reference {
            reference: spot.text("$ref").unwrap_or_default().to_owned(),
            reason: ENDLESS.to_owned(),
        };
        self.compiler.problem(spot.below("$ref"), kind);
        None
    }

    /// A member of an object, or the target of its reference.
    fn part(&mut self, spot: &Spot<'d>, key: &str) -> Option<Spot<'d>> {
        let part = spot.get(key)?;
        self.resolve(&part)
    }

    /// Records that a part of the description cannot be used.
    fn describe(&mut self, spot: &Spot<'d>, message: String) {
        let place = spot.place.clone();
        self.compiler
            .problem(place, ProblemKind::Description(message));
    }
}

#[cfg(test)]
mod tests;
