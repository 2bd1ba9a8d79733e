#pragma once
// A client's own words as a record keeps them (names of models, sessions, tags, fields): without
// secrets, whatever the modes of the rules, and short. Pure, any thread.

#include <string>
#include <string_view>

#include "guard/guard.h"

namespace sekisho::gateway {

inline constexpr std::size_t kRecordedTextBytes = 200;

std::string recorded_text(const guard::RuleSet& rules, std::string_view text);

}  // namespace sekisho::gateway
