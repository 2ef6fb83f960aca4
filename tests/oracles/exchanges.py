"""The exchanges of an invented library of books: what clients send and how the server answers.

Every exchange has a path of its own, `/branches/NN/...`, so that an OpenAPI contract can describe each one exactly.
"""

import gzip
import json
import zlib
from dataclasses import dataclass, field

JSON = "application/json"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@dataclass
class Exchange:
    name: str
    method: str
    target: str
    # What the client sends.
    body: bytes = b""
    type: str = ""
    headers: dict = field(default_factory=dict)
    # How the client has the body: "bytes", "parts" (sent in chunks, without a `Content-Length`) or "file".
    sent_as: str = "bytes"
    # How the server answers.
    status: int = 200
    answer: bytes = b""
    answer_type: str = ""
    answer_headers: list = field(default_factory=list)
    # The coding of the answer: gzip, deflate, raw-deflate, br, or none.
    coding: str = ""
    # The number of chunks that the answer is sent in; 0 for a `Content-Length`.
    chunks: int = 0
    # Whether clients only get here by a redirect.
    is_followed: bool = False


def text(value, **options):
    """JSON as most servers write it: UTF-8, without escapes."""
    return json.dumps(value, ensure_ascii=False, **options).encode()


def book(number, **more):
    return {"id": number, "title": f"Book {number}", "author": {"name": "Ada Quill"}, "tags": ["novel", "new"], **more}


ODD = {
    "umlauts": "Grüße aus Köln, Łódź, 東京, עברית",
    "emoji": "📚 and 👩‍👩‍👧",
    "quotes": "it's \"quoted\", `ticked` and \\ escaped \\n",
    "breaks": "one\ntwo\r\nthree\rfour\n\n five \n",
    "blanks": "  leading, trailing\tand\ttabs  ",
    "controls": "nul \u0000 bell \u0007 escape \u001b delete \u007f",
    "separators": "nel \u0085 ls \u2028 ps \u2029 nbsp \u00a0 bom \ufeff zwj \u200d",
    "yaml": "- # key: value, *alias &anchor !tag | > % @ {{ }} --- ...",
    "looks like": ["null", "~", "yes", "0x1f", "1e3", "2021-12-05", "=", "<<", "", " ", "1f8b08", "eyJhIjoxfQ=="],
}
NUMBERS = {
    "large": 12345678901234567890,
    "larger": 123456789012345678901234567890,
    "negative": -9007199254740993,
    "price": 12.5,
    "small": 1.5e-7,
    "exponent": 1e21,
    "zero": 0,
}


def is_utf8(content):
    try:
        content.decode()
    except UnicodeDecodeError:
        return False
    return True


def encoded(content, coding):
    if coding == "gzip":
        return gzip.compress(content, mtime=0)
    if coding == "deflate":
        return zlib.compress(content)
    if coding == "raw-deflate":
        return zlib.compress(content)[2:-4]
    if coding == "br":
        import brotli

        return brotli.compress(content)
    return content


