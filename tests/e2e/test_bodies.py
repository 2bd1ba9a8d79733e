"""Body identity: where client and provider speak the same dialect, the provider gets the client's
bytes, but for the places that the gateway says it edits. Bodies are drawn as no serializer writes
them; each failing seed is named."""

import base64
import json

import pytest

from json_text import Drawer
from secrets_made import github_token
from servers import ADMIN_KEY
from wire import call, chat, events, marker, message

SEEDS = range(150)
MODEL = "@MODEL@"
SECRET = " @SECRET@ "
HIDDEN = "[REDACTED:github-token]"
OPTIONS = "@OPTIONS@"
# As the client says it: as it goes up in a stream.
STREAM_OPTIONS = {
    '{"include_usage":true}': '{"include_usage":true}',
    '{ "include_usage" : false }': '{ "include_usage" : true }',
    '{"include_usage":null}': '{"include_usage":true}',
    "{}": '{"include_usage":true}',
    "{ }": '{"include_usage":true}',
    "null": '{"include_usage":true}',
    '{"include_obfuscation":false}': '{"include_usage":true,"include_obfuscation":false}',
}


@pytest.fixture(scope="module")
def house(tmp_path_factory, running_providers):
    """A gateway whose model names differ from the provider's."""
    from servers import Gateway
    models = [{"name": "house-chat", "deployments": [
                  {"upstream": "openai", "model": "gpt-4.1-mini"}]},
              {"name": "house-claude", "deployments": [
                  {"upstream": "anthropic", "model": "claude-sonnet-4-6"}]},
              {"name": "house-bedrock", "deployments": [
                  {"upstream": "bedrock", "model": "us.anthropic.claude-sonnet-4-6"}]}]
    gateway = Gateway(tmp_path_factory.mktemp("house"), running_providers, models=models)
    yield gateway
    gateway.close()


def draw_chat(draw):
    content = draw.string()[:-1] + draw.random.choice(["", SECRET]) + draw.string()[1:]
    turns = [draw.object([('"role"', '"user"'), ('"content"', content), *draw.unknown()])]
    for _ in range(draw.random.randint(0, 3)):
        parts = draw.array([draw.object([('"type"', '"text"'), ('"text"', draw.string()),
                                         *draw.unknown()])])
        turns.append(draw.object([('"role"', '"assistant"'), ('"content"', draw.string())]))
        turns.append(draw.object([('"role"', '"user"'), ('"content"', parts)]))
    members = [('"model"', f'"{MODEL}"'), ('"messages"', draw.array(turns)), *draw.unknown(),
               *draw.maybe("temperature", "0.10", "1e0", "1"),
               *draw.maybe("max_tokens", "100", "77"),
               *draw.maybe("stream", "true", "false", "null"),
               *draw.maybe("stream_options", OPTIONS, chance=0.6),
               *draw.maybe("metadata", draw.object([('"a"', draw.string())])),
               *draw.maybe("seed", "12345678901234567890"),
               *draw.maybe("user", draw.string())]
    return draw.space() + draw.object(members) + draw.space()


def draw_messages(draw):
    text = draw.string()[:-1] + draw.random.choice(["", SECRET]) + '"'
    block = draw.object([('"type"', '"text"'), ('"text"', text), *draw.unknown(),
                         *draw.maybe("cache_control", '{ "type":"ephemeral" , "ttl":"1h"}')])
    turns = [draw.object([('"role"', '"user"'), ('"content"', draw.array([block])),
                          *draw.unknown()])]
    if draw.random.random() < 0.5:
        used = draw.object([('"type"', '"tool_use"'), ('"id"', '"toolu_1"'), ('"name"', '"f"'),
                            ('"input"', draw.object([('"a"', draw.value()), ('"b"', draw.value())]))])
        turns.append(draw.object([('"role"', '"assistant"'), ('"content"', draw.array([used]))]))
        result = draw.object([('"type"', '"tool_result"'), ('"tool_use_id"', '"toolu_1"'),
                              ('"content"', draw.string())])
        turns.append(draw.object([('"role"', '"user"'), ('"content"', draw.array([result]))]))
    tool = draw.object([('"name"', '"f"'), ('"input_schema"', draw.object(
        [('"type"', '"object"'), ('"properties"', draw.object([('"a"', draw.value(3))]))])),
        *draw.unknown()])
    members = [('"model"', f'"{MODEL}"'), ('"messages"', draw.array(turns)), *draw.unknown(),
               ('"max_tokens"', draw.random.choice(["100", "1000"])),
               *draw.maybe("system", draw.string(), draw.array([block])),
               *draw.maybe("stream", "true", "false"),
               *draw.maybe("tools", draw.array([tool])),
               *draw.maybe("metadata", '{ "user_id" :"u1"}'),
               *draw.maybe("context_management", draw.value()),
               *draw.maybe("output_config", '{"effort":"low"}')]
    return draw.space() + draw.object(members) + draw.space()


