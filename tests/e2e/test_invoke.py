"""Messages clients served by Claude on Bedrock (InvokeModel): what is edited in the body, what is
dropped and told, what is refused by name, and what other deployments then do."""

import base64
import json

import pytest

from servers import books_equal_bill
from wire import Stream, call, events, marker, message

MESSAGES, MODEL = "/v1/messages", "bedrock-claude-sonnet-4-6"


def ask(text="hi", **more):
    return message(text, MODEL, **more)


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


def sent(gateway):
    [request] = gateway.upstream_requests()
    return request, json.loads(base64.b64decode(request["body_base64"]))


@pytest.mark.parametrize("stream, path", [(False, "/invoke"),
                                          (True, "/invoke-with-response-stream")])
def test_path_body_and_headers(gateway, stream, path):
    answer = Stream(gateway.url, gateway.key, MESSAGES, ask(stream=stream), {
        "anthropic-beta": "claude-code-20250219,made-up-2031-01-01", "cookie": "a=b",
        "anthropic-version": "2023-06-01", "x-api-key": "sk-other", "user-agent": "claude-cli/2.1"})
    text = answer.rest()
    assert answer.status == 200 and not answer.cut, text
    request, body = sent(gateway)
    assert request["target"] == "/bedrock/model/us.anthropic.claude-sonnet-4-6" + path
    assert body == {"anthropic_version": "bedrock-2023-05-31",
                    "anthropic_beta": ["claude-code-20250219"], "max_tokens": 1000,
                    "messages": [{"role": "user", "content": "hi"}]}
    names = {name.lower() for name, _ in request["headers"]}
    assert not names & {"anthropic-beta", "anthropic-version", "x-api-key", "cookie"}
    assert lower(answer.headers)["x-sekisho-dropped-fields"] == "anthropic-beta:made-up-2031-01-01"
    books_equal_bill(gateway)
    gateway.stop()
    [record] = gateway.calls(1)
    assert record["outcome"] == "ok" and record["stop_reason"] == "end_turn"


def test_stream_has_the_events_of_messages(gateway):
    answer = Stream(gateway.url, gateway.key, MESSAGES, ask(
        marker(scenario="long", tokens=50), stream=True))
    seen = events(answer.rest())
    assert lower(answer.headers)["content-type"] == "text/event-stream"
    assert all(name == data["type"] for name, data in seen)
    names = [name for name, _ in seen]
    assert names[0] == "message_start" and names[-2:] == ["message_delta", "message_stop"]
    assert "amazon-bedrock-invocationMetrics" in seen[-1][1]
    assert seen[0][1]["message"]["model"] == "claude-sonnet-4-6"


def test_what_speaks_to_anthropic_alone_is_told(gateway):
    status, headers, answer = gateway.post(MESSAGES, ask(
        service_tier="auto", inference_geo="global", speed="standard", tags=["a"],
        context_management={"edits": [{"type": "clear_thinking_20251015", "keep": "all"}]}))
    assert status == 200, answer
    assert set(sent(gateway)[1]) == {"anthropic_version", "max_tokens", "messages"}
    assert set(lower(headers)["x-sekisho-dropped-fields"].split(",")) == {
        "service_tier", "inference_geo", "speed", "context_management"}


@pytest.mark.parametrize("field, more", [
    ("speed", {"speed": "fast"}), ("inference_geo", {"inference_geo": "us"}),
    ("workspace_id", {"workspace_id": "w"}),
    ("base64", {"messages": [{"role": "user", "content": [
        {"type": "image", "source": {"type": "url", "url": "https://example.com/a.png"}}]}]})])
def test_what_would_change_the_call_is_refused_by_name(gateway, field, more):
    status, _, answer = gateway.post(MESSAGES, ask() | more)
    assert status == 400 and field in answer and "Amazon Bedrock does not offer this" in answer
    assert gateway.upstream_requests() == [] and gateway.entries() == []


def test_tools_that_run_at_anthropic(make_gateway):
    tools = [{"type": "web_search_20250305", "name": "web_search"}]
    gateway = make_gateway()
    status, _, answer = gateway.post(MESSAGES, ask(tools=tools))
    assert status in (400, 403) and "allow_provider_tools" in answer
    gateway = make_gateway("allowed", allow_provider_tools=["web_search"])
    status, _, answer = gateway.post(MESSAGES, ask(tools=tools))
    assert status == 400 and "web_search: Amazon Bedrock does not offer this" in answer


def test_unknown_members_are_named_by_the_provider(gateway):
    status, _, answer = gateway.post(MESSAGES, ask(surprise=1))
    assert status == 400 and "surprise: Extra inputs are not permitted" in answer


