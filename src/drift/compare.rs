//! Compares operations, and in them parameters, statuses and payloads.

use std::collections::{BTreeMap, BTreeSet};

use crate::infer::Endpoints;
use crate::learn::{Fields, Learnt, LooseKey, Message, OperationProfile, Seen};
use crate::location::{PathPattern, Side};

use super::places::Place;
use super::statistics::{Share, Sureness};
use super::{Drift, OperationCounts, Shift, What, places};

pub(super) fn drift(old: &Learnt, new: &Learnt) -> Drift {
    // Both periods are read with the same path templates.
    let mut all = old.clone();
    all += new;
    let endpoints = Endpoints::of(&all);
    let (before, now) = (endpoints.operations(old), endpoints.operations(new));
    let mut drift = Drift::default();
    let total = |operations: &BTreeMap<String, OperationProfile>| operations.values().map(|known| known.requests).sum::<u64>();
    let (olds, news) = (total(&before), total(&now));
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for name in names {
        let (was, is) = (before.get(name), now.get(name));
        let requests = |known: Option<&OperationProfile>| known.map_or(0, |known| known.requests);
        drift.operations.push(OperationCounts {
            name: name.clone(),
            old: requests(was),
            new: requests(is),
        });
        let mut about = About::new(&mut drift, name, None, None);
        match (was, is) {
            (Some(was), Some(is)) => operation(&mut drift, name, was, is),
            _ if olds == 0 || news == 0 => {}
            _ => {
                let (was_share, is_share) = (Share::new(requests(was), olds), Share::new(requests(is), news));
                let sureness = was_share.compare(is_share);
                // That an operation is new is certain as soon as it is there.
                let sureness = if was.is_none() { Sureness::Differs } else { sureness };
                let seen = is.or(was).map(|known| known.request.seen.clone()).unwrap_or_default();
                let what = What::Operation {
                    old: was_share,
                    new: is_share,
                };
                about.report(sureness, what, &seen);
            }
        }
    }
    loose(&mut drift, old, new);
    drift.leave_out_implied();
    drift
}

impl Drift {
    /// Leaves out that the share of a type or status fell where it is said that another one rose in its place.
    fn leave_out_implied(&mut self) {
        let kind = |shift: &Shift| match &shift.what {
            What::Type { old, new, .. } => {
                let about = (shift.operation.clone(), shift.side, shift.status, shift.place.to_string());
                Some((about, new.value() > old.value()))
            }
            What::Status { old, new } => {
                let about = (shift.operation.clone(), None, None, String::new());
                Some((about, new.value() > old.value()))
            }
            _ => None,
        };
        for list in [&mut self.shifts, &mut self.unsure] {
            let rising: BTreeSet<_> = list.iter().filter_map(kind).filter(|(_, rises)| *rises).collect();
            list.retain(|shift| {
                kind(shift).is_none_or(|(about, rises)| rises || !rising.contains(&(about, true)))
            });
        }
    }
}

pub(super) fn timeline(periods: &[&Learnt]) -> Vec<BTreeMap<String, (u64, u64)>> {
    let mut all = Learnt::default();
    periods.iter().for_each(|period| all += period);
    let endpoints = Endpoints::of(&all);
    let counts = periods.iter().map(|period| {
        let operations = endpoints.operations(period).into_iter().map(|(name, operation)| {
            let responses = operation.responses.iter();
            let failed = responses.filter(|(status, _)| **status >= 400).map(|(_, response)| response.messages).sum();
            (name, (operation.requests, failed))
        });
        let loose = period.loose.iter().map(|(key, message)| (name_of(key), (message.messages, 0)));
        operations.chain(loose).collect()
    });
    counts.collect()
}

/// What payloads are called that name no method and path.
fn name_of(key: &LooseKey) -> String {
    match (&key.name, &key.outline) {
        (Some(name), _) => name.clone(),
        (None, Some(outline)) => format!("payloads with {}", crate::redact::clipped(outline, 40)),
        (None, None) => "payloads".to_owned(),
    }
}

/// Payloads that name no method and path.
fn loose(drift: &mut Drift, old: &Learnt, new: &Learnt) {
    let keys: BTreeSet<&LooseKey> = old.loose.keys().chain(new.loose.keys()).collect();
    for key in keys {
        let (was, is) = (old.loose.get(key), new.loose.get(key));
        let name = name_of(key);
        let messages = |known: Option<&Message>| known.map_or(0, |known| known.messages);
        drift.operations.push(OperationCounts {
            name: name.clone(),
            old: messages(was),
            new: messages(is),
        });
        if let (Some(was), Some(is)) = (was, is) {
            let mut about = About::new(drift, &name, key.side, key.status);
            message(&mut about, was, is);
        }
    }
}

