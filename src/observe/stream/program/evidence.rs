//! Which branches an object cannot be meant for, judging by its first members.
//!
//! A branch that fixes a property to other texts, or that is closed and does not declare a key, need not be
//! asked.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::json::Kind;
use crate::schema::{Graph, NodeId};

use crate::observe::stream::lex::scan;

/// Bytes of evidence that are kept; longer evidence is cut off.
const MOST: usize = 512;

/// How deep nested unions are followed.
const DEPTH: u8 = 8;

/// Represents every text that no branch fixes a tag to.
const OTHER_TEXT: &[u8] = br#""\u0000""#;

/// Represents every key that no closed branch declares.
const OTHER_KEY: &[u8] = br#""""#;

/// What is inspected in an object.
#[derive(Debug, Default)]
pub(crate) struct Looks {
    /// Properties that some branch fixes to texts, with all of these texts.
    tags: FxHashMap<Box<[u8]>, FxHashSet<Box<[u8]>>>,
    /// The properties that discriminators use. All of them are searched for.
    deciding: Vec<Box<[u8]>>,
    /// Whether some branch is closed, so that any key is evidence.
    is_closed: bool,
    /// Whether a closed branch has patterns for keys.
    has_patterns: bool,
    /// The keys that closed branches declare.
    names: FxHashSet<Box<[u8]>>,
}

impl Looks {
    /// Collects what distinguishes the branches of unions.
    pub(crate) fn new(graph: &Graph, given: &[NodeId]) -> Self {
        let mut looks = Self::default();
        let mut seen = Vec::new();
        looks.gather(graph, given, DEPTH, &mut seen);
        looks
    }

    fn gather(&mut self, graph: &Graph, ids: &[NodeId], depth: u8, seen: &mut Vec<NodeId>) {
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        for part in ids.iter().flat_map(|id| graph.parts(*id)) {
            if seen.contains(&part) {
                continue;
            }
            seen.push(part);
            let rules = &graph.node(part).object;
            for (name, property) in &rules.properties {
                let texts = texts(graph, *property);
                if !texts.is_empty() {
                    let known = self.tags.entry(name.as_bytes().into()).or_default();
                    known.extend(texts.into_iter().map(|text| text.into_bytes().into()));
                }
            }
            if rules.additional.is_some_and(|rest| graph.node(rest).never) {
                self.is_closed = true;
                self.has_patterns |= !rules.patterns.is_empty();
                let names = rules.properties.keys().map(|name| name.as_bytes().into());
                self.names.extend(names);
            }
            let node = graph.node(part);
            if let Some(discriminator) = node.deciding() {
                let name = discriminator.property.as_bytes();
                let known = self.tags.entry(name.into()).or_default();
                known.extend(
                    discriminator
                        .branches
                        .keys()
                        .map(|tag| tag.as_bytes().into()),
                );
                if !self.deciding.iter().any(|known| **known == *name) {
                    self.deciding.push(name.into());
                }
            }
            for branches in [&node.any_of, &node.one_of] {
                self.gather(graph, branches, depth, seen);
            }
        }
    }

    /// Gathers the evidence of the object at `at`: its first key, and its first tags with their texts.
    /// Anything written with escapes is not used.
    pub(crate) fn look(
        &self,
        text: &[u8],
        at: usize,
        skipper: &mut scan::Skipper,
        evidence: &mut Vec<u8>,
    ) {
        evidence.clear();
        if self.tags.is_empty() && !self.is_closed {
            return;
        }
        // The walk itself reports malformed JSON.
        let _: Option<()> = self.gather_evidence(text, at, skipper, evidence);
    }

