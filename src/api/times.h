#pragma once
// Times and days as the management API reads and writes them. Pure, any thread.

#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace sekisho::api {

// ISO 8601: "2026-11-25T09:00:00+09:00", "…Z", a fraction of a second allowed; without an offset
// and for a bare date, UTC. Errors: kInvalidArgument with half a sentence ("must be a time …").
Result<WallTime> parse_time(std::string_view text);
std::string format_time(WallTime time);  // UTC, seconds: 2026-11-25T10:00:00Z

// "2026-11-25" as days since 1970-01-01, and back.
Result<std::int64_t> parse_day(std::string_view text);
std::string format_day(std::int64_t day);

}  // namespace sekisho::api
