//! The bare verdict: whether a schema accepts a value.

use std::cell::{Cell, RefCell};

use rustc_hash::FxHashMap;

use crate::json::decimal::Decimal;
use crate::json::{Key, Kind, TapeNode, Value};
use crate::limits;
use crate::location::Side;

use super::{Contains, Graph, Node, NodeId, Required, Tagged};

/// Cached verdicts on values of one document, so that schemas that try several branches at every level do not
/// take exponential time.
#[derive(Debug, Default)]
pub struct Memo {
    known: RefCell<FxHashMap<(NodeId, u32), bool>>,
    /// The side of the exchange that the document belongs to.
    side: Option<Side>,
    /// The current depth of nested schema checks, and whether it exceeded the limit.
    depth: Cell<u32>,
    is_exceeded: Cell<bool>,
}

impl Memo {
    /// A memo for a document on this side, if it belongs to one.
    #[must_use]
    pub fn on(side: Option<Side>) -> Self {
        Self {
            side,
            ..Self::default()
        }
    }

    /// Whether schemas were nested too deeply, so that some verdicts are unknown. Such values count as
    /// rejected.
    #[must_use]
    pub fn is_exceeded(&self) -> bool {
        self.is_exceeded.get()
    }

    /// Checks one level deeper, unless the nesting limit is reached.
    fn deeper<T>(&self, ask: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= limits::NESTED_SCHEMAS {
            self.is_exceeded.set(true);
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let answer = ask();
        self.depth.set(self.depth.get() - 1);
        Some(answer)
    }

    /// The side of the exchange that the document belongs to.
    #[must_use]
    pub fn side(&self) -> Option<Side> {
        self.side
    }
}

impl Graph {
    /// Whether the schema accepts the value. A property test compares the answer with the `jsonschema`
    /// crate's.
    #[must_use]
    pub fn accepts(&self, id: NodeId, value: Value<'_>) -> bool {
        self.accepts_with(id, value, &Memo::default())
    }

    /// Like [`accepts`](Self::accepts), but uses the verdicts already known for the same document.
    #[must_use]
    pub fn accepts_with(&self, id: NodeId, value: Value<'_>, memo: &Memo) -> bool {
        let node = self.node(id);
        if node.is_leaf {
            return self.node_accepts(id, node, value, memo);
        }
        let key = (id, value.index());
        if let Some(known) = memo.known.borrow().get(&key) {
            return *known;
        }
        let Some(accepts) = memo.deeper(|| self.conjuncts_accept(id, node, value, memo)) else {
            return false;
        };
        memo.known.borrow_mut().insert(key, accepts);
        accepts
    }

    /// Whether a schema and all schemas that always apply with it accept the value. They are checked one
    /// after the other, so that long chains of references and `allOf` take no stack.
    fn conjuncts_accept(&self, id: NodeId, node: &Node, value: Value<'_>, memo: &Memo) -> bool {
        if node.reference.is_none() && node.all_of.is_empty() {
            return self.node_accepts(id, node, value, memo);
        }
        let mut conjuncts = vec![id];
        let mut next = 0;
        while let Some(&id) = conjuncts.get(next) {
            next += 1;
            let node = self.node(id);
            if !self.node_accepts(id, node, value, memo) {
                return false;
            }
            for &inner in node.reference.iter().chain(&node.all_of) {
                if !conjuncts.contains(&inner) {
                    conjuncts.push(inner);
                }
            }
        }
        true
    }

    /// Whether a schema accepts the value, without the schemas that always apply with it.
    fn node_accepts(&self, id: NodeId, node: &Node, value: Value<'_>, memo: &Memo) -> bool {
        let inner = |id: &NodeId| self.accepts_with(*id, value, memo);
        !node.never
            && node.types.is_none_or(|types| types.hold(value))
            && node.lists(value)
            && node.is_constant(value)
            && node.checks.iter().all(|check| check.accepts(value))
            && node.lengths_allow(value)
            && self.unions_accept(node, value, memo)
            && !node.not.as_ref().is_some_and(inner)
            && self.conditional_accepts(node, value, memo)
            && match value.kind() {
                Kind::Object => {
                    self.members_accepted(node, value, memo)
                        && self.unevaluated_members_accepted(id, value, memo)
                }
                Kind::Array => {
                    self.elements_accepted(node, value, memo)
                        && self.unevaluated_elements_accepted(id, value, memo)
                }
                Kind::Null | Kind::Boolean | Kind::Number | Kind::String => true,
            }
    }

