#include "ledger/window.h"

#include <date/tz.h>

#include <deque>
#include <exception>
#include <mutex>
#include <sstream>

namespace sekisho::ledger {
namespace {

using date::days;
using date::local_days;
using std::chrono::floor;
using std::chrono::seconds;

const date::time_zone& as_zone(const void* zone) {
  return *static_cast<const date::time_zone*>(zone);
}

local_days local_day(const date::time_zone& zone, WallTime at) {
  return floor<days>(zone.to_local(floor<seconds>(at)));
}

// The first moment of a civil day; where midnight is skipped or comes twice, the earlier moment.
WallTime begin_of(const date::time_zone& zone, local_days day) {
  return zone.to_sys(date::local_seconds(day), date::choose::earliest);
}

local_days begin_day(Window window, local_days day) {
  switch (window) {
    case Window::kWeek:
      return day - (date::weekday(day) - date::Monday);
    case Window::kMonth: {
      date::year_month_day civil(day);
      return local_days(civil.year() / civil.month() / 1);
    }
    case Window::kDay:
      return day;
    case Window::kNone:
      break;
  }
  return local_days(days(1));
}

local_days end_day(Window window, local_days begin) {
  switch (window) {
    case Window::kWeek:
      return begin + date::weeks(1);
    case Window::kMonth: {
      date::year_month_day civil(begin);
      return local_days((civil.year() / civil.month() + date::months(1)) / 1);
    }
    case Window::kDay:
      return begin + days(1);
    case Window::kNone:
      break;
  }
  return begin;
}

std::int64_t number_of(local_days day) {
  return day.time_since_epoch().count();
}

}  // namespace

Windows windows_of_day(std::int64_t number) {
  Windows out{};
  local_days day(days(static_cast<int>(number)));
  for (std::size_t kind = 0; kind < kWindowKinds; ++kind) {
    auto window = static_cast<Window>(kind);
    out[kind] = window_number(window, number_of(begin_day(window, day)));
  }
  return out;
}

// Zones that were asked for. The C++ library below keeps its own table for the whole process, so
// this one has the same life.
struct ZoneTable {
  std::mutex mutex;
  std::deque<TimeZone> zones;

  static ZoneTable& instance() {
    static ZoneTable table;
    return table;
  }
  const TimeZone* find(std::string_view name) {
    std::lock_guard lock(mutex);
    try {
      const date::time_zone* zone = date::locate_zone(std::string(name));
      for (const auto& known : zones) {
        if (known.zone_ == zone) return &known;
      }
      zones.emplace_back().zone_ = zone;
      return &zones.back();
    } catch (const std::exception&) {  // unknown name, or no zone data on this machine
      return nullptr;
    }
  }
};

const TimeZone* TimeZone::find(std::string_view iana_name) {
  return ZoneTable::instance().find(iana_name);
}

WindowSpan TimeZone::window(Window window, WallTime at) const {
  if (window == Window::kNone) {
    return {window_number(window, 1), WallTime::min(), WallTime::max()};
  }
  const auto& zone = as_zone(zone_);
  auto begin = begin_day(window, local_day(zone, at));
  return {window_number(window, number_of(begin)), begin_of(zone, begin),
          begin_of(zone, end_day(window, begin))};
}

CivilDay TimeZone::civil_day(WallTime at) const {
  const auto& zone = as_zone(zone_);
  auto day = local_day(zone, at);
  return {number_of(day), begin_of(zone, day), begin_of(zone, day + days(1)),
          windows_of_day(number_of(day))};
}

std::string TimeZone::iso8601(WallTime at) const {
  auto zoned = date::make_zoned(&as_zone(zone_), floor<seconds>(at));
  return date::format("%FT%T%Ez", zoned);
}

std::string TimeZone::date(WallTime at) const {
  return date_of_day(number_of(local_day(as_zone(zone_), at)));
}

std::string TimeZone::date_of_day(std::int64_t day) {
  return date::format("%F", local_days(days(static_cast<int>(day))));
}

}  // namespace sekisho::ledger
