//! Merges changes into edits: a difference at one place of both documents is one edit, however many payloads,
//! variants and operations it affects.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::contract::Contract;
use crate::location::{PathPattern, Step};
use crate::schema::Place;

use super::difference::{Difference, Fact, Owner, Sender, Verdict};

/// Merges changes that describe the same edit at the same places of both documents.
pub(super) fn merged(changes: Vec<Difference>, old: &Contract, new: &Contract) -> Vec<Difference> {
    let mut groups: Vec<Vec<Difference>> = Vec::new();
    let mut known: FxHashMap<Key, usize> = FxHashMap::default();
    for change in changes {
        match key(&change).map(|key| *known.entry(key).or_insert(groups.len())) {
            Some(group) if group < groups.len() => groups[group].push(change),
            _ => groups.push(vec![change]),
        }
    }
    let components = (Components::of(old), Components::of(new));
    let merged = groups
        .into_iter()
        .filter_map(|group| one_of(group, &components));
    merged.collect()
}

/// What the changes of one edit have in common.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    fact: Fact,
    subject: String,
    texts: (Option<String>, Option<String>),
    values: Vec<String>,
    places: (Option<Place>, Option<Place>),
}

fn key(change: &Difference) -> Option<Key> {
    let (old, new) = (change.old_place.clone(), change.new_place.clone());
    // An addition or removal has a place of its own on one side only.
    let places = match change.fact {
        Fact::ParameterAdded | Fact::HeaderAdded | Fact::MediaTypeAdded | Fact::LinkAdded => {
            (None, Some(new?))
        }
        Fact::ParameterRemoved
        | Fact::HeaderRemoved
        | Fact::MediaTypeRemoved
        | Fact::LinkRemoved => (Some(old?), None),
        _ => (Some(old?), Some(new?)),
    };
    Some(Key {
        fact: change.fact,
        subject: change.subject.clone(),
        texts: (change.old.clone(), change.new.clone()),
        values: change.values.clone(),
        places,
    })
}

/// Merges several changes into one.
fn one_of(group: Vec<Difference>, (old, new): &(Components, Components)) -> Option<Difference> {
    // Prefer the change that is reported for a component.
    let is_of_component = |change: &Difference| matches!(change.owner, Owner::Component(..));
    let best = group.iter().position(is_of_component).unwrap_or(0);
    let mut changes = group;
    let mut first = (best < changes.len()).then(|| changes.swap_remove(best))?;
    let parts_differ = changes.iter().any(|change| change.owner != first.owner);
    let written = |components: &Components, place: &Option<Place>| {
        place.as_ref().and_then(|place| components.find(place))
    };
    let homes = (
        written(old, &first.old_place),
        written(new, &first.new_place),
    );
    if let (Some((old, above)), Some((new, below))) = homes {
        // An edit written in a component is reported for it, even if it was found in another component that
        // includes it.
        let is_elsewhere = match &first.owner {
            Owner::Component(was, is) => *was != old && *is != new,
            _ => parts_differ,
        };
        if is_elsewhere || (parts_differ && !is_of_component(&first)) {
            first.path = longer(above, below, &first);
            first.owner = Owner::Component(old, new);
            first.variant = None;
        }
    } else if let Owner::Operation(name, part) = &first.owner
        && !part.is_empty()
    {
        let is_elsewhere = |owner: &Owner| match owner {
            Owner::Operation(other, own) => other != name && own == part,
            _ => false,
        };
        if !changes.is_empty() && changes.iter().all(|change| is_elsewhere(&change.owner)) {
            first.owner = Owner::Operations(Arc::clone(part));
        }
    }
    for change in changes {
        first.reach.extend(change.reach);
        let pairs = change.pair.into_iter().chain(change.other_pairs);
        first.other_pairs.extend(pairs.filter(|pair| Some(*pair) != first.pair));
        first.is_minor &= change.is_minor;
        for note in change.notes {
            if !first.notes.contains(&note) {
                first.notes.push(note);
            }
        }
        for (sender, verdict) in change.verdicts {
            add(&mut first.verdicts, sender, verdict);
        }
    }
    Some(first)
}

/// The more informative of two paths in a component, extended by the member that the change is about.
fn longer(above: PathPattern, below: PathPattern, change: &Difference) -> PathPattern {
    let path = match above.steps().len() > below.steps().len() {
        true => above,
        false => below,
    };
    // A pointer to a keyword is not a step down.
    let most = change.path.steps().len();
    let steps: Vec<Step> = path.steps().iter().take(most).cloned().collect();
    let member = change.path.steps().last();
    let mut path = PathPattern::from_steps(steps);
    if let (Fact::PropertyRenamed, Some(member), [above @ .., _]) = (change.fact, member, path.steps()) {
        // The pointer into the new contract has the new name.
        return PathPattern::from_steps([above, std::slice::from_ref(member)].concat());
    }
    if let Some(Step::Key(name)) = member
        && **name == *change.subject
        && path.steps().last() != member
    {
        path.push(Step::Key(Arc::clone(name)));
    }
    path
}

/// Keeps the most severe verdict for each sender.
fn add(verdicts: &mut Vec<(Sender, Verdict)>, sender: Sender, verdict: Verdict) {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Compatible(_) => 0,
        Verdict::Unknown(_) => 1,
        Verdict::Breaking(_) => 2,
    };
    match verdicts.iter_mut().find(|(known, _)| *known == sender) {
        Some((_, known)) if rank(known) < rank(&verdict) => *known = verdict,
        Some(_) => {}
        None => verdicts.push((sender, verdict)),
    }
}

/// The components of a contract by place.
struct Components(FxHashMap<Place, Arc<str>>);

impl Components {
    fn of(contract: &Contract) -> Self {
        let named = contract.graph.iter().filter_map(|(_, node)| {
            let name = node.name.clone().filter(|_| node.component)?;
            Some((Place::clone(&node.place), name))
        });
        Self(named.collect())
    }

    /// The component that contains a place, and the part of its values that the place describes.
    fn find(&self, place: &Place) -> Option<(Arc<str>, PathPattern)> {
        let pointer = place.pointer.as_str();
        let mut end = pointer.len();
        loop {
            let above = Place {
                document: Arc::clone(&place.document),
                pointer: crate::location::Pointer::from_escaped(&pointer[..end]),
            };
            if let Some(name) = self.0.get(&above) {
                return Some((Arc::clone(name), part_at(&pointer[end..])));
            }
            end = pointer[..end].rfind('/')?;
        }
    }
}

/// The part of a value that the schema at a pointer describes, relative to the value of the outer schema.
fn part_at(pointer: &str) -> PathPattern {
    let pointer = crate::location::Pointer::from_escaped(pointer);
    let mut keywords = pointer.steps();
    let mut path = PathPattern::root();
    while let Some(keyword) = keywords.next() {
        match &*keyword {
            "properties" => match keywords.next() {
                Some(name) => path.push(Step::Key(name.as_ref().into())),
                None => break,
            },
            "patternProperties" | "prefixItems" => match keywords.next() {
                Some(_) => path.push(Step::Any),
                None => break,
            },
            "items"
            | "additionalItems"
            | "contains"
            | "additionalProperties"
            | "unevaluatedItems"
            | "unevaluatedProperties" => path.push(Step::Any),
            "allOf" | "anyOf" | "oneOf" | "dependentSchemas" => {
                keywords.next();
            }
            "not" | "if" | "then" | "else" => {}
            // The rest is a keyword's argument.
            _ => break,
        }
    }
    path
}
