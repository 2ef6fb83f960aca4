//! Differences between operations outside of their schemas.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::contract::{
    Contract, Entry, Operation, OperationKind, Replacement, Security,
};
use crate::location::{PathPattern, Side};
use crate::schema::Place;

use super::Options;
use super::difference::{Difference, Fact, OperationName, Owner, Reach, Sender};
use super::pairing::{Paired, Pairing, have_the_same_routes, mapped, prefixes, without_slash};
use super::walk::Walk;

/// Compares operations: differences outside of schemas are reported here, schemas are passed to the walk.
pub(super) struct Operations<'w, 'c> {
    pub(super) walk: &'w mut Walk<'c>,
    pub(super) options: &'w Options,
    pub(super) changes: Vec<Difference>,
    /// Pairs of operations, as indices into both contracts.
    pub(super) paired: Vec<(usize, usize)>,
}

/// An operation of both contracts.
#[derive(Clone)]
pub(super) struct Both<'c> {
    pub(super) name: Arc<OperationName>,
    pub(super) old: &'c Operation,
    pub(super) new: &'c Operation,
    /// The basis for matching the two, if neither path nor id determines it.
    pub(super) guess: Option<&'static str>,
}

impl Both<'_> {
    /// The sender of messages on a side.
    pub(super) fn sender(&self, side: Side) -> Sender {
        sender(self.new.kind, side)
    }
}

/// The sender of messages on a side of an operation: the server sends the requests of webhooks and callbacks.
fn sender(kind: OperationKind, side: Side) -> Sender {
    let is_turned = matches!(kind, OperationKind::Webhook | OperationKind::Callback);
    match (side, is_turned) {
        (Side::Request, false) | (Side::Response, true) => Sender::Client,
        (Side::Response, false) | (Side::Request, true) => Sender::Server,
    }
}

