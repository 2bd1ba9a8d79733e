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
#include "wire/thinking.h"
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

// What the gateway decided about a call, beside what its body says.
struct TranslationSettings {
  std::string_view model;       // the upstream's name of the model, where the body carries it
  std::int64_t max_tokens = 0;  // the bound that admission decided: always sent
  std::string_view max_tokens_field = "max_tokens";  // OpenAI: which field carries it
  bool stream = false;                               // where the body says it
  bool auto_cache = false;                           // cache points for clients that set none
  const ThinkingSource* thinking = nullptr;  // what the dialect of the client lost; may be null
  // OpenAI-compatible: stream_options.include_usage is known; which member of an earlier answer
  // takes its reasoning back ("" = none does).
  bool usage_in_stream = true;
  std::string_view reasoning_field;
};

// Whether requests of `from` can be said in `to`, and its answers be told in `from`. Not for one
// dialect to itself: that traffic keeps its bytes.
bool can_translate(Dialect from, Dialect to);

// A call in the dialect `from` as `to` takes it. Redactions are applied before. Errors:
// kInvalidArgument / kUnsupported naming the client's field. REQUIRES: can_translate(from, to).
Result<TranslatedRequest> translate_request(Dialect from, Dialect to, std::string_view body,
                                            const TargetModel& target,
                                            const TranslationSettings& settings);
// The same from OpenAI chat completions to Bedrock Converse.
Result<TranslatedRequest> chat_to_converse(std::string_view body, const TargetModel& target,
                                           std::int64_t max_tokens);

// An upstream's stream, or its whole answer. REQUIRES: some dialect translates to `upstream`.
std::unique_ptr<AnswerDecoder> make_answer_decoder(Dialect upstream, bool stream);
// ConverseStream's event stream, or Converse's whole answer.
std::unique_ptr<AnswerDecoder> make_converse_decoder(bool stream);
// Chat completion chunks, or a whole completion.
std::unique_ptr<AnswerDecoder> make_chat_decoder(bool stream);

struct AnswerEncoding {
  std::string id;     // of the answer, with the dialect's prefix ("chatcmpl-…")
  std::string model;  // the name the client asked for
  std::int64_t created = 0;
  bool stream = false;
  bool include_usage = false;
  bool json_array = false;            // Gemini: the stream is one JSON array, no server-sent events
  std::int64_t estimated_prompt = 0;  // tokens, for a provider that sends no usage
  ToolNames tool_names;               // of the translated request
};
std::unique_ptr<AnswerEncoder> make_chat_encoder(AnswerEncoding encoding);
// REQUIRES: `client` translates to some dialect.
std::unique_ptr<AnswerEncoder> make_answer_encoder(Dialect client, AnswerEncoding encoding);
// How ids of the dialect's answers begin: "chatcmpl-", "msg_", …
std::string_view answer_id_prefix(Dialect client);

}  // namespace sekisho::wire
