"""The programs under test as processes: simulated providers, `sekisho serve`, `sekisho demo`.
SEKISHO and SEKISHO_SIM name the binaries (default: the release build)."""

import contextlib
import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import threading

from wire import PATIENCE, call, wait_for

ROOT = pathlib.Path(__file__).resolve().parents[2]
SEKISHO = pathlib.Path(os.environ.get("SEKISHO", ROOT / "build/release/bin/sekisho"))
SIM = pathlib.Path(os.environ.get("SEKISHO_SIM", SEKISHO.parent / "sekisho-sim"))
ADMIN_KEY = "sk-e2e-administrator-0123456789abcdef"
MODELS = {
    "bedrock-claude-sonnet-4-6": ("bedrock", "us.anthropic.claude-sonnet-4-6"),
    "bedrock-nova-pro": ("bedrock", "amazon.nova-pro-v1:0"),
    "claude-sonnet-4-6": ("anthropic", "claude-sonnet-4-6"),
    "claude-haiku-4-5": ("anthropic", "claude-haiku-4-5"),
    "gpt-4.1-mini": ("openai", "gpt-4.1-mini"),
    "gpt-5.5": ("openai", "gpt-5.5"),
    "gemini-2.5-pro": ("gemini", "gemini-2.5-pro"),
    "gemini-3.8-flash": ("gemini", "gemini-3.8-flash"),
}


class ProviderPaths:
    """The simulator's own paths; `providers` is where they are."""
    providers: str

    def bill(self):
        return json.loads(call(self.providers + "/_sim/bill")[2])

    def scenario(self, scenario, times=1):
        status, _, body = call(self.providers + "/_sim/scenario",
                               body={"scenario": scenario, "times": times})
        assert status == 200, body

    def reset_providers(self):
        call(self.providers + "/_sim/reset", body={})

    def upstream_requests(self):
        return json.loads(call(self.providers + "/_sim/requests")[2])["requests"]


