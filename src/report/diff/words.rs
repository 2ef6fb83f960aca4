//! Sentences that all renderers use.

use crate::diff::{Difference, Fact, Owner, Proof, Reach, Sender, Verdict, Witness};
use crate::report::render::lines::{ChangeTag, hunks};
use crate::rules::{Change, Level, Release, part_words};

use super::{ContractName, Changes};

/// The number of affected places that are shown by default.
const REACH_SHOWN: usize = 3;

/// The number of lines of a keyword that are shown.
const LINES_SHOWN: usize = 30;

/// The number of values of an enum that are shown.
const VALUES_SHOWN: usize = 40;

/// The title of a group of changes.
pub(in crate::report) fn title(owner: &Owner) -> String {
    match owner {
        Owner::Contract | Owner::Operations(_) => "The contract as a whole".to_owned(),
        Owner::Operation(name, _) if name.signature == "(schema)" => format!("schema {}", name.id),
        Owner::Operation(name, _) => format!("{}  {}", name.signature, name.id),
        Owner::Component(old, new) if old == new => format!("component {new}"),
        Owner::Component(old, new) => format!("component {new} (was {old})"),
    }
}

/// The place of a change in its group: `in response 200 at /data/*, variant 2 of 3`.
pub(in crate::report) fn place(judged: &Change) -> Option<String> {
    match (place_of(judged), &judged.difference.variant) {
        (Some(place), Some(variant)) => Some(format!("{place}, {variant}")),
        (None, Some(variant)) => Some(format!("in {variant}")),
        (place, None) => place,
    }
}

fn place_of(judged: &Change) -> Option<String> {
    let change = &judged.difference;
    let part = match &change.owner {
        Owner::Operation(_, part) => &**part,
        Owner::Operations(part) => &**part,
        Owner::Contract | Owner::Component(..) => "",
    };
    let path = change.path.to_string();
    match (part, path.as_str()) {
        ("", "") => None,
        ("", path) => Some(format!("at {path}")),
        // The message already names it.
        (part, "") if judged.message.contains(&part_words(part)) => None,
        (part, "") => Some(format!("in {}", part_words(part))),
        (part, path) => Some(format!("in {} at {path}", part_words(part))),
    }
}

/// `affects list-pets response 200, create-pet request, 4 more places`
pub(in crate::report) fn reach(change: &Difference, all: bool, hint: &str) -> Option<String> {
    let is_told = match &change.owner {
        Owner::Operation(..) => change.reach.len() < 2,
        Owner::Component(_, name) => match change.reach.as_slice() {
            [] => true,
            // The component is the whole payload.
            [only] => only.part.is_empty() && *only.operation.id == **name,
            _ => false,
        },
        Owner::Contract | Owner::Operations(_) => change.reach.is_empty(),
    };
    if is_told {
        return None;
    }
    let shown = match all {
        true => usize::MAX,
        false => REACH_SHOWN,
    };
    let part_is_told = matches!(change.owner, Owner::Operations(_));
    let word = |reach: &Reach| match part_is_told {
        true => reach.operation.id.clone(),
        false => reached(reach),
    };
    let mut words: Vec<String> = change.reach.iter().map(word).collect();
    words.dedup();
    let more = words.len().saturating_sub(shown);
    words.truncate(shown);
    if more > 0 {
        let noun = if more == 1 { "place" } else { "places" };
        words.push(format!("{more} more {noun}{hint}"));
    }
    Some(format!("affects {}", words.join(", ")))
}

/// `list-pets response 200`
pub(in crate::report) fn reached(reach: &Reach) -> String {
    match (&*reach.operation.id, &*reach.part) {
        (id, "") => id.to_owned(),
        (id, part) => format!("{id} {part}"),
    }
}