def upstream_body(gateway, path, body):
    gateway.reset_providers()
    answer = gateway.post(path, body.encode())
    requests = gateway.upstream_requests()
    assert len(requests) == 1, (answer, body)
    headers = {name.lower(): value for name, value in requests[0]["headers"]}
    assert int(headers["content-length"]) == len(base64.b64decode(requests[0]["body_base64"]))
    return base64.b64decode(requests[0]["body_base64"]).decode()


def with_usage(template):
    """What goes up when a stream's usage is asked for on the client's behalf."""
    if OPTIONS in template:
        return template
    brace = template.index("{") + 1
    return template[:brace] + '"stream_options":{"include_usage":true},' + template[brace:]


@pytest.mark.parametrize("first", range(0, len(SEEDS), 50))
def test_openai_bytes_pass(house, first):
    for seed in SEEDS[first:first + 50]:
        draw = Drawer(seed)
        template = draw_chat(draw)
        options = draw.random.choice(list(STREAM_OPTIONS))
        body = (template.replace(MODEL, "house-chat").replace(SECRET, f" {github_token(seed)} ")
                .replace(OPTIONS, options))
        streams = json.loads(body).get("stream") is True
        expected = with_usage(template) if streams else template
        expected = (expected.replace(MODEL, "gpt-4.1-mini").replace(SECRET, f" {HIDDEN} ")
                    .replace('"max_tokens"', '"max_completion_tokens"')  # as this upstream wants it
                    .replace(OPTIONS, STREAM_OPTIONS[options] if streams else options))
        assert upstream_body(house, "/v1/chat/completions", body) == expected, f"seed {seed}"


@pytest.mark.parametrize("first", range(0, len(SEEDS), 50))
def test_anthropic_bytes_pass(house, first):
    for seed in SEEDS[first:first + 50]:
        template = draw_messages(Drawer(seed))
        body = template.replace(MODEL, "house-claude").replace(SECRET, f" {github_token(seed)} ")
        expected = template.replace(MODEL, "claude-sonnet-4-6").replace(SECRET, f" {HIDDEN} ")
        assert upstream_body(house, "/v1/messages", body) == expected, f"seed {seed}"


def members_of(text):
    """(name, value as it is spelled) of each member of an object."""
    decoder, blanks = json.JSONDecoder(strict=False), " \t\r\n"
    at, members = text.index("{") + 1, []
    while True:
        while text[at] in blanks + ",":
            at += 1
        if text[at] == "}":
            return members
        name, at = decoder.raw_decode(text, at)
        at = text.index(":", at) + 1
        while text[at] in blanks:
            at += 1
        begin = at
        _, at = decoder.raw_decode(text, at)
        members.append((name, text[begin:at]))


@pytest.mark.parametrize("first", range(0, len(SEEDS), 50))
def test_messages_bytes_pass_to_bedrock(house, first):
    """InvokeModel: model and stream leave, the version comes; every other member as it was written,
    in its place."""
    for seed in SEEDS[first:first + 50]:
        template = draw_messages(Drawer(seed))
        body = template.replace(MODEL, "house-bedrock").replace(SECRET, f" {github_token(seed)} ")
        managed = json.loads(body, strict=False).get("context_management")
        if isinstance(managed, dict):
            continue  # what of it goes up has tests of its own
        out = ("model", "stream", "context_management" if managed is None else "")
        expected = [(name, value.replace(SECRET, f" {HIDDEN} "))
                    for name, value in members_of(template) if name not in out]
        up = upstream_body(house, "/v1/messages", body)
        assert members_of(up) == [("anthropic_version", '"bedrock-2023-05-31"')] + expected, seed


