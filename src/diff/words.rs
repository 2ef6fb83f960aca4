//! Descriptions of schemas in words.

use serde_json::Value;

use super::contain::Kinds;
use super::view::View;

/// The number of enum values that are listed one by one.
const VALUES_SHOWN: usize = 4;

/// The number of characters of a pattern that are shown.
const PATTERN_SHOWN: usize = 80;

impl View<'_> {
    /// `integer ≥ 0`, `string matching ^a+$`, `array of string`, `one of "a", "b"`, each `or null`.
    pub(crate) fn description(&self) -> String {
        // A list may contain itself.
        const DEPTH: u8 = 2;
        described(self, DEPTH)
    }
}

fn described(view: &View<'_>, depth: u8) -> String {
    if let Some(values) = view.values() {
        return listed(&values);
    }
    let kinds = view.all_kinds(3);
    if !view.unions.is_empty() {
        return view.label();
    }
    if kinds == Kinds::ALL || kinds.is_empty() {
        return kinds.to_string();
    }
    let mut words: Vec<String> = Vec::new();
    let numbers = kinds.and(Kinds::NUMBER);
    for kind in [
        Kinds::BOOLEAN,
        numbers,
        Kinds::STRING,
        Kinds::ARRAY,
        Kinds::OBJECT,
    ] {
        let own = kinds.and(kind);
        if !own.is_empty() {
            words.push(of_kind(view, own, depth));
        }
    }
    if kinds.has(Kinds::NULL) {
        words.push("null".to_owned());
    }
    words.join(" or ")
}

fn listed(values: &[Value]) -> String {
    match values {
        [only] => only.to_string(),
        values if values.len() <= VALUES_SHOWN => {
            let words: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("one of {}", words.join(", "))
        }
        values => format!("one of {} values", values.len()),
    }
}

fn of_kind(view: &View<'_>, kind: Kinds, depth: u8) -> String {
    if kind == Kinds::OBJECT
        && let Some(name) = view.component()
    {
        return name.to_string();
    }
    let mut words = kind.to_string();
    let checks = view.nodes().flat_map(|(_, node)| &node.checks);
    for check in checks.filter(|check| Kinds::about(check.kind).has(kind)) {
        let argument = check.argument_text();
        words.push_str(&match check.keyword {
            "format" => format!(" ({argument})"),
            "minimum" => format!(" ≥ {argument}"),
            "exclusiveMinimum" => format!(" > {argument}"),
            "maximum" => format!(" ≤ {argument}"),
            "exclusiveMaximum" => format!(" < {argument}"),
            "multipleOf" => format!(" multiple of {argument}"),
            "pattern" => format!(
                " matching {}",
                crate::redact::clipped(&argument, PATTERN_SHOWN)
            ),
            "uniqueItems" => " of unique elements".to_owned(),
            keyword => format!(" with {keyword} {argument}"),
        });
    }
    let limit = |is_maximum: bool| {
        let lengths = view.nodes().flat_map(|(_, node)| &node.lengths);
        let own = lengths.filter(|length| Kinds::about(length.kind) == kind);
        let limits = own.filter(|length| length.is_maximum == is_maximum);
        let limits = limits.map(|length| length.limit);
        match is_maximum {
            true => limits.min(),
            false => limits.max().filter(|limit| *limit > 0),
        }
    };
    let unit = |count: u64| match (kind, count) {
        (Kinds::STRING, 1) => "character",
        (Kinds::STRING, _) => "characters",
        (Kinds::ARRAY, 1) => "element",
        (Kinds::ARRAY, _) => "elements",
        (_, 1) => "member",
        _ => "members",
    };
    match (limit(false), limit(true)) {
        (None, None) => {}
        (Some(least), None) => words.push_str(&format!(" of at least {least} {}", unit(least))),
        (None, Some(most)) => words.push_str(&format!(" of at most {most} {}", unit(most))),
        (Some(least), Some(most)) if least == most => {
            words.push_str(&format!(" of {most} {}", unit(most)));
        }
        (Some(least), Some(most)) => {
            words.push_str(&format!(" of {least} to {most} {}", unit(most)));
        }
    }
    if kind == Kinds::ARRAY {
        let elements = View::of(view.graph, &view.element(view.positions()));
        if !elements.parts.is_empty() {
            let each = match depth.checked_sub(1) {
                Some(depth) => described(&elements, depth),
                None => elements.label(),
            };
            words = match words.strip_prefix("array of ") {
                Some(limits) => format!("array of {limits}, each {each}"),
                None => format!("array of {each}"),
            };
        }
    }
    words
}
