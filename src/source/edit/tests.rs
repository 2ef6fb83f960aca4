//! Each style, each operation, and random documents against an independent writer.

mod block;
mod flow;
mod random;

use super::render::has_entries;
use super::*;

/// Reads `add PATH JSON`, `replace PATH JSON`, `remove PATH` or `rename PATH JSON`, one a line.
fn operations(text: &str) -> Vec<Operation> {
    let operation = |line: &str| {
        let mut words = line.splitn(3, ' ');
        let kind = words.next().expect("a kind");
        let path = words.next().expect("a path").to_owned();
        let value = words
            .next()
            .map(|json| serde_json::from_str(json).expect("JSON"));
        match (kind, value) {
            ("add", Some(value)) => Operation::Add { path, value },
            ("replace", Some(value)) => Operation::Replace { path, value },
            ("remove", None) => Operation::Remove { path },
            ("rename", Some(Value::String(name))) => Operation::Rename { path, name },
            _ => panic!("not an operation: {line}"),
        }
    };
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .map(operation)
        .collect()
}

#[track_caller]
fn check(before: &str, edits: &str, after: &str) {
    match edited(before, &operations(edits)) {
        Ok(result) => assert!(
            result == after,
            "{edits}\n--- expected\n{after}\n--- edited\n{result}\n--- {result:?}"
        ),
        Err(error) => panic!("{edits}: {error}\n{before}"),
    }
    // The same with other line endings, without the last line break, and with a BOM.
    let is_spread = before.contains('\n');
    if !before.contains('\r') && is_spread {
        let windows = |text: &str| text.replace('\n', "\r\n");
        let result = edited(&windows(before), &operations(edits));
        assert_eq!(result, Ok(windows(after)), "{edits} with CRLF");
    }
    let bom = edited(&format!("\u{feff}{before}"), &operations(edits));
    assert_eq!(bom, Ok(format!("\u{feff}{after}")), "{edits} with a BOM");
    let ends = |text: &str| text.ends_with('\n') && !text.ends_with("\n\n");
    if ends(before) && ends(after) && before.matches('\n').count() > 1 && !after.contains("|+") {
        let result = edited(&before[..before.len() - 1], &operations(edits));
        assert_eq!(
            result.as_deref(),
            Ok(&after[..after.len() - 1]),
            "{edits} without a line break at the end"
        );
    }
}

#[track_caller]
fn fails(before: &str, edits: &str, message: &str) {
    let error = edited(before, &operations(edits)).expect_err("an error");
    assert_eq!(error.to_string(), message);
}

const PETS: &str = "\
openapi: 3.0.3 # version
info:
  title: \"Pets\"
  version: '1.0'

paths:
  # All about pets.
  /pets/{id}: # one pet
    get:
      parameters:
        - name: id
          in: path # where
          required: true
        # The limit.
        - {name: limit, in: query}
      responses:
        '200':
          description: |
            ok

            more
        # default later
  # inner

components:
  schemas:
    Pet:
      type: object # kind
      required:
        - id
      properties:
        id: {type: integer}
        name:
          type: string
        # tail of Pet
    Empty: {}
    Nothing:
# end
";

/// Checks that the change of `PETS` replaces one text by another one.
#[track_caller]
fn pets(edits: &str, old: &str, new: &str) {
    assert_eq!(PETS.matches(old).count(), 1, "{old:?} is not unique");
    check(PETS, edits, &PETS.replacen(old, new, 1));
}
