"""What a call can cost at most: refused where nothing bounds it, reserved in full where it can."""

import base64
import json
from decimal import Decimal

import pytest

from servers import books_equal_bill
from wire import Stream, call, chat, marker, message, wait_for

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"


def said(answer):
    return json.loads(answer[2])["error"]["message"]


def reserved(gateway, answer):
    """What the ledger reserved for a served call, in USD."""
    assert answer[0] == 200, answer
    headers = {name.lower(): value for name, value in answer[1].items()}
    gateway.calls(1)
    path = "/api/v1/requests/" + headers["x-sekisho-request-id"]

    def entry():
        status, _, body = call(gateway.url + path, gateway.admin)
        return json.loads(body).get("ledger_entry") if status == 200 else None
    return Decimal(wait_for(entry, "the ledger entry")["reserved"])


@pytest.mark.parametrize("path, body, feature", [
    (MESSAGES, message(tools=[{"type": "web_search_20250305", "name": "web_search"}]), "web_search"),
    (MESSAGES, message(tools=[{"type": "code_execution_20250825", "name": "code_execution"}]),
     "code_execution"),
    (MESSAGES, message(mcp_servers=[{"type": "url", "url": "https://x.test", "name": "x"}]),
     "mcp_servers"),
    (MESSAGES, message(container="container_1"), "container"),
    (MESSAGES, message(thread={"id": "thread_1"}), "thread"),
    (CHAT, chat(web_search_options={"search_context_size": "high"}), "web_search_options"),
    (CHAT, chat(modalities=["text", "audio"], audio={"voice": "alloy", "format": "wav"}), "audio"),
    (CHAT, chat(prediction={"type": "content", "content": "x"}), "prediction"),
    (CHAT, chat(tools=[{"type": "web_search"}]), "web_search"),
    (CHAT, chat(tools=[{"googleSearch": {}}]), "googleSearch")])
def test_what_runs_at_the_provider_is_refused(shared, path, body, feature):
    answer = shared.post(path, body)
    assert answer[0] == 400, answer
    assert f"'{feature}' runs at the provider" in said(answer)
    assert "allow_provider_tools" in said(answer)
    assert shared.upstream_requests() == []


def test_tools_of_the_client_pass(shared):
    tools = [{"name": "f", "input_schema": {"type": "object"}}, {"type": "bash_20250124", "name": "bash"}]
    answer = shared.post(MESSAGES, message(tools=tools))
    assert len(shared.upstream_requests()) == 1, answer


def test_policy_may_allow_them(make_gateway):
    gateway = make_gateway(allow_provider_tools=["web_search"])
    search = {"type": "web_search_20250305", "name": "web_search"}
    gateway.post(MESSAGES, message(tools=[search]))
    assert len(gateway.upstream_requests()) == 1
    code = {"type": "code_execution_20250825", "name": "code_execution"}
    assert "'code_execution'" in said(gateway.post(MESSAGES, message(tools=[search, code])))
    assert len(gateway.upstream_requests()) == 1


HISTORY = [{"role": "user", "content": "w " * 30_000}, {"role": "assistant", "content": "ok"},
           {"role": "user", "content": "go on"}]
GROWN = HISTORY + [{"role": "assistant", "content": "yes"}, {"role": "user", "content": "more"}]
LOOSE = Decimal("0.2")  # 60 KB at a token per byte, at the dearest rate


def turn(messages, **more):
    return message(max_tokens=100) | {"messages": messages} | more


def test_a_conversation_that_goes_on_is_bounded_by_its_measure(gateway):
    assert reserved(gateway, gateway.post(MESSAGES, turn(HISTORY))) > LOOSE
    assert reserved(gateway, gateway.post(MESSAGES, turn(GROWN))) < LOOSE


EDITS = {"edits": [{"type": "clear_tool_uses_20250919"}]}
BETA = {"anthropic-beta": "context-management-2025-06-27"}


