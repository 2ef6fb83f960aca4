//! Turns differences between two periods of traffic into findings.

use std::sync::Arc;

use crate::drift::{Drift, Share, Shift, Spread, What};
use crate::location::{PathPattern, Pointer};
use crate::observe::{Evidence, TargetKey};
use crate::redact::{Excerpt, Shown};

use super::catalogue::{self as rules, Level, Rule};
use super::finding::{Finding, FindingPlace, Matter, Unit};
use super::key::{Key, dotted};
use super::order::in_order;
use super::policy::Policy;
use super::scope::Spot;

/// What keys have in place of the name of a contract.
pub(crate) const TRAFFIC: &str = "traffic";

/// Values that a sentence lists.
const VALUES: usize = 3;

/// Judges what differs between two periods. What differs in the same way in the same object, which may be in the
/// payloads of several operations, is one finding.
#[must_use]
pub fn judge_drift(drift: &Drift, policy: &Policy) -> Vec<Finding> {
    let mut groups: Vec<(Level, Vec<&Shift>)> = Vec::new();
    for shift in &drift.shifts {
        let level = level(shift, policy);
        let is_same = |(known, shifts): &(Level, Vec<&Shift>)| {
            *known == level && shifts.first().is_some_and(|first| have_one_cause(first, shift))
        };
        match groups.iter_mut().find(|group| is_same(group)) {
            _ if level == Level::Off => {}
            Some((_, shifts)) => shifts.push(shift),
            None => groups.push((level, vec![shift])),
        }
    }
    in_order(groups.iter().filter_map(|(level, shifts)| finding(*level, shifts)).collect())
}

fn level(shift: &Shift, policy: &Policy) -> Level {
    let spot = Spot {
        operation: Some(&shift.operation),
        paths: vec![shift.place.to_string()],
    };
    policy.level(rule_of(&shift.what), shift.side, &spot)
}

/// Whether two differences are of the same property of the same object, in the same direction.
fn have_one_cause(one: &Shift, other: &Shift) -> bool {
    let is_of_object = !one.object.is_empty() && !other.object.is_empty();
    let shared = one.object.intersection(&other.object).count();
    let all = one.object.len() + other.object.len() - shared;
    is_of_object
        && shared * 5 >= all * 3
        && one.place.steps().last() == other.place.steps().last()
        && rule_of(&one.what) == rule_of(&other.what)
        && apart(&one.what) == apart(&other.what)
        && rises(&one.what) == rises(&other.what)
}

/// Whether there is more of it now.
fn rises(what: &What) -> bool {
    match what {
        What::Operation { old, new }
        | What::Status { old, new }
        | What::Presence { old, new }
        | What::Field { old, new, .. }
        | What::Type { old, new, .. }
        | What::Format { old, new, .. } => new.value() > old.value(),
        What::Distinct { old, new } => new.count > old.count,
        What::Values { .. } => true,
        What::Range { old, new, .. } => new.median > old.median,
    }
}

/// The samples of the new period.
const fn samples(what: &What) -> u64 {
    match what {
        What::Operation { new, .. }
        | What::Status { new, .. }
        | What::Presence { new, .. }
        | What::Field { new, .. }
        | What::Type { new, .. }
        | What::Format { new, .. }
        | What::Distinct { new, .. } => new.of,
        What::Values { .. } => 0,
        What::Range { new, .. } => new.count,
    }
}

