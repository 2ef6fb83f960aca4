//! Contracts of JSON Schemas: a file, or a folder of files that refer to each other.

use std::path::{Path, PathBuf};

use serde_json::Value;
use walkdir::WalkDir;

use crate::error::{Error, ErrorKind, Result, closest};
use crate::schema::{Compiler, Dialect, Documents, Place, ContractProblem, ProblemKind};

use super::files::{Files, uri_of};
use super::kind::is_schema;
use super::{
    Contract, LoadOptions, Operation, OperationKind, Operations, PathTemplate, Payload, Response, Security,
    StatusPattern,
};

/// A payload of a schema contract: the name that users refer to it by, and its URI.
struct Entry {
    name: String,
    uri: String,
}

/// A contract of one schema, or, if it only contains definitions, of each of them.
pub(super) fn file(
    path: &Path,
    uri: &str,
    mut files: Files<'_>,
    options: &LoadOptions,
) -> Result<Contract> {
    files.gather(Dialect::default());
    let root = files.documents.get(uri).unwrap_or(&Value::Null);
    let mut entries = Vec::new();
    if asserts(root) {
        entries.push(Entry {
            name: stem(path),
            uri: format!("{uri}#"),
        });
    } else {
        for keyword in ["$defs", "definitions"] {
            for name in root
                .get(keyword)
                .and_then(Value::as_object)
                .into_iter()
                .flatten()
            {
                let mut pointer = crate::location::Pointer::root();
                pointer.push_key(keyword);
                pointer.push_key(name.0);
                entries.push(Entry {
                    name: name.0.clone(),
                    uri: format!("{uri}#{}", pointer.to_fragment()),
                });
            }
        }
    }
    let title = root
        .get("title")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let title = title.to_owned();
    contract(
        path,
        &title,
        entries,
        uri,
        files.documents,
        options,
        Vec::new(),
    )
}

/// A contract of every schema in a folder.
pub(super) fn folder(path: &Path, options: &LoadOptions) -> Result<Contract> {
    let mut files = Files::new(path, options)?;
    let mut entries = Vec::new();
    let mut problems = Vec::new();
    let mut astray: Vec<String> = Vec::new();
    let mut left_out: Vec<ContractProblem> = Vec::new();
    let mut walk = WalkDir::new(path)
        .follow_links(true)
        .sort_by_file_name()
        .into_iter();
    while let Some(entry) = walk.next() {
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) if error.depth() == 0 => return Err(Error::read(path, &error.into())),
            Err(error) => {
                let part = error.path().unwrap_or(path);
                let is_loop = error.loop_ancestor().is_some();
                match part.is_symlink() && (is_loop || files.admits(part)) {
                    true => {
                        let name = part.strip_prefix(path).unwrap_or(part).display();
                        astray.push(name.to_string());
                    }
                    false => left_out.push(unread(
                        part,
                        files
                            .refusal(part)
                            .as_deref()
                            .unwrap_or(&unreadable(&error)),
                    )),
                }
                continue;
            }
        };
        // Reports must not even list the names in a folder outside.
        if entry.path_is_symlink()
            && entry.file_type().is_dir()
            && let Some(reason) = files.refusal(entry.path())
        {
            left_out.push(unread(entry.path(), &reason));
            walk.skip_current_dir();
            continue;
        }
        let file = entry.path();
        let extension = file
            .extension()
            .map(|extension| extension.to_string_lossy().to_ascii_lowercase());
        let is_candidate = matches!(extension.as_deref(), Some("json" | "yaml" | "yml"));
        if !entry.file_type().is_file() || !is_candidate {
            continue;
        }
        let uri = uri_of(file)?;
        let parsed = match files.read(file) {
            Ok(parsed) => parsed,
            Err(error) => {
                left_out.push(unread(file, &error.to_string()));
                continue;
            }
        };
        if ["openapi", "swagger"]
            .iter()
            .any(|key| parsed.value.get(key).is_some())
        {
            let message = format!(
                "it contains an OpenAPI document; pass that file instead: {}",
                file.display()
            );
            return Err(Error::new(ErrorKind::Format, message).with_path(path));
        }
        if !is_schema(&parsed.value, file) {
            let message = format!("{} is not a JSON Schema and was skipped", file.display());
            problems.push(ContractProblem {
                place: root_of(&file.display().to_string()),
                kind: ProblemKind::Skipped(message),
            });
            continue;
        }
        if asserts(&parsed.value) {
            let inside = file.strip_prefix(path).unwrap_or(file);
            let mut name = name_of(inside);
            if entries.iter().any(|entry: &Entry| entry.name == name) {
                name = inside.to_string_lossy().into_owned();
            }
            entries.push(Entry {
                name,
                uri: format!("{uri}#"),
            });
        }
        files.push(&uri, parsed);
    }
    problems.append(&mut left_out);
    if !astray.is_empty() {
        problems.push(ContractProblem {
            place: root_of(&path.display().to_string()),
            kind: ProblemKind::Skipped(match astray.as_slice() {
                [one] => {
                    format!("the symbolic link {one} is broken or circular and was skipped")
                }
                several => format!(
                    "{} symbolic links are broken or circular and were skipped: {}",
                    several.len(),
                    several.join(", ")
                ),
            }),
        });
    }
    files.gather(Dialect::default());
    let base = format!("{}/", uri_of(path)?);
    if files.documents.iter().next().is_none() {
        let message = "the folder contains no JSON Schema (*.json, *.yaml, *.yml)";
        return Err(Error::new(ErrorKind::Format, message).with_path(path));
    }
    contract(path, "", entries, &base, files.documents, options, problems)
}

