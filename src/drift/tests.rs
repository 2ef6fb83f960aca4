//! What is said about samples, and what is not.

use super::*;
use crate::capture::{Input, Reading};
use crate::learn::Learner;
use crate::observe::{Observer, Options};

use super::statistics::Sureness;

fn learnt(exchanges: impl IntoIterator<Item = serde_json::Value>) -> Learnt {
    let lines: String = exchanges.into_iter().map(|exchange| format!("{exchange}\n")).collect();
    let input = Input::Memory {
        name: "generated.ndjson".into(),
        bytes: lines.into_bytes().into(),
    };
    let mut observer = Observer::new(Vec::new(), Vec::new(), Options::default()).watched_by(Learner::default());
    Reading::default().read(&[input], &mut observer);
    observer.unwatched().1.finish()
}

fn exchange(path: &str, status: u16, body: &serde_json::Value) -> serde_json::Value {
    serde_json::json!({
        "request": {"method": "GET", "url": path},
        "response": {"status": status, "body": body},
    })
}

/// Numbers that look random and are the same in each run.
fn noise(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    })
}

fn pets(seed: u64, count: usize) -> Learnt {
    let pets = noise(seed).take(count).map(|number| {
        let mut pet = serde_json::json!({
            "id": number % 5000,
            "kind": (["cat", "dog", "bird"][(number / 7 % 3) as usize]),
            "price": (number / 11 % 1000) as f64 / 10.0,
            "tags": (vec!["x"; (number / 13 % 4) as usize]),
        });
        if number / 17 % 10 > 0 {
            pet["chip"] = serde_json::json!(format!("chip {}", number % 91));
        }
        let status = if number / 19 % 20 == 0 { 404 } else { 200 };
        exchange(&format!("/pets/{}", number % 5000), status, &pet)
    });
    learnt(pets)
}

#[test]
fn samples_of_the_same_traffic_do_not_differ() {
    for seed in 1..40 {
        let found = drift(&pets(seed, 400), &pets(seed + 1000, 300));
        assert!(found.shifts.is_empty(), "{seed}: {:?}", found.shifts);
    }
}

#[test]
fn few_samples_are_not_enough() {
    let with = |count: usize, body: serde_json::Value| learnt(vec![exchange("/pets/1", 200, &body); count]);
    for (old, new, shifts, unsure) in [(2, 2, 0, true), (5, 5, 0, true), (40, 40, 1, false), (1000, 12, 1, false)] {
        let found = drift(&with(old, serde_json::json!({"a": 1})), &with(new, serde_json::json!({"a": "x"})));
        let types = found.shifts.iter().filter(|shift| matches!(shift.what, What::Type { .. })).count();
        assert_eq!((types, !found.unsure.is_empty()), (shifts, unsure), "{old} {new}: {found:?}");
    }
}

#[test]
fn wilson_intervals_hold_the_share() {
    for (count, of, low, high) in [(0, 10, 0.0, 0.52), (10, 10, 0.48, 1.0), (500, 1000, 0.448, 0.552), (1, 0, 0.0, 1.0)] {
        let (found_low, found_high) = Share::new(count, of).interval();
        assert!((found_low - low).abs() < 0.01 && (found_high - high).abs() < 0.01, "{count} of {of}: {found_low} {found_high}");
    }
}

#[test]
fn shares_are_compared() {
    use Sureness::{Differs, Same, TooFew};
    for (old, new, sureness) in [
        ((0, 1000), (30, 1000), Differs),
        ((0, 1000), (1, 1000), Same),
        ((500, 1000), (500, 1000), Same),
        ((500, 1000), (520, 1000), Same),
        ((980, 1000), (400, 1000), Differs),
        ((3, 3), (0, 3), TooFew),
        ((5000, 1_000_000), (5600, 1_000_000), Same),
    ] {
        let (old, new) = (Share::new(old.0, old.1), Share::new(new.0, new.1));
        assert_eq!(old.compare(new), sureness, "{old:?} {new:?}");
        assert_eq!(new.compare(old), sureness, "{new:?} {old:?}");
    }
}
