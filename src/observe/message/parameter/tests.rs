use super::*;
use crate::contract::{Contract, LoadOptions};

fn contract_of(parameters: &str) -> Contract {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("api.yaml");
    let text = format!(
        "openapi: 3.1.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /a/{{id}}:\n    get:\n      operationId: op\n      \
         parameters:\n{parameters}      responses: {{default: {{description: d}}}}\n"
    );
    std::fs::write(&path, text).expect("written");
    crate::contract::read(&path, &LoadOptions::default()).expect("loads")
}

/// What is wrong with the parameters of a request, by name.
fn wrong(contract: &Contract, target: &str, headers: &[(&str, &str)]) -> Vec<String> {
    wrong_at(contract, target, headers, false)
}

/// The same, with the place in the value after the name.
fn wrong_at(
    contract: &Contract,
    target: &str,
    headers: &[(&str, &str)],
    places: bool,
) -> Vec<String> {
    let target = RequestTarget::parse(target);
    let crate::contract::Route::Operation(operation, values) = contract.route("GET", &target)
    else {
        panic!("no operation");
    };
    let headers = headers
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    let headers = Headers::new(headers.collect());
    let sent = Sent {
        path: &values,
        target: &target,
        headers: &headers,
        form: &[],
    };
    let mut wrong = Vec::new();
    for parameter in &operation.parameters {
        match sent.parameter(&contract.graph, operation, parameter) {
            Found::Good(undeclared) => {
                let told = undeclared.iter();
                wrong.extend(told.map(|at| format!("{}{at} undeclared", parameter.name)));
            }
            Found::Missing => wrong.push(format!("{} missing", parameter.name)),
            Found::Bad(text, faults) => {
                for (at, kind) in faults {
                    let kind = format!("{kind:?}");
                    let kind = kind.split([' ', '{']).next().unwrap_or_default().to_owned();
                    let at = if places {
                        at.to_string()
                    } else {
                        String::new()
                    };
                    wrong.push(format!("{}{at}={text} {kind}", parameter.name));
                }
            }
        }
    }
    let queries = operation.parameters.iter();
    let claims: Vec<Claims<'_>> = queries
        .filter(|parameter| parameter.place == ParameterPlace::Query)
        .map(|parameter| Claims::of(&contract.graph, parameter))
        .collect();
    for (name, _) in &target.query {
        if !claims
            .iter()
            .any(|claim| claim.has(&contract.graph, name, operation))
        {
            wrong.push(format!("{name} undeclared"));
        }
    }
    wrong
}

/// The rows of the table "Style Examples" of OpenAPI 3.1.1 that use several query pairs, and the types
/// required of the parts.
#[test]
fn queries_are_read_in_their_style() {
    let list = "schema: {type: array, items: {type: integer}}";
    let object = "schema: {type: object, additionalProperties: false, properties: {R: {type: integer}, G: {type: integer}}}";
    let table = [
        ("", list, "color=1&color=2", ""),
        ("", list, "color=1&color=x", "color=color=1&color=x Type"),
        ("", list, "color=7", ""),
        ("explode: false, ", list, "color=1,2", ""),
        ("explode: false, ", list, "color=1%2C2", ""),
        ("explode: false, ", list, "color=1,x", "color=1,x Type"),
        (
            "style: spaceDelimited, explode: false, ",
            list,
            "color=1%202",
            "",
        ),
        (
            "style: spaceDelimited, explode: false, ",
            list,
            "color=1+2",
            "",
        ),
        (
            "style: pipeDelimited, explode: false, ",
            list,
            "color=1|2",
            "",
        ),
        (
            "style: pipeDelimited, explode: false, ",
            list,
            "color=1%7Cx",
            "color=1|x Type",
        ),
        (
            "style: pipeDelimited, explode: true, ",
            list,
            "color=1&color=2",
            "",
        ),
        ("", object, "R=100&G=200", ""),
        ("", object, "R=100&G=x", "color=R=100&G=x Type"),
        ("", object, "R=100&B=1", "B undeclared"),
        ("explode: false, ", object, "color=R,100,G,200", ""),
        (
            "explode: false, ",
            object,
            "color=R,100,B,1",
            "color=R,100,B,1 Closed",
        ),
        (
            "explode: false, ",
            object,
            "color=R,100,G",
            "color=R,100,G Style",
        ),
        (
            "style: deepObject, ",
            object,
            "color[R]=100&color[G]=200",
            "",
        ),
        ("style: deepObject, ", object, "color%5BR%5D=100", ""),
        ("style: deepObject, ", object, "color[R]=x", "color=x Type"),
        (
            "style: deepObject, ",
            object,
            "color[B]=1",
            "color=1 Closed",
        ),
        (
            "style: deepObject, ",
            object,
            "colour[R]=1",
            "colour[R] undeclared",
        ),
        ("", "schema: {type: integer}", "color=1", ""),
        ("", "schema: {type: integer}", "color=1.5", "color=1.5 Type"),
        ("", "schema: {type: integer}", "color=", "color= Type"),
        ("", "schema: {type: string}", "color=1", ""),
        ("", "schema: {type: string}", "color=a%26b", ""),
        ("", "schema: {type: boolean}", "color=true", ""),
        ("", "schema: {type: boolean}", "color=yes", "color=yes Type"),
        ("", "schema: {enum: [1, 2]}", "color=2", ""),
        ("", "schema: {enum: [1, 2]}", "color=3", "color=3 Enum"),
        (
            "",
            "schema: {type: [string, array], items: {type: string}, maxLength: 1}",
            "color=a&color=b",
            "",
        ),
        ("", "schema: {}", "color=anything", ""),
        (
            "required: true, ",
            "schema: {type: string}",
            "",
            "color missing",
        ),
        (
            "",
            "content: {application/json: {schema: {type: object, required: [a]}}}",
            "color=%7B%22a%22:1%7D",
            "",
        ),
        (
            "",
            "content: {application/json: {schema: {type: object, required: [a]}}}",
            "color={}",
            "color={} Missing",
        ),
        (
            "",
            "content: {application/json: {schema: {type: object}}}",
            "color={",
            "color={ Content",
        ),
        (
            "",
            "content: {text/csv: {schema: {type: integer}}}",
            "color=x",
            "",
        ),
        (
            "",
            "schema: {type: object, additionalProperties: {type: integer}}",
            "a=1&b=2",
            "",
        ),
        (
            "",
            "schema: {type: object, additionalProperties: {type: integer}}",
            "a=1&b=x",
            "color=a=1&b=x Type",
        ),
    ];
    for (style, schema, query, expected) in table {
        let contract = contract_of(&format!(
            "      - {{name: id, in: path, required: true, schema: {{}}}}\n      - {{name: color, in: query, {style}{schema}}}\n"
        ));
        let wrong = wrong(&contract, &format!("/a/7?{query}"), &[]);
        assert_eq!(wrong.join(", "), expected, "{style}{schema} {query}");
    }
}

