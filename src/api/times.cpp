#include "api/times.h"

#include <fmt/format.h>

#include <chrono>
#include <optional>

namespace sekisho::api {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

// Takes exactly `digits` digits.
std::optional<int> take_digits(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (char c : text.substr(0, digits)) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<sys_days> take_date(std::string_view& text) {
  auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  auto day = take_digits(text, 2);
  if (!day) return std::nullopt;
  std::chrono::year_month_day date{std::chrono::year(*year),
                                   std::chrono::month(static_cast<unsigned>(*month)),
                                   std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1970) return std::nullopt;
  return sys_days(date);
}

std::optional<std::chrono::seconds> take_clock(std::string_view& text) {
  auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  auto minute = take_digits(text, 2);
  if (!minute || !take(text, ':')) return std::nullopt;
  auto second = take_digits(text, 2);
  if (!second || *hour > 23 || *minute > 59 || *second > 59) return std::nullopt;
  if (take(text, '.')) {
    if (!take_digits(text, 1)) return std::nullopt;
    while (take_digits(text, 1)) {
    }
  }
  return std::chrono::seconds(*hour * 3600 + *minute * 60 + *second);
}

std::optional<std::chrono::seconds> take_offset(std::string_view& text) {
  if (text.empty() || take(text, 'Z') || take(text, 'z')) return std::chrono::seconds(0);
  int sign = take(text, '-') ? -1 : 1;
  if (sign == 1 && !take(text, '+')) return std::nullopt;
  auto hour = take_digits(text, 2);
  take(text, ':');
  auto minute = take_digits(text, 2);
  if (!hour || !minute || *hour > 14 || *minute > 59) return std::nullopt;
  return std::chrono::seconds(sign * (*hour * 3600 + *minute * 60));
}

Failure not_a_time() {
  return fail(Code::kInvalidArgument, "must be a time like 2026-11-25T09:00:00+09:00");
}

}  // namespace

Result<WallTime> parse_time(std::string_view text) {
  auto date = take_date(text);
  if (!date) return not_a_time();
  if (text.empty()) return WallTime(*date);
  if (!take(text, 'T') && !take(text, 't') && !take(text, ' ')) return not_a_time();
  auto clock = take_clock(text);
  if (!clock) return not_a_time();
  auto offset = take_offset(text);
  if (!offset || !text.empty()) return not_a_time();
  return WallTime(*date + *clock - *offset);
}

std::string format_time(WallTime time) {
  auto day = std::chrono::floor<days>(time);
  auto seconds = std::chrono::floor<std::chrono::seconds>(time - day).count();
  return fmt::format("{}T{:02}:{:02}:{:02}Z", format_day(day.time_since_epoch().count()),
                     seconds / 3600, seconds / 60 % 60, seconds % 60);
}

Result<std::int64_t> parse_day(std::string_view text) {
  auto date = take_date(text);
  if (!date || !text.empty()) {
    return fail(Code::kInvalidArgument, "must be a day like 2026-11-25");
  }
  return date->time_since_epoch().count();
}

std::string format_day(std::int64_t day) {
  std::chrono::year_month_day date{sys_days(days(day))};
  return fmt::format("{:04}-{:02}-{:02}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
}

}  // namespace sekisho::api
