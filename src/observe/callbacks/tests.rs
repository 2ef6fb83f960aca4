//! Which requests belong to which callback.

use std::num::NonZeroUsize;

use serde_json::{Value, json};

use super::CallbackUrls;
use crate::capture::{Input, Reading};
use crate::contract::Contract;
use crate::limits::CALLBACK_URLS;
use crate::observe::{Observer, Options, Preparation, Rewrite};

/// The operation `subscribe` with this callback, next to another operation.
fn contract(url: &str, callback: &Value) -> Contract {
    let answer = json!({"default": {"description": "d"}});
    let body = json!({"content": {"application/json": {"schema": {"type": "object"}}}});
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "servers": [{"url": "https://api.example"}],
        "paths": {
            "/subs/{id}": {"post": {
                "operationId": "subscribe",
                "requestBody": body,
                "responses": answer,
                "callbacks": {"sold": {url: callback}}
            }},
            "/pets": {"post": {"operationId": "createPet", "requestBody": body, "responses": answer}}
        }
    });
    Contract::from_openapi(&document).expect("a contract")
}

fn post() -> Value {
    json!({"post": {
        "parameters": [{"name": "n", "in": "query", "schema": {"type": "integer"}}],
        "responses": {"default": {"description": "d"}}
    }})
}

fn capture(name: &str, text: &str) -> Input {
    Input::Memory {
        name: format!("{name}.http").into(),
        bytes: text.as_bytes().into(),
    }
}

/// The operations that requests belong to, with how often.
fn exercised(contract: &Contract, captures: &[Input], rewrites: &[&str]) -> String {
    let observer = Observer::new(vec![contract], vec![contract], Options::default());
    let rewrites = rewrites.iter().map(|text| Rewrite::parse(text).expect("a rewrite"));
    let preparation = Preparation {
        rewrites: rewrites.collect(),
        ..Preparation::default()
    };
    let reading = Reading {
        jobs: NonZeroUsize::new(2),
        ..Reading::default()
    };
    let profile = observer.read(captures, &reading, preparation).profile;
    let exercised = profile.exercised.iter().map(|((_, id), count)| format!("{id} {}", count.0));
    exercised.collect::<Vec<_>>().join(", ")
}

/// An exchange that subscribes, with these parts of the request and the response.
fn subscription((query, headers, body): (&str, &str, &str), (status, answer_headers, answer): (u16, &str, &str)) -> String {
    format!(
        "POST /subs/7{query} HTTP/1.1\nHost: api.example\n{headers}Content-Type: application/json\n\n{body}\n\n\
         HTTP/1.1 {status} S\n{answer_headers}Content-Type: application/json\n\n{answer}\n"
    )
}

fn request(method: &str, host: &str, target: &str) -> String {
    format!("{method} {target} HTTP/1.1\nHost: {host}\n\nHTTP/1.1 204 No Content\n")
}

/// The URL of the callback, an exchange that subscribes, the request that is sent, and the operations of both.
type Case = (&'static str, String, (&'static str, &'static str, &'static str), &'static str);

