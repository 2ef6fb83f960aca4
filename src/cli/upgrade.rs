//! `wiredrift upgrade`

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use similar::{ChangeTag, TextDiff};

use crate::capture::{self, Format, Input, SourceRead};
use crate::diff::{Options, diff};
use crate::error::{Error, ErrorKind, Result};
use crate::migrate::{Fate, Migration, Moves, Upgraded, Upgrader};
use crate::observe::Observer;
use crate::report::upgrade::{UpgradeReport, json, text};
use crate::shown::printed;
use crate::source::Source;

use super::args::{OutputFormat, UpgradeArguments};
use super::levels::one_to_stdout;
use super::output::{Output, write_file};
use super::pair::{Pair, names};
use super::{Exit, Failure};

/// Lines around a change that are shown.
const CONTEXT: usize = 3;

pub(super) fn run(arguments: &UpgradeArguments, output: &mut Output) -> Result<Exit, Failure> {
    one_to_stdout(&arguments.output)?;
    let pair = Pair::find(&arguments.pair, &arguments.capture.schemas())?;
    let pair = pair.told_apart(&arguments.pair)?;
    let (mut old, mut new) = pair.contracts(&arguments.pair)?;
    let mut map_paths = arguments.pair.map_path.clone();
    if arguments.downgrade {
        (old, new) = (new, old);
        map_paths = map_paths.into_iter().map(|(old, new)| (new, old)).collect();
    }
    let options = Options {
        map_paths,
        ..Options::default()
    };
    let found = diff(old, new, &options);
    let moves = match &arguments.moves {
        Some(path) => {
            let file = Source::read(path, &path.display().to_string())?;
            Moves::read(&file, (old, new), &found.alignment, arguments.downgrade)?
        }
        None => Moves::default(),
    };
    for skipped in &moves.skipped {
        output.note(&format!("note: {skipped}\n"));
    }
    let asked = vec![old, new];
    let name = format!("`{}` and `{}`", arguments.pair.old, arguments.pair.new);
    let observation = arguments.capture.observation(&asked, &name)?;
    let inputs = match arguments.captures.as_slice() {
        [] => vec![Input::Stdin],
        paths => arguments.capture.inputs(paths)?,
    };
    let upgrader = Upgrader::new(Migration {
        old,
        new,
        alignment: &found.alignment,
        moves: &moves,
    });
    let observer = Observer::new(asked.clone(), asked, observation);
    let mut observer = observer.watched_by(upgrader);
    let limits = arguments.capture.limits();
    capture::read(&inputs, arguments.capture.format, &limits, &mut observer);
    let sources = observer.sources;
    let (from, to) = match arguments.downgrade {
        false => names(&arguments.pair, (old, new)),
        true => {
            let (old, new) = names(&arguments.pair, (new, old));
            (new, old)
        }
    };
    let report = UpgradeReport {
        from: from.reference,
        to: to.reference,
        payloads: observer.watcher.payloads,
        problems: observer.problems,
        skipped: observer.skipped,
    };
    let mut files = rewritten(&report.payloads);
    let to_stdout = !arguments.in_place && !arguments.dry_run;
    let mut refused: Vec<Error> = Vec::new();
    if !to_stdout {
        for (file, payloads) in &mut files {
            if arguments.in_place && !arguments.incomplete {
                // What a value was made of is gone from a file that is written half done.
                payloads.retain(|payload| is_complete(payload));
            }
            if payloads.is_empty() {
                continue;
            }
            match changed(file, payloads, &sources) {
                Ok((_, text)) if arguments.in_place => write_file(Path::new(*file), &text)?,
                Ok((was, text)) => output.print(&unified(file, &was, &text))?,
                Err(error) => refused.push(error),
            }
        }
    } else {
        for payload in &report.payloads {
            match &payload.fate {
                Fate::Rewritten(upgrade) => output.print_as_is(&format!("{}\n", upgrade.text))?,
                Fate::Current(text) => output.print_as_is(&format!("{text}\n"))?,
                Fate::Left { text, .. } => output.print_as_is(&format!("{text}\n"))?,
            }
        }
    }
    output.flush()?;
    for target in &arguments.output {
        let rendered = match target.format {
            OutputFormat::Json => json(&report),
            _ => text(&report),
        };
        match &target.path {
            // Payloads and what is said of them stay apart.
            None if to_stdout => output.note(&rendered),
            path => output.write(&rendered, path.as_deref())?,
        }
    }
    output.flush()?;
    for error in &refused {
        output.error(&error.to_string(), None);
    }
    match refused.is_empty() || arguments.capture.keep_going {
        true => exit(arguments, &report, &sources, output),
        false => Ok(Exit::Incomplete),
    }
}

fn is_complete(payload: &Upgraded) -> bool {
    matches!(&payload.fate, Fate::Rewritten(upgrade) if upgrade.left.is_empty())
}

