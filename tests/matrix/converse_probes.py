"""Bedrock's Converse and ConverseStream with boto3: one probe per feature."""

import base64
import json

import boto3
import botocore.config
import botocore.exceptions

from probes import (BROKEN, CITIES, JSON_ANSWER, LONG, MUCH, ONE_CALL, OVERLOADED, PDF, PNG, SCHEMA,
                    TEXT, THOUGHT, TWO_CALLS)
from wire import PATIENCE, marker

TOOLS = {"tools": [{"toolSpec": {"name": "weather", "description": "tells it",
                                 "inputSchema": {"json": SCHEMA}}}]}


def said(*content):
    return {"role": "user", "content": [{"text": c} if isinstance(c, str) else c for c in content]}


class Converse:
    def __init__(self, context):
        self.context, self.model = context, context.model
        self.client = boto3.client(
            "bedrock-runtime", endpoint_url=context.url, region_name="us-east-1",
            aws_access_key_id=context.aws[0], aws_secret_access_key=context.aws[1],
            config=botocore.config.Config(retries={"total_max_attempts": 1},
                                          read_timeout=30 * PATIENCE))

    def create(self, *messages, **more):
        try:
            return self.client.converse(modelId=self.model, messages=list(messages), **more)
        except botocore.exceptions.ClientError as error:
            self.refuse(error)

    def refuse(self, error):
        self.context.refuse(error.response["ResponseMetadata"]["HTTPStatusCode"],
                            error.response["Error"]["Message"])
        raise error

    def streamed(self, *messages, **more):
        """The blocks as one answer has them, and the usage."""
        blocks, usage = {}, None
        try:
            answer = self.client.converse_stream(modelId=self.model, messages=list(messages), **more)
        except botocore.exceptions.ClientError as error:
            self.refuse(error)
        for event in answer["stream"]:
            start, delta = event.get("contentBlockStart"), event.get("contentBlockDelta")
            if start:
                blocks[start["contentBlockIndex"]] = {
                    "toolUse": {**start["start"]["toolUse"], "input": ""}}
            if delta:
                piece = delta["delta"]
                block = blocks.setdefault(delta["contentBlockIndex"], {})
                if "text" in piece:
                    block["text"] = block.get("text", "") + piece["text"]
                if "toolUse" in piece:
                    block["toolUse"]["input"] += piece["toolUse"]["input"]
                if "reasoningContent" in piece:
                    text = block.setdefault("reasoningContent", {"reasoningText": {}})
                    for name, value in piece["reasoningContent"].items():
                        text["reasoningText"][name] = text["reasoningText"].get(name, "") + value
            usage = event.get("metadata", {}).get("usage", usage)
        for block in blocks.values():
            if "toolUse" in block:
                block["toolUse"]["input"] = json.loads(block["toolUse"]["input"] or "{}")
        return [blocks[index] for index in sorted(blocks)], usage

    def stream(self):
        blocks, usage = self.streamed(said(LONG))
        assert len(blocks[0]["text"]) == 800 and usage["outputTokens"] == 200

    def back(self, question, blocks, cities):
        calls = [block["toolUse"] for block in blocks if "toolUse" in block]
        assert [call["input"] for call in calls] == cities
        results = said(*({"toolResult": {"toolUseId": call["toolUseId"],
                                         "content": [{"text": "sunny"}]}} for call in calls))
        answer = self.create(said(question), {"role": "assistant", "content": blocks}, results,
                             toolConfig=TOOLS)
        assert answer["output"]["message"]["content"][0]["text"] == (
            "Results:" + "\nsunny" * len(cities))

    def tools(self):
        answer = self.create(said(ONE_CALL), toolConfig=TOOLS)
        self.back(ONE_CALL, answer["output"]["message"]["content"], CITIES[:1])

    def parallel_tools(self):
        self.back(TWO_CALLS, self.streamed(said(TWO_CALLS), toolConfig=TOOLS)[0], CITIES)

    def check_text(self, *content, **more):
        answer = self.create(said(*content), **more)
        assert answer["output"]["message"]["content"][-1]["text"] == TEXT

    def images(self):
        self.check_text("what", {"image": {"format": "png", "source": {
            "bytes": base64.b64decode(PNG)}}})
        self.context.check_reached(PNG)

    def documents(self):
        self.check_text("what", {"document": {"format": "pdf", "name": "a", "source": {
            "bytes": base64.b64decode(PDF)}}})
        self.context.check_reached(PDF)

    def thinking(self):
        question = said(marker(reasoning=THOUGHT))
        more = {"inferenceConfig": {"maxTokens": 4000}, "additionalModelRequestFields": {
            "thinking": {"type": "enabled", "budget_tokens": 1024}}}
        blocks, _ = self.streamed(question, **more)
        thoughts = [b["reasoningContent"]["reasoningText"] for b in blocks
                    if "reasoningContent" in b]
        if not thoughts:
            assert self.context.dropped(), "no thought, and nobody says why"
            return
        assert thoughts[0]["text"] == THOUGHT and thoughts[0]["signature"]
        self.create(question, {"role": "assistant", "content": blocks}, said("go on"), **more)
        self.context.check_reached(thoughts[0]["signature"])

    def caching(self):
        system = [{"text": MUCH}, {"cachePoint": {"type": "default"}}]
        for _ in range(2):
            usage = self.create(said("hi"), system=system)["usage"]
        assert usage["cacheReadInputTokens"] > 1000

    def structured_output(self):
        answer = self.create(said(JSON_ANSWER), outputConfig={"textFormat": {
            "type": "json_schema", "structure": {"jsonSchema": {
                "name": "place", "schema": json.dumps(SCHEMA)}}}})
        assert json.loads(answer["output"]["message"]["content"][0]["text"]) == {"city": "Tokyo"}
        if not self.context.dropped():
            self.context.check_reached("additionalProperties")

    def count(self):
        try:
            counted = self.client.count_tokens(modelId=self.model, input={"converse": {
                "messages": [said("hi")]}})["inputTokens"]
        except botocore.exceptions.ClientError as error:
            self.refuse(error)
        assert counted == self.create(said("hi"))["usage"]["inputTokens"]

    def errors(self):
        for call in (lambda: self.create(said(OVERLOADED)), lambda: self.streamed(said(BROKEN))):
            try:
                call()
            except (botocore.exceptions.ClientError,
                    botocore.exceptions.EventStreamError) as raised:
                assert "request req_" in str(raised)
            else:
                raise AssertionError("no error")
