#include "api/litellm/durations.h"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace sekisho::api::litellm {
namespace {

struct Unit {
  std::string_view suffix;
  std::int64_t seconds;
};
constexpr std::int64_t kDay = 86'400;
constexpr std::array<Unit, 6> kUnits{
    {{"s", 1}, {"m", 60}, {"h", 3600}, {"d", kDay}, {"w", 7 * kDay}, {"mo", 30 * kDay}}};
constexpr std::int64_t kMostSeconds = 100 * 366 * kDay;

}  // namespace

Result<std::chrono::seconds> parse_duration(std::string_view field, std::string_view text) {
  auto bad =
      fail(Code::kInvalidArgument,
           fmt::format("{}: must be a duration such as 30s, 15m, 24h, 30d, 2w or 1mo", field));
  std::int64_t count = 0;
  auto end = text.data() + text.size();
  auto [stop, ec] = std::from_chars(text.data(), end, count);
  if (ec != std::errc() || count <= 0) return bad;
  std::string_view suffix(stop, static_cast<std::size_t>(end - stop));
  for (const auto& unit : kUnits) {
    if (unit.suffix != suffix) continue;
    if (count > kMostSeconds / unit.seconds) return bad;
    return std::chrono::seconds(count * unit.seconds);
  }
  return bad;
}

Result<std::string> window_of(std::string_view budget_duration) {
  auto seconds = parse_duration("budget_duration", budget_duration);
  if (seconds) {
    if (seconds->count() == kDay) return "day";
    if (seconds->count() == 7 * kDay) return "week";
    if (seconds->count() == 30 * kDay) return "month";
  }
  return fail(Code::kInvalidArgument,
              "budget_duration: valid are 24h or 1d (calendar day), 7d (week from Monday), 30d or "
              "1mo (calendar month)");
}

std::string_view budget_duration_of(std::string_view window) {
  if (window == "day") return "1d";
  if (window == "week") return "7d";
  if (window == "month") return "30d";
  return {};
}

}  // namespace sekisho::api::litellm
