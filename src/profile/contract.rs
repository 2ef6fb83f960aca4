//! Which contract the captures of a profile were compared with, and the names of its documents in the profile.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::contract::Contract;
use crate::error::{Error, ErrorKind, Result};
use crate::observe::Profile;

use super::Wanted;

/// What captures were compared with, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The versions that payloads were compared with, oldest first.
    pub asked: Vec<Version>,
    /// Every known version, oldest first.
    pub family: Vec<Version>,
    /// Whether requests that the server rejected were checked like accepted ones.
    pub strict_requests: bool,
    /// The options that decide what the contracts accept and what is counted, as on the command line, such as
    /// `--formats annotate`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

/// One version of a contract.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// `name@version`
    pub reference: String,
    /// SHA-256 of its documents, in hexadecimal digits.
    pub sha256: String,
}

impl Version {
    fn of(contract: &Contract) -> Self {
        let mut hash = Sha256::new();
        for (uri, name) in portable_names(&[contract]) {
            let document = contract.documents.document(&uri);
            let text = document.map_or_else(String::new, |document| match &document.source {
                Some(source) => source.text().to_owned(),
                None => document.value.to_string(),
            });
            hash.update(name.as_bytes());
            hash.update([0]);
            hash.update(text.as_bytes());
            hash.update([0]);
        }
        let digits = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Self {
            reference: contract.reference(),
            sha256: digits,
        }
    }
}

impl Compared {
    /// A comparison with these versions of a contract.
    #[must_use]
    pub fn new(asked: &[&Contract], family: &[&Contract], strict_requests: bool) -> Self {
        let versions = |contracts: &[&Contract]| contracts.iter().map(|contract| Version::of(contract)).collect();
        Self {
            asked: versions(asked),
            family: versions(family),
            strict_requests,
            options: Vec::new(),
        }
    }

    /// The same with options.
    #[must_use]
    pub fn with_options(self, options: Vec<String>) -> Self {
        Self { options, ..self }
    }

    /// `petstore@1.0.0`, or several of them.
    #[must_use]
    pub fn name(&self) -> String {
        let names: Vec<&str> = self.asked.iter().map(|version| version.reference.as_str()).collect();
        names.join(" and ")
    }

    /// Whether what was learnt by one comparison can be taken for that of another.
    pub(super) fn allows(&self, other: &Self, wanted: Wanted) -> Result<()> {
        let failed = |message: String| Err(Error::new(ErrorKind::Format, message));
        if self == other {
            return Ok(());
        }
        if self.name() != other.name() {
            return failed(format!("it was compared with {}, not with {}", self.name(), other.name()));
        }
        if self.strict_requests != other.strict_requests {
            let [with, without] = match self.strict_requests {
                true => ["with", "without"],
                false => ["without", "with"],
            };
            return failed(format!("it was written {with} --strict-requests, and {wanted} {without} it"));
        }
        if let Some(difference) = wanted.difference(&self.options, &other.options) {
            return failed(difference);
        }
        failed(format!(
            "the documents of {} are not those that it was written for: read the captures again, with --profile",
            self.name()
        ))
    }

    /// Gives the documents their names in profiles, which do not depend on folders.
    pub(super) fn to_portable(&self, profile: &mut Profile, family: &[&Contract]) {
        let names: BTreeMap<Arc<str>, Arc<str>> = portable_names(family).into_iter().collect();
        rename(profile, &names);
    }

    /// Gives the documents their names here.
    pub(super) fn to_local(&self, profile: &mut Profile, family: &[&Contract]) {
        let names = portable_names(family).into_iter().map(|(local, portable)| (portable, local));
        rename(profile, &names.collect());
    }
}

fn rename(profile: &mut Profile, names: &BTreeMap<Arc<str>, Arc<str>>) {
    profile.rename_documents(&|name| names.get(name).unwrap_or(name).clone());
}

/// The documents of contracts, with names that say where they are from the folder that a contract's documents have in
/// common. Of several contracts, the name says which one it is. A document that several have gets the name of the first.
fn portable_names(family: &[&Contract]) -> Vec<(Arc<str>, Arc<str>)> {
    let mut names: BTreeMap<Arc<str>, Arc<str>> = BTreeMap::new();
    for (number, contract) in (1..).zip(family) {
        let uris = || contract.documents.iter().map(|document| &document.uri);
        let of_files = || uris().filter(|uri| uri.starts_with("file:"));
        let folder = of_files().map(|uri| folder_of(uri)).reduce(common).unwrap_or_default();
        let start = match family.len() {
            1 => "contract:".to_owned(),
            _ => format!("contract:{number}:"),
        };
        for uri in uris() {
            let name = match uri.starts_with("file:") {
                true => format!("{start}{}", &uri[folder.len()..]),
                false => uri.to_string(),
            };
            names.entry(Arc::clone(uri)).or_insert_with(|| name.into());
        }
    }
    names.into_iter().collect()
}

/// The folder of a document, with the slash.
fn folder_of(uri: &str) -> &str {
    uri.rfind('/').map_or("", |end| &uri[..=end])
}

/// The folder that two folders are in.
fn common<'u>(one: &'u str, other: &str) -> &'u str {
    let shared = one.bytes().zip(other.bytes()).take_while(|(a, b)| a == b).count();
    one[..shared].rfind('/').map_or("", |end| &one[..=end])
}
