//! Compares the contract that Rust types derive with the one that was committed:
//! [`assert_compatible!`](crate::assert_compatible).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::contract::Contract;
use crate::error::{Error, ErrorKind, Result};
use crate::report::diff::Changes;
use crate::rules::Change;

use super::{Color, diff};

/// Set this variable to write contracts that changed: `1` for compatible changes, `breaking` for all.
const UPDATE: &str = "WIREDRIFT_UPDATE";

/// Which changes are written to the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Update {
    Nothing,
    Compatible,
    Everything,
}

impl Update {
    fn from_environment() -> Result<Self> {
        match std::env::var_os(UPDATE) {
            None => Ok(Self::Nothing),
            Some(value) => match value.to_str() {
                Some("" | "0") => Ok(Self::Nothing),
                Some("1") => Ok(Self::Compatible),
                Some("breaking") => Ok(Self::Everything),
                _ => {
                    let message = format!(
                        "{UPDATE} is {}; set it to 1 for compatible changes, or to `breaking` for all",
                        value.display()
                    );
                    Err(Error::new(ErrorKind::Unknown, message))
                }
            },
        }
    }
}

/// Compares the contract with the file at `path`, relative to the `folder` of the package. Returns the
/// failure message, or `None` if nothing differs.
///
/// # Errors
///
/// When the contract cannot be written as OpenAPI, or the file cannot be read or written.
pub fn lock_failure(contract: &Contract, folder: &str, path: &str) -> Result<Option<String>> {
    let file = Path::new(folder).join(path);
    let update = Update::from_environment()?;
    compare(contract, &file, path, update)
}

pub(super) fn compare(
    contract: &Contract,
    file: &Path,
    name: &str,
    update: Update,
) -> Result<Option<String>> {
    let text = locked(&contract.to_openapi()?);
    if !file.exists() {
        if update != Update::Nothing {
            return write(file, &text);
        }
        let message = format!(
            "{name} does not exist; `{UPDATE}=1 cargo test` writes the contract that the types derive"
        );
        return Ok(Some(message));
    }
    let unreadable = |source| {
        let message = format!(
            "{name} is not a contract that this assertion wrote; repair it, or delete it and run \
             `{UPDATE}=1 cargo test`"
        );
        let error = Error::new(ErrorKind::NoContract, message);
        match source {
            Some(source) => error.with_source(source),
            None => error,
        }
    };
    let committed = Contract::load(file).map_err(|error| unreadable(Some(error)))?;
    if committed.is_of_schemas() && !committed.operations.is_empty() {
        return Err(unreadable(None));
    }
    let changes = diff(&committed, contract);
    // Nothing is compared with a part that cannot be used, so changes to it would be missed.
    if let Some(problem) = changes.problems().next() {
        let message = format!(
            "a part of the contract cannot be used, so changes to it would be missed: {problem}\n\
             Repair {name}, or delete it and run `{UPDATE}=1 cargo test`"
        );
        return Err(Error::new(ErrorKind::Format, message));
    }
    let is_same = changes.is_empty() && committed.reference() == contract.reference();
    if is_same {
        // Descriptions may have changed, which is not a change of the contract.
        return match update == Update::Nothing || !is_json(file) {
            true => Ok(None),
            false => write(file, &text),
        };
    }
    let is_written = match update {
        Update::Nothing => false,
        Update::Compatible => !changes.iter().any(breaks),
        Update::Everything => true,
    };
    if changes.is_empty() && !is_written {
        let message = format!(
            "{name} contains {}, but the types derive {}, with the same payloads; \
             `{UPDATE}=1 cargo test` rewrites the file",
            committed.reference(),
            contract.reference()
        );
        return Ok(Some(message));
    }
    match is_written {
        true => write(file, &text),
        false => Ok(Some(failure(name, &changes))),
    }
}

/// Whether a change breaks clients or the server, by its level or because a payload shows it.
fn breaks(change: &Change) -> bool {
    change.is_breaking() || change.witness().is_some()
}

