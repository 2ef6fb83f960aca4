//! What both schemas mention: the material for candidate witnesses.

use regex_syntax::hir::{Class, ClassUnicodeRange, Hir, HirKind};
use serde_json::{Number, Value};

use crate::schema::{Graph, Node, NodeId};

use super::text::hir_of;

/// The longest arrays and strings to build.
const LONGEST: u64 = 300;

#[derive(Debug, Default)]
pub(in crate::diff) struct Pool {
    /// Scalars, the smallest array and the smallest object.
    pub(super) scalars: Vec<Value>,
    /// Lengths of arrays and objects.
    pub(super) lengths: Vec<usize>,
    /// Names of members that neither schema necessarily declares.
    pub(in crate::diff) names: Vec<String>,
    /// Whether a schema has keywords for strings: a pattern or a format.
    pub(super) has_texts: bool,
}

impl Pool {
    /// What these schemas themselves mention.
    pub(super) fn of_nodes<'n>(nodes: impl Iterator<Item = &'n Node>) -> Self {
        let mut pool = Self::default();
        for node in nodes {
            pool.add(node);
        }
        pool
    }

    /// What schemas and their subschemas mention: at most this many schemas, nearest first.
    pub(in crate::diff) fn near(roots: &[(&Graph, &[NodeId])], most: usize) -> Self {
        let mut pool = Self::default();
        let plain = [
            Value::Null,
            true.into(),
            false.into(),
            0.into(),
            1.into(),
            (-1).into(),
            Number::from_f64(0.5).map_or(Value::Null, Value::Number),
            "".into(),
            "a".into(),
            "0".into(),
            Value::Object(serde_json::Map::new()),
        ];
        pool.scalars.extend(plain);
        pool.names
            .extend(["a".to_owned(), "other".to_owned(), "0".to_owned()]);
        for (graph, roots) in roots {
            for id in reached(graph, roots, most) {
                pool.add(graph.node(id));
            }
        }
        let mut seen = std::collections::HashSet::new();
        pool.scalars.retain(|value| seen.insert(value.to_string()));
        pool.scalars.truncate(160);
        pool.lengths.sort_unstable();
        pool.lengths.dedup();
        pool.lengths.truncate(24);
        let mut seen = std::collections::HashSet::new();
        pool.names.retain(|name| seen.insert(name.clone()));
        pool
    }

    fn add(&mut self, node: &Node) {
        for check in &node.checks {
            match (&check.argument, check.keyword) {
                (Value::Number(limit), "multipleOf") => {
                    let factors = [1.0, 2.0, 3.0, -1.0, 0.5, 5.0];
                    let limit = limit.as_f64().unwrap_or(1.0);
                    for factor in factors {
                        self.number(limit * factor);
                    }
                }
                (Value::Number(limit), _) => {
                    self.scalars.push(limit.clone().into());
                    let limit = limit.as_f64().unwrap_or(0.0);
                    for step in [-1.0, 1.0, -0.5, 0.5, -0.01, 0.01, 10.0, -10.0] {
                        self.number(limit + step);
                    }
                }
                (Value::String(pattern), "pattern") => {
                    self.has_texts = true;
                    self.pattern(pattern);
                }
                (Value::String(format), "format") if format == "int32" => {
                    for number in [2_147_483_648.0, -2_147_483_649.0] {
                        self.number(number);
                    }
                }
                (Value::String(format), "format") => {
                    self.has_texts = true;
                    self.format(format);
                }
                _ => {}
            }
        }
        for length in &node.lengths {
            for limit in [
                length.limit.saturating_sub(1),
                length.limit,
                length.limit.saturating_add(1),
            ] {
                if limit <= LONGEST {
                    let limit = usize::try_from(limit).unwrap_or(0);
                    self.lengths.push(limit);
                    self.scalars.push("a".repeat(limit).into());
                    self.scalars.push("0".repeat(limit).into());
                }
            }
        }
        for (pattern, _) in &node.object.patterns {
            let before = self.scalars.len();
            self.pattern(&pattern.argument_text());
            let names: Vec<String> = self.scalars[before..]
                .iter()
                .filter_map(|value| value.as_str().map(str::to_owned))
                .collect();
            self.names.splice(0..0, names);
        }
        let listed = node.values.iter().flat_map(|values| values.all.iter());
        for value in listed.chain(node.constant.as_deref()) {
            self.scalars.push(value.clone());
            match value {
                Value::Number(number) => {
                    let number = number.as_f64().unwrap_or(0.0);
                    self.number(number + 1.0);
                    self.number(number + 0.5);
                }
                Value::String(text) => {
                    self.scalars.push(format!("{text}x").into());
                    self.names.push(text.clone());
                }
                _ => {}
            }
        }
        if let Some(contains) = node.array.contains {
            for limit in [Some(contains.minimum), contains.maximum]
                .into_iter()
                .flatten()
            {
                if limit <= LONGEST {
                    let limit = usize::try_from(limit).unwrap_or(0);
                    self.lengths
                        .extend([limit, limit + 1, limit.saturating_sub(1)]);
                }
            }
        }
    }

    fn number(&mut self, number: f64) {
        if number.fract() == 0.0 && number.abs() < 9e15 {
            self.scalars.push((number as i64).into());
        } else {
            self.scalars
                .extend(Number::from_f64(number).map(Value::Number));
        }
    }

    /// Strings that match a pattern: with the fewest repetitions, and with more.
    fn pattern(&mut self, pattern: &str) {
        let Some(parsed) = hir_of(pattern) else {
            return;
        };
        for more in 0..4 {
            let mut text = String::new();
            write(&parsed, more, &mut text);
            if text.len() as u64 <= LONGEST {
                self.scalars.push(text.clone().into());
                self.scalars.push(format!("{text}!").into());
            }
        }
    }

    fn format(&mut self, format: &str) {
        let example = match format {
            "date" => "2024-02-29",
            "date-time" => "2024-02-29T12:30:00Z",
            "time" => "12:30:00Z",
            "duration" => "P1D",
            "email" | "idn-email" => "a@example.com",
            "hostname" | "idn-hostname" => "example.com",
            "ipv4" => "192.0.2.1",
            "ipv6" => "2001:db8::1",
            "uuid" => "6f1c2b1e-8d3a-4f5b-9c7d-0a1b2c3d4e5f",
            "uri" | "iri" => "https://example.com/a",
            "uri-reference" | "iri-reference" => "/a",
            "json-pointer" => "/a",
            "regex" => "a+",
            _ => return,
        };
        self.scalars.push(example.into());
    }
}

