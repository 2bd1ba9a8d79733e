"""Messages clients on models that speak Converse alone, and chat clients on Claude at Anthropic: what
goes up, what comes back, what is told, and that the books are the providers' bill."""

import base64
import json

import anthropic
import openai
import pytest

from servers import books_equal_bill
from test_sdks import CHAT_TOOL, CITIES, PNG, SCHEMA, TWO_CALLS, ask
from wire import PATIENCE, Stream, events, marker, message

NOVA, CLAUDE = "bedrock-nova-pro", "claude-sonnet-4-6"
LLAMA = "us.meta.llama3-3-70b-instruct-v1:0"


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def sent(gateway):
    return [json.loads(base64.b64decode(request["body_base64"]))
            for request in gateway.upstream_requests()]


def anthropic_client(gateway):
    return anthropic.Anthropic(api_key=gateway.key, base_url=gateway.url, max_retries=0,
                               timeout=20 * PATIENCE)


def openai_client(gateway):
    return openai.OpenAI(api_key=gateway.key, base_url=gateway.url + "/v1", max_retries=0,
                         timeout=20 * PATIENCE)


@pytest.mark.parametrize("stream, path", [(False, "/converse"), (True, "/converse-stream")])
def test_messages_go_up_as_converse(gateway, stream, path):
    answer = Stream(gateway.url, gateway.key, "/v1/messages", message(
        "hi", NOVA, system="be brief", stream=stream, thinking={"type": "enabled",
                                                                "budget_tokens": 1024},
        max_tokens=64_000, metadata={"user_id": "u-1"}, surprise=1))
    text = answer.rest()
    assert answer.status == 200 and not answer.cut, text
    [request] = gateway.upstream_requests()
    assert request["target"] == "/bedrock/model/amazon.nova-pro-v1%3A0" + path
    assert sent(gateway) == [{
        "system": [{"text": "be brief"}], "inferenceConfig": {"maxTokens": 10_000},
        "requestMetadata": {"user": "u-1"},
        "messages": [{"role": "user", "content": [{"text": "hi"}]}]}]
    assert lower(answer.headers)["x-sekisho-dropped-fields"] == (
        "surprise,thinking,max_tokens (lowered to 10000)")
    bill = books_equal_bill(gateway)
    if stream:
        seen = events(text)
        assert [name for name, _ in seen] == [
            "message_start", "content_block_start",
            *["content_block_delta"] * (len(seen) - 5), "content_block_stop", "message_delta",
            "message_stop"]
        assert all(name == data["type"] for name, data in seen)
        usage = seen[-2][1]["usage"]
    else:
        usage = json.loads(text)["usage"]
    assert usage["input_tokens"] == bill["calls"][0]["usage"]["input"]
    assert usage["output_tokens"] == bill["calls"][0]["usage"]["output"]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_conversation_with_tools_and_images(gateway, streamed):
    client = anthropic_client(gateway)
    tools = [{"name": "weather", "input_schema": SCHEMA,
              "cache_control": {"type": "ephemeral"}}]
    image = {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                         "data": base64.b64encode(PNG).decode()}}

    def send(messages):
        arguments = {"model": NOVA, "max_tokens": 500, "tools": tools, "messages": messages}
        if not streamed:
            return client.messages.create(**arguments)
        with client.messages.stream(**arguments) as stream:
            return stream.get_final_message()

    said = ask([{"type": "text", "text": TWO_CALLS}, image])
    first = send(said)
    assert first.stop_reason == "tool_use" and first.model == NOVA
    assert [block.input for block in first.content] == CITIES
    results = [{"type": "tool_result", "tool_use_id": block.id, "is_error": index == 1,
                "content": [{"type": "text", "text": f"sunny {index}"}, image]}
               for index, block in enumerate(first.content)]
    answer = send(said + [{"role": "assistant", "content": first.content}] + ask(results)
                  + [{"role": "system", "content": "answer in one line"}])
    assert "sunny 0" in answer.content[0].text and "sunny 1" in answer.content[0].text
    assert answer.usage.input_tokens > first.usage.input_tokens
    books_equal_bill(gateway)


def test_calls_without_arguments(gateway):
    client = anthropic_client(gateway)
    tools = [{"name": "now", "input_schema": {"type": "object"}}]
    said = ask(marker(scenario="tools", tools=[{"name": "now", "input": {}}]))
    whole = client.messages.create(model=NOVA, max_tokens=99, tools=tools, messages=said)
    with client.messages.stream(model=NOVA, max_tokens=99, tools=tools, messages=said) as stream:
        streamed = stream.get_final_message()
    assert whole.content[0].input == streamed.content[0].input == {}


