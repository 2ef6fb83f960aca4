//! Paths that a client uses under another name than the contract: `/repositories/17/issues` for
//! `/repos/{owner}/{repo}/issues`.

use std::collections::BTreeMap;

use crate::contract::{Contract, OperationKind, RequestTarget, Route};
use crate::observe::Rewrite;

/// Requests that are looked at.
const LOOKED_AT: usize = 200;

/// The most segments that are replaced.
const REPLACED: usize = 3;

/// The fewest requests that a rewrite must help.
const FEWEST: u64 = 2;

/// The rewrite under which most of these requests, each a method and a folded path, are operations of a contract,
/// and how many of them are.
pub(super) fn rewrite_for(contracts: &[&Contract], requests: &[(&str, u64)]) -> Option<(Rewrite, u64)> {
    let requests: Vec<(&str, Vec<&str>, u64)> = requests
        .iter()
        .take(LOOKED_AT)
        .filter_map(|(request, count)| {
            let (method, path) = request.split_once(' ')?;
            Some((method, path.split('/').skip(1).collect(), *count))
        })
        .collect();
    let templates = templates(contracts);
    let mut votes: BTreeMap<(Vec<String>, Vec<String>), u64> = BTreeMap::new();
    for (method, path, count) in &requests {
        for replaced in 1..=REPLACED.min(path.len().saturating_sub(1)) {
            let (start, rest) = path.split_at(replaced);
            let from = named(start);
            // The path may be one of another version, which is read along with the one that is asked for.
            for to in starts(&templates, method, rest).into_iter().filter(|to| *to != from) {
                *votes.entry((from.clone(), to)).or_default() += count;
            }
        }
    }
    // Of starts with as many votes, the one that replaces most says most.
    let best = votes.into_iter().max_by_key(|((from, to), votes)| (*votes, from.len(), to.len()))?;
    let ((from, to), _) = best;
    let rewrite = Rewrite::new(from, to);
    let is_operation = |method: &str, path: &[&str]| {
        let target = rewrite.apply(&format!("/{}", path.join("/")));
        target.is_some_and(|target| {
            let target = RequestTarget::parse(&target);
            contracts.iter().any(|contract| matches!(contract.route(method, &target), Route::Operation(..)))
        })
    };
    let helped = requests.iter().filter(|(method, path, _)| is_operation(method, path));
    let helped: u64 = helped.map(|(.., count)| count).sum();
    (helped >= FEWEST).then_some((rewrite, helped))
}

/// A method, and the segments of a path template.
type Template<'c> = (&'c str, Vec<String>);

/// The templates of all operations.
fn templates<'c>(contracts: &[&'c Contract]) -> Vec<Template<'c>> {
    let operations = contracts.iter().flat_map(|contract| &contract.operations);
    let operations = operations.filter(|operation| operation.kind == OperationKind::Path);
    let templates = operations.flat_map(|operation| {
        let routes = operation.routes.iter();
        routes.map(|route| {
            let route = route.to_string();
            (operation.method.as_str(), route.split('/').skip(1).map(str::to_owned).collect())
        })
    });
    templates.collect()
}

/// What stands before the rest of a path in the operations that end with it.
fn starts(templates: &[Template<'_>], method: &str, rest: &[&str]) -> Vec<Vec<String>> {
    let is_variable = |segment: &str| segment.starts_with('{');
    let mut found: Vec<Vec<String>> = Vec::new();
    for (_, template) in templates.iter().filter(|(own, _)| own.eq_ignore_ascii_case(method)) {
        let Some(before) = template.len().checked_sub(rest.len()) else { continue };
        let (start, end) = template.split_at(before);
        let mut pairs = end.iter().zip(rest);
        let fits = pairs.all(|(pattern, segment)| pattern == segment || is_variable(pattern));
        if fits && end.iter().any(|pattern| !is_variable(pattern)) && !found.iter().any(|known| known == start) {
            found.push(start.to_vec());
        }
    }
    found
}

/// The segments of a folded path, in which those that are data are `{}`, with names for these.
fn named(start: &[&str]) -> Vec<String> {
    let mut variables = 0;
    let segments = start.iter().map(|segment| {
        if *segment != "{}" {
            return (*segment).to_owned();
        }
        variables += 1;
        match variables {
            1 => "{id}".to_owned(),
            number => format!("{{id{number}}}"),
        }
    });
    segments.collect()
}
