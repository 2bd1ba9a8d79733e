#include "ledger/window.h"

#include <gtest/gtest.h>

namespace sekisho::ledger {
namespace {

using namespace std::chrono;

WallTime utc(int y, unsigned m, unsigned d, int h = 0, int min = 0) {
  return sys_days(year(y) / month(m) / day(d)) + hours(h) + minutes(min);
}

TEST(TimeZone, KnowsTheSystemsZonesAndNoOthers) {
  EXPECT_NE(TimeZone::find("Asia/Tokyo"), nullptr);
  EXPECT_EQ(TimeZone::find("Asia/Tokyo"), TimeZone::find("Asia/Tokyo"));
  EXPECT_EQ(TimeZone::find("Asia/Edo"), nullptr);
  EXPECT_EQ(TimeZone::find(""), nullptr);
  EXPECT_EQ(TimeZone::find("../../etc/passwd"), nullptr);
}

TEST(TimeZone, WindowsBeginAtLocalMidnightMondayAndTheFirst) {
  auto& tokyo = *TimeZone::find("Asia/Tokyo");
  auto at = utc(2026, 11, 25, 16);  // Thursday 26 November, 01:00 in Tokyo
  EXPECT_EQ(tokyo.window(Window::kDay, at).begin, utc(2026, 11, 25, 15));
  EXPECT_EQ(tokyo.window(Window::kDay, at).end, utc(2026, 11, 26, 15));
  EXPECT_EQ(tokyo.window(Window::kWeek, at).begin, utc(2026, 11, 22, 15));
  EXPECT_EQ(tokyo.window(Window::kWeek, at).end, utc(2026, 11, 29, 15));
  EXPECT_EQ(tokyo.window(Window::kMonth, at).begin, utc(2026, 10, 31, 15));
  EXPECT_EQ(tokyo.window(Window::kMonth, at).end, utc(2026, 11, 30, 15));
  EXPECT_EQ(tokyo.window(Window::kNone, at).end, WallTime::max());
  EXPECT_EQ(tokyo.iso8601(at), "2026-11-26T01:00:00+09:00");
  EXPECT_EQ(tokyo.date(at), "2026-11-26");
}

TEST(TimeZone, SummerTimeMakesDaysOf23And25Hours) {
  auto& zone = *TimeZone::find("Europe/Berlin");
  auto spring = zone.window(Window::kDay, utc(2026, 3, 29, 12));
  EXPECT_EQ(spring.end - spring.begin, hours(23));
  auto autumn = zone.window(Window::kDay, utc(2026, 10, 25, 12));
  EXPECT_EQ(autumn.end - autumn.begin, hours(25));
  EXPECT_EQ(zone.iso8601(utc(2026, 7, 1)), "2026-07-01T02:00:00+02:00");
}

TEST(TimeZone, ADayThatBeginsInSkippedMidnightHasOneBeginning) {
  auto& zone = *TimeZone::find("America/Havana");  // 00:00 → 01:00 on 8 March 2026
  auto day = zone.civil_day(utc(2026, 3, 8, 12));
  EXPECT_EQ(zone.iso8601(day.begin), "2026-03-08T01:00:00-04:00");
  EXPECT_EQ(zone.civil_day(day.begin).day, day.day);
  EXPECT_EQ(zone.civil_day(day.begin - seconds(1)).day, day.day - 1);
}

TEST(TimeZone, EveryMomentOfAYearLiesInItsWindowsAndNumbersOnlyGrow) {
  for (const char* name : {"Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "UTC"}) {
    auto& zone = *TimeZone::find(name);
    std::array<std::int64_t, kWindowKinds> last{};
    for (auto at = utc(2026, 1, 1); at < utc(2027, 1, 1); at += minutes(29)) {
      auto day = zone.civil_day(at);
      for (std::size_t kind = 0; kind < kWindowKinds; ++kind) {
        auto span = zone.window(static_cast<Window>(kind), at);
        ASSERT_EQ(span.number, day.windows[kind]);
        ASSERT_LE(span.begin, at);
        ASSERT_GT(span.end, at);
        ASSERT_GE(span.number, last[kind]);
        ASSERT_EQ(window_kind(span.number), static_cast<Window>(kind));
        last[kind] = span.number;
      }
    }
  }
}

}  // namespace
}  // namespace sekisho::ledger
