"""Real agents, unmodified, through the gateway to simulated providers: the file is written and the
books equal the providers' bill to the nano-dollar."""

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
    calls = [call for call in demo.calls(bill["count"]) if call["operation"] in ("chat", "messages")]
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
