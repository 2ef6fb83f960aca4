//! Fields of forms: names and texts, and the values that they mean.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::contract::{Encoding, FieldEncoding, Media, Style};
use crate::json::{Kind, TapeDocument};
use crate::location::Step;
use crate::observe::message::parameter::{Escapes, Sort, Written, accepts_all, sorts, steps, typed};
use crate::schema::{Graph, NodeId};

use super::draft::{Draft, Drafted, Name};

/// Fields of one property whose places are distinguished.
const PLACED: usize = 100;

/// A name and a text of a form.
#[derive(Debug, Clone)]
pub(super) struct Field<'b> {
    /// The name, decoded.
    pub(super) name: Cow<'b, str>,
    /// Where the name was written.
    pub(super) name_at: Range<usize>,
    /// The text, as written.
    pub(super) text: Cow<'b, str>,
    /// Where the text was written.
    pub(super) at: Range<usize>,
    /// The value, if the text is not to be read in a style: JSON, or a file.
    pub(super) value: Option<Drafted>,
}

/// The first variants of unions that schemas are.
pub(super) fn variants_of(graph: &Graph, schemas: &[NodeId]) -> Vec<NodeId> {
    /// Variants that are tried.
    const VARIANTS: usize = 16;
    let parts = schemas.iter().flat_map(|schema| graph.parts(*schema));
    let variants = parts.flat_map(|id| graph.node(id).any_of.iter().chain(&graph.node(id).one_of));
    variants.take(VARIANTS).copied().collect()
}

/// The fields of a form.
pub(super) struct Fields<'f, 'b> {
    pub(super) graph: &'f Graph,
    pub(super) encodings: &'f [FieldEncoding],
    pub(super) escapes: Escapes,
    pub(super) fields: &'f [Field<'b>],
}