def test_nothing_is_edited_without_need(shared):
    """The provider's own model name, a maximum that the budget bears, no secret: no byte differs."""
    body = '{ "model":"gpt-4\\u002e1-mini","n" : 1e0,\r\n"messages":[{"role":"user","content":"a"}] }'
    body = body.replace('"n" : 1e0,', "")
    assert upstream_body(shared, "/v1/chat/completions", body) == body


@pytest.mark.parametrize("path, body", [(path, body) for path in (
    "/v1/chat/completions", "/v1/messages") for body in (
    '{"model":"gpt-4.1-mini","model":"gpt-5.5","messages":[{"role":"user","content":"a"}]}',
    '{"model":"gpt-4.1-mini","mod\\u0065l":"gpt-5.5","messages":[{"role":"user","content":"a"}]}',
    '{"model":"gpt-4.1-mini","messages":[],"messages":[{"role":"user","content":"a"}]}',
    '{"model":"gpt-4.1-mini","messages":[{"role":"user","content":"a","content":"b"}]}',
    '{"model":"gpt-4.1-mini","x":1,"x":1,"messages":[{"role":"user","content":"a"}]}',
    '{"model":"gpt-4.1-mini","tools":[{"name":"a","name":"b"}],"messages":[]}')] + [
    ("/v1/chat/completions", '{"model":"gpt-4.1-mini","stream":true,"stream_options":{'
     '"include_usage":false,"include_usage":true},"messages":[{"role":"user","content":"a"}]}')])
def test_duplicate_keys_are_refused(shared, path, body):
    status, _, answer = shared.post(path, body.encode())
    assert status == 400 and "duplicate" in answer.lower() or "twice" in answer.lower(), answer
    assert shared.upstream_requests() == []


def upstream_headers(gateway, path, body, headers):
    gateway.reset_providers()
    gateway.post(path, body, headers=headers)
    [request] = gateway.upstream_requests()
    return request, [(name.lower(), value) for name, value in request["headers"]]


def test_anthropic_headers(shared):
    betas = "context-management-2025-06-27,effort-2025-11-24,made-up-2031-01-01"
    request, headers = upstream_headers(shared, "/v1/messages?beta=true", message(), {
        "anthropic-beta": betas, "anthropic-version": "2026-10-21", "x-app": "cli",
        "x-stainless-lang": "js", "user-agent": "claude-cli/2.1.330", "cookie": "a=b",
        "x-unknown": "1", "x-forwarded-for": "10.0.0.1", "accept-encoding": "gzip, br",
        "x-claude-code-session-id": "s-1"})
    names = [name for name, _ in headers]
    values = dict(headers)
    assert request["target"].endswith("/v1/messages?beta=true")
    assert values["anthropic-beta"] == betas and values["anthropic-version"] == "2026-10-21"
    assert values["x-app"] == "cli" and values["x-stainless-lang"] == "js"
    assert values["user-agent"] == "claude-cli/2.1.330"
    for hidden in ("cookie", "x-unknown", "x-forwarded-for", "accept-encoding", "authorization"):
        assert hidden not in names
    assert values["x-api-key"] == shared.environment["SIM_ANTHROPIC"]
    assert ADMIN_KEY not in str(request)
    assert len(names) == len(set(names))


def test_anthropic_version_has_a_default(shared):
    _, headers = upstream_headers(shared, "/messages", message(), {})
    assert dict(headers)["anthropic-version"] == "2023-06-01"


def test_openai_headers(shared):
    request, headers = upstream_headers(shared, "/chat/completions/", chat(), {
        "openai-beta": "x=1", "idempotency-key": "i-1", "x-litellm-api-key": ADMIN_KEY,
        "openai-organization": "org-of-the-client", "api-key": "sk-other"})
    values = dict(headers)
    assert request["target"].endswith("/v1/chat/completions")
    assert values["authorization"] == "Bearer " + shared.environment["SIM_OPENAI"]
    assert values["openai-beta"] == "x=1" and values["idempotency-key"] == "i-1"
    assert not {"x-litellm-api-key", "api-key", "openai-organization"} & set(values)
    assert ADMIN_KEY not in str(request)


