//! The proof: a structural induction over pairs of schemas.
//!
//! A pair in progress counts as proved (coinduction): every path back to it leads through a part of the
//! value, since cycles within one value were cut during compilation, and values are finite. If a pair fails,
//! everything proved in the meantime may depend on it and is discarded.

use rustc_hash::FxHashMap;
use serde_json::Value;

use crate::json::Kind;
use crate::schema::{KeywordCheck, Contains, Length, Node, NodeId, Types};

use super::case::{Case, cases};
use super::classes::Classes;
use super::kinds::Kinds;
use super::number;
use super::range::bounds_of;
use super::scalar::{Asked, Right};
use super::text::{self, Automata};
use super::{Scope, accepts};

/// The limit on pairs to examine.
const STEPS: u32 = crate::limits::PROOF_STEPS;

/// The nesting limit for parts of values; no payload is nested deeper.
const DEPTH: u32 = crate::limits::NESTING as u32;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// In progress, or proved.
    Holds,
    Failed,
}

/// Proves that values of schemas of one graph are values of schemas of another.
pub(in crate::diff) struct Prover<'g> {
    pub(super) old: Scope<'g>,
    pub(super) new: Scope<'g>,
    known: FxHashMap<(Vec<NodeId>, NodeId), State>,
    /// Pairs in the order in which they were assumed to hold.
    trail: Vec<(Vec<NodeId>, NodeId)>,
    steps: u32,
    /// The limit on steps.
    most: u32,
    /// The current nesting of parts.
    depth: u32,
    /// Whether something was not examined because of the limits on steps or depth.
    gave_up: bool,
    pub(super) classes: Classes<'g>,
    /// How many more times the direction may be reversed, for `not`.
    turns: u8,
    /// Automata of patterns.
    automata: Automata,
    /// The schemas that may apply to the values of given schemas.
    pub(super) spoken: FxHashMap<Vec<NodeId>, std::rc::Rc<Vec<NodeId>>>,
}

impl<'g> Prover<'g> {
    pub(in crate::diff) fn new(old: Scope<'g>, new: Scope<'g>, classes: Classes<'g>) -> Self {
        Self {
            old,
            new,
            known: FxHashMap::default(),
            trail: Vec::new(),
            steps: 0,
            most: STEPS,
            depth: 0,
            gave_up: false,
            classes,
            turns: 2,
            automata: Automata::default(),
            spoken: FxHashMap::default(),
        }
    }

    /// Proves something about the left side alone.
    pub(super) fn within_old(&mut self, ask: impl FnOnce(&mut Self) -> bool) -> bool {
        let Some(turns) = self.turns.checked_sub(1) else {
            return false;
        };
        let mut inner = Prover {
            turns,
            steps: self.steps,
            most: self.most,
            depth: self.depth,
            ..Prover::new(self.old, self.old, self.classes.within_left())
        };
        let holds = ask(&mut inner);
        self.steps = inner.steps;
        holds
    }

    /// Whether every value of a right schema that has one of these kinds is a value of a left schema.
    pub(super) fn prove_reverse(&mut self, right: NodeId, left: NodeId, kinds: Kinds) -> bool {
        let Some(turns) = self.turns.checked_sub(1) else {
            return false;
        };
        let mut reverse = Prover {
            turns,
            steps: self.steps,
            most: self.most,
            depth: self.depth,
            // Payloads are not made for an excluded schema, so every value counts.
            ..Prover::new(self.new.with_all(), self.old, self.classes.reversed())
        };
        let holds = reverse.prove(&[right], left)
            || (kinds != Kinds::ALL
                && cases(reverse.old, &[right]).iter().all(|case| {
                    let case = case.only(kinds);
                    reverse.is_empty(&case, 3) || reverse.prove_case(&case, left)
                }));
        self.steps = reverse.steps;
        holds
    }

