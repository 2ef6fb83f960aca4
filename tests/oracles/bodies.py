"""Writes bodies with libraries that encode them, and compares what wiredrift reads with the values.

    tests/oracles/bodies.py --wiredrift target/release/wiredrift

README.md in this folder describes the comparison.
"""

import argparse
import base64
import json
import os
import shutil
import sys
import tempfile
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote_plus

import body_values
from body_values import Binary, at
from run import HERE, Failure, Tools, altered, check, run

FORM = "application/x-www-form-urlencoded"


@dataclass
class Encoder:
    """A library that writes bodies."""

    name: str
    # The package, with `npm:` for those of Node.js.
    package: str
    # form, multipart, xml or sequence.
    kind: str
    cases: object
    # The name of the function in encode.py or encode.mjs, if it is another one.
    command: str = ""

    def bodies(self, tools, cases):
        """The body of each case."""
        sent = [{"number": case.number, "value": without_files(case.value), "encoded": case.encoded} for case in cases]
        if self.package.startswith("npm:"):
            folder = tools.node()
            command = [folder / "node_modules/node/bin/node", "encode.mjs", self.command or self.name]
            return json.loads(run(command, cwd=folder, input=json.dumps(sent)))
        python = tools.venv("bodies", "requirements-bodies.txt", tools.pythons)
        return json.loads(
            run([python, HERE / "encode.py", self.command or self.name], input=json.dumps(sent), timeout=300)
        )

    def version(self, tools):
        package = self.package.removeprefix("npm:")
        match package:
            case "curl":
                return run(["curl", "--version"]).split()[1]
            case "python":
                return run([tools.cache / "bodies/bin/python", "--version"]).split()[1]
            case "node":
                return run([tools.node() / "node_modules/node/bin/node", "--version"]).strip().lstrip("v")
        return tools.version(package) if self.package.startswith("npm:") else tools.python_version("bodies", package)


def without_files(value):
    if isinstance(value, dict):
        return {name: without_files(member) for name, member in value.items()}
    if isinstance(value, list):
        return [without_files(element) for element in value]
    return None if isinstance(value, Binary) else value


# Contracts


def schema(case, alternatives, wrong):
    """A schema that accepts these values only, each with its path. It lacks the value at the path `wrong`.

    Elements of a list have one schema, with all of their values; in some cases, each has a schema of its own.
    """
    path, first = alternatives[0]
    keywords = dict(case.keywords.get(path, {}))
    if isinstance(first, dict):
        members = {
            name: schema(case, [((*path, name), value[name]) for path, value in alternatives], wrong) for name in first
        }
        closed = {"required": list(first), "additionalProperties": False}
        return {"type": "object", "properties": members, **closed, **keywords}
    if isinstance(first, list):
        elements = [((*path, index), element) for path, value in alternatives for index, element in enumerate(value)]
        lengths = [len(value) for _, value in alternatives]
        bounds = {"minItems": min(lengths), "maxItems": max(lengths)}
        if case.number % 8 == 0 and len(alternatives) == 1:
            own = [schema(case, [element], wrong) for element in elements]
            return {"type": "array", "prefixItems": own, **bounds, **keywords}
        return {"type": "array", "items": schema(case, elements, wrong), **bounds, **keywords}
    if isinstance(first, Binary):
        lengths = [value.length for _, value in alternatives]
        shorter = any(path == wrong for path, _ in alternatives)
        kept = {"minLength": min(lengths) - shorter, "maxLength": max(lengths) - shorter}
        return {"type": "string", **kept, **keywords}
    kinds = {bool: "boolean", int: "integer", float: "number", str: "string"}
    types = {"type": kinds[type(first)]} if case.number % 2 else {}
    refused = [value for path, value in alternatives if path == wrong]
    kept = unique([value for _, value in alternatives if value not in refused]) or [altered(first)]
    return {"const": kept[0], **types, **keywords} if len(kept) == 1 else {"enum": kept, **types, **keywords}


def event(data):
    """A schema of events with JSON in their data."""
    text = {"type": "string"}
    fields = {"event": text, "id": text, "retry": {"type": "integer", "const": 1000}}
    content = {**text, "contentMediaType": "application/json", "contentSchema": data}
    members = {"data": content, **fields}
    return {"type": "object", "properties": members, "required": ["data"], "additionalProperties": False}


