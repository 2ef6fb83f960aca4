//! Strings: every pattern and list of strings is an automaton. Both sides run in parallel, character by
//! character. A string that the left side accepts and the right side does not is a witness; if all states
//! were visited, there is none.
//!
//! What an automaton cannot express (formats, look-around, back-references) may have either answer,
//! independently.

use std::collections::VecDeque;

use regex_automata::dfa::{Automaton, StartKind, dense};
use regex_automata::util::primitives::StateID;
use regex_automata::util::start;
use regex_automata::{Anchored, MatchKind};
use regex_syntax::hir::{Class, Hir, HirKind};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::Value;

use crate::json::Kind;

use super::kinds::Kinds;
use super::scalar::{Asked, Question};

/// The limit on combined states to explore.
const STATES: usize = 20_000;

/// The size limit of one automaton in bytes.
const AUTOMATON: usize = 1 << 20;

/// The limit on strings in one list.
const LISTED: usize = 300;

/// The limit on questions without an automaton.
const OPAQUE: usize = 6;

/// The largest length that is tracked.
const LONGEST: u64 = 400;

/// What is known about the strings of a case.
pub(super) enum Answer {
    /// All of them meet the requirement.
    Follows,
    /// This one does not, unless a question without an automaton decides otherwise.
    Refuted(String),
    /// The question is too complex.
    Declined,
}

/// The cache of automata for patterns and lists.
pub(super) type Automata = FxHashMap<String, Option<std::rc::Rc<Pattern>>>;

/// A pattern or list as an automaton.
#[derive(Clone)]
pub(super) struct Pattern {
    automaton: dense::DFA<Vec<u32>>,
    /// The character ranges that it distinguishes.
    classes: Vec<(char, char)>,
}

/// The state of an automaton.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum At {
    In(StateID),
    /// It has matched, whatever follows.
    Matched,
}

/// The states of all automata after some characters and the number of characters, followed by the previous
/// position and the character that led here.
type Reached = ((Vec<At>, u64), Option<(usize, char)>);

/// Whether every string of a case with strings only meets the requirement.
pub(super) fn answer(asked: &Asked<'_>, automata: &mut Automata) -> Answer {
    if asked.kind != Kinds::STRING {
        return Answer::Declined;
    }
    let mut patterns: Vec<(String, std::rc::Rc<Pattern>)> = Vec::new();
    let mut opaque: Vec<String> = Vec::new();
    let mut longest = 0;
    for question in asked.questions() {
        if let Question::Length(length) = question {
            if length.kind == Kind::String {
                longest = longest.max(length.limit);
            }
            continue;
        }
        let Some(key) = key_of(question) else {
            continue;
        };
        let known = patterns.iter().any(|(known, _)| *known == key) || opaque.contains(&key);
        if known {
            continue;
        }
        let built = automata
            .entry(key.clone())
            .or_insert_with(|| automaton_of(question).map(std::rc::Rc::new));
        match built {
            Some(pattern) => patterns.push((key, std::rc::Rc::clone(pattern))),
            None => opaque.push(key),
        }
    }
    if opaque.len() > OPAQUE || longest > LONGEST {
        return Answer::Declined;
    }
    search(&patterns, opaque.len(), longest, &mut |at| {
        asked.is_refuted_by(&mut |question| match question {
            Question::Length(length) => length.allows(at.count),
            other => key_of(other).is_none_or(|key| {
                let position = patterns.iter().position(|(known, _)| *known == key);
                match position {
                    Some(position) => at.ends[position],
                    None => opaque
                        .iter()
                        .position(|known| *known == key)
                        .is_some_and(|position| at.says(position)),
                }
            }),
        })
    })
}

/// A string, as far as automata can distinguish it from others.
pub(super) struct AtString<'s> {
    /// Which patterns match it.
    pub(super) ends: &'s [bool],
    /// The number of characters, capped at one more than the longest relevant length.
    pub(super) count: u64,
    /// The answers to questions without an automaton, one bit each.
    way: u32,
}

impl AtString<'_> {
    /// The answer to a question without an automaton.
    pub(super) const fn says(&self, opaque: usize) -> bool {
        self.way >> opaque & 1 == 1
    }
}

