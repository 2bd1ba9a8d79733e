"""Real agents, unmodified, through the gateway to simulated providers: the file is written and the
books equal the providers' bill to the nano-dollar."""

import base64
import json

import pytest

from agents import run_claude_code, run_cline
from servers import books_equal_bill
from wire import marker

CONTENT = "it's written by an agent\n"


def task(folder):
    path = folder / "hello.txt"
    return "Please do this: " + marker(scenario="write_file", path=str(path), content=CONTENT), path


def check_traces(demo, client, bill):
    """One record per call, of this client and one session, with the tokens and costs of the bill."""
    calls = [call for call in demo.calls(bill["count"]) if call["operation"] in ("chat", "messages", "converse")]
    assert len(calls) == bill["count"]
    assert {(call["client"], call["outcome"]) for call in calls} == {(client, "ok")}
    assert None not in {call["session"] for call in calls}
    assert sum(call["cost"] for call in calls) == bill["total_nano_usd"]
    for kind in ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output"):
        assert sum(call[kind] for call in calls) == sum(c["usage"][kind] for c in bill["calls"])
    assert all(call["scanned_request_bytes"] > 0 for call in calls)


@pytest.mark.parametrize("provider, suffix", [("openai-compatible", "/v1"), ("litellm", "/v1"),
                                              ("litellm", "")])
def test_cline_to_bedrock(demo, tmp_path, provider, suffix):
    prompt, path = task(tmp_path)
    run = run_cline(demo.url + suffix, demo.key, "bedrock-claude-sonnet-4-6", prompt, tmp_path,
                    provider)
    assert run.code == 0, run.text
    assert path.read_text() == CONTENT
    assert f"Done: {path}" in run.text
    bill = books_equal_bill(demo)
    assert bill["count"] >= 3
    check_traces(demo, "cline", bill)
    assert {call["provider"] for call in bill["calls"]} == {"bedrock"}


def test_cline_plan_mode(demo, tmp_path):
    run = run_cline(demo.url + "/v1", demo.key, "bedrock-claude-sonnet-4-6",
                    "think " + marker(text="A plan."), tmp_path, plan=True)
    assert run.code == 0 and "A plan." in run.text
    books_equal_bill(demo)


@pytest.mark.parametrize("model", ["claude-sonnet-4-6", "claude-opus-5-5"])
def test_claude_code(demo, tmp_path, model):
    prompt, path = task(tmp_path)
    run = run_claude_code(demo.url, demo.key, model, prompt, tmp_path)
    assert run.code == 0, run.text
    assert path.read_text() == CONTENT
    check_traces(demo, "claude_code", books_equal_bill(demo))


@pytest.mark.parametrize("model, bedrock", [
    ("claude-sonnet-4-6", "us.anthropic.claude-sonnet-4-6"),
    ("claude-opus-5-5", "us.anthropic.claude-opus-5-5")])
def test_claude_code_to_bedrock_alone(make_gateway, tmp_path, model, bedrock):
    """Models that are bought from Bedrock only, under the names that Claude Code knows. Nothing is
    refused on the way: a 400 would make it ask again with less."""
    gateway = make_gateway(models=[
        {"name": name, "deployments": [{"upstream": "bedrock", "model": id}]} for name, id in (
            (model, bedrock), ("claude-haiku-4-5", "us.anthropic.claude-haiku-4-5-20251001-v1:0"))])
    prompt, path = task(tmp_path)
    run = run_claude_code(gateway.url, gateway.key, model, prompt, tmp_path)
    assert run.code == 0, run.text
    assert path.read_text() == CONTENT
    bill = books_equal_bill(gateway)
    assert bill["count"] >= 2
    check_traces(gateway, "claude_code", bill)
    assert {call["provider"] for call in bill["calls"]} == {"bedrock"}
    assert any(call["stream"] for call in bill["calls"])
    sent = [json.loads(base64.b64decode(request["body_base64"]))
            for request in gateway.upstream_requests() if request["method"] == "POST"]
    assert len(sent) == bill["count"]
    assert all("interleaved-thinking-2025-05-14" in body["anthropic_beta"] for body in sent)


def test_claude_code_demo_offers_bedrock(demo, tmp_path):
    prompt, path = task(tmp_path)
    run = run_claude_code(demo.url, demo.key, "bedrock-claude-sonnet-4-6", prompt, tmp_path)
    assert run.code == 0, run.text
    assert path.read_text() == CONTENT
    check_traces(demo, "claude_code", books_equal_bill(demo))


def test_claude_code_on_nova(demo, tmp_path):
    """A model that speaks Converse alone, and knows neither thinking nor Anthropic's own fields."""
    prompt, path = task(tmp_path)
    run = run_claude_code(demo.url, demo.key, "bedrock-nova-pro", prompt, tmp_path)
    assert run.code == 0, run.text
    assert path.read_text() == CONTENT
    bill = books_equal_bill(demo)
    check_traces(demo, "claude_code", bill)
    assert "amazon.nova-pro-v1:0" in {call["model"] for call in bill["calls"]}


def test_cline_to_anthropic(demo, tmp_path):
    prompt, path = task(tmp_path)
    run = run_cline(demo.url + "/v1", demo.key, "claude-sonnet-4-6", prompt, tmp_path)
    assert run.code == 0, run.text
    assert path.read_text() == CONTENT
    bill = books_equal_bill(demo)
    check_traces(demo, "cline", bill)
    assert {call["provider"] for call in bill["calls"]} == {"anthropic"}
