"""boto3 directly against the simulated Bedrock: its acceptance shows that the simulator is right."""

import boto3
import botocore.exceptions
import pytest
import urllib3
from botocore.config import Config

from conftest import PNG, marker

SONNET = "us.anthropic.claude-sonnet-4-6"
TOOL = {"toolSpec": {"name": "weather", "description": "Weather of a city", "inputSchema": {"json": {
    "type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]}}}}


def client_of(sim, secret=None):
    key = sim.keys["aws"][0]
    return boto3.client(
        "bedrock-runtime", endpoint_url=sim.url, region_name="us-east-1",
        aws_access_key_id=key["access_key_id"],
        aws_secret_access_key=secret or key["secret_access_key"],
        config=Config(retries={"total_max_attempts": 1}, read_timeout=10))


@pytest.fixture
def bedrock(sim):
    return client_of(sim)


def user(*content):
    return {"role": "user", "content": [
        {"text": part} if isinstance(part, str) else part for part in content]}


def test_plain(sim, bedrock):
    answer = bedrock.converse(modelId=SONNET, messages=[user("hi")],
                              system=[{"text": "be short"}], inferenceConfig={"maxTokens": 50})
    assert answer["output"]["message"]["content"] == [{"text": "Hello from the simulated provider."}]
    assert answer["stopReason"] == "end_turn"
    assert answer["usage"]["inputTokens"] == 3 and answer["usage"]["outputTokens"] == 9
    call = sim.bill()["calls"][0]
    assert call["id"] == answer["ResponseMetadata"]["RequestId"]
    assert call["nano_usd"] == 3 * 3300 + 9 * 16500


def test_arn_and_colon_in_model_id(bedrock):
    answer = bedrock.converse(modelId="amazon.nova-pro-v1:0", messages=[user("hi")])
    assert answer["stopReason"] == "end_turn"
    with pytest.raises(bedrock.exceptions.ValidationException, match="identifier is invalid"):
        bedrock.converse(modelId="arn:aws:bedrock:us-east-1:111122223333:"
                                 "application-inference-profile/abc123", messages=[user("hi")])


def test_stream(sim, bedrock):
    answer = bedrock.converse_stream(modelId=SONNET, messages=[user("count", marker(
        scenario="long", tokens=300))])
    events = list(answer["stream"])
    text = "".join(e["contentBlockDelta"]["delta"]["text"] for e in events
                   if "contentBlockDelta" in e)
    assert len(text) == 1200
    assert events[0] == {"messageStart": {"role": "assistant"}}
    assert events[-1]["metadata"]["usage"]["outputTokens"] == 300
    assert sim.bill()["calls"][0]["usage"]["output"] == 300


@pytest.mark.parametrize("streamed", [False, True])
def test_parallel_tools_there_and_back(bedrock, streamed):
    ask = user(marker(scenario="tools", tools=[
        {"name": "weather", "input": {"city": "Tokyo"}}, {"name": "weather", "input": {}}]))
    arguments = dict(modelId=SONNET, messages=[ask], toolConfig={"tools": [TOOL]})
    if streamed:
        calls, stop = collect(bedrock.converse_stream(**arguments)["stream"])
    else:
        answer = bedrock.converse(**arguments)
        calls = [block["toolUse"] for block in answer["output"]["message"]["content"]]
        stop = answer["stopReason"]
    assert stop == "tool_use"
    assert [call["input"] for call in calls] == [{"city": "Tokyo"}, {}]
    results = [{"toolResult": {"toolUseId": call["toolUseId"], "status": "success",
                               "content": [{"text": "sunny"}]}} for call in calls]
    answer = bedrock.converse(
        modelId=SONNET, toolConfig={"tools": [TOOL]},
        messages=[ask, {"role": "assistant", "content": [{"toolUse": c} for c in calls]},
                  user(*results)])
    assert answer["output"]["message"]["content"][0]["text"] == "Results:\nsunny\nsunny"


def collect(stream):
    import json
    calls, stop = {}, None
    for event in stream:
        if "contentBlockStart" in event:
            start = event["contentBlockStart"]
            calls[start["contentBlockIndex"]] = {**start["start"]["toolUse"], "input": ""}
        if "contentBlockDelta" in event:
            delta = event["contentBlockDelta"]
            calls[delta["contentBlockIndex"]]["input"] += delta["delta"]["toolUse"]["input"]
        if "messageStop" in event:
            stop = event["messageStop"]["stopReason"]
    return [{**call, "input": json.loads(call["input"] or "{}")} for call in calls.values()], stop


def test_image(bedrock):
    answer = bedrock.converse(modelId=SONNET, messages=[user(
        "what is this", {"image": {"format": "png", "source": {"bytes": PNG}}})])
    assert answer["usage"]["inputTokens"] > 3
    with pytest.raises(bedrock.exceptions.ValidationException, match="media type"):
        bedrock.converse(modelId=SONNET, messages=[user(
            "what is this", {"image": {"format": "jpeg", "source": {"bytes": PNG}}})])


def test_reasoning_comes_back_signed(bedrock):
    fields = {"thinking": {"type": "enabled", "budget_tokens": 1024}}
    ask = user(marker(reasoning="First this, then that."))
    answer = bedrock.converse(modelId=SONNET, messages=[ask],
                              additionalModelRequestFields=fields)
    thought = answer["output"]["message"]["content"][0]["reasoningContent"]["reasoningText"]
    assert thought["text"] == "First this, then that."
    history = [ask, answer["output"]["message"], user("go on")]
    bedrock.converse(modelId=SONNET, messages=history, additionalModelRequestFields=fields)
    thought["text"] = "changed"
    with pytest.raises(bedrock.exceptions.ValidationException, match="signature"):
        bedrock.converse(modelId=SONNET, messages=history, additionalModelRequestFields=fields)


def test_prompt_cache(sim, bedrock):
    ask = dict(modelId=SONNET, system=[{"text": "x" * 8000}, {"cachePoint": {"type": "default"}}],
               messages=[user("hi")])
    first, second = bedrock.converse(**ask)["usage"], bedrock.converse(**ask)["usage"]
    assert (first["cacheWriteInputTokens"], first["cacheReadInputTokens"]) == (2000, 0)
    assert (second["cacheWriteInputTokens"], second["cacheReadInputTokens"]) == (0, 2000)
    assert first["cacheDetails"] == [{"ttl": "5m", "inputTokens": 2000}]
    assert second["totalTokens"] == 2000 + 1 + second["outputTokens"]
    sim.post("/_sim/clock", {"advance_s": 301})
    assert bedrock.converse(**ask)["usage"]["cacheWriteInputTokens"] == 2000


@pytest.mark.parametrize("status, name", [
    (403, "AccessDeniedException"), (404, "ResourceNotFoundException"),
    (408, "ModelTimeoutException"), (424, "ModelErrorException"), (429, "ThrottlingException"),
    (500, "InternalServerException"), (503, "ServiceUnavailableException")])
def test_error_statuses(sim, bedrock, status, name):
    sim.scenario({"fault": {"kind": "status", "status": status, "message": "no " + name}})
    with pytest.raises(getattr(bedrock.exceptions, name)) as error:
        bedrock.converse(modelId=SONNET, messages=[user("hi")])
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == status
    assert error.value.response["Error"]["Message"] == "no " + name
    assert sim.bill()["count"] == 0


@pytest.mark.parametrize("kind", ["throttlingException", "modelStreamErrorException",
                                  "internalServerException", "serviceUnavailableException"])
def test_exception_inside_the_stream(bedrock, kind):
    answer = bedrock.converse_stream(modelId=SONNET, messages=[user(marker(
        fault={"kind": "exception", "type": kind, "message": "half way"}))])
    with pytest.raises(botocore.exceptions.EventStreamError, match="half way") as error:
        list(answer["stream"])
    assert error.value.response["Error"]["Code"] == kind


def test_bad_checksum_is_noticed(bedrock):
    answer = bedrock.converse_stream(modelId=SONNET, messages=[user(marker(
        fault={"kind": "bad_crc"}))])
    with pytest.raises(Exception, match="[Cc]hecksum"):
        list(answer["stream"])


@pytest.mark.parametrize("kind", ["reset", "close", "half_frame"])
def test_cut_streams(bedrock, kind):
    answer = bedrock.converse_stream(modelId=SONNET, messages=[user(marker(
        fault={"kind": kind}))])
    seen = []
    with pytest.raises((botocore.exceptions.BotoCoreError, urllib3.exceptions.HTTPError)):
        for event in answer["stream"]:
            seen.append(event)
    assert "messageStart" in seen[0] and "metadata" not in seen[-1]


def test_wrong_secret(sim):
    with pytest.raises(botocore.exceptions.ClientError) as error:
        client_of(sim, secret="wrong").converse(modelId=SONNET, messages=[user("hi")])
    assert error.value.response["Error"]["Code"] == "InvalidSignatureException"


def test_validation(bedrock):
    with pytest.raises(bedrock.exceptions.ValidationException, match="alternate"):
        bedrock.converse(modelId=SONNET, messages=[user("a"), user("b")])
    with pytest.raises(bedrock.exceptions.ValidationException, match="conflicts"):
        bedrock.converse(modelId=SONNET, messages=[user("a")],
                         additionalModelRequestFields={"max_tokens": 3})


def test_bearer_key(running_tls_sim, certificate, monkeypatch):
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", running_tls_sim.keys["bedrock"][0])
    client = boto3.client("bedrock-runtime", endpoint_url=running_tls_sim.tls_url,
                          region_name="us-east-1", verify=str(certificate[0]))
    answer = client.converse(modelId=SONNET, messages=[user("hi")])
    assert answer["stopReason"] == "end_turn"
    sent = running_tls_sim.get("/_sim/requests")["requests"][-1]["headers"]
    assert ["Authorization", "Bearer " + running_tls_sim.keys["bedrock"][0]] in sent


def test_count_tokens(sim, bedrock):
    said = {"converse": {"messages": [user("count these")]}}
    counted = bedrock.count_tokens(modelId="anthropic.claude-sonnet-4-6", input=said)["inputTokens"]
    answer = bedrock.converse(modelId=SONNET, messages=[user("count these")])
    assert answer["usage"]["inputTokens"] == counted and len(sim.bill()["calls"]) == 1
    for model in (SONNET, "amazon.nova-pro-v1:0"):  # no profiles, no other families
        with pytest.raises(bedrock.exceptions.ValidationException):
            bedrock.count_tokens(modelId=model, input=said)
