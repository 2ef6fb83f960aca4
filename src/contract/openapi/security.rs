//! Security requirements and the schemes that they name (Security Requirement and Scheme Object).

use serde_json::Value;

use crate::contract::{OperationKind, ParameterPlace, Requirement, Scheme, SchemeKind, Security};
use crate::schema::Dialect;

use super::Reader;
use super::spot::Spot;

impl<'d> Reader<'d> {
    /// Every security scheme of the document.
    pub(super) fn security_schemes(&mut self) -> Option<Spot<'d>> {
        let root = self.root.clone();
        match self.dialect {
            Dialect::Swagger2 => self.part(&root, "securityDefinitions"),
            _ => {
                let components = self.part(&root, "components")?;
                self.part(&components, "securitySchemes")
            }
        }
    }

    /// The names of all API keys: those that operations require, and others that the document describes.
    pub(super) fn keys(&mut self) -> Vec<String> {
        let required = self.operations.iter().flat_map(|operation| &operation.security.0);
        let required = required.flat_map(|requirement| &requirement.0).map(|scheme| scheme.kind.clone());
        let mut kinds: Vec<SchemeKind> = required.collect();
        let described = self.security_schemes();
        kinds.extend(described.iter().flat_map(Spot::members).map(|(_, scheme)| kind_of(&scheme)));
        let names = kinds.into_iter().filter_map(|kind| match kind {
            SchemeKind::ApiKey { name, .. } => Some(name),
            _ => None,
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names.dedup();
        names
    }

    /// The requirements of an operation as they are written: its own, else those of the document. The latter are those
    /// of the API, which webhooks and callbacks are not sent to.
    pub(super) fn requirements(&self, kind: OperationKind, operation: &Spot<'d>) -> Option<Spot<'d>> {
        let of_api = || self.root.get("security").filter(|_| kind == OperationKind::Path);
        operation.get("security").or_else(of_api)
    }

    /// The requirements of an operation.
    pub(super) fn security(&mut self, kind: OperationKind, operation: &Spot<'d>) -> Security {
        let schemes = self.security_schemes();
        let required = self.requirements(kind, operation);
        let mut requirements = Vec::new();
        for requirement in required.iter().flat_map(Spot::elements) {
            let mut needed = Vec::new();
            for (name, scopes) in requirement.members() {
                let scheme = schemes.as_ref().and_then(|schemes| schemes.get(name));
                let scheme = scheme.and_then(|scheme| self.resolve(&scheme));
                let scopes = scopes.value.as_array().into_iter().flatten();
                let mut scopes: Vec<String> = scopes
                    .filter_map(|scope| scope.as_str().map(str::to_owned))
                    .collect();
                scopes.sort();
                needed.push(Scheme {
                    kind: scheme.as_ref().map_or(SchemeKind::Unknown, kind_of),
                    what: scheme.map_or_else(|| name.to_owned(), |scheme| what(&scheme)),
                    scopes,
                });
            }
            needed.sort();
            requirements.push(Requirement(needed));
        }
        requirements.sort();
        requirements.dedup();
        Security(requirements)
    }
}

/// What a scheme requires of requests.
fn kind_of(scheme: &Spot<'_>) -> SchemeKind {
    let text = |key: &str| scheme.text(key).unwrap_or_default();
    match text("type") {
        "http" => match text("scheme").to_ascii_lowercase().as_str() {
            "bearer" => SchemeKind::Bearer,
            "basic" => SchemeKind::Basic,
            "" => SchemeKind::Unknown,
            other => SchemeKind::Http(other.to_owned()),
        },
        "basic" => SchemeKind::Basic,
        "apiKey" => {
            let place = match text("in") {
                "header" => ParameterPlace::Header,
                "query" => ParameterPlace::Query,
                "cookie" => ParameterPlace::Cookie,
                _ => return SchemeKind::Unknown,
            };
            match text("name") {
                "" => SchemeKind::Unknown,
                name => SchemeKind::ApiKey {
                    place,
                    name: name.to_owned(),
                },
            }
        }
        "oauth2" => SchemeKind::OAuth2,
        "openIdConnect" => SchemeKind::OpenIdConnect,
        "mutualTLS" => SchemeKind::MutualTls,
        _ => SchemeKind::Unknown,
    }
}

/// What a scheme is, regardless of its name.
fn what(scheme: &Spot<'_>) -> String {
    let text = |key: &str| scheme.text(key).unwrap_or_default();
    match text("type") {
        "http" => format!("http {}", text("scheme").to_ascii_lowercase()),
        "basic" => "http basic".to_owned(),
        "apiKey" => format!("apiKey in {} {}", text("in"), text("name")),
        "openIdConnect" => format!("openIdConnect {}", text("openIdConnectUrl")),
        "oauth2" => {
            let flows = scheme.value.get("flows").and_then(Value::as_object);
            let mut names: Vec<&str> = flows.into_iter().flatten().map(|(key, _)| &**key).collect();
            // Swagger 2.0 has other names for two of them.
            names.extend(scheme.text("flow").map(|flow| match flow {
                "application" => "clientCredentials",
                "accessCode" => "authorizationCode",
                flow => flow,
            }));
            names.sort_unstable();
            format!("oauth2 ({})", names.join(", "))
        }
        other => other.to_owned(),
    }
}
