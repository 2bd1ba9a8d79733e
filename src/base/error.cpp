#include "base/error.h"

namespace sekisho {

std::string_view code_name(Code code) {
  switch (code) {
    case Code::kInvalidArgument:
      return "invalid_argument";
    case Code::kUnauthenticated:
      return "unauthenticated";
    case Code::kPermissionDenied:
      return "permission_denied";
    case Code::kNotFound:
      return "not_found";
    case Code::kConflict:
      return "conflict";
    case Code::kTooLarge:
      return "too_large";
    case Code::kUnsupported:
      return "unsupported";
    case Code::kNotOffered:
      return "not_offered";
    case Code::kModelDenied:
      return "model_denied";
    case Code::kModelUnpriced:
      return "model_unpriced";
    case Code::kBudgetExceeded:
      return "budget_exceeded";
    case Code::kRateLimited:
      return "rate_limited";
    case Code::kGuardrailBlocked:
      return "guardrail_blocked";
    case Code::kUpstreamUnreachable:
      return "upstream_unreachable";
    case Code::kUpstreamTimeout:
      return "upstream_timeout";
    case Code::kUpstreamRejected:
      return "upstream_rejected";
    case Code::kUpstreamThrottled:
      return "upstream_throttled";
    case Code::kUpstreamOverloaded:
      return "upstream_overloaded";
    case Code::kUpstreamQuota:
      return "upstream_quota";
    case Code::kUpstreamFailed:
      return "upstream_failed";
    case Code::kContextOverflow:
      return "context_overflow";
    case Code::kOverloaded:
      return "overloaded";
    case Code::kStoreFailed:
      return "store_failed";
    case Code::kCorrupt:
      return "corrupt";
    case Code::kTimeout:
      return "timeout";
    case Code::kCancelled:
      return "cancelled";
    case Code::kClosed:
      return "closed";
    case Code::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace sekisho
