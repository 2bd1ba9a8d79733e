"""Real clients directly against the simulated InvokeModel: the Anthropic SDK's Bedrock client, boto3
and Claude Code in its Bedrock mode."""

import base64
import json
import sys

import anthropic
import boto3
import pytest
from botocore.config import Config
import botocore.exceptions

from conftest import ROOT, marker

sys.path.insert(0, str(ROOT / "tests/e2e"))
from agents import run_claude_code  # noqa: E402

SONNET = "us.anthropic.claude-sonnet-4-6"
TOOL = {"name": "weather", "input_schema": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}


@pytest.fixture
def claude(sim):
    key = sim.keys["aws"][0]
    return anthropic.AnthropicBedrock(
        aws_access_key=key["access_key_id"], aws_secret_key=key["secret_access_key"],
        aws_region="us-east-1", base_url=sim.url, max_retries=0, timeout=10)


@pytest.fixture
def bedrock(sim):
    key = sim.keys["aws"][0]
    return boto3.client(
        "bedrock-runtime", endpoint_url=sim.url, region_name="us-east-1",
        aws_access_key_id=key["access_key_id"], aws_secret_access_key=key["secret_access_key"],
        config=Config(retries={"total_max_attempts": 1}, read_timeout=10))


def ask(content):
    return [{"role": "user", "content": content}]


def body(text="hi", **more):
    return json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 500,
                       "messages": ask(text), **more})


def test_sdk_plain(sim, claude):
    answer = claude.messages.create(model=SONNET, max_tokens=50, messages=ask("hi"))
    assert answer.content[0].text == "Hello from the simulated provider."
    assert answer.model == "claude-sonnet-4-6" and answer.id.startswith("msg_bdrk_")
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (1, 9)
    assert sim.bill()["calls"][0]["nano_usd"] == 1 * 3300 + 9 * 16500


def test_sdk_stream_with_betas_and_tools(sim, claude):
    with claude.beta.messages.stream(
            model=SONNET, max_tokens=500, tools=[TOOL], betas=["interleaved-thinking-2025-05-14"],
            messages=ask(marker(scenario="tools", tools=[
                {"name": "weather", "input": {"city": "Tokyo"}},
                {"name": "weather", "input": {}}]))) as stream:
        message = stream.get_final_message()
    assert message.stop_reason == "tool_use"
    assert [block.input for block in message.content] == [{"city": "Tokyo"}, {}]
    with pytest.raises(anthropic.BadRequestError, match="invalid beta flag"):
        claude.beta.messages.create(model=SONNET, max_tokens=5, messages=ask("hi"),
                                    betas=["made-up-2031-01-01"])


def test_sdk_cache(claude):
    system = [{"type": "text", "text": "x" * 8000, "cache_control": {"type": "ephemeral"}}]
    made, read = [claude.messages.create(model=SONNET, max_tokens=50, system=system,
                                         messages=ask("hi")).usage for _ in range(2)]
    assert (made.cache_creation_input_tokens, made.cache_read_input_tokens) == (2000, 0)
    assert (read.cache_creation_input_tokens, read.cache_read_input_tokens) == (0, 2000)


def test_sdk_exception_inside_the_stream(claude):
    with pytest.raises(anthropic.APIStatusError, match="half way"):
        with claude.messages.stream(model=SONNET, max_tokens=50, messages=ask(marker(
                fault={"kind": "exception", "type": "throttlingException",
                       "message": "half way"}))) as stream:
            stream.get_final_message()


def test_sdk_wrong_secret(sim):
    client = anthropic.AnthropicBedrock(
        aws_access_key=sim.keys["aws"][0]["access_key_id"], aws_secret_key="wrong",
        aws_region="us-east-1", base_url=sim.url, max_retries=0)
    with pytest.raises(anthropic.PermissionDeniedError):
        client.messages.create(model=SONNET, max_tokens=5, messages=ask("hi"))


def test_boto3_invoke_model(bedrock):
    answer = bedrock.invoke_model(modelId=SONNET, body=body())
    said = json.loads(answer["body"].read())
    assert said["content"] == [{"type": "text", "text": "Hello from the simulated provider."}]
    assert said["usage"]["output_tokens"] == 9