#[test]
fn requests_belong_to_the_callback_whose_url_they_are_sent_to() {
    let with_body = |body: &str| subscription(("", "", body), (201, "", "{}"));
    let with_query = |query: &str| subscription((query, "", "{}"), (201, "", "{}"));
    let form = |body: &str| with_body(body).replacen("application/json", "application/x-www-form-urlencoded", 1);
    let url = r#"{"url": "https://l.example/hook"}"#;
    let by_body = "{$request.body#/url}";
    let hit = "callback:subscribe/sold 1, subscribe 1";
    let miss = "subscribe 1";
    let table: Vec<Case> = vec![
        (by_body, with_body(url), ("POST", "l.example", "/hook"), hit),
        ("$request.body#/url", with_body(url), ("POST", "l.example", "/hook"), hit),
        (by_body, with_body(url), ("POST", "L.example:443", "/hook/"), hit),
        (by_body, with_body(url), ("POST", "l.example:80", "/h%6Fok?n=1"), hit),
        (by_body, with_body(url), ("POST", "x.example", "https://l.example/hook"), hit),
        (by_body, with_body(url), ("PUT", "l.example", "/hook"), miss),
        (by_body, with_body(url), ("POST", "m.example", "/hook"), miss),
        (by_body, with_body(url), ("POST", "l.example:8080", "/hook"), miss),
        (by_body, with_body(url), ("POST", "l.example", "/hook/2"), miss),
        (by_body, with_body(url), ("POST", "l.example", "/"), miss),
        ("{$request.body#/url}/sold", with_body(url), ("POST", "l.example", "/hook/sold"), hit),
        ("{$request.body#/url}/sold", with_body(url), ("POST", "l.example", "/hook"), miss),
        ("{$request.body#/url}/{event}", with_body(url), ("POST", "l.example", "/hook/born"), hit),
        ("{$request.body#/url}/{event}", with_body(url), ("POST", "l.example", "/hook/a/b"), miss),
        ("{$request.body#/url}?e={$request.path.id}", with_body(url), ("POST", "l.example", "/hook?n=2&e=7"), hit),
        ("{$request.body#/url}?e={$request.path.id}", with_body(url), ("POST", "l.example", "/hook?e=8"), miss),
        ("{$request.body#/a~1b/1/%20}", with_body(r#"{"a/b": [1, {"%20": "http://l.example/hook"}]}"#), ("POST", "l.example", "/hook"), hit),
        ("{$request.body#/a/-}", with_body(r#"{"a": ["http://l.example/hook"]}"#), ("POST", "l.example", "/hook"), miss),
        ("{$request.body#/a/01}", with_body(r#"{"a": [1, "http://l.example/hook"]}"#), ("POST", "l.example", "/hook"), miss),
        ("{$request.body}", with_body(r#""http://l.example/hook""#), ("POST", "l.example", "/hook"), hit),
        ("{$request.query.u}", with_query("?u=http%3A%2F%2Fl.example%2Fhook"), ("POST", "l.example", "/hook"), hit),
        ("{$request.query.u}", with_query("?v=http%3A%2F%2Fl.example%2Fhook"), ("POST", "l.example", "/hook"), miss),
        ("http://l.example?id={$request.query.u}", with_query("?u=a%26b+c"), ("POST", "l.example", "/?id=a%26b%20c"), hit),
        ("http://l.example/{$method}/{$request.path.id}", with_query(""), ("POST", "l.example", "/POST/7"), hit),
        ("http://l.example/{$statusCode}", with_query(""), ("POST", "l.example", "/201"), hit),
        ("{$url}/done", with_query(""), ("POST", "api.example", "/subs/7/done"), hit),
        ("$request.header.X-Callback", subscription(("", "x-callback: http://l.example/hook\n", "{}"), (201, "", "{}")), ("POST", "l.example", "/hook"), hit),
        ("$response.header.Location", subscription(("", "", "{}"), (201, "location: http://l.example/hook\n", "{}")), ("POST", "l.example", "/hook"), hit),
        ("{$response.body#/to}", subscription(("", "", "{}"), (201, "", r#"{"to": "http://l.example/hook"}"#)), ("POST", "l.example", "/hook"), hit),
        // Forms have members, too.
        (by_body, form("url=https%3A%2F%2Fl.example%2Fhook&n=1"), ("POST", "l.example", "/hook"), hit),
        ("{$request.body#/to/url}", form("to[url]=https%3A%2F%2Fl.example%2Fhook"), ("POST", "l.example", "/hook"), hit),
        (by_body, form("link=https%3A%2F%2Fl.example%2Fhook"), ("POST", "l.example", "/hook"), miss),
        // A path is one of the host that it was sent to.
        (by_body, with_body(r#"{"url": "/hook"}"#), ("POST", "api.example", "/hook"), hit),
        (by_body, with_body(r#"{"url": "/hook"}"#), ("POST", "l.example", "/hook"), miss),
        // A contract may name the URL itself.
        ("http://l.example/hook", with_query(""), ("POST", "l.example", "/hook"), hit),
        ("/hook/{id}", with_query(""), ("POST", "any.example", "/hook/7"), hit),
        // What is no URL.
        (by_body, with_body(r#"{"url": "hook"}"#), ("POST", "l.example", "/hook"), miss),
        (by_body, with_body(r#"{"url": ""}"#), ("POST", "l.example", "/"), miss),
        (by_body, with_body(r#"{"url": "https://"}"#), ("POST", "l.example", "/"), miss),
        (by_body, with_body(r#"{"url": "data:x"}"#), ("POST", "l.example", "/"), miss),
        (by_body, with_body(r#"{"url": "https://l.example/a b"}"#), ("POST", "l.example", "/a%20b"), miss),
        (by_body, with_body(r#"{"url": ["https://l.example/hook"]}"#), ("POST", "l.example", "/hook"), miss),
        (by_body, with_body(r#"{"url": null}"#), ("POST", "l.example", "/"), miss),
        (by_body, with_body(r#"{"url": "https://l.example/hook""#), ("POST", "l.example", "/hook"), miss),
        ("{$request.body/url}", with_body(url), ("POST", "l.example", "/hook"), miss),
        ("onSold", with_body(url), ("POST", "l.example", "/hook"), miss),
        // Nothing is sent to the URL of a rejected subscription.
        (by_body, subscription(("", "", url), (422, "", "{}")), ("POST", "l.example", "/hook"), miss),
        // An operation with the same path: the host decides.
        (by_body, with_body(r#"{"url": "https://l.example/pets"}"#), ("POST", "l.example", "/pets"), hit),
        (by_body, with_body(r#"{"url": "https://api.example/pets"}"#), ("POST", "api.example", "/pets"), "createPet 1, subscribe 1"),
        (by_body, with_body(r#"{"url": "https://l.example/pets"}"#), ("POST", "api.example", "/pets"), "createPet 1, subscribe 1"),
    ];
    for (template, subscribed, (method, host, target), expected) in table {
        let contract = contract(template, &post());
        let captures = [capture("a", &subscribed), capture("b", &request(method, host, target))];
        let case = format!("{template}: {method} {host} {target}");
        assert_eq!(exercised(&contract, &captures, &[]), expected, "{case}");
        let [a, b] = captures;
        assert_eq!(exercised(&contract, &[b, a], &[]), expected, "reversed, {case}");
    }
}

#[test]
fn a_method_that_the_path_does_not_have_is_that_of_the_callback() {
    let callback = json!({"put": {"responses": {"default": {"description": "d"}}}});
    let contract = contract("{$request.body#/url}", &callback);
    let subscribed = subscription(("", "", r#"{"url": "https://api.example/pets"}"#), (201, "", "{}"));
    let captures = [capture("a", &subscribed), capture("b", &request("PUT", "api.example", "/pets"))];
    assert_eq!(exercised(&contract, &captures, &[]), "callback:subscribe/sold 1, subscribe 1");
}

#[test]
fn rewrites_apply_to_urls_in_exchanges_too() {
    let contract = contract("{$request.body#/url}", &post());
    let subscribed = subscription(("", "", r#"{"url": "https://l.example/gate/hook"}"#), (201, "", "{}"));
    let subscribed = subscribed.replace("/subs", "/gate/subs");
    let captures = [capture("a", &subscribed), capture("b", &request("POST", "l.example", "/gate/hook"))];
    assert_eq!(exercised(&contract, &captures, &["/gate=/"]), "callback:subscribe/sold 1, subscribe 1");
}

#[test]
fn callbacks_may_have_callbacks() {
    let answer = json!({"default": {"description": "d"}});
    let callback = json!({"post": {
        "requestBody": {"content": {"application/json": {"schema": {}}}},
        "responses": answer,
        "callbacks": {"heard": {"$request.body#/reply": {"put": {"responses": answer}}}}
    }});
    let contract = contract("$request.body#/url", &callback);
    let subscribed = subscription(("", "", r#"{"url": "https://l.example/hook"}"#), (201, "", "{}"));
    let sold = "POST /hook HTTP/1.1\nHost: l.example\nContent-Type: application/json\n\n\
                {\"reply\": \"https://r.example/heard\"}\n\nHTTP/1.1 204 No Content\n";
    let heard = request("PUT", "r.example", "/heard");
    let captures = [capture("a", &heard), capture("b", sold), capture("c", &subscribed)];
    assert_eq!(
        exercised(&contract, &captures, &[]),
        "callback:callback:subscribe/sold/heard 1, callback:subscribe/sold 1, subscribe 1"
    );
}

#[test]
fn callbacks_with_one_url_are_told_apart_by_their_bodies() {
    let answer = json!({"default": {"description": "d"}});
    let event = |name: &str| {
        let schema = json!({"type": "object", "required": [name], "properties": {name: {"type": "integer"}}});
        let body = json!({"content": {"application/json": {"schema": schema}}});
        json!({"{$request.body#/url}": {"post": {"requestBody": body, "responses": answer}}})
    };
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {"/subs/{id}": {"post": {
            "operationId": "subscribe",
            "responses": answer,
            "callbacks": {"born": event("weight"), "sold": event("price")}
        }}}
    });
    let contract = Contract::from_openapi(&document).expect("a contract");
    let subscribed = subscription(("", "", r#"{"url": "https://l.example/hook"}"#), (201, "", "{}"));
    let sold = "POST /hook HTTP/1.1\nHost: l.example\nContent-Type: application/json\n\n{\"price\": 1}\n\n\
                HTTP/1.1 204 No Content\n";
    let captures = [capture("a", &subscribed), capture("b", sold)];
    assert_eq!(exercised(&contract, &captures, &[]), "callback:subscribe/sold 1, subscribe 1");
}

#[test]
fn what_is_kept_of_many_urls_does_not_depend_on_their_order() {
    let contract = contract("{$request.body#/url}", &post());
    let callback = contract.operation("callback:subscribe/sold").expect("declared");
    let count = CALLBACK_URLS + 10;
    let urls = |numbers: &mut dyn Iterator<Item = usize>| {
        let mut urls = CallbackUrls::default();
        for number in numbers {
            let url = format!("https://l.example/{number:05}");
            urls.add(&contract, callback, &url, false, Some("api.example"));
        }
        urls
    };
    let up = urls(&mut (0..count));
    assert_eq!(up, urls(&mut (0..count).rev()));
    let mut merged = urls(&mut (0..count / 2));
    merged += &urls(&mut (count / 3..count));
    assert_eq!(up, merged);
    assert_eq!(up.cut().collect::<Vec<_>>(), ["callback:subscribe/sold"]);
    assert_eq!(urls(&mut (0..CALLBACK_URLS)).cut().count(), 0);
}

/// Of URLs with one host and path, the one with the most of the request's query is meant.
#[test]
fn the_longest_query_decides() {
    let answer = json!({"default": {"description": "d"}});
    let callback = json!({"post": {"responses": answer}});
    let document = json!({
        "openapi": "3.1.0",
        "info": {"title": "Shop", "version": "1"},
        "paths": {"/subs/{id}": {"post": {
            "operationId": "subscribe",
            "responses": answer,
            "callbacks": {
                "any": {"https://l.example/hook": callback},
                "born": {"https://l.example/hook?event=born": callback},
                "old": {"https://l.example/hook?v=1&event=born": callback},
                "any-of": {"https://l.example/hook/{id}": callback},
                "one-of": {"https://l.example/hook/{id}?event=born": callback}
            }
        }}}
    });
    let contract = Contract::from_openapi(&document).expect("a contract");
    for (target, expected) in [
        ("/hook", "any"),
        ("/hook?event=sold", "any"),
        ("/hook?event=born", "born"),
        ("/hook?x=1&event=born&a=2", "born"),
        ("/hook?event=born&v=1", "old"),
        ("/hook?event=born&v=2", "born"),
        ("/hook/7", "any-of"),
        ("/hook/7?event=born&x=2", "one-of"),
    ] {
        let captures = [capture("a", &request("POST", "l.example", target))];
        assert_eq!(exercised(&contract, &captures, &[]), format!("callback:subscribe/{expected} 1"), "{target}");
    }
}

/// Many subscriptions differ only in the query of their URLs, and paths may be long.
#[test]
fn many_urls_and_long_paths_take_no_time_each() {
    let contract = contract("{$request.body#/url}", &post());
    let callback = contract.operation("callback:subscribe/sold").expect("declared");
    let mut urls = CallbackUrls::default();
    for number in 0..CALLBACK_URLS {
        let url = format!("https://l.example/hook?sub={number}&x=1");
        urls.add(&contract, callback, &url, false, Some("api.example"));
        urls.add(&contract, callback, &format!("https://l.example/of/{{id}}?sub={number}"), true, Some("api.example"));
    }
    let claimed = |target: &str| {
        let target = crate::contract::RequestTarget::parse(target);
        let claims = urls.claims(&contract, "POST", Some("l.example"), &target);
        claims.into_iter().next().and_then(|claim| claim.query)
    };
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    for number in (0..CALLBACK_URLS).step_by(7) {
        let value = number.to_string();
        let query = vec![pair("sub", &value), pair("x", "1")];
        assert_eq!(claimed(&format!("/hook?n=2&x=1&sub={number}")), Some(query));
        assert_eq!(claimed(&format!("/of/8?a=1&sub={number}")), Some(vec![pair("sub", &value)]));
        assert_eq!(claimed(&format!("/hook?sub={number}")), None);
    }
    let long = "/a".repeat(100_000);
    assert_eq!(claimed(&long), None);
    let many: String = (0..2_000).map(|number| format!("&sub={number}")).collect();
    claimed(&format!("/hook?{many}"));
}
