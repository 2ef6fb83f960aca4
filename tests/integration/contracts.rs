//! Contracts as people write them, from end to end: what they refer to, which files may be opened, which dialect a
//! document is written in.

use std::fs;
use std::path::Path;

use crate::common::{folder, unwrapped, wiredrift};

fn run(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let run = wiredrift(folder, arguments, "");
    (run.code, run.stdout + &run.stderr)
}

/// Whether a payload conforms to a schema, with either engine; files beside it may be referred to.
fn conforms(files: &[(&str, &str)], payload: &str, options: &[&str]) -> bool {
    let all = [files, &[("payload.json", payload)]].concat();
    let folder = folder(&all);
    let mut codes = ["streaming", "reference"].map(|engine| {
        let arguments = [
            "check",
            "payload.json",
            "--contract",
            files[0].0,
            "--engine",
            engine,
        ];
        let (code, text) = run(folder.path(), &[&arguments, options].concat());
        assert!(code < 2, "{text}");
        assert!(!text.contains("dangling-reference"), "{text}");
        code
    });
    codes.sort_unstable();
    assert_eq!(codes[0], codes[1], "both engines agree on {payload}");
    codes[0] == 0
}

const RESPONSE: &str = "operationId: getOrder\nresponses:\n  '200': {description: ok, content: {application/json: {schema: {type: object, required: [id]}}}}\n";

#[test]
fn files_are_found_by_the_names_that_people_give_them() {
    let names = [
        "orders_{id}.yaml",
        "with space.yaml",
        "größe.yaml",
        "a[1].yaml",
        "a|b.yaml",
        "a^b`c.yaml",
        "100%.yaml",
        "<x>.yaml",
        "日本.yaml",
        "plus+and&.yaml",
    ];
    for name in names {
        let api = format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\npaths:\n  /orders:\n    $ref: 'paths/{name}'\n"
        );
        let item = format!("get:\n  {}", RESPONSE.replace('\n', "\n  "));
        let folder = folder(&[("api.yaml", &api), (&format!("paths/{name}"), &item)]);
        let (code, text) = run(folder.path(), &["lint", "api.yaml"]);
        assert_eq!(code, 0, "{name}: {text}");
        assert!(text.contains("1 operation"), "{name}: {text}");
    }
    // As a URI has it, it works as before.
    let api = "openapi: 3.0.3\ninfo: {title: T, version: '1'}\npaths:\n  /orders:\n    get: {$ref: 'paths/with%20space%7B%7D.yaml#/op'}\n";
    let item = format!("op:\n  {}", RESPONSE.replace('\n', "\n  "));
    let folder = folder(&[("api.yaml", api), ("paths/with space{}.yaml", &item)]);
    let (code, text) = run(folder.path(), &["lint", "api.yaml"]);
    assert_eq!((code, text.contains("1 operation")), (0, true), "{text}");
}

#[test]
fn every_part_of_a_description_may_stand_elsewhere() {
    let api = "\
openapi: 3.1.0
info: {title: Split, version: '1'}
paths: {$ref: paths/index.yaml}
components: {$ref: components.yaml}
";
    let files = [
        ("api.yaml", api),
        (
            "paths/index.yaml",
            "/orders/{id}: {$ref: order.yaml}\n/orders: {$ref: 'order.yaml#/all'}\n",
        ),
        (
            "paths/order.yaml",
            "parameters: {$ref: ../parts.yaml#/parameters}\nget: {$ref: '../parts.yaml#/get'}\nall:\n  get:\n    operationId: listOrders\n    responses: {$ref: '../parts.yaml#/responses'}\n",
        ),
        (
            "parts.yaml",
            "parameters:\n- {$ref: '#/id'}\nid: {name: id, in: path, required: true, schema: {type: integer}}\nget:\n  operationId: getOrder\n  responses: {$ref: '#/responses'}\nresponses:\n  '200': {$ref: '#/ok'}\nok:\n  description: ok\n  headers: {X-Count: {$ref: '#/header'}}\n  content: {$ref: '#/content'}\nheader: {schema: {type: integer}}\ncontent: {application/json: {schema: {$ref: 'api.yaml#/components/schemas/Order'}}}\n",
        ),
        ("components.yaml", "schemas: {$ref: schemas.yaml}\n"),
        (
            "schemas.yaml",
            "Order: {type: object, required: [id], properties: {id: {type: integer}}}\n",
        ),
        (
            "bad.http",
            "GET /orders/7 HTTP/1.1\nHost: a\n\nHTTP/1.1 200 OK\nContent-Type: application/json\nX-Count: many\n\n{\"id\": \"x\"}\n",
        ),
    ];
    let folder = folder(&files);
    let (code, text) = run(
        folder.path(),
        &["check", "bad.http", "--contract", "api.yaml"],
    );
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("`id` is a string; expected integer")
            && text.contains("response 200, schemas.yaml:1:52"),
        "{text}"
    );
    let (code, text) = run(folder.path(), &["lint", "api.yaml"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("2 operations"), "{text}");
}

