//! Shrinks witnesses.

use serde_json::{Map, Number, Value};

/// The limit on bytes to validate while shrinking, not counting the first [`TRIES`] candidates.
const BYTES: usize = 400_000;

/// The number of candidates that are tried regardless of their size.
const TRIES: u32 = 24;

/// Removes everything from a value that `keeps` does not need, as far as the budget allows.
///
/// Members and elements are removed in halves, then in quarters and so on (delta debugging), so a large
/// irrelevant part disappears after a few tries.
pub(in crate::diff) fn shrunk(value: Value, keeps: impl FnMut(&Value) -> bool) -> Value {
    let mut shrinker = Shrinker {
        value,
        keeps,
        bytes: BYTES,
        tries: TRIES,
    };
    while shrinker.pass(&mut Vec::new()) {}
    shrinker.value
}

/// The path to a part: the position of the member or element at each level.
type Steps = Vec<usize>;

struct Shrinker<F> {
    /// The smallest value so far that satisfies `keeps`.
    value: Value,
    keeps: F,
    /// The remaining budget.
    bytes: usize,
    tries: u32,
}

impl<F: FnMut(&Value) -> bool> Shrinker<F> {
    /// Shrinks the part at `steps` and everything below it. Returns whether anything was removed.
    fn pass(&mut self, steps: &mut Steps) -> bool {
        if self.is_spent() {
            return false;
        }
        let mut has_shrunk = match part(&mut self.value, steps) {
            Some(Value::Array(_) | Value::Object(_)) => self.fewer_parts(steps),
            Some(Value::String(_) | Value::Number(_)) => self.simpler(steps),
            _ => false,
        };
        let mut index = 0;
        while index < part(&mut self.value, steps).map_or(0, |part| count(part)) {
            steps.push(index);
            has_shrunk |= self.pass(steps);
            steps.pop();
            index += 1;
        }
        has_shrunk
    }

    fn fewer_parts(&mut self, steps: &Steps) -> bool {
        let mut has_shrunk = false;
        let mut size = part(&mut self.value, steps).map_or(0, |part| count(part));
        while size > 0 {
            let mut from = 0;
            loop {
                let all = part(&mut self.value, steps).map_or(0, |part| count(part));
                if from >= all || self.is_spent() {
                    break;
                }
                let to = (from + size).min(all);
                let is_gone = self.replace(steps, |part| without(part, from, to));
                has_shrunk |= is_gone;
                if !is_gone {
                    from = to;
                }
            }
            size /= 2;
        }
        has_shrunk
    }

    fn simpler(&mut self, steps: &Steps) -> bool {
        let mut has_shrunk = false;
        for way in 0..3 {
            while !self.is_spent() && self.replace(steps, |part| simplified(part, way)) {
                has_shrunk = true;
            }
        }
        has_shrunk
    }

    /// Replaces a part with something smaller if the whole value still satisfies `keeps`.
    fn replace(&mut self, steps: &Steps, smaller: impl FnOnce(&Value) -> Option<Value>) -> bool {
        let Some(place) = part(&mut self.value, steps) else {
            return false;
        };
        let Some(smaller) = smaller(place) else {
            return false;
        };
        let before = std::mem::replace(place, smaller);
        self.bytes = self.bytes.saturating_sub(size(&self.value));
        self.tries = self.tries.saturating_sub(1);
        let holds = (self.keeps)(&self.value);
        if !holds && let Some(place) = part(&mut self.value, steps) {
            *place = before;
        }
        holds
    }

    const fn is_spent(&self) -> bool {
        self.bytes == 0 && self.tries == 0
    }
}

fn part<'v>(value: &'v mut Value, steps: &[usize]) -> Option<&'v mut Value> {
    steps.iter().try_fold(value, |value, step| match value {
        Value::Array(elements) => elements.get_mut(*step),
        Value::Object(members) => members.values_mut().nth(*step),
        _ => None,
    })
}

/// The number of parts of a value.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(elements) => elements.len(),
        Value::Object(members) => members.len(),
        _ => 0,
    }
}

/// The approximate size of a value in bytes of JSON text.
pub(super) fn size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Array(elements) => {
            elements
                .iter()
                .map(|element| size(element) + 1)
                .sum::<usize>()
                + 2
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, member)| name.len() + size(member) + 4);
            members.sum::<usize>() + 2
        }
        _ => 4,
    }
}

/// A value without some of its parts.
fn without(value: &Value, from: usize, to: usize) -> Option<Value> {
    let is_left = |index: usize| index < from || index >= to;
    match value {
        Value::Array(elements) => {
            let left = elements
                .iter()
                .enumerate()
                .filter(|(index, _)| is_left(*index));
            Some(left.map(|(_, element)| element.clone()).collect())
        }
        Value::Object(members) => {
            let left = members
                .iter()
                .enumerate()
                .filter(|(index, _)| is_left(*index));
            let left = left.map(|(_, (name, member))| (name.clone(), member.clone()));
            Some(Value::Object(left.collect::<Map<_, _>>()))
        }
        _ => None,
    }
}

/// A scalar simplified in one of three ways.
fn simplified(value: &Value, way: usize) -> Option<Value> {
    match value {
        Value::String(text) => {
            let count = text.chars().count();
            let fewer = match way {
                0 => count / 2,
                1 => count - count.div_ceil(4),
                _ => count.saturating_sub(1),
            };
            let start = || text.chars().take(fewer).collect::<String>();
            (fewer > 0 && fewer < count).then(|| start().into())
        }
        Value::Number(number) if way == 0 => {
            let whole = number
                .as_f64()
                .filter(|float| float.fract() != 0.0)?
                .trunc();
            Number::from_f64(whole).map(Value::Number)
        }
        _ => None,
    }
}
