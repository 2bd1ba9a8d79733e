#include "wire/gemini/answer_parts.h"

#include <algorithm>
#include <array>

namespace sekisho::wire::gemini {

std::string_view finish_reason(StopReason reason) {
  switch (reason) {
    case StopReason::kMaxTokens:
    case StopReason::kContextWindow:
      return "MAX_TOKENS";
    case StopReason::kContentFilter:
      return "SAFETY";
    case StopReason::kError:
      return "OTHER";
    case StopReason::kEndTurn:
    case StopReason::kToolUse:
    case StopReason::kStopSequence:
    case StopReason::kPauseTurn:
      break;
  }
  return "STOP";
}

StopReason read_finish_reason(std::string_view reason) {
  struct Row {
    std::string_view reason;
    StopReason stop;
  };
  constexpr std::array kRows{
      Row{"STOP", StopReason::kEndTurn},
      Row{"MAX_TOKENS", StopReason::kMaxTokens},
      Row{"SAFETY", StopReason::kContentFilter},
      Row{"RECITATION", StopReason::kContentFilter},
      Row{"LANGUAGE", StopReason::kContentFilter},
      Row{"BLOCKLIST", StopReason::kContentFilter},
      Row{"PROHIBITED_CONTENT", StopReason::kContentFilter},
      Row{"SPII", StopReason::kContentFilter},
      Row{"IMAGE_SAFETY", StopReason::kContentFilter},
      Row{"IMAGE_PROHIBITED_CONTENT", StopReason::kContentFilter},
      Row{"MALFORMED_FUNCTION_CALL", StopReason::kError},
      Row{"UNEXPECTED_TOOL_CALL", StopReason::kError},
      Row{"TOO_MANY_TOOL_CALLS", StopReason::kError},
      Row{"MISSING_THOUGHT_SIGNATURE", StopReason::kError},
      Row{"MALFORMED_RESPONSE", StopReason::kError},
  };
  const auto* row = std::ranges::find(kRows, reason, &Row::reason);
  return row == kRows.end() ? StopReason::kEndTurn : row->stop;
}

void write_usage(JsonWriter& json, const Usage& usage) {
  json.begin_object().field("promptTokenCount", usage.prompt());
  json.field("candidatesTokenCount", usage.output - usage.reasoning);
  if (usage.cache_read > 0) json.field("cachedContentTokenCount", usage.cache_read);
  if (usage.reasoning > 0) json.field("thoughtsTokenCount", usage.reasoning);
  json.field("totalTokenCount", usage.total()).end_object();
}

Usage read_usage(JsonValue metadata) {
  const auto count = [&](std::string_view name) {
    constexpr std::int64_t kMost = 1'000'000'000'000;  // keeps sums exact
    return std::clamp<std::int64_t>(metadata.find(name).integer().value_or(0), 0, kMost);
  };
  Usage usage;
  const std::int64_t prompt = count("promptTokenCount");
  usage.cache_read = std::min(count("cachedContentTokenCount"), prompt);
  usage.input = prompt - usage.cache_read + count("toolUsePromptTokenCount");
  usage.reasoning = count("thoughtsTokenCount");
  usage.output = count("candidatesTokenCount") + usage.reasoning;
  usage.source = UsageSource::kReported;
  return usage;
}

}  // namespace sekisho::wire::gemini
