//! Arguments as typed.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::capture::Format as CaptureFormat;
use crate::contract::ContractRef;
use crate::migrate::impact::ConsumerBy;
use crate::observe::FileGlob;
use crate::report::Format;
use crate::report::check::CheckFormat;
use crate::report::diff::DiffFormat;
use crate::report::migration::MigrationFormat;
use crate::report::upgrade::UpgradeFormat;

/// Checks captured HTTP/JSON traffic against versioned contracts.
///
/// Exit codes: 0 nothing at or above the level asked for, 1 findings, 2 the run could not be
/// completed.
#[derive(Debug, Parser)]
#[command(name = "wiredrift", version, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,

    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t = Color::Auto, value_name = "WHEN", display_order = 900)]
    pub(super) color: Color,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Check captures against a contract.
    Check(CheckArguments),
    /// Find what is wrong with contracts themselves.
    Lint(LintArguments),
    /// Say what changed between two contracts, and what that breaks.
    Diff(DiffArguments),
    /// Write the migration report: what changed, and what the captured traffic says of it.
    Report(ReportArguments),
    /// Rewrite payloads of one contract into the shape of another.
    Upgrade(UpgradeArguments),
    /// Print, write or check the JSON Schemas of the contracts.
    Schema(SchemaArguments),
    /// List contracts, their versions and operations.
    Contracts(ContractsArguments),
    /// Say what a rule means, why it matters, and how to silence it.
    Explain(ExplainArguments),
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
    /// Files and folders that hold captures; `-` is standard input.
    ///
    /// JSON, NDJSON, raw HTTP (curl -i), HAR, and guides (Markdown or text with json, HTTP or Python
    /// blocks), each also in .gz or .zst.
    #[arg(value_name = "CAPTURES")]
    pub(super) captures: Vec<PathBuf>,

    /// The contract: an OpenAPI document, a JSON Schema or a folder of them; or a built-in one as
    /// `name@version`, or as `name` to find the version that each payload speaks.
    #[arg(long, value_name = "REF")]
    pub(super) contract: String,

    #[command(flatten)]
    pub(super) reading: ReadingArguments,

    #[command(flatten)]
    pub(super) capture: CaptureArguments,

    /// What an OpenAPI `discriminator` does: its tag decides which variant is meant, or it is a hint, as
    /// OpenAPI 3.1.1 says, and `oneOf` rejects what two variants accept.
    #[arg(long, value_enum, default_value_t = DiscriminatorArgument::Decide, value_name = "HOW")]
    pub(super) discriminator: DiscriminatorArgument,

    /// The lowest level of findings that makes the exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    pub(super) fail_on: FailOn,

    /// Make undeclared properties an error.
    #[arg(long)]
    pub(super) strict: bool,

    /// Hold requests that the server rejected with a 4xx to the contract like those that it accepted; else they
    /// are one info finding for each operation and status.
    #[arg(long)]
    pub(super) strict_requests: bool,

    /// Set the level of a rule; may be given several times.
    #[arg(long, alias = "severity", value_name = "RULE=LEVEL")]
    pub(super) level: Vec<String>,

    /// List the verdict on each payload.
    #[arg(long)]
    pub(super) payloads: bool,

    /// List what the contract declares and no payload showed: properties and enum values.
    #[arg(long)]
    pub(super) coverage: bool,

    /// Count the findings by rule instead of listing them.
    #[arg(long)]
    pub(super) statistics: bool,

    /// Leave out the lines of the captures, for logs that others can read.
    #[arg(long)]
    pub(super) no_excerpts: bool,

    /// The walk that compares payloads with schemas; the reports are the same.
    #[arg(long, value_enum, default_value_t = EngineArgument::Streaming, value_name = "ENGINE", hide = true)]
    pub(super) engine: EngineArgument,

    /// Where reports go: `text`, `json` or `html` for standard output, `html=report.html` for a file; may
    /// be given several times.
    #[arg(long, value_name = "FORMAT[=PATH]", default_value = "text", value_parser = output::<CheckFormat>)]
    pub(super) output: Vec<OutputArgument<CheckFormat>>,
}

#[derive(Debug, Args)]
pub(super) struct LintArguments {
    /// Contracts: OpenAPI documents, JSON Schemas, folders of JSON Schemas, or built-in contracts.
    #[arg(value_name = "CONTRACT", required = true)]
    pub(super) contracts: Vec<String>,

    #[command(flatten)]
    pub(super) reading: ReadingArguments,

    /// What an OpenAPI `discriminator` does: its tag decides which variant is meant, or it is a hint, as
    /// OpenAPI 3.1.1 says.
    #[arg(long, value_enum, default_value_t = DiscriminatorArgument::Decide, value_name = "HOW")]
    pub(super) discriminator: DiscriminatorArgument,

