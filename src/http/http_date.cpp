#include "http/http_date.h"

#include <array>
#include <ctime>

namespace sekisho::http {

std::string http_date(WallTime at) {
  constexpr std::array kDays{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                               "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
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
