//! Arguments as typed.

mod capture;
mod drift;
mod infer;
mod logs;
mod profile;
mod supporting;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum, ValueHint};

use crate::migrate::impact::ConsumerBy;
use crate::report::check::CheckFormat;
use crate::report::diff::DiffFormat;
use crate::report::migration::MigrationFormat;
use crate::report::upgrade::UpgradeFormat;
use crate::rules::except::Ignore;

pub(super) use capture::{
    CaptureArguments, CapturesArguments, PrivacyArguments, SelectionArguments, SideArgument,
};
pub(super) use drift::DriftArguments;
pub(super) use infer::{ContractKind, InferArguments};
pub(super) use logs::LogArguments;
pub(super) use profile::{MergeArguments, ProfileArguments};
pub(super) use supporting::*;

use super::values::{OutputArgument, header_prefix, ignore, output, path_map, url_file};

/// Headings of `--help`.
const CONTRACT: &str = "Contract";
const CAPTURE: &str = "Captures";
const PRIVACY: &str = "Privacy";
const SELECTION: &str = "Selection of exchanges";
const RESULT: &str = "Findings and output";

/// Check captured HTTP/JSON traffic against versioned contracts, and prove what a contract change breaks.
///
/// Exit codes: 0 if no finding reaches the level of --fail-on, 1 if one does, 2 if the run could not be
/// completed.
#[derive(Debug, Parser)]
#[command(name = "wiredrift", version, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// When to use colours.
    #[arg(
        long,
        global = true,
        value_enum,
        default_value_t = Color::Auto,
        value_name = "WHEN",
        display_order = 900,
        help_heading = "Global options"
    )]
    pub(super) color: Color,

    /// Print nothing but errors and the reports that --output names.
    #[arg(
        short,
        long,
        global = true,
        display_order = 901,
        help_heading = "Global options",
        conflicts_with = "verbose"
    )]
    pub(super) quiet: bool,

    /// Print what was read, where each exchange was routed, and why exchanges were left out.
    #[arg(
        short,
        long,
        global = true,
        display_order = 902,
        help_heading = "Global options"
    )]
    pub(super) verbose: bool,

    /// Read this configuration instead of the `wiredrift.toml` in the current folder or above it. `--SWITCH=false`
    /// turns off a switch that the configuration turns on.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        display_order = 903,
        help_heading = "Global options",
        conflicts_with = "no_config"
    )]
    pub(super) config: Option<PathBuf>,

    /// Read no configuration.
    #[arg(
        long,
        global = true,
        display_order = 904,
        help_heading = "Global options"
    )]
    pub(super) no_config: bool,

    /// In GitHub Actions and GitLab, do not add annotations, step summaries and code quality reports.
    #[arg(
        long,
        global = true,
        display_order = 905,
        help_heading = "Global options"
    )]
    pub(super) no_ci: bool,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check captures against a contract.
    Check(CheckArguments),
    /// Find mistakes in contracts.
    Lint(LintArguments),
    /// Report what changed between two contracts, and what the changes break.
    Diff(DiffArguments),
    /// Write a migration report: what changed, and which captured traffic each change affects.
    Report(ReportArguments),
    /// Rewrite payloads of one contract into the shape of another.
    Upgrade(UpgradeArguments),
    /// List what captures hold: formats, exchanges, hosts, times, operations, and what is not compared.
    Captures(CapturesArguments),
    /// Infer a contract from captures: an OpenAPI document or a JSON Schema.
    #[command(mut_args(without_contract))]
    Infer(InferArguments),
    /// Report how the traffic of one period differs from that of another.
    #[command(mut_args(without_contract))]
    Drift(DriftArguments),
    /// Join profiles, which `check --profile` writes.
    Merge(MergeArguments),
    /// Print, write or check the JSON Schemas of the built-in contracts and of the JSON reports.
    Schema(SchemaArguments),
    /// List the built-in contracts, or the operations of a contract.
    Contracts(ContractsArguments),
    /// Explain a rule: what it reports, how to fix a finding, how to silence it.
    Explain(ExplainArguments),
    /// Write a commented `wiredrift.toml` for the contracts and captures in the current folder.
    Init(InitArguments),
    /// Print the options in force, and where each one was set.
    Config(ConfigArguments),
    /// Print a completion script for a shell.
    Completions(CompletionsArguments),
    /// Print or write the manual pages.
    Man(ManArguments),
}