    /// Returns when there is no more evidence to gather.
    fn gather_evidence(
        &self,
        text: &[u8],
        at: usize,
        skipper: &mut scan::Skipper,
        evidence: &mut Vec<u8>,
    ) -> Option<()> {
        let mut at = scan::space(text, at + 1);
        let mut is_first = true;
        let mut is_tagged = false;
        let mut sought = self.deciding.len();
        while text.get(at) == Some(&b'"') {
            let key = scan::string(text, at + 1).ok()?;
            let written = &text[at..key.end];
            let name = &text[at + 1..key.end - 1];
            let tags = self.tags.get(name).filter(|_| !key.is_escaped);
            if is_tagged && tags.is_none() && sought == 0 {
                return None;
            }
            if !key.is_escaped && self.deciding.iter().any(|known| **known == *name) {
                sought = sought.saturating_sub(1);
            }
            at = scan::space(text, key.end);
            if text.get(at) != Some(&b':') {
                return None;
            }
            at = scan::space(text, at + 1);
            let is_told = self.is_closed && is_first && !key.is_escaped;
            is_first = false;
            if let (Some(texts), Some(b'"')) = (tags, text.get(at)) {
                let scanned = scan::string(text, at + 1).ok()?;
                let value = match texts.contains(&text[at + 1..scanned.end - 1]) {
                    _ if scanned.is_escaped => &b";"[..],
                    true => &text[at..scanned.end],
                    false => OTHER_TEXT,
                };
                is_tagged |= !scanned.is_escaped;
                put(evidence, written, value)?;
                at = scanned.end;
            } else {
                if is_told {
                    let is_known = self.names.contains(name) || self.has_patterns || tags.is_some();
                    put(evidence, if is_known { written } else { OTHER_KEY }, b";")?;
                }
                if self.tags.is_empty() {
                    return None;
                }
                at = skipper.value(text, at, 0).ok()?;
            }
            at = scan::space(text, at);
            if text.get(at) != Some(&b',') {
                return None;
            }
            at = scan::space(text, at + 1);
        }
        None
    }
}

/// Adds evidence if there is room.
fn put(evidence: &mut Vec<u8>, key: &[u8], value: &[u8]) -> Option<()> {
    if evidence.len() + key.len() + value.len() > MOST {
        return None;
    }
    evidence.extend_from_slice(key);
    evidence.extend_from_slice(value);
    Some(())
}

/// A member of an object, and its text if it is a tag.
#[derive(Debug)]
pub(crate) struct EvidenceMember {
    key: String,
    text: Option<String>,
}

/// Reads gathered evidence.
pub(crate) fn members(evidence: &[u8]) -> Vec<EvidenceMember> {
    let mut members = Vec::new();
    let mut at = 0;
    while evidence.get(at) == Some(&b'"') {
        let Ok(key) = scan::string(evidence, at + 1) else {
            break;
        };
        let value = match evidence.get(key.end) {
            Some(b'"') => scan::string(evidence, key.end + 1).ok(),
            _ => None,
        };
        let text = value.map(|value| scan::unescape(&evidence[key.end..value.end]));
        members.push(EvidenceMember {
            key: scan::unescape(&evidence[at..key.end]),
            text,
        });
        at = value.map_or(key.end + 1, |value| value.end);
    }
    members
}

/// Whether a branch fixes one of these members to other texts.
pub(crate) fn is_tagged_otherwise(graph: &Graph, branch: NodeId, members: &[EvidenceMember]) -> bool {
    members.iter().any(|member| {
        let Some(text) = &member.text else {
            return false;
        };
        let texts = graph.fixed_texts(branch, &member.key);
        texts.is_some_and(|texts| !texts.is_empty() && !texts.contains(text))
    })
}

/// The text of the member with this name, if it was gathered. Texts that no branch uses are all the same.
pub(crate) fn text<'m>(members: &'m [EvidenceMember], name: &str) -> Option<&'m str> {
    let member = members.iter().find(|member| member.key == name)?;
    member.text.as_deref()
}

/// Whether an object with these members has one with this name; `None` if that is not known.
pub(crate) fn has(members: &[EvidenceMember], name: &str) -> Option<bool> {
    members
        .iter()
        .any(|member| member.key == name)
        .then_some(true)
}

/// Whether a schema accepts no object with these members.
pub(crate) fn excludes(graph: &Graph, id: NodeId, members: &[EvidenceMember]) -> bool {
    excludes_within(graph, id, members, DEPTH)
}

