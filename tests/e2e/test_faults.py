"""What providers do wrong, on each pair of dialects, streamed and not: the client gets an error of
its own dialect, the books get exactly what was served, and nothing is left running up there."""

import json
import re
import socket
import urllib.parse

import pytest

from servers import books_equal_bill
from wire import Stream, chat, events, marker, message, wait_for

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
PAIRS = {
    "chat-bedrock": (CHAT, lambda text, **more: chat(text, "bedrock-claude-sonnet-4-6", **more)),
    "chat-openai": (CHAT, lambda text, **more: chat(text, "gpt-4.1-mini", **more)),
    "chat-anthropic": (CHAT, lambda text, **more: chat(text, "claude-sonnet-4-6", **more)),
    "messages": (MESSAGES, lambda text, **more: message(text, "claude-sonnet-4-6", **more)),
    "messages-bedrock": (MESSAGES, lambda text, **more: message(
        text, "bedrock-claude-sonnet-4-6", **more)),
    "messages-converse": (MESSAGES, lambda text, **more: message(
        text, "bedrock-nova-pro", **more)),
}
PARTS = 40  # of a long answer: 64 bytes each


@pytest.fixture(params=PAIRS)
def pair(request):
    return request.param


def ask(pair, stream=False, **scenario):
    path, body = PAIRS[pair]
    return path, body(marker(**{"scenario": "long", "tokens": 16 * PARTS, "chunk": 64, **scenario}),
                      stream=stream)


def text_of(pair, seen):
    if pair.startswith("messages"):
        return "".join(data["delta"].get("text", "") for _, data in seen
                       if data != "[DONE]" and data["type"] == "content_block_delta")
    return "".join(choice["delta"].get("content") or "" for _, data in seen
                   if data != "[DONE]" for choice in data.get("choices", ()))


def ended(pair, seen):
    return any(data == "[DONE]" or data.get("type") == "message_stop" for _, data in seen)


def stream_error(pair, seen):
    """The error inside a stream, in the form that this dialect's SDKs throw on."""
    name, data = seen[-1]
    if pair.startswith("messages"):
        assert name == "error" and data["type"] == "error", seen[-1]
    return data["error"]


def check_error(pair, body):
    error = json.loads(body)
    if pair.startswith("messages"):
        assert error["type"] == "error" and error["request_id"].startswith("req_")
    else:
        assert set(error["error"]) >= {"message", "type", "param", "code"}
    return error["error"]


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


# Errors instead of an answer

@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("status, words", [(400, "temperature is out of range"), (413, "413")])
def test_rejected_by_the_provider(gateway, pair, stream, status, words):
    path, body = ask(pair, stream, fault={"kind": "status", "status": status, "message": words})
    got, _, answer = gateway.post(path, body)
    assert got == status and words in check_error(pair, answer)["message"]
    assert len(gateway.upstream_requests()) == 1
    assert gateway.entries() == [] and gateway.calls(1)[0]["outcome"] == "upstream_error"


@pytest.mark.parametrize("status", [401, 403, 404])
def test_our_own_trouble_at_the_provider_is_not_the_clients(gateway, pair, status):
    """The provider refuses OUR credentials or model id: not a 401 that makes clients sign in again."""
    path, body = ask(pair, fault={"kind": "status", "status": status, "message":
                                  "no: arn:aws:bedrock:us-east-1:123456789012:x/y sk-ant-api03-abc"})
    got, _, answer = gateway.post(path, body)
    assert got not in (401, 429) and got < 500, (got, answer)
    assert "provider" in check_error(pair, answer)["message"]
    assert "123456789012" not in answer and "sk-ant-api03" not in answer
    assert len(gateway.upstream_requests()) == 1


@pytest.mark.parametrize("wording", [
    "prompt is too long: 210000 tokens > 200000 maximum",
    "This model's maximum context length is 128000 tokens.",
    "Input is too long for requested model."])