impl Command {
    /// What is shown of captures.
    pub(super) const fn privacy(&self) -> Option<&PrivacyArguments> {
        match self {
            Self::Check(arguments) => Some(&arguments.capture.privacy),
            Self::Report(arguments) => Some(&arguments.capture.privacy),
            Self::Upgrade(arguments) => Some(&arguments.capture.privacy),
            Self::Captures(arguments) => Some(&arguments.capture.privacy),
            Self::Infer(arguments) => Some(&arguments.capture.privacy),
            Self::Drift(arguments) => Some(&arguments.capture.privacy),
            _ => None,
        }
    }

    /// Whether it reads captures, or compares or checks contracts.
    pub(super) const fn can_take_long(&self) -> bool {
        matches!(
            self,
            Self::Check(_)
                | Self::Lint(_)
                | Self::Diff(_)
                | Self::Report(_)
                | Self::Upgrade(_)
                | Self::Captures(_)
                | Self::Infer(_)
                | Self::Drift(_)
                | Self::Merge(_)
        )
    }
}

/// Hides an option that needs a contract, in a command that has none.
fn without_contract(argument: clap::Arg) -> clap::Arg {
    let needs_contract = ["operation", "schema_for", "side", "webhook"];
    let is_hidden = needs_contract.contains(&argument.get_id().as_str());
    argument.hide(is_hidden)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    Auto,
    Always,
    Never,
}

#[derive(Debug, Args)]
pub(super) struct CheckArguments {
    /// Files and folders with captures; `-` is standard input.
    ///
    /// JSON, NDJSON, logs, HTTP (curl -i, curl -v), HAR, cassettes (VCR, vcrpy, betamax, go-vcr, PHP-VCR,
    /// Schemathesis, Keploy), nock, WireMock, Hoverfly, Mountebank, Postman, Bruno, Insomnia, OTLP, Playwright, REST clients (.http), mitmproxy, WARC, and
    /// guides (Markdown or text with json, HTTP or Python blocks), each also compressed (.gz, .zst,
    /// .br) or in an archive (.zip, .tar).
    #[arg(value_name = "CAPTURES", value_hint = ValueHint::AnyPath)]
    pub(super) captures: Vec<PathBuf>,

    /// The contract: an OpenAPI document, a JSON Schema, a folder of JSON Schemas, or a built-in contract as
    /// `name@version`. `name` alone finds the version that each payload matches. Required unless the configuration
    /// sets it.
    #[arg(short, long, value_name = "REF", help_heading = CONTRACT, value_hint = ValueHint::AnyPath, default_value = "", hide_default_value = true)]
    pub(super) contract: String,

    #[command(flatten)]
    pub(super) reading: ReadingArguments,

    #[command(flatten)]
    pub(super) capture: CaptureArguments,

    #[command(flatten)]
    pub(super) profile: ProfileArguments,

    /// Read captures, or parts of them, from standard input, each after a line of JSON that names it, and write nothing
    /// but the profile: for programs that spread the work over machines. Needs --profile.
    #[arg(long, help_heading = CAPTURE, requires = "profile", conflicts_with_all = ["captures", "from_profile"])]
    pub(super) batch: bool,

    /// Let the tag of an OpenAPI `discriminator` decide which variant is meant, or treat it as a hint, as
    /// OpenAPI 3.1.1 does: `oneOf` then rejects payloads that two variants accept.
    #[arg(long, help_heading = CONTRACT, value_enum, default_value_t = DiscriminatorArgument::Decide, value_name = "HOW")]
    pub(super) discriminator: DiscriminatorArgument,

    /// Exit with 1 if a finding has this level or a higher one.
    #[arg(long, help_heading = RESULT, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    pub(super) fail_on: FailOn,

    /// Make undeclared properties errors.
    #[arg(long, help_heading = RESULT)]
    pub(super) strict: bool,

    /// Report every violation in requests that the server rejected with a 4xx. By default, these are info
    /// findings, one per status.
    #[arg(long, help_heading = RESULT)]
    pub(super) strict_requests: bool,

    /// Take undeclared response headers whose names start with PREFIX for the API's own and report them, instead of
    /// those that start with `X-`. May be repeated.
    #[arg(long, help_heading = RESULT, value_name = "PREFIX", value_parser = header_prefix)]
    pub(super) api_header: Vec<String>,

    /// Set the level of a rule: off, info, warning or error. `RULE@OPERATION=LEVEL` and `RULE/PATH=LEVEL` set it for
    /// an operation or a place in payloads, such as `wrong-type@listPets/data/*/name=info`. May be repeated.
    #[arg(short, long, alias = "severity", value_name = "RULE=LEVEL", help_heading = RESULT)]
    pub(super) level: Vec<String>,

    /// List the verdict on each payload.
    #[arg(long, help_heading = RESULT)]
    pub(super) payloads: bool,