impl<'c> Operations<'_, 'c> {
    pub(super) fn run(&mut self) {
        let (old, new) = (self.walk.old, self.walk.new);
        let pairing = Pairing::of(self.walk, &self.options.map_paths);
        let pairs = pairing.pairs.iter();
        self.paired = pairs.map(|pair| (pair.old, pair.new)).collect();
        let replaced = replacements(old, new);
        let mut moved: Vec<Both<'c>> = Vec::new();
        for pair in &pairing.pairs {
            let both = Both {
                name: name_of(pair.new, &new.operations[pair.new]),
                old: &old.operations[pair.old],
                new: &new.operations[pair.new],
                guess: pair.guess,
            };
            self.both(&both);
            if self.is_moved(&both) {
                moved.push(both);
            }
        }
        self.moved(&moved);
        self.bases(&pairing);
        for &index in &pairing.gone {
            let operation = &old.operations[index];
            let name = name_of(new.operations.len() + index, operation);
            let takers = replaced.get(&operation.id);
            match takers {
                Some(takers) => self.replaced(&name, operation, takers),
                None => {
                    let mut change =
                        self.of_operation(Fact::OperationRemoved, &name, operation.kind);
                    change.old = Some(operation.signature());
                    change.old_place.clone_from(&operation.place);
                    self.changes.push(change);
                }
            }
        }
        for &index in &pairing.added {
            let operation = &new.operations[index];
            let name = name_of(index, operation);
            let mut change = self.of_operation(Fact::OperationAdded, &name, operation.kind);
            change.new = Some(operation.signature());
            change.new_place.clone_from(&operation.place);
            change.notes.extend(first_sentence(&operation.summary));
            change.notes.extend(operation.notes.iter().cloned());
            self.changes.push(change);
        }
        self.notes(Owner::Contract, &old.notes, &new.notes, Vec::new());
        self.servers();
    }

    /// Servers that only one contract lists, by scheme and host. Their paths are compared with the
    /// operations.
    fn servers(&mut self) {
        let (old, new) = (&self.walk.old.servers, &self.walk.new.servers);
        let lacking = |some: &[Entry], others: &[Entry]| -> Vec<Entry> {
            let is_known = |server: &Entry| {
                let mut others = others.iter().map(|other| origin(&other.name));
                others.any(|other| other == origin(&server.name))
            };
            let own = some.iter().filter(|server| origin(&server.name).is_some());
            let mut own: Vec<Entry> = own.filter(|server| !is_known(server)).cloned().collect();
            own.dedup_by(|one, other| one.name == other.name);
            own
        };
        let is_absolute = |servers: &[Entry]| servers.iter().any(|s| origin(&s.name).is_some());
        // A document without servers does not say where the API is served.
        if !is_absolute(old) || !is_absolute(new) {
            return;
        }
        for server in lacking(old, new) {
            let mut change = change(Fact::ServerRemoved, &server.name, Owner::Contract);
            change.old_place = Some(server.place);
            self.changes.push(change);
        }
        for server in lacking(new, old) {
            let mut change = change(Fact::ServerAdded, &server.name, Owner::Contract);
            change.new_place = Some(server.place);
            self.changes.push(change);
        }
    }

    /// A change of an operation as a whole.
    fn of_operation(&self, fact: Fact, name: &Arc<OperationName>, kind: OperationKind) -> Difference {
        let mut change = change(fact, "", Owner::Operation(Arc::clone(name), "".into()));
        change.reach.push(Reach {
            operation: Arc::clone(name),
            sender: sender(kind, Side::Request),
            part: "".into(),
        });
        change
    }

    fn both(&mut self, both: &Both<'c>) {
        let (old, new) = (both.old, both.new);
        if old.method != new.method {
            let mut change = self.of_operation(Fact::MethodChanged, &both.name, new.kind);
            change.old = Some(old.signature());
            change.new = Some(new.signature());
            change.old_place.clone_from(&old.place);
            change.new_place.clone_from(&new.place);
            change.guess = both.guess.map(str::to_owned);
            self.changes.push(change);
        }
        if let (Some(was), Some(is), None) = (&old.operation_id, &new.operation_id, both.guess)
            && was != is
        {
            let mut change = self.of_operation(Fact::OperationIdChanged, &both.name, new.kind);
            change.old = Some(was.clone());
            change.new = Some(is.clone());
            let place = |operation: &Operation| {
                let place = operation.place.clone()?;
                let pointer = place.pointer.join("operationId");
                Some(Place { pointer, ..place })
            };
            (change.old_place, change.new_place) = (place(old), place(new));
            self.changes.push(change);
        }
        if old.deprecated != new.deprecated {
            let fact = match new.deprecated {
                true => Fact::DeprecationAdded,
                false => Fact::DeprecationRemoved,
            };
            let mut change = self.of_operation(fact, &both.name, new.kind);
            change.old_place.clone_from(&old.place);
            change.new_place.clone_from(&new.place);
            self.changes.push(change);
        }
        self.security(both);
        let owner = Owner::Operation(Arc::clone(&both.name), "".into());
        let reach = vec![Reach {
            operation: Arc::clone(&both.name),
            sender: both.sender(Side::Response),
            part: "".into(),
        }];
        self.notes(owner, &old.notes, &new.notes, reach);
        self.parameters(both);
        let requests = (&both.old.request, &both.new.request);
        self.body(both, requests, "request", Side::Request);
        self.responses(both);
    }

    /// Whether the path of an operation changed. Full paths are compared, wherever the base path ends.
    fn is_moved(&self, both: &Both<'c>) -> bool {
        let path = mapped(&both.old.path.shape(), &self.options.map_paths);
        let is_other = path != both.new.path.shape() || are_swapped(both.old, both.new);
        let is_whole = have_the_same_routes(both.old, both.new);
        let has_slash = |operation: &Operation| operation.path.to_string().ends_with('/');
        let slash_differs = has_slash(both.old) != has_slash(both.new);
        both.new.kind != OperationKind::Schema
            && is_other
            && (!is_whole || slash_differs || are_swapped(both.old, both.new))
    }

    /// Reports changed paths, with one change for all that moved by the same prefix.
    fn moved(&mut self, moved: &[Both<'c>]) {
        let mut groups: BTreeMap<(String, String, bool), Vec<&Both<'c>>> = BTreeMap::new();
        for both in moved {
            let (from, to) = prefixes(&both.old.path.shape(), &both.new.path.shape());
            let key = (from, to, both.guess.is_some());
            groups.entry(key).or_default().push(both);
        }
        for ((from, to, _), group) in groups {
            let guess = group.first().and_then(|both| both.guess);
            if let [only] = group.as_slice() {
                let (old, new) = (only.old, only.new);
                // Changes that are reported together with the method.
                if old.method != new.method {
                    continue;
                }
                let mut change = self.of_operation(Fact::PathChanged, &only.name, new.kind);
                // The full path if the base path changed as well.
                let path = |operation: &Operation| match operation.routes.as_slice() {
                    [route] if bases(old) != bases(new) => route.to_string(),
                    _ => operation.path.to_string(),
                };
                (change.old, change.new) = (Some(path(old)), Some(path(new)));
                change.old_place.clone_from(&old.place);
                change.new_place.clone_from(&new.place);
                change.guess = guess.map(str::to_owned);
                let plain = |operation: &Operation| without_slash(&operation.path.shape());
                change.is_minor = plain(old) == plain(new) && !are_swapped(old, new);
                self.changes.push(change);
                continue;
            }
            let shown = |path: String| {
                if path.is_empty() {
                    "/".to_owned()
                } else {
                    path
                }
            };
            let mut change = change(Fact::PathChanged, "", Owner::Contract);
            change.old = Some(shown(from));
            change.new = Some(shown(to));
            change.guess = guess.map(str::to_owned);
            let first = group.first();
            change.old_place = first.and_then(|both| both.old.place.clone());
            change.new_place = first.and_then(|both| both.new.place.clone());
            let plain = |both: &&Both<'c>| {
                without_slash(&both.old.path.shape()) == without_slash(&both.new.path.shape())
            };
            change.is_minor = group.iter().all(plain);
            change.reach = group
                .iter()
                .map(|both| Reach {
                    operation: Arc::clone(&both.name),
                    sender: both.sender(Side::Request),
                    part: "".into(),
                })
                .collect();
            self.changes.push(change);
        }
    }

    /// Changed base paths of servers with otherwise identical paths.
    fn bases(&mut self, pairing: &Pairing) {
        let (old, new) = (self.walk.old, self.walk.new);
        let mut groups: BTreeMap<(Vec<String>, Vec<String>), Vec<Reach>> = BTreeMap::new();
        for &Paired {
            old: left,
            new: right,
            ..
        } in &pairing.pairs
        {
            let (one, other) = (&old.operations[left], &new.operations[right]);
            let is_told =
                have_the_same_routes(one, other) || one.path.shape() != other.path.shape();
            if is_told {
                continue;
            }
            let (was, is) = (bases(one), bases(other));
            let map = |base: &String| mapped(base, &self.options.map_paths);
            let was_mapped: Vec<String> = was.iter().map(map).collect();
            if other.kind == OperationKind::Path && was_mapped != is && was != is {
                groups.entry((was, is)).or_default().push(Reach {
                    operation: name_of(right, other),
                    sender: Sender::Client,
                    part: "".into(),
                });
            }
        }
        for ((was, is), reach) in groups {
            let shown = |bases: &[String]| {
                let bases = bases
                    .iter()
                    .map(|base| if base.is_empty() { "/" } else { base });
                bases.collect::<Vec<_>>().join(", ")
            };
            let mut change = change(Fact::PathChanged, "servers", Owner::Contract);
            change.old = Some(shown(&was));
            change.new = Some(shown(&is));
            let place = |servers: &[Entry]| servers.first().map(|server| server.place.clone());
            change.old_place = place(&old.servers);
            change.new_place = place(&new.servers);
            // An additional base path takes nothing away.
            change.is_minor = was.iter().all(|base| is.contains(base));
            change.reach = reach;
            self.changes.push(change);
        }
    }

    fn replaced(&mut self, name: &Arc<OperationName>, operation: &Operation, takers: &[Taker<'c>]) {
        let mut change = self.of_operation(Fact::OperationReplaced, name, operation.kind);
        change.old = Some(operation.signature());
        let signatures = takers.iter().map(|(taker, _)| taker.signature());
        change.new = Some(signatures.collect::<Vec<_>>().join("\n"));
        for (taker, replacement) in takers {
            change
                .notes
                .push(format!("`{}`: {}", taker.id, replacement.what));
        }
        self.changes.push(change);
    }

    fn notes(&mut self, owner: Owner, old: &[String], new: &[String], reach: Vec<Reach>) {
        let lacks = |some: &[String], others: &[String]| {
            let lacking = some.iter().filter(|note| !others.contains(note));
            let lacking: Vec<String> = lacking.cloned().collect();
            (!lacking.is_empty()).then(|| lacking.join("\n"))
        };
        let (gone, added) = (lacks(old, new), lacks(new, old));
        if gone.is_none() && added.is_none() {
            return;
        }
        let mut change = change(Fact::NoteChanged, "", owner);
        // Behaviour that is described for the first time is not necessarily new.
        change.is_minor = gone.is_none() || added.is_none();
        change.old = gone;
        change.new = added;
        change.reach = reach;
        self.changes.push(change);
    }

    fn security(&mut self, both: &Both<'c>) {
        let (old, new) = (&both.old.security, &both.new.security);
        if old == new {
            return;
        }
        let fact = match (old.covers(new), new.covers(old)) {
            (true, true) => return,
            (true, false) => Fact::SecurityWidened,
            (false, true) => Fact::SecurityNarrowed,
            (false, false) => Fact::SecurityChanged,
        };
        let mut change = self.of_operation(fact, &both.name, both.new.kind);
        let text = |security: &Security| {
            let ways: Vec<String> = security.0.iter().map(ToString::to_string).collect();
            match ways.is_empty() {
                true => "nothing".to_owned(),
                false => ways.join(", or "),
            }
        };
        change.old = Some(text(old));
        change.new = Some(text(new));
        let place = |operation: &Operation| -> Option<Place> { operation.place.clone() };
        change.old_place = place(both.old);
        change.new_place = place(both.new);
        self.changes.push(change);
    }
}

