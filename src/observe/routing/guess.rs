//! Where payloads without method and URL belong: the candidate place that they fit best.

use std::cmp::Ordering;
use std::hash::Hasher as _;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHasher};

use crate::capture::Hint;
use crate::contract::{Contract, Payload};
use crate::json::{TapeDocument, Value};
use crate::location::{Side, Step};
use crate::schema::NodeId;

use super::distinct::{Apart, Described, agrees_by_its_head, apart, cases};
use super::fit::{Fit, VALUES};
use crate::observe::profile::TrafficFact;
use super::destination::{Destination, Versions};
use crate::observe::stream::{Scales, Settled};

/// A schema that payloads may be compared with.
#[derive(Debug, Clone, Copy)]
struct Schema<'c> {
    contract: &'c Contract,
    node: NodeId,
    side: Side,
}

/// Where a payload without method and URL belongs.
#[derive(Debug)]
pub(crate) struct Found<'c> {
    pub(crate) place: Destination<'c>,
    /// The only schema of payloads there, if there is just one.
    pub(crate) node: Option<NodeId>,
    /// Reported if other places fit equally well.
    pub(crate) ambiguous: Option<TrafficFact>,
    /// Whether so many places fit equally well that the payload is not judged.
    pub(crate) is_undecided: bool,
}

/// Largest number of equally good places of which the first is taken.
const EQUAL: usize = crate::limits::EQUAL_PLACES;

impl<'c> Found<'c> {
    /// `equal` are the labels of equally good places, including this one.
    fn new(place: Destination<'c>, equal: Vec<String>) -> Self {
        let payload = place.operation.payload(place.side, place.status);
        let schemas = payload.map(Payload::schemas).unwrap_or_default();
        Self {
            place,
            node: match *schemas {
                [node] => Some(node),
                _ => None,
            },
            ambiguous: (equal.len() > 1).then_some(TrafficFact::Ambiguous(equal)),
            is_undecided: false,
        }
    }

    /// Whether this is the same place.
    pub(crate) fn is(&self, other: &Self) -> bool {
        let (place, other_place) = (&self.place, &other.place);
        std::ptr::eq(place.operation, other_place.operation)
            && (place.side, place.status, self.node)
                == (other_place.side, other_place.status, other.node)
    }
}

/// Where payloads belong that fully agree with one schema, and the cases in which no other schema does.
#[derive(Debug)]
pub(crate) struct Sole<'c> {
    pub(crate) found: Arc<Found<'c>>,
    pub(crate) node: NodeId,
    pub(crate) cases: Vec<Settled>,
}

/// Whether payloads that agree with a schema have a place of their own.
#[derive(Debug)]
enum AsSole<'c> {
    /// Not computed yet; how often it would have helped.
    Met(usize),
    Known(Option<Arc<Sole<'c>>>),
}

/// Every place that payloads with one hint may belong to.
#[derive(Debug)]
pub(crate) struct Candidates<'c> {
    hint: Hint,
    /// Whether the hint names an operation.
    is_named: bool,
    /// The places, each with the number of its schema.
    places: Vec<(Destination<'c>, usize)>,
    schemas: Vec<Schema<'c>>,
    /// For each schema: whether one of its places is not an error.
    succeeds: Vec<bool>,
    soles: Vec<AsSole<'c>>,
    /// The schema that payloads with the same start last agreed with.
    by_start: FxHashMap<u64, usize>,
    /// The schema that the latest payload fits best.
    best: Option<usize>,
    /// By [kinds and keys](keys_of): the minimum number of mismatches with each schema, whatever the members
    /// are.
    by_keys: foldhash::HashMap<Vec<u8>, Arc<[u16]>>,
    /// Where payloads belong that fit several places equally well.
    found: FxHashMap<Vec<usize>, Option<Arc<Found<'c>>>>,
    /// The only place and schema that payloads may belong to, whatever they contain. No guess is needed then.
    pub(crate) only: Option<(Destination<'c>, NodeId)>,
    /// The places if the hint's status is ignored, computed on demand.
    of_any_status: Option<Box<Self>>,
}

/// About how many schemas can be compared with one in the time it takes to measure a payload.
const WORTH: usize = 64;

/// Payload starts that are remembered.
const STARTS: usize = 65_536;

/// Sets of object keys that are remembered, and the values remembered for all of them together.
const KEYS: usize = 4_096;
const LEAST: usize = 4_000_000;

/// Bytes of the longest of these sets.
const LONGEST: usize = 4_096;

/// Bytes of a payload that is certainly measured to its end: each value takes at least two.
const CERTAIN: usize = VALUES as usize * 2;

/// How well a payload fits the schema of a place, the place, and its number.
type Measured<'c> = (Fit, Destination<'c>, usize);

