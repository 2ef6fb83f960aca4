//! How the walk learns the glue of objects, and finds it again.

use crate::json::Kind;
use crate::json::scan::block;
use crate::observe::stream::lex::literal::{self, Literal};
use crate::observe::stream::lex::scan::CLASSES;

use super::glue::Glue;
use super::how::How;
use super::plan::Usual;
use super::NONE;
use super::table::Program;

/// Glue texts that are learnt for one slot.
const MOST: usize = 96;

/// Bytes of the longest glue.
const LONGEST: usize = 64;

impl Program<'_> {
    /// The known glue of a slot at `at`.
    #[inline(always)]
    pub(crate) fn glue_at(&self, slot: u32, text: &[u8], at: usize, opens: bool) -> Option<u32> {
        let learnt = &self.slots[slot as usize].learnt;
        let rest = text.get(at..)?;
        let key = block(rest, usize::from(learnt.lead[usize::from(opens)]))?;
        let mut found = *learnt.table.get(learnt.place(key))?;
        while let Some(glue) = self.glue.get(found as usize) {
            if glue.opens == opens && glue.text.starts(rest) {
                return Some(found);
            }
            found = glue.same;
        }
        None
    }

    /// The glue that is expected after `last` in an object.
    pub(crate) fn expected(&self, last: u32) -> u32 {
        self.glue.get(last as usize).map_or(NONE, |last| last.next)
    }

    /// Records glue that appeared where other glue was expected: after `last`, or at the start of an object.
    #[inline(always)]
    pub(crate) fn follows(&mut self, slot: u32, last: u32, found: u32) {
        let opens = self.glue[found as usize].opens;
        match self.glue.get_mut(last as usize) {
            _ if opens => self.slots[slot as usize].learnt.first = found,
            // The preceding glue is not known.
            None => {}
            // A single occurrence may be chance.
            Some(last) if last.instead == found => last.next = found,
            Some(last) => last.instead = found,
        }
    }

    /// Learns the text from `start` to the value of a member, after the glue `last` or at the start of an
    /// object. Returns the number of the glue, if it is known now.
    pub(crate) fn learn(
        &mut self,
        slot: u32,
        last: u32,
        text: &[u8],
        (start, value): (usize, usize),
        member: u32,
    ) -> Option<u32> {
        let opens = text[start] == b'{';
        let known = &self.slots[slot as usize].members[member as usize];
        let below = known.slot;
        let bit = match known.is_plain() && member < 64 {
            true => 1 << member,
            false => 0,
        };
        let constant = match bit {
            0 => None,
            _ => self.constant(below, &text[value..]),
        };
        let end = value + constant.map_or(0, |(_, length)| length);
        let (constant, end) = match end - start <= literal::AT_ONCE {
            true => (constant, end),
            false => (None, value),
        };
        let glue = &text[start..end];
        let learnt = &mut self.slots[slot as usize].learnt;
        // The spacing of the text may change at any time.
        learnt.lead[usize::from(opens)] = u8::try_from(lead_of(glue)).unwrap_or(u8::MAX);
        let mut same = learnt.table.get(learnt.place(key_of(glue))).copied();
        while let Some(known) = same.and_then(|same| self.glue.get(same as usize)) {
            if known.text.text() == glue {
                return same;
            }
            same = Some(known.same);
        }
        if glue.len() > LONGEST || learnt.count as usize >= MOST {
            return None;
        }
        let mut how = [How::Malformed; CLASSES];
        let mut slots = [NONE; CLASSES];
        if let Some((constant, _)) = constant {
            how = [How::Written; CLASSES];
            slots = [constant; CLASSES];
        } else if bit != 0 {
            for (class, (how, slot)) in how.iter_mut().zip(&mut slots).enumerate() {
                (*slot, *how) = self.led_to(below, class);
            }
        }
        let number = u32::try_from(self.glue.len()).ok()?;
        let next = match self.glue.get_mut(last as usize) {
            Some(last) => std::mem::replace(&mut last.next, number),
            None => NONE,
        };
        self.glue.push(Glue {
            text: Literal::new(glue),
            counts: [0; CLASSES],
            bit,
            how,
            slots,
            next,
            instead: NONE,
            same: NONE,
            member: super::plan::small(member as usize),
            opens,
        });
        self.enter(slot, number);
        if opens {
            self.slots[slot as usize].learnt.first = number;
        }
        Some(number)
    }

    /// The slot and length of the constant at the start of a text, if strings of a slot are usually that
    /// constant.
    fn constant(&self, slot: u32, text: &[u8]) -> Option<(u32, usize)> {
        let (slot, how) = self.led_to(slot, Kind::String as usize);
        match &self.plan(slot).usual {
            Usual::Constant(constant) if how == How::Constant && constant.starts(text) => {
                Some((slot, constant.len()))
            }
            _ => None,
        }
    }

    /// Adds glue to the table of a slot.
    fn enter(&mut self, slot: u32, number: u32) {
        let learnt = &mut self.slots[slot as usize].learnt;
        learnt.count += 1;
        let mut entering = vec![number];
        if learnt.count as usize * 2 > learnt.table.len() {
            let size = (learnt.count as usize * 4).next_power_of_two();
            for &head in &learnt.table {
                let mut found = head;
                while let Some(glue) = self.glue.get(found as usize) {
                    entering.push(found);
                    found = glue.same;
                }
            }
            learnt.table = vec![NONE; size].into();
            learnt.shift = u8::try_from(64 - size.trailing_zeros()).unwrap_or(63);
        }
        for number in entering {
            let glue = &mut self.glue[number as usize];
            let place = learnt.place(key_of(glue.text.text()));
            glue.same = std::mem::replace(&mut learnt.table[place], number);
        }
    }

    /// The slot that a value of some class goes to, and how it is handled there.
    pub(crate) fn led_to(&self, slot: u32, class: usize) -> (u32, How) {
        let found = &self.slots[slot as usize];
        match found.how[class] {
            How::Only => {
                let only = found.only_of(class);
                (only, self.slots[only as usize].how[class])
            }
            how => (slot, how),
        }
    }

    /// Redirects glue after values of some class in `slot` have been redirected.
    pub(crate) fn leads_anew(&mut self, slot: u32, class: usize) {
        let led_to = self.led_to(slot, class);
        let parent = self.slots[slot as usize].parent;
        let Some(above) = self.slots.get(parent as usize) else {
            return;
        };
        for &head in &above.learnt.table {
            let mut found = head;
            while let Some(glue) = self.glue.get_mut(found as usize) {
                if glue.slots[class] == slot && glue.how[class] == How::Choose {
                    (glue.slots[class], glue.how[class]) = led_to;
                }
                found = glue.same;
            }
        }
    }

    /// Moves the counts of glue to the slots of the values.
    pub(crate) fn gather(&mut self) {
        for glue in &mut self.glue {
            let counts = std::mem::take(&mut glue.counts);
            for (class, count) in counts.into_iter().enumerate() {
                let kind = match glue.how[class] {
                    // The byte after a constant does not tell its kind.
                    How::Written => Kind::String as usize,
                    _ if class < Kind::ALL.len() => class,
                    _ => continue,
                };
                if count > 0 {
                    let kinds = &mut self.slots[glue.slots[class] as usize].kinds;
                    kinds[kind] = kinds[kind].wrapping_add(count);
                }
            }
        }
    }
}

