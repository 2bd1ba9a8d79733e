#include "wire/dialect.h"

#include <array>

#include "http/percent.h"

namespace sekisho::wire {
namespace {

struct Path {
  std::string_view method, path;
  Operation operation;
};

constexpr std::array kPaths{
    Path{"POST", "/chat/completions", Operation::kChatCompletions},
    Path{"POST", "/messages", Operation::kMessages},
    Path{"POST", "/messages/count_tokens", Operation::kCountTokens},
    Path{"GET", "/models", Operation::kListModels},
    Path{"GET", "/model/info", Operation::kModelInfo},
};

// How user agents begin or what they hold, in order of precedence; as the real clients sent it.
// Cline's current generation is the Vercel AI SDK and says only that ("ai-sdk/openai-compatible/…
// runtime/bun"); other AI SDK programs react to refusals in the same way, so they share its row.
struct Sign {
  std::string_view text;
  bool at_start;
  ClientKind client;
};

constexpr std::array kSigns{
    Sign{"claude-cli/", true, ClientKind::kClaudeCode},
    Sign{"opencode", false, ClientKind::kOpencode},
    Sign{"codex", true, ClientKind::kCodex},
    Sign{"GeminiCLI", true, ClientKind::kGeminiCli},
    Sign{"Cline/", false, ClientKind::kCline},
    Sign{"ai-sdk/", false, ClientKind::kCline},
    Sign{"OpenAI/", true, ClientKind::kOpenAiSdk},
    Sign{"AsyncOpenAI/", true, ClientKind::kOpenAiSdk},
    Sign{"Anthropic/", true, ClientKind::kAnthropicSdk},
    Sign{"AsyncAnthropic/", true, ClientKind::kAnthropicSdk},
    Sign{"curl/", true, ClientKind::kCurl},
};

// The next segment of `path`, empty segments skipped; "" at the end.
std::string_view next_segment(std::string_view& path) {
  while (path.starts_with('/')) path.remove_prefix(1);
  std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool same_segments(std::string_view path, std::string_view wanted) {
  while (true) {
    std::string_view a = next_segment(path), b = next_segment(wanted);
    if (a != b) return false;
    if (a.empty()) return true;
  }
}

// The path without its query and the versions in front.
std::string_view without_version(std::string_view raw_path) {
  std::string_view path = raw_path.substr(0, raw_path.find('?'));
  for (std::string_view rest = path; next_segment(rest) == "v1";) path = rest;
  return path;
}

// "a/b" of "/models/a/b/"; empty for other paths.
std::string_view name_after_models(std::string_view path) {
  if (next_segment(path) != "models") return {};
  while (path.starts_with('/')) path.remove_prefix(1);
  while (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

// Gemini's "name:generateContent"; Bedrock's ids end in ":0".
bool has_verb(std::string_view name) {
  const auto colon = name.rfind(':');
  return colon != std::string_view::npos && colon + 1 < name.size() && name[colon + 1] >= 'a';
}

}  // namespace

std::string_view dialect_name(Dialect dialect) {
  switch (dialect) {
    case Dialect::kOpenAiChat:
      return "openai_chat";
    case Dialect::kAnthropicMessages:
      return "anthropic_messages";
    case Dialect::kBedrockConverse:
      return "bedrock_converse";
  }
  return "unknown";
}

std::optional<Operation> match_data_path(std::string_view method, std::string_view raw_path) {
  if (method == "HEAD") method = "GET";
  if (!raw_path.starts_with('/')) return std::nullopt;
  const std::string_view path = without_version(raw_path);
  for (const Path& known : kPaths) {
    if (!same_segments(path, known.path)) continue;
    return method == known.method ? known.operation : Operation::kWrongMethod;
  }
  const std::string_view name = name_after_models(path);
  if (name.empty()) return std::nullopt;
  if (method == "GET") return Operation::kGetModel;
  return has_verb(name) ? std::nullopt : std::optional(Operation::kWrongMethod);
}

std::string model_of_path(std::string_view raw_path) {
  const std::string_view name = name_after_models(without_version(raw_path));
  std::string out;
  for (std::size_t i = 0; i < name.size();) {
    const auto escape = http::percent_escape(name, i);
    const bool plain = escape && *escape > ' ' && *escape < 0x7f;
    out += plain ? *escape : name[i];
    i += plain ? http::kPercentEscapeBytes : 1;
  }
  return out;
}

std::string_view client_name(ClientKind client) {
  switch (client) {
    case ClientKind::kUnknown:
      return "unknown";
    case ClientKind::kCline:
      return "cline";
    case ClientKind::kClaudeCode:
      return "claude_code";
    case ClientKind::kCodex:
      return "codex";
    case ClientKind::kOpencode:
      return "opencode";
    case ClientKind::kGeminiCli:
      return "gemini_cli";
    case ClientKind::kOpenAiSdk:
      return "openai_sdk";
    case ClientKind::kAnthropicSdk:
      return "anthropic_sdk";
    case ClientKind::kCurl:
      return "curl";
  }
  return "unknown";
}

ClientKind detect_client(std::string_view user_agent, bool has_claude_session_header) {
  if (has_claude_session_header) return ClientKind::kClaudeCode;
  for (const Sign& sign : kSigns) {
    bool found = sign.at_start ? user_agent.starts_with(sign.text)
                               : user_agent.find(sign.text) != std::string_view::npos;
    if (found) return sign.client;
  }
  return ClientKind::kUnknown;
}

}  // namespace sekisho::wire
