//! The two contracts that a command compares.

use crate::contract::{Contract, LoadOptions};
use crate::diff::{Options, Sender};
use crate::error::{Error, ErrorKind, Result};
use crate::report::diff::ContractName;

use super::args::{PairArguments, SentBy};
use super::chosen::Chosen;
use super::git;

/// The words that are added to the versions of two contracts with the same name and version.
const OLD: &str = "(old)";
const NEW: &str = "(new)";

/// The old contract and the new one.
pub(super) struct Pair {
    old: Chosen,
    new: Chosen,
}

impl Pair {
    /// Finds both. `schemas` are references to further schemas.
    pub(super) fn find(arguments: &PairArguments, schemas: &[String]) -> Result<Self> {
        let options = arguments.reading.options(schemas.to_vec());
        Ok(Self {
            old: find(&arguments.old, &options)?,
            new: find(&arguments.new, &options)?,
        })
    }

    /// The same contracts with distinct versions, because traffic is counted by version.
    pub(super) fn told_apart(mut self, arguments: &PairArguments) -> Result<Self> {
        let (old, new) = self.contracts(arguments)?;
        if old.reference() == new.reference() {
            self.old.mark(OLD);
            self.new.mark(NEW);
        }
        Ok(self)
    }

    /// The one version that each operand names.
    pub(super) fn contracts(&self, arguments: &PairArguments) -> Result<(&Contract, &Contract)> {
        Ok((
            only_contract(&self.old, &arguments.old)?,
            only_contract(&self.new, &arguments.new)?,
        ))
    }
}

impl PairArguments {
    /// The options for the comparison.
    pub(super) fn diff_options(&self, sent_by: SentBy) -> Options {
        Options {
            map_paths: self.map_path.clone(),
            schemas_sent_by: match sent_by {
                SentBy::Client => vec![Sender::Client],
                SentBy::Server => vec![Sender::Server],
                SentBy::Both => vec![Sender::Client, Sender::Server],
            },
        }
    }
}

/// The names of the two contracts in reports: name and version, or what the user wrote if these are equal.
pub(super) fn names(
    arguments: &PairArguments,
    (old, new): (&Contract, &Contract),
) -> (ContractName, ContractName) {
    let plain = |text: &str| {
        let text = text.trim_end_matches(OLD).trim_end_matches(NEW);
        text.trim_end().to_owned()
    };
    let is_same = plain(&old.reference()) == plain(&new.reference());
    let name = |given: &str, contract: &Contract| ContractName {
        given: given.to_owned(),
        reference: match is_same {
            true => given.to_owned(),
            false => contract.reference(),
        },
        version: plain(&contract.version),
        title: match (contract.title.as_str(), plain(&contract.version).as_str()) {
            ("", _) => given.to_owned(),
            (_, _) if given == contract.reference() => given.to_owned(),
            (title, "") => title.to_owned(),
            (title, version) => format!("{title} {version}"),
        },
    };
    (name(&arguments.old, old), name(&arguments.new, new))
}

/// The contract that an operand names.
fn find(operand: &str, options: &LoadOptions) -> Result<Chosen> {
    match operand.strip_prefix("git:") {
        Some(place) => Ok(Chosen::loaded(git::load(operand, place, options)?)),
        None => Chosen::find(operand, options).map_err(|error| {
            match error.kind() == ErrorKind::Read && git::is_in_commit(operand) {
                true => error.adding(&format!("; did you mean `git:{operand}`?")),
                false => error,
            }
        }),
    }
}

/// The one version that an operand names.
fn only_contract<'c>(chosen: &'c Chosen, operand: &str) -> Result<&'c Contract> {
    match chosen.asked()?.as_slice() {
        [contract] => Ok(contract),
        several => {
            let names: Vec<String> = several.iter().map(|c| c.reference()).collect();
            let message = format!(
                "`{operand}` has several versions; name one of them: {}",
                names.join(", ")
            );
            Err(Error::new(ErrorKind::Unknown, message))
        }
    }
}
