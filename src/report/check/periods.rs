//! What a report says of periods of traffic that were compared.

use schemars::JsonSchema;
use serde::Serialize;

use crate::drift::Drift;
use crate::location::Side;
use crate::observe::Observation;
use crate::redact::sanitised;
use crate::report::render::numbers::{plural, share, thousands};
use crate::report::render::meter;
use crate::report::render::{code, escape, scoreboard, table};

use crate::rules::{Finding, TRAFFIC};

use super::{OperationRow, Report};

/// Periods of traffic that were compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Periods {
    /// The periods; the last one was compared with all before it.
    pub list: Vec<Period>,
    /// What seems to differ, but is in too few samples to tell.
    pub unsure: Vec<Unsure>,
}

/// What seems to differ, but is in too few samples to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unsure {
    /// What it is: `GET /pets response 200: property `colour``.
    pub what: String,
    /// The samples before.
    pub before: u64,
    /// The samples now.
    pub now: u64,
}

/// One of several periods.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "JsonPeriod")]
pub struct Period {
    /// What it is called: its file or folder.
    pub name: String,
    /// The exchanges.
    pub exchanges: u64,
    /// The first and the last day, if times are known: `2026-05-01 to 2026-05-03`.
    pub days: Option<String>,
    /// The requests of each operation.
    pub operations: Vec<Requests>,
}

/// The requests of an operation in one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Requests {
    /// `GET /pets/{petId}`
    pub operation: String,
    /// How many.
    pub requests: u64,
    /// Those that were answered with 4xx or 5xx.
    pub failed: u64,
}

/// What was compared, as programs read it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct JsonPeriods {
    /// The periods; the last one was compared with all before it.
    list: Vec<Period>,
    /// What seems to differ, but is in too few samples to tell.
    unsure: Vec<Unsure>,
}

impl From<&Periods> for JsonPeriods {
    fn from(periods: &Periods) -> Self {
        Self {
            list: periods.list.clone(),
            unsure: periods.unsure.clone(),
        }
    }
}

impl Report {
    /// The report on two periods of traffic.
    pub(crate) fn of_periods(periods: Periods, drift: &Drift, observation: Observation, findings: Vec<Finding>) -> Self {
        let operations = drift.operations.iter().map(|operation| OperationRow {
            contract: TRAFFIC.to_owned(),
            id: operation.name.clone(),
            signature: operation.name.clone(),
            is_exercised: true,
            sides: vec![Some(Side::Request), Some(Side::Response)],
            payloads: operation.new,
            deviating: 0,
        });
        let names: Vec<&str> = periods.list.iter().map(|period| period.name.as_str()).collect();
        let name = names.join(" → ");
        let exchanges = periods.list.iter().map(|period| period.exchanges).sum();
        Self {
            operations: operations.collect(),
            periods: Some(periods),
            exchanges,
            matched: exchanges,
            compared: exchanges,
            ..Self::new(&name, &[], observation, findings)
        }
    }
}

impl Period {
    /// `march.profile (1,200 exchanges, 2026-03-02 to 2026-03-08)`
    pub(super) fn words(&self) -> String {
        let days = self.days.as_ref().map(|days| format!(", {days}")).unwrap_or_default();
        format!("{} ({}{days})", self.name, plural(self.exchanges, "exchange"))
    }
}

impl Periods {
    /// The last period, and those before it.
    pub(super) fn parts(&self) -> Option<(&Period, &[Period])> {
        self.list.split_last()
    }

    /// `Compared april.profile (…) with march.profile (…).`
    pub(super) fn sentence(&self) -> String {
        let Some((now, before)) = self.parts() else { return String::new() };
        let before: Vec<String> = before.iter().map(Period::words).collect();
        format!("Compared {} with {}.", now.words(), before.join(" and "))
    }

    /// The facts at the top of a page.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let Some((now, before)) = self.parts() else { return Vec::new() };
        let before: Vec<String> = before.iter().map(|period| escape(&period.words())).collect();
        vec![("Before", before.join("<br>")), ("Now", escape(&now.words()))]
    }
}

/// What a reader of a page sees first.
pub(super) fn summary(periods: &Periods, [errors, warnings]: [u64; 2]) -> String {
    let now = periods.parts().map_or(0, |(now, _)| now.exchanges);
    scoreboard(&[
        ("Errors", thousands(errors), String::new(), if errors > 0 { "error" } else { "" }),
        ("Warnings", thousands(warnings), String::new(), if warnings > 0 { "warning" } else { "" }),
        ("Exchanges now", thousands(now), String::new(), ""),
        ("Too few samples", thousands(periods.unsure.len() as u64), "comparisons".to_owned(), ""),
    ])
}

/// The requests of each operation, period by period.
pub(super) fn timeline(report: &Report, periods: &Periods) -> String {
    let mut heads = vec![("Operation".to_owned(), "")];
    heads.extend(periods.list.iter().map(|period| match &period.days {
        Some(days) => (format!("{}, {days}", period.name), "number"),
        None => (period.name.clone(), "number"),
    }));
    let heads: Vec<(&str, &str)> = heads.iter().map(|(head, class)| (head.as_str(), *class)).collect();
    let rows = report.operations.iter().map(|row: &OperationRow| {
        let mut cells = vec![code(&row.id)];
        cells.extend(periods.list.iter().map(|period| {
            let found = period.operations.iter().find(|known| known.operation == row.id);
            match found {
                Some(Requests { requests, failed, .. }) if *requests > 0 => {
                    let failed_words = match failed {
                        0 => String::new(),
                        _ => format!("<br>{}{} failed", meter(*failed, *requests), share(*failed, *requests)),
                    };
                    format!("{}{failed_words}", thousands(*requests))
                }
                _ => "–".to_owned(),
            }
        }));
        cells
    });
    let rows: Vec<Vec<String>> = rows.collect();
    match rows.is_empty() {
        true => String::new(),
        false => table("Requests by period", &heads, &rows),
    }
}

/// What is in too few samples.
pub(super) fn unsure(periods: &Periods) -> String {
    let rows: Vec<Vec<String>> = periods
        .unsure
        .iter()
        .map(|unsure| vec![escape(&sanitised(&unsure.what)), thousands(unsure.before), thousands(unsure.now)])
        .collect();
    match rows.is_empty() {
        true => String::new(),
        false => table("Too few samples", &[("What", ""), ("Samples before", "number"), ("Samples now", "number")], &rows),
    }
}
