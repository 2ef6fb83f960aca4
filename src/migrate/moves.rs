//! Rules that a team adds to a migration: `--moves FILE`.
//!
//! ```yaml
//! moves:
//!   - operation: list-organisations     # of either contract; all of them if omitted
//!     move: {from: /data/*/title, to: /data/*/name}
//!   - set: {at: /data/*/currency, value: EUR}
//!   - map: {at: /data/*/jurisdiction, values: {xk: null, gb_sct: gb}}
//!   - drop: /data/*/debug
//! ```

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::contract::{Contract, Operation};
use crate::diff::Alignment;
use crate::diff::view::{Extra, View};
use crate::error::{Error, ErrorKind, Result, closest};
use crate::json::TapeDocument;
use crate::location::{PathPattern, Pointer, Side, Step};
use crate::schema::{Graph, NodeId};
use crate::source::Parsed;

/// Rules for payloads, in the order of their file.
#[derive(Debug, Clone, Default)]
pub struct Moves {
    entries: Vec<Entry>,
    /// Rules that cannot be reversed, each with its place and the reason; empty except for a downgrade.
    pub skipped: Vec<String>,
}

/// A rule, and the payloads that it applies to.
#[derive(Debug, Clone)]
struct Entry {
    operation: Option<String>,
    side: Option<Side>,
    status: Option<u16>,
    action: Action,
}

/// What a rule does to a payload.
#[derive(Debug, Clone)]
pub(super) enum Action {
    /// Moves a part of the old payload to a place in the new one.
    Move { from: PathPattern, to: PathPattern },
    /// Sets the value of a place that has none.
    Set { at: PathPattern, value: Json },
    /// Replaces some values with others.
    Map {
        at: PathPattern,
        values: Vec<(String, Json)>,
    },
    /// Drops the value of a place.
    Drop { at: PathPattern },
}

