//! A diff as a list of notices.

use crate::redact::printed;
use crate::report::notice::{Notice, Notices, Region, file_of, name_of};
use crate::rules::{Change, Finding, Suppression};

use super::words::{place, reach, title, verdict};
use super::{Changes, DiffOptions};

/// The case of what is not about an operation or a component, which is there even if nothing changed.
const WHOLE: &str = "The contract as a whole";

impl Changes {
    /// The changes as CI systems show them, the most serious first.
    pub(crate) fn notices(&self, options: &DiffOptions) -> Notices {
        let mut notices = Notices {
            command: "diff",
            about: format!("{} → {}", self.old.given, self.new.given),
            name: name_of(&self.new.reference),
            file: file_of(&self.new.given),
            fail_on: options.fail_on,
            has_baseline: options.has_baseline,
            ..Notices::default()
        };
        notices.case(WHOLE, "");
        for finding in self.unusable.iter().chain(&self.unused_ignores) {
            let case = notices.case(WHOLE, "");
            notices.list.push(whole(finding, case));
        }
        for change in &self.changes {
            add(&mut notices, change, None);
        }
        for (change, suppression) in &self.suppressed {
            add(&mut notices, change, Some(suppression.clone()));
        }
        notices.list.sort_by_key(|notice| std::cmp::Reverse(notice.level));
        notices
    }
}

fn add(notices: &mut Notices, change: &Change, suppressed: Option<Suppression>) {
    let case = notices.case(&title(&change.difference.owner), "");
    let mut facts: Vec<String> = Vec::new();
    facts.extend(place(change));
    facts.extend(reach(&change.difference, false, ""));
    facts.extend(change.difference.guess.iter().map(|guess| format!("heuristic: {guess}")));
    facts.extend(change.difference.notes.iter().map(ToString::to_string));
    for (sender, what) in &change.difference.verdicts {
        facts.extend(verdict(*sender, what, false));
    }
    let old = change.old.as_ref().map(|origin| ("the old contract", Region::at(origin)));
    let new = change.new.as_ref().map(|origin| ("the new contract", Region::at(origin)));
    let mut places: Vec<(&'static str, Region)> = new.into_iter().chain(old).collect();
    let first = (!places.is_empty()).then(|| places.remove(0).1);
    notices.list.push(Notice {
        rule: change.rule,
        level: change.level,
        key: change.key.clone(),
        message: printed(&change.message),
        operations: Vec::new(),
        facts: facts.iter().map(|fact| printed(fact)).collect(),
        place: first,
        related: places,
        cases: vec![case],
        suppressed,
    });
}

/// A finding about a contract or the configuration: a part that could not be used, or an ignore without effect.
fn whole(finding: &Finding, case: usize) -> Notice {
    let origin = finding.evidence.first().map(|evidence| &evidence.origin);
    Notice {
        rule: finding.rule,
        level: finding.level,
        key: finding.key.clone(),
        message: finding.headline().to_string(),
        operations: Vec::new(),
        facts: Vec::new(),
        place: origin.map(Region::at),
        related: Vec::new(),
        cases: vec![case],
        suppressed: None,
    }
}
