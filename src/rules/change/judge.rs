//! Changes judged: which rule, and how grave.

use crate::contract::Contract;
use crate::diff::{Difference, Fact, Family, Owner, Proof, Sender, Verdict};
use crate::location::{Origin, Side};

use crate::rules::Policy;
use crate::rules::catalogue::*;
use super::words::message;
use crate::rules::key::{Key, place_in};
use crate::rules::places::Places;

/// A change with its rule and levels.
#[derive(Debug, Clone)]
pub struct Change {
    /// The rule.
    pub(crate) rule: &'static Rule,
    /// What identifies the change in every run.
    pub(crate) key: Key,
    /// The gravest of the levels.
    pub(crate) level: Level,
    /// How grave it is for what each sender sends.
    pub(crate) levels: Vec<(Sender, Level)>,
    /// What is the matter, in one line.
    pub(crate) message: String,
    /// Where the old contract's documents say it; `None` for contracts without documents.
    pub(crate) old: Option<Origin>,
    /// Where the new contract's documents say it.
    pub(crate) new: Option<Origin>,
    /// The fact that was judged.
    pub(crate) difference: Difference,
}

/// What a version number has to say of a change (Semantic Versioning 2.0.0).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Release {
    /// Nothing changed for anybody.
    Patch,
    /// What was sent and read before stays right.
    Minor,
    /// Something breaks.
    Major,
}

/// Judges changes between two contracts, in their order; those that are turned off are left out.
#[must_use]
pub fn judge_changes(
    changes: &[Difference],
    old: &Contract,
    new: &Contract,
    policy: &Policy,
) -> Vec<Change> {
    let mut old_places = Places::new([old]);
    let mut new_places = Places::new([new]);
    let judged = changes.iter().map(|change| {
        let mut judged = judge_change(change, key(change, old, new), policy);
        let place = change.old_place.as_ref();
        judged.old = place.and_then(|place| old_places.origin(place));
        let place = change.new_place.as_ref();
        judged.new = place.and_then(|place| new_places.origin(place));
        judged
    });
    judged.filter(|judged| judged.level != Level::Off).collect()
}

/// The key of a change: the place in the new contract, or in the old one where the place was removed.
fn key(change: &Difference, old: &Contract, new: &Contract) -> Key {
    let sides = [(new, &change.new_place), (old, &change.old_place)];
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
    // Several things can happen to one place.
    if !change.subject.is_empty() && !place.ends_with(&format!("/{}", change.subject)) {
        place.push(' ');
        place.push_str(&change.subject);
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
        // Behaviour of the contract as a whole is what its server does.
        senders.push(Sender::Server);
    }
    let set = policy.levels.get(rule.id).copied();
    let levels: Vec<(Sender, Level)> = senders
        .into_iter()
        .map(|sender| {
            let is_unproven = matches!(change.verdict(sender), Some(Verdict::Unknown(_)));
            let unproven = policy.unproven.filter(|_| is_unproven);
            let chosen = set.or(unproven);
            (
                sender,
                chosen.unwrap_or_else(|| level(change, rule, sender)),
            )
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
        difference: change.clone(),
    }
}

/// What the next version has to be.
#[must_use]
pub fn release(changes: &[Change]) -> Release {
    match changes.iter().map(|judged| judged.level).max() {
        Some(Level::Error) => Release::Major,
        Some(Level::Warning | Level::Info) => Release::Minor,
        Some(Level::Off) | None => Release::Patch,
    }
}

/// The level of a change for what one sender sends: the rule's, lowered where less is at stake, and where a
/// proof says that nothing is.
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
        // A client that sends it is ignored, if it is not refused.
        Fact::PropertyRemoved if is_client => at_stake(is_breaking, default, Level::Warning),
        Fact::PropertyRenamed | Fact::PropertiesMoved if is_client => {
            at_stake(is_breaking, default, Level::Warning)
        }
        // Clients that read it miss it, though they had to reckon with that.
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
        // What a union allows beside is told with its variants.
        Fact::DiscriminatorChanged => default,
        Fact::ParameterEncoding if change.subject == "allowReserved" => match change.is_minor {
            true => Level::Info,
            false => Level::Warning,
        },
        Fact::BodyRemoved | Fact::ParameterEncoding => {
            at_stake(!change.is_minor, default, default.min(Level::Warning))
        }
        _ => match verdict {
            // What a proof says wins over what a rule expects.
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

/// Whether the verdict says all there is to say of a fact.
const fn is_containment(fact: Fact) -> bool {
    !matches!(
        fact.family(),
        Family::Annotation | Family::Deprecation | Family::Moved
    )
}
