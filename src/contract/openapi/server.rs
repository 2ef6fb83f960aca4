//! Base paths: what stands before every path (Server Object; `basePath` of Swagger 2.0).

use crate::contract::PathTemplate;
use crate::schema::Dialect;

use super::Reader;
use super::spot::Spot;

impl<'d> Reader<'d> {
    /// The full paths of an operation: its path behind each base path of the servers that it, its path
    /// item or the document has.
    pub(super) fn routes(
        &self,
        path: &str,
        operation: &Spot<'d>,
        item: &Spot<'d>,
    ) -> Vec<PathTemplate> {
        let mut bases = match (&self.options.base_path, self.dialect) {
            (Some(base), _) => vec![base.clone()],
            (None, Dialect::Swagger2) => {
                vec![self.root.text("basePath").unwrap_or_default().to_owned()]
            }
            (None, _) => {
                let servers = [operation, item, &self.root]
                    .into_iter()
                    .find_map(|owner| owner.get("servers"));
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

/// The paths of a server's URL: variables take each value of their enum; without one, their default
/// and any other text of one segment.
fn base_paths(server: &Spot<'_>) -> Vec<String> {
    let url = server.text("url").unwrap_or_default();
    let url = url.split(['?', '#']).next().unwrap_or_default();
    let path = match url.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |start| &rest[start..]),
        None => match url.strip_prefix("//") {
            Some(rest) => rest.find('/').map_or("", |start| &rest[start..]),
            None => url,
        },
    };
    let mut paths = vec![path.to_owned()];
    for (name, variable) in server.get("variables").iter().flat_map(Spot::members) {
        let marker = format!("{{{name}}}");
        if !path.contains(&marker) {
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
        paths = paths
            .iter()
            .flat_map(|path| values.iter().map(|value| path.replace(&marker, value)))
            .collect();
    }
    // A variable that is not declared takes any text.
    paths.iter().map(|path| without_names(path)).collect()
}

/// Takes the names out of the braces, so that they are not taken for parameters of the operation.
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
    plain + rest
}
