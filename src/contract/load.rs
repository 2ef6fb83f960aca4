//! Contracts from files: OpenAPI documents, JSON Schemas, and folders of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde_json::Value;

use crate::error::{Error, ErrorKind, Result};
use crate::schema::{CompileOptions, Documents};
use crate::stack::with_stack;

use super::files::Files;
use super::kind::{Kind, kind_of};
use super::{Contract, ContractRef, builtin, openapi, schema_dir};

/// The URI of a document that was not read from a file.
pub(crate) const DERIVED: &str = "wiredrift:/openapi";

/// How contracts are read from files.
#[derive(Debug, Clone, Default)]
pub struct LoadOptions {
    /// Files given for the documents at URLs, which are never fetched.
    pub refs: BTreeMap<String, PathBuf>,
    /// The base path of every path of the contract, overriding its servers; `/` for none.
    pub base_path: Option<String>,
    /// Schemas of a JSON Schema contract that are available by name, in addition to its files: relative
    /// references such as `common.json#/$defs/Money`.
    pub schemas: Vec<String>,
    /// Folders whose files a contract may open, in addition to the current folder, the contract's own folder,
    /// and the repository around it.
    pub allowed: Vec<PathBuf>,
    /// Texts of files that are read instead of the files, by the name of the file in messages.
    pub edited: BTreeMap<String, String>,
    /// How schemas are compiled.
    pub compile: CompileOptions,
}

impl Contract {
    /// The contract that an OpenAPI document describes, such as one that `utoipa`, `aide` or `poem` derives:
    /// a [`serde_json::Value`], or their own type for it.
    ///
    /// References to other documents cannot be resolved, which is reported in [`problems`](Self::problems).
    ///
    /// # Errors
    ///
    /// When it is not an OpenAPI document (2.0, 3.0, 3.1, 3.2).
    pub fn from_openapi(document: &impl Serialize) -> Result<Self> {
        let value = serde_json::to_value(document).map_err(|error| {
            Error::new(ErrorKind::Format, "the document cannot be serialised").with_source(error)
        })?;
        if value.is_string() {
            let message = "this is text; parse it first, or write it to a file and use `Contract::load`";
            return Err(Error::new(ErrorKind::NoContract, message));
        }
        let name = Path::new("openapi");
        let dialect = match kind_of(&value, name) {
            Kind::OpenApi(dialect) => dialect,
            Kind::Unsupported(message) => return Err(Error::new(ErrorKind::Format, message)),
            Kind::JsonSchema | Kind::Other(_) => {
                let message =
                    "this is not an OpenAPI document: it has neither `openapi` nor `swagger`";
                return Err(Error::new(ErrorKind::NoContract, message));
            }
        };
        with_stack(|| {
            let documents = Documents::of_one(DERIVED, value, dialect);
            openapi::contract(name, DERIVED, documents, &LoadOptions::default())
        })
    }

    /// Reads a contract: an OpenAPI document (2.0, 3.0, 3.1, 3.2; JSON or YAML), a JSON Schema (draft
    /// 4 to 2020-12), or a folder of JSON Schemas, with the files that they refer to.
    ///
    /// Nothing is fetched over the network. Parts of the contract that cannot be used are listed in
    /// [`problems`](Self::problems); the rest is used.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, is not JSON or YAML, or is neither OpenAPI nor JSON Schema.
    pub fn load(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        with_stack(|| read(path, &LoadOptions::default()))
    }

    /// A built-in contract: `organisations@v1`, `organisations@v2` or `makeleaps-clients`.
    ///
    /// # Errors
    ///
    /// When no contract has this name and version, or the version is omitted and there are several.
    pub fn builtin(reference: &str) -> Result<Self> {
        let reference: ContractRef = reference.parse()?;
        builtin::family(&reference.name, CompileOptions::default())?.take(&reference)
    }
}

/// Reads a contract as [`Contract::load`] does.
///
/// # Errors
///
/// As [`Contract::load`].
pub fn read(path: &Path, options: &LoadOptions) -> Result<Contract> {
    if let Some((url, file)) = options.refs.iter().find(|(_, file)| !file.is_file()) {
        let message = format!("no such file (given for {url})");
        return Err(Error::new(ErrorKind::Read, message).with_path(file));
    }
    if path.is_dir() {
        return schema_dir::folder(path, options);
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let mut files = Files::new(folder, options)?;
    let uri = files.add(path)?;
    let kind = kind_of(files.documents.get(&uri).unwrap_or(&Value::Null), path);
    match kind {
        Kind::OpenApi(dialect) => {
            files.gather(dialect);
            openapi::contract(path, &uri, files.documents, options)
        }
        Kind::JsonSchema => schema_dir::file(path, &uri, files, options),
        Kind::Unsupported(message) => {
            Err(Error::new(ErrorKind::Format, message).with_path(path))
        }
        Kind::Other(what) => {
            let message =
                format!("this looks like {what}; expected an OpenAPI document or a JSON Schema");
            Err(Error::new(ErrorKind::NoContract, message).with_path(path))
        }
    }
}
