//! Finds schemas that are equivalent because their keywords are the same, regardless of their names and
//! places.
//!
//! Partition refinement divides the schemas of two graphs into classes. The initial classes depend on a
//! schema's own keywords. They are then split by the classes of its subschemas until nothing changes. Schemas
//! in the same final class accept the same values. The order of properties, `required`, enum values and
//! branches is ignored.

use std::fmt::Write as _;

use rustc_hash::FxHashMap;

use crate::schema::{Application, KeywordCheck, Graph, Node, NodeId};

use super::value::canonical;

/// What distinguishes schemas.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::diff) enum Detail {
    /// The values they accept.
    Assertions,
    /// The values they accept and their annotations: `default`, `deprecated`, `readOnly`, `writeOnly`,
    /// `discriminator`.
    Everything,
}

/// The equivalence classes of the schemas of two graphs.
#[derive(Debug)]
pub(in crate::diff) struct Partition {
    old: Vec<u32>,
    new: Vec<u32>,
}

/// A view of a partition from the left graph to the right one.
#[derive(Debug, Clone, Copy)]
pub(in crate::diff) struct Classes<'p> {
    left: &'p [u32],
    right: &'p [u32],
}

impl Partition {
    /// The partitions by everything in the schemas, and by the values they accept.
    pub(in crate::diff) fn both(old: &Graph, new: &Graph) -> (Self, Self) {
        let shapes = shapes(old, new);
        let by = |detail| Self::by(&shapes, old.total(), detail);
        (by(Detail::Everything), by(Detail::Assertions))
    }

    fn by(shapes: &[Shape], split: usize, detail: Detail) -> Self {
        let targets = targets(shapes, detail);
        let mut own: FxHashMap<(&str, &str), u32> = FxHashMap::default();
        let mut classes: Vec<u32> = Vec::with_capacity(shapes.len());
        for target in &targets {
            let shape = &shapes[*target as usize];
            let told = match detail {
                Detail::Assertions => "",
                Detail::Everything => shape.told.as_str(),
            };
            let next = crate::limits::index(own.len());
            classes.push(*own.entry((&shape.keywords, told)).or_insert(next));
        }
        refine(shapes, &targets, &mut classes, detail);
        let new = classes.split_off(split);
        Self { old: classes, new }
    }

    pub(in crate::diff) fn forward(&self) -> Classes<'_> {
        Classes {
            left: &self.old,
            right: &self.new,
        }
    }
}

impl Classes<'_> {
    pub(in crate::diff) fn reversed(self) -> Self {
        Self {
            left: self.right,
            right: self.left,
        }
    }

    /// The classes for comparing the left graph with itself.
    pub(super) fn within_left(self) -> Self {
        Self {
            left: self.left,
            right: self.left,
        }
    }

    /// Whether a schema of the left graph and one of the right graph are equivalent.
    pub(in crate::diff) fn same(self, left: NodeId, right: NodeId) -> bool {
        self.left[left.index()] == self.right[right.index()]
    }

    /// Whether two schemas of the right graph are equivalent.
    pub(super) fn same_right(self, one: NodeId, other: NodeId) -> bool {
        self.right[one.index()] == self.right[other.index()]
    }

    pub(in crate::diff) fn left(self, id: NodeId) -> u32 {
        self.left[id.index()]
    }

    pub(in crate::diff) fn right(self, id: NodeId) -> u32 {
        self.right[id.index()]
    }
}

/// The shapes of the schemas of both graphs, the left graph first.
fn shapes(old: &Graph, new: &Graph) -> Vec<Shape> {
    // If anything uses `unevaluated…`, a schema that accepts anything still matters because it evaluates.
    let evaluates = [old, new].into_iter().any(|graph| {
        let mut nodes = graph.iter();
        nodes.any(|(_, node)| node.object.unevaluated.or(node.array.unevaluated).is_some())
    });
    let graphs = [old, new].into_iter().zip([0, old.total()]);
    let shapes = graphs.flat_map(|(graph, offset)| {
        let index = move |id: NodeId| crate::limits::index(offset + id.index());
        let says = move |id: NodeId| evaluates || !graph.node(graph.resolve(id)).is_open();
        let nodes = graph.iter_all();
        nodes.map(move |(_, node)| Shape::of(node, &index, &says))
    });
    shapes.collect()
}

