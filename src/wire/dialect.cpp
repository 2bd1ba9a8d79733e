#include "wire/dialect.h"

#include <array>

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
  std::string_view path = raw_path.substr(0, raw_path.find('?'));
  if (!path.starts_with('/')) return std::nullopt;
  for (std::string_view rest = path; next_segment(rest) == "v1";) path = rest;
  for (const Path& known : kPaths) {
    if (method == known.method && same_segments(path, known.path)) return known.operation;
  }
  return std::nullopt;
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
