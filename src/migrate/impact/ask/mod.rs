//! What the changes ask of payloads: computed once for each place, and answered from their bytes.
//!
//! [`super::visit`] with [`super::touch`] is the reference: it asks every change about every value of a
//! parsed payload. Here the places of payloads form a table of nodes: which changes to ask about a value
//! there, and where in it the next nodes are. Most changes only ask whether a member is present, or which
//! scalar a value is, and the bytes answer that. A value is parsed if a change asks for more, or to resolve a
//! union.

mod question;

use rustc_hash::FxHashMap;

use crate::redact::is_secret_name;
use crate::diff::Edge;
use crate::json::{TapeDocument, Value, skim};
use crate::location::{Side as WireSide, Step};

use crate::migrate::keys::{Keys, NONE};
use crate::migrate::migration::Migration;
use super::meet::{Asked, Meeting, Memos};
use super::touch::parts;
use super::visit::{DEEPEST, Visit};
use question::Question;

/// Places that are computed for one kind of payload; payloads with more places are parsed.
const NODES: usize = 20_000;

/// What the changes ask of the payloads of one operation, side and status.
#[derive(Debug)]
pub(super) struct Questions {
    is_old: bool,
    side: Option<WireSide>,
    nodes: Vec<Node>,
    /// The spans of the members of the open objects, value by value.
    spans: Vec<(usize, usize)>,
}

/// A place in payloads.
#[derive(Debug)]
struct Node {
    depth: usize,
    is_secret: bool,
    /// Pairs whose values are parsed.
    parsed: Vec<usize>,
    questions: Vec<Question>,
    /// The members that something is asked about, directly or below them.
    members: Vec<Member>,
    /// Their positions, by key.
    keys: Keys,
    elements: Below,
}

#[derive(Debug)]
struct Member {
    /// Whether it has the name of a secret.
    is_secret: bool,
    below: Below,
}

/// What is below a place.
#[derive(Debug)]
enum Below {
    /// Nothing that is asked about.
    Nothing,
    /// These pairs, each possibly some steps further down.
    Pairs(Vec<Lead>),
    Node(u32),
}

/// A pair of schemas, some steps below a value.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Lead {
    way: Vec<Step>,
    pair: usize,
}

/// What asking needs in addition to the questions.
pub(super) struct Asking<'a, 'm, 'c> {
    pub(super) meeting: Meeting<'m, 'c>,
    pub(super) by_pair: &'a FxHashMap<usize, Vec<Asked>>,
    /// Whether something is asked about a pair, or below it.
    pub(super) is_alive: &'a [bool],
    pub(super) visit: Visit<'a>,
}

impl Questions {
    pub(super) fn new(
        roots: &[usize],
        is_old: bool,
        side: Option<WireSide>,
        asking: &Asking<'_, '_, '_>,
    ) -> Self {
        let mut questions = Self {
            is_old,
            side,
            nodes: Vec::new(),
            spans: Vec::new(),
        };
        let leads = roots.iter().map(|pair| Lead {
            way: Vec::new(),
            pair: *pair,
        });
        questions.node(leads.collect(), (0, false), asking);
        questions
    }

    /// Asks about a payload that is JSON and conforms to its contract.
    pub(super) fn ask(&mut self, text: &str, asking: &mut Asking<'_, '_, '_>) {
        self.spans.clear();
        self.value(0, text, skim::space(text.as_bytes(), 0), asking);
    }

    /// The node of some pairs; [`NONE`] if there are too many.
    fn node(
        &mut self,
        leads: Vec<Lead>,
        (depth, is_secret): (usize, bool),
        asking: &Asking<'_, '_, '_>,
    ) -> u32 {
        if self.nodes.len() >= NODES {
            return NONE;
        }
        let mut node = Node {
            depth,
            is_secret,
            parsed: Vec::new(),
            questions: Vec::new(),
            members: Vec::new(),
            keys: Keys::default(),
            elements: Below::Nothing,
        };
        let migration = asking.meeting.migration;
        let mut open: Vec<usize> = Vec::new();
        for lead in leads {
            match lead.way.split_first() {
                None => open.push(lead.pair),
                Some((Step::Key(name), way)) => node.below(name, way, lead.pair),
                Some((Step::Any, way)) => node.element(way, lead.pair),
            }
        }
        let mut seen = Vec::new();
        while let Some(pair) = open.pop() {
            if seen.contains(&pair) || !asking.is_alive[pair] {
                continue;
            }
            seen.push(pair);
            if asking.is_parsed(pair) {
                node.parsed.push(pair);
                continue;
            }
            let aligned = &migration.alignment.pairs[pair];
            for (index, name) in asking.by_pair.get(&pair).into_iter().flatten() {
                let change = &asking.meeting.changes[*index];
                let question = self.question(
                    &mut node,
                    change,
                    (*index, name.as_ref()),
                    (pair, &aligned.moves),
                );
                node.questions.push(question);
            }
            for (edge, below) in aligned
                .leads
                .iter()
                .filter(|(_, below)| asking.is_alive[*below])
            {
                match edge {
                    Edge::Same => open.push(*below),
                    Edge::Property(name) => node.below(name, &[], *below),
                    Edge::Items(_) => node.element(&[], *below),
                    Edge::Position(_) | Edge::Others | Edge::Pattern(_) | Edge::Moved => {}
                }
            }
            for moved in &aligned.moves {
                let way = if self.is_old { &moved.from } else { &moved.to };
                let Some(below) = moved.pair.filter(|below| asking.is_alive[*below]) else {
                    continue;
                };
                match way.split_first() {
                    Some((Step::Key(name), way)) => node.below(name, way, below),
                    Some((Step::Any, way)) => node.element(way, below),
                    None => {}
                }
            }
        }
        self.nodes.push(node);
        crate::limits::index(self.nodes.len() - 1)
    }

