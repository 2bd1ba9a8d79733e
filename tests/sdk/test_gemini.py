"""google-genai for Python directly against the simulated Gemini API, and what that refuses."""

import json
import urllib.error
import urllib.request

import pytest
from google import genai
from google.genai import errors, types

from conftest import PNG, marker

MODELS = ["gemini-2.5-pro", "gemini-3.8-flash"]
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}
WEATHER = types.Tool(function_declarations=[types.FunctionDeclaration(
    name="weather", description="Tells the weather", parameters_json_schema=SCHEMA)])
CITIES = [{"city": "東京"}, {"city": "Osaka \"x\""}]
TWO_CALLS = marker(scenario="tools", tools=[{"name": "weather", "input": city} for city in CITIES])
NO_CALLING = types.AutomaticFunctionCallingConfig(disable=True)


def make_client(url, key):
    return genai.Client(api_key=key, http_options=types.HttpOptions(
        base_url=url, timeout=20_000, retry_options=types.HttpRetryOptions(attempts=1)))


@pytest.fixture
def client(sim):
    return make_client(sim.url + "/gemini", sim.keys["gemini"][0])


@pytest.mark.parametrize("model", MODELS)
class TestGemini:
    def test_plain(self, sim, client, model):
        answer = client.models.generate_content(model=model, contents="hi")
        assert answer.text == "Hello from the simulated provider."
        usage = answer.usage_metadata
        assert (usage.prompt_token_count, usage.candidates_token_count) == (1, 9)
        assert sim.bill()["count"] == 1

    def test_stream(self, sim, client, model):
        chunks = list(client.models.generate_content_stream(
            model=model, contents=marker(scenario="long", tokens=200)))
        assert len("".join(chunk.text or "" for chunk in chunks)) == 800
        assert chunks[-1].candidates[0].finish_reason == types.FinishReason.STOP
        assert chunks[-1].usage_metadata.candidates_token_count == 200
        assert sim.bill()["calls"][0]["usage"]["output"] == 200

    @pytest.mark.parametrize("stream", [False, True])
    def test_parallel_tools_thoughts_and_back(self, client, model, stream):
        config = types.GenerateContentConfig(
            tools=[WEATHER], automatic_function_calling=NO_CALLING,
            thinking_config=types.ThinkingConfig(include_thoughts=True))
        contents = [types.UserContent(TWO_CALLS)]
        if stream:
            parts = [part for chunk in client.models.generate_content_stream(
                model=model, contents=contents, config=config)
                for part in chunk.candidates[0].content.parts]
        else:
            parts = client.models.generate_content(
                model=model, contents=contents, config=config).candidates[0].content.parts
        calls = [part.function_call for part in parts if part.function_call]
        assert [call.args for call in calls] == CITIES
        contents += [types.ModelContent(parts), types.UserContent([
            types.Part(function_response=types.FunctionResponse(
                id=call.id, name=call.name, response={"output": "sunny"})) for call in calls])]
        answer = client.models.generate_content(model=model, contents=contents, config=config)
        assert answer.text == "Results:\nsunny\nsunny"

    def test_image_count_and_chat(self, client, model):
        contents = ["what", types.Part.from_bytes(data=PNG, mime_type="image/png")]
        counted = client.models.count_tokens(model=model, contents=contents).total_tokens
        answer = client.models.generate_content(model=model, contents=contents)
        assert answer.usage_metadata.prompt_token_count == counted
        chat = client.chats.create(model=model)
        chat.send_message("hi")
        assert chat.send_message(marker(scenario="echo") + "again").text == "again"

    def test_errors(self, client, model):
        with pytest.raises(errors.ClientError) as raised:
            client.models.generate_content(model=model, contents=marker(
                fault={"kind": "status", "status": 429, "message": "slow down", "retry_after": 7}))
        assert (raised.value.code, raised.value.status) == (429, "RESOURCE_EXHAUSTED")
        with pytest.raises(errors.APIError):
            list(client.models.generate_content_stream(model=model, contents=marker(
                fault={"kind": "exception", "message": "half way"})))