    /// Whether every value of all of `left` is a value of `right`. An empty `left` means every value.
    pub(in crate::diff) fn prove(&mut self, left: &[NodeId], right: NodeId) -> bool {
        let mut left = left.to_vec();
        left.sort_unstable();
        left.dedup();
        let key = (left, right);
        if let Some(state) = self.known.get(&key) {
            return *state == State::Holds;
        }
        self.steps += 1;
        if self.steps > self.most || self.depth >= DEPTH {
            self.gave_up = true;
            return false;
        }
        if key.0.iter().any(|left| self.classes.same(*left, right)) {
            self.known.insert(key, State::Holds);
            return true;
        }
        let mark = self.trail.len();
        self.known.insert(key.clone(), State::Holds);
        self.trail.push(key.clone());
        let cases = cases(self.old, &key.0);
        self.depth += 1;
        let holds = cases
            .iter()
            .all(|case| self.is_empty(case, 3) || self.prove_case(case, right));
        self.depth -= 1;
        if !holds {
            for pair in self.trail.split_off(mark) {
                self.known.remove(&pair);
            }
            // Failures caused by the limits on steps or depth are not final.
            if !self.gave_up {
                self.known.insert(key, State::Failed);
            }
        }
        holds
    }

    /// Whether every value of a case is a value of `right`.
    pub(super) fn prove_case(&mut self, case: &Case, right: NodeId) -> bool {
        if !self.spend() {
            return false;
        }
        if case
            .nodes
            .iter()
            .any(|left| self.classes.same(*left, right))
        {
            return true;
        }
        if let Some(values) = case.listed(self.old) {
            return values.iter().all(|value| accepts(self.new, right, value));
        }
        if self.keyword_by_keyword(case, right) {
            return true;
        }
        // Keywords that are not provable one by one may be provable together, for one kind of value.
        if case.kinds.count() > 1 {
            let kinds = Kinds::EACH.into_iter().filter(|kind| case.kinds.has(*kind));
            return kinds
                .map(|kind| case.only(kind))
                .collect::<Vec<_>>()
                .iter()
                .all(|part| self.is_empty(part, 3) || self.prove_case(part, right));
        }
        self.scalar_follows(case, Some(right))
    }

    /// Whether every number or string of a case is a value of `right`; for `None`, whether there is no such
    /// value.
    pub(super) fn scalar_follows(&mut self, case: &Case, right: Option<NodeId>) -> bool {
        let new = self.new;
        let right = right.map_or(Right::Nothing, |right| Right::Schema(new, right));
        self.scalar_is(case, right)
    }

    /// Whether every number or string of a case meets the requirement.
    pub(super) fn scalar_is(&mut self, case: &Case, right: Right<'g>) -> bool {
        if !case.kinds.within(Kinds::NUMBER.or(Kinds::STRING)) || case.kinds.count() != 1 {
            return false;
        }
        let asked = Asked::of_case(self.old, case, right);
        match case.kinds {
            Kinds::STRING => {
                // Searching automata is expensive.
                self.steps += 20;
                matches!(
                    text::answer(&asked, &mut self.automata),
                    text::Answer::Follows
                )
            }
            _ => number::follows(&asked),
        }
    }

    /// Whether each keyword of `right` follows on its own.
    fn keyword_by_keyword(&mut self, case: &Case, right: NodeId) -> bool {
        let node = self.new.node(right);
        let types = node.types.map_or(Kinds::ALL, Kinds::of);
        !node.never
            && case.kinds.within(types)
            && self.counts_alike(case, node.types)
            && node.values.is_none()
            && node.constant.is_none()
            && node
                .checks
                .iter()
                .all(|check| self.check_holds(case, check))
            && node
                .lengths
                .iter()
                .all(|length| self.length_holds(case, *length))
            && node
                .reference
                .is_none_or(|inner| self.prove_case(case, inner))
            && node
                .all_of
                .iter()
                .all(|inner| self.prove_case(case, *inner))
            && (node.any_of_branches().is_empty() || self.prove_any(case, node.any_of_branches()))
            && (node.one_of_branches().is_empty() || self.prove_one(case, node.one_of_branches()))
            && node.not.is_none_or(|not| self.excludes(case, not))
            && self.conditional_holds(case, node)
            && (!case.kinds.has(Kinds::OBJECT) || self.members_hold(case, right))
            && (!case.kinds.has(Kinds::ARRAY) || self.elements_hold(case, right))
    }

