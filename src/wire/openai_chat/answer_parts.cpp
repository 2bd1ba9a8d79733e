#include "wire/openai_chat/answer_parts.h"

#include "wire/json_slice.h"
#include "wire/json_text.h"

namespace sekisho::wire::openai_chat {
namespace {

struct ErrorNames {
  std::string_view type, code;
};

ErrorNames error_names(Code code) {
  switch (code) {
    case Code::kContextOverflow:
      return {"invalid_request_error", "context_length_exceeded"};
    case Code::kUpstreamRejected:
    case Code::kInvalidArgument:
    case Code::kUnsupported:
      return {"invalid_request_error", "invalid_request"};
    case Code::kGuardrailBlocked:
      return {"invalid_request_error", "content_filter"};
    case Code::kUpstreamThrottled:
      return {"rate_limit_error", "rate_limit_exceeded"};
    default:
      return {"server_error", code_name(code)};
  }
}

}  // namespace

std::string_view finish_reason(StopReason reason) {
  switch (reason) {
    case StopReason::kToolUse:
      return "tool_calls";
    case StopReason::kMaxTokens:
    case StopReason::kContextWindow:
      return "length";
    case StopReason::kContentFilter:
      return "content_filter";
    case StopReason::kEndTurn:
    case StopReason::kStopSequence:
    case StopReason::kPauseTurn:
    case StopReason::kError:
      break;
  }
  return "stop";
}

void write_usage(JsonWriter& json, const Usage& usage) {
  const std::int64_t written = usage.cache_write_5m + usage.cache_write_1h;
  json.begin_object();
  json.field("prompt_tokens", usage.prompt());
  json.field("completion_tokens", usage.output);
  json.field("total_tokens", usage.total());
  json.key("prompt_tokens_details").begin_object();
  json.field("cached_tokens", usage.cache_read);
  json.field("cache_write_tokens", written).end_object();
  json.key("completion_tokens_details").begin_object();
  json.field("reasoning_tokens", usage.reasoning).end_object();
  json.field("cache_read_input_tokens", usage.cache_read);
  json.field("cache_creation_input_tokens", written);
  json.end_object();
}

void write_error(JsonWriter& json, const AnswerEvent& event) {
  const ErrorNames names = error_names(event.error.code);
  json.begin_object().key("error").begin_object();
  json.field("message", event.text.empty() ? std::string_view("The answer broke off.")
                                           : std::string_view(event.text));
  json.field("type", names.type).key("param").null().field("code", names.code);
  json.end_object().end_object();
}

void write_reasoning_detail(JsonWriter& json, const ReasoningDetail& detail, std::int64_t index) {
  json.begin_object();
  if (!detail.redacted.empty()) {
    json.field("type", "reasoning.encrypted").field("data", detail.redacted);
  } else {
    json.field("type", "reasoning.text").field("text", detail.text);
    json.field("signature", detail.signature);
  }
  json.field("format", "anthropic-claude-v1").field("index", index).end_object();
}

std::string custom_input(const std::string& arguments) {
  JsonDocument document;
  if (document.parse(arguments)) {
    const JsonValue input = document.root().find("input");
    if (input.is(JsonKind::kString)) return std::string(input.string());
  }
  return escape_json(arguments);
}

}  // namespace sekisho::wire::openai_chat