#[test]
fn paths_headers_and_cookies_are_read_in_their_style() {
    let contract = contract_of(
        "      - {name: id, in: path, required: true, style: matrix, schema: {type: array, items: {type: integer}}}
      - {name: X-Ids, in: header, required: true, schema: {type: array, items: {type: integer}}}
      - {name: Accept, in: header, required: true, schema: {type: integer}}
      - {name: session, in: cookie, required: true, schema: {type: string, minLength: 4}}
",
    );
    let headers = |ids, cookie| {
        wrong(
            &contract,
            "/a/;id=1,2",
            &[("x-ids", ids), ("Cookie", cookie)],
        )
    };
    assert!(headers("1, 2", "a=b; session=abcd").is_empty());
    assert_eq!(headers("1, x", "session=abcd"), ["X-Ids=1, x Type"]);
    assert_eq!(headers("1", "session=abc"), ["session=abc Length"]);
    assert_eq!(headers("1", "other=abc"), ["session missing"]);
    // A capture without headers has left them out.
    assert!(wrong(&contract, "/a/;id=1", &[]).is_empty());
    assert_eq!(
        wrong(&contract, "/a/7", &[("Host", "h")]),
        ["id=7 Style", "X-Ids missing"]
    );
}

#[test]
fn what_is_wrong_in_a_value_has_its_place_there() {
    let contract = contract_of(
        "      - {name: id, in: path, required: true, schema: {}}
      - {name: ids, in: query, explode: false, schema: {type: array, items: {anyOf: [{type: integer}, {type: string, enum: [all]}]}}}
      - {name: filter, in: query, style: deepObject, schema: {type: object, properties: {max: {type: integer}, tags: {type: array, items: {type: integer}}}}}
      - {name: limit, in: query, allowEmptyValue: true, schema: {type: integer}}
      - {name: rest, in: query, schema: {type: object, additionalProperties: {type: integer}}}
",
    );
    let wrong = |query: &str| wrong_at(&contract, &format!("/a/7?{query}"), &[], true).join(", ");
    assert_eq!(wrong("ids=5,all"), "");
    assert_eq!(wrong("ids=5,x"), "ids/1=5,x Enum");
    assert_eq!(wrong("filter[max]=5&filter[tags]=1&filter[tags]=2"), "");
    assert_eq!(wrong("filter[max]=x"), "filter/max=x Type");
    assert_eq!(wrong("limit="), "");
    assert_eq!(wrong("limit=1&limit=2"), "limit=limit=1&limit=2 Repeated");
    // A name that another parameter claims is not part of an open object.
    assert_eq!(wrong("more=1&filter[max]=5"), "");
    assert_eq!(wrong("more=x&filter[max]=5"), "rest/more=x Type");
}

