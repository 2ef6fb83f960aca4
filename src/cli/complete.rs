//! `wiredrift completions` and `wiredrift man`: made from the arguments, so that they agree with `--help`.

use std::fs;

use clap::CommandFactory as _;

use crate::error::{Error, ErrorKind, Result, closest};

use super::args::{Arguments, CompletionsArguments, ManArguments};
use super::output::{Output, write_file};
use super::{Exit, Failure};

const NAME: &str = "wiredrift";

pub(super) fn completions(
    arguments: &CompletionsArguments,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(
        arguments.shell,
        &mut Arguments::command(),
        NAME,
        &mut script,
    );
    output.print_as_is(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Clean)
}

pub(super) fn man(arguments: &ManArguments, output: &mut Output) -> Result<Exit, Failure> {
    let pages = pages()?;
    if let Some(folder) = &arguments.write {
        fs::create_dir_all(folder).map_err(|error| Error::write(folder, &error))?;
        for (name, page) in &pages {
            write_file(&folder.join(format!("{name}.1")), page)?;
        }
        return Ok(Exit::Clean);
    }
    let name = match &arguments.command {
        None => NAME.to_owned(),
        Some(command) => format!("{NAME}-{command}"),
    };
    let Some((_, page)) = pages.iter().find(|(known, _)| *known == name) else {
        let asked = arguments.command.as_deref().unwrap_or_default();
        let names = pages
            .iter()
            .filter_map(|(name, _)| name.strip_prefix("wiredrift-"));
        let hint = match closest(asked, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`wiredrift --help` lists the commands".to_owned(),
        };
        return Err(Error::new(
            ErrorKind::Unknown,
            format!("there is no command `{asked}`; {hint}"),
        )
        .into());
    };
    output.print_as_is(page)?;
    Ok(Exit::Clean)
}

/// The pages of wiredrift and of each command, by name, in the format of `man`.
fn pages() -> Result<Vec<(String, String)>> {
    let mut command = Arguments::command();
    command.build();
    let subcommands = command
        .get_subcommands()
        .filter(|subcommand| subcommand.get_name() != "help");
    let mut all = vec![command.clone()];
    all.extend(subcommands.map(|subcommand| {
        let name = format!("{NAME}-{}", subcommand.get_name());
        // The version is for the title of the page.
        subcommand
            .clone()
            .name(name)
            .version(env!("CARGO_PKG_VERSION"))
            .disable_version_flag(true)
    }));
    let pages = all.into_iter().map(|command| {
        let name = command.get_name().to_owned();
        let mut page = Vec::new();
        let rendered = clap_mangen::Man::new(command).render(&mut page);
        rendered.map_err(|error| {
            Error::new(
                ErrorKind::Write,
                format!("cannot render the page of {name}: {error}"),
            )
        })?;
        Ok((name, String::from_utf8_lossy(&page).into_owned()))
    });
    pages.collect()
}
