//! The walk over the elements of an array.

use crate::json::Kind;

use crate::observe::stream::count::fault::Fault;
use crate::observe::stream::program::how::How;
use crate::observe::stream::program::plan::MetValue;
use crate::observe::stream::lex::scan;
use crate::observe::stream::lex::scan::MAX_DEPTH;
use crate::observe::stream::program::UNASKED;
use crate::observe::stream::program::mode::{ASK, delta};
use super::walk::{Halt, Walked, Walk};

impl Walk<'_, '_, '_> {
    #[inline(never)]
    pub(crate) fn array<const MODE: u8>(&mut self, slot: u32, start: usize, depth: u32) -> Walked {
        if depth >= MAX_DEPTH {
            return Err(Halt);
        }
        if !self.program.plan(slot).containing.is_empty() {
            self.contained::<MODE>(slot, start, depth)?;
        }
        let mut at = scan::space(self.text, start + 1);
        let mut count = 0;
        if self.text.get(at) == Some(&b']') {
            at += 1;
        } else {
            let prefix = self.program.plan(slot).prefix;
            if self.program.slots[slot as usize].element == crate::observe::stream::program::NONE {
                self.may_learn::<MODE>(start)?;
            }
            let mut below = self.program.element(slot, 0);
            loop {
                if count > 0 && count <= prefix {
                    below = self.program.element(slot, count);
                }
                at = match below {
                    UNASKED => self.skip(at, depth + 1)?,
                    below if count >= prefix && self.starts_row(below, at) => {
                        let (others, end) = self.row::<MODE>(below, at, depth + 1)?;
                        count += others;
                        end
                    }
                    below => self.value::<MODE>(below, at, depth + 1)?,
                };
                count += 1;
                let mut next = self.text.get(at);
                if !matches!(next, Some(b',' | b']')) {
                    at = scan::space(self.text, at);
                    next = self.text.get(at);
                }
                at += 1;
                match next {
                    Some(b',') => {}
                    Some(b']') => break,
                    _ => return Err(Halt),
                }
            }
        }
        if self.program.slots[slot as usize].asks_arrays {
            let met = MetValue::Container(Kind::Array, &self.text[start..at], count as u64);
            self.assess::<MODE>(slot, &met, start, at)?;
        }
        Ok(at)
    }

    /// Whether there is an object at `at` to which fixed schemas apply.
    fn starts_row(&self, slot: u32, at: usize) -> bool {
        self.text.get(at) == Some(&b'{')
            && self.program.slots[slot as usize].how[Kind::Object as usize] == How::Object
    }

    /// Walks objects that follow each other without white space. Returns how many follow the first, and the
    /// offset after the last.
    fn row<const MODE: u8>(
        &mut self,
        slot: u32,
        start: usize,
        depth: u32,
    ) -> Result<(usize, usize), Halt> {
        let mut all = 0;
        let at = self.objects::<MODE>(slot, start, depth, usize::MAX, &mut all)?;
        if MODE != ASK {
            let kinds = &mut self.program.slots[slot as usize].kinds;
            let count = &mut kinds[Kind::Object as usize];
            *count = count.wrapping_add(delta::<MODE>().wrapping_mul(all as u64));
        }
        Ok((all - 1, at))
    }

    /// Whether `contains` finds as many elements as it should.
    #[inline(never)]
    fn contained<const MODE: u8>(
        &mut self,
        slot: u32,
        start: usize,
        depth: u32,
    ) -> Result<(), Halt> {
        let graph = self.program.graph;
        let containing = self.program.plan(slot).containing.to_vec();
        let mut found = vec![0_u64; containing.len()];
        let mut at = scan::space(self.text, start + 1);
        let mut is_open = self.text.get(at) != Some(&b']');
        while is_open {
            for (id, found) in containing.iter().zip(&mut found) {
                if let Some(contains) = graph.node(*id).array.contains {
                    let accepted = self.accepts(contains.node, at, depth + 1)?;
                    *found += u64::from(accepted.is_some());
                }
            }
            at = scan::space(self.text, self.skip(at, depth + 1)?);
            is_open = match self.text.get(at) {
                Some(b',') => true,
                Some(b']') => false,
                _ => return Err(Halt),
            };
            at = scan::space(self.text, at + usize::from(is_open));
        }
        for (id, found) in containing.into_iter().zip(found) {
            let contains = graph.node(id).array.contains;
            if contains.is_none_or(|contains| contains.allows(found)) {
                continue;
            }
            if MODE == ASK {
                return Err(self.reject());
            }
            self.find(slot, id, Fault::Contains, (start, at + 1), (0, 0));
        }
        Ok(())
    }
}
