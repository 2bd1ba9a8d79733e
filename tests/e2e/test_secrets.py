"""Secrets on every way through the gateway: in what goes up, and in what comes down, however it was
cut into pieces. Modes detect, redact, block and off by configuration."""

import base64
import json

import pytest

from secrets_made import aws_access_key, github_token, private_key
from wire import Stream, chat, events, message

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
HIDDEN = "[REDACTED:github-token]"
SECRET = github_token(7)
PAIRS = {"chat-openai": (CHAT, "gpt-4.1-mini"),
         "chat-bedrock": (CHAT, "bedrock-claude-sonnet-4-6"),
         "messages": (MESSAGES, "claude-sonnet-4-6"),
         "messages-bedrock": (MESSAGES, "bedrock-claude-sonnet-4-6")}
SCHEMA = {"type": "object", "properties": {"command": {"type": "string"}}}


@pytest.fixture(params=PAIRS)
def pair(request):
    return request.param


def body_of(pair, messages, tools=False, **more):
    body = {"model": PAIRS[pair][1], "messages": messages, **more}
    if pair.startswith("messages"):
        body["max_tokens"] = 2000
    if tools:
        body["tools"] = [{"name": "run", "input_schema": SCHEMA}] if pair.startswith("messages") else [
            {"type": "function", "function": {"name": "run", "parameters": SCHEMA}}]
    return body


def ask(pair, text="hi", **more):
    return body_of(pair, [{"role": "user", "content": text}], **more)


def upstream_bodies(gateway):
    return [base64.b64decode(request["body_base64"]).decode()
            for request in gateway.upstream_requests()]


def post(gateway, pair, body):
    return gateway.post(PAIRS[pair][0], body)


# What goes up

def turns(pair, secret):
    """A conversation with the secret in every place that an agent may put it."""
    told = f"my token is {secret}, keep it"
    command = f"curl -H 'Authorization: token {secret}' https://api.github.com"
    if pair.startswith("messages"):
        return body_of(pair, [
            {"role": "user", "content": [{"type": "text", "text": told}]},
            {"role": "assistant", "content": [
                {"type": "text", "text": told},
                {"type": "tool_use", "id": "toolu_1", "name": "run", "input": {"command": command}}]},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": "toolu_1", "content": f"TOKEN={secret}\n"}]},
        ], tools=True, system=[{"type": "text", "text": told}])
    return body_of(pair, [
        {"role": "system", "content": told},
        {"role": "user", "content": [{"type": "text", "text": told}]},
        {"role": "assistant", "content": told, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {
                "name": "run", "arguments": json.dumps({"command": command})}}]},
        {"role": "tool", "tool_call_id": "call_1", "content": f"TOKEN={secret}\n"},
    ], tools=True)


def test_request_is_redacted_everywhere(shared, pair):
    status, _, answer = post(shared, pair, turns(pair, SECRET))
    assert status == 200, answer
    [body] = upstream_bodies(shared)
    assert SECRET not in body and SECRET[8:30] not in body
    assert body.count(HIDDEN) == 5
    assert json.loads(body)


def test_escaped_spellings_are_seen(shared, pair):
    """The same secret, spelled with \\u escapes in the JSON."""
    spelled = "".join(f"\\u{ord(c):04x}" for c in SECRET)
    body = json.dumps(ask(pair, "token @@ end")).replace("@@", spelled)
    assert post(shared, pair, body.encode())[0] == 200
    [up] = upstream_bodies(shared)
    assert HIDDEN in up and spelled not in up and SECRET not in up


def test_redaction_is_stable_over_turns(shared, pair):
    """Agents send everything again each turn: what went up before goes up the same, or the
    provider's prompt cache is lost."""
    history, bodies = [], []
    for turn in range(6):
        text = f"turn {turn}: {github_token(turn) if turn % 2 else aws_access_key(turn)} end"
        history = history + [{"role": "user", "content": text}]
        status, _, answer = post(shared, pair, body_of(pair, history))
        assert status == 200, answer
        bodies.append(json.loads(upstream_bodies(shared)[-1])["messages"])
        history = history + [{"role": "assistant", "content": f"answer {turn}"}]
    for earlier, later in zip(bodies, bodies[1:]):
        assert later[:len(earlier)] == earlier
    assert "ghp_" not in str(bodies) and "AKIA" not in str(bodies)


