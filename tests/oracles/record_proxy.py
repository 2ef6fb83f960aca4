"""Sends the requests through a proxy that records them: `record_proxy.py PLAN FOLDER PROXY`."""

import sys

import requests

from client import read_plan, send

session = requests.Session()
session.proxies = {"http": sys.argv[3]}
send(session, read_plan())
