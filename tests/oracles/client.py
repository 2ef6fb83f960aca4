"""Sends the requests of a plan with `requests` or `http.client`."""

import base64
import http.client
import io
import json
import sys
from urllib.parse import urlsplit


def read_plan():
    """The plan, which `run.py` writes: `record_….py PLAN FOLDER OPTION…`."""
    with open(sys.argv[1], encoding="utf-8") as file:
        return json.load(file)


def prepared(plan):
    """The method, target, body and headers of every request."""
    for request in plan["requests"]:
        body = base64.b64decode(request["body"])
        headers = {**request["headers"], "Accept-Encoding": "gzip, deflate, br"}
        if request["type"]:
            headers["Content-Type"] = request["type"]
        data = body or None
        if request["sent_as"] == "parts":
            data = (body[start : start + 50] for start in range(0, len(body), 50))
        elif request["sent_as"] == "file":
            data = io.BytesIO(body)
        yield request["method"], request["target"], data, headers


def send(session, plan):
    session.trust_env = False
    for method, target, data, headers in prepared(plan):
        session.request(method, plan["url"] + target, data=data, headers=headers)


def send_with_http_client(plan):
    """The answers stay compressed, and redirects are not followed."""
    for method, target, data, headers in prepared(plan):
        connection = http.client.HTTPConnection(urlsplit(plan["url"]).netloc)
        connection.request(method, target, body=data, headers=headers)
        connection.getresponse().read()
        connection.close()
