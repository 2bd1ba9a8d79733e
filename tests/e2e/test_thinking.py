"""Thinking of Claude behind OpenAI chat completions: a client that sends back nothing but the calls
still gets the signed thinking in front of them to the model."""

import base64
import json

import pytest

from servers import books_equal_bill
from wire import Stream, call, chat, events, marker

CHAT, MODEL = "/v1/chat/completions", "bedrock-claude-sonnet-4-6"
TOOLS = [{"type": "function", "function": {
    "name": "run", "parameters": {"type": "object", "properties": {"x": {"type": "string"}}}}}]


def asked(text):
    return chat(text, MODEL, tools=TOOLS, reasoning_effort="low", max_tokens=4000)


def first_turn(gateway, stream):
    """(messages so far, ids of the calls) after one turn with thinking and two calls."""
    body = asked(marker(scenario="tools", reasoning="first \"this\", then that", tools=[
        {"name": "run", "input": {"x": "1"}}, {"name": "run", "input": {"x": "2"}}]))
    calls = {}
    if stream:
        answer = Stream(gateway.url, gateway.key, CHAT, {**body, "stream": True})
        for _, data in events(answer.rest()):
            if data == "[DONE]" or not data["choices"]:
                continue
            for delta in data["choices"][0]["delta"].get("tool_calls", []):
                one = calls.setdefault(delta["index"], {"id": "", "arguments": ""})
                one["id"] += delta.get("id") or ""
                one["arguments"] += delta["function"].get("arguments") or ""
    else:
        status, _, text = call(gateway.url + CHAT, gateway.key, body)
        assert status == 200, text
        for index, one in enumerate(json.loads(text)["choices"][0]["message"]["tool_calls"]):
            calls[index] = {"id": one["id"], "arguments": one["function"]["arguments"]}
    assert len(calls) == 2
    turn = {"role": "assistant", "content": None, "tool_calls": [
        {"id": one["id"], "type": "function",
         "function": {"name": "run", "arguments": one["arguments"]}} for one in calls.values()]}
    results = [{"role": "tool", "tool_call_id": one["id"], "content": "ok"}
               for one in calls.values()]
    return {**body, "messages": [*body["messages"], turn, *results]}


def last_sent(gateway):
    return json.loads(base64.b64decode(gateway.upstream_requests()[-1]["body_base64"]))


@pytest.mark.parametrize("stream", [False, True])
def test_signature_goes_back_in_front_of_the_calls(gateway, stream):
    following = first_turn(gateway, stream)
    status, headers, text = call(gateway.url + CHAT, gateway.key, following)
    assert status == 200, text
    assistant = last_sent(gateway)["messages"][1]["content"]
    thinking = assistant[0]["reasoningContent"]["reasoningText"]
    assert thinking["text"] == 'first "this", then that' and thinking["signature"]
    assert [list(block) for block in assistant[1:]] == [["toolUse"], ["toolUse"]]
    assert last_sent(gateway)["additionalModelRequestFields"]["thinking"]["type"] in (
        "enabled", "adaptive")
    books_equal_bill(gateway)


def test_another_key_does_not_get_it(gateway):
    following = first_turn(gateway, False)
    _, other = gateway.make_key("other")
    status, headers, text = call(gateway.url + CHAT, other, following)
    assert status == 200, text
    assert all("reasoningContent" not in block
               for block in last_sent(gateway)["messages"][1]["content"])
    books_equal_bill(gateway)
