#include "wire/refusal_status.h"

#include <algorithm>
#include <array>

namespace sekisho::wire {
namespace {

using enum RefusalClass;

constexpr std::array kRows{
    RefusalRow{Code::kInvalidArgument, kFault, 400, "invalid_request_error",
               "invalid_request_error", "ValidationException", 0},
    RefusalRow{Code::kUnauthenticated, kFault, 401, "auth_error", "authentication_error",
               "UnrecognizedClientException", 0},
    RefusalRow{Code::kPermissionDenied, kPolicy, 403, "permission_error", "permission_error",
               "AccessDeniedException", 0},
    RefusalRow{Code::kNotFound, kFault, 404, "not_found_error", "not_found_error",
               "ResourceNotFoundException", 0},
    RefusalRow{Code::kConflict, kFault, 409, "conflict_error", "invalid_request_error",
               "ConflictException", 0},
    RefusalRow{Code::kTooLarge, kFault, 413, "invalid_request_error", "request_too_large",
               "ValidationException", 0},
    RefusalRow{Code::kUnsupported, kFault, 400, "invalid_request_error", "invalid_request_error",
               "ValidationException", 0},
    RefusalRow{Code::kNotOffered, kFault, 501, "not_supported", "not_supported",
               "UnknownOperationException", 0},
    RefusalRow{Code::kModelDenied, kPolicy, 403, "key_model_access_denied", "permission_error",
               "AccessDeniedException", 0},
    RefusalRow{Code::kModelUnpriced, kPolicy, 403, "model_unpriced", "permission_error",
               "AccessDeniedException", 0},
    RefusalRow{Code::kBudgetExceeded, kBudget, 402, "budget_exceeded", "billing_error",
               "AccessDeniedException", 0},
    RefusalRow{Code::kRateLimited, kTransient, 429, "rate_limit_error", "rate_limit_error",
               "ThrottlingException", 1},
    RefusalRow{Code::kGuardrailBlocked, kPolicy, 403, "guardrail_blocked", "permission_error",
               "AccessDeniedException", 0},
    RefusalRow{Code::kUpstreamUnreachable, kTransient, 502, "api_error", "api_error",
               "ServiceUnavailableException", 0},
    RefusalRow{Code::kUpstreamTimeout, kTransient, 504, "timeout_error", "timeout_error",
               "ModelTimeoutException", 0},
    RefusalRow{Code::kUpstreamRejected, kFault, 400, "invalid_request_error",
               "invalid_request_error", "ValidationException", 0},
    RefusalRow{Code::kUpstreamThrottled, kTransient, 429, "rate_limit_error", "rate_limit_error",
               "ThrottlingException", 5},
    RefusalRow{Code::kUpstreamOverloaded, kTransient, 503, "overloaded_error", "overloaded_error",
               "ServiceUnavailableException", 5, 529},
    RefusalRow{Code::kUpstreamQuota, kBudget, 402, "insufficient_quota", "billing_error",
               "AccessDeniedException", 0},
    RefusalRow{Code::kUpstreamFailed, kTransient, 502, "api_error", "api_error",
               "InternalServerException", 0},
    RefusalRow{Code::kContextOverflow, kFault, 400, "invalid_request_error",
               "invalid_request_error", "ValidationException", 0},
    RefusalRow{Code::kOverloaded, kTransient, 503, "overloaded_error", "overloaded_error",
               "ServiceUnavailableException", 5},
    RefusalRow{Code::kStoreFailed, kTransient, 503, "api_error", "api_error",
               "ServiceUnavailableException", 30},
    RefusalRow{Code::kCorrupt, kTransient, 500, "api_error", "api_error", "InternalServerException",
               0},
    RefusalRow{Code::kTimeout, kTransient, 504, "timeout_error", "timeout_error",
               "ModelTimeoutException", 0},
    RefusalRow{Code::kCancelled, kFault, 499, "api_error", "api_error", "InternalServerException",
               0},
    RefusalRow{Code::kClosed, kFault, 400, "invalid_request_error", "invalid_request_error",
               "ValidationException", 0},
    RefusalRow{Code::kInternal, kTransient, 500, "api_error", "api_error",
               "InternalServerException", 0},
};

// Observed in November 2026 with the real clients, one refused request each, unless marked.
constexpr std::array kClients{
    // Not known: no OpenAI or Anthropic SDK repeats a 400.
    ClientRow{ClientKind::kUnknown, 400, 400, ""},
    // Cline 3.0.65 and 4.1, and other clients built on the AI SDK: 400, 403 and 422 are shown word
    // for word and not repeated; 429 and 5xx are, six times in up to a minute.
    ClientRow{ClientKind::kCline, 403, 403, ""},
    // Claude Code 2.1.330: a plain 400 or 422 is sent six times, dropping features one by one; 403
    // is read as a failed sign-in; plain 429 and 5xx more than eight times. 402, and 429 with type
    // billing_error and x-should-retry: false, are shown at once.
    ClientRow{ClientKind::kClaudeCode, 402, 429, "billing_error"},
    // Codex 0.169.0: 400 is shown; 403 and 429 are sent six times and the text of 429 is lost.
    ClientRow{ClientKind::kCodex, 400, 400, ""},
    // opencode 1.18.33: 400, 401, 402, 403 are shown; 429 and 5xx are repeated for 70 s.
    ClientRow{ClientKind::kOpencode, 403, 403, ""},
    // Gemini CLI 0.61: 400 and 403 are shown; the rest is repeated for more than 75 s.
    ClientRow{ClientKind::kGeminiCli, 403, 403, ""},
    // Kilo 7.7.9 is built on opencode's engine: 403 is shown.
    ClientRow{ClientKind::kKilo, 403, 403, ""},
    // Qwen Code 0.24.4 and Continue 1.5.47: 400 is shown.
    ClientRow{ClientKind::kQwenCode, 400, 400, ""},
    ClientRow{ClientKind::kContinue, 400, 400, ""},
    // From the SDKs' sources: 408, 409, 429 and 5xx are repeated, x-should-retry is honoured.
    ClientRow{ClientKind::kOpenAiSdk, 400, 400, ""},
    ClientRow{ClientKind::kAnthropicSdk, 400, 400, ""},
    // From curl's manual: --retry repeats 408, 429 and 5xx.
    ClientRow{ClientKind::kCurl, 403, 402, ""},
};

}  // namespace

const RefusalRow& refusal_row(Code code) {
  const auto* row = std::ranges::find(kRows, code, &RefusalRow::code);
  return row == kRows.end() ? kRows.back() : *row;
}

const ClientRow& client_row(ClientKind client) {
  const auto* row = std::ranges::find(kClients, client, &ClientRow::client);
  return row == kClients.end() ? kClients.front() : *row;
}

std::string_view anthropic_type_of_status(int status) {
  switch (status) {
    case 400:
      return "invalid_request_error";
    case 401:
      return "authentication_error";
    case 402:
      return "billing_error";
    case 403:
      return "permission_error";
    case 404:
      return "not_found_error";
    case 413:
      return "request_too_large";
    case 429:
      return "rate_limit_error";
    case 504:
      return "timeout_error";
    case 529:
      return "overloaded_error";
    default:
      return status < 500 ? "invalid_request_error" : "api_error";
  }
}

}  // namespace sekisho::wire