/// The first sentence of a description on one line, if there is one.
pub(super) fn first_sentence(text: &str) -> Option<String> {
    const LONGEST: usize = 120;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = line.find(". ").map_or(line.len(), |end| end + 1);
    let sentence = crate::redact::clipped(&line[..end], LONGEST);
    (!sentence.is_empty()).then(|| sentence.into_owned())
}

/// A change with only its kind and place filled in.
pub(super) fn change(fact: Fact, subject: &str, owner: Owner) -> Difference {
    Difference {
        fact,
        subject: subject.to_owned(),
        owner,
        path: PathPattern::root(),
        variant: None,
        old: None,
        new: None,
        values: Vec::new(),
        canonical: Vec::new(),
        old_place: None,
        new_place: None,
        is_minor: false,
        guess: None,
        notes: Vec::new(),
        reach: Vec::new(),
        verdicts: Vec::new(),
        pair: None,
        other_pairs: Vec::new(),
    }
}

pub(super) fn name_of(position: usize, operation: &Operation) -> Arc<OperationName> {
    Arc::new(OperationName {
        position,
        id: operation.id.clone(),
        signature: operation.signature(),
    })
}

/// A replacing operation, and what it replaces.
type Taker<'c> = (&'c Operation, &'c Replacement);

/// Replacements declared in the new contract, by the id of the replaced operation.
fn replacements<'c>(old: &Contract, new: &'c Contract) -> BTreeMap<String, Vec<Taker<'c>>> {
    let mut replaced: BTreeMap<String, Vec<Taker<'c>>> = BTreeMap::new();
    for operation in &new.operations {
        for replacement in &operation.replaces {
            if replacement.version == old.version {
                let takers = replaced.entry(replacement.operation.clone()).or_default();
                takers.push((operation, replacement));
            }
        }
    }
    replaced
}

/// Whether the path parameters are the same in a different order.
fn are_swapped(old: &Operation, new: &Operation) -> bool {
    let names = |operation: &Operation| -> Vec<String> {
        operation.path.parameters().map(str::to_owned).collect()
    };
    let (was, is) = (names(old), names(new));
    let sorted = |names: &[String]| {
        let mut names = names.to_vec();
        names.sort();
        names
    };
    was != is && was.len() > 1 && sorted(&was) == sorted(&is)
}

/// `https://api.example.com` for a URL with scheme and host.
fn origin(url: &str) -> Option<&str> {
    let start = url.find("://")? + 3;
    let end = url[start..].find('/').map_or(url.len(), |end| start + end);
    Some(&url[..end])
}

/// The base paths of the servers of an operation.
fn bases(operation: &Operation) -> Vec<String> {
    let path = operation.path.to_string();
    let bases = operation.routes.iter().map(|route| {
        let route = route.to_string();
        let base = route.strip_suffix(&path).unwrap_or_default();
        base.trim_end_matches('/').to_owned()
    });
    let mut bases: Vec<String> = bases.collect();
    bases.sort();
    bases.dedup();
    bases
}