/// Why a part of a folder cannot be read.
fn unreadable(error: &walkdir::Error) -> String {
    match error.io_error() {
        Some(error) => format!("it cannot be read: {}", error.kind()),
        None => "it cannot be read".to_owned(),
    }
}

/// A part of a folder that is skipped.
fn unread(path: &Path, reason: &str) -> ContractProblem {
    let name = path.display().to_string();
    // The error of a file starts with its name.
    let message = match reason.contains(&name) {
        true => format!("skipped: {reason}"),
        false => format!("{name} was skipped: {reason}"),
    };
    ContractProblem {
        place: root_of(&name),
        kind: ProblemKind::LeftOut(message),
    }
}

fn root_of(uri: &str) -> Place {
    Place {
        document: uri.into(),
        pointer: crate::location::Pointer::root(),
    }
}

fn contract(
    path: &Path,
    title: &str,
    mut entries: Vec<Entry>,
    base: &str,
    documents: Documents,
    options: &LoadOptions,
    mut problems: Vec<ContractProblem>,
) -> Result<Contract> {
    for schema in &options.schemas {
        let is_known = entries.iter().any(|entry| entry.name == *schema);
        if !is_known {
            let (file, fragment) = schema.split_once('#').unwrap_or((schema, ""));
            let document = match file {
                "" => Some(base.to_owned()),
                file => crate::schema::join(base, file),
            };
            let uri = format!("{}#{fragment}", document.unwrap_or_default());
            entries.push(Entry {
                name: schema.clone(),
                uri,
            });
        }
    }
    let mut compiler = Compiler::new(&documents, options.compile);
    let mut operations = Vec::new();
    let names: Vec<String> = entries.iter().map(|entry| entry.name.clone()).collect();
    for Entry { name, uri } in entries {
        let node = compiler.entry(&uri).map_err(|reason| {
            let others = names
                .iter()
                .map(String::as_str)
                .filter(|other| *other != name);
            let is_file = |other: &&str| other.rsplit('/').next() == Some(name.as_str());
            let near = others
                .clone()
                .find(is_file)
                .or_else(|| closest(&name, others));
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => reason,
            };
            let message = format!("no schema is named `{name}`; {help}");
            Error::new(ErrorKind::Unknown, message).with_path(path)
        })?;
        let place = Place::clone(&compiler.place(node));
        operations.push(operation(&name, Payload::json(node), place));
    }
    // Schemas that nothing refers to are compiled, too, to find their problems.
    for document in documents
        .iter()
        .filter(|document| document.source.is_some() && document.is_referenced)
    {
        let place = |pointer| Place {
            document: document.uri.clone(),
            pointer,
        };
        compiler.schema(place(crate::location::Pointer::root()), &document.value);
        for keyword in ["$defs", "definitions"] {
            let definitions = document.value.get(keyword).and_then(Value::as_object);
            for (name, schema) in definitions.into_iter().flatten() {
                let pointer = crate::location::Pointer::root().join(keyword).join(name);
                compiler.schema(place(pointer), schema);
            }
        }
    }
    let (graph, found) = compiler.finish();
    problems.extend(found);
    Ok(Contract {
        name: stem(path),
        version: String::new(),
        title: title.to_owned(),
        operations: Operations::new(operations),
        notes: Vec::new(),
        servers: Vec::new(),
        graph,
        documents,
        problems,
        samples: Vec::new(),
        keys: Vec::new(),
    })
}

/// A schema as an operation: payloads of either side, of any status.
fn operation(name: &str, payload: Payload, place: Place) -> Operation {
    Operation {
        id: name.to_owned(),
        operation_id: None,
        kind: OperationKind::Schema,
        method: String::new(),
        path: PathTemplate::parse(""),
        routes: Vec::new(),
        caller: None,
        place: Some(place),
        deprecated: false,
        summary: String::new(),
        parameters: Vec::new(),
        form: Vec::new(),
        form_body: Payload::Absent,
        open_query: true,
        request: Payload::Absent,
        responses: vec![Response {
            status: StatusPattern::Default,
            payload,
            headers: Vec::new(),
            links: Vec::new(),
            place: None,
        }],
        notes: Vec::new(),
        security: Security::default(),
        replaces: Vec::new(),
    }
}

/// Whether a document is the schema of a payload, and not only a collection of definitions.
fn asserts(root: &Value) -> bool {
    match root {
        Value::Bool(_) => true,
        Value::Object(members) => {
            members
                .keys()
                .any(|key| Dialect::ALL.iter().any(|d| d.asserts(key)))
                || !(members.contains_key("$defs") || members.contains_key("definitions"))
        }
        _ => false,
    }
}

/// `events/pet-sold.schema.json` → `events/pet-sold`
fn name_of(path: &Path) -> String {
    let folder: PathBuf = path.parent().unwrap_or(Path::new("")).to_owned();
    let segments = folder
        .components()
        .map(|part| part.as_os_str().to_string_lossy());
    let mut name: Vec<String> = segments.map(Into::into).collect();
    name.push(stem(path));
    name.join("/")
}

/// `pet-sold.schema.json` → `pet-sold`
pub(super) fn stem(path: &Path) -> String {
    let name = match path.file_name() {
        Some(name) => name.to_string_lossy().into_owned(),
        None => "contract".to_owned(),
    };
    let name = name
        .strip_suffix(".json")
        .or_else(|| name.strip_suffix(".yaml"))
        .or_else(|| name.strip_suffix(".yml"))
        .unwrap_or(&name);
    name.strip_suffix(".schema").unwrap_or(name).to_owned()
}
