//! Contracts that rely on features that are harder to check in one pass: tagged and untagged unions, maps,
//! conditions, `contains` and `unevaluatedProperties`. Each is modelled on a kind of contract in wide use.

use serde_json::{Value, json};

use super::mutate::Random;

/// A schema, and how to generate a payload that it mostly accepts.
pub struct Outside {
    pub name: &'static str,
    pub schema: Value,
    pub payload: fn(&mut Random) -> Value,
}

/// All of them.
pub fn outside() -> [Outside; 3] {
    [
        Outside {
            name: "webhooks",
            schema: webhooks(),
            payload: webhook,
        },
        Outside {
            name: "infrastructure templates",
            schema: templates(),
            payload: template,
        },
        Outside {
            name: "pipelines",
            schema: pipelines(),
            payload: pipeline,
        },
    ]
}

/// A schema for lists of orders with optional members, and lists with this many bytes in total, of whose
/// optional members this percentage is dropped.
pub fn orders(bytes: usize, dropped: usize) -> (Value, Vec<String>) {
    let schema = json!({
        "type": "array",
        "items": {
            "type": "object",
            "required": ["id", "placed_at", "total"],
            "properties": {
                "id": {"type": "integer"},
                "placed_at": {"type": "string", "format": "date-time"},
                "note": {"type": "string"},
                "discount": {"type": "integer", "minimum": 0},
                "is_gift": {"type": "boolean"},
                "state": {"enum": ["new", "paid", "sent", "returned"]},
                "total": {"type": "integer"},
                "shipped_at": {"type": "string", "format": "date-time"},
                "carrier": {"type": "string"},
                "weight": {"type": "integer"}
            }
        }
    });
    let mut random = Random(11);
    let mut lists = Vec::new();
    let mut length = 0;
    while length < bytes {
        let orders: Vec<String> = (0..50)
            .map(|_| {
                let members = [
                    (true, format!("\"id\":{}", random.below(1_000_000))),
                    (true, format!("\"placed_at\":\"{}\"", time(&mut random))),
                    (false, format!("\"note\":\"{}\"", words(&mut random))),
                    (false, format!("\"discount\":{}", random.below(30))),
                    (false, format!("\"is_gift\":{}", random.below(2) == 0)),
                    (
                        false,
                        format!(
                            "\"state\":\"{}\"",
                            pick(&mut random, &["new", "paid", "sent"])
                        ),
                    ),
                    (true, format!("\"total\":{}", random.below(90_000))),
                    (false, format!("\"shipped_at\":\"{}\"", time(&mut random))),
                    (false, "\"carrier\":\"Example Post\"".to_owned()),
                    (false, format!("\"weight\":{}", random.below(9_000))),
                ];
                let mut kept = |required: bool| required || random.below(100) >= dropped;
                let members = members.into_iter().filter(|(required, _)| kept(*required));
                let members: Vec<String> = members.map(|(_, text)| text).collect();
                format!("{{{}}}", members.join(","))
            })
            .collect();
        let list = format!("[{}]", orders.join(","));
        length += list.len() + 1;
        lists.push(list);
    }
    (schema, lists)
}

/// Payloads with this many bytes in total, one in a hundred of them invalid.
pub fn payloads(outside: &Outside, bytes: usize) -> Vec<String> {
    let mut random = Random(7);
    let mut payloads = Vec::new();
    let mut length = 0;
    while length < bytes {
        let mut payload = (outside.payload)(&mut random);
        if random.below(100) == 0 {
            spoil(&mut payload, &mut random);
        }
        let text = payload.to_string();
        length += text.len() + 1;
        payloads.push(text);
    }
    payloads
}

/// Puts a value of another type somewhere.
fn spoil(value: &mut Value, random: &mut Random) {
    match value {
        Value::Object(members) if !members.is_empty() => {
            let at = random.below(members.len());
            if let Some((_, below)) = members.iter_mut().nth(at) {
                spoil(below, random);
            }
        }
        Value::Array(elements) if !elements.is_empty() => {
            let at = random.below(elements.len());
            spoil(&mut elements[at], random);
        }
        other => *other = json!([[1.5]]),
    }
}

