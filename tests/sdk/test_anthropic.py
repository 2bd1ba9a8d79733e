"""The Anthropic SDK for Python directly against the simulated Messages API."""

import base64

import anthropic
import pytest

from conftest import PNG, marker

MODEL = "claude-sonnet-4-6"
TOOL = {"name": "weather", "input_schema": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}


@pytest.fixture
def client(sim):
    return anthropic.Anthropic(api_key=sim.keys["anthropic"][0], base_url=sim.url, max_retries=0,
                               timeout=10)


def ask(content):
    return [{"role": "user", "content": content}]


def test_plain(sim, client):
    answer = client.messages.create(model=MODEL, max_tokens=50, messages=ask("hi"))
    assert answer.content[0].text == "Hello from the simulated provider."
    assert answer.stop_reason == "end_turn"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (1, 9)
    assert sim.bill()["calls"][0]["nano_usd"] == 1 * 3000 + 9 * 15000


def test_stream(client):
    with client.messages.stream(model=MODEL, max_tokens=500, messages=ask(marker(
            scenario="long", tokens=200))) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()
    assert len(text) == 800 and final.usage.output_tokens == 200


def test_parallel_tools_streamed_and_back(client):
    said = ask(marker(scenario="tools", tools=[{"name": "weather", "input": {"city": "Tokyo"}},
                                               {"name": "weather", "input": {}}]))
    with client.messages.stream(model=MODEL, max_tokens=500, messages=said, tools=[TOOL]) as stream:
        message = stream.get_final_message()
    assert message.stop_reason == "tool_use"
    assert [block.input for block in message.content] == [{"city": "Tokyo"}, {}]
    history = said + [{"role": "assistant", "content": message.content}]
    with pytest.raises(anthropic.BadRequestError, match="without `tool_result`"):
        client.messages.create(model=MODEL, max_tokens=50, tools=[TOOL],
                               messages=history + ask("well?"))
    results = [{"type": "tool_result", "tool_use_id": block.id, "content": "sunny"}
               for block in message.content]
    answer = client.messages.create(model=MODEL, max_tokens=50, tools=[TOOL],
                                    messages=history + ask(results))
    assert answer.content[0].text == "Results:\nsunny\nsunny"


@pytest.mark.parametrize("thinking", [
    {"type": "enabled", "budget_tokens": 1024}, {"type": "adaptive", "display": "omitted"}])
def test_thinking_streamed_and_back(client, thinking):
    said = ask(marker(reasoning="step one, step two"))
    with client.messages.stream(model=MODEL, max_tokens=2000, messages=said,
                                thinking=thinking) as stream:
        message = stream.get_final_message()
    assert message.content[0].type == "thinking" and message.content[0].signature
    shown = thinking.get("display") != "omitted"
    assert message.content[0].thinking == ("step one, step two" if shown else "")
    client.messages.create(
        model=MODEL, max_tokens=2000, thinking=thinking,
        messages=said + [{"role": "assistant", "content": message.content}] + ask("go on"))


def test_cache_control_both_lives(sim, client):
    system = [{"type": "text", "text": "x" * 8000,
               "cache_control": {"type": "ephemeral", "ttl": "1h"}}]
    said = [{"type": "text", "text": "y" * 4000, "cache_control": {"type": "ephemeral"}}]
    usage = client.messages.create(model=MODEL, max_tokens=50, system=system,
                                   messages=ask(said)).usage
    assert usage.cache_creation.ephemeral_1h_input_tokens == 2000
    assert usage.cache_creation.ephemeral_5m_input_tokens == 1000
    sim.post("/_sim/clock", {"advance_s": 600})
    usage = client.messages.create(model=MODEL, max_tokens=50, system=system,
                                   messages=ask(said)).usage
    assert (usage.cache_read_input_tokens, usage.cache_creation_input_tokens) == (2000, 1000)


def test_too_many_cache_marks(client):
    part = {"type": "text", "text": "a", "cache_control": {"type": "ephemeral"}}
    with pytest.raises(anthropic.BadRequestError, match="maximum of 4"):
        client.messages.create(model=MODEL, max_tokens=5, messages=ask([part] * 5))


def test_image_and_count(client):
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                         "data": base64.b64encode(PNG).decode()}}
    said = ask([image, {"type": "text", "text": "what is it"}])
    counted = client.messages.count_tokens(model=MODEL, messages=said).input_tokens
    answer = client.messages.create(model=MODEL, max_tokens=50, messages=said)
    assert answer.usage.input_tokens == counted


@pytest.mark.parametrize("status, error", [
    (400, anthropic.BadRequestError), (401, anthropic.AuthenticationError),
    (403, anthropic.PermissionDeniedError), (404, anthropic.NotFoundError),
    (429, anthropic.RateLimitError), (500, anthropic.InternalServerError),
    (529, anthropic.APIStatusError)])
def test_error_statuses(sim, client, status, error):
    sim.scenario({"fault": {"kind": "status", "status": status, "message": "no"}})
    with pytest.raises(error) as raised:
        client.messages.create(model=MODEL, max_tokens=5, messages=ask("hi"))
    assert raised.value.body["error"]["message"] == "no"


def test_error_inside_the_stream(client):
    with pytest.raises(anthropic.APIStatusError, match="half way"):
        with client.messages.stream(model=MODEL, max_tokens=50, messages=ask(marker(
                fault={"kind": "exception", "message": "half way"}))) as stream:
            stream.get_final_message()


def test_bearer_and_wrong_key(sim, client):
    bearer = anthropic.Anthropic(auth_token=sim.keys["anthropic"][0], api_key=None,
                                 base_url=sim.url, max_retries=0)
    assert bearer.messages.create(model=MODEL, max_tokens=5, messages=ask("hi")).content
    with pytest.raises(anthropic.AuthenticationError):
        client.with_options(api_key="wrong").messages.create(
            model=MODEL, max_tokens=5, messages=ask("hi"))


def test_roles(client):
    assert client.messages.create(model=MODEL, max_tokens=5, messages=ask("a") + ask("b") + [
        {"role": "system", "content": "mind this"}] + ask("c")).content
    with pytest.raises(anthropic.BadRequestError, match="Extra inputs"):
        client.messages.create(model=MODEL, max_tokens=5, messages=ask("a"),
                               extra_body={"surprise": 1})


def test_refusal_and_maximum(client):
    answer = client.messages.create(model=MODEL, max_tokens=50,
                                    messages=ask(marker(scenario="refusal")))
    assert answer.stop_reason == "refusal"
    answer = client.messages.create(model=MODEL, max_tokens=5,
                                    messages=ask(marker(scenario="max_tokens")))
    assert answer.stop_reason == "max_tokens" and answer.usage.output_tokens == 5