    /// Asks about the value at a place; returns the offset after it.
    fn value(
        &mut self,
        index: u32,
        text: &str,
        at: usize,
        asking: &mut Asking<'_, '_, '_>,
    ) -> usize {
        let bytes = text.as_bytes();
        let node = &self.nodes[index as usize];
        if node.depth >= DEEPEST {
            return skim::value(bytes, at);
        }
        let spans = self.spans.len();
        let end = match bytes.get(at) {
            Some(b'{') if !node.members.is_empty() => self.object(index, text, at, asking),
            Some(b'[') if !matches!(node.elements, Below::Nothing) => {
                self.array(index, text, at, asking)
            }
            _ => skim::value(bytes, at),
        };
        let node = &mut self.nodes[index as usize];
        let is_object = bytes.get(at) == Some(&b'{');
        for question in &mut node.questions {
            let of = |member: u32| {
                let span = self.spans.get(spans + member as usize).copied();
                span.filter(|(start, end)| is_object && end > start)
            };
            question.ask(text, (at, end), node.is_secret, &of, asking);
        }
        self.spans.truncate(spans);
        if !node.parsed.is_empty()
            && let Ok(document) = TapeDocument::parse(&bytes[at..end])
        {
            asking.parsed(
                &node.parsed,
                document.root(),
                (node.depth, node.is_secret),
                self.side,
            );
        }
        end
    }

    fn object(
        &mut self,
        index: u32,
        text: &str,
        start: usize,
        asking: &mut Asking<'_, '_, '_>,
    ) -> usize {
        let bytes = text.as_bytes();
        let spans = self.spans.len();
        let members = self.nodes[index as usize].members.len();
        self.spans.resize(spans + members, (0, 0));
        let mut at = skim::space(bytes, start + 1);
        let mut last = NONE;
        while bytes.get(at) == Some(&b'"') {
            let found = self.nodes[index as usize].keys.at(last, bytes, at);
            last = found.place;
            let value = skim::space(bytes, skim::space(bytes, found.end) + 1);
            let end = match found.meaning {
                NONE => skim::value(bytes, value),
                member => {
                    let end = self.below(index, Some(member), text, value, asking);
                    self.spans[spans + member as usize] = (value, end);
                    end
                }
            };
            at = skim::space(bytes, end);
            if bytes.get(at) != Some(&b',') {
                break;
            }
            at = skim::space(bytes, at + 1);
        }
        at + 1
    }

    fn array(
        &mut self,
        index: u32,
        text: &str,
        start: usize,
        asking: &mut Asking<'_, '_, '_>,
    ) -> usize {
        let bytes = text.as_bytes();
        let mut at = skim::space(bytes, start + 1);
        if bytes.get(at) == Some(&b']') {
            return at + 1;
        }
        loop {
            let end = self.below(index, None, text, at, asking);
            at = skim::space(bytes, end);
            if bytes.get(at) != Some(&b',') {
                return at + 1;
            }
            at = skim::space(bytes, at + 1);
        }
    }

    /// Asks about the value of a member, or of an element.
    fn below(
        &mut self,
        index: u32,
        member: Option<u32>,
        text: &str,
        at: usize,
        asking: &mut Asking<'_, '_, '_>,
    ) -> usize {
        let node = &mut self.nodes[index as usize];
        let (depth, mut is_secret) = (node.depth + 1, node.is_secret);
        let below = match member {
            Some(member) => {
                let member = &mut node.members[member as usize];
                is_secret |= member.is_secret;
                &mut member.below
            }
            None => &mut node.elements,
        };
        let below = match below {
            Below::Nothing => return skim::value(text.as_bytes(), at),
            Below::Node(below) => *below,
            Below::Pairs(leads) => {
                let leads = std::mem::take(leads);
                let new = self.node(leads.clone(), (depth, is_secret), asking);
                let node = &mut self.nodes[index as usize];
                let below = match member {
                    Some(member) => &mut node.members[member as usize].below,
                    None => &mut node.elements,
                };
                if new == NONE {
                    let end = skim::value(text.as_bytes(), at);
                    asking.leads(&leads, &text[at..end], (depth, is_secret), self.side);
                    *below = Below::Pairs(leads);
                    return end;
                }
                *below = Below::Node(new);
                new
            }
        };
        self.value(below, text, at, asking)
    }
}