@pytest.mark.parametrize("first, second, head", [
    ({"context_management": EDITS}, {}, BETA),
    ({"context_management": EDITS}, {"context_management": EDITS}, BETA),
    ({}, {"system": "another"}, {}),
    ({}, {"tools": [{"name": "f", "input_schema": {"type": "object"}}]}, {}),
    ({}, {"thinking": {"type": "disabled"}}, {}),
    ({}, {}, {"anthropic-beta": "fine-grained-tool-streaming-2025-05-14"})])
def test_the_measure_holds_for_the_same_settings_only(gateway, first, second, head):
    """A turn whose context the provider cut, or that had other tools, says nothing of the next."""
    begin = BETA if first else {}
    assert gateway.post(MESSAGES, turn(HISTORY, **first), headers=begin)[0] == 200
    answer = gateway.post(MESSAGES, turn(GROWN, **second), headers=head)
    assert reserved(gateway, answer) > LOOSE


def test_documents_need_a_window(gateway):
    """Their bytes bound nothing: without the model's window neither does anything else."""
    call(gateway.url + "/api/v1/models", gateway.admin, {
        "name": "local", "deployments": [{"upstream": "openai", "upstream_model": "local-model",
                                          "prices": {"input": "3", "output": "15"}}]})
    for part in ({"type": "file", "file": {"file_id": "file-1"}},
                 {"type": "input_audio", "input_audio": {"data": "AAAA", "format": "wav"}}):
        answer = gateway.post(CHAT, chat([{"type": "text", "text": "x"}, part], "local", max_tokens=5))
        assert answer[0] == 400 and "context window" in said(answer), answer
    assert gateway.upstream_requests() == []


def test_the_lowered_maximum_has_room_for_thinking(gateway):
    """Budget enough for 300 tokens is not enough for thinking's smallest; for 2,000 it is."""
    body = message(max_tokens=8000, model="claude-haiku-4-5",
                   thinking={"type": "enabled", "budget_tokens": 4000})
    _, key = gateway.make_key("thin", budget="0.0045")
    answer = gateway.post(MESSAGES, body, key)
    assert answer[0] == 400 and "key thin" in said(answer) and "budget" in said(answer)
    assert gateway.upstream_requests() == []
    _, key = gateway.make_key("wide", budget="0.012")
    assert gateway.post(MESSAGES, body, key)[0] == 200
    sent = json.loads(base64.b64decode(gateway.upstream_requests()[0]["body_base64"]))
    assert 1024 <= sent["thinking"]["budget_tokens"] < sent["max_tokens"] < 8000
    books_equal_bill(gateway)


def test_a_full_memory_does_not_starve_new_calls(make_gateway):
    """What is remembered is not in flight: an idle gateway takes calls, whatever it remembers."""
    gateway = make_gateway(limits={"buffered_bytes": 4 << 20, "conversation_memory_bytes": 64 << 20},
                           workers=1)
    for number in range(20):
        answer = gateway.post(CHAT, chat(f"{number} " + "w " * 400_000, max_tokens=5))
        assert answer[0] == 200, (number, answer)


def test_a_call_beyond_the_minutes_tokens_is_told_so(gateway):
    """Waiting would not help: no status that clients repeat."""
    _, key = gateway.make_key("narrow", tokens_per_minute=500)
    status, headers, body = gateway.post(CHAT, chat(max_tokens=1000), key)
    headers = {name.lower(): value for name, value in headers.items()}
    assert status == 400 and headers["x-should-retry"] == "false" and "retry-after" not in headers
    assert "this request needs 10" in body and "the limit is 500" in body and "key narrow" in body


def test_calls_without_a_maximum_share_the_minutes_tokens(gateway):
    """One takes what is left of the minute until it is settled; then there is room again."""
    _, key = gateway.make_key("shared-minute", tokens_per_minute=2000)
    first = Stream(gateway.url, key, CHAT, chat(marker(scenario="long", tokens=300, pace=300),
                                                stream=True))
    assert first.status == 200 and first.some()
    status, headers, body = gateway.post(CHAT, chat(), key)
    assert status == 429 and "tokens_per_minute" in body and "of 2000" in body
    first.rest()
    wait_for(lambda: gateway.post(CHAT, chat(), key)[0] == 200, "room in the minute")


