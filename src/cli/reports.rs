//! Writes the reports that a run was asked for, and those that its CI system shows.

use std::io::ErrorKind as IoErrorKind;
use std::path::{Path, PathBuf};

use crate::capture::ReadProblem;
use crate::error::Result;
use crate::location::Position;
use crate::redact::printed;
use crate::report::check::{CheckFormat, TextOptions};
use crate::report::diff::{Changes, DiffFormat, DiffOptions};
use crate::report::migration::{MigrationFormat, MigrationOptions, MigrationReport};
use crate::report::notice::{NoticeFormat, Notices, Root};
use crate::report::{COMMENT, Format, Render, Report, beginning};

use super::output::{Output, write_file};
use super::values::OutputArgument;
use super::{Failure, ci};

/// A report that CI systems can show.
pub(super) trait Listed: Render<Options: Copy> {
    const TEXT: Self::Format;
    const MARKDOWN: Self::Format;

    /// The report as a list.
    fn listed(&self, options: &Self::Options) -> Notices;

    /// A list in a format.
    fn format_of(format: NoticeFormat) -> Self::Format;
}

impl Listed for Report {
    const TEXT: CheckFormat = CheckFormat::Text;
    const MARKDOWN: CheckFormat = CheckFormat::Markdown;

    fn listed(&self, options: &TextOptions) -> Notices {
        self.notices(options)
    }

    fn format_of(format: NoticeFormat) -> CheckFormat {
        CheckFormat::Notices(format)
    }
}

impl Listed for Changes {
    const TEXT: DiffFormat = DiffFormat::Text;
    const MARKDOWN: DiffFormat = DiffFormat::Markdown;

    fn listed(&self, options: &DiffOptions) -> Notices {
        self.notices(options)
    }

    fn format_of(format: NoticeFormat) -> DiffFormat {
        DiffFormat::Notices(format)
    }
}

impl Listed for MigrationReport {
    const TEXT: MigrationFormat = MigrationFormat::Text;
    const MARKDOWN: MigrationFormat = MigrationFormat::Markdown;

    fn listed(&self, options: &MigrationOptions) -> Notices {
        self.notices(options)
    }

    fn format_of(format: NoticeFormat) -> MigrationFormat {
        MigrationFormat::Notices(format)
    }
}

/// Whether standard output lists what could not be read: the text and the short report do.
fn prints_problems<R: Listed>(outputs: &[OutputArgument<R::Format>], output: &Output) -> bool {
    let mut printed = outputs.iter().filter(|target| target.path.is_none());
    match printed.next() {
        Some(target) => [R::TEXT, R::format_of(NoticeFormat::Short)].contains(&target.format),
        None => !output.is_quiet(),
    }
}

/// Prints what could not be read, unless a report on standard output says it.
pub(super) fn tell_problems<R: Listed>(
    traffic: &Report,
    outputs: &[OutputArgument<R::Format>],
    output: &mut Output,
) {
    if !prints_problems::<R>(outputs, output) {
        tell_all_problems(traffic, output);
    }
}

/// Prints what could not be read.
pub(super) fn tell_all_problems(traffic: &Report, output: &mut Output) {
    tell_unread(&traffic.problems, output);
}

/// The same without a report.
pub(super) fn tell_unread(problems: &[ReadProblem], output: &mut Output) {
    for problem in problems {
        let origin = &problem.origin;
        let place = match origin.position == Position::START {
            true => printed(&origin.file),
            false => origin.to_string(),
        };
        // It has an annotation already.
        output.error_in_report(&format!(
            "cannot read {place}: {}",
            printed(&problem.message)
        ));
    }
}

/// Writes every report.
pub(super) fn write<R: Listed>(
    report: &R,
    outputs: &[OutputArgument<R::Format>],
    options: R::Options,
    output: &mut Output,
) -> Result<(), Failure> {
    for target in outputs {
        keep_pipe(write_one(report, target, options, output))?;
    }
    let prints = outputs.iter().any(|target| target.path.is_none());
    if !prints && !output.is_quiet() {
        keep_pipe(output.write(&report.render(R::TEXT, options), None))?;
    }
    output.flush().or_else(|error| match error.kind() {
        IoErrorKind::BrokenPipe => Ok(()),
        _ => Err(error),
    })?;
    let natives = if output.adds_for_ci() {
        Native::here()
    } else {
        Vec::new()
    };
    for native in natives {
        // The result of the run does not depend on what was not asked for.
        if let Err(error) = native.write(report, outputs, options, output) {
            let variable = native.variable();
            output.warning(&format!(
                "{error} (because of {variable}; `--no-ci` turns this off)"
            ));
        }
    }
    Ok(())
}