impl<'f, 'b> Fields<'f, 'b> {
    pub(super) fn new(graph: &'f Graph, media: Option<&'f Media>, escapes: Escapes, fields: &'f [Field<'b>]) -> Self {
        Self {
            graph,
            encodings: media.map_or(&[], |media| &media.fields),
            escapes,
            fields,
        }
    }

    /// The value of the form: the reading that its schema accepts, or else the likeliest one.
    ///
    /// The types of texts follow from the schema of their property. If variants disagree about them, each variant is
    /// tried.
    pub(super) fn value(&self, schema: NodeId, at: &Range<usize>) -> Draft {
        let graph = self.graph;
        let likeliest = self.as_object(&graph.closure(&[schema], |_| true), at);
        if accepts_all(graph, &[schema], &likeliest.to_json()) {
            return likeliest;
        }
        let parts = graph.parts(schema);
        let mut readings = variants_of(graph, &[schema]).into_iter().map(|variant| {
            let mut closure = graph.closure(&[variant], |_| true);
            closure.extend(&parts);
            self.as_object(&closure, at)
        });
        let accepted = readings.find(|reading| accepts_all(graph, &[schema], &reading.to_json()));
        accepted.unwrap_or(likeliest)
    }

    /// The form as an object with properties of these schemas.
    fn as_object(&self, schemas: &[NodeId], at: &Range<usize>) -> Draft {
        let spread = self.spread(schemas);
        let mut properties: IndexMap<Cow<'_, str>, Vec<&Field<'b>>, foldhash::fast::RandomState> = IndexMap::default();
        for field in self.fields {
            let property = match spread.get(&*field.name) {
                Some(property) => Cow::Borrowed(*property),
                None => self.property_of(&field.name, schemas),
            };
            properties.entry(property).or_default().push(field);
        }
        let members = properties.into_iter().map(|(name, own)| {
            let below = self.graph.part(schemas, &Step::Key((*name).into()));
            let value = self.property(&name, &below, &own);
            let name = Name {
                text: name.into_owned(),
                at: own[0].name_at.clone(),
            };
            (name, value)
        });
        Draft::new(at.clone(), Drafted::Members(members.collect()))
    }

    /// The names of fields that are members of a property, by `style: form` and `explode: true`.
    fn spread(&self, schemas: &[NodeId]) -> foldhash::HashMap<Arc<str>, &'f str> {
        let is_exploded = |encoding: &&FieldEncoding| {
            matches!(encoding.written, Some(Encoding::Styled { style: Style::Form, explode: true }))
        };
        let mut names = foldhash::HashMap::default();
        for encoding in self.encodings.iter().filter(is_exploded) {
            let below = self.graph.part(schemas, &Step::Key(encoding.name.as_str().into()));
            let takes = |kind| below.iter().any(|schema| self.graph.may_hold(*schema, kind));
            if below.is_empty() || !takes(Kind::Object) || takes(Kind::String) || takes(Kind::Array) {
                continue;
            }
            for id in self.graph.closure(&below, |_| true) {
                for name in self.graph.node(id).object.properties.keys() {
                    let is_own = schemas.iter().any(|id| self.graph.node(*id).object.properties.contains_key(name));
                    if !is_own {
                        names.insert(Arc::clone(name), encoding.name.as_str());
                    }
                }
            }
        }
        names
    }

    /// The property that a field with this name belongs to: the name itself if it is declared, or else what is before
    /// the first bracket, as in `tags[]` and `filter[kind]`.
    fn property_of<'n>(&self, name: &'n str, schemas: &[NodeId]) -> Cow<'n, str> {
        let is_declared = |name: &str| {
            schemas.iter().any(|id| self.graph.node(*id).object.properties.contains_key(name))
        };
        if is_declared(name) {
            return Cow::Borrowed(name);
        }
        let base = name.split('[').next().unwrap_or_default();
        match base.is_empty() || steps(base, name).is_none() {
            true => Cow::Borrowed(name),
            // Some contracts name the property with its brackets.
            false if is_declared(&format!("{base}[]")) => Cow::Owned(format!("{base}[]")),
            false => Cow::Borrowed(base),
        }
    }

    /// The value of one property.
    fn property(&self, name: &str, schemas: &[NodeId], own: &[&Field<'b>]) -> Draft {
        let graph = self.graph;
        // Other fields may be in between.
        let at = own[0].at.clone();
        let takes = |kind| schemas.is_empty() || schemas.iter().any(|schema| graph.may_hold(*schema, kind));
        let bare = name.strip_suffix("[]").unwrap_or(name);
        // Numbers in brackets are indexes, unless the schema takes nothing but objects.
        let is_map = !schemas.is_empty() && takes(Kind::Object) && !takes(Kind::Array);
        let is_flat = own.iter().all(|field| {
            field.name == name || field.name == bare || (is_element(bare, &field.name) && !is_map)
        });
        let has_values = own.iter().any(|field| field.value.is_some());
        if is_flat && (has_values || own.len() > 1 || self.is_list(bare, schemas, own)) {
            let closure = graph.closure(schemas, |_| true);
            let element = |index: usize| match takes(Kind::Array) {
                true => graph.element(&closure, index),
                false => schemas.to_vec(),
            };
            let is_list = takes(Kind::Array) && !takes(Kind::String);
            if let Some(checked) = self.checkbox(schemas, own) {
                return checked;
            }
            return match own {
                [field] if !is_list || field.value.as_ref().is_some_and(is_array) => self.single(field, schemas),
                _ => {
                    let elements = own.iter().enumerate();
                    let elements = elements.map(|(index, field)| self.single(field, &element(index)));
                    Draft::new(at, Drafted::List(elements.collect()))
                }
            };
        }
        let encoding = self.encodings.iter().find(|encoding| encoding.name == name);
        let texts: Vec<(String, String)> = own
            .iter()
            .map(|field| (field.name.to_string(), field.text.to_string()))
            .collect();
        let encoded = encoding.and_then(|encoding| encoding.written);
        let is_exploded = matches!(encoded, Some(Encoding::Styled { style: Style::Form, explode: true }));
        let is_deep = own.iter().any(|field| steps(bare, &field.name).is_some_and(|steps| !steps.is_empty()));
        if is_exploded && !is_deep && takes(Kind::Object) && !takes(Kind::String) {
            let members = own.iter().map(|field| {
                let below = graph.part(&graph.closure(schemas, |_| true), &Step::Key(field.name.as_ref().into()));
                let name = Name {
                    text: field.name.to_string(),
                    at: field.name_at.clone(),
                };
                (name, self.single(field, &below))
            });
            return Draft::new(at, Drafted::Members(members.collect()));
        }
        let (style, explode) = match encoding.and_then(|encoding| encoding.written) {
            _ if is_deep => (Style::DeepObject, true),
            Some(Encoding::Styled { style, explode }) => (style, explode),
            _ => (Style::Form, true),
        };
        // Structured values are often written as JSON.
        let decoded = self.escapes.decode(&texts[0].1);
        let is_structured = takes(Kind::Array) || takes(Kind::Object);
        let mut structured = None;
        if let ([field], true) = (own, is_structured)
            && matches!(decoded.trim_start().as_bytes().first(), Some(b'{' | b'['))
            && TapeDocument::parse(decoded.as_bytes()).is_ok()
        {
            let json = self.json(field, &decoded);
            if accepts_all(graph, schemas, &json.to_json()) {
                return json;
            }
            structured = Some(json);
        }
        // Unless the contract names a style, an object is several fields, or JSON.
        let is_styled = is_deep || encoding.is_some_and(|encoding| encoding.written.is_some());
        let read_as = |schema: NodeId| {
            let sorts = sorts(graph, schema).into_iter();
            sorts.filter(|sort| is_styled || *sort != Sort::Members).collect::<Vec<_>>()
        };
        let written = Written {
            name: bare,
            texts: &texts,
            style,
            explode,
            nested: encoding.map_or(&[], |encoding| &encoding.nested),
            escapes: self.escapes,
        };
        // Variants may disagree about the types of members.
        let variants = schemas.iter().flat_map(|schema| variants_of(graph, &[*schema]));
        let candidates: Vec<NodeId> = schemas.iter().copied().chain(variants).collect();
        let mut readings = candidates.iter().flat_map(|schema| written.readings(graph, *schema, &read_as(*schema)));
        let first = readings.next();
        let accepted = first.iter().cloned().chain(readings).find(|json| accepts_all(graph, schemas, json));
        // Text that looks like JSON may be an element of a list of texts.
        if let (None, Some(json)) = (&accepted, structured) {
            return json;
        }
        let value = accepted.or(first).unwrap_or_else(|| Json::from(decoded));
        let value = self.empty_as_null(value, schemas);
        placed(&value, own, bare, &mut Vec::new())
    }

    /// Pages send a checkbox that is set as `true` and, in a hidden field of the same name, `false`.
    fn checkbox(&self, schemas: &[NodeId], own: &[&Field<'b>]) -> Option<Draft> {
        let takes = |kind| schemas.iter().any(|schema| self.graph.may_hold(*schema, kind));
        let is_boolean = takes(Kind::Boolean) && !takes(Kind::Array) && !takes(Kind::String);
        match own {
            [set, hidden] if is_boolean && set.text == "true" && hidden.text == "false" => {
                Some(Draft::new(set.at.clone(), Drafted::Value(true.into())))
            }
            _ => None,
        }
    }

    /// Whether a single text is a list of one value.
    fn is_list(&self, name: &str, schemas: &[NodeId], own: &[&Field<'b>]) -> bool {
        let takes = |kind| schemas.iter().all(|schema| self.graph.may_hold(*schema, kind));
        let encoding = self.encodings.iter().find(|encoding| encoding.name == name);
        let written = encoding.and_then(|encoding| encoding.written);
        let is_exploded = matches!(written, None | Some(Encoding::Styled { explode: true, .. }));
        let is_json = own.iter().any(|field| self.escapes.decode(&field.text).trim_start().starts_with('['));
        !schemas.is_empty() && takes(Kind::Array) && !takes(Kind::String) && is_exploded && !is_json
    }

    /// The value of one field.
    fn single(&self, field: &Field<'b>, schemas: &[NodeId]) -> Draft {
        if let Some(value) = &field.value {
            return Draft::new(field.at.clone(), value.clone());
        }
        let text = self.escapes.decode(&field.text);
        let takes = |kind| schemas.iter().any(|schema| self.graph.may_hold(*schema, kind));
        if takes(Kind::Object)
            && !takes(Kind::String)
            && text.trim_start().starts_with('{')
            && TapeDocument::parse(text.as_bytes()).is_ok()
        {
            return self.json(field, &text);
        }
        let value = self.empty_as_null(typed(self.graph, schemas, &text), schemas);
        Draft::new(field.at.clone(), Drafted::Value(value))
    }

    /// A field that was written as JSON.
    fn json(&self, field: &Field<'b>, text: &str) -> Draft {
        let value = match *field.text == *text {
            true => Drafted::Verbatim(text.to_owned()),
            // Escapes make the places in it unknown.
            false => Drafted::Value(serde_json::from_str(text).unwrap_or_default()),
        };
        Draft::new(field.at.clone(), value)
    }

    /// A form cannot write null: an empty text is null where the schemas take null and no text.
    fn empty_as_null(&self, value: Json, schemas: &[NodeId]) -> Json {
        let takes = |kind| schemas.iter().all(|schema| self.graph.may_hold(*schema, kind));
        match &value {
            Json::String(text) if text.is_empty() && !takes(Kind::String) && takes(Kind::Null) => Json::Null,
            _ => value,
        }
    }
}

fn is_array(value: &Drafted) -> bool {
    match value {
        Drafted::Value(value) => value.is_array(),
        Drafted::Verbatim(text) => text.trim_start().starts_with('['),
        Drafted::List(_) => true,
        Drafted::Members(_) => false,
    }
}

/// Whether a name is that of an element of a list: `tags[]`, `tags[0]`.
fn is_element(base: &str, name: &str) -> bool {
    let is_index = |step: &str| step.bytes().all(|byte| byte.is_ascii_digit());
    steps(base, name).is_some_and(|steps| matches!(steps[..], [step] if is_index(step)))
}

/// A value with the places of the fields that it was read from.
fn placed(value: &Json, own: &[&Field<'_>], base: &str, path: &mut Vec<String>) -> Draft {
    let own = match own.len() > PLACED {
        true => &own[..1],
        false => own,
    };
    let field = field_of(own, base, path);
    if let (Json::Array(elements), [_]) = (value, own)
        && let Some(places) = split_at(&field.text, field.at.start, elements.len())
    {
        let elements = elements.iter().zip(places);
        let elements = elements.map(|(element, at)| Draft::new(at, Drafted::Value(element.clone())));
        return Draft::new(field.at.clone(), Drafted::List(elements.collect()));
    }
    let drafted = match value {
        Json::Array(elements) if own.len() > 1 => {
            let elements = elements.iter().enumerate().map(|(index, element)| {
                path.push(index.to_string());
                let draft = placed(element, own, base, path);
                path.pop();
                draft
            });
            Drafted::List(elements.collect())
        }
        Json::Object(members) if own.len() > 1 || steps(base, &field.name).is_some_and(|steps| steps.len() > path.len()) => {
            let members = members.iter().map(|(name, member)| {
                path.push(name.clone());
                let draft = placed(member, own, base, path);
                let at = field_of(own, base, path).name_at.clone();
                path.pop();
                let name = Name { text: name.clone(), at };
                (name, draft)
            });
            Drafted::Members(members.collect())
        }
        other => Drafted::Value(other.clone()),
    };
    Draft::new(field.at.clone(), drafted)
}

/// Where the elements of a list are that was written as one text, if some separator gives so many.
fn split_at(text: &str, start: usize, count: usize) -> Option<Vec<Range<usize>>> {
    const SEPARATORS: [&str; 11] = [",", "|", "%2C", "%2c", "%7C", "%7c", "%20", "+", " ", "%09", "\t"];
    let splits = SEPARATORS.iter().map(|separator| {
        let mut at = start;
        let parts = text.split(separator).map(|part| {
            let place = at..at + part.len();
            at = place.end + separator.len();
            place
        });
        parts.collect::<Vec<_>>()
    });
    let mut fitting = splits.filter(|places| places.len() == count);
    fitting.next().filter(|_| count > 1)
}

/// The field that a part of a value was read from: the one whose brackets lead there, or else the first one inside.
fn field_of<'f, 'b>(own: &'f [&'f Field<'b>], base: &str, path: &[String]) -> &'f Field<'b> {
    let leads = |field: &&&Field<'b>| {
        steps(base, &field.name).is_some_and(|steps| {
            steps.len() >= path.len() && steps.iter().zip(path).all(|(step, wanted)| *step == wanted.as_str())
        })
    };
    // An empty pair of brackets is the next element.
    let index = path.last().and_then(|step| step.parse::<usize>().ok());
    let above = path.split_last().map_or(&[][..], |(_, above)| above);
    let mut elements = own.iter().filter(|field| {
        steps(base, &field.name).is_some_and(|steps| {
            steps.len() > above.len()
                && steps.iter().zip(above).all(|(step, wanted)| *step == wanted.as_str())
                && steps[above.len()].is_empty()
        })
    });
    let direct = own.iter().find(leads);
    let found = match (direct, index) {
        (Some(field), _) => Some(field),
        (None, Some(index)) => elements.nth(index),
        (None, None) => None,
    };
    found.unwrap_or(&own[0])
}

