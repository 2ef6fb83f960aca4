//! Dependencies between modules point one way, and files form no cycles. `docs/ARCHITECTURE.md` has the
//! layers, and what each module uses.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{root, source_files};

/// Set to bring the table in the documentation up to date.
const UPDATE: &str = "WIREDRIFT_UPDATE";

/// Uses that the order alone would allow, and that are not wanted.
const FORBIDDEN: [(&str, &str); 2] = [
    // Captures know nothing of contracts.
    ("capture", "contract"),
    ("capture", "schema"),
];

/// Lines of a file.
const LONGEST: usize = 600;

/// The documentation.
fn architecture() -> String {
    std::fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("readable")
}

/// Modules from the ground up: each may use those before it.
fn layers(architecture: &str) -> Vec<String> {
    let (_, rest) = architecture.split_once("```layers\n").expect("the layers");
    let (layers, _) = rest.split_once("```").expect("their end");
    layers.split_whitespace().map(str::to_owned).collect()
}

/// A path of the crate, in segments.
type Path = Vec<String>;

/// The imports of a file, as paths from the root of the crate.
fn imports(module: &str, text: &str) -> Vec<Path> {
    let own: Vec<&str> = module.split("::").filter(|part| !part.is_empty()).collect();
    let mut found = Vec::new();
    let mut resolve = |path: &[&str]| {
        let up = path.iter().take_while(|part| **part == "super").count();
        let base: &[&str] = match path.first() {
            Some(&"crate") => &[],
            Some(&"self") => &own,
            Some(&"super") => &own[..own.len().saturating_sub(up)],
            _ => return,
        };
        let rest = &path[up.max(1)..];
        found.push(
            base.iter()
                .chain(rest)
                .map(|part| (*part).to_owned())
                .collect(),
        );
    };
    // What tests use does not count, and neither do comments.
    let code = text
        .split("#[cfg(test)]\nmod tests {")
        .next()
        .unwrap_or_default();
    let code: String = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| [line, "\n"])
        .collect();
    let mut rest = code.as_str();
    while let Some(start) = rest.find(['c', 's']) {
        let before = rest[..start].chars().next_back();
        let word = &rest[start..];
        let is_path = ["crate::", "super::", "self::"]
            .iter()
            .any(|start| word.starts_with(start))
            && before.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | ':' | '$'));
        if !is_path {
            rest = &rest[start + 1..];
            continue;
        }
        let end = word
            .find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':'))
            .unwrap_or(word.len());
        let prefix: Vec<&str> = word[..end].split("::").filter(|p| !p.is_empty()).collect();
        let mut taken = end;
        match word[end..].starts_with('{') {
            true => taken = end + group(&word[end..], &prefix, &mut resolve),
            false => resolve(&prefix),
        }
        rest = &word[taken..];
    }
    found
}

/// Resolves each path of a group of imports; returns its length in bytes.
fn group(text: &str, prefix: &[&str], resolve: &mut impl FnMut(&[&str])) -> usize {
    let mut depth = 0;
    let mut end = 0;
    let mut start = 1;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if (c == ',' && depth == 1) || depth == 0 {
            let item = text[start..at].trim();
            let (path, inner) = item
                .split_once('{')
                .map_or((item, None), |(path, _)| (path, Some(&item[path.len()..])));
            let mut whole = prefix.to_vec();
            let path = path.split(" as ").next().unwrap_or_default();
            whole.extend(path.split("::").map(str::trim).filter(|p| !p.is_empty()));
            match inner {
                Some(inner) => {
                    group(inner, &whole, resolve);
                }
                None if !item.is_empty() => resolve(&whole),
                None => {}
            }
            start = at + 1;
        }
        if depth == 0 {
            end = at + 1;
            break;
        }
    }
    end
}

