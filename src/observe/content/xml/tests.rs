use serde_json::{Value as Json, json};

use crate::capture::Body;
use crate::contract::Contract;
use crate::contract::Payload;
use crate::location::{Origin, Position, Side};
use crate::media_type::ContentKind;

/// What an XML body is read as under a component `Pet`.
fn value(components: &Json, text: &str) -> String {
    let document = json!({
        "openapi": "3.2.0",
        "info": {"title": "t", "version": "1"},
        "paths": {"/": {"post": {
            "operationId": "send",
            "requestBody": {"content": {"application/xml": {"schema": {"$ref": "#/components/schemas/Pet"}}}},
            "responses": {"200": {"description": "d"}},
        }}},
        "components": {"schemas": components},
    });
    let contract = Contract::from_openapi(&document).expect("a contract");
    let operation = contract.operation("send").expect("the operation");
    let Some(Payload::Content(content)) = operation.payload(Side::Request, None) else {
        return "no content".to_owned();
    };
    let schema = content.media[0].schema.expect("a schema");
    let origin = Origin {
        file: "a".into(),
        entry: None,
        position: Position::START,
    };
    let body = Body::verbatim(text.as_bytes(), origin);
    let read = crate::observe::content::read(&contract.graph, schema, None, ContentKind::Xml, &body);
    match read.expect("read") {
        Err(malformed) => format!("{}: {}", malformed.at, malformed.message),
        Ok(read) => {
            let mut text = String::from_utf8(read.transcript.body().bytes.into_owned()).expect("UTF-8");
            for name in &read.names {
                text.push_str(&format!(" <{}> not {}", name.found, name.expected));
            }
            text
        }
    }
}