fn pick<'t>(random: &mut Random, texts: &[&'t str]) -> &'t str {
    texts[random.below(texts.len())]
}

fn words(random: &mut Random) -> String {
    let mut text = String::new();
    for _ in 0..3 + random.below(9) {
        text.push_str(pick(
            random,
            &[
                "fix", "the", "build", "of", "release", "notes", "and", "tests",
            ],
        ));
        text.push(' ');
    }
    text
}

fn time(random: &mut Random) -> String {
    format!(
        "2026-{:02}-{:02}T{:02}:{:02}:00Z",
        1 + random.below(12),
        1 + random.below(28),
        random.below(24),
        random.below(60)
    )
}

const EVENTS: [(&str, &[&str]); 4] = [
    (
        "issue",
        &["opened", "edited", "closed", "reopened", "labeled"],
    ),
    ("comment", &["created", "edited", "deleted"]),
    ("release", &["published", "created", "deleted"]),
    ("star", &["created", "deleted"]),
];

/// Events with a schema for each action, like those of code hosts.
fn webhooks() -> Value {
    let mut events = Vec::new();
    for (subject, actions) in EVENTS {
        let of_subject: Vec<Value> = actions
            .iter()
            .map(|action| {
                let mut properties = json!({
                    "action": {"type": "string", "enum": [action]},
                    "event": {"const": subject},
                    "repository": {"$ref": "#/$defs/repository"},
                    "sender": {"$ref": "#/$defs/user"},
                    "organization": {"$ref": "#/$defs/organization"},
                });
                let mut required = vec!["action", "event", "repository", "sender"];
                if subject != "star" {
                    properties[subject] = json!({"$ref": format!("#/$defs/{subject}")});
                    required.push(subject);
                } else {
                    properties["starred_at"] = json!({
                        "oneOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]
                    });
                }
                if *action == "edited" {
                    properties["changes"] = json!({
                        "type": "object",
                        "additionalProperties": {
                            "type": "object", "required": ["from"], "properties": {"from": {"type": "string"}}
                        }
                    });
                    required.push("changes");
                }
                json!({
                    "type": "object", "required": required, "properties": properties,
                    "additionalProperties": false
                })
            })
            .collect();
        events.push(json!({"oneOf": of_subject}));
    }
    json!({
        "oneOf": events,
        "$defs": {
            "user": {
                "type": "object",
                "required": ["login", "id", "node_id", "type", "site_admin", "url"],
                "properties": {
                    "login": {"type": "string"},
                    "id": {"type": "integer"},
                    "node_id": {"type": "string"},
                    "avatar_url": {"type": "string", "format": "uri"},
                    "url": {"type": "string", "format": "uri"},
                    "email": {"type": ["string", "null"]},
                    "type": {"type": "string", "enum": ["Bot", "User", "Organization"]},
                    "site_admin": {"type": "boolean"}
                },
                "additionalProperties": false
            },
            "organization": {
                "type": "object",
                "required": ["login", "id"],
                "properties": {
                    "login": {"type": "string"},
                    "id": {"type": "integer"},
                    "description": {"type": ["string", "null"]}
                },
                "additionalProperties": false
            },
            "license": {
                "type": "object",
                "required": ["key", "spdx_id"],
                "properties": {"key": {"type": "string"}, "spdx_id": {"type": "string"}},
                "additionalProperties": false
            },
            "repository": {
                "type": "object",
                "required": ["id", "name", "full_name", "private", "owner", "created_at", "license", "topics"],
                "properties": {
                    "id": {"type": "integer"},
                    "name": {"type": "string"},
                    "full_name": {"type": "string"},
                    "private": {"type": "boolean"},
                    "owner": {"$ref": "#/$defs/user"},
                    "description": {"type": ["string", "null"]},
                    "created_at": {"oneOf": [{"type": "integer"}, {"type": "string", "format": "date-time"}]},
                    "license": {"oneOf": [{"$ref": "#/$defs/license"}, {"type": "null"}]},
                    "topics": {"type": "array", "items": {"type": "string"}, "uniqueItems": true},
                    "visibility": {"type": "string", "enum": ["public", "private", "internal"]},
                    "stargazers_count": {"type": "integer", "minimum": 0}
                },
                "additionalProperties": false
            },
            "label": {
                "type": "object",
                "required": ["id", "name", "color"],
                "properties": {
                    "id": {"type": "integer"},
                    "name": {"type": "string"},
                    "color": {"type": "string", "pattern": "^[0-9a-f]{6}$"}
                },
                "additionalProperties": false
            },
            "issue": {
                "type": "object",
                "required": ["number", "title", "user", "labels", "state", "created_at", "body"],
                "properties": {
                    "number": {"type": "integer"},
                    "title": {"type": "string"},
                    "user": {"$ref": "#/$defs/user"},
                    "labels": {"type": "array", "items": {"$ref": "#/$defs/label"}},
                    "state": {"type": "string", "enum": ["open", "closed"]},
                    "milestone": {"anyOf": [{"type": "null"}, {"type": "object", "required": ["number"]}]},
                    "created_at": {"type": "string", "format": "date-time"},
                    "body": {"type": ["string", "null"]}
                },
                "additionalProperties": false
            },
            "comment": {
                "allOf": [
                    {
                        "type": "object",
                        "required": ["id", "body", "user"],
                        "properties": {
                            "id": {"type": "integer"},
                            "body": {"type": "string"},
                            "user": {"$ref": "#/$defs/user"},
                            "created_at": {"type": "string", "format": "date-time"}
                        }
                    },
                    {"type": "object", "properties": {"reactions": {"type": "object"}}}
                ]
            },
            "release": {
                "type": "object",
                "required": ["tag_name", "draft", "author", "assets"],
                "properties": {
                    "tag_name": {"type": "string"},
                    "draft": {"type": "boolean"},
                    "author": {"$ref": "#/$defs/user"},
                    "assets": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["name", "size"],
                            "properties": {
                                "name": {"type": "string"},
                                "size": {"type": "integer", "minimum": 0},
                                "uploader": {"$ref": "#/$defs/user"}
                            }
                        }
                    },
                    "published_at": {"type": ["string", "null"], "format": "date-time"}
                }
            }
        }
    })
}