    /// In draft 4, integers are written without fraction and exponent. If the right side requires this, the
    /// left side must too.
    fn counts_alike(&self, case: &Case, types: Option<Types>) -> bool {
        let Some(types) = types.filter(|types| types.counts_as_written()) else {
            return true;
        };
        let is_about_whole = case.kinds.has(Kinds::WHOLE) && !types.holds_fractions();
        let left = || {
            let mut types = case.nodes_in(self.old).filter_map(|node| node.types);
            // In draft 4, `number` also accepts 1.0.
            types.any(|types| types.counts_as_written() && !types.holds_fractions())
        };
        !is_about_whole || left()
    }

    /// Takes a step; returns `false` if none are left.
    pub(super) fn spend(&mut self) -> bool {
        self.steps += 1;
        self.gave_up |= self.steps > self.most;
        self.steps <= self.most
    }

    pub(super) fn check_holds(&self, case: &Case, check: &KeywordCheck) -> bool {
        if !case.kinds.has(Kinds::about(check.kind)) {
            return true;
        }
        let whole = !case.kinds.has(Kinds::FRACTION);
        match (check.keyword, &check.argument) {
            ("multipleOf", Value::Number(divisor)) => case.is_multiple(self.old, divisor),
            (
                "minimum" | "maximum" | "exclusiveMinimum" | "exclusiveMaximum",
                Value::Number(limit),
            ) => case.range(self.old).keeps(check.keyword, limit, whole),
            ("uniqueItems", argument) => {
                case.checks(self.old, "uniqueItems", argument)
                    || case
                        .lengths(self.old, Kind::Array)
                        .1
                        .is_some_and(|most| most <= 1)
            }
            // The crate does not assert encodings that it does not know.
            ("contentEncoding", Value::String(encoding)) if encoding != "base64" => true,
            ("pattern", Value::String(pattern)) => {
                matches_all(pattern) || case.checks(self.old, "pattern", &check.argument)
            }
            (keyword, argument) => {
                case.checks(self.old, keyword, argument)
                    || bounds_of(check).is_some_and(|bounds| {
                        let range = case.range(self.old);
                        let mut bounds = bounds.iter();
                        bounds.all(|(keyword, limit)| range.keeps(keyword, limit, whole))
                    })
            }
        }
    }

    pub(super) fn length_holds(&mut self, case: &Case, length: Length) -> bool {
        if !case.kinds.has(Kinds::about(length.kind)) {
            return true;
        }
        let (mut lower, mut upper) = case.lengths(self.old, length.kind);
        if length.kind == Kind::Object {
            let (fewest, most) = self.counts(case);
            lower = lower.max(fewest);
            upper = upper.into_iter().chain(most).min();
        }
        if length.is_maximum {
            upper.is_some_and(|upper| upper <= length.limit)
        } else {
            lower >= length.limit
        }
    }

    /// Whether one branch holds, or one branch for each kind of value or each value of a tag.
    pub(super) fn prove_any(&mut self, case: &Case, branches: &[NodeId]) -> bool {
        let tags = self.tags(case, branches);
        let mut possible = branches
            .iter()
            .filter(|branch| !self.rejects(**branch, &tags));
        let possible: Vec<NodeId> = possible.by_ref().copied().collect();
        if possible.iter().any(|branch| self.prove_case(case, *branch)) {
            return true;
        }
        // If one branch excludes what another accepts, together they accept everything.
        let new = self.new;
        let excluded = branches.iter().filter_map(|branch| {
            let node = new.node(new.resolve(*branch));
            node.not.filter(|_| node.excludes_only())
        });
        let classes = self.classes;
        let is_all = |not: NodeId| {
            branches
                .iter()
                .any(|branch| classes.same_right(not, *branch))
        };
        if excluded.into_iter().any(is_all) {
            return true;
        }
        self.split(case, branches).is_some_and(|parts| {
            parts
                .iter()
                .all(|part| self.is_empty(part, 3) || self.prove_any(part, branches))
        })
    }

