//! What one change asks of the values at one place.

use std::sync::Arc;


use crate::diff::{Difference, Fact, Move};
use crate::json::{TapeDocument, skim};
use crate::location::Step;

use crate::migrate::impact::affected::{Affected, concerns, of_fact};
use crate::migrate::impact::meet::{Memos, is_secret_change, sender_of};
use crate::migrate::impact::touch::{about_member, is_about_members, moves_of, scalar};
use crate::migrate::impact::usage::Met;
use super::{Asking, Node, Questions};

/// Distinct scalars of one place whose answers are cached.
const ANSWERS: usize = 1_024;

/// Longest of them, in bytes.
const LONGEST: usize = 64;

/// What a change asks about a value.
#[derive(Debug)]
pub(super) struct Question {
    change: usize,
    /// The member that it is about, if the value is the object around it.
    name: Option<Arc<str>>,
    pair: usize,
    look: Look,
    /// Whether the value, or that of the member, is one of the values of the change.
    has_values: bool,
    /// How values that are not objects meet the change, if it is about members.
    otherwise: Met,
    /// The parts that moved: in places that show the change, and in places that contradict it.
    parts: Vec<Part>,
    others: Vec<Part>,
    /// Answers by the text of scalars: how they meet the change, and their position among its values.
    answers: foldhash::HashMap<Box<[u8]>, (Met, Option<usize>)>,
}

/// How a question is answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Look {
    /// Every value meets the change this way.
    All(Met),
    /// The first if the member at this position is present, the second if it is absent.
    Has(u32, Met, Met),
    /// By the text of the value.
    Text,
    /// By whether one of the moved parts is present.
    Moved,
    /// The value is parsed.
    Parse,
}

/// A part of an object: the position of the member, and the path from there.
type Part = (u32, Vec<Step>);

impl Questions {
    /// The question of a change about the values of a pair. `name` is the member that it is about, if the
    /// value is the object around it.
    pub(super) fn question(
        &self,
        node: &mut Node,
        change: &Difference,
        (index, name): (usize, Option<&Arc<str>>),
        (pair, moves): (usize, &[Move]),
    ) -> Question {
        let (mut parts, mut others) = (Vec::new(), Vec::new());
        let mut is_known = true;
        if change.fact == Fact::PropertiesMoved {
            for moved in moves_of(change, moves) {
                let (own, other) = match self.is_old {
                    true => (&moved.from, None),
                    false => (&moved.to, Some(&moved.from)),
                };
                let ways = [(Some(own), &mut parts), (other, &mut others)];
                for (way, parts) in ways
                    .into_iter()
                    .filter_map(|(way, parts)| Some((way?, parts)))
                {
                    match way.split_first() {
                        Some((Step::Key(name), way)) => {
                            parts.push((node.member(name), way.to_vec()));
                        }
                        _ => is_known = false,
                    }
                }
            }
        }
        let look = match change.fact {
            Fact::PropertiesMoved if is_known => Look::Moved,
            _ => self.look(node, change, name),
        };
        let is_of_value = !is_about_members(change.fact);
        let is_of_member = name.is_some() || about_member(change.fact);
        let is_of_old = matches!(look, Look::Has(_, Met::Contradicted, _));
        Question {
            change: index,
            name: name.cloned(),
            pair,
            look,
            has_values: match self.is_old {
                true => is_of_value || is_of_member,
                false => {
                    !matches!(look, Look::All(_))
                        && !is_of_old
                        && change.fact != Fact::PropertyRequired
                }
            },
            otherwise: if self.is_old { Met::Aside } else { Met::Reached },
            parts,
            others,
            answers: foldhash::HashMap::default(),
        }
    }