/// A rule as the file has it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// The id of an operation of either contract.
    operation: Option<String>,
    side: Option<Side>,
    /// The status of responses of the old contract.
    status: Option<u16>,
    #[serde(rename = "move")]
    moved: Option<FromTo>,
    set: Option<AtValue>,
    map: Option<AtValues>,
    drop: Option<String>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FromTo {
    from: String,
    to: String,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AtValue {
    at: String,
    value: Json,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct AtValues {
    at: String,
    values: serde_json::Map<String, Json>,
}

impl Moves {
    /// Reads rules and checks them against both contracts. With `downgrade`, the file describes the migration
    /// from `new` to `old`, and the rules are reversed if possible.
    ///
    /// # Errors
    ///
    /// When the file is malformed, or a rule refers to something that the contracts do not have; the message
    /// has the place.
    pub fn read(
        file: &Parsed,
        (old, new): (&Contract, &Contract),
        alignment: &Alignment,
        downgrade: bool,
    ) -> Result<Self> {
        let failed = |pointer: &str, message: String| {
            let span = file.source.locator().find(&Pointer::from_escaped(pointer));
            let origin = file.source.origin(span.start);
            Error::new(ErrorKind::Format, format!("{origin}: {message}"))
        };
        let entries = match &file.value {
            Json::Object(members) => {
                if let Some(name) = members.keys().find(|name| *name != "moves") {
                    let message = format!("unknown key `{name}`; the only key is `moves`");
                    return Err(failed(&format!("/{}", name.replace('/', "~1")), message));
                }
                members.get("moves").and_then(Json::as_array)
            }
            _ => None,
        };
        let Some(entries) = entries else {
            let message = "the list `moves` is missing; write `moves: [{drop: /path}]`".to_owned();
            return Err(failed("", message));
        };
        let mut moves = Self::default();
        for (index, entry) in entries.iter().enumerate() {
            let pointer = format!("/moves/{index}");
            let entry = Entry::parse(entry).map_err(|message| failed(&pointer, message))?;
            let verb = match &entry.action {
                Action::Move { .. } => "move",
                Action::Set { .. } => "set",
                Action::Map { .. } => "map",
                Action::Drop { .. } => "drop",
            };
            if downgrade {
                let place = failed(&pointer, String::new()).to_string();
                let place = place.trim_end_matches([':', ' ']);
                match entry.turned(old, new, alignment) {
                    Ok(entry) => moves.entries.push(entry),
                    Err(why) => moves
                        .skipped
                        .push(format!("{place}: skipped in the downgrade: {why}")),
                }
                continue;
            }
            let checked = entry.check((old, new), alignment);
            checked.map_err(|message| failed(&format!("{pointer}/{verb}"), message))?;
            moves.entries.push(entry);
        }
        Ok(moves)
    }

    /// The rules for the payloads of an operation, by its name in both contracts.
    pub(super) fn of(
        &self,
        old: &Operation,
        new: &Operation,
        side: Option<Side>,
        status: Option<u16>,
    ) -> Vec<&Action> {
        let own = self.entries.iter().filter(|entry| {
            entry.is_of(old, new)
                && (entry.side.is_none() || side.is_none() || entry.side == side)
                && (entry.status.is_none() || entry.status == status)
        });
        own.map(|entry| &entry.action).collect()
    }
}

impl Entry {
    fn parse(entry: &Json) -> Result<Self, String> {
        let written: Written =
            serde_json::from_value(entry.clone()).map_err(|error| error.to_string())?;
        let path = |text: &str| {
            PathPattern::parse(text).ok_or_else(|| {
                format!("`{text}` is not a path; a path starts with `/`, such as /data/*/name")
            })
        };
        let mut actions: Vec<Action> = Vec::new();
        if let Some(FromTo { from, to }) = written.moved {
            let (from, to) = (path(&from)?, path(&to)?);
            let stars = |path: &PathPattern| {
                let steps = path.steps().iter();
                steps.filter(|step| **step == Step::Any).count()
            };
            if stars(&from) != stars(&to) {
                return Err(format!(
                    "`{from}` and `{to}` must have the same number of `*`, so that each part has \
                     one target"
                ));
            }
            actions.push(Action::Move { from, to });
        }
        if let Some(AtValue { at, value }) = written.set {
            let at = path(&at)?;
            actions.push(Action::Set { at, value });
        }
        if let Some(AtValues { at, values }) = written.map {
            let at = path(&at)?;
            let values = values.into_iter().collect();
            actions.push(Action::Map { at, values });
        }
        if let Some(at) = written.drop {
            actions.push(Action::Drop { at: path(&at)? });
        }
        let mut actions = actions.into_iter();
        match (actions.next(), actions.next()) {
            (Some(action), None) => Ok(Self {
                operation: written.operation,
                side: written.side,
                status: written.status,
                action,
            }),
            _ => Err("a rule must have exactly one of `move`, `set`, `map` and `drop`".to_owned()),
        }
    }

    /// The reversed rule, from `old` to `new` as the payloads go.
    fn turned(self, old: &Contract, new: &Contract, alignment: &Alignment) -> Result<Self, String> {
        let of = |action: Action| Self {
            operation: self.operation.clone(),
            side: self.side,
            status: self.status,
            action,
        };
        let turned = of(match &self.action {
            Action::Move { from, to } => Action::Move {
                from: to.clone(),
                to: from.clone(),
            },
            Action::Map { at, values } => {
                let mut turned: Vec<(String, Json)> = Vec::new();
                for (from, to) in values {
                    let key = key_of(to);
                    let count = values
                        .iter()
                        .filter(|(_, other)| key_of(other) == key)
                        .count();
                    let entry = of(Action::Set {
                        at: at.clone(),
                        value: to.clone(),
                    });
                    // A value that is also valid there may never have been mapped.
                    if count == 1 && entry.check((old, new), alignment).is_err() {
                        turned.push((key, Json::from(from.as_str())));
                    }
                }
                if turned.is_empty() {
                    return Err("its mapping cannot be reversed".to_owned());
                }
                Action::Map {
                    at: at.clone(),
                    values: turned,
                }
            }
            Action::Set { .. } => {
                return Err("the value that it sets was not there before".to_owned());
            }
            Action::Drop { .. } => return Err("the value that it dropped is lost".to_owned()),
        });
        turned.check((old, new), alignment)?;
        Ok(turned)
    }

    fn is_of(&self, old: &Operation, new: &Operation) -> bool {
        let known = self.operation.as_deref();
        known.is_none_or(|id| id == old.id || id == new.id)
    }

    /// Checks the rule against the contracts.
    fn check(
        &self,
        (old, new): (&Contract, &Contract),
        alignment: &Alignment,
    ) -> Result<(), String> {
        let pairs = alignment.operations.iter().filter_map(|(left, right)| {
            let pair = (old.operations.get(*left)?, new.operations.get(*right)?);
            self.is_of(pair.0, pair.1).then_some(pair)
        });
        let pairs: Vec<(&Operation, &Operation)> = pairs.collect();
        if pairs.is_empty()
            && let Some(id) = &self.operation
        {
            let all = old.operations.iter().chain(&new.operations);
            let near = closest(id, all.map(|operation| operation.id.as_str()));
            let hint = near.map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
            return Err(format!("neither contract has an operation `{id}`{hint}"));
        }
        let old_roots = || {
            pairs
                .iter()
                .flat_map(|(operation, _)| self.roots(operation))
        };
        let new_roots = || {
            pairs
                .iter()
                .flat_map(|(_, operation)| self.roots(operation))
        };
        let find = |contract: &Contract, roots: Vec<NodeId>, path: &PathPattern| {
            let found: Vec<Vec<NodeId>> = roots
                .into_iter()
                .filter_map(|root| declared(&contract.graph, &[root], path.steps()))
                .collect();
            if found.is_empty() {
                let reference = contract.reference();
                return Err(format!(
                    "{reference} does not declare `{path}` in a payload that the rule applies to"
                ));
            }
            Ok(found)
        };
        let accepted = |places: &[Vec<NodeId>], value: &Json| {
            let text = value.to_string();
            let Ok(document) = TapeDocument::parse(text.as_bytes()) else {
                return Ok(());
            };
            let is_accepted = places.iter().any(|schemas| {
                let mut schemas = schemas.iter();
                schemas.all(|schema| new.graph.accepts(*schema, document.root()))
            });
            match is_accepted {
                true => Ok(()),
                false => Err(format!(
                    "{} does not accept the value {text} there",
                    new.reference()
                )),
            }
        };
        match &self.action {
            Action::Move { from, to } => {
                find(old, old_roots().collect(), from)?;
                find(new, new_roots().collect(), to)?;
            }
            Action::Set { at, value } => {
                accepted(&find(new, new_roots().collect(), at)?, value)?;
            }
            Action::Map { at, values } => {
                let places = find(new, new_roots().collect(), at)?;
                for (_, value) in values {
                    accepted(&places, value)?;
                }
            }
            Action::Drop { at } => {
                let is_declared = find(new, new_roots().collect(), at).is_ok()
                    || find(old, old_roots().collect(), at).is_ok();
                if !is_declared {
                    return Err(format!(
                        "neither contract declares `{at}` in a payload that the rule applies to"
                    ));
                }
            }
        }
        if let Action::Set { at, .. } | Action::Map { at, .. } | Action::Drop { at } = &self.action
            && at.steps().is_empty()
        {
            return Err(
                "the empty path is the whole payload; a rule applies to a part of it".to_owned(),
            );
        }
        Ok(())
    }

    /// The schemas of an operation that the rule may apply to.
    fn roots(&self, operation: &Operation) -> Vec<NodeId> {
        let mut roots = Vec::new();
        if self.side != Some(Side::Response) {
            roots.extend(operation.request_body().schemas());
        }
        if self.side != Some(Side::Request) {
            let responses = operation.responses.iter();
            roots.extend(responses.flat_map(|response| response.payload.schemas()));
        }
        roots
    }
}

/// A value as a key of `map`: strings as they are, others as JSON.
pub(super) fn key_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The schemas that are declared for a place; `None` if nothing is declared.
pub(crate) fn declared(graph: &Graph, schemas: &[NodeId], way: &[Step]) -> Option<Vec<NodeId>> {
    let Some((step, way)) = way.split_first() else {
        return Some(schemas.to_vec());
    };
    let view = View::of(graph, schemas);
    let below = match step {
        Step::Key(name) => {
            let nodes = view.nodes();
            let named: Vec<NodeId> = nodes
                .flat_map(|(_, node)| node.named_schemas(name).collect::<Vec<_>>())
                .collect();
            match view.extra() {
                // A key of a map is declared by the schemas of all its values.
                Extra::Schemas(schemas) if named.is_empty() => schemas,
                _ => named,
            }
        }
        Step::Any => {
            let mut below = view.element(view.positions());
            below.extend(view.element(0));
            if let Extra::Schemas(schemas) = view.extra() {
                below.extend(schemas);
            }
            below
        }
    };
    let found = match below.is_empty() {
        true => None,
        false => declared(graph, &below, way),
    };
    found.or_else(|| {
        let mut branches = view.unions.iter().flat_map(|union| &union.branches);
        let whole: Vec<Step> = [std::slice::from_ref(step), way].concat();
        branches.find_map(|branch| declared(graph, &[*branch], &whole))
    })
}