    pub(super) fn prove_one(&mut self, case: &Case, branches: &[NodeId]) -> bool {
        let tags = self.tags(case, branches);
        let possible = branches
            .iter()
            .filter(|branch| !self.rejects(**branch, &tags));
        let possible: Vec<NodeId> = possible.copied().collect();
        let holds = possible.iter().any(|branch| {
            self.prove_case(case, *branch)
                && possible
                    .iter()
                    .all(|other| other == branch || self.disjoint(case, *other))
        });
        holds
            || self.split(case, branches).is_some_and(|parts| {
                parts
                    .iter()
                    .all(|part| self.is_empty(part, 3) || self.prove_one(part, branches))
            })
    }

    /// Required members with a single value, if there are enough branches to make checking them first
    /// worthwhile.
    fn tags(&self, case: &Case, branches: &[NodeId]) -> Vec<(std::sync::Arc<str>, Value)> {
        const FEW: usize = 4;
        if branches.len() <= FEW || case.kinds != Kinds::OBJECT {
            return Vec::new();
        }
        let single = |name: &std::sync::Arc<str>| {
            if let Some((_, pin)) = case.pins.iter().find(|(pin, _)| pin == name) {
                return Some(pin.clone());
            }
            let schemas = case.property(self.old, name);
            let mut nodes = schemas
                .iter()
                .map(|id| self.old.node(self.old.resolve(*id)));
            nodes.find_map(|node| match (&node.constant, &node.values) {
                (Some(constant), _) => Some(Value::clone(constant)),
                (None, Some(values)) => match values.all.as_slice() {
                    [only] => Some(only.clone()),
                    _ => None,
                },
                (None, None) => None,
            })
        };
        let names = case.names(self.old).into_iter();
        let names = names.filter(|name| case.requires(self.old, name));
        names
            .filter_map(|name| Some((name.clone(), single(&name)?)))
            .collect()
    }

    /// Whether a schema rejects every object with these members. `false` means unknown.
    fn rejects(&self, branch: NodeId, tags: &[(std::sync::Arc<str>, Value)]) -> bool {
        let node = self.new.node(self.new.resolve(branch));
        tags.iter().any(|(name, value)| {
            let schema = node.object.properties.get(name);
            schema.is_some_and(|schema| !accepts(self.new, *schema, value))
        })
    }

    /// Whether no value of the case is a value of `not`.
    pub(super) fn excludes(&mut self, case: &Case, not: NodeId) -> bool {
        self.disjoint(case, not)
            || case
                .nots
                .iter()
                .any(|excluded| self.prove_reverse(not, *excluded, case.kinds))
    }

    /// Splits a case into smaller ones: by kind, then by the listed values of a required property, then by
    /// the lengths and members that the branches of the right side distinguish.
    fn split(&self, case: &Case, branches: &[NodeId]) -> Option<Vec<Case>> {
        if case.kinds.count() > 1 {
            let kinds = Kinds::EACH.iter().filter(|kind| case.kinds.has(**kind));
            return Some(kinds.map(|kind| case.only(*kind)).collect());
        }
        if let Some(parts) = self.split_by_length(case, branches) {
            return Some(parts);
        }
        if !case.kinds.has(Kinds::OBJECT) {
            return None;
        }
        for name in case.names(self.old) {
            let is_pinned = case.pins.iter().any(|(pin, _)| *pin == name);
            if is_pinned || !case.requires(self.old, &name) {
                continue;
            }
            let mut values = Vec::new();
            let inner = cases(self.old, &case.property(self.old, &name));
            let is_listed = inner.iter().all(|inner| match inner.listed(self.old) {
                Some(listed) => {
                    values.extend(listed);
                    true
                }
                None => false,
            });
            if is_listed && values.len() <= 64 {
                let pinned = values.into_iter().map(|value| {
                    let mut part = case.clone();
                    part.pins.push((name.clone(), value));
                    part
                });
                return Some(pinned.collect());
            }
        }
        self.split_by_member(case, branches)
    }

