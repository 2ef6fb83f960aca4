//! Compares payloads place by place.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::learn::{PlaceProfile, Range, Seen, Sketch};
use crate::location::{PathPattern, Step};
use crate::observe::{PathId, Shape};

use super::statistics::{Share, Sureness, numbers_differ, values_differ};
use super::{Spread, What};

/// Values whose shares differ most that are kept.
const VALUES: usize = 6;

/// Distinct values that may be those of an enum.
const FEW: u64 = 32;

type Places = Shape<PlaceProfile>;

/// What compares payloads reports: how sure, where, what, and where it was seen.
pub(super) type Report<'r> = dyn FnMut(Sureness, &Place<'_>, What, &Seen) + 'r;

/// A place, and the properties of the object that it is in.
pub(super) struct Place<'p> {
    pub(super) path: &'p PathPattern,
    pub(super) object: &'p BTreeSet<Arc<str>>,
}

/// Compares what was learnt of payloads.
pub(super) fn compare(old: &Places, new: &Places, report: &mut Report<'_>) {
    let root = Place {
        path: &PathPattern::root(),
        object: &BTreeSet::new(),
    };
    at((old, PathId::ROOT), (new, PathId::ROOT), &root, report);
}

fn at((old, before): (&Places, PathId), (new, now): (&Places, PathId), place: &Place<'_>, report: &mut Report<'_>) {
    values(old.path(before), new.path(now), place, report);
    let keys = old.keys(before).chain(new.keys(now)).map(|(key, _)| Arc::clone(key));
    let keys: BTreeSet<Arc<str>> = keys.collect();
    let are_data = old.is_map(before) || new.is_map(now);
    for key in keys.iter().filter(|_| !are_data) {
        let below = Place {
            path: &place.path.join(Step::Key(Arc::clone(key))),
            object: &keys,
        };
        let (was, is) = (old.key(before, key), new.key(now, key));
        let count = |places: &Places, id: Option<PathId>| id.map_or(0, |id| places.path(id).types.all());
        let share = |places: &Places, above: PathId, id| {
            let objects = places.path(above).types.object;
            Share::new(count(places, id).min(objects), objects)
        };
        let (old_share, new_share) = (share(old, before, was), share(new, now, is));
        if old_share.of > 0 && new_share.of > 0 {
            let seen = is.map(|id| &new.path(id).seen).or_else(|| was.map(|id| &old.path(id).seen));
            let what = What::Presence {
                old: old_share,
                new: new_share,
            };
            report(old_share.compare(new_share), &below, what, seen.unwrap_or(&Seen::default()));
        }
        if let (Some(was), Some(is)) = (was, is) {
            at((old, was), (new, is), &below, report);
        }
    }
    if let (Some(was), Some(is)) = (old.any(before), new.any(now)) {
        let elements = Place {
            path: &place.path.join(Step::Any),
            object: place.object,
        };
        at((old, was), (new, is), &elements, report);
    }
}

/// Compares the values at one place.
pub(super) fn values(old: &PlaceProfile, new: &PlaceProfile, place: &Place<'_>, report: &mut Report<'_>) {
    let (olds, news) = (old.types.all(), new.types.all());
    if olds == 0 || news == 0 {
        return;
    }
    let types = old.types.named().into_iter().zip(new.types.named());
    for ((name, before), (_, now)) in types {
        let (before, now) = (Share::new(before, olds), Share::new(now, news));
        let what = What::Type {
            name,
            old: before,
            new: now,
        };
        report(before.compare(now), place, what, &new.seen);
    }
    let formats: BTreeSet<_> = old.formats.keys().chain(new.formats.keys()).collect();
    for format in formats.into_iter().filter(|_| old.types.string > 0 && new.types.string > 0) {
        let share = |profile: &PlaceProfile| {
            let count = profile.formats.get(format).map_or(0, |count| count.0);
            Share::new(count, profile.types.string)
        };
        let (before, now) = (share(old), share(new));
        let what = What::Format {
            name: format.name(),
            old: before,
            new: now,
        };
        report(before.compare(now), place, what, &new.seen);
    }
    let is_of_values = distinct(old, new, place, report);
    let booleans = Share::new(old.trues, old.types.boolean).compare(Share::new(new.trues, new.types.boolean));
    if old.types.boolean > 0 && new.types.boolean > 0 && booleans != Sureness::Same {
        let shares = |profile: &PlaceProfile| Share::new(profile.trues, profile.types.boolean);
        let what = What::Values {
            moved: vec![("true".to_owned(), shares(old), shares(new))],
        };
        report(booleans, place, what, &new.seen);
    }
    let ranges = [
        ("numbers", &old.numbers, &new.numbers),
        ("lengths of strings", &old.lengths, &new.lengths),
        ("lengths of arrays", &old.sizes, &new.sizes),
    ];
    for (kind, before, now) in ranges {
        // What the values are says more than how long they are.
        if !(is_of_values && kind != "lengths of arrays") {
            range(kind, before, now, place, &new.seen, report);
        }
    }
}