@pytest.mark.parametrize("path", [
    "/chat/completions", "/v1/chat/completions", "/v1/v1/chat/completions", "/v1/chat/completions/",
    "/v1/chat/completions?x=1"])
def test_chat_paths(shared, path):
    assert shared.post(path, chat())[0] == 200


@pytest.mark.parametrize("path", ["/messages", "/v1/messages", "/v1/v1/messages", "/v1/messages/",
                                  "/v1/messages?beta=true"])
def test_message_paths(shared, path):
    assert shared.post(path, message())[0] == 200


def test_models_are_listed(shared):
    for path in ("/v1/models", "/models", "/v1/models/"):
        status, _, body = shared.get(path)
        names = [model["id"] for model in json.loads(body)["data"]]
        assert status == 200 and "bedrock-claude-sonnet-4-6" in names
    assert call(shared.url + "/v1/models")[0] == 401


def test_one_model(shared):
    for name in ("bedrock-claude-sonnet-4-6", "bedrock/us.anthropic.claude-sonnet-4-6",
                 "bedrock%2Fus.anthropic.claude-sonnet-4-6", "us.anthropic.claude-sonnet-4-6"):
        status, _, body = shared.get("/v1/models/" + name)
        model = json.loads(body)
        assert status == 200 and model["object"] == "model", body
        assert model["id"] == "bedrock-claude-sonnet-4-6"
    status, _, body = call(shared.url + "/v1/models/claude-sonnet-4-6", shared.key,
                           headers={"anthropic-version": "2023-06-01"})
    assert status == 200 and json.loads(body)["type"] == "model", body
    status, _, body = shared.get("/v1/models/claude-sonet-4-6")
    assert status == 404 and "claude-sonnet-4-6" in json.loads(body)["error"]["message"]
    status, _, body = call(shared.url + "/v1/models/x", shared.key,
                           headers={"anthropic-version": "2023-06-01"})
    assert status == 404 and json.loads(body)["error"]["type"] == "not_found_error"
    assert call(shared.url + "/v1/models/claude-sonnet-4-6")[0] == 401


def test_head_is_get_without_a_body(shared):
    for path in ("/v1/models", "/v1/models/claude-sonnet-4-6", "/model/info"):
        status, headers, body = call(shared.url + path, shared.key, method="HEAD")
        assert status == 200 and body == "" and int(headers["Content-Length"]) > 0


@pytest.mark.parametrize("method, path, takes", [
    ("GET", "/v1/chat/completions", "POST"), ("PUT", "/v1/messages", "POST"),
    ("GET", "/v1/messages/count_tokens", "POST"), ("DELETE", "/v1/models", "GET, HEAD"),
    ("POST", "/v1/models/claude-sonnet-4-6", "GET, HEAD")])
def test_wrong_method(shared, method, path, takes):
    status, headers, body = call(shared.url + path, shared.key, method=method)
    error = json.loads(body)
    assert status == 405 and {k.lower(): v for k, v in headers.items()}["allow"] == takes, headers
    assert method in error["error"]["message"]
    assert (error.get("type") == "error") == ("/messages" in path)


def test_models_answer_to_the_names_that_model_info_gives(shared):
    """LiteLLM's clients offer both names of each model (Cline's registers both)."""
    models = json.loads(shared.get("/v1/model/info")[2])["data"]
    assert len(models) > 3
    for model in models:
        given = model["litellm_params"]["model"]
        anthropic = given.startswith("anthropic/")
        for name in (model["model_name"], given, given.split("/", 1)[1]):
            path, body = (("/v1/messages", message(model=name)) if anthropic else
                          ("/v1/chat/completions", chat(model=name)))
            status, _, answer = shared.post(path, body)
            assert status == 200 and json.loads(answer)["model"], (name, answer)