def unique(values):
    return [value for index, value in enumerate(values) if value not in values[:index]]


def contract(encoder, cases, bodies, is_wrong):
    paths = {}
    for case, body in zip(cases, bodies, strict=True):
        wrong = case.path if is_wrong else None
        if "items" in case.encoded:
            items = case.encoded["items"]
            only = (case.encoded["index"], *case.path) if is_wrong else None
            item = schema(case, [((index,), item) for index, item in enumerate(items)], only)
            media = {"itemSchema": item}
            if encoder.name.startswith("sse"):
                # The schema of a stream is that of its data, and `itemSchema` that of its events.
                media = {"itemSchema": event(item)} if case.number % 2 else {"schema": item}
        else:
            media = {"schema": schema(case, [((), case.value)], wrong), **case.media}
        operation = {
            "operationId": f"case{case.number}",
            "requestBody": {"required": True, "content": {body["type"].split(";")[0]: media}},
            "responses": {"200": {"description": "unused"}},
        }
        paths[f"/cases/{case.number}"] = {"post": operation}
    return {"openapi": "3.2.0", "info": {"title": "bodies", "version": "1"}, "paths": paths}


# Captures


def http(case, body):
    lines = [
        f"POST /cases/{case.number} HTTP/1.1",
        "Host: books.example",
        f"Content-Type: {body['type']}",
        f"Content-Length: {len(body['bytes'])}",
    ]
    return "".join(f"{line}\r\n" for line in [*lines, ""]).encode() + body["bytes"]


def har(cases, bodies, text_of, ensure_ascii):
    """A HAR, and where the text of each body starts in it."""
    written, starts = '{"log": {"version": "1.2", "creator": {"name": "t", "version": "1"}, "entries": [', {}
    for case, body in zip(cases, bodies, strict=True):
        headers = [{"name": "Host", "value": "books.example"}, {"name": "Content-Type", "value": body["type"]}]
        text = text_of(body)
        data = {"mimeType": body["type"]}
        if text is None:
            data["encoding"] = "base64"
        request = {"method": "POST", "url": f"http://books.example/cases/{case.number}", "httpVersion": "HTTP/1.1"}
        request |= {"cookies": [], "headers": headers, "queryString": [], "headersSize": -1}
        request |= {"bodySize": len(body["bytes"]), "postData": {**data, "text": ""}}
        entry = json.dumps({"startedDateTime": "2024-03-02T10:15:00Z", "time": 1, "request": request})
        before, after = entry.rsplit('""', 1)
        content = base64.b64encode(body["bytes"]).decode() if text is None else text
        written += ("," if starts else "") + "\n" + before
        starts[case.number] = len(written.encode()) + 1
        response = '"response": {"status": 0, "statusText": "", "headers": [], "content": {}}'
        written += json.dumps(content, ensure_ascii=ensure_ascii) + after[:-1] + f", {response}}}"
    return (written + "\n]}}\n").encode(), starts


# Comparison


def position(content, byte):
    """The line and the column of an offset, as editors count them."""
    before = content[:byte]
    line = before[before.rfind(b"\n") + 1 :]
    return before.count(b"\n") + 1, len(line.decode("utf-8", "replace")) + 1


def offset(content, line, column):
    start = 0
    for _ in range(line - 1):
        start = content.index(b"\n", start) + 1
    return start + len(content[start:].decode("utf-8", "replace")[: column - 1].encode())


def decoded(kind, text, leaf):
    """The values that a piece of a body may mean."""
    yield text
    if kind == "form":
        yield unquote_plus(text)
    if kind == "xml":
        text = text.replace("\r", "")
        for document in (f"<a>{text}</a>", f'<a a="{text}"/>', f"<a a='{text}'/>"):
            try:
                root = ET.fromstring(document)
            except ET.ParseError:
                continue
            yield root.get("a") or root.text or ""
        # Without a text, the place is that of the element.
        if leaf == "" and text.startswith("<"):
            yield ""
    try:
        yield json.loads(text)
    except ValueError:
        return


