//! Copies of captures that hold their shape and not their values, which can be committed or attached to an issue.
//!
//! Every string and number has a stand-in of the same type and form, except for what the contract lists itself. A
//! copy of an exchange is compared with the contract, like the exchange: where a report would not say the same of
//! both, closer stand-ins are tried.

mod draft;
mod facts;
mod files;
mod known;
mod shaped;
mod stand_in;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::capture::{Exchange, Input, Reading, Sink, Through};
use crate::contract::{Contract, RequestTarget, without_user};
use crate::error::{Error, ErrorKind, Result};
use crate::location::PathPattern;
use crate::observe::{Engine, Observer, Options, Profile};

use draft::{Copied, Draft};
use facts::Facts;
use files::{Files, place_of};
use known::Known;
use shaped::Shaper;
use stand_in::StandIns;

/// Rounds in which closer stand-ins are tried.
const ROUNDS: usize = 8;

/// Places that are reported in the end.
const REPORTED: usize = 20;

/// Writes copies of the exchanges that it receives, and passes them on.
#[derive(Debug)]
pub struct Exporter<'c, S> {
    sink: S,
    /// What the exchange shows.
    original: Observer<'c>,
    /// What its copy shows.
    copy: Observer<'c>,
    known: Rc<Known>,
    stand_ins: StandIns,
    files: Files,
    /// What is read.
    roots: Vec<PathBuf>,
    /// The copies of files.
    places: HashMap<String, PathBuf>,
    /// The stand-ins of hosts.
    hosts: HashMap<String, String>,
    /// The exchanges of each file whose payloads have files of their own.
    numbers: HashMap<PathBuf, usize>,
    exported: u64,
    /// Places whose stand-ins do not lead to the same findings, and how often.
    different: BTreeMap<String, u64>,
    failure: Option<Error>,
}

/// What was exported.
#[derive(Debug)]
pub struct Exported {
    /// Exchanges.
    pub exchanges: u64,
    /// Files.
    pub files: usize,
    /// Places of which a report says something else, and in how many exchanges: the first ones.
    pub different: Vec<(String, u64)>,
}

impl<'c, S: Sink> Exporter<'c, S> {
    /// Writes to a folder that does not exist yet, or is empty, and is not below one of the inputs.
    ///
    /// # Errors
    ///
    /// If the folder is not empty, would be read itself, or cannot be created.
    pub fn new(
        (folder, roots): (&Path, &[PathBuf]),
        (asked, family): (Vec<&'c Contract>, Vec<&'c Contract>),
        options: &Options,
        sink: S,
    ) -> Result<Self> {
        let observer = || {
            let options = Options {
                // What is learnt is looked at after each exchange.
                engine: Engine::Reference,
                // Copies have stand-ins for the URLs of webhooks.
                webhooks: Vec::new(),
                ..options.clone()
            };
            Observer::new(asked.clone(), family.clone(), options)
        };
        let known = Known::of(&family);
        Ok(Self {
            sink,
            original: observer(),
            copy: observer(),
            stand_ins: StandIns::new(known.prefixes.clone()),
            known: Rc::new(known),
            files: Files::new(folder, roots)?,
            roots: roots.to_vec(),
            places: HashMap::new(),
            hosts: HashMap::new(),
            numbers: HashMap::new(),
            exported: 0,
            different: BTreeMap::new(),
            failure: None,
        })
    }

