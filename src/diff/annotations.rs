//! Differences in annotations: keywords that describe values without constraining them.

use std::sync::Arc;

use serde_json::Value;

use crate::contract::{Contract, Payload};
use crate::media_type::ContentKind;
use crate::schema::NodeId;

use super::difference::Fact;
use super::contain::{Ask, are_equal};
use super::view::View;
use super::walk::{Edge, Found, Walk, place_of};

/// Whether some body of a contract is XML: elsewhere, `xml` objects mean nothing.
fn writes_xml(contract: &Contract) -> bool {
    let mut operations = contract.operations.iter();
    operations.any(|operation| {
        let responses = operation.responses.iter().map(|response| &response.payload);
        let mut media = responses.chain([operation.request_body()]).flat_map(Payload::media);
        media.any(|media| media.kind() == ContentKind::Xml)
    })
}

impl Walk<'_> {
    /// `deprecated`, `readOnly`, `writeOnly`, `default`, `contentEncoding`, `contentMediaType`,
    /// `discriminator`
    pub(super) fn annotations(
        &mut self,
        at: usize,
        old: &View<'_>,
        new: &View<'_>,
        found: &mut Vec<Found>,
    ) {
        let (old_place, new_place) = self.places(at);
        self.flags(old, new, "", found);
        let default = |view: &View<'_>| {
            let mut nodes = view.nodes();
            nodes.find_map(|(_, node)| node.annotations()?.default.clone())
        };
        let (old_default, new_default) = (default(old), default(new));
        let is_same = match (&old_default, &new_default) {
            (Some(old), Some(new)) => are_equal(old, new),
            (old, new) => old == new,
        };
        if !is_same {
            let text = |value: Option<Value>| value.map(|value| value.to_string());
            found.push(
                Found::new(Fact::DefaultChanged, "default")
                    .values(text(old_default), text(new_default))
                    .places(old_place.clone(), new_place.clone()),
            );
        }
        let content = |view: &View<'_>, keyword: &str| {
            let annotations = view.nodes().filter_map(|(_, node)| node.annotations());
            let mut contents = annotations.flat_map(|known| known.content.clone());
            let content = contents.find(|(known, _)| *known == keyword);
            content.map(|(_, text)| text)
        };
        for keyword in ["contentEncoding", "contentMediaType"] {
            let (was, is) = (content(old, keyword), content(new, keyword));
            if was != is {
                found.push(
                    Found::new(Fact::ContentChanged, keyword)
                        .values(was, is)
                        .places(old_place.clone(), new_place.clone()),
                );
            }
        }
        if writes_xml(self.old) && writes_xml(self.new) {
            let xml = |view: &View<'_>| {
                let mut found = view.nodes().filter_map(|(_, node)| node.annotations()?.xml.clone());
                found.next().unwrap_or_default()
            };
            let (was, is) = (xml(old), xml(new));
            if was != is {
                found.push(
                    Found::new(Fact::XmlChanged, "xml")
                        .values(Some(was.to_string()), Some(is.to_string()))
                        .places(old_place.clone(), new_place.clone()),
                );
            }
        }
        let (was, is) = (tags(old), tags(new));
        // A union with a single variant needs no tags.
        let is_both = !old.unions.is_empty() && !new.unions.is_empty();
        let differ = match (&was, &is) {
            // Tags that come and go with variants are reported with those variants.
            (Some((property, was)), Some((other, is))) => {
                property != other
                    || was.iter().any(|(tag, target)| {
                        is.iter()
                            .any(|(known, other)| known == tag && other != target)
                    })
                    // An existing variant gained or lost a tag.
                    || [(was, is), (is, was)].iter().any(|(some, others)| {
                        let is_known = |tag: &str| others.iter().any(|(known, _)| known == tag);
                        let has_target = |target: &str| others.iter().any(|(_, other)| other == target);
                        some.iter().any(|(tag, target)| !is_known(tag) && has_target(target))
                    })
                    || (was.len() == is.len()
                        && was
                            .iter()
                            .any(|(tag, _)| !is.iter().any(|(known, _)| known == tag)))
            }
            (None, None) => false,
            _ => is_both,
        };
        if differ {
            let text = |known: Option<(String, Vec<(String, String)>)>| {
                known.map(|(name, tags)| {
                    let tags = tags
                        .iter()
                        .map(|(tag, target)| format!("{name} {tag}: {target}"));
                    tags.collect::<Vec<_>>().join("\n")
                })
            };
            // If the tags are decisive, a different tag selects a different variant.
            let asks = |view: &View<'_>| -> Vec<Ask> {
                let unions = view.unions.iter().map(|union| union.node);
                unions.map(Ask::Branches).collect()
            };
            found.push(
                Found::new(Fact::DiscriminatorChanged, "discriminator")
                    .values(text(was), text(is))
                    .places(old_place, new_place)
                    .asking(asks(new), asks(old)),
            );
        }
        self.heirs(at, old, new);
    }

    /// Compares the schemas that a discriminator names without a union, that is, those that extend this
    /// schema.
    fn heirs(&mut self, at: usize, old: &View<'_>, new: &View<'_>) {
        let named = |view: &View<'_>| -> Vec<(Arc<str>, NodeId)> {
            let discriminators = view
                .nodes()
                .filter_map(|(_, node)| node.discriminator.as_ref())
                .filter(|known| !known.is_inherited);
            let names = discriminators.flat_map(|known| known.mapping.iter().cloned());
            names.collect()
        };
        if !old.unions.is_empty() || !new.unions.is_empty() {
            return;
        }
        let others = named(new);
        for (tag, schema) in named(old) {
            if let Some((_, other)) = others.iter().find(|(known, _)| *known == tag) {
                self.lead(at, Edge::Moved, &[schema], &[*other]);
            }
        }
    }

    /// Differences in `deprecated`, `readOnly` and `writeOnly` between two views.
    pub(super) fn flags(
        &self,
        old: &View<'_>,
        new: &View<'_>,
        subject: &str,
        found: &mut Vec<Found>,
    ) {
        type Flag = fn(&crate::schema::Node) -> bool;
        let flags: [(&str, Flag, Fact, Fact); 3] = [
            (
                "deprecated",
                |node| node.deprecated,
                Fact::DeprecationAdded,
                Fact::DeprecationRemoved,
            ),
            (
                "readOnly",
                |node| node.read_only,
                Fact::ReadOnlyAdded,
                Fact::ReadOnlyRemoved,
            ),
            (
                "writeOnly",
                |node| node.write_only,
                Fact::ReadOnlyAdded,
                Fact::ReadOnlyRemoved,
            ),
        ];
        let place = |contract: &Contract, view: &View<'_>, flag: Flag| {
            let mut nodes = view.nodes();
            let owner = nodes.find(|(_, node)| flag(node)).map(|(id, _)| id);
            let owner = owner.or_else(|| view.parts.first().map(|part| part.node));
            place_of(contract, owner.as_slice())
        };
        for (keyword, flag, added, removed) in flags {
            let has = |view: &View<'_>| view.nodes().any(|(_, node)| flag(node));
            let fact = match (has(old), has(new)) {
                (false, true) => added,
                (true, false) => removed,
                _ => continue,
            };
            let text = |has: bool| has.then(|| keyword.to_owned());
            let subject = match subject {
                "" => keyword,
                subject => subject,
            };
            found.push(
                Found::new(fact, subject)
                    .values(text(has(old)), text(has(new)))
                    .places(place(self.old, old, flag), place(self.new, new, flag)),
            );
        }
    }
}

/// The property of a discriminator, and the schema for each of its values.
fn tags(view: &View<'_>) -> Option<(String, Vec<(String, String)>)> {
    let mut nodes = view.nodes();
    nodes.find_map(|(_, node)| {
        let discriminator = node
            .discriminator
            .as_ref()
            .filter(|known| !known.is_inherited)?;
        let given = match discriminator.explicit {
            0 => &discriminator.mapping[..],
            explicit => &discriminator.mapping[..explicit],
        };
        let mut tags: Vec<(String, String)> = given
            .iter()
            .map(|(tag, schema)| (tag.to_string(), View::of(view.graph, &[*schema]).label()))
            .collect();
        tags.sort();
        Some((discriminator.property.to_string(), tags))
    })
}