#[test]
fn a_contract_opens_only_its_own_files() {
    let secret = "token: hunter2-is-secret\nproperties: {a: {type: string}}\n";
    let api = |reference: &str| {
        format!(
            "{{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"properties\": {{\"a\": {{\"$ref\": \"{reference}\"}}}}}}"
        )
    };
    let outer = folder(&[
        ("outside/secret.yaml", secret),
        ("outside/broken.json", "{\"hunter2-is-secret\""),
        ("work/api/inside.json", "{}"),
        ("work/near.json", "{}"),
    ]);
    let work = outer.path().join("work");
    let absolute = outer
        .path()
        .join("outside/secret.yaml")
        .display()
        .to_string();
    let references = [
        ("../../outside/secret.yaml", false),
        ("../../outside/broken.json", false),
        ("../../outside/gone.json", false),
        (absolute.as_str(), false),
        (&format!("file://{absolute}"), false),
        ("inside.json", true),
        ("../near.json", true),
    ];
    for (reference, is_inside) in references {
        fs::write(work.join("api/s.json"), api(reference)).expect("written");
        for here in [&work, &work.join("api")] {
            let name = if here.ends_with("api") {
                "s.json"
            } else {
                "api/s.json"
            };
            let (code, text) = run(here, &["lint", name]);
            // The folder above the contract is only known from the current folder.
            let expected =
                i32::from(!(is_inside && (here.ends_with("work") || !reference.starts_with(".."))));
            assert_eq!(code, expected, "{reference}: {text}");
            assert!(!text.contains("hunter2"), "{reference}: {text}");
            if code == 1 {
                assert!(text.contains("--allow-path"), "{reference}: {text}");
            }
        }
        let outside = outer.path().display().to_string();
        let (_, text) = run(&work, &["lint", "api/s.json", "--allow-path", &outside]);
        assert!(!text.contains("--allow-path"), "{reference}: {text}");
    }
    // What git keeps is no part of a contract.
    fs::create_dir_all(work.join("other/.git")).expect("made");
    fs::write(work.join("other/.git/config"), "token: hunter2\n").expect("written");
    fs::write(work.join("other/s.json"), api(".git/config")).expect("written");
    let (code, text) = run(&work, &["lint", "other/s.json"]);
    assert_eq!(code, 1, "{text}");
    assert!(
        unwrapped(&text).contains("files inside `.git` are not opened")
            && !text.contains("hunter2"),
        "{text}"
    );
    // URIs of files may name this machine, and no other.
    let inside = work.join("near.json").display().to_string();
    for (uri, is_inside) in [
        (format!("file:{inside}"), true),
        (format!("file://localhost{inside}"), true),
        (format!("file://elsewhere{inside}"), false),
        ("file://api/inside.json".to_owned(), false),
    ] {
        fs::write(work.join("api/s.json"), api(&uri)).expect("written");
        let (code, text) = run(&work, &["lint", "api/s.json"]);
        assert_eq!(code, i32::from(!is_inside), "{uri}: {text}");
    }
    fs::write(work.join("api/s.json"), api("../near.json")).expect("written");
    // A repository around the contract is its own.
    fs::create_dir(work.join(".git")).expect("made");
    let (code, text) = run(&work.join("api"), &["lint", "s.json"]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = run(&work, &["lint", "api/s.json", "--allow-path", "gone"]);
    assert_eq!(code, 2, "{text}");
    assert!(text.contains("gone"), "{text}");
}

#[cfg(unix)]
#[test]
fn symbolic_links_are_resolved_before_a_file_is_opened() {
    use std::os::unix::fs::symlink;
    let outer = folder(&[
        ("outside/secret.schema.json", "{\"const\": \"hunter2\"}"),
        ("work/schemas/a.schema.json", "{\"type\": \"string\"}"),
        ("work/real.json", "{\"type\": \"integer\"}"),
    ]);
    let work = outer.path().join("work");
    let secret = outer.path().join("outside/secret.schema.json");
    symlink(&secret, work.join("schemas/leak.schema.json")).expect("linked");
    symlink(&secret, work.join("named.schema.json")).expect("linked");
    symlink(work.join("real.json"), work.join("schemas/near.json")).expect("linked");
    symlink(outer.path().join("outside"), work.join("folder")).expect("linked");
    let (code, text) = run(&work, &["lint", "schemas"]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("leak.schema.json")
            && text.contains("--allow-path")
            && !text.contains("hunter2"),
        "{text}"
    );
    assert!(
        text.contains("2 operations"),
        "the link inside is read: {text}"
    );
    for named in ["named.schema.json", "folder/secret.schema.json"] {
        let (code, text) = run(&work, &["lint", named]);
        assert_eq!(code, 2, "{named}: {text}");
        assert!(
            text.contains("--allow-path") && !text.contains("hunter2"),
            "{named}: {text}"
        );
    }
    // Not even the names in a folder outside are shown, nor whether a file there exists.
    fs::remove_file(work.join("schemas/leak.schema.json")).expect("removed");
    symlink(outer.path().join("outside"), work.join("schemas/etc")).expect("linked");
    let (code, text) = run(&work, &["lint", "schemas"]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("schemas/etc") && !text.contains("secret"),
        "{text}"
    );
    fs::remove_file(work.join("schemas/etc")).expect("removed");
    for target in ["outside/secret.schema.json", "outside/gone.json"] {
        symlink(outer.path().join(target), work.join("link.json")).expect("linked");
        fs::write(work.join("s.json"), "{\"$ref\": \"link.json\"}").expect("written");
        let (code, text) = run(&work, &["lint", "s.json"]);
        assert_eq!(code, 1, "{text}");
        assert!(
            unwrapped(&text).contains("is a symbolic link to a file outside")
                && !text.contains("hunter2"),
            "{target}: {text}"
        );
        fs::remove_file(work.join("link.json")).expect("removed");
    }
    symlink(&secret, work.join("schemas/leak.schema.json")).expect("linked");
    // Links that lead nowhere are one finding.
    fs::remove_file(work.join("schemas/leak.schema.json")).expect("removed");
    for name in ["x.json", "y.json", "z.yaml"] {
        symlink("gone", work.join("schemas").join(name)).expect("linked");
    }
    symlink(".", work.join("schemas/loop")).expect("linked");
    let (code, text) = run(&work, &["lint", "schemas"]);
    assert_eq!(code, 0, "{text}");
    assert!(
        unwrapped(&text).contains(
            "4 symbolic links are broken or circular and were skipped: loop, x.json, y.json, z.yaml"
        ),
        "{text}"
    );
    assert_eq!(text.matches("info[").count(), 1, "{text}");
}

#[test]
fn a_document_without_a_dialect_has_that_of_its_referrer() {
    let sibling = "{\"properties\": {\"a\": {\"$ref\": \"#/definitions/X\", \"maxLength\": 2}}, \"definitions\": {\"X\": {\"type\": \"string\"}}}";
    let draft_7 =
        "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"$ref\": \"r.json\"}";
    let draft_2020 =
        "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"$ref\": \"r.json\"}";
    let between = "{\"allOf\": [{\"$ref\": \"deep/t.json\"}]}";
    let long = "{\"a\": \"abc\"}";
    assert!(conforms(
        &[("s.json", draft_7), ("r.json", sibling)],
        long,
        &[]
    ));
    assert!(!conforms(
        &[("s.json", draft_2020), ("r.json", sibling)],
        long,
        &[]
    ));
    assert!(conforms(
        &[
            ("s.json", draft_7),
            ("r.json", between),
            ("deep/t.json", sibling)
        ],
        long,
        &[]
    ));
    // A folder, in which the other file is read first; and a schema that says what it is.
    let folder = folder(&[
        ("s/a.json", sibling),
        ("s/z.json", &draft_7.replace("r.json", "a.json")),
        ("p.json", long),
    ]);
    let (code, text) = run(
        folder.path(),
        &["check", "p.json", "--contract", "s", "--operation", "z"],
    );
    assert_eq!(code, 0, "{text}");
    let own = sibling.replacen(
        '{',
        "{\"$schema\": \"https://json-schema.org/draft/2019-09/schema\", ",
        1,
    );
    assert!(!conforms(
        &[("s.json", draft_7), ("r.json", &own)],
        long,
        &[]
    ));
}

#[test]
fn ids_and_anchors_in_unknown_keywords_are_data() {
    for (id, reference) in [
        ("\"$id\": \"http://x.test/i\"", "http://x.test/i"),
        ("\"$anchor\": \"here\"", "#here"),
    ] {
        for outside in [
            "\"x-note\": [{ID, \"type\": \"null\"}]",
            "\"unknown\": {\"properties\": {\"p\": {ID, \"type\": \"null\"}}}",
            "\"examples\": [{ID, \"type\": \"null\"}]",
            "\"const\": {ID, \"type\": \"null\"}",
        ] {
            let outside = outside.replace("ID", id);
            let schema = format!(
                "{{\"$defs\": {{\"a\": {{{outside}}}, \"b\": {{{id}, \"type\": \"string\"}}}}, \"$ref\": \"{reference}\"}}"
            );
            assert!(
                conforms(&[("s.schema.json", &schema)], "\"s\"", &[]),
                "{schema}"
            );
        }
    }
}

#[test]
fn metaschemas_are_built_in() {
    let table = [
        (
            "http://json-schema.org/draft-04/schema#",
            "{\"minimum\": \"1\"}",
        ),
        (
            "http://json-schema.org/draft-06/schema",
            "{\"minimum\": \"1\"}",
        ),
        ("http://json-schema.org/draft-07/schema#", "{\"if\": 3}"),
        (
            "https://json-schema.org/draft/2019-09/schema",
            "{\"minContains\": -1}",
        ),
        (
            "https://json-schema.org/draft/2020-12/schema",
            "{\"properties\": {\"a\": {\"prefixItems\": {}}}}",
        ),
        (
            "https://json-schema.org/draft/2020-12/meta/validation",
            "{\"type\": 3}",
        ),
    ];
    for (metaschema, wrong) in table {
        let schema = format!("{{\"$ref\": \"{metaschema}\"}}");
        assert!(
            !conforms(&[("s.json", &schema)], wrong, &[]),
            "{metaschema}"
        );
        assert!(
            conforms(&[("s.json", &schema)], "{\"type\": \"string\"}", &[]),
            "{metaschema}"
        );
    }
}

#[test]
fn vocabularies_of_a_custom_metaschema_count() {
    let metaschema = "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", \"$id\": \"https://example.com/meta\", \"$vocabulary\": {\"https://json-schema.org/draft/2020-12/vocab/core\": true, \"https://json-schema.org/draft/2020-12/vocab/applicator\": true, \"https://example.com/optional\": false}}";
    let schema = "{\"$schema\": \"https://example.com/meta\", \"properties\": {\"a\": {\"minimum\": 3}, \"no\": false}}";
    let files = [("s.json", schema), ("meta.json", metaschema)];
    let options = ["--ref", "https://example.com/meta=meta.json"];
    assert!(
        conforms(&files, "{\"a\": 1}", &options),
        "without the vocabulary, `minimum` is ignored"
    );
    assert!(
        !conforms(&files, "{\"no\": 1}", &options),
        "the applicators are there"
    );
    // Without the metaschema it is read as 2020-12, and that is an error.
    let there = folder(&[("s.json", schema)]);
    let (code, text) = run(there.path(), &["lint", "s.json"]);
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("--ref https://example.com/meta=FILE"),
        "{text}"
    );
    // A vocabulary that has to be known.
    let required = metaschema.replace("optional\": false", "needed\": true");
    let there = folder(&[("s.json", schema), ("meta.json", &required)]);
    let (code, text) = run(
        there.path(),
        &[
            "lint",
            "s.json",
            "--ref",
            "https://example.com/meta=meta.json",
        ],
    );
    assert_eq!(code, 1, "{text}");
    assert!(text.contains("https://example.com/needed"), "{text}");
    // A metaschema of an older draft says which draft it is.
    let older = "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"$id\": \"https://example.com/meta\"}";
    let hidden = "{\"$schema\": \"https://example.com/meta\", \"properties\": {\"a\": {\"$ref\": \"#/definitions/n\", \"minimum\": 3}}, \"definitions\": {\"n\": {\"type\": \"integer\"}}}";
    assert!(
        conforms(
            &[("s.json", hidden), ("meta.json", older)],
            "{\"a\": 1}",
            &options
        ),
        "draft 7 hides siblings of $ref"
    );
}

