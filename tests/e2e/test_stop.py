"""Signals: SIGTERM lets answers finish, within bounds; SIGHUP reads the configuration again."""

import json
import signal
import socket
import threading
import time
import urllib.parse

import pytest

from servers import books_equal_bill
from wire import Stream, call, chat, events, marker, message, wait_for

LONG = {"scenario": "long", "tokens": 300, "chunk": 16, "pace": 400}


def refuses_connections(gateway):
    where = urllib.parse.urlsplit(gateway.url)
    try:
        socket.create_connection((where.hostname, where.port)).close()
    except ConnectionRefusedError:
        return True
    except ConnectionResetError:
        pass  # it was in the listener's queue as that closed
    return False


def test_term_lets_streams_finish(gateway):
    """Open answers go on to their end, new connections are not taken, the books are whole."""
    streams = [Stream(gateway.url, gateway.key, path, body | {"stream": True}) for path, body in (
        ("/v1/chat/completions", chat(marker(**LONG))),
        ("/v1/chat/completions", chat(marker(**LONG), "bedrock-claude-sonnet-4-6")),
        ("/v1/messages", message(marker(**LONG))))]
    assert all(stream.some() for stream in streams)
    gateway.process.terminate()
    wait_for(lambda: refuses_connections(gateway), "the listener to close")
    for stream in streams:
        seen = events(stream.rest())
        assert not stream.cut
        assert seen[-1][1] == "[DONE]" or seen[-1][1]["type"] == "message_stop"
    assert gateway.process.wait(20) == 0
    assert books_equal_bill(gateway)["count"] == 3
    assert len(gateway.calls(3)) == 3


def test_term_is_bounded(make_gateway):
    """A stream that never ends is cut when the patience is over, and booked."""
    gateway = make_gateway(limits={"drain_seconds": 1})
    stream = Stream(gateway.url, gateway.key, "/v1/messages", message(
        marker(scenario="long", tokens=900, fault={"kind": "hang", "at": 20}), stream=True))
    assert stream.some()
    begin = time.monotonic()
    assert gateway.stop() == 0
    assert time.monotonic() - begin < 15
    stream.rest()
    assert stream.cut
    [entry] = gateway.entries(1)
    assert entry["settlement"] == "partial"


def test_workers_wait_for_their_answers_together(make_gateway):
    """The patience is one for all: not as many times as there are workers with an open answer."""
    gateway = make_gateway(workers=4, limits={"drain_seconds": 5})
    hanging = marker(scenario="long", tokens=900, fault={"kind": "hang", "at": 20})
    streams = [Stream(gateway.url, gateway.key, "/v1/messages", message(hanging, stream=True))
               for _ in range(8)]  # each new one goes to the worker with the fewest
    assert all(stream.some() for stream in streams)
    begin = time.monotonic()
    assert gateway.stop() == 0
    assert time.monotonic() - begin < 15
    assert len(gateway.entries(8)) == 8


def test_changes_under_way_do_not_keep_it(make_gateway):
    """A change waits until every worker has taken it; the workers do not end before."""
    for attempt in range(3):
        gateway = make_gateway(f"gateway-{attempt}", workers=4)
        done = threading.Event()

        def change(number):
            while not done.is_set():
                try:
                    call(gateway.url + "/api/v1/units", gateway.admin,
                         {"name": f"unit {number} {time.monotonic()}"})
                except OSError:
                    return

        threads = [threading.Thread(target=change, args=(number,)) for number in range(4)]
        for thread in threads:
            thread.start()
        wait_for(lambda: len(json.loads(call(gateway.url + "/api/v1/units", gateway.admin)[2])
                             ["units"]) > 20, "some changes")
        assert gateway.stop() == 0
        done.set()
        for thread in threads:
            thread.join()


def test_term_does_not_wait_for_idle_connections(gateway):
    where = urllib.parse.urlsplit(gateway.url)
    with socket.create_connection((where.hostname, where.port)):
        assert gateway.post("/v1/chat/completions", chat())[0] == 200
        begin = time.monotonic()
        assert gateway.stop() == 0
        assert time.monotonic() - begin < 15


def test_interrupt_stops_too(gateway):
    gateway.process.send_signal(signal.SIGINT)
    assert gateway.process.wait(20) == 0


def reload(gateway):
    gateway.write_config()
    gateway._log_from = gateway.log.stat().st_size
    gateway.process.send_signal(signal.SIGHUP)


def test_hup_reads_models_again(gateway):
    """A stream that is open goes on; new calls know the new model, and not the old one."""
    stream = Stream(gateway.url, gateway.key, "/v1/messages", message(marker(**LONG), stream=True))
    assert stream.some()
    gone = gateway.config["models"].pop()
    gateway.config["models"].append({"name": "brand-new", "deployments": gone["deployments"]})
    assert gateway.post("/v1/chat/completions", chat(model="brand-new"))[0] == 404
    reload(gateway)
    gateway.wait_log("reloaded")
    assert gateway.post("/v1/chat/completions", chat(model="brand-new"))[0] == 200
    # Its name is still the provider's for the new one's deployment, so a call of it is served.
    names = [model["id"] for model in json.loads(gateway.get("/v1/models")[2])["data"]]
    assert "brand-new" in names and gone["name"] not in names
    assert "message_stop" in stream.rest() and not stream.cut


def test_hup_reads_guardrails_again(gateway):
    from secrets_made import github_token
    body = chat(f"mine is {github_token(3)}")
    assert gateway.post("/v1/chat/completions", body)[0] == 200
    gateway.config["guardrails"] = {"secrets": {"mode": "block"}}
    reload(gateway)
    gateway.wait_log("reloaded")
    assert gateway.post("/v1/chat/completions", body)[0] == 400


def test_hup_with_a_mistake_changes_nothing(gateway):
    gateway.config["models"][0]["deploymens"] = []
    reload(gateway)
    line = gateway.wait_log("reload_failed")
    assert "deploymens" in line["detail"] and "'deployments'" in line["detail"]
    assert gateway.post("/v1/chat/completions", chat())[0] == 200


@pytest.mark.parametrize("name", ["listen", "data_directory"])
def test_hup_says_what_needs_a_restart(gateway, name):
    gateway.config[name] = {"listen": "127.0.0.1:1", "data_directory": "/nowhere"}[name]
    reload(gateway)
    line = gateway.wait_log("reload_needs_restart")
    assert name in line["keys"]
    gateway.wait_log("reloaded")
    assert gateway.post("/v1/chat/completions", chat())[0] == 200
