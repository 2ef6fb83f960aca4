//! The walk over one payload and the pairs of schemas that differ for it.

use crate::redact::is_secret_name;
use crate::contract::Contract;
use crate::diff::view::View;
use crate::diff::{AlignedPair, Alignment, Edge};
use crate::json::Value;
use crate::location::{Side, Step};
use crate::observe::meant_for;
use crate::schema::{Memo, NodeId};

use super::touch::parts;

/// Levels of a payload that are visited.
pub(super) const DEEPEST: usize = crate::limits::REWRITTEN_NESTING;

/// The position of the walk in a payload.
#[derive(Clone, Copy)]
struct Here {
    depth: usize,
    /// Whether some name on the path is that of a secret.
    is_secret: bool,
}

/// Walks payloads of one of the contracts.
pub(super) struct Visit<'v> {
    pub(super) contract: &'v Contract,
    pub(super) alignment: &'v Alignment,
    /// Whether payloads are of the old contract.
    pub(super) is_old: bool,
    pub(super) memo: Memo,
}

impl Visit<'_> {
    /// Calls `found` with each pair, the value that it is about, and whether the value is below the name of a
    /// secret.
    pub(super) fn run<'d>(
        &self,
        pair: usize,
        value: Value<'d>,
        found: &mut dyn FnMut(usize, Value<'d>, bool),
    ) {
        self.below(pair, value, (0, false), found);
    }

    /// The same for a value at this depth of its payload, and possibly below the name of a secret.
    pub(super) fn below<'d>(
        &self,
        pair: usize,
        value: Value<'d>,
        (depth, is_secret): (usize, bool),
        found: &mut dyn FnMut(usize, Value<'d>, bool),
    ) {
        let here = Here { depth, is_secret };
        self.visit(pair, value, &mut Vec::new(), here, found);
    }

    /// The same for another document.
    pub(super) fn renewed(&self, side: Option<Side>) -> Self {
        Self {
            memo: Memo::on(side),
            ..*self
        }
    }

    fn schemas<'p>(&self, pair: &'p AlignedPair) -> &'p [NodeId] {
        match self.is_old {
            true => &pair.old,
            false => &pair.new,
        }
    }

    fn accepts(&self, pair: &AlignedPair, value: Value<'_>) -> bool {
        let mut schemas = self.schemas(pair).iter();
        let graph = &self.contract.graph;
        schemas.all(|schema| graph.accepts_with(*schema, value, &self.memo))
    }

    /// `tried` are the pairs that were already visited with this very value.
    fn visit<'d>(
        &self,
        id: usize,
        value: Value<'d>,
        tried: &mut Vec<usize>,
        here: Here,
        found: &mut dyn FnMut(usize, Value<'d>, bool),
    ) {
        if here.depth >= DEEPEST || tried.contains(&id) {
            return;
        }
        found(id, value, here.is_secret);
        tried.push(id);
        let pair = &self.alignment.pairs[id];
        // A branch is about the values that it accepts. A value that no branch accepts goes to the one it was
        // meant for.
        let branches: Vec<usize> = pair
            .leads
            .iter()
            .filter(|(edge, child)| {
                *edge == Edge::Same
                    && self.schemas(&self.alignment.pairs[*child]) != self.schemas(pair)
            })
            .map(|(_, child)| *child)
            .collect();
        let mut accepting: Vec<usize> = branches
            .iter()
            .copied()
            .filter(|child| self.accepts(&self.alignment.pairs[*child], value))
            .collect();
        if accepting.is_empty() && !branches.is_empty() {
            accepting.extend(self.meant(pair, &branches, value));
        }
        // Pairs, values, and whether a name on the path is that of a secret.
        let mut below: Vec<(usize, Value<'d>, bool)> = Vec::new();
        for (edge, child) in &pair.leads {
            let target = &self.alignment.pairs[*child];
            match edge {
                Edge::Same => {
                    let is_whole = self.schemas(target) == self.schemas(pair);
                    if is_whole || accepting.contains(child) {
                        self.visit(*child, value, tried, here, found);
                    }
                }
                Edge::Property(name) => below.extend(
                    value
                        .get(name)
                        .map(|part| (*child, part, is_secret_name(name))),
                ),
                Edge::Position(index) => {
                    below.extend(
                        value
                            .elements()
                            .nth(*index)
                            .map(|part| (*child, part, false)),
                    );
                }
                Edge::Items(from) => {
                    below.extend(
                        value
                            .elements()
                            .skip(*from)
                            .map(|part| (*child, part, false)),
                    );
                }
                Edge::Others => {
                    let parts = self.others(pair, value);
                    below.extend(parts.map(|(part, is_secret)| (*child, part, is_secret)));
                }
                Edge::Pattern(pattern) => {
                    let parts = self.matching(pair, pattern, value);
                    below.extend(
                        parts
                            .into_iter()
                            .map(|(part, is_secret)| (*child, part, is_secret)),
                    );
                }
                Edge::Moved => {}
            }
        }
        for moved in &pair.moves {
            let Some(child) = moved.pair else {
                continue;
            };
            let way = match self.is_old {
                true => &moved.from,
                false => &moved.to,
            };
            if way.is_empty() {
                if self.accepts(&self.alignment.pairs[child], value) {
                    self.visit(child, value, tried, here, found);
                }
                continue;
            }
            let is_secret = way
                .iter()
                .any(|step| matches!(step, Step::Key(name) if is_secret_name(name)));
            below.extend(
                parts(value, way)
                    .into_iter()
                    .map(|part| (child, part, is_secret)),
            );
        }
        for (child, part, is_secret) in below {
            let here = Here {
                depth: here.depth + 1,
                is_secret: here.is_secret || is_secret,
            };
            self.visit(child, part, &mut Vec::new(), here, found);
        }
    }

    /// The branch that a value was meant for if it matches none.
    fn meant(&self, pair: &AlignedPair, branches: &[usize], value: Value<'_>) -> Option<usize> {
        let graph = &self.contract.graph;
        let view = View::of(graph, self.schemas(pair));
        let mut meant = view.unions.iter().filter_map(|union| {
            let side = self.memo.side();
            // An unchanged branch may be meant.
            let branch = meant_for(graph, union.node, &union.branches, value, side)?;
            let branch = graph.resolve(branch);
            let mut branches = branches.iter();
            branches.find(|child| {
                let schemas = self.schemas(&self.alignment.pairs[**child]);
                schemas.contains(&branch)
            })
        });
        meant.next().copied()
    }

    /// The members that no schema of the pair names.
    fn others<'d>(
        &self,
        pair: &AlignedPair,
        value: Value<'d>,
    ) -> impl Iterator<Item = (Value<'d>, bool)> + use<'d> {
        let view = View::of(&self.contract.graph, self.schemas(pair));
        let others: Vec<(Value<'d>, bool)> = value
            .members()
            .filter(|(key, _)| {
                let name = key.name();
                !view
                    .nodes()
                    .any(|(_, node)| node.named_schemas(&name).next().is_some())
            })
            .map(|(key, member)| (member, is_secret_name(&key.name())))
            .collect();
        others.into_iter()
    }

    /// The members whose names match a pattern of the pair.
    fn matching<'d>(
        &self,
        pair: &AlignedPair,
        pattern: &str,
        value: Value<'d>,
    ) -> Vec<(Value<'d>, bool)> {
        let view = View::of(&self.contract.graph, self.schemas(pair));
        let matches = |name: &str| {
            let mut patterns = view.nodes().flat_map(|(_, node)| &node.object.patterns);
            patterns.any(|(check, _)| check.argument_text() == pattern && check.accepts_text(name))
        };
        let members = value.members().filter(|(key, _)| matches(&key.name()));
        members
            .map(|(key, member)| (member, is_secret_name(&key.name())))
            .collect()
    }
}
