//! The contract that Rust types derive against the one that was committed:
//! [`assert_compatible!`](crate::assert_compatible).

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::contract::{Contract, LoadOptions, read};
use crate::error::{Error, ErrorKind, Result};
use crate::report::diff::Changes;
use crate::rules::Change;
use crate::stack::with_stack;

use super::{Color, diff};

/// Set to write contracts that changed: `1` for compatible changes, `breaking` for all.
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
                        "{UPDATE} is {}; it may be 1, for compatible changes, or `breaking`, for all",
                        value.display()
                    );
                    Err(Error::new(ErrorKind::Unknown, message))
                }
            },
        }
    }
}

/// Compares the contract with the file at `path`, from the `folder` of the package; what there is to
/// say against it, and `None` when there is nothing.
///
/// # Errors
///
/// When the contract cannot be written as OpenAPI, or the file cannot be read or written.
pub fn lock_failure(contract: &Contract, folder: &str, path: &str) -> Result<Option<String>> {
    let file = Path::new(folder).join(path);
    let update = Update::from_environment()?;
    let document = contract.to_openapi()?;
    with_stack(|| compare(&document, &file, path, update))
}

pub(super) fn compare(
    document: &Value,
    file: &Path,
    name: &str,
    update: Update,
) -> Result<Option<String>> {
    let text = locked(document);
    if !file.exists() {
        if update != Update::Nothing {
            return write(file, &text);
        }
        let message = format!(
            "{name} does not exist; `{UPDATE}=1 cargo test` writes the contract that the types derive"
        );
        return Ok(Some(message));
    }
    let committed = read(file, &LoadOptions::default())?;
    let derived = Contract::from_openapi(document)?;
    let changes = diff(&committed, &derived);
    if changes.is_empty() {
        // Descriptions may have changed, which is no change of the contract.
        return match update == Update::Nothing || !is_json(file) {
            true => Ok(None),
            false => write(file, &text),
        };
    }
    let is_breaking = changes.breaking().next().is_some();
    let is_written = match update {
        Update::Nothing => false,
        Update::Compatible => !is_breaking,
        Update::Everything => true,
    };
    match is_written {
        true => write(file, &text),
        false => Ok(Some(failure(name, &changes))),
    }
}

fn is_json(file: &Path) -> bool {
    file.extension()
        .is_some_and(|extension| extension == "json")
}

/// The document as it is committed: keys sorted, so that it does not change with the order of a
/// program's types.
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
    let failed = |error| Error::write(file, error);
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder).map_err(failed)?;
    }
    fs::write(file, text).map_err(failed)?;
    Ok(None)
}

/// What is said of changes, and how they get into the file.
fn failure(name: &str, changes: &Changes) -> String {
    let count = |of: &dyn Fn(&Change) -> bool| changes.iter().filter(|change| of(change)).count();
    let breaking = count(&Change::is_breaking);
    let unproven = count(&|change| !change.is_breaking() && change.is_unproven());
    let compatible = changes.len() - breaking - unproven;
    let kinds = [
        (breaking, "breaking"),
        (unproven, "unproven"),
        (compatible, "compatible"),
    ];
    let kinds: Vec<String> = kinds
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, kind)| format!("{count} {kind}"))
        .collect();
    let noun = match changes.len() {
        1 => "change",
        _ => "changes",
    };
    let mut out = format!(
        "the types no longer derive the contract in {name}: {} {noun}\n\n",
        kinds.join(", ")
    );
    out.push_str(&changes.to_text(Color::Never));
    let (value, advice) = match (breaking, unproven) {
        (0, 0) => ("1", "To accept that, run"),
        (0, _) => (
            "1",
            "For what is unproven, neither a proof nor a counterexample was found.\nIf it breaks nobody, run",
        ),
        _ => (
            "breaking",
            "To accept that all the same, give the contract a new version and run",
        ),
    };
    let _ = write!(
        out,
        "\n{advice}\n`{UPDATE}={value} cargo test`, which writes the file anew."
    );
    out
}

/// Panics when the contract that Rust types derive differs from the one in a committed file.
///
/// The file is an OpenAPI document, and its path starts at the folder of the package. A breaking change
/// is shown with a payload that proves it. `WIREDRIFT_UPDATE=1 cargo test` writes the file, unless a
/// change breaks somebody; `WIREDRIFT_UPDATE=breaking` writes it all the same.
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
