//! The HTML reports in a browser: headless Chromium, driven over a pipe by its own protocol.
//!
//! `cargo test -- --include-ignored` runs these; `CHROMIUM` names the browser where it is not `chromium`.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::common;

/// Longest that a test takes before the browser is ended.
const PATIENCE: Duration = Duration::from_secs(120);

/// A browser with one page.
struct Browser {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    session: Option<String>,
    next: u64,
    /// Errors and warnings of the page, and what it asked the network for.
    complaints: Vec<String>,
    requests: Vec<String>,
    loaded: bool,
    /// Where the browser keeps its things.
    _home: tempfile::TempDir,
    /// One browser at a time: what it takes to load a page is asked about.
    _alone: MutexGuard<'static, ()>,
}

static ALONE: Mutex<()> = Mutex::new(());

impl Browser {
    fn start() -> Self {
        // A test that failed has left nothing behind that another one would mind.
        let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
        let home = tempfile::tempdir().expect("a folder");
        let program = std::env::var("CHROMIUM").unwrap_or_else(|_| "chromium".to_owned());
        // The browser reads its commands from descriptor 3 and answers on 4.
        let mut child = Command::new("sh")
            .args([
                "-c",
                "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1",
            ])
            .arg(program)
            .args([
                "--headless=new",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args([
                "--disable-extensions",
                "--remote-debugging-pipe",
                "--window-size=1280,900",
            ])
            .arg(format!("--user-data-dir={}", home.path().display()))
            .arg("about:blank")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let input = child.stdin.take().expect("a pipe");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let pid = child.id();
        std::thread::spawn(move || {
            std::thread::sleep(PATIENCE);
            // By then the test is over, or it never will be.
            let _ = Command::new("kill")
                .arg(pid.to_string())
                .stderr(Stdio::null())
                .status();
        });
        let mut browser = Self {
            child,
            input,
            output,
            session: None,
            next: 0,
            complaints: Vec::new(),
            requests: Vec::new(),
            loaded: false,
            _home: home,
            _alone: alone,
        };
        let target = browser.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = browser.call(
            "Target.attachToTarget",
            json!({"targetId": target["targetId"], "flatten": true}),
        );
        browser.session = Some(
            attached["sessionId"]
                .as_str()
                .expect("a session")
                .to_owned(),
        );
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.call(&format!("{domain}.enable"), json!({}));
        }
        browser
    }

    /// Sends a command and waits for its answer.
    fn call(&mut self, method: &str, params: impl Into<Value>) -> Value {
        self.next += 1;
        let id = self.next;
        let mut command = json!({"id": id, "method": method, "params": params.into()});
        if let Some(session) = &self.session {
            command["sessionId"] = json!(session);
        }
        self.input
            .write_all(command.to_string().as_bytes())
            .expect("the browser reads");
        self.input.write_all(b"\0").expect("the browser reads");
        loop {
            let message = self.message();
            if message["id"] == json!(id) {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
        }
    }

    /// The next message of the browser; events are noted.
    fn message(&mut self) -> Value {
        let mut bytes = Vec::new();
        self.output
            .read_until(0, &mut bytes)
            .expect("the browser answers");
        assert!(
            !bytes.is_empty(),
            "the browser has ended; is Chromium installed?"
        );
        bytes.pop();
        let message: Value = serde_json::from_slice(&bytes).expect("JSON");
        let params = &message["params"];
        match message["method"].as_str() {
            Some("Page.loadEventFired") => self.loaded = true,
            Some("Runtime.exceptionThrown") => self.complaints.push(params.to_string()),
            Some("Log.entryAdded") => self.complaints.push(params["entry"]["text"].to_string()),
            Some("Runtime.consoleAPICalled") => self.complaints.push(params.to_string()),
            Some("Network.requestWillBeSent") => {
                let url = params["request"]["url"].as_str().unwrap_or_default();
                self.requests.push(url.to_owned());
            }
            _ => {}
        }
        message
    }

    /// Opens a file and waits until it is loaded.
    fn open(&mut self, file: &Path, fragment: &str) {
        self.loaded = false;
        let url = format!("file://{}{fragment}", file.display());
        self.call("Page.navigate", json!({"url": url}));
        while !self.loaded {
            self.message();
        }
    }

    /// What an expression is on the page.
    fn ask(&mut self, expression: &str) -> Value {
        let params = json!({"expression": expression, "returnByValue": true, "awaitPromise": true});
        let result = self.call("Runtime.evaluate", params);
        assert!(
            result["exceptionDetails"].is_null(),
            "{expression}: {result}"
        );
        result["result"]["value"].clone()
    }

    /// The page as somebody sees it who prefers a colour scheme.
    fn prefer(&mut self, scheme: &str) {
        let features = json!([{"name": "prefers-color-scheme", "value": scheme}]);
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }

    fn resize(&mut self, width: u32) {
        let params =
            json!({"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false});
        self.call("Emulation.setDeviceMetricsOverride", params);
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wiredrift(folder: &Path, arguments: &[&str]) {
    let run = common::wiredrift(folder, arguments, "");
    assert!(matches!(run.code, 0 | 1), "{}", run.stderr);
}

/// A report in a folder of its own.
struct Written {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

fn written(arguments: &[&str]) -> Written {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.html");
    let output = format!("html={}", path.display());
    wiredrift(
        common::root(),
        &[arguments, &["--output", &output]].concat(),
    );
    Written {
        _folder: folder,
        path,
    }
}

const ORGANISATIONS: [&str; 6] = [
    "report",
    "organisations@v1",
    "organisations@v2",
    "samples/organisations",
    "--consumer-by",
    "header:User-Agent",
];

/// The changes that are shown.
const SHOWN: &str = "document.querySelectorAll('article.change:not([hidden])').length";

/// Types into the search field, and waits until the filter has run.
fn search(browser: &mut Browser, text: &str) -> u64 {
    let text = json!(text);
    browser
        .ask(&format!(
            "(async () => {{ const q = document.getElementById('f-q'); q.value = {text}; \
         q.dispatchEvent(new Event('input', {{bubbles: true}})); \
         await new Promise(done => setTimeout(done, 300)); return {SHOWN}; }})()"
        ))
        .as_u64()
        .expect("a number")
}

/// Sets a control of the filters, and waits until the filter has run.
fn choose(browser: &mut Browser, control: &str) -> u64 {
    browser
        .ask(&format!(
            "(async () => {{ const form = document.getElementById('filters'); {control}; \
         form.dispatchEvent(new Event('input', {{bubbles: true}})); \
         await new Promise(done => setTimeout(done, 300)); return {SHOWN}; }})()"
        ))
        .as_u64()
        .expect("a number")
}

#[test]
#[ignore = "needs Chromium"]
fn every_report_opens_without_a_complaint_and_without_the_network() {
    let mut browser = Browser::start();
    let reports = [
        written(&ORGANISATIONS),
        written(&["diff", "organisations@v1", "organisations@v2"]),
        written(&[
            "check",
            "samples/organisations",
            "--contract",
            "organisations@v2",
            "--keep-going",
        ]),
        written(&[
            "report",
            "samples/petstore/openapi.yaml",
            "samples/petstore/next.yaml",
        ]),
    ];
    for report in &reports {
        browser.open(&report.path, "");
        assert_eq!(browser.complaints, Vec::<String>::new());
        let others = browser
            .requests
            .iter()
            .filter(|url| !url.starts_with("file://"));
        assert_eq!(others.count(), 0, "{:?}", browser.requests);
        // The style sheet and the script are allowed by the policy, and ran.
        assert_eq!(browser.ask("document.styleSheets.length"), json!(1));
        assert_eq!(
            browser.ask("document.getElementById('filters').hidden"),
            json!(false)
        );
        let doubles = "(() => { const ids = [...document.querySelectorAll('[id]')].map(e => e.id); \
                       return ids.filter((id, i) => ids.indexOf(id) !== i); })()";
        assert_eq!(browser.ask(doubles), json!([]));
        let dead = "[...document.querySelectorAll('a[href^=\"#\"]')].map(a => a.hash.slice(1)) \
                    .filter(id => !document.getElementById(id))";
        assert_eq!(browser.ask(dead), json!([]));
        for width in [360, 1280] {
            browser.resize(width);
            let overflow = "document.documentElement.scrollWidth - window.innerWidth";
            let overflow = browser.ask(overflow).as_i64().expect("a number");
            assert!(overflow <= 0, "{width} pixels: {overflow} too wide");
        }
    }
    assert_eq!(
        browser.requests.len(),
        reports.len(),
        "{:?}",
        browser.requests
    );
}

#[test]
#[ignore = "needs Chromium"]
fn search_and_filters_show_what_was_asked_for() {
    let report = written(&ORGANISATIONS);
    let mut browser = Browser::start();
    browser.open(&report.path, "");
    let all = browser.ask(SHOWN).as_u64().expect("a number");
    assert!(all > 40, "{all}");
    let archived = search(&mut browser, "archived");
    assert!(0 < archived && archived < all, "{archived}");
    let texts = "[...document.querySelectorAll('article.change:not([hidden])')] \
                 .every(e => e.textContent.toLowerCase().includes('archived'))";
    assert_eq!(browser.ask(texts), json!(true));
    assert_eq!(search(&mut browser, "no such words"), 0);
    assert_eq!(
        browser.ask("document.getElementById('none').hidden"),
        json!(false)
    );
    assert_eq!(search(&mut browser, ""), all);

    let errors = choose(
        &mut browser,
        "for (const box of form.elements.level) box.checked = box.value === 'error'",
    );
    let levels = "[...document.querySelectorAll('article.change:not([hidden])')] \
                  .map(e => e.dataset.level).filter((l, i, all) => all.indexOf(l) === i)";
    assert_eq!(browser.ask(levels), json!(["error"]));
    let requests = choose(&mut browser, "form.elements.side.value = 'request'");
    assert!(requests < errors, "{requests} of {errors}");
    choose(
        &mut browser,
        "form.elements.side.value = ''; for (const box of form.elements.level) box.checked = true",
    );
    let unseen = choose(&mut browser, "form.elements.seen.value = 'no'");
    let seen = choose(&mut browser, "form.elements.seen.value = 'yes'");
    let none = choose(&mut browser, "form.elements.seen.value = 'none'");
    assert_eq!(unseen + seen + none, all);
    assert!(seen > 0 && unseen > 0, "{seen} {unseen}");
    let said = browser.ask("document.getElementById('shown').textContent");
    assert_eq!(said, json!(format!("{none} of {all} changes")));
    choose(&mut browser, "form.elements.seen.value = ''");
    let of_list = choose(&mut browser, "form.elements.op.selectedIndex = 1");
    assert!(0 < of_list && of_list < all, "{of_list}");

    // A link to a change leads there, whatever was filtered.
    let id = browser.ask("document.querySelector('article.change[data-level=warning]').id");
    let fragment = format!("#{}", id.as_str().expect("an id"));
    browser.open(&report.path, "?again");
    browser.open(&report.path, &fragment);
    let in_view = format!(
        "(() => {{ const at = document.getElementById({id}).getBoundingClientRect().top; \
         return at >= 0 && at < window.innerHeight; }})()"
    );
    assert_eq!(browser.ask(&in_view), json!(true));
    assert_eq!(browser.complaints, Vec::<String>::new());
}

#[test]
#[ignore = "needs Chromium"]
fn what_comes_from_captures_and_contracts_stays_text() {
    let evil = "<script>window.hit = 1</script><img src=x onerror=\"window.hit = 2\">";
    let folder = tempfile::tempdir().expect("a folder");
    let schema = |properties: Value| {
        json!({
            "openapi": "3.1.0",
            "info": {"title": evil, "version": evil},
            "paths": {format!("/{evil}"): {"get": {
                "operationId": evil,
                "responses": {"200": {"description": evil, "content": {"application/json": {"schema": {
                    "title": evil, "type": "object", "properties": properties
                }}}}}
            }}},
        })
    };
    let old = schema(json!({evil: {"enum": [evil, "b"]}, "gone": {"type": "string"}}));
    let new = schema(json!({evil: {"enum": ["b", format!("{evil}2")]}}));
    fs::write(folder.path().join("old.json"), old.to_string()).expect("written");
    fs::write(folder.path().join("new.json"), new.to_string()).expect("written");
    let captures = folder.path().join("captures");
    fs::create_dir(&captures).expect("a folder");
    let payload = json!({evil: evil, "gone": evil, format!("{evil}3"): {evil: [evil]}});
    // A slash would be a folder.
    let name = "<script>window.hit = 3<script>\"'><b>.json";
    fs::write(captures.join(name), payload.to_string()).expect("written");
    let http = format!(
        "GET /{evil} HTTP/1.1\r\nHost: {evil}\r\nUser-Agent: {evil}\r\n\r\nHTTP/1.1 200 OK\r\nContent-Type: \
         application/json\r\n\r\n{payload}"
    );
    fs::write(captures.join("x.http"), http).expect("written");
    let mut browser = Browser::start();
    let consumer = ["--consumer-by", "header:User-Agent", "--keep-going"];
    for (file, arguments) in [
        (
            "report.html",
            vec!["report", "old.json", "new.json", "captures"],
        ),
        ("diff.html", vec!["diff", "old.json", "new.json"]),
        (
            "check.html",
            vec![
                "check",
                "captures",
                "--contract",
                "new.json",
                "--keep-going",
            ],
        ),
    ] {
        let output = format!("html={file}");
        let more: &[&str] = if file == "report.html" {
            &consumer
        } else {
            &[]
        };
        wiredrift(
            folder.path(),
            &[&arguments[..], more, &["--output", &output]].concat(),
        );
        let path = folder.path().join(file);
        let text = fs::read_to_string(&path).expect("a report");
        assert!(
            text.contains("window.hit"),
            "{file} shows what was injected"
        );
        browser.open(&path, "");
        assert_eq!(browser.ask("window.hit ?? null"), Value::Null, "{file}");
        assert_eq!(browser.ask("document.scripts.length"), json!(1), "{file}");
        assert_eq!(
            browser.ask("document.querySelectorAll('img, b').length"),
            json!(0),
            "{file}"
        );
        assert_eq!(browser.complaints, Vec::<String>::new(), "{file}");
    }
}

/// The lowest contrast of any text on the page with what is behind it (WCAG 2.2, 1.4.3).
const CONTRAST: &str = r"(() => {
  const parse = (text) => (text.match(/[\d.]+/g) ?? []).map(Number);
  const light = (c) => { c /= 255; return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
  const luminance = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const over = ([r, g, b, a = 1], below) =>
    [r, g, b].map((c, i) => c * a + below[i] * (1 - a));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.push(parse(getComputedStyle(at).backgroundColor));
    const dark = matchMedia('(prefers-color-scheme: dark)').matches;
    return layers.reverse().reduce((below, layer) => over(layer, below), dark ? [0, 0, 0] : [255, 255, 255]);
  };
  document.querySelectorAll('details').forEach((element) => { element.open = true; });
  let worst = [99, ''];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || element.closest('script, style, title, desc')) continue;
    const style = getComputedStyle(element);
    if (style.visibility === 'hidden' || style.display === 'none') continue;
    const below = behind(element);
    const ink = element.closest('svg') ? style.fill : style.color;
    const [one, other] = [luminance(over(parse(ink), below)), luminance(below)].sort((a, b) => b - a);
    const contrast = (one + 0.05) / (other + 0.05);
    if (contrast < worst[0]) worst = [contrast, element.outerHTML.slice(0, 120)];
  }
  return worst;
})()";

#[test]
#[ignore = "needs Chromium"]
fn all_text_can_be_read_in_both_colour_schemes() {
    let report = written(&ORGANISATIONS);
    let mut browser = Browser::start();
    browser.open(&report.path, "");
    for scheme in ["light", "dark"] {
        browser.prefer(scheme);
        let worst = browser.ask(CONTRAST);
        let contrast = worst[0].as_f64().expect("a number");
        assert!((4.5..99.0).contains(&contrast), "{scheme}: {worst}");
    }
}

/// Two contracts that differ in 5,000 properties.
fn large(folder: &Path) {
    let document = |kind: &str| {
        let paths = (0..250).map(|operation| {
            let properties = (0..20).map(|property| {
                (format!("property_{property}"), json!({"type": kind, "description": "A property."}))
            });
            let schema = json!({"type": "object", "properties": properties.collect::<serde_json::Map<_, _>>()});
            let item = json!({"get": {
                "operationId": format!("read-{operation}"),
                "responses": {"200": {"description": "", "content": {"application/json": {"schema": schema}}}}
            }});
            (format!("/resources/{operation}"), item)
        });
        json!({
            "openapi": "3.1.0", "info": {"title": "Large", "version": kind},
            "paths": paths.collect::<serde_json::Map<_, _>>()
        })
    };
    fs::write(folder.join("old.json"), document("string").to_string()).expect("written");
    fs::write(folder.join("new.json"), document("integer").to_string()).expect("written");
    let payload: serde_json::Map<String, Value> = (0..20)
        .map(|property| (format!("property_{property}"), json!("a value")))
        .collect();
    let payload = Value::Object(payload).to_string();
    let lines: Vec<String> = (0..250)
        .map(|operation| {
            format!(
                "GET /resources/{operation} HTTP/1.1\r\nHost: a\r\n\r\nHTTP/1.1 200 OK\r\n\
                 Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{payload}\r\n\r\n",
                payload.len()
            )
        })
        .collect();
    fs::write(folder.join("traffic.http"), lines.concat()).expect("written");
}

#[test]
#[ignore = "needs Chromium"]
fn five_thousand_changes_fit_into_eight_megabytes_and_load_in_two_seconds() {
    let folder = tempfile::tempdir().expect("a folder");
    large(folder.path());
    let arguments = [
        "report",
        "old.json",
        "new.json",
        "traffic.http",
        "--output",
        "html=report.html",
    ];
    wiredrift(folder.path(), &arguments);
    let path = folder.path().join("report.html");
    let text = fs::read_to_string(&path).expect("a report");
    assert_eq!(text.matches("<article class=\"change\"").count(), 5_000);
    assert!(text.len() < 8_000_000, "{} bytes", text.len());
    let mut browser = Browser::start();
    // What else the machine does is not what is asked about: the page is loaded until it is quick once.
    let mut best = f64::INFINITY;
    for _ in 0..8 {
        browser.open(&path, "");
        let loaded = "performance.getEntriesByType('navigation')[0].loadEventStart";
        best = best.min(browser.ask(loaded).as_f64().expect("a number"));
        if best < 2_000.0 {
            break;
        }
    }
    assert!(best < 2_000.0, "{best} ms");
    let clock = format!(
        "(async () => {{ const q = document.getElementById('f-q'); const start = performance.now(); \
         q.value = 'property_7'; q.dispatchEvent(new Event('input', {{bubbles: true}})); \
         while ({SHOWN} === 5000) await new Promise(done => setTimeout(done, 5)); \
         return performance.now() - start; }})()"
    );
    let filtered = browser.ask(&clock).as_f64().expect("a number");
    assert!(filtered < 1_000.0, "{filtered} ms");
}