/// The payloads that changed, by file.
fn rewritten(payloads: &[Upgraded]) -> BTreeMap<&str, Vec<&Upgraded>> {
    let mut files: BTreeMap<&str, Vec<&Upgraded>> = BTreeMap::new();
    // Several names may lead to one file.
    let mut named: BTreeMap<PathBuf, &str> = BTreeMap::new();
    for payload in payloads {
        if let Fate::Rewritten(upgrade) = &payload.fate
            && upgrade.text != upgrade.was
        {
            let file: &str = &payload.origin.file;
            let real = fs::canonicalize(file).unwrap_or_else(|_| PathBuf::from(file));
            let first = *named.entry(real).or_insert(file);
            files.entry(first).or_default().push(payload);
        }
    }
    files
}

/// A file as it was, and with its payloads rewritten.
fn changed(file: &str, payloads: &[&Upgraded], sources: &[SourceRead]) -> Result<(String, String)> {
    let path = Path::new(file);
    let refused = |why: &str| {
        let message = format!(
            "not rewritten: {why}; without --in-place and --dry-run its payloads are printed"
        );
        Error::new(ErrorKind::Format, message).with_path(path)
    };
    let format = sources.iter().find(|source| source.file == file);
    match format.and_then(|source| source.format) {
        Some(Format::Json | Format::Ndjson) => {}
        Some(format) => {
            return Err(refused(&format!(
                "it is {format}, of which payloads are only a part: JSON and NDJSON files are rewritten"
            )));
        }
        None => return Err(refused("it is no file of payloads")),
    }
    if !path.is_file() {
        return Err(refused("it is no file that could be written"));
    }
    let was = fs::read(path).map_err(|error| Error::read(path, error))?;
    let not_as_is =
        || refused("its payloads do not stand in it as they are (it may be compressed)");
    let was = String::from_utf8(was).map_err(|_| not_as_is())?;
    let mut text = String::with_capacity(was.len());
    let mut end_of_last = 0;
    let mut payloads: Vec<&Upgraded> = payloads.to_vec();
    payloads.sort_by_key(|payload| payload.origin.position.byte);
    for payload in payloads {
        let Fate::Rewritten(upgrade) = &payload.fate else {
            continue;
        };
        let start = usize::try_from(payload.origin.position.byte).unwrap_or(usize::MAX);
        let end = start.saturating_add(upgrade.was.len());
        if was.get(start..end) != Some(upgrade.was.as_str()) {
            return Err(not_as_is());
        }
        // A file that was named twice was read twice.
        if start < end_of_last {
            continue;
        }
        text.push_str(&was[end_of_last..start]);
        text.push_str(&upgrade.text);
        end_of_last = end;
    }
    text.push_str(&was[end_of_last..]);
    Ok((was, text))
}

/// How a file would change.
fn unified(file: &str, was: &str, text: &str) -> String {
    const DELETED: Style = AnsiColor::Red.on_default();
    const INSERTED: Style = AnsiColor::Green.on_default();
    const PLACE: Style = AnsiColor::Cyan.on_default();
    let diff = TextDiff::from_lines(was, text);
    let mut out = format!("--- {0}\n+++ {0}\n", printed(file));
    for hunk in diff.unified_diff().context_radius(CONTEXT).iter_hunks() {
        out.push_str(&format!("{PLACE}{}{PLACE:#}\n", hunk.header()));
        for change in hunk.iter_changes() {
            let (sign, style) = match change.tag() {
                ChangeTag::Delete => ('-', DELETED),
                ChangeTag::Insert => ('+', INSERTED),
                ChangeTag::Equal => (' ', Style::new()),
            };
            let line = printed(change.value().trim_end_matches(['\n', '\r']));
            out.push_str(&format!("{style}{sign}{line}{style:#}\n"));
            if change.missing_newline() {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
    out
}

fn exit(
    arguments: &UpgradeArguments,
    report: &UpgradeReport,
    sources: &[SourceRead],
    output: &mut Output,
) -> Result<Exit, Failure> {
    output.flush()?;
    let files = sources.iter().map(|source| source.file.as_str());
    if let Some(glob) = arguments.capture.idle_pattern(files) {
        let message = format!("--schema-for `{glob}` fits none of the captures");
        output.error(&message, None);
        return Ok(Exit::Incomplete);
    }
    if !report.problems.is_empty() && !arguments.capture.keep_going {
        return Ok(Exit::Incomplete);
    }
    if report.payloads.is_empty() {
        output.error("there are no payloads in what was read", None);
        return Ok(Exit::Incomplete);
    }
    if report.nothing_matched() {
        let message = format!(
            "no payload belongs to {} or {}; name the operation with --operation, or in the names of \
             the files",
            report.from, report.to
        );
        output.error(&message, None);
        return Ok(Exit::Incomplete);
    }
    let fates = report.fates();
    if arguments.fail_on_loss && fates.losing > 0 {
        return Ok(Exit::Findings);
    }
    Ok(match fates.incomplete + fates.others {
        0 => Exit::Clean,
        _ => Exit::Findings,
    })
}
