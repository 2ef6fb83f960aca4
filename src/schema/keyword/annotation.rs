//! Annotations: keywords that describe values without constraining them.

use std::fmt;

use serde_json::Value;

use crate::schema::node_id::NodeId;

/// What a schema says about its values without constraining them.
#[derive(Debug, Default)]
pub struct Annotations {
    /// `default`
    pub default: Option<Value>,
    /// `example` (OpenAPI): a sample value from the contract.
    pub example: Option<Value>,
    /// `examples`: more sample values.
    pub examples: Vec<Value>,
    /// `contentEncoding` and `contentMediaType`, if they are annotations.
    pub content: Vec<(&'static str, String)>,
    /// `contentSchema`: the schema of the value that a string contains.
    pub content_schema: Option<NodeId>,
    /// `xml` (OpenAPI)
    pub xml: Option<Xml>,
}

/// How a value is written in XML (XML Object of OpenAPI).
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Xml {
    /// The local name of the element or attribute, in place of the name of the property.
    pub name: Option<String>,
    /// The kind of node; `None` if the default of the type applies.
    pub node: Option<XmlNode>,
    /// Whether the elements of an array are inside an element of their own.
    pub is_wrapped: bool,
}

/// The kind of XML node that a value is (`nodeType` of OpenAPI 3.2, `attribute` before it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum XmlNode {
    /// An element.
    Element,
    /// An attribute of the enclosing element.
    Attribute,
    /// Text, or CDATA, of the enclosing element.
    Text,
    /// No node of its own: its properties are those of the enclosing element.
    None,
}

/// `element `pet``, `attribute`, `wrapped element`
impl fmt::Display for Xml {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (self.node, self.is_wrapped) {
            (Some(XmlNode::Attribute), _) => "an attribute",
            (Some(XmlNode::Text), _) => "text",
            (_, true) => "a wrapped element",
            _ => "an element",
        })?;
        match &self.name {
            Some(name) => write!(f, " `{name}`"),
            None => Ok(()),
        }
    }
}

impl Xml {
    /// Reads an XML Object; parts that are invalid are left out, and reported with the structure of the document.
    pub(in crate::schema) fn of(object: &Value) -> Self {
        let is = |key: &str| object.get(key) == Some(&Value::Bool(true));
        let node = object.get("nodeType").and_then(Value::as_str);
        let node = node.and_then(|node| match node {
            "element" => Some(XmlNode::Element),
            "attribute" => Some(XmlNode::Attribute),
            "text" | "cdata" => Some(XmlNode::Text),
            "none" => Some(XmlNode::None),
            _ => None,
        });
        Self {
            name: object.get("name").and_then(Value::as_str).map(str::to_owned),
            is_wrapped: is("wrapped") || node == Some(XmlNode::Element),
            node: node.or_else(|| is("attribute").then_some(XmlNode::Attribute)),
        }
    }
}