/// Compares which values there are. Returns whether they are few, so that they say all about lengths.
fn distinct(old: &PlaceProfile, new: &PlaceProfile, place: &Place<'_>, report: &mut Report<'_>) -> bool {
    let (before, now) = (&old.values, &new.values);
    if before.is_empty() || now.is_empty() {
        return false;
    }
    let counted = |profile: &PlaceProfile| profile.types.string + profile.types.integer;
    let (olds, news) = (counted(old), counted(new));
    let are_few = |distinct: u64, count: u64| distinct <= FEW && distinct * distinct <= count.max(1);
    let (was_few, is_few) = (are_few(before.len(), olds), are_few(now.len(), news));
    match (before.listed(), now.listed()) {
        (Some(before), Some(now)) if was_few || is_few => {
            let sureness = values_differ(before, now);
            let shares = |key: &str| {
                let of = |values: &std::collections::BTreeMap<Box<str>, crate::observe::Count>, all| {
                    Share::new(values.get(key).map_or(0, |count| count.0), all)
                };
                (of(before, olds), of(now, news))
            };
            let keys: BTreeSet<&str> = before.keys().chain(now.keys()).map(|key| &**key).collect();
            let mut moved: Vec<(String, Share, Share)> = keys
                .into_iter()
                .map(|key| {
                    let (old, new) = shares(key);
                    (key.to_owned(), old, new)
                })
                .filter(|(_, old, new)| old.value() != new.value())
                .collect();
            let distance = |(_, old, new): &(String, Share, Share)| (old.value() - new.value()).abs();
            moved.sort_by(|one, other| distance(other).total_cmp(&distance(one)).then_with(|| one.0.cmp(&other.0)));
            // A value that is new matters even where the others have not moved.
            let appeared = moved.iter().any(|(_, old, new)| {
                (old.count == 0 || new.count == 0) && old.compare(*new) == Sureness::Differs
            });
            let sureness = if appeared { Sureness::Differs } else { sureness };
            moved.truncate(VALUES);
            report(sureness, place, What::Values { moved }, &new.seen);
            true
        }
        (Some(_), None) | (None, Some(_)) if (was_few && !is_few) || (is_few && !was_few) => {
            let sureness = match olds.min(news) >= 30 {
                true => Sureness::Differs,
                false => Sureness::TooFew,
            };
            let what = What::Distinct {
                old: Share::new(before.len(), olds),
                new: Share::new(now.len(), news),
            };
            report(sureness, place, what, &new.seen);
            false
        }
        _ => false,
    }
}

fn range(kind: &'static str, old: &Range, new: &Range, place: &Place<'_>, seen: &Seen, report: &mut Report<'_>) {
    let (Some(before), Some(now)) = (spread(old), spread(new)) else { return };
    let sureness = numbers_differ((&old.sketch, before.count), (&new.sketch, now.count));
    let what = What::Range {
        kind,
        old: before,
        new: now,
    };
    report(sureness, place, what, seen);
}

fn spread(range: &Range) -> Option<Spread> {
    let (least, most) = range.ends.filter(|(least, most)| least <= most)?;
    let sketch: &Sketch = &range.sketch;
    Some(Spread {
        count: sketch.count(),
        least,
        median: sketch.quantile(0.5)?.clamp(least, most),
        most,
    })
}
