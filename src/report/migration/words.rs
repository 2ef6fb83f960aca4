//! Sentences that every renderer uses.

use jiff::Timestamp;
use crate::diff::{Fact, Family, Owner};
use crate::location::Step;
use crate::migrate::impact::{Affected, Sample, Times, Usage, affected};
use crate::report::diff::words::counts;
use crate::report::render::lines::{hunks, sign};
use crate::report::render::numbers::{plural, share, thousands};
use crate::rules::{Change, Level, Release};
use crate::redact::printed;

use super::MigrationReport;

/// Values that are shown of a change.
pub(super) const VALUES_SHOWN: usize = 12;

/// Characters of a consumer's name that are shown.
const CONSUMER_SHOWN: usize = 80;

/// Lines of a sample that are shown.
const LINES_SHOWN: usize = 60;

/// The last name of the place of a change: what it is about, in one word.
pub(super) fn last_name(judged: &Change) -> String {
    let steps = judged.difference.path.steps().iter().rev();
    let mut names = steps.filter_map(|step| match step {
        Step::Key(name) => Some(name.to_string()),
        Step::Any => None,
    });
    let owner = || match &judged.difference.owner {
        Owner::Component(_, new) => new.to_string(),
        Owner::Operation(_, part) | Owner::Operations(part) => {
            let parameter = part.split_once(" parameter ").map(|(_, name)| name);
            parameter.unwrap_or("the payload").to_owned()
        }
        Owner::Contract => "the payload".to_owned(),
    };
    names.next().unwrap_or_else(owner)
}

/// `2023-05-30 08:12 UTC`
pub(super) fn time(time: Timestamp) -> String {
    let text = time.to_string();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(clock)) => format!("{day} {clock} UTC"),
        _ => text,
    }
}

/// `2023-05-30`
pub(super) fn day(time: Option<Timestamp>) -> String {
    let text = time.map(|time| time.to_string());
    let day = text.as_deref().and_then(|text| text.get(..10));
    day.unwrap_or("–").to_owned()
}

/// `, first on …, last on …`; empty where no time is known.
fn when(times: Times) -> String {
    match (times.first, times.last) {
        (Some(first), Some(last)) if time(first) != time(last) => {
            format!("; first {}, last {}", time(first), time(last))
        }
        (Some(first), _) => format!("; {}", time(first)),
        _ => String::new(),
    }
}

/// The word that tells how a change is met, and the rest of the sentence.
pub(super) fn evidence(report: &MigrationReport, index: usize) -> Option<(&'static str, String)> {
    report.traffic.as_ref()?;
    let judged = &report.diff.changes[index];
    let usage = &report.usage[index];
    if judged.difference.reach.is_empty() && judged.difference.pair.is_none() {
        return None;
    }
    let (old, new) = (&usage.old, &usage.new);
    let is_of_payloads = judged.difference.pair.is_some()
        && !judged
            .difference
            .reach
            .iter()
            .all(|reach| reach.part.contains(" parameter "));
    let noun = match is_of_payloads {
        true => "payload",
        false => "exchange",
    };
    let all = plural(old.reached, noun);
    // Below the payload it is not in all of them.
    let is_below = matches!(judged.difference.path.steps().last(), Some(Step::Key(_)));
    let with_it = match is_below && is_of_payloads {
        true => " that have the property",
        false => "",
    };
    let of_old = |count: u64| match count {
        1 if is_below && is_of_payloads => {
            format!("in the only {noun} of the old version that has the property")
        }
        1 if is_of_payloads => format!("in the only {noun} of the old version"),
        1 => format!("in the only {noun} of the old version that it reaches"),
        _ if is_of_payloads => {
            format!("in all {} of the old version{with_it}", plural(count, noun))
        }
        _ => format!(
            "in all {} of the old version that it reaches",
            plural(count, noun)
        ),
    };
    // The messages that have to do something have it, or lack it.
    let senders = judged.difference.senders();
    let is_about_lack = senders
        .iter()
        .any(|sender| affected(&judged.difference, *sender) == Affected::Without);
    let (seen, never) = match is_about_lack {
        true => ("Missing", "Never missing"),
        false => ("Seen", "Never seen"),
    };
    let (word, mut rest) = match (old.telling, old.shown) {
        _ if old.reached == 0 && new.reached == 0 => {
            return Some(("No traffic", " that could tell".to_owned()));
        }
        _ if old.reached == 0 => ("Not met", " in the old version".to_owned()),
        (0, _) if old.early == old.reached => ("Already there", format!(" {}", of_old(old.early))),
        (0, _) if old.early > 0 => (
            "Already there",
            format!(" in {} of {all} of the old version", thousands(old.early)),
        ),
        // Others than those who sent it could tell.
        (0, _)
            if senders
                .iter()
                .any(|sender| affected(&judged.difference, *sender) != Affected::NotShown) =>
        {
            return Some(("No traffic", " that could tell".to_owned()));
        }
        (0, _) if is_new(judged.difference.fact) => {
            ("Not yet", format!(" in {all} of the old version"))
        }
        (0, _) => (
            "Cannot tell",
            ": traffic of the old version does not show who is affected".to_owned(),
        ),
        (telling, 0) => (
            never,
            format!(
                " in {} of the old version: safe to ignore here",
                plural(telling, noun)
            ),
        ),
        (telling, shown) if telling == shown => {
            (seen, format!(" {}{}", of_old(shown), when(old.times)))
        }
        (telling, shown) => (
            seen,
            format!(
                " in {} of {} of the old version{}",
                thousands(shown),
                plural(telling, noun),
                when(old.times)
            ),
        ),
    };
    if new.reached > 0 {
        let all = plural(new.reached, noun);
        let words = match (new.shown, new.contradicted) {
            (0, 0) => String::new(),
            (shown, 0) => format!(
                ". The new version confirms it in {} of {all}{}",
                thousands(shown),
                when(new.times)
            ),
            (_, contradicted) => format!(
                ". The new version contradicts it in {} of {all}",
                thousands(contradicted)
            ),
        };
        rest.push_str(&words);
    }
    Some((word, rest))
}

