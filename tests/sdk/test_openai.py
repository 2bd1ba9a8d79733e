"""The OpenAI SDK for Python directly against the simulated chat completions."""

import base64
import json

import openai
import pytest

from conftest import PNG, marker

MODEL = "gpt-4.1-mini"
TOOL = {"type": "function", "function": {"name": "weather", "parameters": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}


@pytest.fixture
def client(sim):
    return openai.OpenAI(api_key=sim.keys["openai"][0], base_url=sim.url + "/v1", max_retries=0,
                         timeout=10)


def ask(text):
    return [{"role": "user", "content": text}]


def test_plain(sim, client):
    answer = client.chat.completions.create(model=MODEL, messages=ask("hi"))
    assert answer.choices[0].message.content == "Hello from the simulated provider."
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert sim.bill()["calls"][0]["nano_usd"] == 1 * 400 + 9 * 1600


def test_stream_with_usage(client):
    chunks = list(client.chat.completions.create(
        model=MODEL, messages=ask(marker(scenario="long", tokens=200)), stream=True,
        stream_options={"include_usage": True}))
    text = "".join(c.choices[0].delta.content or "" for c in chunks if c.choices)
    assert len(text) == 800
    assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 200


def test_stream_without_usage(client):
    chunks = list(client.chat.completions.create(model=MODEL, messages=ask("hi"), stream=True))
    assert all(chunk.choices and chunk.usage is None for chunk in chunks)


def test_parallel_tools_streamed_and_back(client):
    said = ask(marker(scenario="tools", tools=[{"name": "weather", "input": {"city": "Tokyo"}},
                                               {"name": "weather", "input": {"city": "Osaka"}}]))
    with client.chat.completions.stream(model=MODEL, messages=said, tools=[TOOL]) as stream:
        message = stream.get_final_completion().choices[0].message
    assert [json.loads(call.function.arguments) for call in message.tool_calls] == [
        {"city": "Tokyo"}, {"city": "Osaka"}]
    history = said + [{"role": "assistant", "tool_calls": [
        {"id": c.id, "type": "function",
         "function": {"name": c.function.name, "arguments": c.function.arguments}}
        for c in message.tool_calls]}]
    with pytest.raises(openai.BadRequestError, match="must be followed by tool messages"):
        client.chat.completions.create(model=MODEL, messages=history, tools=[TOOL])
    history += [{"role": "tool", "tool_call_id": c.id, "content": "sunny"}
                for c in message.tool_calls]
    answer = client.chat.completions.create(model=MODEL, messages=history, tools=[TOOL])
    assert answer.choices[0].message.content == "Results:\nsunny\nsunny"


def test_required_tool(client):
    answer = client.chat.completions.create(model=MODEL, messages=ask("hi"), tools=[TOOL],
                                            tool_choice="required")
    assert answer.choices[0].finish_reason == "tool_calls"
    assert answer.choices[0].message.content is None


def test_image(client):
    url = "data:image/png;base64," + base64.b64encode(PNG).decode()
    content = [{"type": "text", "text": "what"}, {"type": "image_url", "image_url": {"url": url}}]
    answer = client.chat.completions.create(model=MODEL, messages=ask(content))
    assert answer.usage.prompt_tokens > 10


def test_automatic_cache(client):
    words = "x" * 8192
    client.chat.completions.create(model=MODEL, messages=ask(words))
    answer = client.chat.completions.create(model=MODEL, messages=ask(words) + [
        {"role": "assistant", "content": "yes"}, {"role": "user", "content": "more"}])
    assert answer.usage.prompt_tokens_details.cached_tokens == 2048


def test_reasoning_model_rules(client):
    answer = client.chat.completions.create(model="gpt-5.5", messages=ask(marker(
        reasoning="thinking hard", text="done")), max_completion_tokens=100)
    assert answer.usage.completion_tokens_details.reasoning_tokens == 4
    with pytest.raises(openai.BadRequestError, match="max_completion_tokens"):
        client.chat.completions.create(model="gpt-5.5", messages=ask("hi"), max_tokens=5)


@pytest.mark.parametrize("status, error", [
    (400, openai.BadRequestError), (401, openai.AuthenticationError),
    (403, openai.PermissionDeniedError), (404, openai.NotFoundError),
    (429, openai.RateLimitError), (500, openai.InternalServerError)])
def test_error_statuses(sim, client, status, error):
    sim.scenario({"fault": {"kind": "status", "status": status, "message": "no"}})
    with pytest.raises(error, match="no"):
        client.chat.completions.create(model=MODEL, messages=ask("hi"))


def test_retry_after_is_honoured(sim):
    client = openai.OpenAI(api_key=sim.keys["openai"][0], base_url=sim.url + "/v1", max_retries=2)
    sim.scenario({"fault": {"kind": "status", "status": 429, "retry_after": 0}}, times=2)
    assert client.chat.completions.create(model=MODEL, messages=ask("hi")).choices


def test_error_inside_the_stream(client):
    with pytest.raises(openai.APIError, match="half way"):
        list(client.chat.completions.create(model=MODEL, stream=True, messages=ask(marker(
            fault={"kind": "exception", "message": "half way"}))))


def test_unknown_model_and_key(sim, client):
    with pytest.raises(openai.NotFoundError) as error:
        client.chat.completions.create(model="nope", messages=ask("hi"))
    assert error.value.code == "model_not_found"
    with pytest.raises(openai.AuthenticationError):
        client.with_options(api_key="sk-wrong").chat.completions.create(
            model=MODEL, messages=ask("hi"))


def test_length_and_stop(client):
    answer = client.chat.completions.create(model=MODEL, messages=ask(marker(
        scenario="max_tokens")), max_tokens=7)
    assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 7
    answer = client.chat.completions.create(model=MODEL, messages=ask("hi"), stop=["simulated"])
    assert answer.choices[0].message.content == "Hello from the "


@pytest.mark.parametrize("model, effort, fits", [
    ("gpt-5.5", "xhigh", True), ("gpt-5.5", "minimal", False), ("gpt-5-mini", "minimal", True),
    ("gpt-5-mini", "none", False), ("o4-mini", "high", True), ("o4-mini", "xhigh", False)])
def test_efforts(client, model, effort, fits):
    def call():
        return client.chat.completions.create(model=model, messages=ask("hi"),
                                              reasoning_effort=effort)
    if fits:
        assert call().choices
    else:
        with pytest.raises(openai.BadRequestError, match="Supported values are"):
            call()


def test_what_o_models_and_long_ids_come_to(client):
    with pytest.raises(openai.BadRequestError, match="parallel_tool_calls"):
        client.chat.completions.create(model="o4-mini", messages=ask("hi"), tools=[TOOL],
                                       parallel_tool_calls=False)
    call = {"id": "x" * 41, "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    with pytest.raises(openai.BadRequestError, match="string too long"):
        client.chat.completions.create(model=MODEL, messages=ask("hi") + [
            {"role": "assistant", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": call["id"], "content": "x"}])
