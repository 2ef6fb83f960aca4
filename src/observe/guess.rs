//! Where payloads belong that come without method and URL: of the places that are left open, the one that
//! they fit best.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::capture::Hint;
use crate::contract::Contract;
use crate::json::Value;
use crate::location::Side;
use crate::schema::NodeId;

use super::fit::Fit;
use super::route::{Destination, Versions};
use super::stream::Scales;

/// Where a payload without method and URL belongs.
#[derive(Debug)]
pub(super) enum Guess<'c> {
    /// Here; the labels are those of equally good places, this one included.
    Found(Destination<'c>, Vec<String>),
    /// Nowhere.
    Unmatched,
}

/// What payloads may be compared with.
#[derive(Debug, Clone, Copy)]
struct Schema<'c> {
    contract: &'c Contract,
    node: NodeId,
    side: Side,
}

/// Every place that payloads with one hint may belong to.
#[derive(Debug)]
pub(super) struct Candidates<'c> {
    hint: Hint,
    /// Whether the hint names an operation.
    is_named: bool,
    /// The places, each with the number of its schema.
    places: Vec<(Destination<'c>, usize)>,
    schemas: Vec<Schema<'c>>,
    /// The only place and schema that payloads may belong to, whatever they hold: where a guess is found
    /// without a choice.
    pub(super) only: Option<(Destination<'c>, NodeId)>,
    /// The places where the status of the hint is not heeded, once somebody has asked for them.
    of_any_status: Option<Box<Self>>,
}

/// A place, and how well a payload fits its schema.
type Measured<'c> = (Fit, Destination<'c>);

impl<'c> Candidates<'c> {
    pub(super) fn new(versions: &Versions<'c>, hint: &Hint) -> Self {
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
            schemas,
            only,
            of_any_status: None,
        }
    }

    /// Whether these are the places that a hint leaves open.
    pub(super) fn are_of(&self, hint: &Hint) -> bool {
        self.hint == *hint
    }

    /// Finds the place that the hint names and a payload fits best. `head` has the first elements of its
    /// arrays.
    ///
    /// All known versions are measured, so that a payload of a version that was not asked for is
    /// known for what it is; it is then compared with the same operation of the version asked for.
    pub(super) fn guess(
        &mut self,
        versions: &Versions<'c>,
        scales: &mut Scales<'c>,
        head: Value<'_>,
    ) -> Guess<'c> {
        let fits = self.schemas.iter().map(|schema| {
            let Schema {
                contract,
                node,
                side,
            } = *schema;
            scales.fit(contract, node, side, head)
        });
        let fits: Vec<Fit> = fits.collect();
        let places = self.places.iter();
        let measured: Vec<Measured<'c>> = places
            .map(|(place, schema)| (fits[*schema], *place))
            .collect();
        // A contract of one schema is for every payload.
        let is_sure = self.is_named || (measured.len() == 1 && versions.are_of_schemas());
        let best = measured.iter().copied().max_by(compare);
        if let Some(best) = best.filter(|(fit, _)| is_sure || fit.is_likely()) {
            return best_place(versions, &measured, &best);
        }
        // The name says which operation, and nothing of it has a schema for the side and status.
        if let Some(place) = versions.named(&self.hint) {
            return Guess::Found(place, Vec::new());
        }
        // A status that no operation declares says less than what the payload looks like.
        let Some(status) = self.hint.status else {
            return Guess::Unmatched;
        };
        let without = self.of_any_status.get_or_insert_with(|| {
            let hint = Hint {
                status: None,
                ..self.hint.clone()
            };
            Box::new(Self::new(versions, &hint))
        });
        match without.guess(versions, scales, head) {
            Guess::Found(place, _) => {
                let status = Some(status).filter(|_| place.side == Side::Response);
                Guess::Found(Destination { status, ..place }, Vec::new())
            }
            Guess::Unmatched => Guess::Unmatched,
        }
    }
}

/// Orders places, better ones as greater. What agrees wholly comes first; what does not was more likely a
/// success that drifted than an error, whose schemas take nearly anything.
fn compare((a, place_a): &Measured<'_>, (b, place_b): &Measured<'_>) -> Ordering {
    let rank = |fit: &Fit, place: &Destination<'_>| {
        (
            fit.is_exact(),
            place.status.is_none_or(|status| status < 400),
        )
    };
    rank(a, place_a).cmp(&rank(b, place_b)).then(a.compare(*b))
}

/// Of the places that are as good as the best the one to take.
fn best_place<'c>(
    versions: &Versions<'c>,
    measured: &[Measured<'c>],
    best: &Measured<'c>,
) -> Guess<'c> {
    let equal: Vec<Destination<'c>> = measured
        .iter()
        .filter(|measured| compare(measured, best) == Ordering::Equal)
        .map(|(_, place)| *place)
        .collect();
    // Of equally good places one in a version asked for comes first.
    let first = equal
        .iter()
        .find_map(|place| versions.in_asked_version(place))
        .or_else(|| equal.first().copied());
    match first {
        Some(place) if versions.is_asked(place.contract) => {
            let of_version = equal
                .iter()
                .filter(|other| std::ptr::eq(other.contract, equal[0].contract));
            Guess::Found(place, of_version.map(Destination::label).collect())
        }
        Some(_) | None => Guess::Unmatched,
    }
}