/// Maps each shape to itself or, if it is a pure reference, to its target. If annotations count, a reference
/// with annotations is not pure.
fn targets(shapes: &[Shape], detail: Detail) -> Vec<u32> {
    let next = |index: u32| {
        let shape = &shapes[index as usize];
        let is_pure = detail == Detail::Assertions || shape.told.is_empty();
        shape.target.filter(|_| is_pure)
    };
    // Cycles of references were cut during compilation, so this terminates.
    let follow = |mut index: u32| {
        while let Some(target) = next(index) {
            index = target;
        }
        index
    };
    (0..crate::limits::index(shapes.len()))
        .map(follow)
        .collect()
}

/// Splits classes until all schemas of a class have subschemas of the same classes.
///
/// Only schemas with a subschema that changed its class are revisited, and the largest part of a split class
/// keeps its id. Long chains of references therefore take no longer than shallow trees.
fn refine(shapes: &[Shape], targets: &[u32], classes: &mut [u32], detail: Detail) {
    let is_own = |index: usize| targets[index] as usize == index;
    let applied = |shape: &Shape| -> Vec<u32> {
        let unordered = shape.unordered.iter().flatten();
        let named = shape.named.iter().filter(|_| detail == Detail::Everything);
        let all = shape.ordered.iter().chain(unordered).chain(named);
        all.map(|id| targets[*id as usize]).collect()
    };
    let mut users: Vec<Vec<u32>> = vec![Vec::new(); shapes.len()];
    for (index, shape) in shapes
        .iter()
        .enumerate()
        .filter(|(index, _)| is_own(*index))
    {
        for id in applied(shape) {
            users[id as usize].push(crate::limits::index(index));
        }
    }
    let mut next = classes.iter().max().map_or(0, |most| most + 1);
    let mut sizes = vec![0_usize; next as usize];
    let own = || (0..shapes.len()).filter(|index| is_own(*index));
    own().for_each(|index| sizes[classes[index] as usize] += 1);
    let mut open: Vec<u32> = own()
        .map(crate::limits::index)
        .collect();
    while !open.is_empty() {
        let mut groups: FxHashMap<(u32, Vec<u32>), Vec<u32>> = FxHashMap::default();
        for index in &open {
            let shape = &shapes[*index as usize];
            let key = (
                classes[*index as usize],
                signature(shape, targets, classes, detail),
            );
            groups.entry(key).or_default().push(*index);
        }
        let mut by_class: FxHashMap<u32, Vec<Vec<u32>>> = FxHashMap::default();
        for ((class, _), members) in groups {
            by_class.entry(class).or_default().push(members);
        }
        let mut moved = Vec::new();
        for (class, mut parts) in by_class {
            let looked_at: usize = parts.iter().map(Vec::len).sum();
            if looked_at == sizes[class as usize] {
                // The largest part keeps the id of the class.
                let largest = (0..parts.len()).max_by_key(|part| parts[*part].len());
                largest.map(|largest| parts.swap_remove(largest));
            }
            for part in parts {
                sizes[class as usize] -= part.len();
                sizes.push(part.len());
                for index in &part {
                    classes[*index as usize] = next;
                }
                next += 1;
                moved.extend(part);
            }
        }
        open = moved
            .iter()
            .flat_map(|index| users[*index as usize].iter().copied())
            .collect();
        open.sort_unstable();
        open.dedup();
    }
    for (index, target) in targets.iter().enumerate() {
        classes[index] = classes[*target as usize];
    }
}

