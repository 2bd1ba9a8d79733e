"""Canaries: words that must not turn up where they do not belong. Keys and credentials nowhere but
in the requests that need them; what people and models write in no log, metric, table or process
argument while content capture is off."""

import json
import pathlib

import pytest

from secrets_made import github_token
from servers import ADMIN_KEY
from wire import Stream, call, chat, marker, message, raw

PROMPT = "canary-prompt-7c1f0e"
ANSWER = "canary-answer-91ab3d"
ARGUMENT = "canary-argument-5d20c8"
SECRET = github_token(99)
SCHEMA = {"type": "object", "properties": {"command": {"type": "string"}}}
TOOLS = [{"name": "run", "input_schema": SCHEMA}]


def everything_that_happens(gateway):
    """Calls of every outcome that hold the canaries; returns every answer the clients got."""
    answers = []

    def post(path, body, key=None, **more):
        answers.append(gateway.post(path, body, key, **more)[2])

    for model in ("gpt-4.1-mini", "bedrock-claude-sonnet-4-6"):
        gateway.scenario({"text": ANSWER})
        post("/v1/chat/completions", chat(PROMPT, model))
        # Providers quote what they were sent, and who sent it.
        for status in (400, 401, 403, 429, 500):
            gateway.scenario({"fault": {
                "kind": "status", "status": status, "retry_after": 60,
                "message": f"cannot read '{PROMPT}' of key {gateway.environment['SIM_OPENAI']} at "
                           f"arn:aws:bedrock:us-east-1:111122223333:model/{model}"}})
            post("/v1/chat/completions", chat("please read " + PROMPT, model))
    gateway.scenario({"text": ANSWER, "chunk": 2})
    answers.append(Stream(gateway.url, gateway.key, "/v1/messages", message(
        PROMPT, stream=True, system=PROMPT, metadata={"user_id": "u-1"})).rest())
    gateway.scenario({"scenario": "tools", "tools": [{"name": "run", "input": {"command": ARGUMENT}}]})
    post("/v1/messages", message(PROMPT, tools=TOOLS))
    gateway.scenario({"text": f"{ANSWER} {SECRET}"})
    post("/v1/messages", message(f"{PROMPT} {SECRET}"))
    answers.append(Stream(gateway.url, gateway.key, "/v1/messages", message(marker(
        scenario="long", fault={"kind": "exception", "message": f"about '{PROMPT}'"}) + PROMPT,
        stream=True)).rest())
    # Refusals and broken requests.
    post("/v1/chat/completions", chat(PROMPT, "no-such-model"))
    post("/v1/chat/completions", f'{{"model":"gpt-4.1-mini","messages":"{PROMPT}'.encode())
    post("/v1/chat/completions", f'{{"{PROMPT}":1,"{PROMPT}":2}}'.encode())
    post("/v1/messages", message(PROMPT), gateway.spent)
    post("/v1/messages", message(PROMPT), gateway.blocked)
    post("/v1/messages?api_key=" + gateway.key, message(PROMPT))
    post("/nothing/" + PROMPT, None)
    answers.append(call(gateway.url + "/v1/models", "sk-unknown-0123456789abcdef0123")[2])
    answers.append(raw(gateway.url, f"GET /?k={gateway.key} HTTP/1.1\r\nbad header\r\n\r\n"
                       .encode()).decode())
    return answers


@pytest.fixture
def used(make_gateway):
    gateway = make_gateway(capture="off")
    _, gateway.spent = gateway.make_key("spent", budget="0.000001")
    number, gateway.blocked = gateway.make_key("blocked")
    gateway.change_key(number, "block")
    gateway.answers = everything_that_happens(gateway)
    gateway.metrics = gateway.get("/metrics")[2]
    gateway.arguments = pathlib.Path(f"/proc/{gateway.process.pid}/cmdline").read_bytes()
    gateway.titles = pathlib.Path(f"/proc/{gateway.process.pid}/comm").read_bytes()
    assert gateway.stop() == 0
    return gateway


