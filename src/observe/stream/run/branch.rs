//! The walk over values whose schemas depend on branches and conditions.

use std::num::NonZeroU32;
use std::sync::Arc;

use crate::json::{TapeDocument, Kind};
use crate::schema::{Memo, NodeId};

use crate::observe::stream::program::slot::Choice;
use crate::observe::stream::program::decisions::{Answers, Applied, Question, Turn};
use crate::observe::stream::count::fault::Fault;
use crate::observe::stream::lex::scan;
use crate::observe::stream::program::table::Program;
use crate::observe::stream::program::mode::{ASK, COUNT, TAKE_BACK, delta};
use super::scratch::Deferred;
use super::walk::{Halt, Walked, Walk, offset};

impl Walk<'_, '_, '_> {
    /// Walks a value whose schemas depend on branches and conditions.
    #[inline(never)]
    pub(crate) fn choose<const MODE: u8>(
        &mut self,
        slot: u32,
        at: usize,
        depth: u32,
        class: usize,
    ) -> Walked {
        let kind = Kind::ALL[class % Kind::ALL.len()];
        let known = self.program.slots[slot as usize].choices[kind as usize];
        let choice = match known {
            Some(choice) => choice,
            None => {
                let choice = self.program.choice(slot, kind);
                if self.program.narrow(slot, kind, choice) {
                    return self.spaced::<MODE>(slot, at, depth);
                }
                choice
            }
        };
        match choice {
            Choice::Tape => self.tape::<MODE>(slot, at, depth),
            Choice::One {
                slot: below,
                label,
                counts,
            } => {
                let mark = (
                    self.deviating,
                    self.scratch.findings.len(),
                    self.scratch.deferred.len(),
                );
                self.assuming += 1;
                let end = self.value::<MODE>(below, at, depth)?;
                self.assuming -= 1;
                if self.deviating == mark.0 {
                    if counts {
                        self.accept::<MODE>(below);
                    }
                } else if label != 0 {
                    for finding in &mut self.scratch.findings[mark.1..] {
                        if finding.variant == 0 {
                            finding.variant = label;
                        }
                    }
                    for deferred in &mut self.scratch.deferred[mark.2..] {
                        if deferred.variant == 0 {
                            deferred.variant = label;
                        }
                    }
                }
                Ok(end)
            }
            Choice::Ask(decisions) => self.decide::<MODE>(slot, decisions, at, depth),
        }
    }

    /// Walks a value after asking schemas whether they accept it.
    fn decide<const MODE: u8>(&mut self, slot: u32, decisions: u32, at: usize, depth: u32) -> Walked {
        let mut evidence = self.scratch.evidence.pop().unwrap_or_default();
        let outcome = self.outcome::<MODE>(decisions, at, depth, &mut evidence);
        self.scratch.evidence.push(evidence);
        let (applied, asked) = match outcome? {
            Outcome::Applied(applied, asked) => (applied, asked),
            Outcome::NoBranch if MODE == ASK => return Err(self.reject()),
            Outcome::NoBranch | Outcome::Tape => return self.tape::<MODE>(slot, at, depth),
        };
        if MODE == ASK {
            return match asked {
                _ if applied.excluded.is_some() => Err(self.reject()),
                Some(end) if applied.is_settled => Ok(end),
                _ => self.spaced::<MODE>(applied.slot, at, depth),
            };
        }
        let place = (slot, offset(at));
        if applied.is_assumed && self.scratch.failed.contains(&place) {
            return self.tape::<MODE>(slot, at, depth);
        }
        let mark = Mark::of(self);
        let is_assumed = usize::from(applied.is_assumed);
        self.assuming += is_assumed;
        self.presuming += is_assumed;
        let end = self.spaced::<MODE>(applied.slot, at, depth)?;
        let has_failed = applied.is_assumed && self.deviating != mark.deviating;
        if has_failed && self.presuming == 1 {
            // No branch accepts. The walk on the tape finds the closest one.
            let is_taking_back = std::mem::replace(&mut self.is_taking_back, true);
            self.spaced::<TAKE_BACK>(applied.slot, at, depth)?;
            self.is_taking_back = is_taking_back;
            mark.restore(self);
            self.scratch.failed.insert(place);
            return self.tape::<MODE>(slot, at, depth);
        }
        self.assuming -= is_assumed;
        self.presuming -= is_assumed;
        if has_failed {
            // The enclosing assumption fails, too, and takes everything back at once.
            return Ok(end);
        }
        for node in applied.excluded.iter().flat_map(|excluded| &**excluded) {
            self.find(applied.slot, *node, Fault::Excluded, (at, end), (0, 0));
        }
        self.accept::<MODE>(applied.slot);
        Ok(end)
    }

    /// Follows the way of a value through its decisions.
    fn outcome<const MODE: u8>(
        &mut self,
        decisions: u32,
        at: usize,
        depth: u32,
        evidence: &mut Vec<u8>,
    ) -> Result<Outcome, Halt> {
        evidence.clear();
        if let Some(looks) = &self.program.decisions[decisions as usize].looks {
            looks.look(self.text, at, &mut self.scratch.skipper, evidence);
        }
        let mut turn = self.program.first_turn(decisions, evidence);
        let mut answers = Answers::default();
        let mut end = None;
        loop {
            let answer = match &self.program.decisions[decisions as usize].turns[turn as usize] {
                Turn::Apply(applied) => return Ok(Outcome::Applied(applied.clone(), end)),
                Turn::NoBranch => return Ok(Outcome::NoBranch),
                Turn::Tape => return Ok(Outcome::Tape),
                &Turn::Ask(Question::Accepts(node), _) => {
                    let accepted = self.accepts(node, at, depth)?;
                    end = accepted.or(end);
                    accepted.is_some()
                }
                Turn::Ask(Question::Has(name), _) => {
                    let name = Arc::clone(name);
                    self.has(at, depth, |key| key == name.as_bytes())?
                }
                // A test for acceptance does not need to know what a value looks like.
                Turn::Ask(Question::LooksLike(_), _) if MODE == ASK => false,
                Turn::Ask(Question::LooksLike(names), _) => {
                    let names = Arc::clone(names);
                    let is_one =
                        |key: &[u8]| std::str::from_utf8(key).is_ok_and(|key| names.contains(key));
                    self.has(at, depth, is_one)?
                }
            };
            answers.push(answer);
            turn = self
                .program
                .next_turn(decisions, turn, answer, evidence, answers);
        }
    }

    /// Counts the branches that accepted a value.
    fn accept<const MODE: u8>(&mut self, slot: u32) {
        if MODE == ASK {
            return;
        }
        let found = &mut self.program.slots[slot as usize];
        found.accepted = found.accepted.wrapping_add(delta::<MODE>());
        if found.parent == Program::ROOT {
            self.scratch.root_variants.extend(&found.variants);
        }
    }

    /// Whether the object at `at` has a member whose name is wanted.
    fn has(
        &mut self,
        at: usize,
        depth: u32,
        is_wanted: impl Fn(&[u8]) -> bool,
    ) -> Result<bool, Halt> {
        let text = self.text;
        let mut at = scan::space(text, at + 1);
        while text.get(at) == Some(&b'"') {
            let key = scan::string(text, at + 1)?;
            let is_it = match key.is_escaped {
                false => is_wanted(&text[at + 1..key.end - 1]),
                true => is_wanted(scan::unescape(&text[at..key.end]).as_bytes()),
            };
            if is_it {
                return Ok(true);
            }
            at = scan::space(text, key.end);
            if text.get(at) != Some(&b':') {
                return Err(Halt);
            }
            at = scan::space(text, self.skip(at + 1, depth + 1)?);
            match text.get(at) {
                Some(b',') => at = scan::space(text, at + 1),
                _ => break,
            }
        }
        match text.get(at) {
            Some(b'}') => Ok(false),
            _ => Err(Halt),
        }
    }

    /// The offset after the value at `at`, if a schema accepts it.
    pub(crate) fn accepts(
        &mut self,
        node: NodeId,
        at: usize,
        depth: u32,
    ) -> Result<Option<usize>, Halt> {
        let key = (node, offset(at));
        if let Some(known) = self.scratch.answers.get(&key) {
            return Ok(known.map(|end| end.get() as usize));
        }
        let slot = self.program.asked(node);
        let scratch = &self.scratch;
        let kept = (scratch.hashes.len(), scratch.data_keys.len());
        let (deviating, assuming, presuming) = (self.deviating, self.assuming, self.presuming);
        let answer = self.spaced::<ASK>(slot, at, depth);
        let answer = match answer {
            Ok(end) => Some(end),
            Err(Halt) if self.is_rejected => None,
            Err(Halt) => return Err(Halt),
        };
        self.is_rejected = false;
        self.scratch.hashes.truncate(kept.0);
        self.scratch.data_keys.truncate(kept.1);
        (self.deviating, self.assuming, self.presuming) = (deviating, assuming, presuming);
        let end = answer.and_then(|end| NonZeroU32::new(offset(end)));
        self.scratch.answers.insert(key, end);
        Ok(answer)
    }

    /// Handles a value that is not streamed.
    fn tape<const MODE: u8>(&mut self, slot: u32, at: usize, depth: u32) -> Walked {
        let end = self.skip(at, depth)?;
        if MODE == ASK || self.assuming > 0 {
            let text = &self.text[at..end];
            let document = TapeDocument::parse(text).map_err(|_| Halt)?;
            let graph = self.program.graph;
            let memo = Memo::on(self.program.side);
            let mut given = self.program.plan(slot).given.iter();
            let root = document.root();
            if !given.all(|id| graph.accepts_with(*id, root, &memo)) {
                if MODE == ASK {
                    return Err(self.reject());
                }
                self.deviating += 1;
            }
        }
        if MODE == COUNT {
            self.scratch.deferred.push(Deferred {
                slot,
                start: offset(at),
                variant: 0,
            });
        }
        Ok(end)
    }
}

