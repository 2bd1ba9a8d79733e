"""Levels above a key, and the figures that the management API shows: the same as the bill."""

import json
from decimal import Decimal

import pytest

from servers import books_equal_bill
from wire import Stream, call, chat, marker, message

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
NANO = Decimal(1_000_000_000)


def api(gateway, path, body=None, method=None, key=None):
    status, _, answer = call(gateway.url + "/api/v1" + path, key or gateway.admin, body, method)
    assert status in (200, 201), answer
    return json.loads(answer)


def spend(gateway, key, tokens=10_000):
    """About 15 cents."""
    return gateway.post(MESSAGES, message(marker(scenario="long", tokens=tokens, chunk=8192),
                                          max_tokens=tokens), key)


def refusal(answer):
    assert answer[0] == 400, answer
    return json.loads(answer[2])["error"]["message"]


def test_the_unit_above_is_named(gateway):
    """Two keys share a team's budget inside a department's: the refusal names the team, its
    figures and who may change it."""
    department = api(gateway, "/units", {"name": "Research", "kind": "department",
                                         "budget": "100", "window": "month"})["id"]
    team = api(gateway, "/units", {"name": "Robots", "parent": department, "budget": "0.40",
                                   "window": "week"})["id"]
    _, first = gateway.make_key("first", unit=team)
    _, second = gateway.make_key("second", unit=team, budget="50")
    assert spend(gateway, first)[0] == spend(gateway, second)[0] == 200
    for _ in range(10):
        last = spend(gateway, first)
        if last[0] != 200:
            break
    said = refusal(spend(gateway, second))
    assert "unit Robots" in said and "of $0.40" in said and "resets at" in said
    api(gateway, f"/units/{team}", {"budget": "50"}, "PATCH")
    assert spend(gateway, second)[0] == 200
    assert books_equal_bill(gateway)["total_nano_usd"] <= 50 * NANO


def test_the_user_is_named(gateway):
    team = api(gateway, "/units", {"name": "Team"})["id"]
    user = api(gateway, "/users", {"name": "Alice", "email": "alice@example.com", "unit": team,
                                   "budget": "0.000001"})["id"]
    _, key = gateway.make_key("laptop", user=user, unit=team)
    assert "user Alice" in refusal(gateway.post(CHAT, chat(), key))


def test_calls_at_once(gateway):
    _, key = gateway.make_key("one-lane", parallel=1)
    open_call = Stream(gateway.url, key, MESSAGES, message(
        marker(scenario="long", tokens=300, pace=500), stream=True))
    assert open_call.some()
    status, _, answer = gateway.post(CHAT, chat(), key)
    assert status == 429 and "key one-lane" in answer and "parallel_requests" in answer
    open_call.rest()
    assert gateway.post(CHAT, chat(), key)[0] == 200


def test_spend_is_the_bill(gateway):
    """By key, by model, by day, and in all."""
    keys = {name: gateway.make_key(name)[1] for name in ("anna", "ben")}
    for name, key in keys.items():
        for path, body in ((CHAT, chat()), (CHAT, chat(model="bedrock-claude-sonnet-4-6")),
                           (MESSAGES, message("w" * (100 if name == "anna" else 9000)))):
            assert gateway.post(path, body, key)[0] == 200
    bill = books_equal_bill(gateway)
    total = api(gateway, "/spend")["total"]
    assert total["requests"] == 6 and Decimal(total["cost"]) * NANO == bill["total_nano_usd"]
    for grouping in ("key", "model", "day", "key,model", "unit", "user"):
        rows = api(gateway, "/spend?group_by=" + grouping)["rows"]
        assert sum(Decimal(row["cost"]) for row in rows) * NANO == bill["total_nano_usd"], grouping
    of_claude = sum(c["nano_usd"] for c in bill["calls"] if c["provider"] == "anthropic")
    claude = api(gateway, "/spend?model=claude-sonnet-4-6")["total"]
    assert Decimal(claude["cost"]) * NANO == of_claude


def test_requests_are_listed(gateway):
    assert gateway.post(CHAT, chat())[0] == 200
    assert gateway.post(CHAT, chat(model="nope"))[0] == 404
    gateway.calls(2)
    requests = api(gateway, "/requests")["requests"]
    assert [request["status"] for request in requests] == [404, 200]
    one = api(gateway, "/requests/" + requests[1]["request_id"])
    assert Decimal(one["cost"]) * NANO == gateway.bill()["total_nano_usd"]


@pytest.mark.parametrize("limits, model, word", [
    ({}, "gpt-4.1-mini", None),
    ({}, "gpt-4.1-mimi", "gpt-4.1-mini"),
    ({"budget": "0.000001"}, "gpt-4.1-mini", "budget"),
    ({"models": ["claude-*"]}, "gpt-4.1-mini", "not allowed")])
def test_explain_agrees_with_what_happens(gateway, limits, model, word):
    """What explain says of a call is what the call gets; explaining sends and reserves nothing."""
    _, key = gateway.make_key("asked", **limits)
    said = json.dumps(api(gateway, "/explain", {"model": model}, key=key))
    assert gateway.upstream_requests() == []
    status, _, answer = gateway.post(CHAT, chat(model=model), key)
    assert (status == 200) == (word is None)
    assert word is None or (word in said and word in answer), said


def test_a_blocked_key_is_named_in_the_record_of_its_calls(gateway):
    number, key = gateway.make_key("lost-laptop")
    gateway.change_key(number, "block")
    status, headers, _ = gateway.post(CHAT, chat(), key)
    assert status == 401
    assert not any("budget" in name.lower() or "spend" in name.lower() for name in headers)
    assert gateway.calls(1)[-1]["key"] == number
    assert gateway.wait_log("call")["key"] == "lost-laptop"
    listed = api(gateway, f"/requests?key={number}")["requests"]
    assert [row["outcome"] for row in listed] == ["refused"]