    /// List declared properties and enum values that no payload has.
    #[arg(long, help_heading = RESULT)]
    pub(super) coverage: bool,

    /// Count the findings by rule instead of listing them.
    #[arg(long, help_heading = RESULT)]
    pub(super) statistics: bool,

    /// Instead of findings, print the smallest contract edits that accept the traffic: as text with a diff, or as
    /// `json-patch`.
    #[arg(long, help_heading = RESULT, value_enum, value_name = "FORMAT", num_args = 0..=1, require_equals = true, default_missing_value = "text", conflicts_with_all = ["no_excerpts", "output", "update_baseline", "payloads", "statistics"])]
    pub(super) suggest: Option<SuggestFormat>,

    /// Write the edits of --suggest to the contract. Comments, order and style stay as they are.
    #[arg(long, help_heading = RESULT, requires = "suggest")]
    pub(super) apply: bool,

    /// Do not print lines of the captures and values from them, for logs that are public.
    #[arg(long, help_heading = RESULT)]
    pub(super) no_excerpts: bool,

    /// The walk that compares payloads with schemas; the reports are the same.
    #[arg(long, value_enum, default_value_t = EngineArgument::Streaming, value_name = "ENGINE", hide = true)]
    pub(super) engine: EngineArgument,

    /// Write a report: `text`, `short`, `json`, `ndjson`, `markdown`, `html`, `sarif`, `junit`, `github` or `gitlab`
    /// to standard output, `sarif=report.sarif` to a file. May be repeated. Text is printed if nothing else goes to
    /// standard output.
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = RESULT, value_parser = output::<CheckFormat>)]
    pub(super) output: Vec<OutputArgument<CheckFormat>>,

    #[command(flatten)]
    pub(super) exceptions: ExceptionArguments,
}

#[derive(Debug, Args)]
pub(super) struct LintArguments {
    /// Contracts: OpenAPI documents, JSON Schemas, folders of JSON Schemas, or built-in contracts. Required unless the
    /// configuration sets `contract`.
    #[arg(value_name = "CONTRACT", value_hint = ValueHint::AnyPath)]
    pub(super) contracts: Vec<String>,

    #[command(flatten)]
    pub(super) reading: ReadingArguments,

    /// Let the tag of an OpenAPI `discriminator` decide which variant is meant, or treat it as a hint, as
    /// OpenAPI 3.1.1 does.
    #[arg(long, help_heading = CONTRACT, value_enum, default_value_t = DiscriminatorArgument::Decide, value_name = "HOW")]
    pub(super) discriminator: DiscriminatorArgument,

    /// Exit with 1 if a finding has this level or a higher one.
    #[arg(long, help_heading = RESULT, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    pub(super) fail_on: FailOn,

    /// Set the level of a rule: off, info, warning or error. `RULE@OPERATION=LEVEL` and `RULE/PATH=LEVEL` set it for
    /// an operation or a place in payloads, such as `wrong-type@listPets/data/*/name=info`. May be repeated.
    #[arg(short, long, alias = "severity", value_name = "RULE=LEVEL", help_heading = RESULT)]
    pub(super) level: Vec<String>,

    /// Write a report: `text`, `short`, `json`, `ndjson`, `markdown`, `html`, `sarif`, `junit`, `github` or `gitlab`
    /// to standard output, `sarif=report.sarif` to a file. May be repeated. Text is printed if nothing else goes to
    /// standard output.
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = RESULT, value_parser = output::<CheckFormat>)]
    pub(super) output: Vec<OutputArgument<CheckFormat>>,

    #[command(flatten)]
    pub(super) exceptions: ExceptionArguments,
}

/// Which walk compares payloads with schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EngineArgument {
    /// One pass over the bytes.
    Streaming,
    /// A tree for each payload: slow, to hold the other against.
    Reference,
}

#[derive(Debug, Args)]
pub(super) struct DiffArguments {
    #[command(flatten)]
    pub(super) pair: PairArguments,

    /// Who sends the payloads of contracts that are JSON Schemas without operations. Payloads from clients must
    /// stay valid under NEW; payloads from servers must be valid under OLD.
    #[arg(long, help_heading = CONTRACT, value_enum, default_value_t = SentBy::Client, value_name = "WHO")]
    pub(super) sent_by: SentBy,

    /// Exit with 1 if a change has this level or a higher one.
    #[arg(long, help_heading = RESULT, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    pub(super) fail_on: FailOn,

    /// Set the level of a rule: off, info, warning or error. `RULE@OPERATION=LEVEL` and `RULE/PATH=LEVEL` set it for
    /// an operation or a place in payloads, such as `wrong-type@listPets/data/*/name=info`. May be repeated.
    #[arg(short, long, alias = "severity", value_name = "RULE=LEVEL", help_heading = RESULT)]
    pub(super) level: Vec<String>,