#[test]
fn self_is_the_base_of_references() {
    let api = |own: &str, reference: &str| {
        format!(
            "openapi: 3.2.0\n$self: {own}\ninfo: {{title: Self, version: '1'}}\npaths:\n  /s:\n    get:\n      operationId: s\n      responses:\n        '200': {{description: ok, content: {{application/json: {{schema: {{$ref: '{reference}'}}}}}}}}\ncomponents:\n  schemas:\n    S: {{type: object, required: [a]}}\n"
        )
    };
    let other = "components: {schemas: {S: {type: object, required: [a]}}}\n";
    let table = [
        (
            "https://api.test/o.yaml",
            "https://api.test/o.yaml#/components/schemas/S",
        ),
        ("https://api.test/v1/o.yaml", "o.yaml#/components/schemas/S"),
        (
            "https://api.test/v1/o.yaml",
            "../v1/./o.yaml#/components/schemas/S",
        ),
        ("/v1/o.yaml", "/v1/o.yaml#/components/schemas/S"),
        ("https://api.test/o.yaml", "#/components/schemas/S"),
        (
            "https://api.test/o.yaml",
            "other.yaml#/components/schemas/S",
        ),
        (
            "https://api.test/o.yaml",
            "given.yaml#/components/schemas/S",
        ),
    ];
    for (own, reference) in table {
        let folder = folder(&[
            ("api.yaml", &api(own, reference)),
            ("other.yaml", other),
            ("local.yaml", other),
            ("p.json", "{}"),
        ]);
        let arguments = [
            "check",
            "p.json",
            "--contract",
            "api.yaml",
            "--operation",
            "s",
            "--ref",
            "https://api.test/given.yaml=local.yaml",
        ];
        let (code, text) = run(folder.path(), &arguments);
        assert_eq!(code, 1, "{own} {reference}: {text}");
        assert!(
            text.contains("`a` is missing") && !text.contains("dangling"),
            "{own} {reference}: {text}"
        );
    }
}