/// The verdict for what one sender sends, in one line.
pub(in crate::report) fn verdict(
    sender: Sender,
    verdict: &Verdict,
    explain: bool,
) -> Option<String> {
    let (values, met) = match sender {
        Sender::Client => ("what clients send", "new"),
        Sender::Server => ("what servers send", "old"),
    };
    match verdict {
        Verdict::Breaking(witness) => Some(format!(
            "breaks {values}: the {met} contract {}",
            witness.why
        )),
        Verdict::Unknown(reason) => Some(format!("unknown for {values}: {reason}")),
        Verdict::Compatible(Proof::Assumed(reason)) => {
            Some(format!("compatible with {values} in practice: {reason}"))
        }
        Verdict::Compatible(_) if !explain => None,
        Verdict::Compatible(Proof::NotSent) => Some(format!(
            "compatible with {values}: requests contain no read-only values, and responses no write-only values"
        )),
        Verdict::Compatible(Proof::AsksNothing) => Some(format!(
            "compatible with {values}: the {met} contract requires nothing more"
        )),
        Verdict::Compatible(Proof::Follows(asks)) => Some(format!(
            "compatible with {values} (proved): the {met} contract {asks}, which every value of the other \
             contract satisfies"
        )),
        Verdict::Compatible(Proof::Vacuous(asks)) => Some(format!(
            "compatible with {values} (proved): the {met} contract {asks}, which no whole payload violates"
        )),
    }
}

/// `a response 200 of list-pets that the new contract allows and the old one does not`
pub(in crate::report) fn witness_title(witness: &Witness, sender: Sender) -> String {
    let (made_for, met) = match sender {
        Sender::Client => ("old", "new"),
        Sender::Server => ("new", "old"),
    };
    let what = match &witness.component {
        Some(component) => format!("a value of {component}"),
        None => match &*witness.of.part {
            "" => format!("a payload of {}", witness.of.operation.id),
            part => format!("{part} of {}", witness.of.operation.id),
        },
    };
    format!("{what}: the {made_for} contract accepts it, the {met} one rejects it")
}

/// The lines that differ between old and new, with context.
pub(in crate::report) fn lines(judged: &Change) -> Vec<(ChangeTag, String)> {
    let change = &judged.difference;
    match change.fact {
        Fact::EnumValueAdded | Fact::EnumAdded => {
            return vec![(ChangeTag::Insert, values(&change.values))];
        }
        Fact::EnumValueRemoved | Fact::EnumRemoved => {
            return vec![(ChangeTag::Delete, values(&change.values))];
        }
        Fact::ConstraintNarrowed
        | Fact::ConstraintWidened
        | Fact::ConstraintChanged
        | Fact::PropertiesMoved
        | Fact::LinkChanged
        | Fact::DiscriminatorChanged => {}
        Fact::OperationReplaced => {
            let takers = change.new.as_deref().unwrap_or_default().lines();
            return takers
                .map(|taker| (ChangeTag::Insert, taker.to_owned()))
                .collect();
        }
        Fact::NoteChanged if change.old.is_some() && change.new.is_some() => {}
        // The message says it all.
        _ => return Vec::new(),
    }
    let (old, new) = (
        change.old.as_deref().unwrap_or_default(),
        change.new.as_deref().unwrap_or_default(),
    );
    if change.fact == Fact::PropertiesMoved {
        let pairs = old.lines().zip(new.lines());
        return pairs
            .map(|(old, new)| (ChangeTag::Equal, format!("{old} → {new}")))
            .collect();
    }
    // The last line ends like the others.
    let whole = |text: &str| match text {
        "" => String::new(),
        text => format!("{text}\n"),
    };
    let (old, new) = (whole(old), whole(new));
    let hunks = hunks(&old, &new, 2).into_iter();
    hunks
        .flat_map(|hunk| hunk.lines)
        .map(|(tag, line)| (tag, line.trim_end_matches('\n').to_owned()))
        .filter(|(_, line)| !line.is_empty())
        .take(LINES_SHOWN)
        .collect()
}

fn values(values: &[String]) -> String {
    let mut words: Vec<String> = values.iter().take(VALUES_SHOWN).cloned().collect();
    if values.len() > VALUES_SHOWN {
        words.push(format!("and {} more", values.len() - VALUES_SHOWN));
    }
    words.join(", ")
}