    /// The level of changes for which neither a proof nor a counterexample was found.
    #[arg(long, help_heading = RESULT, value_enum, default_value_t = Unproven::Warning, value_name = "LEVEL")]
    pub(super) unproven: Unproven,

    /// Show every change of a long diff, and every place that a change affects.
    #[arg(long, help_heading = RESULT)]
    pub(super) all_places: bool,

    /// Show edits that were proved to be equivalent.
    #[arg(long, help_heading = RESULT)]
    pub(super) show_equivalent: bool,

    /// Give the reason for each verdict.
    #[arg(long, help_heading = RESULT)]
    pub(super) explain_verdict: bool,

    /// Write a report: `text`, `short`, `json`, `ndjson`, `markdown`, `html`, `changelog`, `sarif`, `junit`, `github`
    /// or `gitlab` to standard output, `json=diff.json` to a file. May be repeated. Text is printed if nothing else
    /// goes to standard output. `changelog` is an entry for release notes, in the sections of Keep a Changelog.
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = RESULT, value_parser = output::<DiffFormat>)]
    pub(super) output: Vec<OutputArgument<DiffFormat>>,

    #[command(flatten)]
    pub(super) exceptions: ExceptionArguments,
}

/// The level of what is unproven.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Unproven {
    Error,
    Warning,
    Info,
}

/// Who sends payloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SentBy {
    Client,
    Server,
    Both,
}

/// The two contracts of a migration.
#[derive(Debug, Args)]
pub(super) struct PairArguments {
    /// The old contract: an OpenAPI document, a JSON Schema, a folder of JSON Schemas, a built-in contract as
    /// `name@version`, or `git:REV:PATH` for a file or folder in a commit. Required unless the configuration sets
    /// `old`.
    #[arg(value_name = "OLD", value_hint = ValueHint::AnyPath, default_value = "", hide_default_value = true)]
    pub(super) old: String,

    /// The new contract, named in the same way. Required unless the configuration sets `new`.
    #[arg(value_name = "NEW", value_hint = ValueHint::AnyPath, default_value = "", hide_default_value = true)]
    pub(super) new: String,

    #[command(flatten)]
    pub(super) reading: ReadingArguments,

    /// Treat paths below OLD as moved below NEW, which is then no change: `/api=/api/v2`. May be repeated.
    #[arg(long, help_heading = CONTRACT, value_name = "OLD=NEW", value_parser = path_map)]
    pub(super) map_path: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    #[command(flatten)]
    pub(super) pair: PairArguments,

    /// Files and folders with captures of either version; `-` is standard input. Without captures, the report
    /// lists what changed.
    #[arg(value_name = "CAPTURES", value_hint = ValueHint::AnyPath)]
    pub(super) captures: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) capture: CaptureArguments,

    #[command(flatten)]
    pub(super) profile: ProfileArguments,

    /// Break the impact down by client: `header:User-Agent` or another header, `host`, or `folder`, the folder of
    /// the capture.
    #[arg(long, help_heading = CAPTURE, value_name = "WHAT")]
    pub(super) consumer_by: Option<ConsumerBy>,

    /// Who sends the payloads of contracts that are JSON Schemas without operations.
    #[arg(long, help_heading = CONTRACT, value_enum, default_value_t = SentBy::Client, value_name = "WHO")]
    pub(super) sent_by: SentBy,

    /// Exit with 1 if a change has this level or a higher one. With `used`, only errors that affect the captured
    /// traffic count: the property was present, the value was sent, the operation was called.
    #[arg(long, help_heading = RESULT, value_enum, default_value_t = ReportFailOn::Never, value_name = "LEVEL")]
    pub(super) fail_on: ReportFailOn,

    /// Set the level of a rule: off, info, warning or error. `RULE@OPERATION=LEVEL` and `RULE/PATH=LEVEL` set it for
    /// an operation or a place in payloads, such as `wrong-type@listPets/data/*/name=info`. May be repeated.
    #[arg(short, long, alias = "severity", value_name = "RULE=LEVEL", help_heading = RESULT)]
    pub(super) level: Vec<String>,

    /// Write a report: `text`, `short`, `json`, `markdown`, `html`, `sarif`, `junit`, `github` or `gitlab` to standard
    /// output, `html=report.html` to a file. May be repeated. Text is printed if nothing else goes to standard
    /// output.
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = RESULT, value_parser = output::<MigrationFormat>)]
    pub(super) output: Vec<OutputArgument<MigrationFormat>>,

    #[command(flatten)]
    pub(super) exceptions: ExceptionArguments,
}

