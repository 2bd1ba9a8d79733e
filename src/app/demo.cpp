#include <fmt/format.h>

#include <cstdio>
#include <mutex>

#include "app/commands.h"
#include "app/demo_world.h"
#include "app/stop_signal.h"
#include "wire/json_writer.h"

namespace sekisho::app {
namespace {

std::string ready_json(const ServerProcess& server, const DemoProviders& providers,
                       const DemoKeys& keys, const std::string& directory) {
  std::string out;
  wire::JsonWriter w(out);
  w.begin_object();
  w.field("url", server.url()).field("base_url", server.url() + "/v1");
  w.field("providers_url", providers.url());
  w.field("administrator_key", keys.administrator).field("developer_key", keys.developer);
  w.field("developer_aws_access_key_id", keys.aws_access_key_id);
  w.field("developer_aws_secret_access_key", keys.aws_secret_access_key);
  w.field("data_directory", directory);
  w.end_object();
  return out;
}

std::string screen(const ServerProcess& server, const DemoKeys& keys, const std::string& directory,
                   bool japanese) {
  auto url = server.url();
  auto text = japanese ? R"(
関所 Sekisho デモ（プロバイダーはシミュレーションです。実際の課金はありません）

  ベース URL          {url}/v1
  開発者の仮想キー    {dev}   （予算 $5.00／月）
  管理者キー          {admin}
  データの保存先      {dir}

Cline（API Provider: OpenAI Compatible）
  Base URL {url}/v1   API Key {dev}
  Model ID bedrock-claude-sonnet-4-6
Cline（API Provider: LiteLLM）
  Base URL {url}   API Key {dev}   Model bedrock-claude-sonnet-4-6
Claude Code
  ANTHROPIC_BASE_URL={url} ANTHROPIC_AUTH_TOKEN={dev} claude --model claude-sonnet-4-6
  （Bedrock の場合: --model bedrock-claude-sonnet-4-6）
AWS SDK（boto3 など、Bedrock ランタイム）
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME={url} AWS_REGION=us-east-1
  AWS_ACCESS_KEY_ID={aws_id} AWS_SECRET_ACCESS_KEY={aws_secret}
curl
  curl {url}/v1/chat/completions -H 'Authorization: Bearer {dev}' \
    -H 'Content-Type: application/json' \
    -d '{{"model":"bedrock-claude-sonnet-4-6","messages":[{{"role":"user","content":"こんにちは"}}]}}'

Ctrl-C で終了します。以下、リクエストごとに 1 行表示します。
)"
                       : R"(
Sekisho demo (the providers are simulated; nothing is charged)

  Base URL                {url}/v1
  Developer's virtual key {dev}   (budget $5.00 a month)
  Administrator key       {admin}
  Data is kept in         {dir}

Cline (API Provider: OpenAI Compatible)
  Base URL {url}/v1   API Key {dev}
  Model ID bedrock-claude-sonnet-4-6
Cline (API Provider: LiteLLM)
  Base URL {url}   API Key {dev}   Model bedrock-claude-sonnet-4-6
Claude Code
  ANTHROPIC_BASE_URL={url} ANTHROPIC_AUTH_TOKEN={dev} claude --model claude-sonnet-4-6
  (from Bedrock: --model bedrock-claude-sonnet-4-6)
AWS SDKs (boto3 and others, Bedrock runtime)
  AWS_ENDPOINT_URL_BEDROCK_RUNTIME={url} AWS_REGION=us-east-1
  AWS_ACCESS_KEY_ID={aws_id} AWS_SECRET_ACCESS_KEY={aws_secret}
curl
  curl {url}/v1/chat/completions -H 'Authorization: Bearer {dev}' \
    -H 'Content-Type: application/json' \
    -d '{{"model":"bedrock-claude-sonnet-4-6","messages":[{{"role":"user","content":"hello"}}]}}'

Ctrl-C stops it. One line per request follows.
)";
  return fmt::format(fmt::runtime(text), fmt::arg("url", url), fmt::arg("dev", keys.developer),
                     fmt::arg("admin", keys.administrator), fmt::arg("dir", directory),
                     fmt::arg("aws_id", keys.aws_access_key_id),
                     fmt::arg("aws_secret", keys.aws_secret_access_key));
}

std::string verdict_text(const trace::CallRecord& record) {
  if (record.outcome == "refused") return "refused " + record.refusal;
  if (record.scanned_request_bytes < 0) return "not scanned";
  if (record.verdicts.empty()) return "clean";
  std::string out;
  for (const auto& verdict : record.verdicts) {
    out += (out.empty() ? "" : " ") + verdict.mode + ":" + verdict.rule;
  }
  return out;
}

void live_line(const trace::CallRecord& record, const gateway::CallFinish& finish) {
  static std::mutex mutex;
  auto line = fmt::format("{:<16} {:<28} {:>7} in {:>6} out  {:>12}  {:<10} {:>6} ms  {}\n",
                          finish.key_name, finish.model.empty() ? "-" : finish.model,
                          record.usage.prompt(), record.usage.output, record.cost.display(),
                          record.outcome, record.last_byte_us / 1000, verdict_text(record));
  std::lock_guard lock(mutex);
  std::fputs(line.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace

int demo(const DemoCommand& command) {
  StopSignal signals;
  bool japanese = japanese_locale();
  auto directory = command.data_directory.empty() ? "sekisho-demo" : command.data_directory;
  auto providers = DemoProviders::start();
  if (!providers) return complain(providers.error().detail);
  auto config = demo_config(directory, command.port, (*providers)->url(), japanese);
  ServerProcess::Options options;
  options.live = command.json ? LiveLine([](const auto&, const auto&) {}) : LiveLine(live_line);
  auto server = ServerProcess::start(std::move(config), std::move(options));
  if (!server) return complain(server.error().detail);
  auto keys = make_demo_organisation(**server, directory, japanese);
  if (!keys) return complain(keys.error().detail);
  auto text = command.json ? ready_json(**server, **providers, *keys, directory) + "\n"
                           : screen(**server, *keys, directory, japanese);
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
  while (signals.wait() != StopSignal::Kind::kStop) {
  }
  (*server)->stop();
  return 0;
}

}  // namespace sekisho::app
