#pragma once
// LiteLLM's spelling of durations. Pure, any thread.

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.h"

namespace sekisho::api::litellm {

// "30s", "15m", "24h", "30d", "2w", "1mo" (30 days). Errors: kInvalidArgument naming `field`.
Result<std::chrono::seconds> parse_duration(std::string_view field, std::string_view text);

// Budgets here count in calendar windows: 24h or 1d → day, 7d or 1w → week, 30d or 1mo → month.
// Errors: kInvalidArgument naming the valid ones.
Result<std::string> window_of(std::string_view budget_duration);
// "day" → "1d", "week" → "7d", "month" → "30d"; empty for "none".
std::string_view budget_duration_of(std::string_view window);

}  // namespace sekisho::api::litellm
