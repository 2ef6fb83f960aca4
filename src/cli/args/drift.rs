//! Arguments of `drift`.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::report::check::CheckFormat;

use super::{CaptureArguments, ExceptionArguments, FailOn, RESULT};
use crate::cli::values::{OutputArgument, output};

#[derive(Debug, Args)]
pub(in crate::cli) struct DriftArguments {
    /// Periods of traffic, the earliest first: profiles, or files and folders with captures. The last one is compared
    /// with all before it.
    #[arg(value_names = ["OLD", "NEW"], num_args = 2.., required = true, value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) periods: Vec<PathBuf>,

    #[command(flatten)]
    pub(in crate::cli) capture: CaptureArguments,

    /// Exit with 1 if a finding has this level or a higher one.
    #[arg(long, help_heading = RESULT, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    pub(in crate::cli) fail_on: FailOn,

    /// Set the level of a rule: off, info, warning or error. `RULE@OPERATION=LEVEL` and `RULE/PATH=LEVEL` set it for
    /// an operation or a place in payloads, such as `drift-values/data/*/status=info`. May be repeated.
    #[arg(short, long, alias = "severity", value_name = "RULE=LEVEL", help_heading = RESULT)]
    pub(in crate::cli) level: Vec<String>,

    /// Write a report: `text`, `short`, `json`, `ndjson`, `markdown`, `html`, `sarif`, `junit`, `github` or `gitlab`
    /// to standard output, `html=drift.html` to a file. May be repeated. Text is printed if nothing else goes to
    /// standard output.
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = RESULT, value_parser = output::<CheckFormat>)]
    pub(in crate::cli) output: Vec<OutputArgument<CheckFormat>>,

    #[command(flatten)]
    pub(in crate::cli) exceptions: ExceptionArguments,
}
