//! Adds verdicts to the changes of the walk.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::contract::{Contract, Encoding, ParameterPlace};
use crate::schema::NodeId;

use super::difference::{Difference, Fact, Owner, Proof, Reach, Sender, Verdict};
use super::contain::{Scope, Wire};
use super::parameters::Texts;
use super::reach::reach;
use super::verdict::{Direction, Trial};
use super::view::View;
use super::walk::{Edge, Found, Root, Walk, Written, place_of};

/// The changes of a walk with their verdicts, and the edits without an effect.
pub(super) fn judged(walk: &Walk<'_>) -> (Vec<Difference>, Vec<Difference>) {
    let reach = reach(walk);
    let mut trial = Trial::new(walk);
    let (mut changes, mut equivalent) = (Vec::new(), Vec::new());
    // Roots for which a change already reports that payloads break or may break.
    let mut told: Vec<(usize, Sender)> = Vec::new();
    for (at, pair) in walk.pairs.iter().enumerate() {
        let roots = &reach[at];
        if pair.is_unusable {
            // Unusable schemas are reported separately.
            told.extend(
                roots
                    .iter()
                    .map(|root| (*root, walk.roots[*root].reach.sender)),
            );
        }
        if let Some(change) = form_field(walk, at, roots) {
            changes.extend(change);
            // They differ as JSON values, but are never sent as JSON.
            let own = roots.iter();
            told.extend(own.map(|root| (*root, walk.roots[*root].reach.sender)));
            continue;
        }
        let mut redirection = redirected(walk, at);
        for found in &pair.found {
            let mut own = Vec::new();
            let roots = match found.fact {
                // No text is null.
                Fact::NullAdded | Fact::NullRemoved => {
                    let is_text = |root: &Root| root.written.is_some() && root.pair == at;
                    own.extend(
                        roots
                            .iter()
                            .copied()
                            .filter(|root| !is_text(&walk.roots[*root])),
                    );
                    if own.is_empty() {
                        continue;
                    }
                    &own
                }
                _ => roots,
            };
            let mut change = of_walk(walk, at, found, roots);
            change.notes.extend(redirection.take());
            let first = roots.first().map(|root| &walk.roots[*root]);
            let side = first.and_then(|root| root.side);
            if found.fact.is_assertion() {
                // Every value counts here, including undeclared members: what is reported as equivalent must
                // be equivalent.
                let forward = trial.unproved(at, &found.forward, Direction::Forward, side, true);
                let backward = trial.unproved(at, &found.backward, Direction::Backward, side, true);
                let is_same = forward.is_empty() && backward.is_empty();
                if let Some([narrowed, widened, changed]) = found.fact.relations() {
                    change.fact = match (forward.is_empty(), backward.is_empty()) {
                        (true, false) => widened,
                        (false, true) => narrowed,
                        _ => changed,
                    };
                }
                // An added or removed variant is reported even if other variants accept its values.
                let is_variant = matches!(found.fact, Fact::VariantAdded | Fact::VariantRemoved);
                if is_same && !is_variant {
                    equivalent.push(change);
                    continue;
                }
            }
            for sender in change.senders() {
                let own = || {
                    roots
                        .iter()
                        .filter(|root| walk.roots[**root].reach.sender == sender)
                };
                let is_read = own().all(|root| {
                    walk.roots[*root].pair == at
                        && trial.is_read_as_text(*root, Direction::of(sender))
                });
                let verdict = match is_read && own().next().is_some() {
                    true => {
                        let reads = "reads every text that is sent".to_owned();
                        Verdict::Compatible(Proof::Follows(reads))
                    }
                    false => trial.verdict(at, found, sender, roots),
                };
                let is_told = !matches!(verdict, Verdict::Compatible(_)) || found.assumed.is_some();
                if is_told {
                    let own = roots
                        .iter()
                        .filter(|root| walk.roots[**root].reach.sender == sender);
                    told.extend(own.map(|root| (*root, sender)));
                }
                change.verdicts.push((sender, verdict));
            }
            changes.push(change);
        }
    }
    told.sort_unstable();
    told.dedup();
    // The remaining roots that break, by the schemas that cause it.
    let mut untold_at: BTreeMap<(usize, Sender), Vec<usize>> = BTreeMap::new();
    for (index, root) in walk.roots.iter().enumerate() {
        let sender = root.reach.sender;
        if told.binary_search(&(index, sender)).is_err()
            && let Some(at) = trial.cause(index, Direction::of(sender))
        {
            untold_at.entry((at, sender)).or_default().push(index);
        }
    }
    for (at, roots) in untold_at {
        changes.push(untold(walk, &mut trial, at, &roots));
    }
    (changes, equivalent)
}

