use proptest::prelude::*;
use serde_json::json;

use super::asked::whole_within;
use super::*;

#[test]
fn integer_bounds_become_patterns() {
    let limits = [
        -1_000, -101, -10, -9, -1, 0, 1, 2, 9, 10, 11, 99, 100, 101, 250, 999, 1_000,
    ];
    let numbers: Vec<i64> = (-1_200..=1_200).collect();
    for limit in limits {
        for keyword in ["minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"] {
            let pattern = whole_within(keyword, &limit.into()).expect("a pattern");
            let automaton = text::of_pattern(&pattern).expect("an automaton");
            for number in &numbers {
                let expected = match keyword {
                    "minimum" => *number >= limit,
                    "exclusiveMinimum" => *number > limit,
                    "maximum" => *number <= limit,
                    _ => *number < limit,
                };
                let found = automaton.matches(&number.to_string());
                assert_eq!(found, expected, "{number} {keyword} {limit}: {pattern}");
            }
        }
    }
}

/// A graph of one schema.
fn graph(schema: &Value) -> (crate::schema::Graph, NodeId) {
    let mut documents = crate::schema::Documents::default();
    documents.push(crate::schema::Document {
        uri: "test:/schema".into(),
        value: schema.clone(),
        dialect: crate::schema::Dialect::Draft202012,
        source: None,
        repeated: Vec::new(),
        vocabularies: crate::schema::Vocabularies::default(),
        is_referenced: true,
    });
    let options = crate::schema::CompileOptions::default();
    let mut compiler = crate::schema::Compiler::new(&documents, options);
    let root = compiler.entry("test:/schema").expect("is there");
    (compiler.finish().0, root)
}

/// The texts of a value, by an independent implementation: one for each occurrence of the name.
fn written(value: &Value, encoding: Encoding) -> Option<Vec<String>> {
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    };
    let Value::Array(elements) = value else {
        return Some(vec![text(value)?]);
    };
    let texts: Vec<String> = elements.iter().map(text).collect::<Option<_>>()?;
    let joined = |separator: &str| Some(vec![texts.join(separator)]);
    match encoding {
        _ if texts.is_empty() => None,
        Encoding::Styled {
            style: Style::Form,
            explode: true,
        } => Some(texts),
        Encoding::Styled {
            style: Style::PipeDelimited,
            ..
        } => joined("|"),
        _ => joined(","),
    }
}

/// Whether the crate accepts some reading of the texts.
fn is_read(schema: &Value, texts: &[String], encoding: Encoding) -> bool {
    let validator = jsonschema::validator_for(schema).expect("a schema");
    let readings = |text: &str| -> Vec<Value> {
        let mut all = vec![Value::from(text)];
        let number = text
            .parse::<f64>()
            .is_ok()
            .then(|| serde_json::from_str(text).ok());
        all.extend(number.flatten());
        all.extend(text.parse::<bool>().ok().map(Value::from));
        all
    };
    let is_list = schema["type"] == "array";
    if !is_list {
        let [only] = texts else { return false };
        return readings(only).iter().any(|value| validator.is_valid(value));
    }
    let elements: Vec<String> = match (encoding, texts) {
        (
            Encoding::Styled {
                style: Style::Form,
                explode: true,
            },
            texts,
        ) => texts.to_vec(),
        (
            Encoding::Styled {
                style: Style::PipeDelimited,
                ..
            },
            [only],
        ) => only.split('|').map(str::to_owned).collect(),
        (_, [only]) => only.split(',').map(str::to_owned).collect(),
        _ => return false,
    };
    // All combinations of readings of the elements.
    let mut lists: Vec<Vec<Value>> = vec![Vec::new()];
    for element in elements.iter().take(4) {
        let longer = lists.iter().flat_map(|list| {
            readings(element).into_iter().map(move |value| {
                let mut list = list.clone();
                list.push(value);
                list
            })
        });
        lists = longer.collect();
    }
    lists
        .into_iter()
        .any(|list| validator.is_valid(&list.into()))
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!({"type": "string"})),
        Just(json!({"type": ["string", "null"]})),
        Just(json!({"type": "boolean"})),
        Just(json!({"type": "integer"})),
        Just(json!({"type": "number"})),
        Just(json!({"type": ["integer", "boolean"]})),
        (0..4_u64).prop_map(|most| json!({"type": "string", "maxLength": most})),
        prop::sample::select(vec![
            "^[0-9]+$",
            "^-?[0-9]+$",
            "^(true|false)$",
            "^[a-z]*$",
            "^a,b$"
        ])
        .prop_map(|pattern| json!({"type": "string", "pattern": pattern})),
        (-12..12_i64).prop_map(|least| json!({"type": "integer", "minimum": least})),
        (-12..12_i64, 0..20_i64).prop_map(
            |(least, more)| json!({"type": "integer", "minimum": least, "maximum": least + more})
        ),
        prop::collection::btree_set(
            prop::sample::select(vec!["a", "1", "-1", "true", "a,b", "0.5"]),
            1..4
        )
        .prop_map(|texts| json!({"enum": texts})),
        prop::collection::btree_set(-2..3_i64, 1..4).prop_map(|numbers| json!({"enum": numbers})),
    ]
}

fn parameter() -> impl Strategy<Value = Value> {
    prop_oneof![
        scalar(),
        (scalar(), 0..3_u64, prop::option::of(1..3_u64)).prop_map(|(items, least, most)| {
            let mut list = json!({"type": "array", "items": items, "minItems": least});
            if let Some(most) = most {
                list["maxItems"] = most.into();
            }
            list
        }),
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        (-13..13_i64).prop_map(Value::from),
        prop::sample::select(vec![
            "", "a", "ab", "1", "-1", "007", "true", "a,b", "0.5", "a|b"
        ])
        .prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(json!(0.5)),
    ];
    prop_oneof![
        scalar.clone(),
        prop::collection::vec(scalar, 1..4).prop_map(Value::from),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(400), ..ProptestConfig::default() })]

    /// A proof is never contradicted by a value that an independent implementation writes and reads. A
    /// refuted text is sent by one side and not read by the other.
    #[test]
    fn proved_texts_are_readable(
        old in parameter(),
        new in parameter(),
        style in prop::sample::select(vec![(Style::Form, true), (Style::Form, false), (Style::PipeDelimited, false)]),
        values in prop::collection::vec(value(), 24),
    ) {
        let encoding = Encoding::Styled { style: style.0, explode: style.1 };
        let (old_graph, old_node) = graph(&old);
        let (new_graph, new_node) = graph(&new);
        let wire = |graph, node| Wire::of(Scope::of_graph(graph), node, encoding);
        let (Some(sent), Some(read)) = (wire(&old_graph, old_node), wire(&new_graph, new_node)) else {
            return Ok(());
        };
        match sent.within(&read) {
            Sent::Follows => {
                let validator = jsonschema::validator_for(&old).expect("a schema");
                for value in values.iter().filter(|value| validator.is_valid(value)) {
                    let Some(texts) = written(value, encoding) else { continue };
                    // A comma inside an item splits it: such a value cannot be sent in this style.
                    if !is_read(&old, &texts, encoding) {
                        continue;
                    }
                    prop_assert!(is_read(&new, &texts, encoding), "{} in {}: {:?}", old, new, texts);
                }
            }
            Sent::Refuted(texts) => {
                prop_assert!(is_read(&old, &texts, encoding), "{} sends {:?}", old, texts);
                prop_assert!(!is_read(&new, &texts, encoding), "{} reads {:?}", new, texts);
            }
            Sent::Unknown => {}
        }
    }
}
