//! The edits of bytes are those of the reference.

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use crate::contract::Contract;
use crate::diff::{Options, compare_contracts};
use crate::json::TapeDocument;
use crate::location::{Origin, Position, Side};
use crate::migrate::layout::Layout;
use crate::migrate::plan::{Done, Plan};
use crate::migrate::rewrite::Rewriter;
use crate::migrate::summary::{Outcomes, counted};
use crate::observe::DeviationKind;
use crate::schema::tests::{document, instance};

use super::contract;

/// Rewrites payloads both ways; returns how many of them were rewritten in one pass.
fn compared(
    old: &Contract,
    new: &Contract,
    payloads: &[String],
    accept_guesses: bool,
) -> Result<usize, TestCaseError> {
    let found = compare_contracts(old, new, &Options::default());
    let rewriter = Rewriter {
        old,
        new,
        alignment: &found.alignment,
        accept_guesses,
    };
    let root = |contract: &Contract| {
        let payload = contract.operations[0].payload(Side::Response, None);
        payload.expect("a payload").schemas()[0]
    };
    let roots = (root(old), root(new));
    let mut plan = Plan::new(rewriter, None, roots);
    let (mut streamed, mut reference) = (Outcomes::default(), Outcomes::default());
    let origin = Origin {
        file: "payloads".into(),
        entry: None,
        position: Position::default(),
    };
    let mut rewritten = 0;
    for (number, payload) in (1..).zip(payloads) {
        let document = TapeDocument::parse(payload.as_bytes()).expect("JSON");
        if document.repeated_keys().next().is_some() || !old.graph.accepts(roots.0, document.root())
        {
            continue;
        }
        let is_current = match plan.rewrite(payload) {
            None => continue,
            Some(Done::Current) => {
                let done = rewriter.rewrite(document.root(), roots, None, &[]);
                prop_assert!(
                    done.edits.is_empty() && done.left.is_empty(),
                    "{} {:?}",
                    payload,
                    done.edits
                );
                true
            }
            Some(Done::Rewritten { text, is_valid }) => {
                let done = rewriter.rewrite(document.root(), roots, None, &[]);
                let own = (!done.edits.is_empty()).then(|| {
                    let text = Layout::of(&document).write(&done.tree, "");
                    let span = document.root().span();
                    format!("{}{text}{}", &payload[..span.start], &payload[span.end..])
                });
                prop_assert_eq!(text, own.as_deref(), "{}", payload);
                prop_assert_eq!(
                    is_valid,
                    done.left.is_empty(),
                    "{} {:?}",
                    payload,
                    done.left
                );
                reference.add(&done.edits, (0, number), &origin);
                match is_valid {
                    true => reference.valid += 1,
                    false => reference.incomplete += 1,
                }
                let left = done.left.iter().map(|(pointer, kind)| {
                    let is_missing = matches!(kind, DeviationKind::Missing { .. });
                    assert!(is_missing, "{kind:?}");
                    (pointer.folded(), kind.clone(), String::new())
                });
                for (key, times) in counted(left.collect()) {
                    reference.left.add(key, times, (0, number, 0), &origin);
                }
                false
            }
        };
        if !is_current {
            rewritten += 1;
            plan.count(&mut streamed, payload, (0, number), &origin);
        }
    }
    plan.settle(&mut streamed);
    prop_assert_eq!(format!("{streamed:#?}"), format!("{reference:#?}"));
    Ok(rewritten)
}

/// What one property is, and what it becomes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Edit {
    Same,
    Gone,
    /// Another spelling of the name.
    Respelled,
    /// New, with one value.
    Constant,
    /// New, with a default.
    Default,
    /// New, and cannot be guessed.
    Required,
    /// Has one value, and is removed.
    ConstantGone,
    /// Timestamps that are reformatted.
    Time,
    /// No longer nullable.
    NotNull,
    /// Becomes a string.
    Text,
    /// An object; two of its parts move next to it.
    Lifted,
    /// Moves into an object.
    Lowered,
    /// A list of objects with two properties, one of which is removed.
    List,
    /// A closed object that loses a part.
    Nested,
    /// Two variants with different tags, one of which loses a part.
    Union,
    /// A list of two variants, each of which gets another constant.
    Constants,
    /// A list of timestamps, some of which have escapes.
    Times,
    /// A map of objects, each of which loses a part.
    Map,
}

