"""TLS on both sides: our own listener, with a certificate that a reload replaces, and providers
behind a private authority, which is verified."""

import http.client
import signal
import socket
import ssl
import subprocess

import pytest

from servers import Gateway, Providers, books_equal_bill
from wire import Stream, chat, events, marker, message, wait_for


def make_certificate(folder, name):
    cert, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
         "-keyout", str(key), "-out", str(cert)], check=True, capture_output=True)
    return cert, key


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def get(port, path, key, cert):
    context = ssl.create_default_context(cafile=str(cert))
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=20)
    connection.request("GET", path, headers={"authorization": "Bearer " + key})
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


@pytest.fixture(scope="module")
def first(tmp_path_factory):
    return make_certificate(tmp_path_factory.mktemp("tls"), "first")


def test_listener_and_new_certificate(make_gateway, tmp_path, first):
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"

    def install(pair):
        cert.write_bytes(pair[0].read_bytes())
        key.write_bytes(pair[1].read_bytes())
    install(first)
    port = free_port()
    gateway = make_gateway(tls={"listen": f"127.0.0.1:{port}", "certificate_file": str(cert),
                                "key_file": str(key)})
    assert get(port, "/v1/models", gateway.key, first[0])[0] == 200
    second = make_certificate(tmp_path, "second")
    install(second)
    gateway.process.send_signal(signal.SIGHUP)
    gateway.wait_log("reloaded")
    assert get(port, "/v1/models", gateway.key, second[0])[0] == 200
    with pytest.raises(ssl.SSLCertVerificationError):
        get(port, "/v1/models", gateway.key, first[0])
    # Plain HTTP on the TLS port gets nothing, and harms nothing.
    with socket.create_connection(("127.0.0.1", port), timeout=20) as peer:
        peer.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n")
        assert b"HTTP/1.1 200" not in peer.recv(4096)
    assert get(port, "/v1/models", gateway.key, second[0])[0] == 200


def test_a_reload_that_fails_takes_nothing_over(make_gateway, tmp_path, first):
    """Neither at once nor with the next change through the API."""
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    cert.write_bytes(first[0].read_bytes())
    key.write_bytes(first[1].read_bytes())
    port = free_port()
    gateway = make_gateway(tls={"listen": f"127.0.0.1:{port}", "certificate_file": str(cert),
                                "key_file": str(key)})
    assert gateway.wait_log("listening")["tls_url"].endswith(f":{port}")
    cert.write_text("no certificate")
    gateway.config["guardrails"] = {"secrets": {"mode": "block"}}
    gateway.config["models"].append({**gateway.config["models"][0], "name": "brand-new"})
    gateway.write_config()
    gateway.process.send_signal(signal.SIGHUP)
    assert "no readable PEM certificate" in gateway.wait_log("reload_failed")["detail"]
    from secrets_made import github_token
    from wire import chat
    gateway.make_key("somebody")
    assert gateway.post("/v1/chat/completions", chat(model="brand-new"))[0] == 404
    assert gateway.post("/v1/chat/completions", chat(f"mine is {github_token(3)}"))[0] == 200
    assert get(port, "/v1/models", gateway.key, first[0])[0] == 200


@pytest.fixture
def tls_providers(first):
    providers = Providers("--tls", first[0], first[1])
    yield providers
    providers.close()


def upstreams(providers, **more):
    url = providers.tls_url
    return [{"name": "bedrock", "kind": "bedrock", "region": "us-east-1", "endpoint": url + "/bedrock",
             "access_key_id": "env:SIM_AWS_ID", "secret_access_key": "env:SIM_AWS_SECRET", **more},
            {"name": "anthropic", "kind": "anthropic", "endpoint": url + "/anthropic",
             "api_key": "env:SIM_ANTHROPIC", **more},
            {"name": "openai", "kind": "openai", "endpoint": url + "/openai/v1",
             "api_key": "env:SIM_OPENAI", **more},
            {"name": "gemini", "kind": "gemini", "endpoint": url + "/gemini",
             "api_key": "env:SIM_GEMINI", **more}]


def test_providers_behind_a_private_authority(tmp_path, tls_providers, first):
    gateway = Gateway(tmp_path, tls_providers,
                      upstreams=upstreams(tls_providers, ca_file=str(first[0])))
    text = marker(scenario="long", tokens=500, chunk=8)
    for path, body in (("/v1/chat/completions", chat(text)),
                       ("/v1/chat/completions", chat(text, "bedrock-claude-sonnet-4-6")),
                       ("/v1/messages", message(text))):
        stream = Stream(gateway.url, gateway.key, path, body | {"stream": True})
        seen = events(stream.rest())
        assert not stream.cut and len(seen) > 250
        assert gateway.post(path, body)[0] == 200
    books_equal_bill(gateway)
    stream = Stream(gateway.url, gateway.key, "/v1/messages", message(
        marker(scenario="long", tokens=900, pace=100), stream=True))
    assert stream.some()
    stream.leave()
    wait_for(lambda: gateway.bill()["count"] == 7, "the provider to see the client gone")
    assert gateway.stop() == 0


def test_unknown_authority_is_refused(tmp_path, tls_providers):
    gateway = Gateway(tmp_path, tls_providers, upstreams=upstreams(tls_providers))
    status, _, body = gateway.post("/v1/messages", message())
    assert status == 502 and "certificate" in body
    assert gateway.bill()["count"] == 0 and gateway.stop() == 0
