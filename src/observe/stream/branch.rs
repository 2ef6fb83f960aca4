//! The walk over values of which branches and conditions say which schemas apply.

use crate::json::{Document, Kind};
use crate::schema::{Memo, NodeId};

use super::choice::{Choice, Tags, closed_enums};
use super::fault::Fault;
use super::plan::{Reach, candidates, reach_of};
use super::scan;
use super::slot::Program;
use super::walk::{ASK, COUNT, Deferred, Halt, Step, TAKE_BACK, Walk, offset};

impl Walk<'_, '_, '_> {
    /// A value of which branches and conditions say which schemas apply.
    #[inline(never)]
    pub(super) fn choose<const MODE: u8>(
        &mut self,
        slot: u32,
        at: usize,
        depth: u32,
        kind: Kind,
    ) -> Step {
        let known = self.program.slots[slot as usize].choices[kind as usize];
        let choice = match known {
            Some(choice) => choice,
            None => {
                let choice = Choice::new(self.program, slot, kind);
                self.program.slots[slot as usize].choices[kind as usize] = Some(choice);
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
                        self.accept::<MODE>(below, end);
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
            Choice::Ask => {
                let asked = match self.ask(slot, at, depth, kind)? {
                    Answer::Apply(asked) => asked,
                    Answer::NoBranch if MODE == ASK => return Err(self.reject()),
                    Answer::NoBranch | Answer::Tape => {
                        return self.tape::<MODE>(slot, at, depth);
                    }
                };
                if MODE == ASK && !asked.excluded.is_empty() {
                    return Err(self.reject());
                }
                let below = self
                    .program
                    .chosen(slot, &asked.nodes, &asked.variants, &asked.closed);
                let Some(below) = below else {
                    return self.tape::<MODE>(slot, at, depth);
                };
                let end = self.value::<MODE>(below, at, depth)?;
                if MODE != ASK {
                    for node in asked.excluded {
                        self.find(below, node, Fault::Excluded, (at, end), (0, 0));
                    }
                    self.accept::<MODE>(below, end);
                }
                Ok(end)
            }
        }
    }

    /// Counts the branches that accepted a value.
    fn accept<const MODE: u8>(&mut self, slot: u32, end: usize) {
        if MODE == ASK || (MODE == TAKE_BACK && end > self.limit) {
            return;
        }
        if MODE == COUNT {
            self.reached = self.reached.max(end);
        }
        let found = &mut self.program.slots[slot as usize];
        found.accepted = found.accepted.wrapping_add(Self::delta::<MODE>());
        if found.parent == Program::ROOT {
            self.scratch.root_variants.extend(&found.variants);
        }
    }

    /// Asks branches and conditions.
    fn ask(&mut self, slot: u32, at: usize, depth: u32, kind: Kind) -> Result<Answer, Halt> {
        let graph = self.program.graph;
        let mut asked = Asked {
            nodes: self.program.plan(slot).given.to_vec(),
            ..Asked::default()
        };
        let mut next = 0;
        while let Some(&id) = asked.nodes.get(next) {
            next += 1;
            let node = graph.node(id);
            if reach_of(node) == Reach::Tape {
                return Ok(Answer::Tape);
            }
            asked.extend(node.reference.iter().chain(&node.all_of));
            if let Some(conditional) = node.conditional {
                if self.accepts(conditional.condition, at, depth)? {
                    asked.extend([conditional.condition].iter().chain(&conditional.then));
                } else {
                    asked.extend(&conditional.otherwise);
                }
            }
            if let Some(not) = node.not
                && self.accepts(not, at, depth)?
            {
                asked.excluded.push(id);
            }
            for (branches, exactly_one) in [(&node.any_of, false), (&node.one_of, true)] {
                if branches.is_empty() {
                    continue;
                }
                let mut accepted = Vec::new();
                for branch in self.possible(branches, at, kind) {
                    if self.accepts(branch, at, depth)? {
                        accepted.push(branch);
                    }
                }
                if accepted.is_empty() || (exactly_one && accepted.len() > 1) {
                    return Ok(Answer::NoBranch);
                }
                if branches.len() > 1 {
                    asked.variants.extend(&accepted);
                    if kind == Kind::String {
                        asked.closed.extend(closed_enums(graph, branches));
                    }
                }
                asked.extend(&accepted);
            }
        }
        Ok(Answer::Apply(asked))
    }

    /// The branches that may accept, by kind and tag.
    fn possible(&mut self, branches: &[NodeId], at: usize, kind: Kind) -> Vec<NodeId> {
        let possible = candidates(self.program.graph, branches, kind);
        if kind != Kind::Object || possible.len() < 2 {
            return possible;
        }
        let Some(tags) = Tags::of(self.program.graph, &possible) else {
            return possible;
        };
        match self.tag(at, tags.property.as_bytes()) {
            Some(tag) => tags.branches.get(&*tag).cloned().unwrap_or_default(),
            None => possible,
        }
    }

    /// The text of a member of the object at `at`, where both are written without escapes.
    fn tag(&mut self, at: usize, property: &[u8]) -> Option<String> {
        let text = self.text;
        let mut at = scan::space(text, at + 1);
        while text.get(at) == Some(&b'"') {
            let key = scan::string(text, at + 1).ok()?;
            if key.is_escaped {
                return None;
            }
            let is_tag = text[at + 1..key.end - 1] == *property;
            at = scan::space(text, key.end);
            if text.get(at) != Some(&b':') {
                return None;
            }
            at = scan::space(text, at + 1);
            if is_tag {
                let value = scan::string(text, at + 1).ok();
                let value = value.filter(|value| text[at] == b'"' && !value.is_escaped)?;
                let plain = std::str::from_utf8(&text[at + 1..value.end - 1]).ok()?;
                return Some(plain.to_owned());
            }
            at = self.scratch.skipper.value(text, at, 0).ok()?;
            at = scan::space(text, at);
            if text.get(at) != Some(&b',') {
                return None;
            }
            at = scan::space(text, at + 1);
        }
        None
    }

    /// Whether a schema accepts the value at `at`.
    fn accepts(&mut self, node: NodeId, at: usize, depth: u32) -> Result<bool, Halt> {
        let key = (node, offset(at));
        if let Some(known) = self.scratch.answers.get(&key) {
            return Ok(*known);
        }
        let slot = self.program.asked(node);
        let scratch = &self.scratch;
        let kept = (scratch.hashes.len(), scratch.data_keys.len());
        let (deviating, assuming) = (self.deviating, self.assuming);
        let answer = self.value::<ASK>(slot, at, depth);
        let answer = match answer {
            Ok(_) => true,
            Err(Halt) if self.is_rejected => false,
            Err(Halt) => return Err(Halt),
        };
        self.is_rejected = false;
        self.scratch.hashes.truncate(kept.0);
        self.scratch.data_keys.truncate(kept.1);
        (self.deviating, self.assuming) = (deviating, assuming);
        self.scratch.answers.insert(key, answer);
        Ok(answer)
    }

    /// A value that is not streamed.
    fn tape<const MODE: u8>(&mut self, slot: u32, at: usize, depth: u32) -> Step {
        let end = self.skip(at, depth)?;
        if MODE == ASK || self.assuming > 0 {
            let text = &self.text[at..end];
            let document = Document::parse(text).map_err(|_| Halt)?;
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

/// What came of asking branches and conditions.
enum Answer {
    /// These schemas apply.
    Apply(Asked),
    /// No branch of a union accepts, or several of a `oneOf`.
    NoBranch,
    /// Some schema that applies is not streamed.
    Tape,
}

/// What branches and conditions said of a value.
#[derive(Default)]
struct Asked {
    nodes: Vec<NodeId>,
    variants: Vec<NodeId>,
    closed: Vec<Vec<NodeId>>,
    /// The schemas whose `not` accepts.
    excluded: Vec<NodeId>,
}

impl Asked {
    fn extend<'n>(&mut self, nodes: impl IntoIterator<Item = &'n NodeId>) {
        for id in nodes {
            if !self.nodes.contains(id) {
                self.nodes.push(*id);
            }
        }
    }
}
