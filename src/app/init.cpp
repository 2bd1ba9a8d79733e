#include <fmt/format.h>

#include <cstdio>
#include <filesystem>

#include "app/commands.h"
#include "app/private_file.h"
#include "app/server_process.h"
#include "identity/identity_store.h"
#include "identity/schema.h"

namespace sekisho::app {
namespace {

constexpr std::string_view kTemplate =
    R"(# Sekisho configuration. Every key: docs/configuration.md. Unknown keys are errors.
# Secrets are references only: env:NAME or file:PATH.

listen: 127.0.0.1:4000
data_directory: {data}
language: {language}            # ja | en: messages where nothing else says
time_zone: Asia/Tokyo   # of budget windows
organisation: Default

upstreams:
  # Amazon Bedrock: credentials from the environment, a profile, keys, or a Bedrock API key.
  # - name: bedrock-tokyo
  #   kind: bedrock
  #   region: ap-northeast-1
  #   profile: default
  #   # api_key: env:AWS_BEARER_TOKEN_BEDROCK
  #   # access_key_id: env:AWS_ACCESS_KEY_ID
  #   # secret_access_key: env:AWS_SECRET_ACCESS_KEY
  # - name: anthropic
  #   kind: anthropic
  #   api_key: env:ANTHROPIC_API_KEY
  # - name: local
  #   kind: openai                       # OpenAI and everything compatible: vLLM, Ollama …
  #   endpoint: http://127.0.0.1:8000/v1
  #   api_key: file:/etc/sekisho/local.key

models:
  # - name: claude-sonnet-4-6            # the name clients ask for
  #   deployments:
  #     - upstream: bedrock-tokyo
  #       model: jp.anthropic.claude-sonnet-4-6
  # - name: local-coder
  #   context_window: 131072
  #   max_output: 8192
  #   deployments:
  #     - upstream: local
  #       model: qwen3-coder
  #       prices: {{input: "0", output: "0"}}   # USD per million tokens

guardrails:
  secrets:
    mode: redact        # detect | redact | block | off

capture: "off"          # off | redacted | full: contents of calls in traces
)";

// As YAML writes it.
std::string in_quotes(std::string_view path) {
  std::string out = "'";
  for (char c : path) out += c == '\'' ? "''" : std::string(1, c);
  return out + "'";
}

}  // namespace

int init(const InitCommand& command) {
  std::error_code error;
  std::filesystem::create_directories(command.directory, error);
  if (error) return complain("cannot create '" + command.directory + "': " + error.message());
  auto path = command.directory + "/sekisho.yaml";
  if (std::filesystem::exists(path)) return complain("'" + path + "' exists already");
  bool japanese = japanese_locale();
  auto data =
      std::filesystem::weakly_canonical(command.directory, error).string() + "/sekisho-data";
  auto text = fmt::format(kTemplate, fmt::arg("data", in_quotes(data)),
                          fmt::arg("language", japanese ? "ja" : "en"));
  auto config = parse_config(text, path, process_environment);
  if (!config) return complain(config.error().detail);
  config->log_level = "error";
  config->listen = "127.0.0.1:0";  // only to create the data; nobody connects
  config->workers = 1;
  auto server = ServerProcess::start(*std::move(config), {});
  if (!server) return complain(server.error().detail);
  auto key = (*server)->new_administrator_key();
  (*server)->stop();
  if (auto written = write_private_file(path, text); !written) {
    return complain(written.error().detail);
  }
  std::printf(japanese ? "設定を %s に書きました。\n" : "Wrote %s.\n", path.c_str());
  if (key) {
    std::printf(japanese ? "管理者キー（一度だけ表示します）: %s\n"
                         : "Administrator key (shown once): %s\n",
                key->c_str());
  } else {
    std::printf(japanese ? "管理者キーは以前に発行済みです。\n"
                         : "An administrator key exists already.\n");
  }
  std::printf(japanese ? "次に: sekisho doctor --config %s、sekisho serve --config %s\n"
                       : "Next: sekisho doctor --config %s; sekisho serve --config %s\n",
              path.c_str(), path.c_str());
  return 0;
}

}  // namespace sekisho::app
