//! The report of a run of `check` or `lint`, and one renderer per format.

pub(super) mod block;
mod groups;
mod html;
pub(super) mod json;
mod markdown;
#[cfg(feature = "cli")]
mod notices;
mod options;
mod periods;
mod summary;
pub(super) mod text;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::capture::{ReadProblem, SourceRead, Unused};
use crate::contract::Contract;
use crate::lint::unusable;
use crate::location::Side;
use crate::redact::{Excerpt, sanitised};
use crate::observe::{Count, Judged, NotCompared, Observation, PayloadVerdict, Profile, Skipped, TargetKey};
use crate::rules::catalogue::{UNSEEN_ENUM_VALUE, UNSEEN_PROPERTY};
use crate::rules::except::{Baseline, Exceptions, Looked};
use crate::rules::{Finding, Kind, Level, Policy, Suppression, in_order, judge_contract, judge_except, unused_ignores};

use super::{Exempt, Format, Render};
use super::render::numbers::{plural, thousands};
#[cfg(feature = "cli")]
use super::notice::{NoticeFormat, Root};

use html::html;
pub use json::{CHECK_FORMAT, json_schema};
pub use block::finding_text;
pub use options::TextOptions;
pub use periods::{Period, Periods, Requests, Unsure};

use json::{json, ndjson};
use markdown::markdown;
use text::text;


/// Everything a run has to say. Renderers lay it out and add nothing.
#[derive(Debug)]
#[must_use = "a report may hold findings and problems"]
pub struct Report {
    /// The contract that was asked for: `name` or `name@version`.
    pub(crate) contract: String,
    /// Exchanges read.
    pub(crate) exchanges: u64,
    /// Exchanges for which an operation, or at least its path, was found.
    pub(crate) matched: u64,
    /// What was not compared, and why.
    pub(crate) unused: BTreeMap<Unused, NotCompared>,
    /// Payloads and requests that were compared with a schema.
    pub(crate) compared: u64,
    /// The operations of the contract in its order; of each version, where that was left open.
    pub(crate) operations: Vec<OperationRow>,
    /// Whether the version was left open, so that each payload may speak another one.
    pub(crate) versions_open: bool,
    /// Parts of the contract that could not be used, so that traffic was not compared with them.
    pub(crate) unusable: usize,
    /// What was checked, when it is the contract itself.
    pub(crate) contract_checked: Option<ContractSize>,
    /// What was compared, when it is two periods of traffic.
    pub(crate) periods: Option<Periods>,
    /// Requests that were taken for those of a webhook because of their content: `name@version` of the contract, the id
    /// of the webhook, and their number.
    pub(crate) by_content: Vec<(String, String, u64)>,
    /// Callbacks with more URLs than are kept, so that not all of their requests are recognised.
    pub(crate) callbacks_cut: Vec<String>,
    /// Payloads compared, by `name@version` of the contract.
    pub(crate) versions: Vec<(String, u64)>,
    /// What came out, by verdict.
    pub(crate) verdicts: Vec<(PayloadVerdict, u64)>,
    /// The findings, in order.
    pub(crate) findings: Vec<Finding>,
    /// Findings that do not count.
    pub(crate) suppressed: Vec<(Finding, Suppression)>,
    /// Positions of the ignores that matched something.
    pub(crate) used_ignores: Vec<usize>,
    /// The same in numbers, and what the baseline lists in vain.
    pub(crate) exempt: Exempt,
    /// The verdicts on the first payloads.
    pub(crate) judged: Vec<Judged>,
    /// What could not be read: the first problems.
    pub(crate) problems: Vec<ReadProblem>,
    /// How many problems there were.
    pub(crate) problems_met: u64,
    /// Operations, sides and statuses whose payloads have more places than are distinguished.
    pub(crate) folded: Vec<String>,
    /// The files that were read.
    pub(crate) sources: Vec<SourceRead>,
    /// Files of folders that were passed over, and why.
    pub(crate) skipped: Vec<Skipped>,
}

/// How much there is of a contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContractSize {
    /// Operations, or schemas of payloads.
    pub operations: usize,
    /// Schemas, nested ones included.
    pub schemas: usize,
    /// Documents.
    pub documents: usize,
}