def misplaced(kind, case, body, content, start, place):
    """What is wrong with the place of a finding in an HTTP file; `None` if nothing is."""
    if isinstance(at(case.value, case.path) if case.value is not None else "", Binary):
        part = next(part for part in case.encoded["parts"] if tuple(part["path"]) == case.path)
        file = bytes.fromhex(part["content"])
        wanted = start + body["bytes"].find(file)
        is_unique = body["bytes"].count(file) == 1
        return f"byte {place['byte']}, expected {wanted}" if is_unique and place["byte"] != wanted else None
    encoding = body["encoding"]
    raw = {"utf-16": "utf-16-le", "utf-8-sig": "utf-8"}.get(encoding, encoding)
    if case.marker:
        marker = case.marker.encode(raw)
        if body["bytes"].count(marker) != 1:
            return f"the marker {case.marker} is not in the body once"
        wanted = start + body["bytes"].find(marker)
        section = "<![CDATA[".encode(raw)
        if content[:wanted].endswith(section):
            wanted -= len(section)
        if place["byte"] != wanted:
            return elsewhere(content, place["byte"], wanted)
    if encoding.startswith("utf-16"):
        return None
    # Lines in files that are not UTF-8 have no certain number of characters.
    is_text = is_utf8(content)
    if is_text and (place["line"], place["column"]) != position(content, place["byte"]):
        return (
            f"{place['line']}:{place['column']}, expected {position(content, place['byte'])} for byte {place['byte']}"
        )
    if is_text and case.value is not None:
        leaf = at(case.value, case.path)
        end = offset(content, place["end_line"], place["end_column"])
        text = content[place["byte"] : end].decode(raw)
        wanted = leaf if isinstance(leaf, str) else json.dumps(leaf)
        found = list(decoded(kind, text, leaf))
        if leaf not in found and wanted not in found:
            return f"the place is {text!r}, the value {leaf!r}"
    return None


def elsewhere(content, byte, wanted):
    return f"byte {byte} ({content[byte:][:12]!r}), expected {wanted} ({content[wanted:][:12]!r})"


def is_utf8(content):
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def pointer(path):
    """A JSON Pointer as reports write it: controls and invisible characters are escaped, carriage returns left out."""

    def printable(character):
        if character == "\t":
            return " "
        is_invisible = unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp") and character != "\u200d"
        return f"\\u{{{ord(character):x}}}" if is_invisible else character

    text = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in path)
    return "".join(map(printable, text.replace("\r\n", "\n")))


def compare(encoder, cases, report, control, place_of):
    """What is wrong in each case, by its number."""
    found = {}

    def note(number, message):
        found.setdefault(number, []).append(message)

    def by_case(findings):
        grouped = {}
        for finding in findings:
            for number in {int(operation["operation"].removeprefix("case")) for operation in finding["operations"]} or {
                -1
            }:
                grouped.setdefault(number, []).append(finding)
        return grouped

    verdicts = {}
    for payload in report["payloads"]:
        target = payload["target"] or {"operation": "case-1"}
        verdicts.setdefault(int(target["operation"].removeprefix("case")), []).append(payload["verdict"])
    findings, wrong = by_case(report["findings"]), by_case(control["findings"])
    for problem in report["problems"]:
        note(-1, f"problem: {problem.get('file')}:{problem.get('line')}: {problem['message'][:200]}")
    for finding in findings.get(-1, []) + wrong.get(-1, []):
        note(-1, f"{finding['rule']}: {finding['message'][:200]}")
    for case in cases:
        # Of an event, its fields and its data are payloads.
        payloads = case.payloads * (2 if encoder.name.startswith("sse") and case.number % 2 else 1)
        for finding in findings.get(case.number, []):
            places = [place["pointer"] for place in finding["places"]]
            note(case.number, f"{finding['rule']} {finding['level']}: {finding['message'][:200]} {places}")
        if verdicts.get(case.number, []) != ["conforms"] * payloads:
            note(case.number, f"verdicts {verdicts.get(case.number)}, expected {payloads} that conform")
        if case.number in found or not case.path:
            continue
        seen = wrong.get(case.number, [])
        rules = {"const-value", "enum-value", "length-bounds"}
        if len(seen) != 1 or len(seen[0]["places"]) != 1 or (seen[0]["rule"] not in rules):
            if [one["rule"] for one in seen] == ["placeholder"]:
                # A text such as `{}` is taken for a placeholder if the contract expects another one.
                continue
            note(case.number, f"control: {[(one['rule'], one['message'][:120], len(one['places'])) for one in seen]}")
            continue
        place = seen[0]["places"][0]
        if place["pointer"] != pointer(case.path):
            note(case.number, f"control: pointer {place['pointer']!r}, expected {pointer(case.path)!r}")
        if message := place_of(case, place):
            note(case.number, f"control: place: {message}")
    return found


