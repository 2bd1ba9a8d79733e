#pragma once
// Translation between dialects, through the canonical conversation (conversation.h). Request:
// decode → conversation → encode, deterministic: the same input gives the same bytes, and what a
// turn adds comes last in them. Answer: decoder → canonical events (answer.h) → encoder.
//
// All pure or one stream's own, on one thread. The steps live in openai_chat/ and bedrock/.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "wire/answer.h"
#include "wire/dialect.h"
#include "wire/envelope.h"
#include "wire/tool_names.h"

namespace sekisho::wire {

// What the target model can do; from the catalogue.
struct TargetModel {
  std::int64_t max_output = 0;  // 0 = unknown
  bool images = true, tools = true, prompt_caching = true, reasoning = false;
  bool forbids_sampling = false;     // temperature/top_p are refused ("deprecated for this model")
  bool forbids_forced_tool = false;  // tool_choice any/tool is refused
  bool adaptive_thinking = false;    // thinking adaptive + effort instead of budget_tokens
  bool rejects_prefill = false;
  bool always_thinks = false;  // reasoning cannot be switched off
  bool json_schema = true;     // answers by a JSON schema (outputConfig.textFormat)
  bool one_hour_cache = true;  // cache points may live for an hour
  std::string family;          // "claude", "nova", "llama", "gpt", …
};

// The smallest max_tokens that the target accepts: admission raises a request's bound to it before
// it reserves money.
std::int64_t least_max_tokens(const TargetModel& target);

struct TranslatedRequest {
  std::string body;
  std::vector<std::string> dropped;  // fields the target has no place for, for header and trace
  ToolNames tool_names;              // to hand to the answer's encoder
};

// OpenAI chat completions → Bedrock Converse. `body` was already walked into `envelope`;
// `max_tokens` is the bound that admission decided (always sent). Redactions are applied before.
// Errors: kInvalidArgument / kUnsupported naming the field.
Result<TranslatedRequest> chat_to_converse(std::string_view body, const TargetModel& target,
                                           std::int64_t max_tokens);

// ConverseStream's event stream, or Converse's whole answer.
std::unique_ptr<AnswerDecoder> make_converse_decoder(bool stream);

struct ChatEncoding {
  std::string id;     // "chatcmpl-…"
  std::string model;  // the name the client asked for
  std::int64_t created = 0;
  bool stream = false;
  bool include_usage = false;
  std::int64_t estimated_prompt = 0;  // tokens, for a provider that sends no usage
  ToolNames tool_names;               // of the translated request
};
std::unique_ptr<AnswerEncoder> make_chat_encoder(ChatEncoding encoding);

}  // namespace sekisho::wire
