//! A generated OpenAPI document of the size of GitHub's.

use std::fmt::Write as _;

/// A contract in which operations share components, and components refer to each other in cycles.
#[must_use]
pub fn made() -> String {
    const OPERATIONS: usize = 1_200;
    const COMPONENTS: usize = 900;
    const PROPERTIES: usize = 40;
    let mut text = String::from(
        "{\"openapi\": \"3.0.3\", \"info\": {\"title\": \"Made\", \"version\": \"1\"},\n\"paths\": {\n",
    );
    for at in 0..OPERATIONS {
        let comma = if at == 0 { "" } else { ",\n" };
        let _ = write!(
            text,
            "{comma}\"/things{at}/{{owner}}/{{id}}\": {{\"get\": {{\"operationId\": \"thing{at}\", \
             \"summary\": \"One thing of the kind {at}\", \"description\": \"{}\", \"parameters\": [\
             {{\"name\": \"owner\", \"in\": \"path\", \"required\": true, \"schema\": {{\"type\": \"string\"}}}}, \
             {{\"name\": \"id\", \"in\": \"path\", \"required\": true, \"schema\": {{\"type\": \"integer\"}}}}, \
             {{\"name\": \"page\", \"in\": \"query\", \"schema\": {{\"type\": \"integer\", \"default\": 1}}}}], \
             \"responses\": {{\"200\": {{\"description\": \"A thing\", \"content\": {{\"application/json\": {{\
             \"schema\": {{\"type\": \"array\", \"items\": {{\"$ref\": \"#/components/schemas/Thing{}\"}}}}}}}}}}}}}}}}",
            "What it is and where it comes from. ".repeat(100),
            at % COMPONENTS
        );
    }
    text.push_str("},\n\"components\": {\"schemas\": {\n");
    for at in 0..COMPONENTS {
        let comma = if at == 0 { "" } else { ",\n" };
        let _ = write!(
            text,
            "{comma}\"Thing{at}\": {{\"type\": \"object\", \"required\": [\"property0\"], \"properties\": {{"
        );
        for property in 0..PROPERTIES {
            let comma = if property == 0 { "" } else { ",\n  " };
            let schema = match property % 4 {
                0 => "\"type\": \"string\", \"format\": \"date-time\"".to_owned(),
                1 => "\"type\": \"integer\", \"minimum\": 0".to_owned(),
                2 => "\"type\": \"string\", \"nullable\": true, \"enum\": [\"a\", \"b\", null]"
                    .to_owned(),
                _ => format!(
                    "\"$ref\": \"#/components/schemas/Thing{}\"",
                    (at * 7 + property) % COMPONENTS
                ),
            };
            let _ = write!(
                text,
                "{comma}\"property{property}\": {{{schema}, \"description\": \"{}\"}}",
                "What it says. ".repeat(8)
            );
        }
        text.push_str("}}");
    }
    text.push_str("}}}\n");
    text
}