pub(super) const EDITS: [Edit; 18] = [
    Edit::Same,
    Edit::Gone,
    Edit::Respelled,
    Edit::Constant,
    Edit::Default,
    Edit::Required,
    Edit::ConstantGone,
    Edit::Time,
    Edit::NotNull,
    Edit::Text,
    Edit::Lifted,
    Edit::Lowered,
    Edit::List,
    Edit::Nested,
    Edit::Union,
    Edit::Constants,
    Edit::Times,
    Edit::Map,
];

/// The properties before and after, and the names that are required afterwards.
pub(super) fn schemas(edits: &[Edit]) -> (Json, Json) {
    let (mut old, mut new) = (Map::new(), Map::new());
    let (mut was_required, mut required) = (Vec::new(), Vec::new());
    let object = |properties: Json| json!({"type": "object", "properties": properties});
    let integer = || json!({"type": "integer"});
    for (index, edit) in edits.iter().enumerate() {
        let name = format!("p{index}");
        let mut both = |name: &str, was: Json, is: Json| {
            old.insert(name.to_owned(), was);
            new.insert(name.to_owned(), is);
        };
        match edit {
            Edit::Same => both(&name, json!({}), json!({})),
            Edit::Gone => drop(old.insert(name, json!({"type": ["integer", "string"]}))),
            Edit::Respelled => {
                old.insert(
                    format!("itemCount{index}"),
                    json!({"type": "integer", "maximum": 1000 + index}),
                );
                new.insert(
                    format!("item_count_{index}"),
                    json!({"type": "integer", "maximum": 1000 + index}),
                );
            }
            Edit::Constant => {
                new.insert(name.clone(), json!({"const": format!("c{index}")}));
                required.push(name);
            }
            Edit::Default => {
                new.insert(name.clone(), json!({"type": "boolean", "default": true}));
                required.push(name);
            }
            Edit::Required => {
                new.insert(
                    name.clone(),
                    json!({"type": "array", "minItems": 3 + index}),
                );
                required.push(name);
            }
            Edit::ConstantGone => drop(old.insert(name, json!({"const": "gone"}))),
            Edit::Time => {
                let time = |example: &str| json!({"type": "string", "format": "date-time", "examples": [example]});
                both(
                    &name,
                    time("2020-01-01T00:00:00+00:00"),
                    time("2020-01-01T00:00:00Z"),
                );
            }
            Edit::NotNull => both(
                &name,
                json!({"type": ["boolean", "null"]}),
                json!({"type": "boolean"}),
            ),
            Edit::Text => {
                both(&name, integer(), json!({"type": "string"}));
                was_required.push(name.clone());
                required.push(name);
            }
            Edit::Lifted => {
                let part =
                    |part: &str| json!({"type": "string", "pattern": format!("^{part}{index}")});
                old.insert(
                    name,
                    object(json!({format!("x{index}"): part("x"), format!("y{index}"): part("y"), "z": integer()})),
                );
                new.insert(format!("x{index}"), part("x"));
                new.insert(format!("y{index}"), part("y"));
            }
            Edit::Lowered => {
                let part =
                    |part: &str| json!({"type": "string", "pattern": format!("^{part}{index}")});
                old.insert(format!("u{index}"), part("u"));
                old.insert(format!("v{index}"), part("v"));
                let mut inner = Map::new();
                inner.insert(format!("u{index}"), part("u"));
                inner.insert(format!("v{index}"), part("v"));
                new.insert(format!("into{index}"), object(Json::Object(inner)));
            }
            Edit::List => both(
                &name,
                json!({"type": "array", "items": object(json!({"a": integer(), "b": integer()}))}),
                json!({"type": "array", "items": object(json!({"a": integer()}))}),
            ),
            Edit::Union => {
                let variants = |first: Json| {
                    let second = json!({"k": {"const": "b"}, "z": {"type": "string"}});
                    let variant = |properties: Json| json!({"type": "object", "properties": properties, "required": ["k"]});
                    json!({"oneOf": [variant(first), variant(second)]})
                };
                both(
                    &name,
                    variants(json!({"k": {"const": "a"}, "x": integer(), "y": integer()})),
                    variants(json!({"k": {"const": "a"}, "x": integer()})),
                );
            }
            Edit::Constants => {
                let variants = |is_new: bool| {
                    let variant = |tag: &str, constant: usize| {
                        let mut properties = json!({"k": {"const": tag}});
                        let mut required = vec!["k"];
                        if is_new {
                            properties["v"] = json!({"const": constant});
                            required.push("v");
                        }
                        json!({"type": "object", "properties": properties, "required": required})
                    };
                    json!({"type": "array", "items": {"oneOf": [variant("a", 1), variant("b", 2)]}})
                };
                both(&name, variants(false), variants(true));
            }
            Edit::Times => {
                let times = |example: &str| json!({"type": "array", "items": {"type": "string", "format": "date-time", "examples": [example]}});
                both(
                    &name,
                    times("2020-01-01T00:00:00+00:00"),
                    times("2020-01-01T00:00:00Z"),
                );
            }
            Edit::Map => {
                let map = |properties: Json| json!({"type": "object", "additionalProperties": object(properties)});
                both(
                    &name,
                    map(json!({"a": integer(), "b": integer()})),
                    map(json!({"a": integer()})),
                );
            }
            Edit::Nested => both(
                &name,
                object(json!({"a": integer(), "b": {"type": "string"}})),
                json!({"type": "object", "properties": {"a": integer(), "k": {"const": 1}}, "required": ["k"], "additionalProperties": false}),
            ),
        }
    }
    (
        json!({"title": "Pets", "type": "object", "properties": old, "required": was_required}),
        json!({"title": "Pets", "type": "object", "properties": new, "required": required}),
    )
}

