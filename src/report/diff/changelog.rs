//! The diff as an entry of a changelog, in the sections of Keep a Changelog 1.1.0.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::diff::{Fact, Family};
use crate::rules::{Change, Level};

use crate::report::render::markdown::escaped;

use super::Changes;
use super::words::title;

// Writing to a `String` does not fail, so the results of `write!` are dropped.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

/// The sections, in the order of Keep a Changelog.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Section {
    Added,
    Changed,
    Deprecated,
    Removed,
    Security,
}

impl Section {
    const fn title(self) -> &'static str {
        match self {
            Self::Added => "Added",
            Self::Changed => "Changed",
            Self::Deprecated => "Deprecated",
            Self::Removed => "Removed",
            Self::Security => "Security",
        }
    }

    const fn of(fact: Fact) -> Self {
        match fact.family() {
            Family::Added => Self::Added,
            Family::Removed => Self::Removed,
            Family::Security => Self::Security,
            Family::Deprecation if matches!(fact, Fact::DeprecationAdded) => Self::Deprecated,
            Family::Deprecation
            | Family::Narrowed
            | Family::Widened
            | Family::Changed
            | Family::Moved
            | Family::Annotation => Self::Changed,
        }
    }
}

/// Renders the diff as one entry, breaking changes first.
#[must_use]
pub fn changelog(report: &Changes) -> String {
    let mut out = String::new();
    let version = match report.new.version.as_str() {
        "" => "Unreleased",
        version => version,
    };
    put!(out, "## [{}]\n", escaped(version));
    if report.changes.is_empty() {
        out.push_str("\nNo changes.\n");
    }
    let mut sections: BTreeMap<Section, Vec<&Change>> = BTreeMap::new();
    for judged in &report.changes {
        let section = Section::of(judged.difference.fact);
        sections.entry(section).or_default().push(judged);
    }
    for (section, mut changes) in sections {
        changes.sort_by_key(|judged| std::cmp::Reverse(judged.level));
        put!(out, "\n### {}\n\n", section.title());
        for judged in changes {
            put!(out, "- {}\n", line(judged));
        }
    }
    out
}

/// `**Breaking:** property `x` was removed (component Pet)`
fn line(judged: &Change) -> String {
    let mark = match judged.level {
        Level::Error => "**Breaking:** ",
        Level::Warning if judged.difference.is_breaking() => "**May break:** ",
        Level::Warning | Level::Info | Level::Off => "",
    };
    let place = title(&judged.difference.owner).replace("  ", ", ");
    let is_whole = matches!(
        judged.difference.fact,
        Fact::OperationAdded | Fact::OperationRemoved | Fact::OperationReplaced
    );
    let is_named = is_whole || judged.message.contains(&place) || place.starts_with("The contract");
    let path = judged.difference.path.to_string();
    let at = match path.is_empty() || judged.message.contains(&path) {
        true => String::new(),
        false => format!(" at `{path}`"),
    };
    let place = match is_named {
        true => String::new(),
        false => format!(" ({place}{at})"),
    };
    let plain = |text: &str| escaped(text).replace("\\{", "{").replace("\\}", "}");
    format!("{mark}{}{}", plain(&judged.message), plain(&place))
}
