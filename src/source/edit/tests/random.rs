//! Random documents and operations.

use super::*;

/// A small generator of pseudo-random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) as usize % limit.max(1)
    }

    fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }
}

/// Renders values as YAML in many styles, and notes which lines belong to which entry.
struct Writer {
    random: Random,
    step: usize,
    sequence_step: usize,
    has_comments: bool,
    lines: Vec<String>,
    line: String,
    ranges: Vec<(String, Range<usize>)>,
}

impl Writer {
    fn text(&mut self, text: &str, is_flow: bool) -> String {
        let is_word = |c: char| c.is_ascii_lowercase() || matches!(c, '/' | '.');
        let is_plain = text.len() > 3 && text.chars().all(is_word) && text.starts_with('w');
        match self.random.below(4) {
            0 | 1 if is_plain && !is_flow => text.to_owned(),
            2 if !text.contains('\n') => format!("'{}'", text.replace('\'', "''")),
            _ => Value::from(text).to_string(),
        }
    }

    fn end_line(&mut self) {
        if self.has_comments && self.random.one_in(6) {
            self.line.push_str("  # note: 'x");
        }
        self.lines.push(std::mem::take(&mut self.line));
    }

    fn own_lines(&mut self, column: usize) {
        if self.has_comments && self.random.one_in(6) {
            self.lines
                .push(format!("{}# - own: \"line", " ".repeat(column)));
        }
        if self.random.one_in(8) {
            self.lines.push(String::new());
        }
    }

    fn flow(&mut self, value: &Value, column: usize, is_spread: bool) {
        let (open, close) = if value.is_object() {
            ('{', '}')
        } else {
            ('[', ']')
        };
        let mut entries: Vec<(Option<&String>, &Value)> = Vec::new();
        match value {
            Value::Object(members) => {
                entries.extend(members.iter().map(|(key, value)| (Some(key), value)));
            }
            Value::Array(elements) => entries.extend(elements.iter().map(|value| (None, value))),
            Value::String(text) => {
                let text = self.text(text, true);
                self.line.push_str(&text);
                return;
            }
            other => {
                self.line.push_str(&other.to_string());
                return;
            }
        }
        let count = entries.len();
        let is_spread = is_spread && count > 0;
        let pad = if !is_spread && self.random.one_in(3) {
            " "
        } else {
            ""
        };
        self.line.push(open);
        self.line.push_str(pad);
        for (index, (key, value)) in entries.into_iter().enumerate() {
            if is_spread {
                self.end_line();
                self.line = " ".repeat(column + 2);
            } else if index > 0 {
                self.line.push(' ');
            }
            if let Some(key) = key {
                let key = self.text(key, true);
                self.line.push_str(&key);
                self.line.push_str(": ");
            }
            self.flow(value, column + 2, is_spread && count < 3);
            if index + 1 < count || (is_spread && self.random.one_in(3)) {
                self.line.push(',');
            }
        }
        if is_spread {
            self.end_line();
            self.line = " ".repeat(column + 1);
        }
        self.line.push_str(pad);
        self.line.push(close);
    }

    fn block(&mut self, value: &Value, column: usize, pointer: &str, mut is_inline: bool) {
        let mut entries: Vec<(String, Option<&String>, &Value)> = Vec::new();
        match value {
            Value::Object(members) => entries.extend(members.iter().map(|(key, value)| {
                let step = key.replace('~', "~0").replace('/', "~1");
                (format!("{pointer}/{step}"), Some(key), value)
            })),
            Value::Array(elements) => entries.extend(
                elements
                    .iter()
                    .enumerate()
                    .map(|(index, value)| (format!("{pointer}/{index}"), None, value)),
            ),
            _ => {}
        }
        for (pointer, key, value) in entries {
            if !std::mem::take(&mut is_inline) {
                self.own_lines(column);
                self.line = " ".repeat(column);
            }
            let start = self.lines.len();
            match key {
                Some(key) => {
                    let key = self.text(key, false);
                    self.line.push_str(&key);
                    self.line.push(':');
                }
                None => self.line.push('-'),
            }
            let has_entries = has_entries(value);
            match value {
                Value::Null if self.random.one_in(2) => self.end_line(),
                Value::String(text)
                    if text.ends_with('\n')
                        && !text.ends_with("\n\n")
                        && !text.starts_with([' ', '\n']) =>
                {
                    self.line
                        .push_str(if self.random.one_in(2) { " |" } else { " |2" });
                    let is_explicit = self.line.ends_with('2');
                    self.end_line();
                    let indent = if is_explicit { column + 2 } else { column + 3 };
                    for line in text.lines() {
                        self.lines.push(if line.is_empty() {
                            String::new()
                        } else {
                            format!("{}{line}", " ".repeat(indent))
                        });
                    }
                }
                _ if has_entries && !self.random.one_in(4) => {
                    if key.is_some() || (self.has_comments && self.random.one_in(5)) {
                        self.end_line();
                        let step = if value.is_array() && key.is_some() {
                            self.sequence_step
                        } else {
                            self.step
                        };
                        self.block(value, column + step, &pointer, false);
                    } else {
                        self.line.push(' ');
                        self.block(value, column + 2, &pointer, true);
                    }
                    if self.has_comments && self.sequence_step > 0 && self.random.one_in(8) {
                        self.lines
                            .push(format!("{}# deeper", " ".repeat(column + 1)));
                    }
                }
                Value::String(text) => {
                    let text = self.text(text, false);
                    self.line.push(' ');
                    self.line.push_str(&text);
                    self.end_line();
                }
                _ => {
                    self.line.push(' ');
                    let is_spread = self.random.one_in(3);
                    self.flow(value, column, is_spread);
                    self.end_line();
                }
            }
            self.ranges.push((pointer, start..self.lines.len()));
        }
    }
}

