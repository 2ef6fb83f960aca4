//! Arguments of the commands that read captures.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use crate::capture::Format as CaptureFormat;
use crate::observe::{FileGlob, Moment, PathGlob, Rewrite, Statuses, UrlPattern};

use crate::redact::NamePattern;
use crate::report::captures::CapturesFormat;

use super::super::values::{
    OutputArgument, host, jobs, moment, output, sample, schema_for, size, webhook,
};
use super::{CAPTURE, CONTRACT, LogArguments, PRIVACY, RESULT, ReadingArguments, SELECTION};

#[derive(Debug, Args)]
pub(in crate::cli) struct CapturesArguments {
    /// Files and folders with captures, in any format that `check` reads; `-` is standard input.
    #[arg(value_name = "PATHS", value_hint = ValueHint::AnyPath, default_value = ".")]
    pub(in crate::cli) captures: Vec<PathBuf>,

    /// The contract that exchanges belong to, as `check` takes it. Without it, no operations are named.
    #[arg(short, long, value_name = "REF", help_heading = CONTRACT, value_hint = ValueHint::AnyPath)]
    pub(in crate::cli) contract: Option<String>,

    #[command(flatten)]
    pub(in crate::cli) reading: ReadingArguments,

    #[command(flatten)]
    pub(in crate::cli) capture: CaptureArguments,

    /// Say how old each file is and which version of the contract its payloads match, the oldest first.
    /// Needs --contract.
    #[arg(long, help_heading = RESULT)]
    pub(in crate::cli) stale: bool,

    /// Write copies of the exchanges to a new folder, with stand-ins for all values but times: they have the same
    /// structure and, with --contract, the same findings, so that they can be shared. Names of properties, parameters,
    /// headers and files stay.
    #[arg(long, help_heading = RESULT, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(in crate::cli) export: Option<PathBuf>,

    /// With --stale, exit with 1 if a file is out of date.
    #[arg(long, requires = "stale", help_heading = RESULT)]
    pub(in crate::cli) fail_on_stale: bool,

    /// Write what was found: `text`, the default, or `json` to standard output, `json=captures.json` to a file. May be
    /// repeated.
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = RESULT, value_parser = output::<CapturesFormat>)]
    pub(in crate::cli) output: Vec<OutputArgument<CapturesFormat>>,
}

/// Which operation payloads are of that do not say so themselves, and how captures are read.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct CaptureArguments {
    /// Check captures whose path matches GLOB against one schema of a contract of JSON Schemas: its name, or a
    /// reference such as `common.json#/$defs/Money`. May be repeated.
    #[arg(long, help_heading = CAPTURE, value_name = "GLOB=SCHEMA", value_parser = schema_for)]
    pub(in crate::cli) schema_for: Vec<(FileGlob, String)>,

    /// The operation of payloads without method and URL. Exchanges of other operations are left out.
    #[arg(long, help_heading = CAPTURE, value_name = "ID")]
    pub(in crate::cli) operation: Option<String>,

    /// Take requests to this URL or path for those of a webhook: `petSold=/hooks/pets`,
    /// `petSold=https://example.com/hooks/{id}`. NAME may also be the id of a callback. It takes precedence over the
    /// paths of the contract. May be repeated.
    #[arg(long, help_heading = CAPTURE, value_name = "NAME=URL-OR-PATH", value_parser = webhook)]
    pub(in crate::cli) webhook: Vec<(String, UrlPattern)>,

    /// The side of payloads without method and URL. The other side of exchanges is left out.
    #[arg(long, help_heading = CAPTURE, value_enum)]
    pub(in crate::cli) side: Option<SideArgument>,

    #[command(flatten)]
    pub(in crate::cli) selection: SelectionArguments,

    #[command(flatten)]
    pub(in crate::cli) privacy: PrivacyArguments,

    /// The format of the captures. By default, it is recognised by name and content.
    #[arg(long, help_heading = CAPTURE, value_enum, value_name = "FORMAT")]
    pub(in crate::cli) format: Option<CaptureFormat>,

    #[command(flatten)]
    pub(in crate::cli) logs: LogArguments,

    /// Do not exit with 2 because an input cannot be read.
    #[arg(long, help_heading = CAPTURE)]
    pub(in crate::cli) keep_going: bool,

    /// The largest payload, line, or file read as a whole, after decompression.
    #[arg(long, help_heading = CAPTURE, value_name = "SIZE", default_value = "256MiB", value_parser = size)]
    pub(in crate::cli) max_body: u64,

    /// Threads that read captures; the output is the same for any number. Default: all cores.
    #[arg(short, long, help_heading = CAPTURE, value_name = "N", value_parser = jobs)]
    pub(in crate::cli) jobs: Option<NonZeroUsize>,
}

