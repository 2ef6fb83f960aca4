//! Patterns: read as ECMA-262, and matched by the first engine that supports them.

mod ecma;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};

use regex_automata::meta;
use regex_syntax::hir::{Class, Hir, HirKind, Look, Repetition};

pub(crate) use ecma::{in_rust, is_ecma};

use ecma::Words;

/// The number of backtracking steps allowed for one text.
const STEPS: usize = crate::limits::PATTERN_STEPS;

/// The maximum size of an automaton in bytes.
const AUTOMATON: usize = crate::limits::PATTERN_SIZE;

/// A pattern and its engine.
#[derive(Debug)]
pub(super) enum Pattern {
    /// Matches in time linear in the length of the text.
    Automaton(Box<meta::Regex>),
    /// `^X{n,m}$`, where `X` matches one character: an automaton for `^X*$`, and the number of characters.
    Counted {
        each: Box<meta::Regex>,
        least: usize,
        most: Option<usize>,
    },
    /// For look-around, back-references and large repetition counts elsewhere.
    Backtracking(Box<fancy_regex::Regex>),
}

/// A pattern in the syntax that the `jsonschema` crate accepts and matches identically, whatever its size.
pub(super) fn portable(pattern: &str) -> Cow<'_, str> {
    let plain = in_rust(pattern).unwrap_or(Cow::Borrowed(pattern));
    // The crate does not support ASCII-only word boundaries.
    let has_boundary = pattern.contains(r"\b") || pattern.contains(r"\B");
    match Pattern::new(pattern) {
        Ok(Pattern::Automaton(_)) if !has_boundary => plain,
        Ok(_) => ecma::written(pattern, Words::Steps).unwrap_or(plain),
        Err(_) => plain,
    }
}

/// What is wrong with a pattern, if the parser can tell. Syntax it does not support (look-around,
/// back-references) is left to the other engine.
fn reason(error: &regex_syntax::Error) -> Option<&'static str> {
    use regex_syntax::ast::ErrorKind as Syntax;
    use regex_syntax::hir::ErrorKind as Meaning;
    Some(match error {
        regex_syntax::Error::Parse(error) => match error.kind() {
            Syntax::ClassRangeInvalid => "the range of a class ends before it starts",
            Syntax::RepetitionCountInvalid => {
                "the lower bound of a repetition is above its upper bound"
            }
            Syntax::RepetitionMissing => "a quantifier has nothing to repeat",
            Syntax::DecimalInvalid => "a repetition count is too large",
            Syntax::GroupNameDuplicate { .. } => "two groups have the same name",
            Syntax::GroupNameEmpty | Syntax::GroupNameInvalid => "a group has an invalid name",
            Syntax::NestLimitExceeded(_) => "groups are nested too deeply",
            _ => return None,
        },
        regex_syntax::Error::Translate(error) => match error.kind() {
            Meaning::UnicodePropertyNotFound => "unknown Unicode property",
            Meaning::UnicodePropertyValueNotFound => "unknown value of a Unicode property",
            _ => return None,
        },
        _ => return None,
    })
}

/// The approximate size of an automaton in bytes before minimisation: if it is far too large, it is not worth
/// building.
fn size(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => 40,
        HirKind::Literal(literal) => 40 * literal.0.len(),
        HirKind::Class(Class::Unicode(class)) => 60 * class.ranges().len(),
        HirKind::Class(Class::Bytes(_)) => 60,
        HirKind::Capture(capture) => size(&capture.sub),
        HirKind::Repetition(repetition) => {
            let rounds = repetition.max.unwrap_or(repetition.min).max(1) as usize;
            rounds.saturating_mul(size(&repetition.sub))
        }
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(size).fold(0, usize::saturating_add)
        }
    }
}

fn automaton(hir: &Hir) -> Option<meta::Regex> {
    if size(hir) > 2 * AUTOMATON {
        return None;
    }
    let config = meta::Config::new().nfa_size_limit(Some(AUTOMATON));
    meta::Builder::new()
        .configure(config)
        .build_from_hir(hir)
        .ok()
}

