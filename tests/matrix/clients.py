"""The matrix as data: clients, providers behind the gateway, and which client runs against which.
A pair is one line of RUNS; what is not served yet is not listed."""

import dataclasses
import functools
from collections.abc import Callable

import drivers
from agents import run_claude_code, run_cline

# What a call asks for by the gateway's name; `sells` is the dialect that the provider is asked in.
PROVIDERS = {
    "bedrock_claude": ("Claude on Bedrock", "bedrock-claude-sonnet-4-6"),
    "openai": ("OpenAI", "gpt-5.5"),
    "nova": ("Nova on Bedrock", "bedrock-nova-pro"),
    "anthropic": ("Anthropic", "claude-sonnet-4-6"),
    "gemini": ("Gemini", "gemini-3.8-flash"),
}

FEATURES = {
    "stream": "stream", "tools": "tools", "parallel_tools": "parallel tools", "images": "images",
    "documents": "documents", "thinking": "thinking", "caching": "caching",
    "structured_output": "structured output", "count": "count", "errors": "errors"}


@dataclasses.dataclass(frozen=True)
class Client:
    name: str                  # as people call it
    dialect: str               # whose feature tests hold for it
    run: Callable | None = None     # run(base_url, key, model, prompt, cwd); None: an SDK
    detected: str = ""         # what traces call it
    one_session: bool = True   # all calls of a run bear one session
    looks_around: bool = False  # asks for newer models first, which the gateway answers for nothing
    most_refused: int = 1      # calls that a refused prompt may make
    page: str = ""             # docs/clients/PAGE.md


def _cline(provider, suffix="/v1"):
    def run(base_url, key, model, prompt, cwd):
        return run_cline(base_url + suffix, key, model, prompt, cwd, provider)
    return run


def _cline_bedrock(base_url, key, model, prompt, cwd):
    return run_cline(None, key, model, prompt, cwd, "bedrock", settings={"aws": {
        "region": "us-east-1", "endpoint": base_url, "authentication": "api-key"}})


def _claude_bedrock(base_url, key, model, prompt, cwd):
    return run_claude_code(base_url, "unused", model, prompt, cwd, env={
        "CLAUDE_CODE_USE_BEDROCK": "1", "ANTHROPIC_BEDROCK_BASE_URL": base_url,
        "AWS_REGION": "us-east-1", "AWS_BEARER_TOKEN_BEDROCK": key})


CLIENTS = {
    "cline": Client("Cline (OpenAI Compatible)", "chat", _cline("openai-compatible"), "cline",
                    page="cline"),
    "cline_litellm": Client("Cline (LiteLLM)", "chat", _cline("litellm"), "cline", page="cline"),
    "cline_gemini": Client("Cline (Gemini)", "gemini", _cline("gemini", ""), "cline", page="cline"),
    "gemini_cli": Client("Gemini CLI", "gemini", drivers.run_gemini_cli, "gemini_cli",
                         page="gemini-cli"),
    "claude_code": Client("Claude Code", "messages", run_claude_code, "claude_code",
                          page="claude-code"),
    "opencode": Client("opencode", "chat", drivers.run_opencode, "opencode", most_refused=3,
                       page="opencode"),
    "qwen_code": Client("Qwen Code", "chat", drivers.run_qwen_code, "qwen_code", page="qwen-code"),
    "continue": Client("Continue", "chat", drivers.run_continue, "continue", page="continue"),
    "cline_bedrock": Client("Cline (Bedrock)", "converse", _cline_bedrock, "cline", page="cline"),
    "claude_code_bedrock": Client("Claude Code (Bedrock mode)", "invoke", _claude_bedrock,
                                  "claude_code", looks_around=True, page="claude-code"),
    "aws_sdk": Client("AWS SDK", "converse", page="aws-sdk"),
    "openai_sdk": Client("OpenAI SDK", "chat", page="openai-sdk"),
    "anthropic_sdk": Client("Anthropic SDK", "messages", page="anthropic-sdk"),
}

RUNS = [
    ("cline_gemini", "gemini"),
    ("gemini_cli", "gemini"),
    ("gemini_cli", "bedrock_claude"),
    ("gemini_cli", "anthropic"),
    ("cline", "gemini"),
    ("claude_code", "gemini"),
    ("cline", "bedrock_claude"),
    ("cline", "openai"),
    ("cline", "nova"),
    ("cline_litellm", "bedrock_claude"),
    ("cline_litellm", "openai"),
    ("cline_litellm", "nova"),
    ("claude_code", "anthropic"),
    ("claude_code", "bedrock_claude"),
    ("claude_code", "nova"),
    ("opencode", "anthropic"),
    ("qwen_code", "anthropic"),
    ("continue", "anthropic"),
    ("cline", "anthropic"),
    ("cline_bedrock", "bedrock_claude"),
    ("cline_bedrock", "nova"),
    ("claude_code_bedrock", "bedrock_claude"),
    ("opencode", "bedrock_claude"),
    ("opencode", "openai"),
    ("opencode", "nova"),
    ("qwen_code", "bedrock_claude"),
    ("qwen_code", "openai"),
    ("qwen_code", "nova"),
    ("continue", "bedrock_claude"),
    ("continue", "openai"),
    ("continue", "nova"),
]

# Continue asks for OpenAI's reasoning models by Responses, for the others by chat completions.
MODELS = {("continue", "openai"): "gpt-4.1-mini"}

# Dialects whose SDK asks for every feature, and the providers that it asks.
DIALECTS = {
    "chat": ("bedrock_claude", "openai", "nova", "anthropic"),
    "messages": ("anthropic", "bedrock_claude", "nova"),
    "converse": ("bedrock_claude", "nova"),
    "invoke": ("bedrock_claude",),
}


def model_of(client, provider):
    return MODELS.get((client, provider), PROVIDERS[provider][1])


@functools.cache
def described():
    """What the page needs besides the cells."""
    return {"providers": {key: name for key, (name, _) in PROVIDERS.items()}, "features": FEATURES,
            "clients": {key: {"name": c.name, "dialect": c.dialect, "page": c.page,
                              "agent": c.run is not None} for key, c in CLIENTS.items()}}
