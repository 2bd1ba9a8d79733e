"""kill -9 under load, again and again on one data directory: nothing lost, nothing double."""

import contextlib
import http.client
import itertools
import threading

from servers import Gateway
from wire import PATIENCE, Stream, chat, marker, message

ROUNDS, CLIENTS, CALLS_A_ROUND = 20, 12, 30
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def request_bytes(text):
    """req_…, Crockford's base 32, as the ledger keeps it."""
    number = 0
    for c in text.removeprefix("req_"):
        number = number * 32 + ALPHABET.index(c)
    return f"{number:032X}"


class Load:
    """Clients that call until the gateway dies. Each call writes a number of tokens of its own, by
    which it is found in the bill and in the books."""

    def __init__(self):
        self.numbers = itertools.count(100)
        self.served = {}  # request → tokens, of calls whose whole answer reached the client
        self.sent = 0
        self.lock = threading.Lock()
        self.enough = threading.Event()

    def run(self, gateway):
        self.enough.clear()
        goal = len(self.served) + CALLS_A_ROUND
        threads = [threading.Thread(target=self._client, args=(gateway, goal))
                   for _ in range(CLIENTS)]
        for thread in threads:
            thread.start()
        assert self.enough.wait(60 * PATIENCE)
        gateway.kill()
        for thread in threads:
            thread.join()

    def _client(self, gateway, goal):
        with contextlib.suppress(OSError, http.client.HTTPException):
            while True:
                self._call(gateway)
                if len(self.served) >= goal:
                    self.enough.set()  # and go on, so that the kill hits calls in flight

    def _call(self, gateway):
        number = next(self.numbers)
        text = marker(scenario="long", tokens=number, chunk=16, pace=20_000)
        path, body = [("/v1/chat/completions", chat(text)),
                      ("/v1/chat/completions", chat(text, "bedrock-claude-sonnet-4-6")),
                      ("/v1/messages", message(text, max_tokens=5000))][number % 3]
        with self.lock:
            self.sent += 1
        answer = Stream(gateway.url, gateway.key, path, body | {"stream": number % 2 == 0})
        text = answer.rest()
        whole = "[DONE]" in text or "message_stop" in text or '"usage"' in text
        if answer.status == 200 and not answer.cut and whole:
            with self.lock:
                self.served[answer.headers["x-sekisho-request-id"]] = number


def test_twenty_kills(tmp_path, providers):
    gateway = Gateway(tmp_path, providers, start=False)
    load = Load()
    closed = 0
    for _ in range(ROUNDS):
        gateway.start()
        closed += sum(line["calls_closed"] for line in gateway.log_lines()
                      if line["message"] == "journal_recovered")
        load.run(gateway)
        gateway.process.stdout.close()
    gateway.start()
    closed += sum(line["calls_closed"] for line in gateway.log_lines()
                  if line["message"] == "journal_recovered")
    assert gateway.stop() == 0
    entries, bill = gateway.entries(), gateway.bill()["calls"]
    gateway.process.stdout.close()

    books = {entry["request"]: entry for entry in entries}
    billed = {call["usage"]["output"]: call for call in bill if call["complete"]}
    assert len(books) == len(entries)
    for request, number in load.served.items():  # lost 0: each exactly as billed
        entry = books[request_bytes(request)]
        assert (entry["output"], entry["settlement"]) == (number, "reported")
        assert entry["cost"] == billed[number]["nano_usd"]
    reported = [entry["output"] for entry in entries if entry["settlement"] == "reported"]
    assert len(reported) == len(set(reported))  # double 0
    assert set(reported) <= set(billed)
    # What the kills left open was closed, marked, and never below what the provider took.
    marked = [entry for entry in entries if entry["settlement"] != "reported"]
    assert len(marked) == closed > 0
    assert len(bill) <= len(entries) <= load.sent
    assert gateway.query("sekisho.db", "SELECT * FROM open_call") == []
    [sums] = gateway.query("sekisho.db", "SELECT sum(cost) AS cost FROM account_day WHERE kind = "
                           "(SELECT max(kind) FROM account_day)")
    assert sums["cost"] == sum(entry["cost"] for entry in entries)
    assert sums["cost"] >= sum(call["nano_usd"] for call in bill)
