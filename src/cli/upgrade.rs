//! `wiredrift upgrade`

use std::fs::File;
use std::io::Write;
use std::path::Path;

use anstyle::{AnsiColor, Style};

use crate::capture::{Input, SourceRead};
use crate::diff::{Options, compare_contracts};
use crate::error::{Error, ErrorKind};
use crate::migrate::{Migration, Moves, Upgrader};
use crate::observe::Observer;
use crate::redact::printed;
use crate::report::upgrade::UpgradeReport;
use crate::report::{Render, plural};
use crate::source::Source;

use super::args::UpgradeArguments;
use super::levels::check_outputs;
use super::ordered::Lanes;
use super::output::Output;
use super::pair::{Pair, names};
use super::progress::PROGRESS;
use super::rewritten::{Printed, Rewritten, unified};
use super::{Exit, Failure};

pub(super) fn run(arguments: &UpgradeArguments, output: &mut Output) -> Result<Exit, Failure> {
    check_outputs(&arguments.output, None)?;
    if arguments.incomplete && !arguments.in_place && !arguments.dry_run {
        let message = "--incomplete requires --in-place or --dry-run; without them, every payload is printed as far \
                       as it could be rewritten";
        return Err(Error::new(ErrorKind::Format, message).into());
    }
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
    let found = compare_contracts(old, new, &options);
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
    let to_stdout = !arguments.in_place && !arguments.dry_run;
    let rewritten = match to_stdout {
        true => Rewritten::Printed(Printed::to(stdout()?)),
        false => Rewritten::Files(Box::default()),
    };
    let lanes = Lanes::new(rewritten, (!to_stdout).then_some(arguments.incomplete));
    let migration = Migration {
        old,
        new,
        alignment: &found.alignment,
        moves: &moves,
        accept_guesses: arguments.accept_guesses,
    };
    let upgrader = Upgrader::new(migration, lanes.lane());
    let observer = Observer::new(asked.clone(), asked, observation).watched_by(upgrader);
    let (observer, upgrader) = arguments.capture.read(&inputs, observer).unwatched();
    if PROGRESS.is_stopped() && arguments.in_place {
        let message = "interrupted: no file was written";
        return Err(Error::new(ErrorKind::Read, message).into());
    }
    let (summary, _) = upgrader.finish();
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
        summary,
        problems: observer.problems,
        skipped: observer.skipped,
    };
    let mut refused: Vec<Error> = Vec::new();
    let mut written = 0;
    match lanes.finish() {
        None => return Err(std::io::Error::other("a thread did not finish").into()),
        Some(Rewritten::Printed(printed)) => match printed.finish() {
            // The reader closed the pipe. The report is still printed.
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
            printed => printed?,
        },
        Some(Rewritten::Files(files)) if arguments.in_place => {
            (written, refused) = files.finish(&sources, None);
        }
        Some(Rewritten::Files(files)) => {
            let mut failed = Ok(());
            let is_styled = output.is_styled();
            let mut patch = |file: &Path, was: &str, is: &str| {
                let text = unified(file, was, is, |sign, line| styled(sign, line, is_styled));
                if failed.is_ok() {
                    failed = match is_styled {
                        true => output.print(&text),
                        false => output.print_as_is(&text),
                    };
                }
            };
            (_, refused) = files.finish(&sources, Some(&mut patch));
            failed?;
        }
    }
    output.flush()?;
    for target in &arguments.output {
        let rendered = report.render(target.format, output.columns());
        match &target.path {
            // Keep reports separate from payloads and patches.
            None if !arguments.in_place => output.note(&rendered),
            path => output.write(&rendered, path.as_deref())?,
        }
    }
    output.flush()?;
    if arguments.in_place {
        let left = report.summary.sum(|own| own.incomplete);
        let mut words = format!("{} written", plural(written, "file"));
        if left > 0 && !arguments.incomplete {
            words.push_str(&format!(
                "; {} not written, because manual changes remain; --incomplete writes them as far as they could be rewritten",
                plural(left, "payload")
            ));
        }
        output.note(&format!("{words}\n"));
    }
    for error in &refused {
        output.error(&error.to_string(), None);
    }
    match refused.is_empty() || arguments.capture.keep_going {
        true => exit(arguments, &report, &sources, output),
        false => Ok(Exit::Incomplete),
    }
}

/// A handle to standard output for threads, because other output holds its lock.
fn stdout() -> std::io::Result<Box<dyn Write + Send>> {
    #[cfg(unix)]
    let owned = std::os::fd::AsFd::as_fd(&std::io::stdout()).try_clone_to_owned()?;
    #[cfg(windows)]
    let owned =
        std::os::windows::io::AsHandle::as_handle(&std::io::stdout()).try_clone_to_owned()?;
    Ok(Box::new(File::from(owned)))
}

/// A line of a patch, styled for a terminal.
pub(super) fn styled(sign: char, line: &str, is_styled: bool) -> String {
    const DELETED: Style = AnsiColor::Red.on_default();
    const INSERTED: Style = AnsiColor::Green.on_default();
    const PLACE: Style = AnsiColor::Cyan.on_default();
    if !is_styled {
        return line.to_owned();
    }
    let style = match sign {
        '-' => DELETED,
        '+' => INSERTED,
        '@' => PLACE,
        _ => Style::new(),
    };
    format!("{style}{}{style:#}", printed(line))
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
        let message = format!("--schema-for `{glob}` matches none of the captures");
        output.error(&message, None);
        return Ok(Exit::Incomplete);
    }
    if !report.problems.is_empty() && !arguments.capture.keep_going {
        return Ok(Exit::Incomplete);
    }
    let summary = &report.summary;
    if summary.payloads() == 0 {
        output.error("the input contains no payloads", None);
        return Ok(Exit::Incomplete);
    }
    if summary.nothing_matched() {
        let message = format!(
            "no payload matches {} or {}; name the operation with --operation or in the file names",
            report.from, report.to
        );
        output.error(&message, None);
        return Ok(Exit::Incomplete);
    }
    if arguments.fail_on_loss && summary.sum(|own| own.losing) > 0 {
        return Ok(Exit::Findings);
    }
    let unfinished = summary.sum(|own| own.incomplete) + summary.refused.payloads();
    Ok(match unfinished {
        0 => Exit::Clean,
        _ => Exit::Findings,
    })
}
