"""Every agent does a task of several tool calls through the gateway, against every provider that is
listed for it: the file is written, the books equal the provider's bill, each call has its record.
And a refusal is shown at once and not repeated."""

import pytest

from clients import CLIENTS, RUNS, model_of
from servers import books_equal_bill
from wire import marker, wait_for

# What reaches a model; agents also ask for names, limits and counts.
GENERATING = ("chat", "messages", "responses", "converse", "generate_content")
CONTENT = "it's written by an agent\n"
AGENTS = {client: provider for client, provider in reversed(RUNS)}  # the first one listed


@pytest.mark.parametrize("client, provider", RUNS)
def test_task(gateway, tmp_path, cell, client, provider):
    path = tmp_path / "work" / "hello.txt"
    path.parent.mkdir()
    prompt = "Please do this: " + marker(scenario="write_file", path=str(path), content=CONTENT)
    agent, model = CLIENTS[client], model_of(client, provider)
    _, key = gateway.make_key("desk")
    run = agent.run(gateway.url, key, model, prompt, path.parent)
    assert run.code == 0, run.text
    assert path.read_text() == CONTENT
    assert f"Done: {path}" in run.text
    bill = books_equal_bill(gateway)
    assert bill["count"] >= 3  # write, read, say so
    assert all(call["complete"] for call in bill["calls"])
    check_records(gateway, agent, bill)
    cell(client, provider, "tools", "works")
    if all(call["stream"] for call in bill["calls"]):
        cell(client, provider, "stream", "works")


def asked(gateway, agent):
    """The records of calls that a model should answer."""
    calls = [call for call in gateway.calls() if call["operation"] in GENERATING]
    if agent.looks_around:
        calls = [call for call in calls if call["status"] != 404 and (
            call["cost"] or call["status"] >= 400)]
    return calls


def check_records(gateway, agent, bill):
    """One record per billed call, of this client, with the tokens and the costs of the bill."""
    def billed():
        calls = asked(gateway, agent)
        return len(calls) >= bill["count"] and calls
    calls = wait_for(billed, "a record of each call")
    assert len(calls) == bill["count"]
    assert {(call["client"], call["outcome"]) for call in calls} == {(agent.detected, "ok")}
    sessions = {call["session"] for call in calls}
    assert None not in sessions
    assert len(sessions) == 1 or not agent.one_session
    assert sum(call["cost"] for call in calls) == bill["total_nano_usd"]
    for kind in ("input", "cache_read", "cache_write_5m", "cache_write_1h", "output"):
        assert sum(call[kind] for call in calls) == sum(c["usage"][kind] for c in bill["calls"])
    assert all(call["scanned_request_bytes"] > 0 for call in calls)


def check_refused(gateway, agent, run, *words):
    """The sentence is shown, nothing reached a provider, and the agent did not insist."""
    for word in words:
        assert word in run.text, run.text
    assert gateway.stop() == 0  # every record is written
    calls = asked(gateway, agent)
    assert 1 <= len(calls) <= agent.most_refused, [(c["status"], c["operation"]) for c in calls]
    assert all(call["status"] >= 400 and call["client"] == agent.detected for call in calls)
    assert gateway.upstream_requests() == []


@pytest.mark.parametrize("client", AGENTS)
class TestRefusals:
    def test_over_budget(self, gateway, tmp_path, cell, client):
        """A key whose budget cannot pay for one call."""
        agent = CLIENTS[client]
        _, key = gateway.make_key("spent-laptop", budget="0.000001", window="month")
        model = model_of(client, AGENTS[client])
        run = agent.run(gateway.url, key, model, "Say hello.", tmp_path)
        check_refused(gateway, agent, run, "key spent-laptop", "$0.000001", "resets at",
                      "an administrator", "request req_")
        for provider in (p for c, p in RUNS if c == client):
            cell(client, provider, "errors", "works")

    def test_model_that_the_key_may_not_use(self, gateway, tmp_path, client):
        agent = CLIENTS[client]
        _, key = gateway.make_key("narrow", models=["nothing-*"])
        run = agent.run(gateway.url, key, model_of(client, AGENTS[client]), "Say hello.", tmp_path)
        check_refused(gateway, agent, run, "is not allowed", "key narrow")