    /// The lowest level of findings that makes the exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    pub(super) fail_on: FailOn,

    /// Set the level of a rule; may be given several times.
    #[arg(long, alias = "severity", value_name = "RULE=LEVEL")]
    pub(super) level: Vec<String>,

    /// Where reports go: `text`, `json` or `html` for standard output, `html=report.html` for a file; may
    /// be given several times.
    #[arg(long, value_name = "FORMAT[=PATH]", default_value = "text", value_parser = output::<CheckFormat>)]
    pub(super) output: Vec<OutputArgument<CheckFormat>>,
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

    /// Who sends the payloads of contracts that have JSON Schemas and no operations: what clients send
    /// has to stay valid, what servers send has to be valid for who knows the old contract.
    #[arg(long, value_enum, default_value_t = SentBy::Client, value_name = "WHO")]
    pub(super) sent_by: SentBy,

    /// The lowest level of changes that makes the exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Error, value_name = "LEVEL")]
    pub(super) fail_on: FailOn,

    /// Set the level of a rule; may be given several times.
    #[arg(long, alias = "level", value_name = "RULE=LEVEL")]
    pub(super) severity: Vec<String>,

    /// The level of changes of which neither a proof nor a counterexample was found.
    #[arg(long, value_enum, default_value_t = Unproven::Warning, value_name = "LEVEL")]
    pub(super) unproven: Unproven,

    /// Show every change of a long diff, and every place that a change reaches.
    #[arg(long)]
    pub(super) all_places: bool,

    /// Show edits that were proved to mean the same.
    #[arg(long)]
    pub(super) show_equivalent: bool,

    /// Say why each verdict is what it is.
    #[arg(long)]
    pub(super) explain_verdict: bool,

    /// Where reports go: `text`, `json`, `markdown`, `html` or `changelog` for standard output,
    /// `json=diff.json` for a file; may be given several times. `changelog` is an entry for release notes, in
    /// the sections of Keep a Changelog.
    #[arg(long, value_name = "FORMAT[=PATH]", default_value = "text", value_parser = output::<DiffFormat>)]
    pub(super) output: Vec<OutputArgument<DiffFormat>>,
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
    /// The old contract: an OpenAPI document, a JSON Schema or a folder of them; a built-in one as
    /// `name@version`; or `git:REV:PATH` for a file or folder as a commit has it.
    #[arg(value_name = "OLD")]
    pub(super) old: String,

    /// The new contract, named in the same way.
    #[arg(value_name = "NEW")]
    pub(super) new: String,

    #[command(flatten)]
    pub(super) reading: ReadingArguments,

    /// Paths under OLD are under NEW now, which is no change: `/api=/api/v2`; may be given several times.
    #[arg(long, value_name = "OLD=NEW", value_parser = path_map)]
    pub(super) map_path: Vec<(String, String)>,
}

/// Which operation payloads are of that do not say so themselves, and how captures are read.
#[derive(Debug, Args)]
pub(super) struct CaptureArguments {
    /// Check captures whose path fits GLOB against one schema of a contract of JSON Schemas: its name,
    /// or a reference such as `common.json#/$defs/Money`; may be given several times.
    #[arg(long, value_name = "GLOB=SCHEMA", value_parser = schema_for)]
    pub(super) schema_for: Vec<(FileGlob, String)>,

    /// The operation of payloads that come without method and URL; of other exchanges, only those of this
    /// operation are looked at.
    #[arg(long, value_name = "ID")]
    pub(super) operation: Option<String>,

    /// The side of payloads that come without method and URL; of other exchanges, only this side is looked
    /// at.
    #[arg(long, value_enum)]
    pub(super) side: Option<SideArgument>,

    /// The status of responses that come without one; of others, only those with this status are looked at.
    #[arg(long, value_name = "CODE", value_parser = clap::value_parser!(u16).range(100..=599))]
    pub(super) status: Option<u16>,