def test_prefixes_are_cached(sim, client):
    config = types.GenerateContentConfig(system_instruction="x" * 8192)
    first = client.models.generate_content(model=MODELS[0], contents="hi", config=config)
    again = client.models.generate_content(model=MODELS[0], contents="hi", config=config)
    assert first.usage_metadata.cached_content_token_count is None
    assert again.usage_metadata.cached_content_token_count == 2048
    assert [call["usage"]["cache_read"] for call in sim.bill()["calls"]] == [0, 2048]


def post(sim, body, model=MODELS[0], key=None, verb="generateContent"):
    request = urllib.request.Request(
        f"{sim.url}/v1beta/models/{model}:{verb}", json.dumps(body).encode(),
        {"content-type": "application/json", "x-goog-api-key": key or sim.keys["gemini"][0]})
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def user(*parts):
    return {"role": "user", "parts": list(parts)}


HI = user({"text": "hi"})
CALL = {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {}}}]}
RESULT = {"functionResponse": {"name": "f", "response": {"output": "x"}}}
DECLARED = {"functionDeclarations": [{"name": "f"}]}


@pytest.mark.parametrize("body, said", [
    ({"contents": [HI], "surprise": 1}, 'Unknown name "surprise"'),
    ({"contents": [HI], "generationConfig": {}, "generation_config": {}}, "Duplicate field"),
    ({"contents": [HI], "generation_config": {"max_output_tokens": 0}}, "maxOutputTokens"),
    ({"contents": []}, "contents is not specified"),
    ({"contents": [user()]}, "must not be empty"),
    ({"contents": [user({})]}, "required oneof field 'data'"),
    ({"contents": [{"role": "robot", "parts": [{"text": "x"}]}]}, "valid role"),
    ({"contents": [HI, CALL], "tools": [DECLARED]}, "number of function response parts"),
    ({"contents": [HI, CALL, user(RESULT, RESULT)], "tools": [DECLARED]}, "number of function response"),
    ({"contents": [HI, CALL, HI], "tools": [DECLARED]}, "number of function response parts"),
    ({"contents": [HI], "tools": [{"functionDeclarations": [
        {"name": "f", "parameters": {"type": "OBJECT", "$schema": "x"}}]}]}, 'Unknown name "$schema"'),
    ({"contents": [HI], "tools": [{"functionDeclarations": [{"name": "1"}]}]}, "Invalid function name"),
    ({"contents": [HI], "generationConfig": {"thinkingConfig": {"thinkingBudget": 0}}}, "thinking mode"),
    ({"contents": [HI], "generationConfig": {"thinkingConfig": {"thinkingLevel": "LOW"}}},
     "not supported"),
    ({"contents": [HI], "tools": [DECLARED],
      "generationConfig": {"responseMimeType": "application/json"}}, "is unsupported"),
    ({"contents": [HI, {"role": "model", "parts": [{"text": "x", "thoughtSignature": "AAAA"}]}, HI]},
     "Corrupted thought signature"),
])
def test_refuses_as_the_service_does(sim, body, said):
    status, answer = post(sim, body)
    assert status == 400 and said in answer["error"]["message"], answer
    assert sim.bill()["count"] == 0


def test_calls_of_the_task_need_their_signature_from_3_on(sim):
    body = {"contents": [HI, CALL, user(RESULT)], "tools": [DECLARED]}
    assert post(sim, body)[0] == 200
    status, answer = post(sim, body, "gemini-3.8-flash")
    assert status == 400 and "missing a thought_signature" in answer["error"]["message"]
    CALL_SIGNED = {"role": "model", "parts": [
        CALL["parts"][0] | {"thoughtSignature": "skip_thought_signature_validator"}]}
    assert post(sim, {"contents": [HI, CALL_SIGNED, user(RESULT)]}, "gemini-3.8-flash")[0] == 200


def test_a_stream_without_events_is_one_array(sim):
    status, answer = post(sim, {"contents": [user({"text": marker(scenario="long", tokens=50)})]},
                          verb="streamGenerateContent")
    assert status == 200 and isinstance(answer, list) and len(answer) > 3
    assert answer[-1]["candidates"][0]["finishReason"] == "STOP"


def test_keys(sim):
    assert post(sim, {"contents": [HI]}, key="wrong")[1]["error"]["details"][0]["reason"] == "API_KEY_INVALID"