/// The classes of the subschemas of a schema.
fn signature(shape: &Shape, targets: &[u32], classes: &[u32], detail: Detail) -> Vec<u32> {
    let class_of = |id: &u32| classes[targets[*id as usize] as usize];
    let mut signature: Vec<u32> = shape.ordered.iter().map(class_of).collect();
    for group in &shape.unordered {
        let start = signature.len();
        signature.extend(group.iter().map(class_of));
        signature[start..].sort_unstable();
        signature.push(u32::MAX);
    }
    if detail == Detail::Everything {
        signature.extend(shape.named.iter().map(class_of));
    }
    signature
}

/// A schema as its own keywords and its subschemas.
struct Shape {
    keywords: String,
    /// Its annotations.
    told: String,
    /// The schemas that a discriminator names, in order of their tags.
    named: Vec<u32>,
    /// The target of a reference that asserts nothing else.
    target: Option<u32>,
    /// Subschemas whose position determines their purpose.
    ordered: Vec<u32>,
    /// The branches of `allOf`, `anyOf` and `oneOf`.
    unordered: Vec<Vec<u32>>,
}

// Writing to a `String` cannot fail, so the results of `write!` are ignored.
macro_rules! put {
    ($out:expr, $($argument:tt)*) => {
        let _ = write!($out, $($argument)*);
    };
}

impl Shape {
    /// `index` numbers the schemas of both graphs consecutively. `says` decides whether a schema for the
    /// remaining parts of an object or array matters.
    fn of(node: &Node, index: &dyn Fn(NodeId) -> u32, says: &dyn Fn(NodeId) -> bool) -> Self {
        let told = annotations(node);
        if let Some(target) = node.reference.filter(|_| node.is_reference()) {
            return Self {
                keywords: "reference".to_owned(),
                told,
                named: Vec::new(),
                target: Some(index(target)),
                ordered: vec![index(target)],
                unordered: Vec::new(),
            };
        }
        let mut keywords = own_keywords(node);
        let applied = node.applications();
        let mut applied: Vec<(String, NodeId)> = applied
            .filter_map(|(how, id)| Some((purpose(node, how, id, says)?, id)))
            .collect();
        applied.sort();
        let mut ordered = Vec::new();
        for (purpose, id) in applied {
            put!(keywords, "{purpose};");
            ordered.push(index(id));
        }
        let mut named: Vec<(&str, NodeId)> = node
            .discriminator
            .iter()
            .flat_map(|known| known.mapping.iter().map(|(tag, id)| (&**tag, *id)))
            .collect();
        named.sort_unstable();
        let named = named.into_iter().map(|(_, id)| index(id)).collect();
        let unordered = [node.all_of.as_slice(), node.any_of_branches(), node.one_of_branches()];
        let unordered = unordered
            .iter()
            .map(|branches| branches.iter().map(|id| index(*id)).collect());
        Self {
            keywords,
            told,
            named,
            target: None,
            ordered,
            unordered: unordered.collect(),
        }
    }
}

/// The purpose of a subschema; `None` if another keyword already covers it, or if it has no effect.
fn purpose(
    node: &Node,
    how: Application<'_>,
    id: NodeId,
    says: &dyn Fn(NodeId) -> bool,
) -> Option<String> {
    Some(match how {
        // Branches have no order.
        Application::AllOf | Application::AnyOf | Application::OneOf => return None,
        Application::Property(name) => format!("property {name:?}"),
        Application::Pattern(pattern) => format!("pattern {:?}", pattern.argument_text()),
        Application::DependentSchema(name) => format!("dependent {name:?}"),
        Application::Prefix(at) => format!("prefix {at:09}"),
        Application::AdditionalProperties if !says(id) => return None,
        Application::AdditionalProperties => "additional".to_owned(),
        Application::UnevaluatedProperties => "unevaluatedProperties".to_owned(),
        Application::PropertyNames => "propertyNames".to_owned(),
        Application::Items if !says(id) => return None,
        Application::Items => "items".to_owned(),
        Application::UnevaluatedItems => "unevaluatedItems".to_owned(),
        Application::Contains => {
            let contains = node.array.contains?;
            format!("contains {} {:?}", contains.minimum, contains.maximum)
        }
        Application::Not => "not".to_owned(),
        Application::Reference => "reference".to_owned(),
        Application::If => "if".to_owned(),
        Application::Then => "then".to_owned(),
        Application::Else => "else".to_owned(),
    })
}