fn user(random: &mut Random) -> Value {
    let id = random.below(10_000_000);
    json!({
        "login": format!("user-{id}"),
        "id": id,
        "node_id": format!("MDQ6VXNlcj{id}"),
        "avatar_url": format!("https://avatars.example/u/{id}?v=4"),
        "url": format!("https://api.example/users/user-{id}"),
        "type": pick(random, &["Bot", "User", "Organization"]),
        "site_admin": random.below(10) == 0
    })
}

fn webhook(random: &mut Random) -> Value {
    let (subject, actions) = EVENTS[random.below(EVENTS.len())];
    let action = pick(random, actions);
    let mut event = json!({"action": action, "event": subject});
    match subject {
        "issue" => {
            let labels: Vec<Value> = (0..random.below(4))
                .map(|id| json!({"id": id, "name": "bug", "color": format!("{:06x}", random.below(0xff_ffff))}))
                .collect();
            event["issue"] = json!({
                "number": random.below(9_000),
                "title": words(random),
                "user": user(random),
                "labels": labels,
                "state": pick(random, &["open", "closed"]),
                "milestone": null,
                "created_at": time(random),
                "body": words(random)
            });
        }
        "comment" => {
            event["comment"] = json!({
                "id": random.below(100_000), "body": words(random), "user": user(random),
                "created_at": time(random), "reactions": {"+1": 3, "heart": 0}
            });
        }
        "release" => {
            event["release"] = json!({
                "tag_name": "v1.2.3", "draft": false, "author": user(random),
                "assets": [{"name": "a.tar.gz", "size": random.below(100_000), "uploader": user(random)}],
                "published_at": time(random)
            });
        }
        _ => event["starred_at"] = json!(time(random)),
    }
    if action == "edited" {
        event["changes"] = json!({"body": {"from": words(random)}});
    }
    event["repository"] = json!({
        "id": random.below(1_000_000),
        "name": "wire",
        "full_name": "example/wire",
        "private": false,
        "owner": user(random),
        "description": words(random),
        "created_at": time(random),
        "license": if random.below(2) == 0 { Value::Null } else { json!({"key": "mit", "spdx_id": "MIT"}) },
        "topics": ["http", "json", "schema"],
        "visibility": "public",
        "stargazers_count": random.below(50_000)
    });
    event["sender"] = user(random);
    event
}