/// The files that each file uses, all by the paths of their modules, without tests.
fn graph() -> BTreeMap<String, BTreeSet<String>> {
    let sources = source_files();
    let is_test = |module: &str| {
        module.ends_with("tests") || module.contains("::tests::") || module == "main"
    };
    let name = |module: &str| {
        let module = if module == "lib" { "" } else { module };
        module.strip_suffix("::mod").unwrap_or(module).to_owned()
    };
    let sources: BTreeMap<String, String> = sources
        .into_iter()
        .filter(|(module, _)| !is_test(module))
        .map(|(module, text)| (name(&module), text))
        .collect();
    let mut graph = BTreeMap::new();
    for (module, text) in &sources {
        let mut uses = BTreeSet::new();
        for path in imports(module, text) {
            let prefixes = (1..=path.len())
                .rev()
                .map(|length| path[..length].join("::"));
            let used = prefixes
                .into_iter()
                .find(|prefix| sources.contains_key(prefix));
            uses.extend(used.filter(|used| used != module));
        }
        graph.insert(module.clone(), uses);
    }
    graph
}

/// The layer that a file belongs to.
fn module_of(file: &str) -> String {
    match file {
        "rules::catalogue" => file.to_owned(),
        _ => file.split("::").next().unwrap_or_default().to_owned(),
    }
}

#[test]
fn modules_use_what_stands_below_them() {
    let architecture = architecture();
    let layers = layers(&architecture);
    let layer = |module: &str| {
        let found = layers.iter().position(|layer| layer == module);
        found.unwrap_or_else(|| panic!("module `{module}` has no layer"))
    };
    let mut used_by: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut uses = 0;
    // The root ties everything together.
    for (file, used) in graph().iter().filter(|(file, _)| !file.is_empty()) {
        let own = module_of(file);
        let all = used_by.entry(own.clone()).or_default();
        for used in used.iter().filter(|used| !used.is_empty()) {
            let other = module_of(used);
            if other == own || (own == "rules::catalogue" && other == "rules") {
                continue;
            }
            uses += 1;
            let is_parent = own == "rules" && other == "rules::catalogue";
            assert!(
                is_parent || layer(&other) < layer(&own),
                "{file}: `{own}` must not use `{other}`"
            );
            let pair = (own.as_str(), other.as_str());
            assert!(
                !FORBIDDEN.contains(&pair),
                "{file}: `{own}` must not use `{other}`"
            );
            all.insert(other);
        }
    }
    assert!(uses > 200, "the test sees the uses: {uses}");
    let mut table = String::from("| module | uses |\n| --- | --- |\n");
    for module in &layers {
        let uses = used_by.get(module).into_iter().flatten();
        let mut uses: Vec<&str> = uses.map(String::as_str).collect();
        uses.sort_by_key(|used| layer(used));
        table.push_str(&format!("| `{module}` | {} |\n", uses.join(", ")));
    }
    let (before, rest) = architecture
        .split_once("<!-- uses -->\n")
        .expect("the table");
    let (written, after) = rest.split_once("<!-- end -->").expect("its end");
    if std::env::var_os(UPDATE).is_some_and(|value| value == "1") {
        let text = format!("{before}<!-- uses -->\n{table}<!-- end -->{after}");
        std::fs::write(root().join("docs/ARCHITECTURE.md"), text).expect("written");
    } else {
        assert_eq!(written, table, "run with {UPDATE}=1 to update");
    }
}

/// Two files that use each other, over others or not, are one thing in two places. The root of a module
/// and the files below it count as one: it names what they have.
#[test]
fn files_form_no_cycles() {
    let is_family = |one: &str, other: &str| {
        format!("{one}::").starts_with(&format!("{other}::"))
            || format!("{other}::").starts_with(&format!("{one}::"))
    };
    let mut graph = graph();
    graph.remove("");
    for (file, uses) in &mut graph {
        uses.retain(|used| !used.is_empty() && !is_family(file, used));
    }
    // What uses nothing that is left, and what nothing that is left uses, is in no cycle.
    loop {
        let used: BTreeSet<String> = graph.values().flatten().cloned().collect();
        let outside: Vec<String> = graph
            .iter()
            .filter(|(file, uses)| {
                uses.iter().all(|used| !graph.contains_key(used)) || !used.contains(*file)
            })
            .map(|(file, _)| file.clone())
            .collect();
        if outside.is_empty() {
            break;
        }
        graph.retain(|file, _| !outside.contains(file));
    }
    let left: Vec<&String> = graph.keys().collect();
    assert!(left.is_empty(), "these files use each other: {left:?}");
}

#[test]
fn files_stay_readable() {
    for (module, text) in source_files() {
        let lines = text.lines().count();
        assert!(lines <= LONGEST, "{module} has {lines} lines");
    }
}
