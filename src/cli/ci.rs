//! The CI system that runs this process: what it shows by itself, and what it would read as a command.

use std::borrow::Cow;
use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::error::{Error, Result};
use crate::redact::without_styles;
use crate::rules::hash;

/// The name of the file that GitLab's templates look for.
const GITLAB_REPORT: &str = "gl-code-quality-report.json";

/// The member of an entry of this file that names the run that wrote it.
const RUN: &str = "wiredrift_run";

fn variable(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

fn is_on(name: &str) -> bool {
    variable(name).is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// Whether this is GitHub Actions.
pub(super) fn is_github() -> bool {
    is_on("GITHUB_ACTIONS")
}

/// The Markdown file that the page of a run of GitHub Actions shows.
pub(super) fn github_summary() -> Option<PathBuf> {
    variable("GITHUB_STEP_SUMMARY")
        .filter(|_| is_github())
        .map(PathBuf::from)
}

/// The code quality report of a job of GitLab.
pub(super) fn gitlab_report() -> Option<PathBuf> {
    let folder = variable("CI_PROJECT_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
    is_on("GITLAB_CI").then(|| folder.join(GITLAB_REPORT))
}

/// Whether two paths name the same existing file.
pub(super) fn is_same_file(one: &Path, other: &Path) -> bool {
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Adds a text to the end of a file: other commands of the step write to it, too.
pub(super) fn append(path: &Path, text: &str) -> Result<()> {
    let failed = |error| Error::write(path, &error);
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(failed)?;
    let text = without_styles(text);
    file.write_all(format!("{}\n\n", text.trim_end()).as_bytes())
        .map_err(failed)
}

/// A code quality report with the entries of the file that it is written to. GitLab accepts one file for each job, so
/// entries of other tools, and of other runs in the same job, are kept.
pub(super) fn with_entries_of(path: &Path, report: &str) -> String {
    let known = std::fs::read_to_string(path).unwrap_or_default();
    merged(&known, report, &job(), &run())
}

/// The id of the job.
fn job() -> String {
    let job = variable("CI_JOB_ID").unwrap_or_default();
    job.to_string_lossy().into_owned()
}

/// Identifies this command line in this folder.
fn run() -> String {
    let mut arguments = std::env::args_os().skip(1).collect::<Vec<_>>();
    arguments.extend(std::env::current_dir().ok().map(PathBuf::into_os_string));
    let mut bytes = Vec::new();
    for argument in &arguments {
        bytes.extend_from_slice(argument.as_encoded_bytes());
        bytes.push(0);
    }
    format!("{:016x}", hash(&bytes))
}

/// The entries of a report, after those of a known report that are not replaced.
fn merged(known: &str, report: &str, job: &str, run: &str) -> String {
    let entries = |text: &str| serde_json::from_str::<Vec<Value>>(text).unwrap_or_default();
    let own = format!("{job}/{run}");
    let mut new = entries(report);
    for entry in &mut new {
        if let Value::Object(entry) = entry {
            entry.insert(RUN.to_owned(), own.clone().into());
        }
    }
    let is_kept = |entry: &Value| {
        let is_new = new
            .iter()
            .any(|new| new["fingerprint"] == entry["fingerprint"]);
        let of_job = match entry[RUN].as_str().and_then(|run| run.split_once('/')) {
            // An entry of another tool.
            None => true,
            Some((of_job, of_run)) => of_job == job && of_run != run,
        };
        of_job && !is_new
    };
    let mut all: Vec<Value> = entries(known).into_iter().filter(is_kept).collect();
    all.append(&mut new);
    // JSON values always serialise.
    serde_json::to_string_pretty(&all).unwrap_or_default() + "\n"
}

/// Whether something reads commands from what this process prints: GitHub Actions, Azure Pipelines or TeamCity.
pub(super) fn reads_commands() -> bool {
    is_github() || is_on("TF_BUILD") || variable("TEAMCITY_VERSION").is_some()
}

/// The language of a text, as far as escapes depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Syntax {
    Plain,
    Json,
    Xml,
}

impl Syntax {
    fn of(text: &str) -> Self {
        match text.trim_start().chars().next() {
            Some('{' | '[' | '"') => Self::Json,
            Some('<') => Self::Xml,
            _ => Self::Plain,
        }
    }

    /// The character, so that it means the same to readers of the language.
    fn escaped(self, character: char) -> String {
        match self {
            Self::Plain => format!("\\{character}"),
            Self::Json => format!("\\u{:04x}", u32::from(character)),
            Self::Xml => format!("&#{};", u32::from(character)),
        }
    }
}

/// Text without commands to a CI system. Names and values from captures may look like one: `::add-mask::` at the start
/// of a line, or `##[command]`, `##vso[…]` and `##teamcity[…]` anywhere. The second character is escaped.
pub(super) fn disarmed(text: &str) -> Cow<'_, str> {
    if !text.contains("::") && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let syntax = Syntax::of(text);
    let lines = text
        .split_inclusive(['\n', '\r'])
        .map(|line| disarmed_line(line, syntax));
    Cow::Owned(lines.collect())
}

/// The same for JSON texts.
pub(super) fn disarmed_json(bytes: &[u8]) -> Cow<'_, [u8]> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.contains("##") => {
            Cow::Owned(disarmed_line(text, Syntax::Json).into_bytes())
        }
        _ => Cow::Borrowed(bytes),
    }
}

