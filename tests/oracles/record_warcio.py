"""Records with warcio: `record_warcio.py PLAN FOLDER warc|warc.gz`."""

import sys

from warcio.capture_http import capture_http

import requests  # After `capture_http`, as its documentation asks.

from client import read_plan, send

_, _, folder, extension = sys.argv
with capture_http(f"{folder}/library.{extension}", gzip=extension == "warc.gz"):
    send(requests.Session(), read_plan())