#[test]
fn formats_annotate_when_that_is_asked_for() {
    let schema = "{\"properties\": {\"at\": {\"type\": \"string\", \"format\": \"date\"}}}";
    let wrong = "{\"at\": \"tomorrow\"}";
    let files = [("s.json", schema)];
    assert!(!conforms(&files, wrong, &[]));
    assert!(!conforms(&files, wrong, &["--formats", "assert"]));
    assert!(conforms(&files, wrong, &["--formats", "annotate"]));
    let folder = folder(&[
        ("s.json", schema),
        ("p.json", wrong),
        (
            "c.json",
            "{\"data\": [{\"id\": \"1\", \"created_at\": \"soon\"}]}",
        ),
    ]);
    let (code, text) = run(
        folder.path(),
        &[
            "check",
            "p.json",
            "--contract",
            "s.json",
            "--formats",
            "annotate",
            "--payloads",
        ],
    );
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("1 conforms") && text.contains("No findings"),
        "verdict, summary and findings agree: {text}"
    );
    // The built-in contracts, too.
    let check = |how| {
        run(
            folder.path(),
            &[
                "check",
                "c.json",
                "--contract",
                "organisations@v2",
                "--operation",
                "list-organisations",
                "--formats",
                how,
            ],
        )
        .1
    };
    assert!(check("assert").contains("format"), "{}", check("assert"));
    assert!(
        !check("annotate").contains("format-violation"),
        "{}",
        check("annotate")
    );
}