impl Report {
    /// The report on contracts themselves.
    pub(crate) fn of_contracts(name: &str, contracts: &[&Contract], findings: Vec<Finding>) -> Self {
        let mut size = ContractSize {
            operations: 0,
            schemas: 0,
            documents: 0,
        };
        for contract in contracts {
            size.operations += contract.operations.len();
            size.schemas += contract.graph.size();
            size.documents += contract.documents.iter().count();
        }
        Self {
            contract_checked: Some(size),
            ..Self::new(name, &[], Observation::default(), findings)
        }
    }

    /// The report on what was observed. `family` is every known version of the contract, from old to new.
    pub(crate) fn judged(
        contract: &str,
        asked: &[&Contract],
        observation: Observation,
        family: &[&Contract],
        policy: &Policy,
        exceptions: &Exceptions,
    ) -> Self {
        let mut excepted = judge_except(&observation.profile, family, policy, exceptions);
        for contract in asked {
            // What cannot be used of a contract, traffic is not compared with.
            let of_contract = exceptions.apply(judge_contract(contract, &unusable(contract), policy));
            excepted.active.extend(of_contract.active);
            excepted.suppressed.extend(of_contract.suppressed);
            excepted.used.extend(of_contract.used);
        }
        let mut report = Self::new(contract, asked, observation, in_order(excepted.active));
        report.suppressed = excepted.suppressed;
        report.used_ignores = excepted.used;
        report
    }

    /// Puts together what was observed and what was judged of it.
    pub(crate) fn new(
        contract: &str,
        asked: &[&Contract],
        observation: Observation,
        findings: Vec<Finding>,
    ) -> Self {
        let versions_open = asked.len() > 1;
        let unusable = asked.iter().map(|contract| contract.unusable()).sum();
        let operations = asked.iter();
        let operations = operations.flat_map(|contract| rows(contract, &observation.profile)).collect();
        let Observation {
            profile,
            sources,
            skipped,
            problems,
            problems_met,
            judged,
            callbacks_cut,
        } = observation;
        Self {
            contract: contract.to_owned(),
            versions_open,
            unusable,
            contract_checked: None,
            periods: None,
            exchanges: profile.exchanges,
            matched: profile.matched,
            unused: profile.unused.clone(),
            compared: profile.compared,
            operations,
            by_content: profile
                .by_content
                .iter()
                .map(|((contract, operation), Count(count))| (contract.to_string(), operation.to_string(), *count))
                .collect(),
            callbacks_cut,
            versions: versions(&profile),
            verdicts: profile
                .verdicts
                .iter()
                .map(|(verdict, Count(count))| (*verdict, *count))
                .collect(),
            findings,
            suppressed: Vec::new(),
            used_ignores: Vec::new(),
            exempt: Exempt::default(),
            judged,
            problems,
            problems_met,
            folded: profile
                .targets
                .iter()
                .filter(|(_, target)| target.shape.is_folded())
                .map(|(key, _)| key.to_string())
                .collect(),
            sources,
            skipped,
        }
    }

    /// Separates the findings about a contract that do not count.
    pub(crate) fn except(&mut self, exceptions: &Exceptions) {
        let excepted = exceptions.apply(std::mem::take(&mut self.findings));
        self.findings = excepted.active;
        self.suppressed = excepted.suppressed;
        self.used_ignores = excepted.used;
    }

    /// Counts what does not count, and adds the findings about ignores that are of no use.
    pub(crate) fn close(&mut self, exceptions: &Exceptions, looked: &Looked) {
        let kind = match self.contract_checked {
            Some(_) => Kind::Contract,
            None => Kind::Traffic,
        };
        let all: Vec<&Finding> = self.findings.iter().chain(self.suppressed.iter().map(|(finding, _)| finding)).collect();
        self.exempt = Exempt::new(exceptions, &self.suppressed, &all, looked);
        let idle = unused_ignores(exceptions, &self.used_ignores, kind, looked);
        let findings = std::mem::take(&mut self.findings);
        self.findings = in_order(findings.into_iter().chain(idle).collect());
    }

