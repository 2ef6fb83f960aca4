//! Payloads against operations in `cargo test`: [`assert_conforms!`](crate::assert_conforms).

use serde::Serialize;

use crate::capture::Body;
use crate::contract::Contract;
use crate::error::{Error, ErrorKind, Result};
use crate::location::{Origin, Position, Side};
use crate::observe::{Observer, Options};
use crate::report::{Report, TextOptions, text};
use crate::rules::{Level, Policy, judge};

/// Compares a payload with an operation of a contract and renders the findings at or above
/// `fail_on`; `None` when there are none.
///
/// # Errors
///
/// When the payload does not serialise, or the contract has no such operation or no schema for the
/// side and status.
pub fn failure(
    payload: &impl Serialize,
    contract: &Contract,
    operation: &str,
    side: Side,
    status: Option<u16>,
    fail_on: Level,
) -> Result<Option<String>> {
    let json = serde_json::to_vec_pretty(payload).map_err(|error| {
        Error::new(ErrorKind::Format, "the payload does not serialise").with_source(error)
    })?;
    let known = contract.operation(operation).ok_or_else(|| {
        let ids = contract
            .operations
            .iter()
            .map(|operation| operation.id.as_str());
        let kind = format!("operation of {}", contract.reference());
        crate::contract::unknown(&kind, operation, ids)
    })?;
    let payload = known.payload(side, status);
    if payload.is_none_or(|payload| payload.schemas().is_empty()) {
        let status = status
            .map(|status| format!(" {status}"))
            .unwrap_or_default();
        let message = format!(
            "{} has no schema for {operation} {side}{status}",
            contract.reference()
        );
        return Err(Error::new(ErrorKind::Unknown, message));
    }
    // Threads of tests have little stack, and deep payloads take some for each level.
    let work = std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(crate::limits::STACK);
        let work = || findings(&json, contract, operation, side, status, fail_on);
        thread
            .spawn_scoped(scope, work)
            .map(std::thread::ScopedJoinHandle::join)
    });
    match work {
        Ok(Ok(found)) => found,
        Ok(Err(panic)) => std::panic::resume_unwind(panic),
        Err(error) => {
            let message = "no thread can be started";
            Err(Error::new(ErrorKind::Limit, message).with_source(error))
        }
    }
}

/// The findings on a payload as text.
fn findings(
    json: &[u8],
    contract: &Contract,
    operation: &str,
    side: Side,
    status: Option<u16>,
    fail_on: Level,
) -> Result<Option<String>> {
    let origin = Origin {
        file: "payload".into(),
        entry: None,
        position: Position::START,
    };
    let mut observer = Observer::new(vec![contract], vec![contract], Options::default());
    let body = Body::verbatim(json, origin);
    observer.payload(contract, operation, side, status, &body);
    if let Some(problem) = observer.problems.first() {
        return Err(Error::new(ErrorKind::Limit, problem.message.clone()));
    }
    let mut findings = judge(&observer.profile, &[contract], &Policy::default());
    findings.retain(|finding| finding.level >= fail_on);
    if findings.is_empty() {
        return Ok(None);
    }
    let report = Report::new(&contract.reference(), observer, findings);
    let text = text(&report, TextOptions::default());
    Ok(Some(anstream::adapter::strip_str(&text).to_string()))
}

/// Panics, with the findings, when a payload breaks an operation of a contract.
///
/// The payload is anything that serialises. Then come the contract, the id of the operation, and the
/// side: `request`, or `response` with a status.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Serialize;
/// use serde_json::json;
/// use wiredrift::assert_conforms;
/// use wiredrift::contract::{Contract, Operation};
///
/// #[derive(Serialize, JsonSchema)]
/// struct Invoice {
///     number: u32,
///     total: f64,
/// }
///
/// let billing = Contract::describe("billing", "v1", "Invoices")
///     .operation(
///         Operation::describe("retrieve-invoice", "GET", "/invoices/{number}")
///             .response::<Invoice>(200),
///     )
///     .build()?;
///
/// assert_conforms!(Invoice { number: 7, total: 9.5 }, billing, "retrieve-invoice", response 200);
///
/// let broken = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
///     assert_conforms!(json!({"number": "7"}), billing, "retrieve-invoice", response 200);
/// }));
/// let message = *broken.unwrap_err().downcast::<String>().unwrap();
/// assert!(message.contains("required property `total` is missing"), "{message}");
/// # Ok::<(), wiredrift::Error>(())
/// ```
#[macro_export]
macro_rules! assert_conforms {
    ($payload:expr, $contract:expr, $operation:expr, request $(,)?) => {
        $crate::assert_conforms!(@check $payload, $contract, $operation, Request, None)
    };
    ($payload:expr, $contract:expr, $operation:expr, response $status:expr $(,)?) => {
        $crate::assert_conforms!(@check $payload, $contract, $operation, Response, Some($status))
    };
    (@check $payload:expr, $contract:expr, $operation:expr, $side:ident, $status:expr) => {
        match $crate::conformance::failure(
            &$payload,
            &$contract,
            $operation,
            $crate::location::Side::$side,
            $status,
            $crate::rules::Level::Error,
        ) {
            Ok(None) => {}
            Ok(Some(findings)) => panic!("the payload breaks {}\n\n{findings}", $operation),
            Err(error) => panic!("{error}"),
        }
    };
}
