//! XML bodies, read by their schema and its `xml` objects (OpenAPI 3.1.1 and 3.2.0, XML Object).
//!
//! An object is an element whose children and attributes are its properties, an array is a repeated element, and text
//! has the type that the schema asks for. Namespaces and prefixes are not compared.

mod tree;

use std::ops::Range;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::json::Kind;
use crate::location::Step;
use crate::observe::message::parameter::{accepts_all, typed};
use crate::schema::{Graph, NodeId, Xml, XmlNode};

use super::Malformed;
use super::draft::{Draft, Drafted, Name};
use super::field::variants_of;
pub(super) use tree::{Element, parse};

/// The name of text that is next to attributes or elements, where no property stands for it.
const TEXT: &str = "#text";

/// Variants that are tried in one document.
const TRIES: u32 = 10_000;

/// An element that is not written as the contract says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct WrongName {
    pub(crate) found: String,
    /// What the contract says, in words.
    pub(crate) expected: String,
    /// Where its tag is.
    pub(crate) at: Range<usize>,
}

/// What a document was read as.
#[derive(Debug)]
pub(super) struct Read {
    pub(super) draft: Draft,
    pub(super) wrong: Vec<WrongName>,
    /// Where there is something that the value does not have.
    pub(super) left_out: Vec<Range<usize>>,
}

/// The value of an XML document.
pub(super) fn read(graph: &Graph, schema: NodeId, text: &str) -> Result<Read, Malformed> {
    let document = parse(text)?;
    let root = &document.root;
    let mut mapping = Mapping {
        graph,
        wrong: Vec::new(),
        left_out: document.comments,
        tries: TRIES,
    };
    if let Some(expected) = mapping.xml_of(&[schema]).and_then(|xml| xml.name.clone())
        && expected != root.name
    {
        mapping.wrong(root, format!("`<{expected}>`"));
    }
    let schemas = [schema];
    let draft = match mapping.takes(&schemas, Kind::Array) && !mapping.takes(&schemas, Kind::Object) {
        true => mapping.wrapped(&schemas, root, "item"),
        false => mapping.value(&schemas, root),
    };
    Ok(Read {
        draft,
        wrong: mapping.wrong,
        left_out: mapping.left_out,
    })
}

struct Mapping<'g> {
    graph: &'g Graph,
    wrong: Vec<WrongName>,
    left_out: Vec<Range<usize>>,
    /// How many more variants may be tried.
    tries: u32,
}

/// A property, and how it is written.
struct Property {
    name: String,
    schemas: Vec<NodeId>,
    node: XmlNode,
    /// The names of its element or attribute, the preferred one first.
    written: Vec<String>,
    is_array: bool,
    is_wrapped: bool,
}

