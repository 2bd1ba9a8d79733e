"""What bad input gets: a clear error in the client's dialect, nothing sent to a provider, nothing
charged, and a gateway that goes on serving."""

import contextlib
import json
import socket
import threading
import urllib.parse

import pytest

from servers import ADMIN_KEY
from wire import call, chat, message, raw

CHAT, MESSAGES = "/v1/chat/completions", "/v1/messages"
VALID = json.dumps(chat()).encode()


@pytest.fixture(autouse=True)
def goes_on(request):
    """Whatever was sent: afterwards the gateway serves, and nothing reached a provider before."""
    if "shared" not in request.fixturenames:
        yield
        return
    shared = request.getfixturevalue("shared")
    yield
    assert shared.upstream_requests() == []
    assert shared.post(CHAT, chat())[0] == 200


def error_of(path, status, body):
    parsed = json.loads(body)
    if path == MESSAGES:
        assert parsed["type"] == "error" and parsed["request_id"].startswith("req_")
    return parsed["error"]["message"]


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
@pytest.mark.parametrize("body, words", [
    (b"", ("empty", "expected")),
    (b"not json", ("byte 0", "expected")),
    (b"[]", ("object",)),
    (b'{"model":"gpt-4.1-mini"', ("expected", "ends")),
    (b'{"model":"gpt-4.1-mini","temperature":NaN}', ("byte 38",)),
    (b'{"model":"gpt-4.1-mini","temperature":-Infinity}', ("byte 3",)),
    (b'{"model":"gpt-4.1-mini","temperature":01}', ("byte 3",)),
    (b'{"model":"gpt-4.1-mini",}', ("byte 24",)),
    (b'{"model":"\xff\xfe"}', ("UTF-8",)),
    (b'{"model":"\\ud800"}', ("surrogate", "escape", "UTF")),
    (b'{"messages":[]}', ("model",)),
    (b'{"model":7,"messages":[]}', ("model",)),
    (b'{"model":"","messages":[]}', ("model",)),
    (VALID + b"x", ("byte", "after")),
])
def test_bad_json(shared, path, body, words):
    status, headers, answer = shared.post(path, body)
    assert status == 400, answer
    said = error_of(path, status, answer)
    assert any(word in said for word in words), said
    assert {k.lower(): v for k, v in headers.items()}["x-sekisho-request-id"] in said


@pytest.mark.parametrize("path", [CHAT, MESSAGES])
@pytest.mark.parametrize("value", [b"[" * 10_000 + b"]" * 10_000,
                                   b'{"a":' * 10_000 + b"1" + b"}" * 10_000, b"[" * 10_000])
def test_deep_nesting(shared, path, value):
    status, _, answer = shared.post(path, b'{"model":"gpt-4.1-mini","x":' + value + b"}")
    assert status == 413 and "deeper than 128 levels" in error_of(path, status, answer)


def test_body_over_the_limit(shared):
    """70 MB against 64: refused by its length before it is read, or while it is."""
    body = b'{"model":"gpt-4.1-mini","messages":[{"role":"user","content":"' + b"a" * (70 << 20)
    answer = raw(shared.url, (
        f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN_KEY}\r\n"
        f"content-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n").encode() + body)
    assert answer.startswith(b"HTTP/1.1 413"), answer[:300]
    assert b"limit of 67108864 bytes" in answer, answer[:600]


def test_chunked_body_over_the_limit(make_gateway):
    small = make_gateway(limits={"request_body_bytes": 4096})
    chunk = b"1000\r\n" + b" " * 4096 + b"\r\n"
    answer = raw(small.url, (
        f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN_KEY}\r\n"
        "transfer-encoding: chunked\r\n\r\n").encode() + chunk * 2 + b"0\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 413"), answer[:300]
    assert small.upstream_requests() == []


def test_half_a_body(shared):
    """The client goes away in the middle: no call, no charge."""
    answer = raw(shared.url, (
        f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN_KEY}\r\n"
        f"content-length: {len(VALID)}\r\n\r\n").encode() + VALID[:20], shut=True)
    assert answer == b"" or answer.startswith(b"HTTP/1.1 400"), answer


@pytest.mark.parametrize("path, body", [(CHAT, chat(model="gpt-4.1-mimi")),
                                        (MESSAGES, message(model="claude-sonet-4-6"))])
def test_unknown_model_names_the_nearest(shared, path, body):
    status, _, answer = shared.post(path, body)
    nearest = "gpt-4.1-mini" if path == CHAT else "claude-sonnet-4-6"
    assert status == 404
    assert f"did you mean '{nearest}'" in error_of(path, status, answer)


