//! The public names with their methods, fields and variants: a change of one is a change for users. What types derive is not
//! among them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::common::{root, source_files};

/// The names that `src/lib.rs` exports.
fn exported(lib: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut is_hidden = false;
    for statement in lib.split_inclusive(';') {
        is_hidden |= statement.contains("#[doc(hidden)]\npub mod __private");
        let Some(start) = statement.find("\npub use ").filter(|_| !is_hidden) else {
            continue;
        };
        let path = statement[start + "\npub use ".len()..].trim_end_matches(';');
        let list = path.split_once('{').map_or_else(
            || path.rsplit("::").next().unwrap_or_default(),
            |(_, list)| list.trim_end_matches('}'),
        );
        let listed = list.split(',').map(str::trim);
        names.extend(listed.filter(|name| !name.is_empty()).map(str::to_owned));
    }
    names
}

/// The type that a line at the left margin starts an item of, and how the item is written.
fn owner<'l>(line: &'l str, keyword: &str) -> Option<&'l str> {
    let rest = line.strip_prefix(keyword)?;
    let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
    Some(&rest[..end])
}

/// The type of `impl<…> Trait for Type<…> {`.
fn implemented(line: &str) -> Option<(String, Option<String>)> {
    let rest = line.strip_prefix("impl")?;
    let rest = match rest.starts_with('<') {
        true => &rest[rest.find("> ")? + 2..],
        false => rest.strip_prefix(' ')?,
    };
    let rest = rest.trim_end_matches(" {");
    let (of, name) = match rest.split_once(" for ") {
        Some((of, name)) => (Some(of.to_owned()), name),
        None => (None, rest),
    };
    let name = name.trim_start_matches("&'c ").split('<').next()?;
    Some((name.to_owned(), of))
}

/// A declaration that may stand on several lines, up to its body, on one line.
fn declaration(lines: &[&str]) -> String {
    let mut whole = String::new();
    for line in lines {
        let line = line.trim();
        let separator = if whole.is_empty() || whole.ends_with('(') {
            ""
        } else {
            " "
        };
        let _ = write!(whole, "{separator}{line}");
        if line.ends_with(['{', ';', '}']) {
            break;
        }
    }
    let whole = whole.split(" {").next().unwrap_or_default();
    whole
        .replace(", )", ")")
        .replace(",)", ")")
        .replace("( ", "(")
}

/// What every public name has.
fn public_api() -> String {
    let lib = std::fs::read_to_string(root().join("src/lib.rs")).expect("readable");
    let names = exported(&lib);
    let mut items: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for name in &names {
        items.entry(name.clone()).or_default();
    }
    let sources = source_files();
    // Traits inside are no more public than their modules.
    let is_inside = |name: &str| {
        let declared = format!("\npub trait {name}");
        sources.iter().any(|(_, text)| text.contains(&declared))
    };
    for (module, text) in &sources {
        if module.ends_with("tests") || module.contains("::tests::") {
            continue;
        }
        let lines: Vec<&str> = text.lines().collect();
        let mut inside: Option<String> = None;
        let mut is_exhaustive = true;
        for (at, line) in lines.iter().enumerate() {
            let declared = || declaration(&lines[at..]);
            is_exhaustive &= !line.starts_with("#[non_exhaustive]");
            if line.starts_with("#[macro_export]") {
                let name = lines[at + 1].trim_start_matches("macro_rules! ");
                items
                    .entry(format!("{}!", name.trim_end_matches(" {")))
                    .or_default();
            } else if let Some((name, of)) = implemented(line) {
                let is_stable = at == 0 || lines[at - 1] != "#[cfg(feature = \"unstable\")]";
                let known = items.get_mut(&name).filter(|_| is_stable);
                match (known, of) {
                    (Some(own), Some(of)) => {
                        // Traits that are not public.
                        let is_private = ["Subject", "Listed"].contains(&&*of);
                        if !is_inside(&of) && !is_private {
                            own.insert(format!("impl {of}"));
                        }
                        inside = None;
                    }
                    (Some(_), None) => inside = Some(name),
                    (None, _) => inside = None,
                }
            } else if let Some(name) = ["pub struct ", "pub enum "]
                .iter()
                .find_map(|keyword| owner(line, keyword))
            {
                inside = names.contains(name).then(|| name.to_owned());
                if let Some(own) = items.get_mut(name).filter(|_| line.starts_with("pub enum")) {
                    let exhaustive = if is_exhaustive {
                        "enum"
                    } else {
                        "enum, may grow"
                    };
                    own.insert(exhaustive.to_owned());
                }
            } else if let Some(name) = owner(line, "pub fn ")
                && let Some(own) = items.get_mut(name)
            {
                own.insert(declared());
            } else if let Some(name) = owner(line, "pub type ")
                && let Some(own) = items.get_mut(name)
            {
                own.insert(line.to_string());
            } else if *line == "}" {
                inside = None;
            } else if let Some(own) = inside.as_ref().and_then(|name| items.get_mut(name)) {
                let is_item = ["    pub fn ", "    pub const fn ", "    pub "]
                    .iter()
                    .any(|start| line.starts_with(start));
                let is_variant = own.iter().any(|item| item.starts_with("enum"))
                    && line.starts_with("    ")
                    && line.trim_start().starts_with(char::is_uppercase);
                if line.starts_with("    pub ") && line.ends_with(',') {
                    own.insert(line.trim().to_owned());
                } else if is_item {
                    own.insert(declared());
                } else if is_variant && !line.starts_with("     ") {
                    own.insert(line.trim().trim_end_matches(',').to_owned());
                }
            }
            if line.starts_with("pub ") {
                is_exhaustive = true;
            }
        }
    }
    let mut out = String::new();
    for (name, own) in items {
        let _ = writeln!(out, "{name}");
        for item in own {
            let _ = writeln!(out, "    {item}");
        }
    }
    out
}

#[test]
fn the_public_names_are_these() {
    insta::assert_snapshot!(public_api());
}

/// Programs move contracts and reports between threads, and keep contracts in statics.
#[test]
fn public_types_are_of_any_thread() {
    fn shared<T: Send + Sync>() {}
    shared::<wiredrift::Contract>();
    shared::<wiredrift::Report>();
    shared::<wiredrift::Finding>();
    shared::<wiredrift::Changes>();
    shared::<wiredrift::Change>();
    shared::<wiredrift::Error>();
}
