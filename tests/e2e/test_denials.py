"""Denials as people see them: the real Cline and Claude Code show our sentence at once and send
nothing again. Counted where it matters: at the gateway, in the trace records."""

import json
import time

import pytest

from agents import run_claude_code, run_cline
from wire import chat, marker, message

AGENTS = {"cline": (run_cline, "/v1", "bedrock-claude-sonnet-4-6"),
          "claude_code": (run_claude_code, "", "claude-sonnet-4-6")}
PATHS = {"cline": ("/v1/chat/completions", chat), "claude_code": ("/v1/messages", message)}


@pytest.fixture(params=AGENTS)
def agent(request):
    return request.param


def run(agent, gateway, key, cwd, model=None, prompt="Say hello."):
    start, suffix, default = AGENTS[agent]
    return start(gateway.url + suffix, key, model or default, prompt, cwd)


def check_denied(agent, gateway, result, *words, requests=1):
    """The sentence is shown, and the agent asked once (Claude Code: once more for its title)."""
    assert result.code != 0
    for word in words:
        assert word in result.text, result.text
    assert gateway.stop() == 0  # every trace record is written
    calls = [call for call in gateway.calls() if call["client"] == agent]
    assert 1 <= len(calls) <= requests, [(c["status"], c["operation"]) for c in calls]
    assert all(call["status"] >= 400 for call in calls)
    assert gateway.upstream_requests() == []


def test_over_budget(agent, gateway, tmp_path):
    """A key whose budget cannot pay for one call."""
    _, key = gateway.make_key("spent-laptop", budget="0.000001", window="month")
    result = run(agent, gateway, key, tmp_path)
    check_denied(agent, gateway, result, "key spent-laptop", "$0.000001", "resets at",
                 "an administrator", "request req_")


def test_budget_runs_out_in_the_middle_of_a_task(agent, gateway, tmp_path):
    """The first turn spends all; the second one is refused, and the agent stops there."""
    start, _, model = AGENTS[agent]
    _, key = gateway.make_key("small", budget="1.00")
    path, body = PATHS[agent]
    text = marker(scenario="long", tokens=66_000, chunk=8192)
    status, _, answer = gateway.post(path, body(text, model=model, max_tokens=66_000), key)
    assert status in (200, 400), answer
    for _ in range(8):
        status = gateway.post(path, body(text, model=model, max_tokens=60_000), key)[0]
        if status != 200:
            break
    assert status != 200
    gateway.reset_providers()
    result = run(agent, gateway, key, tmp_path)
    check_denied(agent, gateway, result, "key small", "of $1.00")


def test_unknown_model(agent, gateway, tmp_path):
    result = run(agent, gateway, gateway.make_key("a")[1], tmp_path, model="claude-sonet-4-6")
    check_denied(agent, gateway, result, "claude-sonet-4-6", requests=2)


def test_model_that_the_key_may_not_use(agent, gateway, tmp_path):
    _, key = gateway.make_key("narrow", models=["gpt-*"])
    result = run(agent, gateway, key, tmp_path)
    check_denied(agent, gateway, result, "is not allowed", "key narrow")


def test_blocked_key(agent, gateway, tmp_path):
    number, key = gateway.make_key("lost-laptop")
    gateway.change_key(number, "block")
    result = run(agent, gateway, key, tmp_path)
    check_denied(agent, gateway, result, "this virtual key is blocked", requests=2)


def test_secret_that_policy_blocks(agent, make_gateway, tmp_path):
    from secrets_made import github_token
    gateway = make_gateway(guardrails={"secrets": {"mode": "block"}})
    result = run(agent, gateway, gateway.key, tmp_path,
                 prompt=f"Use the token {github_token(1)} to sign in.")
    check_denied(agent, gateway, result, "the request holds a secret", "github-token")


def test_japanese(agent, make_gateway, tmp_path):
    gateway = make_gateway(language="ja")
    _, key = gateway.make_key("使い切った鍵", budget="0.000001")
    result = run(agent, gateway, key, tmp_path)
    check_denied(agent, gateway, result, "予算の上限に達したため、リクエストを拒否しました", "使い切った鍵")


# What holds for the very next request, on connections that are open already

def test_changes_hold_at_once(gateway):
    number, key = gateway.make_key("desk")

    def status():
        return gateway.post("/v1/chat/completions", chat(), key)[0]
    assert status() == 200
    gateway.change_key(number, "block")
    assert status() == 401
    gateway.change_key(number, "unblock")
    assert status() == 200
    gateway.change_key(number, "change", models=["claude-*"])
    assert status() == 400
    gateway.change_key(number, "change", models=[])
    assert status() == 200
    gateway.change_key(number, "change", budget="0.00001")
    assert status() == 400
    gateway.change_key(number, "change", budget=None)
    assert status() == 200
    gateway.change_key(number, "delete")
    status, _, answer = gateway.post("/v1/chat/completions", chat(), key)
    assert status == 401 and "deleted" in answer


def test_requests_per_minute(gateway):
    _, key = gateway.make_key("slow", requests_per_minute=2)
    answers = [gateway.post("/v1/chat/completions", chat(), key) for _ in range(3)]
    assert [answer[0] for answer in answers] == [200, 200, 429]
    headers = {name.lower(): value for name, value in answers[2][1].items()}
    said = json.loads(answers[2][2])["error"]["message"]
    assert "key slow" in said and "of 2" in said and f"try again in {headers['retry-after']} s" in said
    assert 1 <= int(headers["retry-after"]) <= 75


def test_failed_calls_are_requests_of_the_minute(gateway):
    """Once a provider was asked; what never left is none."""
    _, key = gateway.make_key("failing", requests_per_minute=2)
    for _ in range(2):
        gateway.scenario({"fault": {"kind": "status", "status": 400, "message": "no"}})
        assert gateway.post("/v1/chat/completions", chat(), key)[0] == 400
    status, _, answer = gateway.post("/v1/chat/completions", chat(), key)
    assert status == 429 and "requests_per_minute" in answer
    _, key = gateway.make_key("refused", requests_per_minute=1)
    for _ in range(3):  # the deployment cannot take it: nothing is sent
        body = message(model="bedrock-claude-sonnet-4-6", workspace_id="w")
        assert gateway.post("/v1/messages", body, key)[0] == 400
    assert gateway.post("/v1/messages", message(), key)[0] == 200


def test_counting_tokens_is_a_request_and_no_more(gateway):
    _, key = gateway.make_key("counting", requests_per_minute=3, tokens_per_minute=10,
                              budget="0.000000001")
    body = {name: value for name, value in message("w" * 3000).items() if name != "max_tokens"}
    statuses = [gateway.post("/v1/messages/count_tokens", body, key)[0] for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert gateway.entries() == []


def test_tokens_per_minute(gateway):
    _, key = gateway.make_key("thin", tokens_per_minute=1000)
    body = chat("w" * 3000, max_tokens=100)
    answers = [gateway.post("/v1/chat/completions", body, key) for _ in range(3)]
    assert answers[0][0] == 200 and answers[2][0] == 429
    assert "tokens_per_minute" in answers[2][2] and "of 1000" in answers[2][2]


def test_expired_key(gateway):
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 60))
    status, _, body = gateway.post("/api/v1/keys", {"alias": "past", "expires": soon})
    if status == 201:  # a key that is born expired is of no use, but no harm either
        key = json.loads(body)["key"]
        status, _, answer = gateway.post("/v1/chat/completions", chat(), key)
        assert status == 401 and "expired" in answer
    else:
        assert status == 400 and "expires" in body