def test_unknown_figures_of_a_model_are_null(gateway):
    """Clients would take a window of 0 at its word."""
    call(gateway.url + "/api/v1/models", gateway.admin, {
        "name": "local", "deployments": [{"upstream": "openai", "upstream_model": "local-model",
                                          "prices": {"input": "3", "output": "15"}}]})
    models = json.loads(gateway.get("/v1/model/info")[2])["data"]
    info = next(model["model_info"] for model in models if model["model_name"] == "local")
    assert info["max_input_tokens"] is info["max_output_tokens"] is info["max_tokens"] is None
    known = next(model["model_info"] for model in models if model["model_name"] == "gpt-4.1-mini")
    assert known["max_input_tokens"] > 0 and known["max_output_tokens"] > 0


@pytest.mark.parametrize("headers, fields, session", [
    ({"x-task-id": "task"}, {"litellm_session_id": "cline-1"}, "task"),
    ({"x-claude-code-session-id": "agent"}, {"litellm_session_id": "cline-1"}, "cline-1"),
    ({"x-claude-code-session-id": "agent", "session-id": "other"}, {}, "agent"),
    ({"session-id": "codex"}, {"prompt_cache_key": "cache"}, "codex"),
    ({}, {"prompt_cache_key": "cache"}, "cache")])
def test_whose_name_a_session_gets(gateway, headers, fields, session):
    body = chat(**fields)
    assert gateway.post(CHAT, body, headers=headers)[0] == 200
    gateway.calls(1)
    requests = json.loads(gateway.get("/api/v1/requests")[2])["requests"]
    assert requests[0]["session"] == session


def test_fields_for_a_gateway_stay_here(gateway):
    """LiteLLM's own members do not go to a provider that refuses what it does not know."""
    fields = {"litellm_session_id": "cline-1", "drop_params": True, "tags": ["night"],
              "litellm_metadata": {"a": 1}}
    assert gateway.post(CHAT, chat(**fields))[0] == 200
    assert gateway.post(MESSAGES, message(**fields))[0] == 200


def explain(gateway, credential, **question):
    status, _, body = call(gateway.url + "/api/v1/explain", credential, question)
    assert status == 200, body
    return json.loads(body)


def test_explain_reckons_as_admission_does(gateway):
    """A model whose output limit is not known, and a budget that pays for the prompt alone."""
    call(gateway.url + "/api/v1/models", gateway.admin, {
        "name": "local", "deployments": [{"upstream": "openai", "upstream_model": "local-model",
                                          "prices": {"input": "3", "output": "15"}}]})
    _, key = gateway.make_key("asked", budget="0.0035")
    told = explain(gateway, key, model="local", prompt_tokens=1100)
    assert told["allowed"] is False and told["refusal"]["rule"] == "budget"
    assert Decimal(told["worst_case"]) > 1
    assert "budget" in said(gateway.post(CHAT, chat(model="local"), key))
    _, key = gateway.make_key("narrow", tokens_per_minute=500)
    told = explain(gateway, key, model="gpt-4.1-mini", prompt_tokens=10, max_tokens=1000)
    assert "this request needs 1010 tokens, the limit is 500" in told["refusal"]["sentence"]


def test_explain_knows_the_api_and_the_blocked(gateway):
    assert explain(gateway, gateway.admin, model="claude-sonnet-4-6", api="chat")["allowed"]
    assert gateway.post(CHAT, chat(model="claude-sonnet-4-6"))[0] == 200
    assert explain(gateway, gateway.admin, model="claude-sonnet-4-6", api="messages")["allowed"]
    status, _, body = call(gateway.url + "/api/v1/users", gateway.admin,
                           {"name": "Alice", "email": "alice@example.com"})
    assert status == 201, body
    user = json.loads(body)["id"]
    number, key = gateway.make_key("laptop", user=user)
    call(gateway.url + f"/api/v1/users/{user}", gateway.admin, {"blocked": True}, "PATCH")
    refusal = explain(gateway, gateway.admin, model="gpt-4.1-mini", key=number)["refusal"]
    assert refusal["rule"] == "user_blocked" and refusal["scope"] == "user Alice"
    answer = gateway.post(CHAT, chat(), key)
    assert answer[0] == 401 and "user Alice" in said(answer)
