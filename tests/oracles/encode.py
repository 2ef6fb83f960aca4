"""Writes the bodies of cases with a library of Python: `encode.py ENCODER`, cases and bodies in JSON."""

import base64
import io
import json
import sys
import xml.etree.ElementTree as ET

CASES = json.load(sys.stdin)


def words(value):
    """Values of forms as most callers write them."""
    if isinstance(value, list):
        return [words(element) for element in value]
    return value if isinstance(value, str) else json.dumps(value)


# Forms


def pairs(value):
    for name, member in value.items():
        for element in member if isinstance(member, list) else [member]:
            yield name, words(element)


def urlencode(case):
    from urllib.parse import urlencode

    fields = {name: words(member) for name, member in case["value"].items()}
    return "application/x-www-form-urlencoded", urlencode(fields, doseq=True).encode()


def of_requests(**options):
    import requests

    made = requests.Request("POST", "http://books.example/", **options).prepare()
    if not made.body:
        raise ValueError("no body")
    return made.headers["Content-Type"], made.body.encode() if isinstance(made.body, str) else made.body


def requests_form(case):
    return of_requests(data={name: words(member) for name, member in case["value"].items()})


def of_httpx(**options):
    import httpx

    made = httpx.Request("POST", "http://books.example/", **options)
    if not made.read():
        raise ValueError("no body")
    return made.headers["Content-Type"], made.read()


def httpx_form(case):
    return of_httpx(data=case["value"])


def of_aiohttp(form):
    import asyncio

    class Writer:
        content = b""

        async def write(self, chunk):
            self.content += chunk

    async def write():
        payload = form()
        writer = Writer()
        await payload.write(writer)
        return payload.content_type if payload.headers is None else payload.headers["Content-Type"], writer.content

    return asyncio.run(write())


def aiohttp_form(case):
    import aiohttp

    return of_aiohttp(lambda: aiohttp.FormData(list(pairs(case["value"])))())


# Multipart


def content(part):
    if part["value"] is None:
        return bytes.fromhex(part["content"])
    return (json.dumps(part["value"], ensure_ascii=False) if part["kind"] == "json" else words(part["value"])).encode()


def fields(case):
    """Each part as a tuple of requests and httpx."""
    for part in case["encoded"]["parts"]:
        yield part["name"], (part.get("file"), content(part), part.get("type"))


def urllib3_multipart(case):
    from urllib3.fields import RequestField
    from urllib3.filepost import encode_multipart_formdata

    parts = []
    for name, (file, data, media_type) in fields(case):
        field = RequestField(name, data, filename=file)
        field.make_multipart(content_type=media_type)
        parts.append(field)
    body, media_type = encode_multipart_formdata(parts)
    return media_type, body


def requests_multipart(case):
    return of_requests(
        files=[(name, (file, data, kind) if kind else (None, data)) for name, (file, data, kind) in fields(case)]
    )


def httpx_multipart(case):
    return of_httpx(
        files=[(name, (file, data, kind) if kind else (None, data)) for name, (file, data, kind) in fields(case)]
    )


def aiohttp_multipart(case):
    import aiohttp

    def form():
        form = aiohttp.FormData(quote_fields=case["number"] % 2 == 0, default_to_multipart=True)
        for name, (file, data, media_type) in fields(case):
            data = data if file or media_type else data.decode()
            form.add_field(name, data, content_type=media_type, filename=file)
        return form()

    return of_aiohttp(form)


def curl(case):
    """curl sends the form to a socket, which answers nothing."""
    import socket
    import subprocess
    import tempfile
    from pathlib import Path

    def quoted(text):
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    if not case["encoded"]["parts"]:
        raise ValueError("without parts, curl sends no form")
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as server:
        options = []
        for index, (name, (file, data, media_type)) in enumerate(fields(case)):
            path = Path(folder) / str(index)
            path.write_bytes(data)
            # `<` sends the content of a file as text, and `@` sends it as a file.
            kind = f";type={media_type}" if media_type else ""
            how = f"@{path};filename={quoted(file)}" if file else f"<{path}"
            options += ["-F", f"{name}={how}{kind}"]
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        sender = subprocess.Popen(["curl", "-sS", "-H", "Expect:", *options, url], stderr=subprocess.PIPE)
        server.settimeout(5)
        try:
            connection, _ = server.accept()
        except TimeoutError as error:
            raise ValueError(sender.communicate()[1].decode()) from error
        with connection, connection.makefile("rb") as stream:
            headers = {}
            stream.readline()
            while line := stream.readline().strip():
                key, _, value = line.decode().partition(":")
                headers[key.lower()] = value.strip()
            body = stream.read(int(headers["content-length"]))
            connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        sender.communicate()
    return headers["content-type"], body


