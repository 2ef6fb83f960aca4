//! Objects and arrays with brackets in the names of query parameters (`deepObject`).
//!
//! OpenAPI 3.1.1 defines `filter[kind]=cat`, but not how nested arrays and objects are written. Most clients
//! send what the libraries `qs`, Rack and PHP read: `a[]=1`, `a[0]=1`, `a[b][c]=1`.

use serde_json::{Map, Value as Json};

use crate::json::Kind;
use crate::location::Step;
use crate::schema::{Graph, NodeId};

use super::value::{member_of, typed};

/// Bracket pairs that are read in one name; a name with more does not belong to the parameter.
const DEEPEST: usize = crate::limits::BRACKETS;

/// The steps that a name takes into the value of a parameter: `filter[a][0]` leads to `a`, then `0`; `filter`
/// alone takes none. `None` if the name does not belong to the parameter.
pub(crate) fn steps<'k>(name: &str, key: &'k str) -> Option<Vec<&'k str>> {
    let mut rest = key.strip_prefix(name)?;
    let mut steps = Vec::new();
    while !rest.is_empty() {
        let (step, behind) = rest.strip_prefix('[')?.split_once(']')?;
        if steps.len() >= DEEPEST {
            return None;
        }
        steps.push(step);
        rest = behind;
    }
    Some(steps)
}

/// What the names of a query say about one value.
#[derive(Default)]
struct Branch<'t> {
    /// The values at this place.
    texts: Vec<&'t str>,
    /// The members in the following brackets, in order.
    members: Vec<(&'t str, Branch<'t>)>,
    /// The index of the first member with each name.
    positions: foldhash::HashMap<&'t str, usize>,
}

impl<'t> Branch<'t> {
    /// Each empty pair of brackets in the middle of a name is a separate element or, if names are grouped, belongs to
    /// the last one until a name repeats.
    fn add(&mut self, steps: &[&'t str], text: &'t str, is_grouped: bool) {
        let Some((step, rest)) = steps.split_first() else {
            return self.texts.push(text);
        };
        let known = match (step.is_empty() && !rest.is_empty(), is_grouped) {
            (false, _) => self.positions.get(step).copied(),
            (true, false) => None,
            (true, true) => self.members.iter().rposition(|(name, _)| name.is_empty()),
        };
        let is_grouped_anew = |index: &usize| {
            step.is_empty() && is_grouped && self.members[*index].1.has(rest)
        };
        let index = known.filter(|index| !is_grouped_anew(index)).unwrap_or_else(|| {
            let index = self.members.len();
            self.members.push((step, Self::default()));
            self.positions.entry(step).or_insert(index);
            index
        });
        self.members[index].1.add(rest, text, is_grouped);
    }

    /// Whether there is a text at these steps already.
    fn has(&self, steps: &[&str]) -> bool {
        match steps.split_first() {
            None => !self.texts.is_empty(),
            // Repeated names without an index are elements.
            Some((&"", _)) => false,
            Some((step, rest)) => self.positions.get(step).is_some_and(|index| self.members[*index].1.has(rest)),
        }
    }

    /// Whether the names in brackets are array indexes.
    fn is_list(&self) -> bool {
        !self.members.is_empty()
            && self
                .members
                .iter()
                .all(|(step, _)| step.bytes().all(|byte| byte.is_ascii_digit()))
    }

    /// The value; `commas` says whether commas separate elements.
    fn value(&self, graph: &Graph, schemas: &[NodeId], commas: bool) -> Json {
        let takes = |kind| schemas.iter().all(|schema| graph.may_hold(*schema, kind));
        let below = |step: &Step| graph.part(&graph.closure(schemas, |_| true), step);
        if self.is_list() && (takes(Kind::Array) || !takes(Kind::Object)) {
            let elements = below(&Step::Any);
            let mut members: Vec<_> = self.members.iter().collect();
            members.sort_by_key(|(step, _)| step.parse::<u64>().unwrap_or(u64::MAX));
            let mut list = Vec::new();
            for (_, member) in members {
                list.extend(
                    member
                        .texts
                        .iter()
                        .map(|text| typed(graph, &elements, text)),
                );
                if !member.members.is_empty() {
                    list.push(member.value(graph, &elements, commas));
                }
            }
            return list.into();
        }
        if !self.members.is_empty() {
            let mut object = Map::new();
            for (step, member) in &self.members {
                let schemas = below(&Step::Key((*step).into()));
                let value = member.value(graph, &schemas, commas);
                object.insert((*step).to_owned(), value);
            }
            return object.into();
        }
        match self.texts.as_slice() {
            [text] if commas && text.contains(',') && takes(Kind::Array) => {
                let texts: Vec<&str> = text.split(',').collect();
                member_of(graph, schemas, &texts)
            }
            texts => member_of(graph, schemas, texts),
        }
    }
}

/// The values that names and texts of a query may mean, the likeliest first.
pub(crate) fn readings(
    graph: &Graph,
    schema: NodeId,
    name: &str,
    pairs: &[(&str, String)],
) -> Vec<Json> {
    let split: Vec<(Vec<&str>, &str)> = pairs
        .iter()
        .filter_map(|(key, text)| Some((steps(name, key)?, text.as_str())))
        .collect();
    let root = |is_grouped: bool| {
        let mut root = Branch::default();
        for (steps, text) in &split {
            root.add(steps, text, is_grouped);
        }
        root
    };
    // `a[][x]=1&a[][y]=2` is one element or two, as each library reads it.
    let has_open = split.iter().any(|(steps, _)| {
        steps.split_last().is_some_and(|(_, above)| above.iter().any(|step| step.is_empty()))
    });
    let roots: Vec<Branch<'_>> = match has_open {
        true => vec![root(false), root(true)],
        false => vec![root(false)],
    };
    let has_commas = pairs.iter().any(|(_, text)| text.contains(','));
    let ways: &[bool] = if has_commas { &[false, true] } else { &[false] };
    let values = roots.iter().flat_map(|root| ways.iter().map(|commas| root.value(graph, &[schema], *commas)));
    values.collect()
}