    /// What of a run was looked at, of the rules that are not `off`.
    pub(crate) fn looked(&self, policy: &Policy, is_partial: bool) -> Looked {
        let exercised = self.operations.iter().filter(|row| row.is_exercised);
        Looked {
            operations: Some(exercised.map(|row| row.id.clone()).collect()),
            is_whole: self.operations.iter().all(|row| row.is_exercised),
            is_partial: is_partial || !self.problems.is_empty(),
            off: policy.rules_off(),
        }
    }

    /// Everything that was found and is not ignored, known or not.
    pub(crate) fn found(&self, coverage: bool) -> Vec<Finding> {
        let known = self.suppressed.iter().filter(|(_, why)| matches!(why, Suppression::Baseline { .. }));
        let known = known.map(|(finding, _)| finding);
        let all = self.findings.iter().chain(known);
        all.filter(|finding| coverage || !is_about_coverage(finding)).cloned().collect()
    }

    /// Takes every finding as known, since it is in the baseline now.
    pub(crate) fn accept(&mut self, baseline: &Baseline) {
        for finding in std::mem::take(&mut self.findings) {
            let first_seen = baseline.first_seen(&finding.key.to_string());
            match first_seen.map(str::to_owned) {
                Some(first_seen) => self.suppressed.push((finding, Suppression::Baseline { first_seen })),
                None => self.findings.push(finding),
            }
        }
    }

    /// Leaves out the lines of the captures, and values from them, for reports that others can read.
    pub(crate) fn leave_out_excerpts(&mut self) {
        let suppressed = self.suppressed.iter_mut().map(|(finding, _)| finding);
        for finding in self.findings.iter_mut().chain(suppressed) {
            let differences = finding.differences.iter_mut();
            let evidence = differences.flat_map(|difference| &mut difference.evidence);
            for evidence in finding.evidence.iter_mut().chain(evidence) {
                evidence.excerpt = Excerpt::default();
            }
            finding.leave_out_values();
            finding.differences.iter_mut().for_each(Finding::leave_out_values);
        }
    }

    /// Payloads with a verdict.
    #[must_use]
    pub(crate) fn payloads(&self) -> u64 {
        self.verdicts.iter().map(|(_, count)| count).sum()
    }

    /// Payloads with this verdict.
    #[must_use]
    pub(crate) fn with_verdict(&self, wanted: PayloadVerdict) -> u64 {
        self.verdicts
            .iter()
            .filter(|(verdict, _)| *verdict == wanted)
            .map(|(_, count)| count)
            .sum()
    }

    /// Operations that no exchange exercised; none where the version was left open.
    pub(crate) fn unexercised(&self) -> impl Iterator<Item = &OperationRow> {
        let rows = self.operations.iter();
        rows.filter(|row| !self.versions_open && !row.is_exercised)
    }

    /// The findings that a reader looks for first: not what was declared and never seen.
    pub(crate) fn shown(&self, coverage: bool) -> Vec<&Finding> {
        let findings = self.findings.iter();
        findings.filter(|finding| coverage || !is_about_coverage(finding)).collect()
    }

    /// Exchanges that were left out, because others were asked for.
    pub(crate) fn left_out(&self) -> u64 {
        let filtered = self.unused.iter().filter(|(reason, _)| reason.is_filter());
        filtered.map(|(_, left)| left.count).sum()
    }