def checks(encoder, wiredrift, folder, cases, bodies):
    """Each capture of the bodies, with what is wrong in each case."""
    captures = folder / "captures"
    captures.mkdir()
    contents, starts = {}, {}
    for case, body in zip(cases, bodies, strict=True):
        contents[case.number] = http(case, body)
        starts[case.number] = len(contents[case.number]) - len(body["bytes"])
        (captures / f"{case.number}.http").write_bytes(contents[case.number])
    by_number = {case.number: body for case, body in zip(cases, bodies, strict=True)}
    documents = {"contract": contract(encoder, cases, bodies, False), "control": contract(encoder, cases, bodies, True)}

    def compared(name, recordings, place_of):
        reports = [
            check(wiredrift, folder, f"{name}.{which}", document, recordings) for which, document in documents.items()
        ]
        return compare(encoder, cases, *reports, place_of)

    def in_http(case, place):
        if Path(place["file"]).name != f"{case.number}.http":
            return f"file {place['file']}"
        body = by_number[case.number]
        return misplaced(encoder.kind, case, body, contents[case.number], starts[case.number], place)

    yield "HTTP", compared("http", [captures], in_http)

    joined = folder / "joined.http"
    joined.write_bytes(b"\r\n".join(contents.values()))
    yield "one file", compared("joined", [joined], lambda case, place: None)

    def text_of(body):
        encoding = body["encoding"].replace("utf-16-be", "utf-16")
        try:
            return body["bytes"].decode(encoding)
        except UnicodeDecodeError:
            return None

    for name, text, ensure_ascii in [
        ("HAR", text_of, False),
        ("HAR, ASCII", text_of, True),
        ("HAR, base64", lambda body: None, True),
    ]:
        content, places = har(cases, bodies, text, ensure_ascii)
        path = folder / f"{name.lower().replace(', ', '-')}.har"
        path.write_bytes(content)

        def in_har(case, place, content=content, places=places, text=text, ensure_ascii=ensure_ascii):
            body = text(by_number[case.number])
            if body is None or not case.marker:
                return None
            before = body[: body.find(case.marker)].removesuffix("<![CDATA[")
            wanted = places[case.number] + len(json.dumps(before, ensure_ascii=ensure_ascii).encode()) - 2
            if place["byte"] != wanted:
                return elsewhere(content, place["byte"], wanted)
            return None

        yield name, compared(name.lower().replace(", ", "-"), [path], in_har)


