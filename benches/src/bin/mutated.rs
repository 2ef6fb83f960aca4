//! Mutated documents for many kinds of schemas, compared with the `jsonschema` crate: which ones does only
//! one accept?
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin mutated [DOCUMENTS PER SCHEMA]`

use serde_json::Value;
use wiredrift::capture::{Body, Exchange, Hint, Sink as _};
use wiredrift::location::{Origin, Position, Side};
use wiredrift::observe::{Observer, Options, PayloadVerdict};
use wiredrift_benches::mutate::{Random, judges, mutated, schemas};

fn main() {
    let argument = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let documents: usize = argument.unwrap_or(100_000);
    let (mut accepted, mut ours_alone, mut theirs_alone, mut malformed) = (0, 0, 0, 0);
    let hint = Hint {
        folders: None,
        operation: Some("get".to_owned()),
        version: None,
        side: Some(Side::Response),
        status: Some(200),
    };
    let schemas = schemas();
    let count = schemas.len();
    for (number, (schema, document)) in schemas.into_iter().enumerate() {
        let (contract, validator) = judges(&schema);
        let mut random = Random(number as u64);
        let mut observer = Observer::new(vec![&contract], vec![&contract], Options::default());
        let mut conforming = 0;
        for index in 0..documents {
            let text = mutated(&mut random, &document);
            let origin = Origin {
                file: "mutated".into(),
                entry: None,
                position: Position {
                    byte: index as u64,
                    line: 1,
                    column: 1,
                },
            };
            observer.exchange(Exchange::bare(Body::verbatim(&text, origin), hint.clone()));
            let now = observer
                .profile
                .verdicts
                .get(&PayloadVerdict::Conforms)
                .map_or(0, |count| count.0);
            let ours = now > conforming;
            conforming = now;
            let parsed = serde_json::from_slice::<Value>(&text);
            malformed += usize::from(parsed.is_err());
            let theirs = parsed.is_ok_and(|value| validator.is_valid(&value));
            accepted += usize::from(ours && theirs);
            if ours != theirs {
                let who = if ours { "wiredrift" } else { "the crate" };
                println!(
                    "schema {number}: only {who} accepts {}",
                    String::from_utf8_lossy(&text)
                );
                ours_alone += usize::from(ours);
                theirs_alone += usize::from(theirs);
            }
        }
    }
    println!(
        "{} documents, {malformed} not JSON, {accepted} accepted by both, {ours_alone} by wiredrift alone, \
         {theirs_alone} by the crate alone",
        documents * count
    );
}
