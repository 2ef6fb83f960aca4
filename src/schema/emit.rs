//! JSON Schema documents of single components, each with the definitions it needs.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::DRAFT_2020_12;

/// Turns the definition `name` of a bundle (`{"$defs": {…}}`) into a document of its own.
///
/// The document has the keywords of the definition at its root and, under `$defs`, every definition that they
/// reach, in the order of the bundle. Returns `None` if the bundle has no such definition.
#[must_use]
pub fn component(bundle: &Value, name: &str) -> Option<Value> {
    let definitions = bundle.get("$defs")?.as_object()?;
    let root = definitions.get(name)?;
    let mut reached = BTreeSet::new();
    let mut open = vec![root];
    while let Some(schema) = open.pop() {
        for target in references(schema) {
            if let Some(definition) = definitions.get(&target)
                && reached.insert(target)
            {
                open.push(definition);
            }
        }
    }
    let mut document = Map::new();
    document.insert("$schema".to_owned(), DRAFT_2020_12.into());
    document.insert("title".to_owned(), name.into());
    match root {
        Value::Object(keywords) => document.extend(keywords.clone()),
        Value::Bool(false) => {
            document.insert("not".to_owned(), json!({}));
        }
        _ => {}
    }
    let needed: Map<String, Value> = definitions
        .iter()
        .filter(|(name, _)| reached.contains(*name))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    if !needed.is_empty() {
        document.insert("$defs".to_owned(), Value::Object(needed));
    }
    Some(Value::Object(document))
}

/// Names of the definitions that a schema refers to.
fn references(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut schema = schema.clone();
    each_reference(&mut schema, &mut |reference| {
        found.extend(reference.strip_prefix("#/$defs/").map(str::to_owned));
    });
    found
}

/// Calls `act` with every reference of a draft 2020-12 schema, including those in subschemas. Values that
/// merely look like references are skipped.
pub fn each_reference(schema: &mut Value, act: &mut dyn FnMut(&mut String)) {
    match schema {
        Value::Object(keywords) => {
            for (keyword, argument) in keywords {
                match (keyword.as_str(), argument) {
                    ("$ref" | "$dynamicRef", Value::String(reference)) => act(reference),
                    ("const" | "enum" | "default" | "example" | "examples", _) => {}
                    (
                        "properties" | "patternProperties" | "dependentSchemas" | "$defs",
                        Value::Object(schemas),
                    ) => {
                        for schema in schemas.values_mut() {
                            each_reference(schema, act);
                        }
                    }
                    ("discriminator", discriminator) => {
                        let mapping = discriminator.get_mut("mapping");
                        let tags = mapping.and_then(Value::as_object_mut).into_iter();
                        for target in tags.flat_map(Map::values_mut) {
                            if let Value::String(reference) = target
                                && reference.starts_with('#')
                            {
                                act(reference);
                            }
                        }
                    }
                    (_, argument) => each_reference(argument, act),
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                each_reference(item, act);
            }
        }
        _ => {}
    }
}

/// The file name of a component's document: `SingleOrganisation` → `single-organisation.schema.json`.
#[must_use]
pub fn file_name(component: &str) -> String {
    let mut name = String::new();
    for (index, character) in component.chars().enumerate() {
        if character.is_uppercase() && index > 0 && !name.ends_with('-') {
            name.push('-');
        }
        if character.is_alphanumeric() {
            name.extend(character.to_lowercase());
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    name + ".schema.json"
}
