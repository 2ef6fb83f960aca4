//! Arguments of the supporting commands.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::contract::ContractRef;

use super::ReadingArguments;

#[derive(Debug, Args)]
pub(in crate::cli) struct InitArguments {
    /// The folder to look at and to write to.
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) folder: PathBuf,

    /// Overwrite an existing file.
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ConfigArguments {
    /// The command; without it, every command that has options in the configuration.
    #[arg(value_name = "COMMAND")]
    pub(in crate::cli) command: Option<String>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct CompletionsArguments {
    /// The shell.
    #[arg(value_name = "SHELL", value_enum)]
    pub(in crate::cli) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ManArguments {
    /// The command whose page is printed; without it, that of wiredrift.
    #[arg(value_name = "COMMAND", conflicts_with = "write")]
    pub(in crate::cli) command: Option<String>,

    /// Write all pages to this folder.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) write: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct SchemaArguments {
    /// The built-in contract: `name@version`, `name` for all its versions, or `report` for the JSON
    /// reports. Without it, all of them.
    #[arg(value_name = "REF")]
    pub(in crate::cli) reference: Option<ContractRef>,

    /// Print the schema of one payload type.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["write", "check"])]
    pub(in crate::cli) r#type: Option<String>,

    /// Print one contract as an OpenAPI 3.1 document.
    #[arg(long, conflicts_with_all = ["type", "write", "check"])]
    pub(in crate::cli) openapi: bool,

    /// Write one file per payload type: DIR/CONTRACT/VERSION/TYPE.schema.json.
    #[arg(long, value_name = "DIR", conflicts_with = "check")]
    pub(in crate::cli) write: Option<PathBuf>,

    /// Compare a folder with the output of --write; print a diff and exit with 1 if it is out of date.
    #[arg(long, value_name = "DIR")]
    pub(in crate::cli) check: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ContractsArguments {
    /// An OpenAPI document, a JSON Schema or a folder of them, or a built-in contract: `name` or
    /// `name@version`. Without it, every built-in contract is listed.
    #[arg(value_name = "REF")]
    pub(in crate::cli) reference: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) reading: ReadingArguments,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExplainArguments {
    /// The id of the rule. Without it, all rules are listed.
    #[arg(value_name = "RULE")]
    pub(in crate::cli) rule: Option<String>,
}