/// Enumerates all strings that these patterns distinguish, shortest first, until one refutes the requirement,
/// whatever the answers to the `opaque` questions without an automaton are.
pub(super) fn search(
    patterns: &[(String, std::rc::Rc<Pattern>)],
    opaque: usize,
    longest: u64,
    is_refuted_at: &mut dyn FnMut(AtString<'_>) -> bool,
) -> Answer {
    let alphabet = alphabet(patterns.iter().map(|(_, pattern)| &**pattern));
    let start: Option<Vec<At>> = patterns
        .iter()
        .map(|(_, pattern)| pattern.start())
        .collect();
    let Some(start) = start else {
        return Answer::Declined;
    };
    // Lengths beyond the longest relevant one are all equivalent.
    let cap = longest + 1;
    let start = (start, 0_u64);
    let mut seen = FxHashSet::from_iter([start.clone()]);
    // States, with the previous one and the character that led here.
    let mut known: Vec<Reached> = vec![(start, None)];
    let mut open = VecDeque::from([0]);
    while let Some(index) = open.pop_front() {
        let (states, count) = known[index].0.clone();
        let ends: Vec<bool> = states
            .iter()
            .zip(patterns)
            .map(|(at, (_, pattern))| pattern.ends(*at))
            .collect();
        let is_refuted = (0..1_u32 << opaque).any(|way| {
            is_refuted_at(AtString {
                ends: &ends,
                count,
                way,
            })
        });
        if is_refuted {
            return Answer::Refuted(string_to(&known, index));
        }
        for character in &alphabet {
            let mut buffer = [0; 4];
            let bytes = character.encode_utf8(&mut buffer).as_bytes();
            let next: Vec<At> = states
                .iter()
                .zip(patterns)
                .map(|(at, (_, pattern))| pattern.next(*at, bytes))
                .collect();
            let next = (next, (count + 1).min(cap));
            if seen.insert(next.clone()) {
                if known.len() >= STATES {
                    return Answer::Declined;
                }
                open.push_back(known.len());
                known.push((next, Some((index, *character))));
            }
        }
    }
    Answer::Follows
}

/// The string that leads to a state.
fn string_to(known: &[Reached], index: usize) -> String {
    let mut characters = Vec::new();
    let mut at = index;
    while let Some((before, character)) = known[at].1 {
        characters.push(character);
        at = before;
    }
    characters.iter().rev().collect()
}

/// A key that identifies a question; `None` for one that does not concern strings.
pub(super) fn key_of(question: Question<'_>) -> Option<String> {
    match question {
        Question::Check(check) if check.kind == Kind::String => {
            Some(format!("{} {}", check.keyword, check.argument))
        }
        Question::Listed(values) => {
            let strings = values.iter().filter(|value| value.is_string());
            let strings: Vec<String> = strings.map(ToString::to_string).collect();
            Some(format!("listed {}", strings.join(" ")))
        }
        Question::Check(_) | Question::Length(_) => None,
    }
}

pub(super) fn automaton_of(question: Question<'_>) -> Option<Pattern> {
    match question {
        Question::Check(check) if check.keyword == "pattern" => {
            of_pattern(check.argument.as_str()?)
        }
        Question::Listed(values) => {
            let strings: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            any_of(&strings)
        }
        _ => None,
    }
}

/// The strings that match a pattern.
pub(super) fn of_pattern(pattern: &str) -> Option<Pattern> {
    Pattern::new(&hir_of(pattern)?)
}

/// Exactly these strings.
pub(super) fn any_of(strings: &[impl AsRef<str>]) -> Option<Pattern> {
    if strings.len() > LISTED {
        return None;
    }
    let literals = strings
        .iter()
        .map(|text| Hir::literal(text.as_ref().as_bytes().to_vec()));
    let any = match strings.is_empty() {
        true => Hir::fail(),
        false => Hir::alternation(literals.collect()),
    };
    let whole = [
        Hir::look(regex_syntax::hir::Look::Start),
        any,
        Hir::look(regex_syntax::hir::Look::End),
    ];
    Pattern::new(&Hir::concat(whole.into()))
}

/// Strings that contain another one.
pub(super) fn holding(part: &str) -> Option<Pattern> {
    Pattern::new(&Hir::literal(part.as_bytes().to_vec()))
}

/// A pattern as the `jsonschema` crate reads it: ECMA-262, in the syntax of Rust's engines.
pub(super) fn hir_of(pattern: &str) -> Option<Hir> {
    let pattern = crate::schema::pattern::in_rust(pattern).ok()?;
    regex_syntax::parse(&pattern).ok()
}

impl Pattern {
    fn new(hir: &Hir) -> Option<Self> {
        let config = dense::Config::new()
            .match_kind(MatchKind::All)
            .start_kind(StartKind::Unanchored)
            .dfa_size_limit(Some(AUTOMATON))
            .determinize_size_limit(Some(AUTOMATON * 2));
        let nfa = regex_automata::nfa::thompson::Compiler::new()
            .configure(
                regex_automata::nfa::thompson::Config::new()
                    .nfa_size_limit(Some(AUTOMATON))
                    .which_captures(regex_automata::nfa::thompson::WhichCaptures::None),
            )
            .build_from_hir(hir)
            .ok()?;
        let automaton = dense::Builder::new()
            .configure(config)
            .build_from_nfa(&nfa)
            .ok()?;
        let mut classes = Vec::new();
        collect(hir, &mut classes);
        classes.sort_unstable();
        classes.dedup();
        Some(Self { automaton, classes })
    }

    /// Whether a string matches.
    #[cfg(test)]
    pub(super) fn matches(&self, text: &str) -> bool {
        let start = self.start();
        start.is_some_and(|start| self.ends(self.next(start, text.as_bytes())))
    }

    fn start(&self) -> Option<At> {
        let config = start::Config::new().anchored(Anchored::No);
        let state = self.automaton.start_state(&config).ok()?;
        Some(self.settled(state))
    }

    fn settled(&self, state: StateID) -> At {
        match self.automaton.is_match_state(state) {
            true => At::Matched,
            false => At::In(state),
        }
    }

    fn next(&self, at: At, bytes: &[u8]) -> At {
        bytes.iter().fold(at, |at, byte| match at {
            At::Matched => At::Matched,
            At::In(state) => self.settled(self.automaton.next_state(state, *byte)),
        })
    }

    /// Whether a string that ends in this state matches.
    fn ends(&self, at: At) -> bool {
        match at {
            At::Matched => true,
            At::In(state) => {
                let end = self.automaton.next_eoi_state(state);
                self.automaton.is_match_state(end)
            }
        }
    }
}

/// The ranges of characters that a pattern distinguishes.
fn collect(hir: &Hir, classes: &mut Vec<(char, char)>) {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => {}
        HirKind::Literal(literal) => {
            let text = String::from_utf8_lossy(&literal.0);
            classes.extend(text.chars().map(|c| (c, c)));
        }
        HirKind::Class(Class::Unicode(class)) => {
            classes.extend(
                class
                    .ranges()
                    .iter()
                    .map(|range| (range.start(), range.end())),
            );
        }
        HirKind::Class(Class::Bytes(class)) => {
            let ranges = class.ranges().iter();
            classes
                .extend(ranges.map(|range| (char::from(range.start()), char::from(range.end()))));
        }
        HirKind::Repetition(repetition) => collect(&repetition.sub, classes),
        HirKind::Capture(capture) => collect(&capture.sub, classes),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().for_each(|part| collect(part, classes));
        }
    }
}