fn excludes_within(graph: &Graph, id: NodeId, members: &[EvidenceMember], depth: u8) -> bool {
    let Some(depth) = depth.checked_sub(1) else {
        return false;
    };
    graph.parts(id).into_iter().any(|part| {
        let node = graph.node(part);
        let all_exclude = |branches: &[NodeId]| {
            let mut branches = branches.iter();
            branches.len() > 0 && branches.all(|id| excludes_within(graph, *id, members, depth))
        };
        let is_closed = |key: &str| {
            let rest = node.object.additional;
            rest.is_some_and(|rest| graph.node(rest).never)
                && node.named_schemas(key).next().is_none()
        };
        let is_other = |member: &EvidenceMember| {
            let Some(text) = &member.text else {
                return false;
            };
            let property = node.object.properties.get(&*member.key);
            property.is_some_and(|property| {
                let fixed = texts(graph, *property);
                !fixed.is_empty() && !fixed.iter().any(|fixed| fixed == text)
            })
        };
        node.never
            || node
                .types
                .is_some_and(|types| !types.may_hold(Kind::Object))
            || members
                .iter()
                .any(|member| is_closed(&member.key) || is_other(member))
            || all_exclude(&node.any_of)
            || all_exclude(&node.one_of)
    })
}

/// The texts that a schema fixes a string to; empty if it does not fix it.
fn texts(graph: &Graph, id: NodeId) -> Vec<String> {
    let node = graph.node(graph.resolve(id));
    match (&node.constant, &node.values) {
        (Some(constant), _) => constant.as_str().map(str::to_owned).into_iter().collect(),
        (None, Some(values)) => values.strings().map(str::to_owned).collect(),
        (None, None) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::observe::tests::contract_of;
    use super::*;
    use crate::contract::Payload;
    use crate::location::Side;

    /// Evidence that does not distinguish branches is the same, and evidence is short, because trees are kept
    /// by it.
    #[test]
    fn evidence_is_of_few_kinds() {
        let schema = json!({"oneOf": [
            {"properties": {"kind": {"const": "a"}, "n": true}, "additionalProperties": false},
            {"properties": {"kind": {"enum": ["b", "c"]}}, "required": ["kind"]}]});
        let contract = contract_of(&schema);
        let payload = contract.operations[0].payload(Side::Response, Some(200));
        let node = payload.and_then(Payload::schema).expect("a schema");
        let looks = Looks::new(&contract.graph, &[node]);
        let long = "k".repeat(4_000);
        let table = [
            ("{}".to_owned(), ""),
            ("{\"kind\":\"a\"}".to_owned(), "\"kind\"\"a\""),
            (
                " {\"n\" : {\"kind\":1} , \"kind\" : \"b\" }"
                    .trim()
                    .to_owned(),
                "\"n\";\"kind\"\"b\"",
            ),
            ("{\"kind\":\"strange\"}".to_owned(), "\"kind\"\"\\u0000\""),
            ("{\"kind\":4}".to_owned(), "\"kind\";"),
            ("{\"x1\":1,\"x2\":2}".to_owned(), "\"\";"),
            (
                format!("{{\"{long}\":1,\"kind\":\"{long}\"}}"),
                "\"\";\"kind\"\"\\u0000\"",
            ),
            ("{\"k\\u0069nd\":\"a\"}".to_owned(), ""),
            ("{\"kind\":\"\\u0061\"}".to_owned(), "\"kind\";"),
        ];
        for (text, expected) in table {
            let mut evidence = Vec::new();
            looks.look(
                text.as_bytes(),
                0,
                &mut scan::Skipper::default(),
                &mut evidence,
            );
            assert_eq!(String::from_utf8_lossy(&evidence), expected, "{text:.60}");
        }
        let branches = &contract.graph.node(contract.graph.resolve(node)).one_of;
        let excluded = |evidence: &str| {
            let members = members(evidence.as_bytes());
            let excluded = branches
                .iter()
                .map(|id| excludes(&contract.graph, *id, &members));
            excluded.collect::<Vec<bool>>()
        };
        assert_eq!(excluded("\"kind\"\"a\""), [false, true]);
        assert_eq!(excluded("\"n\";\"kind\"\"b\""), [true, false]);
        assert_eq!(excluded("\"kind\"\"\\u0000\""), [true, true]);
        assert_eq!(excluded("\"\";"), [true, false]);
        assert_eq!(excluded("\"kind\";"), [false, false]);
    }
}