#[derive(Debug, Args)]
pub(super) struct UpgradeArguments {
    #[command(flatten)]
    pub(super) pair: PairArguments,

    /// Files and folders with payloads of OLD, in any format that `check` reads; `-`, the default, is standard
    /// input.
    #[arg(value_name = "PAYLOADS", value_hint = ValueHint::AnyPath)]
    pub(super) captures: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) capture: CaptureArguments,

    /// Rewrite payloads of NEW into the shape of OLD.
    #[arg(long)]
    pub(super) downgrade: bool,

    /// A YAML or JSON file with rules of your own: a list `moves` of `{move: {from: /data/*/title, to:
    /// /data/*/name}}`, `{set: {at: /currency, value: EUR}}`, `{map: {at: /size, values: {xl: large}}}` and
    /// `{drop: /debug}`, each with an optional `operation`, `side` and `status`; see docs/upgrade.md.
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) moves: Option<PathBuf>,

    /// Write payloads that are valid under NEW back to their JSON, NDJSON and HAR files. Unchanged parts keep their
    /// formatting.
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) in_place: bool,

    /// With --in-place and --dry-run: also rewrite payloads that still need manual edits.
    #[arg(long)]
    pub(super) incomplete: bool,

    /// Also apply uncertain renames and moves. By default, they are only listed, as lines for --moves.
    #[arg(long)]
    pub(super) accept_guesses: bool,

    /// Exit with 1 if a value is lost.
    #[arg(long)]
    pub(super) fail_on_loss: bool,

    /// Print the changes of --in-place as a patch (`patch -p0` applies it), and write nothing.
    #[arg(long)]
    pub(super) dry_run: bool,

    /// Write the list of edits: `text` or `json`, `json=upgrade.json` to a file. It goes to standard error if
    /// payloads or a patch go to standard output.
    #[arg(short, long, value_name = "FORMAT[=PATH]", help_heading = RESULT, default_value = "text", value_parser = output::<UpgradeFormat>)]
    pub(super) output: Vec<OutputArgument<UpgradeFormat>>,
}

/// How contracts are read from files.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// The file to read for references to a URL; nothing is fetched. May be repeated.
    #[arg(long = "ref", help_heading = CONTRACT, value_name = "URL=FILE", value_parser = url_file)]
    pub(super) refs: Vec<(String, PathBuf)>,

    /// A folder whose files the contract may refer to, in addition to the current folder, its own folder and the
    /// repository around it. May be repeated.
    #[arg(long = "allow-path", help_heading = CONTRACT, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) allowed: Vec<PathBuf>,

    /// Whether `format` rejects values or is only an annotation.
    #[arg(long, help_heading = CONTRACT, value_name = "HOW", default_value = "assert")]
    pub(super) formats: FormatsArgument,

    /// The base path of every path of an OpenAPI document, instead of those of its servers; `/` for none.
    #[arg(long, help_heading = CONTRACT, value_name = "PATH")]
    pub(super) base_path: Option<String>,

    /// Let every schema with `nullable: true` (OpenAPI 3.0) accept null, even next to an `enum` that does not
    /// list null, an `allOf`, a `oneOf`, an `anyOf` or a `$ref`.
    #[arg(long, help_heading = CONTRACT, alias = "lenient-null-enum")]
    pub(super) lenient_null: bool,
}

/// What `format` does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatsArgument {
    Assert,
    Annotate,
}

/// What a discriminator does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DiscriminatorArgument {
    Decide,
    Hint,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

/// What fails a run of `report`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ReportFailOn {
    Error,
    Warning,
    Info,
    Used,
    Never,
}

/// How edits are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SuggestFormat {
    /// For people, with a patch.
    Text,
    /// RFC 6902.
    JsonPatch,
}

/// What does not count.
#[derive(Debug, Args)]
pub(super) struct ExceptionArguments {
    /// A file of known findings. Only new ones are listed and fail the run.
    #[arg(long, help_heading = RESULT, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) baseline: Option<PathBuf>,

    /// Write what was found to the file of --baseline: add new findings, remove those that did not occur.
    #[arg(long, help_heading = RESULT)]
    pub(super) update_baseline: bool,

    /// Ignore findings of a rule: `rule=wrong-type,operation=listPets,path=/data/*/name,until=2026-12-31,reason=…`.
    /// Only rule and reason are required. May be repeated.
    #[arg(long, help_heading = RESULT, value_name = "RULE,REASON", value_parser = ignore)]
    pub(super) ignore: Vec<Ignore>,
}
