"""Anthropic Messages with Anthropic's SDK: one probe per feature."""

import json

import anthropic

from probes import (BROKEN, CITIES, JSON_ANSWER, LONG, MUCH, ONE_CALL, OVERLOADED, PDF, PNG, SCHEMA,
                    TEXT, THOUGHT, TWO_CALLS, usual_prompt)
from wire import PATIENCE, marker

TOOL = {"name": "weather", "input_schema": SCHEMA}


class Messages:
    def __init__(self, context):
        self.context, self.model = context, context.model
        self.client = anthropic.Anthropic(api_key=context.key, base_url=context.url, max_retries=0,
                                          timeout=30 * PATIENCE)

    def create(self, content, stream=False, max_tokens=4000, **more):
        messages = content if isinstance(content, list) and "role" in content[0] else (
            usual_prompt(content))
        try:
            if not stream:
                return self.client.messages.create(model=self.model, max_tokens=max_tokens,
                                                   messages=messages, **more)
            with self.client.messages.stream(model=self.model, max_tokens=max_tokens,
                                             messages=messages, **more) as events:
                return events.get_final_message()
        except anthropic.APIStatusError as error:
            self.context.refuse(error.status_code, error.body.get("error", error.body)["message"])
            raise

    def stream(self):
        message = self.create(LONG, stream=True)
        assert len(message.content[0].text) == 800 and message.usage.output_tokens == 200

    def tools(self, said=ONE_CALL, cities=CITIES[:1], stream=False):
        message = self.create(said, stream=stream, tools=[TOOL])
        calls = [block for block in message.content if block.type == "tool_use"]
        assert [call.input for call in calls] == cities
        history = usual_prompt(said) + [
            {"role": "assistant", "content": message.content},
            {"role": "user", "content": [
                {"type": "tool_result", "tool_use_id": call.id, "content": "sunny"}
                for call in calls]}]
        answer = self.create(history, tools=[TOOL])
        assert answer.content[0].text == "Results:" + "\nsunny" * len(cities)

    def parallel_tools(self):
        self.tools(TWO_CALLS, CITIES, stream=True)

    def images(self):
        answer = self.create([{"type": "text", "text": "what"}, {"type": "image", "source": {
            "type": "base64", "media_type": "image/png", "data": PNG}}])
        assert answer.content[0].text == TEXT
        self.context.check_reached(PNG)

    def documents(self):
        answer = self.create([{"type": "text", "text": "what"}, {"type": "document", "source": {
            "type": "base64", "media_type": "application/pdf", "data": PDF}}])
        assert answer.content[0].text == TEXT
        self.context.check_reached(PDF)

    def thinking(self):
        """Shown, and taken back unchanged in the next turn."""
        said, thinking = marker(reasoning=THOUGHT), {"type": "enabled", "budget_tokens": 1024}
        message = self.create(said, stream=True, thinking=thinking)
        thoughts = [block for block in message.content if block.type == "thinking"]
        if not thoughts:
            assert self.context.dropped(), "no thought, and nobody says why"
            return
        assert thoughts[0].thinking == THOUGHT and thoughts[0].signature
        self.create(usual_prompt(said) + [{"role": "assistant", "content": message.content}] +
                    usual_prompt("go on"), thinking=thinking)
        self.context.check_reached(thoughts[0].signature)

    def caching(self):
        system = [{"type": "text", "text": MUCH, "cache_control": {"type": "ephemeral"}}]
        self.create("hi", system=system)
        usage = self.create("hi", system=system).usage
        assert usage.cache_read_input_tokens > 1000 and usage.input_tokens < 100

    def structured_output(self):
        answer = self.create(JSON_ANSWER, output_config={"format": {
            "type": "json_schema", "schema": SCHEMA}})
        assert json.loads(answer.content[0].text) == {"city": "Tokyo"}
        if not self.context.dropped():
            self.context.check_reached("additionalProperties")

    def count(self):
        try:
            counted = self.client.messages.count_tokens(model=self.model, messages=usual_prompt("hi"))
        except anthropic.APIStatusError as error:
            self.context.refuse(error.status_code, error.body.get("error", error.body)["message"])
            raise
        assert counted.input_tokens == self.create("hi").usage.input_tokens

    def errors(self):
        for text, stream, error in ((OVERLOADED, False, anthropic.InternalServerError),
                                    (BROKEN, True, anthropic.APIError)):
            try:
                self.create(text, stream=stream)
            except error as raised:
                assert "request req_" in str(raised)
            else:
                raise AssertionError("no error")


class Invoke(Messages):
    """The same by Bedrock's InvokeModel, with the SDK's Bedrock client."""
    count = None  # it has none

    def __init__(self, context):
        super().__init__(context)
        self.client = anthropic.AnthropicBedrock(
            base_url=context.url, aws_access_key=context.aws[0], aws_secret_key=context.aws[1],
            aws_region="us-east-1", max_retries=0, timeout=30 * PATIENCE)