    /// Why exchanges and bodies were not compared, with their number. What was filtered out, and what verdicts
    /// say, is counted elsewhere.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let is_shown = |reason: &Unused| !reason.is_filter() && !reason.is_in_verdicts();
        let reasons = self.unused.iter().filter(|(reason, _)| is_shown(reason));
        reasons
            .map(|(reason, left)| format!("{} {}", thousands(left.count), reason.words(left.count)))
            .collect()
    }

    /// How requests of webhooks and callbacks were recognised, as far as it is a guess or incomplete.
    pub(crate) fn incoming_notes(&self) -> Vec<String> {
        let mut by_operation: BTreeMap<&str, u64> = BTreeMap::new();
        for (_, operation, count) in &self.by_content {
            *by_operation.entry(operation).or_default() += count;
        }
        let by_content = by_operation.into_iter().map(|(operation, count)| {
            let id = sanitised(operation);
            let name = id.strip_prefix("webhook:").unwrap_or(&id);
            format!(
                "Compared {} as {id} because of {} content; `--webhook {name}=PATH` says where its requests are sent.",
                plural(count, "request"),
                if count == 1 { "its" } else { "their" },
            )
        });
        let cut = self.callbacks_cut.iter().map(|operation| {
            format!(
                "The captures have more than {} URLs for {}; requests to further ones are not recognised.",
                thousands(crate::limits::CALLBACK_URLS as u64),
                sanitised(operation),
            )
        });
        by_content.chain(cut).collect()
    }

    /// Exchanges that belong to no operation.
    pub(crate) fn of_no_operation(&self) -> u64 {
        self.exchanges.saturating_sub(self.matched + self.left_out())
    }

    /// Findings of this level.
    #[must_use]
    pub(crate) fn at_level(&self, level: Level) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.level == level)
            .count()
    }

    /// The most serious level among the findings on what the captures show.
    #[must_use]
    pub(crate) fn worst(&self) -> Option<Level> {
        self.shown(false).iter().map(|finding| finding.level).max()
    }

    /// Whether there were exchanges, and none belongs to the contract. Of payloads that are not JSON
    /// nobody can say.
    fn nothing_matched(&self) -> bool {
        self.exchanges > self.left_out()
            && self.matched == 0
            && self.with_verdict(PayloadVerdict::Malformed) == 0
    }

    /// What was missing for anything to be compared, so that a run without findings says nothing.
    #[must_use]
    pub(crate) fn gap(&self) -> Option<Gap> {
        if self.exchanges == 0 && self.problems.is_empty() {
            Some(Gap::NoExchanges)
        } else if self.exchanges > 0 && self.left_out() == self.exchanges {
            Some(Gap::AllFiltered)
        } else if self.nothing_matched() {
            Some(Gap::NothingMatched)
        } else {
            (self.compared == 0).then_some(Gap::NothingCompared)
        }
    }

    /// The same in words.
    #[must_use]
    pub(crate) fn gap_words(&self, gap: Gap) -> String {
        let contract = &self.contract;
        match gap {
            Gap::NoExchanges => "the captures hold no exchanges".to_owned(),
            Gap::AllFiltered => {
                let all = plural(self.exchanges, "exchange");
                format!("the options that select exchanges left out all {all}; `wiredrift captures` lists hosts and times")
            }
            Gap::NothingMatched => format!("nothing in the captures belongs to {contract}"),
            Gap::NothingCompared => {
                let nothing = format!("nothing in the captures was compared with a schema of {contract}");
                match self.findings.is_empty() {
                    true => nothing,
                    false => format!("{nothing}; the findings are only about what is around bodies"),
                }
            }
        }
    }
}

/// Whether a finding says what the captures do not cover, rather than what they show.
pub(crate) fn is_about_coverage(finding: &Finding) -> bool {
    // A rule whose level was raised is asked for.
    let is_of_rule = *finding.rule == UNSEEN_PROPERTY || *finding.rule == UNSEEN_ENUM_VALUE;
    is_of_rule && finding.level <= Level::Info
}

/// What was missing for anything to be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// There was no traffic.
    NoExchanges,
    /// The options left out all of it.
    AllFiltered,
    /// There was traffic, and none of it belongs to the contract.
    NothingMatched,
    /// There was traffic of the contract, and no schema for any of it.
    NothingCompared,
}

/// The signature of a schema without an operation.
const SCHEMA: &str = "(schema)";

/// An operation of the contract, and how much of the traffic is its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct OperationRow {
    /// `name@version` of the contract.
    pub(crate) contract: String,
    /// The id.
    pub(crate) id: String,
    /// `GET /pets/{petId}`
    pub(crate) signature: String,
    /// Whether a request went to it or a payload was compared with it.
    pub(crate) is_exercised: bool,
    /// The sides of which there was traffic; `None` for a schema that is of neither.
    pub(crate) sides: Vec<Option<Side>>,
    /// Payloads that were compared.
    pub(crate) payloads: u64,
    /// Those that the schema rejects.
    pub(crate) deviating: u64,
}

