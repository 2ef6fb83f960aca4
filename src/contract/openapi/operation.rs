//! Operations of path items, callbacks and webhooks (Path Item, Operation and Callback Object).

use crate::contract::{Operation, OperationKind, ParameterPlace, PathTemplate, Replacement};
use crate::schema::ProblemKind;

use super::Reader;
use super::extension::{NOTES, OPEN_QUERY, REPLACES, UNDECLARED};
use super::spot::Spot;

/// The methods of a path item; `query` since OpenAPI 3.2.
pub(super) const METHODS: [&str; 9] = [
    "get", "put", "post", "delete", "options", "head", "patch", "trace", "query",
];

impl<'d> Reader<'d> {
    /// Reads the operations of a path item. `path` is the path, the name of a webhook or the expression of a
    /// callback; `name` is the id of an operation that has none.
    pub(super) fn path_item(
        &mut self,
        kind: OperationKind,
        path: &str,
        name: &str,
        item: &Spot<'d>,
    ) {
        // A callback may refer back to the path item that it belongs to.
        let Some(target) = self.resolve(item) else {
            return;
        };
        if self.open_items.contains(&target.place) {
            return;
        }
        // The fields next to `$ref` are read, too; 3.1 does not define what happens on a conflict.
        let mut items = vec![item.clone()];
        if target.place != item.place {
            items.push(target.clone());
        }
        self.open_items.push(target.place.clone());
        let mut operations: Vec<(String, Spot<'d>)> = Vec::new();
        for item in &items {
            let usual = METHODS.iter().filter_map(|method| {
                let operation = item.get(method)?;
                Some(((*method).to_owned(), operation))
            });
            let additional = item.get("additionalOperations");
            let additional = additional.iter().flat_map(Spot::members);
            let additional = additional.map(|(method, operation)| (method.to_owned(), operation));
            let described: Vec<_> = usual.chain(additional).collect();
            for (method, operation) in described {
                // OpenAPI allows no references here, but tools that split documents write them anyway.
                let Some(operation) = self.resolve(&operation) else {
                    continue;
                };
                if operations.iter().any(|(known, _)| *known == method) {
                    let message = format!(
                        "`{method}` is both next to the `$ref` and in its target; the one next to it is used"
                    );
                    self.describe(&operation, message);
                } else {
                    operations.push((method, operation));
                }
            }
        }
        let is_only = operations.len() == 1;
        for (method, operation) in operations {
            if !operation.value.is_object() {
                continue;
            }
            let id = match (kind, operation.text("operationId")) {
                (OperationKind::Path, Some(id)) if !id.trim().is_empty() => id.to_owned(),
                (OperationKind::Path, _) => default_id(&method, path),
                // Webhooks and callbacks are identified by their name in the document.
                _ if is_only => name.to_owned(),
                _ => format!("{name}:{}", method.to_ascii_uppercase()),
            };
            self.operation(kind, id, &method, path, &operation, &items);
        }
        self.open_items.pop();
    }

    fn operation(
        &mut self,
        kind: OperationKind,
        id: String,
        method: &str,
        path: &str,
        spot: &Spot<'d>,
        items: &[Spot<'d>],
    ) {
        let parameters = self.parameters(kind, spot, items);
        let template = PathTemplate::parse(path).taking_slashes(&parameters.multi_segment);
        if kind == OperationKind::Path {
            self.path_parameters(spot, &template, &parameters.list);
        }
        let request = self.request_body(spot, &parameters);
        let form_body = self.swagger_form(spot, &parameters.form);
        let responses = self.responses(spot);
        let security = self.security(kind, spot);
        let summary = std::iter::once(spot)
            .chain(items)
            .find_map(|owner| owner.text("summary"));
        let routes = match kind {
            OperationKind::Path => self
                .routes(path, spot, items)
                .into_iter()
                .map(|route| route.taking_slashes(&parameters.multi_segment))
                .collect(),
            _ => Vec::new(),
        };
        let callbacks: Vec<(String, Spot<'d>)> = self.callbacks(&id, spot);
        let caller = self.callers.last().copied().filter(|_| kind == OperationKind::Callback);
        let position = self.operations.len();
        self.operations.push(Operation {
            operation_id: spot.text("operationId").map(str::to_owned),
            id,
            kind,
            method: method.to_ascii_uppercase(),
            path: template,
            routes,
            caller,
            place: Some(spot.place.clone()),
            deprecated: spot.flag("deprecated"),
            summary: summary.unwrap_or_default().to_owned(),
            parameters: parameters.list,
            form: parameters.form,
            form_body,
            open_query: parameters.open_query || spot.flag(OPEN_QUERY),
            request,
            responses,
            notes: spot.texts(NOTES),
            security,
            replaces: replaces(spot),
        });
        self.callers.push(position);
        for (name, callback) in callbacks {
            for (expression, item) in callback.members() {
                if !expression.starts_with("x-") {
                    self.path_item(OperationKind::Callback, expression, &name, &item);
                }
            }
        }
        self.callers.pop();
    }

    fn callbacks(&mut self, id: &str, spot: &Spot<'d>) -> Vec<(String, Spot<'d>)> {
        let described = self.part(spot, "callbacks");
        let described: Vec<_> = described.iter().flat_map(Spot::members).collect();
        let resolved = described.into_iter().filter_map(|(name, callback)| {
            let callback = self.resolve(&callback)?;
            Some((format!("callback:{id}/{name}"), callback))
        });
        resolved.collect()
    }

    /// Checks that the parameters in a path are the path parameters that are declared.
    fn path_parameters(
        &mut self,
        spot: &Spot<'d>,
        template: &PathTemplate,
        declared: &[crate::contract::Parameter],
    ) {
        let in_path = declared.iter().filter(|p| p.place == ParameterPlace::Path);
        let names: Vec<&str> = in_path
            .clone()
            .map(|parameter| parameter.name.as_str())
            .collect();
        // A contract of Rust types does not describe the values of some.
        let is_left_open = |name: &&str| {
            let written = spot.get("parameters");
            let mut written = written.iter().flat_map(Spot::elements);
            written.any(|spot| spot.flag(UNDECLARED) && spot.text("name") == Some(*name))
        };
        let missing = template.parameters().filter(|name| !names.contains(name));
        for name in missing.filter(|name| !is_left_open(name)) {
            let message = match name {
                "" => format!("the path {template} has a parameter without a name"),
                name => format!("the path parameter `{name}` of {template} is not declared"),
            };
            self.describe(spot, message);
        }
        if path_is_unbalanced(&template.to_string()) {
            let message = format!("the path {template} has an unmatched brace");
            self.describe(spot, message);
        }
        for parameter in in_path {
            let name = &parameter.name;
            if !template.parameters().any(|known| known == name) {
                let message = format!(
                    "the path {template} has no `{{{name}}}` for the path parameter `{name}`"
                );
                let place = parameter.declared.clone();
                let place = place.unwrap_or_else(|| spot.place.clone());
                self.compiler
                    .problem(place, ProblemKind::Description(message));
            }
        }
    }
}

fn replaces(operation: &Spot<'_>) -> Vec<Replacement> {
    let replaced = operation.get(REPLACES);
    let replaced = replaced.iter().flat_map(Spot::elements);
    let replaced = replaced.filter_map(|replaced| {
        Some(Replacement {
            version: replaced.text("version")?.to_owned(),
            operation: replaced.text("operation")?.to_owned(),
            what: replaced.text("what")?.to_owned(),
        })
    });
    replaced.collect()
}

fn path_is_unbalanced(path: &str) -> bool {
    path.matches('{').count() != path.matches('}').count()
}

/// `GET /pets/{petId}` → `get-pets-petId`
fn default_id(method: &str, path: &str) -> String {
    let mut id = method.to_ascii_lowercase();
    for segment in path.split(|c: char| !c.is_alphanumeric() && c != '_') {
        if !segment.is_empty() {
            id.push('-');
            id.push_str(segment);
        }
    }
    id
}