    fn unions_accept(&self, node: &Node, value: Value<'_>, memo: &Memo) -> bool {
        if node.any_of.is_empty() && node.one_of.is_empty() {
            return true;
        }
        let inner = |id: &NodeId| self.accepts_with(*id, value, memo);
        let tagged = self.tagged(node, value);
        let accepts = |branches: &[NodeId], exactly_one: bool| match tagged {
            _ if branches.is_empty() => true,
            Tagged::Unknown => false,
            Tagged::Branch(branch) if branches.contains(&branch) => inner(&branch),
            _ if exactly_one => branches.iter().filter(|id| inner(id)).take(2).count() == 1,
            _ => branches.iter().any(inner),
        };
        accepts(&node.any_of, false) && accepts(&node.one_of, true)
    }

    fn conditional_accepts(&self, node: &Node, value: Value<'_>, memo: &Memo) -> bool {
        node.conditional.is_none_or(|conditional| {
            let branch = if self.accepts_with(conditional.condition, value, memo) {
                conditional.then
            } else {
                conditional.otherwise
            };
            branch.is_none_or(|branch| self.accepts_with(branch, value, memo))
        })
    }

    fn members_accepted(&self, node: &Node, value: Value<'_>, memo: &Memo) -> bool {
        let rules = &node.object;
        let is_there = |required: &Required| {
            !required.holds_on(memo.side) || value.get(&required.name).is_some()
        };
        rules.required.iter().all(is_there)
            && rules.dependent_required.iter().all(|(name, needed)| {
                value.get(name).is_none() || needed.iter().all(|name| value.get(name).is_some())
            })
            && rules
                .dependent_schemas
                .iter()
                .all(|(name, id)| value.get(name).is_none() || self.accepts_with(*id, value, memo))
            && value.members().all(|(key, member)| {
                let name = key.name();
                rules
                    .property_names
                    .is_none_or(|id| self.accepts_name(id, &name))
                    && self.member_accepted(node, &name, member, memo)
            })
    }

    fn member_accepted(&self, node: &Node, name: &str, member: Value<'_>, memo: &Memo) -> bool {
        let mut is_named = false;
        for id in node.named_schemas(name) {
            is_named = true;
            if !self.accepts_with(id, member, memo) {
                return false;
            }
        }
        is_named
            || node
                .object
                .additional
                .is_none_or(|id| self.accepts_with(id, member, memo))
    }

    fn elements_accepted(&self, node: &Node, value: Value<'_>, memo: &Memo) -> bool {
        let rules = &node.array;
        value.elements().enumerate().all(|(index, element)| {
            node.element_schema(index)
                .is_none_or(|id| self.accepts_with(id, element, memo))
        }) && rules
            .contains
            .is_none_or(|contains| contains.allows(self.count_contained(contains, value, memo)))
    }

    /// The number of elements of an array that match `contains`.
    #[must_use]
    pub fn count_contained(&self, contains: Contains, value: Value<'_>, memo: &Memo) -> u64 {
        value
            .elements()
            .filter(|element| self.accepts_with(contains.node, *element, memo))
            .count() as u64
    }

