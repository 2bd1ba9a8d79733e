"""What the SDKs do not show: faults on the wire, pace, the bill of calls that were cut, raw bytes."""

import base64
import http.client
import json
import socket
import time
import urllib.parse

import pytest

from conftest import marker


def connection(sim):
    address = urllib.parse.urlsplit(sim.url)
    return http.client.HTTPConnection(address.hostname, address.port, timeout=5)


def chat(sim, text, stream=True, body=None):
    body = body or json.dumps({"model": "gpt-4.1-mini", "stream": stream,
                               "messages": [{"role": "user", "content": text}]})
    link = connection(sim)
    link.request("POST", "/v1/chat/completions", body, {
        "authorization": "Bearer " + sim.keys["openai"][0], "content-type": "application/json"})
    return link, link.getresponse()


def bill_of(sim, count):
    """The bill once it has `count` calls: a client's going away is noticed by the server later."""
    for _ in range(200):
        bill = sim.bill()
        if bill["count"] >= count:
            return bill["calls"]
        time.sleep(0.01)
    raise AssertionError("the call was not billed")


def test_bytes_arrive_as_they_were_sent(sim):
    body = ('{ "messages" : [{"content":"\\u0068i","role":"user"}],\n "top_p":1.0e0,'
            '"model":"gpt-4.1-mini"}')
    chat(sim, "", body=body)[1].read()
    request = sim.get("/_sim/requests")["requests"][0]
    assert base64.b64decode(request["body_base64"]).decode() == body
    assert request["target"] == "/v1/chat/completions"


def test_cancelled_stream_is_billed_for_what_was_generated(sim):
    link, answer = chat(sim, marker(scenario="long", tokens=2000, pace=400))
    seen = b""
    while seen.count(b'"content":"aa') < 5:
        seen += answer.read1(2000)
    link.sock.shutdown(socket.SHUT_RDWR)
    link.close()
    call = bill_of(sim, 1)[0]
    assert not call["complete"]
    assert 0 < call["usage"]["output"] < 2000
    assert call["nano_usd"] == call["usage"]["input"] * 400 + call["usage"]["output"] * 1600


def test_cancelled_whole_answer_is_billed_for_what_was_generated(sim):
    address = urllib.parse.urlsplit(sim.url)
    body = json.dumps({"model": "gpt-4.1-mini", "messages": [{"role": "user", "content": marker(
        scenario="long", tokens=4000, pace=200)}]}).encode()
    with socket.create_connection((address.hostname, address.port)) as link:
        link.sendall(b"POST /v1/chat/completions HTTP/1.1\r\nHost: sim\r\nAuthorization: Bearer "
                     + sim.keys["openai"][0].encode() + b"\r\nContent-Length: %d\r\n\r\n" % len(body)
                     + body)
        time.sleep(0.3)
    call = bill_of(sim, 1)[0]
    assert not call["complete"] and 0 < call["usage"]["output"] < 4000


def test_pace(sim):
    begin = time.monotonic()
    chat(sim, marker(scenario="long", tokens=100, pace=400))[1].read()
    assert time.monotonic() - begin >= 0.25


@pytest.mark.parametrize("kind", ["reset", "close", "half_frame"])
def test_cut_stream_has_no_proper_end(sim, kind):
    _, answer = chat(sim, marker(scenario="long", tokens=100, fault={"kind": kind}))
    with pytest.raises((http.client.IncompleteRead, ConnectionError)):
        answer.read()
    assert not bill_of(sim, 1)[0]["complete"]


@pytest.mark.parametrize("kind", ["reset", "close"])
def test_cut_before_the_first_byte_is_not_billed(sim, kind):
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        chat(sim, marker(fault={"kind": kind, "at": 0}))
    assert sim.bill()["count"] == 0


@pytest.mark.parametrize("at", [0, 3])
def test_hang(sim, at):
    body = json.dumps({"model": "gpt-4.1-mini", "stream": True, "messages": [
        {"role": "user", "content": marker(fault={"kind": "hang", "at": at})}]})
    link = connection(sim)
    link.timeout = 0.3
    link.request("POST", "/v1/chat/completions", body,
                 {"authorization": "Bearer " + sim.keys["openai"][0]})
    with pytest.raises(TimeoutError):
        link.getresponse().read()
    link.close()
    if at:
        assert not bill_of(sim, 1)[0]["complete"]


def test_garbage_and_drip(sim):
    assert b"\xde\xad\xbe\xef" in chat(sim, marker(fault={"kind": "garbage"}))[1].read()
    dripped = chat(sim, marker(text="ok", fault={"kind": "drip", "delay_ms": 0}))[1].read()
    assert dripped.endswith(b"data: [DONE]\n\n")


def test_throttling_header_and_scenario_header(sim):
    link = connection(sim)
    link.request("POST", "/v1/chat/completions", json.dumps({
        "model": "gpt-4.1-mini", "messages": [{"role": "user", "content": "hi"}]}), {
            "authorization": "Bearer " + sim.keys["openai"][0], "x-sim-scenario": json.dumps(
                {"fault": {"kind": "status", "status": 429, "retry_after": 7}})})
    answer = link.getresponse()
    assert (answer.status, answer.getheader("retry-after")) == (429, "7")


def test_chosen_usage_is_billed(sim):
    usage = {"input": 10, "cache_read": 20, "output": 30}
    answer = json.load(chat(sim, marker(usage=usage), stream=False)[1])
    assert answer["usage"]["prompt_tokens"] == 30
    assert sim.bill()["total_nano_usd"] == 10 * 400 + 20 * 100 + 30 * 1600


def test_missing_usage_is_billed_all_the_same(sim):
    answer = json.load(chat(sim, marker(fault={"kind": "missing_usage"}), stream=False)[1])
    assert "usage" not in answer
    assert sim.bill()["calls"][0]["usage"]["output"] > 0


def test_keep_alive_serves_many(sim):
    link = connection(sim)
    for _ in range(20):
        link.request("GET", "/_sim/bill")
        assert json.load(link.getresponse())["count"] == 0


def test_unknown_path(sim):
    link = connection(sim)
    link.request("GET", "/nothing")
    assert link.getresponse().status == 404
