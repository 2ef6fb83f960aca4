//! Annotations: keywords that describe values without constraining them.

use serde_json::{Map, Value};

use super::{Compiler, Here};
use crate::schema::Xml;
use crate::schema::node::Node;
impl<'d> Compiler<'d> {
    /// Reads an annotation keyword.
    pub(super) fn annotation_keyword(
        &mut self,
        node: &mut Node,
        keyword: &'d str,
        argument: &'d Value,
        members: &'d Map<String, Value>,
        here: &Here,
    ) {
        match keyword {
            "discriminator" => {
                self.attach("discriminator", argument, here);
                node.discriminator = self.discriminator(argument, members, here);
            }
            "xml" => {
                self.attach("xml", argument, here);
                node.annotations_mut().xml = Some(Xml::of(argument));
            }
            "contentSchema" => {
                node.annotations_mut().content_schema = self.schema_of(keyword, argument, here);
            }
            "externalDocs" => self.attach("externalDocs", argument, here),
            "readOnly" => node.read_only = argument == &Value::Bool(true),
            "writeOnly" => node.write_only = argument == &Value::Bool(true),
            "deprecated" => node.deprecated = argument == &Value::Bool(true),
            "default" => node.annotations_mut().default = Some(argument.clone()),
            "example" => node.annotations_mut().example = Some(argument.clone()),
            "examples" => match argument {
                Value::Array(values) => node.annotations_mut().examples.clone_from(values),
                _ => self.argument(keyword, "a list of values", here),
            },
            "$schema" => self.dialect(argument, here),
            _ => {}
        }
    }

    /// Records an OpenAPI object inside a schema, to be checked with the description.
    fn attach(&mut self, keyword: &'static str, argument: &'d Value, here: &Here) {
        let place = self.at(here, &[keyword]);
        self.attached.push((keyword, place, argument));
    }

    /// `$schema` already took effect when the documents were read; this only reports problems with it.
    fn dialect(&mut self, argument: &Value, here: &Here) {
        let keyword = "$schema";
        let Some(uri) = argument.as_str() else {
            return self.argument(keyword, "a URI", here);
        };
        let Some(language) = self.language(uri, here) else {
            let message = format!(
                "the dialect {argument} is unknown, so the schema is read as {}; give its metaschema: --ref {uri}=FILE",
                here.dialect
            );
            return self.refused(keyword, &[keyword], message, here);
        };
        if language.dialect != here.dialect {
            let reason =
                "it only takes effect at the root of a document or next to `$id`".to_owned();
            return self.idle(keyword, reason, here);
        }
        if !language.unknown.is_empty() {
            let message = format!(
                "the dialect requires vocabularies that are not supported: {}; schemas are read without them",
                language.unknown.join(", ")
            );
            self.refused(keyword, &[keyword], message, here);
        }
    }
}
