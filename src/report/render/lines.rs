//! Compares texts line by line.

use std::ops::Range;

pub(crate) use similar::ChangeTag;
use similar::{DiffOp, DiffTag, TextDiff};

/// Lines that differ, with context.
#[derive(Debug)]
pub(crate) struct Hunk<'t> {
    /// `@@ -1,2 +1,2 @@`
    pub(crate) header: String,
    /// Lines with their line breaks, if they have one.
    pub(crate) lines: Vec<(ChangeTag, &'t str)>,
}

/// The differences between two texts. Only a line feed ends a line, as for `patch`. `around` is the number of
/// lines of context.
pub(crate) fn hunks<'t>(was: &'t str, is: &'t str, around: usize) -> Vec<Hunk<'t>> {
    // Compare only in this function, because the code of the library is large.
    let was: Vec<&str> = was.split_inclusive('\n').collect();
    let is: Vec<&str> = is.split_inclusive('\n').collect();
    let diff = TextDiff::configure().diff_slices(&was, &is);
    let groups = diff.grouped_ops(around);
    let hunks = groups.iter().filter_map(|group| {
        let (first, last) = (group.first()?, group.last()?);
        let range = |of: fn(&DiffOp) -> Range<usize>| range(of(first).start..of(last).end);
        let header = format!(
            "@@ -{} +{} @@",
            range(DiffOp::old_range),
            range(DiffOp::new_range)
        );
        let mut lines = Vec::new();
        for op in group {
            let (gone, new) = (&was[op.old_range()], &is[op.new_range()]);
            match op.tag() {
                DiffTag::Equal => lines.extend(gone.iter().map(|line| (ChangeTag::Equal, *line))),
                DiffTag::Delete | DiffTag::Insert | DiffTag::Replace => {
                    lines.extend(gone.iter().map(|line| (ChangeTag::Delete, *line)));
                    lines.extend(new.iter().map(|line| (ChangeTag::Insert, *line)));
                }
            }
        }
        Some(Hunk { header, lines })
    });
    hunks.collect()
}

/// A range in the notation of a patch: the first line, counted from 1, and the number of lines. An empty
/// range starts at the line before it.
fn range(lines: Range<usize>) -> String {
    match lines.len() {
        0 => format!("{},0", lines.start),
        1 => (lines.start + 1).to_string(),
        length => format!("{},{length}", lines.start + 1),
    }
}

/// The sign of a line in a patch.
pub(crate) const fn sign(tag: ChangeTag) -> char {
    match tag {
        ChangeTag::Delete => '-',
        ChangeTag::Insert => '+',
        ChangeTag::Equal => ' ',
    }
}