    /// How the question of a change is answered, for a payload that conforms to its contract.
    fn look(&self, node: &mut Node, change: &Difference, name: Option<&Arc<str>>) -> Look {
        let about = name.cloned().or_else(|| {
            let is_of_member = about_member(change.fact);
            is_of_member.then(|| Arc::from(change.subject.as_str()))
        });
        let member = about.map(|name| node.member(&name));
        if !self.is_old {
            return match (change.fact, member) {
                (Fact::PropertyRemoved, Some(member)) => {
                    Look::Has(member, Met::Contradicted, Met::Shown)
                }
                (Fact::PropertyAdded, Some(member)) if change.is_minor => {
                    Look::Has(member, Met::Shown, Met::Reached)
                }
                (Fact::PropertyAdded | Fact::PropertyRequired, Some(member)) => {
                    Look::Has(member, Met::Shown, Met::Contradicted)
                }
                (
                    Fact::EnumValueAdded
                    | Fact::EnumValueRemoved
                    | Fact::NullAdded
                    | Fact::NullRemoved,
                    _,
                ) => Look::Text,
                (Fact::DefaultChanged | Fact::DeprecationAdded | Fact::DeprecationRemoved, _) => {
                    Look::All(Met::Reached)
                }
                _ => Look::Parse,
            };
        }
        let sender = sender_of(change, self.side);
        let of = |met: Met| match concerns(change, sender) {
            true => met,
            false => met.aside(),
        };
        let has = |member, found, missing| Look::Has(member, of(found), of(missing));
        match (of_fact(change.fact, sender, change.is_minor), member) {
            (Affected::With | Affected::Reread, Some(member)) => has(member, Met::Shown, Met::Reached),
            (Affected::Without, Some(member)) => has(member, Met::Reached, Met::Shown),
            (Affected::NotShown, Some(member)) if change.fact == Fact::PropertyAdded => {
                has(member, Met::Early, Met::Held)
            }
            (Affected::NotShown, Some(member)) => has(member, Met::Held, Met::Held),
            (Affected::Every | Affected::With | Affected::Reread, None) => Look::All(of(Met::Shown)),
            (
                Affected::Listed
                | Affected::Unlisted
                | Affected::Null
                | Affected::Type
                | Affected::Keyword,
                None,
            ) => Look::Text,
            (Affected::NotShown, None) => match change.fact {
                Fact::EnumValueAdded | Fact::NullAdded => Look::Text,
                // A message that conforms to the old contract does nothing early.
                _ => Look::All(of(Met::Held)),
            },
            _ => Look::Parse,
        }
    }
}

impl Question {
    /// Asks about a value in a text; `of` holds the spans of its members.
    pub(super) fn ask(
        &mut self,
        text: &str,
        span: (usize, usize),
        is_secret: bool,
        of: &dyn Fn(u32) -> Option<(usize, usize)>,
        asking: &mut Asking<'_, '_, '_>,
    ) {
        let is_object = text.as_bytes().get(span.0) == Some(&b'{');
        let (how, part) = match self.look {
            // Nothing is asked about other values.
            Look::Has(..) if !is_object => (self.otherwise, None),
            Look::Has(member, found, missing) => match of(member) {
                Some(span) => (found, Some(span)),
                None => (missing, None),
            },
            Look::All(met) => (met, Some(span)),
            Look::Moved if !is_object => (self.otherwise, None),
            Look::Moved => {
                let has = |parts: &[Part]| {
                    let mut parts = parts.iter();
                    parts.any(|(member, way)| {
                        of(*member).is_some_and(|(start, _)| has_part(text.as_bytes(), start, way))
                    })
                };
                let how = match (has(&self.parts), has(&self.others)) {
                    (true, _) => Met::Shown,
                    (false, true) => Met::Contradicted,
                    (false, false) => Met::Reached,
                };
                (how, None)
            }
            Look::Text | Look::Parse => {
                let is_container = matches!(text.as_bytes().get(span.0), Some(b'{' | b'['));
                if is_container || matches!(self.look, Look::Parse) {
                    return asking.ask_value(self, &text[span.0..span.1], is_secret);
                }
                return self.scalar(text, span, is_secret, asking);
            }
        };
        asking.meeting.mets.meet(self.change, how);
        if let Some((start, end)) = part.filter(|_| self.has_values)
            && !matches!(text.as_bytes().get(start), Some(b'{' | b'['))
        {
            let place = self.place(&text[start..end], how, is_secret, asking);
            asking.meeting.usage[self.change]
                .values
                .count(place, asking.meeting.time);
        }
        let size = (span.1 - span.0, is_secret);
        if asking.meeting.wants_sample(self.change, how, size) {
            asking.sampled(self, &text[span.0..span.1], how);
        }
    }