/// The pointers of all values.
fn pointers(value: &Value, pointer: &str, all: &mut Vec<String>) {
    all.push(pointer.to_owned());
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let step = key.replace('~', "~0").replace('/', "~1");
                pointers(value, &format!("{pointer}/{step}"), all);
            }
        }
        Value::Array(elements) => {
            for (index, value) in elements.iter().enumerate() {
                pointers(value, &format!("{pointer}/{index}"), all);
            }
        }
        _ => {}
    }
}

fn operation(value: &Value, new: &Value, random: &mut Random) -> Operation {
    let mut all = Vec::new();
    pointers(value, "", &mut all);
    let path = all.swap_remove(random.below(all.len()));
    let new = new.clone();
    match value.pointer(&path) {
        _ if path.is_empty() || random.one_in(2) => {
            let collections: Vec<_> = all
                .iter()
                .chain([&path])
                .filter(|path| {
                    value
                        .pointer(path)
                        .is_some_and(|value| value.is_object() || value.is_array())
                })
                .collect();
            let parent = collections[random.below(collections.len())];
            let last = match value.pointer(parent) {
                Some(Value::Array(elements)) => match random.below(elements.len() + 2) {
                    0 => "-".to_owned(),
                    index => (index - 1).to_string(),
                },
                _ => ["w", "a b", "no", "200", "~1pets", "x: y", "#"][random.below(7)].to_owned(),
            };
            Operation::Add {
                path: format!("{parent}/{last}"),
                value: new,
            }
        }
        _ if random.one_in(2) => Operation::Replace { path, value: new },
        _ if random.one_in(3)
            && value.pointer(parent(&path)).is_some_and(Value::is_object) =>
        {
            let members = value.pointer(parent(&path)).and_then(Value::as_object);
            let names = ["w-new", "a: b", "300", "no", "x"].into_iter().map(str::to_owned);
            let mut names = names.filter(|name| !members.expect("an object").contains_key(name));
            let name = names.nth(random.below(2)).expect("a new name");
            Operation::Rename { path, name }
        }
        _ => Operation::Remove { path },
    }
}