def exchanges():
    found = []
    number = 0

    def add(name, method, rest, **more):
        nonlocal number
        number += 1
        found.append(Exchange(name, method, f"/branches/{number:02}{rest}", **more))

    def answer(name, content, rest="/books", **more):
        more.setdefault("answer_type", JSON)
        add(name, "GET", rest, answer=content if isinstance(content, bytes) else text(content), **more)

    def send(name, method, content, rest="/books", **more):
        more.setdefault("type", JSON)
        more.setdefault("status", 201)
        add(name, method, rest, body=content if isinstance(content, bytes) else text(content), **more)

    # Queries.
    answer("plain", [book(1), book(2)])
    answer("query", [book(3)], "/books?author=Ada%20Quill&limit=10")
    answer("query-plus", [book(4)], "/books?author=Ada+Quill&empty=")
    answer("query-utf8", [book(5)], "/books?title=Gr%C3%BC%C3%9Fe%20%F0%9F%93%9A")
    answer("query-repeated", [book(6)], "/books?tag=new&tag=old&tag=a%2Cb%26c")
    answer("path-escaped", book(7), "/books/a%20b%2Fc%C3%A9")

    # JSON of all kinds as an answer.
    answer("odd-strings", ODD)
    answer("odd-strings-ascii", json.dumps(ODD).encode())
    answer("odd-strings-pretty", text(ODD, indent=2))
    answer("crlf-pretty", text({"a": [1, {"b": None}]}, indent=2).replace(b"\n", b"\r\n"))
    answer("cr-pretty", text({"a": [1, {"b": None}]}, indent=2).replace(b"\n", b"\r"))
    answer("tab-pretty", text({"a": [1, {"b": "x"}]}, indent="\t") + b"\n\n")
    answer("blank-start", b"\r\n  \n" + text({"late": True}) + b"  \n")
    answer("solidus", rb'{"url":"http:\/\/example.org\/\u00e9","emoji":"\ud83d\udcda"}')
    answer("lone-surrogate", rb'{"broken":"half \ud83d of a pair"}')
    answer("numbers", NUMBERS)
    answer("empty-object", {})
    answer("empty-array", [])
    answer("root-string", "a title with 'quotes' and \"more\"")
    answer("root-string-number", "007")
    answer("root-string-hex", "1f8b0800")
    answer("root-base64", "eyJhIjoxfQ==")
    answer("root-number", 42)
    answer("root-true", True)
    answer("root-null", None)
    answer("array-hex", ["abcd", "1f8b08", "00ff"])
    answer("array-mixed", [1, "two", None, [3]])
    answer("object-string", {"string": "as in a cassette", "encoding": "utf-8", "base64_string": "eyJhIjoxfQ=="})
    answer("object-text", {"text": "as in an archive", "mimeType": "text/plain", "size": 3})
    answer("vendor-type", book(8), answer_type="application/vnd.library.v2+json; charset=utf-8")
    answer("hal", {"_links": {"self": {"href": "/x"}}}, answer_type="application/hal+json;profile=\"a, b\"")

    # Content codings and chunks.
    for coding in ["gzip", "deflate", "raw-deflate", "br"]:
        answer(f"{coding}", {"coding": coding, **ODD}, coding=coding)
        answer(f"{coding}-small", [], coding=coding)
        answer(f"{coding}-chunked", [book(n) for n in range(200)], coding=coding, chunks=5)
        answer(f"{coding}-large", [book(n) for n in range(1500)], coding=coding)
        answer(f"{coding}-html", b"<p>Closed</p>", answer_type="text/html", coding=coding)
    answer("gzip-array-hex", ["abcd", "1f8b08", "00ff"], coding="gzip")
    answer("gzip-root-string", "1f8b0800", coding="gzip")
    answer("chunked", ODD, chunks=3)
    answer("chunked-bytes", {"title": "東京📚"}, chunks=40)
    answer("large", [book(n, note=f"“{n}” 📚") for n in range(9000)])
    answer("large-gzip", [book(n, note=f"“{n}” 📚") for n in range(9000)], coding="gzip", chunks=20)

    # JSON of all kinds as a request.
    made = {"answer": text({"id": 1}), "answer_type": JSON, "answer_headers": [("Location", "/books/1")]}
    send("post", "POST", book(20), **made)
    send("post-odd", "POST", ODD, **made)
    send("post-odd-ascii", "POST", json.dumps(ODD).encode(), **made)
    send("post-pretty", "POST", text(ODD, indent=2).replace(b"\n", b"\r\n"), **made)
    send("post-numbers", "POST", NUMBERS, **made)
    send("post-root-string", "POST", "a title", **made)
    send("post-root-number", "POST", 7, **made)
    send("post-array-hex", "POST", ["abcd", "00ff"], **made)
    send("post-root-hex", "POST", "abcd", **made)
    send("post-gzip", "POST", encoded(text(ODD), "gzip"), headers={"Content-Encoding": "gzip"}, **made)
    send("post-chunked", "POST", ODD, sent_as="parts", **made)
    send("post-file", "POST", ODD, sent_as="file", **made)
    send("post-large", "POST", [book(n, note="“ü”") for n in range(9000)], **made)
    send("post-no-body", "POST", b"", type="", status=202)
    send("put", "PUT", book(21, loaned=None), rest="/books/21", status=200, answer=text(book(21)), answer_type=JSON)
    send("put-empty-answer", "PUT", book(22), rest="/books/22", status=204)
    merge = "application/merge-patch+json"
    send("patch", "PATCH", {"title": None}, rest="/books/23", type=merge, status=200, answer=text({}), answer_type=JSON)
    send("delete-body", "DELETE", {"ids": [1, 2]}, status=200, answer=text({"deleted": 2}), answer_type=JSON)
    form = "application/x-www-form-urlencoded"
    send("form", "POST", b"title=Gr%C3%BC%C3%9Fe&tag=a&tag=b+c", type=form, **made)
    parts = b"--part\r\nContent-Disposition: form-data; name=\"cover\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n"
    parts += PNG + b"\r\n--part--\r\n"
    send("multipart", "POST", parts, type="multipart/form-data; boundary=part", **made)

    # Other methods and statuses.
    add("delete", "DELETE", "/books/24", status=204)
    add("head", "HEAD", "/books", answer=text([book(25)]), answer_type=JSON)
    add("empty-200", "GET", "/books", answer_type=JSON)
    add("accepted", "POST", "/stocktakings", status=202)
    unchanged = {"If-None-Match": '"1"'}
    add("not-modified", "GET", "/books", status=304, headers=unchanged, answer_headers=[("ETag", '"1"')])
    problem = {"type": "about:blank", "title": "Not Found", "status": 404, "detail": "No book “26” – sorry"}
    problem_type = "application/problem+json"
    add("not-found", "GET", "/books/26", status=404, answer=text(problem), answer_type=problem_type)
    invalid = {"title": "Invalid", "errors": [{"pointer": "#/title", "detail": "must not be \"\""}]}
    send("invalid", "POST", {"title": ""}, status=422, answer=text(invalid), answer_type=problem_type)
    add("too-many", "GET", "/books", status=429, answer=text({"retry": 1}), answer_type=JSON, coding="gzip")
    add("failed", "GET", "/books", status=500, answer=b"<h1>Sorry</h1>", answer_type="text/html; charset=utf-8")

    # Other types of content.
    page = "<!doctype html><title>Bücher</title>\r\n<p>\"{}\" 📚".encode()
    answer("html", page, answer_type="text/html; charset=utf-8")
    answer("png", PNG, "/cover.png", answer_type="image/png")
    answer("bytes", bytes(range(256)) * 20, "/scan", answer_type="application/octet-stream")
    answer("csv", "id;title\r\n1;Grüße\r\n".encode(), "/books.csv", answer_type="text/csv; charset=utf-8")
    answer("latin-1", "Grüße".encode("latin-1"), "/note", answer_type="text/plain; charset=iso-8859-1")

    # Headers.
    repeated = [("Set-Cookie", "a=1; Path=/"), ("Set-Cookie", "b=2"), ("Link", "</2>; rel=next"), ("Link", "</9>; rel=last")]
    answer("repeated-headers", [book(30)], answer_headers=[*repeated, ("Vary", "Accept"), ("Vary", "Accept-Encoding")])
    answer("odd-headers", [book(31)], answer_headers=[("X-Empty", ""), ("X-Quote", "\"a: b\", 'c'"), ("X-Name", "Köln")])

    # Redirects.
    number += 1
    moved = f"/branches/{number:02}"
    found.append(Exchange("moved", "GET", f"{moved}/old", status=301, answer_headers=[("Location", f"{moved}/new?page=2")]))
    arrived = {"answer": text([book(32)]), "answer_type": JSON, "is_followed": True}
    found.append(Exchange("arrived", "GET", f"{moved}/new?page=2", **arrived))
    number += 1
    moved = f"/branches/{number:02}"
    sent = {"body": text(book(33)), "type": JSON}
    to = [("Location", f"{moved}/new")]
    found.append(Exchange("moved-post", "POST", f"{moved}/old", status=307, answer_headers=to, **sent))
    arrived = {"status": 201, "answer": text({"id": 33}), "answer_type": JSON, "is_followed": True}
    found.append(Exchange("arrived-post", "POST", f"{moved}/new", **arrived, **sent))
    return found