impl Mapping<'_> {
    fn wrong(&mut self, element: &Element, expected: String) {
        self.wrong.push(WrongName {
            found: element.name.clone(),
            expected,
            at: element.at.clone(),
        });
    }

    fn takes(&self, schemas: &[NodeId], kind: Kind) -> bool {
        !schemas.is_empty() && schemas.iter().all(|schema| self.graph.may_hold(*schema, kind))
    }

    /// The `xml` object of schemas, their own or that of what they refer to.
    fn xml_of(&self, schemas: &[NodeId]) -> Option<&Xml> {
        let own = |id: NodeId| self.graph.node(id).annotations().and_then(|annotations| annotations.xml.as_ref());
        schemas.iter().find_map(|schema| self.graph.parts(*schema).into_iter().find_map(own))
    }

    /// The names that elements with these schemas may have. One that is inherited through a reference is no more than
    /// another possible name.
    fn names(&self, schemas: &[NodeId], default: &str) -> Vec<String> {
        let own = schemas.iter().find_map(|schema| {
            let annotations = self.graph.node(*schema).annotations()?;
            annotations.xml.as_ref()?.name.clone()
        });
        if let Some(own) = own {
            return vec![own];
        }
        let inherited = self.xml_of(schemas).and_then(|xml| xml.name.clone());
        let mut names: Vec<String> = inherited.into_iter().collect();
        if !names.iter().any(|name| name == default) {
            names.push(default.to_owned());
        }
        names
    }

    /// The properties that schemas declare.
    fn properties(&self, closure: &[NodeId]) -> Vec<Property> {
        let mut names: IndexMap<&str, (), foldhash::fast::RandomState> = IndexMap::default();
        for id in closure {
            for name in self.graph.node(*id).object.properties.keys() {
                names.entry(name).or_default();
            }
        }
        let properties = names.into_keys().map(|name| {
            let schemas = self.graph.part(closure, &Step::Key(name.into()));
            let xml = self.xml_of(&schemas);
            let is_array = self.takes(&schemas, Kind::Array) && !self.takes(&schemas, Kind::String);
            let is_wrapped = is_array && xml.is_some_and(|xml| xml.is_wrapped);
            let node = xml.and_then(|xml| xml.node).unwrap_or(XmlNode::Element);
            let mut written = self.names(&schemas, name);
            if is_array && !is_wrapped {
                let items = self.items(&schemas);
                let mut names = self.names(&items, name);
                names.append(&mut written);
                names.dedup();
                written = names;
            }
            Property {
                name: name.to_owned(),
                schemas,
                node,
                written,
                is_array,
                is_wrapped,
            }
        });
        properties.collect()
    }

    fn items(&self, schemas: &[NodeId]) -> Vec<NodeId> {
        self.graph.part(&self.graph.closure(schemas, |_| true), &Step::Any)
    }

    /// The elements of an array.
    fn elements(&mut self, schemas: &[NodeId], children: &[&Element]) -> Vec<Draft> {
        let closure = self.graph.closure(schemas, |_| true);
        let elements = children.iter().enumerate();
        elements.map(|(index, child)| self.value(&self.graph.element(&closure, index), child)).collect()
    }

    /// The value of an element: the one that its schemas accept, if variants of them disagree.
    fn value(&mut self, schemas: &[NodeId], element: &Element) -> Draft {
        let known = (self.wrong.len(), self.left_out.len());
        let closure = self.graph.closure(schemas, |_| true);
        let likeliest = self.value_as(schemas, &closure, element);
        let variants = variants_of(self.graph, schemas);
        if variants.is_empty() || self.tries == 0 || accepts_all(self.graph, schemas, &likeliest.to_json()) {
            return likeliest;
        }
        let said = (self.wrong.split_off(known.0), self.left_out.split_off(known.1));
        let parts: Vec<NodeId> = schemas.iter().flat_map(|schema| self.graph.parts(*schema)).collect();
        for variant in variants {
            self.tries = self.tries.saturating_sub(1);
            // Of the other schemas, only what they say themselves.
            let mut closure = self.graph.closure(&[variant], |_| true);
            closure.extend(&parts);
            let value = self.value_as(&[variant], &closure, element);
            if accepts_all(self.graph, schemas, &value.to_json()) {
                return value;
            }
            self.wrong.truncate(known.0);
            self.left_out.truncate(known.1);
        }
        self.wrong.extend(said.0);
        self.left_out.extend(said.1);
        likeliest
    }

    fn value_as(&mut self, schemas: &[NodeId], closure: &[NodeId], element: &Element) -> Draft {
        let text_at = match element.text.is_empty() {
            true => element.at.clone(),
            false => element.text_at.clone(),
        };
        if element.is_nil {
            self.left_out.push(element.at.end..element.end);
            return Draft::new(element.at.clone(), Drafted::Value(Json::Null));
        }
        let is_plain = element.children.is_empty() && element.attributes.is_empty();
        let takes_members = schemas.iter().any(|schema| self.graph.may_hold(*schema, Kind::Object));
        if is_plain && element.text.trim().is_empty() && self.takes(schemas, Kind::Null) && !self.takes(schemas, Kind::String)
        {
            // Many writers write null as an empty element.
            let empty = Draft::new(element.at.clone(), Drafted::Members(Vec::new()));
            return match takes_members && accepts_all(self.graph, schemas, &empty.to_json()) {
                true => empty,
                false => Draft::new(element.at.clone(), Drafted::Value(Json::Null)),
            };
        }
        let takes_scalars = schemas.is_empty()
            || [Kind::String, Kind::Number, Kind::Boolean, Kind::Null]
                .iter()
                .any(|kind| self.takes(schemas, *kind));
        // Attributes of a scalar that no schema declares do not make it an object.
        let is_scalar = match (takes_members, takes_scalars) {
            (false, true) => element.children.is_empty(),
            (true, true) => is_plain,
            (_, false) => is_plain && !takes_members,
        };
        match is_scalar {
            true => {
                self.left_out.extend(element.attributes.iter().map(|attribute| attribute.at.clone()));
                Draft::new(text_at, Drafted::Value(self.scalar(schemas, &element.text)))
            }
            false => self.object(closure, element),
        }
    }

    /// Text as a value. Spaces around it count only if the schemas take it with them.
    fn scalar(&self, schemas: &[NodeId], text: &str) -> Json {
        // XML Schema writes booleans as digits, too.
        let is_boolean = self.takes(schemas, Kind::Boolean)
            && !self.takes(schemas, Kind::Number)
            && !self.takes(schemas, Kind::String);
        match text.trim() {
            "1" if is_boolean => return true.into(),
            "0" if is_boolean => return false.into(),
            _ => {}
        }
        let whole = typed(self.graph, schemas, text);
        let trimmed = text.trim();
        if trimmed.len() == text.len() || accepts_all(self.graph, schemas, &whole) {
            return whole;
        }
        typed(self.graph, schemas, trimmed)
    }

    /// An element as an object.
    fn object(&mut self, closure: &[NodeId], element: &Element) -> Draft {
        let properties = self.properties(closure);
        let mut members: Vec<(Name, Draft)> = Vec::new();
        for attribute in &element.attributes {
            let is_it = |property: &&Property| {
                property.node == XmlNode::Attribute && property.written.contains(&attribute.name)
            };
            let property = properties.iter().find(is_it);
            let (name, schemas) = match property {
                Some(property) => (property.name.clone(), &property.schemas[..]),
                None => (format!("@{}", attribute.name), &[][..]),
            };
            let value = self.scalar(schemas, &attribute.value);
            let name = Name {
                text: name,
                at: attribute.at.clone(),
            };
            members.push((name, Draft::new(attribute.at.clone(), Drafted::Value(value))));
        }
        let mut by_name: IndexMap<&str, Vec<&Element>, foldhash::fast::RandomState> = IndexMap::default();
        for child in &element.children {
            by_name.entry(&child.name).or_default().push(child);
        }
        let mut claimed: Vec<String> = members.iter().map(|(name, _)| name.text.clone()).collect();
        for (written, children) in by_name {
            let is_written = |property: &&Property| {
                !matches!(property.node, XmlNode::Attribute | XmlNode::Text)
                    && property.written.iter().any(|name| name == written)
            };
            let is_free = |property: &&Property| !claimed.contains(&property.name);
            let at = children[0].at.clone();
            // One that is not written as the contract says is known by the name of the property.
            let property = properties.iter().find(is_written).filter(is_free).or_else(|| {
                let named = properties.iter().find(|property| property.name == written).filter(is_free)?;
                self.wrong(children[0], match (named.node, named.written.first()) {
                    (XmlNode::Attribute, Some(name)) => format!("an attribute `{name}`"),
                    (XmlNode::Text, _) => format!("text of `<{}>`", element.name),
                    (_, Some(name)) => format!("`<{name}>`"),
                    (_, None) => "<>".to_owned(),
                });
                Some(named)
            });
            let (name, value) = match property {
                Some(property) => {
                    claimed.push(property.name.clone());
                    (property.name.clone(), self.property(property, &children))
                }
                None => {
                    let below = self.graph.part(closure, &Step::Key(written.into()));
                    (written.to_owned(), self.repeated(&below, &children))
                }
            };
            members.push((Name { text: name, at }, value));
        }
        if !element.text.trim().is_empty() {
            let property = properties.iter().find(|property| property.node == XmlNode::Text);
            let (name, schemas) = match property {
                Some(property) => (property.name.clone(), &property.schemas[..]),
                None => (TEXT.to_owned(), &[][..]),
            };
            let at = element.text_at.clone();
            let value = Drafted::Value(self.scalar(schemas, &element.text));
            members.push((Name { text: name, at: at.clone() }, Draft::new(at, value)));
        }
        Draft::new(element.at.clone(), Drafted::Members(members))
    }

    /// The value of a property from its elements.
    fn property(&mut self, property: &Property, children: &[&Element]) -> Draft {
        match (property.is_array, property.is_wrapped, children) {
            (true, true, [wrapper]) => {
                let default = property.name.clone();
                self.wrapped(&property.schemas, wrapper, &default)
            }
            (true, false, _) => {
                let elements = self.elements(&property.schemas, children);
                Draft::new(children[0].at.clone(), Drafted::List(elements))
            }
            (true, true, _) => {
                let name = &children[0].name;
                self.wrong(children[1], format!("one `<{name}>` with all elements in it"));
                let elements = self.elements(&property.schemas, children);
                Draft::new(children[0].at.clone(), Drafted::List(elements))
            }
            _ => self.repeated(&property.schemas, children),
        }
    }

    /// An array whose elements are inside an element of their own.
    fn wrapped(&mut self, schemas: &[NodeId], wrapper: &Element, default: &str) -> Draft {
        let items = self.items(schemas);
        let expected = self.xml_of(&items).and_then(|xml| xml.name.clone());
        let names = self.names(&items, default);
        for child in &wrapper.children {
            // Without a name in the contract, any name is as good as another one.
            if let Some(expected) = &expected
                && !names.contains(&child.name)
            {
                self.wrong(child, format!("`<{expected}>`"));
            }
        }
        // Text in place of elements is no array.
        if wrapper.children.is_empty() && !wrapper.text.trim().is_empty() {
            return Draft::new(wrapper.text_at.clone(), Drafted::Value(wrapper.text.as_str().into()));
        }
        self.left_out.extend((!wrapper.text.trim().is_empty()).then(|| wrapper.text_at.clone()));
        self.left_out.extend(wrapper.attributes.iter().map(|attribute| attribute.at.clone()));
        let children: Vec<&Element> = wrapper.children.iter().collect();
        let elements = self.elements(schemas, &children);
        Draft::new(wrapper.at.clone(), Drafted::List(elements))
    }

    /// Elements with one name: a list if there are several, or if the schemas take nothing else.
    fn repeated(&mut self, schemas: &[NodeId], children: &[&Element]) -> Draft {
        let is_list = self.takes(schemas, Kind::Array) && !self.takes(schemas, Kind::String);
        match children {
            [child] if !is_list => self.value(schemas, child),
            _ => {
                let elements = match is_list {
                    true => self.elements(schemas, children),
                    false => children.iter().map(|child| self.value(schemas, child)).collect(),
                };
                Draft::new(children[0].at.clone(), Drafted::List(elements))
            }
        }
    }
}

#[cfg(test)]
mod tests;