class Providers(ProviderPaths):
    """`sekisho-sim`."""

    def __init__(self, *options):
        self.process = subprocess.Popen([str(SIM), "--port", "0", "--json", *map(str, options)],
                                        stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.providers, self.tls_url = ready["url"], ready["tls_url"]
        self.keys = ready["keys"]

    def close(self):
        self.process.terminate()
        self.process.wait(timeout=10 * PATIENCE)


class Books(ProviderPaths):
    """What a data directory holds: ledger entries and trace records."""
    data: pathlib.Path

    def query(self, file, sql):
        with contextlib.closing(sqlite3.connect(f"file:{self.data / file}?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            return [dict(row) for row in db.execute(sql)]

    def entries(self, at_least=0):
        """The ledger's entries, once the books have them."""
        rows = []

        def enough():
            rows[:] = self.query("sekisho.db", "SELECT hex(request) AS request, * FROM ledger_entry")
            return len(rows) >= at_least
        wait_for(enough, f"{at_least} ledger entries")
        return [row | {"settlement": ["reported", "partial", "estimated", "reserved"][
            row["settlement"]]} for row in rows]

    def calls(self, at_least=0):
        """The trace records, oldest first."""
        words = ("client", "dialect", "operation", "settlement", "outcome", "stop_reason")
        columns = ", ".join(f"(SELECT text FROM word WHERE word.id = call.{word}) AS {word}_text"
                            for word in words)
        rows = []

        def enough():
            rows[:] = self.query("traces.db", f"SELECT *, {columns} FROM call ORDER BY id")
            return len(rows) >= at_least
        wait_for(enough, f"{at_least} trace records")
        return [row | {word: row[word + "_text"] for word in words} for row in rows]


class Program(Books):
    """A running gateway: `url`, `key` for calls, `log` with everything it wrote to standard error."""
    process: subprocess.Popen
    url: str
    key: str

    def _watch(self, file):
        self.log = pathlib.Path(file)
        self._log_file = open(file, "ab", buffering=0)

    def post(self, path, body, key=None, **more):
        return call(self.url + path, key or self.key, body, **more)

    def get(self, path, key=None):
        return call(self.url + path, key or self.key)

    def make_key(self, alias, **fields):
        """A new virtual key: (id, text)."""
        status, _, body = call(self.url + "/api/v1/keys", self.admin, {"alias": alias, **fields})
        assert status == 201, body
        made = json.loads(body)
        return made["virtual_key"]["id"], made["key"]

    def change_key(self, number, action, **fields):
        """block, unblock, delete, or change of fields."""
        method = {"delete": "DELETE", "change": "PATCH"}.get(action, "POST")
        path = f"/api/v1/keys/{number}" + (f"/{action}" if method == "POST" else "")
        status, _, body = call(self.url + path, self.admin, fields or None, method)
        assert status in (200, 204), body

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(timeout=20 * PATIENCE)

    def stop(self, patience=60 * PATIENCE):
        """The exit code of a graceful stop."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=patience)

    def close(self):
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self.process.stdout.close()
            self._log_file.close()


class Demo(Program):
    def __init__(self, folder, language="en_US.UTF-8"):
        self.data = pathlib.Path(folder) / "data"
        self._watch(pathlib.Path(folder) / "demo.log")
        self.process = subprocess.Popen(
            [str(SEKISHO), "demo", "--json", "--port", "0", "--data-dir", str(self.data)],
            stdout=subprocess.PIPE, stderr=self._log_file, text=True,
            env={**os.environ, "LC_ALL": language})
        line = self.process.stdout.readline()
        assert line, self.log.read_text()
        ready = json.loads(line)
        self.url = ready["url"]
        self.key = ready["developer_key"]
        self.admin = ready["administrator_key"]
        self.aws = {"id": ready["developer_aws_access_key_id"],
                    "secret": ready["developer_aws_secret_access_key"]}
        self.providers = ready["providers_url"]


def make_config(providers, data, **changes):
    """A configuration (YAML takes JSON) that buys from the simulated providers."""
    config = {
        "listen": "127.0.0.1:0",
        "data_directory": str(data),
        "language": "en",
        "organisation": "Example",
        "administrator_key": "env:SEKISHO_ADMIN",
        "upstreams": [
            {"name": "bedrock", "kind": "bedrock", "region": "us-east-1",
             "endpoint": providers.providers + "/bedrock",
             "access_key_id": "env:SIM_AWS_ID", "secret_access_key": "env:SIM_AWS_SECRET"},
            {"name": "anthropic", "kind": "anthropic", "endpoint": providers.providers + "/anthropic",
             "api_key": "env:SIM_ANTHROPIC"},
            {"name": "openai", "kind": "openai", "endpoint": providers.providers + "/openai/v1",
             "api_key": "env:SIM_OPENAI", "max_tokens_field": "max_completion_tokens"},
            {"name": "gemini", "kind": "gemini", "endpoint": providers.providers + "/gemini",
             "api_key": "env:SIM_GEMINI"},
        ],
        "models": [{"name": name, "deployments": [{"upstream": upstream, "model": model}]}
                   for name, (upstream, model) in MODELS.items()],
        "log": {"format": "json", "level": "debug"},
    }
    config.update(changes)
    return config


class Gateway(Program):
    """`sekisho serve` on a data directory that outlives the process."""

    def __init__(self, folder, providers, start=True, wrap=(), **changes):
        self.folder = pathlib.Path(folder)
        self.data = pathlib.Path(changes.pop("data_directory", self.folder / "data"))
        self.providers = providers.providers
        self.config = make_config(providers, self.data, **changes)
        self.file = self.folder / "sekisho.yaml"
        self.wrap = list(wrap)
        keys = providers.keys
        self.environment = {
            **os.environ, "LC_ALL": "C.UTF-8", "SEKISHO_ADMIN": ADMIN_KEY,
            "SIM_AWS_ID": keys["aws"][0]["access_key_id"],
            "SIM_AWS_SECRET": keys["aws"][0]["secret_access_key"],
            "SIM_ANTHROPIC": keys["anthropic"][0], "SIM_OPENAI": keys["openai"][0],
            "SIM_GEMINI": keys["gemini"][0]}
        self.key = self.admin = ADMIN_KEY
        self._watch(self.folder / "serve.log")
        if start:
            self.start()

    def write_config(self):
        self.file.write_text(json.dumps(self.config, indent=1))

    def launch(self):
        """Starts the process without waiting for it to listen."""
        self.write_config()
        self._log_from = self.log.stat().st_size
        self.process = subprocess.Popen(
            self.wrap + [str(SEKISHO), "serve", "--config", str(self.file)],
            stdout=subprocess.PIPE, stderr=self._log_file, text=True, env=self.environment)

    def start(self):
        self.launch()
        self.url = self.wait_log("listening")["url"]

    def restart(self):
        self.process.stdout.close()
        self.start()

    def log_lines(self):
        """The structured lines since the last start."""
        with open(self.log, "rb") as log:
            log.seek(self._log_from)
            lines = log.read().decode().splitlines()
        return [json.loads(line) for line in lines if line.startswith("{") and line.endswith("}")]

    def wait_log(self, event, seconds=30):
        def found():
            for line in self.log_lines():
                if line.get("message") == event:
                    return line
            assert self.process.poll() is None, self.log.read_text()[-4000:]
            return None
        return wait_for(found, f"log line '{event}'", seconds)


def run_sekisho(*arguments, env=None, timeout=60 * PATIENCE):
    """A command that ends by itself: (exit code, standard output, standard error)."""
    done = subprocess.run([str(SEKISHO), *map(str, arguments)], capture_output=True, text=True,
                          timeout=timeout, env={**os.environ, "LC_ALL": "C.UTF-8", **(env or {})})
    return done.returncode, done.stdout, done.stderr


def books_equal_bill(program):
    """The law: every call that the providers bill is one ledger entry of the same amount."""
    bill = program.bill()
    entries = program.entries(bill["count"])
    assert len(entries) == bill["count"]
    assert len({entry["request"] for entry in entries}) == len(entries)
    assert sum(entry["cost"] for entry in entries) == bill["total_nano_usd"]
    return bill
