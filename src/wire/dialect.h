#pragma once
// The wire dialects, the clients that speak them, and what a request path means.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace sekisho::wire {

// A dialect is one shape of request and answer. Bedrock's InvokeModel and Vertex's rawPredict speak
// kAnthropicMessages in another packing (see Operation).
enum class Dialect : std::uint8_t {
  kOpenAiChat,
  kAnthropicMessages,
  kBedrockConverse,
  kOpenAiResponses,
  kOpenAiCompletions,  // the legacy API: a prompt, no messages
  kOpenAiEmbeddings,
  kGemini
};
inline constexpr std::size_t kDialects = 7;
std::string_view dialect_name(Dialect dialect);  // "openai_chat", "anthropic_messages", …

// What a data-plane path asks for. Accepts every path with and without /v1, doubled, with a
// trailing slash; the query is ignored here (facts: clients disagree about the base URL). HEAD is
// taken as GET. No operation: no data path.
enum class Operation : std::uint8_t {
  kChatCompletions,
  kMessages,
  kCountTokens,
  kResponses,
  kCompletions,
  kEmbeddings,
  kConverse,  // Bedrock's POST /model/{id}/…
  kConverseStream,
  kInvoke,
  kInvokeStream,
  kBedrockCountTokens,
  kListInferenceProfiles,
  kGetInferenceProfile,
  kGenerateContent,  // Gemini's POST /models/{name}:verb, also in Vertex's longer form
  kStreamGenerateContent,
  kGeminiCountTokens,
  kRawPredict,  // Vertex: Claude
  kStreamRawPredict,
  kListModels,
  kGetModel,        // GET /models/{name}
  kModelInfo,       // LiteLLM's GET /model/info
  kModelGroupInfo,  // LiteLLM's GET /model_group/info
  kWrongMethod,     // a data path that does not take this method
};
// Also behind the prefixes of LiteLLM's pass-through and of Azure: /openai,
// /openai/deployments/{d}, /anthropic, /bedrock, /gemini, /vertex_ai.
std::optional<Operation> match_data_path(std::string_view method, std::string_view raw_path);
// The model's name in the path, percent-decoded where that gives what a name may hold (printable
// ASCII, slashes too); empty where it stands in the body.
std::string model_of_path(std::string_view raw_path);

// The dialect of a call's body and answer; of other operations kOpenAiChat.
Dialect dialect_of(Operation operation);
// Whether the path says that the answer comes as a stream; absent where the body says it.
std::optional<bool> streams_by_path(Operation operation);
// How a streamed answer is cut into events on its way to the client.
enum class Framing : std::uint8_t {
  kServerSentEvents,
  kEventStream,     // Bedrock's, of Converse: each event a message
  kPackedMessages,  // the same around Anthropic's events: each a "chunk" with its JSON in base64
};
Framing framing_of(Operation operation);
// The dialect whose errors the path's clients read: InvokeModel packs Anthropic's dialect, but
// fails in Bedrock's shape.
Dialect error_dialect_of(Operation operation);
bool is_token_count(Operation operation);       // counts tokens and generates nothing
bool has_answer_of_model(Operation operation);  // goes to a provider (token counts too)

// Detected from headers and body signs; decides how refusals are shaped.
enum class ClientKind : std::uint8_t {
  kUnknown,
  kCline,
  kClaudeCode,
  kCodex,
  kOpencode,
  kGeminiCli,
  kQwenCode,
  kContinue,
  kKilo,
  kOpenAiSdk,
  kAnthropicSdk,
  kCurl
};
std::string_view client_name(ClientKind client);
ClientKind detect_client(std::string_view user_agent, bool has_claude_session_header);

}  // namespace sekisho::wire