fn disarmed_line(line: &str, syntax: Syntax) -> String {
    // Runners ignore white space at the start.
    let start = line.len() - line.trim_start().len();
    let is_command = line[start..]
        .strip_prefix("::")
        .is_some_and(|rest| rest.contains("::"));
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    if is_command {
        out.push_str(&line[..=start]);
        out.push_str(&syntax.escaped(':'));
        rest = &line[start + 2..];
    }
    while let Some(at) = rest.find("##") {
        let after = rest[at + 2..].trim_start_matches(|c: char| c.is_ascii_alphabetic());
        let is_command = after.starts_with('[');
        out.push_str(&rest[..=at]);
        rest = &rest[at + 1..];
        if is_command {
            out.push_str(&syntax.escaped('#'));
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_printed_is_a_command() {
        for (text, safe) in [
            ("plain :: text\n", None),
            ("::1 is an address\n", None),
            (
                "## Heading\n##\n###[x](y)\n",
                Some("## Heading\n##\n##\\#[x](y)\n"),
            ),
            (
                "a\n  ::error title=x::y\n",
                Some("a\n  :\\:error title=x::y\n"),
            ),
            ("a\r::stop-commands::x", Some("a\r:\\:stop-commands::x")),
            ("\u{3000}::add-mask::x", Some("\u{3000}:\\:add-mask::x")),
            ("a ##[error]b ##vso[x]c", Some("a #\\#[error]b #\\#vso[x]c")),
            ("##teamcity[x]", Some("#\\#teamcity[x]")),
            (
                "{\"a\": \"##[error]b\"}\n",
                Some("{\"a\": \"#\\u0023[error]b\"}\n"),
            ),
            ("<a>\n ::error::b</a>", Some("<a>\n :&#58;error::b</a>")),
        ] {
            assert_eq!(disarmed(text), safe.unwrap_or(text), "{text}");
        }
    }

    #[test]
    fn entries_of_other_runs_and_tools_are_kept() {
        let report = |prints: &[&str]| {
            let entries = prints
                .iter()
                .map(|print| serde_json::json!({"fingerprint": print}));
            Value::from(entries.collect::<Vec<_>>()).to_string()
        };
        let prints = |text: &str| {
            let entries: Vec<Value> = serde_json::from_str(text).expect("a report");
            let prints = entries
                .iter()
                .map(|entry| entry["fingerprint"].as_str().expect("a text").to_owned());
            prints.collect::<Vec<_>>().join(" ")
        };
        let eslint = report(&["eslint"]);
        let first = merged(&eslint, &report(&["a", "b"]), "7", "check");
        assert_eq!(prints(&first), "eslint a b");
        let second = merged(&first, &report(&["c"]), "7", "diff");
        assert_eq!(prints(&second), "eslint a b c");
        let again = merged(&second, &report(&["b"]), "7", "check");
        assert_eq!(prints(&again), "eslint c b");
        let same = merged(&again, &report(&["c", "d"]), "7", "report");
        assert_eq!(prints(&same), "eslint b c d");
        let next_job = merged(&same, &report(&["e"]), "8", "check");
        assert_eq!(prints(&next_job), "eslint e");
        assert_eq!(
            prints(&merged("no JSON", &report(&["a"]), "", "check")),
            "a"
        );
    }
}
