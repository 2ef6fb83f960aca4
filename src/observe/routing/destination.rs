//! Which operation an exchange belongs to.

use std::sync::Arc;

use crate::observe::profile::TargetKey;
use crate::capture::{Hint, Request, Response};
use crate::contract::{Contract, Operation, OperationKind, Payload};
use crate::json::TapeDocument;
use crate::location::Side;
use crate::schema::{Memo, NodeId};

use crate::observe::stream::Scales;

/// A place in a contract that payloads are compared with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Destination<'c> {
    pub(crate) contract: &'c Contract,
    pub(crate) operation: &'c Operation,
    pub(crate) side: Side,
    pub(crate) status: Option<u16>,
}

impl<'c> Destination<'c> {
    /// The key under which payloads are counted.
    pub(crate) fn key(&self) -> TargetKey {
        TargetKey {
            contract: self.contract.reference().into(),
            operation: Arc::from(self.operation.id.as_str()),
            side: self.said_side(),
            status: self.status,
        }
    }

    /// Every place of a contract that has a schema, in the order of the contract.
    fn all(contract: &'c Contract) -> impl Iterator<Item = (Self, NodeId)> {
        contract.operations.iter().flat_map(move |operation| {
            let request = Self {
                contract,
                operation,
                side: Side::Request,
                status: None,
            };
            let responses = operation.responses.iter().flat_map(move |response| {
                let is_message = operation.kind != OperationKind::Schema;
                let place = Self {
                    side: Side::Response,
                    status: is_message.then(|| response.status.example()),
                    ..request
                };
                let schemas = response.payload.schemas().into_iter();
                schemas.map(move |node| (place, node))
            });
            let requests = operation.request.schemas().into_iter();
            responses.chain(requests.map(move |node| (request, node)))
        })
    }

    /// The side; `None` if the schema belongs to neither.
    pub(crate) fn said_side(&self) -> Option<Side> {
        (self.operation.kind != OperationKind::Schema).then_some(self.side)
    }

    /// Whether this is not an error response.
    pub(crate) fn is_success(&self) -> bool {
        self.status.is_none_or(|status| status < 400)
    }

    /// Whether this is what clients usually request: a successful response to GET.
    pub(crate) fn is_usual(&self) -> bool {
        self.side == Side::Response && self.is_success() && self.operation.method == "GET"
    }

    /// `list-organisations response 200`
    pub(crate) fn label(&self) -> String {
        let side = self.said_side().map(|side| format!(" {side}"));
        let status = self.status.map(|status| format!(" {status}"));
        format!(
            "{}{}{}",
            self.operation.id,
            side.unwrap_or_default(),
            status.unwrap_or_default()
        )
    }
}

/// Which contracts payloads are compared with.
#[derive(Debug, Clone)]
pub(crate) struct Versions<'c> {
    /// The requested versions, oldest first.
    pub(crate) asked: Vec<&'c Contract>,
    /// Every known version of the contract.
    pub(crate) family: Vec<&'c Contract>,
}

impl<'c> Versions<'c> {
    /// Every place that matches a hint.
    pub(crate) fn candidates(
        &self,
        hint: &Hint,
        id: Option<&'c str>,
    ) -> impl Iterator<Item = (Destination<'c>, NodeId)> {
        let one_version = self.asked.len() == 1;
        // With a name and a single version, the other versions need not be searched.
        let searched = match id {
            Some(_) if one_version => &self.asked,
            _ => &self.family,
        };
        searched
            .iter()
            .filter(move |contract| {
                // A version in the name counts only if the run does not fix the version.
                one_version
                    || hint
                        .version
                        .as_ref()
                        .is_none_or(|version| *version == contract.version)
            })
            .flat_map(|contract| Destination::all(contract))
            .filter(move |(place, _)| {
                id.is_none_or(|id| id == place.operation.id)
                    && hint.side.is_none_or(|side| side == place.side)
                    && hint.status.is_none_or(|status| {
                        let response = place.operation.response(status);
                        place.side == Side::Response
                            && response.is_some_and(|r| place.status == Some(r.status.example()))
                    })
            })
            .map(|(place, node)| {
                // A known status replaces the one that represents a class or the default response.
                let status = hint.status.filter(|_| place.status.is_some());
                let status = status.or(place.status);
                (Destination { status, ..place }, node)
            })
    }

    /// Whether the contracts describe payloads only.
    pub(crate) fn are_of_schemas(&self) -> bool {
        self.asked.iter().all(|contract| contract.is_of_schemas())
    }

