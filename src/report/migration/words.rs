//! Sentences that all renderers use.

use jiff::Timestamp;
use crate::diff::{Fact, Family, Owner, Sender};
use crate::location::Step;
use crate::migrate::impact::{Affected, Sample, Times, Usage, affected, concerns};
use crate::report::diff::words::counts;
use crate::report::render::lines::{hunks, sign};
use crate::report::render::numbers::{plural, share, thousands};
use crate::rules::{Change, Level, Release};
use crate::redact::printed;

use super::MigrationReport;

/// The number of values that are shown per change.
pub(super) const VALUES_SHOWN: usize = 12;

/// The number of characters of a consumer's name that are shown.
const CONSUMER_SHOWN: usize = 80;

/// The number of lines of a sample that are shown.
const LINES_SHOWN: usize = 60;

/// The last name in the path of a change: its subject in one word.
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

/// `; first …, last …`; empty if no time is known.
fn when(times: Times) -> String {
    match (times.first, times.last) {
        (Some(first), Some(last)) if time(first) != time(last) => {
            format!("; first {}, last {}", time(first), time(last))
        }
        (Some(first), _) => format!("; {}", time(first)),
        _ => String::new(),
    }
}

/// What traffic shows for a change: a keyword, and the rest of the sentence.
pub(super) fn evidence(report: &MigrationReport, index: usize) -> Option<(&'static str, String)> {
    let unplaced = report.traffic.as_ref()?.unplaced;
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
    // Not all payloads have a nested property.
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
        1 => format!("in the only {noun} of the old version that it affects"),
        _ if is_of_payloads => {
            format!("in all {} of the old version{with_it}", plural(count, noun))
        }
        _ => format!(
            "in all {} of the old version that it affects",
            plural(count, noun)
        ),
    };
    // The affected messages either have it or lack it.
    let senders = judged.difference.senders();
    let is_about_lack = senders
        .iter()
        .any(|sender| affected(&judged.difference, *sender) == Affected::Without);
    let (seen, never) = match is_about_lack {
        true => ("Missing", "Never missing"),
        false => ("Seen", "Never seen"),
    };
    let open = (old.undecided > 0).then(|| {
        let exchanges = plural(old.undecided, "exchange");
        format!("what it is about was not captured or not compared in {exchanges}")
    });
    if old.telling == 0
        && old.held == 0
        && let Some(open) = open
    {
        return Some(("Undecided", format!(": {open}")));
    }
    let (word, mut rest) = match (old.telling, old.shown) {
        _ if old.reached + new.reached == 0 && unplaced > 0 && judged.difference.pair.is_some() => {
            let payloads = plural(unplaced, "payload");
            return Some(("Undecided", format!(": {payloads} that may hold it could not be compared")));
        }
        _ if old.reached == 0 && new.reached == 0 => {
            return Some(("No traffic", " that could show it".to_owned()));
        }
        _ if old.reached == 0 => ("Not observed", " in the old version".to_owned()),
        (0, _) if old.early == old.reached => ("Already there", format!(" {}", of_old(old.early))),
        (0, _) if old.early > 0 => (
            "Already there",
            format!(" in {} of {all} of the old version", thousands(old.early)),
        ),
        // Only traffic of other senders could show it.
        (0, _)
            if senders
                .iter()
                .any(|sender| affected(&judged.difference, *sender) != Affected::NotShown) =>
        {
            return Some(("No traffic", " that could show it".to_owned()));
        }
        (0, _) if is_new(judged.difference.fact) => {
            ("Not yet seen", format!(" in {all} of the old version"))
        }
        (0, _) => (
            "Unknown",
            ": traffic of the old version does not show who is affected".to_owned(),
        ),
        (telling, 0) => {
            let more = match (usage.doubtful.shown, open, old.elsewhere) {
                (0, None, 0) => ": safe to ignore for this traffic".to_owned(),
                (0, Some(open), _) => format!("; {open}"),
                (doubtful @ 1.., ..) => {
                    let exchanges = plural(doubtful, "exchange");
                    format!("; {} in {exchanges} that may be of the old version", seen.to_lowercase())
                }
                (0, None, elsewhere) => {
                    let is_request = senders.iter().any(|sender| {
                        *sender == Sender::Client && !concerns(&judged.difference, *sender)
                    });
                    let noun = if is_request { "request" } else { "response" };
                    format!("; {} in {}", seen.to_lowercase(), plural(elsewhere, noun))
                }
            };
            (never, format!(" in {} of the old version{more}", plural(telling, noun)))
        }
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

/// The same without times, and without traffic of the new version.
pub(super) fn short_evidence(report: &MigrationReport, index: usize) -> Option<(&'static str, String)> {
    let (word, rest) = evidence(report, index)?;
    let end = rest.find([';', '.']).unwrap_or(rest.len());
    Some((word, rest[..end].to_owned()))
}

/// Whether a change adds something, or allows something that was not allowed.
const fn is_new(fact: Fact) -> bool {
    // These are not part of messages.
    let is_around = matches!(fact, Fact::LinkAdded | Fact::ServerAdded | Fact::SchemaAdded);
    matches!(fact.family(), Family::Added | Family::Widened) && !is_around
}

/// The lines of a sample that differ, with context. Each line starts with its sign.
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

/// The values of a change that were seen, most frequent first, and a text about those that are not shown.
pub(super) fn values(usage: &Usage) -> (Vec<(String, u64)>, Option<String>) {
    let all = usage.values.by_count();
    let more = all.len().saturating_sub(VALUES_SHOWN);
    let hidden = all.iter().skip(VALUES_SHOWN).map(|(_, seen)| seen.count);
    let others = hidden.sum::<u64>() + usage.values.others;
    let words = match (more, usage.values.others) {
        (0, 0) => None,
        (more, 0) => Some(format!("{} more", thousands(more as u64))),
        // Values beyond the limit are only counted together.
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

/// The name of a consumer as printed. Counts use the full name.
pub(super) fn consumer(name: &str) -> String {
    cut(name, CONSUMER_SHOWN)
}

/// A text, truncated if it is too long.
pub(super) fn cut(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The verdict in one word, and the sentence that follows it.
pub(super) fn verdict(report: &MigrationReport) -> (Level, &'static str, String) {
    let counted: Vec<String> = counts(&report.diff)
        .into_iter()
        .map(|(_, words)| words)
        .collect();
    let counted = counted.join(", ");
    let release = report.diff.release();
    let needed = match release {
        Release::Major => "needs a major version",
        Release::Minor => "needs a minor version",
        Release::Patch => "needs a patch version",
    };
    let listed = report.diff.release_of_listed();
    // The changes that are not listed are part of the release, too.
    let needed = match report.diff.exempt.word().filter(|_| release > listed) {
        Some(word) => format!("with the {word} changes, this {needed}."),
        None => format!("this {needed}."),
    };
    let (level, word, mut rest) = match listed {
        Release::Major => (Level::Error, "Breaking:", format!("{counted}; {needed}")),
        Release::Minor => (Level::Warning, "Compatible, with caveats:", format!("{counted}; {needed}")),
        Release::Patch if release > listed => (Level::Info, "No new changes:", needed),
        Release::Patch => (Level::Info, "No changes:", "a patch version is enough.".to_owned()),
    };
    let unknown = report.diff.unknown();
    if unknown > 0 {
        rest.push_str(&format!(
            " {} could not be proved compatible or breaking.",
            plural(unknown as u64, "change")
        ));
    }
    if let Some(used) = report.used_words() {
        rest.push_str(&format!(" {used}."));
    }
    (level, word, rest)
}

/// `41 of 52 exchanges of the old version (79 %) are affected by an error or a warning; 11 match the new
/// version`
pub(super) fn touched(report: &MigrationReport) -> Option<String> {
    let traffic = report.traffic.as_ref().filter(|_| report.has_exchanges())?;
    let exchanges = &traffic.exchanges;
    let verb = if exchanges.touched == 1 { "is" } else { "are" };
    let mut words = match exchanges.old {
        0 if exchanges.all == 1 => "the only exchange does not match the old version".to_owned(),
        0 => format!(
            "none of {} matches the old version",
            plural(exchanges.all, "exchange")
        ),
        old => format!(
            "{} of {} of the old version ({}) {verb} affected by an error or a warning",
            thousands(exchanges.touched),
            plural(old, "exchange"),
            share(exchanges.touched, old)
        ),
    };
    let neither = exchanges.all - exchanges.old - exchanges.new;
    for (count, version) in [(exchanges.new, "the new version"), (neither, "neither")] {
        if count > 0 {
            let verb = if count == 1 { "matches" } else { "match" };
            words.push_str(&format!("; {} {verb} {version}", thousands(count)));
        }
    }
    Some(words)
}
