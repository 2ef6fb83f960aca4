//! Mutated documents: the streaming walk accepts what the `jsonschema` crate accepts, and learns what the
//! reference walk learns.


use super::mutate::{Random, judges, mutated, schemas};
use serde_json::Value;
use crate::capture::Body;
use crate::json::TapeDocument;
use crate::location::{Origin, Position, Side};
use crate::observe::{Engine, Observer, Options, PayloadVerdict};

/// Documents for each schema, fewer if they are long; `benches` has the same seeds and more documents.
const DOCUMENTS: usize = 1_500;

#[test]
fn mutated_documents_are_judged_as_the_crate_judges_them() {
    let mut accepted = 0;
    let mut differ = Vec::new();
    for (number, (schema, document)) in schemas().into_iter().enumerate() {
        let (contract, validator) = judges(&schema);
        assert!(validator.is_valid(&document), "schema {number}");
        let mut random = Random(number as u64);
        let [mut observer, mut reference] = [Engine::Streaming, Engine::Reference].map(|engine| {
            let options = Options {
                engine,
                ..Options::default()
            };
            Observer::new(vec![&contract], vec![&contract], options)
        });
        let documents = match document.to_string().len() {
            ..500 => DOCUMENTS,
            _ => DOCUMENTS / 10,
        };
        for _ in 0..documents {
            let text = mutated(&mut random, &document);
            let before = conforming(&observer);
            let origin = Origin {
                file: "a".into(),
                entry: None,
                position: Position::START,
            };
            let body = Body::verbatim(&text, origin);
            for observer in [&mut observer, &mut reference] {
                observer.payload(&contract, "get", Side::Response, Some(200), &body);
            }
            let ours = conforming(&observer) > before;
            let read = serde_json::from_slice::<Value>(&text);
            // Lone surrogates and numbers that exceed a double are JSON, but the crate cannot be given them.
            if read.is_err() && TapeDocument::parse(&text).is_ok() {
                continue;
            }
            let theirs = read.is_ok_and(|value| validator.is_valid(&value));
            accepted += usize::from(ours);
            if ours != theirs {
                differ.push((number, ours, String::from_utf8_lossy(&text).into_owned()));
            }
        }
        assert_eq!(differ, [], "schema {number}");
        let is_same = observer.profile == reference.profile;
        assert!(
            is_same,
            "schema {number}: {}",
            difference(&reference, &observer)
        );
    }
    assert!(accepted > 3_000, "{accepted}");
    assert_eq!(differ, []);
}

fn conforming(observer: &Observer<'_>) -> u64 {
    let verdicts = &observer.profile.verdicts;
    verdicts.get(&PayloadVerdict::Conforms).map_or(0, |count| count.0)
}

/// The first lines in which two profiles differ, because whole profiles are long.
fn difference(theirs: &Observer<'_>, ours: &Observer<'_>) -> String {
    let [theirs, ours] = [theirs, ours].map(|seen| {
        let told = format!("{:#?}", seen.profile);
        // The number of the last payload is not part of what was learnt.
        let is_of_last = |line: &&str| {
            let line = line.trim().trim_end_matches([',', '(']);
            line.starts_with("last:") || line == ")" || line.parse::<u64>().is_ok()
        };
        told.lines()
            .filter(|line| !is_of_last(line))
            .fold(String::new(), |told, line| told + line + "\n")
    });
    let difference = similar::TextDiff::from_lines(&theirs, &ours);
    format!("{:.4000}", difference.unified_diff().to_string())
}
