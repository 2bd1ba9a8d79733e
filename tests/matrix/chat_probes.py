"""Chat completions with the OpenAI SDK: one probe per feature."""

import json

import openai

from probes import (BROKEN, CITIES, JSON_ANSWER, LONG, MUCH, ONE_CALL, OVERLOADED, PDF, PNG, SCHEMA,
                    TEXT, THOUGHT, TWO_CALLS, usual_prompt)
from wire import PATIENCE, marker

TOOL = {"type": "function", "function": {"name": "weather", "parameters": SCHEMA}}


class Chat:
    def __init__(self, context):
        self.context, self.model = context, context.model
        self.client = openai.OpenAI(api_key=context.key, base_url=context.url + "/v1",
                                    max_retries=0, timeout=30 * PATIENCE)

    def create(self, content, **more):
        messages = content if isinstance(content, list) and "role" in content[0] else (
            usual_prompt(content))
        try:
            return self.client.chat.completions.create(model=self.model, messages=messages, **more)
        except openai.APIStatusError as error:
            self.context.refuse(error.status_code, error.body["message"])
            raise

    def stream(self):
        chunks = list(self.create(LONG, stream=True, stream_options={"include_usage": True}))
        assert len("".join(c.choices[0].delta.content or "" for c in chunks if c.choices)) == 800
        assert chunks[-1].choices == [] and chunks[-1].usage.completion_tokens == 200

    def tools(self):
        message = self.create(ONE_CALL, tools=[TOOL]).choices[0].message
        assert [json.loads(c.function.arguments) for c in message.tool_calls] == CITIES[:1]
        self.answer(ONE_CALL, message)

    def answer(self, said, message):
        history = usual_prompt(said) + [message.model_dump(exclude_none=True)] + [
            {"role": "tool", "tool_call_id": c.id, "content": "sunny"} for c in message.tool_calls]
        answer = self.create(history, tools=[TOOL])
        expected = "Results:" + "\nsunny" * len(message.tool_calls)
        assert answer.choices[0].message.content == expected

    def parallel_tools(self):
        with self.client.chat.completions.stream(
                model=self.model, messages=usual_prompt(TWO_CALLS), tools=[TOOL]) as stream:
            message = stream.get_final_completion().choices[0].message
        assert [json.loads(c.function.arguments) for c in message.tool_calls] == CITIES
        for call in message.tool_calls:  # the SDK's own addition, which is not part of the API
            call.function.__dict__.pop("parsed_arguments", None)
            call.function.__pydantic_fields_set__.discard("parsed_arguments")
        message.__dict__.pop("parsed", None)
        self.answer(TWO_CALLS, message)

    def images(self):
        url = "data:image/png;base64," + PNG
        answer = self.create([{"type": "text", "text": "what"},
                              {"type": "image_url", "image_url": {"url": url}}])
        assert answer.choices[0].message.content == TEXT
        self.context.check_reached(PNG)

    def documents(self):
        data = "data:application/pdf;base64," + PDF
        answer = self.create([{"type": "text", "text": "what"},
                              {"type": "file", "file": {"filename": "a.pdf", "file_data": data}}])
        assert answer.choices[0].message.content == TEXT
        self.context.check_reached(PDF)

    def thinking(self):
        """Claude's thoughts are shown; OpenAI's own models tell how long they were."""
        answer = self.create(marker(reasoning=THOUGHT), reasoning_effort="high",
                             max_completion_tokens=8000)
        shown = getattr(answer.choices[0].message, "reasoning_content", None)
        details = answer.usage.completion_tokens_details
        counted = details.reasoning_tokens if details else 0
        if not shown and not counted:
            assert self.context.dropped(), "no thought, and nobody says why"
        else:
            assert shown in (None, THOUGHT)

    def caching(self):
        """The mark as LiteLLM's users write it; OpenAI caches without one."""
        mark = {} if self.model.startswith("gpt") else {
            "cache_control": {"type": "ephemeral"}}
        messages = [{"role": "system", "content": [{"type": "text", "text": MUCH, **mark}]},
                    *usual_prompt("hi")]
        self.create(messages)
        usage = self.create(messages).usage
        assert usage.prompt_tokens_details.cached_tokens > 1000
        assert usage.prompt_tokens > usage.prompt_tokens_details.cached_tokens

    def structured_output(self):
        answer = self.create(JSON_ANSWER, response_format={"type": "json_schema", "json_schema": {
            "name": "place", "schema": SCHEMA, "strict": True}})
        assert json.loads(answer.choices[0].message.content) == {"city": "Tokyo"}
        if not self.context.dropped():
            self.context.check_reached("additionalProperties")

    def errors(self):
        for text, stream, error in ((OVERLOADED, False, openai.InternalServerError),
                                    (BROKEN, True, openai.APIError)):
            try:
                list(self.create(text, stream=stream))
            except error as raised:
                assert "request req_" in str(raised)
            else:
                raise AssertionError("no error")