#[test]
fn a_document_that_nothing_refers_to_is_not_checked() {
    let unused = "{\"$id\": \"https://example.com/other.json\", \"a\": 1, \"a\": 2, \"minimum\": \"x\", \"mniLength\": 3}";
    let there = folder(&[("s.json", "{\"type\": \"string\"}"), ("other.json", unused)]);
    let (code, text) = run(
        there.path(),
        &[
            "lint",
            "s.json",
            "--ref",
            "https://example.com/other.json=other.json",
        ],
    );
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("No findings"), "{text}");
    let there = folder(&[
        ("s.json", "{\"$ref\": \"https://example.com/other.json\"}"),
        ("other.json", unused),
    ]);
    let (code, text) = run(
        there.path(),
        &[
            "lint",
            "s.json",
            "--ref",
            "https://example.com/other.json=other.json",
        ],
    );
    assert_eq!(code, 1, "{text}");
    assert!(
        text.contains("`a` is repeated") && text.contains("`minimum` must be"),
        "{text}"
    );
}

#[test]
fn a_form_feed_is_not_white_space() {
    for text in ["\u{c}{\"a\": 1}", "{\"a\":\u{c}1}", "{\"a\": 1}\u{c}"] {
        let there = folder(&[
            ("s.json", "{\"type\": \"object\"}"),
            ("p.json", text),
            ("p.ndjson", text),
            ("c.json", text),
        ]);
        for capture in ["p.json", "p.ndjson"] {
            let (code, text) = run(there.path(), &["check", capture, "--contract", "s.json"]);
            assert_ne!(code, 0, "{capture}: {text}");
            assert!(text.contains("malformed"), "{capture}: {text}");
        }
        let (code, text) = run(there.path(), &["lint", "c.json"]);
        assert_eq!(code, 2, "{text}");
    }
}