/// One character for each class of characters that no pattern distinguishes; readable letters come first.
fn alphabet<'p>(patterns: impl Iterator<Item = &'p Pattern>) -> Vec<char> {
    let patterns: Vec<&Pattern> = patterns.collect();
    // Potential starts of a class.
    let mut starts: Vec<char> = vec!['a', '0', 'A', '\0'];
    for (from, to) in patterns.iter().flat_map(|pattern| &pattern.classes) {
        starts.push(*from);
        let after = u32::from(*to) + 1;
        // Skips the surrogates.
        let after = if after == 0xD800 { 0xE000 } else { after };
        starts.extend(char::from_u32(after));
    }
    let mut seen = FxHashSet::default();
    starts.retain(|start| seen.insert(*start));
    // Characters in the same ranges are equivalent.
    let mut ranges: Vec<(char, char)> = patterns
        .iter()
        .flat_map(|pattern| pattern.classes.iter().copied())
        .collect();
    ranges.sort_unstable();
    ranges.dedup();
    let mut alike: FxHashSet<Vec<bool>> = FxHashSet::default();
    starts.retain(|start| {
        let membership = ranges.iter().map(|(from, to)| from <= start && start <= to);
        alike.insert(membership.collect())
    });
    starts
}

/// Whether every string that matches one pattern matches another. `false` means unknown.
pub(super) fn matches_within(narrow: &str, wide: &str, automata: &mut Automata) -> bool {
    let mut build = |pattern: &str| {
        let entry = automata.entry(format!("name {pattern}"));
        let built = entry.or_insert_with(|| of_pattern(pattern).map(std::rc::Rc::new));
        built.clone().map(|built| (pattern.to_owned(), built))
    };
    let (Some(narrow), Some(wide)) = (build(narrow), build(wide)) else {
        return false;
    };
    let found = search(&[narrow, wide], 0, 0, &mut |at| at.ends[0] && !at.ends[1]);
    matches!(found, Answer::Follows)
}

/// Whether only these strings match a pattern. `false` means unknown.
pub(super) fn matches_only(pattern: &str, strings: &[impl AsRef<str>]) -> bool {
    let (Some(matching), Some(listed)) = (of_pattern(pattern), any_of(strings)) else {
        return false;
    };
    let named = [("matching", matching), ("listed", listed)];
    let patterns = named.map(|(name, built)| (name.to_owned(), std::rc::Rc::new(built)));
    let found = search(&patterns, 0, 0, &mut |at| at.ends[0] && !at.ends[1]);
    matches!(found, Answer::Follows)
}