/// The examples of the XML Object in OpenAPI 3.1.1 and 3.2.0, and what is usual next to them.
#[test]
fn elements_are_read_by_their_xml_objects() {
    let text = json!({"type": "string"});
    let integer = json!({"type": "integer"});
    let object = |properties: Json| json!({"type": "object", "properties": properties});
    let list = |extra: Json, items: Json| {
        let mut schema = json!({"type": "array", "items": items});
        schema.as_object_mut().expect("an object").extend(extra.as_object().expect("an object").clone());
        schema
    };
    let table = [
        (object(json!({"id": integer, "name": text})), "<Pet><id>7</id><name>Rex</name></Pet>", r#"{"id":7,"name":"Rex"}"#),
        (object(json!({"id": integer})), "<pet>\n  <id> 7 </id>\n</pet>\n", r#"{"id":7}"#),
        (object(json!({"id": integer})), "<Pet/>", "{}"),
        // Attributes, other names, prefixes.
        (
            object(json!({"id": {"type": "integer", "xml": {"attribute": true}}, "name": {"type": "string", "xml": {"name": "n"}}})),
            "<p:Pet xmlns:p='urn:p' id='7'><p:n>Rex</p:n></p:Pet>",
            r#"{"id":7,"name":"Rex"}"#,
        ),
        (
            object(json!({"id": {"type": "integer", "xml": {"nodeType": "attribute", "name": "key"}}})),
            "<Pet key='7' other='x'/>",
            r#"{"id":7,"@other":"x"}"#,
        ),
        (
            object(json!({"lang": {"type": "string", "xml": {"attribute": true}}, "body": {"type": "string", "xml": {"nodeType": "text"}}})),
            "<Pet lang='en'>hello</Pet>",
            r##"{"lang":"en","body":"hello"}"##,
        ),
        (object(json!({"a": text})), "<Pet>loose<a>1</a></Pet>", r##"{"a":"1","#text":"loose"}"##),
        // Arrays.
        (object(json!({"tag": list(json!({}), text.clone())})), "<Pet><tag>a</tag><tag>b</tag></Pet>", r#"{"tag":["a","b"]}"#),
        (object(json!({"tag": list(json!({}), integer.clone())})), "<Pet><tag>1</tag></Pet>", r#"{"tag":[1]}"#),
        (
            object(json!({"tags": list(json!({}), json!({"type": "string", "xml": {"name": "tag"}}))})),
            "<Pet><tag>a</tag><tag>b</tag></Pet>",
            r#"{"tags":["a","b"]}"#,
        ),
        (
            object(json!({"tags": list(json!({"xml": {"wrapped": true}}), json!({"type": "string", "xml": {"name": "tag"}}))})),
            "<Pet><tags><tag>a</tag><tag>b</tag></tags></Pet>",
            r#"{"tags":["a","b"]}"#,
        ),
        (
            object(json!({"tags": list(json!({"xml": {"wrapped": true, "name": "all"}}), text.clone())})),
            "<Pet><all><tags>a</tags></all></Pet>",
            r#"{"tags":["a"]}"#,
        ),
        (
            object(json!({"tags": list(json!({"xml": {"nodeType": "element"}}), json!({"type": "string", "xml": {"name": "tag"}}))})),
            "<Pet><tags><label>a</label></tags></Pet>",
            r#"{"tags":["a"]} <label> not `<tag>`"#,
        ),
        (object(json!({"tags": list(json!({"xml": {"wrapped": true}}), text.clone())})), "<Pet><tags/></Pet>", r#"{"tags":[]}"#),
        // What no schema declares.
        (object(json!({"a": text})), "<Pet><b>1</b><b>2</b><c><d>x</d></c></Pet>", r#"{"b":["1","2"],"c":{"d":"x"}}"#),
        (object(json!({"a": text})), "<Pet><a>1</a><a>2</a></Pet>", r#"{"a":["1","2"]}"#),
        // What is not written as the contract says.
        (
            object(json!({"id": {"type": "integer", "xml": {"attribute": true}}})),
            "<Pet><id>7</id></Pet>",
            "{\"id\":7} <id> not an attribute `id`",
        ),
        (object(json!({"a": {"type": "integer", "xml": {"name": "aa"}}})), "<Pet><a>1</a></Pet>", "{\"a\":1} <a> not `<aa>`"),
        (
            object(json!({"tags": list(json!({"xml": {"wrapped": true}}), text.clone())})),
            "<Pet><tags>a</tags><tags>b</tags></Pet>",
            "{\"tags\":[\"a\",\"b\"]} <tags> not one `<tags>` with all elements in it",
        ),
        (object(json!({"tags": list(json!({"xml": {"wrapped": true}}), text.clone())})), "<Pet><tags>a</tags></Pet>", r#"{"tags":"a"}"#),
        // Null, maps, variants.
        (object(json!({"a": {"type": ["integer", "null"]}})), "<Pet><a/></Pet>", r#"{"a":null}"#),
        (object(json!({"a": {"type": ["string", "null"]}})), "<Pet><a></a></Pet>", r#"{"a":""}"#),
        (
            object(json!({"a": {"type": ["integer", "null"]}})),
            "<Pet xmlns:i='http://www.w3.org/2001/XMLSchema-instance'><a i:nil='true' i:type='x'/></Pet>",
            r#"{"a":null}"#,
        ),
        (
            json!({"type": "object", "additionalProperties": list(json!({}), integer.clone())}),
            "<Pet><a>1</a><b>1</b><a>2</a></Pet>",
            r#"{"a":[1,2],"b":[1]}"#,
        ),
        (
            json!({"oneOf": [
                object(json!({"k": {"const": "a"}, "v": {"type": "integer"}})),
                object(json!({"k": {"const": "b"}, "v": {"type": "string"}})),
            ]}),
            "<Pet><k>b</k><v>5</v></Pet>",
            r#"{"k":"b","v":"5"}"#,
        ),
        // Roots.
        (json!({"type": "object", "xml": {"name": "animal"}}), "<Pet/>", "{} <Pet> not `<animal>`"),
        (list(json!({"xml": {"name": "pets"}}), json!({"type": "integer", "xml": {"name": "pet"}})), "<pets><pet>1</pet></pets>", "[1]"),
        (text.clone(), "<Pet>x</Pet>", "\"x\""),
        // Text.
        (object(json!({"a": text})), "<Pet><a>1 &lt; 2 &amp; &#x33; <![CDATA[<b>]]></a></Pet>", r#"{"a":"1 < 2 & 3 <b>"}"#),
        (object(json!({"a": {"type": ["string", "null"]}})), "<Pet xmlns:xsi='u'><a xsi:nil='true'/></Pet>", r#"{"a":null}"#),
        (object(json!({"a": {"type": "boolean"}})), "<!DOCTYPE Pet><Pet><!-- c --><a>true</a></Pet>", r#"{"a":true}"#),
        (object(json!({"a": integer})), "<Pet><a unit='m'>3</a></Pet>", r#"{"a":3}"#),
        (object(json!({"a": integer})), "<Pet><a><b/></a></Pet>", r#"{"a":{"b":""}}"#),
    ];
    for (schema, xml, expected) in table {
        assert_eq!(value(&json!({"Pet": schema}), xml), expected, "{schema} {xml}");
    }
}

#[test]
fn the_name_of_a_component_is_one_of_the_names_of_an_element() {
    let components = json!({
        "Pet": {"type": "object", "properties": {"owner": {"$ref": "#/components/schemas/Person"}}},
        "Person": {"type": "object", "xml": {"name": "person"}, "properties": {"id": {"type": "integer"}}},
    });
    assert_eq!(value(&components, "<Pet><person><id>1</id></person></Pet>"), r#"{"owner":{"id":1}}"#);
    assert_eq!(value(&components, "<Pet><owner><id>1</id></owner></Pet>"), r#"{"owner":{"id":1}}"#);
}

#[test]
fn what_is_wrong_with_xml_is_said_with_its_place() {
    let components = json!({"Pet": {"type": "object"}});
    let deep = "<a>".repeat(200);
    let table = [
        ("<Pet><a></Pet>", "8: expected `</a>`, but `</Pet>` was found"),
        ("<Pet><a>", "5: `<a>` is not closed"),
        ("<Pet>&undefined;</Pet>", "5: the entity `&undefined;` is not one of XML; entities of a document are not expanded"),
        ("text", "0: there is text outside the root element"),
        ("<Pet/><Pet/>", "6: there is a second root element"),
        ("<Pet a='1' a='2'/>", "0: position 10: duplicated attribute, previous declaration at position 4"),
        (" ", "0: there is no element"),
        (deep.as_str(), "381: it is nested more than 127 levels deep"),
    ];
    for (xml, expected) in table {
        assert_eq!(value(&components, xml), expected, "{xml:.40}");
    }
}