def test_boto3_stream(bedrock):
    answer = bedrock.invoke_model_with_response_stream(modelId=SONNET, body=body(marker(
        scenario="long", tokens=200)))
    assert answer["contentType"] == "application/json"
    events = [json.loads(event["chunk"]["bytes"]) for event in answer["body"]]
    assert len("".join(event["delta"].get("text", "") for event in events
                       if event["type"] == "content_block_delta")) == 800
    assert events[0]["type"] == "message_start" and events[-1]["type"] == "message_stop"
    metrics = events[-1]["amazon-bedrock-invocationMetrics"]
    assert metrics["outputTokenCount"] == 200


@pytest.mark.parametrize("kind", ["throttlingException", "modelStreamErrorException",
                                  "modelTimeoutException", "validationException"])
def test_boto3_exception_inside_the_stream(bedrock, kind):
    answer = bedrock.invoke_model_with_response_stream(modelId=SONNET, body=body(marker(
        fault={"kind": "exception", "type": kind, "message": "half way"})))
    with pytest.raises(botocore.exceptions.EventStreamError, match="half way") as error:
        list(answer["body"])
    assert error.value.response["Error"]["Code"] == kind


@pytest.mark.parametrize("more, said", [
    ({"model": SONNET}, "model: Extra inputs"), ({"stream": True}, "stream: Extra inputs"),
    ({"anthropic_version": "2023-06-01"}, "anthropic_version"),
    ({"max_tokens": None}, "max_tokens: Field required"),
    ({"service_tier": "auto"}, "service_tier: Extra inputs")])
def test_boto3_refusals(bedrock, more, said):
    with pytest.raises(bedrock.exceptions.ValidationException, match=said):
        bedrock.invoke_model(modelId=SONNET, body=body(**more))


@pytest.mark.parametrize("model", [SONNET, "us.anthropic.claude-opus-5-5"])
def test_claude_code(sim, tmp_path, model):
    path = tmp_path / "hello.txt"
    content = "it's written by an agent\n"
    run = run_claude_code(
        sim.url, "unused", model, "Please do this: " + marker(
            scenario="write_file", path=str(path), content=content), tmp_path, env={
            "CLAUDE_CODE_USE_BEDROCK": "1", "ANTHROPIC_BEDROCK_BASE_URL": sim.url,
            "AWS_BEARER_TOKEN_BEDROCK": sim.keys["bedrock"][0], "AWS_REGION": "us-east-1"})
    assert run.code == 0, run.text
    assert path.read_text() == content
    asked = [request for request in sim.get("/_sim/requests")["requests"]
             if request["target"].endswith("/invoke-with-response-stream")]
    assert len(asked) >= 2
    bodies = [json.loads(base64.b64decode(request["body_base64"])) for request in asked]
    assert all("anthropic_beta" in body and "tools" in body for body in bodies)
    assert len(asked) == sum(call["stream"] for call in sim.bill()["calls"])  # nothing was refused


@pytest.mark.parametrize("body, error", [
    ({}, None), ({"thinking": {"type": "enabled", "budget_tokens": 2048}, "max_tokens": 1024},
                 "max_tokens"),
    ({"tools": []}, "tools"), ({"anthropic_beta": ["context-1m-2025-08-07"]}, "beta"),
    ({"model": "claude-sonnet-4-6"}, "model"), ({"max_tokens": None}, "max_tokens")])
def test_count_tokens(bedrock, body, error):
    inner = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 5000, "messages": ask("hi"),
             **body}
    inner = {name: value for name, value in inner.items() if value is not None}
    given = {"modelId": "anthropic.claude-sonnet-4-6",
             "input": {"invokeModel": {"body": json.dumps(inner)}}}
    if error is None:
        assert bedrock.count_tokens(**given)["inputTokens"] > 0
    else:
        with pytest.raises(botocore.exceptions.ClientError, match=error):
            bedrock.count_tokens(**given)
