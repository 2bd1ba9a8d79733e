#pragma once
// Budget windows: days, weeks from Monday and months of an organisation's civil calendar, with
// summer time as the zone has it. Values; thread-safe. Zones come from the system's zoneinfo.

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/clock.h"

namespace sekisho::ledger {

enum class Window : std::uint8_t { kNone, kDay, kWeek, kMonth };
inline constexpr std::size_t kWindowKinds = 4;

// A window's number is the day on which it begins (days since 1970-01-01 in the zone) times four,
// plus its kind: of one kind, a later window has the larger number. kNone begins on day 1.
constexpr std::int64_t window_number(Window kind, std::int64_t begin_day) {
  return begin_day * 4 + static_cast<std::int64_t>(kind);
}
constexpr Window window_kind(std::int64_t number) {
  return static_cast<Window>(number & 3);
}
constexpr std::int64_t window_day(std::int64_t number) {
  return number >> 2;
}

struct WindowSpan {
  std::int64_t number = 0;
  WallTime begin{}, end{};  // kNone: WallTime::min() and max()
};

using Windows = std::array<std::int64_t, kWindowKinds>;  // a number for each kind
Windows windows_of_day(std::int64_t day);                // days since 1970-01-01

// One civil day, and the numbers of all the windows that it lies in.
struct CivilDay {
  std::int64_t day = 0;  // since 1970-01-01
  WallTime begin{}, end{};
  Windows windows{};
};

class TimeZone {
 public:
  static const TimeZone* find(std::string_view iana_name);  // null when unknown; never freed
  WindowSpan window(Window window, WallTime at) const;
  CivilDay civil_day(WallTime at) const;
  std::string iso8601(WallTime at) const;  // with offset, seconds
  std::string date(WallTime at) const;     // YYYY-MM-DD in this zone
  static std::string date_of_day(std::int64_t day);

 private:
  friend struct ZoneTable;
  const void* zone_ = nullptr;
};

}  // namespace sekisho::ledger
