"""Cache points that the gateway sets for clients that set none, and what is said to be saved."""

import base64
import json
from decimal import Decimal

import pytest

from servers import MODELS, books_equal_bill
from wire import call, wait_for

LONG = "The rules of this project, which everybody must know by heart. " * 200
CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"


def models_with_caching():
    return [{"name": name, "auto_prompt_caching": True,
             "deployments": [{"upstream": upstream, "model": model}]}
            for name, (upstream, model) in MODELS.items()]


def bodies(gateway):
    return [json.loads(base64.b64decode(one["body_base64"]))
            for one in gateway.upstream_requests()]


def ask(gateway, path, model, turns, system=LONG):
    messages = [{"role": role, "content": text} for role, text in turns]
    body = {"model": model, "max_tokens": 100}
    if path == CHAT:
        body["messages"] = [{"role": "system", "content": system}, *messages]
    else:
        body |= {"system": system, "messages": messages}
    status, _, text = call(gateway.url + path, gateway.key, body)
    assert status == 200, text


CONVERSATION = [("user", "one"), ("assistant", "two"), ("user", "three")]


@pytest.mark.parametrize("path, model", [
    (CHAT, "bedrock-claude-sonnet-4-6"), (MESSAGES, "bedrock-claude-sonnet-4-6"),
    (MESSAGES, "claude-sonnet-4-6")])
def test_second_turn_reads_what_the_first_wrote(make_gateway, path, model):
    gateway = make_gateway(models=models_with_caching())
    ask(gateway, path, model, CONVERSATION[:1])
    ask(gateway, path, model, CONVERSATION)
    first, second = gateway.entries(2)
    assert first["cache_write_5m"] > 1000 and first["cache_read"] == 0
    assert second["cache_read"] >= first["cache_write_5m"]
    books_equal_bill(gateway)
    # What is saved: reads at a tenth of the price, less what the writes cost more.
    status, _, text = call(gateway.url + "/api/v1/spend?group_by=model", gateway.admin)
    assert status == 200, text
    spend = json.loads(text)
    saved = Decimal(spend["total"]["cache_saving"])
    assert saved > 0 and Decimal(spend["rows"][0]["cache_saving"]) == saved
    status, _, text = call(gateway.url + "/api/v1/requests", gateway.admin)
    calls = json.loads(text)["requests"]
    assert sum(Decimal(one["cache_saving"]) for one in calls) == saved
    assert Decimal(calls[0]["cache_saving"]) > 0 > Decimal(calls[1]["cache_saving"])


def test_own_cache_points_stay_alone(make_gateway):
    gateway = make_gateway(models=models_with_caching())
    body = {"model": "claude-sonnet-4-6", "max_tokens": 100, "system": LONG, "messages": [
        {"role": "user", "content": [{"type": "text", "text": "x",
                                      "cache_control": {"type": "ephemeral"}}]}]}
    status, _, text = call(gateway.url + MESSAGES, gateway.key, body)
    assert status == 200, text
    [sent] = bodies(gateway)
    assert sent["system"] == LONG and sent["messages"] == body["messages"]


def test_off_by_default(gateway):
    ask(gateway, MESSAGES, "claude-sonnet-4-6", CONVERSATION)
    assert "cache_control" not in json.dumps(bodies(gateway))


def test_signals_stand_in_record_and_explain(gateway):
    body = {"model": "gpt-4.1-mini", "litellm_session_id": "cline-01ABC", "messages": [
        {"role": "system", "content": "You are Cline.\n# Plan Mode\n\nYou are in Plan mode."},
        {"role": "user", "content": "hi"}]}
    status, _, text = call(gateway.url + CHAT, gateway.key, body,
                           headers={"user-agent": "Cline/3.0.65"})
    assert status == 200, text

    def one():
        status, _, text = call(gateway.url + "/api/v1/requests", gateway.admin)
        return json.loads(text)["requests"]
    [record] = wait_for(one, "the record")
    assert record["signals"] == {
        "mode": {"value": "plan", "confidence": 95, "rule": "cline-plan-section"},
        "client": {"value": "cline", "confidence": 90, "rule": "user-agent"},
        "session": {"value": "cline-01ABC", "confidence": 95, "rule": "session-in-body"}}
    status, _, text = call(gateway.url + "/api/v1/explain", gateway.admin, {
        "model": "gpt-4.1-mini", "user_agent": "Cline/3.0.65", "request": json.dumps(body)})
    assert status == 200, text
    told = json.loads(text)["signals"]
    assert told["mode"]["value"] == "plan" and told["client"]["value"] == "cline"