#[test]
fn check_reports_what_it_leaves_out_and_nothing_else() {
    let api = |parameter: &str, response: &str, root: &str| {
        format!(
            "openapi: 3.0.3\ninfo: {{title: T, version: '1'}}\n{root}paths:\n  /a:\n    get:\n      operationId: a\n      parameters: [{parameter}]\n      responses: {{'200': {{{response}}}}}\n"
        )
    };
    let good = (
        "{name: q, in: query, schema: {type: integer}}",
        "description: ok, content: {application/json: {schema: {type: object}}}",
    );
    let exchange =
        "GET /a?q=1 HTTP/1.1\nHost: a\n\nHTTP/1.1 200 OK\nContent-Type: application/json\n\n{}\n";
    // A parameter, a response, the root; whether that is left out.
    let table = [
        (good.0, good.1, "", false),
        (
            "{name: q, in: qeury, schema: {type: integer}}",
            good.1,
            "",
            true,
        ),
        ("{name: q, in: query, type: integer}", good.1, "", true),
        (
            good.0,
            "description: ok, content: {'application\\json': {}, application/json: {schema: {type: object}}}",
            "",
            true,
        ),
        (
            good.0,
            "description: ok, headers: 7, content: {application/json: {schema: {type: object}}}",
            "",
            true,
        ),
        // What is wrong without being compared is for `lint`.
        (
            good.0,
            "content: {application/json: {schema: {type: object}}}",
            "",
            false,
        ),
        (
            good.0,
            "description: ok, content: {application/json: {schema: {type: object}, examples: [1]}}",
            "",
            false,
        ),
        (good.0, good.1, "tags: {a: b}\n", false),
        (good.0, good.1, "security: [{none: []}]\n", false),
        (
            good.0,
            good.1,
            "components: {securitySchemes: {k: {type: apikey, name: k, in: body}}}\n",
            false,
        ),
    ];
    for (parameter, response, root, is_left_out) in table {
        let text = api(parameter, response, root);
        let there = folder(&[("api.yaml", &text), ("a.http", exchange)]);
        let (code, said) = run(there.path(), &["check", "a.http", "--contract", "api.yaml"]);
        assert_eq!(code, i32::from(is_left_out), "{text}\n{said}");
        assert_eq!(
            said.contains("contract-structure"),
            is_left_out,
            "{text}\n{said}"
        );
        let (code, said) = run(there.path(), &["lint", "api.yaml"]);
        let is_good = text == api(good.0, good.1, "");
        assert_eq!(code, i32::from(!is_good), "{text}\n{said}");
    }
}