impl<'c> Candidates<'c> {
    pub(crate) fn new(versions: &Versions<'c>, hint: &Hint) -> Self {
        let id = versions.named_id(hint);
        let mut schemas: Vec<Schema<'c>> = Vec::new();
        let mut numbers = FxHashMap::default();
        let mut places = Vec::new();
        let mut first = None;
        for (place, node) in versions.candidates(hint, id) {
            first.get_or_insert(node);
            let Destination { contract, side, .. } = place;
            let node = contract.graph.resolve(node);
            let address = std::ptr::from_ref(contract).addr();
            let number = *numbers.entry((address, node, side)).or_insert_with(|| {
                schemas.push(Schema {
                    contract,
                    node,
                    side,
                });
                schemas.len() - 1
            });
            places.push((place, number));
        }
        let mut succeeds = vec![false; schemas.len()];
        for (place, schema) in &places {
            succeeds[*schema] |= place.is_success();
        }
        let is_named = id.is_some();
        let only = match (&*places, first) {
            ([(place, _)], Some(node)) if is_named || versions.are_of_schemas() => {
                let payload = place.operation.payload(place.side, place.status);
                let is_alone = versions.is_asked(place.contract)
                    && payload.is_some_and(|payload| payload.schemas() == [node]);
                is_alone.then_some((*place, node))
            }
            _ => None,
        };
        Self {
            hint: hint.clone(),
            is_named,
            places,
            soles: schemas.iter().map(|_| AsSole::Met(0)).collect(),
            schemas,
            succeeds,
            by_start: FxHashMap::default(),
            best: None,
            by_keys: foldhash::HashMap::default(),
            found: FxHashMap::default(),
            only,
            of_any_status: None,
        }
    }

    /// Whether these are the candidates for a hint.
    pub(crate) fn are_of(&self, hint: &Hint) -> bool {
        self.hint == *hint
    }