/// A payload of the old contract; `seeds` say what is present, in which order, and with which white space.
pub(super) fn payload(edits: &[Edit], seeds: &[u8]) -> String {
    let seed = |index: usize| usize::from(seeds[index % seeds.len()]) + index;
    let [colon, comma, open, close] = [
        [":", ": ", " : "][seed(0) % 3],
        [",", ", ", ",  "][seed(1) % 3],
        ["{", "{ "][seed(2) % 2],
        ["}", " }"][seed(3) % 2],
    ];
    let object = |members: Vec<(String, String)>| {
        let members = members
            .iter()
            .map(|(name, value)| format!("\"{name}\"{colon}{value}"));
        let members: Vec<String> = members.collect();
        match members.is_empty() {
            true => "{}".to_owned(),
            false => format!("{open}{}{close}", members.join(comma)),
        }
    };
    let mut members: Vec<(String, String)> = Vec::new();
    for (index, edit) in edits.iter().enumerate() {
        let name = format!("p{index}");
        let seed = seed(index + 4);
        let is_there = seed % 4 > 0;
        let member = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        match edit {
            Edit::Same if is_there => members.push(member(
                &name,
                ["1", "null", "{\"a\": [ ]}", "\"\\u00e4\""][seed % 4],
            )),
            Edit::Gone if is_there => {
                members.push(member(&name, ["7", "\"x, y\"", "\"}\""][seed % 3]));
            }
            Edit::Respelled if is_there => members.push(member(&format!("itemCount{index}"), "12")),
            Edit::ConstantGone if is_there => members.push(member(&name, "\"gone\"")),
            Edit::Time if is_there => {
                let times = [
                    "\"2021-02-03T04:05:06+00:00\"",
                    "\"2021-02-03T04:05:06Z\"",
                    "\"2021-02-03T06:05:06+02:00\"",
                    "\"2021-02-03T04:05:06.5Z\"",
                ];
                members.push(member(&name, times[seed / 4 % 4]));
            }
            Edit::NotNull if is_there => {
                members.push(member(&name, ["true", "null"][seed / 4 % 2]));
            }
            Edit::Text => members.push(member(&name, "5")),
            Edit::Lifted if is_there => {
                let mut parts = vec![
                    member(&format!("x{index}"), &format!("\"x{index}\"")),
                    member("z", "1"),
                ];
                if seed % 3 > 0 {
                    parts.insert(
                        seed % 2,
                        member(&format!("y{index}"), &format!("\"y{index}!\"")),
                    );
                }
                let parts = object(parts);
                members.push((name, parts));
            }
            Edit::Lowered if is_there => {
                members.push(member(&format!("v{index}"), &format!("\"v{index}\"")));
                if seed % 3 > 0 {
                    members.push(member(&format!("u{index}"), &format!("\"u{index}\"")));
                }
            }
            Edit::List if is_there => {
                let item = |inner: usize| match inner % 3 {
                    0 => object(vec![member("a", "1"), member("b", "2")]),
                    1 => object(vec![member("b", "2")]),
                    _ => object(vec![member("c", "3"), member("b", "2"), member("a", "1")]),
                };
                let items: Vec<String> = (0..seed % 4).map(|inner| item(seed + inner)).collect();
                members.push((name, format!("[{}]", items.join(comma))));
            }
            Edit::Union if is_there => {
                let parts = match seed % 3 {
                    0 => vec![member("k", "\"a\""), member("x", "1"), member("y", "2")],
                    1 => vec![member("y", "2"), member("k", "\"a\"")],
                    _ => vec![member("k", "\"b\""), member("z", "\"y\"")],
                };
                let parts = object(parts);
                members.push((name, parts));
            }
            Edit::Constants if is_there => {
                let item = |inner: usize| object(vec![member("k", ["\"a\"", "\"b\""][inner % 2])]);
                let items: Vec<String> = (0..seed % 5).map(|inner| item(seed + inner)).collect();
                members.push((name, format!("[{}]", items.join(comma))));
            }
            Edit::Times if is_there => {
                let times = [
                    "\"2021-02-03T04:05:06+00:00\"",
                    "\"2021-02-03T04:05:06\\u002b00:00\"",
                    "\"2021-02-03T04:05:06Z\"",
                ];
                let items: Vec<&str> = (0..seed % 5)
                    .map(|inner| times[(seed + inner) % 3])
                    .collect();
                members.push((name, format!("[{}]", items.join(comma))));
            }
            Edit::Map if is_there => {
                let entries = (0..seed % 4).map(|inner| {
                    let parts = object(vec![member("b", "2"), member("a", "1")]);
                    (format!("id {}", seed + inner), parts)
                });
                let entries = object(entries.collect());
                members.push((name, entries));
            }
            Edit::Nested if is_there => {
                let parts = match seed % 3 {
                    0 => vec![member("a", "1"), member("b", "\"x\"")],
                    1 => vec![member("b", "\"x\"")],
                    _ => Vec::new(),
                };
                let parts = object(parts);
                members.push((name, parts));
            }
            _ => {}
        }
    }
    if seed(4).is_multiple_of(3) {
        members.reverse();
    }
    if seed(5).is_multiple_of(5) {
        members.insert(
            members.len() / 2,
            ("un\\u0064eclared".to_owned(), "[1, {}]".to_owned()),
        );
    }
    let before = ["", " "][seed(6) % 2];
    format!("{before}{}", object(members))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn bytes_become_what_trees_become(
        edits in prop::collection::vec(prop::sample::select(&EDITS[..]), 1..7),
        seeds in prop::collection::vec(prop::collection::vec(any::<u8>(), 8..24), 1..6),
        accept_guesses in any::<bool>(),
    ) {
        let (old, new) = schemas(&edits);
        let payloads: Vec<String> = seeds.iter().map(|seeds| payload(&edits, seeds)).collect();
        compared(&contract(&old), &contract(&new), &payloads, accept_guesses)?;
    }

    #[test]
    fn of_random_schemas_too(
        (old, new) in (document(), document()),
        payloads in prop::collection::vec(instance(), 1..8),
    ) {
        let payloads: Vec<String> = payloads.iter().map(Json::to_string).collect();
        compared(&contract(&old), &contract(&new), &payloads, false)?;
    }
}

