#include "gateway/retry.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/limits.h"
#include "http/http_date.h"

namespace sekisho::gateway {
namespace {

// A count of `unit`s, with or without a fraction; nothing for what is no number.
std::optional<Duration> read_count(std::string_view text, Duration unit) {
  double count = 0;
  auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), count, std::chars_format::fixed);
  if (error == std::errc::result_out_of_range) return limits::kRetryAfterLongest;
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(count)) return {};
  const auto longest = static_cast<double>(Duration(limits::kRetryAfterLongest).count());
  auto length = std::clamp(count * static_cast<double>(unit.count()), 0.0, longest);
  return Duration(static_cast<Duration::rep>(length));
}

}  // namespace

RetryHeaders read_retry_headers(const http::Headers& headers, WallTime now) {
  RetryHeaders out;
  auto should = headers.get("x-should-retry");
  if (should == "true") out.should = true;
  if (should == "false") out.should = false;
  out.after = read_count(headers.get("retry-after-ms"), std::chrono::milliseconds(1));
  if (out.after) return out;
  auto after = headers.get("retry-after");
  out.after = read_count(after, std::chrono::seconds(1));
  if (out.after) return out;
  if (auto date = http::parse_http_date(after)) {
    out.after = std::clamp<Duration>(*date - now, Duration::zero(), limits::kRetryAfterLongest);
  }
  return out;
}

Next next_after(const wire::UpstreamError& error, Code code, std::optional<bool> should_retry) {
  Next next = Next::kOtherDeployment;
  switch (error.status) {
    case 429:
    case 500:
    case 502:
    case 503:
    case 504:
    case 529:
      next = Next::kAgain;
      break;
    case 400:
    case 413:
    case 422:
      next = Next::kStop;
      break;
    default:  // 401, 403, 404, 408, 409, 424, redirects: about this deployment
      break;
  }
  if (code == Code::kContextOverflow) return Next::kStop;
  // Such a 400 or 429 is about the account, not about the request or the moment.
  bool of_account = code == Code::kUpstreamQuota || code == Code::kPermissionDenied ||
                    (error.status == 400 && code == Code::kUpstreamThrottled);
  if (of_account) return Next::kOtherDeployment;
  if (next == Next::kAgain && should_retry == false) return Next::kOtherDeployment;
  if (next == Next::kOtherDeployment && should_retry == true) return Next::kAgain;
  return next;
}

Duration rest_after(Code code, std::optional<Duration> asked) {
  if (asked) return std::min<Duration>(*asked, limits::kDeploymentRestLongest);
  bool broken =
      code == Code::kPermissionDenied || code == Code::kNotFound || code == Code::kUpstreamQuota;
  return broken ? limits::kDeploymentRestBroken : limits::kDeploymentRest;
}

std::int64_t whole_seconds(Duration wait) {
  return std::chrono::ceil<std::chrono::seconds>(wait).count();
}

}  // namespace sekisho::gateway