/// What of captures is shown.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct PrivacyArguments {
    /// Mask the values of this property, header or parameter, besides tokens, passwords and the like; `*` stands for
    /// any part of the name. May be repeated.
    #[arg(long, help_heading = PRIVACY, value_name = "NAME", value_parser = NamePattern::parse)]
    pub(in crate::cli) redact: Vec<NamePattern>,

    /// Do not mask the values of this property, header or parameter, unless --redact names it. May be repeated.
    #[arg(long, help_heading = PRIVACY, value_name = "NAME", value_parser = NamePattern::parse)]
    pub(in crate::cli) keep: Vec<NamePattern>,

    /// Mask nothing but what --redact names: reports may then contain secrets.
    #[arg(long, help_heading = PRIVACY)]
    pub(in crate::cli) show_values: bool,
}

/// Which exchanges are compared, and under which path.
#[derive(Debug, Clone, Args)]
pub(in crate::cli) struct SelectionArguments {
    /// Read only exchanges with this host; `*.example.com` is every host below it. May be repeated.
    #[arg(long, help_heading = SELECTION, value_name = "HOST", value_parser = host)]
    pub(in crate::cli) host: Vec<String>,

    /// Read only exchanges with this method. May be repeated.
    #[arg(long, help_heading = SELECTION, value_name = "METHOD")]
    pub(in crate::cli) method: Vec<String>,

    /// Read only exchanges with this path: `/books/*`, `/books/{id}`, `**/books`, with `**` for any number of
    /// segments. May be repeated.
    #[arg(long, help_heading = SELECTION, value_name = "PATH", value_parser = PathGlob::parse)]
    pub(in crate::cli) path: Vec<PathGlob>,

    /// Read only responses with this status: 404, 4xx or 500-504. May be repeated. A single code also applies to
    /// payloads without a status.
    #[arg(long, help_heading = SELECTION, value_name = "CODE", value_parser = Statuses::parse)]
    pub(in crate::cli) status: Vec<Statuses>,

    /// Read only exchanges recorded at this time or later: a day, a time, or an age such as 7d or 12h.
    #[arg(long, help_heading = SELECTION, value_name = "TIME", value_parser = moment)]
    pub(in crate::cli) since: Option<Moment>,

    /// Read only exchanges recorded before this time; a day is included.
    #[arg(long, help_heading = SELECTION, value_name = "TIME", value_parser = moment)]
    pub(in crate::cli) until: Option<Moment>,

    /// Read only one of N exchanges, the same ones in every run.
    #[arg(long, help_heading = SELECTION, value_name = "N", value_parser = sample)]
    pub(in crate::cli) sample: Option<NonZeroU64>,

    /// Read paths that start with FROM as if they started with TO: `/gateway=/` removes a prefix, and
    /// `/repositories/{id}=/repos/{owner}/{repo}` gives a path other segments. May be repeated; the first one that fits
    /// counts.
    #[arg(long, help_heading = SELECTION, value_name = "FROM=TO", value_parser = Rewrite::parse)]
    pub(in crate::cli) rewrite: Vec<Rewrite>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum SideArgument {
    Request,
    Response,
}
