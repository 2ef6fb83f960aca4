//! What a service tests of its contract.

use serde_json::json;
use wiredrift::{
    Color, Contract, ErrorKind, Level, Operation, Result, assert_compatible, assert_conforms,
    check, diff,
};
use wiredrift_outside::{Invoice, Status};

fn billing() -> Result<Contract> {
    Contract::describe("billing", "v1", "Invoices")
        .operation(
            Operation::describe("retrieve-invoice", "GET", "/invoices/{number}")
                .path_parameter::<u32>("number")
                .response::<Invoice>(200),
        )
        .build()
}

/// A recorded exchange, as a browser exports it.
fn session(body: &serde_json::Value) -> String {
    let exchange = json!({
        "startedDateTime": "2026-11-29T10:00:00Z",
        "request": {"method": "GET", "url": "https://api.example/invoices/7", "headers": []},
        "response": {
            "status": 200,
            "headers": [],
            "content": {"mimeType": "application/json", "text": body.to_string()}
        }
    });
    json!({"log": {"version": "1.2", "entries": [exchange]}}).to_string()
}

#[test]
fn a_har_is_checked() -> Result<()> {
    let contract = billing()?;
    let good = session(&json!({"number": 7, "total": 950, "status": "open"}));
    let report = check(&contract).bytes("session.har", good).run()?;
    report.assert_clean(Level::Info);
    assert_eq!(report.compared(), 1, "the response; the request has no body");

    let bad = session(&json!({"number": 7, "total": "950", "status": "lost"}));
    let report = check(&contract).bytes("session.har", bad).run()?;
    let rules: Vec<&str> = report.findings().iter().map(|f| f.rule().id()).collect();
    assert_eq!(rules, ["wrong-type", "enum-value"]);
    let finding = report.at_least(Level::Error).next().expect("an error");
    assert!(
        finding.to_string().starts_with("session.har:1:"),
        "{finding}"
    );
    assert_eq!(
        finding.operations().collect::<Vec<_>>(),
        ["retrieve-invoice"]
    );
    assert!(!report.to_text(Color::Never).contains('\u{1b}'));
    assert!(report.to_text(Color::Always).contains('\u{1b}'));
    assert!(report.to_json().contains("wrong-type"));
    Ok(())
}

#[test]
fn nothing_passes_by_accident() -> Result<()> {
    let contract = billing()?;
    let checks = [
        check(&contract),
        check(&contract).captures(["no/such/file.har"]),
        check(&contract).bytes(
            "session.har",
            r#"{"log": {"version": "1.2", "entries": []}}"#,
        ),
        check(&contract).bytes("other.json", r#"[{"a": 1}]"#),
    ];
    for check in checks {
        let error = check.run().expect_err("compares nothing");
        assert_eq!(error.kind(), ErrorKind::NothingCompared, "{error}");
    }
    let good = session(&json!({"number": 7, "total": 950, "status": "open"}));
    let partly = check(&contract)
        .bytes("session.har", good)
        .captures(["no/such/file.har"])
        .run()?;
    assert_eq!(partly.problems().len(), 1);
    let clean = std::panic::catch_unwind(|| partly.assert_clean(Level::Error));
    assert!(clean.is_err(), "what could not be read does not pass");
    Ok(())
}

#[test]
fn types_keep_their_contract() -> Result<()> {
    assert_compatible!(billing()?, "contracts/billing.json");
    Ok(())
}

#[test]
fn payloads_conform() -> Result<()> {
    let contract = billing()?;
    let invoice = Invoice {
        number: 7,
        total: 950,
        status: Status::Paid,
    };
    assert_conforms!(invoice, contract, "retrieve-invoice", response 200, level = warning);
    Ok(())
}

#[test]
fn a_new_version_is_compared() -> Result<()> {
    let old = billing()?;
    let mut document = old.to_openapi()?;
    let invoice = &mut document["components"]["schemas"]["Invoice"];
    invoice["properties"]["number"]["type"] = "string".into();
    invoice["properties"]["number"]
        .as_object_mut()
        .expect("an object")
        .remove("minimum");
    let new = Contract::from_openapi(&document)?;
    let changes = diff(&old, &new);
    assert_eq!(
        changes.breaking().count(),
        1,
        "{}",
        changes.to_text(Color::Never)
    );
    let change = changes.breaking().next().expect("a change");
    assert!(change.witness().is_some());
    assert!(diff(&old, &Contract::from_openapi(&old.to_openapi()?)?).is_empty());
    Ok(())
}
