//! What captures hold: for each file the exchanges, hosts, times and operations, and what is not compared.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::capture::{Body, Exchange, Format, SourceRead, Unused, time};
use crate::contract::{RequestTarget, without_user};
use crate::limits::HOSTS;
use crate::location::Origin;
use crate::observe::{
    NotCompared, ParallelWatcher, Period, PayloadVerdict, RoutedPayload, RoutedRequest, TargetKey, Watcher,
};
use crate::redact::sanitised;

/// What one file holds.
#[derive(Debug, Clone, Default)]
pub struct FileSurvey {
    /// Its format, if one was recognised.
    pub format: Option<Format>,
    /// Exchanges, those that were filtered out included.
    pub exchanges: u64,
    /// The hosts of requests, with their number.
    pub hosts: BTreeMap<String, u64>,
    /// Requests to hosts beyond the first ones by name.
    pub other_hosts: u64,
    /// When exchanges were recorded.
    pub period: Period,
    /// Exchanges by `name@version` of the contract and operation.
    pub operations: BTreeMap<(Arc<str>, Arc<str>), u64>,
    /// Payloads that were compared, by `name@version` of the contract.
    pub versions: BTreeMap<Arc<str>, Compared>,
    /// What is not compared, and why.
    pub unused: BTreeMap<Unused, NotCompared>,
}

/// What came out for payloads that were compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Compared {
    /// Payloads that the contract accepts, perhaps but for placeholders.
    pub conforming: u64,
    /// Payloads that it rejects.
    pub deviating: u64,
}

impl FileSurvey {
    /// Exchanges that belong to an operation.
    #[must_use]
    pub fn matched(&self) -> u64 {
        self.operations.values().sum()
    }

    /// Keeps the first hosts by name, and counts the others together, so that the order makes no difference.
    fn see_host(&mut self, host: &str, count: u64) {
        *self.hosts.entry(host.to_owned()).or_default() += count;
        if self.hosts.len() > HOSTS
            && let Some((_, count)) = self.hosts.pop_last()
        {
            self.other_hosts += count;
        }
    }

    /// Adds what another survey saw of the same files.
    pub(crate) fn add(&mut self, other: &Self) {
        self.format = self.format.or(other.format);
        self.exchanges += other.exchanges;
        self.other_hosts += other.other_hosts;
        for (host, count) in &other.hosts {
            self.see_host(host, *count);
        }
        self.period += &other.period;
        for (operation, count) in &other.operations {
            *self.operations.entry(operation.clone()).or_default() += count;
        }
        for (version, compared) in &other.versions {
            let own = self.versions.entry(Arc::clone(version)).or_default();
            own.conforming += compared.conforming;
            own.deviating += compared.deviating;
        }
        for (reason, left) in &other.unused {
            *self.unused.entry(*reason).or_default() += left;
        }
    }
}

/// What captures hold, by file. It watches the comparison with a contract, or with none.
#[derive(Debug, Default)]
pub struct Survey {
    files: BTreeMap<Arc<str>, FileSurvey>,
    /// The file of the current exchange, whose bodies may be in other files.
    current: Option<Arc<str>>,
    /// Whether an operation was found for the current exchange.
    is_matched: bool,
}

impl Survey {
    /// The files in the order of their names, with those that hold no exchange.
    #[must_use]
    pub fn finish(mut self, sources: &[SourceRead]) -> Vec<(Arc<str>, FileSurvey)> {
        // What is no capture is among the files that were skipped, or could not be read.
        for source in sources.iter().filter(|source| source.format.is_some()) {
            let file = self.files.entry(source.file.as_str().into()).or_default();
            file.format = file.format.or(source.format);
        }
        self.files.into_iter().collect()
    }

    /// The file of the current exchange, or else the one of a place.
    fn file(&mut self, origin: &Origin) -> &mut FileSurvey {
        let file = self.current.as_ref().unwrap_or(&origin.file);
        self.files.entry(Arc::clone(file)).or_default()
    }

    /// Counts the current exchange for an operation, once.
    fn matched(&mut self, origin: &Origin, contract: &str, operation: &str) {
        if std::mem::replace(&mut self.is_matched, true) {
            return;
        }
        let file = self.file(origin);
        *file.operations.entry((contract.into(), operation.into())).or_default() += 1;
    }
}

impl<'c> Watcher<'c> for Survey {
    fn exchange(&mut self, exchange: &Exchange<'_>) {
        self.is_matched = false;
        self.current = Some(Arc::clone(&exchange.origin.file));
        let file = self.file(&exchange.origin);
        file.exchanges += 1;
        if let Some(request) = &exchange.request {
            let target = RequestTarget::parse(&request.target);
            let host = target.host.or_else(|| Some(without_user(request.headers.get("host")?).to_ascii_lowercase()));
            if let Some(host) = host {
                file.see_host(&sanitised(&host), 1);
            }
        }
        if let Some(read) = exchange.time_text().and_then(time::read) {
            file.period.see(Some(read.time));
        }
    }

    fn request(&mut self, routed: &RoutedRequest<'_, 'c>) {
        self.matched(&routed.request.line.origin, &routed.contract.reference(), &routed.operation.id);
    }

    fn payload(&mut self, routed: &RoutedPayload<'_, 'c>) {
        let contract: Arc<str> = routed.contract.reference().into();
        self.matched(&routed.body.origin, &contract, &routed.operation.id);
        let compared = self.file(&routed.body.origin).versions.entry(contract).or_default();
        match routed.verdict {
            PayloadVerdict::Conforms | PayloadVerdict::Placeholders => compared.conforming += 1,
            _ => compared.deviating += 1,
        }
    }

    fn unjudged(&mut self, _: &Body<'_>, _: Option<&TargetKey>, _: PayloadVerdict, _: Option<&str>) {}

    fn unused(&mut self, reason: Unused, origin: &Origin) {
        self.file(origin).unused.entry(reason).or_default().add(origin);
    }

    fn left_out(&mut self, reason: Unused, origin: &Origin) {
        self.current = None;
        let file = self.file(origin);
        file.exchanges += u64::from(reason.is_filter());
        file.unused.entry(reason).or_default().add(origin);
    }
}

impl ParallelWatcher<'_> for Survey {
    fn fork(&self) -> Self {
        Self::default()
    }

    fn join(&mut self, fork: Self) {
        for (file, survey) in fork.files {
            self.files.entry(file).or_default().add(&survey);
        }
    }
}
