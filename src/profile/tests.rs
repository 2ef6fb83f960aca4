//! Merging, on generated traffic.

use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::capture::{Input, Reading};
use crate::learn::Learner;
use crate::learn::generated::line;
use crate::observe::{Observer, Options, Preparation};

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    let pet = json!({
        "type": "object",
        "required": ["id", "name"],
        "properties": {
            "id": {"type": "integer"},
            "name": {"type": "string", "maxLength": 4},
            "kind": {"enum": ["cat", "dog"]},
            "born": {"type": "string", "format": "date-time"},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
    });
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Pets", "version": "1"},
        "paths": {
            "/pets": {"get": {
                "operationId": "listPets",
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": {"type": "array", "items": pet}}}}},
            }},
            "/pets/{petId}": {"get": {
                "operationId": "showPet",
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": pet}}}},
            }},
        },
    });
    Contract::from_openapi(&document).expect("a contract")
});

fn observed(files: &[(&str, &[String])]) -> StoredProfile {
    let versions = vec![&*CONTRACT];
    let inputs: Vec<Input> = files
        .iter()
        .map(|(name, lines)| Input::Memory {
            name: (*name).into(),
            bytes: (lines.join("\n") + "\n").into_bytes().into(),
        })
        .collect();
    let observer = Observer::new(versions.clone(), versions.clone(), Options::default()).watched_by(Learner::default());
    let observer = observer.read(&inputs, &Reading::default(), Preparation::default());
    let (observer, learner) = observer.unwatched();
    let compared = Compared::new(&versions, &versions, false);
    StoredProfile::compared(compared, observer.into_observation(), learner.finish(), &versions)
}

fn merged(profiles: &[&StoredProfile]) -> StoredProfile {
    let mut all = StoredProfile::default();
    for profile in profiles {
        all.merge(profile).expect("of the same contract");
    }
    all
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn parts_in_any_order_are_the_whole(parts in prop::collection::vec(prop::collection::vec(line(), 1..12), 3)) {
        let names = ["a.ndjson", "b.ndjson", "c.ndjson"];
        let files: Vec<(&str, &[String])> = names.iter().zip(&parts).map(|(name, lines)| (*name, &**lines)).collect();
        let whole = observed(&files);
        let [a, b, c] = [0, 1, 2].map(|part| observed(&files[part..=part]));
        let identity = StoredProfile::default();
        prop_assert_eq!(&merged(&[&a, &b, &c]), &whole);
        prop_assert_eq!(&merged(&[&c, &identity, &b, &a]), &whole);
        prop_assert_eq!(&merged(&[&a, &merged(&[&c, &b])]), &whole);
        let bytes = whole.to_bytes().expect("writes");
        prop_assert_eq!(&merged(&[&b, &c, &a]).to_bytes().expect("writes"), &bytes);
        let read = StoredProfile::read(&bytes).expect("reads");
        prop_assert_eq!(&read, &whole);
        prop_assert_eq!(read.to_bytes().expect("writes"), bytes);
    }
}

#[test]
fn keys_and_segments_that_are_too_many_are_folded_in_any_order() {
    let lines = |numbers: std::ops::Range<u32>| -> Vec<String> {
        let letters = |number: u32| number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect::<String>();
        let exchange = |number| {
            json!({
                "request": {"method": "GET", "url": format!("/things/{}", letters(number))},
                "response": {"status": 200, "body": {"by_name": {letters(number): {"n": number}}}},
            })
        };
        numbers.map(|number| exchange(number).to_string()).collect()
    };
    let parts = [lines(0..200), lines(150..300), lines(290..900)];
    let files = [("a", &*parts[0]), ("b", &*parts[1]), ("c", &*parts[2])];
    let whole = observed(&files);
    let [a, b, c] = [0, 1, 2].map(|part| observed(&files[part..=part]));
    assert_eq!(merged(&[&c, &a, &b]), whole);
    assert_eq!(merged(&[&a, &b, &c]), whole);
    // `/`, `/things`, and one place for everything below it.
    assert_eq!(whole.learnt.resources.walk().len(), 3);
}