fn is_json(file: &Path) -> bool {
    file.extension()
        .is_some_and(|extension| extension == "json")
}

/// The document as it is committed: keys are sorted, so that it does not depend on the order of a program's
/// types.
fn locked(document: &Value) -> String {
    let mut sorted = document.clone();
    sorted.sort_all_objects();
    format!("{sorted:#}\n")
}

fn write(file: &Path, text: &str) -> Result<Option<String>> {
    if !is_json(file) {
        let message = "a contract is written as JSON; give the file a name that ends with .json";
        return Err(Error::new(ErrorKind::Write, message).with_path(file));
    }
    if fs::read_to_string(file).is_ok_and(|written| written == text) {
        return Ok(None);
    }
    let failed = |error| Error::write(file, &error);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(file, text).map_err(failed)?;
    Ok(None)
}

/// The message about changes, and how to write them to the file.
fn failure(name: &str, changes: &Changes) -> String {
    let count = |of: &dyn Fn(&Change) -> bool| changes.iter().filter(|change| of(change)).count();
    let breaking = count(&breaks);
    let unproven = count(&|change| !breaks(change) && change.is_unproven());
    let compatible = changes.len() - breaking - unproven;
    let kinds = [
        (breaking, "breaking"),
        (unproven, "unproven"),
        (compatible, "compatible"),
    ];
    let kinds: Vec<String> = kinds
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| match count {
            1 => format!("1 {kind} change"),
            _ => format!("{count} {kind} changes"),
        })
        .collect();
    let mut out = format!(
        "the types no longer match the contract in {name}: {}\n\n",
        kinds.join(", ")
    );
    out.push_str(&changes.to_text(Color::Never));
    let (value, advice) = match (breaking, unproven) {
        (0, 0) => ("1", "To accept this,"),
        (0, _) => (
            "1",
            "For unproven changes, neither a proof nor a counterexample was found.\nTo accept it,",
        ),
        _ => (
            "breaking",
            "To accept this anyway, give the contract a new version;",
        ),
    };
    let _ = write!(
        out,
        "\n{advice}\n`{UPDATE}={value} cargo test` rewrites the file."
    );
    out
}

/// Panics if the contract that Rust types derive differs from the one in a committed file.
///
/// The file is an OpenAPI document, and its path is relative to the folder of the package. A breaking change
/// is shown with a payload that proves it. `WIREDRIFT_UPDATE=1 cargo test` writes the file unless a change is
/// breaking, which means that a payload proves it to break clients or the server; `WIREDRIFT_UPDATE=breaking`
/// always writes it. The contract may be described by Rust types
/// ([`Contract::describe`](crate::Contract::describe)) or by a document that a program derives
/// ([`Contract::from_openapi`](crate::Contract::from_openapi)).
///
/// ```no_run
/// use schemars::JsonSchema;
/// use serde::Serialize;
/// use wiredrift::{Contract, Operation, assert_compatible};
///
/// #[derive(Serialize, JsonSchema)]
/// struct Invoice {
///     number: u32,
///     total: f64,
/// }
///
/// let billing = Contract::describe("billing", "v1", "Invoices")
///     .operation(
///         Operation::describe("retrieve-invoice", "GET", "/invoices/{number}")
///             .path_parameter::<u32>("number")
///             .response::<Invoice>(200),
///     )
///     .build()?;
///
/// assert_compatible!(billing, "contracts/billing.json");
/// # Ok::<(), wiredrift::Error>(())
/// ```
#[macro_export]
macro_rules! assert_compatible {
    ($contract:expr, $path:expr $(,)?) => {
        match $crate::__private::lock_failure(&$contract, env!("CARGO_MANIFEST_DIR"), $path) {
            Ok(None) => {}
            Ok(Some(failure)) => panic!("{failure}"),
            Err(error) => panic!("{error:?}"),
        }
    };
}
