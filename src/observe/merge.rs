//! Merges what several observers saw in one run.

use crate::capture::{Format, ParallelSink, ReadProblem, SourceRead};
use crate::limits::PROBLEMS;

use super::observation::{Skipped, first_judged};
use super::observer::{Mark, Observer};
use super::watch::ParallelWatcher;

impl<'c, W: ParallelWatcher<'c>> ParallelSink for Observer<'c, W> {
    fn fork(&self) -> Self {
        let versions = &self.versions;
        let (asked, family) = (versions.asked.clone(), versions.family.clone());
        Observer::new(asked, family, self.options.clone()).watched_by(self.watcher.fork())
    }

    fn join(&mut self, forks: Vec<Self>) {
        self.settle();
        let mut parts = Parts::default();
        parts.take(self, 0);
        for (number, mut fork) in forks.into_iter().enumerate() {
            fork.settle();
            parts.take(&mut fork, number + 1);
            self.profile += &fork.profile;
            self.problems_met += fork.problems_met;
            self.judged.append(&mut fork.judged);
            self.watcher.join(fork.watcher);
        }
        self.problems = in_order(parts.problems);
        self.problems.truncate(PROBLEMS);
        self.sources = files(in_order(parts.sources));
        self.skipped = in_order(parts.skipped);
        first_judged(&mut self.judged);
    }
}

/// Ordered items, each with the number of the part of the captures that it comes from.
#[derive(Default)]
struct Parts {
    problems: Vec<(u64, ReadProblem)>,
    /// With the number of the observer: the reader reports the ends of files to the first one.
    sources: Vec<(u64, (usize, SourceRead))>,
    skipped: Vec<(u64, Skipped)>,
}

impl Parts {
    fn take<W>(&mut self, observer: &mut Observer<'_, W>, number: usize) {
        let marks = std::mem::take(&mut observer.marks);
        let part = |at: usize, of: fn(&Mark) -> usize| {
            let before = marks.partition_point(|mark| of(mark) <= at);
            before.checked_sub(1).map_or(0, |mark| marks[mark].part)
        };
        let each = observer.problems.drain(..).enumerate();
        self.problems
            .extend(each.map(|(at, item)| (part(at, |mark| mark.problems), item)));
        let each = observer.sources.drain(..).enumerate();
        self.sources
            .extend(each.map(|(at, item)| (part(at, |mark| mark.sources), (number, item))));
        let each = observer.skipped.drain(..).enumerate();
        self.skipped
            .extend(each.map(|(at, item)| (part(at, |mark| mark.skipped), item)));
    }
}

fn in_order<T>(mut items: Vec<(u64, T)>) -> Vec<T> {
    items.sort_by_key(|(part, _)| *part);
    items.into_iter().map(|(_, item)| item).collect()
}

/// Joins the parts of each file; the first observer knows where a file ends.
fn files(parts: Vec<(usize, SourceRead)>) -> Vec<SourceRead> {
    let mut files: Vec<SourceRead> = Vec::new();
    let mut is_open = false;
    for (observer, part) in parts {
        match files.last_mut() {
            Some(file)
                if is_open
                    && file.file == part.file
                    && file.format == part.format
                    && part.format.is_some_and(Format::is_by_line) =>
            {
                file.exchanges += part.exchanges;
            }
            _ => files.push(part),
        }
        is_open = observer > 0;
    }
    files
}