    /// Where a payload probably belongs, judging by its start. It certainly does if it agrees with the schema
    /// there.
    pub(crate) fn expected(
        &mut self,
        versions: &Versions<'c>,
        payload: &[u8],
    ) -> Option<Arc<Sole<'c>>> {
        if payload.len() >= CERTAIN {
            return None;
        }
        let schema = *self.by_start.get(&start_of(payload))?;
        match &mut self.soles[schema] {
            AsSole::Known(sole) => sole.clone(),
            AsSole::Met(times) if *times < self.schemas.len() / WORTH => {
                *times += 1;
                None
            }
            AsSole::Met(_) => {
                let sole = self.sole(versions, schema).map(Arc::new);
                self.soles[schema] = AsSole::Known(sole.clone());
                sole
            }
        }
    }

    fn sole(&mut self, versions: &Versions<'c>, schema: usize) -> Option<Sole<'c>> {
        let Schema {
            contract,
            node,
            side,
        } = self.schemas[schema];
        let described = |schema: &Schema<'c>| Described {
            graph: &schema.contract.graph,
            node: schema.node,
            side: schema.side,
        };
        let this = described(&self.schemas[schema]);
        if !agrees_by_its_head(this) {
            return None;
        }
        let others = self.schemas.iter().enumerate();
        let others = others.filter(|(number, _)| *number != schema);
        let others: Vec<_> = others.map(|(_, other)| described(other)).collect();
        let settled = cases(this).into_iter().filter_map(|case| {
            let mut filled: Vec<Box<[Step]>> = Vec::new();
            for other in &others {
                match apart(this, &case, *other)? {
                    Apart::Filled(array) if !filled.contains(&array) => filled.push(array),
                    Apart::Filled(_) | Apart::Always => {}
                }
            }
            case.shows(this.graph).then(|| Settled {
                kind: case.kind,
                branches: case.branches().into(),
                filled,
            })
        });
        let settled: Vec<Settled> = settled.collect();
        if settled.is_empty() {
            return None;
        }
        let places = self.places.iter().enumerate();
        let places = places.filter(|(_, (_, of))| *of == schema);
        let measured: Vec<Measured<'c>> = places
            .map(|(number, (place, _))| (Fit::EXACT, *place, number))
            .collect();
        let best = measured.iter().copied().max_by(compare)?;
        let found = self.best_place(versions, &measured, &best)?;
        if found.is_undecided {
            return None;
        }
        let of_place = found.node?;
        // It must be the same schema, read in the same way.
        let is_same = std::ptr::eq(found.place.contract, contract)
            && contract.graph.resolve(of_place) == node
            && found.place.side == side
            && (found.place.said_side().is_some() || !contract.graph.has_sides());
        is_same.then_some(Sole {
            found,
            node: of_place,
            cases: settled,
        })
    }

    /// Expects payloads with this start where this one was guessed to belong.
    pub(crate) fn expect(&mut self, payload: &[u8]) {
        make_room(&mut self.by_start, STARTS);
        if let Some(schema) = self.best {
            self.by_start.insert(start_of(payload), schema);
        }
    }

    /// Finds the place that matches the hint and that a payload fits best. `head` has the first elements of
    /// its arrays.
    ///
    /// All known versions are measured, so that a payload of a version that was not requested is recognised.
    /// It is then compared with the same operation of the requested version.
    pub(crate) fn guess(
        &mut self,
        versions: &Versions<'c>,
        scales: &mut Scales<'c>,
        head: &TapeDocument<'_>,
    ) -> Option<Arc<Found<'c>>> {
        let fits = self.fits(scales, head);
        let places = self.places.iter().enumerate();
        let measured: Vec<Measured<'c>> = places
            .filter_map(|(number, (place, schema))| Some((fits[*schema]?, *place, number)))
            .collect();
        // A contract with a single schema applies to every payload; of two such contracts, the better fit
        // wins.
        let is_sure = self.is_named || (versions.are_of_schemas() && self.has_one_of_each());
        let best = measured.iter().copied().max_by(compare);
        self.best = best.map(|(.., number)| self.places[number].1);
        if let Some(best) = best.filter(|(fit, ..)| is_sure || fit.is_likely()) {
            return self.best_place(versions, &measured, &best);
        }
        // The name gives the operation, but nothing in it has a schema for the side and status.
        if let Some(place) = versions.named(&self.hint) {
            return Some(Arc::new(Found::new(place, Vec::new())));
        }
        // A status that no operation declares says less than the payload itself.
        let status = self.hint.status?;
        let without = self.of_any_status.get_or_insert_with(|| {
            let hint = Hint {
                status: None,
                ..self.hint.clone()
            };
            Box::new(Self::new(versions, &hint))
        });
        let place = without.guess(versions, scales, head)?.place;
        let status = Some(status).filter(|_| place.side == Side::Response);
        Some(Arc::new(Found::new(
            Destination { status, ..place },
            Vec::new(),
        )))
    }

    /// Whether each contract has only one place.
    fn has_one_of_each(&self) -> bool {
        let mut places = self.places.iter().enumerate();
        places.all(|(index, (place, _))| {
            let mut before = self.places[..index].iter();
            !before.any(|(known, _)| std::ptr::eq(known.contract, place.contract))
        })
    }

    /// The minimum number of mismatches of a payload with each schema, judging by its kinds and keys.
    fn least_strange(&mut self, scales: &mut Scales<'c>, head: Value<'_>) -> Arc<[u16]> {
        if !scales.leave_out() {
            return vec![0; self.schemas.len()].into();
        }
        let keys = keys_of(head);
        if let Some(known) = self.by_keys.get(&keys) {
            return Arc::clone(known);
        }
        let least = self.schemas.iter().map(|schema| {
            let strange = scales.strange_keys(schema.contract, schema.node, schema.side, head);
            // Larger than any real count if nothing is recognised.
            u16::try_from(strange).unwrap_or(u16::MAX)
        });
        let least: Arc<[u16]> = least.collect();
        if keys.len() <= LONGEST {
            make_room(&mut self.by_keys, KEYS.min(LEAST / least.len().max(1)));
            self.by_keys.insert(keys, Arc::clone(&least));
        }
        least
    }

    /// How well a payload fits each schema, without those that another one beats.
    fn fits(&mut self, scales: &mut Scales<'c>, head: &TapeDocument<'_>) -> Vec<Option<Fit>> {
        let mut fits = vec![None; self.schemas.len()];
        let values = head.values();
        let least = self.least_strange(scales, head.root());
        // As many mismatches as can still beat the best fit so far, if everything else matched.
        let mut most = usize::MAX;
        // The schema with the fewest certain mismatches usually fits best.
        let least_of_all = least.iter().min().copied().unwrap_or_default();
        let (first, others): (Vec<usize>, Vec<usize>) =
            (0..fits.len()).partition(|schema| least[*schema] == least_of_all);
        for number in first.into_iter().chain(others) {
            if usize::from(least[number]) > most {
                continue;
            }
            let Schema {
                contract,
                node,
                side,
            } = self.schemas[number];
            let fit = scales.fit_within(contract, node, side, head.root(), most);
            fits[number] = fit;
            if let Some(fit) = fit
                && fit.recognised > 0
                && self.succeeds[number]
            {
                most = most.min(values * fit.strange / fit.recognised);
            }
        }
        fits
    }

    /// Chooses among the places that are as good as the best one.
    fn best_place(
        &mut self,
        versions: &Versions<'c>,
        measured: &[Measured<'c>],
        best: &Measured<'c>,
    ) -> Option<Arc<Found<'c>>> {
        let equal = measured
            .iter()
            .filter(|measured| compare(measured, best) == Ordering::Equal);
        let equal: Vec<usize> = equal.map(|(.., number)| *number).collect();
        if let Some(known) = self.found.get(&equal) {
            return known.clone();
        }
        let places: Vec<Destination<'c>> =
            equal.iter().map(|number| self.places[*number].0).collect();
        // Among equally good places, a success of GET comes first, then one in a requested version.
        let usual = places.iter().filter(|place| place.is_usual());
        let mut in_order = usual.chain(&places);
        let first = in_order
            .find_map(|place| versions.in_asked_version(place))
            .or_else(|| places.first().copied());
        let found = first.filter(|place| versions.is_asked(place.contract));
        let found = found.map(|place| {
            let of_version = |contract: &Contract| {
                let own = places.iter();
                own.filter(|other| std::ptr::eq(other.contract, contract))
                    .collect::<Vec<_>>()
            };
            let mut equal = of_version(place.contract);
            if equal.is_empty() {
                equal = of_version(places[0].contract);
            }
            let usual = equal.iter().filter(|place| place.is_usual()).count();
            let is_undecided = match usual {
                0 => equal.len() > EQUAL,
                usual => usual > EQUAL,
            };
            // The chosen one comes first.
            let label = place.label();
            let mut labels: Vec<String> = equal.into_iter().map(Destination::label).collect();
            if let Some(at) = labels.iter().position(|other| *other == label) {
                labels[..=at].rotate_right(1);
            }
            let mut found = Found::new(place, labels);
            if let (true, Some(TrafficFact::Ambiguous(labels))) =
                (is_undecided, &mut found.ambiguous)
            {
                found.ambiguous = Some(TrafficFact::Undecided(std::mem::take(labels)));
                found.is_undecided = true;
            }
            Arc::new(found)
        });
        make_room(&mut self.found, KEYS);
        self.found.insert(equal, found.clone());
        found
    }
}