    /// Completes the folder, and returns the sink and what was exported.
    ///
    /// # Errors
    ///
    /// If a file could not be written.
    pub fn finish(self) -> Result<(S, Exported)> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if self.exported == 0 {
            let message = "nothing was exported: no exchange was read, or the options left all of them out";
            return Err(Error::new(ErrorKind::Read, message));
        }
        let exported = Exported {
            exchanges: self.exported,
            files: self.files.count,
            different: self.different.into_iter().take(REPORTED).collect(),
        };
        self.files.finish()?;
        Ok((self.sink, exported))
    }

    /// Writes the copy of one exchange.
    fn export(&mut self, exchange: &Exchange<'_>) -> Result<()> {
        let draft = Draft::of(exchange);
        let Some(expected) = shown(&mut self.original, |observer| observer.exchange(draft.exchange())) else {
            // Another operation or side was asked for.
            return Ok(());
        };
        let name = self.name_of(&draft);
        let hosts = self.host_of(&draft);
        let known = Rc::clone(&self.known);
        let mut stand_ins = std::mem::take(&mut self.stand_ins);
        let mut shaper = Shaper::new(&known, &mut stand_ins);
        let mut copied = draft.shaped(&mut shaper, hosts.as_deref());
        let mut different: Vec<String> = Vec::new();
        // Without a contract, nothing is compared.
        let rounds = if self.original.asked().is_empty() { 0 } else { ROUNDS };
        for round in 0..rounds {
            let found = self.shown_by(&name, &copied).unwrap_or_default();
            if found == expected {
                different.clear();
                break;
            }
            let places = expected.different_places(&found);
            different = places.iter().map(|place| reported_place(&draft, place)).collect();
            let mut is_closer = false;
            for place in places {
                is_closer |= shaper.come_closer(place);
            }
            if !expected.has_same_traffic(&found) {
                is_closer |= shaper.rung + 1 < stand_in::RUNGS;
                shaper.rung = (shaper.rung + 1).min(stand_in::RUNGS - 1);
                different.push(reported_place(&draft, &PathPattern::root()));
            }
            if !is_closer || round + 1 == rounds {
                break;
            }
            copied = draft.shaped(&mut shaper, hosts.as_deref());
        }
        self.stand_ins = stand_ins;
        different.dedup();
        for place in different {
            *self.different.entry(place).or_default() += 1;
        }
        self.exported += 1;
        self.files.add(&name, copied.text())
    }

    /// What a report says of a copy, read as anyone reads it.
    fn shown_by(&mut self, name: &Path, copied: &Copied) -> Option<Facts> {
        let input = Input::Memory {
            name: name.to_string_lossy().into(),
            bytes: copied.text().as_bytes().into(),
        };
        shown(&mut self.copy, |observer| Reading::default().read_here(&[input], observer))
    }

    /// The file of the copy of an exchange.
    fn name_of(&mut self, draft: &Draft) -> PathBuf {
        let place = self.place(&draft.file);
        let Some(payload) = draft.payload_name() else {
            return with_ending(&place, ".ndjson");
        };
        // A payload is recognised by the name of its file.
        let own = place.extension().and_then(|extension| extension.to_str());
        match own {
            Some("json" | "ndjson" | "jsonl") => place,
            _ => {
                let number = self.numbers.entry(place.clone()).or_default();
                *number += 1;
                place.join(format!("{payload}.{number}.json"))
            }
        }
    }

    /// Where the copy of a file goes. Files of the same name elsewhere have a number.
    fn place(&mut self, file: &str) -> PathBuf {
        if let Some(known) = self.places.get(file) {
            return known.clone();
        }
        let place = place_of(file, &self.roots);
        let mut own = place.clone();
        let mut number = 1;
        while self.places.values().any(|known| *known == own) {
            number += 1;
            let stem = place.file_stem().unwrap_or_default().to_string_lossy();
            let ending = place.extension().map(|ending| format!(".{}", ending.to_string_lossy()));
            own = place.with_file_name(format!("{stem}-{number}{}", ending.unwrap_or_default()));
        }
        self.places.insert(file.to_owned(), own.clone());
        own
    }

    /// The stand-in of the host of a request.
    fn host_of(&mut self, draft: &Draft) -> Option<String> {
        let request = draft.request.as_ref()?;
        let host = RequestTarget::parse(&request.target).host;
        let header = || request.headers.get("host").map(|host| without_user(host).to_ascii_lowercase());
        let host = host.or_else(header)?;
        let next = self.hosts.len() + 1;
        Some(self.hosts.entry(host).or_insert_with(|| format!("host{next}.example")).clone())
    }
}

/// What an observer learns meanwhile, and nothing else; `None` if it left the exchange out.
fn shown<'c>(observer: &mut Observer<'c>, read: impl FnOnce(&mut Observer<'c>)) -> Option<Facts> {
    read(observer);
    observer.settle();
    let profile = std::mem::take::<Profile>(&mut observer.profile);
    observer.problems.clear();
    observer.sources.clear();
    observer.judged.clear();
    let is_left_out = profile.unused.keys().any(|reason| reason.is_filter());
    (!is_left_out).then(|| Facts::of(&profile))
}

fn with_ending(place: &Path, ending: &str) -> PathBuf {
    match place.extension().and_then(|extension| extension.to_str()) {
        Some("ndjson" | "jsonl") => place.to_owned(),
        _ => {
            let mut name = place.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        }
    }
}

fn reported_place(draft: &Draft, place: &PathPattern) -> String {
    let place = match place.steps() {
        [] => String::new(),
        _ => format!(" {place}"),
    };
    match &draft.request {
        Some(request) => {
            let path = RequestTarget::parse(&request.target).folded_path();
            format!("{} {path}{place}", request.method)
        }
        None => format!("{}{place}", draft.file),
    }
}

impl<S: Sink> Through for Exporter<'_, S> {
    type Sink = S;

    fn sink(&mut self) -> &mut S {
        &mut self.sink
    }

    fn pass(&mut self, exchange: Exchange<'_>) {
        if self.failure.is_none() {
            self.failure = self.export(&exchange).err();
        }
        self.sink.exchange(exchange);
    }
}
