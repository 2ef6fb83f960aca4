//! What finding the operation of a request costs, by the number of operations and by the depth of the path.
//!
//! `cargo run --release --manifest-path benches/Cargo.toml --bin routing [ROUNDS]`
//!
//! Each figure is the CPU time of 5,000 exchanges without bodies, from the request to the counted operation. The
//! contracts take turns; ratios are medians of the ratios of the rounds.

use std::hint::black_box;

use wiredrift::capture::{Exchange, Headers, Hint, Line, Request, Sink as _};
use wiredrift::contract::{Contract, Operation};
use wiredrift::location::{Origin, Position};
use wiredrift::observe::{Observer, Options};
use wiredrift_benches::{cpu_seconds, median};

const REQUESTS: usize = 5_000;

/// Segments of the paths that are compared by the number of operations.
const DEPTH: usize = 4;

fn main() {
    let rounds = std::env::args().nth(1).and_then(|text| text.parse().ok());
    let rounds = rounds.unwrap_or(9);
    let by_number = [10, 100, 2_000].map(|operations| (operations, DEPTH));
    compare(&by_number, rounds);
    let by_depth = [2, 4, 8].map(|depth| (2_000, depth));
    compare(&by_depth, rounds);
}

/// Measures contracts of so many operations with paths of so many segments, relative to the first one.
fn compare(sizes: &[(usize, usize)], rounds: usize) {
    let contracts: Vec<Contract> = sizes.iter().map(|size| contract(*size)).collect();
    let mut figures: Vec<Vec<f64>> = vec![Vec::new(); sizes.len()];
    for _ in 0..=rounds {
        for (figures, (contract, size)) in figures.iter_mut().zip(contracts.iter().zip(sizes)) {
            figures.push(routed(contract, *size));
        }
    }
    for ((operations, depth), own) in sizes.iter().zip(&figures) {
        // The first round builds what the contract keeps.
        let ratios = own
            .iter()
            .zip(&figures[0])
            .skip(1)
            .map(|(own, first)| own / first);
        println!(
            "{operations:>5} operations, {depth} segments: {:.2} µs a request, {:.2} times the first row",
            1e6 * median(own[1..].to_vec()) / REQUESTS as f64,
            median(ratios.collect())
        );
    }
}

/// The path of an operation: names and parameters take turns.
fn path(operation: usize, depth: usize, parameter: impl Fn(usize) -> String) -> String {
    let segments = (0..depth).map(|at| match at {
        0 => format!("/things{operation}"),
        at if at % 2 == 1 => format!("/{}", parameter(at)),
        at => format!("/parts{at}"),
    });
    segments.collect()
}

fn contract((operations, depth): (usize, usize)) -> Contract {
    let contract = Contract::describe("made", "v1", "Made");
    let operations = (0..operations).map(|number| {
        let path = path(number, depth, |at| format!("{{p{at}}}"));
        let operation = Operation::describe(&format!("o{number}"), "GET", &path);
        (0..depth)
            .filter(|at| at % 2 == 1)
            .fold(operation, |operation, at| {
                operation.path_parameter::<String>(&format!("p{at}"))
            })
    });
    let contract = operations.fold(contract, |contract, operation| {
        contract.operation(operation)
    });
    contract.build().expect("compiles")
}

/// The CPU seconds of all requests, after each operation was met once.
fn routed(contract: &Contract, size: (usize, usize)) -> f64 {
    let mut observer = Observer::new(vec![contract], vec![contract], Options::default());
    for exchange in exchanges(size) {
        observer.exchange(exchange);
    }
    let exchanges = exchanges(size);
    let start = cpu_seconds();
    for exchange in exchanges {
        observer.exchange(exchange);
    }
    let seconds = cpu_seconds() - start;
    assert_eq!(
        observer.profile.matched,
        2 * REQUESTS as u64,
        "every request has an operation"
    );
    black_box(&observer);
    seconds
}

fn exchanges((operations, depth): (usize, usize)) -> Vec<Exchange<'static>> {
    let origin = Origin {
        file: "made".into(),
        entry: None,
        position: Position::START,
    };
    let exchanges = (0..REQUESTS).map(|number| {
        // Neighbours in the contract are not neighbours in the traffic.
        let operation = number * 7 % operations;
        let target = path(operation, depth, |at| (number + at).to_string());
        let mut exchange = Exchange::new(origin.clone(), Hint::default());
        exchange.request = Some(Request {
            line: Line {
                text: target.clone(),
                origin: origin.clone(),
            },
            method: "GET".to_owned(),
            target,
            headers: Headers::default(),
            body: None,
            body_left_out: false,
        });
        exchange
    });
    exchanges.collect()
}
