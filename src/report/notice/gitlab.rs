//! The code quality report of GitLab.

use serde::Serialize;

use crate::rules::Level;

use super::{Fingerprints, Notice, Notices, Region, Root};

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

/// The first place in the repository; else the file itself, or what was checked.
fn place(notice: &Notice, notices: &Notices, root: &Root) -> (String, u64) {
    let related = notice.related.iter().map(|(_, place)| place);
    let places: Vec<&Region> = notice.place.iter().chain(related).collect();
    let inside = places.iter().find_map(|place| Some((root.relative(&place.file)?, place.start.line)));
    inside.unwrap_or_else(|| match places.first() {
        Some(place) => (place.file.clone(), place.start.line),
        None => (root.relative(&notices.file).unwrap_or_else(|| notices.file.clone()), 1),
    })
}