    /// Whether a schema (of `propertyNames`) accepts a name.
    #[must_use]
    pub fn accepts_name(&self, id: NodeId, name: &str) -> bool {
        let quoted = serde_json::Value::from(name).to_string();
        // A quoted string is always JSON.
        crate::json::TapeDocument::parse(quoted.as_bytes())
            .is_ok_and(|document| self.accepts(id, document.root()))
    }
}

impl Contains {
    /// Whether this number of matching elements is allowed.
    #[must_use]
    pub fn allows(self, found: u64) -> bool {
        found >= self.minimum && self.maximum.is_none_or(|maximum| found <= maximum)
    }
}

impl Node {
    /// Whether `enum` lists the value, or there is no `enum`.
    #[must_use]
    pub fn lists(&self, value: Value<'_>) -> bool {
        self.values
            .as_ref()
            .is_none_or(|values| match value.as_str() {
                Some(text) => values.has_str(&text),
                None => values.all.iter().any(|listed| equals(value, listed)),
            })
    }

    /// Whether the value equals `const`, or there is no `const`.
    #[must_use]
    pub fn is_constant(&self, value: Value<'_>) -> bool {
        self.constant
            .as_ref()
            .is_none_or(|constant| equals(value, constant))
    }

    fn lengths_allow(&self, value: Value<'_>) -> bool {
        self.lengths
            .iter()
            .all(|length| length.measure(value).is_none_or(|n| length.allows(n)))
    }

    /// The schemas that `properties` and `patternProperties` apply to a member with this name.
    pub fn named_schemas<'n>(&'n self, name: &'n str) -> impl Iterator<Item = NodeId> + 'n {
        let rules = &self.object;
        let patterns = rules
            .patterns
            .iter()
            .filter(move |(pattern, _)| pattern.accepts_text(name))
            .map(|(_, id)| *id);
        rules
            .properties
            .get(name)
            .copied()
            .into_iter()
            .chain(patterns)
    }

    /// The format of the schema and an example value from the contract, if it has both.
    #[must_use]
    pub fn expected_spelling(&self) -> Option<(&str, &str)> {
        let example = self.examples().next()?.as_str()?;
        let format = self.checks.iter().find(|check| check.keyword == "format")?;
        Some((format.argument.as_str()?, example))
    }

    /// Whether the schema has no constraints: `true` or `{}`.
    #[must_use]
    pub fn is_open(&self) -> bool {
        !self.asserts
    }