/// The finding about differences with one cause: in the words of the one with the most samples.
fn finding(level: Level, shifts: &[&Shift]) -> Option<Finding> {
    let first = shifts.first()?;
    let main = shifts.iter().copied().reduce(|one, other| match samples(&other.what) > samples(&one.what) {
        true => other,
        false => one,
    })?;
    let rule = rule_of(&main.what);
    let (message, facts) = words(main);
    let key = Key {
        rule: rule.id,
        contract: TRAFFIC.to_owned(),
        place: [message_of(first), first.place.to_string()].join(" ").trim_end().to_owned() + &apart(&first.what),
    };
    let said = Matter::Said {
        message,
        label: String::new(),
    };
    let mut finding = Finding::new(rule, key, said, Unit::Payload);
    finding.level = level;
    finding.notes = facts.iter().map(|fact| Shown::new(fact)).collect();
    for shift in shifts {
        finding.places.push(FindingPlace {
            target: Some(TargetKey {
                contract: TRAFFIC.into(),
                operation: Arc::from(shift.operation.as_str()),
                side: shift.side,
                status: shift.status,
            }),
            path: shift.place.clone(),
        });
        if !std::ptr::eq(*shift, main) {
            let also = format!("also {}: {}", message_of(shift), words(shift).0);
            finding.notes.push(Shown::new(&also));
        }
    }
    if let Some((sight, _)) = &main.seen.ends {
        finding.evidence.push(Evidence {
            origin: sight.origin.clone(),
            end: sight.origin.position,
            pointer: Pointer::root(),
            excerpt: Excerpt::default(),
        });
    }
    Some(finding)
}

/// `GET /pets response 200`
fn message_of(shift: &Shift) -> String {
    let mut words = shift.operation.clone();
    if let Some(side) = shift.side {
        words.push_str(&format!(" {side}"));
    }
    if let Some(status) = shift.status {
        words.push_str(&format!(" {status}"));
    }
    words
}

/// What tells differences at one place apart.
fn apart(what: &What) -> String {
    match what {
        What::Type { name, .. } | What::Format { name, .. } => format!(" {name}"),
        What::Range { kind, .. } => format!(" {kind}"),
        What::Field { kind, name, .. } => format!(" {kind} {name}"),
        _ => String::new(),
    }
}

const fn rule_of(what: &What) -> &'static Rule {
    match what {
        What::Operation { .. } => &rules::DRIFT_OPERATION,
        What::Status { .. } => &rules::DRIFT_STATUS,
        What::Presence { .. } | What::Field { .. } => &rules::DRIFT_PRESENCE,
        What::Type { .. } | What::Format { .. } => &rules::DRIFT_TYPE,
        What::Values { .. } | What::Distinct { .. } => &rules::DRIFT_VALUES,
        What::Range { .. } => &rules::DRIFT_RANGE,
    }
}

/// What seems to differ, but is in too few samples: `GET /pets response 200: property `colour``, with the samples.
#[must_use]
pub(crate) fn unsure_words(shift: &Shift) -> (String, u64, u64) {
    let name = name_of(&shift.place);
    let (what, old, new) = match &shift.what {
        What::Operation { old, new } => ("the requests".to_owned(), old.of, new.of),
        What::Status { old, new } => ("the statuses".to_owned(), old.of, new.of),
        What::Presence { old, new } => (format!("property {name}"), old.of, new.of),
        What::Field { kind, name, old, new } => (format!("{kind} `{name}`"), old.of, new.of),
        What::Type { old, new, .. } => (format!("the types of {name}"), old.of, new.of),
        What::Format { old, new, .. } => (format!("the formats of {name}"), old.of, new.of),
        What::Values { moved } => {
            let (old, new) = moved.first().map_or((0, 0), |(_, old, new)| (old.of, new.of));
            (format!("the values of {name}"), old, new)
        }
        What::Distinct { old, new } => (format!("the values of {name}"), old.of, new.of),
        What::Range { kind, old, new } => (format!("the {kind} of {name}"), old.count, new.count),
    };
    (format!("{}: {what}", message_of(shift)), old, new)
}

fn name_of(place: &PathPattern) -> String {
    match dotted(place) {
        name if name.is_empty() => "the payload".to_owned(),
        name => format!("`{name}`"),
    }
}

