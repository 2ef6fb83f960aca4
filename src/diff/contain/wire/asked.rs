//! Requirements on a text that is read as a value, with an automaton for each question.

use rustc_hash::FxHashSet;
use serde_json::Value;

use crate::json::Kind;
use crate::schema::NodeId;

use crate::diff::contain::Scope;
use crate::diff::contain::kinds::Kinds;
use crate::diff::contain::range::{bounds_of, integer};
use crate::diff::contain::scalar::{Question, holds};
use crate::diff::contain::text::{self, Answer, Automata, Pattern, search};

use super::*;

/// The schemas of one side, all of which hold.
type Side<'a> = (Scope<'a>, &'a [NodeId]);

/// Whether the right schemas can read every text of the left ones, ignoring texts that contain a certain
/// string.
pub(super) fn texts(
    ((left, left_nodes), (right, right_nodes)): (Side<'_>, Side<'_>),
    (without, may_be_empty): (Option<&str>, bool),
    automata: &mut Automata,
) -> Sent {
    let without = without
        .and_then(text::holding)
        .map(|with| ("without", with));
    let sides = [(left, left_nodes), (right, right_nodes)];
    let asked = Asked::of(&sides, automata, without);
    let Some(asked) = asked else {
        return Sent::Unknown;
    };
    let found = asked.search(&mut |asked, at| {
        let is_without = asked.index("without").is_none_or(|index| !at.ends[index]);
        // The empty text comes last: other texts are more informative.
        at.count > 0
            && is_without
            && asked.holds(left, left_nodes, at)
            && !asked.holds(right, right_nodes, at)
    });
    match found {
        Answer::Follows => {
            match may_be_empty && reads(left, left_nodes, "") && !reads(right, right_nodes, "") {
                true => Sent::Refuted(vec![String::new()]),
                false => Sent::Follows,
            }
        }
        Answer::Refuted(text) => Sent::Refuted(vec![text]),
        Answer::Declined => Sent::Unknown,
    }
}

/// Everything that schemas require of a text, for each way to read it.
pub(super) struct Asked {
    patterns: Vec<(String, std::rc::Rc<Pattern>)>,
    opaque: Vec<String>,
    longest: u64,
}

/// The ways to read a text.
const READINGS: [Kinds; 4] = [Kinds::STRING, Kinds::WHOLE, Kinds::FRACTION, Kinds::BOOLEAN];

