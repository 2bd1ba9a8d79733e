"""Starts the simulator for the SDK tests. SEKISHO_SIM names the binary (default: the release
build); SEKISHO_TEST_SDKS the folder that scripts/install_test_clients.sh filled."""

import json
import os
import pathlib
import subprocess
import urllib.request

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SIM = pathlib.Path(os.environ.get("SEKISHO_SIM", ROOT / "build/release/bin/sekisho-sim"))
CLIENTS = pathlib.Path(os.environ.get("SEKISHO_TEST_SDKS", ROOT / "build/test-clients/sdks"))


class Sim:
    """A running simulator: its addresses, its keys and its own paths."""

    def __init__(self, extra=()):
        self.process = subprocess.Popen(
            [str(SIM), "--port", "0", "--json", *map(str, extra)],
            stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url = ready["url"]
        self.tls_url = ready["tls_url"]
        self.keys = ready["keys"]

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return json.load(answer)

    def post(self, path, body):
        request = urllib.request.Request(
            self.url + path, json.dumps(body).encode(), {"content-type": "application/json"})
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def reset(self):
        self.post("/_sim/reset", {})

    def scenario(self, scenario, times=1, provider=None):
        body = {"scenario": scenario, "times": times}
        if provider:
            body["provider"] = provider
        self.post("/_sim/scenario", body)

    def bill(self):
        return self.get("/_sim/bill")

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=10)


@pytest.fixture(scope="session")
def running_sim():
    sim = Sim()
    yield sim
    sim.close()


@pytest.fixture
def sim(running_sim):
    running_sim.reset()
    return running_sim


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A private authority's certificate for 127.0.0.1, and its key."""
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-keyout", str(key), "-out", str(cert)],
        check=True, capture_output=True)
    return cert, key


@pytest.fixture(scope="session")
def running_tls_sim(certificate):
    cert, key = certificate
    sim = Sim(["--tls", cert, key])
    yield sim
    sim.close()


PNG = (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
       b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0"
       b"\x00\x00\x00\x00IEND\xaeB`\x82")


def marker(**scenario):
    """The words that make the simulated model play a scenario."""
    return "[[sim:" + json.dumps(scenario) + "]]"