# XML

SPACES = {"urn:example:one": "one"}
ENCODINGS = ["utf-8", "utf-8", "utf-8", "us-ascii", "iso-8859-1", "utf-16", "utf-16-be", "utf-8-sig"]


def options(case):
    seed = case["encoded"]["seed"]
    return ENCODINGS[seed % len(ENCODINGS)], seed % 3 == 0, seed % 5 == 0


def text_of(value):
    return None if value is None else words(value)


def tag(node):
    return f"{{{node['space']}}}{node['tag']}" if node["space"] else node["tag"]


def built(node, module, encoding, parent=None):
    element = module.Element(tag(node)) if parent is None else module.SubElement(parent, tag(node))
    for attribute in node["attributes"]:
        element.set(attribute["name"], words(attribute["value"]))
    text = text_of(node["text"])
    # libxml2 writes character references in CDATA sections, where they are text.
    if module is not ET and node.get("cdata") and encoding.startswith("utf") and text and "]]>" not in text:
        text = module.CDATA(text)
    element.text = text
    for child in node["children"]:
        built(child, module, encoding, element)
    return element


def written(text, encoding, media_type="application/xml"):
    """A document in an encoding that its declaration names, or a byte order mark tells."""
    name = {"utf-16-be": "utf-16", "utf-8-sig": "utf-8"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{name.upper()}"?>\n{text}'
    start = b"\xfe\xff" if encoding == "utf-16-be" else b""
    return media_type, start + text.encode(encoding, "xmlcharrefreplace"), encoding


def etree(case):
    encoding, is_indented, has_charset = options(case)
    for uri, prefix in SPACES.items():
        ET.register_namespace(prefix, uri)
    root = built(case["encoded"]["tree"], ET, encoding)
    if is_indented:
        ET.indent(root)
    if encoding in ("utf-16-be", "utf-8-sig"):
        return written(ET.tostring(root, encoding="unicode"), encoding)
    media_type = f"text/xml; charset={encoding}" if has_charset else "application/xml"
    return media_type, ET.tostring(root, encoding=encoding, xml_declaration=encoding != "utf-8" or None), encoding


def lxml(case):
    from lxml import etree as library

    encoding, is_indented, has_charset = options(case)
    root = built(case["encoded"]["tree"], library, encoding)
    if encoding in ("utf-16-be", "utf-8-sig"):
        return written(library.tostring(root, encoding="unicode"), encoding)
    body = library.tostring(
        root, encoding=encoding, xml_declaration=True, pretty_print=is_indented, standalone=is_indented or None
    )
    return f"application/xml; charset={encoding}" if has_charset else "application/vnd.books+xml", body, encoding


def dicttoxml(case):
    import logging

    logging.disable(logging.CRITICAL)
    import dicttoxml as library

    encoding, is_indented, has_charset = options(case)
    value = json.loads(json.dumps(plain_value(case["encoded"]["tree"])))
    root = case["encoded"]["tree"]["tag"]
    body = library.dicttoxml(
        value,
        custom_root=root,
        attr_type=False,
        cdata=has_charset and encoding.startswith("utf"),
        return_bytes=False,
        xml_declaration=False,
    )
    return written(body, encoding)


def plain_value(node):
    """The value of an element whose wrapped lists have elements called `item`."""
    if node["text"] is not None:
        return node["text"]
    if node["children"] and all(child["tag"] == "item" for child in node["children"]):
        return [plain_value(child) for child in node["children"]]
    return {child["tag"]: plain_value(child) for child in node["children"]}


def xmltodict(case):
    import xmltodict as library

    encoding, is_indented, has_charset = options(case)

    def member(node, is_root=False):
        text = text_of(node["text"])
        value = {f"@{attribute['name']}": words(attribute["value"]) for attribute in node["attributes"]}
        if is_root:
            value |= {f"@xmlns:{prefix}": uri for uri, prefix in SPACES.items()}
        if text is not None and not value:
            return text
        if text is not None:
            value["#text"] = text
        for child in node["children"]:
            value.setdefault(prefixed(child), []).append(member(child))
        return value

    def prefixed(node):
        return f"{SPACES[node['space']]}:{node['tag']}" if node["space"] else node["tag"]

    tree = case["encoded"]["tree"]
    text = library.unparse({prefixed(tree): member(tree, True)}, full_document=False, pretty=is_indented)
    return written(text, encoding)


# Sequences


def dumped(item, number):
    return json.dumps(item, ensure_ascii=number % 2 == 0, separators=(",", ":") if number % 3 else None)


def sse_starlette(case):
    from sse_starlette import ServerSentEvent

    number = case["number"]
    events = []
    for index, item in enumerate(case["encoded"]["items"]):
        event = ServerSentEvent(
            dumped(item, number),
            event="added" if number % 4 == 1 else None,
            id=str(index) if number % 3 == 1 else None,
            retry=1000 if number % 7 == 1 else None,
            comment="a comment\nof two lines: x" if number % 5 == 1 else None,
            sep=["\r\n", "\n", "\r"][number % 3],
        )
        events.append(event.encode())
        if number % 6 == 1:
            events.append(ServerSentEvent(comment="ping").encode())
    return "text/event-stream; charset=utf-8", b"".join(events)


def sse_by_hand(case):
    """Events as the HTML standard allows them: no space, indented JSON over several lines, unknown fields."""
    number = case["number"]
    line = ["\r\n", "\n", "\r"][number % 3]
    text = "\ufeff" if number % 4 == 0 else ""
    for index, item in enumerate(case["encoded"]["items"]):
        space = " " if number % 2 else ""
        written = json.dumps(item, ensure_ascii=False, indent=1 if number % 5 == 0 else None)
        data = [f"data:{space}{part}{line}" for part in written.split("\n")]
        fields = [f"id:{space}{index}{line}", f"other: x{line}", f":{line}", f"event{line}"]
        place = number % (len(fields) + 1)
        text += "".join(fields[:place]) + "".join(data) + "".join(fields[place:]) + line
    return "text/event-stream", text.encode()


def jsonlines(case):
    import jsonlines as library

    number = case["number"]
    file = io.BytesIO() if number % 2 else io.StringIO()
    with library.Writer(file, compact=number % 3 == 0, sort_keys=number % 5 == 0) as writer:
        for item in case["encoded"]["items"]:
            writer.write(item)
    body = file.getvalue()
    types = ["application/jsonl", "application/x-ndjson", "application/x-jsonlines", "text/x-ndjson"]
    return types[number % 4], body if isinstance(body, bytes) else body.encode()


def jsonseq(case):
    from jsonseq.encode import JSONSeqEncoder

    number = case["number"]
    encoder = JSONSeqEncoder(ensure_ascii=number % 2 == 0, indent=2 if number % 3 == 0 else None)
    return "application/json-seq", "".join(encoder.encode(case["encoded"]["items"])).encode()


def simplejsonseq(case):
    import simplejsonseq as library

    file = io.StringIO()
    library.dump(case["encoded"]["items"], file, ensure_ascii=case["number"] % 2 == 0)
    return "application/vnd.books+json-seq", file.getvalue().encode()


def main():
    encoder = globals()[sys.argv[1]]
    bodies = []
    for case in CASES:
        try:
            media_type, body, *encoding = encoder(case)
        except Exception as error:
            bodies.append({"error": f"{type(error).__name__}: {error}"})
            continue
        body = base64.b64encode(body).decode()
        bodies.append({"type": media_type, "body": body, "encoding": encoding[0] if encoding else "utf-8"})
    json.dump(bodies, sys.stdout)


main()
