//! Security requirements and the schemes that they name (Security Requirement and Scheme Object).

use serde_json::Value;

use crate::contract::{ParameterPlace, Requirement, Scheme, SchemeKind, Security};
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

    /// The requirements of an operation: its own, else those of the document.
    pub(super) fn security(&mut self, operation: &Spot<'d>) -> Security {
        let schemes = self.security_schemes();
        let required = operation
            .get("security")
            .or_else(|| self.root.get("security"));
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
                    kind: scheme.as_ref().map_or(SchemeKind::Unknown, kind),
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
fn kind(scheme: &Spot<'_>) -> SchemeKind {
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
