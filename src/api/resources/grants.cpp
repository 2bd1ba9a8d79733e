#include "api/resources/grants.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "identity/world.h"

namespace sekisho::api {
namespace {

constexpr std::array<std::string_view, 4> kByLength{"day", "week", "month", "none"};

auto length(const std::string& window) {
  return std::ranges::find(kByLength, window);
}

std::string more_of(std::string_view what, const std::optional<std::int64_t>& given,
                    const std::optional<std::int64_t>& held) {
  if (!given || !held || *given <= *held) return {};
  return fmt::format("{} {} is more than the {}", *given, what, *held);
}

}  // namespace

std::string more_than(const identity::LimitSettings& given, const identity::LimitSettings& held) {
  if (given.budget && held.budget && *given.budget > *held.budget &&
      length(given.window) <= length(held.window)) {
    return fmt::format("a budget of {} is more than the {}", given.budget->display(),
                       held.budget->display());
  }
  auto more = more_of("requests per minute", given.requests_per_minute, held.requests_per_minute);
  if (more.empty()) {
    more = more_of("tokens per minute", given.tokens_per_minute, held.tokens_per_minute);
  }
  return more.empty() ? more_of("parallel requests", given.parallel, held.parallel) : more;
}

std::string not_covered(const std::vector<std::string>& given,
                        const std::vector<std::string>& held) {
  if (held.empty()) return {};
  for (const auto& pattern : given) {
    // A `*` in the given pattern is matched as a character: only a `*` of the held one covers it.
    bool covered = std::ranges::any_of(
        held, [&](const auto& own) { return identity::matches_pattern(own, pattern); });
    if (!covered) return pattern;
  }
  return {};
}

}  // namespace sekisho::api