/// Where decisions end.
enum Outcome {
    /// These schemas apply, and where the value ends, if a schema was asked that accepts it.
    Applied(Applied, Option<usize>),
    /// No branch of a union accepts, or several of a `oneOf`.
    NoBranch,
    /// Some schema that applies is not streamed.
    Tape,
}

/// How much had been found when something was assumed.
struct Mark {
    deviating: usize,
    assuming: usize,
    presuming: usize,
    findings: usize,
    deferred: usize,
    root_variants: usize,
    spelled_anew: usize,
}

impl Mark {
    fn of(walk: &Walk<'_, '_, '_>) -> Self {
        let scratch = &walk.scratch;
        Self {
            deviating: walk.deviating,
            assuming: walk.assuming,
            presuming: walk.presuming,
            findings: scratch.findings.len(),
            deferred: scratch.deferred.len(),
            root_variants: scratch.root_variants.len(),
            spelled_anew: scratch.spelled_anew.len(),
        }
    }

    /// Discards what was found since then.
    fn restore(self, walk: &mut Walk<'_, '_, '_>) {
        walk.deviating = self.deviating;
        walk.assuming = self.assuming;
        walk.presuming = self.presuming;
        let scratch = &mut walk.scratch;
        scratch.findings.truncate(self.findings);
        scratch.deferred.truncate(self.deferred);
        scratch.root_variants.truncate(self.root_variants);
        scratch.spelled_anew.truncate(self.spelled_anew);
    }
}