/// The keywords without subschemas, in a canonical order.
fn own_keywords(node: &Node) -> String {
    let mut out = String::new();
    if node.never {
        out.push_str("never;");
    }
    if let Some(types) = node.types {
        put!(out, "{types:?};");
    }
    // `const` is an `enum` of one value.
    let listed = match (&node.constant, &node.values) {
        (Some(constant), _) => Some(std::slice::from_ref(&**constant)),
        (None, values) => values.as_ref().map(|values| values.all.as_slice()),
    };
    if let (Some(_), Some(values)) = (&node.constant, &node.values) {
        let mut all: Vec<String> = values.all.iter().map(canonical).collect();
        all.sort();
        put!(out, "and enum {all:?};");
    }
    if let Some(values) = listed {
        let mut all: Vec<String> = values.iter().map(canonical).collect();
        all.sort();
        all.dedup();
        put!(out, "enum {all:?};");
    }
    let check = |check: &std::sync::Arc<KeywordCheck>| {
        let KeywordCheck {
            keyword,
            argument,
            kind,
            ..
        } = &**check;
        format!("{keyword} {kind:?} {}", canonical(argument))
    };
    let mut checks: Vec<String> = node.checks.iter().map(check).collect();
    checks.sort();
    put!(out, "{checks:?};");
    let lengths = node.lengths.iter().filter(|l| l.is_maximum || l.limit > 0);
    let mut lengths: Vec<String> = lengths.map(|l| format!("{l:?}")).collect();
    lengths.sort();
    put!(out, "{lengths:?};");
    let mut required: Vec<_> = node.object.required.iter().collect();
    required.sort_by(|a, b| a.name.cmp(&b.name));
    put!(out, "{required:?};");
    let mut dependent: Vec<_> = node.object.dependent_required.iter().collect();
    dependent.sort();
    put!(out, "{dependent:?};");
    let unions = [node.all_of.as_slice(), node.any_of_branches(), node.one_of_branches()];
    put!(out, "{:?};", unions.map(<[NodeId]>::len));
    out
}

/// Each tag with the place of its schema.
fn targets_of(discriminator: &crate::schema::Discriminator) -> Vec<String> {
    let mapping = discriminator.mapping.iter();
    let mut tags: Vec<String> = mapping.map(|(tag, _)| tag.to_string()).collect();
    tags.sort();
    tags
}

fn annotations(node: &Node) -> String {
    let default = node.annotations().and_then(|known| known.default.as_ref());
    let discriminator = node.discriminator.as_ref();
    let discriminator = discriminator.map(|known| (&known.property, targets_of(known)));
    let flags = [
        (node.deprecated, "deprecated;"),
        (node.read_only, "readOnly;"),
        (node.write_only, "writeOnly;"),
    ];
    let mut out: String = flags
        .iter()
        .filter_map(|(is_set, text)| is_set.then_some(*text))
        .collect();
    if let Some(default) = default {
        put!(out, "default {};", canonical(default));
    }
    if let Some(xml) = node.annotations().and_then(|known| known.xml.as_ref()) {
        put!(out, "xml {xml:?};");
    }
    for (keyword, content) in node
        .annotations()
        .into_iter()
        .flat_map(|known| &known.content)
    {
        put!(out, "{keyword} {content};");
    }
    if let Some(discriminator) = discriminator {
        put!(out, "discriminator {discriminator:?};");
    }
    out
}
