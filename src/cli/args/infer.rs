//! Arguments of `infer`.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{CaptureArguments, RESULT};

#[derive(Debug, Args)]
pub(in crate::cli) struct InferArguments {
    /// Files and folders with captures; `-` is standard input.
    #[arg(value_name = "CAPTURES", value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) captures: Vec<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) capture: CaptureArguments,

    #[command(flatten)]
    pub(in crate::cli) profile: super::ProfileArguments,

    /// What is written: an OpenAPI 3.1 document, or a JSON Schema (2020-12) of the payloads. Default: OpenAPI if the
    /// captures have methods and paths.
    #[arg(long = "as", help_heading = RESULT, value_enum, value_name = "KIND")]
    pub(in crate::cli) kind: Option<ContractKind>,

    /// Write Rust types for serde and schemars, and the contract that they make, instead of a document.
    #[arg(long, help_heading = RESULT)]
    pub(in crate::cli) rust: bool,

    /// Change this contract just enough to accept the captures, instead of writing a new one: add operations that it
    /// lacks, and widen the others as `check --suggest --apply` does. Comments, order and style stay as they are.
    #[arg(long, help_heading = RESULT, value_name = "CONTRACT", value_hint = ValueHint::AnyPath, conflicts_with_all = ["from_profile", "profile", "kind", "rust", "title", "output", "plain"])]
    pub(in crate::cli) update: Option<String>,

    /// The title of the contract. Default: the host.
    #[arg(long, help_heading = RESULT, value_name = "TEXT")]
    pub(in crate::cli) title: Option<String>,

    /// Objects that are needed for a property that all of them have to be required.
    #[arg(long, help_heading = RESULT, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..))]
    pub(in crate::cli) required_samples: u64,

    /// Leave out how sure each guess is (`x-wiredrift`).
    #[arg(long, help_heading = RESULT)]
    pub(in crate::cli) plain: bool,

    /// The file to write: YAML, or JSON if its name ends in `.json`. Default: YAML to standard output.
    #[arg(short, long, help_heading = RESULT, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) output: Option<PathBuf>,
}

/// What is inferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum ContractKind {
    /// An OpenAPI 3.1 document.
    #[value(name = "openapi")]
    OpenApi,
    /// A JSON Schema, draft 2020-12.
    JsonSchema,
}
