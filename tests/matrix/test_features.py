"""Each feature of each dialect, asked for by the vendor's own SDK, against every provider: it works,
or the gateway refuses it with a sentence, or it reports what it left out. Which of the three is
expected is data here; the default is that it works."""

import pytest

from chat_probes import Chat
from clients import DIALECTS, FEATURES, PROVIDERS
from converse_probes import Converse
from messages_probes import Invoke, Messages
from probes import Context, Refused

SPEAKERS = {"chat": Chat, "messages": Messages, "converse": Converse, "invoke": Invoke}

# (dialect, provider, feature): what happens instead.
OTHERWISE = {
    ("chat", "nova", "thinking"): "dropped",
    ("chat", "nova", "structured_output"): "dropped",
    ("messages", "nova", "thinking"): "dropped",
    ("messages", "nova", "structured_output"): "dropped",
    ("messages", "nova", "count"): "refused",
    ("converse", "nova", "thinking"): "refused",
    ("converse", "nova", "structured_output"): "refused",
    ("converse", "nova", "count"): "refused",
}
CASES = [(dialect, provider, feature) for dialect, providers in DIALECTS.items()
         for provider in providers for feature in FEATURES if getattr(SPEAKERS[dialect], feature, None)]


@pytest.mark.parametrize("dialect, provider, feature", CASES)
def test_feature(shared, cell, dialect, provider, feature):
    context = Context(shared, PROVIDERS[provider][1])
    outcome, why = "works", ""
    try:
        getattr(SPEAKERS[dialect](context), feature)()
        if fields := context.dropped(exact=feature != "errors"):
            outcome, why = "dropped", ", ".join(fields)
    except Refused as refused:
        outcome, why = "refused", str(refused)
    assert (outcome, why) == (OTHERWISE.get((dialect, provider, feature), "works"), why)
    cell(dialect, provider, feature, outcome, why)