const RESOURCES: [(&str, &[&str]); 6] = [
    ("Example::Storage::Bucket", &["Name", "Policy", "Region"]),
    (
        "Example::Compute::Function",
        &["Handler", "Role", "Runtime", "Memory"],
    ),
    ("Example::Queue::Queue", &["Name", "Delay"]),
    ("Example::Network::Gateway", &["Name", "Address"]),
    ("Example::Database::Table", &["Name", "Key", "Capacity"]),
    ("Example::Identity::Role", &["Policy", "Path"]),
];

/// Templates with a map of resources, each a variant with its own type. Every text may be replaced by a
/// function call.
fn templates() -> Value {
    let variants: Vec<Value> = RESOURCES
        .iter()
        .map(|(name, properties)| {
            let of_resource: serde_json::Map<String, Value> = properties
                .iter()
                .map(|property| {
                    let schema = match *property {
                        "Memory" | "Delay" | "Capacity" => json!({"$ref": "#/definitions/number"}),
                        _ => json!({"$ref": "#/definitions/text"}),
                    };
                    ((*property).to_owned(), schema)
                })
                .collect();
            json!({
                "type": "object",
                "additionalProperties": false,
                "required": ["Type", "Properties"],
                "properties": {
                    "Type": {"type": "string", "enum": [name]},
                    "DependsOn": {
                        "anyOf": [
                            {"type": "string", "pattern": "^[a-zA-Z0-9]+$"},
                            {"type": "array", "items": {"type": "string", "pattern": "^[a-zA-Z0-9]+$"}}
                        ]
                    },
                    "Condition": {"type": "string"},
                    "Metadata": {"type": "object"},
                    "Properties": {
                        "type": "object",
                        "additionalProperties": false,
                        "properties": of_resource,
                        "required": [properties[0]]
                    }
                }
            })
        })
        .collect();
    let function = |name: &str, argument: Value| {
        json!({
            "type": "object",
            "required": [name],
            "properties": {name: argument},
            "minProperties": 1, "maxProperties": 1, "additionalProperties": false
        })
    };
    let functions = json!([
        function("Ref", json!({"type": "string"})),
        function(
            "Fn::GetAtt",
            json!({"type": "array", "minItems": 2, "items": {"type": "string"}})
        ),
        function(
            "Fn::Join",
            json!({
                "type": "array", "prefixItems": [{"type": "string"}, {"type": "array", "items": {"$ref": "#/definitions/text"}}]
            })
        ),
    ]);
    let or_functions = |first: Value| {
        let mut all = vec![first];
        all.extend(functions.as_array().expect("a list").clone());
        json!({"anyOf": all})
    };
    json!({
        "type": "object",
        "required": ["Resources"],
        "additionalProperties": false,
        "properties": {
            "FormatVersion": {"enum": ["2010-09-09"]},
            "Description": {"type": "string", "maxLength": 1_024},
            "Parameters": {
                "type": "object",
                "patternProperties": {
                    "^[a-zA-Z0-9]+$": {
                        "type": "object",
                        "required": ["Type"],
                        "properties": {
                            "Type": {"type": "string", "enum": ["String", "Number", "List"]},
                            "Default": {"type": ["string", "number"]},
                            "MinLength": {"type": "integer", "minimum": 0}
                        },
                        "additionalProperties": false
                    }
                },
                "additionalProperties": false,
                "maxProperties": 200
            },
            "Resources": {
                "type": "object",
                "minProperties": 1,
                "patternProperties": {"^[a-zA-Z0-9]+$": {"anyOf": variants}},
                "additionalProperties": false
            },
            "Outputs": {
                "type": "object",
                "additionalProperties": {
                    "type": "object",
                    "required": ["Value"],
                    "properties": {"Value": {"$ref": "#/definitions/text"}, "Description": {"type": "string"}}
                }
            }
        },
        "definitions": {
            "text": or_functions(json!({"type": "string"})),
            "number": or_functions(json!({"type": "number"}))
        }
    })
}

