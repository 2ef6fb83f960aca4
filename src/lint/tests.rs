use super::*;
use crate::contract::{LoadOptions, builtin};

/// The facts about a schema of OpenAPI 3.1.
fn about(schema: &str) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("api.yaml");
    let text = format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths: {{}}\ncomponents:\n  schemas:\n    \
         Closed: {{type: object, properties: {{a: {{}}}}, additionalProperties: false}}\n    \
         Text: {{type: string}}\n    S: {schema}\n"
    );
    std::fs::write(&path, text).expect("written");
    let contract = crate::contract::read(&path, &LoadOptions::default()).expect("loads");
    lint(&contract)
        .iter()
        .map(|fact| {
            let place = fact
                .place
                .pointer
                .as_str()
                .replace("/components/schemas/S", "");
            match &fact.kind {
                LintKind::Undeclared {
                    name,
                    near,
                    is_closed,
                } => format!("{place} undeclared {name} {near:?} {is_closed}"),
                LintKind::Unmatchable { values, types } => {
                    format!("{place} {} never {types}", values.join(", "))
                }
                LintKind::Problem(problem) => format!("{place} {problem}"),
                LintKind::Value { what, at, .. } => format!("{place} {what} {at}"),
                LintKind::Idle { keyword, reason } => format!("{place} {keyword}: {reason}"),
                LintKind::Unsatisfiable(reason) => format!("{place} nothing: {reason}"),
                LintKind::Untagged { property, variants } => {
                    format!("{place} {property}: {}", variants.join(", "))
                }
                LintKind::Indistinguishable { other, .. } => format!("{place} {other}"),
            }
        })
        .collect()
}

#[test]
fn variants_that_only_a_discriminator_tells_apart_are_told() {
    let variant = |tag: &str| {
        format!("{{type: object, title: V, required: [kind], properties: {{kind: {tag}}}}}")
    };
    let (a, b, open) = ("{const: a}", "{enum: [b]}", "{type: string}");
    let told = |names: &str| vec![format!("/discriminator kind: {names}")];
    for (keyword, tags, expected) in [
        ("oneOf", vec![a, b], vec![]),
        ("oneOf", vec![a, open], told("V")),
        ("anyOf", vec![open, open, b], told("V, V")),
        ("anyOf", vec![a, a, b], told("V, V")),
        ("oneOf", vec![a, "{enum: [b, a]}"], told("V, V")),
        ("oneOf", vec![open], vec![]),
    ] {
        let mut variants: Vec<String> = tags.iter().map(|tag| variant(tag)).collect();
        let schema = |variants: &[String]| {
            let all = variants.join(", ");
            format!("{{{keyword}: [{all}], discriminator: {{propertyName: kind}}}}")
        };
        assert_eq!(about(&schema(&variants)), expected, "{tags:?}");
        // A value that is not an object has no tag.
        variants.push("{type: 'null'}".to_owned());
        assert_eq!(about(&schema(&variants)), expected, "{tags:?} and null");
    }
}

#[test]
fn schemas_that_nothing_satisfies_are_told() {
    let table = [
        (
            "{type: integer, minimum: 2, maximum: 1}",
            " nothing: no number is between `minimum` 2 and `maximum` 1",
        ),
        ("{type: integer, minimum: 1, maximum: 1}", ""),
        (
            "{type: integer, exclusiveMinimum: 1, maximum: 1}",
            " nothing: no number is between `exclusiveMinimum` 1 and `maximum` 1",
        ),
        ("{minimum: 2, maximum: 1}", ""),
        (
            "{type: string, minLength: 2, maxLength: 1}",
            " nothing: `minLength` 2 is greater than `maxLength` 1",
        ),
        ("{type: [string, 'null'], minLength: 2, maxLength: 1}", ""),
        ("{type: string, enum: []}", " nothing: its `enum` is empty"),
        (
            "{const: a, type: integer}",
            " nothing: its `const` is rejected by the rest of the schema",
        ),
        ("{const: a, type: string}", ""),
        (
            "{allOf: [{type: string}, {type: integer}]}",
            " nothing: no value can be string and integer at the same time",
        ),
        ("{allOf: [{type: number}, {type: integer}]}", ""),
        (
            "{type: integer, $ref: '#/components/schemas/Text'}",
            " nothing: no value can be integer and string at the same time",
        ),
        (
            "{allOf: [{$ref: '#/components/schemas/Closed'}, {type: object, required: [b]}]}",
            " nothing: `required` lists `b`, but neither `properties` nor `additionalProperties` allows it",
        ),
        (
            "{allOf: [{$ref: '#/components/schemas/Closed'}, {required: [b]}]}",
            " nothing: `required` lists `b`, but neither `properties` nor `additionalProperties` allows it",
        ),
        (
            "{required: [b], properties: {b: false}, type: object}",
            " nothing: `required` lists `b`, but neither `properties` nor `additionalProperties` allows it",
        ),
        ("false", ""),
        ("{properties: {a: false}}", ""),
    ];
    for (schema, expected) in table {
        assert_eq!(about(schema).join("; "), expected, "{schema}");
    }
}

