#include "wire/bedrock/converse_stop.h"

#include <algorithm>
#include <iterator>

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
    {"serviceUnavailableException", Code::kUpstreamFailed,
     "The model provider is unavailable at the moment."},
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

// An ARN, or the twelve digits of an account.
bool names_account(std::string_view message) {
  if (message.find("arn:") != std::string_view::npos) return true;
  std::size_t digits = 0;
  for (const char c : message) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    if (digits == 12) return true;
  }
  return false;
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
  if (tells_overflow(message)) {
    event.error.code = Code::kContextOverflow;
    if (!names_account(message)) event.text = message;
  }
  return event;
}

}  // namespace sekisho::wire::bedrock
