#include "wire/bedrock/converse_stop.h"

#include <algorithm>
#include <iterator>

#include "base/limits.h"
#include "wire/refusal.h"

namespace sekisho::wire::bedrock {
namespace {

struct Reason {
  std::string_view name;
  StopReason reason;
};

constexpr Reason kReasons[] = {
    {"end_turn", StopReason::kEndTurn},
    {"tool_use", StopReason::kToolUse},
    {"max_tokens", StopReason::kMaxTokens},
    {"stop_sequence", StopReason::kStopSequence},
    {"guardrail_intervened", StopReason::kContentFilter},
    {"content_filtered", StopReason::kContentFilter},
    {"refusal", StopReason::kContentFilter},
    {"model_context_window_exceeded", StopReason::kContextWindow},
    {"pause_turn", StopReason::kPauseTurn},
    {"malformed_model_output", StopReason::kError},
    {"malformed_tool_use", StopReason::kError},
};

struct Exception {
  std::string_view name;
  Code code;
  std::string_view sentence;
};

constexpr Exception kExceptions[] = {
    {"throttlingException", Code::kUpstreamThrottled,
     "The model provider is limiting requests; try again in a moment."},
    {"validationException", Code::kUpstreamRejected, "The model provider refused the request."},
    {"modelTimeoutException", Code::kUpstreamTimeout, "The model took too long to answer."},
    {"serviceUnavailableException", Code::kUpstreamOverloaded,
     "The model provider is unavailable at the moment."},
    {"modelNotReadyException", Code::kUpstreamThrottled,
     "The model is not ready yet; try again in a moment."},
    {"modelStreamErrorException", Code::kUpstreamFailed,
     "The model broke off while it was answering."},
};
constexpr Exception kOtherException = {"", Code::kUpstreamFailed,
                                       "The model provider reported an internal error."};

constexpr std::string_view kOverflowTexts[] = {"Input is too long", "input is too long",
                                               "prompt is too long", "maximum context",
                                               "context_length_exceeded"};

bool tells_overflow(std::string_view message) {
  return std::any_of(
      std::begin(kOverflowTexts), std::end(kOverflowTexts),
      [&](std::string_view text) { return message.find(text) != std::string_view::npos; });
}

bool is_name(std::string_view exception) {
  return !exception.empty() && exception.size() <= limits::kIdentifierBytes &&
         std::ranges::all_of(exception, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
         });
}

}  // namespace

StopReason read_stop_reason(std::string_view reason) {
  for (const Reason& one : kReasons) {
    if (one.name == reason) return one.reason;
  }
  return StopReason::kEndTurn;
}

std::string read_stop_sequence(JsonValue fields) {
  const JsonValue direct = fields.find("stop_sequence");
  return (direct.exists() ? direct : fields.find("delta").find("stop_sequence")).text();
}

AnswerEvent exception_event(std::string_view exception, std::string_view message) {
  const auto* const known =
      std::find_if(std::begin(kExceptions), std::end(kExceptions),
                   [&](const Exception& one) { return one.name == exception; });
  const Exception& found = known == std::end(kExceptions) ? kOtherException : *known;
  AnswerEvent event;
  event.kind = AnswerEvent::Kind::kError;
  event.error = {found.code, std::string(exception).append(": ").append(message)};
  event.text = found.sentence;
  if (is_name(exception)) event.error_type = exception;
  if (tells_overflow(message)) {
    event.error.code = Code::kContextOverflow;
    event.text = scrub_upstream_text(message);
  }
  return event;
}

}  // namespace sekisho::wire::bedrock
