//! Which path templates may match a path, found segment by segment.

use foldhash::HashMap;

use super::path::{PathTemplate, SegmentPattern, decoded, segments};

/// A tree of the segments of path templates, so that finding the templates of a path takes as many steps as the
/// path has segments, however many templates there are.
///
/// It finds at least those that match; [`PathTemplate::matches`] decides, and reads the parameters.
#[derive(Debug)]
pub(super) struct PathIndex<T> {
    /// The first node is the root.
    nodes: Vec<Node<T>>,
}

/// The templates that start with the same segments.
#[derive(Debug)]
struct Node<T> {
    /// The next nodes, by the decoded text of a segment without parameters.
    literals: HashMap<Box<str>, usize>,
    /// The next node for a segment that is one parameter.
    parameter: Option<usize>,
    /// The next nodes for segments with text and parameters, by the text at their start and end.
    mixed: Vec<(Box<str>, Box<str>, usize)>,
    /// Templates that end here.
    ends: Vec<T>,
    /// Templates whose next segment may contain slashes: the rest of the path is not looked at.
    open: Vec<T>,
}

impl<T> Node<T> {
    fn new() -> Self {
        Self {
            literals: HashMap::default(),
            parameter: None,
            mixed: Vec::new(),
            ends: Vec::new(),
            open: Vec::new(),
        }
    }
}

impl<T: Copy + Ord> PathIndex<T> {
    /// The index of some templates, each with what it stands for.
    pub(super) fn new<'t>(templates: impl Iterator<Item = (T, &'t PathTemplate)>) -> Self {
        let mut index = Self {
            nodes: vec![Node::new()],
        };
        for (target, template) in templates {
            index.add(target, template);
        }
        index
    }

    fn add(&mut self, target: T, template: &PathTemplate) {
        let mut at = 0;
        for pattern in template.patterns() {
            let new = self.nodes.len();
            let node = &mut self.nodes[at];
            at = match pattern {
                SegmentPattern::Literal(text) => *node.literals.entry(text.into()).or_insert(new),
                SegmentPattern::Parameter => *node.parameter.get_or_insert(new),
                SegmentPattern::Mixed(start, end) => {
                    let mut known = node.mixed.iter();
                    match known.find(|(s, e, _)| **s == *start && **e == *end) {
                        Some((.., known)) => *known,
                        None => {
                            node.mixed.push((start.into(), end.into(), new));
                            new
                        }
                    }
                }
                SegmentPattern::Open => return node.open.push(target),
            };
            if at == new {
                self.nodes.push(Node::new());
            }
        }
        self.nodes[at].ends.push(target);
    }

    /// What the templates that may match a path stand for, in ascending order.
    pub(super) fn candidates(&self, path: &str) -> Vec<T> {
        let mut found = Vec::new();
        // Only as many segments as a template has are looked at.
        let mut level = vec![0];
        let mut next = Vec::new();
        for segment in segments(path) {
            let decoded = segment.contains('%').then(|| decoded(segment));
            for node in level.drain(..).map(|at: usize| &self.nodes[at]) {
                found.extend_from_slice(&node.open);
                let literal = node.literals.get(segment);
                // A template may have a literal `%41`, which it writes as `%2541`.
                let other = decoded.as_ref().filter(|decoded| **decoded != *segment);
                let other = other.and_then(|decoded| node.literals.get(&**decoded));
                let mixed = node.mixed.iter().filter(|(start, end, _)| {
                    segment.starts_with(&**start) && segment.ends_with(&**end)
                });
                next.extend(literal.into_iter().chain(other).chain(&node.parameter));
                next.extend(mixed.map(|(.., at)| *at));
            }
            std::mem::swap(&mut level, &mut next);
            if level.is_empty() {
                break;
            }
        }
        for at in level {
            found.extend_from_slice(&self.nodes[at].ends);
        }
        found.sort_unstable();
        found
    }
}
