//! The JSON Schema of the file, for editors: made from the options of the command line.

use clap::Arg;
use serde_json::{Map, Value, json};

use crate::rules::CATALOGUE;

use super::CONFIGURED;
use super::keys::{arguments, is_list, is_switch, key};

/// The JSON Schema of `wiredrift.toml`.
pub(in crate::cli) fn config_schema() -> Value {
    let levels: Map<String, Value> = CATALOGUE
        .iter()
        .map(|rule| {
            (
                rule.id.to_owned(),
                json!({"enum": ["off", "info", "warning", "error"], "description": rule.summary}),
            )
        })
        .collect();
    let rules: Vec<&str> = CATALOGUE.iter().map(|rule| rule.id).collect();
    let mut properties = Map::new();
    properties.insert(
        "contracts".to_owned(),
        json!({
            "description": "Names for contracts: files, folders, or built-in contracts.",
            "type": "object",
            "additionalProperties": {"type": "string", "minLength": 1},
        }),
    );
    properties.insert(
        "levels".to_owned(),
        json!({
            "description": "The levels of rules.",
            "type": "object",
            "additionalProperties": false,
            "properties": levels,
        }),
    );
    properties.insert("ignore".to_owned(), json!({
        "description": "Findings and changes that do not count.",
        "type": "array",
        "items": {
            "type": "object",
            "additionalProperties": false,
            "required": ["rule", "reason"],
            "properties": {
                "rule": {"enum": rules, "description": "The rule."},
                "operation": {"type": "string", "description": "The id of an operation; `*` stands for any part."},
                "path": {"type": "string", "description": "The place in the payload, such as /data/*/name; `**` stands for several steps."},
                "reason": {"type": "string", "minLength": 1, "description": "Why it is ignored."},
                "until": {"description": "The last day, such as 2026-12-31.", "type": "string"},
            },
        },
    }));
    for command in CONFIGURED {
        let mut own = Map::new();
        for argument in arguments(command) {
            let schema = schema_of(&argument);
            properties
                .entry(key(&argument))
                .or_insert_with(|| schema.clone());
            own.insert(key(&argument), schema);
        }
        properties.insert(
            command.to_owned(),
            json!({
                "description": format!("Options of `wiredrift {command}`."),
                "type": "object",
                "additionalProperties": false,
                "properties": own,
            }),
        );
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:wiredrift:config-v1",
        "title": "wiredrift.toml",
        "description": "The configuration of wiredrift. A key at the top is for every command that has the option.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

fn schema_of(argument: &Arg) -> Value {
    let help = argument.get_long_help().or_else(|| argument.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let possible = argument.get_possible_values();
    let value = match (is_switch(argument), possible.as_slice()) {
        (true, _) => json!({"type": "boolean"}),
        (_, []) => json!({"type": ["string", "integer"]}),
        (_, values) => {
            json!({"enum": values.iter().map(clap::builder::PossibleValue::get_name).collect::<Vec<_>>()})
        }
    };
    let mut schema = match is_list(argument) {
        true => json!({"anyOf": [value, {"type": "array", "items": value}, {"type": "object"}]}),
        false => value,
    };
    schema["description"] = help.into();
    schema
}
