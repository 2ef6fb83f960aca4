"""Records with betamax: `record_betamax.py PLAN FOLDER json|prettyjson text|bytes`."""

import sys

import betamax
import requests
from betamax_serializers.pretty_json import PrettyJSONSerializer

from client import read_plan, send

_, _, folder, serializer, bodies = sys.argv
betamax.Betamax.register_serializer(PrettyJSONSerializer)
session = requests.Session()
recorder = betamax.Betamax(session, cassette_library_dir=folder)
options = {"record": "all", "serialize_with": serializer, "preserve_exact_body_bytes": bodies == "bytes"}
with recorder.use_cassette("library", **options):
    send(session, read_plan())