fn template(random: &mut Random) -> Value {
    let mut resources = serde_json::Map::new();
    let text = |random: &mut Random| match random.below(4) {
        0 => json!({"Ref": "Stage"}),
        1 => json!({"Fn::GetAtt": ["Role1", "Arn"]}),
        2 => json!({"Fn::Join": ["-", ["data", {"Ref": "Stage"}]]}),
        _ => json!(words(random)),
    };
    for number in 0..4 + random.below(12) {
        let (name, properties) = RESOURCES[random.below(RESOURCES.len())];
        let mut of_resource = serde_json::Map::new();
        for (index, property) in properties.iter().enumerate() {
            if index > 0 && random.below(3) == 0 {
                continue;
            }
            let value = match *property {
                "Memory" | "Delay" | "Capacity" => json!(random.below(4_096)),
                _ => text(random),
            };
            of_resource.insert((*property).to_owned(), value);
        }
        let mut resource = json!({"Type": name, "Properties": of_resource});
        if random.below(3) == 0 {
            resource["DependsOn"] = json!(["Role1", "Queue2"]);
        }
        resources.insert(format!("Resource{number}"), resource);
    }
    json!({
        "FormatVersion": "2010-09-09",
        "Description": words(random),
        "Parameters": {
            "Stage": {"Type": "String", "Default": "dev"},
            "Count": {"Type": "Number", "Default": 4, "MinLength": 1}
        },
        "Resources": resources,
        "Outputs": {"Name": {"Value": text(random), "Description": words(random)}}
    })
}