fn values(depth: u32) -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        (-1000..1000_i32).prop_map(|number| Value::from(f64::from(number) / 8.0)),
        "w[a-z./]{3,8}".prop_map(Value::from),
        "[ -~]{0,6}".prop_map(Value::from),
        "[ -~äß–😀]{1,3}".prop_map(Value::from),
        "([a-z#:]{1,5}\n){1,3}".prop_map(Value::from),
        "[a-z\n\t ]{0,6}".prop_map(Value::from),
    ];
    scalar.prop_recursive(depth, 40, 5, |inner| {
        let key = prop_oneof!["w[a-z./]{3,6}", "[ -~]{1,4}", "[1-5][0-9]{2}"];
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((key, inner), 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

fn parent(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config {
        cases: std::env::var("CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(600),
        failure_persistence: None,
        ..Default::default()
    })]

    #[test]
    fn random_edits(value in values(4), new in values(2), seed in 1..u64::MAX, format in 0..4) {
        let value = if value.is_object() || value.is_array() { value } else { Value::Array(vec![value]) };
        let mut random = Random(seed);
        (0..5).for_each(|_| { random.below(2); });
        let operation = operation(&value, &new, &mut random);
        let has_spaces = random.one_in(2);
        let sequence_step = if has_spaces { 2 } else { 0 };
        let mut writer = Writer {
            step: if random.one_in(3) { 4 } else { 2 },
            sequence_step,
            has_comments: random.one_in(2),
            random,
            lines: Vec::new(),
            line: String::new(),
            ranges: Vec::new(),
        };
        let newline = if writer.random.one_in(4) { "\r\n" } else { "\n" };
        let mut text = match format {
            0 => value.to_string(),
            1 => serde_json::to_string_pretty(&value).expect("JSON").replace('\n', newline),
            _ if has_entries(&value) => {
                writer.block(&value, 0, "", false);
                writer.lines.join(newline)
            }
            _ => value.to_string(),
        };
        let ends_with_text = writer.lines.last().is_none_or(|line| !line.trim().is_empty());
        if ends_with_text && !writer.random.one_in(4) {
            text.push_str(newline);
        }
        let result = edited(&text, std::slice::from_ref(&operation));
        let result = match result {
            Ok(result) => result,
            Err(error) => panic!("{operation:?}: {error}\n{text}\n{text:?}"),
        };
        let mut expected = value.clone();
        patch(&mut expected, &operation, false).expect("a valid operation");
        let is_json = serde_json::from_str::<Value>(&text).is_ok();
        assert_eq!(value_of(&result, is_json), Some(expected), "{text}");
        let has_blank_lines = text.replace('\r', "").contains("\n\n");
        assert!(has_blank_lines || result.ends_with('\n') == text.ends_with('\n'), "{text}\n---\n{result}");
        assert!(newline == "\n" || !text.contains(newline) || !result.replace("\r\n", "").contains('\n'), "{result:?}");
        // Lines outside of the edited entry.
        let lines = |text: &str| -> Vec<String> {
            text.split('\n').map(|line| line.trim_end_matches('\r').to_owned()).collect()
        };
        let (old, new) = (lines(&text), lines(&result));
        let path = operation.path();
        let range = |path: &str| {
            let mut path = path;
            loop {
                if let Some((_, range)) = writer.ranges.iter().find(|(other, _)| other == path) {
                    return range.clone();
                }
                if path.is_empty() {
                    return 0..old.len();
                }
                path = parent(path);
            }
        };
        let mut allowed = range(path);
        let exists = value.pointer(path).is_some();
        let siblings = match value.pointer(parent(path)) {
            Some(Value::Object(members)) => members.len(),
            Some(Value::Array(elements)) => elements.len(),
            _ => 0,
        };
        let removes = matches!(operation, Operation::Remove { .. });
        let inserts = matches!(operation, Operation::Add { .. }) && value.pointer(parent(path)).is_some_and(Value::is_array);
        if removes && siblings == 1 {
            allowed = range(parent(path));
        } else if removes && range(path).start == range(parent(path)).start {
            // The first member in the line of a dash: the next one moves there.
            allowed.end = range(parent(path)).end;
        } else if !exists || inserts {
            let parent = parent(path);
            let is_block = writer.ranges.iter().any(|(other, _)| other.strip_prefix(parent).is_some_and(|rest| rest.starts_with('/')));
            if is_block && range(path).start != range(parent).start {
                // Lines are added, and nothing else.
                let before = old.iter().zip(&new).take_while(|(old, new)| old == new).count();
                assert!(new.ends_with(&old[before..]), "{operation:?}\n{text}\n---\n{result}");
                return Ok(());
            }
            allowed = range(parent);
        }
        assert!(
            new.starts_with(&old[..allowed.start]) && new.ends_with(&old[allowed.end..]),
            "{operation:?}: only {allowed:?} may change\n{text}\n---\n{result}"
        );
    }

    #[test]
    fn several_edits(value in values(4), new in proptest::collection::vec(values(2), 1..6), seed in 1..u64::MAX) {
        let mut value = if value.is_object() || value.is_array() { value } else { Value::Array(vec![value]) };
        let mut writer = Writer {
            step: 2,
            sequence_step: 2,
            has_comments: true,
            random: Random(seed),
            lines: Vec::new(),
            line: String::new(),
            ranges: Vec::new(),
        };
        (0..5).for_each(|_| { writer.random.below(2); });
        writer.block(&value, 0, "", false);
        let mut text = writer.lines.join("\n");
        if !has_entries(&value) {
            text = value.to_string();
        }
        let mut operations = Vec::new();
        for new in &new {
            let operation = operation(&value, new, &mut writer.random);
            patch(&mut value, &operation, false).expect("a valid operation");
            operations.push(operation);
        }
        let is_json = serde_json::from_str::<Value>(&text).is_ok();
        match edited(&text, &operations) {
            Ok(result) => assert_eq!(value_of(&result, is_json), Some(value)),
            Err(error) => panic!("{operations:?}: {error}\n{text}"),
        }
    }
}

