//! What a contract says of itself, which is no secret: names, and the values that it lists.

use std::collections::HashSet;

use crate::contract::Contract;
use crate::media_type::essence;
use crate::schema::Node;

/// Names and values that contracts list.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// Names of properties, parameters and headers in lower case.
    names: HashSet<String>,
    /// Strings, and numbers as they are written, of enums and constants.
    values: HashSet<String>,
    /// Media types of bodies.
    media_types: HashSet<String>,
    /// Segments of paths.
    segments: HashSet<String>,
    /// Starts of ids in patterns: `ord_` of `^ord_[0-9]+$`.
    pub(super) prefixes: Vec<String>,
}

impl Known {
    pub(super) fn of(contracts: &[&Contract]) -> Self {
        let mut known = Self::default();
        for contract in contracts {
            for (_, node) in contract.graph.iter() {
                known.add_node(node);
            }
            for operation in contract.operations.iter() {
                let responses = operation.responses.iter().map(|response| &response.payload);
                for payload in responses.chain([operation.request_body()]) {
                    let types = payload.media().iter().map(|media| essence(&media.range.to_string()));
                    known.media_types.extend(types);
                }
                for parameter in &operation.parameters {
                    known.names.insert(parameter.name.to_lowercase());
                }
                for route in &operation.routes {
                    let template = route.to_string();
                    let literals = template.split('/').filter(|segment| !segment.contains('{'));
                    known.segments.extend(literals.map(str::to_owned));
                }
            }
        }
        known
    }

    /// Whether a media type without parameters is one of the contract.
    pub(super) fn has_media_type(&self, essence: &str) -> bool {
        self.media_types.contains(essence)
    }

    fn add_node(&mut self, node: &Node) {
        let required = node.object.required.iter().map(|required| &*required.name);
        let properties = node.object.properties.keys().map(|name| &**name);
        self.names.extend(properties.chain(required).map(str::to_lowercase));
        let listed = node.values.iter().flat_map(|values| &values.all);
        for value in listed.chain(node.constant.as_deref()) {
            self.add_value(value);
        }
        let patterns = node.checks.iter().filter(|check| check.keyword == "pattern");
        for pattern in patterns.filter_map(|check| check.argument.as_str()) {
            self.add_pattern(pattern);
        }
        if let Some(discriminator) = &node.discriminator {
            self.values.extend(discriminator.mapping.iter().map(|(tag, _)| tag.to_string()));
        }
    }

    /// The letters and the separator that a pattern starts with.
    fn add_pattern(&mut self, pattern: &str) {
        let start = pattern.trim_start_matches(['^', '(']);
        let letters = start.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(0);
        let has_mark = start[letters..].starts_with(['_', '-', ':']);
        if letters > 0 && has_mark {
            self.prefixes.push(start[..=letters].to_owned());
        }
    }

    fn add_value(&mut self, value: &serde_json::Value) {
        match value {
            serde_json::Value::String(text) => {
                self.values.insert(text.clone());
            }
            serde_json::Value::Number(number) => {
                self.values.insert(number.to_string());
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| self.add_value(item)),
            serde_json::Value::Object(members) => {
                for (name, member) in members {
                    self.names.insert(name.to_lowercase());
                    self.add_value(member);
                }
            }
            serde_json::Value::Null | serde_json::Value::Bool(_) => {}
        }
    }

    /// Whether a contract declares any names.
    pub(super) fn has_names(&self) -> bool {
        !self.names.is_empty()
    }

    pub(super) fn has_name(&self, name: &str) -> bool {
        self.names.contains(&name.to_lowercase())
    }

    pub(super) fn has_segment(&self, text: &str) -> bool {
        self.segments.contains(text)
    }

    pub(super) fn has_value(&self, text: &str) -> bool {
        self.values.contains(text)
    }
}
