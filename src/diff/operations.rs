//! What differs between operations around their schemas.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::contract::{Contract, Operation, OperationKind, Replacement, Security, StatusPattern};
use crate::location::{PathPattern, Side};
use crate::schema::Place;

use super::Options;
use super::change::{Change, Fact, OperationName, Owner, Reach, Sender};
use super::pairing::{Pairing, mapped, prefixes};
use super::walk::Walk;

/// Compares operations: what differs around their schemas is told here, schemas are handed to the walk.
pub(super) struct Operations<'w, 'c> {
    pub(super) walk: &'w mut Walk<'c>,
    pub(super) options: &'w Options,
    pub(super) changes: Vec<Change>,
    /// Operations of both contracts, by their positions.
    pub(super) paired: Vec<(usize, usize)>,
}

/// An operation of both contracts.
#[derive(Clone)]
pub(super) struct Both<'c> {
    pub(super) name: Arc<OperationName>,
    pub(super) old: &'c Operation,
    pub(super) new: &'c Operation,
}

impl Both<'_> {
    /// Who sends what is on a side.
    pub(super) fn sender(&self, side: Side) -> Sender {
        sender(self.new.kind, side)
    }
}

/// Who sends what is on a side of an operation: of webhooks and callbacks the server sends the requests.
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
        let pairing = Pairing::of(old, new, &self.options.map_paths);
        self.paired.clone_from(&pairing.pairs);
        let replaced = replacements(old, new);
        let mut moved: Vec<Both<'c>> = Vec::new();
        for &(left, right) in &pairing.pairs {
            let both = Both {
                name: name_of(right, &new.operations[right]),
                old: &old.operations[left],
                new: &new.operations[right],
            };
            self.both(&both);
            let path = mapped(&both.old.path.shape(), &self.options.map_paths);
            if both.new.kind != OperationKind::Schema && path != both.new.path.shape() {
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
            change.notes.extend(operation.notes.iter().cloned());
            self.changes.push(change);
        }
        self.notes(Owner::Contract, &old.notes, &new.notes, Vec::new());
    }

    /// A change of an operation as a whole.
    fn of_operation(&self, fact: Fact, name: &Arc<OperationName>, kind: OperationKind) -> Change {
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

    /// Paths that changed: those that moved by the same prefix are one change.
    fn moved(&mut self, moved: &[Both<'c>]) {
        let mut groups: BTreeMap<(String, String), Vec<&Both<'c>>> = BTreeMap::new();
        for both in moved {
            let key = prefixes(&both.old.path.shape(), &both.new.path.shape());
            groups.entry(key).or_default().push(both);
        }
        for ((from, to), group) in groups {
            if let [only] = group.as_slice() {
                let mut change = self.of_operation(Fact::PathChanged, &only.name, only.new.kind);
                change.old = Some(only.old.path.to_string());
                change.new = Some(only.new.path.to_string());
                change.old_place.clone_from(&only.old.place);
                change.new_place.clone_from(&only.new.place);
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

    /// Base paths of servers, where paths are the same beyond them.
    fn bases(&mut self, pairing: &Pairing) {
        let (old, new) = (self.walk.old, self.walk.new);
        let mut groups: BTreeMap<(Vec<String>, Vec<String>), Vec<Reach>> = BTreeMap::new();
        for &(left, right) in &pairing.pairs {
            let (one, other) = (&old.operations[left], &new.operations[right]);
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
            // A further base path takes nothing away.
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
        // What is said for the first time need not be new behaviour.
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

/// A change of which nothing is known yet but what it is and where.
pub(super) fn change(fact: Fact, subject: &str, owner: Owner) -> Change {
    Change {
        fact,
        subject: subject.to_owned(),
        owner,
        path: PathPattern::root(),
        old: None,
        new: None,
        values: Vec::new(),
        old_place: None,
        new_place: None,
        is_minor: false,
        guess: None,
        notes: Vec::new(),
        reach: Vec::new(),
        verdicts: Vec::new(),
        pair: None,
    }
}

pub(super) fn name_of(position: usize, operation: &Operation) -> Arc<OperationName> {
    Arc::new(OperationName {
        position,
        id: operation.id.clone(),
        signature: operation.signature(),
    })
}

/// An operation that took over, and in what.
type Taker<'c> = (&'c Operation, &'c Replacement);

/// Operations that the new contract says to have replaced, by id.
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

/// What stands before the path on the servers of an operation.
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

/// Whether a status says that the request succeeded.
pub(super) const fn is_success(status: StatusPattern) -> bool {
    matches!(
        status,
        StatusPattern::Exact(200..300) | StatusPattern::Class(2)
    )
}