def test_context_overflow_keeps_its_words(gateway, pair, wording):
    path, body = ask(pair, fault={"kind": "status", "status": 400, "message": wording})
    got, _, answer = gateway.post(path, body)
    assert got == 400 and check_error(pair, answer)["message"] == wording


@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_a_short_trouble_is_bridged(gateway, pair, status):
    gateway.scenario({"fault": {"kind": "status", "status": status, "retry_after": 0}})
    path, body = ask(pair)
    got, headers, answer = gateway.post(path, body)
    assert got == 200, answer
    assert lower(headers)["x-litellm-attempted-retries"] == "1"
    assert len(gateway.upstream_requests()) == 2
    books_equal_bill(gateway)


@pytest.mark.parametrize("stream", [False, True])
def test_a_long_trouble_is_told(gateway, pair, stream):
    path, body = ask(pair, stream, fault={"kind": "status", "status": 500, "retry_after": 0})
    got, _, answer = gateway.post(path, body)
    assert got in (502, 503, 529) and check_error(pair, answer)["message"]
    assert len(gateway.upstream_requests()) == 3
    assert gateway.entries() == []
    [record] = gateway.calls(1)
    assert record["attempts"] == 3 and record["settlement"] == "none"


def test_throttling_is_handed_on(gateway, pair):
    """Longer than we would wait: the client hears at once, and how long to wait."""
    path, body = ask(pair, True, fault={"kind": "status", "status": 429, "retry_after": 30})
    got, headers, answer = gateway.post(path, body)
    assert got == 429 and lower(headers)["retry-after"] == "30", answer
    assert check_error(pair, answer)["type"] == "rate_limit_error"
    assert len(gateway.upstream_requests()) == 1 and gateway.entries() == []


def test_overload_keeps_its_class(gateway, pair):
    """Anthropic's clients wait and come again after 529; others know 503."""
    path, body = ask(pair, True, fault={"kind": "status", "status": 503, "retry_after": 30})
    got, headers, answer = gateway.post(path, body)
    assert got == (529 if pair.startswith("messages") else 503), answer
    assert check_error(pair, answer)["type"] == "overloaded_error"
    assert lower(headers)["retry-after"] == "30"


ACCOUNT = ("arn:aws:sts::123456789012:role/x arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Ax "
           "account-123456789012 AccountId123456789012 logs-123456789012-us 1234-5678-9012 "
           "ip-10-0-0-1.ec2.internal")


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 400},
                                   {"kind": "exception", "type": "validationException", "at": 3},
                                   {"kind": "exception", "type": "invalid_request_error", "at": 3},
                                   {"kind": "exception", "type": "api_error", "at": 3}])
def test_accounts_never_reach_the_client(gateway, pair, fault):
    path, body = ask(pair, fault["kind"] == "exception", fault={**fault, "message": ACCOUNT})
    text = Stream(gateway.url, gateway.key, path, body).rest()
    assert "error" in text
    for part in ("123456789012", "1234-5678-9012", "10-0-0-1"):
        assert part not in text, text


def test_an_exception_before_the_first_event_has_its_status(gateway, pair):
    """Nothing was served: it is tried again, and then told with a status, not inside a stream."""
    kind = {"chat-bedrock": "throttlingException", "chat-openai": "rate_limit_exceeded",
            "chat-anthropic": "rate_limit_error", "messages": "rate_limit_error",
            "messages-bedrock": "throttlingException",
            "messages-converse": "throttlingException"}[pair]
    path, body = ask(pair, True, fault={"kind": "exception", "at": 0, "type": kind})
    got, _, answer = gateway.post(path, body)
    assert got == 429 and check_error(pair, answer)["type"] == "rate_limit_error", answer
    assert len(gateway.upstream_requests()) == 3
    assert gateway.entries() == [] and gateway.bill()["count"] == 0


# Trouble inside an answer

def not_below_the_bill(gateway, entry):
    """Where nobody saw an answer's end, the books are on the safe side, within the reservation."""
    [billed] = wait_for(lambda: gateway.bill()["calls"], "the provider to see the end")
    assert billed["nano_usd"] <= entry["cost"] <= entry["reserved"]


