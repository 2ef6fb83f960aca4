//! Payloads of one contract rewritten for another, as they come out of captures.

use std::borrow::Cow;
use std::fmt;

use rustc_hash::FxHashMap;

use crate::capture::{Body, Exchange};
use crate::contract::Contract;
use crate::json::TapeDocument;
use crate::location::Origin;
use crate::observe::{
    DeviationKind, ParallelWatcher, RoutedPayload, RoutedRequest, TargetKey, PayloadVerdict, Watcher,
    first_deviation,
};
use crate::redact::printed;

use super::layout::{Layout, line_indent};
use super::migration::{Migration, Route, Routed};
use super::plan::{self, Plan};
use super::rewrite::Rewritten;
use super::summary::{Outcomes, Summary, Target, counted};

/// Receives finished payloads, in the order of the captures.
pub trait Destination: fmt::Debug + Send {
    /// The destination for the results of another thread.
    fn fork(&self) -> Self;
    /// The payloads that follow are in this part of the captures.
    fn part(&mut self, number: u64) {
        let _ = number;
    }
    /// This part has been read.
    fn part_ended(&mut self) {}
    /// Receives a finished payload.
    fn take(&mut self, done: Done<'_>);
    /// Whether payloads are put in the place of the old ones in their files.
    fn is_in_files(&self) -> bool {
        false
    }
}

/// A finished payload.
#[derive(Debug)]
pub struct Done<'a> {
    /// The payload as it was read.
    pub body: &'a Body<'a>,
    /// The payload in its new shape; `None` if it is unchanged.
    pub text: Option<&'a str>,
    /// Whether it conforms to the new contract.
    pub is_valid: bool,
}

/// Rewrites every payload of the old contract that it sees.
#[derive(Debug)]
pub struct Upgrader<'c, D> {
    migration: Migration<'c>,
    /// The part of the captures, and the number of the last payload in it.
    at: (u64, u64),
    summary: Summary,
    destination: D,
    /// The plan for each kind of payload; `None` if it is left to the reference.
    plans: FxHashMap<Route, Option<(Target, Plan<'c>)>>,
}

/// What became of a payload.
enum Fate<'d> {
    /// It was rewritten as far as possible: its text, if that changed.
    Rewritten(Rewritten<'d>, Option<String>),
    /// It already has the shape of the new contract.
    Current,
    /// It cannot be rewritten: the reason, as the end of a sentence.
    Left(String),
}

impl<'c, D: Destination> Upgrader<'c, D> {
    /// An upgrader that has not seen any payloads.
    #[must_use]
    pub fn new(migration: Migration<'c>, destination: D) -> Self {
        Self {
            migration,
            at: (0, 0),
            summary: Summary::default(),
            destination,
            plans: FxHashMap::default(),
        }
    }

    /// What became of the payloads, and where they went.
    pub fn finish(mut self) -> (Summary, D) {
        for (target, mut plan) in self.plans.into_values().flatten() {
            if let Some(outcomes) = self.summary.targets.get_mut(&target) {
                plan.settle(outcomes);
            }
        }
        (self.summary, self.destination)
    }

    /// Rewrites a payload in one pass over its bytes, and counts it; false if it is left to the reference.
    fn streamed(&mut self, routed: &RoutedPayload<'_, 'c>) -> bool {
        if !routed.is_plain() || routed.verdict != PayloadVerdict::Conforms {
            return false;
        }
        let body = routed.body;
        if self.cannot_write(body) {
            return false;
        }
        let Ok(text) = std::str::from_utf8(&body.bytes) else {
            return false;
        };
        let start = text.len() - text.trim_ascii_start().len();
        if std::ptr::eq(routed.contract, self.migration.new) {
            self.outcomes(routed).current += 1;
            self.destination.take(Done {
                body,
                text: None,
                is_valid: true,
            });
            return true;
        }
        let of = Routed::of(routed);
        let route = of.route();
        let migration = self.migration;
        let plan = self.plans.entry(route).or_insert_with(|| {
            let target = Target::of(routed);
            Some((target, migration.plan(&of)?))
        });
        let Some((target, plan)) = plan else {
            return false;
        };
        let Some(done) = plan.rewrite(text) else {
            return false;
        };
        // Usually the name is already there.
        let outcomes = match self.summary.targets.get_mut(target) {
            Some(outcomes) => outcomes,
            None => self.summary.targets.entry(target.clone()).or_default(),
        };
        let (new_text, is_valid) = match done {
            plan::Done::Current => (None, true),
            plan::Done::Rewritten { text, is_valid } => (text, is_valid),
        };
        let is_current = matches!(done, plan::Done::Current);
        self.destination.take(Done {
            body,
            text: new_text,
            is_valid,
        });
        match is_current {
            true => outcomes.current += 1,
            false => plan.count(outcomes, text, self.at, &body.place(start)),
        }
        true
    }