/// What the diff means for the next version.
pub(in crate::report) fn advice(report: &Changes) -> String {
    let release = report.release();
    let unknown = report.unknown();
    let mut advice = match release {
        // The listed changes alone would require less.
        Release::Major | Release::Minor if release > report.release_of_listed() => {
            let word = report.exempt.word().unwrap_or("other");
            let release = if release == Release::Major { "major" } else { "minor" };
            format!("With the {word} changes, this needs a {release} version.")
        }
        Release::Major => "Breaking changes: this needs a major version.".to_owned(),
        Release::Minor => {
            let warns = |judged: &&Change| {
                judged.level == Level::Warning && judged.difference.is_breaking()
            };
            match report.changes.iter().filter(warns).count() {
                0 => "No errors: a minor version is enough.".to_owned(),
                1 => {
                    "No errors: a minor version is enough, but 1 warning may break strict clients."
                        .to_owned()
                }
                count => format!(
                    "No errors: a minor version is enough, but {count} warnings may break strict clients."
                ),
            }
        }
        Release::Patch => "Nothing changed: a patch version is enough.".to_owned(),
    };
    if unknown > 0 {
        let (noun, pronoun) = match unknown {
            1 => ("change is", "it"),
            _ => ("changes are", "they"),
        };
        let more = match release {
            Release::Major => String::new(),
            _ => format!(": {pronoun} may need a major version"),
        };
        advice.push_str(&format!(
            " {unknown} {noun} unproven{more} (--unproven sets the level)."
        ));
    }
    let (old, new) = (&report.old.version, &report.new.version);
    advice.push_str(&match bump(&report.old, &report.new) {
        Some(Bump::Backwards) => {
            format!(" The version goes backwards, from {old} to {new}: are OLD and NEW swapped?")
        }
        Some(Bump::By(said)) if said >= release && old != new && unknown == 0 => {
            format!(" The version goes from {old} to {new}, which is enough.")
        }
        Some(Bump::By(said)) if said < release && old == new => {
            format!(" The version stays {old}, which is not enough.")
        }
        Some(Bump::By(said)) if said < release => {
            format!(" The version goes from {old} to {new}, which is not enough.")
        }
        _ => String::new(),
    });
    advice
}

/// How a version number changed.
enum Bump {
    /// As for this kind of release.
    By(Release),
    Backwards,
}

/// How the version changed between two contracts, if their versions are numeric.
fn bump(old: &ContractName, new: &ContractName) -> Option<Bump> {
    let numbers = |version: &str| -> Option<Vec<u64>> {
        let version = version.trim_start_matches(['v', 'V']);
        let version = version.split(['-', '+']).next()?;
        let numbers: Option<Vec<u64>> = version.split('.').map(|part| part.parse().ok()).collect();
        // A single number may be a year or a count.
        numbers.filter(|numbers| numbers.len() > 1)
    };
    let (old, new) = (numbers(&old.version)?, numbers(&new.version)?);
    let at = |numbers: &[u64], index: usize| numbers.get(index).copied().unwrap_or(0);
    let differing = (0..3).find(|index| at(&old, *index) != at(&new, *index));
    if differing.is_some_and(|index| at(&new, index) < at(&old, index)) {
        return Some(Bump::Backwards);
    }
    // Before 1.0, breaking changes raise the second number, as in Cargo and npm.
    let is_early = at(&old, 0) == 0 && at(&new, 0) == 0;
    Some(Bump::By(match differing {
        Some(0) => Release::Major,
        Some(1) if is_early => Release::Major,
        Some(_) if is_early => Release::Minor,
        Some(1) => Release::Minor,
        Some(_) | None => Release::Patch,
    }))
}

/// `3 errors, 1 warning`
pub(in crate::report) fn counts(report: &Changes) -> Vec<(Level, String)> {
    let levels = [Level::Error, Level::Warning, Level::Info];
    let counts = levels.into_iter().filter_map(|level| {
        let count = report.at_level(level);
        let plural = if count == 1 || level == Level::Info {
            ""
        } else {
            "s"
        };
        (count > 0).then(|| (level, format!("{count} {level}{plural}")))
    });
    counts.collect()
}

/// The headline and the advice if no change is listed: `No new changes. With the known changes, …`
pub(in crate::report) fn nothing(report: &Changes) -> String {
    let nothing = report.exempt.nothing("changes");
    let advice = advice(report);
    // That nothing needs a new version is said already.
    let rest = match report.exempt.word() {
        Some(_) => Some(advice.as_str()),
        None => advice.find("The version goes backwards").map(|start| &advice[start..]),
    };
    match rest {
        Some(rest) => format!("{nothing}. {rest}"),
        None => format!("{nothing}."),
    }
}

/// The sides of a change, `request` and `response`, derived from its senders.
pub(in crate::report) fn sides(judged: &Change) -> Vec<&'static str> {
    let senders = judged.difference.senders();
    let sides = [(Sender::Client, "request"), (Sender::Server, "response")];
    let own = sides
        .into_iter()
        .filter(|(sender, _)| senders.contains(sender));
    own.map(|(_, side)| side).collect()
}