/// What a comparison is about.
struct About<'d> {
    drift: &'d mut Drift,
    operation: &'d str,
    side: Option<Side>,
    status: Option<u16>,
}

impl<'d> About<'d> {
    const fn new(drift: &'d mut Drift, operation: &'d str, side: Option<Side>, status: Option<u16>) -> Self {
        Self {
            drift,
            operation,
            side,
            status,
        }
    }

    fn report(&mut self, sureness: Sureness, what: What, seen: &Seen) {
        let place = Place {
            path: &PathPattern::root(),
            object: &BTreeSet::new(),
        };
        self.report_at(sureness, &place, what, seen);
    }

    fn report_at(&mut self, sureness: Sureness, place: &Place<'_>, what: What, seen: &Seen) {
        let list = match sureness {
            Sureness::Same => return,
            Sureness::TooFew => &mut self.drift.unsure,
            Sureness::Differs => &mut self.drift.shifts,
        };
        list.push(Shift {
            operation: self.operation.to_owned(),
            side: self.side,
            status: self.status,
            place: place.path.clone(),
            object: place.object.clone(),
            what,
            seen: seen.clone(),
        });
    }
}

fn operation(drift: &mut Drift, name: &str, old: &OperationProfile, new: &OperationProfile) {
    let (olds, news) = (old.request.messages, new.request.messages);
    let mut about = About::new(drift, name, Some(Side::Request), None);
    fields(&mut about, "query parameter", (&old.query, olds), (&new.query, news));
    message(&mut about, &old.request, &new.request);
    let answered = |known: &OperationProfile| known.responses.values().map(|response| response.messages).sum::<u64>();
    let (olds, news) = (answered(old), answered(new));
    let statuses: BTreeSet<&u16> = old.responses.keys().chain(new.responses.keys()).collect();
    for status in statuses {
        let (was, is) = (old.responses.get(status), new.responses.get(status));
        let messages = |known: Option<&Message>| known.map_or(0, |known| known.messages);
        let mut about = About::new(drift, name, Some(Side::Response), Some(*status));
        if olds > 0 && news > 0 {
            let (was_share, is_share) = (Share::new(messages(was), olds), Share::new(messages(is), news));
            let seen = is.or(was).map(|known| known.seen.clone()).unwrap_or_default();
            let what = What::Status {
                old: was_share,
                new: is_share,
            };
            about.report(was_share.compare(is_share), what, &seen);
        }
        if let (Some(was), Some(is)) = (was, is) {
            message(&mut about, was, is);
        }
    }
}

fn message(about: &mut About<'_>, old: &Message, new: &Message) {
    fields(about, "header", (&old.headers, old.messages), (&new.headers, new.messages));
    for (media, was) in &old.media {
        if let Some(is) = new.media.get(media) {
            places::compare(&was.shape, &is.shape, &mut |sureness, place, what, seen| {
                about.report_at(sureness, place, what, seen);
            });
        }
    }
}

fn fields(about: &mut About<'_>, kind: &'static str, (old, olds): (&Fields, u64), (new, news): (&Fields, u64)) {
    if olds == 0 || news == 0 {
        return;
    }
    let names: BTreeSet<&String> = old.0.keys().chain(new.0.keys()).collect();
    for name in names {
        let (was, is) = (old.0.get(name), new.0.get(name));
        let share = |known: Option<&crate::learn::Field>, of| Share::new(known.map_or(0, |known| known.messages), of);
        let (before, now) = (share(was, olds), share(is, news));
        let seen = is.or(was).map(|known| known.values.seen.clone()).unwrap_or_default();
        let what = What::Field {
            kind,
            name: is.or(was).map(|known| known.name.clone()).filter(|known| !known.is_empty()).unwrap_or_else(|| name.clone()),
            old: before,
            new: now,
        };
        about.report(before.compare(now), what, &seen);
        if let (Some(was), Some(is)) = (was, is) {
            let path = PathPattern::root().join(crate::location::Step::Key(name.as_str().into()));
            let place = Place {
                path: &path,
                object: &BTreeSet::new(),
            };
            places::values(&was.values, &is.values, &place, &mut |sureness, place, what, seen| {
                about.report_at(sureness, place, what, seen);
            });
        }
    }
}