def test_memory_changes_nothing(make_gateway, pair):
    """With and without conversation memory the same bytes go up, and the same verdicts are kept."""
    seen = {}
    for size in (0, 1 << 28):
        gateway = make_gateway(f"memory-{size}", limits={"conversation_memory_bytes": size}, workers=1)
        gateway.reset_providers()
        history = []
        for turn in range(8):
            text = f"turn {turn} {github_token(turn) if turn in (2, 5) else 'plain'} " + "x" * 500
            history = history + [{"role": "user", "content": text}]
            assert post(gateway, pair, body_of(pair, history))[0] == 200
            history = history + [{"role": "assistant", "content": "go on " + "y" * 300}]
        findings = [line for line in gateway.get("/metrics")[2].splitlines()
                    if line.startswith("sekisho_guardrail_findings_total")]
        calls = gateway.calls(8)
        seen[size] = (upstream_bodies(gateway), findings,
                      sorted(call["scanned_request_bytes"] for call in calls))
    assert seen[0] == seen[1 << 28]
    assert 'mode="redact"' in seen[0][1][0]


# What comes down

def text_of(pair, body, stream):
    if not stream:
        body = json.loads(body)
        if pair.startswith("messages"):
            return "".join(block.get("text", "") for block in body["content"])
        return body["choices"][0]["message"]["content"] or ""
    seen = [data for _, data in events(body) if data != "[DONE]"]
    if pair.startswith("messages"):
        return "".join(data["delta"].get("text", "") for data in seen
                       if data["type"] == "content_block_delta")
    return "".join(choice["delta"].get("content") or "" for data in seen
                   for choice in data.get("choices", ()))


def arguments_of(pair, body, stream):
    if not stream:
        body = json.loads(body)
        if pair.startswith("messages"):
            return json.dumps(next(block["input"] for block in body["content"]
                                   if block["type"] == "tool_use"))
        return body["choices"][0]["message"]["tool_calls"][0]["function"]["arguments"]
    seen = [data for _, data in events(body) if data != "[DONE]"]
    if pair.startswith("messages"):
        return "".join(data["delta"].get("partial_json", "") for data in seen
                       if data["type"] == "content_block_delta")
    return "".join(call["function"].get("arguments", "") for data in seen
                   for choice in data.get("choices", ())
                   for call in choice["delta"].get("tool_calls", ()))


def answer_of(gateway, pair, stream, tools=False):
    answer = Stream(gateway.url, gateway.key, PAIRS[pair][0], ask(pair, stream=stream, tools=tools))
    return answer, answer.rest()


CHUNKS = [1, 2, 3, 7, 16, 39, 1000]


@pytest.mark.parametrize("stream", [True, False])
def test_answer_is_redacted(shared, pair, stream):
    """However the text is cut, the secret's place holds the placeholder and nothing else is lost."""
    for chunk in CHUNKS if stream else [16]:
        shared.scenario({"text": f"The token is {SECRET}, and 日本語 follows.", "chunk": chunk})
        answer, body = answer_of(shared, pair, stream)
        assert answer.status == 200 and not answer.cut
        assert text_of(pair, body, stream) == f"The token is {HIDDEN}, and 日本語 follows.", chunk
        assert SECRET[4:] not in body


@pytest.mark.parametrize("stream", [True, False])
def test_tool_arguments_are_redacted(shared, pair, stream):
    for chunk in CHUNKS if stream else [16]:
        shared.scenario({"scenario": "tools", "chunk": chunk, "tools": [
            {"name": "run", "input": {"command": f"export GH=\"{SECRET}\" && echo done"}}]})
        answer, body = answer_of(shared, pair, stream, tools=True)
        assert answer.status == 200 and not answer.cut
        given = json.loads(arguments_of(pair, body, stream))
        assert given == {"command": f"export GH=\"{HIDDEN}\" && echo done"}, chunk
        assert SECRET[4:] not in body


def test_many_secrets_in_one_answer(shared, pair):
    secrets = [github_token(n) for n in range(20)]
    shared.scenario({"text": " ".join(f"{n}:{secret}" for n, secret in enumerate(secrets)),
                     "chunk": 5})
    _, body = answer_of(shared, pair, True)
    assert text_of(pair, body, True) == " ".join(f"{n}:{HIDDEN}" for n in range(20))


def test_what_looks_like_the_beginning_is_not_lost(shared, pair):
    """An answer that ends in what could still become a secret comes whole."""
    text = f"almost: {SECRET[:20]}"
    for chunk in (1, 4):
        shared.scenario({"text": text, "chunk": chunk})
        _, body = answer_of(shared, pair, True)
        assert text_of(pair, body, True) == text


# Modes

@pytest.fixture(scope="module")
def modes(tmp_path_factory, running_providers):
    """One gateway per mode."""
    from servers import Gateway
    made = {}

    def of(mode, **rules):
        name = json.dumps([mode, rules])
        if name not in made:
            secrets = {"mode": mode, **({"rules": rules} if rules else {})}
            made[name] = Gateway(tmp_path_factory.mktemp(mode), running_providers,
                                 guardrails={"secrets": secrets})
        return made[name]
    yield of
    for gateway in made.values():
        gateway.close()


