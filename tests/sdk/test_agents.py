"""Real agents directly against the simulator: a run through the gateway then adds the gateway only."""

import base64
import json
import pathlib
import sys

import pytest

from conftest import ROOT, marker

sys.path.insert(0, str(ROOT / "tests/e2e"))
from agents import run_claude_code, run_cline  # noqa: E402


def task(folder):
    """A prompt that makes the simulated model have a file written, and the file."""
    path = pathlib.Path(folder) / "hello.txt"
    return "Please do this: " + marker(scenario="write_file", path=str(path),
                                       content="it's written by an agent\n"), path


def sent_bodies(sim):
    return [json.loads(base64.b64decode(r["body_base64"]))
            for r in sim.get("/_sim/requests")["requests"] if r["method"] == "POST"]


def check(sim, run, path):
    assert run.code == 0, run.text
    assert path.read_text() == "it's written by an agent\n"
    assert f"Done: {path}" in run.text
    assert sim.bill()["count"] >= 3
    assert all(call["complete"] for call in sim.bill()["calls"])


@pytest.mark.parametrize("provider, account, model", [
    ("openai-compatible", "openai", "gpt-4.1-mini"), ("litellm", "openai", "gpt-4.1-mini"),
    ("anthropic", "anthropic", "claude-sonnet-4-6")])
def test_cline(sim, tmp_path, provider, account, model):
    prompt, path = task(tmp_path)
    run = run_cline(sim.url + "/v1", sim.keys[account][0], model, prompt, tmp_path, provider)
    check(sim, run, path)


def test_cline_bedrock(sim, tmp_path):
    prompt, path = task(tmp_path)
    key = sim.keys["aws"][0]
    run = run_cline(None, None, "us.anthropic.claude-sonnet-4-6", prompt, tmp_path, "bedrock",
                    settings={"aws": {"endpoint": sim.url, "region": "us-east-1",
                                      "authentication": "iam", "accessKey": key["access_key_id"],
                                      "secretKey": key["secret_access_key"]}})
    check(sim, run, path)


def test_cline_plan_offers_no_editor(sim, tmp_path):
    names = {}
    for plan in (False, True):
        sim.reset()
        run = run_cline(sim.url + "/v1", sim.keys["anthropic"][0], "claude-sonnet-4-6",
                        "think " + marker(text="A plan."), tmp_path, "anthropic", plan=plan)
        assert run.code == 0 and "A plan." in run.text
        body = sent_bodies(sim)[-1]
        names[plan] = {tool["name"] for tool in body["tools"]}
        assert ("You are in Plan mode." in json.dumps(body["system"])) == plan
    assert "editor" in names[False] and "editor" not in names[True]


@pytest.mark.parametrize("model", ["claude-sonnet-4-6", "claude-opus-5-5"])
def test_claude_code(sim, tmp_path, model):
    prompt, path = task(tmp_path)
    run = run_claude_code(sim.url, sim.keys["anthropic"][0], model, prompt, tmp_path)
    check(sim, run, path)


def test_claude_code_shows_a_terminal_error_once(sim, tmp_path):
    sim.scenario({"fault": {"kind": "status", "status": 402, "type": "billing_error",
                            "message": "the budget is used up"}}, times=20)
    run = run_claude_code(sim.url, sim.keys["anthropic"][0], "claude-sonnet-4-6", "hi", tmp_path)
    assert run.code != 0 and "the budget is used up" in run.text
    assert len(sent_bodies(sim)) == 1