#[test]
fn keywords_that_do_nothing_are_told() {
    let table = [
        (
            "{type: string, maximum: 1}",
            "/maximum maximum: it only applies to numbers, but `type` is string",
        ),
        ("{type: [string, number], maximum: 1}", ""),
        ("{maximum: 1}", ""),
        (
            "{type: object, items: {}}",
            "/items items: it only applies to arrays, but `type` is object",
        ),
        (
            "{type: array, required: [a]}",
            "/required required: it only applies to objects, but `type` is array",
        ),
        (
            "{type: integer, format: date}",
            "/format format: it only applies to strings, but `type` is integer",
        ),
        ("{type: number, format: float}", ""),
        ("{type: string, format: int64}", ""),
        (
            "{type: string, enum: [a, 1, null]}",
            "/enum 1, null never string",
        ),
        ("{then: {}}", "/then `then` does nothing: there is no `if`"),
        (
            "{minContains: 1}",
            "/minContains `minContains` does nothing: there is no `contains`",
        ),
        (
            "{maxLenght: 1}",
            "/maxLenght `maxLenght` is not a keyword of OpenAPI 3.1",
        ),
        ("{x-more: 1}", ""),
        (
            "{nullable: true}",
            "/nullable `nullable` does nothing: OpenAPI 3.1 does not have it; write `type: [\"string\", \"null\"]` or the like",
        ),
        (
            "{required: [b], properties: {a: {}}, additionalProperties: false}",
            "/required undeclared b None true",
        ),
        (
            "{required: [nmae], properties: {name: {}}}",
            "/required undeclared nmae Some(\"name\") false",
        ),
        (
            "{type: string, format: datetime}",
            "/format format: no format is named `datetime`; did you mean `date-time`?",
        ),
    ];
    for (schema, expected) in table {
        assert_eq!(about(schema).join("; "), expected, "{schema}");
    }
}

#[test]
fn examples_and_defaults_are_held_against_their_schema() {
    let table = [
        ("{type: integer, default: a}", "/default default "),
        ("{type: integer, example: a}", "/example example "),
        ("{type: integer, examples: [1, a]}", "/examples/1 example "),
        (
            "{properties: {a: {type: integer}}, example: {a: b}}",
            "/example example /a",
        ),
        // Read-only and write-only properties may be omitted: an example is of one side.
        (
            "{required: [a], properties: {a: {readOnly: true}}, example: {}}",
            "",
        ),
        (
            "{required: [a], properties: {a: {writeOnly: true}}, example: {}}",
            "",
        ),
        ("{required: [a], example: {}}", "/example example "),
    ];
    for (schema, expected) in table {
        assert_eq!(about(schema).join("; "), expected, "{schema}");
    }
}

#[test]
fn the_contracts_that_come_with_wiredrift_are_clean() {
    let registry = builtin::registry().expect("compiles");
    for contract in registry.iter() {
        assert_eq!(lint(contract), [], "{}", contract.reference());
    }
    for path in [
        "samples/petstore/openapi.yaml",
        "samples/petstore/split/openapi.yaml",
        "samples/petstore/schemas",
    ] {
        let contract = crate::contract::read(path.as_ref(), &LoadOptions::default()).expect("loads");
        assert_eq!(lint(&contract), [], "{path}");
        assert!(contract.operations.len() > 1);
    }
}