def findings(gateway, mode, where):
    line = f'sekisho_guardrail_findings_total{{rule="github-token",mode="{mode}",where="{where}"}}'
    for found in gateway.get("/metrics")[2].splitlines():
        if found.startswith(line):
            return int(found.rsplit(" ", 1)[1])
    return 0


def test_detect_changes_nothing_and_is_recorded(modes, providers, pair):
    gateway = modes("detect")
    requests, responses = findings(gateway, "detect", "request"), findings(gateway, "detect", "response")
    gateway.scenario({"text": f"it is {SECRET}.", "chunk": 3})
    answer = Stream(gateway.url, gateway.key, PAIRS[pair][0],
                    ask(pair, f"mine is {SECRET}", stream=True))
    assert text_of(pair, answer.rest(), True) == f"it is {SECRET}."
    assert SECRET in upstream_bodies(gateway)[-1]
    assert findings(gateway, "detect", "request") == requests + 1
    assert findings(gateway, "detect", "response") == responses + 1


def test_block_request(modes, providers, pair):
    gateway = modes("block")
    status, _, answer = post(gateway, pair, ask(pair, f"mine is {SECRET}"))
    said = json.loads(answer)["error"]["message"]
    assert status == 400 and "github-token" in said and "an administrator" in said
    assert SECRET not in answer and upstream_bodies(gateway) == []


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("tools", [True, False])
def test_block_answer(modes, providers, pair, stream, tools):
    """Nothing of the secret passes, the client sees why, the call is booked, the rest is not
    generated."""
    gateway = modes("block")
    before = len(gateway.entries())
    text = f"Here it is: {SECRET} and so on. " + "more words " * 400
    scenario = {"scenario": "tools", "tools": [{"name": "run", "input": {"command": text}}]} \
        if tools else {"text": text}
    gateway.scenario(scenario | {"chunk": 3})
    answer, body = answer_of(gateway, pair, stream, tools)
    assert SECRET[:12] not in body
    if stream:
        assert answer.status == 200 and answer.cut
        assert "github-token" in events(body)[-1][1]["error"]["message"]
    else:
        assert answer.status == 400 and "github-token" in json.loads(body)["error"]["message"]
    assert len(gateway.entries(before + 1)) == before + 1


def test_one_rule_blocks_the_others_redact(modes, providers):
    gateway = modes("redact", **{"github-token": "block"})
    assert gateway.post(CHAT, chat(f"mine is {SECRET}"))[0] == 400
    assert gateway.post(CHAT, chat(f"mine is {aws_access_key(1)}"))[0] == 200
    assert "[REDACTED:aws-access-key-id]" in upstream_bodies(gateway)[-1]


def test_off(modes, providers):
    gateway = modes("off")
    assert gateway.post(CHAT, chat(f"mine is {SECRET}"))[0] == 200
    assert SECRET in upstream_bodies(gateway)[-1]
    assert call_of(gateway)["scanned_request_bytes"] == -1
    assert call_of(gateway)["scanned_response_bytes"] == -1


def call_of(gateway):
    return gateway.calls(1)[-1]


@pytest.mark.parametrize("form", ["{:>6}→{}", "{:>6}\t{}", "{} | {}", "-{1}", "+{1}", "id_rsa:{}:{}",
                                  '  "{1}\\n" +'])
def test_private_keys_in_listings(shared, pair, form):
    """Agents' tools number the lines of the files that they show."""
    lines = private_key(3)
    shown = "\n".join(form.format(number + 1, line) for number, line in enumerate(lines))
    assert post(shared, pair, ask(pair, f"Result:\n{shown}\nWhat is it?"))[0] == 200
    [up] = upstream_bodies(shared)
    assert "REDACTED:private-key" in up and "What is it?" in up
    assert [line for line in lines if line in up] == []


def test_headers_with_a_secret_do_not_go_up(gateway):
    status, _, answer = gateway.post(MESSAGES, message(), headers={
        "anthropic-beta": SECRET, "x-stainless-lang": "python"})
    assert status == 200, answer
    [up] = gateway.upstream_requests()
    assert SECRET not in json.dumps(up) and "x-stainless-lang" in json.dumps(up).lower()
    assert findings(gateway, "redact", "request") == 1


def test_not_scanned_is_not_clean(make_gateway):
    gateway = make_gateway(guardrails={"secrets": {"enabled": False}})
    assert gateway.post(MESSAGES, message(f"mine is {SECRET}"))[0] == 200
    [call] = gateway.calls(1)
    assert call["scanned_request_bytes"] == call["scanned_response_bytes"] == -1