impl OperationRow {
    /// `GET /pets/{petId}  showPet`
    pub(crate) fn title(&self) -> String {
        match self.signature.as_str() {
            SCHEMA => format!("schema {}", self.id),
            // An id that was made of them says nothing more.
            signature if signature == self.id => self.id.clone(),
            signature => format!("{signature}  {}", self.id),
        }
    }

    /// Whether it is a schema without an operation.
    pub(crate) fn is_schema(&self) -> bool {
        self.signature == SCHEMA
    }

    pub(crate) fn is_of(&self, target: &TargetKey) -> bool {
        *target.operation == *self.id && *target.contract == *self.contract
    }
}

fn rows(contract: &Contract, profile: &Profile) -> Vec<OperationRow> {
    let reference: Arc<str> = contract.reference().into();
    let rows = contract.operations.iter().map(|operation| {
        let by_request = (Arc::clone(&reference), Arc::from(&*operation.id));
        let mut row = OperationRow {
            contract: reference.to_string(),
            id: operation.id.clone(),
            signature: operation.signature(),
            is_exercised: profile.exercised.contains_key(&by_request),
            sides: Vec::new(),
            payloads: 0,
            deviating: 0,
        };
        if row.is_exercised {
            row.sides.push(Some(Side::Request));
        }
        for (key, target) in &profile.targets {
            if row.is_of(key) {
                row.is_exercised = true;
                if !row.sides.contains(&key.side) {
                    row.sides.push(key.side);
                }
                row.payloads += target.payloads;
                row.deviating += target.payloads.saturating_sub(target.accepted + target.placeholders);
            }
        }
        row
    });
    rows.collect()
}

fn versions(profile: &Profile) -> Vec<(String, u64)> {
    let mut versions: Vec<(String, u64)> = Vec::new();
    for (key, target) in &profile.targets {
        match versions
            .iter_mut()
            .find(|(name, _)| **name == *key.contract)
        {
            Some((_, count)) => *count += target.payloads,
            None => versions.push((key.contract.to_string(), target.payloads)),
        }
    }
    versions.sort();
    versions
}

/// The formats that the report of a run has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckFormat {
    /// For people, in a terminal.
    Text,
    /// For programs.
    Json,
    /// For pull requests: fits into a comment.
    Markdown,
    /// For people, in a browser.
    Html,
    /// A finding per line, for programs.
    Ndjson,
    /// For CI systems and editors.
    #[cfg(feature = "cli")]
    Notices(NoticeFormat),
}

impl Format for CheckFormat {
    const NAMES: &'static [(&'static str, Self)] = &[
        ("text", Self::Text),
        #[cfg(feature = "cli")]
        ("short", Self::Notices(NoticeFormat::Short)),
        ("json", Self::Json),
        ("ndjson", Self::Ndjson),
        ("markdown", Self::Markdown),
        ("html", Self::Html),
        #[cfg(feature = "cli")]
        ("sarif", Self::Notices(NoticeFormat::Sarif)),
        #[cfg(feature = "cli")]
        ("junit", Self::Notices(NoticeFormat::Junit)),
        #[cfg(feature = "cli")]
        ("github", Self::Notices(NoticeFormat::Github)),
        #[cfg(feature = "cli")]
        ("gitlab", Self::Notices(NoticeFormat::Gitlab)),
    ];
}

impl Render for Report {
    type Format = CheckFormat;
    type Options = TextOptions;

    fn render(&self, format: CheckFormat, options: TextOptions) -> String {
        match format {
            CheckFormat::Text => text(self, options),
            CheckFormat::Json => json(self),
            CheckFormat::Markdown => markdown(self, options),
            CheckFormat::Html => html(self),
            CheckFormat::Ndjson => ndjson(self),
            #[cfg(feature = "cli")]
            CheckFormat::Notices(format) => self.notices(&options).render(format, &Root::current()),
        }
    }
}

#[cfg(test)]
mod tests;
