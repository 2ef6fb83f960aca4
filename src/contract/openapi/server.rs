//! Base paths: the prefix of every path (Server Object; `basePath` of Swagger 2.0).

use crate::contract::{Entry, PathTemplate};
use crate::schema::Dialect;

use super::Reader;
use super::spot::Spot;

impl<'d> Reader<'d> {
    /// The full paths of an operation: its path after each base path of the servers that the operation, its
    /// path item (both of them, if it refers to another one) or the document declares.
    pub(super) fn routes(
        &self,
        path: &str,
        operation: &Spot<'d>,
        items: &[Spot<'d>],
    ) -> Vec<PathTemplate> {
        let mut bases = match (&self.options.base_path, self.dialect) {
            (Some(base), _) => vec![base.clone()],
            (None, Dialect::Swagger2) => {
                vec![self.root.text("basePath").unwrap_or_default().to_owned()]
            }
            (None, _) => {
                let mut owners = std::iter::once(operation).chain(items).chain([&self.root]);
                let servers = owners.find_map(|owner| owner.get("servers"));
                let servers = servers.iter().flat_map(Spot::elements);
                servers.flat_map(|server| base_paths(&server)).collect()
            }
        };
        if bases.is_empty() {
            bases.push(String::new());
        }
        for base in &mut bases {
            let trimmed = base.trim_matches('/');
            *base = match trimmed {
                "" => String::new(),
                trimmed => format!("/{trimmed}"),
            };
        }
        bases.sort();
        bases.dedup();
        bases
            .iter()
            .map(|base| PathTemplate::parse(&format!("{base}{path}")))
            .collect()
    }
}

/// The servers that a document lists, by URL; in Swagger 2.0, one for each scheme of the host.
pub(super) fn servers(root: &Spot<'_>, dialect: Dialect) -> Vec<Entry> {
    if dialect != Dialect::Swagger2 {
        let servers = root.get("servers");
        let servers = servers.iter().flat_map(Spot::elements);
        let named = servers.filter_map(|server| {
            Some(Entry {
                name: server.text("url")?.trim_end_matches('/').to_owned(),
                text: String::new(),
                place: server.place.clone(),
            })
        });
        return named.collect();
    }
    let Some(host) = root.get("host") else {
        return Vec::new();
    };
    let name = host.value.as_str().unwrap_or_default();
    let base = root
        .text("basePath")
        .unwrap_or_default()
        .trim_end_matches('/');
    let schemes = root.get("schemes");
    let schemes = schemes.iter().flat_map(Spot::elements);
    let mut schemes: Vec<&str> = schemes.filter_map(|scheme| scheme.value.as_str()).collect();
    if schemes.is_empty() {
        schemes.push("https");
    }
    let servers = schemes.into_iter().map(|scheme| Entry {
        name: format!("{scheme}://{name}{base}"),
        text: String::new(),
        place: host.place.clone(),
    });
    servers.collect()
}

/// Maximum number of base paths from the enums of one server's variables; beyond that, they match any text.
const MOST: usize = crate::limits::BASE_PATHS;

/// The paths of a server's URL. A variable takes each value of its enum; without one, its default and any
/// other text of one segment.
fn base_paths(server: &Spot<'_>) -> Vec<String> {
    let url = server.text("url").unwrap_or_default();
    let mut urls = vec![url.to_owned()];
    for (name, variable) in server.get("variables").iter().flat_map(Spot::members) {
        let marker = format!("{{{name}}}");
        if !url.contains(&marker) {
            continue;
        }
        let listed = variable.get("enum");
        let mut values: Vec<String> = listed
            .iter()
            .flat_map(Spot::elements)
            .filter_map(|value| value.value.as_str().map(str::to_owned))
            .collect();
        if values.is_empty() {
            values.extend(variable.text("default").map(str::to_owned));
            values.push("{}".to_owned());
        }
        if urls.len() * values.len() > MOST {
            values = vec!["{}".to_owned()];
        }
        urls = urls
            .iter()
            .flat_map(|url| values.iter().map(|value| url.replace(&marker, value)))
            .collect();
    }
    let mut paths: Vec<String> = urls.iter().map(|url| without_names(path_of(url))).collect();
    paths.sort();
    paths.dedup();
    paths
}

/// The path of a URL, which may be relative to the document.
fn path_of(url: &str) -> &str {
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let behind_host = match url.split_once("://") {
        Some((_, rest)) => Some(rest),
        None => url.strip_prefix("//"),
    };
    match behind_host {
        Some(rest) => rest.find('/').map_or("", |start| &rest[start..]),
        None => url,
    }
}

/// Removes the names inside braces, so that they are not taken for parameters of the operation, and resolves
/// `.` and `..` segments.
fn without_names(path: &str) -> String {
    let mut plain = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        let Some((_, behind)) = after.split_once('}') else {
            break;
        };
        plain.push_str(before);
        plain.push_str("{}");
        rest = behind;
    }
    plain.push_str(rest);
    let mut segments: Vec<&str> = Vec::new();
    for segment in plain.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            segment => segments.push(segment),
        }
    }
    segments.join("/")
}