    /// The format of the captures, in place of what is recognised.
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) format: Option<CaptureFormat>,

    /// Do not let inputs that cannot be read make the exit code 2.
    #[arg(long)]
    pub(super) keep_going: bool,

    /// Largest payload, line, or file that has to be read whole, after decompression.
    #[arg(long, value_name = "SIZE", default_value = "256MiB", value_parser = size)]
    pub(super) max_body: u64,

    /// Threads that read captures; what comes out is the same for any number. All cores unless said.
    #[arg(long, value_name = "N")]
    pub(super) jobs: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(super) struct ReportArguments {
    #[command(flatten)]
    pub(super) pair: PairArguments,

    /// Files and folders that hold captures of either version; `-` is standard input. Without captures
    /// the report says what changed.
    #[arg(value_name = "CAPTURES")]
    pub(super) captures: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) capture: CaptureArguments,

    /// Split the impact by client: `header:User-Agent` or another header, `host`, or `folder`, the one
    /// that the capture is in.
    #[arg(long, value_name = "WHAT")]
    pub(super) consumer_by: Option<ConsumerBy>,

    /// Who sends the payloads of contracts that have JSON Schemas and no operations.
    #[arg(long, value_enum, default_value_t = SentBy::Client, value_name = "WHO")]
    pub(super) sent_by: SentBy,

    /// The lowest level of changes that makes the exit code 1.
    #[arg(long, value_enum, default_value_t = FailOn::Never, value_name = "LEVEL")]
    pub(super) fail_on: FailOn,

    /// Set the level of a rule; may be given several times.
    #[arg(long, alias = "level", value_name = "RULE=LEVEL")]
    pub(super) severity: Vec<String>,

    /// Where reports go: `text`, `json`, `markdown` or `html` for standard output, `html=report.html` for a
    /// file; may be given several times.
    #[arg(long, value_name = "FORMAT[=PATH]", default_value = "text", value_parser = output::<MigrationFormat>)]
    pub(super) output: Vec<OutputArgument<MigrationFormat>>,
}

#[derive(Debug, Args)]
pub(super) struct UpgradeArguments {
    #[command(flatten)]
    pub(super) pair: PairArguments,

    /// Files and folders that hold payloads of OLD; `-` is standard input, and what is read when nothing
    /// is named. JSON and NDJSON, and every format of captures that `check` reads.
    #[arg(value_name = "PAYLOADS")]
    pub(super) captures: Vec<PathBuf>,

    #[command(flatten)]
    pub(super) capture: CaptureArguments,

    /// Rewrite payloads of NEW for OLD.
    #[arg(long)]
    pub(super) downgrade: bool,

    /// Rules of your own, in YAML or JSON: a list `moves` of `{move: {from: /data/*/title, to: /data/*/name}}`,
    /// `{set: {at: /currency, value: EUR}}`, `{map: {at: /size, values: {xl: large}}}` and `{drop: /debug}`,
    /// each with `operation`, `side` and `status` where it is not about all payloads; see docs/UPGRADE.md.
    #[arg(long, value_name = "FILE")]
    pub(super) moves: Option<PathBuf>,

    /// Write payloads that are valid for NEW back to their JSON, NDJSON and HAR files; what does not change stays
    /// as it was written.
    #[arg(long, conflicts_with = "dry_run")]
    pub(super) in_place: bool,

    /// With --in-place and --dry-run: rewrite payloads, too, that still need a hand.
    #[arg(long)]
    pub(super) incomplete: bool,

    /// Act on guesses, too: properties that were probably renamed or moved, though neither the spelling of their
    /// names nor the structure says so. They are listed otherwise, as lines for `--moves`.
    #[arg(long)]
    pub(super) accept_guesses: bool,

    /// Make values that are lost an exit code of 1.
    #[arg(long)]
    pub(super) fail_on_loss: bool,

    /// Print what --in-place would write as a patch (`patch -p0` applies it), and write nothing.
    #[arg(long)]
    pub(super) dry_run: bool,

    /// Where the list of what was done goes: `text` or `json`, `json=upgrade.json` for a file. It goes to
    /// standard error where payloads or a patch go to standard output.
    #[arg(long, value_name = "FORMAT[=PATH]", default_value = "text", value_parser = output::<UpgradeFormat>)]
    pub(super) output: Vec<OutputArgument<UpgradeFormat>>,
}

/// How contracts are read from files.
#[derive(Debug, Args)]
pub(super) struct ReadingArguments {
    /// The file that holds the document at a URL, which is never fetched; may be given several times.
    #[arg(long = "ref", value_name = "URL=FILE", value_parser = url_file)]
    pub(super) refs: Vec<(String, PathBuf)>,

    /// A folder whose files the contract may refer to, in addition to the current folder, the folder of the
    /// contract and the repository around it; may be given several times.
    #[arg(long = "allow-path", value_name = "DIR")]
    pub(super) allowed: Vec<PathBuf>,

    /// Whether `format` rejects values, or is only an annotation.
    #[arg(long, value_name = "HOW", default_value = "assert")]
    pub(super) formats: FormatsArgument,

    /// The prefix of every path of an OpenAPI document, in place of those of its servers; `/` for none.
    #[arg(long, value_name = "PATH")]
    pub(super) base_path: Option<String>,

