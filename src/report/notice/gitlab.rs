//! The code quality report of GitLab.

use serde::Serialize;

use crate::rules::Level;

use super::{Fingerprints, Notice, Notices, Root};

/// One entry of the report (GitLab, "Code Quality report format").
#[derive(Debug, Serialize)]
struct Violation {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Debug, Serialize)]
struct Location {
    /// From the root of the repository.
    path: String,
    lines: Lines,
}

#[derive(Debug, Serialize)]
struct Lines {
    begin: u64,
}

/// The notices that count, as GitLab reads them. Each has a place, since GitLab drops entries without one.
pub(super) fn gitlab(notices: &Notices, root: &Root) -> String {
    let mut prints = Fingerprints::default();
    let violations = notices.active().map(|notice| {
        let (path, begin) = place(notice, notices, root);
        Violation {
            description: format!("{} ({})", notice.message, notice.rule.id),
            check_name: notice.rule.id,
            fingerprint: prints.of(notice),
            severity: match notice.level {
                Level::Error => "major",
                Level::Warning => "minor",
                Level::Info | Level::Off => "info",
            },
            location: Location {
                path,
                lines: Lines { begin },
            },
        }
    });
    let violations: Vec<Violation> = violations.collect();
    crate::report::document::written(&violations)
}

/// The first place in the repository; else the contract, the file itself, or what was checked.
fn place(notice: &Notice, notices: &Notices, root: &Root) -> (String, u64) {
    let inside = notice.places().find_map(|place| Some((root.relative(&place.file)?, place.start.line)));
    let contract = || Some((root.relative(notices.file.as_deref()?)?, 1));
    inside.or_else(contract).unwrap_or_else(|| match notice.places().next() {
        Some(place) => (place.file.clone(), place.start.line),
        None => (notices.about.clone(), 1),
    })
}
