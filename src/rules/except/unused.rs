//! Ignores without effect.

use crate::rules::catalogue::{CATALOGUE, DANGLING_REFERENCE, IDLE_KEYWORD, OPERATION_ADDED, Rule, UNUSED_IGNORE};
use crate::rules::finding::{Finding, Matter, Unit};
use crate::rules::key::Key;

use super::{Exceptions, Ignore};

/// What a rule is about, and so which commands can find it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Captured traffic: `check`.
    Traffic,
    /// A contract: `lint`, and in part `check`.
    Contract,
    /// A change between two contracts: `diff` and `report`.
    Change,
}

impl Rule {
    /// What the rule is about. The catalogue lists each kind in one run.
    pub(crate) fn kind(&self) -> Kind {
        let at = |rule: &Rule| CATALOGUE.iter().position(|known| **known == *rule);
        let own = at(self);
        if own >= at(&OPERATION_ADDED) {
            Kind::Change
        } else if (at(&DANGLING_REFERENCE)..=at(&IDLE_KEYWORD)).contains(&own) {
            Kind::Contract
        } else {
            Kind::Traffic
        }
    }
}

/// The findings about ignores that matched nothing or have expired, among those that a command of this kind could
/// have used.
pub(crate) fn unused_ignores(exceptions: &Exceptions, used: &[usize], kind: Kind) -> Vec<Finding> {
    let ignores = exceptions.ignores.iter().enumerate();
    let unused = ignores.filter(|(at, ignore)| ignore.rule.kind() == kind && !used.contains(at));
    let findings = unused.map(|(_, ignore)| finding(ignore, &exceptions.today));
    findings.collect()
}

fn finding(ignore: &Ignore, today: &str) -> Finding {
    let what = ignore.to_string();
    let message = match &ignore.until {
        Some(until) if ignore.is_expired(today) => format!("the ignore of {what} expired after {until}"),
        _ => format!("the ignore of {what} matches nothing"),
    };
    let key = Key {
        rule: UNUSED_IGNORE.id,
        contract: String::new(),
        place: what,
    };
    let label = "remove it, or correct it".to_owned();
    let mut finding = Finding::new(&UNUSED_IGNORE, key, Matter::Said { message, label }, Unit::Place);
    finding.level = UNUSED_IGNORE.response;
    finding.count = 1;
    finding.payloads = 1;
    finding.evidence.extend(ignore.place.clone());
    finding
}