def test_responses_are_not_offered_yet(shared):
    status, _, answer = shared.post("/v1/responses", {"model": "gpt-5.5", "input": "hi"})
    assert status == 501 and "not offered yet" in error_of(CHAT, status, answer)


def test_model_of_another_dialect(shared):
    status, _, answer = shared.post("/v1/embeddings", {"model": "claude-sonnet-4-6", "input": "x"})
    assert status == 400 and "claude-sonnet-4-6" in error_of(CHAT, status, answer)


@pytest.mark.parametrize("path", [CHAT, MESSAGES, "/v1/models"])
@pytest.mark.parametrize("headers, words", [
    ({}, "no virtual key was sent"),
    ({"authorization": "Bearer sk-unknown"}, "not known"),
    ({"authorization": "Basic c2s6c2s="}, "not known"),
    ({"x-api-key": "sk-" + "a" * 64}, "not known")])
def test_bad_keys(shared, path, headers, words):
    body = None if path.endswith("models") else chat()
    status, _, answer = call(shared.url + path, None, body, headers=headers)
    assert status == 401 and words in answer, answer
    assert "sk-unknown" not in answer and "aaaa" not in answer


@pytest.mark.parametrize("query", ["key=", "api_key=", "x=1&access_token="])
def test_key_in_the_query_string(shared, query):
    status, _, answer = call(f"{shared.url}{CHAT}?{query}{ADMIN_KEY}", ADMIN_KEY, chat())
    assert status == 401 and "query string" in answer
    assert ADMIN_KEY not in answer


@pytest.mark.parametrize("query", [
    "token=sk%2Dabcdefgh", "authorization=Bearer%20sk-abcdefgh", "sk-abcdefgh", "foo[]=sk-abcdefgh",
    "key=AIzaSomething", "beta=true&api_key=AIzaSomething", "x=sk%252Dabcdefgh"])
@pytest.mark.parametrize("path", [CHAT, MESSAGES])
def test_a_credential_in_the_query_string_in_every_spelling(shared, path, query):
    before = len(shared.upstream_requests())
    body = chat() if path == CHAT else message()
    status, _, answer = call(f"{shared.url}{path}?{query}", ADMIN_KEY, body)
    assert status == 401 and "query string" in answer
    assert "abcdefgh" not in answer and "AIza" not in answer
    assert len(shared.upstream_requests()) == before


@pytest.mark.parametrize("headers", [
    {"authorization": "Bearer sk-dummy", "x-api-key": ADMIN_KEY},
    {"authorization": "Bearer sk-ant-oat01-subscription", "x-litellm-api-key": ADMIN_KEY},
    {"authorization": f"Bearer {ADMIN_KEY}", "x-api-key": "sk-ant-dummy"}])
def test_a_known_key_beside_a_dummy(shared, headers):
    status, _, answer = call(shared.url + "/v1/models", None, None, headers=headers)
    assert status == 200, answer


HEAD = f"POST {CHAT} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {ADMIN_KEY}\r\n"
SMUGGLED = b"GET /v1/models HTTP/1.1\r\nhost: x\r\n\r\n"


@pytest.mark.parametrize("framing", [
    "content-length: {n}\r\ntransfer-encoding: chunked\r\n",
    "transfer-encoding: chunked\r\ncontent-length: {n}\r\n",
    "transfer-encoding: gzip, chunked\r\n",
    "transfer-encoding: chunked, chunked\r\n",
    "transfer-encoding: xchunked\r\n",
    "transfer-encoding:\x0bchunked\r\n",
    "transfer-encoding : chunked\r\n",
    "transfer-encoding: identity\r\ncontent-length: {n}\r\n",
    "transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n",
    " transfer-encoding: chunked\r\n",
    "content-length: {n}\r\ncontent-length: 5\r\n",
    "content-length: +{n}\r\n",
    "content-length: -1\r\n",
    "content-length: 0x10\r\n",
    "content-length: 99999999999999999999\r\n",
    "x: a\r\n folded: b\r\ncontent-length: {n}\r\n",
    "x: a\nb: c\r\ncontent-length: {n}\r\n",
    "x: a\x00b\r\ncontent-length: {n}\r\n",
])
def test_framing_tricks(shared, framing):
    """One refusal, then the connection ends: what follows is never taken for a request."""
    body = b"1\r\nx\r\n0\r\n\r\n" if "chunked" in framing else VALID
    answer = raw(shared.url, (HEAD + framing.format(n=len(VALID)) + "\r\n").encode() + body + SMUGGLED)
    status = int(answer.split(b" ")[1])
    assert status in (400, 413, 501), answer[:200]
    assert answer.count(b"HTTP/1.1 ") == 1, answer


@pytest.mark.parametrize("line, status", [
    ("GARBAGE", 400), ("GET  / HTTP/1.1", 400), ("GET / HTTP/3.0", 505), ("get /v1/models HTTP/1.1", 404),
    ("GET /" + "a" * 9000 + " HTTP/1.1", 414)])
