//! Writes the reports that a run was asked for, and those that its CI system shows.

use std::fs::OpenOptions;
use std::io::{ErrorKind as IoErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::location::Position;
use crate::redact::printed;
use crate::report::check::{CheckFormat, TextOptions};
use crate::report::diff::{Changes, DiffFormat, DiffOptions};
use crate::report::migration::{MigrationFormat, MigrationOptions, MigrationReport};
use crate::report::notice::{NoticeFormat, Notices, Root};
use crate::report::{Format, Render, Report};

use super::Failure;
use super::output::{Output, write_file};
use super::values::OutputArgument;

/// The name of the file that GitLab's templates look for.
const GITLAB_REPORT: &str = "gl-code-quality-report.json";

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

/// Whether a report goes to standard output as text: it was asked for, or nothing else goes there.
fn prints_text<F: Format>(outputs: &[OutputArgument<F>], text: F, output: &Output) -> bool {
    let mut printed = outputs.iter().filter(|target| target.path.is_none());
    match printed.next() {
        Some(target) => target.format == text,
        None => !output.is_quiet(),
    }
}

/// Prints what could not be read, unless a text report says it.
pub(super) fn tell_problems<F: Format>(
    report: &Report,
    outputs: &[OutputArgument<F>],
    text: F,
    output: &mut Output,
) {
    if !prints_text(outputs, text, output) {
        tell_all_problems(report, output);
    }
}

/// Says what could not be read.
pub(super) fn tell_all_problems(report: &Report, output: &mut Output) {
    for problem in &report.problems {
        let origin = &problem.origin;
        let place = match origin.position == Position::START {
            true => printed(&origin.file),
            false => origin.to_string(),
        };
        output.error(
            &format!("cannot read {place}: {}", printed(&problem.message)),
            None,
        );
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
        let rendered = report.render(target.format, options);
        keep_pipe(output.write(&rendered, target.path.as_deref()))?;
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
        native.write(report, outputs, options, output)?;
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
        let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let is_on = |name: &str| set(name).is_some_and(|value| value == "true");
        let mut natives = Vec::new();
        if is_on("GITHUB_ACTIONS") {
            natives.push(Self::GithubCommands);
            natives.extend(set("GITHUB_STEP_SUMMARY").map(|path| Self::GithubSummary(path.into())));
        }
        if is_on("GITLAB_CI") {
            let folder = set("CI_PROJECT_DIR").map_or_else(|| PathBuf::from("."), PathBuf::from);
            natives.push(Self::GitlabReport(folder.join(GITLAB_REPORT)));
        }
        natives
    }

    fn write<R: Listed>(
        &self,
        report: &R,
        outputs: &[OutputArgument<R::Format>],
        options: R::Options,
        output: &mut Output,
    ) -> Result<(), Failure> {
        let is_asked = |format| {
            outputs
                .iter()
                .any(|target| target.format == R::format_of(format))
        };
        match self {
            Self::GithubCommands if !is_asked(NoticeFormat::Github) => {
                let commands = report
                    .listed(&options)
                    .render(NoticeFormat::Github, &Root::current());
                // Commands are read from both streams, and standard output may be a document.
                output.note(&commands);
            }
            Self::GithubSummary(path) => append(path, &report.render(R::MARKDOWN, options))?,
            Self::GitlabReport(path) if !is_asked(NoticeFormat::Gitlab) => {
                let document = report
                    .listed(&options)
                    .render(NoticeFormat::Gitlab, &Root::current());
                write_file(path, &document)?;
            }
            Self::GithubCommands | Self::GitlabReport(_) => {}
        }
        Ok(())
    }
}

/// Adds a text to the end of a file: other commands of the step write to it, too.
fn append(path: &Path, text: &str) -> Result<()> {
    let failed = |error| Error::write(path, &error);
    let mut file = OpenOptions::new()
        .create(true)
        .append(true)
        .open(path)
        .map_err(failed)?;
    let text = crate::redact::without_styles(text);
    file.write_all(format!("{}\n\n", text.trim_end()).as_bytes())
        .map_err(failed)
}