impl Node {
    fn member(&mut self, name: &str) -> u32 {
        if let Some(known) = self.keys.meaning(name) {
            return known;
        }
        let index = crate::limits::index(self.members.len());
        self.members.push(Member {
            is_secret: is_secret_name(name),
            below: Below::Nothing,
        });
        self.keys.add(name, index);
        index
    }

    fn below(&mut self, name: &str, way: &[Step], pair: usize) {
        let member = self.member(name);
        self.members[member as usize].below.add(way, pair);
    }

    fn element(&mut self, way: &[Step], pair: usize) {
        self.elements.add(way, pair);
    }
}

impl Below {
    fn add(&mut self, way: &[Step], pair: usize) {
        let lead = Lead {
            way: way.to_vec(),
            pair,
        };
        match self {
            Self::Pairs(leads) if leads.contains(&lead) => {}
            Self::Pairs(leads) => leads.push(lead),
            Self::Nothing => *self = Self::Pairs(vec![lead]),
            Self::Node(_) => {}
        }
    }
}

impl Asking<'_, '_, '_> {
    /// Whether values of a pair are parsed, because their place alone does not determine the pairs below.
    fn is_parsed(&self, pair: usize) -> bool {
        let alignment = self.meeting.migration.alignment;
        let aligned = &alignment.pairs[pair];
        let schemas = |id: usize| match self.meeting.is_old {
            true => &alignment.pairs[id].old,
            false => &alignment.pairs[id].new,
        };
        let mut leads = aligned
            .leads
            .iter()
            .filter(|(_, below)| self.is_alive[*below]);
        let is_told_apart = leads.any(|(edge, below)| match edge {
            Edge::Same => schemas(*below) != schemas(pair),
            Edge::Items(from) => *from > 0,
            Edge::Position(_) | Edge::Others | Edge::Pattern(_) => true,
            Edge::Property(_) | Edge::Moved => false,
        });
        let mut moves = aligned
            .moves
            .iter()
            .filter(|moved| moved.pair.is_some_and(|below| self.is_alive[below]));
        let is_whole = moves.any(|moved| {
            let way = if self.meeting.is_old {
                &moved.from
            } else {
                &moved.to
            };
            way.is_empty()
        });
        is_told_apart || is_whole
    }

    /// Asks about a value whose place was not computed because there are too many.
    fn leads(
        &mut self,
        leads: &[Lead],
        text: &str,
        (depth, is_secret): (usize, bool),
        side: Option<WireSide>,
    ) {
        let Ok(document) = TapeDocument::parse(text.as_bytes()) else {
            return;
        };
        for lead in leads {
            let mut names = lead.way.iter();
            let is_secret = is_secret
                || names.any(|step| matches!(step, Step::Key(name) if is_secret_name(name)));
            for value in parts(document.root(), &lead.way) {
                self.parsed(&[lead.pair], value, (depth, is_secret), side);
            }
        }
    }

    /// Asks all changes of some pairs about a parsed value and everything in it.
    fn parsed(
        &mut self,
        pairs: &[usize],
        root: Value<'_>,
        (depth, is_secret): (usize, bool),
        side: Option<WireSide>,
    ) {
        let memos = Memos::on(side);
        for pair in pairs {
            let by_pair = self.by_pair;
            let meeting = &mut self.meeting;
            let mut found = |pair: usize, value: Value<'_>, below_secret: bool| {
                if let Some(asked) = by_pair.get(&pair) {
                    meeting.all(asked, pair, (value, below_secret), &memos);
                }
            };
            self.visit
                .renewed(side)
                .below(*pair, root, (depth, is_secret), &mut found);
        }
    }
}

/// For each pair, whether something is asked about it or below it.
pub(super) fn alive(migration: Migration<'_>, by_pair: &FxHashMap<usize, Vec<Asked>>) -> Vec<bool> {
    let pairs = &migration.alignment.pairs;
    let mut is_alive: Vec<bool> = (0..pairs.len())
        .map(|pair| by_pair.contains_key(&pair))
        .collect();
    // The pairs from which a pair is reached.
    let mut above: Vec<Vec<usize>> = vec![Vec::new(); pairs.len()];
    for (index, pair) in pairs.iter().enumerate() {
        let leads = pair.leads.iter().map(|(_, below)| *below);
        let moved = pair.moves.iter().filter_map(|moved| moved.pair);
        for below in leads.chain(moved) {
            above[below].push(index);
        }
    }
    let mut open: Vec<usize> = (0..pairs.len()).filter(|pair| is_alive[*pair]).collect();
    while let Some(pair) = open.pop() {
        for above in &above[pair] {
            if !is_alive[*above] {
                is_alive[*above] = true;
                open.push(*above);
            }
        }
    }
    is_alive
}
