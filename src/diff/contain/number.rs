//! Containment of numbers. Bounds and listed values cut the number line into points and intervals, and within
//! an interval every bound has the same answer. If an interval has few multiples of a divisor, they are
//! checked one by one; otherwise both answers are assumed possible.

use serde_json::{Number, Value};

use super::kinds::Kinds;
use super::range::{bounds_of, compare, divides, integer};
use super::scalar::{Asked, Question};

/// The limit on cuts, multiples and combinations of answers.
const MOST: usize = 256;

/// The limit on divisors for which both answers are assumed.
const DIVISORS: usize = 5;

/// Whether no value of a case with one kind of numbers refutes the requirement. `false` means unknown.
pub(super) fn follows(asked: &Asked<'_>) -> bool {
    // If the notation of integers matters, both notations are checked.
    let is_whole = asked.kind == Kinds::WHOLE;
    follows_as(asked)
        && (!is_whole || !asked.counts_as_written() || follows_as(&asked.with_fraction()))
}

fn follows_as(asked: &Asked<'_>) -> bool {
    let whole = match asked.kind.without(Kinds::WITH_FRACTION) {
        Kinds::WHOLE => true,
        Kinds::FRACTION => false,
        _ => return false,
    };
    let mut cuts: Vec<Number> = Vec::new();
    let mut divisors: Vec<Number> = Vec::new();
    for question in asked.questions() {
        match question {
            Question::Check(check) => match (check.keyword, &check.argument) {
                ("multipleOf", Value::Number(divisor)) => divisors.push(divisor.clone()),
                (
                    "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum",
                    Value::Number(limit),
                ) => cuts.push(limit.clone()),
                _ if check.kind != crate::json::Kind::Number => {}
                _ => match bounds_of(check) {
                    Some(bounds) => cuts.extend(bounds.map(|(_, limit)| limit)),
                    None => return false,
                },
            },
            Question::Listed(values) => {
                cuts.extend(values.iter().filter_map(|value| match value {
                    Value::Number(number) => Some(number.clone()),
                    _ => None,
                }));
            }
            Question::Length(_) => {}
        }
    }
    cuts.sort_by(compare);
    cuts.dedup_by(|one, other| compare(one, other).is_eq());
    divisors.sort_by(compare);
    divisors.dedup();
    if cuts.len() > MOST {
        return false;
    }
    let points = cuts
        .iter()
        .filter(|point| integer(point).is_some() == whole);
    let mut points = points;
    if points.any(|point| is_refuted_at(asked, point)) {
        return false;
    }
    (0..=cuts.len()).all(|index| {
        let lower = index.checked_sub(1).map(|index| &cuts[index]);
        stretch_follows(asked, lower, cuts.get(index), &divisors, whole)
    })
}

/// Whether a number is in the case and violates the requirement.
fn is_refuted_at(asked: &Asked<'_>, number: &Number) -> bool {
    let written = match asked.kind.has(Kinds::WITH_FRACTION) {
        true => number.as_f64().and_then(Number::from_f64),
        false => Some(number.clone()),
    };
    written.is_none_or(|number| asked.is_refuted_at(&Value::Number(number)))
}

