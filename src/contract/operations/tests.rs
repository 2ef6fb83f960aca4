use proptest::prelude::*;

use super::*;
use crate::contract::path::PathValues;
use crate::contract::{Payload, RequestTarget, Route, Security};

fn operation(number: usize, method: &str, path: &str, bases: &[String]) -> Operation {
    let routes = bases.iter().map(|base| PathTemplate::parse(&format!("{base}{path}")));
    Operation {
        id: format!("o{number}"),
        operation_id: None,
        kind: OperationKind::Path,
        method: method.to_owned(),
        path: PathTemplate::parse(path),
        routes: routes.collect(),
        caller: None,
        place: None,
        deprecated: false,
        summary: String::new(),
        parameters: Vec::new(),
        form: Vec::new(),
        form_body: Payload::Absent,
        open_query: false,
        request: Payload::Absent,
        responses: Vec::new(),
        notes: Vec::new(),
        security: Security::default(),
        replaces: Vec::new(),
    }
}

/// What every operation is asked for.
fn searched(operations: &Operations, method: &str, path: &str) -> String {
    let mut matching: Vec<(&Operation, &PathTemplate, PathValues<'_, '_>)> = Vec::new();
    for operation in operations.iter().filter(|o| o.kind == OperationKind::Path) {
        let mut routes = operation.routes.iter();
        let found = routes.find_map(|route| Some((operation, route, route.matches(path)?)));
        matching.extend(found);
    }
    matching.sort_by(|(_, left, _), (_, right, _)| {
        let ends = |template: &PathTemplate| !template.ends_like(path);
        left.more_specific(right).then(ends(left).cmp(&ends(right)))
    });
    let has_method = |operation: &Operation| operation.method.eq_ignore_ascii_case(method);
    match matching.iter().find(|(operation, ..)| has_method(operation)) {
        Some((operation, _, values)) => format!("{} {values:?}", operation.id),
        None => {
            let ids = matching.iter().map(|(operation, ..)| operation.id.as_str());
            format!("{:?}", ids.collect::<Vec<_>>())
        }
    }
}

/// What [`Operations::route`] finds, written in the same way.
fn found(operations: &Operations, method: &str, path: &str) -> String {
    let target = RequestTarget {
        host: None,
        path: path.to_owned(),
        raw_query: Vec::new(),
        query: Vec::new(),
    };
    match operations.route(method, &target) {
        Route::Operation(operation, values) => format!("{} {values:?}", operation.id),
        Route::OtherMethod(operations) => {
            format!("{:?}", operations.iter().map(|o| &o.id).collect::<Vec<_>>())
        }
        Route::Unknown => "[]".to_owned(),
    }
}

/// Segments of templates, and of paths that may match them.
const TEMPLATES: [&str; 16] = [
    "a", "b", "", "a%62", "%2541", "A", "{x}", "{y}", "{rest+}", "{}", "{x}.json", "v{x}", "{a}...{b}",
    "a{x}b", "{x}{y}", "%C3%A9",
];
const PATHS: [&str; 16] = [
    "a", "b", "", "ab", "%61", "%41", "%2541", "A", "a.json", ".json", "v1", "v", "1...2", "axb", "é", "%ff",
];

fn joined(segments: &'static [&'static str], most: usize) -> impl Strategy<Value = String> {
    let segments = prop::collection::vec(prop::sample::select(segments), 0..most);
    (segments, any::<bool>(), any::<bool>()).prop_map(|(segments, starts, ends)| {
        let start = if starts { "/" } else { "" };
        let end = if ends { "/" } else { "" };
        format!("{start}{}{end}", segments.join("/"))
    })
}

fn method() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["GET", "POST", "get"][..])
}

proptest! {
    #[test]
    fn the_index_finds_what_a_search_of_every_operation_finds(
        templates in prop::collection::vec((method(), joined(&TEMPLATES, 5)), 0..12),
        bases in prop::collection::vec(joined(&TEMPLATES, 3), 1..4),
        asked in prop::collection::vec((method(), joined(&PATHS, 7)), 1..20),
    ) {
        let operations = templates.iter().enumerate();
        let operations = operations.map(|(number, (method, path))| operation(number, method, path, &bases));
        let operations = Operations::new(operations.collect());
        for (method, path) in asked {
            prop_assert_eq!(
                found(&operations, method, &path),
                searched(&operations, method, &path),
                "{} {}", method, path
            );
            let candidates: Vec<&str> = operations.with_path(&path).map(|o| o.id.as_str()).collect();
            for operation in &operations {
                let is_candidate = candidates.contains(&operation.id.as_str());
                prop_assert!(is_candidate || operation.path.matches(&path).is_none());
            }
        }
    }

    #[test]
    fn operations_are_found_by_id(ids in prop::collection::vec("[ab]{0,3}", 0..12), asked in "[ab]{0,3}") {
        let operations = ids.iter().map(|id| Operation { id: id.clone(), ..operation(0, "GET", "/", &[]) });
        let operations = Operations::new(operations.collect());
        let first = operations.iter().find(|operation| operation.id == asked);
        let found = operations.with_id(&asked);
        prop_assert_eq!(found.map(std::ptr::from_ref), first.map(std::ptr::from_ref));
        for (position, operation) in operations.iter().enumerate() {
            prop_assert_eq!(operations.position_of(operation), Some(position));
        }
    }
}
