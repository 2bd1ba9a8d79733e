#pragma once
// What a simulated provider understood of a request, in one form for all dialects: enough to
// count tokens, to model prompt caching and to choose an answer. Filled by each provider's own
// reader after it has checked the request (bedrock.h, openai.h, anthropic.h). Plain values.
//
// Tokens: the simulator's tokeniser is bytes / 4, rounded up, per block. A block is one tool
// definition, one text, one tool call (name + arguments), one tool result, one thinking text, one
// document. An image counts min(1568, base64 characters / 4 rounded up). Nothing is added for
// roles or framing, so a prompt never has more tokens than its request has bytes.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/json.h"

namespace sekisho::sim {

std::int64_t count_tokens(std::string_view text);
std::int64_t count_image_tokens(std::string_view base64);

enum class Ttl : std::uint8_t { k5m, k1h };

// One unit of the prompt, in the order in which the provider caches: tools, system, messages.
struct PromptBlock {
  std::string content;  // kind and content, unambiguous; equal blocks cache alike
  std::int64_t tokens = 0;
  std::optional<Ttl> cache_mark;  // a cache point stands after this block
};

struct ToolOffer {
  std::string name;
  Json schema;  // JSON Schema of the arguments
};

struct ToolCall {
  std::string id, name;
  Json input;
};

// Neighbouring messages of one role are one turn. Tool results belong to the user's side.
struct Turn {
  bool assistant = false;
  std::string text;
  std::vector<ToolCall> calls;
  std::vector<std::string> results;  // text of each tool result
};

enum class ToolChoice : std::uint8_t { kAuto, kAny, kNone, kNamed };

enum class OpenAiApi : std::uint8_t { kChat, kCompletions, kEmbeddings };

struct Prompt {
  std::string model;
  bool stream = false;
  std::int64_t max_tokens = 0;  // 0: the model's maximum
  std::vector<PromptBlock> blocks;
  std::vector<ToolOffer> tools;
  std::vector<Turn> turns;
  ToolChoice tool_choice = ToolChoice::kAuto;
  std::string named_tool;
  bool thinking = false;
  bool thinking_shown = true;  // display omitted: the signature comes without text
  std::vector<std::string> stop_sequences;
  bool include_usage = false;  // OpenAI: stream_options.include_usage
  std::int64_t choices = 1;    // OpenAI: n; completions: all that are generated
  OpenAiApi api = OpenAiApi::kChat;
  std::int64_t given_choices = 1;  // completions: those that the answer shows
  std::int64_t dimensions = 0;     // embeddings
  bool base64 = false;             // embeddings: vectors as bytes
  bool json_array = false;         // Gemini: a stream without alt=sse
  bool invoked = false;            // Bedrock: InvokeModel, in the dialect of Messages

  void add(std::string_view kind, std::string_view text, std::int64_t tokens);
  void add_text(std::string_view kind, std::string_view text);
  Turn& turn(bool assistant);  // the last one if it has that role, else a new one
};

}  // namespace sekisho::sim
