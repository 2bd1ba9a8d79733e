#pragma once
// Pieces of an OpenAI chat answer that streams and whole answers share. Pure; internal to
// openai_chat.

#include <string>
#include <string_view>

#include "wire/answer.h"
#include "wire/json_writer.h"
#include "wire/tool_names.h"
#include "wire/usage.h"

namespace sekisho::wire::openai_chat {

std::string_view finish_reason(StopReason reason);

// {"prompt_tokens":…}; the cache's figures under OpenAI's names and, for clients that know only
// those, under LiteLLM's.
void write_usage(JsonWriter& json, const Usage& usage);

// {"error":{"message","type","param","code"}}
void write_error(JsonWriter& json, const AnswerEvent& event);

// One element of reasoning_details: what a client hands back so that the model can go on thinking.
struct ReasoningDetail {
  std::string text, signature, redacted;
  bool is_returnable() const { return !signature.empty() || !redacted.empty(); }
};
void write_reasoning_detail(JsonWriter& json, const ReasoningDetail& detail, std::int64_t index);

// A custom tool's free text from the arguments that stood for it, as raw JSON string content.
std::string custom_input(const std::string& arguments);

// The client's name of a tool; nullptr alias = the same.
inline std::string_view client_tool_name(const ToolAlias* alias, std::string_view sent) {
  return alias ? std::string_view(alias->original) : sent;
}

}  // namespace sekisho::wire::openai_chat
