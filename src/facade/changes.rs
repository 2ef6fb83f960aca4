//! Compares two contracts.

use std::fmt;

use serde_json::Value;

use crate::contract::Contract;
use crate::diff::{Options, Owner, Verdict};
use crate::report::Render;
use crate::report::diff::{Changes, ContractName, DiffFormat, DiffOptions, change_text};
use crate::rules::{Change, Level, Policy, Rule};
use crate::stack::with_stack;

use super::Color;

/// Programs have no option to ask for more.
fn whole() -> DiffOptions {
    DiffOptions {
        all_places: true,
        ..DiffOptions::default()
    }
}

/// Compares two contracts: what changed, and what that breaks.
///
/// ```
/// use wiredrift::{Contract, diff};
///
/// let old = Contract::builtin("organisations@v1")?;
/// let new = Contract::builtin("organisations@v2")?;
/// for change in diff(&old, &new).breaking() {
///     println!("{change}");
/// }
/// # assert!(diff(&old, &old).is_empty());
/// # Ok::<(), wiredrift::Error>(())
/// ```
///
/// # Panics
///
/// If no thread can be started.
pub fn diff(old: &Contract, new: &Contract) -> Changes {
    let compared = with_stack(|| {
        let found = crate::diff::compare_contracts(old, new, &Options::default());
        let names = (name_of(old), name_of(new));
        Ok(Changes::judged(
            &found,
            (old, new),
            names,
            &Policy::default(),
        ))
    });
    compared.unwrap_or_else(|error| panic!("{error}"))
}

fn name_of(contract: &Contract) -> ContractName {
    ContractName {
        given: contract.reference(),
        reference: contract.reference(),
        version: contract.version.clone(),
        title: contract.reference(),
    }
}

impl Changes {
    /// The changes, by operation and component.
    pub fn iter(&self) -> std::slice::Iter<'_, Change> {
        self.changes.iter()
    }

    /// How many changes there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// The parts of either contract that could not be used, each as `file:line:column: …`. Nothing was
    /// compared with them.
    pub fn problems(&self) -> impl Iterator<Item = String> {
        self.unusable.iter().map(super::contract::problem)
    }

    /// Whether there is no change that payloads or requests could show. Parts that could not be compared are
    /// among the [`problems`](Self::problems).
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The changes that break clients or the server: their level is [`Level::Error`].
    pub fn breaking(&self) -> impl Iterator<Item = &Change> {
        self.iter().filter(|change| change.is_breaking())
    }

    /// The changes of this level or a more severe one.
    pub fn at_least(&self, level: Level) -> impl Iterator<Item = &Change> {
        self.iter().filter(move |change| change.level >= level)
    }

    /// The changes as `wiredrift diff --output json` writes them.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.render(DiffFormat::Json, whole())
    }

    /// The changes as text.
    #[must_use]
    pub fn to_text(&self, color: Color) -> String {
        color.apply(&self.render(DiffFormat::Text, whole()))
    }

    /// The changes as Markdown, for a pull request or release notes.
    #[must_use]
    pub fn to_markdown(&self) -> String {
        self.render(DiffFormat::Markdown, whole())
    }
}

impl<'c> IntoIterator for &'c Changes {
    type Item = &'c Change;
    type IntoIter = std::slice::Iter<'c, Change>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Change {
    /// The rule that it belongs to.
    #[must_use]
    pub fn rule(&self) -> &'static Rule {
        self.rule
    }

    /// Its severity.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// What changed, in one line.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The ids of the operations that it affects.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        let owner = match &self.difference.owner {
            Owner::Operation(name, _) => Some(&**name),
            Owner::Contract | Owner::Operations(_) | Owner::Component(..) => None,
        };
        let reached = self.difference.reach.iter().map(|reach| &*reach.operation);
        let mut known: Vec<&str> = Vec::new();
        for name in owner.into_iter().chain(reached) {
            if !known.contains(&&*name.id) {
                known.push(&name.id);
            }
        }
        known.into_iter()
    }

    /// Where in the payload: a JSON pointer with `*` for every element of an array, such as `/data/*/name`;
    /// empty for the whole payload, and for changes around payloads.
    #[must_use]
    pub fn path(&self) -> String {
        self.difference.path.to_string()
    }

    /// Whether it breaks clients or the server: its level is [`Level::Error`].
    #[must_use]
    pub fn is_breaking(&self) -> bool {
        self.level == Level::Error
    }

    /// Whether neither a proof of compatibility nor a counterexample was found.
    #[must_use]
    pub fn is_unproven(&self) -> bool {
        let mut verdicts = self.difference.verdicts.iter();
        verdicts.any(|(_, verdict)| matches!(verdict, Verdict::Unknown(_)))
    }

    /// A payload that one contract accepts and the other one rejects, if there is one.
    #[must_use]
    pub fn witness(&self) -> Option<&Value> {
        let mut verdicts = self.difference.verdicts.iter();
        verdicts.find_map(|(_, verdict)| match verdict {
            Verdict::Breaking(witness) => Some(&witness.payload),
            _ => None,
        })
    }

    /// The change as text, with its witness.
    #[must_use]
    pub fn to_text(&self, color: Color) -> String {
        color.apply(&change_text(self))
    }
}

/// One line: `error[property-removed]: GET /invoices: …`
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = crate::redact::printed(&self.message);
        write!(f, "{}[{}]: ", self.level, self.rule.id)?;
        let owner = match &self.difference.owner {
            Owner::Operation(name, _) if name.signature.is_empty() => &*name.id,
            Owner::Operation(name, _) => &*name.signature,
            Owner::Component(_, new) => &**new,
            Owner::Contract | Owner::Operations(_) => "",
        };
        if !owner.is_empty() && !message.contains(owner) {
            write!(f, "{owner}: ")?;
        }
        f.write_str(&message)
    }
}
