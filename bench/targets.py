"""What is measured: the mock alone, nginx as a bare proxy, and the gateway with everything on."""
import json
import os
import pathlib
import secrets
import shutil
import time
import urllib.error
import urllib.request

from processes import Server, free_port

GATEWAY_CORE, LOAD_CORE = 0, 1

NGINX_CONF = """\
daemon off;
user root;
worker_processes 1;
pid {folder}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  keepalive_requests 100000000;
  client_max_body_size 64m;
  client_body_buffer_size 2m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  tcp_nodelay on;
  upstream mock {{
    server 127.0.0.1:{mock};
    keepalive 128;
    keepalive_requests 100000000;
  }}
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  server {{
    listen 127.0.0.1:{plain};
    location / {{ proxy_pass http://mock; }}
  }}
  server {{
    listen 127.0.0.1:{stream};
    location / {{ proxy_pass http://mock; proxy_buffering off; }}
  }}
}}
"""

GATEWAY_CONF = """\
listen: 127.0.0.1:{port}
data_directory: {folder}/data
workers: 1
language: en
administrator_key: env:SEKISHO_BENCH_ADMIN_KEY
upstreams:
  - name: mock
    kind: openai
    endpoint: http://127.0.0.1:{mock}/v1
    api_key: env:SEKISHO_BENCH_UPSTREAM_KEY
  - name: bedrock
    kind: bedrock
    endpoint: http://127.0.0.1:{mock}
    region: us-east-1
    access_key_id: env:SEKISHO_BENCH_UPSTREAM_KEY
    secret_access_key: env:SEKISHO_BENCH_UPSTREAM_KEY
models:
{models}guardrails:
  secrets:
    enabled: true
    mode: redact
log:
  level: warning
"""

GATEWAY_MODEL = """\
  - name: {name}
    context_window: 2000000
    max_output: 4096
    deployments:
      - upstream: {upstream}
        model: {name}
        prices: {{input: "2.50", output: "10", cache_read: "0.25"}}
"""

MODELS = {"bench": "mock", "bench-pace": "mock", "bench-converse": "bedrock"}


class Target:
    """Ports to send load to, the key to send, and the server whose cost counts (or None)."""

    def __init__(self, name, server, plain_port, stream_port, key="none"):
        self.name, self.server, self.key = name, server, key
        self.plain_port, self.stream_port = plain_port, stream_port


def start_mock(binaries, folder):
    port = free_port()
    return Server("mock", [binaries / "sekisho-bench-mock", "--port", port], port, LOAD_CORE,
                  folder / "mock.log")


def start_nginx(mock, folder):
    binary = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if not binary:
        raise RuntimeError("nginx is not installed (apt-get install nginx-light)")
    home = folder / "nginx"
    home.mkdir(exist_ok=True)
    plain, stream = free_port(), free_port()
    conf = home / "nginx.conf"
    conf.write_text(NGINX_CONF.format(folder=home, mock=mock.port, plain=plain, stream=stream))
    server = Server("nginx", [binary, "-p", home, "-c", conf], plain, GATEWAY_CORE,
                    folder / "nginx.log")
    return Target("nginx", server, plain, stream)


def start_gateway(mock, folder, binaries):
    """The product as an organisation would run it: a key under four budgets (key, team,
    department, organisation), requests and tokens per minute, secrets guard, journal, traces."""
    binary = binaries / "sekisho"
    home = folder / "sekisho"
    shutil.rmtree(home, ignore_errors=True)
    home.mkdir(parents=True)
    port = free_port()
    models = "".join(GATEWAY_MODEL.format(name=name, upstream=upstream)
                     for name, upstream in MODELS.items())
    conf = home / "sekisho.yaml"
    conf.write_text(GATEWAY_CONF.format(port=port, folder=home, mock=mock.port, models=models))
    admin_key = "sk-" + secrets.token_urlsafe(32)
    env = dict(os.environ, SEKISHO_BENCH_ADMIN_KEY=admin_key,
               SEKISHO_BENCH_UPSTREAM_KEY="bench-upstream")
    server = Server("sekisho", [binary, "serve", "--config", conf], port, GATEWAY_CORE,
                    folder / "sekisho.log", env)
    try:
        return Target("sekisho", server, port, port, issue_governed_key(port, admin_key))
    except Exception:
        server.stop()
        raise


def issue_governed_key(port, admin_key):
    api = Api(port, admin_key)
    api.wait_until_ready()
    limits = {"budget": "1000000", "window": "month", "requests_per_minute": 100_000_000,
              "tokens_per_minute": 1_000_000_000_000}
    organisation = api.call("GET", "/api/v1/organisations")["organisations"][0]["id"]
    api.call("PATCH", f"/api/v1/organisations/{organisation}", limits)
    department = api.call("POST", "/api/v1/units",
                          {"name": "Engineering", "kind": "department", **limits})["id"]
    team = api.call("POST", "/api/v1/units",
                    {"name": "Platform", "parent": department, **limits})["id"]
    return api.call("POST", "/api/v1/keys", {"alias": "bench", "unit": team, **limits})["key"]


class Api:
    def __init__(self, port, key):
        self.base, self.key = f"http://127.0.0.1:{port}", key

    def call(self, method, path, body=None):
        request = urllib.request.Request(
            self.base + path, method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            detail = error.read().decode(errors="replace")
            raise RuntimeError(f"{method} {path}: {error.code} {detail}") from error

    def wait_until_ready(self, seconds=20):
        deadline = time.monotonic() + seconds
        while True:
            try:
                urllib.request.urlopen(self.base + "/health/ready", timeout=5).close()
                return
            except (urllib.error.URLError, ConnectionError):
                if time.monotonic() > deadline:
                    raise RuntimeError("the gateway does not become ready") from None
                time.sleep(0.05)


def direct(mock):
    return Target("direct", None, mock.port, mock.port)


def default_binaries(root):
    return pathlib.Path(root) / "build" / "release" / "bin"