    pub(super) fn conditional_holds(&mut self, case: &Case, node: &Node) -> bool {
        let Some(conditional) = node.conditional else {
            return true;
        };
        let mut holds =
            |branch: Option<NodeId>| branch.is_none_or(|branch| self.prove_case(case, branch));
        let (then, otherwise) = (holds(conditional.then), holds(conditional.otherwise));
        (then && (otherwise || self.prove_case(case, conditional.condition)))
            || (otherwise && self.excludes(case, conditional.condition))
            || self
                .split(case, &[conditional.condition])
                .is_some_and(|parts| {
                    parts
                        .iter()
                        .all(|part| self.is_empty(part, 3) || self.conditional_holds(part, node))
                })
    }

    fn elements_hold(&mut self, case: &Case, right: NodeId) -> bool {
        let rules = &self.new.node(right).array;
        rules.unevaluated.is_none()
            && self.each_element_holds(case, right)
            && rules
                .contains
                .is_none_or(|contains| self.contains_holds(case, right, contains))
    }

    /// The number of positions that either side distinguishes.
    fn listed_positions(&self, case: &Case, right: NodeId) -> usize {
        let right = self.new.node(right).array.prefix.len();
        right.max(case.positions(self.old))
    }

    /// `prefixItems` and `items`.
    pub(super) fn each_element_holds(&mut self, case: &Case, right: NodeId) -> bool {
        let (_, most) = case.lengths(self.old, Kind::Array);
        // The position after the listed ones represents all the others.
        for index in 0..=self.listed_positions(case, right) {
            if most.is_some_and(|most| most <= index as u64) {
                break;
            }
            let Some(schema) = self.new.node(right).element_schema(index) else {
                continue;
            };
            let element = case.element(self.old, index);
            if !self.prove(&element, schema) {
                return false;
            }
        }
        true
    }

    /// `contains` with its minimum and maximum.
    pub(super) fn contains_holds(
        &mut self,
        case: &Case,
        right: NodeId,
        contains: Contains,
    ) -> bool {
        let (fewest, most) = case.lengths(self.old, Kind::Array);
        let listed = self.listed_positions(case, right);
        let is_all = |prover: &mut Self| {
            (0..=listed).all(|index| {
                let element = case.element(prover.old, index);
                prover.prove(&element, contains.node)
            })
        };
        let known: Vec<Contains> = case
            .nodes_in(self.old)
            .filter_map(|node| node.array.contains)
            .collect();
        let enough = contains.minimum == 0
            || known.iter().any(|left| {
                left.minimum >= contains.minimum && self.prove(&[left.node], contains.node)
            })
            || (fewest >= contains.minimum && is_all(self))
            || self.sure_of(case, fewest, contains) >= contains.minimum;
        let few = contains.maximum.is_none_or(|maximum| {
            most.is_some_and(|most| most <= maximum)
                || known.iter().any(|left| {
                    left.maximum.is_some_and(|own| own <= maximum)
                        && (self.classes.same(left.node, contains.node)
                            || self.prove_reverse(contains.node, left.node, Kinds::ALL))
                })
        });
        enough && few
    }

    /// The guaranteed number of matches of `contains` among the first elements of every array.
    fn sure_of(&mut self, case: &Case, fewest: u64, contains: Contains) -> u64 {
        const GUARANTEED: u64 = 16;
        let positions = 0..fewest.min(GUARANTEED);
        let found = positions.filter(|index| {
            let element = case.element(self.old, usize::try_from(*index).unwrap_or(0));
            self.prove(&element, contains.node)
        });
        found.count() as u64
    }

    /// Resets the step count for another question. Results so far are kept.
    pub(in crate::diff) fn rest(&mut self) {
        self.steps = 0;
        self.most = STEPS;
        self.gave_up = false;
    }

    /// Allows more steps: whole payloads are larger than single edits.
    pub(in crate::diff) fn take_time(&mut self) {
        self.most = STEPS * 10;
    }
}

/// Whether a pattern matches every string, because it matches the empty string at any position. An anchor at
/// the start does not change that.
fn matches_all(pattern: &str) -> bool {
    let pattern = pattern.strip_prefix('^').unwrap_or(pattern);
    regex_syntax::parse(pattern).is_ok_and(|hir| {
        let properties = hir.properties();
        properties.minimum_len() == Some(0) && properties.look_set().is_empty()
    })
}