/// Pipelines: free names, one or many of everything, conditions, and properties that must be evaluated by
/// something.
fn pipelines() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "required": ["on", "jobs"],
        "properties": {
            "name": {"type": "string"},
            "on": {
                "oneOf": [
                    {"$ref": "#/$defs/event"},
                    {"type": "array", "items": {"$ref": "#/$defs/event"}, "minItems": 1},
                    {
                        "type": "object",
                        "propertyNames": {"$ref": "#/$defs/event"},
                        "additionalProperties": {
                            "type": ["object", "null"],
                            "properties": {"branches": {"type": "array", "items": {"type": "string"}}}
                        }
                    }
                ]
            },
            "env": {"$ref": "#/$defs/env"},
            "concurrency": {
                "oneOf": [
                    {"type": "string"},
                    {"type": "object", "required": ["group"], "properties": {"group": {"type": "string"}}}
                ]
            },
            "jobs": {
                "type": "object",
                "minProperties": 1,
                "patternProperties": {
                    "^[_a-zA-Z][a-zA-Z0-9_-]*$": {
                        "oneOf": [{"$ref": "#/$defs/job"}, {"$ref": "#/$defs/called"}]
                    }
                },
                "additionalProperties": false
            }
        },
        "additionalProperties": false,
        "$defs": {
            "event": {"enum": ["push", "pull_request", "schedule", "release", "workflow_dispatch"]},
            "env": {
                "type": "object",
                "additionalProperties": {"type": ["string", "number", "boolean"]}
            },
            "needs": {
                "oneOf": [
                    {"type": "string"},
                    {"type": "array", "items": {"type": "string"}, "minItems": 1}
                ]
            },
            "job": {
                "type": "object",
                "required": ["runs-on"],
                "properties": {
                    "name": {"type": "string"},
                    "needs": {"$ref": "#/$defs/needs"},
                    "runs-on": {
                        "anyOf": [
                            {"type": "string"},
                            {
                                "type": "array",
                                "prefixItems": [{"const": "self-hosted"}],
                                "items": {"type": "string"},
                                "contains": {"enum": ["linux", "macos", "windows"]}
                            }
                        ]
                    },
                    "env": {"$ref": "#/$defs/env"},
                    "timeout-minutes": {"type": "number", "exclusiveMinimum": 0},
                    "strategy": {
                        "type": "object",
                        "required": ["matrix"],
                        "properties": {
                            "matrix": {"type": "object", "additionalProperties": {"type": "array"}},
                            "fail-fast": {"type": "boolean"}
                        }
                    },
                    "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}, "minItems": 1}
                },
                "additionalProperties": false
            },
            "called": {
                "type": "object",
                "required": ["uses"],
                "properties": {
                    "uses": {"type": "string", "pattern": "^(.+\\/)+(.+)\\.(ya?ml)(@.+)?$"},
                    "needs": {"$ref": "#/$defs/needs"},
                    "with": {"$ref": "#/$defs/env"}
                },
                "additionalProperties": false
            },
            "step": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "name": {"type": "string"},
                    "if": {"type": ["boolean", "number", "string"]},
                    "env": {"$ref": "#/$defs/env"},
                    "continue-on-error": {"type": "boolean", "default": false}
                },
                "if": {"required": ["uses"]},
                "then": {
                    "properties": {
                        "uses": {"type": "string"},
                        "with": {"$ref": "#/$defs/env"}
                    }
                },
                "else": {
                    "required": ["run"],
                    "properties": {
                        "run": {"type": "string"},
                        "working-directory": {"type": "string"},
                        "shell": {"anyOf": [{"type": "string"}, {"enum": ["bash", "pwsh", "sh"]}]}
                    },
                    "dependentRequired": {"shell": ["run"]}
                },
                "unevaluatedProperties": false
            }
        }
    })
}

fn pipeline(random: &mut Random) -> Value {
    let mut jobs = serde_json::Map::new();
    for number in 0..2 + random.below(4) {
        if random.below(6) == 0 {
            jobs.insert(
                format!("call-{number}"),
                json!({"uses": "./ci/shared/build.yml@v2", "with": {"level": 3}}),
            );
            continue;
        }
        let steps: Vec<Value> = (0..3 + random.below(8))
            .map(|step| match random.below(3) {
                0 => json!({"uses": "actions/checkout@v4", "with": {"fetch-depth": 0}}),
                1 => json!({"name": words(random), "run": words(random), "shell": "bash"}),
                _ => json!({"id": format!("step{step}"), "if": "always()", "run": words(random), "env": {"CI": true}}),
            })
            .collect();
        let mut job = json!({
            "name": words(random),
            "runs-on": match random.below(3) {
                0 => json!(["self-hosted", "linux", "x64"]),
                _ => json!("ubuntu-latest"),
            },
            "timeout-minutes": 5 + random.below(60),
            "steps": steps
        });
        if number > 0 {
            job["needs"] = json!(["job-0"]);
        }
        if random.below(2) == 0 {
            job["strategy"] = json!({"matrix": {"rust": ["stable", "beta"], "os": ["linux", "macos"]}, "fail-fast": false});
        }
        jobs.insert(format!("job-{number}"), job);
    }
    json!({
        "name": words(random),
        "on": match random.below(3) {
            0 => json!("push"),
            1 => json!(["push", "pull_request"]),
            _ => json!({"push": {"branches": ["main"]}, "pull_request": null}),
        },
        "env": {"RUST_BACKTRACE": 1, "PROFILE": "ci"},
        "concurrency": {"group": "main"},
        "jobs": jobs
    })
}