/// Ensures that the comparison compares something.
#[test]
fn every_edit_is_done_in_one_pass() {
    for edit in EDITS {
        let edits = [edit, Edit::Gone];
        let (old, new) = schemas(&edits);
        let payloads: Vec<String> = (0..8)
            .map(|seed| payload(&edits, &[seed, 5, 2, 7 * seed, 11, seed]))
            .collect();
        let rewritten = compared(&contract(&old), &contract(&new), &payloads, false);
        assert!(rewritten.expect("the same") > 0, "{edit:?}");
    }
}

/// The scalars of a value, as written.
fn scalars(value: crate::json::Value<'_>, found: &mut Vec<String>) {
    for (_, member) in value.members() {
        scalars(member, found);
    }
    for element in value.elements() {
        scalars(element, found);
    }
    if !matches!(
        value.kind(),
        crate::json::Kind::Object | crate::json::Kind::Array
    ) {
        found.push(value.raw().to_owned());
    }
}

fn scalars_of(text: &str) -> Vec<String> {
    let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
    let mut found = Vec::new();
    scalars(document.root(), &mut found);
    found
}

/// Everything missing in the result was reported, and a second run changes nothing.
fn is_told_and_done(
    (old, new): (&Contract, &Contract),
    payload: &str,
) -> Result<(), TestCaseError> {
    let found = compare_contracts(old, new, &Options::default());
    let rewriter = Rewriter {
        old,
        new,
        alignment: &found.alignment,
        accept_guesses: false,
    };
    let root = |contract: &Contract| {
        let payload = contract.operations[0].payload(Side::Response, None);
        payload.expect("a payload").schemas()[0]
    };
    let roots = (root(old), root(new));
    let rewritten = |text: &str| {
        let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
        let done = rewriter.rewrite(document.root(), roots, None, &[]);
        let before = done.edits.iter().filter_map(|edit| edit.before.clone());
        let told: Vec<String> = before.flat_map(|text| scalars_of(&text)).collect();
        (
            Layout::of(&document).write(&done.tree, ""),
            told,
            done.left.is_empty(),
        )
    };
    let (text, told, is_valid) = rewritten(payload);
    let mut kept = scalars_of(&text);
    kept.extend(told);
    for scalar in scalars_of(payload) {
        let Some(place) = kept.iter().position(|kept| *kept == scalar) else {
            return Err(TestCaseError::fail(format!(
                "{scalar} of {payload} is not in {text}, nor told"
            )));
        };
        kept.remove(place);
    }
    let document = TapeDocument::parse(text.as_bytes()).expect("JSON");
    if is_valid && old.graph.accepts(roots.0, document.root()) {
        prop_assert_eq!(&rewritten(&text).0, &text, "of {}", payload);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn nothing_is_lost_untold_and_nothing_done_twice(
        edits in prop::collection::vec(prop::sample::select(&EDITS[..]), 1..7),
        seeds in prop::collection::vec(prop::collection::vec(any::<u8>(), 8..24), 1..4),
    ) {
        let (old, new) = schemas(&edits);
        let pair = (contract(&old), contract(&new));
        for seeds in &seeds {
            is_told_and_done((&pair.0, &pair.1), payload(&edits, seeds).trim())?;
        }
    }

    #[test]
    fn nor_with_random_schemas(
        (old, new) in (document(), document()),
        payloads in prop::collection::vec(instance(), 1..6),
    ) {
        let pair = (contract(&old), contract(&new));
        for payload in payloads {
            is_told_and_done((&pair.0, &pair.1), &payload.to_string())?;
        }
    }
}