    /// Asks about a scalar.
    fn scalar(
        &mut self,
        text: &str,
        span: (usize, usize),
        is_secret: bool,
        asking: &mut Asking<'_, '_, '_>,
    ) {
        let own = &text[span.0..span.1];
        let Some((how, place)) = self.answers.get(own.as_bytes()).copied() else {
            return asking.ask_value(self, own, is_secret);
        };
        asking.meeting.mets.meet(self.change, how);
        asking.meeting.usage[self.change]
            .values
            .count(place, asking.meeting.time);
        if asking
            .meeting
            .wants_sample(self.change, how, (own.len(), is_secret))
        {
            asking.sampled(self, own, how);
        }
    }

    /// The position of a scalar among the values of the change.
    fn place(
        &mut self,
        own: &str,
        how: Met,
        is_secret: bool,
        asking: &mut Asking<'_, '_, '_>,
    ) -> Option<usize> {
        if let Some((_, known)) = self.answers.get(own.as_bytes()) {
            return *known;
        }
        let values = &asking.meeting.usage[self.change].values;
        if !is_secret
            && let Some(word) = plain_word(own)
            && !is_secret_change(&asking.meeting.changes[self.change])
            && !values.has_room_for(word)
            && !values.has_room_for(own)
        {
            return None;
        }
        let document = TapeDocument::parse(own.as_bytes()).ok()?;
        let word = scalar(document.root())?;
        let place = asking.meeting.place(self.change, &word, is_secret);
        self.keep(own, how, place);
        place
    }

    fn keep(&mut self, own: &str, how: Met, place: Option<usize>) {
        if own.len() <= LONGEST && self.answers.len() < ANSWERS {
            self.answers.insert(own.as_bytes().into(), (how, place));
        }
    }
}

impl Asking<'_, '_, '_> {
    /// Asks a change about one value, which is parsed for this.
    fn ask_value(&mut self, question: &mut Question, text: &str, is_secret: bool) {
        let Ok(document) = TapeDocument::parse(text.as_bytes()) else {
            return;
        };
        let memos = Memos::on(self.meeting.side);
        let index = question.change;
        let name = question.name.as_deref();
        let root = document.root();
        let (how, part) = self.meeting.look(index, name, question.pair, root, &memos);
        self.meeting.mets.meet(index, how);
        if let Some(word) = part.and_then(scalar) {
            let place = self.meeting.place(index, &word, is_secret);
            self.meeting.usage[index]
                .values
                .count(place, self.meeting.time);
            if matches!(question.look, Look::Text) {
                question.keep(text, how, place);
            }
        }
        self.meeting
            .sample(index, how, question.pair, (root, is_secret));
    }

    fn sampled(&mut self, question: &Question, text: &str, how: Met) {
        if let Ok(document) = TapeDocument::parse(text.as_bytes()) {
            let value = (document.root(), false);
            self.meeting
                .sample(question.change, how, question.pair, value);
        }
    }
}

/// A scalar as it is shown, if that is trivial: it has no escapes and no other spelling, and is too short and
/// too plain to be masked. A string may also be shown with its quotes.
fn plain_word(own: &str) -> Option<&str> {
    const LONGEST: usize = 12;
    let inner = own.strip_prefix('"').and_then(|own| own.strip_suffix('"'));
    let is_plain =
        |text: &str, is_usual: fn(u8) -> bool| text.len() <= LONGEST && text.bytes().all(is_usual);
    match inner {
        Some(inner) => is_plain(inner, |byte| {
            byte.is_ascii_alphanumeric() || b" _-.".contains(&byte)
        })
        .then_some(inner),
        None => is_plain(own, |byte| byte.is_ascii_digit()).then_some(own),
    }
}

/// Whether a path leads to some part of the value at `at`.
fn has_part(text: &[u8], at: usize, way: &[Step]) -> bool {
    let Some((step, way)) = way.split_first() else {
        return true;
    };
    if let Step::Key(name) = step {
        return skim::member(text, at, name).is_some_and(|member| has_part(text, member, way));
    }
    let is_object = match text.get(at) {
        Some(b'{') => true,
        Some(b'[') => false,
        _ => return false,
    };
    let mut at = skim::space(text, at + 1);
    while !matches!(text.get(at), None | Some(b'}' | b']')) {
        if is_object {
            at = skim::space(text, skim::space(text, skim::string(text, at).0) + 1);
        }
        if has_part(text, at, way) {
            return true;
        }
        let end = skim::space(text, skim::value(text, at));
        at = skim::space(text, end + 1);
    }
    false
}