impl Asked {
    /// `None` if it is too complex.
    pub(super) fn of(
        sides: &[(Scope<'_>, &[NodeId])],
        automata: &mut Automata,
        more: Option<(&str, Pattern)>,
    ) -> Option<Self> {
        let mut asked = Self {
            patterns: Vec::new(),
            opaque: Vec::new(),
            longest: 0,
        };
        let more = more.map(|(key, pattern)| (key.to_owned(), std::rc::Rc::new(pattern)));
        asked.patterns.extend(more);
        for reading in [Kinds::WHOLE, Kinds::FRACTION, Kinds::BOOLEAN] {
            asked.add(form_key(reading), || form(reading), automata);
        }
        for (scope, nodes) in sides {
            let mut seen = FxHashSet::default();
            let mut open = nodes.to_vec();
            while let Some(id) = open.pop() {
                if !seen.insert(id) {
                    continue;
                }
                let node = scope.node(id);
                for length in &node.lengths {
                    if length.kind == Kind::String {
                        asked.longest = asked.longest.max(length.limit);
                    }
                }
                let checks = node.checks.iter().map(|check| Question::Check(check));
                let constant = node.constant.as_deref().map(std::slice::from_ref);
                let values = node.values.as_ref().map(|values| values.all.as_slice());
                let listed = constant.into_iter().chain(values).map(Question::Listed);
                for question in checks.chain(listed) {
                    for reading in READINGS {
                        for (key, automaton) in automata_of(question, reading) {
                            asked.add(key, automaton, automata);
                        }
                    }
                }
                open.extend(node.in_place());
            }
        }
        (asked.opaque.len() <= OPAQUE && asked.longest <= LONGEST).then_some(asked)
    }

    pub(super) fn add(
        &mut self,
        key: String,
        automaton: impl FnOnce() -> Option<Pattern>,
        automata: &mut Automata,
    ) {
        if self.index(&key).is_some() || self.opaque.contains(&key) {
            return;
        }
        let built = automata
            .entry(key.clone())
            .or_insert_with(|| automaton().map(std::rc::Rc::new));
        match built {
            Some(pattern) => self.patterns.push((key, std::rc::Rc::clone(pattern))),
            None => self.opaque.push(key),
        }
    }

    pub(super) fn index(&self, key: &str) -> Option<usize> {
        self.patterns.iter().position(|(known, _)| known == key)
    }

    pub(super) fn search(&self, is_wanted: &mut dyn FnMut(&Self, &text::AtString<'_>) -> bool) -> Answer {
        search(&self.patterns, self.opaque.len(), self.longest, &mut |at| {
            is_wanted(self, &at)
        })
    }

    /// Whether a text can be read as a value of all of these.
    pub(super) fn holds(&self, scope: Scope<'_>, nodes: &[NodeId], at: &text::AtString<'_>) -> bool {
        let is_so = |key: &str| match self.index(key) {
            Some(index) => at.ends[index],
            None => {
                let position = self.opaque.iter().position(|known| known == key);
                position.is_some_and(|position| at.says(position))
            }
        };
        READINGS.into_iter().any(|reading| {
            let answer = &mut |question: Question<'_>| match question {
                Question::Length(length) => length.allows(at.count),
                other => automata_of(other, reading)
                    .iter()
                    .all(|(key, _)| is_so(key)),
            };
            (reading == Kinds::STRING || is_so(&form_key(reading)))
                && nodes
                    .iter()
                    .all(|node| holds(scope, *node, reading, answer))
        })
    }
}

type Built<'q> = (String, Box<dyn FnOnce() -> Option<Pattern> + 'q>);

/// The automata for a question about texts that are read as values of a kind: their keys and how to build
/// them.
fn automata_of(question: Question<'_>, reading: Kinds) -> Vec<Built<'_>> {
    let of_listed = |values: &[Value]| -> Vec<String> {
        let own = values
            .iter()
            .filter(|value| Kinds::of_value(value).within(reading));
        own.filter_map(text_of).collect()
    };
    match (question, reading) {
        (_, Kinds::STRING) => text::key_of(question)
            .map(|key| -> Built<'_> { (key, Box::new(move || text::automaton_of(question))) })
            .into_iter()
            .collect(),
        (Question::Listed(values), _) => {
            let texts = of_listed(values);
            let key = format!("{reading} listed {}", texts.join(" "));
            vec![(key, Box::new(move || text::any_of(&texts)))]
        }
        (Question::Check(check), _) if check.kind == Kind::Number => {
            let bounds: Vec<(&str, serde_json::Number)> = match (&check.argument, bounds_of(check))
            {
                (_, Some(bounds)) => bounds.into(),
                (Value::Number(limit), None) => vec![(check.keyword, limit.clone())],
                _ => return Vec::new(),
            };
            let bounds = bounds.into_iter().map(|(keyword, limit)| -> Built<'_> {
                let key = format!("{reading} {keyword} {limit}");
                let keyword = keyword.to_owned();
                let build = move || match reading {
                    Kinds::WHOLE => text::of_pattern(&whole_within(&keyword, &limit)?),
                    _ => None,
                };
                (key, Box::new(build))
            });
            bounds.collect()
        }
        _ => Vec::new(),
    }
}

fn form_key(reading: Kinds) -> String {
    format!("written as {reading}")
}

/// How JSON writes the scalars of a kind.
fn form(reading: Kinds) -> Option<Pattern> {
    text::of_pattern(match reading {
        Kinds::WHOLE => "^(0|-?[1-9][0-9]*)$",
        Kinds::FRACTION => r"^-?((0|[1-9][0-9]*)\.[0-9]*[1-9]|[1-9](\.[0-9]*[1-9])?e-[1-9][0-9]*)$",
        Kinds::BOOLEAN => "^(true|false)$",
        _ => return None,
    })
}

/// A pattern for integers within a bound; `None` for divisors and for bounds that no pattern can express.
pub(super) fn whole_within(keyword: &str, limit: &serde_json::Number) -> Option<String> {
    let exact = integer(limit);
    let float = limit.as_f64()?;
    let (is_lower, limit) = match keyword {
        "minimum" => (true, exact.unwrap_or(float.ceil() as i128)),
        "exclusiveMinimum" => (true, exact.map_or(float.ceil() as i128, |limit| limit + 1)),
        "maximum" => (false, exact.unwrap_or(float.floor() as i128)),
        "exclusiveMaximum" => (
            false,
            exact.map_or(float.floor() as i128, |limit| limit - 1),
        ),
        _ => return None,
    };
    let any = "[1-9][0-9]*";
    let size = limit.unsigned_abs();
    Some(match (is_lower, limit) {
        (true, 1..) => format!("^({})$", digits_from(size)),
        (true, 0) => format!("^(0|{any})$"),
        (true, _) => format!("^(0|{any}|-({}))$", digits_to(size)),
        (false, ..0) => format!("^-({})$", digits_from(size)),
        (false, 0) => format!("^(0|-{any})$"),
        (false, _) => format!("^(0|-{any}|{})$", digits_to(size)),
    })
}

/// The decimal digits of numbers from this one up; it must not be zero.
fn digits_from(least: u128) -> String {
    let digits: Vec<u8> = least.to_string().into_bytes();
    let mut ways = vec![String::from_utf8_lossy(&digits).into_owned()];
    for (index, digit) in digits.iter().enumerate() {
        if *digit < b'9' {
            let start = String::from_utf8_lossy(&digits[..index]);
            let rest = digits.len() - index - 1;
            ways.push(format!(
                "{start}[{}-9][0-9]{{{rest}}}",
                char::from(digit + 1)
            ));
        }
    }
    ways.push(format!("[1-9][0-9]{{{},}}", digits.len()));
    ways.join("|")
}

/// The decimal digits of numbers from 1 to this one.
fn digits_to(most: u128) -> String {
    let digits: Vec<u8> = most.to_string().into_bytes();
    let mut ways = vec![String::from_utf8_lossy(&digits).into_owned()];
    for (index, digit) in digits.iter().enumerate() {
        let least = if index == 0 { b'1' } else { b'0' };
        if *digit > least {
            let start = String::from_utf8_lossy(&digits[..index]);
            let rest = digits.len() - index - 1;
            let (from, to) = (char::from(least), char::from(digit - 1));
            ways.push(format!("{start}[{from}-{to}][0-9]{{{rest}}}"));
        }
    }
    if digits.len() > 1 {
        ways.push(format!("[1-9][0-9]{{0,{}}}", digits.len() - 2));
    }
    ways.join("|")
}