def test_bad_request_lines(shared, line, status):
    answer = raw(shared.url, (line + "\r\nhost: x\r\nconnection: close\r\n\r\n").encode())
    got = int(answer.split(b" ")[1])
    assert got == status or (status == 404 and got in (401, 405, 501)), answer[:200]


@pytest.mark.parametrize("path", [CHAT, "/v1/messages"])
def test_what_the_protocol_refuses_has_the_shape_of_the_path(shared, path):
    head, _, body = raw(shared.url, (f"POST {path} HTTP/1.1\r\nhost: x\r\nexpect: much\r\n"
                                     "connection: close\r\n\r\n").encode()).partition(b"\r\n\r\n")
    error = json.loads(body)
    assert head.startswith(b"HTTP/1.1 417") and b"\r\nDate: " in head
    assert b"\r\nx-sekisho-request-id: req_" in head
    assert error["error"]["message"] == "unknown expectation"
    assert (error.get("type") == "error") == (path != CHAT)


def test_head_over_the_limit(shared):
    answer = raw(shared.url, (HEAD + "".join(f"x-{i}: {'a' * 1000}\r\n" for i in range(90))
                              + "\r\n").encode())
    assert answer.startswith(b"HTTP/1.1 431"), answer[:200]


def test_unknown_paths_and_methods(shared):
    status, _, body = shared.get("/v1/nothing")
    assert status == 404 and json.loads(body)["error"]["message"]
    assert shared.get(CHAT)[0] == 405


def test_expect_continue(shared):
    where = urllib.parse.urlsplit(shared.url)
    with socket.create_connection((where.hostname, where.port), timeout=20) as peer:
        peer.sendall((HEAD + f"expect: 100-continue\r\ncontent-length: {len(VALID)}\r\n"
                      "connection: close\r\n\r\n").encode())
        assert peer.recv(4096).startswith(b"HTTP/1.1 100 ")
        peer.sendall(b'{"model":"no-such","messages":[]}'.ljust(len(VALID)))
        assert b"HTTP/1.1 404" in peer.recv(65536)


class Silent:
    """An upstream that takes connections and requests and never answers."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.accepted, self.asked, self.gone = (threading.Event() for _ in range(3))
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _run(self):
        try:
            peer, _ = self.listener.accept()
        except OSError:
            return
        with peer:
            self.accepted.set()
            while peer.recv(65536):
                self.asked.set()
        self.gone.set()

    def close(self):
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)  # wakes the thread that accepts
        self.listener.close()


@pytest.fixture
def silent():
    silent = Silent()
    yield silent
    silent.close()


def silent_gateway(make_gateway, silent, **changes):
    return make_gateway(
        upstreams=[{"name": "silent", "kind": "openai", "api_key": "env:SIM_OPENAI",
                    "endpoint": f"http://127.0.0.1:{silent.port}/v1"}],
        models=[{"name": "gpt-4.1-mini",
                 "deployments": [{"upstream": "silent", "model": "gpt-4.1-mini"}]}], **changes)


def test_upstream_that_never_answers(make_gateway, silent):
    gateway = silent_gateway(make_gateway, silent, limits={"upstream_first_byte_seconds": 1})
    status, _, answer = gateway.post(CHAT, chat())
    assert status == 504, answer
    assert "silent" in answer and "upstream" in answer
    [call_record] = gateway.calls(1)
    assert call_record["outcome"] == "upstream_error" and call_record["attempts"] == 1
    # It had the whole request: it may have served and billed it.
    [entry] = gateway.entries(1)
    assert entry["settlement"] == "reserved" and entry["cost"] == entry["reserved"] > 0


def test_upstream_that_is_not_there(make_gateway, silent):
    silent.close()
    gateway = silent_gateway(make_gateway, silent)
    status, _, answer = gateway.post(CHAT, chat())
    assert status == 502 and "silent" in answer, answer
    assert gateway.entries() == []


def test_client_leaves_an_upstream_that_never_answers(make_gateway, silent):
    """The upstream's connection ends at once; what may be billed there is booked, and marked."""
    gateway = silent_gateway(make_gateway, silent)
    where = urllib.parse.urlsplit(gateway.url)
    with socket.create_connection((where.hostname, where.port)) as peer:
        peer.sendall((HEAD + f"content-length: {len(VALID)}\r\n\r\n").encode() + VALID)
        assert silent.asked.wait(20)
    assert silent.gone.wait(20)
    [entry] = gateway.entries(1)
    assert entry["settlement"] == "reserved"
    [record] = gateway.calls(1)
    assert record["outcome"] == "client_gone"
