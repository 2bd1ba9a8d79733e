#include "http/http_date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <ctime>

namespace sekisho::http {

namespace {

constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::optional<int> number_of(std::string_view digits) {
  int out = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (error != std::errc() || end != digits.data() + digits.size() || digits[0] == '-') return {};
  return out;
}

}  // namespace

std::string http_date(WallTime at) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  auto seconds = static_cast<std::time_t>(unix_ms(at) / 1000);
  std::tm utc{};
  ::gmtime_r(&seconds, &utc);
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                kDays[static_cast<std::size_t>(utc.tm_wday)], utc.tm_mday,
                kMonths[static_cast<std::size_t>(utc.tm_mon)], utc.tm_year + 1900, utc.tm_hour,
                utc.tm_min, utc.tm_sec);
  return text.data();
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  constexpr std::string_view kForm = "Sun, 06 Nov 1994 08:49:37 GMT";
  if (text.size() != kForm.size() || !text.ends_with(" GMT")) return {};
  for (std::size_t at : {3, 4, 7, 11, 16, 19, 22}) {
    if (text[at] != kForm[at]) return {};
  }
  const auto* month = std::ranges::find(kMonths, text.substr(8, 3));
  auto day = number_of(text.substr(5, 2)), year = number_of(text.substr(12, 4)),
       hour = number_of(text.substr(17, 2)), minute = number_of(text.substr(20, 2)),
       second = number_of(text.substr(23, 2));
  if (month == kMonths.end() || !day || !year || !hour || !minute || !second) return {};
  std::chrono::year_month_day date{
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
      std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year > 2200 || *hour > 23 || *minute > 59 || *second > 60) return {};
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second);
}

std::string_view CommonFields::with_date() {
  if (loop_.now() >= valid_until_) {
    auto wall = loop_.clock().wall();
    auto into_second = wall.time_since_epoch() % std::chrono::seconds(1);
    valid_until_ = loop_.now() + (std::chrono::seconds(1) - into_second);
    with_date_ = "Date: " + http_date(wall) + "\r\n" + without_date_;
  }
  return with_date_;
}

}  // namespace sekisho::http
