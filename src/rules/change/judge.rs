//! Assigns rules and levels to changes.

use crate::contract::Contract;
use crate::diff::{Difference, Fact, Family, Owner, Proof, Sender, Verdict};
use crate::location::{Origin, Side};

use crate::rules::Policy;
use crate::rules::scope::Spot;
use crate::rules::catalogue::*;
use super::words::message;
use crate::rules::key::{Key, place_in};
use crate::rules::places::Places;

/// A change with its rule and levels.
#[derive(Debug, Clone)]
pub struct Change {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// Identifies the change in every run.
    pub(crate) key: Key,
    /// The highest of the levels.
    pub(crate) level: Level,
    /// The level for what each sender sends.
    pub(crate) levels: Vec<(Sender, Level)>,
    /// What changed, in one line.
    pub(crate) message: String,
    /// The place in the old contract's documents; `None` for contracts without documents.
    pub(crate) old: Option<Origin>,
    /// The place in the new contract's documents.
    pub(crate) new: Option<Origin>,
    /// Its position among the differences that were judged.
    pub(crate) position: usize,
    /// The change itself.
    pub(crate) difference: Difference,
}

/// The release that a change requires (Semantic Versioning 2.0.0).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Release {
    /// Nothing changed.
    Patch,
    /// Existing clients and servers keep working.
    Minor,
    /// Something breaks.
    Major,
}

/// Assigns levels to the changes between two contracts, in their order. Changes with level `off` are omitted.
#[must_use]
pub fn judge_changes(
    changes: &[Difference],
    old: &Contract,
    new: &Contract,
    policy: &Policy,
) -> Vec<Change> {
    let mut old_places = Places::new([old]);
    let mut new_places = Places::new([new]);
    let judged = changes.iter().enumerate().map(|(position, change)| {
        let mut judged = judge_change(change, change_key(change, old, new), policy);
        judged.position = position;
        let place = change.old_place.as_ref();
        judged.old = place.and_then(|place| old_places.origin(place));
        let place = change.new_place.as_ref();
        judged.new = place.and_then(|place| new_places.origin(place));
        judged
    });
    judged.filter(|judged| judged.level != Level::Off).collect()
}

/// The key of a change. It uses the place in the new contract, or in the old one if the place was removed.
pub(crate) fn change_key(change: &Difference, old: &Contract, new: &Contract) -> Key {
    let mut sides = [(new, &change.new_place), (old, &change.old_place)];
    if change.fact.family() == Family::Removed {
        sides.reverse();
    }
    let mut placed = sides.iter().filter_map(|(contract, place)| Some((contract, place.as_ref()?)));
    let mut place = match placed.next() {
        Some((contract, place)) => place_in(contract, place),
        None => {
            let (owner, part) = match &change.owner {
                Owner::Contract => ("", ""),
                Owner::Operations(part) => ("", &**part),
                Owner::Operation(name, part) => (&*name.id, &**part),
                Owner::Component(_, name) => (&**name, ""),
            };
            let words = [owner, part, &change.path.to_string()].map(str::to_owned);
            let words: Vec<String> = words.into_iter().filter(|word| !word.is_empty()).collect();
            words.join(" ")
        }
    };
    // A place can have several changes.
    let is_said = place.ends_with(&format!("/{}", change.subject))
        || place.ends_with(&format!(" {}", change.subject));
    if !change.subject.is_empty() && !is_said {
        place.push(' ');
        place.push_str(&change.subject);
    }
    // Two components can become one.
    if let Owner::Component(old, new) = &change.owner
        && old != new
    {
        place.push_str(&format!(" was {old}"));
    }
    Key {
        rule: change.fact.rule().id,
        contract: new.name.clone(),
        place: place.trim().to_owned(),
    }
}