    /// The schema that this schema applies to the element at this position.
    #[must_use]
    pub fn element_schema(&self, index: usize) -> Option<NodeId> {
        self.array.prefix.get(index).copied().or(self.array.items)
    }
}

/// JSON Schema equality: numbers compare by their mathematical value, also inside arrays and objects.
///
/// A schema keeps numbers that do not fit 64 bits as doubles, so one with more than 15 digits may have been written in
/// another way. Such a number equals the shortest one that reads as this double, its exact value, and all numbers beyond
/// 64 bits that read as the same double.
fn equals(value: Value<'_>, expected: &serde_json::Value) -> bool {
    match expected {
        serde_json::Value::Number(number) => value.kind() == Kind::Number && equals_number(value, number),
        serde_json::Value::Array(elements) => {
            let is_equal = |(value, expected)| equals(value, expected);
            value.kind() == Kind::Array && value.len() == elements.len() && value.elements().zip(elements).all(is_equal)
        }
        serde_json::Value::Object(members) => {
            let is_equal = |(key, value): (Key<'_>, _)| members.get(&*key.name()).is_some_and(|expected| equals(value, expected));
            value.kind() == Kind::Object && value.len() == members.len() && value.members().all(is_equal)
        }
        serde_json::Value::Null => value.kind() == Kind::Null,
        serde_json::Value::Bool(expected) => value.as_bool() == Some(*expected),
        serde_json::Value::String(expected) => value.as_str().is_some_and(|text| text == *expected),
    }
}

fn equals_number(value: Value<'_>, expected: &serde_json::Number) -> bool {
    use jsonschema::json::Node as _;
    let raw = value.raw();
    // The usual case.
    if let (Some(expected), Ok(written)) = (expected.as_i64(), raw.parse::<i64>()) {
        return expected == written;
    }
    let shortest = expected.to_string();
    if raw == shortest {
        return true;
    }
    let (Some(shortest), Some(written)) = (Decimal::parse(&shortest), Decimal::parse(raw)) else {
        return false;
    };
    if shortest == written || !expected.is_f64() || shortest.precision() <= 15 {
        return shortest == written;
    }
    TapeNode::Value(value).equals_value(&serde_json::Value::Number(expected.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::TapeDocument;

    /// Whether the numbers of each row are equal: what the schema has, and what was sent.
    #[test]
    fn numbers_are_equal_by_value() {
        let same: [(&str, &str); 16] = [
            ("1.2345678901234567e+19", "12345678901234567000"),
            ("12345678901234567000", "1.2345678901234567e+19"),
            ("12345678901234567000.0", "12345678901234567000"),
            ("-1.2345678901234568e18", "-1234567890123456800"),
            ("-1234567890123456800", "-1.2345678901234568E+18"),
            ("1e3", "1000"),
            ("1000", "1.000e3"),
            ("0", "-0.0"),
            ("-0.0", "0"),
            ("1e400", "1e400"),
            ("0.1234567890123456789", "0.1234567890123456789"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("123456789012345678901234567890", "1.2345678901234567890123456789e29"),
            ("18446744073709551615", "18446744073709551615.0"),
            ("9223372036854775808", "9.223372036854775808e18"),
            ("9007199254740993", "9.007199254740993e15"),
        ];
        let other: [(&str, &str); 9] = [
            ("1.2345678901234567e+19", "12345678901234567001"),
            ("12345678901234567001", "1.2345678901234567e+19"),
            ("9007199254740992.0", "9007199254740993"),
            ("9007199254740993", "9007199254740992.0"),
            ("18446744073709551615", "18446744073709551616"),
            ("0.1", "0.10000000000000000000001"),
            ("1", "1.0000000000000000000001"),
            ("1", "-1"),
            ("1", "\"1\""),
        ];
        let wraps: [fn(&str) -> String; 4] = [
            str::to_owned,
            |number| format!("[{number}, null, true, \"x\"]"),
            |number| format!("{{\"a\": {number}, \"b\": [], \"\u{e9}\": {{}}}}"),
            |number| format!("[{{\"a\": [[], {{\"b\": {number}}}]}}]"),
        ];
        let rows = same.map(|row| (row, true)).into_iter().chain(other.map(|row| (row, false)));
        for ((expected, sent), is_same) in rows {
            for wrap in wraps {
                let schema = TapeDocument::parse(wrap(expected).as_bytes()).expect(expected).root().to_serde();
                let sent = wrap(sent);
                let document = TapeDocument::parse(sent.as_bytes()).expect("JSON");
                assert_eq!(equals(document.root(), &schema), is_same, "{schema} {sent}");
            }
        }
    }

    #[test]
    fn arrays_and_objects_are_equal_by_their_content() {
        let table = [
            (r#"{"a": 1, "b": 2}"#, r#"{"b": 2.0, "a": 10e-1}"#, true),
            (r#"{"a": 1}"#, r#"{"a": 2, "a": 1}"#, true),
            (r#"{"a": 1}"#, r#"{"a": 1, "b": 2}"#, false),
            (r#"{"a": 1, "b": null}"#, r#"{"a": 1}"#, false),
            (r#"{"a": 1}"#, r#"{"\u0061": 1}"#, true),
            (r#"{"a": "\u00e9"}"#, r#"{"a": "é"}"#, true),
            ("[1, 2]", "[2, 1]", false),
            ("[1]", "[1, 1]", false),
            ("[]", "{}", false),
            ("[]", "[]", true),
            ("{}", "null", false),
            ("[0]", "[false]", false),
            ("[null]", "[false]", false),
        ];
        for (expected, sent, is_same) in table {
            let schema = TapeDocument::parse(expected.as_bytes()).expect("JSON").root().to_serde();
            let document = TapeDocument::parse(sent.as_bytes()).expect("JSON");
            assert_eq!(equals(document.root(), &schema), is_same, "{expected} {sent}");
        }
    }
}
