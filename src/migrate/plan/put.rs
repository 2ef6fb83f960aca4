//! What is added to an object: members that the new contract requires, and parts that move there.

use std::sync::Arc;

use crate::json::skim;

use super::members::Open;
use super::run::{Gaps, Leave, Run};
use super::{NONE, Noted, Part, Split};

impl Run<'_, '_, '_> {
    /// Adds what is missing in an object whose brace closes at `end`. `filled` has a bit for each required
    /// member of the new contract that is present.
    pub(super) fn close(&mut self, open: &Open, filled: u64, end: usize) -> Result<(), Leave> {
        let list = open.list as usize;
        let has_arrived = self.plan.scratch.arrived.len() > open.arrived;
        let mut is_lacking = false;
        let mut is_new = has_arrived;
        let count = self.plan.objects[list].needed.len();
        let is_missing = |index: usize| filled >> index & 1 == 0;
        for index in (0..count).filter(|index| is_missing(*index)) {
            let needed = &self.plan.objects[list].needed[index];
            if needed.added.is_some() {
                is_new = true;
                continue;
            }
            is_lacking = true;
            let lacking = (self.place(true), Arc::clone(&needed.name));
            self.plan.scratch.lacking.push(lacking);
        }
        match (is_new, open.has_output) {
            // An empty object may stand for an absent value.
            (false, false) if open.is_changed && is_lacking => return Err(Leave),
            // Nothing of it is left, including white space.
            (false, false) if open.is_changed => self.flushed = end,
            (false, _) => {}
            (true, true) => self.flush(open.last.max(self.flushed)),
            (true, false) if open.is_changed => {
                self.padding(open);
                self.flushed = open.last;
            }
            (true, false) => self.flush(open.start + 1),
        }
        if !is_new {
            return Ok(());
        }
        let gaps = self.gaps();
        let mut new = std::mem::take(&mut self.plan.scratch.new);
        let mut text = std::mem::take(&mut self.plan.scratch.new_text);
        new.clear();
        text.clear();
        if has_arrived {
            let arrived = self.plan.scratch.arrived.split_off(open.arrived);
            for (rank, own) in arrivals(&arrived, &gaps)? {
                let start = text.len();
                text.push_str(&own);
                new.push((rank, start, text.len()));
            }
        }
        for index in (0..count).filter(|index| is_missing(*index)) {
            let needed = &self.plan.objects[list].needed[index];
            let Some((slot, value)) = &needed.added else {
                continue;
            };
            let used = &self.plan.slots[*slot as usize].used;
            let start = text.len();
            text.push_str(&needed.key);
            text.push_str(&gaps.colon);
            text.push_str(value);
            new.push((needed.rank, start, text.len()));
            let is_wanted = used.after.wants(value);
            let shown = is_wanted.then(|| (self.place(true).join(&needed.name), Arc::clone(value)));
            let noted = Noted::Added(*slot, shown);
            self.plan.scratch.noted.push(noted);
        }
        new.sort_by_key(|(rank, ..)| *rank);
        for (rank, start, end) in &new {
            self.put(open, *rank, &text[*start..*end], &gaps);
        }
        (self.plan.scratch.new, self.plan.scratch.new_text) = (new, text);
        Ok(())
    }

    /// Puts a member after the last of those that the new contract declares before it.
    fn put(&mut self, open: &Open, rank: u32, own: &str, gaps: &Gaps) {
        let mut piece = std::mem::take(&mut self.plan.scratch.piece);
        piece.clear();
        let first_gap = self.slice(open.gap);
        let scratch = &mut self.plan.scratch;
        let known = &scratch.ends[open.ends..];
        let before = known.iter().rposition(|(known, _)| match rank {
            NONE => true,
            rank => *known != NONE && *known < rank,
        });
        let (at, position) = match before {
            Some(before) => {
                piece.push_str(&gaps.comma);
                piece.push_str(own);
                (known[before].1, before + 1)
            }
            None if known.is_empty() => {
                piece.push_str(own);
                (scratch.out.len(), 0)
            }
            // The member that was first comes after it.
            None => {
                piece.push_str(own);
                piece.push_str(match first_gap.starts_with(',') {
                    true => first_gap,
                    false => &gaps.comma,
                });
                (open.begin, 0)
            }
        };
        for (_, later) in &mut scratch.ends[open.ends + position..] {
            *later += piece.len();
        }
        let end = match before {
            Some(_) => at + piece.len(),
            None => at + own.len(),
        };
        scratch.ends.insert(open.ends + position, (rank, end));
        let tail = scratch.out.len() - at;
        scratch.out.extend_from_slice(piece.as_bytes());
        scratch.out[at..].rotate_left(tail);
        scratch.piece = piece;
    }

    /// The white space of the document, as [`super::super::layout::Layout`] reads it.
    pub(super) fn gaps(&mut self) -> Arc<Gaps> {
        let whole = self.whole;
        let known = self.gaps.get_or_insert_with(|| Arc::new(gaps(whole)));
        Arc::clone(known)
    }
}