/// What changed in the text of a form property with a different type; `None` if it is not such a property, or
/// if the schemas are more precise.
fn form_field(walk: &Walk<'_>, at: usize, roots: &[usize]) -> Option<Option<Difference>> {
    let pair = &walk.pairs[at];
    let own = || roots.iter().map(|root| &walk.roots[*root]);
    let is_field = !pair.parents.is_empty()
        && pair.parents.iter().all(|(parent, edge)| {
            matches!(edge, Edge::Property(_)) && own().any(|root| root.pair == *parent)
        });
    if !is_field || !own().all(|root| root.is_form) {
        return None;
    }
    let (Edge::Property(name), root) = (&pair.parents.first()?.1, own().next()?) else {
        return None;
    };
    let ([old], [new]) = (pair.old.as_slice(), pair.new.as_slice()) else {
        return None;
    };
    let encoding = Encoding::usual(ParameterPlace::Form);
    let was = Wire::of(Scope::of_graph(&walk.old.graph), *old, encoding)?;
    let is = Wire::of(Scope::of_graph(&walk.new.graph), *new, encoding)?;
    let texts = Texts::of(&was, &is)?;
    let Some(fact) = texts.fact() else {
        return Some(None);
    };
    let described = |graph, nodes: &[NodeId]| Some(View::of(graph, nodes).description());
    let found = Found::new(fact, "")
        .values(
            described(&walk.old.graph, &pair.old),
            described(&walk.new.graph, &pair.new),
        )
        .places(place_of(walk.old, &pair.old), place_of(walk.new, &pair.new));
    let mut change = of_walk(walk, at, &found, roots);
    let written = Written {
        name: name.to_string(),
        place: ParameterPlace::Form,
        encodings: (encoding, encoding),
    };
    let sender = root.reach.sender;
    let verdict = texts.verdict(&change, &written, (sender, root.side))?;
    change.verdicts.push((sender, verdict));
    Some(Some(change))
}

/// Payloads that break although no single change accounts for it.
fn untold(
    walk: &Walk<'_>,
    trial: &mut Trial<'_, '_>,
    (at, sender): (usize, Sender),
    roots: &[usize],
) -> Difference {
    let direction = Direction::of(sender);
    let mut witnesses = roots.iter().map(|root| trial.any_witness(*root, direction));
    let verdict = match witnesses.find_map(|witness| witness) {
        Some(witness) => Verdict::Breaking(Box::new(witness)),
        None => Verdict::Unknown(
            "each edit by itself was proved to break nothing; for all of them together neither a proof \
             nor a counterexample was found"
                .to_owned(),
        ),
    };
    let mut found = Found::new(Fact::ConstraintChanged, "");
    let pair = &walk.pairs[at];
    found = found.places(place_of(walk.old, &pair.old), place_of(walk.new, &pair.new));
    let has_one_of = [(walk.old, &pair.old), (walk.new, &pair.new)]
        .into_iter()
        .any(|(contract, nodes)| {
            let view = View::of(&contract.graph, nodes);
            view.unions.iter().any(|union| union.is_one)
        });
    if has_one_of {
        let note = "this is a `oneOf`: a value that also matches another variant is rejected";
        found.notes.push(note.to_owned());
    }
    let mut change = of_walk(walk, at, &found, roots);
    change.verdicts.push((sender, verdict));
    change
}

/// Describes properties that now refer to a different component although both components still exist.
fn redirected(walk: &Walk<'_>, at: usize) -> Option<String> {
    let pair = &walk.pairs[at];
    let Owner::Component(old, new) = &pair.owner else {
        return None;
    };
    let has = |contract: &Contract, name: &str| {
        let mut nodes = contract.graph.iter();
        nodes.any(|(_, node)| node.component && node.name.as_deref() == Some(name))
    };
    let is_redirect =
        old != new && pair.path.steps().is_empty() && has(walk.new, old) && has(walk.old, new);
    if !is_redirect {
        return None;
    }
    let named = |(parent, edge): &(usize, Edge)| {
        let parent = &walk.pairs[*parent];
        let name = match edge {
            Edge::Property(name) => format!("`{name}`"),
            Edge::Items(_) | Edge::Position(_) => "the elements".to_owned(),
            _ => return None,
        };
        Some(match (&parent.owner, parent.path.steps().is_empty()) {
            (Owner::Component(_, owner), true) => format!("{name} of `{owner}`"),
            (Owner::Component(_, owner), false) => {
                format!("{name} of `{owner}` at {}", parent.path)
            }
            (_, true) => name,
            (_, false) => format!("{name} at {}", parent.path),
        })
    };
    let mut names: Vec<String> = pair.parents.iter().filter_map(named).collect();
    names.sort();
    names.dedup();
    let last = names.pop()?;
    let (words, verb) = match names.is_empty() {
        true => (last, "refers"),
        false => (format!("{} and {last}", names.join(", ")), "refer"),
    };
    Some(format!("{words} now {verb} to `{new}` instead of `{old}`"))
}

/// A change from the walk, without a verdict.
fn of_walk(walk: &Walk<'_>, at: usize, found: &Found, roots: &[usize]) -> Difference {
    let pair = &walk.pairs[at];
    let mut path = pair.path.clone();
    for step in &found.below {
        path.push(step.clone());
    }
    let reach: Vec<Reach> = roots
        .iter()
        .map(|root| walk.roots[*root].reach.clone())
        .collect();
    let owner = match &pair.owner {
        // The same part of several operations.
        Owner::Operation(name, part)
            if reach.iter().any(|own| own.operation != *name)
                && reach.iter().all(|own| own.part == *part) =>
        {
            Owner::Operations(Arc::clone(part))
        }
        owner => owner.clone(),
    };
    Difference {
        fact: found.fact,
        subject: found.subject.clone(),
        owner,
        path,
        variant: pair.variant.clone(),
        old: found.old.clone(),
        new: found.new.clone(),
        values: found.listed.clone(),
        canonical: found.canonical.clone(),
        old_place: found.old_place.clone(),
        new_place: found.new_place.clone(),
        is_minor: found.is_minor,
        guess: found.guess.clone(),
        notes: found.notes.clone(),
        reach,
        verdicts: Vec::new(),
        pair: Some(at),
        other_pairs: Vec::new(),
    }
}
