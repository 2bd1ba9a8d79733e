#pragma once
// The wire dialects, the clients that speak them, and what a request path means.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::wire {

enum class Dialect : std::uint8_t { kOpenAiChat, kAnthropicMessages, kBedrockConverse };
std::string_view dialect_name(Dialect dialect);  // "openai_chat", "anthropic_messages", …

// What a data-plane path asks for. Accepts every path with and without /v1, doubled, with a
// trailing slash; the query is ignored here (facts: clients disagree about the base URL). HEAD is
// taken as GET. No operation: no data path.
enum class Operation : std::uint8_t {
  kChatCompletions,
  kMessages,
  kCountTokens,
  kListModels,
  kGetModel,     // GET /models/{name}
  kModelInfo,    // LiteLLM's GET /model/info
  kWrongMethod,  // a data path that does not take this method
};
std::optional<Operation> match_data_path(std::string_view method, std::string_view raw_path);
// Of a path of kGetModel: the name, percent-decoded where that gives what a name may hold
// (printable ASCII, slashes too).
std::string model_of_path(std::string_view raw_path);

// Detected from headers and body signs; decides how refusals are shaped.
enum class ClientKind : std::uint8_t {
  kUnknown,
  kCline,
  kClaudeCode,
  kCodex,
  kOpencode,
  kGeminiCli,
  kOpenAiSdk,
  kAnthropicSdk,
  kCurl
};
std::string_view client_name(ClientKind client);
ClientKind detect_client(std::string_view user_agent, bool has_claude_session_header);

}  // namespace sekisho::wire
