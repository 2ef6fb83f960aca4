//! Checks payloads against operations in `cargo test`: [`assert_conforms!`](crate::assert_conforms).

use serde::Serialize;

use crate::capture::Body;
use crate::contract::{Contract, Operation, Payload, unknown};
use crate::error::{Error, ErrorKind, Result};
use crate::location::{Origin, Position, Side};
use crate::observe::{Observer, Options};
use crate::rules::{Level, Policy};
use crate::rules::{judge, judge_contract};
use crate::stack::with_stack;

use super::Color;

/// Compares a payload with an operation of a contract. Returns the findings of `level` and above as text, or
/// `None` if there are none. The status is that of a response; without one, the payload is a request.
///
/// # Errors
///
/// When the payload cannot be serialised, or the contract has no such operation or no schema for the side and
/// status.
pub fn payload_failure(
    payload: &impl Serialize,
    contract: &Contract,
    operation: &str,
    status: Option<u16>,
    level: Level,
) -> Result<Option<String>> {
    let json = serde_json::to_vec_pretty(payload).map_err(|error| {
        Error::new(ErrorKind::Format, "the payload cannot be serialised").with_source(error)
    })?;
    let known = contract.operation(operation).ok_or_else(|| {
        let ids = contract.operations.iter();
        let kind = format!("operation of {}", contract.reference());
        unknown(&kind, operation, ids.map(|operation| operation.id.as_str()))
    })?;
    let side = match status {
        Some(_) => Side::Response,
        None => Side::Request,
    };
    let declared = known.payload(side, status);
    if let (Some(Payload::Absent), Some(status)) = (declared, status) {
        // In Rust, `()` and `None` stand for an absent body.
        let message = format!(
            "{operation} of {} declares the response {status} without a body, but the payload has one",
            contract.reference()
        );
        return Ok((json != b"null").then_some(message));
    }
    let schemas = declared.map_or_else(Vec::new, Payload::schemas);
    if schemas.is_empty() {
        return Err(Error::new(
            ErrorKind::Unknown,
            no_schema(contract, known, status),
        ));
    }
    let unusable = crate::lint::unusable_within(contract, &schemas);
    if let Some(finding) = judge_contract(contract, &unusable, &Policy::default()).first() {
        let message = format!(
            "{operation} of {} has a part that cannot be used, so nothing is compared with it: {}",
            contract.reference(),
            super::contract::problem(finding)
        );
        return Err(Error::new(ErrorKind::Format, message));
    }
    with_stack(|| findings(&json, contract, operation, side, status, level))
}

/// Why a payload cannot be compared with an operation, and what the operation has.
fn no_schema(contract: &Contract, operation: &Operation, status: Option<u16>) -> String {
    let of = format!("{} of {}", operation.id, contract.reference());
    let Some(status) = status else {
        return format!("{of} has no schema for a request body");
    };
    let statuses: Vec<String> = operation
        .responses
        .iter()
        .filter(|response| !response.payload.schemas().is_empty())
        .map(|response| response.status.to_string())
        .collect();
    let what = match operation.response(status) {
        Some(_) => "has no schema for the response",
        None => "has no response",
    };
    match statuses.is_empty() {
        true => format!("{of} {what} {status} and no schema for any other response"),
        false => format!(
            "{of} {what} {status}; it has schemas for: {}",
            statuses.join(", ")
        ),
    }
}

/// The findings on a payload as text.
fn findings(
    json: &[u8],
    contract: &Contract,
    operation: &str,
    side: Side,
    status: Option<u16>,
    level: Level,
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
    let findings = judge(&observer.profile, &[contract], &Policy::default());
    let found = findings.iter().filter(|finding| finding.level >= level);
    let found: Vec<String> = found.map(|finding| finding.to_text(Color::Never)).collect();
    Ok((!found.is_empty()).then(|| found.join("\n")))
}

/// Panics with the findings if a payload does not conform to an operation of a contract.
///
/// The payload is any value that serialises. The contract, the id of the operation and the side follow:
/// `request`, or `response` with a status. `()` conforms to a response without a body. `level = warning` also
/// fails on warnings, such as undeclared properties; `level = info` fails on every finding.
///
/// ```
/// use schemars::JsonSchema;
/// use serde::Serialize;
/// use serde_json::json;
/// use wiredrift::{Contract, Operation, assert_conforms};
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
/// let more = json!({"number": 7, "total": 9.5, "note": "paid"});
/// assert_conforms!(more, billing, "retrieve-invoice", response 200);
/// # let strict = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
/// assert_conforms!(more, billing, "retrieve-invoice", response 200, level = warning); // panics
/// # }));
/// # let message = *strict.unwrap_err().downcast::<String>().unwrap();
/// # assert!(message.contains("property `note` is not declared"), "{message}");
/// # Ok::<(), wiredrift::Error>(())
/// ```
#[macro_export]
macro_rules! assert_conforms {
    ($payload:expr, $contract:expr, $operation:expr, request $(, level = $level:ident)? $(,)?) => {
        $crate::assert_conforms!(@check $payload, $contract, $operation, None $(, $level)?)
    };
    (
        $payload:expr, $contract:expr, $operation:expr, response $status:expr
        $(, level = $level:ident)? $(,)?
    ) => {
        $crate::assert_conforms!(@check $payload, $contract, $operation, Some($status) $(, $level)?)
    };
    (@check $payload:expr, $contract:expr, $operation:expr, $status:expr) => {
        $crate::assert_conforms!(@check $payload, $contract, $operation, $status, error)
    };
    (@check $payload:expr, $contract:expr, $operation:expr, $status:expr, $level:ident) => {
        match $crate::__private::payload_failure(
            &$payload,
            &$contract,
            $operation,
            $status,
            $crate::assert_conforms!(@level $level),
        ) {
            Ok(None) => {}
            Ok(Some(findings)) => panic!("the payload does not conform to {}\n\n{findings}", $operation),
            Err(error) => panic!("{error:?}"),
        }
    };
    (@level error) => { $crate::Level::Error };
    (@level warning) => { $crate::Level::Warning };
    (@level info) => { $crate::Level::Info };
    (@level $other:ident) => { compile_error!("the level must be `error`, `warning` or `info`") };
}
