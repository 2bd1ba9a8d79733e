"""Runs the tests of the JavaScript SDKs (node/*.test.mjs) against the simulator."""

import json
import os
import pathlib
import subprocess

import pytest

from conftest import CLIENTS

NODE = pathlib.Path(__file__).parent / "node"


@pytest.mark.parametrize("name", ["bedrock", "openai", "anthropic"])
def test_node_sdk(sim, name):
    environment = {**os.environ, "SIM_URL": sim.url, "SIM_KEYS": json.dumps(sim.keys),
                   "SEKISHO_NODE_MODULES": str(CLIENTS / "node/node_modules")}
    run = subprocess.run(["node", "--test", "--test-reporter=tap", str(NODE / f"{name}.test.mjs")],
                         env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
