"""Money: a cap is a cap at any concurrency, and the books equal the providers' bill."""

import concurrent.futures
import json

from servers import books_equal_bill
from wire import Stream, chat, marker, message

NANO = 1_000_000_000


def spend(program, model="claude-opus-5-5", tokens=20_000, max_tokens=20_000, key=None, **more):
    """One call that writes `tokens` tokens if its maximum allows."""
    return program.post("/v1/messages", message(
        marker(scenario="long", tokens=tokens, chunk=4096), model, max_tokens, **more), key)


def test_two_hundred_at_once_against_a_budget_for_ten(demo):
    """Each call costs half a dollar, the key has five: at most ten are served, never a cent more."""
    with concurrent.futures.ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(lambda _: spend(demo), range(200)))
    served = [answer for answer in answers if answer[0] == 200]
    refused = [answer for answer in answers if answer[0] != 200]
    bill = books_equal_bill(demo)
    assert bill["total_nano_usd"] <= 5 * NANO
    assert len(served) == bill["count"] and len(served) + len(refused) == 200
    assert len(served) >= 5  # the budget is usable, not only safe
    for status, headers, body in refused:
        said = json.loads(body)["error"]["message"]
        assert status == 400, body
        assert "key alice-laptop" in said and "$5.00" in said and "resets at" in said
        assert {k.lower(): v for k, v in headers.items()}["x-should-retry"] == "false"


def exhaust(demo):
    """Spends until the first refusal; every answer on the way fits what was left."""
    lowered = 0
    for _ in range(40):
        before = len(demo.upstream_requests())
        status, headers, body = spend(demo, tokens=30_000, max_tokens=30_000)
        if status != 200:
            assert len(demo.upstream_requests()) == before
            return lowered
        lowered += json.loads(body)["stop_reason"] == "max_tokens"
    raise AssertionError("five dollars do not end")


def test_the_last_of_a_budget_is_used(demo):
    """Where the rest cannot pay for the whole maximum, the maximum is lowered, not the call
    refused; less than two cents are left over in the end."""
    assert exhaust(demo) >= 1
    bill = books_equal_bill(demo)
    assert 4.98 * NANO < bill["total_nano_usd"] <= 5 * NANO


def test_the_remaining_budget_is_told(demo):
    """In headers: the cost of the call and what is left."""
    _, headers, _ = demo.post("/v1/chat/completions", chat())
    headers = {name.lower(): value for name, value in headers.items()}
    cost = int(round(float(headers["x-sekisho-cost-usd"]) * NANO))
    assert cost == demo.bill()["total_nano_usd"]
    _, headers, _ = demo.post("/v1/chat/completions", chat())
    left = {name.lower(): value for name, value in headers.items()}["x-sekisho-budget-remaining-usd"]
    assert int(round(float(left) * NANO)) == 5 * NANO - demo.bill()["total_nano_usd"]


def test_every_pair_and_every_kind_of_token(gateway):
    """Cache reads, cache writes for 5 minutes and an hour, reasoning: all priced as the provider
    does."""
    words = "w" * 20_000
    for ttl in ("5m", "1h"):
        system = [{"type": "text", "text": ttl + words,
                   "cache_control": {"type": "ephemeral", "ttl": ttl}}]
        for model in ("claude-sonnet-4-6", "bedrock-claude-sonnet-4-6"):
            for _ in range(2):
                assert gateway.post("/v1/messages", message(model=model, system=system))[0] == 200
    for _ in range(2):
        assert gateway.post("/v1/chat/completions", chat(words))[0] == 200
        assert gateway.post("/v1/chat/completions", chat(words, "bedrock-nova-pro"))[0] == 200
    cached = [{"role": "system", "content": [{"type": "text", "text": words,
                                              "cache_control": {"type": "ephemeral"}}]},
              {"role": "user", "content": "hi"}]
    for _ in range(2):
        body = {"model": "bedrock-claude-sonnet-4-6", "messages": cached}
        assert gateway.post("/v1/chat/completions", body)[0] == 200
    thought = chat(marker(reasoning="thinking hard about it", text="done"), "gpt-5.5")
    assert gateway.post("/v1/chat/completions", thought)[0] == 200
    bill = books_equal_bill(gateway)
    for kind in ("cache_read", "cache_write_5m", "cache_write_1h", "reasoning"):
        billed = sum(call["usage"][kind] for call in bill["calls"])
        assert billed == sum(entry[kind] for entry in gateway.entries()) > 0, kind
    assert {entry["settlement"] for entry in gateway.entries()} == {"reported"}


def test_books_equal_the_bill_under_parallel_load(gateway):
    """All pairs at once, streamed and not."""
    def one(number):
        kind = number % 8
        text = marker(scenario="long", tokens=50 + number, chunk=64)
        path, body = [("/v1/chat/completions", chat(text)),
                      ("/v1/chat/completions", chat(text, "bedrock-claude-sonnet-4-6")),
                      ("/v1/messages", message(text)),
                      ("/v1/messages", message(text, "bedrock-claude-sonnet-4-6"))][kind % 4]
        answer = Stream(gateway.url, gateway.key, path, body | {"stream": kind > 3})
        answer.rest()
        return answer.status == 200 and not answer.cut
    with concurrent.futures.ThreadPoolExecutor(24) as pool:
        assert all(pool.map(one, range(300)))
    assert books_equal_bill(gateway)["count"] == 300