fn judge_change(change: &Difference, key: Key, policy: &Policy) -> Change {
    let rule = change.fact.rule();
    let mut senders = change.senders();
    if senders.is_empty() {
        // The behaviour of the contract as a whole is that of its server.
        senders.push(Sender::Server);
    }
    let own = match &change.owner {
        Owner::Operation(name, _) => Some(&*name.id),
        Owner::Contract | Owner::Operations(_) | Owner::Component(..) => None,
    };
    let path = change.path.to_string();
    let levels: Vec<(Sender, Level)> = senders
        .into_iter()
        .map(|sender| {
            let is_unproven = matches!(change.verdict(sender), Some(Verdict::Unknown(_)));
            let unproven = policy.unproven.filter(|_| is_unproven);
            let default = unproven.unwrap_or_else(|| level(change, rule, sender));
            let reached = change.reach.iter().filter(|reach| reach.sender == sender);
            let operations: Vec<&str> = own.into_iter().chain(reached.map(|reach| &*reach.operation.id)).collect();
            let level_at = |operation: Option<&str>| {
                let spot = Spot {
                    operation,
                    paths: vec![path.clone()],
                };
                policy.set(rule, &spot).unwrap_or(default)
            };
            // The level of an operation leaves that of the others.
            let worst = operations.into_iter().map(|operation| level_at(Some(operation))).max();
            (sender, worst.unwrap_or_else(|| level_at(None)))
        })
        .collect();
    let worst = levels.iter().map(|(_, level)| *level).max();
    Change {
        rule,
        key,
        level: worst.unwrap_or(Level::Info),
        levels,
        message: message(change),
        old: None,
        new: None,
        position: 0,
        difference: change.clone(),
    }
}

/// The release that the changes require.
#[must_use]
pub fn release<'c>(changes: impl IntoIterator<Item = &'c Change>) -> Release {
    match changes.into_iter().map(|judged| judged.level).max() {
        Some(Level::Error) => Release::Major,
        Some(Level::Warning | Level::Info) => Release::Minor,
        Some(Level::Off) | None => Release::Patch,
    }
}

/// The level of a change for what one sender sends: the level of the rule, lowered if the change does less
/// harm or is proved to do none.
fn level(change: &Difference, rule: &Rule, sender: Sender) -> Level {
    let side = match sender {
        Sender::Client => Side::Request,
        Sender::Server => Side::Response,
    };
    let default = rule.level(Some(side));
    let verdict = change.verdict(sender);
    let is_breaking = matches!(verdict, Some(Verdict::Breaking(_)));
    let is_client = sender == Sender::Client;
    if matches!(
        verdict,
        Some(Verdict::Compatible(Proof::NotSent | Proof::Assumed(_)))
    ) {
        return default.min(Level::Info);
    }
    match change.fact {
        // The server ignores or rejects it.
        Fact::PropertyRemoved if is_client => at_stake(is_breaking, default, Level::Warning),
        Fact::PropertyRenamed | Fact::PropertiesMoved if is_client => {
            at_stake(is_breaking, default, Level::Warning)
        }
        // Clients that read it do not find it. If it was optional, they already had to handle that.
        Fact::PropertyRemoved | Fact::PropertyRenamed => {
            at_stake(!change.is_minor || is_breaking, default, Level::Warning)
        }
        Fact::PropertyAdded => match verdict {
            Some(Verdict::Unknown(_)) => Level::Warning,
            _ => at_stake(is_breaking, default, Level::Info),
        },
        Fact::ParameterAdded | Fact::BodyAdded | Fact::StatusAdded | Fact::StatusRemoved => {
            at_stake(!change.is_minor, default, Level::Info)
        }
        Fact::PathChanged | Fact::NoteChanged | Fact::SchemaAdded | Fact::SchemaRemoved => {
            at_stake(!change.is_minor, default, Level::Info)
        }
        Fact::MediaTypeRemoved if change.is_minor => Level::Info,
        Fact::HeaderRemoved => at_stake(!change.is_minor, default, Level::Warning),
        Fact::DiscriminatorChanged if is_breaking && is_client => Level::Error,
        // Other effects on the union are reported with its variants.
        Fact::DiscriminatorChanged => default,
        Fact::ParameterEncoding if change.subject == "allowReserved" => match change.is_minor {
            true => Level::Info,
            false => Level::Warning,
        },
        Fact::BodyRemoved | Fact::ParameterEncoding => {
            at_stake(!change.is_minor, default, default.min(Level::Warning))
        }
        _ => match verdict {
            // A proof takes precedence over the level of the rule.
            Some(Verdict::Compatible(_)) if is_containment(change.fact) => default.min(Level::Info),
            Some(Verdict::Breaking(_)) => default.max(Level::Warning),
            Some(Verdict::Unknown(_)) => Level::Warning,
            _ => default,
        },
    }
}

const fn at_stake(is_at_stake: bool, level: Level, otherwise: Level) -> Level {
    if is_at_stake { level } else { otherwise }
}

/// Whether the verdict alone determines the level of a fact.
const fn is_containment(fact: Fact) -> bool {
    !matches!(
        fact.family(),
        Family::Annotation | Family::Deprecation | Family::Moved
    )
}
