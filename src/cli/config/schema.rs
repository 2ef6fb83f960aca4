//! The JSON Schema of the file, for editors: made from the options of the command line.

use clap::Arg;
use serde_json::{Map, Value, json};

use crate::report::Format;
use crate::report::check::CheckFormat;
use crate::report::diff::DiffFormat;
use crate::rules::CATALOGUE;

use super::keys::{
    accepts, arguments, arguments_at_top, is_list, is_number, is_switch, is_table, key,
};
use super::{CONFIGURED, WITH_TABLE};

const LEVELS: [&str; 4] = ["off", "info", "warning", "error"];

/// The JSON Schema of `wiredrift.toml`.
pub(in crate::cli) fn config_schema() -> Value {
    let levels: Map<String, Value> = CATALOGUE
        .iter()
        .map(|rule| {
            (
                rule.id.to_owned(),
                json!({"enum": LEVELS, "description": rule.summary}),
            )
        })
        .collect();
    let rules: Vec<&str> = CATALOGUE.iter().map(|rule| rule.id).collect();
    // `wrong-type@listPets/data/*/name`
    let scoped = format!("^({})(@[^/]+(/.+)?|/.+)$", rules.join("|"));
    let text = json!({"type": "string", "minLength": 1});
    let mut properties = Map::new();
    properties.insert(
        "contracts".to_owned(),
        json!({
            "description": "Names for contracts: files, folders, built-in contracts, or git:REV:PATH.",
            "type": "object",
            "additionalProperties": text,
        }),
    );
    properties.insert(
        "levels".to_owned(),
        json!({
            "description": "The levels of rules, also for an operation or a place in payloads. The last one that matches counts.",
            "type": "object",
            "additionalProperties": false,
            "properties": levels,
            "patternProperties": {scoped: {"enum": LEVELS}},
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
                "operation": {"type": "string", "minLength": 1, "description": "The id of an operation; `*` stands for any part."},
                "path": {"type": "string", "minLength": 1, "description": "The place in the payload, such as /data/*/name; `**` stands for several steps."},
                "reason": {"type": "string", "pattern": "\\S", "description": "Why it is ignored."},
                "until": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$", "description": "The last day, such as 2026-12-31."},
            },
        },
    }));
    let mut at_top: Vec<(String, Vec<Arg>)> = Vec::new();
    for command in CONFIGURED {
        let table: Map<String, Value> = arguments(command)
            .into_iter()
            .map(|argument| (key(&argument), schema_of(&[argument])))
            .collect();
        if WITH_TABLE.contains(&command) {
            properties.insert(
                command.to_owned(),
                json!({
                    "description": format!("Options of `wiredrift {command}`."),
                    "type": "object",
                    "additionalProperties": false,
                    "properties": table,
                }),
            );
        }
        for argument in arguments_at_top(command) {
            let name = key(&argument);
            match at_top.iter_mut().find(|(known, _)| *known == name) {
                Some((_, same)) => same.push(argument),
                None => at_top.push((name, vec![argument])),
            }
        }
    }
    let at_top = at_top.into_iter();
    properties.extend(at_top.map(|(name, same)| (name, schema_of(&same))));
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:wiredrift:config-v1",
        "title": "wiredrift.toml",
        "description": "The configuration of wiredrift. A key at the top is for every command that accepts its value.",
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

/// The schema of a key: an argument, or the same one of several commands. A value has to be valid for one of them; its
/// kind is that of the first.
fn schema_of(arguments: &[Arg]) -> Value {
    let Some(first) = arguments.first() else {
        return Value::Bool(true);
    };
    let help = first.get_long_help().or_else(|| first.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    // Whether it is required is a matter of the command line.
    let mut help = help.split(" Required unless the configuration");
    let value = value_schema(first, arguments);
    let mut schema = if is_table(first) {
        let mut table = json!({
            "type": "object",
            "additionalProperties": {"type": "string", "minLength": 1},
        });
        if first.get_id() == "output" {
            table["propertyNames"] = json!({"enum": formats(arguments)});
        }
        json!({"anyOf": [value, {"type": "array", "items": value}, table]})
    } else if is_list(first) {
        json!({"anyOf": [value, {"type": "array", "items": value}]})
    } else {
        value
    };
    schema["description"] = help.next().unwrap_or_default().into();
    schema
}

/// The schema of one value.
fn value_schema(first: &Arg, arguments: &[Arg]) -> Value {
    if is_switch(first) {
        return json!({"type": "boolean"});
    }
    let mut possible: Vec<String> = Vec::new();
    for argument in arguments {
        for (at, value) in argument.get_possible_values().iter().enumerate() {
            let name = value.get_name().to_owned();
            if !possible.contains(&name) {
                possible.insert(at.min(possible.len()), name);
            }
        }
    }
    if !possible.is_empty() {
        return json!({"enum": possible});
    }
    if first.get_id() == "output" {
        let pattern = format!("^({})(=.+)?$", formats(arguments).join("|"));
        return json!({"type": "string", "pattern": pattern});
    }
    if is_number(first) {
        let accepted = |number: u16| accepts(first, &number.to_string()).is_ok();
        let mut schema = json!({"type": ["string", "integer"], "minLength": 1});
        // The least number, and the most if there is one: the bounds of a status.
        schema["minimum"] = [1, 100].into_iter().find(|least| accepted(*least)).into();
        if !accepted(600) {
            schema["maximum"] = 599.into();
        }
        return schema;
    }
    match is_table(first) {
        true => json!({"type": "string", "pattern": ".=."}),
        false => json!({"type": "string", "minLength": 1}),
    }
}

/// The formats of reports that a command writes.
fn formats(arguments: &[Arg]) -> Vec<&'static str> {
    let names = CheckFormat::NAMES.iter().map(|(name, _)| *name);
    let others = DiffFormat::NAMES.iter().map(|(name, _)| *name);
    let mut formats: Vec<&str> = Vec::new();
    for name in names.chain(others) {
        let mut arguments = arguments.iter();
        if !formats.contains(&name) && arguments.any(|argument| accepts(argument, name).is_ok()) {
            formats.push(name);
        }
    }
    formats
}
