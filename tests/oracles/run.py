"""Records HTTP exchanges with cassette libraries, and compares what wiredrift reads with what the server logged.

    tests/oracles/run.py --wiredrift target/release/wiredrift

README.md in this folder describes the comparison.
"""

import argparse
import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from urllib.parse import parse_qs

from exchanges import exchanges, is_utf8

HERE = Path(__file__).resolve().parent
PLAN = {exchange.name: exchange for exchange in exchanges()}


class Failure(Exception):
    """A recorder or wiredrift could not run."""


def run(command, **options):
    options.setdefault("timeout", 60)
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False, **options)
    except subprocess.TimeoutExpired as error:
        raise Failure(f"{Path(command[0]).name} did not end within {options['timeout']} seconds") from error
    if done.returncode:
        raise Failure(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


# Installation


class Tools:
    """The libraries, each set in a folder of its own below the cache."""

    def __init__(self, cache, pythons):
        self.cache = cache
        self.pythons = pythons

    def venv(self, name, requirements, pythons):
        """The Python of a virtual environment with these requirements."""
        folder = self.cache / name
        python = folder / "bin" / "python"
        wanted = (HERE / requirements).read_text()
        mark = folder / "installed.txt"
        if not mark.exists() or mark.read_text() != wanted:
            errors = []
            for candidate in pythons:
                shutil.rmtree(folder, ignore_errors=True)
                try:
                    run([candidate, "-m", "venv", folder])
                    run([python, "-m", "pip", "install", "--quiet", "-r", HERE / requirements], timeout=600)
                    break
                except (Failure, OSError) as error:
                    errors.append(f"{candidate}: {error}")
            else:
                raise Failure(f"cannot install {requirements}: " + "; ".join(errors))
            mark.write_text(wanted)
        return python

    def python(self):
        return self.venv("python", "requirements.txt", self.pythons)

    def mitmdump(self, which):
        return self.venv(which, f"requirements-{which}.txt", self.pythons).parent / "mitmdump"

    def node(self):
        """The folder with the Node.js recorders next to their packages."""
        folder = self.cache / "node"
        folder.mkdir(parents=True, exist_ok=True)
        wanted = (HERE / "package.json").read_text()
        mark = folder / "installed.txt"
        for script in HERE.glob("*.mjs"):
            shutil.copy(script, folder)
        if not mark.exists() or mark.read_text() != wanted:
            shutil.copy(HERE / "package.json", folder)
            run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--no-package-lock"], cwd=folder, timeout=600)
            mark.write_text(wanted)
        return folder

    def version(self, package):
        """The installed version of a package of Python or Node.js."""
        manifest = self.cache / "node" / "node_modules" / package / "package.json"
        if manifest.exists():
            return json.loads(manifest.read_text())["version"]
        return self.python_version("python", package)

    def python_version(self, venv, package):
        code = f"from importlib.metadata import version; print(version({package!r}))"
        return run([self.cache / venv / "bin" / "python", "-c", code]).strip()


# Recording


class Server:
    """The server of the library, with the log of what it received and sent."""

    def __init__(self, python, folder):
        self.log = folder / "server.ndjson"
        self.process = subprocess.Popen([python, HERE / "server.py", self.log])
        self.port = self.wait()["port"]

    def wait(self):
        for _ in range(200):
            if self.log.exists() and self.log.read_text().endswith("\n"):
                return self.lines()[0]
            time.sleep(0.05)
        raise Failure("the server did not start")

    def lines(self):
        return [json.loads(line) for line in self.log.read_text().splitlines()]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        return self.lines()[1:]


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def write_plan(path, port, skipped):
    requests = [
        {
            "target": exchange.target,
            "method": exchange.method,
            "type": exchange.type,
            "headers": exchange.headers,
            "body": base64.b64encode(exchange.body).decode(),
            "sent_as": exchange.sent_as,
        }
        for exchange in PLAN.values()
        if not exchange.is_followed and exchange.name not in skipped
    ]
    path.write_text(json.dumps({"url": f"http://127.0.0.1:{port}", "requests": requests}))


def record_with(command):
    """A recording by a command that takes the plan and the folder."""

    def record(tools, plan, folder):
        script, *options = command
        if script.endswith(".py"):
            run([tools.python(), HERE / script, plan, folder, *options])
        else:
            run([tools.node() / "node_modules/node/bin/node", script, plan, folder, *options], cwd=tools.node())

    return record


def record_with_mitmproxy(which, output):
    def record(tools, plan, folder):
        port = free_port()
        dump = folder / "library.flows"
        options = ["--set", f"confdir={tools.cache / 'mitmproxy-configuration'}", "-q"]
        listen = ["--listen-host", "127.0.0.1", "--listen-port", str(port), "-w", str(dump)]
        proxy = subprocess.Popen([tools.mitmdump(which), *options, *listen])
        try:
            for _ in range(400):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                time.sleep(0.1)
            run([tools.python(), HERE / "record_proxy.py", plan, folder, f"http://127.0.0.1:{port}"])
        finally:
            proxy.send_signal(signal.SIGINT)
            proxy.wait()
        if output == "har":
            run([tools.mitmdump(which), *options, "-n", "-r", dump, "--set", f"hardump={folder / 'library.har'}"])
            dump.unlink()

    return record


# Comparison


def is_json(media_type):
    essence = media_type.split(";")[0].strip().lower()
    return essence == "application/json" or essence.endswith("+json")


def altered(value):
    """The same value with a different last leaf."""
    if isinstance(value, dict):
        last = next(reversed(value), None)
        return {**value, last: altered(value[last])} if value else {"other": 1}
    if isinstance(value, list):
        return [*value[:-1], altered(value[-1])] if value else [1]
    if isinstance(value, str):
        return value[:-1] + ("y" if value.endswith("x") else "x")
    if value is None:
        return False
    return (not value) if isinstance(value, bool) else value + 1


def as_in_javascript(value):
    """A value whose numbers are those of JavaScript."""
    if isinstance(value, dict):
        return {key: as_in_javascript(member) for key, member in value.items()}
    if isinstance(value, list):
        return [as_in_javascript(element) for element in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > 2**53:
        # JavaScript writes integers below 1e21 without an exponent.
        return int(Decimal(repr(float(value)))) if abs(value) < 10**21 else float(value)
    return value


class Variant:
    """A library with options, and what it cannot record."""

    def __init__(self, library, options, record, version, losses=(), skipped=(), has_javascript_numbers=False):
        self.library = library
        self.options = options
        self.record = record
        self.version = version
        # Bodies that the library does not record, by the name of the exchange and the side.
        self.losses = losses
        # Exchanges that are not sent, because recording fails with them.
        self.skipped = skipped
        self.has_javascript_numbers = has_javascript_numbers

    def name(self):
        return f"{self.library} {self.options}"

    def body(self, exchange, side):
        """The expected JSON, as a list of one value; an empty list if the body is something else."""
        content = base64.b64decode(exchange[side])
        if not content or not is_json(exchange[f"{side}_type"]):
            return []
        value = json.loads(content)
        return [as_in_javascript(value) if self.has_javascript_numbers else value]

    def contract(self, log, change=lambda value: value):
        """An OpenAPI document in which every exchange is an operation that accepts nothing else."""
        paths = {}
        for exchange in log:

            def content(side):
                if not exchange[side]:
                    return {}
                body = self.body(exchange, side)
                # Other bodies have no schema: bodies.py compares them.
                media = {"schema": {"const": change(body[0])}} if body else {}
                return {"content": {exchange[f"{side}_type"].split(";")[0].strip(): media}}

            path, _, query = exchange["target"].partition("?")
            operation = {
                "operationId": exchange["name"],
                "parameters": [
                    {
                        "name": name,
                        "in": "query",
                        "required": True,
                        "schema": {"const": values[0]} if len(values) == 1 else {"type": "array", "const": values},
                    }
                    for name, values in parse_qs(query, keep_blank_values=True).items()
                ],
                "responses": {str(exchange["status"]): {"description": exchange["name"], **content("response")}},
            }
            if exchange["request"]:
                operation["requestBody"] = {"required": True, **content("request")}
            paths.setdefault(path, {})[exchange["method"].lower()] = operation
        return {"openapi": "3.1.0", "info": {"title": "library", "version": "1"}, "paths": paths}


def check(wiredrift, folder, name, contract, recordings):
    """The report of `wiredrift check` as JSON."""
    path = folder / f"{name}.json"
    path.write_text(json.dumps(contract))
    command = [wiredrift, "check", *recordings, "--contract", path, "--payloads", "--strict-requests"]
    command += ["--no-config", "--no-ci", "-o", "json"]
    # The exchanges have headers and links to nowhere.
    command += ["--level", "undeclared-header=off", "--level", "unmatched-link=off"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if not done.stdout.startswith("{"):
        raise Failure(f"wiredrift failed: {done.stderr.strip()}")
    (folder / f"{name}.report.json").write_text(done.stdout)
    return json.loads(done.stdout)


def count_exchanges(wiredrift, folder, recordings):
    """How many exchanges the recordings hold, and how many with each operation."""
    command = [wiredrift, "captures", *recordings, "--contract", folder / "contract.json", "--no-config", "-o", "json"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    if not done.stdout.startswith("{"):
        raise Failure(f"wiredrift failed: {done.stderr.strip()}")
    total, counts = 0, {}
    for file in json.loads(done.stdout)["files"]:
        total += file["exchanges"]
        for operation in file["operations"]:
            counts[operation["operation"]] = counts.get(operation["operation"], 0) + operation["exchanges"]
    return total, counts


def verdicts(report):
    """The verdict on each payload, by operation and side."""
    found = {}
    for payload in report["payloads"]:
        target = payload.get("target") or {}
        key = (target.get("operation"), target.get("side"))
        found.setdefault(key, []).append(payload["verdict"])
    return found


def compare(variant, wiredrift, folder, log, recordings):
    """The exchanges read, the equal JSON bodies, and the differences."""
    differences = [f"the server does not know {line['unknown']}" for line in log if "unknown" in line]
    log = [line for line in log if "name" in line]
    report = check(wiredrift, folder, "contract", variant.contract(log), recordings)
    control = check(wiredrift, folder, "control", variant.contract(log, altered), recordings)
    total, counts = count_exchanges(wiredrift, folder, recordings)
    found, refuted = verdicts(report), verdicts(control)
    losses = set(variant.losses)
    equal = 0
    if total != len(log):
        differences.append(f"{total} exchanges read, expected {len(log)}")
    for exchange in log:
        name = exchange["name"]
        if counts.get(name, 0) != 1:
            differences.append(f"{name}: read {counts.get(name, 0)} times, expected once")
        for side in ["request", "response"]:
            seen = found.pop((name, side), [])
            if (name, side) in losses:
                if seen == ["conforms"]:
                    differences.append(f"{name} {side}: is recorded, although it is listed as lost")
                continue
            if not variant.body(exchange, side):
                wanted = ["other-media-type"] if exchange[side] else []
                if seen != wanted:
                    differences.append(f"{name} {side}: verdicts {seen}, expected {wanted}")
                continue
            if seen != ["conforms"]:
                differences.append(f"{name} {side}: verdicts {seen}, expected that the body conforms")
            elif refuted.get((name, side)) != ["deviates"]:
                differences.append(f"{name} {side}: conforms although another body is expected")
            else:
                equal += 1
    differences += [f"{name} {side}: unexpected payload: {seen}" for (name, side), seen in found.items()]
    for finding in report["findings"]:
        places = {(operation["operation"], operation["side"]) for operation in finding["operations"]}
        if not places or not places <= losses:
            where = " ".join(str(part) for part in next(iter(places), ["?"]))
            differences.append(f"{finding['rule']}: {where}: {finding['message'][:300]}")
    for problem in report["problems"]:
        differences.append(f"problem: {problem.get('entry')}:{problem.get('line')}: {problem['message']}")
    return total, equal, differences


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--wiredrift", default="wiredrift", help="the binary to test (default: the one on PATH)")
    parser.add_argument("--only", metavar="TEXT", help="run only variants whose name contains this text")
    more = "another Python to try; may be repeated"
    parser.add_argument("--python", action="append", default=[], metavar="PATH", help=more)
    parser.add_argument("--show", type=int, default=10, metavar="N", help="differences to print per variant")
    options = parser.parse_args()
    default = Path(tempfile.gettempdir()) / "wiredrift-oracles"
    cache = Path(os.environ.get("WIREDRIFT_ORACLES", default)).resolve()
    tools = Tools(cache, [sys.executable, *options.python, "python3.14", "python3.13", "python3.12"])
    failed = False
    for number, variant in enumerate(variants(), 1):
        if options.only and options.only not in variant.name():
            continue
        folder = cache / "recordings" / f"{number:02}-{variant.name().replace(', ', '-').replace(' ', '-')}"
        shutil.rmtree(folder, ignore_errors=True)
        (folder / "recording").mkdir(parents=True)
        try:
            server = Server(tools.python(), folder)
            try:
                write_plan(folder / "plan.json", server.port, variant.skipped)
                variant.record(tools, folder / "plan.json", folder / "recording")
            finally:
                log = server.stop()
            recordings = [path for path in sorted((folder / "recording").rglob("*")) if path.is_file()]
            read, equal, differences = compare(variant, options.wiredrift, folder, log, recordings)
            version = variant.version(tools)
        except Failure as failure:
            failed = True
            print(f"{variant.name()}: {failure}", flush=True)
            continue
        sent = f"{len(log)} exchanges recorded, {read} read, {len(variant.skipped)} not sent"
        bodies = f"{equal} JSON bodies equal, {len(variant.losses)} lost"
        name = f"{variant.library} {version} {variant.options}"
        print(f"{name}: {sent}; {bodies}; differences: {len(differences)}", flush=True)
        for difference in differences[: options.show]:
            print(f"  {difference}")
        if len(differences) > options.show:
            print(f"  … and {len(differences) - options.show} more; see {folder}")
        failed |= bool(differences)
    return int(failed)


def is_plain_text(exchange):
    """Whether a recorder that knows text only can record the exchange."""
    return exchange.sent_as == "bytes" and is_utf8(exchange.body) and is_utf8(exchange.answer)


def variants():
    """Every library with its options. README.md explains what is lost and not sent."""

    def of(package):
        return lambda tools: tools.version(package)

    def mitmproxy(which):
        return lambda tools: tools.python_version(which, "mitmproxy")

    def named(accepts):
        return {name for name, exchange in PLAN.items() if accepts(exchange)}

    not_text = named(lambda exchange: not is_plain_text(exchange))
    encoded = named(lambda exchange: exchange.coding)
    not_gzip = named(lambda exchange: exchange.coding not in ("", "gzip"))
    raw_deflate = named(lambda exchange: exchange.coding == "raw-deflate")
    parts = named(lambda exchange: exchange.sent_as == "parts")

    for client, serializer, bodies, skipped in [
        ("requests", "yaml", "plain", set()),
        ("requests", "yaml", "decoded", set()),
        ("requests", "json", "plain", not_text),
        ("requests", "json", "decoded", not_text),
        ("http.client", "yaml", "plain", set()),
        ("http.client", "yaml", "decoded", raw_deflate),
        ("http.client", "json", "plain", not_text | encoded),
        ("http.client", "json", "decoded", not_text | raw_deflate),
    ]:
        record = record_with(["record_vcrpy.py", client, serializer, bodies])
        yield Variant("vcrpy", f"{client}, {serializer}, {bodies}", record, of("vcrpy"), skipped=skipped)

    losses = {("post-file", "request")}
    for serializer in ["json", "prettyjson"]:
        for bodies, skipped in [("text", not_gzip | not_text - {"post-file"}), ("bytes", raw_deflate)]:
            record = record_with(["record_betamax.py", serializer, bodies])
            skipped = skipped | parts | {"head"}
            yield Variant("betamax", f"{serializer}, {bodies}", record, of("betamax"), losses, skipped)

    for which in ["mitmproxy", "mitmproxy-previous"]:
        for output, losses in [("flows", set()), ("har", {("delete-body", "request")})]:
            yield Variant("mitmproxy", output, record_with_mitmproxy(which, output), mitmproxy(which), losses)

    for extension in ["warc", "warc.gz"]:
        yield Variant("warcio", extension, record_with(["record_warcio.py", extension]), of("warcio"))

    losses = {(name, "response") for name in ["root-string", "root-string-number", "root-string-hex", "root-base64"]}
    losses |= {(name, "request") for name in ["post-root-string", "post-root-hex"]}
    for package, how in [("nock", "http"), ("nock", "fetch"), ("nock-13", "http")]:
        for headers in ["plain", "headers"]:
            record = record_with(["record_nock.mjs", package, how, headers])
            skipped = {"head"} if package == "nock" else set()
            yield Variant("nock", f"{how}, {headers}", record, of(package), losses, skipped, has_javascript_numbers=True)

    losses = {("post-gzip", "request"), ("multipart", "request")}
    for how, skipped in [("http", set()), ("fetch", {"not-modified", "moved", "moved-post"})]:
        yield Variant("Polly.js", how, record_with(["record_polly.mjs", how]), of("@pollyjs/core"), losses, skipped)


if __name__ == "__main__":
    sys.exit(main())