/// Brackets by the convention of `qs`, Rack and PHP, which OpenAPI does not define.
#[test]
fn brackets_lead_into_arrays_and_objects() {
    let contract = contract_of(
        "        - {name: ids, in: query, style: deepObject, schema: {type: array, items: {type: integer}}}\n\
         \x20       - {name: f, in: query, style: deepObject, schema: {type: object, properties: {n: {type: integer}, \
         list: {type: array, items: {type: integer}}, either: {oneOf: [{type: integer}, {type: array, items: {type: integer}}]}, \
         in: {type: object, additionalProperties: false, properties: {deep: {type: array, items: {type: object, \
         properties: {x: {type: boolean}}}}}}}}}\n\
         \x20       - {name: any, in: query, style: deepObject, schema: {anyOf: [{type: object, properties: {gt: {type: integer}}}, {type: integer}]}}\n",
    );
    let table: [(&str, &[&str]); 20] = [
        ("ids[]=1&ids[]=2", &[]),
        ("ids[0]=1&ids[1]=x", &["ids/1=ids[0]=1&ids[1]=x Type"]),
        // Indexes are sorted numerically, not by their order in the query.
        ("ids[10]=1&ids[2]=x", &["ids/0=ids[10]=1&ids[2]=x Type"]),
        ("ids=1", &[]),
        ("ids%5B%5D=1", &[]),
        ("f[n]=1", &[]),
        ("f[n]=1&f[n]=2", &["f/n=f[n]=1&f[n]=2 Type"]),
        ("f[list]=1", &[]),
        ("f[list]=1&f[list]=2", &[]),
        ("f[list][]=1", &[]),
        ("f[list]=1,2", &[]),
        (
            "f[list][0]=1&f[list][1]=y",
            &["f/list/1=f[list][0]=1&f[list][1]=y Type"],
        ),
        ("f[either]=1", &[]),
        ("f[either][]=1", &[]),
        (
            "f[in][deep][0][x]=true&f[in][deep][1][x]=no",
            &["f/in/deep/1/x=f[in][deep][0][x]=true&f[in][deep][1][x]=no Type"],
        ),
        ("f[in][deep][][x]=true&f[in][deep][][x]=false", &[]),
        ("f[in][other]=1", &["f/in/other=1 Closed"]),
        ("f[other]=1", &["f/other undeclared"]),
        ("any=5", &[]),
        ("any[gt]=5&any[lt]=1", &["any/lt undeclared"]),
    ];
    for (query, expected) in table {
        let found = wrong_at(&contract, &format!("/a/7?{query}"), &[], true);
        assert_eq!(found, expected, "{query}");
    }
    // Names that only look similar belong to no parameter.
    for name in ["idsx", "ids[", "ids]", "ids[0]x", "xids[0]"] {
        let found = wrong_at(&contract, &format!("/a/7?{name}=1"), &[], true);
        assert_eq!(found, [format!("{name} undeclared")], "{name}");
    }
    let deep = format!("f{}=1", "[a]".repeat(1_000));
    assert_eq!(
        wrong_at(&contract, &format!("/a/7?{deep}"), &[], true).len(),
        1
    );
}

/// Lists other than `deepObject` are also sent with brackets, by PHP, Rails and `qs`.
#[test]
fn a_list_may_be_written_with_brackets() {
    let contract = contract_of(
        "        - {name: id, in: path, required: true, schema: {}}\n        \
         - {name: n, in: query, required: true, schema: {type: array, items: {type: integer}}}\n        \
         - {name: 's[]', in: query, schema: {type: array, items: {type: string, maxLength: 1}}}\n        \
         - {name: one, in: query, schema: {type: string}}\n        \
         - {name: either, in: query, schema: {type: [object, array], properties: {p: {type: integer}}}}\n",
    );
    let all = |query: &str| wrong_at(&contract, &format!("/a/7?{query}"), &[], true).join(", ");
    for (query, expected) in [
        ("n=1&n=2", ""),
        ("n[]=1&n[]=2", ""),
        ("n%5B%5D=1", ""),
        ("n[0]=1&n[1]=2", ""),
        ("n[1]=x&n[0]=2", "n/1=n[1]=x&n[0]=2 Type"),
        ("n[]=x", "n/0=x Type"),
        ("n[k]=1", "n missing, n[k] undeclared"),
        ("n[0][1]=1", "n missing, n[0][1] undeclared"),
        ("n=1&s[]=a&s[]=b", ""),
        ("n=1&s[0]=a", ""),
        ("n=1&s=a", ""),
        ("n=1&p=3", ""),
        ("n=1&s[]=aa", "s[]/0=aa Length"),
        ("n=1&one[]=a", "one[] undeclared"),
    ] {
        assert_eq!(all(query), expected, "{query}");
    }
}