    /// Whether a payload would have to be written where only a body of another media type, or a part of one, is.
    fn cannot_write(&self, body: &Body<'_>) -> bool {
        self.destination.is_in_files() && body.is_read_only()
    }

    fn outcomes(&mut self, routed: &RoutedPayload<'_, 'c>) -> &mut Outcomes {
        self.summary.targets.entry(Target::of(routed)).or_default()
    }

    fn fate<'d>(&self, routed: &RoutedPayload<'_, 'c>, document: &'d TapeDocument<'d>) -> Fate<'d> {
        let is_of = |contract: &Contract| std::ptr::eq(routed.contract, contract);
        let deviates = routed.verdict == PayloadVerdict::Deviates;
        if let Some(key) = document.repeated_keys().next() {
            let name = printed(&key.name());
            return Fate::Left(format!(
                "the key `{name}` occurs twice in one object, so its value is ambiguous"
            ));
        }
        if is_of(self.migration.new) && !deviates {
            return Fate::Current;
        }
        if !is_of(self.migration.old) {
            return Fate::Left(format!(
                "it is already a payload of {}, but does not conform to it",
                routed.contract.reference()
            ));
        }
        let root = document.root();
        let rewritten = match self.migration.rewrite(&Routed::of(routed), root) {
            Ok(rewritten) => rewritten,
            Err(why) => return Fate::Left(why),
        };
        if rewritten.edits.is_empty() {
            return match rewritten.left.is_empty() {
                // Whatever its file name says, it already has the shape of the new contract.
                true => Fate::Current,
                false => Fate::Rewritten(rewritten, None),
            };
        }
        let outer = line_indent(document.text(), root.span().start);
        let text = Layout::of(document).write(&rewritten.tree, outer);
        // The written text must read back as the same value.
        let payload = rewritten.tree.to_serde();
        let read = TapeDocument::parse(text.as_bytes());
        let text = match read.is_ok_and(|read| read.root().to_serde() == payload) {
            true => text,
            false => rewritten.tree.to_text(),
        };
        Fate::Rewritten(rewritten, Some(text))
    }

    /// Counts the next payload.
    fn next(&mut self) {
        self.at.1 += 1;
    }

    fn refuse(&mut self, target: Option<Target>, why: String, origin: &Origin) {
        let moment = (self.at.0, self.at.1, 0);
        self.summary.refused.add((target, why), 1, moment, origin);
    }