fn backtracking(pattern: &str) -> Result<fancy_regex::Regex, fancy_regex::Error> {
    fancy_regex::RegexBuilder::new(pattern)
        .backtrack_limit(STEPS)
        .delegate_size_limit(AUTOMATON)
        .build()
}

fn counted(hir: &Hir) -> Option<Pattern> {
    let HirKind::Concat(parts) = hir.kind() else {
        return None;
    };
    let [start, middle, end] = parts.as_slice() else {
        return None;
    };
    let (HirKind::Look(Look::Start), HirKind::Look(Look::End)) = (start.kind(), end.kind()) else {
        return None;
    };
    let repetition = repetition(middle)?;
    let takes_one = match repetition.sub.kind() {
        HirKind::Class(_) => true,
        HirKind::Literal(literal) => {
            std::str::from_utf8(&literal.0).is_ok_and(|text| text.chars().count() == 1)
        }
        _ => false,
    };
    if !takes_one {
        return None;
    }
    let any_number = Repetition {
        min: 0,
        max: None,
        ..repetition.clone()
    };
    let each = Hir::concat(vec![
        start.clone(),
        Hir::repetition(any_number),
        end.clone(),
    ]);
    Some(Pattern::Counted {
        each: Box::new(automaton(&each)?),
        least: repetition.min as usize,
        most: repetition.max.map(|most| most as usize),
    })
}

/// The repetition in this expression, with or without a group around it.
fn repetition(hir: &Hir) -> Option<&Repetition> {
    match hir.kind() {
        HirKind::Repetition(repetition) => Some(repetition),
        HirKind::Capture(capture) => match capture.sub.kind() {
            HirKind::Repetition(repetition) => Some(repetition),
            _ => None,
        },
        _ => None,
    }
}

impl Pattern {
    /// Compiles a pattern for the first engine that can match it.
    ///
    /// # Errors
    ///
    /// Why the pattern is invalid, as the end of a sentence; empty if the engines give no good reason.
    pub(super) fn new(pattern: &str) -> Result<Self, String> {
        let said = |reason| format!(": {reason}");
        let plain = in_rust(pattern).map_err(said)?;
        let parsed = regex_syntax::parse(&plain);
        let reason = parsed.as_ref().err().and_then(reason);
        if let Ok(hir) = parsed {
            if let Some(regex) = automaton(&hir) {
                return Ok(Self::Automaton(Box::new(regex)));
            }
            if let Some(counted) = counted(&hir) {
                return Ok(counted);
            }
        } else {
            let plain = ecma::written(pattern, Words::Backtracking).map_err(said)?;
            if let Ok(regex) = backtracking(&plain) {
                return Ok(Self::Backtracking(Box::new(regex)));
            }
        }
        let in_steps = ecma::written(pattern, Words::Steps).map_err(said)?;
        let unread = |_| reason.map_or_else(String::new, |reason| format!(": {reason}"));
        let regex = backtracking(&in_steps).map_err(unread)?;
        Ok(Self::Backtracking(Box::new(regex)))
    }

    /// Whether the pattern matches; `None` if that takes more steps than allowed.
    pub(super) fn matches(&self, text: &str) -> Option<bool> {
        match self {
            Self::Automaton(regex) => Some(regex.is_match(text)),
            Self::Counted { each, least, most } => {
                let length = || text.chars().count();
                let has_length = || (*least..=most.unwrap_or(usize::MAX)).contains(&length());
                Some(each.is_match(text) && has_length())
            }
            Self::Backtracking(regex) => {
                // The automata it uses for sub-patterns panic on a few patterns (issue 1344 of the regex
                // crate).
                let matched = catch_unwind(AssertUnwindSafe(|| regex.is_match(text)));
                matched.ok()?.ok()
            }
        }
    }
}