/// The headline, and the facts below it.
fn words(shift: &Shift) -> (String, Vec<String>) {
    let name = name_of(&shift.place);
    match &shift.what {
        What::Operation { old, new } => {
            let message = match (old.count, new.count) {
                (0, _) => "the operation was not requested before".to_owned(),
                _ => "the operation is no longer requested".to_owned(),
            };
            (message, facts(*old, *new, "request"))
        }
        What::Status { old, new } => {
            let status = shift.status.unwrap_or_default();
            (moved(&format!("status {status}"), "of the responses", *old, *new), facts(*old, *new, "response"))
        }
        What::Presence { old, new } => {
            let message = match (old.count, new.count) {
                (0, _) => format!("property {name} is new: in {} of the objects", percent(*new)),
                (_, 0) => format!("property {name} is no longer there; it was in {} of the objects", percent(*old)),
                _ => moved(&format!("property {name}"), "of the objects", *old, *new),
            };
            (message, facts(*old, *new, "object"))
        }
        What::Field { kind, name, old, new } => {
            let unit = if shift.side == Some(crate::location::Side::Request) { "request" } else { "response" };
            let message = match (old.count, new.count) {
                (0, _) => format!("{kind} `{name}` is new: in {} of the {unit}s", percent(*new)),
                (_, 0) => format!("{kind} `{name}` is no longer sent; it was in {} of the {unit}s", percent(*old)),
                _ => moved(&format!("{kind} `{name}`"), &format!("of the {unit}s"), *old, *new),
            };
            (message, facts(*old, *new, unit))
        }
        What::Type { name: kind, old, new } => {
            (moved(&format!("{name}: type {kind}"), "of the values", *old, *new), facts(*old, *new, "value"))
        }
        What::Format { name: kind, old, new } => {
            (moved(&format!("{name}: format {kind}"), "of the strings", *old, *new), facts(*old, *new, "string"))
        }
        What::Values { moved: values } => {
            let shown: Vec<String> = values
                .iter()
                .take(VALUES)
                .map(|(value, old, new)| format!("{value} from {} to {}", percent(*old), percent(*new)))
                .collect();
            let message = format!("the values of {name} shifted: {}", shown.join(", "));
            let of = values.first().map_or((0, 0), |(_, old, new)| (old.of, new.of));
            let more = values.iter().skip(VALUES);
            let mut facts: Vec<String> =
                more.map(|(value, old, new)| format!("{value} from {} to {}", percent(*old), percent(*new))).collect();
            facts.push(format!("{} before, {} now", counted(of.0, "value"), counted(of.1, "value")));
            (message, facts)
        }
        What::Distinct { old, new } => {
            let message = format!("{name} had {} distinct values, and now has about {}", old.count, new.count);
            (message, vec![format!("{} before, {} now", counted(old.of, "value"), counted(new.of, "value"))])
        }
        What::Range { kind, old, new } => {
            let message = format!(
                "the {kind} of {name} shifted: median from {} to {}",
                rounded(old.median),
                rounded(new.median)
            );
            (message, vec![spread("before", old), spread("now", new)])
        }
    }
}

/// `property `a` fell from 98 % to 40 % of the objects`
fn moved(what: &str, of: &str, old: Share, new: Share) -> String {
    let verb = if new.value() > old.value() { "rose" } else { "fell" };
    format!("{what} {verb} from {} to {} {of}", percent(old), percent(new))
}

fn facts(old: Share, new: Share, unit: &str) -> Vec<String> {
    vec![
        format!("before: {} of {}", old.count, counted(old.of, unit)),
        format!("now: {} of {}", new.count, counted(new.of, unit)),
    ]
}

fn spread(when: &str, spread: &Spread) -> String {
    format!("{when}: {} to {}, {}", rounded(spread.least), rounded(spread.most), counted(spread.count, "value"))
}

fn counted(count: u64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

/// A share in per cent, with a digit after the point where it is small.
fn percent(share: Share) -> String {
    let value = share.value() * 100.0;
    match value {
        _ if share.count == 0 => "0 %".to_owned(),
        _ if share.count >= share.of => "100 %".to_owned(),
        _ if value < 0.1 => "<0.1 %".to_owned(),
        _ if value < 9.95 => format!("{value:.1} %"),
        _ if value >= 99.5 => format!("{:.1} %", value.min(99.9)),
        _ => format!("{value:.0} %"),
    }
}

/// Three significant digits.
fn rounded(number: f64) -> String {
    let size = number.abs();
    match size {
        _ if size >= 1e15 || (size > 0.0 && size < 1e-3) => format!("{number:.2e}"),
        _ if size >= 100.0 || size.fract() == 0.0 => format!("{number:.0}"),
        _ if size >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}