def test_llama(make_gateway):
    gateway = make_gateway(models=[{"name": "llama", "deployments": [
        {"upstream": "bedrock", "model": LLAMA}]}])
    client = anthropic_client(gateway)
    with client.messages.stream(model="llama", max_tokens=500, messages=ask(
            marker(scenario="long", tokens=100))) as stream:
        assert len("".join(stream.text_stream)) == 400
        assert stream.get_final_message().usage.output_tokens == 100
    with pytest.raises(anthropic.BadRequestError, match="takes no images"):
        client.messages.create(model="llama", max_tokens=5, messages=ask([
            {"type": "image", "source": {"type": "base64", "media_type": "image/png",
                                         "data": base64.b64encode(PNG).decode()}}]))
    books_equal_bill(gateway)


@pytest.mark.parametrize("stream", [False, True])
def test_chat_goes_up_as_messages(gateway, stream):
    answer = Stream(gateway.url, gateway.key, "/v1/chat/completions", {
        "model": CLAUDE, "stream": stream, "max_tokens": 100, "user": "u-1", "seed": 7,
        "stop": ["END"], "messages": [{"role": "system", "content": "be brief"},
                                      {"role": "user", "content": "hi"}]})
    text = answer.rest()
    assert answer.status == 200 and not answer.cut, text
    [request] = gateway.upstream_requests()
    assert request["target"] == "/anthropic/v1/messages"
    assert sent(gateway) == [{
        "model": CLAUDE, "max_tokens": 100, **({"stream": True} if stream else {}),
        "stop_sequences": ["END"], "metadata": {"user_id": "u-1"},
        "system": [{"type": "text", "text": "be brief"}],
        "messages": [{"role": "user", "content": [{"type": "text", "text": "hi"}]}]}]
    assert lower(answer.headers)["x-sekisho-dropped-fields"] == "seed"
    books_equal_bill(gateway)


@pytest.mark.parametrize("streamed", [False, True])
def test_chat_with_tools_and_an_image_on_claude(gateway, streamed):
    client = openai_client(gateway)

    def send(messages):
        if not streamed:
            answer = client.chat.completions.create(model=CLAUDE, messages=messages,
                                                    tools=[CHAT_TOOL])
            return answer.choices[0].message
        with client.chat.completions.stream(model=CLAUDE, messages=messages,
                                            tools=[CHAT_TOOL]) as stream:
            return stream.get_final_completion().choices[0].message

    url = "data:image/jpg;base64," + base64.b64encode(PNG).decode()
    said = ask([{"type": "text", "text": TWO_CALLS},
                {"type": "image_url", "image_url": {"url": url}}])
    first = send(said)
    assert [json.loads(call.function.arguments) for call in first.tool_calls] == CITIES
    answer = send(said + [{"role": "assistant", "tool_calls": [
        {"id": c.id, "type": "function",
         "function": {"name": c.function.name, "arguments": c.function.arguments}}
        for c in first.tool_calls]}] + [
            {"role": "tool", "tool_call_id": c.id, "content": "sunny"} for c in first.tool_calls])
    assert answer.content == "Results:\nsunny\nsunny"
    books_equal_bill(gateway)


def test_chat_with_thinking_on_claude(gateway):
    client = openai_client(gateway)
    said = ask(marker(scenario="tools", reasoning="step one",
                      tools=[{"name": "weather", "input": {"city": "Kyoto"}}]))
    first = client.chat.completions.create(model=CLAUDE, messages=said, tools=[CHAT_TOOL],
                                           max_tokens=4000, reasoning_effort="low")
    made = first.choices[0].message.model_dump()
    assert made["reasoning_content"] == "step one"
    assert first.usage.completion_tokens_details.reasoning_tokens > 0
    [call] = made["tool_calls"]
    history = said + [{"role": "assistant", "tool_calls": [call],
                       "reasoning_details": made["reasoning_details"]},
                      {"role": "tool", "tool_call_id": call["id"], "content": "sunny"}]
    client.chat.completions.create(model=CLAUDE, messages=history, tools=[CHAT_TOOL],
                                   max_tokens=4000, reasoning_effort="low")
    second = sent(gateway)[1]
    assert second["thinking"]["type"] in ("enabled", "adaptive")
    assert second["messages"][1]["content"][0]["type"] == "thinking"
    books_equal_bill(gateway)


def test_prompt_caching_of_chat_clients_on_claude(gateway):
    client = openai_client(gateway)
    said = [{"role": "system", "content": [{"type": "text", "text": "rules " * 3000,
                                            "cache_control": {"type": "ephemeral"}}]},
            {"role": "user", "content": "hi"}]
    first = client.chat.completions.create(model=CLAUDE, messages=said, max_tokens=50)
    second = client.chat.completions.create(model=CLAUDE, messages=said, max_tokens=50)
    assert first.usage.model_dump()["cache_creation_input_tokens"] > 1000
    assert second.usage.prompt_tokens_details.cached_tokens > 1000
    assert second.usage.prompt_tokens == first.usage.prompt_tokens
    books_equal_bill(gateway)
