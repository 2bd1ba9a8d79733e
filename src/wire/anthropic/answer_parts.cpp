#include "wire/anthropic/answer_parts.h"

#include "wire/refusal_status.h"

namespace sekisho::wire::anthropic {
std::string_view stop_reason(StopReason reason) {
  switch (reason) {
    case StopReason::kToolUse:
      return "tool_use";
    case StopReason::kMaxTokens:
      return "max_tokens";
    case StopReason::kStopSequence:
      return "stop_sequence";
    case StopReason::kContentFilter:
      return "refusal";
    case StopReason::kContextWindow:
      return "model_context_window_exceeded";
    case StopReason::kPauseTurn:
      return "pause_turn";
    case StopReason::kEndTurn:
    case StopReason::kError:
      break;
  }
  return "end_turn";
}

void write_usage(JsonWriter& json, const Usage& usage, std::string_view served_tier) {
  json.begin_object();
  json.field("input_tokens", usage.input);
  json.field("cache_creation_input_tokens", usage.cache_write_5m + usage.cache_write_1h);
  json.field("cache_read_input_tokens", usage.cache_read);
  json.key("cache_creation").begin_object();
  json.field("ephemeral_5m_input_tokens", usage.cache_write_5m);
  json.field("ephemeral_1h_input_tokens", usage.cache_write_1h).end_object();
  json.field("output_tokens", usage.output);
  if (usage.reasoning > 0) {
    json.key("output_tokens_details").begin_object();
    json.field("thinking_tokens", usage.reasoning).end_object();
  }
  if (!served_tier.empty()) json.field("service_tier", served_tier);
  json.end_object();
}

void write_stop(JsonWriter& json, const AnswerEvent* stop) {
  json.key("stop_reason");
  stop ? json.string(stop_reason(stop->stop)) : json.null();
  json.key("stop_sequence");
  stop && !stop->stop_sequence.empty() ? json.string(stop->stop_sequence) : json.null();
}

void write_error(JsonWriter& json, const AnswerEvent& event) {
  json.begin_object().field("type", "error").key("error").begin_object();
  json.field("type", refusal_row(event.error.code).anthropic_type);
  json.field("message", event.text.empty() ? std::string_view("The answer broke off.")
                                           : std::string_view(event.text));
  json.end_object().end_object();
}

std::string client_tool_name(const ToolNames& names, std::string_view sent) {
  const ToolAlias* const alias = names.find_sent(sent);
  return alias ? alias->original : std::string(sent);
}

}  // namespace sekisho::wire::anthropic