def encoders(count):
    """Every library with its cases. README.md explains what is left out."""
    values = body_values

    def forms(kind, **options):
        return lambda name: values.forms(count, name, kind, **options)

    for name, package in [("urlencode", "python"), ("requests_form", "requests"), ("httpx_form", "httpx")]:
        yield Encoder(name, package, "form", forms("flat"))
    # aiohttp refuses control characters in names.
    yield Encoder("aiohttp_form", "aiohttp", "form", forms("flat", name_breaks=(), others=values.LATIN))
    yield Encoder("URLSearchParams", "npm:node", "form", forms("flat"))
    yield Encoder("qs_repeat", "npm:qs", "form", forms("flat"))
    for name in ["qs_indices", "qs_brackets", "qs_values_only"]:
        # Names are not encoded.
        signs = {"name_signs": "!$'()*,-./:;?@^_`{|}~"} if name == "qs_values_only" else {}
        yield Encoder(name, "npm:qs", "form", forms("nested", **signs))
    for name in ["qs_comma", "qs_comma_values_only"]:
        signs = {"name_signs": "!$'()*,-./:;?@^_`{|}~"} if name == "qs_comma_values_only" else {}
        yield Encoder(name, "npm:qs", "form", forms("joined", **signs))

    def multiparts(**options):
        return lambda name: values.multiparts(count, name, **options)

    for name, package in [
        ("urllib3_multipart", "urllib3"),
        ("requests_multipart", "requests"),
        ("httpx_multipart", "httpx"),
    ]:
        yield Encoder(name, package, "multipart", multiparts())
    # aiohttp refuses control characters in names, and a form with other names than ASCII only.
    latin = {"name_others": values.LATIN, "file_breaks": ()}
    yield Encoder("aiohttp_multipart", "aiohttp", "multipart", multiparts(odd_names='"\\%;', **latin))
    # The HTML standard writes each line break as CRLF.
    yield Encoder("undici", "npm:node", "multipart", multiparts(breaks=("\r\n", "\t")))
    yield Encoder("form_data", "npm:form-data", "multipart", multiparts())
    # The name ends at the first `=`.
    yield Encoder("curl", "curl", "multipart", multiparts(name_signs=values.NAME_SIGNS.replace("=", "")))

    everything = {"attributes", "unwrapped", "namespaces"}
    # Carriage returns that are not escaped are line feeds for those who read a document.
    without_returns = ["\n", "\t", "\n\n", " \n "]
    for name, package, can, breaks in [
        ("etree", "python", everything, without_returns),
        ("lxml", "lxml", everything, values.BREAKS),
        ("lxml_cdata", "lxml", everything | {"cdata"}, without_returns),
        ("xmltodict", "xmltodict", everything, without_returns),
        ("dicttoxml", "dicttoxml", {"named items"}, without_returns),
    ]:

        def cases(name, can=can, breaks=breaks):
            return values.documents(count, name, can, breaks)

        yield Encoder(name, package, "xml", cases, command="lxml" if name == "lxml_cdata" else "")

    for name, package in [
        ("sse_starlette", "sse-starlette"),
        ("sse_by_hand", "python"),
        ("jsonlines", "jsonlines"),
        ("jsonseq", "jsonseq"),
        ("simplejsonseq", "simplejsonseq"),
        ("json_text_sequence", "npm:json-text-sequence"),
    ]:
        yield Encoder(name, package, "sequence", lambda name: values.sequences(min(count, 180), name))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--wiredrift", default="wiredrift", help="the binary to test (default: the one on PATH)")
    parser.add_argument("--only", metavar="TEXT", help="run only encoders whose name or kind contains this text")
    parser.add_argument("--cases", type=int, default=300, metavar="N", help="random cases per encoder (default: 300)")
    parser.add_argument(
        "--show", type=int, default=5, metavar="N", help="differences to print per capture (default: 5)"
    )
    options = parser.parse_args()
    default = Path(tempfile.gettempdir()) / "wiredrift-oracles"
    cache = Path(os.environ.get("WIREDRIFT_ORACLES", default)).resolve()
    tools = Tools(cache, [sys.executable, "python3.14", "python3.13", "python3.12", "python3.11"])
    failed = False
    for encoder in encoders(options.cases):
        if options.only and options.only not in f"{encoder.kind} {encoder.name}":
            continue
        folder = cache / "bodies-of" / encoder.name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            cases = list(encoder.cases(encoder.name))
            bodies = encoder.bodies(tools, cases)
            refused = Counter(body["error"][:150] for body in bodies if "error" in body)
            pairs = [(case, body) for case, body in zip(cases, bodies, strict=True) if "error" not in body]
            for _, body in pairs:
                body["bytes"] = base64.b64decode(body["body"])
            counts = f"{len(pairs)} bodies, {len(cases) - len(pairs)} refused"
            print(f"{encoder.kind} {encoder.name} {encoder.version(tools)}: {counts}", flush=True)
            for message, times in refused.most_common(3):
                print(f"  refused {times} times: {message}")
            if not pairs:
                failed = True
                continue
            length = {case.number: len(body["bytes"]) for case, body in pairs}
            shown = {}
            for name, found in checks(encoder, options.wiredrift, folder, *zip(*pairs, strict=True)):
                kinds = Counter(messages[0].split(" ")[0].rstrip(":") for messages in found.values())
                kinds = ", ".join(f"{kind} {times}" for kind, times in kinds.most_common())
                print(f"  {name}: differences: {len(found)}" + (f" ({kinds})" if kinds else ""), flush=True)
                failed |= bool(found)
                # What is wrong in each capture is only printed for the first one.
                found = {number: messages for number, messages in found.items() if shown.get(number) != messages}
                shown.update(found)
                ordered = sorted(found, key=lambda number: length.get(number, 0))
                for number in ordered[: options.show]:
                    print(f"    case {number}: {'; '.join(found[number][:3])}")
        except Failure as failure:
            failed = True
            print(f"{encoder.kind} {encoder.name}: {failure}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
