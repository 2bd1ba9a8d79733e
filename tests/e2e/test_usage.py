"""What providers say of usage, and how it is booked: figures that make no bill, tiers and modes."""

import http.server
import json
import threading

import pytest

from wire import Stream, call, chat, message

PRICES = {"input": "3", "output": "15"}
DEARER = {**PRICES, "tiers": [{"above": 200000, "input": "6", "output": "22.5"}]}
WORDS = "four " * 40
TEXT_TOKENS = len(WORDS) // 4
NOTHING = {"id": "c", "object": "chat.completion", "created": 1, "model": "m"}


class Provider:
    """Answers every question with WORDS and the usage (and other fields) that a test sets."""

    def __init__(self):
        self.usage, self.extra, self.asked = {}, {}, 0
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
                provider.asked += 1
                write = provider.anthropic if "messages" in self.path else provider.openai
                kind, body = write(asked.get("stream"))
                self.send_response(200)
                for name, value in {"content-type": kind, "content-length": len(body),
                                    "x-ratelimit-remaining-requests": 17}.items():
                    self.send_header(name, str(value))
                self.end_headers()
                self.wfile.write(body)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def openai(self, stream):
        def choice(field):
            return {"index": 0, field: {"role": "assistant", "content": WORDS},
                    "finish_reason": "stop"}
        if not stream:
            return "application/json", json.dumps(
                {**NOTHING, "choices": [choice("message")], "usage": self.usage, **self.extra}
            ).encode()
        chunks = [{**NOTHING, "choices": [choice("delta")], **self.extra},
                  {**NOTHING, "choices": [], "usage": self.usage}]
        return "text/event-stream", b"".join(
            b"data: " + json.dumps(chunk).encode() + b"\n\n" for chunk in chunks
        ) + b"data: [DONE]\n\n"

    def anthropic(self, stream):
        assert not stream
        return "application/json", json.dumps(
            {"id": "m", "type": "message", "role": "assistant", "model": "m",
             "content": [{"type": "text", "text": WORDS}], "stop_reason": "end_turn",
             "usage": self.usage}).encode()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def provider():
    provider = Provider()
    yield provider
    provider.close()


@pytest.fixture
def gateway(make_gateway, provider):
    gateway = make_gateway(
        upstreams=[{"name": "o", "kind": "openai", "endpoint": provider.url + "/v1",
                    "api_key": "env:SIM_OPENAI"},
                   {"name": "a", "kind": "anthropic", "endpoint": provider.url,
                    "api_key": "env:SIM_ANTHROPIC"}], models=[])
    for name, upstream, prices in (
            ("plain", "o", PRICES), ("dearer", "o", DEARER),
            ("claude", "a", {**PRICES, "fast_percent": 150, "us_percent": 115})):
        status, _, body = call(gateway.url + "/api/v1/models", gateway.admin, {
            "name": name, "context_window": 1000000, "max_output": 4096, "deployments": [
                {"upstream": upstream, "upstream_model": "m", "region": "eu", "prices": prices}]})
        assert status == 201, body
    return gateway


def one_entry(gateway):
    [entry] = gateway.entries(1)
    [record] = gateway.calls(1)
    assert record["cost"] == entry["cost"] and record["settlement"] == entry["settlement"]
    return entry


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("usage", [
    {}, {"prompt_tokens": None}, {"total_tokens": 50}, {"prompt_tokens": "10",
                                                        "completion_tokens": "5"},
    {"prompt_tokens": -5, "completion_tokens": -1}, {"prompt_tokens": 10},
    {"prompt_tokens": 10, "completion_tokens": 0}])
def test_figures_that_make_no_bill_are_estimated(gateway, provider, usage, stream):
    provider.usage = usage
    answer = Stream(gateway.url, gateway.key, "/v1/chat/completions",
                    chat(WORDS, "plain", stream=stream, max_tokens=500))
    answer.rest()
    assert answer.status == 200 and not answer.cut
    entry = one_entry(gateway)
    assert entry["settlement"] in ("estimated", "partial")
    assert entry["output"] == TEXT_TOKENS
    assert entry["input"] == 10 if usage.get("prompt_tokens") == 10 else entry["input"] >= 50
    assert 0 < entry["cost"] <= entry["reserved"]


@pytest.mark.parametrize("usage", [
    {"prompt_tokens": 10, "total_tokens": 15}, {"completion_tokens": 5, "total_tokens": 15},
    {"input_tokens": 10, "output_tokens": 5}])
def test_figures_that_follow_from_others_are_a_bill(gateway, provider, usage):
    provider.usage = usage
    assert gateway.post("/v1/chat/completions", chat(WORDS, "plain"))[0] == 200
    entry = one_entry(gateway)
    assert entry["settlement"] == "reported" and entry["cost"] == 10 * 3000 + 5 * 15000


def test_anthropic_figures_without_output_are_estimated(gateway, provider):
    provider.usage = {"input_tokens": 10}
    assert gateway.post("/v1/messages", message(WORDS, "claude"))[0] == 200
    entry = one_entry(gateway)
    assert (entry["settlement"], entry["input"], entry["output"]) == ("partial", 10, TEXT_TOKENS)