CUTS = ["close", "reset", "half_frame", "garbage", "exception"]


@pytest.mark.parametrize("kind", CUTS)
def test_stream_cut_in_the_middle(gateway, pair, kind):
    path, body = ask(pair, True, fault={"kind": kind, "at": PARTS // 2, "message": "gone wrong"})
    stream = Stream(gateway.url, gateway.key, path, body)
    assert stream.status == 200
    seen = events(stream.rest())
    assert stream.cut and not ended(pair, seen)
    assert stream_error(pair, seen)["message"]
    [entry] = gateway.entries(1)
    assert entry["settlement"] in ("partial", "estimated")
    # What passed is booked (bytes / 4, and the simulator's tokens are 4 bytes each), and what may
    # have been under way.
    assert entry["output"] >= len(text_of(pair, seen)) // 4 > 16 * (PARTS // 2 - 6)
    not_below_the_bill(gateway, entry)
    assert gateway.calls(1)[0]["outcome"] == "cut"
    assert len(gateway.upstream_requests()) == 1  # never again after the first byte


@pytest.mark.parametrize("pair", ["chat-bedrock", "messages-bedrock", "messages-converse"])
def test_bad_checksum(gateway, pair):
    path, body = ask(pair, True, fault={"kind": "bad_crc", "at": PARTS // 2})
    stream = Stream(gateway.url, gateway.key, path, body)
    seen = events(stream.rest())
    assert stream.cut and stream_error(pair, seen)["message"]
    assert gateway.entries(1)[0]["settlement"] == (
        "partial" if pair == "messages-bedrock" else "estimated")


def test_events_in_wrong_order_are_never_half_a_call(gateway, pair):
    path, body = ask(pair, True, fault={"kind": "wrong_order", "at": 0})
    stream = Stream(gateway.url, gateway.key, path, body)
    stream.rest()
    assert len(gateway.entries(1)) == 1 and len(gateway.calls(1)) == 1


@pytest.mark.parametrize("kind", ["close", "reset", "half_frame"])
def test_whole_answer_cut(gateway, pair, kind):
    path, body = ask(pair, False, fault={"kind": kind, "at": 1000})
    got, _, answer = gateway.post(path, body)
    assert got == 502 and check_error(pair, answer)["message"], answer
    [entry] = gateway.entries(1)
    assert entry["settlement"] == "reserved" and entry["cost"] == entry["reserved"]
    not_below_the_bill(gateway, entry)


@pytest.mark.parametrize("kind", ["garbage"])
def test_whole_answer_that_is_no_json(gateway, pair, kind):
    path, body = ask(pair, False, fault={"kind": kind, "at": 1000})
    got, _, answer = gateway.post(path, body)
    assert got == 502 and check_error(pair, answer)["message"], answer
    [entry] = gateway.entries(1)
    assert entry["settlement"] == "reserved"
    not_below_the_bill(gateway, entry)


@pytest.mark.parametrize("stream", [False, True])
def test_every_byte_apart(gateway, pair, stream):
    path, body = ask(pair, stream, tokens=64, fault={"kind": "drip", "delay_ms": 0})
    answer = Stream(gateway.url, gateway.key, path, body)
    text = answer.rest()
    assert answer.status == 200 and not answer.cut
    assert not stream or len(text_of(pair, events(text))) == 256
    books_equal_bill(gateway)


@pytest.mark.parametrize("stream", [False, True])
def test_usage_missing(gateway, pair, stream):
    path, body = ask(pair, stream, fault={"kind": "missing_usage"})
    answer = Stream(gateway.url, gateway.key, path, body)
    text = answer.rest()
    assert answer.status == 200 and not answer.cut
    [entry] = gateway.entries(1)
    assert entry["settlement"] in ("estimated", "partial") and entry["cost"] > 0
    assert entry["output"] >= 16 * PARTS * 0.9
    assert not stream or ended(pair, events(text))


# Clients that leave

@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("fault", [None, {"kind": "hang", "at": 0}, {"kind": "hang", "at": 12}])
def test_client_leaves(make_gateway, pair, stream, fault):
    """The upstream call ends at once (the simulator bills when it sees that), and what was served
    is booked."""
    gateway = make_gateway(limits={"conversation_memory_bytes": 0})
    slow = {"fault": fault} if fault else {"pace": 100}
    path, body = ask(pair, stream, **slow)
    head_comes = stream and not (fault and fault["at"] == 0)
    if head_comes:
        client = Stream(gateway.url, gateway.key, path, body)
        seen = client.some()
        assert seen
        client.leave()
    else:
        leave_at_once(gateway, path, body)
    [entry] = gateway.entries(1)
    # A whole answer tells nothing before its end.
    assert entry["settlement"] in (("partial", "estimated") if stream else ("reserved",))
    [record] = gateway.calls(1)
    assert record["outcome"] == "client_gone"
    if not (fault and fault["at"] == 0):
        not_below_the_bill(gateway, entry)
        bill = gateway.bill()["calls"]
        assert not bill[0]["complete"] and bill[0]["usage"]["output"] < 16 * PARTS
    wait_for(lambda: gateway.get("/metrics")[2].count("sekisho_buffered_bytes 16384\n") == 1,
             "every buffer but that of this question to be given back")


def test_pings_in_silent_gaps(gateway):
    """Load balancers and clients cut what is silent for long: after 15 seconds a ping goes out, in
    the form of the dialect. (All pairs at once: the wait is real.)"""
    streams = {}
    for pair, (path, _) in PAIRS.items():
        _, body = ask(pair, True, gap_ms=16_500)
        streams[pair] = Stream(gateway.url, gateway.key, path, body)
    for pair, stream in streams.items():
        text = stream.rest()
        assert not stream.cut and ended(pair, events(text))
        # The simulated Anthropic sends one of its own.
        assert text.count("ping") >= {"messages": 4, "messages-bedrock": 2}.get(pair, 1), pair
    books_equal_bill(gateway)


def leave_at_once(gateway, path, body):
    where = urllib.parse.urlsplit(gateway.url)
    data = json.dumps(body).encode()
    with socket.create_connection((where.hostname, where.port)) as peer:
        peer.sendall((f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {gateway.key}\r\n"
                      f"content-length: {len(data)}\r\n\r\n").encode() + data)
        wait_for(gateway.upstream_requests, "the request to reach the provider")


def test_client_that_reads_nothing_holds_the_provider_back(gateway, pair):
    """Some 25 MB at full speed to a client that takes nothing: the gateway stops reading the
    provider instead of keeping it all, and the provider is told to stop when the client leaves."""
    if pair == "messages-converse":
        pytest.skip("10,000 tokens, as many as this model gives, fit into the sockets")
    tokens = 30_000
    path, body = ask(pair, True, tokens=tokens, chunk=1)
    if pair.startswith("messages"):
        body["max_tokens"] = tokens
    client = Stream(gateway.url, gateway.key, path, body)
    assert client.some()
    stalled(gateway.process.pid)
    assert resident_mb(gateway.process.pid) < 100
    client.leave()
    [entry] = gateway.entries(1)
    assert entry["settlement"] in ("partial", "estimated")
    [billed] = wait_for(lambda: gateway.bill()["calls"], "the provider to see the client gone")
    assert billed["usage"]["output"] < tokens
    not_below_the_bill(gateway, entry)


def stalled(pid):
    """Waits until the process has used no CPU time in ten looks."""
    looks = []

    def quiet():
        fields = open(f"/proc/{pid}/stat", encoding="ascii").read().rsplit(")")[1].split()
        looks.append(int(fields[11]) + int(fields[12]))
        return len(looks) > 25 and looks[-1] == looks[-25]
    wait_for(quiet, "the gateway to fall quiet")


def resident_mb(pid):
    status = open(f"/proc/{pid}/status", encoding="ascii").read()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) // 1024
