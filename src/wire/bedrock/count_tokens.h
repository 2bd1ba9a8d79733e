#pragma once
// Bedrock's CountTokens: a Converse request, or a body of Anthropic's Messages, in an envelope of
// its own; free of charge. It takes the bare ids of few foundation models. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "wire/envelope.h"

namespace sekisho::wire::bedrock {

// What a client wants counted.
struct CountRequest {
  Dialect dialect = Dialect::kBedrockConverse;  // or kAnthropicMessages, as InvokeModel takes it
  std::string body;
};
// Errors: kInvalidArgument.
Result<CountRequest> read_count_request(std::string_view body);

// Bedrock's request for `inner`, in the dialect that its envelope's says.
std::string count_request(Dialect dialect, std::string_view inner);

// The edits that a body of Messages needs to be counted there, after those of invoke_request.h: a
// maximum above the thinking budget (counting needs one), no empty list of tools. Of betas only
// kCountBeta is known there.
inline constexpr std::string_view kCountBeta = "claude-code-20250219";
void edit_for_count(const Envelope& envelope, std::string_view body, std::vector<SpanEdit>& edits);

// "anthropic.claude-…" of "us.anthropic.claude-…"; "" for what cannot be counted (ARNs).
std::string_view foundation_model(std::string_view model);

// {"inputTokens": N} or {"input_tokens": N}.
std::optional<std::int64_t> read_count_answer(std::string_view body);

}  // namespace sekisho::wire::bedrock
