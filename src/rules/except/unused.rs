//! Ignores without effect.

use crate::rules::catalogue::{Level, CATALOGUE, DANGLING_REFERENCE, IDLE_KEYWORD, OPERATION_ADDED, Rule, UNUSED_IGNORE};
use crate::rules::finding::{Finding, Matter, Unit};
use crate::rules::key::Key;

use super::{Exceptions, Ignore, Looked};

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

/// The findings about ignores that matched nothing or have expired, among those that this run could have used.
pub(crate) fn unused_ignores(exceptions: &Exceptions, used: &[usize], kind: Kind, looked: &Looked) -> Vec<Finding> {
    let ignores = exceptions.ignores.iter().enumerate();
    let unused = ignores.filter(|(at, ignore)| ignore.rule.kind() == kind && !used.contains(at));
    let unused = unused.filter_map(|(_, ignore)| {
        let mut finding = finding(ignore, &exceptions.today);
        if !ignore.is_expired(&exceptions.today) {
            finding.level = looked.level_of_unused(ignore)?;
        }
        Some(finding)
    });
    unused.collect()
}

impl Looked {
    /// How sure it is that an ignore is of no use: other captures may have what it is for.
    fn level_of_unused(&self, ignore: &Ignore) -> Option<Level> {
        if self.is_partial || self.off.contains(ignore.rule.id) {
            return None;
        }
        let Some(operations) = &self.operations else {
            return Some(UNUSED_IGNORE.response);
        };
        let is_sure = match &ignore.operation {
            Some(pattern) => operations.iter().any(|operation| pattern.fits(operation)),
            None => self.is_whole,
        };
        Some(if is_sure { UNUSED_IGNORE.response } else { Level::Info })
    }
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