/// The bytes before the key of some glue.
fn lead_of(glue: &[u8]) -> usize {
    let quote = glue.iter().position(|byte| *byte == b'"');
    quote.map_or(0, |quote| quote + 1)
}

/// The key in some glue, followed by its quote and perhaps more.
fn key_of(glue: &[u8]) -> [u8; 16] {
    let mut key = [0; 16];
    for (to, from) in key.iter_mut().zip(&glue[lead_of(glue)..]) {
        *to = *from;
    }
    key
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::observe::tests::contract_of;
    use super::*;
    use crate::contract::{Contract, Payload};
    use crate::location::Side;

    fn contract() -> Contract {
        contract_of(&json!({"properties": {
            "kind": {"const": "fixed"},
            "a_key_of_some_length": {"type": "integer"},
            "a_key_of_some_length_and_more": {"type": "integer"},
            "id": {"type": ["integer", "null"]}
        }}))
    }

    fn program(contract: &Contract) -> Program<'_> {
        let payload = contract.operations[0].payload(Side::Response, Some(200));
        let node = payload.and_then(Payload::schema).expect("a schema");
        Program::new(&contract.graph, None, node)
    }

    /// Learns the first member of a text after `last`.
    fn learn(program: &mut Program<'_>, last: u32, text: &str) -> u32 {
        let key = text.split('"').nth(1).unwrap_or_default();
        let member = program.member(Program::ROOT, key).expect("told apart");
        let behind = text.find(':').map_or(0, |colon| colon + 1);
        let value = text.len() - text[behind..].trim_start().len();
        let learnt = program.learn(Program::ROOT, last, text.as_bytes(), (0, value), member);
        learnt.unwrap_or(NONE)
    }

    fn found(program: &Program<'_>, text: &str) -> Option<u32> {
        // Padding: at the end of a payload there may be too little text to compare.
        let text = format!("{text}{}", " ".repeat(40));
        let opens = text.starts_with('{');
        program.glue_at(Program::ROOT, text.as_bytes(), 0, opens)
    }

    #[test]
    fn glue_is_found_as_it_was_written() {
        let contract = contract();
        let mut program = program(&contract);
        let mut last = NONE;
        let written = [
            "{\"id\":1",
            ",\"a_key_of_some_length\":1",
            ",\"a_key_of_some_length_and_more\":1",
            ",\"id\":1",
            "{\"a_key_of_some_length\":1",
        ];
        let learnt = written.map(|text| {
            last = learn(&mut program, last, text);
            last
        });
        for (text, number) in written.iter().zip(learnt) {
            assert_eq!(found(&program, text), Some(number), "{text}");
            assert_eq!(
                learn(&mut program, NONE, text),
                number,
                "learnt once: {text}"
            );
        }
        for other in [
            ",\"i\":1",
            ",\"id2\":1",
            ", \"id\":1",
            ",\"a_key_of_some_lengt\":1",
        ] {
            assert_eq!(found(&program, other), None, "{other}");
        }
        // The glue learnt last determines the spacing.
        let spaced = learn(&mut program, NONE, ", \"id\": 1");
        assert_eq!(found(&program, ", \"id\": 1"), Some(spaced));
        assert_eq!(found(&program, ",\"id\":1"), None);
        assert_eq!(learn(&mut program, NONE, ",\"id\":1"), learnt[3]);
        assert_eq!(found(&program, ",\"id\":1"), Some(learnt[3]));
    }

    #[test]
    fn a_constant_is_part_of_its_glue() {
        let contract = contract();
        let mut program = program(&contract);
        let usual = learn(&mut program, NONE, ",\"kind\":\"fixed\",");
        assert_eq!(
            program.glue[usual as usize].text.text(),
            b",\"kind\":\"fixed\""
        );
        assert_eq!(found(&program, ",\"kind\":\"other\""), None);
        let other = learn(&mut program, NONE, ",\"kind\":\"other\"");
        assert_eq!(program.glue[other as usize].text.text(), b",\"kind\":");
        assert_eq!(found(&program, ",\"kind\":\"other\""), Some(other));
        for class in 0..CLASSES {
            program.glue[usual as usize].count::<{ super::super::mode::COUNT }>(class);
        }
        program.gather();
        let (slot, _) = program.led_to(program.glue[usual as usize].slots[0], 0);
        let kinds = program.slots[slot as usize].kinds;
        assert_eq!(kinds[Kind::String as usize], CLASSES as u64);
        assert_eq!(kinds.iter().sum::<u64>(), CLASSES as u64);
    }

    #[test]
    fn what_is_learnt_has_bounds() {
        let contract = contract();
        let mut program = program(&contract);
        // The same key, spaced in many ways.
        let texts = (0..55).flat_map(|before| (0..3).map(move |behind| (before, behind)));
        let texts = texts.map(|(before, behind)| {
            format!(",{}\"id\":{}1", " ".repeat(before), " ".repeat(behind))
        });
        let texts: Vec<String> = texts.collect();
        let learnt = texts
            .iter()
            .filter(|text| learn(&mut program, NONE, text) != NONE);
        assert_eq!(learnt.count(), MOST);
        assert_eq!(program.glue.len(), MOST);
        let too_long = format!(",{}\"id\":1", " ".repeat(LONGEST));
        assert_eq!(learn(&mut program, NONE, &too_long), NONE);
    }

    #[test]
    fn what_follows_twice_is_expected() {
        let contract = contract();
        let mut program = program(&contract);
        let first = learn(&mut program, NONE, "{\"id\":1");
        let second = learn(&mut program, first, ",\"a_key_of_some_length\":1");
        let other = learn(&mut program, NONE, ",\"a_key_of_some_length_and_more\":1");
        assert_eq!(program.slots[0].learnt.first, first);
        let expected = |program: &Program<'_>| program.glue[first as usize].next;
        assert_eq!(expected(&program), second);
        program.follows(Program::ROOT, first, other);
        assert_eq!(expected(&program), second);
        program.follows(Program::ROOT, first, other);
        assert_eq!(expected(&program), other);
    }
}