/// The same for all numbers between two cuts.
fn stretch_follows(
    asked: &Asked<'_>,
    lower: Option<&Number>,
    upper: Option<&Number>,
    divisors: &[Number],
    whole: bool,
) -> bool {
    if let (Some(lower), Some(upper)) = (lower, upper)
        && whole
    {
        let Some((from, to)) = between(lower, upper) else {
            return false;
        };
        if from > to {
            return true;
        }
        if to - from < MOST as i128 {
            let numbers = (from..=to).map(|number| i64::try_from(number).ok().map(Number::from));
            let mut numbers = numbers;
            return numbers.all(|n| n.is_some_and(|number| !is_refuted_at(asked, &number)));
        }
    }
    if divisors.len() > DIVISORS {
        return false;
    }
    let ways = 0..(1_u32 << divisors.len());
    let mut ways = ways.filter(|way| is_consistent(*way, divisors, whole));
    ways.all(|way| {
        let divides = |divisor: &Number| {
            let position = divisors.iter().position(|known| known == divisor);
            position.is_some_and(|position| way >> position & 1 == 1)
        };
        let answer = &mut |question: Question<'_>| match question {
            Question::Check(check) => match (check.keyword, &check.argument) {
                ("multipleOf", Value::Number(divisor)) => divides(divisor),
                ("minimum" | "exclusiveMinimum", Value::Number(limit)) => {
                    lower.is_some_and(|lower| compare(lower, limit).is_ge())
                }
                ("maximum" | "exclusiveMaximum", Value::Number(limit)) => {
                    upper.is_some_and(|upper| compare(upper, limit).is_le())
                }
                _ => bounds_of(check).is_none_or(|[(_, least), (_, most)]| {
                    lower.is_some_and(|lower| compare(lower, &least).is_ge())
                        && upper.is_some_and(|upper| compare(upper, &most).is_le())
                }),
            },
            // Listed numbers are cuts.
            Question::Listed(_) => false,
            Question::Length(_) => true,
        };
        if !asked.is_refuted_by(answer) {
            return true;
        }
        // The interval may have no such multiple, or only a few.
        let multiples = divisors.iter().filter(|divisor| divides(divisor));
        let mut few = multiples.filter_map(|divisor| multiples_between(divisor, lower?, upper?));
        few.next().is_some_and(|numbers| {
            numbers
                .iter()
                .filter(|number| integer(number).is_some() == whole)
                .all(|number| !is_refuted_at(asked, number))
        })
    })
}

/// Whether one number can have these answers for the divisors.
fn is_consistent(way: u32, divisors: &[Number], whole: bool) -> bool {
    let is_multiple = |index: usize| way >> index & 1 == 1;
    divisors.iter().enumerate().all(|(index, divisor)| {
        let is_whole_divisor = integer(divisor).is_some();
        let fits_kind = match (is_multiple(index), whole) {
            // A multiple of 2 is an integer.
            (true, false) => !is_whole_divisor,
            // Integers are multiples of 1, and therefore of 0.5.
            (false, true) => !divides(divisor, &Number::from(1)),
            _ => true,
        };
        fits_kind
            && (!is_multiple(index)
                || divisors
                    .iter()
                    .enumerate()
                    .all(|(other, smaller)| is_multiple(other) || !divides(smaller, divisor)))
    })
}

/// The first and last integer between two numbers.
fn between(lower: &Number, upper: &Number) -> Option<(i128, i128)> {
    let floor = |number: &Number| match integer(number) {
        Some(whole) => Some(whole),
        None => {
            let float = number.as_f64()?;
            (float.abs() < 1e30).then_some(float.floor() as i128)
        }
    };
    let to = match integer(upper) {
        Some(whole) => whole - 1,
        None => floor(upper)?,
    };
    Some((floor(lower)? + 1, to))
}

/// The multiples of a number between two others, if there are only a few.
fn multiples_between(divisor: &Number, lower: &Number, upper: &Number) -> Option<Vec<Number>> {
    let step = divisor.as_f64().filter(|step| *step > 0.0)?;
    let (lower, upper) = (lower.as_f64()?, upper.as_f64()?);
    // Doubles are exact up to this limit.
    if lower.abs().max(upper.abs()) > 9e15 {
        return None;
    }
    let (from, to) = ((lower / step).floor(), (upper / step).ceil());
    if !(from.abs() < 1e15 && to.abs() < 1e15) || to - from > 64.0 {
        return None;
    }
    let mut numbers = Vec::new();
    let mut factor = from;
    while factor <= to {
        let number = factor * step;
        if lower < number && number < upper {
            // The product may not be an exact multiple in decimal; then give up.
            let exact = Number::from_f64(number)?;
            let exact = integer(&exact)
                .and_then(|i| i64::try_from(i).ok())
                .map_or(exact, Number::from);
            if !divides(divisor, &exact) {
                return None;
            }
            numbers.push(exact);
        }
        factor += 1.0;
    }
    Some(numbers)
}