/// Parts that move, as members of the object: the rank of each and its text.
fn arrivals(
    arrived: &[(Arc<Split>, usize, Vec<u8>)],
    gaps: &Gaps,
) -> Result<Vec<(u32, String)>, Leave> {
    let Gaps { colon, comma } = gaps;
    let mut parts: Vec<(&Part, &str)> = Vec::new();
    for (split, index, text) in arrived {
        let part = &split.parts[*index];
        let text = std::str::from_utf8(text).map_err(|_| Leave)?;
        parts.push((part, text));
    }
    let mut out: Vec<(u32, String)> = Vec::new();
    while let Some((part, text)) = parts.first().copied() {
        if part.to.len() == 1 {
            out.push((part.rank, [&part.key, colon, text].concat()));
            parts.remove(0);
            continue;
        }
        // All that move into the same new object; deeper ones are left to the reference.
        let first = part.to.first().ok_or(Leave)?;
        let (own, others): (Vec<_>, Vec<_>) = parts
            .into_iter()
            .partition(|(part, _)| part.to[0] == *first);
        let mut members = Vec::new();
        for (part, text) in own {
            if part.to.len() != 2 {
                return Err(Leave);
            }
            members.push([&part.key, colon, text].concat());
        }
        let key = serde_json::Value::from(&**first).to_string();
        let members = members.join(comma);
        out.push((part.rank, format!("{key}{colon}{{{members}}}")));
        parts = others;
    }
    Ok(out)
}

/// The text between the first key and its value, and between the first two parts of the first array or object
/// that has two.
fn gaps(text: &str) -> Gaps {
    let bytes = text.as_bytes();
    let (mut colon, mut comma) = (None, None);
    let mut open = vec![skim::space(bytes, 0)];
    while let Some(start) = open.pop() {
        let is_object = bytes.get(start) == Some(&b'{');
        let mut at = skim::space(bytes, start + 1);
        let mut below = Vec::new();
        while !matches!(bytes.get(at), Some(b'}' | b']') | None) {
            if is_object {
                let key = skim::string(bytes, at).0;
                at = skim::space(bytes, skim::space(bytes, key) + 1);
                colon.get_or_insert_with(|| text[key..at].to_owned());
            }
            if matches!(bytes.get(at), Some(b'{' | b'[')) {
                below.push(at);
            }
            let end = skim::value(bytes, at);
            let next = skim::space(bytes, end);
            at = skim::space(bytes, next + 1);
            if bytes.get(next) != Some(&b',') {
                break;
            }
            comma.get_or_insert_with(|| text[next..at].to_owned());
            if colon.is_some() {
                break;
            }
        }
        if colon.is_some() && comma.is_some() {
            break;
        }
        open.extend(below.into_iter().rev());
    }
    Gaps {
        colon: colon.unwrap_or_else(|| ":".to_owned()),
        comma: comma.unwrap_or_else(|| ",".to_owned()),
    }
}