def test_another_deployment_serves_what_bedrock_does_not(make_gateway):
    gateway = make_gateway(models=[{"name": "both", "deployments": [
        {"upstream": "bedrock", "model": "us.anthropic.claude-sonnet-4-6", "weight": 1000},
        {"upstream": "anthropic", "model": "claude-sonnet-4-6"}]}])
    for _ in range(5):
        assert gateway.post(MESSAGES, message(model="both", inference_geo="us"))[0] == 200
    assert {request["provider"] for request in gateway.upstream_requests()} == {"anthropic"}


def test_each_deployment_in_its_own_way(make_gateway):
    gateway = make_gateway(models=[{"name": "all", "deployments": [
        {"upstream": "bedrock", "model": "amazon.nova-pro-v1:0"},
        {"upstream": "bedrock", "model": "us.anthropic.claude-sonnet-4-6"}]}])
    assert told(gateway, "all")
    for number in range(40):
        assert gateway.post(MESSAGES, message(f"hi {number}", "all"))[0] == 200
    assert {request["target"] for request in gateway.upstream_requests()} == {
        "/bedrock/model/us.anthropic.claude-sonnet-4-6/invoke",
        "/bedrock/model/amazon.nova-pro-v1%3A0/converse"}
    books_equal_bill(gateway)


def test_an_inference_profile_is_what_it_is_priced_as(make_gateway):
    profile = "arn:aws:bedrock:us-east-1:111122223333:application-inference-profile/abc123"
    gateway = make_gateway(models=[{"name": name, "deployments": [
        {"upstream": "bedrock", "model": profile, "priced_as": like}]} for name, like in (
            ("sonnet", "us.anthropic.claude-sonnet-4-6"), ("nova", "us.amazon.nova-pro-v1:0"))])
    gateway.post(MESSAGES, message(model="sonnet"))
    assert sent(gateway)[0]["target"] == (
        "/bedrock/model/arn%3Aaws%3Abedrock%3Aus-east-1%3A111122223333%3A"
        "application-inference-profile%2Fabc123/invoke")
    gateway.post(MESSAGES, message(model="nova"))
    assert gateway.upstream_requests()[-1]["target"].endswith("/converse")


def told(gateway, model):
    """Whether `explain` allows it for Messages."""
    _, _, body = call(gateway.url + "/api/v1/explain", gateway.admin,
                      {"model": model, "api": "messages"})
    return json.loads(body)["allowed"]


def test_explain_allows_it(gateway):
    assert told(gateway, MODEL) and told(gateway, "bedrock-nova-pro")


def test_a_small_budget_lowers_the_maximum(gateway):
    _, key = gateway.make_key("small", budget="0.10")
    status, _, answer = gateway.post(MESSAGES, ask(
        max_tokens=60_000, thinking={"type": "enabled", "budget_tokens": 50_000}), key)
    assert status == 200, answer
    _, body = sent(gateway)
    assert 256 <= body["thinking"]["budget_tokens"] < body["max_tokens"] < 60_000
    _, key = gateway.make_key("spent", budget="0.000001")
    status, _, answer = gateway.post(MESSAGES, ask(), key)
    assert status in (400, 402, 403) and "key spent" in answer
    assert len(gateway.upstream_requests()) == 1


def test_bearer_key(make_gateway, providers):
    gateway = make_gateway(upstreams=[
        {"name": "bedrock", "kind": "bedrock", "region": "us-east-1",
         "endpoint": providers.providers + "/bedrock", "api_key": "env:SIM_BEDROCK"}],
        models=[{"name": MODEL, "deployments": [
            {"upstream": "bedrock", "model": "us.anthropic.claude-sonnet-4-6"}]}], start=False)
    gateway.environment["SIM_BEDROCK"] = providers.keys["bedrock"][0]
    gateway.start()
    assert gateway.post(MESSAGES, ask())[0] == 200
    headers = {name.lower(): value for name, value in sent(gateway)[0]["headers"]}
    assert headers["authorization"] == "Bearer " + providers.keys["bedrock"][0]


def test_probes_are_answered_by_the_policy(gateway):
    """What Claude Code asks at its start in Bedrock mode; nobody is billed for it."""
    probe = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 1,
             "messages": [{"role": "user", "content": "."}]}
    agent = {"user-agent": "claude-cli/2.1.330 (external, sdk-cli)"}
    _, key = gateway.make_key("narrow", models=[MODEL])
    status, _, text = call(f"{gateway.url}/model/{MODEL}/invoke", key, probe, headers=agent)
    assert status == 200, text
    told = json.loads(text)
    assert told["type"] == "message" and told["stop_reason"] == "max_tokens"
    status, _, text = call(f"{gateway.url}/model/gpt-4.1-mini/invoke", key, probe, headers=agent)
    assert status >= 400, text
    assert gateway.upstream_requests() == [] and gateway.entries() == []
    assert [record["operation"] for record in gateway.calls(2)][0] == "probe"
