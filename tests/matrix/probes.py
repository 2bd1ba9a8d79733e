"""What the feature tests of all dialects share: a context for one cell, and what it came to."""

import base64
import itertools
import json
import re

from wire import call, marker, wait_for

TEXT = "Hello from the simulated provider."
PNG = ("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJg"
       "gg==")
PDF = base64.b64encode(b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n").decode()
CITIES = [{"city": "東京"}, {"city": "Osaka \"x\""}]
TWO_CALLS = marker(scenario="tools", tools=[{"name": "weather", "input": city} for city in CITIES])
ONE_CALL = marker(scenario="tools", tools=[{"name": "weather", "input": CITIES[0]}])
SCHEMA = {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"],
          "additionalProperties": False}
THOUGHT = "step one, step two"
LONG = marker(scenario="long", tokens=200)  # 800 characters
JSON_ANSWER = marker(text='{"city": "Tokyo"}')
OVERLOADED = marker(fault={"kind": "status", "status": 500})
BROKEN = marker(fault={"kind": "exception", "message": "half way"})
# More than the least that any of the models caches.
MUCH = "Rules of the house: " + "be kind to strangers. " * 400


def usual_prompt(text):
    return [{"role": "user", "content": text}]


_numbers = itertools.count(1)


class Refused(Exception):
    """The gateway, or the provider whose own API the client speaks, says that this cannot be done."""


class Context:
    """One cell: a virtual key of its own, so that its calls can be told from all others."""

    def __init__(self, gateway, model):
        self.gateway, self.model = gateway, model
        self.url = gateway.url
        status, _, body = call(gateway.url + "/api/v1/keys", gateway.admin,
                               {"alias": f"cell-{next(_numbers)}"})
        assert status == 201, body
        made = json.loads(body)
        self.number, self.key = made["virtual_key"]["id"], made["key"]
        self.aws = made.get("aws_access_key_id"), made.get("aws_secret_access_key")

    def sent(self):
        """Every body that a provider got, as text."""
        return [base64.b64decode(request["body_base64"]).decode()
                for request in self.gateway.upstream_requests() if request["method"] == "POST"]

    def check_reached(self, *words):
        """What was asked for stands in what the provider got last, however it is spelled there."""
        body = json.dumps(json.loads(self.sent()[-1]), ensure_ascii=False)
        for word in words:
            assert word in body, (word, body[:3000])

    def refuse(self, status, message):
        """Raises Refused for an error that is final. Tests expect it by name, or not at all."""
        if status in (400, 404, 501):
            raise Refused(re.sub(r"[ ,(]*request req_\w+\)?", "", message))

    def dropped(self, exact=True):
        """Fields that the gateway reports as left out, once each call has its record; and the books
        equal the bill (but for answers that broke off before their usage came)."""
        bill = self.gateway.bill()
        rows = []

        def written():
            status, _, body = self.gateway.get(f"/api/v1/requests?key={self.number}&limit=100")
            assert status == 200, body
            rows[:] = json.loads(body)["requests"]
            return len([row for row in rows if row["settlement"] != "none"]) >= bill["count"]
        wait_for(written, f"records of {bill['count']} calls")

        def booked():
            [row] = self.gateway.query(
                "sekisho.db", "SELECT COUNT(*) AS count, COALESCE(SUM(cost), 0) AS cost "
                f"FROM ledger_entry WHERE key = {self.number}")
            return row["count"] >= bill["count"] and row
        row = wait_for(booked, f"{bill['count']} ledger entries")
        if exact:
            assert (row["count"], row["cost"]) == (bill["count"], bill["total_nano_usd"])
        return sorted({field for row in rows for field in row["dropped_fields"]})