@pytest.mark.parametrize("asked, said, scale", [
    ({"speed": "fast"}, {}, 1.5), ({"inference_geo": "us"}, {}, 1.15),
    ({"speed": "fast", "inference_geo": "us"}, {}, 1.725),
    ({"speed": "fast"}, {"speed": "standard"}, 1), ({}, {"speed": "fast"}, 1.5)])
def test_the_mode_that_was_asked_holds_unless_the_answer_says_another(
        gateway, provider, asked, said, scale):
    provider.usage = {"input_tokens": 1000, "output_tokens": 100, **said}
    assert gateway.post("/v1/messages", message(WORDS, "claude", **asked))[0] == 200
    assert one_entry(gateway)["cost"] == round((1000 * 3000 + 100 * 15000) * scale)


@pytest.mark.parametrize("mode", [{"speed": "fast"}, {"inference_geo": "us"}])
def test_a_mode_without_a_price_is_refused(gateway, provider, mode):
    status, _, body = call(gateway.url + "/api/v1/models", gateway.admin, {
        "name": "plain-claude", "context_window": 1000000, "max_output": 4096, "deployments": [
            {"upstream": "a", "upstream_model": "m", "region": "eu", "prices": PRICES}]})
    assert status == 201, body
    status, _, answer = gateway.post("/v1/messages", message(WORDS, "plain-claude", **mode))
    assert status == 400 and "has no price here" in answer and next(iter(mode)) in answer
    assert provider.asked == 0 and gateway.entries() == []


def test_where_it_is_served_is_within_the_reservation(gateway, provider):
    """A workspace may serve in the US without being asked to."""
    provider.usage = {"input_tokens": 1000, "output_tokens": 100, "inference_geo": "us"}
    reserved = []
    for asked in ({}, {"inference_geo": "us"}, {"inference_geo": "global"}):
        assert gateway.post("/v1/messages", message("x", "claude", **asked))[0] == 200
        reserved.append(gateway.entries(len(reserved) + 1)[-1]["reserved"])
    assert reserved[2] < reserved[0]
    # The field itself is a few bytes of the bound.
    assert reserved[0] > reserved[2] * 1.1 and reserved[1] > reserved[0]


@pytest.mark.parametrize("model, tier, factor", [
    ("plain", "default", 1), ("plain", "priority", 1), ("plain", "flex", 1),
    ("dearer", "flex", 1), ("dearer", "priority", 2)])
def test_a_tier_without_a_price_is_marked(gateway, provider, model, tier, factor):
    """It is charged at the dearest rates that are known, never below the usual ones."""
    provider.usage = {"prompt_tokens": 100, "completion_tokens": 10}
    provider.extra = {"service_tier": tier}
    assert gateway.post("/v1/chat/completions",
                        chat(WORDS, model, service_tier="auto", max_tokens=500))[0] == 200
    entry = one_entry(gateway)
    output = 22500 if factor == 2 else 15000
    assert entry["settlement"] == "reported"
    assert entry["cost"] == 100 * 3000 * factor + 10 * output
    status, _, body = call(gateway.url + "/api/v1/requests?limit=1", gateway.admin)
    [request] = json.loads(body)["requests"]
    assert status == 200 and (tier in request["settlement_note"]) == (tier != "default")
    marked = f'sekisho_unpriced_tier_total{{model="{model}",tier="{tier}"}} 1'
    assert (marked in gateway.get("/metrics")[2]) == (tier != "default")


def test_headers_tell_what_is_spent_not_what_is_held(gateway, provider):
    """A call's reservation is not in the key's spend; what a stream cost is, if it was all there
    when its head was sent."""
    provider.usage = {"prompt_tokens": 10, "completion_tokens": 5}
    spent = 10 * 3000 + 5 * 15000
    _, key = gateway.make_key("k", budget="1", requests_per_minute=50, tokens_per_minute=90000)
    for stream in (False, True):
        answer = Stream(gateway.url, key, "/v1/chat/completions",
                        chat(WORDS, "plain", stream=stream, max_tokens=500))
        answer.rest()
        headers = lower(answer.headers)
        settled = round(float(headers["x-litellm-key-spend"]) * 1e9)
        assert settled in ({spent, 2 * spent} if stream else {spent})
        left = float(headers["x-sekisho-budget-remaining-usd"]) * 1e9
        assert left == pytest.approx(1e9 - settled)
        assert headers["x-litellm-key-rpm-limit"] == "50"
        assert headers["x-litellm-key-tpm-limit"] == "90000"
        assert headers["x-litellm-model-region"] == "eu"
        assert headers["x-litellm-version"]
        assert headers["x-ratelimit-remaining-requests"] == "17"
        if not stream:
            whole = float(headers["x-litellm-response-duration-ms"])
            assert 0 <= float(headers["x-litellm-overhead-duration-ms"]) <= whole