/// The same without times and without what the new version says of it.
pub(super) fn short_evidence(report: &MigrationReport, index: usize) -> Option<(&'static str, String)> {
    let (word, rest) = evidence(report, index)?;
    let end = rest.find([';', '.']).unwrap_or(rest.len());
    Some((word, rest[..end].to_owned()))
}

/// Whether a change brings what was not there, or not allowed.
const fn is_new(fact: Fact) -> bool {
    // What messages do not have is not met in them.
    let is_around = matches!(fact, Fact::LinkAdded | Fact::ServerAdded | Fact::SchemaAdded);
    matches!(fact.family(), Family::Added | Family::Widened) && !is_around
}

/// The lines of a sample that differ, with those around them; signs first.
pub(super) fn sample_lines(sample: &Sample) -> Vec<String> {
    let pretty = |value| serde_json::to_string_pretty(value).unwrap_or_default() + "\n";
    let (before, after) = (pretty(&sample.before), pretty(&sample.after));
    let mut lines = Vec::new();
    for (index, hunk) in hunks(&before, &after, 2).into_iter().enumerate() {
        if index > 0 {
            lines.push("@@ … @@".to_owned());
        }
        for (tag, line) in hunk.lines {
            let line = printed(line.trim_end_matches('\n'));
            lines.push(format!("{}{line}", sign(tag)));
        }
    }
    if lines.len() > LINES_SHOWN {
        let more = lines.len() - LINES_SHOWN;
        lines.truncate(LINES_SHOWN);
        lines.push(format!("@@ {more} more lines @@"));
    }
    lines
}

/// The values of a change that were seen, the most frequent first, and in words what is not shown.
pub(super) fn values(usage: &Usage) -> (Vec<(String, u64)>, Option<String>) {
    let all = usage.values.by_count();
    let more = all.len().saturating_sub(VALUES_SHOWN);
    let hidden = all.iter().skip(VALUES_SHOWN).map(|(_, seen)| seen.count);
    let others = hidden.sum::<u64>() + usage.values.others;
    let words = match (more, usage.values.others) {
        (0, 0) => None,
        (more, 0) => Some(format!("{} more", thousands(more as u64))),
        // Those without room are counted, and not told apart.
        (more, _) => Some(format!(
            "more than {} others, seen {}",
            thousands(more as u64),
            plural(others, "time")
        )),
    };
    let shown = all.into_iter().take(VALUES_SHOWN);
    let shown = shown.map(|(value, seen)| (cut(value, 60), seen.count));
    (shown.collect(), words)
}

/// The name of a consumer as it is printed: it is counted by all of it.
pub(super) fn consumer(name: &str) -> String {
    cut(name, CONSUMER_SHOWN)
}

/// A text that is not too long to be read.
pub(super) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The verdict in one word, and the sentence behind it.
pub(super) fn verdict(report: &MigrationReport) -> (Level, &'static str, String) {
    let counted: Vec<String> = counts(&report.diff)
        .into_iter()
        .map(|(_, words)| words)
        .collect();
    let counted = counted.join(", ");
    let hit = |level: Level| {
        let changes = report.diff.changes.iter().enumerate();
        let hit = changes.filter(|(index, judged)| {
            judged.level == level && report.is_seen(*index) == Some(true)
        });
        hit.count()
    };
    let (level, word, mut rest) = match report.diff.release() {
        Release::Major => (
            Level::Error,
            "Breaking:",
            format!("{counted}; this needs a major version."),
        ),
        Release::Minor => (
            Level::Warning,
            "Compatible, with care:",
            format!("{counted}; this needs a minor version."),
        ),
        Release::Patch => (Level::Info, "Nothing changed", "for anybody.".to_owned()),
    };
    let unknown = report.diff.unknown();
    if unknown > 0 {
        rest.push_str(&format!(
            " {} could not be judged.",
            plural(unknown as u64, "change")
        ));
    }
    if report.has_exchanges() && level == Level::Error {
        let hit = hit(Level::Error);
        rest.push_str(&match hit {
            0 => " None of the errors shows in this traffic.".to_owned(),
            1 => " One of the errors shows in this traffic.".to_owned(),
            hit => format!(" {hit} of the errors show in this traffic."),
        });
    }
    (level, word, rest)
}

/// `41 of 52 exchanges of the old version (79 %) are touched by an error or a warning; 11 speak the new version`
pub(super) fn touched(report: &MigrationReport) -> Option<String> {
    let traffic = report.traffic.as_ref().filter(|_| report.has_exchanges())?;
    let exchanges = &traffic.exchanges;
    let verb = if exchanges.touched == 1 { "is" } else { "are" };
    let mut words = match exchanges.old {
        0 if exchanges.all == 1 => "the only exchange does not speak the old version".to_owned(),
        0 => format!(
            "none of {} speaks the old version",
            plural(exchanges.all, "exchange")
        ),
        old => format!(
            "{} of {} of the old version ({}) {verb} touched by an error or a warning",
            thousands(exchanges.touched),
            plural(old, "exchange"),
            share(exchanges.touched, old)
        ),
    };
    let neither = exchanges.all - exchanges.old - exchanges.new;
    for (count, version) in [(exchanges.new, "the new version"), (neither, "neither")] {
        if count > 0 {
            let verb = if count == 1 { "speaks" } else { "speak" };
            words.push_str(&format!("; {} {verb} {version}", thousands(count)));
        }
    }
    Some(words)
}
