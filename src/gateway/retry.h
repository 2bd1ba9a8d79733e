#pragma once
// What a failed attempt allows next, and what a provider's headers say about it: `retry-after-ms`,
// `retry-after` (seconds with or without a fraction, or a date) and `x-should-retry`. Pure.

#include <optional>

#include "base/clock.h"
#include "http/message.h"
#include "wire/refusal.h"

namespace sekisho::gateway {

enum class Next : std::uint8_t {
  kStop,             // whoever is asked would say the same
  kOtherDeployment,  // this one would say it again, another may serve the call
  kAgain,            // this one may serve it later, another at once
};

struct RetryHeaders {
  std::optional<Duration> after;  // never negative, at most kRetryAfterLongest
  std::optional<bool> should;
};
RetryHeaders read_retry_headers(const http::Headers& headers, WallTime now);

// `code` is what the client would be told of `error`.
Next next_after(const wire::UpstreamError& error, Code code, std::optional<bool> should_retry);

// How long the deployment is asked last after that.
Duration rest_after(Code code, std::optional<Duration> asked);

// Rounded up: nobody is told to come too early.
std::int64_t whole_seconds(Duration wait);

}  // namespace sekisho::gateway
