"""Records with vcrpy: `record_vcrpy.py PLAN FOLDER requests|http.client yaml|json plain|decoded`."""

import sys

import requests
import vcr

from client import read_plan, send, send_with_http_client

_, _, folder, client, serializer, bodies = sys.argv
recorder = vcr.VCR(serializer=serializer, decode_compressed_response=bodies == "decoded", record_mode="all")
with recorder.use_cassette(f"{folder}/library.{serializer}"):
    if client == "requests":
        send(requests.Session(), read_plan())
    else:
        send_with_http_client(read_plan())
