"""HTTP as the tests need it: whole calls that never raise for a status, streams that are read event
by event, raw sockets for what no library would send."""

import contextlib
import http.client
import json
import os
import socket
import time
import urllib.error
import urllib.parse
import urllib.request

# How much longer than usual everything may take, for programs that sanitizers make slow.
PATIENCE = float(os.environ.get("SEKISHO_TEST_PATIENCE", "1"))


def call(url, key=None, body=None, method=None, headers=None, timeout=30 * PATIENCE):
    """(status, headers, body) of one HTTP call; never raises for a status."""
    head = {"content-type": "application/json", **(headers or {})}
    if key:
        head["authorization"] = "Bearer " + key
    data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
    request = urllib.request.Request(url, data, head, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return answer.status, dict(answer.headers), answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, dict(error.headers), error.read().decode()


def wait_for(condition, what, seconds=20):
    """The first true value of `condition`; fails loudly when it does not come."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        value = condition()
        if value:
            return value
        assert time.monotonic() < deadline, f"waited {seconds} s for {what}"
        time.sleep(0.02)


class Stream:
    """An open call. `cut` is true when the connection broke before the body's end."""

    def __init__(self, url, key, path, body, headers=None, timeout=30 * PATIENCE):
        where = urllib.parse.urlsplit(url)
        self.connection = http.client.HTTPConnection(where.hostname, where.port, timeout=timeout)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.connection.request("POST", path, data, {
            "content-type": "application/json", "authorization": "Bearer " + key,
            **(headers or {})})
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.headers = dict(self.answer.headers)
        self.cut = False

    def some(self):
        """What has come by now; waits for at least one byte."""
        return self.answer.read1(65536)

    def rest(self):
        parts = []
        try:
            while part := self.answer.read1(65536):
                parts.append(part)
        except (http.client.IncompleteRead, ConnectionError):
            self.cut = True
        return b"".join(parts).decode()

    def leave(self):
        """Goes away as a killed client does."""
        self.answer.close()
        self.connection.close()


def events(text):
    """(event, data) of each server-sent event; data parsed where it is JSON."""
    out = []
    for block in text.split("\n\n"):
        name, data = None, []
        for line in block.split("\n"):
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].strip())
        if not data:
            continue
        joined = "\n".join(data)
        out.append((name, joined if joined == "[DONE]" else json.loads(joined)))
    return out


def raw(url, data, timeout=20, shut=False):
    """Everything that the server answers to these bytes until it closes or falls silent."""
    where = urllib.parse.urlsplit(url)
    with socket.create_connection((where.hostname, where.port), timeout=timeout) as peer:
        with contextlib.suppress(ConnectionError):
            peer.sendall(data)
            if shut:
                peer.shutdown(socket.SHUT_WR)
        parts = []
        with contextlib.suppress(TimeoutError, ConnectionError):
            while part := peer.recv(65536):
                parts.append(part)
        return b"".join(parts)


def chat(text="hi", model="gpt-4.1-mini", **more):
    return {"model": model, "messages": [{"role": "user", "content": text}], **more}


def message(text="hi", model="claude-sonnet-4-6", max_tokens=1000, **more):
    return {"model": model, "max_tokens": max_tokens,
            "messages": [{"role": "user", "content": text}], **more}


def marker(**scenario):
    """The words that make the simulated model play a scenario (sim/scenario.h)."""
    return "[[sim:" + json.dumps(scenario) + "]]"