/// Writes a report that was asked for.
fn write_one<R: Listed>(
    report: &R,
    target: &OutputArgument<R::Format>,
    options: R::Options,
    output: &mut Output,
) -> Result<(), Failure> {
    let adds = output.adds_for_ci();
    let is = |format| target.format == R::format_of(format);
    let rendered = match is(NoticeFormat::Sarif) && adds && ci::is_github() {
        // Code scanning shows suppressed results as open alerts.
        true => {
            let listed = report.listed(&options).without_suppressed();
            listed.render(NoticeFormat::Sarif, &Root::current())
        }
        false => report.render(target.format, options),
    };
    let summary = ci::github_summary().filter(|_| adds);
    match (&target.path, summary) {
        (None, _) if is(NoticeFormat::Github) => output.print_commands(&rendered)?,
        // Other commands of the step write to it, too.
        (Some(path), Some(summary)) if ci::is_same_file(path, &summary) => {
            ci::append(path, &beginning(&rendered, COMMENT))?;
        }
        (path, _) => output.write(&rendered, path.as_deref())?,
    }
    Ok(())
}

/// The reader of standard output may have closed the pipe; the exit code is still valid.
fn keep_pipe(written: Result<(), Failure>) -> Result<(), Failure> {
    match written {
        Err(Failure::Output(error)) if error.kind() == IoErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// What a CI system shows by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Native {
    /// GitHub reads commands from what a step prints.
    GithubCommands,
    /// The page of a run of GitHub Actions shows this Markdown file.
    GithubSummary(PathBuf),
    /// GitLab reads this file if the job declares it.
    GitlabReport(PathBuf),
}

impl Native {
    /// Those of the CI system that runs this process.
    fn here() -> Vec<Self> {
        let mut natives = Vec::new();
        if ci::is_github() {
            natives.push(Self::GithubCommands);
        }
        natives.extend(ci::github_summary().map(Self::GithubSummary));
        natives.extend(ci::gitlab_report().map(Self::GitlabReport));
        natives
    }

    /// The variable that names the file.
    const fn variable(&self) -> &'static str {
        match self {
            Self::GithubCommands => "GITHUB_ACTIONS",
            Self::GithubSummary(_) => "GITHUB_STEP_SUMMARY",
            Self::GitlabReport(_) => "CI_PROJECT_DIR",
        }
    }

    fn write<R: Listed>(
        &self,
        report: &R,
        outputs: &[OutputArgument<R::Format>],
        options: R::Options,
        output: &mut Output,
    ) -> Result<()> {
        let is_asked = |format| {
            let mut outputs = outputs.iter();
            outputs.any(|target| target.format == R::format_of(format))
        };
        match self {
            Self::GithubCommands if !is_asked(NoticeFormat::Github) => {
                // Commands are read from both streams, and standard output may be a document.
                output.note_commands(&notices(report, NoticeFormat::Github, options));
            }
            Self::GithubSummary(path)
                if !outputs
                    .iter()
                    .any(|target| is_in(target, path, R::MARKDOWN)) =>
            {
                let markdown = report.render(R::MARKDOWN, options);
                ci::append(path, &beginning(&markdown, COMMENT))?;
            }
            Self::GitlabReport(path) if !is_asked(NoticeFormat::Gitlab) => {
                let own = notices(report, NoticeFormat::Gitlab, options);
                write_file(path, &ci::with_entries_of(path, &own))?;
            }
            Self::GithubCommands | Self::GithubSummary(_) | Self::GitlabReport(_) => {}
        }
        Ok(())
    }
}

fn notices<R: Listed>(report: &R, format: NoticeFormat, options: R::Options) -> String {
    report.listed(&options).render(format, &Root::current())
}

/// Whether a report in this format goes to this file.
fn is_in<F: Format>(target: &OutputArgument<F>, path: &Path, format: F) -> bool {
    let file = target.path.as_deref();
    target.format == format && file.is_some_and(|file| ci::is_same_file(file, path))
}