def keys_of(gateway):
    names = ("SIM_AWS_ID", "SIM_AWS_SECRET", "SIM_ANTHROPIC", "SIM_OPENAI")
    return [ADMIN_KEY, gateway.spent, gateway.blocked, "sk-unknown-0123456789abcdef0123",
            *(gateway.environment[name] for name in names)]


def test_canaries(used):
    log = used.log.read_bytes()
    files = {path: path.read_bytes() for path in used.data.rglob("*") if path.is_file()}
    assert len(files) >= 2 and log.count(b"\n") > 15
    places = {"log": log, "metrics": used.metrics.encode(), "arguments": used.arguments,
              "comm": used.titles, **{str(path): data for path, data in files.items()}}
    words = [PROMPT, ANSWER, ARGUMENT, SECRET, *keys_of(used)]
    for where, data in places.items():
        for word in words:
            assert word.encode() not in data, f"{word} in {where}: {context(data, word.encode())}"
    for answer in used.answers:
        for key in keys_of(used):
            assert key not in answer
        assert "111122223333" not in answer


def context(data, word):
    at = data.index(word)
    return data[max(0, at - 200):at + 100]


def test_full_capture_is_what_turns_it_on(make_gateway):
    """The same words do turn up once the operator asks for contents: the canaries can sing."""
    gateway = make_gateway(capture="full")
    gateway.scenario({"text": ANSWER})
    assert gateway.post("/v1/messages", message(PROMPT))[0] == 200
    assert gateway.stop() == 0
    contents = gateway.query("traces.db", "SELECT request, response FROM content")
    assert PROMPT in json.dumps(contents) and ANSWER in json.dumps(contents)


def test_redacted_capture_keeps_no_finding_of_any_mode(make_gateway):
    gateway = make_gateway("detect", capture="redacted", guardrails={"secrets": {"mode": "detect"}})
    gateway.scenario({"text": f"{ANSWER} {SECRET}"})
    assert SECRET in gateway.post("/v1/messages", message(f"{PROMPT} {SECRET}"))[2]
    assert gateway.post("/v1/messages", message(f"{PROMPT} {SECRET}", "no-such-model"))[0] == 404
    assert gateway.stop() == 0
    contents = json.dumps(gateway.query("traces.db", "SELECT request, response FROM content"))
    assert PROMPT in contents and SECRET not in contents


@pytest.mark.parametrize("mode", ["detect", "redact"])
def test_records_hold_no_secret_of_the_words_around_a_call(make_gateway, mode):
    """Names of models, sessions, tags and fields are the client's words too."""
    gateway = make_gateway(mode, guardrails={"secrets": {"mode": mode}})
    around = {"litellm_session_id": "s-" + SECRET, "tags": [SECRET, "t" * 5_000_000],
              "metadata": {"tags": ["tag " + SECRET]}, SECRET: 1}
    for model in ("gpt-4.1-mini", "bedrock-claude-sonnet-4-6", SECRET, "m" * 300 + SECRET):
        gateway.post("/v1/chat/completions", chat("hello", model) | around)
        gateway.post("/v1/chat/completions", chat("hello", model),
                     headers={"x-task-id": SECRET})
    assert len(gateway.calls(8)) == 8
    assert gateway.stop() == 0
    for path in [gateway.log, *gateway.data.rglob("*")]:
        if path.is_file():
            data = path.read_bytes()
            assert SECRET.encode() not in data, f"{path}: {context(data, SECRET.encode())}"
            assert b"t" * 201 not in data and b"m" * 201 not in data


def test_redacted_capture(make_gateway):
    gateway = make_gateway(capture="redacted")
    gateway.scenario({"text": f"{ANSWER} {SECRET}"})
    assert gateway.post("/v1/messages", message(f"{PROMPT} {SECRET}"))[0] == 200
    assert gateway.stop() == 0
    [content] = gateway.query("traces.db", "SELECT request, response FROM content")
    assert PROMPT in content["request"] and SECRET not in content["request"]
    assert ANSWER in content["response"] and SECRET not in content["response"]
