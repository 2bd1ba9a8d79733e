"""Starts `sekisho demo` for the end-to-end tests: gateway, simulated providers and a sample
organisation. SEKISHO names the binary (default: the release build)."""

import json
import os
import pathlib
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEKISHO = pathlib.Path(os.environ.get("SEKISHO", ROOT / "build/release/bin/sekisho"))
sys.path.insert(0, str(ROOT / "tests/e2e"))


def call(url, key=None, body=None, method=None, headers=None, timeout=30):
    """(status, headers, body) of one HTTP call; never raises for a status."""
    head = {"content-type": "application/json", **(headers or {})}
    if key:
        head["authorization"] = "Bearer " + key
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, head, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


class Demo:
    def __init__(self, folder, language="en_US.UTF-8"):
        self.folder = pathlib.Path(folder)
        self.log = open(self.folder / "demo.log", "a", encoding="utf-8")
        self.process = subprocess.Popen(
            [str(SEKISHO), "demo", "--json", "--port", "0", "--data-dir", str(self.folder / "data")],
            stdout=subprocess.PIPE, stderr=self.log, text=True,
            env={**os.environ, "LC_ALL": language})
        line = self.process.stdout.readline()
        assert line, (self.folder / "demo.log").read_text()
        self.ready = json.loads(line)
        self.url = self.ready["url"]
        self.key = self.ready["developer_key"]
        self.admin = self.ready["administrator_key"]
        self.providers = self.ready["providers_url"]

    def bill(self):
        return json.loads(call(self.providers + "/_sim/bill")[2])

    def scenario(self, scenario, times=1):
        call(self.providers + "/_sim/scenario", body={"scenario": scenario, "times": times})

    def reset_providers(self):
        call(self.providers + "/_sim/reset", body={})

    def upstream_requests(self):
        return json.loads(call(self.providers + "/_sim/requests")[2])["requests"]

    def entries(self, at_least=0):
        """The ledger's entries as (request, cost in nano-dollars), once the books have them."""
        deadline = time.monotonic() + 15
        while True:
            with sqlite3.connect(f"file:{self.folder}/data/sekisho.db?mode=ro", uri=True) as books:
                rows = books.execute("SELECT hex(request), cost FROM ledger_entry").fetchall()
            if len(rows) >= at_least or time.monotonic() > deadline:
                return rows
            time.sleep(0.1)

    def post(self, path, body, key=None, **more):
        return call(self.url + path, key or self.key, body, **more)

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=40)
        self.log.close()


@pytest.fixture
def demo(tmp_path):
    demo = Demo(tmp_path)
    yield demo
    demo.close()


def marker(**scenario):
    return "[[sim:" + json.dumps(scenario) + "]]"


def books_equal_bill(demo):
    """The law: every call that the providers bill is one ledger entry of the same amount."""
    bill = demo.bill()
    entries = demo.entries(bill["count"])
    assert len(entries) == bill["count"]
    assert len({request for request, _ in entries}) == len(entries)
    assert sum(cost for _, cost in entries) == bill["total_nano_usd"]
    return bill