def test_allowed_models_hold_for_every_name_of_a_model(gateway):
    _, key = gateway.make_key("narrow", models=["bedrock-nova-pro"])
    for name in ("bedrock/us.anthropic.claude-sonnet-4-6", "us.anthropic.claude-sonnet-4-6"):
        status, _, body = gateway.post("/v1/chat/completions", chat(model=name), key=key)
        assert status in (400, 403) and "not allowed" in body, body
    assert gateway.upstream_requests() == []


BEDROCK = "bedrock-claude-sonnet-4-6"


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("more, reported", [
    ({"a\r\nx-evil: 1": 1}, "a%0D%0Ax-evil: 1"),
    ({"a\u0001b": 1}, "a%01b"),
    ({"日本": 1}, "%E6%97%A5%E6%9C%AC"),
    ({"k" * 20_000: 1}, "k" * 100 + "..."),
    ({"metadata": {"z\r\ny": {"a": 1}}}, "metadata.z%0D%0Ay"),
])
def test_odd_field_names_are_reported(gateway, more, reported, stream):
    """A name that a header cannot carry must not cost the answer that was paid for."""
    status, headers, body = gateway.post("/v1/chat/completions",
                                         chat(model=BEDROCK, stream=stream, **more))
    headers = {name.lower(): value for name, value in headers.items()}
    assert status == 200, body
    assert headers["x-sekisho-dropped-fields"] == reported and "x-evil" not in headers
    [entry] = gateway.entries(1)
    assert entry["settlement"] == "reported"


def test_more_output_than_the_model_has_is_lowered_and_reported(shared):
    """Agents ask every model for as much as their own can write."""
    status, headers, body = shared.post("/v1/chat/completions", chat(
        model="bedrock-nova-pro", max_tokens=32_000))
    assert status == 200, body
    headers = {name.lower(): value for name, value in headers.items()}
    assert headers["x-sekisho-dropped-fields"] == "max_tokens (lowered to 10000)"
    [request] = shared.upstream_requests()
    sent = json.loads(base64.b64decode(request["body_base64"]))
    assert sent["inferenceConfig"]["maxTokens"] == 10_000


def test_many_odd_field_names_do_not_fill_the_head(shared):
    more = {f"k{i}_{'x' * 1000}": 1 for i in range(100)}
    status, headers, _ = shared.post("/v1/chat/completions", chat(model=BEDROCK, **more))
    reported = headers["x-sekisho-dropped-fields"]
    assert status == 200 and len(reported) < 1100 and "...+9" in reported


@pytest.mark.parametrize("stream", [False, True])
def test_usage_that_the_provider_leaves_out_is_estimated(shared, stream):
    said = marker(scenario="long", tokens=100, fault={"kind": "missing_usage"})
    options = {"stream_options": {"include_usage": True}} if stream else {}
    status, _, body = shared.post("/v1/chat/completions",
                                  chat(said, model=BEDROCK, stream=stream, **options))
    last = events(body)[-2][1] if stream else json.loads(body)
    assert status == 200 and last["usage"]["prompt_tokens"] > 0
    assert last["usage"]["completion_tokens"] == 100
    assert not stream or last["choices"] == []


@pytest.mark.parametrize("model", [BEDROCK, "bedrock-nova-pro"])
@pytest.mark.parametrize("more", [
    {"messages": [{"role": "user", "content": "\u3000\u00a0"}]},
    {"messages": [{"role": "user", "content": "hi"},
                  {"role": "system", "content": "\u2003"}, {"role": "user", "content": "\f"}]},
    {"stop": ["\n\n"]},
    {"output_config": {"effort": "high"}},
    {"messages": [{"role": "user", "content": [
        {"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": "1h"}}]}]},
    {"response_format": {"type": "json_schema", "json_schema": {
        "name": "n", "schema": {"type": "object", "properties": {}, "additionalProperties": False}}}},
], ids=["blank", "blank-turns", "stop", "effort", "hour", "schema"])
def test_models_are_asked_for_what_they_take(shared, model, more):
    """The simulated providers refuse what the real ones refuse."""
    status, _, body = shared.post("/v1/chat/completions", {**chat(model=model), **more})
    assert status == 200, body
