#pragma once
// Providers quote requests in their error messages; logs must not hold what people wrote. Pure.

#include <string>
#include <string_view>

namespace sekisho::gateway {

// `message`, with every stretch of kQuoteBytes or more that also stands in `body` replaced by "…".
// At most limits::kUpstreamMessageBytes are looked at; the rest is cut off.
inline constexpr std::size_t kQuoteBytes = 12;
std::string without_quotes(std::string_view message, std::string_view body);

}  // namespace sekisho::gateway