    /// Let every schema with `nullable: true` (OpenAPI 3.0) accept null, even next to an `enum` that does not
    /// list null, an `allOf`, a `oneOf`, an `anyOf` or a `$ref`.
    #[arg(long, alias = "lenient-null-enum")]
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
pub(super) enum SideArgument {
    Request,
    Response,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    Error,
    Warning,
    Info,
    Never,
}

/// A format of a report, and the file it goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct OutputArgument<F> {
    pub(super) format: F,
    pub(super) path: Option<PathBuf>,
}

/// Reads `FORMAT[=PATH]`.
fn output<F: Format>(text: &str) -> Result<OutputArgument<F>, String> {
    let (format, path) = match text.split_once('=') {
        Some((_, "")) => return Err("a path is missing after `=`".to_owned()),
        Some((format, path)) => (format, Some(path.into())),
        None => (text, None),
    };
    let known = F::NAMES.iter().find(|(name, _)| *name == format);
    let names = || {
        let names: Vec<&str> = F::NAMES.iter().map(|(name, _)| *name).collect();
        format!("`{format}` is not a format; there is: {}", names.join(", "))
    };
    let (_, format) = known.ok_or_else(names)?;
    Ok(OutputArgument {
        format: *format,
        path,
    })
}

/// Reads `OLD=NEW`, both of which are paths.
fn path_map(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((old, new)) if [old, new].iter().all(|path| path.starts_with('/')) => {
            Ok((old.to_owned(), new.to_owned()))
        }
        _ => Err("write OLD=NEW, both with a slash at the start, such as /api=/api/v2".to_owned()),
    }
}

#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// The built-in contract: `name@version`, `name` for all its versions, or `report` for the JSON
    /// reports. Everything when left out.
    #[arg(value_name = "REF")]
    pub(super) reference: Option<ContractRef>,

    /// Print the schema of one payload type.
    #[arg(long, value_name = "NAME", conflicts_with_all = ["write", "check"])]
    pub(super) r#type: Option<String>,

    /// Print one contract as an OpenAPI 3.1 document.
    #[arg(long, conflicts_with_all = ["type", "write", "check"])]
    pub(super) openapi: bool,

    /// Write one file per payload type: DIR/CONTRACT/VERSION/TYPE.schema.json.
    #[arg(long, value_name = "DIR", conflicts_with = "check")]
    pub(super) write: Option<PathBuf>,

    /// Compare a folder with what --write would write there; exit 1 with a diff when it is out of
    /// date.
    #[arg(long, value_name = "DIR")]
    pub(super) check: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct ContractsArguments {
    /// An OpenAPI document, a JSON Schema or a folder of them, or a built-in contract: `name` or
    /// `name@version`; every built-in contract when left out.
    #[arg(value_name = "REF")]
    pub(super) reference: Option<String>,

    #[command(flatten)]
    pub(super) reading: ReadingArguments,
}

#[derive(Debug, Args)]
pub(super) struct ExplainArguments {
    /// The id of the rule; lists the rules when left out.
    #[arg(value_name = "RULE")]
    pub(super) rule: Option<String>,
}

/// Reads `URL=FILE`; a URL may hold `=` itself, a path that does is rare.
fn url_file(text: &str) -> Result<(String, PathBuf), String> {
    match text.rsplit_once('=') {
        Some((url, file)) if url.contains(':') && !file.is_empty() => {
            Ok((url.trim_end_matches('#').to_owned(), file.into()))
        }
        _ => Err("write URL=FILE, such as https://example.com/pet.json=pet.json".to_owned()),
    }
}

/// Reads `GLOB=SCHEMA`.
fn schema_for(text: &str) -> Result<(FileGlob, String), String> {
    let (glob, schema) = text
        .split_once('=')
        .filter(|(glob, schema)| !glob.is_empty() && !schema.is_empty())
        .ok_or_else(|| "write GLOB=SCHEMA, such as 'events/sold-*.json=pet-sold'".to_owned())?;
    Ok((FileGlob::new(glob)?, schema.to_owned()))
}

/// Reads a size such as `64MiB`, `1GB` or `4096`.
fn size(text: &str) -> Result<u64, String> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..digits]
        .parse()
        .map_err(|_| "write a number of bytes, such as 4096, 64MiB or 1GB".to_owned())?;
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kb" => 1_000,
        "m" | "mb" => 1_000_000,
        "g" | "gb" => 1_000_000_000,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        other => {
            return Err(format!(
                "`{other}` is not a unit; there is: KiB, MiB, GiB, KB, MB, GB"
            ));
        }
    };
    number
        .checked_mul(unit)
        .filter(|size| *size > 0)
        .ok_or_else(|| "the size is out of range".to_owned())
}
