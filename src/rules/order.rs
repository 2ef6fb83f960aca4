//! The order of findings, and of names with numbers in them.

use std::cmp::{Ordering, Reverse};

use super::catalogue::CATALOGUE;
use super::finding::{Finding, Unit};

/// Puts the most serious findings first, then those that are in most payloads, then by place and rule.
#[must_use]
pub fn in_order(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_cached_key(|finding| {
        let rule = CATALOGUE.iter().position(|rule| *rule == finding.rule);
        (
            Reverse(finding.level),
            Reverse(finding.payloads),
            // What is wrong with a contract itself is read along its documents.
            finding
                .evidence
                .first()
                .filter(|_| finding.unit == Unit::Place)
                .map(|evidence| evidence.origin.clone()),
            rule,
            finding.places.clone(),
            finding.key.clone(),
        )
    });
    findings
}

/// Compares names as people sort them: runs of digits by their number.
#[must_use]
pub(crate) fn natural(one: &str, other: &str) -> Ordering {
    let (mut one, mut other) = (one, other);
    loop {
        let (Some(left), Some(right)) = (one.chars().next(), other.chars().next()) else {
            return one.len().cmp(&other.len());
        };
        if left.is_ascii_digit() && right.is_ascii_digit() {
            let (first, rest) = number(one);
            let (second, other_rest) = number(other);
            let order = first.len().cmp(&second.len()).then_with(|| first.cmp(second));
            if order != Ordering::Equal {
                return order;
            }
            (one, other) = (rest, other_rest);
            continue;
        }
        match left.cmp(&right) {
            Ordering::Equal => {}
            order => return order,
        }
        one = &one[left.len_utf8()..];
        other = &other[right.len_utf8()..];
    }
}

/// The digits that a text starts with, without zeros in front, and what follows.
fn number(text: &str) -> (&str, &str) {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, rest) = text.split_at(end);
    (digits.trim_start_matches('0'), rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_names_are_compared_as_numbers() {
        let mut names = ["v10", "v9", "v1.10", "v1.9", "a", "v", "v01"];
        names.sort_by(|one, other| natural(one, other));
        assert_eq!(names, ["a", "v", "v01", "v1.9", "v1.10", "v9", "v10"]);
    }
}
