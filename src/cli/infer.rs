//! `wiredrift infer`

use std::path::Path;

use clap::Parser as _;
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::infer::{Options, json_schema, left_out, openapi, rust};
use crate::learn::Learnt;
use crate::profile::StoredProfile;
use crate::report::plural;
use crate::source::edit::yaml;

use super::added;
use super::args::{Arguments, Command, ContractKind, FailOn, InferArguments};
use super::check;
use super::config::Config;
use super::output::{Output, write_file};
use super::profiles::{self, learn, refuse_selection};
use super::progress::PROGRESS;
use super::reports::tell_unread;
use super::suggest;
use super::{Exit, Failure};

pub(super) fn run(
    arguments: &InferArguments,
    config: &Config,
    output: &mut Output,
) -> Result<Exit, Failure> {
    if let Some(contract) = &arguments.update {
        return update(arguments, contract, config, output);
    }
    if arguments.output.is_none()
        && arguments
            .profile
            .profile
            .as_deref()
            .is_some_and(|path| path.as_os_str() == "-")
    {
        let message = "the profile and the contract cannot both go to standard output; name a file with --output";
        return Err(Error::new(ErrorKind::Format, message).into());
    }
    arguments.capture.refuse_contract()?;
    let profile = profile(arguments)?;
    if let Some(path) = &arguments.profile.profile {
        profiles::write(&profile, path, output)?;
    }
    if PROGRESS.is_stopped() {
        output.error("interrupted: no contract was written", None);
        return Ok(Exit::Interrupted);
    }
    let options = Options {
        title: arguments.title.clone(),
        required_samples: arguments.required_samples,
        notes: !arguments.plain,
    };
    let observation = profile.observation();
    tell_unread(&observation.problems, output);
    if profile.learnt.is_empty() && !observation.problems.is_empty() {
        return Ok(Exit::Incomplete);
    }
    let document = document(&profile.learnt, arguments.kind, &options)?;
    let text = match arguments.rust {
        true => rust(&document),
        false => text(&document, arguments.output.as_deref()),
    };
    match &arguments.output {
        Some(path) => write_file(path, &text)?,
        None => output.print_as_is(&text)?,
    }
    output.flush()?;
    let loose: u64 = profile
        .learnt
        .loose
        .values()
        .map(|message| message.messages)
        .sum();
    if loose > 0 && document.get("openapi").is_some() {
        let (left, is, them) = match loose {
            1 => ("1 payload".to_owned(), "is", "it"),
            _ => (plural(loose, "payload"), "are", "them"),
        };
        let message = format!(
            "{left} without method and path {is} left out; `--as json-schema` describes {them}"
        );
        output.warning(&message);
    }
    let left_out = left_out(&profile.learnt);
    if !left_out.is_empty() && document.get("openapi").is_some() {
        let shown: Vec<&str> = left_out.iter().take(5).map(String::as_str).collect();
        let more = if left_out.len() > shown.len() {
            ", …"
        } else {
            ""
        };
        output.warning(&format!(
            "OpenAPI 3.1 has no such methods, so they are left out: {}{more}",
            shown.join(", ")
        ));
    }
    let malformed = profile.learnt.malformed();
    if malformed > 0 {
        let (bodies, is) = match malformed {
            1 => ("1 body".to_owned(), "is"),
            _ => (plural(malformed, "body"), "are"),
        };
        output.warning(&format!(
            "{bodies} {is} left out: malformed JSON or form; `wiredrift captures` says where"
        ));
    }
    match observation.problems_met > 0 && !arguments.capture.keep_going {
        true => Ok(Exit::Incomplete),
        false => Ok(Exit::Clean),
    }
}

/// Adds the operations that a contract lacks, and widens the others as `check --suggest --apply` does.
fn update(
    arguments: &InferArguments,
    contract: &str,
    config: &Config,
    output: &mut Output,
) -> Result<Exit, Failure> {
    let typed = [
        "wiredrift",
        "check",
        "--contract",
        contract,
        "--suggest",
        "--apply",
    ];
    let parsed = Arguments::try_parse_from(typed).map(|parsed| parsed.command);
    let Ok(Command::Check(mut check)) = parsed else {
        let message = format!("`{contract}` does not name a contract");
        return Err(Error::new(ErrorKind::NoContract, message).into());
    };
    check.captures.clone_from(&arguments.captures);
    check.capture = arguments.capture.clone();
    // A contract that the captures violate is what is widened: that is no failure.
    check.fail_on = FailOn::Never;
    if check.captures.is_empty() {
        let message = "no captures were given: pass files or folders";
        return Err(Error::new(ErrorKind::Read, message).into());
    }
    if check.captures.iter().any(|path| path.as_os_str() == "-") {
        let message =
            "`--update` reads captures several times, so they cannot come from standard input";
        return Err(Error::new(ErrorKind::Format, message).into());
    }
    suggest::refuse(&check)?;
    added::add(&check, arguments.required_samples, output)?;
    if PROGRESS.is_stopped() {
        return Ok(Exit::Interrupted);
    }
    check::run(&check, config, output)
}

fn profile(arguments: &InferArguments) -> Result<StoredProfile> {
    if let Some(given) = arguments.profile.given()? {
        refuse_selection(&arguments.capture)?;
        return Ok(given);
    }
    if arguments.captures.is_empty() {
        let message = "no captures were given: pass files or folders, `-` for standard input, or --from-profile";
        return Err(Error::new(ErrorKind::Read, message));
    }
    learn(&arguments.capture, &arguments.captures)
}

fn document(learnt: &Learnt, kind: Option<ContractKind>, options: &Options) -> Result<Value> {
    let found = match kind {
        Some(ContractKind::OpenApi) => openapi(learnt, options),
        Some(ContractKind::JsonSchema) => json_schema(learnt, options),
        None => openapi(learnt, options).or_else(|| json_schema(learnt, options)),
    };
    found.ok_or_else(|| {
        let message = match (learnt.is_empty(), kind) {
            (true, _) => "nothing was learnt: the captures hold no exchanges",
            (false, Some(ContractKind::OpenApi)) => {
                "the captures hold payloads without method and path; `--as json-schema` describes them"
            }
            (false, _) => "the captures hold no JSON payloads",
        };
        Error::new(ErrorKind::NothingCompared, message)
    })
}

fn text(document: &Value, path: Option<&Path>) -> String {
    let is_json = path
        .and_then(Path::extension)
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"));
    match is_json {
        true => format!("{document:#}\n"),
        false => yaml(document),
    }
}
