"""Drives real coding agents headless: Cline CLI and Claude Code. Each run has a home, a data folder
and a working folder of its own, so that runs neither see each other nor the user's settings.

    result = run_cline(base_url, key, model, prompt, cwd=folder)          # …/v1
    result = run_claude_code(base_url, key, model, prompt, cwd=folder)    # without /v1
    result.code, result.text (what the user saw), result.stdout, result.stderr, result.seconds
"""

import dataclasses
import datetime
import json
import os
import pathlib
import subprocess
import tempfile
import time

from wire import PATIENCE

ROOT = pathlib.Path(__file__).resolve().parents[2]
CLIENTS = pathlib.Path(os.environ.get("SEKISHO_TEST_SDKS", ROOT / "build/test-clients/sdks"))
MODULES = CLIENTS / "node/node_modules"
CLINE = MODULES / "@cline/cli-linux-x64/bin/cline"
CLAUDE = MODULES / "@anthropic-ai/claude-code-linux-x64/claude"


@dataclasses.dataclass
class AgentRun:
    code: int
    text: str
    stdout: str
    stderr: str
    seconds: float


def environment_of(home, **more):
    """What an agent needs to run and nothing else: no keys or settings of whoever runs the test."""
    keep = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")
    return {**{name: os.environ[name] for name in keep if name in os.environ},
            "HOME": str(home), "NO_COLOR": "1", **more}


def run_process(command, cwd, environment, timeout, said=""):
    begin = time.monotonic()
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, timeout=timeout,
                          input=said, capture_output=True, text=True)
    return done, time.monotonic() - begin


def write_cline_settings(data_dir, provider, settings):
    """settings/providers.json: each provider needs updatedAt and tokenSource, or it is ignored."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="milliseconds")
    folder = pathlib.Path(data_dir) / "settings"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "providers.json").write_text(json.dumps({
        "version": 1, "lastUsedProvider": provider, "providers": {provider: {
            "settings": {"provider": provider, **settings},
            "updatedAt": now.replace("+00:00", "Z"), "tokenSource": "manual"}}}))


def run_cline(base_url, key, model, prompt, cwd, provider="openai-compatible", plan=False,
              timeout=120 * PATIENCE, settings=None):
    """provider: openai-compatible, litellm, anthropic (base_url with /v1), bedrock (see settings).
    `settings` are added to the provider's settings: {"aws": {…}} for bedrock."""
    with tempfile.TemporaryDirectory(prefix="cline-") as home:
        data = pathlib.Path(home) / "data"
        own = {"apiKey": key, "model": model, "baseUrl": base_url, **(settings or {})}
        write_cline_settings(data, provider, {k: v for k, v in own.items() if v is not None})
        command = [CLINE, "--data-dir", data, "--json", *(["-p"] if plan else []),
                   "-P", provider, "-m", model, prompt]
        done, seconds = run_process(command, cwd, environment_of(home), timeout)
    return AgentRun(done.returncode, done.stdout + done.stderr, done.stdout, done.stderr, seconds)


def run_claude_code(base_url, key, model, prompt, cwd, permission_mode="acceptEdits", bearer=True,
                    allowed_tools=("Write", "Read", "Edit", "Bash"), timeout=120 * PATIENCE, env=None):
    with tempfile.TemporaryDirectory(prefix="claude-") as home:
        command = [CLAUDE, "-p", prompt, "--output-format", "json", "--bare", "--model", model,
                   "--permission-mode", permission_mode, "--allowedTools", ",".join(allowed_tools)]
        environment = environment_of(
            home, ANTHROPIC_BASE_URL=base_url, CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC="1",
            DISABLE_AUTOUPDATER="1", ANTHROPIC_SMALL_FAST_MODEL="claude-haiku-4-5",
            **{"ANTHROPIC_AUTH_TOKEN" if bearer else "ANTHROPIC_API_KEY": key}, **(env or {}))
        done, seconds = run_process(command, cwd, environment, timeout)
    try:
        text = json.loads(done.stdout).get("result", done.stdout)
    except (ValueError, AttributeError):
        text = done.stdout + done.stderr
    return AgentRun(done.returncode, text, done.stdout, done.stderr, seconds)
