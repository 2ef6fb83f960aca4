"""Serves the exchanges of `exchanges.py`, and logs what it received and sent: `server.py LOG`.

The first line of the log is the port. Every other line is one exchange. Bodies in the log are in base64, without
chunks and content codings.
"""

import base64
import gzip
import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from urllib.parse import parse_qsl

from exchanges import encoded, exchanges


def key(method, target):
    """What identifies an exchange: some clients spell the query in another way."""
    path, _, query = target.partition("?")
    return method, path, tuple(parse_qsl(query, keep_blank_values=True))


PLAN = {key(exchange.method, exchange.target): exchange for exchange in exchanges()}
LOCK = Lock()
LOG = open(sys.argv[1], "w", encoding="utf-8")


def log(line):
    with LOCK:
        print(json.dumps(line), file=LOG, flush=True)


def base64_text(content):
    return base64.b64encode(content).decode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Library/1"
    sys_version = ""
    disable_nagle_algorithm = True
    wbufsize = -1

    def received(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        return gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body

    def answer(self):
        body = self.received()
        exchange = PLAN.get(key(self.command, self.path))
        if exchange is None:
            log({"unknown": f"{self.command} {self.path}"})
            self.send_error(501)
            return
        has_body = self.command != "HEAD" and exchange.status not in (204, 304)
        content = encoded(exchange.answer, exchange.coding)
        self.send_response(exchange.status)
        if exchange.answer_type:
            self.send_header("Content-Type", exchange.answer_type)
        if exchange.coding:
            self.send_header("Content-Encoding", exchange.coding.removeprefix("raw-"))
        for name, value in exchange.answer_headers:
            self.send_header(name, value)
        if exchange.chunks:
            self.send_header("Transfer-Encoding", "chunked")
        elif exchange.status not in (204, 304):
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if has_body and exchange.chunks:
            size = -(-len(content) // exchange.chunks)
            for start in range(0, len(content), size):
                part = content[start : start + size]
                self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                self.wfile.flush()
            self.wfile.write(b"0\r\n\r\n")
        elif has_body:
            self.wfile.write(content)
        log(
            {
                "name": exchange.name,
                "method": self.command,
                "target": self.path,
                "request": base64_text(body),
                "request_type": self.headers.get("Content-Type") or "",
                "status": exchange.status,
                "response": base64_text(exchange.answer if has_body else b""),
                "response_type": exchange.answer_type,
            }
        )
        self.wfile.flush()

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = answer

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
log({"port": server.server_port})
server.serve_forever()
