//! Puts together what several observers saw of the captures of one run.

use crate::capture::{Format, SourceRead};
use crate::limits::PROBLEMS;

use super::observer::{JUDGED_KEPT, Observer};

/// How much an observer had seen when a part of the captures started.
#[derive(Debug, Clone, Copy)]
pub(super) struct Mark {
    pub(super) part: u64,
    pub(super) problems: usize,
    pub(super) sources: usize,
    pub(super) skipped: usize,
    pub(super) judged: usize,
}

impl<'c> Observer<'c> {
    /// What observers saw together, in the order of the captures: the first is the one that the reader
    /// told of files, see [`read_parallel`](crate::capture::read_parallel).
    ///
    /// The result is that of one observer that saw everything. `None` without observers.
    #[must_use]
    pub fn merged(observers: Vec<Self>) -> Option<Self> {
        let mut problems = Vec::new();
        let mut sources = Vec::new();
        let mut skipped = Vec::new();
        let mut judged = Vec::new();
        let mut whole: Option<Self> = None;
        for (number, mut observer) in observers.into_iter().enumerate() {
            observer.settle();
            let marks = std::mem::take(&mut observer.marks);
            let part = |at: usize, of: fn(&Mark) -> usize| {
                let before = marks.partition_point(|mark| of(mark) <= at);
                before.checked_sub(1).map_or(0, |mark| marks[mark].part)
            };
            let take = |at, of| part(at, of);
            let each = observer.problems.drain(..).enumerate();
            problems.extend(each.map(|(at, item)| (take(at, |mark| mark.problems), item)));
            let each = observer.sources.drain(..).enumerate();
            sources.extend(each.map(|(at, item)| (take(at, |mark| mark.sources), (number, item))));
            let each = observer.skipped.drain(..).enumerate();
            skipped.extend(each.map(|(at, item)| (take(at, |mark| mark.skipped), item)));
            let each = observer.judged.drain(..).enumerate();
            judged.extend(each.map(|(at, item)| (take(at, |mark| mark.judged), item)));
            match &mut whole {
                Some(whole) => {
                    whole.profile += &observer.profile;
                    whole.problems_met += observer.problems_met;
                }
                None => whole = Some(observer),
            }
        }
        let mut whole = whole?;
        whole.problems = in_order(problems);
        whole.problems.truncate(PROBLEMS);
        whole.sources = files(in_order(sources));
        whole.skipped = in_order(skipped);
        whole.judged = in_order(judged);
        whole.judged.truncate(JUDGED_KEPT);
        Some(whole)
    }
}

fn in_order<T>(mut items: Vec<(u64, T)>) -> Vec<T> {
    items.sort_by_key(|(part, _)| *part);
    items.into_iter().map(|(_, item)| item).collect()
}

/// Joins the parts of each file; the first observer tells where a file ends.
fn files(parts: Vec<(usize, SourceRead)>) -> Vec<SourceRead> {
    let mut files: Vec<SourceRead> = Vec::new();
    let mut is_open = false;
    for (observer, part) in parts {
        match files.last_mut() {
            Some(file)
                if is_open
                    && file.file == part.file
                    && file.format == part.format
                    && part.format == Some(Format::Ndjson) =>
            {
                file.exchanges += part.exchanges;
            }
            _ => files.push(part),
        }
        is_open = observer > 0;
    }
    files
}