    /// Counts a payload that was rewritten.
    fn count(
        &mut self,
        target: Target,
        routed: &RoutedPayload<'_, 'c>,
        rewritten: &Rewritten<'_>,
        origin: &Origin,
    ) {
        let moment = (self.at.0, self.at.1, 0);
        let outcomes = self.summary.targets.entry(target).or_default();
        outcomes.add(&rewritten.edits, self.at, origin);
        match rewritten.left.is_empty() {
            true => outcomes.valid += 1,
            false => outcomes.incomplete += 1,
        }
        if !rewritten.left.is_empty() {
            let payload = rewritten.tree.to_serde();
            let left = rewritten.left.iter().map(|(pointer, kind)| {
                // The messages for other deviations do not contain the value.
                let is_named = matches!(kind, DeviationKind::Enum { .. });
                let value = payload.pointer(pointer.as_str()).filter(|_| is_named);
                let subject =
                    value.map(|value| super::edit::shown_value(pointer, &value.to_string()));
                (pointer.folded(), kind.clone(), subject.unwrap_or_default())
            });
            for (key, times) in counted(left.collect()) {
                outcomes.left.add(key, times, moment, origin);
            }
        }
        if routed.verdict == PayloadVerdict::Deviates {
            let graph = &routed.contract.graph;
            let root = routed.document().root();
            let broke = first_deviation(graph, routed.schema, routed.side, root);
            if let Some((pointer, kind)) = broke {
                outcomes
                    .broke
                    .add((pointer.folded(), kind), 1, moment, origin);
            }
        }
    }
}

impl<'c, D: Destination> ParallelWatcher<'c> for Upgrader<'c, D> {
    fn fork(&self) -> Self {
        Self::new(self.migration, self.destination.fork())
    }

    fn join(&mut self, fork: Self) {
        let (summary, _) = fork.finish();
        self.summary += summary;
    }
}

impl<'c, D: Destination> Watcher<'c> for Upgrader<'c, D> {
    fn exchange(&mut self, _: &Exchange<'_>) {}

    fn request(&mut self, _: &RoutedRequest<'_, 'c>) {}

    fn part(&mut self, number: u64) {
        self.at = (number, 0);
        self.destination.part(number);
    }

    fn part_ended(&mut self) {
        self.destination.part_ended();
    }

    fn payload(&mut self, routed: &RoutedPayload<'_, 'c>) {
        self.next();
        if self.streamed(routed) {
            return;
        }
        let document = routed.document();
        let origin = routed.body.place(document.root().span().start);
        let target = Target::of(routed);
        let body = routed.body;
        let fate = match self.fate(routed, document) {
            Fate::Rewritten(_, Some(_)) if self.cannot_write(body) => Fate::Left(
                "it is part of a form, of XML or of a stream, which is not rewritten in its file".to_owned(),
            ),
            fate => fate,
        };
        match fate {
            Fate::Current => {
                self.summary.targets.entry(target).or_default().current += 1;
                self.destination.take(Done {
                    body,
                    text: None,
                    is_valid: true,
                });
            }
            Fate::Left(why) => {
                self.refuse(Some(target), why, &origin);
                self.destination.take(Done {
                    body,
                    text: None,
                    is_valid: false,
                });
            }
            Fate::Rewritten(rewritten, text) => {
                self.count(target, routed, &rewritten, &origin);
                // White space around a payload stays.
                let text = text.map(|text| {
                    let span = document.root().span();
                    let whole = document.text();
                    format!("{}{text}{}", &whole[..span.start], &whole[span.end..])
                });
                self.destination.take(Done {
                    body,
                    text: text.as_deref(),
                    is_valid: rewritten.left.is_empty(),
                });
            }
        }
    }

    fn unjudged(
        &mut self,
        body: &Body<'_>,
        target: Option<&TargetKey>,
        verdict: PayloadVerdict,
        why: Option<&str>,
    ) {
        self.next();
        let why = match why {
            None => format!("it {}", verdict.words()),
            Some(why) => format!("it {}: {why}", verdict.words()),
        };
        let target = target.map(|target| Target {
            operation: target.operation.to_string(),
            side: target.side,
            status: target.status,
        });
        self.refuse(target, why, &body.origin);
        self.destination.take(Done {
            body,
            text: None,
            is_valid: false,
        });
    }

    fn unread(&mut self, body: &Body<'_>) {
        self.next();
        self.destination.take(Done {
            body,
            text: None,
            is_valid: false,
        });
    }
}

impl Done<'_> {
    /// The payload as it is now.
    #[must_use]
    pub fn bytes(&self) -> Cow<'_, [u8]> {
        match self.text {
            Some(text) => Cow::Borrowed(text.as_bytes()),
            None => Cow::Borrowed(self.body.as_read()),
        }
    }
}