/// Clears a cache that is full.
fn make_room<K, V, S>(known: &mut std::collections::HashMap<K, V, S>, most: usize) {
    if known.len() >= most {
        known.clear();
    }
}

/// Orders places, better ones as greater. Full agreement comes first. Otherwise a success that drifted is
/// more likely than an error, whose schemas accept nearly anything.
fn compare((a, place_a, _): &Measured<'_>, (b, place_b, _): &Measured<'_>) -> Ordering {
    let rank = |fit: &Fit, place: &Destination<'_>| (fit.is_exact(), place.is_success());
    rank(a, place_a).cmp(&rank(b, place_b)).then(a.compare(*b))
}

/// The kind of a value, the kind of its first element, and the quoted keys of that element or of the value
/// itself.
fn keys_of(value: Value<'_>) -> Vec<u8> {
    let text = value.document_text().as_bytes();
    let mut kinds = vec![value.kind() as u8];
    let element = value.elements().next();
    kinds.extend(element.map(|element| element.kind() as u8));
    let members = element.unwrap_or(value).members();
    let keys = members.map(|(key, _)| &text[key.span()]);
    keys.fold(kinds, |mut keys, key| {
        keys.extend(key);
        keys
    })
}

/// A hash of how a payload starts: its brackets, and the first keys of the first object.
fn start_of(payload: &[u8]) -> u64 {
    const FIRST: usize = 3;
    let mut hasher = FxHasher::default();
    let mut rest = payload;
    loop {
        rest = rest.trim_ascii_start();
        let Some((first, behind)) = rest.split_first() else {
            break;
        };
        hasher.write_u8(*first);
        match first {
            b'[' => rest = behind,
            b'{' => {
                hash_keys(behind, FIRST, &mut hasher);
                break;
            }
            _ => break,
        }
    }
    hasher.finish()
}

/// Hashes the first keys of an object, up to the first one with an object or an array. This is a heuristic:
/// what follows the object may be taken for its members.
fn hash_keys(mut rest: &[u8], most: usize, hasher: &mut FxHasher) {
    for _ in 0..most {
        let Some((key, behind)) = quoted(rest.trim_ascii_start()) else {
            return;
        };
        hasher.write(key);
        let Some(value) = behind.trim_ascii_start().strip_prefix(b":") else {
            return;
        };
        let value = value.trim_ascii_start();
        let behind = match value.first() {
            Some(b'"') => quoted(value).map(|(_, behind)| behind),
            Some(b'{' | b'[') | None => None,
            Some(_) => Some(value),
        };
        let Some(behind) = behind else { return };
        let Some(comma) = memchr::memchr2(b',', b'}', behind) else {
            return;
        };
        rest = &behind[comma + 1..];
    }
}

/// A string without its quotes, and what follows it; escapes are ignored.
fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let content = text.strip_prefix(b"\"")?;
    let end = memchr::memchr(b'"', content)?;
    Some((&content[..end], &content[end + 1..]))
}

#[cfg(test)]
mod tests;
