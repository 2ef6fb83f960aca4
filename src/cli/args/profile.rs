//! Arguments about profiles.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::{CAPTURE, RESULT};

/// Which profile is written, and which ones are read.
#[derive(Debug, Args)]
pub(in crate::cli) struct ProfileArguments {
    /// Write what was learnt to this file: a profile, which stands for the captures and can be joined with others by
    /// `wiredrift merge`. `-` is standard output.
    #[arg(long, help_heading = RESULT, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) profile: Option<PathBuf>,

    /// Take this profile in place of captures. May be repeated.
    #[arg(long, help_heading = CAPTURE, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "captures")]
    pub(in crate::cli) from_profile: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct MergeArguments {
    /// The profiles; folders stand for the profiles in them (`*.profile`, `*.profile.zst`).
    #[arg(value_name = "PROFILES", required = true, value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) profiles: Vec<PathBuf>,

    /// The file to write; `-` is standard output.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(in crate::cli) output: PathBuf,
}
