"""The OpenAI SDK for Python directly against the simulated embeddings, older completions, and the
paths of Azure."""

import math

import openai
import pytest

from conftest import marker

SMALL, INSTRUCT = "text-embedding-3-small", "gpt-3.5-turbo-instruct"


@pytest.fixture
def client(sim):
    return openai.OpenAI(api_key=sim.keys["openai"][0], base_url=sim.url + "/v1", max_retries=0,
                         timeout=10)


@pytest.fixture
def azure(sim):
    return openai.AzureOpenAI(api_key=sim.keys["openai"][0], azure_endpoint=sim.url,
                              api_version="2026-10-01", max_retries=0, timeout=10)


def test_embeddings(sim, client):
    answer = client.embeddings.create(model=SMALL, input=["one", "two", "one"])
    first, second, third = (row.embedding for row in answer.data)
    assert len(first) == 1536 and first == third != second
    assert math.isclose(sum(value * value for value in first), 1, rel_tol=1e-3)
    assert answer.usage.prompt_tokens == answer.usage.total_tokens == 3
    assert sim.bill()["calls"][0]["nano_usd"] == 3 * 20


def test_embeddings_as_numbers_and_shorter(client):
    asked = dict(model="text-embedding-3-large", input="hello", dimensions=8)
    numbers = client.embeddings.create(encoding_format="float", **asked).data[0].embedding
    coded = client.embeddings.create(**asked).data[0].embedding
    assert len(numbers) == 8 and numbers == pytest.approx(coded, abs=1e-5)


def test_embeddings_of_tokens(client):
    answer = client.embeddings.create(model=SMALL, input=[[1, 2, 3], [4]])
    assert len(answer.data) == 2 and answer.usage.prompt_tokens == 4
    assert len(client.embeddings.create(model=SMALL, input=[1, 2, 3]).data) == 1


@pytest.mark.parametrize("wrong", [
    {"input": ""}, {"input": []}, {"input": ["a", ""]}, {"input": ["a"] * 2049},
    {"input": "x" * 40_000}, {"input": "a", "dimensions": 2000}, {"input": "a", "top_p": 1}])
def test_wrong_embeddings(client, wrong):
    with pytest.raises(openai.BadRequestError):
        client.embeddings.create(model=SMALL, input=wrong.pop("input"), extra_body=wrong)


def test_models_of_other_apis(client):
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="gpt-4.1-mini", input="a")
    with pytest.raises(openai.NotFoundError, match="chat model"):
        client.completions.create(model="gpt-4.1-mini", prompt="a")
    with pytest.raises(openai.NotFoundError, match="not a chat model"):
        client.chat.completions.create(model=INSTRUCT, messages=[{"role": "user", "content": "a"}])


def test_completions(sim, client):
    answer = client.completions.create(model=INSTRUCT, prompt="hello")
    assert answer.choices[0].text == "Hello from the simulated provider."
    assert answer.choices[0].finish_reason == "stop" and answer.usage.completion_tokens == 9
    assert sim.bill()["calls"][0]["nano_usd"] == 2 * 1500 + 9 * 2000


def test_completions_of_several_prompts(client):
    answer = client.completions.create(model=INSTRUCT, prompt=["one", "two"], n=2, best_of=3)
    assert [choice.index for choice in answer.choices] == [0, 1, 2, 3]
    assert answer.usage.completion_tokens == 6 * 9


@pytest.mark.parametrize("usage", [True, False])
def test_completions_streamed(client, usage):
    more = {"stream_options": {"include_usage": True}} if usage else {}
    chunks = list(client.completions.create(model=INSTRUCT, stream=True, max_tokens=300, prompt=marker(
        scenario="long", tokens=200), **more))
    assert len("".join(chunk.choices[0].text for chunk in chunks if chunk.choices)) == 800
    if usage:
        assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 200


def test_completions_end_at_the_usual_maximum(client):
    answer = client.completions.create(model=INSTRUCT, prompt=marker(scenario="long", tokens=200))
    assert answer.choices[0].finish_reason == "length" and answer.usage.completion_tokens == 16


def test_azure(azure):
    answer = azure.chat.completions.create(model="gpt-4.1-mini",
                                           messages=[{"role": "user", "content": "hi"}])
    assert answer.choices[0].message.content == "Hello from the simulated provider."
    assert len(azure.embeddings.create(model=SMALL, input="a").data[0].embedding) == 1536
    assert azure.completions.create(model=INSTRUCT, prompt="a").choices[0].text


def test_azures_key_goes_into_its_header(sim, azure):
    azure.chat.completions.create(model="gpt-4.1-mini", messages=[{"role": "user", "content": "a"}])
    [request] = sim.get("/_sim/requests")["requests"]
    assert request["target"] == ("/openai/deployments/gpt-4.1-mini/chat/completions"
                                 "?api-version=2026-10-01")
    with pytest.raises(openai.AuthenticationError):
        azure.with_options(api_key="wrong").embeddings.create(model=SMALL, input="a")
