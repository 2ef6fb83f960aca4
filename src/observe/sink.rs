//! What an observer does with what readers pass to it.

use std::path::PathBuf;

use crate::capture::{Exchange, Hint, ReadProblem, Remark, RemarkKind, Sink, SourceRead, Unused, time};
use crate::limits::PROBLEMS;
use crate::location::{Origin, Side};

use super::observation::Skipped;
use super::observer::{Mark, Observer};
use super::profile::TrafficFact;
use super::profile::sighting::Sighting;
use super::watch::Watcher;

impl<'c, W: Watcher<'c>> Sink for Observer<'c, W> {
    fn exchange(&mut self, mut exchange: Exchange<'_>) {
        self.fit_judged();
        self.profile.exchanges += 1;
        self.payloads += 1;
        self.time = exchange.time_text().and_then(time::read).map(|read| read.time);
        self.streams.time = self.time;
        if !self.filter(&mut exchange) {
            self.watcher.left_out(Unused::Filtered, &exchange.origin);
            return self.profile.leave(Unused::Filtered, &exchange.origin);
        }
        self.may_lack_bodies = exchange.may_lack_bodies;
        self.may_lack_credentials = exchange.may_lack_credentials;
        self.watcher.exchange(&exchange);
        for remark in &exchange.remarks {
            self.remark(remark);
        }
        let hint = self.hint_of(&exchange);
        if self
            .versions
            .asked
            .iter()
            .all(|contract| contract.is_of_schemas())
        {
            self.by_schema(&exchange, &hint);
        } else if let Some(request) = &exchange.request {
            self.routed(request, exchange.response.as_ref(), &hint);
        } else if let Some(response) = &exchange.response {
            let hint = Hint {
                side: Some(Side::Response),
                status: Some(response.status),
                ..Hint::clone(&hint)
            };
            if let Some(body) = &response.body {
                self.bare(body, &hint, Some(&response.line));
            }
            self.bare_response(response, &hint);
        }
        if let Some(body) = &exchange.payload {
            self.bare(body, &hint, None);
        }
    }

    fn unused(&mut self, reason: Unused, origin: &Origin) {
        // Others are entries that are no exchanges.
        self.profile.exchanges += u64::from(reason.is_filter());
        self.watcher.left_out(reason, origin);
        self.profile.leave(reason, origin);
    }

    fn problem(&mut self, problem: ReadProblem) {
        self.problems_met += 1;
        if self.problems.len() < PROBLEMS {
            self.problems.push(problem);
        }
    }

    fn source(&mut self, source: SourceRead) {
        self.sources.push(source);
    }

    fn skipped(&mut self, path: PathBuf, reason: &'static str) {
        self.skipped.push(Skipped { path, reason });
    }

    fn part(&mut self, part: u64) {
        self.watcher.part(part);
        self.marks.push(Mark {
            part,
            problems: self.problems.len(),
            sources: self.sources.len(),
            skipped: self.skipped.len(),
        });
    }

    fn part_ended(&mut self) {
        self.watcher.part_ended();
    }

    fn finish(&mut self) {
        self.settle();
    }
}

impl<'c, W: Watcher<'c>> Observer<'c, W> {
    /// An exchange and a contract that knows payloads only.
    fn by_schema(&mut self, exchange: &Exchange<'_>, hint: &Hint) {
        let request = exchange
            .request
            .as_ref()
            .and_then(|request| request.body.as_ref());
        let response = exchange
            .response
            .as_ref()
            .and_then(|response| response.body.as_ref());
        let hint = Hint {
            // The schemas of a contract without operations are of neither side and of no status.
            side: None,
            status: None,
            ..hint.clone()
        };
        for body in request.into_iter().chain(response) {
            self.bare(body, &hint, None);
        }
    }

    fn remark(&mut self, remark: &Remark) {
        let (fact, subject) = match remark.kind {
            RemarkKind::ContentLength { declared, actual } => (
                TrafficFact::ContentLength,
                format!("{declared} declared, {actual} printed"),
            ),
            RemarkKind::ContentCoding(coding) => {
                (TrafficFact::ContentEncoding { is_known: true }, (*coding).to_owned())
            }
            RemarkKind::Encoding(fault) => (TrafficFact::CaptureEncoding, fault.words().to_owned()),
        };
        self.fact(&fact, &subject, &Sighting::Ready(remark));
    }
}