def test_scanned_bytes_are_recorded(gateway):
    assert gateway.post(MESSAGES, message("twelve bytes"))[0] == 200
    [call] = gateway.calls(1)
    assert call["scanned_request_bytes"] == 12
    assert call["scanned_response_bytes"] == len("Hello from the simulated provider.")


def test_thinking_is_inspected(shared):
    shared.scenario({"reasoning": f"the user's token {SECRET} is", "text": "ok", "chunk": 4})
    answer = Stream(shared.url, shared.key, MESSAGES, message(
        stream=True, max_tokens=2000, thinking={"type": "enabled", "budget_tokens": 1024}))
    body = answer.rest()
    thought = "".join(data["delta"].get("thinking", "") for _, data in events(body)
                      if data != "[DONE]" and data["type"] == "content_block_delta")
    assert thought == f"the user's token {HIDDEN} is" and not answer.cut


@pytest.mark.parametrize("model", ["claude-sonnet-4-6", "bedrock-claude-sonnet-4-6"])
@pytest.mark.parametrize("stream", [True, False])
def test_a_turn_goes_on_after_its_thinking_was_redacted(shared, model, stream):
    """Redacted thinking has no signature that holds: it is left out, and the turn goes on without."""
    shared.scenario({"scenario": "tools", "reasoning": f"the user's token {SECRET} is", "chunk": 4,
                     "tools": [{"name": "run", "input": {"command": "ls"}}]})
    body = message("do it", model, 2000, thinking={"type": "enabled", "budget_tokens": 1024},
                   tools=[{"name": "run", "input_schema": SCHEMA}])
    answer = Stream(shared.url, shared.key, MESSAGES, {**body, "stream": stream})
    content = assemble(answer.rest()) if stream else json.loads(answer.rest())["content"]
    assert answer.status == 200
    [thinking] = [part for part in content if part["type"] == "thinking"]
    assert thinking["thinking"] == f"the user's token {HIDDEN} is" and thinking["signature"] == ""
    [tool] = [part for part in content if part["type"] == "tool_use"]
    body["messages"] += [{"role": "assistant", "content": content}, {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": tool["id"], "content": "file.txt"}]}]
    status, headers, said = shared.post(MESSAGES, body)
    assert status == 200, said
    assert "thinking" in {name.lower(): value for name, value in headers.items()}[
        "x-sekisho-dropped-fields"]
    sent = json.loads(upstream_bodies(shared)[-1])
    assert sent["thinking"] == {"type": "disabled"}
    assert [part["type"] for part in sent["messages"][1]["content"]] == [
        part["type"] for part in content if part["type"] != "thinking"]


def assemble(stream):
    """The blocks of a streamed message."""
    blocks = {}
    for _, data in events(stream):
        if data == "[DONE]" or data["type"] not in ("content_block_start", "content_block_delta"):
            continue
        block = blocks.setdefault(data["index"], {})
        if data["type"] == "content_block_start":
            block.update(data["content_block"])
            continue
        for name in ("text", "thinking", "signature"):
            if name in data["delta"]:
                block[name] = block.get(name, "") + data["delta"][name]
        if "partial_json" in data["delta"]:
            block["input"] = (block["input"] or "") + data["delta"]["partial_json"]
    for block in blocks.values():
        if isinstance(block.get("input"), str):
            block["input"] = json.loads(block["input"])
    return [blocks[index] for index in sorted(blocks)]


@pytest.mark.parametrize("stream", [True, False])
def test_values_are_read_with_their_names(shared, stream):
    """Some secrets are told by what they are called alone."""
    word = "Tr0ub4dor" + "Zx91kq"
    asked = {"role": "user", "content": "log in"}
    called = [asked, {"role": "assistant", "content": [{
        "type": "tool_use", "id": "toolu_1", "name": "run", "input": {"db_password": word}}]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": "no"}]}]
    for model in ("claude-sonnet-4-6", "bedrock-claude-sonnet-4-6"):
        for messages in ([asked], called):
            shared.scenario({"scenario": "tools", "chunk": 1000, "tools": [
                {"name": "run", "input": {"user": "eva", "password": word}}]})
            answer = Stream(shared.url, shared.key, MESSAGES, {
                "model": model, "max_tokens": 500, "messages": messages, "stream": stream,
                "tools": [{"name": "run", "input_schema": SCHEMA}]})
            said = answer.rest()
            assert answer.status == 200 and word not in said
            assert ("[REDACTED:generic-password]" in said) == (messages == [asked])
        assert word not in upstream_bodies(shared)[-1]