/// Writes a string that matches a pattern.
fn write(hir: &Hir, more: usize, text: &mut String) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => text.push_str(&String::from_utf8_lossy(&literal.0)),
        HirKind::Class(Class::Unicode(class)) => {
            let ranges = class.ranges();
            let letter = ['a', '1', 'A', '_', '-'].into_iter().find(|letter| {
                ranges
                    .iter()
                    .any(|range| range.start() <= *letter && *letter <= range.end())
            });
            let chosen = match more {
                0 | 2 => letter.or_else(|| ranges.first().map(ClassUnicodeRange::start)),
                _ => ranges
                    .last()
                    .map(ClassUnicodeRange::end)
                    .filter(char::is_ascii)
                    .or(letter),
            };
            text.extend(chosen.or_else(|| ranges.first().map(ClassUnicodeRange::start)));
        }
        HirKind::Class(Class::Bytes(_)) => {}
        HirKind::Repetition(repetition) => {
            let least = repetition.min as usize;
            let wanted = least + more;
            let most = repetition.max.map_or(wanted, |most| most as usize);
            for _ in 0..wanted.min(most).min(64).max(least.min(64)) {
                write(&repetition.sub, more, text);
            }
        }
        HirKind::Capture(capture) => write(&capture.sub, more, text),
        HirKind::Concat(parts) => parts.iter().for_each(|part| write(part, more, text)),
        HirKind::Alternation(ways) => {
            if let Some(way) = ways.get(more % ways.len()) {
                write(way, more, text);
            }
        }
    }
}

/// The schemas reachable from a schema, nearest first.
fn reached(graph: &Graph, roots: &[NodeId], most: usize) -> Vec<NodeId> {
    let mut seen = rustc_hash::FxHashSet::from_iter(roots.iter().copied());
    let mut reached = roots.to_vec();
    let mut next = 0;
    while let Some(&id) = reached.get(next) {
        next += 1;
        for inner in graph.node(id).inner() {
            if reached.len() < most && seen.insert(inner) {
                reached.push(inner);
            }
        }
    }
    reached
}