    /// Whether another version has the operation, so that payloads may belong to it.
    pub(crate) fn has_others(&self, place: &Destination<'c>) -> bool {
        let others = self.family.iter();
        let mut others = others.filter(|contract| !std::ptr::eq(**contract, place.contract));
        others.any(|contract| contract.operation(&place.operation.id).is_some())
    }

    /// The id of the operation that a hint names. It is the word itself, or else the path of the file for ids
    /// that are paths, or else the longest id contained in the word as a whole, as in
    /// `2024-05-01-list-organisations`, or else a folder.
    pub(crate) fn named_id(&self, hint: &Hint) -> Option<&'c str> {
        let named = hint.operation.as_ref()?;
        let ids = || {
            let operations = self.family.iter().flat_map(|contract| &contract.operations);
            operations.map(|operation| operation.id.as_str())
        };
        let folders = || {
            let folders = hint
                .folders
                .iter()
                .flat_map(|path| path.rsplit(['/', '\\']));
            folders.filter(|folder| !folder.is_empty() && *folder != ".")
        };
        // How many steps at the end of an id match the path of the file.
        let steps_of = |id: &str| {
            let path = std::iter::once(named.as_str()).chain(folders());
            id.rsplit('/')
                .zip(path)
                .take_while(|(step, name)| step == name)
                .count()
        };
        let by_path = || {
            let mut known: Vec<(usize, &str)> = Vec::new();
            for id in ids().filter(|id| id.contains('/')) {
                if !known.iter().any(|(_, other)| *other == id) {
                    known.push((steps_of(id), id));
                }
            }
            let most = known
                .iter()
                .map(|(steps, _)| *steps)
                .max()
                .filter(|most| *most > 0)?;
            let mut best = known.iter().filter(|(steps, _)| *steps == most);
            let (first, others) = (best.next()?, best.next());
            others.is_none().then_some(first.1)
        };
        let text = hyphenated(named);
        let stands_in = |id: &str| {
            let id = hyphenated(id);
            text.match_indices(&id).any(|(at, _)| {
                let is_end = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
                is_end(text[..at].chars().next_back())
                    && is_end(text[at + id.len()..].chars().next())
            })
        };
        let by_folder =
            || folders().find_map(|folder| ids().find(|id| hyphenated(id) == hyphenated(folder)));
        ids()
            .find(|id| id == named)
            .or_else(by_path)
            .or_else(|| ids().filter(|id| stands_in(id)).max_by_key(|id| id.len()))
            .or_else(by_folder)
    }

    /// Whether a hint names an operation.
    pub(crate) fn names_operation(&self, hint: &Hint) -> bool {
        self.named_id(hint).is_some()
    }

    /// The place that a hint names, whatever the payload, in the newest requested version.
    pub(crate) fn named(&self, hint: &Hint) -> Option<Destination<'c>> {
        let id = self.named_id(hint)?;
        let is_of_version = |contract: &&&'c Contract| {
            self.asked.len() == 1
                || hint
                    .version
                    .as_ref()
                    .is_none_or(|version| *version == contract.version)
        };
        self.asked
            .iter()
            .rev()
            .filter(is_of_version)
            .find_map(|contract| {
                let operation = contract.operation(id)?;
                let side = hint.side.unwrap_or(Side::Response);
                Some(Destination {
                    contract,
                    operation,
                    side,
                    status: (side == Side::Response).then_some(hint.status).flatten(),
                })
            })
    }

    /// Which of several versions with the same paths an exchange uses: the one that its name gives, or else
    /// the first one whose schemas accept the most of its payloads, which is a guess.
    pub(crate) fn spoken_by(
        &self,
        places: &[Destination<'c>],
        hint: &Hint,
        request: &Request<'_>,
        response: Option<&Response<'_>>,
    ) -> Option<(usize, bool)> {
        if places.len() < 2 {
            return Some((places.len().checked_sub(1)?, false));
        }
        let named = hint.version.as_ref().and_then(|version| {
            let mut places = places.iter();
            places.position(|place| place.contract.version == *version)
        });
        if let Some(named) = named {
            return Some((named, false));
        }
        let sent = request
            .body
            .as_ref()
            .map(|body| (Side::Request, None, body));
        let answered = response.and_then(|response| {
            let body = response.body.as_ref()?;
            Some((Side::Response, Some(response.status), body))
        });
        let bodies: Vec<_> = sent.into_iter().chain(answered).collect();
        let documents: Vec<_> = bodies
            .iter()
            .filter(|(.., body)| body.is_json())
            .filter_map(|(side, status, body)| {
                Some((*side, *status, TapeDocument::parse(&body.bytes).ok()?))
            })
            .collect();
        let accepted = |place: &Destination<'_>| {
            let accepted = documents.iter().filter(|(side, status, document)| {
                let payload = place.operation.payload(*side, *status);
                let schemas = payload.map(Payload::schemas).unwrap_or_default();
                let graph = &place.contract.graph;
                let memo = Memo::on(Some(*side));
                let mut schemas = schemas.iter();
                schemas.any(|schema| graph.accepts_with(*schema, document.root(), &memo))
            });
            accepted.count()
        };
        let scores = places.iter().map(accepted).enumerate();
        scores
            .rev()
            .max_by_key(|(_, score)| *score)
            .map(|(index, _)| (index, true))
    }

    /// The request of the webhook or callback that the user selects.
    pub(crate) fn incoming(&self, hint: &Hint) -> Option<Destination<'c>> {
        let id = hint.operation.as_deref()?;
        self.asked.iter().find_map(|contract| {
            let operation = contract.operation(id)?;
            operation.is_incoming().then_some(Destination {
                contract,
                operation,
                side: Side::Request,
                status: None,
            })
        })
    }

    pub(crate) fn is_asked(&self, contract: &Contract) -> bool {
        self.asked
            .iter()
            .any(|asked| std::ptr::eq(*asked, contract))
    }

    /// The same operation in a requested version: by id, or else the operation that replaces it.
    pub(crate) fn in_asked_version(&self, place: &Destination<'c>) -> Option<Destination<'c>> {
        if self.is_asked(place.contract) {
            return Some(*place);
        }
        self.asked.iter().find_map(|contract| {
            let replaces = |operation: &&Operation| {
                operation.replaces.iter().any(|replaced| {
                    replaced.version == place.contract.version
                        && replaced.operation == place.operation.id
                })
            };
            let operation = contract
                .operation(&place.operation.id)
                .or_else(|| contract.operations.iter().find(replaces))?;
            let status = match place.side {
                Side::Request => None,
                Side::Response => {
                    let declared = place
                        .status
                        .filter(|status| operation.response(*status).is_some());
                    declared.or_else(|| {
                        let with_schema =
                            |r: &&crate::contract::Response| !r.payload.schemas().is_empty();
                        operation
                            .responses
                            .iter()
                            .find(with_schema)
                            .map(|r| r.status.example())
                    })
                }
            };
            Some(Destination {
                contract,
                operation,
                side: place.side,
                status,
            })
        })
    }

    /// The version that the value fits better than the one it was compared with, in the same operation.
    ///
    /// Only the first elements of arrays are considered.
    pub(crate) fn spoken(
        &self,
        scales: &mut Scales<'c>,
        place: &Destination<'c>,
        head: &TapeDocument<'_>,
    ) -> Option<&'c Contract> {
        let payload = place.operation.payload(place.side, place.status)?;
        let root = head.root();
        let here = scales.fit(place.contract, payload.schema()?, place.side, root);
        // With more mismatches, another version cannot be better, even if everything else matched.
        let most = (head.values() * here.strange).checked_div(here.recognised);
        let most = most.unwrap_or(usize::MAX);
        let mut best = (here, None);
        for contract in &self.family {
            let Some(operation) = contract.operation(&place.operation.id) else {
                continue;
            };
            if std::ptr::eq(*contract, place.contract) {
                continue;
            }
            for node in operation.schemas_like(place.side, place.status) {
                let fit = scales.fit_within(contract, node, place.side, root, most);
                if let Some(fit) = fit
                    && fit.is_likely()
                    && fit.compare(best.0).is_gt()
                {
                    best = (fit, Some(*contract));
                }
            }
        }
        best.1
    }
}

/// A name in the style of file names: `showPet`, `show_pet` and `Show pet` all become `show-pet`.
fn hyphenated(name: &str) -> String {
    let mut hyphenated = String::with_capacity(name.len() + 4);
    let mut was_lower = false;
    for character in name.chars() {
        if character.is_uppercase() && was_lower {
            hyphenated.push('-');
        }
        was_lower = character.is_lowercase() || character.is_ascii_digit();
        if matches!(character, ' ' | '_') {
            hyphenated.push('-');
        } else {
            hyphenated.extend(character.to_lowercase());
        }
    }
    hyphenated
}
